//! What is gathered of some units of one arm, by the kind of the metric.

use crate::abtest::collected::Sample;
use crate::abtest::metric::Kind;
use crate::stats::moments::Moments;

/// What a metric's units are gathered into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    kind: Sort,
    /// Values per unit, before the covariates.
    values: usize,
    /// Columns that explain some of the variance.
    pub(super) covariates: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Count,
    Moments,
    Values,
    Lifetimes,
}

impl Shape {
    pub(super) fn of(kind: &Kind, covariates: usize) -> Self {
        let sort = match kind {
            Kind::Proportion { .. } => Sort::Count,
            Kind::Mean { .. } | Kind::Ratio { .. } => Sort::Moments,
            Kind::Quantile { .. } => Sort::Values,
            Kind::Survival { .. } => Sort::Lifetimes,
        };
        // No regression explains a quantile or a time that may be censored.
        let covariates = if matches!(sort, Sort::Count | Sort::Moments) { covariates } else { 0 };
        Self { kind: sort, values: kind.columns().len(), covariates }
    }

    /// Nothing gathered yet.
    pub(super) fn empty(self) -> Gathered {
        match self.kind {
            Sort::Count if self.covariates == 0 => Gathered::Count { successes: 0, units: 0 },
            Sort::Count | Sort::Moments => {
                let moments = Moments::new(self.values + 2 * self.covariates);
                if self.kind == Sort::Count {
                    Gathered::CountAndMoments(moments, 0)
                } else {
                    Gathered::Moments(moments)
                }
            }
            Sort::Values => Gathered::Values(Vec::new()),
            Sort::Lifetimes => Gathered::Lifetimes(Vec::new()),
        }
    }

    /// Whether the values of units add up to a total, of which one unit may have a large share.
    pub(super) fn has_total(self) -> bool {
        self.kind == Sort::Moments
    }

    /// Whether it is kept by day: where every value is kept, that would be as much again.
    pub(super) fn has_days(self) -> bool {
        matches!(self.kind, Sort::Count | Sort::Moments)
    }

    /// Whether a regression of the value on the covariates is wanted.
    pub(super) fn is_explained(self) -> bool {
        self.covariates > 0 && self.values == 1
    }

    /// The variables that are kept: an indicator of missing covariates only where any is missing.
    pub(super) fn kept(self, overall: &[Gathered]) -> Vec<usize> {
        let first = self.values + self.covariates;
        let missing = |&i: &usize| overall.iter().filter_map(Gathered::moments).any(|m| m.n() > 0 && m.mean(i) != 0.0);
        (0..first).chain((first..first + self.covariates).filter(missing)).collect()
    }
}

/// What was gathered of some units of one arm.
#[derive(Clone, Debug)]
pub(super) enum Gathered {
    Count {
        successes: u64,
        units: u64,
    },
    /// Of a proportion that covariates explain; the number of successes beside the moments, exactly.
    CountAndMoments(Moments, u64),
    Moments(Moments),
    Values(Vec<f64>),
    Lifetimes(Vec<(f64, bool)>),
}

impl Gathered {
    /// One more unit: its values, covariates and indicators.
    #[inline]
    pub(super) fn add(&mut self, row: &[f64]) {
        match self {
            Self::Count { successes, units } => {
                *units += 1;
                *successes += u64::from(row[0] != 0.0);
            }
            Self::CountAndMoments(moments, successes) => {
                moments.add(row);
                *successes += u64::from(row[0] != 0.0);
            }
            Self::Moments(moments) => moments.add(row),
            Self::Values(values) => values.push(row[0]),
            Self::Lifetimes(times) => times.push((row[0], row[1] != 0.0)),
        }
    }

    /// The moments, where there are any.
    pub(super) fn moments(&self) -> Option<&Moments> {
        match self {
            Self::CountAndMoments(moments, _) | Self::Moments(moments) => Some(moments),
            _ => None,
        }
    }

    /// As it is told, with the variables that are kept.
    pub(super) fn sample(self, kept: &[usize]) -> Sample {
        match self {
            Self::Count { successes, units } => Sample::Count { successes, units },
            Self::CountAndMoments(moments, successes) => Sample::Count { successes, units: moments.n() },
            Self::Moments(moments) if kept.len() == moments.k() => Sample::Moments(moments),
            Self::Moments(moments) => Sample::Moments(moments.only(kept)),
            Self::Values(values) => Sample::Values(values),
            Self::Lifetimes(times) => Sample::Lifetimes(times),
        }
    }
}
