//! Counting while customers are played: one increment an event, into a table of weeks.

use super::counts::{ChannelCount, CustomerCount, Layout, Row};
use super::flows::{Flows, StepCount};
use super::retention::Retention;
use crate::engine::{Cause, Ending, Event, Message, Reason, Refusal, Watch};
use crate::scenario::{Seconds, WEEK};
use crate::world::{ChannelId, ContactTable, Dropout, Strategy, Tables, World};

/// Where the firm sees what happens, it is counted once: what is seen, by step and by channel, and what is true.
const SEEN: [(StepCount, ChannelCount, StepCount); 2] = [
    (StepCount::SeenOpened, ChannelCount::SeenOpened, StepCount::Opened),
    (StepCount::SeenClicked, ChannelCount::SeenClicked, StepCount::Clicked),
];

impl ContactTable {
    /// Which copies are billed, by channel and by step.
    fn billed_copies(&self) -> (ChannelCount, StepCount) {
        if self.billed_on_sent {
            (ChannelCount::Duplicated, StepCount::Duplicated)
        } else {
            (ChannelCount::DeliveredTwice, StepCount::DeliveredTwice)
        }
    }
}

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
    /// By step, as [`StepCount::SELDOM`].
    seldom: Vec<[u64; StepCount::SELDOM]>,
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
            seldom: vec![[0; StepCount::SELDOM]; steps.len()],
            runs: vec![0; world.campaigns.len()],
            refused: vec![[0; Refusal::ALL.len()]; world.campaigns.len()],
            touches: vec![0; channels * (channels + 1)],
            steps,
            week: 0,
            channel_row: 0,
            step_row: 0,
            week_end: WEEK,
            retention: Retention::new(world.horizon - world.retention_from, world.horizon),
        }
    }

    /// Turns what was counted into one row per week, with money worked out at the prices and margin of a draw, adds what
    /// is not kept by week to `flows`, and begins anew.
    pub fn take(&mut self, tables: &Tables, segment: usize, flows: &mut Flows) -> Vec<Row> {
        let layout = Layout { channels: self.channels };
        let table = &tables.segments[segment];
        let (margin, acquisition) = (i128::from(table.margin), table.acquisition);
        let fee = if let Dropout::PerPeriod { fee, .. } = table.dropout { fee } else { 0 };
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
                let contact = tables.contacts[usize::from(channel)].as_ref();
                let price = contact.map_or((0, 0), |contact| {
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
                if contact.is_some_and(|contact| contact.seen_as_it_is) {
                    for (seen, by_channel, true_one) in SEEN {
                        let counted = i128::from(counts[true_one as usize]);
                        total[seen as usize] += counted;
                        row.counts[layout.channel(by_channel, usize::from(channel))] += counted;
                    }
                }
                counts.fill(0);
            }
            // Copies are billed as what they are copies of.
            for (channel, contact) in tables.contacts.iter().enumerate() {
                let Some(contact) = contact else { continue };
                let copies = row.at(contact.billed_copies().0, channel);
                row.counts[layout.channel(ChannelCount::Spend, channel)] += copies * i128::from(contact.price);
            }
            let by_customer = &mut self.by_customer[week];
            for (count, _) in CustomerCount::ALL {
                row.counts[layout.customer(count)] = i128::from(by_customer[count as usize]);
            }
            let fees = row.customers(CustomerCount::Renewals) * i128::from(fee);
            row.counts[layout.customer(CustomerCount::Fees)] = fees;
            row.counts[layout.customer(CustomerCount::Margin)] = (row.total(ChannelCount::Revenue) + fees) * margin;
            row.counts[layout.customer(CustomerCount::Acquisition)] =
                row.customers(CustomerCount::Joined) * i128::from(acquisition);
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
        for ((step, seldom), &channel) in flows.steps.iter_mut().zip(&mut self.seldom).zip(&self.steps) {
            if let Some(contact) = &tables.contacts[usize::from(channel)] {
                let copies = seldom[contact.billed_copies().1 as usize - StepCount::SeenOpened as usize];
                step.counts[StepCount::Spend as usize] += i128::from(copies) * i128::from(contact.price);
            }
            carry(&mut step.counts[StepCount::SeenOpened as usize..], seldom);
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

    /// Counts by channel and week, and by step, what only some channels have.
    fn add_seldom(&mut self, at: Seconds, of_channel: ChannelCount, of_step: StepCount, message: Message) {
        self.add(at, of_channel, message.channel, 1);
        self.seldom[usize::from(message.step)][of_step as usize - StepCount::SeenOpened as usize] += 1;
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
            Event::Clicked(message) => self.add_to_step(at, StepCount::Clicked, message, 1),
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
                if let Some(over) = self.retention.order(at) {
                    self.add_retained(over);
                }
            }
            Event::Lost => {
                self.turn_to(at);
                self.add_customer(CustomerCount::Lost, true);
            }
            Event::Renewed { .. } => {
                self.turn_to(at);
                self.add_customer(CustomerCount::Renewals, true);
                if let Some(over) = self.retention.order(at) {
                    self.add_retained(over);
                }
            }
            Event::SeenOpened(message) => {
                self.add_seldom(at, ChannelCount::SeenOpened, StepCount::SeenOpened, message);
            }
            Event::SeenClicked(message) => {
                self.add_seldom(at, ChannelCount::SeenClicked, StepCount::SeenClicked, message);
            }
            Event::Duplicated(message) => {
                self.add_seldom(at, ChannelCount::Duplicated, StepCount::Duplicated, message);
            }
            Event::DeliveredTwice(message) => {
                self.add_seldom(at, ChannelCount::DeliveredTwice, StepCount::DeliveredTwice, message);
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
