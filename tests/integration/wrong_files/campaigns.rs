//! Campaigns: re-entry, goals, exits, purpose and priority.

use insta::assert_snapshot;

use super::edit;

const GOAL: &str = "goal = \"order\"\n";

#[test]
fn reentry_that_is_no_word() {
    assert_snapshot!(edit(GOAL, "goal = \"order\"\nreentry = \"once\"\n"), @r#"
    error: `campaigns.weekly.reentry` must be "always", "never" or a duration such as "30d", found "once"
      --> offers.toml:49:11
       |
    49 | reentry = "once"
       |           ^^^^^^
    "#);
}

#[test]
fn reentry_without_a_unit() {
    assert_snapshot!(edit(GOAL, "goal = \"order\"\nreentry = \"30\"\n"), @r#"
    error: `campaigns.weekly.reentry` must be a duration: "30" is no duration
      --> offers.toml:49:11
       |
    49 | reentry = "30"
       |           ^^^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn unknown_concurrency() {
    assert_snapshot!(edit(GOAL, "goal = \"order\"\nconcurrency = \"skipp\"\n"), @r#"
    error: `campaigns.weekly.concurrency` cannot be "skipp"
      --> offers.toml:49:15
       |
    49 | concurrency = "skipp"
       |               ^^^^^^^
       |
       = help: did you mean `skip`?
       = help: allowed here: allow, skip, replace
    "#);
}

#[test]
fn goal_of_a_single_word() {
    assert_snapshot!(edit(r#"goal = "order""#, r#"goal = "click""#), @r#"
    error: `campaigns.weekly.goal` must be "order" or { event = "click", within = "7d" }, found "click"
      --> offers.toml:48:8
       |
    48 | goal = "click"
       |        ^^^^^^^
       |
       = help: write { event = "click" }
    "#);
}

#[test]
fn goal_without_an_event() {
    assert_snapshot!(edit(r#"goal = "order""#, r#"goal = { within = "7d" }"#), @r#"
    error: `campaigns.weekly.goal` lacks `event`
      --> offers.toml:48:8
       |
    48 | goal = { within = "7d" }
       |        ^^^^^^^^^^^^^^^^^
       |
       = help: write `event` as "order", "click", "reply" or "response"
    "#);
}

#[test]
fn goal_that_is_no_event() {
    assert_snapshot!(edit(r#"goal = "order""#, r#"goal = { event = "opened" }"#), @r#"
    error: `campaigns.weekly.goal.event` cannot be "opened"
      --> offers.toml:48:18
       |
    48 | goal = { event = "opened" }
       |                  ^^^^^^^^
       |
       = help: allowed here: order, click, reply, response
    "#);
}

#[test]
fn unknown_exit() {
    assert_snapshot!(edit(GOAL, "exit = [\"optout\"]\n"), @r#"
    error: `campaigns.weekly.exit.0` cannot be "optout"
      --> offers.toml:48:9
       |
    48 | exit = ["optout"]
       |         ^^^^^^^^
       |
       = help: did you mean `opted-out`?
       = help: allowed here: opened, clicked, replied, ordered, opted-out, audience
    "#);
}

#[test]
fn exit_after_no_time() {
    assert_snapshot!(edit(GOAL, "exit_after = \"0h\"\n"), @r#"
    error: `campaigns.weekly.exit_after` must be longer than 0, found "0h"
      --> offers.toml:48:14
       |
    48 | exit_after = "0h"
       |              ^^^^
    "#);
}

#[test]
fn exits_at_once_of_nothing() {
    assert_snapshot!(edit(GOAL, "exit = [\"audience\"]\nexits = \"at-once\"\n"), @r#"
    warning: `exits = "at-once"` of campaign `weekly` has no effect
      --> offers.toml:46:12
       |
    46 | [campaigns.weekly]
       |            ^^^^^^
       |
       = help: it has no `goal`, and no `exit` that happens at an instant; `audience` is read when a step is due
    "#);
}

#[test]
fn ends_at_replies_that_nobody_writes() {
    assert_snapshot!(edit(GOAL, "exit = [\"replied\"]\n"), @"
    warning: a run of campaign `weekly` ends at a reply, but nobody replies
      --> offers.toml:46:12
       |
    46 | [campaigns.weekly]
       |            ^^^^^^
       |
       = help: write a channel's `reply_rate`
    ");
}

#[test]
fn priority_above_all() {
    assert_snapshot!(edit(GOAL, "priority = 1001\n"), @"
    error: `campaigns.weekly.priority` must be a whole number from 0 to 1000, found 1001
      --> offers.toml:48:12
       |
    48 | priority = 1001
       |            ^^^^
    ");
}

#[test]
fn priority_of_what_is_no_marketing() {
    assert_snapshot!(edit(GOAL, "purpose = \"transactional\"\npriority = 5\n"), @"
    warning: the `priority` of campaign `weekly` has no effect
      --> offers.toml:46:12
       |
    46 | [campaigns.weekly]
       |            ^^^^^^
       |
       = help: it is transactional: only marketing campaigns give way to each other
    ");
}

#[test]
fn holdout_in_percent() {
    assert_snapshot!(edit(GOAL, "holdout = \"10%\"\n"), @r#"
    error: `campaigns.weekly.holdout` must be a number between 0 and 1, found "10%"
      --> offers.toml:48:11
       |
    48 | holdout = "10%"
       |           ^^^^^
       |
       = help: 10 % is written 0.1
    "#);
}
