//! What messages are credited with and what they bring: for a terminal, a wiki, a spreadsheet, and as a report.

use std::path::Path;

use maud::html;
use serde_json::json;

use super::panels::{Chart, attribution as panels};
use super::words::Words;
use super::{Origin, files, markdown as wiki, page, table as terminal};
use crate::attribution::{Answer, Line, Pair, Part, Sum};
use crate::compare::{count, number, percent};
use crate::figures;
use crate::measures::measure;
use crate::output::Error;

/// The answer as text for a terminal; `all` shows revenue, and pairs and sums of every measure.
pub fn table(answer: &Answer, all: bool) -> String {
    let mut text = format!("{}\n\n", answer.scenario);
    for finding in &answer.findings {
        text += &format!("  {finding}\n");
    }
    for (heading, words) in tables(answer, all) {
        text += &format!("\n{heading}\n{}", terminal::drawn(&words));
    }
    text += "\n";
    for note in &answer.notes {
        text += &format!("  {note}\n");
    }
    text
}

/// The answer as Markdown with every measure and its definition.
pub fn markdown(answer: &Answer) -> String {
    let mut text = format!("# {}\n\n", wiki::escaped(&answer.scenario));
    for finding in &answer.findings {
        text += &format!("{}\n\n", wiki::escaped(finding));
    }
    for (heading, words) in tables(answer, true) {
        text += &format!("## {}\n\n{}\n", wiki::escaped(&heading), wiki::drawn(&words));
    }
    text += "## Notes\n\n";
    for note in &answer.notes {
        text += &format!("- {}\n", wiki::escaped(note));
    }
    text += "\n## Definitions\n\n";
    for measure in answer.sums.iter().filter_map(|sum| measure(sum.measure)) {
        text += &format!("- **{}** (`{}`): {}\n", measure.name, measure.key, measure.definition);
    }
    text
}

/// The answer as JSON, indented; numbers in full.
pub fn json(answer: &Answer) -> String {
    serde_json::to_string_pretty(answer).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// A row for the whole strategy, each channel and each campaign: the report's `attribution.csv`.
pub fn csv(answer: &Answer) -> String {
    let sheets = figures::attribution(answer);
    let sheet = sheets.iter().find(|sheet| sheet.name == "attribution");
    sheet.map_or_else(String::new, |sheet| String::from_utf8_lossy(&files::csv(sheet)).into_owned())
}

/// Writes the report of an attribution into an empty folder. The same answer gives the same bytes.
///
/// # Errors
/// If the file system refuses.
pub fn write(folder: &Path, answer: &Answer, origin: &Origin) -> Result<(), Error> {
    let sheets = figures::attribution(answer);
    let panels = panels::panels(answer, &sheets);
    let charts: Vec<&Chart> = panels.iter().flat_map(|panel| &panel.charts).collect();
    let setup = &answer.setup;
    let facts = vec![
        format!("{} customers simulated, with and without each part of {}", count(setup.customers), answer.strategy),
        match setup.draws {
            1 => "rates taken as exact".to_owned(),
            draws => format!("{} draws of {} uncertain inputs", count(draws), setup.uncertain_inputs),
        },
        format!("{} days", setup.days),
        format!("last click within {}", answer.window()),
        format!("money in {}", setup.currency),
    ];
    let head = page::Head { scenario: &answer.scenario, findings: &answer.findings, facts };
    let links: Vec<(&str, &str)> = panels.iter().map(|panel| (panel.name, panel.question)).collect();
    let main = html! {
        @for panel in &panels { (page::section(panel, &sheets)) }
        (page::definitions(&figures::definitions(answer.sums.iter().map(|sum| sum.measure))))
        (page::made(&answer.notes, setup.seed, origin))
    };
    let page = page::in_sections(&head, &links, &main, &origin.version);
    let told = files::Told {
        scenario: &answer.scenario,
        findings: &answer.findings,
        setup: json!({ "plan": setup, "strategy": answer.strategy, "window_days": answer.window_days }),
        notes: &answer.notes,
    };
    files::put(folder, &page, &charts, &sheets, &told, origin)
}

/// The tables with their headings.
fn tables(answer: &Answer, all: bool) -> Vec<(String, Words)> {
    let campaigns = answer.of(Part::Campaign).count() > 1;
    let parts = |line: &&Line| campaigns || line.part != Part::Campaign;
    let lines: Vec<&Line> = answer.lines.iter().filter(parts).collect();
    let currency = &answer.setup.currency;
    let mut tables = vec![("Attributed against incremental, per customer".to_owned(), credit(&lines, currency))];
    if all {
        tables.push((format!("Revenue per customer [{currency}]"), revenue(&lines)));
    }
    let asked = |measure: &str| all || measure == "orders";
    for sum in answer.sums.iter().filter(|sum| asked(sum.measure)) {
        let pairs: Vec<&Pair> = answer.pairs.iter().filter(|pair| pair.measure == sum.measure).collect();
        if !pairs.is_empty() {
            tables.push((format!("What channels do to each other: {}", sum.name), together(&pairs)));
        }
    }
    let sums: Vec<&Sum> = answer.sums.iter().filter(|sum| asked(sum.measure)).collect();
    if answer.of(Part::Channel).count() > 1 && !sums.is_empty() {
        tables.push(("Does it add up?".to_owned(), sums_of(&sums)));
    }
    tables
}

fn credit(lines: &[&Line], currency: &str) -> Words {
    let profit = format!("incremental profit [{currency}]");
    let head =
        ["", "sent", "attributed orders", "contact orders", "incremental orders", "incremental ÷ attributed", &profit];
    let row = |line: &&Line| {
        vec![
            named(line),
            number(line.sent),
            over(Some(line.attributed_orders), line.attributed_orders_low, line.attributed_orders_high, number),
            number(line.contact_orders),
            over(line.incremental_orders, line.incremental_orders_low, line.incremental_orders_high, number),
            over(line.incremental_share, line.incremental_share_low, line.incremental_share_high, percent),
            over(line.incremental_profit, line.incremental_profit_low, line.incremental_profit_high, number),
        ]
    };
    Words { head: head.map(str::to_owned).to_vec(), rows: lines.iter().map(row).collect() }
}

fn revenue(lines: &[&Line]) -> Words {
    let head = ["", "spend", "attributed revenue", "incremental revenue"];
    let row = |line: &&Line| {
        vec![
            named(line),
            number(line.spend),
            number(line.attributed_revenue),
            over(line.incremental_revenue, line.incremental_revenue_low, line.incremental_revenue_high, number),
        ]
    };
    Words { head: head.map(str::to_owned).to_vec(), rows: lines.iter().map(row).collect() }
}

fn together(pairs: &[&Pair]) -> Words {
    let head = ["channels", "interaction", "interval", ""];
    let row = |pair: &&Pair| {
        let interval = if pair.low == pair.high { "exact".to_owned() } else { ends(pair.low, pair.high, number) };
        vec![
            format!("{} and {}", pair.one, pair.other),
            number(pair.interaction),
            interval,
            pair.together.in_words().to_owned(),
        ]
    };
    Words { head: head.map(str::to_owned).to_vec(), rows: pairs.iter().map(row).collect() }
}

fn sums_of(sums: &[&Sum]) -> Words {
    let head = ["", "all channels together", "sum of each alone", "together − sum"];
    let row = |sum: &&Sum| {
        vec![
            sum.name.to_owned(),
            over(Some(sum.total), Some(sum.total_low), Some(sum.total_high), number),
            over(Some(sum.sum_of_parts), Some(sum.sum_of_parts_low), Some(sum.sum_of_parts_high), number),
            over(Some(sum.shared), Some(sum.shared_low), Some(sum.shared_high), number),
        ]
    };
    Words { head: head.map(str::to_owned).to_vec(), rows: sums.iter().map(row).collect() }
}

fn named(line: &Line) -> String {
    match line.part {
        Part::All => "all together".to_owned(),
        Part::Channel => line.name.clone(),
        Part::Campaign => format!("campaign {}", line.name),
    }
}

/// A value, and its interval below it if it has one.
fn over(value: Option<f64>, low: Option<f64>, high: Option<f64>, shown: fn(f64) -> String) -> String {
    let Some(value) = value else { return "–".to_owned() };
    match low.zip(high) {
        Some((low, high)) if low < high => format!("{}\n{}", shown(value), ends(low, high, shown)),
        Some(_) => format!("{}\nexact", shown(value)),
        None => shown(value),
    }
}

fn ends(low: f64, high: f64, shown: fn(f64) -> String) -> String {
    format!("{} … {}", shown(low), shown(high))
}
