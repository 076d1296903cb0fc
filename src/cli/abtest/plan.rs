//! x
use std::process::ExitCode;
use super::super::failure::Failure;
/// a
#[derive(Debug, clap::Args)]
pub struct Arguments {}
/// r
pub fn run(_: &Arguments) -> Result<ExitCode, Failure> { todo!() }
