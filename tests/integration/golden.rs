//! Golden digests: the same bytes for ever, on every platform that CI compares (R6).
//!
//! A digest that changes means that every published number changes ("value-breaking"): say so in the changelog, and why.

use std::fmt::Write;

use channelmix::scenario;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{Row, Tallies};
use channelmix::world::World;
use sha2::{Digest, Sha256};

fn digest(tallies: &Tallies) -> String {
    let mut hash = Sha256::new();
    let mut add = |counts: &mut dyn Iterator<Item = &i128>| counts.for_each(|count| hash.update(count.to_le_bytes()));
    for strategy in &tallies.strategies {
        let rows = strategy.totals.iter().chain(strategy.segments.iter().flatten()).chain(&strategy.weeks);
        let rows = rows.chain(strategy.segment_weeks.iter().flatten()).chain(strategy.draw_weeks.iter().flatten());
        add(&mut rows.flat_map(|row: &Row| &row.counts));
        let flows = &strategy.flows;
        add(&mut flows.campaigns.iter().flat_map(|row| std::iter::once(&row.runs).chain(&row.refused)));
        add(&mut flows.steps.iter().flat_map(|row| row.counts.iter().chain(&row.withheld)));
        add(&mut flows.touches.iter());
    }
    for batch in &tallies.batches {
        for number in [batch.draw, batch.first, batch.customers] {
            hash.update(number.to_le_bytes());
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn played(text: &str, customers: u64, draws: Option<u64>) -> String {
    let loaded = scenario::load("golden", text, &[]);
    let problems = loaded.problems.render(&loaded.sources, false);
    let world =
        World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}"))).expect("the scenario can be played");
    let plan = Plan::new(&world, 42, customers, draws, (0..world.strategies.len()).collect());
    digest(&simulate(&world, &plan, &()).expect("it can be played"))
}

#[test]
fn the_weekly_cascade_keeps_its_bytes() {
    let found = played(include_str!("../../scenarios/weekly-cascade.toml"), 2048, None);
    assert_eq!(found, "d1cd4734dfc1320fea587d88a329580233c3dd940753241aacae0229156d1b10", "value-breaking");
}

/// Every mechanism of the model, uncertain inputs of each kind, and fitted ones.
#[test]
fn everything_at_once_keeps_its_bytes() {
    let text = super::engine::everything()
        .replacen("open_rate = 0.4\n", "open_rate = { low = 0.2, typical = 0.4, high = 0.5 }\n", 1)
        .replacen("delivery_rate = 0.8\n", "delivery_rate = { min = 0.5, mode = 0.8, max = 0.9 }\n", 1)
        .replacen("mean = \"9h\"", "mean = { low = \"5h\", typical = \"9h\", high = \"20h\" }", 1)
        .replacen("mean = 60", "mean = { low = 40, typical = 60, high = 70 }", 1)
        .replacen("intent = 2.0", "intent = { low = 1, typical = 2, high = 3 }", 1)
        .replacen("purchases = {", "purchases = { log_covariance = [ [0.01, 0.005, 0.0, 0.0], [0.005, 0.02, 0.0, 0.0], [0.0, 0.0, 0.03, 0.01], [0.0, 0.0, 0.01, 0.03] ],", 1)
        .replacen("retention_window", "count_first = true\nrates = \"list\"\ntime_zone = \"Europe/Berlin\"\nretention_window", 1);
    assert_eq!(
        played(&text, 2048, Some(8)),
        "de31f1bb885bd82222e2b22c29a480cc8b55b0ba43beb2425b0e89d034cbf5e4",
        "value-breaking"
    );
}

/// The presets' values too: a better source for one of them changes every result that uses it.
#[test]
fn the_presets_keep_their_bytes() {
    let text = "name = \"presets\"\ncurrency = \"USD\"\nstart = 2026-01-05\n[channels.email]\npreset = \"email\"\n[channels.sms]\npreset = \"sms\"\n\
                [channels.push]\npreset = \"mobile-push\"\n[segments.all]\nshare = 1.0\n[campaigns.weekly]\n\
                trigger = { every = \"7d\", at = \"10:00\" }\n[strategies.all.campaigns.weekly]\n\
                cascade = [ { send = \"email\" }, { send = \"push\", after = \"1d\", unless = \"opened\" }, { send = \"sms\", after = \"1d\", unless = \"clicked\" } ]\n";
    assert_eq!(
        played(text, 2048, Some(8)),
        "e4db0848091f3b4cc34d0410e6011832f9ea060e3b4fb3260015322dc45e9f56",
        "value-breaking"
    );
}
