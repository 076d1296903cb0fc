//! A bank of simulated customers with *both* potential outcomes: what each would do under every arm of a test.
//!
//! The same customers are played under each arm (R1 to R6), and what they do from their exposure on is kept: sparse events
//! with their times, in integers. So the truth that a test can only estimate is a mean over the bank, and an experiment is
//! a sample of its units with an arm for each. The bank's own error, of its customers against the world's, is told beside
//! every truth.
//!
//! **Exposure** is the first instant at which a customer's lives under the arms may part: the first time that a campaign
//! comes up for it which the arms do not all carry out alike. (If they carry out all alike, a test of nothing against
//! nothing, it is the first time that any campaign comes up.) It is one instant for all arms. Natural orders of the very
//! second of exposure come before it, as in R6; all that contacts bring in that second comes after it. A customer is exposed
//! whether or not a message can reach it, as one would assign it before looking. Whoever is never exposed is only counted.
//!
//! With uncertain inputs each draw has its own customers (R4), as in `compare`; the bank holds those of all draws alike.

mod column;
mod evaluate;
mod exposure;
mod record;
mod truth;

use std::ops::Range;

use rayon::prelude::*;

use crate::engine::{Scratch, Start, play};
use crate::scenario::{Currency, DAY, Problem, Seconds};
use crate::simulation::{Plan, Progress};
use crate::world::{Draw, Tables, World};

pub use column::{COLUMNS, COVARIATES, Column};
pub(in crate::abtest) use column::{before as covariate_of, covariate};
pub use evaluate::Evaluated;
pub(in crate::abtest) use evaluate::Measure;
pub use truth::{ArmMoments, Effect, RatioMoments};

pub(in crate::abtest) use exposure::exposing;
use record::{Prices, Recorder, Series, Tariffs};

/// Bytes that a bank may take unless more are allowed.
pub const MOST_BYTES: u64 = 2 << 30;
/// Customers that are played first, to see how much room one takes.
const PILOT: u64 = 1024;
/// Seconds before exposure whose orders are counted in the covariates.
pub const LOOK_BACK: Seconds = 365 * DAY;

/// Why there is no bank, or why it cannot say what is asked.
#[derive(Clone, Debug)]
pub enum Error {
    /// The numbers of a draw cannot be played.
    World(Problem),
    /// What is asked for is not possible.
    Refused {
        /// What is wrong.
        what: String,
        /// What is allowed or what to do.
        help: String,
    },
}

impl Error {
    /// Something that is not possible.
    pub(super) fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), help: help.into() }
    }
}

/// A customer at its exposure: what a firm knows of it before the test begins for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Draw of the uncertain inputs that it lives in.
    pub draw: u32,
    /// Index of its segment.
    pub segment: u32,
    /// Its number in its draw.
    pub customer: u64,
    /// Its exposure, in seconds since the start.
    pub exposed: Seconds,
    /// When it joined, in seconds since the start; negative for a base with a past.
    pub joined: Seconds,
    /// Its last order before exposure; when it joined, if there is none.
    pub last_order: Seconds,
    /// Orders in the [`LOOK_BACK`] before exposure, those before the start of the simulation included.
    pub pre_orders: u32,
    /// Their value in minor units of the currency.
    pub pre_revenue: i64,
}

/// An order after exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Seconds after exposure.
    pub after: u32,
    /// Its value in minor units of the currency.
    pub value: i64,
}

/// A message, click or reply after exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Seconds after exposure.
    pub after: u32,
    /// Which of the bank's prices it has.
    tariff: u8,
    /// What happened.
    pub deed: Deed,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It was sent.
    Sent {
        /// And delivered.
        delivered: bool,
        /// And the customer opted out on its delivery.
        opted_out: bool,
        /// And billed within the window that a reply opened (R55).
        in_window: bool,
        /// And billed and began a conversation (R55).
        conversation: bool,
        /// And sent a second time, by mistake.
        twice: bool,
    },
    /// It was clicked.
    Clicked,
    /// It was replied to.
    Replied,
}

/// The bank.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    /// Names of the arms, in the order of the plan's strategies.
    pub arms: Vec<String>,
    /// Names of the campaigns whose first run is the exposure.
    pub campaigns: Vec<String>,
    /// Customers played, over all draws.
    pub customers: u64,
    /// Draws of the uncertain inputs.
    pub draws: u64,
    /// End of the simulation in seconds, exclusive.
    pub horizon: Seconds,
    /// Currency of all money.
    pub currency: Currency,
    /// Those who were exposed, by draw and customer.
    pub units: Vec<Unit>,
    /// Customers who joined before the horizon: the firm's `population` is what they stand for.
    pub joined: u64,
    /// Whether the firm notices every loss, in every segment.
    losses_known: bool,
    /// By arm.
    streams: Vec<Streams>,
    /// By draw.
    prices: Vec<Prices>,
}

/// What the units do under one arm.
#[derive(Clone, Debug, Default, PartialEq)]
struct Streams {
    orders: Series<i64>,
    contacts: Series<u16>,
    /// By unit: seconds from exposure to loss, [`record::NEVER`] if it is not lost.
    lost: Vec<u32>,
}

/// The units of some consecutive customers of one draw.
#[derive(Default)]
struct Chunk {
    units: Vec<Unit>,
    joined: u64,
    streams: Vec<Streams>,
}

impl Bank {
    /// Plays a plan's customers under each of its strategies: the arms, the control first. They are the customers that
    /// [`simulate`](crate::simulation::simulate) plays by the same plan. The bank is the same for any number of threads.
    ///
    /// # Errors
    /// [`Error::World`] if the numbers of a draw cannot be played; [`Error::Refused`] with fewer than two arms, without any
    /// campaign or customer that could be exposed, or if more than `most_bytes` would be needed.
    pub fn simulate(world: &World, plan: &Plan, most_bytes: u64, progress: &dyn Progress) -> Result<Self, Error> {
        let stage = Stage::new(world, plan)?;
        let each = stage.bytes_of_one();
        let needed = each * plan.customers() as f64;
        if needed > most_bytes as f64 {
            let room = (most_bytes as f64 / each / 1000.0).floor() * 1000.0;
            return Err(Error::refused(
                format!(
                    "a bank of {} customers under {} arms would take about {:.1} GiB of memory, {:.0} bytes for each \
                     customer; the limit is {:.1} GiB",
                    plan.customers(),
                    plan.strategies.len(),
                    needed / GIB,
                    each,
                    most_bytes as f64 / GIB
                ),
                format!("play {room:.0} customers or fewer, or fewer arms"),
            ));
        }
        let bank = stage.play(0..plan.per_draw, progress);
        if bank.units.is_empty() {
            return Err(Error::refused(
                format!(
                    "none of the {} customers played is ever reached by {}",
                    bank.customers,
                    bank.campaigns.join(", ")
                ),
                "let a campaign come up earlier, or make the horizon longer",
            ));
        }
        Ok(bank)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        bytes(&self.units, &self.streams)
    }

    /// What a unit orders under an arm, in order of time.
    pub fn orders(&self, arm: usize, unit: usize) -> impl Iterator<Item = Order> {
        self.streams[arm].orders.of(unit).map(|(after, value)| Order { after, value })
    }

    /// What is sent to a unit under an arm, and what it clicks or replies to, in order of time.
    pub fn contacts(&self, arm: usize, unit: usize) -> impl Iterator<Item = Contact> {
        self.streams[arm].contacts.of(unit).map(|(after, code)| record::contact(after, code))
    }

    /// Seconds from exposure until a unit is lost under an arm, if it is.
    pub fn lost(&self, arm: usize, unit: usize) -> Option<u32> {
        Some(self.streams[arm].lost[unit]).filter(|&after| after != record::NEVER)
    }

    /// Customers who joined and were never exposed: too near the horizon, or known to be lost before.
    pub fn never(&self) -> u64 {
        self.joined - self.units.len() as u64
    }

    /// What all units have of a column under an arm from exposure to the horizon, exactly: a count, or money in minor units of
    /// the currency × 10⁻⁹.
    pub fn sum(&self, column: &Column, arm: usize) -> i128 {
        (0..self.units.len()).map(|unit| column.of(self, arm, unit, self.followed(unit))).sum()
    }

    /// Seconds that a unit is followed: from its exposure to the horizon.
    pub fn followed(&self, unit: usize) -> Seconds {
        self.horizon - self.units[unit].exposed
    }
}

const GIB: f64 = (1_u64 << 30) as f64;

fn bytes(units: &[Unit], streams: &[Streams]) -> u64 {
    let of_streams =
        |streams: &Streams| streams.orders.bytes() + streams.contacts.bytes() + size_of_val(&*streams.lost);
    (size_of_val(units) + streams.iter().map(of_streams).sum::<usize>()) as u64
}

impl Chunk {
    fn bytes(&self) -> u64 {
        bytes(&self.units, &self.streams)
    }
}

impl Streams {
    fn reserve<'a>(&mut self, parts: impl Iterator<Item = &'a Self> + Clone) {
        self.lost.reserve_exact(parts.clone().map(|part| part.lost.len()).sum());
        self.orders.reserve(parts.clone().map(|part| &part.orders));
        self.contacts.reserve(parts.map(|part| &part.contacts));
    }

    fn append(&mut self, more: Self) {
        self.orders.append(more.orders);
        self.contacts.append(more.contacts);
        self.lost.extend(more.lost);
    }
}

/// A plan that can be played, customer by customer, under its arms.
pub(in crate::abtest) struct Stage<'a> {
    world: &'a World,
    plan: &'a Plan,
    /// By draw.
    tables: Vec<Tables>,
    /// By campaign.
    exposing: Vec<bool>,
    tariffs: Tariffs,
}

impl<'a> Stage<'a> {
    /// Prepares it; nothing is played yet.
    pub fn new(world: &'a World, plan: &'a Plan) -> Result<Self, Error> {
        let arms: Vec<&str> = plan.strategies.iter().map(|&index| world.strategies[index].name.as_str()).collect();
        if arms.len() < 2 {
            return Err(Error::refused(
                "a test needs at least two arms",
                "name the control first, as in --arms none,offer",
            ));
        }
        let profile = |index: usize| &world.strategies[index].profile;
        if plan.strategies.iter().any(|&index| *profile(index) != *profile(plan.strategies[0])) {
            return Err(Error::refused(
                format!(
                    "the arms of {} have different profiles: their customers part before anybody is exposed",
                    arms.join(", ")
                ),
                "compare profiles with `compare`; for a test give all arms one `profile`, the control too: a strategy without \
                 campaigns may have one",
            ));
        }
        let exposing = exposing(world, &plan.strategies);
        if !exposing.contains(&true) {
            return Err(Error::refused(
                format!("no arm of {} carries out any campaign: nobody can be exposed to anything", arms.join(", ")),
                "take at least one strategy with a campaign",
            ));
        }
        let draw = |number| if plan.draws == 1 { Draw::Typical } else { Draw::Number { seed: plan.seed, number } };
        let tables = (0..plan.draws).map(|number| world.tables(draw(number))).collect::<Result<Vec<_>, _>>();
        let tables = tables.map_err(Error::World)?;
        let strategies = plan.strategies.iter().map(|&index| &world.strategies[index]);
        let Some(tariffs) = Tariffs::new(&tables[0], strategies) else {
            return Err(Error::refused(
                "the arms' messages have more than 256 different prices, which a bank does not hold",
                "write fewer `texts` of different length, or fewer arms",
            ));
        };
        Ok(Self { world, plan, tables, exposing, tariffs })
    }

    /// Bytes that a customer takes, by a few of them.
    fn bytes_of_one(&self) -> f64 {
        let pilot = self.plan.per_draw.min(PILOT);
        self.chunk(0, 0..pilot).bytes() as f64 / pilot as f64
    }

    /// The bank of some consecutive customers of each draw.
    pub fn play(&self, customers: Range<u64>, progress: &dyn Progress) -> Bank {
        let Self { world, plan, .. } = *self;
        let ranges: Vec<(u64, u64)> = (0..plan.draws)
            .flat_map(|draw| customers.clone().step_by(plan.batch as usize).map(move |first| (draw, first)))
            .collect();
        let chunks: Vec<Chunk> = ranges
            .into_par_iter()
            .map(|(draw, first)| {
                let end = (first + plan.batch).min(customers.end);
                let chunk = self.chunk(draw, first..end);
                progress.advance(end - first);
                chunk
            })
            .collect();
        let campaigns = world.campaigns.iter().zip(&self.exposing).filter(|(_, exposing)| **exposing);
        let mut bank = Bank {
            arms: plan.strategies.iter().map(|&index| world.strategies[index].name.clone()).collect(),
            campaigns: campaigns.map(|(name, _)| name.clone()).collect(),
            customers: plan.draws * (customers.end - customers.start),
            draws: plan.draws,
            horizon: world.horizon,
            currency: world.currency.clone(),
            units: Vec::with_capacity(chunks.iter().map(|chunk| chunk.units.len()).sum()),
            joined: 0,
            losses_known: self.tables[0].segments.iter().all(|segment| segment.known_loss),
            streams: vec![Streams::default(); plan.strategies.len()],
            prices: self.tables.iter().map(|tables| Prices::new(tables, &self.tariffs)).collect(),
        };
        for (arm, streams) in bank.streams.iter_mut().enumerate() {
            streams.reserve(chunks.iter().map(|chunk| &chunk.streams[arm]));
        }
        for chunk in chunks {
            bank.joined += chunk.joined;
            bank.units.extend(chunk.units);
            bank.streams.iter_mut().zip(chunk.streams).for_each(|(own, more)| own.append(more));
        }
        bank
    }

    fn chunk(&self, draw: u64, customers: Range<u64>) -> Chunk {
        let tables = &self.tables[draw as usize];
        let arms = self.plan.strategies.len();
        let mut chunk = Chunk { streams: vec![Streams::default(); arms], ..Chunk::default() };
        let mut scratch = Scratch::default();
        let mut recorders: Vec<Recorder<'_>> =
            (0..arms).map(|arm| Recorder::new(&self.exposing, self.tariffs.of(arm))).collect();
        for customer in customers {
            let start = Start::new(self.world, tables, self.plan.seed, draw, customer);
            for (&strategy, recorder) in self.plan.strategies.iter().zip(&mut recorders) {
                recorder.begin();
                play(self.world, tables, &self.world.strategies[strategy], &start, &mut scratch, recorder);
            }
            chunk.joined += u64::from(start.joined < self.world.horizon);
            // Before the first of them nothing differs, so it is one instant for all arms.
            let Some(exposed) = recorders.iter().filter_map(|recorder| recorder.exposed).min() else { continue };
            let mut unit = Unit {
                draw: draw as u32,
                segment: start.segment as u32,
                customer,
                exposed: exposed.at,
                joined: start.joined,
                last_order: start.joined,
                pre_orders: 0,
                pre_revenue: 0,
            };
            start.past(tables, |at, value| unit.ordered_before(at, value));
            recorders[0].before(exposed).for_each(|(at, value)| unit.ordered_before(at, value));
            chunk.units.push(unit);
            for (streams, recorder) in chunk.streams.iter_mut().zip(&recorders) {
                recorder.keep(exposed, streams);
            }
        }
        chunk
    }
}

impl Unit {
    fn ordered_before(&mut self, at: Seconds, value: i64) {
        self.last_order = at;
        if at >= self.exposed - LOOK_BACK {
            self.pre_orders += 1;
            self.pre_revenue += value;
        }
    }
}
