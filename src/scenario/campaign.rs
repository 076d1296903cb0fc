//! Campaigns: when the firm turns to its customers, and to what end. How it does so is a strategy's plan.

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
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

/// The keys of a campaign's `trigger`.
const TRIGGER: Keys = Keys {
    what: "a trigger",
    all: &[
        Key::of::<At<Span>>("every", Absent::Required, "whole days between two occurrences"),
        Key::of::<TimeOfDay>("at", Absent::Required, "local time of day in each segment's zone"),
        Key::of::<At<Span>>(
            "first",
            Absent::Default(Plain::Text("0d")),
            "whole days from `start` to the first occurrence",
        ),
        Key::of::<Count>("times", Absent::Means("until the tail"), "how many occurrences at the most"),
    ],
    rules: &[],
};

impl Described for Schedule {
    const KIND: Kind = Kind::new("trigger", "{ every = \"7d\", at = \"10:00\" }", Form::Table(&TRIGGER));
}

impl FromValue for Schedule {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &TRIGGER, context)?;
        let every = fields.required::<At<Span>>("every", context);
        let at = fields.required("at", context);
        let first = fields.or_default::<At<Span>>("first", context);
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
        let first = days(&first, "first", 0, context);
        Some(Self { every: every?, at: at?, first: first?, times })
    }
}

impl Goal {
    const WORDS: [(&'static str, Self); 1] = [("order", Self::Order)];
}

impl Described for Goal {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Goal {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of `[campaigns.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a campaign",
    all: &[
        Key::of::<At<Schedule>>("trigger", Absent::Required, "when it happens, in local time of each segment (R2, R7)"),
        Key::of::<Goal>(
            "goal",
            Absent::Means("none"),
            "any order of the customer after the trigger ends the run (R20)",
        ),
        Key::of::<Input<Positive>>(
            "intent",
            Absent::Default(Plain::Whole(1)),
            "factor on the odds of ordering at every touch of a journey that a click opened",
        ),
        Key::of::<Input<Share>>(
            "displacement",
            Absent::Default(Plain::Whole(0)),
            "chance that an order which a contact caused is only a natural order moved forward (R16)",
        ),
        Key::of::<Span>(
            "displacement_window",
            Absent::Default(Plain::Text("30d")),
            "how far ahead a natural order may be moved",
        ),
    ],
    rules: &[],
};

impl Described for Campaign {
    const KIND: Kind = Kind::new("", "a table", Form::Table(&KEYS));
}

/// Reads one `[campaigns.NAME]`.
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Campaign> {
    let mut fields = Fields::of(&entry.value, &KEYS, context)?;
    let trigger = fields.required("trigger", context);
    let goal = fields.optional("goal", context);
    let intent = fields.or_default("intent", context);
    let displacement = fields.or_default("displacement", context);
    let Span(window) = fields.or_default("displacement_window", context);
    fields.finish(context);
    Some(Campaign {
        name: entry.key.clone(),
        at: entry.key_at,
        trigger: trigger?,
        goal,
        intent,
        displacement,
        displacement_window: window,
    })
}
