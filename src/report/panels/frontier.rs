//! Cost against retention.

use super::{Chart, Panel, Reader, View, estimate, named};
use crate::report::charts::{Better, Form, Scatter, ScatterPoint};

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let lines = &reader.figures.strategies;
    let point = |line: &crate::figures::StrategyLine| ScatterPoint {
        name: line.strategy.clone(),
        part: reader.part(&line.strategy),
        across: estimate(line.spend, line.spend_low, line.spend_high),
        up: estimate(line.retention, line.retention_low, line.retention_high),
    };
    let chart = Scatter {
        across_label: "contact spend per customer".to_owned(),
        across_form: reader.money(),
        across_better: Better::Lower,
        up_label: "retention".to_owned(),
        up_form: Form::Share,
        up_better: Better::Higher,
        points: lines.iter().map(point).collect(),
    };
    let beaten = named(lines.iter().filter(|line| !line.on_frontier).map(|line| line.strategy.as_str()));
    let best = named(lines.iter().filter(|line| line.on_frontier).map(|line| line.strategy.as_str()))?;
    let title = match beaten {
        None => "Keeping more customers costs more: no strategy is beaten in both".to_owned(),
        Some(beaten) => format!(
            "{beaten}: another strategy keeps as many or more for as little or less (by point estimates); not beaten: {best}"
        ),
    };
    let description = "Spend per customer against retention, each with its interval; a line joins the strategies that no other one beats in both.";
    let columns = [
        "strategy",
        "baseline",
        "spend",
        "spend_low",
        "spend_high",
        "retention",
        "retention_low",
        "retention_high",
        "profit",
        "on_frontier",
    ];
    Some(Panel {
        name: "frontier",
        question: "What does keeping customers cost?",
        charts: vec![Chart::new("frontier", title, |caption| chart.draw(caption), description)],
        note: "Crosses are the intervals of each strategy by itself; paired differences, above, are much sharper."
            .to_owned(),
        view: View::of("strategies", &columns, lines, |_| true),
    })
}
