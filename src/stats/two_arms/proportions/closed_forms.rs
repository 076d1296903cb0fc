//! Textbook intervals in closed form, for reference and where a score interval is asked for by another name.
//!
//! None of them need agree with p: [`TwoProportions::interval`] and [`TwoProportions::lift_interval`] do.

use super::{Arm, TwoProportions};
use crate::stats::two_arms::inversion::require_critical;
use crate::stats::{Error, proportion};

impl TwoProportions {
    /// Wald's interval of the difference: d ± c·√(p_c q_c/n_c + p_t q_t/n_t). May pass −1 and 1, and has no width at 0 or
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

    /// Katz's interval of the ratio of rates: exp(ln ratio ± c·√(1/x_t − 1/n_t + 1/x_c − 1/n_c)); `None` where an arm has
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

    /// Woolf's interval of the odds ratio: exp(ln OR ± c·√(sum of the inverse counts)); `None` where one of the four counts
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
