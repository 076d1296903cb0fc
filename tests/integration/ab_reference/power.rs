//! Sample sizes, power, and errors of sign and size.

use super::Check;

pub const CHECKS: &[Check] = &[];
