//! The window within which last click credits an order.

use insta::assert_snapshot;

use super::edit;

/// The base with a window written in any way.
fn window(written: &str) -> String {
    edit("[channels.email]", &format!("[attribution]\n{written}\n[channels.email]"))
}

#[test]
fn no_time_at_all() {
    assert_snapshot!(window("window = \"0d\""), @r#"
    error: `attribution.window` must be longer than 0, for example "24h" or "7d", found "0d"
      --> offers.toml:13:10
       |
    13 | window = "0d"
       |          ^^^^
       |
       = help: `window`: an order is attributed to the customer's last click if that was less than so long before it
    "#);
}

#[test]
fn a_bare_number() {
    assert_snapshot!(window("window = 7"), @r#"
    error: `attribution.window` must be a duration: "7" is no duration
      --> offers.toml:13:10
       |
    13 | window = 7
       |          ^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn no_duration() {
    assert_snapshot!(window("window = \"a week\""), @r#"
    error: `attribution.window` must be a duration: "a week" is no duration
      --> offers.toml:13:10
       |
    13 | window = "a week"
       |          ^^^^^^^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn what_cannot_be_uncertain() {
    assert_snapshot!(window("window = { low = \"1d\", typical = \"7d\", high = \"30d\" }"), @r#"
    error: `attribution.window` must be a duration such as "24h" or "7d", found a table
      --> offers.toml:13:10
       |
    13 | window = { low = "1d", typical = "7d", high = "30d" }
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn another_rule() {
    assert_snapshot!(window("model = \"first-click\""), @r#"
    error: `attribution` has no key `model`
      --> offers.toml:13:1
       |
    13 | model = "first-click"
       | ^^^^^
       |
       = help: allowed here: window
    "#);
}

#[test]
fn a_misspelt_key() {
    assert_snapshot!(window("windows = \"7d\""), @r#"
    error: `attribution` has no key `windows`
      --> offers.toml:13:1
       |
    13 | windows = "7d"
       | ^^^^^^^
       |
       = help: did you mean `window`?
       = help: allowed here: window
    "#);
}

#[test]
fn the_window_alone() {
    assert_snapshot!(edit("retention_window", "attribution = \"7d\"\nretention_window"), @r#"
    error: `attribution` must be a table, found "7d"
     --> offers.toml:8:15
      |
    8 | attribution = "7d"
      |               ^^^^
      |
      = help: for example attribution = { window = "7d" }
    "#);
}

#[test]
fn the_window_of_a_campaign() {
    assert_snapshot!(edit("[channels.email]", "[channels.email]\nattribution = { window = \"7d\" }"), @r#"
    error: a channel has no key `attribution`
      --> offers.toml:13:1
       |
    13 | attribution = { window = "7d" }
       | ^^^^^^^^^^^
       |
       = help: `attribution` belongs to the scenario itself: `[attribution]`
    "#);
}
