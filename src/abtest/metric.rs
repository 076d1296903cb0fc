//! What is measured: one number per unit, or two, or a time, and what part it plays in the decision.

use crate::scenario::Seconds;

/// One metric of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What it is called in every table.
    pub name: String,
    /// What is computed of which columns.
    pub kind: Kind,
    /// Its part in the decision.
    pub role: Role,
    /// Which direction is good.
    pub better: Direction,
    /// Columns known before exposure that explain some of its variance (CUPED).
    pub covariates: Vec<String>,
    /// Largest and smallest value that counts as it is.
    pub cap: Option<Cap>,
    /// How long after its exposure a unit can be judged, in seconds; younger units are counted and left out.
    pub matures: Seconds,
    /// The smallest effect worth finding, if the plan says one.
    pub worth: Option<Margin>,
}

/// What is computed of each arm. Columns are those of the file of units; of events, `column` is the name of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Share of units with 1 in a column of 0 and 1; of events, with at least one.
    Proportion {
        /// 0 or 1.
        column: String,
    },
    /// Mean of a number per unit; of events, of the sum of their values.
    Mean {
        /// The number.
        column: String,
    },
    /// Σ numerator ÷ Σ denominator: revenue per session where units have several sessions.
    Ratio {
        /// Summed above.
        numerator: String,
        /// Summed below.
        denominator: String,
    },
    /// A quantile of a number per unit.
    Quantile {
        /// The number.
        column: String,
        /// Which quantile, in (0, 1).
        level: f64,
    },
    /// Restricted mean time until an event: days until a customer leaves, at most `until`.
    Survival {
        /// Days followed.
        time: String,
        /// 1 if the event ended them, 0 if the unit was still there when watching ended.
        event: String,
        /// Days that are looked at; none = the shorter of the arms' longest follow-ups.
        until: Option<f64>,
    },
}

/// What part a metric plays in the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Decides; there is one, without correction for others.
    Primary,
    /// Must not be worse by this margin or more.
    Guardrail(Margin),
    /// Confirmatory beside the primary, corrected by Holm among its like.
    Secondary,
    /// To learn from, corrected by Benjamini–Hochberg among its like; never decides.
    Exploratory,
}

/// A difference between arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// In the metric's unit; 0.01 of a proportion is one percentage point.
    Absolute(f64),
    /// As share of the control's value: 0.05 is 5 %.
    Relative(f64),
}

/// Which direction is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better: costs, complaints, opt-outs.
    Lower,
}

/// Where values are capped, alike in all arms: heavy tails cost power, and one buyer must not decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cap {
    /// At fixed values, known before the data.
    At {
        /// Smaller values count as this.
        low: Option<f64>,
        /// Larger values count as this.
        high: Option<f64>,
    },
    /// At a quantile of all arms together.
    Quantile {
        /// Lower one, in [0, 1).
        low: Option<f64>,
        /// Upper one, in (0, 1].
        high: Option<f64>,
    },
}

impl Kind {
    /// The columns that are read for it, in the order of [`Sample`](super::Sample)'s variables.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Proportion { column } | Self::Mean { column } | Self::Quantile { column, .. } => vec![column],
            Self::Ratio { numerator, denominator } => vec![numerator, denominator],
            Self::Survival { time, event, .. } => vec![time, event],
        }
    }

    /// Its name in files and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proportion { .. } => "proportion",
            Self::Mean { .. } => "mean",
            Self::Ratio { .. } => "ratio",
            Self::Quantile { .. } => "quantile",
            Self::Survival { .. } => "survival",
        }
    }
}
