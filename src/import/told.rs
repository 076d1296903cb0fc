//! What a person must know of a translation: nothing is dropped silently.

use super::journey::Node;

/// Something to tell, by the line of the file that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Line of the file, from 1.
    pub line: usize,
    /// What kind of thing it is.
    pub what: What,
    /// Of what.
    pub of: String,
    /// What there is to say.
    pub why: String,
}

/// Kinds of things to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It has no counterpart and is not in the strategy.
    LeftOut,
    /// It is in the strategy, but not quite the same.
    Differs,
    /// A person must say it.
    FillIn,
}

impl What {
    /// All kinds, what weighs most first.
    pub const ALL: [Self; 3] = [Self::LeftOut, Self::Differs, Self::FillIn];

    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::Differs => "differs",
            Self::FillIn => "fill in",
        }
    }
}

impl Told {
    /// Something about a node.
    pub fn of_node(node: &Node, what: What, why: impl Into<String>) -> Self {
        Self { line: node.line, what, of: format!("{} ({})", node.id, node.does.word()), why: why.into() }
    }

    /// Something about the entry or the whole journey.
    pub fn of(of: impl Into<String>, line: usize, what: What, why: impl Into<String>) -> Self {
        Self { line, what, of: of.into(), why: why.into() }
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.what.word(), self.of, self.why)
    }
}
