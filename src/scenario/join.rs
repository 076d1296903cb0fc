//! From the text a person wrote to the whole tree: overrides on top, presets and extended strategies underneath.

use super::place::{Origin, Place, Sources};
use super::presets::{self, Preset};
use super::problems::{Problem, Problems};
use super::tree::{self, Data, Entry, Table, Value};

/// Keys that exclude each other: writing one drops the preset's other.
const EXCLUSIVE: [&[&str]; 3] =
    [&["click_rate", "click_to_open_rate"], &["needs", "purchases", "dropout"], &["entry", "hops"]];

/// The joined tree, and which currency the prices of each preset are in.
pub struct Joined {
    /// The whole scenario, every value with its place.
    pub tree: Value,
    /// Source of each preset with prices, and their currency.
    pub currencies: Vec<(super::place::SourceId, String)>,
}

/// Joins file, overrides, presets and extended strategies.
pub fn join(name: &str, text: &str, overrides: &[String], sources: &mut Sources, problems: &mut Problems) -> Joined {
    let source = sources.add(name, text, Origin::File);
    let mut tree = tree::parse(source, sources, problems);
    for assignment in overrides {
        if let Some(over) = override_tree(assignment, sources, problems) {
            tree.overlay(over);
        }
    }
    let mut currencies = Vec::new();
    if let Data::Table(root) = &mut tree.data {
        default_touches(root);
        for (group, kind, default) in [("channels", "channel", None), ("segments", "segment", Some(presets::DEFAULT_SEGMENT))] {
            let Some(Data::Table(group)) = root.get_mut(group).map(|entry| &mut entry.value.data) else { continue };
            for entry in &mut group.0 {
                if let Some(preset) = lay_under(entry, kind, default, sources, problems) {
                    currencies.extend(preset.currency.map(|currency| (preset.source, currency)));
                }
            }
        }
        if let Some(Data::Table(strategies)) = root.get_mut("strategies").map(|entry| &mut entry.value.data) {
            extend_strategies(strategies, problems);
        }
    }
    Joined { tree, currencies }
}

fn override_tree(assignment: &str, sources: &mut Sources, problems: &mut Problems) -> Option<Value> {
    let quoted = assignment.split_once('=').map(|(key, value)| format!("{key}=\"{value}\""));
    let mut attempts = vec![assignment.to_owned()];
    // A bare word is a string: `--set channels.sms.billed_on=sent`.
    attempts.extend(quoted);
    let mut first = None;
    for text in attempts {
        let mut found = Problems::default();
        let source = sources.add("--set", text, Origin::Override);
        let tree = tree::parse(source, sources, &mut found);
        if !found.any_error() && assignment.contains('=') {
            return Some(tree);
        }
        first.get_or_insert(source);
    }
    let at = Place::new(first?, 0..assignment.len());
    problems.push(Problem::error("an override must be `key=value`", at).help("for example --set channels.sms.cost_per_message=0.05"));
    None
}

/// A scenario that defines no channel where journeys can be gets web, app and store.
fn default_touches(root: &mut Table) {
    let Some(Entry { value: Value { data: Data::Table(channels), at }, .. }) = root.get_mut("channels") else { return };
    let touches = presets::DEFAULT_TOUCHES;
    let is_touch = |entry: &Entry| {
        let table = entry.value.as_table();
        let preset = table.and_then(|table| table.get("preset")).and_then(|preset| preset.value.as_text());
        table.is_some_and(|table| table.get("order_rate").is_some()) || preset.is_some_and(|name| touches.contains(&name))
    };
    if channels.0.iter().any(is_touch) {
        return;
    }
    for name in touches {
        if channels.get(name).is_none() {
            let preset = Value { at: *at, data: Data::Text(name.to_owned()) };
            let preset = Entry { key: "preset".to_owned(), key_at: *at, value: preset };
            let table = Value { at: *at, data: Data::Table(Table(vec![preset])) };
            channels.0.push(Entry { key: name.to_owned(), key_at: *at, value: table });
        }
    }
}

fn lay_under(entry: &mut Entry, kind: &str, default: Option<&str>, sources: &mut Sources, problems: &mut Problems) -> Option<Preset> {
    let Data::Table(table) = &mut entry.value.data else { return None };
    let named = table.get("preset").map(|preset| (preset.value.as_text().map(str::to_owned), preset.value.at));
    let (name, at) = match named {
        Some((Some(name), at)) => (name, at),
        Some((None, at)) => {
            problems.push(Problem::error("`preset` must be a preset's name", at).suggest("", presets::names(kind)));
            return None;
        }
        None => (default?.to_owned(), entry.key_at),
    };
    let preset = presets::open(&name, sources, problems).filter(|preset| preset.kind == kind);
    let Some(preset) = preset else {
        let problem = Problem::error(format!("there is no {kind} preset `{name}`"), at);
        problems.push(problem.suggest(&name, presets::names(kind)));
        return None;
    };
    let written: Vec<String> = table.0.iter().map(|own| own.key.clone()).collect();
    for value in &preset.values.0 {
        let displaced = EXCLUSIVE.iter().filter(|group| group.contains(&value.key.as_str()));
        let displaced = displaced.flat_map(|group| group.iter()).any(|other| written.iter().any(|own| own == other));
        if !displaced && !written.contains(&value.key) {
            table.0.push(value.clone());
        }
    }
    Some(preset)
}

/// Lays every extended strategy under the one that extends it: its own plans win, campaign by campaign.
fn extend_strategies(strategies: &mut Table, problems: &mut Problems) {
    let written = strategies.clone();
    for entry in &mut strategies.0 {
        let mut seen = vec![entry.key.clone()];
        let mut parent = extends(entry);
        while let Some((name, at)) = parent {
            let Some(base) = written.get(&name) else {
                let known = written.0.iter().map(|other| other.key.as_str()).filter(|&other| other != entry.key);
                problems.push(Problem::error(format!("there is no strategy `{name}` to extend"), at).suggest(&name, known));
                break;
            };
            if seen.contains(&name) {
                problems.push(Problem::error(format!("strategy `{}` extends itself", entry.key), at));
                break;
            }
            if let (Data::Table(own), Some(theirs)) = (&mut entry.value.data, base.value.as_table()) {
                inherit(own, theirs);
            }
            seen.push(name);
            parent = extends(base);
        }
    }
}

fn extends(entry: &Entry) -> Option<(String, Place)> {
    let parent = entry.value.as_table()?.get("extends")?;
    Some((parent.value.as_text()?.to_owned(), parent.value.at))
}

fn inherit(own: &mut Table, theirs: &Table) {
    for entry in theirs.0.iter().filter(|entry| entry.key != "extends") {
        match (own.get_mut(&entry.key).map(|present| &mut present.value.data), &entry.value.data) {
            (None, _) => own.0.push(entry.clone()),
            (Some(Data::Table(present)), Data::Table(base)) if entry.key == "campaigns" => {
                let missing = base.0.iter().filter(|plan| present.get(&plan.key).is_none()).cloned().collect::<Vec<_>>();
                present.0.extend(missing);
            }
            _ => {}
        }
    }
}
