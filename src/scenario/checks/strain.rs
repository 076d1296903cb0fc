//! Fatigue and goodwill that have nothing to act on.

use crate::scenario::Scenario;
use crate::scenario::demand::{Demand, Dropout};
use crate::scenario::fatigue::Fatigue;
use crate::scenario::input::{Input, Law};
use crate::scenario::place::Place;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::values::Positive;

/// Checks `[fatigue]`, the fatigue of channels, and `[goodwill]`.
pub(super) fn check(scenario: &Scenario, problems: &mut Problems) {
    let contacts = || scenario.channels.iter().filter_map(|channel| channel.contact.as_ref());
    let fatigues = || contacts().filter_map(|contact| contact.fatigue.as_ref()).chain(&scenario.fatigue);
    let complains = contacts().any(|contact| contact.complaint_rate.law != Law::Fixed(0.0));
    let leaves = scenario
        .segments
        .iter()
        .any(|segment| !matches!(segment.demand, Demand::Needs { dropout: Dropout::Never, .. }));
    let mut idle = |what: &str, at: Option<Place>, help: &str| {
        let problem = Problem::warning(format!("{what} has no effect"), at.unwrap_or_default());
        problems.push(problem.help(help));
    };
    let without_complaints = "no channel has a `complaint_rate`";
    let without_losses = "no segment loses customers: write its `dropout`, or `purchases`";
    for fatigue in fatigues() {
        if fatigue.inputs().all(|odds| weighing(odds).is_none()) {
            let what = fatigue.half_life.path.trim_end_matches(".half_life");
            let help = "it weighs on nothing: write how, for example `response_odds = 0.9`";
            idle(&format!("`{what}`"), fatigue.half_life.at, help);
        }
        if let (false, Some(odds)) = (complains, weighing(&fatigue.complaint_odds)) {
            idle(&format!("`{}`", odds.path), odds.at, without_complaints);
        }
        if let (false, Some(odds)) = (leaves, loss(fatigue)) {
            idle(&format!("`{}`", odds.path), odds.at, without_losses);
        }
    }
    let Some(goodwill) = &scenario.goodwill else { return };
    if let (false, Some(odds)) = (leaves, weighing(&goodwill.loss_odds)) {
        idle(&format!("`{}`", odds.path), odds.at, without_losses);
    }
    let points = [goodwill.order, goodwill.message, goodwill.duplicate, goodwill.complaint, goodwill.lost_context];
    let still = points.iter().all(|&points| points == 0.0);
    let unmoved = "nothing moves goodwill: write, for example, `order = 1` or `message = -0.1`";
    if let (true, Some(odds)) = (still && leaves, weighing(&goodwill.loss_odds)) {
        idle(&format!("`{}`", odds.path), odds.at, unmoved);
    }
    if let (true, Some(half_life)) = (still, &goodwill.half_life) {
        idle(&format!("`{}`", half_life.path), half_life.at, unmoved);
    }
    if weighing(&goodwill.loss_odds).is_none() && goodwill.nps.is_none() {
        idle("`goodwill`", Some(goodwill.at), "nothing hangs on it: write `loss_odds`, or `[goodwill.nps]`");
    }
    if goodwill.complaint != 0.0 && !complains {
        idle("`goodwill.complaint`", Some(goodwill.at), without_complaints);
    }
}

/// Odds that are not 1.
fn weighing(odds: &Input<Positive>) -> Option<&Input<Positive>> {
    (odds.law != Law::Fixed(1.0)).then_some(odds)
}

fn loss(fatigue: &Fatigue) -> Option<&Input<Positive>> {
    fatigue.loss_odds.as_ref().and_then(weighing)
}
