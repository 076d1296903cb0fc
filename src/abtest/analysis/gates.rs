//! Can the data be trusted at all? What fails here withholds the verdict, in plain words.

use serde::Serialize;

use super::super::collected::{Collected, Repeated, Sample};
use super::super::metric::{Metric, Role};
use super::super::plan::Plan;
use crate::stats::two_arms::means;
use crate::stats::{Error, binomial, chi_squared, sample_ratio};

/// The name of the gate that holds the arms to their shares.
pub const SAMPLE_RATIO: &str = "sample ratio";
/// Below this p-value shares or balance are wrong, not unlucky: the verdict is withheld.
const BLOCKS: f64 = 0.001;
/// Below this p-value they deserve a look.
const WARNS: f64 = 0.01;
/// A unit with more than this share of an arm's total moves the result by itself.
const DOMINATES: f64 = 0.05;
/// A unit with more than this share decides it.
const DECIDES: f64 = 0.25;
/// No unit of few dominates: it must also have so many times its equal part.
const TIMES_ITS_PART: f64 = 5.0;
/// Below so many expected units the chi-squared law is off, and the binomial one is taken.
const FEW: f64 = 5.0;

/// One gate.
#[derive(Clone, Debug, Serialize)]
pub struct Gate {
    /// What is looked at.
    pub gate: &'static str,
    /// What came of it.
    pub state: State,
    /// What was found, in a sentence.
    pub finding: String,
    /// The p-value it rests on, if it is a test.
    pub pvalue: Option<f64>,
}

/// What came of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing is wrong.
    Passed,
    /// Something deserves a look; the verdict stands.
    Warning,
    /// The verdict is withheld.
    Failed,
    /// The data do not say.
    NotChecked,
}

impl State {
    /// As results write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotChecked => "not checked",
        }
    }

    fn of_p(p: f64) -> Self {
        match p {
            p if p < BLOCKS => Self::Failed,
            p if p < WARNS => Self::Warning,
            _ => Self::Passed,
        }
    }
}

/// All gates. `planned` says whether the shares come from a plan.
///
/// # Errors
/// Those of statistics.
pub fn gates(plan: &Plan, planned: bool, collected: &Collected) -> Result<Vec<Gate>, Error> {
    let shares: Vec<f64> = collected.arms.iter().map(|arm| share(plan, arm)).collect();
    let mut gates = vec![ratio(collected, &shares, planned)?];
    gates.extend(ratio_by_segment(collected, &shares)?);
    gates.extend(ratio_over_time(collected, &shares)?);
    let health = &collected.health;
    let unit = &plan.unit;
    gates.push(repeated(
        health.repeated.as_ref(),
        "repeated units",
        |units| {
            format!(
                "{units} have more than one row: results count each row as a {unit} of its own, and so claim too much"
            )
        },
        unit,
    ));
    gates.push(repeated(
        health.in_two_arms.as_ref(),
        "units in two arms",
        |units| format!("{units} are in more than one arm: what they did cannot be told apart"),
        unit,
    ));
    gates.push(before(collected));
    gates.push(maturity(plan, collected));
    gates.push(dominating(plan, collected));
    gates.push(missing(plan, collected)?);
    gates.extend(outside(collected));
    Ok(gates)
}

fn share(plan: &Plan, arm: &str) -> f64 {
    plan.arms.iter().find(|(name, _)| name == arm).map_or(0.0, |(_, share)| *share)
}

fn gate(gate: &'static str, state: State, finding: impl Into<String>, pvalue: Option<f64>) -> Gate {
    Gate { gate, state, finding: finding.into(), pvalue }
}

/// A p-value as sentences write it.
pub fn p_in_words(p: f64) -> String {
    match p {
        p if p >= 0.1 => format!("p = {p:.2}"),
        p if p >= 1e-4 => {
            let digits = (1.0 - libm::log10(p).floor()) as usize;
            format!("p = {p:.digits$}")
        }
        p if p > 0.0 => format!("p = {p:.1e}"),
        _ => "p < 1e-300".to_owned(),
    }
}

/// Units by arm against the planned shares.
fn ratio(collected: &Collected, shares: &[f64], planned: bool) -> Result<Gate, Error> {
    let name = SAMPLE_RATIO;
    let test = sample_ratio::fixed(&collected.units, shares)?;
    let equal = shares.iter().all(|share| (share - shares[0]).abs() < 1e-9);
    let whose = match (planned, equal) {
        (true, _) => "planned",
        (false, true) => "equal",
        (false, false) => "given",
    };
    if let Some(&arm) = test.unplanned.first() {
        let finding = format!("arm {} has units, and the plan gives it none", collected.arms[arm]);
        return Ok(gate(name, State::Failed, finding, None));
    }
    let worst = test.arms.iter().enumerate().max_by(|(_, a), (_, b)| a.gap.abs().total_cmp(&b.gap.abs()));
    let gap = worst.map_or(String::new(), |(arm, ratio)| {
        format!("{} has {:+.2} points of share against the {whose} shares", collected.arms[arm], 100.0 * ratio.gap)
    });
    let p = ratio_p(&collected.units, shares)?;
    let state = State::of_p(p);
    let finding = match state {
        State::Failed => format!(
            "{gap}: {} is below the blocking level {BLOCKS}, so assignment or logging is broken, and no result can be believed",
            p_in_words(p)
        ),
        State::Warning => format!(
            "{gap}: {} is below the warning level {WARNS} but above the blocking level {BLOCKS}; look for losses between \
             assignment and data",
            p_in_words(p)
        ),
        _ => format!("{gap}: {}, as chance would have it", p_in_words(p)),
    };
    Ok(gate(name, state, finding, Some(p)))
}

/// The chance of counts at least so far from their shares: chi-squared, and where few units are expected in an arm the
/// binomial law of each arm against the others, with Bonferroni.
fn ratio_p(counts: &[u64], shares: &[f64]) -> Result<f64, Error> {
    let test = sample_ratio::fixed(counts, shares)?;
    let planned: Vec<_> = test.arms.iter().zip(shares).filter(|(_, share)| **share > 0.0).collect();
    if planned.iter().all(|(arm, _)| arm.expected >= FEW) {
        return Ok(test.p);
    }
    let all: u64 = planned.iter().map(|(arm, _)| arm.observed).sum();
    let of_arm = |(arm, share): &(&sample_ratio::Arm, &f64)| {
        let below = binomial::cdf(arm.observed, all, **share);
        let above = arm.observed.checked_sub(1).map_or(1.0, |less| binomial::sf(less, all, **share));
        2.0 * below.min(above)
    };
    // Of two arms, the one tells what the other does.
    let tests = if planned.len() == 2 { 1.0 } else { planned.len() as f64 };
    Ok(planned.iter().map(of_arm).fold(1.0, |least, p| f64::min(least, tests * p)))
}

fn ratio_by_segment(collected: &Collected, shares: &[f64]) -> Result<Option<Gate>, Error> {
    let mut worst: Option<(f64, String)> = None;
    let levels: usize = collected.health.segments.iter().map(|(_, levels)| levels.len()).sum();
    for (column, levels_of) in &collected.health.segments {
        for (level, counts) in levels_of {
            if counts.iter().sum::<u64>() == 0 {
                continue;
            }
            let p = (ratio_p(counts, shares)? * levels as f64).min(1.0);
            if worst.as_ref().is_none_or(|(least, _)| p < *least) {
                worst = Some((p, format!("{column} = {level}")));
            }
        }
    }
    Ok(worst.map(|(p, at)| {
        let state = State::of_p(p);
        let what = if state == State::Passed { "no segment's shares are off" } else { "the shares are off" };
        let finding = format!("{what}; worst at {at}: {} (Bonferroni over {levels} levels)", p_in_words(p));
        gate("sample ratio by segment", state, finding, Some(p))
    }))
}

/// Watched day by day, which allows to look every day (Dirichlet–multinomial e-value).
fn ratio_over_time(collected: &Collected, shares: &[f64]) -> Result<Option<Gate>, Error> {
    let exposed = &collected.health.exposed;
    if exposed.len() < 2 {
        return Ok(None);
    }
    let mut sums = vec![0; collected.arms.len()];
    let cumulative: Vec<Vec<u64>> = exposed
        .values()
        .map(|counts| {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sums.clone()
        })
        .collect();
    let looks = sample_ratio::sequential(&cumulative, shares, sample_ratio::CONCENTRATION)?;
    let p = looks.last().map_or(1.0, |look| look.p);
    let state = State::of_p(p);
    let first = looks.iter().zip(exposed.keys()).find(|(look, _)| look.p < BLOCKS);
    let finding = match first {
        Some((_, day)) => format!("from {day} on the shares are off beyond doubt, {} at any time", p_in_words(p)),
        None => format!("watched every day, {} at any time", p_in_words(p)),
    };
    Ok(Some(gate("sample ratio day by day", state, finding, Some(p))))
}

fn repeated(found: Option<&Repeated>, name: &'static str, says: impl Fn(String) -> String, unit: &str) -> Gate {
    match found {
        None => {
            let finding = "the data do not tell: no column names the units, or only first exposures count";
            gate(name, State::NotChecked, finding, None)
        }
        Some(found) if found.units == 0 => gate(name, State::Passed, "none", None),
        Some(found) => {
            let more = if found.more { "at least " } else { "" };
            let plural = if found.units == 1 { "" } else { "s" };
            let mut finding = says(format!("{more}{} {unit}{plural}", found.units));
            if let Some((name, first, again)) = &found.first {
                finding += &format!(" (the first is {name}, rows {first} and {again})");
            }
            gate(name, State::Failed, finding, None)
        }
    }
}

/// A metric that cannot be computed.
pub fn left_out(metric: &Metric, why: &str) -> Gate {
    gate("metric left out", State::Warning, format!("{} ({}): {why}", metric.name, metric.role.name()), None)
}

/// Events that no exposure explains.
fn outside(collected: &Collected) -> Option<Gate> {
    let outside = collected.health.events_outside;
    if outside == 0 {
        return None;
    }
    let nothing = |sample: &Sample| match sample {
        Sample::Count { successes, .. } => *successes == 0,
        Sample::Moments(moments) => moments.mean(0) == 0.0,
        Sample::Values(_) | Sample::Lifetimes(_) => false,
    };
    let none_left = collected.metrics.iter().all(|measured| measured.overall.0.iter().all(nothing));
    let name = "events outside exposure";
    let left_out = format!(
        "{outside} events are of units that were never exposed, or from before their exposure, and are left out"
    );
    Some(if none_left {
        let finding = format!("{left_out}; none is left: the names of units or the times of the two files do not fit");
        gate(name, State::Failed, finding, None)
    } else {
        gate(name, State::Warning, left_out, None)
    })
}

/// Were the arms alike in what is known from before exposure?
fn before(collected: &Collected) -> Gate {
    let name = "alike before exposure";
    let mut worst: Option<(f64, String)> = None;
    let mut tests = 0;
    for (column, arms) in &collected.health.before {
        let Some((control, treatments)) = arms.split_first() else { continue };
        for (arm, treatment) in treatments.iter().enumerate() {
            // Where one unit or none has a value, or all the same one, nothing can differ.
            let samples = (control.sample(0), treatment.sample(0));
            let (Ok(control), Ok(treatment)) = samples else { continue };
            let p = match means::welch(control, treatment) {
                Ok(difference) => difference.p(),
                // All the same in each arm, and not the same in both: no chance does that.
                Err(_) if control.mean != treatment.mean => 0.0,
                Err(_) => continue,
            };
            tests += 1;
            if worst.as_ref().is_none_or(|(least, _)| p < *least) {
                worst = Some((p, format!("{column}, {} against {}", collected.arms[arm + 1], collected.arms[0])));
            }
        }
    }
    let Some((p, at)) = worst else {
        return gate(name, State::NotChecked, "no column from before exposure was named (covariates)", None);
    };
    let p = (p * f64::from(tests)).min(1.0);
    let state = State::of_p(p);
    let finding = match state {
        State::Passed => format!("yes; the largest gap is in {at}: {}", p_in_words(p)),
        _ => format!(
            "no: {at} differs, {}; units were not assigned by chance alone, or the column is not from before",
            p_in_words(p)
        ),
    };
    gate(name, state, finding, Some(p))
}

fn maturity(plan: &Plan, collected: &Collected) -> Gate {
    let name = "maturity";
    if collected.health.totals {
        return gate(name, State::NotChecked, "totals do not say how long ago their units were exposed", None);
    }
    if plan.metrics.iter().all(|metric| metric.matures == 0) {
        return gate(name, State::NotChecked, "no metric says how long after exposure a unit can be judged", None);
    }
    let young = plan.metrics.iter().zip(&collected.metrics).map(|(metric, measured)| {
        let immature: u64 = measured.immature.iter().sum();
        (immature, immature as f64 / collected.units.iter().sum::<u64>().max(1) as f64, metric)
    });
    let waiting: Vec<&str> = plan
        .metrics
        .iter()
        .zip(&collected.metrics)
        .filter(|(_, measured)| measured.immature.iter().any(|immature| *immature > 0))
        .map(|(metric, _)| metric.name.as_str())
        .collect();
    match young.max_by_key(|(immature, ..)| *immature) {
        Some((immature, share, metric)) if immature > 0 => {
            let days = metric.matures as f64 / 86_400.0;
            let finding = format!(
                "{immature} units ({:.1} %) were exposed less than {days} days before the end of the data and are left out of {}",
                100.0 * share,
                waiting.join(", ")
            );
            let state = if share > 0.5 { State::Warning } else { State::Passed };
            gate(name, state, finding, None)
        }
        _ => gate(name, State::Passed, "all units were exposed long enough ago", None),
    }
}

/// Does one unit carry the result?
fn dominating(plan: &Plan, collected: &Collected) -> Gate {
    let name = "one unit dominating";
    let mut largest: Option<(State, f64, &Metric, &String)> = None;
    for (metric, measured) in plan.metrics.iter().zip(&collected.metrics) {
        let samples = measured.overall.0.iter().map(super::units);
        for ((&share, units), arm) in measured.largest_share.iter().zip(samples).zip(&collected.arms) {
            let dominates = share > TIMES_ITS_PART / units as f64;
            let state = match share {
                share if dominates && share > DECIDES && decides(metric) => State::Failed,
                share if dominates && share > DOMINATES => State::Warning,
                _ => State::Passed,
            };
            let rank = |state: State| [State::Passed, State::Warning, State::Failed].iter().position(|s| *s == state);
            if largest.is_none_or(|(worst, most, ..)| (rank(state), share) > (rank(worst), most)) {
                largest = Some((state, share, metric, arm));
            }
        }
    }
    // A share of 0 is one that nobody knows: of totals, and of what has no total.
    let Some((state, share, metric, arm)) = largest.filter(|(_, share, ..)| *share > 0.0) else {
        return gate(name, State::NotChecked, "there is no total to dominate", None);
    };
    let whose = format!("of the {} of {arm}", metric.name);
    let percent = 100.0 * share;
    let finding = match state {
        State::Failed => format!(
            "one unit has {percent:.1} % {whose}: the result is its, not the arm's; cap the metric, or look at that unit"
        ),
        State::Warning => format!("one unit has {percent:.1} % {whose}; a cap would show how much hangs on it"),
        _ => format!("no unit has more than {percent:.1} % of a total"),
    };
    gate(name, state, finding, None)
}

/// Whether a metric decides: what is wrong with others withholds no verdict.
fn decides(metric: &Metric) -> bool {
    matches!(metric.role, Role::Primary | Role::Guardrail(_))
}

/// Are values missing, and more in one arm than in another?
fn missing(plan: &Plan, collected: &Collected) -> Result<Gate, Error> {
    let name = "missing values";
    let mut found: Vec<(f64, u64, &Metric)> = Vec::new();
    for (metric, measured) in plan.metrics.iter().zip(&collected.metrics) {
        let all: u64 = measured.missing.iter().sum();
        if all > 0 {
            found.push((differs(&measured.missing, &collected.units)?, all, metric));
        }
    }
    let tests = found.len() as f64;
    // Those that decide before others, then the least alike.
    let worst = found.into_iter().min_by(|(p, _, a), (q, _, b)| {
        let fails = |p: f64, metric: &Metric| p * tests < BLOCKS && decides(metric);
        fails(*q, b).cmp(&fails(*p, a)).then(p.total_cmp(q))
    });
    let without_arm = collected.health.without_arm;
    Ok(match worst {
        None if without_arm > 0 => {
            gate(name, State::Warning, format!("{without_arm} rows have no arm and are left out"), None)
        }
        None => gate(name, State::Passed, "none", None),
        Some((p, all, Metric { name: metric, role, .. })) => {
            let p = (p * tests).min(1.0);
            let decides = matches!(role, Role::Primary | Role::Guardrail(_));
            let (state, how) = match p {
                p if p < BLOCKS && decides => (State::Failed, "not alike in all arms"),
                p if p < BLOCKS => (State::Warning, "not alike in all arms"),
                _ => (State::Warning, "alike in all arms"),
            };
            let so = if p < BLOCKS { ": those who are left cannot be compared" } else { "" };
            let finding = format!("{all} units have no {metric} and are left out, {how} ({}){so}", p_in_words(p));
            gate(name, state, finding, Some(p))
        }
    })
}

/// Whether the share of `some` differs between arms: chi-squared, and of few the law of [`ratio_p`].
fn differs(some: &[u64], of: &[u64]) -> Result<f64, Error> {
    let (few, all) = (some.iter().sum::<u64>() as f64, of.iter().sum::<u64>() as f64);
    let rate = few / all;
    if rate <= 0.0 || rate >= 1.0 {
        return Ok(1.0);
    }
    let shares: Vec<f64> = of.iter().map(|of| *of as f64 / all).collect();
    if shares.iter().any(|share| *share > 0.0 && share * few < FEW) {
        return ratio_p(some, &shares);
    }
    let chi2: f64 = some
        .iter()
        .zip(of)
        .filter(|(_, of)| **of > 0)
        .map(|(&some, &of)| {
            let off = some as f64 - rate * of as f64;
            off * off / (of as f64 * rate * (1.0 - rate))
        })
        .sum();
    Ok(chi_squared::sf(chi2, (of.len() - 1) as f64))
}
