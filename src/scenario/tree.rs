//! A TOML text as a tree in which every key and value knows its place.
//!
//! Presets, `extends` and `--set` all join such trees before anything is read from them. Serde's own types would lose
//! the places in the joined tree and stop at the first mistake; a strategist wants all of them at once.

use toml::de::{DeTable, DeValue};

use super::place::{Place, SourceId, Sources};
use super::problems::{Problem, Problems};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Value {
    /// Where it was written.
    pub at: Place,
    /// What was written.
    pub data: Data,
}

/// What TOML can say.
#[derive(Clone, Debug)]
pub enum Data {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point or exponent.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A date, a time or both.
    Date(toml::value::Datetime),
    /// `[ … ]`.
    List(Vec<Value>),
    /// `{ … }` or `[name]`.
    Table(Table),
}

/// Keys and values in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<Entry>);

/// One `key = value`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key's name.
    pub key: String,
    /// Where the key stands.
    pub key_at: Place,
    /// What stands behind it.
    pub value: Value,
}

impl Table {
    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }

    /// The entry of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.0.iter_mut().find(|entry| entry.key == key)
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|entry| entry.key != key);
    }
}

impl Value {
    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        if let Data::Table(table) = &self.data { Some(table) } else { None }
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// The value as a message shows it.
    pub fn shown(&self) -> String {
        match &self.data {
            Data::Text(text) => format!("\"{text}\""),
            Data::Integer(number) => number.to_string(),
            Data::Float(number) => number.to_string(),
            Data::Bool(truth) => truth.to_string(),
            Data::Date(date) => date.to_string(),
            Data::List(_) => "a list".to_owned(),
            Data::Table(_) => "a table".to_owned(),
        }
    }

    /// Lays `over` on this value: tables are joined key by key, everything else is replaced. A table whose keys are
    /// numbers reaches into a list (`cascade.0.after`).
    pub fn overlay(&mut self, over: Value) {
        match (&mut self.data, over.data) {
            (Data::Table(own), Data::Table(theirs)) => {
                for entry in theirs.0 {
                    match own.get_mut(&entry.key) {
                        Some(present) => present.value.overlay(entry.value),
                        None => own.0.push(entry),
                    }
                }
            }
            (Data::List(own), Data::Table(theirs)) if theirs.0.iter().all(|entry| index(entry, own.len()).is_some()) => {
                for entry in theirs.0 {
                    if let Some(i) = index(&entry, own.len()) {
                        own[i].overlay(entry.value);
                    }
                }
            }
            (own, theirs) => {
                *own = theirs;
                self.at = over.at;
            }
        }
    }

    /// The value as JSON, keys in the order in which they were written.
    pub fn json(&self) -> serde_json::Value {
        match &self.data {
            Data::Text(text) => text.clone().into(),
            Data::Integer(number) => (*number).into(),
            Data::Float(number) => (*number).into(),
            Data::Bool(truth) => (*truth).into(),
            Data::Date(date) => date.to_string().into(),
            Data::List(items) => items.iter().map(Value::json).collect(),
            Data::Table(table) => {
                let entries = table.0.iter().map(|entry| (entry.key.clone(), entry.value.json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

fn index(entry: &Entry, length: usize) -> Option<usize> {
    entry.key.parse().ok().filter(|&i: &usize| i < length)
}

/// Parses a text; syntax errors go to `problems`, and what could be understood comes back.
pub fn parse(source: SourceId, sources: &Sources, problems: &mut Problems) -> Value {
    let (tree, errors) = DeTable::parse_recoverable(&sources.get(source).text);
    for error in errors {
        let at = Place::new(source, error.span().unwrap_or(0..0));
        problems.push(Problem::error(format!("this is not valid TOML: {}", error.message()), at));
    }
    let at = Place::new(source, 0..0);
    Value { at, data: Data::Table(table(tree.into_inner(), source, problems)) }
}

fn table(from: DeTable<'_>, source: SourceId, problems: &mut Problems) -> Table {
    let mut entries: Vec<Entry> = from
        .into_iter()
        .map(|(key, value)| Entry {
            key_at: Place::new(source, key.span()),
            key: key.into_inner().into_owned(),
            value: node(Place::new(source, value.span()), value.into_inner(), source, problems),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_at);
    Table(entries)
}

fn node(at: Place, from: DeValue<'_>, source: SourceId, problems: &mut Problems) -> Value {
    let data = match from {
        DeValue::String(text) => Data::Text(text.into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Data::Integer(number),
            Err(_) => too_large(&number.to_string(), at, problems),
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(value) if value.is_finite() => Data::Float(value),
            _ => too_large(number.as_str(), at, problems),
        },
        DeValue::Boolean(truth) => Data::Bool(truth),
        DeValue::Datetime(date) => Data::Date(date),
        DeValue::Array(items) => {
            let items = items.into_iter().map(|item| {
                let at = Place::new(source, item.span());
                node(at, item.into_inner(), source, problems)
            });
            Data::List(items.collect())
        }
        DeValue::Table(inner) => Data::Table(table(inner, source, problems)),
    };
    Value { at, data }
}

fn too_large(number: &str, at: Place, problems: &mut Problems) -> Data {
    problems.push(Problem::error(format!("the number {number} cannot be used: it must be finite and fit in 64 bits"), at));
    Data::Integer(0)
}
