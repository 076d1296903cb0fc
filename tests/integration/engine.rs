//! The engine's promises, held on what a [`Watch`] sees: the same luck whatever else happens, and the rules of the model.
//!
//! Each test names the rule that it holds (docs: the rules of the model).

#![expect(clippy::format_push_string, reason = "scenario texts are put together, and nobody waits for them")]

mod luck;
mod parallel;
mod random;
mod rules;

use channelmix::engine::{Cause, Ending, Event, Message, Scratch, Start, Watch, play};
use channelmix::scenario;
use channelmix::world::{Draw, Tables, World};

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 86_400;

/// A message of a channel, whatever its step and run: rules are about channels, and strategies number both apart.
pub const fn on(channel: u8) -> Message {
    Message { channel, step: 0, run: 0 }
}

fn of_any_step(event: Event) -> Event {
    let plain = |message: Message| on(message.channel);
    match event {
        Event::Sent(message) => Event::Sent(plain(message)),
        Event::Delivered(message) => Event::Delivered(plain(message)),
        Event::Opened(message) => Event::Opened(plain(message)),
        Event::Clicked(message) => Event::Clicked(plain(message)),
        Event::OptedOut(message) => Event::OptedOut(plain(message)),
        Event::Replied(message) => Event::Replied(plain(message)),
        Event::Duplicated(message) => Event::Duplicated(plain(message)),
        Event::DeliveredTwice(message) => Event::DeliveredTwice(plain(message)),
        Event::SeenOpened(message) => Event::SeenOpened(plain(message)),
        Event::SeenClicked(message) => Event::SeenClicked(plain(message)),
        Event::Withheld(message, reason) => Event::Withheld(plain(message), reason),
        Event::Held(message, reason, until) => Event::Held(plain(message), reason, until),
        Event::Ordered { channel, value, cause: Cause::Contact { message, displaced } } => {
            Event::Ordered { channel, value, cause: Cause::Contact { message: plain(message), displaced } }
        }
        other => other,
    }
}

/// What one customer did under one strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub events: Vec<(i64, Event)>,
    pub ending: Option<Ending>,
}

impl Watch for Seen {
    fn see(&mut self, at: i64, event: Event) {
        if !matches!(event, Event::RunBegan(_)) {
            self.events.push((at, of_any_step(event)));
        }
    }
    fn end(&mut self, ending: Ending) {
        assert!(self.ending.replace(ending).is_none(), "one end a customer");
    }
}

impl Seen {
    /// When an event happened, each time.
    pub fn times(&self, wanted: Event) -> Vec<i64> {
        self.events.iter().filter(|(_, event)| *event == wanted).map(|(at, _)| *at).collect()
    }

    /// The events that pass a filter.
    pub fn only(&self, keep: impl Fn(&Event) -> bool) -> Vec<(i64, Event)> {
        self.events.iter().copied().filter(|(_, event)| keep(event)).collect()
    }
}

pub fn world(text: &str) -> World {
    let loaded = scenario::load("test", text, &[]);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}\n{text}")))
        .unwrap_or_else(|problem| panic!("{problem:?}"))
}

/// A world with the tables of its typical draw.
pub struct Stage {
    pub world: World,
    pub tables: Tables,
}

impl Stage {
    pub fn new(text: &str) -> Self {
        let world = world(text);
        let tables = world.tables(Draw::Typical).expect("typical values can be played");
        Self { world, tables }
    }

    pub fn play(&self, strategy: &str, customer: u64) -> Seen {
        let strategy = self.world.strategy(strategy).expect("the strategy exists");
        record(&self.world, &self.tables, strategy, 0, customer)
    }
}

pub fn record(world: &World, tables: &Tables, strategy: usize, replication: u64, customer: u64) -> Seen {
    let start = Start::new(world, tables, 7, replication, customer);
    let mut seen = Seen::default();
    play(world, tables, &world.strategies[strategy], &start, &mut Scratch::default(), &mut seen);
    seen
}

/// The head of a scenario.
pub fn head(horizon: &str, tail: &str) -> String {
    format!(
        "name = \"t\"\ncurrency = \"EUR\"\nstart = 2026-01-05\nhorizon = \"{horizon}\"\nretention_window = \"14d\"\n{tail}\n"
    )
}

/// Every mechanism at once; SMS is the last channel, so that it can be taken away.
pub const EVERYTHING: &str = r#"
[channels.web]
order_rate = 0.1
[channels.app]
order_rate = 0.15
[channels.store]
order_rate = 0.3
[channels.email]
cost_per_message = 0.001
delivery_rate = 0.9
open_rate = 0.4
click_to_open_rate = 0.3
opt_out_rate = 0.01
affinity_spread = 1.0
open_delay = { mean = "9h" }
click_delay = { mean = "2m" }
landing = "web"
[channels.push]
cost_per_message = 0.0002
delivery_rate = 0.8
open_rate = 0.3
click_to_open_rate = 0.4
opt_out_rate = 0.02
open_delay = { median = "1h", p90 = "1d" }
landing = "app"
[channels.sms]
cost_per_message = 0.05
billed_on = "delivered"
delivery_rate = 0.95
open_rate = 0.9
click_rate = 0.1
opt_out_rate = 0.03
open_delay = "3m"
landing = ["app", "web"]
[segments.base]
share = 0.5
joined = { base = { age = "364d" } }
opt_in = { email = 0.8, push = 0.5, sms = 0.6 }
opt_in_correlation = 0.5
purchases = { r = 0.9, alpha = 4.0, a = 0.8, b = 2.4, unit = "7d" }
basket = { gamma-gamma = { p = 6.25, q = 3.74, gamma = 15.44 } }
gross_margin = 0.4
entry = { web = 0.6, app = 0.3, store = 0.1 }
hops = { web = { app = 0.2, store = 0.1 }, app = { web = 0.2 }, store = { web = 0.05 } }
[segments.cohort]
share = 0.3
joined = "cohort"
lapse = "known"
time_zone = "America/New_York"
opt_in = { email = 0.9, push = 0.7, sms = 0.7 }
needs = { every = "12d", shape = 1.5 }
dropout = { after-journey = { a = 1.0, b = 20.0 } }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.4
entry = { web = 1.0 }
hops = { web = { store = 0.3 } }
[segments.new]
share = 0.2
joined = { arrivals = { every = "7d", counts = [3, 1, 0, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] } }
opt_in = { email = 1.0, push = 0.2, sms = 0.9 }
needs = { every = "20d" }
dropout = { after-order = 0.1 }
basket = { fixed = 25 }
gross_margin = 0.4
entry = { app = 0.5, store = 0.5 }
[campaigns.weekly]
trigger = { every = "7d", at = "10:00" }
goal = "order"
intent = 2.0
displacement = 0.4
displacement_window = "30d"
[campaigns.monthly]
trigger = { every = "28d", at = "18:30", first = "3d" }
displacement = 0.1
[campaigns.last]
trigger = { every = "7d", at = "09:00", first = "70d", times = 1 }
"#;

/// Strategies for [`EVERYTHING`].
pub const STRATEGIES: &str = r#"
[strategies.cascade.campaigns.weekly]
cascade = [ { send = "email" }, { send = "push", after = "24h", unless = "opened", otherwise = "next" }, { send = "email", after = "24h", unless = "clicked" }, { send = "sms", after = "12h", unless = "clicked" } ]
[strategies.cascade.campaigns.monthly]
mix = { email = 0.4, push = 0.3, sms = 0.3 }
[strategies.same.campaigns.weekly]
cascade = [ { send = "email" }, { send = "push", after = "24h", unless = "opened", otherwise = "next" }, { send = "email", after = "24h", unless = "clicked" }, { send = "sms", after = "12h", unless = "clicked" } ]
[strategies.same.campaigns.monthly]
mix = { email = 0.4, push = 0.3, sms = 0.3 }
[strategies.late]
extends = "cascade"
[strategies.late.campaigns.last]
blast = [ "push", "email", "sms" ]
[strategies.blast.campaigns.weekly]
blast = [ "sms", "email" ]
"#;

pub fn everything() -> String {
    format!("{}{EVERYTHING}{STRATEGIES}", head("91d", "tail = \"7d\""))
}
