//! Counting while customers are played: one increment an event, into a table of weeks.

use super::attribution::LastClick;
use super::counts::{ChannelCount, CustomerCount, Layout, Row};
use super::flows::{Flows, StepCount};
use super::retention::Retention;
use crate::engine::{Cause, Ending, Event, Message, Reason, Refusal, Watch};
use crate::scenario::{Seconds, WEEK};
use crate::world::{ChannelId, Strategy, Tables, World};

/// The counts of some customers of one segment under one strategy, by week.
#[derive(Clone, Debug)]
pub struct BatchTally {
    channels: usize,
    /// The channel of each step of the strategy.
    steps: Vec<ChannelId>,
    /// By week and channel; what belongs to a message stands with its step until the batch ends.
    by_channel: Vec<[u64; ChannelCount::ALL.len()]>,
    /// By week and step.
    by_step: Vec<[u64; StepCount::WEEKLY]>,
    /// By week. Signed: from week to week fewer customers may be retained.
    by_customer: Vec<[i64; CustomerCount::ALL.len()]>,
    /// By step and reason; reasons are not kept by week, so that the table of weeks stays small.
    withheld: Vec<[u64; Reason::ALL.len()]>,
    /// By step.
    held: Vec<u64>,
    /// By step: orders that the last click is credited with, and their value.
    attributed: Vec<[u64; 2]>,
    /// By campaign.
    runs: Vec<u64>,
    /// By campaign.
    refused: Vec<[u64; Refusal::ALL.len()]>,
    /// By [`Flows::touch`].
    touches: Vec<u64>,
    /// The week of the last event; a customer's events come in order of time, so it seldom changes.
    week: usize,
    /// Where that week's channels begin.
    channel_row: usize,
    /// Where that week's steps begin.
    step_row: usize,
    week_end: Seconds,
    retention: Retention,
    last_click: LastClick,
}

impl BatchTally {
    /// An empty table for a strategy of a world.
    pub fn new(world: &World, strategy: &Strategy) -> Self {
        let channels = world.channels.len();
        let steps: Vec<ChannelId> = strategy.steps().map(|(_, _, step)| step.channel).collect();
        Self {
            channels,
            by_channel: vec![[0; ChannelCount::ALL.len()]; channels * world.weeks],
            by_step: vec![[0; StepCount::WEEKLY]; steps.len() * world.weeks],
            by_customer: vec![[0; CustomerCount::ALL.len()]; world.weeks],
            withheld: vec![[0; Reason::ALL.len()]; steps.len()],
            held: vec![0; steps.len()],
            attributed: vec![[0; 2]; steps.len()],
            runs: vec![0; world.campaigns.len()],
            refused: vec![[0; Refusal::ALL.len()]; world.campaigns.len()],
            touches: vec![0; channels * (channels + 1)],
            steps,
            week: 0,
            channel_row: 0,
            step_row: 0,
            week_end: WEEK,
            retention: Retention::new(world.horizon - world.retention_from, world.horizon),
            last_click: LastClick::new(world.scenario.attribution.window),
        }
    }

    /// Turns what was counted into one row per week, with money worked out at the prices and margin of a draw, adds what
    /// is not kept by week to `flows`, and begins anew.
    pub fn take(&mut self, tables: &Tables, segment: usize, flows: &mut Flows) -> Vec<Row> {
        let layout = Layout { channels: self.channels };
        let margin = i128::from(tables.segments[segment].margin);
        let rows = (0..self.by_customer.len()).map(|week| {
            let mut row = Row::zero(layout);
            let by_channel = &mut self.by_channel[week * self.channels..][..self.channels];
            for (channel, counts) in by_channel.iter_mut().enumerate() {
                for (count, _) in ChannelCount::ALL {
                    row.counts[layout.channel(count, channel)] = i128::from(counts[count as usize]);
                }
                counts.fill(0);
            }
            let by_step = &mut self.by_step[week * self.steps.len()..][..self.steps.len()];
            for ((step, counts), &channel) in by_step.iter_mut().enumerate().zip(&self.steps) {
                let price = tables.contacts[usize::from(channel)].as_ref().map_or((0, 0), |contact| {
                    (
                        if contact.billed_on_sent { StepCount::Sent } else { StepCount::Delivered } as usize,
                        contact.price,
                    )
                });
                let total = &mut flows.steps[step].counts;
                for &(count, _) in &StepCount::ALL[..StepCount::WEEKLY] {
                    let counted = i128::from(counts[count as usize]);
                    total[count as usize] += counted;
                    if let Some(sum) = count.of_channel() {
                        row.counts[layout.channel(sum, usize::from(channel))] += counted;
                    }
                }
                let spend = i128::from(counts[price.0]) * i128::from(price.1);
                total[StepCount::Spend as usize] += spend;
                total[StepCount::Margin as usize] += i128::from(counts[StepCount::Revenue as usize]) * margin;
                row.counts[layout.channel(ChannelCount::Spend, usize::from(channel))] += spend;
                counts.fill(0);
            }
            let by_customer = &mut self.by_customer[week];
            for (count, _) in CustomerCount::ALL {
                row.counts[layout.customer(count)] = i128::from(by_customer[count as usize]);
            }
            row.counts[layout.customer(CustomerCount::Margin)] = row.total(ChannelCount::Revenue) * margin;
            by_customer.fill(0);
            row
        });
        let rows = rows.collect();
        let carry = |sums: &mut [i128], counts: &mut [u64]| {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += i128::from(std::mem::take(count)));
        };
        for (step, (withheld, held)) in flows.steps.iter_mut().zip(self.withheld.iter_mut().zip(&mut self.held)) {
            carry(&mut step.withheld, withheld);
            step.counts[StepCount::Held as usize] += i128::from(std::mem::take(held));
        }
        for (step, attributed) in flows.steps.iter_mut().zip(&mut self.attributed) {
            let [orders, revenue] = std::mem::take(attributed);
            step.counts[StepCount::AttributedOrders as usize] += i128::from(orders);
            step.counts[StepCount::AttributedRevenue as usize] += i128::from(revenue);
        }
        for (campaign, (runs, refused)) in flows.campaigns.iter_mut().zip(self.runs.iter_mut().zip(&mut self.refused)) {
            campaign.runs += i128::from(std::mem::take(runs));
            carry(&mut campaign.refused, refused);
        }
        carry(&mut flows.touches, &mut self.touches);
        rows
    }

    /// Goes on to the week of an instant.
    #[inline(always)]
    fn turn_to(&mut self, at: Seconds) {
        if at >= self.week_end {
            self.open_week(at);
        }
    }

    /// Apart, or its division is made ready at every event.
    #[inline(never)]
    fn open_week(&mut self, at: Seconds) {
        self.week = (at / WEEK) as usize;
        self.channel_row = self.week * self.channels;
        self.step_row = self.week * self.steps.len();
        self.week_end = (self.week as Seconds + 1) * WEEK;
    }

    #[inline(always)]
    fn add(&mut self, at: Seconds, count: ChannelCount, channel: ChannelId, more: u64) {
        self.turn_to(at);
        self.by_channel[self.channel_row + usize::from(channel)][count as usize] += more;
    }

    #[inline(always)]
    fn add_to_step(&mut self, at: Seconds, count: StepCount, message: Message, more: u64) {
        self.turn_to(at);
        self.by_step[self.step_row + usize::from(message.step)][count as usize] += more;
    }

    /// Credits a message with an order.
    fn attribute(&mut self, at: Seconds, message: Message, value: i64) {
        self.add(at, ChannelCount::AttributedOrders, message.channel, 1);
        self.add(at, ChannelCount::AttributedRevenue, message.channel, value as u64);
        let [orders, revenue] = &mut self.attributed[usize::from(message.step)];
        *orders += 1;
        *revenue += value as u64;
    }

    #[inline(always)]
    fn add_customer(&mut self, count: CustomerCount, more: bool) {
        self.by_customer[self.week][count as usize] += i64::from(more);
    }

    /// Counts a time in which the customer was retained: one more from the week that it begins, one less from the week
    /// that it ends.
    fn add_retained(&mut self, (from, until): (usize, usize)) {
        self.by_customer[from][CustomerCount::Retained as usize] += 1;
        if let Some(week) = self.by_customer.get_mut(until) {
            week[CustomerCount::Retained as usize] -= 1;
        }
    }
}

impl Watch for BatchTally {
    #[inline(always)]
    fn see(&mut self, at: Seconds, event: Event) {
        match event {
            Event::Joined { alive, mut opted_in } => {
                self.open_week(at);
                self.retention.join(at);
                self.last_click.forget();
                self.add_customer(CustomerCount::Joined, true);
                self.add_customer(CustomerCount::JoinedAlive, alive);
                while opted_in != 0 {
                    self.add(at, ChannelCount::OptedIn, opted_in.trailing_zeros() as u8, 1);
                    opted_in &= opted_in - 1;
                }
            }
            Event::RunBegan(campaign) => self.runs[usize::from(campaign)] += 1,
            Event::Sent(message) => self.add_to_step(at, StepCount::Sent, message, 1),
            Event::Delivered(message) => self.add_to_step(at, StepCount::Delivered, message, 1),
            Event::Opened(message) => self.add_to_step(at, StepCount::Opened, message, 1),
            Event::Clicked(message) => {
                self.add_to_step(at, StepCount::Clicked, message, 1);
                self.last_click.click(at, message);
            }
            Event::OptedOut(message) => self.add_to_step(at, StepCount::OptedOut, message, 1),
            Event::Replied(message) => self.add_to_step(at, StepCount::Replied, message, 1),
            Event::Withheld(message, reason) => self.withheld[usize::from(message.step)][reason as usize] += 1,
            Event::Held(message, ..) => self.held[usize::from(message.step)] += 1,
            Event::Refused(campaign, refusal) => self.refused[usize::from(campaign)][refusal as usize] += 1,
            Event::JourneyBegan(channel) => self.add(at, ChannelCount::Journeys, channel, 1),
            Event::Hopped { from, to } => {
                self.add(at, ChannelCount::Hops, from, 1);
                self.touches[Flows::touch(usize::from(from), Some(usize::from(to)), self.channels)] += 1;
            }
            Event::Bounced(channel) => self.add(at, ChannelCount::Bounced, channel, 1),
            Event::CartLeft(channel) => self.add(at, ChannelCount::CartsLeft, channel, 1),
            Event::Ordered { channel, value, cause } => {
                self.add(at, ChannelCount::Orders, channel, 1);
                self.add(at, ChannelCount::Revenue, channel, value as u64);
                self.touches[Flows::touch(usize::from(channel), None, self.channels)] +=
                    u64::from(cause != Cause::First);
                if let Cause::Contact { message, displaced } = cause {
                    self.add_to_step(at, StepCount::Orders, message, 1);
                    self.add_to_step(at, StepCount::DisplacedOrders, message, u64::from(displaced.is_some()));
                    self.add_to_step(at, StepCount::Revenue, message, value as u64);
                }
                // The order with which a customer joins comes before any click.
                if let Some(message) = self.last_click.of_order(at) {
                    self.attribute(at, message, value);
                }
                if let Some(over) = self.retention.order(at) {
                    self.add_retained(over);
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
        if ending.eligible {
            self.by_customer[self.retention.eligible_week()][CustomerCount::Eligible as usize] += 1;
            if let Some(last) = self.retention.end() {
                self.add_retained(last);
            }
        }
        self.week = self.by_customer.len() - 1;
        self.add_customer(CustomerCount::Ordered, ending.ordered);
        self.add_customer(CustomerCount::Contacted, ending.contacted);
        self.add_customer(CustomerCount::Responded, ending.responded);
        self.add_customer(CustomerCount::Alive, ending.alive);
    }
}
