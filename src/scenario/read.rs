//! Reading typed values out of the tree: what is missing, unknown or wrong goes to the list of problems, and reading
//! goes on.

use super::elsewhere;
use super::format::{Absent, Described, Form, Key, Keys, Kind};
use super::place::{Place, Sources};
use super::problems::{Problem, Problems};
use super::tree::{Data, Entry, Table, Value};

/// What reading needs beside the value: the texts, the problems found so far, and the path of the value in the file.
pub struct Context<'a> {
    /// All texts.
    pub sources: &'a Sources,
    /// What was found wrong.
    pub problems: &'a mut Problems,
    /// Whether everything that was written could be read. If not, what is missing would raise false alarms among the
    /// checks across the parts; a key that does not exist raises none.
    pub complete: bool,
    path: Vec<String>,
}

impl<'a> Context<'a> {
    /// A context at the root of the file.
    pub fn new(sources: &'a Sources, problems: &'a mut Problems) -> Self {
        Self { sources, problems, complete: true, path: Vec::new() }
    }

    /// The path of the value that is being read, such as `channels.sms.click_rate`.
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// Reads something one step deeper in the file.
    pub fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let result = read(self);
        self.path.pop();
        result
    }

    /// Notes an error in a value, which is then missing.
    pub fn error(&mut self, problem: Problem) {
        self.complete = false;
        self.problems.push(problem);
    }
}

/// A type that can be read from a value of the file.
pub trait FromValue: Described + Sized {
    /// Reads it, or notes what is wrong and gives nothing.
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self>;
}

/// Notes that a value has the wrong type.
pub fn mismatch<T: FromValue>(value: &Value, context: &mut Context<'_>) -> Option<T> {
    let path = context.path();
    context
        .error(Problem::error(format!("`{path}` must be {}, found {}", T::KIND.expected(), value.shown()), value.at));
    None
}

/// The keys of one table, read one after another as they are described; [`Fields::finish`] tells of keys that are not.
pub struct Fields<'t> {
    table: &'t Table,
    /// Where the table stands.
    pub at: Place,
    keys: &'static Keys,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// The fields of a value that must be a table.
    pub fn of(value: &'t Value, keys: &'static Keys, context: &mut Context<'_>) -> Option<Self> {
        if let Data::Table(table) = &value.data {
            return Some(Self { table, at: value.at, keys, asked: Vec::new() });
        }
        let path = context.path();
        // Some are called by their key, which says nothing more.
        let what = if keys.what.starts_with('`') { String::new() } else { format!(" ({})", keys.what) };
        let message = format!("`{path}` must be a table{what}, found {}", value.shown());
        context.error(Problem::error(message, value.at));
        None
    }

    /// The raw entry of a key.
    pub fn entry(&mut self, key: &'static str) -> Option<&'t Entry> {
        debug_assert!(self.keys.get(key).is_some(), "{} is read with `{key}`, which is not described", self.keys.what);
        self.asked.push(key);
        self.table.get(key)
    }

    /// A value that may be absent.
    pub fn optional<T: FromValue>(&mut self, key: &'static str, context: &mut Context<'_>) -> Option<T> {
        debug_assert!(
            self.keys.get(key).is_some_and(|described| described.kind == T::KIND),
            "`{key}` of {} is read as another kind than is described",
            self.keys.what
        );
        let entry = self.entry(key)?;
        let read = context.within(key, |context| T::from_value(&entry.value, context));
        if read.is_none() {
            context.problems.help_last(entry.value.at, |message| explanation(self.keys.get(key)?, message));
        }
        read
    }

    /// A value that has a default, which is described.
    pub fn or_default<T: FromValue>(&mut self, key: &'static str, context: &mut Context<'_>) -> T {
        let written = self.optional(key, context);
        let default = || match self.keys.get(key).map(|described| described.absent) {
            Some(Absent::Default(plain)) => {
                context.within(key, |context| T::from_value(&plain.value(self.at), context))
            }
            _ => None,
        };
        written.or_else(default).unwrap_or_else(|| panic!("`{key}` of {} has a sound default", self.keys.what))
    }

    /// A value that must be there.
    pub fn required<T: FromValue>(&mut self, key: &'static str, context: &mut Context<'_>) -> Option<T> {
        if self.entry(key).is_none() {
            let path = context.path();
            let place = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
            context.error(
                Problem::error(format!("{place} lacks `{key}`"), self.at)
                    .help(format!("write `{key}` as {}", T::KIND.expected())),
            );
            return None;
        }
        self.optional(key, context)
    }

    /// A whole number that may be absent, within the range that is described.
    pub fn whole(&mut self, key: &'static str, context: &mut Context<'_>) -> Option<At<u64>> {
        let number = self.optional::<At<u64>>(key, context)?;
        let (least, most) = self.keys.get(key)?.range.unwrap_or((0, MOST));
        if (least..=most).contains(&number.value) {
            return Some(number);
        }
        let path = context.within(key, |context| context.path());
        let message = format!("`{path}` must be a whole number from {least} to {most}, found {}", number.value);
        context.error(Problem::error(message, number.at));
        None
    }

    /// A list that may be absent and is then empty: as long as is described, nothing in it twice.
    pub fn listed<T: FromValue>(&mut self, key: &'static str, context: &mut Context<'_>) -> Vec<T> {
        let all = self.optional::<Vec<T>>(key, context);
        self.counted(key, context);
        all.unwrap_or_default()
    }

    /// The same where a single value may stand for a list of one.
    pub fn one_or_more<T: FromValue>(&mut self, key: &'static str, context: &mut Context<'_>) -> Vec<T> {
        let all = self.optional::<OneOrMore<T>>(key, context);
        self.counted(key, context);
        all.map_or_else(Vec::new, |OneOrMore(all)| all)
    }

    /// Notes a list that is empty, too long, or says the same twice.
    fn counted(&self, key: &str, context: &mut Context<'_>) {
        let Some(Entry { value: Value { at, data: Data::List(items) }, .. }) = self.table.get(key) else { return };
        let (least, most) = self.keys.get(key).and_then(|key| key.range).unwrap_or((1, MOST_LISTED));
        let (path, count) = (context.within(key, |context| context.path()), items.len() as u64);
        if count == 0 && least > 0 {
            let problem = Problem::error(format!("`{path}` is empty"), *at);
            context.error(problem.help("name at least one, or leave the key away"));
        } else if count > most {
            context.error(Problem::error(format!("`{path}` has {count} entries, at most {most} are possible"), *at));
        }
        for (i, item) in items.iter().enumerate().filter(|(_, item)| item.as_table().is_none()) {
            if let Some(first) = items[..i].iter().find(|first| first.json() == item.json()) {
                let message = format!("`{path}` says {} twice", item.shown());
                context.error(Problem::error(message, item.at).also(first.at, "the first"));
            }
        }
    }

    /// Whether the table has a key.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Keys that have no meaning here, which has been told already.
    pub fn leave(&mut self, keys: &[&'static str]) {
        self.asked.extend(keys);
    }

    /// Whether the table has keys that are not part of the format: [`Fields::finish`] tells of them, and one of them is
    /// probably what seems to be missing.
    pub fn any_unknown(&self) -> bool {
        self.table.0.iter().any(|entry| self.keys.get(&entry.key).is_none())
    }

    /// Tells of every key that is not part of the format.
    pub fn finish(self, context: &mut Context<'_>) {
        let known = || self.keys.all.iter().map(|key| key.name);
        for entry in &self.table.0 {
            if known().any(|key| key == entry.key) {
                debug_assert!(self.asked.contains(&entry.key.as_str()), "`{}` is ignored", entry.key);
                continue;
            }
            let message = format!("{} has no key `{}`", self.keys.what, entry.key);
            let problem = Problem::error(message, entry.key_at);
            let allowed: Vec<&str> = known().collect();
            context
                .problems
                .push(problem.suggest_or(&entry.key, allowed, || elsewhere::belongs(&entry.key, self.keys)));
        }
    }
}

/// What a key means, or for a table what one looks like: for whoever wrote a value that it cannot have, and was told so by a
/// message that does not say it.
fn explanation(key: &Key, message: &str) -> Option<String> {
    let expected = key.kind.expected();
    if message.contains(&*expected) && !expected.is_empty() {
        return None;
    }
    if expected.starts_with('{') {
        // Of several ways to write it the first.
        let example =
            expected.split_once("}, {").map_or_else(|| expected.to_string(), |(first, _)| format!("{first}}}"));
        return Some(format!("for example {} = {example}", key.name));
    }
    // Numbers of rules, headings and emphasis are for readers of the reference.
    let doc = key.doc.split(" (R").next().unwrap_or(key.doc).replace('*', "");
    (!doc.is_empty() && !doc.contains("see below")).then(|| format!("`{}`: {doc}", key.name))
}

/// A table of named things (`[channels.email]`, …), in the order of the file.
pub fn named<'t, T>(
    entry: Option<&'t Entry>,
    key: &'static str,
    context: &mut Context<'_>,
    mut read: impl FnMut(&'t Entry, &mut Context<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(entry) = entry else { return Vec::new() };
    context.within(key, |context| {
        let Data::Table(table) = &entry.value.data else {
            let message = format!("`{key}` must be a table of named entries, found {}", entry.value.shown());
            context.error(Problem::error(message, entry.value.at).help(format!("write [{key}.NAME]")));
            return Vec::new();
        };
        table.0.iter().filter_map(|item| context.within(&item.key, |context| read(item, context))).collect()
    })
}

/// A value together with the place where it was written.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Place,
}

/// A value, or a list of values.
pub struct OneOrMore<T>(pub Vec<T>);

/// The longest list where no other limit is described.
const MOST_LISTED: u64 = 64;

impl<T: Described> Described for OneOrMore<T> {
    const KIND: Kind = Kind::new("", "one, or a list", Form::OneOf(&[T::KIND, <Vec<T>>::KIND]));
}

impl<T: FromValue> FromValue for OneOrMore<T> {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match &value.data {
            Data::List(_) => Vec::from_value(value, context).map(Self),
            _ => T::from_value(value, context).map(|one| Self(vec![one])),
        }
    }
}

/// Named things: a table by name.
pub struct Named<T>(std::marker::PhantomData<T>);

impl<T: Described> Described for Named<T> {
    const KIND: Kind = Kind::new("", "a table of named entries", Form::ByName("name", &T::KIND));
}

impl<T: Described> Described for At<T> {
    const KIND: Kind = T::KIND;
}

impl<T: FromValue> FromValue for At<T> {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        Some(Self { value: T::from_value(value, context)?, at: value.at })
    }
}

impl Described for String {
    const KIND: Kind = Kind::new("text", "a string", Form::Text);
}

impl FromValue for String {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match value.as_text() {
            Some(text) => Some(text.to_owned()),
            None => mismatch(value, context),
        }
    }
}

impl Described for bool {
    const KIND: Kind = Kind::new("true or false", "true or false", Form::Bool);
}

impl FromValue for bool {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if let Data::Bool(truth) = value.data { Some(truth) } else { mismatch(value, context) }
    }
}

/// The largest whole number that TOML has.
const MOST: u64 = i64::MAX as u64;

impl Described for u64 {
    const KIND: Kind = Kind::new("whole number", "a whole number, 0 or more", Form::Whole(0, MOST));
}

impl FromValue for u64 {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match value.data {
            Data::Integer(number) if number >= 0 => Some(number as u64),
            // `1e6` reads as a whole number to everyone but a parser.
            Data::Float(number) if number >= 0.0 && number.fract() == 0.0 && number <= 9e15 => Some(number as u64),
            _ => mismatch(value, context),
        }
    }
}

impl Described for f64 {
    const KIND: Kind = Kind::new("number", "a number", Form::Number(f64::MIN, f64::MAX));
}

impl FromValue for f64 {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match value.data {
            Data::Integer(number) => Some(number as f64),
            Data::Float(number) => Some(number),
            _ => mismatch(value, context),
        }
    }
}

impl<T: Described> Described for Vec<T> {
    const KIND: Kind = Kind::new("", "a list", Form::List(&T::KIND));
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::List(items) = &value.data else {
            let message = format!("`{}` must be a list, found {}", context.path(), value.shown());
            let problem = Problem::error(message, value.at);
            context.error(match &value.data {
                Data::Text(_) => problem.help(format!("a list of one is written [{}]", value.shown())),
                Data::Table(_) => problem.help("a list of one is written [{ … }]"),
                _ => problem,
            });
            return None;
        };
        let read = |(i, item)| context.within(&format!("{i}"), |context| T::from_value(item, context));
        let all: Vec<Option<T>> = items.iter().enumerate().map(read).collect();
        all.into_iter().collect()
    }
}

/// A word out of a fixed set; the set is its own documentation.
pub fn one_of<T: Copy>(value: &Value, words: &[(&'static str, T)], context: &mut Context<'_>) -> Option<T> {
    let found = value.as_text();
    if let Some(&(_, meaning)) = words.iter().find(|(word, _)| Some(*word) == found) {
        return Some(meaning);
    }
    let path = context.path();
    let shown = value.shown();
    let problem = Problem::error(format!("`{path}` cannot be {shown}"), value.at);
    context.error(problem.suggest(found.unwrap_or(""), words.iter().map(|&(word, _)| word)));
    None
}
