//! A proportion and its interval.

use super::{Error, normal, require};

/// Wilson's score interval (low, high) for the proportion behind `successes` of `trials`, at a `confidence` in (0, 1).
///
/// The proportions p with |x/n − p| ≤ z·√(p(1−p)/n) (Wilson, JASA 22, 1927, 209–212): never empty, never outside \[0, 1\],
/// and close to its stated coverage even at 0 or n successes. Relative error below 1e-15 at the low end, however rare the
/// event, and of 1 − high, however common.
///
/// ```
/// use channelmix::stats::proportion;
/// let (low, high) = proportion::wilson(8, 10, 0.95)?;
/// assert!((low - 0.490162).abs() < 1e-6 && (high - 0.943318).abs() < 1e-6);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    require(trials > 0, "the number of trials", "be positive", 0.0)?;
    require(successes <= trials, "the number of successes", "not exceed the trials", successes as f64)?;
    require(confidence > 0.0 && confidence < 1.0, "the confidence", "lie between 0 and 1, both excluded", confidence)?;
    let z = -normal::quantile(0.5 * (1.0 - confidence));
    let low = lower(successes as f64, (trials - successes) as f64, z);
    let high = 1.0 - lower((trials - successes) as f64, successes as f64, z);
    Ok((low, high))
}

/// The smaller root of (n + z²)p² − (2x + z²)p + x²/n = 0, as product of the roots over the larger one: no cancellation.
fn lower(x: f64, rest: f64, z: f64) -> f64 {
    let n = x + rest;
    let spread = z * libm::sqrt(0.25 * z * z + x * (rest / n));
    x * (x / n) / (x + 0.5 * z * z + spread)
}
