//! Student's t distribution, for any real number of degrees of freedom from 1 up.
//!
//! With t = √ν · sinh y the density becomes C(ν) · cosh(y)^−ν, which is log-concave for every ν and turns smoothly from
//! the Cauchy law (ν = 1) into the normal one (ν → ∞). So one tail integral serves all ν without loss of digits, and
//! Newton's rule on the logarithm of the tail converges from anywhere. (The incomplete beta function that libraries use
//! loses half the digits near ν = 1e7, and solvers built on it do not return.)

use super::{normal, quadrature};

/// Lower tail P(T ≤ t). `df` ≥ 1, else NaN. Relative error below 1e-13 in both tails.
pub fn cdf(t: f64, df: f64) -> f64 {
    sf(-t, df)
}

/// Upper tail P(T > t), to the same relative accuracy as [`cdf`]. `df` ≥ 1, else NaN.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::sf(1.0, 1.0) - 0.25).abs() < 1e-15);
/// ```
pub fn sf(t: f64, df: f64) -> f64 {
    if !(df >= 1.0) || t.is_nan() {
        return f64::NAN;
    }
    if df > NORMAL_BEYOND {
        return normal::sf(t);
    }
    let y = libm::asinh(t.abs() / libm::sqrt(df));
    let tail = constant(df) * libm::exp(-df * ln_cosh(y)) * mills(y, df);
    if t < 0.0 { 1.0 - tail } else { tail }
}

/// Quantile: the t below which the variable lies with probability `p`.
///
/// −∞ at 0, ∞ at 1; NaN outside [0, 1] or for `df` < 1. Relative error below 1e-14 in t (absolute, for t near 0), for
/// `df` up to 1e12 and beyond, ∞ included (the normal law), and `p` down to 1e-300.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::quantile(0.975, 63.0) - 1.998340542520747).abs() < 1e-14);
/// ```
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(df >= 1.0) {
        return f64::NAN;
    }
    let z = normal::quantile(p);
    if df > NORMAL_BEYOND || !z.is_finite() {
        return z;
    }
    let tail = libm::log(if p < 0.5 { p } else { 1.0 - p });
    let root = libm::sqrt(df);
    let mut y = libm::asinh(z.abs() / root);
    for _ in 0..STEPS {
        let mills = mills(y, df);
        let excess = libm::log(constant(df) * mills) - df * ln_cosh(y) - tail;
        // d ln P(Y > y) / dy = −1 / mills. From the left a step may pass the root once, then all come from the right.
        let step = excess * mills;
        y = (y + step).max(0.0);
        if step.abs() <= 1e-15 * y {
            break;
        }
    }
    (root * libm::sinh(y)).copysign(z)
}

/// Degrees of freedom beyond which t and z agree in all digits: they differ by z(z² + 1) / 4ν.
const NORMAL_BEYOND: f64 = 1e20;
/// Newton steps at most; five to eight are usual.
const STEPS: usize = 60;

/// The tail beyond y in units of the density at y: ∫₀^∞ (cosh(y + s) / cosh y)^−ν ds, `y` ≥ 0.
fn mills(y: f64, df: f64) -> f64 {
    let slope = libm::tanh(y);
    let decay = |s: f64| {
        let half = libm::sinh(0.5 * s);
        libm::exp(-df * libm::log1p(2.0 * half * half + slope * libm::sinh(s)))
    };
    quadrature::integrate_tail(decay, 0.0, 1.0 / (df * slope + libm::sqrt(df)), 1e-15)
}

/// ln cosh y for y ≥ 0, without overflow and without loss near 0.
fn ln_cosh(y: f64) -> f64 {
    if y < 1.0 {
        let sinh = libm::sinh(y);
        0.5 * libm::log1p(sinh * sinh)
    } else {
        y + libm::log1p(libm::exp(-2.0 * y)) - std::f64::consts::LN_2
    }
}

/// The density at y = 0: C(ν) = Γ((ν + 1)/2) / (Γ(ν/2) √π).
fn constant(df: f64) -> f64 {
    gamma_half_ratio(0.5 * df) / libm::sqrt(std::f64::consts::PI)
}

/// Γ(x + ½) / Γ(x) for x ≥ ½, to 1e-15.
///
/// The difference of Stirling's series (Abramowitz & Stegun 6.1.40) at x + ½ and x, in which only odd powers are left;
/// small x are first carried above 20 by Γ(x + 1) = x Γ(x).
fn gamma_half_ratio(mut x: f64) -> f64 {
    let mut carried = 1.0;
    while x < 20.0 {
        carried *= x / (x + 0.5);
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = -1.0 / 8.0 + w * (1.0 / 192.0 + w * (-1.0 / 640.0 + w * (17.0 / 14336.0 - w * 31.0 / 18432.0)));
    carried * libm::sqrt(x) * libm::exp(series / x)
}
