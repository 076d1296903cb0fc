//! Profiles: what channels share, and what follows where they do not.

use insta::assert_snapshot;

use super::{BASE, edited, told};

/// The base with a `[context]` before its channels.
fn context(keys: &str) -> String {
    told(&edited("[channels.email]\n", &format!("[context]\n{keys}\n[channels.email]\n")), &[])
}

#[test]
fn unknown_key() {
    assert_snapshot!(context("sync_delay = \"6h\""), @r#"
    error: a context has no key `sync_delay`
      --> offers.toml:13:1
       |
    13 | sync_delay = "6h"
       | ^^^^^^^^^^
       |
       = help: did you mean `sync_lag`?
       = help: allowed here: sync_failure, sync_lag, shared, leave_odds, cart_odds, cart_life
    "#);
}

#[test]
fn no_table() {
    assert_snapshot!(told(&edited("exchange = ", "context = \"siloed\"\nexchange = "), &[]), @r#"
    error: `context` must be a table (a context), found "siloed"
      --> offers.toml:10:11
       |
    10 | context = "siloed"
       |           ^^^^^^^^
    "#);
}

#[test]
fn unknown_profile() {
    assert_snapshot!(told(&format!("{BASE}profile = \"silos\"\n"), &[]), @r#"
    error: `strategies.gentle.profile` cannot be "silos"
      --> offers.toml:61:11
       |
    61 | profile = "silos"
       |           ^^^^^^^
       |
       = help: did you mean `siloed`? (one profile in each channel)
       = help: allowed here: unified, siloed
    "#);
}

#[test]
fn profile_of_the_scenario() {
    assert_snapshot!(told(&edited("exchange = ", "profile = \"siloed\"\nexchange = "), &[]), @r#"
    error: a scenario has no key `profile`
      --> offers.toml:10:1
       |
    10 | profile = "siloed"
       | ^^^^^^^
       |
       = help: `profile` belongs to a strategy: `strategies.NAME.profile`
    "#);
}

#[test]
fn failure_in_percent() {
    assert_snapshot!(context("sync_failure = 5"), @"
    error: `context.sync_failure` is a share and must lie between 0 and 1, found 5
      --> offers.toml:13:16
       |
    13 | sync_failure = 5
       |                ^
       |
       = help: 5 % is written 0.05
    ");
}

#[test]
fn lag_without_a_unit() {
    assert_snapshot!(context("sync_lag = 6"), @r#"
    error: `context.sync_lag` must be a duration: "6" is no duration
      --> offers.toml:13:12
       |
    13 | sync_lag = 6
       |            ^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn odds_of_nothing() {
    assert_snapshot!(context("leave_odds = 0"), @"
    error: `context.leave_odds` must lie above 0 and not above 1e12, found 0
      --> offers.toml:13:14
       |
    13 | leave_odds = 0
       |              ^
       |
       = help: `leave_odds`: factor on the odds of leaving at a touch that was reached by a hop without context
    ");
}

#[test]
fn one_group_that_is_no_list() {
    assert_snapshot!(context("shared = [\"web\", \"shop\"]"), @r#"
    error: `context.shared.0` must be a list, found "web"
      --> offers.toml:13:11
       |
    13 | shared = ["web", "shop"]
       |           ^^^^^
       |
       = help: a list of one is written ["web"]

    error: `context.shared.1` must be a list, found "shop"
      --> offers.toml:13:18
       |
    13 | shared = ["web", "shop"]
       |                  ^^^^^^
       |
       = help: a list of one is written ["shop"]
    "#);
}

#[test]
fn group_with_an_unknown_channel() {
    assert_snapshot!(context("shared = [[\"web\", \"store\"]]"), @r#"
    error: `context.shared` names `store`, which is no channel of this scenario
      --> offers.toml:13:19
       |
    13 | shared = [["web", "store"]]
       |                   ^^^^^^^
       |
       = help: allowed here: email, text, web, shop

    warning: `shared` changes nothing: no strategy is siloed
      --> offers.toml:13:11
       |
    13 | shared = [["web", "store"]]
       |           ^^^^^^^^^^^^^^^^
       |
       = help: write `profile = "siloed"` in a strategy: with one profile all channels share
    "#);
}

#[test]
fn group_of_one() {
    assert_snapshot!(context("shared = [[\"web\"]]"), @r#"
    error: a group of `context.shared` holds only `web`, which shares with nobody
      --> offers.toml:13:11
       |
    13 | shared = [["web"]]
       |           ^^^^^^^
       |
       = help: a group names channels that know what each other knows

    warning: `shared` changes nothing: no strategy is siloed
      --> offers.toml:13:11
       |
    13 | shared = [["web"]]
       |           ^^^^^^^
       |
       = help: write `profile = "siloed"` in a strategy: with one profile all channels share
    "#);
}

#[test]
fn group_of_nobody() {
    assert_snapshot!(context("shared = [[]]"), @r#"
    error: a group of `context.shared` is empty
      --> offers.toml:13:11
       |
    13 | shared = [[]]
       |           ^^
       |
       = help: a group names channels that know what each other knows

    warning: `shared` changes nothing: no strategy is siloed
      --> offers.toml:13:11
       |
    13 | shared = [[]]
       |           ^^
       |
       = help: write `profile = "siloed"` in a strategy: with one profile all channels share
    "#);
}

#[test]
fn channel_twice_in_a_group() {
    assert_snapshot!(context("shared = [[\"web\", \"shop\", \"web\"]]"), @r#"
    error: a group of `context.shared` names `web` twice
      --> offers.toml:13:27
       |
    13 | shared = [["web", "shop", "web"]]
       |            -----          ^^^^^
       |            |
       |            the first

    warning: `shared` changes nothing: no strategy is siloed
      --> offers.toml:13:11
       |
    13 | shared = [["web", "shop", "web"]]
       |           ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `profile = "siloed"` in a strategy: with one profile all channels share
    "#);
}

#[test]
fn odds_that_move_nothing() {
    assert_snapshot!(context("leave_odds = 2\ncart_odds = 2"), @r#"
    warning: `leave_odds` changes nothing: no hop ever loses its context
      --> offers.toml:13:14
       |
    13 | leave_odds = 2
       |              ^
       |
       = help: write `profile = "siloed"` in a strategy, or a `sync_failure`

    warning: `cart_odds` changes nothing: no channel has a `cart_rate`
      --> offers.toml:14:13
       |
    14 | cart_odds = 2
       |             ^
       |
       = help: write a `cart_rate` at a channel with an `order_rate`
    "#);
}

#[test]
fn shared_without_silos() {
    assert_snapshot!(context("shared = [[\"web\", \"shop\"]]"), @r#"
    warning: `shared` changes nothing: no strategy is siloed
      --> offers.toml:13:11
       |
    13 | shared = [["web", "shop"]]
       |           ^^^^^^^^^^^^^^^
       |
       = help: write `profile = "siloed"` in a strategy: with one profile all channels share
    "#);
}

#[test]
fn life_of_carts_that_nobody_finds() {
    assert_snapshot!(context("cart_life = \"3d\""), @r#"
    error: `cart_life` says how long a cart can be found, but without `cart_odds` none is
      --> offers.toml:13:1
       |
    13 | cart_life = "3d"
       | ^^^^^^^^^
       |
       = help: write `cart_odds`: how much readier to order customers are who find their cart
    "#);
}

#[test]
fn life_of_no_length() {
    assert_snapshot!(context("cart_odds = 2\ncart_life = \"0s\""), @r#"
    error: `context.cart_life` must be longer than 0, for example "24h" or "7d", found "0s"
      --> offers.toml:14:13
       |
    14 | cart_life = "0s"
       |             ^^^^
       |
       = help: `cart_life`: how long a cart that was left behind can be found
    "#);
}

#[test]
fn losing_the_context_as_an_advantage() {
    assert_snapshot!(context("leave_odds = 0.5\nsync_failure = 0.1"), @"
    warning: customers whose context is lost stay more readily than others
      --> offers.toml:13:14
       |
    13 | leave_odds = 0.5
       |              ^^^
       |
       = help: it is a factor on the odds of leaving: above 1, customers leave more readily
    ");
}

#[test]
fn by_other_names() {
    let profile = |word: &str| told(&format!("{BASE}profile = \"{word}\"\n"), &[]);
    let said =
        |word: &str| profile(word).lines().find(|line| line.contains("did you mean")).map(str::trim).map(str::to_owned);
    let (one, many) = (
        "= help: did you mean `unified`? (one profile for all channels)",
        "= help: did you mean `siloed`? (one profile in each channel)",
    );
    for word in ["omnichannel", "Omni-Channel", "single"] {
        assert_eq!(said(word).as_deref(), Some(one), "{}", profile(word));
    }
    for word in ["multichannel", "silos"] {
        assert_eq!(said(word).as_deref(), Some(many), "{}", profile(word));
    }
}

/// The base with campaigns that ask for nothing, sent on one channel, and nobody who hops.
fn alone(more: &str) -> String {
    let text = edited("hops = { web = { shop = 0.1 }, shop = { web = 0.1 } }\n", "").replace("goal = \"order\"\n", "");
    let text = text.replace("preset = \"retail\"\n", "preset = \"retail\"\nentry = { web = 1.0 }\nhops = {}\n");
    let (rest, _) = text.split_once("[strategies.ladder").expect("the base has it");
    let plan = "{ blast = [\"email\"] }";
    format!("{rest}{more}[strategies.mails.campaigns]\nweekly = {plan}\nsale = {plan}\n")
}

#[test]
fn silos_with_nothing_between_them() {
    assert_snapshot!(told(&alone("[strategies.mails]\nprofile = \"siloed\"\n"), &[]), @r#"
    warning: `profile = "siloed"` of strategy `mails` changes nothing
      --> offers.toml:55:1
       |
    55 | profile = "siloed"
       | ^^^^^^^
       |
       = help: customers hop nowhere, no cart is found, and no step asks for what happened on another channel
    "#);
    // An order is placed where no message is sent.
    let goal =
        alone("[strategies.mails]\nprofile = \"siloed\"\n").replace("intent = 1.5", "intent = 1.5\ngoal = \"order\"");
    assert_eq!(told(&goal, &[]), "");
    let cap = "policies = { caps = [{ messages = 1, per = \"1d\" }] }\n";
    let channels = alone(&format!("[strategies.mails]\nprofile = \"siloed\"\n{cap}"));
    let channels = channels.replace("[\"email\"]", "[\"email\", \"text\"]");
    assert_eq!(told(&channels, &[]), "");
}

#[test]
fn failures_and_delays_that_nobody_notices() {
    assert_snapshot!(told(&alone("[context]\nsync_failure = 0.1\nsync_lag = \"1d\"\nleave_odds = 2\n"), &[]), @r#"
    warning: `context.sync_failure` changes nothing
      --> offers.toml:55:1
       |
    55 | sync_failure = 0.1
       | ^^^^^^^^^^^^
       |
       = help: customers hop nowhere, no cart is found, and no step asks for what happened on another channel

    warning: `context.sync_lag` changes nothing
      --> offers.toml:56:1
       |
    56 | sync_lag = "1d"
       | ^^^^^^^^
       |
       = help: no cart is found, and no step asks for what happened on another channel

    warning: `leave_odds` changes nothing: customers hop nowhere
      --> offers.toml:57:14
       |
    57 | leave_odds = 2
       |              ^
       |
       = help: write `hops` in a segment: how customers go from one channel to another
    "#);
    let hops = context("sync_failure = 0.1\nsync_lag = \"1d\"\nleave_odds = 2");
    assert_eq!(hops, "");
}
