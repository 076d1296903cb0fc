//! Which numbers are the user's, and how good the others are.

use super::{Chart, Panel, Reader, View};
use crate::figures::InputLine;
use crate::report::charts::{Bar, BarRow, Bars, Form, Part};

type Origin = (&'static str, fn(&InputLine) -> bool);

/// Origins in words, the best known first, and which values have them.
const ORIGINS: [Origin; 6] = [
    ("your file and --set", |line| line.origin != "preset"),
    ("preset A: measured", |line| line.grade == Some("A")),
    ("B: a benchmark", |line| line.grade == Some("B")),
    ("C: a vendor's claim", |line| line.grade == Some("C")),
    ("D: a guess", |line| line.grade == Some("D")),
    ("a definition", |line| line.grade == Some("definition")),
];

pub(super) fn panel(reader: &Reader<'_>) -> Panel {
    let lines = &reader.figures.inputs;
    let count = |keep: fn(&InputLine) -> bool| lines.iter().filter(|line| keep(line)).count();
    let row = |&(name, keep): &Origin| {
        let bar = Bar { name: String::new(), part: Part::Baseline, value: count(keep) as f64 };
        (count(keep) > 0).then(|| BarRow { name: name.to_owned(), bars: vec![bar] })
    };
    let chart = Bars {
        value_label: "values".to_owned(),
        form: Form::Count,
        stacked: false,
        rows: ORIGINS.iter().filter_map(row).collect(),
    };
    let weak = count(|line| matches!(line.grade, Some("C" | "D")));
    let title = match weak {
        0 => format!("All {} values are yours, measured, or from a benchmark", lines.len()),
        _ => format!("{weak} of {} values rest on a vendor's claim or a guess", lines.len()),
    };
    // The weakest first, and what the user wrote last.
    let rank = |line: &InputLine| {
        ["D", "C", "B", "A", "definition"].iter().position(|grade| line.grade == Some(grade)).unwrap_or(9)
    };
    let mut rows: Vec<usize> = (0..lines.len()).collect();
    rows.sort_by_key(|&row| rank(&lines[row]));
    let columns = ["input", "value", "origin", "line", "preset", "grade", "source", "year", "url", "note"];
    Panel {
        name: "inputs",
        question: "Whose numbers are these?",
        charts: vec![Chart::new("inputs", title, |caption| chart.draw(caption), "How many values of the scenario come from where.")],
        note: "Replace by your own what the answer hangs on and what is graded C (a vendor's claim) or D (a guess). Values that nobody wrote are the documented defaults.".to_owned(),
        view: View::ranked("inputs", &columns, rows),
    }
}
