//! Segments: who the customers are, how often they need something, what they spend, and how they leave.

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::input::{Input, Law};
use super::place::Place;
use super::presets::DEFAULT_SEGMENT;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::tree::{Data, Entry, Value};
use super::values::{DAY, Money, Positive, Seconds, Share, Span, rounded};

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
}

/// Orders or needs over time (R10, R11).
#[derive(Clone, Debug)]
pub enum Demand {
    /// BG/NBD of orders (Fader, Hardie & Lee 2005).
    Purchases(Purchases),
    /// Needs at a rate, of which the hop matrix makes orders.
    Needs {
        /// Mean time between two needs of a customer whose rate is the mean rate.
        every: Input<Span>,
        /// Shape of the gamma distribution of rates over customers; none = all alike.
        shape: Option<Input<Positive>>,
        /// How customers are lost.
        dropout: Dropout,
    },
}

/// The four numbers of a BG/NBD model of orders.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// Shape of the gamma distribution of order rates.
    pub r: Input<Positive>,
    /// Its scale, in `unit`s.
    pub alpha: Input<Positive>,
    /// First shape of the beta distribution of dropout.
    pub a: Input<Positive>,
    /// Second shape.
    pub b: Input<Positive>,
    /// The unit of time of `alpha` in seconds.
    pub unit: Seconds,
    /// Covariance of (ln r, ln α, ln a, ln b), where they were fitted together.
    pub log_covariance: Option<At<[[f64; 4]; 4]>>,
    /// Path of the set in the file.
    pub path: String,
}

/// How customers of a `needs` segment are lost (R11).
#[derive(Clone, Debug)]
pub enum Dropout {
    /// Never.
    Never,
    /// A coin per natural need whose journey orders.
    AfterOrder(Chance),
    /// A coin per journey, whatever opened it.
    AfterJourney(Chance),
}

/// A customer's chance of being lost at each coin.
#[derive(Clone, Debug)]
pub enum Chance {
    /// The same for all.
    Fixed(Input<Share>),
    /// Beta-distributed over customers.
    Beta(Input<Positive>, Input<Positive>),
}

/// Whether the firm notices that a customer is lost (R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// The lost stay in the audience, are billed and never respond.
    Silent,
    /// Nothing more is sent to them.
    Known,
}

/// The value of an order.
#[derive(Clone, Debug)]
pub enum Basket {
    /// Always the same.
    Fixed(Input<Money>),
    /// Log-normal by mean and coefficient of variation.
    LogNormal {
        /// Mean order value.
        mean: Input<Money>,
        /// Standard deviation ÷ mean.
        cv: Input<Positive>,
    },
    /// Gamma-gamma (Fader, Hardie & Lee 2005): order ~ Gamma(p, ν), ν ~ Gamma(q, γ); mean p γ / (q − 1).
    GammaGamma {
        /// Shape of a customer's orders.
        p: Input<Positive>,
        /// Shape of the spread between customers.
        q: Input<Positive>,
        /// Its scale in units of currency.
        gamma: Input<Money>,
    },
}

/// What a base's age is where nothing is said: three years.
const USUAL_AGE: Span = Span(3 * 365 * DAY);

/// `joined` as a single word, and whether all join at the start.
const JOINED_WORDS: [(&str, bool); 2] = [("base", false), ("cohort", true)];

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
        "\"base\", \"cohort\", { base = { age = \"1095d\" } } or { arrivals = { every = \"7d\", counts = [ … ] } }",
        Form::OneOf(&[Kind::words(&words(&JOINED_WORDS)), Kind::new("", "", Form::Table(&JOINED))]),
    );
}

impl FromValue for Joined {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if value.as_text().is_some() {
            let cohort = one_of(value, &JOINED_WORDS, context)?;
            return Some(if cohort { Self::Cohort } else { Self::Base { age: USUAL_AGE.0 } });
        }
        let Data::Table(_) = &value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &JOINED, context)?;
        if fields.has("base") == fields.has("arrivals") {
            fields.leave(&["base", "arrivals"]);
            fields.finish(context);
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

const PURCHASES: Keys = Keys {
    what: "`purchases`",
    all: &[
        Key::of::<Input<Positive>>("r", Absent::Required, "shape of the gamma distribution of order rates"),
        Key::of::<Input<Positive>>("alpha", Absent::Required, "its scale, in `unit`s"),
        Key::of::<Input<Positive>>(
            "a",
            Absent::Required,
            "first shape of the beta distribution of the chance to be lost after an order",
        ),
        Key::of::<Input<Positive>>("b", Absent::Required, "its second shape"),
        Key::of::<Span>("unit", Absent::Default(Plain::Text("7d")), "the time unit of `alpha`, longer than 0"),
        Key::of::<At<Vec<Vec<f64>>>>(
            "log_covariance",
            Absent::Means("drawn apart"),
            "covariance of ln r, ln alpha, ln a, ln b, four rows of four numbers, if they were fitted together; the four \
             are then plain numbers",
        ),
    ],
    rules: &[],
};

impl Described for Purchases {
    const KIND: Kind =
        Kind::new("purchases", "{ r = …, alpha = …, a = …, b = …, unit = \"7d\" }", Form::Table(&PURCHASES));
}

impl FromValue for Purchases {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &PURCHASES, context)?;
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|key| fields.required::<Input<Positive>>(key, context));
        let unit: Span = fields.or_default("unit", context);
        let covariance = fields.optional::<At<Vec<Vec<f64>>>>("log_covariance", context);
        fields.finish(context);
        let path = context.path();
        let (r, alpha, a, b) = (r?, alpha?, a?, b?);
        if unit.0 == 0 {
            let at = value.as_table().and_then(|table| table.get("unit")).map_or(value.at, |unit| unit.value.at);
            context.error(Problem::error("the `unit` of `purchases` must be longer than 0", at));
            return None;
        }
        let log_covariance = match covariance {
            None => None,
            Some(At { value: rows, at }) => {
                let matrix: Option<[[f64; 4]; 4]> = rows
                    .into_iter()
                    .map(|row| row.try_into().ok())
                    .collect::<Option<Vec<_>>>()
                    .and_then(|m| m.try_into().ok());
                let Some(matrix) = matrix else {
                    context.error(Problem::error(
                        "`log_covariance` must have four rows of four numbers: r, alpha, a, b",
                        at,
                    ));
                    return None;
                };
                if [&r, &alpha, &a, &b].iter().any(|input| !matches!(input.law, Law::Fixed(_))) {
                    let why = "with `log_covariance` the four values must be plain numbers: their uncertainty is in \
                         the matrix";
                    context.error(Problem::error(why, at));
                    return None;
                }
                if crate::stats::linear::cholesky(&matrix).is_err()
                    || (0..4).any(|i| {
                        (0..i).any(|j| (matrix[i][j] - matrix[j][i]).abs() > 1e-12 * (1.0 + matrix[i][j].abs()))
                    })
                {
                    context.error(Problem::error(
                        "`log_covariance` is no covariance matrix (it must be symmetric and positive semi-definite)",
                        at,
                    ));
                    return None;
                }
                Some(At { value: matrix, at })
            }
        };
        Some(Self { r, alpha, a, b, unit: unit.0, log_covariance, path })
    }
}

const CHANCE: Keys = Keys {
    what: "a chance",
    all: &[
        Key::of::<Input<Positive>>("a", Absent::Required, "first shape of the beta distribution over customers"),
        Key::of::<Input<Positive>>("b", Absent::Required, "its second shape"),
    ],
    rules: &[],
};

impl Described for Chance {
    const KIND: Kind = Kind::new(
        "chance",
        "a share between 0 and 1, or { a = …, b = … } (beta-distributed over customers)",
        Form::OneOf(&[<Input<Share>>::KIND, Kind::new("", "", Form::Table(&CHANCE))]),
    );
}

impl FromValue for Chance {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let is_beta = value.as_table().is_some_and(|table| table.get("a").is_some() || table.get("b").is_some());
        if !is_beta {
            return Input::from_value(value, context).map(Self::Fixed);
        }
        let mut fields = Fields::of(value, &CHANCE, context)?;
        let (a, b) = (fields.required("a", context), fields.required("b", context));
        fields.finish(context);
        Some(Self::Beta(a?, b?))
    }
}

const DROPOUT: Keys = Keys {
    what: "`dropout`",
    all: &[
        Key::of::<Chance>(
            "after-order",
            Absent::Means("this or the next"),
            "a coin after each natural need whose journey orders",
        ),
        Key::of::<Chance>(
            "after-journey",
            Absent::Means(""),
            "a coin after each journey, contact-opened ones included",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["after-order", "after-journey"])],
};

impl Described for Dropout {
    const KIND: Kind =
        Kind::new("dropout", "{ after-order = 0.05 } or { after-journey = 0.01 }", Form::Table(&DROPOUT));
}

impl FromValue for Dropout {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &DROPOUT, context)?;
        let after_order = fields.optional("after-order", context);
        let after_journey = fields.optional("after-journey", context);
        fields.finish(context);
        match (after_order, after_journey) {
            (Some(chance), None) => Some(Self::AfterOrder(chance)),
            (None, Some(chance)) => Some(Self::AfterJourney(chance)),
            _ => {
                context.error(Problem::error(
                    format!("`dropout` must be {}, one of the two", Self::KIND.expected()),
                    value.at,
                ));
                None
            }
        }
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

const BASKET: Keys = Keys {
    what: "`basket`",
    all: &[
        Key::of::<Input<Money>>("fixed", Absent::Means("one of the three"), "every order is worth the same"),
        Key::of::<LogNormal>("lognormal", Absent::Means(""), "log-normal, alike for all customers"),
        Key::of::<GammaGamma>("gamma-gamma", Absent::Means(""), "each customer has a level of his own"),
    ],
    rules: &[Rule::ExactlyOne(&["fixed", "lognormal", "gamma-gamma"])],
};

impl Described for Basket {
    const KIND: Kind = Kind::new(
        "basket",
        "{ fixed = 50 }, { lognormal = { mean = 60, cv = 0.8 } } or { gamma-gamma = { p = …, q = …, gamma = … } }",
        Form::Table(&BASKET),
    );
}

impl FromValue for Basket {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &BASKET, context)?;
        let kinds = ["fixed", "lognormal", "gamma-gamma"];
        let present: Vec<&str> = kinds.into_iter().filter(|kind| fields.has(kind)).collect();
        let basket = match present[..] {
            ["fixed"] => fields.required("fixed", context).map(Self::Fixed),
            ["lognormal"] => {
                fields.required("lognormal", context).map(|LogNormal { mean, cv }| Self::LogNormal { mean, cv })
            }
            ["gamma-gamma"] => fields
                .required("gamma-gamma", context)
                .map(|GammaGamma { p, q, gamma }| Self::GammaGamma { p, q, gamma }),
            _ => {
                fields.leave(&kinds);
                let message = format!("`basket` must be one of {}", Self::KIND.expected());
                context.error(Problem::error(message, value.at));
                None
            }
        };
        fields.finish(context);
        basket
    }
}

struct LogNormal {
    mean: Input<Money>,
    cv: Input<Positive>,
}

const LOG_NORMAL: Keys = Keys {
    what: "a log-normal basket",
    all: &[
        Key::of::<Input<Money>>("mean", Absent::Required, "mean order value, above 0"),
        Key::of::<Input<Positive>>("cv", Absent::Required, "standard deviation ÷ mean"),
    ],
    rules: &[],
};

impl Described for LogNormal {
    const KIND: Kind = Kind::new("lognormal", "{ mean = 60, cv = 0.8 }", Form::Table(&LOG_NORMAL));
}

impl FromValue for LogNormal {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &LOG_NORMAL, context)?;
        let (mean, cv) = (fields.required("mean", context), fields.required("cv", context));
        fields.finish(context);
        Some(Self { mean: above_zero(mean?, context)?, cv: cv? })
    }
}

struct GammaGamma {
    p: Input<Positive>,
    q: Input<Positive>,
    gamma: Input<Money>,
}

const GAMMA_GAMMA: Keys = Keys {
    what: "a gamma-gamma basket",
    all: &[
        Key::of::<Input<Positive>>("p", Absent::Required, "shape of one customer's orders"),
        Key::of::<Input<Positive>>(
            "q",
            Absent::Required,
            "shape over customers, above 1; the mean order is p · gamma / (q − 1)",
        ),
        Key::of::<Input<Money>>("gamma", Absent::Required, "scale over customers, above 0"),
    ],
    rules: &[],
};

impl Described for GammaGamma {
    const KIND: Kind = Kind::new("gamma-gamma", "{ p = …, q = …, gamma = … }", Form::Table(&GAMMA_GAMMA));
}

impl FromValue for GammaGamma {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &GAMMA_GAMMA, context)?;
        let p = fields.required("p", context);
        let q = fields.required::<Input<Positive>>("q", context);
        let gamma = fields.required("gamma", context);
        fields.finish(context);
        let q = q?;
        if q.low() <= 1.0 {
            let message = format!("a gamma-gamma basket needs q above 1, else it has no mean; found {}", q.low());
            context.error(Problem::error(message, q.at.unwrap_or(value.at)));
            return None;
        }
        Some(Self { p: p?, q, gamma: above_zero(gamma?, context)? })
    }
}

/// A spread needs a scale above 0.
fn above_zero(money: Input<Money>, context: &mut Context<'_>) -> Option<Input<Money>> {
    if let (true, Some(at)) = (money.low() <= 0.0, money.at) {
        context.error(Problem::error(format!("`{}` must lie above 0", money.path), at));
        return None;
    }
    Some(money)
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
        Key::of::<Needs>("needs", Absent::Means("none"), "needs over time, of which the hops make orders"),
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

/// `needs`, without the `dropout` that stands beside it.
struct Needs {
    every: Input<Span>,
    shape: Option<Input<Positive>>,
}

const NEEDS: Keys = Keys {
    what: "`needs`",
    all: &[
        Key::of::<Input<Span>>("every", Absent::Required, "mean time between two needs, at least a second"),
        Key::of::<Input<Positive>>(
            "shape",
            Absent::Means("all alike"),
            "shape of the gamma distribution of rates over customers",
        ),
    ],
    rules: &[],
};

impl Described for Needs {
    const KIND: Kind = Kind::new("needs", "{ every = \"30d\" }", Form::Table(&NEEDS));
}

impl FromValue for Needs {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(_) = &value.data else {
            let message = format!("`{}` must be a table, found {}", context.path(), value.shown());
            context.error(Problem::error(message, value.at).help("for example needs = { every = \"30d\" }"));
            return None;
        };
        let mut fields = Fields::of(value, &NEEDS, context)?;
        let every = fields.required::<Input<Span>>("every", context);
        let shape = fields.optional("shape", context);
        fields.finish(context);
        let every = every?;
        if every.low() < 1.0 {
            let message = "`needs.every` must be at least one second";
            context.error(Problem::error(message, every.at.unwrap_or(value.at)));
            return None;
        }
        Some(Self { every, shape })
    }
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
    let demand = demand(&mut fields, entry, context);
    let lapse = fields.or_default("lapse", context);
    let basket = fields.required("basket", context);
    let gross_margin = fields.required("gross_margin", context);
    let entry_at = fields.required::<At<ByChannel<Share>>>("entry", context);
    let hops = fields.optional("hops", context).map_or_else(Vec::new, |ByChannel(all)| all);
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
    })
}

fn demand(fields: &mut Fields<'_>, entry: &Entry, context: &mut Context<'_>) -> Option<Demand> {
    let dropout = fields.optional::<At<Dropout>>("dropout", context);
    match (fields.entry("purchases"), fields.entry("needs")) {
        (Some(_), None) => {
            if let Some(dropout) = &dropout {
                let problem = Problem::error("`purchases` already says how customers are lost (a, b)", dropout.at);
                context.error(problem.help("remove `dropout`, or describe the segment by `needs`"));
            }
            fields.required("purchases", context).map(Demand::Purchases)
        }
        (None, Some(_)) => {
            let Needs { every, shape } = fields.required("needs", context)?;
            let dropout = dropout.map_or(Dropout::Never, |dropout| dropout.value);
            Some(Demand::Needs { every, shape, dropout })
        }
        (both, needs) => {
            let problem = match (both, &dropout) {
                (Some(both), _) => {
                    let problem = Problem::error("`purchases` and `needs` exclude each other", both.key_at);
                    match needs {
                        Some(needs) => problem.also(needs.key_at, "the other one"),
                        None => problem,
                    }
                }
                (None, Some(dropout)) => {
                    let message = format!("segment `{}` has a `dropout`, but no `needs` that it belongs to", entry.key);
                    Problem::error(message, dropout.at).help(
                        "a preset's `purchases` say themselves how customers are lost, so `dropout` replaces them",
                    )
                }
                (None, None) => {
                    Problem::error(format!("segment `{}` has neither `purchases` nor `needs`", entry.key), entry.key_at)
                }
            };
            context.error(problem.help(
                "`purchases = { r, alpha, a, b }` states orders, `needs = { every = \"30d\" \
                 }` states needs, of which the hops make orders",
            ));
            None
        }
    }
}
