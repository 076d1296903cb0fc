//! One profile or silos: what is lost on the way from channel to channel, and what it costs.

use super::{Chart, Panel, Reader, View};
use crate::compare::percent;
use crate::report::charts::{Bar, BarRow, Bars, Form};
use crate::scenario::NONE;

/// What is drawn for each journey, and for each customer.
const PER_JOURNEY: [&str; 3] = ["hops_per_journey", "contexts_lost", "conversion"];
const PER_CUSTOMER: [&str; 4] = ["journeys", "orders", "carts_left", "carts_found"];

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    if !reader.loses_context() {
        return None;
    }
    let per_journey = bars(reader, "per journey", &PER_JOURNEY);
    let per_customer = bars(reader, "per customer", &PER_CUSTOMER);
    let charts = vec![
        Chart::new(
            "profiles-journeys",
            lost(reader),
            |caption| per_journey.draw(caption),
            "Hops, lost contexts and orders per journey, by strategy.",
        ),
        Chart::new(
            "profiles-customers",
            reader.verdict("orders"),
            |caption| per_customer.draw(caption),
            "Journeys, orders, carts left and carts found per customer, by strategy.",
        ),
    ];
    let shown = [&PER_JOURNEY[..], &PER_CUSTOMER].concat();
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
    ];
    Some(Panel {
        name: "profiles",
        question: "One profile or silos?",
        charts,
        note: "A context is lost where a hop leads to a channel that knows nothing of the journey; a cart is found where a \
               later journey comes to a channel that knows of it, each time anew. Strategies with one profile of each customer and with one \
               in each channel meet the same customers with the same luck."
            .to_owned(),
        view: View::of("measures", &columns, &reader.figures.measures, |line| shown.contains(&line.measure)),
    })
}

fn bars(reader: &Reader<'_>, value_label: &str, measures: &[&str]) -> Bars {
    let row = |measure: &&str| {
        let bars: Vec<Bar> = reader
            .lines(measure)
            .map(|line| Bar {
                name: named(reader, &line.strategy),
                part: reader.part(&line.strategy),
                value: line.value.unwrap_or(f64::NAN),
            })
            .collect();
        // The axis says per what.
        let name = reader.lines(measure).next()?.name;
        let name = name.strip_suffix(" per journey").or_else(|| name.strip_suffix(" per customer")).unwrap_or(name);
        let name = if *measure == "conversion" { "orders" } else { name };
        Some(BarRow { name: name.to_owned(), bars })
    };
    Bars {
        value_label: value_label.to_owned(),
        form: Form::Number,
        stacked: false,
        rows: measures.iter().filter_map(row).collect(),
    }
}

/// A strategy's name, and its profile if it is not the usual one.
fn named(reader: &Reader<'_>, strategy: &str) -> String {
    let path = format!("strategies.{strategy}.profile");
    let siloed = reader.figures.inputs.iter().any(|line| line.input == path && line.value == "siloed");
    if siloed { format!("{strategy} (silos)") } else { strategy.to_owned() }
}

/// Under which strategy most of the hops lose the context, and under which fewest.
fn lost(reader: &Reader<'_>) -> String {
    let of = |measure: &str, strategy: &str| reader.lines(measure).find(|line| line.strategy == strategy)?.value;
    let share = |strategy: &str| {
        let share = of("contexts_lost", strategy)? / of("hops_per_journey", strategy)?;
        share.is_finite().then(|| (strategy.to_owned(), share))
    };
    let all: Vec<(String, f64)> = reader.strategies().filter(|&name| name != NONE).filter_map(share).collect();
    let by_share = |a: &&(String, f64), b: &&(String, f64)| a.1.total_cmp(&b.1);
    let (most, least) = (all.iter().max_by(by_share), all.iter().min_by(by_share));
    match (most, least) {
        (Some((most, high)), Some((least, low))) if high > low => {
            format!("Hops that lose the context: {} under {most}, {} under {least}", percent(*high), percent(*low))
        }
        (Some((_, share)), _) => format!("{} of all hops lose the context", percent(*share)),
        _ => "Some hops lose the context".to_owned(),
    }
}
