//! What is true of a bank: each arm's value, the effect, what covariates explain, and the bank's own error.

use super::column::{self, COVARIATES};
use super::{Error, Evaluated};
use crate::stats::linear::cholesky;

/// A metric over the units of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmMoments {
    /// Units that can be judged.
    pub units: u64,
    /// Share, mean, ratio, or restricted mean time in days; money in units of the currency.
    pub value: f64,
    /// Variance of *one* unit's value (n − 1), of a ratio of its linearised value: that of an arm of n units is this ÷ n.
    pub variance: f64,
    /// The parts of a ratio.
    pub ratio: Option<RatioMoments>,
}

/// Numerator and denominator of a ratio, per unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioMoments {
    /// Mean of the numerator.
    pub numerator: f64,
    /// Mean of the denominator.
    pub denominator: f64,
    /// Variance of the numerator (n − 1).
    pub numerator_variance: f64,
    /// Variance of the denominator.
    pub denominator_variance: f64,
    /// Covariance of the two.
    pub covariance: f64,
}

/// The true effect: the same units under two arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Treatment − control, in the metric's unit.
    pub value: f64,
    /// Error of the bank against the world: how far another bank of this size would lie. With several draws of the uncertain
    /// inputs it holds what they bring.
    pub standard_error: f64,
    /// Treatment ÷ control − 1, where the control is above 0.
    pub relative: Option<f64>,
    /// Its error.
    pub relative_error: Option<f64>,
}

/// A value over some of the units, and what each of all units (0 for the others) contributes to its error, in the metric's
/// unit; they sum to 0.
pub(in crate::abtest) struct Part {
    pub value: f64,
    pub influences: Vec<f64>,
}

impl Evaluated<'_> {
    /// A metric over the units of an arm.
    pub fn moments(&self, arm: usize) -> ArmMoments {
        let (y, n) = (self.values(arm), self.units.len() as f64);
        let all = self.part(arm, &|_| true);
        let value = all.as_ref().map_or(f64::NAN, |part| part.value);
        let squares: f64 = all.iter().flat_map(|part| &part.influences).map(|i| i * i).sum();
        let ratio = self.denominators(arm).map(|s| RatioMoments {
            numerator: mean(y),
            denominator: mean(s),
            numerator_variance: covariance(y, y),
            denominator_variance: covariance(s, s),
            covariance: covariance(y, s),
        });
        ArmMoments { units: self.units.len() as u64, value, variance: squares * n * n / (n - 1.0), ratio }
    }

    /// The true effect of a treatment on the units of the bank, from both outcomes of each.
    pub fn effect(&self, control: usize, treatment: usize) -> Effect {
        let none = Effect { value: f64::NAN, standard_error: f64::NAN, relative: None, relative_error: None };
        let (Some(c), Some(t)) = (self.part(control, &|_| true), self.part(treatment, &|_| true)) else { return none };
        let difference = c.influences.iter().zip(&t.influences).map(|(c, t)| t - c);
        let lift = (c.value > 0.0).then(|| t.value / c.value);
        let relative_error = lift.map(|lift| {
            self.error(c.influences.iter().zip(&t.influences).map(|(i, j)| (j - lift * i) / c.value), &|_| true)
        });
        Effect {
            value: t.value - c.value,
            standard_error: self.error(difference, &|_| true),
            relative: lift.map(|lift| lift - 1.0),
            relative_error,
        }
    }

    /// Correlation of the metric (of a ratio: its linearised value) under an arm with each [covariate](COVARIATES); NaN where
    /// one of the two does not vary.
    pub fn correlations(&self, arm: usize) -> Vec<(&'static str, f64)> {
        let outcome = self.part(arm, &|_| true).map_or_else(Vec::new, |part| part.influences);
        let correlation = |x: &[f64]| {
            if varies(x) && varies(&outcome) {
                covariance(x, &outcome) / (covariance(x, x) * covariance(&outcome, &outcome)).sqrt()
            } else {
                f64::NAN
            }
        };
        COVARIATES.iter().enumerate().map(|(i, &(name, _))| (name, correlation(&self.covariate(i)))).collect()
    }

    /// Share of the variance under an arm that covariates explain together (R² of a linear regression on them), 0 to 1: what
    /// an adjusted analysis saves of the sample.
    ///
    /// # Errors
    /// [`Error::Refused`] for a name that is not among the [covariates](COVARIATES).
    pub fn variance_saved(&self, arm: usize, names: &[&str]) -> Result<f64, Error> {
        let columns = names.iter().map(|name| Ok(self.covariate(column::covariate(name)?)));
        let mut columns = columns.collect::<Result<Vec<_>, Error>>()?;
        columns.retain(|column| varies(column));
        columns.push(self.part(arm, &|_| true).map_or_else(Vec::new, |part| part.influences));
        let matrix: Vec<Vec<f64>> =
            columns.iter().map(|a| columns.iter().map(|b| covariance(a, b)).collect()).collect();
        let last = columns.len() - 1;
        if matrix[last][last] <= 0.0 {
            return Ok(0.0);
        }
        let lower = cholesky(&matrix)
            .map_err(|error| Error::refused(format!("the covariates explain nothing: {error}"), "leave them out"))?;
        // The last pivot is what the covariates leave of the outcome's variance.
        Ok((1.0 - lower[last][last] * lower[last][last] / matrix[last][last]).clamp(0.0, 1.0))
    }

    /// A covariate of every unit.
    pub(in crate::abtest) fn covariate(&self, covariate: usize) -> Vec<f64> {
        self.units.iter().map(|&unit| column::before(self.bank, covariate, unit as usize)).collect()
    }

    /// The value over some of the units (places in `units`); none with fewer than two, or if a ratio is undefined there.
    pub(in crate::abtest) fn part(&self, arm: usize, of: &dyn Fn(usize) -> bool) -> Option<Part> {
        let (y, s) = (self.values(arm), self.denominators(arm));
        let below = |i: usize| s.map_or(1.0, |s| s[i]);
        let (mut units, mut above, mut total) = (0, 0.0, 0.0);
        for (i, y) in y.iter().enumerate().filter(|(i, _)| of(*i)) {
            units += 1;
            above += y;
            total += below(i);
        }
        if units < 2 || total == 0.0 {
            return None;
        }
        let value = above / total;
        let influence = |(i, y): (usize, &f64)| if of(i) { (y - value * below(i)) / total } else { 0.0 };
        Some(Part { value, influences: y.iter().enumerate().map(influence).collect() })
    }

    /// The standard error of what has these influences, one for each unit: √(B/(B − 1) · Σ I²) over the groups that may
    /// have luck of their own: draws, if there are several, else the units themselves.
    pub(in crate::abtest) fn error(&self, influences: impl Iterator<Item = f64>, of: &dyn Fn(usize) -> bool) -> f64 {
        let mut sums: Vec<(f64, bool)> = vec![(0.0, false); self.bank.draws as usize];
        let (mut squares, mut units) = (0.0, 0_u64);
        for (i, influence) in influences.enumerate() {
            let sum = &mut sums[self.bank.units[self.units[i] as usize].draw as usize];
            *sum = (sum.0 + influence, sum.1 || of(i));
            squares += influence * influence;
            units += u64::from(of(i));
        }
        let draws = sums.iter().filter(|sum| sum.1).count();
        let (groups, squares) = if draws > 1 {
            (draws as f64, sums.iter().map(|sum| sum.0 * sum.0).sum())
        } else {
            (units as f64, squares)
        };
        (groups / (groups - 1.0) * squares).sqrt()
    }
}

/// Whether not all numbers are the same; their variance may then be rounding only.
fn varies(x: &[f64]) -> bool {
    x.iter().any(|number| *number != x[0])
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Covariance in two passes (n − 1).
fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / (x.len() as f64 - 1.0)
}
