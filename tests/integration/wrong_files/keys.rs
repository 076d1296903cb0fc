//! Keys that the format does not have, and keys that it lacks.

use insta::assert_snapshot;

use super::edit;

#[test]
fn of_the_scenario() {
    assert_snapshot!(edit("population = 200_000", "populaton = 200_000"), @"");
}

#[test]
fn of_a_channel() {
    assert_snapshot!(edit("open_rate = {", "open_rte = {"), @"");
}

#[test]
fn of_a_delay() {
    assert_snapshot!(edit(r#"p90 = "2d""#, r#"p95 = "2d""#), @"");
}

#[test]
fn of_an_uncertain_value() {
    assert_snapshot!(edit("high = 0.3", "hgih = 0.3"), @"");
}

#[test]
fn of_a_segment() {
    assert_snapshot!(edit("gross_margin = 0.4", "margin = 0.4"), @"");
}

#[test]
fn of_needs() {
    assert_snapshot!(edit("shape = 2.0", "shpae = 2.0"), @"");
}

#[test]
fn of_a_basket() {
    assert_snapshot!(edit("lognormal", "log-normal"), @"");
}

#[test]
fn of_joined() {
    assert_snapshot!(edit(r#"{ base = { age = "365d" } }"#, "{ cohort = {} }"), @"");
}

#[test]
fn of_a_campaign() {
    assert_snapshot!(edit("intent = 1.5", "intend = 1.5"), @"");
}

#[test]
fn of_a_trigger() {
    assert_snapshot!(edit(r#"first = "14d""#, r#"frist = "14d""#), @"");
}

#[test]
fn of_a_strategy() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extend = "ladder""#), @"");
}

#[test]
fn of_a_plan() {
    assert_snapshot!(edit("sale = { blast", "sale = { blsat"), @"");
}

#[test]
fn of_a_step() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"wait = "24h""#), @"");
}

#[test]
fn lacking_in_the_scenario() {
    assert_snapshot!(edit("start = 2026-01-05\n", ""), @"");
}

#[test]
fn lacking_in_a_channel() {
    assert_snapshot!(edit("cost_per_message = 0.001\n", ""), @"");
}

#[test]
fn lacking_in_a_segment() {
    assert_snapshot!(edit("share = 0.4\n", ""), @"");
}

#[test]
fn lacking_in_a_step() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ after = "1h" }"#), @"");
}

#[test]
fn of_messages_on_a_channel_without_them() {
    assert_snapshot!(edit("order_rate = 0.25", "order_rate = 0.25\nlanding = \"web\""), @"");
}

#[test]
fn channel_that_says_nothing() {
    assert_snapshot!(edit("order_rate = 0.25", "opt_in = 0.3"), @"");
}
