//! What a scenario may say: tables, their keys, and the kinds of values. The readers ask for nothing that is not described
//! here, and the messages, the [JSON Schema](mod@super::schema) and the [reference](super::reference) are made from the same
//! descriptions, so that none of them can say something else than is read.
//!
//! Each description stands beside its reader; this module says what a description is.

use std::borrow::Cow;

use super::place::Place;
use super::tree::{Data, Value};

/// One kind of table: its keys, and which of them go together.
#[derive(Debug, PartialEq)]
pub struct Keys {
    /// What messages call it: "a channel".
    pub what: &'static str,
    /// All keys, in the order in which they are listed.
    pub all: &'static [Key],
    /// Which keys need or exclude each other.
    pub rules: &'static [Rule],
}

/// One key of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// What holds if it is not written.
    pub absent: Absent,
    /// What it means, in one sentence of Markdown, with the rule that decides it.
    pub doc: &'static str,
    /// From … to, where the kind allows more: a whole number, or how many entries a list or table has.
    pub range: Option<(u64, u64)>,
    /// Whether an empty table or list says what its absence says.
    pub may_be_empty: bool,
}

/// What holds if a key is not written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// It must be written.
    Required,
    /// The preset says it, else it must be written.
    Preset,
    /// This is played.
    Default(Plain),
    /// This, in words (Markdown): it depends on the rest of the scenario, or nothing is played.
    Means(&'static str),
}

/// A default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain {
    /// Text: `"365d"`.
    Text(&'static str),
    /// A whole number.
    Whole(i64),
    /// `true` or `false`.
    Bool(bool),
}

/// Keys that need or exclude each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// One of these, and only one.
    ExactlyOne(&'static [&'static str]),
    /// The first excludes the others.
    Excludes(&'static str, &'static [&'static str]),
    /// The first has a meaning only beside one of the others.
    Needs(&'static str, &'static [&'static str]),
    /// All keys of at least one of these sets.
    AnyOf(&'static [&'static [&'static str]]),
}

/// What may be written as a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// What the reference calls it, if its form does not say it: "share".
    pub name: &'static str,
    /// What a user must write, in the words of messages: "a share between 0 and 1"; for fixed words the words themselves.
    expected: &'static str,
    /// Its form.
    pub form: Form,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// `true` or `false`.
    Bool,
    /// A number from … to.
    Number(f64, f64),
    /// A number above 0, up to this.
    Above0(f64),
    /// A whole number from … to.
    Whole(u64, u64),
    /// Any text.
    Text,
    /// Text that a regular expression describes (ECMA 262, as JSON Schema wants it).
    Pattern(&'static str),
    /// One of these words.
    Words(&'static [&'static str]),
    /// The name of a preset of this kind (`channel`, `segment`, `hours`).
    Preset(&'static str),
    /// A value of this kind, or what is known about it.
    Uncertain(&'static Kind, &'static Keys, &'static Keys),
    /// A list of values of this kind.
    List(&'static Kind),
    /// A table.
    Table(&'static Keys),
    /// A table whose keys are names of something ("channel"), with a value of this kind each.
    ByName(&'static str, &'static Kind),
    /// One of several forms.
    OneOf(&'static [Kind]),
}

/// A type of which the format has values.
pub trait Described {
    /// How it is written.
    const KIND: Kind;
}

impl Kind {
    /// A kind with its name in the reference and what messages expect.
    pub const fn new(name: &'static str, expected: &'static str, form: Form) -> Self {
        Self { name, expected, form }
    }

    /// One of some words, which say themselves what is expected.
    pub const fn words(words: &'static [&'static str]) -> Self {
        Self { name: "", expected: "", form: Form::Words(words) }
    }

    /// The same kind in another form.
    pub const fn uncertain(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// What a user must write, in words.
    pub fn expected(&self) -> Cow<'static, str> {
        match self.form {
            Form::Words(words) => alternatives(words.iter().map(|word| format!("\"{word}\""))).into(),
            _ => self.expected.into(),
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn alternatives(all: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = all.collect();
    let last = all.pop().unwrap_or_default();
    if all.is_empty() { last } else { format!("{} or {last}", all.join(", ")) }
}

/// A whole number with its thousands apart.
pub fn thousands(number: u64, by: &str) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(by)
}

/// The words of pairs of a word and its meaning.
pub const fn words<T: Copy, const N: usize>(pairs: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut i = 0;
    while i < N {
        words[i] = pairs[i].0;
        i += 1;
    }
    words
}

impl Key {
    /// A key behind which a value of type `T` stands.
    pub const fn of<T: Described>(name: &'static str, absent: Absent, doc: &'static str) -> Self {
        Self { name, kind: T::KIND, absent, doc, range: None, may_be_empty: false }
    }

    /// The same where an empty table or list says what its absence says.
    pub const fn or_empty(self) -> Self {
        Self { may_be_empty: true, ..self }
    }

    /// The same with a narrower range.
    pub const fn within(self, from: u64, to: u64) -> Self {
        Self { range: Some((from, to)), ..self }
    }
}

impl Keys {
    /// The description of a key.
    pub fn get(&self, name: &str) -> Option<&Key> {
        self.all.iter().find(|key| key.name == name)
    }
}

impl Plain {
    /// The default as JSON.
    pub fn json(self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Whole(number) => number.into(),
            Self::Bool(truth) => truth.into(),
        }
    }

    /// The default as if it had been written.
    pub fn value(self, at: Place) -> Value {
        let data = match self {
            Self::Text(text) => Data::Text(text.to_owned()),
            Self::Whole(number) => Data::Integer(number),
            Self::Bool(truth) => Data::Bool(truth),
        };
        Value { at, data }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::scenario::{KEYS, load};

    /// Every key of a table, and of the tables in it.
    fn described(kind: &Kind, found: &mut BTreeSet<(&'static str, &'static str)>) {
        match kind.form {
            Form::Table(keys) => table(keys, found),
            Form::Uncertain(_, percentiles, pert) => {
                [percentiles, pert].into_iter().for_each(|keys| table(keys, found));
            }
            Form::List(inner) | Form::ByName(_, inner) => described(inner, found),
            Form::OneOf(kinds) => kinds.iter().for_each(|kind| described(kind, found)),
            _ => {}
        }
    }

    fn table(keys: &'static Keys, found: &mut BTreeSet<(&'static str, &'static str)>) {
        for key in keys.all {
            found.insert((keys.what, key.name));
            described(&key.kind, found);
        }
    }

    /// The described keys that a scenario writes.
    fn written(value: &Value, kind: &Kind, found: &mut BTreeSet<(&'static str, &'static str)>) {
        let table = |keys: &'static Keys, found: &mut BTreeSet<_>| {
            for key in keys.all {
                if let Some(value) = value.get(key.name) {
                    found.insert((keys.what, key.name));
                    written(value, &key.kind, found);
                }
            }
        };
        match kind.form {
            Form::Table(keys) => table(keys, found),
            Form::Uncertain(_, percentiles, pert) => {
                [percentiles, pert].into_iter().for_each(|keys| table(keys, found));
            }
            Form::List(kind) => value.as_array().into_iter().flatten().for_each(|item| written(item, kind, found)),
            Form::ByName(_, kind) => {
                value.as_object().into_iter().flatten().for_each(|(_, item)| written(item, kind, found));
            }
            Form::OneOf(kinds) => kinds.iter().for_each(|kind| written(value, kind, found)),
            _ => {}
        }
    }

    /// A reader that ignores a described key fails wherever the key is written (`Fields::finish`): so each must be, in the
    /// examples of the reference.
    #[test]
    fn every_described_key_is_written_in_an_example() {
        let root = Kind::new("", "", Form::Table(&KEYS));
        let reference = include_str!("../../docs/scenario.md");
        let examples: Vec<&str> =
            reference.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let (mut all, mut seen) = (BTreeSet::new(), BTreeSet::new());
        described(&root, &mut all);
        for (i, example) in examples.iter().enumerate() {
            let over = if i == 0 { Vec::new() } else { vec![(*example).to_owned()] };
            let scenario = load("reference", examples[0], &over).scenario.expect("every example loads");
            written(&scenario.resolved, &root, &mut seen);
        }
        // They are no part of the resolved scenario.
        for name in [("a channel", "preset"), ("a segment", "preset"), ("a strategy", "extends")] {
            assert!(reference.contains(&format!("\n{} = ", name.1)));
            seen.insert(name);
        }
        assert!(all.len() > 80, "{}", all.len());
        assert_eq!(all.difference(&seen).collect::<Vec<_>>(), [&("", ""); 0]);
    }

    #[test]
    fn what_is_expected_reads_well() {
        const TWO: Kind = Kind::words(&["a", "b"]);
        assert_eq!(TWO.expected(), "\"a\" or \"b\"");
        assert_eq!(Kind::words(&["a"]).expected(), "\"a\"");
        assert_eq!(Kind::words(&["a", "b", "c"]).expected(), "\"a\", \"b\" or \"c\"");
        assert_eq!(thousands(1_234_567, "_"), "1_234_567");
        assert_eq!(thousands(123, ","), "123");
    }
}
