//! What is measured: one definition each.

use crate::scenario::{Contact, Input, Receipts, Scenario, Segment};
use crate::tally::{ChannelCount, CustomerCount, Row};

/// What a measure's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Units of the scenario's currency.
    Money,
    /// A share, 0 to 1, shown in percent.
    Share,
    /// A plain number.
    Number,
}

/// Which way is better for the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither by itself.
    Neither,
}

/// How the sums of a measure become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Per customer: a total of the firm once multiplied by its customers.
    Total,
    /// A ratio in each draw; the estimate is the mean over draws (R25).
    Ratio,
    /// The mean numerator ÷ the mean denominator, as cost-effectiveness ratios are taken: for a denominator that is a
    /// difference and may come near 0, where the mean of the draws' quotients says little (Stinnett & Paltiel 1997, *Medical
    /// Decision Making* 17: 483–489). Undefined where the denominator is not above 0 in any draw.
    QuotientOfMeans,
}

/// A measure: numerator ÷ denominator, each a sum over customers of a strategy (and of `none`).
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Name in JSON, CSV and on the command line.
    pub key: &'static str,
    /// Name in tables.
    pub name: &'static str,
    /// What the number is.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// Numerator ÷ denominator in words.
    pub definition: &'static str,
    /// How numerators and denominators become one number.
    pub form: Form,
    numerator: fn(&Counts<'_>) -> f64,
    denominator: fn(&Counts<'_>) -> f64,
}

/// The counts of one batch, or of many, under a strategy and under `none`.
pub(super) struct Counts<'a> {
    pub own: &'a Row,
    pub none: Option<&'a Row>,
    /// Minor units of the currency in one unit.
    pub minor: f64,
}

impl Counts<'_> {
    fn of(&self, count: ChannelCount) -> f64 {
        self.own.total(count) as f64
    }

    fn customers(&self, count: CustomerCount) -> f64 {
        self.own.customers(count) as f64
    }

    fn spend(&self) -> f64 {
        self.of(ChannelCount::Spend) / 1e9
    }

    fn fixed_costs(&self) -> f64 {
        self.customers(CustomerCount::FixedCosts) / 1e9
    }

    fn profit(&self) -> f64 {
        self.margin() - self.spend() - self.fixed_costs() - self.acquisition()
    }

    fn margin(&self) -> f64 {
        self.customers(CustomerCount::Margin) / 1e9 / self.minor
    }

    fn fees(&self) -> f64 {
        self.customers(CustomerCount::Fees) / self.minor
    }

    fn acquisition(&self) -> f64 {
        self.customers(CustomerCount::Acquisition) / 1e9
    }

    /// Profit above that under `none`; not a number where `none` was not played.
    fn more_profit(&self) -> f64 {
        let none = self.none.map(|none| Counts { own: none, none: None, minor: self.minor });
        none.map_or(f64::NAN, |none| self.profit() - none.profit())
    }

    /// More than under `none`; not a number where `none` was not played.
    fn more(&self, count: ChannelCount) -> f64 {
        self.none.map_or(f64::NAN, |none| (self.own.total(count) - none.total(count)) as f64)
    }
}

impl Measure {
    pub(super) fn parts(&self, counts: &Counts<'_>) -> (f64, f64) {
        ((self.numerator)(counts), (self.denominator)(counts))
    }
}

/// Measures of what not every scenario has, and when it does; they are shown only there.
const NOT_EVERYWHERE: &[(&str, IsThere)] = &[
    ("fixed_costs", Scenario::has_fixed_costs),
    ("value", |scenario| scenario.discount_rate > 0.0),
    ("fees", pays_fees),
    ("acquisition", pays_for_customers),
    ("seen_open_rate", sees_otherwise),
    ("seen_click_rate", sees_otherwise),
    ("duplicates", sends_twice),
    ("complaints", |scenario| contacts(scenario).any(|contact| is_any(Some(&contact.complaint_rate)))),
    ("opt_ins", |scenario| {
        contacts(scenario)
            .any(|contact| is_any(Some(&contact.opt_in_at_order)) || is_any(Some(&contact.return_at_order)))
    }),
    ("pressure", Scenario::has_fatigue),
    ("nps", asks_for_score),
    ("contexts_lost", Scenario::loses_context),
    ("carts_left", |scenario| scenario.context.finds_carts()),
    ("carts_found", |scenario| scenario.context.finds_carts()),
];

/// Whether it is there, and not 0.
fn is_any<Q>(input: Option<&Input<Q>>) -> bool {
    input.is_some_and(|input| input.high() > 0.0)
}

fn pays_fees(scenario: &Scenario) -> bool {
    let fee = |segment: &Segment| segment.demand.contract().is_some_and(|contract| is_any(contract.fee.as_ref()));
    scenario.segments.iter().any(fee)
}

fn pays_for_customers(scenario: &Scenario) -> bool {
    scenario.segments.iter().any(|segment| is_any(segment.acquisition_cost.as_ref()))
}

/// Whether the firm anywhere sees something else than what happens (R50).
fn sees_otherwise(scenario: &Scenario) -> bool {
    let otherwise = |contact: &Contact| {
        contact.receipts != Receipts::Opened
            || is_any(contact.machine_open_rate.as_ref())
            || is_any(contact.scanner_click_rate.as_ref())
    };
    contacts(scenario).any(otherwise)
}

fn sends_twice(scenario: &Scenario) -> bool {
    contacts(scenario).any(|contact| is_any(contact.duplicate_rate.as_ref()))
}

fn asks_for_score(scenario: &Scenario) -> bool {
    scenario.goodwill.as_ref().and_then(|goodwill| goodwill.nps.as_ref()).is_some_and(|nps| nps.answers > 0.0)
}

fn contacts(scenario: &Scenario) -> impl Iterator<Item = &Contact> {
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref())
}

/// Whether a scenario has what a measure is of.
type IsThere = fn(&Scenario) -> bool;

/// The measures that say something about a scenario, in the order of [`MEASURES`].
pub fn measures_of(scenario: &Scenario) -> impl Iterator<Item = &'static Measure> {
    let says = |measure: &&Measure| {
        let rests_on = NOT_EVERYWHERE.iter().find(|(key, _)| *key == measure.key);
        rests_on.is_none_or(|(_, is_there)| is_there(scenario))
    };
    MEASURES.iter().filter(says)
}

/// A measure by its key.
pub fn measure(key: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.key == key)
}

const fn per_customer(
    key: &'static str,
    name: &'static str,
    unit: Unit,
    better: Better,
    definition: &'static str,
    numerator: fn(&Counts<'_>) -> f64,
) -> Measure {
    Measure {
        key,
        name,
        unit,
        better,
        definition,
        form: Form::Total,
        numerator,
        denominator: |counts| counts.customers(CustomerCount::Joined),
    }
}

/// All measures, in the order in which tables show them.
pub const MEASURES: &[Measure] = &[
    per_customer(
        "profit",
        "profit per customer",
        Unit::Money,
        Better::Higher,
        "(gross margin − contact spend − fixed costs − acquisition cost) ÷ customers",
        |c| c.profit(),
    ),
    per_customer(
        "incremental_profit",
        "incremental profit per customer",
        Unit::Money,
        Better::Higher,
        "(profit − profit of the same customers under none) ÷ customers",
        |c| c.more_profit(),
    ),
    per_customer(
        "revenue",
        "revenue per customer",
        Unit::Money,
        Better::Higher,
        "value of all orders and fees ÷ customers",
        |c| c.of(ChannelCount::Revenue) / c.minor + c.fees(),
    ),
    per_customer(
        "margin",
        "gross margin per customer",
        Unit::Money,
        Better::Higher,
        "gross margin of all orders and fees ÷ customers",
        |c| c.margin(),
    ),
    per_customer(
        "spend",
        "contact spend per customer",
        Unit::Money,
        Better::Lower,
        "what billed messages cost, and channels by the month, for set-up and by conversation ÷ customers",
        |c| c.spend(),
    ),
    Measure {
        key: "cost_per_contact",
        name: "cost per contact",
        unit: Unit::Money,
        better: Better::Lower,
        definition: "all contact spend ÷ messages delivered",
        form: Form::Ratio,
        numerator: |c| c.spend(),
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    Measure {
        key: "cost_per_responding_customer",
        name: "cost per responding customer",
        unit: Unit::Money,
        better: Better::Lower,
        definition: "all contact spend ÷ customers who clicked or replied at least once",
        form: Form::Ratio,
        numerator: |c| c.spend(),
        denominator: |c| c.customers(CustomerCount::Responded),
    },
    Measure {
        key: "cost_per_incremental_order",
        name: "cost per incremental order",
        unit: Unit::Money,
        better: Better::Lower,
        definition: "all contact spend ÷ (orders − orders of the same customers under none), of the means over draws",
        form: Form::QuotientOfMeans,
        numerator: |c| c.spend(),
        denominator: |c| c.more(ChannelCount::Orders),
    },
    Measure {
        key: "retention",
        name: "retention",
        unit: Unit::Share,
        better: Better::Higher,
        definition: "customers who ordered (or kept a contract) in the retention window at the end ÷ customers who joined before it (the lapsed included)",
        form: Form::Ratio,
        numerator: |c| c.customers(CustomerCount::Retained),
        denominator: |c| c.customers(CustomerCount::Eligible),
    },
    per_customer(
        "alive",
        "alive at the end",
        Unit::Share,
        Better::Higher,
        "customers who are not lost at the horizon (the model's truth) ÷ customers",
        |c| c.customers(CustomerCount::Alive),
    ),
    per_customer("orders", "orders per customer", Unit::Number, Better::Higher, "orders ÷ customers", |c| {
        c.of(ChannelCount::Orders)
    }),
    per_customer(
        "incremental_orders",
        "incremental orders per customer",
        Unit::Number,
        Better::Higher,
        "(orders − orders of the same customers under none) ÷ customers",
        |c| c.more(ChannelCount::Orders),
    ),
    Measure {
        key: "average_order_value",
        name: "average order value",
        unit: Unit::Money,
        better: Better::Higher,
        definition: "value of all orders ÷ orders",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Revenue) / c.minor,
        denominator: |c| c.of(ChannelCount::Orders),
    },
    per_customer("journeys", "journeys per customer", Unit::Number, Better::Neither, "journeys ÷ customers", |c| {
        c.of(ChannelCount::Journeys)
    }),
    Measure {
        key: "conversion",
        name: "conversion",
        unit: Unit::Share,
        better: Better::Higher,
        definition: "orders ÷ journeys",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Orders),
        denominator: |c| c.of(ChannelCount::Journeys),
    },
    Measure {
        key: "bounce_rate",
        name: "bounce rate",
        unit: Unit::Share,
        better: Better::Lower,
        definition: "journeys left at the first touch without an order ÷ journeys",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Bounced),
        denominator: |c| c.of(ChannelCount::Journeys),
    },
    Measure {
        key: "hops_per_journey",
        name: "hops per journey",
        unit: Unit::Number,
        better: Better::Neither,
        definition: "hops from channel to channel ÷ journeys",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Hops),
        denominator: |c| c.of(ChannelCount::Journeys),
    },
    per_customer(
        "sent",
        "messages sent per customer",
        Unit::Number,
        Better::Neither,
        "messages sent ÷ customers",
        |c| c.of(ChannelCount::Sent),
    ),
    per_customer(
        "delivered",
        "contacts per customer",
        Unit::Number,
        Better::Neither,
        "messages delivered ÷ customers",
        |c| c.of(ChannelCount::Delivered),
    ),
    Measure {
        key: "open_rate",
        name: "open rate",
        unit: Unit::Share,
        better: Better::Higher,
        definition: "messages opened ÷ delivered",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Opened),
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    Measure {
        key: "click_rate",
        name: "click rate",
        unit: Unit::Share,
        better: Better::Higher,
        definition: "messages clicked ÷ delivered",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Clicked),
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    per_customer(
        "responding",
        "responding customers",
        Unit::Share,
        Better::Higher,
        "customers who clicked or replied at least once ÷ customers",
        |c| c.customers(CustomerCount::Responded),
    ),
    per_customer(
        "ordering",
        "ordering customers",
        Unit::Share,
        Better::Higher,
        "customers who ordered at least once ÷ customers",
        |c| c.customers(CustomerCount::Ordered),
    ),
    per_customer(
        "opt_outs",
        "opt-outs per customer",
        Unit::Number,
        Better::Lower,
        "opt-outs, each from one channel ÷ customers",
        |c| c.of(ChannelCount::OptedOut),
    ),
    Measure {
        key: "reach_left",
        name: "reach left",
        unit: Unit::Share,
        better: Better::Higher,
        definition: "(opt-ins − opt-outs) ÷ opt-ins at the start, over all channels",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::OptedIn) + c.of(ChannelCount::OptIns) - c.of(ChannelCount::OptedOut),
        denominator: |c| c.of(ChannelCount::OptedIn),
    },
    per_customer(
        "fixed_costs",
        "fixed costs per customer",
        Unit::Money,
        Better::Lower,
        "what the strategy itself costs by the month and for its set-up ÷ customers",
        |c| c.fixed_costs(),
    ),
    per_customer(
        "value",
        "discounted value per customer",
        Unit::Money,
        Better::Higher,
        "(gross margin − contact spend − fixed costs − acquisition cost) of each week until the horizon, discounted to the \
         start ÷ customers",
        |c| c.customers(CustomerCount::Value) / 1e18 / c.minor,
    ),
    per_customer(
        "fees",
        "fees per customer",
        Unit::Money,
        Better::Higher,
        "what kept contracts pay ÷ customers (a part of revenue)",
        |c| c.fees(),
    ),
    per_customer(
        "acquisition",
        "acquisition cost per customer",
        Unit::Money,
        Better::Lower,
        "what customers cost who joined within the horizon ÷ customers",
        |c| c.acquisition(),
    ),
    Measure {
        key: "seen_open_rate",
        name: "open rate as seen",
        unit: Unit::Share,
        better: Better::Neither,
        definition: "messages that the firm saw opened, by people or machines ÷ delivered",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::SeenOpened),
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    Measure {
        key: "seen_click_rate",
        name: "click rate as seen",
        unit: Unit::Share,
        better: Better::Neither,
        definition: "messages that the firm saw clicked, by people or scanners ÷ delivered",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::SeenClicked),
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    per_customer(
        "duplicates",
        "duplicates per customer",
        Unit::Number,
        Better::Lower,
        "messages sent a second time ÷ customers (billed too)",
        |c| c.of(ChannelCount::Duplicated),
    ),
    per_customer(
        "complaints",
        "complaints per customer",
        Unit::Number,
        Better::Lower,
        "complaints about messages ÷ customers",
        |c| c.of(ChannelCount::Complaints),
    ),
    per_customer(
        "opt_ins",
        "opt-ins at orders per customer",
        Unit::Number,
        Better::Higher,
        "opt-ins after the start, each to one channel, for the first time or again ÷ customers",
        |c| c.of(ChannelCount::OptIns),
    ),
    Measure {
        key: "pressure",
        name: "pressure",
        unit: Unit::Number,
        better: Better::Neither,
        definition: "pressure that a message meets on its delivery, over all channels (where there is no `[fatigue]`: on \
                     its own), summed ÷ messages delivered",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::Pressure) / 1000.0,
        denominator: |c| c.of(ChannelCount::Delivered),
    },
    Measure {
        key: "nps",
        name: "net promoter score",
        unit: Unit::Number,
        better: Better::Higher,
        definition: "100 × (customers who answer 9 or 10 − those who answer 0 to 6, at the end) ÷ customers who answer; the lost are not asked",
        form: Form::Ratio,
        numerator: |c| 100.0 * (c.customers(CustomerCount::Promoters) - c.customers(CustomerCount::Detractors)),
        denominator: |c| c.customers(CustomerCount::Answers),
    },
    Measure {
        key: "contexts_lost",
        name: "lost contexts per journey",
        unit: Unit::Number,
        better: Better::Lower,
        definition: "hops that lost the context ÷ journeys",
        form: Form::Ratio,
        numerator: |c| c.of(ChannelCount::ContextsLost),
        denominator: |c| c.of(ChannelCount::Journeys),
    },
    per_customer(
        "carts_left",
        "carts left per customer",
        Unit::Number,
        Better::Neither,
        "journeys that left a cart behind ÷ customers",
        |c| c.of(ChannelCount::CartsLeft),
    ),
    per_customer(
        "carts_found",
        "carts found per customer",
        Unit::Number,
        Better::Higher,
        "journeys that came to a channel that knew of a cart left earlier ÷ customers",
        |c| c.of(ChannelCount::CartsFound),
    ),
];
