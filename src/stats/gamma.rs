//! The gamma function, and the gamma distribution's two tails: the regularised incomplete gamma functions.
//!
//! In u = ln x the density of the gamma law of shape a becomes C(a)·exp(a·u − eᵘ), log-concave for every a, with its mode
//! at x = a. A tail is the density there times Mills' ratio, a smooth integral; there is no switch between
//! series, and so none to get wrong.

use std::f64::consts::{LN_2, PI};

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

/// P(a, x), the chance that a gamma variable of shape `a` (scale 1; 1e-100 to 1e100) lies at or below `x` ≥ 0; else NaN.
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

/// The shapes of the gamma law served: beyond these, products of them leave the range of a double.
pub(super) const SHAPES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// ln of a tail beyond x that is not much above ½, and whether that is the upper one.
fn sides(a: f64, x: f64) -> Option<(f64, bool)> {
    if !(SHAPES.contains(&a) && x >= 0.0) {
        return None;
    }
    let above = x >= a;
    if x == 0.0 || x == f64::INFINITY {
        return Some((f64::NEG_INFINITY, above));
    }
    let beyond = (x - a) / a;
    // a·ln(a/x) + x − a; near 0 the quotient x/a is the more exact.
    let fall = if beyond > -0.5 { -a * log1p_rest(beyond) } else { (x - a) - a * libm::log(x / a) };
    let tail = tail_at(a, x, a - x, fall, above).ln;
    // With a small shape most of the law may lie on this side of its mode.
    Some(if tail <= -LN_2 { (tail, above) } else { (tail_at(a, x, a - x, fall, !above).ln, !above) })
}

/// The tail beyond x = a·exp(±s), on the upper or lower side.
fn tail_from_mode(a: f64, s: f64, above: bool) -> Tail {
    let s = if above { s } else { -s };
    tail_at(a, a * libm::exp(s), -a * libm::expm1(s), a * expm1_rest(s), above)
}

/// The tail beyond x, given `lead` = a − x and how far ln density has `fall`en from the mode.
fn tail_at(a: f64, x: f64, lead: f64, fall: f64, above: bool) -> Tail {
    let sign = if above { 1.0 } else { -1.0 };
    // Upward the density falls ever faster, downward never faster than exp(−a·s).
    let bend = if above { libm::sqrt(x) } else { libm::sqrt(x).min(a) };
    let mills = log_concave::mills(|s| sign * lead * s - x * expm1_rest(sign * s), 1.0 / (lead.abs() + bend));
    let peak = 0.5 * libm::log(a / (2.0 * PI)) - stirling_rest(a);
    Tail { ln: peak - fall + libm::log(mills), mills }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// a, b, ln B(a, b): mpmath, 60 digits.
    const LN_BETAS: [(f64, f64, f64); 9] = [
        (1e-9, 1_000_000_000_000.0, 20.723_265_808_738_173),
        (0.5, 0.5, 1.144_729_885_849_400_2),
        (0.001, 2.5, 6.906_475_483_603_688),
        (2.0, 100_000_000.0, -36.841_361_497_904_73),
        (100_000_000.0, 100_000_000.0, -138_629_444.056_817_32),
        (30_000_000.0, 1_000_000_000_000.0, -342_429_852.973_964_04),
        (12.3, 4.5, -9.419_654_135_964_588),
        (1.0, 1.0, 0.0),
        (1_000_000_000_000.0, 0.001, 6.879_547_864_267_925),
    ];
    /// n, k, ln C(n, k): mpmath, 60 digits.
    const LN_CHOICES: [(u64, u64, f64); 7] = [
        (5, 2, std::f64::consts::LN_10),
        (60, 30, 39.311_700_726_011_26),
        (1_000_000, 3, 39.654_769_204_662_266),
        (100_000_000, 99_999_999, 18.420_680_743_952_367),
        (100_000_000, 10_000_000, 32_508_288.413_838_714),
        (1_000_000_000_000, 2, 54.568_895_051_296_15),
        (1_000_000_000_000, 500_000_000_000, 693_147_180_545.904),
    ];
    /// a, x, P(a, x), Q(a, x): mpmath, 80 digits.
    const TAILS: [(f64, f64, f64, f64); 14] = [
        (0.001, 1e-300, 0.501_476_198_010_886_6, 0.498_523_801_989_113_4),
        (0.001, 0.0002, 0.992_090_447_058_466, 0.007_909_552_941_533_908),
        (0.001, 1.0, 0.999_780_391_642_414_4, 0.000_219_608_357_585_556_4),
        (0.5, 5.0, 0.998_434_597_741_997_5, 0.001_565_402_258_002_549_7),
        (0.5, 1e-9, 3.568_248_231_116_126e-5, 0.999_964_317_517_688_9),
        (1.0, 3.0, 0.950_212_931_632_136, 0.049_787_068_367_863_944),
        (30.0, 30.0, 0.524_283_013_893_68, 0.475_716_986_106_319_9),
        (30.0, 3.0, 4.277_047_721_426_897e-20, 1.0),
        (30.0, 200.0, 1.0, 9.818_469_937_150_793e-52),
        (10_000.0, 9750.0, 0.005_904_480_955_060_292, 0.994_095_519_044_939_8),
        (10_000.0, 10_400.0, 0.999_961_119_829_426, 3.888_017_057_398_82e-5),
        (1_000_000.0, 1_000_001.0, 0.500_531_922_742_067_6, 0.499_468_077_257_932_46),
        (100_000_000.0, 99_980_000.0, 0.022_744_732_581_593_558, 0.977_255_267_418_406_4),
        (100_000_000.0, 100_100_000.0, 1.0, 7.877_856_178_578_358e-24),
    ];

    #[test]
    fn ratios_of_huge_factorials() {
        for (a, b, ln) in LN_BETAS {
            assert!((ln_beta(a, b) - ln).abs() < 1e-15 * ln.abs().max(1.0), "ln B({a}, {b}) = {}", ln_beta(a, b));
            assert_eq!(ln_beta(a, b), ln_beta(b, a));
        }
        for (n, k, ln) in LN_CHOICES {
            assert!(off(ln_choose(n, k), ln) < 1e-15, "ln C({n}, {k}) = {}", ln_choose(n, k));
        }
        assert_eq!((ln_choose(7, 0), ln_choose(7, 7), ln_choose(7, 8)), (0.0, 0.0, f64::NEG_INFINITY));
    }

    #[test]
    fn both_tails_of_any_shape() {
        for (a, x, below, above) in TAILS {
            let tolerance = |tail: f64| 1e-13 - 1e-15 * libm::log(tail);
            assert!(off(lower(a, x), below) < tolerance(below), "P({a}, {x}) = {:e}", lower(a, x));
            assert!(off(upper(a, x), above) < tolerance(above), "Q({a}, {x}) = {:e}", upper(a, x));
            assert!((ln_lower(a, x) - libm::log(below)).abs() < tolerance(below));
            assert!((ln_upper(a, x) - libm::log(above)).abs() < tolerance(above));
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((lower(2.0, 0.0), upper(2.0, 0.0), ln_lower(2.0, 0.0)), (0.0, 1.0, f64::NEG_INFINITY));
        assert_eq!((lower(2.0, f64::INFINITY), upper(2.0, f64::INFINITY)), (1.0, 0.0));
        assert_eq!(ln_gamma(f64::INFINITY), f64::INFINITY);
        for (a, x) in [(0.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (1.0, -1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
            assert!(lower(a, x).is_nan() && upper(a, x).is_nan() && ln_lower(a, x).is_nan() && ln_upper(a, x).is_nan());
        }
        assert!(ln_gamma(0.0).is_nan() && ln_beta(0.0, 1.0).is_nan() && ln_beta(1.0, f64::NAN).is_nan());
    }
}
