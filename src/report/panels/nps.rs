//! Who would recommend the firm.

use super::{Chart, Panel, Reader, View, estimate};
use crate::figures::MeasureLine;
use crate::report::charts::{Better, Forest, ForestGroup, ForestPoint, ForestRow, Form};

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let row = |line: &MeasureLine| ForestRow {
        name: line.strategy.clone(),
        better: Better::Higher,
        points: vec![ForestPoint {
            name: line.strategy.clone(),
            part: reader.part(&line.strategy),
            difference: estimate(line.difference, line.difference_low, line.difference_high),
            limit: None,
        }],
    };
    let rows: Vec<ForestRow> = reader.lines("nps").filter(|line| line.difference.is_some()).map(row).collect();
    if rows.is_empty() {
        return None;
    }
    let baseline = reader.baseline();
    let chart = Forest {
        across_label: format!("difference in net promoter score from {baseline}, in points"),
        groups: vec![ForestGroup { heading: String::new(), form: Form::Number, rows }],
    };
    let columns =
        ["name", "strategy", "value", "low", "high", "difference", "difference_low", "difference_high", "against_none"];
    Some(Panel {
        name: "nps",
        question: "Would customers recommend us?",
        charts: vec![Chart::new(
            "nps",
            reader.verdict("nps"),
            |caption| chart.draw(caption),
            &format!("Difference in net promoter score from {baseline} at the end, with its interval."),
        )],
        note: "Promoters − detractors, of 100 who answer. Every living customer is asked once, at the end; the lost are not there \
               to answer, so a strategy that loses the unhappy may look loved."
            .to_owned(),
        view: View::of("measures", &columns, &reader.figures.measures, |line| line.measure == "nps"),
    })
}
