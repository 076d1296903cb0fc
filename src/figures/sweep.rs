//! A sweep: every measure at every point under every strategy, in one row each.

use super::Kind::{Measure, Number, Share, Text};
use super::{Column, Sheet, measures};
use crate::sweep::Answer;

const COLUMNS: &[Column] = &[
    Column::new("point", Number, "number of the point, from 1"),
    Column::new("key_1", Text, "the first swept key of the scenario"),
    Column::new("value_1", Text, "its value at the point, as written"),
    Column::new("number_1", Number, "the value's number, a duration in days; empty for words"),
    Column::new("key_2", Text, "the second swept key, if there is one"),
    Column::new("value_2", Text, "its value at the point, as written"),
    Column::new("number_2", Number, "the value's number, a duration in days; empty for words"),
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("measure", Text, "key of the measure; the sheet `definitions` says what it is"),
    Column::new("name", Text, "name of the measure"),
    Column::new(
        "unit",
        Text,
        "what the numbers of the row are: money (units of the scenario's currency), share (0 to 1) or number",
    ),
    Column::new("better", Text, "which way is better for the firm: higher, lower or neither"),
    Column::new("value", Measure, "estimate: mean over draws; empty where the measure is undefined"),
    Column::new("low", Measure, "lower end of the interval around `value`"),
    Column::new("high", Measure, "upper end of the interval around `value`"),
    Column::new("level", Share, "level of that interval: 0.95 with exact rates, 0.9 with uncertain inputs"),
    Column::new(
        "monte_carlo_error",
        Measure,
        "standard error of `value` from the finite number of simulated customers alone",
    ),
    Column::new(
        "difference_from_own_best",
        Measure,
        "paired difference: this point − the best point under the same strategy, the same customers; empty for the best itself",
    ),
    Column::new(
        "difference_from_own_best_low",
        Measure,
        "lower end of its interval; with exact rates widened for the number of points",
    ),
    Column::new("difference_from_own_best_high", Measure, "upper end of its interval"),
    Column::new(
        "standing_under_strategy",
        Text,
        "best, same (for every customer), not-clearly-worse (the interval of the difference contains 0) or clearly-worse, among the points of the strategy",
    ),
    Column::new(
        "difference_from_best",
        Measure,
        "paired difference: this point and strategy − the best of all points and strategies; empty for the best itself",
    ),
    Column::new(
        "difference_from_best_low",
        Measure,
        "lower end of its interval; with exact rates widened for the number of points and strategies",
    ),
    Column::new("difference_from_best_high", Measure, "upper end of its interval"),
    Column::new("standing", Text, "the same among all points and strategies"),
];

/// The sheets of a sweep: its rows, and what the measures are.
pub fn sweep(answer: &Answer) -> Vec<Sheet> {
    vec![
        Sheet::of("sweep", COLUMNS, &answer.lines),
        Sheet::of("definitions", measures::DEFINITION_COLUMNS, &measures::definitions(answer.measures())),
    ]
}
