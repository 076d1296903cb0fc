//! The engine against the rules as they are written: 10,000 random small scenarios, two customers of each, event by
//! event.
//!
//! [`reference`] plays a customer again, slowly, from `docs/strategies.md` and `docs/rules.md` and without a look at the
//! engine. The two must agree on everything that happens and on everything that does not: who began a run and who was
//! refused, what was sent, held and withheld, when and why. [`promises`] holds what every customer is promised whatever
//! the rules in between, on the engine's events alone.
//!
//! The scenarios (see [`scenarios`]): 2 to 4 weeks, 1 to 3 segments in zones with and without changing clocks, 1 to 3
//! channels with messages and 1 to 3 with journeys, 1 to 4 campaigns with every kind of trigger, plan and policy; silos,
//! machines, late and double messages, pressure, goodwill, seasons and contracts in some of them each. Left out are what
//! orders are worth, orders that are moved forward (R16), and customers who differ in their rates and chances. Rates are 0, 1 or in between,
//! waits and times of day come from few values, so that much falls into the same second and on the edges of stretches.
//! So that nothing agrees because it never happens, each reason, refusal and hold must occur often.

mod clock;
mod promises;
mod reference;
mod scenarios;
mod shrink;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use channelmix::engine::{Ending, Event, Message, Reason, Refusal, Scratch, Start, Watch, play};
use channelmix::luck::Luck;
use channelmix::scenario::{self, Receipts, Scenario, Seconds};
use channelmix::world::{Draw, Tables, World};
use rayon::prelude::*;

/// How many scenarios are played.
const SCENARIOS: u64 = 10_000;
/// The seed of all of them.
const SEED: u64 = 7;
/// How often each kind of thing must have happened in all of them.
const OFTEN: u64 = 200;

/// A scenario that can be played.
struct Stage {
    world: World,
    tables: Tables,
}

impl Stage {
    /// None if the text is refused.
    fn new(text: &str) -> Option<Self> {
        let world = World::new(scenario::load("random", text, &[]).scenario?).ok()?;
        let tables = world.tables(Draw::Typical).ok()?;
        // What a smaller text must not lose.
        world.scenario.tail.as_ref()?;
        world.strategy("s")?;
        Some(Self { world, tables })
    }

    fn start(&self, customer: u64) -> Start {
        Start::new(&self.world, &self.tables, SEED, 0, customer)
    }

    /// What the engine plays; what orders are worth is not compared.
    fn engine(&self, strategy: &str, start: &Start) -> Vec<(Seconds, Event)> {
        self.engine_to_the_end(strategy, start).0
    }

    /// The same and what is said at the end, which is nothing for customers who never join.
    fn engine_to_the_end(&self, strategy: &str, start: &Start) -> Played {
        let strategy = &self.world.strategies[self.world.strategy(strategy).expect("it is written")];
        let mut seen = Seen((Vec::new(), None));
        play(&self.world, &self.tables, strategy, start, &mut Scratch::default(), &mut seen);
        seen.0
    }
}

/// What happens to a customer, and what is said at the end.
type Played = (Vec<(Seconds, Event)>, Option<Ending>);

struct Seen(Played);

impl Watch for Seen {
    fn see(&mut self, at: Seconds, event: Event) {
        match event {
            Event::Ordered { channel, cause, .. } => self.0.0.push((at, Event::Ordered { channel, value: 0, cause })),
            _ => self.0.0.push((at, event)),
        }
    }
    fn end(&mut self, ending: Ending) {
        self.0.1 = Some(ending);
    }
}

/// The two customers of a scenario.
fn customers(number: u64) -> [u64; 2] {
    [2 * number, 2 * number + 1]
}

/// How engine and reference differ for a customer, if they do; none also if the text is refused.
fn difference(text: &str, customer: u64) -> Option<String> {
    let stage = Stage::new(text)?;
    let start = stage.start(customer);
    let both = catch_unwind(AssertUnwindSafe(|| {
        let luck = Luck::customer(SEED, 0, customer);
        (stage.engine_to_the_end("s", &start), reference::play(&stage.world, &stage.tables, 0, &start, luck))
    }));
    match both {
        Ok((engine, reference)) => {
            let events = told(&stage.world, &start, &engine.0, &reference.0);
            let ending = (engine.1 != reference.1)
                .then(|| format!("> engine     {:?}\n> reference  {:?}\n", engine.1, reference.1));
            events.or(ending)
        }
        Err(_) => Some("it panics\n".to_owned()),
    }
}

/// Whether two events are the same. A pressure of thousandths may be off by one, which of two roundings it is.
fn alike(one: &(Seconds, Event), other: &(Seconds, Event)) -> bool {
    match (one.1, other.1) {
        (Event::UnderPressure(message, pressure), Event::UnderPressure(its, its_own)) => {
            one.0 == other.0 && message == its && pressure.abs_diff(its_own) <= 1
        }
        _ => one == other,
    }
}

/// Two lists of events beside each other, from the start to behind the first difference; none if they are the same.
fn told(world: &World, start: &Start, engine: &[(Seconds, Event)], reference: &[(Seconds, Event)]) -> Option<String> {
    let first = engine.iter().zip(reference).take_while(|(one, other)| alike(one, other)).count();
    if first == engine.len().max(reference.len()) {
        return None;
    }
    let clock = clock::Clock::new(&world.scenario, &world.scenario.segments[start.segment]);
    let line = |event: Option<&(Seconds, Event)>| {
        event.map_or_else(|| "–".to_owned(), |&(at, event)| format!("{at} {} {}", clock.local(at), words(world, event)))
    };
    let mut told = format!("segment {}\n", world.scenario.segments[start.segment].name);
    for same in &engine[..first] {
        let _ = writeln!(told, "  both       {}", line(Some(same)));
    }
    for next in first..(first + 6).min(engine.len().max(reference.len())) {
        let _ = writeln!(told, "> engine     {}\n> reference  {}", line(engine.get(next)), line(reference.get(next)));
    }
    Some(told)
}

fn words(world: &World, event: Event) -> String {
    let of = |message: Message| {
        format!("run {} step {} {}", message.run, message.step, world.channels[usize::from(message.channel)].name)
    };
    match event {
        Event::RunBegan(campaign) => format!("RunBegan {}", world.campaigns[usize::from(campaign)]),
        Event::Refused(campaign, why) => format!("Refused {} {why:?}", world.campaigns[usize::from(campaign)]),
        Event::Sent(message) => format!("Sent {}", of(message)),
        Event::Delivered(message) => format!("Delivered {}", of(message)),
        Event::OptedOut(message) => format!("OptedOut {}", of(message)),
        Event::Opened(message) => format!("Opened {}", of(message)),
        Event::Clicked(message) => format!("Clicked {}", of(message)),
        Event::Replied(message) => format!("Replied {}", of(message)),
        Event::UnderPressure(message, pressure) => format!("UnderPressure {} {pressure}", of(message)),
        Event::Complained(message) => format!("Complained {}", of(message)),
        Event::Duplicated(message) => format!("Duplicated {}", of(message)),
        Event::DeliveredTwice(message) => format!("DeliveredTwice {}", of(message)),
        Event::SeenOpened(message) => format!("SeenOpened {}", of(message)),
        Event::SeenClicked(message) => format!("SeenClicked {}", of(message)),
        Event::BilledInWindow(message) => format!("BilledInWindow {}", of(message)),
        Event::ConversationBegan(message) => format!("ConversationBegan {}", of(message)),
        Event::Withheld(message, why) => format!("Withheld {} {why:?}", of(message)),
        Event::Held(message, why, until) => format!("Held {} {why:?} until {until}", of(message)),
        other => format!("{other:?}"),
    }
}

/// How often each kind of event, reason, refusal and hold occurs.
type Counts = BTreeMap<String, u64>;

/// What is no kind of event, but must happen as well.
const SORTS: [&str; 7] = [
    "delivered late",
    "opened untold",
    "seen before it was clicked",
    "sent where nobody knew that the run was over",
    "delivered under pressure",
    "opted in again",
    "said whether it recommends",
];

fn count(scenario: &Scenario, (events, ending): &Played) -> Counts {
    let mut counts = Counts::new();
    if ending.is_some_and(|ending| ending.score.is_some()) {
        counts.insert(SORTS[6].to_owned(), 1);
    }
    for (place, &(at, event)) in events.iter().enumerate() {
        let had = |wanted: Event| events[..place].iter().find(|(_, event)| *event == wanted).map(|(at, _)| *at);
        let told = |message: Message| {
            let contact = scenario.channels[usize::from(message.channel)].contact.as_ref();
            contact.is_some_and(|contact| contact.receipts == Receipts::Opened)
        };
        let sort = match event {
            Event::Delivered(message) if had(Event::Sent(message)) < Some(at) => Some(SORTS[0]),
            Event::Opened(message) if !told(message) => Some(SORTS[1]),
            Event::SeenClicked(message) if had(Event::Clicked(message)).is_none() => Some(SORTS[2]),
            Event::UnderPressure(_, pressure) if pressure > 0 => Some(SORTS[4]),
            Event::OptedIn(channel) => {
                let out = |event: &Event| matches!(event, Event::OptedOut(message) if message.channel == channel);
                events[..place].iter().any(|(_, event)| out(event)).then_some(SORTS[5])
            }
            Event::Sent(message) => {
                let ended = |event: &Event| match event {
                    Event::Withheld(other, Reason::Exit | Reason::GoalMet) => other.run == message.run,
                    _ => false,
                };
                events[..place].iter().any(|(_, event)| ended(event)).then_some(SORTS[3])
            }
            _ => None,
        };
        if let Some(sort) = sort {
            *counts.entry(sort.to_owned()).or_default() += 1;
        }
        let kind = match event {
            Event::Withheld(_, why) => format!("{why:?}"),
            Event::Held(_, why, _) => format!("held: {why:?}"),
            Event::Refused(_, why) => format!("refused: {why:?}"),
            _ => format!("{event:?}").chars().take_while(|c| c.is_alphanumeric()).collect(),
        };
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn add(mut one: Counts, other: Counts) -> Counts {
    for (kind, number) in other {
        *one.entry(kind).or_default() += number;
    }
    one
}

#[test]
fn the_engine_plays_by_the_rules() {
    let wrong = (0..SCENARIOS).into_par_iter().find_map_first(|number| {
        let text = scenarios::scenario(number);
        let customer = customers(number).into_iter().find(|&customer| difference(&text, customer).is_some())?;
        Some((number, text, customer))
    });
    if let Some((number, text, customer)) = wrong {
        let small = shrink::smallest(&text, |text| difference(text, customer).is_some());
        let told = difference(&small, customer).unwrap_or_default();
        panic!("scenario {number}, customer {customer}\n\n{small}\n{told}");
    }
}

#[test]
fn random_scenarios_are_sound_and_hold_everything() {
    let counts = (0..SCENARIOS).into_par_iter().map(|number| {
        let Some(stage) = Stage::new(&scenarios::scenario(number)) else {
            return Counts::from([("refused scenarios".to_owned(), 1)]);
        };
        customers(number)
            .into_iter()
            .map(|customer| count(&stage.world.scenario, &stage.engine_to_the_end("s", &stage.start(customer))))
            .fold(Counts::new(), add)
    });
    let counts = counts.reduce(Counts::new, add);
    let of = |kind: String| counts.get(&kind).copied().unwrap_or(0);
    assert!(of("refused scenarios".to_owned()) < SCENARIOS / 20, "{counts:#?}");
    let reasons = Reason::ALL.iter().map(|why| format!("{why:?}"));
    let refusals = Refusal::ALL.iter().map(|why| format!("refused: {why:?}"));
    let holds = [Reason::QuietHours, Reason::LowerPriority, Reason::Capped].map(|why| format!("held: {why:?}"));
    let events = [
        "Joined",
        "RunBegan",
        "Sent",
        "Delivered",
        "Opened",
        "Clicked",
        "Replied",
        "OptedOut",
        "CartLeft",
        "Ordered",
        "Lost",
        "BilledInWindow",
        "ConversationBegan",
        "SeenOpened",
        "SeenClicked",
        "Duplicated",
        "DeliveredTwice",
        "JourneyBegan",
        "Bounced",
        "Hopped",
        "ContextLost",
        "CartFound",
        "Renewed",
        "UnderPressure",
        "Complained",
        "OptedIn",
    ];
    let events = events.map(str::to_owned);
    let rare: Vec<String> = reasons
        .chain(refusals)
        .chain(holds)
        .chain(events)
        .chain(SORTS.map(str::to_owned))
        .filter(|kind| of(kind.clone()) < OFTEN)
        .collect();
    assert!(rare.is_empty(), "seldom: {rare:?} of {counts:#?}");
}
