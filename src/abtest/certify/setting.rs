//! What a certificate is made of: the plan, its looks as they fall, and the customers, played.

use super::certificate::{Customers, Weekday};
use super::course::{self, Course};
use super::population::Population;
use crate::abtest::bank::{Bank, Error, MOST_BYTES};
use crate::abtest::calendar::{Arrivals, exposed_by, partial_weeks};
use crate::abtest::metric::{Kind, Metric, Role};
use crate::abtest::outlook::{self, Expected, weekday};
use crate::abtest::plan::Plan;
use crate::scenario::{DAY, Seconds, nearest};
use crate::simulation::{self, Progress};
use crate::world::World;

/// The bank has at least so many times the units of an experiment, in every stage.
pub const TIMES: f64 = 20.0;
/// Customers in the pilot whose exposures make the calendar, unless the scenario says more.
const PILOT: u64 = 20_000;
/// More than this is refused: what one experiment reads must be in memory.
const MOST_BYTES_OF_ROWS: u64 = 4 << 30;
/// Customers more than what the pilot's shares ask for, since they are estimates.
const ROOM: f64 = 1.05;

/// What follows where a guardrail is not certified.
pub(super) const GUARDS: &str = " It is a guardrail: a real test ships less often than is told here.";

/// How a unit comes to its arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// A coin of its own: how many an arm gets is a matter of chance, as in most tests.
    Coin,
    /// By its place in the experiment, so that each arm has its share of the units as exactly as whole numbers allow. Since
    /// units are drawn independently of each other, who has which place is a matter of chance all the same.
    InTurn,
}

/// What is asked beside scenario and plan.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Experiments.
    pub experiments: u64,
    /// Seed of customers, samples and assignments.
    pub seed: u64,
    /// Customers of the bank; none = enough for 20 times the units of an experiment.
    pub bank: Option<u64>,
    /// Whether looks follow the scenario's calendar; else customers come evenly.
    pub calendar: bool,
    /// Share of the customers that takes part.
    pub traffic: f64,
    /// Whether looks wait for whole weeks.
    pub whole_weeks: bool,
    /// How often somebody looks who may look at any time, or peeks.
    pub peeks: usize,
}

/// A plan with its customers.
pub struct Setting {
    /// The plan, the control first, with the metrics that can be played.
    pub plan: Plan,
    /// Metrics that cannot, and why.
    pub left_out: Vec<String>,
    /// The looks.
    pub course: Course,
    /// The customers.
    pub population: Population,
    /// How they come to their arms.
    pub assignment: Assignment,
    /// The same customers without the campaigns that all arms carry out alike, and the names of these.
    pub alone: Option<(Population, String)>,
    /// By treatment: what is expected of the primary metric; empty where nothing was played.
    pub expected: Vec<Expected>,
    /// The last week of exposures, day by day.
    pub weekdays: Vec<Weekday>,
    /// Exposures by day until the end: day from the scenario's start, and units. Empty without a calendar.
    pub exposures: Vec<(i32, f64)>,
    /// Days until a unit's primary metric is mature.
    pub matures: i32,
}

impl Setting {
    /// Plays what is needed.
    ///
    /// # Errors
    /// [`Error::Refused`] for arms that are no strategies of the scenario, a plan without a number of units, a primary metric
    /// that cannot be played, looks that never come, and banks that do not fit; [`Error::World`] for numbers that cannot be
    /// played.
    pub fn new(world: &World, plan: &Plan, asked: &Asked, progress: &dyn Progress) -> Result<Self, Error> {
        let mut plan = plan.clone();
        plan.arms.sort_by_key(|(name, _)| *name != plan.control);
        let Some(units) = plan.design.units else {
            return Err(Error::refused(
                "the plan does not say how many units it takes",
                "write `units` under [design], or make the plan with `abtest plan`",
            ));
        };
        let arms = plan.arms.iter().map(|(name, _)| strategy(world, name)).collect::<Result<Vec<_>, _>>()?;
        let customers = PILOT.max(world.scenario.simulate.value);
        let of =
            |world: &World, customers: u64| simulation::Plan::new(world, asked.seed, customers, Some(1), arms.clone());
        let pilot = Bank::simulate(world, &of(world, customers), MOST_BYTES, progress)?;
        let left_out = leave_out(&mut plan, &pilot)?;
        let shares = course::shares(&plan, asked.peeks);
        let course = if asked.calendar {
            let asked = course::Asked { traffic: asked.traffic, whole_weeks: asked.whole_weeks, peeks: asked.peeks };
            Course::of_calendar(world, &pilot, &plan, units, &asked)?
        } else {
            Course::evenly(units, &shares)
        };
        let course = course.ended_by(&plan);
        let last = course.stages.last().and_then(|stage| stage.days);
        let treatments = 1..arms.len();
        let expected = treatments
            .map(|treatment| outlook::expected(world, &pilot, plan.primary(), treatment, last.map(|days| days.until)))
            .collect::<Result<Vec<_>, _>>()?;
        let matures = (pilot.measure(plan.primary())?.window as f64 / DAY as f64).ceil() as i32;
        // What has no end is another thing for each day of exposure.
        let weekdays = match last {
            Some(days) if matures > 0 => last_week(world, &pilot, plan.primary(), days.until)?,
            _ => Vec::new(),
        };
        let mut exposures = Vec::new();
        if let Some(days) = last {
            let arrivals = Arrivals::new(world, &pilot, world.scenario.population as f64, asked.traffic)?;
            exposures =
                arrivals.days.iter().filter(|day| day.day <= days.until).map(|day| (day.day, day.units)).collect();
        }

        // Nobody looks at what comes after the last look: customers are not played beyond it, wherever they live.
        let mut world = world.clone();
        if let Some(days) = last {
            world.horizon = world.horizon.min((Seconds::from(days.look) + 3) * DAY);
        }
        let world = &world;
        // Enough for every stage, by what few customers say of their shares.
        let few = Population::simulate(world, &plan, &course, &of(world, PILOT), &())?;
        let needed = course.stages.iter().zip(&few.pools).map(|(stage, pool)| {
            let of_one = pool.len() as f64 / few.played as f64;
            let drawn = if asked.calendar { stage.more } else { course.units() };
            TIMES * drawn as f64 / of_one
        });
        let needed = (ROOM * needed.fold(0.0, f64::max)).ceil() as u64;
        let customers = asked.bank.unwrap_or(needed).max(PILOT);
        let each = few.bytes() as f64 / few.played as f64;
        if each * customers as f64 > MOST_BYTES_OF_ROWS as f64 {
            let needed = format!(", of whom {TIMES} times the units of an experiment can be drawn,");
            let why = if asked.bank.is_none() { needed.as_str() } else { "" };
            return Err(Error::refused(
                format!(
                    "a bank of {customers} customers{why} would take {:.1} GiB of memory",
                    each * customers as f64 / (1_u64 << 30) as f64
                ),
                format!(
                    "play fewer, --bank {:.0}, or make the test smaller",
                    (MOST_BYTES_OF_ROWS as f64 / each).floor()
                ),
            ));
        }
        drop(pilot);
        let play = of(world, customers);
        let population = Population::simulate(world, &plan, &course, &play, progress)?;
        let alone = match without(world, &arms) {
            None => None,
            Some((other, names)) => {
                Some((Population::simulate(&other, &plan, &course, &of(&other, customers), progress)?, names))
            }
        };
        let assignment = Assignment::Coin;
        Ok(Self { plan, left_out, course, population, assignment, alone, expected, weekdays, exposures, matures })
    }

    /// A setting of outcomes that are given and not played ([`Population::given`]), with looks at exact shares of the units.
    ///
    /// # Errors
    /// Those of [`Population::given`].
    pub fn given(
        plan: &Plan,
        units: u64,
        shares: &[f64],
        assignment: Assignment,
        rows: &[Vec<f64>],
    ) -> Result<Self, Error> {
        let mut plan = plan.clone();
        plan.arms.sort_by_key(|(name, _)| *name != plan.control);
        let course = Course::evenly(units, shares).ended_by(&plan);
        let arms: Vec<&str> = plan.arms.iter().map(|(name, _)| name.as_str()).collect();
        let population = Population::given(&arms, &plan.metrics, course.stages.len(), rows)?;
        Ok(Self {
            plan,
            left_out: Vec::new(),
            course,
            population,
            assignment,
            alone: None,
            expected: Vec::new(),
            weekdays: Vec::new(),
            exposures: Vec::new(),
            matures: 0,
        })
    }

    /// The bank in numbers.
    pub fn customers(&self) -> Customers {
        let stages = self.course.stages.iter().zip(&self.population.pools);
        let times = stages.map(|(stage, pool)| {
            let drawn = if self.course.first_day.is_some() { stage.more } else { self.course.units() };
            pool.len() as f64 / drawn as f64
        });
        Customers {
            played: self.population.played,
            units: self.population.len() as u64,
            sampled: self.course.units(),
            times: times.fold(f64::INFINITY, f64::min),
        }
    }
}

fn strategy(world: &World, name: &str) -> Result<usize, Error> {
    world.strategy(name).ok_or_else(|| {
        let known: Vec<&str> = world.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
        let near = nearest(name, known.iter().copied());
        let mean = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        Error::refused(
            format!("the plan has an arm {name}, and the scenario no strategy of that name"),
            format!("{mean}the scenario has {}", known.join(", ")),
        )
    })
}

/// Takes out what simulated customers cannot say. The primary metric must stay.
fn leave_out(plan: &mut Plan, bank: &Bank) -> Result<Vec<String>, Error> {
    let mut left_out = Vec::new();
    let mut kept: Vec<Metric> = Vec::new();
    for metric in plan.metrics.drain(..) {
        let possible = match &metric.kind {
            Kind::Survival { .. } => {
                let help = "certify a proportion, a mean or a ratio; `abtest analyze` can tell it from real data";
                Err(Error::refused(format!("`{}`: times to an event are not certified", metric.name), help))
            }
            _ => bank.measure(&metric).map(|_| ()),
        };
        match possible {
            Err(error) if metric.role == Role::Primary => return Err(error),
            Err(Error::Refused { what, .. }) => {
                let guards = if matches!(metric.role, Role::Guardrail(_)) { GUARDS } else { "" };
                left_out.push(format!("{what}.{guards}"));
            }
            Err(error) => return Err(error),
            Ok(()) => kept.push(metric),
        }
    }
    plan.metrics = kept;
    Ok(left_out)
}

/// The world in which nothing is sent but by the campaigns that differ between the arms; none where these are all.
fn without(world: &World, arms: &[usize]) -> Option<(World, String)> {
    let exposing = crate::abtest::bank::exposing(world, arms);
    let sent = |campaign: usize| arms.iter().any(|&arm| world.strategies[arm].plans[campaign].is_some());
    let beside: Vec<usize> = (0..world.campaigns.len()).filter(|&c| !exposing[c] && sent(c)).collect();
    if beside.is_empty() {
        return None;
    }
    let mut other = world.clone();
    for &arm in arms {
        let strategy = &mut other.strategies[arm];
        beside.iter().for_each(|&campaign| strategy.plans[campaign] = None);
        for calendar in &mut strategy.calendars {
            calendar.retain(|occurrence| !beside.contains(&usize::from(occurrence.campaign)));
        }
    }
    let names: Vec<&str> = beside.iter().map(|&campaign| world.campaigns[campaign].as_str()).collect();
    Some((other, names.join(", ")))
}

/// The week in which the last exposures fall; empty where all exposures are on one day of the week.
fn last_week(world: &World, bank: &Bank, metric: &Metric, day: i32) -> Result<Vec<Weekday>, Error> {
    let evaluated = bank.evaluate(metric)?;
    let week = partial_weeks(world, &evaluated, 0, 1, day);
    let grows = week.windows(2).filter(|pair| pair[0].units < pair[1].units).count();
    // Where nobody comes on other days a test that stops on them has the same customers.
    if grows < 2 && exposed_by(world, bank, metric, day)?.units.len() as u64 == week.first().map_or(0, |day| day.units)
    {
        return Ok(Vec::new());
    }
    Ok(week
        .into_iter()
        .map(|day| Weekday {
            weekday: weekday(day.weekday),
            date: day.date.to_string(),
            units: day.units,
            effect: day.truth.map(|truth| truth.effect),
            off: day.off,
            off_error: day.off_error,
        })
        .collect())
}
