//! What the messages of a strategy truly bring, beside what last click credits them with (R57, R58).
//!
//! [`Variants`] are the strategy without each of its channels, each pair of them and each of its campaigns, and `none`: all
//! played by the same customers in one pass. [`answer`] holds what last click says of a part against what is missing
//! without it; differences are paired, batch by batch. Nobody in the field can do this: there every customer has one life.

mod answer;
mod finding;
mod variants;

pub use answer::{Answer, Line, Pair, Part, Sum, Together, answer};
pub use variants::Variants;
