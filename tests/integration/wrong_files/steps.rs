//! Steps: conditions, fallbacks, times to live and branches.

use insta::assert_snapshot;

use super::{edit, edited, told};

const SECOND: &str = r#"{ send = "text", after = "24h", unless = "opened" }"#;

#[test]
fn needs_and_forbids_the_same() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", unless = ["clicked", "opened"], only_if = "opened" }"#), @r#"
    error: this step needs `opened` and forbids it: it can never be sent
      --> offers.toml:55:102
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", unless = ["clicked", "opened"], only_if = "opened" }] }
       |                                                                                 --------             ^^^^^^^^
       |                                                                                 |
       |                                                                                 forbidden here
    "#);
}

#[test]
fn needs_what_comes_with_what_it_forbids() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", unless = "opened", only_if = ["clicked", "replied"] }"#), @r#"
    error: this step needs `clicked`, with which `opened` comes, and forbids that: it can never be sent
      --> offers.toml:55:90
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", unless = "opened", only_if = ["clicked", "replied"] }] }
       |                                                                     --------             ^^^^^^^^^
       |                                                                     |
       |                                                                     forbidden here
    "#);
}

#[test]
fn only_if_in_the_first_step() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ send = "email", only_if = "opened" }"#), @r#"
    error: the first step has no earlier contact, so its `only_if` can never be met: it is never sent
      --> offers.toml:55:51
       |
    55 | weekly = { cascade = [{ send = "email", only_if = "opened" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                   ^^^^^^^^
       |
       = help: remove it, or move it to the step that it is meant for
    "#);
}

#[test]
fn reply_that_nobody_writes() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", only_if = "replied" }"#), @r#"
    error: this step is never sent: nobody replies to the messages before it: their channels have no `reply_rate`
      --> offers.toml:55:70
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", only_if = "replied" }] }
       |                                                                      ^^^^^^^^^
    "#);
}

#[test]
fn unless_a_reply_that_nobody_writes() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", unless = ["clicked", "replied"] }"#), @r#"
    warning: this `unless` is never met: nobody replies to the messages before it: their channels have no `reply_rate`
      --> offers.toml:55:81
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", unless = ["clicked", "replied"] }] }
       |                                                                                 ^^^^^^^^^
    "#);
}

#[test]
fn unknown_response_in_a_list() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", unless = ["clicked", "answered"] }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.unless.1` cannot be "answered"
      --> offers.toml:55:81
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", unless = ["clicked", "answered"] }] }
       |                                                                                 ^^^^^^^^^^
       |
       = help: allowed here: delivered, opened, clicked, replied, responded, ordered
    "#);
}

#[test]
fn unless_nothing() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", unless = [] }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.unless` is empty
      --> offers.toml:55:69
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", unless = [] }] }
       |                                                                     ^^
       |
       = help: name at least one, or leave the key away
    "#);
}

#[test]
fn unknown_fallback() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ send = "email", fallback = "txt" }"#), @r#"
    error: a plan sends on `txt`, which is no channel of this scenario
      --> offers.toml:55:52
       |
    55 | weekly = { cascade = [{ send = "email", fallback = "txt" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^
       |
       = help: did you mean `text`?
       = help: allowed here: email, text
    "#);
}

#[test]
fn fallback_that_is_never_needed() {
    assert_snapshot!(told(&edited("delivery_rate = 0.98\n", "").replace(r#"{ send = "email" }"#, r#"{ send = "email", fallback = ["text"] }"#), &[]), @r#"
    warning: this fallback is never needed: what is sent on `email` is always delivered
      --> offers.toml:54:53
       |
    54 | weekly = { cascade = [{ send = "email", fallback = ["text"] }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                     ^^^^^^
       |
       = help: write the `delivery_rate` of `email`, 1 unless written
    "#);
}

#[test]
fn fallback_of_too_many() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ send = "email", fallback = ["text", "text"] }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.0.fallback` says "text" twice
      --> offers.toml:55:61
       |
    55 | weekly = { cascade = [{ send = "email", fallback = ["text", "text"] }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                     ------  ^^^^^^
       |                                                     |
       |                                                     the first
    "#);
}

#[test]
fn no_time_to_live() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", ttl = "0h" }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.ttl` must be longer than 0, for example "24h" or "7d", found "0h"
      --> offers.toml:55:66
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", ttl = "0h" }] }
       |                                                                  ^^^^
       |
       = help: `ttl`: a step that has waited so long since it was due is not sent any more
    "#);
}

#[test]
fn unknown_segment() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", segments = ["older"] }"#), @r#"
    error: a step is for segment `older`, which is no segment of this scenario
      --> offers.toml:55:72
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", segments = ["older"] }] }
       |                                                                        ^^^^^^^
       |
       = help: did you mean `old`?
       = help: allowed here: young, old
    "#);
}

#[test]
fn at_no_time_of_day() {
    assert_snapshot!(edit(SECOND, r#"{ send = "text", at = "6pm" }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.at` must be a time of day such as "10:00", found "6pm"
      --> offers.toml:55:65
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", at = "6pm" }] }
       |                                                                 ^^^^^
    "#);
}
