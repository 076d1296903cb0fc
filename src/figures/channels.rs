//! What went out on each channel, what it cost, and what came of it.

use serde::Serialize;

use super::Column;
use super::Kind::{Money, Number, Share, Text};
use super::{customers, share};
use crate::measures::{Estimate, channel_series};
use crate::scenario::NONE;
use crate::tally::{ChannelCount, Tallies};
use crate::world::World;

/// A channel under a strategy, per customer over the horizon.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelLine {
    /// The strategy.
    pub strategy: String,
    /// The channel.
    pub channel: String,
    /// Messages sent.
    pub sent: f64,
    /// Messages delivered.
    pub delivered: f64,
    /// Messages opened.
    pub opened: f64,
    /// Messages clicked.
    pub clicked: f64,
    /// Messages replied to.
    pub replied: f64,
    /// Orders in journeys that these messages opened.
    pub contact_orders: f64,
    /// Of these, orders that would have come anyway.
    pub displaced_orders: f64,
    /// Opened ÷ delivered.
    pub open_rate: Option<f64>,
    /// Clicked ÷ delivered.
    pub click_rate: Option<f64>,
    /// Replied ÷ opened.
    pub reply_rate: Option<f64>,
    /// Contact spend.
    pub spend: f64,
    /// Lower end.
    pub spend_low: Option<f64>,
    /// Upper end.
    pub spend_high: Option<f64>,
    /// Customers who had opted in when they joined.
    pub opted_in: f64,
    /// Opt-outs.
    pub opt_outs: f64,
    /// What is left of the opt-ins.
    pub reach_left: Option<f64>,
    /// Orders placed here, whatever opened the journey.
    pub orders: f64,
    /// Journeys that began here.
    pub journeys: f64,
    /// Journeys that ended here without an order and left a cart behind.
    pub carts_left: f64,
    /// Orders that last click credits these messages with.
    pub attributed_orders: f64,
    /// Their value.
    pub attributed_revenue: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("channel", Text, "name of the channel"),
    Column::new("sent", Number, "messages sent ÷ customers"),
    Column::new("delivered", Number, "messages delivered ÷ customers"),
    Column::new("opened", Number, "messages opened ÷ customers"),
    Column::new("clicked", Number, "messages clicked ÷ customers"),
    Column::new("replied", Number, "messages replied to ÷ customers"),
    Column::new("contact_orders", Number, "orders in journeys that a message on this channel opened ÷ customers"),
    Column::new(
        "displaced_orders",
        Number,
        "those of `contact_orders` that only moved a natural order forward ÷ customers",
    ),
    Column::new("open_rate", Share, "opened ÷ delivered"),
    Column::new("click_rate", Share, "clicked ÷ delivered"),
    Column::new("reply_rate", Share, "replied ÷ opened"),
    Column::new("spend", Money, "contact spend ÷ customers"),
    Column::new(
        "spend_low",
        Money,
        "lower end of the interval around `spend`, of the same level as in the sheet `measures`",
    ),
    Column::new("spend_high", Money, "upper end of the interval around `spend`"),
    Column::new("opted_in", Share, "customers who had opted in when they joined ÷ customers"),
    Column::new("opt_outs", Number, "opt-outs ÷ customers"),
    Column::new("reach_left", Share, "(opt-ins at joining − opt-outs) ÷ opt-ins at joining"),
    Column::new("orders", Number, "orders placed here, whatever opened the journey ÷ customers"),
    Column::new("journeys", Number, "journeys that began here ÷ customers"),
    Column::new("carts_left", Number, "journeys that ended here without an order and left a cart behind ÷ customers"),
    Column::new(
        "attributed_orders",
        Number,
        "orders that the customer's last click, on a message of this channel, is credited with ÷ customers (R57)",
    ),
    Column::new("attributed_revenue", Money, "revenue of `attributed_orders` ÷ customers"),
];

pub(super) fn lines(world: &World, tallies: &Tallies) -> Vec<ChannelLine> {
    let mut lines = Vec::new();
    for (index, strategy) in tallies.strategies.iter().enumerate() {
        let customers = customers(strategy);
        for (place, channel) in world.channels.iter().enumerate() {
            let count = |count: ChannelCount| {
                strategy.weeks.iter().map(|row| row.at(count, place)).sum::<i128>() as f64 / customers
            };
            let spend =
                channel_series(tallies, ChannelCount::Spend, place, index, 1e9).map(|series| Estimate::of(&series));
            let carries = channel.carries_contacts && strategy.name != NONE;
            let spend = spend.filter(|_| carries);
            lines.push(ChannelLine {
                strategy: strategy.name.clone(),
                channel: channel.name.clone(),
                sent: count(ChannelCount::Sent),
                delivered: count(ChannelCount::Delivered),
                opened: count(ChannelCount::Opened),
                clicked: count(ChannelCount::Clicked),
                replied: count(ChannelCount::Replied),
                contact_orders: count(ChannelCount::ContactOrders),
                displaced_orders: count(ChannelCount::DisplacedOrders),
                open_rate: share(count(ChannelCount::Opened), count(ChannelCount::Delivered)),
                click_rate: share(count(ChannelCount::Clicked), count(ChannelCount::Delivered)),
                reply_rate: share(count(ChannelCount::Replied), count(ChannelCount::Opened)),
                spend: count(ChannelCount::Spend) / 1e9,
                spend_low: spend.as_ref().map(|spend| spend.interval.low.max(0.0)),
                spend_high: spend.as_ref().map(|spend| spend.interval.high),
                opted_in: count(ChannelCount::OptedIn),
                opt_outs: count(ChannelCount::OptedOut),
                reach_left: share(
                    count(ChannelCount::OptedIn) - count(ChannelCount::OptedOut),
                    count(ChannelCount::OptedIn),
                ),
                orders: count(ChannelCount::Orders),
                journeys: count(ChannelCount::Journeys),
                carts_left: count(ChannelCount::CartsLeft),
                attributed_orders: count(ChannelCount::AttributedOrders),
                attributed_revenue: count(ChannelCount::AttributedRevenue) / world.currency.minor(),
            });
        }
    }
    lines
}
