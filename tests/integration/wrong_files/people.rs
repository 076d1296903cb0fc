//! Segments: shares, demand, journeys.

use insta::assert_snapshot;

use super::{edit, edited, told};

#[test]
fn shares_below_1() {
    assert_snapshot!(edit("share = 0.6", "share = 0.5"), @"
    error: the shares of the segments must sum to 1, these sum to 0.9
      --> offers.toml:43:9
       |
    43 | share = 0.5
       |         ^^^
       |
       = help: young 0.4, old 0.5
    ");
}

#[test]
fn purchases_and_needs() {
    assert_snapshot!(edit("needs = {", "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4 }\nneeds = {"), @r#"
    error: `purchases` and `needs` exclude each other
      --> offers.toml:35:1
       |
    35 | purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4 }
       | ^^^^^^^^^
    36 | needs = { every = "30d", shape = 2.0 }
       | ----- the other one
       |
       = help: `purchases = { r, alpha, a, b }` states orders, `needs = { every = "30d" }` states needs, of which the hops make orders
    "#);
}

#[test]
fn purchases_and_dropout() {
    assert_snapshot!(edit(r#"needs = { every = "30d", shape = 2.0 }"#, "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4 }"), @"
    error: `purchases` already says how customers are lost (a, b)
      --> offers.toml:36:11
       |
    36 | dropout = { after-journey = 0.01 }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: remove `dropout`, or describe the segment by `needs`
    ");
}

#[test]
fn dropout_over_a_preset() {
    assert_snapshot!(edit(r#"preset = "retail""#, "preset = \"retail\"\ndropout = { after-order = 0.1 }"), @r#"
    error: segment `old` has a `dropout`, but no `needs` that it belongs to
      --> offers.toml:45:11
       |
    45 | dropout = { after-order = 0.1 }
       |           ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: a preset's `purchases` say themselves how customers are lost, so `dropout` replaces them
       = help: `purchases = { r, alpha, a, b }` states orders, `needs = { every = "30d" }` states needs, of which the hops make orders
    "#);
}

#[test]
fn two_kinds_of_dropout() {
    assert_snapshot!(edit("after-journey = 0.01", "after-journey = 0.01, after-order = 0.1"), @r#"
    error: `dropout` must be { after-order = 0.05 }, { after-journey = 0.01 } or { per-period = { every = "30d", chance = 0.05 } }, one of the three
      --> offers.toml:36:11
       |
    36 | dropout = { after-journey = 0.01, after-order = 0.1 }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn entry_below_1() {
    assert_snapshot!(edit("shop = 0.3 }", "shop = 0.2 }"), @"
    error: segment `young`: the entry shares must sum to 1, these sum to 0.9
      --> offers.toml:39:11
       |
    39 | entry = { web = 0.7, shop = 0.2 }
       |           ^^^
    ");
}

#[test]
fn hops_above_1() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { shop = 0.98 }"), @"
    error: segment `young`: at `web` the chances to order and to hop sum to 1.01, above 1
      --> offers.toml:40:10
       |
    26 | order_rate = 0.03
       |              ---- the chance to order
    ...
    40 | hops = { web = { shop = 0.98 }, shop = { web = 0.1 } }
       |          ^^^
       |
       = help: what is left over is the chance to leave; lower the hops or the `order_rate`
    ");
}

#[test]
fn hops_above_1_in_some_draws() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { shop = { low = 0.1, typical = 0.5, high = 0.99 } }"), @"
    warning: segment `young`: at `web` the chances to order and to hop reach 1.02 in the highest draws; they are then scaled to 1
      --> offers.toml:40:10
       |
    40 | hops = { web = { shop = { low = 0.1, typical = 0.5, high = 0.99 } }, shop = { web = 0.1 } }
       |          ^^^
    ");
}

#[test]
fn hop_to_itself() {
    assert_snapshot!(edit("web = { shop = 0.1 }", "web = { web = 0.1 }"), @"
    error: segment `young`: a hop leads from `web` to itself
      --> offers.toml:40:18
       |
    40 | hops = { web = { web = 0.1 }, shop = { web = 0.1 } }
       |                  ^^^
    ");
}

#[test]
fn covariance_of_three() {
    assert_snapshot!(edit("needs = { every = \"30d\", shape = 2.0 }\ndropout = { after-journey = 0.01 }", "purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4, log_covariance = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }"), @"
    error: `log_covariance` must have four rows of four numbers: r, alpha, a, b
      --> offers.toml:35:70
       |
    35 | purchases = { r = 0.2, alpha = 4, a = 0.8, b = 2.4, log_covariance = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }
       |                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn arrivals_of_nobody() {
    assert_snapshot!(edit(r#"{ base = { age = "365d" } }"#, r#"{ arrivals = { every = "7d", counts = [0, 0] } }"#), @r#"
    error: `arrivals` needs periods longer than 0 and counts of 0 or more, not all of them 0
      --> offers.toml:33:23
       |
    33 | joined = { arrivals = { every = "7d", counts = [0, 0] } }
       |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: for example arrivals = { every = "7d", counts = [ … ] }
    "#);
}

#[test]
fn price_in_another_currency() {
    assert_snapshot!(edit("exchange = { USD = 0.9 }\n", ""), @"
    error: the preset of segment `old` has prices in USD, this scenario is in EUR
      --> offers.toml:41:11
       |
    41 | [segments.old]
       |           ^^^
       |
       = help: say what one USD is worth in EUR: `exchange = { USD = 0.9 }` if one USD is worth 0.9 EUR; or write the price yourself
    ");
}

#[test]
fn many_prices_in_another_currency() {
    let text = edited("exchange = { USD = 0.9 }\n", "").replace("[channels.shop]", "[channels.sms]\npreset = \"sms\"\n\n[channels.push]\npreset = \"mobile-push\"\n\n[channels.mail]\npreset = \"email\"\n\n[channels.shop]");
    assert_snapshot!(told(&text, &[]), @"
    error: the presets of channels `sms`, `push`, `mail` and segment `old` have prices in USD, this scenario is in EUR
      --> offers.toml:27:11
       |
    27 | [channels.sms]
       |           ^^^
       |
       = help: say what one USD is worth in EUR: `exchange = { USD = 0.9 }` if one USD is worth 0.9 EUR; or write the prices yourself
    ");
}

#[test]
fn exchange_of_no_currency() {
    assert_snapshot!(edit("exchange = { USD", "exchange = { Dollar"), @r#"
    error: `exchange.Dollar` must be a currency code of three capital letters such as "USD", found "Dollar"
      --> offers.toml:10:14
       |
    10 | exchange = { Dollar = 0.9 }
       |              ^^^^^^
    "#);
}

#[test]
fn no_journey_can_order() {
    let text = edited("order_rate = 0.03", "order_rate = 0").replace("order_rate = 0.25", "order_rate = 0");
    assert_snapshot!(told(&text, &[]), @"
    error: segment `old`: no journey can end in an order, but `purchases` states orders
      --> offers.toml:42:11
       |
    42 | [segments.old]
       |           ^^^
       |
       = help: give a channel that its journeys reach an `order_rate` above 0
    ");
}

#[test]
fn base_of_which_nobody_is_left() {
    let text = edited("after-journey = 0.01 }", "after-journey = 0.5 }\nlapse = \"known\"").replace("365d", "3650d");
    assert_snapshot!(told(&text, &[]), @r#"
    error: segment `young`: less than 5 % of a base of this age are still there at the start, and with known loss only they are its customers
      --> offers.toml:31:11
       |
    31 | [segments.young]
       |           ^^^^^
       |
       = help: shorten `age`, lower the dropout, or use `lapse = "silent"`
    "#);
}
