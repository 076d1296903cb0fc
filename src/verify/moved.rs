//! Orders that a contact only moved forward (R16): an identity, customer by customer.

use super::stage::{Seen, Stage, column, counts, text};
use crate::engine::{Cause, Event};
use crate::tally::ChannelCount;

const SCENARIO: &str = r#"
[channels.web]
order_rate = 0.3
[channels.store]
order_rate = 0.6
[channels.email]
cost_per_message = 0.001
open_rate = 0.5
click_to_open_rate = 0.5
open_delay = { mean = "8h" }
landing = "web"
[channels.sms]
cost_per_message = 0.05
open_rate = 0.9
click_to_open_rate = 0.3
landing = "web"
[segments.fitted]
share = 0.5
joined = { base = { age = "364d" } }
opt_in = { email = 0.9, sms = 0.9 }
purchases = { r = 0.8, alpha = 4.0, a = 0.8, b = 2.4, unit = "7d" }
basket = { gamma-gamma = { p = 6.25, q = 3.74, gamma = 15.44 } }
gross_margin = 0.5
entry = { web = 0.7, store = 0.3 }
hops = { web = { store = 0.2 } }
[segments.plain]
share = 0.5
joined = "cohort"
opt_in = { email = 0.9, sms = 0.9 }
needs = { every = "20d", shape = 1.5 }
dropout = { after-order = 0.05 }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.5
entry = { web = 1.0 }
hops = { web = { store = 0.2 } }
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
displacement = 1.0
displacement_window = "WINDOW"
[strategies.cascade.campaigns.offer]
cascade = [ { send = "email" }, { send = "sms", after = "2d", unless = "clicked" } ]
"#;

const HORIZON: i64 = 182 * crate::scenario::DAY;

/// What one customer's events say about the identity.
struct Account {
    orders: i64,
    incremental: i64,
    beyond: i64,
    moved: i64,
    /// Moved orders that are worth something else than the order they were.
    changed: i64,
}

fn account(events: &[Seen], none: &[Seen]) -> Account {
    let mut account = Account { orders: 0, incremental: 0, beyond: 0, moved: 0, changed: 0 };
    for (_, event) in events {
        let Event::Ordered { value, cause, .. } = *event else { continue };
        account.orders += 1;
        let Cause::Contact { displaced, .. } = cause else { continue };
        let Some(due) = displaced else {
            account.incremental += 1;
            continue;
        };
        account.moved += 1;
        if due >= HORIZON {
            account.beyond += 1;
        } else {
            let was =
                |(at, event): &Seen| *at == due && matches!(event, Event::Ordered { value: old, .. } if *old == value);
            account.changed += i64::from(!none.iter().any(was));
        }
    }
    account
}

/// orders − orders(none) = contact orders that found nothing to move + moved orders that were due after the horizon.
pub(super) fn moved(stage: &mut Stage<'_>) {
    for (window, name) in [("36500d", "any window"), ("20d", "20 days")] {
        let scenario = text("182d", &SCENARIO.replace("WINDOW", window));
        let sums = stage.watch(&scenario, 60_000, |events| {
            let [strategy, none] = [&events[0], &events[1]];
            let (with, without) = (account(strategy, none), account(none, none));
            let differs = with.orders - without.orders != with.incremental + with.beyond;
            [differs, with.changed > 0, with.moved > 0].map(|yes| f64::from(u8::from(yes)))
        });
        let sum = |index| column(&sums, index).iter().sum::<f64>() as i128;
        stage.same(format!("customers for whom the identity fails, {name}"), 0, sum(0));
        stage.same(format!("customers with moved orders of another worth, {name}"), 0, sum(1));
        // Or else the identity would hold because nothing happens.
        let many = sum(2) * 5 > i128::from(stage.customers());
        stage.same(format!("orders of many customers move, {name}"), 1, i128::from(many));
    }
    share(stage);
}

/// The stated share of the orders that contacts caused was only moved.
fn share(stage: &mut Stage<'_>) {
    let scenario = SCENARIO.replace("WINDOW", "36500d").replace("displacement = 1.0", "displacement = 0.4");
    // With plain needs everybody has another one within a century.
    let plain = "needs = { every = \"20d\" }";
    let scenario = scenario.replace("purchases = { r = 0.8, alpha = 4.0, a = 0.8, b = 2.4, unit = \"7d\" }", plain);
    let scenario = text("182d", &scenario.replace("needs = { every = \"20d\", shape = 1.5 }", plain));
    let tallies = stage.play(&scenario, 60_000);
    let of = |count| counts(&tallies, 0, move |row| row.total(count));
    let (moved, caused) = (of(ChannelCount::DisplacedOrders), of(ChannelCount::ContactOrders));
    stage.ratio("moved per order that a contact caused", 0.4, &moved, &caused);
}
