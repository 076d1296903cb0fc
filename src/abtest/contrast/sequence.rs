//! Rare conversions that are looked at any time: in which arm each of them fell, which is exact at any number of them.
//!
//! The evidence is that of [`Split`], told on the scale of a normal mixture: z is the score at which the mixture would have
//! won as much. So a critical value of the mixture is a level of the split, and p-value, intervals and decision agree as
//! everywhere.

use crate::stats::sequential::always_valid::Mixture;
use crate::stats::sequential::bernoulli::{Coin, Split};
use crate::stats::two_arms::proportions::{RatioInterval, TwoProportions};
use crate::stats::{Error, root};

/// What the bet on equal rates weighs, in conversions: it fits lifts of a half, the least that so few conversions can show.
const WEIGHT: f64 = 10.0;
/// Where the bet on the rate of all units is centred, and what it weighs: it is only to be wide enough.
const RATE: (f64, f64) = (0.01, 1.0);
/// ln of the largest e-value that is told apart: e^−700 is still a level.
const LARGEST_LN: f64 = 700.0;

/// Two arms in which almost none (or almost all) converted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    both: TwoProportions,
    /// Of those who converted, or of those who did not, whichever are fewer.
    split: Split,
    /// The same of all units.
    pooled: Coin,
    /// Those who did not are fewer.
    inverted: bool,
    mixture: Mixture,
    /// How far the test has come, on the mixture's scale.
    time: f64,
}

impl Sequence {
    /// Of two arms, looked at when the mixture has come so far. What falls in which arm is judged by the units that are in
    /// it, which tend to the planned shares: so the observed rates lie in every interval, however uneven few units are.
    pub(super) fn new(both: TwoProportions, mixture: Mixture, time: f64) -> Result<Self, Error> {
        let (c, t) = (both.control(), both.treatment());
        let all = c.trials + t.trials;
        let inverted = 2 * (c.successes + t.successes) > all;
        let few = |successes, trials| if inverted { trials - successes } else { successes };
        let (x_c, x_t) = (few(c.successes, c.trials), few(t.successes, t.trials));
        let split = Split::new(x_c, x_t, t.trials as f64 / all as f64, WEIGHT)?;
        let pooled = Coin::new(x_c + x_t, all, RATE.0, RATE.1)?;
        Ok(Self { both, split, pooled, inverted, mixture, time })
    }

    /// The score of "no difference".
    pub(super) fn z(&self) -> Result<f64, Error> {
        let ln_e = self.split.ln_e(1.0)?;
        let difference = self.both.difference();
        let sign = if difference == 0.0 { 0.0 } else { difference.signum() };
        Ok(sign * self.score(ln_e))
    }

    /// The score at which the mixture has won so much.
    fn score(&self, ln_e: f64) -> f64 {
        let ratio = self.mixture.rho() / self.time;
        let square = (1.0 + ratio) * (libm::log1p(1.0 / ratio) + 2.0 * ln_e);
        libm::sqrt(square.max(0.0))
    }

    /// The least critical value whose interval holds something.
    fn least(&self, holds: impl Fn(f64) -> bool) -> f64 {
        let most = self.score(LARGEST_LN);
        if !holds(most) {
            return most;
        }
        root::between(0.0, most, |critical| if holds(critical) { 1.0 } else { -1.0 }).unwrap_or(0.0)
    }

    /// Score of "the difference is `null`": that of the widest interval which does not hold it.
    pub(super) fn difference_z(&self, null: f64) -> f64 {
        if null == 0.0 {
            return self.z().unwrap_or(f64::NAN);
        }
        let side = (self.both.difference() - null).signum();
        side * self.least(|critical| self.interval(critical).is_ok_and(|(low, high)| low <= null && null <= high))
    }

    /// Score of "the lift is `null`".
    pub(super) fn lift_z(&self, null: f64) -> f64 {
        if null == 0.0 {
            return self.z().unwrap_or(f64::NAN);
        }
        let lift = self.both.lift().unwrap_or(f64::INFINITY);
        (lift - null).signum()
            * self.least(|critical| self.lift_interval(critical).is_ok_and(|lifts| lifts.contains(null)))
    }

    /// The level of a critical value; none where any value is held by so small a one.
    fn level(&self, critical: f64) -> Option<f64> {
        let ln_e = self.mixture.ln_e(critical, self.time);
        (ln_e > 0.0).then(|| libm::exp(-ln_e.min(LARGEST_LN)))
    }

    /// The ratios (treatment ÷ control) of the rates of what is rare.
    fn ratios(&self, critical: f64) -> Result<(f64, f64), Error> {
        // A value that even the boldest reader would not call evidence: next to the observed ratio.
        self.split.interval(self.level(critical).unwrap_or(1.0 - 1e-9))
    }

    /// The differences of rates at a critical value. A ratio says something of a difference only with the rate of all
    /// units, of which the end of its interval is taken that makes the interval wider.
    pub(super) fn interval(&self, critical: f64) -> Result<(f64, f64), Error> {
        let (low, high) = self.ratios(critical)?;
        let (least, most) = self.pooled.interval(self.level(critical).unwrap_or(1.0 - 1e-9))?;
        let [n_c, n_t] = [self.both.control(), self.both.treatment()].map(|arm| arm.trials as f64);
        let difference = |ratio: f64, rate: f64| {
            let of = (n_c + n_t) * rate;
            let difference = if ratio == f64::INFINITY { of / n_t } else { of * (ratio - 1.0) / (n_c + n_t * ratio) };
            difference.clamp(-1.0, 1.0)
        };
        let low = difference(low, if low >= 1.0 { least } else { most });
        let high = difference(high, if high >= 1.0 { most } else { least });
        Ok(if self.inverted { (-high, -low) } else { (low, high) })
    }

    /// The lifts at a critical value.
    pub(super) fn lift_interval(&self, critical: f64) -> Result<RatioInterval, Error> {
        let (low, high) = if self.inverted {
            // Nearly all converted: the control's rate is known well enough to divide by.
            let rate = self.both.control().rate();
            let (low, high) = self.interval(critical)?;
            ((low / rate).max(-1.0), high / rate)
        } else {
            let (low, high) = self.ratios(critical)?;
            (low - 1.0, high - 1.0)
        };
        Ok(if high.is_finite() { RatioInterval::Between { low, high } } else { RatioInterval::Above { low } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::two_arms::proportions::Arm;

    fn sequence(c: (u64, u64), t: (u64, u64)) -> Result<Sequence, Error> {
        let arm = |(successes, trials)| Arm { successes, trials };
        let mixture = Mixture::tuned(100_000.0, 0.05)?;
        Sequence::new(TwoProportions::new(arm(c), arm(t))?, mixture, (c.1 + t.1) as f64)
    }

    /// The p-value of the mixture at the score is the 1/e of the split, and each interval holds 0 where the score is within.
    #[test]
    fn everything_tells_the_same() -> Result<(), Error> {
        for ((x_c, n_c), (x_t, n_t)) in [
            ((1, 5000), (19, 5000)),
            ((19, 5000), (1, 4000)),
            ((3, 900), (6, 1000)),
            ((0, 800), (0, 800)),
            ((9, 9), (320, 869)),
        ] {
            for inverted in [false, true] {
                let flip = |x: u64, n: u64| if inverted { n - x } else { x };
                let found = sequence((flip(x_c, n_c), n_c), (flip(x_t, n_t), n_t))?;
                let (z, e) = (found.z()?, found.split.ln_e(1.0)?);
                assert!(z == 0.0 || (found.mixture.ln_e(z, found.time) - e).abs() < 1e-9, "{z} {e}");
                for alpha in [1e-6, 0.001, 0.05, 0.3] {
                    let critical = found.mixture.critical(found.time, alpha);
                    let (low, high) = found.interval(critical)?;
                    let lift = found.lift_interval(critical)?;
                    assert!(low <= found.both.difference() && found.both.difference() <= high, "{low} {high}");
                    assert_eq!(z.abs() <= critical, low <= 0.0 && 0.0 <= high, "{z} {critical} {low} {high}");
                    assert_eq!(z.abs() <= critical, lift.contains(0.0));
                    // A margin is held as by the interval.
                    for null in [-0.01, 0.002] {
                        assert_eq!(found.difference_z(null).abs() <= critical, low <= null && null <= high);
                    }
                    assert_eq!(found.lift_z(-0.2).abs() <= critical, lift.contains(-0.2));
                }
            }
        }
        Ok(())
    }
}
