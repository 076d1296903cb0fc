//! Times to an event beyond their restricted mean: log-rank test and ratio of hazards.

use serde::Serialize;

use super::super::collected::Sample;
use super::super::contrast;
use super::super::standing::Standing;
use crate::stats::Error;
use crate::stats::two_arms::survival::{Weights, log_rank};

/// How fast the event comes to the treatment against the control.
#[derive(Clone, Debug, Serialize)]
pub struct Hazard {
    /// Two-sided p-value of the log-rank test, valid as the result is. Not corrected.
    pub log_rank_pvalue: f64,
    /// Hazard of the treatment ÷ that of the control (Peto's one step): below 1, events come later.
    pub hazard_ratio: f64,
    /// Interval of it, at the corrected level of the result.
    pub hazard_ratio_ci_lower: f64,
    /// Interval of it, at the corrected level of the result.
    pub hazard_ratio_ci_upper: f64,
}

/// Of two arms; none for anything but times, and where no event came while both were watched.
///
/// # Errors
/// Those of statistics.
pub fn hazard(
    control: &Sample,
    treatment: &Sample,
    standing: &Standing,
    critical: f64,
) -> Result<Option<Hazard>, Error> {
    let (Sample::Lifetimes(control), Sample::Lifetimes(treatment)) = (control, treatment) else { return Ok(None) };
    let (control, treatment) = (contrast::curve(control)?, contrast::curve(treatment)?);
    let Ok(test) = log_rank(&control, &treatment, Weights::LogRank) else { return Ok(None) };
    let (low, high) = test.hazard_ratio_interval(critical);
    let (p, _) = standing.p(test.z())?;
    Ok(Some(Hazard {
        log_rank_pvalue: p,
        hazard_ratio: test.hazard_ratio(),
        hazard_ratio_ci_lower: low,
        hazard_ratio_ci_upper: high,
    }))
}
