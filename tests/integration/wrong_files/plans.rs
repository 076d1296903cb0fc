//! Strategies: plans that cannot work.

use insta::assert_snapshot;

use super::{BASE, edit, edited, told};

#[test]
fn two_plans_at_once() {
    assert_snapshot!(edit("sale = { blast", "sale = { mix = { email = 1.0 }, blast"), @r#"
    error: the plan for campaign `sale` is several at once: blast, mix
      --> offers.toml:56:1
       |
    56 | sale = { mix = { email = 1.0 }, blast = ["email", "text"] }
       | ^^^^
       |
       = help: write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }` and `preferred = { channels = [ … ], by = … }`
    "#);
}

#[test]
fn no_plan() {
    assert_snapshot!(edit(r#"sale = { blast = ["email", "text"] }"#, "sale = {}"), @"
    error: the plan for campaign `sale` sends nothing
      --> offers.toml:56:1
       |
    56 | sale = {}
       | ^^^^
       |
       = help: write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }` and `preferred = { channels = [ … ], by = … }`
    ");
}

#[test]
fn empty_plan() {
    assert_snapshot!(edit(r#"blast = ["email", "text"]"#, "blast = []"), @"
    error: a plan needs 1 to 64 channels, `blast` has 0
      --> offers.toml:56:18
       |
    56 | sale = { blast = [] }
       |                  ^^
    ");
}

#[test]
fn plan_that_is_no_list() {
    assert_snapshot!(edit(r#"blast = ["email", "text"]"#, r#"blast = "email""#), @r#"
    error: `strategies.ladder.campaigns.sale.blast` must be a list, found "email"
      --> offers.toml:56:18
       |
    56 | sale = { blast = "email" }
       |                  ^^^^^^^
       |
       = help: a list of one is written ["email"]
    "#);
}

#[test]
fn mix_below_1() {
    assert_snapshot!(edit("text = 0.3 }", "text = 0.2 }"), @"
    error: the shares of a mix must sum to 1, these sum to 0.9
      --> offers.toml:60:26
       |
    60 | campaigns.sale = { mix = { email = 0.7, text = 0.2 } }
       |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `mix`: shares that sum to 1; one channel is picked for each run
    ");
}

#[test]
fn unless_in_the_first_step() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ send = "email", unless = "clicked" }"#), @r#"
    error: the first step has no earlier contact, so its `unless` can never be met
      --> offers.toml:55:50
       |
    55 | weekly = { cascade = [{ send = "email", unless = "clicked" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                                  ^^^^^^^^^
       |
       = help: remove it, or move it to the step that it is meant for
    "#);
}

#[test]
fn otherwise_without_unless() {
    assert_snapshot!(edit(r#"unless = "opened" }"#, r#"otherwise = "next" }"#), @r#"
    error: `otherwise` says what happens instead, but there is neither `unless` nor `only_if`
      --> offers.toml:55:87
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", otherwise = "next" }] }
       |                                                                                       ^^^^^^
    "#);
}

#[test]
fn unknown_response() {
    assert_snapshot!(edit(r#"unless = "opened""#, r#"unless = "open""#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.unless` cannot be "open"
      --> offers.toml:55:84
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "open" }] }
       |                                                                                    ^^^^^^
       |
       = help: did you mean `opened`?
       = help: allowed here: delivered, opened, clicked, replied, responded, ordered
    "#);
}

#[test]
fn extends_itself() {
    assert_snapshot!(edit("[strategies.ladder.campaigns]", "[strategies.ladder]\nextends = \"gentle\"\n[strategies.ladder.campaigns]"), @r#"
    error: strategy `ladder` extends itself: ladder → gentle → ladder
      --> offers.toml:55:11
       |
    55 | extends = "gentle"
       |           ^^^^^^^^
       |
       = help: one of them must stand alone

    error: strategy `gentle` extends itself: gentle → ladder → gentle
      --> offers.toml:61:11
       |
    61 | extends = "ladder"
       |           ^^^^^^^^
       |
       = help: one of them must stand alone
    "#);
}

#[test]
fn extends_a_number() {
    assert_snapshot!(edit(r#"extends = "ladder""#, "extends = 1"), @"
    error: `strategies.gentle.extends` must be a string, found 1
      --> offers.toml:59:11
       |
    59 | extends = 1
       |           ^
    ");
}

#[test]
fn blast_twice_on_one_channel() {
    assert_snapshot!(edit(r#"["email", "text"]"#, r#"["text", "text"]"#), @r#"
    warning: this blast sends on `text` twice at the same time
      --> offers.toml:56:27
       |
    56 | sale = { blast = ["text", "text"] }
       |                   ------  ^^^^^^
       |                   |
       |                   the first
    "#);
}

#[test]
fn step_that_can_never_be_reached() {
    let text = edited("delivery_rate = 0.98", "delivery_rate = 1")
        .replace("email = 0.9", "email = 1")
        .replace("preset = \"retail\"", "opt_in = { email = 1 }")
        .replace("unless = \"opened\"", "unless = \"delivered\"");
    assert_snapshot!(told(&text, &[]), @r#"
    error: the step that sends `text` can never be reached
      --> offers.toml:55:52
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "delivered" }] }
       |                                                    ^^^^^^ never sent               ----------- always met: the earlier message is delivered to everyone
       |
       = help: `email` is sent to all customers and always delivered
    "#);
}

#[test]
fn campaign_without_plan() {
    let text = format!("{BASE}[campaigns.birthday]\ntrigger = {{ every = \"365d\", at = \"9:00\" }}\n");
    assert_snapshot!(told(&text, &[]), @"
    warning: no strategy has a plan for campaign `birthday`
      --> offers.toml:61:12
       |
    61 | [campaigns.birthday]
       |            ^^^^^^^^
    ");
}

#[test]
fn no_strategy() {
    let text = &BASE[..BASE.find("[strategies").expect("strategies")];
    assert_snapshot!(told(text, &[]), @r#"
    warning: the scenario has no strategy: only `none`, doing nothing, is played
     --> offers.toml:1:1
      |
    1 | name = "Spring offers"
      | ^
      |
      = help: write [strategies.NAME.campaigns.CAMPAIGN] with a plan
    "#);
}

#[test]
fn channel_nobody_has_opted_in_to() {
    let text = edited("opt_in = 0.8\n", "").replace("email = 0.9, ", "");
    assert_snapshot!(told(&text, &[]), @r#"
    error: a plan sends on `email`, but nobody has opted in to it
      --> offers.toml:54:32
       |
    54 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       |                                ^^^^^^^
       |
       = help: write `opt_in = { email = 0.5 }` in a segment

    error: a plan sends on `email`, but nobody has opted in to it
      --> offers.toml:55:19
       |
    55 | sale = { blast = ["email", "text"] }
       |                   ^^^^^^^
       |
       = help: write `opt_in = { email = 0.5 }` in a segment

    error: a plan sends on `email`, but nobody has opted in to it
      --> offers.toml:59:28
       |
    59 | campaigns.sale = { mix = { email = 0.7, text = 0.3 } }
       |                            ^^^^^
       |
       = help: write `opt_in = { email = 0.5 }` in a segment
    "#);
}
