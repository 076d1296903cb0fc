//! What is no TOML.

use insta::assert_snapshot;

use super::edit;

#[test]
fn a_quote_is_not_closed() {
    assert_snapshot!(edit(r#"name = "Spring offers""#, r#"name = "Spring offers"#), @"");
}

#[test]
fn text_without_quotes() {
    assert_snapshot!(edit(r#"goal = "order""#, "goal = order"), @"");
}

#[test]
fn percent_sign() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 98%"), @"");
}

#[test]
fn decimal_comma() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 0,98"), @"");
}

#[test]
fn a_key_twice() {
    assert_snapshot!(edit("population = 200_000", "population = 200_000\nhorizon = \"400d\""), @"");
}

#[test]
fn a_table_twice() {
    assert_snapshot!(edit("[channels.shop]", "[channels.email]"), @"");
}

#[test]
fn bracket_not_closed() {
    assert_snapshot!(edit(r#"{ send = "email" }, {"#, r#"{ send = "email", {"#), @"");
}

#[test]
fn thirtieth_of_february() {
    assert_snapshot!(edit("2026-01-05", "2026-02-30"), @"");
}

#[test]
fn no_equals_sign() {
    assert_snapshot!(edit("draws = 8", "draws 8"), @"");
}
