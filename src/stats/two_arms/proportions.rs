//! Conversion rates of two arms: z tests, and the score statistic that gives p, interval and lift at once.
//!
//! One statistic decides: Miettinen & Nurminen's score with N/(N − 1) (Statistics in Medicine 4, 1985, 213–226), N the
//! units of both arms. [`TwoProportions::z`] tests a difference, [`TwoProportions::lift_z`] a relative lift,
//! [`TwoProportions::odds_ratio_z`] an odds ratio; at no effect the three are the same number, the pooled z times
//! √((N − 1)/N). The intervals are what the same statistic does not reject, so p, the interval of the difference and that
//! of the lift always tell the same. The textbook forms beside them ([`TwoProportions::wald`] …) need not.
//!
//! Of rare events (some ten conversions in an arm, or fewer) [`super::exact`] is right where these are approximate.

mod closed_forms;
mod score;
mod tables;

pub(super) use score::{Cells, LN_ODDS};
pub use tables::ChiSquared;

use crate::stats::{Error, normal, require};

/// What one arm counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arm {
    /// Units that converted, at most `trials`.
    pub successes: u64,
    /// Units in the arm, 1 to 2⁵³.
    pub trials: u64,
}

impl Arm {
    /// Refuses what no arm can have counted.
    pub(super) fn checked(self) -> Result<Self, Error> {
        require(self.trials > 0, "the number of units of an arm", "be positive", 0.0)?;
        require(self.trials <= MOST, "the number of units of an arm", "not exceed 2^53", self.trials as f64)?;
        require(
            self.successes <= self.trials,
            "the conversions of an arm",
            "not exceed its units",
            self.successes as f64,
        )?;
        Ok(self)
    }

    /// The share that converted.
    pub fn rate(self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// Conversions.
    pub(super) fn x(self) -> f64 {
        self.successes as f64
    }

    /// Units that did not convert.
    pub(super) fn rest(self) -> f64 {
        (self.trials - self.successes) as f64
    }

    /// Units.
    pub(super) fn n(self) -> f64 {
        self.trials as f64
    }
}

/// Counts up to here are exact as doubles.
const MOST: u64 = 1 << 53;

/// The interval of a ratio (from 0) or of a relative lift (from −1), which need not have an upper end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RatioInterval {
    /// It has both ends.
    Between {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// However great the effect, the counts do not contradict it: nothing converted in the control, say.
    Above {
        /// Lower end.
        low: f64,
    },
}

impl RatioInterval {
    /// Lower end.
    pub fn low(self) -> f64 {
        match self {
            Self::Between { low, .. } | Self::Above { low } => low,
        }
    }

    /// Upper end; `None`: there is none.
    pub fn high(self) -> Option<f64> {
        match self {
            Self::Between { high, .. } => Some(high),
            Self::Above { .. } => None,
        }
    }

    /// Whether a value lies in it, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.low() <= value && self.high().is_none_or(|high| value <= high)
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Between { low, high } => Self::Between { low: f(low), high: f(high) },
            Self::Above { low } => Self::Above { low: f(low) },
        }
    }
}

/// Conversions of a control and a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoProportions {
    control: Arm,
    treatment: Arm,
}

impl TwoProportions {
    /// Two arms, by name, never by position alone.
    ///
    /// # Errors
    /// [`Error::Range`] for an arm without units, with more than 2⁵³, or with more conversions than units.
    ///
    /// ```
    /// use channelmix::stats::two_arms::proportions::{Arm, TwoProportions};
    /// let control = Arm { successes: 200, trials: 2000 };
    /// let arms = TwoProportions::new(control, Arm { successes: 250, trials: 2000 })?;
    /// let (low, high) = arms.interval(1.959963984540054)?;
    /// assert!((low - 0.0054297).abs() < 1e-7 && (high - 0.0446654).abs() < 1e-7);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn new(control: Arm, treatment: Arm) -> Result<Self, Error> {
        Ok(Self { control: control.checked()?, treatment: treatment.checked()? })
    }

    /// The control.
    pub fn control(&self) -> Arm {
        self.control
    }

    /// The treatment.
    pub fn treatment(&self) -> Arm {
        self.treatment
    }

    /// Rate of the treatment − rate of the control.
    pub fn difference(&self) -> f64 {
        self.cross() / (self.control.n() * self.treatment.n())
    }

    /// Rate of the treatment ÷ rate of the control − 1; `None` where nothing converted in the control.
    pub fn lift(&self) -> Option<f64> {
        (self.control.successes > 0).then(|| self.cross() / (self.control.x() * self.treatment.n()))
    }

    /// z of the difference with the variance of a common rate (the score test; z² is Pearson's χ²); 0 if all or none
    /// converted.
    pub fn pooled_z(&self) -> f64 {
        let (converted, rest) = (self.converted(), self.control.rest() + self.treatment.rest());
        if converted == 0.0 || rest == 0.0 {
            return 0.0;
        }
        self.cross() / libm::sqrt(converted * rest) / libm::sqrt(self.control.n() * (self.treatment.n() / self.units()))
    }

    /// z of the difference with the variance of each arm's own rate (Wald); 0 for 0/0, ±∞ for a difference without variance.
    ///
    /// It rejects too often with unequal arms or few conversions: for reference, not for decisions.
    pub fn unpooled_z(&self) -> f64 {
        studentised(self.difference(), self.own_variance())
    }

    /// Variance of the difference from each arm's own rate.
    fn own_variance(&self) -> f64 {
        let variance = |arm: Arm| (arm.x() / arm.n()) * (arm.rest() / arm.n()) / arm.n();
        variance(self.control) + variance(self.treatment)
    }

    /// `x_t·n_c − x_c·n_t`, rounded once.
    fn cross(&self) -> f64 {
        let product = |x: u64, n: u64| i128::from(x) * i128::from(n);
        let (control, treatment) = (self.control, self.treatment);
        (product(treatment.successes, control.trials) - product(control.successes, treatment.trials)) as f64
    }

    /// Conversions of both arms.
    pub(super) fn converted(&self) -> f64 {
        (self.control.successes + self.treatment.successes) as f64
    }

    /// Units of both arms.
    pub(super) fn units(&self) -> f64 {
        (self.control.trials + self.treatment.trials) as f64
    }

    /// The arms exchanged.
    #[must_use]
    pub(super) fn swapped(&self) -> Self {
        Self { control: self.treatment, treatment: self.control }
    }
}

/// Two-sided p of a z: 2·(1 − Φ(|z|)), below 1e-300 from |z| = 37 on.
pub fn two_sided_p(z: f64) -> f64 {
    2.0 * normal::sf(z.abs())
}

/// log₁₀ of [`two_sided_p`], for any z.
pub fn log10_two_sided_p(z: f64) -> f64 {
    (std::f64::consts::LN_2 + normal::ln_sf(z.abs())) * std::f64::consts::LOG10_E
}

/// difference ÷ √variance, with 0/0 = 0.
fn studentised(difference: f64, variance: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / libm::sqrt(variance) }
}
