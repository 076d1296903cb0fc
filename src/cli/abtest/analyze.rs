//! `channelmix abtest analyze`: files of a test in, a verdict out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::super::failure::Failure;
use super::super::files::quoted;
use super::super::interrupt;
use super::super::progress::Bytes;
use super::adhoc::{self, AdHoc};
use super::journal::Journal;
use crate::abtest::analysis::{Asked, Refusal};
use crate::abtest::collected::Collected;
use crate::abtest::data::{self, Columns, Files, Request, Source};
use crate::abtest::metric::{Metric, Role};
use crate::abtest::plan::{self, Plan};
use crate::abtest::{Analysis, analyze};
use crate::output::{Place, Replaces};
use crate::report::abtest as report;
use crate::scenario::Seconds;

/// Arguments of `abtest analyze`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data: a CSV file with a row per unit, or with totals per arm, or with exposures (with --outcomes); `.csv.gz` too;
    /// `-` reads standard input.
    #[arg(value_name = "DATA")]
    data: String,
    /// The plan of the test, written by `abtest plan`: what is measured and what decides.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// What happened, one event per row, to units whose exposures are in DATA; what came before exposure does not count.
    #[arg(long, value_name = "FILE")]
    outcomes: Option<String>,
    /// A metric: COLUMN:proportion, COLUMN:mean, ABOVE/BELOW:ratio, COLUMN:p90 (a quantile) or DAYS/EVENT:survival. Repeatable;
    /// the first one is primary. Beside a plan: further ones, to learn from.
    #[arg(long, value_name = "METRIC")]
    metric: Vec<Metric>,
    #[command(flatten)]
    adhoc: AdHoc,
    /// Column that names the arm.
    #[arg(long, value_name = "COLUMN")]
    variant: Option<String>,
    /// Column that names the unit; units with several rows are found by it.
    #[arg(long, value_name = "COLUMN")]
    unit: Option<String>,
    /// Column with the time of first exposure (in totals: the date).
    #[arg(long, value_name = "COLUMN")]
    exposed_at: Option<String>,
    /// Column whose values are looked at by themselves. Repeatable.
    #[arg(long, value_name = "COLUMN")]
    segment: Vec<String>,
    /// Column of --outcomes with the time of the event.
    #[arg(long, value_name = "COLUMN", requires = "outcomes")]
    time: Option<String>,
    /// Column of --outcomes with the name of the event.
    #[arg(long, value_name = "COLUMN", requires = "outcomes")]
    event: Option<String>,
    /// Column of --outcomes with the value of the event.
    #[arg(long, value_name = "COLUMN", requires = "outcomes")]
    value: Option<String>,
    /// The data are totals per arm; found by themselves where there are columns `n` and `sum`, or called alike.
    #[arg(long, conflicts_with = "outcomes")]
    totals: bool,
    /// The data are totals by date, and running ones, not those of each day.
    #[arg(long, conflicts_with = "outcomes")]
    cumulative: bool,
    /// End of the data, to judge which units are old enough; the last time in the data unless said otherwise.
    #[arg(long, value_name = "DATE", value_parser = data::parse_time)]
    until: Option<Seconds>,
    /// A file with the looks that were taken, to which this one is added; looks beyond the plan are then found.
    #[arg(long, value_name = "FILE", requires = "plan")]
    journal: Option<PathBuf>,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Table of `--format csv`: results, arms, gates, segments, heterogeneity, days, looks, beliefs or power.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Also write a report with charts, one HTML file.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Replace the report if it exists.
    #[arg(long, requires = "report")]
    overwrite: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Table,
    /// For a wiki.
    Markdown,
    /// One table (see --sheet).
    Csv,
    /// Everything.
    Json,
}

impl From<data::Error> for Failure {
    fn from(error: data::Error) -> Self {
        Self::Data(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::argument(refusal.what, refusal.help)
    }
}

/// Reads, analyses and prints.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let place = arguments.report.as_deref().map(|path| arguments.report_place(path)).transpose()?;
    let sheet = arguments.sheet()?;
    let mut read = arguments.read_plan()?;
    if arguments.journal.is_some() && read.plan.design.units.is_none() {
        let what = "--journal: the plan does not say how many units it ends at, and looks are shares of them";
        return Err(Failure::argument(
            what,
            "leave --journal out, or write `design.units` in the plan before the test",
        ));
    }
    let journal = arguments.journal.as_deref().map(Journal::open).transpose()?;
    let collected = arguments.collect(&mut read)?;
    let analysis = arguments.analyze(&read, &collected, journal.as_ref())?;
    print!("{}", arguments.text(&analysis, sheet));
    if let Some(place) = place {
        let page = report::page(&analysis, &arguments.made(&read, &collected));
        interrupt::held_back(|| {
            place.write_file(|path| std::fs::write(path, page).map_err(crate::output::io_error(path)))
        })?;
    }
    if let (Some(journal), Some(planned)) = (journal, read.plan.design.units) {
        interrupt::held_back(|| journal.add(&analysis, planned))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A plan and where it comes from.
struct Read {
    plan: Plan,
    /// Its text; none where it is only what the command line asked.
    text: Option<String>,
}

impl Arguments {
    /// The plan of the file with further metrics, or what the command line asks.
    fn read_plan(&self) -> Result<Read, Failure> {
        let Some(path) = &self.plan else {
            return Ok(Read { plan: self.adhoc.plan(&self.metric)?, text: None });
        };
        self.adhoc.refuse_beside_a_plan()?;
        let (mut plan, text) = read_plan(path)?;
        for metric in &self.metric {
            if plan.metrics.iter().any(|planned| planned.name == metric.name) {
                let what = format!("metric {} is in the plan already", metric.name);
                return Err(Failure::argument(what, "leave --metric out: the plan says what is measured"));
            }
            plan.metrics.push(Metric { role: Role::Exploratory, ..metric.clone() });
        }
        Ok(Read { plan, text: Some(text) })
    }

    /// Reads the data; arms that only they know go into the plan.
    fn collect(&self, read: &mut Read) -> Result<Collected, Failure> {
        let source = Source::open(&self.data)?;
        let outcomes = self.outcomes.as_deref().map(Source::open).transpose()?;
        let files = match &outcomes {
            Some(outcomes) => Files::Events { exposures: &source, outcomes },
            None if self.totals || self.cumulative => Files::Totals { file: &source, cumulative: self.cumulative },
            None => Files::guess(&source)?,
        };
        let plan = &read.plan;
        let named = |flag: &Option<String>, planned: &Option<String>| flag.clone().or_else(|| planned.clone());
        let columns = Columns {
            unit: named(&self.unit, &plan.columns.unit),
            variant: named(&self.variant, &plan.columns.variant),
            exposed: named(&self.exposed_at, &plan.columns.exposed_at),
            time: self.time.clone(),
            event: self.event.clone(),
            value: self.value.clone(),
        };
        let mut segments = plan.columns.segments.clone();
        segments.extend(self.segment.iter().filter(|segment| !plan.columns.segments.contains(segment)).cloned());
        let arms: Vec<String> = plan.arms.iter().map(|(name, _)| name.clone()).collect();
        let control = self.adhoc.control.as_deref().or((!plan.control.is_empty()).then_some(plan.control.as_str()));
        let covariates = plan.metrics.iter().flat_map(|metric| &metric.covariates);
        let mut before: Vec<String> = Vec::new();
        covariates.for_each(|covariate| {
            if !before.contains(covariate) {
                before.push(covariate.clone());
            }
        });
        let request = Request {
            metrics: &plan.metrics,
            columns: &columns,
            segments: &segments,
            before: &[],
            control,
            arms: &arms,
            until: self.until,
        };
        let bar = Bytes::new(self.quiet);
        let mut collected =
            data::read(&files, &request, &mut |progress| bar.at(progress.pass, progress.read, progress.total))?;
        bar.done();
        collected.health.totals = matches!(files, Files::Totals { .. });
        if read.text.is_none() {
            adhoc::complete(&mut read.plan, &self.adhoc, &collected)?;
        }
        Ok(collected)
    }

    fn analyze(&self, read: &Read, collected: &Collected, journal: Option<&Journal>) -> Result<Analysis, Failure> {
        let asked = Asked {
            metrics: match read.text {
                Some(_) => self.metric.iter().map(|metric| metric.name.clone()).collect(),
                None => Vec::new(),
            },
            // An empty journal says nothing of the looks before it was begun.
            taken: journal.map(Journal::taken).filter(|taken| !taken.is_empty()),
        };
        Ok(analyze(&read.plan, read.text.is_some(), &asked, collected)?)
    }

    fn sheet(&self) -> Result<&str, Failure> {
        let Some(sheet) = self.sheet.as_deref() else { return Ok(report::SHEETS[0]) };
        if self.format != Format::Csv {
            return Err(Failure::argument("--sheet chooses a table of --format csv", "add --format csv"));
        }
        let known = report::SHEETS.iter().copied().find(|name| *name == sheet);
        known.ok_or_else(|| {
            let help = format!("there are {}", report::SHEETS.join(", "));
            Failure::argument(format!("there is no table {sheet}"), help)
        })
    }

    fn text(&self, analysis: &Analysis, sheet: &str) -> String {
        match self.format {
            Format::Table => report::table(analysis),
            Format::Markdown => report::markdown(analysis),
            Format::Json => report::json(analysis),
            // The name was looked up before anything was read.
            Format::Csv => report::csv(analysis, sheet).unwrap_or_default(),
        }
    }

    fn report_place(&self, path: &Path) -> Result<Place, Failure> {
        if path.extension().is_none_or(|extension| extension != "html") {
            let what = format!("--report writes a page, not {}", path.display());
            return Err(Failure::argument(what, "call it FILE.html"));
        }
        let files = [
            Some(Path::new(&self.data)),
            self.outcomes.as_deref().map(Path::new),
            self.plan.as_deref(),
            self.journal.as_deref(),
        ];
        if files.into_iter().flatten().any(|file| same(file, path)) {
            let what = format!("--report {} would replace what is read", path.display());
            return Err(Failure::argument(what, "give the page a name of its own"));
        }
        let replaces = if self.overwrite { Replaces::File("a page") } else { Replaces::Nothing("a page") };
        Ok(Place::prepare(path, replaces)?)
    }

    /// How the report was made, for its last section.
    fn made(&self, read: &Read, collected: &Collected) -> report::Made {
        let mut command = format!("channelmix abtest analyze {}", quoted(&self.data));
        let mut flag = |name: &str, value: &str| command += &format!(" --{name} {}", quoted(value));
        if let Some(plan) = &self.plan {
            flag("plan", &plan.to_string_lossy());
        }
        if let Some(outcomes) = &self.outcomes {
            flag("outcomes", outcomes);
        }
        self.metric.iter().for_each(|metric| flag("metric", &metric.written()));
        self.adhoc.flags().iter().for_each(|(name, value)| flag(name, value));
        let columns = [
            ("variant", &self.variant),
            ("unit", &self.unit),
            ("exposed-at", &self.exposed_at),
            ("time", &self.time),
            ("event", &self.event),
            ("value", &self.value),
        ];
        for (name, column) in columns {
            if let Some(column) = column {
                flag(name, column);
            }
        }
        self.segment.iter().for_each(|segment| flag("segment", segment));
        if let Some(until) = self.until.and_then(|until| jiff::Timestamp::from_second(until).ok()) {
            flag("until", &until.to_string());
        }
        if let Some(journal) = &self.journal {
            flag("journal", &journal.to_string_lossy());
        }
        for (flag, given) in [(" --totals", self.totals), (" --cumulative", self.cumulative)] {
            if given {
                command += flag;
            }
        }
        let rows = collected.health.rows;
        report::Made {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command,
            data: format!("{}, {} rows", self.data, crate::compare::count(rows)),
            plan: read.text.clone(),
        }
    }
}

/// Whether two paths are one file.
fn same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}

/// A plan file and its text.
pub fn read_plan(path: &Path) -> Result<(Plan, String), Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::argument(format!("{name} cannot be read: {error}"), "give the path of a plan that `abtest plan` wrote")
    })?;
    let loaded = plan::load(&name, &text);
    match loaded.plan {
        Some(plan) => Ok((plan, text)),
        None => Err(Failure::Scenario(Box::new((loaded.problems, loaded.sources)))),
    }
}
