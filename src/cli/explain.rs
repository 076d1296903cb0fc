//! `channelmix explain`: everything that would be played, and who says so.

use std::io::Write;
use std::process::ExitCode;

use serde_json::json;

use super::failure::Failure;
use super::files::ScenarioArguments;
use crate::scenario::{Explained, Part, Says, Section, WrittenBy, bare, explain};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Toml)]
    format: Format,
    /// No warnings.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A scenario file in which every value is written, with its origin behind it.
    Toml,
    /// A list of values with their origins and sources.
    Json,
}

/// What stands above it all.
const HEAD: &str = "\
# Everything that is played, and who says so. It is a scenario itself and plays the same numbers.
# Grades of presets: A measured, B a benchmark or a small survey, C a vendor's claim, D a guess.

";

/// Comments stand below each other, unless a value is longer than this.
const COLUMN: usize = 64;

/// Explains.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let opened = arguments.scenario.open(arguments.quiet)?;
    let sections = explain(&opened.world.scenario);
    let text = match arguments.format {
        Format::Toml => {
            let path = &arguments.scenario.file;
            let name = path.file_name().filter(|name| *name != "-");
            toml(&sections, &name.map_or_else(|| "standard input".into(), |name| name.to_string_lossy()))
        }
        Format::Json => {
            let values: Vec<&Explained> = sections.iter().flat_map(|section| &section.values).collect();
            format!("{:#}\n", json!(values))
        }
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn toml(sections: &[Section], file: &str) -> String {
    let mut text = HEAD.to_owned();
    for section in sections {
        if !section.path.is_empty() {
            let path: Vec<String> = section.path.iter().map(|key| bare(key)).collect();
            text += &format!("\n[{}]\n", path.join("."));
        }
        for value in &section.values {
            line(value, file, &mut text);
        }
    }
    text
}

fn line(value: &Explained, file: &str, text: &mut String) {
    let key = value.path.rsplit('.').next().unwrap_or(&value.path);
    let origin = in_words(&value.origins, file);
    // Nothing can be written that would mean the same.
    if value.toml.is_empty() {
        *text += &format!("# {key}: {origin}\n");
        return;
    }
    if value.items.is_empty() {
        *text += &format!("{:<COLUMN$}  # {origin}\n", format!("{key} = {}", value.toml));
        return;
    }
    *text += &format!("{key} = [\n");
    for step in &value.items {
        let step_written = format!("  {},", step.toml);
        *text += &format!("{step_written:<COLUMN$}  # {}\n", in_words(&step.origins, file));
    }
    *text += "]\n";
}

/// Who says a value: the common origin, then the parts that differ. It is a comment, and so stays on its line.
fn in_words(origins: &[Part], file: &str) -> String {
    let words: Vec<String> = origins
        .iter()
        .map(|Part { part, says }| {
            let says = match says {
                Says::Written(WrittenBy::File { line }) => format!("{file}:{line}"),
                Says::Written(WrittenBy::Set { argument }) => format!("--set {argument}"),
                Says::Written(preset) => preset.preset_in_words().unwrap_or_default(),
                Says::Default { .. } => "default".to_owned(),
                Says::Nobody { means, .. } => format!("{means} (default)"),
            };
            if part.is_empty() { says } else { format!("{part}: {says}") }
        })
        .collect();
    words.join("; ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
