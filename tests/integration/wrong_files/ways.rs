//! Plans: the best channel, and when their clock begins.

use insta::assert_snapshot;

use super::edit;

const SALE: &str = r#"sale = { blast = ["email", "text"] }"#;

#[test]
fn preferred_without_by() {
    assert_snapshot!(edit(SALE, r#"sale = { preferred = { channels = ["email", "text"] } }"#), @r#"
    error: `strategies.ladder.campaigns.sale.preferred` lacks `by`
      --> offers.toml:56:22
       |
    56 | sale = { preferred = { channels = ["email", "text"] } }
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `by` as "affinity" or "response"
    "#);
}

#[test]
fn preferred_by_an_unknown_word() {
    assert_snapshot!(edit(SALE, r#"sale = { preferred = { channels = ["email", "text"], by = "clicks" } }"#), @r#"
    error: `strategies.ladder.campaigns.sale.preferred.by` cannot be "clicks"
      --> offers.toml:56:59
       |
    56 | sale = { preferred = { channels = ["email", "text"], by = "clicks" } }
       |                                                           ^^^^^^^^
       |
       = help: allowed here: affinity, response
    "#);
}

#[test]
fn preferred_of_none() {
    assert_snapshot!(edit(SALE, r#"sale = { preferred = { channels = [], by = "response" } }"#), @r#"
    error: `strategies.ladder.campaigns.sale.preferred.channels` is empty
      --> offers.toml:56:35
       |
    56 | sale = { preferred = { channels = [], by = "response" } }
       |                                   ^^
       |
       = help: name at least one, or leave the key away
    "#);
}

#[test]
fn preferred_shop() {
    assert_snapshot!(edit(SALE, r#"sale = { preferred = { channels = ["email", "shop"], by = "response" } }"#), @r#"
    error: a plan sends on `shop`, which carries no messages
      --> offers.toml:56:45
       |
    28 | [channels.shop]
       |           ---- it has touches only
    ...
    56 | sale = { preferred = { channels = ["email", "shop"], by = "response" } }
       |                                             ^^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn preferred_and_blast() {
    assert_snapshot!(edit(SALE, r#"sale = { blast = ["email", "text"], preferred = { channels = ["email"], by = "response" } }"#), @r#"
    error: the plan for campaign `sale` is several at once: blast, preferred
      --> offers.toml:56:1
       |
    56 | sale = { blast = ["email", "text"], preferred = { channels = ["email"], by = "response" } }
       | ^^^^
       |
       = help: write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }` and `preferred = { channels = [ … ], by = … }`
    "#);
}

#[test]
fn audience_without_a_way() {
    assert_snapshot!(edit(SALE, "sale = { holdout = 0.1 }"), @"
    error: the plan for campaign `sale` sends nothing
      --> offers.toml:56:1
       |
    56 | sale = { holdout = 0.1 }
       | ^^^^
       |
       = help: write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }` and `preferred = { channels = [ … ], by = … }`
    ");
}

#[test]
fn best_hour_that_nobody_has() {
    assert_snapshot!(edit(SALE, r#"sale = { blast = ["email", "text"], send_time = "best-hour" }"#), @r#"
    error: this plan sends at the customer's best hour, but nobody has one
      --> offers.toml:56:37
       |
    56 | sale = { blast = ["email", "text"], send_time = "best-hour" }
       |                                     ^^^^^^^^^
       |
       = help: write `best_hours = { 8 = 0.3, 19 = 0.7 }` in a segment
    "#);
}

#[test]
fn unknown_send_time() {
    assert_snapshot!(edit(SALE, r#"sale = { blast = ["email", "text"], send_time = "best-time" }"#), @r#"
    error: `strategies.ladder.campaigns.sale.send_time` must be "when-due", "best-hour" or { spread = "4h" }, found "best-time"
      --> offers.toml:56:49
       |
    56 | sale = { blast = ["email", "text"], send_time = "best-time" }
       |                                                 ^^^^^^^^^^^
    "#);
}

#[test]
fn spread_over_no_time() {
    assert_snapshot!(edit(SALE, r#"sale = { blast = ["email", "text"], send_time = { spread = "0s" } }"#), @r#"
    error: `strategies.ladder.campaigns.sale.send_time.spread` must be longer than 0, for example "24h" or "7d", found "0s"
      --> offers.toml:56:60
       |
    56 | sale = { blast = ["email", "text"], send_time = { spread = "0s" } }
       |                                                            ^^^^
       |
       = help: `spread`: the run's clock begins later by a random time below this
    "#);
}
