//! What channels share: groups that are none, and odds that nothing moves.

use crate::scenario::Scenario;
use crate::scenario::context::Profile;
use crate::scenario::input::Input;
use crate::scenario::place::{Place, Sources};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::read::At;

/// Checks `[context]`.
pub(super) fn check(scenario: &Scenario, sources: &Sources, problems: &mut Problems) {
    for group in &scenario.context.shared {
        shared(scenario, group, problems);
    }
    without_effect(scenario, sources, problems);
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
        if let Some(at) = at.filter(|at| sources.of(*at).origin != crate::scenario::place::Origin::Preset) {
            problems.push(Problem::warning(message, at).help(help));
        }
    };
    let at = |input: &Input<_>| input.at;
    if context.moves_leaving() && !scenario.loses_context() {
        let help = "write `profile = \"siloed\"` in a strategy, or a `sync_failure`";
        odd(at(&context.leave_odds), "`leave_odds` changes nothing: no hop ever loses its context", help);
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
