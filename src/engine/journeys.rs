//! Journeys: a customer goes from touch to touch until an order or until it leaves (R14). A journey takes no time.

use rand_distr::{Distribution, StandardNormal};

use super::purpose;
use super::watch::{Event, Watch};
use crate::luck::Luck;
use crate::scenario::Seconds;
use crate::world::{Basket, ChannelId, Row, SegmentTable};

/// How a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// With an order on this channel.
    Ordered(ChannelId),
    /// Without one; the customer left here.
    Left(ChannelId),
}

/// A journey that a natural need opens.
#[inline]
pub(super) fn natural<W: Watch>(rows: &[Row], table: &SegmentTable, luck: Luck, at: Seconds, watch: &mut W) -> Outcome {
    let entry = entry(table, luck);
    follow(rows, entry, luck, at, watch)
}

/// Where a natural journey begins.
#[inline]
pub(super) fn entry(table: &SegmentTable, luck: Luck) -> ChannelId {
    let pick = luck.word(purpose::ENTRY);
    for &(end, channel) in &table.entry {
        if end.holds(pick) {
            return channel;
        }
    }
    table.entry.last().map_or(0, |&(_, channel)| channel)
}

/// A journey from a given channel on.
#[inline]
pub(super) fn follow<W: Watch>(rows: &[Row], entry: ChannelId, luck: Luck, at: Seconds, watch: &mut W) -> Outcome {
    watch.see(at, Event::JourneyBegan(entry));
    let mut channel = entry;
    let mut touches = luck.stream(purpose::TOUCH);
    let mut hopped = false;
    'touches: loop {
        let row = &rows[usize::from(channel)];
        let word = touches.next();
        if row.order.holds(word) {
            return Outcome::Ordered(channel);
        }
        for &(end, to) in &row.hops {
            if end.holds(word) {
                watch.see(at, Event::Hopped { from: channel, to });
                channel = to;
                hopped = true;
                continue 'touches;
            }
        }
        if !hopped {
            watch.see(at, Event::Bounced(channel));
        }
        return Outcome::Left(channel);
    }
}

/// What an order is worth in minor units, rounded when drawn (R17).
#[inline]
pub(super) fn basket(basket: Basket, minor: f64, spending: f64, luck: Luck) -> i64 {
    let value = match basket {
        Basket::Fixed(value) => value,
        Basket::LogNormal { mu, sigma } => {
            let z: f64 = StandardNormal.sample(&mut luck.stream(purpose::BASKET));
            libm::exp(mu + sigma * z)
        }
        Basket::GammaGamma { order, .. } => order.sample(&mut luck.stream(purpose::BASKET)) / spending,
    };
    // Even a monstrous draw must leave room for the sum.
    (value * minor).round().min(1e15) as i64
}
