//! Properties of reading: no text breaks it, and what means the same reads the same.

use channelmix::scenario::{Loaded, load};
use channelmix::world::{Draw, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::wrong_files::BASE;

const WEEKLY: &str = include_str!("../../scenarios/weekly-cascade.toml");

/// What can stand where another token stood.
const TOKENS: &[&str] = &[
    "0",
    "1",
    "-1",
    "0.5",
    "1e308",
    "1e-308",
    "1e12",
    "15",
    "nan",
    "inf",
    "true",
    "\"\"",
    "\"email\"",
    "\"web\"",
    "\"0d\"",
    "\"1s\"",
    "\"100y\"",
    "\"36525d\"",
    "\"order\"",
    "\"none\"",
    "2026-01-05",
    "{",
    "}",
    "[",
    "]",
    "=",
    ",",
    ".",
    "\"",
    "#",
    "\n",
    "\r\n",
    "\t",
    "{}",
    "[]",
    "email",
    "web",
    "none",
    "low",
    "min",
    "mode",
    "max",
    "{ low = 0, typical = 0, high = 0 }",
    "{ min = 0, mode = 0.5, max = 1 }",
    "{ low = 0, typical = 1e-300, high = 1 }",
    "{ a = 1e-300, b = 1e12 }",
    "\u{feff}",
    "\u{202e}",
    "\0",
    "é",
    "9223372036854775807",
];

/// Numbers from one end of what can be written to the other.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "0.5",
    "0.001",
    "1e-300",
    "5e-324",
    "1e12",
    "1e9",
    "1e-9",
    "0.999999999999",
    "64",
    "128",
    "1e308",
    "-1",
    "{ low = 0, typical = 0.5, high = 1 }",
    "{ low = 1e-9, typical = 0.5, high = 0.5 }",
    "{ min = 0, mode = 0, max = 1 }",
    "{ low = 1e-300, typical = 1, high = 1e12 }",
];

/// Splits a text so that its parts are words, numbers, strings and single marks.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if kind(first) { rest.find(|c| !kind(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts
}

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    Number(prop::sample::Index, &'static str),
    Delete(prop::sample::Index),
    Insert(prop::sample::Index, &'static str),
    Replace(prop::sample::Index, &'static str),
    Move(prop::sample::Index, prop::sample::Index),
    SwapLines(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let token = || prop::sample::select(TOKENS);
    prop_oneof![
        12 => (at(), prop::sample::select(NUMBERS)).prop_map(|(at, number)| Change::Number(at, number)),
        1 => at().prop_map(Change::Delete),
        1 => (at(), token()).prop_map(|(at, token)| Change::Insert(at, token)),
        6 => (at(), token()).prop_map(|(at, token)| Change::Replace(at, token)),
        2 => (at(), at()).prop_map(|(from, to)| Change::Move(from, to)),
        1 => (at(), at()).prop_map(|(one, other)| Change::SwapLines(one, other)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for change in changes {
        let mut parts = tokens(&text);
        if parts.is_empty() {
            break;
        }
        // Values are what matters most: words and numbers are met more often than blanks.
        let words: Vec<usize> = (0..parts.len()).filter(|&i| !parts[i].trim().is_empty()).collect();
        let pick = |at: &prop::sample::Index| if words.is_empty() { 0 } else { *at.get(&words) };
        match change {
            Change::Number(at, number) => {
                let numbers: Vec<usize> = (0..parts.len()).filter(|&i| parts[i].parse::<f64>().is_ok()).collect();
                if !numbers.is_empty() {
                    parts[*at.get(&numbers)] = number;
                }
            }
            Change::Delete(at) => _ = parts.remove(pick(at)),
            Change::Insert(at, token) => parts.insert(pick(at), token),
            Change::Replace(at, token) => parts[pick(at)] = token,
            Change::Move(from, to) => parts[pick(to)] = parts[pick(from)],
            Change::SwapLines(one, other) => {
                let mut lines: Vec<&str> = text.split('\n').collect();
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
                text = lines.join("\n");
                continue;
            }
        }
        text = parts.concat();
    }
    text
}

fn text() -> impl Strategy<Value = String> {
    (prop::sample::select(&[BASE, WEEKLY][..]), prop::collection::vec(change(), 1..4))
        .prop_map(|(text, changes)| changed(text, &changes))
}

/// The same cases on every run: a failure here can be repeated everywhere.
fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(strategy, test).unwrap_or_else(|failure| panic!("{failure}"));
}

/// Reads, renders, and compiles what could be read; gives what was resolved.
fn survives(text: &str, overrides: &[String]) -> Result<Option<serde_json::Value>, TestCaseError> {
    let Loaded { scenario, sources, problems } = load("any.toml", text, overrides);
    let rendered = problems.render(&sources, false);
    prop_assert!(rendered.chars().all(|c| c == '\n' || !c.is_control()), "{rendered:?}");
    prop_assert_eq!(scenario.is_none(), problems.any_error());
    let again = load("any.toml", text, overrides);
    prop_assert_eq!(rendered, again.problems.render(&again.sources, false));
    let Some(scenario) = scenario else { return Ok(None) };
    let resolved = scenario.resolved.clone();
    prop_assert_eq!(&resolved, &again.scenario.ok_or_else(|| TestCaseError::fail("read once only"))?.resolved);
    if let Ok(world) = World::new(scenario) {
        // A draw may break what the typical values keep, but in words.
        (0..3).for_each(|number| _ = world.tables(Draw::Number { seed: 1, number }));
    }
    Ok(Some(resolved))
}

fn resolved(text: &str, overrides: &[&str]) -> serde_json::Value {
    let overrides: Vec<String> = overrides.iter().map(|&one| one.to_owned()).collect();
    let Loaded { scenario, sources, problems } = load("any.toml", text, &overrides);
    scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false))).resolved
}

#[test]
fn no_text_at_all_breaks_it() {
    check(2_000, &prop::collection::vec(any::<u8>(), 0..400), |bytes| {
        survives(&String::from_utf8_lossy(&bytes), &[]).map(|_| ())
    });
    check(2_000, &"\\PC{0,200}", |text| survives(&text, &[]).map(|_| ()));
}

#[test]
fn no_changed_scenario_breaks_it() {
    let loads = std::cell::Cell::new(0);
    check(3_000, &text(), |text| {
        loads.set(loads.get() + u32::from(survives(&text, &[])?.is_some()));
        Ok(())
    });
    // If hardly any loaded, the worlds would not have been tried.
    assert!(loads.get() > 300, "{}", loads.get());
}

#[test]
fn no_override_breaks_it() {
    let word = prop_oneof![
        prop::sample::select(
            &["channels", "email", "text", "open_rate", "segments", "young", "needs", "strategies", "ladder"][..]
        )
        .prop_map(str::to_owned),
        prop::sample::select(
            &["campaigns", "weekly", "cascade", "0", "after", "simulate", "low", "opt_in", "trigger", ""][..]
        )
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    let value = prop_oneof![
        prop::sample::select(TOKENS).prop_map(str::to_owned),
        "\\PC{0,12}",
        any::<f64>().prop_map(|x| format!("{x:e}"))
    ];
    let assignment = (prop::collection::vec(word, 0..6), prop_oneof!["=", "=", "=", "", "=="], value)
        .prop_map(|(key, equals, value)| format!("{}{equals}{value}", key.join(".")));
    check(1_500, &prop::collection::vec(assignment, 1..3), |overrides| survives(BASE, &overrides).map(|_| ()));
}

/// Keys of the base whose value may be any number within bounds, and what stands behind them there.
const SETTABLE: [(&str, &str, f64); 6] = [
    ("channels.email.delivery_rate", "delivery_rate = 0.98", 1.0),
    ("channels.text.cost_per_message", "cost_per_message = 0.07", 100.0),
    ("channels.shop.order_rate", "order_rate = 0.25", 0.8),
    ("segments.young.gross_margin", "gross_margin = 0.4", 1.0),
    ("campaigns.sale.intent", "intent = 1.5", 20.0),
    ("exchange.USD", "USD = 0.9", 10.0),
];

#[test]
fn an_override_is_as_good_as_the_file() {
    check(300, &(0..SETTABLE.len(), 0.001..1.0_f64), |(which, part)| {
        let (key, written, most) = SETTABLE[which];
        let value = part * most;
        let line = format!("{} = {value}", key.rsplit('.').next().unwrap_or(key));
        prop_assert_eq!(resolved(BASE, &[&format!("{key}={value}")]), resolved(&BASE.replacen(written, &line, 1), &[]));
        Ok(())
    });
    for (assignment, from, to) in [
        ("strategies.ladder.campaigns.weekly.cascade.1.after=2d", "\"24h\"", "\"2d\""),
        ("channels.email.billed_on=delivered", "delivery_rate", "billed_on = \"delivered\"\ndelivery_rate"),
        ("segments.young.entry={web=0.5,shop=0.5}", "{ web = 0.7, shop = 0.3 }", "{ web = 0.5, shop = 0.5 }"),
        ("start=2026-03-01", "2026-01-05", "2026-03-01"),
        ("simulate=1e6", "simulate = 4096", "simulate = 1_000_000"),
        ("name=Spring and summer", "Spring offers", "Spring and summer"),
        ("channels.email.open_rate.low=0.1", "low = 0.2", "low = 0.1"),
    ] {
        assert_eq!(resolved(BASE, &[assignment]), resolved(&BASE.replacen(from, to, 1), &[]), "{assignment}");
    }
}

/// A preset's values as a user would write them out: all lines between `[values]` and the first source.
fn values(preset: &str) -> &str {
    let start = preset.find("[values]\n").expect("values") + "[values]\n".len();
    &preset[start..preset.find("[sources").expect("sources")]
}

#[test]
fn a_preset_written_out_equals_the_preset() {
    let head = "name = \"p\"\ncurrency = \"USD\"\nstart = 2026-01-05\n";
    let presets = [
        ("channels", "email", include_str!("../../src/scenario/presets/email.toml"), ""),
        ("channels", "sms", include_str!("../../src/scenario/presets/sms.toml"), ""),
        ("channels", "mobile-push", include_str!("../../src/scenario/presets/mobile-push.toml"), ""),
        ("channels", "web", include_str!("../../src/scenario/presets/web.toml"), ""),
        ("channels", "app", include_str!("../../src/scenario/presets/app.toml"), ""),
        ("channels", "store", include_str!("../../src/scenario/presets/store.toml"), ""),
        ("segments", "retail", include_str!("../../src/scenario/presets/retail.toml"), "share = 1\n"),
    ];
    let by_name = presets.map(|(group, name, _, more)| format!("[{group}.{name}]\n{more}preset = \"{name}\"\n"));
    let by_hand = presets.map(|(group, name, preset, more)| format!("[{group}.{name}]\n{more}{}", values(preset)));
    assert_eq!(
        resolved(&format!("{head}{}", by_name.concat()), &[]),
        resolved(&format!("{head}{}", by_hand.concat()), &[])
    );
}
