//! Order statistics, ranks, resampling, time to event, several tests at once.

use super::Check;

pub const CHECKS: &[Check] = &[];
