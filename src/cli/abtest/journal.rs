//! The looks that were taken at a test, in a file beside its plan.

use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use crate::abtest::Analysis;
use crate::output::{Place, Replaces, io_error};

/// The columns of the file.
const HEADER: &str = "units,share_of_planned,statistic";

/// The file, read.
pub struct Journal {
    path: PathBuf,
    /// Its rows as they stand.
    rows: Vec<String>,
    /// Units and share of the planned units at each look.
    looks: Vec<(u64, f64)>,
}

impl Journal {
    /// Reads the file, if there is one.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut journal = Self { path: path.to_owned(), rows: Vec::new(), looks: Vec::new() };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(journal),
            Err(error) => {
                let what = format!("{} cannot be read: {error}", path.display());
                return Err(Failure::argument(what, "give a file that --journal wrote, or a new one"));
            }
        };
        let wrong = |line: usize| {
            let what = format!("{}:{line}: this is no row of a journal of looks ({HEADER})", path.display());
            Failure::argument(what, "give a file that --journal wrote, or a new one")
        };
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(wrong(1));
        }
        for (i, line) in lines.enumerate() {
            let fields: Vec<&str> = line.split(',').collect();
            let [units, share, _] = fields[..] else { return Err(wrong(i + 2)) };
            let (Ok(units), Ok(share)) = (units.parse(), share.parse::<f64>()) else { return Err(wrong(i + 2)) };
            if !(share.is_finite() && share > 0.0) || journal.looks.last().is_some_and(|(before, _)| *before >= units) {
                return Err(wrong(i + 2));
            }
            journal.looks.push((units, share));
            journal.rows.push(line.to_owned());
        }
        Ok(journal)
    }

    /// Shares of the planned units at the looks that were taken.
    pub fn taken(&self) -> Vec<f64> {
        self.looks.iter().map(|(_, share)| *share).collect()
    }

    /// Adds this look, unless the same units were looked at before.
    pub fn add(mut self, analysis: &Analysis, planned: u64) -> Result<(), Failure> {
        let Some(primary) = analysis.results.first() else { return Ok(()) };
        let units = analysis.units;
        if self.looks.iter().any(|(before, _)| *before >= units) {
            return Ok(());
        }
        self.rows.push(format!("{units},{},{}", units as f64 / planned as f64, primary.main.statistic));
        let text = format!("{HEADER}\n{}\n", self.rows.join("\n"));
        let place = Place::prepare(&self.path, Replaces::File("a journal of looks"))?;
        place.write_file(|path| std::fs::write(path, text).map_err(io_error(path)))?;
        Ok(())
    }
}
