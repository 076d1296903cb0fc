//! What a test on simulated customers would look like: what is known of its metric, the true effect, and the calendar.

use serde::Serialize;

use super::bank::{Bank, Error};
use super::calendar::{Arrivals, Wanted, by_weekday, date_of, exposed_by};
use super::metric::{Kind, Metric};
use super::plan::Validity;
use super::sizing::Baseline;
use crate::stats::power::variances::Variances;
use crate::world::World;

/// The primary metric in two arms of a bank.
#[derive(Clone, Debug, Serialize)]
pub struct Expected {
    /// Customers of the bank who count.
    pub units: u64,
    /// The date of the last exposure that counts; none where all customers count who are exposed before the horizon.
    pub exposed_by: Option<String>,
    /// The control's value.
    pub control: f64,
    /// The treatment's value.
    pub treatment: f64,
    /// The true effect on these customers: both were played.
    pub effect: f64,
    /// Its standard error against the world, from the finite number of customers that were played.
    pub effect_error: f64,
    /// The effect as a share of the control's value.
    pub relative_effect: Option<f64>,
    /// Standard deviation of a unit's value in the control.
    pub sd_control: f64,
    /// The same in the treatment.
    pub sd_treatment: f64,
    /// Share of the variance that the planned covariates save.
    pub saved: f64,
}

/// When the test looks and ends.
#[derive(Clone, Debug, Serialize)]
pub struct Calendar {
    /// Days from the first exposure to the end, both included.
    pub days: u32,
    /// The date of the end.
    pub ends: String,
    /// The last day whose exposures count at the end, from the scenario's start.
    pub exposed_by: i32,
    /// Customers who would ever be exposed.
    pub ever_exposed: f64,
    /// Of these, those who can be judged before the horizon.
    pub ever_mature: f64,
    /// Each look.
    pub looks: Vec<Look>,
    /// Whether looks wait for whole weeks.
    pub whole_weeks: bool,
    /// The effect on the test's customers by the weekday of their exposure, Monday first.
    pub weekdays: Vec<Weekday>,
}

/// One look.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// Share of the units.
    pub share: f64,
    /// The day at whose end it is taken, from the scenario's start.
    pub day: i32,
    /// Its date.
    pub date: String,
    /// Its weekday.
    pub weekday: &'static str,
    /// Units that can be judged.
    pub units: f64,
    /// Units that are exposed but too young.
    pub waiting: f64,
    /// Whether it falls on the same day as the look before.
    pub same_day: bool,
}

/// One weekday.
#[derive(Clone, Debug, Serialize)]
pub struct Weekday {
    /// Its name.
    pub weekday: &'static str,
    /// Share of the test's customers.
    pub share: f64,
    /// The true effect on those exposed on it.
    pub effect: Option<f64>,
    /// Its standard error.
    pub effect_error: Option<f64>,
}

/// What the bank says of a metric; the control is the bank's first arm. `covariates` are those of the bank. With a `day` it is
/// over those who are exposed by its end: whoever comes later may be other than they, and is not in a test that then ends.
///
/// # Errors
/// [`Error::Refused`] for names that a bank does not have and kinds that it cannot compute.
pub fn expected(
    world: &World,
    bank: &Bank,
    metric: &Metric,
    treatment: usize,
    day: Option<i32>,
) -> Result<Expected, Error> {
    let evaluated = day.map_or_else(|| bank.evaluate(metric), |day| exposed_by(world, bank, metric, day))?;
    let (control, treated) = (evaluated.moments(0), evaluated.moments(treatment));
    let effect = evaluated.effect(0, treatment);
    let names: Vec<&str> = metric.covariates.iter().map(String::as_str).collect();
    let saved = if names.is_empty() { 0.0 } else { evaluated.variance_saved(0, &names)? };
    Ok(Expected {
        units: control.units,
        exposed_by: day.map(|day| date_of(world.scenario.start.0, day).to_string()),
        control: control.value,
        treatment: treated.value,
        effect: effect.value,
        effect_error: effect.standard_error,
        relative_effect: effect.relative,
        sd_control: control.variance.sqrt(),
        sd_treatment: treated.variance.sqrt(),
        saved,
    })
}

impl Expected {
    /// As sizing wants it.
    pub fn baseline(&self, metric: &Metric) -> Baseline {
        match metric.kind {
            Kind::Proportion { .. } => Baseline::Rate(self.control),
            _ => Baseline::Mean {
                mean: self.control,
                variances: Variances { control: self.sd_control.powi(2), treatment: self.sd_treatment.powi(2) },
            },
        }
    }
}

/// The calendar of a test of so many units.
///
/// # Errors
/// [`Error::Refused`] where the scenario never has so many, with how many it has.
pub fn calendar(
    world: &World,
    bank: &Bank,
    metric: &Metric,
    treatment: usize,
    asked: &Asked<'_>,
) -> Result<Calendar, Error> {
    let arrivals = Arrivals::new(world, bank, world.scenario.population as f64, asked.traffic)?;
    let window = bank.evaluate(metric)?.window;
    let looks = match asked.validity {
        Validity::PlannedLooks { looks, .. } => looks.clone(),
        Validity::Fixed | Validity::AnyTime => vec![1.0],
    };
    let wanted = Wanted { units: asked.units, matures: window, looks: &looks, whole_weeks: asked.whole_weeks };
    let schedule = arrivals.schedule(&wanted)?;
    let last = schedule.looks.last().map_or(schedule.first_day, |look| look.exposed_by);
    let evaluated = exposed_by(world, bank, metric, last)?;
    let all = evaluated.units.len() as u64;
    Ok(Calendar {
        days: schedule.days,
        ends: schedule.date.to_string(),
        exposed_by: last,
        ever_exposed: schedule.ever_exposed,
        ever_mature: schedule.ever_mature,
        looks: schedule
            .looks
            .iter()
            .map(|look| Look {
                share: look.fraction,
                day: look.day,
                date: look.date.to_string(),
                weekday: weekday(look.weekday),
                units: look.units,
                waiting: look.waiting,
                same_day: look.same_day,
            })
            .collect(),
        whole_weeks: asked.whole_weeks,
        weekdays: by_weekday(world, &evaluated, 0, treatment)
            .iter()
            .map(|day| Weekday {
                weekday: weekday(day.weekday),
                share: day.units as f64 / all.max(1) as f64,
                effect: day.truth.as_ref().map(|truth| truth.effect),
                effect_error: day.truth.as_ref().map(|truth| truth.standard_error),
            })
            .collect(),
    })
}

/// Rounds after which a plan is taken as it is.
const MOST_ROUNDS: usize = 10;

/// A plan that is made over certain customers.
#[derive(Clone, Debug)]
pub struct Round<T> {
    /// The plan.
    pub plan: T,
    /// Its units.
    pub units: u64,
    /// The last day whose exposures count in it.
    pub exposed_by: i32,
}

/// A plan that is made over just the customers whom it takes. Their number depends on what is expected of them, and what is
/// expected on how long the test lets customers in. So the first plan is made over all, each further one over those whom
/// the one before takes, until the last day stays the same. If the days go round in a circle, or do not settle in ten rounds, it
/// is the largest plan of the circle (of the last two).
///
/// # Errors
/// Those of `make`.
pub fn settled<T, E>(mut make: impl FnMut(Option<i32>) -> Result<Round<T>, E>) -> Result<T, E> {
    let mut day = make(None)?.exposed_by;
    // By the day over whose customers they are made.
    let mut rounds: Vec<(i32, Round<T>)> = Vec::new();
    let circle = loop {
        let round = make(Some(day))?;
        let next = round.exposed_by;
        rounds.push((day, round));
        if let Some(first) = rounds.iter().position(|(day, _)| *day == next) {
            break first;
        }
        if rounds.len() == MOST_ROUNDS {
            break MOST_ROUNDS - 2;
        }
        day = next;
    };
    let larger = |best: usize, other: usize| if rounds[other].1.units > rounds[best].1.units { other } else { best };
    let best = (circle..rounds.len()).fold(circle, larger);
    Ok(rounds.swap_remove(best).1.plan)
}

/// What the calendar depends on.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Units of all arms.
    pub units: u64,
    /// Share of the customers that takes part, in (0, 1].
    pub traffic: f64,
    /// When it is looked.
    pub validity: &'a Validity,
    /// Whether looks wait for whole weeks.
    pub whole_weeks: bool,
}

/// The name of a day of the week.
pub fn weekday(weekday: jiff::civil::Weekday) -> &'static str {
    match weekday {
        jiff::civil::Weekday::Monday => "Monday",
        jiff::civil::Weekday::Tuesday => "Tuesday",
        jiff::civil::Weekday::Wednesday => "Wednesday",
        jiff::civil::Weekday::Thursday => "Thursday",
        jiff::civil::Weekday::Friday => "Friday",
        jiff::civil::Weekday::Saturday => "Saturday",
        jiff::civil::Weekday::Sunday => "Sunday",
    }
}
