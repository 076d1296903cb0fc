//! Fatigue: what the messages of the last time do to the next one (R43).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, words};
use super::input::Input;
use super::read::{Context, Fields, FromValue, one_of};
use super::tree::Value;
use super::values::{Positive, Stretch};

/// How pressure builds up, on one channel or over all of them, and what it does. Factors on odds hold for each unit of
/// pressure: for a message that was delivered this very second.
#[derive(Clone, Debug)]
pub struct Fatigue {
    /// After so many seconds a message weighs half.
    pub half_life: Input<Stretch>,
    /// Whether transactional messages build it up too; else only marketing does.
    pub counts_all: bool,
    /// Factor on the odds of opening, and of clicking or replying to what is opened.
    pub response_odds: Input<Positive>,
    /// Factor on the odds of opting out.
    pub opt_out_odds: Input<Positive>,
    /// Factor on the odds of complaining.
    pub complaint_odds: Input<Positive>,
    /// Factor on the odds of a coin; only over all channels.
    pub loss_odds: Option<Input<Positive>>,
}

/// Fatigue over all channels.
#[derive(Clone, Debug)]
pub(super) struct Overall(pub Fatigue);

/// Which messages build pressure up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Marketing,
    All,
}

impl Counts {
    const WORDS: [(&'static str, Self); 2] = [("marketing", Self::Marketing), ("all", Self::All)];
}

impl Described for Counts {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Counts {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

const HALF_LIFE: Key =
    Key::of::<Input<Stretch>>("half_life", Absent::Required, "after this time a message weighs half");
const COUNTS: Key = Key::of::<Counts>(
    "counts",
    Absent::Default(Plain::Text("marketing")),
    "which messages build up pressure; it acts on all of them",
);
const RESPONSE_ODDS: Key = Key::of::<Input<Positive>>(
    "response_odds",
    Absent::Default(Plain::Whole(1)),
    "factor on the odds of opening, and of clicking or replying to what is opened, for each unit of pressure",
);
const OPT_OUT_ODDS: Key =
    Key::of::<Input<Positive>>("opt_out_odds", Absent::Default(Plain::Whole(1)), "factor on the odds of opting out");
const COMPLAINT_ODDS: Key =
    Key::of::<Input<Positive>>("complaint_odds", Absent::Default(Plain::Whole(1)), "factor on the odds of complaining");

/// The keys of `[channels.NAME.fatigue]`.
pub(super) const OF_CHANNEL: Keys = Keys {
    what: "fatigue of a channel",
    all: &[HALF_LIFE, COUNTS, RESPONSE_ODDS, OPT_OUT_ODDS, COMPLAINT_ODDS],
    rules: &[],
};

/// The keys of `[fatigue]`.
pub(super) const OVERALL: Keys = Keys {
    what: "fatigue",
    all: &[
        HALF_LIFE,
        COUNTS,
        RESPONSE_ODDS,
        OPT_OUT_ODDS,
        COMPLAINT_ODDS,
        Key::of::<Input<Positive>>(
            "loss_odds",
            Absent::Default(Plain::Whole(1)),
            "factor on the odds with which a coin loses the customer, for each unit of pressure (R11)",
        ),
    ],
    rules: &[],
};

impl Described for Fatigue {
    const KIND: Kind = Kind::new("", "{ half_life = \"7d\", response_odds = 0.9 }", Form::Table(&OF_CHANNEL));
}

impl FromValue for Fatigue {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &OF_CHANNEL, context)?;
        let fatigue = read(&mut fields, context);
        fields.finish(context);
        fatigue
    }
}

impl Described for Overall {
    const KIND: Kind = Kind::new("", "{ half_life = \"7d\", response_odds = 0.9 }", Form::Table(&OVERALL));
}

impl FromValue for Overall {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &OVERALL, context)?;
        let fatigue = read(&mut fields, context);
        let loss_odds = Some(fields.or_default("loss_odds", context));
        fields.finish(context);
        Some(Self(Fatigue { loss_odds, ..fatigue? }))
    }
}

fn read(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Option<Fatigue> {
    let half_life = fields.required("half_life", context);
    let counts_all = fields.or_default::<Counts>("counts", context) == Counts::All;
    let response_odds = fields.or_default("response_odds", context);
    let opt_out_odds = fields.or_default("opt_out_odds", context);
    let complaint_odds = fields.or_default("complaint_odds", context);
    Some(Fatigue { half_life: half_life?, counts_all, response_odds, opt_out_odds, complaint_odds, loss_odds: None })
}

impl Fatigue {
    /// All that may be uncertain about it.
    pub fn inputs(&self) -> impl Iterator<Item = &Input<Positive>> {
        [&self.response_odds, &self.opt_out_odds, &self.complaint_odds].into_iter().chain(&self.loss_odds)
    }
}
