//! x
use super::super::failure::Failure;
use std::process::ExitCode;
/// a
#[derive(Debug, clap::Args)]
pub struct Arguments {}
/// r
pub fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    todo!()
}
