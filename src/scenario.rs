//! What a person writes: the scenario file, read with every mistake told at its place.
//!
//! The file is parsed into a [`tree`] that knows where each value stands; overrides, presets and extended strategies
//! are [joined](join) with it; and typed values are [`read`] out of it, noting every problem instead of stopping at
//! the first. [`load`] does all of it.

mod attribution;
mod audience;
mod basket;
mod campaign;
mod catalogue;
mod channel;
mod checks;
mod context;
mod costs;
mod defaults;
mod demand;
mod elsewhere;
mod evidence;
mod explained;
mod fatigue;
mod fit;
pub(crate) mod format;
mod goodwill;
mod hours;
mod input;
mod join;
mod names;
mod overrides;
mod place;
mod plan;
mod policies;
mod presets;
mod problems;
mod provenance;
pub(crate) mod read;
mod reference;
mod schema;
mod season;
mod segment;
mod step;
mod strategy;
mod synonyms;
mod text;
pub(crate) mod tree;
mod trigger;
mod values;

pub use attribution::Attribution;
pub use audience::{Audience, Stage, Stages};
pub use basket::Basket;
pub use campaign::{Campaign, Exit, Goal, GoalEvent, Purpose};
pub use catalogue::{PresetCard, PresetValue, presets};
pub use channel::{BilledBy, Billing, Channel, Click, Contact, Conversations, Delay, Receipts, Window};
pub use context::{CustomerContext, Profile};
pub use costs::{FixedCosts, MONTH, YEAR};
pub use defaults::{Difference, difference};
pub use demand::{Chance, Contract, Demand, Dropout, Purchases};
pub use evidence::{Evidence, Grade};
pub(crate) use explained::quoted;
pub use explained::{Explained, Part, Says, Section, bare, explain};
pub use fatigue::Fatigue;
pub use goodwill::{Goodwill, Nps};
pub use hours::Hours;
pub use input::{Input, Law, Scale};
pub use names::unusable as unusable_name;
pub use overrides::path as key_path;
pub use place::{Origin, Place, Source, Sources};
pub use plan::{Plan, Preference, SendTime, Way};
pub use policies::{Arbitration, Cap, CapWindow, Capped, GivesWay, Policies, QuietRule};
pub use problems::{Problem, Problems, Severity, harmless, nearest};
pub use provenance::{Written, WrittenBy, preset_keys, written_at};
pub use read::At;
pub(crate) use reference::references_of;
pub use reference::{Reference, references};
pub use schema::schema;
pub(crate) use schema::schema_of;
pub use season::Season;
pub use segment::{Hops, Joined, Lapse, Segment};
pub use step::{Otherwise, Response, Step};
pub use strategy::{NONE, Strategy};
pub use text::{Coding, Text};
pub use trigger::{Calendar, Concurrency, Days, Message, Reentry, Trigger, TriggerEvent};
pub use values::{Currency, DAY, Date, Money, Positive, Seconds, Share, Span, Stretch, TimeOfDay, WEEK};

use values::Count;

use format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use read::{Context, Fields, FromValue, Named, named};
use tree::{Data, Value};

/// A whole scenario, checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the report is called.
    pub name: String,
    /// Where that is written.
    name_at: Place,
    /// Currency of every price and basket.
    pub currency: Currency,
    /// First day.
    pub start: Date,
    /// How long customers are followed, in seconds; exclusive (R7).
    pub horizon: At<Seconds>,
    /// Triggers in this last stretch are not started (R8); none = longest plan + 7 days.
    pub tail: Option<At<Span>>,
    /// The firm's customers; totals are scaled to them.
    pub population: u64,
    /// Customers played, over all draws (R4).
    pub simulate: At<u64>,
    /// Draws of the uncertain inputs; none = 64 if anything is uncertain, else 1 (R25).
    pub draws: Option<At<u64>>,
    /// Addresses all luck.
    pub seed: u64,
    /// Window of the retention measure in seconds (R22).
    pub retention_window: At<Seconds>,
    /// IANA time zone of segments that name none.
    pub time_zone: Option<At<String>>,
    /// What the stated rates are means over (R13).
    pub rates: RateBasis,
    /// Whether joining's first order counts in the measures (R9).
    pub count_first: bool,
    /// When customers count as lapsing and lapsed.
    pub stages: Stages,
    /// What a year takes off the worth of money, 0 to 1 (R56).
    pub discount_rate: f64,
    /// By which rule orders are attributed.
    pub attribution: Attribution,
    /// What channels know of what a customer did on others.
    pub context: CustomerContext,
    /// Channels, in the order of the file.
    pub channels: Vec<Channel>,
    /// Segments, in the order of the file.
    pub segments: Vec<Segment>,
    /// Campaigns, in the order of the file.
    pub campaigns: Vec<Campaign>,
    /// Strategies, in the order of the file, without `none`.
    pub strategies: Vec<Strategy>,
    /// Fatigue over all channels; none = there is none.
    pub fatigue: Option<Fatigue>,
    /// What customers think of the firm; none = nothing.
    pub goodwill: Option<Goodwill>,
    /// The joined tree as JSON, keys in the order of writing.
    pub resolved: serde_json::Value,
    /// Every value that is written in it, and by whom: the file, `--set` or a preset. Defaults of the format are not
    /// written anywhere.
    pub written: Vec<Written>,
}

/// What a stated rate is the mean over (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateBasis {
    /// Living customers.
    Living,
    /// Everyone on the list, the lost included.
    List,
}

impl RateBasis {
    const WORDS: [(&'static str, Self); 2] = [("living", Self::Living), ("list", Self::List)];
}

impl Described for RateBasis {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for RateBasis {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        read::one_of(value, &Self::WORDS, context)
    }
}

/// The keys of a scenario file.
const KEYS: Keys = Keys {
    what: "a scenario",
    all: &[
        Key::of::<At<String>>("name", Absent::Required, "title of the report").within(1, checks::LONGEST_NAME as u64),
        Key::of::<Currency>("currency", Absent::Required, "ISO 4217 code of the unit of every price and basket"),
        Key::of::<Date>("start", Absent::Required, "first day; local midnight in `time_zone`"),
        Key::of::<At<Span>>(
            "horizon",
            Absent::Default(Plain::Text("365d")),
            "how long customers are followed, 1 day to a century; the end itself is outside (R7)",
        ),
        Key::of::<At<Span>>(
            "tail",
            Absent::Means("longest plan of any strategy + 7 days"),
            "last stretch in which no trigger starts, so that plans can end; alike for all strategies (R8)",
        ),
        Key::of::<Count>(
            "population",
            Absent::Default(Plain::Whole(1_000_000)),
            "the firm's real number of customers; totals are scaled to it",
        ),
        Key::of::<At<u64>>(
            "simulate",
            Absent::Default(Plain::Whole(262_144)),
            "customers played, over all draws; at least 4 per draw (R4)",
        )
        .within(checks::FEWEST_PLAYED, checks::MOST_PLAYED),
        Key::of::<At<u64>>(
            "draws",
            Absent::Means("64 if anything is uncertain, else 1"),
            "draws of the uncertain values (R25)",
        )
        .within(1, checks::MOST_DRAWS),
        Key::of::<u64>("seed", Absent::Default(Plain::Whole(1)), "the same seed gives the same result, to the byte"),
        Key::of::<At<Span>>(
            "retention_window",
            Absent::Default(Plain::Text("90d")),
            "retained = ordered in the last stretch of this length; at most half the horizon, at least the tail (R22)",
        ),
        Key::of::<At<String>>(
            "time_zone",
            Absent::Means("`\"UTC\"`"),
            "IANA name of the zone of `start` and of segments that name none (R7)",
        ),
        Key::of::<RateBasis>(
            "rates",
            Absent::Default(Plain::Text("living")),
            "what stated rates are means over: customers who are still customers, or everyone on the list, the lost \
             included (R13)",
        ),
        Key::of::<bool>(
            "count_first",
            Absent::Default(Plain::Bool(false)),
            "whether the order with which a customer joins counts in the measures (R9)",
        ),
        Key::of::<Exchange>(
            "exchange",
            Absent::Means("none"),
            "what one unit of another currency is worth in `currency`; needed for presets with prices in another one (R17)",
        ),
        Key::of::<Stages>(
            "stages",
            Absent::Means("90 and 180 days"),
            "when customers who have ordered before count as lapsing and as lapsed (R37)",
        )
        .or_empty(),
        Key::of::<Share>(
            "discount_rate",
            Absent::Default(Plain::Whole(0)),
            "what is paid or earned a year later is worth 1 ÷ (1 + rate) of the same amount now; the measure `value` \
             (discounted value) is then shown (R56)",
        ),
        Key::of::<Attribution>(
            "attribution",
            Absent::Means("7 days"),
            "by which rule orders are attributed to messages, for comparison with what they truly cause (R57)",
        )
        .or_empty(),
        Key::of::<CustomerContext>(
            "context",
            Absent::Means("everything is known everywhere at once"),
            "what channels know of what a customer did on others, `[context]`, see below (R47 to R49)",
        )
        .or_empty(),
        Key::of::<fatigue::Overall>(
            "fatigue",
            Absent::Means("none"),
            "`[fatigue]`, see below: what messages do to the next ones, on whatever channel (R43)",
        ),
        Key::of::<Goodwill>("goodwill", Absent::Means("none"), "`[goodwill]`, see below (R45, R46)").or_empty(),
        Key::of::<Named<Channel>>("channels", Absent::Means("`web`, `app`, `store`"), "`[channels.NAME]`, see below")
            .within(0, names::GROUPS[0].2 as u64),
        Key::of::<Named<Segment>>("segments", Absent::Required, "`[segments.NAME]`, see below")
            .within(1, names::GROUPS[1].2 as u64),
        Key::of::<Named<Campaign>>("campaigns", Absent::Means("none"), "`[campaigns.NAME]`, see below")
            .within(0, names::GROUPS[2].2 as u64),
        Key::of::<Named<Strategy>>("strategies", Absent::Means("only `none`"), "`[strategies.NAME]`, see below")
            .within(0, names::GROUPS[3].2 as u64),
    ],
    rules: &[],
};

/// `[exchange]`.
struct Exchange;

impl Described for Exchange {
    const KIND: Kind = Kind::new("", "a table of currencies", Form::ByName("currency", &Positive::KIND));
}

/// What came of reading a scenario: the texts and what was found wrong, and the scenario itself unless an error
/// forbids it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario; none if there is an error among the problems.
    pub scenario: Option<Scenario>,
    /// All texts it was put together from.
    pub sources: Sources,
    /// Errors and warnings.
    pub problems: Problems,
}

/// Reads a scenario from its text. `name` is what messages call the file; `overrides` are `key=value` as in `--set`.
pub fn load(name: &str, text: &str, overrides: &[String]) -> Loaded {
    load_point(name, text, overrides, &[])
}

/// The same at one point of a sweep: `swept` are `key=value` too, laid over all else, and called `--sweep` in messages.
pub fn load_point(name: &str, text: &str, overrides: &[String], swept: &[String]) -> Loaded {
    let overrides = overrides.iter().map(|text| ("--set", text.as_str()));
    let swept = swept.iter().map(|text| ("--sweep", text.as_str()));
    let overrides: Vec<_> = overrides.chain(swept).collect();
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let mut joined = join::join(name, text, &overrides, &mut sources, &mut problems);
    // What a broken text seems to say would only add false alarms.
    let scenario = if problems.any_error() {
        None
    } else {
        let no_rates = fit::fit(&mut joined, &sources);
        let scenario = read_root(&joined, &sources, &mut problems);
        problems.extend(no_rates.into_iter().filter(|_| scenario.is_some()));
        scenario
    };
    if let Some(scenario) = &scenario {
        checks::check(scenario, &joined.tree, &sources, &mut problems);
    }
    let scenario = scenario.filter(|_| !problems.any_error());
    Loaded { scenario, sources, problems }
}

/// Whether a text can stand behind `trigger =` in a campaign; `name` is what messages call it.
///
/// # Errors
/// What is wrong with it, and the text in which it stands.
pub fn check_trigger(name: &str, text: &str) -> Result<(), Box<(Problems, Sources)>> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let source = sources.add(name, format!("trigger = {text}"), Origin::Override);
    let tree = tree::parse(source, &sources, &mut problems);
    if let Some(entry) = tree.as_table().and_then(|table| table.get("trigger")) {
        let mut context = Context::new(&sources, &mut problems);
        context.within("trigger", |context| Trigger::from_value(&entry.value, context));
    }
    if problems.any_error() { Err(Box::new((problems, sources))) } else { Ok(()) }
}

fn read_root(joined: &join::Joined, sources: &Sources, problems: &mut Problems) -> Option<Scenario> {
    let mut context = Context::new(sources, problems);
    let context = &mut context;
    let tree = &joined.tree;
    let mut fields = Fields::of(tree, &KEYS, context)?;
    let name = fields.required::<At<String>>("name", context);
    let currency = fields.required("currency", context);
    let start = fields.required("start", context);
    let horizon = fields.or_default::<At<Span>>("horizon", context);
    let tail = fields.optional("tail", context);
    let population = fields.or_default::<Count>("population", context);
    let simulate = fields.or_default("simulate", context);
    let draws = fields.optional("draws", context);
    let seed = fields.or_default("seed", context);
    let mut window = fields.or_default::<At<Span>>("retention_window", context);
    if !fields.has("retention_window") {
        window.at = horizon.at;
    }
    let time_zone = fields.optional("time_zone", context);
    let rates = fields.or_default("rates", context);
    let count_first = fields.or_default("count_first", context);
    let stages = fields.optional("stages", context);
    let Share(discount_rate) = fields.or_default("discount_rate", context);
    let attribution: Option<Attribution> = fields.optional("attribution", context);
    let of_customers = fields.optional("context", context);
    named(fields.entry("exchange"), "exchange", context, exchange);
    let channels = named(fields.entry("channels"), "channels", context, channel::read);
    let segments = named(fields.entry("segments"), "segments", context, segment::read);
    let campaigns = named(fields.entry("campaigns"), "campaigns", context, campaign::read);
    let strategies = named(fields.entry("strategies"), "strategies", context, strategy::read);
    let fatigue = fields.optional::<fatigue::Overall>("fatigue", context);
    let goodwill = fields.optional("goodwill", context);
    let neutral = CustomerContext::neutral(fields.at, context);
    fields.finish(context);
    let (name, currency, start): (At<String>, Currency, Date) = (name?, currency?, start?);
    if !context.complete {
        return None;
    }
    Some(Scenario {
        name: name.value,
        name_at: name.at,
        currency,
        start,
        horizon: At { value: horizon.value.0, at: horizon.at },
        tail,
        population: population.0,
        simulate,
        draws,
        seed,
        retention_window: At { value: window.value.0, at: window.at },
        time_zone,
        rates,
        count_first,
        stages: stages.unwrap_or(Stages { lapsing_after: 90 * DAY, lapsed_after: 180 * DAY }),
        discount_rate,
        attribution: attribution.unwrap_or_default(),
        context: of_customers.unwrap_or(neutral),
        channels,
        segments,
        campaigns,
        strategies,
        fatigue: fatigue.map(|fatigue::Overall(fatigue)| fatigue),
        goodwill,
        resolved: resolved(tree),
        written: provenance::list(tree, &joined.presets, sources),
    })
}

/// Reads what one unit of another currency is worth. [`fit`] has used it.
fn exchange(entry: &tree::Entry, context: &mut Context<'_>) -> Option<(String, f64)> {
    let code = Value { at: entry.key_at, data: Data::Text(entry.key.clone()) };
    let code = Currency::from_value(&code, context)?.code;
    Some((code, Positive::from_value(&entry.value, context)?.0))
}

impl Scenario {
    /// Whether any strategy costs something itself.
    pub fn has_fixed_costs(&self) -> bool {
        self.strategies.iter().any(|strategy| strategy.fixed.any())
    }

    /// Whether messages press, on any channel.
    pub fn has_fatigue(&self) -> bool {
        let mut contacts = self.channels.iter().filter_map(|channel| channel.contact.as_ref());
        self.fatigue.is_some() || contacts.any(|contact| contact.fatigue.is_some())
    }

    /// What it says beyond the defaults of the format, as JSON: alike for files that mean the same, whether they write a
    /// default or leave it.
    pub fn essence(&self) -> serde_json::Value {
        defaults::without_defaults(&self.resolved)
    }
}

/// The joined tree without what does not change the world or a strategy: names of presets and parents.
fn resolved(tree: &Value) -> serde_json::Value {
    let mut tree = tree.clone();
    if let Data::Table(root) = &mut tree.data {
        for (group, key) in [("channels", "preset"), ("segments", "preset"), ("strategies", "extends")] {
            let Some(Data::Table(group)) = root.get_mut(group).map(|entry| &mut entry.value.data) else { continue };
            for entry in &mut group.0 {
                if let Data::Table(table) = &mut entry.value.data {
                    table.remove(key);
                }
            }
        }
    }
    tree.json()
}
