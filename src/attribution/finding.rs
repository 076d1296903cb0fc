//! The answer in sentences.

use super::{Answer, Line, Pair, Part, Together};
use crate::compare::{count, number, percent};

/// As many channels as a sentence lists.
const LISTED: usize = 6;

/// Sentences, the most important one first.
pub(super) fn sentences(answer: &Answer) -> Vec<String> {
    let mut found: Vec<String> = answer.of(Part::All).map(|all| whole(answer, all)).collect();
    let channels: Vec<&Line> = answer.of(Part::Channel).collect();
    let told = Teller { answer };
    found.extend(ranks("channel", &channels));
    found.extend(told.worth("channel", &channels));
    found.extend(told.together());
    found.extend(told.adds_up(channels.len()));
    let campaigns: Vec<&Line> = answer.of(Part::Campaign).collect();
    if campaigns.len() > 1 {
        found.extend(ranks("campaign", &campaigns));
        found.extend(told.worth("campaign", &campaigns));
    }
    found
}

/// What all messages are credited with, and what they bring.
fn whole(answer: &Answer, all: &Line) -> String {
    let orders = incremental(all);
    let strategy = &answer.strategy;
    let credited = match all.attributed_orders {
        0.0 => "no order".to_owned(),
        orders => format!("{} orders per customer", number(orders)),
    };
    let credits = format!("Last click credits the messages of {strategy} with {credited}");
    let (low, high) = (all.incremental_orders_low, all.incremental_orders_high);
    if low == Some(0.0) && high == Some(0.0) {
        return format!("{credits}; in truth they bring none.");
    }
    if !clear(low, high) {
        return format!("{credits}; whether they truly bring any is not clear: {orders}.");
    }
    if high < Some(0.0) {
        return format!("{credits}; in truth they cost orders: {orders}.");
    }
    let share = all.incremental_share.map_or_else(String::new, |share| format!(", {}", times(share)));
    format!("{credits}; in truth they bring {orders}{share}.")
}

/// A share of what is credited in words.
fn times(share: f64) -> String {
    if share > 2.0 { format!("{} times as many", number(share)) } else { format!("{} of that", percent(share)) }
}

/// Incremental orders with their interval.
fn incremental(line: &Line) -> String {
    ranged(line.incremental_orders, line.incremental_orders_low, line.incremental_orders_high)
}

fn ranged(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    let shown = |value: Option<f64>| number(value.unwrap_or(f64::NAN));
    if low == high { shown(value) } else { format!("{} ({} to {})", shown(value), shown(low), shown(high)) }
}

/// Whether an interval leaves 0 out, or is exact and not 0.
fn clear(low: Option<f64>, high: Option<f64>) -> bool {
    low.zip(high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// Whom last click puts first, and who is; whom it flatters most.
fn ranks(what: &str, lines: &[&Line]) -> Option<String> {
    if lines.len() < 2 {
        return None;
    }
    let by = |value: fn(&Line) -> f64| {
        let greater = |best: &&Line, line: &&Line| value(line) > value(best);
        lines.iter().copied().reduce(|best, line| if greater(&best, &line) { line } else { best })
    };
    let credited = by(|line| line.attributed_orders)?;
    let brings = by(|line| line.incremental_orders.unwrap_or(f64::NEG_INFINITY))?;
    let flattered = by(|line| line.attributed_orders - line.incremental_orders.unwrap_or(0.0))?;
    if credited.attributed_orders == 0.0 {
        return None;
    }
    // A first place is one only if nobody else's interval reaches it.
    let others = lines.iter().filter(|line| line.name != brings.name);
    let apart = others.clone().all(|line| line.incremental_orders_high < brings.incremental_orders_low);
    let first = match (credited.name == brings.name, apart) {
        (true, true) => format!("Last click and truth both put {} first of the {what}s", credited.name),
        (false, true) => {
            format!("Last click puts {} first of the {what}s; what brings most is {}", credited.name, brings.name)
        }
        (_, false) => {
            format!("Last click puts {} first of the {what}s; which brings most is not clear", credited.name)
        }
    };
    let most = format!(
        "most is credited in excess to {}: {} orders per customer against {}",
        flattered.name,
        number(flattered.attributed_orders),
        incremental(flattered)
    );
    let over = flattered.attributed_orders > flattered.incremental_orders_high.unwrap_or(f64::INFINITY);
    Some(if over { format!("{first}; {most}.") } else { format!("{first}.") })
}

struct Teller<'a> {
    answer: &'a Answer,
}

impl Teller<'_> {
    /// What each part adds to profit.
    fn worth(&self, what: &str, lines: &[&Line]) -> Option<String> {
        let currency = &self.answer.setup.currency;
        let of = |line: &&Line| {
            let amount = ranged(line.incremental_profit, line.incremental_profit_low, line.incremental_profit_high);
            let unclear = clear(line.incremental_profit_low, line.incremental_profit_high);
            let nothing = line.incremental_profit == Some(0.0) && line.incremental_profit_high == Some(0.0);
            let verdict = if unclear || nothing { "" } else { ", no clear difference" };
            format!("{} {amount}{verdict}", line.name)
        };
        let parts: Vec<String> = lines.iter().take(LISTED).map(of).collect();
        let more = lines.len().saturating_sub(LISTED);
        let more = if more > 0 { format!("; and {more} more in the table") } else { String::new() };
        (!parts.is_empty()).then(|| {
            format!(
                "What would be missing of profit without each {what} alone, {currency} per customer: {}{more}.",
                parts.join("; ")
            )
        })
    }

    /// The pair that does most to each other.
    fn together(&self) -> Option<String> {
        let orders = self.answer.pairs.iter().filter(|pair| pair.measure == "orders");
        let clear = orders.clone().filter(|pair| matches!(pair.together, Together::StandIn | Together::Help));
        let greater = |best: &Pair, pair: &Pair| pair.interaction.abs() > best.interaction.abs();
        let most = clear.reduce(|best, pair| if greater(best, pair) { pair } else { best });
        let Some(most) = most else {
            let all: Vec<&Pair> = orders.collect();
            let apart = !all.is_empty() && all.iter().all(|pair| pair.together == Together::Apart);
            return apart.then(|| "No two channels do anything to each other.".to_owned());
        };
        let size = format!(
            "{} orders per customer ({} to {})",
            number(most.interaction.abs()),
            number(most.low.abs().min(most.high.abs())),
            number(most.low.abs().max(most.high.abs()))
        );
        let (one, other) = (&most.one, &most.other);
        Some(if most.together == Together::StandIn {
            format!(
                "{one} and {other} stand in for each other: without both, {size} more are missing than without each alone, added up."
            )
        } else {
            format!("{one} and {other} help each other: {size} need both.")
        })
    }

    /// Whether the parts add up.
    fn adds_up(&self, channels: usize) -> Option<String> {
        let sum = self.answer.sums.iter().find(|sum| sum.measure == "orders").filter(|_| channels > 1)?;
        let (parts, total) = (number(sum.sum_of_parts), number(sum.total));
        let shared = ranged(Some(sum.shared), Some(sum.shared_low), Some(sum.shared_high));
        let alone = format!("What is missing without each channel alone adds up to {parts}");
        Some(if sum.shared_low > 0.0 {
            format!(
                "{alone} of the {total} orders per customer that all bring: {shared} are there as long as any of several is."
            )
        } else if sum.shared_high < 0.0 {
            format!("{alone} orders per customer, more than the {total} that all bring: many orders need several.")
        } else if sum.shared_low == 0.0 && sum.shared_high == 0.0 {
            format!("{alone} orders per customer, exactly what all bring.")
        } else {
            format!("{alone} orders per customer, not clearly different from the {total} that all bring.")
        })
    }
}

/// What a reader must know to read the numbers.
pub(super) fn notes(answer: &Answer) -> Vec<String> {
    let setup = &answer.setup;
    let mut notes = Vec::new();
    if setup.draws == 1 {
        let how = if setup.uncertain_inputs == 0 {
            "every rate is taken as exact"
        } else {
            "one draw: every uncertain input is at its typical value, rates taken as exact"
        };
        notes.push(format!("95 % Monte Carlo intervals of {} simulated customers; {how}.", count(setup.customers)));
    } else {
        notes.push(format!(
            "90 % intervals over {} draws of {} uncertain input{}, {} simulated customers in all.",
            setup.draws,
            setup.uncertain_inputs,
            if setup.uncertain_inputs == 1 { "" } else { "s" },
            count(setup.customers)
        ));
    }
    notes.push(format!(
        "Attributed (last click): an order goes to the customer's last click less than {} before it, whatever opened its journey (R57). Contact orders: those in the journey that a click opened.",
        answer.window()
    ));
    notes.push("Incremental: the same customers with the strategy as it is, less the same strategy without the part (R58). Without a channel: it reaches nobody, its steps are withheld, and later steps of the plan come as after any step that reaches nobody. Without a campaign: it is not carried out.".to_owned());
    notes.push(
        "All amounts are per customer over the whole horizon. Profit without a part is also without what it costs."
            .to_owned(),
    );
    if answer.of(Part::Campaign).count() > 1 {
        notes.push(
            "What is attributed to campaigns is counted for the whole simulation, not by batch: it has no interval."
                .to_owned(),
        );
    }
    notes
}

/// Days in words.
pub(super) fn days(days: f64) -> String {
    match days {
        1.0 => "1 day".to_owned(),
        days if days.fract() == 0.0 => format!("{days} days"),
        days => format!("{} days", number(days)),
    }
}
