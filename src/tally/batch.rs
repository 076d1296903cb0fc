//! Counting while customers are played: one increment an event, into a table of weeks.

use super::counts::{ChannelCount, CustomerCount, Layout, Row};
use crate::engine::{Cause, Ending, Event, Reason, Watch};
use crate::scenario::{Seconds, WEEK};
use crate::world::{Tables, World};

/// The counts of some customers of one segment under one strategy, by week.
#[derive(Clone, Debug)]
pub struct BatchTally {
    channels: usize,
    /// By week and channel.
    by_channel: Vec<[u64; ChannelCount::ALL.len()]>,
    /// By week.
    by_customer: Vec<[u64; CustomerCount::ALL.len()]>,
    /// The week of the last event; a customer's events come in order of time, so it seldom changes.
    week: usize,
    /// Where that week's channels begin.
    row: usize,
    week_end: Seconds,
}

impl BatchTally {
    /// An empty table for a world.
    pub fn new(world: &World) -> Self {
        let channels = world.channels.len();
        Self {
            channels,
            by_channel: vec![[0; ChannelCount::ALL.len()]; channels * world.weeks],
            by_customer: vec![[0; CustomerCount::ALL.len()]; world.weeks],
            week: 0,
            row: 0,
            week_end: WEEK,
        }
    }

    /// Turns what was counted into one row per week, with money worked out at the prices and margin of a draw, and
    /// begins anew.
    pub fn take(&mut self, tables: &Tables, segment: usize) -> Vec<Row> {
        let layout = Layout { channels: self.channels };
        let margin = i128::from(tables.segments[segment].margin);
        let weeks = self.by_channel.chunks_exact_mut(self.channels).zip(&mut self.by_customer);
        let rows = weeks.map(|(by_channel, by_customer)| {
            let mut row = Row::zero(layout);
            for (channel, counts) in by_channel.iter().enumerate() {
                for (count, _) in ChannelCount::ALL {
                    row.counts[layout.channel(count, channel)] = i128::from(counts[count as usize]);
                }
                let Some(contact) = &tables.contacts[channel] else { continue };
                let billed = if contact.billed_on_sent { ChannelCount::Sent } else { ChannelCount::Delivered };
                row.counts[layout.channel(ChannelCount::Spend, channel)] =
                    row.at(billed, channel) * i128::from(contact.price);
            }
            for (count, _) in CustomerCount::ALL {
                row.counts[layout.customer(count)] = i128::from(by_customer[count as usize]);
            }
            row.counts[layout.customer(CustomerCount::Margin)] = row.total(ChannelCount::Revenue) * margin;
            by_channel.fill([0; ChannelCount::ALL.len()]);
            by_customer.fill(0);
            row
        });
        rows.collect()
    }

    #[inline(always)]
    fn turn_to(&mut self, at: Seconds) {
        if at >= self.week_end {
            self.open_week(at);
        }
    }

    #[cold]
    fn open_week(&mut self, at: Seconds) {
        self.week = (at / WEEK) as usize;
        self.row = self.week * self.channels;
        self.week_end = (self.week as Seconds + 1) * WEEK;
    }

    #[inline(always)]
    fn add(&mut self, at: Seconds, count: ChannelCount, channel: u8, more: u64) {
        self.turn_to(at);
        self.by_channel[self.row + usize::from(channel)][count as usize] += more;
    }

    #[inline(always)]
    fn add_customer(&mut self, count: CustomerCount, more: bool) {
        self.by_customer[self.week][count as usize] += u64::from(more);
    }
}

impl Watch for BatchTally {
    #[inline(always)]
    fn see(&mut self, at: Seconds, event: Event) {
        match event {
            Event::Joined { alive, mut opted_in } => {
                self.open_week(at);
                self.add_customer(CustomerCount::Joined, true);
                self.add_customer(CustomerCount::JoinedAlive, alive);
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
            Event::Lost => {
                self.turn_to(at);
                self.add_customer(CustomerCount::Lost, true);
            }
        }
    }

    #[inline]
    fn end(&mut self, ending: Ending) {
        self.week = self.by_customer.len() - 1;
        self.add_customer(CustomerCount::Eligible, ending.eligible);
        self.add_customer(CustomerCount::Retained, ending.eligible && ending.retained);
        self.add_customer(CustomerCount::Ordered, ending.ordered);
        self.add_customer(CustomerCount::Contacted, ending.contacted);
        self.add_customer(CustomerCount::Responded, ending.responded);
        self.add_customer(CustomerCount::Alive, ending.alive);
    }
}
