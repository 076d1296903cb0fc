//! Several mistakes: all are told, each once.

use insta::assert_snapshot;

use super::{edited, told};

#[test]
fn all_are_told() {
    let text = edited("share = 0.6", "share = 60")
        .replace("currency = \"EUR\"", "currency = \"Euro\"")
        .replace("after = \"24h\"", "after = \"1 day after\"")
        .replace("entry = {", "entries = {");
    assert_snapshot!(told(&text, &[]), @r#"
    error: `currency` must be a currency code of three capital letters such as "USD", found "Euro"
     --> offers.toml:2:12
      |
    2 | currency = "Euro"
      |            ^^^^^^

    error: `segments.young` lacks `entry`
      --> offers.toml:31:1
       |
    31 | [segments.young]
       | ^^^^^^^^^^^^^^^^
       |
       = help: write `entry` as a table of channels, such as { web = 0.6, app = 0.4 }

    error: a segment has no key `entries`
      --> offers.toml:39:1
       |
    39 | entries = { web = 0.7, shop = 0.3 }
       | ^^^^^^^
       |
       = help: allowed here: preset, share, joined, time_zone, opt_in, reach, best_hours, opt_in_correlation, purchases, needs, dropout, lapse, basket, gross_margin, entry, hops, season, acquisition_cost

    error: `segments.old.share` is a share and must lie between 0 and 1, found 60
      --> offers.toml:43:9
       |
    43 | share = 60
       |         ^^
       |
       = help: 60 % is written 0.6

    error: `strategies.ladder.campaigns.weekly.cascade.1.after` must be a duration: "1 day after" is no duration
      --> offers.toml:55:68
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "1 day after", unless = "opened" }] }
       |                                                                    ^^^^^^^^^^^^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn hundreds_are_counted() {
    let many = (0..300).map(|i| format!("key{i} = {i}\n")).collect::<Vec<_>>().concat();
    let text = edited("name = ", &format!("{many}name = "));
    let told = told(&text, &[]);
    assert_eq!(told.matches("error: ").count(), 25);
    assert!(told.ends_with("… and 275 more\n\n"));
}
