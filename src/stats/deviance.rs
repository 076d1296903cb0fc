//! How far a count lies from its expectation, in log-likelihood, without cancellation.

use std::f64::consts::PI;

use super::remainders::{log1p_rest, stirling_rest};

/// Half the unit deviance of a count `k` ≥ 0 expected at `m` ≥ 0: k·ln(k/m) − (k − m) ≥ 0, with 0·ln 0 = 0 and `lead` =
/// k − m, which the caller may know better than k and m tell; relative error below 1e-14 if that of `lead` is.
pub(super) fn half(k: f64, m: f64, lead: f64) -> f64 {
    if k == 0.0 {
        return m;
    }
    let t = -lead / k;
    if t > -0.5 && t < 1.0 { -k * log1p_rest(t) } else { k * libm::log(k / m) - lead }
}

/// ln P(K = k) for a Poisson count with mean `m` ≥ 0, `k` a whole number ≥ 0.
///
/// Loader's saddle-point form (*Fast and accurate computation of binomial probabilities*, 2000): the error is some 1e-16 of
/// the terms that remain, not of ln k!.
pub(super) fn ln_poisson(k: f64, m: f64) -> f64 {
    ln_poisson_at_mean(k) - half(k, m, k - m)
}

/// ln P(K = k) for a Poisson count with mean k: −½ ln(2πk) − (the rest of Stirling's formula at k); 0 at 0.
pub(super) fn ln_poisson_at_mean(k: f64) -> f64 {
    if k == 0.0 { 0.0 } else { -0.5 * libm::log(2.0 * PI * k) - stirling_rest(k) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// k, m, value: mpmath, 50 digits.
    const DEVIANCES: [(f64, f64, f64); 8] = [
        (0.0, 3.5, 3.5),
        (1.0, 1e-09, 19.723_265_837_946_41),
        (5.0, 5.25, 0.006_049_179_152_839_985),
        (5.0, 40.0, 24.602_792_291_600_82),
        (100_000_000.0, 100_002_048.0, 0.020_971_233_673_244_907),
        (100_000_000.0, 200_000_000.0, 30_685_281.944_005_47),
        (100_000_000.0, 3.0, 1_632_206_848.528_425_7),
        (17.0, 17.000_015_258_789_062, 6.847_956_009_760_54e-12),
    ];

    /// k, m, ln P: mpmath, 50 digits.
    const POISSON: [(f64, f64, f64); 8] = [
        (0.0, 3.5, -3.5),
        (1.0, 1e-09, -20.723_265_837_946_41),
        (5.0, 5.25, -1.746_351_359_764_384),
        (5.0, 40.0, -26.343_094_472_212_364),
        (100_000_000.0, 100_002_048.0, -10.150_250_139_687_433),
        (100_000_000.0, 200_000_000.0, -30_685_292.073_284_376),
        (100_000_000.0, 3.0, -1_632_206_858.657_704_6),
        (17.0, 17.000_015_258_789_062, -2.340_446_601_188_063_4),
    ];

    #[test]
    fn deviances_near_and_far() {
        for (k, m, expected) in DEVIANCES {
            assert!(off(half(k, m, k - m), expected) < 1e-14, "{k} {m}: {:e}", half(k, m, k - m));
        }
    }

    #[test]
    fn poisson_probabilities() {
        for (k, m, expected) in POISSON {
            assert!(off(ln_poisson(k, m), expected) < 1e-14, "{k} {m}: {:e}", ln_poisson(k, m));
        }
    }
}
