//! Policies as the engine asks them: by channel, in seconds of the local day (R38 to R40).

use super::ChannelId;
use super::tables::bits;
use super::wall::Wall;
use crate::luck::Threshold;
use crate::scenario::{self, Arbitration, CapWindow, Capped, DAY, Hours, Scenario, Seconds};

/// What a strategy keeps to whatever its plans say.
#[derive(Clone, Debug, PartialEq)]
pub struct Policies {
    /// Share of customers who get no marketing, as a threshold.
    pub holdout: Threshold,
    /// By channel: when marketing is not sent on it.
    pub quiet: Vec<Quiet>,
    /// How much marketing is sent at the most, in the order of the file.
    pub caps: Vec<Cap>,
    /// What happens where campaigns meet.
    pub arbitration: Option<Arbitration>,
}

/// When marketing is not sent on a channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quiet {
    rules: Vec<QuietRule>,
    /// Local seconds of the day at which anything may change, ascending.
    edges: Vec<Seconds>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct QuietRule {
    stretch: Stretch,
    /// Quiet within the stretch; else outside it.
    within: bool,
    hold: bool,
}

/// A stretch of local days.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    from: Seconds,
    /// Above `from`; beyond midnight it ends on the next day.
    until: Seconds,
    /// Days of the week on which it begins, as bits; bit 0 = Monday.
    weekdays: u8,
}

/// What quiet hours do to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hush {
    /// It is not sent.
    Skip,
    /// It waits until this instant.
    Hold(Seconds),
}

/// A frequency cap (R39).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cap {
    /// So many messages at the most
    pub messages: usize,
    /// within so many seconds.
    pub per: Seconds,
    /// Whether the window is whole local days.
    pub calendar: bool,
    /// Messages on these channels, as bits.
    pub channels: u64,
    /// Whether transactional messages count.
    pub counts_transactional: bool,
    /// What happens to a message for which there is no room.
    pub then: Capped,
}

impl Policies {
    /// Compiles what a strategy says, and what the law says of the scenario's channels.
    pub(super) fn new(scenario: &Scenario, policies: &scenario::Policies) -> Self {
        let quiet = (0..scenario.channels.len()).map(|channel| Quiet::new(scenario, policies, channel as ChannelId));
        let caps = policies.caps.iter().map(|cap| Cap {
            messages: cap.messages as usize,
            per: cap.per,
            calendar: cap.window == CapWindow::Calendar,
            channels: any_or(scenario, &cap.channels),
            counts_transactional: cap.counts_transactional,
            then: cap.then,
        });
        Self {
            holdout: Threshold::new(policies.holdout),
            quiet: quiet.collect(),
            caps: caps.collect(),
            arbitration: policies.arbitration,
        }
    }
}

fn any_or(scenario: &Scenario, channels: &[scenario::At<String>]) -> u64 {
    if channels.is_empty() { u64::MAX } else { bits(scenario, channels) }
}

impl Quiet {
    fn new(scenario: &Scenario, policies: &scenario::Policies, channel: ChannelId) -> Self {
        let rules = policies.quiet_hours.iter().filter(|rule| any_or(scenario, &rule.channels) >> channel & 1 == 1);
        let mut rules: Vec<QuietRule> =
            rules.map(|rule| QuietRule { stretch: Stretch::new(&rule.hours), within: true, hold: rule.hold }).collect();
        let legal = scenario.channels[usize::from(channel)].contact.as_ref();
        if let Some(legal) = legal.and_then(|contact| contact.legal_hours.as_ref()) {
            rules.push(QuietRule { stretch: Stretch::new(legal), within: false, hold: true });
        }
        // Days of the week change at midnight.
        let mut edges: Vec<Seconds> =
            rules.iter().flat_map(|rule| [rule.stretch.from, rule.stretch.until % DAY, 0]).collect();
        edges.sort_unstable();
        edges.dedup();
        Self { rules, edges }
    }

    /// Whether it is never quiet.
    pub fn is_never(&self) -> bool {
        self.rules.is_empty()
    }

    /// What becomes of a message at an instant; none = it is not quiet.
    pub fn hush(&self, wall: &Wall, at: Seconds) -> Option<Hush> {
        let mut now = self.rules.iter().filter(|rule| rule.holds(wall, at));
        let first = now.next()?;
        if !first.hold || now.any(|rule| !rule.hold) {
            return Some(Hush::Skip);
        }
        let held = |at| self.rules.iter().any(|rule| rule.hold && rule.holds(wall, at));
        let mut until = at;
        // Rules repeat from week to week; what is still quiet after two of them is quiet for ever.
        while held(until) {
            if until > at + 15 * DAY {
                return Some(Hush::Hold(Seconds::MAX / 16));
            }
            until = self.next_edge(wall, until);
        }
        Some(Hush::Hold(until))
    }

    /// The first instant after this one at which anything may change: an edge of a rule, or the clocks.
    fn next_edge(&self, wall: &Wall, at: Seconds) -> Seconds {
        let local = wall.local(at);
        let second = local.rem_euclid(DAY);
        let next = self.edges.iter().find(|&&edge| edge > second).copied();
        let next = next.or_else(|| self.edges.first().map(|edge| edge + DAY)).unwrap_or(second + DAY);
        let edge = at + (next - second);
        wall.next_change(at).map_or(edge, |change| change.min(edge))
    }
}

impl QuietRule {
    fn holds(&self, wall: &Wall, at: Seconds) -> bool {
        self.stretch.holds(wall, at) == self.within
    }
}

impl Stretch {
    fn new(hours: &Hours) -> Self {
        let (from, until) =
            hours.between.map_or((0, DAY), |(from, until)| (from.since_midnight(), until.since_midnight()));
        let all = 0b111_1111;
        let weekdays = hours.weekdays.iter().fold(0, |bits, day| bits | 1 << day);
        Self {
            from,
            until: if until > from { until } else { until + DAY },
            weekdays: if weekdays == 0 { all } else { weekdays },
        }
    }

    fn holds(&self, wall: &Wall, at: Seconds) -> bool {
        let (day, second) = wall.day(at);
        let begins = |back: i64| self.weekdays >> wall.weekday(day - back) & 1 == 1;
        ((self.from..self.until).contains(&second) && begins(0))
            || ((self.from..self.until).contains(&(second + DAY)) && begins(1))
    }
}
