//! `channelmix abtest certify`: does a plan keep its promises on the customers of a scenario?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::super::failure::Failure;
use super::super::files::{ScenarioArguments, quoted};
use super::super::interrupt;
use super::super::progress::Bar;
use crate::abtest::certify::{self, Asked, Certified, Setting};
use crate::output::{Place, Replaces, io_error};
use crate::world::World;

/// Arguments of `abtest certify`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// The plan of the test, written by `abtest plan`; its arms are strategies of the scenario.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Experiments, each played with and without an effect.
    #[arg(long, value_name = "NUMBER", default_value = "10000", value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    experiments: u64,
    /// Customers to play, from whom all experiments are drawn; enough for 20 times those of an experiment unless said otherwise.
    #[arg(long, value_name = "CUSTOMERS", value_parser = clap::value_parser!(u64).range(20_000..=1_000_000_000))]
    bank: Option<u64>,
    /// When customers come: as the scenario's campaigns reach them, or evenly, so that each look has exactly its share of them.
    #[arg(long, value_enum, default_value_t = Arrivals::Calendar)]
    arrivals: Arrivals,
    /// Share of the scenario's customers that takes part.
    #[arg(long, value_name = "SHARE", value_parser = super::plan::share, default_value = "1")]
    traffic: f64,
    /// Looks wait until whole weeks of exposures are in.
    #[arg(long)]
    whole_weeks: bool,
    /// Looks of somebody who peeks, and of a plan whose results are valid at any time.
    #[arg(long, value_name = "NUMBER", default_value = "20", value_parser = clap::value_parser!(u64).range(2..=1000))]
    peeks: u64,
    /// Write the data of one experiment to this file, as `abtest analyze` reads them.
    #[arg(long, value_name = "FILE.csv")]
    export: Option<PathBuf>,
    /// Which experiment is written, from 0.
    #[arg(long, value_name = "NUMBER", default_value = "0", requires = "export")]
    one: u64,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Seed of customers, samples and assignments; the scenario's unless said otherwise.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Replace files if they exist.
    #[arg(long)]
    overwrite: bool,
    /// No progress bar, no warnings.
    #[arg(long)]
    quiet: bool,
}

/// When customers come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Arrivals {
    /// As campaigns reach them.
    Calendar,
    /// Evenly.
    Even,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Table,
    /// Everything.
    Json,
}

impl From<certify::Failure> for Failure {
    fn from(failure: certify::Failure) -> Self {
        match failure {
            certify::Failure::Statistics(error) => {
                Self::argument(format!("no certificate can be made: {error}"), "check the numbers of the plan")
            }
            certify::Failure::Refused(refusal) => Self::argument(refusal.what, refusal.help),
        }
    }
}

/// Plays the experiments, prints, and writes what was asked for.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let export = arguments.place(arguments.export.as_deref(), "csv", "the data of an experiment")?;
    let plan = super::analyze::read_plan(&arguments.plan)?.0;
    let opened = arguments.scenario.open(arguments.quiet)?;
    let world = &opened.world;
    let asked = arguments.asked(world);
    let bar = Bar::counting(arguments.quiet);
    let setting = Setting::new(world, &plan, &asked, &bar)?;
    bar.done();
    let bar = Bar::new(asked.experiments, arguments.quiet);
    let certified = certify::certify(&setting, Some(world), &asked, &bar)?;
    bar.done();
    println!("{}", serde_json::to_string_pretty(&certified.certificate).unwrap_or_default());
    let _ = (quoted("x"), arguments.format);
    if let Some(place) = export {
        arguments.write(&place, &setting, world, &certified)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    fn asked(&self, world: &World) -> Asked {
        Asked {
            experiments: self.experiments,
            seed: self.seed.unwrap_or(world.scenario.seed),
            bank: self.bank,
            calendar: self.arrivals == Arrivals::Calendar,
            traffic: self.traffic,
            whole_weeks: self.whole_weeks,
            peeks: self.peeks as usize,
        }
    }

    fn place(&self, path: Option<&Path>, ending: &str, what: &'static str) -> Result<Option<Place>, Failure> {
        let Some(path) = path else { return Ok(None) };
        if path.extension().is_none_or(|extension| extension != ending) {
            let wrong = format!("{} cannot be {what}", path.display());
            return Err(Failure::argument(wrong, format!("call it FILE.{ending}")));
        }
        let replaces = if self.overwrite { Replaces::File(what) } else { Replaces::Nothing(what) };
        Ok(Some(Place::prepare(path, replaces)?))
    }

    fn write(&self, place: &Place, setting: &Setting, world: &World, certified: &Certified) -> Result<(), Failure> {
        let seed = self.seed.unwrap_or(world.scenario.seed);
        let rows = certified.export(setting, world, seed, self.one)?;
        interrupt::held_back(|| place.write_file(|path| std::fs::write(path, rows.csv()).map_err(io_error(path))))?;
        Ok(())
    }
}
