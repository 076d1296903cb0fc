//! An event with names instead of numbers: one entry of a JSON answer, one row of an event log.

use jiff::civil::DateTime;
use serde::Serialize;

use super::contact::Contacts;
use super::{Contact, Customers, Record};
use crate::engine::{Cause, Event, Message, Reason, Refusal};
use crate::scenario::Seconds;
use crate::tally::{reason_word, refusal_word};
use crate::world::{ChannelId, Clock};

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The customer is the firm's from now on.
    Joined,
    /// A campaign came up and a run of its plan began.
    RunBegan,
    /// A campaign came up, and no run began.
    Refused,
    /// A message was sent.
    Sent,
    /// It was delivered.
    Delivered,
    /// It was opened.
    Opened,
    /// It was clicked.
    Clicked,
    /// It was replied to.
    Replied,
    /// On its delivery the customer opted out of the channel.
    OptedOut,
    /// A due message was not sent.
    NotSent,
    /// A due message was made to wait.
    Held,
    /// A journey began.
    JourneyBegan,
    /// It hopped.
    Hopped,
    /// It ended at its first touch without an order.
    Bounced,
    /// It ended without an order and left a cart behind.
    CartLeft,
    /// A hop lost the context.
    ContextLost,
    /// A journey came to a channel that knows of a cart left earlier.
    CartFound,
    /// The customer ordered.
    Ordered,
    /// The customer was lost.
    Lost,
    /// The message just before is billed within the window that a reply opened (R55).
    BilledInWindow,
    /// The message just before is billed and begins a conversation (R55).
    ConversationBegan,
    /// The customer kept its contract.
    Renewed,
    /// A message was sent a second time.
    Duplicated,
    /// The second copy was delivered.
    DeliveredTwice,
    /// The firm saw that a message was opened, where that is not what happened.
    SeenOpened,
    /// The firm saw that it was clicked, where that is not what happened.
    SeenClicked,
    /// On its delivery the customer complained.
    Complained,
    /// At an order the customer opted in to a channel.
    OptedIn,
}

impl Kind {
    /// Its name in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::RunBegan => "run_began",
            Self::Refused => "refused",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Replied => "replied",
            Self::OptedOut => "opted_out",
            Self::NotSent => "not_sent",
            Self::Held => "held",
            Self::JourneyBegan => "journey_began",
            Self::Hopped => "hopped",
            Self::Bounced => "bounced",
            Self::CartLeft => "cart_left",
            Self::ContextLost => "context_lost",
            Self::CartFound => "cart_found",
            Self::Ordered => "ordered",
            Self::Lost => "lost",
            Self::BilledInWindow => "billed_in_window",
            Self::ConversationBegan => "conversation_began",
            Self::Renewed => "renewed",
            Self::Duplicated => "duplicated",
            Self::DeliveredTwice => "delivered_twice",
            Self::SeenOpened => "seen_opened",
            Self::SeenClicked => "seen_clicked",
            Self::Complained => "complained",
            Self::OptedIn => "opted_in",
        }
    }
}

/// Why something that was due did not happen, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Why a message was not sent, or made to wait.
    Message(Reason),
    /// Why no run began.
    Run(Refusal),
}

impl Because {
    /// Its name in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message(reason) => reason_word(reason),
            Self::Run(refusal) => refusal_word(refusal),
        }
    }
}

impl Serialize for Because {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What opened a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JourneyCause {
    /// A natural need.
    Need,
    /// A click.
    Contact,
    /// Joining (an order without a journey).
    Joining,
}

impl JourneyCause {
    /// Its name in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Contact => "contact",
            Self::Joining => "joining",
        }
    }
}

/// An event of a customer's life. What does not belong to its kind is none, and left out of JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry<'w> {
    /// Seconds since the start.
    pub at_seconds: Seconds,
    /// What the clock on the customer's wall says.
    #[serde(serialize_with = "in_words")]
    pub local_time: DateTime,
    /// What happened.
    pub event: Kind,
    /// The campaign of the message, of the run, or of the message that opened the journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<&'w str>,
    /// When that campaign came up, in seconds since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_at_seconds: Option<Seconds>,
    /// Place of the message in the strategy's plan, from 1; a fallback has that of the step that it stands in for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Whether it stands in for a message that could not be delivered; left out unless true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    /// 1 for the first message of the run on its channel, 2 for the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<u32>,
    /// The channel of a message (also in the journey that it opened).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_channel: Option<&'w str>,
    /// Where it happened: the message's channel, or the touch of a journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<&'w str>,
    /// Where a hop led.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_channel: Option<&'w str>,
    /// Why a due message was not sent or had to wait, or why no run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Because>,
    /// Which responses made it unnecessary, or which of those that it needs had not come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition: Vec<&'static str>,
    /// Until when it waits at least, in seconds since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_seconds: Option<Seconds>,
    /// What opened a journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<JourneyCause>,
    /// Value of the order, or what a renewal pays, in units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When the natural order was due that this one only moved forward (R16), in seconds since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from_seconds: Option<Seconds>,
    /// What the message cost in units of the currency, at the event that is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Whether the customer was alive when it joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alive: Option<bool>,
    /// Channels to which it had opted in when it joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opted_in: Option<Vec<&'w str>>,
    /// Pressure under which the message was delivered (R43).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pressure: Option<f64>,
    #[serde(skip)]
    pub(super) contact: Option<Contact<'w>>,
    /// In minor units.
    #[serde(skip)]
    pub(super) value_minor: i64,
}

fn in_words<S: serde::Serializer>(time: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// The events of a life with their names.
pub(super) fn entries<'w>(
    customers: &Customers<'w>,
    strategy: usize,
    clock: &Clock,
    record: &Record,
) -> Vec<Entry<'w>> {
    let contacts = Contacts::new(customers.world, strategy);
    let mut namer = Namer { customers, clock, contacts, opener: None, clicked: None, pressure: None };
    let mut entries: Vec<Entry<'w>> = Vec::with_capacity(record.events.len());
    for &(at, event) in &record.events {
        // It is told with the delivery, which comes next.
        if let Event::UnderPressure(_, thousandths) = event {
            namer.pressure = Some(thousandths as f64 / 1000.0);
            continue;
        }
        let entry = namer.entry(at, event);
        // In a window the price is another one than that outside.
        if let (Kind::BilledInWindow, Some(billed)) = (entry.event, entries.last_mut()) {
            billed.cost = None;
        }
        entries.push(entry);
    }
    entries
}

struct Namer<'a, 'w> {
    customers: &'a Customers<'w>,
    clock: &'a Clock,
    contacts: Contacts<'w>,
    /// The message that opened the journey that is under way; none for a natural one.
    opener: Option<Message>,
    /// The message that was just clicked: the journey that begins next is the one that it opens.
    clicked: Option<Message>,
    /// Under which the message that is told next was delivered.
    pressure: Option<f64>,
}

impl<'w> Namer<'_, 'w> {
    fn entry(&mut self, at: Seconds, event: Event) -> Entry<'w> {
        self.contacts.learn(at, event);
        let mut entry = self.blank(at);
        match event {
            Event::Joined { alive, opted_in } => {
                entry.event = Kind::Joined;
                entry.alive = Some(alive);
                let names = self.customers.world.channels.iter().enumerate();
                let opted_in = names.filter(|(index, _)| opted_in >> index & 1 == 1);
                entry.opted_in = Some(opted_in.map(|(_, channel)| channel.name.as_str()).collect());
            }
            Event::RunBegan(campaign) => {
                entry.event = Kind::RunBegan;
                entry.campaign = Some(&self.customers.world.campaigns[usize::from(campaign)]);
                entry.run_at_seconds = Some(at);
            }
            Event::Refused(campaign, refusal) => {
                entry.event = Kind::Refused;
                entry.campaign = Some(&self.customers.world.campaigns[usize::from(campaign)]);
                entry.run_at_seconds = Some(at);
                entry.reason = Some(Because::Run(refusal));
            }
            Event::Sent(message) => self.of_message(&mut entry, Kind::Sent, message),
            Event::Delivered(message) => {
                entry.pressure = self.pressure.take();
                self.of_message(&mut entry, Kind::Delivered, message);
            }
            Event::Opened(message) => self.of_message(&mut entry, Kind::Opened, message),
            Event::Clicked(message) => {
                self.clicked = Some(message);
                self.of_message(&mut entry, Kind::Clicked, message);
            }
            Event::Replied(message) => self.of_message(&mut entry, Kind::Replied, message),
            Event::OptedOut(message) => self.of_message(&mut entry, Kind::OptedOut, message),
            Event::Withheld(message, reason) => {
                self.of_message(&mut entry, Kind::NotSent, message);
                entry.reason = Some(Because::Message(reason));
                entry.condition = self.contacts.condition(message, reason);
            }
            Event::Held(message, reason, until) => {
                self.of_message(&mut entry, Kind::Held, message);
                entry.reason = Some(Because::Message(reason));
                entry.until_seconds = Some(until);
            }
            Event::JourneyBegan(channel) => {
                self.opener = self.clicked.take();
                self.of_journey(&mut entry, Kind::JourneyBegan, channel);
            }
            Event::Hopped { from, to } => {
                self.of_journey(&mut entry, Kind::Hopped, from);
                entry.to_channel = Some(self.channel(to));
            }
            Event::Bounced(channel) => self.of_journey(&mut entry, Kind::Bounced, channel),
            Event::CartLeft(channel) => self.of_journey(&mut entry, Kind::CartLeft, channel),
            Event::ContextLost { from, to } => {
                self.of_journey(&mut entry, Kind::ContextLost, from);
                entry.to_channel = Some(self.channel(to));
            }
            Event::CartFound(channel) => self.of_journey(&mut entry, Kind::CartFound, channel),
            Event::Ordered { channel, value, cause } => {
                if cause == Cause::First {
                    self.opener = None;
                }
                self.of_journey(&mut entry, Kind::Ordered, channel);
                entry.value_minor = value;
                entry.value = Some(value as f64 / self.customers.world.currency.minor());
                match cause {
                    Cause::First => entry.cause = Some(JourneyCause::Joining),
                    Cause::Contact { displaced, .. } => entry.moved_from_seconds = displaced,
                    Cause::Need => {}
                }
            }
            Event::BilledInWindow(message) => self.of_message(&mut entry, Kind::BilledInWindow, message),
            Event::ConversationBegan(message) => self.of_message(&mut entry, Kind::ConversationBegan, message),
            Event::Renewed { fee } => {
                entry.event = Kind::Renewed;
                entry.value_minor = fee;
                entry.value = Some(fee as f64 / self.customers.world.currency.minor());
            }
            Event::Duplicated(message) => self.of_message(&mut entry, Kind::Duplicated, message),
            Event::DeliveredTwice(message) => self.of_message(&mut entry, Kind::DeliveredTwice, message),
            Event::SeenOpened(message) => self.of_message(&mut entry, Kind::SeenOpened, message),
            Event::SeenClicked(message) => self.of_message(&mut entry, Kind::SeenClicked, message),
            Event::Lost | Event::UnderPressure(..) => entry.event = Kind::Lost,
            Event::Complained(message) => self.of_message(&mut entry, Kind::Complained, message),
            Event::OptedIn(channel) => {
                entry.event = Kind::OptedIn;
                entry.channel = Some(self.channel(channel));
            }
        }
        entry
    }

    fn of_message(&self, entry: &mut Entry<'w>, kind: Kind, message: Message) {
        let contact = self.contacts.of(message);
        entry.event = kind;
        entry.set_contact(contact);
        entry.channel = Some(contact.channel);
        let price = self.contacts.price(&self.customers.tables, message);
        let nano = match kind {
            Kind::Sent | Kind::Duplicated => price.filter(|price| price.on_sent).map(|price| price.message),
            Kind::Delivered | Kind::DeliveredTwice => price.filter(|price| !price.on_sent).map(|price| price.message),
            Kind::BilledInWindow => price.map(|price| price.in_window),
            Kind::ConversationBegan => price.map(|price| price.conversation),
            _ => None,
        };
        entry.cost = nano.map(|nano| nano as f64 / 1e9);
    }

    fn of_journey(&self, entry: &mut Entry<'w>, kind: Kind, channel: ChannelId) {
        entry.event = kind;
        entry.channel = Some(self.channel(channel));
        entry.cause = Some(if self.opener.is_some() { JourneyCause::Contact } else { JourneyCause::Need });
        if let Some(message) = self.opener {
            entry.set_contact(self.contacts.of(message));
        }
    }

    fn channel(&self, channel: ChannelId) -> &'w str {
        &self.customers.world.channels[usize::from(channel)].name
    }

    fn blank(&self, at: Seconds) -> Entry<'w> {
        Entry {
            at_seconds: at,
            local_time: self.clock.local(at),
            event: Kind::Lost,
            campaign: None,
            run_at_seconds: None,
            step: None,
            fallback: false,
            send: None,
            message_channel: None,
            channel: None,
            to_channel: None,
            reason: None,
            condition: Vec::new(),
            until_seconds: None,
            cause: None,
            value: None,
            moved_from_seconds: None,
            cost: None,
            alive: None,
            opted_in: None,
            pressure: None,
            contact: None,
            value_minor: 0,
        }
    }
}

impl<'w> Entry<'w> {
    fn set_contact(&mut self, contact: Contact<'w>) {
        self.campaign = Some(contact.campaign);
        self.run_at_seconds = Some(contact.run_at);
        self.step = Some(contact.step);
        self.fallback = contact.fallback;
        self.send = Some(contact.send);
        self.message_channel = Some(contact.channel);
        self.contact = Some(contact);
    }
}
