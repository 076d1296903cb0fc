//! A format as tables of Markdown: what `docs/scenario.md` and `docs/plan.md` say of keys, made from the descriptions that
//! the readers are held to.

use super::format::{Absent, Form, Key, Keys, Kind, Plain, alternatives, thousands};
use super::{
    KEYS, audience, campaign, channel, context, fatigue, goodwill, plan, policies, segment, step, strategy, trigger,
};

/// The tables that stand by themselves; the keys of all others are listed where they belong, as `trigger.every`.
fn by_themselves() -> [&'static Keys; 17] {
    [
        &KEYS,
        &channel::KEYS,
        &channel::DELAY,
        &segment::KEYS,
        &campaign::KEYS,
        &trigger::TRIGGER,
        &audience::AUDIENCE,
        &strategy::KEYS,
        &plan::PLAN,
        &step::STEP,
        &policies::POLICIES,
        &policies::QUIET_RULE,
        &policies::CAP,
        &fatigue::OF_CHANNEL,
        &fatigue::OVERALL,
        &goodwill::GOODWILL,
        &context::CONTEXT,
    ]
}

/// One table of the reference: what it is of ("a channel"), and its Markdown.
pub struct Reference {
    /// What it is of.
    pub of: &'static str,
    /// The table.
    pub markdown: String,
}

/// All tables of the reference of a scenario.
pub fn references() -> Vec<Reference> {
    references_of(&by_themselves())
}

/// The tables of the reference of a format; the keys of what has no table among them are listed where they belong.
pub fn references_of(tables: &[&'static Keys]) -> Vec<Reference> {
    let tables = Tables(tables);
    let reference = |keys: &&'static Keys| {
        let mut markdown = "| Key | Kind | Default | Meaning |\n|---|---|---|---|\n".to_owned();
        tables.rows("", keys, &mut markdown);
        Reference { of: keys.what, markdown }
    };
    tables.0.iter().map(reference).collect()
}

/// The tables that stand by themselves.
struct Tables<'a>(&'a [&'static Keys]);

/// How the reference says that a value may be uncertain.
const UNCERTAIN: &str = ", uncertain";

impl Tables<'_> {
    fn rows(&self, path: &str, keys: &Keys, markdown: &mut String) {
        for key in keys.all {
            let Key { name, absent, doc, .. } = key;
            *markdown += &format!("| `{path}{name}` | {} | {} | {doc} |\n", self.kind(key), absence(*absent));
            self.nested(&format!("{path}{name}."), &key.kind, markdown);
        }
    }

    /// The keys of a table behind a key, unless it stands by itself.
    fn nested(&self, path: &str, kind: &Kind, markdown: &mut String) {
        match kind.form {
            Form::Table(_) | Form::OneOf(_) if self.has(kind) => {}
            Form::Table(keys) => self.rows(path, keys, markdown),
            Form::OneOf(kinds) => kinds.iter().for_each(|kind| self.nested(path, kind, markdown)),
            _ => {}
        }
    }

    /// Whether there is a table of its own for a kind: `delay` for "a delay".
    fn has(&self, kind: &Kind) -> bool {
        self.0.iter().any(|keys| keys.what.split_once(' ').is_some_and(|(_, name)| name == kind.name))
    }

    fn kind(&self, key: &Key) -> String {
        let words = self.in_words(&key.kind);
        let Some((from, to)) = key.range else { return words };
        let range = format!("{words}, {} to {}", grouped(from), grouped(to));
        match key.kind.form {
            Form::Text => range + " characters",
            _ => range,
        }
    }

    /// A kind as the reference calls it.
    fn in_words(&self, kind: &Kind) -> String {
        match kind.form {
            Form::Words(words) => alternatives(words.iter().map(|word| format!("`\"{word}\"`"))),
            Form::Uncertain(..) => format!("{}{UNCERTAIN}", kind.name),
            Form::List(words @ Kind { form: Form::Words(_), .. }) => format!("list of {}", self.in_words(words)),
            Form::List(inner) => match self.in_words(inner).split_once(" of ") {
                Some((what, of)) => format!("list of {what}s of {of}"),
                None => format!("list of {}s", self.in_words(inner)),
            },
            Form::ByName(by, value) => match self.in_words(value).strip_suffix(UNCERTAIN) {
                Some(plain) => format!("{plain} by {by}{UNCERTAIN}"),
                None => format!("{} by {by}", self.in_words(value)),
            },
            Form::Table(_) | Form::OneOf(_) if self.has(kind) => kind.name.to_owned(),
            Form::Table(_) => "table".to_owned(),
            Form::OneOf([one, Kind { form: Form::List(item), .. }]) if *one == **item => {
                let one = self.in_words(one);
                if one.contains(" or ") {
                    format!("{one}, or a list of these")
                } else {
                    format!("{one} or list of {one}s")
                }
            }
            Form::OneOf(kinds) => alternatives(kinds.iter().map(|kind| self.in_words(kind))),
            Form::Number(from, to) if kind.name == "number" && to < f64::MAX => format!("number, {from} to {to}"),
            _ => kind.name.to_owned(),
        }
    }
}

fn absence(absent: Absent) -> String {
    match absent {
        Absent::Required => "must be written".to_owned(),
        Absent::Preset => "preset, or must be written".to_owned(),
        Absent::Default(Plain::Text(text)) => format!("`\"{text}\"`"),
        Absent::Default(Plain::Whole(number)) => format!("`{}`", thousands(number.unsigned_abs(), "_")),
        Absent::Default(Plain::Bool(truth)) => format!("`{truth}`"),
        Absent::Means(words) => words.to_owned(),
    }
}

/// `100,000`, and `1e12` for what nobody counts the zeros of.
fn grouped(number: u64) -> String {
    if number >= 1_000_000_000 && number.to_string().trim_end_matches('0').len() == 1 {
        return format!("{}e{}", number.to_string().trim_end_matches('0'), number.ilog10());
    }
    thousands(number, ",")
}
