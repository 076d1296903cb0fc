//! The score statistic of Miettinen & Nurminen for difference, lift and odds ratio, and the intervals it leaves.
//!
//! Each null value leaves one free rate, taken at its maximum of likelihood. For ratio and odds ratio that is the root of a
//! quadratic, written in forms that do not cancel; for the difference it is the root of a cubic (their appendix), found
//! by Newton's rule in a bracket, since the trigonometric formula loses the digits of rare events.

use super::{Arm, RatioInterval, TwoProportions, studentised};
use crate::stats::Error;
use crate::stats::two_arms::inversion::{Search, invert, require_critical};

impl TwoProportions {
    /// Signed normal score of H0 "rate of treatment − rate of control = `null_difference`", relative error some 1e-14.
    ///
    /// Falls as the null value rises; 0 for 0/0; ±∞ beyond −1 and 1 and where the null value is impossible.
    pub fn z(&self, null_difference: f64) -> f64 {
        if null_difference == 0.0 {
            return self.z_of_no_effect();
        }
        if null_difference.is_nan() || null_difference.abs() > 1.0 {
            return if null_difference.is_nan() { f64::NAN } else { -null_difference.signum() * f64::INFINITY };
        }
        let variance = if null_difference > 0.0 {
            variance_at_difference(self.control, self.treatment, null_difference)
        } else {
            variance_at_difference(self.treatment, self.control, -null_difference)
        };
        studentised(self.difference() - null_difference, variance * self.inflation())
    }

    /// Signed normal score of H0 "rate of treatment = (1 + `null_lift`) × rate of control", `null_lift` ≥ −1 (else NaN).
    pub fn lift_z(&self, null_lift: f64) -> f64 {
        if null_lift == 0.0 {
            return self.z_of_no_effect();
        }
        if null_lift.is_nan() || null_lift < -1.0 {
            return f64::NAN;
        }
        let ratio = 1.0 + null_lift;
        let (control, treatment) = (self.control, self.treatment);
        if self.converted() == 0.0 {
            return 0.0;
        }
        if ratio > MOST_RATIO {
            return if control.successes == 0 { 0.0 } else { f64::NEG_INFINITY };
        }
        // ratio·N·p² − (ratio·a + b)·p + X = 0 for the control's rate p, with discriminant R² of terms that do not cancel.
        let (a, b) = (treatment.n() + control.x(), control.n() + treatment.x());
        let (converted, rest) = (self.converted(), control.rest() + treatment.rest());
        let apart = null_lift * a + (treatment.rest() - control.rest());
        let root = libm::hypot(apart, 2.0 * libm::sqrt(ratio) * libm::sqrt(control.rest() * treatment.rest()));
        let whole = ratio * a + b + root;
        let rate = 2.0 * converted / whole;
        // 1 − p and 1 − ratio·p, each by its own root where their terms would cancel.
        let (left_c, left_t) = (null_lift * a + rest, ratio * rest - null_lift * b);
        let rest_c =
            if left_c < 0.0 { -4.0 * null_lift * control.rest() * converted / (root - left_c) } else { left_c + root }
                / whole;
        let rest_t = if left_t < 0.0 {
            4.0 * null_lift * ratio * treatment.rest() * converted / (root - left_t)
        } else {
            left_t + root
        } / whole;
        let variance = ratio * rate * (rest_t / treatment.n() + ratio * (rest_c / control.n()));
        studentised(self.difference() - null_lift * control.rate(), variance * self.inflation())
    }

    /// Signed normal score of H0 "odds of treatment = `null_odds_ratio` × odds of control", `null_odds_ratio` ≥ 0 (else NaN).
    pub fn odds_ratio_z(&self, null_odds_ratio: f64) -> f64 {
        if null_odds_ratio == 1.0 {
            return self.z_of_no_effect();
        }
        if null_odds_ratio.is_nan() || null_odds_ratio < 0.0 {
            return f64::NAN;
        }
        if self.converted() == 0.0 || self.converted() == self.units() {
            return 0.0;
        }
        let cells = Cells::at_odds_ratio(self, null_odds_ratio);
        let information = 1.0 / (cells.treatment.inverse() + cells.control.inverse());
        studentised(cells.excess(self), information * self.inflation())
    }

    /// The differences with |z| ≤ `c`, ends within four units in the last place of those of [`TwoProportions::z`].
    ///
    /// It excludes 0 exactly when |z(0)| > c. `c` = 1.96 for 95 %; ∞ gives \[−1, 1\].
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN.
    pub fn interval(&self, c: f64) -> Result<(f64, f64), Error> {
        require_critical(c)?;
        let step = c * libm::sqrt(self.own_variance());
        Ok(invert(|null| self.z(null), c, Search { null: 0.0, low: -1.0, high: 1.0, step }))
    }

    /// The relative lifts that `c` does not reject; excludes 0 exactly when [`TwoProportions::interval`] does.
    ///
    /// Unbounded above where nothing converted in the control (and for `c` = ∞).
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN.
    pub fn lift_interval(&self, c: f64) -> Result<RatioInterval, Error> {
        require_critical(c)?;
        let search = Search { null: 0.0, low: -1.0, high: MOST_RATIO, step: 0.125 };
        let (low, high) = invert(|null| self.lift_z(null), c, search);
        let open = self.control.successes == 0 || high >= MOST_RATIO;
        Ok(if open { RatioInterval::Above { low } } else { RatioInterval::Between { low, high } })
    }

    /// [`TwoProportions::lift_interval`] as a ratio of rates (lift + 1).
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN.
    pub fn ratio_interval(&self, c: f64) -> Result<RatioInterval, Error> {
        Ok(self.lift_interval(c)?.map(|lift| 1.0 + lift))
    }

    /// The odds ratios that `c` does not reject; excludes 1 exactly when [`TwoProportions::interval`] excludes 0.
    ///
    /// From 0 where the treatment's conversions are none or the control's all, unbounded in the mirrored case.
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN.
    pub fn odds_ratio_interval(&self, c: f64) -> Result<RatioInterval, Error> {
        require_critical(c)?;
        let search = Search { null: 0.0, low: -LN_ODDS, high: LN_ODDS, step: 0.125 };
        let (low, high) = invert(|ln| self.odds_ratio_z(libm::exp(ln)), c, search);
        let least = self.treatment.successes == 0 || self.control.rest() == 0.0 || low <= -LN_ODDS;
        let most = self.control.successes == 0 || self.treatment.rest() == 0.0 || high >= LN_ODDS;
        let low = if least { 0.0 } else { libm::exp(low) };
        Ok(if most { RatioInterval::Above { low } } else { RatioInterval::Between { low, high: libm::exp(high) } })
    }

    /// The score of no effect, the same for difference, lift and odds ratio.
    fn z_of_no_effect(&self) -> f64 {
        self.pooled_z() / libm::sqrt(self.inflation())
    }

    /// N ÷ (N − 1).
    fn inflation(&self) -> f64 {
        self.units() / (self.units() - 1.0)
    }
}

/// Ratios beyond this are taken for infinite: there |z| is √ of it at least, or towards 0 without conversions in the control.
const MOST_RATIO: f64 = 1e100;

/// Log odds ratios are sought between minus this and this: exp of it is a double.
pub(in crate::stats::two_arms) const LN_ODDS: f64 = 700.0;

/// Expected counts of an arm.
#[derive(Clone, Copy)]
pub(in crate::stats::two_arms) struct Fitted {
    /// Expected conversions.
    pub converted: f64,
    /// Expected units that do not convert.
    pub rest: f64,
}

impl Fitted {
    /// 1 ÷ (n·p·(1 − p)).
    fn inverse(self) -> f64 {
        1.0 / self.converted + 1.0 / self.rest
    }
}

/// The counts that fit an odds ratio, with the units of each arm and the total of conversions as they are.
#[derive(Clone, Copy)]
pub(in crate::stats::two_arms) struct Cells {
    pub control: Fitted,
    pub treatment: Fitted,
}

impl Cells {
    /// For an `odds_ratio` from 0 to ∞, excluded; each count to some 1e-15 relative, however small.
    pub fn at_odds_ratio(arms: &TwoProportions, odds_ratio: f64) -> Self {
        if odds_ratio > 1.0 {
            let Self { control, treatment } = Self::at_odds_ratio(&arms.swapped(), 1.0 / odds_ratio);
            return Self { control: treatment, treatment: control };
        }
        let (n_c, n_t) = (arms.control.n(), arms.treatment.n());
        let (converted, rest) = (arms.converted(), arms.control.rest() + arms.treatment.rest());
        // (ψ − 1)a² − (ψ(X + n_t) + n_c − X)a + ψ X n_t = 0 for the treatment's conversions a, and the same equation for
        // each other count under its own name; all four share the discriminant, and with ψ ≤ 1 its terms have one sign.
        let sum = odds_ratio * (converted + n_t) + (n_c - converted);
        let root = libm::hypot(sum, 2.0 * libm::sqrt((1.0 - odds_ratio) * odds_ratio) * libm::sqrt(converted * n_t));
        let less = 1.0 - odds_ratio;
        let control_converted = 2.0 * converted * n_c / (converted * less + n_c + odds_ratio * n_t + root);
        let treatment_rest = 2.0 * rest * n_t / (rest * less + n_t + odds_ratio * n_c + root);
        // Of the other two one has a sum that could cancel; it is the other one and the difference of the margins.
        let (treatment_converted, control_rest) = if converted <= n_c {
            let a = 2.0 * odds_ratio * converted * n_t / (sum + root);
            (a, (n_c - converted) + a)
        } else {
            let d = 2.0 * odds_ratio * rest * n_c / (odds_ratio * (rest + n_c) + (n_t - rest) + root);
            ((converted - n_c) + d, d)
        };
        Self {
            control: Fitted { converted: control_converted, rest: control_rest },
            treatment: Fitted { converted: treatment_converted, rest: treatment_rest },
        }
    }
}

impl Cells {
    /// Conversions of the treatment beyond those that fit, from the smallest count, whose difference has the most digits.
    fn excess(&self, arms: &TwoProportions) -> f64 {
        let excess = [
            (self.treatment.converted, arms.treatment.x(), 1.0),
            (self.treatment.rest, arms.treatment.rest(), -1.0),
            (self.control.converted, arms.control.x(), -1.0),
            (self.control.rest, arms.control.rest(), 1.0),
        ];
        let smallest = excess.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        smallest.map_or(0.0, |(fitted, count, sign)| sign * (count - fitted))
    }
}

/// Variance of the difference at the likeliest rates p and p + `apart` of the arms `low` and `high`, 0 < `apart` ≤ 1.
fn variance_at_difference(low: Arm, high: Arm, apart: f64) -> f64 {
    let room = 1.0 - apart;
    let mut likelihood = Likelihood { low: Cell::of(low), high: Cell::of(high), apart, room };
    if likelihood.slope(0.5 * room).0 > 0.0 {
        // The rates are nearer to 1: count what did not convert.
        likelihood = Likelihood { low: Cell::of(high).mirrored(), high: Cell::of(low).mirrored(), apart, room };
    }
    let p = likelihood.likeliest();
    let (high, low) = (likelihood.high, likelihood.low);
    (p + apart) * (room - p) / high.n + p * (room - p + apart) / low.n
}

/// Counts of an arm, as numbers.
#[derive(Clone, Copy)]
struct Cell {
    x: f64,
    n: f64,
}

impl Cell {
    fn of(arm: Arm) -> Self {
        Self { x: arm.x(), n: arm.n() }
    }

    fn mirrored(self) -> Self {
        Self { x: self.n - self.x, n: self.n }
    }
}

/// The likelihood of rates p and p + `apart`, with p in the lower half of its range \[0, `room`\].
struct Likelihood {
    low: Cell,
    high: Cell,
    apart: f64,
    /// 1 − `apart`.
    room: f64,
}

impl Likelihood {
    /// The slope of the log-likelihood times the product of its denominators (a cubic in p, of the same sign), and its
    /// derivative; divided by p where no conversion in `low` leaves that factor in it.
    fn slope(&self, p: f64) -> (f64, f64) {
        let (rest, high) = (self.room - p, p + self.apart);
        let rest_low = rest + self.apart;
        let (excess_low, excess_high) = (self.low.x - self.low.n * p, self.high.x - self.high.n * high);
        if self.low.x == 0.0 {
            let value = excess_high * rest_low - self.low.n * high * rest;
            return (value, -self.high.n * rest_low - excess_high - self.low.n * (rest - high));
        }
        let value = excess_low * high * rest + excess_high * p * rest_low;
        let derivative = -self.low.n * high * rest + excess_low * (rest - high) - self.high.n * p * rest_low
            + excess_high * (rest_low - p);
        (value, derivative)
    }

    /// The likeliest p, in \[0, room/2\], to rounding.
    fn likeliest(&self) -> f64 {
        if self.low.x == 0.0 && self.slope(0.0).0 <= 0.0 {
            return 0.0;
        }
        let (mut least, mut most) = (0.0, 0.5 * self.room);
        // Begin where Poisson counts would have it: N p² + (N·apart − X)p − x·apart = 0.
        let (n, x) = (self.low.n + self.high.n, self.low.x + self.high.x);
        let (half, product) = (0.5 * (x - n * self.apart), n * self.low.x * self.apart);
        let root = libm::sqrt(half * half + product);
        let start = if half > 0.0 { (half + root) / n } else { self.low.x * self.apart / (root - half) };
        let mut p = if start > least && start < most { start } else { 0.5 * most };
        let mut last = most;
        for _ in 0..STEPS {
            let (value, derivative) = self.slope(p);
            if value > 0.0 {
                least = p;
            } else {
                most = p;
            }
            let newton = p - value / derivative;
            // A step that leaves the bracket, or does not halve the one before, gives way to bisection.
            let next = if newton > least && newton < most && (newton - p).abs() <= 0.5 * last.abs() {
                newton
            } else if value == 0.0 {
                return p;
            } else {
                0.5 * (least + most)
            };
            last = next - p;
            p = next;
            if last.abs() <= f64::EPSILON * p {
                break;
            }
        }
        p
    }
}

/// Steps at most, bisection down to the smallest double included; five are usual.
const STEPS: usize = 1200;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// x_c, n_c, x_t, n_t, null value, z: mpmath, 60 digits, by bisection of the score equations.
    const DIFFERENCE: [(u64, u64, u64, u64, f64, f64); 36] = [
        (200, 2000, 250, 2000, 0.02, 0.5009583212624839),
        (200, 2000, 250, 2000, -0.3, 27.10226184306363),
        (200, 2000, 250, 2000, 0.9, -129.1845087415004),
        (2, 12, 7, 12, 0.02, 1.9674405517402698),
        (2, 12, 7, 12, -0.3, 3.660210323207315),
        (2, 12, 7, 12, 0.9, -5.345663142112009),
        (0, 100000000, 5, 100000000, 1e-08, 2.0000000100000004),
        (0, 100000000, 5, 100000000, -3e-07, 5.916080729672602),
        (0, 100000000, 5, 100000000, 0.9, -29999.99825833334),
        (3, 100000000, 9, 50000000, 1e-08, 2.8682292443403963),
        (3, 100000000, 9, 50000000, -3e-07, 6.425422604489908),
        (3, 100000000, 9, 50000000, 0.9, -21213.20000612855),
        (99999990, 100000000, 99999999, 100000000, 1e-08, 2.502813564213992),
        (99999990, 100000000, 99999999, 100000000, -3e-07, 6.15532491412707),
        (99999990, 100000000, 99999999, 100000000, 0.9, -29999.996894696982),
        (0, 10, 0, 15, 0.02, -0.5421047417431507),
        (0, 10, 0, 15, -0.3, 2.02837021134844),
        (0, 10, 0, 15, 0.9, -11.384199576606168),
        (10, 10, 15, 15, 0.02, -0.4426266681379905),
        (10, 10, 15, 15, -0.3, 2.4842360136324753),
        (10, 10, 15, 15, 0.9, -9.2951600308978),
        (0, 10, 15, 15, 0.02, 4.801960383990248),
        (0, 10, 15, 15, -0.3, 6.676183683170241),
        (0, 10, 15, 15, 0.9, 1.0327955589886444),
        (50000000, 100000000, 50010000, 100000000, 1e-08, 1.4140721445520381),
        (50000000, 100000000, 50010000, 100000000, -3e-07, 1.4184562066064188),
        (50000000, 100000000, 50010000, 100000000, 0.9, -29196.611310591205),
        (1, 1, 0, 1, 0.02, -1.020204061220407),
        (1, 1, 0, 1, -0.3, -0.7337993857053429),
        (1, 1, 0, 1, 0.9, -4.358898943540674),
        (7, 5000, 3, 20, 0.02, 3.970045223811424),
        (7, 5000, 3, 20, -0.3, 56.48571143355683),
        (7, 5000, 3, 20, 0.9, -11.267896296291555),
        (30, 1000, 31, 1000, 0.02, -2.3722032770775465),
        (30, 1000, 31, 1000, -0.3, 19.906957044784306),
        (30, 1000, 31, 1000, 0.9, -94.4587917676891),
    ];
    const LIFT: [(u64, u64, u64, u64, f64, f64); 44] = [
        (200, 2000, 250, 2000, 1e-06, 2.5016313877486205),
        (200, 2000, 250, 2000, -0.4, 8.40564183475925),
        (200, 2000, 250, 2000, 2.5, -11.967268201024648),
        (200, 2000, 250, 2000, 1000000.0, -9887.021420052999),
        (2, 12, 7, 12, 1e-06, 2.063795365013355),
        (2, 12, 7, 12, -0.4, 3.114622400098225),
        (2, 12, 7, 12, 2.5, 0.0),
        (2, 12, 7, 12, 1000000.0, -704.9190503232755),
        (0, 100000000, 5, 100000000, 1e-06, 2.2360668818272944),
        (0, 100000000, 5, 100000000, -0.4, 2.886751383836741),
        (0, 100000000, 5, 100000000, 2.5, 1.195228612986481),
        (0, 100000000, 5, 100000000, 1000000.0, 0.002236066853876528),
        (3, 100000000, 9, 50000000, 1e-06, 3.0618601474451),
        (3, 100000000, 9, 50000000, -0.4, 4.2690750043278705),
        (3, 100000000, 9, 50000000, 2.5, 0.81831711467031),
        (3, 100000000, 9, 50000000, 1000000.0, -612.3690839790186),
        (99999990, 100000000, 99999999, 100000000, 1e-06, -9.05249208188512),
        (99999990, 100000000, 99999999, 100000000, -0.4, 8164.966401237285),
        (99999990, 100000000, 99999999, 100000000, 2.5, -15811.386118870316),
        (99999990, 100000000, 99999999, 100000000, 1000000.0, -9999998.999999052),
        (10, 10, 15, 15, 1e-06, -0.0030983866769659332),
        (10, 10, 15, 15, -0.4, 3.0983866769659336),
        (10, 10, 15, 15, 2.5, -4.898979485566356),
        (10, 10, 15, 15, 1000000.0, -3098.3866769659335),
        (0, 10, 15, 15, 1e-06, 4.898977036078451),
        (0, 10, 15, 15, -0.4, 6.324555320336759),
        (0, 10, 15, 15, 2.5, 1.9595917942265424),
        (0, 10, 15, 15, 1000000.0, 0.0030983866769659337),
        (50000000, 100000000, 50010000, 100000000, 1e-06, 1.4071417945081957),
        (50000000, 100000000, 50010000, 100000000, -0.4, 3559.8238695182945),
        (50000000, 100000000, 50010000, 100000000, 2.5, -8707.278256359728),
        (50000000, 100000000, 50010000, 100000000, 1000000.0, -6123416.476560024),
        (1, 1, 0, 1, 1e-06, -1.000000499999875),
        (1, 1, 0, 1, -0.4, -0.7745966692414834),
        (1, 1, 0, 1, 2.5, -1.8708286933869707),
        (1, 1, 0, 1, 1000000.0, -1000.000499999875),
        (7, 5000, 3, 20, 1e-06, 14.87333375001794),
        (7, 5000, 3, 20, -0.4, 19.26839683736857),
        (7, 5000, 3, 20, 2.5, 7.776297029595509),
        (7, 5000, 3, 20, 1000000.0, -162.62845131180555),
        (30, 1000, 31, 1000, 1e-06, 0.12999879561981692),
        (30, 1000, 31, 1000, -0.4, 2.1818957056397155),
        (30, 1000, 31, 1000, 2.5, -5.140738528457848),
        (30, 1000, 31, 1000, 1000000.0, -3897.32046619882),
    ];
    const ODDS: [(u64, u64, u64, u64, f64, f64); 40] = [
        (200, 2000, 250, 2000, 1.000001, 2.5016326618964717),
        (200, 2000, 250, 2000, 0.3, 15.406268325919322),
        (200, 2000, 250, 2000, 4.5, -13.07992702259114),
        (200, 2000, 250, 2000, 1000000000.0, -262434.11846802616),
        (2, 12, 7, 12, 1.000001, 2.0637961303376486),
        (2, 12, 7, 12, 0.3, 3.601638412568373),
        (2, 12, 7, 12, 4.5, 0.4467994405428555),
        (2, 12, 7, 12, 1000000000.0, -10318.986466433822),
        (0, 100000000, 5, 100000000, 1.000001, 2.2360668818273366),
        (0, 100000000, 5, 100000000, 0.3, 4.082482875710978),
        (0, 100000000, 5, 100000000, 4.5, 1.0540925753642412),
        (0, 100000000, 5, 100000000, 1000000000.0, 7.071067970964507e-05),
        (3, 100000000, 9, 50000000, 1.000001, 3.061860147445323),
        (3, 100000000, 9, 50000000, 0.3, 6.372793587492908),
        (3, 100000000, 9, 50000000, 4.5, 0.4330129129069253),
        (3, 100000000, 9, 50000000, 1000000000.0, -19364.91422650772),
        (99999990, 100000000, 99999999, 100000000, 1.000001, 2.713600510728751),
        (99999990, 100000000, 99999999, 100000000, 0.3, 5.33967418386135),
        (99999990, 100000000, 99999999, 100000000, 4.5, 0.7817360429411879),
        (99999990, 100000000, 99999999, 100000000, 1000000000.0, -9534.625248868659),
        (0, 10, 15, 15, 1.000001, 4.898978211832516),
        (0, 10, 15, 15, 0.3, 6.768827623930479),
        (0, 10, 15, 15, 4.5, 3.337113564570124),
        (0, 10, 15, 15, 1000000000.0, 0.02726926479550404),
        (50000000, 100000000, 50010000, 100000000, 1.000001, 1.4106780337973135),
        (50000000, 100000000, 50010000, 100000000, 0.3, 4322.7309554355315),
        (50000000, 100000000, 50010000, 100000000, 4.5, -5442.4025915106085),
        (50000000, 100000000, 50010000, 100000000, 1000000000.0, -1719621.5569760033),
        (1, 1, 0, 1, 1.000001, -1.0000002499999063),
        (1, 1, 0, 1, 0.3, -0.7400828044922853),
        (1, 1, 0, 1, 4.5, -1.4564753151219703),
        (1, 1, 0, 1, 1000000000.0, -177.82794100389228),
        (7, 5000, 3, 20, 1.000001, 14.873333769467004),
        (7, 5000, 3, 20, 0.3, 27.295735287717847),
        (7, 5000, 3, 20, 4.5, 6.828334040659474),
        (7, 5000, 3, 20, 1000000000.0, -3130.184248128467),
        (30, 1000, 31, 1000, 1.000001, 0.12999891657105725),
        (30, 1000, 31, 1000, 0.3, 5.043696129736336),
        (30, 1000, 31, 1000, 4.5, -6.138027117141084),
        (30, 1000, 31, 1000, 1000000000.0, -117674.0042860526),
    ];

    /// Counts (x_c, n_c, x_t, n_t), c, and the ends for difference, lift and odds ratio: mpmath, by bisection of the scores above.
    const INTERVALS: [([u64; 4], f64, [f64; 6]); 18] = [
        (
            [3894, 21307, 2262, 21306],
            1.959963984540054,
            [
                -0.08323394439782324,
                -0.06995993050573611,
                -0.4464337731043544,
                -0.39040622235027345,
                0.5023492609389141,
                0.5615887672556076,
            ],
        ),
        (
            [20034, 44700, 20119, 45489],
            1.959963984540054,
            [
                -0.012392180086137843,
                0.0005821681699788978,
                -0.027449821709811955,
                0.0013084854676833218,
                0.9510653093181693,
                1.0023597553595116,
            ],
        ),
        (
            [0, 20, 0, 30],
            1.959963984540054,
            [-0.16387456301580022, 0.11556228146950834, -1.0, f64::INFINITY, 0.0, f64::INFINITY],
        ),
        (
            [20, 20, 30, 30],
            1.959963984540054,
            [-0.11556228146950834, 0.16387456301580022, -0.11556228146950834, 0.19599279697419006, 0.0, f64::INFINITY],
        ),
        (
            [0, 20, 30, 30],
            1.959963984540054,
            [0.8361254369841998, 1.0, 5.102228323889312, f64::INFINITY, 156.238058772259, f64::INFINITY],
        ),
        (
            [3, 100000000, 9, 50000000],
            1.959963984540054,
            [
                5.175074439004015e-08,
                3.1411905213802594e-07,
                0.7572421394292336,
                19.486647488198003,
                1.7572422375512595,
                20.486652124367026,
            ],
        ),
        (
            [0, 100000000, 4, 100000000],
            1.959963984540054,
            [
                1.585412308374613e-09,
                1.0285936494075328e-07,
                0.04127110170603414,
                f64::INFINITY,
                1.0412711029606871,
                f64::INFINITY,
            ],
        ),
        (
            [7, 5000, 3, 20],
            1.959963984540054,
            [
                0.050955433398922695,
                0.3590450585310194,
                29.88378285847318,
                339.23048289321395,
                32.82493241628749,
                491.4112052740108,
            ],
        ),
        (
            [50000000, 100000000, 50010000, 100000000],
            1.959963984540054,
            [
                -3.859038198529622e-05,
                0.00023859037814383754,
                -7.717006914780418e-05,
                0.000477246906010532,
                0.9998456503835665,
                1.0009548170881104,
            ],
        ),
        (
            [3894, 21307, 2262, 21306],
            4.5,
            [
                -0.09187495415581323,
                -0.06138138086166779,
                -0.479996259708523,
                -0.35121362904477116,
                0.46736481081568454,
                0.603627026980758,
            ],
        ),
        (
            [20034, 44700, 20119, 45489],
            4.5,
            [
                -0.020797312542098666,
                0.008988700411815438,
                -0.045642292562270585,
                0.02039801543440475,
                0.919239372368699,
                1.0370634883832432,
            ],
        ),
        ([0, 20, 0, 30], 4.5, [-0.5081555834378921, 0.4078549848942598, -1.0, f64::INFINITY, 0.0, f64::INFINITY]),
        (
            [20, 20, 30, 30],
            4.5,
            [-0.4078549848942598, 0.5081555834378921, -0.4078549848942598, 1.0331632653061225, 0.0, f64::INFINITY],
        ),
        (
            [0, 20, 30, 30],
            4.5,
            [0.4151624548736462, 1.0, 0.9679012345679012, f64::INFINITY, 5.662359100004388, f64::INFINITY],
        ),
        (
            [3, 100000000, 9, 50000000],
            4.5,
            [
                -9.731452173098875e-08,
                6.916483468114026e-07,
                -0.44996144399908294,
                64.4499585263248,
                0.5500385223520581,
                65.44997628749447,
            ],
        ),
        (
            [0, 100000000, 4, 100000000],
            4.5,
            [
                -1.6249996405625742e-07,
                2.767178828142947e-07,
                -0.8024691301921854,
                f64::INFINITY,
                0.1975308600918742,
                f64::INFINITY,
            ],
        ),
        (
            [7, 5000, 3, 20],
            4.5,
            [
                0.01617661919444874,
                0.6331998146505474,
                8.374531060941477,
                996.7620740563483,
                9.56400655263517,
                1896.4479335007936,
            ],
        ),
        (
            [50000000, 100000000, 50010000, 100000000],
            4.5,
            [
                -0.0002181980431636855,
                0.00041819802291368787,
                -0.0004362572852665528,
                0.0008366623258176802,
                0.9991275885770876,
                1.001674192103253,
            ],
        ),
    ];

    fn arms(x_c: u64, n_c: u64, x_t: u64, n_t: u64) -> TwoProportions {
        let control = Arm { successes: x_c, trials: n_c };
        TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms")
    }

    #[test]
    fn scores_to_the_last_digits() {
        // Relative, but for an absolute error where the null value is the estimate or z is the difference of large counts.
        let holds = |found: f64, z: f64| assert!((found - z).abs() < 4e-15 * z.abs() + 1e-12, "{found} is not {z}");
        for (x_c, n_c, x_t, n_t, null, z) in DIFFERENCE {
            holds(arms(x_c, n_c, x_t, n_t).z(null), z);
        }
        for (x_c, n_c, x_t, n_t, null, z) in LIFT {
            holds(arms(x_c, n_c, x_t, n_t).lift_z(null), z);
        }
        for (x_c, n_c, x_t, n_t, null, z) in ODDS {
            holds(arms(x_c, n_c, x_t, n_t).odds_ratio_z(null), z);
        }
    }
    #[test]
    fn intervals_at_the_ends_and_between() -> Result<(), Error> {
        for ([x_c, n_c, x_t, n_t], c, ends) in INTERVALS {
            let arms = arms(x_c, n_c, x_t, n_t);
            let (low, high) = arms.interval(c)?;
            let (lift, odds) = (arms.lift_interval(c)?, arms.odds_ratio_interval(c)?);
            let high_of = |interval: RatioInterval| interval.high().unwrap_or(f64::INFINITY);
            let found = [low, high, lift.low(), high_of(lift), odds.low(), high_of(odds)];
            for (i, (found, end)) in found.into_iter().zip(ends).enumerate() {
                // With 10⁸ units a unit in the last place of a count's difference is some 1e-15 of the rate.
                let holds = found == end || (found - end).abs() <= 1e-12 * end.abs() + 1e-15;
                assert!(holds, "{x_c}/{n_c} {x_t}/{n_t} at {c}, {i}: {found} is not {end}");
            }
            assert_eq!(arms.ratio_interval(c)?.low(), 1.0 + lift.low());
        }
        Ok(())
    }

    #[test]
    fn nothing_converted_or_everything() -> Result<(), Error> {
        let none = arms(0, 20, 0, 30);
        // With both rates at their bounds, z(δ) = −√(δ n (N − 1) / ((1 − δ) N)).
        let high = |n: f64, c: f64| c * c / (c * c + n * 49.0 / 50.0);
        let (low, top) = none.interval(2.0)?;
        assert!((low + high(20.0, 2.0)).abs() < 1e-15 && (top - high(30.0, 2.0)).abs() < 1e-15);
        assert_eq!(none.lift_interval(2.0)?, RatioInterval::Above { low: -1.0 });
        assert_eq!(arms(5, 5, 0, 7).lift_interval(0.1)?.low(), -1.0);
        assert_eq!(arms(0, 5, 7, 7).interval(3.0)?.1, 1.0);
        assert_eq!(arms(3, 9, 5, 9).interval(f64::INFINITY)?, (-1.0, 1.0));
        assert_eq!(arms(3, 9, 5, 9).lift_interval(f64::INFINITY)?, RatioInterval::Above { low: -1.0 });
        assert_eq!(arms(3, 9, 5, 9).odds_ratio_interval(f64::INFINITY)?, RatioInterval::Above { low: 0.0 });
        let (low, high) = arms(3, 9, 5, 9).interval(0.0)?;
        assert!((low - 2.0 / 9.0).abs() < 1e-15 && (high - 2.0 / 9.0).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn what_is_no_null_value_or_critical_value() {
        let arms = arms(3, 9, 5, 9);
        for c in [-1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(
                arms.interval(c).is_err() && arms.lift_interval(c).is_err() && arms.odds_ratio_interval(c).is_err()
            );
        }
        assert!(arms.z(f64::NAN).is_nan() && arms.lift_z(-1.1).is_nan() && arms.odds_ratio_z(-0.1).is_nan());
        assert_eq!((arms.z(1.0), arms.z(-1.0), arms.z(2.0)), (f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!((arms.lift_z(-1.0), arms.lift_z(f64::INFINITY)), (f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!((arms.odds_ratio_z(0.0), arms.odds_ratio_z(f64::INFINITY)), (f64::INFINITY, f64::NEG_INFINITY));
    }

    /// Arms of every size, with rates from none to all.
    fn any_arm() -> impl Strategy<Value = Arm> {
        (prop_oneof![1..=40_u64, 1..=100_000_000_u64], 0.0..=1.0_f64, 0..4_u8).prop_map(|(trials, share, kind)| {
            let successes = match kind {
                0 => (share * 12.0) as u64,
                1 => trials.saturating_sub((share * 12.0) as u64),
                _ => (share * trials as f64) as u64,
            };
            Arm { successes: successes.min(trials), trials }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn p_and_intervals_tell_the_same(control in any_arm(), treatment in any_arm(), c in 0.01..8.0_f64) {
            let arms = TwoProportions::new(control, treatment).expect("arms");
            let z = arms.z(0.0);
            prop_assume!((z.abs() - c).abs() > 1e-12 * c);
            let rejects = z.abs() > c;
            let (low, high) = arms.interval(c).expect("an interval");
            prop_assert_eq!(low > 0.0 || high < 0.0, rejects, "difference");
            prop_assert_eq!(!arms.lift_interval(c).expect("an interval").contains(0.0), rejects, "lift");
            prop_assert_eq!(!arms.odds_ratio_interval(c).expect("an interval").contains(1.0), rejects, "odds ratio");
            prop_assert!(low <= arms.difference() + 1e-15 && arms.difference() <= high + 1e-15);
        }

        #[test]
        fn exchanged_arms_mirror_and_larger_c_is_wider(control in any_arm(), treatment in any_arm(), c in 0.01..8.0_f64) {
            let arms = TwoProportions::new(control, treatment).expect("arms");
            let (low, high) = arms.interval(c).expect("an interval");
            let (other_low, other_high) = arms.swapped().interval(c).expect("an interval");
            prop_assert!((low + other_high).abs() < 1e-14 && (high + other_low).abs() < 1e-14);
            let (wide_low, wide_high) = arms.interval(1.1 * c).expect("an interval");
            prop_assert!(wide_low <= low && wide_high >= high);
            let (lift, wide) = (arms.lift_interval(c).expect("one"), arms.lift_interval(1.1 * c).expect("one"));
            prop_assert!(wide.low() <= lift.low() && wide.high().is_none_or(|high| lift.high().is_some_and(|h| h <= high)));
            if let Some(high) = arms.ratio_interval(c).expect("one").high().filter(|&high| high > 1e-6) {
                let mirrored = arms.swapped().ratio_interval(c).expect("one").low();
                prop_assert!((high - 1.0 / mirrored).abs() < 1e-12 * (1.0 + high) + 1e-15 * high * high, "{} {}", high, mirrored);
            }
        }

        #[test]
        fn scores_fall_as_the_null_value_rises(control in any_arm(), treatment in any_arm(), a in -1.0..1.0_f64, b in -1.0..1.0_f64) {
            let arms = TwoProportions::new(control, treatment).expect("arms");
            let (a, b) = (a.min(b), a.max(b));
            let slack = |z: f64| 1e-12 * (1.0 + z.abs());
            prop_assert!(arms.z(a) >= arms.z(b) - slack(arms.z(b)));
            let (a, b) = (libm::exp(9.0 * a), libm::exp(9.0 * b));
            prop_assert!(arms.lift_z(a - 1.0) >= arms.lift_z(b - 1.0) - slack(arms.lift_z(b - 1.0)));
            // Of large rates the fitted counts have rounding of their own.
            prop_assert!(arms.odds_ratio_z(a) >= arms.odds_ratio_z(b) - 1e3 * slack(arms.odds_ratio_z(b)));
        }
    }
}
