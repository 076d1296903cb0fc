//! Means of two samples: Welch's test, and Student's with a pooled variance.

use super::{Difference, Estimate};
use crate::stats::{Error, require};

/// What a test of means needs of an arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Units, at least 2.
    pub n: u64,
    /// Mean of their values, in the metric's unit.
    pub mean: f64,
    /// Variance of one unit's value, with n − 1.
    pub variance: f64,
}

impl Sample {
    /// From summary numbers.
    ///
    /// # Errors
    /// [`Error::Range`] for fewer than two units, a mean that is not finite, or a variance that is negative or not finite.
    pub fn new(n: u64, mean: f64, variance: f64) -> Result<Self, Error> {
        let countable = (2..=1 << 53).contains(&n);
        require(countable, "the units of an arm", "be at least 2, for a variance (at most 2⁵³)", n as f64)?;
        require(mean.is_finite(), "the mean of an arm", "be finite", mean)?;
        require(
            variance.is_finite() && variance >= 0.0,
            "the variance of an arm",
            "be finite and not negative",
            variance,
        )?;
        Ok(Self { n, mean, variance })
    }

    /// The mean with its own variance, s²/n.
    fn estimate(&self) -> Estimate {
        Estimate { value: self.mean, variance: self.variance / self.n as f64 }
    }
}

/// Welch's test: the arms keep their own variances (Biometrika 34, 1947, 28–35), the degrees of freedom are
/// [`satterthwaite`]'s.
///
/// # Errors
/// As [`Difference::new`]: above all where nothing varies in either arm.
///
/// ```
/// use channelmix::stats::two_arms::means::{Sample, welch};
/// let control = Sample::new(40_000, 5.0, 17.5 * 17.5)?;
/// let treatment = Sample::new(60_000, 5.2, 18.0 * 18.0)?;
/// let spend = welch(control, treatment)?;
/// assert!((spend.p() - 0.0800643).abs() < 1e-7 && (spend.df() - 87351.148).abs() < 1e-3);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn welch(control: Sample, treatment: Sample) -> Result<Difference, Error> {
    let [c, t] = checked(control, treatment)?;
    let df = satterthwaite(c.estimate().variance, (c.n - 1) as f64, t.estimate().variance, (t.n - 1) as f64);
    Difference::new(c.estimate(), t.estimate(), df)
}

/// Student's test: both arms are taken to have one variance, pooled with n₁ + n₂ − 2 degrees of freedom.
///
/// Wrong for unequal variances in unequal arms; here because others print it.
///
/// # Errors
/// As [`welch`].
pub fn student(control: Sample, treatment: Sample) -> Result<Difference, Error> {
    let [c, t] = checked(control, treatment)?;
    let (df_c, df_t) = ((c.n - 1) as f64, (t.n - 1) as f64);
    let share = df_c / (df_c + df_t);
    let variance = share * c.variance + (1.0 - share) * t.variance;
    let pooled = |sample: Sample| Sample { variance, ..sample }.estimate();
    Difference::new(pooled(c), pooled(t), df_c + df_t)
}

/// Degrees of freedom of a sum of two independent variances (v₁ + v₂)² / (v₁²/ν₁ + v₂²/ν₂) (Satterthwaite, Biometrics
/// Bulletin 2, 1946, 110–114): between the smaller ν and ν₁ + ν₂. NaN where both variances are 0.
pub fn satterthwaite(v_c: f64, df_c: f64, v_t: f64, df_t: f64) -> f64 {
    let largest = v_c.max(v_t);
    let (v_c, v_t) = (v_c / largest, v_t / largest);
    let sum = v_c + v_t;
    let df = sum * sum / (v_c * v_c / df_c + v_t * v_t / df_t);
    // Rounding must not carry it below what it cannot fall short of.
    if df.is_nan() { df } else { df.max(df_c.min(df_t)) }
}

/// The samples, checked again: their fields are public. Without variance anywhere the refusal is about that.
fn checked(control: Sample, treatment: Sample) -> Result<[Sample; 2], Error> {
    let again = |Sample { n, mean, variance }| Sample::new(n, mean, variance);
    let (control, treatment) = (again(control)?, again(treatment)?);
    let variance = control.variance.max(treatment.variance);
    require(variance > 0.0, "the variance of the difference", "be positive: nothing varies in either arm", variance)?;
    Ok([control, treatment])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use proptest::prelude::*;

    fn sample(n: u64, mean: f64, variance: f64) -> Sample {
        Sample::new(n, mean, variance).expect("a sample")
    }

    #[test]
    fn the_degrees_of_freedom_lie_between_the_smaller_and_the_sum() {
        // Equal arms of equal variance have them all; an arm without variance has no say.
        assert!(off(satterthwaite(2.0, 9.0, 2.0, 9.0), 18.0) < 1e-15);
        assert_eq!(satterthwaite(0.0, 3.0, 5.0, 9.0), 9.0);
        assert_eq!(satterthwaite(1e-300, 1.0, 1e-320, 9.0), 1.0);
        assert!(off(satterthwaite(1e300, 5.0, 1e300, 5.0), 10.0) < 1e-15);
        assert!(satterthwaite(0.0, 3.0, 0.0, 3.0).is_nan());
    }

    #[test]
    fn students_test_pools() -> Result<(), Error> {
        // scipy.stats.ttest_ind_from_stats(6, sqrt(9), 12, 5, sqrt(4), 20, equal_var=True).
        let pooled = student(sample(20, 5.0, 4.0), sample(12, 6.0, 9.0))?;
        assert!(off(pooled.t(), 1.133_893_419_027_682) < 1e-14 && pooled.df() == 30.0, "{}", pooled.t());
        assert!(off(pooled.p(), 0.265_819_223_636_234_17) < 1e-12, "{}", pooled.p());
        Ok(())
    }

    #[test]
    fn samples_that_say_nothing_are_refused() {
        assert!(Sample::new(1, 0.0, 1.0).is_err() && Sample::new(2, f64::NAN, 1.0).is_err());
        assert!(Sample::new(2, 0.0, -1.0).is_err() && Sample::new(2, 0.0, f64::INFINITY).is_err());
        let still = sample(5, 1.0, 0.0);
        assert!(welch(still, sample(5, 2.0, 0.0)).is_err_and(|e| e.to_string().contains("nothing varies")));
        assert!(student(still, still).is_err());
        assert!(welch(Sample { n: 0, ..still }, still).is_err());
        assert!(welch(still, sample(7, 1.0, 1.0)).is_ok_and(|d| d.df() == 6.0));
    }

    proptest! {
        #[test]
        fn scale_and_shift_change_nothing_but_the_units(
            (a, b, v, w) in (-50.0..50.0_f64, -50.0..50.0_f64, 0.01..100.0_f64, 0.01..100.0_f64),
            (n, m, power) in (2..10_000_u64, 2..10_000_u64, -40..40_i32),
        ) {
            let scale = 2_f64.powi(power);
            let one = welch(sample(n, a, v), sample(m, b, w)).expect("a difference");
            let at = |n, mean: f64, variance: f64| sample(n, mean * scale, variance * scale * scale);
            let scaled = welch(at(n, a, v), at(m, b, w)).expect("a difference");
            prop_assert_eq!((one.t(), one.df(), one.p()), (scaled.t(), scaled.df(), scaled.p()));
            let (low, high) = one.interval(2.0);
            prop_assert_eq!((low * scale, high * scale), scaled.interval(2.0));
            let swapped = welch(sample(m, b, w), sample(n, a, v)).expect("a difference");
            prop_assert_eq!((one.t(), one.p()), (-swapped.t(), swapped.p()));
        }
    }
}
