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

/// The probabilities of a binomial law and their sums, where they are not below 1e-300 of the mode's: 0 beyond.
struct Binomial {
    /// The first number of successes in the table.
    first: usize,
    /// P(K = first), P(K = first + 1), …
    chances: Vec<f64>,
    /// P(K < first), P(K < first + 1), …, one more than the chances.
    lower: Vec<f64>,
    /// P(K ≥ first), P(K ≥ first + 1), …, one more than the chances.
    upper: Vec<f64>,
}

impl Binomial {
    /// By ratios from the mode, to some 1e-13 relative; each tail is summed from its small end.
    fn new(n: usize, p: f64) -> Self {
        let mode = libm::floor((n as f64 + 1.0) * p).clamp(0.0, n as f64) as usize;
        let odds = p / (1.0 - p);
        let run = |ratios: &mut dyn Iterator<Item = f64>| {
            let mut weight = 1.0;
            let mut weights = Vec::new();
            for ratio in ratios {
                weight *= ratio;
                if weight < 1e-300 {
                    break;
                }
                weights.push(weight);
            }
            weights
        };
        let above = run(&mut (mode + 1..=n).map(|k| (n - k + 1) as f64 / k as f64 * odds));
        let below = run(&mut (0..mode).rev().map(|k| (k + 1) as f64 / (n - k) as f64 / odds));
        let first = mode - below.len();
        let mut chances: Vec<f64> = below.into_iter().rev().chain([1.0]).chain(above).collect();
        let sum: f64 = chances.iter().sum();
        chances.iter_mut().for_each(|chance| *chance /= sum);
        let (mut lower, mut upper) = (vec![0.0; chances.len() + 1], vec![0.0; chances.len() + 1]);
        for i in 0..chances.len() {
            lower[i + 1] = lower[i] + chances[i];
            let mirrored = chances.len() - 1 - i;
            upper[mirrored] = upper[mirrored + 1] + chances[mirrored];
        }
        Self { first, chances, lower, upper }
    }

    /// P(K < k).
    fn lower(&self, k: usize) -> f64 {
        self.lower[k.saturating_sub(self.first).min(self.chances.len())]
    }

    /// P(K ≥ k).
    fn upper(&self, k: usize) -> f64 {
        self.upper[k.saturating_sub(self.first).min(self.chances.len())]
    }
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
        let (control, treatment) = (Binomial::new(self.below.len() - 1, rate_c), Binomial::new(self.n_t, rate_t));
        let regions = self.below.iter().zip(&self.from).skip(control.first);
        let outside = regions.map(|(&below, &from)| treatment.lower(below) + treatment.upper(from.max(below)));
        control.chances.iter().zip(outside).map(|(chance, outside)| chance * outside).sum()
    }

    /// The largest chance of the region over all rates that the arms could have in common.
    ///
    /// The chance waves with the rate on the scale of one unit's share, 1/(2√n) in the angle arcsin √rate: it is taken at a
    /// grid sixteen times as fine, and every peak of the grid that could hold the largest is polished by golden section.
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
        // Between points of the grid a peak rises by less than it falls to the next ones (a quarter of it, as a parabola).
        let is_peak = |i: usize| {
            let neighbours = [grid[i.saturating_sub(1)], grid[(i + 1).min(points)]];
            let least = neighbours[0].min(neighbours[1]);
            grid[i] >= neighbours[0].max(neighbours[1]) && 2.0 * grid[i] - least >= highest
        };
        let polished = (0..=points).filter(|&i| is_peak(i)).map(|i| {
            let middle = i as f64 * step;
            peak(at, (middle - step).max(0.0), (middle + step).min(std::f64::consts::FRAC_PI_2))
        });
        polished.fold(highest, f64::max).min(1.0)
    }
}

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
