//! The answer as Markdown with everything, for a wiki or a pull request.

use super::methods::methods;
use super::words;
use super::written::{self, Written};
use crate::abtest::Analysis;
use crate::figures::{self, Sheet};
use crate::report::markdown::{drawn, drawn_left, escaped};
use crate::report::page::shown;
use crate::report::words::Words;

/// The answer as Markdown.
pub fn markdown(analysis: &Analysis) -> String {
    let sheets = figures::abtest(analysis);
    let (word, _) = words::verdict(analysis);
    let mut text = format!("# {}\n\n", escaped(&words::title(analysis)));
    if let Some(hypothesis) = &analysis.hypothesis {
        text += &format!("To show: {}\n\n", escaped(hypothesis));
    }
    text += &format!("**{}.** {}\n\n", escaped(&word), escaped(&analysis.verdict.headline));
    if !analysis.verdict.withheld {
        for choice in analysis.verdict.choices.iter().filter(|choice| choice.sentence != analysis.verdict.headline) {
            let decision = words::decision(choice.decision, &choice.treatment);
            text += &format!(
                "**{}: {}.** {}\n\n",
                escaped(&choice.treatment),
                escaped(&decision),
                escaped(&choice.sentence)
            );
        }
    }
    text += &list(&words::facts(analysis));
    text += &format!("\n## Can the data be trusted?\n\n{}", drawn_left(&gates(analysis)));
    if !analysis.departures.is_empty() {
        text += &format!("\n## Departures from the plan\n\n{}", list(&analysis.departures));
    }
    text += &format!("\n## Results\n\n{}\n{}", drawn(&results(analysis)), list(&words::notes(analysis)));
    for (heading, name) in [
        ("Every number of the results", "results"),
        ("Planned looks", "looks"),
        ("Day by day", "days"),
        ("Segments", "segments"),
        ("Differences between segments", "heterogeneity"),
        ("What would a Bayesian say?", "beliefs"),
        ("Arms", "arms"),
    ] {
        if let Some(sheet) = sheets.iter().find(|sheet| sheet.name == name && !sheet.rows.is_empty()) {
            text += &format!("\n## {heading}\n\n{}", drawn(&all(sheet)));
        }
    }
    text += "\n## Methods\n\n";
    for method in methods(analysis) {
        text += &format!(
            "- **{}**: {} Valid: {} {}\n",
            method.name,
            escaped(method.formula),
            escaped(method.valid),
            escaped(method.source)
        );
    }
    text
}

fn list(items: &[String]) -> String {
    let lines: Vec<String> = items.iter().map(|item| format!("- {}\n", escaped(item))).collect();
    lines.concat()
}

fn gates(analysis: &Analysis) -> Words {
    let row = |gate: &crate::abtest::analysis::Gate| {
        vec![gate.gate.to_owned(), gate.state.name().to_owned(), gate.finding.clone()]
    };
    Words {
        head: ["gate", "state", "finding"].map(str::to_owned).to_vec(),
        rows: analysis.gates.iter().map(row).collect(),
    }
}

fn results(analysis: &Analysis) -> Words {
    let head = ["metric", "role", "arm", "control", "treatment", "difference", "lift", "p", "what follows"];
    let rows = analysis.results.iter().map(|outcome| {
        let main = written::decisive(outcome);
        let written = Written::of(outcome.kind, &main);
        let (difference, range) = written::difference(outcome.kind, &main);
        let (lift, lift_range) = written::lift(&main);
        vec![
            outcome.metric.clone(),
            outcome.role.to_owned(),
            outcome.treatment.clone(),
            written.value(main.control),
            written.value(main.treatment),
            format!("{difference}\n{range}"),
            format!("{lift}\n{lift_range}"),
            written::p_of(outcome),
            written::follows(outcome).to_owned(),
        ]
    });
    Words { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

/// All columns of a sheet that say something, in words.
fn all(sheet: &Sheet) -> Words {
    let columns: Vec<usize> =
        (0..sheet.columns.len()).filter(|&place| sheet.rows.iter().any(|row| !row[place].is_null())).collect();
    let row = |row: usize| columns.iter().map(|&place| shown(sheet, row, place)).collect();
    Words {
        head: columns.iter().map(|&place| sheet.columns[place].name.replace('_', " ")).collect(),
        rows: (0..sheet.rows.len()).map(row).collect(),
    }
}
