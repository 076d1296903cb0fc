//! What is shown of a certificate: every way of showing it says the same, verdicts stand in words, and what is not known is
//! not shown as a number.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use channelmix::abtest::certify::{Certificate, Kept};
use channelmix::report::certify::{Made, SHEETS, csv, headline, json, page, schema, table};
use serde_json::Value;

use crate::report::{numbers, read_back};

mod samples;

pub static SAMPLES: LazyLock<Vec<(&'static str, Certificate)>> = LazyLock::new(samples::samples);

pub fn made() -> Made {
    Made {
        version: "0.0.0".to_owned(),
        command: "channelmix abtest certify '<script>alert(2)</script>.toml' --plan plan.toml".to_owned(),
        data: "<img src=x>.toml, 2 000 000 customers".to_owned(),
        plan: Some("# </pre><script>alert(3)</script>\n".to_owned()),
    }
}

fn sample(name: &str) -> &'static Certificate {
    let found = SAMPLES.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("no sample {name}")).1
}

/// The rows of a sheet as its CSV has them.
fn rows(certificate: &Certificate, sheet: &str) -> Vec<BTreeMap<String, String>> {
    let text = csv(certificate, sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").clone();
    let row =
        |record: csv::StringRecord| head.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

#[test]
fn every_number_of_the_page_is_that_of_the_tables_as_far_as_it_is_shown() {
    for (name, certificate) in SAMPLES.iter().filter(|(name, _)| *name != "empty") {
        let sheets: BTreeMap<&str, Vec<BTreeMap<String, String>>> =
            SHEETS.iter().map(|sheet| (*sheet, rows(certificate, sheet))).collect();
        let all = numbers(&page(certificate, &made()));
        assert!(all.len() > 100, "{name}: {} numbers", all.len());
        for (at, value, shown) in all {
            let parts: Vec<&str> = at.split('/').collect();
            let row: usize = parts[1].parse().expect("a row");
            let own: f64 = sheets[parts[0]][row][parts[2]].parse().unwrap_or_else(|_| panic!("{name}: {at}"));
            assert_eq!(own, value, "{name}: {at}");
            let digits: String = shown.chars().filter(|c| c.is_ascii_digit() || ".e-−".contains(*c)).collect();
            let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
            let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
            let power: i32 = exponent.replace('−', "-").parse().expect("an exponent");
            let slack = |unit: f64, value: f64| {
                0.501 * 10_f64.powi(power - decimals) * unit + 0.005 * value.abs() + f64::MIN_POSITIVE
            };
            let unit = if shown.contains('%') || shown.contains("pp") { 0.01 } else { 1.0 };
            // Ends of an interval and errors stand without the unit of their middle.
            let bare = unit == 1.0 && ["_low", "_high", "_error"].iter().any(|end| parts[2].ends_with(end));
            let of = |value: f64| (read_back(&shown) - value).abs() <= slack(unit, value);
            assert!(of(value) || (bare && of(100.0 * value)), "{name}: {at}: {value} is shown as {shown}");
        }
    }
}

#[test]
fn the_terminal_answers_first_and_stays_narrow() {
    for (name, certificate) in SAMPLES.iter() {
        let text = table(certificate);
        let first: String = text.lines().take(5).collect::<Vec<_>>().join(" ");
        let headline = headline(certificate);
        let head: Vec<&str> = headline.split(' ').take(6).collect();
        assert!(first.starts_with(&head.join(" ")), "{name}: {first}");
        if *name != "hostile" {
            for line in text.lines() {
                assert!(line.chars().count() <= 120, "{name}: {line}");
            }
        }
        for wrong in ["NaN", "inf", "null", "Some(", "None"] {
            assert!(!text.contains(wrong), "{name}: {wrong} in\n{text}");
        }
        for promise in &certificate.promises {
            let words: Vec<&str> = promise.sentence.split(' ').take(2).collect();
            let begins = words.join(" ").replacen(words[0], &capital(words[0]), 1);
            let line = text.lines().find(|line| line.contains(&begins) && line.contains(promise.kept.name()));
            assert!(line.is_some(), "{name}: {} in\n{text}", promise.sentence);
        }
        for pitfall in &certificate.pitfalls {
            let verdict = match pitfall.kept {
                Kept::Fails => "goes wrong",
                Kept::Holds => "harmless",
                Kept::RunMore => "run more",
            };
            let line = text.lines().find(|line| line.contains(&format!("{}: ", pitfall.name)));
            assert!(line.is_some_and(|line| line.starts_with(&format!("  {verdict}"))), "{name}: {}", pitfall.name);
        }
    }
    let text = table(sample("looks"));
    for part in [
        "When it is looked at",
        "day 14, Sun 2026-01-18",
        "How right the results are",
        "What it finds in ordered",
        "worth finding",
        "What would go wrong",
        "Thompson sampling",
        "Tuesday    2026-02-17",
        "half within",
        "all agree",
        "harmless    another campaign: a sale runs across both arms – has false alarms",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let text = table(sample("arms"));
    assert!(text.contains("letter and call against today") && text.contains("48 agree"), "{text}");
    for part in ["Thompson", "weekday", "half within", "given up"] {
        assert!(!text.contains(part), "{part} in\n{text}");
    }
    assert!(!table(sample("fixed")).contains("ends, no effect"));
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[test]
fn the_headline_says_what_the_promises_say() {
    let said = |name: &str| headline(sample(name)).replace('\u{202f}', " ");
    assert_eq!(
        said("looks"),
        "This plan breaks a promise on customers like these: coverage of revenue 90.9 % instead of at least 95 %."
    );
    assert!(
        said("fixed").starts_with(
            "This plan keeps its promises on customers like these: false alarms 5.0 %, at most 5 %; power "
        )
    );
    assert_eq!(said("empty"), "This plan promises nothing that could be checked.");
    // Without what fails, what is open is told, and how many experiments would tell.
    let mut open = sample("looks").clone();
    open.promises.retain(|promise| promise.kept != Kept::Fails);
    let said = headline(&open).replace('\u{202f}', " ");
    assert!(
        said.starts_with("No promise of this plan is broken on customers like these: ")
            && said.contains("not decided yet (power ")
            && said.contains("would tell, of which 4 000 are run."),
        "{said}"
    );
    // As many as it names do tell, and no rounder number below does.
    let promise = open.promises.iter().find(|promise| promise.kept == Kept::RunMore).expect("one is open");
    let enough: u64 = said
        .split("About ")
        .nth(1)
        .and_then(|rest| rest.split(" experiments").next())
        .expect("a number")
        .replace(' ', "")
        .parse()
        .expect("a number");
    let kept = |experiments: u64| {
        let count = (promise.rate.share * experiments as f64).round() as u64;
        channelmix::abtest::certify::Rate::new(count, experiments).expect("some").at_least(promise.promised)
    };
    assert!(kept(enough) != Kept::RunMore && kept(enough / 3) == Kept::RunMore, "{enough}");
}

#[test]
fn a_verdict_stands_in_words_and_shapes_beside_its_sentence() {
    for (name, certificate) in SAMPLES.iter() {
        let page = page(certificate, &made());
        let own = page.split("<section id=\"promises\"").nth(1).and_then(|rest| rest.split("</section>").next());
        assert_eq!(own.is_some(), !certificate.promises.is_empty(), "{name}");
        let Some(own) = own else { continue };
        for (kept, shape) in [(Kept::Holds, "●"), (Kept::Fails, "✕"), (Kept::RunMore, "○")] {
            let promises = certificate.promises.iter().filter(|promise| promise.kept == kept).count();
            let badge = format!("<span aria-hidden=\"true\">{shape}</span> {}</span>", kept.name());
            assert_eq!(own.matches(&badge).count(), promises, "{name}: {badge}");
        }
        let word = certificate.kept().name();
        let heading = page.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next()).expect("a heading");
        assert!(heading.contains(word), "{name}: {heading}");
        // The verdict before a sentence is not repeated at its end.
        assert!(!own.contains(": holds") && !own.contains(": fails"), "{name}: {own}");
        assert!(!page.contains("harmless here") && !page.contains("5\u{a0}%: fails"), "{name}");
    }
}

#[test]
fn each_section_is_shown_where_there_is_something_for_it() {
    let has = |name: &str, section: &str| page(sample(name), &made()).contains(&format!("<section id=\"{section}\""));
    for (section, with, without) in [
        ("promises", &["looks", "arms", "fixed", "hostile"][..], &["empty"][..]),
        ("rates", &["looks", "arms", "fixed"], &["empty"]),
        ("durations", &["looks", "arms", "fixed"], &["empty"]),
        ("paths", &["looks", "arms", "fixed"], &["empty"]),
        ("power", &["looks", "arms", "fixed"], &["empty"]),
        ("exaggeration", &["looks", "arms", "fixed"], &["empty"]),
        ("coverage", &["looks", "arms", "fixed"], &["empty"]),
        ("pitfalls", &["looks", "arms"], &["fixed", "empty"]),
        ("weekdays", &["looks"], &["arms", "fixed", "empty"]),
        ("bandits", &["looks"], &["arms", "fixed", "empty"]),
        ("made", &["looks", "arms", "fixed", "empty"], &[]),
    ] {
        assert!(with.iter().all(|name| has(name, section)), "{section}");
        assert!(!without.iter().any(|name| has(name, section)), "{section}");
    }
    // As many charts as treatments; a test that is looked at once has no chart of when it ends.
    let page = |name: &str| page(sample(name), &made());
    assert!(page("arms").contains("power-2-title") && !page("looks").contains("power-2-title"));
    assert!(page("looks").contains("ends-title") && !page("fixed").contains("ends-title"));
    // What differs from the full analyses is marked.
    assert!(page("arms").contains("✕ differs") && !page("looks").contains("✕ differs"));
    assert!(page("looks").contains("days, mean") && !page("arms").contains("days, mean"));
}

#[test]
fn titles_tell_the_finding() {
    let page = page(sample("looks"), &made()).replace(['\u{202f}', '\u{a0}'], " ");
    let titles: Vec<&str> =
        page.split("<figcaption>").skip(1).filter_map(|rest| rest.split("</figcaption>").next()).collect();
    for title in [
        "Of 4 promises 2 hold, 1 fails, 1 is open",
        "With the customers' own effect half of the tests end by day 35, without one by day 14",
        "tests call a difference where there is none",
        "The effect worth finding (+5.45 %) is found in 84.4 % (83.2–85.5) of the tests; theory says",
        "times as large as they are",
        "Intervals of revenue hold the truth in 90.6 % of the tests rather than 95 %",
        "Sample ratio ignored: intervals that miss the truth in 61.0 % (60.0–62.0) of the tests rather than 5 %; 2 others go wrong too",
        "A test whose last customers come in on a Monday is off by +0.210 pp",
        "Thompson sampling 96 and UCB 118",
        "How often the wrong arm wins: fixed test 0.4 %",
    ] {
        assert!(titles.iter().any(|shown| shown.contains(title)), "{title} in {titles:#?}");
    }
}

#[test]
fn what_is_not_known_is_no_number() {
    for (name, certificate) in SAMPLES.iter() {
        let page = page(certificate, &made());
        let body = page.split("</style>").nth(1).expect("a body");
        for wrong in ["NaN", ">inf", "∞", "null"] {
            assert!(!body.contains(wrong), "{name}: {wrong}");
        }
        for sheet in SHEETS {
            let text = csv(certificate, sheet).expect("a sheet");
            assert!(!text.contains("NaN") && !text.contains("inf,"), "{name}: {sheet}");
        }
    }
    assert!(rows(sample("hostile"), "looks")[0]["boundary"].is_empty());
    assert!(rows(sample("hostile"), "metrics")[0]["bias"].is_empty());
    assert!(csv(sample("looks"), "nothing").is_none());
}

#[test]
fn the_sheets_hold_what_the_certificate_holds() {
    for (name, certificate) in SAMPLES.iter() {
        let count = |sheet: &str| rows(certificate, sheet).len();
        let steps: usize = certificate.paths.iter().map(|path| path.z.len()).sum();
        let known = [
            ("promises", certificate.promises.len()),
            ("looks", certificate.looks.len()),
            ("metrics", certificate.metrics.len()),
            ("power", certificate.power.len()),
            ("durations", certificate.durations.len()),
            ("pitfalls", certificate.pitfalls.len()),
            ("weekdays", certificate.weekdays.len()),
            ("paths", steps),
            ("bandits", certificate.bandits.len()),
        ];
        for (sheet, expected) in known {
            assert_eq!(count(sheet), expected, "{name}: {sheet}");
        }
        assert_eq!(known.map(|(sheet, _)| sheet), SHEETS);
    }
    let certificate = sample("looks");
    let number = |text: &String| text.parse::<f64>().expect("a number");
    for (row, line) in rows(certificate, "metrics").iter().zip(&certificate.metrics) {
        let shown = [
            "coverage",
            "coverage_without_effect_low",
            "coverage_at_all_looks_high",
            "above",
            "better",
            "worse_without_effect",
            "bias",
            "bias_high",
            "effect_size",
            "effect_error",
            "skewness",
        ];
        let held = [
            line.coverage.share,
            line.coverage_without_effect.low,
            line.coverage_at_all_looks.high,
            line.above.share,
            line.better.share,
            line.worse_without_effect.share,
            line.bias.value,
            line.bias.high,
            line.effect,
            line.effect_error,
            line.skewness.expect("it has one"),
        ];
        for (column, held) in shown.iter().zip(held) {
            assert_eq!(number(&row[*column]), held, "{column}");
        }
    }
    for (row, point) in rows(certificate, "power").iter().zip(&certificate.power) {
        let shown =
            ["part", "effect_size", "better_low", "worse", "theory", "bias_adjusted_low", "shipped", "units_high"];
        let held = [
            point.part,
            point.effect,
            point.better.low,
            point.worse.share,
            point.theory.expect("one"),
            point.bias_adjusted.expect("one").low,
            point.shipped.share,
            point.units.high,
        ];
        for (column, held) in shown.iter().zip(held) {
            assert_eq!(number(&row[*column]), held, "{column}");
        }
    }
    for (row, line) in rows(certificate, "bandits").iter().zip(&certificate.bandits) {
        assert_eq!(number(&row["regret"]), line.regret.value);
        assert_eq!(number(&row["to_best_high"]), line.to_best.high);
        assert_eq!(row["wrong_winner"].is_empty(), line.part == 0.0);
    }
    // A path ends with its call, and has none before.
    let paths = rows(certificate, "paths");
    assert_eq!(paths.iter().filter(|row| !row["call"].is_empty()).count(), certificate.paths.len());
}

#[test]
fn futility_lies_on_the_side_that_is_better() {
    // Where less is better, a path that is called better ends below: the line of giving up is mirrored.
    let heights = |certificate: &Certificate| {
        let page = page(certificate, &made());
        let paths = page
            .split("<section id=\"paths\"")
            .nth(1)
            .and_then(|rest| rest.split("</section>").next())
            .expect("paths")
            .to_owned();
        let dashed = paths.split("stroke-dasharray=\"6 4\"").nth(1).expect("a dashed line").to_owned();
        let points = dashed.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("points");
        points.split(' ').filter_map(|point| point.split(',').nth(1)?.parse::<f64>().ok()).collect::<Vec<f64>>()
    };
    let more = heights(sample("looks"));
    let mut less = sample("looks").clone();
    for path in &mut less.paths {
        path.z.iter_mut().for_each(|z| *z = -*z);
    }
    let less = heights(&less);
    assert!(more.len() == 4 && more[0] > more[3] && less[0] < less[3], "{more:?} {less:?}");
}

#[test]
fn names_that_may_hold_anything_do_no_harm() {
    for (name, certificate) in SAMPLES.iter() {
        let page = page(certificate, &made());
        assert_eq!(
            page.matches("<script").count() + page.matches("<img").count() + page.matches("<b>W").count(),
            0,
            "{name}"
        );
        assert!(page.contains("default-src 'none'") && !page.contains("src=\"http"), "{name}");
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name}: an id stands twice");
    }
}

#[test]
fn the_json_is_as_its_schema_says_and_everything_is_always_the_same() {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.set_default_draft(boon::Draft::V2020_12);
    compiler.add_resource("certify.json", serde_json::from_str(&schema()).expect("a schema")).expect("a schema");
    let index = compiler.compile("certify.json", &mut schemas).expect("a sound schema");
    let again = samples::samples();
    for ((name, certificate), (_, other)) in SAMPLES.iter().zip(&again) {
        let value: Value = serde_json::from_str(&json(certificate)).expect("JSON");
        schemas.validate(&value, index).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(value["format"], 1);
        assert_eq!(value["headline"].as_str(), Some(headline(certificate).as_str()));
        assert_eq!(value["promises"].as_array().map(Vec::len), Some(certificate.promises.len()));
        assert_eq!(json(certificate), json(other), "{name}");
        assert_eq!(page(certificate, &made()), page(other, &made()), "{name}");
        assert_eq!(table(certificate), table(other), "{name}");
    }
    // The schema is strict: what it does not know it refuses.
    let mut value: Value = serde_json::from_str(&json(sample("looks"))).expect("JSON");
    value["metrics"][0]["unknown"] = Value::Bool(true);
    assert!(schemas.validate(&value, index).is_err());
    assert_eq!(serde_json::from_str::<Value>(&json(sample("looks"))).expect("JSON")["kept"], "fails");
}
