//! `--set`: what was written on the command line is shown as it was typed.

use insta::assert_snapshot;

use super::{BASE, told};

#[test]
fn unknown_key() {
    assert_snapshot!(told(BASE, &["chanels.text.cost_per_message=0.05"]), @"
    error: a scenario has no key `chanels`
     --> --set:1:1
      |
    1 | chanels.text.cost_per_message=0.05
      | ^^^^^^^
      |
      = help: did you mean `channels`?
      = help: allowed here: name, currency, start, horizon, tail, population, simulate, draws, seed, retention_window, time_zone, rates, count_first, exchange, stages, discount_rate, attribution, context, fatigue, goodwill, channels, segments, campaigns, strategies
    ");
}

#[test]
fn unknown_channel() {
    assert_snapshot!(told(BASE, &["channels.txet.cost_per_message=0.05"]), @"
    error: the scenario has no channel `txet`
     --> --set:1:10
      |
    1 | channels.txet.cost_per_message=0.05
      |          ^^^^
      |
      = help: did you mean `text`?
      = help: allowed here: email, text, web, shop
    ");
}

#[test]
fn nearly_the_name_of_an_entry() {
    assert_snapshot!(told(BASE, &["campaigns.wekly.trigger.every=7d"]), @"
    error: the scenario has no campaign `wekly`
     --> --set:1:11
      |
    1 | campaigns.wekly.trigger.every=7d
      |           ^^^^^
      |
      = help: did you mean `weekly`?
      = help: a new campaign can be written in the file, as a whole table
    ");
    assert_snapshot!(told(BASE, &["strategies.genlte.extends=ladder"]), @"
    error: the scenario has no strategy `genlte`
     --> --set:1:12
      |
    1 | strategies.genlte.extends=ladder
      |            ^^^^^^
      |
      = help: did you mean `gentle`?
      = help: a new strategy can be written in the file, as a whole table
    ");
    // Neither near to another nor dotted: a new one.
    assert_eq!(told(BASE, &["strategies.quick.extends=ladder"]), "");
    assert_eq!(told(BASE, &["strategies.genlte={ extends = \"ladder\" }"]), "");
}

#[test]
fn unknown_key_of_a_channel() {
    assert_snapshot!(told(BASE, &["channels.text.price=0.05"]), @"
    error: a channel has no key `price`
     --> --set:1:15
      |
    1 | channels.text.price=0.05
      |               ^^^^^
      |
      = help: did you mean `cost_per_message`? (of one message)
      = help: allowed here: preset, order_rate, cart_rate, cost_per_message, billed_on, delivery_rate, open_rate, click_rate, click_to_open_rate, reply_rate, opt_out_rate, open_delay, click_delay, reply_delay, best_hour_odds, reach, legal_hours, affinity_spread, opt_in, landing, cost_per_month, setup_cost, billed_by, cost_per_transactional, window, cost_in_window, cost_per_conversation, conversation, delivery_delay, duplicate_rate, … (38 in all)
    ");
}

#[test]
fn no_value() {
    assert_snapshot!(told(BASE, &["channels.text.cost_per_message"]), @"
    error: an override must be `key=value`
     --> --set:1:1
      |
    1 | channels.text.cost_per_message
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for example --set channels.sms.cost_per_message=0.05
    ");
}

#[test]
fn nothing_behind_the_equals_sign() {
    assert_snapshot!(told(BASE, &["simulate="]), @"
    error: an override must be `key=value`
     --> --set:1:1
      |
    1 | simulate=
      | ^^^^^^^^^
      |
      = help: for example --set channels.sms.cost_per_message=0.05
    ");
}

#[test]
fn spaces_in_the_key() {
    assert_snapshot!(told(BASE, &["channels text=1"]), @"
    error: an override must be `key=value`
     --> --set:1:1
      |
    1 | channels text=1
      | ^^^^^^^^^^^^^^^
      |
      = help: for example --set channels.sms.cost_per_message=0.05
    ");
}

#[test]
fn value_out_of_range() {
    assert_snapshot!(told(BASE, &["channels.text.open_rate=15"]), @"
    error: `channels.text.open_rate` is a share and must lie between 0 and 1, found 15
     --> --set:1:25
      |
    1 | channels.text.open_rate=15
      |                         ^^
      |
      = help: 15 % is written 0.15
    ");
}

#[test]
fn word_of_no_meaning() {
    assert_snapshot!(told(BASE, &["channels.email.billed_on=opened"]), @r#"
    error: `channels.email.billed_on` cannot be "opened"
     --> --set:1:26
      |
    1 | channels.email.billed_on=opened
      |                          ^^^^^^
      |
      = help: allowed here: sent, delivered
    "#);
}

#[test]
fn step_that_does_not_exist() {
    assert_snapshot!(told(BASE, &["strategies.ladder.campaigns.weekly.cascade.7.after=1d"]), @"
    error: there is no entry `7`: the list has 2, counted from 0
     --> --set:1:44
      |
    1 | strategies.ladder.campaigns.weekly.cascade.7.after=1d
      |                                            ^
    ");
}

#[test]
fn step_of_an_inherited_plan() {
    assert_snapshot!(told(BASE, &["strategies.gentle.campaigns.weekly.cascade.1.after=1d"]), @"
    error: the file has no list `cascade` here of which to change entry `1`
     --> --set:1:36
      |
    1 | strategies.gentle.campaigns.weekly.cascade.1.after=1d
      |                                    ^^^^^^^
      |
      = help: what comes from a preset or another strategy is changed where it is written, or replaced as a whole
    ");
}
