//! Realised rates beside the stated ones (R13): does the simulation do what the file says?

use serde::Serialize;

use crate::scenario::{Click, Contact, Input, NONE, Share};
use crate::tally::{ChannelCount, CustomerCount, StrategyTallies, Tallies};
use crate::world::World;

/// The rates of one channel under each strategy that used it.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelRates {
    /// The channel's name.
    pub channel: String,
    /// The strategy's name.
    pub strategy: String,
    /// Messages sent per customer.
    pub sent_per_customer: f64,
    /// Contact spend per customer in units of currency.
    pub spend_per_customer: f64,
    /// Delivered ÷ sent.
    pub delivery: Rate,
    /// Opened ÷ delivered.
    pub open: Rate,
    /// Clicked ÷ delivered.
    pub click: Rate,
    /// Replied ÷ opened, of a channel that can be replied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Rate>,
    /// Opt-outs ÷ delivered.
    pub opt_out: Rate,
    /// Orders in journeys that these contacts opened, per customer.
    pub orders_per_customer: f64,
    /// Orders that last click credits these contacts with, per customer (R57).
    pub attributed_orders_per_customer: f64,
}

/// A rate as stated (typical value) and as realised; lost customers are part of the latter (R12).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rate {
    /// In the file.
    pub stated: f64,
    /// In the simulation.
    pub realised: f64,
}

/// The rates of all channels on which anything was sent.
pub fn realised_rates(world: &World, tallies: &Tallies) -> Vec<ChannelRates> {
    let joined =
        |strategy: &StrategyTallies| strategy.weeks.iter().map(|row| row.customers(CustomerCount::Joined)).sum();
    let customers = tallies.strategies.first().map_or(0, joined) as f64;
    let mut all = Vec::new();
    for (channel, own) in world.scenario.channels.iter().enumerate() {
        let Some(contact) = &own.contact else { continue };
        for strategy in tallies.strategies.iter().filter(|strategy| strategy.name != NONE) {
            let count =
                |count: ChannelCount| strategy.weeks.iter().map(|row| row.at(count, channel)).sum::<i128>() as f64;
            let (sent, delivered) = (count(ChannelCount::Sent), count(ChannelCount::Delivered));
            if sent == 0.0 {
                continue;
            }
            let per_delivered =
                |stated: f64, counted: ChannelCount| Rate { stated, realised: count(counted) / delivered };
            all.push(ChannelRates {
                channel: own.name.clone(),
                strategy: strategy.name.clone(),
                sent_per_customer: sent / customers,
                spend_per_customer: count(ChannelCount::Spend) / 1e9 / customers,
                delivery: Rate { stated: contact.delivery_rate.typical(), realised: delivered / sent },
                open: per_delivered(contact.open_rate.typical(), ChannelCount::Opened),
                click: per_delivered(clicks(contact), ChannelCount::Clicked),
                reply: contact.reply_rate.as_ref().map(|rate| Rate {
                    stated: rate.typical(),
                    realised: count(ChannelCount::Replied) / count(ChannelCount::Opened),
                }),
                opt_out: per_delivered(contact.opt_out_rate.typical(), ChannelCount::OptedOut),
                orders_per_customer: count(ChannelCount::ContactOrders) / customers,
                attributed_orders_per_customer: count(ChannelCount::AttributedOrders) / customers,
            });
        }
    }
    all
}

fn clicks(contact: &Contact) -> f64 {
    match &contact.click {
        Click::PerDelivered(rate) => rate.typical(),
        Click::PerOpened(rate) => rate.typical() * Input::<Share>::typical(&contact.open_rate),
    }
}
