//! The report as one HTML page that needs nothing else: no network, no script, light and dark, phone and paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::charts;
use super::panels::{Chart, Panel, View, panels};
use super::words::HEADLINES;
use super::{Again, Origin};
use crate::compare::{chance, count, number, percent};
use crate::figures::{Column, DefinitionLine, Figures, Kind, Sheet};
use crate::scenario::NONE;

/// As many findings behind the first one stand open.
const FINDINGS: usize = 4;
/// More of the scenario's text is not shown.
const MOST_TEXT: usize = 100_000;

/// The page of a report.
pub fn page(figures: &Figures, origin: &Origin) -> String {
    let panels = panels(figures);
    let sheets = figures.sheets();
    let answer = &figures.answer;
    let head = Head { scenario: &answer.scenario, findings: &answer.findings, facts: facts(figures) };
    let mut links = vec![("numbers", "The numbers")];
    links.extend(panels.iter().map(|panel| (panel.name, panel.question)));
    let main = html! {
        (numbers(figures, &sheets))
        @for panel in &panels { (section(panel, &sheets)) }
        (definitions(&figures.definitions))
        (made(&answer.notes, answer.setup.seed, origin))
    };
    in_sections(&head, &links, &main, &origin.version)
}

/// What a page begins with.
pub(super) struct Head<'a> {
    pub scenario: &'a str,
    pub findings: &'a [String],
    /// What was played.
    pub facts: Vec<String>,
}

/// A page of sections: the finding on top, then links to their fragments.
pub(super) fn in_sections(head: &Head<'_>, links: &[(&str, &str)], main: &Markup, version: &str) -> String {
    let (finding, more) = head.findings.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let body = html! {
        header {
            p.scenario { (head.scenario) }
            h1 { (finding) }
            @for sentence in more.iter().take(FINDINGS) { p.finding { (sentence) } }
            @if more.len() > FINDINGS {
                details {
                    summary { (more.len() - FINDINGS) " more findings" }
                    @for sentence in &more[FINDINGS..] { p.finding { (sentence) } }
                }
            }
            ul.facts { @for fact in &head.facts { li { (fact) } } }
        }
        nav aria-label="Contents" {
            @for (name, question) in links { a href=(format!("#{name}")) { (question) } }
            a href="#made" { "How was this made?" }
        }
        main { (main) }
    };
    frame(head.scenario, version, &body)
}

/// A page around a body.
pub(super) fn frame(title: &str, version: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Nothing is fetched, whatever a name in the scenario may say.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="generator" content=(format!("channelmix {version}"));
                title { (title) " · channelmix" }
                style { (PreEscaped(charts::style())) (PreEscaped(include_str!("page.css"))) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// What was played, in a line of facts.
fn facts(figures: &Figures) -> Vec<String> {
    let setup = &figures.answer.setup;
    let draws = match setup.draws {
        1 => "rates taken as exact".to_owned(),
        draws => format!("{} draws of {} uncertain inputs", count(draws), setup.uncertain_inputs),
    };
    vec![
        format!("{} customers simulated", count(setup.customers)),
        draws,
        format!("a firm of {}", count(setup.population)),
        format!("{} days", setup.days),
        format!("money in {}", setup.currency),
        format!("against {}", setup.baseline.as_deref().unwrap_or(NONE)),
    ]
}

/// The headline measures of every strategy with their intervals and differences.
fn numbers(figures: &Figures, sheets: &[Sheet]) -> Markup {
    let Some(sheet) = sheets.iter().find(|sheet| sheet.name == "measures") else { return html! {} };
    let baseline = figures.answer.setup.baseline.as_deref().unwrap_or(NONE);
    let rows: Vec<usize> = (0..figures.measures.len()).collect();
    let of = |measure: &str| {
        rows.iter().copied().filter(|&row| figures.measures[row].measure == measure).collect::<Vec<_>>()
    };
    let strategies: Vec<&str> = figures.strategies.iter().map(|line| line.strategy.as_str()).collect();
    let has_none = strategies.contains(&NONE) && baseline != NONE;
    let level = figures.measures.iter().find_map(|line| line.level).unwrap_or(0.95);
    let table = |measures: &[&str]| {
        html! {
            div.scroll tabindex="0" {
                table.numbers {
                    thead { tr { th scope="col" { "measure" } @for strategy in &strategies { th scope="col" { (strategy) } } } }
                    tbody {
                        // Not every scenario has every measure.
                        @for lines in measures.iter().map(|measure| of(measure)).filter(|lines| !lines.is_empty()) {
                            @let first = &figures.measures[lines[0]];
                            tr {
                                th scope="row" {
                                    (first.name)
                                    @if first.unit == "money" { " [" (figures.answer.setup.currency) "]" }
                                }
                                @for &row in &lines { td { (measure_cell(figures, sheet, row, baseline, has_none)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    let rest: Vec<&str> =
        figures.definitions.iter().map(|line| line.measure).filter(|measure| !HEADLINES.contains(measure)).collect();
    html! {
        section id="numbers" {
            h2 { "The numbers" }
            p.note {
                "Estimate and " (level * 100.0) " %" " interval of each strategy, then the paired difference from " b { (baseline) }
                @if has_none { " and from " b { (NONE) } " (doing nothing)" }
                ", the same customers in both. “better” and “worse” stand where the interval does not contain 0. Per customer: of all customers, over the whole horizon."
            }
            (table(&HEADLINES))
            @if strategies.len() > 3 { p.note { "Scroll the table sideways for all " (strategies.len()) " strategies." } }
            details { summary { "All measures" } (table(&rest)) }
        }
    }
}

/// One measure under one strategy: value, interval, differences.
fn measure_cell(figures: &Figures, sheet: &Sheet, row: usize, baseline: &str, has_none: bool) -> Markup {
    let line = &figures.measures[row];
    let cell = |name: &str| cell(sheet, row, name);
    let verdict = |low: Option<f64>, high: Option<f64>| match (low, high, line.better) {
        (Some(low), Some(high), _) if low == 0.0 && high == 0.0 => ("same", "same"),
        (Some(low), _, "higher") if low > 0.0 => ("better", "better"),
        (_, Some(high), "lower") if high < 0.0 => ("better", "better"),
        (Some(low), _, "lower") if low > 0.0 => ("worse", "worse"),
        (_, Some(high), "higher") if high < 0.0 => ("worse", "worse"),
        _ => ("open", ""),
    };
    let against = |name: &str, value: &str, low: &str, high: &str, ends: (Option<f64>, Option<f64>)| {
        let (class, word) = verdict(ends.0, ends.1);
        html! {
            div class=(format!("difference {class}")) {
                span.versus { "vs " (name) } " "
                span.value { (cell(value)) }
                @if !word.is_empty() { " " span.verdict { (word) } }
                @if class != "same" { " " span.range { "(" (cell(low)) " … " (cell(high)) ")" } }
            }
        }
    };
    html! {
        div.estimate { (cell("value")) }
        @if line.value.is_some() && line.low != line.high { div.range { (cell("low")) " … " (cell("high")) } }
        @if line.strategy != baseline && line.strategy != NONE && line.difference.is_some() {
            (against(baseline, "difference", "difference_low", "difference_high", (line.difference_low, line.difference_high)))
        }
        // What is incremental is a difference from none already.
        @if has_none && line.strategy != NONE && line.against_none.is_some() && !line.measure.contains("incremental") {
            (against(NONE, "against_none", "against_none_low", "against_none_high", (line.against_none_low, line.against_none_high)))
        }
    }
}

pub(super) fn section(panel: &Panel, sheets: &[Sheet]) -> Markup {
    html! {
        section id=(panel.name) {
            h2 { (panel.question) }
            @for chart in &panel.charts { (figure(chart)) }
            @if !panel.note.is_empty() { p.note { (panel.note) } }
            @if let Some(view) = &panel.view {
                @if let Some(sheet) = sheets.iter().find(|sheet| sheet.name == view.sheet) { (table(view, sheet)) }
            }
        }
    }
}

pub(super) fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            figcaption { (chart.title) }
            (PreEscaped(chart.picture.embedded(&chart.name)))
        }
    }
}

/// The rows behind a chart, for those who want the numbers or cannot see it.
pub(super) fn table(view: &View, sheet: &Sheet) -> Markup {
    let columns: Vec<&Column> =
        view.columns.iter().filter_map(|name| sheet.columns.iter().find(|column| column.name == *name)).collect();
    html! {
        details {
            summary { "The numbers: " code { (sheet.name) ".csv" } }
            div.scroll tabindex="0" {
                table {
                    thead { tr { @for column in &columns { th scope="col" title=(column.definition) { (column.name.replace('_', " ")) } } } }
                    tbody {
                        @for &row in &view.rows {
                            tr {
                                @for column in &columns {
                                    @if column.kind == Kind::Text { td.text { (cell(sheet, row, column.name)) } }
                                    @else { td { (cell(sheet, row, column.name)) } }
                                }
                            }
                        }
                    }
                }
            }
            @if view.left_out > 0 { p.note { (count(view.left_out as u64)) " more rows are in " code { (sheet.name) ".csv" } "." } }
        }
    }
}

/// A cell of a sheet. Numbers carry the place that they come from and their full value, so that a machine can hold the page
/// against the summary.
fn cell(sheet: &Sheet, row: usize, name: &str) -> Markup {
    let Some(place) = sheet.columns.iter().position(|column| column.name == name) else { return html! {} };
    placed(sheet, row, name, &shown(sheet, row, place))
}

/// A cell of a sheet, a number in these words.
pub(super) fn placed(sheet: &Sheet, row: usize, name: &str, words: &str) -> Markup {
    let Some(place) = sheet.columns.iter().position(|column| column.name == name) else { return html! {} };
    let value = &sheet.rows[row][place];
    match value {
        Value::Null => html! { "–" },
        Value::Bool(truth) => html! { (if *truth { "yes" } else { "no" }) },
        Value::Number(exact) => {
            let at = format!("{}/{row}/{name}", sheet.name);
            html! { data data-at=(at) value=(exact) { (words) } }
        }
        Value::String(text) if name == "url" => html! { a href=(web(text)) rel="noreferrer" { (text) } },
        Value::String(text) => html! { (text) },
        other => html! { (other) },
    }
}

/// A link that leads to the web and nowhere else.
fn web(url: &str) -> &str {
    if url.starts_with("https://") || url.starts_with("http://") { url } else { "#inputs" }
}

/// A cell as people read it: numbers in the unit of the column or of the row's measure.
pub(super) fn shown(sheet: &Sheet, row: usize, place: usize) -> String {
    let column = &sheet.columns[place];
    let value = match &sheet.rows[row][place] {
        Value::String(text) => return text.clone(),
        Value::Bool(truth) => return if *truth { "yes".to_owned() } else { "no".to_owned() },
        value => value.as_f64().unwrap_or(f64::NAN),
    };
    if value.is_nan() {
        return "–".to_owned();
    }
    let text = |name: &str| {
        let place = sheet.columns.iter().position(|column| column.name == name)?;
        sheet.rows[row][place].as_str()
    };
    let unit = text("unit").or_else(|| match text("measure") {
        Some(measure @ ("retention" | "alive" | "reach_left")) => (!measure.is_empty()).then_some("share"),
        _ => None,
    });
    let difference =
        column.kind == Kind::Difference || column.name.starts_with("difference") || column.name.starts_with("against");
    let signed = |text: String| {
        if difference && value > 0.0 && !column.name.contains("low") && !column.name.contains("high") {
            format!("+{text}")
        } else {
            text
        }
    };
    match column.kind {
        Kind::Share if column.name == "share_above_zero" => chance(value),
        Kind::Share if column.name == "probability_better" && value == 1.0 => "all draws".to_owned(),
        Kind::Share if column.name == "probability_better" && value == 0.0 => "no draw".to_owned(),
        Kind::Share => percent(value),
        Kind::Measure | Kind::Difference if unit == Some("share") && difference => {
            signed(format!("{} pp", number(value * 100.0)))
        }
        Kind::Measure if unit == Some("share") => percent(value),
        Kind::Measure | Kind::Difference => signed(number(value)),
        // A year, a line or a step is no measurement: every digit counts.
        Kind::Number if value.fract() == 0.0 && value.abs() < 1e6 => format!("{value}"),
        _ => number(value),
    }
}

pub(super) fn definitions(definitions: &[DefinitionLine]) -> Markup {
    html! {
        section id="definitions" {
            h2 { "What do the measures mean?" }
            details {
                summary { "Definitions" }
                dl {
                    @for line in definitions { dt { (line.name) " " code { (line.measure) } } dd { (line.definition) } }
                }
            }
        }
    }
}

/// Notes, and what it takes to get the same page again.
pub(super) fn made(notes: &[String], seed: u64, origin: &Origin) -> Markup {
    let text: String = origin.scenario.chars().take(MOST_TEXT).collect();
    let cut = text.len() < origin.scenario.len();
    html! {
        section id="made" {
            h2 { "How was this made?" }
            ul { @for note in notes { li { (note) } } }
            p {
                "channelmix " (origin.version) ", seed " (seed)
                @match origin.again {
                    Again::SameBytes => ". The same file and seed give this page again, byte for byte, on any number of threads:",
                    Again::OtherBatches => ". It was played up to a precision; as many customers at once give the same estimates, with errors from other batches:",
                    Again::FirstOfSeveral => ". It was made from the results of several runs, put together with report; the first of them:",
                }
            }
            pre { code { (origin.command) } }
            details {
                summary { "The scenario, as " code { "scenario.toml" } }
                pre { code { (text) } }
                @if cut { p.note { "Only its first " (count(MOST_TEXT as u64)) " characters are shown." } }
            }
            @for set in &origin.overrides { p.note { "Laid over it: " code { "--set " (set) } } }
        }
    }
}
