//! The gamma function, and the gamma distribution's two tails: the regularised incomplete gamma functions.
//!
//! In u = ln x the density of the gamma law of shape a becomes C(a)·exp(a·u − eᵘ), log-concave for every a, with its mode
//! at x = a. See [`super::log_concave`] for the tails; there is no switch between series, and so none to get wrong.

use std::f64::consts::PI;

use super::log_concave::{self, Tail};
use super::normal;
use super::remainders::{expm1_rest, log1p_rest, stirling_rest};

/// ln Γ(x) for x > 0, else NaN; ∞ at ∞. Absolute error below 1e-15 near its zeros at 1 and 2, else relative 1e-15.
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { libm::lgamma(x) } else { f64::NAN }
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), for a, b > 0, else NaN.
///
/// The difference of Stirling's formulas is taken term by term, so it is right to 1e-15 of its own size (absolute, where
/// it is smaller than 1) for shapes from 1e-300 to 1e300.
///
/// ```
/// use channelmix::stats::gamma;
/// assert!((gamma::ln_beta(1.0, 1e12) + 1e12_f64.ln()).abs() < 1e-14);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    if large.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let total = small + large;
    let share = small / total;
    if share == 0.0 {
        // Γ(b)/Γ(a + b) = 1 to all digits of the logarithm's rest.
        return ln_gamma(small) - small * libm::log(large);
    }
    let rests = stirling_rest(small) + stirling_rest(large) - stirling_rest(total);
    let half = 0.5 * (libm::log(2.0 * PI) - libm::log(small) - libm::log1p(-share));
    rests + half + small * libm::log(share) + large * libm::log1p(-share)
}

/// ln of the number of ways to choose `k` of `n`; −∞ for k > n. Relative error below 1e-15 for n to 1e15.
pub fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    if k == 0 || k == n {
        return 0.0;
    }
    let (chosen, left) = (k as f64, (n - k) as f64);
    // C(n, k) = n / (k·(n − k)) ÷ B(k, n − k)
    libm::log(n as f64) - libm::log(chosen) - libm::log(left) - ln_beta(chosen, left)
}

/// P(a, x), the chance that a gamma variable of shape `a` > 0 (scale 1) lies at or below `x` ≥ 0; else NaN.
///
/// Relative error below 1e-13 + 1e-15·|ln P| for shapes from 1e-3 to 1e12, in this tail and in [`upper`].
pub fn lower(a: f64, x: f64) -> f64 {
    match sides(a, x) {
        None => f64::NAN,
        Some((tail, true)) => 1.0 - libm::exp(tail),
        Some((tail, false)) => libm::exp(tail),
    }
}

/// Q(a, x) = 1 − P(a, x), the upper tail, to the accuracy of [`lower`].
///
/// ```
/// use channelmix::stats::gamma;
/// assert!((gamma::upper(1.0, 3.0) - (-3.0_f64).exp()).abs() < 1e-15);
/// ```
pub fn upper(a: f64, x: f64) -> f64 {
    match sides(a, x) {
        None => f64::NAN,
        Some((tail, true)) => libm::exp(tail),
        Some((tail, false)) => 1.0 - libm::exp(tail),
    }
}

/// ln P(a, x), also where P is below every double.
pub fn ln_lower(a: f64, x: f64) -> f64 {
    match sides(a, x) {
        None => f64::NAN,
        Some((tail, true)) => libm::log1p(-libm::exp(tail)),
        Some((tail, false)) => tail,
    }
}

/// ln Q(a, x), also where Q is below every double.
pub fn ln_upper(a: f64, x: f64) -> f64 {
    match sides(a, x) {
        None => f64::NAN,
        Some((tail, true)) => tail,
        Some((tail, false)) => libm::log1p(-libm::exp(tail)),
    }
}

/// The x with ln P = `ln_lower` and ln Q = `ln_upper`, of which the smaller one is used; for a > 0.
pub(super) fn quantile_of_logs(ln_lower: f64, ln_upper: f64, a: f64) -> f64 {
    if ln_lower == f64::NEG_INFINITY || ln_upper == f64::NEG_INFINITY {
        return if ln_lower < ln_upper { 0.0 } else { f64::INFINITY };
    }
    let above = ln_upper <= tail_from_mode(a, 0.0, true).ln;
    let ln_p = if above { ln_upper } else { ln_lower };
    let start = normal::quantile_of_ln_sf(ln_p).max(1.0) / libm::sqrt(a);
    let way = log_concave::way_out(|s| tail_from_mode(a, s, above), ln_p, start);
    a * libm::exp(if above { way } else { -way })
}

/// ln of the tail on the side of the mode where x lies, and whether that is the upper one.
fn sides(a: f64, x: f64) -> Option<(f64, bool)> {
    if !(a > 0.0 && a < f64::INFINITY && x >= 0.0) {
        return None;
    }
    let above = x >= a;
    if x == 0.0 || x == f64::INFINITY {
        return Some((f64::NEG_INFINITY, above));
    }
    let beyond = (x - a) / a;
    // a·ln(a/x) + x − a; near 0 the quotient x/a is the more exact.
    let fall = if beyond > -0.5 { -a * log1p_rest(beyond) } else { (x - a) - a * libm::log(x / a) };
    Some((tail_at(a, x, a - x, fall, above).ln, above))
}

/// The tail beyond x = a·exp(±s), on the upper or lower side.
fn tail_from_mode(a: f64, s: f64, above: bool) -> Tail {
    let s = if above { s } else { -s };
    tail_at(a, a * libm::exp(s), -a * libm::expm1(s), a * expm1_rest(s), above)
}

/// The tail beyond x, given `lead` = a − x and how far ln density has `fall`en from the mode.
fn tail_at(a: f64, x: f64, lead: f64, fall: f64, above: bool) -> Tail {
    let sign = if above { 1.0 } else { -1.0 };
    let steep = lead.abs();
    // Upward the density falls ever faster, downward never faster than exp(−a·s).
    let bend = if above { libm::sqrt(x) } else { libm::sqrt(x).min(a) };
    let mills = log_concave::mills(|s| -steep * s - x * expm1_rest(sign * s), 1.0 / (steep + bend));
    let peak = 0.5 * libm::log(a / (2.0 * PI)) - stirling_rest(a);
    Tail { ln: peak - fall + libm::log(mills), mills }
}
