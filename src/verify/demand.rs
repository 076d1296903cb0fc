//! How often customers need something, and what they spend.

use super::stage::{Seen, Stage, column, in_segment, text, total};
use crate::engine::Event;
use crate::tally::{ChannelCount, CustomerCount, Row};

const STORE: &str = "[channels.store]\norder_rate = 0.4\n";

fn segment(name: &str, share: f64, rest: &str) -> String {
    format!(
        "[segments.{name}]\nshare = {share:?}\njoined = {{ base = {{ age = \"0d\" }} }}\n\
         gross_margin = 0.35\nentry = {{ store = 1.0 }}\n{rest}\n"
    )
}

fn journeys(events: &[Seen]) -> f64 {
    events.iter().filter(|(_, event)| matches!(event, Event::JourneyBegan(_))).count() as f64
}

/// Needs per customer: Poisson at a fixed rate, negative binomial at gamma-distributed ones, cut short by losses.
pub(super) fn needs(stage: &mut Stage<'_>) {
    let basket = "basket = { fixed = 10 }";
    let play = |stage: &mut Stage<'_>, needs: &str| {
        let scenario = text("100d", &format!("{STORE}{}", segment("all", 1.0, &format!("{needs}\n{basket}"))));
        stage.watch(&scenario, 200_000, |events| {
            let n = journeys(&events[0]);
            [n, n * n]
        })
    };
    let fixed = play(stage, "needs = { every = \"10d\" }");
    stage.mean("needs, fixed rate", 10.0, &fixed, 0);
    stage.mean("needs squared, fixed rate", 10.0 + 100.0, &fixed, 1);
    let gamma = play(stage, "needs = { every = \"10d\", shape = 0.5 }");
    stage.mean("needs, gamma rate", 10.0, &gamma, 0);
    stage.mean("needs squared, gamma rate", 10.0 + 100.0 / 0.5 + 100.0, &gamma, 1);
    // The coin of 0.1 ends needs at rate 10/100 d · 0.1: (1 − exp(−1)) / 0.1 needs on average.
    let lost = play(stage, "needs = { every = \"10d\" }\ndropout = { after-journey = 0.1 }");
    stage.mean("needs, lost after a journey with 0.1", -libm::expm1(-1.0) / 0.1, &lost, 0);
}

/// Mean and spread of baskets, and what of them is margin.
pub(super) fn baskets(stage: &mut Stage<'_>) {
    let needs = "needs = { every = \"10d\" }\n";
    let kinds = [
        ("fixed", "basket = { fixed = 12.34 }"),
        ("lognormal", "basket = { lognormal = { mean = 60, cv = 0.8 } }"),
        ("gamma", "basket = { gamma-gamma = { p = 6.25, q = 3.74, gamma = 15.44 } }"),
        ("narrow", "basket = { gamma-gamma = { p = 6.25, q = 9, gamma = 44.8 } }"),
    ];
    // Who orders often or leaves early spends like everybody else.
    let purchases = "purchases = { r = 0.9, alpha = 1.0, a = 0.8, b = 2.4, unit = \"7d\" }\n";
    let of = |name: &str| if name == "gamma" { purchases } else { needs };
    let segments: Vec<String> =
        kinds.iter().map(|(name, basket)| segment(name, 0.25, &format!("{}{basket}", of(name)))).collect();
    let margins = ["0.35", "0.2", "0.5", "0.61"];
    let own = |(segment, margin): (&String, &str)| {
        segment.replace("gross_margin = 0.35", &format!("gross_margin = {margin}"))
    };
    let segments: Vec<String> = segments.iter().zip(margins).map(own).collect();
    let scenario = text("50d", &format!("{STORE}{}", segments.concat()));
    let tallies = stage.play(&scenario, 400_000);
    let of = |segment, count| in_segment(&tallies, 0, segment, move |row: &Row| row.total(count));
    let in_cents = [1234.0, 6000.0, 100.0 * 6.25 * 15.44 / 2.74, 100.0 * 6.25 * 44.8 / 8.0];
    for (i, (name, _)) in kinds.iter().enumerate().skip(1) {
        let (revenue, orders) = (of(i, ChannelCount::Revenue), of(i, ChannelCount::Orders));
        stage.ratio(format!("basket in cents, {name}"), in_cents[i], &revenue, &orders);
    }
    let fixed = |count| tallies.strategies[0].segments.iter().map(|rows| rows[0].total(count)).sum::<i128>();
    stage.same("revenue of orders of 12.34", 1234 * fixed(ChannelCount::Orders), fixed(ChannelCount::Revenue));
    let revenue = |segment: usize| -> i128 {
        tallies.strategies[0].segments.iter().map(|rows| rows[segment].total(ChannelCount::Revenue)).sum()
    };
    let in_billionths = [350_000_000, 200_000_000, 500_000_000, 610_000_000];
    let margin = (0..4).map(|segment| revenue(segment) * in_billionths[segment]).sum();
    stage.same("margin of each segment", margin, total(&tallies, 0, |row| row.customers(CustomerCount::Margin)));
    squares(stage, &scenario);
    last_orders(stage);
}

/// Second moments tell the spread between customers from the spread of one customer's orders.
fn squares(stage: &mut Stage<'_>, scenario: &str) {
    for (segment, exact) in [
        ("lognormal", [3600.0 * 1.64, 3600.0]),
        ("narrow", {
            let level = 44.8 * 44.8 / (8.0 * 7.0);
            [6.25 * 7.25 * level, 6.25 * 6.25 * level]
        }),
    ] {
        let alone = scenario
            .replace(&format!("[segments.{segment}]\nshare = 0.25"), &format!("[segments.{segment}]\nshare = 1.0"));
        let alone = alone.replace("share = 0.25", "share = 0.0");
        let sums = stage.watch(&alone, 100_000, |events| {
            let value =
                |seen: &Seen| if let Event::Ordered { value, .. } = seen.1 { Some(value as f64 / 100.0) } else { None };
            let mut orders = events[0].iter().filter_map(value);
            match (orders.next(), orders.next()) {
                (Some(first), Some(second)) => [first * first, first * second, 1.0],
                _ => [0.0; 3],
            }
        });
        let pairs = column(&sums, 2);
        stage.ratio(format!("basket squared, {segment}"), exact[0], &column(&sums, 0), &pairs);
        stage.ratio(format!("product of one customer's baskets, {segment}"), exact[1], &column(&sums, 1), &pairs);
    }
}

/// The coin that ends a customer knows nothing of the basket before it.
fn last_orders(stage: &mut Stage<'_>) {
    let rest = "needs = { every = \"10d\" }\ndropout = { after-order = 0.3 }\nbasket = { lognormal = { mean = 60, cv = 0.8 } }";
    let scenario = text("50d", &format!("{STORE}{}", segment("all", 1.0, rest)));
    let sums = stage.watch(&scenario, 100_000, |events| {
        let lost = events[0].iter().any(|(_, event)| *event == Event::Lost);
        let value = |seen: &Seen| if let Event::Ordered { value, .. } = seen.1 { Some(value as f64) } else { None };
        match events[0].iter().rev().find_map(value).filter(|_| lost) {
            Some(last) => [last, 1.0],
            None => [0.0; 2],
        }
    });
    stage.ratio("last basket of the lost in cents", 6000.0, &column(&sums, 0), &column(&sums, 1));
}
