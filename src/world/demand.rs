//! Needs and losses of a segment in one draw: order rates become need rates (R10), and who is still there at the start.

use rand_distr::{Beta, Gamma};

use super::draws::Draw;
use super::journeys;
use super::tables::{Coin, Dropout, Rate};
use crate::luck::Threshold;
use crate::scenario::{self, Chance, Demand, Input, Joined, Lapse, Positive, Problem, Scenario, Segment};
use crate::stats::bgnbd::{BgNbd, mean_survival};
use crate::stats::sbg;

/// Below this share of living customers a base whose losses are known would be redrawn for ever (R9).
const LEAST_LIVING: f64 = 0.05;

/// How often customers need something and how they are lost.
pub(super) struct Compiled {
    pub rate: Rate,
    pub dropout: Dropout,
}

/// Compiles needs and losses.
pub(super) fn compile(scenario: &Scenario, segment: &Segment, draw: Draw) -> Result<Compiled, Problem> {
    if segment.lapse == Lapse::Known && living_share_of_base(scenario, segment, draw) < LEAST_LIVING {
        let message = format!(
            "segment `{}`: less than 5 % of a base of this age are still there at the start, and with known loss only they are its customers",
            segment.name
        );
        return Err(
            Problem::error(message, segment.at).help("shorten `age`, lower the dropout, or use `lapse = \"silent\"`")
        );
    }
    match &segment.demand {
        Demand::Purchases(purchases) => {
            let [r, alpha, a, b] = draw.purchases(purchases);
            let order_chance = journeys::order_chance(scenario, segment, draw).filter(|&chance| chance > 0.0);
            let Some(order_chance) = order_chance else {
                let message = format!(
                    "segment `{}`: no journey can end in an order, but `purchases` states orders",
                    segment.name
                );
                return Err(Problem::error(message, segment.at)
                    .help("give a channel that its journeys reach an `order_rate` above 0"));
            };
            let per_second = 1.0 / (alpha * purchases.unit as f64 * order_chance);
            Ok(Compiled {
                rate: gamma(r, per_second, &purchases.r)?,
                dropout: Dropout::AfterOrder(beta(a, b, &purchases.a)?),
            })
        }
        Demand::Needs { every, shape, dropout } => {
            let per_second = 1.0 / draw.value(every);
            let minor = scenario.currency.minor();
            let rate = match shape {
                None => Rate::Fixed(per_second),
                Some(shape) => {
                    let k = draw.value(shape);
                    gamma(k, per_second / k, shape)?
                }
            };
            let coin = |chance: &Chance| match chance {
                Chance::Fixed(chance) => Ok(Coin::Fixed(Threshold::new(draw.value(chance)))),
                Chance::Beta(a, b) => beta(draw.value(a), draw.value(b), a),
            };
            let dropout = match dropout {
                scenario::Dropout::Never => Dropout::Never,
                scenario::Dropout::AfterOrder(chance) => Dropout::AfterOrder(coin(chance)?),
                scenario::Dropout::AfterJourney(chance) => Dropout::AfterJourney(coin(chance)?),
                scenario::Dropout::PerPeriod(contract) => Dropout::PerPeriod {
                    coin: coin(&contract.chance)?,
                    every: contract.every,
                    fee: contract.fee.as_ref().map_or(0, |fee| (draw.value(fee) * minor).round() as i64),
                },
            };
            Ok(Compiled { rate, dropout })
        }
    }
}

fn gamma(shape: f64, scale: f64, input: &Input<Positive>) -> Result<Rate, Problem> {
    Gamma::new(shape, scale).map(Rate::Gamma).map_err(|_| unusable("a gamma distribution", &[shape, scale], input))
}

fn beta(a: f64, b: f64, input: &Input<Positive>) -> Result<Coin, Problem> {
    Beta::new(a, b).map(Coin::Beta).map_err(|_| unusable("a beta distribution", &[a, b], input))
}

fn unusable(what: &str, parameters: &[f64], input: &Input<Positive>) -> Problem {
    Problem::error(format!("{what} with parameters {parameters:?} cannot be drawn"), input.at.unwrap_or_default())
}

/// Expected share of all customers who are alive at the start under `none` (R13), given that they have joined.
pub(super) fn living_share_of_all(scenario: &Scenario, draw: Draw) -> f64 {
    scenario.segments.iter().map(|segment| segment.share.value.0 * living_share(scenario, segment, draw)).sum()
}

/// Expected share of a segment's customers who are alive at the start under `none` (R13), given that they have joined.
fn living_share(scenario: &Scenario, segment: &Segment, draw: Draw) -> f64 {
    // Known losses have left the list.
    if segment.lapse == Lapse::Known { 1.0 } else { living_share_of_base(scenario, segment, draw) }
}

fn living_share_of_base(scenario: &Scenario, segment: &Segment, draw: Draw) -> f64 {
    let Joined::Base { age } = segment.joined else { return 1.0 };
    if age == 0 {
        return 1.0;
    }
    let age = age as f64;
    // Alive at age t: E over rates λ and coins p of exp(−λ p t), λ the rate of tosses; here its mean over ages.
    match &segment.demand {
        Demand::Purchases(purchases) => {
            let [r, alpha, a, b] = draw.purchases(purchases);
            BgNbd::new(r, alpha * purchases.unit as f64, a, b).map_or(0.0, |model| model.mean_alive(age))
        }
        Demand::Needs { every, shape, dropout } => {
            let (chance, tosses) = match dropout {
                scenario::Dropout::Never => return 1.0,
                scenario::Dropout::AfterJourney(chance) => (chance, 1.0),
                scenario::Dropout::PerPeriod(contract) => return living_contracts(contract, age, draw),
                scenario::Dropout::AfterOrder(chance) => {
                    (chance, journeys::order_chance(scenario, segment, draw).unwrap_or(0.0))
                }
            };
            let expected = tosses * age / draw.value(every);
            // A fixed rate is the limit of a gamma of ever larger shape; at 1e7 they agree to seven digits.
            let shape = shape.as_ref().map_or(1e7, |shape| draw.value(shape));
            match chance {
                Chance::Fixed(p) => mean_survival(shape, expected * draw.value(p) / shape),
                Chance::Beta(a, b) if expected > 0.0 => {
                    BgNbd::new(shape, shape / expected, draw.value(a), draw.value(b))
                        .map_or(0.0, |model| model.mean_alive(1.0))
                }
                Chance::Beta(..) => 1.0,
            }
        }
    }
}

/// Expected share of contracts that are still kept, if customers joined evenly over `age` seconds.
fn living_contracts(contract: &scenario::Contract, age: f64, draw: Draw) -> f64 {
    let periods = age / contract.every as f64;
    match &contract.chance {
        Chance::Fixed(chance) => sbg::mean_survival(periods, |k| (1.0 - draw.value(chance)).powi(k)),
        Chance::Beta(a, b) => {
            let (a, b) = (draw.value(a), draw.value(b));
            sbg::mean_survival(periods, |k| sbg::survival(a, b, f64::from(k)))
        }
    }
}
