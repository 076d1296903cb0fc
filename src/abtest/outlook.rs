//! What a test on simulated customers would look like: what is known of its metric, the true effect, and the calendar.

use serde::Serialize;

use super::bank::{Bank, Error};
use super::calendar::{Arrivals, Wanted, by_weekday};
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
    /// Customers who would ever be exposed.
    pub ever_exposed: f64,
    /// Of these, those who can be judged before the horizon.
    pub ever_mature: f64,
    /// Each look.
    pub looks: Vec<Look>,
    /// Whether looks wait for whole weeks.
    pub whole_weeks: bool,
    /// The effect on customers by the weekday of their exposure, Monday first.
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
    /// Share of all exposures.
    pub share: f64,
    /// The true effect on those exposed on it.
    pub effect: Option<f64>,
    /// Its standard error.
    pub effect_error: Option<f64>,
}

/// What the bank says of a metric; the control is the bank's first arm. `covariates` are those of the bank.
///
/// # Errors
/// [`Error::Refused`] for names that a bank does not have and kinds that it cannot compute.
pub fn expected(bank: &Bank, metric: &Metric, treatment: usize) -> Result<Expected, Error> {
    let evaluated = bank.evaluate(metric)?;
    let (control, treated) = (evaluated.moments(0), evaluated.moments(treatment));
    let effect = evaluated.effect(0, treatment);
    let names: Vec<&str> = metric.covariates.iter().map(String::as_str).collect();
    let saved = if names.is_empty() { 0.0 } else { evaluated.variance_saved(0, &names)? };
    Ok(Expected {
        units: control.units,
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
    let evaluated = bank.evaluate(metric)?;
    let looks = match asked.validity {
        Validity::PlannedLooks { looks, .. } => looks.clone(),
        Validity::Fixed | Validity::AnyTime => vec![1.0],
    };
    let wanted =
        Wanted { units: asked.units, matures: evaluated.window, looks: &looks, whole_weeks: asked.whole_weeks };
    let schedule = arrivals.schedule(&wanted)?;
    let all: u64 = bank.units.len() as u64;
    Ok(Calendar {
        days: schedule.days,
        ends: schedule.date.to_string(),
        ever_exposed: schedule.ever_exposed,
        ever_mature: schedule.ever_mature,
        looks: schedule
            .looks
            .iter()
            .map(|look| Look {
                share: look.fraction,
                day: look.day,
                date: look.date.to_string(),
                weekday: name(look.weekday),
                units: look.units,
                waiting: look.waiting,
                same_day: look.same_day,
            })
            .collect(),
        whole_weeks: asked.whole_weeks,
        weekdays: by_weekday(world, &evaluated, 0, treatment)
            .iter()
            .map(|day| Weekday {
                weekday: name(day.weekday),
                share: day.units as f64 / all.max(1) as f64,
                effect: day.truth.as_ref().map(|truth| truth.effect),
                effect_error: day.truth.as_ref().map(|truth| truth.standard_error),
            })
            .collect(),
    })
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

fn name(weekday: jiff::civil::Weekday) -> &'static str {
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
