//! CUPED as others define it.

use super::{covariates, residual_squares, with_outcome};
use crate::stats::Error;
use crate::stats::moments::Moments;
use crate::stats::two_arms::means::Sample;
use crate::stats::two_arms::spread::Spread;

/// CUPED with one θ from both arms taken as a single sample (Deng et al., WSDM 2013), as tea-tasting defines it: control and
/// treatment as samples of y − θ·(x − x̄) for [`crate::stats::two_arms::means::welch`], and θ per covariate.
///
/// The gap between the arms is in θ, and θ counts as known: for results that others can reproduce. [`super::Fit`] is better.
///
/// # Errors
/// [`Error::Length`] if the arms differ in variables, [`Error::Collinear`] for a covariate that is constant or explained by
/// those before it, and as [`Sample::new`].
pub fn cuped(control: &Moments, treatment: &Moments) -> Result<(Sample, Sample, Vec<f64>), Error> {
    let k = covariates(control, treatment)?;
    for i in 0..=k {
        control.sample(i)?;
        treatment.sample(i)?;
    }
    let mut pooled = control.clone();
    pooled.merge(treatment);
    let theta = Spread::new(k, |i, j| pooled.comoment(i + 1, j + 1))?.solve(&with_outcome(&pooled));
    let sample = |arm: &Moments| {
        let shift: f64 = theta.iter().enumerate().map(|(i, theta)| theta * arm.gap(i + 1, &pooled)).sum();
        Sample::new(arm.n(), arm.mean(0) - shift, residual_squares(arm, &theta) / (arm.n() - 1) as f64)
    };
    Ok((sample(control)?, sample(treatment)?, theta))
}
