//! The report: made again byte for byte, harmless whatever a scenario says, and every figure the same wherever it stands.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Place, UNCERTAIN};

/// Everything in a folder and below, byte for byte.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            all.extend(bytes(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
    all
}

/// A report of the small scenario, with options.
fn reported(place: &Place, options: &[&str]) -> BTreeMap<String, Vec<u8>> {
    place.run(&[&["compare", "offers.toml", "--report", "report", "--overwrite"], options].concat()).fine();
    bytes(&place.at("report"))
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("it is text")
}

fn summary(files: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&files["summary.json"]).expect("the summary is JSON")
}

fn sheet(summary: &Value, name: &str) -> Vec<Value> {
    summary["sheets"][name].as_array().unwrap_or_else(|| panic!("no sheet {name}")).clone()
}

#[test]
fn a_report_is_made_again_byte_for_byte() {
    for options in [&[][..], &UNCERTAIN[..]] {
        let place = Place::new();
        let first = reported(&place, &[options, &["--out", "results", "--threads", "1"]].concat());
        assert!(first.len() > 30 && first.contains_key("report.html") && first.contains_key("charts/retention.png"));
        let said = place.run(&["report", "results"]).fine();
        assert!(said.trim().ends_with("report.html"), "{said}");
        assert_eq!(bytes(&place.at("results/report")), first);
        assert_eq!(reported(&place, &[options, &["--threads", "3"]].concat()), first);
        let other = place.run(&["report", "results", "--baseline", "cascade", "--out", "other"]);
        assert!(other.fine().contains("other") && bytes(&place.at("other")) != first);
        // Asked for beside the answer, it changes nothing of it.
        let with = place.run(&[&["compare", "offers.toml", "--report", "again"], options].concat()).fine();
        assert_eq!(with, place.run(&[&["compare", "offers.toml"], options].concat()).fine());
    }
}

#[test]
fn the_command_in_the_page_makes_the_page_again() {
    let place = Place::new();
    let first = reported(&place, &[&UNCERTAIN[..], &["--seed", "5", "--strategy", "cascade"]].concat());
    let command = summary(&first)["command"].as_str().expect("a command").to_owned();
    fs::copy(place.at("offers.toml"), place.at("scenario.toml")).expect("a copy");
    // Split as a shell does: only single quotes are in use.
    let words: Vec<String> = command
        .split('\'')
        .enumerate()
        .flat_map(
            |(i, part)| if i % 2 == 1 { vec![part.to_owned()] } else { part.split(' ').map(str::to_owned).collect() },
        )
        .filter(|word| !word.is_empty())
        .collect();
    let words: Vec<&str> = words[1..].iter().map(String::as_str).chain(["--overwrite"]).collect();
    place.run(&words).fine();
    assert_eq!(bytes(&place.at("report")), first, "{command}");
}

/// Every number of a page: where it says that it comes from, its full value, and what is shown.
pub fn numbers(page: &str) -> Vec<(String, f64, String)> {
    let field = |tag: &str, name: &str| {
        let from = tag.find(&format!(" {name}=\"")).expect("the field is there") + name.len() + 3;
        tag[from..].split('"').next().unwrap_or_default().to_owned()
    };
    let tags = page.split("<data ").skip(1).map(|rest| {
        let (tag, rest) = rest.split_once('>').expect("the tag ends");
        let tag = format!(" {tag}");
        let shown = rest.split_once("</data>").expect("an end").0.to_owned();
        (field(&tag, "data-at"), field(&tag, "value").parse().expect("a number"), shown)
    });
    tags.collect()
}

/// A shown number read back: `−1 230.5 %`, `4.56 pp`.
pub fn read_back(shown: &str) -> f64 {
    match shown {
        "all draws" => return 1.0,
        "no draw" => return 0.0,
        _ => {}
    }
    let plain: String = shown.chars().filter(|c| !"\u{202f}\u{a0} +%p".contains(*c)).collect();
    let value: f64 = plain.replace('−', "-").parse().unwrap_or_else(|_| panic!("{shown} is no number"));
    if shown.contains('%') || shown.contains("pp") { value / 100.0 } else { value }
}

/// Holds every number of a page to the summary: the same value, and shown as that value to three digits.
pub fn hold(page: &str, summary: &Value) {
    let all = numbers(page);
    assert!(all.len() > 200, "{} numbers", all.len());
    for (at, value, shown) in all {
        let parts: Vec<&str> = at.split('/').collect();
        let [sheet, row, column] = parts[..] else { panic!("{at}") };
        let row: usize = row.parse().expect("a row");
        // Reading JSON may miss the last bit.
        let own = summary["sheets"][sheet][row][column].as_f64().unwrap_or(f64::NAN);
        assert!((own - value).abs() <= 1e-15 * value.abs(), "{at}: {own} {value}");
        // All or none of what may happen is more than anyone knows.
        if let Some(bound) = shown.strip_prefix("more than ") {
            assert!(value > read_back(bound), "{at}: {value} is shown as {shown}");
            continue;
        }
        if let Some(bound) = shown.strip_prefix("fewer than ") {
            assert!(value < read_back(bound), "{at}: {value} is shown as {shown}");
            continue;
        }
        assert!((read_back(&shown) - value).abs() <= 0.0051 * value.abs() + 1e-12, "{at}: {value} is shown as {shown}");
    }
}

#[test]
fn every_number_of_the_page_is_that_of_the_summary_and_of_the_tables() {
    for options in [&[][..], &UNCERTAIN[..]] {
        let place = Place::new();
        let files = reported(&place, options);
        let summary = summary(&files);
        hold(&text(&files, "report.html"), &summary);
        let dictionary = text(&files, "tables/dictionary.csv");
        for (name, rows) in summary["sheets"].as_object().expect("sheets") {
            let table = files[&format!("tables/{name}.csv")].clone();
            let mut reader = csv::Reader::from_reader(&table[..]);
            let head = reader.headers().expect("a head").clone();
            let rows = rows.as_array().expect("rows");
            let mut read = 0;
            for (record, row) in reader.records().zip(rows) {
                read += 1;
                for (column, cell) in head.iter().zip(&record.expect("a line")) {
                    let plain = match &row[column] {
                        Value::Null => String::new(),
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    assert_eq!(cell, plain, "{name} {column}");
                }
            }
            assert_eq!(read, rows.len());
            for column in &head {
                assert!(dictionary.contains(&format!("{name},{column},")), "{name} {column}");
            }
        }
        let answer = place.run(&[&["compare", "offers.toml", "--format", "json"], options].concat()).json();
        assert_eq!(answer["findings"], summary["findings"]);
        for row in sheet(&summary, "measures") {
            let of = |list: &Value, key: &str, name: &Value| {
                list.as_array().expect("a list").iter().find(|own| own[key] == *name).expect("it is there").clone()
            };
            let cell =
                of(&of(&answer["measures"], "measure", &row["measure"])["strategies"], "strategy", &row["strategy"]);
            assert_eq!(cell["estimate"]["value"], row["value"]);
            assert_eq!(cell["difference"]["estimate"]["interval"]["low"], row["difference_low"]);
        }
    }
}

#[test]
fn the_summary_is_what_its_schema_says() {
    let place = Place::new();
    let files = reported(&place, &UNCERTAIN);
    let (summary, schema): (Value, Value) =
        (summary(&files), serde_json::from_slice(&files["summary.schema.json"]).expect("JSON"));
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("summary.schema.json", schema).expect("the schema can be read");
    let index = compiler.compile("summary.schema.json", &mut schemas).expect("the schema is one");
    if let Err(error) = schemas.validate(&summary, index) {
        panic!("{error:#}");
    }
    for (key, wrong) in [("format", 2.into()), ("findings", Value::Null), ("zzz", 1.into())] {
        let mut changed = summary.clone();
        changed[key] = wrong;
        assert!(schemas.validate(&changed, index).is_err(), "{key}");
    }
    let mut changed = summary;
    changed["sheets"]["steps"][0]["sent"] = "many".into();
    assert!(schemas.validate(&changed, index).is_err());
}

/// What stands in a column of a sheet's rows.
fn column(rows: &[Value], name: &str) -> Vec<f64> {
    rows.iter().map(|row| row[name].as_f64().unwrap_or(f64::NAN)).collect()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * (1.0 + one.abs().max(other.abs()))
}

#[test]
fn the_sheets_agree_with_each_other() {
    let place = Place::new();
    let summary = summary(&reported(&place, &UNCERTAIN));
    let measures = sheet(&summary, "measures");
    let measure = |key: &str, strategy: &Value| {
        measures.iter().find(|row| row["measure"] == key && row["strategy"] == *strategy).expect("a measure").clone()
    };
    // Every curve ends in the measure at the horizon, interval included.
    let curves = sheet(&summary, "curves");
    let mut ends = 0;
    for row in curves.iter().filter(|row| row["week"] == 8) {
        let whole = measure(row["measure"].as_str().expect("a key"), &row["strategy"]);
        for end in ["value", "low", "high"] {
            let (curve, whole) = (row[end].as_f64().expect("a number"), whole[end].as_f64().expect("a number"));
            assert!(near(curve, whole), "{row} {whole}");
        }
        ends += 1;
    }
    assert!(ends > 20, "{ends}");
    for strategy in ["blast", "cascade", "none"].map(Value::from) {
        let of = |name: &str| -> Vec<Value> {
            sheet(&summary, name).into_iter().filter(|row| row["strategy"] == strategy).collect()
        };
        let (channels, steps, hops) = (of("channels"), of("steps"), of("hops"));
        let sum = |rows: &[Value], name: &str| column(rows, name).iter().sum::<f64>();
        let value = |key: &str| measure(key, &strategy)["value"].as_f64().expect("a value");
        for (name, key) in [("spend", "spend"), ("sent", "sent"), ("delivered", "delivered"), ("opt_outs", "opt_outs")]
        {
            assert!(near(sum(&channels, name), value(key)) && near(sum(&steps, name), value(key)), "{name}");
        }
        assert!(near(sum(&channels, "orders"), value("orders")) && near(sum(&channels, "journeys"), value("journeys")));
        for name in ["opened", "clicked", "contact_orders", "displaced_orders"] {
            assert!(near(sum(&channels, name), sum(&steps, name)), "{name}");
        }
        for step in &steps {
            let number = |name: &str| step[name].as_f64().expect("a number");
            let reasons = step.as_object().expect("a row").keys().filter(|name| name.starts_with("withheld_"));
            let reasons: Vec<&String> = reasons.collect();
            assert_eq!(reasons.len(), 16);
            let withheld: f64 = reasons.iter().map(|name| number(name)).sum();
            assert!(near(number("due"), number("sent") + withheld) && number("due") <= number("runs") + 1e-9);
        }
        // Every touch ends in an order, a hop, or by leaving; every journey ends once.
        let ended = |to: &str| sum(&hops.iter().filter(|row| row["to"] == to).cloned().collect::<Vec<_>>(), "times");
        assert!(near(ended("(orders)"), value("orders")));
        assert!(near(ended("(orders)") + ended("(leaves)"), value("journeys")));
        for from in ["web", "store"] {
            let own: Vec<Value> = hops.iter().filter(|row| row["from"] == from).cloned().collect();
            assert!(near(sum(&own, "share"), 1.0));
        }
    }
    let years = sheet(&summary, "years");
    for row in &years {
        let q: Vec<f64> =
            ["q05", "q25", "q50", "q75", "q95"].iter().map(|q| row[*q].as_f64().expect("a number")).collect();
        assert!(q.is_sorted() && q[0] < row["mean"].as_f64().expect("a mean"), "{row}");
    }
    assert_eq!(years.len(), 3 + 2 + 2);
}

#[test]
fn nothing_in_a_scenario_can_harm_the_page() {
    let place = Place::new();
    for (i, name) in [
        "<script>alert(1)</script>".to_owned(),
        "\\\" onmouseover=\\\"alert(1)".to_owned(),
        "</style><img src=https://example.invalid/x>".to_owned(),
        "x".repeat(200),
        "مرحبا שלום".to_owned(),
        "]]> <!-- --> &amp; {{ }} ${x}".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let scenario = crate::program::SCENARIO.replacen("Offers by SMS, or by e-mail first?", &name, 1);
        // The page also shows the file as it was written.
        let scenario = format!("# {name} {}\n{scenario}", "y".repeat(10_000));
        place.write("hostile.toml", &scenario);
        let folder = format!("report-{i}");
        place.run(&["compare", "hostile.toml", "--report", &folder]).fine();
        let files = bytes(&place.at(&folder));
        let page = text(&files, "report.html").to_lowercase();
        assert_eq!(page.matches("<script").count() + page.matches("<img").count() + page.matches("<iframe").count(), 0);
        assert_eq!(page.matches(" onmouseover=\"").count() + page.matches("javascript:").count(), 0);
        assert_eq!((page.matches("<style").count(), page.matches("</style").count()), (1, 1));
        // Nothing is loaded from anywhere.
        for word in ["src=", "@import", "url(", "<link", "<base", "<form", "srcset"] {
            let loads = page.replace(&name.to_lowercase(), "").replace("&lt;img src=", "");
            assert!(!loads.contains(word), "{word}");
        }
        for svg in files.iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|ending| ending == "svg")) {
            let text = String::from_utf8(svg.1.clone()).expect("text");
            assert!(
                !text.to_lowercase().contains("<script") && text.chars().all(|c| c >= ' ' || c == '\n'),
                "{}",
                svg.0
            );
        }
    }
}

#[test]
fn a_report_is_written_whole_or_not_at_all_and_over_nothing_else() {
    let place = Place::new();
    reported(&place, &["--out", "results"]);
    assert!(place.run(&["compare", "offers.toml", "--report", "report"]).refused().contains("exists already"));
    fs::create_dir(place.at("mine")).expect("a folder");
    fs::write(place.at("mine/thesis.txt"), "years of work").expect("a file");
    for options in [&[][..], &["--overwrite"]] {
        let run = [&["report", "results", "--out", "mine"], options].concat();
        assert!(place.run(&run).refused().contains("exists already"));
        assert!(place.at("mine/thesis.txt").is_file());
    }
    place.run(&["report", "results", "--out", "report", "--overwrite"]).fine();
    for (wrong, told) in [
        (&["report", "nowhere"][..], "no result folder"),
        (&["report", "offers.toml"], "no result folder"),
        (&["report"], "DIR"),
        (&["report", "results", "--baseline", "cascad"], "cascade"),
        (&["report", "results", "--out", "offers.toml"], "exists already"),
        (&["report", "results", "--out", "offers.toml/x"], "offers.toml"),
        (&["compare", "offers.toml", "--overwrite"], "--overwrite"),
        (&["run", "offers.toml", "--overwrite"], "--overwrite"),
        (&["compare", "offers.toml", "--report", "x", "--at-equal", "spend"], "--at-equal"),
        (&["run", "offers.toml", "--report", "x"], "--report"),
    ] {
        let said = place.run(wrong);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(said.err.contains(told) && !said.err.contains("panicked"), "{wrong:?}: {}", said.err);
    }
    assert!(!place.at("x").exists());
    let names = place.names();
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
}

/// A letter that hardly anyone can get, and of whom hardly anyone orders.
const RARE: &str = r#"
name = "Rare"
currency = "USD"
start = 2026-01-05
horizon = "56d"
retention_window = "28d"
simulate = 65_536
[channels.letter]
cost_per_message = 0.01
open_rate = 0.5
click_to_open_rate = 0.02
landing = "web"
[channels.web]
order_rate = 0.01
[segments.many]
share = 0.995
joined = { base = { age = "0d" } }
opt_in = { letter = 0.0 }
needs = { every = "30d" }
basket = { fixed = 500 }
gross_margin = 0.4
entry = { web = 1.0 }
hops = {}
[segments.few]
share = 0.005
joined = { base = { age = "0d" } }
opt_in = { letter = 1.0 }
needs = { every = "30d" }
basket = { fixed = 500 }
gross_margin = 0.4
entry = { web = 1.0 }
hops = {}
[campaigns.offer]
trigger = { every = "56d", at = "10:00" }
[strategies.letter.campaigns.offer]
blast = ["letter"]
"#;

#[test]
fn what_is_too_rare_to_see_is_allowed_for_everywhere() {
    let place = Place::new();
    place.write("rare.toml", RARE);
    let run = ["compare", "rare.toml", "--baseline", "none", "--report", "report"];
    place.run(&run).fine();
    let files = bytes(&place.at("report"));
    let summary = summary(&files);
    // Orders of the letter per customer of the segment × margin − its cost; none of them may be seen.
    let truth = 0.5 * 0.02 * 0.01 * 500.0 * 0.4 - 0.01;
    let segments = sheet(&summary, "segments");
    let few = |measure: &str| {
        let own = |row: &&Value| row["segment"] == "few" && row["measure"] == measure && row["strategy"] == "letter";
        segments.iter().find(own).expect("the segment is there").clone()
    };
    let end = |row: &Value, name: &str| row[name].as_f64().expect("a number");
    let profit = few("profit");
    assert!(end(&profit, "difference_low") < truth && truth < end(&profit, "difference_high"), "{profit}");
    // A customer more may have been kept.
    let retention = few("retention");
    assert!(end(&retention, "difference_low") < 0.0 && end(&retention, "difference_high") > 0.0, "{retention}");
    let measures = sheet(&summary, "measures");
    let of = |key: &str| {
        measures.iter().find(|row| row["measure"] == key && row["strategy"] == "letter").expect("a measure").clone()
    };
    assert!(of("profit")["relative_difference"].is_null());
    let curves = sheet(&summary, "curves");
    let last = curves
        .iter()
        .rfind(|row| row["measure"] == "incremental_profit" && row["strategy"] == "letter")
        .expect("a curve");
    for name in ["value", "low", "high"] {
        assert!(near(end(last, name), end(&of("incremental_profit"), name)), "{last}");
    }
    let page = text(&files, "report.html");
    for claim in ["clearly more", "clearly less", ": better in", ": worse in", "No difference in retention"] {
        assert!(!page.contains(claim), "{claim}");
    }
}

#[test]
fn the_same_strategy_twice_is_no_difference_in_any_title() {
    let place = Place::new();
    let twin = format!("{}[strategies.twin]\nextends = \"blast\"\n", crate::program::SCENARIO);
    place.write("twin.toml", &twin);
    place.run(&["compare", "twin.toml", "--strategy", "blast", "--strategy", "twin", "--report", "report"]).fine();
    let files = bytes(&place.at("report"));
    let page = text(&files, "report.html");
    assert!(page.contains("twin: the same in") && !page.contains("twin: unclear"), "a title");
    let years = sheet(&summary(&files), "years");
    assert!(years.iter().all(|row| !(row["strategy"] == "twin" && row["outcome"] == "difference")));
}
