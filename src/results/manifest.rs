//! What a result folder says of itself.

use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Error, io_error, sums};
use crate::scenario::{Scenario, load};
use crate::simulation::Plan;
use crate::world::World;

/// The manifest's file name.
pub(super) const FILE: &str = "manifest.json";
/// The format of result folders; a folder of another format is refused.
const FORMAT: u32 = 4;
/// As many draws as a scenario may have.
const MOST_DRAWS: u64 = 100_000;

/// Everything that the tallies of a folder are a function of, and the hashes by which folders are compared (R31).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the folder.
    pub format: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// Hash of the scenario without its strategies.
    pub world: String,
    /// The strategies that were played, and the hash of each.
    pub strategies: Vec<Played>,
    /// Addresses all luck.
    pub seed: u64,
    /// Draws of the uncertain inputs.
    pub draws: u64,
    /// Customers of each draw.
    pub per_draw: u64,
    /// Customers that were counted together.
    pub batch: u64,
    /// Triggers in this last stretch were not started (R8), in seconds.
    pub tail: i64,
    /// The scenario file as it was read.
    pub scenario: String,
    /// The overrides that were given beside it.
    pub overrides: Vec<String>,
    /// The scenario as resolved: presets, overrides and inheritance worked in.
    pub resolved: Value,
}

/// A strategy that was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    /// Its name.
    pub name: String,
    /// Hash of what it says.
    pub hash: String,
}

/// The text of a scenario and the overrides given beside it: what a scenario can be read from again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The file's text.
    pub text: String,
    /// `key=value`, as in `--set`.
    pub overrides: Vec<String>,
}

impl Manifest {
    /// The manifest of a plan that was played; `batch` is what the tallies ended with.
    pub fn new(world: &World, given: &Given, plan: &Plan, batch: u64) -> Self {
        let played = plan.strategies.iter().map(|&index| {
            let name = world.strategies[index].name.clone();
            Played { hash: hash(&strategy(&world.scenario, &name)), name }
        });
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            world: hash(&self::world(&world.scenario)),
            strategies: played.collect(),
            seed: plan.seed,
            draws: plan.draws,
            per_draw: plan.per_draw,
            batch,
            tail: world.scenario.tail_length(),
            scenario: given.text.clone(),
            overrides: given.overrides.clone(),
            resolved: world.scenario.resolved.clone(),
        }
    }

    /// The plan that was played, by the world's indices.
    pub fn plan(&self, world: &World) -> Plan {
        let strategies = self.strategies.iter().filter_map(|played| world.strategy(&played.name)).collect();
        Plan { seed: self.seed, draws: self.draws, per_draw: self.per_draw, batch: self.batch, strategies }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| unreadable(&path, &error))?;
        fs::write(&path, text + "\n").map_err(io_error(&path))
    }

    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(Error::NoResults(folder.to_owned()));
            }
            other => other.map_err(io_error(&path))?,
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        let format = value.get("format").and_then(Value::as_u64);
        if format != Some(u64::from(FORMAT)) {
            let found = format.map_or("none".to_owned(), |format| format.to_string());
            let why = format!("result format {found}, this program reads format {FORMAT}: play the scenario again");
            return Err(Error::Unreadable { path, why });
        }
        let manifest: Self = serde_json::from_value(value).map_err(|error| unreadable(&path, &error))?;
        if manifest.strategies.is_empty() || !(1..=MOST_DRAWS).contains(&manifest.draws) || manifest.per_draw == 0 {
            let why = "no manifest of a result folder: it says that nothing was played, or more than can be".to_owned();
            return Err(Error::Unreadable { path, why });
        }
        Ok(manifest)
    }

    /// The world that was played, read again from the scenario's text.
    pub(super) fn world(&self, folder: &Path) -> Result<World, Error> {
        let path = folder.join(FILE);
        let refuse = |why: String| Error::Unreadable { path: path.clone(), why };
        let loaded = load("scenario in the manifest", &self.scenario, &self.overrides);
        let Some(scenario) = loaded.scenario else {
            let version = &self.version;
            return Err(refuse(format!(
                "its scenario, written by version {version}, is not accepted by this one: play it again"
            )));
        };
        if hash(&self::world(&scenario)) != self.world {
            return Err(refuse(format!(
                "its world hash does not fit its scenario: presets of version {} differ, or the file was changed",
                self.version
            )));
        }
        if let Some(played) =
            self.strategies.iter().find(|played| hash(&strategy(&scenario, &played.name)) != played.hash)
        {
            return Err(refuse(format!(
                "the hash of its strategy `{}` does not fit its scenario: the file was changed",
                played.name
            )));
        }
        if scenario.tail_length() != self.tail {
            return Err(refuse("its tail does not fit its scenario: the file was changed".to_owned()));
        }
        World::new(scenario).map_err(|problem| refuse(problem.message))
    }
}

fn unreadable(path: &Path, error: &serde_json::Error) -> Error {
    Error::Unreadable { path: path.to_owned(), why: format!("no manifest of a result folder: {error}") }
}

/// The world: what the scenario says beyond the defaults, without its strategies and without what is compared by itself
/// (R31).
pub(super) fn world(scenario: &Scenario) -> Value {
    let mut world = scenario.essence();
    if let Value::Object(root) = &mut world {
        for apart in ["strategies", "seed", "simulate", "draws", "tail"] {
            root.shift_remove(apart);
        }
    }
    world
}

/// What a strategy says; `none` says nothing.
pub(super) fn strategy(scenario: &Scenario, name: &str) -> Value {
    scenario.essence().get("strategies").and_then(|all| all.get(name)).cloned().unwrap_or(Value::Null)
}

/// SHA-256 of JSON, in hexadecimal. The order of writing counts: it decides which customers are of which segment (R5), and
/// which luck leads to which entry or channel of a mix.
fn hash(value: &Value) -> String {
    sums::hex(&Sha256::digest(value.to_string()))
}
