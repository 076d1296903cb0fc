//! The numbers of one draw, ready for the engine: thresholds, prices in nano-units, samplers that cannot fail.

use rand_distr::{Beta, Gamma};

use super::ChannelId;
use crate::luck::{Label, Threshold};
use crate::scenario::{At, Scenario, Seconds, WEEK};

/// Everything numeric about a world in one draw.
#[derive(Clone, Debug)]
pub struct Tables {
    /// By channel; none where it carries no messages.
    pub contacts: Vec<Option<ContactTable>>,
    /// By channel: chance that a journey which leaves there without an order leaves a cart behind.
    pub carts: Vec<Threshold>,
    /// By segment.
    pub segments: Vec<SegmentTable>,
    /// By campaign.
    pub campaigns: Vec<CampaignTable>,
    /// Minor units of the currency in one unit.
    pub minor: f64,
    /// Whether joining's first order counts (R9).
    pub count_first: bool,
    /// By strategy: what it costs itself.
    pub strategies: Vec<FixedCosts>,
}

/// What happens to a message on one channel.
#[derive(Clone, Debug)]
pub struct ContactTable {
    /// Address label of the channel.
    pub label: Label,
    /// Price of a billed message in nano-units of currency.
    pub price: i64,
    /// Whether every sent message is billed; else every delivered one (R17).
    pub billed_on_sent: bool,
    /// Delivered ÷ sent.
    pub delivered: Threshold,
    /// Opened ÷ delivered, by level of affinity.
    pub opened: Vec<Threshold>,
    /// The same for what is delivered within a customer's best hour, where that makes a difference.
    pub opened_at_best: Option<Vec<Threshold>>,
    /// Clicked ÷ opened, by level of affinity.
    pub clicked: Vec<Threshold>,
    /// Replied ÷ opened.
    pub replied: Threshold,
    /// Opt-outs ÷ delivered.
    pub opt_out: Threshold,
    /// From delivery to opening.
    pub open_delay: Delay,
    /// From opening to click.
    pub click_delay: Delay,
    /// From opening to reply.
    pub reply_delay: Delay,
    /// Touch channel where a click lands.
    pub landing: ChannelId,
    /// What it costs whether or not anything is sent.
    pub fixed: FixedCosts,
    /// Price of a billed transactional message.
    pub transactional_price: i64,
    /// Price of a free-form or transactional one within the window, where it is another.
    pub price_in_window: Option<i64>,
    /// Price of a conversation, on top of its messages.
    pub conversation_price: i64,
    /// So many seconds after the customer's last reply the window is open; 0 = there is none.
    pub window: Seconds,
    /// Length of a conversation in seconds; 0 = there are none.
    pub conversation: Seconds,
}

/// What is paid whether or not anything is sent: one customer's part of it, in nano-units of the currency (R56).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixedCosts {
    /// Once, in the first week.
    pub setup: i128,
    /// Evenly until the horizon.
    pub running: i128,
}

impl FixedCosts {
    /// What falls into a week of a horizon that is so many seconds long. The weeks add up to the whole, to the unit.
    pub fn of_week(self, week: usize, horizon: Seconds) -> i128 {
        let until =
            |week: usize| i128::from((week as Seconds * WEEK).min(horizon)) * self.running / i128::from(horizon);
        let setup = if week == 0 { self.setup } else { 0 };
        setup + until(week + 1) - until(week)
    }
}

/// A waiting time in seconds.
#[derive(Clone, Copy, Debug)]
pub enum Delay {
    /// Always the same.
    Fixed(Seconds),
    /// Exponential with this mean.
    Exponential(f64),
    /// exp of a normal variate.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

/// The customers of one segment.
#[derive(Clone, Debug)]
pub struct SegmentTable {
    /// How they came.
    pub joined: Joined,
    /// How often they need something.
    pub rate: Rate,
    /// How they are lost.
    pub dropout: Dropout,
    /// Whether nothing more is sent to the lost (R12).
    pub known_loss: bool,
    /// What an order is worth.
    pub basket: Basket,
    /// Gross margin ÷ revenue in parts per billion.
    pub margin: i64,
    /// Where natural journeys begin: upper end of each channel's part of the pick.
    pub entry: Vec<(Threshold, ChannelId)>,
    /// What a touch leads to in a natural journey, by channel.
    pub natural: Vec<Row>,
    /// The same in journeys that a contact of each campaign opened (raised intent).
    pub contacted: Vec<Vec<Row>>,
    /// Opt-in by channel.
    pub opt_in: Vec<OptIn>,
    /// By channel: share of customers whom it can reach at all; none where every channel reaches everyone.
    pub reach: Option<Vec<Threshold>>,
    /// Upper end of each best hour's part of the pick, and the local hour; empty = nobody has one.
    pub best_hours: Vec<(Threshold, Seconds)>,
    /// Loadings of the common and the own factor of opt-ins; none where they are independent.
    pub opt_in_factors: Option<(f64, f64)>,
}

/// When a customer joins.
#[derive(Clone, Debug)]
pub enum Joined {
    /// Evenly over this many seconds before the start.
    Base(Seconds),
    /// At the start.
    Cohort,
    /// Upper end of each period's part of the pick, and the length of a period.
    Arrivals(Vec<Threshold>, Seconds),
}

/// Needs per second.
#[derive(Clone, Copy, Debug)]
pub enum Rate {
    /// The same for all.
    Fixed(f64),
    /// Gamma-distributed over customers.
    Gamma(Gamma<f64>),
}

/// When a coin is tossed, and how it falls.
#[derive(Clone, Copy, Debug)]
pub enum Dropout {
    /// Never.
    Never,
    /// After each natural need whose journey orders (R11).
    AfterOrder(Coin),
    /// After each journey.
    AfterJourney(Coin),
}

/// The chance to be lost at a coin.
#[derive(Clone, Copy, Debug)]
pub enum Coin {
    /// The same for all, as a threshold.
    Fixed(Threshold),
    /// Beta-distributed over customers.
    Beta(Beta<f64>),
}

/// The worth of an order in units of currency.
#[derive(Clone, Copy, Debug)]
pub enum Basket {
    /// Always the same.
    Fixed(f64),
    /// exp of a normal variate.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// A customer's ν from `spread`, each order from Gamma(`shape`) ÷ ν.
    GammaGamma {
        /// Distribution of a customer's orders times ν.
        order: Gamma<f64>,
        /// Distribution of ν over customers.
        spread: Gamma<f64>,
    },
}

/// What a touch on one channel leads to, by where its word falls: below `order` an order, below a hop's end that hop,
/// else the customer leaves.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Below this the touch ends in an order.
    pub order: Threshold,
    /// Upper end of each hop's part, and where it leads.
    pub hops: Vec<(Threshold, ChannelId)>,
}

/// How a customer's opt-in to one channel is decided.
#[derive(Clone, Copy, Debug)]
pub struct OptIn {
    /// Address label of the channel.
    pub label: Label,
    /// Share of customers, as a threshold.
    pub threshold: Threshold,
    /// The same share as a quantile of the normal distribution.
    pub quantile: f64,
}

/// What a campaign's contacts do beyond their journeys, and what they are billed by.
#[derive(Clone, Debug)]
pub struct CampaignTable {
    /// Chance that an order it caused is a natural order moved forward (R16), as a threshold.
    pub displacement: Threshold,
    /// How far ahead a natural order may be moved, in seconds.
    pub window: Seconds,
    /// By channel: of how many billed units its messages are.
    pub units: Vec<u32>,
    /// Whether it is transactional (R41).
    pub transactional: bool,
    /// Whether it follows no approved template (R55).
    pub free_form: bool,
}

/// Upper end of each weight's part of a pick, a word.
pub(super) fn upper_ends(weights: impl Iterator<Item = f64> + Clone) -> Vec<Threshold> {
    let total: f64 = weights.clone().sum();
    // Sums to 1 up to rounding are shares as they are.
    let total = if (total - 1.0).abs() < 1e-9 { 1.0 } else { total };
    let mut sum = 0.0;
    let mut upper: Vec<Threshold> = weights
        .clone()
        .map(|weight| {
            sum += weight;
            Threshold::new((sum / total).min(1.0))
        })
        .collect();
    // Whatever rounding left over belongs to the last one that has any weight.
    let last = weights.enumerate().filter(|(_, weight)| *weight > 0.0).last().map_or(0, |(place, _)| place);
    upper.iter_mut().skip(last).for_each(|end| *end = Threshold::CERTAIN);
    upper
}

/// Channels by name, as bits: the engine knows sets of channels by their places.
pub(super) fn bits(scenario: &Scenario, names: &[At<String>]) -> u64 {
    let place = |name: &At<String>| scenario.channels.iter().position(|channel| channel.name == name.value);
    names.iter().filter_map(place).fold(0, |bits, place| bits | 1 << place)
}
