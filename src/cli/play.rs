//! What `run` and `compare` share: how much is played, where results go, in which format they are shown.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use super::files::Opened;
use super::interrupt;
use super::progress::Bar;
use crate::attribution;
use crate::compare::Answer;
use crate::precision::{self, Target};
use crate::report;
use crate::results::{Folder, Manifest};
use crate::scenario::NONE;
use crate::simulation::{Plan, Simulation};
use crate::sweep;
use crate::tally::Tallies;
use crate::world::World;

/// How much is played and where it goes.
#[derive(Clone, Debug, clap::Args)]
pub struct PlayArguments {
    /// Play only these strategies (and `none`). Repeatable.
    #[arg(long, value_name = "NAME")]
    strategy: Vec<String>,
    /// Do not play `none`; nothing can then be said against doing nothing.
    #[arg(long)]
    no_baseline: bool,
    /// Seed of all luck; the same seed gives the same bytes.
    #[arg(long, value_name = "NUMBER", value_parser = any_number)]
    seed: Option<u64>,
    /// Customers to play, over all draws.
    #[arg(long, value_name = "NUMBER", value_parser = customers)]
    simulate: Option<u64>,
    /// Draws of the uncertain inputs; 1 takes every input at its typical value.
    #[arg(long, value_name = "NUMBER", value_parser = draws)]
    draws: Option<u64>,
    /// Threads; they change nothing but the time.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Write result files to this folder: whole or not at all.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the result folder or the report if it exists.
    #[arg(long)]
    overwrite: bool,
}

/// As in a scenario file.
const FEWEST_PER_DRAW: u64 = 4;

/// How an answer is shown.
#[derive(Clone, Debug, clap::Args)]
pub struct ShowArguments {
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Show every measure, and the rates of each channel.
    #[arg(long)]
    all: bool,
    /// No progress bar, no warnings.
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for the terminal, the finding first.
    Table,
    /// Everything, numbers in full.
    Json,
    /// One row per measure and strategy (`trace`: per event).
    Csv,
    /// Tables for a wiki.
    Markdown,
}

/// A whole number in any spelling of a scenario file: `200000`, `200_000`, `2e5`.
pub fn written(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    plain.parse::<u64>().ok().or_else(|| {
        plain
            .parse::<f64>()
            .ok()
            .filter(|number| number.fract() == 0.0 && (0.0..=1e15).contains(number))
            .map(|number| number as u64)
    })
}

/// The same, or what is allowed.
pub fn any_number(text: &str) -> Result<u64, String> {
    written(text).ok_or_else(|| "must be a whole number, 0 or more".to_owned())
}

pub fn customers(text: &str) -> Result<u64, String> {
    let number = any_number(text).ok().filter(|&number| number >= 128);
    number.ok_or_else(|| "must be a whole number, 128 or more".to_owned())
}

pub fn draws(text: &str) -> Result<u64, String> {
    let number = any_number(text).ok().filter(|number| (1..=100_000).contains(number));
    number.ok_or_else(|| "must be a whole number from 1 to 100 000".to_owned())
}

impl PlayArguments {
    /// An option that was given, if there is one: where nothing is played none may be.
    pub fn given(&self) -> Option<&'static str> {
        let options = [
            ("--strategy", !self.strategy.is_empty()),
            ("--no-baseline", self.no_baseline),
            ("--seed", self.seed.is_some()),
            ("--simulate", self.simulate.is_some()),
            ("--draws", self.draws.is_some()),
            ("--threads", self.threads.is_some()),
            ("--out", self.out.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }

    /// Two things cannot go to one place.
    pub fn refuse_out_at(&self, report: Option<&std::path::Path>) -> Result<(), Failure> {
        if self.out.is_some() && self.out.as_deref() == report {
            let help = "give the report a folder of its own";
            return Err(Failure::argument("--out and --report name the same folder", help));
        }
        Ok(())
    }

    /// Whether what exists may be replaced.
    pub fn overwrite(&self) -> bool {
        self.overwrite
    }

    /// An option that would be ignored is refused.
    pub fn refuse_idle_overwrite(&self, report: bool) -> Result<(), Failure> {
        if self.overwrite && self.out.is_none() && !report {
            let help = "say which folder, with --out or (compare) --report";
            return Err(Failure::argument("--overwrite has nothing to replace", help));
        }
        Ok(())
    }

    /// The plan for a world, and the folder for results, checked before anything is played.
    pub fn plan(&self, world: &World) -> Result<(Plan, Option<Folder>), Failure> {
        let mut strategies = Vec::new();
        for name in &self.strategy {
            strategies.push(find(world, name)?);
        }
        if strategies.is_empty() {
            strategies = (0..world.strategies.len()).filter(|&index| world.strategies[index].name != NONE).collect();
        }
        strategies.sort_unstable();
        strategies.dedup();
        let none = world.strategies.len() - 1;
        if !self.no_baseline && !strategies.contains(&none) {
            strategies.push(none);
        }
        if strategies.is_empty() {
            return Err(Failure::argument(
                "there is nothing to play: the scenario has no strategy",
                "leave out --no-baseline to play `none`",
            ));
        }
        let plan = planned(world, self.seed, self.simulate, self.draws, strategies)?;
        let folder = self.out.as_ref().map(|path| Folder::prepare(path, self.overwrite)).transpose()?;
        Ok((plan, folder))
    }

    /// The threads; only the bar and the time depend on them.
    pub fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        pool(self.threads)
    }

    /// Plays a plan, up to a precision if one is asked for, and writes the result files.
    pub fn play(
        &self,
        opened: &Opened,
        plan: &mut Plan,
        folder: Option<&Folder>,
        target: Option<&Target>,
        quiet: bool,
    ) -> Result<Played, Failure> {
        let world = &opened.world;
        let pool = self.pool()?;
        let bar = Bar::new(plan.customers(), quiet);
        let no_place = |problem: crate::scenario::Problem| Failure::argument(problem.message, problem.help.join("; "));
        let mut simulation = Simulation::new(world, plan.clone()).map_err(no_place)?;
        let reached = pool.install(|| match target {
            None => {
                simulation.play_up_to(plan.per_draw, &bar);
                None
            }
            Some(target) => {
                Some(precision::play(world, &mut simulation, target, &bar, |customers| bar.expect(customers)))
            }
        });
        bar.done();
        plan.per_draw = simulation.played();
        let tallies = simulation.into_tallies();
        if let Some(folder) = folder {
            let batch = tallies.batches.first().map_or(plan.batch, |batch| batch.customers);
            let manifest = Manifest::new(world, &opened.given, plan, batch);
            interrupt::held_back(|| folder.write(&manifest, &tallies, world))?;
        }
        Ok(Played { tallies, note: reached.map(|reached| reached.in_words()) })
    }
}

/// The plan for strategies of a world, refused where it cannot be played.
pub fn planned(
    world: &World,
    seed: Option<u64>,
    simulate: Option<u64>,
    draws: Option<u64>,
    strategies: Vec<usize>,
) -> Result<Plan, Failure> {
    let scenario = &world.scenario;
    let simulate = simulate.unwrap_or(scenario.simulate.value);
    let draws = draws.or(scenario.draws.as_ref().map(|draws| draws.value));
    let plan = Plan::new(world, seed.unwrap_or(scenario.seed), simulate, draws, strategies);
    if simulate < FEWEST_PER_DRAW * plan.draws {
        let fewest = FEWEST_PER_DRAW * plan.draws;
        let help =
            format!("at least {FEWEST_PER_DRAW} customers per draw: --simulate {fewest} or more, or fewer --draws");
        return Err(Failure::argument(format!("{simulate} customers are too few for {} draws", plan.draws), help));
    }
    super::check::refuse(world, &plan)?;
    Ok(plan)
}

/// Threads.
pub fn pool(threads: Option<u64>) -> Result<rayon::ThreadPool, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0) as usize).build();
    pool.map_err(|error| Failure::argument(format!("threads cannot be started: {error}"), "try --threads 1"))
}

/// What was played, and what is to be said of it.
pub struct Played {
    pub tallies: Tallies,
    pub note: Option<String>,
}

/// The index of a strategy.
pub fn find(world: &World, name: &str) -> Result<usize, Failure> {
    world.strategy(name).ok_or_else(|| {
        let known: Vec<&str> = world.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
        Failure::argument(format!("the scenario has no strategy `{name}`"), format!("it has {}", known.join(", ")))
    })
}

/// The strategy from which differences are taken.
pub fn baseline(named: Option<&str>, world: &World, played: &[String]) -> Result<String, Failure> {
    match named {
        Some(name) if played.iter().any(|own| own == name) => Ok(name.to_owned()),
        Some(name) => {
            if played.iter().all(|own| own != NONE) || name != NONE {
                find(world, name)?;
            }
            Err(Failure::argument(
                format!("the baseline `{name}` is not played"),
                format!("played are {}", played.join(", ")),
            ))
        }
        None => Ok(played.iter().find(|name| *name != NONE).unwrap_or(&played[0]).clone()),
    }
}

impl ShowArguments {
    /// Prints an answer.
    pub fn show(&self, answer: &Answer) -> Result<ExitCode, Failure> {
        let text = match self.format {
            Format::Table => report::table(answer, self.all, width()),
            Format::Json => report::json(answer),
            Format::Csv => report::csv(answer).map_err(|error| Failure::argument(error.to_string(), ""))?,
            Format::Markdown => report::markdown(answer),
        };
        print(&text)
    }

    /// Prints the answer of a sweep.
    pub fn show_sweep(&self, answer: &sweep::Answer) -> Result<ExitCode, Failure> {
        print(&match self.format {
            Format::Table => report::sweep::table(answer, self.all),
            Format::Json => report::sweep::json(answer),
            Format::Csv => report::sweep::csv(answer),
            Format::Markdown => report::sweep::markdown(answer),
        })
    }

    /// Prints what messages are credited with and what they bring.
    pub fn show_attribution(&self, answer: &attribution::Answer) -> Result<ExitCode, Failure> {
        print(&match self.format {
            Format::Table => report::attribution::table(answer, self.all),
            Format::Json => report::attribution::json(answer),
            Format::Csv => report::attribution::csv(answer),
            Format::Markdown => report::attribution::markdown(answer),
        })
    }
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Columns of the terminal, if it is one.
pub fn width() -> Option<u16> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(columns.max(60))
}
