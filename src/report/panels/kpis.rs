//! The headline measures against the baseline.

use super::{Chart, Panel, Reader, View, estimate};
use crate::report::charts::{Better, Estimate, Forest, ForestGroup, ForestPoint, ForestRow, Form};
use crate::report::words::HEADLINES;
use crate::scenario::NONE;

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let baseline = reader.baseline();
    let row = |measure: &&str| {
        let points: Vec<ForestPoint> = reader
            .lines(measure)
            .filter(|line| line.strategy != NONE && line.strategy != baseline)
            .filter(|line| line.relative_difference.is_some())
            .map(|line| ForestPoint {
                name: line.strategy.clone(),
                part: reader.part(&line.strategy),
                difference: estimate(
                    line.relative_difference,
                    line.relative_difference_low,
                    line.relative_difference_high,
                ),
                limit: None,
            })
            .collect();
        let first = reader.lines(measure).next()?;
        let better = match first.better {
            "higher" => Better::Higher,
            "lower" => Better::Lower,
            _ => Better::Neither,
        };
        (!points.is_empty()).then(|| ForestRow { name: first.name.to_owned(), better, points })
    };
    // What is incremental, or a score in points, has no meaningful ratio to the baseline's.
    let has_ratio = |key: &&&str| !key.contains("incremental") && **key != "nps";
    let rows: Vec<ForestRow> = HEADLINES.iter().filter(has_ratio).filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    // A difference of several times the baseline's value would squeeze all others into a line.
    let size = |row: &ForestRow| {
        let far = |e: &Estimate| e.low.abs().max(e.high.abs());
        row.points.iter().map(|point| far(&point.difference)).filter(|size| size.is_finite()).fold(0.0, f64::max)
    };
    let (ordinary, large): (Vec<ForestRow>, Vec<ForestRow>) = rows.into_iter().partition(|row| size(row) <= 1.0);
    let charts =
        [("differences", ordinary), ("differences-large", large)].into_iter().filter(|(_, rows)| !rows.is_empty());
    let charts = charts.map(|(name, rows)| {
        let several = rows.iter().any(|row| row.points.len() > 1);
        let judged = if name == "differences" { "profit" } else { "delivered" };
        let title = if several { reader.verdict(judged) } else { verdicts(&rows) };
        let forest = Forest {
            across_label: format!("difference from {baseline}, in % of its value"),
            groups: vec![ForestGroup { heading: String::new(), form: Form::Share, rows }],
        };
        let description = format!("Relative difference of each measure from {baseline}, with its interval.");
        Chart::new(name, title, |caption| forest.draw(caption), &description)
    });
    let charts = charts.collect();
    let columns = [
        "name",
        "strategy",
        "value",
        "low",
        "high",
        "difference",
        "difference_low",
        "difference_high",
        "relative_difference",
        "probability_better",
        "against_none",
        "against_none_low",
        "against_none_high",
    ];
    Some(Panel {
        name: "differences",
        question: "What changes, and how sure is it?",
        charts,
        note: format!(
            "The same customers under each strategy and under {baseline}. A line that crosses 0 is no clear difference."
        ),
        view: View::of("measures", &columns, &reader.figures.measures, |_| true),
    })
}

/// What is clearly better, what is clearly worse, and what is neither, of one strategy.
fn verdicts(rows: &[ForestRow]) -> String {
    let side = |row: &ForestRow, point: &ForestPoint| {
        let (up, down) = (point.difference.low > 0.0, point.difference.high < 0.0);
        match row.better {
            _ if point.difference.low == 0.0 && point.difference.high == 0.0 => "the same in",
            _ if !up && !down => "unclear in",
            Better::Neither if up => "higher in",
            Better::Neither => "lower in",
            Better::Higher if up => "better in",
            Better::Lower if down => "better in",
            Better::Higher | Better::Lower => "worse in",
        }
    };
    let of = |strategy: &str, words: &str| {
        let own = |row: &&ForestRow| row.points.iter().any(|point| point.name == strategy && side(row, point) == words);
        rows.iter().filter(own).map(|row| row.name.as_str()).collect::<Vec<_>>()
    };
    let strategies: Vec<&str> = rows.iter().flat_map(|row| &row.points).map(|point| point.name.as_str()).collect();
    let Some(first) = strategies.first() else { return String::new() };
    let parts = ["better in", "worse in", "higher in", "lower in", "unclear in", "the same in"];
    let parts =
        parts.into_iter().filter_map(|words| Some(format!("{words} {}", super::named(of(first, words).into_iter())?)));
    format!("{first}: {}", parts.collect::<Vec<_>>().join("; "))
}
