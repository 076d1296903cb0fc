//! Contact spend by channel.

use super::{Chart, Panel, Reader, View};
use crate::compare::percent;
use crate::figures::ChannelLine;
use crate::report::charts::{Bar, BarRow, Bars, Part};

pub(super) fn panel(reader: &Reader<'_>) -> Option<Panel> {
    let lines: Vec<&ChannelLine> = reader.figures.channels.iter().filter(|line| line.spend > 0.0).collect();
    let mut channels: Vec<&str> = Vec::new();
    for line in &lines {
        if !channels.contains(&line.channel.as_str()) {
            channels.push(&line.channel);
        }
    }
    let total =
        |strategy: &str| lines.iter().filter(|line| line.strategy == strategy).map(|line| line.spend).sum::<f64>();
    let row = |strategy: &str| {
        let bar = |(place, channel): (usize, &&str)| {
            let line = lines.iter().find(|line| line.strategy == strategy && line.channel == *channel)?;
            Some(Bar { name: (*channel).to_owned(), part: Part::Strategy(place), value: line.spend })
        };
        (total(strategy) > 0.0)
            .then(|| BarRow { name: strategy.to_owned(), bars: channels.iter().enumerate().filter_map(bar).collect() })
    };
    let chart = Bars {
        value_label: "contact spend per customer".to_owned(),
        form: reader.money(),
        stacked: true,
        rows: reader.strategies().filter_map(row).collect(),
    };
    // The most spent by any strategy on one channel says most.
    let most = lines.iter().max_by(|a, b| a.spend.total_cmp(&b.spend))?;
    let title = format!(
        "{} is what costs most: {} of the spend under {}",
        most.channel,
        percent(most.spend / total(&most.strategy)),
        most.strategy
    );
    let columns =
        ["strategy", "channel", "sent", "spend", "spend_low", "spend_high", "contact_orders", "displaced_orders"];
    Some(Panel {
        name: "costs",
        question: "What is the money spent on?",
        charts: vec![Chart::new(
            "costs",
            title,
            |caption| chart.draw(caption),
            "Contact spend per customer, by strategy and channel.",
        )],
        note: String::new(),
        view: View::of("channels", &columns, &reader.figures.channels, |line| line.sent > 0.0),
    })
}
