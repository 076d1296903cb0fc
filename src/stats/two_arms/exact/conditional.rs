//! Inference given the total of conversions: Fisher's test, and the mid-p family with its intervals.

use super::hypergeometric::Hypergeometric;
use crate::stats::two_arms::inversion::{Search, invert, require_critical};
use crate::stats::two_arms::proportions::{Cells, LN_ODDS, RatioInterval, TwoProportions};
use crate::stats::{Error, normal};

/// A p and its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// Two-sided p.
    pub p: f64,
    /// log₁₀ of p, also where p is below the smallest double.
    pub log10_p: f64,
}

impl Tail {
    fn of_ln(ln_p: f64) -> Self {
        let ln_p = ln_p.min(0.0);
        Self { p: libm::exp(ln_p), log10_p: ln_p * std::f64::consts::LOG10_E }
    }
}

/// Weights within this relative distance count as equal in Fisher's test, as in R.
const TIE: f64 = 1e-7;

/// Fisher's exact test, two-sided: the chance of all tables with these margins that are at most as likely as the one seen
/// (as in R and scipy). 1 if all or none converted.
pub fn fisher(arms: &TwoProportions) -> Tail {
    Tail::of_ln(ln_fisher(arms, 0.0))
}

/// [`fisher`] less half the chance of the table seen, its mid-p (as SAS has it): less conservative, not exact.
pub fn fisher_mid_p(arms: &TwoProportions) -> Tail {
    Tail::of_ln(ln_fisher(arms, 0.5))
}

/// ln of Fisher's p less a `share` of the chance of the table seen.
fn ln_fisher(arms: &TwoProportions, share: f64) -> f64 {
    if arms.converted() == 0.0 || arms.converted() == arms.units() {
        return libm::log1p(-share);
    }
    let law = Hypergeometric::new(arms, 1.0);
    let (k, (least, most)) = (arms.treatment().x(), law.support());
    let seen = law.ln_weight(k);
    let limit = seen + TIE;
    // Of the other side of the mode, the point nearest to it that is no likelier than the one seen, if there is one.
    let upper = k >= mode(arms);
    let unlikely = |x: f64| law.ln_weight(x) <= limit;
    let other = if upper {
        let top = last_where(least, mode(arms).min(k - 1.0), unlikely);
        top.map(|x| (x, law.below(x)))
    } else {
        // Mirrored, so that the same search serves.
        let bottom = last_where(-most, -mode(arms).max(k + 1.0), |x| unlikely(-x)).map(|x| -x);
        bottom.map(|x| (x, law.above(x)))
    };
    let own = if upper { law.above(k) } else { law.below(k) };
    let beyond = other.map_or(0.0, |(x, tail)| libm::exp(law.ln_weight(x) - seen) * (1.0 + tail));
    seen - law.ln_norm_without_effect() + libm::log(1.0 - share + own + beyond)
}

/// The likeliest number of conversions in the treatment without an effect, at or below the real mode.
fn mode(arms: &TwoProportions) -> f64 {
    libm::floor((arms.treatment().n() + 1.0) * ((arms.converted() + 1.0) / (arms.units() + 2.0)))
}

/// The last whole number from `first` to `last` for which `holds`, which is true up to some point and false from there.
fn last_where(first: f64, last: f64, holds: impl Fn(f64) -> bool) -> Option<f64> {
    if first > last || !holds(first) {
        return None;
    }
    if holds(last) {
        return Some(last);
    }
    let (mut yes, mut no) = (first, last);
    while no - yes > 1.0 {
        let middle = libm::floor(0.5 * (yes + no));
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Some(yes)
}

/// The conditional mid-p test of two arms, for every odds ratio: one family for p, odds ratio, difference and lift.
///
/// z(ψ) is the normal score of the chance of more conversions in the treatment than seen, plus half that of as many, given
/// the total and the odds ratio ψ (Lancaster, JASA 56, 1961, 223–234; mid-p of odds ratios: Berry & Armitage, The
/// Statistician 44, 1995, 417–423). Difference and lift are those of the pair of rates with odds ratio ψ that gives the
/// total as counted, so the intervals of all three exclude no effect exactly when |z(1)| > c. For rare events lift and
/// odds ratio are almost the same. The total is taken as known: with a handful of conversions the interval of the
/// *difference* says nothing of how many another experiment would have had.
///
/// ```
/// use channelmix::stats::two_arms::{exact::MidP, proportions::{Arm, TwoProportions}};
/// let control = Arm { successes: 0, trials: 100_000_000 };
/// let arms = TwoProportions::new(control, Arm { successes: 5, trials: 100_000_000 })?;
/// // All five in one arm: 2 · ½ · 2⁻⁵.
/// assert!((MidP::new(&arms).p() - 1.0 / 32.0).abs() < 1e-8);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MidP {
    arms: TwoProportions,
}

impl MidP {
    /// The family of these two arms.
    pub fn new(arms: &TwoProportions) -> Self {
        Self { arms: *arms }
    }

    /// Signed normal score of H0 "odds ratio = `odds_ratio`", > 0 (else NaN): falls as the odds ratio rises; error below 1e-11.
    ///
    /// 0 for every odds ratio if all or none converted: then the total tells nothing of it.
    pub fn z(&self, odds_ratio: f64) -> f64 {
        if odds_ratio.is_nan() || odds_ratio <= 0.0 || odds_ratio.is_infinite() {
            return f64::NAN;
        }
        if self.is_silent() {
            return 0.0;
        }
        let law = Hypergeometric::new(&self.arms, odds_ratio);
        let k = self.arms.treatment().x();
        let relative = law.ln_weight(k) - law.ln_norm();
        // The smaller tail is summed: it has the digits.
        if k >= law.centre() {
            normal::quantile_of_ln_sf((relative + libm::log(0.5 + law.above(k))).min(0.0))
        } else {
            -normal::quantile_of_ln_sf((relative + libm::log(0.5 + law.below(k))).min(0.0))
        }
    }

    /// Two-sided p of no effect: twice the smaller mid-p tail.
    pub fn p(&self) -> f64 {
        crate::stats::two_arms::proportions::two_sided_p(self.z(1.0))
    }

    /// log₁₀ of [`MidP::p`].
    pub fn log10_p(&self) -> f64 {
        crate::stats::two_arms::proportions::log10_two_sided_p(self.z(1.0))
    }

    /// Signed normal score of H0 "rate of treatment − rate of control = `null_difference`", given the total; ±∞ for a
    /// difference that the total rules out.
    pub fn difference_z(&self, null_difference: f64) -> f64 {
        let (n_c, n_t) = (self.arms.control().n(), self.arms.treatment().n());
        let control = (self.arms.converted() - n_t * null_difference) / self.arms.units();
        let treatment = (self.arms.converted() + n_c * null_difference) / self.arms.units();
        self.z_of_rates(null_difference, control, treatment)
    }

    /// Signed normal score of H0 "rate of treatment = (1 + `null_lift`) × rate of control", given the total.
    pub fn lift_z(&self, null_lift: f64) -> f64 {
        let control = self.arms.converted() / (self.arms.control().n() + self.arms.treatment().n() * (1.0 + null_lift));
        self.z_of_rates(null_lift, control, (1.0 + null_lift) * control)
    }

    /// z at the odds ratio of two rates, `effect` having the sign of their difference.
    fn z_of_rates(&self, effect: f64, control: f64, treatment: f64) -> f64 {
        if effect == 0.0 {
            return self.z(1.0);
        }
        if self.is_silent() {
            return 0.0;
        }
        let within = |rate: f64| rate > 0.0 && rate < 1.0;
        if within(control) && within(treatment) {
            self.z(treatment / (1.0 - treatment) / (control / (1.0 - control)))
        } else if effect.is_nan() {
            f64::NAN
        } else {
            -effect.signum() * f64::INFINITY
        }
    }

    /// The odds ratios with |z| ≤ `c`: from 0 where the treatment has none (or the control all) of what converted, unbounded in
    /// the mirrored case.
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN; so for all of these.
    pub fn odds_ratio_interval(&self, c: f64) -> Result<RatioInterval, Error> {
        let (low, high) = self.ln_odds(c)?;
        let low = low.map_or(0.0, libm::exp);
        Ok(high.map_or(RatioInterval::Above { low }, |high| RatioInterval::Between { low, high: libm::exp(high) }))
    }

    /// The differences of rates with |z| ≤ `c`, given the total of conversions. \[−1, 1\] if all or none converted.
    ///
    /// # Errors
    /// As [`MidP::odds_ratio_interval`].
    pub fn interval(&self, c: f64) -> Result<(f64, f64), Error> {
        let (low, high) = self.ln_odds(c)?;
        if self.is_silent() {
            return Ok((-1.0, 1.0));
        }
        let (n_c, n_t, total) = (self.arms.control().n(), self.arms.treatment().n(), self.arms.converted());
        let least = || (total - n_c).max(0.0) / n_t - total.min(n_c) / n_c;
        let most = || total.min(n_t) / n_t - (total - n_t).max(0.0) / n_c;
        // p_t − p_c = p_t(1 − p_c) − p_c(1 − p_t) = (ψ − 1)·p_c(1 − p_t): no cancellation, and the sign of ln ψ.
        let difference = |ln: f64| {
            let cells = Cells::at_odds_ratio(&self.arms, libm::exp(ln));
            libm::expm1(ln) * (cells.control.converted / n_c) * (cells.treatment.rest / n_t)
        };
        Ok((low.map_or_else(least, difference), high.map_or_else(most, difference)))
    }

    /// The relative lifts with |z| ≤ `c`, given the total of conversions.
    ///
    /// # Errors
    /// As [`MidP::odds_ratio_interval`].
    pub fn lift_interval(&self, c: f64) -> Result<RatioInterval, Error> {
        let (low, high) = self.ln_odds(c)?;
        if self.is_silent() {
            return Ok(RatioInterval::Above { low: -1.0 });
        }
        let (n_c, n_t, total) = (self.arms.control().n(), self.arms.treatment().n(), self.arms.converted());
        // p_t/p_c − 1 = (ψ − 1)(1 − p_t).
        let lift = |ln: f64| {
            let cells = Cells::at_odds_ratio(&self.arms, libm::exp(ln));
            libm::expm1(ln) * (cells.treatment.rest / n_t)
        };
        let low = low.map_or_else(|| (total - n_c).max(0.0) / n_t / (total.min(n_c) / n_c) - 1.0, lift);
        Ok(match high {
            Some(high) => RatioInterval::Between { low, high: lift(high) },
            // All of the treatment converted: then the rest of the total is left for the control.
            None if total > n_t => RatioInterval::Between { low, high: n_c / (total - n_t) - 1.0 },
            None => RatioInterval::Above { low },
        })
    }

    /// Ends of the interval of ln ψ, where it has them.
    fn ln_odds(&self, c: f64) -> Result<(Option<f64>, Option<f64>), Error> {
        require_critical(c)?;
        if self.is_silent() {
            return Ok((None, None));
        }
        let search = Search { null: 0.0, low: -LN_ODDS, high: LN_ODDS, step: 0.125 };
        let (low, high) = invert(|ln| if ln == 0.0 { self.z(1.0) } else { self.z(libm::exp(ln)) }, c, search);
        let (control, treatment) = (self.arms.control(), self.arms.treatment());
        let open_low = treatment.successes == 0 || control.rest() == 0.0 || low <= -LN_ODDS;
        let open_high = control.successes == 0 || treatment.rest() == 0.0 || high >= LN_ODDS;
        Ok(((!open_low).then_some(low), (!open_high).then_some(high)))
    }

    /// Whether all or none converted.
    fn is_silent(&self) -> bool {
        self.arms.converted() == 0.0 || self.arms.converted() == self.arms.units()
    }
}
