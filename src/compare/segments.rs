//! The answer for each segment: the same measures, intervals and pairing, on its customers alone.

use serde::Serialize;

use super::{Books, MeasureRow, Question, row};
use crate::measures::measure;
use crate::tally::{Batch, CustomerCount, Flows, Layout, StrategyTallies, Tallies};
use crate::world::World;

/// The measures that are told of each segment.
const TOLD: [&str; 6] = ["profit", "incremental_profit", "revenue", "spend", "retention", "orders"];

/// A segment and its measures.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentAnswer {
    /// The segment's name.
    pub segment: String,
    /// Its share of the customers, 0 to 1.
    pub share: f64,
    /// Some of the measures of every strategy, per customer of the segment.
    pub measures: Vec<MeasureRow>,
}

/// Answers a question for each segment; outcomes of single years are those of the segment's part of the firm.
pub fn by_segment(world: &World, tallies: &Tallies, question: &Question) -> Vec<SegmentAnswer> {
    let answer = |(index, segment): (usize, &crate::world::Segment)| {
        let own = of_segment(tallies, index);
        let mut books = Books::new(world, &own, question);
        books.population = (books.population as f64 * segment.share).round().max(1.0) as u64;
        let measures = TOLD.iter().filter_map(|key| Some(row(&books, measure(key)?))).collect();
        SegmentAnswer { segment: segment.name.clone(), share: segment.share, measures }
    };
    world.segments.iter().enumerate().map(answer).collect()
}

/// What was counted of one segment, as if there were no other: its batches hold its customers only, which is what an
/// allowance for rare orders is a share of. Weeks and flows are left out: nothing here looks at them.
fn of_segment(tallies: &Tallies, segment: usize) -> Tallies {
    let strategies = tallies.strategies.iter().map(|strategy| StrategyTallies {
        name: strategy.name.clone(),
        totals: strategy.segments.iter().map(|segments| segments[segment].clone()).collect(),
        segments: Vec::new(),
        weeks: Vec::new(),
        segment_weeks: Vec::new(),
        draw_weeks: Vec::new(),
        flows: Flows::zero(0, 0, 0),
    });
    let strategies: Vec<StrategyTallies> = strategies.collect();
    let joined = |batch: usize| strategies.first().map_or(0, |own| own.totals[batch].customers(CustomerCount::Joined));
    let batches = tallies.batches.iter().enumerate();
    let batches = batches.map(|(index, batch)| Batch { customers: joined(index) as u64, ..*batch }).collect();
    Tallies { layout: Layout::SUMMED, batches, strategies }
}
