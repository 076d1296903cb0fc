//! Moves one customer through time, from before the start to the horizon, under one strategy.
//!
//! Customers are independent here, so each is played from start to end before the next (DESIGN: one customer logic, two
//! schedulers). The engine knows indices, instants and thresholds; it knows nothing of files, tables or charts, and it
//! never prints, exits or reads the environment. What it does is told to a [`Watch`], and what nobody watches costs
//! nothing.
//!
//! [`Start`] is what a customer is when the simulation begins, the same under every strategy; [`play`] is what happens
//! from there.

mod contacts;
mod context;
mod contracts;
mod conversations;
mod entry;
mod examine;
mod journeys;
mod known;
mod picks;
mod play;
mod pressure;
mod purpose;
mod runs;
mod seen;
mod start;
mod watch;

pub use picks::Origin;
pub use play::{Scratch, play};
pub use start::Start;
pub use watch::{Cause, Ending, Event, Message, Nobody, Reason, Refusal, Watch};
