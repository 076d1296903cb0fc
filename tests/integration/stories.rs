//! The vocabulary of strategies, word by word: small scenarios in which nothing is left to chance, and what is then told of
//! one customer. Each word in three cases (already so, so in time, too late) and at its edges, to the second.

mod entry;
mod policies;
mod steps;
mod triggers;

use channelmix::engine::{Event, Message, Scratch, Start, Watch, play};
use channelmix::scenario;
use channelmix::world::{Draw, World};

/// Everybody has opted in, everything is delivered and opened at once, nothing is clicked; nobody needs anything.
const HEAD: &str = r#"
name = "t"
currency = "EUR"
start = 2026-01-05          # a Monday
horizon = "56d"
tail = "7d"
retention_window = "14d"
[stages]
lapsing_after = "10d"
lapsed_after = "20d"
[channels.web]
order_rate = 0.0
[channels.email]
opt_in = 1.0
cost_per_message = 0.01
open_rate = 1.0
click_to_open_rate = 0.0
landing = "web"
[channels.push]
opt_in = 1.0
cost_per_message = 0.01
open_rate = 1.0
click_to_open_rate = 0.0
landing = "web"
[channels.sms]
opt_in = 1.0
cost_per_message = 0.01
open_rate = 1.0
click_to_open_rate = 0.0
landing = "web"
[segments.all]
share = 1.0
joined = "cohort"
needs = { every = "36500d" }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
"#;

/// A campaign on the first Monday at ten; with it and strategy `s` most stories begin.
pub const MONDAY: &str = "[campaigns.c]\ntrigger = { on = 2026-01-05, at = \"10:00\" }\n";

struct Heard(Vec<(i64, Event)>);

impl Watch for Heard {
    fn see(&mut self, at: i64, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: channelmix::engine::Ending) {}
}

pub fn world(overrides: &[&str], text: &str) -> World {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let loaded = scenario::load("test", &(HEAD.to_owned() + text), &overrides);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}\n{text}"))).expect("it can be played")
}

/// What is told of customer 0 under strategy `s`: contacts and runs, by day and time since the start.
pub fn told(overrides: &[&str], text: &str) -> Vec<String> {
    told_of(&world(overrides, text), "s", 0)
}

pub fn told_of(world: &World, strategy: &str, customer: u64) -> Vec<String> {
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let start = Start::new(world, &tables, 7, 0, customer);
    let mut heard = Heard(Vec::new());
    let strategy = world.strategy(strategy).expect("the strategy exists");
    play(world, &tables, &world.strategies[strategy], &start, &mut Scratch::default(), &mut heard);
    heard.0.iter().filter_map(|&(at, event)| Some(format!("{} {}", clock(at), words(world, event)?))).collect()
}

fn clock(at: i64) -> String {
    let (day, second) = (at.div_euclid(86_400), at.rem_euclid(86_400));
    let time = format!("{day}d {:02}:{:02}", second / 3600, second / 60 % 60);
    if second % 60 == 0 { time } else { format!("{time}:{:02}", second % 60) }
}

/// Delivery goes without saying, and so do journeys; runs are told by their refusals.
fn words(world: &World, event: Event) -> Option<String> {
    let channel = |message: Message| &world.channels[usize::from(message.channel)].name;
    Some(match event {
        Event::Sent(message) => channel(message).clone(),
        Event::Withheld(message, reason) => format!("{} not: {reason:?}", channel(message)),
        Event::Held(message, reason, until) => format!("{} held: {reason:?} until {}", channel(message), clock(until)),
        Event::Refused(campaign, refusal) => format!("{} not: {refusal:?}", world.campaigns[usize::from(campaign)]),
        Event::Replied(message) => format!("{} replied", channel(message)),
        Event::Clicked(message) => format!("{} clicked", channel(message)),
        Event::OptedOut(message) => format!("{} opted out", channel(message)),
        Event::CartLeft(channel) => format!("cart left on {}", world.channels[usize::from(channel)].name),
        Event::ContextLost { from, to } => {
            format!("lost from {} to {}", world.channels[usize::from(from)].name, world.channels[usize::from(to)].name)
        }
        Event::CartFound(channel) => format!("cart found on {}", world.channels[usize::from(channel)].name),
        Event::Ordered { .. } => "ordered".to_owned(),
        Event::Lost => "lost".to_owned(),
        _ => return None,
    })
}

/// A cascade of strategy `s` for campaign `c`.
pub fn cascade(steps: &str) -> String {
    format!("{MONDAY}[strategies.s.campaigns.c]\ncascade = [{steps}]\n")
}
