//! Whether the arms were alike before the experiment: a check of the randomisation, not of the effect.

use std::f64::consts::LN_10;

use super::Difference;
use super::adjusted::{Design, usable};
use super::means::welch;
use super::spread::Spread;
use crate::stats::moments::Moments;
use crate::stats::{Error, beta, require, require_length};

/// The arms' covariates compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// Welch's test of each covariate, in their order; `None` for one that varies in neither arm.
    pub each: Vec<Option<Difference>>,
    /// All together; `None` if none varies.
    pub joint: Option<Joint>,
}

/// Hotelling's test that two arms agree in the means of all covariates (Annals of Mathematical Statistics 2, 1931,
/// 360–378).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joint {
    /// F = T²·(n − k − 1) / (k·(n − 2)), for k covariates and n units.
    pub f: f64,
    /// Its degrees of freedom, k and n − k − 1; k counts the covariates that the others do not explain.
    pub df: (f64, f64),
    /// The chance of an F as large where luck alone assigned the arms.
    pub p: f64,
    /// log₁₀ of it, however small.
    pub log10_p: f64,
}

/// Compares the covariates of two arms, which are the variables after the outcome (variable 0).
///
/// # Errors
/// [`Error::Length`] if the arms differ in variables; [`Error::Range`] for fewer than two units in an arm, no more units than
/// covariates plus one, or values that were not finite.
pub fn balance(control: &Moments, treatment: &Moments) -> Result<Balance, Error> {
    require_length("the variables of the treatment", control.k(), treatment.k())?;
    let mut each = Vec::with_capacity(control.k().saturating_sub(1));
    for i in 1..control.k() {
        let (c, t) = (control.sample(i)?, treatment.sample(i)?);
        each.push(if c.variance + t.variance > 0.0 { Some(welch(c, t)?) } else { None });
    }
    let variables: Vec<usize> = usable(control, treatment, Design::Ancova).iter().map(|i| i + 1).collect();
    let joint =
        if variables.is_empty() { None } else { Some(joint(&control.only(&variables), &treatment.only(&variables))?) };
    Ok(Balance { each, joint })
}

/// Hotelling's test on all variables.
fn joint(control: &Moments, treatment: &Moments) -> Result<Joint, Error> {
    let (n_c, n_t, k) = (control.n() as f64, treatment.n() as f64, control.k());
    let (n, among) = (n_c + n_t, k as f64);
    require(n - among > 1.0, "the number of units", "exceed the covariates by 2 or more", n)?;
    let mut gaps: Vec<f64> = (0..k).map(|i| treatment.gap(i, control)).collect();
    let within = Spread::new(k, |i, j| control.comoment(i, j) + treatment.comoment(i, j))?;
    // T² / (n − 2). Between ÷ (between + within) follows the beta law.
    let ratio = n_c * (n_t / n) * within.distance(&mut gaps);
    let df = (among, n - among - 1.0);
    let (a, b) = (0.5 * df.0, 0.5 * df.1);
    let ln_p =
        if ratio < 1.0 { beta::ln_sf(ratio / (1.0 + ratio), a, b) } else { beta::ln_cdf(1.0 / (1.0 + ratio), b, a) };
    Ok(Joint { f: ratio * df.1 / df.0, df, p: libm::exp(ln_p), log10_p: ln_p / LN_10 })
}
