//! The customers from whom experiments are drawn: for each one what it does under every arm, as one row of numbers.
//!
//! Rows are small and lie beside each other, since an experiment of 100,000 customers reads as many of them at random. They
//! are what is left of a [`Bank`] when the plan's metrics have been computed; its customers are played in parts, so that
//! the bank of all of them is never in memory at once.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::course::Course;
use crate::abtest::bank::{Bank, COVARIATES, Error, Measure, Stage as Players, covariate, covariate_of};
use crate::abtest::metric::{Kind, Metric};
use crate::abtest::plan::Plan;
use crate::scenario::{DAY, Seconds};
use crate::simulation::{self, Progress};
use crate::world::World;

/// Customers that are played together.
const PART: u64 = 1 << 17;

/// Units that say about where values lie.
const FIRST: usize = 1000;

/// Customers with all their potential outcomes.
#[derive(Clone, Debug)]
pub struct Population {
    /// Names of the arms, the control first.
    pub arms: Vec<String>,
    /// Where the values of each metric of the plan stand in a row.
    pub places: Vec<Place>,
    /// Customers played.
    pub played: u64,
    /// Who they are; empty where they are not customers of a scenario.
    pub whose: Vec<Whose>,
    /// By look: the customers who come with it, in the order of their exposure.
    pub pools: Vec<Range<usize>>,
    /// The primary metric as it is seen by who does not wait until it is mature.
    pub unripe: Option<Place>,
    stride: usize,
    rows: Vec<f64>,
}

/// A customer of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Its number.
    pub customer: u64,
    /// Index of its segment.
    pub segment: u32,
    /// Its exposure on its own clock, in seconds since the midnight with which the scenario starts.
    pub exposed: Seconds,
}

impl Whose {
    /// The day of its exposure, from the scenario's start.
    pub fn day(&self) -> i32 {
        self.exposed.div_euclid(DAY) as i32
    }
}

/// Where the values of a metric stand in a row: by look (if they change from look to look), arm and variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    first: usize,
    arms: usize,
    /// Numerator and denominator of a ratio, else one.
    pub width: usize,
    /// Whether each look has values of its own.
    pub by_look: bool,
    /// Places of its covariates.
    pub covariates: Vec<usize>,
}

impl Place {
    /// Place of a metric's first variable under an arm at a look.
    #[inline]
    pub fn of(&self, look: usize, arm: usize) -> usize {
        let look = if self.by_look { look } else { 0 };
        self.first + (look * self.arms + arm) * self.width
    }
}

/// A plan's rows: what stands where, and how it is computed.
struct Layout {
    measures: Vec<(Measure, Place)>,
    /// Covariates by their number in [`COVARIATES`].
    covariates: Vec<usize>,
    first_covariate: usize,
    /// That of the primary metric before it is mature.
    unripe: Option<(Measure, Place)>,
    stride: usize,
    /// Seconds in which the primary metric matures.
    window: Seconds,
}

impl Layout {
    fn new(bank: &Bank, plan: &Plan, course: &Course) -> Result<Self, Error> {
        let arms = bank.arms.len();
        let window = bank.measure(plan.primary())?.window;
        let (mut stride, mut measures, mut covariates) = (0, Vec::new(), Vec::<usize>::new());
        let calendar = course.first_day.is_some();
        let mut place = |measure: &Measure, by_look: bool| {
            let width = if measure.is_ratio() { 2 } else { 1 };
            let looks = if by_look { course.stages.len() } else { 1 };
            let first = stride;
            stride += looks * arms * width;
            Place { first, arms, width, by_look, covariates: Vec::new() }
        };
        for metric in &plan.metrics {
            let measure = bank.measure(metric)?;
            // What has no end of its own, or a later one than the primary metric, is seen as it stands at the look.
            let by_look = calendar && (measure.window == 0 || measure.window > window);
            let place = place(&measure, by_look);
            measures.push((measure, place));
        }
        let unripe = (calendar && window > 0).then(|| {
            let measure = bank.measure(plan.primary())?;
            let place = place(&measure, false);
            Ok((measure, place))
        });
        let unripe = unripe.transpose()?;
        let first_covariate = stride;
        for ((_, place), metric) in measures.iter_mut().zip(&plan.metrics) {
            for name in metric.covariates.iter().filter(|_| metric.kind.takes_covariates()) {
                let number = covariate(name)?;
                let at = covariates.iter().position(|known| *known == number).unwrap_or_else(|| {
                    covariates.push(number);
                    covariates.len() - 1
                });
                place.covariates.push(first_covariate + at);
            }
        }
        stride += covariates.len();
        Ok(Self { measures, covariates, first_covariate, unripe, stride, window })
    }

    /// The longest time that a metric takes to mature.
    fn longest(&self) -> Seconds {
        self.measures.iter().map(|(measure, _)| measure.window).max().unwrap_or(0)
    }

    /// Fills a row with what a unit does. `local` is its exposure on its own clock.
    fn fill(&self, row: &mut [f64], bank: &Bank, unit: usize, local: Seconds, course: &Course) {
        let followed = bank.followed(unit);
        let mut put = |measure: &Measure, place: &Place, look: usize, before: Option<Seconds>| {
            for arm in 0..bank.arms.len() {
                let at = place.of(look, arm);
                let numbers = before.map_or([f64::NAN; 2], |before| measure.of(bank, arm, unit, before));
                row[at..at + place.width].copy_from_slice(&numbers[..place.width]);
            }
        };
        let whole = |measure: &Measure| if measure.window > 0 { measure.window } else { followed };
        for (measure, place) in &self.measures {
            if !place.by_look {
                put(measure, place, 0, Some(whole(measure)));
                continue;
            }
            for (look, stage) in course.stages.iter().enumerate() {
                let seen = stage.days.map_or(followed, |days| (Seconds::from(days.look) + 1) * DAY - local);
                let before = match measure.window {
                    0 => Some(seen.min(followed)),
                    // The last second of the day is seen, midnight is not.
                    window => (window < seen).then_some(window),
                };
                put(measure, place, look, before.filter(|before| *before > 0));
            }
        }
        if let (Some((measure, place)), Some(days)) = (&self.unripe, course.stages.last().and_then(|stage| stage.days))
        {
            // They look when the last customer has just been exposed.
            let seen = (Seconds::from(days.until) + 1) * DAY - local;
            put(measure, place, 0, Some(seen.min(whole(measure))));
        }
        for (i, &number) in self.covariates.iter().enumerate() {
            row[self.first_covariate + i] = covariate_of(bank, number, unit);
        }
    }
}

/// Units of one pool while it grows.
#[derive(Default)]
struct Pool {
    rows: Vec<f64>,
    whose: Vec<Whose>,
}

impl Pool {
    /// Adds its units to others, in the order of their exposure.
    fn by_exposure(self, stride: usize, all: &mut Self) {
        if self.whose.is_sorted_by_key(|whose| whose.exposed) {
            all.whose.extend(self.whose);
            all.rows.extend(self.rows);
            return;
        }
        let mut order: Vec<usize> = (0..self.whose.len()).collect();
        order.sort_by_key(|&unit| self.whose[unit].exposed);
        for unit in order {
            all.whose.push(self.whose[unit]);
            all.rows.extend_from_slice(&self.rows[unit * stride..(unit + 1) * stride]);
        }
    }
}

impl Population {
    /// Plays customers 0 to `customers` of a world, all uncertain inputs at their typical values, under the arms (indices of
    /// strategies, the control first), and keeps those who take part in a course. They are the same for any number of threads.
    ///
    /// # Errors
    /// [`Error`] as for a [`Bank`]; and where a stage finds nobody to draw from.
    pub fn simulate(
        world: &World,
        plan: &Plan,
        course: &Course,
        play: &simulation::Plan,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let players = Players::new(world, play)?;
        let clocks: Vec<_> = (0..world.segments.len()).map(|segment| world.clock(segment)).collect();
        let midnight = world.scenario.start.0.to_datetime(jiff::civil::Time::midnight());
        // Campaigns come up at few instants.
        let mut locals: HashMap<(u32, Seconds), Seconds> = HashMap::new();
        let pools = if course.first_day.is_some() { course.stages.len() } else { 1 };
        let mut grown: Vec<Pool> = (0..pools).map(|_| Pool::default()).collect();
        let mut layout: Option<Layout> = None;
        let mut arms = Vec::new();
        for first in (0..play.per_draw).step_by(PART as usize) {
            let bank = players.play(first..(first + PART).min(play.per_draw), progress);
            let layout = match &mut layout {
                Some(layout) => layout,
                none => none.insert(Layout::new(&bank, plan, course)?),
            };
            let mut chosen: Vec<Vec<(usize, Seconds)>> = vec![Vec::new(); pools];
            for (i, unit) in bank.units.iter().enumerate() {
                let local = *locals.entry((unit.segment, unit.exposed)).or_insert_with(|| {
                    let local = clocks[unit.segment as usize].local(unit.exposed);
                    local.duration_since(midnight).as_secs()
                });
                let day = local.div_euclid(DAY) as i32;
                let ripe = if course.first_day.is_some() { layout.window } else { layout.longest() };
                let of =
                    |stage: &super::course::Stage| stage.days.is_none_or(|days| days.after < day && day <= days.until);
                if bank.followed(i) >= ripe
                    && let Some(stage) = course.stages.iter().position(of)
                {
                    chosen[stage].push((i, local));
                }
            }
            for (pool, chosen) in grown.iter_mut().zip(&chosen) {
                let from = pool.rows.len();
                pool.rows.resize(from + chosen.len() * layout.stride, 0.0);
                let rows = pool.rows[from..].par_chunks_exact_mut(layout.stride.max(1));
                rows.zip(chosen).for_each(|(row, &(unit, local))| layout.fill(row, &bank, unit, local, course));
                pool.whose.extend(chosen.iter().map(|&(unit, exposed)| {
                    let unit = &bank.units[unit];
                    Whose { customer: unit.customer, segment: unit.segment, exposed }
                }));
            }
            arms = bank.arms;
        }
        let Some(layout) = layout else { return Err(Error::refused("no customers are played", "play at least 2")) };
        let mut all = Pool::default();
        let mut ranges = Vec::new();
        for pool in grown {
            let from = all.whose.len();
            pool.by_exposure(layout.stride, &mut all);
            ranges.push(from..all.whose.len());
        }
        if let Some(empty) = ranges.iter().position(|range| range.len() < 2) {
            return Err(Error::refused(
                format!("of {} simulated customers fewer than two come to look {}", play.per_draw, empty + 1),
                "play more customers, --bank",
            ));
        }
        // Without a calendar all stages draw from the same customers.
        ranges.resize(course.stages.len(), ranges[0].clone());
        Ok(Self {
            arms,
            places: layout.measures.into_iter().map(|(_, place)| place).collect(),
            played: play.per_draw,
            whose: all.whose,
            pools: ranges,
            unripe: layout.unripe.map(|(_, place)| place),
            stride: layout.stride,
            rows: all.rows,
        })
    }

    /// Units whose outcomes are given and not played: by unit, for each metric, for each arm its value (of a ratio: numerator
    /// and denominator). What has a known law can be drawn from them exactly, as 0 0 0 1 has a rate of one quarter.
    ///
    /// # Errors
    /// [`Error::Refused`] for rows of the wrong length, fewer than two of them, and metrics with covariates.
    pub fn given(arms: &[&str], metrics: &[Metric], looks: usize, rows: &[Vec<f64>]) -> Result<Self, Error> {
        let mut stride = 0;
        let places: Vec<Place> = metrics
            .iter()
            .map(|metric| {
                let width = if matches!(metric.kind, Kind::Ratio { .. }) { 2 } else { 1 };
                let first = stride;
                stride += arms.len() * width;
                Place { first, arms: arms.len(), width, by_look: false, covariates: Vec::new() }
            })
            .collect();
        if rows.len() < 2
            || rows.iter().any(|row| row.len() != stride)
            || metrics.iter().any(|m| !m.covariates.is_empty())
        {
            return Err(Error::refused(
                format!("{} rows are no population of units with {stride} numbers", rows.len()),
                "give two rows or more, of all metrics and arms, without covariates",
            ));
        }
        Ok(Self {
            arms: arms.iter().map(|&arm| arm.to_owned()).collect(),
            places,
            played: rows.len() as u64,
            whose: Vec::new(),
            pools: vec![0..rows.len(); looks],
            unripe: None,
            stride,
            rows: rows.concat(),
        })
    }

    /// Units that can be drawn.
    pub fn len(&self) -> usize {
        self.rows.len() / self.stride.max(1)
    }

    /// Whether nobody can be drawn; never.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The numbers of a unit.
    #[inline]
    pub fn row(&self, unit: usize) -> &[f64] {
        &self.rows[unit * self.stride..(unit + 1) * self.stride]
    }

    /// Means of a metric's variables under the control, and of its covariates, over the first units.
    pub(super) fn means(&self, place: &Place) -> Vec<f64> {
        let at = place.of(0, 0);
        let columns: Vec<usize> = (at..at + place.width).chain(place.covariates.iter().copied()).collect();
        let mean = |column: usize| {
            let values = (0..self.len().min(FIRST)).map(|unit| self.row(unit)[column]).filter(|value| !value.is_nan());
            let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        columns.into_iter().map(mean).collect()
    }

    /// Something of each end of a row, which brings it near.
    #[inline]
    pub(super) fn touch(&self, unit: usize) -> u64 {
        let row = self.row(unit);
        row.first().map_or(0, |number| number.to_bits()) ^ row.last().map_or(0, |number| number.to_bits())
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        (size_of_val(&*self.rows) + size_of_val(&*self.whose)) as u64
    }
}

const _: () = assert!(COVARIATES.len() == 4, "a row of a metric has room for as many");
