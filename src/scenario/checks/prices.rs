//! Prices: texts, windows and conversations that nothing hangs on.

use super::carrier;
use crate::scenario::Scenario;
use crate::scenario::campaign::{Campaign, Purpose};
use crate::scenario::channel::{BilledBy, Channel, Contact};
use crate::scenario::place::{Origin, Place, Sources};
use crate::scenario::problems::{Problem, Problems};

/// Checks what the messages of one campaign are billed by.
pub(super) fn of_campaign(scenario: &Scenario, campaign: &Campaign, problems: &mut Problems) {
    let what = format!("campaign `{}` has a text for", campaign.name);
    for (channel, _) in &campaign.texts {
        let Some(found) = carrier(scenario, channel, &what, problems) else { continue };
        if found.contact.as_ref().is_some_and(|contact| contact.billed_by == BilledBy::Message) {
            let message = format!("the text of campaign `{}` for `{}` changes nothing", campaign.name, channel.value);
            let help = format!(
                "`{}` is billed by message, however long it is: write `billed_by = \"segment\"`",
                channel.value
            );
            problems.push(Problem::warning(message, channel.at).help(help));
        }
    }
    let idle = campaign.free_form.as_ref().filter(|free_form| free_form.value);
    if let Some(free_form) = idle.filter(|_| contacts(scenario).all(|contact| contact.window.is_none())) {
        let message = format!("`free_form` of campaign `{}` changes nothing: no channel has a `window`", campaign.name);
        let help = "write `window = \"24h\"` in the channel on which such messages are only allowed after a reply";
        problems.push(Problem::warning(message, free_form.at).help(help));
    } else if let Some(free_form) = idle {
        never_answered(scenario, campaign, free_form.at, problems);
    }
}

/// Warns of channels on which a strategy sends nothing but free-form messages: nobody has anything to reply to, so no window
/// ever opens.
fn never_answered(scenario: &Scenario, campaign: &Campaign, at: Place, problems: &mut Problems) {
    let free_form = |name: &str| scenario.campaigns.iter().any(|other| other.name == name && other.is_free_form());
    for strategy in &scenario.strategies {
        let Some((_, plan)) = strategy.plans.iter().find(|(name, _)| name.value == campaign.name) else { continue };
        for channel in plan.way.channels() {
            let contact = scenario.channels.iter().find(|own| own.name == channel.value);
            let has_window =
                contact.and_then(|own| own.contact.as_ref()).is_some_and(|contact| contact.window.is_some());
            let mut others = strategy.plans.iter().filter(|(name, _)| !free_form(&name.value));
            let answerable = others.any(|(_, plan)| plan.way.channels().iter().any(|own| own.value == channel.value));
            if has_window && !answerable {
                let message = format!(
                    "campaign `{}` is never sent on `{}` under `{}`: nothing opens a window there",
                    campaign.name, channel.value, strategy.name
                );
                let help = "a free-form message needs a reply to an earlier one: add a campaign without `free_form` on that channel";
                problems.push(Problem::warning(message, at).help(help));
            }
        }
    }
}

/// A price of transactional messages where none is sent.
fn transactional(scenario: &Scenario, channel: &Channel, sources: &Sources, problems: &mut Problems) {
    let price = channel.contact.as_ref().and_then(|contact| contact.cost_per_transactional.as_ref()?.at);
    // What a preset says of prices is of use to whoever needs it.
    let Some(at) = price.filter(|at| sources.of(*at).origin != Origin::Preset) else { return };
    let is_transactional = |name: &str| {
        let campaign = scenario.campaigns.iter().find(|campaign| campaign.name == name);
        campaign.is_some_and(|campaign| campaign.purpose == Purpose::Transactional)
    };
    let plans = || scenario.strategies.iter().flat_map(|strategy| &strategy.plans);
    let sends = plans().filter(|(name, _)| is_transactional(&name.value));
    if plans().count() > 0 && !sends.flat_map(|(_, plan)| plan.way.channels()).any(|own| own.value == channel.name) {
        let message = format!("`cost_per_transactional` of `{}` changes nothing", channel.name);
        let help =
            "no plan sends a transactional campaign on it: write `purpose = \"transactional\"` in a campaign that does";
        problems.push(Problem::warning(message, at).help(help));
    }
}

/// Checks the prices and the window of one channel.
pub(super) fn of_channel(scenario: &Scenario, channel: &Channel, sources: &Sources, problems: &mut Problems) {
    transactional(scenario, channel, sources, problems);
    let Some((contact, window)) = channel.contact.as_ref().and_then(|own| Some((own, own.window.as_ref()?))) else {
        return;
    };
    if contact.reply_rate.as_ref().is_none_or(|rate| rate.high() == 0.0) {
        let message = format!("the window of `{}` never opens: nobody replies on it", channel.name);
        problems.push(Problem::warning(message, channel.at).help("write its `reply_rate`"));
    }
    let may_be_cheap = |campaign: &Campaign| campaign.is_free_form() || campaign.purpose == Purpose::Transactional;
    // What a preset says of prices is of use to whoever needs it.
    let typed = window.cost.as_ref().and_then(|cost| cost.at).filter(|at| sources.of(*at).origin != Origin::Preset);
    if let Some(at) = typed.filter(|_| !scenario.campaigns.iter().any(may_be_cheap)) {
        let message = format!("`cost_in_window` of `{}` changes nothing", channel.name);
        let help = "it is the price of free-form and transactional messages, and no campaign is one of them: write \
             `free_form = true` or `purpose = \"transactional\"` in a campaign";
        problems.push(Problem::warning(message, at).help(help));
    }
}

fn contacts(scenario: &Scenario) -> impl Iterator<Item = &Contact> {
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref())
}
