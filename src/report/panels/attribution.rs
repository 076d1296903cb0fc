//! The panels of an attribution: credited against brought, what pays, and what channels do to each other.

use serde_json::Value as Json;

use super::{Chart, MOST_BARS, Panel, View, estimate};
use crate::attribution::{Answer, Line, Pair, Part, Together};
use crate::compare::{number, percent};
use crate::figures::Sheet;
use crate::report::charts::{
    Better, Estimate, Forest, ForestGroup, ForestPoint, ForestRow, Form, Pairs, PairsRow, Part as Colour,
};

const ORDERS: [&str; 10] = [
    "part",
    "name",
    "sent",
    "attributed_orders",
    "contact_orders",
    "incremental_orders",
    "incremental_orders_low",
    "incremental_orders_high",
    "incremental_share",
    "attributed_revenue",
];
const PROFIT: [&str; 9] = [
    "part",
    "name",
    "spend",
    "incremental_revenue",
    "incremental_revenue_low",
    "incremental_revenue_high",
    "incremental_profit",
    "incremental_profit_low",
    "incremental_profit_high",
];

/// All panels of an attribution, in the order of the page.
pub fn panels(answer: &Answer, sheets: &[Sheet]) -> Vec<Panel> {
    let campaigns: Vec<&Line> = answer.of(Part::Campaign).collect();
    let mut charts = vec![credit(answer, Part::Channel, "channel")];
    let mut pays = vec![profit(answer, Part::Channel, "channel")];
    if campaigns.len() > 1 {
        charts.push(credit(answer, Part::Campaign, "campaign"));
        pays.push(profit(answer, Part::Campaign, "campaign"));
    }
    let every = |name: &str| 0..sheets.iter().find(|sheet| sheet.name == name).map_or(0, |sheet| sheet.rows.len());
    let mut panels = vec![
        Panel {
            name: "credit",
            question: "Does what last click says hold?",
            charts,
            note: format!(
                "Attributed: the order goes to the customer's last click less than {} before it, whatever opened its journey. Incremental: the same customers with the strategy as it is, less the same without this part. The first row is the whole strategy against doing nothing.",
                answer.window()
            ),
            view: View::ranked("attribution", &ORDERS, every("attribution").collect()),
        },
        Panel {
            name: "pays",
            question: "What is worth its cost?",
            charts: pays,
            note: "Profit with the strategy as it is, less profit of the same customers without this part and without what it costs.".to_owned(),
            view: View::ranked("attribution", &PROFIT, every("attribution").collect()),
        },
    ];
    if !answer.pairs.is_empty() {
        let orders: Vec<&Pair> = answer.pairs.iter().filter(|pair| pair.measure == "orders").collect();
        panels.push(Panel {
            name: "together",
            question: "What do channels do to each other?",
            charts: vec![together(&orders)],
            note: "With both − without one − without the other + without both. Below 0: where one is missing the other does more (they stand in for each other). Above 0: they bring more together than apart.".to_owned(),
            view: View::ranked("pairs", &["one", "other", "name", "interaction", "low", "high", "together"], every("pairs").collect()),
        });
        panels.push(Panel {
            name: "sum",
            question: "Does it add up?",
            charts: Vec::new(),
            note: adds_up(answer),
            view: View::ranked(
                "sums",
                &["name", "total", "total_low", "total_high", "sum_of_parts", "shared", "shared_low", "shared_high"],
                every("sums").collect(),
            ),
        });
    }
    // Columns that are empty in every row say nothing.
    for view in panels.iter_mut().filter_map(|panel| panel.view.as_mut()) {
        let Some(sheet) = sheets.iter().find(|sheet| sheet.name == view.sheet) else { continue };
        let told = |name: &&str| {
            let place = sheet.columns.iter().position(|column| column.name == *name);
            place.is_some_and(|place| view.rows.iter().any(|&row| sheet.rows[row][place] != Json::Null))
        };
        view.columns.retain(told);
    }
    panels
}

/// The whole strategy, then its parts of a kind.
fn rows(answer: &Answer, part: Part) -> impl Iterator<Item = &Line> {
    answer.of(Part::All).chain(answer.of(part)).take(MOST_BARS)
}

/// Attributed beside incremental orders.
fn credit(answer: &Answer, part: Part, what: &str) -> Chart {
    let row = |line: &Line| PairsRow {
        name: named(line),
        first: estimate(Some(line.attributed_orders), line.attributed_orders_low, line.attributed_orders_high),
        second: estimate(line.incremental_orders, line.incremental_orders_low, line.incremental_orders_high),
        apart: line.part == Part::All,
    };
    let chart = Pairs {
        across_label: "orders per customer".to_owned(),
        form: Form::Number,
        first: ("attributed (last click)".to_owned(), Colour::Strategy(1)),
        second: ("incremental (in truth)".to_owned(), Colour::Strategy(0)),
        rows: rows(answer, part).map(row).collect(),
    };
    let all = answer.of(Part::All).next();
    let title = match (part, all.and_then(|all| all.incremental_share)) {
        (Part::Channel, Some(share)) if (0.0..2.0).contains(&share) => {
            format!("Of the orders that last click credits to {}, {} are incremental", answer.strategy, percent(share))
        }
        (Part::Channel, _) => format!("What last click credits to {}, and what it truly brings", answer.strategy),
        _ => format!("What last click credits to each {what}, and what each truly brings"),
    };
    Chart::new(
        format!("credit-{what}"),
        title,
        |caption| chart.draw(caption),
        &format!("Attributed and incremental orders per customer, by {what}, with intervals."),
    )
}

/// What each part adds to profit.
fn profit(answer: &Answer, part: Part, what: &str) -> Chart {
    let row = |line: &Line| ForestRow {
        name: named(line),
        better: Better::Higher,
        points: vec![ForestPoint {
            name: line.name.clone(),
            part: Colour::Strategy(0),
            difference: estimate(line.incremental_profit, line.incremental_profit_low, line.incremental_profit_high),
            limit: None,
        }],
    };
    let chart = Forest {
        across_label: "incremental profit per customer".to_owned(),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: Form::Money(answer.setup.currency.clone()),
            rows: rows(answer, part).map(row).collect(),
        }],
    };
    let lines: Vec<&Line> = answer.of(part).collect();
    let names = |keep: fn(&Line) -> bool| {
        let names: Vec<&str> = lines.iter().filter(|line| keep(line)).map(|line| line.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let pays = names(|line| line.incremental_profit_low.is_some_and(|low| low > 0.0));
    let costs = names(|line| line.incremental_profit_high.is_some_and(|high| high < 0.0));
    let title = match (pays, costs) {
        (Some(pays), Some(costs)) => format!("Worth their cost: {pays}; not worth it: {costs}"),
        (Some(pays), None) => format!("Worth their cost: {pays}"),
        (None, Some(costs)) => format!("Not worth their cost: {costs}"),
        (None, None) => format!("Of no {what} alone it is clear that it is worth its cost, or not"),
    };
    Chart::new(
        format!("profit-{what}"),
        title,
        |caption| chart.draw(caption),
        &format!("Profit per customer that would be missing without each {what}, with intervals."),
    )
}

/// What pairs of channels do to each other in orders.
fn together(pairs: &[&Pair]) -> Chart {
    let mut ranked = pairs.to_vec();
    ranked.sort_by(|one, other| other.interaction.abs().total_cmp(&one.interaction.abs()));
    let row = |pair: &&Pair| ForestRow {
        name: format!("{} and {}", pair.one, pair.other),
        better: Better::Neither,
        points: vec![ForestPoint {
            name: String::new(),
            part: Colour::Strategy(0),
            difference: Estimate::within(pair.interaction, pair.low, pair.high),
            limit: None,
        }],
    };
    let chart = Forest {
        across_label: "interaction in orders per customer".to_owned(),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: Form::Number,
            rows: ranked.iter().take(MOST_BARS).map(row).collect(),
        }],
    };
    let title = match ranked.iter().find(|pair| matches!(pair.together, Together::StandIn | Together::Help)) {
        Some(pair) => format!("{} and {} {}", pair.one, pair.other, pair.together.in_words()),
        None => "No two channels clearly do anything to each other".to_owned(),
    };
    let description = "Interaction of pairs of channels in orders per customer, with intervals, the largest first.";
    Chart::new("together", title, |caption| chart.draw(caption), description)
}

fn adds_up(answer: &Answer) -> String {
    let Some(sum) = answer.sums.iter().find(|sum| sum.measure == "orders") else { return String::new() };
    format!(
        "All channels together bring {} orders per customer; what is missing without each of them alone adds up to {}. What is more together is there as long as any of several channels is; where it is less, orders take several.",
        number(sum.total),
        number(sum.sum_of_parts)
    )
}

fn named(line: &Line) -> String {
    if line.part == Part::All { "all together".to_owned() } else { line.name.clone() }
}
