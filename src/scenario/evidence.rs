//! How a value of a preset is known, and how good its source is.

use std::fmt;

use serde::Serialize;

/// How a value of a preset is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// How good the source is.
    pub grade: Grade,
    /// Who published it, or that nobody did.
    pub source: String,
    /// The year of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the published figures are, and what was made of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How good a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Grade {
    /// Measured on a large sample with a method, or an official list.
    A,
    /// A vendor's benchmark, a small survey, or a price list seen second-hand.
    B,
    /// A claim without a method, or what people say they would do.
    C,
    /// An expert's guess: no published measurement was found.
    D,
    /// A choice or a definition, nothing that could be measured.
    #[serde(rename = "definition")]
    Definition,
}

impl Grade {
    /// All grades, the best first.
    pub const ALL: [Self; 5] = [Self::A, Self::B, Self::C, Self::D, Self::Definition];

    /// The letter, or `definition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::Definition => "definition",
        }
    }

    /// What a reader must be told of a grade wherever its value is used; none for what was measured.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::C => Some("a vendor's claim"),
            Self::D => Some("a guess"),
            Self::A | Self::B | Self::Definition => None,
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.warning() {
            Some(warning) => write!(f, "{} ({warning})", self.name()),
            None => f.write_str(self.name()),
        }
    }
}
