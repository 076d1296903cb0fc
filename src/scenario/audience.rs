//! Audiences: which customers a campaign is for (R37).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, one_of};
use super::tree::Value;
use super::values::{Seconds, Share, Span, Stretch};

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

impl Stage {
    const WORDS: [(&'static str, Self); 5] = [
        ("prospect", Self::Prospect),
        ("new", Self::New),
        ("repeat", Self::Repeat),
        ("lapsing", Self::Lapsing),
        ("lapsed", Self::Lapsed),
    ];
}

impl Described for Stage {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Stage {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of an `audience`.
pub(super) const AUDIENCE: Keys = Keys {
    what: "an audience",
    all: &[
        Key::of::<Vec<At<String>>>("segments", Absent::Means("any"), "is of one of these segments").within(1, 10_000),
        Key::of::<Vec<Stage>>("stages", Absent::Means("any"), "is in one of these stages, as the firm sees it")
            .within(1, 5),
        Key::of::<At<Stretch>>("ordered_within", Absent::Means("not asked"), "has ordered less than so long ago"),
        Key::of::<At<Stretch>>(
            "not_ordered_for",
            Absent::Means("not asked"),
            "has not ordered for at least so long (never ordered counts from joining)",
        ),
        Key::of::<At<Stretch>>(
            "responded_within",
            Absent::Means("not asked"),
            "has clicked or replied less than so long ago",
        ),
        Key::of::<At<Stretch>>(
            "not_responded_for",
            Absent::Means("not asked"),
            "has neither clicked nor replied for at least so long",
        ),
        Key::of::<Vec<At<String>>>(
            "opted_in",
            Absent::Means("not asked"),
            "has opted in to all of these channels and not opted out since",
        )
        .within(1, 64),
        Key::of::<Share>(
            "share",
            Absent::Means("all"),
            "is of a random share of all customers, the same at every occurrence and under every strategy",
        ),
    ],
    rules: &[],
};

impl Described for Audience {
    const KIND: Kind = Kind::new("audience", "{ not_ordered_for = \"60d\" }", Form::Table(&AUDIENCE));
}

impl FromValue for Audience {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &AUDIENCE, context)?;
        let segments = fields.listed("segments", context);
        let stages = fields.listed("stages", context);
        let ordered = within_and_not_for(["ordered_within", "not_ordered_for"], &mut fields, context);
        let responded = within_and_not_for(["responded_within", "not_responded_for"], &mut fields, context);
        let opted_in = fields.listed("opted_in", context);
        let share = fields.optional("share", context).map(|Share(share)| share);
        if let (&[Stage::Prospect], Some(entry)) = (&stages[..], fields.entry("ordered_within")) {
            let at = entry.key_at;
            let message = "a prospect has never ordered, so that nobody belongs to this audience";
            context.error(Problem::error(message, at).help("leave `ordered_within` or `stages` away"));
        }
        fields.finish(context);
        let ((ordered_within, not_ordered_for), (responded_within, not_responded_for)) = (ordered, responded);
        Some(Self {
            segments,
            stages,
            ordered_within,
            not_ordered_for,
            responded_within,
            not_responded_for,
            opted_in,
            share,
        })
    }
}

/// Reads two keys of which the first must be longer: less than so long ago, and not for so long.
fn within_and_not_for(
    [within, not_for]: [&'static str; 2],
    fields: &mut Fields<'_>,
    context: &mut Context<'_>,
) -> (Option<Seconds>, Option<Seconds>) {
    let [one, other] = [within, not_for].map(|key| fields.optional::<At<Stretch>>(key, context));
    if let (Some(one), Some(other)) = (&one, &other)
        && other.value.0 >= one.value.0
    {
        let message = format!(
            "nobody belongs to this audience: `{not_for}` of {} and `{within}` of {} exclude each other",
            Span(other.value.0),
            Span(one.value.0)
        );
        let problem = Problem::error(message, other.at).also(one.at, "less than so long ago");
        context.error(problem.help(format!("`{not_for}` must be shorter than `{within}`")));
    }
    let seconds = |read: Option<At<Stretch>>| read.map(|At { value: Stretch(seconds), .. }| seconds);
    (seconds(one), seconds(other))
}

/// The keys of `[stages]`.
const STAGES: Keys = Keys {
    what: "`stages`",
    all: &[
        Key::of::<At<Stretch>>(
            "lapsing_after",
            Absent::Default(Plain::Text("90d")),
            "who has not ordered for so long is *lapsing*",
        ),
        Key::of::<At<Stretch>>(
            "lapsed_after",
            Absent::Default(Plain::Text("180d")),
            "who has not ordered for so long is *lapsed*; not shorter",
        ),
    ],
    rules: &[],
};

impl Described for Stages {
    const KIND: Kind = Kind::new("", "{ lapsing_after = \"90d\", lapsed_after = \"180d\" }", Form::Table(&STAGES));
}

impl FromValue for Stages {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &STAGES, context)?;
        let [lapsing, lapsed] =
            ["lapsing_after", "lapsed_after"].map(|key| fields.or_default::<At<Stretch>>(key, context));
        let default = |key: &str| if fields.has(key) { "" } else { " (the default)" };
        if lapsed.value.0 < lapsing.value.0 {
            let message = format!(
                "customers would be lapsed after {}{} and lapsing only after {}{}",
                Span(lapsed.value.0),
                default("lapsed_after"),
                Span(lapsing.value.0),
                default("lapsing_after")
            );
            let at = if fields.has("lapsed_after") { lapsed.at } else { lapsing.at };
            context.error(Problem::error(message, at).help("`lapsed_after` must not be shorter than `lapsing_after`"));
        }
        fields.finish(context);
        Some(Self { lapsing_after: lapsing.value.0, lapsed_after: lapsed.value.0 })
    }
}
