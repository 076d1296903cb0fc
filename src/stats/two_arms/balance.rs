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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::means::student;

    /// Moments of an unused outcome and two covariates, the first moved by `shift`.
    fn arm(rows: &[[f64; 2]], shift: f64) -> Moments {
        let mut moments = Moments::new(3);
        rows.iter().for_each(|[a, b]| moments.add(&[0.0, a + shift, *b]));
        moments
    }

    fn control() -> Moments {
        arm(&[[3.0, 1.0], [5.0, 0.0], [2.0, 4.0], [8.0, 3.0], [4.0, 4.0], [7.0, 1.0]], 0.0)
    }

    fn treatment(shift: f64) -> Moments {
        arm(&[[6.0, 2.0], [9.0, 1.0], [4.0, 5.0], [7.0, 7.0], [8.0, 2.0]], shift)
    }

    #[test]
    fn hotellings_test_near_and_far() -> Result<(), Error> {
        // statsmodels, test_mvmean_2indep; mpmath for the second, where T² is beyond what 1 − x can hold.
        let found = balance(&control(), &treatment(0.0))?;
        let joint = found.joint.expect("covariates");
        assert!(off(joint.f, 2.155_687_428_314_965) < 1e-13 && joint.df == (2.0, 8.0));
        assert!(off(joint.p, 0.178_292_768_361_520_44) < 1e-12 && off(libm::log10(joint.p), joint.log10_p) < 1e-12);
        assert_eq!(found.each[1], Some(welch(control().sample(2)?, treatment(0.0).sample(2)?)?));
        let far = balance(&control(), &treatment(1e6))?.joint.expect("covariates");
        assert!(
            off(far.f, 299_457_884_607.950_3) < 1e-12 && off(far.log10_p, -43.497_103_044_203_85) < 1e-12,
            "{far:?}"
        );
        Ok(())
    }

    #[test]
    fn one_covariate_is_students_test() -> Result<(), Error> {
        let (control, treatment) = (control().only(&[0, 2]), treatment(0.0).only(&[0, 2]));
        let (one, plain) = (balance(&control, &treatment)?.joint, student(control.sample(1)?, treatment.sample(1)?)?);
        assert!(one.is_some_and(|one| off(one.f, plain.t() * plain.t()) < 1e-13 && off(one.p, plain.p()) < 1e-12));
        Ok(())
    }

    #[test]
    fn what_does_not_vary_is_left_out() -> Result<(), Error> {
        let still = |n: usize| arm(&vec![[4.0, 4.0]; n], 0.0);
        assert_eq!(balance(&still(5), &still(4))?, Balance { each: vec![None, None], joint: None });
        let alone = control().only(&[0]);
        assert_eq!(balance(&alone, &alone)?, Balance { each: vec![], joint: None });
        // The second is twice the first.
        let twice =
            |shift: f64| arm(&[[1.0, 2.0], [5.0, 10.0], [2.0, 4.0]].map(|[a, b]| [a + shift, b + 2.0 * shift]), 0.0);
        let found = balance(&twice(0.0), &twice(3.0))?;
        assert!(found.each.iter().all(Option::is_some) && found.joint.is_some_and(|joint| joint.df == (1.0, 4.0)));
        assert!(balance(&control(), &alone).is_err() && balance(&still(1), &still(1)).is_err());
        Ok(())
    }
}
