//! Fits what presets say to the scenario that uses them: prices to its currency, journeys to its channels.

use super::format::{Described, Form, Kind};
use super::join::Joined;
use super::place::{Origin, Place, SourceId, Sources};
use super::problems::Problem;
use super::tree::{Data, Entry, Table, Value};
use super::values::Money;
use super::{Channel, Segment};

/// Fits the presets of a joined tree. Says which rates of exchange are missing: to be told if all that is written can be
/// read, since a rate that cannot is not missing.
pub fn fit(joined: &mut Joined, sources: &Sources) -> Vec<Problem> {
    let Data::Table(root) = &mut joined.tree.data else { return Vec::new() };
    let currencies: Vec<(SourceId, &str)> =
        joined.presets.iter().filter_map(|preset| Some((preset.source, preset.currency.as_deref()?))).collect();
    journeys(root, sources);
    prices(root, &currencies)
}

/// Prices of presets are in the preset's currency (R17).
fn prices(root: &mut Table, currencies: &[(SourceId, &str)]) -> Vec<Problem> {
    // A currency that is none is told of when it is read.
    let Some(ours) = root.get("currency").and_then(|entry| entry.value.as_text()).filter(|code| code.len() == 3) else {
        return Vec::new();
    };
    let mut missing: Vec<(&str, Vec<Owner>)> = Vec::new();
    let (ours, exchange) = (ours.to_owned(), root.get("exchange").map(|entry| entry.value.clone()));
    let rate = |code: &str| exchange.as_ref()?.as_table()?.get(code);
    for (group, what, kind) in [("channels", "channel", Channel::KIND), ("segments", "segment", Segment::KIND)] {
        let Some(Data::Table(group)) = root.get_mut(group).map(|entry| &mut entry.value.data) else { continue };
        for owner in &mut group.0 {
            let mut unknown = None;
            money(&mut owner.value, &kind, &mut |amount| {
                let preset = currencies.iter().find(|(source, _)| *source == amount.at.source());
                let Some(&(_, theirs)) = preset.filter(|(_, theirs)| *theirs != ours) else { return };
                match rate(theirs) {
                    Some(rate) => rescale(amount, rate.value.as_number().unwrap_or(1.0)),
                    None => unknown = Some(theirs),
                }
            });
            if let Some(theirs) = unknown {
                let own = (what, owner.key.clone(), owner.key_at);
                match missing.iter_mut().find(|(code, _)| *code == theirs) {
                    Some((_, owners)) => owners.push(own),
                    None => missing.push((theirs, vec![own])),
                }
            }
        }
    }
    missing.iter().map(|(theirs, owners)| no_rate(theirs, owners, &ours)).collect()
}

/// A channel or segment: which of the two, its name, and where it stands.
type Owner = (&'static str, String, Place);

/// A currency without a rate of exchange: told once for all whose presets have prices in it.
fn no_rate(theirs: &str, owners: &[Owner], ours: &str) -> Problem {
    let named = |what: &str| {
        let own = owners.iter().filter(|owner| owner.0 == what).map(|(_, name, _)| format!("`{name}`"));
        let own: Vec<String> = own.collect();
        let many = if own.len() == 1 { "" } else { "s" };
        (!own.is_empty()).then(|| format!("{what}{many} {}", own.join(", ")))
    };
    let who: Vec<String> = ["channel", "segment"].into_iter().filter_map(named).collect();
    let has = if owners.len() == 1 { "preset of" } else { "presets of" };
    let verb = if owners.len() == 1 { "has" } else { "have" };
    let message = format!("the {has} {} {verb} prices in {theirs}, this scenario is in {ours}", who.join(" and "));
    let help = format!(
        "say what one {theirs} is worth in {ours}: `exchange = {{ {theirs} = 0.9 }}` if one {theirs} is worth 0.9 {ours}; \
         or write {}",
        if owners.len() == 1 { "the price yourself" } else { "the prices yourself" }
    );
    Problem::error(message, owners[0].2).help(help)
}

/// Every amount of money in a value of a kind.
fn money(value: &mut Value, kind: &Kind, found: &mut impl FnMut(&mut Value)) {
    match (kind.form, &mut value.data) {
        (Form::Uncertain(plain, ..), data) if *plain == Money::KIND => match data {
            Data::Table(table) => table.0.iter_mut().for_each(|entry| found(&mut entry.value)),
            _ => found(value),
        },
        (Form::OneOf(kinds), _) => kinds.iter().for_each(|kind| money(value, kind, found)),
        (Form::Table(keys), Data::Table(table)) => {
            for entry in &mut table.0 {
                if let Some(key) = keys.get(&entry.key) {
                    money(&mut entry.value, &key.kind, found);
                }
            }
        }
        (Form::ByName(_, kind), Data::Table(table)) => {
            table.0.iter_mut().for_each(|entry| money(&mut entry.value, kind, found));
        }
        (Form::List(kind), Data::List(items)) => items.iter_mut().for_each(|item| money(item, kind, found)),
        _ if *kind == Money::KIND => found(value),
        _ => {}
    }
}

fn rescale(amount: &mut Value, factor: f64) {
    if let Some(number) = amount.as_number() {
        amount.data = Data::Float(number * factor);
    }
}

/// A customer-base preset knows more channels than a scenario may have: what it says of the others is left out.
fn journeys(root: &mut Table, sources: &Sources) {
    let touches: Vec<String> =
        root.get("channels").and_then(|entry| entry.value.as_table()).map_or_else(Vec::new, |all| {
            let has_touches =
                |entry: &&Entry| entry.value.as_table().is_some_and(|table| table.get("order_rate").is_some());
            all.0.iter().filter(has_touches).map(|entry| entry.key.clone()).collect()
        });
    let of_preset = |at: Place| sources.of(at).origin == Origin::Preset;
    let keep = |entry: &Entry| !of_preset(entry.key_at) || touches.contains(&entry.key);
    let Some(Data::Table(segments)) = root.get_mut("segments").map(|entry| &mut entry.value.data) else { return };
    for segment in &mut segments.0 {
        let Data::Table(segment) = &mut segment.value.data else { continue };
        if let Some(Data::Table(entry)) = segment.get_mut("entry").map(|entry| &mut entry.value.data) {
            let before = entry.0.len();
            entry.0.retain(keep);
            if entry.0.len() < before {
                let sum: f64 = entry.0.iter().filter_map(|entry| entry.value.as_number()).sum();
                for entry in &mut entry.0 {
                    entry.value.data = Data::Float(entry.value.as_number().unwrap_or(0.0) / sum);
                }
            }
        }
        if let Some(Data::Table(hops)) = segment.get_mut("hops").map(|entry| &mut entry.value.data) {
            hops.0.retain(keep);
            for from in &mut hops.0 {
                if let Data::Table(row) = &mut from.value.data {
                    row.0.retain(keep);
                }
            }
        }
    }
}
