//! All probabilities and tails of a binomial law, for enumerations over two arms.

use crate::stats::Error;
use crate::stats::require;
use crate::stats::two_arms::proportions::TwoProportions;

/// Most units of an arm that are enumerated.
pub(super) const MOST_UNITS: u64 = 100_000;

/// Refuses arms too large to enumerate.
pub(super) fn require_enumerable(units: u64) -> Result<(), Error> {
    require(units > 0, "the number of units of an arm", "be positive", 0.0)?;
    require(
        units <= MOST_UNITS,
        "the number of units of an arm in an exact test by enumeration",
        "not exceed 100000 (use the conditional mid-p test, which has no such limit)",
        units as f64,
    )
}

/// P(K = k) for all k of 0 to n, by ratios from the mode, to some 1e-13 relative; 0 where below 1e-300 of the mode's.
pub(super) fn probabilities(n: usize, p: f64) -> Vec<f64> {
    let mut table = vec![0.0; n + 1];
    let mode = (((n as f64) + 1.0) * p).floor().clamp(0.0, n as f64) as usize;
    let odds = p / (1.0 - p);
    table[mode] = 1.0;
    let mut sum = 1.0;
    for k in mode + 1..=n {
        table[k] = table[k - 1] * ((n - k + 1) as f64 / k as f64 * odds);
        sum += table[k];
        if table[k] < 1e-300 {
            break;
        }
    }
    for k in (0..mode).rev() {
        table[k] = table[k + 1] * ((k + 1) as f64 / (n - k) as f64 / odds);
        sum += table[k];
        if table[k] < 1e-300 {
            break;
        }
    }
    table.iter_mut().for_each(|weight| *weight /= sum);
    table
}

/// For each number of conversions of the control, which of the treatment are in a region: those below `below` and those from
/// `from` up.
pub(super) struct Region {
    below: Vec<usize>,
    from: Vec<usize>,
    n_t: usize,
}

impl Region {
    /// From two tests that are true at the low and at the high end of the treatment's conversions, and further in for a control
    /// with more (less, respectively) conversions: (conversions of control, of treatment).
    pub fn new(n_c: u64, n_t: u64, low: impl Fn(u64, u64) -> bool, high: impl Fn(u64, u64) -> bool) -> Self {
        let (mut below, mut from) = (Vec::new(), Vec::new());
        let (mut end, mut start) = (0, 0);
        for control in 0..=n_c {
            while end <= n_t && low(control, end) {
                end += 1;
            }
            while start <= n_t && !high(control, start) {
                start += 1;
            }
            below.push(end as usize);
            from.push(start as usize);
        }
        Self { below, from, n_t: n_t as usize }
    }

    /// Chance of the region, with independent arms of these rates.
    pub fn chance(&self, rate_c: f64, rate_t: f64) -> f64 {
        let treatment = probabilities(self.n_t, rate_t);
        // Tails are summed from their small end: lower[k] = P(K < k), upper[k] = P(K ≥ k).
        let mut lower = vec![0.0; self.n_t + 2];
        let mut upper = vec![0.0; self.n_t + 2];
        for k in 0..=self.n_t {
            lower[k + 1] = lower[k] + treatment[k];
            let mirrored = self.n_t - k;
            upper[mirrored] = upper[mirrored + 1] + treatment[mirrored];
        }
        let control = probabilities(self.below.len() - 1, rate_c);
        let outside = self.below.iter().zip(&self.from).map(|(&below, &from)| lower[below] + upper[from.max(below)]);
        control.iter().zip(outside).map(|(chance, outside)| chance * outside).sum()
    }

    /// The largest chance of the region over all rates that the arms could have in common.
    ///
    /// The chance waves with the rate on the scale of one unit's share, 1/(2√n) in the angle arcsin √rate: it is taken at a
    /// grid sixteen times as fine, and every peak of the grid that comes near the highest is polished by golden section.
    pub fn largest_chance(&self) -> f64 {
        let units = (self.n_t + self.below.len() - 1) as f64;
        let points = 128 + 2 * (16.0 * libm::sqrt(units)) as usize;
        let step = std::f64::consts::FRAC_PI_2 / points as f64;
        let at = |angle: f64| {
            let sine = libm::sin(angle);
            let rate = sine * sine;
            if rate > 0.0 && rate < 1.0 { self.chance(rate, rate) } else { 0.0 }
        };
        let grid: Vec<f64> = (0..=points).map(|i| at(i as f64 * step)).collect();
        let highest = grid.iter().fold(0.0, |most: f64, &chance| most.max(chance));
        let is_peak = |i: usize| {
            grid[i] > NEAR * highest && (i == 0 || grid[i] >= grid[i - 1]) && (i == points || grid[i] >= grid[i + 1])
        };
        let polished = (0..=points).filter(|&i| is_peak(i)).map(|i| {
            let middle = i as f64 * step;
            peak(at, (middle - step).max(0.0), (middle + step).min(std::f64::consts::FRAC_PI_2))
        });
        polished.fold(highest, f64::max).min(1.0)
    }
}

/// Peaks of the grid below this share of the highest cannot become the highest by polishing.
const NEAR: f64 = 0.97;

/// The greatest value of a function with one peak between `low` and `high`, by golden section to 1e-7 of the width: near a
/// peak that changes the value by 1e-14 of its curvature.
fn peak(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..34 {
        if at_left >= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = f(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = f(right);
        }
    }
    at_left.max(at_right)
}

/// Two arms of a table that is enumerated, or an error for too many units.
pub(super) fn enumerable(arms: &TwoProportions) -> Result<(u64, u64), Error> {
    let (n_c, n_t) = (arms.control().trials, arms.treatment().trials);
    require_enumerable(n_c)?;
    require_enumerable(n_t)?;
    Ok((n_c, n_t))
}
