//! How fast is the engine on the weekly cascade, as a ratio to a hand-written loop? See `benches/README.md`.

mod slope;
mod yardstick;

use std::env;
use std::process::{Command, ExitCode};

use slope::{ROUNDS, cpu, run, slope, spread};

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
    run("scenarios/weekly-cascade.toml", "cascade", customers)
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
