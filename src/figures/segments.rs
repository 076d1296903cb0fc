//! Measures of each segment.

use serde::Serialize;

use super::Column;
use super::Kind::{Measure, Share, Text};
use crate::compare::{Question, by_segment};
use crate::tally::Tallies;
use crate::world::World;

/// A measure of a segment under a strategy.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentLine {
    /// The segment.
    pub segment: String,
    /// Its share of the customers.
    pub share: f64,
    /// The measure's key.
    pub measure: &'static str,
    /// `money`, `share` or `number`.
    pub unit: &'static str,
    /// The strategy.
    pub strategy: String,
    /// The estimate.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Strategy − baseline.
    pub difference: Option<f64>,
    /// Lower end.
    pub difference_low: Option<f64>,
    /// Upper end.
    pub difference_high: Option<f64>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("segment", Text, "name of the segment"),
    Column::new("share", Share, "share of the customers who belong to the segment"),
    Column::new(
        "measure",
        Text,
        "key of the measure, per customer of the segment; the sheet `definitions` says what it is",
    ),
    Column::new("unit", Text, "what the numbers of the row are: money, share or number"),
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("value", Measure, "estimate for the customers of the segment"),
    Column::new(
        "low",
        Measure,
        "lower end of the interval around `value`, of the same level as in the sheet `measures`",
    ),
    Column::new("high", Measure, "upper end of the interval around `value`"),
    Column::new(
        "difference",
        Measure,
        "paired difference: this strategy − baseline, the same customers of the segment",
    ),
    Column::new(
        "difference_low",
        Measure,
        "lower end of the interval around `difference`; no correction for the number of segments",
    ),
    Column::new("difference_high", Measure, "upper end of the interval around `difference`"),
];

pub(super) fn lines(world: &World, tallies: &Tallies, baseline: &str) -> Vec<SegmentLine> {
    let question = Question { baseline: Some(baseline.to_owned()), equal_spend: false };
    let mut lines = Vec::new();
    for segment in by_segment(world, tallies, &question) {
        for row in &segment.measures {
            for cell in &row.strategies {
                let estimate = cell.estimate.as_ref();
                let difference = cell.difference.as_ref().map(|difference| &difference.estimate);
                lines.push(SegmentLine {
                    segment: segment.segment.clone(),
                    share: segment.share,
                    measure: row.measure,
                    unit: row.unit,
                    strategy: cell.strategy.clone(),
                    value: estimate.map(|estimate| estimate.value),
                    low: estimate.map(|estimate| estimate.interval.low),
                    high: estimate.map(|estimate| estimate.interval.high),
                    difference: difference.map(|estimate| estimate.value),
                    difference_low: difference.map(|estimate| estimate.interval.low),
                    difference_high: difference.map(|estimate| estimate.interval.high),
                });
            }
        }
    }
    lines
}
