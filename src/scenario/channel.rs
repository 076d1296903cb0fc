//! Channels: where the firm reaches its customers (contacts) and where customers come to it (touches).

use super::costs::{self, FixedCosts};
use super::fatigue::Fatigue;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::hours::{Hours, LegalHours};
use super::input::Input;
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, OneOrMore, mismatch, one_of};
use super::tree::{Data, Entry, Value};
use super::values::{Money, Positive, Seconds, Share, Span, Stretch};

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
    /// Of journeys that leave here without an order, the share that leaves a cart behind; none = no carts.
    pub cart_rate: Option<Input<Share>>,
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
    /// Replied ÷ opened; none = nobody replies.
    pub reply_rate: Option<Input<Share>>,
    /// Opt-outs ÷ delivered.
    pub opt_out_rate: Input<Share>,
    /// From delivery to opening.
    pub open_delay: Delay,
    /// From opening to click.
    pub click_delay: Delay,
    /// From opening to reply.
    pub reply_delay: Delay,
    /// Factor on the odds of opening a message that is delivered within the customer's best hour; none = 1.
    pub best_hour_odds: Option<Input<Positive>>,
    /// Share of customers whom it can reach at all, consent or not, where a segment does not say; none = all.
    pub reach: Option<Input<Share>>,
    /// Hours in which the law lets marketing be sent on it; none = any.
    pub legal_hours: Option<Hours>,
    /// Standard deviation over customers of the log odds of opening and clicking; 0 = all alike.
    pub affinity_spread: f64,
    /// Share of customers who can be reached on it, where a segment does not say.
    pub opt_in: Option<Input<Share>>,
    /// Touch channels on which a click lands, in order of preference, and where that is written.
    pub landing: At<Vec<At<String>>>,
    /// What it costs whether or not anything is sent.
    pub fixed: FixedCosts,
    /// What a message's price is the price of (R54).
    pub billed_by: BilledBy,
    /// Price of a transactional message; none = as any other.
    pub cost_per_transactional: Option<Input<Money>>,
    /// What a customer's reply opens (R55).
    pub window: Option<Window>,
    /// What the first billed message opens (R55).
    pub conversations: Option<Conversations>,
    /// From sending to delivery (R51).
    pub delivery_delay: Delay,
    /// Sent twice ÷ sent; none = never.
    pub duplicate_rate: Option<Input<Share>>,
    /// Opened by a machine ÷ delivered; none = never (R50).
    pub machine_open_rate: Option<Input<Share>>,
    /// From delivery to the machine's opening.
    pub machine_open_delay: Delay,
    /// Clicked by a scanner ÷ delivered, on delivery; none = never.
    pub scanner_click_rate: Option<Input<Share>>,
    /// Of what the firm is told.
    pub receipts: Receipts,
    /// Complaints ÷ delivered marketing.
    pub complaint_rate: Input<Share>,
    /// Share of a customer's orders at which it opts in, if it never did (R44).
    pub opt_in_at_order: Input<Share>,
    /// Share of a customer's orders at which it opts in again, if it opted out (R44).
    pub return_at_order: Input<Share>,
    /// What the messages on it do to the next one; none = nothing.
    pub fatigue: Option<Fatigue>,
}

/// How long after a customer's last reply on a channel anything may be said there (R55).
#[derive(Clone, Debug)]
pub struct Window {
    /// In seconds.
    pub length: Seconds,
    /// Price of a free-form or transactional message sent within it; none = as outside.
    pub cost: Option<Input<Money>>,
}

/// Billed messages of one customer on one channel within some time of the first of them (R55).
#[derive(Clone, Debug)]
pub struct Conversations {
    /// In seconds.
    pub length: Seconds,
    /// What each costs on top of its messages.
    pub cost: Input<Money>,
}

/// What a message's price is the price of (R54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BilledBy {
    /// A message, however long it is.
    Message,
    /// A segment of its text.
    Segment,
}

/// The last of delivery and opening of which the firm is told. Clicks and replies it always sees (R50).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipts {
    /// Of both.
    Opened,
    /// Of delivery only.
    Delivered,
    /// Of neither.
    None,
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

/// The keys of a delay that is not always the same.
pub(super) const DELAY: Keys = Keys {
    what: "a delay",
    all: &[
        Key::of::<Input<Span>>("mean", Absent::Means("this or the next two"), "mean of an exponential distribution"),
        Key::of::<Input<Span>>("median", Absent::Means(""), "half are faster: median of a log-normal distribution"),
        Key::of::<Input<Span>>(
            "p90",
            Absent::Means(""),
            "nine of ten are faster: its 90th percentile, not below the median",
        ),
    ],
    rules: &[
        Rule::AnyOf(&[&["mean"], &["median", "p90"]]),
        Rule::Excludes("mean", &["median", "p90"]),
        Rule::Needs("median", &["p90"]),
        Rule::Needs("p90", &["median"]),
    ],
};

impl Described for Delay {
    const KIND: Kind = Kind::new(
        "delay",
        "a delay: \"10m\", { mean = \"6h\" } (exponential) or { median = \"5h\", p90 = \"2d\" } (log-normal)",
        Form::OneOf(&[<Input<Span>>::KIND, Kind::new("", "", Form::Table(&DELAY))]),
    );
}

impl FromValue for Delay {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else {
            return Input::from_value(value, context).map(Self::Fixed);
        };
        if ["low", "typical", "high", "min", "mode", "max"].iter().any(|key| table.get(key).is_some()) {
            return Input::from_value(value, context).map(Self::Fixed);
        }
        let mut fields = Fields::of(value, &DELAY, context)?;
        if !["mean", "median", "p90"].iter().any(|key| fields.has(key)) {
            fields.finish(context);
            let message = format!("`{}` must be {}", context.path(), Self::KIND.expected());
            context.error(Problem::error(message, value.at));
            return None;
        }
        let delay = if fields.has("mean") {
            for key in ["median", "p90"] {
                if let Some(other) = fields.entry(key) {
                    let message =
                        format!("a delay has a `mean` (exponential) or a `median` and a `p90`, not also `{key}`");
                    context.error(Problem::error(message, other.key_at));
                }
            }
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

impl BilledBy {
    const WORDS: [(&'static str, Self); 2] = [("message", Self::Message), ("segment", Self::Segment)];
}

impl Described for BilledBy {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for BilledBy {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

impl Billing {
    const WORDS: [(&'static str, Self); 2] = [("sent", Self::Sent), ("delivered", Self::Delivered)];
}

impl Described for Billing {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Billing {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

impl Receipts {
    const WORDS: [(&'static str, Self); 3] =
        [("opened", Self::Opened), ("delivered", Self::Delivered), ("none", Self::None)];
}

impl Described for Receipts {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Receipts {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// A standard deviation on the log-odds scale, 0 (all alike) to 5 (everything or nothing).
struct Spread(f64);

const WIDEST_SPREAD: f64 = 5.0;

impl Described for Spread {
    const KIND: Kind =
        Kind::new("number", "a standard deviation of log odds, 0 to 5", Form::Number(0.0, WIDEST_SPREAD));
}

impl FromValue for Spread {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if (0.0..=WIDEST_SPREAD).contains(&number) { Some(Self(number)) } else { mismatch(value, context) }
    }
}

/// Keys that only make sense on a channel that carries messages.
pub(super) const CONTACT_KEYS: [&str; 35] = [
    "cost_per_message",
    "billed_on",
    "delivery_rate",
    "open_rate",
    "click_rate",
    "click_to_open_rate",
    "reply_rate",
    "opt_out_rate",
    "open_delay",
    "click_delay",
    "reply_delay",
    "best_hour_odds",
    "reach",
    "legal_hours",
    "affinity_spread",
    "opt_in",
    "landing",
    "cost_per_month",
    "setup_cost",
    "billed_by",
    "cost_per_transactional",
    "window",
    "cost_in_window",
    "cost_per_conversation",
    "conversation",
    "delivery_delay",
    "duplicate_rate",
    "machine_open_rate",
    "machine_open_delay",
    "scanner_click_rate",
    "receipts",
    "complaint_rate",
    "opt_in_at_order",
    "return_at_order",
    "fatigue",
];

/// The keys of `[channels.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a channel",
    all: &[
        Key::of::<Preset>("preset", Absent::Means("none"), "takes all keys that are not written from a preset"),
        Key::of::<Input<Share>>(
            "order_rate",
            Absent::Means("none"),
            "chance that a touch on this channel ends in an order (R14)",
        ),
        Key::of::<Input<Share>>(
            "cart_rate",
            Absent::Means("no carts"),
            "carts left behind ÷ journeys that leave here without an order",
        ),
        Key::of::<Input<Money>>("cost_per_message", Absent::Preset, "price of one billed message"),
        Key::of::<Billing>("billed_on", Absent::Default(Plain::Text("sent")), "which messages are billed (R17)"),
        Key::of::<Input<Share>>("delivery_rate", Absent::Default(Plain::Whole(1)), "delivered ÷ sent"),
        Key::of::<Input<Share>>(
            "open_rate",
            Absent::Preset,
            "opened ÷ **delivered**, mean over living customers (R13)",
        ),
        Key::of::<Input<Share>>(
            "click_rate",
            Absent::Means("this or the next"),
            "clicked ÷ **delivered**; not above `open_rate`",
        ),
        Key::of::<Input<Share>>("click_to_open_rate", Absent::Means(""), "clicked ÷ **opened**"),
        Key::of::<Input<Share>>(
            "reply_rate",
            Absent::Means("nobody replies"),
            "replied ÷ **opened**, apart from clicking",
        ),
        Key::of::<Input<Share>>("opt_out_rate", Absent::Default(Plain::Whole(0)), "opt-outs ÷ delivered (R15)"),
        Key::of::<Delay>("open_delay", Absent::Default(Plain::Text("0s")), "from delivery to opening"),
        Key::of::<Delay>("click_delay", Absent::Default(Plain::Text("0s")), "from opening to click"),
        Key::of::<Delay>("reply_delay", Absent::Default(Plain::Text("0s")), "from opening to reply"),
        Key::of::<Input<Positive>>(
            "best_hour_odds",
            Absent::Means("1"),
            "factor on the odds of opening a message that is delivered within the customer's best hour",
        ),
        Key::of::<Input<Share>>(
            "reach",
            Absent::Means("all"),
            "share of customers whom it can reach at all, consent or not, where a segment does not say",
        ),
        Key::of::<LegalHours>(
            "legal_hours",
            Absent::Means("any"),
            "hours in which the law lets marketing be sent, local; outside them it is held: a preset, or a table (R38)",
        ),
        Key::of::<Spread>(
            "affinity_spread",
            Absent::Default(Plain::Whole(0)),
            "standard deviation over customers of the log odds of opening and clicking; the stated rates stay the means",
        ),
        Key::of::<Input<Share>>(
            "opt_in",
            Absent::Means("nobody"),
            "customers who can be reached, where a segment does not say",
        ),
        Key::of::<At<OneOrMore<At<String>>>>(
            "landing",
            Absent::Preset,
            "where a click leads: the first of these channels that the scenario has",
        ),
        costs::CHANNEL_KEYS[0],
        costs::CHANNEL_KEYS[1],
        Key::of::<BilledBy>(
            "billed_by",
            Absent::Default(Plain::Text("message")),
            "whether its prices are those of a message or of a segment of the campaign's text; a message without a text \
             has one segment (R54)",
        ),
        Key::of::<Input<Money>>(
            "cost_per_transactional",
            Absent::Means("`cost_per_message`"),
            "price of a message of a transactional campaign (R55)",
        ),
        Key::of::<Stretch>(
            "window",
            Absent::Means("none"),
            "so long after the customer's last reply on the channel free-form messages may be sent (R55)",
        ),
        Key::of::<Input<Money>>(
            "cost_in_window",
            Absent::Means("as outside"),
            "price of a free-form or transactional message sent within the window (R55)",
        ),
        Key::of::<Input<Money>>(
            "cost_per_conversation",
            Absent::Default(Plain::Whole(0)),
            "what a conversation costs on top of its messages: the first billed message outside one begins one (R55)",
        ),
        Key::of::<Stretch>("conversation", Absent::Default(Plain::Text("24h")), "how long a conversation is (R55)"),
        Key::of::<Delay>("delivery_delay", Absent::Default(Plain::Text("0s")), "from sending to delivery (R51)"),
        Key::of::<Input<Share>>(
            "duplicate_rate",
            Absent::Default(Plain::Whole(0)),
            "sent twice ÷ sent: billed twice, delivered twice, read once (R51)",
        ),
        Key::of::<Input<Share>>(
            "machine_open_rate",
            Absent::Default(Plain::Whole(0)),
            "opened by a machine ÷ **delivered**, whoever the customer is: the firm sees an opening (R50)",
        ),
        Key::of::<Delay>(
            "machine_open_delay",
            Absent::Default(Plain::Text("0s")),
            "from delivery to the machine's opening",
        ),
        Key::of::<Input<Share>>(
            "scanner_click_rate",
            Absent::Default(Plain::Whole(0)),
            "clicked by a scanner ÷ **delivered**, on delivery: the firm sees a click (R50)",
        ),
        Key::of::<Receipts>(
            "receipts",
            Absent::Default(Plain::Text("opened")),
            "the last of delivery and opening of which the firm is told (R50)",
        ),
        Key::of::<Input<Share>>(
            "complaint_rate",
            Absent::Default(Plain::Whole(0)),
            "complaints ÷ delivered marketing, the opt-outs that they bring not in `opt_out_rate` (R44)",
        ),
        Key::of::<Input<Share>>(
            "opt_in_at_order",
            Absent::Default(Plain::Whole(0)),
            "chance at each order that a customer who never opted in does (R44)",
        ),
        Key::of::<Input<Share>>(
            "return_at_order",
            Absent::Default(Plain::Whole(0)),
            "chance at each order that a customer who opted out opts in again (R44)",
        ),
        Key::of::<Fatigue>("fatigue", Absent::Means("none"), "what messages do to the next ones on this channel (R43)"),
    ],
    rules: &[
        Rule::AnyOf(&[&["preset"], &["order_rate"], &["cost_per_message", "open_rate"]]),
        Rule::Excludes("click_rate", &["click_to_open_rate"]),
        Rule::Needs("cost_in_window", &["window"]),
        Rule::Needs("conversation", &["cost_per_conversation"]),
    ],
};

impl Described for Channel {
    const KIND: Kind = Kind::new("", "a table", Form::Table(&KEYS));
}

/// The name of a channel's preset.
struct Preset;

impl Described for Preset {
    const KIND: Kind = Kind::new("name", "a preset's name", Form::Preset("channel"));
}

/// Reads one `[channels.NAME]` (its preset already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Channel> {
    let mut fields = Fields::of(&entry.value, &KEYS, context)?;
    fields.entry("preset");
    let carries_contacts = ["cost_per_message", "delivery_rate", "open_rate", "click_rate", "click_to_open_rate"]
        .iter()
        .any(|key| fields.has(key));
    let order_rate = fields.optional("order_rate", context);
    let cart_rate = fields.optional("cart_rate", context);
    if let (Some(cart), false) = (fields.entry("cart_rate"), fields.has("order_rate")) {
        let message = format!("`cart_rate` counts journeys, but channel `{}` has no `order_rate`", entry.key);
        let problem = Problem::error(message, cart.key_at);
        context.error(problem.help("write it where journeys can be: at a channel with an `order_rate`"));
    }
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
        fields.leave(&CONTACT_KEYS);
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
    Some(Channel { name: entry.key.clone(), at: entry.key_at, contact, order_rate, cart_rate })
}

fn contact(fields: &mut Fields<'_>, entry: &Entry, context: &mut Context<'_>) -> Option<Contact> {
    let cost_per_message = fields.required("cost_per_message", context);
    let billed_on = fields.or_default("billed_on", context);
    let delivery_rate = fields.or_default("delivery_rate", context);
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
    let reply_rate = fields.optional("reply_rate", context);
    let opt_out_rate = fields.or_default("opt_out_rate", context);
    let open_delay = fields.or_default("open_delay", context);
    let click_delay = fields.or_default("click_delay", context);
    let reply_delay = fields.or_default("reply_delay", context);
    let best_hour_odds = fields.optional("best_hour_odds", context);
    let reach = fields.optional("reach", context);
    let legal_hours = fields.optional("legal_hours", context).map(|LegalHours(hours)| hours);
    let Spread(affinity_spread) = fields.or_default("affinity_spread", context);
    let opt_in = fields.optional("opt_in", context);
    let landing = fields.optional::<At<OneOrMore<At<String>>>>("landing", context);
    let landing = match landing {
        Some(At { value: OneOrMore(names), at }) => At { value: names, at },
        None => At { value: Vec::new(), at: entry.key_at },
    };
    let fixed = FixedCosts::read(fields, context);
    let billed_by = fields.or_default("billed_by", context);
    let cost_per_transactional = fields.optional("cost_per_transactional", context);
    let window = window(fields, context);
    let conversations = conversations(fields, context);
    let delivery_delay = fields.or_default("delivery_delay", context);
    let duplicate_rate = fields.optional("duplicate_rate", context);
    let machine_open_rate: Option<Input<Share>> = fields.optional("machine_open_rate", context);
    let machine_open_delay = fields.or_default("machine_open_delay", context);
    let scanner_click_rate = fields.optional("scanner_click_rate", context);
    let receipts = fields.or_default("receipts", context);
    let complaint_rate = fields.or_default("complaint_rate", context);
    let opt_in_at_order = fields.or_default("opt_in_at_order", context);
    let return_at_order = fields.or_default("return_at_order", context);
    let fatigue = fields.optional("fatigue", context);
    let machines = machine_open_rate.as_ref().is_some_and(|rate| rate.high() > 0.0);
    sees_machines(fields, &entry.key, machines && receipts != Receipts::Opened, context);
    Some(Contact {
        cost_per_message: cost_per_message?,
        billed_on,
        delivery_rate,
        open_rate: open_rate?,
        click: click?,
        reply_rate,
        opt_out_rate,
        open_delay,
        click_delay,
        reply_delay,
        best_hour_odds,
        reach,
        legal_hours,
        affinity_spread,
        opt_in,
        landing,
        fixed,
        billed_by,
        cost_per_transactional,
        window,
        conversations,
        delivery_delay,
        duplicate_rate,
        machine_open_rate,
        machine_open_delay,
        scanner_click_rate,
        receipts,
        complaint_rate,
        opt_in_at_order,
        return_at_order,
        fatigue,
    })
}

fn window(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Option<Window> {
    let length = fields.optional("window", context).map(|Stretch(length)| length);
    let cost = fields.optional("cost_in_window", context);
    if let (Some(idle), false) = (fields.entry("cost_in_window"), fields.has("window")) {
        let problem = Problem::error("`cost_in_window` needs a `window`", idle.key_at);
        context.error(problem.help("write `window = \"24h\"` too: how long after a reply it is open"));
    }
    Some(Window { length: length?, cost })
}

fn conversations(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Option<Conversations> {
    let Stretch(length) = fields.or_default("conversation", context);
    let cost: Input<Money> = fields.or_default("cost_per_conversation", context);
    if let (Some(idle), false) = (fields.entry("conversation"), fields.has("cost_per_conversation")) {
        let problem = Problem::error("`conversation` needs a `cost_per_conversation`", idle.key_at);
        context.error(problem.help("write what each costs, or leave the key away"));
    }
    (cost.high() > 0.0).then_some(Conversations { length, cost })
}

/// Machines that open something matter only to who is told of it.
fn sees_machines(fields: &mut Fields<'_>, channel: &str, unseen: bool, context: &mut Context<'_>) {
    if let (Some(delay), false) = (fields.entry("machine_open_delay"), fields.has("machine_open_rate")) {
        let message = format!("channel `{channel}` says when machines open, but not how often");
        context.error(Problem::error(message, delay.key_at).help("write `machine_open_rate` too, or remove it"));
    }
    if let (Some(rate), true) = (fields.entry("machine_open_rate"), unseen) {
        let message = format!("channel `{channel}` has machines that open its messages, but no receipts of openings");
        let problem = Problem::error(message, rate.key_at);
        context.error(problem.help("nobody would see them: remove it, or write `receipts = \"opened\"`"));
    }
}
