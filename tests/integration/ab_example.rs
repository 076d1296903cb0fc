//! The example of an A/B test: its files are what the program makes, and the commands of its pages find what they say.

use std::io::Read;
use std::process::Command;

#[path = "../../examples/abtest_data.rs"]
#[expect(dead_code, reason = "the example's own main writes the files")]
mod abtest_data;

fn channelmix(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_channelmix")).args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The commands of the example's pages, those that begin with the program, each in one line.
fn commands(page: &str) -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(page).expect("it can be read").replace("\\\n", " ");
    let lines = page.lines().map(str::trim).filter(|line| line.starts_with("channelmix abtest"));
    lines.map(|line| line.split_whitespace().skip(1).map(str::to_owned).collect()).collect()
}

#[test]
fn the_data_are_those_that_the_example_makes() {
    let made = abtest_data::files().expect("it runs");
    let mut customers = String::new();
    let packed = std::fs::File::open("examples/abtest/customers.csv.gz").expect("it ships");
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut customers).expect("it is gzip");
    assert!(customers == made.customers, "cargo run --release --example abtest_data makes other customers");
    assert_eq!(std::fs::read_to_string("examples/abtest/totals.csv").expect("it ships"), made.totals);
}

#[test]
fn the_plan_is_the_one_that_its_command_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.toml");
    let commands = commands("examples/abtest/README.md");
    let plan = commands.iter().find(|words| words[1] == "plan").expect("the page has it");
    let written = path.to_str().expect("UTF-8");
    let words: Vec<&str> =
        plan.iter().map(|word| if word == "examples/abtest/plan.toml" { written } else { word }).collect();
    channelmix(&words);
    let shipped = std::fs::read_to_string("examples/abtest/plan.toml").expect("it ships");
    assert_eq!(std::fs::read_to_string(&path).expect("it is written"), shipped);
}

#[test]
fn the_pages_quote_what_the_example_finds() {
    let text = channelmix(&[
        "abtest",
        "analyze",
        "examples/abtest/customers.csv.gz",
        "--plan",
        "examples/abtest/plan.toml",
        "--until",
        "2026-03-04",
        "--segment",
        "segment",
        "--format",
        "json",
        "--quiet",
    ]);
    let analysis: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let headline = analysis.pointer("/verdict/headline").and_then(serde_json::Value::as_str).expect("a headline");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for page in ["README.md", "docs/abtest.md"] {
        let text = words(&std::fs::read_to_string(page).expect("it can be read").replace("\n> ", " "));
        assert!(text.contains(&words(headline)), "{page} lacks:\n{headline}");
    }
    assert_eq!(analysis["departures"].as_array().map(Vec::len), Some(0));
}
