//! `channelmix attribute`: what last click credits channels and campaigns with, and what they truly bring.

use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::Failure;
use super::files::{self, Opened, ScenarioArguments};
use super::play::{self, ShowArguments, find};
use super::progress::Bar;
use super::{interrupt, report};
use crate::attribution::{Variants, answer};
use crate::output::Place;
use crate::report::{Again, Origin, attribution as shown};
use crate::results::Given;
use crate::scenario::NONE;
use crate::simulation::{Plan, simulate};
use crate::world::World;

/// Arguments of `attribute`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// The strategy whose messages are looked at; the first of the file unless said otherwise.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Seed of all luck; the same seed gives the same bytes.
    #[arg(long, value_name = "NUMBER", value_parser = play::any_number)]
    seed: Option<u64>,
    /// Customers to play, over all draws.
    #[arg(long, value_name = "NUMBER", value_parser = play::customers)]
    simulate: Option<u64>,
    /// Draws of the uncertain inputs; 1 takes every input at its typical value.
    #[arg(long, value_name = "NUMBER", value_parser = play::draws)]
    draws: Option<u64>,
    /// Threads; they change nothing but the time.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Make a report in this folder: a page with charts and tables, whole or not at all.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Replace the report if it exists.
    #[arg(long, requires = "report")]
    overwrite: bool,
    #[command(flatten)]
    show: ShowArguments,
}

/// Plays the strategy with and without its parts, and shows what they bring.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.scenario.file.is_dir() {
        let what = format!("{} is a folder", arguments.scenario.file.display());
        let help = "give the scenario file: the strategy is played again without each of its parts";
        return Err(Failure::argument(what, help));
    }
    let Opened { world, given } = arguments.scenario.open(arguments.show.quiet)?;
    let strategy = arguments.strategy(&world)?;
    let name = world.strategies[strategy].name.clone();
    let uncertain = !world.uncertain.is_empty();
    let variants = Variants::new(world, strategy).ok_or_else(|| {
        let what = format!("`{name}` sends nothing, so that nothing can be credited to it");
        Failure::argument(what, "name a strategy with a plan: --strategy NAME")
    })?;
    let played = variants.strategies.clone();
    let plan = play::planned(&variants.world, arguments.seed, arguments.simulate, arguments.draws, played)?;
    let place = arguments.place()?;
    let bar = Bar::new(plan.customers(), arguments.show.quiet);
    let tallies = play::pool(arguments.threads)?.install(|| simulate(&variants.world, &plan, &bar));
    bar.done();
    let tallies = tallies.map_err(|problem| Failure::argument(problem.message, problem.help.join("; ")))?;
    let answer = answer(&variants, &plan, &tallies);
    if let Some(place) = place {
        let origin = origin(&plan, &name, uncertain, given);
        interrupt::held_back(|| place.write_folder(|folder| shown::write(folder, &answer, &origin)))?;
        report::told(&place, arguments.show.quiet);
    }
    arguments.show.show_attribution(&answer)
}

impl Arguments {
    /// The strategy that is asked about: `none` has no messages.
    fn strategy(&self, world: &World) -> Result<usize, Failure> {
        match &self.strategy {
            Some(name) if name == NONE => {
                let help = format!("it has {}", names(world).join(", "));
                Err(Failure::argument("`none` sends nothing, so that nothing can be credited to it", help))
            }
            Some(name) => find(world, name),
            None if world.scenario.strategies.is_empty() => {
                let help = "write a strategy with a plan for a campaign";
                Err(Failure::argument("the scenario has no strategy whose messages could be credited", help))
            }
            None => Ok(0),
        }
    }

    /// The place of the report, if one is asked for, checked before anything is played.
    fn place(&self) -> Result<Option<Place>, Failure> {
        self.report.as_ref().map(|folder| report::prepare(folder, self.overwrite)).transpose()
    }
}

fn names(world: &World) -> Vec<&str> {
    world.scenario.strategies.iter().map(|strategy| strategy.name.as_str()).collect()
}

/// What it takes to make the report again.
fn origin(plan: &Plan, strategy: &str, uncertain: bool, given: Given) -> Origin {
    let mut command = format!(
        "channelmix attribute scenario.toml --strategy {} --seed {} --simulate {}",
        files::quoted(strategy),
        plan.seed,
        plan.customers()
    );
    if uncertain {
        command += &format!(" --draws {}", plan.draws);
    }
    for set in &given.overrides {
        command += &format!(" --set {}", files::quoted(set));
    }
    Origin {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: command + " --report report",
        scenario: given.text,
        overrides: given.overrides,
        again: Again::SameBytes,
    }
}
