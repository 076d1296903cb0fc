//! Policies: hours that never end, caps and priorities without effect.

use super::carrier;
use crate::scenario::campaign::{Campaign, Purpose};
use crate::scenario::hours::{Hours, any_is_free};
use crate::scenario::plan::Way;
use crate::scenario::policies::Capped;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::{Scenario, Strategy};

/// Checks the policies of one strategy.
pub(super) fn check(scenario: &Scenario, strategy: &Strategy, problems: &mut Problems) {
    for channel in strategy.policies.quiet_hours.iter().flat_map(|rule| &rule.channels) {
        carrier(scenario, channel, "a quiet rule names", problems);
    }
    for channel in strategy.policies.caps.iter().flat_map(|cap| &cap.channels) {
        carrier(scenario, channel, "a cap counts messages on", problems);
    }
    always_quiet(scenario, strategy, problems);
    without_effect(scenario, strategy, problems);
}

/// The marketing campaigns for which a strategy has a plan.
fn marketing<'s>(scenario: &'s Scenario, strategy: &'s Strategy) -> impl Iterator<Item = (&'s Campaign, &'s Way)> {
    strategy.plans.iter().filter_map(|(name, plan)| {
        let campaign = scenario.campaigns.iter().find(|campaign| campaign.name == name.value)?;
        (campaign.purpose == Purpose::Marketing).then_some((campaign, &plan.way))
    })
}

/// Channels on which a strategy sends although it is quiet, or forbidden, at every hour.
fn always_quiet(scenario: &Scenario, strategy: &Strategy, problems: &mut Problems) {
    let mut told: Vec<&str> = Vec::new();
    for channel in marketing(scenario, strategy).flat_map(|(_, way)| way.channels()) {
        let found = scenario.channels.iter().find(|known| known.name == channel.value);
        let Some(contact) = found.and_then(|found| found.contact.as_ref()) else { continue };
        if told.contains(&&*channel.value) {
            continue;
        }
        let of_channel = strategy
            .policies
            .quiet_hours
            .iter()
            .filter(|rule| rule.channels.is_empty() || rule.channels.iter().any(|own| own.value == channel.value));
        let quiet: Vec<&Hours> = of_channel.map(|rule| &rule.hours).collect();
        if any_is_free(contact.legal_hours.as_ref(), &quiet) {
            continue;
        }
        told.push(&channel.value);
        let message = format!(
            "strategy `{}` never sends on `{}`: it is quiet at every hour of the week",
            strategy.name, channel.value
        );
        let problem = Problem::error(message, strategy.at).also(channel.at, "would send here");
        problems.push(problem.help(match contact.legal_hours {
            Some(_) => "leave some of the channel's `legal_hours` out of the `quiet_hours`",
            None => "`quiet_hours` are those in which nothing is sent: leave some hours out of them",
        }));
    }
}

/// Policies that change nothing.
fn without_effect(scenario: &Scenario, strategy: &Strategy, problems: &mut Problems) {
    let policies = &strategy.policies;
    let several = |way: &Way| matches!(way, Way::Cascade(steps) if steps.len() > 1);
    if policies.caps.iter().any(|cap| cap.then == Capped::NextChannel)
        && !marketing(scenario, strategy).any(|(_, way)| several(way))
    {
        let message = format!(
            "a cap of strategy `{}` goes on with the next channel, but none of its plans has a next step",
            strategy.name
        );
        let problem = Problem::warning(message, strategy.at);
        problems.push(problem.help("only a cascade has; elsewhere `next-channel` does what `skip` does"));
    }
    let mut priorities: Vec<u64> = marketing(scenario, strategy).map(|(campaign, _)| campaign.priority).collect();
    priorities.dedup();
    if policies.arbitration.is_some() && priorities.len() < 2 {
        let message = format!(
            "the `arbitration` of strategy `{}` has no effect: all its campaigns have the same priority",
            strategy.name
        );
        let problem = Problem::warning(message, strategy.at);
        problems.push(problem.help("write `priority = 10` in the campaign that goes first"));
    }
}
