//! Audiences: which customers a campaign is for (R37).

use super::read::At;
use super::values::Seconds;

/// Conditions that a customer must meet when a campaign comes up, all of them; what is not said is not asked.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// Of one of these segments; empty = any.
    pub segments: Vec<At<String>>,
    /// In one of these stages; empty = any.
    pub stages: Vec<Stage>,
    /// Ordered less than so many seconds ago.
    pub ordered_within: Option<Seconds>,
    /// Has not ordered for at least so many seconds.
    pub not_ordered_for: Option<Seconds>,
    /// Clicked or replied less than so many seconds ago.
    pub responded_within: Option<Seconds>,
    /// Has neither clicked nor replied for at least so many seconds.
    pub not_responded_for: Option<Seconds>,
    /// Opted in to all of these channels, and not opted out since.
    pub opted_in: Vec<At<String>>,
    /// Of a random share of all customers, 0 to 1; none = all.
    pub share: Option<f64>,
}

/// How the firm sees a customer, by its orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Has never ordered.
    Prospect,
    /// Has ordered once.
    New,
    /// Has ordered at least twice.
    Repeat,
    /// Has not ordered for [`Stages::lapsing_after`].
    Lapsing,
    /// Has not ordered for [`Stages::lapsed_after`].
    Lapsed,
}

/// When customers count as lapsing and as lapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stages {
    /// Seconds without an order.
    pub lapsing_after: Seconds,
    /// Seconds without an order, not less.
    pub lapsed_after: Seconds,
}
