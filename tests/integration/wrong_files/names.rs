//! Names that do not exist, and names that cannot be.

use insta::assert_snapshot;

use super::edit;

#[test]
fn unknown_preset() {
    assert_snapshot!(edit(r#"preset = "sms""#, r#"preset = "sns""#), @"");
}

#[test]
fn preset_of_the_wrong_kind() {
    assert_snapshot!(edit(r#"preset = "sms""#, r#"preset = "retail""#), @"");
}

#[test]
fn preset_that_is_no_name() {
    assert_snapshot!(edit(r#"preset = "sms""#, "preset = 3"), @"");
}

#[test]
fn channel_in_opt_in() {
    assert_snapshot!(edit("opt_in = { email", "opt_in = { e-mail"), @"");
}

#[test]
fn channel_without_messages_in_opt_in() {
    assert_snapshot!(edit("opt_in = { email = 0.9,", "opt_in = { email = 0.9, web = 0.5,"), @"");
}

#[test]
fn channel_in_a_step() {
    assert_snapshot!(edit(r#"send = "text""#, r#"send = "txt""#), @"");
}

#[test]
fn channel_without_messages_in_a_step() {
    assert_snapshot!(edit(r#"send = "text""#, r#"send = "web""#), @"");
}

#[test]
fn channel_in_a_blast() {
    assert_snapshot!(edit(r#"["email", "text"]"#, r#"["email", "sms"]"#), @"");
}

#[test]
fn channel_in_a_mix() {
    assert_snapshot!(edit("text = 0.3 }", "tetx = 0.3 }"), @"");
}

#[test]
fn channel_where_a_click_lands() {
    assert_snapshot!(edit(r#"landing = "web""#, r#"landing = "wbe""#), @"");
}

#[test]
fn channel_of_entry() {
    assert_snapshot!(edit("entry = { web", "entry = { wbe"), @"");
}

#[test]
fn channel_of_hops() {
    assert_snapshot!(edit("hops = { web = { shop = 0.1 }", "hops = { web = { store = 0.1 }"), @"");
}

#[test]
fn campaign_of_a_plan() {
    assert_snapshot!(edit("sale = { blast", "sales = { blast"), @"");
}

#[test]
fn strategy_to_extend() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extends = "lader""#), @"");
}

#[test]
fn none_to_extend() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extends = "none""#), @"");
}

#[test]
fn strategy_called_none() {
    assert_snapshot!(edit("[strategies.gentle]", "[strategies.none]"), @"");
}

#[test]
fn name_with_a_slash() {
    assert_snapshot!(edit("[channels.shop]", r#"[channels."shop/1"]"#), @"");
}

#[test]
fn names_that_differ_in_capitals() {
    assert_snapshot!(edit("[segments.old]", "[segments.Young]"), @"");
}

#[test]
fn no_name() {
    assert_snapshot!(edit("[channels.shop]", r#"[channels.""]"#), @"");
}
