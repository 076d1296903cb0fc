//! What one life comes to, counted as the tallies count it.

use serde::Serialize;

use super::{Customers, Record};
use crate::engine::Event;
use crate::scenario::Seconds;

/// Sums over one customer's life under one strategy.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Messages sent.
    pub sent: u64,
    /// Messages delivered.
    pub delivered: u64,
    /// Messages clicked.
    pub clicked: u64,
    /// Messages replied to.
    pub replied: u64,
    /// Due messages not sent.
    pub not_sent: u64,
    /// How often a due message had to wait.
    pub held: u64,
    /// Channels opted out of.
    pub opted_out: u64,
    /// What the messages cost, in units of the currency.
    pub cost: f64,
    /// Orders.
    pub orders: u64,
    /// Their value, in units of the currency.
    pub value: f64,
    /// Their gross margin − the cost of the messages, in units of the currency.
    pub profit: f64,
    /// When the customer was lost, in seconds since the start; none if it never was (or before the start).
    pub lost_at_seconds: Option<Seconds>,
    /// Whether it ordered in the retention window (R22).
    pub retained: bool,
    /// The cost in nano-units of the currency.
    #[serde(skip)]
    pub cost_nano: i128,
    /// The value in minor units.
    #[serde(skip)]
    pub value_minor: i128,
    /// The profit in minor units × 10⁻⁹.
    #[serde(skip)]
    pub profit_minor_e9: i128,
}

impl Totals {
    /// Sums a record up.
    pub(super) fn of(customers: &Customers, segment: usize, record: &Record) -> Self {
        let mut totals = Self { retained: record.ending.eligible && record.ending.retained, ..Self::default() };
        let price = |channel: u8, sent: bool| {
            let table = customers.tables.contacts[usize::from(channel)].as_ref();
            table.filter(|table| table.billed_on_sent == sent).map_or(0, |table| i128::from(table.price))
        };
        for &(at, event) in &record.events {
            match event {
                Event::Sent(message) => {
                    totals.sent += 1;
                    totals.cost_nano += price(message.channel, true);
                }
                Event::Delivered(message) => {
                    totals.delivered += 1;
                    totals.cost_nano += price(message.channel, false);
                }
                Event::Clicked(_) => totals.clicked += 1,
                Event::Replied(_) => totals.replied += 1,
                Event::Held(..) => totals.held += 1,
                Event::Withheld(..) => totals.not_sent += 1,
                Event::OptedOut(_) => totals.opted_out += 1,
                Event::Ordered { value, .. } => {
                    totals.orders += 1;
                    totals.value_minor += i128::from(value);
                }
                Event::Lost => totals.lost_at_seconds = Some(at),
                Event::Joined { .. }
                | Event::RunBegan(_)
                | Event::Opened(_)
                | Event::JourneyBegan(_)
                | Event::Hopped { .. }
                | Event::Bounced(_)
                | Event::Refused(..)
                | Event::CartLeft(_)
                | Event::ContextLost { .. }
                | Event::CartFound(_) => {}
            }
        }
        let minor = 10_i128.pow(customers.world.currency.decimals);
        let margin = i128::from(customers.tables.segments[segment].margin);
        totals.profit_minor_e9 = totals.value_minor * margin - totals.cost_nano * minor;
        totals.cost = totals.cost_nano as f64 / 1e9;
        totals.value = totals.value_minor as f64 / minor as f64;
        totals.profit = totals.profit_minor_e9 as f64 / 1e9 / minor as f64;
        totals
    }
}
