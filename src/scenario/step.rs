//! Steps of a cascade: what is sent, when, and under which condition (R18, R19).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, OneOrMore, one_of};
use super::tree::Value;
use super::values::{Seconds, Span, Stretch, TimeOfDay};

/// One step of a cascade (R18, R19).
#[derive(Clone, Debug)]
pub struct Step {
    /// The channel to send on.
    pub send: At<String>,
    /// How long after the last message actually sent in this run, else after the trigger, in seconds.
    pub after: Seconds,
    /// Local time of day for which it waits then.
    pub at: Option<TimeOfDay>,
    /// Responses any of which makes the step unnecessary; empty = none.
    pub unless: Vec<At<Response>>,
    /// Responses one of which it needs; empty = none.
    pub only_if: Vec<At<Response>>,
    /// What happens when it is unnecessary; none = the run ends for `unless`, the next step follows for `only_if`.
    pub otherwise: Option<Otherwise>,
    /// Channels to try, one after the other, if the message could not be delivered.
    pub fallback: Vec<At<String>>,
    /// How long after it was due it may still be sent, in seconds, above 0.
    pub ttl: Option<Seconds>,
    /// Segments whose customers have the step; empty = all.
    pub segments: Vec<At<String>>,
}

/// What an earlier contact of the run may have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Response {
    /// It was delivered.
    Delivered,
    /// It was opened.
    Opened,
    /// It was clicked.
    Clicked,
    /// It was replied to.
    Replied,
    /// It was clicked or replied to.
    Responded,
    /// A journey that it opened ended in an order.
    Ordered,
}

/// What a met condition does (R19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// The run ends.
    End,
    /// Only this step is skipped.
    Next,
}

impl Response {
    const WORDS: [(&'static str, Self); 6] = [
        ("delivered", Self::Delivered),
        ("opened", Self::Opened),
        ("clicked", Self::Clicked),
        ("replied", Self::Replied),
        ("responded", Self::Responded),
        ("ordered", Self::Ordered),
    ];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, own)| *own == self).map_or("", |(word, _)| word)
    }
}

impl Described for Response {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Response {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

impl Otherwise {
    const WORDS: [(&'static str, Self); 2] = [("end", Self::End), ("next", Self::Next)];
}

impl Described for Otherwise {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Otherwise {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of a step of a cascade.
pub(super) const STEP: Keys = Keys {
    what: "a step",
    all: &[
        Key::of::<At<String>>("send", Absent::Required, "the channel to send on"),
        Key::of::<Span>(
            "after",
            Absent::Default(Plain::Text("0s")),
            "wait since the last message actually sent in this run, else since the run's clock began; a step that could not \
             be sent costs no time (R18)",
        ),
        Key::of::<TimeOfDay>("at", Absent::Means("at once"), "the first such local time of day from then on"),
        Key::of::<OneOrMore<At<Response>>>(
            "unless",
            Absent::Means("none"),
            "read when the step is due: has any earlier contact of this run come so far? Of a list, one is enough (R19)",
        ),
        Key::of::<OneOrMore<At<Response>>>(
            "only_if",
            Absent::Means("none"),
            "the same, but the step needs it: if none of these has come, it is skipped (R19)",
        ),
        Key::of::<At<Otherwise>>(
            "otherwise",
            Absent::Means("`\"end\"` for `unless`, `\"next\"` for `only_if`"),
            "what happens instead: the run ends, or only this step is skipped (R19)",
        ),
        Key::of::<OneOrMore<At<String>>>(
            "fallback",
            Absent::Means("none"),
            "channels to try at once, one after the other, if the message was sent and could not be delivered",
        ),
        Key::of::<Stretch>(
            "ttl",
            Absent::Means("for ever"),
            "a step that has waited so long since it was due is not sent any more",
        ),
        Key::of::<Vec<At<String>>>(
            "segments",
            Absent::Means("all"),
            "only customers of these segments have the step; for others it is no part of the plan",
        )
        .within(1, 10_000),
    ],
    rules: &[Rule::Needs("otherwise", &["unless", "only_if"])],
};

impl Described for Step {
    const KIND: Kind =
        Kind::new("step", "{ send = \"push\", after = \"24h\", unless = \"clicked\" }", Form::Table(&STEP));
}

impl FromValue for Step {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &STEP, context)?;
        let send = fields.required("send", context);
        let Span(after) = fields.or_default("after", context);
        let at = fields.optional("at", context);
        let unless = fields.one_or_more("unless", context);
        let only_if = fields.one_or_more("only_if", context);
        let otherwise = fields.optional::<At<Otherwise>>("otherwise", context);
        let fallback = fields.one_or_more("fallback", context);
        let ttl = fields.optional("ttl", context).map(|Stretch(length)| length);
        let segments = fields.listed("segments", context);
        if let (Some(otherwise), false) = (&otherwise, fields.has("unless") || fields.has("only_if")) {
            let message = "`otherwise` says what happens instead, but there is neither `unless` nor `only_if`";
            context.error(Problem::error(message, otherwise.at));
        }
        contradiction(&unless, &only_if, context);
        fields.finish(context);
        let otherwise = otherwise.map(|otherwise| otherwise.value);
        Some(Self { send: send?, after, at, unless, only_if, otherwise, fallback, ttl, segments })
    }
}

/// Notes a condition that cannot be met: all that `only_if` asks for comes with what `unless` forbids.
fn contradiction(unless: &[At<Response>], only_if: &[At<Response>], context: &mut Context<'_>) {
    let forbidden = |asked: &At<Response>| unless.iter().find(|forbidden| asked.value.comes_with(forbidden.value));
    let all: Option<Vec<_>> = only_if.iter().map(|asked| Some((asked, forbidden(asked)?))).collect();
    if let Some(&[(asked, forbidden), ..]) = all.as_deref() {
        let (asked_word, word) = (asked.value.word(), forbidden.value.word());
        let why = if asked_word == word {
            format!("needs `{word}` and forbids it")
        } else {
            format!("needs `{asked_word}`, with which `{word}` comes, and forbids that")
        };
        let problem = Problem::error(format!("this step {why}: it can never be sent"), asked.at);
        context.error(problem.also(forbidden.at, "forbidden here"));
    }
}

impl Response {
    /// Whether this response is, or has brought, another one.
    pub(crate) fn comes_with(self, other: Self) -> bool {
        let came_before: &[Self] = match self {
            Self::Delivered => &[],
            Self::Opened => &[Self::Delivered],
            Self::Clicked | Self::Replied => &[Self::Responded, Self::Opened, Self::Delivered],
            Self::Responded => &[Self::Opened, Self::Delivered],
            Self::Ordered => &[Self::Clicked, Self::Responded, Self::Opened, Self::Delivered],
        };
        self == other || came_before.contains(&other)
    }
}
