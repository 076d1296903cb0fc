//! Baskets: what an order is worth.

use super::format::{Absent, Described, Form, Key, Keys, Kind, Rule};
use super::input::Input;
use super::problems::Problem;
use super::read::{Context, Fields, FromValue};
use super::tree::Value;
use super::values::{Money, Positive};

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
            [] if fields.any_unknown() => {
                fields.leave(&kinds);
                context.complete = false;
                None
            }
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
