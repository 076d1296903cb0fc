//! An interval as the inversion of a test: the null values that a score does not reject.

use crate::stats::{Error, require};

/// Where null values may lie, and where to begin to look.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// The value of no effect. An end is sought from here outwards, so that it lies beyond exactly when no effect is accepted.
    pub null: f64,
    /// Least possible value.
    pub low: f64,
    /// Greatest possible value.
    pub high: f64,
    /// First step, on the scale of the answer; it doubles until the end is passed.
    pub step: f64,
}

/// The ends of {x : |z(x)| ≤ c}, for a `z` that decreases over the range of the search and is never NaN.
///
/// Each end is the last double of its bracket with |z| ≤ c, to four units in the last place; where the range is accepted
/// up to its bound, the end is that bound. A `c` of 0 leaves the point where z changes its sign, ∞ the whole range.
pub(super) fn invert(z: impl Fn(f64) -> f64, c: f64, search: Search) -> (f64, f64) {
    let Search { null, low, high, step } = search;
    let last = last_accepted(&z, c, search);
    let first = -last_accepted(|x| -z(-x), c, Search { null: -null, low: -high, high: -low, step });
    // At c = 0 no double may have z = 0: then the two stand on either side of it.
    (first.min(last), last.max(first))
}

/// Refuses a critical value that is none.
pub(super) fn require_critical(c: f64) -> Result<(), Error> {
    require(c >= 0.0, "the critical value", "be 0 or more", c)
}

/// The greatest x with z(x) ≥ −c.
fn last_accepted(z: impl Fn(f64) -> f64, c: f64, search: Search) -> f64 {
    let Search { null, low, high, step } = search;
    // Bounded, so that interpolation works where z is infinite; of the sign of z + c.
    let margin = |x: f64| {
        let z = z(x);
        if z.is_infinite() || c.is_infinite() {
            if z >= -c { 1.0 } else { -1.0 }
        } else {
            (z + c) / (1.0 + z.abs() + c)
        }
    };
    let mut step = if step > 0.0 { step } else { 1e-9 };
    let mut here = (null, margin(null));
    let upwards = here.1 >= 0.0;
    loop {
        let x = if upwards { (here.0 + step).min(high) } else { (here.0 - step).max(low) };
        let next = (x, margin(x));
        if (next.1 >= 0.0) != upwards {
            return if upwards { refine(margin, here, next) } else { refine(margin, next, here) };
        }
        if x >= high || x <= low {
            return x;
        }
        here = next;
        step *= 2.0;
    }
}

/// Narrows a bracket of an accepted and a rejected point to rounding, and returns the accepted one.
///
/// Chandrupatla's rule (Advances in Engineering Software 28, 1997, 145–149): inverse quadratic interpolation where it is
/// safe, else bisection; it cannot take many more steps than bisection does.
fn refine(margin: impl Fn(f64) -> f64, accepted: (f64, f64), rejected: (f64, f64)) -> f64 {
    let (mut new, mut opposite) = (accepted, rejected);
    let mut share = 0.5;
    for _ in 0..STEPS {
        let x = new.0 + share * (opposite.0 - new.0);
        let found = (x, margin(x));
        let old = if (found.1 >= 0.0) == (new.1 >= 0.0) { new } else { std::mem::replace(&mut opposite, new) };
        new = found;
        let width = (opposite.0 - new.0).abs();
        let tolerance = 2.0 * f64::EPSILON * new.0.abs().min(opposite.0.abs()) + f64::MIN_POSITIVE;
        if width <= 2.0 * tolerance {
            break;
        }
        let (place, height) =
            ((new.0 - opposite.0) / (old.0 - opposite.0), (new.1 - opposite.1) / (old.1 - opposite.1));
        let smooth = height * height < place && (1.0 - height) * (1.0 - height) < 1.0 - place;
        share = if smooth {
            new.1 / (opposite.1 - new.1) * (old.1 / (opposite.1 - old.1))
                + (old.0 - new.0) / (opposite.0 - new.0)
                    * (new.1 / (old.1 - new.1))
                    * (opposite.1 / (old.1 - opposite.1))
        } else {
            0.5
        };
        let least = tolerance / width;
        share = share.clamp(least, 1.0 - least);
    }
    if new.1 >= 0.0 { new.0 } else { opposite.0 }
}

/// Steps at most: bisection of the widest bracket of doubles; a dozen are usual.
const STEPS: usize = 2200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_to_rounding_wherever_they_lie() {
        for centre in [-0.7, 0.0, 1e-9, 3e-5, 0.999] {
            for scale in [1e-8, 1e-3, 0.2] {
                let search = Search { null: 0.0, low: -5.0, high: 5.0, step: 0.1 };
                let (low, high) = invert(|x| (centre - x) / scale, 2.0, search);
                for (found, end) in [(low, centre - 2.0 * scale), (high, centre + 2.0 * scale)] {
                    assert!((found - end).abs() < 1e-15, "{centre} {scale}: {found} {end}");
                }
            }
        }
    }

    #[test]
    fn bounds_jumps_and_extreme_critical_values() {
        let search = Search { null: 0.0, low: -1.0, high: 1.0, step: 0.0 };
        assert_eq!(invert(|x| -x, f64::INFINITY, search), (-1.0, 1.0));
        assert_eq!(invert(|x| -x, 3.0, search), (-1.0, 1.0));
        assert_eq!(invert(|x| -x, 0.0, search), (0.0, 0.0));
        let (low, high) = invert(|x| if x < 0.25 { f64::INFINITY } else { f64::NEG_INFINITY }, 2.0, search);
        assert!((low - 0.25).abs() < 1e-15 && (high - 0.25).abs() < 1e-15 && low <= high);
    }

    #[test]
    fn no_effect_is_inside_exactly_when_it_is_accepted() {
        for i in 1..2000 {
            let c = f64::from(i) * 0.001;
            let search = Search { null: 0.0, low: -9.0, high: 9.0, step: 0.5 };
            let (low, _) = invert(|x| 1.0 - x, c, search);
            assert_eq!(low > 0.0, c < 1.0, "{c}");
        }
    }
}
