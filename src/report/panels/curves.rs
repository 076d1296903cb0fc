//! Measures week by week: whom the firm keeps, what it costs and earns, whom it can still reach.

use super::{Chart, Panel, Reader, View, named};
use crate::figures::{CurvePoint, MeasureLine};
use crate::report::charts::{Across, Curve, Curves, Estimate, Form};
use crate::scenario::NONE;

const COLUMNS: [&str; 7] = ["measure", "strategy", "week", "day", "value", "low", "high"];

pub(super) fn retention(reader: &Reader<'_>) -> Option<Panel> {
    let charts = [
        chart(reader, "retention", "share of customers who ordered in the window before", reader.verdict("retention")),
        chart(reader, "alive", "share of customers not lost (the model's truth)", reader.verdict("alive")),
    ];
    panel(
        reader,
        "retention",
        "Whom do we keep?",
        &["retention", "alive"],
        charts,
        "Bands are intervals of each strategy by itself; the title says the paired difference at the horizon.",
    )
}

pub(super) fn money(reader: &Reader<'_>) -> Option<Panel> {
    let charts = [
        chart(reader, "incremental_profit", "profit above none, cumulative, per customer", against_none(reader)),
        chart(reader, "profit", "profit, cumulative, per customer", reader.verdict("profit")),
        chart(reader, "spend", "contact spend, cumulative, per customer", reader.verdict("spend")),
        chart(reader, "revenue", "revenue, cumulative, per customer", reader.verdict("revenue")),
    ];
    let measures = ["incremental_profit", "profit", "spend", "revenue"];
    panel(
        reader,
        "money",
        "When do costs and profit arise?",
        &measures,
        charts,
        "From the start to the end of each week. Bands are intervals of each strategy by itself; the title says the paired difference at the horizon.",
    )
}

pub(super) fn reach(reader: &Reader<'_>) -> Option<Panel> {
    let charts = [
        chart(reader, "pressure", "mean pressure that the messages of a week meet", reader.verdict("pressure")),
        chart(reader, "reach_left", "opt-ins left, share of those at the start", reader.verdict("reach_left")),
        chart(reader, "opt_outs", "opt-outs, cumulative, per customer", reader.verdict("opt_outs")),
        chart(reader, "complaints", "complaints, cumulative, per customer", reader.verdict("complaints")),
        chart(reader, "opt_ins", "opt-ins at orders, cumulative, per customer", reader.verdict("opt_ins")),
    ];
    let (question, pressure) = match charts[0] {
        Some(_) => (
            "How hard do we press, and whom can we still reach?",
            " A pressure of 1 is that of one message delivered this very second; the title compares its mean over all messages.",
        ),
        None => ("Whom can we still reach?", ""),
    };
    panel(
        reader,
        "reach",
        question,
        &["pressure", "reach_left", "opt_outs", "complaints", "opt_ins"],
        charts,
        &format!("Each opt-out is from one channel. The table of the channels has them by channel.{pressure}"),
    )
}

fn panel(
    reader: &Reader<'_>,
    name: &'static str,
    question: &'static str,
    measures: &[&str],
    charts: impl IntoIterator<Item = Option<Chart>>,
    note: &str,
) -> Option<Panel> {
    let charts: Vec<Chart> = charts.into_iter().flatten().collect();
    let points = &reader.figures.curves;
    let last = points.iter().map(|point| point.week).max()?;
    // The whole curves are in the CSV file; a page shows each quarter of a year, and the end.
    let shown =
        |point: &CurvePoint| measures.contains(&point.measure) && (point.week == last || point.week.is_multiple_of(13));
    (!charts.is_empty()).then(|| Panel {
        name,
        question,
        charts,
        note: format!("{note} The table shows every 13th week; curves.csv has all."),
        view: View::of("curves", &COLUMNS, points, shown),
    })
}

fn chart(reader: &Reader<'_>, measure: &'static str, label: &str, title: String) -> Option<Chart> {
    let points: Vec<&CurvePoint> = reader.figures.curves.iter().filter(|point| point.measure == measure).collect();
    let mut days: Vec<f64> = points.iter().map(|point| point.day).collect();
    days.sort_by(f64::total_cmp);
    days.dedup();
    if days.len() < 2 {
        return None;
    }
    let curve = |strategy: &str| {
        let own: Vec<&&CurvePoint> = points.iter().filter(|point| point.strategy == strategy).collect();
        let at = |day: &f64| {
            let point = own.iter().find(|point| point.day == *day);
            point.map_or(Estimate::absent(), |point| Estimate::within(point.value, point.low, point.high))
        };
        (!own.is_empty()).then(|| Curve {
            name: strategy.to_owned(),
            part: reader.part(strategy),
            points: days.iter().map(at).collect(),
            marks: Vec::new(),
        })
    };
    let unit = reader.lines(measure).next()?.unit;
    let chart = Curves {
        curves: reader.strategies().filter_map(curve).collect(),
        across: Across::Numbers(days.iter().map(|day| day / 7.0).collect(), Form::Number),
        across_label: "week".to_owned(),
        value_label: label.to_owned(),
        form: reader.form(unit),
        posts: Vec::new(),
    };
    let description = format!("{label}, by week and strategy, with intervals.");
    Some(Chart::new(measure.replace('_', "-"), title, |caption| chart.draw(caption), &description))
}

/// What the strategies earn above doing nothing.
fn against_none(reader: &Reader<'_>) -> String {
    let lines = || reader.lines("incremental_profit").filter(|line| line.strategy != NONE);
    let of = |keep: fn(&MeasureLine) -> bool| named(lines().filter(|line| keep(line)).map(|line| &*line.strategy));
    let more = of(|line| line.low > Some(0.0)).map(|names| format!("clearly more profit under {names}"));
    let less = of(|line| line.high < Some(0.0)).map(|names| format!("clearly less under {names}"));
    let open = of(|line| line.low <= Some(0.0) && line.high >= Some(0.0))
        .map(|names| format!("no clear difference under {names}"));
    let parts: Vec<String> = [more, less, open].into_iter().flatten().collect();
    format!("Against doing nothing: {}", parts.join("; "))
}
