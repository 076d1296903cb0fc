//! Can the data be trusted at all? What fails here withholds the verdict, in plain words.

use serde::Serialize;

use super::super::collected::{Collected, Repeated};
use super::super::plan::Plan;
use crate::stats::two_arms::means;
use crate::stats::{Error, chi_squared, sample_ratio};

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
    gates.push(before(collected)?);
    gates.push(maturity(plan, collected));
    gates.push(dominating(plan, collected));
    gates.push(missing(plan, collected));
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
    let whose = if planned { "planned" } else { "assumed equal or given" };
    if let Some(&arm) = test.unplanned.first() {
        let finding = format!("arm {} has units, and the plan gives it none", collected.arms[arm]);
        return Ok(gate(name, State::Failed, finding, None));
    }
    let worst = test.arms.iter().enumerate().max_by(|(_, a), (_, b)| a.gap.abs().total_cmp(&b.gap.abs()));
    let gap = worst.map_or(String::new(), |(arm, ratio)| {
        format!("{} has {:+.2} points of share against the {whose} shares", collected.arms[arm], 100.0 * ratio.gap)
    });
    let state = State::of_p(test.p);
    let finding = match state {
        State::Failed => format!(
            "{gap}: {} is below the blocking level {BLOCKS}, so assignment or logging is broken, and no result can be believed",
            p_in_words(test.p)
        ),
        State::Warning => format!(
            "{gap}: {} is below the warning level {WARNS} but above the blocking level {BLOCKS}; look for losses between \
             assignment and data",
            p_in_words(test.p)
        ),
        _ => format!("{gap}: {}, as chance would have it", p_in_words(test.p)),
    };
    Ok(gate(name, state, finding, Some(test.p)))
}

fn ratio_by_segment(collected: &Collected, shares: &[f64]) -> Result<Option<Gate>, Error> {
    let mut worst: Option<(f64, String)> = None;
    let levels: usize = collected.health.segments.iter().map(|(_, levels)| levels.len()).sum();
    for (column, levels_of) in &collected.health.segments {
        for (level, counts) in levels_of {
            if counts.iter().sum::<u64>() == 0 {
                continue;
            }
            let p = (sample_ratio::fixed(counts, shares)?.p * levels as f64).min(1.0);
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
        None => gate(name, State::NotChecked, "there is no column that names the units", None),
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

/// Were the arms alike in what is known from before exposure?
fn before(collected: &Collected) -> Result<Gate, Error> {
    let name = "alike before exposure";
    let mut worst: Option<(f64, String)> = None;
    let mut tests = 0;
    for (column, arms) in &collected.health.before {
        let Some((control, treatments)) = arms.split_first() else { continue };
        for (arm, treatment) in treatments.iter().enumerate() {
            // A column that never varies cannot differ.
            let Ok(difference) = means::welch(control.sample(0)?, treatment.sample(0)?) else { continue };
            tests += 1;
            let p = difference.p();
            if worst.as_ref().is_none_or(|(least, _)| p < *least) {
                worst = Some((p, format!("{column}, {} against {}", collected.arms[arm + 1], collected.arms[0])));
            }
        }
    }
    let Some((p, at)) = worst else {
        return Ok(gate(name, State::NotChecked, "no column from before exposure was named (covariates)", None));
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
    Ok(gate(name, state, finding, Some(p)))
}

fn maturity(plan: &Plan, collected: &Collected) -> Gate {
    let name = "maturity";
    if plan.metrics.iter().all(|metric| metric.matures == 0) {
        return gate(name, State::NotChecked, "no metric says how long after exposure a unit can be judged", None);
    }
    let young = plan.metrics.iter().zip(&collected.metrics).map(|(metric, measured)| {
        let immature: u64 = measured.immature.iter().sum();
        (immature, immature as f64 / collected.units.iter().sum::<u64>().max(1) as f64, metric)
    });
    match young.max_by_key(|(immature, ..)| *immature) {
        Some((immature, share, metric)) if immature > 0 => {
            let days = metric.matures as f64 / 86_400.0;
            let finding = format!(
                "{immature} units ({:.1} %) were exposed less than {days} days before the end of the data and are left out of {}",
                100.0 * share,
                metric.name
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
    let largest = plan.metrics.iter().zip(&collected.metrics).flat_map(|(metric, measured)| {
        measured.largest_share.iter().zip(&collected.arms).map(move |(share, arm)| (*share, metric, arm))
    });
    let Some((share, metric, arm)) = largest.max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return gate(name, State::NotChecked, "there is no total to dominate", None);
    };
    let whose = format!("of the {} of {arm}", metric.name);
    let percent = 100.0 * share;
    match share {
        share if share > DECIDES => gate(
            name,
            State::Failed,
            format!(
                "one unit has {percent:.1} % {whose}: the result is its, not the arm's; cap the metric, or look at that unit"
            ),
            None,
        ),
        share if share > DOMINATES => gate(
            name,
            State::Warning,
            format!("one unit has {percent:.1} % {whose}; a cap would show how much hangs on it"),
            None,
        ),
        _ => gate(name, State::Passed, format!("no unit has more than {percent:.1} % of a total"), None),
    }
}

/// Are values missing, and more in one arm than in another?
fn missing(plan: &Plan, collected: &Collected) -> Gate {
    let name = "missing values";
    let mut worst: Option<(f64, u64, &str)> = None;
    for (metric, measured) in plan.metrics.iter().zip(&collected.metrics) {
        let all: u64 = measured.missing.iter().sum();
        if all == 0 {
            continue;
        }
        let p = differs(&measured.missing, &collected.units);
        if worst.as_ref().is_none_or(|(least, ..)| p < *least) {
            worst = Some((p, all, &metric.name));
        }
    }
    let without_arm = collected.health.without_arm;
    match worst {
        None if without_arm > 0 => {
            gate(name, State::Warning, format!("{without_arm} rows have no arm and are left out"), None)
        }
        None => gate(name, State::Passed, "none", None),
        Some((p, all, metric)) if p < BLOCKS => {
            let finding = format!(
                "{all} units have no {metric}, and not alike in all arms ({}): those who are left cannot be compared",
                p_in_words(p)
            );
            gate(name, State::Failed, finding, Some(p))
        }
        Some((p, all, metric)) => {
            let finding =
                format!("{all} units have no {metric} and are left out; alike in all arms ({})", p_in_words(p));
            gate(name, State::Warning, finding, Some(p))
        }
    }
}

/// Chi-squared test that the share of `some` is the same in all arms.
fn differs(some: &[u64], of: &[u64]) -> f64 {
    let rate = some.iter().sum::<u64>() as f64 / of.iter().sum::<u64>().max(1) as f64;
    if rate <= 0.0 || rate >= 1.0 {
        return 1.0;
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
    chi_squared::sf(chi2, (of.len() - 1) as f64)
}
