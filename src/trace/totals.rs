//! What one life comes to, counted as the tallies count it.

use serde::Serialize;

use super::{Customers, Record};
use crate::engine::{Event, Message};
use crate::scenario::Seconds;
use crate::world::CampaignId;

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
    /// Complaints; left out where there is none.
    #[serde(skip_serializing_if = "none")]
    pub complained: u64,
    /// What the messages cost, in units of the currency.
    pub cost: f64,
    /// Orders.
    pub orders: u64,
    /// Their value and that of fees, in units of the currency.
    pub value: f64,
    /// Their gross margin − the cost of the messages and of acquisition, in units of the currency.
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn none(count: &u64) -> bool {
    *count == 0
}

impl Totals {
    /// Sums a record up.
    pub(super) fn of(customers: &Customers, strategy: usize, segment: usize, record: &Record) -> Self {
        let mut totals = Self { retained: record.ending.eligible && record.ending.retained, ..Self::default() };
        let campaigns: Vec<CampaignId> = customers.world.strategies[strategy].steps().map(|(own, ..)| own).collect();
        let price = |message: Message| customers.tables.price(campaigns[usize::from(message.step)], message.channel);
        let billed = |message: Message, sent: bool| i128::from(price(message).on_sent == sent);
        for &(at, event) in &record.events {
            match event {
                Event::Sent(message) => {
                    totals.sent += 1;
                    totals.cost_nano += price(message).of(billed(message, true), 0, 0);
                }
                Event::Delivered(message) => {
                    totals.delivered += 1;
                    totals.cost_nano += price(message).of(billed(message, false), 0, 0);
                }
                Event::Clicked(_) => totals.clicked += 1,
                Event::Replied(_) => totals.replied += 1,
                Event::Held(..) => totals.held += 1,
                Event::Withheld(..) => totals.not_sent += 1,
                Event::OptedOut(_) => totals.opted_out += 1,
                Event::Complained(_) => totals.complained += 1,
                Event::Ordered { value, .. } => {
                    totals.orders += 1;
                    totals.value_minor += i128::from(value);
                }
                Event::Renewed { fee } => totals.value_minor += i128::from(fee),
                Event::Duplicated(message) => totals.cost_nano += price(message).of(billed(message, true), 0, 0),
                Event::DeliveredTwice(message) => totals.cost_nano += price(message).of(billed(message, false), 0, 0),
                Event::Lost => totals.lost_at_seconds = Some(at),
                // At the price of the window in place of that outside.
                Event::BilledInWindow(message) => totals.cost_nano += price(message).of(0, 1, 0),
                Event::ConversationBegan(message) => totals.cost_nano += price(message).of(0, 0, 1),
                Event::Joined { .. }
                | Event::RunBegan(_)
                | Event::Opened(_)
                | Event::JourneyBegan(_)
                | Event::Hopped { .. }
                | Event::Bounced(_)
                | Event::Refused(..)
                | Event::CartLeft(_)
                | Event::SeenOpened(_)
                | Event::SeenClicked(_)
                | Event::UnderPressure(..)
                | Event::OptedIn(_)
                | Event::ContextLost { .. }
                | Event::CartFound(_) => {}
            }
        }
        let minor = 10_i128.pow(customers.world.currency.decimals);
        let table = &customers.tables.segments[segment];
        let joined = record.events.iter().any(|(_, event)| matches!(event, Event::Joined { .. }));
        let acquisition = if joined { i128::from(table.acquisition) } else { 0 };
        totals.profit_minor_e9 =
            totals.value_minor * i128::from(table.margin) - (totals.cost_nano + acquisition) * minor;
        totals.cost = totals.cost_nano as f64 / 1e9;
        totals.value = totals.value_minor as f64 / minor as f64;
        totals.profit = totals.profit_minor_e9 as f64 / 1e9 / minor as f64;
        totals
    }
}
