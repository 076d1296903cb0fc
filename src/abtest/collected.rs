//! What the units of all arms come to: sums from which every result follows, whatever file or simulation they came from.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::stats;
use crate::stats::moments::Moments;
use crate::stats::two_arms::Difference;

/// What one arm's units say of one metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// A proportion: units with a 1 and all units.
    Count {
        /// With a 1.
        successes: u64,
        /// All of them.
        units: u64,
    },
    /// A mean or ratio: moments of the number; of numerator and denominator. With covariates these follow as further variables.
    Moments(Moments),
    /// A quantile: the numbers themselves, in the order of reading.
    Values(Vec<f64>),
    /// Time to an event: days, and whether the event came.
    Lifetimes(Vec<(f64, bool)>),
}

/// One metric over some of the units: a sample for each arm, in the order of [`Collected::arms`].
#[derive(Clone, Debug, PartialEq)]
pub struct Cell(pub Vec<Sample>);

/// Everything that was collected.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The arms by name; the control first.
    pub arms: Vec<String>,
    /// Units of each arm.
    pub units: Vec<u64>,
    /// For each metric, in the order asked for.
    pub metrics: Vec<Measured>,
    /// What the gates look at.
    pub health: Health,
}

/// One metric of [`Collected`].
#[derive(Clone, Debug)]
pub struct Measured {
    /// All mature units.
    pub overall: Cell,
    /// The same without caps, where the metric is capped.
    pub uncapped: Option<Cell>,
    /// For each day on which units were exposed, those of that day. Empty without dates, for quantiles and for times.
    pub by_day: BTreeMap<Date, Cell>,
    /// For each column of segments, for each of its levels by name.
    pub by_segment: Vec<BTreeMap<String, Cell>>,
    /// For each treatment against the control: regression on the covariates (Lin 2013) with HC2, from the rows.
    /// Empty without covariates, for ratios, quantiles and times, or where only totals are known.
    pub adjusted: Vec<Adjusted>,
    /// Where the metric was capped, and how many values were, by arm.
    pub capped: Option<Capped>,
    /// Units without a value, by arm; they are left out.
    pub missing: Vec<u64>,
    /// Units too young to be judged, by arm; they are left out.
    pub immature: Vec<u64>,
    /// The largest share of an arm's total that one unit has, by arm; 0 where it makes no sense.
    pub largest_share: Vec<f64>,
}

/// The difference of a treatment and the control, adjusted for what was known before exposure.
#[derive(Clone, Debug)]
pub struct Adjusted {
    /// Treatment − control by the regression, with its HC2 error; or why there is none.
    pub difference: Result<Difference, stats::Error>,
    /// The variables that explain: covariates, and `… is missing` where some units had no value. A covariate that does
    /// not vary, or that the others make up, is not among them.
    pub covariates: Vec<String>,
}

/// How a metric was capped.
#[derive(Clone, Debug, PartialEq)]
pub struct Capped {
    /// Smaller values count as this.
    pub low: Option<f64>,
    /// Larger values count as this.
    pub high: Option<f64>,
    /// Values below and above, by arm.
    pub values: Vec<(u64, u64)>,
}

/// What the trust gates look at, beside the metrics.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether only totals of arms are known.
    pub totals: bool,
    /// Rows read, without the header.
    pub rows: u64,
    /// Units with more than one row of the same arm. They are not looked for without a column of units.
    pub repeated: Option<Repeated>,
    /// Units with rows of more than one arm.
    pub in_two_arms: Option<Repeated>,
    /// Units of each arm by day of exposure.
    pub exposed: BTreeMap<Date, Vec<u64>>,
    /// Units of each arm, by column of segments (with its name) and level.
    pub segments: Vec<(String, BTreeMap<String, Vec<u64>>)>,
    /// Of each column known before exposure: its name and moments by arm, to see whether the arms were alike.
    pub before: Vec<(String, Vec<Moments>)>,
    /// Rows without an arm, which are left out.
    pub without_arm: u64,
    /// Events of units that were never exposed, or from before their exposure, which are left out.
    pub events_outside: u64,
}

/// Units that occur more than once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeated {
    /// How many units; at least so many where `more` is set.
    pub units: u64,
    /// There were too many to count them all.
    pub more: bool,
    /// The first one: its name and the rows (as in the file, the header is 1) where it stands first and again.
    pub first: Option<(String, u64, u64)>,
}
