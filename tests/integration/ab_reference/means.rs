//! Means, lift, ratios and covariates.

use super::Check;

pub const CHECKS: &[Check] = &[];
