//! The policies: which arm the next unit gets, and which one everybody gets after the end.
//!
//! - **Fixed test**: every unit by the same shares; at the end the arm of the highest mean.
//! - **Thompson sampling** (W. R. Thompson, Biometrika 25, 1933): a unit gets an arm with the chance that this arm is the best
//!   one, by what is known. One draw from each arm's posterior does it: the highest wins. Of 0/1 rewards the posterior is
//!   Beta(1 + successes, 1 + failures). Of others it is normal: with the mean m and variance s² of all known rewards of all
//!   arms, an arm with n known rewards of sum S has the law N((m + S) ÷ (1 + n), s² ÷ (1 + n)), that is, a prior as weighty as
//!   one unit (the unit-information prior of Kass & Wasserman, JASA 90, 1995). One variance for all arms, because where most
//!   rewards are 0 an arm with few units has none of its own to speak of. While s² is unknown or 0, arms are drawn evenly.
//!   At the end the arm of the highest posterior mean.
//! - **UCB**: a unit gets the arm whose mean might be highest, that is, the highest mean + width. Of 0/1 rewards by UCB1-Tuned
//!   (Auer, Cesa-Bianchi & Fischer, Machine Learning 47, 2002, section 4): width² = ln t ÷ n · min(1/4, v + √(2 ln t ÷ n)) with
//!   the arm's variance v. Its constants take rewards to lie in \[0, 1\]; others have the asymptotically optimal bound of
//!   normal rewards (Lattimore & Szepesvári, Bandit Algorithms, 2020, chapter 8): width² = 2 s² ÷ n · ln(1 + t ln² t), with the s²
//!   from above in place of the known variance. At the end the arm of the highest mean.
//!
//! **Batches.** UCB is deterministic: without news it would give a whole batch to one arm. So a unit counts in its arm's n and
//! in t from its assignment, and in the mean when its reward is known, as if until then it had brought just that mean
//! (Desautels, Krause & Burdick, JMLR 15, 2014). Widths shrink as a batch is assigned, and it spreads over the arms; an arm without
//! units comes first, one without known rewards is taken to be as all that are known, and arms of equal bounds come in
//! turn. Thompson sampling needs nothing of the kind: it draws anew for each unit, which is why it bears delay
//! well (Chapelle & Li, NIPS 2011).

use rand_distr::{Beta, Distribution, StandardNormal};

use super::arena::{below, require};
use crate::luck::{Label, Luck, Stream};
use crate::stats::Error;

/// How units are assigned to arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// By the same shares throughout.
    Fixed,
    /// With the chance that an arm is the best.
    Thompson,
    /// By the upper end of what an arm's mean might be.
    Ucb,
}

/// A batch of a policy, and what it draws there.
const BATCH: Label = Label::of("batch");
const DRAWS: Label = Label::of("draws");

impl Policy {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Fixed, Self::Thompson, Self::Ucb];

    /// As results write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed test",
            Self::Thompson => "Thompson sampling",
            Self::Ucb => "UCB",
        }
    }

    /// The luck of a policy's own decisions in a batch.
    pub(super) fn draws(self, luck: Luck, batch: usize) -> Stream {
        luck.child(Label::of(self.name())).nth_child(BATCH, batch as u64).stream(DRAWS)
    }

    /// What it holds of each arm at the end.
    pub(super) fn held(self, known: &[Known], binary: bool) -> impl Iterator<Item = f64> {
        let all = Known::all(known);
        known.iter().map(move |arm| match self {
            Self::Thompson if binary => (1.0 + arm.sum) / (2.0 + arm.units),
            Self::Thompson => (all.mean().unwrap_or(0.0) + arm.sum) / (1.0 + arm.units),
            Self::Fixed | Self::Ucb => arm.mean().unwrap_or(f64::NEG_INFINITY),
        })
    }
}

/// The scores of units in sums.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Known {
    pub units: f64,
    pub sum: f64,
    pub squares: f64,
}

impl Known {
    #[inline]
    pub(super) fn add(&mut self, score: f64) {
        self.units += 1.0;
        self.sum += score;
        self.squares += score * score;
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.units += other.units;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn all(arms: &[Self]) -> Self {
        let mut all = Self::default();
        arms.iter().for_each(|arm| all.join(arm));
        all
    }

    /// None without units.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.units > 0.0).then(|| self.sum / self.units)
    }

    /// Of the scores; none where they do not vary.
    fn variance(&self) -> Option<f64> {
        let variance = (self.squares - self.sum * self.sum / self.units) / (self.units - 1.0);
        (self.units > 1.0 && variance > 0.0).then_some(variance)
    }
}

/// The upper bounds of the arms in \[0, 1\], as their shares add up.
///
/// # Errors
/// [`Error`] for shares that do not belong to the arms, are not positive or do not sum to 1.
pub(super) fn bounds(shares: &[f64], arms: usize) -> Result<Vec<f64>, Error> {
    if shares.len() != arms {
        return Err(Error::Length { what: "the shares of the arms", expected: arms, found: shares.len() });
    }
    let mut sum = 0.0;
    let mut bounds = Vec::with_capacity(arms);
    for share in shares {
        require(*share > 0.0, "the share of an arm", "be positive", *share)?;
        sum += share;
        bounds.push(sum);
    }
    require((sum - 1.0).abs() < 1e-9, "the sum of the arms' shares", "be 1", sum)?;
    Ok(bounds)
}

/// How a policy assigns the units of one batch.
pub(super) enum Chooser<'a> {
    /// By the bounds of shares.
    Shares(&'a [f64]),
    /// Evenly over so many arms.
    Evenly(usize),
    /// By draws of rates.
    Rates(Vec<Beta<f64>>),
    /// By draws of means: their expected values and standard deviations.
    Means(Vec<(f64, f64)>),
    /// By upper bounds.
    Bounds(Bounds),
}

impl<'a> Chooser<'a> {
    /// From what is known at the start of a batch, and the units that each arm has been given by then.
    pub(super) fn new(policy: Policy, bounds: &'a [f64], known: &[Known], assigned: &[f64], binary: bool) -> Self {
        match policy {
            Policy::Fixed => Self::Shares(bounds),
            Policy::Ucb => Self::Bounds(Bounds::new(known, assigned, binary)),
            Policy::Thompson if binary => {
                let posterior = |arm: &Known| Beta::new(1.0 + arm.sum, 1.0 + (arm.units - arm.sum));
                Self::Rates(known.iter().map(|arm| posterior(arm).expect("shapes of at least 1")).collect())
            }
            Policy::Thompson => {
                let all = Known::all(known);
                let (Some(mean), Some(variance)) = (all.mean(), all.variance()) else {
                    return Self::Evenly(known.len());
                };
                let posterior = |arm: &Known| {
                    let weight = 1.0 + arm.units;
                    ((mean + arm.sum) / weight, libm::sqrt(variance / weight))
                };
                Self::Means(known.iter().map(posterior).collect())
            }
        }
    }

    /// The arm of the next unit.
    #[inline]
    pub(super) fn choose(&mut self, draws: &mut Stream) -> usize {
        match self {
            Self::Shares(bounds) => {
                // 53 bits, so that it stays below 1.
                let at = (draws.next() >> 11) as f64 / 9_007_199_254_740_992.0;
                bounds[..bounds.len() - 1].iter().filter(|bound| **bound <= at).count()
            }
            Self::Evenly(arms) => below(draws.next(), *arms),
            Self::Rates(posteriors) => highest(posteriors.iter().map(|posterior| posterior.sample(draws))),
            Self::Means(posteriors) => highest(posteriors.iter().map(|(mean, sd)| {
                let z: f64 = StandardNormal.sample(draws);
                mean + sd * z
            })),
            Self::Bounds(bounds) => bounds.choose(),
        }
    }
}

/// The place of the highest value, the first of equal ones.
#[inline]
pub(super) fn highest(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (place, value) in values.enumerate() {
        if value > best.1 {
            best = (place, value);
        }
    }
    best.0
}

/// Arms by the upper bounds of their means.
pub(super) struct Bounds {
    arms: Vec<Bounded>,
    /// Units of all arms, those of which nothing is known yet included.
    assigned: f64,
    /// Variance of what is known of all arms; none for 0/1 rewards, whose arms have their own.
    common: Option<f64>,
}

struct Bounded {
    mean: f64,
    variance: f64,
    assigned: f64,
}

impl Bounds {
    fn new(known: &[Known], assigned: &[f64], binary: bool) -> Self {
        let all = Known::all(known);
        let arm = |(known, assigned): (&Known, &f64)| {
            let mean = known.mean().or(all.mean()).unwrap_or(0.0);
            Bounded { mean, variance: mean * (1.0 - mean), assigned: *assigned }
        };
        Self {
            arms: known.iter().zip(assigned).map(arm).collect(),
            assigned: assigned.iter().sum(),
            // Where nothing varies all means are equal: any width brings the arms in turn.
            common: (!binary).then(|| all.variance().unwrap_or(1.0)),
        }
    }

    fn choose(&mut self) -> usize {
        let log = libm::log(self.assigned);
        let common = self.common.map(|variance| 2.0 * variance * libm::log1p(self.assigned * log * log));
        let bound = |arm: &Bounded| {
            if arm.assigned == 0.0 {
                return f64::INFINITY;
            }
            let width =
                common.unwrap_or_else(|| log * 0.25_f64.min(arm.variance + libm::sqrt(2.0 * log / arm.assigned)));
            arm.mean + libm::sqrt(width / arm.assigned)
        };
        let arm = highest(self.arms.iter().map(bound));
        self.arms[arm].assigned += 1.0;
        self.assigned += 1.0;
        arm
    }
}
