//! What is paid whether or not anything is sent (R56): by the month, and once.

use super::format::{Absent, Key, Plain};
use super::input::Input;
use super::read::{Context, Fields};
use super::values::{Money, Seconds};

/// What a channel or a strategy costs a firm whether or not anything is sent.
#[derive(Clone, Debug)]
pub struct FixedCosts {
    /// For each month of [`MONTH`], in the scenario's currency.
    pub per_month: Input<Money>,
    /// Once, at the start.
    pub setup: Input<Money>,
}

/// A twelfth of a year of 365.25 days, in seconds.
pub const MONTH: Seconds = 2_629_800;
/// 365.25 days, in seconds.
pub const YEAR: Seconds = 12 * MONTH;

/// The keys of a channel's, both of which mean something only where messages can be sent.
pub(super) const CHANNEL_KEYS: [Key; 2] = [
    Key::of::<Input<Money>>(
        "cost_per_month",
        Absent::Default(Plain::Whole(0)),
        "what it costs by the month whether or not anything is sent, in every strategy that has a step on it; a month is \
         365.25 ÷ 12 days (R56)",
    ),
    Key::of::<Input<Money>>(
        "setup_cost",
        Absent::Default(Plain::Whole(0)),
        "what it costs once, in the first week, in every strategy that has a step on it (R56)",
    ),
];

/// The keys of a strategy's own.
pub(super) const STRATEGY_KEYS: [Key; 2] = [
    Key::of::<Input<Money>>(
        "cost_per_month",
        Absent::Default(Plain::Whole(0)),
        "what the strategy itself costs by the month (a platform, a team); a month is 365.25 ÷ 12 days (R56)",
    ),
    Key::of::<Input<Money>>(
        "setup_cost",
        Absent::Default(Plain::Whole(0)),
        "what it costs once, in the first week (R56)",
    ),
];

impl FixedCosts {
    /// Free.
    pub const NOTHING: Self = Self { per_month: Input::unwritten(0.0), setup: Input::unwritten(0.0) };

    /// Reads them among the other keys of a channel or strategy.
    pub(super) fn read(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Self {
        Self {
            per_month: fields.or_default("cost_per_month", context),
            setup: fields.or_default("setup_cost", context),
        }
    }

    /// Both amounts.
    pub fn inputs(&self) -> [&Input<Money>; 2] {
        [&self.per_month, &self.setup]
    }

    /// Whether there is anything to pay.
    pub fn any(&self) -> bool {
        self.inputs().iter().any(|amount| amount.high() > 0.0)
    }
}
