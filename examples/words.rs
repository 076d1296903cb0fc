//! Writes the random words of the engine to standard output, for test suites of random numbers.
//!
//! ```text
//! cargo run --release --example words -- campaigns | dieharder -g 200 -d 1
//! cargo run --release --example words -- journeys | dieharder -g 200 -d 1
//! ```
//!
//! The words come raw, 64 bits each, little-endian, until the reader closes the pipe. They stand in the order in which a
//! weakness of the *addressing* would show: neighbouring customers, occurrences, channels and purposes side by side. A
//! test of one long stream from one node would only repeat what is known about wyrand. `docs/randomness.md` has all
//! commands and the results.

use std::env::args;
use std::io::{self, ErrorKind, Write, stdout};
use std::process::ExitCode;

use channelmix::luck::{Luck, label};

const SEED: u64 = 42;
const WEEK: u64 = 7 * 86_400;
/// The label of a customer's natural needs, and of the touches of a journey.
const NEEDS: u64 = 1;
const TOUCH: u64 = 1 << 32;
const CHANNELS: [u64; 3] = [label("email"), label("push"), label("sms")];

fn main() -> ExitCode {
    let customer = match args().nth(1).as_deref() {
        Some("campaigns") => campaigns,
        Some("journeys") => journeys,
        _ => {
            eprintln!("usage: words campaigns | journeys   (raw words to standard output)");
            return ExitCode::from(2);
        }
    };
    match write_until_closed(customer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("words: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_until_closed(customer: fn(Luck, &mut Vec<u8>)) -> io::Result<()> {
    let mut out = stdout().lock();
    let mut bytes = Vec::new();
    for number in 0.. {
        customer(Luck::customer(SEED, 0, number), &mut bytes);
        if bytes.len() > 1 << 16 {
            out.write_all(&bytes)?;
            bytes.clear();
        }
    }
    Ok(())
}

/// A year of weekly runs on three channels, six decisions to a contact.
fn campaigns(customer: Luck, bytes: &mut Vec<u8>) {
    for week in 0..52 {
        // The plainest label that tells occurrences apart: a hash of campaign and instant differs in more bits.
        let run = customer.child(label("weekly").wrapping_add(week * WEEK));
        for channel in CHANNELS {
            let contact = run.child(channel);
            bytes.extend((0..6).flat_map(|purpose| contact.word(purpose).to_le_bytes()));
        }
    }
}

/// Twelve natural needs, four decisions to a need, six touches to its journey.
fn journeys(customer: Luck, bytes: &mut Vec<u8>) {
    let needs = customer.child(NEEDS);
    for number in 0..12 {
        let need = needs.child(number);
        let purposes = 0..4;
        let touches = TOUCH..TOUCH + 6;
        bytes.extend(purposes.chain(touches).flat_map(|label| need.word(label).to_le_bytes()));
    }
}
