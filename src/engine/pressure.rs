//! Pressure (R43) and goodwill (R45): what a customer's last messages and experiences leave behind, fading.

use rand_distr::{Distribution, StandardNormal};

use super::play::Player;
use super::purpose;
use super::watch::{Event, Message, Watch};
use crate::luck::{Label, Luck, Threshold};
use crate::scenario::Seconds;
use crate::world::{ContactTable, FatigueTable, GoodwillTable};

/// A sum whose every part is worth half after a half-life. It is worked out when somebody asks, never as time goes by.
#[derive(Clone, Copy, Debug, Default)]
struct Fading {
    /// What it came to
    value: f64,
    /// at this instant.
    at: Seconds,
}

impl Fading {
    /// What is left of it, if it halves so many times in a second.
    fn at(self, now: Seconds, halvings: f64) -> f64 {
        if self.value == 0.0 { 0.0 } else { self.value * libm::exp2(-((now - self.at) as f64) * halvings) }
    }

    fn add(&mut self, now: Seconds, halvings: f64, more: f64) {
        *self = Self { value: self.at(now, halvings) + more, at: now };
    }
}

/// What weighs on one customer.
#[derive(Debug, Default)]
pub(super) struct Strain {
    /// Pressure by channel.
    channels: Vec<Fading>,
    /// Pressure over all channels.
    overall: Fading,
    goodwill: Fading,
    /// Of delivered messages that will be opened, those that met pressure: address, and the [weight](Weights) of responses.
    met: Vec<(Luck, f64)>,
}

impl Strain {
    /// Nothing weighs on the next customer yet. Nobody was contacted before the start.
    pub fn clear(&mut self, channels: usize) {
        self.channels.clear();
        self.channels.resize(channels, Fading::default());
        self.overall = Fading::default();
        self.goodwill = Fading::default();
        self.met.clear();
    }

    /// A message will be opened whose responses are weighed.
    pub fn will_be_opened(&mut self, contact: Luck, response: f64) {
        if response != 0.0 {
            self.met.push((contact, response));
        }
    }

    /// The [weight](Weights) of responses to a message that is opened now: that of its delivery.
    pub fn is_opened(&mut self, contact: Luck) -> f64 {
        let place = self.met.iter().position(|(met, _)| *met == contact);
        place.map_or(0.0, |place| self.met.swap_remove(place).1)
    }
}

/// Factors on the odds of what follows a message, from the pressure at its delivery: their logarithms to base 2.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    pub response: f64,
    pub opt_out: f64,
    pub complaint: f64,
}

impl Weights {
    /// Of a message that meets no pressure.
    pub const NONE: Self = Self { response: 0.0, opt_out: 0.0, complaint: 0.0 };
}

/// Whether something happens whose odds are 2^`weight` times as high as those of its chance.
#[inline(always)]
pub(super) fn weighed(luck: Luck, purpose: Label, chance: Threshold, weight: f64) -> bool {
    let word = luck.word(purpose);
    if weight == 0.0 {
        return chance.holds(word);
    }
    // Odds 2^x times as high make a chance at most 2^x times as high. Mostly that is answer enough, and no power is needed.
    let doublings = if weight > 0.0 { (weight as u32).saturating_add(1) } else { 0 };
    chance.holds_doubled(doublings, word) && chance.at_odds(odds(weight)).holds(word)
}

/// 2 to a power; beyond 2^±1000 nothing comes closer to never or always.
fn odds(exponent: f64) -> f64 {
    if exponent == 0.0 { 1.0 } else { libm::exp2(exponent.clamp(-1000.0, 1000.0)) }
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// A message is delivered: reads the pressure that it meets, and adds its own.
    pub fn press(&mut self, at: Seconds, message: Message, contact: &ContactTable, marketing: bool) -> Weights {
        let strain = &mut self.scratch.strain;
        let own = contact.fatigue.as_ref().map(|table| (table, &mut strain.channels[usize::from(message.channel)]));
        let all = self.tables.fatigue.as_ref().map(|table| (table, &mut strain.overall));
        if own.is_none() && all.is_none() {
            return Weights::NONE;
        }
        let (mut response, mut opt_out, mut complaint, mut met) = (0.0, 0.0, 0.0, 0.0);
        // The overall pressure is read last: where there is one, it is the one that is told.
        for (table, fading) in [own, all].into_iter().flatten() {
            met = press_on(table, fading, at, marketing);
            response += met * table.response;
            opt_out += met * table.opt_out;
            complaint += met * table.complaint;
        }
        let thousandths = (met * 1000.0 + 0.5) as u64;
        self.watch.see(at, Event::UnderPressure(message, thousandths));
        Weights { response, opt_out, complaint }
    }

    /// The second copy of a message presses like the first (R51).
    pub fn press_again(&mut self, at: Seconds, message: Message, contact: &ContactTable, marketing: bool) {
        let strain = &mut self.scratch.strain;
        if let Some(table) = &contact.fatigue {
            press_on(table, &mut strain.channels[usize::from(message.channel)], at, marketing);
        }
        if let Some(table) = &self.tables.fatigue {
            press_on(table, &mut strain.overall, at, marketing);
        }
    }

    /// The coin of the customer at an instant, as pressure and goodwill weigh it then.
    #[inline(always)]
    pub fn coin(&self, at: Seconds) -> Threshold {
        if PLAIN { self.start.coin } else { self.weighed_coin(at) }
    }

    fn weighed_coin(&self, at: Seconds) -> Threshold {
        let strain = &self.scratch.strain;
        let pressed = self.tables.fatigue.as_ref().map_or(0.0, |table| {
            if table.loss == 0.0 { 0.0 } else { strain.overall.at(at, table.halvings) * table.loss }
        });
        let felt = self.tables.goodwill.as_ref().map_or(0.0, |table| {
            if table.loss == 0.0 { 0.0 } else { strain.goodwill.at(at, table.halvings) * table.loss }
        });
        self.start.coin.at_odds(odds(pressed + felt))
    }

    /// An experience moves goodwill by its points.
    pub fn feel(&mut self, at: Seconds, points: fn(&GoodwillTable) -> f64) {
        if let Some(table) = &self.tables.goodwill {
            let points = points(table);
            if points != 0.0 {
                self.scratch.strain.goodwill.add(at, table.halvings, points);
            }
        }
    }

    /// How likely the customer says at the horizon that it is to recommend the firm, 0 to 10; none if it does not say.
    pub fn score(&self) -> Option<u8> {
        let table = self.tables.goodwill.as_ref()?;
        let nps = table.nps.as_ref()?;
        let asked = self.start.picks(purpose::NPS);
        if !self.alive || !asked.happens(purpose::ANSWERS, Threshold::new(nps.answers)) {
            return None;
        }
        let z: f64 = StandardNormal.sample(&mut asked.stream(purpose::SCORE));
        let goodwill = self.scratch.strain.goodwill.at(self.world.horizon, table.halvings);
        let score = nps.mean + nps.per_point * goodwill + nps.sd * z;
        Some(libm::round(score).clamp(0.0, 10.0) as u8)
    }
}

/// The pressure that a message meets; its own comes on top if it counts.
fn press_on(table: &FatigueTable, fading: &mut Fading, at: Seconds, marketing: bool) -> f64 {
    let met = fading.at(at, table.halvings);
    if marketing || table.counts_all {
        *fading = Fading { value: met + 1.0, at };
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r43_a_message_every_t_brings_the_pressure_to_r_by_1_minus_r() {
        for (every, half_life) in
            [(86_400, 604_800.0), (604_800, 604_800.0), (3600, 1_209_600.0), (1_209_600, 86_400.0)]
        {
            let mut fading = Fading::default();
            let r = libm::exp2(-f64::from(every) / half_life);
            for n in 0..20_000 {
                let met = fading.at(Seconds::from(every) * n, 1.0 / half_life);
                let expected = r * (1.0 - libm::pow(r, n as f64)) / (1.0 - r);
                assert!(
                    (met - expected).abs() < 1e-9 * (1.0 + expected),
                    "{n} messages every {every}: {met} {expected}"
                );
                fading.add(Seconds::from(every) * n, 1.0 / half_life, 1.0);
            }
            assert!(
                (fading.at(Seconds::from(every) * 20_000, 1.0 / half_life) - r / (1.0 - r)).abs() < 1e-9 / (1.0 - r)
            );
        }
    }

    #[test]
    fn what_never_fades_stays_exactly() {
        let mut fading = Fading::default();
        for n in 0..100 {
            fading.add(n * 1_000_000, 0.0, 0.25);
        }
        assert_eq!(fading.at(Seconds::MAX / 2, 0.0), 25.0);
    }

    #[test]
    fn odds_beyond_all_measure_are_still_odds() {
        for (exponent, expected) in [(1e9, Threshold::CERTAIN), (-1e9, Threshold::NEVER)] {
            let weighed = Threshold::new(0.1).at_odds(odds(exponent));
            assert!((weighed.probability() - expected.probability()).abs() < 1e-12);
        }
        assert_eq!(Threshold::new(0.1).at_odds(odds(0.0)), Threshold::new(0.1));
    }
}
