//! How many units are enough: sample sizes, power, and the least effect that a test can be expected to find.
//!
//! Everything is said of a *control* and a *treatment*, by name, and in the metric's own units. `ratio` is the number
//! of units in the treatment for each one in the control. Sizes are real numbers, rounded up at the end
//! ([`Sizes::rounded_up`]), from below 1 to 10¹² and beyond. Several arms against one control are each planned like
//! this one, at an alpha that the caller has corrected; [`Sizes::total`] counts them.
//!
//! - [`proportions`]: conversion rates.
//! - [`means`]: means by t tests, equal or unequal variances.
//! - [`variances`]: anything whose estimate is normal with a known variance per unit: ratio metrics, adjusted means.
//! - [`errors`]: how wrong a significant result can be expected to be.
//!
//! A null difference other than 0 plans a test against a margin: treatment − control > −m for "not worse by m" where
//! more is better, with [`Sides::One`].

pub mod errors;
pub mod means;
pub mod proportions;
pub mod variances;

use crate::stats::{Error, normal, require, root, sides::Sides};

/// A test at a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The chance of a false alarm, of both sides together where the test has two.
    pub alpha: f64,
    /// Two sides, or one: that on which the assumed effect lies.
    pub sides: Sides,
}

impl Test {
    /// The score beyond which it rejects on one side.
    pub fn critical(&self) -> f64 {
        -normal::quantile(self.sides.per_side(self.alpha))
    }

    /// The chance that it rejects, where z is normal about `shift` ≥ 0 with variance 1: with two sides also on the
    /// wrong one.
    pub fn power_at(&self, shift: f64) -> f64 {
        let critical = self.critical();
        match self.sides {
            Sides::One => normal::sf(critical - shift),
            Sides::Two => normal::sf(critical - shift) + normal::sf(critical + shift),
        }
    }

    /// The shift at which it rejects with a chance of `power`.
    fn shift_for(&self, power: f64) -> Result<f64, Error> {
        self.check(power)?;
        let one = self.critical() + normal::quantile(power);
        match self.sides {
            Sides::One => Ok(one),
            Sides::Two => {
                let (low, high) = (0.0, one.max(0.0) + 1e-9);
                root::between(low, high, |shift| self.power_at(shift) - power).ok_or(Error::Singular)
            }
        }
    }

    /// Refuses levels and powers out of range.
    fn check(&self, power: f64) -> Result<(), Error> {
        self.check_level()?;
        require(power > self.alpha && power < 1.0, "the power", "be above alpha and below 1", power)
    }

    fn check_level(&self) -> Result<(), Error> {
        let holds = self.alpha > 0.0 && self.sides.per_side(self.alpha) < 0.5;
        require(holds, "alpha", "be above 0, and below 1/2 on each side", self.alpha)
    }
}

/// Units in the two arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// In the control.
    pub control: f64,
    /// In the treatment.
    pub treatment: f64,
}

impl Sizes {
    /// `control` units, and `ratio` times as many in the treatment.
    pub fn of(control: f64, ratio: f64) -> Self {
        Self { control, treatment: control * ratio }
    }

    /// Treatment units for each one in the control.
    pub fn ratio(&self) -> f64 {
        self.treatment / self.control
    }

    /// Whole units: the control rounded up, then the treatment to no less than its ratio to that.
    #[must_use]
    pub fn rounded_up(&self) -> Self {
        // What lies above an integer by rounding alone is this integer.
        let up = |n: f64| (n * (1.0 - 1e-14)).ceil();
        let control = up(self.control);
        Self { control, treatment: up(control * self.ratio()) }
    }

    /// All units, with so many treatments of this size against the one control.
    pub fn total(&self, treatments: u32) -> f64 {
        self.control + f64::from(treatments) * self.treatment
    }

    fn check(&self) -> Result<(), Error> {
        let must = "be positive and finite";
        require(self.control > 0.0 && self.control.is_finite(), "the size of the control", must, self.control)?;
        require(self.treatment > 0.0 && self.treatment.is_finite(), "the size of the treatment", must, self.treatment)
    }
}

/// Which way an effect goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The treatment has more.
    Up,
    /// The treatment has less.
    Down,
}

impl Direction {
    fn sign(self) -> f64 {
        match self {
            Self::Up => 1.0,
            Self::Down => -1.0,
        }
    }
}

/// Refuses a ratio of sizes out of range.
fn check_ratio(ratio: f64) -> Result<(), Error> {
    require((1e-9..=1e9).contains(&ratio), "the ratio of treatment to control units", "lie between 1e-9 and 1e9", ratio)
}

/// Refuses an effect that is none: what cannot be found with any number of units.
fn check_effect(effect: f64) -> Result<(), Error> {
    require(
        effect != 0.0 && effect.is_finite(),
        "the difference from the null hypothesis",
        "be finite and not 0",
        effect,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    #[test]
    fn power_and_shift() -> Result<(), Error> {
        let two = Test { alpha: 0.05, sides: Sides::Two };
        let one = Test { alpha: 0.05, sides: Sides::One };
        assert!(off(two.power_at(0.0), 0.05) < 1e-15 && off(one.power_at(0.0), 0.05) < 1e-15);
        for power in [0.050_000_1, 0.06, 0.5, 0.8, 0.999_999] {
            for test in [one, two] {
                assert!(off(test.power_at(test.shift_for(power)?), power) < 1e-13, "{power}");
            }
        }
        for (alpha, power) in [(0.0, 0.5), (1.0, 1.5), (0.05, 0.05), (0.05, 1.0), (f64::NAN, 0.5), (0.05, f64::NAN)] {
            assert!(Test { alpha, sides: Sides::Two }.shift_for(power).is_err(), "{alpha} {power}");
        }
        Ok(())
    }

    #[test]
    fn whole_units_keep_the_ratio() {
        assert_eq!(Sizes::of(100.2, 1.0).rounded_up(), Sizes { control: 101.0, treatment: 101.0 });
        assert_eq!(Sizes::of(100.2, 2.0).rounded_up(), Sizes { control: 101.0, treatment: 202.0 });
        assert_eq!(Sizes::of(100.0, 1.1).rounded_up(), Sizes { control: 100.0, treatment: 110.0 });
        assert_eq!(Sizes::of(99.1, 1.0 / 3.0).rounded_up(), Sizes { control: 100.0, treatment: 34.0 });
        assert_eq!(Sizes::of(10.0, 0.5).total(3), 25.0);
    }
}
