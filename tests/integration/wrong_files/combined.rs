//! Several mistakes: all are told, each once.

use insta::assert_snapshot;

use super::{edited, told};

#[test]
fn all_are_told() {
    let text = edited("share = 0.6", "share = 60")
        .replace("currency = \"EUR\"", "currency = \"Euro\"")
        .replace("after = \"24h\"", "after = \"1 day after\"")
        .replace("entry = {", "entries = {");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn hundreds_are_counted() {
    let many: String = (0..300).map(|i| format!("key{i} = {i}\n")).collect();
    let text = edited("name = ", &format!("{many}name = "));
    let told = told(&text, &[]);
    assert_eq!(told.matches("error: ").count(), 25);
    assert!(told.ends_with("… and 275 more\n\n"));
}
