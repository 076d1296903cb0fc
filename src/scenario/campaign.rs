//! Campaigns: when the firm turns to its customers, and to what end. How it does so is a strategy's plan.

use super::input::Input;
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, one_of};
use super::tree::{Entry, Value};
use super::values::{Count, DAY, Positive, Seconds, Share, Span, TimeOfDay};

/// An occasion to contact customers.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// When it happens.
    pub trigger: At<Schedule>,
    /// What ends a run early (R20).
    pub goal: Option<Goal>,
    /// Factor on the odds of ordering at every touch of a journey that a click opened; 1 = like any journey.
    pub intent: Input<Positive>,
    /// Chance that an order which a contact caused is only a natural order moved forward (R16).
    pub displacement: Input<Share>,
    /// How far ahead a natural order may be moved, in seconds.
    pub displacement_window: Seconds,
}

/// Recurring local times.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Days between two occurrences.
    pub every: i64,
    /// Local time of day.
    pub at: TimeOfDay,
    /// Days from the start to the first occurrence.
    pub first: i64,
    /// How many at the most; none = until the tail.
    pub times: Option<u64>,
}

/// What a run is after (R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Any order of the customer after the trigger.
    Order,
}

impl FromValue for Schedule {
    const EXPECTED: &'static str = "{ every = \"7d\", at = \"10:00\" }";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, "a trigger", context)?;
        let every = fields.required::<At<Span>>("every", context);
        let at = fields.required("at", context);
        let first = fields.optional::<At<Span>>("first", context);
        let times = fields.optional::<Count>("times", context).map(|Count(times)| times);
        fields.finish(context);
        let days = |span: &At<Span>, key: &str, least: i64, context: &mut Context<'_>| {
            let whole = span.value.0 % DAY == 0 && span.value.0 / DAY >= least;
            if !whole {
                let message =
                    format!("a trigger's `{key}` must be whole days, {least} or more, found \"{}\"", span.value);
                context.error(Problem::error(message, span.at));
            }
            whole.then_some(span.value.0 / DAY)
        };
        let every = days(&every?, "every", 1, context);
        let first = first.map_or(Some(0), |first| days(&first, "first", 0, context));
        Some(Self { every: every?, at: at?, first: first?, times })
    }
}

impl FromValue for Goal {
    const EXPECTED: &'static str = "\"order\"";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &[("order", Self::Order)], context)
    }
}

/// Reads one `[campaigns.NAME]`.
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Campaign> {
    let mut fields = Fields::of(&entry.value, "a campaign", context)?;
    let trigger = fields.required("trigger", context);
    let goal = fields.optional("goal", context);
    let intent = fields.or("intent", Input::default_of(1.0), context);
    let displacement = fields.or("displacement", Input::default_of(0.0), context);
    let window = fields.or("displacement_window", Span(30 * DAY), context);
    fields.finish(context);
    Some(Campaign {
        name: entry.key.clone(),
        at: entry.key_at,
        trigger: trigger?,
        goal,
        intent,
        displacement,
        displacement_window: window.0,
    })
}
