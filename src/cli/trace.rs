//! `channelmix trace`: one customer's year under each strategy, event by event; or the events of many, as a log.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, ValueEnum};

use super::check::refuse_draws;
use super::failure::Failure;
use super::files::ScenarioArguments;
use super::interrupt::{self, Obedient};
use super::play::{Format, find, width, written};
use super::progress::Bar;
use crate::compare::count;
use crate::output::{Place, Replaces};
use crate::report::trace::{self as report, Shown};
use crate::simulation::Plan;
use crate::trace::{Customers, Found, Predicate, Trace, log, search};
use crate::world::World;

/// Arguments of `trace`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").required(true).args(["customer", "find", "events"]))]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// The customer to follow, by number: 0, 1, 2, …
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true)]
    customer: Option<u64>,
    /// Follow the first customer who shows something: `--find "ordered under cascade but not under blast"`. Clauses are
    /// joined by `and`: `[not] DID under STRATEGY`, where DID is ordered, responded, clicked, replied, opened, contacted, held,
    /// got CAMPAIGN (each also with `on CHANNEL`), opted out [of CHANNEL], lost or retained; `[not] under STRATEGY`, the same thing once more;
    /// `more` (or `fewer`) orders, revenue, cost, profit or messages `under STRATEGY than under STRATEGY`. Exit code 1 if
    /// there is no such customer.
    #[arg(long, value_name = "PREDICATE")]
    find: Option<String>,
    /// Customers to search, from number 0 on; as many as `compare` plays per draw unless said otherwise.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["customer", "events"], value_parser = number)]
    within: Option<u64>,
    /// Write the events of many customers to this file, one row each: FILE.csv or FILE.csv.gz.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "only"])]
    events: Option<PathBuf>,
    /// Whose events are written: numbers from A up to, not including, B; the first 1000 unless said otherwise.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["customer", "find"], value_parser = range, allow_negative_numbers = true)]
    customers: Option<Range<u64>>,
    /// Also write the answer as one HTML page, with a chart of when what happened.
    #[arg(long, value_name = "FILE", conflicts_with = "events")]
    html: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long)]
    overwrite: bool,
    /// Play only these strategies. Repeatable.
    #[arg(long, value_name = "NAME")]
    strategy: Vec<String>,
    /// Seed of all luck; the same seed gives the same customers.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Draws of the uncertain inputs; 1 takes every input at its typical value.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    draws: Option<u64>,
    /// The draw in which the customers live; each draw has its own.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    draw: u64,
    /// Threads; they change nothing but the time.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Show only these rows of the table. Repeatable: rows that are both.
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Vec<Only>,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// No progress bar, no warnings.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Rows in which the strategies part.
    Differences,
    /// Rows in which the customer does something: opens, clicks, replies, orders, opts out, is lost.
    Actions,
}

/// Customers in a log if nobody says how many.
const LOGGED: u64 = 1000;
/// More customers than anyone waits for.
const MOST: u64 = 1_000_000_000;

fn number(text: &str) -> Result<u64, String> {
    let number = written(text).filter(|&number| number <= MOST);
    number.ok_or_else(|| "must be a whole number from 0 to a billion".to_owned())
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let ends = text.split_once("..").and_then(|(from, to)| Some(number(from).ok()?..number(to).ok()?));
    ends.filter(|range| !range.is_empty())
        .ok_or_else(|| "must be two whole numbers such as 0..1000, the first one lower".to_owned())
}

/// Plays and prints, or writes the log.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.overwrite && arguments.events.is_none() && arguments.html.is_none() {
        return Err(Failure::argument("--overwrite has nothing to replace", "give --events or --html a file"));
    }
    let opened = arguments.scenario.open(arguments.quiet)?;
    let world = &opened.world;
    let strategies = arguments.strategies(world)?;
    let plan = arguments.plan(world, &strategies)?;
    arguments.refuse_unplayed(&plan)?;
    let no_place = |problem: crate::scenario::Problem| Failure::argument(problem.message, problem.help.join("; "));
    let customers = Customers::of_draw(world, plan.seed, plan.draws, arguments.draw).map_err(no_place)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads.unwrap_or(0) as usize).build();
    let pool =
        pool.map_err(|error| Failure::argument(format!("threads cannot be started: {error}"), "try --threads 1"))?;
    if let Some(path) = &arguments.events {
        return pool.install(|| arguments.write_log(path, &customers, &strategies, plan.per_draw));
    }
    let page = arguments.html.as_ref().map(|path| arguments.page_place(path)).transpose()?;
    let found = arguments.find.as_ref().map(|text| {
        let predicate = Predicate::read(text, world)
            .map_err(|misread| Failure::argument(format!("--find: {}", misread.what), misread.help))?;
        let within = arguments.within.unwrap_or(plan.per_draw);
        let bar = Bar::new(within, arguments.quiet);
        let found = pool.install(|| search(&customers, &predicate, within, &bar));
        bar.done();
        Ok::<Found, Failure>(found)
    });
    let found = found.transpose()?;
    let customer = arguments.customer.or_else(|| found.as_ref()?.lowest.first().copied());
    let trace = customer.map(|customer| Trace::of(&customers, customer, &strategies));
    if let (Some(place), Some(trace)) = (&page, &trace) {
        let page = report::page(trace, found.as_ref(), arguments.shown(), env!("CARGO_PKG_VERSION"));
        interrupt::held_back(|| place.write_stream(|out| out.write_all(page.as_bytes())))?;
    }
    let code = if trace.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let text = arguments.text(trace.as_ref(), found.as_ref())?;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(code)
}

impl Arguments {
    fn strategies(&self, world: &World) -> Result<Vec<usize>, Failure> {
        let mut strategies: Vec<usize> =
            self.strategy.iter().map(|name| find(world, name)).collect::<Result<_, _>>()?;
        strategies.sort_unstable();
        strategies.dedup();
        Ok(if strategies.is_empty() { (0..world.strategies.len()).collect() } else { strategies })
    }

    /// What `compare` would play, so that its customers are followed and no others.
    fn plan(&self, world: &World, strategies: &[usize]) -> Result<Plan, Failure> {
        let scenario = &world.scenario;
        let draws = self.draws.or(scenario.draws.as_ref().map(|draws| draws.value));
        let seed = self.seed.unwrap_or(scenario.seed);
        let plan = Plan::new(world, seed, scenario.simulate.value, draws, strategies.to_vec());
        refuse_draws(world, &plan)?;
        if self.draw >= plan.draws {
            let what = format!("there is no draw {}", self.draw);
            let help = match plan.draws {
                1 => "only draw 0 is played, every input at its typical value".to_owned(),
                draws => format!("there are {draws} draws, 0 to {}", draws - 1),
            };
            return Err(Failure::argument(what, help));
        }
        Ok(plan)
    }

    /// Customers whom `compare` does not play: what they would do is in none of its numbers.
    fn refuse_unplayed(&self, plan: &Plan) -> Result<(), Failure> {
        let played = plan.per_draw;
        let (what, last, range) = match (self.customer, &self.customers) {
            (Some(customer), _) => {
                (format!("there is no customer {customer}"), customer, format!("--customer 0 … {}", played - 1))
            }
            (None, Some(range)) => {
                let last = range.end - 1;
                (format!("there is no customer {last}"), last, format!("--customers 0..{played}"))
            }
            (None, None) => return Ok(()),
        };
        if last < played {
            return Ok(());
        }
        let each = if plan.draws == 1 { String::new() } else { format!(" in each of {} draws", plan.draws) };
        let what = format!("{what}: `compare` plays {}{each}", count(played));
        let enough = (last + 1) * plan.draws;
        Err(Failure::argument(
            what,
            format!("{range}; for more raise `simulate` in the file, or --set simulate={enough}"),
        ))
    }

    fn shown(&self) -> Shown {
        let only = |what| self.only.contains(&what);
        Shown { differences: only(Only::Differences), actions: only(Only::Actions) }
    }

    fn page_place(&self, path: &Path) -> Result<Place, Failure> {
        if path.extension().is_none_or(|extension| extension != "html") {
            return Err(Failure::argument(
                format!("--html writes a page, not {}", path.display()),
                "call it FILE.html",
            ));
        }
        self.place(path, "a page")
    }

    fn text(&self, trace: Option<&Trace>, found: Option<&Found>) -> Result<String, Failure> {
        let shown = self.shown();
        Ok(match (self.format, trace) {
            (Format::Json, trace) => report::json(trace, found),
            (Format::Csv, Some(trace)) => report::csv(trace)?,
            (_, None) => found.map_or(String::new(), |found| report::searched(found) + "\n"),
            (Format::Table, Some(trace)) => report::table(trace, found, shown, width()),
            (Format::Markdown, Some(trace)) => report::markdown(trace, found, shown),
        })
    }

    fn place(&self, path: &Path, what: &'static str) -> Result<Place, Failure> {
        let replaces = if self.overwrite { Replaces::File(what) } else { Replaces::Nothing(what) };
        Ok(Place::prepare(path, replaces)?)
    }

    fn write_log(
        &self,
        path: &Path,
        customers: &Customers,
        strategies: &[usize],
        played: u64,
    ) -> Result<ExitCode, Failure> {
        let name = path.to_string_lossy();
        if !name.ends_with(".csv") && !name.ends_with(".csv.gz") {
            let help = "call it FILE.csv, or FILE.csv.gz to have it compressed";
            return Err(Failure::argument(format!("--events writes CSV, not {name}"), help));
        }
        let place = self.place(path, "an event log")?;
        let range = self.customers.clone().unwrap_or(0..played.min(LOGGED));
        let many = range.end - range.start;
        let bar = Bar::new(many, self.quiet);
        let rows = interrupt::held_back(|| {
            place.write_stream(|out| log::write(customers, strategies, range, &bar, &mut Obedient(out)))
        })?;
        bar.done();
        if !self.quiet {
            anstream::eprintln!("{} events of {} customers in {name}", count(rows), count(many));
        }
        Ok(ExitCode::SUCCESS)
    }
}
