//! Triggers: kinds, keys where they have no meaning, and occasions that never come.

use insta::assert_snapshot;

use super::{edit, edited, told};

const EVERY_WEEK: &str = r#"trigger = { every = "7d", at = "10:00" }"#;
const TEN_TIMES: &str = r#"trigger = { every = "30d", at = "18:30", first = "14d", times = 10 }"#;

#[test]
fn of_no_kind() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger` does not say when it comes up
      --> offers.toml:47:11
       |
    47 | trigger = { at = "10:00" }
       |           ^^^^^^^^^^^^^^^^
       |
       = help: write exactly one of `every = "7d"`, `weekdays = ["tue"]`, `days = [1, 15]`, `on = 2026-03-12` and `event = "joined"`
    "#);
}

#[test]
fn of_two_kinds() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { every = "7d", weekdays = ["tue"], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger` is several triggers at once: every, weekdays
      --> offers.toml:47:11
       |
    47 | trigger = { every = "7d", weekdays = ["tue"], at = "10:00" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write exactly one of `every = "7d"`, `weekdays = ["tue"]`, `days = [1, 15]`, `on = 2026-03-12` and `event = "joined"`
    "#);
}

#[test]
fn of_a_misspelt_kind() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { weekday = ["tue"], at = "10:00" }"#), @r#"
    error: a trigger has no key `weekday`
      --> offers.toml:47:13
       |
    47 | trigger = { weekday = ["tue"], at = "10:00" }
       |             ^^^^^^^
       |
       = help: did you mean `weekdays`?
       = help: allowed here: every, weekdays, days, on, event, at, first, months, times, zone, before, later, for, campaign, channel
    "#);
}

#[test]
fn unknown_weekday() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { weekdays = ["tuesday"], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.weekdays.0` cannot be "tuesday"
      --> offers.toml:47:25
       |
    47 | trigger = { weekdays = ["tuesday"], at = "10:00" }
       |                         ^^^^^^^^^
       |
       = help: did you mean `tue`?
       = help: allowed here: mon, tue, wed, thu, fri, sat, sun
    "#);
}

#[test]
fn weekday_that_is_no_list() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { weekdays = "tue", at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.weekdays` must be a list, found "tue"
      --> offers.toml:47:24
       |
    47 | trigger = { weekdays = "tue", at = "10:00" }
       |                        ^^^^^
       |
       = help: a list of one is written ["tue"]
    "#);
}

#[test]
fn weekday_twice() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { weekdays = ["tue", "fri", "tue"], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.weekdays` says "tue" twice
      --> offers.toml:47:39
       |
    47 | trigger = { weekdays = ["tue", "fri", "tue"], at = "10:00" }
       |                         -----         ^^^^^
       |                         |
       |                         the first
    "#);
}

#[test]
fn no_weekday() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { weekdays = [], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.weekdays` is empty
      --> offers.toml:47:24
       |
    47 | trigger = { weekdays = [], at = "10:00" }
       |                        ^^
       |
       = help: name at least one, or leave the key away
    "#);
}

#[test]
fn day_that_no_month_has() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { days = [1, 32], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.days.1` must be a day of the month, 1 to 31, found 32
      --> offers.toml:47:24
       |
    47 | trigger = { days = [1, 32], at = "10:00" }
       |                        ^^
    "#);
}

#[test]
fn without_a_time_of_day() {
    assert_snapshot!(edit(EVERY_WEEK, "trigger = { days = [1, 15] }"), @r#"
    error: `campaigns.weekly.trigger` lacks `at`
      --> offers.toml:47:11
       |
    47 | trigger = { days = [1, 15] }
       |           ^^^^^^^^^^^^^^^^^^
       |
       = help: write `at` as a time of day such as "10:00"
    "#);
}

#[test]
fn month_by_number() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { days = [1], months = [11], at = "10:00" }"#), @r#"
    error: `campaigns.weekly.trigger.months.0` cannot be 11
      --> offers.toml:47:35
       |
    47 | trigger = { days = [1], months = [11], at = "10:00" }
       |                                   ^^
       |
       = help: allowed here: jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec
    "#);
}

#[test]
fn several_days_after_a_date() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = 2026-03-12, at = "18:00", times = 2 }"#), @r#"
    error: `times` has no meaning in a trigger with `on`
      --> offers.toml:47:44
       |
    47 | trigger = { on = 2026-03-12, at = "18:00", times = 2 }
       |                                            ^^^^^
       |
       = help: it goes with `every`, `weekdays` or `days`
    "#);
}

#[test]
fn date_that_is_none() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = "12 March", at = "18:00" }"#), @r#"
    error: `campaigns.weekly.trigger.on` must be a date such as 2026-01-05, found "12 March"
      --> offers.toml:47:18
       |
    47 | trigger = { on = "12 March", at = "18:00" }
       |                  ^^^^^^^^^^
    "#);
}

#[test]
fn before_and_later() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = 2026-03-12, at = "18:00", before = "2h", later = "2h" }"#), @r#"
    error: `before` and `later` exclude each other
      --> offers.toml:47:59
       |
    47 | trigger = { on = 2026-03-12, at = "18:00", before = "2h", later = "2h" }
       |                                                           ^^^^^
    "#);
}

#[test]
fn unknown_zone() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = 2026-03-12, at = "18:00", zone = "Europe/Berln" }"#), @r#"
    error: there is no time zone "Europe/Berln"
      --> offers.toml:47:51
       |
    47 | trigger = { on = 2026-03-12, at = "18:00", zone = "Europe/Berln" }
       |                                                   ^^^^^^^^^^^^^^
       |
       = help: did you mean `Europe/Berlin`?
       = help: IANA names such as "Europe/Berlin", "America/New_York" or "UTC"
    "#);
}

#[test]
fn date_before_the_start() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = 2025-03-12, at = "18:00" }"#), @r#"
    error: campaign `weekly` is on 2025-03-12, but nothing begins before 2026-01-05 or after 2026-12-27: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { on = 2025-03-12, at = "18:00" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: it must lie between `start` and the tail of 8d, in which nothing new is started; follow customers for longer, or choose another day
    "#);
}

#[test]
fn date_in_the_tail() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { on = 2027-01-02, at = "18:00" }"#), @r#"
    error: campaign `weekly` is on 2027-01-02, but nothing begins before 2026-01-05 or after 2026-12-27: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { on = 2027-01-02, at = "18:00" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: it must lie between `start` and the tail of 8d, in which nothing new is started; follow customers for longer, or choose another day
    "#);
}

#[test]
fn months_that_do_not_come() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { days = [30, 31], months = ["feb"], at = "10:00" }"#), @r#"
    error: campaign `weekly`: no day that its trigger names lies between the start and the tail of 8d: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { days = [30, 31], months = ["feb"], at = "10:00" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: follow customers for longer, or name other days or months
    "#);
}

#[test]
fn unknown_event() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "cart-left" }"#), @r#"
    error: `campaigns.weekly.trigger.event` cannot be "cart-left"
      --> offers.toml:47:21
       |
    47 | trigger = { event = "cart-left" }
       |                     ^^^^^^^^^^^
       |
       = help: allowed here: joined, ordered, cart-abandoned, inactive, clicked, replied
    "#);
}

#[test]
fn event_at_a_time_of_day() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "ordered", at = "10:00" }"#), @r#"
    error: `at` has no meaning in a trigger with `event`
      --> offers.toml:47:32
       |
    47 | trigger = { event = "ordered", at = "10:00" }
       |                                ^^
       |
       = help: it goes with `every`, `weekdays`, `days` or `on`
    "#);
}

#[test]
fn inactive_without_a_length() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "inactive" }"#), @r#"
    error: `campaigns.weekly.trigger` lacks `for`
      --> offers.toml:47:11
       |
    47 | trigger = { event = "inactive" }
       |           ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `for` as a duration such as "24h" or "7d"
    "#);
}

#[test]
fn a_length_of_another_event() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "ordered", for = "60d" }"#), @r#"
    error: `for` has no meaning in a trigger with `event = "ordered"`
      --> offers.toml:47:32
       |
    47 | trigger = { event = "ordered", for = "60d" }
       |                                ^^^
       |
       = help: it goes with `event = "inactive"`
    "#);
}

#[test]
fn inactive_for_no_time() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "inactive", for = "0d" }"#), @r#"
    error: `campaigns.weekly.trigger.for` must be longer than 0, for example "24h" or "7d", found "0d"
      --> offers.toml:47:39
       |
    47 | trigger = { event = "inactive", for = "0d" }
       |                                       ^^^^
       |
       = help: `for`: how long the customer has not ordered; only there
    "#);
}

#[test]
fn click_on_an_unknown_campaign() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "clicked", campaign = "sales", channel = "mail" }"#), @r#"
    error: a trigger waits for messages of campaign `sales`, which does not exist
      --> offers.toml:47:43
       |
    47 | trigger = { event = "clicked", campaign = "sales", channel = "mail" }
       |                                           ^^^^^^^
       |
       = help: did you mean `sale`?
       = help: allowed here: sale

    error: a trigger waits for messages on `mail`, which is no channel of this scenario
      --> offers.toml:47:62
       |
    47 | trigger = { event = "clicked", campaign = "sales", channel = "mail" }
       |                                                              ^^^^^^
       |
       = help: did you mean `email`?
       = help: allowed here: email, text
    "#);
}

#[test]
fn click_on_a_channel_without_messages() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "clicked", campaign = "sale", channel = "shop" }"#), @r#"
    error: a trigger waits for messages on `shop`, which carries no messages
      --> offers.toml:47:61
       |
    28 | [channels.shop]
       |           ---- it has touches only
    ...
    47 | trigger = { event = "clicked", campaign = "sale", channel = "shop" }
       |                                                             ^^^^^^
       |
       = help: allowed here: email, text
    "#);
}

#[test]
fn joining_a_base() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "joined" }"#), @r#"
    error: campaign `weekly` waits for customers who join, but all are a base, which was there from the start: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { event = "joined" }
       |           ^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `joined = "cohort"` or `joined = { arrivals = … }` in a segment
    "#);
}

#[test]
fn carts_that_nobody_leaves() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "cart-abandoned" }"#), @r#"
    error: campaign `weekly` waits for carts, but no channel has a `cart_rate`: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { event = "cart-abandoned" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write it where journeys can be: `[channels.web]` with `cart_rate = 0.1`
    "#);
}

#[test]
fn replies_that_nobody_writes() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "replied" }"#), @r#"
    error: campaign `weekly` waits for replies, but no channel has a `reply_rate`: it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { event = "replied" }
       |           ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write how often an opened message is replied to, for example `reply_rate = 0.05`
    "#);
}

#[test]
fn replies_on_a_channel_without() {
    assert_snapshot!(told(&edited(EVERY_WEEK, r#"trigger = { event = "replied", channel = "text" }"#).replace("opt_in = 0.8\n", "opt_in = 0.8\nreply_rate = 0.1\n"), &[]), @r#"
    error: campaign `weekly` waits for replies, but `text` has no `reply_rate`: it never happens
      --> offers.toml:48:11
       |
    48 | trigger = { event = "replied", channel = "text" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write how often an opened message is replied to, for example `reply_rate = 0.05`

    warning: responses to the messages of campaign `weekly` bring it up again, and so on
      --> offers.toml:48:11
       |
    48 | trigger = { event = "replied", channel = "text" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: name the `campaign` whose messages are meant, or limit it by `reentry`
    "#);
}

#[test]
fn its_own_clicks_only() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "clicked", campaign = "weekly" }"#), @r#"
    warning: campaign `weekly` waits for responses to its own messages: it never begins
      --> offers.toml:47:43
       |
    47 | trigger = { event = "clicked", campaign = "weekly" }
       |                                           ^^^^^^^^
       |
       = help: let one of them come up by the calendar or by another event
    "#);
}

#[test]
fn campaigns_that_wait_for_each_other() {
    assert_snapshot!(told(&edited(EVERY_WEEK, r#"trigger = { event = "clicked", campaign = "sale" }"#).replace(TEN_TIMES, r#"trigger = { event = "clicked", campaign = "weekly" }"#), &[]), @r#"
    warning: campaign `weekly` waits for responses to `sale`, which in turn waits for others: neither begins
      --> offers.toml:47:43
       |
    47 | trigger = { event = "clicked", campaign = "sale" }
       |                                           ^^^^^^
       |
       = help: let one of them come up by the calendar or by another event

    warning: campaign `sale` waits for responses to `weekly`, which in turn waits for others: neither begins
      --> offers.toml:51:43
       |
    51 | trigger = { event = "clicked", campaign = "weekly" }
       |                                           ^^^^^^^^
       |
       = help: let one of them come up by the calendar or by another event
    "#);
}

#[test]
fn clicks_that_bring_it_up_again() {
    assert_snapshot!(edit(EVERY_WEEK, r#"trigger = { event = "clicked" }"#), @r#"
    warning: responses to the messages of campaign `weekly` bring it up again, and so on
      --> offers.toml:47:11
       |
    47 | trigger = { event = "clicked" }
       |           ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: name the `campaign` whose messages are meant, or limit it by `reentry`
    "#);
}

#[test]
fn inactive_for_longer_than_anybody_is_followed() {
    let inactive = |days: u32| edit(EVERY_WEEK, &format!("trigger = {{ event = \"inactive\", for = \"{days}d\" }}"));
    assert_snapshot!(inactive(1500), @r#"
    error: campaign `weekly` waits until a customer has not ordered for 1500d, longer than anybody is followed (at most 1095d before the start and 356d up to the tail): it never happens
      --> offers.toml:47:11
       |
    47 | trigger = { event = "inactive", for = "1500d" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: let `for` be shorter, follow customers for longer, or let a base be older
    "#);
    // Three years before the start, and all but the tail of 8 days after it.
    assert!(!inactive(1095 + 364 - 8).is_empty());
    assert_eq!(inactive(1095 + 364 - 9), "");
}

#[test]
fn responses_to_what_a_strategy_does_not_send() {
    let clicked = edited(EVERY_WEEK, "trigger = { event = \"clicked\", campaign = \"sale\" }");
    assert_eq!(told(&clicked, &[]), "");
    let without = clicked.replace("sale = { blast = [\"email\", \"text\"] }\n", "");
    assert_snapshot!(told(&without, &[]), @r#"
    warning: campaign `weekly` waits for responses to `sale`, for which this strategy has no plan: it never begins
      --> offers.toml:55:1
       |
    47 | trigger = { event = "clicked", campaign = "sale" }
       |                                           ------ these messages
    ...
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       | ^^^^^^
       |
       = help: let the strategy send `sale` there too, or leave this plan away
    "#);
    let elsewhere = clicked.replace("campaign = \"sale\"", "campaign = \"sale\", channel = \"text\"");
    let elsewhere = elsewhere.replace("blast = [\"email\", \"text\"]", "blast = [\"email\"]");
    assert_snapshot!(told(&elsewhere, &[]), @r#"
    warning: campaign `weekly` waits for responses to `sale`, which this strategy does not send on `text`: it never begins
      --> offers.toml:55:1
       |
    47 | trigger = { event = "clicked", campaign = "sale", channel = "text" }
       |                                           ------ these messages
    ...
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24h", unless = "opened" }] }
       | ^^^^^^
       |
       = help: let the strategy send `sale` there too, or leave this plan away
    "#);
}
