//! Where journeys went from each channel.

use serde::Serialize;

use super::Column;
use super::Kind::{Number, Share, Text};
use super::{customers, share};
use crate::tally::{ChannelCount, Flows, Tallies};
use crate::world::World;

/// In place of a channel: the touch ended in an order.
pub const ORDERS: &str = "(orders)";
/// In place of a channel: the journey was left.
pub const LEAVES: &str = "(leaves)";

/// What touches on one channel came to.
#[derive(Clone, Debug, Serialize)]
pub struct HopLine {
    /// The strategy.
    pub strategy: String,
    /// The channel of the touch.
    pub from: String,
    /// The next channel, or [`ORDERS`], or [`LEAVES`].
    pub to: String,
    /// How often, per customer over the horizon.
    pub times: f64,
    /// Share of the touches on `from`.
    pub share: Option<f64>,
    /// Of these hops, how many lost the context, per customer.
    pub contexts_lost: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("from", Text, "channel of a touch"),
    Column::new("to", Text, "what came next: a hop to this channel, (orders) or (leaves)"),
    Column::new("times", Number, "how often ÷ customers"),
    Column::new("share", Share, "share of all touches on `from`"),
    Column::new("contexts_lost", Number, "of these, hops that lost the context (R47) ÷ customers"),
];

pub(super) fn lines(world: &World, tallies: &Tallies) -> Vec<HopLine> {
    let channels = world.channels.len();
    let mut lines = Vec::new();
    for strategy in &tallies.strategies {
        let customers = customers(strategy);
        let followed = |on: usize, by: Option<usize>| strategy.flows.touches[Flows::touch(on, by, channels)];
        for (from, channel) in world.channels.iter().enumerate().filter(|(_, channel)| channel.has_touches) {
            let begun: i128 = strategy.weeks.iter().map(|row| row.at(ChannelCount::Journeys, from)).sum();
            let touches = begun + (0..channels).map(|other| followed(other, Some(from))).sum::<i128>();
            let lost = |to: usize| strategy.flows.contexts_lost[Flows::touch(from, Some(to), channels)];
            let mut line = |to: &str, times: i128, lost: i128| {
                lines.push(HopLine {
                    strategy: strategy.name.clone(),
                    from: channel.name.clone(),
                    to: to.to_owned(),
                    times: times as f64 / customers,
                    share: share(times as f64, touches as f64),
                    contexts_lost: lost as f64 / customers,
                });
            };
            let others = world.channels.iter().enumerate().filter(|(to, other)| *to != from && other.has_touches);
            others.for_each(|(to, other)| line(&other.name, followed(from, Some(to)), lost(to)));
            line(ORDERS, followed(from, None), 0);
            let next: i128 = (0..channels).map(Some).chain([None]).map(|by| followed(from, by)).sum();
            line(LEAVES, touches - next, 0);
        }
    }
    lines
}
