//! `channelmix new`: a scenario to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};

use super::failure::Failure;
use super::files::quoted;
use super::schema;

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Name of the file, `.toml` is added; nothing is ever overwritten.
    #[arg(value_name = "NAME")]
    name: PathBuf,
    /// Begin with one of the scenarios that ship, instead of the short commented one.
    #[arg(long, value_name = "SCENARIO", value_parser = shipped())]
    like: Option<String>,
    /// Write the format beside it as a JSON Schema and name it in the file, so that editors complete and check it.
    #[arg(long)]
    schema: bool,
}

/// What is written if nothing else is asked for.
const STARTER: &str = include_str!("new/starter.toml");

/// The scenarios that ship, by name.
const SHIPPED: [(&str, &str); 18] = [
    ("cascade-vs-blast", include_str!("../../scenarios/cascade-vs-blast.toml")),
    ("cheap-first", include_str!("../../scenarios/cheap-first.toml")),
    ("channel-mix", include_str!("../../scenarios/channel-mix.toml")),
    ("webinar-reminder", include_str!("../../scenarios/webinar-reminder.toml")),
    ("onboarding", include_str!("../../scenarios/onboarding.toml")),
    ("cart-recovery", include_str!("../../scenarios/cart-recovery.toml")),
    ("winback", include_str!("../../scenarios/winback.toml")),
    ("whatsapp-delivery-updates", include_str!("../../scenarios/whatsapp-delivery-updates.toml")),
    ("quiet-hours-and-caps", include_str!("../../scenarios/quiet-hours-and-caps.toml")),
    ("generations", include_str!("../../scenarios/generations.toml")),
    ("direct-message-to-order", include_str!("../../scenarios/direct-message-to-order.toml")),
    ("fatigue", include_str!("../../scenarios/fatigue.toml")),
    ("omnichannel-vs-multichannel", include_str!("../../scenarios/omnichannel-vs-multichannel.toml")),
    ("attribution-illusion", include_str!("../../scenarios/attribution-illusion.toml")),
    ("small-list-or-big", include_str!("../../scenarios/small-list-or-big.toml")),
    ("cdnow", include_str!("../../scenarios/cdnow.toml")),
    ("weekly-cascade", include_str!("../../scenarios/weekly-cascade.toml")),
    ("subscription", include_str!("../../scenarios/subscription.toml")),
];

/// The schema's file, which lies beside the scenario.
const SCHEMA: &str = "channelmix.schema.json";

fn shipped() -> PossibleValuesParser {
    PossibleValuesParser::new(SHIPPED.map(|(name, text)| PossibleValue::new(name).help(title(text))))
}

/// What a scenario calls itself.
fn title(scenario: &'static str) -> &'static str {
    let name = scenario.lines().find_map(|line| line.strip_prefix("name = \""));
    name.and_then(|rest| rest.split_once('"')).map_or("", |(title, _)| title)
}

/// Writes a scenario and says what to do with it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let path = with_ending(&arguments.name)?;
    let like = arguments.like.as_ref().and_then(|like| SHIPPED.iter().find(|(name, _)| name == like));
    let text = like.map_or(STARTER, |(_, text)| text);
    if path.exists() {
        return Err(exists(&path));
    }
    let text = if arguments.schema {
        write_schema(&path.with_file_name(SCHEMA))?;
        format!("#:schema ./{SCHEMA}\n{text}")
    } else {
        text.to_owned()
    };
    write_new(&path, &text)?;
    let file = quoted(&path.to_string_lossy());
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{file} is written. Change it, and then:\n\n  \
         channelmix check {file}\n  channelmix explain {file}\n  channelmix compare {file}"
    )?;
    Ok(ExitCode::SUCCESS)
}

fn with_ending(name: &Path) -> Result<PathBuf, Failure> {
    let help = "give a name such as spring-offers";
    let Some(last) = name.file_name().filter(|_| !name.to_string_lossy().ends_with(['/', '\\'])) else {
        return Err(Failure::argument(format!("\"{}\" is no name of a file", name.display()), help));
    };
    let last = last.to_string_lossy();
    if last.starts_with('-') {
        return Err(Failure::argument(format!("\"{last}\" would be taken for an option"), help));
    }
    let whole = Path::new(&*last).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    Ok(if whole { name.to_owned() } else { name.with_file_name(format!("{last}.toml")) })
}

/// The schema of another scenario may lie there already.
fn write_schema(path: &Path) -> Result<(), Failure> {
    let schema = schema::in_json();
    match std::fs::read_to_string(path) {
        Ok(text) if text == schema => Ok(()),
        Ok(_) => Err(exists(path)),
        Err(_) => write_new(path, &schema),
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let written =
        OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::argument(
            format!("{} cannot be written: {error}", path.display()),
            "the folder must be there, and you must be allowed to write in it",
        ),
    })
}

fn exists(path: &Path) -> Failure {
    Failure::argument(
        format!("{} is there already", path.display()),
        "nothing is overwritten: choose another name, or remove it",
    )
}
