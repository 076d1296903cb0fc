//! What a Bayesian would say of the primary metric, beside the verdict and never instead of it.

use serde::Serialize;

use super::super::collected::Sample;
use super::super::contrast::Contrast;
use super::super::metric::Direction;
use crate::stats::Error;
use crate::stats::bayes::{self, Beta, LIFT_PRIOR_SD, Normal};

/// One arm.
#[derive(Clone, Debug, Serialize)]
pub struct Belief {
    /// The arm.
    pub arm: String,
    /// Chance that it is the best of all arms, for a flat prior.
    pub best: f64,
    /// Chance that it is better than the control, for a flat prior; none for the control itself.
    pub better_than_control: Option<f64>,
    /// What choosing it costs on average against choosing the best, in the metric's unit, for a flat prior.
    pub expected_loss: f64,
    /// Mean of the lift, if lifts are believed beforehand to lie around 0 with a standard deviation of 30 %.
    pub lift: Option<f64>,
    /// 95 % interval of that lift.
    pub lift_low: Option<f64>,
    /// 95 % interval of that lift.
    pub lift_high: Option<f64>,
}

/// What is believed of each arm, the control first.
///
/// # Errors
/// Those of statistics.
pub fn beliefs(
    arms: &[String],
    samples: &[Sample],
    contrasts: &[Contrast],
    better: Direction,
) -> Result<Vec<Belief>, Error> {
    let choice = choice(samples, contrasts, better)?;
    let mut beliefs = Vec::new();
    for (arm, name) in arms.iter().enumerate() {
        let contrast = arm.checked_sub(1).map(|treatment| &contrasts[treatment]);
        let pair = match contrast {
            None => None,
            Some(contrast) => {
                let two = [samples[0].clone(), samples[arm].clone()];
                Some(self::choice(&two, std::slice::from_ref(contrast), better)?.best[1])
            }
        };
        let lift = contrast.and_then(lift);
        beliefs.push(Belief {
            arm: name.clone(),
            best: choice.best[arm],
            better_than_control: pair,
            expected_loss: choice.loss[arm],
            lift: lift.map(|(mean, ..)| mean),
            lift_low: lift.map(|(_, low, _)| low),
            lift_high: lift.map(|(.., high)| high),
        });
    }
    Ok(beliefs)
}

/// Which arm is best: exact for rates, by the normal law of the estimates for all else.
fn choice(samples: &[Sample], contrasts: &[Contrast], better: Direction) -> Result<bayes::Choice, Error> {
    let counts: Option<Vec<(u64, u64)>> = samples
        .iter()
        .map(|sample| if let Sample::Count { successes, units } = sample { Some((*successes, *units)) } else { None })
        .collect();
    let lower = better == Direction::Lower;
    // With covariates the shares are no longer counts.
    if let Some(counts) = counts.filter(|_| contrasts.iter().all(Contrast::is_of_counts)) {
        // Where less is better, the best arm is the one with most units that did not.
        let posterior = |(successes, units): (u64, u64)| {
            Beta::new(1.0, 1.0)?.after(if lower { units - successes } else { successes }, units)
        };
        let posteriors: Vec<Beta> = counts.into_iter().map(posterior).collect::<Result<_, _>>()?;
        return bayes::choice_of_rates(&posteriors);
    }
    let sign = if lower { -1.0 } else { 1.0 };
    let sizes = contrasts.iter().flat_map(|contrast| {
        let [control, treatment] = contrast.errors();
        // Nor may it be lost beside differences that are far larger than any error.
        [control, treatment, 1e-4 * contrast.difference().abs()]
    });
    let most = sizes.fold(0.0, f64::max);
    let mut posteriors = Vec::new();
    for (arm, contrast) in contrasts.iter().enumerate() {
        // An arm in which nothing varies is as good as known, and not quite.
        let [control, treatment] = contrast.errors().map(|error| error.max(1e-6 * most));
        if arm == 0 {
            posteriors.push(Normal::new(sign * contrast.control(), control)?);
        }
        // Covariates move the control of each pair a little; what counts is the difference.
        posteriors.push(Normal::new(sign * (contrasts[0].control() + contrast.difference()), treatment)?);
    }
    bayes::choice_of_means(&posteriors)
}

/// The lift with a prior around 0: mean, low, high. None where the control is not above 0.
fn lift(contrast: &Contrast) -> Option<(f64, f64, f64)> {
    let lift = contrast.lift()?;
    let control = contrast.control();
    let [error_control, error_treatment] = contrast.errors();
    // The error of a ratio, by the delta method.
    let ratio = 1.0 + lift;
    let error = libm::hypot(error_treatment, ratio * error_control) / control;
    let posterior = Normal::new(0.0, LIFT_PRIOR_SD).ok()?.after(lift, error).ok()?;
    let (low, high) = posterior.interval(0.95).ok()?;
    Some((posterior.mean(), low, high))
}
