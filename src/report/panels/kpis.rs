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
    // What is incremental has no meaningful ratio to the baseline's.
    let rows: Vec<ForestRow> = HEADLINES.iter().filter(|key| !key.contains("incremental")).filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    // A difference of several times the baseline's value would squeeze all others into a line.
    let size = |row: &ForestRow| {
        let far = |e: &Estimate| e.low.abs().max(e.high.abs());
        row.points.iter().map(|point| far(&point.difference)).filter(|size| size.is_finite()).fold(0.0, f64::max)
    };
    let mut groups: Vec<(f64, Vec<ForestRow>)> = Vec::new();
    for row in rows {
        let size = size(&row);
        let limit = if size <= 0.05 {
            0.05
        } else if size <= 0.5 {
            0.5
        } else {
            f64::INFINITY
        };
        match groups.iter_mut().find(|(own, _)| *own == limit) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((limit, vec![row])),
        }
    }
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let draw = |(limit, rows): (f64, Vec<ForestRow>)| {
        let (name, heading) = match limit {
            0.05 => ("differences-small", "Differences of up to 5 %"),
            0.5 => ("differences", "Differences of up to 50 %"),
            _ => ("differences-large", "Differences of more than 50 %"),
        };
        let verdicts: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let description = format!("Relative difference from {baseline} with its interval: {}.", verdicts.join(", "));
        let across_label = format!("difference from {baseline}, in % of its value");
        let forest =
            Forest { across_label, groups: vec![ForestGroup { heading: String::new(), form: Form::Share, rows }] };
        let title = format!("{heading}: {}", summary(&forest));
        Chart::new(name, title, |caption| forest.draw(caption), &description)
    };
    let charts = groups.into_iter().map(draw).collect();
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

/// Which rows are clear.
fn summary(forest: &Forest) -> String {
    let clear = |point: &&ForestPoint| point.difference.low > 0.0 || point.difference.high < 0.0;
    let rows: Vec<&ForestRow> = forest.groups.iter().flat_map(|group| &group.rows).collect();
    let names = rows.iter().filter(|row| row.points.iter().any(|point| clear(&point))).map(|row| row.name.as_str());
    match super::named(names) {
        Some(names) => format!("clear for {names}"),
        None => "none of them clear".to_owned(),
    }
}
