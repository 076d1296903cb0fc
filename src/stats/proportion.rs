//! A proportion and its intervals: Wilson's is the one to use, the others are for reference.

use super::{Error, beta, normal, require};

/// Wilson's score interval (low, high) for the proportion behind `successes` of `trials`, at a `confidence` in (0, 1).
///
/// The proportions p with |x/n − p| ≤ z·√(p(1−p)/n) (Wilson, JASA 22, 1927, 209–212): never empty, never outside \[0, 1\],
/// and close to its stated coverage even at 0 or n successes. Relative error below 1e-15 at the low end, however rare the
/// event, and of the rest at the high end, however common it is, as far as 1 − high can be held by a double.
///
/// # Errors
/// [`Error::Range`] without trials, for more successes than trials, or a confidence outside (0, 1).
///
/// ```
/// use channelmix::stats::proportion;
/// let (low, high) = proportion::wilson(8, 10, 0.95)?;
/// assert!((low - 0.490162).abs() < 1e-6 && (high - 0.943318).abs() < 1e-6);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    score_limits(successes, trials, critical(confidence)?)
}

/// [`wilson`] at a critical value `z` ≥ 0 (1.96 for 95 %) instead of a confidence; \[0, 1\] at ∞.
///
/// # Errors
/// [`Error::Range`] without trials, for more successes than trials, or a `z` that is negative or NaN.
pub fn score_limits(successes: u64, trials: u64, z: f64) -> Result<(f64, f64), Error> {
    require_counts(successes, trials)?;
    require(z >= 0.0, "the critical value", "be 0 or more", z)?;
    let low = lower(successes as f64, (trials - successes) as f64, z);
    let high = 1.0 - lower((trials - successes) as f64, successes as f64, z);
    Ok((low, high))
}

/// Wald's interval p̂ ± z·√(p̂(1 − p̂)/n): may leave \[0, 1\], and has no width at 0 or n successes.
///
/// # Errors
/// As [`wilson`].
pub fn wald(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    require_counts(successes, trials)?;
    let (x, n) = (successes as f64, trials as f64);
    let half = critical(confidence)? * libm::sqrt((x / n) * ((n - x) / n) / n);
    Ok((x / n - half, x / n + half))
}

/// Agresti & Coull's interval: Wald's with z²/2 successes and as many failures added (The American Statistician 52, 1998,
/// 119–126). May leave \[0, 1\].
///
/// # Errors
/// As [`wilson`].
pub fn agresti_coull(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    require_counts(successes, trials)?;
    let z = critical(confidence)?;
    let more = 0.5 * z * z;
    let (x, rest) = (successes as f64 + more, (trials - successes) as f64 + more);
    let n = x + rest;
    let half = z * libm::sqrt((x / n) * (rest / n) / n);
    Ok((x / n - half, x / n + half))
}

/// Clopper & Pearson's interval, the equal-tailed exact one: covers at least as often as stated, usually more often
/// (Biometrika 26, 1934, 404–413).
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    require_counts(successes, trials)?;
    let tail = tail(confidence)?;
    let (x, rest) = (successes as f64, (trials - successes) as f64);
    let low = if successes == 0 { 0.0 } else { beta::quantile(tail, x, rest + 1.0) };
    let high = if successes == trials { 1.0 } else { beta::quantile_of_sf(tail, x + 1.0, rest) };
    Ok((low, high))
}

/// Jeffreys' interval: the equal tails of Beta(x + ½, n − x + ½), also at 0 and n successes.
///
/// # Errors
/// As [`wilson`].
pub fn jeffreys(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    require_counts(successes, trials)?;
    let tail = tail(confidence)?;
    let (a, b) = (successes as f64 + 0.5, (trials - successes) as f64 + 0.5);
    Ok((beta::quantile(tail, a, b), beta::quantile_of_sf(tail, a, b)))
}

/// Refuses counts that make no proportion.
fn require_counts(successes: u64, trials: u64) -> Result<(), Error> {
    require(trials > 0, "the number of trials", "be positive", 0.0)?;
    require(successes <= trials, "the number of successes", "not exceed the trials", successes as f64)
}

/// What a two-sided confidence leaves on each side.
fn tail(confidence: f64) -> Result<f64, Error> {
    require(confidence > 0.0 && confidence < 1.0, "the confidence", "lie between 0 and 1, both excluded", confidence)?;
    Ok(0.5 * (1.0 - confidence))
}

/// The two-sided critical value of a confidence.
fn critical(confidence: f64) -> Result<f64, Error> {
    Ok(-normal::quantile(tail(confidence)?))
}

/// The smaller root of (n + z²)p² − (2x + z²)p + x²/n = 0, as product of the roots over the larger one: no cancellation.
fn lower(x: f64, rest: f64, z: f64) -> f64 {
    let n = x + rest;
    if z.is_infinite() {
        return 0.0;
    }
    let spread = z * libm::sqrt(0.25 * z * z + x * (rest / n));
    x * (x / n) / (x + 0.5 * z * z + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x, n, confidence, low, 1 − high: mpmath, 40 digits.
    const KNOWN: [(u64, u64, f64, f64, f64); 6] = [
        (0, 1, 0.95, 0.0, 0.206_549_314_377_237_45),
        (8, 10, 0.95, 0.490_162_471_536_641_8, 0.056_682_151_454_375_27),
        (1, 1_000_000, 0.95, 1.765_245_767_453_715_2e-7, 0.999_994_335_088_195_7),
        (1900, 2000, 0.9999, 0.927_430_712_711_851, 0.034_191_065_331_416_41),
        (5, 5, 0.5, 0.916_600_966_934_935_8, 0.0),
        (3, 1_000_000_000_000, 0.9999, 4.347_413_636_490_474_3e-13, 0.999_999_999_979_298),
    ];

    #[test]
    fn intervals_at_the_ends_and_between() -> Result<(), Error> {
        for (x, n, confidence, low, above) in KNOWN {
            let (found_low, found_high) = wilson(x, n, confidence)?;
            assert!((found_low - low).abs() <= 2e-15 * low, "{x} of {n}: low {found_low:e}");
            assert!((found_high - (1.0 - above)).abs() <= 2e-16, "{x} of {n}: high {found_high}");
        }
        Ok(())
    }

    #[test]
    fn what_is_no_proportion_is_refused() {
        assert!(wilson(0, 0, 0.95).is_err() && wilson(3, 2, 0.95).is_err());
        for confidence in [0.0, 1.0, f64::NAN] {
            assert!(wilson(1, 2, confidence).is_err());
        }
    }
}
