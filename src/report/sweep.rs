//! The answer of a sweep: for a terminal, a wiki, a spreadsheet, and as a report.

use std::path::Path;

use maud::html;
use serde_json::json;

use super::panels::{Chart, sweep as panels};
use super::words::Words;
use super::{Origin, files, markdown as wiki, page, table as terminal};
use crate::compare::{count, number, percent};
use crate::figures;
use crate::measures::{MEASURES, measure};
use crate::output::Error;
use crate::scenario::NONE;
use crate::sweep::{Answer, Line, Standing};

/// The answer as text for a terminal; `all` shows every measure beside the objective.
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
    for measure in answer.measures().filter_map(measure) {
        text += &format!("- **{}** (`{}`): {}\n", measure.name, measure.key, measure.definition);
    }
    text
}

/// The answer as JSON, indented; numbers in full.
pub fn json(answer: &Answer) -> String {
    serde_json::to_string_pretty(answer).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// Every measure at every point under every strategy as CSV: the report's `sweep.csv`.
pub fn csv(answer: &Answer) -> String {
    let sheets = figures::sweep(answer);
    let sheet = sheets.iter().find(|sheet| sheet.name == "sweep");
    sheet.map_or_else(String::new, |sheet| String::from_utf8_lossy(&files::csv(sheet)).into_owned())
}

/// Writes the report of a sweep into an empty folder. The same answer gives the same bytes.
///
/// # Errors
/// If the file system refuses.
pub fn write(folder: &Path, answer: &Answer, origin: &Origin) -> Result<(), Error> {
    let sheets = figures::sweep(answer);
    let panels = panels::panels(answer, &sheets);
    let charts: Vec<&Chart> = panels.iter().flat_map(|panel| &panel.charts).collect();
    let setup = &answer.setup;
    let facts = vec![
        format!("{} customers simulated at each of {} points", count(setup.customers), points(answer)),
        match setup.draws {
            1 => "rates taken as exact".to_owned(),
            draws => format!("{} draws of {} uncertain inputs", count(draws), setup.uncertain_inputs),
        },
        format!("a firm of {}", count(setup.population)),
        format!("{} days", setup.days),
        format!("money in {}", setup.currency),
    ];
    let head = page::Head { scenario: &answer.scenario, findings: &answer.findings, facts };
    let links: Vec<(&str, &str)> = panels.iter().map(|panel| (panel.name, panel.question)).collect();
    let main = html! {
        @for panel in &panels { (page::section(panel, &sheets)) }
        (page::definitions(&figures::definitions(answer.measures())))
        (page::made(&answer.notes, setup.seed, origin))
    };
    let page = page::in_sections(&head, &links, &main, &origin.version);
    let told = files::Told {
        scenario: &answer.scenario,
        findings: &answer.findings,
        setup: json!({ "plan": setup, "keys": answer.keys, "objective": answer.objective }),
        notes: &answer.notes,
    };
    files::put(folder, &page, &charts, &sheets, &told, origin)
}

fn points(answer: &Answer) -> usize {
    answer.keys.iter().map(|key| key.values.len()).product()
}

/// The tables with their headings: the objective, and all measures if they are asked for.
fn tables(answer: &Answer, all: bool) -> Vec<(String, Words)> {
    let lines: Vec<&Line> = answer.of(answer.objective).collect();
    let mut tables = Vec::new();
    if answer.keys.len() == 1 {
        tables.extend(lines.first().map(|first| (heading(first, answer), against_one(answer, &lines))));
    } else {
        for strategy in &answer.strategies {
            let own: Vec<&Line> = lines.iter().copied().filter(|line| line.strategy == *strategy).collect();
            let Some(first) = own.first() else { continue };
            if !is_level(&own) {
                tables.push((format!("{strategy}: {}", heading(first, answer)), over_two(answer, &own)));
            } else if let Some(value) = first.value {
                let words = vec![vec!["any".to_owned(), shown(first.unit, value), interval(first)]];
                let head = ["point", "estimate", "interval"].map(str::to_owned).to_vec();
                tables.push((format!("{strategy}: {}", heading(first, answer)), Words { head, rows: words }));
            }
        }
    }
    if all {
        for strategy in &answer.strategies {
            tables.push((format!("{strategy}: every measure"), every_measure(answer, strategy)));
        }
    }
    tables
}

fn heading(line: &Line, answer: &Answer) -> String {
    if line.unit == "money" { format!("{} [{}]", line.name, answer.setup.currency) } else { line.name.to_owned() }
}

/// A row for each strategy and value of the only key.
fn against_one(answer: &Answer, lines: &[&Line]) -> Words {
    let head = ["strategy", &answer.keys[0].name, "estimate", "interval", "− best", "interval", ""];
    let mut rows = Vec::new();
    for strategy in &answer.strategies {
        let own: Vec<&Line> = lines.iter().copied().filter(|line| line.strategy == *strategy).collect();
        let level = is_level(&own);
        let shown_lines = if level { &own[..1.min(own.len())] } else { &own[..] };
        for line in shown_lines {
            let value = if level { "any".to_owned() } else { line.value_1.clone() };
            let (difference, ends) = difference(line);
            let mark = if level && line.standing != Some(Standing::Best) { String::new() } else { mark(line) };
            let estimate = line.value.map_or("–".to_owned(), |value| shown(line.unit, value));
            rows.push(vec![strategy.clone(), value, estimate, interval(line), difference, ends, mark]);
        }
    }
    Words { head: head.map(str::to_owned).to_vec(), rows }
}

/// A row for each value of the first key, a column for each of the second.
fn over_two(answer: &Answer, lines: &[&Line]) -> Words {
    let [one, other] = [&answer.keys[0], &answer.keys[1]];
    let mut head = vec![format!("{} ↓ {} →", one.name, other.name)];
    head.extend(other.values.iter().map(|value| value.text.clone()));
    let cell = |line: &&Line| {
        let estimate = line.value.map_or("–".to_owned(), |value| shown(line.unit, value));
        format!("{estimate}\n{}\n{}", interval(line), mark(line))
    };
    let row = |(value, row): (&crate::sweep::Value, &[&Line])| {
        let mut words = vec![value.text.clone()];
        words.extend(row.iter().map(cell));
        words
    };
    Words { head, rows: one.values.iter().zip(lines.chunks(other.values.len())).map(row).collect() }
}

/// A row for each measure, a column for each point.
fn every_measure(answer: &Answer, strategy: &str) -> Words {
    let mut head = vec!["measure".to_owned()];
    let mut rows = Vec::new();
    for measure in MEASURES {
        let own: Vec<&Line> = answer.of(measure.key).filter(|line| line.strategy == strategy).collect();
        let Some(first) = own.first() else { continue };
        if head.len() == 1 {
            let values = own.iter().map(|line| match &line.value_2 {
                Some(second) => format!("{}, {second}", line.value_1),
                None => line.value_1.clone(),
            });
            head.extend(values);
        }
        let mut row = vec![heading(first, answer)];
        row.extend(own.iter().map(|line| match line.value {
            Some(value) => format!("{}\n{}", shown(line.unit, value), interval(line)),
            None => "–".to_owned(),
        }));
        rows.push(row);
    }
    Words { head, rows }
}

/// Whether the sweep changes nothing.
fn is_level(lines: &[&Line]) -> bool {
    lines.iter().all(|line| matches!(line.standing_under_strategy, Some(Standing::Best | Standing::Same)))
        || lines.iter().all(|line| line.value.is_none() && line.strategy == NONE)
}

fn mark(line: &Line) -> String {
    match (line.standing, line.standing_under_strategy) {
        (Some(Standing::Best), _) => "best of all".to_owned(),
        (_, Some(standing)) => standing.in_words().to_owned(),
        (_, None) => String::new(),
    }
}

fn difference(line: &Line) -> (String, String) {
    let (Some(value), Some(low), Some(high)) =
        (line.difference_from_own_best, line.difference_from_own_best_low, line.difference_from_own_best_high)
    else {
        return (String::new(), String::new());
    };
    let plain = |value: f64| if line.unit == "share" { format!("{} pp", number(value * 100.0)) } else { number(value) };
    let sign = if value > 0.0 { "+" } else { "" };
    (format!("{sign}{}", plain(value)), format!("{} … {}", plain(low), plain(high)))
}

fn interval(line: &Line) -> String {
    match (line.low, line.high) {
        (Some(low), Some(high)) if low == high => "exact".to_owned(),
        (Some(low), Some(high)) => format!("{} … {}", shown(line.unit, low), shown(line.unit, high)),
        _ => String::new(),
    }
}

fn shown(unit: &str, value: f64) -> String {
    if unit == "share" { percent(value) } else { number(value) }
}
