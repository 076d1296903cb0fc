//! What became of the messages, by channel and by step of each campaign, and why messages were not sent.

use super::{Chart, MOST_BARS, Panel, Reader, View};
use crate::compare::{number, percent};
use crate::figures::{CampaignLine, ChannelLine, Ground, StepLine, Withheld};
use crate::report::charts::{Funnel, FunnelRow, Outcome, OutcomeRow, Outcomes};

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
    let replies = lines.iter().any(|line| line.replied > 0.0);
    let row = |line: &&ChannelLine| FunnelRow {
        heading: line.channel.clone(),
        name: line.strategy.clone(),
        part: reader.part(&line.strategy),
        counts: stages(
            [line.sent, line.delivered, line.opened, line.clicked, line.replied, line.contact_orders],
            replies,
        )
        .into_iter()
        .map(|count| count * PER)
        .collect(),
    };
    let chart = Funnel {
        stages: names(replies),
        beside: replies.then_some(REPLIED),
        rows: lines.iter().take(MOST_BARS).map(row).collect(),
    };
    let columns = [
        "strategy",
        "channel",
        "sent",
        "delivered",
        "opened",
        "clicked",
        "replied",
        "contact_orders",
        "displaced_orders",
        "open_rate",
        "click_rate",
        "reply_rate",
        "opt_outs",
    ];
    let columns: Vec<&str> = columns.into_iter().filter(|name| replies || !REPLIES.contains(name)).collect();
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

/// How often campaigns came up for customers and began no run; none if all always did.
pub(super) fn entries(reader: &Reader<'_>) -> Option<Panel> {
    let lines: Vec<&CampaignLine> = reader.figures.campaigns.iter().filter(|line| line.came_up > 0.0).collect();
    let refused = |line: &&&CampaignLine| (line.came_up - line.runs) / line.came_up;
    let most = lines.iter().filter(|line| line.runs < line.came_up).max_by(|a, b| refused(a).total_cmp(&refused(b)))?;
    let refusals = |line: &CampaignLine| {
        [
            ("outside the audience", line.outside_audience),
            ("entered before", line.entered_before),
            ("still running", line.still_running),
        ]
    };
    let (reason, _) = refusals(most).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let title = format!(
        "{}: {} came up {} times for a thousand customers, and {} of them began no run, mostly {reason}",
        most.strategy,
        most.campaign,
        number(most.came_up * PER),
        percent(refused(&most))
    );
    let row = |line: &&CampaignLine| OutcomeRow {
        heading: line.strategy.clone(),
        name: line.campaign.clone(),
        whole: format!("came up {} times", number(line.came_up * PER)),
        outcomes: [Outcome { name: "run began".to_owned(), kind: 0, value: line.runs }]
            .into_iter()
            .chain(refusals(line).map(|(name, value)| Outcome { name: name.to_owned(), kind: 1, value }))
            .collect(),
    };
    let chart = Outcomes {
        kinds: vec!["a run began".to_owned(), "no run".to_owned()],
        rows: lines.iter().take(MOST_BARS).map(row).collect(),
    };
    let columns = ["strategy", "campaign", "came_up", "outside_audience", "entered_before", "still_running", "runs"];
    Some(Panel {
        name: "entries",
        question: "Who entered the campaigns?",
        charts: vec![Chart::new(
            "entries",
            title,
            |caption| chart.draw(caption),
            "How often each campaign came up for a thousand customers, in how many of these cases a run began, and why not in the others.",
        )],
        note: format!(
            "For 1,000 customers over the horizon: each customer counts as often as a campaign came up for it.{}",
            cut(lines.len())
        ),
        view: View::of("campaigns", &columns, &reader.figures.campaigns, |line| line.came_up > 0.0),
    })
}

/// How the runs of the campaigns went: what came due, what of it was sent and why the rest was not, and what came of it.
pub(super) fn steps(reader: &Reader<'_>) -> Option<Panel> {
    let lines: Vec<&StepLine> = reader.figures.steps.iter().filter(|line| line.due > 0.0).collect();
    let replies = lines.iter().any(|line| line.replied > 0.0);
    let counts =
        |line: &StepLine| [line.sent, line.delivered, line.opened, line.clicked, line.replied, line.contact_orders];
    let row = |line: &&StepLine| FunnelRow {
        heading: heading(line),
        name: name(line),
        part: reader.part(&line.strategy),
        counts: [line.due].into_iter().chain(stages(counts(line), replies)).map(|count| count * PER).collect(),
    };
    let mut stages = names(replies);
    stages.insert(0, "due".to_owned());
    let chart = Funnel {
        stages,
        beside: replies.then_some(REPLIED + 1),
        rows: lines.iter().take(MOST_BARS).map(row).collect(),
    };
    let title = brought(&lines)?;
    let mut charts = Vec::new();
    if let Some(outcomes) = outcomes(&lines) {
        charts.push(outcomes);
    }
    charts.push(Chart::new("campaigns", title, |caption| chart.draw(caption), "Messages due, sent, delivered, opened, clicked and ordered from, by step of each campaign, for a thousand customers."));
    // Reasons that never occurred are left out.
    let occurred = |name: &&'static str| {
        lines.iter().flat_map(|line| line.withheld.reasons()).any(|(own, _, messages)| own == *name && messages > 0.0)
    };
    let reasons: Vec<&str> =
        lines.first()?.withheld.reasons().map(|(name, ..)| name).filter(|name| occurred(name)).collect();
    let fallbacks = lines.iter().any(|line| line.fallback);
    let waits = lines.iter().any(|line| line.held > 0.0);
    let columns = [
        &["strategy", "campaign", "step"][..],
        if fallbacks { &["fallback"] } else { &[] },
        &["channel", "runs", "due"],
        &reasons,
        if waits { &["held"] } else { &[] },
        &["sent", "delivered", "opened", "clicked"],
        if replies { &["replied"] } else { &[] },
        &["contact_orders", "contact_margin", "spend"],
    ]
    .concat();
    Some(Panel {
        name: "campaigns",
        question: "How were the campaigns carried out?",
        charts,
        note: format!(
            "For 1,000 customers over the horizon. What came due was sent, or not sent for exactly one reason.{}",
            cut(lines.len())
        ),
        view: View::of("steps", &columns, &reader.figures.steps, |line| line.due > 0.0),
    })
}

/// Why messages that were due were not sent, if any were not.
fn outcomes(lines: &[&StepLine]) -> Option<Chart> {
    let mut strategies: Vec<&str> = Vec::new();
    for line in lines {
        if !strategies.contains(&line.strategy.as_str()) {
            strategies.push(&line.strategy);
        }
    }
    let told: Vec<String> = strategies.iter().map(|strategy| sent(strategy, lines)).collect();
    if lines.iter().all(|line| line.sent >= line.due) {
        return None;
    }
    let more = if told.len() > 3 { format!("; {} more below", told.len() - 3) } else { String::new() };
    let title = format!("Of the messages due, {}{more}", told[..told.len().min(3)].join("; "));
    let row = |line: &&StepLine| {
        let sent = Outcome { name: "sent".to_owned(), kind: 0, value: line.sent };
        let withheld = line.withheld.reasons().map(|(name, ground, value)| {
            let kind = match ground {
                Ground::Plan => 1,
                Ground::Consent => 2,
                Ground::Policy => 3,
            };
            Outcome { name: Withheld::words(name), kind, value }
        });
        OutcomeRow {
            heading: heading(line),
            name: name(line),
            whole: format!("{} due", number(line.due * PER)),
            outcomes: [sent].into_iter().chain(withheld).collect(),
        }
    };
    let kinds = ["sent", "stopped by the plan", "no consent or reach", "stopped by a policy"];
    let chart =
        Outcomes { kinds: kinds.map(str::to_owned).to_vec(), rows: lines.iter().take(MOST_BARS).map(row).collect() };
    Some(Chart::new(
        "outcomes",
        title,
        |caption| chart.draw(caption),
        "What share of the messages due was sent, by step of each campaign, and for what reason each of the others was not.",
    ))
}

/// What share of its due messages a strategy sent, and why most of the others were not.
fn sent(strategy: &str, lines: &[&StepLine]) -> String {
    let own = || lines.iter().filter(|line| line.strategy == strategy);
    let sum = |of: fn(&StepLine) -> f64| own().map(|line| of(line)).sum::<f64>();
    let (due, sent) = (sum(|line| line.due), sum(|line| line.sent));
    let mut reasons: Vec<(&str, f64)> = Vec::new();
    for (name, _, messages) in own().flat_map(|line| line.withheld.reasons()) {
        match reasons.iter_mut().find(|(other, _)| *other == name) {
            Some((_, sum)) => *sum += messages,
            None => reasons.push((name, messages)),
        }
    }
    let most = reasons.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, messages)| *messages > 0.0);
    let Some((name, messages)) = most else { return format!("{strategy} sent all") };
    format!(
        "{strategy} sent {} (most others: {}, {})",
        percent(sent / due),
        Withheld::words(name),
        percent(messages / due)
    )
}

/// A step that brought less than this share of the orders of all steps is not told of as the best.
const WORTH_TELLING: f64 = 0.05;

/// Which step brought the most orders, of those that brought enough for it to be no chance.
fn brought(lines: &[&StepLine]) -> Option<String> {
    let rate = |line: &StepLine| line.contact_orders / line.sent;
    let all: f64 = lines.iter().map(|line| line.contact_orders).sum();
    let sending = lines.iter().filter(|line| line.sent > 0.0 && line.contact_orders >= WORTH_TELLING * all);
    let Some(best) = sending.max_by(|a, b| rate(a).total_cmp(&rate(b))).filter(|line| line.contact_orders > 0.0) else {
        return lines.first().map(|_| "No message led to an order".to_owned());
    };
    Some(format!(
        "{}: step {} of {} ({}{}) brings the most orders for what it sends, {} from a thousand messages",
        best.strategy,
        best.step,
        best.campaign,
        best.channel,
        if best.fallback { ", the fallback" } else { "" },
        number(rate(best) * PER)
    ))
}

fn name(line: &StepLine) -> String {
    format!("{}. {}{}", line.step, if line.fallback { "else " } else { "" }, line.channel)
}

fn heading(line: &StepLine) -> String {
    format!("{} · {}", line.campaign, line.strategy)
}

/// Columns that only channels with replies have.
const REPLIES: [&str; 2] = ["replied", "reply_rate"];

/// What messages come to; replies only where there are any.
fn names(replies: bool) -> Vec<String> {
    let all = ["sent", "delivered", "opened", "clicked", "replied", "ordered"];
    stages(all, replies).into_iter().map(str::to_owned).collect()
}

/// The place of replies among what messages come to.
const REPLIED: usize = 4;

fn stages<T>(all: [T; 6], replies: bool) -> Vec<T> {
    all.into_iter().enumerate().filter(|(place, _)| replies || *place != REPLIED).map(|(_, stage)| stage).collect()
}

fn cut(rows: usize) -> String {
    if rows > MOST_BARS { format!(" The chart shows the first {MOST_BARS} of {rows} rows.") } else { String::new() }
}
