//! What a customer is when the simulation begins: traits drawn once (R1), and a past that nobody contacted (R9).

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::journeys::{self, Outcome};
use super::purpose;
use super::watch::Nobody;
use crate::luck::{Label, Luck, Threshold};
use crate::scenario::Seconds;
use crate::world::{Basket, Coin, ContactTable, Dropout, Joined, Rate, SegmentTable, Tables, World};

/// More attempts than a base with the least admitted share of living customers (5 %) ever needs: 0.95¹⁰⁰⁰ < 10⁻²².
const MOST_ATTEMPTS: u64 = 1000;

/// A customer at the start, or at joining if that is later. The same under every strategy.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Address of the customer.
    pub(super) luck: Luck,
    /// Address of its life: needs, losses and spending.
    pub(super) life: Luck,
    /// Index of its segment.
    pub segment: usize,
    /// When it became the firm's customer; negative for a base with a past.
    pub joined: Seconds,
    /// Whether it is alive.
    pub alive: bool,
    /// Channels to which it opted in, as bits.
    pub opted_in: u64,
    /// Channels that can reach it at all, as bits.
    pub reachable: u64,
    /// Orders of before the start that the firm knows, the one with which it joined included.
    pub(super) orders: u32,
    /// When the last of them was; the least number if there is none.
    pub(super) last_order: Seconds,
    /// The address of the last of them; that of joining if there is none but the first.
    pub(super) order_address: Luck,
    /// The next natural need.
    pub(super) need: Need,
    /// Mean seconds between needs.
    pub(super) gap: f64,
    /// The threshold of its coin.
    pub(super) coin: Threshold,
    /// The number of the next renewal of its contract, where it has one; the first is 1.
    pub(super) renewal: u64,
    /// Its level of spending: what a drawn basket is divided by.
    pub(super) spending: f64,
}

/// A natural need: its number, when it comes (in seconds; fractions are kept, so that rounding does not add up), and its address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub number: u64,
    /// On the segment's [clock](crate::world::Season::clock), where it has a season.
    pub at: f64,
    pub luck: Luck,
}

impl Need {
    /// The need after a moment, `number` needs into a life.
    fn after(life: Luck, number: u64, moment: f64, gap: f64) -> Self {
        let luck = life.nth_child(purpose::NEEDS, number);
        let wait: f64 = Exp1.sample(&mut luck.stream(purpose::GAP));
        Self { number, at: moment + wait * gap, luck }
    }

    /// When it comes, in seconds since the start.
    #[inline(always)]
    pub fn instant(&self, table: &SegmentTable) -> f64 {
        table.season.as_ref().map_or(self.at, |season| season.instant(self.at))
    }

    /// The need after this one.
    pub fn next(self, life: Luck, gap: f64) -> Self {
        Self::after(life, self.number + 1, self.at, gap)
    }
}

impl Start {
    /// Address of its joining, and of the order with which it joined.
    pub(super) fn joining(&self) -> Luck {
        self.life.child(purpose::FIRST)
    }

    /// Node of the picks of one sort that hold for all its life.
    pub(super) fn picks(&self, sort: Label) -> Luck {
        self.luck.child(sort)
    }

    /// The local hour in which it is readiest to open, 0 to 23; none where the segment has no best hours.
    pub(super) fn best_hour(&self, table: &SegmentTable) -> Option<Seconds> {
        let pick = self.luck.word(purpose::BEST_HOUR);
        table.best_hours.iter().find(|(end, _)| end.holds(pick)).map(|(_, hour)| *hour)
    }

    /// Its level of affinity to a channel, of `levels` equally likely ones (a power of two).
    #[inline]
    pub(super) fn affinity(&self, channel: Label, levels: usize) -> usize {
        if levels == 1 {
            return 0;
        }
        let word = self.luck.child(purpose::AFFINITY).word(channel);
        (word >> (64 - levels.trailing_zeros())) as usize
    }

    /// Its chance to open a delivered message.
    #[inline(always)]
    pub(super) fn open_chance(&self, contact: &ContactTable, at_best_hour: bool) -> Threshold {
        let level = self.affinity(contact.label, contact.opened.len());
        match &contact.opened_at_best {
            Some(better) if at_best_hour => better[level],
            _ => contact.opened[level],
        }
    }

    /// Mean seconds between two natural needs of this customer.
    pub fn mean_gap(&self) -> f64 {
        self.gap
    }

    /// Tells the orders of the past that a base has (R9), oldest first: when, in seconds and negative, and for how much, in
    /// minor units. The order with which the customer joined is not among them. Played anew at the same addresses: the
    /// firm has them in its books, the simulation itself does not need them.
    pub fn past(&self, tables: &Tables, mut tell: impl FnMut(Seconds, i64)) {
        if self.joined >= 0 {
            return;
        }
        let table = &tables.segments[self.segment];
        let mut need = Need::after(self.life, 0, on_clock(table, self.joined), self.gap);
        while need.number < self.need.number {
            let outcome = journeys::natural(&table.natural, table, need.luck, 0, &mut Nobody);
            if matches!(outcome, Outcome::Ordered(_)) {
                let value = journeys::basket(table.basket, tables.minor, self.spending, need.luck);
                tell(need.instant(table).floor() as Seconds, value);
            }
            need = need.next(self.life, self.gap);
        }
    }

    /// A customer of a world; the same arguments give the same customer for ever.
    pub fn new(world: &World, tables: &Tables, seed: u64, replication: u64, customer: u64) -> Self {
        let luck = Luck::customer(seed, replication, customer);
        let segment = world.segment_of(customer);
        let table = &tables.segments[segment];
        let mut start = Self::attempt(luck, segment, table, 0);
        let mut attempt = 0;
        // The firm of a base with known losses has only living customers.
        while table.known_loss && !start.alive && attempt < MOST_ATTEMPTS {
            attempt += 1;
            start = Self::attempt(luck, segment, table, attempt);
        }
        start
    }

    fn attempt(luck: Luck, segment: usize, table: &SegmentTable, attempt: u64) -> Self {
        let life = luck.nth_child(purpose::LIFE, attempt);
        let rate = match table.rate {
            Rate::Fixed(rate) => rate,
            Rate::Gamma(gamma) => gamma.sample(&mut life.stream(purpose::RATE)),
        };
        let coin = match table.dropout {
            Dropout::Never => Threshold::NEVER,
            Dropout::AfterOrder(coin) | Dropout::AfterJourney(coin) | Dropout::PerPeriod { coin, .. } => match coin {
                Coin::Fixed(threshold) => threshold,
                Coin::Beta(beta) => Threshold::new(beta.sample(&mut life.stream(purpose::LOSS))),
            },
        };
        let spending = match table.basket {
            Basket::GammaGamma { spread, .. } => spread.sample(&mut life.stream(purpose::SPENDING)),
            Basket::Fixed(_) | Basket::LogNormal { .. } => 1.0,
        };
        let joined = joined(luck, life, &table.joined);
        let gap = 1.0 / rate;
        let need = Need::after(life, 0, on_clock(table, joined), gap);
        let opted_in = opt_ins(luck, table);
        // A base of age 0 has no first order (R9).
        let first = !matches!(table.joined, Joined::Base(0));
        let mut start = Self {
            luck,
            life,
            segment,
            joined,
            alive: true,
            opted_in,
            reachable: reach(luck, table),
            orders: u32::from(first),
            last_order: if first { joined } else { Seconds::MIN },
            order_address: life.child(purpose::FIRST),
            need,
            gap,
            coin,
            renewal: 1,
            spending,
        };
        start.live_through_past(table);
        start
    }

    /// Plays the needs before the start: nobody contacts, nobody records.
    fn live_through_past(&mut self, table: &SegmentTable) {
        let given_up = self.live_through_renewals(table);
        let is_customer = |need: Need| given_up.is_none_or(|end| need.instant(table).floor() as Seconds <= end);
        while self.alive && self.need.at < 0.0 && is_customer(self.need) {
            let outcome = journeys::natural(&table.natural, table, self.need.luck, 0, &mut Nobody);
            let ordered = matches!(outcome, Outcome::Ordered(_));
            if ordered {
                self.orders += 1;
                self.last_order = self.need.instant(table).floor() as Seconds;
                self.order_address = self.need.luck;
            }
            self.alive = !self.is_lost_after(table, ordered);
            self.need = self.need.next(self.life, self.gap);
        }
        self.alive &= given_up.is_none();
    }

    /// Whether the coin of the current need falls badly, if it is tossed at all (R11).
    fn is_lost_after(&self, table: &SegmentTable, ordered: bool) -> bool {
        let tossed = match table.dropout {
            Dropout::Never | Dropout::PerPeriod { .. } => false,
            Dropout::AfterOrder(_) => ordered,
            Dropout::AfterJourney(_) => true,
        };
        tossed && self.need.luck.happens(purpose::COIN, self.coin)
    }
}

/// What a segment's clock shows at an instant.
fn on_clock(table: &SegmentTable, at: Seconds) -> f64 {
    table.season.as_ref().map_or(at as f64, |season| season.clock(at as f64))
}

fn joined(luck: Luck, life: Luck, joined: &Joined) -> Seconds {
    match joined {
        Joined::Base(0) | Joined::Cohort => 0,
        Joined::Base(age) => -within(life.word(purpose::AGE), *age) - 1,
        Joined::Arrivals(upper, every) => {
            let mut arrival = luck.stream(purpose::JOINED);
            let pick = arrival.next();
            let period = upper.partition_point(|end| !end.holds(pick));
            period as Seconds * every + within(arrival.next(), *every)
        }
    }
}

/// A second of a period, by a word: the high half of their product.
pub(super) fn within(word: u64, period: Seconds) -> Seconds {
    ((u128::from(word) * period as u128) >> 64) as Seconds
}

fn reach(luck: Luck, table: &SegmentTable) -> u64 {
    let Some(reach) = &table.reach else { return u64::MAX };
    let own = luck.child(purpose::REACH);
    let reached = |channel: usize| own.happens(table.opt_in[channel].label, reach[channel]);
    (0..reach.len()).filter(|&channel| reached(channel)).fold(0, |bits, channel| bits | 1 << channel)
}

fn opt_ins(luck: Luck, table: &SegmentTable) -> u64 {
    let own = luck.child(purpose::OPT_IN);
    let mut bits = 0;
    let Some((common_weight, own_weight)) = table.opt_in_factors else {
        for (channel, opt_in) in table.opt_in.iter().enumerate() {
            if own.happens(opt_in.label, opt_in.threshold) {
                bits |= 1 << channel;
            }
        }
        return bits;
    };
    let common: f64 = StandardNormal.sample(&mut luck.stream(purpose::OPT_IN_COMMON));
    for (channel, opt_in) in table.opt_in.iter().enumerate() {
        let noise: f64 = StandardNormal.sample(&mut own.stream(opt_in.label));
        if common_weight * common + own_weight * noise < opt_in.quantile {
            bits |= 1 << channel;
        }
    }
    bits
}
