//! A report as a folder: the page, its charts as SVG and PNG, its sheets as CSV, a summary as JSON with its schema.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::panels::{Chart, panels};
use super::{Origin, page};
use crate::figures::{Column, Figures, Kind, Sheet};
use crate::output::{Error, io_error};

/// The page's file name; a folder that has it is a report.
pub const PAGE: &str = "report.html";
/// Pixels of a PNG to one of the SVG.
const SCALE: f32 = 2.0;
/// The format of summaries.
const FORMAT: u32 = 1;

/// Writes a report into an empty folder. The same figures give the same bytes.
///
/// # Errors
/// If the file system refuses.
pub fn write(folder: &Path, figures: &Figures, origin: &Origin) -> Result<(), Error> {
    let panels = panels(figures);
    let charts: Vec<&Chart> = panels.iter().flat_map(|panel| &panel.charts).collect();
    let answer = &figures.answer;
    let told = Told {
        scenario: &answer.scenario,
        findings: &answer.findings,
        setup: json!(answer.setup),
        notes: &answer.notes,
    };
    put(folder, &page(figures, origin), &charts, &figures.sheets(), &told, origin)
}

/// What a summary says beside its sheets.
pub(super) struct Told<'a> {
    pub scenario: &'a str,
    pub findings: &'a [String],
    /// What was played, an object.
    pub setup: Value,
    pub notes: &'a [String],
}

/// Writes a page, its charts, its sheets, and the summary of them.
pub(super) fn put(
    folder: &Path,
    page: &str,
    charts: &[&Chart],
    sheets: &[Sheet],
    told: &Told<'_>,
    origin: &Origin,
) -> Result<(), Error> {
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(io_error(&path))
    };
    let within = |name: &str| {
        let path = folder.join(name);
        fs::create_dir(&path).map_err(io_error(&path))
    };
    put(PAGE, page.as_bytes())?;
    within("charts")?;
    for chart in charts {
        put(&format!("charts/{}.svg", chart.name), chart.picture.svg.as_bytes())?;
        put(&format!("charts/{}.png", chart.name), &chart.picture.png(SCALE))?;
    }
    within("tables")?;
    for sheet in sheets {
        put(&format!("tables/{}.csv", sheet.name), &csv(sheet))?;
    }
    put("tables/dictionary.csv", &dictionary(sheets))?;
    put("summary.json", &summary(told, sheets, origin))?;
    put("summary.schema.json", &pretty(&schema(sheets)))
}

fn pretty(value: &Value) -> Vec<u8> {
    // Values of JSON can always be written.
    serde_json::to_vec_pretty(value)
        .map_or_else(|error| error.to_string().into_bytes(), |text| [&text[..], b"\n"].concat())
}

/// A sheet as CSV; what is undefined is empty.
pub(super) fn csv(sheet: &Sheet) -> Vec<u8> {
    let head = sheet.columns.iter().map(|column| column.name.to_owned()).collect();
    let plain = |cell: &Value| match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    lines(std::iter::once(head).chain(sheet.rows.iter().map(|row| row.iter().map(plain).collect())))
}

/// What every column of every sheet says.
fn dictionary(sheets: &[Sheet]) -> Vec<u8> {
    let head = ["sheet", "column", "kind", "definition"].map(str::to_owned).to_vec();
    let line = |sheet: &Sheet, column: &Column| {
        vec![sheet.name.to_owned(), column.name.to_owned(), kind(column.kind).to_owned(), column.definition.to_owned()]
    };
    let rows = sheets.iter().flat_map(|sheet| sheet.columns.iter().map(move |column| line(sheet, column)));
    lines(std::iter::once(head).chain(rows))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Money => "money: units of the scenario's currency",
        Kind::Share => "share: 0.25 is 25 %",
        Kind::Number => "number",
        Kind::Truth => "true or false",
        Kind::Measure => "in the unit of the row's measure",
        Kind::Difference => "a difference in the unit of the row's measure",
    }
}

fn lines(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail, and all rows have the width of the first.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

/// Everything in one document: the answer's sentences, what was played, and every sheet under its name, a line a row.
fn summary(told: &Told<'_>, sheets: &[Sheet], origin: &Origin) -> Vec<u8> {
    let head = json!({
        "format": FORMAT,
        "version": origin.version,
        "command": origin.command,
        "scenario": told.scenario,
        "findings": told.findings,
        "setup": told.setup,
        "notes": told.notes,
    });
    let rows = |sheet: &Sheet| sheet.objects().iter().map(ToString::to_string).collect::<Vec<_>>().join(",\n");
    let sheets = sheets.iter().map(|sheet| format!("\"{}\": [\n{}\n]", sheet.name, rows(sheet)));
    let head = String::from_utf8_lossy(&pretty(&head)).trim_end().trim_end_matches('}').trim_end().to_owned();
    format!("{head},\n  \"sheets\": {{\n{}\n}}\n}}\n", sheets.collect::<Vec<_>>().join(",\n")).into_bytes()
}

/// The summary's schema (JSON Schema 2020-12).
fn schema(sheets: &[Sheet]) -> Value {
    let text = json!({ "type": "string" });
    let column = |column: &Column| {
        let kinds = match column.kind {
            Kind::Text => json!(["string", "null"]),
            Kind::Truth => json!("boolean"),
            Kind::Share | Kind::Money | Kind::Number | Kind::Measure | Kind::Difference => json!(["number", "null"]),
        };
        (column.name.to_owned(), json!({ "type": kinds, "description": column.definition }))
    };
    let sheet = |sheet: &Sheet| {
        let names: Vec<&str> = sheet.columns.iter().map(|column| column.name).collect();
        let properties: Map<String, Value> = sheet.columns.iter().map(column).collect();
        let row =
            json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false });
        (sheet.name.to_owned(), json!({ "type": "array", "items": row }))
    };
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name).collect();
    let list = json!({ "type": "array", "items": text });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Summary of a channelmix report",
        "type": "object",
        "properties": {
            "format": { "const": FORMAT },
            "version": { "type": "string", "description": "version of the program" },
            "command": { "type": "string", "description": "command that makes the report again" },
            "scenario": { "type": "string", "description": "name of the scenario" },
            "findings": { "type": "array", "items": text, "description": "the answer in sentences, the most important one first" },
            "setup": { "type": "object", "description": "what was played" },
            "notes": list,
            "sheets": { "type": "object", "properties": sheets.iter().map(sheet).collect::<Map<_, _>>(), "required": names, "additionalProperties": false },
        },
        "required": ["format", "version", "command", "scenario", "findings", "setup", "notes", "sheets"],
        "additionalProperties": false,
    })
}
