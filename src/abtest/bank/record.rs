//! Watching one customer under one arm, and the sparse series that its events are kept in.

use super::{Contact, Deed, Streams};
use crate::engine::{Ending, Event, Message, Watch};
use crate::scenario::Seconds;
use crate::world::{CampaignId, ChannelId, Price, Strategy, Tables};

/// Not lost by the horizon. A horizon is at most a century, 3.2 × 10⁹ seconds.
pub(super) const NEVER: u32 = u32::MAX;

/// The high byte of a contact's code, above its tariff.
const SENT: u16 = 1 << 8;
const DELIVERED: u16 = 1 << 9;
const OPTED_OUT: u16 = 1 << 10;
const CLICKED: u16 = 1 << 11;
const REPLIED: u16 = 1 << 12;
const IN_WINDOW: u16 = 1 << 13;
const CONVERSATION: u16 = 1 << 14;
const TWICE: u16 = 1 << 15;

/// What a contact's code says.
pub(super) fn contact(after: u32, code: u16) -> Contact {
    let deed = match code & (CLICKED | REPLIED) {
        0 => Deed::Sent {
            delivered: code & DELIVERED != 0,
            opted_out: code & OPTED_OUT != 0,
            in_window: code & IN_WINDOW != 0,
            conversation: code & CONVERSATION != 0,
            twice: code & TWICE != 0,
        },
        CLICKED => Deed::Clicked,
        _ => Deed::Replied,
    };
    Contact { after, tariff: (code & 0xff) as u8, deed }
}

/// Where in a life exposure lies: its second, and how much of the life was told before it. What caused it, a click that
/// triggers a campaign, lies in that second and before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exposure {
    pub at: Seconds,
    orders: usize,
    contacts: usize,
}

/// Sees one customer under one arm.
pub(super) struct Recorder<'a> {
    exposing: &'a [bool],
    /// By step of the arm's strategy.
    tariffs: &'a [u8],
    /// The first run of a campaign that exposes, in this arm. Up to the first of any arm all arms are alike.
    pub exposed: Option<Exposure>,
    /// When, and for how much.
    orders: Vec<(Seconds, i64)>,
    contacts: Vec<(Seconds, u16)>,
    /// By contact: its message.
    messages: Vec<Message>,
    lost: Option<Seconds>,
}

impl<'a> Recorder<'a> {
    pub fn new(exposing: &'a [bool], tariffs: &'a [u8]) -> Self {
        Self {
            exposing,
            tariffs,
            exposed: None,
            orders: Vec::new(),
            contacts: Vec::new(),
            messages: Vec::new(),
            lost: None,
        }
    }

    /// Begins the next customer.
    pub fn begin(&mut self) {
        self.exposed = None;
        self.orders.clear();
        self.contacts.clear();
        self.messages.clear();
        self.lost = None;
    }

    /// Orders before exposure.
    pub fn before(&self, exposed: Exposure) -> impl Iterator<Item = (Seconds, i64)> {
        self.orders[..exposed.orders].iter().copied()
    }

    /// Keeps what happened from exposure on.
    pub fn keep(&self, exposed: Exposure, streams: &mut Streams) {
        let after = |at: Seconds| (at - exposed.at) as u32;
        let orders = &self.orders[exposed.orders..];
        streams.orders.close(orders.iter().map(|&(at, value)| (after(at), value)));
        let contacts = &self.contacts[exposed.contacts..];
        streams.contacts.close(contacts.iter().map(|&(at, code)| (after(at), code)));
        streams.lost.push(self.lost.map_or(NEVER, |at| after(at.max(exposed.at))));
    }
}

impl Watch for Recorder<'_> {
    #[inline]
    fn see(&mut self, at: Seconds, event: Event) {
        match event {
            Event::RunBegan(campaign) => {
                if self.exposed.is_none() && self.exposing[usize::from(campaign)] {
                    let (orders, contacts) = (self.orders.len(), self.contacts.len());
                    self.exposed = Some(Exposure { at, orders, contacts });
                }
            }
            Event::BilledInWindow(message) => self.mark(message, IN_WINDOW),
            Event::ConversationBegan(message) => self.mark(message, CONVERSATION),
            Event::Sent(message) => self.tell(at, SENT, message),
            Event::Duplicated(message) => self.mark(message, TWICE),
            Event::Delivered(message) => self.mark(message, DELIVERED),
            Event::OptedOut(message) => self.mark(message, OPTED_OUT),
            Event::Clicked(message) => self.tell(at, CLICKED, message),
            Event::Replied(message) => self.tell(at, REPLIED, message),
            Event::Ordered { value, .. } => self.orders.push((at, value)),
            Event::Lost => self.lost = Some(at),
            // A silent loss of the past.
            Event::Joined { alive, .. } => self.lost = (!alive).then_some(at),
            Event::Opened(_)
            | Event::Withheld(..)
            | Event::JourneyBegan(_)
            | Event::Hopped { .. }
            | Event::Bounced(_)
            | Event::Refused(..)
            | Event::Held(..)
            | Event::CartLeft(_)
            | Event::Renewed { .. }
            | Event::DeliveredTwice(_)
            | Event::SeenOpened(_)
            | Event::SeenClicked(_)
            | Event::UnderPressure(..)
            | Event::Complained(_)
            | Event::OptedIn(_)
            | Event::ContextLost { .. }
            | Event::CartFound(_) => {}
        }
    }

    fn end(&mut self, _: Ending) {}
}

impl Recorder<'_> {
    #[inline]
    fn tell(&mut self, at: Seconds, what: u16, message: Message) {
        self.contacts.push((at, what | u16::from(self.tariffs[usize::from(message.step)])));
        self.messages.push(message);
    }

    /// Marks what became of a message with its sending. Mostly it is told in the same breath; on a slow channel others may
    /// have been sent meanwhile.
    #[inline]
    fn mark(&mut self, message: Message, what: u16) {
        let mut told = self.contacts.iter_mut().zip(&self.messages).rev();
        if let Some(((_, code), _)) = told.find(|((_, code), of)| *code & SENT != 0 && **of == message) {
            *code |= what;
        }
    }
}

/// Events of many units, one unit after the other: seconds after exposure, and what.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series<T> {
    /// By unit: where its events end.
    ends: Vec<u64>,
    after: Vec<u32>,
    what: Vec<T>,
}

impl<T: Copy> Series<T> {
    /// The events of the next unit.
    fn close(&mut self, events: impl Iterator<Item = (u32, T)>) {
        for (after, what) in events {
            self.after.push(after);
            self.what.push(what);
        }
        self.ends.push(self.after.len() as u64);
    }

    /// The events of a unit, in order of time.
    pub fn of(&self, unit: usize) -> impl Iterator<Item = (u32, T)> {
        let from = unit.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        let range = from..self.ends[unit] as usize;
        self.after[range.clone()].iter().copied().zip(self.what[range].iter().copied())
    }

    /// Makes room for the events of these.
    pub fn reserve<'a>(&mut self, parts: impl Iterator<Item = &'a Self> + Clone)
    where
        T: 'a,
    {
        self.ends.reserve_exact(parts.clone().map(|part| part.ends.len()).sum());
        let events = parts.map(|part| part.after.len()).sum();
        self.after.reserve_exact(events);
        self.what.reserve_exact(events);
    }

    /// Adds units behind these.
    pub fn append(&mut self, more: Self) {
        let from = self.after.len() as u64;
        self.ends.extend(more.ends.iter().map(|end| from + end));
        self.after.extend(more.after);
        self.what.extend(more.what);
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.ends) + size_of_val(&*self.after) + size_of_val(&*self.what)
    }
}

/// The prices that the messages of some arms may have, each once.
#[derive(Clone, Debug)]
pub(super) struct Tariffs {
    /// A campaign and a channel whose messages are priced by it.
    all: Vec<(CampaignId, ChannelId)>,
    /// By arm and step.
    steps: Vec<Vec<u8>>,
}

impl Tariffs {
    /// The prices of some strategies' messages; none if there are more than a byte can tell apart.
    pub fn new<'s>(tables: &Tables, strategies: impl Iterator<Item = &'s Strategy>) -> Option<Self> {
        let mut tariffs = Self { all: Vec::new(), steps: Vec::new() };
        // What two campaigns have in common here is the same in every draw.
        let priced_by = |(campaign, channel): (CampaignId, ChannelId)| {
            let campaign = &tables.campaigns[usize::from(campaign)];
            (channel, campaign.units[usize::from(channel)], campaign.transactional, campaign.free_form)
        };
        for strategy in strategies {
            let mut steps = Vec::new();
            for (campaign, _, step) in strategy.steps() {
                let own = (campaign, step.channel);
                let known = tariffs.all.iter().position(|&other| priced_by(other) == priced_by(own));
                let tariff = known.unwrap_or(tariffs.all.len());
                if known.is_none() {
                    tariffs.all.push(own);
                }
                steps.push(u8::try_from(tariff).ok()?);
            }
            tariffs.steps.push(steps);
        }
        Some(tariffs)
    }

    /// The tariffs of an arm's steps.
    pub fn of(&self, arm: usize) -> &[u8] {
        &self.steps[arm]
    }
}

/// What turns events of one draw into money.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prices {
    /// By tariff.
    messages: Vec<Price>,
    /// By segment: gross margin ÷ revenue in parts per billion.
    margins: Vec<i64>,
}

impl Prices {
    pub fn new(tables: &Tables, tariffs: &Tariffs) -> Self {
        Self {
            messages: tariffs.all.iter().map(|&(campaign, channel)| tables.price(campaign, channel)).collect(),
            margins: tables.segments.iter().map(|segment| segment.margin).collect(),
        }
    }

    /// What a message costs, in nano-units of the currency.
    pub fn message(&self, contact: Contact) -> i128 {
        let price = &self.messages[usize::from(contact.tariff)];
        match contact.deed {
            Deed::Sent { delivered, twice, in_window, conversation, .. } if delivered || price.on_sent => {
                let copies = 1 + i128::from(twice);
                price.of(copies, i128::from(in_window) * copies, conversation.into())
            }
            _ => 0,
        }
    }

    /// Gross margin of a segment in parts per billion of revenue.
    pub fn margin(&self, segment: u32) -> i64 {
        self.margins[segment as usize]
    }
}
