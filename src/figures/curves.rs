//! Measures week by week.

use serde::Serialize;

use super::Column;
use super::Kind::{Measure, Number, Text};
use crate::compare::Answer;
use crate::measures::{CURVES, measures_of, series, weekly};
use crate::scenario::{NONE, WEEK};
use crate::tally::Tallies;
use crate::world::World;

/// A measure of a strategy from the start to the end of a week.
#[derive(Clone, Debug, Serialize)]
pub struct CurvePoint {
    /// The measure's key.
    pub measure: &'static str,
    /// The strategy.
    pub strategy: String,
    /// The week, from 1.
    pub week: usize,
    /// The day at whose end the measure is taken: the week's last, or the horizon's.
    pub day: f64,
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("measure", Text, "key of the measure; the sheet `definitions` says what it is"),
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("week", Number, "week of the simulation, from 1"),
    Column::new("day", Number, "days since the start at which the week ends (the last one: the horizon)"),
    Column::new(
        "value",
        Measure,
        "the measure from the start to the end of the week; retention: of the window before the end of the week, from the first week on at whose end a whole window has passed; pressure: of the week",
    ),
    Column::new(
        "low",
        Measure,
        "lower end of the interval around `value`, of the same level as in the sheet `measures`; before the horizon its Monte Carlo part is scaled from that at the horizon",
    ),
    Column::new("high", Measure, "upper end of the interval around `value`"),
];

pub(super) fn points(world: &World, tallies: &Tallies, answer: &Answer) -> Vec<CurvePoint> {
    let none = tallies.strategy(NONE);
    let minor = world.currency.minor();
    let window = (world.horizon - world.retention_from) as f64;
    let mut points = Vec::new();
    for key in CURVES {
        let Some(measure) = measures_of(&world.scenario).find(|measure| measure.key == key) else { continue };
        for (index, strategy) in tallies.strategies.iter().enumerate() {
            let Some(whole) = series(tallies, measure, index, none, minor) else { continue };
            let weeks = weekly(tallies, measure, index, none, minor, &whole);
            // What the batches cannot tell because it is rare widens the measure, and the curve as it comes to the horizon.
            let rare = answer.estimate(key, index).zip(weeks.last().and_then(Option::as_ref));
            let rare = rare.map_or(0.0, |(whole, last)| (last.interval.low - whole.interval.low).max(0.0));
            let count = weeks.len() as f64;
            for (week, estimate) in weeks.into_iter().enumerate() {
                let estimate = estimate.map(|estimate| estimate.widened(Some(rare * (week + 1) as f64 / count)));
                let end = ((week as i64 + 1) * WEEK).min(world.horizon) as f64;
                let Some(estimate) = estimate.filter(|_| key != "retention" || end >= window) else { continue };
                let estimate = estimate.within(measure);
                points.push(CurvePoint {
                    measure: measure.key,
                    strategy: strategy.name.clone(),
                    week: week + 1,
                    day: end / 86_400.0,
                    value: estimate.value,
                    low: estimate.interval.low,
                    high: estimate.interval.high,
                });
            }
        }
    }
    points
}
