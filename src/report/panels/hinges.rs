//! What the answer hangs on.

use super::{Chart, Panel, Reader, View};
use crate::compare::number;
use crate::figures::HingeLine;
use crate::report::charts::{Tornado, TornadoEnd, TornadoRow};

/// As many strategies as are drawn, those first of which most is explained.
const DRAWN: usize = 4;

pub(super) fn panel(reader: &Reader<'_>) -> Panel {
    let lines = &reader.figures.hinges;
    let mut strategies: Vec<&str> = lines.iter().map(|line| line.strategy.as_str()).collect();
    strategies.dedup();
    let charts: Vec<Chart> = strategies
        .iter()
        .take(DRAWN)
        .enumerate()
        .filter_map(|(place, strategy)| chart(reader, place + 1, strategy))
        .collect();
    let columns = [
        "strategy",
        "input",
        "source",
        "share",
        "low_input",
        "high_input",
        "difference_at_low",
        "difference_at_high",
        "switching_value",
        "switching_low",
        "switching_high",
    ];
    let view = View::of("hangs_on", &columns, lines, |_| true);
    let note = "Each bar: the difference in profit per customer as one input goes from its 5th to its 95th percentile over draws, the others at their mean. Where a bar crosses 0, the diamond is the value at which the answer turns.";
    if charts.is_empty() {
        let exact = reader.figures.answer.setup.draws == 1;
        let note = if exact {
            "Every rate was taken as exact, so nothing is said about what the answer hangs on: give ranges ({ low, typical, high }) for what you do not know."
        } else {
            "No single uncertain input stands out."
        };
        return Panel {
            name: "hangs-on",
            question: "What does the answer hang on?",
            charts,
            note: note.to_owned(),
            view: None,
        };
    }
    Panel { name: "hangs-on", question: "What does the answer hang on?", charts, note: note.to_owned(), view }
}

fn chart(reader: &Reader<'_>, place: usize, strategy: &str) -> Option<Chart> {
    let lines: Vec<&HingeLine> = reader.figures.hinges.iter().filter(|line| line.strategy == strategy).collect();
    let first = lines.first()?;
    let baseline = reader.baseline();
    let turning: Vec<(&&HingeLine, f64)> =
        lines.iter().filter_map(|line| Some((line, line.switching_value?))).collect();
    let title = match &turning[..] {
        [] => format!("{strategy} against {baseline}: {} matters most, no single input turns the answer", first.input),
        [(line, value), rest @ ..] => {
            let ends = (line.difference_at_low, line.difference_at_high);
            let side = match ends {
                (low, high) if low > 0.0 && high < 0.0 => format!(", {baseline} is ahead above it"),
                (low, high) if low < 0.0 && high > 0.0 => format!(", {baseline} is ahead below it"),
                // A curved answer that comes back.
                _ => String::new(),
            };
            let more = match rest.len() {
                0 => String::new(),
                1 => "; so does 1 more".to_owned(),
                more => format!("; so do {more} more"),
            };
            format!("{strategy} against {baseline}: {} turns the answer at {}{side}{more}", line.input, number(*value))
        }
    };
    let end = |input: Option<f64>, effect: f64| TornadoEnd { input: input.map_or_else(String::new, number), effect };
    let row = |line: &&HingeLine| TornadoRow {
        name: match &line.source {
            Some(source) => format!("{} ({source})", line.input),
            None => line.input.clone(),
        },
        low: end(line.low_input, line.difference_at_low),
        high: end(line.high_input, line.difference_at_high),
        switch: line.switching_value.map(number),
    };
    let own = reader.lines("profit").find(|line| line.strategy == strategy);
    let chart = Tornado {
        effect_label: format!("profit per customer, {strategy} − {baseline}"),
        form: reader.money(),
        middle: own.and_then(|line| line.difference).unwrap_or(f64::NAN),
        rows: lines.iter().map(row).collect(),
    };
    let description = "For each uncertain input the difference in profit at its low and at its high value.";
    Some(Chart::new(format!("hangs-on-{place}"), title, |caption| chart.draw(caption), description))
}
