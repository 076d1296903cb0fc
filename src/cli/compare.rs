//! `channelmix compare`: which strategy is better for the same customers.

use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::Failure;
use super::files::ScenarioArguments;
use super::play::{PlayArguments, ShowArguments, find};
use crate::compare::{Question, compare};
use crate::measures::measure;
use crate::precision::Target;
use crate::results::{self, Results};
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
    let target = arguments.precision.zip(question.baseline.clone()).zip(measure("profit"));
    let target = target.map(|((relative, baseline), measure)| Target { relative, baseline, measure });
    let played = arguments.play.play(&opened, &mut plan, folder.as_ref(), target.as_ref(), arguments.show.quiet)?;
    let mut answer = compare(&opened.world, &plan, &played.tallies, &question);
    answer.notes.extend(played.note);
    arguments.show.show(&answer)
}

fn compare_folders(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let set = (!arguments.scenario.set.is_empty()).then_some("--set");
    let precision = arguments.precision.and(Some("--precision"));
    if let Some(option) = set.or(precision).or_else(|| arguments.play.given()) {
        let help = "it was said when they were played; give the scenario file to play it anew";
        return Err(Failure::argument(format!("{option} cannot be said of result folders"), help));
    }
    let mut folders = Vec::new();
    for folder in std::iter::once(&arguments.scenario.file).chain(&arguments.more) {
        folders.push((folder.clone(), results::read(folder)?));
    }
    let Some(Results { manifest, tallies, world }) = results::pair(folders)? else {
        return Err(Failure::argument("there is nothing to compare", "give a scenario file or result folders"));
    };
    let names: Vec<String> = tallies.strategies.iter().map(|strategy| strategy.name.clone()).collect();
    let question = arguments.question(&world, &names)?;
    let answer = compare(&world, &manifest.plan(&world), &tallies, &question);
    arguments.show.show(&answer)
}

impl Arguments {
    fn question(&self, world: &World, played: &[String]) -> Result<Question, Failure> {
        let baseline = match &self.baseline {
            Some(name) if played.contains(name) => name.clone(),
            Some(name) => {
                if played.iter().all(|own| own != NONE) || name != NONE {
                    find(world, name)?;
                }
                return Err(Failure::argument(
                    format!("the baseline `{name}` is not played"),
                    format!("played are {}", played.join(", ")),
                ));
            }
            None => played.iter().find(|name| *name != NONE).unwrap_or(&played[0]).clone(),
        };
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
