//! Plans: how a strategy carries out a campaign.

use super::audience::Audience;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::step::Step;
use super::tree::{Data, Entry, Value};
use super::values::{Seconds, Share, Stretch, rounded};

/// How a campaign is carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its messages.
    pub way: Way,
    /// Whom it is for, in place of what the campaign says.
    pub audience: Option<Audience>,
    /// Share of customers who get nothing, in place of what the campaign says.
    pub holdout: Option<f64>,
    /// When the clock of a run begins.
    pub send_time: SendTime,
}

/// When the clock of a run begins (R42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendTime {
    /// At the trigger.
    WhenDue,
    /// Later by a random time below so many seconds.
    Spread(Seconds),
    /// At the first beginning of the customer's best hour.
    BestHour,
}

/// The messages of a plan.
#[derive(Clone, Debug)]
pub enum Way {
    /// Steps in order, each after a wait and under a condition.
    Cascade(Vec<Step>),
    /// All channels at once.
    Blast(Vec<At<String>>),
    /// One channel, picked by weight for each run.
    Mix(Vec<(At<String>, f64)>),
    /// The best channel that can be addressed, picked when the message is due.
    Preferred(Vec<At<String>>, Preference),
}

/// What makes a channel the best for a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// On it the customer is most likely to click a delivered message.
    Affinity,
    /// On it the customer has responded most, of what was sent.
    Response,
}

impl Way {
    /// The channels that it sends on, in the order of the file; those of a fallback follow the step that they stand in for.
    pub fn channels(&self) -> Vec<&At<String>> {
        match self {
            Self::Cascade(steps) => {
                steps.iter().flat_map(|step| std::iter::once(&step.send).chain(&step.fallback)).collect()
            }
            Self::Blast(channels) | Self::Preferred(channels, _) => channels.iter().collect(),
            Self::Mix(weights) => weights.iter().map(|(channel, _)| channel).collect(),
        }
    }
}

/// The most channels that a plan may have.
const LONGEST_PLAN: usize = 64;

/// The keys of which a plan has exactly one.
const WAYS: [&str; 4] = ["cascade", "blast", "mix", "preferred"];

/// The keys of a plan, `[strategies.NAME.campaigns.CAMPAIGN]`.
pub(super) const PLAN: Keys = Keys {
    what: "a plan",
    all: &[
        Key::of::<Vec<Step>>("cascade", Absent::Means("one of the four"), "steps, in order")
            .within(1, LONGEST_PLAN as u64),
        Key::of::<Vec<At<String>>>("blast", Absent::Means(""), "channels, all at once").within(1, LONGEST_PLAN as u64),
        Key::of::<Weights>("mix", Absent::Means(""), "shares that sum to 1; one channel is picked for each run")
            .within(1, LONGEST_PLAN as u64),
        Key::of::<Preferred>(
            "preferred",
            Absent::Means(""),
            "one channel, picked when the message is due: the best of those to which the customer has consent and which \
             reach it",
        ),
        Key::of::<Audience>(
            "audience",
            Absent::Means("the campaign's"),
            "whom it is for, in place of what the campaign says",
        ),
        Key::of::<Share>(
            "holdout",
            Absent::Means("the campaign's"),
            "share of customers who get nothing of it, in place of what the campaign says",
        ),
        Key::of::<SendTime>(
            "send_time",
            Absent::Default(Plain::Text("when-due")),
            "when the run's clock begins: at the trigger, later by a random time below `spread`, or at the customer's best hour \
             (R42)",
        ),
    ],
    rules: &[Rule::ExactlyOne(&WAYS)],
};

impl Described for Plan {
    const KIND: Kind = Kind::new("plan", "a plan", Form::Table(&PLAN));
}

/// Reads one `[strategies.NAME.campaigns.CAMPAIGN]`.
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Plan> {
    let mut fields = Fields::of(&entry.value, &PLAN, context)?;
    let present: Vec<&'static str> = WAYS.into_iter().filter(|kind| fields.has(kind)).collect();
    let audience = fields.optional("audience", context);
    let holdout = fields.optional("holdout", context).map(|Share(share)| share);
    let send_time = fields.or_default("send_time", context);
    let [kind] = present[..] else {
        let known = |entry: &Entry| PLAN.get(&entry.key).is_some();
        let misspelt = present.is_empty() && entry.value.as_table().is_some_and(|table| !table.0.iter().all(known));
        fields.leave(&WAYS);
        fields.finish(context);
        if misspelt {
            return None;
        }
        let message = if present.is_empty() {
            format!("the plan for campaign `{}` sends nothing", entry.key)
        } else {
            format!("the plan for campaign `{}` is several at once: {}", entry.key, present.join(", "))
        };
        context.error(Problem::error(message, entry.key_at).help(
            "write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }` and \
             `preferred = { channels = [ … ], by = … }`",
        ));
        return None;
    };
    let at = fields.entry(kind).map_or(entry.key_at, |inner| inner.value.at);
    let way = match kind {
        "cascade" => fields.required("cascade", context).map(Way::Cascade),
        "blast" => fields.required("blast", context).map(Way::Blast),
        "mix" => fields.required::<Weights>("mix", context).map(|Weights(all)| Way::Mix(all)),
        _ => fields.required("preferred", context).map(|Preferred(channels, by)| Way::Preferred(channels, by)),
    };
    fields.finish(context);
    let way = way?;
    let length = way.channels().len();
    if length == 0 || length > LONGEST_PLAN {
        context.error(Problem::error(format!("a plan needs 1 to {LONGEST_PLAN} channels, `{kind}` has {length}"), at));
        return None;
    }
    Some(Plan { way, audience, holdout, send_time })
}

struct Weights(Vec<(At<String>, f64)>);

impl Described for Weights {
    const KIND: Kind =
        Kind::new("", "shares by channel, such as { email = 0.7, sms = 0.3 }", Form::ByName("channel", &Share::KIND));
}

impl FromValue for Weights {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else { return super::read::mismatch(value, context) };
        let mut all = Vec::new();
        for entry in &table.0 {
            let Share(weight) = context.within(&entry.key, |context| Share::from_value(&entry.value, context))?;
            all.push((At { value: entry.key.clone(), at: entry.key_at }, weight));
        }
        let sum: f64 = all.iter().map(|(_, weight)| weight).sum();
        if (sum - 1.0).abs() > 1e-9 {
            context.error(Problem::error(
                format!("the shares of a mix must sum to 1, these sum to {}", rounded(sum)),
                value.at,
            ));
            return None;
        }
        Some(Self(all))
    }
}

/// The best of some channels.
struct Preferred(Vec<At<String>>, Preference);

impl Preference {
    const WORDS: [(&'static str, Self); 2] = [("affinity", Self::Affinity), ("response", Self::Response)];
}

impl Described for Preference {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Preference {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

const PREFERRED: Keys = Keys {
    what: "a preferred plan",
    all: &[
        Key::of::<Vec<At<String>>>("channels", Absent::Required, "from which it is picked; ties in this order")
            .within(1, LONGEST_PLAN as u64),
        Key::of::<Preference>(
            "by",
            Absent::Required,
            "the channel on which the customer is most likely to click (more than any firm knows), or on which it has \
             responded most",
        ),
    ],
    rules: &[],
};

impl Described for Preferred {
    const KIND: Kind =
        Kind::new("", "{ channels = [\"push\", \"email\"], by = \"response\" }", Form::Table(&PREFERRED));
}

impl FromValue for Preferred {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &PREFERRED, context)?;
        if !fields.has("channels") {
            fields.required::<Vec<At<String>>>("channels", context);
        }
        let channels = fields.listed("channels", context);
        let by = fields.required("by", context);
        fields.finish(context);
        if channels.is_empty() { None } else { Some(Self(channels, by?)) }
    }
}

impl SendTime {
    const WORDS: [(&'static str, Self); 2] = [("when-due", Self::WhenDue), ("best-hour", Self::BestHour)];
}

const SPREAD: Keys = Keys {
    what: "`send_time`",
    all: &[Key::of::<Stretch>("spread", Absent::Required, "the run's clock begins later by a random time below this")],
    rules: &[],
};

impl Described for SendTime {
    const KIND: Kind = Kind::new(
        "",
        "\"when-due\", \"best-hour\" or { spread = \"4h\" }",
        Form::OneOf(&[Kind::words(&words(&Self::WORDS)), Kind::new("", "", Form::Table(&SPREAD))]),
    );
}

impl FromValue for SendTime {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if let Some(text) = value.as_text() {
            let word = Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, word)| *word);
            if word.is_none() {
                let message =
                    format!("`{}` must be {}, found {}", context.path(), Self::KIND.expected(), value.shown());
                context.error(Problem::error(message, value.at).nearest(text, Self::WORDS.map(|(word, _)| word)));
            }
            return word;
        }
        if value.as_table().is_none() {
            return mismatch(value, context);
        }
        let mut fields = Fields::of(value, &SPREAD, context)?;
        let spread = fields.required("spread", context).map(|Stretch(length)| Self::Spread(length));
        fields.finish(context);
        spread
    }
}
