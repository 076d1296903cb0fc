//! Attributed against incremental: by channel and campaign, for pairs of channels, and whether it adds up.

use super::Kind::{Measure, Money, Number, Share, Text};
use super::{Column, Sheet, measures};
use crate::attribution::Answer;

const LINES: &[Column] = &[
    Column::new("part", Text, "what the row is about: all (the whole strategy, against `none`), channel or campaign"),
    Column::new("name", Text, "name of the strategy, channel or campaign"),
    Column::new("sent", Number, "messages sent ÷ customers"),
    Column::new("spend", Money, "contact spend ÷ customers"),
    Column::new(
        "attributed_orders",
        Number,
        "orders that the customer's last click, on a message of this part, is credited with ÷ customers (R57)",
    ),
    Column::new("attributed_orders_low", Number, "lower end of its interval; empty for a campaign"),
    Column::new("attributed_orders_high", Number, "upper end of its interval; empty for a campaign"),
    Column::new("contact_orders", Number, "orders in journeys that a message of this part opened ÷ customers"),
    Column::new(
        "incremental_orders",
        Number,
        "orders with the whole strategy − orders of the same customers without this part ÷ customers (R58)",
    ),
    Column::new("incremental_orders_low", Number, "lower end of its interval"),
    Column::new("incremental_orders_high", Number, "upper end of its interval"),
    Column::new("incremental_share", Share, "incremental ÷ attributed orders; empty where nothing is attributed"),
    Column::new(
        "incremental_share_low",
        Share,
        "lower end of its interval; empty for a campaign, and where too few customers order differently",
    ),
    Column::new("incremental_share_high", Share, "upper end of its interval"),
    Column::new("attributed_revenue", Money, "revenue of the attributed orders ÷ customers"),
    Column::new("incremental_revenue", Money, "revenue with the whole strategy − without this part ÷ customers"),
    Column::new("incremental_revenue_low", Money, "lower end of its interval"),
    Column::new("incremental_revenue_high", Money, "upper end of its interval"),
    Column::new(
        "incremental_profit",
        Money,
        "profit with the whole strategy − without this part and without its cost ÷ customers",
    ),
    Column::new("incremental_profit_low", Money, "lower end of its interval"),
    Column::new("incremental_profit_high", Money, "upper end of its interval"),
    Column::new("level", Share, "level of the intervals: 0.95 with exact rates, 0.9 with uncertain inputs"),
];

const PAIRS: &[Column] = &[
    Column::new("one", Text, "a channel"),
    Column::new("other", Text, "another one"),
    Column::new("measure", Text, "key of the measure; the sheet `definitions` says what it is"),
    Column::new("name", Text, "name of the measure"),
    Column::new(
        "interaction",
        Measure,
        "with both − without one − without the other + without both (of the same customers): below 0 they stand in for \
         each other, above 0 they help each other",
    ),
    Column::new("low", Measure, "lower end of its interval"),
    Column::new("high", Measure, "upper end of its interval"),
    Column::new("together", Text, "stand-in, help, apart (0 for every customer) or unclear (the interval contains 0)"),
];

const SUMS: &[Column] = &[
    Column::new("measure", Text, "key of the measure; the sheet `definitions` says what it is"),
    Column::new("name", Text, "name of the measure"),
    Column::new("total", Measure, "the strategy − `none`, the same customers"),
    Column::new("total_low", Measure, "lower end of its interval"),
    Column::new("total_high", Measure, "upper end of its interval"),
    Column::new("sum_of_parts", Measure, "what is missing without each channel alone, summed over channels"),
    Column::new("sum_of_parts_low", Measure, "lower end of its interval"),
    Column::new("sum_of_parts_high", Measure, "upper end of its interval"),
    Column::new("shared", Measure, "total − sum_of_parts: there as long as any of several channels is"),
    Column::new("shared_low", Measure, "lower end of its interval"),
    Column::new("shared_high", Measure, "upper end of its interval"),
];

/// The sheets of an attribution: its rows, pairs and sums, and what the measures are.
pub fn attribution(answer: &Answer) -> Vec<Sheet> {
    let asked = answer.sums.iter().map(|sum| sum.measure);
    vec![
        Sheet::of("attribution", LINES, &answer.lines),
        Sheet::of("pairs", PAIRS, &answer.pairs),
        Sheet::of("sums", SUMS, &answer.sums),
        Sheet::of("definitions", measures::DEFINITION_COLUMNS, &measures::definitions(asked)),
    ]
}
