//! A TOML text as a tree in which every key and value knows its place.
//!
//! Presets, `extends` and `--set` all join such trees before anything is read from them. Serde's own types would lose
//! the places in the joined tree and stop at the first mistake; a strategist wants all of them at once.

use toml::de::{DeTable, DeValue};

use super::place::{Place, SourceId, Sources};
use super::problems::{Problem, Problems, harmless};

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

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self.data {
            Data::Integer(number) => Some(number as f64),
            Data::Float(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is written in braces, and so meant as a whole: `{ low = 1, typical = 2, high = 3 }` and not `x.low = 1`.
    pub fn is_whole(&self, sources: &Sources) -> bool {
        sources.of(self.at).text.get(self.at.span()).is_some_and(|text| text.starts_with('{'))
    }

    /// Where the last key of a path stands, if that is written; entries of lists are counted from 0.
    pub fn key_at(&self, path: &[&str]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let (at, value) = match &self.data {
            Data::Table(table) => table.get(first).map(|entry| (entry.key_at, &entry.value))?,
            Data::List(items) => items.get(first.parse::<usize>().ok()?).map(|item| (item.at, item))?,
            _ => return None,
        };
        if rest.is_empty() { Some(at) } else { value.key_at(rest) }
    }

    /// The value as a message shows it.
    pub fn shown(&self) -> String {
        match &self.data {
            Data::Text(text) => format!("\"{}\"", harmless(text, 60)),
            Data::Integer(number) => number.to_string(),
            Data::Float(number) => number.to_string(),
            Data::Bool(truth) => truth.to_string(),
            Data::Date(date) => date.to_string(),
            Data::List(_) => "a list".to_owned(),
            Data::Table(_) => "a table".to_owned(),
        }
    }

    /// Lays `over` on this value: tables are joined key by key, everything else is replaced, and so is what a table in
    /// braces is laid on. A table whose keys are numbers reaches into a list (`cascade.0.after`).
    pub fn overlay(&mut self, over: Value, sources: &Sources) {
        let whole = over.is_whole(sources);
        match (&mut self.data, over.data) {
            (Data::Table(own), Data::Table(theirs)) if !whole => {
                for entry in theirs.0 {
                    match own.get_mut(&entry.key) {
                        Some(present) => present.value.overlay(entry.value, sources),
                        None => own.0.push(entry),
                    }
                }
            }
            (Data::List(own), Data::Table(theirs))
                if theirs.0.iter().all(|entry| index(entry, own.len()).is_some()) =>
            {
                for entry in theirs.0 {
                    if let Some(i) = index(&entry, own.len()) {
                        own[i].overlay(entry.value, sources);
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
            // `1.0` is `1`, as is `1e0`; beyond 2⁵³ the two kinds of number are no longer the same.
            Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => (*number as i64).into(),
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
    let text = &sources.get(source).text;
    let mut told = Vec::new();
    for error in errors {
        let at = Place::new(source, error.span().unwrap_or(0..0));
        let line = sources.line(at);
        // What a line was begun wrong with makes the rest of it wrong too.
        if told.contains(&line) {
            continue;
        }
        told.push(line);
        problems.push(syntax(error.message(), at, text));
        // After a bracket that is missing, everything up to the next one seems wrong.
        if ["array", "inline table"].iter().any(|bracket| error.message().contains(bracket)) {
            break;
        }
    }
    let at = Place::new(source, 0..0);
    let mut found = Problems::default();
    let data = Data::Table(table(tree.into_inner(), source, &mut found));
    // What could not be read is also no number.
    let of_its_own = |problem: &&Problem| problem.labels.iter().all(|&(at, _)| !told.contains(&sources.line(at)));
    problems.extend(found.sorted().into_iter().filter(of_its_own).cloned());
    Value { at, data }
}

/// What the parser says, in words for whoever wrote the file.
fn syntax(message: &str, at: Place, text: &str) -> Problem {
    let there = text.get(at.span()).unwrap_or("");
    if message == "duplicate key" {
        return Problem::error(format!("`{there}` is written twice"), at).help("keep one of the two");
    }
    if let Some(problem) = date(at, text) {
        return problem;
    }
    let message = if message.starts_with("string values must be quoted") {
        "this is neither a number nor text in quotes".to_owned()
    } else {
        format!("this cannot be read as TOML: {message}")
    };
    let problem = Problem::error(message, at);
    let (_, line) = line_of(at, text);
    match line.split('#').next().unwrap_or("").split_once('=') {
        Some((key, value)) if value.trim_end().ends_with('%') => {
            problem.help(format!("a share is written as a number from 0 to 1: {} = 0.25 for 25 %", key.trim()))
        }
        Some((key, value)) if value.trim().starts_with(char::is_alphabetic) => {
            problem.help(format!("text stands in quotes: {} = \"{}\"", key.trim(), value.trim()))
        }
        Some((key, value)) if value.trim().contains(',') && value.trim().starts_with(|c: char| c.is_ascii_digit()) => {
            problem.help(format!(
                "decimals are written with a point: {} = {}",
                key.trim(),
                value.trim().replace(',', ".")
            ))
        }
        _ => problem,
    }
}

/// The line of a place, and where in the text it begins.
fn line_of(at: Place, text: &str) -> (usize, &str) {
    let start = text.get(..at.span().start).map_or(0, |before| before.rfind('\n').map_or(0, |newline| newline + 1));
    (start, text.get(start..).unwrap_or("").lines().next().unwrap_or(""))
}

/// A date that is written as people write it, `02.02.2026` or `2/2/2026`, in the line of a place.
fn date(at: Place, text: &str) -> Option<Problem> {
    let (start, line) = line_of(at, text);
    let (key, value) = line.split('#').next()?.split_once('=')?;
    if value.contains(['"', '\'']) {
        return None;
    }
    let parts = |word: &str| {
        let parts = word.split(['.', '/', '-']).map(str::parse).collect::<Result<Vec<u16>, _>>().ok()?;
        let parts = <[u16; 3]>::try_from(parts).ok()?;
        let year = |year: u16| (1000..=9999).contains(&year);
        let dated =
            (year(parts[0]) || year(parts[2])) && parts.iter().all(|&part| year(part) || (1..=31).contains(&part));
        dated.then_some(parts)
    };
    let mut words = value.split(|c: char| !c.is_ascii_digit() && !"./-".contains(c));
    let (word, parts) = words.find_map(|word| Some((word, parts(word)?)))?;
    let from = start + key.len() + 1 + value.find(word)?;
    let iso = match parts {
        [year, month, day] if year >= 1000 => Some([year, month, day]),
        // 2/3/2026 is in February or in March, whoever reads it.
        [day, month, year] if word.contains('.') || day == month => Some([year, month, day]),
        _ => None,
    };
    let iso = iso.filter(|[_, month, _]| *month <= 12);
    let iso = iso.map(|[year, month, day]| format!("{year}-{month:02}-{day:02}"));
    let help = match iso {
        // It is written well, but there is no such day.
        Some(iso) if iso == word => return None,
        Some(iso) => format!("write a date as {iso}"),
        None => "write a date as year-month-day, for example 2026-02-28".to_owned(),
    };
    let place = Place::new(at.source(), from..from + word.len());
    Some(Problem::error(format!("`{word}` is not how a date is written"), place).help(help))
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
    // Nothing is left of a number that is none: the parser has said so.
    if !number.is_empty() {
        let message = format!("the number {number} cannot be used: it must be finite and fit in 64 bits");
        problems.push(Problem::error(message, at));
    }
    Data::Integer(0)
}
