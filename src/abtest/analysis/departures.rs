//! Where the data or the question depart from what the plan says.

use super::super::collected::Collected;
use super::super::plan::{Plan, Validity};
use super::gates::{Gate, SAMPLE_RATIO, State};
use super::looks::{LookResult, NEAR};

/// What the command line asked beyond the plan.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Metrics that the plan does not have; they are taken as exploratory.
    pub metrics: Vec<String>,
    /// Shares of the planned units at looks that were taken before, if they were written down.
    pub taken: Option<Vec<f64>>,
}

/// All departures, as sentences.
pub fn departures(
    plan: &Plan,
    asked: &Asked,
    collected: &Collected,
    units: u64,
    gates: &[Gate],
    looks: &[LookResult],
) -> Vec<String> {
    let mut all = Vec::new();
    if gates.iter().any(|gate| gate.gate == SAMPLE_RATIO && gate.state == State::Failed) {
        all.push(shares(plan, collected));
    }
    for metric in &asked.metrics {
        all.push(format!("metric {metric} is not in the plan: it is exploratory and decides nothing"));
    }
    for (arm, _) in plan.arms.iter().filter(|(arm, _)| !collected.arms.contains(arm)) {
        all.push(format!("arm {arm} of the plan has no units in the data"));
    }
    let Some(planned) = plan.design.units else { return all };
    let now = units as f64 / planned as f64;
    let percent = |share: f64| {
        let percent = 100.0 * share;
        if percent >= 1.0 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
    };
    let earlier = asked.taken.iter().flatten().filter(|taken| **taken < now).count();
    if plan.design.validity == Validity::Fixed && earlier > 0 {
        let plural = if earlier == 1 { "look was" } else { "looks were" };
        all.push(format!("the plan looks once, and {earlier} {plural} taken before this one: the level does not hold"));
    }
    match &plan.design.validity {
        Validity::Fixed if now < 1.0 - NEAR => all.push(format!(
            "the plan looks once, at {planned} units; there are {units} ({}): deciding now is a look too many, and intervals \
             are valid only if nobody would have stopped at another time",
            percent(now)
        )),
        Validity::Fixed if now > 1.0 + NEAR => all.push(format!(
            "the plan ends at {planned} units; there are {units} ({}): going on was not planned",
            percent(now)
        )),
        Validity::PlannedLooks { looks, .. } => {
            let nearest = looks.iter().copied().min_by(|a, b| (a - now).abs().total_cmp(&(b - now).abs()));
            if let Some(nearest) = nearest
                && (nearest - now).abs() > NEAR
            {
                let list: Vec<String> = looks.iter().map(|look| percent(*look)).collect();
                all.push(format!(
                    "this look is at {} of the planned units, and looks were planned at {}: it spends its share of the \
                     error now, which is valid only if the results did not choose the time",
                    percent(now),
                    list.join(", ")
                ));
            }
            if let Some(taken) = &asked.taken {
                for look in taken.iter().filter(|taken| looks.iter().all(|look| (look - **taken).abs() > NEAR)) {
                    all.push(format!("a look was taken at {} of the planned units, which was not planned", percent(*look)));
                }
                if let Some(ended) = taken.iter().find(|taken| **taken >= 1.0 - NEAR && **taken < now) {
                    all.push(format!(
                        "the last look of the plan was taken at {}, and spent all of the error: its result stands, and one that \
                         is taken now is a look too many",
                        percent(*ended)
                    ));
                }
            }
        }
        _ => {}
    }
    all.extend(stopped_before(plan, looks));
    all
}

/// Earlier looks at which the plan would have stopped, as the days of exposure tell: the first of each treatment.
fn stopped_before(plan: &Plan, looks: &[LookResult]) -> Vec<String> {
    // The days know nothing of covariates.
    if !plan.primary().covariates.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<String> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for look in looks.iter().filter(|look| !look.now) {
        let (Some(day), Some(z)) = (&look.day, look.statistic) else { continue };
        if z.abs() > look.boundary && !seen.contains(&look.treatment.as_str()) {
            seen.push(&look.treatment);
            all.push(format!(
                "by the data as they are now, the plan would have stopped at look {} on {day}, where {} had z = {z:.2} and the \
                 boundary is {:.2}; the intervals shown hold whether one stops or not",
                look.look, look.treatment, look.boundary
            ));
        }
    }
    all
}

/// The shares that the arms have, beside those that they should have.
fn shares(plan: &Plan, collected: &Collected) -> String {
    let total = collected.units.iter().sum::<u64>().max(1) as f64;
    let each = collected.arms.iter().zip(&collected.units).map(|(arm, units)| {
        let planned = plan.arms.iter().find(|(name, _)| name == arm).map_or(0.0, |(_, share)| *share);
        format!("{arm} {:.2} % instead of {:.2} %", 100.0 * *units as f64 / total, 100.0 * planned)
    });
    format!("the shares of the arms are not the planned ones: {}", each.collect::<Vec<_>>().join(", "))
}
