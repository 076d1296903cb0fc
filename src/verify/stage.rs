//! What all oracles need: to play a text, to watch customers one by one, to compare.

use rayon::prelude::*;

use super::{Check, limit};
use crate::abtest::certify::certificate::{Pitfall, Promise};
use crate::engine::{Ending, Event, Scratch, Start, Watch, play};
use crate::scenario::{self, Seconds};
use crate::simulation::{Plan, Progress, simulate};
use crate::stats::ratio::Influences;
use crate::stats::{binomial, normal};
use crate::tally::{Row, Tallies};
use crate::world::{Draw, World};

/// Batches that the standard errors come from. Each is a replication of its own, so that weekly counts, which are kept by
/// draw, have errors too.
pub(super) const BATCHES: u64 = 256;

/// Where an oracle plays, and what it found.
pub(super) struct Stage<'a> {
    oracle: &'static str,
    rule: &'static str,
    scale: f64,
    seed: u64,
    progress: &'a dyn Progress,
    customers: u64,
    checks: Vec<Check>,
}

/// Totals that a [watching](Stage::watch) oracle takes of one batch.
pub(super) type Sums<const N: usize> = Vec<[f64; N]>;

/// An event and when it happened.
pub(super) type Seen = (Seconds, Event);

impl<'a> Stage<'a> {
    pub fn new(oracle: &'static str, rule: &'static str, scale: f64, seed: u64, progress: &'a dyn Progress) -> Self {
        Self { oracle, rule, scale, seed, progress, customers: 0, checks: Vec::new() }
    }

    pub fn into_checks(self) -> Vec<Check> {
        self.checks
    }

    /// Plays so many customers (times the scale) of a scenario under all its strategies, `none` being the last.
    pub fn play(&mut self, text: &str, customers: u64) -> Tallies {
        let world = world(text);
        let per_draw = self.per_batch(customers);
        let strategies = (0..world.strategies.len()).collect();
        let plan = Plan { seed: self.seed, draws: BATCHES, per_draw, batch: per_draw, strategies };
        simulate(&world, &plan, self.progress)
            .unwrap_or_else(|problem| panic!("an oracle cannot be played: {problem:?}"))
    }

    /// Plays customers one by one; `visit` gets the events of each under all strategies and says what to sum.
    pub fn watch<const N: usize>(
        &mut self,
        text: &str,
        customers: u64,
        visit: impl Fn(&[Vec<Seen>]) -> [f64; N] + Sync,
    ) -> Sums<N> {
        let world = world(text);
        let tables =
            world.tables(Draw::Typical).unwrap_or_else(|problem| panic!("an oracle cannot be played: {problem:?}"));
        let per_batch = self.per_batch(customers);
        let (seed, progress) = (self.seed, self.progress);
        let batch = |batch: u64| {
            let mut scratch = Scratch::default();
            let mut seen = vec![Recorder::default(); world.strategies.len()];
            let mut sums = [0.0; N];
            for customer in batch * per_batch..(batch + 1) * per_batch {
                let start = Start::new(&world, &tables, seed, 0, customer);
                let events: Vec<Vec<Seen>> = world
                    .strategies
                    .iter()
                    .zip(&mut seen)
                    .map(|(strategy, recorder)| {
                        play(&world, &tables, strategy, &start, &mut scratch, recorder);
                        std::mem::take(&mut recorder.0)
                    })
                    .collect();
                sums.iter_mut().zip(visit(&events)).for_each(|(sum, more)| *sum += more);
            }
            progress.advance(per_batch);
            sums
        };
        (0..BATCHES).into_par_iter().map(batch).collect()
    }

    fn per_batch(&mut self, customers: u64) -> u64 {
        let per_batch = ((customers as f64 * self.scale / BATCHES as f64).ceil() as u64).max(4);
        self.customers = per_batch * BATCHES;
        per_batch
    }

    /// Customers of the latest play.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Compares the ratio of two counts with its exact value.
    pub fn ratio(&mut self, quantity: impl Into<String>, exact: f64, numerators: &[f64], denominators: &[f64]) {
        self.ratio_to_reference(quantity, (exact, 0.0), numerators, denominators);
    }

    /// Compares the ratio of two counts with a reference that has a standard error of its own.
    pub fn ratio_to_reference(
        &mut self,
        quantity: impl Into<String>,
        (exact, error): (f64, f64),
        numerators: &[f64],
        denominators: &[f64],
    ) {
        // Without any denominator there is nothing that could agree: that fails, like every NaN.
        let (simulated, own) = Influences::ratio(numerators, denominators)
            .map_or((f64::NAN, f64::NAN), |ratio| (ratio.value(), ratio.standard_error()));
        let standard_error = libm::hypot(own, error);
        let z = (simulated - exact) / standard_error;
        self.push(quantity.into(), exact, simulated, standard_error, z);
    }

    /// Compares a mean per customer, summed by [`Stage::watch`], with its exact value.
    pub fn mean<const N: usize>(&mut self, quantity: impl Into<String>, exact: f64, sums: &Sums<N>, index: usize) {
        let per_batch = vec![self.customers as f64 / BATCHES as f64; sums.len()];
        self.ratio(quantity, exact, &column(sums, index), &per_batch);
    }

    /// So many experiments, times the scale.
    pub fn experiments(&self, usual: u64) -> u64 {
        ((usual as f64 * self.scale).ceil() as u64).max(100)
    }

    /// Addresses all luck.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Who wants to know how far it is.
    pub fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// Compares a share of independent experiments with its chance. `units` are drawn for each.
    ///
    /// The distance is that of the normal score with the same tail as the count has by the binomial law: rare things are
    /// not normal.
    pub fn rate(&mut self, quantity: impl Into<String>, exact: f64, (count, of): (u64, u64), units: u64) {
        self.customers = of * units;
        let half = 0.5 * binomial::pmf(count, of, exact);
        let above = binomial::sf(count, of, exact) + half;
        let below = binomial::cdf(count, of, exact) - half;
        let z = if above < below { -normal::quantile(above) } else { normal::quantile(below) };
        let error = (exact * (1.0 - exact) / of as f64).sqrt();
        self.push(quantity.into(), exact, count as f64 / of as f64, error, z);
    }

    /// The same of a promise of a certificate.
    pub fn promise(&mut self, quantity: &str, exact: f64, found: &Promise, units: u64) {
        self.rate(quantity, exact, (found.rate.count, found.rate.of), units);
    }

    /// The same of a pitfall.
    pub fn pitfall(&mut self, quantity: &str, exact: f64, found: &Pitfall, units: u64) {
        self.rate(quantity, exact, (found.rate.count, found.rate.of), units);
    }

    /// Compares a mean over so many experiments, of so many units each, with its exact value.
    pub fn value(&mut self, quantity: &str, exact: f64, simulated: f64, standard_error: f64, (of, units): (u64, u64)) {
        self.customers = of * units;
        self.push(quantity.to_owned(), exact, simulated, standard_error, (simulated - exact) / standard_error);
    }

    /// Compares two numbers that may differ by nothing but rounding.
    pub fn near(&mut self, quantity: &str, exact: f64, simulated: f64) {
        let near = (simulated - exact).abs() <= 1e-12 * exact.abs();
        self.push(quantity.to_owned(), exact, simulated, 0.0, if near { 0.0 } else { f64::INFINITY });
    }

    /// Compares two numbers that must be the same.
    pub fn same(&mut self, quantity: impl Into<String>, exact: i128, simulated: i128) {
        let z = if exact == simulated { 0.0 } else { f64::INFINITY };
        self.push(quantity.into(), exact as f64, simulated as f64, 0.0, z);
    }

    fn push(&mut self, quantity: String, exact: f64, simulated: f64, standard_error: f64, z: f64) {
        let (oracle, rule, customers) = (self.oracle, self.rule, self.customers);
        self.checks.push(Check {
            oracle,
            rule,
            quantity,
            exact,
            simulated,
            standard_error,
            z,
            customers,
            passed: z.abs() <= limit(),
        });
    }
}

/// Records everything.
#[derive(Clone, Default)]
struct Recorder(Vec<Seen>);

impl Watch for Recorder {
    fn see(&mut self, at: Seconds, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: Ending) {}
}

/// A column of the sums, one number a batch.
pub(super) fn column<const N: usize>(sums: &Sums<N>, index: usize) -> Vec<f64> {
    sums.iter().map(|sums| sums[index]).collect()
}

/// A count of a strategy, one number a batch.
pub(super) fn counts(tallies: &Tallies, strategy: usize, count: impl Fn(&Row) -> i128) -> Vec<f64> {
    tallies.strategies[strategy].totals.iter().map(|row| count(row) as f64).collect()
}

/// A count of a strategy in one segment, one number a batch.
pub(super) fn in_segment(tallies: &Tallies, strategy: usize, segment: usize, count: impl Fn(&Row) -> i128) -> Vec<f64> {
    tallies.strategies[strategy].segments.iter().map(|rows| count(&rows[segment]) as f64).collect()
}

/// A count of a strategy in the weeks before `end`, one number a batch.
pub(super) fn before_week(tallies: &Tallies, strategy: usize, end: usize, count: impl Fn(&Row) -> i128) -> Vec<f64> {
    let weeks = |rows: &Vec<Row>| rows[..end].iter().map(&count).sum::<i128>() as f64;
    tallies.strategies[strategy].draw_weeks.iter().map(weeks).collect()
}

/// A count over all batches.
pub(super) fn total(tallies: &Tallies, strategy: usize, count: impl Fn(&Row) -> i128) -> i128 {
    tallies.strategies[strategy].totals.iter().map(count).sum()
}

/// Puts a text to what every oracle's scenario begins with.
pub(super) fn text(horizon: &str, rest: &str) -> String {
    format!(
        "name = \"oracle\"\ncurrency = \"USD\"\nstart = 2026-01-05\n\
         horizon = \"{horizon}\"\ntail = \"0d\"\nretention_window = \"1d\"\n{rest}"
    )
}

/// A world from a scenario's text. The texts of the oracles are right, and a test plays them all.
pub(super) fn world(text: &str) -> World {
    let loaded = scenario::load("oracle", text, &[]);
    let message = || loaded.problems.render(&loaded.sources, false);
    let scenario = loaded.scenario.clone().unwrap_or_else(|| panic!("an oracle's scenario is wrong:\n{}", message()));
    World::new(scenario).unwrap_or_else(|problem| panic!("an oracle's scenario is wrong: {problem:?}"))
}
