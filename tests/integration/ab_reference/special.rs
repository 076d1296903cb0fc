//! Special functions, Bayesian updates, sample ratio mismatch.

use super::Check;

pub const CHECKS: &[Check] = &[];
