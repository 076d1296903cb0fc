//! The answer as CSV: one row per measure and strategy.

use crate::compare::{Answer, Difference};
use crate::measures::Estimate;

/// The columns; names as in JSON.
const COLUMNS: [&str; 19] = [
    "measure",
    "unit",
    "strategy",
    "value",
    "low",
    "high",
    "level",
    "monte_carlo_error",
    "noise_share",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "difference_monte_carlo_error",
    "relative_difference",
    "probability_better",
    "share_of_years_better",
    "outcome_spread",
    "pairing_gain",
];

/// The answer as CSV with every measure; what is undefined is empty.
///
/// # Errors
/// None that can happen: writing to memory does not fail.
pub fn csv(answer: &Answer) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in &answer.measures {
        for cell in &row.strategies {
            let estimate = |pick: fn(&Estimate) -> Option<f64>| field(cell.estimate.as_ref().and_then(pick));
            let difference = |pick: fn(&Difference) -> Option<f64>| field(cell.difference.as_ref().and_then(pick));
            let baseline = cell.difference.as_ref().and(answer.setup.baseline.clone()).unwrap_or_default();
            writer.write_record([
                row.measure.to_owned(),
                row.unit.to_owned(),
                cell.strategy.clone(),
                estimate(|e| Some(e.value)),
                estimate(|e| Some(e.interval.low)),
                estimate(|e| Some(e.interval.high)),
                estimate(|e| Some(e.interval.level)),
                estimate(|e| Some(e.monte_carlo_error)),
                estimate(|e| e.noise_share),
                baseline,
                difference(|d| Some(d.estimate.value)),
                difference(|d| Some(d.estimate.interval.low)),
                difference(|d| Some(d.estimate.interval.high)),
                difference(|d| Some(d.estimate.monte_carlo_error)),
                difference(|d| d.relative.as_ref().map(|relative| relative.value)),
                difference(|d| d.probability_better),
                difference(|d| d.share_of_years_better),
                difference(|d| d.outcome_spread),
                difference(|d| d.pairing_gain),
            ])?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn field(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or(String::new(), |value| value.to_string())
}
