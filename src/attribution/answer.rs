//! Attributed against incremental: by channel, by campaign, and for pairs of channels.

use serde::Serialize;

use super::{Variants, finding};
use crate::compare::{Setup, worth_of_an_order};
use crate::measures::{Estimate, Measure, combined, measure, ratio, unseen_beside, without_fixed_part};
use crate::simulation::Plan;
use crate::tally::{ChannelCount, CustomerCount, Row, StepCount, Tallies};

/// The answer, ready to be shown or written as JSON. All amounts are per customer over the horizon.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The scenario's name.
    pub scenario: String,
    /// Sentences, the most important one first.
    pub findings: Vec<String>,
    /// What was played.
    pub setup: Setup,
    /// The strategy whose messages are looked at.
    pub strategy: String,
    /// Window of last-click attribution in days.
    pub window_days: f64,
    /// The whole strategy, its channels, its campaigns.
    pub lines: Vec<Line>,
    /// What two channels do together, by measure.
    pub pairs: Vec<Pair>,
    /// Whether what the channels bring adds up, by measure.
    pub sums: Vec<Sum>,
    /// What a reader must know to read the numbers.
    pub notes: Vec<String>,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All messages of the strategy, against `none`.
    All,
    /// One channel.
    Channel,
    /// One campaign.
    Campaign,
}

/// What last click credits a part with, and what is missing without it.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it is about.
    pub part: Part,
    /// Name of the strategy, channel or campaign.
    pub name: String,
    /// Messages sent.
    pub sent: f64,
    /// Contact spend.
    pub spend: f64,
    /// Orders that last click credits it with.
    pub attributed_orders: f64,
    /// Lower end; none of a campaign, which is not counted by batch.
    pub attributed_orders_low: Option<f64>,
    /// Upper end.
    pub attributed_orders_high: Option<f64>,
    /// Orders in journeys that its messages opened.
    pub contact_orders: f64,
    /// Orders with the whole strategy − orders without this part.
    pub incremental_orders: Option<f64>,
    /// Lower end.
    pub incremental_orders_low: Option<f64>,
    /// Upper end.
    pub incremental_orders_high: Option<f64>,
    /// Incremental ÷ attributed orders; none where nothing is attributed.
    pub incremental_share: Option<f64>,
    /// Lower end; none of a campaign, and where too few customers order differently.
    pub incremental_share_low: Option<f64>,
    /// Upper end.
    pub incremental_share_high: Option<f64>,
    /// Revenue that last click credits it with.
    pub attributed_revenue: f64,
    /// Revenue with the whole strategy − without this part.
    pub incremental_revenue: Option<f64>,
    /// Lower end.
    pub incremental_revenue_low: Option<f64>,
    /// Upper end.
    pub incremental_revenue_high: Option<f64>,
    /// Profit with the whole strategy − without this part: whether it pays.
    pub incremental_profit: Option<f64>,
    /// Lower end.
    pub incremental_profit_low: Option<f64>,
    /// Upper end.
    pub incremental_profit_high: Option<f64>,
    /// Level of the intervals.
    pub level: Option<f64>,
}

/// What two channels do together, in one measure.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// A channel.
    pub one: String,
    /// Another one.
    pub other: String,
    /// The measure's key.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What both bring together − what each brings to the other's rest: v(S) − v(S∖a) − v(S∖b) + v(S∖ab).
    pub interaction: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What that means.
    pub together: Together,
}

/// What two channels are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Together {
    /// Without one the other does more: what both bring is less than the sum.
    StandIn,
    /// Together they bring more than the sum.
    Help,
    /// Neither, for no customer.
    Apart,
    /// The interval contains 0.
    Unclear,
}

impl Together {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::StandIn => "stand in for each other",
            Self::Help => "help each other",
            Self::Apart => "do nothing to each other",
            Self::Unclear => "unclear",
        }
    }
}

/// Whether what the channels bring adds up, in one measure.
#[derive(Clone, Debug, Serialize)]
pub struct Sum {
    /// The measure's key.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The strategy − `none`.
    pub total: f64,
    /// Lower end.
    pub total_low: f64,
    /// Upper end.
    pub total_high: f64,
    /// Sum over channels of what is missing without each alone.
    pub sum_of_parts: f64,
    /// Lower end.
    pub sum_of_parts_low: f64,
    /// Upper end.
    pub sum_of_parts_high: f64,
    /// Total − sum: what is there as long as any of several channels is, or (below 0) takes several.
    pub shared: f64,
    /// Lower end.
    pub shared_low: f64,
    /// Upper end.
    pub shared_high: f64,
}

/// What is asked of every part.
const MEASURES: [&str; 3] = ["orders", "revenue", "profit"];

/// Makes the answer from what was counted under all variants.
pub fn answer(variants: &Variants, plan: &Plan, tallies: &Tallies) -> Answer {
    let world = &variants.world;
    let scenario = &world.scenario;
    let setup = Setup {
        seed: plan.seed,
        customers: tallies.customers(),
        draws: tallies.draws(),
        uncertain_inputs: world.uncertain.len(),
        population: scenario.population,
        days: world.horizon as f64 / 86_400.0,
        currency: world.currency.code.clone(),
        baseline: None,
        equal_spend: false,
    };
    let books = Books { variants, tallies, minor: world.currency.minor() };
    let mut answer = Answer {
        scenario: scenario.name.clone(),
        findings: Vec::new(),
        strategy: variants.name.clone(),
        window_days: scenario.attribution.window as f64 / 86_400.0,
        lines: books.lines(),
        pairs: books.pairs(),
        sums: MEASURES.iter().filter_map(|key| books.sum(measure(key)?)).collect(),
        notes: Vec::new(),
        setup,
    };
    answer.notes = finding::notes(&answer);
    answer.findings = finding::sentences(&answer);
    answer
}

impl Answer {
    /// The lines of one kind of part.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.part == part)
    }

    /// The window of last-click attribution in words.
    pub fn window(&self) -> String {
        finding::days(self.window_days)
    }
}

/// Tallies, and how they are to be read.
struct Books<'a> {
    variants: &'a Variants,
    tallies: &'a Tallies,
    minor: f64,
}

/// Strategies with their weights.
type Terms = [(f64, usize)];

impl Books<'_> {
    /// The strategy − a variant.
    fn without(variant: usize) -> [(f64, usize); 2] {
        [(1.0, Variants::WHOLE), (-1.0, variant)]
    }

    fn row(&self, strategy: usize, batch: usize) -> &Row {
        &self.tallies.strategies[strategy].totals[batch]
    }

    /// A weighted sum of strategies, with its interval; wider where hardly anyone orders differently.
    fn estimate(&self, measure: &Measure, terms: &Terms) -> Option<Estimate> {
        let none = Some(self.variants.none());
        let series = combined(self.tallies, measure, terms, none, self.minor)?;
        let unseen = self.unseen(terms).and_then(|orders| {
            let worth = worth_of_an_order(measure, |key| self.mean(key))?;
            Some(orders * worth)
        });
        Some(Estimate::of(&series).widened(unseen))
    }

    /// The mean of a measure under the whole strategy.
    fn mean(&self, key: &str) -> Option<f64> {
        let series = crate::measures::series(
            self.tallies,
            measure(key)?,
            Variants::WHOLE,
            Some(self.variants.none()),
            self.minor,
        )?;
        let values = series.values();
        Some(values.iter().sum::<f64>() / values.len() as f64)
    }

    /// Orders per customer that may have gone unseen, if so few batches differ that they cannot tell the error. Where nothing
    /// at all differs, nobody does anything else, and nothing went unseen.
    fn unseen(&self, terms: &Terms) -> Option<f64> {
        let width = self.tallies.layout.width();
        let batches = 0..self.tallies.batches.len();
        let is_nothing = |batch: usize| {
            let row =
                |&(weight, strategy): &(f64, usize)| (weight as i128, without_fixed_part(self.row(strategy, batch)));
            let rows: Vec<_> = terms.iter().map(row).collect();
            (0..width).all(|place| rows.iter().map(|(weight, row)| weight * row.counts[place]).sum::<i128>() == 0)
        };
        if batches.clone().all(is_nothing) {
            return None;
        }
        let differs = |batch: &usize| {
            [ChannelCount::Orders, ChannelCount::Revenue].iter().any(|&count| {
                let of = |&(weight, strategy): &(f64, usize)| weight as i128 * self.row(strategy, *batch).total(count);
                terms.iter().map(of).sum::<i128>() != 0
            })
        };
        unseen_beside(batches.filter(differs).count(), self.tallies.customers())
    }

    fn lines(&self) -> Vec<Line> {
        let variants = self.variants;
        let world = &variants.world;
        let mut lines = vec![self.line(Part::All, variants.name.clone(), variants.none(), None)];
        for (place, &channel) in variants.channels.iter().enumerate() {
            let channel = usize::from(channel);
            let name = world.channels[channel].name.clone();
            lines.push(self.line(Part::Channel, name, variants.without_channel(place), Some(channel)));
        }
        for (place, &campaign) in variants.campaigns.iter().enumerate() {
            let name = world.campaigns[usize::from(campaign)].clone();
            let line = self.line(Part::Campaign, name, variants.without_campaign(place), None);
            lines.push(self.of_campaign(line, usize::from(campaign)));
        }
        lines
    }

    /// A line about all channels or one of them.
    fn line(&self, part: Part, name: String, without: usize, channel: Option<usize>) -> Line {
        let counted = |count: ChannelCount, batch: usize| {
            let row = self.row(Variants::WHOLE, batch);
            channel.map_or_else(|| row.total(count), |channel| row.at(count, channel)) as f64
        };
        let joined = |batch: usize| self.row(Variants::WHOLE, batch).customers(CustomerCount::Joined) as f64;
        let per_customer = |count: ChannelCount, unit: f64| {
            ratio(self.tallies, |batch| counted(count, batch) / unit, joined).map(|series| Estimate::of(&series))
        };
        let value = |count, unit| per_customer(count, unit).map_or(0.0, |estimate| estimate.value);
        let attributed = per_customer(ChannelCount::AttributedOrders, 1.0);
        let terms = Self::without(without);
        let of = |key: &str| self.estimate(measure(key)?, &terms);
        let [orders, revenue, profit] = MEASURES.map(of);
        let fewer = |batch: usize| {
            let orders = |strategy| self.row(strategy, batch).total(ChannelCount::Orders);
            (orders(Variants::WHOLE) - orders(without)) as f64
        };
        let share = ratio(self.tallies, fewer, |batch| counted(ChannelCount::AttributedOrders, batch));
        let share = share.map(|series| Estimate::of(&series));
        let sure = share.as_ref().filter(|_| self.unseen(&terms).is_none());
        Line {
            part,
            name,
            sent: value(ChannelCount::Sent, 1.0),
            spend: value(ChannelCount::Spend, 1e9),
            attributed_orders: attributed.as_ref().map_or(0.0, |estimate| estimate.value),
            attributed_orders_low: attributed.as_ref().map(|estimate| estimate.interval.low.max(0.0)),
            attributed_orders_high: attributed.as_ref().map(|estimate| estimate.interval.high),
            contact_orders: value(ChannelCount::ContactOrders, 1.0),
            incremental_orders: orders.as_ref().map(|estimate| estimate.value),
            incremental_orders_low: orders.as_ref().map(|estimate| estimate.interval.low),
            incremental_orders_high: orders.as_ref().map(|estimate| estimate.interval.high),
            incremental_share: share.as_ref().map(|estimate| estimate.value),
            incremental_share_low: sure.map(|estimate| estimate.interval.low),
            incremental_share_high: sure.map(|estimate| estimate.interval.high),
            attributed_revenue: value(ChannelCount::AttributedRevenue, self.minor),
            incremental_revenue: revenue.as_ref().map(|estimate| estimate.value),
            incremental_revenue_low: revenue.as_ref().map(|estimate| estimate.interval.low),
            incremental_revenue_high: revenue.as_ref().map(|estimate| estimate.interval.high),
            incremental_profit: profit.as_ref().map(|estimate| estimate.value),
            incremental_profit_low: profit.as_ref().map(|estimate| estimate.interval.low),
            incremental_profit_high: profit.as_ref().map(|estimate| estimate.interval.high),
            level: orders.as_ref().map(|estimate| estimate.interval.level),
        }
    }

    /// The same with the counts of a campaign, which are kept for the whole simulation only.
    fn of_campaign(&self, line: Line, campaign: usize) -> Line {
        let whole = &self.tallies.strategies[Variants::WHOLE];
        let customers = whole.totals.iter().map(|row| row.customers(CustomerCount::Joined)).sum::<i128>() as f64;
        let steps = || {
            let steps = self.variants.whole().steps().zip(&whole.flows.steps);
            steps.filter(move |((own, ..), _)| usize::from(*own) == campaign).map(|(_, row)| row)
        };
        let sum =
            |count: StepCount, unit: f64| steps().map(|row| row.of(count)).sum::<i128>() as f64 / unit / customers;
        let attributed = sum(StepCount::AttributedOrders, 1.0);
        let share = line.incremental_orders.filter(|_| attributed > 0.0).map(|orders| orders / attributed);
        Line {
            sent: sum(StepCount::Sent, 1.0),
            spend: sum(StepCount::Spend, 1e9),
            attributed_orders: attributed,
            attributed_orders_low: None,
            attributed_orders_high: None,
            contact_orders: sum(StepCount::Orders, 1.0),
            incremental_share: share,
            incremental_share_low: None,
            incremental_share_high: None,
            attributed_revenue: sum(StepCount::AttributedRevenue, self.minor),
            ..line
        }
    }

    fn pairs(&self) -> Vec<Pair> {
        let variants = self.variants;
        let name = |place: usize| variants.world.channels[usize::from(variants.channels[place])].name.clone();
        let pair = |(place, &(one, other)): (usize, &(usize, usize)), key: &str| {
            let measure = measure(key)?;
            let terms = [
                (1.0, Variants::WHOLE),
                (-1.0, variants.without_channel(one)),
                (-1.0, variants.without_channel(other)),
                (1.0, variants.without_pair(place)),
            ];
            let estimate = self.estimate(measure, &terms)?;
            let (low, high) = (estimate.interval.low, estimate.interval.high);
            let together = match (low, high) {
                (0.0, 0.0) => Together::Apart,
                (_, high) if high < 0.0 => Together::StandIn,
                (low, _) if low > 0.0 => Together::Help,
                _ => Together::Unclear,
            };
            Some(Pair {
                one: name(one),
                other: name(other),
                measure: measure.key,
                name: measure.name,
                interaction: estimate.value,
                low,
                high,
                together,
            })
        };
        let of = |key: &'static str| variants.pairs.iter().enumerate().filter_map(move |own| pair(own, key));
        MEASURES.into_iter().flat_map(of).collect()
    }

    fn sum(&self, measure: &'static Measure) -> Option<Sum> {
        let variants = self.variants;
        let channels = variants.channels.len();
        let total = Self::without(variants.none());
        let without = |place| (-1.0, variants.without_channel(place));
        let mut parts = vec![(channels as f64, Variants::WHOLE)];
        parts.extend((0..channels).map(without));
        // Total − sum of parts, of which the strategy itself is in both.
        let mut shared = vec![(1.0 - channels as f64, Variants::WHOLE), (-1.0, variants.none())];
        shared.extend((0..channels).map(|place| (1.0, variants.without_channel(place))));
        let [total, parts, shared] =
            [self.estimate(measure, &total)?, self.estimate(measure, &parts)?, self.estimate(measure, &shared)?];
        Some(Sum {
            measure: measure.key,
            name: measure.name,
            total: total.value,
            total_low: total.interval.low,
            total_high: total.interval.high,
            sum_of_parts: parts.value,
            sum_of_parts_low: parts.interval.low,
            sum_of_parts_high: parts.interval.high,
            shared: shared.value,
            shared_low: shared.interval.low,
            shared_high: shared.interval.high,
        })
    }
}
