//! What a person writes: the scenario file, read with every mistake told at its place.
//!
//! The file is parsed into a [`tree`] that knows where each value stands; overrides, presets and extended strategies
//! are [joined](join) with it; and typed values are [`read`] out of it, noting every problem instead of stopping at
//! the first. [`load`] does all of it.

mod campaign;
mod catalogue;
mod channel;
mod checks;
mod input;
mod join;
mod names;
mod overrides;
mod place;
mod presets;
mod problems;
mod provenance;
mod read;
mod segment;
mod strategy;
mod tree;
mod values;

pub use campaign::{Campaign, Goal, Schedule};
pub use catalogue::{PresetCard, PresetValue, presets};
pub use channel::{Billing, Channel, Click, Contact, Delay};
pub use input::{Input, Law, Scale};
pub use overrides::path as key_path;
pub use place::{Origin, Place, Source, Sources};
pub use problems::{Problem, Problems, Severity};
pub use provenance::{Evidence, Grade, Written, WrittenBy, preset_keys, written_at};
pub use read::At;
pub use segment::{Basket, Chance, Demand, Dropout, Hops, Joined, Lapse, Purchases, Segment};
pub use strategy::{NONE, Otherwise, Plan, Response, Step, Strategy};
pub use values::{Currency, DAY, Date, Money, Positive, Seconds, Share, Span, TimeOfDay, WEEK};

use values::Count;

use read::{Context, Fields, FromValue, named};
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
    /// Channels, in the order of the file.
    pub channels: Vec<Channel>,
    /// Segments, in the order of the file.
    pub segments: Vec<Segment>,
    /// Campaigns, in the order of the file.
    pub campaigns: Vec<Campaign>,
    /// Strategies, in the order of the file, without `none`.
    pub strategies: Vec<Strategy>,
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

impl FromValue for RateBasis {
    const EXPECTED: &'static str = "\"living\" or \"list\"";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        read::one_of(value, &[("living", Self::Living), ("list", Self::List)], context)
    }
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
    let joined = join::join(name, text, &overrides, &mut sources, &mut problems);
    // What a broken text seems to say would only add false alarms.
    let scenario = if problems.any_error() { None } else { read_root(&joined, &sources, &mut problems) };
    if let Some(scenario) = &scenario {
        checks::check(scenario, &sources, &mut problems);
    }
    let scenario = scenario.filter(|_| !problems.any_error());
    Loaded { scenario, sources, problems }
}

fn read_root(joined: &join::Joined, sources: &Sources, problems: &mut Problems) -> Option<Scenario> {
    let mut context = Context::new(sources, problems);
    let context = &mut context;
    let tree = &joined.tree;
    let mut fields = Fields::of(tree, "a scenario", context)?;
    let name = fields.required::<At<String>>("name", context);
    let currency = fields.required("currency", context);
    let start = fields.required("start", context);
    let year = At { value: Span(365 * DAY), at: tree.at };
    let horizon = fields.or::<At<Span>>("horizon", year, context);
    let tail = fields.optional("tail", context);
    let population = fields.or("population", Count(1_000_000), context);
    let simulate = fields.or("simulate", At { value: 262_144, at: tree.at }, context);
    let draws = fields.optional("draws", context);
    let seed = fields.or("seed", 1, context);
    let window = fields.or("retention_window", At { value: Span(90 * DAY), at: horizon.at }, context);
    let time_zone = fields.optional("time_zone", context);
    let rates = fields.or("rates", RateBasis::Living, context);
    let count_first = fields.or("count_first", false, context);
    let exchange = named(fields.entry("exchange"), "exchange", context, exchange);
    let mut channels = named(fields.entry("channels"), "channels", context, channel::read);
    let mut segments = named(fields.entry("segments"), "segments", context, segment::read);
    let campaigns = named(fields.entry("campaigns"), "campaigns", context, campaign::read);
    let strategies = named(fields.entry("strategies"), "strategies", context, strategy::read);
    fields.finish(context);
    let (name, currency, start): (At<String>, Currency, Date) = (name?, currency?, start?);
    if !context.complete {
        return None;
    }
    convert_prices(&mut channels, &mut segments, &currency, &exchange, joined, context);
    prune_preset_journeys(&mut segments, &channels, context);
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
        channels,
        segments,
        campaigns,
        strategies,
        resolved: resolved(tree),
        written: provenance::list(tree, &joined.presets, sources),
    })
}

/// Reads what one unit of another currency is worth.
fn exchange(entry: &tree::Entry, context: &mut Context<'_>) -> Option<(String, f64)> {
    let code = Value { at: entry.key_at, data: Data::Text(entry.key.clone()) };
    let code = Currency::from_value(&code, context)?.code;
    Some((code, Positive::from_value(&entry.value, context)?.0))
}

/// Prices of presets are in the preset's currency (R17).
fn convert_prices(
    channels: &mut [Channel],
    segments: &mut [Segment],
    currency: &Currency,
    exchange: &[(String, f64)],
    joined: &join::Joined,
    context: &mut Context<'_>,
) {
    let prices = channels.iter_mut().filter_map(|channel| {
        let (at, name) = (channel.at, format!("channel `{}`", channel.name));
        channel.contact.as_mut().map(|contact| (&mut contact.cost_per_message, at, name))
    });
    let baskets = segments.iter_mut().map(|segment| {
        let (at, name) = (segment.at, format!("segment `{}`", segment.name));
        let money = match &mut segment.basket {
            Basket::Fixed(money) | Basket::LogNormal { mean: money, .. } | Basket::GammaGamma { gamma: money, .. } => {
                money
            }
        };
        (money, at, name)
    });
    for (money, owner, name) in prices.chain(baskets) {
        let preset = money.at.and_then(|at| joined.presets.iter().find(|preset| preset.source == at.source()));
        let theirs = preset.and_then(|preset| preset.currency.as_ref());
        let Some(theirs) = theirs.filter(|theirs| **theirs != currency.code) else { continue };
        if let Some((_, rate)) = exchange.iter().find(|(code, _)| code == theirs) {
            money.rescale(*rate);
        } else {
            let message = format!("the preset of {name} has prices in {theirs}, this scenario is in {}", currency.code);
            let help = format!(
                "say what one {theirs} is worth in {}, for example `exchange = {{ {theirs} = 1.1 }}`, or write the \
                     price yourself",
                currency.code
            );
            context.error(Problem::error(message, owner).help(help));
        }
    }
}

/// A customer-base preset knows more channels than a scenario may have: what it says of the others is left out.
fn prune_preset_journeys(segments: &mut [Segment], channels: &[Channel], context: &mut Context<'_>) {
    let sources = context.sources;
    let keep = |name: &At<String>| {
        sources.of(name.at).origin != Origin::Preset
            || channels.iter().any(|channel| channel.name == name.value && channel.order_rate.is_some())
    };
    for segment in segments {
        let before = segment.entry.len();
        segment.entry.retain(|(channel, _)| keep(channel));
        if segment.entry.len() < before {
            let sum: f64 = segment.entry.iter().map(|(_, share)| share).sum();
            segment.entry.iter_mut().for_each(|(_, share)| *share /= sum);
        }
        segment.hops.retain(|(from, _)| keep(from));
        segment.hops.iter_mut().for_each(|(_, row)| row.retain(|(to, _)| keep(to)));
        if segment.entry.is_empty() {
            let message = format!("segment `{}` does not say where journeys begin", segment.name);
            context.problems.push(
                Problem::error(message, segment.at)
                    .help("write `entry = { web = 1.0 }` with channels that have an `order_rate`"),
            );
        }
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
