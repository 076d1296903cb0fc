//! What is wrong with a file: where, what, what was found, and what to do.

use std::fmt;

use crate::scenario::{harmless, nearest};

/// Found texts are shown up to this many characters.
const LONGEST_FOUND: usize = 60;
/// Names beyond this many are not listed.
const MOST_LISTED: usize = 20;

/// Why a file cannot be read. Displayed as ``FILE:ROW: column `x`: what, found "…"``, and a line of help for each remedy.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Told>);

#[derive(Clone, Debug, PartialEq)]
struct Told {
    file: String,
    row: Option<u64>,
    column: Option<String>,
    what: String,
    found: Option<String>,
    help: Vec<String>,
}

impl Error {
    /// Something is wrong with a file.
    pub(super) fn new(file: &str, what: impl Into<String>) -> Self {
        Self(Box::new(Told {
            file: harmless(file, 400),
            row: None,
            column: None,
            what: harmless(&what.into(), 400),
            found: None,
            help: Vec::new(),
        }))
    }

    /// In this row, as an editor counts them.
    pub(super) fn row(mut self, row: u64) -> Self {
        self.0.row = Some(row);
        self
    }

    /// In this column.
    pub(super) fn column(mut self, name: &str) -> Self {
        self.0.column = Some(harmless(name, LONGEST_FOUND));
        self
    }

    /// This was found.
    pub(super) fn found(mut self, text: &[u8]) -> Self {
        self.0.found = Some(harmless(&String::from_utf8_lossy(text), LONGEST_FOUND));
        self
    }

    /// A line that says what is allowed or what to do.
    pub(super) fn help(mut self, line: impl Into<String>) -> Self {
        self.0.help.push(harmless(&line.into(), 1000));
        self
    }

    /// "did you mean …?", where one of the names is near, and the list of names.
    pub(super) fn suggest<'a>(self, found: &str, what: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let near = nearest(found, names.iter().copied()).map(|name| format!("did you mean `{name}`?"));
        let listed = names.iter().take(MOST_LISTED).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > MOST_LISTED { format!(", … ({} in all)", names.len()) } else { String::new() };
        let suggested = near.into_iter().fold(self, Self::help);
        if names.is_empty() { suggested } else { suggested.help(format!("{what}: {listed}{more}")) }
    }

    /// The remedies, a line each.
    pub fn remedies(&self) -> &[String] {
        &self.0.help
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.file)?;
        if let Some(row) = self.0.row {
            write!(f, ":{row}")?;
        }
        f.write_str(": ")?;
        if let Some(column) = &self.0.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.0.what)?;
        if let Some(found) = &self.0.found {
            write!(f, ", found \"{found}\"")?;
        }
        self.0.help.iter().try_for_each(|line| write!(f, "\n  help: {line}"))
    }
}

impl std::error::Error for Error {}
