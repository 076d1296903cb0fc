//! Means by t tests, by the noncentral t distribution.

use super::variances::{self, Variances};
use super::{Direction, Sizes, Test};
use crate::stats::{Error, noncentral_student, require, root, sides::Sides, student};

/// Which t test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's, for equal variances (others are refused): `n_c + n_t − 2` degrees of freedom. The power is exact.
    Student,
    /// Welch's, for any: Satterthwaite's degrees of freedom at the assumed variances. Exact for arms of equal
    /// variances and sizes, otherwise an approximation.
    Welch,
}

/// Noncentralities beyond which every test has found the effect.
const FARTHEST: f64 = 1e6;

/// The sizes with which the t test finds an `effect` (treatment − control − null difference) with a chance of `power`;
/// at least 2 in each arm.
///
/// # Errors
/// [`Error::Range`] for an effect of 0, variances, ratio, level or power out of range.
pub fn sample_size(
    test: Test,
    method: Method,
    effect: f64,
    variances: Variances,
    ratio: f64,
    power: f64,
) -> Result<Sizes, Error> {
    check_variances(method, variances)?;
    let known = variances::sample_size(test, effect, variances, ratio, power)?;
    // On the log scale: from few to 10¹² units. The t test needs more than the z test, by some.
    let least = 2.0 * (1.0 / ratio).max(1.0);
    let missing = |ln: f64| of_t(test, method, effect, variances, Sizes::of(libm::exp(ln), ratio)) - power;
    if missing(libm::log(least)) >= 0.0 {
        return Ok(Sizes::of(least, ratio));
    }
    let mut high = known.control.max(least) + 10.0 * least;
    while missing(libm::log(high)) < 0.0 && high < f64::MAX / 4.0 {
        high *= 2.0;
    }
    let ln = root::between(libm::log(least), libm::log(high), missing).ok_or(Error::Singular)?;
    Ok(Sizes::of(libm::exp(ln), ratio))
}

/// The power of the t test against an `effect` (treatment − control − null difference; of either sign).
///
/// # Errors
/// [`Error::Range`] for an effect that is not finite, variances or level out of range, or less than 2 units in an arm.
pub fn power(test: Test, method: Method, effect: f64, variances: Variances, sizes: Sizes) -> Result<f64, Error> {
    require(effect.is_finite(), "the effect", "be finite", effect)?;
    check(test, method, variances, sizes)?;
    Ok(of_t(test, method, effect, variances, sizes))
}

/// The effect that the t test finds with a chance of `power`, signed.
///
/// # Errors
/// [`Error::Range`] for variances, level or power out of range, or less than 2 units in an arm.
pub fn detectable(
    test: Test,
    method: Method,
    variances: Variances,
    sizes: Sizes,
    power: f64,
    direction: Direction,
) -> Result<f64, Error> {
    check(test, method, variances, sizes)?;
    let error = variances.of_difference(sizes).sqrt();
    let missing = |noncentrality: f64| of_t(test, method, noncentrality * error, variances, sizes) - power;
    let mut high = 2.0 * test.shift_for(power)?;
    while missing(high) < 0.0 && high < FARTHEST {
        high *= 2.0;
    }
    let must = "be within reach of so few units";
    let found = root::between(0.0, high, missing).ok_or(Error::Range { what: "the power", must, found: power })?;
    Ok(direction.sign() * found * error)
}

fn check(test: Test, method: Method, variances: Variances, sizes: Sizes) -> Result<(), Error> {
    test.check_level()?;
    check_variances(method, variances)?;
    sizes.check()?;
    require(sizes.control >= 2.0, "the size of the control", "be at least 2", sizes.control)?;
    require(sizes.treatment >= 2.0, "the size of the treatment", "be at least 2", sizes.treatment)
}

fn check_variances(method: Method, variances: Variances) -> Result<(), Error> {
    variances.check()?;
    let holds = method == Method::Welch || variances.control == variances.treatment;
    let must = "equal that in the control for Student's test (Welch's takes any)";
    require(holds, "the variance in the treatment", must, variances.treatment)
}

fn degrees_of_freedom(method: Method, variances: Variances, sizes: Sizes) -> f64 {
    match method {
        Method::Student => sizes.control + sizes.treatment - 2.0,
        Method::Welch => {
            let (c, t) = (variances.control / sizes.control, variances.treatment / sizes.treatment);
            let share = c / (c + t);
            1.0 / (share * share / (sizes.control - 1.0) + (1.0 - share) * (1.0 - share) / (sizes.treatment - 1.0))
        }
    }
}

fn of_t(test: Test, method: Method, effect: f64, variances: Variances, sizes: Sizes) -> f64 {
    let df = degrees_of_freedom(method, variances, sizes);
    let shift = (effect.abs() / variances.of_difference(sizes).sqrt()).min(FARTHEST);
    let critical = -student::quantile(test.sides.per_side(test.alpha), df);
    let right = noncentral_student::sf(critical, df, shift);
    match test.sides {
        Sides::One => right,
        Sides::Two => right + noncentral_student::cdf(-critical, df, shift),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    const TWO: Test = Test { alpha: 0.05, sides: Sides::Two };

    /// Power by quadrature over the estimated variance: mpmath, 25 digits.
    #[test]
    fn power_of_few_units() -> Result<(), Error> {
        let exact = Test { alpha: 0.01, sides: Sides::Two };
        let one = Test { alpha: 0.05, sides: Sides::One };
        let sizes = |control, treatment| Sizes { control, treatment };
        let each = |control, treatment| Variances { control, treatment };
        let known = [
            (exact, Method::Student, 0.5, each(1.0, 1.0), sizes(80.0, 240.0), 0.899_184_611_609_114_4),
            (one, Method::Student, 3.0, each(4.0, 4.0), sizes(10.0, 5.0), 0.828_202_653_029_157_7),
            (TWO, Method::Welch, 1.0, each(1.0, 9.0), sizes(10.0, 20.0), 0.254_648_497_563_923_3),
            (TWO, Method::Welch, -0.2, each(2.5, 0.3), sizes(400.0, 40.0), 0.394_594_169_426_516),
        ];
        for (test, method, effect, variances, sizes, expected) in known {
            let found = power(test, method, effect, variances, sizes)?;
            assert!(off(found, expected) < 1e-12, "{found} {expected}");
        }
        Ok(())
    }

    /// scipy's noncentral t and Brent's rule.
    #[test]
    fn sizes_with_any_ratio() -> Result<(), Error> {
        let of = |alpha, sides| Test { alpha, sides };
        let known = [
            (of(0.05, Sides::Two), Method::Student, 0.2, 1.0, 0.8, 393.405_695_019_741_7),
            (of(0.01, Sides::Two), Method::Student, 0.5, 3.0, 0.9, 80.190_481_008_788_44),
            (of(0.05, Sides::One), Method::Student, 1.5, 0.5, 0.8, 9.295_601_065_958_29),
            (of(0.05, Sides::Two), Method::Student, 0.02, 2.0, 0.8, 29_433.867_166_775_646),
        ];
        for (test, method, effect, ratio, power, control) in known {
            let found = sample_size(test, method, effect, Variances::common(1.0), ratio, power)?;
            assert!(off(found.control, control) < 1e-9 && off(found.treatment, ratio * control) < 1e-9, "{found:?}");
        }
        let unequal = Variances { control: 1.0, treatment: 9.0 };
        let found = sample_size(TWO, Method::Welch, 1.0, unequal, 2.0, 0.9)?;
        assert!(off(found.control, 58.503_941_190_133_86) < 1e-9, "{found:?}");
        Ok(())
    }

    #[test]
    fn size_power_and_effect_undo_each_other_from_huge_effects_to_tiny_ones() -> Result<(), Error> {
        let unequal = Variances { control: 2.0, treatment: 5.0 };
        for (method, variances) in [(Method::Student, Variances::common(1.5)), (Method::Welch, unequal)] {
            for effect in [1e-5, 1e-3, 0.1, 0.8] {
                for ratio in [0.05, 1.0, 4.0] {
                    let sizes = sample_size(TWO, method, effect, variances, ratio, 0.8)?;
                    assert!((power(TWO, method, effect, variances, sizes)? - 0.8).abs() < 1e-10);
                    for direction in [Direction::Up, Direction::Down] {
                        let found = detectable(TWO, method, variances, sizes, 0.8, direction)?;
                        assert!(off(found, direction.sign() * effect) < 1e-10, "{sizes:?} {found}");
                    }
                }
            }
            assert_eq!(sample_size(TWO, method, 1e9, variances, 0.5, 0.8)?, Sizes { control: 4.0, treatment: 2.0 });
        }
        // 10¹² units and more: what t adds to z is lost in rounding.
        let many = sample_size(TWO, Method::Welch, 1e-6, Variances::common(1.0), 1.0, 0.8)?;
        let known = variances::sample_size(TWO, 1e-6, Variances::common(1.0), 1.0, 0.8)?;
        assert!(off(many.control, known.control) < 1e-11 && many.control > 1.5e13);
        Ok(())
    }

    #[test]
    fn bad_numbers_are_refused() -> Result<(), Error> {
        let (unit, few) = (Variances::common(1.0), Sizes::of(1.5, 2.0));
        assert!(power(TWO, Method::Welch, 1.0, unit, few).is_err());
        let unequal = Variances { control: 1.0, treatment: 1.1 };
        assert!(sample_size(TWO, Method::Student, 1.0, unequal, 1.0, 0.8).is_err());
        assert!(sample_size(TWO, Method::Welch, 0.0, unit, 1.0, 0.8).is_err());
        assert!(sample_size(TWO, Method::Welch, f64::NAN, unit, 1.0, 0.8).is_err());
        assert!(detectable(TWO, Method::Student, unit, Sizes::of(10.0, 1.0), 0.01, Direction::Up).is_err());
        assert!((power(TWO, Method::Student, 1e300, unit, Sizes::of(2.0, 1.0))? - 1.0).abs() < 1e-9);
        Ok(())
    }
}
