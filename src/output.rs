//! Output that appears whole or not at all.
//!
//! What is written is made beside its place, under a hidden name, and moved there in one step: a killed program or a full
//! disk never leaves half of it.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use thiserror::Error;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum Error {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// There is something at its place.
    #[error("{path} exists already; choose another place, or --overwrite to replace {what}")]
    Exists {
        /// The place.
        path: PathBuf,
        /// What may be replaced there, such as "a result folder".
        what: &'static str,
    },
    /// There is something at its place that is not replaced in any case.
    #[error("{path} exists already and is not {what}: it is left alone; choose another place")]
    LeftAlone {
        /// The place.
        path: PathBuf,
        /// What would be replaced there, such as "a result folder".
        what: &'static str,
    },
}

/// An error of the file system at a path.
pub fn io_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}

/// What may stand where output goes and be replaced.
#[derive(Clone, Copy, Debug)]
pub enum Replaces {
    /// Nothing.
    Nothing(&'static str),
    /// A folder with this file in it, and what such a folder is called.
    FolderWith(&'static str, &'static str),
    /// Any file, and what it is called.
    File(&'static str),
}

/// A place for a folder or file, checked before the work begins and filled in one step at its end.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    replaces: Replaces,
}

impl Place {
    /// Checks that something can be written at a path.
    ///
    /// # Errors
    /// If something is there already that may not be replaced, or nothing can be written beside it.
    pub fn prepare(path: &Path, replaces: Replaces) -> Result<Self, Error> {
        let (replaceable, what) = match replaces {
            Replaces::Nothing(what) => (false, what),
            Replaces::FolderWith(mark, what) => (path.join(mark).is_file(), what),
            Replaces::File(what) => (path.is_file(), what),
        };
        if path.symlink_metadata().is_ok() && !replaceable {
            let path = path.to_owned();
            return Err(match replaces {
                Replaces::Nothing(_) => Error::Exists { path, what },
                Replaces::FolderWith(..) | Replaces::File(_) => Error::LeftAlone { path, what },
            });
        }
        let place = Self { path: path.to_owned(), replaces };
        let trial = place.beside("trial");
        fs::create_dir_all(place.parent()).map_err(io_error(place.parent()))?;
        fs::create_dir(&trial).map_err(io_error(&trial))?;
        fs::remove_dir(&trial).map_err(io_error(&trial))?;
        Ok(place)
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a folder: `fill` gets the path of an empty one.
    ///
    /// # Errors
    /// What `fill` says, or if the file system refuses; nothing is then left behind.
    pub fn write_folder<E: From<Error>>(&self, fill: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
        let partial = self.beside("partial");
        let written = fs::create_dir(&partial)
            .map_err(|source| io_error(&partial)(source).into())
            .and_then(|()| fill(&partial))
            .and_then(|()| self.put(&partial).map_err(E::from));
        if written.is_err() {
            // The first error is the one to tell; what is left must go in any case.
            let _ = fs::remove_dir_all(&partial);
        }
        written
    }

    /// Writes a file: `fill` gets the path at which to create it.
    ///
    /// # Errors
    /// What `fill` says, or if the file system refuses; nothing is then left behind.
    pub fn write_file<E: From<Error>>(&self, fill: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
        let partial = self.beside("partial");
        let written = fill(&partial).and_then(|()| self.put(&partial).map_err(E::from));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written
    }

    /// Writes a file through a stream. What is called `….gz` is compressed, without a time stamp.
    ///
    /// # Errors
    /// If `fill` fails or the file system refuses; nothing is then left behind.
    pub fn write_stream<T>(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Error> {
        let mut all = None;
        let packed = self.path.extension().is_some_and(|extension| extension == "gz");
        let stream = |partial: &Path| {
            let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(partial)?);
            if packed {
                let mut packer = GzBuilder::new().mtime(0).write(out, Compression::default());
                all = Some(fill(&mut packer)?);
                out = packer.finish()?;
            } else {
                all = Some(fill(&mut out)?);
            }
            out.flush()
        };
        self.write_file(|partial| stream(partial).map_err(io_error(&self.path)))?;
        // Without an error there is something.
        all.ok_or_else(|| io_error(&self.path)(io::Error::other("nothing was written")))
    }

    fn put(&self, partial: &Path) -> Result<(), Error> {
        let folder = matches!(self.replaces, Replaces::FolderWith(..)) && self.path.exists();
        if !folder {
            return fs::rename(partial, &self.path).map_err(io_error(&self.path));
        }
        // A folder cannot be renamed over another one.
        let old = self.beside("old");
        fs::rename(&self.path, &old).map_err(io_error(&self.path))?;
        let put = fs::rename(partial, &self.path).map_err(io_error(&self.path));
        if put.is_err() {
            fs::rename(&old, &self.path).map_err(io_error(&self.path))?;
        } else {
            fs::remove_dir_all(&old).map_err(io_error(&old))?;
        }
        put
    }

    fn parent(&self) -> &Path {
        self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// A free hidden name in the same folder, so that moving it is one step. What a killed run left there stays: it may
    /// have had the same process number (in a container all do).
    fn beside(&self, what: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = |n: u32| self.parent().join(format!(".{name}.{what}.{}.{n}", std::process::id()));
        (0..u32::MAX).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(0))
    }
}
