//! The command line: one file per command, and no arithmetic.

mod abtest;
mod attribute;
mod check;
mod compare;
mod completions;
mod explain;
mod failure;
mod files;
mod import;
mod interrupt;
mod man;
mod new;
mod play;
mod presets;
mod progress;
mod report;
mod run;
mod schema;
mod sweep;
mod trace;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

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
    /// Hold what last click credits each channel and campaign of a strategy with against what it truly brings.
    Attribute(attribute::Arguments),
    /// Follow one customer under each strategy, event by event; or write the events of many to a file.
    Trace(trace::Arguments),
    /// Make a page with charts and tables of results that were played before.
    Report(report::Arguments),
    /// Plan a test in the real world, and analyse its data.
    Abtest(Box<abtest::Arguments>),
    /// Check a scenario file: mistakes together, each at its place, and what would be played.
    Check(check::Arguments),
    /// Show every value that would be played, and who says so: the file, `--set`, a preset and its grade, or a default.
    Explain(explain::Arguments),
    /// Write a scenario to begin with.
    New(new::Arguments),
    /// Turn a journey of another tool into a campaign and a strategy.
    Import(import::Arguments),
    /// Print the format of scenario files: a JSON Schema for editors, or tables of all keys.
    Schema(schema::Arguments),
    /// List the presets, or show the values of one and where they come from.
    Presets(presets::Arguments),
    /// Play cases whose exact answers are known, and say whether they come out.
    Verify(verify::Arguments),
    /// Print a script by which a shell completes commands and options.
    Completions(completions::Arguments),
    /// Print the manual page, or write one for each command.
    Man(man::Arguments),
}

/// Runs the program on the arguments of this process.
pub fn main() -> ExitCode {
    interrupt::listen();
    let outcome = match Arguments::parse().command {
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Attribute(arguments) => attribute::run(&arguments),
        Command::Trace(arguments) => trace::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Abtest(arguments) => abtest::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Presets(arguments) => presets::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, self::Arguments::command()),
        Command::Man(arguments) => man::run(&arguments, self::Arguments::command()),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}
