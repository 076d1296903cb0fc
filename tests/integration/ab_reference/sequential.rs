//! Looks: group-sequential designs, peeking, always-valid inference.

use super::Check;

pub const CHECKS: &[Check] = &[];
