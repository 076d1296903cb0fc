//! Channels: where the firm reaches its customers (contacts) and where customers come to it (touches).

use super::input::Input;
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::tree::{Data, Entry, Value};
use super::values::{Money, Share, Span};

/// One channel. E-mail carries contacts, a shop has touches; a channel may do both.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// What happens to a message sent on it.
    pub contact: Option<Contact>,
    /// Chance that a touch on it ends in an order (before hops are considered), if journeys can be there.
    pub order_rate: Option<Input<Share>>,
}

/// What happens to a message.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Price of one message in the scenario's currency.
    pub cost_per_message: Input<Money>,
    /// Which messages are billed (R17).
    pub billed_on: Billing,
    /// Delivered ÷ sent.
    pub delivery_rate: Input<Share>,
    /// Opened ÷ delivered, mean over living customers (R13).
    pub open_rate: Input<Share>,
    /// How often a click follows.
    pub click: Click,
    /// Opt-outs ÷ delivered.
    pub opt_out_rate: Input<Share>,
    /// From delivery to opening.
    pub open_delay: Delay,
    /// From opening to click.
    pub click_delay: Delay,
    /// Standard deviation over customers of the log odds of opening and clicking; 0 = all alike.
    pub affinity_spread: f64,
    /// Share of customers who can be reached on it, where a segment does not say.
    pub opt_in: Option<Input<Share>>,
    /// Touch channels on which a click lands, in order of preference, and where that is written.
    pub landing: At<Vec<At<String>>>,
}

/// Which messages cost money (R17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// Every message sent.
    Sent,
    /// Only what was delivered.
    Delivered,
}

/// The click rate and its denominator (R13).
#[derive(Clone, Debug)]
pub enum Click {
    /// Clicked ÷ delivered.
    PerDelivered(Input<Share>),
    /// Clicked ÷ opened.
    PerOpened(Input<Share>),
}

/// A waiting time.
#[derive(Clone, Debug)]
pub enum Delay {
    /// Always the same: `"10m"`.
    Fixed(Input<Span>),
    /// Exponential with this mean: `{ mean = "6h" }`.
    Exponential(Input<Span>),
    /// Log-normal by its median and 90th percentile: `{ median = "5h", p90 = "2d" }`.
    LogNormal {
        /// Half are faster.
        median: Input<Span>,
        /// Nine of ten are faster.
        p90: Input<Span>,
    },
}

impl FromValue for Delay {
    const EXPECTED: &'static str =
        "a delay: \"10m\", { mean = \"6h\" } (exponential) or { median = \"5h\", p90 = \"2d\" } (log-normal)";

    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else {
            return Input::from_value(value, context).map(Self::Fixed);
        };
        if ["low", "typical", "high", "min", "mode", "max"].iter().any(|key| table.get(key).is_some()) {
            return Input::from_value(value, context).map(Self::Fixed);
        }
        let mut fields = Fields::of(value, "a delay", context)?;
        fields.known_all(&["mean", "median", "p90"]);
        if !["mean", "median", "p90"].iter().any(|key| fields.has(key)) {
            fields.finish(context);
            let message = format!("`{}` must be {}", context.path(), Self::EXPECTED);
            context.error(Problem::error(message, value.at));
            return None;
        }
        let delay = if fields.has("mean") {
            fields.required("mean", context).map(Self::Exponential)
        } else {
            let (median, p90) = (fields.required::<Input<Span>>("median", context), fields.required("p90", context));
            median.zip(p90).map(|(median, p90): (_, Input<Span>)| Self::LogNormal { median, p90 })
        };
        fields.finish(context);
        if let Some(Self::LogNormal { median, p90 }) = &delay
            && (median.typical() > p90.typical() || median.low() <= 0.0)
        {
            let span = |input: &Input<Span>| Span(input.typical() as i64);
            let message = format!(
                "a delay's median must lie above 0 and not above its 90th percentile, found {} and {}",
                span(median),
                span(p90)
            );
            context.error(Problem::error(message, median.at.unwrap_or(value.at)));
            return None;
        }
        delay
    }
}

impl FromValue for Billing {
    const EXPECTED: &'static str = "\"sent\" or \"delivered\"";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &[("sent", Self::Sent), ("delivered", Self::Delivered)], context)
    }
}

/// A standard deviation on the log-odds scale, 0 (all alike) to 5 (everything or nothing).
struct Spread(f64);

impl FromValue for Spread {
    const EXPECTED: &'static str = "a standard deviation of log odds, 0 to 5";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if (0.0..=5.0).contains(&number) { Some(Self(number)) } else { mismatch(value, context) }
    }
}

/// One name, or a list of names in order of preference.
struct Names(Vec<At<String>>);

impl FromValue for Names {
    const EXPECTED: &'static str = "a channel's name, or a list of names in order of preference";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        match &value.data {
            Data::Text(name) => Some(Self(vec![At { value: name.clone(), at: value.at }])),
            Data::List(_) => Vec::from_value(value, context).map(Self),
            _ => mismatch(value, context),
        }
    }
}

/// Keys that only make sense on a channel that carries messages.
const CONTACT_KEYS: [&str; 12] = [
    "cost_per_message",
    "billed_on",
    "delivery_rate",
    "open_rate",
    "click_rate",
    "click_to_open_rate",
    "opt_out_rate",
    "open_delay",
    "click_delay",
    "affinity_spread",
    "opt_in",
    "landing",
];

/// Reads one `[channels.NAME]` (its preset already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Channel> {
    let mut fields = Fields::of(&entry.value, "a channel", context)?;
    fields.entry("preset");
    let carries_contacts = ["cost_per_message", "delivery_rate", "open_rate", "click_rate", "click_to_open_rate"]
        .iter()
        .any(|key| fields.has(key));
    let order_rate = fields.optional("order_rate", context);
    if !carries_contacts && !fields.has("order_rate") {
        let known = super::presets::names("channel");
        let problem = Problem::error(
            format!("channel `{}` says neither what its messages do nor how often its touches order", entry.key),
            entry.key_at,
        );
        context.error(
            problem
                .help(
                    "write `preset = …`, or `cost_per_message`, `delivery_rate`, `open_rate` and `click_rate` for \
                     a channel that carries messages, or `order_rate` for one where customers come by",
                )
                .help(format!("presets: {}", known.join(", "))),
        );
    }
    let contact = if carries_contacts { contact(&mut fields, entry, context) } else { None };
    if contact.is_none() {
        fields.known_all(&CONTACT_KEYS);
    }
    if !carries_contacts && fields.has("order_rate") {
        for key in CONTACT_KEYS {
            if let Some(idle) = fields.entry(key) {
                let message =
                    format!("`{key}` says what happens to messages, but channel `{}` carries none", entry.key);
                context.error(
                    Problem::error(message, idle.key_at)
                        .help("remove it, or write `cost_per_message`, `open_rate` and `click_rate` too"),
                );
            }
        }
    }
    fields.finish(context);
    Some(Channel { name: entry.key.clone(), at: entry.key_at, contact, order_rate })
}

fn contact(fields: &mut Fields<'_>, entry: &Entry, context: &mut Context<'_>) -> Option<Contact> {
    let cost_per_message = fields.required("cost_per_message", context);
    let billed_on = fields.or("billed_on", Billing::Sent, context);
    let delivery_rate = fields.or("delivery_rate", Input::default_of(1.0), context);
    let open_rate = fields.required("open_rate", context);
    let click = match (fields.entry("click_rate"), fields.entry("click_to_open_rate")) {
        (Some(_), Some(other)) => {
            context.error(
                Problem::error("`click_rate` and `click_to_open_rate` say the same thing twice", other.key_at)
                    .help("keep `click_rate` (clicked ÷ delivered) or `click_to_open_rate` (clicked ÷ opened)"),
            );
            None
        }
        (None, Some(_)) => fields.required("click_to_open_rate", context).map(Click::PerOpened),
        _ => fields.required("click_rate", context).map(Click::PerDelivered),
    };
    let opt_out_rate = fields.or("opt_out_rate", Input::default_of(0.0), context);
    let at_once = || Delay::Fixed(Input::default_of(0.0));
    let open_delay = fields.optional("open_delay", context).unwrap_or_else(at_once);
    let click_delay = fields.optional("click_delay", context).unwrap_or_else(at_once);
    let affinity_spread = fields.optional("affinity_spread", context).map_or(0.0, |Spread(sd)| sd);
    let opt_in = fields.optional("opt_in", context);
    let landing = fields.optional::<At<Names>>("landing", context);
    let landing = match landing {
        Some(At { value: Names(names), at }) => At { value: names, at },
        None => At { value: Vec::new(), at: entry.key_at },
    };
    Some(Contact {
        cost_per_message: cost_per_message?,
        billed_on,
        delivery_rate,
        open_rate: open_rate?,
        click: click?,
        opt_out_rate,
        open_delay,
        click_delay,
        affinity_spread,
        opt_in,
        landing,
    })
}
