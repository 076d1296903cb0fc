//! Strategies: everything the firm decides, which is a plan for each campaign and the policies it keeps to.

use super::context::Profile;
use super::costs::{self, FixedCosts};
use super::format::{Absent, Described, Form, Key, Keys, Kind, Plain};
use super::place::Place;
use super::plan::{self, Plan};
use super::policies::Policies;
use super::problems::Problem;
use super::read::{At, Context, Fields, Named, named};
use super::tree::Entry;

/// One way to treat the customers.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// The user's name for it.
    pub name: String,
    /// Where it is defined.
    pub at: Place,
    /// Its plans, by campaign.
    pub plans: Vec<(At<String>, Plan)>,
    /// What it keeps to whatever its plans say.
    pub policies: Policies,
    /// What it costs itself, whatever it sends.
    pub fixed: FixedCosts,
    /// Whether the firm has one profile of each customer.
    pub profile: Profile,
}

/// The keys of `[strategies.NAME]`.
pub(super) const KEYS: Keys = Keys {
    what: "a strategy",
    all: &[
        Key::of::<String>(
            "extends",
            Absent::Means("none"),
            "name of another strategy, of which it takes the plans of all campaigns, the policies and the profile that are not written here",
        ),
        Key::of::<Policies>(
            "policies",
            Absent::Means("none"),
            "what it keeps to whatever its plans say, `[strategies.NAME.policies]`, see below",
        )
        .or_empty(),
        Key::of::<Named<Plan>>(
            "campaigns",
            Absent::Means("none"),
            "a plan for each campaign, `[strategies.NAME.campaigns.CAMPAIGN]`; a campaign without a plan is not carried out",
        ),
        costs::STRATEGY_KEYS[0],
        costs::STRATEGY_KEYS[1],
        Key::of::<Profile>(
            "profile",
            Absent::Default(Plain::Text("unified")),
            "whether the firm has one profile of each customer, or one in each channel: then channels know nothing of each \
             other but what `[context]` lets them share (R47 to R49)",
        ),
    ],
    rules: &[],
};

impl Described for Strategy {
    const KIND: Kind = Kind::new("", "a table", Form::Table(&KEYS));
}

/// Reads one `[strategies.NAME]` (what it `extends` already laid under it).
pub(super) fn read(entry: &Entry, context: &mut Context<'_>) -> Option<Strategy> {
    let mut fields = Fields::of(&entry.value, &KEYS, context)?;
    fields.optional::<String>("extends", context);
    let policies = fields.optional("policies", context).unwrap_or_default();
    let campaigns = fields.entry("campaigns");
    let fixed = FixedCosts::read(&mut fields, context);
    let profile = fields.or_default("profile", context);
    fields.finish(context);
    if entry.key == NONE {
        let problem = Problem::error("a strategy cannot be called `none`", entry.key_at);
        context.error(problem.help(
            "doing nothing is always played under that name, so that every result is also an incremental one: leave it \
                 away, or call what does something otherwise",
        ));
        return None;
    }
    let plans = named(campaigns, "campaigns", context, |item, context| {
        Some((At { value: item.key.clone(), at: item.key_at }, plan::read(item, context)?))
    });
    Some(Strategy { name: entry.key.clone(), at: entry.key_at, plans, policies, fixed, profile })
}

/// The strategy that is always played: nothing is sent.
pub const NONE: &str = "none";
