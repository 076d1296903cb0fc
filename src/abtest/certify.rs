//! Does an analysis keep its promises on customers like ours? A plan, played many times on simulated customers whose true
//! response to every arm is known.

pub mod bandit;
pub mod certificate;

pub use certificate::{Certificate, Kept, Mean, Rate};
