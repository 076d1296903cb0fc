//! The binomial distribution: k successes in n trials of chance p, for n to 10¹².

use std::f64::consts::PI;

use super::beta;
use super::normal;
use super::remainders::{log1p_rest, stirling_rest};

/// ln P(K = k); −∞ where that is 0, NaN for `p` outside \[0, 1\].
///
/// The saddle-point form of Loader (*Fast and accurate computation of binomial probabilities*, 2000): two deviances, which
/// have one sign, and the rests of Stirling's formula. Error below 1e-13 + 1e-15·|ln P| for n to 1e9.
pub fn ln_pmf(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k > n {
        return f64::NEG_INFINITY;
    }
    let (hits, misses, trials) = (k as f64, (n - k) as f64, n as f64);
    if k == 0 {
        return if n == 0 { 0.0 } else { trials * libm::log1p(-p) };
    }
    if k == n {
        return trials * libm::log(p);
    }
    let q = 1.0 - p;
    // k − n·p = k·q − (n − k)·p, with what rounding took from each product and from 1 − p.
    let (first, second) = (hits * q, misses * p);
    let products = libm::fma(hits, q, -first) - libm::fma(misses, p, -second);
    let lead = (first - second) + (products + hits * ((1.0 - q) - p));
    let rests = stirling_rest(trials) - stirling_rest(hits) - stirling_rest(misses);
    let spread = 0.5 * (libm::log(2.0 * PI) + libm::log(hits) + libm::log(misses / trials));
    rests - spread - deviance(hits, lead, trials * p) - deviance(misses, -lead, trials * q)
}

/// x·ln(x/mean) + mean − x ≥ 0, for lead = x − mean.
fn deviance(x: f64, lead: f64, mean: f64) -> f64 {
    let t = -lead / x;
    if t > -0.5 { -x * log1p_rest(t) } else { x * libm::log(x / mean) - lead }
}

/// P(K = k); relative error as that of [`ln_pmf`].
///
/// ```
/// use channelmix::stats::binomial;
/// assert!((binomial::pmf(2, 4, 0.5) - 0.375).abs() < 1e-15);
/// ```
pub fn pmf(k: u64, n: u64, p: f64) -> f64 {
    libm::exp(ln_pmf(k, n, p))
}

/// P(K ≤ k), the upper tail of a beta variable; accuracy as in [`beta::cdf`]. NaN for `p` outside \[0, 1\].
pub fn cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return if (0.0..=1.0).contains(&p) { 1.0 } else { f64::NAN };
    }
    beta::sf(p, k as f64 + 1.0, (n - k) as f64)
}

/// P(K > k): of *more* than k.
pub fn sf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return if (0.0..=1.0).contains(&p) { 0.0 } else { f64::NAN };
    }
    beta::cdf(p, k as f64 + 1.0, (n - k) as f64)
}

/// The smallest k with P(K ≤ k) ≥ `level`, as R's qbinom; [`None`] for `level` or `p` outside \[0, 1\].
///
/// Within 1e-13 (relative) of a step of the distribution function the level counts as reached, as it does in R: else the
/// rounding of the level alone would decide.
pub fn quantile(level: f64, n: u64, p: f64) -> Option<u64> {
    if !((0.0..=1.0).contains(&level) && (0.0..=1.0).contains(&p)) {
        return None;
    }
    if level == 0.0 || p == 0.0 || n == 0 {
        return Some(0);
    }
    if level == 1.0 || p == 1.0 {
        return Some(n);
    }
    let reached = |k: u64| {
        if level <= 0.5 { cdf(k, n, p) >= level * (1.0 - FUZZ) } else { sf(k, n, p) <= (1.0 - level) * (1.0 + FUZZ) }
    };
    // A bracket around the normal quantile, widened until it holds the answer, then halved: low < answer ≤ high.
    let (mean, sd) = (n as f64 * p, libm::sqrt(n as f64 * p * (1.0 - p)));
    let guess = ((mean + sd * normal::quantile(level)).max(0.0) as u64).min(n);
    let mut width = 1 + (0.01 * sd) as u64;
    let mut high = guess;
    while high < n && !reached(high) {
        high = high.saturating_add(width).min(n);
        width = width.saturating_mul(2);
    }
    let mut width = 1 + (0.01 * sd) as u64;
    let mut low = guess.min(high);
    while low > 0 && reached(low) {
        high = low;
        low = low.saturating_sub(width);
        width = width.saturating_mul(2);
    }
    if low == 0 && reached(0) {
        return Some(0);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reached(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// How near to a step of the distribution function a level counts as reached.
const FUZZ: f64 = 1e-13;
