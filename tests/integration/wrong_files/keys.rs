//! Keys that the format does not have, and keys that it lacks.

use insta::assert_snapshot;

use super::{BASE, edit, told};

#[test]
fn of_the_scenario() {
    assert_snapshot!(edit("population = 200_000", "populaton = 200_000"), @"
    error: a scenario has no key `populaton`
     --> offers.toml:5:1
      |
    5 | populaton = 200_000
      | ^^^^^^^^^
      |
      = help: did you mean `population`?
      = help: allowed here: name, currency, start, horizon, tail, population, simulate, draws, seed, retention_window, time_zone, rates, count_first, exchange, stages, discount_rate, attribution, context, fatigue, goodwill, channels, segments, campaigns, strategies
    ");
}

#[test]
fn of_a_channel() {
    assert_snapshot!(edit("open_rate = {", "open_rte = {"), @"
    error: `channels.email` lacks `open_rate`
      --> offers.toml:12:1
       |
    12 | [channels.email]
       | ^^^^^^^^^^^^^^^^
       |
       = help: write `open_rate` as a share between 0 and 1

    error: a channel has no key `open_rte`
      --> offers.toml:15:1
       |
    15 | open_rte = { low = 0.2, typical = 0.25, high = 0.3 }
       | ^^^^^^^^
       |
       = help: did you mean `open_rate`?
       = help: allowed here: preset, order_rate, cart_rate, cost_per_message, billed_on, delivery_rate, open_rate, click_rate, click_to_open_rate, reply_rate, opt_out_rate, open_delay, click_delay, reply_delay, best_hour_odds, reach, legal_hours, affinity_spread, opt_in, landing, cost_per_month, setup_cost, billed_by, cost_per_transactional, window, cost_in_window, cost_per_conversation, conversation, delivery_delay, duplicate_rate, … (38 in all)
    ");
}

#[test]
fn of_a_delay() {
    assert_snapshot!(edit(r#"p90 = "2d""#, r#"p95 = "2d""#), @r#"
    error: `channels.email.open_delay` lacks `p90`
      --> offers.toml:17:14
       |
    17 | open_delay = { median = "5h", p95 = "2d" }
       |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `p90` as a duration such as "24h" or "7d"

    error: a delay has no key `p95`
      --> offers.toml:17:31
       |
    17 | open_delay = { median = "5h", p95 = "2d" }
       |                               ^^^
       |
       = help: did you mean `p90`?
       = help: allowed here: mean, median, p90
    "#);
}

#[test]
fn of_an_uncertain_value() {
    assert_snapshot!(edit("high = 0.3", "hgih = 0.3"), @"
    error: `channels.email.open_rate` lacks `high`
      --> offers.toml:15:13
       |
    15 | open_rate = { low = 0.2, typical = 0.25, hgih = 0.3 }
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `high` as a share between 0 and 1

    error: an uncertain value has no key `hgih`
      --> offers.toml:15:42
       |
    15 | open_rate = { low = 0.2, typical = 0.25, hgih = 0.3 }
       |                                          ^^^^
       |
       = help: did you mean `high`?
       = help: allowed here: low, typical, high
    ");
}

#[test]
fn of_a_segment() {
    assert_snapshot!(edit("gross_margin = 0.4", "margin = 0.4"), @"
    error: a segment has no key `margin`
      --> offers.toml:38:1
       |
    38 | margin = 0.4
       | ^^^^^^
       |
       = help: did you mean `gross_margin`? (gross margin ÷ revenue)
       = help: allowed here: preset, share, joined, time_zone, opt_in, reach, best_hours, opt_in_correlation, purchases, needs, dropout, lapse, basket, gross_margin, entry, hops, season, acquisition_cost
    ");
}

#[test]
fn of_needs() {
    assert_snapshot!(edit("shape = 2.0", "shpae = 2.0"), @r#"
    error: `needs` has no key `shpae`
      --> offers.toml:35:26
       |
    35 | needs = { every = "30d", shpae = 2.0 }
       |                          ^^^^^
       |
       = help: did you mean `shape`?
       = help: allowed here: every, shape
    "#);
}

#[test]
fn of_a_basket() {
    assert_snapshot!(edit("lognormal", "log-normal"), @"
    error: `basket` has no key `log-normal`
      --> offers.toml:37:12
       |
    37 | basket = { log-normal = { mean = 60, cv = 0.8 } }
       |            ^^^^^^^^^^
       |
       = help: did you mean `lognormal`?
       = help: allowed here: fixed, lognormal, gamma-gamma
    ");
}

#[test]
fn of_joined() {
    assert_snapshot!(edit(r#"{ base = { age = "365d" } }"#, "{ cohort = {} }"), @"
    error: `joined` has no key `cohort`
      --> offers.toml:33:12
       |
    33 | joined = { cohort = {} }
       |            ^^^^^^
       |
       = help: allowed here: base, arrivals
    ");
}

#[test]
fn of_a_campaign() {
    assert_snapshot!(edit("intent = 1.5", "intend = 1.5"), @"
    error: a campaign has no key `intend`
      --> offers.toml:52:1
       |
    52 | intend = 1.5
       | ^^^^^^
       |
       = help: did you mean `intent`?
       = help: allowed here: trigger, audience, holdout, reentry, concurrency, goal, exit, exit_after, exits, purpose, priority, intent, displacement, displacement_window, texts, free_form
    ");
}

#[test]
fn of_a_trigger() {
    assert_snapshot!(edit(r#"first = "14d""#, r#"frist = "14d""#), @r#"
    error: a trigger has no key `frist`
      --> offers.toml:51:42
       |
    51 | trigger = { every = "30d", at = "18:30", frist = "14d", times = 10 }
       |                                          ^^^^^
       |
       = help: did you mean `first`?
       = help: allowed here: every, weekdays, days, on, event, at, first, months, times, zone, before, later, for, campaign, channel
    "#);
}

#[test]
fn of_a_strategy() {
    assert_snapshot!(edit(r#"extends = "ladder""#, r#"extend = "ladder""#), @r#"
    error: a strategy has no key `extend`
      --> offers.toml:59:1
       |
    59 | extend = "ladder"
       | ^^^^^^
       |
       = help: did you mean `extends`?
       = help: allowed here: extends, policies, campaigns, cost_per_month, setup_cost, profile
    "#);
}

#[test]
fn of_a_plan() {
    assert_snapshot!(edit("sale = { blast", "sale = { blsat"), @r#"
    error: a plan has no key `blsat`
      --> offers.toml:56:10
       |
    56 | sale = { blsat = ["email", "text"] }
       |          ^^^^^
       |
       = help: did you mean `blast`?
       = help: allowed here: cascade, blast, mix, preferred, audience, holdout, send_time
    "#);
}

#[test]
fn of_a_step() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"wait = "24h""#), @r#"
    error: a step has no key `wait`
      --> offers.toml:55:60
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", wait = "24h", unless = "opened" }] }
       |                                                            ^^^^
       |
       = help: did you mean `after`?
       = help: allowed here: send, after, at, unless, only_if, otherwise, fallback, ttl, segments
    "#);
}

#[test]
fn lacking_in_the_scenario() {
    assert_snapshot!(edit("start = 2026-01-05\n", ""), @r#"
    error: the file lacks `start`
     --> offers.toml:1:1
      |
    1 | name = "Spring offers"
      | ^
      |
      = help: write `start` as a date such as 2026-01-05
    "#);
}

#[test]
fn lacking_in_a_channel() {
    assert_snapshot!(edit("cost_per_message = 0.001\n", ""), @"
    error: `channels.email` lacks `cost_per_message`
      --> offers.toml:12:1
       |
    12 | [channels.email]
       | ^^^^^^^^^^^^^^^^
       |
       = help: write `cost_per_message` as an amount of money, 0 or more
    ");
}

#[test]
fn lacking_in_a_segment() {
    assert_snapshot!(edit("share = 0.4\n", ""), @"
    error: `segments.young` lacks `share`
      --> offers.toml:31:1
       |
    31 | [segments.young]
       | ^^^^^^^^^^^^^^^^
       |
       = help: write `share` as a share between 0 and 1
    ");
}

#[test]
fn lacking_in_a_step() {
    assert_snapshot!(edit(r#"{ send = "email" }"#, r#"{ after = "1h" }"#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.0` lacks `send`
      --> offers.toml:55:23
       |
    55 | weekly = { cascade = [{ after = "1h" }, { send = "text", after = "24h", unless = "opened" }] }
       |                       ^^^^^^^^^^^^^^^^
       |
       = help: write `send` as a string
    "#);
}

#[test]
fn of_messages_on_a_channel_without_them() {
    assert_snapshot!(edit("order_rate = 0.25", "order_rate = 0.25\nlanding = \"web\""), @r#"
    error: `landing` says what happens to messages, but channel `shop` carries none
      --> offers.toml:30:1
       |
    30 | landing = "web"
       | ^^^^^^^
       |
       = help: remove it, or write `cost_per_message`, `open_rate` and `click_rate` too
    "#);
}

#[test]
fn channel_that_says_nothing() {
    assert_snapshot!(edit("order_rate = 0.25", "opt_in = 0.3"), @"
    error: channel `shop` says neither what its messages do nor how often its touches order
      --> offers.toml:28:11
       |
    28 | [channels.shop]
       |           ^^^^
       |
       = help: write `preset = …`, or `cost_per_message`, `delivery_rate`, `open_rate` and `click_rate` for a channel that carries messages, or `order_rate` for one where customers come by
       = help: presets: email, sms, rcs, whatsapp, viber, telegram, line, social-dm, mobile-push, web-push, in-app, retargeting-ad, direct-mail, outbound-call, web, app, store
    ");
}

#[test]
fn of_another_table() {
    assert_snapshot!(told(&format!("{BASE}{}", "[season]\nweekdays = { sat = 2 }\n"), &[]), @"
    error: a scenario has no key `season`
      --> offers.toml:61:2
       |
    61 | [season]
       |  ^^^^^^
       |
       = help: `season` belongs to a segment: `segments.NAME.season`
    ");
    assert_snapshot!(edit("weekly = { cascade", "weekly = { ttl = \"3h\", cascade"), @r#"
    error: a plan has no key `ttl`
      --> offers.toml:55:12
       |
    55 | weekly = { ttl = "3h", cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       |            ^^^
       |
       = help: `ttl` belongs to a step: `strategies.NAME.campaigns.CAMPAIGN.cascade.ttl`
    "#);
    assert_snapshot!(edit("intent = 1.5", "time_zone = \"UTC\""), @r#"
    error: a campaign has no key `time_zone`
      --> offers.toml:52:1
       |
    52 | time_zone = "UTC"
       | ^^^^^^^^^
       |
       = help: `time_zone` belongs to the scenario itself, above the first `[…]`: `time_zone = …` or to a segment: `segments.NAME.time_zone`
    "#);
}

#[test]
fn by_another_name() {
    assert_snapshot!(edit("cost_per_message = 0.001", "cost_per_message = 0.001\ncost_per_year = 12"), @"
    error: a channel has no key `cost_per_year`
      --> offers.toml:14:1
       |
    14 | cost_per_year = 12
       | ^^^^^^^^^^^^^
       |
       = help: did you mean `cost_per_month`? (a twelfth of a year's)
       = help: allowed here: preset, order_rate, cart_rate, cost_per_message, billed_on, delivery_rate, open_rate, click_rate, click_to_open_rate, reply_rate, opt_out_rate, open_delay, click_delay, reply_delay, best_hour_odds, reach, legal_hours, affinity_spread, opt_in, landing, cost_per_month, setup_cost, billed_by, cost_per_transactional, window, cost_in_window, cost_per_conversation, conversation, delivery_delay, duplicate_rate, … (38 in all)
    ");
    assert_snapshot!(edit("[strategies.gentle]\n", "[strategies.gentle]\nguardrails = {}\n"), @"
    error: a strategy has no key `guardrails`
      --> offers.toml:59:1
       |
    59 | guardrails = {}
       | ^^^^^^^^^^
       |
       = help: did you mean `policies`?
       = help: allowed here: extends, policies, campaigns, cost_per_month, setup_cost, profile
    ");
}

#[test]
fn of_a_dropout() {
    assert_snapshot!(edit("after-journey", "after_jorney"), @"
    error: `dropout` has no key `after_jorney`
      --> offers.toml:36:13
       |
    36 | dropout = { after_jorney = 0.01 }
       |             ^^^^^^^^^^^^
       |
       = help: did you mean `after-journey`?
       = help: allowed here: after-order, after-journey, per-period
    ");
    assert_snapshot!(edit("preset = \"retail\"", "preset = \"retail\"\ndropout = { churn = 0.1 }"), @"
    error: `dropout` has no key `churn`
      --> offers.toml:45:13
       |
    45 | dropout = { churn = 0.1 }
       |             ^^^^^
       |
       = help: allowed here: after-order, after-journey, per-period
    ");
    assert_snapshot!(edit("dropout = {", "droput = {"), @"
    error: a segment has no key `droput`
      --> offers.toml:36:1
       |
    36 | droput = { after-journey = 0.01 }
       | ^^^^^^
       |
       = help: did you mean `dropout`?
       = help: allowed here: preset, share, joined, time_zone, opt_in, reach, best_hours, opt_in_correlation, purchases, needs, dropout, lapse, basket, gross_margin, entry, hops, season, acquisition_cost
    ");
    assert_snapshot!(edit("dropout = { after-journey = 0.01 }", "dropout = 0.01"), @"
    error: `segments.young.dropout` must be a table, found 0.01
      --> offers.toml:36:11
       |
    36 | dropout = 0.01
       |           ^^^^
       |
       = help: for example dropout = { after-order = 0.05 }
    ");
}
