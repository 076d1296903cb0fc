//! Textbook intervals in closed form, for reference and where a score interval is asked for by another name.
//!
//! None of them need agree with p: [`TwoProportions::interval`] and [`TwoProportions::lift_interval`] do.

use super::{Arm, TwoProportions};
use crate::stats::two_arms::inversion::require_critical;
use crate::stats::{Error, proportion};

impl TwoProportions {
    /// Wald's interval of the difference: `d ± c·√(p_c q_c/n_c + p_t q_t/n_t)`. May pass −1 and 1, and has no width at 0 or
    /// n conversions in both arms.
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN; so for all of these.
    pub fn wald(&self, c: f64) -> Result<(f64, f64), Error> {
        require_critical(c)?;
        Ok(around(self.difference(), c, self.own_variance()))
    }

    /// Agresti & Caffo's interval of the difference: Wald's with one conversion and one unit without added to each arm
    /// (The American Statistician 54, 2000, 280–288).
    ///
    /// # Errors
    /// As [`TwoProportions::wald`].
    pub fn agresti_caffo(&self, c: f64) -> Result<(f64, f64), Error> {
        require_critical(c)?;
        let more = |arm: Arm| Arm { successes: arm.successes + 1, trials: arm.trials + 2 };
        let shifted = Self { control: more(self.control), treatment: more(self.treatment) };
        Ok(around(shifted.difference(), c, shifted.own_variance()))
    }

    /// Newcombe's hybrid score interval of the difference, from Wilson's limits of each arm (Statistics in Medicine 17,
    /// 1998, 873–890, method 10).
    ///
    /// # Errors
    /// As [`TwoProportions::wald`].
    pub fn newcombe(&self, c: f64) -> Result<(f64, f64), Error> {
        require_critical(c)?;
        let limits = |arm: Arm| proportion::score_limits(arm.successes, arm.trials, c);
        let ((low_c, high_c), (low_t, high_t)) = (limits(self.control)?, limits(self.treatment)?);
        let (rate_c, rate_t) = (self.control.rate(), self.treatment.rate());
        let difference = self.difference();
        let low = difference - libm::hypot(rate_t - low_t, high_c - rate_c);
        let high = difference + libm::hypot(high_t - rate_t, rate_c - low_c);
        Ok((low, high))
    }

    /// Katz's interval of the ratio of rates: `exp(ln ratio ± c·√(1/x_t − 1/n_t + 1/x_c − 1/n_c))`; `None` where an arm has
    /// no conversion.
    ///
    /// # Errors
    /// As [`TwoProportions::wald`].
    pub fn ratio_log(&self, c: f64) -> Result<Option<(f64, f64)>, Error> {
        require_critical(c)?;
        if self.control.successes == 0 || self.treatment.successes == 0 {
            return Ok(None);
        }
        let variance = |arm: Arm| arm.rest() / arm.x() / arm.n();
        let ratio = self.treatment.rate() / self.control.rate();
        Ok(Some(times(ratio, c, variance(self.control) + variance(self.treatment))))
    }

    /// Woolf's interval of the odds ratio: `exp(ln OR ± c·√(sum of the inverse counts))`; `None` where one of the four counts
    /// is 0.
    ///
    /// # Errors
    /// As [`TwoProportions::wald`].
    pub fn odds_ratio_logit(&self, c: f64) -> Result<Option<(f64, f64)>, Error> {
        require_critical(c)?;
        let counts = [self.control.x(), self.control.rest(), self.treatment.x(), self.treatment.rest()];
        if counts.contains(&0.0) {
            return Ok(None);
        }
        let odds = |arm: Arm| arm.x() / arm.rest();
        let variance = counts.iter().map(|count| 1.0 / count).sum();
        Ok(Some(times(odds(self.treatment) / odds(self.control), c, variance)))
    }
}

/// centre ± c·√variance; without variance the centre, at any c.
fn around(centre: f64, c: f64, variance: f64) -> (f64, f64) {
    let half = if variance == 0.0 { 0.0 } else { c * libm::sqrt(variance) };
    (centre - half, centre + half)
}

/// centre ×÷ exp(c·√variance).
fn times(centre: f64, c: f64, variance: f64) -> (f64, f64) {
    let (low, high) = around(0.0, c, variance);
    (centre * libm::exp(low), centre * libm::exp(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lower and upper limit.
    type Limits = (f64, f64);

    /// Counts (`x_c`, `n_c`, `x_t`, `n_t`), 95 % limits of Wald, Agresti & Caffo, Newcombe: mpmath, 40 digits.
    const KNOWN: [([u64; 4], [Limits; 3]); 5] = [
        (
            [200, 2000, 250, 2000],
            [
                (0.005_431_008_554_656_024, 0.044_568_991_445_343_97),
                (0.005_386_384_900_356_737, 0.044_563_665_049_693_21),
                (0.005_410_339_067_000_96, 0.044_623_635_237_633_89),
            ],
        ),
        (
            [0, 10, 0, 15],
            [
                (0.0, 0.0),
                (-0.216_770_250_205_184_45, 0.167_750_642_362_047_18),
                (-0.277_532_799_862_889_26, 0.203_883_301_035_848_62),
            ],
        ),
        (
            [3, 100_000_000, 9, 50_000_000],
            [
                (2.760_029_870_596_641_7e-08, 2.723_997_012_940_335_7e-07),
                (2.999_070_703_281_350_3e-08, 2.900_092_785_671_871e-07),
                (4.673_113_188_568_133_6e-08, 3.133_319_010_687_46e-07),
            ],
        ),
        (
            [10, 10, 12, 15],
            [
                (-0.402_424_209_901_065_64, 0.002_424_209_901_065_630_6),
                (-0.407_132_026_520_964_75, 0.103_210_457_893_513_78),
                (-0.451_854_487_151_693_6, 0.106_269_575_360_698_09),
            ],
        ),
        (
            [20_034, 44_700, 20_119, 45_489],
            [
                (-0.012_392_439_449_445_224, 0.000_582_099_874_762_296_9),
                (-0.012_392_079_654_828_65, 0.000_582_178_907_634_502_9),
                (-0.012_391_904_992_707_346, 0.000_582_095_069_752_19),
            ],
        ),
    ];

    fn arms([x_c, n_c, x_t, n_t]: [u64; 4]) -> TwoProportions {
        let control = Arm { successes: x_c, trials: n_c };
        TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms")
    }

    #[test]
    fn differences_as_the_textbooks_have_them() -> Result<(), Error> {
        let c = 1.959_963_984_540_054;
        for (counts, expected) in KNOWN {
            let arms = arms(counts);
            let found = [arms.wald(c)?, arms.agresti_caffo(c)?, arms.newcombe(c)?];
            for (found, expected) in found.into_iter().zip(expected) {
                for (found, expected) in [(found.0, expected.0), (found.1, expected.1)] {
                    assert!(
                        (found - expected).abs() <= 1e-14 * expected.abs() + 2e-16,
                        "{counts:?}: {found} is not {expected}"
                    );
                }
            }
        }
        Ok(())
    }

    #[test]
    fn ratios_as_the_textbooks_have_them() -> Result<(), Error> {
        let arms_of = arms([200, 2000, 250, 2000]);
        let (low, high) = arms_of.ratio_log(1.959_963_984_540_054)?.expect("conversions");
        assert!((low - 1.049_001_797_761_725_6).abs() < 1e-14 && (high - 1.489_511_269_984_412_6).abs() < 1e-14);
        let (low, high) = arms_of.odds_ratio_logit(1.959_963_984_540_054)?.expect("all counts");
        assert!((low - 1.055_566_441_174_359_7).abs() < 1e-14 && (high - 1.566_041_852_041_733_2).abs() < 1e-14);
        assert_eq!((arms([0, 5, 2, 5]).ratio_log(1.0)?, arms([1, 5, 5, 5]).odds_ratio_logit(1.0)?), (None, None));
        assert!(arms_of.wald(-1.0).is_err() && arms_of.ratio_log(f64::NAN).is_err());
        Ok(())
    }
}
