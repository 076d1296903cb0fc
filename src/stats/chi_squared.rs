//! The chi-squared distribution, for any positive number of degrees of freedom: the gamma law of shape df/2, doubled.

use super::gamma;

/// Lower tail P(X ≤ x); `x` ≥ 0, `df` from 1e-99 to 1e100, else NaN. Accuracy as in [`gamma::lower`].
pub fn cdf(x: f64, df: f64) -> f64 {
    gamma::lower(0.5 * df, 0.5 * x)
}

/// Upper tail P(X > x), the p-value of a chi-squared test.
///
/// ```
/// use channelmix::stats::chi_squared;
/// assert!((chi_squared::sf(3.841458820694124, 1.0) - 0.05).abs() < 1e-15);
/// ```
pub fn sf(x: f64, df: f64) -> f64 {
    gamma::upper(0.5 * df, 0.5 * x)
}

/// ln P(X > x), also where the tail is below every double: −5004.83… at x = 10,000 and one degree of freedom.
pub fn ln_sf(x: f64, df: f64) -> f64 {
    gamma::ln_upper(0.5 * df, 0.5 * x)
}

/// The x below which the variable lies with probability `p`: 0 at 0, ∞ at 1, NaN outside \[0, 1\].
///
/// Relative error below 1e-13 for `df` from 0.01 to 1e12 (x below 1e-308 become 0).
pub fn quantile(p: f64, df: f64) -> f64 {
    quantile_of(p, libm::log(p), libm::log1p(-p), df)
}

/// The x above which the variable lies with probability `p`, for `p` too small for 1 − p.
pub fn quantile_of_sf(p: f64, df: f64) -> f64 {
    quantile_of(p, libm::log1p(-p), libm::log(p), df)
}

fn quantile_of(p: f64, ln_lower: f64, ln_upper: f64, df: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && gamma::SHAPES.contains(&(0.5 * df))) {
        return f64::NAN;
    }
    2.0 * gamma::quantile_of_logs(ln_lower, ln_upper, 0.5 * df)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// x, df, ln P(X > x): mpmath, 80 digits.
    const LN_TAILS: [(f64, f64, f64); 8] = [
        (10_000.0, 1.0, -5_004.831_061_513_645),
        (0.5, 1.0, -0.735_011_129_837_084_4),
        (30.0, 2.0, -15.0),
        (1_000_000.0, 3.0, -499_993.318_035_073_64),
        (9.0, 9.0, -0.827_194_846_055_822),
        (1500.0, 1000.0, -50.612_411_202_941_345),
        (1_000_000.0, 1_000_000.0, -0.693_523_377_706_430_1),
        (400_000.0, 150_000.0, -51_444.848_423_884_56),
    ];

    #[test]
    fn tails_below_every_double() {
        for (x, df, ln) in LN_TAILS {
            assert!(off(ln_sf(x, df), ln) < 1e-14, "{x} {df}: {}", ln_sf(x, df));
        }
        // The textbook values of one and two degrees of freedom.
        assert!(off(sf(25.0, 1.0), 2.0 * crate::stats::normal::sf(5.0)) < 1e-14);
        assert!(off(cdf(1e-20, 2.0), 5e-21) < 1e-14);
    }

    #[test]
    fn quantiles_undo_the_tails() {
        for df in [0.01, 0.7, 1.0, 2.0, 5.0, 40.0, 1e3, 1e6, 1e12] {
            for p in [1e-300, 1e-20, 1e-3, 0.025, 0.3, 0.5, 0.7, 0.975] {
                let (low, high) = (quantile(p, df), quantile_of_sf(p, df));
                // x·density / P is at most the larger of df/2 and a few √df: what the last digit of x does to P.
                let tolerance = 1e-13 * (1.0 + libm::sqrt(df)) - 1e-14 * libm::log(p);
                assert!(low < 1e-290 || off(cdf(low, df), p) < tolerance, "{p} {df}: {low}");
                assert!(high < 1e-290 || off(sf(high, df), p) < tolerance, "{p} {df}: {high}");
            }
        }
        assert!(off(quantile(0.95, 1.0), 3.841_458_820_694_124) < 1e-14);
        assert!(off(quantile_of_sf(1e-300, 1.0), crate::stats::normal::quantile(0.5e-300).powi(2)) < 1e-13);
    }

    #[test]
    fn the_ends() {
        assert_eq!((quantile(0.0, 3.0), quantile(1.0, 3.0)), (0.0, f64::INFINITY));
        assert_eq!((quantile_of_sf(0.0, 3.0), quantile_of_sf(1.0, 3.0)), (f64::INFINITY, 0.0));
        assert!(quantile(0.5, 0.0).is_nan() && quantile(1.5, 2.0).is_nan() && quantile(f64::NAN, 2.0).is_nan());
        assert!(sf(-1.0, 2.0).is_nan() && ln_sf(1.0, f64::NAN).is_nan());
    }
}
