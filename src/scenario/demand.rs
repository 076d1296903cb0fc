//! Demand: how often customers order or need something, and how they are lost.

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule};
use super::input::{Input, Law};
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue};
use super::tree::{Data, Entry, Value};
use super::values::{Money, Positive, Seconds, Share, Span, Stretch};

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
    /// A coin at each renewal of a contract (R53).
    PerPeriod(Contract),
}

/// A contract that is renewed, period after period, until the customer gives it up (R53).
#[derive(Clone, Debug)]
pub struct Contract {
    /// Length of a period in seconds; the first begins on joining.
    pub every: Seconds,
    /// Chance to be lost at a renewal.
    pub chance: Chance,
    /// What each renewal that is kept pays; none = nothing.
    pub fee: Option<Input<Money>>,
    /// Where it is written.
    pub at: Place,
}

impl Dropout {
    /// The contract that is given up, if there is one.
    pub fn contract(&self) -> Option<&Contract> {
        if let Self::PerPeriod(contract) = self { Some(contract) } else { None }
    }

    /// The chance of each coin, if any is tossed.
    pub fn chance(&self) -> Option<&Chance> {
        match self {
            Self::Never => None,
            Self::AfterOrder(chance) | Self::AfterJourney(chance) => Some(chance),
            Self::PerPeriod(contract) => Some(&contract.chance),
        }
    }
}

impl Demand {
    /// The contract of the customers, if they have one.
    pub fn contract(&self) -> Option<&Contract> {
        if let Self::Needs { dropout, .. } = self { dropout.contract() } else { None }
    }
}

/// A customer's chance of being lost at each coin.
#[derive(Clone, Debug)]
pub enum Chance {
    /// The same for all.
    Fixed(Input<Share>),
    /// Beta-distributed over customers.
    Beta(Input<Positive>, Input<Positive>),
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
        Key::of::<Contract>("per-period", Absent::Means(""), "a coin at each renewal of a contract (R53)"),
    ],
    rules: &[Rule::ExactlyOne(&["after-order", "after-journey", "per-period"])],
};

const CONTRACT: Keys = Keys {
    what: "`per-period`",
    all: &[
        Key::of::<Stretch>("every", Absent::Required, "length of a period, longer than 0; the first begins on joining"),
        Key::of::<Chance>("chance", Absent::Required, "chance to give the contract up at each renewal"),
        Key::of::<Input<Money>>(
            "fee",
            Absent::Means("0"),
            "what each renewal that is kept pays: revenue, but no order",
        ),
    ],
    rules: &[],
};

impl Described for Contract {
    const KIND: Kind = Kind::new("contract", "{ every = \"30d\", chance = 0.05 }", Form::Table(&CONTRACT));
}

impl FromValue for Contract {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(_) = &value.data else {
            let message = format!("`{}` must be {}, found {}", context.path(), Self::KIND.expected(), value.shown());
            context.error(Problem::error(message, value.at));
            return None;
        };
        let mut fields = Fields::of(value, &CONTRACT, context)?;
        let every = fields.required::<Stretch>("every", context);
        let chance = fields.required("chance", context);
        let fee = fields.optional("fee", context);
        fields.finish(context);
        Some(Self { every: every?.0, chance: chance?, fee, at: value.at })
    }
}

impl Described for Dropout {
    const KIND: Kind = Kind::new(
        "dropout",
        "{ after-order = 0.05 }, { after-journey = 0.01 } or { per-period = { every = \"30d\", chance = 0.05 } }",
        Form::Table(&DROPOUT),
    );
}

impl FromValue for Dropout {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &DROPOUT, context)?;
        let after_order = fields.optional("after-order", context);
        let after_journey = fields.optional("after-journey", context);
        let written = ["after-order", "after-journey", "per-period"].iter().filter(|key| fields.has(key)).count();
        let per_period = fields.optional("per-period", context);
        let misspelt = fields.any_unknown();
        fields.finish(context);
        if written == 0 && misspelt {
            context.complete = false;
            return None;
        }
        if written != 1 {
            let message = format!("`dropout` must be {}, one of the three", Self::KIND.expected());
            context.error(Problem::error(message, value.at));
            return None;
        }
        let after_order = after_order.map(Self::AfterOrder);
        after_order.or(after_journey.map(Self::AfterJourney)).or(per_period.map(Self::PerPeriod))
    }
}

/// `needs`, without the `dropout` that stands beside it.
pub(super) struct Needs {
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

/// Reads `purchases`, or `needs` and `dropout`, of a segment.
pub(super) fn read(fields: &mut Fields<'_>, entry: &Entry, context: &mut Context<'_>) -> Option<Demand> {
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
        // What is wrong with it has been told, and hides what else is.
        (None, None) if fields.has("dropout") && dropout.is_none() => None,
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
