//! The yardstick: the weekly cascade as a hand-written loop that can do nothing else.
//!
//! **Frozen.** The engine's speed is told as a ratio to this loop, so changing it changes the meaning of every published
//! ratio. It is what a good programmer would write in an afternoon for one scenario and throw away: one generator per
//! customer, comparisons of floats, plain counters. All times are in days.

#![expect(clippy::inline_always, reason = "each is called from a few places of one hot loop")]

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1, LogNormal};

const HORIZON: f64 = 364.0;
const WEEKS: u32 = 52;
const TEN_O_CLOCK: f64 = 10.0 / 24.0;
const MEAN_BETWEEN_NEEDS: f64 = 30.0;
const LOSS_PER_JOURNEY: f64 = 0.01;

struct Channel {
    consent: f64,
    cost: f64,
    delivered: f64,
    opened: f64,
    clicked: f64,
    opt_out: f64,
    mean_to_open: f64,
}

/// E-mail, push, SMS.
#[rustfmt::skip]
const CHANNELS: [Channel; 3] = [
    Channel { consent: 0.9, cost: 0.001, delivered: 0.98, opened: 0.25, clicked: 0.08, opt_out: 0.0005, mean_to_open: 0.25 },
    Channel { consent: 0.5, cost: 0.0002, delivered: 0.95, opened: 0.08, clicked: 0.30, opt_out: 0.001, mean_to_open: 0.05 },
    Channel { consent: 0.7, cost: 0.03, delivered: 0.97, opened: 0.90, clicked: 0.06, opt_out: 0.002, mean_to_open: 0.02 },
];

/// Web, app, store: cumulative chances to order, to leave, to hop to the first of `NEXT`; the rest hops to the second.
const TOUCH: [[f64; 3]; 3] = [[0.03, 0.70, 0.85], [0.05, 0.65, 0.90], [0.25, 0.90, 0.97]];
const NEXT: [[usize; 2]; 3] = [[1, 2], [0, 2], [0, 1]];
const WEB: usize = 0;

/// Sums over all customers.
#[derive(Default)]
pub struct Totals {
    sent: [u64; 3],
    journeys: u64,
    hops: u64,
    orders: u64,
    revenue: f64,
    kept: u64,
}

impl Totals {
    /// The nine means per customer, named.
    pub fn means(&self, customers: u64) -> [(&'static str, f64); 9] {
        let mean = |count: u64| count as f64 / customers as f64;
        let cost: f64 = self.sent.iter().zip(&CHANNELS).map(|(&sent, channel)| mean(sent) * channel.cost).sum();
        [
            ("e-mails", mean(self.sent[0])),
            ("pushes", mean(self.sent[1])),
            ("SMS", mean(self.sent[2])),
            ("cost", cost),
            ("journeys", mean(self.journeys)),
            ("hops", mean(self.hops)),
            ("orders", mean(self.orders)),
            ("revenue", self.revenue / customers as f64),
            ("not lost", mean(self.kept)),
        ]
    }
}

/// Plays customers 0 … `customers` − 1.
pub fn play(seed: u64, customers: u64) -> Totals {
    let basket = LogNormal::from_mean_cv(60.0, 0.8).expect("a positive mean");
    let mut totals = Totals::default();
    for number in 0..customers {
        let rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(number));
        let kept = Customer::new(rng, &basket, &mut totals).year().is_ok();
        totals.kept += u64::from(kept);
    }
    totals
}

/// Nothing more happens for this customer.
struct Lost;

struct Customer<'a> {
    rng: Xoshiro256PlusPlus,
    basket: &'a LogNormal<f64>,
    totals: &'a mut Totals,
    consent: [bool; 3],
    need: f64,
    /// When each channel's last message will be opened. A second one would have to wait a week: chance below 10⁻¹².
    openings: [f64; 3],
    // What happened since the last trigger.
    opened: bool,
    clicked: bool,
    ordered: bool,
}

impl<'a> Customer<'a> {
    fn new(mut rng: Xoshiro256PlusPlus, basket: &'a LogNormal<f64>, totals: &'a mut Totals) -> Self {
        let consent = [0, 1, 2].map(|channel: usize| rng.random::<f64>() < CHANNELS[channel].consent);
        let need = wait(&mut rng, MEAN_BETWEEN_NEEDS);
        let openings = [f64::INFINITY; 3];
        Self { rng, basket, totals, consent, need, openings, opened: false, clicked: false, ordered: false }
    }

    fn year(mut self) -> Result<(), Lost> {
        for week in 0..WEEKS {
            let trigger = f64::from(week) * 7.0 + TEN_O_CLOCK;
            self.live_until(trigger)?;
            (self.opened, self.clicked, self.ordered) = (false, false, false);
            let mut last_sent = trigger;
            self.send(0, trigger, &mut last_sent);
            let due = last_sent + 1.0;
            self.live_until(due)?;
            if self.opened || self.ordered {
                continue;
            }
            self.send(1, due, &mut last_sent);
            let due = last_sent + 1.0;
            self.live_until(due)?;
            if self.clicked || self.ordered {
                continue;
            }
            self.send(2, due, &mut last_sent);
        }
        self.live_until(HORIZON)
    }

    #[inline(always)]
    fn send(&mut self, channel: usize, now: f64, last_sent: &mut f64) {
        if !self.consent[channel] {
            return;
        }
        let law = &CHANNELS[channel];
        self.totals.sent[channel] += 1;
        *last_sent = now;
        if self.chance(law.delivered) {
            if self.chance(law.opened) {
                self.openings[channel] = now + wait(&mut self.rng, law.mean_to_open);
            }
            if self.chance(law.opt_out) {
                self.consent[channel] = false;
            }
        }
    }

    /// Openings and needs before `until`, in the order of time.
    #[inline(always)]
    fn live_until(&mut self, until: f64) -> Result<(), Lost> {
        loop {
            let [email, push, sms] = self.openings;
            let opening = email.min(push).min(sms);
            if opening >= until && self.need >= until {
                return Ok(());
            }
            if opening < self.need {
                let channel = if email <= opening { 0 } else { 1 + usize::from(push > opening) };
                self.openings[channel] = f64::INFINITY;
                self.opened = true;
                if self.chance(CHANNELS[channel].clicked) {
                    self.clicked = true;
                    self.journey(WEB)?;
                }
            } else {
                self.need += wait(&mut self.rng, MEAN_BETWEEN_NEEDS);
                let entry = self.rng.random::<f64>();
                self.journey(usize::from(entry >= 0.6) + usize::from(entry >= 0.9))?;
            }
        }
    }

    fn journey(&mut self, mut venue: usize) -> Result<(), Lost> {
        self.totals.journeys += 1;
        loop {
            let word = self.rng.random::<f64>();
            let [order, leave, first] = TOUCH[venue];
            if word < order {
                self.totals.orders += 1;
                self.totals.revenue += self.basket.sample(&mut self.rng);
                self.ordered = true;
                break;
            }
            if word < leave {
                break;
            }
            self.totals.hops += 1;
            venue = NEXT[venue][usize::from(word >= first)];
        }
        if self.chance(LOSS_PER_JOURNEY) { Err(Lost) } else { Ok(()) }
    }

    #[inline(always)]
    fn chance(&mut self, probability: f64) -> bool {
        self.rng.random::<f64>() < probability
    }
}

fn wait(rng: &mut Xoshiro256PlusPlus, mean: f64) -> f64 {
    let exponential: f64 = Exp1.sample(rng);
    exponential * mean
}
