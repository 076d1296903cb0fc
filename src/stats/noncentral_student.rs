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
/// assert!((noncentral_student::sf(2.0, 10.0, 1.0) - 0.194_469_376_408_838_6).abs() < 1e-14);
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
    if !(peak > -800.0) {
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
