//! Durations, dates, times of day, horizons.

use insta::assert_snapshot;

use super::{edit, edited, told};

#[test]
fn duration_without_unit() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "24""#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.after` must be a duration: "24" is no duration
      --> offers.toml:55:68
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24", unless = "opened" }] }
       |                                                                    ^^^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn duration_without_quotes() {
    assert_snapshot!(edit(r#"after = "24h""#, "after = 24"), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.after` must be a duration: "24" is no duration
      --> offers.toml:55:68
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = 24, unless = "opened" }] }
       |                                                                    ^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn a_month() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "12 months""#), @r#"
    error: `horizon` must be a duration: "12 months": months and years differ in length; count in days, "30d" or "365d"
     --> offers.toml:4:11
      |
    4 | horizon = "12 months"
      |           ^^^^^^^^^^^
      |
      = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn unknown_unit() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "24x""#), @r#"
    error: `strategies.ladder.campaigns.weekly.cascade.1.after` must be a duration: "24x" is no duration
      --> offers.toml:55:68
       |
    55 | weekly = { cascade = [{ send = "email" }, { send = "text", after = "24x", unless = "opened" }] }
       |                                                                    ^^^^^
       |
       = help: write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), as in "36h" or "1d12h"
    "#);
}

#[test]
fn date_as_people_write_it() {
    assert_snapshot!(edit("start = 2026-01-05", "start = 02.03.2026"), @"
    error: `02.03.2026` is not how a date is written
     --> offers.toml:3:9
      |
    3 | start = 02.03.2026
      |         ^^^^^^^^^^
      |
      = help: write a date as 2026-03-02
    ");
    assert_snapshot!(edit("start = 2026-01-05", "start = 3/2/2026"), @"
    error: `3/2/2026` is not how a date is written
     --> offers.toml:3:9
      |
    3 | start = 3/2/2026
      |         ^^^^^^^^
      |
      = help: write a date as year-month-day, for example 2026-02-28
    ");
    assert_snapshot!(edit("start = 2026-01-05", "start = 2026-3-2"), @"
    error: `2026-3-2` is not how a date is written
     --> offers.toml:3:9
      |
    3 | start = 2026-3-2
      |         ^^^^^^^^
      |
      = help: write a date as 2026-03-02
    ");
}

#[test]
fn date_the_other_way_round() {
    assert_snapshot!(edit("start = 2026-01-05", r#"start = "05.01.2026""#), @r#"
    error: `start` must be a date such as 2026-01-05, found "05.01.2026"
     --> offers.toml:3:9
      |
    3 | start = "05.01.2026"
      |         ^^^^^^^^^^^^
    "#);
}

#[test]
fn time_of_day() {
    assert_snapshot!(edit(r#"at = "18:30""#, r#"at = "25:30""#), @r#"
    error: `campaigns.sale.trigger.at` must be a time of day such as "10:00", found "25:30"
      --> offers.toml:51:33
       |
    51 | trigger = { every = "30d", at = "25:30", first = "14d", times = 10 }
       |                                 ^^^^^^^
    "#);
}

#[test]
fn half_a_day_between_triggers() {
    assert_snapshot!(edit(r#"every = "7d""#, r#"every = "12h""#), @r#"
    error: a trigger's `every` must be whole days, 1 or more, found "12h"
      --> offers.toml:47:21
       |
    47 | trigger = { every = "12h", at = "10:00" }
       |                     ^^^^^
    "#);
}

#[test]
fn unknown_time_zone() {
    assert_snapshot!(edit(r#""Europe/Berlin""#, r#""Europe/Berln""#), @r#"
    error: there is no time zone "Europe/Berln"
     --> offers.toml:9:13
      |
    9 | time_zone = "Europe/Berln"
      |             ^^^^^^^^^^^^^^
      |
      = help: did you mean `Europe/Berlin`?
      = help: IANA names such as "Europe/Berlin", "America/New_York" or "UTC"
    "#);
}

#[test]
fn no_time_zone_at_all() {
    assert_snapshot!(edit(r#""Europe/Berlin""#, r#""CET+1""#), @r#"
    error: there is no time zone "CET+1"
     --> offers.toml:9:13
      |
    9 | time_zone = "CET+1"
      |             ^^^^^^^
      |
      = help: did you mean `CET`?
      = help: IANA names such as "Europe/Berlin", "America/New_York" or "UTC"
    "#);
}

#[test]
fn horizon_shorter_than_the_plan() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "360d""#), @r#"
    error: no campaign can start: the horizon of 364d is not longer than the tail of 367d
     --> offers.toml:4:11
      |
    4 | horizon = "364d"
      |           ^^^^^^
      |
      = help: in the tail nothing new is started, so that plans can end; it is the longest plan (360d) + 7d unless you set `tail`
      = help: make the horizon longer or the tail shorter
    "#);
}

#[test]
fn horizon_too_short() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "6h""#), @r#"
    error: the horizon must be 1 day to a century, found 6h
     --> offers.toml:4:11
      |
    4 | horizon = "6h"
      |           ^^^^
    "#);
}

#[test]
fn window_above_half_the_horizon() {
    assert_snapshot!(edit(r#"retention_window = "90d""#, r#"retention_window = "200d""#), @r#"
    error: the retention window of 200d must lie above 0 and not above half the horizon of 364d
     --> offers.toml:8:20
      |
    8 | retention_window = "200d"
      |                    ^^^^^^
      |
      = help: for example retention_window = "91d"
    "#);
}

#[test]
fn window_below_the_tail() {
    assert_snapshot!(edit(r#"retention_window = "90d""#, r#"retention_window = "5d""#), @r#"
    error: the retention window of 5d is shorter than the tail of 8d, in which nothing new is started
     --> offers.toml:8:20
      |
    8 | retention_window = "5d"
      |                    ^^^^
      |
      = help: for example retention_window = "91d"
    "#);
}

#[test]
fn no_window_fits() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "15d""#), @r#"
    error: the retention window of 90d must lie above 0 and not above half the horizon of 15d
     --> offers.toml:8:20
      |
    8 | retention_window = "90d"
      |                    ^^^^^
      |
      = help: no window fits between the tail of 8d and half the horizon: make the horizon longer or the tail shorter

    error: campaign `sale` starts after 14d, when the tail of 8d has begun: it never happens
      --> offers.toml:51:11
       |
    51 | trigger = { every = "30d", at = "18:30", first = "14d", times = 10 }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: follow customers for longer, or start it earlier
    "#);
}

#[test]
fn first_trigger_in_the_tail() {
    assert_snapshot!(edit(r#"first = "14d""#, r#"first = "360d""#), @r#"
    error: campaign `sale` starts after 360d, when the tail of 8d has begun: it never happens
      --> offers.toml:51:11
       |
    51 | trigger = { every = "30d", at = "18:30", first = "360d", times = 10 }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: follow customers for longer, or start it earlier
    "#);
}

#[test]
fn needs_all_the_time() {
    assert_snapshot!(edit(r#"every = "30d", shape"#, r#"every = "1m", shape"#), @r#"
    error: segment `young`: a customer would have 1049760 needs from joining to the horizon
      --> offers.toml:35:19
       |
    35 | needs = { every = "1m", shape = 2.0 }
       |                   ^^^^
       |
       = help: at most 20000: customers need something less often, or are followed for a shorter time
    "#);
}

#[test]
fn default_window_above_half_the_horizon() {
    let text = edited("horizon = \"364d\"", "horizon = \"120d\"").replace("retention_window = \"90d\"\n", "");
    assert_snapshot!(told(&text, &[]), @r#"
    error: the retention window of 90d (the default) must lie above 0 and not above half the horizon of 120d
     --> offers.toml:4:11
      |
    4 | horizon = "120d"
      |           ^^^^^^
      |
      = help: for example retention_window = "30d"
    "#);
}
