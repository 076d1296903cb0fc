//! What a cascade of messages costs and brings, by the closed forms of rule R32.

use super::stage::{Stage, counts, text};
use crate::stats::cascade::{Expected, Step, expected, expected_with_long_waits};
use crate::tally::{ChannelCount, CustomerCount, Tallies};

/// Customers without needs: all that happens is what the cascade does.
const QUIET: &str = "needs = { every = \"36500d\" }\nbasket = { fixed = 10 }\ngross_margin = 0.5\n\
    entry = { web = 1.0 }\njoined = { base = { age = \"0d\" } }";

const LONG: &str = r#"
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.4
click_to_open_rate = 0.5
open_delay = { mean = "6h" }
click_delay = { mean = "1h" }
landing = "web"
[channels.push]
cost_per_message = 0.01
delivery_rate = 0.8
open_rate = 0.5
click_to_open_rate = 0.6
open_delay = { mean = "1h" }
landing = "web"
[channels.sms]
cost_per_message = 0.05
delivery_rate = 1.0
open_rate = 0.8
click_to_open_rate = 0.25
open_delay = "10m"
landing = "web"
[channels.web]
order_rate = 0.5
[campaigns.offer]
trigger = { every = "7d", at = "10:00", times = 1 }
[[strategies.cascade.campaigns.offer.cascade]]
send = "email"
[[strategies.cascade.campaigns.offer.cascade]]
send = "push"
after = "20d"
unless = "clicked"
[[strategies.cascade.campaigns.offer.cascade]]
send = "sms"
after = "20d"
unless = "clicked"
[segments.all]
share = 1.0
opt_in = { email = 0.9, push = 0.5, sms = 0.7 }
"#;

/// Waits so long that all responses are in: the product form.
pub(super) fn long_waits(stage: &mut Stage<'_>) {
    let tallies = stage.play(&text("90d", &format!("{LONG}{QUIET}")), 400_000);
    let late = |_| 1.0;
    let step = |reach, response, cost| Step { reach, response, cost, after: 0.0, delay: &late };
    let steps = [step(0.9, 0.18, 0.001), step(0.5, 0.24, 0.01), step(0.7, 0.2, 0.05)];
    let exact = expected_with_long_waits(&steps).expect("the steps are right");
    compare(stage, &tallies, &exact);
}

const SHORT: &str = r#"
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.6
click_to_open_rate = 1.0
open_delay = { mean = "3h" }
landing = "web"
[channels.push]
cost_per_message = 0.01
open_rate = 0.5
click_to_open_rate = 1.0
open_delay = "6h"
landing = "web"
[channels.sms]
cost_per_message = 0.05
open_rate = 0.7
click_to_open_rate = 1.0
open_delay = { mean = "5h" }
landing = "web"
[channels.letter]
cost_per_message = 0.7
open_rate = 0.5
click_to_open_rate = 1.0
open_delay = "9h"
landing = "web"
[channels.web]
order_rate = 0.5
[campaigns.offer]
trigger = { every = "7d", at = "10:00", times = 1 }
[[strategies.cascade.campaigns.offer.cascade]]
send = "email"
[[strategies.cascade.campaigns.offer.cascade]]
send = "push"
after = "4h"
unless = "clicked"
[[strategies.cascade.campaigns.offer.cascade]]
send = "sms"
after = "6h"
unless = "clicked"
[[strategies.cascade.campaigns.offer.cascade]]
send = "letter"
after = "2h"
unless = "clicked"
[segments.all]
share = 1.0
opt_in = { email = 0.6, push = 0.5, sms = 0.8, letter = 0.7 }
"#;

/// Waits like the delays, and channels out of reach. A push is answered after exactly six hours, the very second at which
/// the next step is due: that counts.
pub(super) fn short_waits(stage: &mut Stage<'_>) {
    const HOUR: f64 = 3600.0;
    let tallies = stage.play(&text("40d", &format!("{SHORT}{QUIET}")), 400_000);
    // Delays are whole seconds, rounded to the nearest.
    let exponential = |mean: f64| move |wait: f64| if wait < 0.0 { 0.0 } else { -libm::expm1(-(wait + 0.5) / mean) };
    let fixed = |delay: f64| move |wait: f64| f64::from(u8::from(wait >= delay));
    let (three, five, six, nine) =
        (exponential(3.0 * HOUR), exponential(5.0 * HOUR), fixed(6.0 * HOUR), fixed(9.0 * HOUR));
    let steps = [
        Step { reach: 0.6, response: 0.54, cost: 0.001, after: 0.0, delay: &three },
        Step { reach: 0.5, response: 0.5, cost: 0.01, after: 4.0 * HOUR, delay: &six },
        Step { reach: 0.8, response: 0.7, cost: 0.05, after: 6.0 * HOUR, delay: &five },
        Step { reach: 0.7, response: 0.5, cost: 0.7, after: 2.0 * HOUR, delay: &nine },
    ];
    let exact = expected(&steps).expect("the steps are right");
    compare(stage, &tallies, &exact);
}

fn compare(stage: &mut Stage<'_>, tallies: &Tallies, exact: &Expected) {
    let customers = counts(tallies, 0, |row| row.customers(CustomerCount::Joined));
    for (channel, sends) in exact.sends.iter().enumerate() {
        let sent = counts(tallies, 0, |row| row.at(ChannelCount::Sent, channel));
        stage.ratio(format!("messages of step {} per run", channel + 1), *sends, &sent, &customers);
    }
    let spend = counts(tallies, 0, |row| row.total(ChannelCount::Spend))
        .into_iter()
        .map(|nano| nano * 1e-9)
        .collect::<Vec<_>>();
    stage.ratio("cost per run", exact.cost, &spend, &customers);
    let responded = counts(tallies, 0, |row| row.customers(CustomerCount::Responded));
    stage.ratio("share of runs with a response", exact.response, &responded, &customers);
}

const TWO: &str = r#"
[channels.email]
cost_per_message = 0.02
open_rate = 1.0
click_to_open_rate = 0.1
open_delay = "10m"
landing = "web"
[channels.sms]
cost_per_message = 0.03
open_rate = 1.0
click_to_open_rate = 0.6
open_delay = "10m"
landing = "web"
[channels.web]
order_rate = 0.5
[campaigns.offer]
trigger = { every = "7d", at = "10:00", times = 1 }
[strategies.cheap-first.campaigns.offer]
cascade = [ { send = "email" }, { send = "sms", after = "1d", unless = "clicked" } ]
[strategies.strong-first.campaigns.offer]
cascade = [ { send = "sms" }, { send = "email", after = "1d", unless = "clicked" } ]
[segments.all]
share = 1.0
opt_in = { email = 1.0, sms = 1.0 }
"#;

/// The cheapest order is by cost ÷ response, not by cost; and who responds to either does not depend on the order.
pub(super) fn cheapest_first(stage: &mut Stage<'_>) {
    let tallies = stage.play(&text("10d", &format!("{TWO}{QUIET}")), 200_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    let responding = |strategy| counts(&tallies, strategy, |row| row.customers(CustomerCount::Responded));
    for (strategy, cost) in [("cheapest first", 0.047), ("best first", 0.038)].into_iter().enumerate() {
        let spend = counts(&tallies, strategy, |row| row.total(ChannelCount::Spend));
        let spend: Vec<f64> = spend.into_iter().map(|nano| nano * 1e-9).collect();
        stage.ratio(format!("cost per run, {}", cost.0), cost.1, &spend, &customers);
    }
    stage.ratio("share of runs with a response", 0.64, &responding(0), &customers);
    let differ =
        responding(0).iter().zip(responding(1)).filter(|(cheap, strong)| (*cheap - strong).abs() > 0.5).count();
    stage.same("batches in which the order changes who responds", 0, differ as i128);
}
