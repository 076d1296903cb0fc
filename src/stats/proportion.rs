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

    /// Lower and upper limit.
    type Limits = (f64, f64);

    /// x, n, 95 % limits of Wald, Agresti & Coull, Clopper & Pearson, Jeffreys: mpmath, 40 digits.
    const OTHERS: [(u64, u64, [Limits; 4]); 6] = [
        (
            15,
            200,
            [
                (0.038_496_492_929_743_38, 0.111_503_507_070_256_62),
                (0.045_134_704_544_076_65, 0.120_883_822_876_599_95),
                (0.042_582_803_737_092_65, 0.120_684_225_399_661_31),
                (0.044_494_529_021_923_44, 0.117_677_705_374_992_9),
            ],
        ),
        (
            0,
            30,
            [
                (0.0, 0.0),
                (-0.021_198_302_965_657_608, 0.134_711_696_139_626_39),
                (0.0, 0.115_703_308_222_027_82),
                (1.623_186_122_346_433_3e-05, 0.079_678_173_817_26),
            ],
        ),
        (
            30,
            30,
            [
                (1.0, 1.0),
                (0.865_288_303_860_373_6, 1.021_198_302_965_657_5),
                (0.884_296_691_777_972_2, 1.0),
                (0.920_321_826_182_74, 0.999_983_768_138_776_5),
            ],
        ),
        (
            1,
            3,
            [
                (-0.200_101_297_372_812_26, 0.866_767_964_039_479),
                (0.056_274_614_375_314_76, 0.797_557_729_543_033_7),
                (0.008_403_758_659_612_636, 0.905_700_675_949_753_9),
                (0.038_747_617_785_165_16, 0.823_263_902_868_742_7),
            ],
        ),
        (
            3,
            1_000_000,
            [
                (-3.947_521_100_888_93e-07, 6.394_752_110_088_893e-06),
                (5.730_052_329_493_106e-07, 9.268_415_782_331_248e-06),
                (6.186_725_501_906_399e-07, 8.767_247_788_145_223e-06),
                (8.449_352_895_506_831e-07, 8.006_360_094_243_219e-06),
            ],
        ),
        (
            4000,
            9000,
            [
                (0.434_178_490_190_002_4, 0.454_710_398_698_886_5),
                (0.434_204_328_257_285_33, 0.454_731_965_815_247_33),
                (0.434_142_314_904_782_67, 0.454_782_556_307_803_45),
                (0.434_197_724_243_977_23, 0.454_726_890_391_506_5),
            ],
        ),
    ];

    #[test]
    fn the_other_intervals() -> Result<(), Error> {
        for (x, n, expected) in OTHERS {
            let found =
                [wald(x, n, 0.95)?, agresti_coull(x, n, 0.95)?, clopper_pearson(x, n, 0.95)?, jeffreys(x, n, 0.95)?];
            for (found, expected) in found.into_iter().zip(expected) {
                for (found, expected) in [(found.0, expected.0), (found.1, expected.1)] {
                    assert!(
                        (found - expected).abs() <= 2e-13 * expected.abs(),
                        "{x} of {n}: {found} is not {expected}"
                    );
                }
            }
        }
        assert_eq!((score_limits(3, 9, 0.0)?.0, score_limits(3, 9, f64::INFINITY)?), (1.0 / 3.0, (0.0, 1.0)));
        assert!(score_limits(3, 9, -1.0).is_err() && wald(3, 2, 0.95).is_err() && jeffreys(0, 0, 0.95).is_err());
        assert!(agresti_coull(1, 2, 1.0).is_err() && clopper_pearson(1, 2, f64::NAN).is_err());
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
