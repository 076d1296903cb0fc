//! A customer's events in order of time: needs, triggers, due steps, and what contacts lead to.

use super::context::Cart;
use super::conversations::Until;
use super::journeys::{self, Outcome};
use super::known::Deed;
use super::pressure::Strain;
use super::purpose;
use super::start::{Need, Start};
use super::watch::{Cause, Ending, Event, Message, Reason, Watch};
use crate::luck::{Luck, Threshold};
use crate::scenario::{Response, Seconds};
use crate::world::{
    CampaignId, ChannelId, Dropout, Occurrence, On, SegmentTable, Step, StepId, Strategy, Tables, World,
};

/// Kinds of events, in the order in which they happen within one second (R6).
pub(super) mod kind {
    /// A message is delivered that was under way.
    pub const DELIVERED: i64 = 0;
    /// A machine opens a message.
    pub const MACHINE_OPENED: i64 = 1;
    /// A scanner clicks a message.
    pub const SCANNER_CLICKED: i64 = 2;
    /// A message is opened.
    pub const OPENED: i64 = 3;
    /// A message is clicked.
    pub const CLICKED: i64 = 4;
    /// A message is replied to.
    pub const REPLIED: i64 = 5;
    /// A natural need.
    pub const NEED: i64 = 6;
    /// A contract is renewed or given up.
    pub const RENEWAL: i64 = 7;
    /// A step of a run is due.
    pub const STEP: i64 = 8;
    /// A campaign comes up by the calendar.
    pub const TRIGGER: i64 = 9;
    /// A customer may have become inactive.
    pub const INACTIVE: i64 = 10;
    /// Room for the kinds.
    pub const KINDS: i64 = 16;
}

/// Time and kind in one number, so that the next event is the least key.
#[inline(always)]
pub(super) const fn key(at: Seconds, kind: i64) -> i64 {
    at * kind::KINDS + kind
}

/// After every event.
pub(super) const NEVER: i64 = i64::MAX;

/// An event that lies ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub key: i64,
    /// Address of the contact or run: decides ties (R6).
    pub luck: Luck,
    /// The contact's message, or the one that is due; of inactivity the campaign, in place of a run.
    pub message: Message,
}

impl Pending {
    /// Its instant.
    #[inline(always)]
    pub const fn at(&self) -> Seconds {
        self.key.div_euclid(kind::KINDS)
    }
}

/// One customer's passage through one plan for one trigger (R18).
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub luck: Luck,
    /// The trigger.
    pub began: Seconds,
    /// The last message sent in this run, else when its clock began.
    pub last_sent: Seconds,
    /// When the step was due that waits or is examined.
    pub due: Seconds,
    /// Places of steps that were sent, as bits.
    pub sent: u64,
    /// Places of steps that lie ahead and have an instant, as bits; a run whose are 0 is over.
    pub waiting: u64,
    /// Places of steps for which it has ended, as bits: their channels knew why one before them ended it (R48).
    pub over: u64,
    /// What the customer had [done](Scratch::heard) when the run began.
    pub heard_before: u32,
    pub campaign: CampaignId,
    /// Steps below this place were examined, or are none of the customer's.
    pub begun: u8,
    /// Responses to contacts of this run, as [bits](crate::world::Step::bit).
    pub responses: u8,
}

/// A message that was sent; kept where a rule asks for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub at: Seconds,
    pub run: u32,
    pub step: StepId,
    pub channel: ChannelId,
    pub responded: bool,
}

/// Room that is used again for the next customer, so that playing one allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) pending: Vec<Pending>,
    pub(super) runs: Vec<Run>,
    pub(super) consumed: Vec<u64>,
    /// What the customer did that ends runs; only what ends any.
    pub(super) heard: Vec<Deed>,
    /// Responses to messages of runs, by the run's address; kept where not every channel knows of them at once.
    pub(super) told: Vec<(Luck, Deed)>,
    pub(super) sent: Vec<Sent>,
    /// Messages of which the firm has seen more than their sending, and what; only where it does not see what happens.
    pub(super) seen: Vec<(Luck, u8)>,
    /// By channel: messages sent, and those of them that were responded to; kept where a rule asks for it.
    pub(super) tried: Vec<[u32; 2]>,
    /// Steps that are due beyond the horizon.
    pub(super) late: Vec<Pending>,
    /// By channel; empty where nothing is asked of windows and conversations.
    pub(super) until: Vec<Until>,
    pub(super) strain: Strain,
}

/// Plays one customer from its start to the horizon under one strategy.
pub fn play<W: Watch>(
    world: &World,
    tables: &Tables,
    strategy: &Strategy,
    start: &Start,
    scratch: &mut Scratch,
    watch: &mut W,
) {
    scratch.pending.clear();
    scratch.runs.clear();
    scratch.consumed.clear();
    scratch.heard.clear();
    scratch.told.clear();
    scratch.sent.clear();
    scratch.seen.clear();
    if strategy.asks_for_sends {
        scratch.tried.clear();
        scratch.tried.resize(world.channels.len(), [0; 2]);
    }
    scratch.late.clear();
    scratch.until.clear();
    if world.has_conversations {
        scratch.until.resize(world.channels.len(), Until::NOTHING);
    }
    if strategy.plain {
        Player::<W, true>::play(world, tables, strategy, start, scratch, watch);
    } else {
        scratch.strain.clear(world.channels.len());
        Player::<W, false>::play(world, tables, strategy, start, scratch, watch);
    }
}

/// One customer on its way. Where the strategy is [plain](Strategy::plain), what only other strategies use is not compiled
/// in: at tens of nanoseconds a run even questions that are never answered would be felt.
pub(super) struct Player<'a, W, const PLAIN: bool> {
    pub world: &'a World,
    pub tables: &'a Tables,
    pub table: &'a SegmentTable,
    pub strategy: &'a Strategy,
    /// Occurrences that lie ahead.
    calendar: &'a [Occurrence],
    trigger_key: i64,
    /// A step that waits outside the queue while what comes before it happens.
    pub held: i64,
    pub horizon: i64,
    pub start: &'a Start,
    need: Need,
    need_key: i64,
    pub alive: bool,
    /// The firm knows that the customer is lost: nothing more happens (R12).
    pub dismissed: bool,
    /// Channels to which the customer is opted in now, as bits.
    pub opted_in: u64,
    /// Channels from which the customer opted out.
    pub opted_out: u64,
    /// Channels that can reach the customer under this strategy, as bits.
    pub reachable: u64,
    orders: u32,
    /// The last order or renewal.
    pub last_active: Seconds,
    /// The number of the next renewal of a contract.
    pub renewal: u64,
    /// Orders that the firm knows of, those of before the start and the one with which the customer joined included.
    pub known_orders: u32,
    /// The last of them; the least number if there is none.
    pub known_order: Seconds,
    /// Its address; if there is none, that of joining.
    pub order_address: Luck,
    /// The last click or reply; the least number if there is none.
    pub last_response: Seconds,
    pub contacted: bool,
    pub responded: bool,
    /// The last cart that was left behind and not ordered since; kept where carts are found again.
    pub cart: Option<Cart>,
    pub scratch: &'a mut Scratch,
    pub watch: &'a mut W,
}

impl<'a, W: Watch, const PLAIN: bool> Player<'a, W, PLAIN> {
    fn play(
        world: &'a World,
        tables: &'a Tables,
        strategy: &'a Strategy,
        start: &'a Start,
        scratch: &'a mut Scratch,
        watch: &'a mut W,
    ) {
        let begin = start.joined.max(0);
        if begin >= world.horizon {
            return;
        }
        let calendar = &strategy.calendars[start.segment];
        let mut player = Self {
            world,
            tables,
            table: &tables.segments[start.segment],
            strategy,
            calendar: &calendar[calendar.partition_point(|occurrence| occurrence.at < begin)..],
            trigger_key: NEVER,
            held: NEVER,
            horizon: key(world.horizon, 0),
            start,
            need: start.need,
            need_key: NEVER,
            alive: start.alive,
            dismissed: false,
            opted_in: start.opted_in,
            opted_out: 0,
            reachable: start.reachable & strategy.reaches,
            orders: 0,
            last_active: Seconds::MIN,
            renewal: start.renewal,
            known_orders: start.orders,
            known_order: start.last_order,
            order_address: start.order_address,
            last_response: Seconds::MIN,
            contacted: false,
            responded: false,
            cart: None,
            scratch,
            watch,
        };
        player.expect_trigger();
        player.join(begin);
        player.live();
        player.finish();
    }
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    fn join(&mut self, at: Seconds) {
        self.dismissed = !self.alive && self.table.known_loss;
        self.watch.see(at, Event::Joined { alive: self.alive, opted_in: self.opted_in });
        self.expect_need();
        if !PLAIN {
            self.expect_renewal();
        }
        if !PLAIN && !self.strategy.events.is_empty() && !self.dismissed {
            self.expect_inactivity();
            if !matches!(self.table.joined, crate::world::Joined::Base(_)) {
                self.triggers(at, self.start.joining(), |on| on == On::Joined, None);
            }
        }
        // Joining's first order is an event of the past for a base, and counted only on request (R9).
        if self.tables.count_first
            && self.start.joined >= 0
            && !matches!(self.table.joined, crate::world::Joined::Base(_))
        {
            let luck = self.start.life.child(purpose::FIRST);
            let channel = journeys::entry(self.table, luck);
            self.order(at, channel, luck, luck, Cause::First);
        }
    }

    fn live(&mut self) {
        while !self.dismissed {
            let next = self.next_key();
            if next == self.horizon {
                break;
            }
            if next == self.trigger_key {
                let occurrence = self.calendar[0];
                self.calendar = &self.calendar[1..];
                self.expect_trigger();
                self.occurs(occurrence);
            } else if next == self.need_key {
                self.natural_need(next / kind::KINDS);
            } else if let Some(pending) = self.scratch.pending.pop() {
                self.happen(pending);
            }
        }
        // Whoever the firm has given up still gets what is under way.
        while let (true, Some(pending)) = (!PLAIN && self.dismissed, self.scratch.pending.pop()) {
            if pending.key % kind::KINDS <= kind::SCANNER_CLICKED {
                self.happen(pending);
            }
        }
    }

    fn finish(&mut self) {
        self.end_late();
        self.watch.end(Ending {
            eligible: self.start.joined <= self.world.retention_from,
            retained: self.last_active >= self.world.retention_from,
            ordered: self.orders > 0,
            contacted: self.contacted,
            responded: self.responded,
            alive: self.alive,
            score: if PLAIN { None } else { self.score() },
        });
    }

    fn expect_trigger(&mut self) {
        self.trigger_key = self.calendar.first().map_or(NEVER, |occurrence| key(occurrence.at, kind::TRIGGER));
    }

    fn happen(&mut self, pending: Pending) {
        let at = pending.at();
        match pending.key % kind::KINDS {
            kind::OPENED => self.opened(at, pending),
            kind::CLICKED => self.clicked(at, pending),
            kind::REPLIED => self.replied(at, pending),
            kind::INACTIVE if !PLAIN => self.inactive(at, pending),
            kind::RENEWAL if !PLAIN => self.renew(at),
            kind::DELIVERED if !PLAIN => self.delivered(at, pending),
            kind::MACHINE_OPENED if !PLAIN => self.machine_opened(at, pending),
            kind::SCANNER_CLICKED if !PLAIN => self.scanner_clicked(at, pending),
            _ => self.due(at, pending.message),
        }
    }

    /// The key of whatever comes next, the horizon included.
    #[inline(always)]
    pub fn next_key(&self) -> i64 {
        let pending = self.scratch.pending.last().map_or(NEVER, |pending| pending.key);
        pending.min(self.need_key).min(self.trigger_key).min(self.horizon)
    }

    /// Lets an event happen when its time comes: at once if nothing comes before it, which saves the queue.
    #[inline]
    pub fn expect(&mut self, pending: Pending) {
        if pending.key < self.next_key().min(self.held) {
            self.happen(pending);
        } else {
            self.enqueue(pending);
        }
    }

    /// Keeps an event for later; the queue is sorted, the next event last.
    #[inline]
    pub fn enqueue(&mut self, pending: Pending) {
        if pending.key >= self.horizon {
            if pending.key % kind::KINDS == kind::STEP {
                self.scratch.late.push(pending);
            }
            return;
        }
        let queue = &mut self.scratch.pending;
        let order = |pending: &Pending| (pending.key, pending.luck, pending.message.step);
        let before = |other: &Pending| order(other) < order(&pending);
        let mut place = queue.len();
        while place > 0 && before(&queue[place - 1]) {
            place -= 1;
        }
        queue.insert(place, pending);
    }

    fn natural_need(&mut self, at: Seconds) {
        let need = self.need;
        if self.scratch.consumed.contains(&need.number) {
            // Its order was moved forward, its coin is tossed (R16).
            self.next_need();
            return;
        }
        let entry = journeys::entry(self.table, need.luck);
        let outcome = self.journey(at, None, entry, need.luck);
        let mut tossed = matches!(self.table.dropout, Dropout::AfterJourney(_));
        match outcome {
            Outcome::Ordered(channel) => {
                self.order(at, channel, need.luck, need.luck, Cause::Need);
                tossed |= matches!(self.table.dropout, Dropout::AfterOrder(_));
            }
            Outcome::Left(channel) => self.leave(at, channel, need.luck),
        }
        if tossed && need.luck.happens(purpose::COIN, self.coin(at)) {
            self.lose(at);
        } else {
            self.next_need();
        }
    }

    fn next_need(&mut self) {
        self.need = self.need.next(self.start.life, self.start.gap);
        self.expect_need();
    }

    fn expect_need(&mut self) {
        let at = self.instant(self.need);
        let beyond = !self.alive || at >= self.world.horizon as f64;
        self.need_key = if beyond { NEVER } else { key(at as Seconds, kind::NEED) };
    }

    /// When a need comes, in seconds since the start.
    #[inline(always)]
    fn instant(&self, need: Need) -> f64 {
        if PLAIN { need.at } else { need.instant(self.table) }
    }

    /// A journey that a click opened (R14), what comes of it (R16), and its coin (R11).
    pub fn contact_journey(&mut self, at: Seconds, contact: Pending) {
        let campaign = self.scratch.runs[contact.message.run as usize].campaign;
        let landing =
            self.tables.contacts[usize::from(contact.message.channel)].as_ref().map_or(0, |contact| contact.landing);
        let outcome = self.journey(at, Some(campaign), landing, contact.luck);
        if let Outcome::Left(channel) = outcome {
            self.leave(at, channel, contact.luck);
        }
        let mut moved = None;
        if let Outcome::Ordered(channel) = outcome {
            let effect = &self.tables.campaigns[usize::from(campaign)];
            moved = if contact.luck.happens(purpose::DISPLACED, effect.displacement) {
                self.consume(at + effect.window)
            } else {
                None
            };
            let displaced = moved.map(|need| self.instant(need) as Seconds);
            let value_of = moved.map_or(contact.luck, |need| need.luck);
            self.note(contact.message.run, at, Response::Ordered, channel, contact.luck);
            self.order(at, channel, value_of, contact.luck, Cause::Contact { message: contact.message, displaced });
        }
        let falls = |address: Luck| address.happens(purpose::COIN, self.coin(at));
        let own = matches!(self.table.dropout, Dropout::AfterJourney(_)) && falls(contact.luck);
        let tossed = matches!(self.table.dropout, Dropout::AfterOrder(_) | Dropout::AfterJourney(_));
        let of_moved = |need: Need| tossed && falls(need.luck);
        if own || moved.is_some_and(of_moved) {
            self.lose(at);
        }
    }

    /// The next natural need within the window that would end in an order, played ahead at its own addresses; it is
    /// consumed (R16).
    fn consume(&mut self, until: Seconds) -> Option<Need> {
        let mut need = self.need;
        // A contract that is given up on the way ends needs too.
        let given_up = if PLAIN { None } else { self.given_up_by(until) };
        loop {
            let at = self.instant(need);
            if at > until as f64 || given_up.is_some_and(|end| at as Seconds > end) {
                return None;
            }
            if !self.scratch.consumed.contains(&need.number) {
                let outcome =
                    journeys::natural(&self.table.natural, self.table, need.luck, 0, &mut super::watch::Nobody);
                if matches!(outcome, Outcome::Ordered(_)) {
                    self.scratch.consumed.push(need.number);
                    return Some(need);
                }
                // A coin on the way may take the customer before that order.
                if matches!(self.table.dropout, Dropout::AfterJourney(_))
                    && need.luck.happens(purpose::COIN, self.start.coin)
                {
                    return None;
                }
            }
            need = need.next(self.start.life, self.start.gap);
        }
    }

    /// An order whose value is drawn at one address; `address` is that of its journey.
    fn order(&mut self, at: Seconds, channel: ChannelId, value_of: Luck, address: Luck, cause: Cause) {
        let value = journeys::basket(self.table.basket, self.tables.minor, self.start.spending, value_of);
        self.orders += 1;
        self.last_active = at;
        self.watch.see(at, Event::Ordered { channel, value, cause });
        // The firm knew of the order with which a customer joined (R9).
        if cause == Cause::First {
            return;
        }
        if !PLAIN {
            self.cart = None;
        }
        self.known_orders += 1;
        self.known_order = at;
        self.order_address = address;
        if !PLAIN {
            self.feel(at, |goodwill| goodwill.order);
            self.opt_in(at, address);
        }
        let what = Step::bit(Response::Ordered);
        if self.strategy.ends_runs & what != 0 {
            self.heard(at, self.deed(at, what, channel, address));
        }
        if !PLAIN && !self.strategy.events.is_empty() {
            self.expect_inactivity();
            self.triggers(at, address, |on| on == On::Ordered, None);
        }
    }

    /// A journey ends without an order, and perhaps leaves a cart behind.
    #[inline(always)]
    fn leave(&mut self, at: Seconds, channel: ChannelId, address: Luck) {
        let chance = self.tables.carts[usize::from(channel)];
        if chance != Threshold::NEVER && address.happens(purpose::CART, chance) {
            self.watch.see(at, Event::CartLeft(channel));
            if !PLAIN {
                if self.strategy.profile.finds_carts {
                    self.cart = Some(Cart { at, channel });
                }
                self.triggers(at, address, |on| on == On::CartLeft, None);
            }
        }
    }

    /// At an order the customer may opt in to channels, for the first time or again (R44).
    fn opt_in(&mut self, at: Seconds, address: Luck) {
        let tables = self.tables;
        for (channel, contact) in tables.contacts.iter().enumerate() {
            let Some(contact) = contact.as_ref().filter(|_| self.opted_in >> channel & 1 == 0) else { continue };
            let out = self.opted_out >> channel & 1 == 1;
            let chance = if out { contact.return_at_order } else { contact.opt_in_at_order };
            if chance != Threshold::NEVER && address.child(purpose::OPTED_IN).happens(contact.label, chance) {
                self.opted_in |= 1 << channel;
                self.opted_out &= !(1 << channel);
                self.watch.see(at, Event::OptedIn(channel as ChannelId));
            }
        }
    }

    pub fn lose(&mut self, at: Seconds) {
        self.alive = false;
        self.need_key = NEVER;
        self.dismissed = self.table.known_loss;
        self.watch.see(at, Event::Lost);
        if self.dismissed {
            self.end_all(at, Reason::LossKnown);
        }
    }
}
