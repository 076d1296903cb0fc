//! Segments: whom channels reach, where journeys begin and lead, and how often there is one.

use super::{carrier, touches_are_gone};
use crate::scenario::demand::Demand;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::read::At;
use crate::scenario::segment::{Joined, Segment};
use crate::scenario::values::{Share, rounded};
use crate::scenario::{Input, Scenario};

/// Needs of one customer from joining to the horizon; more would take for ever to play.
const MOST_NEEDS: f64 = 20_000.0;

/// Checks one segment.
pub(super) fn check(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    begins(segment, problems);
    opt_ins(scenario, segment, problems);
    for (channel, _) in &segment.reach {
        carrier(scenario, channel, &format!("segment `{}` can be reached on", segment.name), problems);
    }
    journeys(scenario, segment, problems);
    pace(scenario, segment, problems);
    contracts(scenario, segment, problems);
    acquisition(segment, problems);
}

fn opt_ins(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    for (channel, _) in &segment.opt_in {
        match scenario.channels.iter().find(|c| c.name == channel.value) {
            None => {
                let names = scenario.channels.iter().filter(|c| c.contact.is_some()).map(|c| c.name.as_str());
                let message =
                    format!("segment `{}` opts in to `{}`, but there is no such channel", segment.name, channel.value);
                problems.push(Problem::error(message, channel.at).suggest(&channel.value, names));
            }
            Some(found) if found.contact.is_none() => {
                let message =
                    format!("segment `{}` opts in to `{}`, which carries no messages", segment.name, channel.value);
                problems.push(Problem::error(message, channel.at).also(found.at, "defined here"));
            }
            Some(_) => {}
        }
    }
}

/// A preset's entry may have no channel of the scenario's.
fn begins(segment: &Segment, problems: &mut Problems) {
    if segment.entry.is_empty() {
        let message = format!("segment `{}` does not say where journeys begin", segment.name);
        problems.push(
            Problem::error(message, segment.at)
                .help("write `entry = { web = 1.0 }` with channels that have an `order_rate`"),
        );
    }
}

fn journeys(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    let touches = || scenario.channels.iter().filter(|c| c.order_rate.is_some()).map(|c| c.name.as_str());
    let mut exists = |name: &At<String>, what: &str| {
        let found = touches().any(|touch| touch == name.value);
        if !found {
            let message = format!("segment `{}`: {what} `{}`, where no journey can be", segment.name, name.value);
            let problem = touches_are_gone(Problem::error(message, name.at), &name.value);
            problems.push(problem.suggest(&name.value, touches()));
        }
        found
    };
    let entries = segment.entry.iter().filter(|(channel, _)| exists(channel, "journeys begin at")).count();
    for (from, row) in &segment.hops {
        exists(from, "hops start from");
        for (to, _) in row {
            exists(to, "a hop leads to");
        }
    }
    let sum: f64 = segment.entry.iter().map(|(_, share)| share).sum();
    let at = segment.entry.first().map_or(segment.at, |(channel, _)| channel.at);
    if entries > 0 && entries == segment.entry.len() && (sum - 1.0).abs() > 1e-9 {
        let message =
            format!("segment `{}`: the entry shares must sum to 1, these sum to {}", segment.name, rounded(sum));
        problems.push(Problem::error(message, at));
    }
    for (from, row) in &segment.hops {
        let order = scenario.channels.iter().find(|c| c.name == from.value).and_then(|c| c.order_rate.as_ref());
        let total = |pick: fn(&Input<Share>) -> f64| {
            order.map_or(0.0, pick) + row.iter().map(|(_, chance)| pick(chance)).sum::<f64>()
        };
        let (typical, high) = (total(Input::typical), total(Input::high));
        if typical > 1.0 + 1e-9 {
            let message = format!(
                "segment `{}`: at `{}` the chances to order and to hop sum to {}, above 1",
                segment.name,
                from.value,
                rounded(typical)
            );
            let problem = Problem::error(message, from.at)
                .help("what is left over is the chance to leave; lower the hops or the `order_rate`");
            let order_at = order.and_then(|order| order.at);
            problems.push(match order_at {
                Some(at) => problem.also(at, "the chance to order"),
                None => problem,
            });
        } else if high > 1.0 + 1e-9 {
            let message = format!(
                "segment `{}`: at `{}` the chances to order and to hop reach {} in the highest draws; they are then \
                     scaled to 1",
                segment.name,
                from.value,
                rounded(high)
            );
            problems.push(Problem::warning(message, from.at));
        }
        if let Some((to, _)) = row.iter().find(|(to, _)| to.value == from.value) {
            problems.push(Problem::error(
                format!("segment `{}`: a hop leads from `{}` to itself", segment.name, to.value),
                to.at,
            ));
        }
    }
}

/// Customers who need something every second would be played for ever.
fn pace(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    let Demand::Needs { every, .. } = &segment.demand else { return };
    let age = if let Joined::Base { age } = segment.joined { age } else { 0 };
    let needs = (scenario.horizon.value + age) as f64 / every.low();
    if let (true, Some(at)) = (needs > MOST_NEEDS, every.at) {
        let message =
            format!("segment `{}`: a customer would have {needs:.0} needs from joining to the horizon", segment.name);
        problems.push(Problem::error(message, at).help(format!(
            "at most {MOST_NEEDS}: customers need something less often, or are followed for a shorter time"
        )));
    }
}

/// Contracts that are signed, and not renewed for ever.
fn contracts(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    let Some(contract) = segment.demand.contract() else { return };
    let age = if let Joined::Base { age } = segment.joined { age } else { 0 };
    let renewals = (scenario.horizon.value + age) / contract.every;
    if renewals as f64 > MOST_NEEDS {
        let message =
            format!("segment `{}`: a contract would be renewed {renewals} times to the horizon", segment.name);
        problems.push(Problem::error(message, contract.at).help(format!(
            "at most {MOST_NEEDS} times: let `every` be longer, or follow customers for a shorter time"
        )));
    }
    if matches!(segment.joined, Joined::Prospects) {
        let message = format!("segment `{}`: prospects have no contract that they could renew", segment.name);
        let help = "write `joined = \"cohort\"` if all sign at the start, or lose prospects by `after-order` or \
                    `after-journey`";
        problems.push(Problem::error(message, contract.at).help(help));
    }
}

/// A price is paid for those who join.
fn acquisition(segment: &Segment, problems: &mut Problems) {
    let Some(cost) = segment.acquisition_cost.as_ref().filter(|_| segment.joined.is_there()) else { return };
    let message =
        format!("segment `{}` has an `acquisition_cost`, but nobody of it joins within the horizon", segment.name);
    let help = "it is paid for customers with `joined = \"cohort\"` or `joined = { arrivals = … }`; a base and prospects are \
                there from the start";
    problems.push(Problem::error(message, cost.at.unwrap_or(segment.at)).help(help));
}
