//! Sums over units, however they come: read from a file or simulated.
//!
//! A [`Collector`] is shown every unit of a test, in passes: `while collector.wants_pass() { for each unit: add; end_pass }`.
//! Most tests need one pass. More are needed where a later number depends on all units together: the end of the data
//! (which units are mature), caps at pooled quantiles, the residuals of a regression on covariates. Between passes
//! nothing is kept of a unit, except for quantiles and survival times, whose values are the sample.
//!
//! ```
//! use channelmix::abtest::collect::{Collector, Layout, Unit};
//! use channelmix::abtest::{Direction, Kind, Metric, Role, Sample};
//! let kind = Kind::Proportion { column: "ordered".into() };
//! let (role, better) = (Role::Primary, Direction::Higher);
//! let ordered = Metric { name: "orders".into(), kind, role, better, covariates: vec![], cap: None, matures: 0, worth: None };
//! let (layout, columns) = Layout::by_name(&[ordered], &[], &[], None)?;
//! assert_eq!(columns, ["ordered"]);
//! let mut collector = Collector::new(layout);
//! while collector.wants_pass() {
//!     for (arm, ordered) in [(0, 0.0), (1, 1.0), (1, 0.0), (0, f64::NAN)] {
//!         collector.add(&Unit { arm, exposed: None, levels: &[], numbers: &[ordered] })?;
//!     }
//!     collector.end_pass(&[0, 1])?;
//! }
//! let found = collector.finish(&["control".into(), "new".into()], &[0, 1], &[]);
//! assert_eq!(found.metrics[0].overall.0[1], Sample::Count { successes: 1, units: 2 });
//! assert_eq!(found.metrics[0].missing, [1, 0]);
//! # Ok::<(), channelmix::abtest::collect::Error>(())
//! ```

mod cells;
mod days;
mod gatherer;
mod layout;
mod regression;
mod selection;

use super::collected::{Collected, Health};
use crate::scenario::{DAY, Seconds};
use crate::stats::moments::Moments;
use days::Days;
pub(in crate::abtest) use days::date;
use gatherer::{Gatherer, State};
pub use layout::{Error, Layout};
use regression::Regression;

/// Arms that a test may have.
pub const MOST_ARMS: usize = 50;
/// Levels that a column of segments may have.
pub const MOST_LEVELS: usize = 1000;
/// Days on which units may be exposed.
pub const MOST_DAYS: usize = 4000;

/// One unit, as the collector sees it.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Which arm it is in.
    pub arm: usize,
    /// When it was exposed, in seconds since the start of 1970 (UTC); without a time it is mature.
    pub exposed: Option<Seconds>,
    /// Its level in each column of segments.
    pub levels: &'a [u32],
    /// Its numbers; NaN = missing.
    pub numbers: &'a [f64],
}

/// What is done with the units of the next pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The last exposure is looked for.
    Survey,
    /// Pooled quantiles are narrowed down.
    Select,
    /// Everything is counted.
    Fill,
    /// Residuals of the regressions.
    Residuals,
    Done,
}

/// Collects [`Collected`] from units. See the [module](self).
#[derive(Clone, Debug)]
pub struct Collector {
    layout: Layout,
    stage: Stage,
    arms: usize,
    rows: u64,
    latest: Option<Seconds>,
    days: Days,
    metrics: Vec<Gatherer>,
    units: Vec<u64>,
    /// By day (as in `days`) and arm.
    exposed: Vec<Vec<u64>>,
    /// By column, level and arm.
    segments: Vec<Vec<Vec<u64>>>,
    /// By column and arm.
    before: Vec<Vec<Moments>>,
    row: Vec<f64>,
}

impl Collector {
    /// Collects nothing yet.
    pub fn new(layout: Layout) -> Self {
        let metrics: Vec<Gatherer> = layout
            .metrics
            .iter()
            .zip(layout.values.iter().zip(&layout.covariates))
            .map(|(metric, (values, covariates))| Gatherer::new(metric, values, covariates, layout.segments.len()))
            .collect();
        let mut collector = Self {
            stage: Stage::Survey,
            arms: 0,
            rows: 0,
            latest: None,
            days: Days::default(),
            metrics,
            units: Vec::new(),
            exposed: Vec::new(),
            segments: vec![Vec::new(); layout.segments.len()],
            before: vec![Vec::new(); layout.before.len()],
            row: Vec::new(),
            layout,
        };
        let windows = collector.layout.metrics.iter().any(|metric| metric.matures > 0);
        if !windows || collector.layout.until.is_some() {
            collector.surveyed();
        }
        collector
    }

    /// Whether the units must be gone through (again).
    pub fn wants_pass(&self) -> bool {
        self.stage != Stage::Done
    }

    /// One unit of this pass; the units come in the same order in each.
    ///
    /// # Errors
    /// [`Error`] where there are too many arms, levels or days.
    pub fn add(&mut self, unit: &Unit) -> Result<(), Error> {
        match self.stage {
            Stage::Survey => self.latest = self.latest.max(unit.exposed),
            Stage::Select => {
                for metric in &mut self.metrics {
                    if metric.state(unit) == State::Counts
                        && let Some(selection) = &mut metric.selection
                    {
                        selection.add(unit.numbers[metric.values[0]]);
                    }
                }
            }
            Stage::Fill => self.fill(unit)?,
            Stage::Residuals => {
                for metric in &mut self.metrics {
                    if metric.regressions.is_empty() || metric.state(unit) != State::Counts {
                        continue;
                    }
                    metric.variables(unit, &mut self.row);
                    if let Some((low, high)) = metric.limits {
                        self.row[0] = self.row[0].max(low).min(high);
                    }
                    metric.regressions.iter_mut().for_each(|regression| regression.add(unit.arm, &self.row));
                }
            }
            Stage::Done => {}
        }
        Ok(())
    }

    fn fill(&mut self, unit: &Unit) -> Result<(), Error> {
        self.rows += 1;
        if unit.arm >= self.arms {
            self.arms = unit.arm + 1;
            if self.arms > MOST_ARMS {
                return Err(Error::Arms);
            }
        }
        self.latest = self.latest.max(unit.exposed);
        *at(&mut self.units, unit.arm, || 0) += 1;
        let day = match unit.exposed {
            None => None,
            Some(exposed) => {
                let day = self.days.place(exposed.div_euclid(DAY))?;
                *at(at(&mut self.exposed, day, Vec::new), unit.arm, || 0) += 1;
                Some(day)
            }
        };
        for ((levels, &level), name) in self.segments.iter_mut().zip(unit.levels).zip(&self.layout.segments) {
            if level as usize >= MOST_LEVELS {
                return Err(Error::Levels(name.clone()));
            }
            *at(at(levels, level as usize, Vec::new), unit.arm, || 0) += 1;
        }
        for ((_, place), arms) in self.layout.before.iter().zip(&mut self.before) {
            let value = unit.numbers[*place];
            if !value.is_nan() {
                at(arms, unit.arm, || Moments::new(1)).add(&[value]);
            }
        }
        for metric in &mut self.metrics {
            metric.fill(unit, day, &mut self.row);
        }
        Ok(())
    }

    /// Ends a pass. `order` lists the arms as they will be told, the control first.
    ///
    /// # Errors
    /// [`Error::EndsEarly`] if watching ended before the last exposure.
    pub fn end_pass(&mut self, order: &[usize]) -> Result<(), Error> {
        match self.stage {
            Stage::Survey => self.surveyed(),
            Stage::Select => {
                let mut open = false;
                for gatherer in &mut self.metrics {
                    if let Some(selection) = &mut gatherer.selection {
                        open |= !selection.end_round();
                    }
                }
                if !open {
                    self.stage = Stage::Fill;
                    self.metrics.iter_mut().zip(&self.layout.metrics).try_for_each(|(g, metric)| g.settle(metric))?;
                }
            }
            Stage::Fill => {
                if let (Some(until), Some(latest)) = (self.layout.until, self.latest)
                    && latest > until
                {
                    return Err(Error::EndsEarly { until, latest });
                }
                for metric in &mut self.metrics {
                    metric.regressions = Regression::of_arms(metric.shape, &metric.overall, order);
                }
                let any = self.metrics.iter().flat_map(|metric| &metric.regressions).any(Regression::wants_pass);
                self.stage = if any { Stage::Residuals } else { Stage::Done };
            }
            Stage::Residuals | Stage::Done => self.stage = Stage::Done,
        }
        Ok(())
    }

    /// Now that the end of the data is known, what is mature is, too.
    fn surveyed(&mut self) {
        let end = self.layout.until.or(self.latest);
        for (gatherer, metric) in self.metrics.iter_mut().zip(&self.layout.metrics) {
            if let (Some(end), true) = (end, metric.matures > 0) {
                gatherer.mature_until = end.saturating_sub(metric.matures);
            }
        }
        let any = self.metrics.iter().any(|metric| metric.selection.is_some());
        self.stage = if any { Stage::Select } else { Stage::Fill };
    }

    /// What was collected. `arms` and `levels` are the names by index; `order` lists the arms, the control first.
    pub fn finish(self, arms: &[String], order: &[usize], levels: &[Vec<String>]) -> Collected {
        let days = self.days;
        let counts = |counts: Vec<u64>| in_order(counts, order, || 0, |n| n);
        let health = Health {
            rows: self.rows,
            exposed: days.named(self.exposed).map(|(day, n)| (day, counts(n))).collect(),
            segments: self
                .layout
                .segments
                .iter()
                .zip(self.segments)
                .zip(levels)
                .map(|((column, of_levels), names)| {
                    (column.clone(), names.iter().cloned().zip(of_levels.into_iter().map(counts)).collect())
                })
                .collect(),
            before: self
                .layout
                .before
                .iter()
                .zip(self.before)
                .map(|((name, _), arms)| (name.clone(), in_order(arms, order, || Moments::new(1), |m| m)))
                .collect(),
            ..Health::default()
        };
        Collected {
            arms: order.iter().map(|&arm| arms[arm].clone()).collect(),
            units: counts(self.units),
            metrics: self
                .metrics
                .into_iter()
                .zip(&self.layout.metrics)
                .map(|(gatherer, metric)| gatherer.measured(metric, &days, levels, order))
                .collect(),
            health,
        }
    }
}

/// The entry at a place of a list, which grows to it.
#[inline]
fn at<T>(list: &mut Vec<T>, place: usize, empty: impl FnMut() -> T) -> &mut T {
    if place >= list.len() {
        list.resize_with(place + 1, empty);
    }
    &mut list[place]
}

/// A list by arm, in the order in which arms are told; arms that it does not reach have the empty entry.
fn in_order<T, U>(list: Vec<T>, order: &[usize], empty: impl Fn() -> T, told: impl Fn(T) -> U) -> Vec<U> {
    let mut list: Vec<Option<T>> = list.into_iter().map(Some).collect();
    order.iter().map(|&arm| told(list.get_mut(arm).and_then(Option::take).unwrap_or_else(&empty))).collect()
}
