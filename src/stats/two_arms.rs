//! Two arms of an experiment: how much the treatment differs from the control, and how sure that is.
//!
//! - Conversion rates: [`proportions`], [`exact`] for rare events, [`strata`] for segments (of means, too).

pub mod exact;
mod inversion;
pub mod proportions;
pub mod strata;
