//! Results: a row for each metric, treatment and way to compute it; and the same within segments.

use serde::Serialize;

use super::super::Column;
use super::super::Kind::{Difference, Measure, Number, Share, Text, Truth};
use super::{CONTROL_ARM, TREATMENT_ARM, UNIT, control, unit};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Adjustment, Estimates, Outcome, SegmentResult};

const N_CONTROL: Column = Column::new("n_control", Number, "units of the control that count");
const N_TREATMENT: Column = Column::new("n_treatment", Number, "units of the treatment that count");
const CONTROL: Column = Column::new("control", Measure, "the control's value");
const TREATMENT: Column = Column::new("treatment", Measure, "the treatment's value");
const EFFECT: Column = Column::new("effect_size", Difference, "treatment − control");
const EFFECT_LOW: Column =
    Column::new("effect_size_ci_lower", Difference, "lower end of its interval, before correction");
const EFFECT_HIGH: Column = Column::new("effect_size_ci_upper", Difference, "upper end of it");
const LIFT: Column =
    Column::new("rel_effect_size", Share, "lift: treatment ÷ control − 1; empty where the control is not above 0");
const LIFT_LOW: Column = Column::new(
    "rel_effect_size_ci_lower",
    Share,
    "lower end of the lift's interval (Fieller; score for proportions); empty where it has none",
);
const LIFT_HIGH: Column = Column::new("rel_effect_size_ci_upper", Share, "upper end of it; empty where it has none");
const LIFT_NOTE: Column = Column::new("rel_note", Text, "why the lift has no interval, or no upper end");
const STATISTIC: Column = Column::new("statistic", Number, "signed normal score of no difference");
const PVALUE: Column =
    Column::new("pvalue", Number, "two-sided p-value of the difference, valid as `valid_under` says");
const LOG10_PVALUE: Column = Column::new("log10_pvalue", Number, "its logarithm to base 10, which does not underflow");
const CONFIDENCE: Column = Column::new("confidence", Share, "confidence of the intervals before correction");
const METHOD: Column = Column::new("method", Text, "how it was computed");
const VALID_UNDER: Column = Column::new(
    "valid_under",
    Text,
    "when p-value and intervals may be believed: fixed (one look), planned looks, or any time",
);
const ADJUSTED: Column = Column::new("adjusted", Number, "p-value after correction for several results");
const ADJUSTMENT: Column = Column::new("adjustment", Text, "name of that correction, or none");
const AMONG: Column = Column::new("among", Number, "how many results were corrected together");
const ADJUSTED_CONFIDENCE: Column = Column::new(
    "adjusted_confidence",
    Share,
    "confidence of the corrected intervals, which hold 0 exactly when `adjusted` is above the level",
);
const ADJUSTED_LOW: Column = Column::new(
    "adjusted_ci_lower",
    Difference,
    "lower end of the corrected interval of the difference, which decides",
);
const ADJUSTED_HIGH: Column = Column::new("adjusted_ci_upper", Difference, "upper end of it");
const ADJUSTED_LIFT_LOW: Column = Column::new(
    "adjusted_rel_ci_lower",
    Share,
    "lower end of the corrected interval of the lift; empty where it has none",
);
const ADJUSTED_LIFT_HIGH: Column =
    Column::new("adjusted_rel_ci_upper", Share, "upper end of it; empty where it has none");
const CALL: Column =
    Column::new("call", Text, "better or worse where the interval leaves 0 out, unclear where it holds 0");

pub(super) const COLUMNS: &[Column] = &[
    Column::new("metric", Text, "name of the metric"),
    Column::new("kind", Text, "what is computed: proportion, mean, ratio, quantile or survival (restricted mean time)"),
    UNIT,
    Column::new("role", Text, "primary (decides), guardrail, secondary or exploratory"),
    Column::new("better", Text, "which way is better: higher or lower"),
    CONTROL_ARM,
    TREATMENT_ARM,
    Column::new(
        "analysis",
        Text,
        "main (counts: covariates and caps as planned), unadjusted (without covariates) or uncapped (without caps)",
    ),
    N_CONTROL,
    N_TREATMENT,
    CONTROL,
    TREATMENT,
    EFFECT,
    EFFECT_LOW,
    EFFECT_HIGH,
    LIFT,
    LIFT_LOW,
    LIFT_HIGH,
    LIFT_NOTE,
    STATISTIC,
    PVALUE,
    LOG10_PVALUE,
    ADJUSTED,
    ADJUSTMENT,
    AMONG,
    ADJUSTED_CONFIDENCE,
    ADJUSTED_LOW,
    ADJUSTED_HIGH,
    ADJUSTED_LIFT_LOW,
    ADJUSTED_LIFT_HIGH,
    CALL,
    CONFIDENCE,
    METHOD,
    VALID_UNDER,
    Column::new("margin", Text, "for a guardrail: how much worse would matter, as the plan writes it"),
    Column::new("margin_size", Difference, "that margin in the metric's unit"),
    Column::new("not_worse", Truth, "for a guardrail: whether it is shown to be not worse by the margin"),
    Column::new("variance_saved", Share, "share of the variance of the difference that covariates save"),
    Column::new(
        "detectable",
        Difference,
        "smallest difference that so many units find with 80 % chance, at the level of one look, without correction",
    ),
];

/// A row of `results`. What is decided stands in the rows of the main analysis alone.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ResultLine {
    metric: String,
    kind: &'static str,
    unit: &'static str,
    role: &'static str,
    better: &'static str,
    control_arm: String,
    treatment_arm: String,
    analysis: &'static str,
    #[serde(flatten)]
    numbers: Numbers,
    #[serde(flatten)]
    corrected: Corrected,
    call: Option<&'static str>,
    #[serde(flatten)]
    how: How,
    margin: Option<String>,
    margin_size: Option<f64>,
    not_worse: Option<bool>,
    variance_saved: Option<f64>,
    detectable: Option<f64>,
}

/// The numbers of a contrast; none where an arm has too few units.
#[derive(Clone, Debug, Serialize)]
struct Numbers {
    n_control: Option<u64>,
    n_treatment: Option<u64>,
    control: Option<f64>,
    treatment: Option<f64>,
    effect_size: Option<f64>,
    effect_size_ci_lower: Option<f64>,
    effect_size_ci_upper: Option<f64>,
    rel_effect_size: Option<f64>,
    rel_effect_size_ci_lower: Option<f64>,
    rel_effect_size_ci_upper: Option<f64>,
    rel_note: Option<&'static str>,
    statistic: Option<f64>,
    pvalue: Option<f64>,
    log10_pvalue: Option<f64>,
}

impl Numbers {
    fn of(estimates: Option<&Estimates>) -> Self {
        Self {
            n_control: estimates.map(|e| e.n_control),
            n_treatment: estimates.map(|e| e.n_treatment),
            control: estimates.map(|e| e.control),
            treatment: estimates.map(|e| e.treatment),
            effect_size: estimates.map(|e| e.effect_size),
            effect_size_ci_lower: estimates.map(|e| e.effect_size_ci_lower),
            effect_size_ci_upper: estimates.map(|e| e.effect_size_ci_upper),
            rel_effect_size: estimates.and_then(|e| e.rel_effect_size),
            rel_effect_size_ci_lower: estimates.and_then(|e| e.rel_effect_size_ci_lower),
            rel_effect_size_ci_upper: estimates.and_then(|e| e.rel_effect_size_ci_upper),
            rel_note: estimates.and_then(|e| e.rel_note),
            statistic: estimates.map(|e| e.statistic),
            pvalue: estimates.map(|e| e.pvalue),
            log10_pvalue: estimates.map(|e| e.log10_pvalue),
        }
    }
}

/// What a correction for several results makes of them.
#[derive(Clone, Debug, Serialize)]
struct Corrected {
    adjusted: Option<f64>,
    adjustment: Option<&'static str>,
    among: Option<usize>,
    adjusted_confidence: Option<f64>,
    adjusted_ci_lower: Option<f64>,
    adjusted_ci_upper: Option<f64>,
    adjusted_rel_ci_lower: Option<f64>,
    adjusted_rel_ci_upper: Option<f64>,
}

impl Corrected {
    fn of(adjustment: Option<&Adjustment>) -> Self {
        Self {
            adjusted: adjustment.map(|a| a.pvalue),
            adjustment: adjustment.map(|a| a.method),
            among: adjustment.map(|a| a.among),
            adjusted_confidence: adjustment.map(|a| a.confidence),
            adjusted_ci_lower: adjustment.map(|a| a.effect_size_ci_lower),
            adjusted_ci_upper: adjustment.map(|a| a.effect_size_ci_upper),
            adjusted_rel_ci_lower: adjustment.and_then(|a| a.rel_effect_size_ci_lower),
            adjusted_rel_ci_upper: adjustment.and_then(|a| a.rel_effect_size_ci_upper),
        }
    }
}

/// How they were made.
#[derive(Clone, Debug, Serialize)]
struct How {
    confidence: Option<f64>,
    method: Option<&'static str>,
    valid_under: Option<&'static str>,
}

impl How {
    fn of(estimates: Option<&Estimates>) -> Self {
        Self {
            confidence: estimates.map(|e| e.confidence),
            method: estimates.map(|e| e.method),
            valid_under: estimates.map(|e| e.valid_under),
        }
    }
}

/// Every metric, treatment and analysis, in the order of the results.
pub(super) fn lines(analysis: &Analysis) -> Vec<ResultLine> {
    let control = control(analysis);
    let of = |outcome: &Outcome| {
        let analyses = [
            ("main", Some(&outcome.main)),
            ("unadjusted", outcome.unadjusted.as_ref()),
            ("uncapped", outcome.uncapped.as_ref()),
        ];
        analyses
            .into_iter()
            .filter_map(|(name, estimates)| Some(line(outcome, control, name, estimates?)))
            .collect::<Vec<_>>()
    };
    analysis.results.iter().flat_map(of).collect()
}

fn line(outcome: &Outcome, control: &str, analysis: &'static str, estimates: &Estimates) -> ResultLine {
    let decided = analysis == "main";
    ResultLine {
        metric: outcome.metric.clone(),
        kind: outcome.kind,
        unit: unit(outcome.kind),
        role: outcome.role,
        better: outcome.better,
        control_arm: control.to_owned(),
        treatment_arm: outcome.treatment.clone(),
        analysis,
        numbers: Numbers::of(Some(estimates)),
        corrected: Corrected::of(Some(&outcome.adjustment).filter(|_| decided)),
        call: decided.then_some(outcome.call.name()),
        how: How::of(Some(estimates)),
        margin: outcome.margin.clone().filter(|_| decided),
        margin_size: outcome.margin_size.filter(|_| decided),
        not_worse: outcome.not_worse.filter(|_| decided),
        variance_saved: outcome.variance_saved.filter(|_| decided),
        detectable: outcome.detectable.filter(|_| decided),
    }
}

pub(super) const SEGMENTS: &[Column] = &[
    Column::new("metric", Text, "name of the metric"),
    UNIT,
    CONTROL_ARM,
    TREATMENT_ARM,
    Column::new("segment", Text, "the column of the segments"),
    Column::new("level", Text, "the level in it"),
    N_CONTROL,
    N_TREATMENT,
    CONTROL,
    TREATMENT,
    EFFECT,
    EFFECT_LOW,
    EFFECT_HIGH,
    LIFT,
    LIFT_LOW,
    LIFT_HIGH,
    LIFT_NOTE,
    STATISTIC,
    PVALUE,
    LOG10_PVALUE,
    ADJUSTED,
    ADJUSTMENT,
    AMONG,
    ADJUSTED_CONFIDENCE,
    ADJUSTED_LOW,
    ADJUSTED_HIGH,
    ADJUSTED_LIFT_LOW,
    ADJUSTED_LIFT_HIGH,
    CALL,
    CONFIDENCE,
    METHOD,
    VALID_UNDER,
];

/// A row of `segments`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SegmentLine {
    metric: String,
    unit: &'static str,
    control_arm: String,
    treatment_arm: String,
    segment: String,
    level: String,
    #[serde(flatten)]
    numbers: Numbers,
    #[serde(flatten)]
    corrected: Corrected,
    call: &'static str,
    #[serde(flatten)]
    how: How,
}

/// Every metric, treatment, segment and level, in the order of the analysis.
pub(super) fn segments(analysis: &Analysis) -> Vec<SegmentLine> {
    let control = control(analysis);
    let of = |line: &SegmentResult| SegmentLine {
        metric: line.metric.clone(),
        unit: analysis.results.iter().find(|outcome| outcome.metric == line.metric).map_or("number", |o| unit(o.kind)),
        control_arm: control.to_owned(),
        treatment_arm: line.treatment.clone(),
        segment: line.segment.clone(),
        level: line.level.clone(),
        numbers: Numbers::of(line.estimates.as_ref()),
        corrected: Corrected::of(line.adjustment.as_ref()),
        call: line.call.name(),
        how: How::of(line.estimates.as_ref()),
    };
    analysis.segments.iter().map(of).collect()
}
