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
    Linearised::new(moments, y, s).map(|linearised| linearised.sample)
}

/// An arm's ratio as the mean of a value per unit, R + (y − R·s) / s̄, so that covariates can adjust it.
///
/// R and s̄ are the arm's own; they count as known, which changes nothing to first order.
#[derive(Clone, Debug)]
pub struct Linearised<'a> {
    moments: &'a Moments,
    y: usize,
    s: usize,
    /// Mean of s.
    below: f64,
    sample: Sample,
}

impl<'a> Linearised<'a> {
    /// Of the variables `y` and `s` of an arm.
    ///
    /// # Errors
    /// As [`ratio`].
    pub fn new(moments: &'a Moments, y: usize, s: usize) -> Result<Self, Error> {
        let (above, below) = (moments.sample(y)?, moments.sample(s)?);
        require(below.mean > 0.0, "the mean of the denominator", "be positive", below.mean)?;
        let ratio = above.mean / below.mean;
        let variance = above.variance - 2.0 * ratio * moments.covariance(y, s) + ratio * ratio * below.variance;
        // Where y is R·s in each unit, what is left is rounding of the terms, not noise between units.
        let real = variance > ROUNDING * (above.variance + ratio * ratio * below.variance);
        let variance = if real { variance / below.mean / below.mean } else { 0.0 };
        let sample = Sample::new(moments.n(), ratio, variance)?;
        Ok(Self { moments, y, s, below: below.mean, sample })
    }

    /// The ratio with the variance of one unit's value.
    pub fn sample(&self) -> Sample {
        self.sample
    }

    /// The value of a unit with these `y` and `s`.
    pub fn value(&self, y: f64, s: f64) -> f64 {
        self.sample.mean + (y - self.sample.mean * s) / self.below
    }

    /// The moments of that value as variable 0, then those of all variables but `y` and `s`: what
    /// [`super::adjusted::Fit`] takes.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let kept: Vec<usize> = (0..self.moments.k()).filter(|&i| i != self.y && i != self.s).collect();
        let weights = [(self.y, 1.0 / self.below), (self.s, -self.sample.mean / self.below)];
        self.moments.combined(&weights, self.sample.mean, &kept)
    }
}

/// Share of the terms of a difference below which it counts as rounding.
const ROUNDING: f64 = 1e-13;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::adjusted::{Design, Fit, variance_saved};
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
    fn covariates_adjust_a_ratio_as_they_do_its_values() -> Result<(), Error> {
        // Revenue, sessions and an earlier spend.
        let rows = |by: f64| -> Vec<[f64; 3]> {
            let row = |i: i32| {
                let (sessions, before) = (f64::from(1 + i * i % 5), f64::from(i * 7 % 11));
                [(by + before) * sessions + f64::from(i * 13 % 7), sessions, before]
            };
            (0..30).map(row).collect()
        };
        let arms = [rows(3.0), rows(3.5)];
        let gathered = arms.clone().map(|rows| {
            let mut moments = Moments::new(3);
            rows.iter().for_each(|row| moments.add(row));
            moments
        });
        let linear = [Linearised::new(&gathered[0], 0, 1)?, Linearised::new(&gathered[1], 0, 1)?];
        let by_hand = [0, 1].map(|arm| {
            let mut moments = Moments::new(2);
            arms[arm].iter().for_each(|[y, s, x]| moments.add(&[linear[arm].value(*y, *s), *x]));
            moments
        });
        for (linear, by_hand) in linear.iter().zip(&by_hand) {
            let moments = linear.moments();
            assert!(off(moments.mean(0), by_hand.mean(0)) < 1e-14 && moments.mean(1) == by_hand.mean(1));
            assert!(off(moments.variance(0), linear.sample().variance) < 1e-13);
            for (i, j) in [(0, 0), (1, 0), (1, 1)] {
                assert!(off(moments.covariance(i, j), by_hand.covariance(i, j)) < 1e-12);
            }
        }
        let fit = Fit::new(&linear[0].moments(), &linear[1].moments(), Design::Interacted)?;
        let raw = welch(linear[0].sample(), linear[1].sample())?;
        assert!(variance_saved(&fit.by_arm()?, &raw) > 0.3);
        assert!(off(fit.effect(), Fit::new(&by_hand[0], &by_hand[1], Design::Interacted)?.effect()) < 1e-12);
        Ok(())
    }

    #[test]
    fn no_ratio_to_nothing() {
        assert!(ratio(&arm(&[[1.0, 0.0], [2.0, 0.0]]), 0, 1).is_err());
        assert!(ratio(&arm(&[[1.0, -1.0], [2.0, 0.5]]), 0, 1).is_err());
        assert!(ratio(&arm(&[[1.0, 1.0]]), 0, 1).is_err() && ratio(&arm(&[[1.0, 1.0], [1.0, 2.0]]), 0, 2).is_err());
    }
}
