//! Segments: who the customers are, how often they need something, what they spend, and how they leave.

use super::basket::Basket;
use super::demand::{self, Demand, Dropout, Purchases};
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::input::Input;
use super::place::Place;
use super::presets::DEFAULT_SEGMENT;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::season::Season;
use super::tree::{Data, Entry, Value};
use super::values::{DAY, Money, Seconds, Share, Span, rounded};

/// A kind of customers.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// Its part of all customers; the shares of all segments sum to 1.
    pub share: At<Share>,
    /// How its customers came to the firm.
    pub joined: Joined,
    /// IANA time zone of its customers, where it differs from the scenario's.
    pub time_zone: Option<At<String>>,
    /// Chance to be reachable, by channel.
    pub opt_in: Vec<(At<String>, Input<Share>)>,
    /// Share that can be reached at all, consent or not, by channel.
    pub reach: Vec<(At<String>, Input<Share>)>,
    /// Best hours: local hour, 0 to 23, and the share of customers whose it is; shares sum to 1. Empty = nobody has one.
    pub best_hours: Vec<(i8, f64)>,
    /// Correlation of opt-ins across channels (one-factor Gaussian copula), 0 to 1.
    pub opt_in_correlation: f64,
    /// How often they order or need something.
    pub demand: Demand,
    /// Whether the firm notices a loss.
    pub lapse: Lapse,
    /// What an order is worth.
    pub basket: Basket,
    /// Gross margin ÷ revenue.
    pub gross_margin: Input<Share>,
    /// Where a natural journey begins: channel and share.
    pub entry: Vec<(At<String>, f64)>,
    /// Chance to hop, by channel: from, to, chance at each touch.
    pub hops: Vec<(At<String>, Hops)>,
    /// On which days they need more than on others; none = all days are alike (R52).
    pub season: Option<Season>,
    /// What a customer who joins within the horizon cost; none = nothing.
    pub acquisition_cost: Option<Input<Money>>,
}

/// Where a touch may lead, and the chance of each.
pub type Hops = Vec<(At<String>, Input<Share>)>;

/// How customers came to the firm (R9).
#[derive(Clone, Debug)]
pub enum Joined {
    /// Joined evenly over this time before the start; 0 = no past at all.
    Base {
        /// How far back.
        age: Seconds,
    },
    /// All join at the start with their first order.
    Cohort,
    /// Join over time, in proportion to `counts` of consecutive periods of length `every`.
    Arrivals {
        /// Length of a period in seconds.
        every: Seconds,
        /// Arrivals by period.
        counts: Vec<f64>,
    },
    /// On the list at the start, without an order so far.
    Prospects,
}

impl Joined {
    /// Whether they are there from the start on, and not because they join then.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Base { .. } | Self::Prospects)
    }
}

/// Whether the firm notices that a customer is lost (R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// The lost stay in the audience, are billed and never respond.
    Silent,
    /// Nothing more is sent to them.
    Known,
}

/// What a base's age is where nothing is said: three years.
const USUAL_AGE: Span = Span(3 * 365 * DAY);

/// `joined` as a single word.
const JOINED_WORDS: [(&str, Word); 3] =
    [("base", Word::Base), ("cohort", Word::Cohort), ("prospects", Word::Prospects)];

#[derive(Clone, Copy)]
enum Word {
    Base,
    Cohort,
    Prospects,
}

const JOINED: Keys = Keys {
    what: "`joined`",
    all: &[
        Key::of::<Age>("base", Absent::Means("this or the next"), "joined evenly over a time before the start"),
        Key::of::<Arrivals>("arrivals", Absent::Means(""), "join over time"),
    ],
    rules: &[Rule::ExactlyOne(&["base", "arrivals"])],
};

impl Described for Joined {
    const KIND: Kind = Kind::new(
        "joined",
        "\"base\", \"cohort\", \"prospects\", { base = { age = \"1095d\" } } or { arrivals = { every = \"7d\", counts = [ … ] } }",
        Form::OneOf(&[Kind::words(&words(&JOINED_WORDS)), Kind::new("", "", Form::Table(&JOINED))]),
    );
}

impl FromValue for Joined {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if value.as_text().is_some() {
            return Some(match one_of(value, &JOINED_WORDS, context)? {
                Word::Base => Self::Base { age: USUAL_AGE.0 },
                Word::Cohort => Self::Cohort,
                Word::Prospects => Self::Prospects,
            });
        }
        let Data::Table(_) = &value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &JOINED, context)?;
        if fields.has("base") == fields.has("arrivals") {
            let misspelt = fields.any_unknown() && !fields.has("base");
            fields.leave(&["base", "arrivals"]);
            fields.finish(context);
            if misspelt {
                context.complete = false;
                return None;
            }
            context.error(Problem::error(format!("`{}` must be {}", context.path(), Self::KIND.expected()), value.at));
            return None;
        }
        let joined = if fields.has("arrivals") {
            fields.required("arrivals", context).map(|Arrivals { every, counts }| Self::Arrivals { every, counts })
        } else {
            fields.required("base", context).map(|Age(age)| Self::Base { age })
        };
        fields.finish(context);
        joined
    }
}

struct Arrivals {
    every: Seconds,
    counts: Vec<f64>,
}

const ARRIVALS: Keys = Keys {
    what: "`arrivals`",
    all: &[
        Key::of::<Span>("every", Absent::Required, "length of a period"),
        Key::of::<Vec<f64>>(
            "counts",
            Absent::Required,
            "customers who join in the first period, the second, …; only their proportions matter",
        ),
    ],
    rules: &[],
};

impl Described for Arrivals {
    const KIND: Kind = Kind::new("arrivals", "{ every = \"7d\", counts = [ … ] }", Form::Table(&ARRIVALS));
}

impl FromValue for Arrivals {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &ARRIVALS, context)?;
        let every = fields.required::<Span>("every", context);
        let counts = fields.required::<Vec<f64>>("counts", context);
        fields.finish(context);
        let (Span(every), counts) = (every?, counts?);
        let total: f64 = counts.iter().sum();
        if every == 0 || counts.iter().any(|&n| n < 0.0) || total <= 0.0 || !total.is_finite() {
            let why = "`arrivals` needs periods longer than 0 and counts of 0 or more, not all of them 0";
            context.error(Problem::error(why, value.at));
            return None;
        }
        Some(Self { every, counts })
    }
}

struct Age(Seconds);

const BASE: Keys = Keys {
    what: "`base`",
    all: &[Key::of::<Span>(
        "age",
        Absent::Default(Plain::Text("1095d")),
        "how long before the start the first of them joined; `\"0d\"` = no past",
    )],
    rules: &[],
};

impl Described for Age {
    const KIND: Kind = Kind::new("base", "{ age = \"1095d\" }", Form::Table(&BASE));
}

impl FromValue for Age {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &BASE, context)?;
        let Span(age) = fields.or_default("age", context);
        fields.finish(context);
        Some(Self(age))
    }
}

impl Lapse {
    const WORDS: [(&'static str, Self); 2] = [("silent", Self::Silent), ("known", Self::Known)];
}

impl Described for Lapse {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Lapse {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// `{ web = 0.6, app = 0.4 }`: values by channel, in the order of writing.
struct ByChannel<T>(Vec<(At<String>, T)>);

impl<T: Described> Described for ByChannel<T> {
    const KIND: Kind =
        Kind::new("", "a table of channels, such as { web = 0.6, app = 0.4 }", Form::ByName("channel", &T::KIND));
}

impl<T: FromValue> FromValue for ByChannel<T> {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else { return mismatch(value, context) };
        let mut all = Vec::new();
        for entry in &table.0 {
            let item = context.within(&entry.key, |context| T::from_value(&entry.value, context))?;
            all.push((At { value: entry.key.clone(), at: entry.key_at }, item));
        }
        Some(Self(all))
    }
}

/// `{ 8 = 0.3, 19 = 0.7 }`: shares by hour of the day.
struct BestHours(Vec<(i8, f64)>);

impl Described for BestHours {
    const KIND: Kind =
        Kind::new("", "shares by hour of the day, such as { 8 = 0.3, 19 = 0.7 }", Form::ByName("hour", &Share::KIND));
}

impl FromValue for BestHours {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else { return mismatch(value, context) };
        let mut all = Vec::new();
        for entry in &table.0 {
            let hour =
                entry.key.parse().ok().filter(|hour: &i8| (0..24).contains(hour) && hour.to_string() == entry.key);
            let Some(hour) = hour else {
                let message = format!("`{}` has no hour `{}`", context.path(), entry.key);
                let problem = Problem::error(message, entry.key_at);
                context.error(problem.help("hours are 0 to 23, as in { 8 = 0.3, 19 = 0.7 }"));
                return None;
            };
            let Share(share) = context.within(&entry.key, |context| Share::from_value(&entry.value, context))?;
            all.push((hour, share));
        }
        let sum: f64 = all.iter().map(|(_, share)| share).sum();
        if (sum - 1.0).abs() > 1e-9 {
            let message = format!("the shares of `{}` must sum to 1, these sum to {}", context.path(), rounded(sum));
            context.error(Problem::error(message, value.at));
            return None;
        }
        Some(Self(all))
    }
}

/// The keys of `[segments.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a segment",
    all: &[
        Key::of::<Preset>(
            "preset",
            Absent::Default(Plain::Text(DEFAULT_SEGMENT)),
            "takes all keys that are not written from a preset",
        ),
        Key::of::<At<Share>>(
            "share",
            Absent::Required,
            "its part of all customers; those of all segments sum to 1 (R5)",
        ),
        Key::of::<Joined>("joined", Absent::Default(Plain::Text("base")), "how its customers came to the firm (R9)"),
        Key::of::<At<String>>(
            "time_zone",
            Absent::Means("the scenario's"),
            "IANA name of the zone in which its triggers happen (R7)",
        ),
        Key::of::<ByChannel<Input<Share>>>(
            "opt_in",
            Absent::Means("the channel's"),
            "customers who can be reached on each channel",
        ),
        Key::of::<ByChannel<Input<Share>>>(
            "reach",
            Absent::Means("the channel's"),
            "share that can be reached on each channel at all, consent or not",
        ),
        Key::of::<BestHours>(
            "best_hours",
            Absent::Means("nobody has one"),
            "share of customers whose best hour begins then, local, by hour; they sum to 1",
        ),
        Key::of::<Share>(
            "opt_in_correlation",
            Absent::Default(Plain::Whole(0)),
            "correlation of opt-ins across channels (one-factor Gaussian copula)",
        ),
        Key::of::<Purchases>(
            "purchases",
            Absent::Preset,
            "orders over time, BG/NBD (R10); excludes `needs` and `dropout`",
        ),
        Key::of::<demand::Needs>("needs", Absent::Means("none"), "needs over time, of which the hops make orders"),
        Key::of::<At<Dropout>>("dropout", Absent::Means("never"), "how customers with `needs` are lost (R11)"),
        Key::of::<Lapse>(
            "lapse",
            Absent::Default(Plain::Text("silent")),
            "whether the lost are still written to and billed for, or nothing more is sent to them (R12)",
        ),
        Key::of::<Basket>("basket", Absent::Preset, "what an order is worth"),
        Key::of::<Input<Share>>("gross_margin", Absent::Preset, "gross margin ÷ revenue"),
        Key::of::<At<ByChannel<Share>>>("entry", Absent::Preset, "where a journey begins; they sum to 1"),
        Key::of::<ByChannel<ByChannel<Input<Share>>>>(
            "hops",
            Absent::Means("preset, or none"),
            "`hops.web.store`: chance that a touch on `web` leads to `store`; with the `order_rate` at most 1, and what is \
             left leaves (R14)",
        ),
        Key::of::<Season>("season", Absent::Means("none"), "on which days they need more, and on which less (R52)"),
        Key::of::<Input<Money>>(
            "acquisition_cost",
            Absent::Means("0"),
            "what each customer who joins within the horizon cost, alike under every strategy",
        ),
    ],
    rules: &[Rule::Excludes("purchases", &["needs", "dropout"])],
};

impl Described for Segment {
    const KIND: Kind = Kind::new("", "a table", Form::Table(&KEYS));
}

/// The name of a segment's preset.
struct Preset;

impl Described for Preset {
    const KIND: Kind = Kind::new("name", "a preset's name", Form::Preset("segment"));
}

/// Reads one `[segments.NAME]` (its preset already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Segment> {
    let mut fields = Fields::of(&entry.value, &KEYS, context)?;
    fields.entry("preset");
    let share = fields.required("share", context);
    let joined = fields.or_default("joined", context);
    let time_zone = fields.optional("time_zone", context);
    let opt_in = fields.optional("opt_in", context).map_or_else(Vec::new, |ByChannel(all)| all);
    let reach = fields.optional("reach", context).map_or_else(Vec::new, |ByChannel(all)| all);
    let best_hours = fields.optional("best_hours", context).map_or_else(Vec::new, |BestHours(all)| all);
    let Share(correlation) = fields.or_default("opt_in_correlation", context);
    let demand = demand::read(&mut fields, entry, context);
    let lapse = fields.or_default("lapse", context);
    let basket = fields.required("basket", context);
    let gross_margin = fields.required("gross_margin", context);
    let entry_at = fields.required::<At<ByChannel<Share>>>("entry", context);
    let hops = fields.optional("hops", context).map_or_else(Vec::new, |ByChannel(all)| all);
    let season = fields.optional("season", context);
    let acquisition_cost = fields.optional("acquisition_cost", context);
    fields.finish(context);
    let hops = hops.into_iter().map(|(from, ByChannel(to))| (from, to)).collect();
    Some(Segment {
        name: entry.key.clone(),
        at: entry.key_at,
        share: share?,
        joined,
        time_zone,
        opt_in,
        reach,
        best_hours,
        opt_in_correlation: correlation,
        demand: demand?,
        lapse,
        basket: basket?,
        gross_margin: gross_margin?,
        entry: entry_at?.value.0.into_iter().map(|(channel, share)| (channel, share.0)).collect(),
        hops,
        season,
        acquisition_cost,
    })
}
