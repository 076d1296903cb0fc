//! What became of the messages, by channel and by step of each campaign.

use super::{Chart, MOST_BARS, Panel, Reader, View};
use crate::compare::{number, percent};
use crate::figures::{ChannelLine, StepLine};
use crate::report::charts::{Funnel, FunnelRow};

/// Counts are shown for so many customers, so that rare stages are whole numbers.
const PER: f64 = 1000.0;

pub(super) fn channels(reader: &Reader<'_>) -> Option<Panel> {
    let mut lines: Vec<&ChannelLine> = reader.figures.channels.iter().filter(|line| line.sent > 0.0).collect();
    let place = |line: &&ChannelLine| reader.figures.channels.iter().position(|other| other.channel == line.channel);
    lines.sort_by_key(place);
    if lines.is_empty() {
        return None;
    }
    // The best rate of each channel under any strategy, the highest first.
    let mut rates: Vec<(&str, f64)> = Vec::new();
    for line in &lines {
        let rate = line.contact_orders / line.sent * PER;
        match rates.iter_mut().find(|(channel, _)| *channel == line.channel) {
            Some((_, best)) => *best = best.max(rate),
            None => rates.push((&line.channel, rate)),
        }
    }
    rates.sort_by(|a, b| b.1.total_cmp(&a.1));
    let told: Vec<String> =
        rates.iter().take(3).map(|(channel, rate)| format!("{channel} {}", number(*rate))).collect();
    let title = format!("Orders from a thousand messages sent: {}", told.join(", "));
    let row = |line: &&ChannelLine| FunnelRow {
        heading: line.channel.clone(),
        name: line.strategy.clone(),
        part: reader.part(&line.strategy),
        counts: [line.sent, line.delivered, line.opened, line.clicked, line.contact_orders]
            .map(|count| count * PER)
            .to_vec(),
    };
    let chart = Funnel { stages: stages(), rows: lines.iter().take(MOST_BARS).map(row).collect() };
    let columns = [
        "strategy",
        "channel",
        "sent",
        "delivered",
        "opened",
        "clicked",
        "contact_orders",
        "displaced_orders",
        "open_rate",
        "click_rate",
        "opt_outs",
    ];
    Some(Panel {
        name: "channels",
        question: "What do the channels do?",
        charts: vec![Chart::new(
            "channels",
            title,
            |caption| chart.draw(caption),
            "Messages sent, delivered, opened, clicked and ordered from, for a thousand customers.",
        )],
        note: format!(
            "For 1,000 customers over the horizon; each stage has its own scale.{} Orders are those in journeys that a message opened; the table says how many of them would have come anyway (displaced).",
            cut(lines.len())
        ),
        view: View::of("channels", &columns, &reader.figures.channels, |line| line.sent > 0.0),
    })
}

pub(super) fn steps(reader: &Reader<'_>) -> Option<Panel> {
    let lines: Vec<&StepLine> = reader.figures.steps.iter().filter(|line| line.due > 0.0).collect();
    let saved = |line: &&&StepLine| line.withheld_condition_met + line.withheld_goal_met;
    let title = match lines.iter().max_by(|a, b| saved(a).total_cmp(&saved(b))) {
        Some(line) if saved(&line) > 0.0 => format!(
            "{}: {} of the {} messages that came due on {} were not needed",
            line.strategy,
            percent(saved(&line) / line.due),
            line.campaign,
            line.channel
        ),
        _ => "No message was spared: no condition or goal was met before one came due".to_owned(),
    };
    let row = |line: &&StepLine| FunnelRow {
        heading: format!("{} · {}", line.campaign, line.strategy),
        name: format!("{}. {}", line.step, line.channel),
        part: reader.part(&line.strategy),
        counts: [line.due, line.sent, line.delivered, line.opened, line.clicked, line.contact_orders]
            .map(|count| count * PER)
            .to_vec(),
    };
    let mut stages = stages();
    stages.insert(0, "due".to_owned());
    let chart = Funnel { stages, rows: lines.iter().take(MOST_BARS).map(row).collect() };
    let columns = [
        "strategy",
        "campaign",
        "step",
        "channel",
        "runs",
        "due",
        "withheld_goal_met",
        "withheld_condition_met",
        "withheld_not_opted_in",
        "withheld_opted_out",
        "sent",
        "delivered",
        "opened",
        "clicked",
        "contact_orders",
        "contact_margin",
        "spend",
    ];
    (!lines.is_empty()).then(|| Panel {
        name: "campaigns",
        question: "How were the campaigns carried out?",
        charts: vec![Chart::new("campaigns", title, |caption| chart.draw(caption), "Messages due, sent, delivered, opened, clicked and ordered from, by step of each campaign, for a thousand customers.")],
        note: format!("For 1,000 customers over the horizon. What came due was sent or withheld, and the table says why.{}", cut(lines.len())),
        view: View::of("steps", &columns, &reader.figures.steps, |line| line.due > 0.0),
    })
}

fn stages() -> Vec<String> {
    ["sent", "delivered", "opened", "clicked", "ordered"].map(str::to_owned).to_vec()
}

fn cut(rows: usize) -> String {
    if rows > MOST_BARS { format!(" The chart shows the first {MOST_BARS} of {rows} rows.") } else { String::new() }
}
