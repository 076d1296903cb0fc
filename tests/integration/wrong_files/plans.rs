//! Strategies: plans that cannot work.

use insta::assert_snapshot;

use super::{BASE, edit, edited, told};

#[test]
fn two_plans_at_once() {
    assert_snapshot!(edit("sale = { blast", "sale = { mix = { email = 1.0 }, blast"), @"");
}

#[test]
fn no_plan() {
    assert_snapshot!(edit(r#"sale = { blast = ["email", "text"] }"#, "sale = {}"), @"");
}

#[test]
fn empty_plan() {
    assert_snapshot!(edit(r#"blast = ["email", "text"]"#, "blast = []"), @"");
}

#[test]
fn plan_that_is_no_list() {
    assert_snapshot!(edit(r#"blast = ["email", "text"]"#, r#"blast = "email""#), @"");
}

#[test]
fn mix_below_1() {
    assert_snapshot!(edit("text = 0.3 }", "text = 0.2 }"), @"");
}

#[test]
fn unless_in_the_first_step() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ send = "email", unless = "clicked" }"#), @"");
}

#[test]
fn otherwise_without_unless() {
    assert_snapshot!(edit(r#"unless = "opened" }"#, r#"otherwise = "next" }"#), @"");
}

#[test]
fn unknown_response() {
    assert_snapshot!(edit(r#"unless = "opened""#, r#"unless = "open""#), @"");
}

#[test]
fn nobody_has_opted_in() {
    assert_snapshot!(edit("email = 0.9, text = 0.6 }\n", "email = 0, text = 0.6 }\n"), @"");
}

#[test]
fn extends_itself() {
    assert_snapshot!(edit("[strategies.ladder.campaigns]", "[strategies.ladder]\nextends = \"gentle\"\n[strategies.ladder.campaigns]"), @"");
}

#[test]
fn extends_a_number() {
    assert_snapshot!(edit(r#"extends = "ladder""#, "extends = 1"), @"");
}

#[test]
fn blast_twice_on_one_channel() {
    assert_snapshot!(edit(r#"["email", "text"]"#, r#"["text", "text"]"#), @"");
}

#[test]
fn step_that_can_never_be_reached() {
    let text = edited("delivery_rate = 0.98", "delivery_rate = 1")
        .replace("email = 0.9", "email = 1")
        .replace("preset = \"retail\"", "opt_in = { email = 1 }")
        .replace("unless = \"opened\"", "unless = \"delivered\"");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn campaign_without_plan() {
    let text = format!("{BASE}[campaigns.birthday]\ntrigger = {{ every = \"365d\", at = \"9:00\" }}\n");
    assert_snapshot!(told(&text, &[]), @"");
}

#[test]
fn no_strategy() {
    let text = &BASE[..BASE.find("[strategies").expect("strategies")];
    assert_snapshot!(told(text, &[]), @"");
}

#[test]
fn channel_nobody_has_opted_in_to() {
    let text = edited("opt_in = 0.8\n", "").replace("email = 0.9, ", "");
    assert_snapshot!(told(&text, &[]), @"");
}
