//! Pressure, consent and goodwill, where the messages that customers get are known beforehand.

use super::contacts::QUIET;
use super::stage::{Stage, Sums, before_week, counts, text, total};
use crate::engine::Event;
use crate::scenario::{DAY, WEEK};
use crate::stats::normal;
use crate::tally::{ChannelCount, CustomerCount};

/// Weeks of one message each.
const WEEKS: usize = 30;

/// A message a week to everybody.
const WEEKLY: &str = r#"
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
[strategies.mail.campaigns.offer]
blast = ["email"]
"#;

/// A chance whose odds are so many times as high.
fn at_odds(chance: f64, odds: f64) -> f64 {
    odds * chance / (1.0 - chance + odds * chance)
}

/// The pressure that message n meets, from 0, if every one before it was delivered: Σ rᵏ, k = 1 … n, where a message is
/// worth r after a week.
fn met(r: f64, n: usize) -> f64 {
    (1..=n).map(|k| libm::pow(r, k as f64)).sum()
}

/// A message a week meets the pressure r (1 − rⁿ) ÷ (1 − r), r = 2^(−week ÷ half-life); odds follow it, and reach is left
/// by the product of what each message leaves.
pub(super) fn pressure(stage: &mut Stage<'_>) {
    let scenario = |channel: &str, overall: &str| {
        let head = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.4
click_to_open_rate = 0.3
opt_in = 1.0
landing = "web"
"#;
        text("210d", &format!("{head}{channel}{overall}{WEEKLY}{QUIET}"))
    };
    let strain = r#"
[channels.email.fatigue]
half_life = "21d"
response_odds = 0.8
[fatigue]
half_life = "3d"
response_odds = 0.5
"#;
    let tallies = stage.play(&scenario("", strain), 100_000);
    let (own, all) = (libm::exp2(-7.0 / 21.0), libm::exp2(-7.0 / 3.0));
    let thousandths: i128 = (0..WEEKS).map(|n| libm::round(1000.0 * met(all, n)) as i128).sum();
    let told = total(&tallies, 0, |row| row.total(ChannelCount::Pressure));
    stage.same("pressure over all messages, in thousandths", i128::from(stage.customers()) * thousandths, told);
    let week = |n: usize, count: ChannelCount| -> Vec<f64> {
        let of = |rows: &Vec<crate::tally::Row>| rows[n].total(count) as f64;
        tallies.strategies[0].draw_weeks.iter().map(of).collect()
    };
    for n in [0, 1, 5, WEEKS - 1] {
        let odds = libm::pow(0.8, met(own, n)) * libm::pow(0.5, met(all, n));
        let (sent, opened) = (week(n, ChannelCount::Sent), week(n, ChannelCount::Opened));
        let name = |what: &str| format!("{what} message {} of one a week", n + 1);
        stage.ratio(name("opened ÷ delivered,"), at_odds(0.4, odds), &opened, &sent);
        stage.ratio(name("clicked ÷ opened,"), at_odds(0.3, odds), &week(n, ChannelCount::Clicked), &opened);
    }
    let steady = r#"
[channels.email.fatigue]
half_life = "14d"
"#;
    let tallies = stage.play(&scenario("", steady), 1000);
    let r = libm::exp2(-0.5);
    let last: i128 = tallies.strategies[0].weeks[WEEKS - 1].total(ChannelCount::Pressure);
    let exact = libm::round(1000.0 * r / (1.0 - r) * (1.0 - libm::pow(r, (WEEKS - 1) as f64))) as i128;
    stage.same("pressure of the last message, near r ÷ (1 − r)", i128::from(stage.customers()) * exact, last);
    let leaving = "opt_out_rate = 0.01\n[channels.email.fatigue]\nhalf_life = \"14d\"\nopt_out_odds = 1.5\n";
    let tallies = stage.play(&scenario(leaving, ""), 100_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    for messages in [1, 10, WEEKS] {
        let stays = |n: usize| 1.0 - at_odds(0.01, libm::pow(1.5, met(r, n)));
        let left = before_week(&tallies, 0, messages, |row| {
            row.total(ChannelCount::OptedIn) - row.total(ChannelCount::OptedOut)
        });
        let exact = (0..messages).map(stays).product();
        stage.ratio(format!("reach left after {messages} messages under pressure"), exact, &left, &customers);
    }
}

/// Natural journeys come at any time, and each one's coin is weighed with the pressure of that moment: what survives is
/// exp(−rate · ∫ chance).
pub(super) fn losses(stage: &mut Stage<'_>) {
    let scenario = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.0
click_to_open_rate = 0.0
opt_in = 1.0
landing = "web"
[channels.web]
order_rate = 0.0
[fatigue]
half_life = "7d"
loss_odds = 2.0
[segments.all]
share = 1.0
needs = { every = "10d" }
dropout = { after-journey = 0.02 }
joined = { base = { age = "0d" } }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
"#;
    let tallies = stage.play(&text("70d", &format!("{scenario}{WEEKLY}")), 200_000);
    // The pressure falls smoothly between two messages, which come ten hours into each week.
    let (mut pressure, mut hazard, steps) = (0.0_f64, 0.0, 2000);
    for week in 0..10 {
        let (first, rest) = (10 * 3600, WEEK - 10 * 3600);
        for (span, message) in [(first, false), (rest, true)] {
            pressure += f64::from(u8::from(message));
            let length = span as f64 / DAY as f64;
            let chance = |at: f64| at_odds(0.02, libm::pow(2.0, pressure * libm::exp2(-at / 7.0)));
            let middle = |i: i32| (f64::from(i) + 0.5) * length / f64::from(steps);
            hazard += (0..steps).map(|i| chance(middle(i))).sum::<f64>() * length / f64::from(steps) / 10.0;
            pressure *= libm::exp2(-length / 7.0);
        }
        if matches!(week, 0 | 4 | 9) {
            let lost = before_week(&tallies, 0, week + 1, |row| row.customers(CustomerCount::Lost));
            let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
            let quantity = format!("lost within {} weeks of a message each", week + 1);
            stage.ratio(quantity, 1.0 - libm::exp(-hazard), &lost, &customers);
        }
    }
}

/// Complaints opt out too; orders bring opt-ins, for the first time and again.
pub(super) fn consent(stage: &mut Stage<'_>) {
    let complaints = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.5
click_to_open_rate = 0.1
opt_out_rate = 0.02
complaint_rate = 0.01
opt_in = 1.0
landing = "web"
"#;
    let tallies = stage.play(&text("210d", &format!("{complaints}{WEEKLY}{QUIET}")), 100_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    let stays = 0.98_f64 * 0.99;
    let left =
        before_week(&tallies, 0, WEEKS, |row| row.total(ChannelCount::OptedIn) - row.total(ChannelCount::OptedOut));
    stage.ratio("reach left by opt-outs and complaints", stays.powi(WEEKS as i32), &left, &customers);
    let sent = counts(&tallies, 0, |row| row.total(ChannelCount::Sent));
    let told = counts(&tallies, 0, |row| row.total(ChannelCount::Complaints));
    stage.ratio("complaints per message", 0.01, &told, &sent);
    let orders = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.0
click_to_open_rate = 0.0
opt_in = 0.25
opt_in_at_order = 0.3
return_at_order = 0.1
opt_out_rate = 1.0
landing = "web"
[channels.web]
order_rate = 1.0
[segments.all]
share = 1.0
needs = { every = "20d" }
joined = { base = { age = "0d" } }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
[campaigns.once]
trigger = { every = "7d", at = "00:00", times = 1 }
[strategies.mail.campaigns.once]
blast = ["email"]
"#;
    let tallies = stage.play(&text("56d", orders), 200_000);
    // Whoever was in opts out in the first second; opt-ins by orders come at the rate of orders times their chance.
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    let opt_ins = counts(&tallies, 0, |row| row.total(ChannelCount::OptIns));
    let by = |share: f64| 1.0 - libm::exp(-share * 56.0 / 20.0);
    stage.ratio("opt-ins at orders per customer", 0.75 * by(0.3) + 0.25 * by(0.1), &opt_ins, &customers);
    let idle = counts(&tallies, 1, |row| row.total(ChannelCount::OptIns));
    stage.ratio("opt-ins at orders where nothing is sent", 0.75 * by(0.3), &idle, &customers);
}

/// Scores are normal around a mean that goodwill moves, rounded and cut; promoters say 9 or 10, detractors 6 or less.
pub(super) fn goodwill(stage: &mut Stage<'_>) {
    let scenario = |goodwill: &str| {
        let head = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.4
click_to_open_rate = 0.3
opt_in = 1.0
landing = "web"
"#;
        text("70d", &format!("{head}{goodwill}{WEEKLY}{QUIET}"))
    };
    let asked = "[goodwill.nps]\nmean = 7.6\nsd = 2.1\nanswers = 0.4\n";
    let messages = 10;
    // A message of week n has lain back 70 days less 10 hours less n weeks at the horizon.
    let age = |n: i32| (70.0 - 10.0 / 24.0 - 7.0 * f64::from(n)) / 30.0;
    let fading: f64 = (0..messages).map(|n| libm::exp2(-age(n))).sum();
    for (name, moved, goodwill) in [
        ("at goodwill 0", 0.0, asked.to_owned()),
        ("after ten messages", -0.1 * 10.0 * 1.5, format!("[goodwill]\nmessage = -0.1\n{asked}per_point = 1.5\n")),
        ("after ten that fade", -0.2 * fading, format!("[goodwill]\nmessage = -0.2\nhalf_life = \"30d\"\n{asked}")),
    ] {
        let tallies = stage.play(&scenario(&goodwill), 200_000);
        let of = |count: CustomerCount| counts(&tallies, 0, move |row| row.customers(count));
        let (customers, answers) = (of(CustomerCount::Joined), of(CustomerCount::Answers));
        let below = |score: f64| normal::cdf((score - 7.6 - moved) / 2.1);
        stage.ratio(format!("answers ÷ customers {name}"), 0.4, &answers, &customers);
        stage.ratio(format!("promoters ÷ answers {name}"), 1.0 - below(8.5), &of(CustomerCount::Promoters), &answers);
        stage.ratio(format!("detractors ÷ answers {name}"), below(6.5), &of(CustomerCount::Detractors), &answers);
    }
    let orders = r#"
[channels.web]
order_rate = 1.0
[segments.all]
share = 1.0
needs = { every = "10d" }
dropout = { after-order = 0.3 }
joined = { base = { age = "0d" } }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
[goodwill]
order = 1
loss_odds = 0.5
"#;
    // The order whose coin is tossed counts already: after the n-th, the odds are 2⁻ⁿ of what they were.
    let sums: Sums<2> = stage.watch(&text("1000d", orders), 100_000, |events| {
        let orders = events[0].iter().filter(|(_, event)| matches!(event, Event::Ordered { .. })).count();
        [1, 3].map(|n| f64::from(u8::from(orders > n)))
    });
    let stays = |n: i32| 1.0 - at_odds(0.3, 0.5_f64.powi(n));
    stage.mean("customers with a second order, kept by goodwill", stays(1), &sums, 0);
    stage.mean("customers with a fourth order", stays(1) * stays(2) * stays(3), &sums, 1);
}
