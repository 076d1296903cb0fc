//! The event log: one row per event of many customers, as CSV.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;

use super::entry::{self, Because, Entry, JourneyCause, Kind};
use super::{Customers, Life, Record};
use crate::engine::Scratch;
use crate::simulation::Progress;

/// The columns, and what each one says.
pub const COLUMNS: [(&str, &str); 26] = [
    ("strategy", "the strategy under which it happened"),
    ("draw", "which draw of the uncertain inputs the customer lives in: 0, 1, 2, …"),
    ("customer", "the customer's number in its draw; the same number is the same customer under every strategy"),
    ("segment", "its segment"),
    ("at_seconds", "when, in seconds since the start of the scenario"),
    ("local_time", "when, on the calendar and clock of the customer's segment"),
    ("event", "what happened; the table below lists the kinds"),
    ("campaign", "the campaign of the run or message; in a journey, of the message whose click opened it"),
    ("run_at_seconds", "when that campaign came up, in seconds since the start"),
    (
        "step",
        "the message's place in the strategy's plan, from 1; a fallback has that of the step that it stands in for",
    ),
    ("fallback", "`true` if the message stands in for one that could not be delivered"),
    ("send", "1 for the first message of the run on its channel, 2 for the next"),
    ("message_channel", "the channel of the message; in a journey, of the message whose click opened it"),
    ("channel", "where it happened: the message's channel, or the touch of a journey"),
    ("to_channel", "where a hop led"),
    ("reason", "why a due message was not sent or has to wait, or why no run began; the table below lists the reasons"),
    (
        "condition",
        "if the reason is `condition_met`: which responses made it unnecessary; if `condition_not_met`: which it needs and \
         had not got; separated by `;`",
    ),
    ("until_seconds", "until when a message that is held waits at least, in seconds since the start"),
    ("cause", "what opened the journey: `need`, `contact`, or `joining` for the order with which a customer joined"),
    ("value", "value of the order, or what a renewal pays, in units of the currency"),
    (
        "moved_from_seconds",
        "when the natural order was due that this one, which a contact caused, only moved forward; in seconds since the \
         start",
    ),
    ("cost", "what the message cost, in units of the currency, at the event that is billed (sent or delivered)"),
    ("alive", "whether the customer was alive when it joined: `true` or `false`"),
    ("opted_in", "the channels to which it had opted in when it joined, separated by `;`"),
    ("joined_seconds", "when it joined, in seconds since the start; negative for a base with a past"),
    ("pressure", "pressure under which the message was delivered, where there is fatigue"),
];

/// Customers whose rows one thread writes in one go.
const CHUNK: u64 = 16;
/// Chunks that are in memory together.
const WINDOW: usize = 64;

/// Writes the log of a range of customers under strategies: customer by customer, strategy by strategy, in order of
/// time. The bytes are the same for any number of threads. Gives the number of rows.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    customers: &Customers,
    strategies: &[usize],
    range: Range<u64>,
    progress: &dyn Progress,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let names: Vec<&str> = COLUMNS.iter().map(|&(name, _)| name).collect();
    out.write_all(names.join(",").as_bytes())?;
    out.write_all(b"\n")?;
    let mut rows = 0;
    for window in range.clone().step_by(CHUNK as usize * WINDOW) {
        let chunks: Vec<u64> = (window..range.end).step_by(CHUNK as usize).take(WINDOW).collect();
        let written: Vec<io::Result<(Vec<u8>, u64)>> = chunks
            .into_par_iter()
            .map(|first| {
                let end = (first + CHUNK).min(range.end);
                let written = chunk(customers, strategies, first..end);
                progress.advance(end - first);
                written
            })
            .collect();
        for chunk in written {
            let (bytes, more) = chunk?;
            out.write_all(&bytes)?;
            rows += more;
        }
    }
    Ok(rows)
}

/// The log of one customer that was played already, as text.
///
/// # Errors
/// None that can happen: writing to memory does not fail.
pub fn of_lives(who: &super::Who, lives: &[Life]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    for life in lives {
        let key = Key {
            strategy: life.strategy,
            draw: who.draw,
            customer: who.number,
            segment: who.segment,
            joined: who.joined_seconds,
        };
        for entry in &life.events {
            writer.write_record(fields(&key, entry))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn chunk(customers: &Customers, strategies: &[usize], range: Range<u64>) -> io::Result<(Vec<u8>, u64)> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let (mut scratch, mut record) = (Scratch::default(), Record::default());
    let mut rows = 0;
    for customer in range {
        let start = customers.start(customer);
        let clock = customers.world.clock(start.segment);
        for &strategy in strategies {
            customers.record(&start, strategy, &mut scratch, &mut record);
            let key = Key {
                strategy: &customers.world.strategies[strategy].name,
                draw: customers.draw,
                customer,
                segment: &customers.world.segments[start.segment].name,
                joined: start.joined,
            };
            for entry in entry::entries(customers, strategy, &clock, &record) {
                writer.write_record(fields(&key, &entry))?;
                rows += 1;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok((bytes, rows))
}

/// Whose event it is.
struct Key<'w> {
    strategy: &'w str,
    draw: u64,
    customer: u64,
    segment: &'w str,
    joined: i64,
}

/// A row; what does not belong to the kind of event is empty.
fn fields(key: &Key, entry: &Entry) -> [String; COLUMNS.len()] {
    let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let seconds = |at: Option<i64>| at.map_or(String::new(), |at| at.to_string());
    let joined = entry.event == Kind::Joined;
    [
        key.strategy.to_owned(),
        key.draw.to_string(),
        key.customer.to_string(),
        key.segment.to_owned(),
        entry.at_seconds.to_string(),
        entry.local_time.to_string(),
        entry.event.word().to_owned(),
        name(entry.campaign),
        seconds(entry.run_at_seconds),
        entry.step.map_or(String::new(), |step| step.to_string()),
        if entry.fallback { "true".to_owned() } else { String::new() },
        entry.send.map_or(String::new(), |send| send.to_string()),
        name(entry.message_channel),
        name(entry.channel),
        name(entry.to_channel),
        name(entry.reason.map(Because::word)),
        entry.condition.join(";"),
        seconds(entry.until_seconds),
        name(entry.cause.map(JourneyCause::word)),
        number(entry.value),
        seconds(entry.moved_from_seconds),
        number(entry.cost),
        entry.alive.map_or(String::new(), |alive| alive.to_string()),
        entry.opted_in.as_ref().map_or(String::new(), |channels| channels.join(";")),
        if joined { key.joined.to_string() } else { String::new() },
        number(entry.pressure),
    ]
}
