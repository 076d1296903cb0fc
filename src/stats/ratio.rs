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
    /// The ratio of the totals, Σ numerators ÷ Σ denominators; at least two batches, denominators not summing to 0.
    ///
    /// A total T is the ratio with denominators of 1 / B each; a mean per customer has the customers as denominators.
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
    pub fn covariance(&self, other: &Self) -> Result<f64, Error> {
        require_length("the batches", self.influences.len(), other.influences.len())?;
        let products = self.influences.iter().zip(&other.influences).map(|(i, j)| i * j);
        Ok(scaled(products.sum(), self.influences.len()))
    }

    /// This measure minus another one of the same batches: the paired difference.
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
