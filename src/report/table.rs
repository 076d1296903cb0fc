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
    text += &drawn(&words::measures(answer, all), width);
    if !answer.hangs_on.is_empty() {
        text += "\nWhat the difference in profit hangs on\n";
        text += &drawn(&words::hangs_on(answer), width);
    }
    if all && !answer.channels.is_empty() {
        text += "\nRates as realised (lost customers included) and as stated (typical)\n";
        text += &drawn(&words::channels(answer), width);
    }
    text += "\n";
    for note in &answer.notes {
        text += &format!("  {note}\n");
    }
    text
}

fn drawn(words: &Words, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(&words.head);
    // In a pipe nothing is wrapped.
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    words.rows.iter().for_each(|row| _ = table.add_row(row));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    lines.concat()
}
