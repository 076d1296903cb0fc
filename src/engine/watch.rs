//! Observation is a parameter: whoever wants to know what happens implements [`Watch`].

use crate::scenario::Seconds;
use crate::world::ChannelId;

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
    /// A contact on a channel.
    Contact {
        /// The contact's channel.
        channel: ChannelId,
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
    /// A message was sent.
    Sent(ChannelId),
    /// It was delivered.
    Delivered(ChannelId),
    /// It was opened.
    Opened(ChannelId),
    /// It was clicked.
    Clicked(ChannelId),
    /// The customer opted out of the channel.
    OptedOut(ChannelId),
    /// A due message was not sent.
    Withheld(ChannelId, Reason),
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
