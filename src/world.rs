//! A scenario that cannot be wrong any more: dense indices, instants instead of rules, probabilities as thresholds.
//!
//! [`World::new`] compiles what no draw of the uncertain inputs changes: names, calendars, plans. [`World::tables`] adds
//! the numbers of one draw. The engine sees the two and never a string.

mod affinity;
mod calendar;
mod compile;
mod demand;
mod draws;
mod entry;
mod journeys;
mod neutral;
mod plan;
mod policies;
mod profile;
mod tables;
mod wall;

use crate::luck::{Label, Threshold};
use crate::scenario::{Currency, Problem, Scenario, Seconds, WEEK};

pub use calendar::Clock;
pub use draws::{Draw, Uncertain};
pub use entry::{Audience, Entry, EventTrigger, On};
pub use plan::{Ends, Occurrence, Plan, Step, Strategy, Way};
pub use policies::{Cap, Hush, Policies, Quiet};
pub use profile::Profile;
pub use tables::{
    Basket, CampaignTable, Coin, ContactTable, ContextTable, Delay, Dropout, Joined, OptIn, Rate, Row, SegmentTable,
    Shifted, Tables,
};
pub use wall::Wall;

/// Index of a channel in the scenario.
pub type ChannelId = u8;
/// Index of a campaign in the scenario.
pub type CampaignId = u16;
/// Number of a step among all [steps](Strategy::steps) of a strategy.
pub type StepId = u16;

/// Everything about a scenario that no draw changes.
#[derive(Clone, Debug)]
pub struct World {
    /// End of the simulation in seconds, exclusive (R7).
    pub horizon: Seconds,
    /// No trigger is started from here on (R8), in seconds.
    pub last_start: Seconds,
    /// Orders from here on make a customer retained (R22), in seconds.
    pub retention_from: Seconds,
    /// Weeks (or parts) in the horizon.
    pub weeks: usize,
    /// Currency of all money.
    pub currency: Currency,
    /// Names of channels, by [`ChannelId`].
    pub channels: Vec<Channel>,
    /// Names of segments and the end of each one's part of the low-discrepancy sequence (R5).
    pub segments: Vec<Segment>,
    /// The clock on the wall of each segment's customers.
    pub walls: Vec<Wall>,
    /// Names of campaigns.
    pub campaigns: Vec<String>,
    /// Strategies in the order of the file; `none` is last.
    pub strategies: Vec<Strategy>,
    /// The inputs that are uncertain (R3).
    pub uncertain: Vec<Uncertain>,
    /// The scenario that all this was made of.
    pub scenario: Scenario,
}

/// What is known of a channel before any draw.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The user's name for it.
    pub name: String,
    /// Whether messages can be sent on it.
    pub carries_contacts: bool,
    /// Whether journeys can be there.
    pub has_touches: bool,
}

/// A segment's name and place in the sequence of customers.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The user's name for it.
    pub name: String,
    /// Share of all customers, 0 to 1.
    pub share: f64,
    /// Customers whose point of the sequence lies below this (and not below the previous segment's) belong to it.
    below: Threshold,
}

impl World {
    /// Compiles a checked scenario.
    ///
    /// # Errors
    /// What only numbers can show: a segment that can never order although its orders are stated, a base of which
    /// hardly anyone is left, an uncertain input whose law has no spread.
    pub fn new(scenario: Scenario) -> Result<Self, Problem> {
        let channels = scenario.channels.iter().map(|channel| Channel {
            name: channel.name.clone(),
            carries_contacts: channel.contact.is_some(),
            has_touches: channel.order_rate.is_some(),
        });
        let mut sum = 0.0;
        let mut segments: Vec<Segment> = scenario
            .segments
            .iter()
            .map(|segment| {
                sum += segment.share.value.0;
                let below = Threshold::new(sum);
                Segment { name: segment.name.clone(), share: segment.share.value.0, below }
            })
            .collect();
        if let Some(last) = segments.last_mut() {
            last.below = Threshold::CERTAIN;
        }
        let horizon = scenario.horizon.value;
        let world = Self {
            horizon,
            last_start: horizon - scenario.tail_length(),
            retention_from: horizon - scenario.retention_window.value,
            weeks: usize::try_from((horizon + WEEK - 1) / WEEK).unwrap_or(usize::MAX),
            currency: scenario.currency.clone(),
            channels: channels.collect(),
            segments,
            walls: scenario.segments.iter().map(|segment| calendar::wall(&scenario, segment)).collect(),
            campaigns: scenario.campaigns.iter().map(|campaign| campaign.name.clone()).collect(),
            strategies: plan::compile(&scenario),
            uncertain: draws::uncertain(&scenario),
            scenario,
        };
        world.tables(Draw::Typical)?;
        Ok(world)
    }

    /// The numbers of one draw.
    ///
    /// # Errors
    /// As [`World::new`]; a draw of an extreme law may break what the typical values keep.
    pub fn tables(&self, draw: Draw) -> Result<Tables, Problem> {
        compile::tables(self, draw)
    }

    /// Expected share of the customers who are alive at the start under `none`, inputs at their typical values (R13).
    pub fn living_share(&self) -> f64 {
        demand::living_share_of_all(&self.scenario, Draw::Typical)
    }

    /// The segment of a customer (R5): a Weyl sequence of the golden ratio, so that any run of consecutive customers
    /// holds each segment in nearly its share, and adding customers changes nobody.
    #[inline]
    pub fn segment_of(&self, customer: u64) -> usize {
        // 2⁶⁴ / golden ratio, odd: the multiples fill [0, 1) as evenly as any sequence can.
        let point = customer.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.segments.partition_point(|segment| !segment.below.holds(point))
    }

    /// Local time of a segment.
    pub fn clock(&self, segment: usize) -> Clock {
        Clock::new(&self.scenario, &self.scenario.segments[segment])
    }

    /// The address label of a campaign's runs that start at a written local date and time (R2).
    pub fn run_label(&self, campaign: usize, scheduled: jiff::civil::DateTime) -> Label {
        calendar::label_of(&self.scenario.campaigns[campaign], scheduled)
    }

    /// Index of a strategy by name.
    pub fn strategy(&self, name: &str) -> Option<usize> {
        self.strategies.iter().position(|strategy| strategy.name == name)
    }

    /// The address label of a channel: its name's, so that other channels may come and go.
    fn channel_label(&self, channel: usize) -> Label {
        Label::of(&self.channels[channel].name)
    }
}
