//! Places: tabs, other alphabets, line ends, inherited and preset values.

use insta::assert_snapshot;

use super::{BASE, edit, edited, told};

#[test]
fn after_tabs() {
    assert_snapshot!(edit("delivery_rate = 0.98", "	delivery_rate =	15"), @"
    error: `channels.email.delivery_rate` is a share and must lie between 0 and 1, found 15
      --> offers.toml:14:18
       |
    14 |     delivery_rate =    15
       |                        ^^
       |
       = help: 15 % is written 0.15
    ");
}

#[test]
fn after_other_alphabets() {
    assert_snapshot!(edit("weekly = { cascade", r#""Frühstück 早餐" = { cascade"#), @r#"
    error: there is no campaign `Frühstück 早餐` to have a plan for
      --> offers.toml:55:1
       |
    55 | "Frühstück 早餐" = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       | ^^^^^^^^^^^^^^^^
       |
       = help: allowed here: weekly, sale

    warning: no strategy has a plan for campaign `weekly`
      --> offers.toml:46:12
       |
    46 | [campaigns.weekly]
       |            ^^^^^^
    "#);
}

#[test]
fn in_a_file_with_carriage_returns() {
    let text = edited("delivery_rate = 0.98", "delivery_rate = 15").replace('\n', "\r\n");
    assert_snapshot!(told(&text, &[]), @"
    error: `channels.email.delivery_rate` is a share and must lie between 0 and 1, found 15
      --> offers.toml:14:17
       |
    14 | delivery_rate = 15
       |                 ^^
       |
       = help: 15 % is written 0.15
    ");
}

#[test]
fn after_a_byte_order_mark() {
    let text = format!("\u{feff}{}", edited("name =", "title ="));
    assert_snapshot!(told(&text, &[]), @r#"
    error: the file lacks `name`
     --> offers.toml:1:1
      |
    1 | title = "Spring offers"
      | ^
      |
      = help: write `name` as a string

    error: a scenario has no key `title`
     --> offers.toml:1:1
      |
    1 | title = "Spring offers"
      | ^^^^^
      |
      = help: did you mean `name`?
      = help: allowed here: name, currency, start, horizon, tail, population, simulate, draws, seed, retention_window, time_zone, rates, count_first, exchange, stages, discount_rate, attribution, context, fatigue, goodwill, channels, segments, campaigns, strategies
    "#);
}

#[test]
fn of_an_inherited_value() {
    assert_snapshot!(edit("send = \"text\"", "send = \"sms\""), @r#"
    error: a plan sends on `sms`, which is no channel of this scenario
      --> offers.toml:55:52
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "sms", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn of_a_preset_value() {
    // What the preset says of hops and what the file says of orders do not go together.
    let text = edited("order_rate = 0.03", "order_rate = 0.99")
        .replace("[channels.shop]", "[channels.store]")
        .replace("shop", "store");
    assert_snapshot!(told(&text, &[]), @"
    error: segment `young`: at `web` the chances to order and to hop sum to 1.09, above 1
      --> offers.toml:40:10
       |
    26 | order_rate = 0.99
       |              ---- the chance to order
    ...
    40 | hops = { web = { store = 0.1 }, store = { web = 0.1 } }
       |          ^^^
       |
       = help: what is left over is the chance to leave; lower the hops or the `order_rate`

    error: segment `old`: at `web` the chances to order and to hop sum to 1.04, above 1
      --> preset retail:19:10
       |
    19 | hops = { web = { app = 0.05, store = 0.05 }, app = { web = 0.10, store = 0.05 }, store = { web = 0.05 } }
       |          ^^^
       |
      ::: offers.toml:26:14
       |
    26 | order_rate = 0.99
       |              ---- the chance to order
       |
       = help: what is left over is the chance to leave; lower the hops or the `order_rate`
    ");
}

#[test]
fn nothing_is_wrong_with_a_byte_order_mark_or_carriage_returns() {
    assert_eq!(told(&format!("\u{feff}{BASE}"), &[]), "");
    assert_eq!(told(&BASE.replace('\n', "\r\n"), &[]), "");
}
