//! Which strategy is better for the same customers, by how much, and how sure that is.
//!
//! [`compare`] is a pure function of a world and its tallies: it plays nothing. [`hangs_on`] says which inputs the answer
//! hangs on; [`finding`] puts it into sentences.

mod channels;
mod finding;
mod hangs_on;
mod numbers;
mod segments;

use serde::Serialize;

pub use channels::{ChannelRates, Rate, realised_rates};
pub use hangs_on::{End, HangsOn, InputEffect, Switching, hangs_on};
pub use numbers::{chance, count, decimal, money, number, percent, show};
pub use segments::{SegmentAnswer, by_segment};

use crate::measures::{
    Better, EqualSpend, Estimate, Form, Measure, Series, Unit, measure, measures_of, series, series_at_share,
    share_of_years_above_zero, unseen_orders,
};
use crate::scenario::NONE;
use crate::simulation::Plan;
use crate::tally::{ChannelCount, Tallies};
use crate::world::World;

/// What is compared with what.
#[derive(Clone, Debug)]
pub struct Question {
    /// The strategy from which differences are taken; none = no differences (`run`).
    pub baseline: Option<String>,
    /// Whether every strategy gets the spend of the cheapest (R29).
    pub equal_spend: bool,
}

/// The answer, ready to be shown or written as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The scenario's name.
    pub scenario: String,
    /// Sentences, the most important one first.
    pub findings: Vec<String>,
    /// What was played.
    pub setup: Setup,
    /// Every measure of every strategy.
    pub measures: Vec<MeasureRow>,
    /// What the difference in profit hangs on, by strategy.
    pub hangs_on: Vec<HangsOn>,
    /// Stated and realised rates of each channel (R13).
    pub channels: Vec<ChannelRates>,
    /// What a reader must know to read the numbers.
    pub notes: Vec<String>,
}

/// What was played.
#[derive(Clone, Debug, Serialize)]
pub struct Setup {
    /// Addresses all luck.
    pub seed: u64,
    /// Customers played, over all draws.
    pub customers: u64,
    /// Draws of the uncertain inputs.
    pub draws: u64,
    /// Inputs that are uncertain.
    pub uncertain_inputs: usize,
    /// The firm's customers.
    pub population: u64,
    /// Days that customers are followed.
    pub days: f64,
    /// Code of the currency of all money.
    pub currency: String,
    /// From which strategy differences are taken.
    pub baseline: Option<String>,
    /// Whether every strategy gets the spend of the cheapest.
    pub equal_spend: bool,
}

/// One measure under every strategy.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureRow {
    /// Its name in files.
    pub measure: &'static str,
    /// Its name in tables.
    pub name: &'static str,
    /// Numerator ÷ denominator in words.
    pub definition: &'static str,
    /// What the number is: `money`, `share` or `number`.
    pub unit: &'static str,
    /// By strategy.
    pub strategies: Vec<Cell>,
    #[serde(skip)]
    pub(crate) what: &'static Measure,
}

/// A measure under one strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The strategy's name.
    pub strategy: String,
    /// The estimate; none where the measure is undefined ("–").
    pub estimate: Option<Estimate>,
    /// The paired difference from the baseline.
    pub difference: Option<Difference>,
}

/// A paired difference: the same customers under two strategies.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// This strategy − baseline.
    pub estimate: Estimate,
    /// This strategy ÷ baseline − 1.
    pub relative: Option<Estimate>,
    /// Share of the shrunken draws in which this strategy is better (R26); none without uncertain inputs or where neither
    /// way is better.
    pub probability_better: Option<f64>,
    /// Share of single years of this firm in which this strategy is better (R26), customer luck and Monte Carlo error; none at
    /// equal spend.
    pub share_of_years_better: Option<f64>,
    /// Standard deviation of the firm's total over single years (R27), customer luck only: how far one year's difference
    /// scatters around the expected one. None for a measure that is no total, and at equal spend.
    pub outcome_spread: Option<f64>,
    /// Whether so few customers order differently that the batches cannot tell the error; the interval is then widened by
    /// what may have gone unseen, and nothing is said of probabilities.
    pub too_rare: bool,
    /// Variance of the difference if each strategy had customers of its own ÷ variance of the paired difference.
    pub pairing_gain: Option<f64>,
}

impl Answer {
    /// The estimate of a measure under a strategy by its place in the tallies.
    pub fn estimate(&self, measure: &str, strategy: usize) -> Option<&Estimate> {
        self.measures.iter().find(|row| row.measure == measure)?.strategies.get(strategy)?.estimate.as_ref()
    }
}

/// Answers a question from tallies.
pub fn compare(world: &World, plan: &Plan, tallies: &Tallies, question: &Question) -> Answer {
    let books = Books::new(world, tallies, question);
    let measures: Vec<MeasureRow> = measures_of(&world.scenario).map(|measure| row(&books, measure)).collect();
    let hangs_on = hanging(&books, world, plan);
    let setup = Setup {
        seed: plan.seed,
        customers: tallies.customers(),
        draws: tallies.draws(),
        uncertain_inputs: world.uncertain.len(),
        population: world.scenario.population,
        days: world.horizon as f64 / 86_400.0,
        currency: world.currency.code.clone(),
        baseline: question.baseline.clone(),
        equal_spend: question.equal_spend,
    };
    let mut answer = Answer {
        scenario: world.scenario.name.clone(),
        findings: Vec::new(),
        notes: finding::notes(world, &setup, &measures),
        // The rest are not played at a share of the customers.
        channels: if question.equal_spend { Vec::new() } else { realised_rates(world, tallies) },
        setup,
        measures,
        hangs_on,
    };
    answer.notes.extend(books.shares_in_words());
    answer.notes.extend(books.displacement_in_words());
    answer.findings = finding::sentences(&answer);
    answer
}

/// What an order more or less is worth in a measure per customer, from the means of others; none for the rest.
pub(crate) fn worth_of_an_order(measure: &Measure, mean: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let worth = match measure.key {
        "orders" | "incremental_orders" | "ordering" => Some(1.0),
        // An order keeps one customer more, of those who count in retention; in a base or cohort all do.
        "retention" => mean("retention").map(|_| 1.0),
        "revenue" => mean("average_order_value"),
        "profit" | "incremental_profit" | "margin" => {
            // Of a unit of revenue as much is margin whether an order brings it or a fee.
            let of_revenue = mean("margin").zip(mean("revenue")).map(|(margin, revenue)| margin / revenue);
            of_revenue.zip(mean("average_order_value")).map(|(share, value)| share * value)
        }
        _ => None,
    };
    worth.filter(|worth| worth.is_finite())
}

/// Tallies together with how they are to be read.
struct Books<'a> {
    tallies: &'a Tallies,
    none: Option<usize>,
    minor: f64,
    population: u64,
    baseline: Option<usize>,
    /// At equal spend: who gets how much.
    equal: Option<EqualSpend>,
}

impl<'a> Books<'a> {
    fn new(world: &World, tallies: &'a Tallies, question: &Question) -> Self {
        let none = tallies.strategy(NONE);
        let baseline = question.baseline.as_ref().and_then(|name| tallies.strategy(name));
        let equal = (question.equal_spend && none.is_some()).then(|| EqualSpend::new(tallies));
        Self { tallies, none, minor: world.currency.minor(), population: world.scenario.population, baseline, equal }
    }

    /// How many customers each strategy is applied to at equal spend.
    fn shares_in_words(&self) -> Option<String> {
        let equal = self.equal.as_ref()?;
        let mean = |shares: &Vec<f64>| shares.iter().sum::<f64>() / shares.len() as f64;
        let named = self.tallies.strategies.iter().zip(&equal.shares).enumerate();
        let words = named.filter(|(index, _)| Some(*index) != self.none);
        let words = words.map(|(_, (strategy, shares))| format!("{} {}", strategy.name, percent(mean(shares))));
        Some(format!("Share of the customers, mean over draws: {}.", words.collect::<Vec<_>>().join(", ")))
    }

    /// How many of the orders that contacts brought were natural orders moved forward (R16): a displacement of one half moves
    /// far fewer, since most customers would not have ordered within its window.
    fn displacement_in_words(&self) -> Option<String> {
        let share = |strategy: &crate::tally::StrategyTallies| {
            let of = |count| strategy.totals.iter().map(|row| row.total(count)).sum::<i128>() as f64;
            let (all, moved) = (of(ChannelCount::ContactOrders), of(ChannelCount::DisplacedOrders));
            (moved > 0.0).then(|| format!("{} {}", strategy.name, percent(moved / all)))
        };
        let told: Vec<String> = self.tallies.strategies.iter().filter_map(share).collect();
        let told = (!told.is_empty()).then(|| told.join(", "))?;
        Some(format!(
            "Of the orders that contacts brought, natural orders moved forward: {told} (R16: only an order that would have come within the displacement window can be moved)."
        ))
    }

    /// How much a difference between two strategies may miss because [too few](unseen_orders) order differently: orders at
    /// the mean worth that an order of the second one has in the measure.
    fn unseen(&self, measure: &Measure, strategy: usize, other: usize) -> Option<f64> {
        let orders = unseen_orders(self.tallies, strategy, other)?;
        let mean = |key: &str| {
            let values = series(self.tallies, crate::measures::measure(key)?, other, self.none, self.minor)?.values();
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        worth_of_an_order(measure, mean).map(|worth| worth * orders)
    }

    /// The estimate of a measure under one strategy. What is incremental is a difference from `none`, and may miss as much.
    fn estimate(&self, measure: &Measure, strategy: usize, series: &Series) -> Estimate {
        let none = self.none.filter(|_| matches!(measure.key, "incremental_profit" | "incremental_orders"));
        let unseen = none.and_then(|none| self.unseen(measure, strategy, none));
        Estimate::of(series).widened(unseen).within(measure)
    }

    fn series(&self, measure: &Measure, strategy: usize) -> Option<Series> {
        match (&self.equal, self.none) {
            (Some(equal), Some(none)) if strategy != none => {
                series_at_share(self.tallies, measure, strategy, none, self.minor, equal)
            }
            _ => series(self.tallies, measure, strategy, self.none, self.minor),
        }
    }
}

fn row(books: &Books<'_>, measure: &'static Measure) -> MeasureRow {
    let baseline = books.baseline.and_then(|baseline| books.series(measure, baseline));
    let cells = books.tallies.strategies.iter().enumerate().map(|(index, strategy)| {
        let own = books.series(measure, index);
        let pair = own.as_ref().zip(baseline.as_ref()).filter(|_| books.baseline != Some(index));
        Cell {
            strategy: strategy.name.clone(),
            difference: pair.and_then(|(own, base)| difference(books, measure, index, own, base)),
            estimate: own.as_ref().map(|own| books.estimate(measure, index, own)),
        }
    });
    let unit = match measure.unit {
        Unit::Money => "money",
        Unit::Share => "share",
        Unit::Number => "number",
    };
    let (name, definition) = (measure.name, measure.definition);
    MeasureRow { measure: measure.key, name, definition, unit, strategies: cells.collect(), what: measure }
}

fn difference(
    books: &Books<'_>,
    measure: &Measure,
    strategy: usize,
    own: &Series,
    base: &Series,
) -> Option<Difference> {
    let series = own.minus(base)?;
    let unseen = books.unseen(measure, strategy, books.baseline?);
    let estimate = Estimate::of(&series).widened(unseen);
    let above = estimate.probability_above_zero().filter(|_| unseen.is_none());
    // At equal spend a year also draws who is picked, which no batch has played.
    let played = books.equal.is_none();
    let years = (played && unseen.is_none()).then(|| share_of_years_above_zero(&series, &estimate, books.population));
    let better = |above: f64| match measure.better {
        Better::Higher => Some(above),
        Better::Lower => Some(1.0 - above),
        Better::Neither => None,
    };
    let paired = series.noise();
    Some(Difference {
        // What is too rare for its own interval is too rare for a ratio.
        relative: own
            .relative_to(base)
            .filter(|_| unseen.is_none())
            .map(|relative| no_less_than_nothing(measure, Estimate::of(&relative))),
        too_rare: unseen.is_some(),
        probability_better: above.and_then(better),
        share_of_years_better: years.and_then(better),
        outcome_spread: (played && measure.form == Form::Total)
            .then(|| (series.variance_per_customer() * books.population as f64).sqrt()),
        pairing_gain: (paired > 0.0).then(|| (own.noise() + base.noise()) / paired),
        estimate,
    })
}

/// What is never below 0 cannot fall by more than all of itself.
fn no_less_than_nothing(measure: &Measure, mut relative: Estimate) -> Estimate {
    if !matches!(measure.key, "profit" | "incremental_profit" | "incremental_orders") {
        relative.interval.low = relative.interval.low.max(relative.value.min(-1.0));
    }
    relative
}

/// What the difference in profit hangs on, for each strategy.
fn hanging(books: &Books<'_>, world: &World, plan: &Plan) -> Vec<HangsOn> {
    let (Some(baseline), Some(profit)) = (books.baseline, measure("profit")) else { return Vec::new() };
    let Some(base) = books.series(profit, baseline) else { return Vec::new() };
    let others = (0..books.tallies.strategies.len()).filter(|&index| index != baseline && Some(index) != books.none);
    others
        .filter_map(|index| {
            let difference = books.series(profit, index)?.minus(&base)?;
            hangs_on(world, plan, &books.tallies.strategies[index].name, &difference)
        })
        .collect()
}
