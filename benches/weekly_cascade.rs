//! How fast is the engine on the weekly cascade, as a ratio to a hand-written loop? See `benches/README.md`.

mod yardstick;

use std::env;
use std::process::{Command, ExitCode, Stdio};

const ROUNDS: usize = 7;
/// Two sizes: the slope between them leaves out start-up and reading the scenario.
const SIZES: [u64; 2] = [100_000, 500_000];
const EVENTS_PER_CUSTOMER_YEAR: f64 = 228.0;
const SEED: u64 = 42;

fn main() -> ExitCode {
    // Cargo passes `--bench`.
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => compare("channelmix", engine),
        ["--itself"] => compare("yardstick again", yardstick),
        ["--yardstick", customers] => {
            customers.parse().map_err(|error| format!("{customers}: {error}")).map(print_means)
        }
        _ => Err("usage: weekly_cascade [--itself | --yardstick CUSTOMERS]".into()),
    };
    if let Err(message) = outcome {
        eprintln!("weekly_cascade: {message}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn print_means(customers: u64) {
    for (name, mean) in yardstick::play(SEED, customers).means(customers) {
        println!("{name:9} {mean:.5}");
    }
}

fn yardstick(customers: u64) -> Command {
    let mut command = Command::new(env::current_exe().expect("the path of this bench"));
    command.args(["--yardstick", &customers.to_string()]);
    command
}

fn engine(customers: u64) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_channelmix"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", "scenarios/weekly-cascade.toml"]);
    command.args(["--strategy", "cascade", "--no-baseline", "--threads", "1", "--quiet", "--draws", "1"]);
    command.args(["--simulate", &customers.to_string()]);
    command
}

/// Times the yardstick and its rival in turn, so that whatever else the machine does meets both alike.
fn compare(name: &str, rival: fn(u64) -> Command) -> Result<(), String> {
    let mut floors = Vec::new();
    let mut rivals = Vec::new();
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let (floor, nanoseconds) = (slope(yardstick)?, slope(rival)?);
        println!("round {round}: yardstick {floor:6.0} ns, {name} {nanoseconds:6.0} ns a customer-year");
        floors.push(floor);
        rivals.push(nanoseconds);
        ratios.push(nanoseconds / floor);
    }
    println!();
    print_speed("yardstick", &mut floors);
    print_speed(name, &mut rivals);
    let [least, median, greatest] = spread(&mut ratios);
    println!("ratio: {median:.2} [{least:.2}, {greatest:.2}], median and range of {ROUNDS} rounds, {} time", cpu::KIND);
    Ok(())
}

fn print_speed(name: &str, nanoseconds: &mut [f64]) {
    let [least, median, greatest] = spread(nanoseconds);
    println!(
        "{name}: {median:.0} ns [{least:.0}, {greatest:.0}] a customer-year, {:.2} ns an event, {:.0} customer-years a second",
        median / EVENTS_PER_CUSTOMER_YEAR,
        1e9 / median
    );
}

fn spread(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

/// Nanoseconds per customer more.
fn slope(command: fn(u64) -> Command) -> Result<f64, String> {
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
mod cpu {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    pub const KIND: &str = "user CPU";

    pub fn seconds() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage knows its children");
        usage.user_time().num_microseconds() as f64 / 1e6
    }
}

#[cfg(not(unix))]
mod cpu {
    use std::sync::LazyLock;
    use std::time::Instant;

    pub const KIND: &str = "wall";

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub fn seconds() -> f64 {
        START.elapsed().as_secs_f64()
    }
}
