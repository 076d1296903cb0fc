//! Goals and exits of campaigns: ends that cannot happen, and ends that come too soon.

use super::{Keys, anyone_replies};
use crate::scenario::audience::Audience;
use crate::scenario::campaign::{Campaign, Exit, GoalEvent};
use crate::scenario::plan::{Plan, Way};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::read::At;
use crate::scenario::step::Step;
use crate::scenario::values::Span;
use crate::scenario::{Scenario, Seconds};

/// Checks what ends the runs of a campaign.
pub(super) fn check(scenario: &Scenario, campaign: &Campaign, keys: Keys<'_>, problems: &mut Problems) {
    let key = |name: &str| keys.at(&["campaigns", &campaign.name, name], campaign.at);
    let goal = campaign.goal.is_some_and(|goal| goal.event == GoalEvent::Reply);
    if (goal || campaign.exit.contains(&Exit::Replied)) && !anyone_replies(scenario) {
        let message = format!("a run of campaign `{}` ends at a reply, but nobody replies", campaign.name);
        let at = key(if goal { "goal" } else { "exit" });
        problems.push(Problem::warning(message, at).help("write a channel's `reply_rate`"));
    }
    let at_an_instant = campaign.exit.iter().any(|exit| *exit != Exit::Audience);
    if campaign.exits_at_once && campaign.goal.is_none() && !at_an_instant {
        let message = format!("`exits = \"at-once\"` of campaign `{}` has no effect", campaign.name);
        problems.push(
            Problem::warning(message, key("exits")).help(
                "it has no `goal`, and no `exit` that happens at an instant; `audience` is read when a step is due",
            ),
        );
    }
    let plans = || {
        let all = scenario.strategies.iter().flat_map(|strategy| &strategy.plans);
        all.filter(|(name, _)| name.value == campaign.name).map(|(_, plan)| plan)
    };
    let own = |plan: &Plan| may_be_left(plan.audience.as_ref().unwrap_or(&campaign.audience));
    if campaign.exit.contains(&Exit::Audience) && plans().count() > 0 && !plans().any(own) {
        let message =
            format!("the exit `audience` of campaign `{}` never happens: nobody leaves its audience", campaign.name);
        let help = "write an `audience` that a customer can leave, such as { not_ordered_for = \"60d\" }; segments and random \
                    shares are for ever";
        problems.push(Problem::warning(message, key("exit")).help(help));
    }
    let Some(end) = campaign.exit_after else { return };
    for plan in plans() {
        let Way::Cascade(steps) = &plan.way else { continue };
        if let Some((step, due)) = too_late(scenario, steps, end) {
            let message = format!(
                "this step comes due {} after the trigger at the earliest, when every run of campaign `{}` has ended, {} after it",
                Span(due),
                campaign.name,
                Span(end)
            );
            let help = "let `exit_after` be longer, or the waits shorter";
            let problem = Problem::warning(message, step.send.at).label("not sent any more");
            problems.push(problem.also(key("exit_after"), "every run ends then").help(help));
        }
    }
}

/// Whether a customer who belongs to an audience may later not belong to it any more.
fn may_be_left(audience: &Audience) -> bool {
    let Audience { stages, ordered_within, not_ordered_for, responded_within, not_responded_for, opted_in, .. } =
        audience;
    let times = [ordered_within, not_ordered_for, responded_within, not_responded_for];
    !stages.is_empty() || !opted_in.is_empty() || times.iter().any(|time| time.is_some())
}

/// The first step that all who have it would get only once their run has ended, and when it is due.
fn too_late<'s>(scenario: &Scenario, steps: &'s [Step], end: Seconds) -> Option<(&'s Step, Seconds)> {
    let has = |step: &Step, segment: &str| {
        step.segments.is_empty() || step.segments.iter().any(|At { value, .. }| value == segment)
    };
    // A step that is not sent costs no time (R18), so where those before it are skipped the longest wait alone counts.
    let due = |last: usize, segment: &str| {
        steps[..=last].iter().filter(|step| has(step, segment)).map(|step| step.after).max().unwrap_or(0)
    };
    steps.iter().enumerate().find_map(|(last, step)| {
        let segments = scenario.segments.iter().filter(|segment| has(step, &segment.name));
        let soonest = segments.map(|segment| due(last, &segment.name)).min()?;
        (soonest >= end).then_some((step, soonest))
    })
}
