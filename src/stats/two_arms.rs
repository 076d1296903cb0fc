//! Two arms of an experiment: how much the treatment differs from the control, and how sure that is.
//!
//! Each statistic is a family of tests, one for each null value, on the scale of a normal score z. The p-value is that of
//! z at 0; the interval at critical value c holds the null values with |z| ≤ c; the relative lift's interval holds the
//! lifts that are not refuted at c. So they cannot contradict each other, and any rule of decision (fixed, at planned
//! looks, at any time) is only another c.
//!
//! - [`difference`]: two estimates with their variances, and their test; [`lift`] the same in percent, with margins.
//! - What becomes such a difference: [`means`], [`ratios`], [`adjusted`] means.
//! - [`balance`]: whether the arms were alike before.

pub mod adjusted;
pub mod balance;
pub mod difference;
pub mod lift;
pub mod means;
pub mod ratios;
mod spread;

pub use difference::{Difference, Estimate};
pub use lift::{Better, Bound, LiftInterval, OneSided};
