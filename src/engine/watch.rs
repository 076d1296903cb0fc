//! Observation is a parameter: whoever wants to know what happens implements [`Watch`].

use crate::scenario::Seconds;
use crate::world::{CampaignId, ChannelId, StepId};

/// One message to one customer: which run it belongs to, which step of the strategy's plans, and its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The customer's run: 0 for the first that [began](Event::RunBegan), 1 for the next.
    pub run: u32,
    /// The step; the [strategy](crate::world::Strategy::steps) knows its campaign.
    pub step: StepId,
    /// The channel of that step.
    pub channel: ChannelId,
}

/// Why a due message was not sent (R21): each examination has one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The campaign's goal was met; the run ended.
    GoalMet,
    /// The step's `unless` was met; the run ended or went on to the next step.
    ConditionMet,
    /// The customer never opted in to the channel.
    NotOptedIn,
    /// The customer opted out of the channel.
    OptedOut,
}

/// What opened the journey in which a customer ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A natural need.
    Need,
    /// A contact.
    Contact {
        /// The message that was clicked.
        message: Message,
        /// When the natural order that it only moved forward was due (R16), in seconds.
        displaced: Option<Seconds>,
    },
    /// Joining.
    First,
}

/// Something that happens to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The customer is the firm's from now on; a base may hold customers who are lost already.
    Joined {
        /// Whether it is still alive.
        alive: bool,
        /// Channels to which it opted in, as bits.
        opted_in: u64,
    },
    /// A campaign came up: a run of its plan begins.
    RunBegan(CampaignId),
    /// A message was sent.
    Sent(Message),
    /// It was delivered.
    Delivered(Message),
    /// It was opened.
    Opened(Message),
    /// It was clicked.
    Clicked(Message),
    /// On its delivery the customer opted out of the channel.
    OptedOut(Message),
    /// A due message was not sent.
    Withheld(Message, Reason),
    /// A journey began on a channel.
    JourneyBegan(ChannelId),
    /// A journey hopped away from a channel.
    Hopped {
        /// From here
        from: ChannelId,
        /// to there.
        to: ChannelId,
    },
    /// A journey ended at its first touch without an order.
    Bounced(ChannelId),
    /// The customer ordered.
    Ordered {
        /// Where.
        channel: ChannelId,
        /// For how much, in minor units of the currency.
        value: i64,
        /// What opened the journey.
        cause: Cause,
    },
    /// The customer is lost (whether or not the firm notices).
    Lost,
}

/// What can only be said at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// Joined early enough to be counted in retention (R22).
    pub eligible: bool,
    /// Ordered in the retention window.
    pub retained: bool,
    /// Ordered at all.
    pub ordered: bool,
    /// Had a message delivered.
    pub contacted: bool,
    /// Clicked a message.
    pub responded: bool,
    /// Is alive at the horizon.
    pub alive: bool,
}

/// Sees what happens to customers.
pub trait Watch {
    /// An event at an instant (seconds since the start).
    fn see(&mut self, at: Seconds, event: Event);
    /// A customer's horizon.
    fn end(&mut self, ending: Ending);
}

/// Watches nothing.
pub struct Nobody;

impl Watch for Nobody {
    #[inline(always)]
    fn see(&mut self, _: Seconds, _: Event) {}
    #[inline(always)]
    fn end(&mut self, _: Ending) {}
}
