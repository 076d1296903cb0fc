//! `channelmix schema`: the format of scenario files and of plans of A/B tests, for editors and for the reference.

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use crate::abtest::plan;
use crate::scenario;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file whose format is wanted.
    #[arg(long, value_enum, default_value_t = Of::Scenario)]
    of: Of,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Of {
    /// A scenario, which `compare` plays.
    Scenario,
    /// The plan of an A/B test, to which `abtest analyze` holds the data.
    Plan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A JSON Schema (2020-12), by which editors complete and check the file.
    Json,
    /// Tables of all keys, as in the reference.
    Markdown,
}

/// Prints the format.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let text = match arguments.format {
        Format::Json => match arguments.of {
            Of::Scenario => in_json(),
            Of::Plan => indented(&plan::schema()),
        },
        Format::Markdown => {
            let references = match arguments.of {
                Of::Scenario => scenario::references(),
                Of::Plan => plan::references(),
            };
            let table = |of: &str, markdown: &str| format!("## Keys of {of}\n\n{markdown}");
            let tables: Vec<String> =
                references.iter().map(|table_of| table(table_of.of, &table_of.markdown)).collect();
            tables.join("\n")
        }
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema of a scenario as a text.
pub fn in_json() -> String {
    indented(&scenario::schema())
}

fn indented(schema: &serde_json::Value) -> String {
    format!("{schema:#}\n")
}
