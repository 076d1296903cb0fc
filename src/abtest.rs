//! A/B tests in the real world: how large and how long ([`plan`](Plan)), and what the data say when they are in.
//!
//! One way in, one way out: a [`Plan`] says before the start what will be measured, watched and decided; [`data`] reads
//! units out of files into [`Collected`], what the arms have in sums; [`analysis`] makes results of it, none of which looks
//! at a unit again. What is simulated instead of read comes the same way, from [`Collected`] on.

pub mod analysis;
pub mod bank;
pub mod calendar;
pub mod certify;
pub mod collect;
pub mod collected;
pub mod contrast;
pub mod data;
pub mod metric;
pub mod outlook;
pub mod plan;
pub mod sizing;
pub mod standing;

pub use analysis::{Analysis, analyze};
pub use collected::{Cell, Collected, Health, Sample};
pub use metric::{Cap, Direction, Kind, Margin, Metric, Role};
pub use plan::{Columns, Plan};
