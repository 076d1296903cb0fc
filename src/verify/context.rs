//! Journeys whose context is lost on the way, and carts that are found again (R47, R49), as absorbing Markov chains.

use super::stage::{Stage, counts, text};
use crate::stats::absorption::HopChain;
use crate::tally::{ChannelCount, CustomerCount};

const ORDER: [f64; 3] = [0.1, 0.2, 0.5];
const HOPS: [[f64; 3]; 3] = [[0.0, 0.3, 0.1], [0.4, 0.0, 0.0], [0.1, 0.15, 0.0]];
const ENTRY: [f64; 3] = [0.5, 0.3, 0.2];
const CARTS: [f64; 3] = [0.6, 0.3, 0.1];
const NAMES: [&str; 3] = ["web", "app", "store"];

const SCENARIO: &str = r#"
[channels.web]
order_rate = 0.1
cart_rate = 0.6
[channels.app]
order_rate = 0.2
cart_rate = 0.3
[channels.store]
order_rate = 0.5
cart_rate = 0.1
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
[strategies.one]
profile = "unified"
[strategies.silos]
profile = "siloed"
[strategies.mail]
profile = "siloed"
campaigns = { offer = { blast = ["email"] } }
"#;

/// Odds times a factor, as a chance.
fn raised(chance: f64, odds: f64) -> f64 {
    odds * chance / (1.0 - chance + odds * chance)
}

/// Order chance and hops of a channel with these odds of ordering and of leaving.
fn touch(channel: usize, order_odds: f64, leave_odds: f64) -> (f64, [f64; 3]) {
    let order = raised(ORDER[channel], order_odds);
    let hops = HOPS[channel].map(|hop| hop * (1.0 - order) / (1.0 - ORDER[channel]));
    let leave = 1.0 - order - hops.iter().sum::<f64>();
    let kept = (1.0 - raised(leave, leave_odds)) / (1.0 - leave);
    (order * kept, hops.map(|hop| hop * kept))
}

/// The chain over channels reached with context (0 to 2) and without it (3 to 5).
fn with_and_without(intent: f64, leave_odds: f64, lost: impl Fn(usize, usize) -> f64) -> HopChain {
    let (mut order, mut hops) = ([0.0; 6], [[0.0; 6]; 6]);
    for state in 0..6 {
        let from = state % 3;
        let (orders, onward) = touch(from, intent, if state < 3 { 1.0 } else { leave_odds });
        order[state] = orders;
        for (to, hop) in onward.into_iter().enumerate() {
            hops[state][to] = hop * (1.0 - lost(from, to));
            hops[state][to + 3] = hop * lost(from, to);
        }
    }
    HopChain::new(&order, &hops).expect("the chain ends")
}

/// Lost contexts, hops and orders of journeys under one profile and in silos of which two share.
pub(super) fn lost(stage: &mut Stage<'_>) {
    let context = "[context]\nsync_failure = 0.3\nleave_odds = 3\nshared = [[\"web\", \"app\"]]\n";
    let tallies = stage.play(&text("70d", &(SCENARIO.to_owned() + context)), 100_000);
    let share = |one: usize, other: usize| one < 2 && other < 2;
    let in_silos = |from: usize, to: usize| if share(from, to) { 0.3 } else { 1.0 };
    let entry = |channel: usize| -> [f64; 6] { std::array::from_fn(|state| f64::from(u8::from(state == channel))) };
    let natural: [f64; 6] = std::array::from_fn(|state| ENTRY.get(state).copied().unwrap_or(0.0));
    for (strategy, name) in ["one profile", "silos"].into_iter().enumerate() {
        let chain = with_and_without(1.0, 3.0, |from, to| if strategy == 0 { 0.3 } else { in_silos(from, to) });
        let visits = chain.visits(&natural).expect("shares");
        let of = |count| counts(&tallies, strategy, move |row| row.total(count));
        let journeys = of(ChannelCount::Journeys);
        let check = |stage: &mut Stage<'_>, quantity: &str, exact: f64, count| {
            stage.ratio(format!("{quantity} per journey, {name}"), exact, &of(count), &journeys);
        };
        check(stage, "lost contexts", visits[3..].iter().sum(), ChannelCount::ContextsLost);
        check(stage, "hops", chain.hops(&natural).expect("shares"), ChannelCount::Hops);
        check(stage, "orders", chain.order_probability(&natural).expect("shares"), ChannelCount::Orders);
        if strategy == 1 {
            for (channel, name) in NAMES.into_iter().enumerate() {
                let touches = visits[channel] * hops_lost(channel, 1.0, &in_silos)
                    + visits[channel + 3] * hops_lost(channel, 3.0, &in_silos);
                let lost = counts(&tallies, strategy, |row| row.at(ChannelCount::ContextsLost, channel));
                stage.ratio(format!("contexts lost away from {name} per journey"), touches, &lost, &journeys);
            }
        }
    }
    // Journeys that a click opened begin in the app, with raised intent.
    let chain = with_and_without(3.0, 3.0, in_silos);
    let (email, mail) = (3, 2);
    let clicks = counts(&tallies, mail, |row| row.at(ChannelCount::Clicked, email));
    let orders = counts(&tallies, mail, |row| row.at(ChannelCount::ContactOrders, email));
    stage.ratio("orders per click in silos", chain.order_probability(&entry(1)).expect("shares"), &orders, &clicks);
}

/// The chance that a touch hops and loses the context.
fn hops_lost(channel: usize, leave_odds: f64, lost: &impl Fn(usize, usize) -> f64) -> f64 {
    let (_, hops) = touch(channel, 1.0, leave_odds);
    hops.into_iter().enumerate().map(|(to, hop)| hop * lost(channel, to)).sum()
}

/// Factor on the odds of ordering where a cart is known, and chance that a sync fails.
const CART_ODDS: f64 = 4.0;
const FAILURE: f64 = 0.4;

/// What becomes of one journey whose cart is known at some channels.
struct Ended {
    ordered: f64,
    /// By channel: left without an order.
    left: [f64; 3],
    found: f64,
}

/// A journey of a customer whose cart lies on a channel, if anywhere, and is known at `finders`.
fn journey(cart: Option<usize>, finders: impl Fn(usize) -> bool) -> Ended {
    let touches: [(f64, [f64; 3]); 3] =
        std::array::from_fn(|channel| touch(channel, if finders(channel) { CART_ODDS } else { 1.0 }, 1.0));
    let chain =
        HopChain::new(&touches.map(|(order, _)| order), &touches.map(|(_, hops)| hops)).expect("the chain ends");
    let visits = chain.visits(&ENTRY).expect("shares");
    let left = std::array::from_fn(|channel| {
        visits[channel] * (1.0 - touches[channel].0 - touches[channel].1.iter().sum::<f64>())
    });
    // Wherever it is found at all it is found at its own channel, and either there only or everywhere.
    let found = match cart {
        None => 0.0,
        Some(_) if (0..3).all(&finders) => 1.0,
        Some(own) => {
            let from_there = std::array::from_fn::<f64, 3, _>(|channel| f64::from(u8::from(channel == own)));
            visits[own] / chain.visits(&from_there).expect("shares")[own]
        }
    };
    Ended { ordered: chain.order_probability(&ENTRY).expect("shares"), left, found }
}

/// Carts found and orders of a customer, over so many needs on average: carts pass from journey to journey, needs come as a
/// Poisson process.
fn carts_exact(needs: f64, failure: f64) -> (f64, f64) {
    let (mut found, mut orders) = (0.0, 0.0);
    // No cart, or one on each channel.
    let mut state = [1.0, 0.0, 0.0, 0.0];
    let (mut exactly, mut more) = (libm::exp(-needs), 1.0);
    for number in 1..200 {
        // There are at least so many needs.
        more -= exactly;
        exactly *= needs / f64::from(number);
        let mut next = [0.0; 4];
        for (place, &chance) in state.iter().enumerate() {
            let cart = place.checked_sub(1);
            for (weight, everywhere) in [(failure, false), (1.0 - failure, true)] {
                let ended = journey(cart, |channel| cart.is_some_and(|own| everywhere || own == channel));
                let weight = weight * chance;
                found += more * weight * ended.found;
                orders += more * weight * ended.ordered;
                next[0] += weight * ended.ordered;
                for channel in 0..3 {
                    next[channel + 1] += weight * ended.left[channel] * CARTS[channel];
                    next[place] += weight * ended.left[channel] * (1.0 - CARTS[channel]);
                }
            }
        }
        state = next;
    }
    (found, orders)
}

/// Carts that lie for ever until an order or the next one.
pub(super) fn carts(stage: &mut Stage<'_>) {
    let context = format!("[context]\nsync_failure = {FAILURE}\ncart_odds = {CART_ODDS}\ncart_life = \"3650d\"\n");
    let tallies = stage.play(&text("70d", &(SCENARIO.to_owned() + &context)), 100_000);
    for (strategy, name, failure) in [(0, "one profile", FAILURE), (1, "silos", 1.0)] {
        let (found, orders) = carts_exact(7.0, failure);
        let of = |count| counts(&tallies, strategy, move |row| row.total(count));
        let customers = counts(&tallies, strategy, |row| row.customers(CustomerCount::Joined));
        stage.ratio(format!("carts found per customer, {name}"), found, &of(ChannelCount::CartsFound), &customers);
        stage.ratio(format!("orders per customer, {name}"), orders, &of(ChannelCount::Orders), &customers);
    }
}
