//! The planned looks: where the boundaries lie, what was found, and what is valid after stopping.

use serde::Serialize;

use super::super::collected::Collected;
use super::super::contrast::Contrast;
use super::super::metric::Direction;
use super::super::plan::{Plan, Validity};
use super::super::standing::{self, Look, Standing, worth};
use super::days::DayResult;
use crate::stats::Error;
use crate::stats::sequential::design::Futility;

/// A look whose units are off by no more than this share of all is the planned one.
pub const NEAR: f64 = 0.02;

/// One look of a plan, taken or to come.
#[derive(Clone, Debug, Serialize)]
pub struct LookResult {
    /// Counted from 1.
    pub look: usize,
    /// Units at it, as a share of the planned units.
    pub share: f64,
    /// Units at it.
    pub units: u64,
    /// |z| beyond which the test stops for a difference.
    pub boundary: f64,
    /// The score in the good direction (see `good`) at or below which success has become unlikely, if the plan watches
    /// that: reason to stop, but the level holds as well if one goes on. None at the last look.
    pub futility: Option<f64>,
    /// The day on which the units were reached, if the data have days and it was before now.
    pub day: Option<String>,
    /// Two-sided level spent until then.
    pub spent: f64,
    /// Whether this is the look that the data are at.
    pub now: bool,
    /// The arm that is compared with the control; the looks stand once for each.
    pub treatment: String,
    /// Signed normal score, as far as the data tell it: now, and before where there are days of exposure.
    pub statistic: Option<f64>,
    /// The same with its sign such that more is better.
    pub good: Option<f64>,
    /// The median-unbiased effect after stopping at this look (stage-wise order), in the metric's unit.
    pub effect_size: Option<f64>,
    /// Interval of it.
    pub effect_size_ci_lower: Option<f64>,
    /// Interval of it.
    pub effect_size_ci_upper: Option<f64>,
    /// Its p-value.
    pub pvalue: Option<f64>,
}

/// Where the data stand among the looks of a plan, or how else they are valid. `taken` are the shares of looks that were
/// really taken before, if they were written down.
///
/// # Errors
/// Those of statistics.
pub fn standing(plan: &Plan, units: u64, taken: Option<&[f64]>) -> Result<Standing, Error> {
    let planned = plan.design.units.unwrap_or(units) as f64;
    match &plan.design.validity {
        Validity::Fixed => Ok(Standing::Fixed),
        Validity::AnyTime => Ok(Standing::AnyTime(standing::mixture(plan, units)?, units as f64)),
        Validity::PlannedLooks { looks, spending, .. } => {
            let now = units as f64 / planned;
            // The last look is that which comes near the end or after it: it spends all that is left, so there is none
            // before it that did, and none after it.
            let may_come_before = |look: &f64| *look < now && *look < 1.0 - NEAR;
            let mut times: Vec<f64> = match taken {
                Some(taken) => {
                    // The journal may have been begun late.
                    let first = taken.first().copied().unwrap_or(now);
                    let before = looks.iter().copied().filter(|look| *look < first - NEAR);
                    before.chain(taken.iter().copied()).filter(may_come_before).collect()
                }
                None => looks.iter().copied().filter(|look| may_come_before(look) && *look < now - NEAR).collect(),
            };
            times.push(now);
            let to_come = looks.iter().copied().filter(|look| *look > now + NEAR).collect();
            Ok(Standing::Look(Look { times, to_come, spending: *spending }))
        }
    }
}

/// All looks, for each treatment at its level (two-sided, corrected for several treatments).
///
/// # Errors
/// Those of statistics.
pub fn looks(
    plan: &Plan,
    standing: &Standing,
    collected: &Collected,
    levels: &[f64],
    contrasts: &[Contrast],
    days: &[DayResult],
) -> Result<Vec<LookResult>, Error> {
    let Standing::Look(look) = standing else { return Ok(Vec::new()) };
    let planned = plan.design.units.unwrap_or(0) as f64;
    let now = look.times.len() - 1;
    let sign = if plan.primary().better == Direction::Higher { 1.0 } else { -1.0 };
    let mut results = Vec::new();
    for ((treatment, contrast), &alpha) in collected.arms[1..].iter().zip(contrasts).zip(levels) {
        let design = look.design(alpha)?;
        let futility = futility(plan, look, levels.len());
        let shares = super::pair_of_shares(plan, collected, treatment);
        let mut crossed = false;
        for (i, bounds) in design.looks().iter().enumerate() {
            let before = (i < now).then(|| at(days, treatment, bounds.time * planned, shares)).flatten();
            let statistic = if i == now { Some(contrast.z(0.0)) } else { before.map(|day| day.statistic) };
            // Where nothing can be spent in doubles, it is computed otherwise.
            let boundary = if i == now { standing.critical(alpha)? } else { design.critical(i)? };
            let stops = i == now && !crossed && (contrast.z(0.0).abs() > boundary || look.is_last());
            crossed |= i < now && statistic.is_some_and(|z| z.abs() > boundary);
            // After an earlier crossing there is no law of what is found now; the repeated interval holds.
            let z = contrast.z(0.0);
            let stopped = if stops && z.is_finite() { design.stopped(i, z).ok() } else { None };
            // Drifts are in units of the standard error at the planned end: the same family z(δ) gives them back as effects.
            let effect =
                |drift: f64| stopped.as_ref().and_then(|stopped| of_score(contrast, stopped.score_against(drift)));
            results.push(LookResult {
                look: i + 1,
                share: bounds.time,
                units: (bounds.time * planned).round() as u64,
                boundary,
                futility: futility.get(i).copied().flatten().filter(|_| i + 1 < design.looks().len()),
                day: before.map(|day| day.day.clone()),
                spent: 2.0 * bounds.spent,
                now: i == now,
                treatment: treatment.clone(),
                statistic,
                good: statistic.map(|z| sign * z),
                effect_size: stopped.as_ref().and_then(|stopped| effect(stopped.estimate)),
                effect_size_ci_lower: stopped.as_ref().and_then(|stopped| effect(stopped.low)),
                effect_size_ci_upper: stopped.as_ref().and_then(|stopped| effect(stopped.high)),
                pvalue: stopped.as_ref().map(|stopped| stopped.p),
            });
        }
    }
    Ok(results)
}

/// Where success becomes unlikely, for each look: at the level that the plan was made with, as its power is that of one
/// treatment after Bonferroni. Empty where the plan does not watch it, or where the looks as they fell leave no way to the
/// planned power.
pub(in crate::abtest) fn futility(plan: &Plan, look: &Look, treatments: usize) -> Vec<Option<f64>> {
    let Validity::PlannedLooks { spending, futility: true, .. } = plan.design.validity else { return Vec::new() };
    let futility = Futility { spending, power: plan.design.power, binding: false };
    let design = look.with_futility(plan.design.alpha / treatments as f64, Some(futility));
    design.map_or(Vec::new(), |design| design.looks().iter().map(|look| look.futility).collect())
}

/// The first day on which an arm and the control were worth so many units of all arms together.
fn at<'a>(days: &'a [DayResult], treatment: &str, units: f64, shares: (f64, f64)) -> Option<&'a DayResult> {
    days.iter().find(|day| {
        day.treatment == treatment && worth((day.n_control, day.n_treatment), shares) >= units * (1.0 - NEAR)
    })
}

/// The difference whose score is this.
pub(in crate::abtest) fn of_score(contrast: &Contrast, score: f64) -> Option<f64> {
    let (low, high) = contrast.interval(score.abs()).ok()?;
    Some(if score > 0.0 { low } else { high })
}
