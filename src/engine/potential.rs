//! What would happen, were it asked for: potential outcomes by address (R1, R2). They are what a strategy chooses from, and
//! no strategy changes them; whoever wants to check or to explain what a strategy did begins here.

use super::contacts::wait;
use super::entry::spread;
use super::journeys::{self, Outcome};
use super::purpose;
use super::start::{Need, Start};
use super::watch::Nobody;
use crate::luck::{Label, Luck, Threshold};
use crate::scenario::Seconds;
use crate::world::{ChannelId, Dropout, Row, SegmentTable, Tables, World};

/// What would become of one message under no pressure, were it sent: a function of its address and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Potential {
    /// Its address, which is that of what it triggers too.
    pub luck: Luck,
    /// Whether it is delivered.
    pub delivered: bool,
    /// Whether on its delivery the customer opts out of the channel, if it is marketing.
    pub opts_out: bool,
    /// Seconds from delivery to opening; none = it is never opened.
    pub opened: Option<Seconds>,
    /// Seconds from opening to click; none = opened, it is not clicked.
    pub clicked: Option<Seconds>,
    /// Seconds from opening to reply; none = opened, it is not replied to.
    pub replied: Option<Seconds>,
    /// The journey that its click would open.
    pub journey: Journey,
}

/// What a journey comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Where it ends in an order, if it does.
    pub ordered: Option<ChannelId>,
    /// Where it leaves a cart behind, if it does.
    pub cart: Option<ChannelId>,
    /// Whether the customer is lost by the coin of this journey, if one is tossed for it (R11) and nothing weighs it.
    pub lost: bool,
}

/// A natural need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NaturalNeed {
    /// When it comes, in seconds since the start.
    pub at: Seconds,
    /// Its address, which is that of what it triggers too.
    pub luck: Luck,
    /// The journey that it opens.
    pub journey: Journey,
}

/// What the address of a run hangs on beside its campaign (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The written local date and time of a calendar trigger.
    Scheduled(jiff::civil::DateTime),
    /// Joining, or the order with which the customer joined.
    Joining,
    /// The address of the event: of the contact that was clicked or replied to, of the need or contact whose journey ordered
    /// or left a cart behind.
    Event(Luck),
}

impl Start {
    /// The address of a run.
    pub fn run(&self, world: &World, campaign: usize, origin: Origin) -> Luck {
        let name = || Label::of(&world.campaigns[campaign]);
        match origin {
            Origin::Scheduled(local) => self.luck.child(world.run_label(campaign, local)),
            Origin::Joining => self.joining().child(name()),
            Origin::Event(luck) => luck.child(name()),
        }
    }

    /// What would become of a message of a run to this customer while alive: the n-th on its channel, from 0.
    ///
    /// # Panics
    /// If the channel carries no messages.
    pub fn potential(
        &self,
        tables: &Tables,
        campaign: usize,
        run: Luck,
        channel: usize,
        nth: u32,
        at_best_hour: bool,
    ) -> Potential {
        let contact = tables.contacts[channel].as_ref().expect("the channel carries messages");
        let luck = run.nth_child(contact.label, u64::from(nth));
        let level = self.affinity(contact.label, contact.clicked.len());
        let if_so = |happens: bool, delay, purpose| happens.then(|| wait(delay, luck, purpose));
        let table = &tables.segments[self.segment];
        let chance = self.open_chance(contact, at_best_hour);
        let clicked = luck.happens(purpose::CLICKED, contact.clicked[level]);
        Potential {
            luck,
            delivered: luck.happens(purpose::DELIVERED, contact.delivered),
            opts_out: luck.happens(purpose::OPTED_OUT, contact.opt_out),
            opened: if_so(luck.happens(purpose::OPENED, chance), contact.open_delay, purpose::OPEN_DELAY),
            clicked: if_so(clicked, contact.click_delay, purpose::CLICK_DELAY),
            replied: if_so(luck.happens(purpose::REPLIED, contact.replied), contact.reply_delay, purpose::REPLY_DELAY),
            journey: self.journey(tables, &table.contacted[campaign], contact.landing, luck, false),
        }
    }

    /// The natural needs from the start (or joining) on, in order of time and without end.
    pub fn needs<'a>(&'a self, tables: &'a Tables) -> impl Iterator<Item = NaturalNeed> + 'a {
        let table = &tables.segments[self.segment];
        let natural = move |need: Need| NaturalNeed {
            at: need.instant(table) as Seconds,
            luck: need.luck,
            journey: self.journey(tables, &table.natural, journeys::entry(table, need.luck), need.luck, true),
        };
        std::iter::successors(Some(self.need), move |need| Some(need.next(self.life, self.gap))).map(natural)
    }

    fn journey(&self, tables: &Tables, rows: &[Row], entry: ChannelId, luck: Luck, natural: bool) -> Journey {
        let table: &SegmentTable = &tables.segments[self.segment];
        let outcome = journeys::follow(rows, entry, luck, 0, &mut Nobody);
        let (ordered, cart) = match outcome {
            Outcome::Ordered(channel) => (Some(channel), None),
            Outcome::Left(channel) => {
                (None, luck.happens(purpose::CART, tables.carts[usize::from(channel)]).then_some(channel))
            }
        };
        let tossed = match table.dropout {
            Dropout::Never | Dropout::PerPeriod { .. } => false,
            Dropout::AfterOrder(_) => natural && ordered.is_some(),
            Dropout::AfterJourney(_) => true,
        };
        Journey { ordered, cart, lost: tossed && luck.happens(purpose::COIN, self.coin) }
    }

    /// What the firm knows of the customer's orders when the simulation begins for it: how many, when the last was (in
    /// seconds since the start), and what a run that counts from it hangs on.
    pub fn known_orders(&self) -> (u32, Option<Seconds>, Origin) {
        let origin =
            if self.order_address == self.joining() { Origin::Joining } else { Origin::Event(self.order_address) };
        (self.orders, (self.orders > 0).then_some(self.last_order), origin)
    }

    /// Whether the customer is of the random share of a campaign's audience.
    pub fn in_share(&self, world: &World, campaign: usize, share: f64) -> bool {
        self.picks(purpose::SHARE).happens(Label::of(&world.campaigns[campaign]), Threshold::new(share))
    }

    /// Whether the customer is in a campaign's holdout.
    pub fn in_holdout(&self, world: &World, campaign: usize, share: f64) -> bool {
        self.picks(purpose::HOLDOUT).happens(Label::of(&world.campaigns[campaign]), Threshold::new(share))
    }

    /// Whether the customer is in a strategy's holdout.
    pub fn in_global_holdout(&self, share: f64) -> bool {
        self.luck.happens(purpose::HOLDOUT_OF_ALL, Threshold::new(share))
    }

    /// The local hour in which the customer is readiest to open, 0 to 23; none where its segment has no best hours.
    pub fn readiest_hour(&self, tables: &Tables) -> Option<i64> {
        self.best_hour(&tables.segments[self.segment])
    }

    /// The customer's chance to click a delivered message of a channel (outside its best hour), 0 to 1.
    pub fn click_chance(&self, tables: &Tables, channel: usize) -> f64 {
        tables.contacts[channel].as_ref().map_or(0.0, |contact| {
            let level = self.affinity(contact.label, contact.clicked.len());
            contact.opened[level].probability() * contact.clicked[level].probability()
        })
    }

    /// The word by which a run of a mix picks its channel: that whose part of the 2⁶³ upper values it falls into.
    pub fn mix_pick(run: Luck) -> u64 {
        run.word(purpose::MIX)
    }

    /// How many seconds after its trigger, below `span`, the clock of a spread run begins.
    pub fn spread(run: Luck, span: Seconds) -> Seconds {
        spread(run, span)
    }
}
