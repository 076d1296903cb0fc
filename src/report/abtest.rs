//! What the data of an A/B test say: for a terminal, a wiki, a spreadsheet, a program, and as a page.

mod markdown;
mod methods;
mod page;
mod panels;
pub(super) mod schema;
pub(super) mod terminal;
pub(super) mod words;
pub(super) mod written;

pub use markdown::markdown;
pub use page::page;
pub use panels::{PowerLine, power_curve};
pub use schema::{FORMAT, schema};
pub use terminal::table;

use serde::Serialize;

use super::files;
use crate::abtest::Analysis;
use crate::figures;

pub use crate::figures::ABTEST_SHEETS as SHEETS;

/// Where a page comes from: what it takes to make it again.
#[derive(Clone, Debug)]
pub struct Made {
    /// Version of the program.
    pub version: String,
    /// The command.
    pub command: String,
    /// The data in words: "units.csv, 12 345 rows".
    pub data: String,
    /// The plan's text, if there is one.
    pub plan: Option<String>,
}

/// One of the [`SHEETS`] as CSV: what is undefined is empty. None if there is no sheet of that name.
pub fn csv(analysis: &Analysis, sheet: &str) -> Option<String> {
    let sheets = figures::abtest(analysis);
    let sheet = sheets.iter().find(|known| known.name == sheet)?;
    Some(String::from_utf8_lossy(&files::csv(sheet)).into_owned())
}

/// The analysis as JSON, indented; numbers in full.
pub fn json(analysis: &Analysis) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: u32,
        #[serde(flatten)]
        analysis: &'a Analysis,
    }
    // An analysis holds nothing that JSON cannot say: numbers that are not finite become null.
    serde_json::to_string_pretty(&Document { format: FORMAT, analysis })
        .map_or_else(|error| error.to_string(), |text| text + "\n")
}
