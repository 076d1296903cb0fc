//! A format as a JSON Schema, by which editors complete and check scenarios and other files that are described alike.
//!
//! It is made from the descriptions that the readers are held to. What needs arithmetic (shares that sum to 1, values in
//! rising order, names that must exist) no schema can say: `channelmix check` does.

use serde_json::{Map, Value, json};

use super::format::{Absent, Form, Key, Keys, Kind, Rule};
use super::{KEYS, names, presets};

/// The JSON Schema (2020-12) of a scenario file.
pub fn schema() -> Value {
    schema_of("channelmix scenario", "Customers, channels and strategies, played by channelmix.", &KEYS)
}

/// The JSON Schema (2020-12) of a file with these keys.
pub fn schema_of(title: &str, description: &str, keys: &Keys) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
    });
    merge(&mut schema, table(keys));
    schema
}

/// A table: its keys and nothing else.
fn table(keys: &Keys) -> Value {
    let properties: Map<String, Value> = keys.all.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> =
        keys.all.iter().filter(|key| key.absent == Absent::Required).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    let mut all = Vec::new();
    for rule in keys.rules {
        match *rule {
            Rule::ExactlyOne(these) => {
                all.push(json!({ "oneOf": these.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() }));
            }
            Rule::AnyOf(sets) => {
                all.push(json!({ "anyOf": sets.iter().map(|set| json!({ "required": set })).collect::<Vec<_>>() }));
            }
            Rule::Excludes(key, others) => {
                all.extend(others.iter().map(|other| json!({ "not": { "required": [key, other] } })));
            }
            Rule::Needs(key, [other]) => all.push(json!({ "dependentRequired": { key: [other] } })),
            Rule::Needs(key, others) => {
                let any: Vec<_> = others.iter().map(|other| json!({ "required": [other] })).collect();
                all.push(json!({ "dependentSchemas": { key: { "anyOf": any } } }));
            }
        }
    }
    if !all.is_empty() {
        table["allOf"] = json!(all);
    }
    table
}

/// What stands behind a key, with what it means and its default.
fn property(key: &Key) -> Value {
    let mut description = key.doc.to_owned();
    if let Absent::Means(meaning) = key.absent
        && !meaning.is_empty()
    {
        description += &format!(". If it is not written: {meaning}");
    }
    let mut property = json!({ "description": description });
    if let Absent::Default(default) = key.absent {
        property["default"] = default.json();
    }
    merge(&mut property, kind(&key.kind));
    if let Some((from, to)) = key.range {
        let [least, most] = match key.kind.form {
            Form::Text => ["minLength", "maxLength"],
            Form::List(_) => ["minItems", "maxItems"],
            Form::ByName(..) => ["minProperties", "maxProperties"],
            _ => ["minimum", "maximum"],
        };
        property[least] = json!(from);
        property[most] = json!(to);
    }
    property
}

fn kind(of: &Kind) -> Value {
    match of.form {
        Form::Bool => json!({ "type": "boolean" }),
        Form::Number(from, to) => {
            let mut number = json!({ "type": "number" });
            for (key, limit) in [("minimum", from), ("maximum", to)] {
                if limit.abs() < f64::MAX {
                    number[key] = plain(limit);
                }
            }
            number
        }
        Form::Above0(to) => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": plain(to) }),
        Form::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Form::Text => json!({ "type": "string" }),
        Form::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        Form::Words(words) => json!({ "enum": words }),
        Form::Preset(kind) => json!({ "enum": presets::names(kind) }),
        Form::List(item) => json!({ "type": "array", "items": kind(item) }),
        Form::Table(keys) => table(keys),
        Form::ByName(by, value) => {
            let names = match by {
                "name" => json!({ "pattern": names::PATTERN, "maxLength": names::LONGEST }),
                "currency" => json!({ "pattern": "^[A-Z]{3}$" }),
                "hour" => json!({ "pattern": "^(1?[0-9]|2[0-3])$" }),
                _ => json!({ "type": "string" }),
            };
            json!({ "type": "object", "propertyNames": names, "additionalProperties": kind(value) })
        }
        Form::Uncertain(..) | Form::OneOf(_) => json!({ "oneOf": forms(of) }),
    }
}

/// The forms between which a value may choose, each of a type of its own.
fn forms(of: &Kind) -> Vec<Value> {
    match of.form {
        Form::Uncertain(plain, percentiles, pert) => vec![kind(plain), table(percentiles), table(pert)],
        Form::OneOf(kinds) => kinds.iter().flat_map(forms).collect(),
        _ => vec![kind(of)],
    }
}

/// `1` rather than `1.0`.
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(own), Value::Object(more)) = (into, more) {
        own.extend(more);
    }
}
