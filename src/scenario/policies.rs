//! Policies: what a strategy keeps to whatever its plans say (R38 to R41).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use super::hours::{self, FROM, Hours, TOGETHER, UNTIL, WEEKDAYS};
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, one_of};
use super::tree::Value;
use super::values::{DAY, Seconds, Share, Span, Stretch};

/// The policies of a strategy; what is not written is not kept to.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Share of customers who get no marketing, 0 to 1.
    pub holdout: f64,
    /// When marketing is not sent.
    pub quiet_hours: Vec<QuietRule>,
    /// How much marketing is sent at the most, in the order of the file.
    pub caps: Vec<Cap>,
    /// What happens where campaigns meet.
    pub arbitration: Option<Arbitration>,
}

/// Hours in which marketing is not sent (R38).
#[derive(Clone, Debug)]
pub struct QuietRule {
    /// On these channels; empty = all.
    pub channels: Vec<At<String>>,
    /// The hours.
    pub hours: Hours,
    /// Whether what comes due waits; else it is skipped.
    pub hold: bool,
}

/// A frequency cap (R39).
#[derive(Clone, Debug)]
pub struct Cap {
    /// So many messages at the most, 1 or more
    pub messages: u64,
    /// within so many seconds (whole days for a calendar window).
    pub per: Seconds,
    /// Where the window lies.
    pub window: CapWindow,
    /// Messages on these channels, counted together; empty = all.
    pub channels: Vec<At<String>>,
    /// Whether transactional messages count; they are sent in any case.
    pub counts_transactional: bool,
    /// What happens to a message for which there is no room.
    pub then: Capped,
}

/// Where the window of a cap lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapWindow {
    /// The last so many seconds.
    Rolling,
    /// The customer's calendar day and the days before it.
    Calendar,
}

/// What happens to a message for which a cap has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capped {
    /// Its step is skipped.
    Skip,
    /// It waits until there is room.
    Hold,
    /// The run ends.
    End,
    /// Its step is skipped and the next one is due at once.
    NextChannel,
}

/// What happens where a campaign meets another of higher priority (R40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arbitration {
    /// How near they must be to meet, in seconds.
    pub window: Seconds,
    /// What happens to the lower one's step.
    pub then: GivesWay,
}

/// What happens to a step that gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivesWay {
    /// It is skipped.
    Skip,
    /// It waits.
    Hold,
    /// The run ends.
    End,
}

/// The keys of `[strategies.NAME.policies]`.
pub(super) const POLICIES: Keys = Keys {
    what: "a set of policies",
    all: &[
        Key::of::<Share>(
            "holdout",
            Absent::Default(Plain::Whole(0)),
            "share of customers who get no marketing, the same under every strategy",
        ),
        Key::of::<Vec<QuietRule>>("quiet_hours", Absent::Means("none"), "when marketing is not sent (R38)")
            .within(0, 16)
            .or_empty(),
        Key::of::<Vec<Cap>>(
            "caps",
            Absent::Means("none"),
            "how many messages are sent at the most; the first full one decides (R39)",
        )
        .within(0, 16)
        .or_empty(),
        Key::of::<Arbitration>(
            "arbitration",
            Absent::Means("none"),
            "lets campaigns of higher `priority` go first (R40)",
        ),
    ],
    rules: &[],
};

impl Described for Policies {
    const KIND: Kind = Kind::new("set of policies", "a table of policies", Form::Table(&POLICIES));
}

impl FromValue for Policies {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &POLICIES, context)?;
        let Share(holdout) = fields.or_default("holdout", context);
        let quiet_hours = fields.listed("quiet_hours", context);
        let caps = fields.listed("caps", context);
        let arbitration = fields.optional("arbitration", context);
        fields.finish(context);
        Some(Self { holdout, quiet_hours, caps, arbitration })
    }
}

const CHANNELS: Key =
    Key::of::<Vec<At<String>>>("channels", Absent::Means("all"), "only messages on these channels").within(1, 64);

/// What happens to a message that comes due while it is quiet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quiet {
    Hold,
    Skip,
}

impl Quiet {
    const WORDS: [(&'static str, Self); 2] = [("hold", Self::Hold), ("skip", Self::Skip)];
}

impl Described for Quiet {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Quiet {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of one of the `quiet_hours`.
pub(super) const QUIET_RULE: Keys = Keys {
    what: "a quiet rule",
    all: &[
        FROM,
        UNTIL,
        WEEKDAYS,
        CHANNELS,
        Key::of::<Quiet>(
            "then",
            Absent::Default(Plain::Text("hold")),
            "whether what comes due waits until it is no longer quiet, or its step is skipped",
        ),
    ],
    rules: &TOGETHER,
};

impl Described for QuietRule {
    const KIND: Kind = Kind::new("quiet rule", "{ from = \"21:00\", until = \"08:00\" }", Form::Table(&QUIET_RULE));
}

impl FromValue for QuietRule {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &QUIET_RULE, context)?;
        let hours: Hours = hours::read(&mut fields, context);
        let channels = fields.listed("channels", context);
        let then = fields.or_default::<Quiet>("then", context);
        fields.finish(context);
        Some(Self { channels, hours, hold: then == Quiet::Hold })
    }
}

impl CapWindow {
    const WORDS: [(&'static str, Self); 2] = [("rolling", Self::Rolling), ("calendar", Self::Calendar)];
}

impl Described for CapWindow {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for CapWindow {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

impl Capped {
    const WORDS: [(&'static str, Self); 4] =
        [("skip", Self::Skip), ("hold", Self::Hold), ("end", Self::End), ("next-channel", Self::NextChannel)];
}

impl Described for Capped {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Capped {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// Which messages a cap counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Marketing,
    All,
}

impl Counts {
    const WORDS: [(&'static str, Self); 2] = [("marketing", Self::Marketing), ("all", Self::All)];
}

impl Described for Counts {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Counts {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of one of the `caps`.
pub(super) const CAP: Keys = Keys {
    what: "a cap",
    all: &[
        Key::of::<At<u64>>("messages", Absent::Required, "so many at the most to one customer").within(1, 1000),
        Key::of::<At<Stretch>>("per", Absent::Required, "within so long; whole days with `window = \"calendar\"`"),
        Key::of::<CapWindow>(
            "window",
            Absent::Default(Plain::Text("rolling")),
            "the last so many seconds, or the customer's calendar days: today and the days before it",
        ),
        CHANNELS,
        Key::of::<Counts>(
            "counts",
            Absent::Default(Plain::Text("marketing")),
            "whether transactional messages count too; they are sent in any case",
        ),
        Key::of::<Capped>(
            "then",
            Absent::Default(Plain::Text("skip")),
            "what happens to a message for which there is no room: its step is skipped, waits until there is room, or ends \
             the run; or the next step is due at once, without its `after` and `at`",
        ),
    ],
    rules: &[],
};

impl Described for Cap {
    const KIND: Kind = Kind::new("cap", "{ messages = 2, per = \"7d\" }", Form::Table(&CAP));
}

impl FromValue for Cap {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &CAP, context)?;
        if !fields.has("messages") {
            fields.required::<At<u64>>("messages", context);
        }
        let messages = fields.whole("messages", context);
        let per = fields.required::<At<Stretch>>("per", context);
        let window = fields.or_default("window", context);
        let channels = fields.listed("channels", context);
        let counts = fields.or_default::<Counts>("counts", context);
        let then = fields.or_default("then", context);
        fields.finish(context);
        let (messages, per) = (messages?, per?);
        if window == CapWindow::Calendar && per.value.0 % DAY != 0 {
            let message = format!("a cap's calendar window must be whole days, found {}", Span(per.value.0));
            context.error(Problem::error(message, per.at).help("for hours use `window = \"rolling\"`"));
        }
        let counts_transactional = counts == Counts::All;
        Some(Self { messages: messages.value, per: per.value.0, window, channels, counts_transactional, then })
    }
}

impl GivesWay {
    const WORDS: [(&'static str, Self); 3] = [("skip", Self::Skip), ("hold", Self::Hold), ("end", Self::End)];
}

impl Described for GivesWay {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for GivesWay {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

const ARBITRATION: Keys = Keys {
    what: "an arbitration",
    all: &[
        Key::of::<Stretch>("window", Absent::Required, "how near two campaigns must be to meet"),
        Key::of::<GivesWay>(
            "then",
            Absent::Default(Plain::Text("skip")),
            "what happens to the lower one's step: it is skipped, waits, or ends the run",
        ),
    ],
    rules: &[],
};

impl Described for Arbitration {
    const KIND: Kind = Kind::new("", "{ window = \"24h\" }", Form::Table(&ARBITRATION));
}

impl FromValue for Arbitration {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &ARBITRATION, context)?;
        let window = fields.required("window", context);
        let then = fields.or_default("then", context);
        fields.finish(context);
        let Stretch(window) = window?;
        Some(Self { window, then })
    }
}
