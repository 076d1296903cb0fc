//! Policies: what a strategy keeps to whatever its plans say (R38 to R41).

use super::read::At;
use super::values::{Seconds, TimeOfDay};

/// The policies of a strategy; what is not written is not kept to.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Share of customers who get no marketing, 0 to 1.
    pub holdout: f64,
    /// When marketing is not sent.
    pub quiet_hours: Vec<QuietRule>,
    /// How much marketing is sent at the most, in the order of the file.
    pub caps: Vec<Cap>,
    /// What happens where campaigns meet.
    pub arbitration: Option<Arbitration>,
}

/// Hours in which marketing is not sent (R38).
#[derive(Clone, Debug)]
pub struct QuietRule {
    /// On these channels; empty = all.
    pub channels: Vec<At<String>>,
    /// The hours.
    pub hours: Hours,
    /// Whether what comes due waits; else it is skipped.
    pub hold: bool,
}

/// A stretch of each day in local time, half-open.
#[derive(Clone, Debug)]
pub struct Hours {
    /// From and until; none = the whole day. Where `until` is not later it lies on the next day.
    pub between: Option<(TimeOfDay, TimeOfDay)>,
    /// Days on which it begins, 0 = Monday to 6 = Sunday; empty = all.
    pub weekdays: Vec<i8>,
}

/// A frequency cap (R39).
#[derive(Clone, Debug)]
pub struct Cap {
    /// So many messages at the most, 1 or more
    pub messages: u64,
    /// within so many seconds (whole days for a calendar window).
    pub per: Seconds,
    /// Where the window lies.
    pub window: CapWindow,
    /// Messages on these channels, counted together; empty = all.
    pub channels: Vec<At<String>>,
    /// Whether transactional messages count; they are sent in any case.
    pub counts_transactional: bool,
    /// What happens to a message for which there is no room.
    pub then: Capped,
}

/// Where the window of a cap lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapWindow {
    /// The last so many seconds.
    Rolling,
    /// The customer's calendar day and the days before it.
    Calendar,
}

/// What happens to a message for which a cap has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capped {
    /// Its step is skipped.
    Skip,
    /// It waits until there is room.
    Hold,
    /// The run ends.
    End,
    /// Its step is skipped and the next one is due at once.
    NextChannel,
}

/// What happens where a campaign meets another of higher priority (R40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arbitration {
    /// How near they must be to meet, in seconds.
    pub window: Seconds,
    /// What happens to the lower one's step.
    pub then: GivesWay,
}

/// What happens to a step that gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivesWay {
    /// It is skipped.
    Skip,
    /// It waits.
    Hold,
    /// The run ends.
    End,
}
