//! The names that a metric can ask a bank for: what simulated customers do and cost from their exposure on.

use super::{Bank, Deed, Error, LOOK_BACK};
use crate::scenario::{DAY, Seconds, harmless, nearest};

/// Every column and what it is per unit, from exposure until the metric matures (or until the horizon). `<N>` stands for a
/// whole number of days.
pub const COLUMNS: [(&str, &str); 18] = [
    ("orders", "orders; as an event, an order"),
    ("revenue", "value of the orders, in units of the currency"),
    ("margin", "gross margin of the orders, in units of the currency"),
    ("profit", "gross margin minus contact cost, in units of the currency; without fixed costs"),
    ("sent", "messages sent; as an event, a message sent"),
    ("deliveries", "messages delivered; as an event, a delivery"),
    ("clicks", "messages clicked; as an event, a click"),
    ("replies", "messages replied to; as an event, a reply"),
    ("opt_outs", "opt-outs from a channel; as an event, an opt-out"),
    ("contact_cost", "price of the billed messages, in units of the currency"),
    ("ordered", "1 with at least one order, else 0"),
    ("contacted", "1 with at least one message delivered, else 0"),
    ("clicked", "1 with at least one message clicked, else 0"),
    ("replied", "1 with at least one message replied to, else 0"),
    ("responded", "1 with at least one message clicked or replied to, else 0"),
    ("opted_out", "1 with at least one opt-out, else 0"),
    ("lost", "1 if the customer was lost, else 0; only where the firm notices every loss (lapse = \"known\")"),
    (
        "ordered_within_<N>d, ordered_after_<N>d",
        "1 with at least one order in the first N days, or later than that (retained), else 0",
    ),
];

/// What a firm knows of a unit at its exposure, which may explain some of a metric's variance.
pub const COVARIATES: [(&str, &str); 4] = [
    ("pre_orders", "orders in the 365 days before exposure, as far as the customer was the firm's"),
    ("pre_revenue", "their value, in units of the currency"),
    ("days_since_joining", "days from joining to exposure"),
    ("days_since_order", "days from the last order (or from joining, if there is none) to exposure"),
];

/// Days of the longest horizon.
const CENTURY: u16 = 36_525;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Orders,
    Revenue,
    Margin,
    Profit,
    Sent,
    Deliveries,
    Clicks,
    Replies,
    Responses,
    OptOuts,
    ContactCost,
    Losses,
}

/// A number per unit that a bank has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    what: What,
    /// Whether only having any counts: 1 or 0.
    any: bool,
    /// Whether only orders from here on (seconds after exposure) count.
    from: u32,
    /// Whether only orders before this (seconds after exposure) count.
    until: Option<u32>,
}

impl Column {
    /// The column of a name in [`COLUMNS`].
    ///
    /// # Errors
    /// [`Error::Refused`] for another name, with the nearest one.
    pub fn parse(name: &str) -> Result<Self, Error> {
        let plain = |what, any| Ok(Self { what, any, from: 0, until: None });
        match name {
            "orders" => plain(What::Orders, false),
            "revenue" => plain(What::Revenue, false),
            "margin" => plain(What::Margin, false),
            "profit" => plain(What::Profit, false),
            "sent" => plain(What::Sent, false),
            "deliveries" => plain(What::Deliveries, false),
            "clicks" => plain(What::Clicks, false),
            "replies" => plain(What::Replies, false),
            "opt_outs" => plain(What::OptOuts, false),
            "contact_cost" => plain(What::ContactCost, false),
            "ordered" => plain(What::Orders, true),
            "contacted" => plain(What::Deliveries, true),
            "clicked" => plain(What::Clicks, true),
            "replied" => plain(What::Replies, true),
            "responded" => plain(What::Responses, true),
            "opted_out" => plain(What::OptOuts, true),
            "lost" => plain(What::Losses, true),
            _ => {
                let days = |name: &str| {
                    name.strip_suffix('d')?.parse::<u16>().ok().filter(|days| (1..=CENTURY).contains(days))
                };
                let seconds = |days: u16| u32::from(days) * DAY as u32;
                if let Some(days) = name.strip_prefix("ordered_within_").and_then(days) {
                    return Ok(Self { what: What::Orders, any: true, from: 0, until: Some(seconds(days)) });
                }
                if let Some(days) = name.strip_prefix("ordered_after_").and_then(days) {
                    return Ok(Self { what: What::Orders, any: true, from: seconds(days), until: None });
                }
                Err(unknown("column", name, COLUMNS.iter().flat_map(|(names, _)| names.split(", "))))
            }
        }
    }

    /// The column of an event: at least one such thing.
    ///
    /// # Errors
    /// [`Error::Refused`] for a name that is no event.
    pub fn event(name: &str) -> Result<Self, Error> {
        let column = Self::parse(name)?;
        if column.is_money() {
            return Err(Error::refused(
                format!("`{name}` is an amount; a proportion or time needs an event"),
                "events are: ordered, clicked, replied, responded, contacted, opted_out, sent, lost",
            ));
        }
        Ok(Self { any: true, ..column })
    }

    /// Whether it is an amount of money.
    pub fn is_money(&self) -> bool {
        matches!(self.what, What::Revenue | What::Margin | What::Profit | What::ContactCost)
    }

    /// Whether the bank can say it: losses that nobody notices are in no firm's data.
    pub(super) fn check(&self, bank: &Bank, name: &str) -> Result<(), Error> {
        if self.what == What::Losses && !bank.losses_known {
            return Err(Error::refused(
                format!("`{name}` cannot be measured: customers of this scenario are lost silently"),
                "measure orders (ordered_after_60d), or say lapse = \"known\" in the segments",
            ));
        }
        Ok(())
    }

    /// Seconds after exposure that must be seen to know it, beyond which nothing counts; 0 = whatever there is.
    pub(super) fn needs(&self) -> Seconds {
        Seconds::from(self.until.unwrap_or(0))
    }

    /// Seconds after exposure before which nothing counts.
    pub(super) fn from(&self) -> Seconds {
        Seconds::from(self.from)
    }

    /// What one unit has of it before so many seconds after its exposure, exactly: a count, or money in minor units
    /// × 10⁻⁹.
    pub(super) fn of(&self, bank: &Bank, arm: usize, unit: usize, before: Seconds) -> i128 {
        let end = self.until.map_or(before, |until| before.min(Seconds::from(until)));
        let within = |after: u32| Seconds::from(after) < end && after >= self.from;
        let orders = || bank.orders(arm, unit).filter(|order| within(order.after));
        let revenue = || orders().map(|order| i128::from(order.value)).sum::<i128>();
        let contacts = || bank.contacts(arm, unit).filter(|contact| within(contact.after));
        let count = |counts: fn(Deed) -> bool| contacts().filter(|contact| counts(contact.deed)).count() as i128;
        let whose = &bank.units[unit];
        let prices = &bank.prices[whose.draw as usize];
        let margin = || revenue() * i128::from(prices.margin(whose.segment));
        let cost = || {
            let nano: i128 = contacts().map(|contact| prices.message(contact)).sum();
            nano * bank.currency.minor() as i128
        };
        let number = match self.what {
            What::Orders => orders().count() as i128,
            What::Revenue => revenue() * 1_000_000_000,
            What::Margin => margin(),
            What::Profit => margin() - cost(),
            What::Sent => count(|deed| matches!(deed, Deed::Sent { .. })),
            What::Deliveries => count(|deed| matches!(deed, Deed::Sent { delivered: true, .. })),
            What::Clicks => count(|deed| deed == Deed::Clicked),
            What::Replies => count(|deed| deed == Deed::Replied),
            What::Responses => count(|deed| matches!(deed, Deed::Clicked | Deed::Replied)),
            What::OptOuts => count(|deed| matches!(deed, Deed::Sent { opted_out: true, .. })),
            What::ContactCost => cost(),
            What::Losses => i128::from(bank.lost(arm, unit).is_some_and(within)),
        };
        if self.any { i128::from(number > 0) } else { number }
    }

    /// Seconds after exposure of the first such event, if there is one before so many seconds.
    pub(super) fn first(&self, bank: &Bank, arm: usize, unit: usize, before: Seconds) -> Option<u32> {
        let end = self.until.map_or(before, |until| before.min(Seconds::from(until)));
        let within = |after: &u32| Seconds::from(*after) < end && *after >= self.from;
        let contact = |counts: fn(Deed) -> bool| {
            bank.contacts(arm, unit).filter(|contact| counts(contact.deed)).map(|contact| contact.after).find(within)
        };
        match self.what {
            What::Sent => contact(|deed| matches!(deed, Deed::Sent { .. })),
            What::Deliveries => contact(|deed| matches!(deed, Deed::Sent { delivered: true, .. })),
            What::Clicks => contact(|deed| deed == Deed::Clicked),
            What::Replies => contact(|deed| deed == Deed::Replied),
            What::Responses => contact(|deed| matches!(deed, Deed::Clicked | Deed::Replied)),
            What::OptOuts => contact(|deed| matches!(deed, Deed::Sent { opted_out: true, .. })),
            What::Losses => bank.lost(arm, unit).filter(within),
            _ => bank.orders(arm, unit).map(|order| order.after).find(within),
        }
    }

    /// The same as a number: money in units of the currency.
    pub(super) fn number(&self, exact: i128, minor: f64) -> f64 {
        if self.is_money() { exact as f64 / (1e9 * minor) } else { exact as f64 }
    }
}

/// The place of a covariate in [`COVARIATES`].
pub(in crate::abtest) fn covariate(name: &str) -> Result<usize, Error> {
    let found = COVARIATES.iter().position(|(known, _)| *known == name);
    found.ok_or_else(|| unknown("covariate", name, COVARIATES.iter().map(|&(name, _)| name)))
}

/// A covariate of a unit.
pub(in crate::abtest) fn before(bank: &Bank, covariate: usize, unit: usize) -> f64 {
    let unit = &bank.units[unit];
    let days = |since: Seconds| (unit.exposed - since) as f64 / DAY as f64;
    match covariate {
        0 => f64::from(unit.pre_orders),
        1 => unit.pre_revenue as f64 / bank.currency.minor(),
        2 => days(unit.joined),
        _ => days(unit.last_order),
    }
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.collect();
    let mean = nearest(name, known.iter().copied()).map_or_else(String::new, |word| format!("did you mean `{word}`? "));
    let shown = harmless(name, 80);
    Error::refused(
        format!("simulated customers have no {kind} `{shown}`"),
        format!("{mean}they have: {}", known.join(", ")),
    )
}

const _: () = assert!(LOOK_BACK == 365 * DAY, "the list of covariates says so");
