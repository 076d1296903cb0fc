//! What is collected of one metric.

use super::cells::{Gathered, Shape};
use super::days::Days;
use super::regression::Regression;
use super::selection::Selection;
use super::{Error, Unit, at, in_order};
use crate::abtest::collected::{Capped, Cell, Measured};
use crate::abtest::metric::{Cap, Kind, Metric};
use crate::scenario::Seconds;

/// What is collected of one metric.
#[derive(Clone, Debug)]
pub(super) struct Gatherer {
    pub(super) shape: Shape,
    pub(super) values: Vec<usize>,
    covariates: Vec<usize>,
    /// Units exposed later than this are too young.
    pub(super) mature_until: Seconds,
    pub(super) limits: Option<(f64, f64)>,
    pub(super) selection: Option<Selection>,
    pub(super) overall: Vec<Gathered>,
    uncapped: Vec<Gathered>,
    by_day: Vec<Vec<Gathered>>,
    by_segment: Vec<Vec<Vec<Gathered>>>,
    capped: Vec<(u64, u64)>,
    missing: Vec<u64>,
    immature: Vec<u64>,
    largest: Vec<f64>,
    absolute: Vec<f64>,
    pub(super) regressions: Vec<Regression>,
}

impl Gatherer {
    /// Nothing collected yet.
    pub(super) fn new(metric: &Metric, values: &[usize], covariates: &[usize], segments: usize) -> Self {
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
    pub(super) fn settle(&mut self, metric: &Metric) -> Result<(), Error> {
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
    pub(super) fn state(&self, unit: &Unit) -> State {
        if unit.exposed.is_some_and(|exposed| exposed > self.mature_until) {
            State::Immature
        } else if self.values.iter().any(|&i| unit.numbers[i].is_nan()) {
            State::Missing
        } else {
            State::Counts
        }
    }

    /// The variables of a unit: its values (capped), then the covariates, then an indicator for each that is missing.
    pub(super) fn variables(&self, unit: &Unit, row: &mut Vec<f64>) {
        row.clear();
        row.extend(self.values.iter().map(|&i| unit.numbers[i]));
        let missing = |i: &usize| unit.numbers[*i].is_nan();
        row.extend(self.covariates.iter().map(|i| if missing(i) { 0.0 } else { unit.numbers[*i] }));
        row.extend(self.covariates.iter().map(|i| f64::from(u8::from(missing(i)))));
    }

    /// Counts a unit.
    pub(super) fn fill(&mut self, unit: &Unit, day: Option<usize>, row: &mut Vec<f64>) {
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

    /// What was collected, by arm in their order.
    pub(super) fn measured(
        mut self,
        metric: &Metric,
        days: &Days,
        levels: &[Vec<String>],
        order: &[usize],
    ) -> Measured {
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
pub(super) enum State {
    Counts,
    Missing,
    Immature,
}
