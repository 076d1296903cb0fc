//! Anything with given variances: estimates that are normal, with a known variance per unit in each arm.
//!
//! For a ratio metric Σy/Σs the variance per unit is `(s_yy − 2R·s_ys + R²·s_ss) / m_s²`; for a mean adjusted by
//! covariates that of the residuals.

use super::{Direction, Sizes, Test, check_effect, check_ratio};
use crate::stats::{Error, require};

/// The variance of what one unit adds, in each arm. Squared units of the metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variances {
    /// In the control.
    pub control: f64,
    /// In the treatment.
    pub treatment: f64,
}

impl Variances {
    /// Equal ones, of a standard deviation.
    pub fn common(sd: f64) -> Self {
        Self { control: sd * sd, treatment: sd * sd }
    }

    /// The variance of the difference.
    pub(super) fn of_difference(&self, sizes: Sizes) -> f64 {
        self.control / sizes.control + self.treatment / sizes.treatment
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let good = |variance: f64| variance >= 0.0 && variance.is_finite();
        require(good(self.control), "the variance in the control", "be finite and not negative", self.control)?;
        require(good(self.treatment), "the variance in the treatment", "be finite and not negative", self.treatment)?;
        require(self.control + self.treatment > 0.0, "the variances", "not both be 0", 0.0)
    }
}

/// The sizes with which the test finds an `effect` (treatment − control − null difference) with a chance of `power`.
///
/// `n = shift²·(v_c + v_t/ratio) / effect²`, with the shift at which the test has the power; with two sides the
/// chance to reject on the wrong side counts.
///
/// # Errors
/// [`Error::Range`] for an effect of 0, variances, ratio, level or power out of range.
pub fn sample_size(test: Test, effect: f64, variances: Variances, ratio: f64, power: f64) -> Result<Sizes, Error> {
    check_effect(effect)?;
    check_ratio(ratio)?;
    variances.check()?;
    let root = test.shift_for(power)? * (variances.of_difference(Sizes::of(1.0, ratio)).sqrt() / effect.abs());
    let must = "be large enough to be found with less than 1e300 units";
    require(root < 1e150, "the effect", must, effect)?;
    Ok(Sizes::of(root * root, ratio))
}

/// The power against an `effect` (treatment − control − null difference; of either sign).
///
/// # Errors
/// [`Error::Range`] for an effect that is not finite, variances, sizes or level out of range.
pub fn power(test: Test, effect: f64, variances: Variances, sizes: Sizes) -> Result<f64, Error> {
    require(effect.is_finite(), "the effect", "be finite", effect)?;
    test.check_level()?;
    variances.check()?;
    sizes.check()?;
    Ok(test.power_at(effect.abs() / variances.of_difference(sizes).sqrt()))
}

/// The effect that is found with a chance of `power`, signed.
///
/// # Errors
/// [`Error::Range`] for variances, sizes, level or power out of range.
pub fn detectable(
    test: Test,
    variances: Variances,
    sizes: Sizes,
    power: f64,
    direction: Direction,
) -> Result<f64, Error> {
    variances.check()?;
    sizes.check()?;
    Ok(direction.sign() * test.shift_for(power)? * variances.of_difference(sizes).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{off, sides::Sides};

    #[test]
    fn size_power_and_effect_undo_each_other() -> Result<(), Error> {
        for sides in [Sides::One, Sides::Two] {
            let test = Test { alpha: 0.01, sides };
            let variances = Variances { control: 3.0, treatment: 7.5 };
            for effect in [-1e-5, 0.3, 1e4] {
                for ratio in [0.1, 1.0, 9.0] {
                    let sizes = sample_size(test, effect, variances, ratio, 0.85)?;
                    assert!(off(power(test, effect, variances, sizes)?, 0.85) < 1e-12);
                    let way = if effect > 0.0 { Direction::Up } else { Direction::Down };
                    assert!(off(detectable(test, variances, sizes, 0.85, way)?, effect) < 1e-12);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn bad_numbers_are_refused() {
        let test = Test { alpha: 0.05, sides: Sides::Two };
        let good = Variances::common(1.0);
        assert!(sample_size(test, 1e-200, good, 1.0, 0.8).is_err());
        assert!(sample_size(test, 0.0, good, 1.0, 0.8).is_err() && sample_size(test, 1.0, good, 0.0, 0.8).is_err());
        assert!(sample_size(test, 1.0, Variances::common(0.0), 1.0, 0.8).is_err());
        assert!(sample_size(test, 1.0, Variances { control: -1.0, treatment: 2.0 }, 1.0, 0.8).is_err());
        assert!(
            power(test, f64::NAN, good, Sizes::of(1.0, 1.0)).is_err()
                && power(test, 1.0, good, Sizes::of(0.0, 1.0)).is_err()
        );
    }
}
