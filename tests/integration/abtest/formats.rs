//! One test in all formats of data, and in all formats of the answer.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::Value;

use crate::program::Place;

/// Conversions, visits and spend of one unit, whole numbers that look like chance.
fn unit(i: u32) -> (&'static str, u32, u32, u32) {
    let hash = i.wrapping_mul(2_654_435_761) >> 7;
    let arm = ["control", "new", "newer"][(i % 3) as usize];
    let converted = u32::from(hash % 100 < 20 + 5 * (i % 3));
    (arm, converted, 1 + hash / 100 % 4, converted * (5 + hash / 400 % 60))
}

const UNITS: u32 = 900;
const ARMS: [&str; 3] = ["control", "new", "newer"];

fn day(i: u32) -> String {
    format!("2026-03-{:02}", 1 + i / 60)
}

/// One row per unit.
fn of_units() -> String {
    let mut text = "user_id,variant,exposed_at,converted,visits,spend\n".to_owned();
    for i in 0..UNITS {
        let (arm, converted, visits, spend) = unit(i);
        let _ = writeln!(text, "u{i},{arm},{},{converted},{visits},{spend}", day(i));
    }
    text
}

/// Totals by arm and day.
fn of_totals() -> String {
    let mut text = "variant,date,n,converted,spend,spend_sq,sum_s,sum_ss,sum_ys\n".to_owned();
    for date in 0..UNITS / 60 {
        for arm in ARMS {
            let all: Vec<_> = (date * 60..(date + 1) * 60).map(unit).filter(|unit| unit.0 == arm).collect();
            let sum = |of: fn(&(&str, u32, u32, u32)) -> u32| all.iter().map(of).sum::<u32>();
            let _ = writeln!(
                text,
                "{arm},{},{},{},{},{},{},{},{}",
                day(date * 60),
                all.len(),
                sum(|u| u.1),
                sum(|u| u.3),
                sum(|u| u.3 * u.3),
                sum(|u| u.2),
                sum(|u| u.2 * u.2),
                sum(|u| u.2 * u.3)
            );
        }
    }
    text
}

/// Exposures, and what happened.
fn of_events() -> (String, String) {
    let (mut exposures, mut outcomes) = ("user_id,variant,time\n".to_owned(), "user_id,time,event,value\n".to_owned());
    for i in 0..UNITS {
        let (arm, converted, visits, spend) = unit(i);
        let _ = writeln!(exposures, "u{i},{arm},{}T10:00:00", day(i));
        // Exposed again later, which counts no more.
        if i % 10 == 0 {
            let _ = writeln!(exposures, "u{i},{arm},{}T23:00:00", day(i));
        }
        let _ = writeln!(outcomes, "u{i},{}T09:59:59,spend,1000", day(i));
        for visit in 0..visits {
            let _ = writeln!(outcomes, "u{i},{}T11:00:0{visit},visits,1", day(i));
        }
        if converted == 1 {
            let _ = writeln!(outcomes, "u{i},{}T12:00:00,converted,1", day(i));
            // In two parts.
            let _ = writeln!(outcomes, "u{i},{}T12:00:00,spend,{}", day(i), spend - 2);
            let _ = writeln!(outcomes, "u{i},{}T12:00:01,spend,2", day(i));
        }
    }
    (exposures, outcomes)
}

fn place() -> Place {
    let place = Place::new();
    place.write("units.csv", &of_units());
    place.write("totals.csv", &of_totals());
    let (exposures, outcomes) = of_events();
    place.write("exposures.csv", &exposures);
    place.write("outcomes.csv", &outcomes);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(of_units().as_bytes()).expect("memory");
    std::fs::write(place.at("units.csv.gz"), packed.finish().expect("memory")).expect("there is room");
    place
}

fn analyse(place: &Place, more: &[&str]) -> Value {
    place.run(&[&["abtest", "analyze", "--format", "json", "--quiet"], more].concat()).json()
}

/// Numbers agree to 1e-12, everything else to the letter.
fn same(one: &Value, other: &Value, path: &str) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{path}");
            a.iter().zip(b.values()).for_each(|((key, a), b)| same(a, b, &format!("{path}/{key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| same(a, b, &format!("{path}/{i}")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{path}: {a} is not {b}");
        }
        _ => assert_eq!(one, other, "{path}"),
    }
}

#[test]
fn units_totals_and_events_of_one_test_say_the_same() {
    let place = place();
    for metric in ["converted:proportion", "spend:mean", "spend/visits:ratio"] {
        for valid in [
            &[][..],
            &["--any-time", "2000"][..],
            &["--alpha", "0.01", "--lower", metric.split(':').next().unwrap_or_default()][..],
        ] {
            let asked = [&["--metric", metric][..], valid].concat();
            let of = |data: &[&str]| analyse(&place, &[data, &asked].concat());
            let units = of(&["units.csv"]);
            let totals = of(&["totals.csv", "--totals"]);
            let events = of(&["exposures.csv", "--outcomes", "outcomes.csv"]);
            for part in ["results", "arms", "days", "beliefs", "units", "alpha", "valid_under"] {
                same(&units[part], &totals[part], &format!("{metric}: totals: {part}"));
                same(&units[part], &events[part], &format!("{metric}: events: {part}"));
            }
            assert_eq!(
                units["days"].as_array().map(Vec::len),
                Some(2 * (UNITS / 60) as usize),
                "days of two treatments"
            );
            same(&units["verdict"]["choices"], &totals["verdict"]["choices"], metric);
            same(&units["verdict"]["choices"], &events["verdict"]["choices"], metric);
        }
    }
}

/// Days as running totals are the same test as days alone.
#[test]
fn running_totals_say_the_same_as_those_of_each_day() {
    let place = place();
    let text = of_totals();
    let mut rows = text.lines();
    let mut running = format!("{}\n", rows.next().expect("a header"));
    let mut sums = vec![vec![0_u64; 7]; 3];
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let arm = ARMS.iter().position(|arm| *arm == fields[0]).expect("an arm");
        sums[arm].iter_mut().zip(&fields[2..]).for_each(|(sum, field)| *sum += field.parse::<u64>().expect("a number"));
        let sums: Vec<String> = sums[arm].iter().map(u64::to_string).collect();
        let _ = writeln!(running, "{},{},{}", fields[0], fields[1], sums.join(","));
    }
    place.write("running.csv", &running);
    let of = |data: &[&str]| analyse(&place, &[data, &["--metric", "spend/visits:ratio"]].concat());
    let (each, running) = (of(&["totals.csv", "--totals"]), of(&["running.csv", "--totals", "--cumulative"]));
    same(&each["results"], &running["results"], "results");
    same(&each["days"], &running["days"], "days");
}

#[test]
fn gzip_standard_input_and_repetition_give_the_same_bytes() {
    let place = place();
    let metrics =
        ["--metric", "converted:proportion", "--metric", "spend:mean", "--metric", "spend:p90", "--segment", "visits"];
    for format in ["table", "json", "markdown", "csv"] {
        let run = |data: &str| {
            place.run(&[&["abtest", "analyze", data, "--quiet", "--format", format], &metrics[..]].concat()).fine()
        };
        let plain = run("units.csv");
        assert!(!plain.is_empty());
        assert_eq!(run("units.csv.gz"), plain, "{format}");
        assert_eq!(run("units.csv"), plain, "{format}");
        let asked = [&["abtest", "analyze", "-", "--quiet", "--format", format], &metrics[..]].concat();
        assert_eq!(place.run_on(of_units().as_bytes(), &asked).fine(), plain, "{format}");
    }
    let page = |name: &str| {
        place
            .run(
                &[&["abtest", "analyze", "units.csv", "--quiet", "--report", name, "--overwrite"], &metrics[..]]
                    .concat(),
            )
            .fine();
        std::fs::read(place.at(name)).expect("a page")
    };
    assert_eq!(page("one.html"), page("one.html"));
    assert_eq!(page("one.html"), page("other.html"));
}

/// The order of rows, the names of columns and what separates them change nothing.
#[test]
fn how_a_file_is_written_changes_nothing() {
    let place = place();
    let metrics = ["--metric", "converted:proportion", "--metric", "spend:mean"];
    let of = |more: &[&str]| analyse(&place, &[more, &metrics].concat());
    let plain = of(&["units.csv"]);
    let text = of_units();
    let backwards: Vec<&str> = text.lines().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    let header = text.lines().next().expect("a header");
    place.write("backwards.csv", &format!("{header}\n{}\n", backwards.join("\n")));
    same(&plain, &of(&["backwards.csv"]), "backwards");
    for (name, separator) in [("semicolons.csv", ";"), ("tabs.csv", "\t")] {
        place.write(name, &text.replace(',', separator));
        assert_eq!(of(&[name]), plain, "{name}");
    }
    place.write("windows.csv", &format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(of(&["windows.csv"]), plain);
    place.write("named.csv", &text.replacen("user_id,variant,exposed_at", "wer,\"welche, Gruppe\",wann", 1));
    assert_eq!(of(&["named.csv", "--unit", "wer", "--variant", "welche, Gruppe", "--exposed-at", "wann"]), plain);
}
