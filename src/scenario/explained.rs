//! A scenario as it is played, line by line: every value, and who says so.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::channel::{CONTACT_KEYS, Channel};
use super::format::{Absent, Form, Key, Keys, Kind, Rule, thousands};
use super::provenance::WrittenBy;
use super::values::{Date, Span};
use super::{Described, KEYS, Scenario};

/// What a scenario says of one thing: the scenario itself, a channel, a segment, a campaign, a strategy or one of its plans.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its path, such as `channels` and `email`; empty for the scenario itself.
    pub path: Vec<String>,
    /// Its values: those that are written, in the order of writing, and then those that are not.
    pub values: Vec<Explained>,
}

/// One value, and who says so.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// Dotted path in the file.
    pub path: String,
    /// What is played; nothing where nothing stands for it, which `origin` then explains.
    pub value: Value,
    /// The value as it is written in a scenario.
    #[serde(skip)]
    pub toml: String,
    /// Who says so, part by part where parts differ.
    pub origins: Vec<Part>,
    /// The entries of a list of tables (the steps of a cascade), each explained by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Self>,
}

/// Who says a value, or a part of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Path of the part within the value; empty for all that is not named.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// Who says so.
    #[serde(flatten)]
    pub says: Says,
}

/// Who says a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Says {
    /// It is written.
    Written(WrittenBy),
    /// It is the default of the format.
    Default {
        /// `default`.
        origin: &'static str,
    },
    /// Nobody: what then holds depends on the rest of the scenario.
    Nobody {
        /// `none`.
        origin: &'static str,
        /// What then holds.
        means: String,
    },
}

/// The key of a table that is long enough for a heading of its own.
const POLICIES: &str = "policies";

/// Explains a scenario.
pub fn explain(scenario: &Scenario) -> Vec<Section> {
    let mut sections = vec![Section { path: Vec::new(), values: Vec::new() }];
    let written = scenario.written.iter().map(|written| (written.path.as_str(), &written.origin)).collect();
    let explainer = Explainer { scenario, written };
    let Value::Object(root) = &scenario.resolved else { return sections };
    for (group, named) in root {
        let Some(Form::ByName("name", kind)) = KEYS.get(group).map(|key| key.kind.form) else { continue };
        for (name, value) in named.as_object().into_iter().flatten() {
            explainer.section(&[group.clone(), name.clone()], value, kind, &mut sections);
        }
    }
    sections[0].values = explainer.values(&[], &scenario.resolved, &KEYS);
    sections
}

struct Explainer<'a> {
    scenario: &'a Scenario,
    written: HashMap<&'a str, &'a WrittenBy>,
}

impl Explainer<'_> {
    fn section(&self, path: &[String], value: &Value, kind: &Kind, sections: &mut Vec<Section>) {
        let Form::Table(keys) = kind.form else { return };
        let values = self.values(path, value, keys);
        let named = |key: &Key| match key.kind.form {
            Form::ByName("name", kind) => Some((key.name, kind, value.get(key.name)?.as_object()?)),
            _ => None,
        };
        let inner: Vec<_> = keys.all.iter().filter_map(named).collect();
        // A heading of its own is only needed where no deeper one says that the table is there.
        if !values.is_empty() || inner.is_empty() {
            sections.push(Section { path: path.to_owned(), values });
        }
        if let (Some(policies), Some(key)) = (value.get(POLICIES), keys.get(POLICIES)) {
            self.section(&[path, &[POLICIES.to_owned()]].concat(), policies, &key.kind, sections);
        }
        for (key, kind, table) in inner {
            let path = [path, &[key.to_owned()]].concat();
            for (name, value) in table {
                self.section(&[&path[..], std::slice::from_ref(name)].concat(), value, kind, sections);
            }
            if table.is_empty() {
                sections.push(Section { path, values: Vec::new() });
            }
        }
    }

    /// The values of one table, but for tables of named things.
    fn values(&self, path: &[String], table: &Value, keys: &Keys) -> Vec<Explained> {
        let is_section = |key: &Key| matches!(key.kind.form, Form::ByName("name", _));
        let Value::Object(written) = table else { return Vec::new() };
        let mut values = Vec::new();
        for (name, value) in written {
            let Some(key) = keys.get(name).filter(|key| !is_section(key) && key.name != POLICIES) else { continue };
            let path = path.iter().map(String::as_str).chain([key.name]).collect::<Vec<_>>().join(".");
            values.push(self.written(path, &key.kind, value));
        }
        let silent = keys.all.iter().filter(|key| !written.contains_key(key.name) && !is_section(key));
        let mut silent: Vec<Explained> = silent.filter_map(|key| self.silent(path, keys, key)).collect();
        // What can be written first, so that the order is the same once it is written.
        silent.sort_by_key(|explained| explained.value.is_null());
        values.extend(silent);
        values
    }

    fn written(&self, path: String, kind: &Kind, value: &Value) -> Explained {
        let mut origins = Vec::new();
        let toml = self.toml(&path, value, kind, &mut origins);
        let items = match (kind.form, value) {
            (Form::List(kind), Value::Array(items)) if matches!(kind.form, Form::Table(_)) => {
                items.iter().enumerate().map(|(i, item)| self.written(format!("{path}.{i}"), kind, item)).collect()
            }
            _ => Vec::new(),
        };
        Explained { origins: joined(&path, &origins), path, value: value.clone(), toml, items }
    }

    /// What holds for a key that nobody wrote, if there is something to say of it.
    fn silent(&self, path: &[String], keys: &Keys, key: &Key) -> Option<Explained> {
        let chosen = |rule: &Rule| match rule {
            Rule::ExactlyOne(these) => these.contains(&key.name),
            Rule::Excludes(one, others) => key.name == *one || others.contains(&key.name),
            _ => false,
        };
        let parent = matches!(key.kind.form, Form::Preset(_)) || key.name == "extends";
        if parent || keys.rules.iter().any(chosen) || self.carries_nothing(path, key) {
            return None;
        }
        let path = path.iter().map(String::as_str).chain([key.name]).collect::<Vec<_>>().join(".");
        let (value, says) = match key.absent {
            Absent::Default(default) => (default.json(), Says::Default { origin: "default" }),
            Absent::Means(means) => {
                // Whoever wants to see all that is played wants to know what this comes to.
                let means = match key.name {
                    "tail" => format!("{}, the {means}", Span(self.scenario.tail_length())),
                    _ => means.replace('`', ""),
                };
                (Value::Null, Says::Nobody { origin: "none", means })
            }
            Absent::Required | Absent::Preset => return None,
        };
        let toml = if value.is_null() { String::new() } else { plain(&value, &key.kind) };
        let origins = vec![Part { part: String::new(), says }];
        Some(Explained { path, value, toml, origins, items: Vec::new() })
    }

    /// Whether a key says what happens to messages, of a channel that carries none, or to journeys where none can be.
    fn carries_nothing(&self, path: &[String], key: &Key) -> bool {
        let [group, name] = path else { return false };
        let channel = self.scenario.channels.iter().find(|channel| channel.name == *name);
        let carries_none = |channel: &Channel| match key.name {
            "cart_rate" => channel.order_rate.is_none(),
            name => CONTACT_KEYS.contains(&name) && channel.contact.is_none(),
        };
        group == "channels" && channel.is_some_and(carries_none)
    }

    /// A value as TOML on one line, with the defaults of the tables in it, and who says each part of it.
    fn toml(&self, path: &str, value: &Value, kind: &Kind, origins: &mut Vec<(String, Says)>) -> String {
        if let Some(&origin) = self.written.get(path) {
            origins.push((path.to_owned(), Says::Written(origin.clone())));
            return plain(value, kind);
        }
        match value {
            Value::Object(table) => {
                let form = in_table(kind);
                let mut parts: Vec<String> = Vec::new();
                for (name, value) in table {
                    let kind = match form {
                        Some(Form::Table(keys)) => keys.get(name).map(|key| key.kind),
                        Some(Form::ByName(_, kind)) => Some(*kind),
                        _ => None,
                    };
                    let kind = kind.unwrap_or(Kind::new("", "", Form::Text));
                    let path = format!("{path}.{name}");
                    parts.push(format!("{} = {}", bare(name), self.toml(&path, value, &kind, origins)));
                }
                if let Some(Form::Table(keys)) = form {
                    for key in keys.all.iter().filter(|key| !table.contains_key(key.name)) {
                        let written = |other: &&str| table.contains_key(*other);
                        let idle = keys.rules.iter().any(|rule| match rule {
                            Rule::Needs(own, others) => *own == key.name && !others.iter().any(written),
                            Rule::Excludes(one, others) => {
                                (written(one) && others.contains(&key.name))
                                    || (*one == key.name && others.iter().any(written))
                            }
                            Rule::ExactlyOne(_) | Rule::AnyOf(_) => false,
                        });
                        if let (Absent::Default(default), false) = (key.absent, idle) {
                            parts.push(format!("{} = {}", bare(key.name), plain(&default.json(), &key.kind)));
                            origins.push((format!("{path}.{}", key.name), Says::Default { origin: "default" }));
                        }
                    }
                }
                if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
            }
            Value::Array(items) => {
                let kind = if let Form::List(kind) = kind.form { *kind } else { *kind };
                let items = items.iter().enumerate();
                let items: Vec<String> =
                    items.map(|(i, item)| self.toml(&format!("{path}.{i}"), item, &kind, origins)).collect();
                format!("[{}]", items.join(", "))
            }
            _ => plain(value, kind),
        }
    }
}

/// The form of a kind that is written as a table, if it has one.
fn in_table(kind: &Kind) -> Option<Form> {
    match kind.form {
        Form::Table(_) | Form::ByName(..) => Some(kind.form),
        Form::OneOf(kinds) => kinds.iter().find_map(in_table),
        _ => None,
    }
}

/// Who says the parts of a value: what most of it has in common first, then the parts that differ.
fn joined(path: &str, origins: &[(String, Says)]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let lines = |says: &Says| matches!(says, Says::Written(WrittenBy::File { .. }));
    for (part, says) in origins {
        let alike = |other: &Part| other.says == *says || (lines(says) && lines(&other.says));
        if parts.first().is_none_or(|first| !alike(first)) {
            let part = part.strip_prefix(path).unwrap_or(part).trim_start_matches('.');
            let part = if parts.is_empty() { String::new() } else { part.to_owned() };
            parts.push(Part { part, says: says.clone() });
        }
    }
    parts
}

/// A value as TOML on one line.
fn plain(value: &Value, kind: &Kind) -> String {
    match value {
        Value::String(text) if *kind == Date::KIND && text.len() == 10 => text.clone(),
        Value::String(text) => quoted(text),
        Value::Number(number) => match number.as_u64() {
            Some(many) if many >= 10_000 => thousands(many, "_"),
            _ => number.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(item, &item_kind(kind))).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(table) if table.is_empty() => "{}".to_owned(),
        Value::Object(table) => {
            let entries: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", bare(key), plain(value, kind))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        _ => value.to_string(),
    }
}

fn item_kind(kind: &Kind) -> Kind {
    if let Form::List(item) = kind.form { *item } else { *kind }
}

/// A string of TOML: as in JSON, except that the last control character needs an escape as well.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// A key, in quotes if it needs them.
pub fn bare(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { key.to_owned() } else { quoted(key) }
}
