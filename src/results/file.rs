//! A single file, such as an event log: whole or not at all, like a result folder.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};

use super::{Error, beside, io_error, parent};

/// A place for a file, checked before the work begins and filled in one step at its end.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
}

impl NewFile {
    /// Checks that a file can be written.
    ///
    /// # Errors
    /// If something is there already (and is not a file that may be replaced), or nothing can be written beside it.
    pub fn prepare(path: &Path, overwrite: bool) -> Result<Self, Error> {
        let replaceable = overwrite && path.is_file();
        if path.symlink_metadata().is_ok() && !replaceable {
            return Err(Error::FileExists(path.to_owned()));
        }
        let trial = beside(path, "trial");
        fs::create_dir_all(parent(path)).map_err(io_error(parent(path)))?;
        fs::write(&trial, []).map_err(io_error(path))?;
        fs::remove_file(&trial).map_err(io_error(&trial))?;
        Ok(Self { path: path.to_owned() })
    }

    /// Writes the file: all of it or nothing. What is called `….gz` is compressed, without a time stamp.
    ///
    /// # Errors
    /// If `write` fails or the file system refuses; nothing is then left behind.
    pub fn write<T>(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Error> {
        let partial = beside(&self.path, "partial");
        let written = self.fill(&partial, write).and_then(|all| fs::rename(&partial, &self.path).map(|()| all));
        written.map_err(|error| {
            // The first error is the one to tell; what is left must go in any case.
            let _ = fs::remove_file(&partial);
            io_error(&self.path)(error)
        })
    }

    fn fill<T>(&self, partial: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        let file = OpenOptions::new().write(true).create_new(true).open(partial)?;
        let mut out = BufWriter::new(file);
        if self.path.extension().is_none_or(|extension| extension != "gz") {
            let all = write(&mut out)?;
            out.flush()?;
            return Ok(all);
        }
        let mut compressed = GzBuilder::new().mtime(0).write(out, Compression::default());
        let all = write(&mut compressed)?;
        compressed.finish()?.flush()?;
        Ok(all)
    }
}
