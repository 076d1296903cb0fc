//! Proportions of one and two arms.

use super::Check;

pub const CHECKS: &[Check] = &[];
