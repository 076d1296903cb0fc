//! `channelmix report`: the page, charts and tables of results that were played before.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::failure::Failure;
use super::files::quoted;
use super::{files, interrupt, play};
use crate::figures::figures;
use crate::output::{Place, Replaces};
use crate::report::{Again, Origin, PAGE, write};
use crate::results::Given;
use crate::scenario::NONE;
use crate::simulation::Plan;
use crate::tally::Tallies;
use crate::world::World;

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Result folders, written by `compare --out` or `run --out`.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Take differences from this strategy; the first of the file unless said otherwise.
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Folder for the report; `report` in the first result folder unless said otherwise.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the report if it exists.
    #[arg(long)]
    overwrite: bool,
}

/// Makes the report.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folder = arguments.out.clone().unwrap_or_else(|| arguments.folders[0].join("report"));
    let results = files::results(&arguments.folders)?;
    let place = prepare(&folder, arguments.overwrite)?;
    let names: Vec<String> = results.tallies.strategies.iter().map(|strategy| strategy.name.clone()).collect();
    let baseline = play::baseline(arguments.baseline.as_deref(), &results.world, &names)?;
    let manifest = &results.manifest;
    let given = Given { text: manifest.scenario.clone(), overrides: manifest.overrides.clone() };
    let plan = manifest.plan(&results.world);
    let mut origin = origin(&results.world, &plan, &results.tallies, &baseline, &given);
    if arguments.folders.len() > 1 {
        origin.again = Again::FirstOfSeveral;
    }
    make(&place, &results.world, &plan, &results.tallies, &baseline, &origin)?;
    println!("{}", folder.join(PAGE).display());
    Ok(ExitCode::SUCCESS)
}

/// A place for a report.
pub fn prepare(folder: &Path, overwrite: bool) -> Result<Place, Failure> {
    let what = "a report";
    let replaces = if overwrite { Replaces::FolderWith(PAGE, what) } else { Replaces::Nothing(what) };
    Ok(Place::prepare(folder, replaces)?)
}

/// Says where a report is, beside an answer that goes to standard output.
pub fn told(place: &Place, quiet: bool) {
    if !quiet {
        anstream::eprintln!("The report is {}", place.path().join(PAGE).display());
    }
}

/// Makes a report of what was played.
pub fn make(
    place: &Place,
    world: &World,
    plan: &Plan,
    tallies: &Tallies,
    baseline: &str,
    origin: &Origin,
) -> Result<(), Failure> {
    let figures = figures(world, plan, tallies, baseline);
    interrupt::held_back(|| place.write_folder(|folder| write(folder, &figures, origin)))?;
    Ok(())
}

/// What it takes to make a report of what was played again.
pub fn origin(world: &World, plan: &Plan, tallies: &Tallies, baseline: &str, given: &Given) -> Origin {
    let played: Vec<&str> = tallies.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
    let command = command(world, plan, &played, !world.uncertain.is_empty(), given);
    // One strategy alone can be played, not compared.
    let command = if played.len() < 2 {
        let run = command.replacen(" compare ", " run ", 1);
        format!("{run} --out results && channelmix report results --baseline {} --out report", quoted(baseline))
    } else {
        format!("{command} --baseline {} --report report", quoted(baseline))
    };
    // A run to a precision joined its batches on the way, and its errors come from those.
    let afresh = Plan::new(world, plan.seed, plan.customers(), Some(plan.draws), plan.strategies.clone());
    Origin {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command,
        scenario: given.text.clone(),
        overrides: given.overrides.clone(),
        again: if afresh == *plan { Again::SameBytes } else { Again::OtherBatches },
    }
}

/// The command that plays a plan, without the question that is asked of it.
pub fn command(world: &World, plan: &Plan, played: &[&str], uncertain: bool, given: &Given) -> String {
    let mut command = format!("channelmix compare scenario.toml --seed {} --simulate {}", plan.seed, plan.customers());
    if uncertain {
        command += &format!(" --draws {}", plan.draws);
    }
    let is_played = |name: &str| played.contains(&name);
    if !world.strategies.iter().all(|strategy| strategy.name == NONE || is_played(&strategy.name)) {
        let alone = played == [NONE];
        for strategy in played.iter().filter(|strategy| **strategy != NONE || alone) {
            command += &format!(" --strategy {}", quoted(strategy));
        }
    }
    if !is_played(NONE) {
        command += " --no-baseline";
    }
    for set in &given.overrides {
        command += &format!(" --set {}", quoted(set));
    }
    command
}
