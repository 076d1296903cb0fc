//! Files of A/B tests, read into [`Collected`]: one row per unit, totals per arm, or events.
//!
//! - *Units*: a header and one row per unit, `unit_id,variant[,exposed_at][,segment …],metric …`. Memory stays flat: some
//!   80 MB, however many rows, but for quantiles and survival times, whose values are kept.
//! - *Totals*: one row per arm, or per arm and day, segment or metric: `variant,n,sum[,sum_sq …]`.
//! - *Events*: a file of exposures `unit_id,variant,time` and one of outcomes `unit_id,time,event[,value]`. Memory grows
//!   with the units, by some 100 bytes each.
//!
//! Fields are separated by commas, semicolons or tabs, whichever the header has; files may be compressed with gzip. What is
//! not clear is refused with its place rather than guessed: decimal commas, dates whose month could be the day, texts
//! among numbers.

mod error;
mod events;
mod fields;
mod names;
mod repeats;
mod source;
mod table;
mod times;
mod totals;
mod units;

use super::collected::Collected;
use super::metric::Metric;
use crate::scenario::Seconds;
pub use error::Error;
pub use source::Source;
use table::Table;
pub use times::parse_time;

/// What columns of units are usually called.
const UNIT: [&str; 9] =
    ["unit_id", "user_id", "userid", "customer_id", "client_id", "visitor_id", "unit", "user", "id"];
/// What columns of arms are usually called.
const VARIANT: [&str; 9] = [
    "variant",
    "variation",
    "arm",
    "group",
    "version",
    "variant_name",
    "variation_name",
    "variation_id",
    "exp_variant_id",
];
/// What columns of the time of exposure are usually called.
const EXPOSED: [&str; 5] = ["exposed_at", "exposure_time", "exposure_date", "first_exposed_at", "exposure_timestamp"];
/// The same in files of which each row has a time.
const TIME: [&str; 5] = ["time", "timestamp", "at", "date", "datetime"];

/// The files of a test.
#[derive(Clone, Copy, Debug)]
pub enum Files<'a> {
    /// One row per unit.
    Units(&'a Source),
    /// One row per arm, or per arm and day, segment or metric.
    Totals {
        /// The file.
        file: &'a Source,
        /// Rows of later dates hold those of earlier ones.
        cumulative: bool,
    },
    /// Who was exposed when, and what happened when.
    Events {
        /// A row for each exposure.
        exposures: &'a Source,
        /// A row for each event.
        outcomes: &'a Source,
    },
}

/// What a file seems to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One row per unit.
    Units,
    /// Totals of arms.
    Totals,
}

/// The first row of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// What it seems to hold.
    pub shape: Shape,
}

impl Source {
    /// Reads the first row: totals have a column of sizes and one of sums, and none of units.
    ///
    /// # Errors
    /// If there is no header that can be read.
    pub fn header(&self) -> Result<Header, Error> {
        let table = Table::open(self)?;
        let any = |names: &[&str]| table.columns.iter().any(|c| names.iter().any(|name| c.eq_ignore_ascii_case(name)));
        let totals = any(&totals::UNITS) && any(&totals::SUM) && !any(&UNIT);
        let shape = if totals { Shape::Totals } else { Shape::Units };
        Ok(Header { columns: table.columns, shape })
    }
}

impl<'a> Files<'a> {
    /// One file, of units or of totals by its header.
    ///
    /// # Errors
    /// If there is no header that can be read.
    pub fn guess(file: &'a Source) -> Result<Self, Error> {
        Ok(match file.header()?.shape {
            Shape::Units => Self::Units(file),
            Shape::Totals => Self::Totals { file, cumulative: false },
        })
    }
}

/// Names of columns; those that are not given have their usual names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// The unit. Without it, repeated units are not looked for.
    pub unit: Option<String>,
    /// The arm.
    pub variant: Option<String>,
    /// When the unit was exposed; in totals, the day.
    pub exposed: Option<String>,
    /// When an outcome happened.
    pub time: Option<String>,
    /// What happened.
    pub event: Option<String>,
    /// How much.
    pub value: Option<String>,
}

/// What is wanted of the files.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The metrics.
    pub metrics: &'a [Metric],
    /// Names of columns.
    pub columns: &'a Columns,
    /// Columns of segments.
    pub segments: &'a [String],
    /// Columns known before exposure, beside the covariates of metrics, whose balance is looked at.
    pub before: &'a [String],
    /// The arm that is the control; none = the first of `arms`, or what is usually called so.
    pub control: Option<&'a str>,
    /// The arms of a plan in its order; others of the data follow by name. Empty = those of the data.
    pub arms: &'a [String],
    /// When watching ended; none = with the last exposure or outcome.
    pub until: Option<Seconds>,
}

/// How far reading got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which time a file is gone through, from 1; most need one, or two.
    pub pass: u32,
    /// Bytes read in this pass, as they are stored.
    pub read: u64,
    /// Bytes of the file.
    pub total: u64,
}

/// Who is told how far reading got.
struct Told<'p> {
    progress: &'p mut dyn FnMut(Progress),
    pass: u32,
}

/// Reads the files of a test.
///
/// # Errors
/// The first thing that is wrong in them, with its place and what to do.
pub fn read(files: &Files, request: &Request, progress: &mut dyn FnMut(Progress)) -> Result<Collected, Error> {
    let mut told = Told { progress, pass: 0 };
    // A column of segments that is named twice is one.
    let mut segments: Vec<String> = Vec::new();
    for name in request.segments {
        if !segments.contains(name) {
            segments.push(name.clone());
        }
    }
    let request = &Request { segments: &segments, ..*request };
    match *files {
        Files::Units(file) => units::read(file, request, &mut told),
        Files::Totals { file, cumulative } => totals::read(file, cumulative, request, &mut told),
        Files::Events { exposures, outcomes } => events::read(exposures, outcomes, request, &mut told),
    }
}
