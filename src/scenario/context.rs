//! `[context]`: what is known of a customer on one channel and not on the next (R47 to R49), whatever the strategy.

use super::Scenario;
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use super::input::{Input, Law};
use super::place::Place;
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, one_of};
use super::tree::{Data, Table, Value};
use super::values::{Positive, Seconds, Share, Span, Stretch};

/// How well the firm's channels know what a customer did on another one.
#[derive(Clone, Debug)]
pub struct CustomerContext {
    /// Chance that what one channel knows does not come to another with which it shares.
    pub sync_failure: Input<Share>,
    /// How long it takes, in seconds, 0 or more.
    pub sync_lag: Seconds,
    /// Groups of channels that share what they know even in silos.
    pub shared: Vec<At<Vec<At<String>>>>,
    /// Factor on the odds of leaving at a touch that was reached without context.
    pub leave_odds: Input<Positive>,
    /// Factor on the odds of ordering at a touch that knows of a cart left earlier.
    pub cart_odds: Input<Positive>,
    /// How long a cart that was left behind can be found, in seconds, above 0.
    pub cart_life: Seconds,
}

/// Whether the firm has one profile of each customer, or one in each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// All channels share what they know.
    Unified,
    /// Only the groups of [`CustomerContext::shared`] do.
    Siloed,
}

impl Profile {
    const WORDS: [(&'static str, Self); 2] = [("unified", Self::Unified), ("siloed", Self::Siloed)];
}

impl Described for Profile {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Profile {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context)
    }
}

/// The keys of `[context]`.
pub(super) const CONTEXT: Keys = Keys {
    what: "a context",
    all: &[
        Key::of::<Input<Share>>(
            "sync_failure",
            Absent::Default(Plain::Whole(0)),
            "chance that what one channel knows does not come to another with which it shares: drawn for each hop and each \
             order or response (R47, R48)",
        ),
        Key::of::<Span>(
            "sync_lag",
            Absent::Default(Plain::Text("0s")),
            "how long an order, a response or a cart takes to be known on other channels; hops take their context along (R48)",
        ),
        Key::of::<Vec<At<Vec<At<String>>>>>(
            "shared",
            Absent::Means("none"),
            "groups of channels that share what they know under `profile = \"siloed\"` too",
        )
        .within(0, 64)
        .or_empty(),
        Key::of::<Input<Positive>>(
            "leave_odds",
            Absent::Default(Plain::Whole(1)),
            "factor on the odds of leaving at a touch that was reached by a hop without context (R47)",
        ),
        Key::of::<Input<Positive>>(
            "cart_odds",
            Absent::Default(Plain::Whole(1)),
            "factor on the odds of ordering at a touch that knows of a cart left earlier (R49)",
        ),
        Key::of::<Stretch>(
            "cart_life",
            Absent::Default(Plain::Text("7d")),
            "how long a cart that was left behind can be found (R49)",
        ),
    ],
    rules: &[Rule::Needs("cart_life", &["cart_odds"])],
};

impl Described for CustomerContext {
    const KIND: Kind = Kind::new("context", "a table of what channels share", Form::Table(&CONTEXT));
}

impl FromValue for CustomerContext {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &CONTEXT, context)?;
        let sync_failure = fields.or_default("sync_failure", context);
        let Span(sync_lag) = fields.or_default("sync_lag", context);
        let shared = fields.listed("shared", context);
        let leave_odds = fields.or_default("leave_odds", context);
        let cart_odds = fields.or_default("cart_odds", context);
        let Stretch(cart_life) = fields.or_default("cart_life", context);
        if let (Some(life), false) = (fields.entry("cart_life"), fields.has("cart_odds")) {
            let problem = Problem::error(
                "`cart_life` says how long a cart can be found, but without `cart_odds` none is",
                life.key_at,
            );
            context
                .error(problem.help("write `cart_odds`: how much readier to order customers are who find their cart"));
        }
        fields.finish(context);
        Some(Self { sync_failure, sync_lag, shared, leave_odds, cart_odds, cart_life })
    }
}

impl CustomerContext {
    /// What holds where nothing is written: everything is shared at once, and nothing follows from it.
    pub(super) fn neutral(at: Place, context: &mut Context<'_>) -> Self {
        let empty = Value { at, data: Data::Table(Table::default()) };
        let read = context.within("context", |context| Self::from_value(&empty, context));
        read.unwrap_or_else(|| panic!("the defaults of `context` are sound"))
    }

    /// Whether what is shared may yet not come through.
    pub fn may_fail(&self) -> bool {
        !is_surely(&self.sync_failure, 0.0)
    }

    /// Whether losing the context makes anybody leave, or stay.
    pub fn moves_leaving(&self) -> bool {
        !is_surely(&self.leave_odds, 1.0)
    }

    /// Whether carts are found again: without effect none is looked for.
    pub fn finds_carts(&self) -> bool {
        !is_surely(&self.cart_odds, 1.0)
    }
}

fn is_surely<Q>(input: &Input<Q>, value: f64) -> bool {
    input.law == Law::Fixed(value)
}

impl Scenario {
    /// Whether under some strategy a hop may lose the context.
    pub fn loses_context(&self) -> bool {
        self.context.may_fail() || self.strategies.iter().any(|strategy| strategy.profile == Profile::Siloed)
    }
}
