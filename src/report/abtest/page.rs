//! The answer of an A/B test as one HTML page that needs nothing else.

use maud::{Markup, html};

use super::methods::methods;
use super::written::{self, Written};
use super::{Made, panels, words};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Estimates, Gate, Outcome, State};
use crate::compare::{count, percent};
use crate::figures::{self, Sheet};
use crate::report::page::{figure, frame, placed, section, table};
use crate::report::panels::{Panel, View};

/// More of the plan's text is not shown.
const MOST_TEXT: usize = 100_000;
/// More departures than this are behind a line to open.
const DEPARTURES: usize = 6;

/// The page of an A/B test.
pub fn page(analysis: &Analysis, made: &Made) -> String {
    let sheets = figures::abtest(analysis);
    let panels: Vec<Panel> = [
        panels::looks(analysis, &sheets),
        panels::days(analysis, &sheets),
        panels::segments(analysis, &sheets),
        panels::covariates(analysis, &sheets),
        panels::power(analysis, &sheets),
        panels::beliefs(analysis, &sheets),
    ]
    .into_iter()
    .flatten()
    .collect();
    let title = words::title(analysis);
    let body = html! {
        (head(analysis, &title))
        nav aria-label="Contents" {
            a href="#gates" { "Can the data be trusted?" }
            @if !analysis.departures.is_empty() { a href="#departures" { "Does it follow the plan?" } }
            a href="#results" { "What changed, and how sure is it?" }
            @for panel in &panels { a href=(format!("#{}", panel.name)) { (panel.question) } }
            a href="#arms" { "Who was in it?" }
            a href="#methods" { "How was it computed?" }
            a href="#made" { "How was this made?" }
        }
        main {
            (gates(analysis))
            (departures(analysis))
            (results(analysis, &sheets))
            @for panel in &panels { (section(panel, &sheets)) }
            (arms(analysis, &sheets))
            (appendix(analysis))
            (self::made(made))
        }
    };
    frame(&title, &made.version, &body)
}

/// The verdict: in words, as a badge, and for each treatment where there are several.
fn head(analysis: &Analysis, title: &str) -> Markup {
    let (word, class) = words::verdict(analysis);
    let verdict = &analysis.verdict;
    let choices: Vec<_> = verdict.choices.iter().filter(|choice| choice.sentence != verdict.headline).collect();
    html! {
        header {
            p.scenario { (title) }
            @if let Some(hypothesis) = &analysis.hypothesis { p.scenario { "To show: " (hypothesis) } }
            h1 class=(format!("answer {class}")) { span.badge { (word) } " " (words::bound(&verdict.headline)) }
            @if !verdict.withheld {
                @for choice in &choices {
                    p class=(format!("finding {}", words::class(choice.decision))) {
                        span.badge { (choice.treatment) ": " (words::decision(choice.decision, &choice.treatment)) } " " (words::bound(&choice.sentence))
                    }
                }
            }
            ul.facts { @for fact in words::facts(analysis) { li { (fact) } } }
        }
    }
}

fn class_of(state: State) -> &'static str {
    match state {
        State::Passed => "passed",
        State::Warning => "warning",
        State::Failed => "failed",
        State::NotChecked => "unknown",
    }
}

/// What failed comes first, what passed is told in short.
fn gates(analysis: &Analysis) -> Markup {
    let item = |gate: &Gate| {
        html! {
            li class=(class_of(gate.state)) {
                span.badge { (gate.state.name()) } " " b { (gate.gate) } ": " (words::bound(&gate.finding))
            }
        }
    };
    let of = |state: State| analysis.gates.iter().filter(move |gate| gate.state == state);
    html! {
        section id="gates" {
            h2 { "Can the data be trusted?" }
            ul.gates {
                @for gate in of(State::Failed).chain(of(State::Warning)) { (item(gate)) }
                @for gate in of(State::Passed).chain(of(State::NotChecked)) { (item(gate)) }
            }
            p.note { "A gate that fails withholds the verdict; a warning deserves a look, and the verdict stands." }
        }
    }
}

fn departures(analysis: &Analysis) -> Markup {
    let all = &analysis.departures;
    let (open, more) = all.split_at(all.len().min(DEPARTURES));
    html! {
        @if !all.is_empty() {
            section id="departures" {
                h2 { "Does it follow the plan?" }
                ul.gates { @for departure in open { li.warning { span.badge { "departure" } " " (departure) } } }
                @if !more.is_empty() {
                    details {
                        summary { (more.len()) " more departures" }
                        ul.gates { @for departure in more { li.warning { (departure) } } }
                    }
                }
            }
        }
    }
}

/// The charts of results, the table, and how to read them.
fn results(analysis: &Analysis, sheets: &[Sheet]) -> Markup {
    let Some(sheet) = sheets.iter().find(|sheet| sheet.name == "results") else { return html! {} };
    let view = {
        let columns: Vec<&str> = sheet.columns.iter().map(|column| column.name).collect();
        View::ranked(sheet.name, &columns, (0..sheet.rows.len()).collect())
    };
    // The sheet has a row for every way to compute a result; the main one is the first of each.
    let mut row = 0;
    let mut rows = Vec::new();
    for outcome in &analysis.results {
        rows.push((row, outcome));
        row += 1 + usize::from(outcome.unadjusted.is_some()) + usize::from(outcome.uncapped.is_some());
    }
    let several = words::treatments(analysis).count() > 1;
    html! {
        section id="results" {
            h2 { "What changed, and how sure is it?" }
            @if analysis.verdict.withheld { p.finding.failed { span.badge { "not to be believed" } " A gate failed: the numbers below are told, but nothing follows from them." } }
            @for chart in panels::effects(analysis) { (figure(&chart)) }
            div.scroll tabindex="0" {
                table.results {
                    thead { tr {
                        th.text scope="col" { "metric" }
                        @if several { th.text scope="col" { "arm" } }
                        th scope="col" { "control" }
                        th scope="col" { "treatment" }
                        th scope="col" { "difference" }
                        th scope="col" { "lift" }
                        th scope="col" { "p" }
                        th.text scope="col" { "what follows" }
                    } }
                    tbody {
                        @for (number, (row, outcome)) in rows.iter().enumerate() {
                            @let first = number == 0 || rows[number - 1].1.metric != outcome.metric;
                            @let own = rows[number..].iter().take_while(|(_, other)| other.metric == outcome.metric).count();
                            (result(sheet, *row, outcome, first.then_some(own), several))
                        }
                    }
                }
            }
            ul.notes {
                @for note in [words::guardrails(analysis), words::caps(analysis), words::reading(analysis)].concat() { li { (note) } }
            }
            @if let Some(view) = &view { (table(view, sheet)) }
        }
    }
}

/// A result; the name of its metric `spans` so many rows, if it is the first of them.
fn result(sheet: &Sheet, row: usize, outcome: &Outcome, spans: Option<usize>, several: bool) -> Markup {
    let main = &written::decisive(outcome);
    let written = Written::of(outcome.kind, main);
    let cell = |name: &str, words: &str| placed(sheet, row, name, words);
    let corrected = outcome.adjustment.method != "none";
    html! {
        tr class=(outcome.call.name()) {
            @if let Some(rows) = spans { th scope="rowgroup" rowspan=(rows) { (outcome.metric) div.range { (outcome.role) } } }
            @if several { td.text { (outcome.treatment) } }
            td { (cell("control", &written.value(main.control))) div.range { "n " (cell("n_control", &count(main.n_control))) } }
            td { (cell("treatment", &written.value(main.treatment))) div.range { "n " (cell("n_treatment", &count(main.n_treatment))) } }
            td {
                span.value { (cell("effect_size", &written.difference(main.effect_size))) }
                div.range {
                    (cell("adjusted_ci_lower", &written.bare(main.effect_size_ci_lower))) " to "
                    (cell("adjusted_ci_upper", &written.bare(main.effect_size_ci_upper)))
                }
            }
            td { (lift(sheet, row, main)) }
            td {
                (cell(if corrected { "adjusted" } else { "pvalue" }, &written::p_of(outcome)))
                @if corrected { div.range { (outcome.adjustment.method) } }
            }
            td.text { span.verdict { (written::follows(outcome)) } }
        }
    }
}

fn lift(sheet: &Sheet, row: usize, main: &Estimates) -> Markup {
    let written = Written::lift(main);
    let (said, range) = written::lift(main);
    let cell = |name: &str, words: &str| placed(sheet, row, name, words);
    html! {
        @if said == "–" { "–" } @else { span.value { (cell("rel_effect_size", &said)) } }
        div.range {
            @match (main.rel_effect_size_ci_lower, main.rel_effect_size_ci_upper) {
                (Some(low), Some(high)) => {
                    (cell("adjusted_rel_ci_lower", &written.bare(low))) " to " (cell("adjusted_rel_ci_upper", &written.bare(high)))
                }
                _ => { (range) }
            }
        }
    }
}

fn arms(analysis: &Analysis, sheets: &[Sheet]) -> Markup {
    let Some(sheet) = sheets.iter().find(|sheet| sheet.name == "arms") else { return html! {} };
    html! {
        section id="arms" {
            h2 { "Who was in it?" }
            div.scroll tabindex="0" {
                table {
                    thead { tr { th.text scope="col" { "arm" } th scope="col" { (analysis.unit) "s" } th scope="col" { "share" } th scope="col" { "planned share" } } }
                    tbody {
                        @for (row, arm) in analysis.arms.iter().enumerate() {
                            tr {
                                th scope="row" { (arm.name) @if arm.is_control { " (control)" } }
                                td { (placed(sheet, row, "units", &count(arm.units))) }
                                td { (placed(sheet, row, "share", &format!("{:.2} %", 100.0 * arm.share))) }
                                td { (placed(sheet, row, "planned_share", &percent(arm.planned_share))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Each method that was used: what it computes, whose it is, when it is valid.
fn appendix(analysis: &Analysis) -> Markup {
    html! {
        section id="methods" {
            h2 { "How was it computed?" }
            p.note { "Every interval holds the differences that the same test does not refuse, so that p, interval and verdict cannot contradict each other." }
            dl {
                @for method in methods(analysis) {
                    dt { (method.name) }
                    dd {
                        @if !method.formula.is_empty() { (method.formula) }
                        @if !method.valid.is_empty() { " " b { "Valid: " } (method.valid) }
                        @if !method.source.is_empty() { " " span.note { (method.source) "." } }
                    }
                }
            }
        }
    }
}

fn made(made: &Made) -> Markup {
    html! {
        section id="made" {
            h2 { "How was this made?" }
            p { "channelmix " (made.version) ", from " (made.data) ". The same data, plan and command give this page again, byte for byte:" }
            pre { code { (made.command) } }
            @if let Some(plan) = &made.plan {
                @let text: String = plan.chars().take(MOST_TEXT).collect();
                details {
                    summary { "The plan" }
                    pre { code { (text) } }
                    @if text.len() < plan.len() { p.note { "Only its first " (count(MOST_TEXT as u64)) " characters are shown." } }
                }
            }
        }
    }
}
