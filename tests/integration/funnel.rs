//! The funnel adds up: every step that was due has one outcome, and every count that a reader sees is the sum of them.

use std::collections::{BTreeMap, BTreeSet};

use channelmix::engine::{Ending, Event, Message, Reason, Refusal, Scratch, Start, Watch, play};
use channelmix::scenario::NONE;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Row, StepCount, Tallies, reason_word, refusal_word};
use channelmix::trace::{Customers, Kind, Predicate, Trace, search};
use channelmix::world::{Draw, Tables, World};
use serde_json::Value;

use super::engine::world;
use super::program::Place;

/// Every reason, refusal, hold, reply and cart.
pub const SCENARIO: &str = include_str!("funnel.toml");
const CUSTOMERS: u64 = 1500;
const SEED: u64 = 7;

/// What happens to a customer, with the steps and runs of its messages.
#[derive(Default)]
struct Seen(Vec<(i64, Event)>);

impl Watch for Seen {
    fn see(&mut self, at: i64, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: Ending) {}
}

fn seen(world: &World, tables: &Tables, strategy: usize, customer: u64) -> Vec<(i64, Event)> {
    let start = Start::new(world, tables, SEED, 0, customer);
    let mut seen = Seen::default();
    play(world, tables, &world.strategies[strategy], &start, &mut Scratch::default(), &mut seen);
    seen.0
}

fn played(world: &World) -> Tallies {
    let strategies = (0..world.strategies.len()).collect();
    let plan = Plan { seed: SEED, draws: 1, per_draw: CUSTOMERS, batch: 64, strategies };
    simulate(world, &plan, &()).expect("it can be played")
}

fn sum(rows: &[Row]) -> Row {
    let mut sum = rows[0].clone();
    rows[1..].iter().for_each(|row| sum.add(row));
    sum
}

#[test]
fn r21_each_step_that_was_due_has_one_outcome_and_the_tallies_count_it() {
    let world = world(SCENARIO);
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let tallies = played(&world);
    let (mut reasons, mut refusals) = (BTreeSet::new(), BTreeSet::new());
    for (index, tallied) in tallies.strategies.iter().enumerate() {
        // By step; and by campaign how often it came up.
        let mut outcomes: BTreeMap<u16, i128> = BTreeMap::new();
        let mut came_up: BTreeMap<u16, i128> = BTreeMap::new();
        let mut responding = 0;
        for customer in 0..CUSTOMERS {
            let mut ended: BTreeSet<(u32, u16)> = BTreeSet::new();
            let mut waits: BTreeSet<(u32, u16)> = BTreeSet::new();
            let mut responded = false;
            for (_, event) in seen(&world, &tables, index, customer) {
                let of = |message: Message| (message.run, message.step);
                match event {
                    Event::Sent(message) | Event::Withheld(message, _) => {
                        assert!(ended.insert(of(message)), "two outcomes of {message:?} of customer {customer}");
                        waits.remove(&of(message));
                        *outcomes.entry(message.step).or_default() += 1;
                    }
                    Event::Held(message, reason, _) => {
                        assert!(matches!(reason, Reason::QuietHours | Reason::LowerPriority | Reason::Capped));
                        assert!(
                            !ended.contains(&of(message)),
                            "{message:?} of customer {customer} waits after its end"
                        );
                        waits.insert(of(message));
                    }
                    Event::RunBegan(campaign) => *came_up.entry(campaign).or_default() += 1,
                    Event::Refused(campaign, refusal) => {
                        *came_up.entry(campaign).or_default() += 1;
                        refusals.insert(refusal);
                    }
                    Event::Clicked(_) | Event::Replied(_) => responded = true,
                    _ => {}
                }
                if let Event::Withheld(_, reason) = event {
                    reasons.insert(reason);
                }
            }
            assert!(waits.is_empty(), "customer {customer}: {waits:?} have no outcome");
            responding += i128::from(responded);
        }
        let total = sum(&tallied.totals);
        assert_eq!(responding, total.customers(CustomerCount::Responded), "{}", tallied.name);
        for (step, row) in tallied.flows.steps.iter().enumerate() {
            assert_eq!(row.outcomes(), outcomes.get(&(step as u16)).copied().unwrap_or_default(), "{}", tallied.name);
            let withheld: i128 = Reason::ALL.map(|reason| row.because(reason)).iter().sum();
            assert_eq!(row.outcomes(), row.of(StepCount::Sent) + withheld);
            for (more, fewer) in [
                (StepCount::Sent, StepCount::Delivered),
                (StepCount::Delivered, StepCount::Opened),
                (StepCount::Opened, StepCount::Clicked),
                (StepCount::Opened, StepCount::Replied),
                (StepCount::Orders, StepCount::DisplacedOrders),
            ] {
                assert!(row.of(more) >= row.of(fewer), "{more:?} {fewer:?}");
            }
        }
        for (campaign, row) in tallied.flows.campaigns.iter().enumerate() {
            assert_eq!(row.came_up(), row.runs + row.refused.iter().sum::<i128>());
            assert_eq!(row.came_up(), came_up.get(&(campaign as u16)).copied().unwrap_or_default());
        }
        // Channels are the sums of their steps.
        for (step, channel) in [
            (StepCount::Sent, ChannelCount::Sent),
            (StepCount::Delivered, ChannelCount::Delivered),
            (StepCount::Opened, ChannelCount::Opened),
            (StepCount::Clicked, ChannelCount::Clicked),
            (StepCount::Replied, ChannelCount::Replied),
            (StepCount::OptedOut, ChannelCount::OptedOut),
            (StepCount::Orders, ChannelCount::ContactOrders),
            (StepCount::DisplacedOrders, ChannelCount::DisplacedOrders),
            (StepCount::Spend, ChannelCount::Spend),
        ] {
            for id in 0..world.channels.len() {
                let steps = world.strategies[index].steps().zip(&tallied.flows.steps);
                let own = steps.filter(|((.., planned), _)| usize::from(planned.channel) == id);
                assert_eq!(own.map(|(_, row)| row.of(step)).sum::<i128>(), total.at(channel, id), "{channel:?}");
            }
        }
        assert!(total.total(ChannelCount::CartsLeft) > 0);
        assert_eq!(total.total(ChannelCount::Replied) > 0, tallied.name != NONE);
    }
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), Reason::ALL, "every reason occurs");
    assert_eq!(refusals.into_iter().collect::<Vec<_>>(), Refusal::ALL, "every refusal occurs");
    let careful = &tallies.strategies[world.strategy("careful").expect("it exists")];
    assert!(careful.flows.steps.iter().map(|row| row.of(StepCount::Held)).sum::<i128>() > 0);
}

/// A calendar trigger comes up for every customer who is there; what is refused of it began no run.
#[test]
fn r37_what_comes_up_is_refused_or_runs() {
    let world = world(SCENARIO);
    let tallies = played(&world);
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let weekly = world.campaigns.iter().position(|name| name == "weekly").expect("it exists");
    for name in ["plain", "careful"] {
        let strategy = world.strategy(name).expect("it exists");
        let mut due = 0;
        for customer in 0..CUSTOMERS {
            let start = Start::new(&world, &tables, SEED, 0, customer);
            let events = seen(&world, &tables, strategy, customer);
            let lost = events.iter().find(|(_, event)| *event == Event::Lost).map_or(i64::MAX, |&(at, _)| at);
            let known = tables.segments[start.segment].known_loss;
            let calendar = &world.strategies[strategy].calendars[start.segment];
            let own = calendar.iter().filter(|occurrence| usize::from(occurrence.campaign) == weekly);
            due += own.filter(|occurrence| occurrence.at >= start.joined && !(known && occurrence.at > lost)).count()
                as i128;
        }
        assert_eq!(tallies.strategies[strategy].flows.campaigns[weekly].came_up(), due, "{name}");
    }
}

#[test]
fn the_log_tells_every_reason_as_often_as_the_tallies_count_it() {
    let world = world(SCENARIO);
    let tallies = played(&world);
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let strategies: Vec<usize> = (0..world.strategies.len()).collect();
    let mut told: BTreeMap<(usize, &str, &str), i128> = BTreeMap::new();
    let mut conditions = BTreeSet::new();
    for customer in 0..CUSTOMERS {
        for life in Trace::of(&customers, customer, &strategies).strategies {
            for entry in &life.events {
                let word = entry.reason.map_or("", |reason| reason.word());
                *told.entry((life.place, entry.event.word(), word)).or_default() += 1;
                assert_eq!(entry.reason.is_some(), matches!(entry.event, Kind::NotSent | Kind::Held | Kind::Refused));
                assert_eq!(entry.until_seconds.is_some(), entry.event == Kind::Held);
                assert!(entry.until_seconds.is_none_or(|until| until > entry.at_seconds));
                let by_condition = ["condition_met", "condition_not_met"].contains(&word);
                assert_eq!(entry.condition.is_empty(), !by_condition, "{entry:?}");
                conditions.extend(by_condition.then(|| format!("{word}: {}", entry.condition.join(";"))));
            }
            // Every entry that is a moment of its own is told, in its place.
            assert_eq!(life.totals.held, life.events.iter().filter(|entry| entry.event == Kind::Held).count() as u64);
        }
    }
    for (place, tallied) in tallies.strategies.iter().enumerate() {
        let of = |event, word| told.get(&(place, event, word)).copied().unwrap_or_default();
        let steps = &tallied.flows.steps;
        for reason in Reason::ALL {
            let counted: i128 = steps.iter().map(|row| row.because(reason)).sum();
            assert_eq!(of("not_sent", reason_word(reason)), counted, "{reason:?} under {}", tallied.name);
        }
        let held: i128 = ["quiet_hours", "lower_priority", "capped"].map(|word| of("held", word)).iter().sum();
        assert_eq!(held, steps.iter().map(|row| row.of(StepCount::Held)).sum::<i128>());
        for refusal in Refusal::ALL {
            let counted: i128 = tallied.flows.campaigns.iter().map(|row| row.refused[refusal as usize]).sum();
            assert_eq!(of("refused", refusal_word(refusal)), counted, "{refusal:?}");
        }
        let total = sum(&tallied.totals);
        assert_eq!(of("replied", ""), total.total(ChannelCount::Replied));
        assert_eq!(of("cart_left", ""), total.total(ChannelCount::CartsLeft));
    }
    // Which of several came is told.
    for condition in ["condition_met: clicked", "condition_met: replied", "condition_not_met: opened;replied"] {
        assert!(conditions.contains(condition), "{condition} is not among {conditions:?}");
    }
}

#[test]
fn journeys_stay_with_their_clicks_whatever_a_click_sets_off() {
    let world = world(SCENARIO);
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let strategies: Vec<usize> = (0..world.strategies.len()).collect();
    let mut carts = 0;
    for customer in 0..400 {
        let trace = Trace::of(&customers, customer, &strategies);
        for (index, life) in trace.strategies.iter().enumerate() {
            let own = trace.rows.iter().filter_map(|row| row.cells[index].as_ref());
            let (mut clicked, mut left) = (0, 0);
            for what in own {
                if let channelmix::trace::What::Clicked(_, journey) = what {
                    assert!(!journey.path.is_empty(), "a click without its journey");
                    clicked += 1;
                }
                if let channelmix::trace::What::Clicked(_, journey) | channelmix::trace::What::Need(journey) = what {
                    left += u64::from(journey.cart);
                }
            }
            assert_eq!(clicked, life.totals.clicked);
            let told = life.events.iter().filter(|entry| entry.event == Kind::CartLeft).count() as u64;
            assert_eq!(left, told);
            carts += told;
        }
    }
    assert!(carts > 100, "{carts}");
}

#[test]
fn searches_find_replies_and_held_messages() {
    let world = world(SCENARIO);
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let within = 300;
    let traces: Vec<Trace> = (0..within)
        .map(|customer| Trace::of(&customers, customer, &[world.strategy("careful").expect("it exists")]))
        .collect();
    let did = |trace: &Trace, kinds: &[Kind], channel: Option<&str>| {
        let mut events = trace.strategies[0].events.iter();
        events.any(|entry| kinds.contains(&entry.event) && (channel.is_none() || entry.channel == channel))
    };
    for (text, kinds, channel) in [
        ("replied under careful", &[Kind::Replied][..], None),
        ("clicked on sms under careful", &[Kind::Clicked], Some("sms")),
        ("responded on email under careful", &[Kind::Clicked, Kind::Replied], Some("email")),
        ("held on push under careful", &[Kind::Held], Some("push")),
    ] {
        let predicate = Predicate::read(text, &world).unwrap_or_else(|misread| panic!("{text}: {misread:?}"));
        let expected = traces.iter().filter(|trace| did(trace, kinds, channel)).count() as u64;
        assert_eq!(search(&customers, &predicate, within, &()).matching, expected, "{text}");
        assert!((1..within).contains(&expected), "{text} tells nobody apart");
    }
}

#[test]
fn the_report_shows_the_reasons_that_occur_and_they_add_up() {
    let place = Place::new();
    place.write("every.toml", SCENARIO);
    let run = ["compare", "every.toml", "--baseline", "plain", "--report", "report", "--out", "results", "--quiet"];
    place.run(&run).fine();
    let read = |name: &str| std::fs::read_to_string(place.at("report").join(name)).expect("it was written");
    let summary: Value = serde_json::from_str(&read("summary.json")).expect("JSON");
    let sheet = |name: &str| summary["sheets"][name].as_array().expect("a sheet").clone();
    let number = |row: &Value, name: &str| row[name].as_f64().expect("a number");
    let near = |one: f64, other: f64| (one - other).abs() <= 1e-9 * (1.0 + one.abs());
    let mut occurred = BTreeSet::new();
    for row in sheet("steps") {
        let reasons: Vec<String> =
            row.as_object().expect("a row").keys().filter(|name| name.starts_with("withheld_")).cloned().collect();
        let withheld: f64 = reasons.iter().map(|name| number(&row, name)).sum();
        assert!(near(number(&row, "due"), number(&row, "sent") + withheld), "{row}");
        let policy: f64 = ["quiet_hours", "lower_priority", "capped"]
            .map(|word| number(&row, &format!("withheld_{word}")))
            .iter()
            .sum();
        assert!(near(number(&row, "addressable"), number(&row, "sent") + policy), "{row}");
        occurred.extend(reasons.into_iter().filter(|name| number(&row, name) > 0.0));
    }
    for row in sheet("campaigns") {
        let refused: f64 = Refusal::ALL.map(|refusal| number(&row, refusal_word(refusal))).iter().sum();
        assert!(near(number(&row, "came_up"), number(&row, "runs") + refused), "{row}");
        let own = |step: &&Value| step["strategy"] == row["strategy"] && step["campaign"] == row["campaign"];
        let steps = sheet("steps");
        assert!(steps.iter().filter(own).all(|step| near(number(step, "runs"), number(&row, "runs"))));
    }
    let page = read("report.html");
    assert!(occurred.len() > 10, "{occurred:?}");
    for reason in Reason::ALL {
        let column = format!("withheld_{}", reason_word(reason));
        assert_eq!(page.contains(&format!("/{column}\"")), occurred.contains(&column), "{column}");
    }
    for words in ["not opted in", "stopped by a policy", "outside the audience", "came up"] {
        assert!(page.contains(words), "{words}");
    }
    // The folder says the same as what was played.
    place.run(&["report", "results", "--out", "again", "--baseline", "plain"]).fine();
    let again = std::fs::read_to_string(place.at("again").join("summary.json")).expect("it was written");
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(again["sheets"]["steps"], summary["sheets"]["steps"]);
    assert_eq!(again["sheets"]["campaigns"], summary["sheets"]["campaigns"]);
}
