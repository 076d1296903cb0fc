//! The integration tests, in one binary.
mod battery;
mod engine;
mod golden;
mod parser;
mod wrong_files;
