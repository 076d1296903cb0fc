//! Playing the points, each with the same plan.

use super::Opened;
use crate::measures::{MEASURES, Series, series};
use crate::scenario::{NONE, Problem};
use crate::simulation::{Plan, Progress, simulate};
use crate::tally::{ChannelCount, StrategyTallies, Tallies};

/// What is kept of a strategy at a point.
#[derive(Clone, Debug)]
pub struct Played {
    /// The series of every measure, in the order of [`MEASURES`]; none where it is undefined.
    pub series: Vec<Option<Series>>,
    /// Orders and revenue of each batch, which tell how many batches order differently.
    pub orders: Vec<(i128, i128)>,
    /// Point and strategy (place in the plan) from which this is taken because nothing that it depends on is swept; its own
    /// where it was played.
    pub from: (usize, usize),
    /// The first point (and the strategy) at which every customer does the same, prices and margins apart.
    pub acts_as: (usize, usize),
}

/// What must be played at which point: what depends on nothing that is swept is played once.
pub struct Rounds {
    /// By point and strategy of the plan: where its outcome comes from.
    from: Vec<Vec<(usize, usize)>>,
    /// The same for what customers do.
    acts_as: Vec<Vec<(usize, usize)>>,
}

/// By point and strategy of the plan: the first point that depends on the same.
fn firsts(opened: &Opened, plan: &Plan, prices: bool) -> Vec<Vec<(usize, usize)>> {
    let on = opened
        .points
        .iter()
        .map(|point| plan.strategies.iter().map(|&strategy| point.depends_on(strategy, prices)).collect());
    let on: Vec<Vec<String>> = on.collect();
    let first = |point: usize, strategy: usize| {
        let earlier = (0..point).find(|&earlier| on[earlier][strategy] == on[point][strategy]);
        (earlier.unwrap_or(point), strategy)
    };
    (0..on.len()).map(|point| (0..plan.strategies.len()).map(|s| first(point, s)).collect()).collect()
}

impl Rounds {
    /// The rounds of a plan.
    pub fn new(opened: &Opened, plan: &Plan) -> Self {
        Self { from: firsts(opened, plan, true), acts_as: firsts(opened, plan, false) }
    }

    /// Points at which something is played.
    pub fn count(&self) -> usize {
        (0..self.from.len()).filter(|&point| self.from[point].iter().any(|from| from.0 == point)).count()
    }

    /// Whether a later point takes its outcome from here.
    fn wanted_after(&self, point: usize, place: (usize, usize)) -> bool {
        self.from.iter().skip(point + 1).any(|strategies| strategies.contains(&place))
    }
}

/// Bytes that the series of all points will take, roughly.
pub fn size(points: usize, plan: &Plan) -> u64 {
    let per_batch = MEASURES.len() * size_of::<f64>() + 2 * size_of::<i128>();
    points as u64 * plan.strategies.len() as u64 * plan.batches() * per_batch as u64
}

/// Plays all points, one after another; by point and strategy of the plan. Of each point's tallies only series are kept.
///
/// # Errors
/// If the numbers of a draw cannot be played: which point, and why.
pub fn play(
    opened: &Opened,
    plan: &Plan,
    rounds: &Rounds,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Played>>, (usize, Problem)> {
    let mut played = Vec::new();
    // Outcomes that later points take over, with the batches they were counted in.
    let mut kept: Vec<((usize, usize), StrategyTallies)> = Vec::new();
    let mut batches = Vec::new();
    for (number, point) in opened.points.iter().enumerate() {
        let from = &rounds.from[number];
        let own: Vec<usize> = (0..from.len()).filter(|&s| from[s].0 == number).collect();
        let strategies: Vec<usize> = own.iter().map(|&s| plan.strategies[s]).collect();
        let mut tallies = Tallies::empty(&point.world, &[], plan.draws);
        let mut fresh = Vec::new();
        if !strategies.is_empty() {
            let plan = Plan { strategies, ..plan.clone() };
            let counted = simulate(&point.world, &plan, progress).map_err(|problem| (number, problem))?;
            batches = counted.batches;
            fresh = counted.strategies;
        }
        tallies.batches.clone_from(&batches);
        let mut fresh = fresh.into_iter();
        for place in from {
            let strategy = if place.0 == number {
                fresh.next()
            } else {
                kept.iter().find(|(kept, _)| kept == place).map(|(_, strategy)| strategy.clone())
            };
            tallies.strategies.extend(strategy);
        }
        let none = tallies.strategy(NONE);
        let minor = point.world.currency.minor();
        let strategy = |(index, &from): (usize, &(usize, usize))| Played {
            series: MEASURES.iter().map(|measure| series(&tallies, measure, index, none, minor)).collect(),
            orders: tallies.strategies[index]
                .totals
                .iter()
                .map(|row| (row.total(ChannelCount::Orders), row.total(ChannelCount::Revenue)))
                .collect(),
            from,
            acts_as: rounds.acts_as[number][index],
        };
        played.push(from.iter().enumerate().map(strategy).collect());
        kept.retain(|(place, _)| rounds.wanted_after(number, *place));
        for (place, strategy) in from.iter().zip(tallies.strategies) {
            if place.0 == number && rounds.wanted_after(number, *place) {
                kept.push((*place, strategy));
            }
        }
    }
    Ok(played)
}
