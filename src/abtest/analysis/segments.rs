//! The effect within segments, corrected for looking at many, and whether it differs between them.

use serde::Serialize;

use super::super::collected::{Cell, Collected};
use super::super::contrast::Contrast;
use super::super::plan::Plan;
use super::super::standing::Standing;
use super::family::{Correction, correct};
use super::outcome::{Adjustment, Call, Estimates};
use crate::stats::Error;
use crate::stats::two_arms::strata::{Effect, heterogeneity};

/// One metric of one treatment in one level of a segment.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentResult {
    /// The metric.
    pub metric: String,
    /// The arm that is compared with the control.
    pub treatment: String,
    /// The column of the segments.
    pub segment: String,
    /// The level.
    pub level: String,
    /// The numbers. None where an arm has too few units.
    pub estimates: Option<Estimates>,
    /// Correction for looking at many levels.
    pub adjustment: Option<Adjustment>,
    /// What is decided of it.
    pub call: Call,
}

/// Whether an effect differs between the levels of a segment (Cochran's Q).
#[derive(Clone, Debug, Serialize)]
pub struct Heterogeneity {
    /// The metric.
    pub metric: String,
    /// The arm that is compared with the control.
    pub treatment: String,
    /// The column of the segments.
    pub segment: String,
    /// Cochran's Q.
    pub q: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// The chance of so much difference between levels if there is none.
    pub pvalue: f64,
    /// Share of the scatter between levels that is no chance (Higgins' I²).
    pub i_squared: f64,
}

/// All segments of all metrics.
///
/// # Errors
/// Those of statistics.
pub fn segments(
    plan: &Plan,
    collected: &Collected,
    standing: &Standing,
) -> Result<(Vec<SegmentResult>, Vec<Heterogeneity>), Error> {
    let (mut results, mut differing) = (Vec::new(), Vec::new());
    for (metric, measured) in plan.metrics.iter().zip(&collected.metrics) {
        for ((column, _), levels) in collected.health.segments.iter().zip(&measured.by_segment) {
            for (arm, treatment) in collected.arms.iter().enumerate().skip(1) {
                let whole = &measured.overall.0;
                let units = (super::units(&whole[0]), super::units(&whole[arm]));
                let of = |cell: &Cell| {
                    let contrast = Contrast::of(&metric.kind, &cell.0[0], &cell.0[arm])?;
                    super::as_watched(plan, collected, treatment, units, contrast)
                };
                let mut standing = standing.clone();
                let mut contrasts: Vec<(&String, Option<Contrast>)> = Vec::new();
                for (level, cell) in levels {
                    let (contrast, watched) = of(cell).ok().unzip();
                    standing = watched.flatten().unwrap_or(standing);
                    contrasts.push((level, contrast));
                }
                let known: Vec<&Contrast> = contrasts.iter().filter_map(|(_, contrast)| contrast.as_ref()).collect();
                let standings = vec![standing.clone(); known.len()];
                let corrected = correct(&known, &standings, Correction::BenjaminiHochberg, plan.design.alpha)?;
                let mut corrected = corrected.iter();
                for (level, contrast) in &contrasts {
                    let row = |estimates, adjustment, call| SegmentResult {
                        metric: metric.name.clone(),
                        treatment: treatment.clone(),
                        segment: column.clone(),
                        level: (*level).clone(),
                        estimates,
                        adjustment,
                        call,
                    };
                    let (Some(contrast), Some(corrected)) =
                        (contrast, contrast.as_ref().and_then(|_| corrected.next()))
                    else {
                        results.push(row(None, None, Call::Unclear));
                        continue;
                    };
                    let estimates = Estimates::of(contrast, &standing, plan.design.alpha)?;
                    let adjustment = Adjustment::of(contrast, corrected)?;
                    let call = Call::of(contrast.z(0.0), corrected.critical, metric.better);
                    results.push(row(Some(estimates), Some(adjustment), call));
                }
                let estimates: Vec<Effect> = known
                    .iter()
                    .map(|contrast| Effect { value: contrast.difference(), standard_error: contrast.standard_error() })
                    .filter(|effect| effect.standard_error > 0.0 && effect.standard_error.is_finite())
                    .collect();
                if estimates.len() > 1 {
                    let between = heterogeneity(&estimates)?;
                    differing.push(Heterogeneity {
                        metric: metric.name.clone(),
                        treatment: treatment.clone(),
                        segment: column.clone(),
                        q: between.q,
                        df: f64::from(between.df),
                        pvalue: between.p,
                        i_squared: between.i_squared,
                    });
                }
            }
        }
    }
    Ok((results, differing))
}
