//! Places: tabs, other alphabets, line ends, inherited and preset values.

use insta::assert_snapshot;

use super::{BASE, edit, edited, told};

#[test]
fn after_tabs() {
    assert_snapshot!(edit("delivery_rate = 0.98", "	delivery_rate =	15"), @"");
}

#[test]
fn after_other_alphabets() {
    assert_snapshot!(edit("weekly = { cascade", r#""Frühstück 早餐" = { cascade"#), @"");
}

#[test]
fn in_a_file_with_carriage_returns() {
    let text = edited("delivery_rate = 0.98", "delivery_rate = 15").replace('\n', "\r\n");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn after_a_byte_order_mark() {
    let text = format!("\u{feff}{}", edited("name =", "title ="));
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn of_an_inherited_value() {
    assert_snapshot!(edit("send = \"text\"", "send = \"sms\""), @"");
}

#[test]
fn of_a_preset_value() {
    // What the preset says of hops and what the file says of orders do not go together.
    let text = edited("order_rate = 0.03", "order_rate = 0.99")
        .replace("[channels.shop]", "[channels.store]")
        .replace("shop", "store");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn nothing_is_wrong_with_a_byte_order_mark_or_carriage_returns() {
    assert_eq!(told(&format!("\u{feff}{BASE}"), &[]), "");
    assert_eq!(told(&BASE.replace('\n', "\r\n"), &[]), "");
}
