//! The integration tests, in one binary.
mod parser;
mod wrong_files;
