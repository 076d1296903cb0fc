//! The χ² tests of a two-by-two table: Pearson's, with Yates's correction, and the G test.

use super::{TwoProportions, log10_two_sided_p, two_sided_p};
use crate::stats::deviance;

/// A χ² statistic with one degree of freedom, and its p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// The statistic, ≥ 0.
    pub statistic: f64,
    /// Chance of one as large or larger under no effect.
    pub p: f64,
    /// log₁₀ of p, also where p is below the smallest double.
    pub log10_p: f64,
}

impl ChiSquared {
    /// √χ² is the absolute value of a standard normal variable.
    fn of(statistic: f64) -> Self {
        let z = libm::sqrt(statistic);
        Self { statistic, p: two_sided_p(z), log10_p: log10_two_sided_p(z) }
    }
}

impl TwoProportions {
    /// Pearson's χ² = pooled z²; 0 if all or none converted.
    pub fn pearson(&self) -> ChiSquared {
        let z = self.pooled_z();
        ChiSquared::of(z * z)
    }

    /// Pearson's χ² with Yates's correction: every |observed − expected| less ½, but not below 0.
    pub fn pearson_yates(&self) -> ChiSquared {
        let cross = self.cross();
        let kept = if cross == 0.0 { 0.0 } else { (1.0 - 0.5 * self.units() / cross.abs()).max(0.0) };
        let z = self.pooled_z() * kept;
        ChiSquared::of(z * z)
    }

    /// The likelihood ratio test G = 2·Σ observed·ln(observed ÷ expected), without correction.
    pub fn g_test(&self) -> ChiSquared {
        let (converted, units) = (self.converted(), self.units());
        let rest = self.control.rest() + self.treatment.rest();
        // Observed − expected is the same in all four counts but for its sign.
        let more = self.cross() / units;
        let sum: f64 = [(self.treatment, more), (self.control, -more)]
            .into_iter()
            .map(|(arm, more)| {
                deviance::half(arm.x(), arm.n() * (converted / units), more)
                    + deviance::half(arm.rest(), arm.n() * (rest / units), -more)
            })
            .sum();
        ChiSquared::of(2.0 * sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::two_arms::proportions::Arm;

    /// Counts (`x_c`, `n_c`, `x_t`, `n_t`), then pooled z, unpooled z, Yates's χ², G, log₁₀ p of Pearson's χ², Yates's and G: mpmath, 40
    /// digits.
    const KNOWN: [([u64; 4], [f64; 7]); 6] = [
        (
            [200, 2000, 250, 2000],
            [
                2.501_955_416_802_672,
                2.503_915_429_180_672,
                6.011_893_583_724_57,
                6.271_292_203_575_859,
                -1.908_299_716_902_324_4,
                -1.847_412_929_095_425_3,
                -1.911_121_386_177_219,
            ],
        ),
        (
            [50_000_000, 100_000_000, 50_010_000, 100_000_000],
            [
                1.414_213_569_444_162_9,
                1.414_213_576_515_230_8,
                1.999_600_039_996_000_3,
                2.000_000_023_333_334,
                -0.803_273_472_392_305_2,
                -0.803_158_867_149_980_9,
                -0.803_273_473_347_379_4,
            ],
        ),
        (
            [0, 100_000_000, 5, 100_000_000],
            [
                2.236_068_005_450_64,
                2.236_068_033_401_491_3,
                3.200_000_080_000_002,
                6.931_471_930_599_456,
                -1.596_068_006_361_513_8,
                -1.132_896_443_557_938_5,
                -2.072_157_820_600_211_6,
            ],
        ),
        (
            [1000, 10_000, 1600, 10_000],
            [
                12.615_514_005_935_4,
                12.666_009_927_622_472,
                158.621_131_741_821_4,
                160.411_195_688_326_84,
                -35.760_894_704_432_52,
                -35.645_077_643_529_78,
                -36.036_192_269_088_126,
            ],
        ),
        (
            [3, 100_000_000, 5000, 100_000_000],
            [
                70.647_944_406_407_13,
                70.648_825_955_955_69,
                4_989.134_597_325_478,
                6_885.242_256_794_431,
                -1_085.757_800_071_388_8,
                -1_085.323_972_098_793_3,
                -1_497.128_441_950_964_5,
            ],
        ),
        (
            [2, 12, 3, 12],
            [
                0.502_624_689_950_034_6,
                0.505_291_152_639_911_4,
                0.0,
                0.254_011_040_392_935_6,
                -0.210_963_789_384_308_82,
                0.0,
                -0.211_644_346_471_128_98,
            ],
        ),
    ];

    #[test]
    fn statistics_and_far_tails() {
        for ([x_c, n_c, x_t, n_t], expected) in KNOWN {
            let control = Arm { successes: x_c, trials: n_c };
            let arms = TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms");
            let (pearson, yates, g) = (arms.pearson(), arms.pearson_yates(), arms.g_test());
            let logs = [pearson.log10_p, yates.log10_p, g.log10_p];
            let found = [arms.pooled_z(), arms.unpooled_z(), yates.statistic, g.statistic, logs[0], logs[1], logs[2]];
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() <= 3e-14 * expected.abs(), "{x_c} {x_t}: {found} is not {expected}");
            }
            assert!(pearson.p > 1e-300 || pearson.log10_p < -300.0);
        }
    }

    #[test]
    fn no_variance_and_no_effect() {
        let arms = |x_c, x_t| {
            let control = Arm { successes: x_c, trials: 5 };
            TwoProportions::new(control, Arm { successes: x_t, trials: 7 }).expect("arms")
        };
        for nothing in [arms(0, 0), arms(5, 7)] {
            assert_eq!((nothing.pooled_z(), nothing.unpooled_z(), nothing.z(0.0)), (0.0, 0.0, 0.0));
            assert_eq!((nothing.pearson().p, nothing.pearson_yates().p, nothing.g_test().p), (1.0, 1.0, 1.0));
        }
        assert_eq!((arms(0, 7).unpooled_z(), arms(5, 0).unpooled_z()), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(arms(0, 7).pooled_z() > 0.0 && arms(0, 7).lift().is_none());
    }
}
