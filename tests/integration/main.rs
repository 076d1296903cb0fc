//! The integration tests, in one binary.
mod arrows;
mod battery;
mod cli;
mod coverage;
mod engine;
mod golden;
mod parser;
mod presets;
mod program;
mod report;
mod results;
mod sweep;
mod transcripts;
mod wrong_files;
