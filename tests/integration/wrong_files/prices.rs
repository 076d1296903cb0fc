//! Prices: texts, segments, windows, conversations, fixed costs.

use insta::assert_snapshot;

use super::{BASE, edit, edited, told};

#[test]
fn fixed_costs_that_are_no_money() {
    assert_snapshot!(told(BASE, &["strategies.ladder.cost_per_month=\"2000 a month\"", "channels.text.setup_cost=-5"]), @r#"
    error: `strategies.ladder.cost_per_month` must be a number, found "2000 a month"
     --> --set:1:34
      |
    1 | strategies.ladder.cost_per_month="2000 a month"
      |                                  ^^^^^^^^^^^^^^
      |
      = help: `cost_per_month`: what the strategy itself costs by the month (a platform, a team); a month is 365.25 ÷ 12 days

    error: `channels.text.setup_cost` must be an amount of money from 0 to a billion, found -5
     --> --set:1:26
      |
    1 | channels.text.setup_cost=-5
      |                          ^^
      |
      = help: `setup_cost`: what it costs once, in the first week, in every strategy that has a step on it
    "#);
}

#[test]
fn fixed_costs_by_another_name() {
    assert_snapshot!(told(BASE, &["strategies.ladder.monthly_cost=2000", "channels.text.setup=500"]), @"
    error: a strategy has no key `monthly_cost`
     --> --set:1:19
      |
    1 | strategies.ladder.monthly_cost=2000
      |                   ^^^^^^^^^^^^
      |
      = help: did you mean `cost_per_month`?
      = help: allowed here: extends, policies, campaigns, cost_per_month, setup_cost, profile

    error: a channel has no key `setup`
     --> --set:1:15
      |
    1 | channels.text.setup=500
      |               ^^^^^
      |
      = help: did you mean `setup_cost`?
      = help: allowed here: preset, order_rate, cart_rate, cost_per_message, billed_on, delivery_rate, open_rate, click_rate, click_to_open_rate, reply_rate, opt_out_rate, open_delay, click_delay, reply_delay, best_hour_odds, reach, legal_hours, affinity_spread, opt_in, landing, cost_per_month, setup_cost, billed_by, cost_per_transactional, window, cost_in_window, cost_per_conversation, conversation, delivery_delay, duplicate_rate, … (38 in all)
    ");
}

#[test]
fn fixed_costs_where_nothing_can_be_sent() {
    assert_snapshot!(told(BASE, &["channels.web.cost_per_month=900"]), @"
    error: `cost_per_month` says what happens to messages, but channel `web` carries none
     --> --set:1:14
      |
    1 | channels.web.cost_per_month=900
      |              ^^^^^^^^^^^^^^
      |
      = help: remove it, or write `cost_per_message`, `open_rate` and `click_rate` too
    ");
}

#[test]
fn a_discount_rate_in_percent() {
    assert_snapshot!(told(BASE, &["discount_rate=10"]), @"
    error: `discount_rate` is a share and must lie between 0 and 1, found 10
     --> --set:1:15
      |
    1 | discount_rate=10
      |               ^^
      |
      = help: 10 % is written 0.1
    ");
}

#[test]
fn billed_by_the_character() {
    assert_snapshot!(told(BASE, &["channels.text.billed_by=\"character\""]), @r#"
    error: `channels.text.billed_by` cannot be "character"
     --> --set:1:25
      |
    1 | channels.text.billed_by="character"
      |                         ^^^^^^^^^^^
      |
      = help: allowed here: message, segment
    "#);
}

#[test]
fn a_text_that_is_not_by_channel() {
    assert_snapshot!(edit("[campaigns.weekly]", "[campaigns.weekly]\ntexts = \"Only today\""), @r#"
    error: `campaigns.weekly.texts` must be a table of texts by channel, such as { sms = "Only today" }, found "Only today"
      --> offers.toml:47:9
       |
    47 | texts = "Only today"
       |         ^^^^^^^^^^^^
    "#);
}

#[test]
fn texts_for_channels_that_are_none_or_send_nothing() {
    assert_snapshot!(edit("[campaigns.weekly]", "[campaigns.weekly]\ntexts = { txt = \"Only today\", web = \"Hello\" }"), @r#"
    error: campaign `weekly` has a text for `txt`, which is no channel of this scenario
      --> offers.toml:47:11
       |
    47 | texts = { txt = "Only today", web = "Hello" }
       |           ^^^
       |
       = help: did you mean `text`?
       = help: allowed here: email, text

    error: campaign `weekly` has a text for `web`, which carries no messages
      --> offers.toml:47:31
       |
    25 | [channels.web]
       |           --- it has touches only
    ...
    47 | texts = { txt = "Only today", web = "Hello" }
       |                               ^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn a_text_that_is_empty() {
    assert_snapshot!(told(BASE, &["campaigns.weekly.texts={ text = \"\" }"]), @r#"
    error: `campaigns.weekly.texts.text` is empty
     --> --set:1:33
      |
    1 | campaigns.weekly.texts={ text = "" }
      |                                 ^^
      |
      = help: write the text, or leave the key away
    "#);
}

#[test]
fn a_text_that_is_a_book() {
    let book = format!("campaigns.weekly.texts={{ text = '{}' }}", "book".repeat(12_000));
    let said = told(BASE, &[&book]);
    assert_snapshot!(said.lines().next().unwrap_or_default(), @"error: `campaigns.weekly.texts.text` has 48000 characters and takes more than the 255 segments that a message can have");
}

#[test]
fn a_text_that_changes_nothing() {
    assert_snapshot!(edit("[campaigns.weekly]", "[campaigns.weekly]\ntexts = { text = \"Only today\" }"), @r#"
    warning: the text of campaign `weekly` for `text` changes nothing
      --> offers.toml:47:11
       |
    47 | texts = { text = "Only today" }
       |           ^^^^
       |
       = help: `text` is billed by message, however long it is: write `billed_by = "segment"`
    "#);
}

#[test]
fn a_window_of_no_time() {
    assert_snapshot!(told(BASE, &["channels.text.window=\"0h\"", "channels.text.reply_rate=0.1"]), @r#"
    error: `channels.text.window` must be longer than 0, for example "24h" or "7d", found "0h"
     --> --set:1:22
      |
    1 | channels.text.window="0h"
      |                      ^^^^
      |
      = help: `window`: so long after the customer's last reply on the channel free-form messages may be sent
    "#);
}

#[test]
fn a_window_that_never_opens() {
    assert_snapshot!(told(BASE, &["channels.text.window=\"24h\""]), @"
    warning: the window of `text` never opens: nobody replies on it
      --> offers.toml:21:11
       |
    21 | [channels.text]
       |           ^^^^
       |
       = help: write its `reply_rate`
    ");
}

#[test]
fn a_price_in_a_window_that_is_not_there() {
    assert_snapshot!(told(BASE, &["channels.text.cost_in_window=0"]), @r#"
    error: `cost_in_window` needs a `window`
     --> --set:1:15
      |
    1 | channels.text.cost_in_window=0
      |               ^^^^^^^^^^^^^^
      |
      = help: write `window = "24h"` too: how long after a reply it is open
    "#);
}

#[test]
fn a_price_in_a_window_that_no_message_has() {
    let set = ["channels.text.window=\"24h\"", "channels.text.reply_rate=0.1", "channels.text.cost_in_window=0"];
    assert_snapshot!(told(BASE, &set), @r#"
    warning: `cost_in_window` of `text` changes nothing
     --> --set:1:30
      |
    1 | channels.text.cost_in_window=0
      |                              ^
      |
      = help: it is the price of free-form and transactional messages, and no campaign is one of them: write `free_form = true` or `purpose = "transactional"` in a campaign
    "#);
}

#[test]
fn free_form_without_a_window() {
    assert_snapshot!(told(BASE, &["campaigns.weekly.free_form=true"]), @r#"
    warning: `free_form` of campaign `weekly` changes nothing: no channel has a `window`
     --> --set:1:28
      |
    1 | campaigns.weekly.free_form=true
      |                            ^^^^
      |
      = help: write `window = "24h"` in the channel on which such messages are only allowed after a reply
    "#);
}

#[test]
fn free_form_is_yes_or_no() {
    assert_snapshot!(told(BASE, &["campaigns.weekly.free_form=\"sms\""]), @r#"
    error: `campaigns.weekly.free_form` must be true or false, found "sms"
     --> --set:1:28
      |
    1 | campaigns.weekly.free_form="sms"
      |                            ^^^^^
    "#);
}

#[test]
fn a_conversation_without_a_price() {
    assert_snapshot!(told(BASE, &["channels.text.conversation=\"24h\""]), @r#"
    error: `conversation` needs a `cost_per_conversation`
     --> --set:1:15
      |
    1 | channels.text.conversation="24h"
      |               ^^^^^^^^^^^^
      |
      = help: write what each costs, or leave the key away
    "#);
}

#[test]
fn a_price_of_transactional_messages_that_nobody_sends() {
    let price = "preset = \"sms\"\ncost_per_transactional = 0.03";
    assert_snapshot!(edit("preset = \"sms\"", price), @r#"
    warning: `cost_per_transactional` of `text` changes nothing
      --> offers.toml:23:26
       |
    23 | cost_per_transactional = 0.03
       |                          ^^^^
       |
       = help: no plan sends a transactional campaign on it: write `purpose = "transactional"` in a campaign that does
    "#);
    let sent = edited("preset = \"sms\"", price).replace("intent = 1.5", "purpose = \"transactional\"");
    assert_eq!(told(&sent, &[]), "");
    let elsewhere =
        sent.replace("blast = [\"email\", \"text\"]", "blast = [\"email\"]").replace("text = 0.3", "email = 0.3");
    let elsewhere = elsewhere.replace("mix = { email = 0.7, email = 0.3 }", "blast = [\"email\"]");
    assert!(told(&elsewhere, &[]).contains("`cost_per_transactional` of `text` changes nothing"));
}

#[test]
fn every_message_twice() {
    assert_snapshot!(edit("preset = \"sms\"", "preset = \"sms\"\nduplicate_rate = 1"), @"
    warning: `text`: every message is sent, and billed, twice (`duplicate_rate` is 1): is that right?
      --> offers.toml:23:18
       |
    23 | duplicate_rate = 1
       |                  ^
    ");
}

#[test]
fn a_text_for_a_channel_that_comes_by_itself() {
    // Nobody wrote `web`, so that no line of the file defines it.
    let text = "name = \"T\"\ncurrency = \"USD\"\nstart = 2026-01-05\n[channels.sms]\npreset = \"sms\"\n[segments.all]\nshare = 1\n\
                opt_in = { sms = 0.5 }\n[campaigns.x]\ntrigger = { every = \"7d\", at = \"10:00\" }\ntexts.web = \"hi\"\n\
                [strategies.s.campaigns.x]\nblast = [\"sms\"]\n";
    assert_snapshot!(told(text, &[]), @r#"
    error: campaign `x` has a text for `web`, which carries no messages
      --> offers.toml:11:7
       |
    11 | texts.web = "hi"
       |       ^^^
       |
       = help: allowed here: sms
    "#);
}
