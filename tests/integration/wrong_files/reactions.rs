//! What channels and segments say of replies, carts, reach, hours: who reacts, and when they may be sent to.

use insta::assert_snapshot;

use super::{edit, edited, told};

const SMS: &str = "preset = \"sms\"\n";
const NEEDS: &str = "needs = { every";

#[test]
fn replies_of_a_shop() {
    assert_snapshot!(edit("order_rate = 0.25\n", "order_rate = 0.25\nreply_rate = 0.1\n"), @"
    error: `reply_rate` says what happens to messages, but channel `shop` carries none
      --> offers.toml:30:1
       |
    30 | reply_rate = 0.1
       | ^^^^^^^^^^
       |
       = help: remove it, or write `cost_per_message`, `open_rate` and `click_rate` too
    ");
}

#[test]
fn carts_of_a_channel_without_journeys() {
    assert_snapshot!(edit("click_rate = 0.02\n", "click_rate = 0.02\ncart_rate = 0.1\n"), @"
    error: `cart_rate` counts journeys, but channel `email` has no `order_rate`
      --> offers.toml:17:1
       |
    17 | cart_rate = 0.1
       | ^^^^^^^^^
       |
       = help: write it where journeys can be: at a channel with an `order_rate`
    ");
}

#[test]
fn unknown_legal_hours() {
    assert_snapshot!(edit(SMS, "preset = \"sms\"\nlegal_hours = \"us-text\"\n"), @r#"
    error: there is no hours preset `us-text`
      --> offers.toml:23:15
       |
    23 | legal_hours = "us-text"
       |               ^^^^^^^^^
       |
       = help: did you mean `us-texts`?
       = help: allowed here: us-texts, us-texts-strict, france-texts
    "#);
}

#[test]
fn legal_hours_of_a_channel_preset() {
    assert_snapshot!(edit(SMS, "preset = \"sms\"\nlegal_hours = \"email\"\n"), @r#"
    error: the preset `email` describes a channel, not hours
      --> offers.toml:23:15
       |
    23 | legal_hours = "email"
       |               ^^^^^^^
       |
       = help: allowed here: us-texts, us-texts-strict, france-texts
    "#);
}

#[test]
fn hours_as_a_channel() {
    assert_snapshot!(edit(SMS, "preset = \"us-texts\"\n"), @r#"
    error: the preset `us-texts` describes hours, not a channel
      --> offers.toml:22:10
       |
    22 | preset = "us-texts"
       |          ^^^^^^^^^^
       |
       = help: allowed here: email, sms, rcs, whatsapp, viber, telegram, line, social-dm, mobile-push, web-push, in-app, retargeting-ad, direct-mail, outbound-call, web, app, store
    "#);
}

#[test]
fn legal_hours_without_an_end() {
    assert_snapshot!(edit(SMS, "preset = \"sms\"\nlegal_hours = { from = \"08:00\", weekdays = [\"mon\"] }\n"), @r#"
    error: `channels.text.legal_hours` has `from`, but no `until`
      --> offers.toml:23:24
       |
    23 | legal_hours = { from = "08:00", weekdays = ["mon"] }
       |                        ^^^^^^^
       |
       = help: for the whole day leave both away
    "#);
}

#[test]
fn legal_hours_that_say_nothing() {
    assert_snapshot!(edit(SMS, "preset = \"sms\"\nlegal_hours = {}\n"), @r#"
    error: `channels.text.legal_hours` must be a preset's name, or { from = "08:00", until = "21:00", weekdays = [ … ] }, found an empty table
      --> offers.toml:23:15
       |
    23 | legal_hours = {}
       |               ^^
    "#);
}

#[test]
fn legal_hours_that_are_quiet() {
    assert_snapshot!(told(&(edited(SMS, "preset = \"sms\"\nlegal_hours = \"us-texts\"\n") + "[strategies.gentle.policies]\nquiet_hours = [{ from = \"07:30\", until = \"21:00\" }]\n"), &[]), @r#"
    error: strategy `gentle` never sends on `text`: it is quiet at every hour of the week
      --> offers.toml:63:1
       |
    63 | quiet_hours = [{ from = "07:30", until = "21:00" }]
       | ^^^^^^^^^^^
       |
       = help: leave some of the channel's `legal_hours` out of the `quiet_hours`
    "#);
}

#[test]
fn reach_of_an_unknown_channel() {
    assert_snapshot!(edit(NEEDS, "reach = { whatsapp = 0.8 }\nneeds = { every"), @"
    error: segment `young` can be reached on `whatsapp`, which is no channel of this scenario
      --> offers.toml:35:11
       |
    35 | reach = { whatsapp = 0.8 }
       |           ^^^^^^^^
       |
       = help: allowed here: email, text
    ");
}

#[test]
fn reach_of_a_shop() {
    assert_snapshot!(edit(NEEDS, "reach = { shop = 0.8 }\nneeds = { every"), @"
    error: segment `young` can be reached on `shop`, which carries no messages
      --> offers.toml:35:11
       |
    28 | [channels.shop]
       |           ---- it has touches only
    ...
    35 | reach = { shop = 0.8 }
       |           ^^^^
       |
       = help: allowed here: email, text
    ");
}

#[test]
fn nobody_in_reach() {
    assert_snapshot!(edit(SMS, "preset = \"sms\"\nreach = 0\n"), @r#"
    error: a plan sends on `text`, but it reaches nobody
      --> offers.toml:56:52
       |
    56 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^^
       |
       = help: write `reach = { text = 0.5 }` in a segment

    error: a plan sends on `text`, but it reaches nobody
      --> offers.toml:57:28
       |
    57 | sale = { blast = ["email", "text"] }
       |                            ^^^^^^
       |
       = help: write `reach = { text = 0.5 }` in a segment

    error: a plan sends on `text`, but it reaches nobody
      --> offers.toml:61:41
       |
    61 | campaigns.sale = { mix = { email = 0.7, text = 0.3 } }
       |                                         ^^^^
       |
       = help: write `reach = { text = 0.5 }` in a segment
    "#);
}

#[test]
fn hour_that_no_day_has() {
    assert_snapshot!(edit(NEEDS, "best_hours = { 8 = 0.3, 24 = 0.7 }\nneeds = { every"), @"
    error: `segments.young.best_hours` has no hour `24`
      --> offers.toml:35:25
       |
    35 | best_hours = { 8 = 0.3, 24 = 0.7 }
       |                         ^^
       |
       = help: hours are 0 to 23, as in { 8 = 0.3, 19 = 0.7 }
    ");
}

#[test]
fn best_hours_below_1() {
    assert_snapshot!(edit(NEEDS, "best_hours = { 8 = 0.3, 19 = 0.6 }\nneeds = { every"), @"
    error: the shares of `segments.young.best_hours` must sum to 1, these sum to 0.9
      --> offers.toml:35:14
       |
    35 | best_hours = { 8 = 0.3, 19 = 0.6 }
       |              ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `best_hours`: share of customers whose best hour begins then, local, by hour; they sum to 1
    ");
}

#[test]
fn best_hour_odds_of_0() {
    assert_snapshot!(edit("click_rate = 0.02\n", "click_rate = 0.02\nbest_hour_odds = 0\n"), @"
    error: `channels.email.best_hour_odds` must lie above 0 and not above 1e12, found 0
      --> offers.toml:17:18
       |
    17 | best_hour_odds = 0
       |                  ^
       |
       = help: `best_hour_odds`: factor on the odds of opening a message that is delivered within the customer's best hour
    ");
}
