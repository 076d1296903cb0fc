//! Every measure of every strategy, in one row each.

use serde::Serialize;

use super::Column;
use super::Kind::{Measure, Share, Text};
use crate::compare::{Answer, Difference};
use crate::measures::{Better, measure};

/// A measure under one strategy.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureLine {
    /// The measure's key.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `money`, `share` or `number`.
    pub unit: &'static str,
    /// `higher`, `lower` or `neither`.
    pub better: &'static str,
    /// The strategy.
    pub strategy: String,
    /// The estimate.
    pub value: Option<f64>,
    /// Its interval's lower end.
    pub low: Option<f64>,
    /// Its interval's upper end.
    pub high: Option<f64>,
    /// The interval's level.
    pub level: Option<f64>,
    /// Standard error from the finite number of customers.
    pub monte_carlo_error: Option<f64>,
    /// Strategy − baseline.
    pub difference: Option<f64>,
    /// Lower end.
    pub difference_low: Option<f64>,
    /// Upper end.
    pub difference_high: Option<f64>,
    /// Strategy ÷ baseline − 1.
    pub relative_difference: Option<f64>,
    /// Lower end.
    pub relative_difference_low: Option<f64>,
    /// Upper end.
    pub relative_difference_high: Option<f64>,
    /// Share of draws in which the strategy is better than the baseline.
    pub probability_better: Option<f64>,
    /// Strategy − `none`.
    pub against_none: Option<f64>,
    /// Lower end.
    pub against_none_low: Option<f64>,
    /// Upper end.
    pub against_none_high: Option<f64>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("measure", Text, "key of the measure; the sheet `definitions` says what it is"),
    Column::new("name", Text, "name of the measure"),
    Column::new(
        "unit",
        Text,
        "what the numbers of the row are: money (units of the scenario's currency), share (0 to 1) or number",
    ),
    Column::new("better", Text, "which way is better for the firm: higher, lower or neither"),
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("value", Measure, "estimate: mean over draws; empty where the measure is undefined"),
    Column::new("low", Measure, "lower end of the interval around `value`"),
    Column::new("high", Measure, "upper end of the interval around `value`"),
    Column::new("level", Share, "level of all intervals of the row: 0.95 with exact rates, 0.9 with uncertain inputs"),
    Column::new(
        "monte_carlo_error",
        Measure,
        "standard error of `value` from the finite number of simulated customers alone",
    ),
    Column::new(
        "difference",
        Measure,
        "paired difference: this strategy − baseline, the same customers; empty for the baseline",
    ),
    Column::new("difference_low", Measure, "lower end of the interval around `difference`"),
    Column::new("difference_high", Measure, "upper end of the interval around `difference`"),
    Column::new("relative_difference", Share, "this strategy ÷ baseline − 1, the same customers"),
    Column::new("relative_difference_low", Share, "lower end of the interval around `relative_difference`"),
    Column::new("relative_difference_high", Share, "upper end of the interval around `relative_difference`"),
    Column::new(
        "probability_better",
        Share,
        "share of draws (simulation noise taken out) in which this strategy is better than the baseline; empty with exact rates",
    ),
    Column::new("against_none", Measure, "paired difference: this strategy − none (doing nothing), the same customers"),
    Column::new("against_none_low", Measure, "lower end of the interval around `against_none`"),
    Column::new("against_none_high", Measure, "upper end of the interval around `against_none`"),
];

/// What a measure is.
#[derive(Clone, Debug, Serialize)]
pub struct DefinitionLine {
    /// The measure's key.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Numerator ÷ denominator in words.
    pub definition: &'static str,
}

pub(super) const DEFINITION_COLUMNS: &[Column] = &[
    Column::new("measure", Text, "key of the measure"),
    Column::new("name", Text, "name of the measure"),
    Column::new("definition", Text, "numerator ÷ denominator"),
];

/// What these measures are.
pub fn definitions<'m>(shown: impl Iterator<Item = &'m str>) -> Vec<DefinitionLine> {
    let line = |measure: &crate::measures::Measure| DefinitionLine {
        measure: measure.key,
        name: measure.name,
        definition: measure.definition,
    };
    shown.filter_map(measure).map(line).collect()
}

pub(super) fn lines(answer: &Answer, against_none: Option<&Answer>) -> Vec<MeasureLine> {
    let mut lines = Vec::new();
    for (place, row) in answer.measures.iter().enumerate() {
        for (index, cell) in row.strategies.iter().enumerate() {
            let of = |pick: fn(&Difference) -> Option<f64>| cell.difference.as_ref().and_then(pick);
            // The baseline may be none itself: then the two differences are one.
            let none = against_none.unwrap_or(answer).measures[place].strategies[index].difference.as_ref();
            let has_none = against_none.is_some() || answer.setup.baseline.as_deref() == Some(crate::scenario::NONE);
            let none = none.filter(|_| has_none).map(|difference| &difference.estimate);
            let estimate = cell.estimate.as_ref();
            lines.push(MeasureLine {
                measure: row.measure,
                name: row.name,
                unit: row.unit,
                better: match row.what.better {
                    Better::Higher => "higher",
                    Better::Lower => "lower",
                    Better::Neither => "neither",
                },
                strategy: cell.strategy.clone(),
                value: estimate.map(|estimate| estimate.value),
                low: estimate.map(|estimate| estimate.interval.low),
                high: estimate.map(|estimate| estimate.interval.high),
                level: estimate.map(|estimate| estimate.interval.level),
                monte_carlo_error: estimate.map(|estimate| estimate.monte_carlo_error),
                difference: of(|difference| Some(difference.estimate.value)),
                difference_low: of(|difference| Some(difference.estimate.interval.low)),
                difference_high: of(|difference| Some(difference.estimate.interval.high)),
                relative_difference: of(|difference| Some(difference.relative.as_ref()?.value)),
                relative_difference_low: of(|difference| Some(difference.relative.as_ref()?.interval.low)),
                relative_difference_high: of(|difference| Some(difference.relative.as_ref()?.interval.high)),
                probability_better: of(|difference| difference.probability_better),
                against_none: none.map(|estimate| estimate.value),
                against_none_low: none.map(|estimate| estimate.interval.low),
                against_none_high: none.map(|estimate| estimate.interval.high),
            });
        }
    }
    lines
}
