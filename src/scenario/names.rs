//! Names that the user gives to channels, segments, campaigns and strategies: they become parts of paths, file names,
//! columns of CSV files and headings, so that what could break any of these is refused at the start.

use super::problems::{Problem, Problems, is_invisible};
use super::tree::{Entry, Table};

/// Longest name, in characters.
pub const LONGEST: usize = 64;

/// What a name looks like, for those who cannot ask [`check`]: nearly all of it.
pub const PATTERN: &str = "^[^-+@ ./\\\\:*?\"<>|`,;=\\x00-\\x1f\\x7f]([^./\\\\:*?\"<>|`,;=\\x00-\\x1f\\x7f]*[^ ./\\\\:*?\"<>|`,;=\\x00-\\x1f\\x7f])?$";

/// How many entries a group may have, with what one of them is called.
pub const GROUPS: [(&str, &str, usize); 4] = [
    // More do not fit the engine's bit masks.
    ("channels", "channel", 64),
    ("segments", "segment", 10_000),
    ("campaigns", "campaign", 1_000),
    ("strategies", "strategy", 1_000),
];

/// Notes every name in a group that cannot be used, and drops entries beyond the group's limit.
pub fn check(group: &mut Table, (key, what, most): (&str, &str, usize), problems: &mut Problems) {
    if group.0.len() > most {
        let message = format!("at most {most} {key}, found {}", group.0.len());
        problems.push(Problem::error(message, group.0[most].key_at));
        group.0.truncate(most);
    }
    let mut seen = std::collections::HashMap::new();
    for entry in &group.0 {
        if let Some(why) = unusable(&entry.key) {
            let message =
                format!("a {what} cannot be called `{}`: {why}", super::problems::harmless(&entry.key, LONGEST));
            let help = "names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine";
            problems.push(Problem::error(message, entry.key_at).help(help));
        } else if let Some(other) = seen.insert(entry.key.to_lowercase(), entry) {
            let Entry { key, key_at, .. } = other;
            let message = format!("the names `{key}` and `{}` differ only in capitals", entry.key);
            problems.push(Problem::error(message, entry.key_at).also(*key_at, "the other one"));
        }
    }
}

/// Why a name cannot be used, if so.
pub fn unusable(name: &str) -> Option<String> {
    let forbidden = |c: &char| c.is_control() || is_invisible(*c);
    let punctuation = |c: &char| "./\\:*?\"<>|`,;=".contains(*c);
    match name.chars().count() {
        0 => return Some("it is empty".to_owned()),
        count if count > LONGEST => return Some(format!("it has {count} characters")),
        _ => {}
    }
    if let Some(c) = name.chars().find(forbidden) {
        return Some(format!("it holds the invisible character U+{:04X}", u32::from(c)));
    }
    if let Some(c) = name.chars().find(punctuation) {
        return Some(format!("it holds `{c}`"));
    }
    if name.starts_with('(') {
        return Some("it begins with `(`, which marks what is no name in tables".to_owned());
    }
    if name.trim() != name {
        return Some("it begins or ends with a space".to_owned());
    }
    name.starts_with(['-', '+', '@']).then(|| "it must begin with a letter or digit".to_owned())
}
