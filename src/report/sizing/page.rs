//! What a test takes, as one HTML page that needs nothing else.

use maud::{Markup, html};

use super::{Answer, headline, looks, notes, rows, signed, value};
use crate::abtest::Plan;
use crate::abtest::metric::Kind;
use crate::report::abtest::{PowerLine, power_curve};
use crate::report::charts::Form;
use crate::report::page::{figure, frame};
use crate::report::panels::Chart;
use crate::report::words::Words;

/// The page; `plan_text` is the plan file that belongs to it, `command` what makes both again.
pub fn page(plan: &Plan, answer: &Answer, plan_text: &str, command: &str, version: &str) -> String {
    let title = format!("A/B test: {}", plan.hypothesis);
    let looks = looks(plan, answer);
    let body = html! {
        header {
            p.scenario { (title) }
            h1 { (headline(plan, answer)) }
            ul.facts { @for fact in facts(plan) { li { (fact) } } }
        }
        main {
            section id="units" {
                h2 { "How many, and how long?" }
                table { tbody { @for [name, number] in rows(plan, answer) { tr { th scope="row" { (name) } td { (number) } } } } }
            }
            @if let Some(looks) = &looks {
                section id="looks" {
                    h2 { "When is it looked at, and when does it stop?" }
                    (drawn(looks))
                    p.note { "At a look the test stops where |z|, the difference in standard errors, is beyond the boundary." }
                }
            }
            section id="power" {
                h2 { "What can it find?" }
                (figure(&chart(plan, answer)))
            }
            section id="notes" {
                h2 { "What else to know" }
                ul { @for note in notes(plan, answer) { li { (note) } } }
            }
            section id="made" {
                h2 { "How was this made?" }
                p { code { (command) } }
                details { summary { "The plan file" } pre { (plan_text) } }
            }
        }
    };
    frame(&title, version, &body)
}

fn facts(plan: &Plan) -> Vec<String> {
    let mut facts = vec![
        format!("{} arms, {} is the control", plan.arms.len(), plan.control),
        format!("valid under: {}", plan.design.validity.name()),
        format!("{} % false alarms", rounded(100.0 * plan.design.alpha)),
        format!("{} % power", rounded(100.0 * plan.design.power)),
    ];
    if plan.primary().matures > 0 {
        facts.push(format!("judged {} days after exposure", rounded(plan.primary().matures as f64 / 86_400.0)));
    }
    facts
}

fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

fn drawn(words: &Words) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table {
                thead { tr { @for head in &words.head { th scope="col" { (head) } } } }
                tbody { @for row in &words.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

/// The power curve.
fn chart(plan: &Plan, answer: &Answer) -> Chart {
    let (sizing, metric) = (&answer.sizing, plan.primary());
    let relative = sizing.relative_effect.is_some();
    let form = match metric.kind {
        _ if relative => Form::Share,
        Kind::Proportion { .. } => Form::Points,
        _ => Form::Number,
    };
    let at = |effect: f64, lift: Option<f64>| if relative { lift.unwrap_or(f64::NAN).abs() } else { effect.abs() };
    let points = sizing.curve.iter().map(|point| (at(point.effect, point.relative_effect), point.power)).collect();
    let lines = [PowerLine { name: "power".to_owned(), points }];
    let marks = [(at(sizing.effect, sizing.relative_effect), "planned".to_owned())];
    let title = format!(
        "A true difference of {} is found with {} % chance, half of it with {} %",
        signed(&metric.kind, sizing.effect),
        (100.0 * sizing.power).round(),
        (100.0 * sizing.power_at_half).round()
    );
    let what = if relative { "lift" } else { "difference" };
    let across = format!("true {what} in {}, from {}", metric.name, value(&metric.kind, sizing.baseline));
    Chart { name: "power".to_owned(), picture: power_curve(&title, &across, form, &lines, &marks), title }
}
