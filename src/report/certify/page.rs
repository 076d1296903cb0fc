//! A certificate as one HTML page that needs nothing else.

use maud::{Markup, html};

use super::{Made, panels, words};
use crate::abtest::certify::certificate::{Duration, Look, MetricRow};
use crate::abtest::certify::{Certificate, Kept, Rate};
use crate::compare::{count, percent};
use crate::figures::{self, Sheet};
use crate::report::abtest::words::bound;
use crate::report::page::{figure, frame, placed, table};
use crate::report::panels::Panel;

/// More of the plan's text is not shown.
const MOST_TEXT: usize = 100_000;

/// The page of a certificate.
pub fn page(certificate: &Certificate, made: &Made) -> String {
    let sheets = figures::certify(certificate);
    let panels = panels::panels(certificate, &sheets);
    let title = words::title(certificate);
    let body = html! {
        (head(certificate, &title))
        nav aria-label="Contents" {
            @if !certificate.promises.is_empty() { a href="#promises" { "Does the plan keep its promises?" } }
            @for panel in &panels { a href=(format!("#{}", panel.name)) { (panel.question) } }
            a href="#made" { "How was this made?" }
        }
        main {
            (promises(certificate))
            @for panel in &panels { (section(certificate, panel, &sheets)) }
            (self::made(certificate, made))
        }
    };
    frame(&title, &made.version, &body)
}

/// A verdict by shape and word.
fn badge(kept: Kept, word: &str) -> Markup {
    html! { span.badge { span aria-hidden="true" { (words::sign(kept)) } " " (word) } }
}

fn head(certificate: &Certificate, title: &str) -> Markup {
    let kept = certificate.kept();
    let (class, word) = match kept {
        // Nothing promised is nothing kept.
        _ if certificate.promises.is_empty() => ("unknown", "no promises"),
        kept => (words::class(kept), words::word(kept)),
    };
    html! {
        header {
            p.scenario { (title) }
            p.scenario { "To show: " (certificate.hypothesis) }
            h1 class=(format!("answer {class}")) {
                @if certificate.promises.is_empty() { span.badge { (word) } } @else { (badge(kept, word)) }
                " " (bound(&words::headline(certificate)))
            }
            ul.facts { @for fact in words::facts(certificate) { li { (fact) } } }
        }
    }
}

/// A sentence for each promise: what is broken first, then what is open.
fn promises(certificate: &Certificate) -> Markup {
    let of = |kept: Kept| certificate.promises.iter().filter(move |promise| promise.kept == kept);
    html! {
        @if !certificate.promises.is_empty() {
            section id="promises" {
                h2 { "Does the plan keep its promises?" }
                ul.gates {
                    @for promise in of(Kept::Fails).chain(of(Kept::RunMore)).chain(of(Kept::Holds)) {
                        li class=(words::class(promise.kept)) {
                            (badge(promise.kept, words::word(promise.kept))) " "
                            (bound(&words::sentence(&promise.sentence, promise.kept)))
                        }
                    }
                }
            }
        }
    }
}

/// A panel, with the table that belongs to it.
fn section(certificate: &Certificate, panel: &Panel, sheets: &[Sheet]) -> Markup {
    let sheet = |name: &str| sheets.iter().find(|sheet| sheet.name == name);
    let shown = match (panel.name, sheet("looks"), sheet("durations"), sheet("metrics")) {
        ("durations", Some(looks), Some(durations), _) => {
            html! { (self::durations(certificate, durations)) p.note { (words::ends_when(certificate)) } (self::looks(certificate, looks)) }
        }
        ("coverage", _, _, Some(metrics)) => self::metrics(certificate, metrics),
        ("pitfalls", ..) => pitfalls(certificate),
        _ => html! {},
    };
    html! {
        section id=(panel.name) {
            h2 { (panel.question) }
            @for chart in &panel.charts { (figure(chart)) }
            @if !panel.note.is_empty() { p.note { (bound(&panel.note)) } }
            (shown)
            @if let Some(view) = &panel.view {
                @if let Some(sheet) = sheet(view.sheet) { (table(view, sheet)) }
            }
        }
    }
}

/// A rate and its interval, from the columns `name`, `name_low` and `name_high`.
fn rate(sheet: &Sheet, row: usize, name: &str, rate: &Rate) -> Markup {
    let [low, high] = words::ends(rate);
    html! {
        span.value { (placed(sheet, row, name, &words::share(rate))) }
        div.range {
            (placed(sheet, row, &format!("{name}_low"), &low)) "–" (placed(sheet, row, &format!("{name}_high"), &high))
        }
    }
}

/// When tests end, without and with an effect.
fn durations(certificate: &Certificate, sheet: &Sheet) -> Markup {
    let unit = &certificate.unit;
    let whole = |row: usize, name: &str, days: Option<u32>| {
        placed(sheet, row, name, &days.map_or(String::new(), |days| days.to_string()))
    };
    let line = |row: usize, line: &Duration| {
        html! {
            tr {
                th scope="row" { (words::under(line.effect)) }
                td { (placed(sheet, row, "units", &words::units(&line.units))) }
                @if certificate.calendar {
                    td { (placed(sheet, row, "days", &line.days.as_ref().map_or(String::new(), words::plain))) }
                    td { (whole(row, "days_p10", line.days_p10)) }
                    td { (whole(row, "days_p50", line.days_p50)) }
                    td { (whole(row, "days_p90", line.days_p90)) }
                }
            }
        }
    };
    html! {
        @if !certificate.durations.is_empty() {
            div.scroll tabindex="0" {
                table {
                    thead { tr {
                        th.text scope="col" { "a test ends" }
                        th scope="col" { "after " (unit) "s, mean" }
                        @if certificate.calendar {
                            th scope="col" { "days, mean" }
                            th scope="col" { "1 in 10 within" }
                            th scope="col" { "half within" }
                            th scope="col" { "9 in 10 within" }
                        }
                    } }
                    tbody { @for (row, one) in certificate.durations.iter().enumerate() { (line(row, one)) } }
                }
            }
        }
    }
}

/// The looks as they fall.
fn looks(certificate: &Certificate, sheet: &Sheet) -> Markup {
    let futile = certificate.looks.iter().any(|look| look.futility.is_some());
    let once = certificate.looks.len() < 2;
    let score = |row: usize, name: &str, z: f64| placed(sheet, row, name, &crate::compare::decimal(z, 3));
    let line = |row: usize, look: &Look| {
        html! {
            tr {
                th scope="row" { (placed(sheet, row, "look", &look.look.to_string())) }
                td {
                    (placed(sheet, row, "units", &count(look.units)))
                    div.range { (placed(sheet, row, "share", &percent(look.share))) }
                }
                @if certificate.calendar {
                    td {
                        @if let Some(day) = look.day { (placed(sheet, row, "day", &day.to_string())) } @else { "–" }
                        div.range { (look.weekday.map_or(String::new(), words::short)) " " (look.date.as_deref().unwrap_or_default()) }
                    }
                }
                td { @if look.boundary == f64::INFINITY { "never" } @else { (score(row, "boundary", look.boundary)) } }
                @if futile { td { @if let Some(z) = look.futility { (score(row, "futility", z)) } @else { "–" } } }
                @if !once {
                    td { (rate(sheet, row, "ends_without_effect", &look.ends_without_effect)) }
                    td { (rate(sheet, row, "ends_with_effect", &look.ends_with_effect)) }
                }
            }
        }
    };
    html! {
        @if !certificate.looks.is_empty() {
            div.scroll tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { "look" }
                        th scope="col" { (certificate.unit) "s" }
                        @if certificate.calendar { th scope="col" { "day" } }
                        th scope="col" { "called if |z| >" }
                        @if futile { th scope="col" { "given up if z ≤" } }
                        @if !once {
                            th scope="col" { "ends, no effect" }
                            th scope="col" { "ends, own effect" }
                        }
                    } }
                    tbody { @for (row, look) in certificate.looks.iter().enumerate() { (line(row, look)) } }
                }
            }
        }
    }
}

/// Each metric: the truth, how well intervals and estimates meet it, and what is called.
fn metrics(certificate: &Certificate, sheet: &Sheet) -> Markup {
    let several = words::several(certificate);
    let once = certificate.looks.len() < 2;
    let name = |line: &MetricRow| html! { th scope="row" { (line.metric) @if several { ", " (line.treatment) } div.range { (line.role) } } };
    let right = |row: usize, line: &MetricRow| {
        let effect = words::effect_written(line);
        let bias = words::written(line.kind, &line.bias);
        html! {
            tr {
                (name(line))
                td {
                    @if line.skewness.is_some() { (placed(sheet, row, "skewness", &crate::compare::number(line.skewness.unwrap_or(f64::NAN)))) } @else { "–" }
                    @if let Some(nonzero) = line.nonzero { div.range { (placed(sheet, row, "nonzero", &percent(nonzero))) " not 0" } }
                }
                td { (placed(sheet, row, "control", &effect.value(line.control))) }
                td {
                    (placed(sheet, row, "effect_size", &effect.difference(line.effect)))
                    div.range { "± " (placed(sheet, row, "effect_error", &effect.bare(line.effect_error))) }
                }
                td { (rate(sheet, row, "coverage", &line.coverage)) }
                td { (rate(sheet, row, "coverage_without_effect", &line.coverage_without_effect)) }
                @if !once { td { (rate(sheet, row, "coverage_at_all_looks", &line.coverage_at_all_looks)) } }
                td { (rate(sheet, row, "above", &line.above)) }
                td {
                    (placed(sheet, row, "bias", &bias.difference(line.bias.value)))
                    div.range { (placed(sheet, row, "bias_low", &bias.bare(line.bias.low))) " to " (placed(sheet, row, "bias_high", &bias.bare(line.bias.high))) }
                }
            }
        }
    };
    let guardrails = certificate.metrics.iter().any(|line| line.not_worse.is_some());
    let called = |row: usize, line: &MetricRow| {
        html! {
            tr {
                (name(line))
                td { (rate(sheet, row, "better", &line.better)) }
                td { (rate(sheet, row, "worse", &line.worse)) }
                td { (rate(sheet, row, "better_without_effect", &line.better_without_effect)) }
                td { (rate(sheet, row, "worse_without_effect", &line.worse_without_effect)) }
                @if guardrails { td { @if let Some(shown) = &line.not_worse { (rate(sheet, row, "not_worse", shown)) } @else { "–" } } }
            }
        }
    };
    let rows = || certificate.metrics.iter().enumerate();
    html! {
        div.scroll tabindex="0" {
            table.results {
                thead { tr {
                    th.text scope="col" { "metric" }
                    th scope="col" { "skewness" }
                    th scope="col" { "control" }
                    th scope="col" { "true effect" }
                    th scope="col" { "coverage" }
                    th scope="col" { "no effect" }
                    @if !once { th scope="col" { "at all looks" } }
                    th scope="col" { "above" }
                    th scope="col" { "bias" }
                } }
                tbody { @for (row, line) in rows() { (right(row, line)) } }
            }
        }
        p.note {
            "Coverage: tests whose interval holds the truth when they end; no effect: the same without an effect. Above: intervals wholly above the truth; of fair ones half of those that miss. \
             Bias: mean of estimate − truth when tests end. ± is the standard error of the simulated customers against the scenario's world."
        }
        div.scroll tabindex="0" {
            table.results {
                thead { tr {
                    th.text scope="col" { "what is called" }
                    th scope="col" { "better" }
                    th scope="col" { "worse" }
                    th scope="col" { "falsely better" }
                    th scope="col" { "falsely worse" }
                    @if guardrails { th scope="col" { "shown not worse" } }
                } }
                tbody { @for (row, line) in rows() { (called(row, line)) } }
            }
        }
        p.note { "Falsely: the same calls where there is no effect." }
    }
}

/// A sentence for each.
fn pitfalls(certificate: &Certificate) -> Markup {
    html! {
        ul.gates {
            @for pitfall in &certificate.pitfalls {
                li class=(words::class(pitfall.kept)) {
                    (badge(pitfall.kept, words::harm(pitfall.kept))) " " b { (pitfall.name) } ": "
                    (bound(&words::wrong(pitfall)))
                }
            }
        }
    }
}

/// What it takes to get the same page again.
fn made(certificate: &Certificate, made: &Made) -> Markup {
    let audit = &certificate.audit;
    html! {
        section id="made" {
            h2 { "How was this made?" }
            p { (bound(&words::bank(certificate))) }
            p {
                @if audit.agree < audit.analysed { span.failed { span.badge { "✕ differs" } } " " }
                (bound(&words::audit(certificate)))
            }
            div.scroll tabindex="0" {
                table {
                    thead { tr { th.text scope="col" { "arm" } th scope="col" { "share" } th scope="col" { "true value of " (words::primary(certificate)) } } }
                    tbody {
                        @for arm in &certificate.arms {
                            tr { th scope="row" { (arm.name) } td { (percent(arm.share)) } td { (words::value(certificate, arm.value)) } }
                        }
                    }
                }
            }
            @if !certificate.notes.is_empty() { ul.notes { @for note in &certificate.notes { li { (bound(note)) } } } }
            p {
                "channelmix " (made.version) ", seed " (certificate.seed) ", from " (made.data)
                ". The same scenario, plan and command give this page again, byte for byte, on any number of threads:"
            }
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
