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

/// c₀ + c₁x + c₂x² + … by Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

// The coefficients as printed in AS 241; the grouping of digits is of no use in them.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_545e3,
];
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];
