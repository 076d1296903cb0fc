//! The integration tests, in one binary.
mod wrong_files;
