//! The noncentral t distribution: (Z + δ) / √(V/ν), what a t statistic follows when there is an effect.
//!
//! P(T > t) = E[Φ(δ − t·W)] over W = √(V/ν), whose density C·w^(ν−1)·exp(−νw²/2) is log-concave, as is Φ of a line; so
//! the integrand has one peak for every t, ν and δ, and either tail is a sum of positive terms. (The series of AS 243
//! subtracts its sum from 1 and stops at δ ≈ 37.)

use super::normal;
use super::quadrature::integrate_decay;
use super::remainders::{expm1_rest, stirling_rest};

/// Lower tail P(T ≤ t) for `df` ≥ 1 and a noncentrality `delta`; else NaN. Relative error below 1e-12 + 1e-14·|ln P|
/// for |delta| ≤ 100 and every `df` (the normal law from 1e20).
pub fn cdf(t: f64, df: f64, delta: f64) -> f64 {
    // −T is noncentral with −δ.
    sf(-t, df, -delta)
}

/// Upper tail P(T > t), to the accuracy of [`cdf`]: the power of a one-sided t test with critical value t.
///
/// ```
/// use channelmix::stats::noncentral_student;
/// assert!((noncentral_student::sf(2.0, 10.0, 1.0) - 0.192_388_437_469_624_73).abs() < 1e-14);
/// ```
pub fn sf(t: f64, df: f64, delta: f64) -> f64 {
    if df < 1.0 || df.is_nan() || t.is_nan() || !delta.is_finite() {
        return f64::NAN;
    }
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    if df > NORMAL_BEYOND || t == 0.0 {
        return normal::sf(t - delta);
    }
    // ln of the integrand in v = ln w, w = eᵛ, up to the constant: the mode of the chi part is v = 0.
    let ln = |v: f64| -0.5 * df * expm1_rest(2.0 * v) + normal::ln_sf(t * libm::exp(v) - delta);
    let mode = mode(t, df, delta);
    let peak = ln(mode);
    if peak <= -800.0 {
        return 0.0;
    }
    let w = libm::exp(mode);
    // Both terms bend: the chi part by 2νw², the normal one by up to t²w² where it matters.
    let scale = 1.0 / libm::sqrt(df * (1.0 + 2.0 * w * w));
    let side = |sign: f64| integrate_decay(|s| libm::exp(ln(mode + sign * s) - peak), 0.0, scale);
    let sum = side(1.0) + side(-1.0);
    // In v the chi part has the density √(ν/π)·e^(−δ(ν/2)) at its mode.
    let constant = 0.5 * libm::log(df / std::f64::consts::PI) - stirling_rest(0.5 * df);
    (libm::exp(constant + peak) * sum).min(1.0)
}

/// Degrees of freedom beyond which the normal law has the same digits.
const NORMAL_BEYOND: f64 = 1e20;

/// Where the integrand in v = ln w is largest: ν − νw² − t·w·h(tw − δ) = 0, with h = φ/(1 − Φ); by bisection.
fn mode(t: f64, df: f64, delta: f64) -> f64 {
    let slope = |v: f64| {
        let w = libm::exp(v);
        let z = t * w - delta;
        // h ≈ z far out, and h = 0 far below.
        let hazard = if z > 1e4 { z } else { libm::exp(-0.5 * z * z - LN_ROOT_2PI - normal::ln_sf(z)) };
        -df * libm::expm1(2.0 * v) - t * w * hazard
    };
    // |t|·w·h lies below w·|t|·(|tw − δ| + 1): the root is within these ends for |t|, |δ| to 1e100.
    let (mut low, mut high) = (-300.0, 300.0);
    for _ in 0..70 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// ½ ln 2π.
const LN_ROOT_2PI: f64 = 0.918_938_533_204_672_8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{off, student};

    /// t, ν, δ, P(T ≤ t), P(T > t): mpmath, 30 digits, by quadrature over the chi law.
    const TAILS: [(f64, f64, f64, f64, f64); 18] = [
        (0.0, 1.0, 1.0, 0.158_655_253_931_457_05, 0.841_344_746_068_542_9),
        (12.7, 1.0, 2.0, 0.874_716_194_355_813_3, 0.125_283_805_644_186_76),
        (-5.0, 1.0, 3.0, 6.082_025_201_307_185e-5, 0.999_939_179_747_987),
        (4.3, 2.0, -1.0, 0.996_111_451_934_654_9, 0.003_888_548_065_345_075),
        (1000.0, 1.5, 40.0, 0.992_986_758_696_185_8, 0.007_013_241_303_814_221),
        (2.2, 10.0, 2.8, 0.277_364_788_036_154_94, 0.722_635_211_963_845_1),
        (-2.2, 10.0, 2.8, 3.206_164_694_899_854_7e-6, 0.999_996_793_835_305_2),
        (2.2, 10.0, -20.0, 1.0, 6.337_296_785_433_415e-98),
        (45.0, 30.0, 40.0, 0.781_864_754_073_439_2, 0.218_135_245_926_560_72),
        (20.0, 30.0, 40.0, 1.134_500_843_684_947e-11, 0.999_999_999_988_655),
        (1.98, 126.0, 0.1, 0.968_679_270_648_447_5, 0.031_320_729_351_552_515),
        (-1.98, 126.0, 4.0, 1.506_416_238_484_752_4e-9, 0.999_999_998_493_583_8),
        (1.96, 10_000.0, -6.0, 0.999_999_999_999_999_1, 8.658_677_875_625_76e-16),
        (1.96, 1_000_000.0, 2.8, 0.200_454_282_055_179_65, 0.799_545_717_944_820_3),
        (1.96, 1_000_000_000.0, 2.8, 0.200_454_193_349_244_7, 0.799_545_806_650_755_4),
        (-1.96, 1_000_000_000.0, 2.8, 9.679_648_203_074_583e-7, 0.999_999_032_035_179_7),
        (40.0, 1_000_000_000.0, 40.0, 0.499_999_996_010_577_7, 0.500_000_003_989_422_2),
        (3.0, 1_000_000_000.0, -30.0, 1.0, 4.061_195_681_575_609e-239),
    ];

    #[test]
    fn both_tails_of_any_shape() {
        for (t, df, delta, below, above) in TAILS {
            let tolerance = |tail: f64| 1e-13 - 1e-14 * libm::log(tail);
            assert!(off(cdf(t, df, delta), below) < tolerance(below), "{t} {df} {delta}: {:e}", cdf(t, df, delta));
            assert!(off(sf(t, df, delta), above) < tolerance(above), "{t} {df} {delta}: {:e}", sf(t, df, delta));
        }
    }

    #[test]
    fn without_noncentrality_it_is_students() {
        for df in [1.0, 1.2, 7.0, 500.0, 1e6, 1e12, 1e21] {
            for t in [-30.0, -2.0, -1e-3, 0.0, 0.4, 5.0, 33.0] {
                assert!(off(sf(t, df, 0.0), student::sf(t, df)) < 1e-12, "{t} {df}");
            }
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((sf(f64::INFINITY, 3.0, 1.0), cdf(f64::INFINITY, 3.0, 1.0), sf(0.0, 3.0, 1e3)), (0.0, 1.0, 1.0));
        assert_eq!(sf(1e4, 50.0, -1e4), 0.0);
        for (t, df, delta) in [(f64::NAN, 2.0, 1.0), (1.0, 0.5, 1.0), (1.0, f64::NAN, 1.0), (1.0, 2.0, f64::INFINITY)] {
            assert!(sf(t, df, delta).is_nan() && cdf(t, df, delta).is_nan());
        }
    }
}
