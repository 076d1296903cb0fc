//! What is true of an experiment's customers: means over the population, weighted as stages are.

use super::course::Course;
use super::population::{Place, Population};
use crate::abtest::metric::{Cap, Metric};

/// What is true of a metric at a look, in every arm.
#[derive(Clone, Debug)]
pub struct Truth {
    /// By arm: expected numerator and denominator of a unit; of a mean the denominator is 1.
    sums: Vec<[f64; 2]>,
    /// By arm: error of treatment − control, of the population against the world.
    errors: Vec<f64>,
}

/// The limits within which values count as they are.
pub type Limits = (f64, f64);
/// No limits.
pub const NO_LIMITS: Limits = (f64::NEG_INFINITY, f64::INFINITY);

/// A metric's numerator under an arm, capped, and denominator; none where it does not count at this look.
#[inline]
pub fn numbers(row: &[f64], place: &Place, look: usize, arm: usize, limits: Limits) -> Option<[f64; 2]> {
    let at = place.of(look, arm);
    let value = row[at];
    // What is missing stays so: comparisons with it are false.
    (!value.is_nan()).then(|| {
        let denominator = if place.width == 2 { row[at + 1] } else { 1.0 };
        [value.max(limits.0).min(limits.1), denominator]
    })
}

impl Truth {
    /// Of the units that count at a look.
    pub fn new(population: &Population, course: &Course, place: &Place, look: usize, limits: Limits) -> Self {
        let arms = population.arms.len();
        let of_pool = |stage: usize| -> (Vec<[f64; 2]>, f64) {
            let mut sums = vec![[0.0; 2]; arms];
            let mut count = 0.0;
            for unit in population.pools[stage].clone() {
                let row = population.row(unit);
                for (arm, sum) in sums.iter_mut().enumerate() {
                    if let Some([value, below]) = numbers(row, place, look, arm, limits) {
                        sum[0] += value;
                        sum[1] += below;
                        count += f64::from(u8::from(arm == 0));
                    }
                }
            }
            (sums, count)
        };
        let mut sums = vec![[0.0; 2]; arms];
        let mut counted = 0.0;
        let weighted = stages(population, course, look);
        for &(stage, weight) in &weighted {
            let (own, count) = of_pool(stage);
            counted += weight * count;
            for (sum, own) in sums.iter_mut().zip(own) {
                sum[0] += weight * own[0];
                sum[1] += weight * own[1];
            }
        }
        // Per unit that counts.
        sums.iter_mut().flatten().for_each(|sum| *sum /= counted);
        let influence = |row: &[f64], arm: usize| {
            numbers(row, place, look, arm, limits).map(|[value, below]| {
                let [above, denominator] = sums[arm];
                (value - above / denominator * below) / denominator
            })
        };
        let mut errors = vec![0.0; arms];
        for (arm, error) in errors.iter_mut().enumerate().skip(1) {
            for &(stage, weight) in &weighted {
                let pool = population.pools[stage].clone();
                let share = weight / counted;
                let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0);
                for unit in pool {
                    let row = population.row(unit);
                    if let (Some(c), Some(t)) = (influence(row, 0), influence(row, arm)) {
                        let i = t - c;
                        sum += i;
                        squares += i * i;
                        n += 1.0;
                    }
                }
                if n > 1.0 {
                    *error += share * share * (squares - sum * sum / n) * n / (n - 1.0);
                }
            }
            *error = error.sqrt();
        }
        Self { sums, errors }
    }

    /// Value of an arm, where a part of its units get its treatment and the others what the control gets.
    pub fn value(&self, arm: usize, part: f64) -> f64 {
        let mixed = |i: usize| (1.0 - part) * self.sums[0][i] + part * self.sums[arm][i];
        mixed(0) / mixed(1)
    }

    /// Treatment − control, for a part of the effect.
    pub fn effect(&self, arm: usize, part: f64) -> f64 {
        // Without any part it is the control's value on both sides, to the last bit.
        if part == 0.0 { 0.0 } else { self.value(arm, part) - self.value(0, 1.0) }
    }

    /// Standard error of the whole effect, of the population against the world.
    pub fn error(&self, arm: usize) -> f64 {
        self.errors[arm]
    }
}

/// Pools with their weights up to a look: those that are the same customers are gone through once.
fn stages(population: &Population, course: &Course, look: usize) -> Vec<(usize, f64)> {
    let mut weighted: Vec<(usize, f64)> = Vec::new();
    for stage in 0..=look {
        let weight = course.stages[stage].more as f64 / population.pools[stage].len() as f64;
        match weighted.iter_mut().find(|(known, _)| population.pools[*known] == population.pools[stage]) {
            Some((_, sum)) => *sum += weight,
            None => weighted.push((stage, weight)),
        }
    }
    weighted
}

/// The limits of a metric where a part of the effect is there: at its quantiles those of the whole population, each arm
/// with its share.
pub fn limits(
    population: &Population,
    place: &Place,
    metric: &Metric,
    look: usize,
    shares: &[f64],
    part: f64,
) -> Limits {
    let (low, high) = match metric.cap {
        None => return NO_LIMITS,
        Some(Cap::At { low, high }) => return (low.unwrap_or(NO_LIMITS.0), high.unwrap_or(NO_LIMITS.1)),
        Some(Cap::Quantile { low, high }) => (low, high),
    };
    let mut weighted: Vec<(f64, f64)> = Vec::new();
    let pool = population.pools[0].start..population.pools[look].end;
    for unit in pool {
        let row = population.row(unit);
        for (arm, share) in shares.iter().enumerate() {
            let own = if arm == 0 { 1.0 } else { part };
            let mut put = |arm: usize, weight: f64| {
                let value = row[place.of(look, arm)];
                if weight > 0.0 && !value.is_nan() {
                    weighted.push((value, weight));
                }
            };
            put(arm, own * share);
            put(0, (1.0 - own) * share);
        }
    }
    weighted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = weighted.iter().map(|(_, weight)| weight).sum();
    let at = |share: f64| {
        let mut sum = 0.0;
        let found = weighted.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * all * (1.0 - 1e-12)
        });
        found.or(weighted.last()).map_or(f64::NAN, |(value, _)| *value)
    };
    (low.map_or(NO_LIMITS.0, at), high.map_or(NO_LIMITS.1, at))
}
