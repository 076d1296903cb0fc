//! What a certificate says: for a terminal, a spreadsheet, a program, and as a page.

mod page;
mod panels;
mod schema;
mod terminal;
mod words;

pub use page::page;
pub use schema::{FORMAT, schema};
pub use terminal::table;
pub use words::headline;

use serde::Serialize;

use super::files;
use crate::abtest::certify::{Certificate, Kept};
use crate::figures;

pub use super::abtest::Made;
pub use crate::figures::CERTIFY_SHEETS as SHEETS;

/// One of the [`SHEETS`] as CSV: what is undefined is empty. None if there is no sheet of that name.
pub fn csv(certificate: &Certificate, sheet: &str) -> Option<String> {
    let sheets = figures::certify(certificate);
    let sheet = sheets.iter().find(|known| known.name == sheet)?;
    Some(String::from_utf8_lossy(&files::csv(sheet)).into_owned())
}

/// The certificate as JSON, indented, with its headline and whether the plan keeps its promises; numbers in full.
pub fn json(certificate: &Certificate) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: u32,
        headline: String,
        kept: Kept,
        #[serde(flatten)]
        certificate: &'a Certificate,
    }
    let kept = certificate.kept();
    // A certificate holds nothing that JSON cannot say: numbers that are not finite become null.
    serde_json::to_string_pretty(&Document { format: FORMAT, headline: headline(certificate), kept, certificate })
        .map_or_else(|error| error.to_string(), |text| text + "\n")
}
