//! `channelmix abtest certify`: does a plan keep its promises on the customers of a scenario?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::super::failure::Failure;
use super::super::files::{ScenarioArguments, quoted};
use super::super::progress::Bar;
use super::{command_line, place, write};
use crate::abtest::certify::{self, Asked, Setting, rows};
use crate::report::abtest::Made;
use crate::report::certify as report;
use crate::scenario::nearest;
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
    /// Table of `--format csv`: promises, looks, metrics, power, durations, pitfalls, weekdays, paths or bandits.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Also write a report with charts, one HTML file.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
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
    /// One table (see --sheet).
    Csv,
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
    let sheet = arguments.sheet()?;
    let export = place(arguments.export.as_deref(), "csv", "the data of an experiment", arguments.overwrite)?;
    let page = place(arguments.report.as_deref(), "html", "a page", arguments.overwrite)?;
    if arguments.one >= arguments.experiments {
        let what = format!("--one {}: there is no such experiment", arguments.one);
        return Err(Failure::argument(what, format!("they are numbered from 0 to {}", arguments.experiments - 1)));
    }
    let (plan, plan_text) = super::analyze::read_plan(&arguments.plan)?;
    if export.is_some() {
        rows::readable(&plan).map_err(|(what, help)| Failure::argument(format!("--export: {what}"), help))?;
    }
    if arguments.arrivals == Arrivals::Even && (arguments.traffic < 1.0 || arguments.whole_weeks) {
        let flag = if arguments.whole_weeks { "--whole-weeks" } else { "--traffic" };
        let help = "leave it out, or let customers come by the calendar";
        return Err(Failure::argument(format!("{flag} has no meaning with --arrivals even: there are no days"), help));
    }
    let opened = arguments.scenario.open(arguments.quiet)?;
    let world = &opened.world;
    let asked = arguments.asked(world);
    let bar = Bar::counting(arguments.quiet);
    let setting = Setting::new(world, &plan, &asked, &bar)?;
    bar.done();
    if export.is_some() && !setting.left_out.is_empty() {
        let what = format!(
            "--export: the plan has metrics that simulated customers cannot tell: {}",
            setting.left_out.join(" ")
        );
        return Err(Failure::argument(what, "take them out of the plan for this"));
    }
    let bar = Bar::experiments(certify::steps(&setting, &asked), arguments.quiet);
    let certified = certify::certify(&setting, Some(world), &asked, &bar)?;
    bar.done();
    let certificate = &certified.certificate;
    let text = match arguments.format {
        Format::Table => report::table(certificate),
        Format::Csv => report::csv(certificate, &sheet).unwrap_or_default(),
        Format::Json => report::json(certificate),
    };
    print!("{text}");
    if let Some(place) = page {
        let made = Made {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command_line(),
            data: format!("{}, {}", arguments.scenario.file.display(), arguments.plan.display()),
            plan: Some(plan_text),
        };
        write(&place, report::page(certificate, &made))?;
    }
    if let Some(place) = export {
        let rows = certified.export(&setting, world, asked.seed, arguments.one)?;
        write(&place, rows.csv(&plan))?;
        if !arguments.quiet {
            let until = rows.until().map_or_else(String::new, |until| format!(" --until {until}"));
            anstream::eprintln!(
                "Analyse it: channelmix abtest analyze {} --plan {}{until}",
                quoted(&place.path().to_string_lossy()),
                quoted(&arguments.plan.to_string_lossy())
            );
        }
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

    /// The sheet that is printed.
    fn sheet(&self) -> Result<String, Failure> {
        let known = report::SHEETS;
        match (&self.sheet, self.format) {
            (None, _) => Ok(known[0].to_owned()),
            (Some(_), Format::Table | Format::Json) => {
                Err(Failure::argument("--sheet is for --format csv", "add --format csv, or leave --sheet out"))
            }
            (Some(sheet), Format::Csv) if known.contains(&sheet.as_str()) => Ok(sheet.clone()),
            (Some(sheet), Format::Csv) => {
                let near = nearest(sheet, known.iter().copied());
                let mean = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
                let help = format!("{mean}there are {}", known.join(", "));
                Err(Failure::argument(format!("--sheet {sheet}: there is no such table"), help))
            }
        }
    }
}
