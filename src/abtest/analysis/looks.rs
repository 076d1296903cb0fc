//! The planned looks: where the boundaries lie, what was found, and what is valid after stopping.

use serde::Serialize;

use super::super::contrast::Contrast;
use super::super::plan::{Plan, Validity};
use super::super::standing::{Look, Standing};
use super::days::DayResult;
use crate::stats::Error;
use crate::stats::sequential::always_valid::Mixture;

/// A look whose units are off by no more than this share of all is the planned one.
pub const NEAR: f64 = 0.02;

/// One look of a plan, taken or to come.
#[derive(Clone, Debug, Serialize)]
pub struct LookResult {
    /// Counted from 1.
    pub look: usize,
    /// Units at it, as a share of the planned units.
    pub share: f64,
    /// Units at it.
    pub units: u64,
    /// |z| beyond which the test stops for a difference.
    pub boundary: f64,
    /// Two-sided level spent until then.
    pub spent: f64,
    /// Whether this is the look that the data are at.
    pub now: bool,
    /// The arm that is compared with the control; the looks stand once for each.
    pub treatment: String,
    /// Signed normal score, as far as the data tell it: now, and before where there are days of exposure.
    pub statistic: Option<f64>,
    /// The median-unbiased effect after stopping at this look (stage-wise order), in the metric's unit.
    pub effect_size: Option<f64>,
    /// Interval of it.
    pub effect_size_ci_lower: Option<f64>,
    /// Interval of it.
    pub effect_size_ci_upper: Option<f64>,
    /// Its p-value.
    pub pvalue: Option<f64>,
}

/// Where the data stand among the looks of a plan, or how else they are valid. `taken` are the shares of looks that were
/// really taken before, if they were written down.
///
/// # Errors
/// Those of statistics.
pub fn standing(plan: &Plan, units: u64, taken: Option<&[f64]>) -> Result<Standing, Error> {
    let planned = plan.design.units.unwrap_or(units) as f64;
    match &plan.design.validity {
        Validity::Fixed => Ok(Standing::Fixed),
        Validity::AnyTime => Ok(Standing::AnyTime(Mixture::tuned(planned, plan.design.alpha)?, units as f64)),
        Validity::PlannedLooks { looks, spending, .. } => {
            let now = units as f64 / planned;
            let is_before = |look: &f64| *look < now - NEAR;
            let mut times: Vec<f64> = match taken {
                Some(taken) => taken.iter().copied().filter(|look| *look < now).collect(),
                None => looks.iter().copied().filter(is_before).collect(),
            };
            times.push(now);
            let to_come = looks.iter().copied().filter(|look| *look > now + NEAR).collect();
            Ok(Standing::Look(Look { times, to_come, spending: *spending }))
        }
    }
}

/// All looks, for each treatment.
///
/// # Errors
/// Those of statistics.
pub fn looks(
    plan: &Plan,
    standing: &Standing,
    alpha: f64,
    treatments: &[String],
    contrasts: &[Contrast],
    days: &[DayResult],
) -> Result<Vec<LookResult>, Error> {
    let Standing::Look(look) = standing else { return Ok(Vec::new()) };
    let planned = plan.design.units.unwrap_or(0) as f64;
    let design = look.design(alpha)?;
    let now = look.times.len() - 1;
    let mut results = Vec::new();
    for (treatment, contrast) in treatments.iter().zip(contrasts) {
        for (i, bounds) in design.looks().iter().enumerate() {
            let statistic = match i {
                i if i == now => Some(contrast.z(0.0)),
                i if i < now => at(days, treatment, bounds.time * planned, treatments.len()),
                _ => None,
            };
            let boundary = design.critical(i)?;
            let stops = i == now && (contrast.z(0.0).abs() > boundary || look.is_last());
            let stopped = if stops { Some(design.stopped(i, contrast.z(0.0))?) } else { None };
            // Drifts are in units of the standard error at the planned end: the same family z(δ) gives them back as effects.
            let effect = |drift: f64| of_score(contrast, contrast.z(0.0) - drift * bounds.time.sqrt());
            results.push(LookResult {
                look: i + 1,
                share: bounds.time,
                units: (bounds.time * planned).round() as u64,
                boundary,
                spent: 2.0 * bounds.spent,
                now: i == now,
                treatment: treatment.clone(),
                statistic,
                effect_size: stopped.as_ref().and_then(|stopped| effect(stopped.estimate)),
                effect_size_ci_lower: stopped.as_ref().and_then(|stopped| effect(stopped.low)),
                effect_size_ci_upper: stopped.as_ref().and_then(|stopped| effect(stopped.high)),
                pvalue: stopped.map(|stopped| stopped.p),
            });
        }
    }
    Ok(results)
}

/// The score on the first day that had so many units in all arms together.
fn at(days: &[DayResult], treatment: &str, units: f64, treatments: usize) -> Option<f64> {
    // The days know of the control and one treatment.
    let both = units * 2.0 / (treatments as f64 + 1.0);
    let day =
        days.iter().find(|day| day.treatment == treatment && (day.n_control + day.n_treatment) as f64 >= both - 1.0);
    day.map(|day| day.statistic)
}

/// The difference whose score is this.
fn of_score(contrast: &Contrast, score: f64) -> Option<f64> {
    let (low, high) = contrast.interval(score.abs()).ok()?;
    Some(if score > 0.0 { low } else { high })
}
