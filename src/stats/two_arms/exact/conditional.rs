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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::proportions::Arm;
    use proptest::prelude::*;

    /// Counts (`x_c`, `n_c`, `x_t`, `n_t`), odds ratio, z: mpmath, 40 digits, by summing over the support.
    const SCORES: [([u64; 4], f64, f64); 21] = [
        ([0, 100_000_000, 5, 100_000_000], 1.0, 2.153_874_713_980_307_4),
        ([0, 100_000_000, 5, 100_000_000], 3.0, 1.181_750_589_293_028_7),
        ([0, 100_000_000, 5, 100_000_000], 0.001, 8.027_472_212_491_094),
        ([0, 100_000_000, 5, 100_000_000], 1_000_000.0, 6.266_552_137_611_404e-06),
        ([5, 100_000_000, 400, 100_000_000], 1.0, 22.456_785_343_485_375),
        ([5, 100_000_000, 400, 100_000_000], 70.0, 0.229_799_467_602_310_26),
        ([5, 100_000_000, 400, 100_000_000], 0.001, 73.942_821_684_890_12),
        ([5, 100_000_000, 400, 100_000_000], 100_000.0, -7.755_004_403_898_11),
        ([2, 12, 7, 12], 1.0, 1.965_114_419_123_344_7),
        ([2, 12, 7, 12], 0.2, 3.848_657_275_187_666),
        ([2, 12, 7, 12], 30.0, -1.428_512_654_809_303),
        ([3, 1000, 0, 10], 1.0, -0.036_904_350_330_252_966),
        ([3, 1000, 0, 10], 0.5, -0.018_641_994_959_953_39),
        ([3, 1000, 0, 10], 10_000.0, -4.834_599_792_144_807),
        ([4900, 100_000, 5100, 100_000], 1.0, 2.051_898_259_579_604),
        ([4900, 100_000, 5100, 100_000], 1.1, -2.591_595_346_245_024_5),
        ([4900, 100_000, 5100, 100_000], 0.7, 19.398_465_544_556_76),
        ([29, 30, 30, 30], 1.0, 0.674_489_750_196_081_7),
        ([29, 30, 30, 30], 5.0, 0.210_428_394_247_924_73),
        ([1, 2, 1, 3], 1.0, -0.253_347_103_135_799_8),
        ([1, 2, 1, 3], 1.5, -0.444_451_179_834_044_36),
    ];

    /// Counts, Fisher's p, its mid-p, log₁₀ p: mpmath, 40 digits (R and scipy agree to theirs).
    const FISHER: [([u64; 4], f64, f64, f64); 9] = [
        ([2, 12, 7, 12], 0.089_379_458_877_372_46, 0.069_390_227_486_875_76, -1.048_762_278_980_678_3),
        ([7, 12, 2, 12], 0.089_379_458_877_372_46, 0.069_390_227_486_875_76, -1.048_762_278_980_678_3),
        (
            [0, 100_000_000, 5, 100_000_000],
            0.062_499_996_875_000_005,
            0.046_874_997_656_250_01,
            -1.204_120_004_370_649_3,
        ),
        (
            [5, 100_000_000, 400, 100_000_000],
            2.170_094_548_120_784_7e-111,
            1.634_318_355_198_372e-111,
            -110.663_521_344_108_79,
        ),
        ([3, 1000, 0, 10], 1.0, 0.514_719_364_475_028_9, 0.0),
        ([4900, 100_000, 5100, 100_000], 0.041_176_774_278_838_74, 0.040_678_162_662_436_19, -1.385_347_678_304_963_4),
        ([10, 50, 10, 50], 1.0, 0.901_564_391_146_725_3, 0.0),
        ([1000, 10_000, 1600, 10_000], 1.211_123_189_811_981e-36, 1.084_383_917_921_653_6e-36, -35.916_811_680_197_526),
        ([90_000, 100_000, 100, 100_000], 0.0, 0.0, -45_318.795_125_965_065),
    ];

    fn arms([x_c, n_c, x_t, n_t]: [u64; 4]) -> TwoProportions {
        let control = Arm { successes: x_c, trials: n_c };
        TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms")
    }

    #[test]
    fn scores_of_every_odds_ratio() {
        for (counts, odds_ratio, z) in SCORES {
            let found = MidP::new(&arms(counts)).z(odds_ratio);
            assert!((found - z).abs() < 2e-13 * z.abs() + 2e-13, "{counts:?} at {odds_ratio}: {found} is not {z}");
        }
    }

    #[test]
    fn fisher_as_r_has_it() {
        for (counts, p, mid_p, log10_p) in FISHER {
            let (found, mid) = (fisher(&arms(counts)), fisher_mid_p(&arms(counts)));
            let holds = |found: f64, expected: f64| (found - expected).abs() <= 1e-12 * expected.abs();
            assert!(holds(found.p, p) && holds(mid.p, mid_p), "{counts:?}: {found:?} {mid:?}");
            assert!(holds(1.0 - found.log10_p, 1.0 - log10_p), "{counts:?}: {found:?}");
        }
        assert_eq!((fisher(&arms([0, 5, 0, 9])).p, fisher(&arms([5, 5, 9, 9])).p), (1.0, 1.0));
        // Beyond the smallest double: all of 4000 in one of two arms of 10⁸.
        let far = fisher(&arms([0, 100_000_000, 4000, 100_000_000]));
        assert!(far.p == 0.0 && off(far.log10_p, -1_203.836_320_444_055_2) < 1e-12, "{far:?}");
    }

    #[test]
    fn ends_where_the_counts_have_none() -> Result<(), Error> {
        let five = MidP::new(&arms([0, 100_000_000, 5, 100_000_000]));
        // All five in the treatment: ½ (ψ/(1 + ψ))⁵ = Φ(−c), but for one part in 10⁸.
        let share = libm::pow(2.0 * normal::sf(1.96), 0.2);
        let low = share / (1.0 - share);
        let RatioInterval::Above { low: found } = five.odds_ratio_interval(1.96)? else { panic!("an upper end") };
        assert!(off(found, low) < 1e-7, "{found} {low}");
        assert!(off(five.lift_interval(1.96)?.low(), low - 1.0) < 1e-6);
        assert_eq!(five.interval(1.96)?.1, 5e-8);
        let none = MidP::new(&arms([5, 100, 0, 200]));
        assert_eq!((none.odds_ratio_interval(1.0)?.low(), none.lift_interval(1.0)?.low()), (0.0, -1.0));
        assert_eq!(none.interval(1.0)?.0, -0.05);
        let full = MidP::new(&arms([3, 10, 5, 5]));
        assert_eq!(full.lift_interval(1.0)?.high(), Some(10.0 / 3.0 - 1.0));
        let silent = MidP::new(&arms([0, 10, 0, 20]));
        assert_eq!((silent.p(), silent.interval(1.0)?), (1.0, (-1.0, 1.0)));
        assert_eq!(silent.lift_interval(1.0)?, RatioInterval::Above { low: -1.0 });
        assert!(none.interval(-1.0).is_err() && none.lift_interval(f64::NAN).is_err());
        assert!(none.z(-1.0).is_nan() && none.z(f64::INFINITY).is_nan());
        Ok(())
    }

    fn any_arm() -> impl Strategy<Value = Arm> {
        (prop_oneof![1..=30_u64, 1..=100_000_000_u64], 0..=60_u64)
            .prop_map(|(trials, successes)| Arm { successes: successes.min(trials), trials })
    }

    proptest! {
        #[test]
        fn odds_ratio_difference_and_lift_agree(control in any_arm(), treatment in any_arm(), c in 0.05..6.0_f64) {
            let arms = TwoProportions::new(control, treatment).expect("arms");
            let family = MidP::new(&arms);
            let z = family.z(1.0);
            prop_assume!((z.abs() - c).abs() > 1e-9);
            let rejects = z.abs() > c;
            let (low, high) = family.interval(c).expect("one");
            prop_assert_eq!(low > 0.0 || high < 0.0, rejects);
            let (lift, odds) = (family.lift_interval(c).expect("one"), family.odds_ratio_interval(c).expect("one"));
            prop_assert_eq!(!lift.contains(0.0), rejects);
            prop_assert_eq!(!odds.contains(1.0), rejects);
            // The ends are where each score is c.
            if odds.low() > 0.0 {
                prop_assert!((family.z(odds.low()) - c).abs() < 1e-9);
            }
            // Close to −1 the lift, and the rates that it asks for, have lost the digits that say how close.
            if odds.low() > 0.0 && lift.low() > -0.9 {
                prop_assert!((family.lift_z(lift.low()) - c).abs() < 1e-6);
                prop_assert!((family.difference_z(low) - c).abs() < 1e-6);
            }
            let (wide_low, wide_high) = family.interval(c + 0.1).expect("one");
            prop_assert!(wide_low <= low && wide_high >= high);
            let (other_low, other_high) = MidP::new(&arms.swapped()).interval(c).expect("one");
            prop_assert!((low + other_high).abs() < 1e-12 && (high + other_low).abs() < 1e-12);
        }
    }
}
