//! Journeys as an absorbing Markov chain (R14).

use super::stage::{Stage, counts, text};
use crate::stats::absorption::HopChain;
use crate::tally::ChannelCount;

const ORDER: [f64; 3] = [0.1, 0.2, 0.5];
const HOPS: [[f64; 3]; 3] = [[0.0, 0.3, 0.1], [0.4, 0.0, 0.0], [0.1, 0.15, 0.0]];
const ENTRY: [f64; 3] = [0.5, 0.3, 0.2];
const NAMES: [&str; 3] = ["web", "app", "store"];

const SCENARIO: &str = r#"
[channels.web]
order_rate = 0.1
[channels.app]
order_rate = 0.2
[channels.store]
order_rate = 0.5
[channels.email]
cost_per_message = 0.001
open_rate = 1.0
click_to_open_rate = 0.5
landing = "app"
[segments.all]
share = 1.0
joined = { base = { age = "0d" } }
opt_in = { email = 1.0 }
needs = { every = "10d" }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 0.5, app = 0.3, store = 0.2 }
hops = { web = { app = 0.3, store = 0.1 }, app = { web = 0.4 }, store = { web = 0.1, app = 0.15 } }
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
intent = 3.0
[strategies.mail.campaigns.offer]
blast = ["email"]
"#;

/// Where journeys begin, how often they hop, where they order and where they bounce.
pub(super) fn hops(stage: &mut Stage<'_>) {
    let tallies = stage.play(&text("70d", SCENARIO), 200_000);
    let none = tallies.strategies.len() - 1;
    let chain = HopChain::new(&ORDER, &HOPS).expect("the chain ends");
    let journeys = counts(&tallies, none, |row| row.total(ChannelCount::Journeys));
    let hops = counts(&tallies, none, |row| row.total(ChannelCount::Hops));
    stage.ratio("hops per journey", chain.hops(&ENTRY).expect("shares"), &hops, &journeys);
    let visits = chain.visits(&ENTRY).expect("shares");
    let orders = chain.orders(&ENTRY).expect("shares");
    for (channel, name) in NAMES.into_iter().enumerate() {
        let of = |count| counts(&tallies, none, move |row| row.at(count, channel));
        let hop: f64 = HOPS[channel].iter().sum();
        stage.ratio(format!("journeys that begin at {name}"), ENTRY[channel], &of(ChannelCount::Journeys), &journeys);
        stage.ratio(
            format!("hops away from {name} per journey"),
            visits[channel] * hop,
            &of(ChannelCount::Hops),
            &journeys,
        );
        stage.ratio(format!("journeys that order at {name}"), orders[channel], &of(ChannelCount::Orders), &journeys);
        let bounced = ENTRY[channel] * (1.0 - ORDER[channel] - hop);
        stage.ratio(format!("journeys that bounce at {name}"), bounced, &of(ChannelCount::Bounced), &journeys);
    }
}

/// Journeys that a click opened: odds of ordering times three at every touch, and hops as often among those who do not.
pub(super) fn intent(stage: &mut Stage<'_>) {
    let tallies = stage.play(&text("70d", SCENARIO), 200_000);
    let raised = ORDER.map(|order| 3.0 * order / (1.0 - order + 3.0 * order));
    let hops: Vec<Vec<f64>> =
        (0..3).map(|i| HOPS[i].iter().map(|hop| hop * (1.0 - raised[i]) / (1.0 - ORDER[i])).collect()).collect();
    let chain = HopChain::new(&raised, &hops).expect("the chain ends");
    let email = 3;
    let clicks = counts(&tallies, 0, |row| row.at(ChannelCount::Clicked, email));
    let orders = counts(&tallies, 0, |row| row.at(ChannelCount::ContactOrders, email));
    let exact = chain.order_probability(&[0.0, 1.0, 0.0]).expect("shares");
    stage.ratio("orders per click", exact, &orders, &clicks);
    let sent = counts(&tallies, 0, |row| row.at(ChannelCount::Sent, email));
    stage.ratio("clicks per message", 0.5, &clicks, &sent);
}
