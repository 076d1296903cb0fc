//! Policies: quiet hours, caps and arbitration.

use insta::assert_snapshot;

use super::{BASE, edited, told};

#[test]
fn unknown_policy() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hour = []\n"), &[]), @"
    error: a set of policies has no key `quiet_hour`
      --> offers.toml:62:1
       |
    62 | quiet_hour = []
       | ^^^^^^^^^^
       |
       = help: did you mean `quiet_hours`?
       = help: allowed here: holdout, quiet_hours, caps, arbitration
    ");
}

#[test]
fn quiet_hours_that_are_no_list() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = { from = \"21:00\", until = \"08:00\" }\n"), &[]), @r#"
    error: `strategies.ladder.policies.quiet_hours` must be a list, found a table
      --> offers.toml:62:15
       |
    62 | quiet_hours = { from = "21:00", until = "08:00" }
       |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: a list of one is written [{ … }]
    "#);
}

#[test]
fn from_without_until() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = [{ from = \"21:00\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.quiet_hours.0` has `from`, but no `until`
      --> offers.toml:62:25
       |
    62 | quiet_hours = [{ from = "21:00" }]
       |                         ^^^^^^^
       |
       = help: for the whole day leave both away
    "#);
}

#[test]
fn from_until_the_same() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = [{ from = \"08:00\", until = \"8:00\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.quiet_hours.0` begins and ends at the same time
      --> offers.toml:62:42
       |
    62 | quiet_hours = [{ from = "08:00", until = "8:00" }]
       |                         -------          ^^^^^^
       |                         |
       |                         it begins here
       |
       = help: for the whole day leave both away
    "#);
}

#[test]
fn quiet_for_ever() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = [{ from = \"21:00\", until = \"08:00\" }, { from = \"08:00\", until = \"21:00\", channels = [\"text\"] }]\n"), &[]), @r#"
    error: strategies `ladder`, `gentle` never send on `text`: it is quiet at every hour of the week
      --> offers.toml:62:1
       |
    62 | quiet_hours = [{ from = "21:00", until = "08:00" }, { from = "08:00", until = "21:00", channels = ["text"] }]
       | ^^^^^^^^^^^
       |
       = help: `quiet_hours` are those in which nothing is sent: leave some hours out of them
    "#);
}

#[test]
fn quiet_on_an_unknown_channel() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = [{ weekdays = [\"sun\"], channels = [\"txt\"] }]\n"), &[]), @r#"
    error: a quiet rule names `txt`, which is no channel of this scenario
      --> offers.toml:62:50
       |
    62 | quiet_hours = [{ weekdays = ["sun"], channels = ["txt"] }]
       |                                                  ^^^^^
       |
       = help: did you mean `text`?
       = help: allowed here: email, text
    "#);
}

#[test]
fn quiet_then_end() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\nquiet_hours = [{ weekdays = [\"sun\"], then = \"end\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.quiet_hours.0.then` cannot be "end"
      --> offers.toml:62:45
       |
    62 | quiet_hours = [{ weekdays = ["sun"], then = "end" }]
       |                                             ^^^^^
       |
       = help: allowed here: hold, skip
    "#);
}

#[test]
fn cap_without_a_time() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 2 }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.caps.0` lacks `per`
      --> offers.toml:62:9
       |
    62 | caps = [{ messages = 2 }]
       |         ^^^^^^^^^^^^^^^^
       |
       = help: write `per` as a duration such as "24h" or "7d"
    "#);
}

#[test]
fn cap_of_nothing() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 0, per = \"7d\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.caps.0.messages` must be a whole number from 1 to 1000, found 0
      --> offers.toml:62:22
       |
    62 | caps = [{ messages = 0, per = "7d" }]
       |                      ^
    "#);
}

#[test]
fn cap_of_half_a_day_by_the_calendar() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 2, per = \"36h\", window = \"calendar\" }]\n"), &[]), @r#"
    error: a cap's calendar window must be whole days, found 36h
      --> offers.toml:62:31
       |
    62 | caps = [{ messages = 2, per = "36h", window = "calendar" }]
       |                               ^^^^^
       |
       = help: for hours use `window = "rolling"`
    "#);
}

#[test]
fn cap_on_a_shop() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 2, per = \"7d\", channels = [\"email\", \"shop\"] }]\n"), &[]), @r#"
    error: a cap counts messages on `shop`, which carries no messages
      --> offers.toml:62:58
       |
    28 | [channels.shop]
       |           ---- it has touches only
    ...
    62 | caps = [{ messages = 2, per = "7d", channels = ["email", "shop"] }]
       |                                                          ^^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn cap_then_an_unknown_word() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 2, per = \"7d\", then = \"next\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.caps.0.then` cannot be "next"
      --> offers.toml:62:44
       |
    62 | caps = [{ messages = 2, per = "7d", then = "next" }]
       |                                            ^^^^^^
       |
       = help: did you mean `next-channel`?
       = help: allowed here: skip, hold, end, next-channel
    "#);
}

#[test]
fn next_channel_without_one() {
    assert_snapshot!(told(&(edited("weekly = { cascade = [{ send = \"email\" }, { send = \"text\", after = \"24h\", unless = \"opened\" }] }\n", "") + "[strategies.ladder.policies]\ncaps = [{ messages = 2, per = \"7d\", then = \"next-channel\" }]\n"), &[]), @r#"
    warning: no strategy has a plan for campaign `weekly`
      --> offers.toml:46:12
       |
    46 | [campaigns.weekly]
       |            ^^^^^^

    warning: a cap of strategies `ladder`, `gentle` goes on with the next channel, but no plan there has a next step
      --> offers.toml:61:37
       |
    61 | caps = [{ messages = 2, per = "7d", then = "next-channel" }]
       |                                     ^^^^
       |
       = help: only a cascade has; elsewhere `next-channel` does what `skip` does
    "#);
}

#[test]
fn too_many_caps() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\ncaps = [{ messages = 1, per = \"7d\" }, { messages = 2, per = \"7d\" }, { messages = 3, per = \"7d\" }, { messages = 4, per = \"7d\" }, { messages = 5, per = \"7d\" }, { messages = 6, per = \"7d\" }, { messages = 7, per = \"7d\" }, { messages = 8, per = \"7d\" }, { messages = 9, per = \"7d\" }, { messages = 10, per = \"7d\" }, { messages = 11, per = \"7d\" }, { messages = 12, per = \"7d\" }, { messages = 13, per = \"7d\" }, { messages = 14, per = \"7d\" }, { messages = 15, per = \"7d\" }, { messages = 16, per = \"7d\" }, { messages = 17, per = \"7d\" }]\n"), &[]), @r#"
    error: `strategies.ladder.policies.caps` has 17 entries, at most 16 are possible
      --> offers.toml:62:8
       |
    62 | ... = [{ messages = 1, per = "7d" }, { messages = 2... per = "7d" }, { messages = 17, per = "7d" }]
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn arbitration_without_priorities() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\narbitration = { window = \"24h\" }\n"), &[]), @r#"
    warning: the `arbitration` of strategies `ladder`, `gentle` has no effect: all campaigns there have the same priority
      --> offers.toml:62:1
       |
    62 | arbitration = { window = "24h" }
       | ^^^^^^^^^^^
       |
       = help: write `priority = 10` in the campaign that goes first
    "#);
}

#[test]
fn arbitration_without_a_window() {
    assert_snapshot!(told(&format!("{BASE}{}", "[strategies.ladder.policies]\narbitration = { then = \"hold\" }\n"), &[]), @r#"
    error: `strategies.ladder.policies.arbitration` lacks `window`
      --> offers.toml:62:15
       |
    62 | arbitration = { then = "hold" }
       |               ^^^^^^^^^^^^^^^^^
       |
       = help: write `window` as a duration such as "24h" or "7d"
    "#);
}

#[test]
fn a_cap_that_holds_for_ever() {
    let cap = |then: &str| {
        told(
            &format!(
                "{BASE}[strategies.ladder.policies]\ncaps = [{{ messages = 2, per = \"400d\", then = \"{then}\" }}]\n"
            ),
            &[],
        )
    };
    assert_snapshot!(cap("hold"), @r#"
    warning: a cap holds messages for up to 400d, but customers are followed for 364d: what it holds is never sent
      --> offers.toml:62:25
       |
    62 | caps = [{ messages = 2, per = "400d", then = "hold" }]
       |                         ^^^
       |
       = help: let `per` be shorter, or say `then = "skip"`
    "#);
    assert_eq!(cap("skip"), "");
}
