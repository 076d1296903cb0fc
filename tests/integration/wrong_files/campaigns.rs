//! Campaigns: re-entry, goals, exits, purpose and priority.

use insta::assert_snapshot;

use super::{edit, edited, told};

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
    error: `campaigns.weekly.exit_after` must be longer than 0, for example "24h" or "7d", found "0h"
      --> offers.toml:48:14
       |
    48 | exit_after = "0h"
       |              ^^^^
       |
       = help: `exit_after`: so long after the trigger every run ends
    "#);
}

#[test]
fn exits_at_once_of_nothing() {
    assert_snapshot!(edit(GOAL, "exit = [\"audience\"]\nexits = \"at-once\"\n"), @r#"
    warning: the exit `audience` of campaign `weekly` never happens: nobody leaves its audience
      --> offers.toml:48:1
       |
    48 | exit = ["audience"]
       | ^^^^
       |
       = help: write an `audience` that a customer can leave, such as { not_ordered_for = "60d" }; segments and random shares are for ever

    warning: `exits = "at-once"` of campaign `weekly` has no effect
      --> offers.toml:49:1
       |
    49 | exits = "at-once"
       | ^^^^^
       |
       = help: it has no `goal`, and no `exit` that happens at an instant; `audience` is read when a step is due
    "#);
}

#[test]
fn ends_at_replies_that_nobody_writes() {
    assert_snapshot!(edit(GOAL, "exit = [\"replied\"]\n"), @r#"
    warning: a run of campaign `weekly` ends at a reply, but nobody replies
      --> offers.toml:48:1
       |
    48 | exit = ["replied"]
       | ^^^^
       |
       = help: write a channel's `reply_rate`
    "#);
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
      --> offers.toml:49:1
       |
    49 | priority = 5
       | ^^^^^^^^
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

#[test]
fn runs_that_end_before_a_step_is_due() {
    assert_snapshot!(edit(GOAL, "exit_after = \"24h\"\n"), @r#"
    warning: this step comes due 1d after the trigger at the earliest, when every run of campaign `weekly` has ended, 1d after it
      --> offers.toml:55:52
       |
    48 | exit_after = "24h"
       | ---------- every run ends then
    ...
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^^ not sent any more
       |
       = help: let `exit_after` be longer, or the waits shorter
    "#);
    assert_eq!(edit(GOAL, "exit_after = \"25h\"\n"), "");
}

#[test]
fn an_audience_that_nobody_leaves() {
    assert_snapshot!(edit(GOAL, "exit = [\"audience\"]\naudience = { segments = [\"old\"] }\n"), @r#"
    warning: the exit `audience` of campaign `weekly` never happens: nobody leaves its audience
      --> offers.toml:48:1
       |
    48 | exit = ["audience"]
       | ^^^^
       |
       = help: write an `audience` that a customer can leave, such as { not_ordered_for = "60d" }; segments and random shares are for ever
    "#);
    assert_eq!(edit(GOAL, "exit = [\"audience\"]\naudience = { not_ordered_for = \"60d\" }\n"), "");
}

#[test]
fn a_stage_that_nobody_is_in() {
    let stage = "audience = { stages = [\"prospect\"] }\n";
    assert_snapshot!(edit(GOAL, stage), @r#"
    warning: nobody belongs to this audience: no customer is a prospect
      --> offers.toml:48:14
       |
    48 | audience = { stages = ["prospect"] }
       |              ^^^^^^
       |
       = help: customers join with their first order, but for those of a segment with `joined = "prospects"`
    "#);
    let prospects = edited(GOAL, stage).replace("share = 0.6\n", "share = 0.6\njoined = \"prospects\"\n");
    assert_eq!(told(&prospects, &[]), "");
    let others = prospects.replace("{ stages", "{ segments = [\"young\"], stages");
    assert!(told(&others, &[]).contains("no customer of its segments is a prospect"), "{}", told(&others, &[]));
}
