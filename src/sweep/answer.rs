//! Which value is best, and which are not clearly worse.
//!
//! The best is the one with the highest expected objective (the lowest, of a cost). Every other one is held against it by the
//! paired difference of the same customers. With exact rates the interval of that difference is Student's at the level
//! 1 − 0.05 ÷ (k − 1) on one side, k the number of candidates, and never less than the usual 95 %: then what is best in
//! truth is among the best and those not clearly worse with a chance of at least 95 %, however many values are tried
//! (subset selection after Gupta 1965, with Bonferroni's bound in place of Dunnett's). With uncertain inputs it is the
//! plain 90 % interval over draws (R25), which says how the inputs decide, and is not corrected.

use serde::Serialize;

use super::key::plain;
use super::{Key, Opened, Played, Sweep, finding};
use crate::compare::{Setup, worth_of_an_order};
use crate::measures::{Better, Estimate, MEASURES, Measure, Series, Unit, measures_of, unseen_beside};
use crate::scenario::NONE;
use crate::simulation::Plan;
use crate::stats::student;

/// The answer, ready to be shown or written as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The scenario's name.
    pub scenario: String,
    /// Sentences, the most important one first.
    pub findings: Vec<String>,
    /// What was played at every point.
    pub setup: Setup,
    /// What was swept.
    pub keys: Vec<Key>,
    /// Key of the measure by which the best is chosen.
    pub objective: &'static str,
    /// Names of the strategies, in the order of the file, `none` last.
    pub strategies: Vec<String>,
    /// Every measure at every point under every strategy.
    pub lines: Vec<Line>,
    /// What a reader must know to read the numbers.
    pub notes: Vec<String>,
}

/// A measure at one point under one strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Number of the point, from 1.
    pub point: usize,
    /// The first key.
    pub key_1: String,
    /// Its value as written.
    pub value_1: String,
    /// The value's number, a duration in days; none for words.
    pub number_1: Option<f64>,
    /// The second key, if there is one.
    pub key_2: Option<String>,
    /// Its value as written.
    pub value_2: Option<String>,
    /// The value's number, a duration in days; none for words.
    pub number_2: Option<f64>,
    /// The strategy.
    pub strategy: String,
    /// The measure's key.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `money`, `share` or `number`.
    pub unit: &'static str,
    /// `higher`, `lower` or `neither`.
    pub better: &'static str,
    /// The estimate; none where the measure is undefined.
    pub value: Option<f64>,
    /// Its interval's lower end.
    pub low: Option<f64>,
    /// Its interval's upper end.
    pub high: Option<f64>,
    /// The interval's level.
    pub level: Option<f64>,
    /// Standard error from the finite number of customers.
    pub monte_carlo_error: Option<f64>,
    /// Difference from the best point of the same strategy.
    pub difference_from_own_best: Option<f64>,
    /// Lower end.
    pub difference_from_own_best_low: Option<f64>,
    /// Upper end.
    pub difference_from_own_best_high: Option<f64>,
    /// Whether it is the best of its strategy, or how it compares with that.
    pub standing_under_strategy: Option<Standing>,
    /// Difference from the best of all points and strategies.
    pub difference_from_best: Option<f64>,
    /// Lower end.
    pub difference_from_best_low: Option<f64>,
    /// Upper end.
    pub difference_from_best_high: Option<f64>,
    /// Whether it is the best of all, or how it compares with that.
    pub standing: Option<Standing>,
}

/// How a candidate compares with the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is the best.
    Best,
    /// Exactly as good, for every customer.
    Same,
    /// The interval of the difference contains 0.
    NotClearlyWorse,
    /// It does not.
    ClearlyWorse,
}

impl Standing {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Same => "the same",
            Self::NotClearlyWorse => "not clearly worse",
            Self::ClearlyWorse => "clearly worse",
        }
    }
}

/// Compares what was played at the points; `objective` says which measure decides in the findings.
pub fn answer(
    sweep: &Sweep,
    opened: &Opened,
    plan: &Plan,
    played: &[Vec<Played>],
    objective: &'static Measure,
) -> Answer {
    let world = &opened.points[0].world;
    let strategies: Vec<String> = plan.strategies.iter().map(|&s| world.strategies[s].name.clone()).collect();
    let books = Books { sweep, opened, plan, played, none: strategies.iter().position(|name| name == NONE) };
    let setup = Setup {
        seed: plan.seed,
        customers: plan.customers(),
        draws: plan.draws,
        uncertain_inputs: opened.points.iter().map(|point| point.world.uncertain.len()).max().unwrap_or(0),
        population: world.scenario.population,
        days: world.horizon as f64 / 86_400.0,
        currency: world.currency.code.clone(),
        baseline: None,
        equal_spend: false,
    };
    let says = |measure: &usize| {
        opened
            .points
            .iter()
            .any(|point| measures_of(&point.world.scenario).any(|own| own.key == MEASURES[*measure].key))
    };
    let lines = (0..MEASURES.len()).filter(says).flat_map(|measure| books.lines(measure, &strategies)).collect();
    let mut answer = Answer {
        scenario: world.scenario.name.clone(),
        findings: Vec::new(),
        notes: Vec::new(),
        keys: sweep.keys.clone(),
        objective: objective.key,
        strategies,
        setup,
        lines,
    };
    answer.notes = finding::notes(sweep, opened, &answer, objective);
    answer.findings = finding::sentences(sweep, opened, &answer, objective);
    answer
}

impl Answer {
    /// Keys of the measures that are told, in the order of [`MEASURES`].
    pub fn measures(&self) -> impl Iterator<Item = &'static str> {
        MEASURES.iter().map(|measure| measure.key).filter(|key| self.of(key).next().is_some())
    }

    /// The lines of a measure.
    pub fn of(&self, measure: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.measure == measure)
    }
}

/// A point and a strategy's place in the plan.
type Place = (usize, usize);

/// What was played, and how it is to be read.
struct Books<'a> {
    sweep: &'a Sweep,
    opened: &'a Opened,
    plan: &'a Plan,
    played: &'a [Vec<Played>],
    none: Option<usize>,
}

/// A candidate held against the best.
struct Held {
    place: Place,
    difference: Option<Estimate>,
    standing: Standing,
}

impl Books<'_> {
    fn at(&self, place: Place) -> &Played {
        &self.played[place.0][place.1]
    }

    fn series(&self, place: Place, measure: usize) -> Option<&Series> {
        self.at(place).series[measure].as_ref()
    }

    /// Mean over draws of a measure by its key.
    fn mean(&self, place: Place, key: &str) -> Option<f64> {
        let values = self.series(place, MEASURES.iter().position(|measure| measure.key == key)?)?.values();
        Some(values.iter().sum::<f64>() / values.len() as f64)
    }

    /// How much a difference may miss because too few customers order differently.
    fn unseen(&self, measure: usize, one: Place, other: Place) -> Option<f64> {
        let (own, theirs) = (self.at(one), self.at(other));
        if own.acts_as == theirs.acts_as || own.series == theirs.series {
            return None;
        }
        let differ = own.orders.iter().zip(&theirs.orders).filter(|(a, b)| a != b).count();
        let orders = unseen_beside(differ, self.plan.customers())?;
        worth_of_an_order(&MEASURES[measure], |key| self.mean(other, key)).map(|worth| worth * orders)
    }

    /// The estimate of a measure, as `compare` gives it for the scenario of the point.
    fn estimate(&self, place: Place, measure: usize) -> Option<Estimate> {
        let what = &MEASURES[measure];
        let none = self.none.filter(|_| matches!(what.key, "incremental_profit" | "incremental_orders"));
        let unseen = none.and_then(|none| self.unseen(measure, place, (place.0, none)));
        Some(Estimate::of(self.series(place, measure)?).widened(unseen).within(what))
    }

    fn lines(&self, measure: usize, strategies: &[String]) -> Vec<Line> {
        let points = 0..self.played.len();
        let own: Vec<Held> = (0..strategies.len())
            .flat_map(|strategy| self.hold(measure, points.clone().map(|point| (point, strategy)).collect()))
            .collect();
        let all = self.hold(measure, points.clone().flat_map(|p| (0..strategies.len()).map(move |s| (p, s))).collect());
        let of = |held: &[Held], place: Place| {
            let held = held.iter().find(|held| held.place == place)?;
            Some((held.difference.clone(), held.standing))
        };
        let places = points.flat_map(|point| (0..strategies.len()).map(move |strategy| (point, strategy)));
        let line = |place: Place| {
            let what = &MEASURES[measure];
            let value = |key: usize| {
                let key_at = self.sweep.keys.get(key)?;
                Some((key_at.key.clone(), &key_at.values[self.opened.points[place.0].values[key]]))
            };
            let (first, second) = (value(0), value(1));
            let estimate = self.estimate(place, measure);
            let (own, all) = (of(&own, place), of(&all, place));
            let difference = |held: &Option<(Option<Estimate>, Standing)>, pick: fn(&Estimate) -> f64| {
                held.as_ref().and_then(|(difference, _)| difference.as_ref()).map(pick)
            };
            Line {
                point: place.0 + 1,
                key_1: first.as_ref().map_or_else(String::new, |(key, _)| key.clone()),
                value_1: first.as_ref().map_or_else(String::new, |(_, value)| value.text.clone()),
                number_1: first.as_ref().and_then(|(_, value)| value.number),
                key_2: second.as_ref().map(|(key, _)| key.clone()),
                value_2: second.as_ref().map(|(_, value)| value.text.clone()),
                number_2: second.as_ref().and_then(|(_, value)| value.number),
                strategy: strategies[place.1].clone(),
                measure: what.key,
                name: what.name,
                unit: match what.unit {
                    Unit::Money => "money",
                    Unit::Share => "share",
                    Unit::Number => "number",
                },
                better: match what.better {
                    Better::Higher => "higher",
                    Better::Lower => "lower",
                    Better::Neither => "neither",
                },
                value: estimate.as_ref().map(|estimate| estimate.value),
                low: estimate.as_ref().map(|estimate| estimate.interval.low),
                high: estimate.as_ref().map(|estimate| estimate.interval.high),
                level: estimate.as_ref().map(|estimate| estimate.interval.level),
                monte_carlo_error: estimate.as_ref().map(|estimate| estimate.monte_carlo_error),
                difference_from_own_best: difference(&own, |d| d.value),
                difference_from_own_best_low: difference(&own, |d| d.interval.low),
                difference_from_own_best_high: difference(&own, |d| d.interval.high),
                standing_under_strategy: own.as_ref().map(|(_, standing)| *standing),
                difference_from_best: difference(&all, |d| d.value),
                difference_from_best_low: difference(&all, |d| d.interval.low),
                difference_from_best_high: difference(&all, |d| d.interval.high),
                standing: all.as_ref().map(|(_, standing)| *standing),
            }
        };
        places.map(line).collect()
    }

    /// Holds candidates against the best of them; none of them for a measure of which neither more nor less is better.
    fn hold(&self, measure: usize, mut places: Vec<Place>) -> Vec<Held> {
        let sign = match MEASURES[measure].better {
            Better::Higher => 1.0,
            Better::Lower => -1.0,
            Better::Neither => return Vec::new(),
        };
        places.retain(|&place| self.series(place, measure).is_some());
        let value = |place: Place| sign * self.estimate(place, measure).map_or(f64::NAN, |estimate| estimate.value);
        // Of equals the one with the smaller values, whatever the order of writing.
        let before = |a: Place, b: Place| self.rank(b.0).cmp(&self.rank(a.0)).then(b.1.cmp(&a.1));
        let best = places.iter().copied().max_by(|&a, &b| value(a).total_cmp(&value(b)).then_with(|| before(a, b)));
        let Some(best) = best else { return Vec::new() };
        let mut others: Vec<Place> = places.iter().map(|&place| self.at(place).from).collect();
        others.sort_unstable();
        others.dedup();
        let others = others.len().saturating_sub(1).max(1);
        let held = |place: Place| {
            let series = self.series(place, measure)?.minus(self.series(best, measure)?)?;
            let unseen = self.unseen(measure, place, best);
            let difference = for_many(Estimate::of(&series), series.batches(), others).widened(unseen);
            let (low, high) = (difference.interval.low, difference.interval.high);
            let standing = if place == best {
                Standing::Best
            } else if low == 0.0 && high == 0.0 {
                Standing::Same
            } else if low <= 0.0 && high >= 0.0 {
                Standing::NotClearlyWorse
            } else {
                Standing::ClearlyWorse
            };
            Some(Held { place, standing, difference: (place != best).then_some(difference) })
        };
        places.into_iter().filter_map(held).collect()
    }

    /// The order of points by their values, the same for any order of writing: numbers ascend already, words by letters.
    fn rank(&self, point: usize) -> Vec<(Option<usize>, &str)> {
        let values = self.sweep.keys.iter().zip(&self.opened.points[point].values);
        let rank = values.map(|(key, &value)| {
            let own = &key.values[value];
            (own.number.map(|_| value), plain(&own.text))
        });
        rank.collect()
    }
}

/// The interval of one of many differences from the best; see the top of this file.
fn for_many(mut difference: Estimate, batches: usize, others: usize) -> Estimate {
    if difference.noise_share.is_none() {
        let degrees = batches.saturating_sub(1).max(1) as f64;
        let level = (1.0 - 0.05 / others as f64).max(0.975);
        let half = student::quantile(level, degrees) * difference.monte_carlo_error;
        difference.interval.low = difference.value - half;
        difference.interval.high = difference.value + half;
    }
    difference
}
