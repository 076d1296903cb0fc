//! Segments: shares, demand, journeys.

use insta::assert_snapshot;

use super::{edit, edited, told};

#[test]
fn shares_below_1() {
    assert_snapshot!(edit("share = 0.6", "share = 0.5"), @"");
}

#[test]
fn purchases_and_needs() {
    assert_snapshot!(edit("needs = {", "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4 }\nneeds = {"), @"");
}

#[test]
fn purchases_and_dropout() {
    assert_snapshot!(edit(r#"needs = { every = "30d", shape = 2.0 }"#, "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4 }"), @"");
}

#[test]
fn dropout_over_a_preset() {
    assert_snapshot!(edit(r#"preset = "retail""#, "preset = \"retail\"\ndropout = { after-order = 0.1 }"), @"");
}

#[test]
fn two_kinds_of_dropout() {
    assert_snapshot!(edit("after-journey = 0.01", "after-journey = 0.01, after-order = 0.1"), @"");
}

#[test]
fn entry_below_1() {
    assert_snapshot!(edit("shop = 0.3 }", "shop = 0.2 }"), @"");
}

#[test]
fn hops_above_1() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { shop = 0.98 }"), @"");
}

#[test]
fn hops_above_1_in_some_draws() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { shop = { low = 0.1, typical = 0.5, high = 0.99 } }"), @"");
}

#[test]
fn hop_to_itself() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { web = 0.1 }"), @"");
}

#[test]
fn base_of_which_nobody_is_left() {
    assert_snapshot!(edit("after-journey = 0.01 }", "after-journey = 0.9 }\nlapse = \"known\""), @"");
}

#[test]
fn covariance_of_three() {
    assert_snapshot!(edit("needs = { every = \"30d\", shape = 2.0 }\ndropout = { after-journey = 0.01 }", "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4, log_covariance = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }"), @"");
}

#[test]
fn arrivals_of_nobody() {
    assert_snapshot!(edit(r#"{ base = { age = "365d" } }"#, r#"{ arrivals = { every = "7d", counts = [0, 0] } }"#), @"");
}

#[test]
fn price_in_another_currency() {
    assert_snapshot!(edit("exchange = { USD = 0.9 }\n", ""), @"");
}

#[test]
fn exchange_of_no_currency() {
    assert_snapshot!(edit("exchange = { USD", "exchange = { Dollar"), @"");
}

#[test]
fn no_journey_can_order() {
    let text = edited("order_rate = 0.03", "order_rate = 0").replace("order_rate = 0.25", "order_rate = 0");
    assert_snapshot!(told(&text, &[]), @"");
}
