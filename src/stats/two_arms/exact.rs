//! Exact tests of two conversion rates, for counts too small for a normal law.
//!
//! - [`conditional`]: given the total of conversions, the treatment's share of them follows Fisher's noncentral
//!   hypergeometric law, which knows the odds ratio only. Fisher's test and, made to be read with its intervals,
//!   [`MidP`]: z, odds ratio, difference and lift that agree, for any number of units and few conversions.
//! - [`unconditional`]: [`barnard`] and [`boschloo`], the largest p over all rates that the arms could have in common; more
//!   power than Fisher's, p only.
//! - [`rejection()`]: how often the z tests reject, by enumeration: the oracle of simulations.

mod binomial_table;
pub mod conditional;
mod hypergeometric;
pub mod rejection;
pub mod unconditional;

pub use conditional::{MidP, Tail, fisher, fisher_mid_p};
pub use rejection::{Rejection, rejection};
pub use unconditional::{barnard, boschloo};
