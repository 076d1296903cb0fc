//! The difference in percent of the control, and bounds that are not zero: non-inferiority and equivalence.
//!
//! A lift of r is the null hypothesis "treatment = (1 + r)·control", a linear contrast with the same degrees of freedom
//! as the difference; r = 0 is the test of the difference itself. The lifts not refuted form Fieller's interval (Journal
//! of the Royal Statistical Society B 16, 1954, 175–185), which excludes 0 exactly when the difference's does.

use std::f64::consts::LN_10;

use super::Difference;
use crate::stats::{Error, normal, require, student};

/// The lifts treatment ÷ control − 1 that are not refuted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LiftInterval {
    /// From `low` to `high`, as shares of the control: 0.1 is +10 %. Rates may give `high` = ∞.
    Between {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// The control is too noisy: its own interval reaches 0, so that no percentage of it is bounded.
    Unbounded,
    /// The control is not positive: a percentage of it means nothing.
    Undefined,
}

impl LiftInterval {
    /// (low, high), if there are such.
    pub fn ends(self) -> Option<(f64, f64)> {
        match self {
            Self::Between { low, high } => Some((low, high)),
            Self::Unbounded | Self::Undefined => None,
        }
    }
}

/// Where a null hypothesis lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Treatment − control, in the metric's unit.
    Difference(f64),
    /// Treatment ÷ control − 1: the contrast treatment − (1 + r)·control.
    Lift(f64),
}

impl Bound {
    /// The bound on the other side.
    fn negated(self) -> Self {
        match self {
            Self::Difference(by) => Self::Difference(-by),
            Self::Lift(by) => Self::Lift(-by),
        }
    }
}

/// Which direction is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Better {
    /// As for revenue.
    Higher,
    /// As for cost or time.
    Lower,
}

/// A one-sided test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneSided {
    /// Its normal score: the larger, the clearer.
    pub z: f64,
    /// One-sided p-value; 0 below 1e-308.
    pub p: f64,
    /// log₁₀ of it, however small.
    pub log10_p: f64,
}

impl OneSided {
    /// The test with the normal score `z`.
    pub fn from_z(z: f64) -> Self {
        Self { z, p: normal::sf(z), log10_p: normal::ln_sf(z) / LN_10 }
    }

    /// Whether it is shown at critical value `c` (1.96 for a one-sided level of 2.5 %).
    ///
    /// So it is exactly when the interval at `c` lies beyond the bound.
    pub fn shown(self, c: f64) -> bool {
        self.z > c
    }
}

impl Difference {
    /// Treatment ÷ control − 1; `None` unless the control is positive.
    pub fn lift(&self) -> Option<f64> {
        let control = self.control().value;
        (control > 0.0).then(|| self.estimate() / control)
    }

    /// The normal score of H0 "treatment = (1 + `null_lift`)·control"; at 0 that of no difference.
    pub fn z_lift(&self, null_lift: f64) -> f64 {
        student::normal_score(self.contrast_t(0.0, null_lift), self.df())
    }

    /// Fieller's g = q² · variance ÷ value² of the control, where q is the t as improbable as the normal score `c`.
    ///
    /// Below 1 the control's own interval excludes 0, and the lift is bounded.
    pub fn g(&self, c: f64) -> f64 {
        let control = self.control();
        let ratio = self.critical_t(c) * libm::sqrt(control.variance) / control.value;
        ratio * ratio
    }

    /// The lifts with |[`Difference::z_lift`]| ≤ `c` (≥ 0), where they are an interval.
    ///
    /// ```
    /// use channelmix::stats::two_arms::{Difference, Estimate, LiftInterval};
    /// let control = Estimate { value: 5.0, variance: 0.03 };
    /// let difference = Difference::new(control, Estimate { value: 5.8, variance: 0.04 }, f64::INFINITY)?;
    /// let (low, high) = difference.lift_interval(1.959963984540054).ends().unwrap();
    /// assert!((low - 0.053859).abs() < 1e-6 && (high - 0.276886).abs() < 1e-6);
    /// let noisy = Estimate { value: 5.0, variance: 9.0 };
    /// let difference = Difference::new(noisy, Estimate { value: 5.8, variance: 0.04 }, f64::INFINITY)?;
    /// assert_eq!(difference.lift_interval(1.959963984540054), LiftInterval::Unbounded);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn lift_interval(&self, c: f64) -> LiftInterval {
        let (control, treatment) = (self.control(), self.treatment());
        if control.value <= 0.0 {
            return LiftInterval::Undefined;
        }
        let g = self.g(c);
        // Not a number where an infinite t meets a control without noise.
        if g >= 1.0 || g.is_nan() {
            return LiftInterval::Unbounded;
        }
        // All in shares of the control: (1 − g)·r² − 2·middle·r + last ≤ 0.
        let share = |variance: f64| variance / control.value / control.value;
        let [own, other, common] = [control.variance, treatment.variance, self.covariance()].map(share);
        let (lift, ratio) = (self.estimate() / control.value, treatment.value / control.value);
        let q = self.critical_t(c);
        let middle = lift + q * q * (own - common);
        // Discriminant ÷ q²: a sum of positive terms for independent arms.
        let spread = other * (1.0 - g) + ratio * (ratio * own - 2.0 * common) + q * q * common * common;
        let root = q * libm::sqrt(spread.max(0.0));
        // The last term has the sign of "significant" in the very numbers that make the interval of the difference; if
        // it is positive both ends lie on the difference's side of 0.
        let half = q * self.standard_error();
        let distance = self.estimate().abs();
        let last = ((distance - half) / control.value) * ((distance + half) / control.value);
        let side = if last > 0.0 { self.estimate() } else { middle };
        let outer = middle + root.copysign(side);
        let (one, two) = if outer == 0.0 { (0.0, 0.0) } else { (outer / (1.0 - g), last / outer) };
        let (low, high) = (one.min(two), one.max(two));
        if low.is_finite() && high.is_finite() { LiftInterval::Between { low, high } } else { LiftInterval::Unbounded }
    }

    /// Whether the effect exceeds a bound: H0 is "at most the bound".
    ///
    /// A lift as bound is its linear contrast, and speaks of a percentage only if the control is positive.
    pub fn above(&self, bound: Bound) -> OneSided {
        OneSided::from_z(self.z_at(bound))
    }

    /// Whether the effect falls short of a bound: H0 is "at least the bound".
    pub fn below(&self, bound: Bound) -> OneSided {
        OneSided::from_z(-self.z_at(bound))
    }

    /// Whether the treatment is not worse than the control by the `margin` (given as a magnitude) or more.
    ///
    /// # Errors
    /// [`Error::Range`] for a margin that is not positive, or one in percent of a control that is not.
    pub fn non_inferior(&self, margin: Bound, better: Better) -> Result<OneSided, Error> {
        self.require_margin(margin)?;
        Ok(match better {
            Better::Higher => self.above(margin.negated()),
            Better::Lower => self.below(margin),
        })
    }

    /// Whether treatment and control differ by less than the `margin` (given as a magnitude) either way: two one-sided
    /// tests (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987, 657–680), of which the weaker counts.
    ///
    /// # Errors
    /// As [`Difference::non_inferior`].
    pub fn equivalent(&self, margin: Bound) -> Result<OneSided, Error> {
        self.require_margin(margin)?;
        let (above, below) = (self.above(margin.negated()), self.below(margin));
        Ok(if above.z < below.z { above } else { below })
    }

    /// The interval of the lift by the delta method on ln(treatment ÷ control), as tea-tasting prints it, with the quantile
    /// `q`: may include 0 where the test of the difference rejects. `None` unless both are positive.
    pub fn log_ratio_interval(&self, q: f64) -> Option<(f64, f64)> {
        let (control, treatment) = (self.control(), self.treatment());
        let share = |variance: f64| variance / control.value / treatment.value;
        let variance = control.variance / control.value / control.value
            + treatment.variance / treatment.value / treatment.value
            - 2.0 * share(self.covariance());
        let half = q * libm::sqrt(variance.max(0.0));
        let log = libm::log(treatment.value / control.value);
        (control.value > 0.0 && treatment.value > 0.0).then(|| (libm::expm1(log - half), libm::expm1(log + half)))
    }

    /// The interval of the lift by the linear delta method, as `GrowthBook` prints it, with the quantile `q`: may include 0
    /// where the test of the difference rejects, and the reverse. `None` unless the control is positive.
    pub fn linear_lift_interval(&self, q: f64) -> Option<(f64, f64)> {
        let (control, treatment) = (self.control(), self.treatment());
        let ratio = treatment.value / control.value;
        let variance = treatment.variance + ratio * (ratio * control.variance - 2.0 * self.covariance());
        let half = q * libm::sqrt(variance.max(0.0)) / control.value;
        self.lift().map(|lift| (lift - half, lift + half))
    }

    /// The normal score of the null hypothesis at a bound.
    fn z_at(&self, bound: Bound) -> f64 {
        match bound {
            Bound::Difference(null) => self.z(null),
            Bound::Lift(null) => self.z_lift(null),
        }
    }

    fn require_margin(&self, margin: Bound) -> Result<(), Error> {
        let (Bound::Difference(size) | Bound::Lift(size)) = margin;
        require(size > 0.0 && size.is_finite(), "the margin", "be positive and finite", size)?;
        let control = self.control().value;
        let meant = matches!(margin, Bound::Difference(_)) || control > 0.0;
        require(meant, "the control's mean", "be positive for a margin in percent of it", control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::Estimate;
    use proptest::prelude::*;

    fn difference(control: (f64, f64), treatment: (f64, f64), covariance: f64, df: f64) -> Difference {
        let estimate = |(value, variance)| Estimate { value, variance };
        Difference::correlated(estimate(control), estimate(treatment), covariance, df).expect("a difference")
    }

    /// Any two arms: noise from negligible to overwhelming, few and many degrees of freedom.
    fn any() -> impl Strategy<Value = Difference> {
        let arm = || (-3.0..3.0_f64, -8.0..2.0_f64).prop_map(|(m, v)| (10_f64.powf(m), 10_f64.powf(2.0 * m + v)));
        (arm(), -2.0..4.0_f64, -8.0..2.0_f64, -0.9..0.9_f64, 0.0..9.0_f64).prop_map(|(control, ratio, v, r, df)| {
            let treatment = (control.0 * ratio, control.0 * control.0 * 10_f64.powf(v));
            let covariance = r * (control.1 * treatment.1).sqrt();
            difference(control, treatment, covariance, 10_f64.powf(df))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_lift_excludes_zero_exactly_when_the_difference_does(found in any(), c in 0.01..9.0_f64) {
            let refuted = found.t().abs() > found.critical_t(c);
            let (low, high) = found.interval(c);
            prop_assert_eq!(refuted, low > 0.0 || high < 0.0);
            if let Some((low, high)) = found.lift_interval(c).ends() {
                prop_assert_eq!(refuted, low > 0.0 || high < 0.0, "{:?}: {} {}", found, low, high);
                let lift = found.lift().expect("a positive control");
                prop_assert!(low <= lift && lift <= high);
            } else {
                prop_assert!(found.g(c) >= 1.0);
            }
        }

        #[test]
        fn the_ends_are_where_z_is_c(found in any(), c in 0.01..9.0_f64) {
            if let Some((low, high)) = found.lift_interval(c).ends() {
                // How well an end is known: the rounding of the estimates, in standard errors of the contrast there.
                for (end, z) in [(low, c), (high, -c)] {
                    let size = found.treatment().value.abs() + (1.0 + end.abs()) * found.control().value;
                    let error = (found.contrast_t(1.0, end) - found.contrast_t(0.0, end)).abs().recip();
                    let slack = 1e-14 / (1.0 - found.g(c));
                    let reached = found.z_lift(end);
                    prop_assert!((reached - z).abs() <= 1e-11 * c + slack * (size / error + c), "{reached} {z} {found:?}");
                }
                prop_assert_eq!(found.z_lift(0.0), found.z(0.0));
                // Unless g is near 1: then the outer end itself is known to few digits.
                prop_assume!(found.g(c) < 0.999);
                let inside = found.z_lift(low + 0.3 * (high - low));
                prop_assert!(inside.abs() < c * (1.0 + 1e-9), "{inside}");
            }
        }

        #[test]
        fn scale_changes_no_percentage(found in any(), power in -30..30_i32) {
            let scale = 2_f64.powi(power);
            let at = |e: Estimate| (e.value * scale, e.variance * scale * scale);
            let covariance = found.covariance() * scale * scale;
            let scaled = difference(at(found.control()), at(found.treatment()), covariance, found.df());
            prop_assert_eq!(scaled.lift_interval(1.96), found.lift_interval(1.96));
            prop_assert_eq!(scaled.lift(), found.lift());
        }
    }

    #[test]
    fn fiellers_interval_by_his_quadratic() {
        // mpmath, 40 digits: roots of (25 − q²·0.3)ρ² − 2·(30 − q²·0.1)ρ + 36 − q²·0.4, minus 1; q = 1.96.
        let found = difference((5.0, 0.3), (6.0, 0.4), 0.1, f64::INFINITY);
        let (low, high) = found.lift_interval(1.96).ends().expect("an interval");
        assert!(off(low, FIELLER.0) < 1e-13 && off(high, FIELLER.1) < 1e-13, "{low} {high}");
        assert!(off(found.g(1.96), 1.96 * 1.96 * 0.3 / 25.0) < 1e-14);
        // Without noise in the control the interval is the difference's, divided.
        let found = difference((4.0, 0.0), (5.0, 0.25), 0.0, 1e30);
        assert_eq!(found.lift_interval(1.0).ends(), Some((0.125, 0.375)));
        assert_eq!(found.lift_interval(0.0).ends(), Some((0.25, 0.25)));
    }

    const FIELLER: (f64, f64) = (-0.069_756_706_666_374_58, 0.553_523_572_151_758_4);

    #[test]
    fn a_control_without_percentages() {
        for control in [0.0, -2.0] {
            let found = difference((control, 0.1), (1.0, 0.1), 0.0, 50.0);
            assert_eq!((found.lift(), found.lift_interval(1.96)), (None, LiftInterval::Undefined));
            assert!(found.log_ratio_interval(1.96).is_none() && found.linear_lift_interval(1.96).is_none());
            assert!(found.non_inferior(Bound::Lift(0.1), Better::Higher).is_err());
            assert!(found.non_inferior(Bound::Difference(0.1), Better::Higher).is_ok());
        }
        // At c = 40 a single degree of freedom has no finite t; nothing is claimed then.
        let found = difference((1.0, 1e-9), (1.0, 1e-9), 0.0, 1.0);
        assert_eq!(found.lift_interval(40.0), LiftInterval::Unbounded);
        assert_eq!(found.interval(40.0), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn margins_agree_with_intervals() -> Result<(), Error> {
        let found = difference((100.0, 1.0), (99.5, 1.2), 0.0, 500.0);
        let c = 1.644_853_626_951_472_2;
        let ((low, high), lift) = (found.interval(c), found.lift_interval(c).ends().expect("an interval"));
        for margin in [0.5, 1.0, 2.0, 2.9, 2.95, 3.0, 5.0] {
            let absolute = Bound::Difference(margin);
            assert_eq!(found.non_inferior(absolute, Better::Higher)?.shown(c), low > -margin);
            assert_eq!(found.non_inferior(absolute, Better::Lower)?.shown(c), high < margin);
            assert_eq!(found.equivalent(absolute)?.shown(c), low > -margin && high < margin);
            let relative = Bound::Lift(margin / 100.0);
            assert_eq!(found.non_inferior(relative, Better::Higher)?.shown(c), lift.0 > -margin / 100.0);
            assert_eq!(found.non_inferior(relative, Better::Lower)?.shown(c), lift.1 < margin / 100.0);
            assert_eq!(found.equivalent(relative)?.shown(c), lift.0 > -margin / 100.0 && lift.1 < margin / 100.0);
            let p = found.equivalent(absolute)?;
            let weaker = found.above(Bound::Difference(-margin)).p.max(found.below(absolute).p);
            assert!(p.p == weaker && off(libm::log10(p.p), p.log10_p) < 1e-13);
        }
        for margin in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(found.equivalent(Bound::Difference(margin)).is_err());
        }
        Ok(())
    }

    #[test]
    fn the_textbook_intervals() {
        // GrowthBook's linear delta: se² = v_t/m_c² + v_c m_t²/m_c⁴, here 0.04/25 + 0.03·36/625.
        let found = difference((5.0, 0.03), (6.0, 0.04), 0.0, f64::INFINITY);
        let half = (0.04 / 25.0 + 0.03 * 36.0 / 625.0_f64).sqrt();
        let (low, high) = found.linear_lift_interval(1.0).expect("a lift");
        assert!(off(low, 0.2 - half) < 1e-14 && off(high, 0.2 + half) < 1e-14);
        let (low, high) = found.log_ratio_interval(1.0).expect("a lift");
        let half = (0.03 / 25.0 + 0.04 / 36.0_f64).sqrt();
        assert!(off(low, 1.2 * (-half).exp() - 1.0) < 1e-13 && off(high, 1.2 * half.exp() - 1.0) < 1e-13);
    }
}
