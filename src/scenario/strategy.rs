//! Strategies: everything the firm decides. Here: a plan for each campaign.

use super::audience::Audience;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::place::Place;
use super::policies::Policies;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, Named, named, one_of};
use super::tree::{Data, Entry, Value};
use super::values::{Seconds, Share, Span, TimeOfDay, rounded};

/// One way to treat the customers.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// Its plans, by campaign.
    pub plans: Vec<(At<String>, Plan)>,
    /// What it keeps to whatever its plans say.
    pub policies: Policies,
}

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
            "wait since the last message actually sent in this run, else since the trigger; a step that could not be sent \
             costs no time (R18)",
        ),
        Key::of::<At<Response>>(
            "unless",
            Absent::Means("none"),
            "read when the step is due: has any earlier contact of this run come so far? (R19)",
        ),
        Key::of::<At<Otherwise>>(
            "otherwise",
            Absent::Default(Plain::Text("end")),
            "what a met `unless` does: end the run, or skip this step only (R19)",
        ),
    ],
    rules: &[Rule::Needs("otherwise", "unless")],
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
        let unless = fields.optional::<At<Response>>("unless", context);
        let otherwise = fields.optional::<At<Otherwise>>("otherwise", context);
        fields.finish(context);
        if let (None, Some(otherwise)) = (&unless, &otherwise) {
            context.error(Problem::error(
                "`otherwise` says what happens when `unless` is met, but there is no `unless`",
                otherwise.at,
            ));
        }
        Some(Self {
            send: send?,
            after,
            at: None,
            unless: Vec::from_iter(unless),
            only_if: Vec::new(),
            otherwise: otherwise.map(|otherwise| otherwise.value),
            fallback: Vec::new(),
            ttl: None,
            segments: Vec::new(),
        })
    }
}

/// The most channels that a plan may have.
const LONGEST_PLAN: usize = 64;

/// The keys of a plan, `[strategies.NAME.campaigns.CAMPAIGN]`.
pub(super) const PLAN: Keys = Keys {
    what: "a plan",
    all: &[
        Key::of::<Vec<Step>>("cascade", Absent::Means("one of the three"), "steps, in order")
            .within(1, LONGEST_PLAN as u64),
        Key::of::<Vec<At<String>>>("blast", Absent::Means(""), "channels, all at once").within(1, LONGEST_PLAN as u64),
        Key::of::<Weights>("mix", Absent::Means(""), "shares that sum to 1; one channel is picked for each run")
            .within(1, LONGEST_PLAN as u64),
    ],
    rules: &[Rule::ExactlyOne(&["cascade", "blast", "mix"])],
};

impl Described for Plan {
    const KIND: Kind = Kind::new("plan", "a plan", Form::Table(&PLAN));
}

fn plan(entry: &Entry, context: &mut Context<'_>) -> Option<Plan> {
    let mut fields = Fields::of(&entry.value, &PLAN, context)?;
    let kinds = ["cascade", "blast", "mix"];
    let present: Vec<&'static str> = kinds.into_iter().filter(|kind| fields.has(kind)).collect();
    let [kind] = present[..] else {
        let misspelt = present.is_empty() && entry.value.as_table().is_some_and(|table| !table.0.is_empty());
        fields.leave(&kinds);
        fields.finish(context);
        if misspelt {
            return None;
        }
        let message = if present.is_empty() {
            format!("the plan for campaign `{}` is empty", entry.key)
        } else {
            format!("the plan for campaign `{}` is several at once: {}", entry.key, present.join(", "))
        };
        context.error(Problem::error(message, entry.key_at).help(
            "write exactly one of `cascade = [ { send = … }, … ]`, `blast = [ … ]`, `mix = { email = 0.7, sms = 0.3 }`",
        ));
        return None;
    };
    let at = fields.entry(kind).map_or(entry.key_at, |inner| inner.value.at);
    let plan = match kind {
        "cascade" => fields.required("cascade", context).map(Way::Cascade),
        "blast" => fields.required("blast", context).map(Way::Blast),
        _ => fields.required::<Weights>("mix", context).map(|Weights(all)| Way::Mix(all)),
    };
    fields.finish(context);
    let way = plan?;
    let length = way.channels().len();
    if length == 0 || length > LONGEST_PLAN {
        context.error(Problem::error(format!("a plan needs 1 to {LONGEST_PLAN} channels, `{kind}` has {length}"), at));
        return None;
    }
    Some(Plan { way, audience: None, holdout: None, send_time: SendTime::WhenDue })
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

/// The keys of `[strategies.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a strategy",
    all: &[
        Key::of::<String>(
            "extends",
            Absent::Means("none"),
            "name of another strategy, of which it takes the plans of all campaigns that are not written here",
        ),
        Key::of::<Named<Plan>>(
            "campaigns",
            Absent::Means("none"),
            "a plan for each campaign, `[strategies.NAME.campaigns.CAMPAIGN]`; a campaign without a plan is not carried out",
        ),
    ],
    rules: &[],
};

impl Described for Strategy {
    const KIND: Kind = Kind::new("", "a table", Form::Table(&KEYS));
}

/// Reads one `[strategies.NAME]` (what it `extends` already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Strategy> {
    let mut fields = Fields::of(&entry.value, &KEYS, context)?;
    fields.optional::<String>("extends", context);
    let campaigns = fields.entry("campaigns");
    fields.finish(context);
    if entry.key == NONE {
        let problem = Problem::error("a strategy cannot be called `none`", entry.key_at);
        context.error(
            problem.help(
                "doing nothing is always played under that name, so that every result is also an incremental one",
            ),
        );
        return None;
    }
    let plans = named(campaigns, "campaigns", context, |item, context| {
        Some((At { value: item.key.clone(), at: item.key_at }, plan(item, context)?))
    });
    Some(Strategy { name: entry.key.clone(), at: entry.key_at, plans, policies: Policies::default() })
}

/// The strategy that is always played: nothing is sent.
pub const NONE: &str = "none";
