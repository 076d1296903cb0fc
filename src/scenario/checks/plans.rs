//! Plans: channels on which nothing can be sent, conditions that cannot be met, steps that cannot be reached.

use super::{Keys, audiences, campaigns, carrier, known_segments, replies};
use crate::scenario::campaign::{Campaign, Purpose};
use crate::scenario::channel::{Channel, Delay, Receipts};
use crate::scenario::place::Place;
use crate::scenario::plan::{Plan, SendTime, Way};
use crate::scenario::policies::{Capped, GivesWay, Policies};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::read::At;
use crate::scenario::segment::Segment;
use crate::scenario::step::{Otherwise, Response, Step};
use crate::scenario::strategy::Strategy;
use crate::scenario::trigger::{Message, Trigger};
use crate::scenario::values::Share;
use crate::scenario::{Input, Law, Scenario};

/// Checks the plans of one strategy.
pub(super) fn check(scenario: &Scenario, strategy: &Strategy, keys: Keys<'_>, problems: &mut Problems) {
    for (name, plan) in &strategy.plans {
        let Some(campaign) = scenario.campaigns.iter().find(|campaign| campaign.name == name.value) else {
            let message = format!("there is no campaign `{}` to have a plan for", name.value);
            problems.push(
                Problem::error(message, name.at)
                    .suggest(&name.value, scenario.campaigns.iter().map(|c| c.name.as_str())),
            );
            continue;
        };
        let channels = plan.way.channels();
        let sound =
            channels.into_iter().filter(|channel| !sends_to(scenario, campaign, channel, problems)).count() == 0;
        campaigns::calendar(scenario, campaign, problems);
        let path = ["strategies", &strategy.name, "campaigns", &name.value];
        if let Some(audience) = &plan.audience {
            audiences::check(scenario, audience, keys, &path, name.at, problems);
        }
        best_hour(scenario, plan, keys.at(&[&path[..], &["send_time"]].concat(), name.at), problems);
        unanswered(scenario, strategy, campaign, name.at, problems);
        match &plan.way {
            Way::Blast(channels) => twice(channels, problems),
            Way::Cascade(steps) => {
                let audience = plan.audience.as_ref().unwrap_or(&campaign.audience);
                branches(scenario, steps, &audience.segments, problems);
                conditions(scenario, steps, problems);
                if sound {
                    untold(scenario, steps, problems);
                    fallbacks(scenario, steps, problems);
                    unreached(scenario, &strategy.policies, steps, problems);
                }
            }
            Way::Mix(_) | Way::Preferred(..) => {}
        }
    }
}

/// Whether a plan can send on a channel at all.
fn sends_to(scenario: &Scenario, campaign: &Campaign, channel: &At<String>, problems: &mut Problems) -> bool {
    let Some(found) = carrier(scenario, channel, "a plan sends on", problems) else { return false };
    let nobody =
        |highest: fn(&Segment, &Channel) -> f64| scenario.segments.iter().all(|segment| highest(segment, found) == 0.0);
    let comes = found.contact.as_ref().is_some_and(|contact| contact.opt_in_at_order.high() > 0.0);
    let (message, help) = if campaign.purpose == Purpose::Marketing && !comes && nobody(highest_opt_in) {
        ("nobody has opted in to it", format!("write `opt_in = {{ {} = 0.5 }}` in a segment", channel.value))
    } else if nobody(highest_reach) {
        ("it reaches nobody", format!("write `reach = {{ {} = 0.5 }}` in a segment", channel.value))
    } else {
        return true;
    };
    problems.push(Problem::error(format!("a plan sends on `{}`, but {message}", channel.value), channel.at).help(help));
    false
}

fn opt_in<'s>(segment: &'s Segment, channel: &'s Channel) -> Option<&'s Input<Share>> {
    let own = segment.opt_in.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
    own.or(channel.contact.as_ref()?.opt_in.as_ref())
}

fn reach<'s>(segment: &'s Segment, channel: &'s Channel) -> Option<&'s Input<Share>> {
    let own = segment.reach.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
    own.or(channel.contact.as_ref()?.reach.as_ref())
}

fn highest_opt_in(segment: &Segment, channel: &Channel) -> f64 {
    opt_in(segment, channel).map_or(0.0, Input::high)
}

fn highest_reach(segment: &Segment, channel: &Channel) -> f64 {
    reach(segment, channel).map_or(1.0, Input::high)
}

fn best_hour(scenario: &Scenario, plan: &Plan, at: Place, problems: &mut Problems) {
    if plan.send_time == SendTime::BestHour && scenario.segments.iter().all(|segment| segment.best_hours.is_empty()) {
        let message = "this plan sends at the customer's best hour, but nobody has one";
        let problem = Problem::error(message, at);
        problems.push(problem.help("write `best_hours = { 8 = 0.3, 19 = 0.7 }` in a segment"));
    }
}

/// A campaign that waits for responses to messages which the strategy does not send.
fn unanswered(scenario: &Scenario, strategy: &Strategy, campaign: &Campaign, at: Place, problems: &mut Problems) {
    let Trigger::Event(event) = &campaign.trigger.value else { return };
    let Some(Message { campaign: Some(other), channel }) = campaigns::response(event) else { return };
    // Whoever waits for itself, or for what does not exist, has been told.
    if other.value == campaign.name || scenario.campaigns.iter().all(|known| known.name != other.value) {
        return;
    }
    let plan = strategy.plans.iter().find(|(name, _)| name.value == other.value).map(|(_, plan)| plan);
    let carries =
        |name: &str| scenario.channels.iter().any(|channel| channel.name == name && channel.contact.is_some());
    let elsewhere = |plan: &Plan| {
        let meant = channel.as_ref().filter(|channel| carries(&channel.value))?;
        let sent = plan.way.channels().iter().any(|channel| channel.value == meant.value);
        (!sent).then(|| format!("which this strategy does not send on `{}`", meant.value))
    };
    let Some(why) = plan.map_or_else(|| Some("for which this strategy has no plan".to_owned()), elsewhere) else {
        return;
    };
    // Without the strategy's name, so that it is told once of a plan that others inherit.
    let message =
        format!("campaign `{}` waits for responses to `{}`, {why}: it never begins", campaign.name, other.value);
    let help = format!("let the strategy send `{}` there too, or leave this plan away", other.value);
    problems.push(Problem::warning(message, at).also(other.at, "these messages").help(help));
}

fn twice(channels: &[At<String>], problems: &mut Problems) {
    for (i, channel) in channels.iter().enumerate() {
        if let Some(first) = channels[..i].iter().find(|first| first.value == channel.value) {
            let message = format!("this blast sends on `{}` twice at the same time", channel.value);
            problems.push(Problem::warning(message, channel.at).also(first.at, "the first"));
        }
    }
}

/// Segments of steps that do not exist, or are not in the audience.
fn branches(scenario: &Scenario, steps: &[Step], audience: &[At<String>], problems: &mut Problems) {
    for step in steps {
        known_segments(scenario, &step.segments, "a step is for segment", problems);
        for segment in &step.segments {
            let known = scenario.segments.iter().any(|known| known.name == segment.value);
            if known && !audience.is_empty() && audience.iter().all(|own| own.value != segment.value) {
                let message = format!("this step is for segment `{}`, which is not in the audience", segment.value);
                problems.push(Problem::warning(message, segment.at).also(audience[0].at, "the audience"));
            }
        }
    }
}

/// Conditions that can never be met.
fn conditions(scenario: &Scenario, steps: &[Step], problems: &mut Problems) {
    let help = "remove it, or move it to the step that it is meant for";
    if let Some(first) = steps.first() {
        if let Some(unless) = first.unless.first() {
            let message = "the first step has no earlier contact, so its `unless` can never be met";
            problems.push(Problem::error(message, unless.at).help(help));
        }
        if let Some(only_if) = first.only_if.first() {
            let message = "the first step has no earlier contact, so its `only_if` can never be met: it is never sent";
            problems.push(Problem::error(message, only_if.at).help(help));
        }
    }
    for (i, step) in steps.iter().enumerate().skip(1) {
        let sent = || steps[..i].iter().flat_map(|step| std::iter::once(&step.send).chain(&step.fallback));
        let channel = |name: &At<String>| scenario.channels.iter().find(|channel| channel.name == name.value);
        // A channel that does not exist has been told of.
        if sent().any(|name| channel(name).is_none_or(replies)) {
            continue;
        }
        let reply = |asked: &&At<Response>| asked.value == Response::Replied;
        let nobody = "nobody replies to the messages before it: their channels have no `reply_rate`";
        if let (1, Some(only_if)) = (step.only_if.len(), step.only_if.iter().find(reply)) {
            problems.push(Problem::error(format!("this step is never sent: {nobody}"), only_if.at));
        }
        if let Some(unless) = step.unless.iter().find(reply) {
            problems.push(Problem::warning(format!("this `unless` is never met: {nobody}"), unless.at));
        }
    }
}

/// Conditions on what nobody tells the firm (R50).
fn untold(scenario: &Scenario, steps: &[Step], problems: &mut Problems) {
    for (i, step) in steps.iter().enumerate().skip(1) {
        let sent = steps[..i].iter().flat_map(|step| std::iter::once(&step.send).chain(&step.fallback));
        let contact =
            |name: &At<String>| scenario.channels.iter().find(|channel| channel.name == name.value)?.contact.as_ref();
        for (response, what) in [(Response::Delivered, "delivered"), (Response::Opened, "opened")] {
            let told = |receipts: Receipts| match response {
                Response::Delivered => receipts != Receipts::None,
                _ => receipts == Receipts::Opened,
            };
            // A channel that does not exist has been told of.
            if sent.clone().any(|name| contact(name).is_none_or(|contact| told(contact.receipts))) {
                continue;
            }
            let nobody = format!("nobody tells the firm whether the messages before it were {what}");
            let help = "`receipts` of their channels says of what it is told; clicks and replies it always sees";
            let asked = |asked: &&At<Response>| asked.value == response;
            if let (1, Some(only_if)) = (step.only_if.len(), step.only_if.iter().find(asked)) {
                problems.push(Problem::error(format!("this step is never sent: {nobody}"), only_if.at).help(help));
            }
            if let Some(unless) = step.unless.iter().find(asked) {
                problems.push(Problem::warning(format!("this `unless` is never met: {nobody}"), unless.at).help(help));
            }
        }
    }
}

/// Fallbacks of messages that are always delivered, or of which nobody tells whether they are.
fn fallbacks(scenario: &Scenario, steps: &[Step], problems: &mut Problems) {
    for step in steps {
        let contact = scenario.channels.iter().find(|c| c.name == step.send.value).and_then(|c| c.contact.as_ref());
        if let (Some(fallback), Some(contact)) = (step.fallback.first(), contact)
            && contact.receipts == Receipts::None
        {
            let message = format!(
                "this fallback is never called for: nobody tells whether what is sent on `{}` is delivered",
                step.send.value
            );
            let problem = Problem::warning(message, fallback.at);
            problems.push(problem.help(format!("write the `receipts` of `{}` as \"delivered\"", step.send.value)));
            continue;
        }
        if let (Some(fallback), Some(contact)) = (step.fallback.first(), contact)
            && contact.delivery_rate.law == Law::Fixed(1.0)
        {
            let message =
                format!("this fallback is never needed: what is sent on `{}` is always delivered", step.send.value);
            let problem = Problem::warning(message, fallback.at);
            problems
                .push(problem.help(format!("write the `delivery_rate` of `{}`, 1 unless written", step.send.value)));
        }
    }
}

/// Whether policies may skip a step and go on with the next one.
fn may_skip(policies: &Policies) -> bool {
    policies.quiet_hours.iter().any(|rule| !rule.hold)
        || policies.caps.iter().any(|cap| matches!(cap.then, Capped::Skip | Capped::NextChannel))
        || policies.arbitration.is_some_and(|arbitration| arbitration.then == GivesWay::Skip)
}

/// Steps that can never be reached, because what ends the run before them is certain (R18, R19).
fn unreached(scenario: &Scenario, policies: &Policies, steps: &[Step], problems: &mut Problems) {
    let surely = |input: &Input<Share>| input.law == Law::Fixed(1.0);
    let certain = |earlier: &Step| {
        let Some(channel) = scenario.channels.iter().find(|c| c.name == earlier.send.value) else { return false };
        let Some(contact) = &channel.contact else { return false };
        let reached = |segment: &Segment| {
            opt_in(segment, channel).is_some_and(surely) && reach(segment, channel).is_none_or(surely)
        };
        // Only what is certain at once: opening takes living customers and time.
        scenario.segments.iter().all(reached)
            && surely(&contact.delivery_rate)
            && contact.receipts != Receipts::None
            && matches!(&contact.delivery_delay, Delay::Fixed(span) if span.high() == 0.0)
            && contact.opt_out_rate.high() == 0.0
            && earlier.unless.is_empty()
            && earlier.only_if.is_empty()
            && earlier.ttl.is_none()
            && earlier.segments.is_empty()
    };
    if may_skip(policies) {
        return;
    }
    for (i, step) in steps.iter().enumerate() {
        let Some(unless) = step.unless.iter().find(|unless| unless.value == Response::Delivered) else { continue };
        if let Some(earlier) = steps[..i].iter().find(|earlier| certain(earlier)) {
            let whole_run = step.otherwise != Some(Otherwise::Next) && step.segments.is_empty();
            let skipped = if whole_run { i..steps.len() } else { i..i + 1 };
            for dead in &steps[skipped] {
                let message = format!("the step that sends `{}` can never be reached", dead.send.value);
                problems.push(
                    Problem::error(message, dead.send.at)
                        .label("never sent")
                        .also(unless.at, "always met: the earlier message is delivered to everyone")
                        .help(format!("`{}` is sent to all customers and always delivered", earlier.send.value)),
                );
            }
            return;
        }
    }
}
