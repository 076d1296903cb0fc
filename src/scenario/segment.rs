//! Segments: who the customers are, how often they need something, what they spend, and how they leave.

use super::input::{Input, Law};
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch, one_of};
use super::tree::{Data, Entry, Value};
use super::values::{DAY, Money, Positive, Seconds, Share, Span};

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

impl FromValue for Joined {
    const EXPECTED: &'static str =
        "\"base\", \"cohort\", { base = { age = \"1095d\" } } or { arrivals = { every = \"7d\", counts = [ … ] } }";

    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if value.as_text().is_some() {
            return one_of(value, &[("base", 0), ("cohort", 1)], context)
                .map(|word| if word == 0 { Self::Base { age: 3 * 365 * DAY } } else { Self::Cohort });
        }
        let Data::Table(_) = &value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, "`joined`", context)?;
        let (base, arrivals) = (fields.entry("base"), fields.entry("arrivals"));
        if base.is_some() == arrivals.is_some() {
            fields.finish(context);
            context.error(Problem::error(format!("`{}` must be {}", context.path(), Self::EXPECTED), value.at));
            return None;
        }
        let joined = if let Some(arrivals) = arrivals {
            context.within("arrivals", |context| {
                let mut inner = Fields::of(&arrivals.value, "`arrivals`", context)?;
                let every = inner.required::<Span>("every", context);
                let counts = inner.required::<Vec<f64>>("counts", context);
                inner.finish(context);
                let (Span(every), counts) = (every?, counts?);
                let total: f64 = counts.iter().sum();
                if every == 0 || counts.iter().any(|&n| n < 0.0) || total <= 0.0 || !total.is_finite() {
                    let why = "`arrivals` needs periods longer than 0 and counts of 0 or more, not all of them 0";
                    context.error(Problem::error(why, arrivals.value.at));
                    return None;
                }
                Some(Self::Arrivals { every, counts })
            })
        } else {
            fields.required::<Age>("base", context).map(|Age(age)| Self::Base { age })
        };
        fields.finish(context);
        joined
    }
}

struct Age(Seconds);

impl FromValue for Age {
    const EXPECTED: &'static str = "{ age = \"1095d\" }";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, "`base`", context)?;
        let age = fields.or("age", Span(3 * 365 * DAY), context);
        fields.finish(context);
        Some(Self(age.0))
    }
}

impl FromValue for Purchases {
    const EXPECTED: &'static str = "{ r = …, alpha = …, a = …, b = …, unit = \"7d\" }";

    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, "`purchases`", context)?;
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|key| fields.required::<Input<Positive>>(key, context));
        let unit = fields.or("unit", Span(7 * DAY), context);
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

impl FromValue for Chance {
    const EXPECTED: &'static str = "a share between 0 and 1, or { a = …, b = … } (beta-distributed over customers)";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let is_beta = value.as_table().is_some_and(|table| table.get("a").is_some() || table.get("b").is_some());
        if !is_beta {
            return Input::from_value(value, context).map(Self::Fixed);
        }
        let mut fields = Fields::of(value, "a chance", context)?;
        let (a, b) = (fields.required("a", context), fields.required("b", context));
        fields.finish(context);
        Some(Self::Beta(a?, b?))
    }
}

impl FromValue for Dropout {
    const EXPECTED: &'static str = "{ after-order = 0.05 } or { after-journey = 0.01 }";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, "`dropout`", context)?;
        let after_order = fields.optional("after-order", context);
        let after_journey = fields.optional("after-journey", context);
        fields.finish(context);
        match (after_order, after_journey) {
            (Some(chance), None) => Some(Self::AfterOrder(chance)),
            (None, Some(chance)) => Some(Self::AfterJourney(chance)),
            _ => {
                context
                    .error(Problem::error(format!("`dropout` must be {}, one of the two", Self::EXPECTED), value.at));
                None
            }
        }
    }
}

impl FromValue for Lapse {
    const EXPECTED: &'static str = "\"silent\" or \"known\"";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &[("silent", Self::Silent), ("known", Self::Known)], context)
    }
}

impl FromValue for Basket {
    const EXPECTED: &'static str =
        "{ fixed = 50 }, { lognormal = { mean = 60, cv = 0.8 } } or { gamma-gamma = { p = …, q = …, gamma = … } }";
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, "`basket`", context)?;
        let kinds = ["fixed", "lognormal", "gamma-gamma"];
        let (fixed, lognormal, gamma) = (fields.entry(kinds[0]), fields.entry(kinds[1]), fields.entry(kinds[2]));
        let basket = match (fixed, lognormal, gamma) {
            (Some(_), None, None) => fields.required("fixed", context).map(Self::Fixed),
            (None, Some(entry), None) => context.within(kinds[1], |context| {
                let mut inner = Fields::of(&entry.value, "a log-normal basket", context)?;
                let (mean, cv) = (inner.required("mean", context), inner.required("cv", context));
                inner.finish(context);
                Some(Self::LogNormal { mean: above_zero(mean?, context)?, cv: cv? })
            }),
            (None, None, Some(entry)) => context.within(kinds[2], |context| {
                let mut inner = Fields::of(&entry.value, "a gamma-gamma basket", context)?;
                let p = inner.required("p", context);
                let q = inner.required::<Input<Positive>>("q", context);
                let gamma = inner.required("gamma", context);
                inner.finish(context);
                let q = q?;
                if q.low() <= 1.0 {
                    let message =
                        format!("a gamma-gamma basket needs q above 1, else it has no mean; found {}", q.low());
                    context.error(Problem::error(message, q.at.unwrap_or(entry.value.at)));
                    return None;
                }
                Some(Self::GammaGamma { p: p?, q, gamma: above_zero(gamma?, context)? })
            }),
            _ => {
                context.error(Problem::error(format!("`basket` must be one of {}", Self::EXPECTED), value.at));
                None
            }
        };
        fields.finish(context);
        basket
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

impl<T: FromValue> FromValue for ByChannel<T> {
    const EXPECTED: &'static str = "a table of channels, such as { web = 0.6, app = 0.4 }";
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

/// Reads one `[segments.NAME]` (its preset already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Segment> {
    let mut fields = Fields::of(&entry.value, "a segment", context)?;
    fields.entry("preset");
    let share = fields.required("share", context);
    let joined = fields.or("joined", Joined::Base { age: 3 * 365 * DAY }, context);
    let time_zone = fields.optional("time_zone", context);
    let opt_in = fields.optional("opt_in", context).map_or_else(Vec::new, |ByChannel(all)| all);
    let correlation = fields.optional::<Share>("opt_in_correlation", context).map_or(0.0, |share| share.0);
    let demand = demand(&mut fields, entry, context);
    let lapse = fields.or("lapse", Lapse::Silent, context);
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
        (None, Some(needs)) => context.within("needs", |context| {
            let Data::Table(_) = &needs.value.data else {
                let message = format!("`{}` must be a table, found {}", context.path(), needs.value.shown());
                context.error(Problem::error(message, needs.value.at).help("for example needs = { every = \"30d\" }"));
                return None;
            };
            let mut inner = Fields::of(&needs.value, "`needs`", context)?;
            let every = inner.required::<Input<Span>>("every", context);
            let shape = inner.optional("shape", context);
            inner.finish(context);
            let every = every?;
            if every.low() < 1.0 {
                context.error(Problem::error(
                    "`needs.every` must be at least one second",
                    every.at.unwrap_or(needs.value.at),
                ));
                return None;
            }
            let dropout = dropout.map_or(Dropout::Never, |dropout| dropout.value);
            Some(Demand::Needs { every, shape, dropout })
        }),
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
