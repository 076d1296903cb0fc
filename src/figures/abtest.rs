//! An A/B test: its arms, gates, results, segments, days and looks, each in rows. Names of results are those of
//! tea-tasting, where it has one.

mod power;
mod results;

use serde::Serialize;

use super::Kind::{Difference, Number, Share, Text, Truth};
use super::{Column, Sheet};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Arm, Belief, DayResult, Gate, Heterogeneity, LookResult, State};

pub use power::chance_to_find;

/// The sheets of an A/B test by name, `results` first.
pub const ABTEST_SHEETS: [&str; 9] =
    ["results", "arms", "gates", "segments", "heterogeneity", "days", "looks", "beliefs", "power"];

/// All sheets of an A/B test, in the order of [`ABTEST_SHEETS`].
pub fn abtest(analysis: &Analysis) -> Vec<Sheet> {
    let unit = unit_of_primary(analysis);
    let control = control(analysis);
    let arms: Vec<ArmLine> = analysis.arms.iter().map(ArmLine::of).collect();
    let gates: Vec<GateLine> = analysis.gates.iter().map(GateLine::of).collect();
    let differing: Vec<HeterogeneityLine> = analysis.heterogeneity.iter().map(HeterogeneityLine::of).collect();
    let days: Vec<DayLine> = analysis.days.iter().map(|day| DayLine::of(day, unit, control)).collect();
    let looks: Vec<LookLine> = analysis.looks.iter().map(|look| LookLine::of(look, unit, control)).collect();
    let beliefs: Vec<BeliefLine> = analysis.beliefs.iter().map(|belief| BeliefLine::of(belief, unit)).collect();
    vec![
        Sheet::of("results", results::COLUMNS, &results::lines(analysis)),
        Sheet::of("arms", ARMS, &arms),
        Sheet::of("gates", GATES, &gates),
        Sheet::of("segments", results::SEGMENTS, &results::segments(analysis)),
        Sheet::of("heterogeneity", HETEROGENEITY, &differing),
        Sheet::of("days", DAYS, &days),
        Sheet::of("looks", LOOKS, &looks),
        Sheet::of("beliefs", BELIEFS, &beliefs),
        Sheet::of("power", power::COLUMNS, &power::lines(analysis)),
    ]
}

/// The name of the arm that the others are compared with.
fn control(analysis: &Analysis) -> &str {
    analysis.arms.iter().find(|arm| arm.is_control).map_or("control", |arm| &arm.name)
}

/// The unit of a kind of metric, as rows say it.
fn unit(kind: &str) -> &'static str {
    if kind == "proportion" { "share" } else { "number" }
}

fn unit_of_primary(analysis: &Analysis) -> &'static str {
    analysis.results.iter().find(|outcome| outcome.role == "primary").map_or("number", |outcome| unit(outcome.kind))
}

/// What a unit is, for every sheet that has one.
const UNIT: Column = Column::new(
    "unit",
    Text,
    "what the numbers of the row are: share (0 to 1, differences ×100 are percentage points) or number (the metric's own unit)",
);
const CONTROL_ARM: Column = Column::new("control_arm", Text, "name of the control");
const TREATMENT_ARM: Column = Column::new("treatment_arm", Text, "name of the arm that is compared with the control");

const ARMS: &[Column] = &[
    Column::new("arm", Text, "name of the arm"),
    Column::new("is_control", Truth, "whether it is the control"),
    Column::new("units", Number, "units in it"),
    Column::new("share", Share, "its share of all units"),
    Column::new("planned_share", Share, "the share that it should have"),
];

#[derive(Serialize)]
struct ArmLine<'a> {
    arm: &'a str,
    is_control: bool,
    units: u64,
    share: f64,
    planned_share: f64,
}

impl<'a> ArmLine<'a> {
    fn of(arm: &'a Arm) -> Self {
        Self {
            arm: &arm.name,
            is_control: arm.is_control,
            units: arm.units,
            share: arm.share,
            planned_share: arm.planned_share,
        }
    }
}

const GATES: &[Column] = &[
    Column::new("gate", Text, "what is looked at before any result is believed"),
    Column::new("state", Text, "passed, warning, failed (the verdict is withheld) or not-checked"),
    Column::new("finding", Text, "what was found"),
    Column::new("pvalue", Number, "the p-value that it rests on; empty where it is no test"),
];

#[derive(Serialize)]
struct GateLine<'a> {
    gate: &'a str,
    state: State,
    finding: &'a str,
    pvalue: Option<f64>,
}

impl<'a> GateLine<'a> {
    fn of(gate: &'a Gate) -> Self {
        Self { gate: gate.gate, state: gate.state, finding: &gate.finding, pvalue: gate.pvalue }
    }
}

const HETEROGENEITY: &[Column] = &[
    Column::new("metric", Text, "name of the metric"),
    TREATMENT_ARM,
    Column::new("segment", Text, "the column of the segments"),
    Column::new("q", Number, "Cochran's Q: scatter of the effects of the levels around their mean, in their errors"),
    Column::new("df", Number, "its degrees of freedom: levels − 1"),
    Column::new("pvalue", Number, "chance of so much scatter if the effect is the same in all levels; not corrected"),
    Column::new("i_squared", Share, "share of the scatter that is more than chance (Higgins' I²)"),
];

#[derive(Serialize)]
struct HeterogeneityLine<'a> {
    metric: &'a str,
    treatment_arm: &'a str,
    segment: &'a str,
    q: f64,
    df: f64,
    pvalue: f64,
    i_squared: f64,
}

impl<'a> HeterogeneityLine<'a> {
    fn of(line: &'a Heterogeneity) -> Self {
        Self {
            metric: &line.metric,
            treatment_arm: &line.treatment,
            segment: &line.segment,
            q: line.q,
            df: line.df,
            pvalue: line.pvalue,
            i_squared: line.i_squared,
        }
    }
}

const DAYS: &[Column] = &[
    Column::new(
        "day",
        Text,
        "the last day of exposure that counts; the primary metric of all units exposed until then",
    ),
    CONTROL_ARM,
    TREATMENT_ARM,
    UNIT,
    Column::new("n_control", Number, "units of the control until then"),
    Column::new("n_treatment", Number, "units of the treatment until then"),
    Column::new("effect_size", Difference, "treatment − control"),
    Column::new("fixed_ci_lower", Difference, "lower end of the interval that holds if one looks only once"),
    Column::new("fixed_ci_upper", Difference, "upper end of it"),
    Column::new("any_time_ci_lower", Difference, "lower end of the interval that holds however often one looks"),
    Column::new("any_time_ci_upper", Difference, "upper end of it"),
    Column::new("statistic", Number, "signed normal score of no difference"),
];

#[derive(Serialize)]
struct DayLine<'a> {
    day: &'a str,
    control_arm: &'a str,
    treatment_arm: &'a str,
    unit: &'static str,
    n_control: u64,
    n_treatment: u64,
    effect_size: f64,
    fixed_ci_lower: f64,
    fixed_ci_upper: f64,
    any_time_ci_lower: f64,
    any_time_ci_upper: f64,
    statistic: f64,
}

impl<'a> DayLine<'a> {
    fn of(day: &'a DayResult, unit: &'static str, control: &'a str) -> Self {
        Self {
            day: &day.day,
            control_arm: control,
            treatment_arm: &day.treatment,
            unit,
            n_control: day.n_control,
            n_treatment: day.n_treatment,
            effect_size: day.effect_size,
            fixed_ci_lower: day.fixed_ci_lower,
            fixed_ci_upper: day.fixed_ci_upper,
            any_time_ci_lower: day.any_time_ci_lower,
            any_time_ci_upper: day.any_time_ci_upper,
            statistic: day.statistic,
        }
    }
}

const LOOKS: &[Column] = &[
    Column::new("look", Number, "number of the look, from 1"),
    CONTROL_ARM,
    TREATMENT_ARM,
    UNIT,
    Column::new("share", Share, "units at it, as a share of the planned units"),
    Column::new("units", Number, "units of all arms at it"),
    Column::new("boundary", Number, "the test stops for a difference if the score is beyond this or its negative"),
    Column::new("spent", Share, "level that is spent until then, both directions together"),
    Column::new("now", Truth, "whether the data are at this look"),
    Column::new("statistic", Number, "signed normal score of no difference; empty where it is not known"),
    Column::new(
        "effect_size",
        Difference,
        "median-unbiased effect after stopping here (stage-wise order); empty where the test does not stop",
    ),
    Column::new("effect_size_ci_lower", Difference, "lower end of its interval"),
    Column::new("effect_size_ci_upper", Difference, "upper end of its interval"),
    Column::new("pvalue", Number, "its p-value"),
];

#[derive(Serialize)]
struct LookLine<'a> {
    look: usize,
    control_arm: &'a str,
    treatment_arm: &'a str,
    unit: &'static str,
    share: f64,
    units: u64,
    boundary: f64,
    spent: f64,
    now: bool,
    statistic: Option<f64>,
    effect_size: Option<f64>,
    effect_size_ci_lower: Option<f64>,
    effect_size_ci_upper: Option<f64>,
    pvalue: Option<f64>,
}

impl<'a> LookLine<'a> {
    fn of(look: &'a LookResult, unit: &'static str, control: &'a str) -> Self {
        Self {
            look: look.look,
            control_arm: control,
            treatment_arm: &look.treatment,
            unit,
            share: look.share,
            units: look.units,
            boundary: look.boundary,
            spent: look.spent,
            now: look.now,
            statistic: look.statistic,
            effect_size: look.effect_size,
            effect_size_ci_lower: look.effect_size_ci_lower,
            effect_size_ci_upper: look.effect_size_ci_upper,
            pvalue: look.pvalue,
        }
    }
}

const BELIEFS: &[Column] = &[
    Column::new("arm", Text, "name of the arm"),
    UNIT,
    Column::new("best", Share, "chance that it is the best of all arms in the primary metric, for a flat prior"),
    Column::new(
        "better_than_control",
        Share,
        "chance that it is better than the control, for a flat prior; empty for the control",
    ),
    Column::new(
        "expected_loss",
        Difference,
        "what choosing it costs on average against choosing the best, per unit, for a flat prior",
    ),
    Column::new(
        "lift",
        Share,
        "mean of the lift, if lifts are believed beforehand to lie around 0 with a standard deviation of 30 %",
    ),
    Column::new("lift_low", Share, "lower end of its 95 % interval"),
    Column::new("lift_high", Share, "upper end of its 95 % interval"),
];

#[derive(Serialize)]
struct BeliefLine<'a> {
    arm: &'a str,
    unit: &'static str,
    best: f64,
    better_than_control: Option<f64>,
    expected_loss: f64,
    lift: Option<f64>,
    lift_low: Option<f64>,
    lift_high: Option<f64>,
}

impl<'a> BeliefLine<'a> {
    fn of(belief: &'a Belief, unit: &'static str) -> Self {
        Self {
            arm: &belief.arm,
            unit,
            best: belief.best,
            better_than_control: belief.better_than_control,
            expected_loss: belief.expected_loss,
            lift: belief.lift,
            lift_low: belief.lift_low,
            lift_high: belief.lift_high,
        }
    }
}
