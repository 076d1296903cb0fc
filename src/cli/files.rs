//! Scenario files and result folders as arguments.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::results::{self, Given, Results};
use crate::scenario::{Sources, load};
use crate::world::World;

/// A scenario file and what is laid over it.
#[derive(Clone, Debug, clap::Args)]
pub struct ScenarioArguments {
    /// The scenario file (TOML); `-` reads standard input.
    pub file: PathBuf,
    /// Set a value as if it stood in the file: `--set channels.sms.cost_per_message=0.05`. Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// A scenario that was read, and the world it makes.
pub struct Opened {
    pub world: World,
    pub given: Given,
}

impl ScenarioArguments {
    /// Reads the scenario; warnings go to standard error.
    pub fn open(&self, quiet: bool) -> Result<Opened, Failure> {
        let text = self.text()?;
        let loaded = load(&self.file.to_string_lossy(), &text, &self.set);
        let sources: Sources = loaded.sources;
        let Some(scenario) = loaded.scenario else {
            return Err(Failure::Scenario(Box::new((loaded.problems, sources))));
        };
        if !quiet {
            anstream::eprint!("{}", loaded.problems.render(&sources, std::io::stderr().is_terminal()));
        }
        let world = World::new(scenario).map_err(|problem| Failure::of_world(problem, &sources))?;
        Ok(Opened { world, given: Given { text, overrides: self.set.clone() } })
    }

    /// The scenario's text.
    pub fn text(&self) -> Result<String, Failure> {
        let bytes = if self.file == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(&self.file)
        };
        let name = self.file.display();
        let bytes = bytes.map_err(|error| {
            Failure::argument(format!("{name} cannot be read: {error}"), "give the path of a scenario file (TOML)")
        })?;
        String::from_utf8(bytes).map_err(|error| {
            let line =
                1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            Failure::argument(format!("{name}:{line}: this is not UTF-8 text"), "save the file as UTF-8")
        })
    }
}

/// The results of folders, put together.
pub fn results(folders: &[PathBuf]) -> Result<Results, Failure> {
    let mut all = Vec::new();
    for folder in folders {
        all.push((folder.clone(), results::read(folder)?));
    }
    let help = "give a scenario file or result folders";
    results::pair(all)?.ok_or_else(|| Failure::argument("there is nothing to compare", help))
}

/// A word for a shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
