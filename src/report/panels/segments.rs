//! The difference in profit for each segment.

use super::{Chart, Panel, Reader, View, estimate, named};
use crate::figures::SegmentLine;
use crate::report::charts::{Better, Forest, ForestGroup, ForestPoint, ForestRow};
use crate::scenario::NONE;

/// As many strategies as the title tells of.
const TOLD: usize = 3;
/// As many segments as a chart shows.
const DRAWN: usize = 20;

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let all = &reader.figures.segments;
    let profit = |line: &SegmentLine| line.measure == "profit" && line.strategy != NONE && line.difference.is_some();
    // Those that move the firm's total most come first.
    let mut segments: Vec<(&str, f64)> = Vec::new();
    for line in all.iter().filter(|line| profit(line)) {
        if segments.last().is_none_or(|(name, _)| *name != line.segment) {
            segments.push((&line.segment, 0.0));
        }
        if let Some((_, weight)) = segments.last_mut() {
            *weight = weight.max(line.share * line.difference.unwrap_or_default().abs());
        }
    }
    if segments.len() < 2 {
        return None;
    }
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
            limit: None,
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
    let clear = |strategy: &str, keep: fn(&SegmentLine) -> bool, words: &str| {
        let own = all.iter().filter(|line| profit(line) && line.strategy == strategy && keep(line));
        named(own.map(|line| line.segment.as_str())).map(|names| format!("{words} in {names}"))
    };
    let told = |strategy: &str| {
        let more = clear(strategy, |line| line.difference_low > Some(0.0), "clearly more");
        let less = clear(strategy, |line| line.difference_high < Some(0.0), "clearly less");
        let parts: Vec<String> = [more, less].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("{strategy} {}", parts.join(", ")))
    };
    let mut parts: Vec<String> = reader.strategies().filter_map(told).collect();
    let hidden = parts.len().saturating_sub(TOLD);
    parts.truncate(TOLD);
    let title = match hidden {
        _ if parts.is_empty() => format!("In no segment does any strategy clearly differ from {baseline} in profit"),
        0 => format!("Profit against {baseline}: {}", parts.join("; ")),
        more => format!("Profit against {baseline}: {}; {more} more strategies differ somewhere", parts.join("; ")),
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
