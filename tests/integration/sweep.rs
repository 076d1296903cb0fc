//! `compare --sweep`: every point is the plain comparison at its value, the best is found, and nonsense is refused.

use std::path::Path;

use serde_json::Value;

use super::program::{Place, SCENARIO, UNCERTAIN};

const EVERY: &str = "campaigns.offer.trigger.every";
const WAIT: &str = "strategies.cascade.campaigns.offer.cascade.1.after";
const PRICE: &str = "channels.sms.cost_per_message";

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The sweep as JSON.
fn sweep(place: &Place, arguments: &[&str]) -> Value {
    place.run(&[&["compare", "offers.toml", "--format", "json"], arguments].concat()).json()
}

/// The lines of a measure at a value under a strategy.
fn line<'a>(answer: &'a Value, value: &str, strategy: &str, measure: &str) -> &'a Value {
    let found = list(&answer["lines"])
        .iter()
        .find(|line| line["value_1"] == value && line["strategy"] == strategy && line["measure"] == measure);
    found.unwrap_or_else(|| panic!("no line of {measure} at {value} under {strategy}"))
}

/// Whether all lines of a sweep at a value say what the plain comparison says there.
fn is_plain(swept: &Value, value: &str, plain: &Value) {
    let mut compared = 0;
    for row in list(&plain["measures"]) {
        for cell in list(&row["strategies"]) {
            let line =
                line(swept, value, cell["strategy"].as_str().expect("a name"), row["measure"].as_str().expect("a key"));
            let estimate = &cell["estimate"];
            assert_eq!(line["value"], estimate["value"], "{line}");
            assert_eq!(line["low"], estimate["interval"]["low"], "{line}");
            assert_eq!(line["high"], estimate["interval"]["high"], "{line}");
            assert_eq!(line["monte_carlo_error"], estimate["monte_carlo_error"], "{line}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn every_point_is_the_plain_comparison_at_its_value() {
    let place = Place::new();
    let exact: &[&str] = &[];
    let uncertain: &[&str] = &[&UNCERTAIN[2..], &["--draws", "8"]].concat();
    // Of the world, of a campaign, of one strategy alone; with exact rates and with uncertain ones.
    for (key, values) in [(PRICE, ["0.01", "0.06"]), (EVERY, ["7d", "14d"]), (WAIT, ["6h", "48h"])] {
        for given in [exact, uncertain] {
            let argument = format!("{key}={}", values.join(","));
            let swept = sweep(&place, &[&["--sweep", &argument], given].concat());
            for value in values {
                let set = format!("{key}={value}");
                is_plain(&swept, value, &sweep(&place, &[&["--set", &set], given].concat()));
            }
        }
    }
}

#[test]
fn all_points_have_the_longest_tail_unless_the_file_sets_it() {
    let place = Place::new();
    place.write("offers.toml", &SCENARIO.replace("tail = \"0d\"", ""));
    let swept = sweep(&place, &["--sweep", &format!("{WAIT}=6h,7d")]);
    let notes = swept["notes"].to_string();
    assert!(notes.contains("--set tail=14d"), "{notes}");
    for value in ["6h", "7d"] {
        let set = format!("{WAIT}={value}");
        is_plain(&swept, value, &sweep(&place, &["--set", "tail=14d", "--set", &set]));
    }
    // The same messages are started at both: what differs is the wait alone.
    assert_eq!(line(&swept, "6h", "blast", "sent")["value"], line(&swept, "7d", "blast", "sent")["value"]);
    // Points whose plans are as long keep their own tail, which is then the same.
    let notes = sweep(&place, &["--sweep", &format!("{PRICE}=0.01,0.02")])["notes"].to_string();
    assert!(!notes.contains("tail"), "{notes}");
}

#[test]
fn the_order_of_values_and_the_number_of_threads_change_nothing() {
    let place = Place::new();
    for format in ["table", "json", "csv", "markdown"] {
        let told = |values: &str, threads: &str| {
            let argument = format!("{EVERY}={values}");
            let arguments =
                ["compare", "offers.toml", "--all", "--format", format, "--sweep", &argument, "--threads", threads];
            place.run(&arguments).fine()
        };
        let first = told("7d,14d,28d", "1");
        assert_eq!(first, told("28d,7d,14d", "2"));
        assert!(first.contains("28d"));
    }
    // Words stay as they were written; what is said of each is the same.
    let words = |values: &str| {
        let argument = format!("channels.sms.billed_on={values}");
        let mut lines = list(&sweep(&place, &["--sweep", &argument])["lines"]).to_vec();
        for line in &mut lines {
            line["point"] = Value::Null;
        }
        lines.sort_by_key(|line| line.to_string());
        lines
    };
    assert_eq!(words("sent,delivered"), words("delivered,sent"));
}

/// Three channels of which the second earns most: chance of a click × order rate × margin − cost is 0.23, 0.70 and 0.34 EUR a
/// message.
const PLANTED: &str = r#"
name = "Which channel?"
currency = "EUR"
start = 2026-01-05
horizon = "28d"
retention_window = "14d"
tail = "0d"
simulate = 8_192
[channels.cheap]
cost_per_message = 0.01
open_rate = 1.0
click_to_open_rate = 0.1
landing = "web"
[channels.right]
cost_per_message = 0.02
open_rate = 1.0
click_to_open_rate = 0.3
landing = "web"
[channels.dear]
cost_per_message = 0.50
open_rate = 1.0
click_to_open_rate = 0.35
landing = "web"
[channels.web]
order_rate = 0.2
[segments.all]
share = 1.0
joined = { base = { age = "0d" } }
opt_in = { cheap = 1.0, right = 1.0, dear = 1.0 }
needs = { every = "36500d" }
basket = { fixed = 40 }
gross_margin = 0.3
entry = { web = 1.0 }
hops = {}
[campaigns.offer]
trigger = { every = "28d", at = "10:00" }
displacement = 0.0
[strategies.offer.campaigns.offer]
blast = ["cheap"]
"#;

#[test]
fn a_planted_best_is_found() {
    let place = Place::new();
    place.write("offers.toml", PLANTED);
    let argument = r#"strategies.offer.campaigns.offer.blast=["dear"],["right"],["cheap"]"#;
    for seed in ["1", "2", "3"] {
        let answer = sweep(&place, &["--seed", seed, "--sweep", argument]);
        let of = |channel: &str| line(&answer, &format!("[\"{channel}\"]"), "offer", "incremental_profit");
        assert_eq!(of("right")["standing"], "best");
        for (channel, truth) in [("cheap", 0.23 - 0.70), ("dear", 0.34 - 0.70)] {
            let line = of(channel);
            assert_eq!(
                (&line["standing"], &line["standing_under_strategy"]),
                (&"clearly-worse".into(), &"clearly-worse".into())
            );
            let (low, high) = (number(&line["difference_from_best_low"]), number(&line["difference_from_best_high"]));
            // Three seeds, two channels: the widened intervals lack the truth once in more than twenty such tests.
            let room = 0.5 * (high - low);
            assert!(low - room < truth && truth < high + room, "{line} lacks {truth}");
        }
        let finding = answer["findings"][0].as_str().expect("a sentence");
        assert!(finding.starts_with("blast = [\"right\"] earns most under offer: "), "{finding}");
        assert!(finding.ends_with("everything else tried is clearly worse."), "{finding}");
    }
}

#[test]
fn a_price_costs_what_it_costs() {
    let place = Place::new();
    let answer = sweep(&place, &["--sweep", &format!("{PRICE}=0.07,0.06,0.04")]);
    for strategy in ["blast", "cascade"] {
        let at = |value: &str, measure: &str| line(&answer, value, strategy, measure).clone();
        // The same customers do the same, so that dearer messages are worse for sure, however few were played.
        let spend = |value: &str| number(&at(value, "spend")["value"]);
        for value in ["0.06", "0.07"] {
            let profit = at(value, "profit");
            let difference = number(&profit["difference_from_own_best"]);
            assert!((difference + spend(value) - spend("0.04")).abs() < 1e-9, "{profit}");
            assert_eq!(profit["standing_under_strategy"], "clearly-worse");
            assert_eq!(at(value, "orders")["standing_under_strategy"], "same");
        }
    }
    // Nothing is swept under none, and there is nothing to pay.
    assert_eq!(line(&answer, "0.07", "none", "profit")["standing_under_strategy"], "same");
}

#[test]
fn two_keys_make_every_pair() {
    let place = Place::new();
    let answer = sweep(&place, &["--sweep", &format!("{PRICE}=0.02,0.06"), "--sweep", &format!("{WAIT}=6h,24h,48h")]);
    let lines = list(&answer["lines"]);
    let profit = lines.iter().filter(|line| line["measure"] == "profit" && line["strategy"] == "cascade");
    let pairs: Vec<String> = profit.map(|line| format!("{}{}", line["value_1"], line["value_2"])).collect();
    let expected = [
        "\"0.02\"\"6h\"",
        "\"0.02\"\"24h\"",
        "\"0.02\"\"48h\"",
        "\"0.06\"\"6h\"",
        "\"0.06\"\"24h\"",
        "\"0.06\"\"48h\"",
    ];
    assert_eq!(pairs, expected);
    let plain = sweep(&place, &["--set", &format!("{PRICE}=0.06"), "--set", &format!("{WAIT}=24h")]);
    let cell = &plain["measures"][0]["strategies"][1];
    let point = lines.iter().find(|line| {
        line["measure"] == "profit"
            && line["strategy"] == "cascade"
            && line["value_1"] == "0.06"
            && line["value_2"] == "24h"
    });
    assert_eq!(point.expect("it is there")["value"], cell["estimate"]["value"]);
    // blast knows no wait: the pairs of one price are the same.
    let blast = lines
        .iter()
        .filter(|line| line["measure"] == "profit" && line["strategy"] == "blast" && line["value_1"] == "0.02");
    let standings: Vec<String> = blast.map(|line| line["standing_under_strategy"].to_string()).collect();
    assert_eq!(standings.iter().filter(|standing| *standing == "\"same\"").count(), 2, "{standings:?}");
}

#[test]
fn another_measure_decides_if_asked() {
    let place = Place::new();
    let every = format!("{EVERY}=7d,28d");
    let answer = sweep(&place, &["--measure", "spend", "--no-baseline", "--sweep", &every]);
    // Fewer messages cost less.
    assert_eq!(line(&answer, "28d", "cascade", "spend")["standing_under_strategy"], "best");
    // The fewest tried cost least, and still fewer may cost less; of a price that would be no news.
    let findings = |answer: &Value| answer["findings"].to_string();
    let told = findings(&answer);
    assert!(told.contains("so the best of all may lie above 28d"), "{told}");
    let told = findings(&sweep(&place, &["--sweep", &format!("{PRICE}=0.01,0.07")]));
    assert!(!told.contains("may lie"), "{told}");
    assert!(
        answer["findings"][0]
            .as_str()
            .expect("a sentence")
            .starts_with("Contact spend per customer is lowest at every = 28d")
    );
}

#[test]
fn what_cannot_be_swept_is_refused_and_nothing_is_played() {
    let place = Place::new();
    let refused = |arguments: &[&str], words: &[&str]| {
        // More than could be played in a minute.
        let told =
            place.run_at_once(&[&["compare", "offers.toml", "--simulate", "1e12"], arguments].concat()).refused();
        for word in words {
            assert!(told.contains(word), "{arguments:?}: no `{word}` in\n{told}");
        }
    };
    let many = format!("{PRICE}={}", (1..=65).map(|i| format!("0.{i:03}")).collect::<Vec<_>>().join(","));
    let price = format!("{PRICE}=0.01,0.02");
    let swept = |text: &str| ["--sweep".to_owned(), text.to_owned()];
    for (argument, words) in [
        (
            "channels.sms.cost_per_mesage=0.01,0.02",
            &["cost_per_mesage", "did you mean `cost_per_message`?", "--sweep:1"][..],
        ),
        ("channels.smss.cost_per_message=0.01,0.02", &["no channel `smss`", "--sweep:1"]),
        ("campaigns.ofer.trigger.every=3d,7d", &["no campaign `ofer`", "did you mean `offer`?", "--sweep:1"]),
        (
            "channels.sms.cost_per_message=0.01,cheap",
            &["cost_per_message", "\"cheap\"", "at channels.sms.cost_per_message=cheap"],
        ),
        ("campaigns.offer.trigger.every=7d,never", &["every", "\"never\"", "--sweep:1"]),
        ("strategies.cascade.campaigns.offer.cascade.7.after=6h,24h", &["no entry `7`"]),
        ("channels.sms.open_rate=0.5,1.5", &["1.5", "--sweep:1", "at channels.sms.open_rate=1.5"]),
        ("channels.sms.cost_per_message", &["there are no values", "KEY=VALUE,VALUE"]),
        ("channels.sms.cost_per_message=0.01", &["one value", "--set takes one"]),
        ("channels.sms.cost_per_message=0.01,", &["a value is empty"]),
        ("channels.sms.cost_per_message=0.01,0.010", &["`0.01` and `0.010` are the same value"]),
        ("campaigns.offer.trigger.every=24h,1d", &["`24h` and `1d` are the same value"]),
        ("strategies.blast.campaigns.offer.blast=[\"sms\",[\"email\"]", &["is not closed"]),
        ("strategies.blast.campaigns.offer.blast=[\"sms\"],[ \"sms\" ]", &["are the same scenario"]),
        ("seed=1,2", &["`seed` cannot be swept"]),
        ("simulate=2048,4096", &["`simulate` cannot be swept"]),
        (
            "strategies={ a = { campaigns = { offer = { blast = [\"sms\"] } } } },{ b = { campaigns = { offer = { blast = [\"sms\"] } } } }",
            &["other strategies"],
        ),
        (&many, &["65 points", "at most 64"]),
    ] {
        let argument = swept(argument);
        refused(&argument.each_ref().map(String::as_str), words);
    }
    refused(&["--sweep", &price, "--sweep", &price], &["is swept twice"]);
    refused(
        &["--sweep", &price, "--sweep", "channels.sms={ open_rate = 0.1 },{ open_rate = 0.2 }"],
        &["a part of the other"],
    );
    refused(
        &["--sweep", &price, "--sweep", "channels.email.open_rate=0.1,0.2", "--sweep", &format!("{EVERY}=7d,9d")],
        &["3 times"],
    );
    refused(&["--sweep", &price, "--set", &format!("{PRICE}=0.03")], &["also given by --set"]);
    refused(&["--sweep", &price, "--measure", "profitt"], &["no measure `profitt`", "did you mean `profit`?"]);
    refused(&["--sweep", &price, "--measure", "journeys"], &["neither more nor less"]);
    refused(&["--measure", "spend"], &["--sweep"]);
    for option in [&["--out", "x"][..], &["--precision", "0.1"], &["--at-equal", "spend"], &["--baseline", "blast"]] {
        refused(&[&["--sweep", &price], option].concat(), &["cannot be used with", option[0]]);
    }
    refused(&["--sweep", &price, "--overwrite"], &["nothing to replace"]);
    let told = place.run(&["compare", ".", "--sweep", &price]).refused();
    assert!(told.contains("one scenario file"), "{told}");
    // What is wrong in any case is told as without a sweep.
    place.write("offers.toml", &SCENARIO.replace("open_rate = 0.30", "open_rate = 3.0"));
    let told = place.run(&["compare", "offers.toml", "--sweep", &price]).refused();
    assert!(told.contains("offers.toml:") && !told.contains("--sweep"), "{told}");
    assert_eq!(place.names(), ["offers.toml"]);
}

/// All files below a folder with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.push((name, std::fs::read(entry.path()).expect("a file")));
        }
    }
    found.sort();
    found
}

#[test]
fn a_report_of_a_sweep_is_whole_and_the_same_for_any_number_of_threads() {
    let place = Place::new();
    let every = format!("{EVERY}=7d,14d,28d");
    let make = |folder: &str, threads: &str, more: &[&str]| {
        let arguments = ["compare", "offers.toml", "--sweep", &every, "--report", folder, "--threads", threads];
        place.run(&[&arguments[..], more].concat())
    };
    make("one", "1", &[]).fine();
    make("two", "2", &[]).fine();
    let (one, two) = (files(&place.at("one")), files(&place.at("two")));
    assert_eq!(one, two);
    let names: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "report.html",
        "summary.json",
        "summary.schema.json",
        "tables/sweep.csv",
        "tables/dictionary.csv",
        "charts/best-profit.svg",
        "charts/best-profit.png",
        "charts/retention.svg",
        "charts/cost-per-contact.svg",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let text = |wanted: &str| {
        let bytes = one.iter().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.clone());
        String::from_utf8(bytes.expect("it is there")).expect("text")
    };
    let page = text("report.html");
    assert!(page.contains("best") && page.contains("campaigns.offer.trigger.every (days)"));
    assert!(!page.contains(&place.path().to_string_lossy().into_owned()));
    // The table of the folder, the standard output and the summary say the same.
    let csv = place.run(&["compare", "offers.toml", "--sweep", &every, "--format", "csv"]).fine();
    assert_eq!(csv, text("tables/sweep.csv"));
    let summary: Value = serde_json::from_str(&text("summary.json")).expect("JSON");
    assert_eq!(list(&summary["sheets"]["sweep"]).len() + 1, csv.lines().count());
    // The command of the report makes it again.
    let command = summary["command"].as_str().expect("a command").replace("scenario.toml", "offers.toml");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let words: Vec<&str> = words.iter().map(|word| word.trim_matches('\'')).collect();
    place.run(&words).fine();
    assert_eq!(files(&place.at("report")), one);
    // And nothing is replaced unless that is said.
    let told = make("one", "1", &[]).refused();
    assert!(told.contains("exists already"), "{told}");
    make("one", "1", &["--overwrite"]).fine();
}

#[test]
fn a_report_over_two_keys_has_a_map_for_each_strategy() {
    let place = Place::new();
    let price = format!("{PRICE}=0.02,0.06");
    let wait = format!("{WAIT}=6h,24h");
    place.run(&["compare", "offers.toml", "--sweep", &price, "--sweep", &wait, "--report", "maps", "--quiet"]).fine();
    let names: Vec<String> = files(&place.at("maps")).into_iter().map(|(name, _)| name).collect();
    let maps = names.iter().filter(|name| name.starts_with("charts/best-profit-"));
    // As SVG and as PNG, for blast and for cascade; nothing is swept under none.
    assert_eq!(maps.count(), 4, "{names:?}");
}
