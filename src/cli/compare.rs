//! `channelmix compare`: which strategy is better for the same customers.

use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::Failure;
use super::files::{self, ScenarioArguments};
use super::play::{PlayArguments, ShowArguments, baseline};
use super::report;
use super::sweep::Asked;
use crate::compare::{Question, compare};
use crate::measures::measure;
use crate::output::Place;
use crate::precision::Target;
use crate::report::Again;
use crate::results::{Given, Results};
use crate::scenario::NONE;
use crate::world::World;

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// More result folders to compare with (if the first argument is one).
    #[arg(value_name = "DIR")]
    more: Vec<PathBuf>,
    /// Take differences from this strategy; the first of the file unless said otherwise.
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Compare at equal spend: each strategy is applied to as many customers as the cheapest one's spend pays for.
    #[arg(long, value_name = "WHAT")]
    at_equal: Option<Equal>,
    /// Play until the Monte Carlo error of every difference in profit is at most this share of the baseline's profit.
    #[arg(long, value_name = "SHARE", conflicts_with_all = ["simulate", "at_equal"], value_parser = share)]
    precision: Option<f64>,
    /// Make a report in this folder: a page with charts and tables, whole or not at all.
    #[arg(long, value_name = "DIR", conflicts_with = "at_equal")]
    report: Option<PathBuf>,
    /// Play the scenario once for each of these values of a key and find the best: `--sweep
    /// campaigns.offer.trigger.every=3d,7d,14d`. Twice: every pair of values of two keys.
    #[arg(long, value_name = "KEY=VALUE,VALUE,…", conflicts_with_all = ["baseline", "at_equal", "precision", "out"])]
    sweep: Vec<String>,
    /// The measure by which a sweep finds the best.
    #[arg(long, value_name = "KEY", requires = "sweep", default_value = "profit")]
    measure: String,
    #[command(flatten)]
    play: PlayArguments,
    #[command(flatten)]
    show: ShowArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Equal {
    /// Contact spend.
    Spend,
}

fn share(text: &str) -> Result<f64, String> {
    let number = text
        .strip_suffix('%')
        .map_or_else(|| text.parse::<f64>().ok(), |percent| percent.trim().parse::<f64>().ok().map(|n| n / 100.0));
    number
        .filter(|&number| number > 0.0 && number < 1.0)
        .ok_or_else(|| "must be a share between 0 and 1, such as 0.01 or 1%".to_owned())
}

/// Compares.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    arguments.play.refuse_idle_overwrite(arguments.report.is_some())?;
    arguments.play.refuse_out_at(arguments.report.as_deref())?;
    if !arguments.sweep.is_empty() {
        return sweep(arguments);
    }
    if arguments.scenario.file.is_dir() {
        return compare_folders(arguments);
    }
    if let Some(folder) = arguments.more.first() {
        let help = "give one scenario file, or one or more result folders (see --out)";
        return Err(Failure::argument(format!("{} stands behind a scenario file", folder.display()), help));
    }
    let opened = arguments.scenario.open(arguments.show.quiet)?;
    let (mut plan, folder) = arguments.play.plan(&opened.world)?;
    let names: Vec<String> = plan.strategies.iter().map(|&index| opened.world.strategies[index].name.clone()).collect();
    let question = arguments.question(&opened.world, &names)?;
    let place = arguments.report()?;
    let target = arguments.precision.zip(question.baseline.clone()).zip(measure("profit"));
    let target = target.map(|((relative, baseline), measure)| Target { relative, baseline, measure });
    let played = arguments.play.play(&opened, &mut plan, folder.as_ref(), target.as_ref(), arguments.show.quiet)?;
    if let Some((place, baseline)) = place.zip(question.baseline.as_ref()) {
        // The batches that a run to a precision ended with.
        plan.batch = played.tallies.batches.first().map_or(plan.batch, |batch| batch.customers);
        let origin = report::origin(&opened.world, &plan, &played.tallies, baseline, &opened.given);
        report::make(&place, &opened.world, &plan, &played.tallies, baseline, &origin)?;
        report::told(&place, arguments.show.quiet);
    }
    let mut answer = compare(&opened.world, &plan, &played.tallies, &question);
    answer.notes.extend(played.note);
    arguments.show.show(&answer)
}

fn sweep(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(folder) = std::iter::once(&arguments.scenario.file)
        .chain(&arguments.more)
        .find(|file| file.is_dir() || **file != arguments.scenario.file)
    {
        let what = format!("--sweep needs one scenario file, {} is a folder or one too many", folder.display());
        return Err(Failure::argument(
            what,
            "results were played already; give the scenario file to play it at every value",
        ));
    }
    let asked = Asked {
        scenario: &arguments.scenario,
        play: &arguments.play,
        show: &arguments.show,
        sweep: &arguments.sweep,
        measure: &arguments.measure,
    };
    asked.answer(|| arguments.report())
}

fn compare_folders(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let set = (!arguments.scenario.set.is_empty()).then_some("--set");
    let precision = arguments.precision.and(Some("--precision"));
    if let Some(option) = set.or(precision).or_else(|| arguments.play.given()) {
        let help = "it was said when they were played; give the scenario file to play it anew";
        return Err(Failure::argument(format!("{option} cannot be said of result folders"), help));
    }
    let folders: Vec<PathBuf> = std::iter::once(&arguments.scenario.file).chain(&arguments.more).cloned().collect();
    let Results { manifest, tallies, world } = files::results(&folders)?;
    let names: Vec<String> = tallies.strategies.iter().map(|strategy| strategy.name.clone()).collect();
    let question = arguments.question(&world, &names)?;
    let place = arguments.report()?;
    let plan = manifest.plan(&world);
    if let Some((place, baseline)) = place.zip(question.baseline.as_ref()) {
        let given = Given { text: manifest.scenario.clone(), overrides: manifest.overrides.clone() };
        let mut origin = report::origin(&world, &plan, &tallies, baseline, &given);
        if !arguments.more.is_empty() {
            origin.again = Again::FirstOfSeveral;
        }
        report::make(&place, &world, &plan, &tallies, baseline, &origin)?;
        report::told(&place, arguments.show.quiet);
    }
    let answer = compare(&world, &plan, &tallies, &question);
    arguments.show.show(&answer)
}

impl Arguments {
    /// The place of the report, if one is asked for, checked before anything is played.
    fn report(&self) -> Result<Option<Place>, Failure> {
        self.report.as_ref().map(|folder| report::prepare(folder, self.play.overwrite())).transpose()
    }

    fn question(&self, world: &World, played: &[String]) -> Result<Question, Failure> {
        let baseline = baseline(self.baseline.as_deref(), world, played)?;
        if played.len() < 2 {
            return Err(Failure::argument(
                "there is only one strategy to compare",
                "write a second strategy (doing nothing is one, unless --no-baseline); `run` shows one alone",
            ));
        }
        let equal_spend = self.at_equal.is_some();
        if equal_spend && played.iter().all(|name| name != NONE) {
            return Err(Failure::argument(
                "--at-equal spend needs `none`",
                "leave out --no-baseline: the customers who get nothing must be known",
            ));
        }
        Ok(Question { baseline: Some(baseline), equal_spend })
    }
}
