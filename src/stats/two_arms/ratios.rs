//! Ratio metrics: the total of one variable over that of another, such as revenue per session, where the units that were
//! randomised (customers) have several sessions each.

use super::means::Sample;
use crate::stats::moments::Moments;
use crate::stats::{Error, require};

/// R = Σy / Σs of one arm, as a sample of units for [`super::means::welch`].
///
/// To first order the ratio's error is that of the mean of (y − R·s) / s̄ (the delta method; Deng, Knoblich & Lu, KDD 2018,
/// §3), so the variance of one unit is `(s_yy − 2R·s_ys + R²·s_ss) / s̄²`. The variables are `y` and `s` of the arm's moments.
///
/// # Errors
/// [`Error::Range`] if the mean of `s` is not positive, and as [`Sample::new`].
///
/// ```
/// use channelmix::stats::{moments::Moments, two_arms::ratios::ratio};
/// let mut customers = Moments::new(2);
/// for revenue_and_sessions in [[10.0, 1.0], [0.0, 2.0], [50.0, 3.0]] {
///     customers.add(&revenue_and_sessions);
/// }
/// assert_eq!(ratio(&customers, 0, 1)?.mean, 10.0);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn ratio(moments: &Moments, y: usize, s: usize) -> Result<Sample, Error> {
    let (above, below) = (moments.sample(y)?, moments.sample(s)?);
    require(below.mean > 0.0, "the mean of the denominator", "be positive", below.mean)?;
    let ratio = above.mean / below.mean;
    let variance = above.variance - 2.0 * ratio * moments.covariance(y, s) + ratio * ratio * below.variance;
    // Where y is R·s in each unit, what is left is rounding of the terms, not noise between units.
    let real = variance > ROUNDING * (above.variance + ratio * ratio * below.variance);
    let variance = if real { variance / below.mean / below.mean } else { 0.0 };
    Sample::new(moments.n(), ratio, variance)
}

/// Share of the terms of a difference below which it counts as rounding.
const ROUNDING: f64 = 1e-13;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::means::welch;

    fn arm(rows: &[[f64; 2]]) -> Moments {
        let mut moments = Moments::new(2);
        rows.iter().for_each(|row| moments.add(row));
        moments
    }

    #[test]
    fn the_variance_is_that_of_the_linearised_values() -> Result<(), Error> {
        let rows = [[3.0, 1.0], [8.0, 4.0], [0.0, 2.0], [11.0, 3.0], [2.0, 2.0]];
        let found = ratio(&arm(&rows), 0, 1)?;
        // R = 24/12; deviations y − 2s: 1, 0, −4, 5, −2, whose variance is 46/4, over s̄² = 2.4².
        assert!(off(found.mean, 2.0) < 1e-15 && off(found.variance, 46.0 / 4.0 / 5.76) < 1e-14);
        Ok(())
    }

    #[test]
    fn equal_denominators_give_the_mean() -> Result<(), Error> {
        let rows = [[3.0, 1.0], [8.0, 1.0], [0.0, 1.0]];
        assert_eq!(ratio(&arm(&rows), 0, 1)?, arm(&rows).sample(0)?);
        Ok(())
    }

    #[test]
    fn a_fixed_price_is_no_evidence_of_anything() -> Result<(), Error> {
        let rows = |price: f64| arm(&[[0.1 * price, 0.1], [0.7 * price, 0.7], [1.3 * price, 1.3]]);
        assert_eq!(ratio(&rows(0.3), 0, 1)?.variance, 0.0);
        assert!(welch(ratio(&rows(0.3), 0, 1)?, ratio(&rows(0.31), 0, 1)?).is_err());
        Ok(())
    }

    #[test]
    fn no_ratio_to_nothing() {
        assert!(ratio(&arm(&[[1.0, 0.0], [2.0, 0.0]]), 0, 1).is_err());
        assert!(ratio(&arm(&[[1.0, -1.0], [2.0, 0.5]]), 0, 1).is_err());
        assert!(ratio(&arm(&[[1.0, 1.0]]), 0, 1).is_err() && ratio(&arm(&[[1.0, 1.0], [1.0, 2.0]]), 0, 2).is_err());
    }
}
