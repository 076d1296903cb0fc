//! How one year of this firm may turn out: what is not known of the inputs, the luck of its customers, and the error
//! of having simulated finitely many of them.

use serde::Serialize;

use super::Column;
use super::Kind::{Money, Share, Text};
use crate::compare::Answer;
use crate::measures::{Estimate, Series, measure, series, year_quantile};
use crate::scenario::NONE;
use crate::tally::Tallies;
use crate::world::World;

/// One total of the firm under one strategy, over the horizon.
#[derive(Clone, Debug, Serialize)]
pub struct YearLine {
    /// The strategy.
    pub strategy: String,
    /// `profit`, `difference` (from the baseline) or `incremental_profit` (from `none`).
    pub outcome: &'static str,
    /// Its mean.
    pub mean: f64,
    /// The outcome below which 5 % of the years lie.
    pub q05: f64,
    /// 25 %.
    pub q25: f64,
    /// 50 %.
    pub q50: f64,
    /// 75 %.
    pub q75: f64,
    /// 95 %.
    pub q95: f64,
    /// Share of the years in which the outcome is above 0.
    pub share_above_zero: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new(
        "outcome",
        Text,
        "what the row is about, a total of the firm over the horizon: profit, difference (profit − profit under the baseline) or incremental_profit (profit − profit under none)",
    ),
    Column::new("mean", Money, "expected outcome: the measure per customer × population"),
    Column::new(
        "q05",
        Money,
        "5 % of the years turn out below this: uncertain inputs, the luck of the firm's customers and Monte Carlo error together, no shock that hits all alike",
    ),
    Column::new("q25", Money, "25 % of the years turn out below this"),
    Column::new("q50", Money, "half of the years turn out below this"),
    Column::new("q75", Money, "75 % of the years turn out below this"),
    Column::new("q95", Money, "95 % of the years turn out below this"),
    Column::new("share_above_zero", Share, "share of the years in which the outcome is above 0"),
];

pub(super) fn lines(world: &World, tallies: &Tallies, answer: &Answer) -> Vec<YearLine> {
    let none = tallies.strategy(NONE);
    let minor = world.currency.minor();
    let population = world.scenario.population;
    let Some(profit) = measure("profit") else { return Vec::new() };
    let of = |index: usize| series(tallies, profit, index, none, minor);
    let baseline = answer.setup.baseline.as_ref().and_then(|name| tallies.strategy(name));
    // Where too few order differently, the batches do not tell how a difference scatters.
    let told = |from: usize, index: usize| crate::measures::unseen_orders(tallies, index, from).is_none();
    let mut lines = Vec::new();
    for (index, strategy) in tallies.strategies.iter().enumerate() {
        let Some(own) = of(index) else { continue };
        let against = |other: Option<usize>| {
            let other = other.filter(|&other| other != index && told(other, index))?;
            own.minus(&of(other)?)
        };
        let outcomes =
            [("profit", Some(own.clone())), ("difference", against(baseline)), ("incremental_profit", against(none))];
        for (outcome, series) in outcomes {
            let Some(series) = series else { continue };
            let estimate = Estimate::of(&series);
            // Strategies that do the same for every customer have no years to compare.
            if estimate.value != 0.0 || estimate.monte_carlo_error > 0.0 {
                lines.push(line(strategy.name.clone(), outcome, &series, &estimate, population));
            }
        }
    }
    lines
}

fn line(strategy: String, outcome: &'static str, series: &Series, estimate: &Estimate, population: u64) -> YearLine {
    let quantile = |q: f64| year_quantile(series, estimate, population, q);
    YearLine {
        strategy,
        outcome,
        mean: estimate.value * population as f64,
        q05: quantile(0.05),
        q25: quantile(0.25),
        q50: quantile(0.5),
        q75: quantile(0.75),
        q95: quantile(0.95),
        share_above_zero: crate::measures::share_of_years_above_zero(series, estimate, population),
    }
}
