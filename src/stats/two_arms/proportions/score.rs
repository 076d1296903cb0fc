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
mod tests;
