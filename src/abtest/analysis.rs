//! What the data say: every result with its interval, what it is worth, and one verdict.

mod belief;
mod days;
mod departures;
pub(in crate::abtest) mod family;
mod gates;
mod looks;
mod outcome;
mod segments;
mod strata;
mod time_to_event;
mod verdict;

use std::borrow::Cow;

use serde::Serialize;

use super::collected::{Cell, Collected, Measured, Sample};
use super::contrast::Contrast;
use super::metric::{Kind, Metric, Role};
use super::plan::{Plan, Validity};
use super::standing::{self, Standing};
use crate::stats::two_arms::adjusted::{Design, Fit};
use crate::stats::{Error, normal};
use family::Correction;

pub use belief::Belief;
pub use days::DayResult;
pub use departures::Asked;
pub(in crate::abtest) use family::correct;
pub use gates::{Gate, State};
pub use looks::LookResult;
pub(in crate::abtest) use looks::{NEAR, futility, of_score, standing as standing_at};
pub(in crate::abtest) use outcome::not_worse;
pub use outcome::{Adjustment, Call, Estimates, Outcome};
pub use segments::{Heterogeneity, SegmentResult};
pub use strata::PostStratified;
pub use time_to_event::Hazard;
pub use verdict::{Choice, Verdict};
pub(in crate::abtest) use verdict::{Facts, Ground, harms};

/// Everything that is said about the data of a test. Serialised, it is the JSON of `abtest analyze`.
#[derive(Clone, Debug, Serialize)]
pub struct Analysis {
    /// What the test was to show, if a plan says it.
    pub hypothesis: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// The arms, the control first.
    pub arms: Vec<Arm>,
    /// What is assigned to arms: "customer".
    pub unit: String,
    /// Units that count in the primary metric, in all arms together.
    pub units: u64,
    /// Level of a false alarm, both directions together.
    pub alpha: f64,
    /// When results may be believed: `fixed`, `planned looks` or `any time`.
    pub valid_under: &'static str,
    /// Whether the data can be trusted.
    pub gates: Vec<Gate>,
    /// Where the analysis departs from its plan.
    pub departures: Vec<String>,
    /// Each metric of each treatment, against the control.
    pub results: Vec<Outcome>,
    /// The same within segments.
    pub segments: Vec<SegmentResult>,
    /// Whether the effect differs between the levels of a segment.
    pub heterogeneity: Vec<Heterogeneity>,
    /// The primary metric as units came in, day by day.
    pub days: Vec<DayResult>,
    /// The planned looks, taken and to come.
    pub looks: Vec<LookResult>,
    /// What a Bayesian would say.
    pub beliefs: Vec<Belief>,
}

/// One arm.
#[derive(Clone, Debug, Serialize)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Whether it is the control.
    pub is_control: bool,
    /// Its units.
    pub units: u64,
    /// Its share of all units.
    pub share: f64,
    /// The share it should have.
    pub planned_share: f64,
}

/// Why there is no analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: String,
}

impl Refusal {
    /// A metric of a treatment cannot be told; `arm` is the treatment's place among the arms.
    fn of(metric: &Metric, measured: &Measured, collected: &Collected, arm: usize, error: &Error) -> Self {
        for place in [0, arm] {
            let (name, units) = (&collected.arms[place], collected.units[place]);
            if units == 0 {
                let others = collected.arms.iter().zip(&collected.units).filter(|(_, units)| **units > 0);
                let others: Vec<&str> = others.map(|(name, _)| name.as_str()).collect();
                return Self {
                    what: format!("arm {name} has no units in the data"),
                    help: format!("arms with units: {}; a plan names its arms as the data do", others.join(", ")),
                };
            }
            let count = |counts: &[u64]| counts.get(place).copied().unwrap_or(0);
            let (young, missing) = (count(&measured.immature), count(&measured.missing));
            if units.saturating_sub(young + missing) < 2 && young + missing > 0 {
                return Self {
                    what: format!(
                        "metric {}: too few of the {units} units of {name} can be judged: {young} are too young, {missing} have no value",
                        metric.name
                    ),
                    help: "wait until more units are old enough; say until when the data go, --until; or check the column and the time to mature".to_owned(),
                };
            }
        }
        let help = if collected.units[0].min(collected.units[arm]) < 2 {
            "give the data with all units: each arm needs two or more"
        } else {
            "where nothing varies nothing can be told apart: check the column, or leave the metric out"
        };
        let treatment = &collected.arms[arm];
        Self {
            what: format!("metric {}: {treatment} cannot be compared with the control: {error}", metric.name),
            help: help.to_owned(),
        }
    }
}

/// Analyses what was collected as the plan says. `planned` is false where the plan is only what the command line asked.
///
/// The arms of the plan and of the data are the same, and so are the metrics, in the same order.
///
/// # Errors
/// [`Refusal`] where a metric cannot be computed: too few units, or no variation.
pub fn analyze(plan: &Plan, planned: bool, asked: &Asked, collected: &Collected) -> Result<Analysis, Refusal> {
    let statistics = |error: Error| Refusal { what: format!("the analysis failed: {error}"), help: String::new() };
    let (mut plan, mut collected) = (Cow::Borrowed(plan), Cow::Borrowed(collected));
    let mut left_out = Vec::new();
    // Without the primary metric there is nothing to say; any other that cannot be computed is left out, and told.
    let contrasts = loop {
        match contrasts(&plan, &collected) {
            Ok(contrasts) => break contrasts,
            Err((at, refusal)) if plan.metrics[at].role == Role::Primary => return Err(refusal),
            Err((at, refusal)) => {
                left_out.push((plan.to_mut().metrics.remove(at), refusal.what));
                collected.to_mut().metrics.remove(at);
            }
        }
    };
    analyze_contrasts(&plan, planned, asked, &collected, &contrasts, &left_out).map_err(statistics)
}

/// The contrasts of one metric, one for each treatment.
pub(in crate::abtest) struct Contrasts {
    /// Those that count: with covariates, caps and looks as planned.
    pub main: Vec<Contrast>,
    /// Without covariates, where there are any.
    unadjusted: Vec<Contrast>,
    /// Without caps, where there are any.
    uncapped: Vec<Contrast>,
}

/// Those of all metrics; or which metric has none, and why.
fn contrasts(plan: &Plan, collected: &Collected) -> Result<Vec<Contrasts>, (usize, Refusal)> {
    let each = plan.metrics.iter().zip(&collected.metrics).enumerate();
    each.map(|(at, (metric, measured))| {
        contrasts_of(plan, collected, metric, measured).map_err(|refusal| (at, refusal))
    })
    .collect()
}

/// The contrasts of one metric.
///
/// # Errors
/// [`Refusal`] where it cannot be computed.
pub(in crate::abtest) fn contrasts_of(
    plan: &Plan,
    collected: &Collected,
    metric: &Metric,
    measured: &Measured,
) -> Result<Contrasts, Refusal> {
    let kind = watched(&metric.kind, &measured.overall);
    let each = |cell: &Cell| {
        let treatments = cell.0.iter().enumerate().skip(1);
        let contrast = |(arm, sample): (usize, &Sample)| {
            let contrast = Contrast::of(&kind, &cell.0[0], sample);
            let units = (units(&cell.0[0]), units(sample));
            let watched =
                contrast.and_then(|contrast| as_watched(plan, collected, &collected.arms[arm], units, contrast));
            let refusal = |error: Error| Refusal::of(metric, measured, collected, arm, &error);
            watched.map(|(contrast, _)| contrast).map_err(refusal)
        };
        treatments.map(contrast).collect::<Result<Vec<_>, _>>()
    };
    let raw = each(&measured.overall)?;
    let uncapped = measured.uncapped.as_ref().map(each).transpose()?.unwrap_or_default();
    let adjusted = adjusted(metric, measured, &raw, collected)?;
    let (main, unadjusted) = if adjusted.is_empty() { (raw, Vec::new()) } else { (adjusted, raw) };
    Ok(Contrasts { main, unadjusted, uncapped })
}

/// A metric's kind with the time until which all arms were watched, so that every treatment is held to the same.
fn watched(kind: &Kind, cell: &Cell) -> Kind {
    let Kind::Survival { time, event, until: None } = kind else { return kind.clone() };
    let longest = cell.0.iter().map(|sample| match sample {
        Sample::Lifetimes(all) => all.iter().map(|(days, _)| *days).fold(0.0, f64::max),
        _ => f64::INFINITY,
    });
    Kind::Survival { time: time.clone(), event: event.clone(), until: Some(longest.fold(f64::INFINITY, f64::min)) }
}

/// The contrast of an arm under the law that looks at any time ask for, if the plan has them. `units` are those by which
/// the test counts how far it has come: of a segment those of all segments, since they grow together.
fn as_watched(
    plan: &Plan,
    collected: &Collected,
    arm: &str,
    units: (u64, u64),
    contrast: Contrast,
) -> Result<(Contrast, Option<Standing>), Error> {
    if plan.design.validity != Validity::AnyTime {
        return Ok((contrast, None));
    }
    at_any_time(plan, collected, arm, units, contrast).map(|(contrast, standing)| (contrast, Some(standing)))
}

/// The same in any case, with the standing that goes with it.
fn at_any_time(
    plan: &Plan,
    collected: &Collected,
    arm: &str,
    units: (u64, u64),
    contrast: Contrast,
) -> Result<(Contrast, Standing), Error> {
    let mixture = standing::mixture(plan, collected.units.iter().sum())?;
    let shares = pair_of_shares(plan, collected, arm);
    let time = standing::worth(units, shares);
    Ok((contrast.at_any_time(mixture, time)?, Standing::AnyTime(mixture, time)))
}

/// Units of a sample.
fn units(sample: &Sample) -> u64 {
    match sample {
        Sample::Count { units, .. } => *units,
        Sample::Moments(moments) => moments.n(),
        Sample::Values(values) => values.len() as u64,
        Sample::Lifetimes(times) => times.len() as u64,
    }
}

/// Planned shares of the control and of a treatment.
pub(in crate::abtest) fn pair_of_shares(plan: &Plan, collected: &Collected, arm: &str) -> (f64, f64) {
    let share = |name: &str| plan.arms.iter().find(|(arm, _)| arm == name).map_or(0.0, |(_, share)| *share);
    (share(&collected.arms[0]), share(arm))
}

/// By regression on the covariates: from the rows, else from the totals.
fn adjusted(
    metric: &Metric,
    measured: &Measured,
    raw: &[Contrast],
    collected: &Collected,
) -> Result<Vec<Contrast>, Refusal> {
    // The reader of plans refuses covariates of anything else.
    if metric.covariates.is_empty() || !metric.kind.takes_covariates() {
        return Ok(Vec::new());
    }
    let units = |treatment: usize| raw[treatment].units;
    if !measured.adjusted.is_empty() {
        let mut all = Vec::new();
        for (treatment, adjusted) in measured.adjusted.iter().enumerate() {
            // Where nothing of the covariates can be used, the plain result stands.
            let Ok(difference) = adjusted.difference else { return Ok(Vec::new()) };
            if adjusted.covariates.is_empty() {
                return Ok(Vec::new());
            }
            all.push(Contrast::normal(difference, "Lin regression on covariates, HC2", units(treatment)));
        }
        return Ok(all);
    }
    let mut all = Vec::new();
    for (treatment, sample) in measured.overall.0.iter().skip(1).enumerate() {
        let (Sample::Moments(c), Sample::Moments(t)) = (&measured.overall.0[0], sample) else { return Ok(Vec::new()) };
        let fit = Fit::new(c, t, Design::Interacted).and_then(|fit| fit.by_arm());
        let difference = fit.map_err(|error| Refusal::of(metric, measured, collected, treatment + 1, &error))?;
        all.push(Contrast::normal(
            difference,
            "Lin regression on covariates, residual variance by arm",
            units(treatment),
        ));
    }
    Ok(all)
}

fn analyze_contrasts(
    plan: &Plan,
    planned: bool,
    asked: &Asked,
    collected: &Collected,
    contrasts: &[Contrasts],
    left_out: &[(Metric, String)],
) -> Result<Analysis, Error> {
    let alpha = plan.design.alpha;
    let treatments = &collected.arms[1..];
    let primary = plan.metrics.iter().position(|metric| metric.role == Role::Primary).unwrap_or(0);
    let units = mature(&collected.metrics[primary], collected);
    let standing = looks::standing(plan, units, asked.taken.as_deref())?;
    let results = results(plan, &standing, collected, contrasts, primary)?;
    let mut gates = gates::gates(plan, planned, collected)?;
    gates.extend(left_out.iter().map(|(metric, why)| gates::left_out(metric, why)));
    let (segments, heterogeneity) = segments::segments(plan, collected, &standing)?;
    let days = days::days(plan, collected)?;
    let mut levels = Vec::new();
    for treatment in treatments {
        let found = results.iter().find(|outcome| outcome.role == "primary" && outcome.treatment == *treatment);
        levels.push(found.map_or(alpha, |outcome| outcome.adjustment.alpha));
    }
    let looks = looks::looks(plan, &standing, collected, &levels, &contrasts[primary].main, &days)?;
    let metric = &plan.metrics[primary];
    let beliefs = belief::beliefs(
        &collected.arms,
        &collected.metrics[primary].overall.0,
        &contrasts[primary].main,
        metric.better,
    )?;
    let all: u64 = collected.units.iter().sum();
    let arm = |(i, (name, units)): (usize, (&String, &u64))| Arm {
        name: name.clone(),
        is_control: i == 0,
        units: *units,
        share: *units as f64 / all as f64,
        planned_share: plan.arms.iter().find(|(arm, _)| arm == name).map_or(0.0, |(_, share)| *share),
    };
    Ok(Analysis {
        hypothesis: planned.then(|| plan.hypothesis.clone()),
        verdict: verdict::verdict(plan, &standing, &gates, &results, &looks, units, left_out),
        arms: collected.arms.iter().zip(&collected.units).enumerate().map(arm).collect(),
        unit: plan.unit.clone(),
        alpha,
        valid_under: standing.valid_under(),
        departures: if planned {
            departures::departures(plan, asked, collected, units, &gates, &looks)
        } else {
            Vec::new()
        },
        units,
        gates,
        results,
        segments,
        heterogeneity,
        days,
        looks,
        beliefs,
    })
}

/// Units that count in a metric, over all arms.
fn mature(measured: &Measured, collected: &Collected) -> u64 {
    let left_out: u64 = measured.immature.iter().chain(&measured.missing).sum();
    collected.units.iter().sum::<u64>().saturating_sub(left_out)
}

/// Every metric of every treatment, corrected as its role asks.
fn results(
    plan: &Plan,
    standing: &Standing,
    collected: &Collected,
    contrasts: &[Contrasts],
    primary: usize,
) -> Result<Vec<Outcome>, Error> {
    let alpha = plan.design.alpha;
    let treatments = &collected.arms[1..];
    // A result by the numbers of its metric and treatment, and where it stands.
    let standing_of = |metric: usize, treatment: usize| match standing {
        // What counts is how many units this metric and these two arms have.
        Standing::AnyTime(mixture, _) => {
            let shares = pair_of_shares(plan, collected, &treatments[treatment]);
            Standing::AnyTime(*mixture, standing::worth(contrasts[metric].main[treatment].units, shares))
        }
        other => other.clone(),
    };
    let mut outcomes: Vec<Option<Outcome>> = vec![None; plan.metrics.len() * treatments.len()];
    let of_role = |wanted: fn(&Role) -> bool| {
        let metrics = plan.metrics.iter().enumerate().filter(move |(_, metric)| wanted(&metric.role));
        metrics.flat_map(|(metric, _)| (0..treatments.len()).map(move |arm| (metric, arm))).collect::<Vec<_>>()
    };
    let families = [
        (of_role(|role| *role == Role::Primary), Correction::Dunnett),
        (of_role(|role| matches!(role, Role::Guardrail(_))), Correction::None),
        (of_role(|role| *role == Role::Secondary), Correction::Holm),
        (of_role(|role| *role == Role::Exploratory), Correction::BenjaminiHochberg),
    ];
    for (members, correction) in families {
        let main: Vec<&Contrast> = members.iter().map(|&(metric, arm)| &contrasts[metric].main[arm]).collect();
        let standings: Vec<Standing> = members.iter().map(|&(metric, arm)| standing_of(metric, arm)).collect();
        let corrected = family::correct(&main, &standings, correction, alpha)?;
        for ((&(number, arm), corrected), standing) in members.iter().zip(corrected).zip(&standings) {
            let metric = &plan.metrics[number];
            let of = &contrasts[number];
            let contrast = &of.main[arm];
            let estimates = |contrast: &Contrast| Estimates::of(contrast, standing, alpha);
            let error = contrast.standard_error();
            let margin = if let Role::Guardrail(margin) = metric.role { Some(margin) } else { None };
            // Both from the spread of the units, whatever law the interval of the plain result has.
            let variance = |contrast: &Contrast| contrast.errors().iter().map(|error| error * error).sum::<f64>();
            let variance_saved = of.unadjusted.get(arm).map(|raw| 1.0 - error * error / variance(raw));
            // Dunnett's level is known beforehand; that of steps hangs on the other results.
            let level = if corrected.method == "Dunnett" { corrected.alpha } else { alpha };
            let cell = &collected.metrics[number].overall.0;
            outcomes[number * treatments.len() + arm] = Some(Outcome {
                metric: metric.name.clone(),
                kind: metric.kind.name(),
                role: metric.role.name(),
                better: metric.better.name(),
                treatment: treatments[arm].clone(),
                main: estimates(contrast)?,
                unadjusted: of.unadjusted.get(arm).map(estimates).transpose()?,
                variance_saved,
                uncapped: of.uncapped.get(arm).map(estimates).transpose()?,
                detectable: Some((normal::quantile(0.8) - normal::quantile(level / 2.0)) * error)
                    .filter(|detectable| detectable.is_finite()),
                call: Call::of(contrast.z(0.0), corrected.critical, metric.better),
                margin: margin.map(|margin| margin.to_string()),
                margin_size: margin.map(|margin| margin.of(contrast.control())),
                until: match watched(&metric.kind, &collected.metrics[number].overall) {
                    Kind::Survival { until, .. } => until,
                    _ => None,
                },
                not_worse: margin.map(|margin| not_worse(contrast, metric, margin, corrected.critical)),
                adjustment: Adjustment::of(contrast, &corrected)?,
                hazard: time_to_event::hazard(&cell[0], &cell[arm + 1], standing, corrected.critical)?,
                post_stratified: strata::post_stratified(&metric.kind, collected, number, arm + 1, standing, alpha)?,
            });
        }
    }
    // The primary metric first, then as in the plan.
    let order = std::iter::once(primary).chain((0..plan.metrics.len()).filter(|number| *number != primary));
    let in_order = order.flat_map(|metric| (0..treatments.len()).map(move |arm| metric * treatments.len() + arm));
    Ok(in_order.filter_map(|at| outcomes[at].clone()).collect())
}
