//! The weekly cascade (R35) against an independent program.

use super::stage::{Stage, counts};
use crate::tally::{ChannelCount, CustomerCount};

const SCENARIO: &str = include_str!("../../scenarios/weekly-cascade.toml");

/// Customers of the independent program, whose means have errors of their own.
const REFERENCE_CUSTOMERS: f64 = 4_000_000.0;

/// Means per customer, beside the mean and standard deviation over customers that the independent program found.
pub(super) fn cascade(stage: &mut Stage<'_>) {
    let tallies = stage.play(SCENARIO, 250_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    let sent = |channel| counts(&tallies, 0, move |row| row.at(ChannelCount::Sent, channel));
    let all = |count| counts(&tallies, 0, move |row| row.total(count));
    let alive = counts(&tallies, 0, |row| row.customers(CustomerCount::Alive));
    let scaled = |values: Vec<f64>, factor: f64| values.into_iter().map(|value| value * factor).collect::<Vec<_>>();
    let measured = [
        ("e-mails", sent(0), 42.985, 17.96),
        ("pushes", sent(1), 18.570, 19.95),
        ("SMS", sent(2), 25.143, 18.81),
        ("cost", scaled(all(ChannelCount::Spend), 1e-9), 0.80098, 0.566),
        ("journeys", all(ChannelCount::Journeys), 13.854, 4.71),
        ("hops", all(ChannelCount::Hops), 5.371, 3.16),
        ("orders", all(ChannelCount::Orders), 1.3972, 1.215),
        ("revenue", scaled(all(ChannelCount::Revenue), 1e-2), 83.857, 92.44),
        ("not lost", alive, 0.86148, 0.345),
    ];
    for (name, values, mean, deviation) in measured {
        let error = deviation / libm::sqrt(REFERENCE_CUSTOMERS);
        stage.ratio_to_reference(format!("{name} per customer"), (mean, error), &values, &customers);
    }
}
