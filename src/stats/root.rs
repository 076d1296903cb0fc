//! The root of a continuous function between two points where its sign differs.

/// Steps at most; ten are usual, and some hundred are enough for halving the whole range of doubles near 0.
const STEPS: usize = 2_000;

/// The x between `low` and `high` where f(x) = 0, to the last digits, or [`None`] where f has no change of sign between
/// them (or is NaN on the way).
///
/// Chandrupatla's rule (Advances in Engineering Software 28, 1997, 145–149): inverse quadratic interpolation where
/// three points bend little enough for it, else halving; never slower than some three times halving.
///
/// ```
/// use channelmix::stats::root;
/// let root = root::between(0.0, 2.0, |x| x * x - 2.0);
/// assert!((root.unwrap_or(f64::NAN) - 2.0_f64.sqrt()).abs() < 1e-15);
/// ```
pub fn between(low: f64, high: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut new, mut other) = ((high, f(high)), (low, f(low)));
    if new.1 == 0.0 {
        return Some(new.0);
    }
    if other.1 == 0.0 {
        return Some(other.0);
    }
    if new.1.is_nan() || other.1.is_nan() || (new.1 > 0.0) == (other.1 > 0.0) || !(high - low).is_finite() {
        return None;
    }
    let mut share = 0.5;
    for _ in 0..STEPS {
        let x = new.0 + share * (other.0 - new.0);
        let y = f(x);
        if y.is_nan() {
            return None;
        }
        let old;
        if (y > 0.0) == (new.1 > 0.0) {
            old = new;
        } else {
            old = other;
            other = new;
        }
        new = (x, y);
        let best = if new.1.abs() < other.1.abs() { new } else { other };
        // The smallest step that is worth it, as a share of what is left.
        let least = (2.0 * f64::EPSILON * best.0.abs() + f64::MIN_POSITIVE) / (other.0 - new.0).abs();
        if least > 0.5 || best.1 == 0.0 {
            return Some(best.0);
        }
        share = interpolated(new, other, old).unwrap_or(0.5).clamp(least, 1.0 - least);
    }
    Some(new.0)
}

/// The share of the way from `new` to `other` at which the parabola x(y) through the three points crosses 0, where it
/// is monotone between them.
fn interpolated(new: (f64, f64), other: (f64, f64), old: (f64, f64)) -> Option<f64> {
    let ((x1, y1), (x2, y2), (x3, y3)) = (new, other, old);
    let (xi, phi) = ((x1 - x2) / (x3 - x2), (y1 - y2) / (y3 - y2));
    if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
        let bend = (x3 - x1) / (x2 - x1) * (y1 / (y3 - y1)) * (y2 / (y2 - y3));
        let share = y1 / (y1 - y2) * (y3 / (y3 - y2)) - bend;
        return share.is_finite().then_some(share);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_functions_kind_and_unkind() {
        let found = |low, high, f: fn(f64) -> f64| between(low, high, f).unwrap_or(f64::NAN);
        assert!((found(0.0, 1.0, |x| libm::cos(x) - x) - 0.739_085_133_215_160_6).abs() < 1e-15);
        assert!((found(-1e6, 2e6, |x| libm::cbrt(x - 1.5)) - 1.5).abs() < 1e-12);
        assert!((found(0.0, 1.0, |x| if x < 0.3 { -1.0 } else { 2.0 }) - 0.3).abs() < 1e-15);
        assert!((found(-700.0, 0.0, |x| libm::exp(x) - 1e-200) - libm::log(1e-200)).abs() < 1e-11);
        assert_eq!(found(0.0, 4.0, |x| x - 4.0), 4.0);
        assert!(found(-1.0, 3.0, |x| x * x * x).abs() < 1e-100);
    }

    #[test]
    fn no_change_of_sign_is_no_root() {
        assert_eq!(between(0.0, 1.0, |x| x + 1.0), None);
        assert_eq!(between(0.0, 1.0, |_| f64::NAN), None);
        assert_eq!(between(0.0, f64::INFINITY, |x| x - 1.0), None);
    }
}
