//! What goes wrong if the same experiments are analysed otherwise, or are not what they seem.
//!
//! Each pitfall is judged on the first treatment and the control, by plain tests of one look unless it is about looks.

use rayon::prelude::*;

use super::certificate::{Kept, Mean, Pitfall, Rate};
use super::course::Course;
use super::draw::Lottery;
use super::population::{Place, Population};
use super::setting::Setting;
use super::truth::{self, Limits, NO_LIMITS, Truth, numbers};
use crate::abtest::collected::Sample;
use crate::abtest::contrast::Contrast;
use crate::abtest::metric::{Direction, Kind, Metric};
use crate::simulation::Progress;
use crate::stats::bayes::{self, Beta};
use crate::stats::moments::Shifted;
use crate::stats::{Error, normal, sample_ratio};

/// Experiments of a pitfall at most: what goes wrong is seldom a matter of a tenth of a percentage point.
pub const MOST: u64 = 2000;
/// Share of the treatment's units without anything to show that get lost between assignment and data.
const LOST: f64 = 0.05;
/// Below this p-value the sample-ratio gate withholds the verdict.
const BLOCKS: f64 = 0.001;
/// The chance to be better at which a Bayesian stops.
const SURE: f64 = 0.95;
/// And the chance that he is wrong where nothing differs, for one look.
const UNSURE: f64 = 0.05;

/// What the pitfalls are about.
pub struct Pitfalls<'a> {
    /// The plan and its customers.
    pub setting: &'a Setting,
    /// Shares of the arms, the control first.
    pub shares: &'a [f64],
    /// How often somebody looks who peeks.
    pub peeks: usize,
    /// Experiments.
    pub experiments: u64,
    /// Addresses all draws.
    pub seed: u64,
}

/// What became of one experiment in which nothing differs.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    crossed: bool,
    sure_at_a_look: bool,
    sure_at_the_end: bool,
    unpooled: bool,
    crossed_with_loss: bool,
    /// By the gate of the sample ratio.
    stopped: bool,
    by_rows: bool,
}

/// What one arm's units come to.
#[derive(Clone, Debug)]
struct Tally {
    units: u64,
    successes: u64,
    /// Of a proportion none: the counts are all there is to know.
    sums: Option<Shifted>,
}

impl Tally {
    fn new(metric: &Metric, near: &[f64]) -> Self {
        let counted = matches!(metric.kind, Kind::Proportion { .. });
        Self { units: 0, successes: 0, sums: (!counted).then(|| Shifted::new(near)) }
    }

    #[inline]
    fn add(&mut self, row: [f64; 2], width: usize) {
        self.units += 1;
        self.successes += u64::from(row[0] != 0.0);
        if let Some(sums) = &mut self.sums {
            sums.add(&row[..width]);
        }
    }
}

/// Control and first treatment.
struct Pair<'a> {
    kind: &'a Kind,
    width: usize,
    arms: [Tally; 2],
}

impl<'a> Pair<'a> {
    fn new(metric: &'a Metric, place: &Place, population: &Population) -> Self {
        let near = population.means(place);
        let tally = Tally::new(metric, &near[..place.width]);
        Self { kind: &metric.kind, width: place.width, arms: [tally.clone(), tally] }
    }

    /// The same without units.
    fn empty(&self) -> Self {
        let tally = |tally: &Tally| {
            let mut sums = tally.sums.clone();
            sums.iter_mut().for_each(Shifted::clear);
            Tally { units: 0, successes: 0, sums }
        };
        Self { kind: self.kind, width: self.width, arms: [tally(&self.arms[0]), tally(&self.arms[1])] }
    }

    #[inline]
    fn add(&mut self, arm: usize, row: Option<[f64; 2]>) {
        if let (Some(row), Some(tally)) = (row, self.arms.get_mut(arm)) {
            tally.add(row, self.width);
        }
    }

    fn contrast(&self) -> Option<Contrast> {
        let sample = |tally: &Tally| match &tally.sums {
            None => Sample::Count { successes: tally.successes, units: tally.units },
            Some(sums) => Sample::Moments(sums.moments()),
        };
        Contrast::of(self.kind, &sample(&self.arms[0]), &sample(&self.arms[1])).ok()
    }

    /// The score by which the two rates differ if each arm's variance is taken from its own rate.
    fn unpooled(&self) -> f64 {
        let rate = |tally: &Tally| tally.successes as f64 / tally.units as f64;
        let variance = |tally: &Tally| rate(tally) * (1.0 - rate(tally)) / tally.units as f64;
        let [c, t] = &self.arms;
        (rate(t) - rate(c)) / (variance(c) + variance(t)).sqrt()
    }

    /// The score by which two ratios differ if each row (a message, not a customer) counts as a unit of its own.
    fn by_rows(&self) -> f64 {
        let [Some(c), Some(t)] = [&self.arms[0].sums, &self.arms[1].sums] else { return f64::NAN };
        let (rows_c, rows_t) = (c.sum(1), t.sum(1));
        let pooled = (c.sum(0) + t.sum(0)) / (rows_c + rows_t);
        let variance = pooled * (1.0 - pooled) * (1.0 / rows_c + 1.0 / rows_t);
        (t.sum(0) / rows_t - c.sum(0) / rows_c) / variance.sqrt()
    }

    /// Chance that the treatment is better, for a flat prior: exact where it matters, else by the normal law.
    fn chance(&self, contrast: &Contrast, better: Direction) -> Result<f64, Error> {
        let sign = if better == Direction::Higher { 1.0 } else { -1.0 };
        let [c, t] = contrast.errors();
        let chance = normal::sf(-sign * contrast.difference() / (c * c + t * t).sqrt());
        let unsure = (chance - SURE).abs() > 0.03 && (1.0 - chance - SURE).abs() > 0.03;
        if unsure || !matches!(self.kind, Kind::Proportion { .. }) {
            return Ok(chance);
        }
        let posterior = |tally: &Tally| Beta::new(1.0, 1.0)?.after(tally.successes, tally.units);
        let best = bayes::choice_of_rates(&[posterior(&self.arms[0])?, posterior(&self.arms[1])?])?.best[1];
        Ok(if sign > 0.0 { best } else { 1.0 - best })
    }
}

impl<'a> Pitfalls<'a> {
    /// All that can be played.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn all(&self, progress: &dyn Progress) -> Result<Vec<Pitfall>, Error> {
        let mut all = self.without_effect(progress)?;
        all.extend(self.with_effect(progress)?);
        Ok(all)
    }

    fn primary(&self) -> (usize, &'a Metric) {
        let at = self.setting.plan.metrics.iter().position(|metric| metric.name == self.setting.plan.primary().name);
        (at.unwrap_or(0), self.setting.plan.primary())
    }

    /// The caps of the primary metric, at quantiles those of the whole population.
    fn limits(&self) -> Limits {
        let (at, metric) = self.primary();
        truth::limits(
            &self.setting.population,
            &self.setting.population.places[at],
            metric,
            self.last(),
            self.shares,
            1.0,
        )
    }

    fn lottery(&self, parts: &[f64]) -> Lottery<'a> {
        Lottery::new(self.setting, self.seed, parts)
    }

    fn last(&self) -> usize {
        self.setting.course.stages.len() - 1
    }

    fn critical(&self) -> f64 {
        -normal::quantile(self.setting.plan.design.alpha / 2.0)
    }

    /// Every experiment's answer, in their order.
    fn each<T: Send>(
        &self,
        progress: &dyn Progress,
        play: impl Fn(u64) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        (0..self.experiments)
            .into_par_iter()
            .map(|number| {
                progress.advance(1);
                play(number)
            })
            .collect()
    }

    fn rate(&self, of: impl Iterator<Item = bool>) -> Result<Rate, Error> {
        Rate::new(of.filter(|wrong| *wrong).count() as u64, self.experiments)
    }

    /// What calls a difference where there is none: looks that no plan knows of, tests that are not those of the plan, units that
    /// get lost in one arm only, rows that are no units.
    fn without_effect(&self, progress: &dyn Progress) -> Result<Vec<Pitfall>, Error> {
        let (at, metric) = self.primary();
        let place = &self.setting.population.places[at];
        let rows = self.rows();
        let (last, critical, limits) = (self.last(), self.critical(), self.limits());
        let steps: Vec<f64> = (1..=self.peeks).map(|peek| peek as f64 / self.peeks as f64).collect();
        let course = Course::evenly(self.setting.course.units(), &steps);
        let lottery = self.lottery(&[LOST]).looking(&course);
        let share = self.shares[0] / (self.shares[0] + self.shares[1]);
        let population = &self.setting.population;
        let none = Pair::new(metric, place, population);
        let no_rows = rows.map(|(metric, place)| Pair::new(metric, place, population));
        let seen = self.each(progress, |number| {
            let (mut all, mut kept) = (none.empty(), none.empty());
            let mut by_row = no_rows.as_ref().map(Pair::empty);
            let mut seen = Seen::default();
            for stage in 0..course.stages.len() {
                lottery.stage(number, stage, |drawn| {
                    let row = numbers(drawn.row, place, last, 0, limits);
                    all.add(drawn.arm, row);
                    // Nobody notices that some of those who did nothing are missing in one of the arms.
                    let lost = drawn.arm == 1 && drawn.beyond == 0 && row.is_some_and(|row| row[0] == 0.0);
                    kept.add(drawn.arm, row.filter(|_| !lost));
                    if let (Some(pair), Some((_, place))) = (&mut by_row, rows) {
                        pair.add(drawn.arm, numbers(drawn.row, place, last, 0, NO_LIMITS));
                    }
                });
                let Some(contrast) = all.contrast() else { continue };
                seen.crossed |= contrast.z(0.0).abs() > critical;
                seen.sure_at_the_end = all.chance(&contrast, metric.better)? > SURE;
                seen.sure_at_a_look |= seen.sure_at_the_end;
            }
            seen.unpooled = all.unpooled().abs() > critical;
            seen.crossed_with_loss = kept.contrast().is_some_and(|contrast| contrast.z(0.0).abs() > critical);
            let units = [kept.arms[0].units, kept.arms[1].units];
            seen.stopped = sample_ratio::fixed(&units, &[share, 1.0 - share])?.alarm(BLOCKS);
            seen.by_rows = by_row.is_some_and(|pair| pair.by_rows().abs() > critical);
            Ok(seen)
        })?;
        self.told(&seen, course.stages.len(), metric, rows.map(|(metric, _)| metric))
    }

    /// What became of experiments in which nothing differs, in words.
    fn told(&self, seen: &[Seen], looks: usize, metric: &Metric, rows: Option<&Metric>) -> Result<Vec<Pitfall>, Error> {
        let (plan, alpha) = (&self.setting.plan, self.setting.plan.design.alpha);
        let rate = |of: fn(&Seen) -> bool| self.rate(seen.iter().map(of));
        let false_alarm = |name, what, rate: Rate, sentence: &dyn Fn(String) -> String| {
            pitfall(name, what, ("false alarms", "none"), (rate, alpha), sentence)
        };
        let false_win = |name, what, rate: Rate| {
            pitfall(name, what, ("false wins", "none"), (rate, UNSURE), |rate| {
                format!("ships a treatment that changes nothing in {rate} of tests")
            })
        };
        let stopped = percent(rate(|seen| seen.stopped)?.share);
        let mut all = vec![
            false_alarm(
                "peeking",
                format!("look {looks} times and stop at p < {alpha}"),
                rate(|seen| seen.crossed)?,
                &|rate| {
                    format!("calls a difference where there is none in {rate} of A/A tests, not in {}", percent(alpha))
                },
            ),
            false_win(
                "chance to win, peeking",
                format!("look {looks} times and ship at a 95 % chance to be better (flat prior)"),
                rate(|seen| seen.sure_at_a_look)?,
            ),
            false_win(
                "chance to win, once",
                "look once and ship at a 95 % chance to be better (flat prior)".to_owned(),
                rate(|seen| seen.sure_at_the_end)?,
            ),
            false_alarm(
                "sample ratio ignored",
                format!(
                    "lose {} of the treatment's {}s without any {}, and analyse the rest",
                    percent(LOST),
                    plan.unit,
                    metric.name
                ),
                rate(|seen| seen.crossed_with_loss)?,
                &|rate| {
                    format!(
                        "calls a difference where there is none in {rate} of tests; of them all the sample-ratio gate stops {stopped}"
                    )
                },
            ),
        ];
        if matches!(metric.kind, Kind::Proportion { .. }) {
            all.push(false_alarm(
                "unpooled z",
                "look once, by a z-test with each arm's own variance".to_owned(),
                rate(|seen| seen.unpooled)?,
                &|rate| format!("calls a difference where there is none in {rate} of A/A tests"),
            ));
        }
        if let Some(metric) = rows {
            all.push(false_alarm(
                "rows for units",
                format!("take each row of {} for a {} of its own", metric.name, plan.unit),
                rate(|seen| seen.by_rows)?,
                &|rate| format!("calls a difference of {} where there is none in {rate} of A/A tests", metric.name),
            ));
        }
        Ok(all)
    }

    /// A ratio whose rows (messages, visits) could be taken for units: only where each row has a 0 or a 1 are the sums all
    /// there is to know.
    fn rows(&self) -> Option<(&'a Metric, &'a Place)> {
        let population = &self.setting.population;
        let mut metrics = self.setting.plan.metrics.iter().zip(&population.places);
        let (metric, place) = metrics.find(|(metric, _)| matches!(metric.kind, Kind::Ratio { .. }))?;
        let of = |unit: usize| numbers(population.row(unit), place, self.last(), 0, NO_LIMITS);
        let counts = |[above, below]: [f64; 2]| above >= 0.0 && above <= below && above.fract() == 0.0;
        (0..population.len()).all(|unit| of(unit).is_none_or(counts)).then_some((metric, place))
    }

    /// Effects that are not the one that is meant.
    fn with_effect(&self, progress: &dyn Progress) -> Result<Vec<Pitfall>, Error> {
        let (at, metric) = self.primary();
        let place = &self.setting.population.places[at];
        let (last, critical, alpha) = (self.last(), self.critical(), self.setting.plan.design.alpha);
        let limits = self.limits();
        let lottery = self.lottery(&[1.0]);
        let of = |population: &Population| {
            Truth::new(population, &self.setting.course, &population.places[at], last, limits).effect(1, 1.0)
        };
        let truth = of(&self.setting.population);
        let mut all = Vec::new();
        // Of all experiments, whether the interval misses a value, and the estimate.
        let misses = |place: &Place, truth: f64| {
            let none = Pair::new(metric, place, &self.setting.population);
            self.each(progress, |number| {
                let mut pair = none.empty();
                lottery.units(number, |drawn| {
                    pair.add(drawn.arm, numbers(drawn.row, place, last, drawn.arm, limits));
                });
                let contrast = pair.contrast();
                let missed = contrast.as_ref().is_none_or(|contrast| contrast.z(truth).abs() > critical);
                Ok((missed, contrast.map_or(f64::NAN, |contrast| contrast.difference() - truth)))
            })
        };
        if let Some(unripe) = &self.setting.population.unripe {
            let seen = misses(unripe, truth)?;
            let mut found = pitfall(
                "judged too early",
                format!(
                    "look when the last {} has just been exposed, and do not wait until {} is mature",
                    self.setting.plan.unit, metric.name
                ),
                ("intervals that miss the truth", "customers' own"),
                (self.rate(seen.iter().map(|seen| seen.0))?, alpha),
                |rate| format!("gives an interval without the mature effect in {rate} of tests"),
            );
            found.bias = Some(Mean::of(seen.iter().map(|seen| seen.1)));
            all.push(found);
        }
        if let Some((alone, campaigns)) = &self.setting.alone {
            let seen = misses(place, of(alone))?;
            let mut found = pitfall(
                "another campaign",
                format!("let {campaigns} run across all arms, and take the result for the effect without it"),
                ("intervals that miss the truth", "customers' own"),
                (self.rate(seen.iter().map(|seen| seen.0))?, alpha),
                |rate| {
                    format!("gives an interval without the effect that there is without {campaigns} in {rate} of tests")
                },
            );
            found.bias = Some(Mean::of(seen.iter().map(|seen| seen.1)));
            all.push(found);
        }
        Ok(all)
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (1000.0 * share).round() / 10.0)
}

fn pitfall(
    name: &'static str,
    what: String,
    (of, effect): (&'static str, &'static str),
    (rate, promised): (Rate, f64),
    sentence: impl Fn(String) -> String,
) -> Pitfall {
    let kept = rate.at_most(promised);
    let shown = format!("{} % ({}–{})", one(rate.share), one(rate.low), one(rate.high));
    let sentence = format!("{}: {}", sentence(shown), if kept == Kept::Holds { "harmless here" } else { kept.name() });
    Pitfall { name, what, of, effect, rate, promised, kept, bias: None, sentence }
}

fn one(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}
