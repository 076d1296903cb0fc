//! What is shown of an A/B test: every way of showing it says the same, nothing is hidden by rounding, and names that may
//! hold anything do no harm.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use channelmix::abtest::Analysis;
use channelmix::abtest::analysis::Call;
use channelmix::report::abtest::{Made, SHEETS, csv, json, markdown, page, schema, table};
use serde_json::Value;

use crate::report::{numbers, read_back};

#[path = "../../examples/abtest/samples.rs"]
mod samples;

pub static SAMPLES: LazyLock<Vec<(&'static str, Analysis)>> = LazyLock::new(samples::samples);

pub fn made() -> Made {
    Made {
        version: "0.0.0".to_owned(),
        command: "channelmix abtest analyze '<script>alert(2)</script>.csv'".to_owned(),
        data: "<img src=x>.csv, 12 rows".to_owned(),
        plan: Some("# </pre><script>alert(3)</script>\n".to_owned()),
    }
}

fn sample(name: &str) -> &'static Analysis {
    let found = SAMPLES.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("no sample {name}")).1
}

/// The rows of a sheet as its CSV has them.
fn rows(analysis: &Analysis, sheet: &str) -> Vec<BTreeMap<String, String>> {
    let text = csv(analysis, sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").clone();
    let row =
        |record: csv::StringRecord| head.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

#[test]
fn every_number_of_the_page_is_that_of_the_tables_as_far_as_it_is_shown() {
    for (name, analysis) in SAMPLES.iter() {
        let sheets: BTreeMap<&str, Vec<BTreeMap<String, String>>> =
            SHEETS.iter().map(|sheet| (*sheet, rows(analysis, sheet))).collect();
        let all = numbers(&page(analysis, &made()));
        assert!(all.len() > 20, "{name}: {} numbers", all.len());
        for (at, value, shown) in all {
            let parts: Vec<&str> = at.split('/').collect();
            let row: usize = parts[1].parse().expect("a row");
            let own: f64 = sheets[parts[0]][row][parts[2]].parse().unwrap_or_else(|_| panic!("{name}: {at}"));
            assert_eq!(own, value, "{name}: {at}");
            let digits: String = shown.chars().filter(|c| c.is_ascii_digit() || ".e-−".contains(*c)).collect();
            let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
            let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
            let power: i32 = exponent.replace('−', "-").parse().expect("an exponent");
            let unit = if shown.contains('%') || shown.contains("pp") { 0.01 } else { 1.0 };
            // Ends of an interval stand without the unit of its middle; 0 is what has no floating-point number.
            let of = |value: f64| (read_back(&shown.replace(['>', '<'], "")) - value).abs();
            let slack = 0.501 * 10_f64.powi(power - decimals) * unit + 0.005 * value.abs() + f64::MIN_POSITIVE;
            let bare = parts[2].contains("_ci_") && unit == 1.0;
            let near = of(value) <= slack || (bare && of(100.0 * value) <= slack);
            assert!(near, "{name}: {at}: {value} is shown as {shown}");
        }
    }
}

#[test]
fn a_terminal_of_80_columns_holds_everything_and_no_number_is_hidden() {
    for (name, analysis) in SAMPLES.iter() {
        let text = table(analysis);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        let first: String = text.lines().take(12).collect::<Vec<_>>().join(" ");
        let headline: Vec<&str> = analysis.verdict.headline.split(' ').take(3).collect();
        assert!(first.replace("  ", " ").contains(&headline.join(" ")), "{name}: {first}");
        for outcome in &analysis.results {
            let start: String = outcome.metric.chars().take(8).collect();
            assert!(text.contains(&start), "{name}: {start}");
        }
        for text in [text, markdown(analysis)] {
            for wrong in ["0.0000 ", " NaN", "inf ", "null", "95 % sure", "95% sure", "Some("] {
                assert!(!text.contains(wrong), "{name}: {wrong} in\n{text}");
            }
        }
    }
}

#[test]
fn what_decides_and_what_is_shown_agree() {
    for (name, analysis) in SAMPLES.iter() {
        let shown = rows(analysis, "results");
        let main: Vec<_> = shown.iter().filter(|row| row["analysis"] == "main").collect();
        assert_eq!(main.len(), analysis.results.len(), "{name}");
        for (row, outcome) in main.iter().zip(&analysis.results) {
            assert_eq!((&row["metric"], &row["treatment_arm"]), (&outcome.metric, &outcome.treatment), "{name}");
            let [low, high] =
                ["adjusted_ci_lower", "adjusted_ci_upper"].map(|end| row[end].parse::<f64>().expect("an end"));
            let clear = low > 0.0 || high < 0.0;
            assert_eq!(clear, outcome.call != Call::Unclear, "{name}: {row:?}");
            // The shown ends lie on the same sides of 0 as the exact ones.
            if !row["adjusted_rel_ci_lower"].is_empty() && !row["adjusted_rel_ci_upper"].is_empty() {
                let [low, high] = ["adjusted_rel_ci_lower", "adjusted_rel_ci_upper"]
                    .map(|end| row[end].parse::<f64>().expect("an end"));
                assert_eq!(clear, low > 0.0 || high < 0.0, "{name}: {row:?}");
            }
        }
    }
}

#[test]
fn a_withheld_verdict_says_so_in_words_everywhere() {
    let analysis = sample("failed");
    assert!(analysis.verdict.withheld);
    let text = table(analysis);
    assert!(
        text.contains("VERDICT WITHHELD")
            && text.contains("FAILED: sample ratio")
            && text.contains("not to be believed")
    );
    let page = page(analysis, &made());
    let heading = page.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next()).expect("a heading");
    assert!(heading.contains("Verdict withheld") && heading.contains("No verdict"), "{heading}");
    assert!(page.contains("not to be believed") && markdown(analysis).contains("**Verdict withheld.**"));
    let other = table(sample("clear"));
    assert!(!other.contains("WITHHELD") && !other.contains("FAILED") && other.contains("SHIP REMINDER"));
}

#[test]
fn what_has_no_lift_shows_none() {
    let analysis = sample("unbounded");
    let text = table(analysis);
    let line = text.lines().find(|line| line.starts_with("profit after costs")).expect("its line");
    assert!(line.contains('–') && !line.contains('%'), "{line}");
    assert!(text.contains("The lift of profit after costs is undefined"), "{text}");
    let noise = table(sample("many"));
    assert!(noise.contains("unbounded") && noise.contains("The lift of noise is unbounded"));
    // A chart in its own unit, and another of lifts.
    let page = page(analysis, &made());
    assert!(
        page.contains("difference in profit after costs from the control")
            && page.contains("lift: change against the control")
    );
}

#[test]
fn each_section_is_shown_where_there_are_data_for_it() {
    let has = |name: &str, section: &str| page(sample(name), &made()).contains(&format!("<section id=\"{section}\""));
    for (section, with, without) in [
        ("looks", "looks", "clear"),
        ("days", "clear", "rare"),
        ("segments", "clear", "looks"),
        ("covariates", "clear", "looks"),
        ("departures", "failed", "clear"),
    ] {
        assert!(has(with, section) && !has(without, section), "{section}");
    }
    for (name, _) in SAMPLES.iter() {
        for section in ["gates", "results", "power", "beliefs", "arms", "methods", "made"] {
            assert!(has(name, section), "{name}: {section}");
        }
    }
    let text = table(sample("looks"));
    assert!(text.contains("Look 3 of 5: |z| 2.61 against a boundary of 2.68."), "{text}");
    assert!(table(sample("huge")).contains("1.0e-29022"));
    assert!(table(sample("clear")).contains("Covariates save 63.5 % of the variance of revenue"));
}

#[test]
fn every_method_that_was_used_is_explained() {
    for (name, analysis) in SAMPLES.iter() {
        let page = page(analysis, &made());
        let methods = page.split("<section id=\"methods\"").nth(1).expect("an appendix");
        for outcome in &analysis.results {
            for method in [outcome.main.method, outcome.adjustment.method] {
                if method == "none" {
                    continue;
                }
                let said =
                    methods.split(&format!("<dt>{method}</dt>")).nth(1).unwrap_or_else(|| panic!("{name}: {method}"));
                let said = said.split("</dd>").next().unwrap_or_default();
                assert!(said.contains("Valid: ") && said.len() > 120, "{name}: {method}: {said}");
            }
        }
    }
}

#[test]
fn names_that_may_hold_anything_do_no_harm() {
    for (name, analysis) in SAMPLES.iter() {
        let page = page(analysis, &made());
        assert_eq!(
            page.matches("<script").count() + page.matches("<img").count() + page.matches("<iframe").count(),
            0,
            "{name}"
        );
        assert!(page.contains("default-src 'none'") && !page.contains("src=\"http"), "{name}");
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name}: an id stands twice");
        assert!(!markdown(analysis).contains("<script"), "{name}");
    }
}

#[test]
fn the_json_is_as_its_schema_says_and_everything_is_always_the_same() {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.set_default_draft(boon::Draft::V2020_12);
    compiler.add_resource("abtest.json", serde_json::from_str(&schema()).expect("a schema")).expect("a schema");
    let index = compiler.compile("abtest.json", &mut schemas).expect("a sound schema");
    let again = samples::samples();
    for ((name, analysis), (_, other)) in SAMPLES.iter().zip(&again) {
        let value: Value = serde_json::from_str(&json(analysis)).expect("JSON");
        schemas.validate(&value, index).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(value["format"], 1);
        assert_eq!(json(analysis), json(other), "{name}");
        assert_eq!(page(analysis, &made()), page(other, &made()), "{name}");
        assert_eq!(table(analysis), table(other), "{name}");
    }
    assert!(csv(sample("rare"), "nothing").is_none());
}
