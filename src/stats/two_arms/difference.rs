//! The difference of two estimates: its test against any null value, and its interval.

use std::f64::consts::{LN_2, LN_10};

use crate::stats::{Error, require, student};

/// What one arm says: an estimate and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, such as a mean, in the metric's unit.
    pub value: f64,
    /// The square of its standard error.
    pub variance: f64,
}

/// Treatment minus control, where t = (difference − null) / standard error follows Student's law.
///
/// Means, ratios, adjusted means, quantiles and restricted mean times all become one of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    control: Estimate,
    treatment: Estimate,
    covariance: f64,
    df: f64,
}

impl Difference {
    /// Of two independent estimates, with `df` ≥ 1 degrees of freedom (∞: the normal law).
    ///
    /// # Errors
    /// [`Error::Range`] for numbers that are not finite, a negative variance, `df` < 1, or where nothing varies in either
    /// arm: then a difference is either certain or none, and no test says more.
    ///
    /// ```
    /// use channelmix::stats::two_arms::{Difference, Estimate};
    /// let control = Estimate { value: 5.0, variance: 0.03 };
    /// let treatment = Estimate { value: 5.8, variance: 0.04 };
    /// let difference = Difference::new(control, treatment, f64::INFINITY)?;
    /// let (low, high) = difference.interval(1.959963984540054);
    /// assert!((difference.p() - 0.002497).abs() < 1e-6 && (low - 0.281442).abs() < 1e-6 && (high - 1.318558).abs() < 1e-6);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn new(control: Estimate, treatment: Estimate, df: f64) -> Result<Self, Error> {
        Self::correlated(control, treatment, 0.0, df)
    }

    /// Of two estimates with a covariance, as a common adjustment gives.
    ///
    /// # Errors
    /// As [`Difference::new`], and for a covariance that the variances do not allow.
    pub fn correlated(control: Estimate, treatment: Estimate, covariance: f64, df: f64) -> Result<Self, Error> {
        for Estimate { value, variance } in [control, treatment] {
            require(value.is_finite(), "an arm's estimate", "be finite", value)?;
            require(
                variance.is_finite() && variance >= 0.0,
                "an arm's variance",
                "be finite and not negative",
                variance,
            )?;
        }
        require((treatment.value - control.value).is_finite(), "the difference", "be finite", f64::INFINITY)?;
        let most = libm::sqrt(control.variance) * libm::sqrt(treatment.variance);
        require(
            covariance.abs() <= most * (1.0 + 1e-12),
            "the covariance of the arms",
            "not exceed the product of their standard errors",
            covariance,
        )?;
        require(df >= 1.0, "the degrees of freedom", "be at least 1", df)?;
        let difference = Self { control, treatment, covariance, df };
        let variance = difference.contrast_variance(0.0);
        let varies = variance > 0.0 && variance.is_finite();
        require(varies, "the variance of the difference", "be positive: nothing varies in either arm", variance)?;
        Ok(difference)
    }

    /// The control's estimate.
    pub fn control(&self) -> Estimate {
        self.control
    }

    /// The treatment's estimate.
    pub fn treatment(&self) -> Estimate {
        self.treatment
    }

    /// Covariance of the two estimates; 0 for independent arms.
    pub fn covariance(&self) -> f64 {
        self.covariance
    }

    /// Degrees of freedom, from 1 to ∞.
    pub fn df(&self) -> f64 {
        self.df
    }

    /// Treatment − control.
    pub fn estimate(&self) -> f64 {
        self.treatment.value - self.control.value
    }

    /// Standard error of the difference.
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.contrast_variance(0.0))
    }

    /// Difference ÷ standard error.
    pub fn t(&self) -> f64 {
        self.contrast_t(0.0, 0.0)
    }

    /// The normal score of H0 "treatment − control = `null_difference`": the z with the tail probability of t.
    pub fn z(&self, null_difference: f64) -> f64 {
        student::normal_score(self.contrast_t(null_difference, 0.0), self.df)
    }

    /// Two-sided p-value of H0 "no difference"; 0 below 1e-308: see [`Difference::log10_p`].
    pub fn p(&self) -> f64 {
        // Two halves may sum to more than 1 by rounding.
        (2.0 * student::sf(self.t().abs(), self.df)).min(1.0)
    }

    /// log₁₀ of the p-value, however small it is.
    pub fn log10_p(&self) -> f64 {
        ((LN_2 + student::ln_sf(self.t().abs(), self.df)) / LN_10).min(0.0)
    }

    /// (low, high): the null differences with |z| ≤ `c` (≥ 0, in normal scores: 1.96 for 95 %).
    ///
    /// The ends are the difference ∓ standard error times the t with the tail probability of `c`; infinite where that
    /// exceeds the largest double (one degree of freedom and c > 37).
    pub fn interval(&self, c: f64) -> (f64, f64) {
        let half = self.critical_t(c) * self.standard_error();
        (self.estimate() - half, self.estimate() + half)
    }

    /// The t that is as improbable as the normal score `c`.
    pub(super) fn critical_t(&self, c: f64) -> f64 {
        student::of_normal_score(c, self.df)
    }

    /// t of H0 "treatment = (1 + `lift`)·control + `difference`".
    pub(super) fn contrast_t(&self, difference: f64, lift: f64) -> f64 {
        let excess = self.estimate() - difference - lift * self.control.value;
        let error = libm::sqrt(self.contrast_variance(lift));
        // Without variance (perfectly correlated arms) the null is either true or false.
        if error > 0.0 || excess.is_nan() { excess / error } else { excess.signum() * f64::INFINITY }
    }

    /// Variance of treatment − (1 + `lift`)·control.
    fn contrast_variance(&self, lift: f64) -> f64 {
        let difference = self.treatment.variance - 2.0 * self.covariance + self.control.variance;
        let variance =
            difference + lift * (2.0 * (self.control.variance - self.covariance) + lift * self.control.variance);
        variance.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{normal, off};
    use proptest::prelude::*;

    fn difference(control: (f64, f64), treatment: (f64, f64), df: f64) -> Difference {
        let estimate = |(value, variance)| Estimate { value, variance };
        Difference::new(estimate(control), estimate(treatment), df).expect("a difference")
    }

    #[test]
    fn p_is_that_of_t_and_of_z() {
        for df in [1.0, 2.5, 30.0, 1e5, 1e9, f64::INFINITY] {
            for t in [0.0, 1e-9, 0.3, 1.9, 6.0, 20.0, 36.0] {
                let found = difference((1.0, 0.5), (1.0 + t, 0.5), df);
                let p = 2.0 * normal::sf(found.z(0.0));
                assert!(off(p, found.p()) < 1e-12, "{t} {df}: {p:e} {:e}", found.p());
                assert!((libm::log10(found.p()) - found.log10_p()).abs() < 1e-13 * (1.0 - found.log10_p()));
            }
        }
        // Beyond what a p-value can hold: mpmath, log10(2 (1 − Φ(40)))
        let far = difference((0.0, 0.5), (40.0, 0.5), f64::INFINITY);
        assert!(off(far.log10_p(), -349.135_976_463_681_87) < 1e-13 && off(far.z(0.0), 40.0) < 1e-14);
    }

    #[test]
    fn no_variance_in_either_arm_is_refused_in_words() {
        let same = Estimate { value: 3.0, variance: 0.0 };
        let Err(refusal) = Difference::new(same, same, 5.0) else { panic!("a test of nothing") };
        assert_eq!(
            refusal.to_string(),
            "the variance of the difference must be positive: nothing varies in either arm, found 0"
        );
        // One arm that varies is enough.
        assert!(Difference::new(same, Estimate { value: 3.0, variance: 1.0 }, 5.0).is_ok());
    }

    #[test]
    fn what_is_no_estimate_is_refused() {
        let good = Estimate { value: 3.0, variance: 1.0 };
        for (value, variance) in
            [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (0.0, -1.0), (0.0, f64::NAN), (0.0, f64::INFINITY)]
        {
            assert!(Difference::new(good, Estimate { value, variance }, 5.0).is_err());
        }
        assert!(Difference::new(good, good, 0.9).is_err() && Difference::new(good, good, f64::NAN).is_err());
        assert!(Difference::correlated(good, good, 1.1, 5.0).is_err());
        assert!(Difference::correlated(good, good, f64::NAN, 5.0).is_err());
        // Estimates that move together: their difference does not vary.
        assert!(Difference::correlated(good, good, 1.0, 5.0).is_err());
    }

    proptest! {
        #[test]
        fn the_interval_holds_what_z_does_not_refute(
            (control, treatment) in (-1e3..1e3_f64, -1e3..1e3_f64),
            (v, w) in (-6.0..6.0_f64, -6.0..6.0_f64),
            (df, c) in (0.0..9.0_f64, 0.01..8.0_f64),
        ) {
            let found = difference((control, 10_f64.powf(v)), (treatment, 10_f64.powf(w)), 10_f64.powf(df));
            let (low, high) = found.interval(c);
            let scale = found.estimate().abs() / found.standard_error();
            for (end, z) in [(low, c), (high, -c)] {
                // An end is known to the rounding of the estimate, in standard errors.
                prop_assert!((found.z(end) - z).abs() <= 1e-12 * c + 1e-15 * scale, "{} {z}", found.z(end));
            }
            prop_assert_eq!(low > 0.0 || high < 0.0, found.t().abs() > found.critical_t(c));
        }
    }
}
