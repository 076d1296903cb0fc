//! `channelmix schema`: the format of scenario files, for editors and for the reference.

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use crate::scenario::{references, schema};

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A JSON Schema (2020-12), by which editors complete and check scenario files.
    Json,
    /// Tables of all keys, as in the reference.
    Markdown,
}

/// Prints the format.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let text = match arguments.format {
        Format::Json => in_json(),
        Format::Markdown => {
            let table = |of: &str, markdown: &str| format!("## Keys of {of}\n\n{markdown}");
            let tables: Vec<String> =
                references().iter().map(|table_of| table(table_of.of, &table_of.markdown)).collect();
            tables.join("\n")
        }
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema as a text.
pub fn in_json() -> String {
    format!("{:#}\n", schema())
}
