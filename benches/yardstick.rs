//! The yardstick: the weekly cascade as a hand-written loop that can do nothing else.
//!
//! **Frozen.** The engine's speed is told as a ratio to this loop, so changing it changes the meaning of every published
//! ratio. It is what a good programmer would write in an afternoon for one scenario and throw away: one generator per
//! customer, comparisons of floats, plain counters, a short list of openings to come. All times are in days.

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
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(number));
        let kept = customer(&mut rng, &basket, &mut totals);
        totals.kept += u64::from(kept);
    }
    totals
}

/// One customer's year; is he still one at its end?
fn customer(rng: &mut Xoshiro256PlusPlus, basket: &LogNormal<f64>, totals: &mut Totals) -> bool {
    let mut consent = CHANNELS.map(|channel| rng.random::<f64>() < channel.consent);
    let mut need = wait(rng, MEAN_BETWEEN_NEEDS);
    // The run of this week: its next step (0 is the trigger), when that falls due, and what its contacts met with. An
    // opening a week late would count for the wrong run; its chance is below 10⁻¹².
    let (mut week, mut step, mut due) = (0, 0, TEN_O_CLOCK);
    let (mut opened, mut clicked) = (false, false);
    let mut last_sent = due;
    let mut openings: Vec<(f64, usize)> = Vec::with_capacity(8);
    let mut opening = f64::INFINITY;
    loop {
        let mut journey = None;
        if due <= need && due <= opening && due < HORIZON {
            let mut ended = (step == 1 && opened) || (step == 2 && clicked);
            if step == 0 {
                (opened, clicked, last_sent) = (false, false, due);
            }
            if !ended && consent[step] {
                let channel = &CHANNELS[step];
                totals.sent[step] += 1;
                last_sent = due;
                if rng.random::<f64>() < channel.delivered {
                    if rng.random::<f64>() < channel.opened {
                        let at = due + wait(rng, channel.mean_to_open);
                        openings.push((at, step));
                        opening = opening.min(at);
                    }
                    consent[step] = rng.random::<f64>() >= channel.opt_out;
                }
            }
            step += 1;
            due = last_sent + 1.0;
            ended |= step == 3;
            if ended {
                (week, step, due) = next_week(week);
            }
        } else if opening <= need && opening < HORIZON {
            let first = openings.iter().position(|&(at, _)| at <= opening).expect("the earliest is in the list");
            let (_, channel) = openings.swap_remove(first);
            opening = openings.iter().fold(f64::INFINITY, |least, &(at, _)| least.min(at));
            opened = true;
            if rng.random::<f64>() < CHANNELS[channel].clicked {
                clicked = true;
                journey = Some(WEB);
            }
        } else if need < HORIZON {
            need += wait(rng, MEAN_BETWEEN_NEEDS);
            let entry = rng.random::<f64>();
            journey = Some(usize::from(entry >= 0.6) + usize::from(entry >= 0.9));
        } else {
            return true;
        }
        if let Some(entry) = journey {
            // An order ends the run that is under way.
            if ordered(rng, entry, basket, totals) && step > 0 {
                (week, step, due) = next_week(week);
            }
            if rng.random::<f64>() < LOSS_PER_JOURNEY {
                return false;
            }
        }
    }
}

/// One journey through the venues; did it end in an order?
fn ordered(rng: &mut Xoshiro256PlusPlus, mut venue: usize, basket: &LogNormal<f64>, totals: &mut Totals) -> bool {
    totals.journeys += 1;
    loop {
        let chance = rng.random::<f64>();
        let [order, leave, first] = TOUCH[venue];
        if chance < order {
            totals.orders += 1;
            totals.revenue += basket.sample(rng);
            return true;
        }
        if chance < leave {
            return false;
        }
        totals.hops += 1;
        venue = NEXT[venue][usize::from(chance >= first)];
    }
}

/// The trigger of the week after `week`: week, step, time.
fn next_week(week: u32) -> (u32, usize, f64) {
    let week = week + 1;
    (week, 0, if week < WEEKS { f64::from(week) * 7.0 + TEN_O_CLOCK } else { f64::INFINITY })
}

fn wait(rng: &mut Xoshiro256PlusPlus, mean: f64) -> f64 {
    let exponential: f64 = Exp1.sample(rng);
    exponential * mean
}
