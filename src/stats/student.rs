//! Student's t distribution, for any real number of degrees of freedom from 1 up.
//!
//! With t = √ν · sinh y the density becomes C(ν) · cosh(y)^−ν, which is log-concave for every ν and turns smoothly from
//! the Cauchy law (ν = 1) into the normal one (ν → ∞). So one tail integral serves all ν without loss of digits, and
//! Newton's rule on the logarithm of the tail converges from anywhere. (The incomplete beta function that libraries use
//! loses half the digits near ν = 1e7, and solvers built on it do not return.)

use super::{normal, quadrature};

/// Lower tail P(T ≤ t). `df` ≥ 1, else NaN. Relative error below 1e-13 in both tails.
pub fn cdf(t: f64, df: f64) -> f64 {
    sf(-t, df)
}

/// Upper tail P(T > t), to the same relative accuracy as [`cdf`]. `df` ≥ 1, else NaN.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::sf(1.0, 1.0) - 0.25).abs() < 1e-15);
/// ```
pub fn sf(t: f64, df: f64) -> f64 {
    if df < 1.0 || df.is_nan() || t.is_nan() {
        return f64::NAN;
    }
    if df > NORMAL_BEYOND {
        return normal::sf(t);
    }
    let y = libm::asinh(t.abs() / libm::sqrt(df));
    let tail = constant(df) * libm::exp(-df * ln_cosh(y)) * mills(y, df);
    if t < 0.0 { 1.0 - tail } else { tail }
}

/// ln P(T > t), also where the tail is below every double; `df` ≥ 1, else NaN. Relative error below 1e-13.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::ln_sf(1e300, 2.0) + 1_382.244_202_976_99).abs() < 1e-10);
/// ```
pub fn ln_sf(t: f64, df: f64) -> f64 {
    if t <= 0.0 || df < 1.0 || df.is_nan() || t.is_nan() {
        return libm::log1p(-cdf(t, df));
    }
    if df > NORMAL_BEYOND {
        return normal::ln_sf(t);
    }
    let y = libm::asinh(t / libm::sqrt(df));
    libm::log(constant(df) * mills(y, df)) - df * ln_cosh(y)
}

/// Quantile: the t below which the variable lies with probability `p`.
///
/// −∞ at 0, ∞ at 1; NaN outside [0, 1] or for `df` < 1. Relative error in t below 1e-14 (absolute, for t near 0), below
/// 1e-13 from `p` = 1e-20 down to 1e-300; for `df` up to 1e12 and beyond, ∞ included (the normal law).
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::quantile(0.975, 63.0) - 1.998340542520747).abs() < 1e-14);
/// ```
pub fn quantile(p: f64, df: f64) -> f64 {
    if df < 1.0 || df.is_nan() {
        return f64::NAN;
    }
    let z = normal::quantile(p);
    if df > NORMAL_BEYOND || z == 0.0 || !z.is_finite() {
        return z;
    }
    upper(libm::log(if p < 0.5 { p } else { 1.0 - p }), z.abs(), df).copysign(z)
}

/// The normal score of t: the z beyond which a normal variable lies as rarely as this one beyond `t`, of the same sign.
///
/// Worked in logarithms, so that it holds far beyond the tails that a double can tell from 0. NaN for `df` < 1. Relative
/// error below 1e-12 (absolute below 1e-15 for t near 0) for z to 40 and beyond.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::normal_score(12.706204736174692, 1.0) - 1.959963984540054).abs() < 1e-14);
/// ```
pub fn normal_score(t: f64, df: f64) -> f64 {
    if df > NORMAL_BEYOND || ((t == 0.0 || t.is_infinite()) && df >= 1.0) {
        return t;
    }
    let z = normal::quantile_of_ln_sf(ln_sf(t.abs(), df));
    // Rounding may carry it past 0.
    if z < 0.0 { 0.0_f64.copysign(t) } else { z.copysign(t) }
}

/// The t with the normal score `z`: what [`normal_score`] undoes.
///
/// Infinite where it exceeds the largest double, as for one degree of freedom beyond z = 37. NaN for `df` < 1. Relative
/// error below 1e-13 × (1 + z²/ν) for z to 40.
///
/// ```
/// use channelmix::stats::student;
/// assert!((student::of_normal_score(1.959963984540054, 63.0) - 1.998340542520741).abs() < 1e-13);
/// ```
pub fn of_normal_score(z: f64, df: f64) -> f64 {
    if df < 1.0 || df.is_nan() || z.is_nan() {
        return f64::NAN;
    }
    if df > NORMAL_BEYOND || z == 0.0 || z.is_infinite() {
        return z;
    }
    upper(normal::ln_sf(z.abs()), z.abs(), df).copysign(z)
}

/// The t ≥ 0 whose upper tail has the logarithm `ln_tail`, searched from `start`.
fn upper(ln_tail: f64, start: f64, df: f64) -> f64 {
    let root = libm::sqrt(df);
    let mut y = libm::asinh(start / root);
    for _ in 0..STEPS {
        let mills = mills(y, df);
        let excess = libm::log(constant(df) * mills) - df * ln_cosh(y) - ln_tail;
        // d ln P(Y > y) / dy = −1 / mills. From the left a step may pass the root once, then all come from the right.
        let step = excess * mills;
        y = (y + step).max(0.0);
        if step.abs() <= 1e-15 * y {
            break;
        }
    }
    root * libm::sinh(y)
}

/// Degrees of freedom beyond which t and z agree in all digits: they differ by z(z² + 1) / 4ν.
const NORMAL_BEYOND: f64 = 1e20;
/// Newton steps at most; five to eight are usual.
const STEPS: usize = 60;

/// The tail beyond y in units of the density at y: ∫₀^∞ (cosh(y + s) / cosh y)^−ν ds, `y` ≥ 0.
fn mills(y: f64, df: f64) -> f64 {
    let slope = libm::tanh(y);
    let decay = |s: f64| {
        let half = libm::sinh(0.5 * s);
        // Far out sinh is ∞, and at y = 0 nothing of it counts.
        let along = if slope > 0.0 { slope * libm::sinh(s) } else { 0.0 };
        libm::exp(-df * libm::log1p(2.0 * half * half + along))
    };
    quadrature::integrate_decay(decay, 0.0, 1.0 / (df * slope + libm::sqrt(df)))
}

/// ln cosh y for y ≥ 0, without overflow and without loss near 0.
fn ln_cosh(y: f64) -> f64 {
    if y < 1.0 {
        let sinh = libm::sinh(y);
        0.5 * libm::log1p(sinh * sinh)
    } else {
        y + libm::log1p(libm::exp(-2.0 * y)) - std::f64::consts::LN_2
    }
}

/// The density at y = 0: C(ν) = Γ((ν + 1)/2) / (Γ(ν/2) √π).
fn constant(df: f64) -> f64 {
    gamma_half_ratio(0.5 * df) / libm::sqrt(std::f64::consts::PI)
}

/// Γ(x + ½) / Γ(x) for x ≥ ½, to 1e-15.
///
/// The difference of Stirling's series (Abramowitz & Stegun 6.1.40) at x + ½ and x, in which only odd powers are left;
/// small x are first carried above 20 by Γ(x + 1) = x Γ(x).
fn gamma_half_ratio(mut x: f64) -> f64 {
    let mut carried = 1.0;
    while x < 20.0 {
        carried *= x / (x + 0.5);
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = -1.0 / 8.0 + w * (1.0 / 192.0 + w * (-1.0 / 640.0 + w * (17.0 / 14336.0 - w * 31.0 / 18432.0)));
    carried * libm::sqrt(x) * libm::exp(series / x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// t, ν, ln P(T > t): mpmath, 60 digits.
    const LN_TAILS: [(f64, f64, f64); 7] = [
        (-3.0, 4.0, -0.020_173_099_629_157_313),
        (0.3, 1.0, -0.898_385_931_464_041),
        (1e200, 1.0, -461.661_748_484_658_5),
        (1e300, 2.0, -1_382.244_202_976_987_3),
        (10_000.0, 300.0, -1_911.306_852_006_008_5),
        (40.0, 10_000.0, -746.634_282_478_206_8),
        (500.0, 1_000_000.0, -111_578.797_636_210_8),
    ];

    /// t, ν, P(T > t): mpmath, 60 digits, by the incomplete beta function (by quadrature for ν ≥ 1e7).
    const TAILS: [(f64, f64, f64); 16] = [
        (0.001, 1.0, 0.499_681_690_219_919_4),
        (3.0, 1.0, 0.102_416_382_349_566_74),
        (1e5, 1.0, 3.183_098_861_731_803_5e-6),
        (0.5, 2.5, 0.328_848_959_934_857_35),
        (12.0, 3.0, 0.000_622_507_900_394_668_3),
        (1e30, 5.0, 9.490_167_245_562_36e-150),
        (2.0, 30.0, 0.027_312_522_481_491_55),
        (40.0, 30.0, 6.863_022_597_203_201e-28),
        (3.0, 999.0, 0.001_383_388_230_073_897),
        (1.96, 1e4, 0.025_011_760_115_916_524),
        (20.0, 1e4, 1.382_326_293_270_386_6e-87),
        (1.96, 1e7, 0.024_997_909_012_657_096),
        (8.0, 1e7, 6.221_617_401_403_393e-16),
        (2.5, 1e12, 0.006_209_665_325_855_56),
        (35.0, 1e12, 1.124_911_129_178_495_9e-268),
        (0.2, 63.5, 0.421_059_853_786_366_73),
    ];

    /// p, ν, quantile: mpmath, 60 digits, by the incomplete beta function (by quadrature for ν ≥ 1e7).
    const QUANTILES: [(f64, f64, f64); 18] = [
        (0.975, 1.0, 12.706_204_736_174_692),
        (0.6, 1.0, 0.324_919_696_232_906_23),
        (1e-300, 1.0, -3.183_098_861_837_906_6e299),
        (0.975, 1.5, 6.016_663_104_427_928),
        (0.975, 2.0, 4.302_652_729_749_462),
        (1e-12, 3.0, -10_331.108_244_292_485),
        (0.9, 4.0, 1.533_206_274_058_944),
        (0.975, 63.0, 1.998_340_542_520_741_2),
        (0.95, 127.5, 1.656_892_596_941_362_2),
        (1e-200, 100.0, -968.222_806_681_879_1),
        (0.995, 999.0, 2.580_759_637_267_636_5),
        (0.975, 1000.0, 1.962_339_080_826_408),
        (0.025, 3e4, -1.960_043_063_383_935_2),
        (0.975, 1e6, 1.959_966_356_814_106_8),
        (0.99995, 1e7, 3.890_593_455_947_045),
        (1e-10, 1e8, -6.361_341_561_862_985),
        (1e-300, 1e10, -37.047_097_571_454_18),
        (0.975, 1e12, 1.959_963_984_542_426_2),
    ];

    #[test]
    fn tails_from_cauchy_to_normal() {
        for (t, df, tail) in TAILS {
            assert!(off(sf(t, df), tail) < 1e-13, "sf({t}, {df}) = {:e}", sf(t, df));
            assert!(off(cdf(-t, df), tail) < 1e-13);
            assert!((cdf(t, df) + tail - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn quantiles_from_cauchy_to_normal() {
        for (p, df, t) in QUANTILES {
            assert!(
                off(quantile(p, df), t) < if p > 1e-20 { 1e-14 } else { 1e-13 },
                "quantile({p}, {df}) = {:e}",
                quantile(p, df)
            );
        }
        assert!((quantile(0.50001, 17.0) - 2.543_741_349_762_43e-5).abs() < 1e-15);
    }

    #[test]
    fn quantile_undoes_cdf() {
        for df in [1.0, 1.7, 8.0, 300.0, 1e5, 1e9, 1e15, 1e21] {
            for p in [1e-250, 1e-30, 1e-8, 0.01, 0.3, 0.499_999] {
                let t = quantile(p, df);
                assert!(off(cdf(t, df), p) < 1e-12, "{p} {df}");
                assert!(t > f64::NEG_INFINITY && t < 0.0);
            }
        }
    }

    /// t, ν, z with the same tail: mpmath, 60 digits.
    const SCORES: [(f64, f64, f64); 16] = [
        (0.01, 1.0, 0.007_978_664_314_067_22),
        (12.7, 1.0, 1.959_755_902_582_764_8),
        (1e12, 1.0, 7.192_400_462_293_18),
        (1e300, 1.0, 37.077_960_311_910_02),
        (3.0, 1.5, 1.500_257_343_983_550_6),
        (5.0, 4.0, 2.674_215_331_397_103_6),
        (1e40, 10.0, 42.589_792_156_121_77),
        (8.0, 30.0, 5.809_503_926_368_878),
        (60.0, 30.0, 11.929_457_765_408_364),
        (500.0, 100.0, 27.935_497_491_082_453),
        (2.0, 1000.5, 1.997_506_293_682_581_2),
        (45.0, 1000.0, 33.262_716_545_219_8),
        (41.0, 1e5, 40.829_146_923_655_094),
        (40.0, 1e7, 39.998_399_138_705_08),
        (6.0, 1e9, 5.999_999_944_500_001),
        (40.0, 1e9, 39.999_983_990_013_87),
    ];

    #[test]
    fn normal_scores_far_beyond_what_a_tail_can_hold() {
        for (t, df, z) in SCORES {
            assert!(off(normal_score(t, df), z) < 1e-13, "{t} {df}: {}", normal_score(t, df));
            assert_eq!(normal_score(-t, df), -normal_score(t, df));
            let tolerance = 1e-13 * (1.0 + z * z / df);
            assert!(off(of_normal_score(z, df), t) < tolerance, "{z} {df}: {:e}", of_normal_score(z, df));
            assert_eq!(of_normal_score(-z, df), -of_normal_score(z, df));
        }
        for df in [1.0, 3.5, 1e4, 1e12, f64::INFINITY] {
            for i in 0..=370 {
                let z = f64::from(i) / 10.0;
                assert!((normal_score(of_normal_score(z, df), df) - z).abs() < 1e-13 * (1.0 + z), "{z} {df}");
            }
        }
        assert_eq!((of_normal_score(40.0, 1.0), normal_score(f64::INFINITY, 1.0)), (f64::INFINITY, f64::INFINITY));
        assert_eq!((of_normal_score(f64::NEG_INFINITY, 5.0), normal_score(0.0, 5.0)), (f64::NEG_INFINITY, 0.0));
        for nan in [
            normal_score(f64::NAN, 5.0),
            normal_score(1.0, 0.5),
            of_normal_score(1.0, 0.5),
            of_normal_score(f64::NAN, 5.0),
        ] {
            assert!(nan.is_nan());
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((quantile(0.0, 5.0), quantile(1.0, 5.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(quantile(0.5, 5.0).abs() < f64::MIN_POSITIVE);
        assert!(off(quantile(0.975, f64::INFINITY), normal::quantile(0.975)) < 1e-15);
        assert_eq!((sf(f64::INFINITY, 3.0), sf(f64::NEG_INFINITY, 3.0)), (0.0, 1.0));
        assert!(quantile(0.5, 0.5).is_nan() && quantile(1.5, 5.0).is_nan() && quantile(0.5, f64::NAN).is_nan());
        for df in [1.0, 1.5, 2.0, 7.0, 1e3, 1e9, f64::INFINITY] {
            assert!(
                (sf(0.0, df) - 0.5).abs() < 1e-15 && (ln_sf(0.0, df) + std::f64::consts::LN_2).abs() < 1e-15,
                "{df}"
            );
        }
        assert!(sf(f64::NAN, 5.0).is_nan() && sf(1.0, f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_of_the_tail() {
        for (t, df, ln) in LN_TAILS {
            assert!(off(ln_sf(t, df), ln) < 1e-14, "ln_sf({t}, {df}) = {}", ln_sf(t, df));
        }
        assert!(off(ln_sf(447.0, f64::INFINITY), normal::ln_sf(447.0)) < 1e-15);
        assert_eq!((ln_sf(f64::INFINITY, 3.0), ln_sf(f64::NEG_INFINITY, 3.0)), (f64::NEG_INFINITY, 0.0));
        assert!(ln_sf(f64::NAN, 3.0).is_nan() && ln_sf(1.0, 0.5).is_nan());
    }
}
