//! `channelmix abtest`: tests in the real world, planned and analysed.

mod adhoc;
mod analyze;
mod certify;
mod journal;
mod plan;

use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;
use super::files::quoted;
use super::interrupt;
use crate::output::{Place, Replaces, io_error};

/// Arguments of `abtest`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How many units a test takes, how long it lasts and what it can find; writes the plan that `analyze` follows.
    Plan(Box<plan::Arguments>),
    /// What the data of a test say: trust first, then every metric with its interval, and one verdict.
    Analyze(Box<analyze::Arguments>),
    /// Does the plan keep its promises on customers like these? It is played many times on the scenario's customers, whose true
    /// response to every arm is known.
    Certify(Box<certify::Arguments>),
}

/// A place for a file whose name ends as it should, checked before the work begins.
fn place(path: Option<&Path>, ending: &str, what: &'static str, overwrite: bool) -> Result<Option<Place>, Failure> {
    let Some(path) = path else { return Ok(None) };
    if path.extension().is_none_or(|extension| extension != ending) {
        let wrong = format!("{} cannot be {what}", path.display());
        return Err(Failure::argument(wrong, format!("call it FILE.{ending}")));
    }
    let replaces = if overwrite { Replaces::File(what) } else { Replaces::Nothing(what) };
    Ok(Some(Place::prepare(path, replaces)?))
}

/// Writes a file whole.
fn write(place: &Place, text: String) -> Result<(), Failure> {
    interrupt::held_back(|| place.write_file(|path| std::fs::write(path, text).map_err(io_error(path))))?;
    Ok(())
}

/// The command as it was given.
fn command_line() -> String {
    let words: Vec<String> = std::env::args().skip(1).map(|word| quoted(&word)).collect();
    format!("channelmix {}", words.join(" "))
}

/// Runs one of them.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Plan(arguments) => plan::run(arguments),
        Command::Analyze(arguments) => analyze::run(arguments),
        Command::Certify(arguments) => certify::run(arguments),
    }
}
