//! Names that do not exist, and names that cannot be.

use insta::assert_snapshot;

use super::edit;

#[test]
fn unknown_preset() {
    assert_snapshot!(edit(r#"preset = "sms""#, r#"preset = "sns""#), @r#"
    error: there is no channel preset `sns`
      --> offers.toml:22:10
       |
    22 | preset = "sns"
       |          ^^^^^
       |
       = help: did you mean `sms`?
       = help: allowed here: email, sms, rcs, whatsapp, viber, telegram, line, social-dm, mobile-push, web-push, in-app, retargeting-ad, direct-mail, outbound-call, web, app, store
    "#);
}

#[test]
fn preset_of_the_wrong_kind() {
    assert_snapshot!(edit(r#"preset = "sms""#, r#"preset = "retail""#), @r#"
    error: the preset `retail` describes a segment, not a channel
      --> offers.toml:22:10
       |
    22 | preset = "retail"
       |          ^^^^^^^^
       |
       = help: allowed here: email, sms, rcs, whatsapp, viber, telegram, line, social-dm, mobile-push, web-push, in-app, retargeting-ad, direct-mail, outbound-call, web, app, store
    "#);
}

#[test]
fn preset_that_is_no_name() {
    assert_snapshot!(edit(r#"preset = "sms""#, "preset = 3"), @"
    error: `preset` must be a preset's name
      --> offers.toml:22:10
       |
    22 | preset = 3
       |          ^
       |
       = help: allowed here: email, sms, rcs, whatsapp, viber, telegram, line, social-dm, mobile-push, web-push, in-app, retargeting-ad, direct-mail, outbound-call, web, app, store
    ");
}

#[test]
fn channel_in_opt_in() {
    assert_snapshot!(edit("opt_in = { email", "opt_in = { e-mail"), @"
    error: segment `young` opts in to `e-mail`, but there is no such channel
      --> offers.toml:34:12
       |
    34 | opt_in = { e-mail = 0.9, text = 0.6 }
       |            ^^^^^^
       |
       = help: did you mean `email`?
       = help: allowed here: email, text
    ");
}

#[test]
fn channel_without_messages_in_opt_in() {
    assert_snapshot!(edit("opt_in = { email = 0.9,", "opt_in = { email = 0.9, web = 0.5,"), @"
    error: segment `young` opts in to `web`, which carries no messages
      --> offers.toml:34:25
       |
    25 | [channels.web]
       |           --- defined here
    ...
    34 | opt_in = { email = 0.9, web = 0.5, text = 0.6 }
       |                         ^^^
    ");
}

#[test]
fn channel_in_a_step() {
    assert_snapshot!(edit(r#"send = "text""#, r#"send = "txt""#), @r#"
    error: a plan sends on `txt`, which is no channel of this scenario
      --> offers.toml:55:52
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "txt", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^
       |
       = help: did you mean `text`?
       = help: allowed here: email, text
    "#);
}

#[test]
fn channel_without_messages_in_a_step() {
    assert_snapshot!(edit(r#"send = "text""#, r#"send = "web""#), @r#"
    error: a plan sends on `web`, which carries no messages
      --> offers.toml:55:52
       |
    25 | [channels.web]
       |           --- it has touches only
    ...
    55 | weekly = { cascade = [{ send = "email" }, { send = "web", after = "24h", unless = "opened" }] }
       |                                                    ^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn channel_in_a_blast() {
    assert_snapshot!(edit(r#"["email", "text"]"#, r#"["email", "sms"]"#), @r#"
    error: a plan sends on `sms`, which is no channel of this scenario
      --> offers.toml:56:28
       |
    56 | sale = { blast = ["email", "sms"] }
       |                            ^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn channel_in_a_mix() {
    assert_snapshot!(edit("text = 0.3 }", "tetx = 0.3 }"), @"
    error: a plan sends on `tetx`, which is no channel of this scenario
      --> offers.toml:60:41
       |
    60 | campaigns.sale = { mix = { email = 0.7, tetx = 0.3 } }
       |                                         ^^^^
       |
       = help: did you mean `text`?
       = help: allowed here: email, text
    ");
}

#[test]
fn channel_where_a_click_lands() {
    assert_snapshot!(edit(r#"landing = "web""#, r#"landing = "wbe""#), @r#"
    error: a click on `email` lands on `wbe`, where no journey can be
      --> offers.toml:19:11
       |
    19 | landing = "wbe"
       |           ^^^^^
       |
       = help: write `landing = …` with a channel that has an `order_rate`
       = help: did you mean `web`?
       = help: allowed here: web, shop
    "#);
}

#[test]
fn channel_of_entry() {
    assert_snapshot!(edit("entry = { web", "entry = { wbe"), @"
    error: segment `young`: journeys begin at `wbe`, where no journey can be
      --> offers.toml:39:11
       |
    39 | entry = { wbe = 0.7, shop = 0.3 }
       |           ^^^
       |
       = help: did you mean `web`?
       = help: allowed here: web, shop
    ");
}

#[test]
fn channel_of_hops() {
    assert_snapshot!(edit("hops = { web = { shop = 0.1 }", "hops = { web = { store = 0.1 }"), @r#"
    error: segment `young`: a hop leads to `store`, where no journey can be
      --> offers.toml:40:18
       |
    40 | hops = { web = { store = 0.1 }, shop = { web = 0.1 } }
       |                  ^^^^^
       |
       = help: web, app and store come by themselves only where no other channel has an `order_rate`: write `[channels.store]` with `preset = "store"`
       = help: allowed here: web, shop
    "#);
}

#[test]
fn campaign_of_a_plan() {
    assert_snapshot!(edit("sale = { blast", "sales = { blast"), @r#"
    error: there is no campaign `sales` to have a plan for
      --> offers.toml:56:1
       |
    56 | sales = { blast = ["email", "text"] }
       | ^^^^^
       |
       = help: did you mean `sale`?
       = help: allowed here: weekly, sale
    "#);
}

#[test]
fn strategy_to_extend() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extends = "lader""#), @r#"
    error: there is no strategy `lader` to extend
      --> offers.toml:59:11
       |
    59 | extends = "lader"
       |           ^^^^^^^
       |
       = help: did you mean `ladder`?
       = help: allowed here: ladder
    "#);
}

#[test]
fn none_to_extend() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extends = "none""#), @r#"
    error: there is no strategy `none` to extend
      --> offers.toml:59:11
       |
    59 | extends = "none"
       |           ^^^^^^
       |
       = help: `none` has no plans to inherit: leave `extends` away
    "#);
}

#[test]
fn strategy_called_none() {
    assert_snapshot!(edit("[strategies.gentle]", "[strategies.none]"), @"
    error: a strategy cannot be called `none`
      --> offers.toml:58:13
       |
    58 | [strategies.none]
       |             ^^^^
       |
       = help: doing nothing is always played under that name, so that every result is also an incremental one: leave it away, or call what does something otherwise
    ");
}

#[test]
fn name_with_a_slash() {
    assert_snapshot!(edit("[channels.shop]", r#"[channels."shop/1"]"#), @r#"
    error: a channel cannot be called `shop/1`: it holds `/`
      --> offers.toml:28:11
       |
    28 | [channels."shop/1"]
       |           ^^^^^^^^
       |
       = help: names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine
    "#);
}

#[test]
fn names_that_differ_in_capitals() {
    assert_snapshot!(edit("[segments.old]", "[segments.Young]"), @"
    error: the names `young` and `Young` differ only in capitals
      --> offers.toml:42:11
       |
    31 | [segments.young]
       |           ----- the other one
    ...
    42 | [segments.Young]
       |           ^^^^^
    ");
}

#[test]
fn no_name() {
    assert_snapshot!(edit("[channels.shop]", r#"[channels.""]"#), @r#"
    error: a channel cannot be called ``: it is empty
      --> offers.toml:28:11
       |
    28 | [channels.""]
       |           ^^
       |
       = help: names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine
    "#);
}
