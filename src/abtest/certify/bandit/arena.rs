//! What policies play on: a pool of units with their rewards under every arm, and the batches in which they arrive.

use std::ops::Range;

use crate::abtest::metric::Direction;
use crate::luck::Threshold;
use crate::stats::Error;

/// Most units of an experiment.
const MOST_UNITS: u64 = 1_000_000_000;
/// Rewards are smaller, so that no sum of squares overflows.
const LARGEST: f64 = 1e100;

/// What a policy plays on.
#[derive(Clone, Copy, Debug)]
pub struct Arena<'a> {
    /// By arm, the control first: what each unit of the pool brings under it, in the metric's unit. At least two arms, all over
    /// the same units.
    pub rewards: &'a [&'a [f64]],
    /// How units arrive, in the order of their days.
    pub batches: &'a [Batch],
    /// Days from a unit's arrival to its reward, whole and not negative. Rewards become known at the end of a day: a policy
    /// assigns a batch with the rewards of batches whose day + delay lies *before* the batch's own day. So even without a delay
    /// nothing is learnt within a day.
    pub delay: i32,
    /// Which rewards are good.
    pub better: Direction,
    /// Rewards are all 0 or 1.
    pub binary: bool,
}

/// Units that arrive together and are assigned with the same knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Places in the pool that they are drawn from, evenly and with replacement.
    pub pool: Range<usize>,
    /// How many.
    pub units: u64,
    /// The day on which they arrive, counted from any day.
    pub day: i32,
}

/// An arena that can be played on, with its truth.
pub(super) struct Ground<'a> {
    rewards: &'a [&'a [f64]],
    pub batches: &'a [Batch],
    delay: i64,
    pub binary: bool,
    /// A score is sign × reward + shift: higher is better, of 0/1 rewards it is 0 or 1, of others it lies around 0.
    pub sign: f64,
    shift: f64,
    /// Chance that a unit that is given a treatment gets it.
    reaches: Threshold,
    /// Units of an experiment.
    pub units: f64,
    /// By batch and arm: how much a unit of the batch loses on average by this arm against the one that is best for all.
    pub gaps: Vec<f64>,
    /// By arm, whether none is better.
    pub best: Vec<bool>,
    /// What the first treatment changes, in the metric's unit.
    pub effect: f64,
}

impl<'a> Ground<'a> {
    /// # Errors
    /// See [`contest`](super::contest).
    pub(super) fn new(arena: &Arena<'a>, part: f64) -> Result<Self, Error> {
        require((0.0..=1.0).contains(&part), "the part of the effect", "lie between 0 and 1", part)?;
        check(arena)?;
        let sign = match arena.better {
            Direction::Higher => 1.0,
            Direction::Lower => -1.0,
        };
        let arms = arena.rewards.len();
        let units: f64 = arena.batches.iter().map(|batch| batch.units as f64).sum();
        let truth = truth(arena);
        let whole = |arm: usize| {
            let sum = |(batch, means): (&Batch, &[f64])| batch.units as f64 * means[arm];
            arena.batches.iter().zip(truth.chunks(arms)).map(sum).sum::<f64>() / units
        };
        // The control's place in a row of means holds its mean, that of a treatment what it adds.
        let scores: Vec<f64> = (0..arms).map(|arm| if arm == 0 { 0.0 } else { sign * part * whole(arm) }).collect();
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let best: Vec<bool> = scores.iter().map(|score| *score == top).collect();
        let reference = best.iter().position(|best| *best).unwrap_or(0);
        let gap = |means: &[f64], arm: usize| {
            let added = |arm: usize| if arm == 0 { 0.0 } else { sign * part * means[arm] };
            added(reference) - added(arm)
        };
        let gaps = truth.chunks(arms).flat_map(|means| (0..arms).map(move |arm| gap(means, arm))).collect();
        let shift = match (arena.binary, arena.better) {
            (true, Direction::Higher) => 0.0,
            (true, Direction::Lower) => 1.0,
            (false, _) => -sign * whole(0),
        };
        Ok(Self {
            rewards: arena.rewards,
            batches: arena.batches,
            delay: i64::from(arena.delay),
            binary: arena.binary,
            sign,
            shift,
            reaches: Threshold::new(part),
            units,
            gaps,
            best,
            effect: part * whole(1),
        })
    }

    pub(super) fn arms(&self) -> usize {
        self.rewards.len()
    }

    /// Whether some arm is better than another.
    pub(super) fn differs(&self) -> bool {
        self.best.contains(&false)
    }

    /// Whether units of this arm count as given the best: of equal arms, those of the first treatment.
    pub(super) fn counts_as_best(&self, arm: usize) -> bool {
        if self.differs() { self.best[arm] } else { arm == 1 }
    }

    /// Whether the rewards of a batch are known before a day begins.
    pub(super) fn known_before(&self, batch: usize, day: i32) -> bool {
        i64::from(self.batches[batch].day) + self.delay < i64::from(day)
    }

    /// What a unit of a batch brings under an arm, as a score; two random words say which unit of the pool it is and whether
    /// a treatment reaches it.
    #[inline]
    pub(super) fn score(&self, batch: &Batch, place: u64, coin: u64, arm: usize) -> f64 {
        let unit = batch.pool.start + below(place, batch.pool.len());
        let arm = if self.reaches.holds(coin) { arm } else { 0 };
        self.sign * self.rewards[arm][unit] + self.shift
    }
}

/// A number below `n`, from a random word; even to n ÷ 2⁶⁴.
#[inline]
pub(super) fn below(word: u64, n: usize) -> usize {
    ((u128::from(word) * n as u128) >> 64) as usize
}

/// By batch, the mean over its part of the pool: of the control's rewards, and of what each treatment adds. Differences are
/// taken unit by unit, so that a treatment that changes nothing adds exactly 0.
fn truth(arena: &Arena<'_>) -> Vec<f64> {
    let arms = arena.rewards.len();
    let mut means: Vec<f64> = Vec::with_capacity(arms * arena.batches.len());
    for (number, batch) in arena.batches.iter().enumerate() {
        if number > 0 && arena.batches[number - 1].pool == batch.pool {
            means.extend_from_within((number - 1) * arms..);
            continue;
        }
        let control = &arena.rewards[0][batch.pool.clone()];
        let n = control.len().max(1) as f64;
        means.push(control.iter().sum::<f64>() / n);
        for rewards in &arena.rewards[1..] {
            let added = rewards[batch.pool.clone()].iter().zip(control).map(|(treated, control)| treated - control);
            means.push(added.sum::<f64>() / n);
        }
    }
    means
}

fn check(arena: &Arena<'_>) -> Result<(), Error> {
    let arms = arena.rewards.len();
    require(arms >= 2, "the number of arms", "be at least 2", arms as f64)?;
    let pool = arena.rewards[0].len();
    for rewards in arena.rewards {
        if rewards.len() != pool {
            return Err(Error::Length { what: "the rewards of an arm", expected: pool, found: rewards.len() });
        }
        let (sound, must): (fn(f64) -> bool, _) = if arena.binary {
            (|reward| reward == 0.0 || reward == 1.0, "be 0 or 1")
        } else {
            (|reward| reward.abs() <= LARGEST, "be a number within ±1e100")
        };
        let unsound = rewards.iter().find(|reward| !sound(**reward));
        unsound.map_or(Ok(()), |reward| require(false, "a reward", must, *reward))?;
    }
    require(arena.delay >= 0, "the delay of rewards in days", "not be negative", f64::from(arena.delay))?;
    let mut units = 0_u64;
    for (number, batch) in arena.batches.iter().enumerate() {
        let Range { start, end } = batch.pool;
        require(start <= end, "the end of a batch's pool", "not lie before its start", end as f64)?;
        require(end <= pool, "the end of a batch's pool", "lie in the pool", end as f64)?;
        require(start < end || batch.units == 0, "the pool of a batch with units", "have units", 0.0)?;
        let last = arena.batches[number.saturating_sub(1)].day;
        require(last <= batch.day, "the day of a batch", "not lie before that of the last one", f64::from(batch.day))?;
        units = units.saturating_add(batch.units);
    }
    require((1..=MOST_UNITS).contains(&units), "the units of an experiment", "lie between 1 and 1e9", units as f64)
}

/// Refuses a number out of range.
pub(super) fn require(holds: bool, what: &'static str, must: &'static str, found: f64) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Range { what, must, found }) }
}
