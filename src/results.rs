//! Results are files: a folder with a manifest and integer tallies, from which every table and chart can be made again
//! without simulating.
//!
//! A folder appears whole or not at all. It holds no time stamp, path or thread count: the same file and seed give the same bytes. `SHA256SUMS` lists
//! the hash of every file, so that a folder that was cut short or changed since is refused.

mod manifest;
mod rows;
mod sums;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use manifest::{Given, Manifest};

use crate::output::{self, Place, Replaces};
use crate::scenario::{Difference, NONE, difference};
use crate::tally::Tallies;
use crate::world::World;

/// Why results could not be written, read or put together.
#[derive(Debug, Error)]
pub enum Error {
    /// The file system refused, or there is something where results should go.
    #[error(transparent)]
    Output(#[from] output::Error),
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
        /// What differs: a path in the scenario, or a key of the manifest.
        key: String,
        /// Its value in the first.
        one: String,
        /// Its value in the second.
        other: String,
    },
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Output(output::io_error(&path)(source))
}

/// A place for results, checked before the simulation begins and filled in one step at its end.
#[derive(Debug)]
pub struct Folder(Place);

impl Folder {
    /// Checks that results can be written to a folder.
    ///
    /// # Errors
    /// If something is there already (and is not a result folder that may be replaced), or nothing can be written
    /// beside it.
    pub fn prepare(path: &Path, overwrite: bool) -> Result<Self, Error> {
        let what = "a result folder";
        let replaces = if overwrite { Replaces::FolderWith(manifest::FILE, what) } else { Replaces::Nothing(what) };
        Ok(Self(Place::prepare(path, replaces)?))
    }

    /// Writes results: all of them or none.
    ///
    /// # Errors
    /// If the file system refuses; nothing is then left behind.
    pub fn write(&self, manifest: &Manifest, tallies: &Tallies, world: &World) -> Result<(), Error> {
        self.0.write_folder(|folder| {
            manifest.write(folder)?;
            rows::write(folder, tallies, world)?;
            // Last, so that what was cut short can never be read.
            sums::write(folder)
        })
    }
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

/// Says where two scenarios differ, in words of the scenario file.
fn differ(first: PathBuf, second: PathBuf, path: &str, [one, other]: &[serde_json::Value; 2]) -> Error {
    let Difference { path: key, one, other } = difference(path, one, other).unwrap_or_else(|| Difference {
        path: path.to_owned(),
        one: one.to_string(),
        other: other.to_string(),
    });
    Error::Differ { first, second, key, one, other }
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
        if one.world != other.world {
            let worlds = [&all, &more].map(|results| manifest::world(&results.world.scenario));
            return Err(differ(first, second, "", &worlds));
        }
        let keys = [
            ("seed", one.seed.to_string(), other.seed.to_string()),
            ("draws", one.draws.to_string(), other.draws.to_string()),
            ("per_draw", one.per_draw.to_string(), other.per_draw.to_string()),
            ("batch", one.batch.to_string(), other.batch.to_string()),
            ("tail", one.tail.to_string(), other.tail.to_string()),
        ];
        if let Some((key, one, other)) = keys.into_iter().find(|(_, one, other)| one != other) {
            return Err(Error::Differ { first, second, key: key.to_owned(), one, other });
        }
        // A run to a precision joins batches on its way, so that equal sizes at the start do not make them all equal.
        if all.tallies.batches != more.tallies.batches {
            let [one, other] = [&all, &more].map(|results| format!("{} batches", results.tallies.batches.len()));
            return Err(Error::Differ { first, second, key: "ranges".to_owned(), one, other });
        }
        for (played, tallies) in more.manifest.strategies.iter().zip(more.tallies.strategies) {
            match all.manifest.strategies.iter().find(|own| own.name == played.name) {
                None => {
                    all.manifest.strategies.push(played.clone());
                    all.tallies.strategies.push(tallies);
                }
                Some(own) if own.hash != played.hash => {
                    let plans = [&all.world, &more.world].map(|world| manifest::strategy(&world.scenario, &own.name));
                    return Err(differ(first, second, &format!("strategies.{}", own.name), &plans));
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
