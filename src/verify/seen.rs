//! What the firm sees of its messages (R50), and messages that come late or twice (R51).

use super::stage::{Stage, counts, text, total};
use crate::tally::{ChannelCount, Row, StepCount, Tallies};

const PEOPLE: &str = r#"
[channels.web]
order_rate = 0.2
[segments.all]
share = 1.0
joined = { base = { age = "0d" } }
gross_margin = 0.4
entry = { web = 1.0 }
basket = { fixed = 10 }
needs = { every = "1000d" }
[campaigns.c]
trigger = { every = "7d", at = "10:00", times = 1 }
"#;

fn channel(name: &str, rest: &str) -> String {
    format!("[channels.{name}]\ncost_per_message = 0.05\nopt_in = 1.0\nlanding = \"web\"\n{rest}\n")
}

fn of(tallies: &Tallies, count: ChannelCount, channel: usize) -> Vec<f64> {
    counts(tallies, 0, |row: &Row| row.at(count, channel))
}

/// Openings and clicks as they are and as they are seen, and the reminder for whom the firm takes for one who has not opened.
pub(super) fn machines(stage: &mut Stage<'_>) {
    let rates = "open_rate = 0.3\nclick_to_open_rate = 0.5\nopen_delay = { mean = \"9h\" }\n";
    let machines = "machine_open_rate = 0.4\nmachine_open_delay = { mean = \"1h\" }\nscanner_click_rate = 0.1\ndelivery_rate = 0.9\n";
    let scenario = text(
        "56d",
        &format!(
            "{PEOPLE}{}{}{}[strategies.s.campaigns.c]\ncascade = [{{ send = \"mail\" }}, {{ send = \"text\", after = \"24h\", unless = \"opened\" }}]\n\
             [strategies.blind.campaigns.c]\nblast = [\"blind\"]\n",
            channel("mail", &format!("{rates}{machines}")),
            channel("text", "open_rate = 0.3\nclick_rate = 0.0"),
            channel("blind", &format!("{rates}scanner_click_rate = 0.1\nreceipts = \"delivered\""))
        ),
    );
    let tallies = stage.play(&scenario, 400_000);
    let delivered = of(&tallies, ChannelCount::Delivered, 1);
    let clicks = 1.0 - (1.0 - 0.15) * (1.0 - 0.1);
    for (quantity, exact, count) in [
        ("opened ÷ delivered", 0.3, ChannelCount::Opened),
        ("seen opened ÷ delivered", 1.0 - 0.7 * 0.6, ChannelCount::SeenOpened),
        ("clicked ÷ delivered", 0.15, ChannelCount::Clicked),
        ("seen clicked ÷ delivered", clicks, ChannelCount::SeenClicked),
    ] {
        stage.ratio(quantity, exact, &of(&tallies, count, 1), &delivered);
    }
    let unseen = (1.0 - 0.4 * -libm::expm1(-24.0)) * (1.0 - 0.3 * -libm::expm1(-24.0 / 9.0));
    let reminded = of(&tallies, ChannelCount::Sent, 2);
    stage.ratio("reminded ÷ sent", 0.1 + 0.9 * unseen, &reminded, &of(&tallies, ChannelCount::Sent, 1));
    let blind = |count| counts(&tallies, 1, |row: &Row| row.at(count, 3));
    stage.ratio(
        "seen clicked ÷ delivered, without receipts of openings",
        clicks,
        &blind(ChannelCount::SeenClicked),
        &blind(ChannelCount::Delivered),
    );
    let unseen = total(&tallies, 1, |row| row.total(ChannelCount::SeenOpened));
    stage.same("seen opened, without receipts of openings", 0, unseen);
    let text = &tallies.strategies[0].flows.steps[1];
    stage.same("seen opened, where it is seen as it is", text.of(StepCount::Opened), text.of(StepCount::SeenOpened));
}

/// Messages under way, and messages that come twice.
pub(super) fn late_and_twice(stage: &mut Stage<'_>) {
    let rates = "open_rate = 0.6\nclick_rate = 0.0\ndelivery_rate = 0.8\n";
    let scenario = text(
        "56d",
        &format!(
            "{PEOPLE}{}{}{}[strategies.s.campaigns.c]\ncascade = [{{ send = \"slow\" }}, {{ send = \"text\", after = \"24h\", unless = \"delivered\" }}]\n\
             [strategies.opened.campaigns.c]\ncascade = [{{ send = \"slow\" }}, {{ send = \"text\", after = \"24h\", unless = \"opened\" }}]\n\
             [strategies.twice.campaigns.c]\nblast = [\"text\", \"billed\"]\n",
            channel("slow", &format!("{rates}delivery_delay = {{ mean = \"12h\" }}\nopen_delay = {{ mean = \"6h\" }}")),
            channel("text", &format!("{rates}duplicate_rate = 0.05")),
            channel("billed", &format!("{rates}duplicate_rate = 0.05\nbilled_on = \"delivered\""))
        ),
    );
    let tallies = stage.play(&scenario, 400_000);
    let sent = |strategy: usize, channel: usize| {
        counts(&tallies, strategy, move |row: &Row| row.at(ChannelCount::Sent, channel))
    };
    let late = 1.0 - 0.8 * -libm::expm1(-2.0);
    stage.ratio("not delivered within 24 h ÷ sent", late, &sent(0, 2), &sent(0, 1));
    // The sum of two exponential times: 1 − (m e^(−t/m) − n e^(−t/n)) / (m − n).
    let within = 1.0 - (12.0 * libm::exp(-2.0) - 6.0 * libm::exp(-4.0)) / 6.0;
    stage.ratio("not opened within 24 h ÷ sent", 1.0 - 0.8 * 0.6 * within, &sent(1, 2), &sent(1, 1));
    let twice = |count, channel: usize| counts(&tallies, 2, move |row: &Row| row.at(count, channel));
    stage.ratio("sent twice ÷ sent", 0.05, &twice(ChannelCount::Duplicated, 2), &sent(2, 2));
    stage.ratio(
        "delivered twice ÷ sent twice",
        0.8,
        &twice(ChannelCount::DeliveredTwice, 2),
        &twice(ChannelCount::Duplicated, 2),
    );
    let all = |count, channel: usize| total(&tallies, 2, move |row: &Row| row.at(count, channel));
    let price = 50_000_000;
    let billed = all(ChannelCount::Sent, 2) + all(ChannelCount::Duplicated, 2);
    stage.same("spend where the sent are billed", price * billed, all(ChannelCount::Spend, 2));
    let billed = all(ChannelCount::Delivered, 3) + all(ChannelCount::DeliveredTwice, 3);
    stage.same("spend where the delivered are billed", price * billed, all(ChannelCount::Spend, 3));
    let steps: i128 = tallies.strategies[2].flows.steps.iter().map(|step| step.of(StepCount::Spend)).sum();
    stage.same("spend by step", total(&tallies, 2, |row| row.total(ChannelCount::Spend)), steps);
}
