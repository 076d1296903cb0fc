//! `channelmix run`: the measures of strategies, without comparing them.

use std::process::ExitCode;

use super::failure::Failure;
use super::files::ScenarioArguments;
use super::play::{PlayArguments, ShowArguments};
use crate::compare::{Question, compare};

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    #[command(flatten)]
    play: PlayArguments,
    #[command(flatten)]
    show: ShowArguments,
}

/// Plays and prints.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    arguments.play.refuse_idle_overwrite(false)?;
    let opened = arguments.scenario.open(arguments.show.quiet)?;
    let (mut plan, folder) = arguments.play.plan(&opened.world)?;
    let played = arguments.play.play(&opened, &mut plan, folder.as_ref(), None, arguments.show.quiet)?;
    let answer = compare(&opened.world, &plan, &played.tallies, &Question { baseline: None, equal_spend: false });
    arguments.show.show(&answer)
}
