//! `channelmix man`: the manual page, made from the same words as `--help`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;
use clap_mangen::Man;

use super::failure::Failure;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Write a page for the program and one for each command to this folder, instead of one page with all of them.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page, or writes the pages.
pub fn run(arguments: &Arguments, command: Command) -> Result<ExitCode, Failure> {
    let command = command.disable_help_subcommand(true);
    if let Some(folder) = &arguments.out {
        return write(folder, command);
    }
    let page = page(command)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&page)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn write(folder: &Path, command: Command) -> Result<ExitCode, Failure> {
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|error| {
        let what = format!("the pages cannot be written to {}: {error}", folder.display());
        Failure::argument(what, "give a folder in which you may write")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// One page: the program, then each command with its arguments.
fn page(mut command: Command) -> std::io::Result<Vec<u8>> {
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    sections(&command, "CHANNELMIX", &mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// A section for each command, and for the commands of a command.
fn sections(command: &Command, path: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name().to_uppercase());
        let man = Man::new(inner.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        writeln!(page, ".SH \"{path}\"")?;
        // What is a section of its own page is a part of a section here.
        page.extend_from_slice(String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ").as_bytes());
        sections(inner, &path, page)?;
    }
    Ok(())
}
