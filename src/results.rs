//! Results are files: a folder with a manifest and integer tallies, from which every table and chart can be made again
//! without simulating.
//!
//! A folder is written beside its name and moved there in one step, so a killed run or a full disk never leaves half a
//! result. It holds no time stamp, path or thread count: the same file and seed give the same bytes. `SHA256SUMS` lists
//! the hash of every file, so that a folder that was cut short or changed since is refused.

mod file;
mod manifest;
mod rows;
mod sums;

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

pub use file::NewFile;
pub use manifest::{Given, Manifest};

use crate::scenario::NONE;
use crate::tally::Tallies;
use crate::world::World;

/// Why results could not be written, read or put together.
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
    /// There is something at the place where results should go.
    #[error("{0} exists already; choose another folder, or --overwrite to replace a result folder")]
    Exists(PathBuf),
    /// There is something at the place where a file should go.
    #[error("{0} exists already; choose another name, or --overwrite to replace a file")]
    FileExists(PathBuf),
    /// There is no manifest.
    #[error("{0} is no result folder: there is no {file} in it", file = manifest::FILE)]
    NoResults(PathBuf),
    /// It is a broken result folder.
    #[error("{path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Two folders hold results that cannot be compared (R31).
    #[error("the results in {first} and {second} cannot be compared: `{key}` differs ({one} and {other})")]
    Differ {
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// What differs.
        key: &'static str,
        /// Its value in the first.
        one: String,
        /// Its value in the second.
        other: String,
    },
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}

/// A place for results, checked before the simulation begins and filled in one step at its end.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    overwrite: bool,
}

impl Folder {
    /// Checks that results can be written to a folder.
    ///
    /// # Errors
    /// If something is there already (and is not a result folder that may be replaced), or nothing can be written
    /// beside it.
    pub fn prepare(path: &Path, overwrite: bool) -> Result<Self, Error> {
        let replaceable = overwrite && path.join(manifest::FILE).is_file();
        if path.symlink_metadata().is_ok() && !replaceable {
            return Err(Error::Exists(path.to_owned()));
        }
        let folder = Self { path: path.to_owned(), overwrite };
        let trial = beside(path, "trial");
        fs::create_dir_all(parent(path)).map_err(io_error(parent(path)))?;
        fs::create_dir(&trial).map_err(io_error(&trial))?;
        fs::remove_dir(&trial).map_err(io_error(&trial))?;
        Ok(folder)
    }

    /// Writes results: all of them or none.
    ///
    /// # Errors
    /// If the file system refuses; nothing is then left behind.
    pub fn write(&self, manifest: &Manifest, tallies: &Tallies, world: &World) -> Result<(), Error> {
        let partial = beside(&self.path, "partial");
        let written = fs::create_dir(&partial)
            .map_err(io_error(&partial))
            .and_then(|()| manifest.write(&partial))
            .and_then(|()| rows::write(&partial, tallies, world))
            // Last, so that what was cut short can never be read.
            .and_then(|()| sums::write(&partial))
            .and_then(|()| self.put(&partial));
        if written.is_err() {
            // The first error is the one to tell; what is left must go in any case.
            let _ = fs::remove_dir_all(&partial);
        }
        written
    }

    fn put(&self, partial: &Path) -> Result<(), Error> {
        let old = beside(&self.path, "old");
        let replaces = self.overwrite && self.path.exists();
        if replaces {
            fs::rename(&self.path, &old).map_err(io_error(&self.path))?;
        }
        let put = fs::rename(partial, &self.path).map_err(io_error(&self.path));
        if replaces {
            if put.is_err() {
                fs::rename(&old, &self.path).map_err(io_error(&self.path))?;
            } else {
                fs::remove_dir_all(&old).map_err(io_error(&old))?;
            }
        }
        put
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A free hidden name in the same folder, so that moving it is one step. What a killed run left there stays: it may have
/// had the same process number (in a container all do).
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = |n: u32| parent(path).join(format!(".{name}.{what}.{}.{n}", std::process::id()));
    (0..u32::MAX).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(0))
}

/// Results as they lie in a folder.
#[derive(Debug)]
pub struct Results {
    /// What was played.
    pub manifest: Manifest,
    /// What was counted.
    pub tallies: Tallies,
    /// The world that was played.
    pub world: World,
}

/// Reads a result folder.
///
/// # Errors
/// If it is no result folder, was written in another format or by a version with other presets, or is damaged.
pub fn read(folder: &Path) -> Result<Results, Error> {
    let manifest = Manifest::read(folder)?;
    sums::check(folder)?;
    let world = manifest.world(folder)?;
    let tallies = rows::read(folder, &manifest, &world)?;
    Ok(Results { manifest, tallies, world })
}

/// Puts the results of several folders together: strategies of the same world, played by the same customers (R31).
///
/// # Errors
/// With the first key in which two folders differ, or a strategy that both hold but that says different things.
pub fn pair(folders: Vec<(PathBuf, Results)>) -> Result<Option<Results>, Error> {
    let mut folders = folders.into_iter();
    let Some((first, mut all)) = folders.next() else { return Ok(None) };
    for (second, more) in folders {
        let (one, other) = (&all.manifest, &more.manifest);
        let keys = [
            ("world", one.world.clone(), other.world.clone()),
            ("seed", one.seed.to_string(), other.seed.to_string()),
            ("draws", one.draws.to_string(), other.draws.to_string()),
            ("per_draw", one.per_draw.to_string(), other.per_draw.to_string()),
            ("batch", one.batch.to_string(), other.batch.to_string()),
            ("tail", one.tail.to_string(), other.tail.to_string()),
        ];
        if let Some((key, one, other)) = keys.into_iter().find(|(_, one, other)| one != other) {
            return Err(Error::Differ { first, second, key, one, other });
        }
        // A run to a precision joins batches on its way, so that equal sizes at the start do not make them all equal.
        if all.tallies.batches != more.tallies.batches {
            let [one, other] = [&all, &more].map(|results| format!("{} batches", results.tallies.batches.len()));
            return Err(Error::Differ { first, second, key: "ranges", one, other });
        }
        for (played, tallies) in more.manifest.strategies.iter().zip(more.tallies.strategies) {
            match all.manifest.strategies.iter().find(|own| own.name == played.name) {
                None => {
                    all.manifest.strategies.push(played.clone());
                    all.tallies.strategies.push(tallies);
                }
                Some(own) if own.hash != played.hash => {
                    let (one, other) =
                        (format!("{} {}", own.name, own.hash), format!("{} {}", played.name, played.hash));
                    return Err(Error::Differ { first, second, key: "strategy", one, other });
                }
                Some(_) => {}
            }
        }
    }
    // As if all had been played at once: in the order of the first file, `none` last.
    let Results { manifest, tallies, world } = &mut all;
    let place = |name: &str| if name == NONE { usize::MAX } else { world.strategy(name).unwrap_or(usize::MAX - 1) };
    manifest.strategies.sort_by_key(|played| place(&played.name));
    tallies.strategies.sort_by_key(|counted| place(&counted.name));
    Ok(Some(all))
}
