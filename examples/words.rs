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

use channelmix::luck::{Label, Luck};

const SEED: u64 = 42;

// The addresses of the engine: `engine::purpose` has the numbers, `world::calendar` the labels of runs.
const LIFE: Label = Label::new(4);
const NEEDS: Label = Label::new(5);
/// Gap, entry, coin, basket.
const OF_A_NEED: [Label; 4] = [Label::new(0), Label::new(1), Label::new(2), Label::new(3)];
/// Delivered, opted out, opened, delay of opening, clicked, delay of the click.
const OF_A_CONTACT: [Label; 6] =
    [Label::new(4), Label::new(5), Label::new(6), Label::new(7), Label::new(8), Label::new(9)];
const TOUCH: Label = Label::new(11);
const CHANNELS: [Label; 3] = [Label::of("email"), Label::of("push"), Label::of("sms")];
const CAMPAIGN: Label = Label::of("weekly");
/// Monday, 2026-01-05, 10:00, in seconds since 1900.
const FIRST: u64 = 3_976_596_000;
const WEEK: u64 = 7 * 86_400;

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
        let run = customer.child(CAMPAIGN.at(FIRST + week * WEEK));
        for channel in CHANNELS {
            let contact = run.nth_child(channel, 0);
            bytes.extend(OF_A_CONTACT.iter().flat_map(|purpose| contact.word(*purpose).to_le_bytes()));
        }
    }
}

/// Twelve natural needs, four decisions to a need, six touches to its journey.
fn journeys(customer: Luck, bytes: &mut Vec<u8>) {
    let life = customer.nth_child(LIFE, 0);
    for number in 0..12 {
        let need = life.nth_child(NEEDS, number);
        bytes.extend(OF_A_NEED.iter().flat_map(|purpose| need.word(*purpose).to_le_bytes()));
        let mut touches = need.stream(TOUCH);
        bytes.extend((0..6).flat_map(|_| touches.next().to_le_bytes()));
    }
}
