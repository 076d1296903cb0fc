//! One sentence that the numbers carry, and for each treatment what to do.

use serde::Serialize;

use super::super::metric::{Direction, Margin, Metric, Role};
use super::super::plan::{Guardrails, Plan, Validity};
use super::super::standing::Standing;
use super::gates::{Gate, State, p_in_words};
use super::looks::{LookResult, NEAR};
use super::outcome::{Call, Outcome};

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Whether a gate withholds it.
    pub withheld: bool,
    /// What a reader must know, first.
    pub headline: String,
    /// For each treatment.
    pub choices: Vec<Choice>,
}

/// What to do with a treatment.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// The arm.
    pub treatment: String,
    /// `ship`, `keep control`, `continue`, `undecided` or `withheld`.
    pub decision: &'static str,
    /// What was found, and why this follows.
    pub sentence: String,
}

/// The verdict on all results; `results` are those of all metrics and treatments, `looks` those of the plan.
pub fn verdict(
    plan: &Plan,
    standing: &Standing,
    gates: &[Gate],
    results: &[Outcome],
    looks: &[LookResult],
    units: u64,
    left_out: &[(Metric, String)],
) -> Verdict {
    let failed: Vec<&Gate> = gates.iter().filter(|gate| gate.state == State::Failed).collect();
    let case = Case { plan, standing, units, left_out, withheld: !failed.is_empty() };
    let choices: Vec<Choice> = results
        .iter()
        .filter(|outcome| outcome.role == "primary")
        .map(|primary| {
            let guardrails =
                results.iter().filter(|other| other.role == "guardrail" && other.treatment == primary.treatment);
            let now = looks.iter().find(|look| look.now && look.treatment == primary.treatment);
            choice(&case, primary, &guardrails.collect::<Vec<_>>(), now)
        })
        .collect();
    if !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|gate| gate.gate).collect();
        let headline = format!("No verdict: the data cannot be trusted ({}): {}.", names.join(", "), failed[0].finding);
        return Verdict { withheld: true, headline, choices };
    }
    let of = |decision: &str| choices.iter().filter(|choice| choice.decision == decision).collect::<Vec<_>>();
    let lead = best(&of("ship"), results)
        .or_else(|| ["continue", "undecided", "keep control"].iter().find_map(|decision| best(&of(decision), results)));
    let headline = lead.map_or(String::new(), |choice| choice.sentence.clone());
    Verdict { withheld: false, headline, choices }
}

/// Of several, the one with the largest effect in the good direction.
fn best<'a>(choices: &[&'a Choice], results: &[Outcome]) -> Option<&'a Choice> {
    let effect = |choice: &Choice| {
        let primary = results.iter().find(|outcome| outcome.role == "primary" && outcome.treatment == choice.treatment);
        primary.map_or(f64::NEG_INFINITY, |outcome| {
            if outcome.better == "higher" { outcome.main.effect_size } else { -outcome.main.effect_size }
        })
    };
    choices.iter().copied().max_by(|a, b| effect(a).total_cmp(&effect(b)))
}

/// What all choices have in common.
struct Case<'a> {
    plan: &'a Plan,
    standing: &'a Standing,
    /// Units that count in the primary metric.
    units: u64,
    left_out: &'a [(Metric, String)],
    withheld: bool,
}

/// What is known of a treatment when it is decided on.
#[derive(Clone, Copy, Debug)]
pub(in crate::abtest) struct Facts {
    /// Whether a gate failed.
    pub withheld: bool,
    /// The call of the primary metric.
    pub call: Call,
    /// Whether a guardrail is worse, by more than it may be.
    pub harmed: bool,
    /// Whether a guardrail is not shown to be not worse, though the plan asks for that.
    pub open: bool,
    /// Whether a test that is looked at once has fewer units than planned.
    pub early: bool,
    /// Whether success has become unlikely, and the plan watches that.
    pub futile: bool,
    /// Whether there are looks to come.
    pub more: bool,
}

/// What decides on a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::abtest) enum Ground {
    GateFailed,
    Worse,
    /// Better, but a guardrail is worse.
    BetterWithHarm,
    /// Better, but a guardrail is open.
    BetterButOpen,
    /// Before the one look.
    Early,
    Better,
    /// Unclear, and a guardrail is worse.
    Harm,
    Futile,
    /// Unclear, with looks to come.
    More,
    Unclear,
}

impl Facts {
    /// What decides.
    pub fn ground(self) -> Ground {
        match self.call {
            _ if self.withheld => Ground::GateFailed,
            Call::Worse => Ground::Worse,
            Call::Better if self.harmed => Ground::BetterWithHarm,
            Call::Better if self.open => Ground::BetterButOpen,
            Call::Better if self.early => Ground::Early,
            Call::Better => Ground::Better,
            Call::Unclear if self.harmed => Ground::Harm,
            Call::Unclear if self.futile => Ground::Futile,
            Call::Unclear if self.early => Ground::Early,
            Call::Unclear if self.more => Ground::More,
            Call::Unclear => Ground::Unclear,
        }
    }
}

impl Ground {
    /// What follows: `ship`, `keep control`, `continue`, `undecided` or `withheld`.
    pub fn decision(self, more: bool) -> &'static str {
        match self {
            Self::GateFailed => "withheld",
            Self::Worse | Self::BetterWithHarm | Self::Harm | Self::Futile => "keep control",
            Self::BetterButOpen if !more => "undecided",
            Self::BetterButOpen | Self::Early | Self::More => "continue",
            Self::Better => "ship",
            Self::Unclear => "undecided",
        }
    }
}

/// Whether a guardrail speaks against a treatment.
pub(in crate::abtest) fn harms(rule: Guardrails, call: Call, not_worse: Option<bool>) -> bool {
    let within = rule == Guardrails::NotWorse && not_worse == Some(true);
    call == Call::Worse && !within
}

fn choice(case: &Case<'_>, primary: &Outcome, guardrails: &[&Outcome], now: Option<&LookResult>) -> Choice {
    let &Case { plan, standing, units, left_out, withheld } = case;
    let found = found(plan, standing, primary);
    let harmed: Vec<&str> = guardrails
        .iter()
        .filter(|outcome| harms(plan.decision.guardrails, outcome.call, outcome.not_worse))
        .map(|outcome| outcome.metric.as_str())
        .collect();
    let open: Vec<&str> = guardrails
        .iter()
        .filter(|outcome| outcome.not_worse != Some(true))
        .map(|outcome| outcome.metric.as_str())
        .chain(
            left_out
                .iter()
                .filter(|(metric, _)| matches!(metric.role, Role::Guardrail(_)))
                .map(|(metric, _)| metric.name.as_str()),
        )
        .collect();
    let more = match standing {
        Standing::Look(look) => !look.is_last(),
        Standing::AnyTime(..) => true,
        Standing::Fixed => false,
    };
    let planned = plan
        .design
        .units
        .filter(|planned| plan.design.validity == Validity::Fixed && (units as f64) < (1.0 - NEAR) * *planned as f64);
    let futile = futile(now);
    let ground = Facts {
        withheld,
        call: primary.call,
        harmed: !harmed.is_empty(),
        open: plan.decision.guardrails == Guardrails::NotWorse && !open.is_empty(),
        early: planned.is_some(),
        futile: futile.is_some(),
        more,
    }
    .ground();
    let why = match ground {
        Ground::GateFailed => "a gate failed, so nothing follows".to_owned(),
        Ground::Worse => "keep the control".to_owned(),
        Ground::BetterWithHarm => format!("do not ship: guardrail {} is worse", harmed.join(", ")),
        Ground::BetterButOpen => {
            format!("do not ship yet: guardrail {} is not shown to be not worse by its margin", open.join(", "))
        }
        Ground::Early => {
            format!("go on: the plan looks once, at {} units, and there are {units}", planned.unwrap_or_default())
        }
        Ground::Better => format!("ship {}", primary.treatment),
        Ground::Harm => format!("keep the control: guardrail {} is worse", harmed.join(", ")),
        Ground::Futile => {
            let (z, boundary) = futile.unwrap_or_default();
            format!(
                "stop: success has become unlikely (z = {z:.2} towards better, and the plan gives up at or below \
                 {boundary:.2}); going on is allowed, and probably in vain"
            )
        }
        Ground::More => "go on: nothing is decided yet".to_owned(),
        Ground::Unclear => undecided(plan.primary(), primary),
    };
    let decision = ground.decision(more);
    Choice { treatment: primary.treatment.clone(), decision, sentence: format!("{found}; {why}.") }
}

/// "treatment B changed X by +4.1 % (95 % interval 0.9 % to 7.4 %), p = 0.012, planned look 3 of 5".
fn found(plan: &Plan, standing: &Standing, primary: &Outcome) -> String {
    let (main, decides) = (&primary.main, &primary.adjustment);
    let percent = |share: f64| format!("{:+.1} %", 100.0 * share);
    let confidence = format!("{} %", (1000.0 * main.confidence).round() / 10.0);
    let lift = main.rel_effect_size.zip(decides.rel_effect_size_ci_lower.zip(decides.rel_effect_size_ci_upper));
    let size = if let Some((lift, (low, high))) = lift {
        format!("{} ({confidence} interval {} to {})", percent(lift), percent(low), percent(high))
    } else {
        let (low, high) = (decides.effect_size_ci_lower, decides.effect_size_ci_upper);
        let show = |number| amount(primary, number);
        format!("{} ({confidence} interval {} to {})", show(main.effect_size), show(low), show(high))
    };
    let p = p_in_words(decides.pvalue);
    let corrected = match decides.method {
        "none" => String::new(),
        method => format!(" after {method}'s correction for {} treatments", decides.among),
    };
    let when = match standing {
        Standing::Fixed => String::new(),
        Standing::AnyTime(..) => ", valid at any time".to_owned(),
        Standing::Look(look) => {
            let of = match &plan.design.validity {
                Validity::PlannedLooks { .. } => look.times.len() + look.to_come.len(),
                _ => look.times.len(),
            };
            format!(", look {} of {of}", look.times.len())
        }
    };
    match primary.call {
        Call::Unclear => {
            format!(
                "No clear difference: {} changed {} by {size}, {p}{corrected}{when}",
                primary.treatment, primary.metric
            )
        }
        _ => format!("{} changed {} by {size}, {p}{corrected}{when}", primary.treatment, primary.metric),
    }
}

/// The score towards better and the boundary of futility, where the score has fallen to it.
fn futile(now: Option<&LookResult>) -> Option<(f64, f64)> {
    let now = now?;
    now.good.zip(now.futility).filter(|(good, futility)| good <= futility)
}

/// What an undecided test leaves open, and how many units would close it.
fn undecided(metric: &Metric, primary: &Outcome) -> String {
    let main = &primary.main;
    // Found with 80 % chance by as many units as there are; the units needed go with the inverse square of the effect.
    let detectable = primary.detectable.unwrap_or(f64::NAN);
    let target = metric.worth.map_or(detectable / 2.0, |margin| margin.of(main.control));
    let units = main.n_control + main.n_treatment;
    let needed = units as f64 * (detectable / target).powi(2);
    let whose = match metric.worth {
        Some(Margin::Relative(share)) => format!("the {} % worth finding", (1e4 * share).round() / 100.0),
        Some(Margin::Absolute(_)) => "the effect worth finding".to_owned(),
        None => "half as large an effect as this test could find".to_owned(),
    };
    if !needed.is_finite() {
        return "keep the control until more is known".to_owned();
    }
    let best = match metric.better {
        Direction::Higher => primary.adjustment.effect_size_ci_upper,
        Direction::Lower => -primary.adjustment.effect_size_ci_lower,
    };
    if best < target {
        return format!("{whose} lies outside the interval: if there is an effect for the better, it is smaller");
    }
    if needed <= units as f64 {
        return format!("{whose} would have been found with more than 80 % chance, and the interval still holds it");
    }
    format!(
        "finding {whose} would take about {} units in these two arms, {} more",
        round(needed),
        round(needed - units as f64)
    )
}

/// Three digits are enough for an outlook.
fn round(number: f64) -> String {
    let scale = 10_f64.powi((libm::log10(number.max(1.0)).floor() as i32 - 2).max(0));
    let rounded = (number / scale).ceil() * scale;
    crate::scenario::format::thousands(rounded as u64, ",")
}

/// A difference in its unit: points for shares.
pub fn amount(outcome: &Outcome, number: f64) -> String {
    if outcome.kind == "proportion" {
        return format!("{:+.2} pp", 100.0 * number);
    }
    let digits = (3.0 - libm::log10(number.abs().max(1e-12)).floor()).clamp(0.0, 12.0) as usize;
    format!("{number:+.digits$}")
}
