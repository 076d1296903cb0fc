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

/// Why a message was not sent (R21): each step that was due or waited has one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It had waited for longer than its time to live.
    Expired,
    /// The customer had left the run: an exit; the run ended.
    Exit,
    /// The campaign's goal was met; the run ended.
    GoalMet,
    /// The customer is in a holdout; the run ended.
    Holdout,
    /// The step's `unless` was met; the run ended or went on to the next step.
    ConditionMet,
    /// The step's `only_if` was not met; the run ended or went on to the next step.
    ConditionNotMet,
    /// The customer opted out of the channel.
    OptedOut,
    /// The customer never opted in to the channel.
    NotOptedIn,
    /// The channel cannot reach the customer.
    Unreachable,
    /// It follows no approved template, and the customer did not reply on the channel lately (R55).
    OutsideWindow,
    /// It was quiet.
    QuietHours,
    /// Another campaign went first.
    LowerPriority,
    /// A cap had no room.
    Capped,
    /// A newer run of the campaign took the place of this one.
    Replaced,
    /// The customer's loss became known while it waited (R12).
    LossKnown,
    /// It still waited at the horizon.
    TooLate,
}

impl Reason {
    /// All of them, in the order of examination.
    pub const ALL: [Self; 16] = [
        Self::Expired,
        Self::Exit,
        Self::GoalMet,
        Self::Holdout,
        Self::ConditionMet,
        Self::ConditionNotMet,
        Self::OptedOut,
        Self::NotOptedIn,
        Self::Unreachable,
        Self::OutsideWindow,
        Self::QuietHours,
        Self::LowerPriority,
        Self::Capped,
        Self::Replaced,
        Self::LossKnown,
        Self::TooLate,
    ];
}

/// Why a campaign that came up for a customer began no run (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The customer is not in its audience.
    OutsideAudience,
    /// Its re-entry rule forbids another run.
    EnteredBefore,
    /// An earlier run is still under way.
    StillRunning,
}

impl Refusal {
    /// All of them, in the order of the questions.
    pub const ALL: [Self; 3] = [Self::OutsideAudience, Self::EnteredBefore, Self::StillRunning];
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
    /// A campaign came up, and no run began.
    Refused(CampaignId, Refusal),
    /// A message was sent.
    Sent(Message),
    /// It was delivered.
    Delivered(Message),
    /// It was opened.
    Opened(Message),
    /// It was clicked.
    Clicked(Message),
    /// It was replied to.
    Replied(Message),
    /// On its delivery the customer opted out of the channel.
    OptedOut(Message),
    /// A due message was not sent.
    Withheld(Message, Reason),
    /// A due message waits, for one of the reasons that may hold it, until this instant at the earliest.
    Held(Message, Reason, Seconds),
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
    /// A journey that ended without an order left a cart behind on a channel.
    CartLeft(ChannelId),
    /// A hop lost the context: the channel that it led to knows nothing of the journey.
    ContextLost {
        /// From here
        from: ChannelId,
        /// to there.
        to: ChannelId,
    },
    /// A journey came to a channel that knows of a cart left earlier.
    CartFound(ChannelId),
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
    /// The message that was just sent or delivered is billed within the window that a reply opened (R55).
    BilledInWindow(Message),
    /// The message that was just sent or delivered is billed and begins a conversation (R55).
    ConversationBegan(Message),
    /// The customer keeps its contract (R53).
    Renewed {
        /// What it pays, in minor units of the currency.
        fee: i64,
    },
    /// A message is sent a second time, by mistake (R51).
    Duplicated(Message),
    /// The second copy is delivered.
    DeliveredTwice(Message),
    /// On a channel where what the firm sees is not what happens, it sees for the first time that a message was opened
    /// (R50): by the customer or by a machine.
    SeenOpened(Message),
    /// The same of a click.
    SeenClicked(Message),
    /// A message is delivered, told next, under this pressure in thousandths: that over all channels, else that of its
    /// channel. Only where there is fatigue.
    UnderPressure(Message, u64),
    /// On its delivery the customer complained.
    Complained(Message),
    /// At an order the customer opted in to a channel.
    OptedIn(ChannelId),
}

/// What can only be said at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// Joined early enough to be counted in retention (R22).
    pub eligible: bool,
    /// Ordered in the retention window, or kept a contract in it.
    pub retained: bool,
    /// Ordered at all.
    pub ordered: bool,
    /// Had a message delivered.
    pub contacted: bool,
    /// Clicked or replied to a message.
    pub responded: bool,
    /// Is alive at the horizon.
    pub alive: bool,
    /// How likely it says that it is to recommend the firm, 0 to 10; none if it does not say.
    pub score: Option<u8>,
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
