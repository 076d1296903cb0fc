//! A scenario without what it need not have said: what is the same world then says the same.

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
            for key in keys.keys {
                if let Some(mut value) = table.shift_remove(key.name).filter(|value| !repeats_default(key, value)) {
                    strip(&mut value, &key.kind);
                    kept.insert(key.name.to_owned(), value);
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

fn repeats_default(key: &Key, value: &Value) -> bool {
    matches!(key.absent, Absent::Default(default) if default.json() == *value)
}
