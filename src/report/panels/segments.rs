//! The difference in profit for each segment.

use super::{Chart, Panel, Reader, View, estimate, named};
use crate::figures::SegmentLine;
use crate::report::charts::{Better, Forest, ForestGroup, ForestPoint, ForestRow};
use crate::scenario::NONE;

/// As many segments as a chart shows.
const DRAWN: usize = 20;

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let all = &reader.figures.segments;
    let profit = |line: &SegmentLine| line.measure == "profit" && line.strategy != NONE && line.difference.is_some();
    // Those that move the firm's total most come first.
    let weight = |segment: &str| {
        let own = all.iter().filter(|line| line.segment == segment && profit(line));
        own.map(|line| line.share * line.difference.unwrap_or_default().abs()).fold(0.0, f64::max)
    };
    let mut segments: Vec<(&str, f64)> = Vec::new();
    for line in all.iter().filter(|line| profit(line)) {
        if segments.last().is_none_or(|(name, _)| *name != line.segment) {
            segments.push((&line.segment, 0.0));
        }
    }
    if segments.len() < 2 {
        return None;
    }
    segments.iter_mut().for_each(|(name, own)| *own = weight(name));
    let count = segments.len();
    if count > DRAWN {
        segments.sort_by(|a, b| b.1.total_cmp(&a.1));
        segments.truncate(DRAWN);
    }
    let row = |&(segment, _): &(&str, f64)| {
        let own: Vec<&SegmentLine> = all.iter().filter(|line| line.segment == segment && profit(line)).collect();
        let share = own.first().map_or(0.0, |line| line.share);
        let point = |line: &&SegmentLine| ForestPoint {
            name: line.strategy.clone(),
            part: reader.part(&line.strategy),
            difference: estimate(line.difference, line.difference_low, line.difference_high),
        };
        ForestRow {
            name: format!("{segment} ({})", crate::compare::percent(share)),
            better: Better::Higher,
            points: own.iter().map(point).collect(),
        }
    };
    let baseline = reader.baseline();
    let chart = Forest {
        across_label: format!("difference in profit per customer from {baseline}"),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: reader.money(),
            rows: segments.iter().map(row).collect(),
        }],
    };
    let losing = all.iter().filter(|line| profit(line) && line.difference_high < Some(0.0));
    let mut losers: Vec<&str> = losing.map(|line| line.segment.as_str()).collect();
    losers.dedup();
    let winning = all.iter().filter(|line| profit(line) && line.difference_low > Some(0.0));
    let mut winners: Vec<&str> = winning.map(|line| line.segment.as_str()).collect();
    winners.dedup();
    let clear = |names: Vec<&str>, words: &str| named(names.into_iter()).map(|names| format!("{words} in {names}"));
    let parts: Vec<String> =
        [clear(winners, "clearly more profit"), clear(losers, "clearly less")].into_iter().flatten().collect();
    let title = if parts.is_empty() {
        format!("In no segment does any strategy clearly differ from {baseline} in profit")
    } else {
        format!("Against {baseline}: {}", parts.join(", "))
    };
    let shown = if count > DRAWN {
        format!(" The chart shows the {DRAWN} of {count} segments that move the total most.")
    } else {
        String::new()
    };
    let columns = [
        "segment",
        "share",
        "measure",
        "strategy",
        "value",
        "low",
        "high",
        "difference",
        "difference_low",
        "difference_high",
    ];
    Some(Panel {
        name: "segments",
        question: "For whom is it better?",
        charts: vec![Chart::new(
            "segments",
            title,
            |caption| chart.draw(caption),
            "Paired difference in profit per customer for each segment, with intervals.",
        )],
        note: format!(
            "Behind a segment's name stands its share of the customers.{shown} Intervals are not corrected for the number of segments: of twenty equal ones, one or two look clear by chance."
        ),
        view: View::of("segments", &columns, all, |line| segments.iter().any(|(name, _)| *name == line.segment)),
    })
}
