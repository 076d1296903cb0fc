//! Intervals by resampling, for statistics without a formula and for skewed ones.
//!
//! Randomness comes from the caller: `draws(r)` opens the r-th resample's own source of 64-bit words, r from 0. Nothing of
//! one resample depends on another, so the results are the same in any order and on any number of threads: play single
//! resamples ([`means_of_resample`], [`resampled`]) where you like, and gather them with [`Bootstrap::new`].

use crate::stats::{Error, normal, require};

/// A statistic of two arms and what resampling made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    observed: f64,
    /// Values in resamples, ascending.
    values: Vec<f64>,
    /// a of `BCa`.
    acceleration: Option<f64>,
}

impl Bootstrap {
    /// From the statistic as observed and its `values` in at least two resamples, in any order; for [`Bootstrap::bca`] with
    /// the [`acceleration`].
    ///
    /// # Errors
    /// [`Error::Range`] for fewer than two values, or any number that is not finite.
    pub fn new(observed: f64, mut values: Vec<f64>, acceleration: Option<f64>) -> Result<Self, Error> {
        require(values.len() >= 2, "the number of resamples", "be at least 2", values.len() as f64)?;
        require(observed.is_finite(), "the statistic", "be finite", observed)?;
        values.iter().try_for_each(|&v| require(v.is_finite(), "the statistic of a resample", "be finite", v))?;
        acceleration.map_or(Ok(()), |a| require(a.is_finite(), "the acceleration", "be finite", a))?;
        values.sort_unstable_by(f64::total_cmp);
        Ok(Self { observed, values, acceleration })
    }

    /// The statistic as observed.
    pub fn observed(&self) -> f64 {
        self.observed
    }

    /// Standard deviation over resamples (R − 1).
    pub fn standard_error(&self) -> f64 {
        let (count, near) = (self.values.len() as f64, self.observed);
        let mean = self.values.iter().map(|value| value - near).sum::<f64>() / count;
        let squares: f64 = self.values.iter().map(|value| (value - near - mean) * (value - near - mean)).sum();
        libm::sqrt(squares / (count - 1.0))
    }

    /// Mean over resamples minus the statistic as observed.
    pub fn bias(&self) -> f64 {
        self.values.iter().map(|value| value - self.observed).sum::<f64>() / self.values.len() as f64
    }

    /// The quantiles of the resamples at α/2 and 1 − α/2.
    ///
    /// # Errors
    /// [`Error::Range`] for a level outside (0, 1).
    pub fn percentile(&self, alpha: f64) -> Result<(f64, f64), Error> {
        require_level(alpha)?;
        Ok((self.quantile(0.5 * alpha), self.quantile(1.0 - 0.5 * alpha)))
    }

    /// Those mirrored at the observed statistic: 2θ̂ − the percentiles, swapped.
    ///
    /// # Errors
    /// As [`Bootstrap::percentile`].
    pub fn basic(&self, alpha: f64) -> Result<(f64, f64), Error> {
        let (low, high) = self.percentile(alpha)?;
        Ok((2.0 * self.observed - high, 2.0 * self.observed - low))
    }

    /// Percentiles corrected for bias and skewness (Efron, JASA 82, 1987; Efron & Tibshirani 1993, formula 14.10).
    ///
    /// # Errors
    /// [`Error::Range`] for a level outside (0, 1), without acceleration, or where nearly all resamples lie on one side of
    /// the observed statistic: the correction has no value then.
    pub fn bca(&self, alpha: f64) -> Result<(f64, f64), Error> {
        require_level(alpha)?;
        let acceleration = self.acceleration.unwrap_or(f64::NAN);
        require(!acceleration.is_nan(), "the acceleration", "be given", acceleration)?;
        let (below, up_to) = (
            self.values.partition_point(|&value| value < self.observed),
            self.values.partition_point(|&value| value <= self.observed),
        );
        let share = (below + up_to) as f64 / (2.0 * self.values.len() as f64);
        let shift = normal::quantile(share);
        require(shift.is_finite(), "the share of resamples below the observed value", "lie between 0 and 1", share)?;
        let end = |z: f64| {
            let denominator = 1.0 - acceleration * (shift + z);
            require(denominator > 0.0, "1 − acceleration · score", "be positive", denominator)?;
            Ok(self.quantile(normal::cdf(shift + (shift + z) / denominator)))
        };
        let z = normal::quantile(0.5 * alpha);
        Ok((end(z)?, end(-z)?))
    }

    /// Linear between resamples, at (R − 1)p.
    fn quantile(&self, p: f64) -> f64 {
        let place = (self.values.len() - 1) as f64 * p;
        let below = (libm::floor(place) as usize).min(self.values.len() - 1);
        let above = (below + 1).min(self.values.len() - 1);
        self.values[below] + (place - below as f64) * (self.values[above] - self.values[below])
    }
}

/// The difference of means, treatment minus control, in `resamples` ≥ 2 resamples, with its acceleration. Time R · n.
///
/// # Errors
/// [`Error::Range`] for fewer than two units in an arm, values that are not finite, or fewer than two resamples.
///
/// ```
/// use channelmix::stats::two_arms::bootstrap::of_means;
/// let draws = |resample: u64| {
///     let mut state = resample;
///     move || {
///         state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
///         state ^ (state >> 32)
///     }
/// };
/// let bootstrap = of_means(&[1.0, 2.0, 3.0], &[2.0, 4.0, 7.0], 1000, draws)?;
/// let (low, high) = bootstrap.percentile(0.05)?;
/// assert!(low < bootstrap.observed() && bootstrap.observed() < high);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn of_means<W: FnMut() -> u64>(
    control: &[f64],
    treatment: &[f64],
    resamples: u32,
    mut draws: impl FnMut(u64) -> W,
) -> Result<Bootstrap, Error> {
    require_arms(control, treatment, 2)?;
    let values = (0..u64::from(resamples)).map(|r| means_of_resample(control, treatment, &mut draws(r))).collect();
    Bootstrap::new(mean(treatment) - mean(control), values, acceleration_of_means(control, treatment))
}

/// Any statistic of (control, treatment) in `resamples` ≥ 2 resamples; without acceleration, which costs one evaluation for
/// each unit: see [`acceleration`].
///
/// # Errors
/// [`Error::Range`] for an empty arm, values or statistics that are not finite, or fewer than two resamples.
pub fn of<W: FnMut() -> u64>(
    control: &[f64],
    treatment: &[f64],
    resamples: u32,
    statistic: impl Fn(&[f64], &[f64]) -> f64,
    mut draws: impl FnMut(u64) -> W,
) -> Result<Bootstrap, Error> {
    require_arms(control, treatment, 1)?;
    let (mut drawn_control, mut drawn_treatment) = (Vec::new(), Vec::new());
    let values = (0..u64::from(resamples)).map(|r| {
        let mut words = draws(r);
        resampled(control, &mut drawn_control, &mut words);
        resampled(treatment, &mut drawn_treatment, &mut words);
        statistic(&drawn_control, &drawn_treatment)
    });
    let values = values.collect();
    Bootstrap::new(statistic(control, treatment), values, None)
}

/// One resample: as many values as there are, drawn with replacement.
pub fn resampled(values: &[f64], into: &mut Vec<f64>, words: &mut impl FnMut() -> u64) {
    into.clear();
    into.extend((0..values.len()).map(|_| values[below(values.len(), words())]));
}

/// The difference of means in one resample of each arm, control first; NaN for an empty arm.
pub fn means_of_resample(control: &[f64], treatment: &[f64], words: &mut impl FnMut() -> u64) -> f64 {
    let mut mean_of = |values: &[f64]| {
        let near = values.first().copied().unwrap_or(f64::NAN);
        let sum: f64 = (0..values.len()).map(|_| values[below(values.len(), words())] - near).sum();
        near + sum / values.len() as f64
    };
    let control = mean_of(control);
    mean_of(treatment) - control
}

/// The acceleration a from leaving out each unit in turn (Efron & Tibshirani 1993, formula 14.15, for two samples): one
/// evaluation for each unit. None where no unit matters.
pub fn acceleration(control: &[f64], treatment: &[f64], statistic: impl Fn(&[f64], &[f64]) -> f64) -> Option<f64> {
    let leave_out = |values: &[f64], of: &dyn Fn(&[f64]) -> f64| {
        let mut rest = values.get(1..).unwrap_or_default().to_vec();
        let mut left = Vec::with_capacity(values.len());
        for (i, &value) in values.iter().enumerate() {
            left.push(of(&rest));
            // The i-th value comes back in the place of the next.
            if let Some(place) = rest.get_mut(i) {
                *place = value;
            }
        }
        let mean = mean(&left);
        left.iter().map(|value| (values.len() as f64 - 1.0) * (mean - value)).collect::<Vec<_>>()
    };
    let of_control = leave_out(control, &|rest| statistic(rest, treatment));
    let of_treatment = leave_out(treatment, &|rest| statistic(control, rest));
    accelerated(&of_control, &of_treatment)
}

/// The same for the difference of means: deviations from the mean are the influences.
fn acceleration_of_means(control: &[f64], treatment: &[f64]) -> Option<f64> {
    let (of_control, of_treatment) = (mean(control), mean(treatment));
    let control: Vec<f64> = control.iter().map(|value| of_control - value).collect();
    let treatment: Vec<f64> = treatment.iter().map(|value| value - of_treatment).collect();
    accelerated(&control, &treatment)
}

/// Σ I³/n³ ÷ 6 (Σ I²/n²)^1.5 over both arms' influences.
fn accelerated(control: &[f64], treatment: &[f64]) -> Option<f64> {
    // In units of the largest, so that no power overflows.
    let largest = control.iter().chain(treatment).fold(0.0_f64, |largest, influence| largest.max(influence.abs()));
    let power = |influences: &[f64], power: i32| {
        let count = influences.len() as f64;
        influences.iter().map(|i| (0..power).fold(1.0, |product, _| product * (i / largest / count))).sum::<f64>()
    };
    let (cubes, squares) = (power(control, 3) + power(treatment, 3), power(control, 2) + power(treatment, 2));
    let acceleration = cubes / (6.0 * squares * libm::sqrt(squares));
    (squares > 0.0 && acceleration.is_finite()).then_some(acceleration)
}

/// What [`Bootstrap::standard_error`] of the difference of means tends to with ever more resamples:
/// √(Σ (n − 1)/n · s²/n) over the arms.
///
/// # Errors
/// [`Error::Range`] for an empty arm or values that are not finite.
pub fn ideal_standard_error(control: &[f64], treatment: &[f64]) -> Result<f64, Error> {
    require_arms(control, treatment, 1)?;
    let variance = |values: &[f64]| {
        let (mean, count) = (mean(values), values.len() as f64);
        values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count / count
    };
    Ok(libm::sqrt(variance(control) + variance(treatment)))
}

/// A whole number below `count` from 64 random bits: the upper half of the product. No count deviates by more than
/// `count` / 2⁶⁴.
pub(super) fn below(count: usize, word: u64) -> usize {
    ((u128::from(word) * count as u128) >> 64) as usize
}

/// Mean by deviations from the first value: large offsets cost no digits.
pub(super) fn mean(values: &[f64]) -> f64 {
    let near = values.first().copied().unwrap_or(f64::NAN);
    near + values.iter().map(|value| value - near).sum::<f64>() / values.len() as f64
}

pub(super) fn require_arms(control: &[f64], treatment: &[f64], least: usize) -> Result<(), Error> {
    let must = if least > 1 { "be at least 2" } else { "be positive" };
    for arm in [control, treatment] {
        require(arm.len() >= least, "the number of units in an arm", must, arm.len() as f64)?;
        arm.iter().try_for_each(|&value| require(value.is_finite(), "a value", "be finite", value))?;
    }
    Ok(())
}

fn require_level(alpha: f64) -> Result<(), Error> {
    require(alpha > 0.0 && alpha < 1.0, "the level", "lie between 0 and 1, both excluded", alpha)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    const CONTROL: [f64; 12] = [12.1, 0.0, 5.3, 8.8, 0.0, 31.2, 4.4, 9.9, 0.0, 15.7, 7.2, 3.6];
    const TREATMENT: [f64; 15] = [14.0, 2.5, 0.0, 19.1, 11.3, 6.8, 0.0, 42.9, 8.1, 12.2, 5.5, 9.7, 10.4, 1.9, 27.3];

    /// `SplitMix64` (Steele, Lea & Flood 2014) from a state that belongs to the resample.
    pub(in crate::stats::two_arms) fn draws(resample: u64) -> impl FnMut() -> u64 {
        let mut state = resample.wrapping_mul(0xd134_2543_de82_ef95);
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }
    }

    #[test]
    fn intervals_of_fixed_resamples() -> Result<(), Error> {
        // The same values in numpy: percentiles, and scipy's formula of BCa.
        let values: Vec<f64> = (0..200).map(|i| f64::from(i * i % 311) * 0.37 - 20.0).collect();
        let bootstrap = Bootstrap::new(33.0, values, Some(0.032_1))?;
        let known = [
            (-17.058_5, 81.435_499_999_999_98),
            (-15.435_499_999_999_976, 83.058_5),
            (-14.468_067_674_608_369, 86.337_305_326_437_08),
        ];
        for (found, (low, high)) in
            [bootstrap.percentile(0.1)?, bootstrap.basic(0.1)?, bootstrap.bca(0.1)?].into_iter().zip(known)
        {
            assert!(off(found.0, low) < 1e-13 && off(found.1, high) < 1e-13, "{found:?} {low} {high}");
        }
        assert!(off(bootstrap.standard_error(), 32.083_951_790_732_55) < 1e-13);
        Ok(())
    }

    #[test]
    fn accelerations_agree_with_leaving_out() -> Result<(), Error> {
        // scipy 1.17.1's a_hat of the difference of means.
        let exact = 0.008_908_199_055_832_601;
        let found = acceleration(&CONTROL, &TREATMENT, |c, t| mean(t) - mean(c));
        assert!(off(found.unwrap_or(f64::NAN), exact) < 1e-12);
        assert!(off(of_means(&CONTROL, &TREATMENT, 2, draws)?.acceleration.unwrap_or(f64::NAN), exact) < 1e-12);
        assert_eq!(acceleration(&[1.0; 3], &[2.0; 4], |c, t| mean(t) - mean(c)), None);
        assert_eq!(acceleration(&[], &[], |_, _| 0.0), None);
        Ok(())
    }

    #[test]
    fn the_error_of_means_is_the_ideal_one() -> Result<(), Error> {
        let bootstrap = of_means(&CONTROL, &TREATMENT, 40_000, draws)?;
        let ideal = ideal_standard_error(&CONTROL, &TREATMENT)?;
        // The standard error of a standard deviation over 40,000 near-normal values is 0.36 %.
        assert!(off(bootstrap.standard_error(), ideal) < 0.015, "{} {ideal}", bootstrap.standard_error());
        assert!(bootstrap.bias().abs() < 4.0 * ideal / 200.0);
        Ok(())
    }

    #[test]
    fn a_resample_depends_on_its_number_only() -> Result<(), Error> {
        let all = of_means(&CONTROL, &TREATMENT, 500, draws)?;
        let backwards = (0..500).rev().map(|r| means_of_resample(&CONTROL, &TREATMENT, &mut draws(r))).collect();
        assert_eq!(all, Bootstrap::new(all.observed(), backwards, all.acceleration)?);
        let general = of(&CONTROL, &TREATMENT, 500, |c, t| mean(t) - mean(c), draws)?;
        for (one, other) in all.values.iter().zip(&general.values) {
            assert!((one - other).abs() < 1e-12);
        }
        Ok(())
    }

    #[test]
    fn what_cannot_be_resampled_is_refused() -> Result<(), Error> {
        assert!(of_means(&[1.0], &TREATMENT, 100, draws).is_err() && of_means(&CONTROL, &[], 100, draws).is_err());
        assert!(of_means(&CONTROL, &TREATMENT, 1, draws).is_err());
        assert!(of_means(&[1.0, f64::NAN], &TREATMENT, 9, draws).is_err());
        assert!(of(&CONTROL, &TREATMENT, 9, |_, _| f64::NAN, draws).is_err());
        let constant = of_means(&[1.0; 4], &[2.0; 5], 50, draws)?;
        assert_eq!((constant.standard_error(), constant.percentile(0.05)?), (0.0, (1.0, 1.0)));
        assert!(constant.bca(0.05).is_err() && constant.percentile(0.0).is_err() && constant.basic(f64::NAN).is_err());
        assert!(Bootstrap::new(5.0, vec![1.0, 2.0], Some(0.1))?.bca(0.05).is_err());
        Ok(())
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
            for bootstrap in [
                of_means(&control, &treatment, 20, draws),
                of(&control, &treatment, 20, |c, t| t[0] / c[0], draws),
            ].into_iter().flatten() {
                for (low, high) in [bootstrap.percentile(0.1), bootstrap.basic(0.1), bootstrap.bca(0.1), bootstrap.bca(x)].into_iter().flatten() {
                    prop_assert!(low <= high);
                }
            }
        }
    }
}
