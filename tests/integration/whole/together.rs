//! All mechanisms at once, and none of them.

use channelmix::engine::{Ending, Event, Scratch, Start, Watch, play};
use channelmix::scenario;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Row, Tallies};
use channelmix::world::{Draw, World};

const EVERYTHING: &str = include_str!("../../../benches/whole-customer.toml");
const PLAIN: &str = include_str!("../../../scenarios/weekly-cascade.toml");

/// Every mechanism, written and without effect.
const NEUTRAL: [&str; 36] = [
    "discount_rate=0",
    "channels.email.complaint_rate=0",
    "channels.email.machine_open_rate=0",
    "channels.email.scanner_click_rate=0",
    "channels.email.duplicate_rate=0",
    "channels.email.opt_in_at_order=0",
    "channels.email.return_at_order=0",
    "channels.email.cost_per_month=0",
    "channels.email.setup_cost=0",
    "channels.email.best_hour_odds=1",
    "channels.email.fatigue.half_life='7d'",
    "channels.email.fatigue.response_odds=1",
    "channels.email.fatigue.opt_out_odds=1",
    "channels.email.fatigue.complaint_odds=1",
    "channels.sms.billed_by='segment'",
    "channels.sms.delivery_delay='0s'",
    "channels.sms.receipts='opened'",
    "channels.sms.cost_per_conversation=0",
    "channels.sms.window='24h'",
    "segments.customers.season.weekdays.sat=1",
    "segments.customers.season.months.dec=1",
    "segments.customers.best_hours={ 8 = 1 }",
    "context.sync_failure=0",
    "context.sync_lag='0s'",
    "context.leave_odds=1",
    "context.cart_odds=1",
    "fatigue.half_life='7d'",
    "fatigue.response_odds=1",
    "fatigue.opt_out_odds=1",
    "fatigue.loss_odds=1",
    "goodwill.order=1",
    "goodwill.message=-1",
    "goodwill.loss_odds=1",
    "campaigns.weekly-offer.texts.sms='Hello'",
    "strategies.cascade.profile='unified'",
    "strategies.cascade.cost_per_month=0",
];

fn world(text: &str, overrides: &[&str]) -> World {
    let overrides: Vec<String> = overrides.iter().map(|&one| one.to_owned()).collect();
    let loaded = scenario::load("test", text, &overrides);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}"))).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn played(world: &World, customers: u64, batch: u64) -> Tallies {
    let strategies = (0..world.strategies.len()).collect();
    let plan = Plan { seed: 11, draws: 1, per_draw: customers, batch, strategies };
    simulate(world, &plan, &()).expect("it can be played")
}

fn sum(rows: &[Row]) -> Row {
    let mut sum = rows[0].clone();
    rows[1..].iter().for_each(|row| sum.add(row));
    sum
}

/// What is counted of a strategy whether or not mechanisms beyond the spine are written: all but what only tells of them.
fn spine(row: &Row) -> Vec<i128> {
    let told = [ChannelCount::Pressure];
    let of = |(count, _): &(ChannelCount, _)| (0..row.layout.channels).map(|at| row.at(*count, at)).collect::<Vec<_>>();
    let channels = ChannelCount::ALL.iter().filter(|(count, _)| !told.contains(count)).flat_map(of);
    channels.chain(CustomerCount::ALL.iter().map(|(count, _)| row.customers(*count))).collect()
}

#[test]
fn what_has_no_effect_is_as_if_it_were_not_written() {
    let plain = world(PLAIN, &[]);
    let neutral = world(PLAIN, &NEUTRAL);
    assert!(plain.strategies[0].plain && !neutral.strategies[0].plain, "two ways to play the same");
    let (plain, neutral) = (played(&plain, 3000, 100), played(&neutral, 3000, 100));
    for (plain, neutral) in plain.strategies.iter().zip(&neutral.strategies) {
        for (plain, neutral) in plain.totals.iter().zip(&neutral.totals) {
            assert_eq!(spine(plain), spine(neutral));
        }
        for (plain, neutral) in plain.weeks.iter().zip(&neutral.weeks) {
            assert_eq!(spine(plain), spine(neutral));
        }
    }
}

#[test]
fn each_mechanism_shows_where_all_are_on() {
    let world = world(EVERYTHING, &[]);
    let total = sum(&played(&world, 4000, 1000).strategies[0].totals);
    for (count, name) in ChannelCount::ALL {
        assert!(total.total(count) > 0, "nothing counts as {name}");
    }
    let absent = ["renewals", "fees_minor", "acquisition_nano"];
    for (count, name) in CustomerCount::ALL.into_iter().filter(|(_, name)| !absent.contains(name)) {
        assert!(total.customers(count) != 0, "nothing counts as {name}");
    }
}

#[test]
fn threads_and_batches_do_not_show_where_all_are_on() {
    let world = world(EVERYTHING, &[]);
    let on = |threads, batch| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| played(&world, 600, batch))
    };
    let one = on(1, 32);
    assert_eq!(one, on(3, 32));
    for batch in [1, 50, 600] {
        let other = on(2, batch);
        for (one, other) in one.strategies.iter().zip(&other.strategies) {
            assert_eq!((sum(&one.totals), &one.flows), (sum(&other.totals), &other.flows), "batches of {batch}");
            assert_eq!((&one.weeks, &one.draw_weeks), (&other.weeks, &other.draw_weeks), "batches of {batch}");
        }
    }
}

#[test]
fn the_same_strategy_under_another_name_is_the_same() {
    let world = world(EVERYTHING, &["strategies.again.extends='everything'"]);
    let twins = played(&world, 500, 100);
    assert_eq!(twins.strategies[0].totals, twins.strategies[1].totals);
    assert_eq!(twins.strategies[0].flows.touches, twins.strategies[1].flows.touches);
}

/// Counts of one channel as the events tell them.
#[derive(Default)]
struct Told(Vec<(ChannelCount, usize, i128)>);

impl Watch for Told {
    fn see(&mut self, _: i64, event: Event) {
        use ChannelCount as Count;
        let (count, channel, more) = match event {
            Event::Sent(message) => (Count::Sent, message.channel, 1),
            Event::Delivered(message) => (Count::Delivered, message.channel, 1),
            Event::Opened(message) => (Count::Opened, message.channel, 1),
            Event::Clicked(message) => (Count::Clicked, message.channel, 1),
            Event::Replied(message) => (Count::Replied, message.channel, 1),
            Event::OptedOut(message) => (Count::OptedOut, message.channel, 1),
            Event::Complained(message) => (Count::Complaints, message.channel, 1),
            Event::OptedIn(channel) => (Count::OptIns, channel, 1),
            Event::UnderPressure(message, thousandths) => (Count::Pressure, message.channel, i128::from(thousandths)),
            Event::Duplicated(message) => (Count::Duplicated, message.channel, 1),
            Event::DeliveredTwice(message) => (Count::DeliveredTwice, message.channel, 1),
            Event::ContextLost { from, .. } => (Count::ContextsLost, from, 1),
            Event::CartLeft(channel) => (Count::CartsLeft, channel, 1),
            Event::CartFound(channel) => (Count::CartsFound, channel, 1),
            Event::Ordered { channel, .. } => (Count::Orders, channel, 1),
            _ => return,
        };
        self.0.push((count, usize::from(channel), more));
    }
    fn end(&mut self, _: Ending) {}
}

#[test]
fn tallies_count_what_happens_where_all_are_on() {
    let world = world(EVERYTHING, &[]);
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let (mut told, mut scratch) = (Told::default(), Scratch::default());
    for customer in 0..500 {
        let start = Start::new(&world, &tables, 11, 0, customer);
        play(&world, &tables, &world.strategies[0], &start, &mut scratch, &mut told);
    }
    let total = sum(&played(&world, 500, 100).strategies[0].totals);
    let mut expected = Row::zero(total.layout);
    for &(count, channel, more) in &told.0 {
        expected.counts[total.layout.channel(count, channel)] += more;
    }
    let seen: Vec<ChannelCount> = told.0.iter().map(|(count, ..)| *count).collect();
    for (count, name) in ChannelCount::ALL.into_iter().filter(|(count, _)| seen.contains(count)) {
        for channel in 0..total.layout.channels {
            assert_eq!(total.at(count, channel), expected.at(count, channel), "{name} of channel {channel}");
        }
    }
}
