//! Scores and intervals against 60-digit arithmetic, and what must hold between them.

use super::*;
use proptest::prelude::*;

/// Counts (`x_c`, `n_c`, `x_t`, `n_t`), null value, z: mpmath, 60 digits, by bisection of the score equations.
const DIFFERENCE: [([u64; 4], f64, f64); 21] = [
    ([200, 2000, 250, 2000], 0.02, 0.500_958_321_262_483_9),
    ([200, 2000, 250, 2000], -0.3, 27.102_261_843_063_63),
    ([200, 2000, 250, 2000], 0.9, -129.184_508_741_500_4),
    ([2, 12, 7, 12], -0.3, 3.660_210_323_207_315),
    ([0, 100_000_000, 5, 100_000_000], 1e-08, 2.000_000_010_000_000_4),
    ([0, 100_000_000, 5, 100_000_000], -3e-07, 5.916_080_729_672_602),
    ([0, 100_000_000, 5, 100_000_000], 0.9, -29_999.998_258_333_34),
    ([3, 100_000_000, 9, 50_000_000], 1e-08, 2.868_229_244_340_396_3),
    ([3, 100_000_000, 9, 50_000_000], -3e-07, 6.425_422_604_489_908),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 1e-08, 2.502_813_564_213_992),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], -3e-07, 6.155_324_914_127_07),
    ([0, 10, 0, 15], 0.02, -0.542_104_741_743_150_7),
    ([0, 10, 0, 15], 0.9, -11.384_199_576_606_168),
    ([10, 10, 15, 15], 0.02, -0.442_626_668_137_990_5),
    ([0, 10, 15, 15], 0.02, 4.801_960_383_990_248),
    ([0, 10, 15, 15], 0.9, 1.032_795_558_988_644_4),
    ([50_000_000, 100_000_000, 50_010_000, 100_000_000], 1e-08, 1.414_072_144_552_038_1),
    ([50_000_000, 100_000_000, 50_010_000, 100_000_000], -3e-07, 1.418_456_206_606_418_8),
    ([1, 1, 0, 1], 0.02, -1.020_204_061_220_407),
    ([7, 5000, 3, 20], 0.02, 3.970_045_223_811_424),
    ([7, 5000, 3, 20], -0.3, 56.485_711_433_556_83),
];
const LIFT: [([u64; 4], f64, f64); 18] = [
    ([200, 2000, 250, 2000], -0.4, 8.405_641_834_759_25),
    ([200, 2000, 250, 2000], 2.5, -11.967_268_201_024_648),
    ([2, 12, 7, 12], 1e-06, 2.063_795_365_013_355),
    ([2, 12, 7, 12], -0.4, 3.114_622_400_098_225),
    ([2, 12, 7, 12], 1_000_000.0, -704.919_050_323_275_5),
    ([0, 100_000_000, 5, 100_000_000], 1e-06, 2.236_066_881_827_294_4),
    ([0, 100_000_000, 5, 100_000_000], 2.5, 1.195_228_612_986_481),
    ([0, 100_000_000, 5, 100_000_000], 1_000_000.0, 0.002_236_066_853_876_528),
    ([3, 100_000_000, 9, 50_000_000], -0.4, 4.269_075_004_327_870_5),
    ([3, 100_000_000, 9, 50_000_000], 2.5, 0.818_317_114_670_31),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 1e-06, -9.052_492_081_885_12),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], -0.4, 8_164.966_401_237_285),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 1_000_000.0, -9_999_998.999_999_052),
    ([10, 10, 15, 15], 1e-06, -0.003_098_386_676_965_933_2),
    ([10, 10, 15, 15], 2.5, -4.898_979_485_566_356),
    ([10, 10, 15, 15], 1_000_000.0, -3_098.386_676_965_933_5),
    ([0, 10, 15, 15], -0.4, 6.324_555_320_336_759),
    ([0, 10, 15, 15], 2.5, 1.959_591_794_226_542_4),
];
const ODDS: [([u64; 4], f64, f64); 18] = [
    ([200, 2000, 250, 2000], 0.3, 15.406_268_325_919_322),
    ([200, 2000, 250, 2000], 4.5, -13.079_927_022_591_14),
    ([2, 12, 7, 12], 1.000_001, 2.063_796_130_337_648_6),
    ([2, 12, 7, 12], 0.3, 3.601_638_412_568_373),
    ([2, 12, 7, 12], 1_000_000_000.0, -10_318.986_466_433_822),
    ([0, 100_000_000, 5, 100_000_000], 1.000_001, 2.236_066_881_827_336_6),
    ([0, 100_000_000, 5, 100_000_000], 4.5, 1.054_092_575_364_241_2),
    ([0, 100_000_000, 5, 100_000_000], 1_000_000_000.0, 7.071_067_970_964_507e-05),
    ([3, 100_000_000, 9, 50_000_000], 0.3, 6.372_793_587_492_908),
    ([3, 100_000_000, 9, 50_000_000], 4.5, 0.433_012_912_906_925_3),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 1.000_001, 2.713_600_510_728_751),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 0.3, 5.339_674_183_861_35),
    ([99_999_990, 100_000_000, 99_999_999, 100_000_000], 1_000_000_000.0, -9_534.625_248_868_659),
    ([0, 10, 15, 15], 1.000_001, 4.898_978_211_832_516),
    ([0, 10, 15, 15], 4.5, 3.337_113_564_570_124),
    ([0, 10, 15, 15], 1_000_000_000.0, 0.027_269_264_795_504_04),
    ([50_000_000, 100_000_000, 50_010_000, 100_000_000], 0.3, 4_322.730_955_435_531_5),
    ([50_000_000, 100_000_000, 50_010_000, 100_000_000], 4.5, -5_442.402_591_510_608_5),
];

/// Lower and upper limit.
type Limits = (f64, f64);

/// Counts, c, and the ends for difference, lift and odds ratio: mpmath, by bisection of the scores above.
const INTERVALS: [([u64; 4], f64, [Limits; 3]); 11] = [
    (
        [3894, 21_307, 2262, 21_306],
        1.959_963_984_540_054,
        [
            (-0.083_233_944_397_823_24, -0.069_959_930_505_736_11),
            (-0.446_433_773_104_354_4, -0.390_406_222_350_273_45),
            (0.502_349_260_938_914_1, 0.561_588_767_255_607_6),
        ],
    ),
    (
        [20_034, 44_700, 20_119, 45_489],
        1.959_963_984_540_054,
        [
            (-0.012_392_180_086_137_843, 0.000_582_168_169_978_897_8),
            (-0.027_449_821_709_811_955, 0.001_308_485_467_683_321_8),
            (0.951_065_309_318_169_3, 1.002_359_755_359_511_6),
        ],
    ),
    (
        [20, 20, 30, 30],
        1.959_963_984_540_054,
        [
            (-0.115_562_281_469_508_34, 0.163_874_563_015_800_22),
            (-0.115_562_281_469_508_34, 0.195_992_796_974_190_06),
            (0.0, f64::INFINITY),
        ],
    ),
    (
        [0, 20, 30, 30],
        1.959_963_984_540_054,
        [(0.836_125_436_984_199_8, 1.0), (5.102_228_323_889_312, f64::INFINITY), (156.238_058_772_259, f64::INFINITY)],
    ),
    (
        [3, 100_000_000, 9, 50_000_000],
        1.959_963_984_540_054,
        [
            (5.175_074_439_004_015e-08, 3.141_190_521_380_259_4e-07),
            (0.757_242_139_429_233_6, 19.486_647_488_198_003),
            (1.757_242_237_551_259_5, 20.486_652_124_367_026),
        ],
    ),
    (
        [0, 100_000_000, 4, 100_000_000],
        1.959_963_984_540_054,
        [
            (1.585_412_308_374_613e-09, 1.028_593_649_407_532_8e-07),
            (0.041_271_101_706_034_14, f64::INFINITY),
            (1.041_271_102_960_687_1, f64::INFINITY),
        ],
    ),
    (
        [7, 5000, 3, 20],
        1.959_963_984_540_054,
        [
            (0.050_955_433_398_922_695, 0.359_045_058_531_019_4),
            (29.883_782_858_473_18, 339.230_482_893_213_95),
            (32.824_932_416_287_49, 491.411_205_274_010_8),
        ],
    ),
    (
        [50_000_000, 100_000_000, 50_010_000, 100_000_000],
        1.959_963_984_540_054,
        [
            (-3.859_038_198_529_622e-05, 0.000_238_590_378_143_837_54),
            (-7.717_006_914_780_418e-05, 0.000_477_246_906_010_532),
            (0.999_845_650_383_566_5, 1.000_954_817_088_110_4),
        ],
    ),
    (
        [0, 20, 0, 30],
        4.5,
        [(-0.508_155_583_437_892_1, 0.407_854_984_894_259_8), (-1.0, f64::INFINITY), (0.0, f64::INFINITY)],
    ),
    (
        [3, 100_000_000, 9, 50_000_000],
        4.5,
        [
            (-9.731_452_173_098_875e-08, 6.916_483_468_114_026e-07),
            (-0.449_961_443_999_082_94, 64.449_958_526_324_8),
            (0.550_038_522_352_058_1, 65.449_976_287_494_47),
        ],
    ),
    (
        [0, 100_000_000, 4, 100_000_000],
        4.5,
        [
            (-1.624_999_640_562_574_2e-07, 2.767_178_828_142_947e-07),
            (-0.802_469_130_192_185_4, f64::INFINITY),
            (0.197_530_860_091_874_2, f64::INFINITY),
        ],
    ),
];

fn arms([x_c, n_c, x_t, n_t]: [u64; 4]) -> TwoProportions {
    let control = Arm { successes: x_c, trials: n_c };
    TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms")
}

#[test]
fn scores_to_the_last_digits() {
    // Relative, but for an absolute error where the null value is the estimate or z is the difference of large counts.
    let holds = |found: f64, z: f64| assert!((found - z).abs() < 4e-15 * z.abs() + 1e-12, "{found} is not {z}");
    for (counts, null, z) in DIFFERENCE {
        holds(arms(counts).z(null), z);
    }
    for (counts, null, z) in LIFT {
        holds(arms(counts).lift_z(null), z);
    }
    for (counts, null, z) in ODDS {
        holds(arms(counts).odds_ratio_z(null), z);
    }
}
#[test]
fn intervals_at_the_ends_and_between() -> Result<(), Error> {
    for (counts, c, ends) in INTERVALS {
        let arms = arms(counts);
        let (lift, odds) = (arms.lift_interval(c)?, arms.odds_ratio_interval(c)?);
        let both = |interval: RatioInterval| (interval.low(), interval.high().unwrap_or(f64::INFINITY));
        let found = [arms.interval(c)?, both(lift), both(odds)];
        for (found, ends) in found.into_iter().zip(ends) {
            for (found, end) in [(found.0, ends.0), (found.1, ends.1)] {
                // With 10⁸ units a unit in the last place of a count's difference is some 1e-15 of the rate.
                let holds = found == end || (found - end).abs() <= 1e-12 * end.abs() + 1e-15;
                assert!(holds, "{counts:?} at {c}: {found} is not {end}");
            }
        }
        assert_eq!(arms.ratio_interval(c)?.low(), 1.0 + lift.low());
    }
    Ok(())
}

#[test]
fn nothing_converted_or_everything() -> Result<(), Error> {
    let none = arms([0, 20, 0, 30]);
    // With both rates at their bounds, z(δ) = −√(δ n (N − 1) / ((1 − δ) N)).
    let high = |n: f64, c: f64| c * c / (c * c + n * 49.0 / 50.0);
    let (low, top) = none.interval(2.0)?;
    assert!((low + high(20.0, 2.0)).abs() < 1e-15 && (top - high(30.0, 2.0)).abs() < 1e-15);
    assert_eq!(none.lift_interval(2.0)?, RatioInterval::Above { low: -1.0 });
    assert_eq!(arms([5, 5, 0, 7]).lift_interval(0.1)?.low(), -1.0);
    assert_eq!(arms([0, 5, 7, 7]).interval(3.0)?.1, 1.0);
    assert_eq!(arms([3, 9, 5, 9]).interval(f64::INFINITY)?, (-1.0, 1.0));
    assert_eq!(arms([3, 9, 5, 9]).lift_interval(f64::INFINITY)?, RatioInterval::Above { low: -1.0 });
    assert_eq!(arms([3, 9, 5, 9]).odds_ratio_interval(f64::INFINITY)?, RatioInterval::Above { low: 0.0 });
    let (low, high) = arms([3, 9, 5, 9]).interval(0.0)?;
    assert!((low - 2.0 / 9.0).abs() < 1e-15 && (high - 2.0 / 9.0).abs() < 1e-15);
    Ok(())
}

#[test]
fn what_is_no_null_value_or_critical_value() {
    let arms = arms([3, 9, 5, 9]);
    for c in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        assert!(arms.interval(c).is_err() && arms.lift_interval(c).is_err() && arms.odds_ratio_interval(c).is_err());
    }
    assert!(arms.z(f64::NAN).is_nan() && arms.lift_z(-1.1).is_nan() && arms.odds_ratio_z(-0.1).is_nan());
    assert_eq!((arms.z(1.0), arms.z(-1.0), arms.z(2.0)), (f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!((arms.lift_z(-1.0), arms.lift_z(f64::INFINITY)), (f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!((arms.odds_ratio_z(0.0), arms.odds_ratio_z(f64::INFINITY)), (f64::INFINITY, f64::NEG_INFINITY));
}

/// Arms of every size, with rates from none to all.
fn any_arm() -> impl Strategy<Value = Arm> {
    (prop_oneof![1..=40_u64, 1..=100_000_000_u64], 0.0..=1.0_f64, 0..4_u8).prop_map(|(trials, share, kind)| {
        let successes = match kind {
            0 => (share * 12.0) as u64,
            1 => trials.saturating_sub((share * 12.0) as u64),
            _ => (share * trials as f64) as u64,
        };
        Arm { successes: successes.min(trials), trials }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn p_and_intervals_tell_the_same(control in any_arm(), treatment in any_arm(), c in 0.01..8.0_f64) {
        let arms = TwoProportions::new(control, treatment).expect("arms");
        let z = arms.z(0.0);
        prop_assume!((z.abs() - c).abs() > 1e-12 * c);
        let rejects = z.abs() > c;
        let (low, high) = arms.interval(c).expect("an interval");
        prop_assert_eq!(low > 0.0 || high < 0.0, rejects, "difference");
        prop_assert_eq!(!arms.lift_interval(c).expect("an interval").contains(0.0), rejects, "lift");
        prop_assert_eq!(!arms.odds_ratio_interval(c).expect("an interval").contains(1.0), rejects, "odds ratio");
        prop_assert!(low <= arms.difference() + 1e-15 && arms.difference() <= high + 1e-15);
    }

    #[test]
    fn exchanged_arms_mirror_and_larger_c_is_wider(control in any_arm(), treatment in any_arm(), c in 0.01..8.0_f64) {
        let arms = TwoProportions::new(control, treatment).expect("arms");
        let (low, high) = arms.interval(c).expect("an interval");
        let (other_low, other_high) = arms.swapped().interval(c).expect("an interval");
        prop_assert!((low + other_high).abs() < 1e-14 && (high + other_low).abs() < 1e-14);
        let (wide_low, wide_high) = arms.interval(1.1 * c).expect("an interval");
        prop_assert!(wide_low <= low && wide_high >= high);
        let (lift, wide) = (arms.lift_interval(c).expect("one"), arms.lift_interval(1.1 * c).expect("one"));
        prop_assert!(wide.low() <= lift.low() && wide.high().is_none_or(|high| lift.high().is_some_and(|h| h <= high)));
        if let Some(high) = arms.ratio_interval(c).expect("one").high().filter(|&high| high > 1e-6) {
            let mirrored = arms.swapped().ratio_interval(c).expect("one").low();
            prop_assert!((high - 1.0 / mirrored).abs() < 1e-12 * (1.0 + high) + 1e-15 * high * high, "{} {}", high, mirrored);
        }
    }

    #[test]
    fn scores_fall_as_the_null_value_rises(control in any_arm(), treatment in any_arm(), a in -1.0..1.0_f64, b in -1.0..1.0_f64) {
        let arms = TwoProportions::new(control, treatment).expect("arms");
        let (a, b) = (a.min(b), a.max(b));
        let slack = |z: f64| 1e-12 * (1.0 + z.abs());
        prop_assert!(arms.z(a) >= arms.z(b) - slack(arms.z(b)));
        let (a, b) = (libm::exp(9.0 * a), libm::exp(9.0 * b));
        prop_assert!(arms.lift_z(a - 1.0) >= arms.lift_z(b - 1.0) - slack(arms.lift_z(b - 1.0)));
        // Of large rates the fitted counts have rounding of their own.
        prop_assert!(arms.odds_ratio_z(a) >= arms.odds_ratio_z(b) - 1e3 * slack(arms.odds_ratio_z(b)));
    }
}
