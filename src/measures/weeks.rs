//! Measures as curves: what they would be if the horizon were at the end of each week.

use super::catalogue::{Counts, Measure, Unit};
use super::estimate::Estimate;
use super::series::Series;
use crate::tally::{ChannelCount, CustomerCount, Layout, Row, StrategyTallies, Tallies};

/// The measures that can be followed week by week. The others count customers at the horizon only.
pub const CURVES: [&str; 12] = [
    "retention",
    "alive",
    "profit",
    "incremental_profit",
    "revenue",
    "spend",
    "orders",
    "opt_outs",
    "reach_left",
    "complaints",
    "opt_ins",
    "pressure",
];

/// A measure under one strategy from the start to the end of each week (pressure: in that week); none in a week in which it
/// is undefined.
///
/// The values are exact counts of each draw, and their interval is that of [`Estimate::from_draws`]. Batches are not kept
/// by week, so the Monte Carlo variance at a week's end is that of the whole horizon (`whole`), scaled: for a share as
/// v(1 − v) ÷ customers counted, for a sum over customers with its size, and for profit, which may cross 0, with the orders
/// that it is made of. At the horizon it is that of `whole` itself.
pub fn weekly(
    tallies: &Tallies,
    measure: &Measure,
    strategy: usize,
    none: Option<usize>,
    minor: f64,
    whole: &Series,
) -> Vec<Option<Estimate>> {
    let own = &tallies.strategies[strategy];
    let none = none.map(|none| &tallies.strategies[none]);
    let weeks = own.weeks.len();
    let parts_of = |draw: usize| {
        let none: Vec<Row> = none.map_or_else(Vec::new, |none| running(none, draw).collect());
        let week = |(week, own): (usize, Row)| {
            let none = none.get(week);
            let (numerator, denominator) = measure.parts(&Counts { own: &own, none, minor });
            let orders = own.total(ChannelCount::Orders) + none.map_or(0, |none| none.total(ChannelCount::Orders));
            Week { numerator, denominator, orders: orders as f64 }
        };
        // Summed up, pressure would lag behind what is sent.
        if measure.key == "pressure" {
            return own.draw_weeks[draw].iter().cloned().enumerate().map(week).collect();
        }
        running(own, draw).enumerate().map(week).collect()
    };
    let draws: Vec<Vec<Week>> = (0..own.draw_weeks.len()).map(parts_of).collect();
    let crosses_zero = matches!(measure.key, "profit" | "incremental_profit");
    let at = |week: usize| -> Option<(Vec<f64>, f64)> {
        let values: Vec<f64> = draws.iter().map(|weeks| weeks[week].numerator / weeks[week].denominator).collect();
        let sum = |pick: fn(&Week) -> f64| draws.iter().map(|weeks| pick(&weeks[week])).sum::<f64>();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let scale = match measure.unit {
            Unit::Share => (mean * (1.0 - mean)).abs() / sum(|week| week.denominator),
            Unit::Money | Unit::Number if crosses_zero => sum(|week| week.orders),
            Unit::Money | Unit::Number => mean.abs(),
        };
        values.iter().all(|value| value.is_finite()).then_some((values, scale))
    };
    let end = at(weeks - 1).map_or(0.0, |(_, scale)| scale);
    (0..weeks)
        .map(|week| {
            let (values, scale) = at(week)?;
            let share = if end > 0.0 { scale / end } else { 0.0 };
            Some(Estimate::from_draws(&values, whole.noise() * share, whole.batches()))
        })
        .collect()
}

/// What a measure is made of from the start to the end of a week, in one draw.
struct Week {
    numerator: f64,
    denominator: f64,
    orders: f64,
}

/// The counts of a draw from the start to the end of each week, channels summed.
fn running(strategy: &StrategyTallies, draw: usize) -> impl Iterator<Item = Row> {
    let alive = Layout::SUMMED.customer(CustomerCount::Alive);
    strategy.draw_weeks[draw].iter().scan(Row::zero(Layout::SUMMED), move |sum, week| {
        sum.add(week);
        let mut counts = sum.clone();
        // Who is alive at the horizon is counted there; until then it is who was and has not been lost.
        counts.counts[alive] = sum.customers(CustomerCount::JoinedAlive) - sum.customers(CustomerCount::Lost);
        Some(counts)
    })
}
