//! Texts that want to do harm: to the terminal, the stack, the clock.

use insta::assert_snapshot;

use super::{BASE, edited, told};

#[test]
fn control_characters_are_shown_escaped() {
    let text = edited("goal = \"order\"", "goal = \"\\u001b[2Jorder\\u0000\\u202e\"");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn control_characters_in_a_name() {
    let text = edited("[channels.shop]", "[channels.\"sh\\u001bop\"]");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn marks_of_direction_in_the_text() {
    let text = edited("[channels.shop]", "[channels.\"sh\u{202e}op\"]");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn nul() {
    let text = edited("draws = 8", "draws = \0 8");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn an_escape_in_the_text() {
    let text = edited("draws = 8", "draws = \u{1b}[31m8");
    let told = told(&text, &[]);
    assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
}

#[test]
fn an_empty_file() {
    assert_snapshot!(told("", &[]), @"");
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
    assert_snapshot!(told(&comment.repeat(200_000), &[]), @"");
}

#[test]
fn more_segments_than_any_firm_has() {
    let many: String = (0..10_001).map(|i| format!("[segments.s{i}]\nshare = 0.0\n")).collect();
    assert_snapshot!(told(&format!("{BASE}{many}"), &[]), @"");
}

#[test]
fn a_long_chain_of_strategies() {
    let chain: String = (0..900).map(|i| format!("[strategies.s{i}]\nextends = \"s{}\"\n", i + 1)).collect();
    let text = format!("{BASE}{chain}[strategies.s900]\nextends = \"ladder\"\n");
    assert_eq!(told(&text, &[]), "");
}
