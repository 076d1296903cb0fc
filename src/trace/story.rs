//! A life as one would tell it: what belongs together (a message and its delivery, a journey with its hops and its end)
//! is one moment.

use super::Contact;
use super::entry::{Entry, JourneyCause, Kind, NotSent};
use crate::scenario::Seconds;

/// Something worth a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment<'w> {
    /// Seconds since the start.
    pub at: Seconds,
    /// What happened.
    pub what: What<'w>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What<'w> {
    /// The customer is the firm's from now on.
    Joined {
        /// Whether it was alive.
        alive: bool,
    },
    /// A message was due.
    Message(Contact<'w>, Fate),
    /// A message was opened.
    Opened(Contact<'w>),
    /// A message was clicked, and what came of it.
    Clicked(Contact<'w>, Journey<'w>),
    /// A natural need, and what came of it.
    Need(Journey<'w>),
    /// The order with which the customer joined, in minor units.
    FirstOrder {
        /// Where.
        channel: &'w str,
        /// In minor units of the currency.
        value: i64,
    },
    /// The customer was lost.
    Lost {
        /// Whether the firm knows, and sends nothing any more.
        known: bool,
    },
}

/// What became of a due message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was sent and got lost.
    Undelivered,
    /// It was sent and delivered.
    Delivered {
        /// Whether the customer opted out because of it.
        opted_out: bool,
    },
    /// It was not sent.
    NotSent(Why),
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The customer had ordered, which was the campaign's goal.
    GoalMet,
    /// An earlier message of the run had this response.
    Response(&'static str),
    /// The customer never opted in.
    NotOptedIn,
    /// The customer opted out of the channel at this second.
    OptedOut(Seconds),
}

/// A journey from its first touch to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey<'w> {
    /// The channels of its touches.
    pub path: Vec<&'w str>,
    /// How it ended.
    pub end: End,
}

/// How a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Without an order, after hops.
    Left,
    /// Without an order, at its first touch.
    Bounced,
    /// With an order.
    Ordered {
        /// In minor units of the currency.
        value: i64,
        /// When the natural order was due that it only moved forward (R16).
        moved_from: Option<Seconds>,
    },
}

impl<'w> What<'w> {
    /// The contact that it belongs to.
    pub fn contact(&self) -> Option<Contact<'w>> {
        match self {
            Self::Message(contact, _) | Self::Opened(contact) | Self::Clicked(contact, _) => Some(*contact),
            _ => None,
        }
    }

    /// What the customer ordered by it, in minor units.
    pub fn order(&self) -> Option<i64> {
        match self {
            Self::Clicked(_, Journey { end: End::Ordered { value, .. }, .. })
            | Self::Need(Journey { end: End::Ordered { value, .. }, .. })
            | Self::FirstOrder { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// Whether two are the same thing that happens: the same address, whatever comes of it.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.contact() == other.contact()
    }
}

/// Tells a life from its events.
pub(super) fn moments<'w>(entries: &[Entry<'w>], known_loss: bool) -> Vec<Moment<'w>> {
    let mut moments: Vec<Moment<'w>> = Vec::new();
    let mut opt_outs: Vec<(&str, Seconds)> = Vec::new();
    for entry in entries {
        let at = entry.at_seconds;
        let contact = entry.contact;
        if let (Kind::OptedOut, Some(contact)) = (entry.event, contact) {
            opt_outs.push((contact.channel, at));
        }
        let last = moments.last_mut().map(|moment| &mut moment.what);
        let what = match (entry.event, contact, last) {
            // Who was there from the start does not join.
            (Kind::Joined, ..) if at == 0 => continue,
            (Kind::Joined, ..) => What::Joined { alive: entry.alive == Some(true) },
            (Kind::Lost, ..) => What::Lost { known: known_loss },
            (Kind::Sent, Some(contact), _) => What::Message(contact, Fate::Undelivered),
            (Kind::NotSent, Some(contact), _) => {
                What::Message(contact, Fate::NotSent(why(entry, contact.channel, &opt_outs)))
            }
            (Kind::Opened, Some(contact), _) => What::Opened(contact),
            // Followed at once by the journey that it opens.
            (Kind::Clicked, Some(contact), _) => What::Clicked(contact, Journey { path: Vec::new(), end: End::Left }),
            (Kind::Delivered, _, Some(What::Message(_, fate))) => {
                *fate = Fate::Delivered { opted_out: false };
                continue;
            }
            (Kind::OptedOut, _, Some(What::Message(_, fate))) => {
                *fate = Fate::Delivered { opted_out: true };
                continue;
            }
            (Kind::JourneyBegan, Some(_), Some(What::Clicked(_, journey))) => {
                journey.path.extend(entry.channel);
                continue;
            }
            (Kind::JourneyBegan, ..) => {
                What::Need(Journey { path: entry.channel.into_iter().collect(), end: End::Left })
            }
            (Kind::Hopped, _, Some(What::Clicked(_, journey) | What::Need(journey))) => {
                journey.path.extend(entry.to_channel);
                continue;
            }
            (Kind::Bounced, _, Some(What::Clicked(_, journey) | What::Need(journey))) => {
                journey.end = End::Bounced;
                continue;
            }
            (Kind::Ordered, ..) if entry.cause == Some(JourneyCause::Joining) => {
                What::FirstOrder { channel: entry.channel.unwrap_or_default(), value: entry.value_minor }
            }
            (Kind::Ordered, _, Some(What::Clicked(_, journey) | What::Need(journey))) => {
                journey.end = End::Ordered { value: entry.value_minor, moved_from: entry.moved_from_seconds };
                continue;
            }
            // That a run began shows in its messages.
            _ => continue,
        };
        moments.push(Moment { at, what });
    }
    moments
}

fn why(entry: &Entry, channel: &str, opt_outs: &[(&str, Seconds)]) -> Why {
    match entry.reason {
        Some(NotSent::GoalMet) => Why::GoalMet,
        Some(NotSent::ConditionMet) => Why::Response(entry.condition.unwrap_or_default()),
        Some(NotSent::OptedOut) => {
            let since = opt_outs.iter().find(|(of, _)| *of == channel);
            Why::OptedOut(since.map_or(entry.at_seconds, |&(_, at)| at))
        }
        Some(NotSent::NotOptedIn) | None => Why::NotOptedIn,
    }
}
