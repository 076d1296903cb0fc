//! What is left of log, exp and ln Γ after their first terms.
//!
//! Tail probabilities at counts of 10⁸ are exponentials of small differences of huge numbers. Written in these
//! remainders, which have one sign each, nothing cancels.

use std::f64::consts::PI;

/// ln(1 + t) − t, for t > −1; relative error below 1e-15.
///
/// Near 0 with w = t / (2 + t): ln(1 + t) = 2 artanh w, so the remainder is w·(2Σ w²ʲ/(2j + 1) − t), j ≥ 1.
pub(super) fn log1p_rest(t: f64) -> f64 {
    if !(-0.5..=1.0).contains(&t) {
        return libm::log1p(t) - t;
    }
    let w = t / (2.0 + t);
    w * (2.0 * artanh_rest(w * w) - t)
}

/// artanh(w)/w − 1 = Σ w²ʲ/(2j + 1) from j = 1, given w² ≤ 1/9.
fn artanh_rest(w2: f64) -> f64 {
    let sum = (1..=17).rev().fold(0.0, |sum, j| sum * w2 + 1.0 / f64::from(2 * j + 1));
    sum * w2
}

/// eˢ − 1 − s; relative error below 1e-15.
pub(super) fn expm1_rest(s: f64) -> f64 {
    if s.abs() > 1.0 {
        return libm::expm1(s) - s;
    }
    let series = (3..=19).rev().fold(1.0, |sum, j| 1.0 + sum * s / f64::from(j));
    0.5 * s * s * series
}

/// ln(q + p·eˢ) − p·s for shares p + q = 1: what log-odds moved by s cost; ≥ 0, and p·q·s²/2 near 0.
///
/// Both shares are asked for, since neither follows from the other without loss. Relative error below 3e-15.
pub(super) fn odds_rest(p: f64, q: f64, s: f64) -> f64 {
    // The two shares are alike up to the sign of s; with the smaller one the two parts do not cancel.
    let (p, q, s) = if p <= q { (p, q, s) } else { (q, p, -s) };
    if s > 500.0 {
        return q * s + libm::log(p + q * libm::exp(-s));
    }
    let moved = p * libm::expm1(s);
    if moved.abs() <= 0.5 { log1p_rest(moved) + p * expm1_rest(s) } else { libm::log1p(moved) - p * s }
}

/// ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), the rest of Stirling's formula, for x > 0; absolute error below 1e-15, and
/// relative below 1e-15 from x = 1e-3.
///
/// Stirling's series (Abramowitz & Stegun 6.1.40) from 15 up; smaller x are carried there by
/// δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1, whose last terms are artanh(w)/w − 1 with w = 1/(2x + 1).
pub(super) fn stirling_rest(mut x: f64) -> f64 {
    if x < 1e-3 {
        return libm::lgamma(x) - (x - 0.5) * libm::log(x) + x - 0.5 * libm::log(2.0 * PI);
    }
    let mut carried = 0.0;
    while x < 15.0 {
        let w = 1.0 / (2.0 * x + 1.0);
        carried += if x >= 1.0 { artanh_rest(w * w) } else { (x + 0.5) * libm::log1p(1.0 / x) - 1.0 };
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = STIRLING.iter().rev().fold(0.0, |sum, c| sum * w + c);
    carried + series / x
}

/// B₂ₖ / (2k (2k − 1)) from k = 1.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];
