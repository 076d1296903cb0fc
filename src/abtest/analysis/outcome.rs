//! One metric of one treatment against the control.

use serde::Serialize;

use super::super::contrast::{Contrast, Lift};
use super::super::metric::{Direction, Margin, Metric, Role};
use super::super::standing::Standing;
use super::family::Corrected;
use super::strata::PostStratified;
use super::time_to_event::Hazard;
use crate::stats::Error;

/// A result.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The metric.
    pub metric: String,
    /// What is computed: `proportion`, `mean`, `ratio`, `quantile` or `survival`.
    pub kind: &'static str,
    /// `primary`, `guardrail`, `secondary` or `exploratory`.
    pub role: &'static str,
    /// `higher` or `lower`.
    pub better: &'static str,
    /// The arm that is compared with the control.
    pub treatment: String,
    /// The result that counts: with covariates, caps and corrections as planned.
    pub main: Estimates,
    /// Correction for several results.
    pub adjustment: Adjustment,
    /// The same without covariates, if there are any.
    pub unadjusted: Option<Estimates>,
    /// Covariates, and the share of variance that they save.
    pub variance_saved: Option<f64>,
    /// The same without caps, if there are any.
    pub uncapped: Option<Estimates>,
    /// Smallest difference that this many units find with 80 % chance, at the level of one look.
    pub detectable: Option<f64>,
    /// What is decided of it.
    pub call: Call,
    /// For a guardrail: how much worse would matter, as the plan writes it.
    pub margin: Option<String>,
    /// Size of that margin in the metric's unit.
    pub margin_size: Option<f64>,
    /// For times to an event: days that are looked at, in all arms.
    pub until: Option<f64>,
    /// For a guardrail: whether it is shown to be not worse by the margin.
    pub not_worse: Option<bool>,
    /// For times to an event: the log-rank test and the ratio of hazards, beside the mean time that decides.
    pub hazard: Option<Hazard>,
    /// For shares and means: the same with each column of segments held alike in the arms.
    pub post_stratified: Vec<PostStratified>,
}

/// Numbers of one contrast.
#[derive(Clone, Debug, Serialize)]
pub struct Estimates {
    /// Units of the control that count.
    pub n_control: u64,
    /// Units of the treatment that count.
    pub n_treatment: u64,
    /// The control's value.
    pub control: f64,
    /// The treatment's value.
    pub treatment: f64,
    /// Treatment − control.
    pub effect_size: f64,
    /// Interval of it.
    pub effect_size_ci_lower: f64,
    /// Interval of it.
    pub effect_size_ci_upper: f64,
    /// Lift: treatment ÷ control − 1.
    pub rel_effect_size: Option<f64>,
    /// Interval of it (Fieller; score for proportions); none where it has no lower end.
    pub rel_effect_size_ci_lower: Option<f64>,
    /// Interval of it; none where it has no upper end.
    pub rel_effect_size_ci_upper: Option<f64>,
    /// Why the lift has no interval.
    pub rel_note: Option<&'static str>,
    /// Signed normal score of "no difference".
    pub statistic: f64,
    /// Two-sided p-value, valid as the result says.
    pub pvalue: f64,
    /// Its log to base 10, which does not underflow.
    pub log10_pvalue: f64,
    /// Confidence of the intervals: 0.95.
    pub confidence: f64,
    /// How it was computed.
    pub method: &'static str,
    /// When it may be believed.
    pub valid_under: &'static str,
}

/// Correction for several results.
#[derive(Clone, Debug, Serialize)]
pub struct Adjustment {
    /// Its name, or `none`.
    pub method: &'static str,
    /// How many results were corrected together.
    pub among: usize,
    /// p-value after correction: at most 1, at least the raw one.
    pub pvalue: f64,
    /// The level of the intervals below, 1 − confidence.
    #[serde(skip)]
    pub alpha: f64,
    /// Confidence of the intervals below, so much higher that they hold 0 exactly when the corrected p-value is above the level.
    pub confidence: f64,
    /// Interval of the difference after correction: what decides.
    pub effect_size_ci_lower: f64,
    /// Interval of the difference after correction: what decides.
    pub effect_size_ci_upper: f64,
    /// Interval of the lift after correction; none where it has no lower end.
    pub rel_effect_size_ci_lower: Option<f64>,
    /// Interval of the lift after correction; none where it has no upper end.
    pub rel_effect_size_ci_upper: Option<f64>,
}

/// What is decided of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Call {
    /// The interval lies on the good side of 0.
    Better,
    /// The interval lies on the bad side of 0.
    Worse,
    /// The interval holds 0.
    Unclear,
}

impl Estimates {
    /// The numbers of a contrast, with intervals at a two-sided level.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn of(contrast: &Contrast, standing: &Standing, alpha: f64) -> Result<Self, Error> {
        let critical = standing.critical(alpha)?;
        let (low, high) = contrast.interval(critical)?;
        let lift = contrast.lift_interval(critical)?;
        let (lift_low, lift_high) = lift.ends();
        let note = match lift {
            Lift::Between(_, high) if high.is_infinite() => Some("no upper end: the control may be 0"),
            Lift::Between(..) => None,
            Lift::Unbounded => Some("unbounded: the control is too noisy to divide by"),
            Lift::Undefined => Some("undefined: the control is not above 0"),
        };
        let z = contrast.z(0.0);
        let (p, log10_p) = standing.p(z)?;
        Ok(Self {
            n_control: contrast.units.0,
            n_treatment: contrast.units.1,
            control: contrast.control(),
            treatment: contrast.treatment(),
            effect_size: contrast.difference(),
            effect_size_ci_lower: low,
            effect_size_ci_upper: high,
            rel_effect_size: contrast.lift(),
            rel_effect_size_ci_lower: lift_low,
            rel_effect_size_ci_upper: lift_high,
            rel_note: note,
            statistic: z,
            pvalue: p,
            log10_pvalue: log10_p,
            confidence: 1.0 - alpha,
            method: contrast.method,
            valid_under: standing.valid_under(),
        })
    }
}

impl Adjustment {
    /// What a correction makes of a contrast, at its critical value.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn of(contrast: &Contrast, corrected: &Corrected) -> Result<Self, Error> {
        let (low, high) = contrast.interval(corrected.critical)?;
        let (lift_low, lift_high) = contrast.lift_interval(corrected.critical)?.ends();
        Ok(Self {
            method: corrected.method,
            among: corrected.among,
            pvalue: corrected.pvalue,
            alpha: corrected.alpha,
            confidence: 1.0 - corrected.alpha,
            effect_size_ci_lower: low,
            effect_size_ci_upper: high,
            rel_effect_size_ci_lower: lift_low,
            rel_effect_size_ci_upper: lift_high,
        })
    }
}

impl Call {
    /// What a score and its critical value decide.
    pub fn of(z: f64, critical: f64, better: Direction) -> Self {
        let good = if better == Direction::Higher { z } else { -z };
        if good > critical {
            Self::Better
        } else if good < -critical {
            Self::Worse
        } else {
            Self::Unclear
        }
    }

    /// As results write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Unclear => "unclear",
        }
    }
}

impl Role {
    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Guardrail(_) => "guardrail",
            Self::Secondary => "secondary",
            Self::Exploratory => "exploratory",
        }
    }
}

impl Direction {
    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

/// Whether a guardrail is shown to be not worse by its margin, at a critical value.
pub fn not_worse(contrast: &Contrast, metric: &Metric, margin: Margin, critical: f64) -> bool {
    match metric.better {
        Direction::Higher => contrast.z_above(margin) > critical,
        Direction::Lower => contrast.z_below(margin) < -critical,
    }
}
