//! Campaigns: when the firm turns to its customers, and to what end. How it does so is a strategy's plan.

use super::audience::Audience;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use super::input::Input;
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, one_of};
use super::tree::{Entry, Value};
use super::trigger::{Calendar, Concurrency, Days, Reentry, Trigger};
use super::values::{Count, DAY, Positive, Seconds, Share, Span, TimeOfDay};

/// An occasion to contact customers.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// When it happens.
    pub trigger: At<Trigger>,
    /// Whom it is for, where a plan does not say.
    pub audience: Audience,
    /// Share of customers who get nothing of it, 0 to 1, where a plan does not say.
    pub holdout: f64,
    /// Whether a customer may begin another run.
    pub reentry: Reentry,
    /// What happens while an earlier run is under way.
    pub concurrency: Concurrency,
    /// What ends a run early with success (R20).
    pub goal: Option<Goal>,
    /// What ends a run early without (R20).
    pub exit: Vec<Exit>,
    /// So many seconds after the trigger a run ends.
    pub exit_after: Option<Seconds>,
    /// Whether goal and exits end a run at once; else they are read when a step is due.
    pub exits_at_once: bool,
    /// Whether it is marketing or what a customer must be told (R41).
    pub purpose: Purpose,
    /// Which campaign goes first where two meet (R40): the higher one.
    pub priority: u64,
    /// Factor on the odds of ordering at every touch of a journey that a click opened; 1 = like any journey.
    pub intent: Input<Positive>,
    /// Chance that an order which a contact caused is only a natural order moved forward (R16).
    pub displacement: Input<Share>,
    /// How far ahead a natural order may be moved, in seconds.
    pub displacement_window: Seconds,
}

/// What a run is after (R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What the customer must do after the trigger.
    pub event: GoalEvent,
    /// Less than so many seconds after it; none = at any time.
    pub within: Option<Seconds>,
}

/// What meets a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalEvent {
    /// Any order of the customer.
    Order,
    /// A click on any message.
    Click,
    /// A reply to any message.
    Reply,
    /// A click or a reply.
    Response,
}

/// What a customer does to leave a run (R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Opens any message.
    Opened,
    /// Clicks any message.
    Clicked,
    /// Replies to any message.
    Replied,
    /// Orders.
    Ordered,
    /// Opts out of any channel.
    OptedOut,
    /// Is no longer in the audience.
    Audience,
}

/// What messages are for (R41).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sell: needs consent and keeps to the policies.
    Marketing,
    /// What a customer must be told: needs no consent and is subject to no policy.
    Transactional,
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

impl Described for Trigger {
    const KIND: Kind = Kind::new("trigger", "{ every = \"7d\", at = \"10:00\" }", Form::Table(&TRIGGER));
}

impl FromValue for Trigger {
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
        let days = Days::Every { every: every?, first: first? };
        Some(Self::Calendar(Calendar { days, at: at?, months: Vec::new(), times, zone: None, offset: 0 }))
    }
}

impl Goal {
    const WORDS: [(&'static str, Self); 1] = [("order", Self { event: GoalEvent::Order, within: None })];
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
        Key::of::<At<Trigger>>("trigger", Absent::Required, "when it happens, in local time of each segment (R2, R7)"),
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
        audience: Audience::default(),
        holdout: 0.0,
        reentry: Reentry::Always,
        concurrency: Concurrency::Allow,
        goal,
        exit: Vec::new(),
        exit_after: None,
        exits_at_once: false,
        purpose: Purpose::Marketing,
        priority: 0,
        intent,
        displacement,
        displacement_window: window,
    })
}
