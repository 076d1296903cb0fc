//! `channelmix completions`: a script by which a shell completes commands, options and their values.

use std::io::Write;
use std::process::ExitCode;

use clap_complete::Shell;

use super::failure::Failure;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script for the whole command line.
pub fn run(arguments: &Arguments, mut command: clap::Command) -> Result<ExitCode, Failure> {
    let name = command.get_name().to_owned();
    // The generator would panic where nobody reads any more.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    let mut out = std::io::stdout().lock();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
