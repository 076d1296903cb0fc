//! From a series over draws to one estimate with its interval (R25).

use serde::Serialize;

use super::catalogue::{Form, Measure, Unit};
use super::series::Series;
use crate::stats::{normal, student};

/// An interval and what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Its level: 0.95 if rates are taken as exact, 0.9 with uncertain inputs.
    pub level: f64,
}

impl Interval {
    /// Whether it contains a value.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A point estimate and how sure it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Mean over draws (R25); of cost per incremental order the quotient of the means (R23).
    pub value: f64,
    /// The headline interval.
    pub interval: Interval,
    /// Standard error of `value` from the finite number of customers alone; it shrinks with more of them.
    pub monte_carlo_error: f64,
    /// Simulation noise ÷ variance over draws, 0 to 1; none without uncertain inputs. Above one half the interval is
    /// normal-shaped.
    pub noise_share: Option<f64>,
    /// The draws, shrunk to the mean by the noise in them; empty without uncertain inputs.
    #[serde(skip)]
    pub shrunken: Vec<f64>,
    /// Standard deviation of what is unknown of the value: parameters and mean over draws together.
    #[serde(skip)]
    unknown: f64,
}

/// Standard normal 95th percentile.
const Z95: f64 = 1.644_853_626_951_472_2;

impl Estimate {
    /// Estimates from a series (R25).
    ///
    /// With one draw: 95 % Monte Carlo interval from the batches (Student's t). With several: a 90 % interval over what is
    /// unknown of the inputs. The draws vary by their parameters and by simulation noise; they are shrunk to their mean
    /// by √max(0, 1 − noise ÷ observed), so that their spread is that of the parameters alone, and each half of their
    /// 5–95 % range (in which one more draw would lie with 90 %) is combined in quadrature with 1.645 × the standard error
    /// of the mean over draws.
    pub fn of(series: &Series) -> Self {
        Self::around(&series.linear_values(), &series.values(), series.noise(), series.batches())
    }

    /// The same from the values of the draws, the mean Monte Carlo variance of one draw's value, and the number of batches
    /// of one draw.
    pub fn from_draws(values: &[f64], noise: f64, batches: usize) -> Self {
        Self::around(values, values, noise, batches)
    }

    /// The same where the estimate is the mean of others, the draws to first order: these tell its error and what is noise, the
    /// draws themselves how far it reaches.
    fn around(linear: &[f64], values: &[f64], noise: f64, batches: usize) -> Self {
        let draws = values.len() as f64;
        let value = linear.iter().sum::<f64>() / draws;
        let monte_carlo_error = (noise / draws).sqrt();
        if values.len() == 1 {
            let degrees = batches.saturating_sub(1).max(1) as f64;
            let half = student::quantile(0.975, degrees) * monte_carlo_error;
            let interval = Interval { low: value - half, high: value + half, level: 0.95 };
            return Self {
                value,
                interval,
                monte_carlo_error,
                noise_share: None,
                shrunken: Vec::new(),
                unknown: monte_carlo_error,
            };
        }
        let observed = linear.iter().map(|v| (v - value) * (v - value)).sum::<f64>() / (draws - 1.0);
        let noise_share = if observed > 0.0 { (noise / observed).min(1.0) } else { 0.0 };
        let shrink = (1.0 - noise_share).sqrt();
        let shrunken: Vec<f64> = values.iter().map(|v| value + shrink * (v - value)).collect();
        let error_of_mean = Z95 * (observed / draws).sqrt();
        let (below, above) = if noise_share > 0.5 {
            let half = Z95 * shrink * observed.sqrt();
            (half, half)
        } else {
            let mut sorted = shrunken.clone();
            sorted.sort_by(f64::total_cmp);
            let (low, high) = (quantile_of_one_more(&sorted, 0.05), quantile_of_one_more(&sorted, 0.95));
            ((value - low).max(0.0), (high - value).max(0.0))
        };
        let interval =
            Interval { low: value - below.hypot(error_of_mean), high: value + above.hypot(error_of_mean), level: 0.9 };
        let unknown = (shrink * observed.sqrt()).hypot((observed / draws).sqrt());
        Self { value, interval, monte_carlo_error, noise_share: Some(noise_share), shrunken, unknown }
    }

    /// The same with an interval that allows for an error which the batches cannot tell.
    #[must_use]
    pub fn widened(mut self, by: Option<f64>) -> Self {
        self.interval.low -= by.unwrap_or(0.0);
        self.interval.high += by.unwrap_or(0.0);
        self
    }

    /// The same as the estimate of a measure: no share lies below 0, or above 1 unless its value does, and no cost of what is bought
    /// below 0, wherever an interval's symmetry would lead.
    #[must_use]
    pub fn within(mut self, measure: &Measure) -> Self {
        if measure.form == Form::QuotientOfMeans {
            self.interval.low = self.interval.low.max(0.0);
        }
        if measure.unit == Unit::Share {
            self.interval.low = self.interval.low.max(self.value.min(0.0));
            // Of what grows, such as reach, a share may be more than the whole.
            if self.value <= 1.0 {
                self.interval.high = self.interval.high.min(1.0);
            }
        }
        self
    }

    /// The probability that the value is above 0, for P(better) (R26): the share of the shrunken draws; where more than
    /// half of what varies is noise, that of a normal distribution with the spread of the interval. None without
    /// uncertain inputs.
    pub fn probability_above_zero(&self) -> Option<f64> {
        let noise = self.noise_share?;
        if noise > 0.5 && self.unknown > 0.0 {
            return Some(normal::cdf(self.value / self.unknown));
        }
        let halves: f64 = self
            .shrunken
            .iter()
            .map(|v| {
                if *v > 0.0 {
                    1.0
                } else if *v == 0.0 {
                    0.5
                } else {
                    0.0
                }
            })
            .sum();
        Some(halves / self.shrunken.len() as f64)
    }
}

/// Share of single years of a firm of this size in which a difference is above 0 (R26): mean over draws of Φ(Δ / √(v ÷
/// population + Monte Carlo variance)), v the variance of one customer's difference. The Monte Carlo error of the mean is part
/// of it, so that too few simulated customers never look like certainty. No shock that hits all customers alike.
pub fn share_of_years_above_zero(difference: &Series, estimate: &Estimate, population: u64) -> f64 {
    let sd = (difference.variance_per_customer() / population as f64).sqrt().hypot(estimate.monte_carlo_error);
    let single = [estimate.value];
    let draws = if estimate.shrunken.is_empty() { &single[..] } else { &estimate.shrunken[..] };
    let above = |value: &f64| {
        if sd > 0.0 { normal::cdf(value / sd) } else { 0.5 + 0.5 * value.signum() * f64::from(*value != 0.0) }
    };
    draws.iter().map(above).sum::<f64>() / draws.len() as f64
}

/// The total of a measure below which it lies in a share `q` (0 to 1, exclusive) of the years of a firm with so many
/// customers: over draws (what is not known of the inputs), and around each a normal distribution for the luck of its customers
/// (the variance of one customer's part × population) and for the Monte Carlo error of the mean. No shock that hits all
/// customers alike.
pub fn year_quantile(series: &Series, estimate: &Estimate, population: u64, q: f64) -> f64 {
    let population = population as f64;
    let sd = (series.variance_per_customer() * population).sqrt().hypot(estimate.monte_carlo_error * population);
    let single = [estimate.value];
    let draws = if estimate.shrunken.is_empty() { &single[..] } else { &estimate.shrunken[..] };
    let totals: Vec<f64> = draws.iter().map(|value| value * population).collect();
    let (mut low, mut high) = totals.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &t| (l.min(t), h.max(t)));
    if sd <= 0.0 {
        let mut sorted = totals;
        sorted.sort_by(f64::total_cmp);
        return quantile(&sorted, q);
    }
    // Beyond ten standard deviations of the outermost draw lies nothing that a double could tell from 0 or 1.
    (low, high) = (low - 10.0 * sd, high + 10.0 * sd);
    let below = |x: f64| totals.iter().map(|total| normal::cdf((x - total) / sd)).sum::<f64>() / totals.len() as f64;
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if below(middle) < q { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The q-quantile of sorted numbers, linear between order statistics (Hyndman & Fan 1996, type 7).
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    at(sorted, q * (sorted.len() - 1) as f64)
}

/// The value below which one more number lies with chance q: the i-th of n has an expected share of i/(n + 1) below it
/// (Hyndman & Fan 1996, type 6). Type 7 lies further inside: between its 5 % and 95 % of 64 draws one more lies in 87 of
/// 100 cases.
fn quantile_of_one_more(sorted: &[f64], q: f64) -> f64 {
    at(sorted, (q * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, (sorted.len() - 1) as f64))
}

/// The number at a place between 0 and the last one's.
fn at(sorted: &[f64], position: f64) -> f64 {
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    low + (position - position.floor()) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_twenty_lies_below_the_least_of_nineteen() {
        let sorted: Vec<f64> = (1..=19).map(f64::from).collect();
        for (q, expected) in [(0.05, 1.0), (0.5, 10.0), (0.95, 19.0), (0.125, 2.5), (0.01, 1.0)] {
            assert!((quantile_of_one_more(&sorted, q) - expected).abs() < 1e-12);
        }
        assert!((quantile(&sorted, 0.05) - 1.9).abs() < 1e-12);
    }
}
