//! `--set`: what was written on the command line is shown as it was typed.

use insta::assert_snapshot;

use super::{BASE, told};

#[test]
fn unknown_key() {
    assert_snapshot!(told(BASE, &["chanels.text.cost_per_message=0.05"]), @"");
}

#[test]
fn unknown_channel() {
    assert_snapshot!(told(BASE, &["channels.txet.cost_per_message=0.05"]), @"");
}

#[test]
fn unknown_key_of_a_channel() {
    assert_snapshot!(told(BASE, &["channels.text.price=0.05"]), @"");
}

#[test]
fn no_value() {
    assert_snapshot!(told(BASE, &["channels.text.cost_per_message"]), @"");
}

#[test]
fn nothing_behind_the_equals_sign() {
    assert_snapshot!(told(BASE, &["simulate="]), @"");
}

#[test]
fn spaces_in_the_key() {
    assert_snapshot!(told(BASE, &["channels text=1"]), @"");
}

#[test]
fn value_out_of_range() {
    assert_snapshot!(told(BASE, &["channels.text.open_rate=15"]), @"");
}

#[test]
fn word_of_no_meaning() {
    assert_snapshot!(told(BASE, &["channels.email.billed_on=opened"]), @"");
}

#[test]
fn step_that_does_not_exist() {
    assert_snapshot!(told(BASE, &["strategies.ladder.campaigns.weekly.cascade.7.after=1d"]), @"");
}

#[test]
fn step_of_an_inherited_plan() {
    assert_snapshot!(told(BASE, &["strategies.gentle.campaigns.weekly.cascade.1.after=1d"]), @"");
}
