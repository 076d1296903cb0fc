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
