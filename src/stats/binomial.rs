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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// k, n, p, ln P(K = k): mpmath, 60 digits.
    const LN_CHANCES: [(u64, u64, f64, f64); 10] = [
        (0, 10, 0.3, -3.566_749_439_387_323_6),
        (10, 10, 0.3, -12.039_728_043_259_36),
        (3, 10, 0.3, -1.321_151_277_766_888_6),
        (500, 1000, 0.5, -3.679_918_992_094_129_3),
        (20, 1000, 0.5, -597.518_938_616_908_4),
        (1, 100_000_000, 1e-8, -0.999_999_995),
        (10_005_000, 100_000_000, 0.1, -10.314_211_447_959_016),
        (500_000_000, 1_000_000_000, 0.5, -10.587_424_271_367_933),
        (999_999_997, 1_000_000_000, 0.999_999_999, -2.791_759_526_291_919_3),
        (7, 1_000_000_000, 0.25, -287_681_943.604_367_5),
    ];
    /// k, n, p, P(K ≤ k), P(K > k): mpmath, 60 digits.
    const SUMS: [(u64, u64, f64, f64, f64); 8] = [
        (0, 10, 0.3, 0.028_247_524_900_000_005, 0.971_752_475_1),
        (3, 10, 0.3, 0.649_610_718_400_000_1, 0.350_389_281_6),
        (9, 10, 0.3, 0.999_994_095_1, 5.904_899_999_999_997_5e-6),
        (480, 1000, 0.5, 0.108_724_146_602_070_47, 0.891_275_853_397_929_5),
        (100, 1000, 0.5, 6.701_717_790_006_296e-162, 1.0),
        (0, 100_000_000, 1e-8, 0.367_879_439_332_045_1, 0.632_120_560_667_954_9),
        (10_005_000, 100_000_000, 0.1, 0.952_218_366_427_583_7, 0.047_781_633_572_416_236),
        (9_985_000, 100_000_000, 0.1, 2.853_155_924_632_123_7e-7, 0.999_999_714_684_407_5),
    ];

    #[test]
    fn chances_of_single_counts() {
        for (k, n, p, ln) in LN_CHANCES {
            let off = (ln_pmf(k, n, p) - ln).abs();
            assert!(off < 1e-13 + 1e-15 * ln.abs(), "{k} of {n} at {p}: {} ({off:e})", ln_pmf(k, n, p));
        }
        assert_eq!(
            (pmf(0, 0, 0.3), pmf(0, 5, 0.0), pmf(5, 5, 1.0), pmf(1, 5, 0.0), pmf(6, 5, 0.5)),
            (1.0, 1.0, 1.0, 0.0, 0.0)
        );
    }

    #[test]
    fn both_tails() {
        for (k, n, p, below, above) in SUMS {
            assert!(off(cdf(k, n, p), below) < 1e-12, "{k} of {n} at {p}: {:e}", cdf(k, n, p));
            assert!(off(sf(k, n, p), above) < 1e-12, "{k} of {n} at {p}: {:e}", sf(k, n, p));
        }
        let sum: f64 = (0..=37).map(|k| pmf(k, 100, 0.4)).sum();
        assert!(off(cdf(37, 100, 0.4), sum) < 1e-14);
    }

    #[test]
    fn quantiles_are_the_first_count_that_reaches() {
        for (n, p) in [(1, 0.5), (10, 0.3), (499, 0.5), (1000, 1e-3), (100_000, 0.97), (100_000_000, 0.1)] {
            for level in [1e-12, 0.01, 0.3, 0.5, 0.77, 0.99, 1.0 - 1e-12] {
                let k = quantile(level, n, p).expect("a count");
                let reached = |k| match level {
                    ..=0.5 => cdf(k, n, p) / level - 1.0,
                    _ => 1.0 - sf(k, n, p) / (1.0 - level),
                };
                assert!(reached(k) > -2e-13, "{level} {n} {p}: {k}");
                assert!(k == 0 || reached(k - 1) < -0.5e-13, "{level} {n} {p}: {k}");
            }
        }
        // Exactly half lies at or below 249 of 499.
        assert_eq!(quantile(0.5, 499, 0.5), Some(249));
        assert_eq!((quantile(0.0, 9, 0.3), quantile(1.0, 9, 0.3), quantile(0.4, 9, 1.0)), (Some(0), Some(9), Some(9)));
        assert_eq!((quantile(1.1, 9, 0.3), quantile(0.5, 9, f64::NAN)), (None, None));
        assert!(cdf(3, 9, -0.1).is_nan() && sf(9, 9, 1.1).is_nan() && pmf(3, 9, f64::NAN).is_nan());
    }
}
