//! How a test goes in time: when customers are exposed and can be judged, on which day each look falls, and what the days
//! of the week do.
//!
//! Customers do not come evenly: a campaign reaches a whole base on its first day and afterwards only who joins. So the
//! length of a test is read off the exposures of a [`Bank`], scaled to the firm, and not worked out as units ÷ traffic.
//! Days are calendar days on the clock of each customer's segment, numbered from the date of the scenario's start (day 0). A
//! look is taken at the end of its day.

mod weekdays;

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::bank::{Bank, Error, Evaluated};
use super::metric::Metric;
use crate::scenario::{DAY, Seconds, Span};
use crate::world::World;

pub use weekdays::{ByWeekday, PartialWeek, Truth, by_weekday, partial_weeks};

/// Days of a week.
const WEEK_DAYS: i32 = 7;
/// Units that rounding may hide: shares and scales are products of floating-point numbers.
const ROUNDING: f64 = 1e-9;

/// When customers of a firm are first exposed.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Every day from the first to the last on which anyone is exposed.
    pub days: Vec<Day>,
    /// Customers of the firm that one customer of the bank stands for, times the share that takes part.
    pub scale: f64,
    /// Share of the customers that takes part in the test, in (0, 1].
    pub share: f64,
    /// The date of day 0.
    start: Date,
    /// Exposures with their day, by how long they are followed.
    exposures: Vec<Exposure>,
}

/// The exposures of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// Days since the start.
    pub day: i32,
    /// Its date.
    pub date: Date,
    /// Customers of the firm that are first exposed on it and take part.
    pub units: f64,
    /// Customers of the bank.
    pub sampled: u64,
}

/// Units of the bank that are exposed on the same day and followed equally long.
#[derive(Clone, Copy, Debug)]
struct Exposure {
    day: i32,
    followed: Seconds,
    sampled: u64,
}

/// What is planned.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Units of all arms together at the last look.
    pub units: u64,
    /// Seconds after its exposure at which a unit can be judged: that of the metric which takes longest. 0 = at once, which
    /// is right for no metric that only time brings.
    pub matures: Seconds,
    /// The looks, as shares of `units`: ascending, the last one 1.
    pub looks: &'a [f64],
    /// Whether each look waits until whole weeks of exposures are in.
    pub whole_weeks: bool,
}

/// When a test looks and ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The looks, in the order of the plan.
    pub looks: Vec<Look>,
    /// The day of the first exposure.
    pub first_day: i32,
    /// The day of the last look, with which the test ends.
    pub ends: i32,
    /// Its date.
    pub date: Date,
    /// Days from the first exposure to the end, both included.
    pub days: u32,
    /// Customers who are exposed before the horizon and take part.
    pub ever_exposed: f64,
    /// Of these, those who can be judged before the horizon.
    pub ever_mature: f64,
    /// The smallest share of the customers with which the test finds its units at all, by the horizon.
    pub least_share: f64,
}

/// One look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Share of the planned units, as planned.
    pub fraction: f64,
    /// Units that can be judged at the look; never fewer than `fraction` of the plan.
    pub units: f64,
    /// The last day whose exposures count.
    pub exposed_by: i32,
    /// The day at whose end the look is taken: all who count are mature.
    pub day: i32,
    /// Its date.
    pub date: Date,
    /// Its weekday.
    pub weekday: Weekday,
    /// Customers who are exposed by then and cannot be judged yet.
    pub waiting: f64,
    /// How many whole weeks the exposures that count make up; none if the last week is broken off.
    pub weeks: Option<u32>,
    /// Whether it falls on the day of the look before: the two are one.
    pub same_day: bool,
}

/// Customers of the bank up to each day.
struct Sums {
    exposed: Vec<u64>,
    /// Of these, those who can be judged before the horizon.
    mature: Vec<u64>,
}

impl Arrivals {
    /// The exposures of a bank, scaled to a firm of `population` customers (for arrivals: those who join before the horizon)
    /// of whom a `share` takes part in the test.
    ///
    /// # Errors
    /// [`Error::Refused`] unless the share lies in (0, 1] and the population is positive.
    pub fn new(world: &World, bank: &Bank, population: f64, share: f64) -> Result<Self, Error> {
        if !(share > 0.0 && share <= 1.0) {
            let help = "give a share above 0 and up to 1, such as 0.2 for every fifth customer";
            return Err(Error::refused(
                format!("a share of {share} of the customers cannot take part in a test"),
                help,
            ));
        }
        if !(population > 0.0 && population.is_finite()) {
            let help = "give the firm's number of customers";
            return Err(Error::refused(format!("a population of {population} cannot be tested"), help));
        }
        let start = world.scenario.start.0;
        let mut counts: BTreeMap<(i32, Seconds), u64> = BTreeMap::new();
        for (unit, day) in exposure_days(world, bank).into_iter().enumerate() {
            *counts.entry((day, bank.followed(unit))).or_default() += 1;
        }
        let exposures: Vec<Exposure> =
            counts.into_iter().map(|((day, followed), sampled)| Exposure { day, followed, sampled }).collect();
        let scale = population * share / bank.joined as f64;
        let (first, last) = exposures.first().zip(exposures.last()).map_or((0, -1), |(a, b)| (a.day, b.day));
        let mut days: Vec<Day> =
            (first..=last).map(|day| Day { day, date: date_of(start, day), units: 0.0, sampled: 0 }).collect();
        for exposure in &exposures {
            days[(exposure.day - first) as usize].sampled += exposure.sampled;
        }
        days.iter_mut().for_each(|day| day.units = day.sampled as f64 * scale);
        Ok(Self { days, scale, share, start, exposures })
    }

    /// Customers who are ever exposed before the horizon and take part.
    pub fn total(&self) -> f64 {
        self.exposures.iter().map(|exposure| exposure.sampled).sum::<u64>() as f64 * self.scale
    }

    /// When a test of so many units looks and ends.
    ///
    /// # Errors
    /// [`Error::Refused`] if that many units never arrive and mature before the horizon, and for looks that are not
    /// ascending shares up to 1.
    pub fn schedule(&self, wanted: &Wanted<'_>) -> Result<Schedule, Error> {
        let ascending = wanted.looks.windows(2).all(|pair| pair[0] < pair[1]);
        let (first, last) = (wanted.looks.first().copied(), wanted.looks.last().copied());
        if !ascending || first.is_none_or(|first| first <= 0.0) || last != Some(1.0) {
            return Err(Error::refused(
                format!("the looks {:?} cannot be planned", wanted.looks),
                "give ascending shares of the units above 0, the last one 1, such as 0.25, 0.5, 0.75, 1",
            ));
        }
        let mature = self.up_to(|exposure| exposure.followed >= wanted.matures.max(0));
        let ever_mature = mature.last().map_or(0.0, |&units| units as f64 * self.scale);
        if wanted.units == 0 || wanted.units as f64 > ever_mature + ROUNDING {
            return Err(self.never_enough(wanted, ever_mature));
        }
        let sums = Sums { mature, exposed: self.up_to(|_| true) };
        let first_day = self.days.first().map_or(0, |day| day.day);
        let mut looks: Vec<Look> = Vec::with_capacity(wanted.looks.len());
        for &fraction in wanted.looks {
            let mut look = self.look(&sums, first_day, fraction, wanted);
            look.same_day = looks.last().is_some_and(|before| before.day == look.day);
            looks.push(look);
        }
        let ends = looks.last().map_or(first_day, |look| look.day);
        Ok(Schedule {
            looks,
            first_day,
            ends,
            date: date_of(self.start, ends),
            days: (ends - first_day + 1) as u32,
            ever_exposed: self.total(),
            ever_mature,
            least_share: self.share * wanted.units as f64 / ever_mature,
        })
    }

    fn look(&self, sums: &Sums, first_day: i32, fraction: f64, wanted: &Wanted<'_>) -> Look {
        let matures = wanted.matures.max(0);
        let enough = fraction * wanted.units as f64 - ROUNDING;
        let ready = sums.mature.partition_point(|&units| (units as f64 * self.scale) < enough);
        let last = self.days.len().saturating_sub(1);
        let mut exposed_by = first_day + ready.min(last) as i32;
        let broken = (exposed_by - first_day + 1) % WEEK_DAYS;
        let whole = if broken == 0 { exposed_by } else { exposed_by + WEEK_DAYS - broken };
        // A week in the rest of which nobody is exposed is whole already. One whose last exposures nobody could judge before
        // the horizon stays broken off.
        let rest: Vec<&Exposure> =
            self.exposures.iter().filter(|exposure| (exposed_by + 1..=whole).contains(&exposure.day)).collect();
        let mut is_whole = rest.is_empty();
        if wanted.whole_weeks && !is_whole && rest.iter().all(|exposure| exposure.followed >= matures) {
            exposed_by = whole;
            is_whole = true;
        }
        // An exposure of that day at any hour is mature at the end of this one.
        let day = exposed_by + ((matures + DAY - 1) / DAY) as i32;
        let date = date_of(self.start, day);
        let at = |sums: &[u64], day: i32| {
            let place = ((day - first_day) as usize).min(last);
            sums.get(place).map_or(0.0, |&units| units as f64 * self.scale)
        };
        let units = at(&sums.mature, exposed_by);
        Look {
            fraction,
            units,
            exposed_by,
            day,
            date,
            weekday: date.weekday(),
            waiting: at(&sums.exposed, day) - units,
            weeks: is_whole.then(|| ((whole - first_day + 1) / WEEK_DAYS) as u32),
            same_day: false,
        }
    }

    /// Customers of the bank exposed up to each of `days`.
    fn up_to(&self, of: impl Fn(&Exposure) -> bool) -> Vec<u64> {
        let first = self.days.first().map_or(0, |day| day.day);
        let mut sums = vec![0; self.days.len()];
        for exposure in self.exposures.iter().filter(|exposure| of(exposure)) {
            sums[(exposure.day - first) as usize] += exposure.sampled;
        }
        let mut sum = 0;
        sums.iter_mut().for_each(|day| {
            sum += *day;
            *day = sum;
        });
        sums
    }

    fn never_enough(&self, wanted: &Wanted<'_>, mature: f64) -> Error {
        if wanted.units == 0 {
            return Error::refused("a test of 0 units says nothing", "plan for at least 2");
        }
        let exposed = self.total();
        // Rounded up: with the share that is told the test must be possible.
        let share = (self.share * wanted.units as f64 / mature * 1000.0).ceil() / 1000.0;
        let help = if share <= 1.0 {
            format!("let a share of at least {share:.3} of the customers take part, or look for a larger effect")
        } else if exposed >= wanted.units as f64 {
            "let the metric mature in less time, make the horizon longer, or look for a larger effect".to_owned()
        } else {
            "look for a larger effect, or make the horizon longer".to_owned()
        };
        Error::refused(
            format!(
                "the test needs {} units, but only {} ever take part and can be judged before the horizon ({} are exposed; \
                 each is judged {} later)",
                wanted.units,
                mature.floor(),
                exposed.floor(),
                Span(wanted.matures.max(0))
            ),
            help,
        )
    }
}

/// A metric of those units of a bank that are exposed until the end of a day: the customers of a test whose last look counts
/// exposures by then ([`Look::exposed_by`]).
///
/// # Errors
/// As [`Bank::evaluate_of`].
pub fn exposed_by<'b>(world: &World, bank: &'b Bank, metric: &Metric, day: i32) -> Result<Evaluated<'b>, Error> {
    let days = exposure_days(world, bank);
    bank.evaluate_of(metric, &|unit| days[unit] <= day)
}

/// The day of every unit's exposure, in days since the start, by unit.
fn exposure_days(world: &World, bank: &Bank) -> Vec<i32> {
    let start = world.scenario.start.0;
    local_dates(world, bank).into_iter().map(|date| days_between(start, date)).collect()
}

/// The local date of every unit's exposure, by unit.
fn local_dates(world: &World, bank: &Bank) -> Vec<Date> {
    let clocks: Vec<_> = (0..world.segments.len()).map(|segment| world.clock(segment)).collect();
    // Runs begin at few instants.
    let mut known: BTreeMap<(u32, Seconds), Date> = BTreeMap::new();
    let date = |unit: &super::bank::Unit| {
        let local = || clocks[unit.segment as usize].local(unit.exposed).date();
        *known.entry((unit.segment, unit.exposed)).or_insert_with(local)
    };
    bank.units.iter().map(date).collect()
}

fn days_between(start: Date, date: Date) -> i32 {
    // Two dates of the calendar always have a span in days.
    start.until(date).map_or(0, |span| span.get_days())
}

pub(super) fn date_of(start: Date, day: i32) -> Date {
    // Beyond the year 9999 there is no calendar, and no scenario.
    start.checked_add(jiff::Span::new().days(day)).unwrap_or(if day < 0 { Date::MIN } else { Date::MAX })
}
