//! Campaigns: when the firm turns to its customers, and to what end. How it does so is a strategy's plan.

use super::audience::Audience;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use super::input::Input;
use super::place::Place;
use super::problems::{Problem, nearest};
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::text::{Text, Texts};
use super::tree::{Entry, Value};
use super::trigger::{Concurrency, Reentry, Trigger};
use super::values::{Positive, Seconds, Share, Span, Stretch};

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
    /// What its messages say, by channel.
    pub texts: Vec<(At<String>, Text)>,
    /// Whether its messages need no approved template, and so may only be sent within a channel's window (R55).
    pub free_form: Option<At<bool>>,
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

impl Campaign {
    /// Whether its messages follow no approved template.
    pub fn is_free_form(&self) -> bool {
        self.free_form.as_ref().is_some_and(|free_form| free_form.value)
    }
}

impl GoalEvent {
    const WORDS: [(&'static str, Self); 4] =
        [("order", Self::Order), ("click", Self::Click), ("reply", Self::Reply), ("response", Self::Response)];
}

impl Described for GoalEvent {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for GoalEvent {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of a `goal`.
const GOAL: Keys = Keys {
    what: "a goal",
    all: &[
        Key::of::<GoalEvent>(
            "event",
            Absent::Required,
            "what the customer does: orders, clicks, replies, or one of the last two",
        ),
        Key::of::<Stretch>("within", Absent::Means("at any time"), "less than so long after the trigger"),
    ],
    rules: &[],
};

impl Goal {
    const WORDS: [(&'static str, Self); 1] = [("order", Self { event: GoalEvent::Order, within: None })];
}

impl Described for Goal {
    const KIND: Kind = Kind::new(
        "",
        "\"order\" or { event = \"click\", within = \"7d\" }",
        Form::OneOf(&[Kind::words(&words(&Self::WORDS)), Kind::new("", "", Form::Table(&GOAL))]),
    );
}

impl FromValue for Goal {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if let Some(word) = value.as_text() {
            if let Some((_, goal)) = Self::WORDS.iter().find(|(own, _)| *own == word) {
                return Some(*goal);
            }
            let message = format!("`{}` must be {}, found {}", context.path(), Self::KIND.expected(), value.shown());
            let problem = Problem::error(message, value.at);
            let event = nearest(word, GoalEvent::WORDS.map(|(word, _)| word));
            context.error(match event {
                Some("order") => problem.help("did you mean `order`?"),
                Some(event) => problem.help(format!("write {{ event = \"{event}\" }}")),
                None => problem.help("an event is order, click, reply or response"),
            });
            return None;
        }
        if value.as_table().is_none() {
            return mismatch(value, context);
        }
        let mut fields = Fields::of(value, &GOAL, context)?;
        let event = fields.required("event", context);
        let within = fields.optional("within", context).map(|Stretch(length)| length);
        fields.finish(context);
        Some(Self { event: event?, within })
    }
}

impl Exit {
    const WORDS: [(&'static str, Self); 6] = [
        ("opened", Self::Opened),
        ("clicked", Self::Clicked),
        ("replied", Self::Replied),
        ("ordered", Self::Ordered),
        ("opted-out", Self::OptedOut),
        ("audience", Self::Audience),
    ];
}

impl Described for Exit {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Exit {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// When goal and exits end a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exits {
    WhenDue,
    AtOnce,
}

impl Exits {
    const WORDS: [(&'static str, Self); 2] = [("when-due", Self::WhenDue), ("at-once", Self::AtOnce)];
}

impl Described for Exits {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Exits {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

impl Purpose {
    const WORDS: [(&'static str, Self); 2] = [("marketing", Self::Marketing), ("transactional", Self::Transactional)];
}

impl Described for Purpose {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Purpose {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of `[campaigns.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a campaign",
    all: &[
        Key::of::<At<Trigger>>(
            "trigger",
            Absent::Required,
            "when it turns to a customer: by the calendar, in local time, or when something happens (R2, R7, R36)",
        ),
        Key::of::<Audience>(
            "audience",
            Absent::Means("everybody"),
            "whom it is for: all that is written must hold when it comes up (R37)",
        )
        .or_empty(),
        Key::of::<Share>(
            "holdout",
            Absent::Default(Plain::Whole(0)),
            "share of customers who enter like all others but get nothing of it",
        ),
        Key::of::<Reentry>(
            "reentry",
            Absent::Default(Plain::Text("always")),
            "whether a customer may have another run: at every trigger, never, or not within so long of the beginning of the \
             last one (R37)",
        ),
        Key::of::<Concurrency>(
            "concurrency",
            Absent::Default(Plain::Text("allow")),
            "what a trigger does while an earlier run still has a step ahead of it: begin another beside it, nothing, or \
             replace it (R37)",
        ),
        Key::of::<Goal>(
            "goal",
            Absent::Means("none"),
            "what a run is after: an order, or another event within a time of the trigger; once met, the run ends (R20)",
        ),
        Key::of::<Vec<Exit>>(
            "exit",
            Absent::Means("none"),
            "whoever does one of these after the trigger, or is no longer in the audience, leaves the run (R20)",
        )
        .within(1, 6),
        Key::of::<Stretch>("exit_after", Absent::Means("none"), "so long after the trigger every run ends (R20)"),
        Key::of::<Exits>(
            "exits",
            Absent::Default(Plain::Text("when-due")),
            "whether goal and exits are read when a step is due, or end a run in the second in which they happen (R20)",
        ),
        Key::of::<Purpose>(
            "purpose",
            Absent::Default(Plain::Text("marketing")),
            "what it is for; transactional messages need no consent and are subject to no policy (R41)",
        ),
        Key::of::<At<u64>>(
            "priority",
            Absent::Default(Plain::Whole(0)),
            "the higher one goes first where campaigns meet and a strategy has an `arbitration` (R40)",
        )
        .within(0, 1000),
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
        Key::of::<Texts>(
            "texts",
            Absent::Means("one segment each"),
            "what its messages say, by channel: decides how many segments are billed (R54)",
        )
        .or_empty(),
        Key::of::<At<bool>>(
            "free_form",
            Absent::Default(Plain::Bool(false)),
            "whether its messages follow no approved template: on a channel with a `window` they may then only be sent \
             within it (R55)",
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
    let audience = fields.optional::<Audience>("audience", context);
    let Share(holdout) = fields.or_default("holdout", context);
    let reentry = fields.or_default("reentry", context);
    let concurrency = fields.or_default("concurrency", context);
    let goal = fields.optional("goal", context);
    let exit = fields.listed("exit", context);
    let exit_after = fields.optional("exit_after", context).map(|Stretch(length)| length);
    let exits = fields.or_default::<Exits>("exits", context);
    let purpose = fields.or_default("purpose", context);
    let priority = fields.whole("priority", context);
    let intent = fields.or_default("intent", context);
    let displacement = fields.or_default("displacement", context);
    let Span(window) = fields.or_default("displacement_window", context);
    let texts = fields.optional("texts", context).map_or_else(Vec::new, |Texts(all)| all);
    let free_form = fields.optional("free_form", context);
    fields.finish(context);
    Some(Campaign {
        name: entry.key.clone(),
        at: entry.key_at,
        trigger: trigger?,
        audience: audience.unwrap_or_default(),
        holdout,
        reentry,
        concurrency,
        goal,
        exit,
        exit_after,
        exits_at_once: exits == Exits::AtOnce,
        purpose,
        priority: priority.map_or(0, |priority| priority.value),
        intent,
        displacement,
        displacement_window: window,
        texts,
        free_form,
    })
}
