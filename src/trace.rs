//! One customer under each strategy, event by event: what the measures are sums of.
//!
//! [`Customers`] are those that a comparison plays. [`Trace::of`] plays one of them and lays its lives side by side, so
//! that what met the same luck stands in one row; [`search()`] finds customers who show a [`Predicate`]; and [`log`] writes
//! the events of many, one row each. What is played is what `compare` counts: a test adds the log up to the tallies.

mod clauses;
mod contact;
mod entry;
pub mod log;
mod record;
mod rows;
mod search;
mod story;
mod totals;

use serde::Serialize;

pub use clauses::{Misread, Predicate};
pub use contact::Contact;
pub use entry::{Because, Entry, JourneyCause, Kind};
pub use record::Record;
pub use rows::Row;
pub use search::{Found, search};
pub use story::{End, Fate, Journey, Moment, What, Why};
pub use totals::Totals;

pub use crate::engine::{Reason, Refusal};

use crate::engine::{Scratch, Start, play};
use crate::scenario::{NONE, Problem, Seconds};
use crate::world::{Clock, Draw, Tables, World};

/// The customers of one draw of the uncertain inputs.
pub struct Customers<'w> {
    /// The world they live in.
    pub world: &'w World,
    /// The numbers of the draw.
    pub tables: Tables,
    /// Addresses all luck.
    pub seed: u64,
    /// Which draw: 0, 1, 2, …
    pub draw: u64,
    /// How many draws there are; 1 = every input at its typical value.
    pub draws: u64,
}

impl<'w> Customers<'w> {
    /// The customers that a comparison of this seed and number of draws plays in one of its draws.
    ///
    /// # Errors
    /// If the numbers of the draw cannot be played.
    pub fn of_draw(world: &'w World, seed: u64, draws: u64, draw: u64) -> Result<Self, Problem> {
        let values = if draws == 1 { Draw::Typical } else { Draw::Number { seed, number: draw } };
        Ok(Self { world, tables: world.tables(values)?, seed, draw, draws })
    }

    /// A customer at its start, the same under every strategy.
    pub fn start(&self, customer: u64) -> Start {
        Start::new(self.world, &self.tables, self.seed, self.draw, customer)
    }

    /// What happens to a customer under a strategy.
    fn record(&self, start: &Start, strategy: usize, scratch: &mut Scratch, record: &mut Record) {
        record.clear();
        play(self.world, &self.tables, &self.world.strategies[strategy], start, scratch, record);
    }
}

/// One customer's lives.
#[derive(Clone, Debug, Serialize)]
pub struct Trace<'w> {
    /// The scenario's name.
    pub scenario: &'w str,
    /// Who it is.
    pub customer: Who<'w>,
    /// A life under each strategy.
    pub strategies: Vec<Life<'w>>,
    /// The lives side by side.
    #[serde(skip)]
    pub rows: Vec<Row<'w>>,
    /// What the calendar and clock on its wall say.
    #[serde(skip)]
    pub clock: Clock,
    /// Campaigns of the scenario.
    #[serde(skip)]
    pub campaigns: usize,
    /// How long customers are followed, in seconds.
    #[serde(skip)]
    pub horizon: Seconds,
}

/// A customer at the start.
#[derive(Clone, Debug, Serialize)]
pub struct Who<'w> {
    /// Its number.
    pub number: u64,
    /// Which draw of the uncertain inputs it lives in.
    pub draw: u64,
    /// Of how many; 1 = every input at its typical value.
    pub draws: u64,
    /// Addresses all luck.
    pub seed: u64,
    /// Its segment.
    pub segment: &'w str,
    /// When it joined, in seconds since the start; negative for a base with a past.
    pub joined_seconds: Seconds,
    /// Whether it was alive at the start, or at joining if that is later.
    pub alive: bool,
    /// Channels to which it had opted in.
    pub opted_in: Vec<&'w str>,
    /// Channels with messages to which it had not.
    pub not_opted_in: Vec<&'w str>,
    /// Mean days between its natural needs.
    pub days_between_needs: f64,
    /// Code of the currency of all money.
    pub currency: &'w str,
    /// Decimals of its minor unit.
    #[serde(skip)]
    pub decimals: u32,
}

/// A customer's life under one strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Life<'w> {
    /// The strategy's name.
    pub strategy: &'w str,
    /// Its place in the scenario.
    #[serde(skip)]
    pub place: usize,
    /// What it came to.
    pub totals: Totals,
    /// Everything that happened.
    pub events: Vec<Entry<'w>>,
}

impl<'w> Trace<'w> {
    /// Plays a customer under strategies, by their indices in the world.
    pub fn of(customers: &Customers<'w>, customer: u64, strategies: &[usize]) -> Self {
        let world = customers.world;
        let start = customers.start(customer);
        let clock = world.clock(start.segment);
        let (mut scratch, mut record) = (Scratch::default(), Record::default());
        let (mut lives, mut stories) = (Vec::new(), Vec::new());
        for &strategy in strategies {
            customers.record(&start, strategy, &mut scratch, &mut record);
            let events = entry::entries(customers, strategy, &clock, &record);
            let known_loss = customers.tables.segments[start.segment].known_loss;
            stories.push(story::moments(&events, known_loss, &world.scenario));
            let totals = Totals::of(customers, strategy, start.segment, &record);
            lives.push(Life { strategy: &world.strategies[strategy].name, place: strategy, totals, events });
        }
        let named = |wanted: bool| {
            let with_messages = world.channels.iter().enumerate().filter(|(_, channel)| channel.carries_contacts);
            with_messages
                .filter(|(index, _)| (start.opted_in >> index & 1 == 1) == wanted)
                .map(|(_, channel)| channel.name.as_str())
                .collect()
        };
        let who = Who {
            number: customer,
            draw: customers.draw,
            draws: customers.draws,
            seed: customers.seed,
            segment: &world.segments[start.segment].name,
            joined_seconds: start.joined,
            alive: start.alive,
            opted_in: named(true),
            not_opted_in: named(false),
            days_between_needs: start.mean_gap() / 86_400.0,
            currency: &world.currency.code,
            decimals: world.currency.decimals,
        };
        Self {
            scenario: &world.scenario.name,
            customer: who,
            strategies: lives,
            rows: rows::align(&stories),
            clock,
            campaigns: world.campaigns.len(),
            horizon: world.horizon,
        }
    }

    /// Whether the strategies part in a row. `none` sends nothing, so that what every other strategy sends alike parts
    /// nobody.
    pub fn parts(&self, row: &Row) -> bool {
        let sends = |index: &usize| self.strategies[*index].strategy != NONE;
        let sending: Vec<usize> = (0..row.cells.len()).filter(sends).collect();
        let of_messages = row.cells.iter().flatten().all(What::is_of_the_firm);
        let all: Vec<usize> = (0..row.cells.len()).collect();
        let compared = if of_messages && !sending.is_empty() { &sending } else { &all };
        let alike = |pair: &[usize]| row.cells[pair[0]] == row.cells[pair[1]];
        !compared.windows(2).all(alike)
    }
}
