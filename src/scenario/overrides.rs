//! `--set key=value`: one value of the scenario, written on the command line.

use super::KEYS;
use super::format::{Form, Kind};
use super::names::GROUPS;
use super::place::{Origin, Place, Sources};
use super::problems::{Problem, Problems, nearest};
use super::tree::{self, Data, Entry, Value};

/// What a new entry of a group says for itself; another single key belongs to an entry whose name was misspelt.
const OF_ITS_OWN: [&[&str]; 4] = [&["preset", "order_rate"], &["share"], &["trigger"], &["campaigns", "extends"]];

/// Reads one `key=value` into a tree to be laid over the scenario's; messages call it by the option that brought it.
pub fn read(
    option: &'static str,
    assignment: &str,
    tree: &Value,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Value> {
    let source = sources.add(option, assignment, Origin::Override);
    let at = Place::new(source, 0..assignment.len());
    let mut found = Problems::default();
    let mut over = tree::parse(source, sources, &mut found);
    if found.any_error() || !assignment.contains('=') {
        over = bare(option, assignment, sources).or_else(|| {
            let problem = Problem::error("an override must be `key=value`", at);
            problems.push(problem.help("for example --set channels.sms.cost_per_message=0.05"));
            None
        })?;
    }
    let root = Some(Kind::new("", "", Form::Table(&KEYS)));
    let unknown = misspelt(&over, tree, sources).or_else(|| beyond(&over, tree, root));
    let sound = unknown.is_none();
    problems.extend(unknown);
    sound.then_some(over)
}

/// The path of a dotted key, without quotes; none if it is no key.
pub fn path(key: &str) -> Option<Vec<String>> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let source = sources.add("", format!("{key}=0"), Origin::Override);
    let mut value = &tree::parse(source, &sources, &mut problems);
    let mut path = Vec::new();
    while let Some(table) = value.as_table() {
        let [entry] = &table.0[..] else { return None };
        path.push(entry.key.clone());
        value = &entry.value;
    }
    (!problems.any_error()).then_some(path)
}

/// A bare word is a string: `--set channels.sms.billed_on=sent`.
fn bare(option: &'static str, assignment: &str, sources: &mut Sources) -> Option<Value> {
    let (key, text) = assignment.split_once('=')?;
    let mut found = Problems::default();
    // The key alone, and for its places the text as it was typed.
    let keys = sources.add(option, format!("{key}=0"), Origin::Override);
    let mut over = tree::parse(keys, sources, &mut found);
    if found.any_error() || text.trim().is_empty() {
        return None;
    }
    let source = sources.add(option, assignment, Origin::Override);
    let value =
        Value { at: Place::new(source, key.len() + 1..assignment.len()), data: Data::Text(text.trim().to_owned()) };
    replace_leaf(&mut over, value)?;
    Some(over)
}

/// Puts a value in place of the only one in a tree, whose keys then stand where that value does.
fn replace_leaf(tree: &mut Value, leaf: Value) -> Option<()> {
    if let Data::Table(table) = &mut tree.data {
        let entry = table.0.first_mut()?;
        entry.key_at = Place::new(leaf.at.source(), entry.key_at.span());
        tree.at = Place::new(leaf.at.source(), tree.at.span());
        return replace_leaf(&mut entry.value, leaf);
    }
    *tree = leaf;
    Some(())
}

/// A channel, segment, campaign or strategy that the file does not have and that the override does not define either, or
/// defines under a name that is nearly one of the file's.
fn misspelt(over: &Value, tree: &Value, sources: &Sources) -> Option<Problem> {
    GROUPS.iter().zip(OF_ITS_OWN).find_map(|((group, what, _), own)| {
        let theirs = over.as_table()?.get(group)?.value.as_table()?;
        let written = tree.as_table()?.get(group).and_then(|entry| entry.value.as_table());
        let known: Vec<&str> =
            written.map_or_else(Vec::new, |table| table.0.iter().map(|entry| entry.key.as_str()).collect());
        theirs.0.iter().filter(|entry| !known.contains(&entry.key.as_str())).find_map(|entry| {
            let defined = entry
                .value
                .as_table()
                .is_some_and(|table| table.0.len() > 1 || own.iter().any(|key| table.get(key).is_some()));
            let problem = Problem::error(format!("the scenario has no {what} `{}`", entry.key), entry.key_at);
            if !defined {
                return Some(problem.suggest(&entry.key, known.iter().copied()));
            }
            // A dotted key with a name that is nearly another's: that other was meant, and not a new one.
            let meant = nearest(&entry.key, known.iter().copied()).filter(|_| !entry.value.is_whole(sources))?;
            let help = format!("did you mean `{meant}`?");
            Some(problem.help(help).help(format!("a new {what} can be written in the file, as a whole table")))
        })
    })
}

/// A place in a list that does not exist: `cascade.7.after` where there are two steps, or where the list is not written
/// in the file but comes from a preset or another strategy. `kind` is what may stand there.
fn beyond(over: &Value, tree: &Value, kind: Option<Kind>) -> Option<Problem> {
    over.as_table()?.0.iter().find_map(|entry| match &tree.data {
        Data::List(items) => {
            if let Some(item) = entry.key.parse::<usize>().ok().and_then(|i| items.get(i)) {
                return beyond(&entry.value, item, below(kind, &entry.key));
            }
            let message = format!("there is no entry `{}`: the list has {}, counted from 0", entry.key, items.len());
            Some(Problem::error(message, entry.key_at))
        }
        Data::Table(table) => match table.get(&entry.key) {
            Some(written) => beyond(&entry.value, &written.value, below(kind, &entry.key)),
            None => list_below(entry, below(kind, &entry.key)),
        },
        _ => None,
    })
}

/// A list that an override wants to reach into where nothing is written.
fn list_below(entry: &Entry, kind: Option<Kind>) -> Option<Problem> {
    let inner = entry.value.as_table()?;
    // Hours of the day are numbers, and no places in a list.
    let by_number = matches!(kind, Some(Kind { form: Form::ByName(..), .. }));
    let first = inner.0.iter().find(|inner| inner.key.parse::<usize>().is_ok()).filter(|_| !by_number);
    let Some(first) = first else {
        return inner.0.iter().find_map(|inner| list_below(inner, below(kind, &inner.key)));
    };
    let message = format!("the file has no list `{}` here of which to change entry `{}`", entry.key, first.key);
    let help = "what comes from a preset or another strategy is changed where it is written, or replaced as a whole";
    Some(Problem::error(message, entry.key_at).help(help))
}

/// What may stand behind a key of a kind of table, or at a place of a list.
fn below(kind: Option<Kind>, key: &str) -> Option<Kind> {
    match kind?.form {
        Form::Table(keys) => keys.get(key).map(|key| key.kind),
        Form::ByName(_, inner) | Form::List(inner) => Some(*inner),
        Form::OneOf(kinds) => kinds.iter().find_map(|kind| below(Some(*kind), key)),
        _ => None,
    }
}
