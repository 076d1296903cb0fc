//! A life as one would tell it: what belongs together (a message and its delivery, a journey with its hops and its end)
//! is one moment.

use super::Contact;
use super::entry::{Because, Entry, JourneyCause, Kind};
use crate::engine::{Reason, Refusal};
use crate::scenario::{GoalEvent, Scenario, Seconds};

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
    /// A campaign came up, and no run began.
    Refused {
        /// Which one.
        campaign: &'w str,
        /// Why.
        why: Refusal,
    },
    /// A message was due.
    Message(Contact<'w>, Fate),
    /// A message was opened.
    Opened(Contact<'w>),
    /// A message was replied to.
    Replied(Contact<'w>),
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
    /// A message that was under way is delivered.
    Arrived {
        /// The message.
        contact: Contact<'w>,
        /// Whether the customer opted out because of it.
        opted_out: bool,
        /// Whether the customer complained about it.
        complained: bool,
    },
    /// A message was sent a second time.
    Duplicated(Contact<'w>),
    /// The firm sees a message opened: by the customer, if that is told in the same second, else by a machine.
    SeenOpened(Contact<'w>),
    /// The same of a click.
    SeenClicked(Contact<'w>),
    /// The customer kept its contract.
    Renewed {
        /// What it pays, in minor units of the currency.
        fee: i64,
    },
    /// The customer was lost.
    Lost {
        /// Whether the firm knows, and sends nothing any more.
        known: bool,
    },
    /// At an order the customer opted in to a channel.
    OptedIn {
        /// Which one.
        channel: &'w str,
    },
}

/// What became of a due message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was sent and got lost.
    Undelivered,
    /// It was sent, and is delivered later.
    UnderWay,
    /// It was sent and delivered.
    Delivered {
        /// Whether the customer opted out because of it.
        opted_out: bool,
        /// Whether the customer complained about it.
        complained: bool,
    },
    /// It was not sent.
    NotSent(Why),
    /// It has to wait.
    Held {
        /// Why.
        why: Reason,
        /// Until this second at least.
        until: Seconds,
    },
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The campaign's goal was met by this.
    GoalMet(GoalEvent),
    /// Earlier messages of the run had these responses.
    ConditionMet(Vec<&'static str>),
    /// Earlier messages of the run had none of these responses.
    ConditionNotMet(Vec<&'static str>),
    /// The customer opted out of the channel at this second.
    OptedOut(Seconds),
    /// For another reason, of which there is no more to say.
    Plain(Reason),
}

/// A journey from its first touch to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey<'w> {
    /// The channels of its touches.
    pub path: Vec<&'w str>,
    /// How it ended.
    pub end: End,
    /// Whether it left a cart behind.
    pub cart: bool,
    /// Which of its touches, from 0, it reached without context (R47).
    pub lost: Vec<usize>,
    /// At which of its touches it found a cart that was left earlier (R49).
    pub found: Option<usize>,
}

impl<'w> Journey<'w> {
    /// A journey from its first touch on, of which no more is known yet.
    fn from(first: Option<&'w str>) -> Self {
        Self { path: first.into_iter().collect(), end: End::Left, cart: false, lost: Vec::new(), found: None }
    }
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
            Self::Message(contact, _)
            | Self::Opened(contact)
            | Self::Replied(contact)
            | Self::Clicked(contact, _)
            | Self::Arrived { contact, .. }
            | Self::Duplicated(contact)
            | Self::SeenOpened(contact)
            | Self::SeenClicked(contact) => Some(*contact),
            _ => None,
        }
    }

    /// Whether it is about what the firm sends or does not send.
    pub(super) fn is_of_the_firm(&self) -> bool {
        self.contact().is_some() || matches!(self, Self::Refused { .. })
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
        let named = |what: &Self| match what {
            Self::Refused { campaign: name, .. } | Self::OptedIn { channel: name } => Some((*name).to_owned()),
            _ => None,
        };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.contact() == other.contact()
            && named(self) == named(other)
    }

    fn journey(&mut self) -> Option<&mut Journey<'w>> {
        match self {
            Self::Clicked(_, journey) | Self::Need(journey) => Some(journey),
            _ => None,
        }
    }
}

/// Tells a life from its events.
pub(super) fn moments<'w>(entries: &[Entry<'w>], known_loss: bool, scenario: &Scenario) -> Vec<Moment<'w>> {
    let mut moments: Vec<Moment<'w>> = Vec::new();
    let mut opt_outs: Vec<(&str, Seconds)> = Vec::new();
    // The moments of the last message and of the journey that is under way: what a click or an order sets off, such as a
    // run, may be told between.
    let (mut message, mut journey) = (0, 0);
    for entry in entries {
        let at = entry.at_seconds;
        let contact = entry.contact;
        if let (Kind::OptedOut, Some(contact)) = (entry.event, contact) {
            opt_outs.push((contact.channel, at));
        }
        if let Some(contact) = contact
            && arrives(&mut moments, at, entry.event, contact)
        {
            continue;
        }
        let here = moments.len();
        let mut own = moments.get_mut(journey).and_then(|moment| moment.what.journey());
        if goes_on(own.as_deref_mut(), entry) {
            continue;
        }
        let what = match (entry.event, contact) {
            // Who was there from the start does not join.
            (Kind::Joined, _) if at == 0 => continue,
            (Kind::Joined, _) => What::Joined { alive: entry.alive == Some(true) },
            (Kind::Lost, _) => What::Lost { known: known_loss },
            (Kind::Refused, _) => {
                let (Some(campaign), Some(Because::Run(why))) = (entry.campaign, entry.reason) else { continue };
                What::Refused { campaign, why }
            }
            (Kind::Sent, Some(contact)) => {
                message = here;
                What::Message(contact, Fate::Undelivered)
            }
            (Kind::NotSent, Some(contact)) => {
                What::Message(contact, Fate::NotSent(why(entry, contact, &opt_outs, scenario)))
            }
            (Kind::Held, Some(contact)) => {
                let Some(Because::Message(why)) = entry.reason else { continue };
                What::Message(contact, Fate::Held { why, until: entry.until_seconds.unwrap_or(at) })
            }
            (Kind::Opened, Some(contact)) => What::Opened(contact),
            (Kind::Replied, Some(contact)) => What::Replied(contact),
            (Kind::Clicked, Some(contact)) => {
                journey = here;
                What::Clicked(contact, Journey::from(None))
            }
            (Kind::Renewed, _) => What::Renewed { fee: entry.value_minor },
            (Kind::Duplicated, Some(contact)) => What::Duplicated(contact),
            (Kind::SeenOpened, Some(contact)) => What::SeenOpened(contact),
            (Kind::SeenClicked, Some(contact)) => What::SeenClicked(contact),
            (Kind::Delivered | Kind::OptedOut | Kind::Complained, _) => {
                if let Some(Moment { what: What::Message(_, fate), .. }) = moments.get_mut(message) {
                    let before = matches!(fate, Fate::Delivered { complained: true, .. });
                    *fate = Fate::Delivered {
                        opted_out: entry.event == Kind::OptedOut,
                        complained: before || entry.event == Kind::Complained,
                    };
                }
                continue;
            }
            (Kind::JourneyBegan, Some(_)) => {
                own.into_iter().for_each(|own| own.path.extend(entry.channel));
                continue;
            }
            (Kind::JourneyBegan, None) => {
                journey = here;
                What::Need(Journey::from(entry.channel))
            }
            (Kind::OptedIn, _) => What::OptedIn { channel: entry.channel.unwrap_or_default() },
            (Kind::Ordered, _) if entry.cause == Some(JourneyCause::Joining) => {
                What::FirstOrder { channel: entry.channel.unwrap_or_default(), value: entry.value_minor }
            }
            (Kind::Ordered, _) => {
                let end = End::Ordered { value: entry.value_minor, moved_from: entry.moved_from_seconds };
                own.into_iter().for_each(|own| own.end = end);
                continue;
            }
            // These were told already.
            (Kind::Hopped | Kind::Bounced | Kind::CartLeft | Kind::ContextLost | Kind::CartFound, _) => continue,
            // That a run began shows in its messages, and that a copy was delivered with its message; what is of a message has
            // a contact.
            (Kind::RunBegan | Kind::DeliveredTwice | Kind::BilledInWindow | Kind::ConversationBegan, _)
            | (
                Kind::Sent
                | Kind::NotSent
                | Kind::Held
                | Kind::Opened
                | Kind::Replied
                | Kind::Clicked
                | Kind::Duplicated
                | Kind::SeenOpened
                | Kind::SeenClicked,
                None,
            ) => {
                continue;
            }
        };
        moments.push(Moment { at, what });
    }
    moments
}

/// Tells a journey what becomes of it on its way; whether this is such an event.
fn goes_on<'w>(own: Option<&mut Journey<'w>>, entry: &Entry<'w>) -> bool {
    let own = own.into_iter();
    match entry.event {
        Kind::Hopped => own.for_each(|own| own.path.extend(entry.to_channel)),
        Kind::Bounced => own.for_each(|own| own.end = End::Bounced),
        Kind::CartLeft => own.for_each(|own| own.cart = true),
        Kind::ContextLost => own.for_each(|own| own.lost.push(own.path.len() - 1)),
        Kind::CartFound => own.for_each(|own| own.found = Some(own.path.len() - 1)),
        _ => return false,
    }
    true
}

/// Tells of a message that was sent before this second that it arrives, or that the customer opts out as it does; whether
/// this is such an event.
fn arrives<'w>(moments: &mut Vec<Moment<'w>>, at: Seconds, event: Kind, contact: Contact<'w>) -> bool {
    match event {
        Kind::Delivered => {
            let sent = moments.iter_mut().rev().find_map(|moment| match &mut moment.what {
                What::Message(own, fate @ Fate::Undelivered) if *own == contact && moment.at < at => Some(fate),
                _ => None,
            });
            let late = sent.map(|fate| *fate = Fate::UnderWay).is_some();
            if late {
                moments.push(Moment { at, what: What::Arrived { contact, opted_out: false, complained: false } });
            }
            late
        }
        Kind::Complained => match moments.last_mut() {
            Some(Moment { what: What::Arrived { contact: own, complained, .. }, .. }) if *own == contact => {
                *complained = true;
                true
            }
            _ => false,
        },
        Kind::OptedOut => match moments.last_mut() {
            Some(Moment { what: What::Arrived { contact: own, opted_out, .. }, .. }) if *own == contact => {
                *opted_out = true;
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn why(entry: &Entry, contact: Contact, opt_outs: &[(&str, Seconds)], scenario: &Scenario) -> Why {
    let reason = if let Some(Because::Message(reason)) = entry.reason { reason } else { Reason::TooLate };
    match reason {
        Reason::GoalMet => {
            let campaign = scenario.campaigns.iter().find(|campaign| campaign.name == contact.campaign);
            let goal = campaign.and_then(|campaign| campaign.goal.as_ref());
            goal.map_or(Why::Plain(reason), |goal| Why::GoalMet(goal.event))
        }
        Reason::ConditionMet => Why::ConditionMet(entry.condition.clone()),
        Reason::ConditionNotMet => Why::ConditionNotMet(entry.condition.clone()),
        Reason::OptedOut => {
            let since = opt_outs.iter().rfind(|(of, _)| *of == contact.channel);
            Why::OptedOut(since.map_or(entry.at_seconds, |&(_, at)| at))
        }
        _ => Why::Plain(reason),
    }
}
