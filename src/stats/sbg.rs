//! The shifted-beta-geometric model of contracts: at each renewal a customer leaves with a chance of its own, beta-distributed
//! over customers.
//!
//! Fader & Hardie, "How to project customer retention", Journal of Interactive Marketing 21(1), 2007, 76–90.

use super::gamma::ln_beta;

/// The chance to have kept the contract at `renewals` renewals: B(a, b + k) ÷ B(a, b), for a chance of leaving ~ Beta(a, b).
///
/// ```
/// use channelmix::stats::sbg::survival;
/// // At the first renewal the mean chance to leave is a ÷ (a + b).
/// assert!((survival(0.668, 3.806, 1.0) - 3.806 / 4.474).abs() < 1e-12);
/// assert_eq!(survival(0.5, 2.0, 0.0), 1.0);
/// ```
pub fn survival(a: f64, b: f64, renewals: f64) -> f64 {
    libm::exp(ln_beta(a, b + renewals) - ln_beta(a, b))
}

/// Mean survival over ages spread evenly from 0 to so many periods: at an age there have been as many renewals as whole
/// periods. `survival` says how many are left after so many.
pub fn mean_survival(periods: f64, survival: impl Fn(i32) -> f64) -> f64 {
    let whole = periods.floor();
    let full: f64 = (0..whole as i32).map(&survival).sum();
    (full + (periods - whole) * survival(whole as i32)) / periods
}
