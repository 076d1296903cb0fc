//! The integration tests, in one binary.
mod arrows;
mod battery;
mod cli;
mod coverage;
mod program;
mod results;
