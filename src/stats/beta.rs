//! The beta distribution, for any positive shape: tails, quantiles and expectations.
//!
//! In the log-odds of p the density is log-concave with exponential tails for all shapes, however close to 0 or 1 it piles
//! up; its mode is where p is the mean, a/(a + b). A tail is the density there times Mills' ratio, a smooth
//! integral: no continued fraction, whose steps grow with the counts (140 fixed ones, as in some libraries, are wrong by
//! 9 % at counts of 10⁷).

use std::f64::consts::{LN_2, PI};

use super::log_concave::{self, Tail};
use super::normal;
use super::quadrature::integrate_tail;
use super::remainders::{log1p_rest, odds_rest, stirling_rest};

/// Lower tail P(X ≤ x), the regularised incomplete beta function; `a`, `b` from 1e-100 to 1e100, `x` in
/// \[0, 1\], else NaN.
///
/// Relative error below 1e-12 + 2e-15·|ln P| in either tail, for shapes from 1e-3 to 1e9. What x itself is rounded by
/// changes the tail more than that at large counts: near the mean by 1e-16·√n.
///
/// ```
/// use channelmix::stats::beta;
/// assert!((beta::cdf(0.100000039999996, 2_000_001.0, 18_000_001.0) - 0.5000792943799321).abs() < 1e-12);
/// ```
pub fn cdf(x: f64, a: f64, b: f64) -> f64 {
    match sides(x, a, b) {
        None => f64::NAN,
        Some((ln_tail, true)) => 1.0 - libm::exp(ln_tail),
        Some((ln_tail, false)) => libm::exp(ln_tail),
    }
}

/// Upper tail P(X > x), to the accuracy of [`cdf`].
pub fn sf(x: f64, a: f64, b: f64) -> f64 {
    match sides(x, a, b) {
        None => f64::NAN,
        Some((ln_tail, true)) => libm::exp(ln_tail),
        Some((ln_tail, false)) => 1.0 - libm::exp(ln_tail),
    }
}

/// ln P(X ≤ x), also where the tail is below every double.
pub fn ln_cdf(x: f64, a: f64, b: f64) -> f64 {
    match sides(x, a, b) {
        None => f64::NAN,
        Some((ln_tail, true)) => libm::log1p(-libm::exp(ln_tail)),
        Some((ln_tail, false)) => ln_tail,
    }
}

/// ln P(X > x), also where the tail is below every double.
pub fn ln_sf(x: f64, a: f64, b: f64) -> f64 {
    match sides(x, a, b) {
        None => f64::NAN,
        Some((ln_tail, true)) => ln_tail,
        Some((ln_tail, false)) => libm::log1p(-libm::exp(ln_tail)),
    }
}

/// The x below which the variable lies with probability `p`; 0 at 0, 1 at 1, NaN outside the domain of [`cdf`].
///
/// Relative error below 1e-13, or 3e-15 ÷ the smaller shape if that is more, for shapes from 1e-3 to 1e9 (with a shape of
/// 1e-3 x goes as p¹⁰⁰⁰, and becomes 0 where it is below 1e-308). Near 1 ask for 1 − x, which is `quantile_of_sf(p, b, a)`.
pub fn quantile(p: f64, a: f64, b: f64) -> f64 {
    quantile_of(p, libm::log(p), libm::log1p(-p), a, b)
}

/// The x above which the variable lies with probability `p`, for `p` too small for 1 − p; accurate as [`quantile`].
pub fn quantile_of_sf(p: f64, a: f64, b: f64) -> f64 {
    quantile_of(p, libm::log1p(-p), libm::log(p), a, b)
}

fn quantile_of(p: f64, ln_lower: f64, ln_upper: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && is_shape(a) && is_shape(b)) {
        return f64::NAN;
    }
    if ln_lower == f64::NEG_INFINITY || ln_upper == f64::NEG_INFINITY {
        return if ln_lower < ln_upper { 0.0 } else { 1.0 };
    }
    let total = a + b;
    let (p, q) = (a / total, b / total);
    let above = ln_upper <= tail_from_mode(a, b, 0.0).ln;
    let ln_tail = if above { ln_upper } else { ln_lower };
    let start = normal::quantile_of_ln_sf(ln_tail).max(1.0) / libm::sqrt(a * q);
    // Seen from its own side, each tail is an upper one.
    let (a, b) = if above { (a, b) } else { (b, a) };
    let way = log_concave::way_out(|s| tail_from_mode(a, b, s), ln_tail, start);
    let (near, far) = if above { (p, q) } else { (q, p) };
    // Odds near/far, times exp(way).
    let far = far * libm::exp(-way);
    if above { near / (near + far) } else { far / (near + far) }
}

/// Beyond these shapes products of them leave the range of a double.
fn is_shape(a: f64) -> bool {
    (1e-100..=1e100).contains(&a)
}

/// ln of a tail beyond x that is not much above ½, and whether that is the upper one.
fn sides(x: f64, a: f64, b: f64) -> Option<(f64, bool)> {
    if !(is_shape(a) && is_shape(b) && (0.0..=1.0).contains(&x)) {
        return None;
    }
    let rest = 1.0 - x;
    // (a + b)·(a/(a + b) − x) = a·(1 − x) − b·x, with what rounding took from each product and from 1 − x.
    let (first, second) = (a * rest, b * x);
    let products = libm::fma(a, rest, -first) - libm::fma(b, x, -second);
    let lead = (first - second) + (products + a * ((1.0 - rest) - x));
    let above = lead <= 0.0;
    if x == 0.0 || x == 1.0 {
        return Some((f64::NEG_INFINITY, x == 1.0));
    }
    let total = a + b;
    let fall = fall(a, lead, x * (total / a)) + fall(b, -lead, rest * (total / b));
    let tail = |above| if above { tail_at(a, b, x, rest, lead, fall) } else { tail_at(b, a, rest, x, -lead, fall) }.ln;
    let near = tail(above);
    // With a small shape most of the law may lie on this side of its mean.
    Some(if near <= -LN_2 { (near, above) } else { (tail(!above), !above) })
}

/// −a·ln(ratio) − lead, for ratio = 1 − lead/a: what one share takes from ln density. The leads of the two shares cancel.
fn fall(a: f64, lead: f64, ratio: f64) -> f64 {
    let t = -lead / a;
    if t > -0.5 { -a * log1p_rest(t) } else { -a * libm::log(ratio) - lead }
}

/// The upper tail, `way` ≥ 0 log-odds above the mode.
fn tail_from_mode(a: f64, b: f64, way: f64) -> Tail {
    let total = a + b;
    let (p, q) = (a / total, b / total);
    let shrunk = libm::exp(-way);
    let both = p + q * shrunk;
    // a·below − b·above = (a + b)·p·q·(e⁻ˢ − 1) / both, over the shares `above` and `below` of the point.
    let lead = a * q * libm::expm1(-way) / both;
    tail_at(a, b, p / both, q * shrunk / both, lead, total * odds_rest(p, q, way))
}

/// The upper tail beyond p, given q = 1 − p, `lead` = a·q − b·p and how far ln density has `fall`en from the mode.
fn tail_at(a: f64, b: f64, p: f64, q: f64, lead: f64, fall: f64) -> Tail {
    let total = a + b;
    // The fall steepens by √(npq) a step of that scale, until it is b.
    let bend = libm::sqrt(total * p * q).min(b);
    let mills = log_concave::mills(|s| lead * s - total * odds_rest(p, q, s), 1.0 / (bend + lead.abs()));
    Tail { ln: ln_peak(a, b) - fall + libm::log(mills), mills }
}

/// ln density in log-odds at the mode: ½ ln(a·b / (2π(a + b))) and the rests of Stirling's formulas.
pub(super) fn ln_peak(a: f64, b: f64) -> f64 {
    let total = a + b;
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    0.5 * (libm::log(small) + libm::log(large / total) - libm::log(2.0 * PI)) + stirling_rest(total)
        - stirling_rest(small)
        - stirling_rest(large)
}

/// Relative tolerance of the integrals.
const TOLERANCE: f64 = 1e-14;

/// E[g(P)] for P ~ Beta(a, b), `a`, `b` > 0, to about 1e-13 relative where g has one sign.
///
/// `g` should be smooth on the scale of log-odds, as everything is that depends on p/(1 − p) or on p·t through powers.
///
/// Taken over the log-odds of p, measured from ln(a/b): there the density is log-concave with exponential tails for all
/// shapes, however close to 0 or 1 it piles up, and no power of p or 1 − p is singular. Its constant is not needed: the
/// mean is ∫g·w ÷ ∫w, so nothing is lost to Γ of large arguments.
///
/// ```
/// use channelmix::stats::beta;
/// assert!((beta::mean(0.7, 2.5, |p| p) - 0.7 / 3.2).abs() < 1e-14);
/// ```
pub fn mean(a: f64, b: f64, g: impl Fn(f64) -> f64) -> f64 {
    let (above, below) = (Half { rate: b, other: a }, Half { rate: a, other: b });
    let weighted = above.integrate(|_, rest| g(rest)) + below.integrate(|near, _| g(near));
    weighted / (above.integrate(|_, _| 1.0) + below.integrate(|_, _| 1.0))
}

/// One side of the mode in log-odds. On the upper side the share that dies away is 1 − p, on the lower side p.
struct Half {
    /// Shape of the dying share: the exponential rate of the tail.
    rate: f64,
    /// Shape of the other share.
    other: f64,
}

impl Half {
    /// ∫ g(dying share, other share) · w over this side, with w = 1 at the mode.
    fn integrate(&self, g: impl Fn(f64, f64) -> f64) -> f64 {
        let total = self.rate + self.other;
        let (share, rest) = (self.rate / total, self.other / total);
        let weighted = |u: f64| {
            let dying = share * libm::exp(-u);
            let both = rest + dying;
            // −rate·u − total·ln both, each time in the form whose terms do not cancel.
            let ln_weight = if rest >= 0.5 {
                -self.rate * u - total * libm::log1p(share * libm::expm1(-u))
            } else if dying > rest {
                self.other * u - total * libm::log1p(rest * libm::expm1(u))
            } else {
                -self.rate * u - total * libm::log(both)
            };
            let weight = libm::exp(ln_weight);
            if weight == 0.0 { 0.0 } else { weight * g(dying / both, rest / both) }
        };
        // The curve bends like a normal density near the mode and falls exponentially far from it.
        let scale = 1.0 / self.rate + libm::sqrt(total / (self.rate * self.other));
        integrate_tail(weighted, 0.0, scale, TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// a, b, x, P(X ≤ x), P(X > x): mpmath, 60 digits, by continued fraction.
    const TAILS: [(f64, f64, f64, f64, f64); 21] = [
        (0.001, 0.001, 0.5, 0.5, 0.5),
        (0.001, 0.001, 1e-12, 0.486_374_410_774_204_46, 0.513_625_589_225_795_6),
        (0.001, 1_000_000_000.0, 9e-13, 0.993_583_055_992_673_2, 0.006_416_944_007_326_866_5),
        (0.001, 1_000_000_000.0, 1e-9, 0.999_780_391_642_414_6, 0.000_219_608_357_585_372_33),
        (0.5, 0.5, 0.9, 0.795_167_235_300_866_5, 0.204_832_764_699_133_42),
        (1.0, 1.0, 0.3, 0.3, 0.7),
        (2.0, 10_000_000.0, 1e-8, 0.004_678_840_658_105_053, 0.995_321_159_341_894_9),
        (2.0, 10_000_000.0, 5e-6, 1.0, 9.835_394_719_335_193e-21),
        (21.0, 181.0, 0.103_960_396_039_603_96, 0.524_303_668_906_921_5, 0.475_696_331_093_078_5),
        (5.0, 2.0, 0.999, 0.999_985_039_955_024, 1.496_004_497_600_502_6e-5),
        (300.0, 7.0, 0.9, 2.460_233_920_928_439_4e-8, 0.999_999_975_397_660_8),
        (40_000.0, 30_000.0, 0.55, 1.766_346_547_151_776_5e-30, 1.0),
        (2_000_001.0, 18_000_001.0, 0.100_000_039_999_996, 0.500_079_294_379_932_1, 0.499_920_705_620_067_9),
        (2_000_001.0, 18_000_001.0, 0.1005, 0.999_999_999_999_950_5, 4.952_816_448_004_19e-14),
        (2_000_001.0, 18_000_001.0, 0.098, 5.962_402_242_552_122e-198, 1.0),
        (100_000_000.0, 300_000_000.0, 0.25001, 0.677_921_817_244_779_3, 0.322_078_182_755_220_7),
        (100_000_000.0, 300_000_000.0, 0.2495, 2.097_080_565_399_378e-118, 1.0),
        (1_000_000_000.0, 1_000_000_000.0, 0.500_000_1, 0.503_568_200_653_909_3, 0.496_431_799_346_090_7),
        (1_000_000_000.0, 1_000_000_000.0, 0.5003, 1.0, 6.692_695_770_473_917e-159),
        (1_000_000_000.0, 50.0, 0.999_999_94, 0.084_406_618_292_141_81, 0.915_593_381_707_858_2),
        (1_000_000_000.0, 0.3, 0.999_999_999_9, 0.454_087_137_911_04, 0.545_912_862_088_960_1),
    ];
    /// a, b, x, ln of the smaller tail, whether it is the upper one: mpmath, 60 digits.
    const FAR: [(f64, f64, f64, f64, bool); 5] = [
        (2000.0, 10_000.0, 0.9, -17_836.129_666_942_834, true),
        (1_000_000_000.0, 1_000_000_000.0, 0.51, -400_087.736_463_022_24, true),
        (7.0, 3.0, 1e-300, -4_831.845_176_349_04, false),
        (1_000_000.0, 2.0, 0.001, -6_907_741.464_471_078_5, false),
        (100_000.0, 100_000_000.0, 0.002, -30_842.243_589_402_875, true),
    ];
    /// p, a, b, quantile: mpmath, 60 digits.
    const QUANTILES: [(f64, f64, f64, f64); 13] = [
        (0.025, 2_000_001.0, 18_000_001.0, 0.099_868_599_496_990_09),
        (0.975, 2_000_001.0, 18_000_001.0, 0.100_131_556_275_220_26),
        (0.5, 2.0, 10_000_000.0, 1.678_346_765_256_909_7e-7),
        (1e-9, 2.0, 10_000_000.0, 4.472_202_399_412_649e-12),
        (0.025, 0.5, 0.5, 0.001_541_333_133_436_012),
        (0.999, 3.0, 1.5, 0.996_250_397_520_727_2),
        (0.3, 0.01, 0.02, 2.028_941_631_265_060_9e-35),
        (1e-200, 1000.0, 100_000.0, 0.003_192_642_455_923_189_7),
        (1e-300, 5.0, 5.0, 3.801_245_254_500_843_6e-61),
        (0.9, 1_000_000_000.0, 1_000_000_000.0, 0.500_014_328_182_085),
        (0.025, 1_000_000_000.0, 10.0, 0.999_999_982_915_196_8),
        (0.1, 100_000_000.0, 0.01, 0.999_999_999_999_849_7),
        (0.7, 1.0, 1.0, 0.7),
    ];

    #[test]
    fn moments_of_any_shape() {
        for a in [1e-3, 0.2, 1.0, 7.5, 1e3, 1e6] {
            for b in [1e-3, 0.4, 1.0, 30.0, 1e4] {
                let first = a / (a + b);
                assert!(off(mean(a, b, |p| p), first) < 1e-13, "{a} {b}");
                assert!(off(mean(a, b, |p| p * p), first * (a + 1.0) / (a + b + 1.0)) < 1e-13, "{a} {b}");
                assert!((mean(a, b, |p| 1.0 - p) - b / (a + b)).abs() < 1e-13, "{a} {b}");
            }
        }
    }

    #[test]
    fn both_tails_of_any_shape() {
        for (a, b, x, below, above) in TAILS {
            let tolerance = |tail: f64| 1e-13 - 2e-15 * libm::log(tail);
            assert!(off(cdf(x, a, b), below) < tolerance(below), "{a} {b} {x}: {:e}", cdf(x, a, b));
            assert!(off(sf(x, a, b), above) < tolerance(above), "{a} {b} {x}: {:e}", sf(x, a, b));
            assert!((ln_cdf(x, a, b) - libm::log(below)).abs() < tolerance(below), "{a} {b} {x}");
            assert!((ln_sf(x, a, b) - libm::log(above)).abs() < tolerance(above), "{a} {b} {x}");
        }
        for (a, b, x, ln, upper) in FAR {
            let found = if upper { ln_sf(x, a, b) } else { ln_cdf(x, a, b) };
            assert!(off(found, ln) < 2e-15, "{a} {b} {x}: {found}");
        }
    }

    #[test]
    fn quantiles_of_any_shape() {
        for (p, a, b, x) in QUANTILES {
            assert!(off(quantile(p, a, b), x) < 1e-13, "{p} {a} {b}: {:e}", quantile(p, a, b));
            // The other side of 1 − X.
            assert!((1.0 - quantile_of_sf(p, b, a) - x).abs() < 2e-16, "{p} {a} {b}");
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(
            (cdf(0.0, 2.0, 3.0), sf(0.0, 2.0, 3.0), cdf(1.0, 2.0, 3.0), sf(1.0, 2.0, 3.0)),
            (0.0, 1.0, 1.0, 0.0)
        );
        assert_eq!((ln_cdf(0.0, 2.0, 3.0), ln_sf(0.0, 2.0, 3.0)), (f64::NEG_INFINITY, 0.0));
        assert_eq!((quantile(0.0, 2.0, 3.0), quantile(1.0, 2.0, 3.0)), (0.0, 1.0));
        assert_eq!((quantile_of_sf(0.0, 2.0, 3.0), quantile_of_sf(1.0, 2.0, 3.0)), (1.0, 0.0));
        for (x, a, b) in
            [(-0.1, 2.0, 3.0), (1.1, 2.0, 3.0), (f64::NAN, 2.0, 3.0), (0.5, 0.0, 3.0), (0.5, 2.0, f64::NAN)]
        {
            assert!(cdf(x, a, b).is_nan() && sf(x, a, b).is_nan() && quantile(x, a, b).is_nan());
            assert!(ln_cdf(x, a, b).is_nan() && ln_sf(x, a, b).is_nan() && quantile_of_sf(x, a, b).is_nan());
        }
    }

    proptest::proptest! {
        #[test]
        fn quantiles_undo_the_tails(ln_a in -5.0..20.0, ln_b in -5.0..20.0, p in 1e-12..0.999_f64) {
            let (a, b) = (libm::exp(ln_a), libm::exp(ln_b));
            // On the side where the last digits of x are not those of 1 − x.
            let (a, b, x) = if a < b { (a, b, quantile(p, a, b)) } else { (b, a, quantile_of_sf(p, b, a)) };
            let found = if ln_a < ln_b { cdf(x, a, b) } else { sf(x, a, b) };
            let tolerance = 1e-13 + 1e-15 * libm::sqrt(a + b);
            proptest::prop_assert!(!(1e-290..=0.9).contains(&x) || (found - p).abs() < tolerance, "{x} {found}");
            let total = cdf(x, a, b) + sf(x, a, b);
            proptest::prop_assert!((total - 1.0).abs() < 1e-15);
        }
    }
}
