//! What channels share: groups that are none, odds that nothing moves, and silos between which there is nothing to know.

use std::collections::BTreeSet;

use super::Keys;
use crate::scenario::context::Profile;
use crate::scenario::input::Input;
use crate::scenario::place::{Origin, Place, Sources};
use crate::scenario::plan::Way;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::read::At;
use crate::scenario::step::Response;
use crate::scenario::{Scenario, Strategy};

/// Checks `[context]`.
pub(super) fn check(scenario: &Scenario, keys: Keys<'_>, sources: &Sources, problems: &mut Problems) {
    for group in &scenario.context.shared {
        shared(scenario, group, problems);
    }
    without_effect(scenario, sources, problems);
    nothing_to_know(scenario, keys, sources, problems);
}

/// Whether any customer ever goes from one channel to another.
fn anyone_hops(scenario: &Scenario) -> bool {
    let hops = scenario.segments.iter().flat_map(|segment| &segment.hops);
    hops.flat_map(|(_, row)| row).any(|(_, chance)| chance.high() > 0.0)
}

/// Whether any channel could know of a cart that was left on another one.
fn anyone_finds_carts(scenario: &Scenario) -> bool {
    scenario.context.finds_carts() && scenario.channels.iter().any(|channel| channel.cart_rate.is_some())
}

/// Whether a step of a strategy may ask for what happened on another channel than its own (R48).
fn asks_across(scenario: &Scenario, strategy: &Strategy) -> bool {
    let channels: BTreeSet<&str> =
        strategy.plans.iter().flat_map(|(_, plan)| plan.way.channels()).map(|channel| channel.value.as_str()).collect();
    let ends = |name: &str| {
        let campaign = scenario.campaigns.iter().find(|campaign| campaign.name == name);
        campaign.is_some_and(|campaign| campaign.goal.is_some() || !campaign.exit.is_empty())
    };
    let several = channels.len() > 1;
    // Orders are placed where no message is sent.
    let across = |way: &Way| {
        let Way::Cascade(steps) = way else { return false };
        let mut asked = steps.iter().flat_map(|step| step.unless.iter().chain(&step.only_if));
        asked.any(|asked| several || asked.value == Response::Ordered)
    };
    several && !strategy.policies.caps.is_empty()
        || strategy.plans.iter().any(|(name, plan)| ends(&name.value) || across(&plan.way))
}

/// Silos, and failures and delays of what is shared, that nobody notices.
fn nothing_to_know(scenario: &Scenario, keys: Keys<'_>, sources: &Sources, problems: &mut Problems) {
    let (hops, carts) = (anyone_hops(scenario), anyone_finds_carts(scenario));
    let asks = |strategy: &Strategy| asks_across(scenario, strategy);
    let why = "customers hop nowhere, no cart is found, and no step asks for what happened on another channel";
    for strategy in scenario.strategies.iter().filter(|strategy| strategy.profile == Profile::Siloed) {
        if !hops && !carts && !asks(strategy) {
            let message = format!("`profile = \"siloed\"` of strategy `{}` changes nothing", strategy.name);
            let at = keys.at(&["strategies", &strategy.name, "profile"], strategy.at);
            problems.push(Problem::warning(message, at).help(why));
        }
    }
    let anyone_asks = carts || scenario.strategies.iter().any(asks);
    let mut idle = |key: &str, help: &str| {
        let at = keys.at(&["context", key], Place::default());
        if sources.of(at).origin != Origin::Preset {
            problems.push(Problem::warning(format!("`context.{key}` changes nothing"), at).help(help));
        }
    };
    if scenario.context.may_fail() && !hops && !anyone_asks {
        idle("sync_failure", why);
    }
    if scenario.context.sync_lag > 0 && !anyone_asks {
        idle("sync_lag", "no cart is found, and no step asks for what happened on another channel");
    }
}

fn shared(scenario: &Scenario, group: &At<Vec<At<String>>>, problems: &mut Problems) {
    let (group, at) = (&group.value, group.at);
    for (place, name) in group.iter().enumerate() {
        if scenario.channels.iter().all(|channel| channel.name != name.value) {
            let message = format!("`context.shared` names `{}`, which is no channel of this scenario", name.value);
            let known = scenario.channels.iter().map(|channel| channel.name.as_str());
            problems.push(Problem::error(message, name.at).suggest(&name.value, known));
        }
        if let Some(first) = group[..place].iter().find(|first| first.value == name.value) {
            let message = format!("a group of `context.shared` names `{}` twice", name.value);
            problems.push(Problem::error(message, name.at).also(first.at, "the first"));
        }
    }
    if group.len() < 2 {
        let alone = group.first().map(|alone| format!("holds only `{}`, which shares with nobody", alone.value));
        let message = format!("a group of `context.shared` {}", alone.as_deref().unwrap_or("is empty"));
        problems.push(Problem::error(message, at).help("a group names channels that know what each other knows"));
    }
}

/// What is written and moves nothing.
fn without_effect(scenario: &Scenario, sources: &Sources, problems: &mut Problems) {
    let context = &scenario.context;
    let siloed = scenario.strategies.iter().any(|strategy| strategy.profile == Profile::Siloed);
    let mut odd = |at: Option<Place>, message: &str, help: &str| {
        if let Some(at) = at.filter(|at| sources.of(*at).origin != Origin::Preset) {
            problems.push(Problem::warning(message, at).help(help));
        }
    };
    let at = |input: &Input<_>| input.at;
    if context.moves_leaving() && !scenario.loses_context() {
        let help = "write `profile = \"siloed\"` in a strategy, or a `sync_failure`";
        odd(at(&context.leave_odds), "`leave_odds` changes nothing: no hop ever loses its context", help);
    } else if context.moves_leaving() && !anyone_hops(scenario) {
        let help = "write `hops` in a segment: how customers go from one channel to another";
        odd(at(&context.leave_odds), "`leave_odds` changes nothing: customers hop nowhere", help);
    } else if context.moves_leaving() && context.leave_odds.high() < 1.0 {
        let help = "it is a factor on the odds of leaving: above 1, customers leave more readily";
        odd(at(&context.leave_odds), "customers whose context is lost stay more readily than others", help);
    }
    if context.finds_carts() && scenario.channels.iter().all(|channel| channel.cart_rate.is_none()) {
        let help = "write a `cart_rate` at a channel with an `order_rate`";
        odd(at(&context.cart_odds), "`cart_odds` changes nothing: no channel has a `cart_rate`", help);
    }
    if let (Some(first), false) = (context.shared.first(), siloed) {
        let help = "write `profile = \"siloed\"` in a strategy: with one profile all channels share";
        odd(Some(first.at), "`shared` changes nothing: no strategy is siloed", help);
    }
}
