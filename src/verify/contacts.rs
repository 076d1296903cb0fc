//! What becomes of messages: opt-outs, affinity, delays, mixes.

use super::stage::{BATCHES, Seen, Stage, Sums, before_week, column, counts, text, total};
use crate::engine::{Event, Reason};
use crate::scenario::Seconds;
use crate::stats::normal;
use crate::tally::{ChannelCount, CustomerCount, StepCount};

/// Customers who only receive messages.
pub(super) const QUIET: &str = r#"
[channels.web]
order_rate = 0.5
[segments.all]
share = 1.0
needs = { every = "36500d" }
joined = { base = { age = "0d" } }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
"#;

/// Reach that is left after n messages: (1 − delivery · h)ⁿ.
pub(super) fn opt_outs(stage: &mut Stage<'_>) {
    let scenario = r#"
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.5
click_to_open_rate = 0.1
opt_out_rate = 0.02
opt_in = 0.8
landing = "web"
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
[strategies.mail.campaigns.offer]
blast = ["email"]
"#;
    let tallies = stage.play(&text("280d", &format!("{scenario}{QUIET}")), 200_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    for messages in [1, 10, 40] {
        let left = before_week(&tallies, 0, messages, |row| {
            row.total(ChannelCount::OptedIn) - row.total(ChannelCount::OptedOut)
        });
        let exact = 0.8 * (1.0_f64 - 0.9 * 0.02).powi(messages as i32);
        stage.ratio(format!("reach left after {messages} messages"), exact, &left, &customers);
    }
    let sent = counts(&tallies, 0, |row| row.total(ChannelCount::Sent));
    let exact = 0.8 * (1.0 - libm::pow(1.0 - 0.018, 40.0)) / 0.018;
    stage.ratio("messages per customer in 40 weeks", exact, &sent, &customers);
    let step = &tallies.strategies[0].flows.steps[0];
    let examined = step.of(StepCount::Sent) + step.because(Reason::NotOptedIn) + step.because(Reason::OptedOut);
    stage.same("sent, not opted in or opted out", i128::from(stage.customers()) * 40, examined);
}

/// Customers differ, but the stated rate is their mean; and one customer's messages go together.
pub(super) fn affinity(stage: &mut Stage<'_>) {
    let scenario = r#"
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.25
click_to_open_rate = 0.1
affinity_spread = 1.5
opt_in = 1.0
landing = "web"
[channels.sms]
cost_per_message = 0.05
open_rate = 0.6
click_rate = 0.06
affinity_spread = 1.5
opt_in = 1.0
landing = "web"
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
[strategies.both.campaigns.offer]
blast = ["email", "sms"]
"#;
    let scenario = text("14d", &format!("{scenario}{QUIET}"));
    let tallies = stage.play(&scenario, 400_000);
    let of = |count, channel| counts(&tallies, 0, move |row| row.at(count, channel));
    for (channel, name, open, click) in [(0, "e-mail", 0.25, 0.025), (1, "SMS", 0.6, 0.06)] {
        let delivered = of(ChannelCount::Delivered, channel);
        stage.ratio(format!("opened per delivered {name}"), open, &of(ChannelCount::Opened, channel), &delivered);
        stage.ratio(format!("clicked per delivered {name}"), click, &of(ChannelCount::Clicked, channel), &delivered);
    }
    let sums: Sums<2> = stage.watch(&scenario, 200_000, |events| {
        let opened = |event: &Event, of: u8| matches!(event, Event::Opened(message) if message.channel == of);
        let both = |channel| events[0].iter().filter(|(_, event)| opened(event, channel)).count() == 2;
        [f64::from(u8::from(both(1))), f64::from(u8::from(both(1) && both(0)))]
    });
    let (sms, email) = (squared(0.6), 0.81 * squared(0.25));
    stage.mean("customers who open two SMS of two", sms, &sums, 0);
    stage.mean("customers who open two SMS and two e-mails", sms * email, &sums, 1);
}

/// Mean of the squared rate over 32 equally likely levels: logistic(c + 1.5 z), z the scaled midpoint quantiles.
fn squared(mean: f64) -> f64 {
    let z: Vec<f64> = (0..32).map(|i| normal::quantile((f64::from(i) + 0.5) / 32.0)).collect();
    let scale = 1.5 / libm::sqrt(z.iter().map(|z| z * z).sum::<f64>() / 32.0);
    let rates = |c: f64| z.iter().map(move |z| 1.0 / (1.0 + libm::exp(-c - scale * z)));
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if rates(middle).sum::<f64>() / 32.0 < mean { low = middle } else { high = middle }
    }
    rates(low).map(|rate| rate * rate).sum::<f64>() / 32.0
}

/// With `rates = "list"` the living respond more often, so that the list responds as stated.
pub(super) fn list(stage: &mut Stage<'_>) {
    let scenario = r#"
rates = "list"
[channels.web]
order_rate = 0.5
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.25
click_rate = 0.05
opt_out_rate = 0.02
opt_in = 1.0
landing = "web"
[campaigns.offer]
trigger = { every = "7d", at = "00:00", times = 1 }
[strategies.mail.campaigns.offer]
blast = ["email"]
[segments.old]
share = 0.6
joined = { base = { age = "1092d" } }
purchases = { r = 0.24259, alpha = 4.41353, a = 0.79289, b = 2.42575, unit = "7d" }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
[segments.young]
share = 0.4
joined = { base = { age = "364d" } }
needs = { every = "30d" }
dropout = { after-journey = 0.03 }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
"#;
    let tallies = stage.play(&text("14d", scenario), 600_000);
    let of = |count| counts(&tallies, 0, move |row| row.total(count));
    let delivered = of(ChannelCount::Delivered);
    stage.ratio("delivered per sent", 0.9, &delivered, &of(ChannelCount::Sent));
    stage.ratio("opened per delivered, over the list", 0.25, &of(ChannelCount::Opened), &delivered);
    stage.ratio("clicked per delivered, over the list", 0.05, &of(ChannelCount::Clicked), &delivered);
    stage.ratio("opt-outs per delivered, over the list", 0.02, &of(ChannelCount::OptedOut), &delivered);
}

/// Ten o'clock.
const TRIGGER: Seconds = 36_000;

/// The distribution of delays, in whole seconds.
pub(super) fn delays(stage: &mut Stage<'_>) {
    let scenario = r#"
[channels.email]
cost_per_message = 0.001
open_rate = 0.6
click_to_open_rate = 0.5
open_delay = { mean = "6h" }
click_delay = { median = "2m", p90 = "30m" }
opt_in = 1.0
landing = "web"
[channels.sms]
cost_per_message = 0.05
open_rate = 0.6
click_to_open_rate = 0.5
open_delay = { median = "5h", p90 = "2d" }
click_delay = { mean = "10m" }
opt_in = 1.0
landing = "web"
[campaigns.offer]
trigger = { every = "7d", at = "10:00", times = 1 }
[strategies.both.campaigns.offer]
blast = ["email", "sms"]
"#;
    let exponential = |mean: f64, t: f64| -libm::expm1(-(t + 0.5) / mean);
    let lognormal = |median: f64, p90: f64, t: f64| {
        let sigma = libm::log(p90 / median) / normal::quantile(0.9);
        normal::cdf(libm::log((t + 0.5) / median) / sigma)
    };
    let when = |events: &[Seen], wanted: &dyn Fn(&Event) -> bool| {
        events.iter().find(|(_, event)| wanted(event)).map(|(at, _)| *at)
    };
    let sums = stage.watch(&text("35000d", &format!("{scenario}{QUIET}")), 200_000, |events| {
        let events = &events[0];
        let mut within = [0.0; 12];
        for (channel, limits) in [(0, [3600, 43_200, 60, 1200]), (1, [3600, 172_800, 60, 1200])] {
            let opened = when(events, &|event| matches!(event, Event::Opened(message) if message.channel == channel));
            let clicked = when(events, &|event| matches!(event, Event::Clicked(message) if message.channel == channel));
            let waits = [opened.map(|at| at - TRIGGER), clicked.zip(opened).map(|(at, since)| at - since)];
            let channel = usize::from(channel);
            for (i, limit) in limits.into_iter().enumerate() {
                let seen = waits[i / 2].is_some_and(|wait| wait <= limit);
                within[channel * 4 + i] = f64::from(u8::from(seen));
            }
            within[8 + channel * 2] = f64::from(u8::from(opened.is_some()));
            within[9 + channel * 2] = f64::from(u8::from(clicked.is_some()));
        }
        within
    });
    stage.ratio(
        "exponential, mean 6 h: within 1 h",
        exponential(21_600.0, 3600.0),
        &column(&sums, 0),
        &column(&sums, 8),
    );
    stage.ratio(
        "exponential, mean 6 h: within 12 h",
        exponential(21_600.0, 43_200.0),
        &column(&sums, 1),
        &column(&sums, 8),
    );
    stage.ratio(
        "log-normal, median 2 min: click within 1 min",
        lognormal(120.0, 1800.0, 60.0),
        &column(&sums, 2),
        &column(&sums, 9),
    );
    stage.ratio(
        "log-normal, median 2 min: click within 20 min",
        lognormal(120.0, 1800.0, 1200.0),
        &column(&sums, 3),
        &column(&sums, 9),
    );
    stage.ratio(
        "log-normal, median 5 h: within 1 h",
        lognormal(18_000.0, 172_800.0, 3600.0),
        &column(&sums, 4),
        &column(&sums, 10),
    );
    stage.ratio(
        "log-normal, median 5 h: within 2 days",
        lognormal(18_000.0, 172_800.0, 172_800.0),
        &column(&sums, 5),
        &column(&sums, 10),
    );
    stage.ratio(
        "exponential, mean 10 min: click within 1 min",
        exponential(600.0, 60.0),
        &column(&sums, 6),
        &column(&sums, 11),
    );
    stage.ratio(
        "exponential, mean 10 min: click within 20 min",
        exponential(600.0, 1200.0),
        &column(&sums, 7),
        &column(&sums, 11),
    );
}

/// One channel a run, by weight; and which messages are billed.
pub(super) fn mix(stage: &mut Stage<'_>) {
    let scenario = r#"
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.3
click_to_open_rate = 0.1
opt_in = 1.0
landing = "web"
[channels.push]
cost_per_message = 0.0002
delivery_rate = 0.8
open_rate = 0.3
click_to_open_rate = 0.1
opt_in = 0.5
landing = "web"
[channels.sms]
cost_per_message = 0.03
billed_on = "delivered"
delivery_rate = 0.7
open_rate = 0.3
click_to_open_rate = 0.1
opt_in = 1.0
landing = "web"
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
[strategies.mixed.campaigns.offer]
mix = { email = 0.5, push = 0.3, sms = 0.2 }
"#;
    let tallies = stage.play(&text("70d", &format!("{scenario}{QUIET}")), 100_000);
    let runs = vec![stage.customers() as f64 * 10.0 / BATCHES as f64; BATCHES as usize];
    for (channel, (name, share)) in [("e-mail", 0.5), ("push", 0.15), ("SMS", 0.2)].into_iter().enumerate() {
        let sent = counts(&tallies, 0, |row| row.at(ChannelCount::Sent, channel));
        stage.ratio(format!("{name} sent per run"), share, &sent, &runs);
    }
    let of = |count, channel| total(&tallies, 0, |row| row.at(count, channel));
    let steps = &tallies.strategies[0].flows.steps;
    let examined = steps.iter().map(|step| step.of(StepCount::Sent) + step.because(Reason::NotOptedIn)).sum();
    stage.same("one outcome a run", i128::from(stage.customers()) * 10, examined);
    let billed = 1_000_000 * of(ChannelCount::Sent, 0)
        + 200_000 * of(ChannelCount::Sent, 1)
        + 30_000_000 * of(ChannelCount::Delivered, 2);
    stage.same("spend in nano-units", billed, total(&tallies, 0, |row| row.total(ChannelCount::Spend)));
}
