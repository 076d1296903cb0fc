//! The plan of a test: what is decided before it starts, and never after. `abtest plan` writes it, `abtest analyze` holds
//! the data to it.

mod read;
mod write;

pub use read::{Loaded, load};

use super::metric::{Direction, Metric, Role};
use crate::scenario::{Reference, references_of, schema_of};
use crate::stats::sequential::spending::Spending;

/// A plan, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the test is to show, in words.
    pub hypothesis: String,
    /// What is assigned to an arm: a customer, a household, a device.
    pub unit: String,
    /// The arm that everything is compared with.
    pub control: String,
    /// Each arm's share of all units, in the order of the file; the shares sum to 1.
    pub arms: Vec<(String, f64)>,
    /// Names of the columns in the data.
    pub columns: Columns,
    /// What is measured, in the order of the file; one metric is [primary](Role::Primary).
    pub metrics: Vec<Metric>,
    /// How large, how long, and how often it is looked at.
    pub design: Design,
    /// What decides.
    pub decision: Decision,
}

/// Names of the columns in the data; none = the usual names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Names the unit.
    pub unit: Option<String>,
    /// Names its arm.
    pub variant: Option<String>,
    /// Says when it was first exposed.
    pub exposed_at: Option<String>,
    /// Groups of units that are looked at by themselves.
    pub segments: Vec<String>,
}

/// How large, how long, how often.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Chance to call a difference where there is none, both directions together.
    pub alpha: f64,
    /// Chance to find the effect worth finding.
    pub power: f64,
    /// Units in all arms together at the end; none = not planned.
    pub units: Option<u64>,
    /// Days until the end; none = not planned.
    pub days: Option<u64>,
    /// When results may be believed.
    pub validity: Validity,
}

/// When results may be believed.
#[derive(Clone, Debug, PartialEq)]
pub enum Validity {
    /// Once, at the end.
    Fixed,
    /// At looks that were planned (group-sequential), the last at the end.
    PlannedLooks {
        /// Shares of the units at which it is looked, rising to 1.
        looks: Vec<f64>,
        /// How the error is spent over the looks.
        spending: Spending,
        /// Stop, without being bound to it, where success has become unlikely.
        futility: bool,
    },
    /// At any time, as often as anyone likes (confidence sequence), sharpest near the planned units.
    AnyTime,
}

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What guardrails must show for an arm to be shipped.
    pub guardrails: Guardrails,
}

/// What guardrails must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guardrails {
    /// That each is not worse by its margin or more (non-inferiority).
    NotWorse,
    /// Nothing; an arm is held back only where a guardrail is shown to be worse.
    NoHarm,
}

impl Validity {
    /// In the words of results.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::PlannedLooks { .. } => "planned looks",
            Self::AnyTime => "any time",
        }
    }
}

impl Plan {
    /// The metric that decides.
    pub fn primary(&self) -> &Metric {
        let primary = self.metrics.iter().find(|metric| metric.role == Role::Primary);
        // The reader refuses a plan without one.
        primary.unwrap_or(&self.metrics[0])
    }

    /// The arms that are compared with the control.
    pub fn treatments(&self) -> impl Iterator<Item = &str> {
        self.arms.iter().map(|(name, _)| name.as_str()).filter(|name| *name != self.control)
    }

    /// The plan as a file.
    pub fn to_toml(&self, preamble: &[String]) -> String {
        write::toml(self, preamble)
    }
}

/// The JSON Schema (2020-12) of a plan file. What needs arithmetic or hangs on another key no schema says: the reader does.
pub fn schema() -> serde_json::Value {
    schema_of("channelmix A/B test plan", "What an A/B test measures and what decides it.", &read::KEYS)
}

/// The tables of the reference of a plan file.
pub fn references() -> Vec<Reference> {
    references_of(&[&read::KEYS, &read::METRIC])
}

/// The direction as files write it.
pub(super) const DIRECTIONS: [(&str, Direction); 2] = [("higher", Direction::Higher), ("lower", Direction::Lower)];
/// The guardrail rules as files write them.
const GUARDRAILS: [(&str, Guardrails); 2] = [("not-worse", Guardrails::NotWorse), ("no-harm", Guardrails::NoHarm)];
