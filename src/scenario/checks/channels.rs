//! Channels: where clicks land, and rates that cannot be right.

use super::touches_are_gone;
use crate::scenario::channel::{Channel, Click};
use crate::scenario::place::{Origin, Place, Sources};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::{Law, Scenario};

/// Checks one channel.
pub(super) fn check(scenario: &Scenario, channel: &Channel, sources: &Sources, problems: &mut Problems) {
    landing(scenario, channel, sources, problems);
    plausible(channel, sources, problems);
}

fn landing(scenario: &Scenario, channel: &Channel, sources: &Sources, problems: &mut Problems) {
    let Some(contact) = &channel.contact else { return };
    let touches = || scenario.channels.iter().filter(|c| c.order_rate.is_some()).map(|c| c.name.as_str());
    if contact.landing.value.is_empty() && touches().count() > 0 {
        let problem =
            Problem::error(format!("channel `{}` does not say where a click lands", channel.name), channel.at);
        problems.push(problem.help("write `landing = \"web\"`").suggest("", touches()));
        return;
    }
    let from_preset = sources.of(contact.landing.at).origin == Origin::Preset;
    if from_preset && contact.landing.value.iter().any(|name| touches().any(|touch| touch == name.value)) {
        return;
    }
    for name in &contact.landing.value {
        if touches().all(|touch| touch != name.value) {
            let message = format!("a click on `{}` lands on `{}`, where no journey can be", channel.name, name.value);
            let at = if from_preset { channel.at } else { name.at };
            problems.push(
                touches_are_gone(Problem::error(message, at), &name.value)
                    .help("write `landing = …` with a channel that has an `order_rate`")
                    .suggest(&name.value, touches()),
            );
        }
    }
}

fn plausible(channel: &Channel, sources: &Sources, problems: &mut Problems) {
    let Some(contact) = &channel.contact else { return };
    if let Click::PerDelivered(click) = &contact.click {
        if let (true, Some(at)) = (click.typical() > contact.open_rate.typical(), click.at) {
            let message = format!(
                "`{}`: more clicks ({}) than opens ({}) per delivered message",
                channel.name,
                click.typical(),
                contact.open_rate.typical()
            );
            problems.push(Problem::error(message, at).help(
                "`click_rate` and `open_rate` are both per delivered message; `click_to_open_rate` is per opened",
            ));
        } else if let (true, Some(at)) = (click.high() > contact.open_rate.low(), click.at) {
            let message = format!(
                "`{}`: in some draws there are more clicks (up to {}) than opens (from {}); every open then clicks",
                channel.name,
                click.high(),
                contact.open_rate.low()
            );
            problems.push(Problem::warning(message, at).help("narrow one of the two, or use `click_to_open_rate`"));
        }
    }
    let mut odd = |input_at: Option<Place>, odd: bool, message: String| {
        // Odd values are mostly typing errors; those of a preset are not.
        let typed = |at: &Place| sources.of(*at).origin != Origin::Preset;
        if let (Some(at), true) = (input_at.filter(typed), odd) {
            problems.push(Problem::warning(message, at));
        }
    };
    let name = &channel.name;
    let delivery = &contact.delivery_rate;
    odd(
        delivery.at,
        delivery.typical() < 0.5,
        format!("`{name}`: less than half of the messages are delivered ({})", delivery.typical()),
    );
    if let Some(duplicates) = &contact.duplicate_rate {
        odd(
            duplicates.at,
            duplicates.typical() >= 1.0,
            format!("`{name}`: every message is sent, and billed, twice (`duplicate_rate` is 1): is that right?"),
        );
    }
    let opt_out = &contact.opt_out_rate;
    odd(
        opt_out.at,
        opt_out.typical() > 0.05,
        format!(
            "`{name}`: {} of the delivered messages lead to an opt-out; published rates lie below 0.03",
            opt_out.typical()
        ),
    );
    let cost = &contact.cost_per_message;
    odd(
        cost.at,
        cost.typical() == 0.0 && !matches!(cost.law, Law::Percentiles { .. }),
        format!("`{name}` costs nothing per message: is that right?"),
    );
}
