//! Policies: hours that never end, caps and priorities without effect.

use std::collections::BTreeSet;

use super::{Keys, carrier};
use crate::scenario::campaign::{Campaign, Purpose};
use crate::scenario::channel::Channel;
use crate::scenario::hours::{Hours, any_is_free};
use crate::scenario::place::Place;
use crate::scenario::plan::Way;
use crate::scenario::policies::{CapWindow, Capped};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::values::{DAY, Span};
use crate::scenario::{Scenario, Strategy};

/// Checks the policies of all strategies. Those that inherit policies share what is wrong with them.
pub(super) fn check(scenario: &Scenario, keys: Keys<'_>, problems: &mut Problems) {
    for policies in scenario.strategies.iter().map(|strategy| &strategy.policies) {
        for channel in policies.quiet_hours.iter().flat_map(|rule| &rule.channels) {
            carrier(scenario, channel, "a quiet rule names", problems);
        }
        for channel in policies.caps.iter().flat_map(|cap| &cap.channels) {
            carrier(scenario, channel, "a cap counts messages on", problems);
        }
    }
    for channel in &scenario.channels {
        always_quiet(scenario, channel, keys, problems);
    }
    held_for_ever(scenario, keys, problems);
    without_effect(scenario, keys, problems);
}

/// `strategy `a``, `strategies `a`, `b``.
fn named(strategies: &[&Strategy]) -> String {
    let names: Vec<String> = strategies.iter().map(|strategy| format!("`{}`", strategy.name)).collect();
    format!("{} {}", if names.len() == 1 { "strategy" } else { "strategies" }, names.join(", "))
}

/// The marketing campaigns for which a strategy has a plan.
fn marketing<'s>(scenario: &'s Scenario, strategy: &'s Strategy) -> impl Iterator<Item = (&'s Campaign, &'s Way)> {
    strategy.plans.iter().filter_map(|(name, plan)| {
        let campaign = scenario.campaigns.iter().find(|campaign| campaign.name == name.value)?;
        (campaign.purpose == Purpose::Marketing).then_some((campaign, &plan.way))
    })
}

/// A channel on which strategies send although it is quiet, or forbidden, at every hour.
fn always_quiet(scenario: &Scenario, channel: &Channel, keys: Keys<'_>, problems: &mut Problems) {
    let Some(contact) = &channel.contact else { return };
    let sends = |strategy: &&Strategy| {
        marketing(scenario, strategy).any(|(_, way)| way.channels().iter().any(|own| own.value == channel.name))
    };
    let silent = |strategy: &&Strategy| {
        let rules = strategy.policies.quiet_hours.iter();
        let own =
            rules.filter(|rule| rule.channels.is_empty() || rule.channels.iter().any(|own| own.value == channel.name));
        let quiet: Vec<&Hours> = own.map(|rule| &rule.hours).collect();
        !any_is_free(contact.legal_hours.as_ref(), &quiet)
    };
    let all: Vec<&Strategy> = scenario.strategies.iter().filter(sends).filter(silent).collect();
    let Some(first) = all.first() else { return };
    let verb = if all.len() == 1 { "sends" } else { "send" };
    let message = format!("{} never {verb} on `{}`: it is quiet at every hour of the week", named(&all), channel.name);
    let problem = Problem::error(message, policy(keys, first, &["quiet_hours"]));
    problems.push(match contact.legal_hours {
        Some(_) => problem.help("leave some of the channel's `legal_hours` out of the `quiet_hours`"),
        None => problem.help("`quiet_hours` are those in which nothing is sent: leave some hours out of them"),
    });
}

/// Where a policy of a strategy is written.
fn policy(keys: Keys<'_>, strategy: &Strategy, path: &[&str]) -> Place {
    keys.at(&[&["strategies", &strategy.name, "policies"], path].concat(), strategy.at)
}

/// Caps that hold messages for longer than customers are followed.
fn held_for_ever(scenario: &Scenario, keys: Keys<'_>, problems: &mut Problems) {
    for strategy in &scenario.strategies {
        for (i, cap) in strategy.policies.caps.iter().enumerate() {
            // By the calendar a segment's days may end earlier than those of the horizon.
            let at_least = if cap.window == CapWindow::Calendar { cap.per - DAY } else { cap.per };
            if cap.then == Capped::Hold && at_least >= scenario.horizon.value {
                let message = format!(
                    "a cap holds messages for up to {}, but customers are followed for {}: what it holds is never sent",
                    Span(cap.per),
                    Span(scenario.horizon.value)
                );
                let problem = Problem::warning(message, policy(keys, strategy, &["caps", &i.to_string(), "per"]));
                problems.push(problem.help("let `per` be shorter, or say `then = \"skip\"`"));
            }
        }
    }
}

/// Policies that change nothing.
fn without_effect(scenario: &Scenario, keys: Keys<'_>, problems: &mut Problems) {
    let several = |way: &Way| matches!(way, Way::Cascade(steps) if steps.len() > 1);
    let no_next = |strategy: &&Strategy| {
        strategy.policies.caps.iter().any(|cap| cap.then == Capped::NextChannel)
            && !marketing(scenario, strategy).any(|(_, way)| several(way))
    };
    let all: Vec<&Strategy> = scenario.strategies.iter().filter(no_next).collect();
    if let Some(first) = all.first() {
        let message =
            format!("a cap of {} goes on with the next channel, but no plan there has a next step", named(&all));
        let next = first.policies.caps.iter().position(|cap| cap.then == Capped::NextChannel).unwrap_or_default();
        let problem = Problem::warning(message, policy(keys, first, &["caps", &next.to_string(), "then"]));
        problems.push(problem.help("only a cascade has; elsewhere `next-channel` does what `skip` does"));
    }
    let all_equal = |strategy: &&Strategy| {
        let priorities: BTreeSet<u64> = marketing(scenario, strategy).map(|(campaign, _)| campaign.priority).collect();
        strategy.policies.arbitration.is_some() && priorities.len() < 2
    };
    let all: Vec<&Strategy> = scenario.strategies.iter().filter(all_equal).collect();
    if let Some(first) = all.first() {
        let message =
            format!("the `arbitration` of {} has no effect: all campaigns there have the same priority", named(&all));
        let problem = Problem::warning(message, policy(keys, first, &["arbitration"]));
        problems.push(problem.help("write `priority = 10` in the campaign that goes first"));
    }
    let arbitrated = |campaign: &Campaign| {
        let plans = |strategy: &&Strategy| strategy.plans.iter().any(|(name, _)| name.value == campaign.name);
        scenario.strategies.iter().filter(plans).any(|strategy| strategy.policies.arbitration.is_some())
    };
    let idle = |campaign: &&Campaign| campaign.purpose == Purpose::Marketing && campaign.priority > 0;
    for campaign in scenario.campaigns.iter().filter(idle).filter(|campaign| !arbitrated(campaign)) {
        let message = format!("the `priority` of campaign `{}` has no effect", campaign.name);
        let help = "campaigns give way to it only where a strategy says `arbitration = { window = \"24h\" }` in its `policies`";
        let at = keys.at(&["campaigns", &campaign.name, "priority"], campaign.at);
        problems.push(Problem::warning(message, at).help(help));
    }
}
