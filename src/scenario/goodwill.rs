//! Goodwill: what a customer's experiences add up to, and how many would recommend the firm (R45, R46).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain};
use super::input::Input;
use super::place::Place;
use super::read::{Context, Fields, FromValue, mismatch};
use super::tree::Value;
use super::values::{Positive, Share, Stretch};

/// What moves goodwill, in points of whatever size, how it fades, and what it does.
#[derive(Clone, Debug)]
pub struct Goodwill {
    /// Where it is written.
    pub at: Place,
    /// An order.
    pub order: f64,
    /// A marketing message that is delivered.
    pub message: f64,
    /// The second of two messages that are the same.
    pub duplicate: f64,
    /// A complaint.
    pub complaint: f64,
    /// A hop that lost the context.
    pub lost_context: f64,
    /// After so many seconds a point is worth half; none = it never fades.
    pub half_life: Option<Input<Stretch>>,
    /// Factor on the odds of a coin for each point.
    pub loss_odds: Input<Positive>,
    /// The question at the horizon; none = nobody is asked.
    pub nps: Option<Nps>,
}

/// How likely customers say that they are to recommend the firm, from 0 to 10: normal at the horizon, then rounded and cut.
#[derive(Clone, Copy, Debug)]
pub struct Nps {
    /// Mean score at goodwill 0.
    pub mean: f64,
    /// Its standard deviation over customers, 0 or more.
    pub sd: f64,
    /// By how much a point of goodwill moves a customer's score.
    pub per_point: f64,
    /// Share of the living who answer.
    pub answers: f64,
}

/// A signed number of points.
struct Points(f64);

const MOST_POINTS: f64 = 1e6;

impl Described for Points {
    const KIND: Kind = Kind::new("points", "a number of points, -1e6 to 1e6", Form::Number(-MOST_POINTS, MOST_POINTS));
}

impl FromValue for Points {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if (-MOST_POINTS..=MOST_POINTS).contains(&number) { Some(Self(number)) } else { mismatch(value, context) }
    }
}

/// A score, or the spread of scores.
struct Score(f64);

const HIGHEST_SCORE: f64 = 10.0;

impl Described for Score {
    const KIND: Kind = Kind::new("score", "a number from 0 to 10", Form::Number(0.0, HIGHEST_SCORE));
}

impl FromValue for Score {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if (0.0..=HIGHEST_SCORE).contains(&number) { Some(Self(number)) } else { mismatch(value, context) }
    }
}

const fn points(name: &'static str, doc: &'static str) -> Key {
    Key::of::<Points>(name, Absent::Default(Plain::Whole(0)), doc)
}

/// The keys of `[goodwill]`.
pub(super) const GOODWILL: Keys = Keys {
    what: "goodwill",
    all: &[
        points("order", "what an order adds"),
        points("message", "what a marketing message adds that is delivered"),
        points("duplicate", "what the second of two messages adds that are the same"),
        points("complaint", "what a complaint adds"),
        points("lost_context", "what a hop adds that lost the context"),
        Key::of::<Input<Stretch>>(
            "half_life",
            Absent::Means("it never fades"),
            "after this time a point is worth half",
        ),
        Key::of::<Input<Positive>>(
            "loss_odds",
            Absent::Default(Plain::Whole(1)),
            "factor on the odds with which a coin loses the customer, for each point (R11)",
        ),
        Key::of::<Nps>("nps", Absent::Means("nobody is asked"), "who would recommend the firm at the end (R46)"),
    ],
    rules: &[],
};

/// The keys of `[goodwill.nps]`.
pub(super) const NPS: Keys = Keys {
    what: "a net promoter score",
    all: &[
        Key::of::<Score>("mean", Absent::Required, "mean score at goodwill 0"),
        Key::of::<Score>("sd", Absent::Required, "standard deviation of the score over customers"),
        Key::of::<Points>(
            "per_point",
            Absent::Default(Plain::Whole(1)),
            "by how much a point of goodwill moves a customer's score",
        ),
        Key::of::<Share>("answers", Absent::Default(Plain::Whole(1)), "share of the living customers who answer"),
    ],
    rules: &[],
};

impl Described for Goodwill {
    const KIND: Kind = Kind::new("", "{ order = 1, message = -0.1 }", Form::Table(&GOODWILL));
}

impl FromValue for Goodwill {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &GOODWILL, context)?;
        let [order, message, duplicate, complaint, lost_context] =
            ["order", "message", "duplicate", "complaint", "lost_context"].map(|key| {
                let Points(points) = fields.or_default(key, context);
                points
            });
        let half_life = fields.optional("half_life", context);
        let loss_odds = fields.or_default("loss_odds", context);
        let nps = fields.optional("nps", context);
        fields.finish(context);
        Some(Self { at: value.at, order, message, duplicate, complaint, lost_context, half_life, loss_odds, nps })
    }
}

impl Described for Nps {
    const KIND: Kind = Kind::new("", "{ mean = 7.5, sd = 2 }", Form::Table(&NPS));
}

impl FromValue for Nps {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &NPS, context)?;
        let (mean, sd) = (fields.required("mean", context), fields.required("sd", context));
        let Points(per_point) = fields.or_default("per_point", context);
        let Share(answers) = fields.or_default("answers", context);
        fields.finish(context);
        let (Score(mean), Score(sd)) = (mean?, sd?);
        Some(Self { mean, sd, per_point, answers })
    }
}
