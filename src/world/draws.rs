//! Values of the uncertain inputs: a function of (seed, draw, path in the file) and nothing else (R3).

use rand_distr::{Distribution, Pert, StandardNormal};

use crate::luck::{Label, Luck};
use crate::scenario::{Basket, Chance, Click, Delay, Demand, Fatigue, Input, Law, Purchases, Scale, Scenario};
use crate::stats::linear::cholesky;

/// One sample of all uncertain inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Every input at its middle: fixed value, median, or mode.
    Typical,
    /// The draw of this number under this seed.
    Number {
        /// The run's seed.
        seed: u64,
        /// 0, 1, 2, …
        number: u64,
    },
}

/// The only purpose below a parameter.
const VALUE: Label = Label::new(0);

/// The 90th percentile of the standard normal distribution: what turns a percentile distance into a standard deviation.
const Z90: f64 = 1.281_551_565_544_600_4;

impl Draw {
    /// The value of an input in this draw.
    pub fn value<Q>(self, input: &Input<Q>) -> f64 {
        self.of(&input.path, input.law, input.scale)
    }

    fn of(self, path: &str, law: Law, scale: Scale) -> f64 {
        let Self::Number { seed, number } = self else {
            return match law {
                Law::Fixed(value) | Law::Percentiles { typical: value, .. } | Law::Pert { mode: value, .. } => value,
            };
        };
        let mut stream = Luck::parameter(seed, address(path), number).stream(VALUE);
        match law {
            Law::Fixed(value) => value,
            Law::Percentiles { low, typical, high } => {
                split_normal(low, typical, high, scale, StandardNormal.sample(&mut stream))
            }
            // The constructor only fails for an empty range, which reads as `Fixed`.
            Law::Pert { min, mode, max } => {
                Pert::new(min, max).with_mode(mode).map_or(mode, |pert| pert.sample(&mut stream))
            }
        }
    }

    /// (r, α, a, b) of a purchase process, drawn together where they were fitted together.
    pub fn purchases(self, purchases: &Purchases) -> [f64; 4] {
        let middle = [&purchases.r, &purchases.alpha, &purchases.a, &purchases.b].map(|input| self.value(input));
        let (Some(covariance), Self::Number { seed, number }) = (&purchases.log_covariance, self) else {
            return middle;
        };
        let Ok(root) = cholesky(&covariance.value) else { return middle };
        let mut stream = Luck::parameter(seed, Label::of(&purchases.path), number).stream(VALUE);
        let normal: [f64; 4] = std::array::from_fn(|_| StandardNormal.sample(&mut stream));
        std::array::from_fn(|i| {
            let shift: f64 = (0..=i).map(|j| root[i][j] * normal[j]).sum();
            middle[i] * libm::exp(shift)
        })
    }
}

/// The address of what stands at a path. A strategy's name is no part of it: what two strategies take alike is alike in
/// every draw.
fn address(path: &str) -> Label {
    let of_strategy = path.strip_prefix("strategies.").and_then(|rest| rest.split_once('.'));
    of_strategy.map_or_else(|| Label::of(path), |(_, key)| Label::of(&format!("strategies.{key}")))
}

/// A value at `z` standard deviations from the median: normal on the scale of the quantity, with its own spread on
/// either side (a split normal), so that z = ∓1.2816 gives exactly `low` and `high`. Where the scale has no room (a
/// share of 0 or 1, a price of 0) the spread is normal on the plain scale and cut at the end of the range.
fn split_normal(low: f64, typical: f64, high: f64, scale: Scale, z: f64) -> f64 {
    let top = if scale == Scale::Logit { 1.0 } else { f64::INFINITY };
    if low > 0.0 && high < top {
        let to = |x: f64| if scale == Scale::Logit { libm::log(x / (1.0 - x)) } else { libm::log(x) };
        let from = |y: f64| if scale == Scale::Logit { 1.0 / (1.0 + libm::exp(-y)) } else { libm::exp(y) };
        let side = if z < 0.0 { to(typical) - to(low) } else { to(high) - to(typical) };
        return from(to(typical) + z * side / Z90);
    }
    let side = if z < 0.0 { typical - low } else { high - typical };
    (typical + z * side / Z90).clamp(0.0, top)
}

/// An uncertain input, or a set of inputs that were fitted together.
#[derive(Clone, Debug)]
pub struct Uncertain {
    /// Path in the file.
    pub path: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    One { law: Law, scale: Scale },
    Joint(Box<Purchases>),
}

impl Uncertain {
    /// The value (or the values of a joint set) in a draw.
    pub fn values(&self, draw: Draw) -> Vec<f64> {
        match &self.kind {
            Kind::One { law, scale } => vec![draw.of(&self.path, *law, *scale)],
            Kind::Joint(purchases) => draw.purchases(purchases).to_vec(),
        }
    }
}

/// Lists every uncertain input of a scenario, in the order of the file.
pub(super) fn uncertain(scenario: &Scenario) -> Vec<Uncertain> {
    let mut found = Found(Vec::new());
    for channel in &scenario.channels {
        if let Some(contact) = &channel.contact {
            found.add(&contact.cost_per_message);
            found.add(&contact.delivery_rate);
            found.add(&contact.open_rate);
            match &contact.click {
                Click::PerDelivered(rate) | Click::PerOpened(rate) => found.add(rate),
            }
            found.add(&contact.opt_out_rate);
            contact.reply_rate.iter().chain(&contact.reach).for_each(|share| found.add(share));
            contact.best_hour_odds.iter().for_each(|odds| found.add(odds));
            [&contact.duplicate_rate, &contact.machine_open_rate, &contact.scanner_click_rate]
                .into_iter()
                .flatten()
                .for_each(|share| found.add(share));
            let delays = [&contact.open_delay, &contact.click_delay, &contact.reply_delay];
            for delay in delays.into_iter().chain([&contact.delivery_delay, &contact.machine_open_delay]) {
                match delay {
                    Delay::Fixed(span) | Delay::Exponential(span) => found.add(span),
                    Delay::LogNormal { median, p90 } => {
                        found.add(median);
                        found.add(p90);
                    }
                }
            }
            contact.opt_in.iter().for_each(|share| found.add(share));
            contact.fixed.inputs().into_iter().for_each(|amount| found.add(amount));
            contact.cost_per_transactional.iter().for_each(|price| found.add(price));
            contact.window.iter().flat_map(|window| &window.cost).for_each(|price| found.add(price));
            contact.conversations.iter().for_each(|conversations| found.add(&conversations.cost));
            for share in [&contact.complaint_rate, &contact.opt_in_at_order, &contact.return_at_order] {
                found.add(share);
            }
            found.add_fatigue(contact.fatigue.as_ref());
        }
        channel.order_rate.iter().chain(&channel.cart_rate).for_each(|rate| found.add(rate));
    }
    for segment in &scenario.segments {
        segment.opt_in.iter().chain(&segment.reach).for_each(|(_, share)| found.add(share));
        match &segment.demand {
            Demand::Purchases(set) if set.log_covariance.is_some() => {
                found.0.push(Uncertain { path: set.path.clone(), kind: Kind::Joint(Box::new(set.clone())) });
            }
            Demand::Purchases(set) => {
                [&set.r, &set.alpha, &set.a, &set.b].into_iter().for_each(|input| found.add(input));
            }
            Demand::Needs { every, shape, dropout } => {
                found.add(every);
                shape.iter().for_each(|shape| found.add(shape));
                match dropout.chance() {
                    Some(Chance::Fixed(chance)) => found.add(chance),
                    Some(Chance::Beta(a, b)) => {
                        found.add(a);
                        found.add(b);
                    }
                    None => {}
                }
                dropout.contract().and_then(|contract| contract.fee.as_ref()).iter().for_each(|fee| found.add(fee));
            }
        }
        match &segment.basket {
            Basket::Fixed(money) => found.add(money),
            Basket::LogNormal { mean, cv } => {
                found.add(mean);
                found.add(cv);
            }
            Basket::GammaGamma { p, q, gamma } => {
                found.add(p);
                found.add(q);
                found.add(gamma);
            }
        }
        found.add(&segment.gross_margin);
        segment.hops.iter().flat_map(|(_, row)| row).for_each(|(_, chance)| found.add(chance));
        segment.acquisition_cost.iter().for_each(|cost| found.add(cost));
    }
    for campaign in &scenario.campaigns {
        found.add(&campaign.intent);
        found.add(&campaign.displacement);
    }
    for strategy in &scenario.strategies {
        strategy.fixed.inputs().into_iter().for_each(|amount| found.add(amount));
    }
    found.add_fatigue(scenario.fatigue.as_ref());
    if let Some(goodwill) = &scenario.goodwill {
        goodwill.half_life.iter().for_each(|span| found.add(span));
        found.add(&goodwill.loss_odds);
    }
    found.add(&scenario.context.sync_failure);
    found.add(&scenario.context.leave_odds);
    found.add(&scenario.context.cart_odds);
    found.0
}

struct Found(Vec<Uncertain>);

impl Found {
    fn add_fatigue(&mut self, fatigue: Option<&Fatigue>) {
        if let Some(fatigue) = fatigue {
            self.add(&fatigue.half_life);
            fatigue.inputs().for_each(|odds| self.add(odds));
        }
    }

    fn add<Q>(&mut self, input: &Input<Q>) {
        if !matches!(input.law, Law::Fixed(_)) {
            let kind = Kind::One { law: input.law, scale: input.scale };
            self.0.push(Uncertain { path: input.path.clone(), kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r3_the_three_percentiles_are_met_exactly() {
        for (low, typical, high, scale) in
            [(0.03, 0.06, 0.1, Scale::Logit), (0.2, 0.9, 4.0, Scale::Log), (0.0, 0.05, 0.5, Scale::Log)]
        {
            for (z, expected) in [(-Z90, low), (0.0, typical), (Z90, high)] {
                let value = split_normal(low, typical, high, scale, z);
                assert!((value - expected).abs() < 1e-12, "{value} {expected}");
            }
        }
    }
}
