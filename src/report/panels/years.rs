//! How one year of this firm may turn out.

use super::{Chart, Panel, Reader, View};
use crate::compare::{chance, money};
use crate::figures::YearLine;
use crate::report::charts::{Distribution, DistributionRow};
use crate::scenario::NONE;

pub(super) fn panel(reader: &Reader<'_>) -> Panel {
    let baseline = reader.baseline().to_owned();
    let setup = &reader.figures.answer.setup;
    let period = period(setup.days);
    let compared = |line: &&YearLine| line.outcome == "difference" && line.strategy != NONE;
    let differences: Vec<&YearLine> = reader.figures.years.iter().filter(compared).collect();
    let currency = reader.currency();
    let mut charts = Vec::new();
    if let Some(best) = differences.iter().max_by(|a, b| a.share_above_zero.total_cmp(&b.share_above_zero)) {
        let title = format!(
            "{} earns more than {baseline} in {} of {period}; in the middle half of them the difference is {} to {} {currency}",
            best.strategy,
            chance(best.share_above_zero),
            money(best.q25),
            money(best.q75)
        );
        let rows = differences.iter().map(|line| row(reader, line, Some((&baseline, &period))));
        let chart = Distribution {
            value_label: format!("profit of the firm − profit under {baseline}, one horizon"),
            form: reader.money(),
            rows: rows.collect(),
        };
        let description = "Quantiles of the difference in the firm's profit, by strategy.";
        charts.push(Chart::new("year-difference", title, |caption| chart.draw(caption), description));
    }
    let profits: Vec<&YearLine> = reader.figures.years.iter().filter(|line| line.outcome == "profit").collect();
    if let Some(best) = profits.iter().max_by(|a, b| a.mean.total_cmp(&b.mean)) {
        let title = format!(
            "{}: nine of ten {period} bring {} to {} {currency} of profit",
            standing(reader, &best.strategy),
            money(best.q05),
            money(best.q95)
        );
        let rows = profits.iter().map(|line| row(reader, line, None));
        let chart = Distribution {
            value_label: "profit of the firm, one horizon".to_owned(),
            form: reader.money(),
            rows: rows.collect(),
        };
        let description = "Quantiles of the firm's profit, by strategy.";
        charts.push(Chart::new("year-profit", title, |caption| chart.draw(caption), description));
    }
    let columns = ["strategy", "outcome", "mean", "q05", "q25", "q50", "q75", "q95", "share_above_zero"];
    let days = setup.days;
    Panel {
        name: "years",
        question: "What could one year bring this firm?",
        charts,
        note: format!(
            "Totals of a firm of {} customers over {days} days: what is not known of the inputs, the luck of its customers and the error of having simulated finitely many; no shock that hits all customers alike. Strategies of which too few customers order differently are left out of the differences.",
            crate::compare::count(setup.population)
        ),
        view: View::of("years", &columns, &reader.figures.years, |_| true),
    }
}

/// What a horizon is called.
fn period(days: f64) -> String {
    if (300.0..=430.0).contains(&days) { "years".to_owned() } else { format!("such {days}-day periods") }
}

/// The strategy with the highest expected profit, and whether that is clear.
fn standing(reader: &Reader<'_>, best: &str) -> String {
    let unclear = reader.figures.answer.not_clearly_above(best);
    let hedge = unclear.map_or_else(String::new, |others| format!(", though not clearly above {others}"));
    format!("Expected profit is highest under {best}{hedge}")
}

fn row(reader: &Reader<'_>, line: &YearLine, against: Option<(&str, &str)>) -> DistributionRow {
    let note = against.map_or_else(String::new, |(baseline, period)| {
        format!("ahead of {baseline} in {} of {period}", chance(line.share_above_zero))
    });
    DistributionRow {
        name: line.strategy.clone(),
        part: reader.part(&line.strategy),
        quantiles: [line.q05, line.q25, line.q50, line.q75, line.q95],
        dots: Vec::new(),
        note,
    }
}
