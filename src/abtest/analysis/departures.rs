//! Where the data or the question depart from what the plan says.

use super::super::collected::Collected;
use super::super::plan::{Plan, Validity};
use super::gates::{Gate, SAMPLE_RATIO, State};
use super::looks::NEAR;

/// What the command line asked beyond the plan.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Metrics that the plan does not have; they are taken as exploratory.
    pub metrics: Vec<String>,
    /// Shares of the planned units at looks that were taken before, if they were written down.
    pub taken: Option<Vec<f64>>,
}

/// All departures, as sentences; `gates` are those of the data.
pub fn departures(plan: &Plan, asked: &Asked, collected: &Collected, gates: &[Gate], units: u64) -> Vec<String> {
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
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
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
            }
        }
        _ => {}
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
