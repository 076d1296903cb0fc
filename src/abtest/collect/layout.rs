//! What is to be collected of the numbers of a unit, and what cannot be.

use std::fmt;

use super::{MOST_ARMS, MOST_DAYS, MOST_LEVELS};
use crate::abtest::metric::Metric;
use crate::scenario::Seconds;

/// What is to be collected, and which of a unit's numbers it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The metrics.
    pub metrics: Vec<Metric>,
    /// For each metric, the places of its values in [`Unit::numbers`](super::Unit::numbers), in the order of [`Kind::columns`](crate::abtest::metric::Kind::columns).
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
    /// The layout of numbers that are columns with names, and those names in the order of [`Unit::numbers`](super::Unit::numbers).
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
