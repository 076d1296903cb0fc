//! What the firm would credit its messages with: the rule of its reports, not what they truly cause (R57).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain};
use super::read::{At, Context, Fields, FromValue};
use super::tree::Value;
use super::values::{DAY, Seconds, Stretch};

/// By which rule orders are attributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// An order is attributed to the customer's last click if that was less than so many seconds before it.
    pub window: Seconds,
}

impl Default for Attribution {
    fn default() -> Self {
        Self { window: 7 * DAY }
    }
}

/// The keys of `[attribution]`.
const ATTRIBUTION: Keys = Keys {
    what: "`attribution`",
    all: &[Key::of::<At<Stretch>>(
        "window",
        Absent::Default(Plain::Text("7d")),
        "an order is attributed to the customer's last click if that was less than so long before it (R57)",
    )],
    rules: &[],
};

impl Described for Attribution {
    const KIND: Kind = Kind::new("", "{ window = \"7d\" }", Form::Table(&ATTRIBUTION));
}

impl FromValue for Attribution {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &ATTRIBUTION, context)?;
        let window = fields.or_default::<At<Stretch>>("window", context);
        fields.finish(context);
        Some(Self { window: window.value.0 })
    }
}
