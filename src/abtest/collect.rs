//! Sums over units, however they come: read from a file or simulated.
//!
//! A [`Collector`] is shown every unit of a test, in passes: `while collector.wants_pass() { for each unit: add; end_pass }`.
//! Most tests need one pass. More are needed where a later number depends on all units together: the end of the data
//! (which units are mature), caps at pooled quantiles, the residuals of a regression on covariates. Between passes
//! nothing is kept of a unit, except for quantiles and survival times, whose values are the sample.

mod cells;
mod regression;
mod selection;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::collected::{Capped, Cell, Collected, Health, Measured};
use super::metric::{Cap, Kind, Metric};
use crate::scenario::{DAY, Seconds};
use crate::stats::moments::Moments;
use cells::{Gathered, Shape};
use regression::Regression;
use selection::Selection;

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

/// What is to be collected, and which of a unit's numbers it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The metrics.
    pub metrics: Vec<Metric>,
    /// For each metric, the places of its values in [`Unit::numbers`], in the order of [`Kind::columns`].
    pub values: Vec<Vec<usize>>,
    /// For each metric, the places of its covariates.
    pub covariates: Vec<Vec<usize>>,
    /// Columns known before exposure, whose balance between the arms is looked at: their names and places.
    pub before: Vec<(String, usize)>,
    /// Names of the columns of segments.
    pub segments: Vec<String>,
    /// When watching ended; none = with the last exposure.
    pub until: Option<Seconds>,
}

impl Layout {
    /// The layout of numbers that are columns with names, and those names in the order of [`Unit::numbers`].
    ///
    /// `before` names columns known before exposure; covariates are among them without being named again.
    ///
    /// # Errors
    /// [`Error::OwnCovariate`] if a metric is to be explained by itself.
    pub fn by_name(
        metrics: &[Metric],
        before: &[String],
        segments: &[String],
        until: Option<Seconds>,
    ) -> Result<(Self, Vec<String>), Error> {
        let mut names: Vec<String> = Vec::new();
        let mut place = |name: &str| {
            names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        let values = metrics.iter().map(|m| m.kind.columns().into_iter().map(&mut place).collect()).collect();
        let mut covariates = Vec::new();
        let mut known_before: Vec<(String, usize)> = Vec::new();
        for metric in metrics {
            if let Some(column) = metric.covariates.iter().find(|name| metric.kind.columns().contains(&name.as_str())) {
                return Err(Error::OwnCovariate { metric: metric.name.clone(), column: column.clone() });
            }
            covariates.push(metric.covariates.iter().map(|name| place(name)).collect());
        }
        for name in metrics.iter().flat_map(|metric| &metric.covariates).chain(before) {
            if !known_before.iter().any(|(known, _)| known == name) {
                known_before.push((name.clone(), place(name)));
            }
        }
        let layout = Self {
            metrics: metrics.to_vec(),
            values,
            covariates,
            before: known_before,
            segments: segments.to_vec(),
            until,
        };
        Ok((layout, names))
    }
}

/// What cannot be collected.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// More arms than [`MOST_ARMS`].
    Arms,
    /// More levels than [`MOST_LEVELS`] in this column of segments.
    Levels(String),
    /// More days of exposure than [`MOST_DAYS`].
    Days,
    /// A covariate that is the metric itself.
    OwnCovariate {
        /// The metric.
        metric: String,
        /// Its column.
        column: String,
    },
    /// The quantile at which a metric is to be capped is its least (or largest) value, so that all values would become equal.
    AllCapped {
        /// The metric.
        metric: String,
        /// The quantile.
        at: f64,
    },
    /// Watching is said to have ended before the last unit was exposed.
    EndsEarly {
        /// When it is said to have ended.
        until: Seconds,
        /// The last exposure.
        latest: Seconds,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arms => write!(f, "there are more than {MOST_ARMS} arms"),
            Self::Levels(column) => write!(f, "column `{column}` has more than {MOST_LEVELS} levels"),
            Self::Days => write!(f, "units were exposed on more than {MOST_DAYS} days"),
            Self::OwnCovariate { metric, column } => {
                write!(f, "metric `{metric}` has its own column `{column}` as a covariate")
            }
            Self::AllCapped { metric, at } => {
                write!(f, "capped at the quantile asked for, {at}, all values of metric `{metric}` would be equal")
            }
            Self::EndsEarly { until, latest } => {
                write!(f, "watching ended {} but the last exposure is {}", instant(*until), instant(*latest))
            }
        }
    }
}

impl std::error::Error for Error {}

/// A time as it is written in files.
fn instant(seconds: Seconds) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
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

/// What is collected of one metric.
#[derive(Clone, Debug)]
struct Gatherer {
    shape: Shape,
    values: Vec<usize>,
    covariates: Vec<usize>,
    /// Units exposed later than this are too young.
    mature_until: Seconds,
    limits: Option<(f64, f64)>,
    selection: Option<Selection>,
    overall: Vec<Gathered>,
    uncapped: Vec<Gathered>,
    by_day: Vec<Vec<Gathered>>,
    by_segment: Vec<Vec<Vec<Gathered>>>,
    capped: Vec<(u64, u64)>,
    missing: Vec<u64>,
    immature: Vec<u64>,
    largest: Vec<f64>,
    absolute: Vec<f64>,
    regressions: Vec<Regression>,
}

impl Gatherer {
    fn new(metric: &Metric, values: &[usize], covariates: &[usize], segments: usize) -> Self {
        let (limits, selection) = match metric.cap {
            // What has no value to cut is not capped.
            _ if !matches!(metric.kind, Kind::Mean { .. } | Kind::Ratio { .. }) => (None, None),
            None => (None, None),
            // The 0 and 1 quantiles cap nothing, which is why they need no case of their own.
            Some(Cap::At { low, high }) => {
                (Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))), None)
            }
            Some(Cap::Quantile { low, high }) => (None, Some(Selection::new(low.into_iter().chain(high).collect()))),
        };
        Self {
            shape: Shape::of(&metric.kind, covariates.len()),
            values: values.to_vec(),
            covariates: covariates.to_vec(),
            mature_until: Seconds::MAX,
            limits,
            selection,
            overall: Vec::new(),
            uncapped: Vec::new(),
            by_day: Vec::new(),
            by_segment: vec![Vec::new(); segments],
            capped: Vec::new(),
            missing: Vec::new(),
            immature: Vec::new(),
            largest: Vec::new(),
            absolute: Vec::new(),
            regressions: Vec::new(),
        }
    }

    /// The caps, once the quantiles are known.
    fn settle(&mut self, metric: &Metric) -> Result<(), Error> {
        let (Some(Cap::Quantile { low, high }), Some(selection)) = (metric.cap, &self.selection) else { return Ok(()) };
        let mut found = selection.quantiles().iter().copied();
        let low = low.and_then(|_| found.next().flatten()).unwrap_or(f64::NEG_INFINITY);
        let high = high.and_then(|_| found.next().flatten()).unwrap_or(f64::INFINITY);
        let (least, most) = selection.range();
        if least < most && (high <= least || low >= most || low >= high) {
            let at = if high <= least { high } else { low };
            return Err(Error::AllCapped { metric: metric.name.clone(), at });
        }
        self.limits = Some((low, high));
        Ok(())
    }

    /// Whether the unit counts: it is mature and has all values. Says where it is counted if not.
    fn state(&self, unit: &Unit) -> State {
        if unit.exposed.is_some_and(|exposed| exposed > self.mature_until) {
            State::Immature
        } else if self.values.iter().any(|&i| unit.numbers[i].is_nan()) {
            State::Missing
        } else {
            State::Counts
        }
    }

    /// The variables of a unit: its values (capped), then the covariates, then an indicator for each that is missing.
    fn variables(&self, unit: &Unit, row: &mut Vec<f64>) {
        row.clear();
        row.extend(self.values.iter().map(|&i| unit.numbers[i]));
        let missing = |i: &usize| unit.numbers[*i].is_nan();
        row.extend(self.covariates.iter().map(|i| if missing(i) { 0.0 } else { unit.numbers[*i] }));
        row.extend(self.covariates.iter().map(|i| f64::from(u8::from(missing(i)))));
    }

    fn fill(&mut self, unit: &Unit, day: Option<usize>, row: &mut Vec<f64>) {
        match self.state(unit) {
            State::Immature => return *at(&mut self.immature, unit.arm, || 0) += 1,
            State::Missing => return *at(&mut self.missing, unit.arm, || 0) += 1,
            State::Counts => {}
        }
        let shape = self.shape;
        let arm = unit.arm;
        if shape.covariates == 0 {
            row.clear();
            row.extend(self.values.iter().map(|&i| unit.numbers[i]));
        } else {
            self.variables(unit, row);
        }
        if let Some((low, high)) = self.limits {
            at(&mut self.uncapped, arm, || shape.empty()).add(row);
            let capped = at(&mut self.capped, arm, || (0, 0));
            capped.0 += u64::from(row[0] < low);
            capped.1 += u64::from(row[0] > high);
            row[0] = row[0].max(low).min(high);
        }
        if shape.has_total() {
            let size = row[0].abs();
            *at(&mut self.absolute, arm, || 0.0) += size;
            let largest = at(&mut self.largest, arm, || 0.0);
            *largest = largest.max(size);
        }
        at(&mut self.overall, arm, || shape.empty()).add(row);
        if let Some(day) = day.filter(|_| shape.has_days()) {
            at(at(&mut self.by_day, day, Vec::new), arm, || shape.empty()).add(row);
        }
        for (levels, &level) in self.by_segment.iter_mut().zip(unit.levels) {
            at(at(levels, level as usize, Vec::new), arm, || shape.empty()).add(row);
        }
    }

    fn measured(mut self, metric: &Metric, days: &Days, levels: &[Vec<String>], order: &[usize]) -> Measured {
        let shape = self.shape;
        let kept = shape.kept(&self.overall);
        let cell = |gathered: Vec<Gathered>| Cell(in_order(gathered, order, || shape.empty(), |g| g.sample(&kept)));
        let share = |(largest, all): (f64, f64)| if all > 0.0 { largest / all } else { 0.0 };
        let shares: Vec<(f64, f64)> = self.largest.iter().copied().zip(self.absolute.iter().copied()).collect();
        let adjusted = std::mem::take(&mut self.regressions).into_iter().map(|r| r.adjusted(metric)).collect();
        Measured {
            overall: cell(self.overall),
            uncapped: self.limits.is_some().then(|| cell(self.uncapped)),
            by_day: days.named(self.by_day).map(|(day, gathered)| (day, cell(gathered))).collect(),
            by_segment: self
                .by_segment
                .into_iter()
                .zip(levels)
                .map(|(cells, names)| names.iter().cloned().zip(cells).map(|(name, g)| (name, cell(g))).collect())
                .collect(),
            adjusted,
            capped: self.limits.map(|(low, high)| Capped {
                low: (low > f64::NEG_INFINITY).then_some(low),
                high: (high < f64::INFINITY).then_some(high),
                values: in_order(self.capped, order, || (0, 0), |counts| counts),
            }),
            missing: in_order(self.missing, order, || 0, |n| n),
            immature: in_order(self.immature, order, || 0, |n| n),
            largest_share: in_order(shares, order, || (0.0, 0.0), share),
        }
    }
}

/// Whether a unit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Counts,
    Missing,
    Immature,
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

/// Days of exposure in the order in which they were met.
#[derive(Clone, Debug, Default)]
struct Days {
    places: BTreeMap<i64, usize>,
    last: Option<(i64, usize)>,
}

impl Days {
    /// The place of a day, given as days since 1970.
    fn place(&mut self, day: i64) -> Result<usize, Error> {
        if let Some((last, place)) = self.last
            && last == day
        {
            return Ok(place);
        }
        let next = self.places.len();
        let place = *self.places.entry(day).or_insert(next);
        self.last = Some((day, place));
        if place < MOST_DAYS { Ok(place) } else { Err(Error::Days) }
    }

    /// What was counted by place, by date.
    fn named<T>(&self, mut counted: Vec<T>) -> impl Iterator<Item = (Date, T)>
    where
        T: Default,
    {
        self.places.iter().filter_map(move |(&day, &place)| {
            let counted = std::mem::take(counted.get_mut(place)?);
            Some((date(day)?, counted))
        })
    }
}

/// The date of a day since 1970; none beyond the years that dates can have.
pub(super) fn date(day: i64) -> Option<Date> {
    let time = jiff::Timestamp::from_second(day.checked_mul(DAY)?).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).date())
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
