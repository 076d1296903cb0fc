//! Many customers in parallel: fixed batches, any number of threads, the same tallies.

use rayon::prelude::*;

use crate::engine::{Scratch, Start, play};
use crate::scenario::Problem;
use crate::tally::{Batch, BatchTally, Tallies};
use crate::world::{Draw, Tables, World};

/// Told how many customers were played; may be called from any thread.
pub trait Progress: Sync {
    /// So many more customers were played under all strategies.
    fn advance(&self, customers: u64);
}

/// Nobody wants to know.
impl Progress for () {
    fn advance(&self, _: u64) {}
}

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Addresses all luck.
    pub seed: u64,
    /// Draws of the uncertain inputs; 1 = every input at its typical value.
    pub draws: u64,
    /// Customers of each draw.
    pub per_draw: u64,
    /// Customers that are counted together.
    pub batch: u64,
    /// Indices of the strategies in the world.
    pub strategies: Vec<usize>,
}

/// Customers in a batch, unless there are very few or very many (R4).
const BATCH: u64 = 1024;
/// At least so many batches in all, and two of each draw, for the standard errors (R25).
const FEWEST: u64 = 64;
/// At most so many, so that memory does not grow with the number of customers.
const MOST: u64 = 1024;
/// Tallies of more bytes are large.
const LARGE: u64 = 256 << 20;
/// Draws if anything is uncertain and nobody says otherwise (R25).
const DRAWS: u64 = 64;

impl Plan {
    /// A plan for `simulate` customers in all (R4). `draws` is taken as said; else 64 if any input is uncertain, 1 if none.
    pub fn new(world: &World, seed: u64, simulate: u64, draws: Option<u64>, strategies: Vec<usize>) -> Self {
        let draws = draws.unwrap_or(if world.uncertain.is_empty() { 1 } else { DRAWS }).max(1);
        let per_draw = (simulate / draws).max(2);
        let batches_of = |batch: u64| draws * per_draw.div_ceil(batch);
        let mut batch = BATCH;
        while batch > 1 && (batches_of(batch) < FEWEST || per_draw.div_ceil(batch) < 2) {
            batch /= 2;
        }
        while batches_of(batch) > MOST && per_draw.div_ceil(batch) > 2 {
            batch *= 2;
        }
        Self { seed, draws, per_draw, batch, strategies }
    }

    /// Customers over all draws.
    pub fn customers(&self) -> u64 {
        self.draws * self.per_draw
    }

    /// How many batches there are over all draws.
    pub fn batches(&self) -> u64 {
        self.draws * self.per_draw.div_ceil(self.batch)
    }
}

/// A simulation that can be extended: the numbers of every draw, and what was played so far.
pub struct Simulation<'w> {
    world: &'w World,
    plan: Plan,
    tables: Vec<Tables>,
    played: u64,
    tallies: Tallies,
}

impl<'w> Simulation<'w> {
    /// Prepares a simulation; nothing is played yet.
    ///
    /// # Errors
    /// If the numbers of a draw cannot be played.
    pub fn new(world: &'w World, plan: Plan) -> Result<Self, Problem> {
        let draw = |number| if plan.draws == 1 { Draw::Typical } else { Draw::Number { seed: plan.seed, number } };
        let tables = (0..plan.draws).map(|number| world.tables(draw(number))).collect::<Result<_, _>>()?;
        let tallies = Tallies::empty(world, &plan.strategies, plan.draws);
        Ok(Self { world, plan, tables, played: 0, tallies })
    }

    /// Plays customers of every draw until `per_draw` of each have been played.
    pub fn play_up_to(&mut self, per_draw: u64, progress: &dyn Progress) {
        let batches: Vec<Batch> = (0..self.plan.draws)
            .flat_map(|draw| {
                let starts = (self.played..per_draw).step_by(self.plan.batch as usize);
                starts.map(move |first| (draw, first)).collect::<Vec<_>>()
            })
            .map(|(draw, first)| Batch { draw, first, customers: self.plan.batch.min(per_draw - first) })
            .collect();
        let empty = || Worker::new(self.world, &self.plan);
        // Whoever plays batches in a row has tallies of its own: where those are large, one for each thread must do.
        let size = Tallies::size(self.world, self.plan.strategies.len(), self.plan.draws, batches.len() as u64);
        let in_a_row = if size > LARGE { batches.len().div_ceil(rayon::current_num_threads()) } else { 1 };
        let played = batches
            .into_par_iter()
            .with_min_len(in_a_row)
            .fold(empty, |mut worker, batch| {
                worker.play(self.world, &self.plan, &self.tables[batch.draw as usize], batch);
                progress.advance(batch.customers);
                worker
            })
            .map(|worker| worker.tallies)
            .reduce_with(Tallies::merge);
        if let Some(played) = played {
            let before = std::mem::replace(&mut self.tallies, Tallies::empty(self.world, &[], 0));
            self.tallies = before.merge(played);
            self.tallies.sort();
        }
        self.played = per_draw;
        while self.tallies.batches.len() as u64 > 2 * MOST.max(2 * self.plan.draws) {
            let before = std::mem::replace(&mut self.tallies, Tallies::empty(self.world, &[], 0));
            self.tallies = before.coarsened();
        }
    }

    /// The plan that is played.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Customers of each draw that were played so far.
    pub fn played(&self) -> u64 {
        self.played
    }

    /// What was counted so far.
    pub fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// What was counted.
    pub fn into_tallies(self) -> Tallies {
        self.tallies
    }
}

/// Plays a plan from beginning to end.
///
/// # Errors
/// If the numbers of a draw cannot be played.
pub fn simulate(world: &World, plan: &Plan, progress: &dyn Progress) -> Result<Tallies, Problem> {
    let mut simulation = Simulation::new(world, plan.clone())?;
    simulation.play_up_to(plan.per_draw, progress);
    Ok(simulation.into_tallies())
}

/// What one thread needs, used again for every batch.
struct Worker {
    tallies: Tallies,
    tables: Vec<BatchTally>,
    scratch: Scratch,
    order: Vec<(usize, u64)>,
}

impl Worker {
    fn new(world: &World, plan: &Plan) -> Self {
        Self {
            tallies: Tallies::empty(world, &plan.strategies, plan.draws),
            tables: plan.strategies.iter().map(|&index| BatchTally::new(world, &world.strategies[index])).collect(),
            scratch: Scratch::default(),
            order: Vec::new(),
        }
    }

    /// Plays a batch, segment by segment, so that one table of weeks serves all segments.
    fn play(&mut self, world: &World, plan: &Plan, tables: &Tables, batch: Batch) {
        self.order.clear();
        self.order.extend(
            (batch.first..batch.first + batch.customers).map(|customer| (world.segment_of(customer), customer)),
        );
        self.order.sort_unstable();
        self.tallies.open(batch);
        for segment in self.order.chunk_by(|a, b| a.0 == b.0) {
            for &(_, customer) in segment {
                let start = Start::new(world, tables, plan.seed, batch.draw, customer);
                for (&strategy, tally) in plan.strategies.iter().zip(&mut self.tables) {
                    play(world, tables, &world.strategies[strategy], &start, &mut self.scratch, tally);
                }
            }
            for (strategy, tally) in self.tables.iter_mut().enumerate() {
                let weeks = tally.take(tables, segment[0].0, &mut self.tallies.strategies[strategy].flows);
                self.tallies.count(strategy, segment[0].0, &weeks);
            }
        }
    }
}
