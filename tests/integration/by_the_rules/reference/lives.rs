//! A customer's life as it would be if nobody wrote: when needs come (R52), the past of a base (R9), contracts (R53).

use channelmix::engine::{Event, Origin, Start};
use channelmix::luck::{Luck, Threshold};
use channelmix::scenario::{Chance, Contract, DAY, Demand, Dropout, Joined, Lapse, Scenario, Seconds, Segment};
use jiff::ToSpan;
use rand_distr::{Distribution, Exp1};

use super::super::clock::Clock;
use super::journeys::{End, nth_word};
use super::{Customer, Kind, What, words};

/// A natural need.
#[derive(Clone, Copy)]
pub struct Need {
    pub at: Seconds,
    pub luck: Luck,
}

/// What a customer is at the start, and what it will need.
pub struct Life {
    /// Its address.
    pub luck: Luck,
    pub joined: Seconds,
    pub alive: bool,
    pub orders: u32,
    pub last_order: Option<Seconds>,
    pub last_order_origin: Origin,
    /// The needs from the start or from joining to the horizon.
    pub needs: Vec<Need>,
}

/// The local days of a segment with their pace, from before the first customer of a base joined.
struct Season {
    /// First second, length, pace.
    days: Vec<(Seconds, Seconds, f64)>,
}

impl Season {
    fn new(scenario: &Scenario, segment: &Segment, clock: &Clock) -> Self {
        let mean = |factors: &[f64], days: &[f64]| {
            factors.iter().zip(days).map(|(factor, days)| factor * days).sum::<f64>() / days.iter().sum::<f64>()
        };
        let of_four_years = [124.0, 113.0, 124.0, 120.0, 124.0, 120.0, 124.0, 124.0, 120.0, 124.0, 120.0, 124.0];
        let age = if let Joined::Base { age } = segment.joined { age } else { 0 };
        let numbers = -age / DAY - 3..scenario.horizon.value / DAY + 3;
        let day = |number: i64| {
            let date = scenario.start.0 + number.days();
            let (from, until) = (clock.midnight(date), clock.midnight(date + 1.day()));
            let pace = segment.season.as_ref().map_or(1.0, |season| {
                season.weekdays[date.weekday().to_monday_zero_offset() as usize] / mean(&season.weekdays, &[1.0; 7])
                    * season.months[date.month() as usize - 1]
                    / mean(&season.months, &of_four_years)
            });
            (from, until - from, pace)
        };
        Self { days: numbers.map(day).collect() }
    }

    /// How far its clock is at an instant, from the first day on.
    fn clock(&self, at: Seconds) -> f64 {
        let passed = |&(from, length, pace): &(Seconds, Seconds, f64)| (at - from).clamp(0, length) as f64 * pace;
        self.days.iter().map(passed).sum()
    }

    /// When its clock shows this; none = beyond the horizon.
    fn instant(&self, shown: f64) -> Option<f64> {
        let mut left = shown;
        for &(from, length, pace) in &self.days {
            if left < length as f64 * pace {
                return Some(from as f64 + left / pace);
            }
            left -= length as f64 * pace;
        }
        None
    }
}

/// The chance of coins that are the same for all.
fn fixed(chance: &Chance) -> f64 {
    match chance {
        Chance::Fixed(chance) => chance.typical(),
        Chance::Beta(..) => unreachable!("these scenarios have none"),
    }
}

pub fn contract(segment: &Segment) -> Option<&Contract> {
    match &segment.demand {
        Demand::Needs { dropout: Dropout::PerPeriod(contract), .. } => Some(contract),
        _ => None,
    }
}

/// Plays the past; where losses are known, until a life is alive at the start.
pub fn life(scenario: &Scenario, segment: &Segment, clock: &Clock, customer: Luck, start: &Start) -> Life {
    let season = Season::new(scenario, segment, clock);
    let attempts =
        (0..1000).map(|number| attempt(scenario, segment, &season, customer.nth_child(words::LIFE, number), start));
    let mut wanted = attempts.filter(|life| life.alive || segment.lapse == Lapse::Silent);
    wanted.next().expect("some are alive")
}

fn attempt(scenario: &Scenario, segment: &Segment, season: &Season, life: Luck, start: &Start) -> Life {
    let Demand::Needs { every, dropout, .. } = &segment.demand else { unreachable!("these scenarios have needs") };
    let (joined, first) = match segment.joined {
        Joined::Base { age: 0 } => (0, false),
        Joined::Base { age } => (-(((u128::from(life.word(words::AGE)) * age as u128) >> 64) as Seconds) - 1, true),
        _ => (start.joined, true),
    };
    let mut found = Life {
        luck: life,
        joined,
        alive: true,
        orders: u32::from(first),
        last_order: first.then_some(joined),
        last_order_origin: Origin::Joining,
        needs: Vec::new(),
    };
    let ended = contract(segment).and_then(|contract| {
        let mut renewals = (1..).map(|number| (number, joined + contract.every * number as Seconds));
        let given_up = |number| words::happens(renewal(life, number), words::COIN, fixed(&contract.chance));
        renewals.find(|(number, at)| *at >= 0 || given_up(*number)).map(|(_, at)| at).filter(|at| *at < 0)
    });
    let mut shown = season.clock(joined);
    for number in 0.. {
        let luck = life.nth_child(words::NEEDS, number);
        let wait: f64 = Exp1.sample(&mut luck.stream(words::GAP));
        shown += wait * every.typical();
        let Some(instant) = season.instant(shown).filter(|at| *at < scenario.horizon.value as f64) else { break };
        let at = instant.floor() as Seconds;
        if instant >= 0.0 {
            found.needs.push(Need { at, luck });
            continue;
        }
        if !found.alive || ended.is_some_and(|end| at > end) {
            continue;
        }
        let ordered = orders_alone(scenario, segment, luck);
        if ordered {
            found.orders += 1;
            found.last_order = Some(at);
            found.last_order_origin = Origin::Event(luck);
        }
        let coin = match dropout {
            Dropout::AfterOrder(chance) if ordered => Some(chance),
            Dropout::AfterJourney(chance) => Some(chance),
            _ => None,
        };
        found.alive = !coin.is_some_and(|chance| words::happens(luck, words::COIN, fixed(chance)));
    }
    found.alive &= ended.is_none();
    found
}

/// Whether a neutral journey, which knows no lost context and no cart, ends in an order.
fn orders_alone(scenario: &Scenario, segment: &Segment, luck: Luck) -> bool {
    let touch = |channel: usize, number| {
        let (order, ways) = super::journeys::chances(scenario, segment, channel, 1.0, 1.0);
        let word = nth_word(luck, words::TOUCH, number);
        if Threshold::new(order).holds(word) {
            return Err(End::Ordered(channel));
        }
        let mut sum = order;
        let way = ways.into_iter().find(|(_, chance)| {
            sum += chance;
            Threshold::new(sum).holds(word)
        });
        way.map(|(to, _)| to).ok_or(End::Left(channel))
    };
    let mut channel = super::journeys::entry(scenario, segment, luck);
    for number in 0.. {
        match touch(channel, number) {
            Ok(to) => channel = to,
            Err(end) => return matches!(end, End::Ordered(_)),
        }
    }
    unreachable!("journeys end")
}

/// The address of a renewal.
fn renewal(life: Luck, number: u64) -> Luck {
    life.nth_child(words::RENEWALS, number)
}

impl Customer<'_> {
    /// All renewals to the horizon may come.
    pub fn expects_renewals(&mut self) {
        let Some(contract) = contract(self.segment) else { return };
        for number in 1.. {
            let at = self.joined + contract.every * number as Seconds;
            if at >= self.horizon() {
                break;
            }
            if at >= self.now {
                let tie = super::Tie::Number(number);
                self.coming.push(super::Coming { at, kind: Kind::Renewal, tie, what: What::Renewal(number) });
            }
        }
    }

    /// A contract is kept or given up.
    pub fn renews(&mut self, number: usize) {
        let (true, Some(contract)) = (self.alive, contract(self.segment)) else { return };
        if self.coin_falls(renewal(self.life, number as u64), fixed(&contract.chance)) {
            self.is_lost();
        } else {
            let fee = contract.fee.as_ref().map_or(0.0, |fee| fee.typical());
            self.say(Event::Renewed { fee: (fee * 100.0).round() as i64 });
        }
    }
}
