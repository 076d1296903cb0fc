//! Inputs of the model that may be uncertain: a number, or what is known about it.

use std::marker::PhantomData;

use super::format::{Absent, Described, Form, Key, Keys, Kind};
use super::place::Place;
use super::problems::Problem;
use super::read::{Context, Fields, FromValue};
use super::tree::{Data, Value};
use super::values::{Money, Positive, Share, Span, Stretch};

/// What is known about a number (R3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Known, or taken as known.
    Fixed(f64),
    /// 10th, 50th and 90th percentile: a normal distribution with its own spread on either side of the median, on the
    /// [`Scale`] of the quantity, so that all three percentiles are met exactly.
    Percentiles {
        /// 10th percentile.
        low: f64,
        /// Median.
        typical: f64,
        /// 90th percentile.
        high: f64,
    },
    /// Beta-PERT between `min` and `max` with mean (min + 4·mode + max) / 6.
    Pert {
        /// Smallest possible value.
        min: f64,
        /// Most likely value.
        mode: f64,
        /// Largest possible value.
        max: f64,
    },
}

/// The scale on which the spread of a quantity is normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// ln(p / (1 − p)): shares stay within 0 and 1.
    Logit,
    /// ln x: prices, times and factors stay above 0.
    Log,
}

/// A kind of quantity: its range, its scale and how it is written.
pub trait Quantity: FromValue {
    /// Where its spread is normal.
    const SCALE: Scale;
    /// The number inside.
    fn number(&self) -> f64;
}

impl Quantity for Share {
    const SCALE: Scale = Scale::Logit;
    fn number(&self) -> f64 {
        self.0
    }
}

impl Quantity for Money {
    const SCALE: Scale = Scale::Log;
    fn number(&self) -> f64 {
        self.0
    }
}

impl Quantity for Positive {
    const SCALE: Scale = Scale::Log;
    fn number(&self) -> f64 {
        self.0
    }
}

impl Quantity for Span {
    const SCALE: Scale = Scale::Log;
    fn number(&self) -> f64 {
        self.0 as f64
    }
}

impl Quantity for Stretch {
    const SCALE: Scale = Scale::Log;
    fn number(&self) -> f64 {
        self.0 as f64
    }
}

/// An input of kind `Q`: its law, its path in the file (which, without a strategy's name, addresses its draws, R3), and
/// where it stands.
#[derive(Clone, Debug)]
pub struct Input<Q> {
    /// Dotted path in the file.
    pub path: String,
    /// What is known about it.
    pub law: Law,
    /// On which scale it spreads.
    pub scale: Scale,
    /// Where it stands; nowhere for a default of the format.
    pub at: Option<Place>,
    kind: PhantomData<Q>,
}

impl<Q: Quantity> Input<Q> {
    /// A number that is written nowhere.
    pub(super) const fn unwritten(value: f64) -> Self {
        Self { path: String::new(), law: Law::Fixed(value), scale: Q::SCALE, at: None, kind: PhantomData }
    }

    const PERCENTILES: Keys = Keys {
        what: "an uncertain value",
        all: &[
            Key::of::<Q>("low", Absent::Required, "10th percentile: in one case out of ten it is below this"),
            Key::of::<Q>("typical", Absent::Required, "median"),
            Key::of::<Q>("high", Absent::Required, "90th percentile"),
        ],
        rules: &[],
    };
    const PERT: Keys = Keys {
        what: "an uncertain value",
        all: &[
            Key::of::<Q>("min", Absent::Required, "smallest possible value"),
            Key::of::<Q>("mode", Absent::Required, "most likely value"),
            Key::of::<Q>("max", Absent::Required, "largest possible value"),
        ],
        rules: &[],
    };
}

impl<Q> Input<Q> {
    /// The value in the middle: fixed value, median or mode.
    pub fn typical(&self) -> f64 {
        match self.law {
            Law::Fixed(value) => value,
            Law::Percentiles { typical, .. } => typical,
            Law::Pert { mode, .. } => mode,
        }
    }

    /// The 10th percentile or smallest value.
    pub fn low(&self) -> f64 {
        match self.law {
            Law::Fixed(value) => value,
            Law::Percentiles { low, .. } => low,
            Law::Pert { min, .. } => min,
        }
    }

    /// The 90th percentile or largest value.
    pub fn high(&self) -> f64 {
        match self.law {
            Law::Fixed(value) => value,
            Law::Percentiles { high, .. } => high,
            Law::Pert { max, .. } => max,
        }
    }
}

impl<Q: Quantity> Described for Input<Q> {
    const KIND: Kind = Q::KIND.uncertain(Form::Uncertain(&Q::KIND, &Self::PERCENTILES, &Self::PERT));
}

impl<Q: Quantity> FromValue for Input<Q> {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let law = match &value.data {
            Data::Table(table) if table.get("min").is_some() || table.get("mode").is_some() => {
                let [min, mode, max] = three::<Q>(value, &Self::PERT, ["min", "mode", "max"], context)?;
                if min >= max { Law::Fixed(min) } else { Law::Pert { min, mode, max } }
            }
            Data::Table(_) => {
                let [low, typical, high] = three::<Q>(value, &Self::PERCENTILES, ["low", "typical", "high"], context)?;
                if low >= high { Law::Fixed(low) } else { Law::Percentiles { low, typical, high } }
            }
            _ => Law::Fixed(Q::from_value(value, context)?.number()),
        };
        Some(Self { path: context.path(), law, scale: Q::SCALE, at: Some(value.at), kind: PhantomData })
    }
}

fn three<Q: Quantity>(
    value: &Value,
    described: &'static Keys,
    keys: [&'static str; 3],
    context: &mut Context<'_>,
) -> Option<[f64; 3]> {
    let mut fields = Fields::of(value, described, context)?;
    if keys.iter().all(|key| !fields.has(key)) {
        let message = format!("`{}` must be {}, found a table", context.path(), Q::KIND.expected());
        let help = "what is not known exactly is written { low = …, typical = …, high = … } (10th, 50th, 90th \
             percentile) or { min = …, mode = …, max = … }";
        context.error(Problem::error(message, value.at).help(help));
        return None;
    }
    let numbers = keys.map(|key| fields.required::<Q>(key, context).map(|quantity| quantity.number()));
    fields.finish(context);
    let [Some(a), Some(b), Some(c)] = numbers else { return None };
    if a <= b && b <= c {
        return Some([a, b, c]);
    }
    let path = context.path();
    let written = |key: &&str| {
        value.as_table().and_then(|table| table.get(key)).map_or_else(String::new, |entry| entry.value.shown())
    };
    let shown: Vec<String> = keys.iter().map(written).collect();
    let order = format!("`{path}` must rise: {} ≤ {} ≤ {}, found {}", keys[0], keys[1], keys[2], shown.join(", "));
    context.error(Problem::error(order, value.at));
    None
}
