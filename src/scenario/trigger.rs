//! Triggers: the occasions on which a campaign turns to a customer (R36).

use super::place::Place;
use super::read::At;
use super::values::{DAY, Date, Seconds, TimeOfDay};

/// When a campaign turns to a customer.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// By the calendar.
    Calendar(Calendar),
    /// When something happens to the customer.
    Event(TriggerEvent),
}

/// Instants that a calendar rule names.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The days.
    pub days: Days,
    /// Time of day.
    pub at: TimeOfDay,
    /// Of `days`, only those of these months (1 to 12); empty = all.
    pub months: Vec<i8>,
    /// How many at the most; none = until the tail.
    pub times: Option<u64>,
    /// IANA name of the zone whose date and time are meant; none = each segment's own.
    pub zone: Option<At<String>>,
    /// Seconds from the written date and time to the instant: negative = before.
    pub offset: Seconds,
}

/// The days of a calendar rule.
#[derive(Clone, Debug)]
pub enum Days {
    /// From `first` days after the start, every so many days.
    Every {
        /// Days between two.
        every: i64,
        /// Days from the start to the first.
        first: i64,
    },
    /// On days of the week (0 = Monday), from `first` days after the start on.
    Week {
        /// 0 = Monday to 6 = Sunday, ascending.
        weekdays: Vec<i8>,
        /// Days from the start to the first day that counts.
        first: i64,
    },
    /// On days of the month (1 to 31), from `first` days after the start on.
    Month {
        /// 1 to 31, ascending.
        days: Vec<i8>,
        /// Days from the start to the first day that counts.
        first: i64,
    },
    /// Once.
    On(Date),
}

/// Something that happens to a customer and triggers a campaign.
#[derive(Clone, Debug)]
pub enum TriggerEvent {
    /// It joins.
    Joined,
    /// It orders.
    Ordered,
    /// A journey leaves a cart behind.
    CartAbandoned,
    /// It has not ordered for so long, in seconds.
    Inactive(Seconds),
    /// It clicks a message.
    Clicked(Message),
    /// It replies to a message.
    Replied(Message),
}

/// Which messages are meant.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Only those of this campaign.
    pub campaign: Option<At<String>>,
    /// Only those on this channel.
    pub channel: Option<At<String>>,
}

/// Whether a customer may begin another run of a campaign (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reentry {
    /// At every trigger.
    Always,
    /// Only one run.
    Never,
    /// Not within so many seconds of the beginning of the last run.
    After(Seconds),
}

/// What a trigger does while an earlier run of the campaign is under way (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// A run begins beside it.
    Allow,
    /// No run begins.
    Skip,
    /// The earlier runs end, and a run begins.
    Replace,
}

impl Trigger {
    /// The calendar rule, if it is one.
    pub fn calendar(&self) -> Option<&Calendar> {
        match self {
            Self::Calendar(calendar) => Some(calendar),
            Self::Event(_) => None,
        }
    }
}

impl Days {
    /// Days from the start to the first day that may count.
    pub fn first(&self) -> i64 {
        match self {
            Self::Every { first, .. } | Self::Week { first, .. } | Self::Month { first, .. } => *first,
            Self::On(_) => 0,
        }
    }
}

impl Calendar {
    /// At least as many as come up in so many seconds.
    pub(super) fn most(&self, horizon: Seconds) -> f64 {
        let days = horizon as f64 / DAY as f64 + 1.0;
        let all = match &self.days {
            Days::Every { every, .. } => days / *every as f64 + 1.0,
            Days::Week { weekdays, .. } => (days / 7.0 + 1.0) * weekdays.len() as f64,
            Days::Month { days: of_month, .. } => (days / 28.0 + 1.0) * of_month.len() as f64,
            Days::On(_) => 1.0,
        };
        all.min(self.times.map_or(f64::INFINITY, |times| times as f64))
    }

    /// Where its zone is written, if it has one of its own.
    pub fn zone_at(&self) -> Option<Place> {
        self.zone.as_ref().map(|zone| zone.at)
    }
}
