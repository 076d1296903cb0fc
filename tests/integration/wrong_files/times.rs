//! Durations, dates, times of day, horizons.

use insta::assert_snapshot;

use super::edit;

#[test]
fn duration_without_unit() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "24""#), @"");
}

#[test]
fn duration_without_quotes() {
    assert_snapshot!(edit(r#"after = "24h""#, "after = 24"), @"");
}

#[test]
fn a_month() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "12 months""#), @"");
}

#[test]
fn unknown_unit() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "24x""#), @"");
}

#[test]
fn date_the_other_way_round() {
    assert_snapshot!(edit("start = 2026-01-05", r#"start = "05.01.2026""#), @"");
}

#[test]
fn time_of_day() {
    assert_snapshot!(edit(r#"at = "18:30""#, r#"at = "25:30""#), @"");
}

#[test]
fn half_a_day_between_triggers() {
    assert_snapshot!(edit(r#"every = "7d""#, r#"every = "12h""#), @"");
}

#[test]
fn unknown_time_zone() {
    assert_snapshot!(edit(r#""Europe/Berlin""#, r#""Europe/Berln""#), @"");
}

#[test]
fn no_time_zone_at_all() {
    assert_snapshot!(edit(r#""Europe/Berlin""#, r#""CET+1""#), @"");
}

#[test]
fn horizon_shorter_than_the_plan() {
    assert_snapshot!(edit(r#"after = "24h""#, r#"after = "360d""#), @"");
}

#[test]
fn horizon_too_short() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "6h""#), @"");
}

#[test]
fn window_above_half_the_horizon() {
    assert_snapshot!(edit(r#"retention_window = "90d""#, r#"retention_window = "200d""#), @"");
}

#[test]
fn window_below_the_tail() {
    assert_snapshot!(edit(r#"retention_window = "90d""#, r#"retention_window = "5d""#), @"");
}

#[test]
fn no_window_fits() {
    assert_snapshot!(edit(r#"horizon = "364d""#, r#"horizon = "15d""#), @"");
}

#[test]
fn first_trigger_in_the_tail() {
    assert_snapshot!(edit(r#"first = "14d""#, r#"first = "360d""#), @"");
}

#[test]
fn needs_all_the_time() {
    assert_snapshot!(edit(r#"every = "30d", shape"#, r#"every = "1m", shape"#), @"");
}
