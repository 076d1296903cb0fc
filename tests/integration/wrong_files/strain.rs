//! Fatigue, complaints and goodwill.

use insta::assert_snapshot;

use super::{BASE, told};

#[test]
fn fatigue_without_a_half_life() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nresponse_odds = 0.9\n"), &[]), @r#"
    error: `fatigue` lacks `half_life`
      --> offers.toml:61:1
       |
    61 | [fatigue]
       | ^^^^^^^^^
       |
       = help: write `half_life` as a duration such as "24h" or "7d"
    "#);
}

#[test]
fn a_half_life_of_nothing() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"0s\"\n"), &[]), @r#"
    error: `fatigue.half_life` must be longer than 0, for example "24h" or "7d", found "0s"
      --> offers.toml:62:13
       |
    62 | half_life = "0s"
       |             ^^^^
       |
       = help: `half_life`: after this time a message weighs half
    "#);
}

#[test]
fn a_half_life_without_a_unit() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.push]\npreset = \"mobile-push\"\n[channels.push.fatigue]\nhalf_life = 7\n"), &[]), @r#"
    error: `channels.push.fatigue.half_life` must be a duration: "7" is no duration
      --> offers.toml:64:13
       |
    64 | half_life = 7
       |             ^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn odds_of_0() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"7d\"\nresponse_odds = 0\n"), &[]), @"
    error: `fatigue.response_odds` must lie above 0 and not above 1e12, found 0
      --> offers.toml:63:17
       |
    63 | response_odds = 0
       |                 ^
       |
       = help: `response_odds`: factor on the odds of opening, and of clicking or replying to what is opened, for each unit of pressure
    ");
}

#[test]
fn odds_that_fall() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"7d\"\nresponse_odds = { low = 0.9, typical = 0.8, high = 0.95 }\n"), &[]), @"
    error: `fatigue.response_odds` must rise: low ≤ typical ≤ high, found 0.9, 0.8, 0.95
      --> offers.toml:63:17
       |
    63 | response_odds = { low = 0.9, typical = 0.8, high = 0.95 }
       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `response_odds`: factor on the odds of opening, and of clicking or replying to what is opened, for each unit of pressure
    ");
}

#[test]
fn losses_by_the_pressure_of_one_channel() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.push]\npreset = \"mobile-push\"\n[channels.push.fatigue]\nhalf_life = \"7d\"\nloss_odds = 1.1\n"), &[]), @r#"
    error: fatigue of a channel has no key `loss_odds`
      --> offers.toml:65:1
       |
    65 | loss_odds = 1.1
       | ^^^^^^^^^
       |
       = help: `loss_odds` belongs to fatigue: `fatigue.loss_odds` or to goodwill: `goodwill.loss_odds`

    warning: `channels.push.fatigue` has no effect
      --> offers.toml:64:13
       |
    64 | half_life = "7d"
       |             ^^^^
       |
       = help: it weighs on nothing: write how, for example `response_odds = 0.9`
    "#);
}

#[test]
fn what_builds_up_pressure() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"7d\"\ncounts = \"transactional\"\n"), &[]), @r#"
    error: `fatigue.counts` cannot be "transactional"
      --> offers.toml:63:10
       |
    63 | counts = "transactional"
       |          ^^^^^^^^^^^^^^^
       |
       = help: allowed here: marketing, all
    "#);
}

#[test]
fn fatigue_of_a_shop() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.kiosk]\norder_rate = 0.1\n[channels.kiosk.fatigue]\nhalf_life = \"7d\"\n"), &[]), @"
    error: `fatigue` says what happens to messages, but channel `kiosk` carries none
      --> offers.toml:63:17
       |
    63 | [channels.kiosk.fatigue]
       |                 ^^^^^^^
       |
       = help: remove it, or write `cost_per_message`, `open_rate` and `click_rate` too
    ");
}

#[test]
fn fatigue_that_is_no_table() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.push]\npreset = \"mobile-push\"\nfatigue = 0.9\n"), &[]), @r#"
    error: `channels.push.fatigue` must be a table (fatigue of a channel), found 0.9
      --> offers.toml:63:11
       |
    63 | fatigue = 0.9
       |           ^^^
       |
       = help: for example fatigue = { half_life = "7d", response_odds = 0.9 }
    "#);
}

#[test]
fn a_complaint_rate_in_percent() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.push]\npreset = \"mobile-push\"\ncomplaint_rate = \"0.02%\"\n"), &[]), @r#"
    error: `channels.push.complaint_rate` must be a number between 0 and 1, found "0.02%"
      --> offers.toml:63:18
       |
    63 | complaint_rate = "0.02%"
       |                  ^^^^^^^
       |
       = help: 0.02 % is written 0.0002
    "#);
}

#[test]
fn a_chance_above_1() {
    assert_snapshot!(told(&format!("{BASE}{}", "[channels.push]\npreset = \"mobile-push\"\nreturn_at_order = 1.5\n"), &[]), @"
    error: `channels.push.return_at_order` is a share and must lie between 0 and 1, found 1.5
      --> offers.toml:63:19
       |
    63 | return_at_order = 1.5
       |                   ^^^
       |
       = help: 1.5 % is written 0.015
    ");
}

#[test]
fn complaints_that_nobody_makes() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"7d\"\ncomplaint_odds = 2\n[goodwill]\ncomplaint = -1\n[goodwill.nps]\nmean = 8\nsd = 2\n"), &[]), @"
    warning: `fatigue.complaint_odds` has no effect
      --> offers.toml:63:18
       |
    63 | complaint_odds = 2
       |                  ^
       |
       = help: no channel has a `complaint_rate`

    warning: `goodwill.complaint` has no effect
      --> offers.toml:64:1
       |
    64 | [goodwill]
       | ^^^^^^^^^^
       |
       = help: no channel has a `complaint_rate`
    ");
}

#[test]
fn goodwill_on_which_nothing_hangs() {
    assert_snapshot!(told(&format!("{BASE}{}", "[goodwill]\nmessage = -0.1\n"), &[]), @"
    warning: `goodwill` has no effect
      --> offers.toml:61:1
       |
    61 | [goodwill]
       | ^^^^^^^^^^
       |
       = help: nothing hangs on it: write `loss_odds`, or `[goodwill.nps]`
    ");
}

#[test]
fn goodwill_in_words() {
    assert_snapshot!(told(&format!("{BASE}{}", "[goodwill]\norders = 1\nmessage = \"a little\"\n"), &[]), @r#"
    error: goodwill has no key `orders`
      --> offers.toml:62:1
       |
    62 | orders = 1
       | ^^^^^^
       |
       = help: did you mean `order`?
       = help: allowed here: order, message, duplicate, complaint, lost_context, half_life, loss_odds, nps

    error: `goodwill.message` must be a number, found "a little"
      --> offers.toml:63:11
       |
    63 | message = "a little"
       |           ^^^^^^^^^^
       |
       = help: `message`: what a marketing message adds that is delivered
    "#);
}

#[test]
fn a_score_of_100() {
    assert_snapshot!(told(&format!("{BASE}{}", "[goodwill.nps]\nmean = 72\nsd = 2\n"), &[]), @"
    error: `goodwill.nps.mean` must be a number from 0 to 10, found 72
      --> offers.toml:62:8
       |
    62 | mean = 72
       |        ^^
    ");
}

#[test]
fn a_score_without_a_spread() {
    assert_snapshot!(told(&format!("{BASE}{}", "[goodwill.nps]\nmean = 8\n"), &[]), @"
    error: `goodwill.nps` lacks `sd`
      --> offers.toml:61:1
       |
    61 | [goodwill.nps]
       | ^^^^^^^^^^^^^^
       |
       = help: write `sd` as a number from 0 to 10
    ");
}

#[test]
fn a_half_life_of_what_weighs_on_nothing() {
    assert_snapshot!(told(&format!("{BASE}{}", "[fatigue]\nhalf_life = \"7d\"\n"), &[]), @r#"
    warning: `fatigue` has no effect
      --> offers.toml:62:13
       |
    62 | half_life = "7d"
       |             ^^^^
       |
       = help: it weighs on nothing: write how, for example `response_odds = 0.9`
    "#);
}

#[test]
fn goodwill_that_nothing_moves() {
    let goodwill = "[goodwill]\nhalf_life = \"90d\"\nnps = { mean = 7, sd = 2 }\nloss_odds = 0.9\n";
    assert_snapshot!(told(&format!("{BASE}{goodwill}"), &[]), @r#"
    warning: `goodwill.half_life` has no effect
      --> offers.toml:62:13
       |
    62 | half_life = "90d"
       |             ^^^^^
       |
       = help: nothing moves goodwill: write, for example, `order = 1` or `message = -0.1`

    warning: `goodwill.loss_odds` has no effect
      --> offers.toml:64:13
       |
    64 | loss_odds = 0.9
       |             ^^^
       |
       = help: nothing moves goodwill: write, for example, `order = 1` or `message = -0.1`
    "#);
}
