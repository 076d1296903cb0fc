//! The answer in a terminal of 80 columns: the verdict, what is wrong, the results, what else is to know.

use super::words;
use super::written::{self, Written};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Outcome, State};

/// The width that everything fits.
const WIDTH: usize = 80;
/// The gap between columns.
const GAP: usize = 2;
/// The least room for the names of metrics.
const NAME: usize = 13;

/// The answer as text for a terminal.
pub fn table(analysis: &Analysis) -> String {
    let mut text = wrapped(&words::title(analysis), "", "");
    if let Some(hypothesis) = &analysis.hypothesis {
        text += &wrapped(hypothesis, "  ", "  ");
    }
    text += "\n";
    let (word, _) = words::verdict(analysis);
    text += &wrapped(&format!("{}. {}", word.to_uppercase(), analysis.verdict.headline), "  ", "  ");
    if !analysis.verdict.withheld {
        for choice in analysis.verdict.choices.iter().filter(|choice| choice.sentence != analysis.verdict.headline) {
            let decision = words::decision(choice.decision, &choice.treatment);
            text += &wrapped(&format!("{}: {decision}. {}", choice.treatment, choice.sentence), "  ", "    ");
        }
    }
    text += "\n";
    for state in [State::Failed, State::Warning] {
        for gate in words::gates(analysis, state) {
            let mark = if state == State::Failed { "FAILED" } else { "Warning" };
            text += &wrapped(&format!("{mark}: {}: {}", gate.gate, gate.finding), "  ", "    ");
        }
    }
    text += &wrapped(&words::gates_passed(analysis), "  ", "  ");
    if !analysis.departures.is_empty() {
        text += "\n  Departures from the plan\n";
        for departure in &analysis.departures {
            text += &wrapped(departure, "  - ", "    ");
        }
    }
    for treatment in words::treatments(analysis) {
        let own: Vec<&Outcome> = analysis.results.iter().filter(|outcome| outcome.treatment == treatment).collect();
        let heading = format!("{treatment} against {}{}", words::control(analysis), words::unbelieved(analysis));
        text += &format!("\n{}{}", wrapped(&heading, "", ""), results(&own));
    }
    text += "\n";
    for note in words::notes(analysis) {
        text += &wrapped(&note, "  ", "    ");
    }
    text
}

/// The results of one treatment: two lines each, or more where a name needs them.
fn results(outcomes: &[&Outcome]) -> String {
    let head = ["metric", "control", "treatment", "difference", "lift", "p"].map(str::to_owned);
    let blank = [const { String::new() }; 6];
    let mut rows = vec![(head, blank)];
    rows.extend(outcomes.iter().map(|outcome| row(outcome)));
    let widest = |column: usize| {
        let cells = rows.iter().flat_map(|(above, below)| [&above[column], &below[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let others: Vec<usize> = (1..6).map(widest).collect();
    let room = WIDTH.saturating_sub(others.iter().map(|width| width + GAP).sum()).max(NAME);
    let name = widest(0).min(room);
    let line = |cells: &[String; 6]| {
        let mut text = format!("{:<name$}", cells[0]);
        for (cell, width) in cells[1..].iter().zip(&others) {
            text += &format!("{:GAP$}{cell:>width$}", "");
        }
        text.trim_end().to_owned() + "\n"
    };
    let rule = "─".repeat(name + others.iter().map(|width| width + GAP).sum::<usize>()) + "\n";
    let mut text = rule.clone();
    for (number, (above, below)) in rows.iter().enumerate() {
        // The name and the role below it, beside the two lines of numbers.
        let mut names = split(&above[0], name);
        names.extend(if below[0].is_empty() { Vec::new() } else { split(&below[0], name) });
        let mut lines = [above, below].into_iter();
        let last = if number == 0 { 1 } else { names.len().max(2) };
        for at in 0..last {
            let mut cells = lines.next().cloned().unwrap_or_default();
            cells[0] = names.get(at).cloned().unwrap_or_default();
            text += &line(&cells);
        }
        if number == 0 {
            text += &rule;
        }
    }
    text + &rule
}

/// Two lines: numbers, and intervals below them.
fn row(outcome: &Outcome) -> ([String; 6], [String; 6]) {
    let main = written::decisive(outcome);
    let written = Written::of(outcome.kind, &main);
    let (difference, range) = written::difference(outcome.kind, &main);
    let (lift, lift_range) = written::lift(&main);
    let above = [
        outcome.metric.clone(),
        written.value(main.control),
        written.value(main.treatment),
        difference,
        lift,
        written::p_of(outcome),
    ];
    let none = String::new;
    (above, [format!("  {}", outcome.role), none(), none(), range, lift_range, written::follows(outcome).to_owned()])
}

/// A name in lines of at most `room`, broken at spaces and underscores where it can be.
pub(in crate::report) fn split(name: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line: Vec<char> = Vec::new();
    for letter in name.chars() {
        line.push(if letter.is_control() { ' ' } else { letter });
        if line.len() > room {
            let at = line.iter().rposition(|letter| [' ', '_', '-', '/', '.'].contains(letter));
            let cut = at.filter(|at| *at > room / 2).map_or(room, |at| (at + 1).min(room));
            let rest = line.split_off(cut);
            lines.push(line.iter().collect::<String>().trim_end().to_owned());
            line = rest;
        }
    }
    lines.push(line.iter().collect());
    lines
}

/// A paragraph in lines of at most [`WIDTH`], the first with one indent, the others with another.
pub(in crate::report) fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    // The narrow spaces within numbers hold them together.
    for word in words::bound(text).split([' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
        let width = line.chars().count() + word.chars().count() + usize::from(!empty);
        if !empty && width > WIDTH {
            lines += &format!("{}\n", line.trim_end());
            others.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    (lines + line.trim_end() + "\n").replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_where_they_can() {
        assert_eq!(split("revenue_per_visitor", 12), ["revenue_per_", "visitor"]);
        assert_eq!(split("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(split("", 4), [""]);
    }

    #[test]
    fn paragraphs_stay_within() {
        let text = wrapped(&"word ".repeat(60), "  - ", "    ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH) && text.lines().count() == 4, "{text}");
    }
}
