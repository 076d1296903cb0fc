//! How often the z tests of two conversion rates reject, by enumeration of all tables.

use super::binomial_table::{Region, require_enumerable};
use crate::stats::two_arms::proportions::{Arm, TwoProportions};
use crate::stats::{Error, normal, require, require_probability};

/// Chance to reject, of each two-sided z test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rejection {
    /// Of the pooled z.
    pub pooled: f64,
    /// Of the unpooled (Wald) z.
    pub unpooled: f64,
}

/// Exact chance that the two-sided z tests at level `alpha` reject, for arms of `n_c` and `n_t` units that convert with `p_c`
/// and `p_t`: the size if the rates are equal, else the power. z = 0/0 counts as 0, a difference without variance as
/// rejected.
///
/// To some 1e-13. What a simulation of the same test must reproduce.
///
/// # Errors
/// [`Error::Range`] for rates outside \[0, 1\], an `alpha` outside (0, 1), arms without units or of more than 100 000.
///
/// ```
/// use channelmix::stats::two_arms::exact::rejection;
/// let size = rejection(50, 50, 0.1, 0.1, 0.05)?;
/// assert!((size.pooled - 0.05057461432345).abs() < 1e-13 && (size.unpooled - 0.05941137047350).abs() < 1e-13);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn rejection(n_c: u64, n_t: u64, p_c: f64, p_t: f64, alpha: f64) -> Result<Rejection, Error> {
    require_enumerable(n_c)?;
    require_enumerable(n_t)?;
    require_probability("the control's rate", p_c)?;
    require_probability("the treatment's rate", p_t)?;
    require(alpha > 0.0 && alpha < 1.0, "alpha", "lie between 0 and 1, both excluded", alpha)?;
    let c = -normal::quantile(0.5 * alpha);
    let chance = |z: fn(&TwoProportions) -> f64| {
        let z = |x_c, x_t| {
            let control = Arm { successes: x_c, trials: n_c };
            // The counts are in range, so there is a table.
            TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).map_or(0.0, |table| z(&table))
        };
        Region::new(n_c, n_t, |x_c, x_t| z(x_c, x_t) < -c, |x_c, x_t| z(x_c, x_t) > c).chance(p_c, p_t)
    };
    Ok(Rejection { pooled: chance(TwoProportions::pooled_z), unpooled: chance(TwoProportions::unpooled_z) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n_c`, `n_t`, `p_c`, `p_t`, alpha, pooled, unpooled: numpy and scipy's binomial probabilities over all tables.
    const KNOWN: [(u64, u64, f64, f64, f64, f64, f64); 7] = [
        (50, 50, 0.1, 0.1, 0.05, 0.050_574_614_323_452_21, 0.059_411_370_473_503_165),
        (500, 100, 0.05, 0.05, 0.05, 0.046_495_144_631_499_695, 0.076_440_574_028_495_62),
        (30, 70, 0.2, 0.45, 0.01, 0.420_013_140_928_480_8, 0.561_824_019_423_439_5),
        (10, 10, 0.0, 0.0, 0.05, 0.0, 0.0),
        (10, 12, 0.0, 1.0, 0.05, 1.0, 1.0),
        (2000, 1500, 0.03, 0.05, 0.05, 0.856_776_513_802_831_3, 0.845_664_396_379_299_8),
        (7, 3, 0.5, 0.5, 0.2, 0.246_093_749_999_999_9, 0.281_249_999_999_999_9),
    ];

    #[test]
    fn size_and_power_by_enumeration() -> Result<(), Error> {
        for (n_c, n_t, p_c, p_t, alpha, pooled, unpooled) in KNOWN {
            let found = rejection(n_c, n_t, p_c, p_t, alpha)?;
            let holds = |found: f64, expected: f64| (found - expected).abs() <= 1e-12 * expected;
            assert!(holds(found.pooled, pooled) && holds(found.unpooled, unpooled), "{n_c} {n_t} {p_c}: {found:?}");
        }
        Ok(())
    }

    #[test]
    fn what_cannot_be_enumerated_is_refused() {
        assert!(rejection(0, 5, 0.1, 0.1, 0.05).is_err() && rejection(5, 100_001, 0.1, 0.1, 0.05).is_err());
        assert!(rejection(5, 5, -0.1, 0.1, 0.05).is_err() && rejection(5, 5, 0.1, f64::NAN, 0.05).is_err());
        assert!(rejection(5, 5, 0.1, 0.1, 0.0).is_err() && rejection(5, 5, 0.1, 0.1, 1.0).is_err());
    }
}
