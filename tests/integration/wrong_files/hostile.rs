//! Texts that want to do harm: to the terminal, the stack, the clock.

use insta::assert_snapshot;

use super::{BASE, edited, told};

#[test]
fn control_characters_are_shown_escaped() {
    let text = edited("goal = \"order\"", "goal = \"\\u001b[2Jorder\\u0000\\u202e\"");
    assert_snapshot!(told(&text, &[]), @r#"
    error: `campaigns.weekly.goal` must be "order" or { event = "click", within = "7d" }, found "\u{1b}[2Jorder\u{0}\u{202e}"
      --> offers.toml:48:8
       |
    48 | goal = "\u001b[2Jorder\u0000\u202e"
       |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: an event is order, click, reply or response
    "#);
}

#[test]
fn control_characters_in_a_name() {
    let text = edited("[channels.shop]", "[channels.\"sh\\u001bop\"]");
    assert_snapshot!(told(&text, &[]), @r#"
    error: a channel cannot be called `sh\u{1b}op`: it holds the invisible character U+001B
      --> offers.toml:28:11
       |
    28 | [channels."sh\u001bop"]
       |           ^^^^^^^^^^^^
       |
       = help: names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine
    "#);
}

#[test]
fn marks_of_direction_in_the_text() {
    let text = edited("[channels.shop]", "[channels.\"sh\u{202e}op\"]");
    assert_snapshot!(told(&text, &[]), @r#"
    error: a channel cannot be called `sh\u{202e}op`: it holds the invisible character U+202E
      --> offers.toml:28:11
       |
    28 | [channels."sh�op"]
       |           ^^^^^^^
       |
       = help: names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine
    "#);
}

#[test]
fn nul() {
    let text = edited("draws = 8", "draws = \0 8");
    assert_snapshot!(told(&text, &[]), @"
    error: this is neither a number nor text in quotes
     --> offers.toml:7:9
      |
    7 | draws = ␀ 8
      |         ^^^
    ");
}

#[test]
fn an_escape_in_the_text() {
    let text = edited("draws = 8", "draws = \u{1b}[31m8");
    let told = told(&text, &[]);
    assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
}

#[test]
fn an_empty_file() {
    assert_snapshot!(told("", &[]), @r#"
    error: the file lacks `name`
     --> offers.toml:1:1
      |
    1 |
      | ^
      |
      = help: write `name` as a string

    error: the file lacks `currency`
     --> offers.toml:1:1
      |
    1 |
      | ^
      |
      = help: write `currency` as a currency code of three capital letters such as "USD"

    error: the file lacks `start`
     --> offers.toml:1:1
      |
    1 |
      | ^
      |
      = help: write `start` as a date such as 2026-01-05
    "#);
}

#[test]
fn a_very_long_name() {
    let text = edited("[channels.shop]", &format!("[channels.{}]", "x".repeat(100_000)));
    let told = told(&text, &[]);
    assert!(told.contains("it has 100000 characters"), "{told}");
    assert!(told.len() < 5_000, "{}", told.len());
}

#[test]
fn no_depth_overflows_the_stack() {
    for (open, close) in [("[", "]"), ("{a=", "}"), ("[[", ""), ("a.", ""), ("{a.", "")] {
        let deep = open.repeat(100_000);
        let texts = [
            format!("x = {deep}1{}", close.repeat(100_000)),
            format!("{deep}x = 1"),
            format!("[{deep}x]\n"),
            format!("x = {deep}"),
        ];
        for text in texts {
            let told = told(&text, &[]);
            assert!(told.starts_with("error"), "{open}");
            assert!(told.len() < 50_000, "{open}: {}", told.len());
        }
    }
}

#[test]
fn a_large_file_is_read_and_a_huge_one_refused() {
    let comment = format!("# {}\n", "x".repeat(97));
    assert_eq!(told(&format!("{BASE}{}", comment.repeat(100_000)), &[]), "");
    assert_snapshot!(told(&comment.repeat(200_000), &[]), @"
    error: the file has 20000000 bytes; a scenario has at most 16777216
     --> offers.toml:1:1
      |
    1 |
      | ^
    ");
}

#[test]
fn more_segments_than_any_firm_has() {
    let many = (0..10_001).map(|i| format!("[segments.s{i}]\nshare = 0.0\n")).collect::<Vec<_>>().concat();
    assert_snapshot!(told(&format!("{BASE}{many}"), &[]), @"
    error: at most 10000 segments, found 10003
         --> offers.toml:20057:11
          |
    20057 | [segments.s9998]
          |           ^^^^^
    ");
}

#[test]
fn a_long_chain_of_strategies() {
    let chain = (0..900).map(|i| format!("[strategies.s{i}]\nextends = \"s{}\"\n", i + 1)).collect::<Vec<_>>().concat();
    let text = format!("{BASE}{chain}[strategies.s900]\nextends = \"ladder\"\n");
    assert_eq!(told(&text, &[]), "");
}

#[test]
fn as_many_segments_as_are_allowed() {
    let head = &BASE[..BASE.find("[segments.young]").expect("segments")];
    let many = (0..10_000).map(|i| format!("[segments.s{i}]\nshare = 0.0001\n")).collect::<Vec<_>>().concat();
    let told = told(&format!("{head}{many}"), &[]);
    assert!(told.starts_with("warning: the scenario has no strategy"), "{told}");
}
