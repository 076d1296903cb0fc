//! The looks of a test as they fall: how many count at each, who they are, and on which day it is taken.

use jiff::civil::Date;

use super::rule::has_looks;
use crate::abtest::analysis::NEAR;
use crate::abtest::bank::{Bank, Error};
use crate::abtest::calendar::{Arrivals, Wanted, date_of};
use crate::abtest::plan::{Plan, Validity};
use crate::world::World;

/// Looks in their order; the last one is the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// What comes with each look.
    pub stages: Vec<Stage>,
    /// Units of the plan, in all arms together.
    pub planned: u64,
    /// The first day with exposures, from the scenario's start; none without a calendar.
    pub first_day: Option<i32>,
}

/// Up to a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Units of all arms that count at it.
    pub units: u64,
    /// Of these, those that did not count at the look before.
    pub more: u64,
    /// Its day and those of the exposures that came with it; none without a calendar.
    pub days: Option<Days>,
    /// Whether it is really looked at: a stage may only keep apart who takes part fully and who does in part.
    pub looks: bool,
}

/// The days of a stage, from the scenario's start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Days {
    /// The last exposures of the stage before are those of this day.
    pub after: i32,
    /// Its last exposures are those of this day.
    pub until: i32,
    /// The look is taken at the end of this day.
    pub look: i32,
    /// Its date.
    pub date: Date,
}

/// What the days hang on beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Share of the customers that takes part, in (0, 1].
    pub traffic: f64,
    /// Whether looks wait for whole weeks of exposures.
    pub whole_weeks: bool,
    /// How often somebody looks who may look at any time.
    pub peeks: usize,
}

/// The shares of the units at which a plan looks; at any time: `peeks` equal steps.
pub fn shares(plan: &Plan, peeks: usize) -> Vec<f64> {
    match &plan.design.validity {
        Validity::Fixed => vec![1.0],
        Validity::PlannedLooks { looks, .. } => looks.clone(),
        Validity::AnyTime => (1..=peeks).map(|peek| peek as f64 / peeks as f64).collect(),
    }
}

impl Course {
    /// Looks at exactly these shares of the units, whoever comes when.
    pub fn evenly(units: u64, shares: &[f64]) -> Self {
        let mut course = Self { stages: Vec::new(), planned: units, first_day: None };
        for share in shares {
            course.push((share * units as f64).round() as u64, None);
        }
        course
    }

    /// Looks on the days on which enough customers have been exposed and can be judged: by the calendar of
    /// [`abtest plan`](crate::abtest::outlook::calendar). Looks that would find nobody new are none. On the day on
    /// which the planned number is reached as many take part as are still wanted; who is exposed later takes no part.
    ///
    /// # Errors
    /// [`Error::Refused`] where the scenario never has so many.
    pub fn of_calendar(world: &World, bank: &Bank, plan: &Plan, units: u64, asked: &Asked) -> Result<Self, Error> {
        let arrivals = Arrivals::new(world, bank, world.scenario.population as f64, asked.traffic)?;
        let matures = bank.measure(plan.primary())?.window;
        let looks = shares(plan, asked.peeks);
        let schedule = arrivals.schedule(&Wanted { units, matures, looks: &looks, whole_weeks: asked.whole_weeks })?;
        let start = world.scenario.start.0;
        let mut course = Self { stages: Vec::new(), planned: units, first_day: Some(schedule.first_day) };
        let mut after = schedule.first_day - 1;
        for look in &schedule.looks {
            let count = (look.units.floor() as u64).min(units);
            // Who is exposed on the days before the last one takes part; of those of the last day as many as are still wanted.
            if look.units.floor() > units as f64 {
                let earlier = arrivals.days.iter().filter(|day| day.day < look.exposed_by).map(|day| day.units);
                let until = look.exposed_by - 1;
                let days = Days { after, until, look: look.day, date: date_of(start, look.day) };
                let earlier = (earlier.sum::<f64>().floor() as u64).min(units - 1);
                if course.push(earlier, Some(days)) {
                    course.stages.iter_mut().last().into_iter().for_each(|stage| stage.looks = false);
                    after = until;
                }
            }
            let days = Days { after, until: look.exposed_by, look: look.day, date: date_of(start, look.day) };
            if course.push(count, Some(days)) {
                after = look.exposed_by;
            }
        }
        Ok(course)
    }

    /// Without what comes after a look that the plan takes for its last one, since nearly all have been seen.
    #[must_use]
    pub fn ended_by(mut self, plan: &Plan) -> Self {
        if has_looks(plan) {
            let enough = (1.0 - NEAR) * self.planned as f64;
            let last = self.stages.iter().position(|stage| stage.looks && stage.units as f64 >= enough);
            self.stages.truncate(last.map_or(usize::MAX, |last| last + 1));
        }
        self
    }

    /// The stages that are looked at.
    pub fn looks(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.looks)
    }

    /// One more look, if it finds anybody new.
    fn push(&mut self, units: u64, days: Option<Days>) -> bool {
        let before = self.stages.last().map_or(0, |stage| stage.units);
        let new = units > before;
        if new {
            self.stages.push(Stage { units, more: units - before, days, looks: true });
        }
        new
    }

    /// Units of a test that runs to its end.
    pub fn units(&self) -> u64 {
        self.stages.last().map_or(0, |stage| stage.units)
    }

    /// Days from the first exposure to the end of a look's day, both included.
    pub fn days(&self, look: usize) -> Option<u32> {
        Some((self.stages[look].days?.look - self.first_day? + 1) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_find_nobody_new_are_none() {
        let course = Course::evenly(3, &[0.1, 0.5, 0.6, 1.0]);
        let found: Vec<(u64, u64)> = course.stages.iter().map(|stage| (stage.units, stage.more)).collect();
        assert_eq!(found, [(2, 2), (3, 1)]);
        assert_eq!((course.units(), course.days(0)), (3, None));
    }
}
