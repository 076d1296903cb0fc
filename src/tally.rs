//! Exact, mergeable counting (DESIGN, third idea): integers only, so that sharding and thread count cannot show.
//!
//! A [`Row`] holds every count once, those that belong to a channel once per channel. Rows are kept at the grain of rule
//! R24: per strategy × batch (with channels), per strategy × batch × segment (channels summed), and by week. [`Flows`] are
//! kept per strategy only.

mod attribution;
mod batch;
mod books;
mod counts;
mod flows;
mod reasons;
mod retention;
mod tallies;

pub use batch::BatchTally;
pub use counts::{ChannelCount, CustomerCount, Layout, Row};
pub use flows::{CampaignRow, Flows, StepCount, StepRow};
pub use reasons::{reason_word, refusal_word};
pub use tallies::{Batch, StrategyTallies, Tallies};
