//! `channelmix verify`: cases whose exact answers are known, played by the same engine as any scenario.

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use super::play::any_number;
use super::progress::Bar;
use crate::verify::{Check, FALSE_ALARM, limit, oracles};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Play so many times the usual number of customers.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    scale: f64,
    /// Seed of all luck.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = any_number)]
    seed: u64,
    /// Print only the checks that fail, and the verdict.
    #[arg(long)]
    quiet: bool,
}

fn factor(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|&factor: &f64| (0.1..=1000.0).contains(&factor))
        .ok_or_else(|| "must lie between 0.1 and 1000".to_owned())
}

/// Verifies; the exit code is 1 if a check fails.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    let bar = Bar::counting(arguments.quiet);
    let (mut checks, mut failed) = (0, 0);
    if !arguments.quiet {
        writeln!(
            out,
            "{:<44} {:<54} {:>12} {:>12} {:>7} {:>10}  verdict",
            "oracle", "quantity", "exact", "simulated", "z", "customers"
        )?;
    }
    for oracle in oracles() {
        for check in oracle.run(arguments.scale, arguments.seed, &bar) {
            checks += 1;
            failed += usize::from(!check.passed);
            if !arguments.quiet || !check.passed {
                bar.pause(|| line(&mut out, &check))?;
            }
        }
    }
    bar.done();
    let rate = FALSE_ALARM;
    if failed > 0 {
        writeln!(out, "\n{failed} of {checks} checks fail: the numbers of this build cannot be trusted.")?;
        return Ok(ExitCode::FAILURE);
    }
    writeln!(
        out,
        "\nAll {checks} checks hold (|z| below {:.1}; a right engine fails one run in {:.0}).",
        limit(),
        1.0 / rate
    )?;
    Ok(ExitCode::SUCCESS)
}

fn line(out: &mut impl Write, check: &Check) -> std::io::Result<()> {
    let z = if check.standard_error == 0.0 { "exact".to_owned() } else { format!("{:.2}", check.z) };
    let verdict = if check.passed { "holds" } else { "FAILS" };
    let name = format!("{} ({})", check.oracle, check.rule);
    writeln!(
        out,
        "{name:<44} {:<54} {:>12.6} {:>12.6} {z:>7} {:>10}  {verdict}",
        check.quantity, check.exact, check.simulated, check.customers
    )
}
