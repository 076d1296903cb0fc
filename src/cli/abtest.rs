//! `channelmix abtest`: tests in the real world, planned and analysed.

mod adhoc;
mod analyze;
mod certify;
mod journal;
mod plan;

use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;

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

/// Runs one of them.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Plan(arguments) => plan::run(arguments),
        Command::Analyze(arguments) => analyze::run(arguments),
        Command::Certify(arguments) => certify::run(arguments),
    }
}
