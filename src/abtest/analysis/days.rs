//! The primary metric as units came in, day by day.

use serde::Serialize;

use super::super::collected::{Cell, Collected, Sample};
use super::super::contrast::Contrast;
use super::super::plan::Plan;
use crate::stats::{Error, normal};

/// All units exposed until a day.
#[derive(Clone, Debug, Serialize)]
pub struct DayResult {
    /// The day, as `2026-05-31`.
    pub day: String,
    /// The arm that is compared with the control.
    pub treatment: String,
    /// Units of the control until then.
    pub n_control: u64,
    /// Units of the treatment until then.
    pub n_treatment: u64,
    /// Treatment − control.
    pub effect_size: f64,
    /// Interval that is valid if one looks only once, at the end.
    pub fixed_ci_lower: f64,
    /// Interval that is valid if one looks only once, at the end.
    pub fixed_ci_upper: f64,
    /// Interval that is valid however often one looks.
    pub any_time_ci_lower: f64,
    /// Interval that is valid however often one looks.
    pub any_time_ci_upper: f64,
    /// Signed normal score of "no difference".
    pub statistic: f64,
}

/// Adds the units of a day to those before.
fn add(sum: &mut Cell, day: &Cell) {
    for (sum, day) in sum.0.iter_mut().zip(&day.0) {
        match (sum, day) {
            (Sample::Count { successes, units }, Sample::Count { successes: more, units: new }) => {
                *successes += more;
                *units += new;
            }
            (Sample::Moments(sum), Sample::Moments(day)) => sum.merge(day),
            // Values and times are not kept by day.
            _ => {}
        }
    }
}

/// The primary metric until each day; days before the arms can be compared are left out.
///
/// # Errors
/// Those of statistics.
pub fn days(plan: &Plan, collected: &Collected) -> Result<Vec<DayResult>, Error> {
    let Some(primary) = plan.metrics.iter().position(|metric| *metric == *plan.primary()) else {
        return Ok(Vec::new());
    };
    let by_day = &collected.metrics[primary].by_day;
    let mut results = Vec::new();
    let mut sum: Option<Cell> = None;
    for (day, cell) in by_day {
        match &mut sum {
            Some(sum) => add(sum, cell),
            None => sum = Some(cell.clone()),
        }
        let Some(sum) = &sum else { continue };
        for (arm, treatment) in collected.arms.iter().enumerate().skip(1) {
            let Ok(contrast) = Contrast::of(&plan.metrics[primary].kind, &sum.0[0], &sum.0[arm]) else { continue };
            let (n_control, n_treatment) = contrast.units;
            let fixed = contrast.interval(-normal::quantile(plan.design.alpha / 2.0))?;
            let (watched, standing) = super::at_any_time(plan, collected, treatment, contrast.units, contrast.clone())?;
            let any = watched.interval(standing.critical(plan.design.alpha)?)?;
            results.push(DayResult {
                day: day.to_string(),
                treatment: treatment.clone(),
                n_control,
                n_treatment,
                effect_size: contrast.difference(),
                fixed_ci_lower: fixed.0,
                fixed_ci_upper: fixed.1,
                any_time_ci_lower: any.0,
                any_time_ci_upper: any.1,
                statistic: contrast.z(0.0),
            });
        }
    }
    Ok(results)
}
