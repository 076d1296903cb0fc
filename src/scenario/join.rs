//! From the text a person wrote to the whole tree: overrides on top, presets and extended strategies underneath.

use super::place::{Origin, Place, Sources};
use super::presets::{self, Preset, Shelf};
use super::problems::{Problem, Problems, harmless};
use super::strategy::NONE;
use super::tree::{self, Data, Entry, Table, Value};
use super::{names, overrides};

/// Keys that exclude each other: writing one drops the preset's other.
const EXCLUSIVE: [&[&str]; 3] =
    [&["click_rate", "click_to_open_rate"], &["needs", "purchases", "dropout"], &["entry", "hops"]];

/// The joined tree, and the presets in it.
pub struct Joined {
    /// The whole scenario, every value with its place.
    pub tree: Value,
    /// The presets that were used, each once.
    pub presets: Vec<Preset>,
}

/// A text longer than this is no scenario.
const LONGEST_TEXT: usize = 16 << 20;

/// Joins file, overrides (an option and its `key=value`), presets and extended strategies.
pub fn join(
    name: &str,
    text: &str,
    overrides: &[(&'static str, &str)],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Joined {
    let mut joined =
        Joined { tree: Value { at: Place::default(), data: Data::Table(Table::default()) }, presets: Vec::new() };
    if text.len() > LONGEST_TEXT {
        let source = sources.add(harmless(name, 200), "", Origin::File);
        let message = format!("the file has {} bytes; a scenario has at most {LONGEST_TEXT}", text.len());
        problems.push(Problem::error(message, Place::new(source, 0..0)));
        return joined;
    }
    // Some editors begin a file with a mark that nobody sees and that would count as a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = sources.add(harmless(name, 200), text, Origin::File);
    joined.tree = tree::parse(source, sources, problems);
    // Whatever a broken text lacks would be missed again below.
    if problems.any_error() {
        return joined;
    }
    for (option, assignment) in overrides {
        if let Some(over) = overrides::read(option, assignment, &joined.tree, sources, problems) {
            joined.tree.overlay(over, sources);
        }
    }
    let Data::Table(root) = &mut joined.tree.data else { return joined };
    default_touches(root);
    for group in names::GROUPS {
        if let Some(Data::Table(table)) = root.get_mut(group.0).map(|entry| &mut entry.value.data) {
            names::check(table, group, problems);
        }
    }
    let mut shelf = Shelf::default();
    for (group, kind, default) in
        [("channels", "channel", None), ("segments", "segment", Some(presets::DEFAULT_SEGMENT))]
    {
        let Some(Data::Table(group)) = root.get_mut(group).map(|entry| &mut entry.value.data) else { continue };
        for entry in &mut group.0 {
            lay_under(entry, kind, default, &mut shelf, sources, problems);
        }
    }
    if let Some(Data::Table(channels)) = root.get_mut("channels").map(|entry| &mut entry.value.data) {
        for channel in &mut channels.0 {
            legal_hours(channel, &mut shelf, sources, problems);
        }
    }
    if let Some(Data::Table(strategies)) = root.get_mut("strategies").map(|entry| &mut entry.value.data) {
        extend_strategies(strategies, sources, problems);
    }
    joined.presets = shelf.0;
    joined
}

/// A scenario that defines no channel where journeys can be gets web, app and store.
fn default_touches(root: &mut Table) {
    if root.get("channels").is_none() {
        let value = Value { at: Place::default(), data: Data::Table(Table::default()) };
        root.0.push(Entry { key: "channels".to_owned(), key_at: Place::default(), value });
    }
    let Some(Entry { value: Value { data: Data::Table(channels), at }, .. }) = root.get_mut("channels") else { return };
    let touches = presets::DEFAULT_TOUCHES;
    let is_touch = |entry: &Entry| {
        let table = entry.value.as_table();
        let preset = table.and_then(|table| table.get("preset")).and_then(|preset| preset.value.as_text());
        table.is_some_and(|table| table.get("order_rate").is_some())
            || preset.is_some_and(|name| touches.contains(&name))
    };
    if channels.0.iter().any(is_touch) {
        return;
    }
    for name in touches {
        if channels.get(name).is_none() {
            let preset = Value { at: *at, data: Data::Text(name.to_owned()) };
            let preset = Entry { key: "preset".to_owned(), key_at: *at, value: preset };
            let table = Value { at: *at, data: Data::Table(Table(vec![preset])) };
            // Nobody wrote it, so that no line of the file can be shown for it.
            channels.0.push(Entry { key: name.to_owned(), key_at: Place::default(), value: table });
        }
    }
}

fn lay_under(
    entry: &mut Entry,
    kind: &str,
    default: Option<&str>,
    shelf: &mut Shelf,
    sources: &mut Sources,
    problems: &mut Problems,
) {
    let Data::Table(table) = &mut entry.value.data else { return };
    let named = table.get("preset").map(|preset| (preset.value.as_text(), preset.value.at));
    let (name, at) = match (named, default) {
        (Some((Some(name), at)), _) => (name, at),
        (Some((None, at)), _) => {
            problems.push(Problem::error("`preset` must be a preset's name", at).suggest("", presets::names(kind)));
            return;
        }
        (None, Some(default)) => (default, entry.key_at),
        (None, None) => return,
    };
    let Some(preset) = pick(name, at, kind, shelf, sources, problems) else { return };
    let written: Vec<String> = table.0.iter().map(|own| own.key.clone()).collect();
    for value in &preset.values.0 {
        let displaced = EXCLUSIVE.iter().filter(|group| group.contains(&value.key.as_str()));
        let displaced = displaced.flat_map(|group| group.iter()).any(|other| written.iter().any(|own| own == other));
        if displaced {
            continue;
        }
        match table.get_mut(&value.key) {
            None => table.0.push(value.clone()),
            Some(own) if reaches_into(&own.value, &value.value, sources) => {
                let over = std::mem::replace(&mut own.value, value.value.clone());
                own.value.overlay(over, sources);
            }
            Some(_) => {}
        }
    }
}

/// A preset of a kind, by name.
fn pick<'s>(
    name: &str,
    at: Place,
    kind: &str,
    shelf: &'s mut Shelf,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<&'s Preset> {
    let Some(preset) = shelf.open(name, sources, problems) else {
        let problem = Problem::error(format!("there is no {kind} preset `{name}`"), at);
        problems.push(problem.suggest(name, presets::names(kind)));
        return None;
    };
    if preset.kind != kind {
        let article = |kind: &str| if kind == "hours" { kind.to_owned() } else { format!("a {kind}") };
        let message = format!("the preset `{name}` describes {}, not {}", article(&preset.kind), article(kind));
        problems.push(Problem::error(message, at).suggest("", presets::names(kind)));
        return None;
    }
    Some(preset)
}

/// Whether an override changes parts of a table of a preset or of another strategy: `--set
/// channels.sms.cost_per_message.typical=0.05`.
fn reaches_into(own: &Value, preset: &Value, sources: &Sources) -> bool {
    let (Some(parts), Some(table)) = (own.as_table(), preset.as_table()) else { return false };
    let from_override = parts.0.iter().all(|part| sources.of(part.key_at).origin == Origin::Override);
    from_override && !own.is_whole(sources) && parts.0.iter().all(|part| table.get(&part.key).is_some())
}

/// Replaces the name of a preset of hours by what it says.
fn legal_hours(channel: &mut Entry, shelf: &mut Shelf, sources: &mut Sources, problems: &mut Problems) {
    let Data::Table(table) = &mut channel.value.data else { return };
    let Some(hours) = table.get_mut("legal_hours") else { return };
    let Some(name) = hours.value.as_text() else { return };
    if let Some(preset) = pick(name, hours.value.at, "hours", shelf, sources, problems)
        && let Some(says) = preset.values.get("legal_hours")
    {
        hours.value = says.value.clone();
    }
}

/// Lays every extended strategy under the one that extends it: its own plans win, campaign by campaign, and its own
/// policies, key by key.
fn extend_strategies(strategies: &mut Table, sources: &Sources, problems: &mut Problems) {
    let written = strategies.clone();
    for entry in &mut strategies.0 {
        let mut seen = vec![entry.key.clone()];
        let mut parent = extends(entry);
        let own_link = parent.as_ref().map(|(_, at)| *at);
        while let Some((name, at)) = parent {
            let Some(base) = written.get(&name) else {
                let known = written.0.iter().map(|other| other.key.as_str()).filter(|&other| other != entry.key);
                let problem = Problem::error(format!("there is no strategy `{name}` to extend"), at);
                problems.push(if name == NONE {
                    problem.help("`none` has no plans to inherit: leave `extends` away")
                } else {
                    problem.suggest(&name, known)
                });
                break;
            };
            if seen.contains(&name) {
                // Whoever merely extends a member of the circle is not at fault.
                if let (true, Some(at)) = (name == entry.key, own_link) {
                    seen.push(name);
                    let message = format!("strategy `{}` extends itself: {}", entry.key, seen.join(" → "));
                    problems.push(Problem::error(message, at).help("one of them must stand alone"));
                }
                break;
            }
            if let (Data::Table(own), Some(theirs)) = (&mut entry.value.data, base.value.as_table()) {
                inherit(own, theirs, sources);
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

fn inherit(own: &mut Table, theirs: &Table, sources: &Sources) {
    for entry in theirs.0.iter().filter(|entry| entry.key != "extends") {
        match (own.get_mut(&entry.key).map(|present| &mut present.value.data), &entry.value.data) {
            (None, _) => own.0.push(entry.clone()),
            (Some(Data::Table(present)), Data::Table(base))
                if ["campaigns", "policies"].contains(&entry.key.as_str()) =>
            {
                for theirs in &base.0 {
                    match present.get_mut(&theirs.key) {
                        None => present.0.push(theirs.clone()),
                        Some(own) if reaches_into(&own.value, &theirs.value, sources) => {
                            let over = std::mem::replace(&mut own.value, theirs.value.clone());
                            own.value.overlay(over, sources);
                        }
                        Some(_) => {}
                    }
                }
            }
            _ => {}
        }
    }
}
