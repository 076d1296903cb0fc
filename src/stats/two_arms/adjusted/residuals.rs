//! Standard errors of adjusted means from the residual of each unit: `MacKinnon` & White, Journal of Econometrics 29, 1985,
//! 305–325.

use std::borrow::Cow;

use super::{Arm, Design, Fit};
use crate::stats::linear::dot;
use crate::stats::two_arms::Difference;
use crate::stats::{Error, require};

/// How the squared residual e² of a unit with leverage h counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Robust {
    /// e² (White).
    Hc0,
    /// e²·n / (n − p) for p coefficients.
    Hc1,
    /// e² / (1 − h): unbiased if the variance is the same for all. The one to choose.
    Hc2,
    /// e² / (1 − h)²: about the jackknife's.
    Hc3,
}

/// A pass over the rows that were gathered into the moments of a [`Fit`]. Keeps sums, no rows.
#[derive(Clone, Debug)]
pub struct Residuals<'a> {
    fit: Cow<'a, Fit>,
    /// What units of each arm weigh in each adjusted mean: `weights[arm][mean]`.
    weights: [[Vec<f64>; 2]; 2],
    counts: [u64; 2],
    squares: f64,
    saturated: u64,
    /// For e², e²/(1 − h), e²/(1 − h)²: variance of the control's mean, of the treatment's, and their covariance.
    sums: [[f64; 3]; 3],
    deviations: Vec<f64>,
}

/// A leverage nearer to 1 than this is 1 but for rounding.
const SATURATED: f64 = 1e-10;

impl<'a> Residuals<'a> {
    pub(super) fn new(fit: Cow<'a, Fit>) -> Self {
        let weights = [0, 1].map(|arm| [0, 1].map(|mean| fit.weights(mean, arm)));
        let deviations = vec![0.0; fit.k()];
        Self { fit, weights, counts: [0; 2], squares: 0.0, saturated: 0, sums: [[0.0; 3]; 3], deviations }
    }

    /// The regression whose residuals these are.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// One unit: its arm, outcome and covariates, exactly as the moments had them. Allocates nothing.
    pub fn add(&mut self, arm: Arm, y: f64, x: &[f64]) {
        debug_assert_eq!(x.len(), self.deviations.len(), "a row has one value per covariate");
        let (fit, side) = (&*self.fit, arm as usize);
        let moments = &fit.arms[side];
        for (i, (deviation, value)) in self.deviations.iter_mut().zip(x).enumerate() {
            *deviation = moments.deviation(i + 1, *value);
        }
        let residual = moments.deviation(0, y) - dot(&fit.slopes[side], &self.deviations);
        let own = 1.0 / moments.n() as f64;
        let mut means = [0, 1].map(|mean| dot(&self.weights[side][mean], &self.deviations));
        means[side] += own;
        let rest = 1.0 - own - fit.spreads[side].distance(&mut self.deviations);
        self.counts[side] += 1;
        let square = residual * residual;
        self.squares += square;
        let products = [means[0] * means[0], means[1] * means[1], means[0] * means[1]];
        // A unit that the regression must hit (leverage 1) has no residual, and says nothing of noise.
        let inverse = if rest > SATURATED { 1.0 / rest } else { 0.0 };
        self.saturated += u64::from(rest <= SATURATED);
        for (sums, factor) in self.sums.iter_mut().zip([1.0, inverse, inverse * inverse]) {
            sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += square * factor * product);
        }
    }

    /// Adds the sums of another part of the rows, gathered for the same fit.
    pub fn merge(&mut self, other: &Self) {
        for (sums, others) in self.sums.iter_mut().zip(&other.sums) {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(count, other)| *count += other);
        self.squares += other.squares;
        self.saturated += other.saturated;
    }

    /// Units with leverage 1, such as the only one with some value of an indicator; they add nothing to HC2 and HC3.
    pub fn saturated(&self) -> u64 {
        self.saturated
    }

    /// The difference of the adjusted means with these standard errors and n − p degrees of freedom.
    ///
    /// # Errors
    /// [`Error::Range`] unless the rows are those of the fit by their number, and as [`Difference::new`].
    pub fn difference(&self, kind: Robust) -> Result<Difference, Error> {
        for (count, moments) in self.counts.iter().zip(&self.fit.arms) {
            require(*count == moments.n(), "the rows of an arm", "be those of the moments", *count as f64)?;
        }
        let (n, df) = (self.fit.n(), self.fit.df());
        let (sums, factor) = match kind {
            Robust::Hc0 => (self.sums[0], 1.0),
            Robust::Hc1 => (self.sums[0], n / df),
            Robust::Hc2 => (self.sums[1], 1.0),
            Robust::Hc3 => (self.sums[2], 1.0),
        };
        // Residuals of a perfect fit are rounding, not noise.
        let total = self.fit.arms.iter().map(|arm| arm.comoment(0, 0)).sum::<f64>();
        let factor = if self.squares > 1e-24 * total { factor } else { 0.0 };
        let independent = self.fit.design == Design::Interacted;
        let covariance = if independent { 0.0 } else { sums[2] * factor };
        self.fit.difference([sums[0] * factor, sums[1] * factor, covariance].into_iter(), df)
    }
}
