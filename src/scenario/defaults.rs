//! A scenario without what it need not have said: what is the same world then says the same; and where two of them differ.

use serde_json::{Map, Value};

use super::KEYS;
use super::format::{Absent, Form, Key, Kind};

/// A resolved scenario without the keys that only repeat their default, the keys of each table in the order of the format.
/// Named things keep the order of writing, which decides (R5).
pub fn without_defaults(resolved: &Value) -> Value {
    let mut essence = resolved.clone();
    strip(&mut essence, &Kind::new("", "", Form::Table(&KEYS)));
    essence
}

fn strip(value: &mut Value, kind: &Kind) {
    match (kind.form, value) {
        (Form::Table(keys), Value::Object(table)) => {
            let mut kept = Map::new();
            for key in keys.all {
                if let Some(mut value) = table.shift_remove(key.name).filter(|value| !repeats_default(key, value)) {
                    strip(&mut value, &key.kind);
                    if !(key.may_be_empty && is_empty(&value)) {
                        kept.insert(key.name.to_owned(), value);
                    }
                }
            }
            // What belongs to another of several forms.
            kept.append(table);
            *table = kept;
        }
        (Form::ByName(_, kind), Value::Object(table)) => table.values_mut().for_each(|value| strip(value, kind)),
        (Form::List(kind), Value::Array(items)) => items.iter_mut().for_each(|item| strip(item, kind)),
        (Form::OneOf(kinds), value) => kinds.iter().for_each(|kind| strip(value, kind)),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn repeats_default(key: &Key, value: &Value) -> bool {
    matches!(key.absent, Absent::Default(default) if default.json() == *value)
}

/// Where two values differ, and what each says there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Dotted path in the file.
    pub path: String,
    /// What the first says.
    pub one: String,
    /// What the other says.
    pub other: String,
}

/// The first difference of two values that stand at a path.
pub fn difference(path: &str, one: &Value, other: &Value) -> Option<Difference> {
    let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let differ = |path: &str, one: String, other: String| Some(Difference { path: path.to_owned(), one, other });
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let (Value::Object(ours), Value::Object(theirs)) = (one, other) else {
        return if one == other { None } else { differ(path, shown(Some(one)), shown(Some(other))) };
    };
    let keys = ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key)));
    let found = keys.into_iter().find_map(|key| match (ours.get(key), theirs.get(key)) {
        (Some(one), Some(other)) => difference(&below(key), one, other),
        (one, other) => differ(&below(key), shown(one), shown(other)),
    });
    let order = |table: &Map<String, Value>| table.keys().cloned().collect::<Vec<_>>().join(", ");
    found.or_else(|| if order(ours) == order(theirs) { None } else { differ(path, order(ours), order(theirs)) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_has_its_path() {
        let one = json!({ "a": 1, "b": { "c": 2, "d": { "x": 1, "y": 2 } } });
        let says = |other: &Value| {
            difference("", &one, other).map(|Difference { path, one, other }| [path, one, other].join(" | "))
        };
        assert_eq!(says(&one), None);
        assert_eq!(says(&json!({ "a": 1, "b": { "c": 3, "d": 4 } })).as_deref(), Some("b.c | 2 | 3"));
        assert_eq!(says(&json!({ "a": 1, "b": { "c": 2 } })).as_deref(), Some("b.d | {\"x\":1,\"y\":2} | nothing"));
        assert_eq!(says(&json!({ "a": 1, "b": one["b"], "e": "f" })).as_deref(), Some("e | nothing | \"f\""));
        let turned = json!({ "a": 1, "b": { "c": 2, "d": { "y": 2, "x": 1 } } });
        assert_eq!(says(&turned).as_deref(), Some("b.d | x, y | y, x"));
    }
}
