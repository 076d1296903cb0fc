//! Which inputs the answer hangs on, and where it would turn (R30).
//!
//! The draws are an experiment that has already been run: each has its own value of every uncertain input and its own
//! paired difference. A regression of the difference on the inputs says how much of its variance each one explains, and
//! where, the others at their mean, the difference crosses 0.

use serde::Serialize;

use crate::measures::{Series, quantile};
use crate::scenario::{WrittenBy, written_at};
use crate::simulation::Plan;
use crate::stats::regression::{Fit, fit};
use crate::stats::student;
use crate::world::{Draw, World};

/// What a difference hangs on.
#[derive(Clone, Debug, Serialize)]
pub struct HangsOn {
    /// The strategy whose difference from the baseline it is.
    pub strategy: String,
    /// The inputs that matter, the greatest first; at most five.
    pub inputs: Vec<InputEffect>,
    /// Share of the variance over draws (simulation noise taken out) that all of them explain together, 0 to 1.
    pub explained: f64,
}

/// One input (or jointly fitted set) and its part.
#[derive(Clone, Debug, Serialize)]
pub struct InputEffect {
    /// Path in the file.
    pub input: String,
    /// Who wrote it, and how good the source is if a preset did.
    pub written_by: Option<WrittenBy>,
    /// Share of the difference's variance over draws, 0 to 1.
    pub share: f64,
    /// Whether a higher value favours this strategy; none for a set.
    pub higher_favours: Option<bool>,
    /// Where the difference crosses 0.
    pub switching: Switching,
    /// The difference at the low and at the high end of what was drawn.
    pub reach: [End; 2],
}

/// The fitted difference at one end of an input's drawn values, the other inputs at their mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct End {
    /// The input's 5th or 95th percentile over draws; none for a set, which has no single value: then the end is that of the
    /// set's joint effect.
    pub input: Option<f64>,
    /// The difference there.
    pub difference: f64,
}

/// The value of an input at which the answer turns, the other inputs at their mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switching {
    /// At this value; between `low` and `high` the fit cannot tell (95 %).
    At {
        /// Where the fit crosses 0.
        value: f64,
        /// From here on the sign is open.
        low: f64,
        /// Up to here.
        high: f64,
    },
    /// Not between the 5th and 95th percentile of the drawn values.
    NoneInRange,
    /// A set of inputs has no single value.
    NotOneNumber,
}

impl InputEffect {
    /// For what a preset supplies: the preset and the grade of its source.
    pub fn preset_in_words(&self) -> Option<String> {
        self.written_by.as_ref()?.preset_in_words()
    }
}

/// At most so many inputs are named.
const NAMED: usize = 5;
/// A curvature counts from this t-value on (two-sided false-alarm rate about 0.001).
const CURVED: f64 = 3.3;

/// An uncertain input's values over the draws: one column, or several for a set.
struct Candidate<'w> {
    path: &'w str,
    columns: Vec<Vec<f64>>,
}

/// What a difference hangs on; none without draws of uncertain inputs.
pub fn hangs_on(world: &World, plan: &Plan, strategy: &str, difference: &Series) -> Option<HangsOn> {
    let outcome = difference.values();
    if outcome.len() < 16 {
        return None;
    }
    let candidates: Vec<Candidate<'_>> = world
        .uncertain
        .iter()
        .map(|input| {
            let by_draw = (0..plan.draws).map(|number| input.values(Draw::Number { seed: plan.seed, number }));
            let by_draw: Vec<Vec<f64>> = by_draw.collect();
            let columns = (0..by_draw[0].len()).map(|i| by_draw.iter().map(|values| values[i]).collect());
            Candidate { path: &input.path, columns: columns.collect() }
        })
        .collect();
    // Where noise is most of what varies, a regression would find reasons for it.
    let mostly_noise = difference.noise() > 0.5 * variance(&outcome);
    let chosen = if mostly_noise { Vec::new() } else { select(&candidates, &outcome) };
    let columns = columns(&candidates, &chosen);
    let noise = difference.noise();
    let observed = variance(&outcome);
    let of_parameters = (observed - noise).max(f64::MIN_POSITIVE);
    let model = (!columns.is_empty()).then(|| fit(&columns, &outcome).ok()).flatten();
    let explained = model.as_ref().map_or(0.0, |model| (model.r_squared * observed / of_parameters).min(1.0));
    let mut inputs: Vec<InputEffect> = Vec::new();
    if let Some(model) = &model {
        let mut first = 1;
        for &index in &chosen {
            let candidate = &candidates[index];
            let coefficients = &model.coefficients[first..first + candidate.columns.len()];
            // Inputs are drawn independently, so the variance of the fitted part of each is its share.
            let part: Vec<f64> = (0..outcome.len())
                .map(|d| coefficients.iter().zip(&candidate.columns).map(|(b, x)| b * x[d]).sum())
                .collect();
            let single = candidate.columns.len() == 1;
            let profile = single.then(|| Profile::new(&candidate.columns[0], &columns, &outcome, first - 1)).flatten();
            inputs.push(InputEffect {
                input: candidate.path.to_owned(),
                written_by: written_at(&world.scenario.written, candidate.path).map(|written| written.origin.clone()),
                share: (variance(&part) / of_parameters).min(1.0),
                higher_favours: single.then(|| coefficients[0] > 0.0),
                switching: match &profile {
                    Some(profile) => profile.switching(),
                    None if single => Switching::NoneInRange,
                    None => Switching::NotOneNumber,
                },
                reach: profile.as_ref().map_or_else(|| joint_reach(&part, &outcome), Profile::reach),
            });
            first += candidate.columns.len();
        }
    }
    inputs.sort_by(|a, b| b.share.total_cmp(&a.share));
    inputs.truncate(NAMED);
    Some(HangsOn { strategy: strategy.to_owned(), inputs, explained })
}

/// Forward selection by the extended BIC (Chen & Chen 2008, γ = 1), which allows for how many inputs are searched.
fn select(candidates: &[Candidate<'_>], outcome: &[f64]) -> Vec<usize> {
    let n = outcome.len() as f64;
    let total = variance(outcome) * (n - 1.0);
    let penalty = libm::log(n) + 2.0 * libm::log(candidates.len().max(2) as f64);
    let criterion = |chosen: &[usize]| {
        let columns = columns(candidates, chosen);
        if columns.len() + 4 > outcome.len() / 2 {
            return f64::INFINITY;
        }
        let unexplained = if columns.is_empty() {
            1.0
        } else {
            fit(&columns, outcome).map_or(f64::INFINITY, |fit| 1.0 - fit.r_squared)
        };
        n * libm::log((unexplained * total / n).max(f64::MIN_POSITIVE)) + penalty * columns.len() as f64
    };
    let mut chosen: Vec<usize> = Vec::new();
    let mut best = if total > 0.0 { criterion(&chosen) } else { return chosen };
    loop {
        let next = (0..candidates.len()).filter(|i| !chosen.contains(i)).map(|i| {
            let with: Vec<usize> = chosen.iter().copied().chain([i]).collect();
            (criterion(&with), i)
        });
        match next.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((value, index)) if value < best => {
                best = value;
                chosen.push(index);
            }
            _ => return chosen,
        }
    }
}

fn columns(candidates: &[Candidate<'_>], chosen: &[usize]) -> Vec<Vec<f64>> {
    chosen.iter().flat_map(|&index| candidates[index].columns.iter().cloned()).collect()
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (values.len() - 1) as f64
}

/// The least and the greatest joint effect of a set over 90 % of the draws, around the mean difference.
fn joint_reach(part: &[f64], outcome: &[f64]) -> [End; 2] {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut sorted = part.to_vec();
    sorted.sort_by(f64::total_cmp);
    [0.05, 0.95].map(|q| End { input: None, difference: mean(outcome) + quantile(&sorted, q) - mean(part) })
}

/// How the difference changes with one input, the others at their mean: a linear fit, or a quadratic one if its curvature is
/// significant.
struct Profile {
    model: Fit,
    terms: Vec<usize>,
    centre: f64,
    /// Drawn values of the input, ascending.
    sorted: Vec<f64>,
}

impl Profile {
    fn new(input: &[f64], columns: &[Vec<f64>], outcome: &[f64], own: usize) -> Option<Self> {
        // Centred columns put "the others at their mean" at 0.
        let mean = |column: &[f64]| column.iter().sum::<f64>() / column.len() as f64;
        let centred = |column: &[f64]| -> Vec<f64> { column.iter().map(|x| x - mean(column)).collect() };
        let mut all: Vec<Vec<f64>> = columns.iter().map(|column| centred(column)).collect();
        let square: Vec<f64> = all[own].iter().map(|x| x * x).collect();
        let linear = fit(&all, outcome).ok()?;
        all.push(square);
        let curve = all.len();
        let curved = fit(&all, outcome)
            .ok()
            .filter(|fit| fit.standard_error(curve).is_some_and(|se| (fit.coefficients[curve] / se).abs() > CURVED));
        let terms = if curved.is_some() { vec![0, own + 1, curve] } else { vec![0, own + 1] };
        let mut sorted = input.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self { model: curved.unwrap_or(linear), terms, centre: mean(input), sorted })
    }

    /// Fitted difference and its standard error at a value of the input.
    fn at(&self, x: f64) -> (f64, f64) {
        predict(&self.model, &self.terms, x - self.centre)
    }

    /// What the input was between in nine of ten draws.
    fn ends(&self) -> [f64; 2] {
        [0.05, 0.95].map(|q| quantile(&self.sorted, q))
    }

    fn reach(&self) -> [End; 2] {
        self.ends().map(|input| End { input: Some(input), difference: self.at(input).0 })
    }

    /// Where the fit crosses 0.
    fn switching(&self) -> Switching {
        let t = student::quantile(0.975, self.model.residual_df as f64);
        let (least, most) = (self.sorted[0], self.sorted[self.sorted.len() - 1]);
        let [from, to] = self.ends();
        let Some(value) = crossing(|x| self.at(x).0, from, to) else { return Switching::NoneInRange };
        // The sign is open where 0 lies within the band of the fit (Fieller); looked for within the drawn values.
        let open = |x: f64| {
            let (fitted, error) = self.at(x);
            fitted.abs() - t * error
        };
        let low =
            crossing(|x| open(value - (x - from)), from, from + (value - least)).map_or(least, |x| value - (x - from));
        let high = crossing(open, value, most).unwrap_or(most);
        Switching::At { value, low, high }
    }
}

/// Fitted difference and its standard error at a distance from the mean of one input.
fn predict(model: &Fit, terms: &[usize], x: f64) -> (f64, f64) {
    let powers = [1.0, x, x * x];
    let fitted = terms.iter().zip(powers).map(|(&term, power)| model.coefficients[term] * power).sum();
    let mut variance = 0.0;
    for (&i, p) in terms.iter().zip(powers) {
        for (&j, q) in terms.iter().zip(powers) {
            variance += model.covariance[i][j] * p * q;
        }
    }
    (fitted, variance.max(0.0).sqrt())
}

/// The first sign change of a function between two points: a grid, then bisection.
fn crossing(f: impl Fn(f64) -> f64, from: f64, to: f64) -> Option<f64> {
    const GRID: usize = 256;
    let point = |i: usize| from + (to - from) * i as f64 / GRID as f64;
    let (i, _) = (0..GRID).map(|i| (i, f(point(i)) * f(point(i + 1)))).find(|(_, product)| *product <= 0.0)?;
    let (mut low, mut high) = (point(i), point(i + 1));
    let rising = f(low) <= f(high);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if (f(middle) < 0.0) == rising { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r30_the_crossing_of_a_known_line_is_found_with_its_interval() {
        // difference = 2 − 20 x + noise, x from 0 to 0.2: crosses 0 at 0.1.
        let input: Vec<f64> = (0..64).map(|i| f64::from(i) / 320.0).collect();
        let outcome: Vec<f64> =
            input.iter().enumerate().map(|(i, x)| 2.0 - 20.0 * x + 0.1 * (i as f64 * 1.7).sin()).collect();
        let profile = Profile::new(&input, std::slice::from_ref(&input), &outcome, 0).expect("it can be fitted");
        let Switching::At { value, low, high } = profile.switching() else { panic!("not found") };
        let [least, most] = profile.reach();
        assert!((least.difference - 1.8).abs() < 0.1 && (most.difference + 1.7).abs() < 0.1, "{least:?} {most:?}");
        assert!((value - 0.1).abs() < 2e-3, "{value}");
        assert!(low < value && value < high && high - low < 0.01, "{low} {high}");
    }
}
