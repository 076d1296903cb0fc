//! What an event costs when every mechanism is on, as a ratio to the weekly cascade, which has none. See `benches/README.md`.

mod slope;

use std::process::{Command, ExitCode};

use slope::{ROUNDS, cpu, run, slope, spread};

const NEUTRAL: (&str, &str) = ("scenarios/weekly-cascade.toml", "cascade");
const WHOLE: (&str, &str) = ("benches/whole-customer.toml", "everything");
/// Customers whose events are counted.
const COUNTED: u64 = 2000;

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("whole_customer: {message}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), String> {
    let events = [events(NEUTRAL)?, events(WHOLE)?];
    println!("events a customer-year: {:.0} neutral, {:.0} with everything on", events[0], events[1]);
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let neutral = slope(|customers| run(NEUTRAL.0, NEUTRAL.1, customers))? / events[0];
        let whole = slope(|customers| run(WHOLE.0, WHOLE.1, customers))? / events[1];
        println!("round {round}: neutral {neutral:5.2} ns, everything on {whole:5.2} ns an event");
        ratios.push(whole / neutral);
    }
    let [least, median, greatest] = spread(&mut ratios);
    println!("ratio: {median:.2} [{least:.2}, {greatest:.2}], median and range of {ROUNDS} rounds, {} time", cpu::KIND);
    Ok(())
}

/// Rows of the event log for each customer.
fn events((scenario, strategy): (&str, &str)) -> Result<f64, String> {
    let log = std::env::temp_dir().join(format!("channelmix-events-{}.csv", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_channelmix"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["trace", scenario, "--quiet", "--customers"]);
    command.arg(format!("0..{COUNTED}")).arg("--events").arg(&log);
    let output = command.output().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = std::fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    std::fs::remove_file(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let mut lines = text.lines();
    let place = lines.next().and_then(|head| head.split(',').position(|name| name == "strategy"));
    let place = place.ok_or("the event log has no column `strategy`")?;
    let own = lines.filter(|line| line.split(',').nth(place) == Some(strategy)).count();
    Ok(own as f64 / COUNTED as f64)
}
