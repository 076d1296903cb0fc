//! Ratios of totals over batches, and what each batch contributes to their error.
//!
//! A measure such as cost per contact is N/D with totals N = Σnᵦ and D = Σdᵦ over batches of unequal size. Its error is,
//! to first order (the delta method; Cochran, *Sampling Techniques*, 3rd ed. 1977, chapter 6; Särndal, Swensson & Wretman
//! 1992, §5.5), that of a *sum of influences* Iᵦ = (nᵦ − (N/D)·dᵦ) / D. Influences add as the measures do: the
//! difference of two strategies on the same customers has the differences of their influences, so that the luck they
//! share cancels batch by batch.

use super::{Error, require, require_length};

/// A measure with the influence of each batch on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Influences {
    value: f64,
    influences: Vec<f64>,
}

impl Influences {
    /// The ratio of the totals, Σ numerators ÷ Σ denominators.
    ///
    /// A total T is the ratio with denominators of 1 / B each; a mean per customer has the customers as denominators.
    ///
    /// # Errors
    /// [`Error::Range`] with fewer than two batches or if the denominators sum to 0 (the measure is undefined: "–").
    ///
    /// ```
    /// use channelmix::stats::ratio::Influences;
    /// let sms = Influences::ratio(&[3.0, 5.0, 4.0], &[100.0, 100.0, 50.0])?;
    /// let none = Influences::ratio(&[2.0, 4.0, 2.0], &[100.0, 100.0, 50.0])?;
    /// let lift = sms.minus(&none)?;
    /// assert!((lift.value() - 0.016).abs() < 1e-15);
    /// assert!(lift.standard_error() < sms.standard_error());
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn ratio(numerators: &[f64], denominators: &[f64]) -> Result<Self, Error> {
        require_length("the denominators", numerators.len(), denominators.len())?;
        require(numerators.len() >= 2, "the number of batches", "be at least 2", numerators.len() as f64)?;
        let denominator: f64 = denominators.iter().sum();
        require(denominator != 0.0, "the total of the denominators", "not be 0", denominator)?;
        let value = numerators.iter().sum::<f64>() / denominator;
        let influences = numerators.iter().zip(denominators).map(|(n, d)| (n - value * d) / denominator).collect();
        Ok(Self { value, influences })
    }

    /// A measure whose influences were worked out elsewhere; they must sum to 0.
    pub fn new(value: f64, influences: Vec<f64>) -> Self {
        Self { value, influences }
    }

    /// The measure itself.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// What each batch contributes to its error, in batch order and in the measure's unit; they sum to 0.
    pub fn influences(&self) -> &[f64] {
        &self.influences
    }

    /// Variance of the value: B/(B − 1) · Σ Iᵦ².
    pub fn variance(&self) -> f64 {
        // Not covariance(self, self): that could fail on unequal lengths, this cannot.
        scaled(self.influences.iter().map(|i| i * i).sum(), self.influences.len())
    }

    /// Square root of [`Influences::variance`].
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance())
    }

    /// Covariance with a measure of the same batches: B/(B − 1) · Σ Iᵦ Jᵦ.
    ///
    /// # Errors
    /// [`Error::Length`] if the other one has more or fewer batches.
    pub fn covariance(&self, other: &Self) -> Result<f64, Error> {
        require_length("the batches", self.influences.len(), other.influences.len())?;
        let products = self.influences.iter().zip(&other.influences).map(|(i, j)| i * j);
        Ok(scaled(products.sum(), self.influences.len()))
    }

    /// This measure minus another one of the same batches: the paired difference.
    ///
    /// # Errors
    /// [`Error::Length`] if the other one has more or fewer batches.
    pub fn minus(&self, other: &Self) -> Result<Self, Error> {
        require_length("the batches", self.influences.len(), other.influences.len())?;
        let influences = self.influences.iter().zip(&other.influences).map(|(i, j)| i - j).collect();
        Ok(Self { value: self.value - other.value, influences })
    }
}

/// B/(B − 1) × a sum over B batches.
fn scaled(sum: f64, batches: usize) -> f64 {
    let batches = batches as f64;
    batches / (batches - 1.0) * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    #[test]
    fn equal_batches_of_a_mean_give_the_usual_error() -> Result<(), Error> {
        // With equal denominators the ratio is a mean, and its variance s²/B.
        let values = [3.0, 5.0, 4.0, 8.0];
        let mean = Influences::ratio(&values, &[1.0; 4])?;
        assert!(off(mean.value(), 5.0) < 1e-15 && off(mean.variance(), 14.0 / 3.0 / 4.0) < 1e-15);
        assert!(mean.influences().iter().sum::<f64>().abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn unequal_batches_follow_cochran() -> Result<(), Error> {
        // Cochran (1977), formula (6.4): v = Σ(n − R d)² / (B(B − 1) d̄²); R = 0.05, deviations −1, 2.5, −1.5, D = 300.
        let ratio = Influences::ratio(&[4.0, 7.5, 3.5], &[100.0, 100.0, 100.0])?;
        assert!(off(ratio.variance(), (1.0 + 6.25 + 2.25) / (3.0 * 2.0 * 1e4)) < 1e-14);
        let uneven = Influences::ratio(&[4.0, 7.5, 3.5], &[40.0, 160.0, 100.0])?;
        assert!(off(uneven.variance(), 1.5 * (4.0 + 0.25 + 2.25) / 9e4) < 1e-14);
        Ok(())
    }

    #[test]
    fn the_same_strategy_differs_by_exactly_nothing() -> Result<(), Error> {
        let one = Influences::ratio(&[0.1, 0.7, 0.33], &[3.0, 7.0, 11.0])?;
        let none = one.minus(&one)?;
        assert_eq!((none.value(), none.variance()), (0.0, 0.0));
        Ok(())
    }

    #[test]
    fn variance_of_a_difference_is_that_of_its_parts() -> Result<(), Error> {
        let one = Influences::ratio(&[1.0, 7.0, 3.0, 2.0], &[10.0, 30.0, 20.0, 5.0])?;
        let other = Influences::ratio(&[2.0, 6.0, 3.0, 1.0], &[11.0, 29.0, 18.0, 7.0])?;
        let parts = one.variance() + other.variance() - 2.0 * one.covariance(&other)?;
        assert!(off(one.minus(&other)?.variance(), parts) < 1e-12);
        Ok(())
    }

    #[test]
    fn what_has_no_ratio_is_refused() {
        assert!(Influences::ratio(&[1.0, 2.0], &[0.0, 0.0]).is_err());
        assert!(Influences::ratio(&[1.0], &[2.0]).is_err());
        assert!(Influences::ratio(&[1.0, 2.0], &[1.0]).is_err());
    }
}
