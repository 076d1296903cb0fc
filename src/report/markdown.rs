//! The answer as Markdown, for a wiki or a pull request.

use super::words::{self, Words};
use crate::compare::Answer;

/// The answer as Markdown with every measure and its definition.
pub fn markdown(answer: &Answer) -> String {
    let mut text = format!("# {}\n\n", escaped(&answer.scenario));
    for finding in &answer.findings {
        text += &format!("{}\n\n", escaped(finding));
    }
    text += &drawn(&words::measures(answer, true));
    if !answer.hangs_on.is_empty() {
        text += "\n## What the difference in profit hangs on\n\n";
        text += &drawn(&words::hangs_on(answer));
    }
    if !answer.channels.is_empty() {
        text += "\n## Rates, realised and stated\n\n";
        text += &drawn(&words::channels(answer));
    }
    text += "\n## Notes\n\n";
    for note in &answer.notes {
        text += &format!("- {}\n", escaped(note));
    }
    text += "\n## Definitions\n\n";
    for row in &answer.measures {
        text += &format!("- **{}** (`{}`): {}\n", row.name, row.measure, row.definition);
    }
    text
}

/// A table of numbers.
pub(super) fn drawn(words: &Words) -> String {
    aligned(words, "---:")
}

/// A table of words.
pub(super) fn drawn_left(words: &Words) -> String {
    aligned(words, "---")
}

fn aligned(words: &Words, column: &str) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell).replace('\n', "<br>")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<&str> = words.head.iter().enumerate().map(|(i, _)| if i == 0 { "---" } else { column }).collect();
    let rows: String = words.rows.iter().map(|row| line(row)).collect();
    format!("{}| {} |\n{rows}", line(&words.head), rule.join(" | "))
}

/// Names come from users and may hold anything.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => out.extend(['\\', character]),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(character),
        }
    }
    out
}
