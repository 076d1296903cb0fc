//! The program as its users meet it: what it answers, what it refuses and how, and that it never falls over.

use serde_json::Value;

use crate::program::{Place, SCENARIO, UNCERTAIN, said};

/// A refusal names what is wrong and says what to do, all of it on standard error.
#[test]
fn bad_input_is_refused_with_one_clear_message() {
    let place = Place::new();
    std::fs::create_dir(place.at("folder")).expect("there is room");
    place.write("broken.toml", "name = \"x\ncurrency");
    place.write("no-strategy.toml", &SCENARIO[..SCENARIO.find("[campaigns").expect("it is there")]);
    std::fs::write(place.at("latin-1.toml"), b"name = \"x\"\ncurrency = \"\xe9\"").expect("there is room");
    let few_per_draw = [&["compare", "offers.toml", "--simulate", "128", "--draws", "100"], &UNCERTAIN[..]].concat();
    let cases: [(&[&str], &[&str]); 32] = [
        (&["compare", "offers.toml", "--strategy", "blats"], &["no strategy `blats`", "blast, cascade, none"]),
        (&["run", "offers.toml", "--strategy", "cascade", "--strategy", ""], &["no strategy ``"]),
        (&["compare", "offers.toml", "--baseline", "blats"], &["no strategy `blats`", "blast, cascade, none"]),
        (
            &["compare", "offers.toml", "--baseline", "none", "--no-baseline"],
            &["`none` is not played", "blast, cascade"],
        ),
        (&["compare", "offers.toml", "--baseline", "blast", "--strategy", "cascade"], &["`blast` is not played"]),
        (&["compare", "offers.toml", "--strategy", "blast", "--no-baseline"], &["only one strategy"]),
        (&["compare", "offers.toml", "--at-equal", "spend", "--no-baseline"], &["--at-equal spend needs `none`"]),
        (&["compare", "offers.toml", "--at-equal", "revenue"], &["revenue", "spend"]),
        (&["compare", "no-strategy.toml", "--quiet"], &["only one strategy"]),
        (&["run", "no-strategy.toml", "--quiet", "--no-baseline"], &["nothing to play"]),
        (&["compare", "nowhere.toml"], &["nowhere.toml cannot be read"]),
        (&["run", "folder"], &["folder cannot be read"]),
        (&["check", "nowhere.toml"], &["nowhere.toml cannot be read"]),
        (&["compare", "folder"], &["folder is no result folder"]),
        (&["compare", "offers.toml", "folder"], &["folder stands behind a scenario file"]),
        (&["compare", "latin-1.toml"], &["latin-1.toml:2", "UTF-8"]),
        (&["compare", "broken.toml"], &["broken.toml:1"]),
        (&["compare", "offers.toml", "--set", "seed"], &["`key=value`", "--set"]),
        (&["compare", "offers.toml", "--set", "seed=\"many\""], &["seed"]),
        (&["compare", "offers.toml", "--set", "channels.sms.open_rate=1.2"], &["open_rate", "between 0 and 1"]),
        (&["compare", "offers.toml", "--set", "channels.smss.open_rate=0.2"], &["smss"]),
        (&["compare", "offers.toml", "--precision", "2"], &["between 0 and 1"]),
        (&["compare", "offers.toml", "--precision", "0"], &["between 0 and 1"]),
        (&["compare", "offers.toml", "--precision", "0.1", "--simulate", "5000"], &["--precision", "--simulate"]),
        (&["compare", "offers.toml", "--simulate", "5"], &["whole number, 128 or more"]),
        (&["compare", "offers.toml", "--simulate", "1e3.5"], &["whole number, 128 or more"]),
        (&few_per_draw, &["too few for 100 draws", "400"]),
        (&["compare", "offers.toml", "--draws", "20"], &["no input of this scenario is uncertain"]),
        (&["compare", "offers.toml", "--draws", "0"], &["--draws", "0"]),
        (&["compare", "offers.toml", "--threads", "0"], &["--threads", "0"]),
        (&["compare", "offers.toml", "--format", "xyz"], &["xyz", "table, json, csv, markdown"]),
        (&["compare", "offers.toml", "--overwrite"], &["--out"]),
    ];
    for (arguments, expected) in cases {
        let told = place.run_at_once(arguments).refused();
        for words in expected {
            assert!(told.contains(words), "{arguments:?} does not say {words:?}:\n{told}");
        }
    }
    // Nothing was written, not even half.
    assert_eq!(place.names(), ["broken.toml", "folder", "latin-1.toml", "no-strategy.toml", "offers.toml"]);
}

#[test]
fn without_a_command_it_says_how_it_is_used() {
    let place = Place::new();
    let bare = place.run::<&str>(&[]);
    assert!(bare.code == Some(2) && bare.out.is_empty() && bare.err.contains("Usage: channelmix"));
    for command in ["compare", "run", "trace", "check", "verify"] {
        assert!(place.run(&[command, "--help"]).fine().contains(&format!("Usage: channelmix {command}")));
    }
    assert!(place.run(&["--version"]).fine().contains(env!("CARGO_PKG_VERSION")));
    assert!(place.run(&["campare"]).refused().contains("compare"));
}

#[test]
fn warnings_go_to_standard_error_and_quiet_silences_them() {
    let place = Place::new();
    let odd = ["--set", "channels.sms.opt_out_rate=0.2", "--simulate", "128"];
    for command in ["compare", "run", "check"] {
        let odd = if command == "check" { &odd[..2] } else { &odd[..] };
        let loud = place.run(&[&[command, "offers.toml"], odd].concat());
        let quiet = place.run(&[&[command, "offers.toml", "--quiet"], odd].concat());
        assert!(loud.err.contains("warning") && loud.err.contains("opt-out"), "{}", loud.err);
        assert_eq!((loud.code, quiet.code, quiet.err.as_str()), (Some(0), Some(0), ""));
        assert_eq!(quiet.out, if command == "check" { String::new() } else { loud.out });
    }
    // What is sound gives no warning at all, and what is wrong is told in spite of --quiet.
    assert_eq!(place.run(&["check", "offers.toml"]).err, "");
    place.run(&["check", "offers.toml", "--quiet", "--set", "seed=-1"]).refused();
}

/// The keys of an answer, as users' scripts rely on them, and where a value may be missing (`null`).
fn holds(value: &Value, keys: &[&str], missing: &[&str]) {
    let object = value.as_object().expect("an object");
    assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    for (key, value) in object {
        assert!(!value.is_null() || missing.contains(&key.as_str()), "{key} is null");
    }
}

fn is_estimate(value: &Value) {
    holds(value, &["value", "interval", "monte_carlo_error", "noise_share"], &["noise_share"]);
    holds(&value["interval"], &["low", "high", "level"], &[]);
    let [low, point, high] = [&value["interval"]["low"], &value["value"], &value["interval"]["high"]].map(number);
    assert!(low <= point && point <= high && number(&value["monte_carlo_error"]) >= 0.0, "{value}");
}

fn number(value: &Value) -> f64 {
    let number = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!(number.is_finite());
    number
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn is_answer(answer: &Value, baseline: Option<&str>) {
    holds(answer, &["scenario", "findings", "setup", "measures", "hangs_on", "channels", "notes"], &[]);
    let setup =
        ["seed", "customers", "draws", "uncertain_inputs", "population", "days", "currency", "baseline", "equal_spend"];
    holds(&answer["setup"], &setup, &["baseline"]);
    assert_eq!(answer["setup"]["baseline"].as_str(), baseline);
    assert!(!list(&answer["findings"]).is_empty() && !list(&answer["notes"]).is_empty());
    for row in list(&answer["measures"]) {
        holds(row, &["measure", "name", "definition", "unit", "strategies"], &[]);
        for cell in list(&row["strategies"]) {
            holds(cell, &["strategy", "estimate", "difference"], &["estimate", "difference"]);
            if !cell["estimate"].is_null() {
                is_estimate(&cell["estimate"]);
            }
            let difference = &cell["difference"];
            if difference.is_null() {
                continue;
            }
            let keys = [
                "estimate",
                "relative",
                "probability_better",
                "share_of_years_better",
                "outcome_spread",
                "too_rare",
                "pairing_gain",
            ];
            holds(difference, &keys, &keys[1..]);
            is_estimate(&difference["estimate"]);
            for share in ["probability_better", "share_of_years_better"].map(|key| &difference[key]) {
                assert!(share.is_null() || (0.0..=1.0).contains(&number(share)));
            }
        }
    }
    for row in list(&answer["channels"]) {
        let keys = [
            "channel",
            "strategy",
            "sent_per_customer",
            "spend_per_customer",
            "delivery",
            "open",
            "click",
            "opt_out",
            "orders_per_customer",
            "attributed_orders_per_customer",
        ];
        holds(row, &keys, &[]);
        for rate in ["delivery", "open", "click", "opt_out"] {
            holds(&row[rate], &["stated", "realised"], &[]);
        }
    }
    for strategy in list(&answer["hangs_on"]) {
        holds(strategy, &["strategy", "inputs", "explained"], &[]);
        for input in list(&strategy["inputs"]) {
            let keys = ["input", "written_by", "share", "higher_favours", "switching"];
            holds(input, &keys, &["written_by", "higher_favours"]);
        }
    }
}

/// The value of a measure under a strategy.
fn estimate<'a>(answer: &'a Value, measure: &str, strategy: &str) -> &'a Value {
    let row = list(&answer["measures"]).iter().find(|row| row["measure"] == measure).expect("a measure");
    list(&row["strategies"]).iter().find(|cell| cell["strategy"] == strategy).expect("a strategy")
}

fn strategies(answer: &Value) -> Vec<&str> {
    list(&answer["measures"][0]["strategies"]).iter().filter_map(|cell| cell["strategy"].as_str()).collect()
}

#[test]
fn json_has_the_documented_keys_and_finite_numbers() {
    let place = Place::new();
    let json = ["--format", "json"];
    let compare = [&["compare", "offers.toml"], &json[..]].concat();
    let run = [&["run", "offers.toml"], &json[..]].concat();
    is_answer(&place.run(&run).json(), None);
    is_answer(&place.run(&[&run, &UNCERTAIN[..]].concat()).json(), None);
    is_answer(&place.run(&compare).json(), Some("blast"));
    let uncertain = place.run(&[&compare, &UNCERTAIN[..]].concat()).json();
    is_answer(&uncertain, Some("blast"));
    assert_eq!((&uncertain["setup"]["draws"], &uncertain["setup"]["uncertain_inputs"]), (&64.into(), &2.into()));
    assert_eq!(estimate(&uncertain, "profit", "cascade")["difference"]["estimate"]["interval"]["level"], 0.9);
    is_answer(&place.run(&[&compare, &["--at-equal", "spend"][..]].concat()).json(), Some("blast"));

    let alone = place.run(&[&compare, &["--no-baseline", "--baseline", "cascade"][..]].concat()).json();
    is_answer(&alone, Some("cascade"));
    assert_eq!(strategies(&alone), ["blast", "cascade"]);
    assert!(estimate(&alone, "incremental_profit", "blast")["estimate"].is_null(), "nothing is known of `none`");

    let against_none = place.run(&[&compare, &["--baseline", "none", "--strategy", "cascade"][..]].concat()).json();
    is_answer(&against_none, Some("none"));
    assert_eq!(strategies(&against_none), ["cascade", "none"]);
    let cell = estimate(&against_none, "profit", "cascade");
    let more = estimate(&against_none, "incremental_profit", "cascade");
    let off = number(&cell["difference"]["estimate"]["value"]) / number(&more["estimate"]["value"]) - 1.0;
    assert!(off.abs() < 1e-9, "the difference from `none` is what the strategy adds");

    let one_draw = place.run(&[&compare[..], &["--draws", "1"], &UNCERTAIN].concat()).json();
    is_answer(&one_draw, Some("blast"));
    assert_eq!(estimate(&one_draw, "profit", "cascade")["estimate"]["interval"]["level"], 0.95);
    assert!(one_draw["notes"][0].as_str().is_some_and(|note| note.contains("one draw")));
}

#[test]
fn json_holds_without_contacts_orders_or_deliveries() {
    let place = Place::new();
    let corners: [&[&str]; 4] = [
        &["--set", "channels.sms.delivery_rate=0", "--set", "channels.email.delivery_rate=0"],
        &["--set", "channels.web.order_rate=0", "--set", "channels.store.order_rate=0"],
        &["--set", "channels.sms.cost_per_message=0", "--set", "channels.email.cost_per_message=0"],
        &["--set", "channels.sms.open_rate=0", "--set", "channels.email.open_rate=0"],
    ];
    let uncertain = [&["--draws", "20"], &UNCERTAIN[..]].concat();
    for corner in corners {
        for question in [&["--simulate", "128"][..], &["--at-equal", "spend"], &["--baseline", "none"], &uncertain] {
            let answer = place
                .run(&[&["compare", "offers.toml", "--quiet", "--format", "json"], question, corner].concat())
                .json();
            for row in list(&answer["measures"]) {
                for cell in list(&row["strategies"]).iter().filter(|cell| !cell["estimate"].is_null()) {
                    is_estimate(&cell["estimate"]);
                }
            }
            for row in list(&answer["channels"]) {
                assert!(number(&row["sent_per_customer"]) > 0.0);
            }
            for format in ["table", "markdown", "csv"] {
                let text = place
                    .run(
                        &[&["compare", "offers.toml", "--quiet", "--all", "--format", format], question, corner]
                            .concat(),
                    )
                    .fine();
                assert!(!text.contains("NaN") && !text.contains("inf "), "{corner:?} {question:?}:\n{text}");
            }
        }
    }
}

#[test]
fn csv_has_the_same_numbers_as_json() {
    let place = Place::new();
    for options in [&[][..], &UNCERTAIN[..], &["--baseline", "none"], &["--no-baseline"]] {
        let json = place.run(&[&["compare", "offers.toml", "--format", "json"], options].concat()).json();
        let csv = place.run(&[&["compare", "offers.toml", "--format", "csv"], options].concat()).fine();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let rows: Vec<std::collections::HashMap<String, String>> =
            reader.deserialize().map(|row| row.expect("a row")).collect();
        let cells =
            list(&json["measures"]).iter().flat_map(|row| list(&row["strategies"]).iter().map(move |cell| (row, cell)));
        assert_eq!(cells.clone().count(), rows.len());
        let mut compared = 0;
        for ((row, cell), own) in cells.zip(&rows) {
            assert_eq!(
                (&row["measure"], &cell["strategy"]),
                (&own["measure"].clone().into(), &own["strategy"].clone().into())
            );
            let columns = [
                ("value", "/estimate/value"),
                ("low", "/estimate/interval/low"),
                ("high", "/estimate/interval/high"),
                ("level", "/estimate/interval/level"),
                ("monte_carlo_error", "/estimate/monte_carlo_error"),
                ("noise_share", "/estimate/noise_share"),
                ("difference", "/difference/estimate/value"),
                ("difference_low", "/difference/estimate/interval/low"),
                ("difference_high", "/difference/estimate/interval/high"),
                ("difference_monte_carlo_error", "/difference/estimate/monte_carlo_error"),
                ("relative_difference", "/difference/relative/value"),
                ("probability_better", "/difference/probability_better"),
                ("share_of_years_better", "/difference/share_of_years_better"),
                ("outcome_spread", "/difference/outcome_spread"),
                ("pairing_gain", "/difference/pairing_gain"),
            ];
            for (column, pointer) in columns {
                let expected = cell.pointer(pointer).and_then(Value::as_f64);
                let found = own[column].parse::<f64>().ok();
                // The last bit is lost to serde_json's quick way of reading numbers.
                let near = found
                    .zip(expected)
                    .is_none_or(|(found, expected)| (found - expected).abs() <= 1e-15 * expected.abs());
                assert!(
                    near && found.is_some() == expected.is_some(),
                    "{column} of {}: {found:?}, {expected:?}",
                    row["measure"]
                );
                compared += usize::from(expected.is_some());
            }
        }
        assert!(compared > 300, "only {compared} numbers");
    }
}

#[test]
fn the_same_strategy_under_two_names_makes_no_difference() {
    let place = Place::new();
    place.write("twins.toml", &format!("{SCENARIO}\n[strategies.twin]\nextends = \"blast\"\n"));
    for options in [&[][..], &UNCERTAIN[..], &["--at-equal", "spend", "--strategy", "blast", "--strategy", "twin"]] {
        let answer = place.run(&[&["compare", "twins.toml", "--format", "json"], options].concat()).json();
        for row in list(&answer["measures"]) {
            let twin = list(&row["strategies"]).iter().find(|cell| cell["strategy"] == "twin").expect("it is played");
            let blast = list(&row["strategies"]).iter().find(|cell| cell["strategy"] == "blast").expect("it is played");
            assert_eq!(twin["estimate"], blast["estimate"]);
            if blast["estimate"].is_null() {
                assert!(twin["difference"].is_null(), "what is undefined has no difference");
                continue;
            }
            let difference = &twin["difference"]["estimate"];
            for pointer in ["/value", "/interval/low", "/interval/high", "/monte_carlo_error"] {
                assert_eq!(
                    difference.pointer(pointer).and_then(Value::as_f64),
                    Some(0.0),
                    "{}{pointer}",
                    row["measure"]
                );
            }
        }
        let said = |finding: &Value| {
            finding.as_str().is_some_and(|text| text.starts_with("twin") && text.contains("makes no difference"))
        };
        assert!(list(&answer["findings"]).iter().any(said), "{}", answer["findings"]);
    }
}

#[test]
fn two_runs_print_the_same_bytes() {
    let place = Place::new();
    for format in ["table", "json", "csv", "markdown"] {
        let compare = [&["compare", "offers.toml", "--all", "--format", format], &UNCERTAIN[..]].concat();
        let first = place.run(&compare).fine();
        assert_eq!(place.run(&compare).fine(), first);
        assert_eq!(place.run(&[&compare[..], &["--threads", "1"]].concat()).fine(), first);
        assert_ne!(place.run(&[&compare[..], &["--seed", "12"]].concat()).fine(), first);
    }
}

#[test]
fn a_precision_is_reached_and_told() {
    let place = Place::new();
    for options in [&[][..], &["--strategy", "blast"], &["--baseline", "none"]] {
        let precise = [&["compare", "offers.toml", "--precision", "0.05", "--format", "json"], options].concat();
        let answer = place.run(&precise).json();
        let note = answer["notes"].as_array().and_then(|notes| notes.last()?.as_str()).unwrap_or_default();
        assert!(note.starts_with("Precision: ") && !note.contains("± 0 %"), "{note}");
        let baseline = answer["setup"]["baseline"].as_str().expect("it compares");
        let level = number(&estimate(&answer, "profit", baseline)["estimate"]["value"]);
        let other = strategies(&answer).into_iter().find(|name| *name != baseline).expect("there are two");
        let error = number(&estimate(&answer, "profit", other)["difference"]["estimate"]["monte_carlo_error"]);
        assert!(1.96 * error <= 0.05 * level * 1.001, "{error} of {level}");
    }
    let percent = place.run(&["compare", "offers.toml", "--precision", "5%"]).fine();
    assert_eq!(percent, place.run(&["compare", "offers.toml", "--precision", "0.05"]).fine());
}

#[test]
fn a_scenario_may_come_from_standard_input() {
    let place = Place::new();
    let compare = |file| ["compare", file, "--format", "json"];
    let from_file = place.run(&compare("offers.toml"));
    assert_eq!(place.run_on(SCENARIO.as_bytes(), &compare("-")), from_file);
    let wrong = place.run_on(b"name = 3", &compare("-")).refused();
    assert!(wrong.contains("-:1"), "{wrong}");
    place.run_on(b"", &compare("-")).refused();
    place.run_on(b"\xff\xfe", &compare("-")).refused();
}

#[test]
fn nobody_at_the_other_end_is_no_disaster() {
    let place = Place::new();
    let odd = ["--set", "channels.sms.opt_out_rate=0.2"];
    for arguments in
        [&["compare", "offers.toml", "--all", "--format", "json"][..], &["check", "offers.toml"], &["--help"]]
    {
        let arguments = if arguments.len() > 1 { [arguments, &odd].concat() } else { arguments.to_vec() };
        let mut child = place.command(&arguments).spawn().expect("it starts");
        drop(child.stdout.take());
        let alone = said(child);
        assert!(alone.code == Some(0) && !alone.err.contains("panicked"), "{arguments:?}: {}", alone.err);
        // Warnings that nobody reads do not keep the answer back.
        let mut child = place.command(&arguments).spawn().expect("it starts");
        drop(child.stderr.take());
        let alone = said(child);
        assert!(alone.code == Some(0) && !alone.out.is_empty(), "{arguments:?}: {:?}", alone.code);
    }
    let mut child = place.command(&["check", "nowhere.toml"]).spawn().expect("it starts");
    drop(child.stderr.take());
    assert_eq!(said(child).code, Some(2));
}

#[test]
fn every_shipped_scenario_passes_its_check() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let place = Place::new();
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("they are there").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let told = place.run(&["check".as_ref(), path.as_os_str()]).fine();
            assert!(told.contains("is sound") && told.contains("strategies"), "{}", path.display());
            checked += 1;
        }
    }
    assert!(checked >= 2);
}

#[test]
fn at_equal_spend_nobody_spends_more() {
    let place = Place::new();
    for options in [&[][..], &UNCERTAIN[..]] {
        let answer = place
            .run(&[&["compare", "offers.toml", "--at-equal", "spend", "--format", "json"], options].concat())
            .json();
        let cell = estimate(&answer, "spend", "cascade");
        let [own, cheapest] =
            [cell, estimate(&answer, "spend", "blast")].map(|cell| number(&cell["estimate"]["value"]));
        assert!((own / cheapest - 1.0).abs() < 1e-12, "{own} {cheapest}");
        for pointer in ["/value", "/interval/low", "/interval/high"] {
            assert_eq!(cell["difference"]["estimate"].pointer(pointer).and_then(Value::as_f64), Some(0.0));
        }
    }
}

/// What is made of other lines agrees with them, also where rates are uncertain.
#[test]
fn r23_quotients_agree_with_the_lines_that_they_are_made_of() {
    let place = Place::new();
    let many = ["--simulate", "65536", "--format", "json"];
    let answer = place.run(&[&["compare", "offers.toml"], &many[..], &UNCERTAIN].concat()).json();
    let value = |measure, strategy| number(&estimate(&answer, measure, strategy)["estimate"]["value"]);
    for strategy in ["blast", "cascade"] {
        let quotient = value("spend", strategy) / value("incremental_orders", strategy);
        let off = value("cost_per_incremental_order", strategy) / quotient - 1.0;
        assert!(off.abs() < 1e-12, "{strategy}: {off}");
    }
    for measure in ["cost_per_contact", "cost_per_incremental_order", "profit", "open_rate"] {
        let relative = number(&estimate(&answer, measure, "cascade")["difference"]["relative"]["value"]);
        let off = (1.0 + relative) / (value(measure, "cascade") / value(measure, "blast")) - 1.0;
        assert!(off.abs() < 1e-12, "{measure}: {off}");
    }
    let difference =
        number(&estimate(&answer, "cost_per_incremental_order", "cascade")["difference"]["estimate"]["value"]);
    let expected = ["cascade", "blast"].map(|strategy| value("cost_per_incremental_order", strategy));
    assert!((difference / (expected[0] - expected[1]) - 1.0).abs() < 1e-12);
}

/// Where messages bring nothing in some draw, nothing was bought at any price.
#[test]
fn r23_without_incremental_orders_they_have_no_cost() {
    let place = Place::new();
    let nothing = ["--set", "channels.web.order_rate=0", "--set", "segments.regulars.hops={}"];
    let text =
        place.run(&[&["compare", "offers.toml", "--set", "segments.occasional.hops={}"], &nothing[..]].concat()).out;
    let note =
        "blast, cascade: no cost per incremental order, for in some draw there are no more orders than under none.";
    assert!(text.contains(note), "{text}");
}

#[test]
fn several_times_as_much_is_not_said_in_percent() {
    let place = Place::new();
    place.write("mail.toml", &format!("{SCENARIO}\n[strategies.mail.campaigns.offer]\nblast = [\"email\"]\n"));
    let text = |price: &str| {
        let price = format!("channels.sms.cost_per_message={price}");
        place.run(&["compare", "mail.toml", "--baseline", "mail", "--set", &price]).out
    };
    assert!(text("0.003").contains("% more per contact than mail ("), "{}", text("0.003"));
    assert!(text("0.06").contains("times as much per contact as mail ("), "{}", text("0.06"));
}

#[test]
fn shares_stay_within_0_and_100_percent() {
    let place = Place::new();
    let few = ["--simulate", "300", "--format", "json"];
    let rare = ["--set", "segments.regulars.dropout={ after-order = 0.0 }", "--set", "channels.sms.opt_out_rate=0.001"];
    for options in [&UNCERTAIN[..], &rare] {
        let answer = place.run(&[&["compare", "offers.toml"], &few[..], options].concat()).json();
        let shares = list(&answer["measures"]).iter().filter(|row| row["unit"] == "share");
        for cell in shares.flat_map(|row| list(&row["strategies"])).filter(|cell| !cell["estimate"].is_null()) {
            let interval = &cell["estimate"]["interval"];
            assert!(number(&interval["low"]) >= 0.0 && number(&interval["high"]) <= 1.0, "{cell}");
        }
    }
}

/// What would tell is more than what did not.
#[test]
fn an_open_answer_never_asks_for_fewer_customers_than_were_played() {
    let place = Place::new();
    let mut open = 0;
    for seed in 1..=12 {
        let seed = seed.to_string();
        for options in [&[][..], &UNCERTAIN[..2]] {
            let few = ["compare", "offers.toml", "--simulate", "1500", "--format", "json", "--seed", &seed];
            let answer = place.run(&[&few[..], options].concat()).json();
            let finding = answer["findings"][0].as_str().expect("a sentence");
            let Some((_, asked)) =
                finding.split_once("about ").filter(|_| finding.contains("simulated customers would "))
            else {
                continue;
            };
            let asked = &asked[asked.rfind("about ").map_or(0, |at| at + 6)..];
            let digits: String = asked
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '\u{202f}')
                .filter(char::is_ascii_digit)
                .collect();
            let customers = answer["setup"]["customers"].as_f64().expect("a number");
            assert!(digits.parse::<f64>().expect("a number") > customers, "{finding}");
            open += 1;
        }
    }
    assert!(open > 0, "every answer was clear");
}

#[test]
fn a_difference_that_hardly_anyone_makes_is_no_verdict() {
    let place = Place::new();
    // One customer in a thousand can be reached on the second channel, and one in ten thousand of those will order: a
    // difference of some 140 in profit, which no simulation of this size sees, and a cost that every batch shows.
    place.write(
        "rare.toml",
        r#"name = "rare"
currency = "USD"
start = 2026-01-05
horizon = "56d"
retention_window = "28d"
population = 1_000_000
simulate = 65_536
[channels.mail]
cost_per_message = 0.01
open_rate = 0.2
click_to_open_rate = 0.1
landing = "web"
[channels.letter]
cost_per_message = 0.01
open_rate = 0.5
click_to_open_rate = 0.02
landing = "web"
[channels.web]
order_rate = 0.01
[segments.all]
share = 1.0
joined = { base = { age = "0d" } }
opt_in = { mail = 0.9, letter = 0.001 }
needs = { every = "30d" }
basket = { fixed = 500 }
gross_margin = 0.4
entry = { web = 1.0 }
hops = {}
[campaigns.offer]
trigger = { every = "56d", at = "10:00" }
[strategies.plain.campaigns.offer]
blast = ["mail"]
[strategies.both.campaigns.offer]
blast = ["mail", "letter"]
[strategies.letter.campaigns.offer]
blast = ["letter"]
"#,
    );
    for seed in ["1", "2", "3"] {
        let answer = place.run(&["compare", "rare.toml", "--format", "json", "--seed", seed]).json();
        let profit = &list(&answer["measures"])[0];
        let both = list(&profit["strategies"]).iter().find(|cell| cell["strategy"] == "both").expect("it is played");
        let difference = &both["difference"];
        assert_eq!(difference["too_rare"], Value::Bool(true));
        assert!(difference["share_of_years_better"].is_null());
        // Orders of the letter per customer × margin − its cost.
        let truth = 0.001 * (0.5 * 0.02 * 0.01 * 500.0 * 0.4 - 0.01);
        let interval = &difference["estimate"]["interval"];
        assert!(number(&interval["low"]) < truth && truth < number(&interval["high"]), "{interval} lacks {truth}");
        // The letter alone differs as little from nothing.
        let incremental = list(&answer["measures"]).iter().find(|row| row["measure"] == "incremental_profit");
        let letter =
            list(&incremental.expect("it is there")["strategies"]).iter().find(|cell| cell["strategy"] == "letter");
        let interval = &letter.expect("it is played")["estimate"]["interval"];
        assert!(number(&interval["low"]) < truth && truth < number(&interval["high"]), "{interval} lacks {truth}");
        let finding =
            list(&answer["findings"]).iter().filter_map(Value::as_str).find(|words| words.starts_with("both"));
        let finding = finding.expect("a sentence");
        assert!(finding.contains("too few customers order differently"), "{finding}");
    }
    // And no precision is claimed for what was not seen: waves go on until it is.
    let answer = place.run(&["compare", "rare.toml", "--format", "json", "--precision", "0.5"]).json();
    let customers = answer["setup"]["customers"].as_f64().expect("a number");
    assert!(customers > 4.0 * 65_536.0, "{customers}");
}

#[test]
fn journeys_that_never_end_are_refused() {
    let place = Place::new();
    let leaveless = ["--set", "channels.web.order_rate=0", "--set", "channels.store.order_rate=0"];
    // For ever, nearly for ever, and only where a click lands.
    for hops in ["{ store = 1.0 }", "{ store = 0.99999 }"] {
        let web = format!("segments.occasional.hops.web={hops}");
        let round = ["check", "offers.toml", "--set", &web, "--set", "segments.occasional.hops.store={ web = 1.0 }"];
        let told = place.run_at_once(&[&round[..], &leaveless].concat()).refused();
        assert!(told.contains("hops on for ever") && told.contains("`occasional`"), "{told}");
    }
    let entry = ["--set", "segments.occasional.entry={ web = 0.0, store = 1.0 }", "--set", "channels.web.order_rate=0"];
    let landing =
        ["check", "offers.toml", "--set", "segments.occasional.hops={ web = { store = 1.0 }, store = { web = 0.7 } }"];
    // A chance to order on the way ends it.
    place.run(&[&landing[..], &entry].concat()).fine();
}
