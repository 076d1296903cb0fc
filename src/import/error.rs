//! Why a file could not be imported.

use thiserror::Error;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What is wrong with the file.
#[derive(Clone, Debug, Error)]
#[error("{what}")]
pub struct Error {
    /// Where it is wrong; none = as a whole.
    pub at: Option<Position>,
    /// What is wrong.
    pub what: String,
    /// What to do about it, or nothing.
    pub help: String,
}

impl Error {
    /// Something wrong at a place.
    pub fn at(at: Position, what: impl Into<String>) -> Self {
        Self { at: Some(at), what: what.into(), help: String::new() }
    }

    /// Something wrong with the file as a whole.
    pub fn whole(what: impl Into<String>) -> Self {
        Self { at: None, what: what.into(), help: String::new() }
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
