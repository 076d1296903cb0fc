//! Every value of the scenario, who wrote it, and how well it is known.

use serde::Serialize;
use serde_json::Value;

use super::Column;
use super::Kind::{Number, Text};
use crate::scenario::WrittenBy;
use crate::world::World;

/// A value of the scenario.
#[derive(Clone, Debug, Serialize)]
pub struct InputLine {
    /// Path in the file.
    pub input: String,
    /// What is written there.
    pub value: String,
    /// `file`, `set` or `preset`.
    pub origin: &'static str,
    /// The line of the file.
    pub line: Option<usize>,
    /// The preset.
    pub preset: Option<String>,
    /// The grade of the preset's source.
    pub grade: Option<&'static str>,
    /// Who published it.
    pub source: Option<String>,
    /// When.
    pub year: Option<i64>,
    /// Where.
    pub url: Option<String>,
    /// What was made of it.
    pub note: Option<String>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("input", Text, "path of the value in the scenario file"),
    Column::new("value", Text, "what is written there, as JSON"),
    Column::new("origin", Text, "who wrote it: file (the scenario file), set (--set) or preset"),
    Column::new("line", Number, "line of the scenario file"),
    Column::new("preset", Text, "name of the preset"),
    Column::new(
        "grade",
        Text,
        "how good the preset's source is: A measured, B a benchmark or second-hand list, C a vendor's claim, D a guess, definition",
    ),
    Column::new("source", Text, "who published it"),
    Column::new("year", Number, "year of publication"),
    Column::new("url", Text, "where it can be read"),
    Column::new("note", Text, "what the published figures are, and what was made of them"),
];

pub(super) fn lines(world: &World) -> Vec<InputLine> {
    let line = |written: &crate::scenario::Written| {
        let (mut origin, mut line, mut preset) = ("file", None, None);
        match &written.origin {
            WrittenBy::File { line: at } => line = Some(*at),
            WrittenBy::Set { .. } => origin = "set",
            WrittenBy::Preset { name, .. } => (origin, preset) = ("preset", Some(name.clone())),
        }
        let evidence = written.origin.evidence();
        InputLine {
            input: written.path.clone(),
            value: match &written.value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
            origin,
            line,
            preset,
            grade: evidence.map(|evidence| evidence.grade.name()),
            source: evidence.map(|evidence| evidence.source.clone()),
            year: evidence.and_then(|evidence| evidence.year),
            url: evidence.and_then(|evidence| evidence.url.clone()),
            note: evidence.and_then(|evidence| evidence.note.clone()),
        }
    };
    world.scenario.written.iter().map(line).collect()
}
