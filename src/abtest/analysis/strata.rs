//! The effect with the arms made alike in a segment: each level weighs by its share of all units, so that chance
//! differences in who came into which arm drop out.

use serde::Serialize;

use super::super::collected::{Cell, Collected, Sample};
use super::super::contrast::Contrast;
use super::super::metric::Kind;
use super::super::standing::Standing;
use super::outcome::Estimates;
use super::units;
use crate::stats::Error;
use crate::stats::two_arms::{Difference, Estimate};

/// One result, stratified.
#[derive(Clone, Debug, Serialize)]
pub struct PostStratified {
    /// The column of the segments.
    pub segment: String,
    /// How many levels it has.
    pub levels: usize,
    /// The numbers.
    pub estimates: Estimates,
}

/// A metric of an arm (by their numbers) against the control, for each column of segments whose levels all have two units
/// in both arms. Beside the result, never instead of it.
///
/// # Errors
/// Those of statistics.
pub fn post_stratified(
    kind: &Kind,
    collected: &Collected,
    metric: usize,
    arm: usize,
    standing: &Standing,
    alpha: f64,
) -> Result<Vec<PostStratified>, Error> {
    if !matches!(kind, Kind::Proportion { .. } | Kind::Mean { .. }) || is_rare(&collected.metrics[metric].overall, arm)
    {
        return Ok(Vec::new());
    }
    let measured = &collected.metrics[metric];
    let mut all = Vec::new();
    for ((column, _), levels) in collected.health.segments.iter().zip(&measured.by_segment) {
        let cells: Vec<&Cell> = levels.values().filter(|cell| cell.0.iter().any(|sample| units(sample) > 0)).collect();
        let Some(contrast) = contrast(&cells, arm).filter(|_| cells.len() > 1) else { continue };
        let estimates = Estimates::of(&contrast, standing, alpha)?;
        all.push(PostStratified { segment: column.clone(), levels: cells.len(), estimates });
    }
    Ok(all)
}

/// Conversions (or units without one) below which no normal law holds for a share.
const FEW: u64 = 10;

/// Whether an arm has too few conversions for a normal law.
fn is_rare(overall: &Cell, arm: usize) -> bool {
    [&overall.0[0], &overall.0[arm]].into_iter().any(|sample| match sample {
        Sample::Count { successes, units } => (*successes).min(units - successes) < FEW,
        _ => false,
    })
}

/// Both arms' means over the strata, each stratum by its share of both arms' units (Miratrix, Sekhon & Yu, JRSS B 75,
/// 2013, 369–396).
fn contrast(cells: &[&Cell], arm: usize) -> Option<Contrast> {
    let mut of_arms = [Estimate { value: 0.0, variance: 0.0 }; 2];
    let mut sizes = (0, 0);
    for cell in cells {
        sizes.0 += units(&cell.0[0]);
        sizes.1 += units(&cell.0[arm]);
    }
    for cell in cells {
        let samples = [&cell.0[0], &cell.0[arm]];
        let share = (units(samples[0]) + units(samples[1])) as f64 / (sizes.0 + sizes.1) as f64;
        for (sum, sample) in of_arms.iter_mut().zip(samples) {
            let (n, mean, variance) = mean(sample)?;
            sum.value += share * mean;
            sum.variance += share * share * variance / n;
        }
    }
    let difference = Difference::new(of_arms[0], of_arms[1], f64::INFINITY).ok()?;
    Some(Contrast::normal(difference, "post-stratified, variance within strata", sizes))
}

/// Units, mean and variance between units; none for what has no mean, a ratio, or fewer units than two.
fn mean(sample: &Sample) -> Option<(f64, f64, f64)> {
    let n = units(sample) as f64;
    match sample {
        _ if n < 2.0 => None,
        Sample::Count { successes, .. } => {
            let rate = *successes as f64 / n;
            Some((n, rate, rate * (1.0 - rate) * n / (n - 1.0)))
        }
        Sample::Moments(moments) => Some((n, moments.mean(0), moments.variance(0))),
        Sample::Values(_) | Sample::Lifetimes(_) => None,
    }
}
