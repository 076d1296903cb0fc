//! The certificate in a terminal: the answer and a sentence for each promise, then the numbers.

use super::words;
use crate::abtest::certify::{Certificate, Mean, Rate};
use crate::compare::{count, number, percent};
use crate::report::abtest::terminal::{split, wrapped};
use crate::report::words::Words;

/// The room for a name from a plan.
const NAME: usize = 22;
/// The gap between columns.
const GAP: usize = 2;
/// The room for the word of a verdict.
const WORD: usize = 10;

/// The certificate as text for a terminal.
pub fn table(certificate: &Certificate) -> String {
    let mut text = wrapped(&words::headline(certificate), "", "");
    for promise in &certificate.promises {
        text += &judged(words::word(promise.kept), &words::sentence(&promise.sentence, promise.kept));
    }
    text += "\n";
    text += &wrapped(&words::title(certificate), "  ", "  ");
    text += &wrapped(&certificate.hypothesis, "  ", "  ");
    text += &wrapped(&words::facts(certificate).join("; "), "  ", "  ");
    let mut part = |heading: &str, table: Option<Words>, notes: &[String]| {
        if table.is_none() && notes.is_empty() {
            return;
        }
        if !heading.is_empty() {
            text += &format!("\n{}", wrapped(heading, "", ""));
        }
        text += &table.map(|table| drawn(&table)).unwrap_or_default();
        for note in notes {
            text += &wrapped(note, "  ", "    ");
        }
    };
    let lasts: Vec<String> = certificate.durations.iter().map(|line| words::lasts(certificate, line)).collect();
    part("When it is looked at, and when it ends", looks(certificate), &lasts);
    let against = certificate.arms.first().map_or("the control", |arm| &arm.name);
    let of = |treatment: &str| {
        if words::several(certificate) { format!(": {treatment} against {against}") } else { String::new() }
    };
    for treatment in words::treatments(certificate) {
        part(&format!("How right the results are{}", of(treatment)), metrics(certificate, treatment), &[]);
    }
    if !certificate.metrics.is_empty() {
        part("", None, &[READING.to_owned()]);
    }
    for treatment in words::treatments(certificate) {
        let heading = format!("What it finds in {}{}", words::primary(certificate), of(treatment));
        part(&heading, power(certificate, treatment), &[]);
    }
    if !certificate.pitfalls.is_empty() {
        text += "\nWhat would go wrong\n";
        for pitfall in &certificate.pitfalls {
            text += &judged(words::harm(pitfall.kept), &format!("{}: {}", pitfall.name, words::wrong(pitfall)));
        }
    }
    let mut part = |heading: &str, table: Option<Words>| {
        if let Some(table) = table {
            text += &format!("\n{heading}\n{}", drawn(&table));
        }
    };
    part("If customers were shifted to the better arm on the way", bandits(certificate));
    part("If the last customers came in on a certain weekday", weekdays(certificate));
    text += "\n";
    for note in [words::bank(certificate), words::audit(certificate)].iter().chain(&certificate.notes) {
        text += &wrapped(note, "  ", "    ");
    }
    text
}

/// How the table of metrics is to be read.
const READING: &str = "coverage: tests whose interval holds the truth, when they end and at every look until then. bias: mean of \
                       estimate − truth, also in standard errors. false: called without an effect. Below each rate its Monte Carlo interval.";

/// A word, and the sentence that it is about.
fn judged(word: &str, sentence: &str) -> String {
    wrapped(sentence, &format!("  {word:<WORD$}  "), &" ".repeat(WORD + 4))
}

/// A rate above its interval.
fn rate(rate: &Rate) -> String {
    format!("{}\n{}", words::share(rate), words::range(rate))
}

fn name(name: &str) -> String {
    split(name, NAME).join("\n")
}

fn table_of(head: &[&str], rows: Vec<Vec<String>>) -> Option<Words> {
    (!rows.is_empty()).then(|| Words { head: head.iter().map(|&head| head.to_owned()).collect(), rows })
}

fn looks(certificate: &Certificate) -> Option<Words> {
    let futile = certificate.looks.iter().any(|look| look.futility.is_some());
    let mut head =
        vec!["look", "units", "day", "called if |z| >", "given up if z ≤", "ends, no effect", "ends, own effect"];
    if !futile {
        head.retain(|head| !head.starts_with("given"));
    }
    if !certificate.calendar {
        head.retain(|head| *head != "day");
    }
    if certificate.looks.len() < 2 {
        head.retain(|head| !head.starts_with("ends"));
    }
    let rows = certificate.looks.iter().map(|look| {
        let mut row = vec![look.look.to_string(), format!("{} ({})", count(look.units), percent(look.share))];
        if certificate.calendar {
            row.push(words::day(look).unwrap_or_else(|| "–".to_owned()));
        }
        row.push(score(look.boundary));
        if futile {
            row.push(look.futility.map_or("–".to_owned(), score));
        }
        if certificate.looks.len() > 1 {
            row.extend([words::rate(&look.ends_without_effect), words::rate(&look.ends_with_effect)]);
        }
        row
    });
    table_of(&head, rows.collect())
}

/// A score.
fn score(z: f64) -> String {
    match z {
        f64::INFINITY => "never".to_owned(),
        f64::NEG_INFINITY => "–".to_owned(),
        z => crate::compare::decimal(z, 3),
    }
}

fn metrics(certificate: &Certificate, treatment: &str) -> Option<Words> {
    let once = certificate.looks.len() < 2;
    let mut head =
        vec!["metric", "control", "true effect", "coverage", "at all looks", "bias", "better", "worse", "false"];
    if once {
        head.retain(|head| *head != "at all looks");
    }
    let rows = certificate.metrics.iter().filter(|row| row.treatment == treatment).map(|row| {
        let effect = words::effect_written(row);
        let mut cells = vec![format!("{}\n{}", name(&row.metric), row.role)];
        cells.push(effect.value(row.control));
        cells.push(format!("{}\n± {}", effect.difference(row.effect), effect.bare(row.effect_error)));
        cells.push(rate(&row.coverage));
        if !once {
            cells.push(rate(&row.coverage_at_all_looks));
        }
        cells.push(format!("{}\n{} se", words::difference(row.kind, &row.bias), signed(row.bias_in_errors)));
        cells.extend([rate(&row.better), rate(&row.worse)]);
        cells.push(format!(
            "{} better\n{} worse",
            words::share(&row.better_without_effect),
            words::share(&row.worse_without_effect)
        ));
        cells
    });
    table_of(&head, rows.collect())
}

/// A number of standard errors.
fn signed(value: f64) -> String {
    let text = crate::compare::decimal(value, 2);
    if value > 0.0 && text.chars().any(|letter| ('1'..='9').contains(&letter)) { format!("+{text}") } else { text }
}

fn power(certificate: &Certificate, treatment: &str) -> Option<Words> {
    let theory = certificate.power.iter().any(|point| point.theory.is_some());
    let mut head = vec![
        "true effect",
        "lift",
        "called better",
        "theory",
        "called worse",
        "shipped",
        "winners exaggerate",
        "units",
    ];
    if !theory {
        head.retain(|head| *head != "theory");
    }
    let kind = words::kind(certificate);
    let rows = certificate.power.iter().filter(|point| point.treatment == treatment).map(|point| {
        let marked = if point.worth_finding { "worth finding" } else { "" };
        let marked = if point.part == 1.0 && marked.is_empty() { "customers' own" } else { marked };
        let mut cells = vec![format!("{}\n{marked}", words::size(kind, point.effect))];
        cells.extend([words::lift(point.relative_effect), rate(&point.better)]);
        if theory {
            cells.push(point.theory.map_or("–".to_owned(), percent));
        }
        cells.extend([rate(&point.worse), rate(&point.shipped)]);
        cells.push(times(point.exaggeration.as_ref()));
        cells.push(words::units(&point.units));
        cells.iter().map(|cell| cell.trim_end().to_owned()).collect()
    });
    table_of(&head, rows.collect())
}

/// A factor above its interval.
fn times(factor: Option<&Mean>) -> String {
    let Some(factor) = factor.filter(|factor| factor.value.is_finite()) else { return "–".to_owned() };
    let [low, high] = words::plain_ends(factor);
    format!("{} times\n{low}–{high}", words::plain(factor))
}

fn bandits(certificate: &Certificate) -> Option<Words> {
    let head = ["policy", "effect", "costs in all", "wrong winner", "to the best arm", "bias of its estimate"];
    let kind = words::kind(certificate);
    let rows = certificate.bandits.iter().map(|bandit| {
        let [low, high] = words::plain_ends(&bandit.regret);
        vec![
            bandit.policy.to_owned(),
            words::part(bandit.part),
            format!("{} ({low} to {high})", words::plain(&bandit.regret)),
            bandit.wrong_winner.as_ref().map_or("–".to_owned(), words::rate),
            percent(bandit.to_best.value),
            words::difference(kind, &bandit.bias),
        ]
    });
    table_of(&head, rows.collect())
}

fn weekdays(certificate: &Certificate) -> Option<Words> {
    let head = ["last day", "date", "in by then", "true effect on them", "off whole weeks"];
    let kind = words::kind(certificate);
    let rows = certificate.weekdays.iter().map(|day| {
        let off = day.off.map_or("–".to_owned(), |off| {
            let error = day.off_error.unwrap_or(f64::NAN);
            let error = if kind == "proportion" { 100.0 * error } else { error };
            format!("{} ± {}", words::size(kind, off), number(error))
        });
        let effect = day.effect.map_or("–".to_owned(), |effect| words::size(kind, effect));
        vec![day.weekday.to_owned(), day.date.clone(), count(day.units), effect, off]
    });
    table_of(&head, rows.collect())
}

/// A table without lines between rows: the first column to the left, the others to the right.
fn drawn(words: &Words) -> String {
    let rows = || std::iter::once(&words.head).chain(&words.rows);
    let width = |column: usize| {
        let lines = rows().flat_map(|row| row.get(column).map_or("", String::as_str).lines());
        lines.map(|line| line.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..words.head.len()).map(width).collect();
    let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)) + "\n";
    let mut text = rule.clone();
    for (number, row) in rows().enumerate() {
        let cells: Vec<Vec<&str>> = row.iter().map(|cell| cell.lines().collect()).collect();
        for at in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut line = String::new();
            for (column, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
                let words = cell.get(at).copied().unwrap_or_default();
                line += &if column == 0 { format!("{words:<width$}") } else { format!("{:GAP$}{words:>width$}", "") };
            }
            text += &format!("{}\n", line.trim_end());
        }
        if number == 0 {
            text += &rule;
        }
    }
    text + &rule
}
