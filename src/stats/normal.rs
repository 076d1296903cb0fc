//! The standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// What is missing from the double nearest to 1/√2: 1/√2 − `FRAC_1_SQRT_2`.
const FRAC_1_SQRT_2_REST: f64 = -4.833_646_656_726_457e-17;

/// Density φ(z) = exp(−z²/2) / √(2π).
///
/// Relative error below 4e-16 for |z| ≤ 6; it grows as z² beyond (2e-13 at 38).
pub fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI)
}

/// Lower tail Φ(z), the chance that a standard normal variable lies at or below `z`.
///
/// Φ(z) = erfc(−z/√2) / 2 (Abramowitz & Stegun 26.2.29). Relative error below 2e-15 down to Φ(−37.5) ≈ 5e-308. Never
/// take 1 − Φ for the upper tail: that is [`sf`].
///
/// ```
/// use channelmix::stats::normal;
/// assert_eq!(normal::cdf(0.0), 0.5);
/// assert!((normal::cdf(1.959963984540054) - 0.975).abs() < 1e-15);
/// ```
pub fn cdf(z: f64) -> f64 {
    sf(-z)
}

/// Upper tail 1 − Φ(z), to the same relative accuracy as [`cdf`].
pub fn sf(z: f64) -> f64 {
    let x = z * FRAC_1_SQRT_2;
    let nearest = 0.5 * libm::erfc(x);
    // z/√2 is rounded, and far out erfc multiplies that error by 2x² (1e-13 at z = 30): one Taylor step takes it out.
    let rest = libm::fma(z, FRAC_1_SQRT_2, -x) + z * FRAC_1_SQRT_2_REST;
    if nearest == 0.0 || rest.is_nan() { nearest } else { nearest - rest * libm::exp(-x * x) / libm::sqrt(PI) }
}

/// Quantile Φ⁻¹(p): the z below which a standard normal variable lies with probability `p`.
///
/// −∞ at 0, ∞ at 1, NaN outside [0, 1]. Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988, 477–484):
/// rational approximations in the centre and in two tails, relative error below 1e-15 for every double in (0, 1).
/// Upper tail probabilities below 1e-16 cannot be told from 1 here: use −Φ⁻¹ of the small side.
///
/// ```
/// use channelmix::stats::normal;
/// assert!((normal::quantile(0.975) - 1.959963984540054).abs() < 1e-15);
/// ```
pub fn quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let x = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE_ABOVE, x) / polynomial(&CENTRE_BELOW, x);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 || tail.is_nan() {
        return if tail == 0.0 { f64::INFINITY.copysign(centred) } else { f64::NAN };
    }
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 {
        polynomial(&TAIL_ABOVE, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    z.copysign(centred)
}

/// ln(1 − Φ(z)), also where the tail is below every double.
///
/// Relative error below 1e-15 for every z above −37.5 (below that 1 − Φ is 1 to all digits, and the logarithm 0). Beyond
/// 27 by Mills' ratio, (1 − Φ)/φ = 1/z · (1 − 1/z² + 3/z⁴ − …) (Abramowitz & Stegun 26.2.12).
///
/// ```
/// use channelmix::stats::normal;
/// assert!((normal::ln_sf(1e6) + 500_000_000_014.734_45).abs() < 1e-3);
/// ```
pub fn ln_sf(z: f64) -> f64 {
    if z < -1.0 {
        libm::log1p(-cdf(z))
    } else if z < FAR {
        libm::log(sf(z))
    } else {
        -0.5 * z * z - 0.5 * libm::log(2.0 * PI) + libm::log(far_mills(z))
    }
}

/// The z with [`ln_sf`]\(z) = `ln_p`: ∞ at −∞, −∞ at 0, NaN above 0. Relative error below 1e-15 (absolute, where |z| < 1).
///
/// ```
/// use channelmix::stats::normal;
/// assert!((normal::quantile_of_ln_sf(-500_000_000_014.734_45) - 1e6).abs() < 1e-6);
/// ```
pub fn quantile_of_ln_sf(ln_p: f64) -> f64 {
    if ln_p > -std::f64::consts::LN_2 {
        return quantile(-libm::expm1(ln_p));
    }
    if ln_p > -400.0 {
        return -quantile(libm::exp(ln_p));
    }
    if ln_p == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    // Newton on ln(1 − Φ), whose slope is −1/Mills; from this start three steps are enough.
    let mut z = libm::sqrt(-2.0 * ln_p - libm::log(-4.0 * PI * ln_p));
    for _ in 0..4 {
        z += (ln_sf(z) - ln_p) * far_mills(z);
    }
    z
}

/// Where [`far_mills`] is right to 1e-16.
const FAR: f64 = 27.0;

/// Mills' ratio (1 − Φ)/φ for z ≥ 27.
fn far_mills(z: f64) -> f64 {
    let w = 1.0 / (z * z);
    (1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w * (1.0 - 9.0 * w * (1.0 - 11.0 * w)))))) / z
}

/// c₀ + c₁x + c₂x² + … by Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

// The coefficients as printed in AS 241; the grouping of digits is of no use in them.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    0.000_774_545_014_278_341_4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    0.000_547_593_808_499_534_5,
    1.050_750_071_644_416_9e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    0.000_786_869_131_145_613_3,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_7e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// z, ln(1 − Φ(z)): mpmath, 80 digits.
    const LN_TAILS: [(f64, f64); 12] = [
        (-6.3, -1.488_228_221_873_053_8e-10),
        (-1.5, -0.069_143_455_612_233_98),
        (-0.2, -0.546_004_353_722_774_1),
        (0.0, -std::f64::consts::LN_2),
        (0.7, -1.418_967_761_531_531_5),
        (5.0, -15.064_998_393_988_725),
        (26.9, -366.017_442_037_408_44),
        (27.1, -371.424_829_294_019_6),
        (38.0, -726.557_216_018_820_1),
        (100.0, -5_005.524_208_694_205),
        (1000.0, -500_007.826_694_812_16),
        (1_000_000.0, -500_000_000_014.734_44),
    ];

    /// z, Φ(z), 1 − Φ(z): mpmath, 50 digits.
    const TAILS: [(f64, f64, f64); 13] = [
        (-37.5, 4.605_353_009_581_955e-308, 1.0),
        (-30.1, 2.422_667_217_985_758_6e-199, 1.0),
        (-20.3, 6.429_244_467_698_346e-92, 1.0),
        (-10.7, 5.088_910_855_027_318e-27, 1.0),
        (-6.0, 9.865_876_450_376_98e-10, 0.999_999_999_013_412_3),
        (-3.3, 0.000_483_424_142_383_777_5, 0.999_516_575_857_616_2),
        (-1.1, 0.135_666_060_946_382_67, 0.864_333_939_053_617_3),
        (-0.3, 0.382_088_577_811_047_4, 0.617_911_422_188_952_7),
        (1e-9, 0.500_000_000_398_942_3, 0.499_999_999_601_057_73),
        (0.7, 0.758_036_347_776_927, 0.241_963_652_223_073_03),
        (2.2, 0.986_096_552_486_501_4, 0.013_903_447_513_498_604),
        (5.5, 0.999_999_981_010_437_5, 1.898_956_246_588_771_8e-8),
        (25.7, 1.0, 5.844_410_374_380_774e-146),
    ];

    /// p, Φ⁻¹(p): mpmath, 50 digits.
    const QUANTILES: [(f64, f64); 18] = [
        (1e-300, -37.047_096_299_361_2),
        (1e-100, -21.273_453_560_965_326),
        (3e-20, -9.144_331_134_108_668),
        (1e-11, -6.706_023_155_495_136),
        (1.3e-9, -5.955_045_176_085_824),
        (1e-6, -4.753_424_308_822_899),
        (0.0002, -3.540_083_799_206_145),
        (0.01, -2.326_347_874_040_841),
        (0.07, -1.475_791_028_179_170_6),
        (0.075_000_1, -1.439_530_764_501_729_7),
        (0.2, -0.841_621_233_572_914_2),
        (0.49, -0.025_068_908_258_711_057),
        (0.500_000_1, 2.506_628_273_311_648e-7),
        (0.7, 0.524_400_512_708_040_7),
        (0.925, 1.439_531_470_938_456_1),
        (0.93, 1.475_791_028_179_171),
        (0.999, 3.090_232_306_167_813),
        (0.999_999_9, 5.199_337_582_290_661),
    ];

    #[test]
    fn both_tails_to_the_last_digits() {
        for (z, lower, upper) in TAILS {
            assert!(off(cdf(z), lower) < 2e-15, "cdf({z}) = {:e}", cdf(z));
            assert!(off(sf(z), upper) < 2e-15, "sf({z}) = {:e}", sf(z));
        }
    }

    #[test]
    fn quantiles_to_the_last_digits() {
        for (p, z) in QUANTILES {
            assert!(off(quantile(p), z) < 1e-15, "quantile({p}) = {}", quantile(p));
        }
    }

    #[test]
    fn quantile_undoes_cdf() {
        for i in -370..=80 {
            let z = f64::from(i) / 10.0 + 0.01;
            // dz = dp / φ(z), and p itself is rounded.
            let tolerance = 1e-15 * (z.abs() + cdf(z) / density(z));
            assert!((quantile(cdf(z)) - z).abs() < 3.0 * tolerance, "{z}");
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((cdf(f64::NEG_INFINITY), cdf(f64::INFINITY)), (0.0, 1.0));
        assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((sf(40.0), quantile(0.5)), (0.0, 0.0));
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(quantile(p).is_nan());
        }
        assert!(cdf(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_of_the_tail_and_back() {
        for (z, ln) in LN_TAILS {
            assert!(off(ln_sf(z), ln) < 1e-15, "ln_sf({z}) = {}", ln_sf(z));
            // Below −1 the logarithm is near 0, and has the digits of a tail of the other side.
            assert!((quantile_of_ln_sf(ln) - z).abs() < 1e-15 * z.abs().max(1.0), "{z}: {}", quantile_of_ln_sf(ln));
        }
        assert_eq!((ln_sf(f64::INFINITY), ln_sf(f64::NEG_INFINITY)), (f64::NEG_INFINITY, 0.0));
        assert_eq!((quantile_of_ln_sf(f64::NEG_INFINITY), quantile_of_ln_sf(0.0)), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(ln_sf(f64::NAN).is_nan() && quantile_of_ln_sf(1.0).is_nan() && quantile_of_ln_sf(f64::NAN).is_nan());
    }
}
