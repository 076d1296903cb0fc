//! Audiences and stages.

use insta::assert_snapshot;

use super::{edit, edited, told};

const SECOND: &str = r#"{ send = "text", after = "24h", unless = "opened" }"#;
const GOAL: &str = "goal = \"order\"\n";

#[test]
fn unknown_segment() {
    assert_snapshot!(edit(GOAL, "audience = { segments = [\"yung\"] }\n"), @r#"
    error: an audience asks for segment `yung`, which is no segment of this scenario
      --> offers.toml:48:26
       |
    48 | audience = { segments = ["yung"] }
       |                          ^^^^^^
       |
       = help: did you mean `young`?
       = help: allowed here: young, old
    "#);
}

#[test]
fn unknown_stage() {
    assert_snapshot!(edit(GOAL, "audience = { stages = [\"lapsd\"] }\n"), @r#"
    error: `campaigns.weekly.audience.stages.0` cannot be "lapsd"
      --> offers.toml:48:24
       |
    48 | audience = { stages = ["lapsd"] }
       |                        ^^^^^^^
       |
       = help: did you mean `lapsed`?
       = help: allowed here: prospect, new, repeat, lapsing, lapsed
    "#);
}

#[test]
fn opted_in_to_a_shop() {
    assert_snapshot!(edit(GOAL, "audience = { opted_in = [\"shop\"] }\n"), @r#"
    error: an audience has opted in to `shop`, which carries no messages
      --> offers.toml:48:26
       |
    28 | [channels.shop]
       |           ---- it has touches only
    ...
    48 | audience = { opted_in = ["shop"] }
       |                          ^^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn nobody_ordered_and_did_not() {
    assert_snapshot!(edit(GOAL, "audience = { ordered_within = \"60d\", not_ordered_for = \"90d\" }\n"), @r#"
    error: nobody belongs to this audience: `not_ordered_for` of 90d and `ordered_within` of 60d exclude each other
      --> offers.toml:48:56
       |
    48 | audience = { ordered_within = "60d", not_ordered_for = "90d" }
       |                               -----                    ^^^^^
       |                               |
       |                               less than so long ago
       |
       = help: `not_ordered_for` must be shorter than `ordered_within`
    "#);
}

#[test]
fn nobody_responded_and_did_not() {
    assert_snapshot!(edit(GOAL, "audience = { responded_within = \"30d\", not_responded_for = \"30d\" }\n"), @r#"
    error: nobody belongs to this audience: `not_responded_for` of 30d and `responded_within` of 30d exclude each other
      --> offers.toml:48:60
       |
    48 | audience = { responded_within = "30d", not_responded_for = "30d" }
       |                                 -----                      ^^^^^
       |                                 |
       |                                 less than so long ago
       |
       = help: `not_responded_for` must be shorter than `responded_within`
    "#);
}

#[test]
fn prospects_who_ordered() {
    assert_snapshot!(edit(GOAL, "audience = { stages = [\"prospect\"], ordered_within = \"60d\" }\n"), @r#"
    error: a prospect has never ordered, so that nobody belongs to this audience
      --> offers.toml:48:37
       |
    48 | audience = { stages = ["prospect"], ordered_within = "60d" }
       |                                     ^^^^^^^^^^^^^^
       |
       = help: leave `ordered_within` or `stages` away
    "#);
}

#[test]
fn unknown_key() {
    assert_snapshot!(edit(GOAL, "audience = { not_ordered = \"60d\" }\n"), @r#"
    error: an audience has no key `not_ordered`
      --> offers.toml:48:14
       |
    48 | audience = { not_ordered = "60d" }
       |              ^^^^^^^^^^^
       |
       = help: did you mean `not_ordered_for`?
       = help: allowed here: segments, stages, ordered_within, not_ordered_for, responded_within, not_responded_for, opted_in, share
    "#);
}

#[test]
fn share_above_1() {
    assert_snapshot!(edit(GOAL, "audience = { share = 50 }\n"), @"
    error: `campaigns.weekly.audience.share` is a share and must lie between 0 and 1, found 50
      --> offers.toml:48:22
       |
    48 | audience = { share = 50 }
       |                      ^^
       |
       = help: 50 % is written 0.5
    ");
}

#[test]
fn of_no_segment() {
    assert_snapshot!(edit(GOAL, "audience = { segments = [] }\n"), @"
    error: `campaigns.weekly.audience.segments` is empty
      --> offers.toml:48:25
       |
    48 | audience = { segments = [] }
       |                         ^^
       |
       = help: name at least one, or leave the key away
    ");
}

#[test]
fn lapsed_before_lapsing() {
    assert_snapshot!(edit("exchange = { USD = 0.9 }", "exchange = { USD = 0.9 }\nstages = { lapsing_after = \"200d\" }"), @r#"
    error: customers would be lapsed after 180d (the default) and lapsing only after 200d
      --> offers.toml:11:28
       |
    11 | stages = { lapsing_after = "200d" }
       |                            ^^^^^^
       |
       = help: `lapsed_after` must not be shorter than `lapsing_after`
    "#);
}

#[test]
fn lapsing_at_once() {
    assert_snapshot!(edit("exchange = { USD = 0.9 }", "exchange = { USD = 0.9 }\nstages = { lapsing_after = \"0d\" }"), @r#"
    error: `stages.lapsing_after` must be longer than 0, for example "24h" or "7d", found "0d"
      --> offers.toml:11:28
       |
    11 | stages = { lapsing_after = "0d" }
       |                            ^^^^
       |
       = help: `lapsing_after`: who has not ordered for so long is lapsing
    "#);
}

#[test]
fn step_for_a_segment_outside() {
    assert_snapshot!(told(&edited(GOAL, "audience = { segments = [\"old\"] }\n").replace(SECOND, r#"{ send = "text", segments = ["young"] }"#), &[]), @r#"
    warning: this step is for segment `young`, which is not in the audience
      --> offers.toml:55:72
       |
    48 | audience = { segments = ["old"] }
       |                          ----- the audience
    ...
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", segments = ["young"] }] }
       |                                                                        ^^^^^^^
    "#);
}
