//! Triggers: the occasions on which a campaign turns to a customer (R36).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, alternatives, words};
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::tree::{Data, Value};
use super::values::{Count, DAY, Date, Seconds, Span, Stretch, TimeOfDay, Weekday};

/// When a campaign turns to a customer.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// By the calendar.
    Calendar(Calendar),
    /// When something happens to the customer.
    Event(TriggerEvent),
}

/// Instants that a calendar rule names.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The days.
    pub days: Days,
    /// Time of day.
    pub at: TimeOfDay,
    /// Of `days`, only those of these months (1 to 12); empty = all.
    pub months: Vec<i8>,
    /// How many at the most; none = until the tail.
    pub times: Option<u64>,
    /// IANA name of the zone whose date and time are meant; none = each segment's own.
    pub zone: Option<At<String>>,
    /// Seconds from the written date and time to the instant: negative = before.
    pub offset: Seconds,
}

/// The days of a calendar rule.
#[derive(Clone, Debug)]
pub enum Days {
    /// From `first` days after the start, every so many days.
    Every {
        /// Days between two.
        every: i64,
        /// Days from the start to the first.
        first: i64,
    },
    /// On days of the week (0 = Monday), from `first` days after the start on.
    Week {
        /// 0 = Monday to 6 = Sunday, ascending.
        weekdays: Vec<i8>,
        /// Days from the start to the first day that counts.
        first: i64,
    },
    /// On days of the month (1 to 31), from `first` days after the start on.
    Month {
        /// 1 to 31, ascending.
        days: Vec<i8>,
        /// Days from the start to the first day that counts.
        first: i64,
    },
    /// Once.
    On(Date),
}

/// Something that happens to a customer and triggers a campaign.
#[derive(Clone, Debug)]
pub enum TriggerEvent {
    /// It joins.
    Joined,
    /// It orders.
    Ordered,
    /// A journey leaves a cart behind.
    CartAbandoned,
    /// It has not ordered for so long, in seconds.
    Inactive(Seconds),
    /// It clicks a message.
    Clicked(Message),
    /// It replies to a message.
    Replied(Message),
}

/// Which messages are meant.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Only those of this campaign.
    pub campaign: Option<At<String>>,
    /// Only those on this channel.
    pub channel: Option<At<String>>,
}

/// Whether a customer may begin another run of a campaign (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reentry {
    /// At every trigger.
    Always,
    /// Only one run.
    Never,
    /// Not within so many seconds of the beginning of the last run.
    After(Seconds),
}

/// What a trigger does while an earlier run of the campaign is under way (R37).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// A run begins beside it.
    Allow,
    /// No run begins.
    Skip,
    /// The earlier runs end, and a run begins.
    Replace,
}

impl Trigger {
    /// The calendar rule, if it is one.
    pub fn calendar(&self) -> Option<&Calendar> {
        match self {
            Self::Calendar(calendar) => Some(calendar),
            Self::Event(_) => None,
        }
    }
}

impl Days {
    /// Days from the start to the first day that may count.
    pub fn first(&self) -> i64 {
        match self {
            Self::Every { first, .. } | Self::Week { first, .. } | Self::Month { first, .. } => *first,
            Self::On(_) => 0,
        }
    }
}

impl Calendar {
    /// At least as many as come up in so many seconds.
    pub(super) fn most(&self, horizon: Seconds) -> f64 {
        let days = horizon as f64 / DAY as f64 + 1.0;
        let all = match &self.days {
            Days::Every { every, .. } => days / *every as f64 + 1.0,
            Days::Week { weekdays, .. } => (days / 7.0 + 1.0) * weekdays.len() as f64,
            Days::Month { days: of_month, .. } => (days / 28.0 + 1.0) * of_month.len() as f64,
            Days::On(_) => 1.0,
        };
        all.min(self.times.map_or(f64::INFINITY, |times| times as f64))
    }

    /// Where its zone is written, if it has one of its own.
    pub fn zone_at(&self) -> Option<Place> {
        self.zone.as_ref().map(|zone| zone.at)
    }
}

/// A day of the month.
struct MonthDay(i8);

impl Described for MonthDay {
    const KIND: Kind = Kind::new("day of the month", "a day of the month, 1 to 31", Form::Whole(1, 31));
}

impl FromValue for MonthDay {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match value.data {
            Data::Integer(day @ 1..=31) => Some(Self(day as i8)),
            _ => mismatch(value, context),
        }
    }
}

/// A month, 1 to 12.
struct Month(i8);

impl Month {
    const WORDS: [(&'static str, i8); 12] = [
        ("jan", 1),
        ("feb", 2),
        ("mar", 3),
        ("apr", 4),
        ("may", 5),
        ("jun", 6),
        ("jul", 7),
        ("aug", 8),
        ("sep", 9),
        ("oct", 10),
        ("nov", 11),
        ("dec", 12),
    ];
}

impl Described for Month {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Month {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context).map(Self)
    }
}

/// The word of a [`TriggerEvent`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum EventWord {
    Joined,
    Ordered,
    CartAbandoned,
    Inactive,
    Clicked,
    Replied,
}

impl EventWord {
    const WORDS: [(&'static str, Self); 6] = [
        ("joined", Self::Joined),
        ("ordered", Self::Ordered),
        ("cart-abandoned", Self::CartAbandoned),
        ("inactive", Self::Inactive),
        ("clicked", Self::Clicked),
        ("replied", Self::Replied),
    ];
}

impl Described for EventWord {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for EventWord {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of which a trigger has exactly one.
const KINDS: [&str; 5] = ["every", "weekdays", "days", "on", "event"];
/// Which of [`KINDS`] the other keys go with.
const GO_WITH: [(&str, &[&str]); 7] = [
    ("at", &["every", "weekdays", "days", "on"]),
    ("first", &["every", "weekdays", "days"]),
    ("times", &["every", "weekdays", "days"]),
    ("months", &["every", "weekdays", "days"]),
    ("zone", &["every", "weekdays", "days", "on"]),
    ("before", &["every", "weekdays", "days", "on"]),
    ("later", &["every", "weekdays", "days", "on"]),
];
/// Which events the other keys go with.
const GO_WITH_EVENTS: [(&str, &[&str]); 3] =
    [("for", &["inactive"]), ("campaign", &["clicked", "replied"]), ("channel", &["clicked", "replied"])];

/// The keys of a campaign's `trigger`.
pub(super) const TRIGGER: Keys = Keys {
    what: "a trigger",
    all: &[
        Key::of::<At<Span>>("every", Absent::Means("one of the five"), "whole days between two occurrences, 1 or more"),
        Key::of::<Vec<Weekday>>("weekdays", Absent::Means(""), "on these days of the week").within(1, 7),
        Key::of::<Vec<MonthDay>>(
            "days",
            Absent::Means(""),
            "on these days of the month; a month without such a day is left out",
        )
        .within(1, 31),
        Key::of::<Date>("on", Absent::Means(""), "once, on this day"),
        Key::of::<EventWord>("event", Absent::Means(""), "when this happens to the customer"),
        Key::of::<TimeOfDay>(
            "at",
            Absent::Means("must be written, but for `event`"),
            "local time of day in each segment's zone, or in `zone`",
        ),
        Key::of::<At<Span>>(
            "first",
            Absent::Default(Plain::Text("0d")),
            "with `every`, `weekdays` and `days`: whole days from `start` to the first occurrence, or to the first day that counts",
        ),
        Key::of::<Vec<Month>>(
            "months",
            Absent::Means("all"),
            "with `every`, `weekdays` and `days`: only what falls into these months",
        )
        .within(1, 12),
        Key::of::<Count>(
            "times",
            Absent::Means("until the tail"),
            "with `every`, `weekdays` and `days`: how many occurrences at the most",
        ),
        Key::of::<At<String>>(
            "zone",
            Absent::Means("each segment's own"),
            "IANA name of the zone whose date and time are meant, so that all customers are turned to at one instant",
        ),
        Key::of::<Stretch>("before", Absent::Means("none"), "so long before the date and time; not with `event`"),
        Key::of::<Stretch>("later", Absent::Means("none"), "so long after the date and time; not with `event`"),
        Key::of::<Stretch>(
            "for",
            Absent::Means("must be written with `event = \"inactive\"`"),
            "how long the customer has not ordered; only there",
        ),
        Key::of::<At<String>>(
            "campaign",
            Absent::Means("any"),
            "with `event = \"clicked\"` and `\"replied\"`: only messages of this campaign",
        ),
        Key::of::<At<String>>(
            "channel",
            Absent::Means("any"),
            "with `event = \"clicked\"` and `\"replied\"`: only messages on this channel",
        ),
    ],
    rules: &[
        Rule::ExactlyOne(&KINDS),
        Rule::AnyOf(&[&["at"], &["event"]]),
        Rule::Excludes("event", &["at", "first", "months", "times", "zone", "before", "later"]),
        Rule::Excludes("on", &["first", "months", "times"]),
        Rule::Excludes("before", &["later"]),
        Rule::Needs("for", &["event"]),
        Rule::Needs("campaign", &["event"]),
        Rule::Needs("channel", &["event"]),
    ],
};

impl Described for Trigger {
    const KIND: Kind = Kind::new("trigger", "{ every = \"7d\", at = \"10:00\" }", Form::Table(&TRIGGER));
}

impl FromValue for Trigger {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &TRIGGER, context)?;
        let present: Vec<&'static str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
        let [kind] = present[..] else {
            none_or_several(value, &present, context);
            fields.leave(&KINDS);
            fields.leave(&GO_WITH.map(|(key, _)| key));
            fields.leave(&GO_WITH_EVENTS.map(|(key, _)| key));
            fields.finish(context);
            return None;
        };
        for (key, _) in GO_WITH.iter().filter(|(_, kinds)| !kinds.contains(&kind)) {
            let with = GO_WITH.iter().find(|(own, _)| own == key).map_or(&[][..], |(_, kinds)| *kinds);
            without_meaning(
                &mut fields,
                key,
                &format!("`{kind}`"),
                with.iter().map(|kind| format!("`{kind}`")),
                context,
            );
        }
        for (key, events) in GO_WITH_EVENTS.iter().filter(|_| kind != "event") {
            let with = events.iter().map(|event| format!("`event = \"{event}\"`"));
            without_meaning(&mut fields, key, &format!("`{kind}`"), with, context);
        }
        let trigger = if kind == "event" { event(&mut fields, context) } else { calendar(kind, &mut fields, context) };
        fields.finish(context);
        trigger
    }
}

fn none_or_several(value: &Value, present: &[&str], context: &mut Context<'_>) {
    // A key that does not exist is probably the one that is missing, and is told of.
    let known = |key: &str| TRIGGER.get(key).is_some();
    if present.is_empty() && value.as_table().is_some_and(|table| table.0.iter().any(|entry| !known(&entry.key))) {
        context.complete = false;
        return;
    }
    let message = if present.is_empty() {
        format!("`{}` does not say when it comes up", context.path())
    } else {
        format!("`{}` is several triggers at once: {}", context.path(), present.join(", "))
    };
    context.error(Problem::error(message, value.at).help(
        "write exactly one of `every = \"7d\"`, `weekdays = [\"tue\"]`, `days = [1, 15]`, `on = 2026-03-12` and `event = \"joined\"`",
    ));
}

/// Notes a key that is written where it has no meaning.
fn without_meaning(
    fields: &mut Fields<'_>,
    key: &'static str,
    beside: &str,
    with: impl Iterator<Item = String>,
    context: &mut Context<'_>,
) {
    if let Some(entry) = fields.entry(key) {
        let message = format!("`{key}` has no meaning in a trigger with {beside}");
        context.error(Problem::error(message, entry.key_at).help(format!("it goes with {}", alternatives(with))));
    }
}

fn event(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Option<Trigger> {
    let word = fields.required::<EventWord>("event", context);
    let name = word.and_then(|word| EventWord::WORDS.iter().find(|(_, own)| *own == word)).map(|(name, _)| *name);
    for (key, events) in GO_WITH_EVENTS {
        match name {
            None => fields.leave(&[key]),
            Some(name) if !events.contains(&name) => {
                let with = events.iter().map(|event| format!("`event = \"{event}\"`"));
                without_meaning(fields, key, &format!("`event = \"{name}\"`"), with, context);
            }
            Some(_) => {}
        }
    }
    let mut message = |context: &mut Context<'_>| Message {
        campaign: fields.optional("campaign", context),
        channel: fields.optional("channel", context),
    };
    Some(Trigger::Event(match word? {
        EventWord::Joined => TriggerEvent::Joined,
        EventWord::Ordered => TriggerEvent::Ordered,
        EventWord::CartAbandoned => TriggerEvent::CartAbandoned,
        EventWord::Inactive => {
            let Stretch(length) = fields.required("for", context)?;
            TriggerEvent::Inactive(length)
        }
        EventWord::Clicked => TriggerEvent::Clicked(message(context)),
        EventWord::Replied => TriggerEvent::Replied(message(context)),
    }))
}

fn calendar(kind: &str, fields: &mut Fields<'_>, context: &mut Context<'_>) -> Option<Trigger> {
    let at = fields.required("at", context);
    let first = if kind == "on" {
        Some(0)
    } else {
        let first = fields.or_default::<At<Span>>("first", context);
        whole_days(&first, "first", 0, context)
    };
    let ascending = |mut all: Vec<i8>| {
        all.sort_unstable();
        all
    };
    let days = match kind {
        "every" => {
            let every = fields.required::<At<Span>>("every", context);
            let every = every.and_then(|every| whole_days(&every, "every", 1, context));
            every.zip(first).map(|(every, first)| Days::Every { every, first })
        }
        "weekdays" => {
            let all = fields.listed::<Weekday>("weekdays", context).into_iter().map(|Weekday(day)| day).collect();
            first.map(|first| Days::Week { weekdays: ascending(all), first })
        }
        "days" => {
            let all = fields.listed::<MonthDay>("days", context).into_iter().map(|MonthDay(day)| day).collect();
            first.map(|first| Days::Month { days: ascending(all), first })
        }
        _ => fields.required("on", context).map(Days::On),
    };
    let (mut months, mut times) = (Vec::new(), None);
    if kind != "on" {
        months = ascending(fields.listed::<Month>("months", context).into_iter().map(|Month(month)| month).collect());
        times = fields.optional::<Count>("times", context).map(|Count(times)| times);
    }
    let zone = fields.optional("zone", context);
    let [before, later] =
        ["before", "later"].map(|key| fields.optional::<Stretch>(key, context).map_or(0, |Stretch(length)| length));
    if let (true, Some(other)) = (fields.has("before"), fields.entry("later")) {
        context.error(Problem::error("`before` and `later` exclude each other", other.key_at));
    }
    Some(Trigger::Calendar(Calendar { days: days?, at: at?, months, times, zone, offset: later - before }))
}

fn whole_days(span: &At<Span>, key: &str, least: i64, context: &mut Context<'_>) -> Option<i64> {
    let whole = span.value.0 % DAY == 0 && span.value.0 / DAY >= least;
    if !whole {
        let message = format!("a trigger's `{key}` must be whole days, {least} or more, found \"{}\"", span.value);
        context.error(Problem::error(message, span.at));
    }
    whole.then_some(span.value.0 / DAY)
}

impl Reentry {
    const WORDS: [(&'static str, Self); 2] = [("always", Self::Always), ("never", Self::Never)];
}

impl Described for Reentry {
    const KIND: Kind = Kind::new(
        "",
        "\"always\", \"never\" or a duration such as \"30d\"",
        Form::OneOf(&[Kind::words(&words(&Self::WORDS)), Stretch::KIND]),
    );
}

impl FromValue for Reentry {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Some(text) = value.as_text() else { return mismatch(value, context) };
        if let Some((_, word)) = Self::WORDS.iter().find(|(word, _)| *word == text) {
            return Some(*word);
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || ". ".contains(c)) {
            return Stretch::from_value(value, context).map(|Stretch(length)| Self::After(length));
        }
        let message = format!("`{}` must be {}, found {}", context.path(), Self::KIND.expected(), value.shown());
        context.error(Problem::error(message, value.at).nearest(text, Self::WORDS.map(|(word, _)| word)));
        None
    }
}

impl Concurrency {
    const WORDS: [(&'static str, Self); 3] = [("allow", Self::Allow), ("skip", Self::Skip), ("replace", Self::Replace)];
}

impl Described for Concurrency {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Concurrency {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}
