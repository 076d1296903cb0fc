//! The regression that adjusts both means.

use std::borrow::Cow;

use super::{Arm, Design, Residuals, covariates, residual_squares, spreads, with_outcome};
use crate::stats::linear::dot;
use crate::stats::moments::Moments;
use crate::stats::two_arms::means::satterthwaite;
use crate::stats::two_arms::spread::Spread;
use crate::stats::two_arms::{Difference, Estimate};
use crate::stats::{Error, require};

/// The fitted regression.
///
/// Differences made from it speak of these units: the covariates' mean x̄ counts as known, as in all regression. For a
/// wider population see [`Fit::for_population`].
#[derive(Clone, Debug)]
pub struct Fit {
    pub(super) design: Design,
    /// Control, then treatment, in all that follows.
    pub(super) arms: [Moments; 2],
    pub(super) spreads: [Spread; 2],
    pub(super) slopes: [Vec<f64>; 2],
    /// x̄ of both arms − x̄ of the arm.
    pulls: [Vec<f64>; 2],
    /// Σ of squared residuals.
    residual_squares: [f64; 2],
}

impl Fit {
    /// Fits the regression to the moments of both arms; with no covariates it is the plain difference of means.
    ///
    /// Works on centred and scaled covariates, so that neither offset nor unit costs digits.
    ///
    /// # Errors
    /// [`Error::Length`] if the arms differ in variables; [`Error::Range`] for values that were not finite or too few
    /// units: residual degrees of freedom must be left, for [`Design::Interacted`] in each arm; [`Error::Collinear`] for
    /// a covariate that [`super::usable`] would leave out.
    ///
    /// ```
    /// use channelmix::stats::{moments::Moments, two_arms::adjusted::{Design, Fit}};
    /// let (mut control, mut treatment) = (Moments::new(2), Moments::new(2));
    /// for (before, noise) in [(1.0, 0.1), (2.0, -0.2), (3.0, 0.1), (5.0, -0.1), (8.0, 0.1)] {
    ///     control.add(&[2.0 * before + noise, before]);
    ///     treatment.add(&[2.0 * before + 3.0 - noise, before + noise]);
    /// }
    /// let spend = Fit::new(&control, &treatment, Design::Ancova)?.classical()?;
    /// assert!((spend.estimate() - 3.0).abs() < 0.1 && spend.p() < 1e-5);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn new(control: &Moments, treatment: &Moments, design: Design) -> Result<Self, Error> {
        let k = covariates(control, treatment)?;
        let arms = [control.clone(), treatment.clone()];
        for i in 0..=k {
            control.sample(i)?;
            treatment.sample(i)?;
        }
        let fewest = match design {
            Design::Ancova => control.n() + treatment.n() - 1,
            Design::Interacted => control.n().min(treatment.n()),
        };
        require(fewest >= k as u64 + 2, "the units of an arm", "exceed the covariates by 2 or more", fewest as f64)?;
        let spreads = spreads(&arms, design)?;
        let slopes = match design {
            Design::Ancova => {
                let [c, t] = [with_outcome(control), with_outcome(treatment)];
                let common = spreads[0].solve(&c.iter().zip(&t).map(|(c, t)| c + t).collect::<Vec<_>>());
                [common.clone(), common]
            }
            Design::Interacted => {
                [spreads[0].solve(&with_outcome(control)), spreads[1].solve(&with_outcome(treatment))]
            }
        };
        let residual_squares = [residual_squares(control, &slopes[0]), residual_squares(treatment, &slopes[1])];
        let share = treatment.n() as f64 / (control.n() + treatment.n()) as f64;
        let gap = |i: usize| treatment.gap(i + 1, control);
        let pulls = [(0..k).map(|i| share * gap(i)).collect(), (0..k).map(|i| (share - 1.0) * gap(i)).collect()];
        Ok(Self { design, arms, spreads, slopes, pulls, residual_squares })
    }

    /// Adjusted mean of the treatment minus that of the control.
    pub fn effect(&self) -> f64 {
        // Not the difference of the adjusted means, which a common offset of the outcome would round.
        self.arms[1].gap(0, &self.arms[0]) + self.shift(1) - self.shift(0)
    }

    /// Adjusted mean of an arm.
    pub fn mean(&self, arm: Arm) -> f64 {
        self.arms[arm as usize].mean(0) + self.shift(arm as usize)
    }

    /// Slopes of an arm, one per covariate, in outcome per unit of the covariate.
    pub fn slopes(&self, arm: Arm) -> &[f64] {
        &self.slopes[arm as usize]
    }

    /// Residual degrees of freedom: units − coefficients.
    pub fn df(&self) -> f64 {
        let coefficients = match self.design {
            Design::Ancova => 2 + self.k(),
            Design::Interacted => 2 + 2 * self.k(),
        };
        self.n() - coefficients as f64
    }

    /// The difference with classical standard errors: one residual variance for both arms. From moments alone.
    ///
    /// # Errors
    /// As [`Difference::new`], above all where the covariates explain the outcome to rounding.
    pub fn classical(&self) -> Result<Difference, Error> {
        let variance = (self.residual_squares[0] + self.residual_squares[1]) / self.df();
        let parts = self.noise_parts();
        let total = parts[0].iter().zip(&parts[1]).map(|(c, t)| variance * (c + t));
        self.difference(total, self.df())
    }

    /// The difference with one residual variance per arm, from moments alone: for aggregated data, where heteroskedasticity
    /// between the arms can be seen but not that within them. [`Residuals`] need the rows and see both.
    ///
    /// Degrees of freedom by Satterthwaite; for a common slope, the arms share what it costs by their size.
    ///
    /// # Errors
    /// As [`Fit::classical`], and [`Error::Range`] where an arm is left without residual degrees of freedom.
    pub fn by_arm(&self) -> Result<Difference, Error> {
        let dfs = [0, 1].map(|arm| {
            let n = self.arms[arm].n() as f64;
            let share = if self.design == Design::Ancova { n / self.n() } else { 1.0 };
            n - 1.0 - share * self.k() as f64
        });
        let least = dfs[0].min(dfs[1]);
        require(least >= 1.0, "the residual degrees of freedom of an arm", "be at least 1", least)?;
        let variances = [0, 1].map(|arm| self.residual_squares[arm] / dfs[arm]);
        let parts = self.noise_parts();
        let of_difference = |arm: usize| {
            let [c, t, both] = parts[arm];
            variances[arm] * (c + t - 2.0 * both)
        };
        let df = satterthwaite(of_difference(0), dfs[0], of_difference(1), dfs[1]);
        let total = parts[0].iter().zip(&parts[1]).map(|(c, t)| variances[0] * c + variances[1] * t);
        // Without residuals there is no df either, and the refusal is about the variance.
        self.difference(total, if df.is_nan() { least } else { df })
    }

    /// A pass over the rows for standard errors that hold under any heteroskedasticity.
    pub fn residuals(&self) -> Residuals<'_> {
        Residuals::new(Cow::Borrowed(self))
    }

    /// The same, keeping the regression, where the rows come later.
    pub fn into_residuals(self) -> Residuals<'static> {
        Residuals::new(Cow::Owned(self))
    }

    /// The same difference for the population that the units were drawn from: the covariates' mean varies with the draw,
    /// by β·Cov(x)·β/n for each arm's mean, and both means share it. With one slope the difference stays as sure as it was;
    /// with two it gains Δβ·Cov(x)·Δβ/n (Negi & Wooldridge, Econometric Reviews 40, 2021, 504–534). The lift
    /// always gains.
    ///
    /// # Errors
    /// As [`Difference::correlated`].
    pub fn for_population(&self, difference: &Difference) -> Result<Difference, Error> {
        let mut pooled = self.arms[0].clone();
        pooled.merge(&self.arms[1]);
        let shared = |a: usize, b: usize| {
            let pairs = (0..self.k()).flat_map(|i| (0..self.k()).map(move |j| (i, j)));
            let covariance =
                |(i, j): (usize, usize)| self.slopes[a][i] * pooled.covariance(i + 1, j + 1) * self.slopes[b][j];
            pairs.map(covariance).sum::<f64>() / self.n()
        };
        let wider = |Estimate { value, variance }, by: f64| Estimate { value, variance: variance + by.max(0.0) };
        let (control, treatment) =
            (wider(difference.control(), shared(0, 0)), wider(difference.treatment(), shared(1, 1)));
        Difference::correlated(control, treatment, difference.covariance() + shared(0, 1), difference.df())
    }

    /// Variance of the two adjusted means and their covariance, made by residuals of variance 1 in each arm: Σ of squared
    /// weights (and of their products) over the arm's units.
    fn noise_parts(&self) -> [[f64; 3]; 2] {
        [0, 1].map(|arm| {
            let own = 1.0 / self.arms[arm].n() as f64;
            let mut parts = [0.0; 3];
            parts[arm] = own;
            let [to_control, to_treatment] = [0, 1].map(|mean| self.weights(mean, arm));
            let squares = |v: &[f64], w: &[f64]| -> f64 {
                let pairs = (0..self.k()).flat_map(|i| (0..self.k()).map(move |j| (i, j)));
                pairs.map(|(i, j)| v[i] * self.arms[arm].comoment(i + 1, j + 1) * w[j]).sum()
            };
            parts[0] += squares(&to_control, &to_control);
            parts[1] += squares(&to_treatment, &to_treatment);
            parts[2] += squares(&to_control, &to_treatment);
            parts
        })
    }

    /// How much a unit of `arm` weighs in the adjusted mean number `mean`, per covariate and beyond its 1/n: the weight is
    /// 1/n (in its own arm) + these · (x − x̄ of its arm).
    pub(super) fn weights(&self, mean: usize, arm: usize) -> Vec<f64> {
        if self.design == Design::Interacted && mean != arm {
            return vec![0.0; self.k()];
        }
        self.spreads[arm].solve(&self.pulls[mean])
    }

    /// The difference from the means' variances and their covariance.
    pub(super) fn difference(&self, parts: impl Iterator<Item = f64>, df: f64) -> Result<Difference, Error> {
        let mut parts = parts.chain(std::iter::repeat(0.0));
        let mut next = || parts.next().unwrap_or(0.0);
        let (control, treatment, covariance) = (next(), next(), next());
        let estimate = |arm, variance| Estimate { value: self.mean(arm), variance };
        let treatment = estimate(Arm::Treatment, treatment);
        Difference::correlated(estimate(Arm::Control, control), treatment, covariance, df)
    }

    /// What the adjustment adds to an arm's mean.
    fn shift(&self, arm: usize) -> f64 {
        dot(&self.slopes[arm], &self.pulls[arm])
    }

    /// Covariates.
    pub(super) fn k(&self) -> usize {
        self.slopes[0].len()
    }

    /// Units of both arms.
    pub(super) fn n(&self) -> f64 {
        (self.arms[0].n() + self.arms[1].n()) as f64
    }
}
