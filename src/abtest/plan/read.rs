//! Reads a plan file: every mistake told at its place.

use super::{Columns, DIRECTIONS, Decision, Design, GUARDRAILS, Guardrails, Plan, Validity};
use crate::abtest::metric::{Cap, Direction, Kind as MetricKind, Margin, Metric, Role};
use crate::scenario::format::{Absent, Described, Form, Key, Keys, Kind, Plain, Rule, words};
use crate::scenario::read::{At, Context, Fields, FromValue, mismatch, named, one_of};
use crate::scenario::tree::{Data, Entry, Value, parse};
use crate::scenario::{Origin, Positive, Problem, Problems, Share, Sources, Span};
use crate::stats::sequential::spending::Spending;

/// How far the shares of arms may be from 1 in sum.
const ROUNDING: f64 = 1e-6;
/// The most looks.
const MOST_LOOKS: usize = 100;
/// The most arms.
const MOST_ARMS: u64 = 50;
/// The most metrics.
const MOST_METRICS: u64 = 200;
/// The most units, a million million.
const MOST_UNITS: u64 = 1_000_000_000_000;

/// The keys of a plan file.
pub(super) const KEYS: Keys = Keys {
    what: "a plan",
    all: &[
        Key::of::<String>("hypothesis", Absent::Required, "what the test is to show, in one sentence"),
        Key::of::<String>("unit", Absent::Default(Plain::Text("customer")), "what is assigned to an arm"),
        Key::of::<At<String>>("control", Absent::Required, "the arm that all others are compared with"),
        Key::of::<Arms>("arms", Absent::Required, "each arm's share of the units; they sum to 1").within(2, MOST_ARMS),
        Key::of::<Columns>("data", Absent::Means("the usual names"), "names of columns in the data"),
        Key::of::<Metrics>("metrics", Absent::Required, "`[metrics.NAME]`, see below; one is primary")
            .within(1, MOST_METRICS),
        Key::of::<Design>("design", Absent::Required, "how large, how long, how often it is looked at"),
        Key::of::<Decision>("decision", Absent::Means("see its keys"), "what decides"),
    ],
    rules: &[],
};

/// The arms as they are written: any text may name one.
struct Arms;

impl Described for Arms {
    const KIND: Kind = Kind::new("", "a table of shares", Form::ByName("arm", &Share::KIND));
}

/// The metrics as they are written: any text may name one, `revenue/sessions` too.
struct Metrics;

impl Described for Metrics {
    const KIND: Kind = Kind::new("", "a table of metrics", Form::ByName("its name", &Metric::KIND));
}

const COLUMNS: Keys = Keys {
    what: "`data`",
    all: &[
        Key::of::<String>(
            "unit",
            Absent::Means("`unit_id`, `user_id`, `customer_id`, `id` …"),
            "column that names the unit",
        ),
        Key::of::<String>("variant", Absent::Means("`variant`, `arm`, `group` …"), "column that names the arm"),
        Key::of::<String>(
            "exposed_at",
            Absent::Means("`exposed_at`, if there is one"),
            "column with the time of first exposure",
        ),
        Key::of::<Vec<String>>("segments", Absent::Means("none"), "columns whose values are looked at by themselves"),
    ],
    rules: &[],
};

impl Described for Columns {
    const KIND: Kind = Kind::new("data", "a table of column names", Form::Table(&COLUMNS));
}

impl FromValue for Columns {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &COLUMNS, context)?;
        let columns = Self {
            unit: fields.optional("unit", context),
            variant: fields.optional("variant", context),
            exposed_at: fields.optional("exposed_at", context),
            segments: fields.optional("segments", context).unwrap_or_default(),
        };
        fields.finish(context);
        Some(columns)
    }
}

/// What a metric is computed as.
#[derive(Clone, Copy, PartialEq)]
enum Form_ {
    Proportion,
    Mean,
    Ratio,
    Quantile,
    Survival,
}

const FORMS: [(&str, Form_); 5] = [
    ("proportion", Form_::Proportion),
    ("mean", Form_::Mean),
    ("ratio", Form_::Ratio),
    ("quantile", Form_::Quantile),
    ("survival", Form_::Survival),
];

impl Described for Form_ {
    const KIND: Kind = Kind::words(&words(&FORMS));
}

impl FromValue for Form_ {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &FORMS, context)
    }
}

/// A role as it is written; a guardrail's margin stands beside it.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Primary,
    Guardrail,
    Secondary,
    Exploratory,
}

const PARTS: [(&str, Part); 4] = [
    ("primary", Part::Primary),
    ("guardrail", Part::Guardrail),
    ("secondary", Part::Secondary),
    ("exploratory", Part::Exploratory),
];

impl Described for Part {
    const KIND: Kind = Kind::words(&words(&PARTS));
}

impl FromValue for Part {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &PARTS, context)
    }
}

impl Described for Direction {
    const KIND: Kind = Kind::words(&words(&DIRECTIONS));
}

impl FromValue for Direction {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &DIRECTIONS, context)
    }
}

impl Described for Margin {
    const KIND: Kind = Kind::new(
        "margin",
        "a number in the metric's unit, or a share of the control such as \"5%\"",
        Form::OneOf(&[f64::KIND, Kind::new("percentage", "", Form::Pattern("^-?[0-9]+([.][0-9]+)? ?%$"))]),
    );
}

impl FromValue for Margin {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Some(text) = value.as_text() else {
            let (Data::Integer(_) | Data::Float(_)) = value.data else { return mismatch(value, context) };
            return f64::from_value(value, context).filter(|number| number.is_finite()).map(Self::Absolute);
        };
        match text.parse() {
            Ok(margin @ Self::Relative(_)) => Some(margin),
            _ => mismatch(value, context),
        }
    }
}

pub(super) const METRIC: Keys = Keys {
    what: "a metric",
    all: &[
        Key::of::<Form_>("kind", Absent::Required, "what is computed of each arm"),
        Key::of::<String>(
            "column",
            Absent::Means("the metric's name"),
            "column with the number (`proportion`: 0 or 1); of events, the event's name",
        ),
        Key::of::<String>("denominator", Absent::Means("required for `ratio`"), "column that is summed below the line"),
        Key::of::<Share>("quantile", Absent::Means("required for `quantile`"), "which quantile, above 0 and below 1"),
        Key::of::<String>(
            "event",
            Absent::Means("required for `survival`"),
            "column that says whether the event came; `column` has the days",
        ),
        Key::of::<Positive>(
            "until",
            Absent::Means("the shorter follow-up of the arms"),
            "`survival`: days that are looked at",
        ),
        Key::of::<Part>("role", Absent::Required, "its part in the decision; one metric is primary"),
        Key::of::<Direction>("better", Absent::Default(Plain::Text("higher")), "which direction is good"),
        Key::of::<Margin>(
            "margin",
            Absent::Means("required for a guardrail"),
            "a guardrail must not be worse by this or more",
        ),
        Key::of::<Margin>("effect", Absent::Means("none"), "the smallest effect worth finding"),
        Key::of::<Vec<String>>(
            "covariates",
            Absent::Means("none"),
            "columns known before exposure that sharpen the result (CUPED, by Lin's regression)",
        ),
        Key::of::<CapValue>("cap", Absent::Means("none"), "where values are capped, alike in all arms"),
        Key::of::<Span>(
            "matures",
            Absent::Default(Plain::Text("0s")),
            "how long after its exposure a unit can be judged; younger ones are left out",
        ),
    ],
    rules: &[],
};

impl Described for Metric {
    const KIND: Kind = Kind::new("metric", "a table", Form::Table(&METRIC));
}

const CAP: Keys = Keys {
    what: "`cap`",
    all: &[
        Key::of::<f64>("low", Absent::Means("none"), "smaller values count as this"),
        Key::of::<f64>("high", Absent::Means("none"), "larger values count as this"),
        Key::of::<Share>("low_quantile", Absent::Means("none"), "the same at a quantile of all arms together"),
        Key::of::<Share>("high_quantile", Absent::Means("none"), "the same at a quantile of all arms together"),
    ],
    rules: &[
        Rule::Excludes("low", &["low_quantile", "high_quantile"]),
        Rule::Excludes("high", &["low_quantile", "high_quantile"]),
    ],
};

/// A cap as it is written.
struct CapValue(Cap);

impl Described for CapValue {
    const KIND: Kind = Kind::new("", "{ high = 500 } or { high_quantile = 0.999 }", Form::Table(&CAP));
}

impl FromValue for CapValue {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(_) = value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &CAP, context)?;
        let (low, high): (Option<f64>, Option<f64>) =
            (fields.optional("low", context), fields.optional("high", context));
        let shares: [Option<Share>; 2] =
            [fields.optional("low_quantile", context), fields.optional("high_quantile", context)];
        fields.finish(context);
        let [low_share, high_share] = shares.map(|share| share.map(|share| share.0));
        let fixed = low.is_some() || high.is_some();
        let cap = match (fixed, low_share.is_some() || high_share.is_some()) {
            (true, false) => Cap::At { low, high },
            (false, true) => Cap::Quantile { low: low_share, high: high_share },
            _ => return mismatch(value, context),
        };
        let crossed =
            |low: Option<f64>, high: Option<f64>| matches!((low, high), (Some(low), Some(high)) if low >= high);
        if crossed(low, high) || crossed(low_share, high_share) {
            let message = format!("`{}` caps everything: its lower end is not below its upper end", context.path());
            context.error(Problem::error(message, value.at));
            return None;
        }
        Some(Self(cap))
    }
}

fn metric(entry: &Entry, context: &mut Context<'_>) -> Option<Metric> {
    let mut fields = Fields::of(&entry.value, &METRIC, context)?;
    let name = entry.key.clone();
    let form: Option<Form_> = fields.required("kind", context);
    let column = fields.optional("column", context).unwrap_or_else(|| name.clone());
    let mut only = |key: &'static str, of: Form_| {
        let (has, needed) = (fields.has(key), form == Some(of));
        if form.is_some() && has && !needed {
            let at = fields.entry(key).map_or(fields.at, |entry| entry.key_at);
            let word = FORMS.iter().find(|(_, other)| *other == of).map_or("", |(word, _)| word);
            let message = format!("`{}.{key}` has a meaning only for kind = \"{word}\"", context.path());
            context.error(Problem::error(message, at));
        }
        needed
    };
    let [ratio, quantile, survival] =
        [only("denominator", Form_::Ratio), only("quantile", Form_::Quantile), only("event", Form_::Survival)];
    only("until", Form_::Survival);
    let kind = match form {
        Some(Form_::Ratio) if ratio => fields
            .required("denominator", context)
            .map(|denominator| MetricKind::Ratio { numerator: column, denominator }),
        Some(Form_::Quantile) if quantile => {
            let level: Option<At<Share>> = fields.required("quantile", context);
            level.and_then(|level| {
                if level.value.0 > 0.0 && level.value.0 < 1.0 {
                    return Some(MetricKind::Quantile { column, level: level.value.0 });
                }
                let message = format!("`{}.quantile` must lie above 0 and below 1", context.path());
                context.error(Problem::error(message, level.at));
                None
            })
        }
        Some(Form_::Survival) if survival => {
            let until: Option<Positive> = fields.optional("until", context);
            let event = fields.required("event", context);
            event.map(|event| MetricKind::Survival { time: column, event, until: until.map(|until| until.0) })
        }
        Some(Form_::Proportion) => Some(MetricKind::Proportion { column }),
        Some(Form_::Mean) => Some(MetricKind::Mean { column }),
        _ => None,
    };
    let part: Option<Part> = fields.required("role", context);
    let margin: Option<At<Margin>> = fields.optional("margin", context);
    // A margin that cannot be read was told already.
    let unread = fields.has("margin") && margin.is_none();
    let role = if unread { None } else { role(part, margin, fields.at, context) };
    let better = fields.or_default("better", context);
    let worth: Option<At<Margin>> = fields.optional("effect", context);
    if let Some(At { value: Margin::Absolute(effect) | Margin::Relative(effect), at }) = worth
        && effect <= 0.0
    {
        let message = format!("`{}.effect` must lie above 0; `better` says its direction", context.path());
        context.error(Problem::error(message, at));
    }
    let covariates: Vec<String> = fields.optional("covariates", context).unwrap_or_default();
    if !covariates.is_empty() && !matches!(form, Some(Form_::Proportion | Form_::Mean) | None) {
        let message =
            format!("`{}.covariates`: only a proportion or a mean is sharpened by covariates", context.path());
        context.error(Problem::error(message, fields.at));
    }
    let cap: Option<CapValue> = fields.optional("cap", context);
    if cap.is_some() && !matches!(form, Some(Form_::Mean) | None) {
        let message = format!("`{}.cap`: only a mean can be capped", context.path());
        context.error(Problem::error(message, fields.at));
    }
    let matures: Span = fields.or_default("matures", context);
    fields.leave(&["denominator", "quantile", "event", "until"]);
    fields.finish(context);
    Some(Metric {
        name,
        kind: kind?,
        role: role?,
        better,
        covariates,
        cap: cap.map(|cap| cap.0),
        matures: matures.0,
        worth: worth.map(|worth| worth.value),
    })
}

fn role(
    part: Option<Part>,
    margin: Option<At<Margin>>,
    at: crate::scenario::Place,
    context: &mut Context<'_>,
) -> Option<Role> {
    if let (Some(margin), Some(Part::Primary | Part::Secondary | Part::Exploratory)) = (&margin, part) {
        let message = format!("`{}.margin` has a meaning only for role = \"guardrail\"", context.path());
        context.error(Problem::error(message, margin.at));
        return None;
    }
    Some(match part? {
        Part::Primary => Role::Primary,
        Part::Secondary => Role::Secondary,
        Part::Exploratory => Role::Exploratory,
        Part::Guardrail => {
            let Some(margin) = margin else {
                let problem = Problem::error(format!("`{}` is a guardrail and lacks `margin`", context.path()), at);
                context
                    .error(problem.help("write how much worse would not matter: margin = 0.002, or margin = \"2%\""));
                return None;
            };
            let (Margin::Absolute(size) | Margin::Relative(size)) = margin.value;
            if size <= 0.0 {
                let message = format!("`{}.margin` must lie above 0; `better` says its direction", context.path());
                context.error(Problem::error(message, margin.at));
                return None;
            }
            Role::Guardrail(margin.value)
        }
    })
}

/// Which results may be believed when, as it is written.
#[derive(Clone, Copy, PartialEq)]
enum Valid {
    Fixed,
    PlannedLooks,
    AnyTime,
}

const VALID: [(&str, Valid); 3] =
    [("fixed", Valid::Fixed), ("planned-looks", Valid::PlannedLooks), ("any-time", Valid::AnyTime)];

impl Described for Valid {
    const KIND: Kind = Kind::words(&words(&VALID));
}

impl FromValue for Valid {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &VALID, context)
    }
}

const SPENDING: Keys = Keys {
    what: "`spending`",
    all: &[
        Key::of::<f64>(
            "hwang-shih-decani",
            Absent::Means("this or the next"),
            "γ of Hwang, Shih & DeCani; −4 is close to O'Brien–Fleming, 1 to Pocock",
        ),
        Key::of::<Positive>("power", Absent::Means(""), "α·t^ρ"),
    ],
    rules: &[Rule::ExactlyOne(&["hwang-shih-decani", "power"])],
};

const SPENDINGS: [(&str, Spending); 2] = [("obrien-fleming", Spending::ObrienFleming), ("pocock", Spending::Pocock)];

impl Described for Spending {
    const KIND: Kind = Kind::new(
        "spending",
        "\"obrien-fleming\", \"pocock\", { hwang-shih-decani = -4 } or { power = 3 }",
        Form::OneOf(&[Kind::words(&words(&SPENDINGS)), Kind::new("", "", Form::Table(&SPENDING))]),
    );
}

impl FromValue for Spending {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        if value.as_text().is_some() {
            return one_of(value, &SPENDINGS, context);
        }
        let Data::Table(_) = value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &SPENDING, context)?;
        let gamma: Option<At<f64>> = fields.optional("hwang-shih-decani", context);
        let power: Option<Positive> = fields.optional("power", context);
        fields.finish(context);
        match (gamma, power) {
            (Some(gamma), None) if gamma.value.abs() <= 40.0 => Some(Self::HwangShihDeCani(gamma.value)),
            (Some(gamma), None) => {
                let message = format!("`{}.hwang-shih-decani` must lie between -40 and 40", context.path());
                context.error(Problem::error(message, gamma.at));
                None
            }
            (None, Some(power)) => Some(Self::Power(power.0)),
            _ => mismatch(value, context),
        }
    }
}

const DESIGN: Keys = Keys {
    what: "`design`",
    all: &[
        Key::of::<At<Share>>(
            "alpha",
            Absent::Means("0.05"),
            "chance to call a difference where there is none, both directions together",
        ),
        Key::of::<At<Share>>("power", Absent::Means("0.8"), "chance to find the effect worth finding"),
        Key::of::<u64>("units", Absent::Means("required but for `fixed`"), "units in all arms together at the end")
            .within(2, MOST_UNITS),
        Key::of::<u64>("days", Absent::Means("not planned"), "days until the end").within(1, 36_525),
        Key::of::<Valid>(
            "valid",
            Absent::Default(Plain::Text("fixed")),
            "when results may be believed: once at the end, at planned looks, or at any time",
        ),
        Key::of::<At<Vec<Share>>>(
            "looks",
            Absent::Means("required for `planned-looks`"),
            "shares of the units at which it is looked, rising to 1",
        ),
        Key::of::<Spending>(
            "spending",
            Absent::Default(Plain::Text("obrien-fleming")),
            "how the chance of a false alarm is spent over the looks",
        ),
        Key::of::<bool>(
            "futility",
            Absent::Default(Plain::Bool(false)),
            "advise to stop where success has become unlikely, without being bound to it",
        ),
    ],
    rules: &[],
};

impl Described for Design {
    const KIND: Kind = Kind::new("design", "a table", Form::Table(&DESIGN));
}

impl FromValue for Design {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &DESIGN, context)?;
        let at = fields.at;
        let mut chance = |key, default, most| {
            let share: Option<At<Share>> = fields.optional(key, context);
            let Some(share) = share else { return default };
            if share.value.0 <= 0.0 || share.value.0 > most {
                let message = format!("`design.{key}` must lie above 0 and not above {most}, found {}", share.value.0);
                context.error(Problem::error(message, share.at));
            }
            share.value.0
        };
        let (alpha, power) = (chance("alpha", 0.05, 0.5), chance("power", 0.8, 0.9999));
        let units: Option<At<u64>> = fields.optional("units", context);
        if let Some(units) = &units
            && !(2..=MOST_UNITS).contains(&units.value)
        {
            let message = format!("`design.units` must be 2 to {MOST_UNITS}, found {}", units.value);
            context.error(Problem::error(message, units.at));
        }
        let days = fields.optional("days", context);
        let valid: Valid = fields.or_default("valid", context);
        let looks: Option<At<Vec<Share>>> = fields.optional("looks", context);
        let spending = fields.or_default("spending", context);
        let futility = fields.or_default("futility", context);
        if valid != Valid::PlannedLooks
            && let Some(looks) = &looks
        {
            context.error(
                Problem::error("`design.looks` has a meaning only for valid = \"planned-looks\"", looks.at)
                    .help("write valid = \"planned-looks\", or leave the looks out"),
            );
        }
        if valid != Valid::PlannedLooks && (fields.has("spending") || futility) {
            let message = "`design.spending` and `design.futility` have a meaning only for valid = \"planned-looks\"";
            context.error(Problem::error(message, at));
        }
        if valid != Valid::Fixed && units.is_none() && !fields.has("units") {
            let message = "`design` lacks `units`: looks are shares of them, and a sequence is sharpest near them";
            context.error(Problem::error(message, at).help("`channelmix abtest plan` says how many it takes"));
        }
        let looks = if valid == Valid::PlannedLooks { planned_looks(looks, at, context) } else { None };
        fields.finish(context);
        let validity = match valid {
            Valid::Fixed => Validity::Fixed,
            Valid::AnyTime => Validity::AnyTime,
            Valid::PlannedLooks => Validity::PlannedLooks { looks: looks?, spending, futility },
        };
        Some(Self { alpha, power, units: units.map(|units| units.value), days, validity })
    }
}

fn planned_looks(
    looks: Option<At<Vec<Share>>>,
    at: crate::scenario::Place,
    context: &mut Context<'_>,
) -> Option<Vec<f64>> {
    let Some(looks) = looks else {
        context.error(
            Problem::error("`design` lacks `looks`", at)
                .help("write the shares of the units at which it is looked: looks = [0.25, 0.5, 0.75, 1.0]"),
        );
        return None;
    };
    let shares: Vec<f64> = looks.value.iter().map(|share| share.0).collect();
    let rising = shares.windows(2).all(|pair| pair[0] < pair[1]) && shares.first().is_some_and(|first| *first > 0.0);
    if !rising || shares.last() != Some(&1.0) || shares.len() > MOST_LOOKS {
        let message = format!("`design.looks` must rise from above 0 to 1, in at most {MOST_LOOKS} looks");
        context.error(Problem::error(message, looks.at).help("for instance looks = [0.25, 0.5, 0.75, 1.0]"));
        return None;
    }
    Some(shares)
}

const DECISION: Keys = Keys {
    what: "`decision`",
    all: &[Key::of::<Guardrails>(
        "guardrails",
        Absent::Default(Plain::Text("not-worse")),
        "an arm ships if its primary metric is better and every guardrail is shown to be not worse by its margin \
         (`not-worse`), or none is shown to be worse (`no-harm`)",
    )],
    rules: &[],
};

impl Described for Guardrails {
    const KIND: Kind = Kind::words(&words(&GUARDRAILS));
}

impl FromValue for Guardrails {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &GUARDRAILS, context)
    }
}

impl Described for Decision {
    const KIND: Kind = Kind::new("decision", "a table", Form::Table(&DECISION));
}

impl FromValue for Decision {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let mut fields = Fields::of(value, &DECISION, context)?;
        let guardrails = fields.or_default("guardrails", context);
        fields.finish(context);
        Some(Self { guardrails })
    }
}

/// What came of reading a plan: the text and what was found wrong, and the plan unless an error forbids it.
pub struct Loaded {
    /// The plan; none if there is an error among the problems.
    pub plan: Option<Plan>,
    /// Its text.
    pub sources: Sources,
    /// Errors and warnings.
    pub problems: Problems,
}

/// Reads a plan from its text; `name` is what messages call the file.
pub fn load(name: &str, text: &str) -> Loaded {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let source = sources.add(name, text, Origin::File);
    let tree = parse(source, &sources, &mut problems);
    let plan = if problems.any_error() { None } else { plan(&tree, &sources, &mut problems) };
    let plan = plan.filter(|_| !problems.any_error());
    Loaded { plan, sources, problems }
}

fn plan(tree: &Value, sources: &Sources, problems: &mut Problems) -> Option<Plan> {
    let mut context = Context::new(sources, problems);
    let context = &mut context;
    let mut fields = Fields::of(tree, &KEYS, context)?;
    let hypothesis = fields.required("hypothesis", context);
    let unit = fields.or_default("unit", context);
    let control: Option<At<String>> = fields.required("control", context);
    let arms = arms(fields.entry("arms"), fields.at, control.as_ref(), context);
    let columns = fields.optional("data", context).unwrap_or_default();
    let entry = fields.entry("metrics");
    let metrics = named(entry, "metrics", context, metric);
    one_primary(&metrics, entry, fields.at, context);
    let design = fields.required("design", context);
    let decision = fields.optional("decision", context).unwrap_or(Decision { guardrails: Guardrails::NotWorse });
    fields.finish(context);
    let (hypothesis, control, arms, design) = (hypothesis?, control?.value, arms?, design?);
    context.complete.then_some(Plan { hypothesis, unit, control, arms, columns, metrics, design, decision })
}

fn arms(
    entry: Option<&Entry>,
    at: crate::scenario::Place,
    control: Option<&At<String>>,
    context: &mut Context<'_>,
) -> Option<Vec<(String, f64)>> {
    let Some(entry) = entry else {
        let problem = Problem::error("the file lacks `arms`", at);
        context.error(problem.help("write each arm's share: arms = { control = 0.5, treatment = 0.5 }"));
        return None;
    };
    let arms = named(Some(entry), "arms", context, |entry, context| {
        Share::from_value(&entry.value, context).map(|share| (entry.key.clone(), share.0))
    });
    if !context.complete {
        return None;
    }
    let total: f64 = arms.iter().map(|(_, share)| share).sum();
    if arms.len() < 2 || arms.len() as u64 > MOST_ARMS {
        let message = format!("`arms` must have 2 to {MOST_ARMS} arms, found {}", arms.len());
        context.error(Problem::error(message, entry.value.at));
    } else if (total - 1.0).abs() > ROUNDING {
        let message = format!("the shares of `arms` must sum to 1, found {}", (total * 1e9).round() / 1e9);
        context.error(Problem::error(message, entry.value.at));
    } else if let Some((name, _)) = arms.iter().find(|(_, share)| *share <= 0.0) {
        let message = format!("`arms.{name}` has no units: a share must lie above 0");
        context.error(Problem::error(message, entry.value.at));
    } else if let Some(control) = control
        && !arms.iter().any(|(name, _)| *name == control.value)
    {
        let problem = Problem::error(format!("there is no arm `{}`", control.value), control.at);
        context.error(problem.suggest(&control.value, arms.iter().map(|(name, _)| name.as_str())));
    } else {
        // What was rounded when it was written is taken as meant; what sums to 1 but for the last bits stays as it is.
        let total = if (total - 1.0).abs() < 1e-12 { 1.0 } else { total };
        return Some(arms.into_iter().map(|(name, share)| (name, share / total)).collect());
    }
    None
}

fn one_primary(metrics: &[Metric], entry: Option<&Entry>, at: crate::scenario::Place, context: &mut Context<'_>) {
    let Some(entry) = entry else {
        let problem = Problem::error("the file lacks `metrics`", at);
        return context.error(problem.help("write [metrics.NAME] with kind, column and role"));
    };
    if !context.complete {
        return;
    }
    if metrics.len() as u64 > MOST_METRICS {
        let message = format!("`metrics` must have at most {MOST_METRICS} entries, found {}", metrics.len());
        return context.error(Problem::error(message, entry.key_at));
    }
    let primaries: Vec<&str> =
        metrics.iter().filter(|metric| metric.role == Role::Primary).map(|metric| metric.name.as_str()).collect();
    if primaries.len() != 1 {
        let found = if primaries.is_empty() { "none".to_owned() } else { primaries.join(", ") };
        let message = format!("one metric must have role = \"primary\", for it decides; found {found}");
        context.error(
            Problem::error(message, entry.key_at)
                .help("others are \"secondary\" (confirmatory, corrected), \"guardrail\" or \"exploratory\""),
        );
    }
}
