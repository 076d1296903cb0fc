//! Where a key belongs that was written in a table which does not have it.

use super::KEYS;
use super::format::{Form, Key, Keys, Kind, alternatives};

/// A key with more places than this could be meant for any of them.
const MOST_PLACES: usize = 3;

/// Says where in a scenario a key belongs that one of its tables does not have.
pub(super) fn belongs(key: &str, table: &Keys) -> Option<String> {
    let (mut found, mut is_ours) = (Vec::new(), false);
    within(&KEYS, &mut Vec::new(), &mut |keys, path| {
        is_ours |= keys.what == table.what && keys.all.len() == table.all.len();
        if let Some(key) = keys.get(key) {
            found.push(place(keys, key, path));
        }
    });
    // Other formats have keys of the same names.
    let few = is_ours && (1..=MOST_PLACES).contains(&found.len());
    few.then(|| format!("`{key}` belongs {}", alternatives(found.into_iter())))
}

fn place(keys: &Keys, key: &Key, path: &[&str]) -> String {
    let (name, path) = (key.name, path.join("."));
    match key.kind.form {
        Form::Table(_) | Form::ByName(..) if path.is_empty() => format!("to the scenario itself: `[{name}]`"),
        _ if path.is_empty() => format!("to the scenario itself, above the first `[…]`: `{name} = …`"),
        _ => format!("to {}: `{path}.{name}`", keys.what),
    }
}

/// Visits a table of the format and all tables below it, each with its path.
fn within(keys: &Keys, path: &mut Vec<&'static str>, visit: &mut dyn FnMut(&Keys, &[&'static str])) {
    visit(keys, path);
    for key in keys.all {
        path.push(key.name);
        below(&key.kind, path, visit);
        path.pop();
    }
}

fn below(kind: &Kind, path: &mut Vec<&'static str>, visit: &mut dyn FnMut(&Keys, &[&'static str])) {
    match kind.form {
        Form::Table(keys) => within(keys, path, visit),
        Form::List(kind) => below(kind, path, visit),
        Form::OneOf(kinds) => kinds.iter().for_each(|kind| below(kind, path, visit)),
        Form::ByName(_, kind) => {
            path.push(if path.contains(&"NAME") { "CAMPAIGN" } else { "NAME" });
            below(kind, path, visit);
            path.pop();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_table_is_told_with_its_place() {
        let of = |key: &str| belongs(key, &KEYS);
        assert_eq!(of("season").as_deref(), Some("`season` belongs to a segment: `segments.NAME.season`"));
        assert_eq!(of("nps").as_deref(), Some("`nps` belongs to goodwill: `goodwill.nps`"));
        let quiet = "`quiet_hours` belongs to a set of policies: `strategies.NAME.policies.quiet_hours`";
        assert_eq!(of("quiet_hours").as_deref(), Some(quiet));
        let step = "`ttl` belongs to a step: `strategies.NAME.campaigns.CAMPAIGN.cascade.ttl`";
        assert_eq!(of("ttl").as_deref(), Some(step));
        assert_eq!(of("seasn"), None);
        assert_eq!(of("channel"), Some("`channel` belongs to a trigger: `campaigns.NAME.trigger.channel`".to_owned()));
        assert_eq!(of("window"), None, "many tables have it");
    }

    #[test]
    fn tables_of_other_formats_are_none_of_ours() {
        const PLAN: Keys = Keys { what: "a plan of a test", all: &[], rules: &[] };
        assert_eq!(belongs("season", &PLAN), None);
    }
}
