//! Measures: named estimates with intervals, made from integer tallies.
//!
//! One definition per measure ([`Measure`]), printed beside its number. Every measure is a ratio of two sums over
//! customers, so its error comes from the batches by the delta method, and the paired difference of two strategies from
//! the differences batch by batch ([`Series`]). [`Estimate`] puts Monte Carlo error and parameter uncertainty together by
//! rule R25 and never mixes them.

mod catalogue;
mod estimate;
mod series;
mod weeks;

pub use catalogue::{Better, Form, MEASURES, Measure, Unit, measure, measures_of};
pub use estimate::{Estimate, Interval, quantile, share_of_years_above_zero, year_quantile};
pub(crate) use series::without_fixed_part;
pub use series::{
    EqualSpend, Series, channel_series, combined, ratio, series, series_at_share, unseen_beside, unseen_orders,
};
pub use weeks::{CURVES, weekly};
