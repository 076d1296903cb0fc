//! Pressure, goodwill and what they weigh (R43 to R46): sums over all that has happened, taken anew for each question.

use channelmix::luck::Luck;
use channelmix::scenario::{Fatigue, Seconds};

use super::{Customer, words};

/// Factors on the odds of what may follow a delivery.
#[derive(Clone, Copy, Debug)]
pub struct Odds {
    pub response: f64,
    pub opt_out: f64,
    pub complaint: f64,
}

/// What is left of 1 after a time.
fn left(age: Seconds, half_life: f64) -> f64 {
    (-(age as f64) / half_life).exp2()
}

impl Customer<'_> {
    /// The pressure of what was delivered so far, on a channel or on all.
    fn pressure(&self, fatigue: &Fatigue, channel: Option<usize>) -> f64 {
        let pressing = self.deliveries.iter().filter(|&&(_, number)| {
            let sent = &self.sent[number];
            channel.is_none_or(|channel| sent.channel == channel)
                && (fatigue.counts_all || self.is_marketing(sent.campaign))
        });
        pressing.map(|(at, _)| left(self.now - at, fatigue.half_life.typical())).sum()
    }

    fn fatigue_of(&self, channel: usize) -> Option<&Fatigue> {
        self.scenario.channels[channel].contact.as_ref()?.fatigue.as_ref()
    }

    /// The pressure that is told of a delivery on a channel: that over all, else that of the channel.
    pub fn told_pressure(&self, channel: usize) -> Option<f64> {
        let overall = self.scenario.fatigue.as_ref().map(|fatigue| self.pressure(fatigue, None));
        overall.or_else(|| self.fatigue_of(channel).map(|fatigue| self.pressure(fatigue, Some(channel))))
    }

    /// What the pressure that a message meets now does to it.
    pub fn odds(&self, channel: usize) -> Odds {
        let mut odds = Odds { response: 1.0, opt_out: 1.0, complaint: 1.0 };
        let of_all = self.scenario.fatigue.as_ref().map(|fatigue| (fatigue, self.pressure(fatigue, None)));
        let own = self.fatigue_of(channel).map(|fatigue| (fatigue, self.pressure(fatigue, Some(channel))));
        for (fatigue, pressure) in of_all.into_iter().chain(own) {
            odds.response *= fatigue.response_odds.typical().powf(pressure);
            odds.opt_out *= fatigue.opt_out_odds.typical().powf(pressure);
            odds.complaint *= fatigue.complaint_odds.typical().powf(pressure);
        }
        odds
    }

    fn goodwill(&self) -> f64 {
        let half_life = self.scenario.goodwill.as_ref().and_then(|goodwill| goodwill.half_life.as_ref());
        let points = self
            .experiences
            .iter()
            .map(|&(at, points)| points * half_life.map_or(1.0, |half_life| left(self.now - at, half_life.typical())));
        points.sum()
    }

    /// Something happens to the customer that may move its goodwill.
    pub fn experiences(&mut self, points: impl Fn(&channelmix::scenario::Goodwill) -> f64) {
        if let Some(goodwill) = &self.scenario.goodwill {
            self.experiences.push((self.now, points(goodwill)));
        }
    }

    /// Whether a coin of this chance loses the customer.
    pub fn coin_falls(&self, luck: Luck, chance: f64) -> bool {
        let mut odds = 1.0;
        if let Some(fatigue) = &self.scenario.fatigue
            && let Some(loss_odds) = &fatigue.loss_odds
        {
            odds *= loss_odds.typical().powf(self.pressure(fatigue, None));
        }
        if let Some(goodwill) = &self.scenario.goodwill {
            odds *= goodwill.loss_odds.typical().powf(self.goodwill());
        }
        words::happens(luck, words::COIN, words::at_odds(chance, odds))
    }

    /// What it answers at the horizon.
    pub fn score(&self) -> Option<u8> {
        let nps = self.scenario.goodwill.as_ref()?.nps.as_ref()?;
        let own = self.luck.child(words::NPS);
        if !self.alive || !words::happens(own, words::ANSWERS, nps.answers) {
            return None;
        }
        let score = nps.mean + nps.per_point * self.goodwill() + nps.sd * words::normal(own, words::SCORE);
        Some(score.round().clamp(0.0, 10.0) as u8)
    }
}
