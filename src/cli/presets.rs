//! `channelmix presets`: what the preset library holds, and how well each value is known.

use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;

use super::failure::Failure;
use super::play::width;
use crate::report;
use crate::scenario::{Place, Problem, presets};

/// Arguments of `presets`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Show every value of this preset; without a name all presets are listed.
    name: Option<String>,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading.
    Table,
    /// Everything, numbers in full.
    Json,
}

/// Lists or shows.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let all = presets();
    let text = match &arguments.name {
        None if arguments.format == Format::Json => report::presets_json(&all),
        None => report::presets_table(&all, width()),
        Some(name) => {
            let Some(preset) = all.iter().find(|preset| preset.name == name) else {
                let problem = Problem::error(format!("there is no preset `{name}`"), Place::default());
                let problem = problem.suggest(name, all.iter().map(|preset| preset.name));
                return Err(Failure::argument(problem.message, problem.help.join("; ")));
            };
            match arguments.format {
                Format::Table => report::preset_table(preset, width()),
                Format::Json => report::preset_json(preset),
            }
        }
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
