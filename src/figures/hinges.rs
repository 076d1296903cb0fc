//! What the differences in profit hang on, with the ends that a tornado chart shows.

use serde::Serialize;

use super::Column;
use super::Kind::{Money, Number, Share, Text};
use crate::compare::{Answer, InputEffect, Switching};

/// An uncertain input that a difference in profit hangs on.
#[derive(Clone, Debug, Serialize)]
pub struct HingeLine {
    /// The strategy whose difference from the baseline it is.
    pub strategy: String,
    /// Path of the input in the file.
    pub input: String,
    /// Who says what it is.
    pub source: Option<String>,
    /// Share of the difference's variance over draws.
    pub share: f64,
    /// The input's 5th percentile over draws.
    pub low_input: Option<f64>,
    /// Its 95th percentile.
    pub high_input: Option<f64>,
    /// The difference at the low end.
    pub difference_at_low: f64,
    /// The difference at the high end.
    pub difference_at_high: f64,
    /// The input at which the difference crosses 0.
    pub switching_value: Option<f64>,
    /// From here on the sign is open.
    pub switching_low: Option<f64>,
    /// Up to here.
    pub switching_high: Option<f64>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "the strategy whose difference in profit per customer from the baseline it is"),
    Column::new("input", Text, "path of the uncertain input, or of a jointly fitted set, in the scenario file"),
    Column::new("source", Text, "who wrote its range: the preset and its grade; empty for a value of the user's"),
    Column::new("share", Share, "share of the variance of the difference over draws that the input explains"),
    Column::new("low_input", Number, "the input's 5th percentile over draws; empty for a set"),
    Column::new("high_input", Number, "the input's 95th percentile over draws; empty for a set"),
    Column::new(
        "difference_at_low",
        Money,
        "fitted difference at `low_input`, the other inputs at their mean; for a set the lower end of its joint effect",
    ),
    Column::new(
        "difference_at_high",
        Money,
        "fitted difference at `high_input`, the other inputs at their mean; for a set the upper end of its joint effect",
    ),
    Column::new(
        "switching_value",
        Number,
        "value of the input at which the fitted difference crosses 0; empty if it does not between `low_input` and `high_input`",
    ),
    Column::new("switching_low", Number, "from here to `switching_high` the fit cannot tell the sign (95 %)"),
    Column::new("switching_high", Number, "up to here the fit cannot tell the sign (95 %)"),
];

pub(super) fn lines(answer: &Answer) -> Vec<HingeLine> {
    let line = |strategy: &str, effect: &InputEffect| {
        let switching = match effect.switching {
            Switching::At { value, low, high } => Some((value, low, high)),
            Switching::NoneInRange | Switching::NotOneNumber => None,
        };
        HingeLine {
            strategy: strategy.to_owned(),
            input: effect.input.clone(),
            source: effect.preset_in_words(),
            share: effect.share,
            low_input: effect.reach[0].input,
            high_input: effect.reach[1].input,
            difference_at_low: effect.reach[0].difference,
            difference_at_high: effect.reach[1].difference,
            switching_value: switching.map(|(value, _, _)| value),
            switching_low: switching.map(|(_, low, _)| low),
            switching_high: switching.map(|(_, _, high)| high),
        }
    };
    let hinges = answer.hangs_on.iter();
    hinges
        .flat_map(|hinge| hinge.inputs.iter().map(move |effect| (&hinge.strategy, effect)))
        .map(|(strategy, effect)| line(strategy, effect))
        .collect()
}
