//! What a report shows: the numbers behind every chart and table, as sheets of rows made from tallies alone.
//!
//! A [`Sheet`] is one table with its columns defined: the same rows are drawn, shown on the page, and written as CSV and
//! JSON, so that no figure is anywhere under two names. [`figures`] makes all of them and plays nothing.

mod abtest;
mod attribution;
mod campaigns;
mod certify;
mod channels;
mod curves;
mod hinges;
mod hops;
mod inputs;
mod measures;
mod segments;
mod sheet;
mod steps;
mod strategies;
mod sweep;
mod years;

pub use abtest::{ABTEST_SHEETS, abtest, chance_to_find};
pub use attribution::attribution;
pub use campaigns::CampaignLine;
pub use certify::{CERTIFY_SHEETS, certify};
pub use channels::ChannelLine;
pub use curves::CurvePoint;
pub use hinges::HingeLine;
pub use hops::{HopLine, LEAVES, ORDERS};
pub use inputs::InputLine;
pub use measures::{DefinitionLine, MeasureLine, definitions};
pub use segments::SegmentLine;
pub use sheet::{Column, Kind, Sheet};
pub use steps::{Ground, StepLine, Withheld};
pub use strategies::StrategyLine;
pub use sweep::sweep;
pub use years::YearLine;

use crate::compare::{Answer, Question, compare};
use crate::scenario::NONE;
use crate::simulation::Plan;
use crate::tally::{CustomerCount, StrategyTallies, Tallies};
use crate::world::World;

/// Everything that a report shows.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The answer: findings, measures against the baseline, notes.
    pub answer: Answer,
    /// Every measure of every strategy, against the baseline and against `none`.
    pub measures: Vec<MeasureLine>,
    /// What each measure is.
    pub definitions: Vec<DefinitionLine>,
    /// Cost, retention and profit of each strategy, and whether another one beats it in both.
    pub strategies: Vec<StrategyLine>,
    /// Measures week by week.
    pub curves: Vec<CurvePoint>,
    /// What went out on each channel and what came of it.
    pub channels: Vec<ChannelLine>,
    /// How often each campaign came up, and whether runs began.
    pub campaigns: Vec<CampaignLine>,
    /// What went out by each step of each campaign and what came of it, with the reasons for what was not sent.
    pub steps: Vec<StepLine>,
    /// Where journeys went from each channel.
    pub hops: Vec<HopLine>,
    /// Measures of each segment.
    pub segments: Vec<SegmentLine>,
    /// How one year of this firm may turn out.
    pub years: Vec<YearLine>,
    /// What the differences in profit hang on.
    pub hinges: Vec<HingeLine>,
    /// Every value of the scenario and who wrote it.
    pub inputs: Vec<InputLine>,
}

/// Makes all figures from what was counted. Strategies are compared in full, never at equal spend.
pub fn figures(world: &World, plan: &Plan, tallies: &Tallies, baseline: &str) -> Figures {
    let against =
        |name: &str| compare(world, plan, tallies, &Question { baseline: Some(name.to_owned()), equal_spend: false });
    let answer = against(baseline);
    let against_none = tallies.strategy(NONE).filter(|_| baseline != NONE).map(|_| against(NONE));
    let measures = measures::lines(&answer, against_none.as_ref());
    Figures {
        definitions: measures::definitions(answer.measures.iter().map(|row| row.measure)),
        strategies: strategies::lines(&answer),
        curves: curves::points(world, tallies, &answer),
        channels: channels::lines(world, tallies),
        campaigns: campaigns::lines(world, tallies),
        steps: steps::lines(world, tallies),
        hops: hops::lines(world, tallies),
        segments: segments::lines(world, tallies, baseline),
        years: years::lines(world, tallies, &answer),
        hinges: hinges::lines(&answer),
        inputs: inputs::lines(world),
        measures,
        answer,
    }
}

impl Figures {
    /// All sheets, in the order in which a reader would want them.
    pub fn sheets(&self) -> Vec<Sheet> {
        vec![
            Sheet::of("measures", measures::COLUMNS, &self.measures),
            Sheet::of("strategies", strategies::COLUMNS, &self.strategies),
            Sheet::of("curves", curves::COLUMNS, &self.curves),
            Sheet::of("channels", channels::COLUMNS, &self.channels),
            Sheet::of("campaigns", campaigns::COLUMNS, &self.campaigns),
            Sheet::of("steps", steps::COLUMNS, &self.steps),
            Sheet::of("hops", hops::COLUMNS, &self.hops),
            Sheet::of("segments", segments::COLUMNS, &self.segments),
            Sheet::of("years", years::COLUMNS, &self.years),
            Sheet::of("hangs_on", hinges::COLUMNS, &self.hinges),
            Sheet::of("inputs", inputs::COLUMNS, &self.inputs),
            Sheet::of("definitions", measures::DEFINITION_COLUMNS, &self.definitions),
        ]
    }
}

/// Customers who joined under a strategy, over all draws.
fn customers(strategy: &StrategyTallies) -> f64 {
    strategy.weeks.iter().map(|row| row.customers(CustomerCount::Joined)).sum::<i128>() as f64
}

/// A share that may have nothing to be a share of.
fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
