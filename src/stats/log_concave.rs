//! Tails of log-concave densities, and what has a given tail.
//!
//! The beta law in log-odds, the gamma law in logarithms and the normal law itself have log-concave densities with known
//! values at every point. Their tail is (density) × (Mills' ratio), the second a smooth integral of order one step; and
//! the logarithm of the tail is concave, so that Newton's rule on it converges from the far side of the root.

use super::quadrature;

/// A tail: its natural logarithm, and its Mills ratio, tail ÷ density = −1 ÷ (slope of the logarithm).
#[derive(Clone, Copy)]
pub(super) struct Tail {
    pub ln: f64,
    pub mills: f64,
}

/// ∫₀^∞ exp(`ln_decay`(s)) ds, for a concave `ln_decay` that is 0 at 0 and never above; `scale` is about its reach.
pub(super) fn mills(ln_decay: impl Fn(f64) -> f64, scale: f64) -> f64 {
    quadrature::integrate_decay(|s| libm::exp(ln_decay(s)), 0.0, scale)
}

/// The way s ≥ 0 from the mode at which ln `tail`(s) = `ln_p`, at most the tail at the mode.
///
/// Brackets the root outward from `start` > 0, then Newton with bisection where it leaves the bracket; at most 200 tails.
pub(super) fn way_out(tail: impl Fn(f64) -> Tail, ln_p: f64, start: f64) -> f64 {
    let (mut low, mut high) = (0.0, start);
    let mut there = tail(high);
    for _ in 0..100 {
        // "Not above", so that a tail which is not a number ends the search too.
        if there.ln.partial_cmp(&ln_p) != Some(std::cmp::Ordering::Greater) || high > FARTHEST {
            break;
        }
        low = high;
        high *= 1.5;
        there = tail(high);
    }
    let mut s = high;
    let mut before = f64::INFINITY;
    for _ in 0..100 {
        let excess = there.ln - ln_p;
        if excess > 0.0 {
            low = s;
        } else {
            high = s;
        }
        let step = excess * there.mills;
        if step.abs() <= 2e-16 * s || high - low <= 2e-16 * high {
            return (s + step).max(0.0);
        }
        // Far outside a tail like exp(−eˢ) Newton creeps; near the root it must not be disturbed by rounding.
        let creeps = excess.abs() > 0.25 * before && step.abs() > 1e-6 * s;
        before = excess.abs();
        let next = s + step;
        s = if next >= low && next <= high && !creeps { next } else { 0.5 * (low + high) };
        there = tail(s);
    }
    s
}

/// Ways so long that no double is that far from the mode in logarithms or log-odds, even at shapes of 1e-300.
const FARTHEST: f64 = 1e304;
