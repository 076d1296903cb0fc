//! Shows tests of many kinds in every way, to look at: `cargo run --example abtest -- FOLDER` writes the page, the text for a
//! terminal, the Markdown, the tables and the JSON of each.

mod samples;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use channelmix::report::abtest::{Made, SHEETS, csv, json, markdown, page, schema, table};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say a folder to write to")?);
    fs::create_dir_all(&folder)?;
    let made = Made {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "channelmix abtest analyze units.csv --plan plan.toml --html answer.html".to_owned(),
        data: "units.csv".to_owned(),
        plan: Some("hypothesis = \"…\"\n".to_owned()),
    };
    for (name, analysis) in samples::samples() {
        fs::write(folder.join(format!("{name}.html")), page(&analysis, &made))?;
        fs::write(folder.join(format!("{name}.txt")), table(&analysis))?;
        fs::write(folder.join(format!("{name}.md")), markdown(&analysis))?;
        fs::write(folder.join(format!("{name}.json")), json(&analysis))?;
        for sheet in SHEETS {
            fs::write(folder.join(format!("{name}-{sheet}.csv")), csv(&analysis, sheet).unwrap_or_default())?;
        }
    }
    fs::write(folder.join("schema.json"), schema())?;
    Ok(())
}
