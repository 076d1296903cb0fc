//! What a user types and what comes back, to the letter; and the README, which says so too.

use std::process::Command;

#[test]
fn commands_print_what_the_transcripts_say() {
    trycmd::TestCases::new().case("tests/transcripts/*.trycmd");
}

#[test]
fn the_readme_quotes_the_finding_that_its_command_prints() {
    let scenario = "scenarios/cascade-vs-blast.toml";
    let output = Command::new(env!("CARGO_BIN_EXE_channelmix")).args(["compare", scenario]).output().expect("runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = words(&std::fs::read_to_string("README.md").expect("README").replace("\n> ", " "));
    for finding in printed.lines().skip(2).take(2) {
        assert!(!finding.trim().is_empty());
        assert!(readme.contains(&words(finding)), "the README lacks:\n{finding}");
    }
}

/// Every scenario of the page is played: minutes.
#[test]
#[ignore = "slow: plays every scenario of the page in full"]
fn the_page_of_scenarios_quotes_the_findings_that_they_print() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = std::fs::read_to_string("docs/scenarios.md").expect("the page");
    let sections: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert!(sections.len() >= 10, "{}", sections.len());
    for section in sections {
        let (name, text) = section.split_once('\n').expect("a title");
        let text = words(&text.replace("\n> ", " "));
        // And whatever else it says that it quotes.
        let quoted = text.split('`').filter_map(|words| words.strip_prefix("channelmix attribute "));
        let asked = quoted.map(|words| format!("attribute {words}"));
        for command in std::iter::once(format!("compare scenarios/{name}.toml")).chain(asked) {
            assert!(command.contains(&format!("scenarios/{name}.toml")), "{command}");
            let output =
                Command::new(env!("CARGO_BIN_EXE_channelmix")).args(command.split(' ')).output().expect("runs");
            let printed = String::from_utf8(output.stdout).expect("UTF-8");
            let findings: Vec<&str> = printed.lines().skip(2).take_while(|line| !line.trim().is_empty()).collect();
            assert!(findings.len() >= 3, "{command}: {printed}");
            for finding in findings {
                assert!(text.contains(&words(finding)), "docs/scenarios.md lacks, of {command}:\n{finding}");
            }
        }
    }
}
