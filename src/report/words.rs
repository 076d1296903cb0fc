//! Cells of a table in words, the same for the terminal and for Markdown.

use crate::compare::{Answer, Cell, Difference, MeasureRow, number, percent, show};
use crate::measures::{Better, Interval, Unit};
use crate::scenario::NONE;

/// The measures that a table shows unless all are asked for.
pub(super) const HEADLINES: [&str; 19] = [
    "profit",
    "incremental_profit",
    "revenue",
    "fees",
    "spend",
    "fixed_costs",
    "acquisition",
    "value",
    "cost_per_contact",
    "cost_per_responding_customer",
    "cost_per_incremental_order",
    "retention",
    "alive",
    "orders",
    "delivered",
    "reach_left",
    "complaints",
    "pressure",
    "nps",
];

/// A table of words: a row of headings, then rows.
pub(super) struct Words {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The measures of every strategy, and the differences from the baseline.
pub(super) fn measures(answer: &Answer, all: bool) -> Words {
    table_of(answer, all, true, true)
}

/// The same in two tables, for a narrow terminal.
pub(super) fn narrow_measures(answer: &Answer, all: bool) -> Vec<Words> {
    let mut tables = vec![table_of(answer, all, true, false)];
    if answer.setup.baseline.is_some() {
        tables.push(table_of(answer, all, false, true));
    }
    tables
}

fn table_of(answer: &Answer, all: bool, values: bool, differences: bool) -> Words {
    let Some(first) = answer.measures.first() else { return Words { head: Vec::new(), rows: Vec::new() } };
    let compared = |cell: &&Cell| Some(&cell.strategy) != answer.setup.baseline.as_ref() && cell.strategy != NONE;
    let mut head = vec!["measure".to_owned()];
    head.extend(first.strategies.iter().filter(|_| values).map(|cell| cell.strategy.clone()));
    if let Some(baseline) = answer.setup.baseline.as_ref().filter(|_| differences) {
        for cell in first.strategies.iter().filter(compared) {
            head.push(format!("{} − {baseline}", cell.strategy));
            if answer.setup.draws > 1 {
                head.push("P(better)".to_owned());
            }
        }
    }
    let shown = answer.measures.iter().filter(|row| all || HEADLINES.contains(&row.measure));
    let rows = shown.map(|row| {
        let mut words = vec![heading(row, &answer.setup.currency)];
        words.extend(row.strategies.iter().filter(|_| values).map(|cell| value(row, cell)));
        if answer.setup.baseline.is_some() && differences {
            for cell in row.strategies.iter().filter(compared) {
                words.push(
                    cell.difference.as_ref().map_or("–".to_owned(), |difference| self::difference(row, difference)),
                );
                if answer.setup.draws > 1 {
                    words.push(probability(row, cell.difference.as_ref(), answer.setup.draws));
                }
            }
        }
        words
    });
    Words { head, rows: rows.collect() }
}

fn heading(row: &MeasureRow, currency: &str) -> String {
    match row.what.unit {
        Unit::Money => format!("{} [{currency}]", row.name),
        Unit::Share | Unit::Number => row.name.to_owned(),
    }
}

fn value(row: &MeasureRow, cell: &Cell) -> String {
    let Some(estimate) = &cell.estimate else { return "–".to_owned() };
    format!("{}\n{}", show(row.what.unit, estimate.value), interval(row.what.unit, &estimate.interval))
}

/// Both ends with as many decimals as the narrower of them needs.
fn interval(unit: Unit, interval: &Interval) -> String {
    if interval.low == interval.high {
        return "exact".to_owned();
    }
    format!("{} … {}", show(unit, interval.low), show(unit, interval.high))
}

fn difference(row: &MeasureRow, difference: &Difference) -> String {
    let estimate = &difference.estimate;
    if estimate.value == 0.0 && estimate.interval.low == 0.0 && estimate.interval.high == 0.0 {
        return "0\nexact".to_owned();
    }
    // A difference of shares is in percentage points.
    let points = |value: f64| format!("{} pp", number(value * 100.0));
    let plain = |value: f64| if row.what.unit == Unit::Share { points(value) } else { number(value) };
    let sign = if estimate.value > 0.0 { "+" } else { "" };
    format!("{sign}{}\n{} … {}", plain(estimate.value), plain(estimate.interval.low), plain(estimate.interval.high))
}

/// All or none of a number of draws is not certainty.
fn probability(row: &MeasureRow, difference: Option<&Difference>, draws: u64) -> String {
    let one = 1.0 / draws as f64;
    match difference.and_then(|difference| difference.probability_better) {
        Some(_) if row.what.better == Better::Neither => "–".to_owned(),
        Some(probability) if probability > 1.0 - one => format!("> {}", percent(1.0 - one)),
        Some(probability) if probability < one => format!("< {}", percent(one)),
        Some(probability) => percent(probability),
        None => "–".to_owned(),
    }
}

/// The place of replies among the rates, behind clicks.
const REPLIED: usize = 7;

/// Stated and realised rates of each channel.
pub(super) fn channels(answer: &Answer) -> Words {
    let mut head = vec![
        "channel",
        "strategy",
        "sent per customer",
        "spend per customer",
        "delivered",
        "opened",
        "clicked",
        "opted out",
        "orders per customer",
        "credited by last click",
    ];
    // Few channels are replied to.
    let replies = answer.channels.iter().any(|row| row.reply.is_some());
    if replies {
        head.insert(REPLIED, "replied");
    }
    let rate = |rate: &crate::compare::Rate| format!("{}\nstated {}", percent(rate.realised), percent(rate.stated));
    let rows = answer.channels.iter().map(|row| {
        let mut cells = vec![
            row.channel.clone(),
            row.strategy.clone(),
            number(row.sent_per_customer),
            number(row.spend_per_customer),
            rate(&row.delivery),
            rate(&row.open),
            rate(&row.click),
            rate(&row.opt_out),
            number(row.orders_per_customer),
            number(row.attributed_orders_per_customer),
        ];
        if replies {
            cells.insert(REPLIED, row.reply.as_ref().map_or("–".to_owned(), rate));
        }
        cells
    });
    Words { head: head.into_iter().map(str::to_owned).collect(), rows: rows.collect() }
}

/// What the answer hangs on.
pub(super) fn hangs_on(answer: &Answer) -> Words {
    use crate::compare::Switching;
    let baseline = answer.setup.baseline.clone().unwrap_or_default();
    let head = ["profit of", "hangs on", "share of variance", "higher favours", "turns at", "open between"]
        .map(str::to_owned)
        .to_vec();
    let mut rows = Vec::new();
    for hangs_on in &answer.hangs_on {
        for input in &hangs_on.inputs {
            let favours = match input.higher_favours {
                Some(true) => hangs_on.strategy.clone(),
                Some(false) => baseline.clone(),
                None => "–".to_owned(),
            };
            let (turns, open) = match input.switching {
                Switching::At { value, low, high } => (number(value), format!("{} … {}", number(low), number(high))),
                Switching::NoneInRange => ("not in range".to_owned(), "–".to_owned()),
                Switching::NotOneNumber => ("a set".to_owned(), "–".to_owned()),
            };
            rows.push(vec![
                format!("{} − {baseline}", hangs_on.strategy),
                input.preset_in_words().map_or(input.input.clone(), |preset| format!("{}\n{preset}", input.input)),
                percent(input.share),
                favours,
                turns,
                open,
            ]);
        }
        if hangs_on.inputs.is_empty() {
            let mut row = vec![format!("{} − {baseline}", hangs_on.strategy), "no single input stands out".to_owned()];
            row.resize(6, "–".to_owned());
            rows.push(row);
        }
    }
    Words { head, rows }
}
