//! Each strategy in one row: what it costs, whom it keeps, what it earns.

use serde::Serialize;

use super::Column;
use super::Kind::{Money, Share, Text, Truth};
use crate::compare::Answer;
use crate::measures::Estimate;

/// A strategy.
#[derive(Clone, Debug, Serialize)]
pub struct StrategyLine {
    /// Its name.
    pub strategy: String,
    /// Whether the others are compared with it.
    pub baseline: bool,
    /// Contact spend per customer.
    pub spend: Option<f64>,
    /// Lower end.
    pub spend_low: Option<f64>,
    /// Upper end.
    pub spend_high: Option<f64>,
    /// Retention.
    pub retention: Option<f64>,
    /// Lower end.
    pub retention_low: Option<f64>,
    /// Upper end.
    pub retention_high: Option<f64>,
    /// Profit per customer.
    pub profit: Option<f64>,
    /// Whether no other strategy costs no more and keeps no fewer, and is better in one of the two.
    pub on_frontier: bool,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("baseline", Truth, "whether the other strategies are compared with this one"),
    Column::new("spend", Money, "contact spend per customer over the horizon"),
    Column::new("spend_low", Money, "lower end of the interval around `spend`"),
    Column::new("spend_high", Money, "upper end of the interval around `spend`"),
    Column::new("retention", Share, "retention at the horizon, as in the sheet `measures`"),
    Column::new("retention_low", Share, "lower end of the interval around `retention`"),
    Column::new("retention_high", Share, "upper end of the interval around `retention`"),
    Column::new("profit", Money, "profit per customer over the horizon"),
    Column::new(
        "on_frontier",
        Truth,
        "whether no other strategy has lower spend and higher retention (point estimates; one of the two may be equal)",
    ),
];

pub(super) fn lines(answer: &Answer) -> Vec<StrategyLine> {
    let row = |key: &str| answer.measures.iter().find(|row| row.measure == key);
    let of = |key: &str, index: usize| -> Option<&Estimate> { row(key)?.strategies[index].estimate.as_ref() };
    let count = answer.measures.first().map_or(0, |row| row.strategies.len());
    let point = |index: usize| Some((of("spend", index)?.value, of("retention", index)?.value));
    let beaten = |index: usize| {
        let Some((spend, retention)) = point(index) else { return true };
        (0..count).filter_map(point).any(|(s, r)| s <= spend && r >= retention && (s < spend || r > retention))
    };
    let line = |index: usize| {
        let name = &answer.measures[0].strategies[index].strategy;
        let (spend, retention) = (of("spend", index), of("retention", index));
        StrategyLine {
            strategy: name.clone(),
            baseline: answer.setup.baseline.as_ref() == Some(name),
            spend: spend.map(|estimate| estimate.value),
            spend_low: spend.map(|estimate| estimate.interval.low),
            spend_high: spend.map(|estimate| estimate.interval.high),
            retention: retention.map(|estimate| estimate.value),
            retention_low: retention.map(|estimate| estimate.interval.low),
            retention_high: retention.map(|estimate| estimate.interval.high),
            profit: of("profit", index).map(|estimate| estimate.value),
            on_frontier: !beaten(index),
        }
    };
    (0..count).map(line).collect()
}
