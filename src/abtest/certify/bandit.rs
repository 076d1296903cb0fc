//! Bandits: policies that shift customers to the better arm while the test runs, beside the test that splits them by fixed
//! shares throughout.
//!
//! Both lives of every unit are known, so what a policy costs is not estimated: an experiment draws units from the pool,
//! the policy gives each an arm, and its **regret** is what these units would have brought, on average, under the one arm that is
//! best for all of them, less what they bring under the arms that they got. A policy that shifts customers early costs less and
//! learns less of the arms that it leaves; how often it ends with the wrong one is told beside.
//!
//! All policies meet the same units in the same order, and so do all parts of an effect: what differs between two rows is
//! the policy's doing. Nothing here depends on the number of threads.

mod arena;
mod policy;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::certificate::{Bandit, Mean, Rate};
use crate::luck::{Label, Luck};
use crate::stats::Error;

pub use arena::{Arena, Batch};
pub use policy::Policy;

use arena::{Ground, require};
use policy::{Chooser, Known, highest};

/// Most experiments of a contest.
pub const MOST_EXPERIMENTS: u64 = 1_000_000;

/// What of an experiment belongs to its bandits; below it lie the units and the draws of each policy.
const BANDIT: Label = Label::of("bandit");
/// Two words for each unit that arrives: its place in the pool, and whether a treatment really reaches it.
const UNITS: Label = Label::of("units");

/// Plays every policy in as many experiments, in which each treatment has this `part` (0 to 1) of its own effect: a unit
/// that is given it gets it with that chance, else the control. 0 is an A/A test.
///
/// `shares` are the arms' shares in the fixed test, the control's first. One row for each policy, in the order of
/// [`Policy::ALL`]. The bias is that of the first treatment's effect, over the experiments in which both it and the control
/// got a unit.
///
/// # Errors
/// [`Error`] for an arena that cannot be played on (see [`Arena`]), shares that do not belong to its arms or do not sum to 1,
/// a part outside \[0, 1\], and no experiments or more than [`MOST_EXPERIMENTS`].
pub fn contest(
    arena: &Arena<'_>,
    shares: &[f64],
    experiments: u64,
    part: f64,
    seed: u64,
) -> Result<Vec<Bandit>, Error> {
    let ground = Ground::new(arena, part)?;
    let bounds = policy::bounds(shares, arena.rewards.len())?;
    require(
        (1..=MOST_EXPERIMENTS).contains(&experiments),
        "the number of experiments",
        "lie between 1 and 1 million",
        experiments as f64,
    )?;
    let outcomes: Vec<[Outcome; Policy::ALL.len()]> = (0..experiments)
        .into_par_iter()
        .map(|number| {
            let luck = Luck::experiment(seed, number).child(BANDIT);
            Policy::ALL.map(|policy| play(&ground, policy, &bounds, luck))
        })
        .collect();
    let row = |(place, policy): (usize, &Policy)| {
        let of = || outcomes.iter().map(move |experiment| &experiment[place]);
        let wrong = of().filter(|outcome| !ground.best[outcome.winner]).count() as u64;
        Ok(Bandit {
            policy: policy.name(),
            part,
            regret: Mean::of(of().map(|outcome| outcome.regret)),
            wrong_winner: if ground.differs() { Some(Rate::new(wrong, experiments)?) } else { None },
            to_best: Mean::of(of().map(|outcome| outcome.to_best)),
            bias: Mean::of(of().filter_map(|outcome| outcome.bias)),
        })
    };
    Policy::ALL.iter().enumerate().map(row).collect()
}

/// How an experiment went under a policy.
struct Outcome {
    regret: f64,
    /// The arm that it would give to everybody after the end.
    winner: usize,
    /// Share of the units that got the best arm; the first treatment, if none is better.
    to_best: f64,
    /// Of the first treatment's effect; none if it or the control got no unit.
    bias: Option<f64>,
}

/// One experiment: batch by batch, with what is known of the earlier ones by then.
fn play(ground: &Ground<'_>, policy: Policy, bounds: &[f64], luck: Luck) -> Outcome {
    let arms = ground.arms();
    let mut units = luck.stream(UNITS);
    let mut known = vec![Known::default(); arms];
    // Rewards of batches that are still to become known, and the first of these batches.
    let mut pending = vec![Known::default(); arms * ground.batches.len()];
    let mut hidden = 0;
    let mut assigned = vec![0.0; arms];
    let (mut regret, mut to_best) = (0.0, 0.0);
    for (number, batch) in ground.batches.iter().enumerate() {
        while hidden < number && ground.known_before(hidden, batch.day) {
            learn(&mut known, &pending[hidden * arms..][..arms]);
            hidden += 1;
        }
        let pending = &mut pending[number * arms..][..arms];
        let mut draws = policy.draws(luck, number);
        let mut chooser = Chooser::new(policy, bounds, &known, &assigned, ground.binary);
        for _ in 0..batch.units {
            let (place, coin) = (units.next(), units.next());
            let arm = chooser.choose(&mut draws);
            pending[arm].add(ground.score(batch, place, coin, arm));
        }
        for (arm, rewards) in pending.iter().enumerate() {
            assigned[arm] += rewards.units;
            regret += rewards.units * ground.gaps[number * arms + arm];
            to_best += if ground.counts_as_best(arm) { rewards.units } else { 0.0 };
        }
    }
    // After the last delay all is known.
    for rewards in pending[hidden * arms..].chunks(arms) {
        learn(&mut known, rewards);
    }
    Outcome {
        regret,
        winner: highest(policy.held(&known, ground.binary)),
        to_best: to_best / ground.units,
        bias: known[1]
            .mean()
            .zip(known[0].mean())
            .map(|(treatment, control)| ground.sign * (treatment - control) - ground.effect),
    }
}

fn learn(known: &mut [Known], rewards: &[Known]) {
    known.iter_mut().zip(rewards).for_each(|(known, rewards)| known.join(rewards));
}
