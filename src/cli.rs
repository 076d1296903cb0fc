//! The command line: one file per command, and no arithmetic.

mod check;
mod compare;
mod failure;
mod files;
mod interrupt;
mod play;
mod presets;
mod progress;
mod report;
mod run;
mod sweep;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Which channel strategy keeps more customers, costs less per contact and earns more? Plays the same customers under each
/// strategy of a scenario file and says which is better, by how much, and how sure that is.
#[derive(Debug, Parser)]
#[command(name = "channelmix", version, propagate_version = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare the strategies of a scenario on the same customers.
    Compare(compare::Arguments),
    /// Play strategies and print their measures, without comparing them.
    Run(run::Arguments),
    /// Make a page with charts and tables of results that were played before.
    Report(report::Arguments),
    /// Check a scenario file: mistakes together, each at its place, and what would be played.
    Check(check::Arguments),
    /// List the presets, or show the values of one and where they come from.
    Presets(presets::Arguments),
    /// Play cases whose exact answers are known, and say whether they come out.
    Verify(verify::Arguments),
}

/// Runs the program on the arguments of this process.
pub fn main() -> ExitCode {
    interrupt::listen();
    let outcome = match Arguments::parse().command {
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Presets(arguments) => presets::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}
