//! Where journeys went from each channel.

use super::{Chart, Panel, Reader, View};
use crate::compare::percent;
use crate::figures::{HopLine, LEAVES, ORDERS};
use crate::report::charts::{Form, Matrix, MatrixColumn};
use crate::scenario::NONE;

/// Charts of so many strategies; the sheet has all.
const DRAWN: usize = 3;

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let lines = &reader.figures.hops;
    // The baseline and doing nothing say most beside the best.
    let mut chosen: Vec<&str> = vec![reader.baseline()];
    let profit = |line: &&crate::figures::StrategyLine| line.profit.unwrap_or(f64::NEG_INFINITY);
    let others =
        reader.figures.strategies.iter().filter(|line| line.strategy != NONE && line.strategy != reader.baseline());
    chosen.extend(others.max_by(|a, b| profit(a).total_cmp(&profit(b))).map(|line| line.strategy.as_str()));
    chosen.extend(reader.strategies().find(|&name| name == NONE && name != reader.baseline()));
    chosen.truncate(DRAWN);
    let charts: Vec<Chart> =
        chosen.into_iter().enumerate().filter_map(|(number, strategy)| chart(reader, number + 1, strategy)).collect();
    let mut columns = vec!["strategy", "from", "to", "times", "share"];
    if reader.loses_context() {
        columns.push("contexts_lost");
    }
    (!charts.is_empty()).then(|| Panel {
        name: "hops",
        question: "How do customers move between channels?",
        charts,
        note: format!(
            "A touch on the channel of the row ended in an order, was followed by a hop to the channel of the column, or the \
             customer left.{}",
            if reader.loses_context() { " Context lost: of all touches, those followed by a hop without context." } else { "" }
        ),
        view: View::of("hops", &columns, lines, |line| line.times > 0.0),
    })
}

fn chart(reader: &Reader<'_>, number: usize, strategy: &str) -> Option<Chart> {
    let lines: Vec<&HopLine> = reader.figures.hops.iter().filter(|line| line.strategy == strategy).collect();
    let mut rows: Vec<&str> = Vec::new();
    for line in &lines {
        if !rows.contains(&line.from.as_str()) && line.share.is_some() {
            rows.push(&line.from);
        }
    }
    let share =
        |from: &str, to: &str| lines.iter().find(|line| line.from == from && line.to == to).and_then(|line| line.share);
    // Of all touches on a channel, those from which a hop led on without context.
    let lost = |from: &str| {
        let own: Vec<&&HopLine> = lines.iter().filter(|line| line.from == from).collect();
        let (lost, touches): (f64, f64) =
            own.iter().fold((0.0, 0.0), |(lost, all), line| (lost + line.contexts_lost, all + line.times));
        lost / touches
    };
    let loses = lines.iter().any(|line| line.contexts_lost > 0.0);
    let cells = rows.iter().map(|from| {
        let to = rows.iter().copied().chain([ORDERS, LEAVES]).map(|to| share(from, to).unwrap_or(f64::NAN));
        to.chain(loses.then(|| lost(from))).collect()
    });
    let chart = Matrix {
        row_label: "from".to_owned(),
        column_label: "to".to_owned(),
        form: Form::Share,
        columns: rows
            .iter()
            .map(|name| MatrixColumn { name: (*name).to_owned(), aside: false })
            .chain(
                [("orders", true), ("leaves", true)].map(|(name, aside)| MatrixColumn { name: name.to_owned(), aside }),
            )
            .chain(loses.then(|| MatrixColumn { name: "context lost".to_owned(), aside: true }))
            .collect(),
        cells: cells.collect(),
        rows: rows.iter().map(|name| (*name).to_owned()).collect(),
    };
    let best = lines
        .iter()
        .filter(|line| line.to == ORDERS)
        .max_by(|a, b| a.share.partial_cmp(&b.share).unwrap_or(std::cmp::Ordering::Equal))?;
    let title =
        format!("Under {strategy}, a touch on {} ends in an order most often: {}", best.from, percent(best.share?));
    Some(Chart::new(
        format!("hops-{number}"),
        title,
        |caption| chart.draw(caption),
        "Share of the touches on each channel that ended in an order, were followed by a hop, or were left.",
    ))
}
