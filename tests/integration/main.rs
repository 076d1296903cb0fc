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
mod schema;
mod self_help;
mod sweep;
mod trace;
mod transcripts;
mod wrong_files;
