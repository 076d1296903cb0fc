//! Means without the extremes of each arm, for heavy tails.

use super::{Difference, Estimate, means, quantiles};
use crate::stats::{Error, require};

/// Difference of trimmed means: ⌊share · n⌋ values are left out at each end of each arm, `share` in [0, 0.5).
///
/// Yuen's test (Biometrika 61, 1974, 165–170): the squared standard error is that of the winsorised values,
/// (n − `1)s²_w` / (h(h − 1)) with h values left, and Welch's degrees of freedom come from h. At 0 it is Welch's test. It is
/// about the mean of the middle, which for a skewed metric is *not* the mean that money follows.
///
/// Values are sorted, ascending.
///
/// # Errors
/// [`Error::Range`] for a share out of range, fewer than two values left, values that are unsorted or not finite, or where
/// nothing varies in either arm.
///
/// ```
/// use channelmix::stats::two_arms::trimmed;
/// let control = [0.0, 1.0, 2.0, 3.0, 90.0];
/// let difference = trimmed::difference(&control, &[1.0, 2.0, 3.0, 4.0, 5.0], 0.2)?;
/// assert_eq!(difference.estimate(), 1.0);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn difference(control_sorted: &[f64], treatment_sorted: &[f64], share: f64) -> Result<Difference, Error> {
    require(
        (0.0..0.5).contains(&share),
        "the share trimmed at each end",
        "lie between 0 and 0.5, 0.5 excluded",
        share,
    )?;
    let (control, control_df) = trimmed_mean(control_sorted, share)?;
    let (treatment, treatment_df) = trimmed_mean(treatment_sorted, share)?;
    let varies = control.variance + treatment.variance;
    require(
        varies > 0.0,
        "the variance of the winsorised values",
        "be positive: nothing varies in either arm",
        varies,
    )?;
    let df = means::satterthwaite(control.variance, control_df, treatment.variance, treatment_df);
    Difference::new(control, treatment, df)
}

/// The mean of the middle with the square of its standard error, and the degrees of freedom h − 1.
fn trimmed_mean(sorted: &[f64], share: f64) -> Result<(Estimate, f64), Error> {
    quantiles::require_sorted(sorted)?;
    let cut = (share * sorted.len() as f64) as usize;
    let left = sorted.len() - 2 * cut.min(sorted.len() / 2);
    require(left >= 2, "the number of values left of an arm", "be at least 2", left as f64)?;
    let middle = &sorted[cut..cut + left];
    let (n, h) = (sorted.len() as f64, left as f64);
    let mean = mean_of(middle, middle[0]);
    // The winsorised mean: each end repeats its last value in place of those cut.
    let (low, high) = (middle[0], middle[left - 1]);
    let winsorised = (h * mean + cut as f64 * (low + high)) / n;
    let square = |value: f64| (value - winsorised) * (value - winsorised);
    let squares: f64 =
        middle.iter().map(|&value| square(value)).sum::<f64>() + cut as f64 * (square(low) + square(high));
    Ok((Estimate { value: mean, variance: squares / (h * (h - 1.0)) }, h - 1.0))
}

/// Mean by deviations from a value near it: large offsets cost no digits.
fn mean_of(values: &[f64], near: f64) -> f64 {
    near + values.iter().map(|value| value - near).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    const CONTROL: [f64; 12] = [0.0, 0.0, 0.0, 3.6, 4.4, 5.3, 7.2, 8.8, 9.9, 12.1, 15.7, 31.2];
    const TREATMENT: [f64; 15] = [0.0, 1.9, 2.5, 5.5, 6.8, 8.1, 9.7, 10.4, 11.3, 12.2, 14.0, 19.1, 27.3, 42.9, 900.0];

    #[test]
    fn shares_from_none_to_almost_half() -> Result<(), Error> {
        // Share, t, df, p: scipy 1.17.1, ttest_ind(equal_var=False, trim=share).
        let known = [
            (0.0, 1.066_764_573_278_252, 14.051_374_174_090_945, 0.304_064_717_018_081),
            (0.05, 1.066_764_573_278_252, 14.051_374_174_090_945, 0.304_064_717_018_081),
            (0.1, 1.456_211_993_000_707_4, 17.273_102_274_962_245, 0.163_270_808_459_126_5),
            (0.2, 1.361_767_484_114_454, 14.941_842_224_854_778, 0.193_451_459_127_443_55),
            (0.35, 1.501_485_164_496_032, 6.106_372_978_851_697, 0.183_061_288_450_901_7),
        ];
        for (share, t, df, p) in known {
            let found = difference(&CONTROL, &TREATMENT, share)?;
            assert!(off(found.t(), t) < 1e-13 && off(found.df(), df) < 1e-13 && off(found.p(), p) < 1e-12, "{share}");
        }
        Ok(())
    }

    #[test]
    fn a_large_offset_costs_nothing() -> Result<(), Error> {
        let shifted = |values: &[f64]| values.iter().map(|v| v * 4.0 + 1e9).collect::<Vec<_>>();
        let plain = difference(&CONTROL.map(|v| libm::round(v * 4.0)), &TREATMENT.map(|v| libm::round(v * 4.0)), 0.1)?;
        let rounded = |values: &[f64]| shifted(values).iter().map(|v| libm::round(*v)).collect::<Vec<_>>();
        let far = difference(&rounded(&CONTROL), &rounded(&TREATMENT), 0.1)?;
        assert!(off(far.t(), plain.t()) < 1e-7 && off(far.standard_error(), plain.standard_error()) < 1e-7);
        Ok(())
    }

    #[test]
    fn what_has_no_middle_is_refused() {
        for share in [-0.1, 0.5, f64::NAN] {
            assert!(difference(&CONTROL, &TREATMENT, share).is_err());
        }
        assert!(difference(&[], &TREATMENT, 0.2).is_err() && difference(&[1.0], &TREATMENT, 0.2).is_err());
        assert!(difference(&[1.0, 2.0, 3.0], &TREATMENT, 0.4).is_err());
        assert!(difference(&[2.0; 9], &[3.0; 9], 0.2).is_err());
        assert!(difference(&[2.0, 1.0, 3.0], &TREATMENT, 0.0).is_err());
        assert!(difference(&[1.0, f64::NAN, 3.0], &TREATMENT, 0.0).is_err());
        assert!(difference(&[1.0, f64::INFINITY], &TREATMENT, 0.0).is_err());
    }

    /// Ordinary numbers, and those that break formulas.
    fn number() -> impl Strategy<Value = f64> {
        let odd = [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, 1e160];
        prop_oneof![3 => -3.0..3.0_f64, 1 => prop::sample::select(odd.to_vec())]
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic_or_say_nan(
            control in prop::collection::vec(number(), 0..9), treatment in prop::collection::vec(number(), 0..9), x in number(),
        ) {
            let sorted = |mut values: Vec<f64>| { values.sort_by(f64::total_cmp); values };
            let (control, treatment) = (sorted(control), sorted(treatment));
            if let Ok(difference) = difference(&control, &treatment, x) {
                prop_assert!(difference.z(0.0).is_finite() && difference.standard_error() > 0.0);
            }
        }
    }
}
