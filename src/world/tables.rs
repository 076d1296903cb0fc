//! The numbers of one draw, ready for the engine: thresholds, prices in nano-units, samplers that cannot fail.

use rand_distr::{Beta, Gamma};

use super::draws::Draw;
use super::{ChannelId, World, affinity, demand, journeys};
use crate::luck::{Label, Threshold};
use crate::scenario::{self, Billing, Channel, Click, Lapse, Problem, RateBasis, Seconds, Segment};
use crate::stats::normal;

/// Everything numeric about a world in one draw.
#[derive(Clone, Debug)]
pub struct Tables {
    /// By channel; none where it carries no messages.
    pub contacts: Vec<Option<ContactTable>>,
    /// By segment.
    pub segments: Vec<SegmentTable>,
    /// By campaign.
    pub campaigns: Vec<CampaignTable>,
    /// Minor units of the currency in one unit.
    pub minor: f64,
    /// Whether joining's first order counts (R9).
    pub count_first: bool,
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
    /// Clicked ÷ opened, by level of affinity.
    pub clicked: Vec<Threshold>,
    /// Opt-outs ÷ delivered.
    pub opt_out: Threshold,
    /// From delivery to opening.
    pub open_delay: Delay,
    /// From opening to click.
    pub click_delay: Delay,
    /// Touch channel where a click lands.
    pub landing: ChannelId,
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

/// What a campaign's contacts do beyond their journeys.
#[derive(Clone, Copy, Debug)]
pub struct CampaignTable {
    /// Chance that an order it caused is a natural order moved forward (R16), as a threshold.
    pub displacement: Threshold,
    /// How far ahead a natural order may be moved, in seconds.
    pub window: Seconds,
}

/// Compiles the numbers of one draw.
pub(super) fn compile(world: &World, draw: Draw) -> Result<Tables, Problem> {
    let scenario = &world.scenario;
    let segments = scenario.segments.iter().map(|segment| self::segment(world, segment, draw));
    let segments = segments.collect::<Result<Vec<_>, _>>()?;
    let scale = match scenario.rates {
        RateBasis::Living => 1.0,
        RateBasis::List => 1.0 / demand::living_share_of_all(scenario, draw),
    };
    let contacts = scenario.channels.iter().map(|channel| contact(scenario, channel, scale, draw)).collect();
    let campaigns = scenario.campaigns.iter().map(|campaign| CampaignTable {
        displacement: Threshold::new(draw.value(&campaign.displacement)),
        window: campaign.displacement_window,
    });
    Ok(Tables {
        contacts,
        segments,
        campaigns: campaigns.collect(),
        minor: world.currency.minor(),
        count_first: scenario.count_first,
    })
}

fn contact(scenario: &scenario::Scenario, channel: &Channel, scale: f64, draw: Draw) -> Option<ContactTable> {
    let contact = channel.contact.as_ref()?;
    let open = (draw.value(&contact.open_rate) * scale).min(1.0);
    let click_to_open = match &contact.click {
        Click::PerOpened(rate) => draw.value(rate),
        Click::PerDelivered(rate) if open > 0.0 => (draw.value(rate) * scale / open).min(1.0),
        Click::PerDelivered(_) => 0.0,
    };
    let (opened, clicked) = affinity::thresholds(open, click_to_open, contact.affinity_spread);
    let landing = contact.landing.value.iter().find_map(|name| {
        scenario.channels.iter().position(|other| other.name == name.value && other.order_rate.is_some())
    });
    Some(ContactTable {
        label: Label::of(&channel.name),
        price: (draw.value(&contact.cost_per_message) * 1e9).round() as i64,
        billed_on_sent: contact.billed_on == Billing::Sent,
        delivered: Threshold::new(draw.value(&contact.delivery_rate)),
        opened,
        clicked,
        opt_out: Threshold::new((draw.value(&contact.opt_out_rate) * scale).min(1.0)),
        open_delay: delay(&contact.open_delay, draw),
        click_delay: delay(&contact.click_delay, draw),
        landing: landing.unwrap_or(0) as ChannelId,
    })
}

fn delay(delay: &scenario::Delay, draw: Draw) -> Delay {
    match delay {
        scenario::Delay::Fixed(span) => Delay::Fixed(draw.value(span).round() as Seconds),
        scenario::Delay::Exponential(mean) => Delay::Exponential(draw.value(mean)),
        scenario::Delay::LogNormal { median, p90 } => {
            let mu = libm::log(draw.value(median));
            // Where the two ranges overlap a draw may cross them; nobody is then slower than the median.
            let sigma = (libm::log(draw.value(p90)) - mu).max(0.0) / normal::quantile(0.9);
            Delay::LogNormal { mu, sigma }
        }
    }
}

fn segment(world: &World, segment: &Segment, draw: Draw) -> Result<SegmentTable, Problem> {
    let scenario = &world.scenario;
    let natural = journeys::rows(scenario, segment, 1.0, draw);
    let contacted = scenario.campaigns.iter().map(|c| journeys::rows(scenario, segment, draw.value(&c.intent), draw));
    let correlation = segment.opt_in_correlation;
    let demand = demand::compile(scenario, segment, draw)?;
    let opt_in = scenario.channels.iter().enumerate().map(|(i, channel)| {
        let own = segment.opt_in.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
        let share = own.or_else(|| channel.contact.as_ref()?.opt_in.as_ref());
        let share = share.filter(|_| channel.contact.is_some()).map_or(0.0, |share| draw.value(share));
        OptIn { label: world.channel_label(i), threshold: Threshold::new(share), quantile: normal::quantile(share) }
    });
    Ok(SegmentTable {
        joined: joined(&segment.joined),
        rate: demand.rate,
        dropout: demand.dropout,
        known_loss: segment.lapse == Lapse::Known,
        basket: basket(&segment.basket, draw)?,
        margin: (draw.value(&segment.gross_margin) * 1e9).round() as i64,
        entry: journeys::entry(scenario, segment),
        natural,
        contacted: contacted.collect(),
        opt_in: opt_in.collect(),
        opt_in_factors: (correlation > 0.0).then(|| (correlation.sqrt(), (1.0 - correlation).sqrt())),
    })
}

fn joined(joined: &scenario::Joined) -> Joined {
    match joined {
        scenario::Joined::Base { age } => Joined::Base(*age),
        scenario::Joined::Cohort => Joined::Cohort,
        scenario::Joined::Arrivals { every, counts } => {
            let total: f64 = counts.iter().sum();
            let mut sum = 0.0;
            let mut upper: Vec<Threshold> = counts
                .iter()
                .map(|count| {
                    sum += count;
                    Threshold::new((sum / total).min(1.0))
                })
                .collect();
            let last = counts.iter().rposition(|&count| count > 0.0).unwrap_or(0);
            upper[last..].fill(Threshold::CERTAIN);
            Joined::Arrivals(upper, *every)
        }
    }
}

fn basket(basket: &scenario::Basket, draw: Draw) -> Result<Basket, Problem> {
    Ok(match basket {
        scenario::Basket::Fixed(money) => Basket::Fixed(draw.value(money)),
        scenario::Basket::LogNormal { mean, cv } => {
            let variance = libm::log1p(draw.value(cv) * draw.value(cv));
            Basket::LogNormal { mu: libm::log(draw.value(mean)) - 0.5 * variance, sigma: variance.sqrt() }
        }
        scenario::Basket::GammaGamma { p, q, gamma } => {
            let (shape, spread, scale) = (draw.value(p), draw.value(q), draw.value(gamma));
            let bad = || {
                Problem::error(
                    format!("a basket with p = {shape}, q = {spread}, gamma = {scale} cannot be drawn"),
                    gamma.at.unwrap_or_else(nowhere),
                )
            };
            let order = Gamma::new(shape, 1.0).map_err(|_| bad())?;
            Basket::GammaGamma { order, spread: Gamma::new(spread, 1.0 / scale).map_err(|_| bad())? }
        }
    })
}

/// For values that the user did not write; a default never fails, so nobody is sent there.
pub(super) fn nowhere() -> scenario::Place {
    scenario::Place::default()
}
