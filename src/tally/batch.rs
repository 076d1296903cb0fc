//! Counting while customers are played: one increment an event, into a table of weeks.

use super::counts::{ChannelCount, CustomerCount, Layout, Row};
use crate::engine::{Cause, Ending, Event, Reason, Watch};
use crate::scenario::{Seconds, WEEK};
use crate::world::{Tables, World};

/// The counts of some customers of one segment under one strategy, by week.
#[derive(Clone, Debug)]
pub struct BatchTally {
    layout: Layout,
    weeks: usize,
    counts: Vec<u64>,
}

impl BatchTally {
    /// An empty table for a world.
    pub fn new(world: &World) -> Self {
        let layout = Layout { channels: world.channels.len() };
        Self { layout, weeks: world.weeks, counts: vec![0; layout.width() * world.weeks] }
    }

    /// Turns what was counted into one row per week, with money worked out at the prices and margin of a draw, and
    /// begins anew.
    pub fn take(&mut self, tables: &Tables, segment: usize) -> Vec<Row> {
        let layout = self.layout;
        let margin = i128::from(tables.segments[segment].margin);
        let rows = self.counts.chunks_exact_mut(layout.width()).map(|week| {
            let mut row = Row { layout, counts: week.iter().map(|&count| i128::from(count)).collect() };
            week.fill(0);
            for (channel, contact) in tables.contacts.iter().enumerate() {
                let Some(contact) = contact else { continue };
                let billed = if contact.billed_on_sent { ChannelCount::Sent } else { ChannelCount::Delivered };
                row.counts[layout.channel(ChannelCount::Spend, channel)] = row.at(billed, channel) * i128::from(contact.price);
            }
            row.counts[layout.customer(CustomerCount::Margin)] = row.total(ChannelCount::Revenue) * margin;
            row
        });
        rows.collect()
    }

    #[inline(always)]
    fn add(&mut self, at: Seconds, count: ChannelCount, channel: u8, more: u64) {
        let week = (at / WEEK) as usize;
        self.counts[week * self.layout.width() + self.layout.channel(count, usize::from(channel))] += more;
    }

    #[inline(always)]
    fn add_customer(&mut self, week: usize, count: CustomerCount, more: bool) {
        self.counts[week * self.layout.width() + self.layout.customer(count)] += u64::from(more);
    }
}

impl Watch for BatchTally {
    #[inline]
    fn see(&mut self, at: Seconds, event: Event) {
        match event {
            Event::Joined { alive, mut opted_in } => {
                let week = (at / WEEK) as usize;
                self.add_customer(week, CustomerCount::Joined, true);
                self.add_customer(week, CustomerCount::JoinedAlive, alive);
                while opted_in != 0 {
                    self.add(at, ChannelCount::OptedIn, opted_in.trailing_zeros() as u8, 1);
                    opted_in &= opted_in - 1;
                }
            }
            Event::Sent(channel) => self.add(at, ChannelCount::Sent, channel, 1),
            Event::Delivered(channel) => self.add(at, ChannelCount::Delivered, channel, 1),
            Event::Opened(channel) => self.add(at, ChannelCount::Opened, channel, 1),
            Event::Clicked(channel) => self.add(at, ChannelCount::Clicked, channel, 1),
            Event::OptedOut(channel) => self.add(at, ChannelCount::OptedOut, channel, 1),
            Event::Withheld(channel, reason) => {
                let count = match reason {
                    Reason::GoalMet => ChannelCount::GoalMet,
                    Reason::ConditionMet => ChannelCount::ConditionMet,
                    Reason::NotOptedIn => ChannelCount::NotOptedIn,
                    Reason::OptedOut => ChannelCount::AfterOptOut,
                };
                self.add(at, count, channel, 1);
            }
            Event::JourneyBegan(channel) => self.add(at, ChannelCount::Journeys, channel, 1),
            Event::Hopped { from, .. } => self.add(at, ChannelCount::Hops, from, 1),
            Event::Bounced(channel) => self.add(at, ChannelCount::Bounced, channel, 1),
            Event::Ordered { channel, value, cause } => {
                self.add(at, ChannelCount::Orders, channel, 1);
                self.add(at, ChannelCount::Revenue, channel, value as u64);
                if let Cause::Contact { channel, displaced } = cause {
                    self.add(at, ChannelCount::ContactOrders, channel, 1);
                    self.add(at, ChannelCount::DisplacedOrders, channel, u64::from(displaced.is_some()));
                }
            }
            Event::Lost => self.add_customer((at / WEEK) as usize, CustomerCount::Lost, true),
        }
    }

    #[inline]
    fn end(&mut self, ending: Ending) {
        let last = self.weeks - 1;
        self.add_customer(last, CustomerCount::Eligible, ending.eligible);
        self.add_customer(last, CustomerCount::Retained, ending.eligible && ending.retained);
        self.add_customer(last, CustomerCount::Ordered, ending.ordered);
        self.add_customer(last, CustomerCount::Contacted, ending.contacted);
        self.add_customer(last, CustomerCount::Responded, ending.responded);
        self.add_customer(last, CustomerCount::Alive, ending.alive);
    }
}
