//! What a firm pays whether or not anything happens, and what money of later weeks is worth now (R56).
//!
//! All of it is worked out in integers from one customer's part, so that batches add up to the same wherever they are cut.

use super::counts::{ChannelCount, CustomerCount, Row};
use crate::scenario::{Seconds, WEEK, YEAR};
use crate::world::{ChannelId, Strategy, Tables, World};

/// A factor of 1.
const WHOLE: f64 = 1e9;

/// What the rows of one strategy are closed with.
#[derive(Clone, Debug)]
pub(super) struct Books {
    /// Where the strategy's own costs stand among those of all.
    strategy: usize,
    /// Channels on which the strategy has a step, each once.
    channels: Vec<ChannelId>,
    /// By week: what money of its middle is worth at the start, in parts per billion.
    worth: Vec<i128>,
    horizon: Seconds,
    /// Minor units of the currency in one unit.
    minor: i128,
}

impl Books {
    pub fn new(world: &World, strategy: &Strategy) -> Self {
        let mut channels: Vec<ChannelId> = strategy.steps().map(|(_, _, step)| step.channel).collect();
        // What a strategy is played without costs nothing.
        channels.retain(|channel| strategy.reaches >> channel & 1 == 1);
        channels.sort_unstable();
        channels.dedup();
        let growth = 1.0 + world.scenario.discount_rate;
        let worth = |week: usize| {
            let from = week as Seconds * WEEK;
            let middle = (from + (from + WEEK).min(world.horizon)) as f64 / 2.0;
            (WHOLE * libm::pow(growth, -middle / YEAR as f64)).round() as i128
        };
        Self {
            strategy: strategy.written,
            channels,
            worth: (0..world.weeks).map(worth).collect(),
            horizon: world.horizon,
            minor: 10_i128.pow(world.currency.decimals),
        }
    }

    /// Adds what so many customers bear of the fixed costs of a week, and what the week's money is worth. Customers bear
    /// the costs of all weeks, also of those before they joined: somebody must.
    pub fn close(&self, tables: &Tables, week: usize, customers: i64, row: &mut Row) {
        let customers = i128::from(customers);
        let layout = row.layout;
        let mut fixed_spend = 0;
        for &channel in &self.channels {
            let Some(contact) = &tables.contacts[usize::from(channel)] else { continue };
            let part = contact.fixed.of_week(week, self.horizon) * customers;
            row.counts[layout.channel(ChannelCount::Spend, usize::from(channel))] += part;
            fixed_spend += part;
        }
        let own = tables.strategies[self.strategy].of_week(week, self.horizon) * customers;
        let worth = self.worth[week];
        let paid = row.total(ChannelCount::Spend) + own + row.customers(CustomerCount::Acquisition);
        let profit = row.customers(CustomerCount::Margin) - paid * self.minor;
        let mut put = |count: CustomerCount, value: i128| row.counts[layout.customer(count)] = value;
        put(CustomerCount::FixedSpend, fixed_spend);
        put(CustomerCount::FixedCosts, own);
        put(CustomerCount::Value, profit * worth);
        put(CustomerCount::FixedValue, (fixed_spend + own) * self.minor * worth);
    }
}
