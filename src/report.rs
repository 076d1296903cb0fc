//! Answers as people and programs read them: one file per format, no arithmetic.

mod csv;
mod markdown;
mod table;
pub mod trace;
mod words;

pub use csv::csv;
pub use markdown::markdown;
pub use table::table;

use crate::compare::Answer;

/// The answer as JSON, indented; numbers in full.
pub fn json(answer: &Answer) -> String {
    // An answer holds nothing that JSON cannot say: maps have string keys, and numbers that are not finite become null.
    serde_json::to_string_pretty(answer).map_or_else(|error| error.to_string(), |text| text + "\n")
}
