//! The answer in a terminal: the finding first, then the numbers.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::words::{self, Words};
use crate::compare::Answer;

/// The answer as text for a terminal of a width. `all` shows every measure instead of the headlines.
pub fn table(answer: &Answer, all: bool, width: Option<u16>) -> String {
    let mut text = format!("{}\n\n", answer.scenario);
    for finding in &answer.findings {
        text += &format!("  {finding}\n");
    }
    text += "\n";
    let whole = drawn(&words::measures(answer, all));
    let fits =
        |table: &str| width.is_none_or(|width| table.lines().all(|line| line.chars().count() <= usize::from(width)));
    if fits(&whole) {
        text += &whole;
    } else {
        let tables: Vec<String> = words::narrow_measures(answer, all).iter().map(drawn).collect();
        text += &tables.join("\n");
    }
    if !answer.hangs_on.is_empty() {
        text += "\nWhat the difference in profit hangs on\n";
        text += &drawn(&words::hangs_on(answer));
    }
    if all && !answer.channels.is_empty() {
        text += "\nRates as realised (lost customers included) and as stated (typical)\n";
        text += &drawn(&words::channels(answer));
    }
    text += "\n";
    for note in &answer.notes {
        text += &format!("  {note}\n");
    }
    text
}

pub(super) fn drawn(words: &Words) -> String {
    let mut table = Table::new();
    // Nothing is wrapped: a number torn in two is no number.
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(&words.head);
    words.rows.iter().for_each(|row| _ = table.add_row(row));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    lines.concat()
}
