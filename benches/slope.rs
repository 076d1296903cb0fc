//! What one more customer costs: the slope of CPU time between two numbers of customers, so that start-up and reading the
//! scenario are left out.

use std::process::{Command, Stdio};

/// How often each is measured, in turn, so that whatever else the machine does meets all alike.
pub const ROUNDS: usize = 7;
/// Two numbers of customers.
const SIZES: [u64; 2] = [100_000, 500_000];

/// `channelmix run` with one strategy on one thread.
pub fn run(scenario: &str, strategy: &str, customers: u64) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_channelmix"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", scenario, "--strategy", strategy]);
    command.args(["--no-baseline", "--threads", "1", "--quiet", "--draws", "1"]);
    command.args(["--simulate", &customers.to_string()]);
    command
}

/// Least, median and greatest.
pub fn spread(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

/// Nanoseconds per customer more.
///
/// # Errors
/// What a child said that failed, or that its time does not depend on customers.
pub fn slope(command: impl Fn(u64) -> Command) -> Result<f64, String> {
    let [small, large] = SIZES;
    let (short, long) = (seconds(command(small))?, seconds(command(large))?);
    if long <= short {
        let command = command(large);
        return Err(format!("{command:?} takes no longer than for {small} customers: does it simulate them?"));
    }
    Ok((long - short) * 1e9 / (large - small) as f64)
}

/// What one child costs; an error if it fails, with what it said.
fn seconds(mut command: Command) -> Result<f64, String> {
    let before = cpu::seconds();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let after = cpu::seconds();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed ({}):\n{said}", output.status));
    }
    Ok(after - before)
}

/// User time of all children so far: other work on the machine hardly touches it.
#[cfg(unix)]
pub mod cpu {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    pub const KIND: &str = "user CPU";

    pub fn seconds() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage knows its children");
        usage.user_time().num_microseconds() as f64 / 1e6
    }
}

#[cfg(not(unix))]
pub mod cpu {
    use std::sync::LazyLock;
    use std::time::Instant;

    pub const KIND: &str = "wall";

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub fn seconds() -> f64 {
        START.elapsed().as_secs_f64()
    }
}
