//! What is no TOML.

use insta::assert_snapshot;

use super::edit;

#[test]
fn a_quote_is_not_closed() {
    assert_snapshot!(edit(r#"name = "Spring offers""#, r#"name = "Spring offers"#), @r#"
    error: this cannot be read as TOML: invalid basic string, expected `"`
     --> offers.toml:1:22
      |
    1 | name = "Spring offers
      |                      ^
    "#);
}

#[test]
fn text_without_quotes() {
    assert_snapshot!(edit(r#"goal = "order""#, "goal = order"), @r#"
    error: this is neither a number nor text in quotes
      --> offers.toml:48:8
       |
    48 | goal = order
       |        ^^^^^
       |
       = help: text stands in quotes: goal = "order"
    "#);
}

#[test]
fn percent_sign() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 98%"), @"
    error: this is neither a number nor text in quotes
      --> offers.toml:14:17
       |
    14 | delivery_rate = 98%
       |                 ^^^
       |
       = help: a share is written as a number from 0 to 1: delivery_rate = 0.25 for 25 %
    ");
}

#[test]
fn decimal_comma() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 0,98"), @"
    error: this cannot be read as TOML: unexpected key or value, expected newline, `#`
      --> offers.toml:14:18
       |
    14 | delivery_rate = 0,98
       |                  ^
       |
       = help: decimals are written with a point: delivery_rate = 0.98
    ");
}

#[test]
fn a_key_twice() {
    assert_snapshot!(edit("population = 200_000", "population = 200_000\nhorizon = \"400d\""), @r#"
    error: `horizon` is written twice
     --> offers.toml:6:1
      |
    6 | horizon = "400d"
      | ^^^^^^^
      |
      = help: keep one of the two
    "#);
}

#[test]
fn a_table_twice() {
    assert_snapshot!(edit("[channels.shop]", "[channels.email]"), @"
    error: `email` is written twice
      --> offers.toml:28:11
       |
    28 | [channels.email]
       |           ^^^^^
       |
       = help: keep one of the two
    ");
}

#[test]
fn bracket_not_closed() {
    assert_snapshot!(edit(r#"{ send = "email" }, {"#, r#"{ send = "email", {"#), @r#"
    error: this cannot be read as TOML: missing key for inline table element, expected key
      --> offers.toml:55:41
       |
    55 | weekly = { cascade = [{ send = "email", { send = "text", after = "24h", unless = "opened" }] }
       |                                         ^
    "#);
}

#[test]
fn thirtieth_of_february() {
    assert_snapshot!(edit("2026-01-05", "2026-02-30"), @"
    error: this cannot be read as TOML: invalid date, expected day between 01 and 28
     --> offers.toml:3:9
      |
    3 | start = 2026-02-30
      |         ^^^^^^^^^^
    ");
}

#[test]
fn no_equals_sign() {
    assert_snapshot!(edit("draws = 8", "draws 8"), @"
    error: this cannot be read as TOML: key with no value, expected `=`
     --> offers.toml:7:7
      |
    7 | draws 8
      |       ^
    ");
}
