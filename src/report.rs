//! Answers as people and programs read them: one file per format, no arithmetic.
//!
//! A terminal, a wiki and a spreadsheet get the answer of `compare`; [`write()`] makes the whole report, a folder with a page,
//! its charts and the rows behind them.

pub mod abtest;
pub mod attribution;
pub mod certify;
pub mod charts;
mod csv;
mod files;
mod markdown;
mod page;
mod panels;
mod presets;
pub mod sizing;
pub mod sweep;
mod table;
pub mod trace;
mod words;

pub use csv::csv;
pub use files::{PAGE, write};
pub use markdown::markdown;
pub use page::page;
pub use presets::{preset_json, preset_table, presets_json, presets_table};
pub use table::table;

use crate::compare::Answer;

/// Where a report comes from: what it takes to make it again.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Version of the program that played.
    pub version: String,
    /// The command, the scenario being `scenario.toml`.
    pub command: String,
    /// The scenario's text.
    pub scenario: String,
    /// What was laid over it with `--set`.
    pub overrides: Vec<String>,
    /// What the command gives.
    pub again: Again,
}

/// What the command of a report gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same page, byte for byte.
    SameBytes,
    /// The same estimates with errors from other batches: the results were played up to a precision.
    OtherBatches,
    /// A part of the page: its results were played by several commands, of which this is the first.
    FirstOfSeveral,
}

/// The answer as JSON, indented; numbers in full.
pub fn json(answer: &Answer) -> String {
    // An answer holds nothing that JSON cannot say: maps have string keys, and numbers that are not finite become null.
    serde_json::to_string_pretty(answer).map_or_else(|error| error.to_string(), |text| text + "\n")
}
