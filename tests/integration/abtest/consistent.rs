//! No number contradicts another, and nothing contradicts the verdict: over random tests of all kinds.

use channelmix::abtest::analysis::{Adjustment, Asked, Call, Estimates, Gate, Outcome, State};
use channelmix::abtest::plan::Guardrails;
use channelmix::abtest::{Analysis, Collected, Direction, Margin, Plan, Role, analyze};
use proptest::prelude::*;
use serde_json::Value;

use super::made::{Looked, Test, test};

/// So near to a boundary a number may fall on either side by rounding.
const ROUNDING: f64 = 1e-7;

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs()) || (a - b).abs() < 1e-14
}

/// Which side of 0 an interval lies on: −1, 0 (it holds 0), 1.
fn side(low: f64, high: f64) -> i8 {
    i8::from(low > 0.0) - i8::from(high < 0.0)
}

/// The same of a lift's; none where it is not bounded on any side.
fn lift_side(low: Option<f64>, high: Option<f64>) -> Option<i8> {
    low.map(|low| side(low, high.unwrap_or(f64::INFINITY)))
}

/// The data are sound, so that the only reason to refuse is that a metric says nothing.
pub fn analysis(plan: &Plan, collected: &Collected) -> Option<Analysis> {
    match analyze(plan, true, &Asked::default(), collected) {
        Ok(analysis) => Some(analysis),
        Err(refusal) => {
            let known = ["cannot be compared with the control", "can be judged", "has no units in the data"];
            assert!(known.iter().any(|known| refusal.what.contains(known)), "{refusal:?}");
            assert!(!refusal.help.is_empty(), "{refusal:?}");
            None
        }
    }
}

/// p-value, interval, lift and level of one result.
fn estimates_agree(estimates: &Estimates, alpha: f64) {
    let p = estimates.pvalue;
    assert!((0.0..=1.0).contains(&p) && estimates.log10_pvalue <= 0.0, "{estimates:?}");
    let back = 10_f64.powf(estimates.log10_pvalue);
    assert!((back - p).abs() <= 1e-9 * p + 1e-300, "log10 p is another p: {estimates:?}");
    let (low, high) = (estimates.effect_size_ci_lower, estimates.effect_size_ci_upper);
    let effect = estimates.effect_size;
    assert!(low <= high, "{estimates:?}");
    let width = 1e-9 * (estimates.control.abs() + estimates.treatment.abs() + f64::MIN_POSITIVE);
    assert!(low <= effect + width && effect <= high + width, "the estimate lies outside its interval: {estimates:?}");
    assert!((estimates.treatment - estimates.control - effect).abs() <= width, "{estimates:?}");
    if near(p, alpha) {
        return;
    }
    assert_eq!(side(low, high) != 0, p < alpha, "interval and p at {alpha}: {estimates:?}");
    if let Some(lift) = lift_side(estimates.rel_effect_size_ci_lower, estimates.rel_effect_size_ci_upper) {
        assert_eq!(lift, side(low, high), "lift and difference at {alpha}: {estimates:?}");
    } else {
        assert!(estimates.rel_note.is_some(), "a lift has no interval and does not say why: {estimates:?}");
    }
}

/// The corrected result against the raw one, and the call.
fn adjustment_agrees(raw: &Estimates, adjusted: &Adjustment, call: Call, better: &str, alpha: f64) {
    let told = || format!("at {alpha}: {adjusted:?}, {call:?}, {better}; {raw:?}");
    let (low, high) = (adjusted.effect_size_ci_lower, adjusted.effect_size_ci_upper);
    assert!(adjusted.pvalue >= raw.pvalue && adjusted.pvalue <= 1.0, "adjusting sharpens {}", told());
    let slack = 1e-9 * (raw.control.abs() + raw.treatment.abs()) + 1e-12;
    assert!(low <= raw.effect_size_ci_lower + slack && high >= raw.effect_size_ci_upper - slack, "{}", told());
    assert!((1.0 - alpha) <= adjusted.confidence + 1e-12 && adjusted.confidence <= 1.0, "{}", told());
    assert!(adjusted.among >= 1 && (adjusted.method == "none") == (adjusted.among == 1), "{}", told());
    if adjusted.method == "none" {
        assert_eq!((adjusted.pvalue, low, high), (raw.pvalue, raw.effect_size_ci_lower, raw.effect_size_ci_upper));
    }
    if near(adjusted.pvalue, alpha) {
        return;
    }
    let expected = match (side(low, high), better) {
        (0, _) => Call::Unclear,
        (1, "higher") | (-1, "lower") => Call::Better,
        _ => Call::Worse,
    };
    assert_eq!(call, expected, "{}", told());
    assert_eq!(call != Call::Unclear, adjusted.pvalue < alpha, "{}", told());
    if let Some(lift) = lift_side(adjusted.rel_effect_size_ci_lower, adjusted.rel_effect_size_ci_upper) {
        assert_eq!(lift, side(low, high), "{}", told());
    }
}

/// A guardrail holds exactly where the end of the interval that decides lies within the margin.
fn guardrail_agrees(outcome: &Outcome, margin: Margin, better: Direction) {
    let adjusted = &outcome.adjustment;
    assert_eq!(outcome.margin, Some(margin.to_string()));
    assert!(near(outcome.margin_size.expect("a size"), margin.of(outcome.main.control)));
    let (end, limit) = match (margin, better) {
        (Margin::Absolute(size), Direction::Higher) => (Some(adjusted.effect_size_ci_lower), -size),
        (Margin::Absolute(size), Direction::Lower) => (Some(adjusted.effect_size_ci_upper), size),
        // A percentage of a control that may be 0 is judged by the difference's family alone.
        (Margin::Relative(_), _) if adjusted.rel_effect_size_ci_lower.is_none() => return,
        (Margin::Relative(share), Direction::Higher) => (adjusted.rel_effect_size_ci_lower, -share),
        (Margin::Relative(share), Direction::Lower) => (adjusted.rel_effect_size_ci_upper, share),
    };
    if end.is_some_and(|end| (end - limit).abs() <= 1e-6 * limit.abs()) {
        return;
    }
    let within = end.is_some_and(|end| if better == Direction::Higher { end > limit } else { end < limit });
    assert_eq!(outcome.not_worse, Some(within), "{margin:?}, {better:?}: {outcome:?}");
}

/// Metrics that could not be computed.
fn left_out(analysis: &Analysis) -> impl Iterator<Item = &Gate> {
    analysis.gates.iter().filter(|gate| gate.gate == "metric left out")
}

/// What follows for a treatment, from calls and gates alone.
fn expected_decision(plan: &Plan, analysis: &Analysis, treatment: &str) -> &'static str {
    let of = |role: &'static str| analysis.results.iter().filter(move |o| o.role == role && o.treatment == treatment);
    let call = of("primary").next().expect("a primary result").call;
    let no_harm = plan.decision.guardrails == Guardrails::NoHarm;
    let harmed = of("guardrail").any(|o| o.call == Call::Worse && (no_harm || o.not_worse != Some(true)));
    let left_out = left_out(analysis).any(|gate| gate.finding.contains("(guardrail)"));
    let open = left_out || of("guardrail").any(|o| o.not_worse != Some(true));
    let early = analysis.valid_under == "fixed"
        && plan.design.units.is_some_and(|planned| (analysis.units as f64) < 0.98 * planned as f64);
    let more = match analysis.valid_under {
        "any time" => true,
        "planned looks" => analysis.looks.last().is_some_and(|look| !look.now),
        _ => false,
    };
    let now = analysis.looks.iter().find(|look| look.now && look.treatment == treatment);
    let futile = now.and_then(|now| now.good.zip(now.futility)).is_some_and(|(z, futility)| z <= futility);
    match call {
        _ if analysis.gates.iter().any(|gate| gate.state == State::Failed) => "withheld",
        Call::Worse => "keep control",
        Call::Better | Call::Unclear if harmed => "keep control",
        Call::Better if open && plan.decision.guardrails == Guardrails::NotWorse && more => "continue",
        Call::Better if open && plan.decision.guardrails == Guardrails::NotWorse => "undecided",
        Call::Better if early => "continue",
        Call::Better => "ship",
        Call::Unclear if futile => "keep control",
        Call::Unclear if more || early => "continue",
        Call::Unclear => "undecided",
    }
}

fn verdict_agrees(plan: &Plan, analysis: &Analysis) {
    let failed = analysis.gates.iter().any(|gate| gate.state == State::Failed);
    assert_eq!(analysis.verdict.withheld, failed);
    assert_eq!(failed, analysis.verdict.headline.starts_with("No verdict"), "{}", analysis.verdict.headline);
    let treatments: Vec<&str> = plan.treatments().collect();
    assert_eq!(analysis.verdict.choices.iter().map(|c| c.treatment.as_str()).collect::<Vec<_>>(), treatments);
    for choice in &analysis.verdict.choices {
        let expected = expected_decision(plan, analysis, &choice.treatment);
        assert_eq!(choice.decision, expected, "{choice:?}: {:#?}", analysis.results);
    }
    if !failed {
        let choices = &analysis.verdict.choices;
        let said = choices.iter().find(|choice| choice.sentence == analysis.verdict.headline);
        let said = said.unwrap_or_else(|| panic!("the headline is no treatment's: {:?}", analysis.verdict));
        assert!(said.decision == "ship" || choices.iter().all(|choice| choice.decision != "ship"));
    }
}

/// Boundary, score and what is valid after stopping.
fn looks_agree(plan: &Plan, analysis: &Analysis) {
    let treatments = plan.treatments().count();
    for treatment in plan.treatments() {
        let looks: Vec<_> = analysis.looks.iter().filter(|look| look.treatment == treatment).collect();
        let outcome =
            analysis.results.iter().find(|o| o.role == "primary" && o.treatment == treatment).expect("a result");
        if analysis.valid_under != "planned looks" {
            assert!(looks.is_empty());
            continue;
        }
        assert_eq!(looks.iter().filter(|look| look.now).count(), 1);
        for pair in looks.windows(2) {
            assert!(pair[0].share < pair[1].share && pair[0].spent <= pair[1].spent + 1e-15);
        }
        let last = looks.last().expect("a look");
        // Several treatments share it.
        let most = plan.design.alpha * (1.0 + ROUNDING);
        assert!(last.spent <= most && (treatments > 1 || near(last.spent, plan.design.alpha)), "{last:?}");
        let level = 1.0 - outcome.adjustment.confidence;
        assert!(near(last.spent, level), "{last:?} {level}");
        let now = looks.iter().find(|look| look.now).expect("the look of now");
        assert_eq!(now.statistic, Some(outcome.main.statistic));
        let crossed = outcome.main.statistic.abs() > now.boundary;
        if near(outcome.main.statistic.abs(), now.boundary) || near(outcome.main.pvalue, level) {
            continue;
        }
        assert_eq!(crossed, outcome.main.pvalue < level, "{now:?} {outcome:?}");
        let stopped = crossed || now.share == last.share;
        assert_eq!(now.pvalue.is_some(), stopped);
        let Some(p) = now.pvalue else { continue };
        assert!((0.0..=1.0).contains(&p), "{now:?}");
        let ends = (now.effect_size_ci_lower, now.effect_size, now.effect_size_ci_upper);
        let (Some(low), Some(effect), Some(high)) = ends else { panic!("no effect after stopping: {now:?}") };
        let slack = 1e-6 * (high - low) + 1e-12;
        assert!(low <= effect + slack && effect <= high + slack, "{now:?}");
        assert_eq!(side(low, high) != 0, crossed, "after stopping: {now:?}, {outcome:?}");
        assert!(near(p, level) || crossed == (p < level), "{now:?}");
    }
}

/// What JSON may leave open; all other numbers are numbers.
const OPEN: [&str; 19] = [
    "hypothesis",
    "rel_effect_size",
    "rel_effect_size_ci_lower",
    "rel_effect_size_ci_upper",
    "rel_note",
    "unadjusted",
    "variance_saved",
    "until",
    "uncapped",
    "detectable",
    "margin",
    "margin_size",
    "not_worse",
    "hazard",
    "estimates",
    "adjustment",
    "better_than_control",
    "lift_low",
    "lift_high",
];

/// Where a number is promised there is one.
fn no_gaps(value: &Value, path: &str) {
    match value {
        Value::Object(fields) => {
            // With few units an interval may be without bounds, on both sides alike.
            let [low, high] = ["effect_size_ci_lower", "effect_size_ci_upper"].map(|end| fields.get(end));
            let unbounded = low == Some(&Value::Null) && high == Some(&Value::Null);
            for (key, value) in fields {
                let open = OPEN.contains(&key.as_str())
                    || unbounded && key.starts_with("effect_size_ci")
                    || key == "lift"
                    || path.contains("/gates") && key == "pvalue"
                    // At a look at which next to nothing may be spent no score is enough.
                    || path.contains("/looks")
                        && (key.starts_with("effect") || ["pvalue", "statistic", "good", "boundary", "futility", "day"].contains(&key.as_str()));
                assert!(open || !value.is_null(), "{path}/{key} is null");
                no_gaps(value, &format!("{path}/{key}"));
            }
        }
        Value::Array(all) => all.iter().for_each(|value| no_gaps(value, path)),
        _ => {}
    }
}

/// All of it.
pub fn agrees(plan: &Plan, analysis: &Analysis) {
    let alpha = plan.design.alpha;
    for outcome in &analysis.results {
        estimates_agree(&outcome.main, alpha);
        outcome.unadjusted.iter().chain(&outcome.uncapped).for_each(|estimates| estimates_agree(estimates, alpha));
        adjustment_agrees(&outcome.main, &outcome.adjustment, outcome.call, outcome.better, alpha);
        let metric = plan.metrics.iter().find(|metric| metric.name == outcome.metric).expect("a planned metric");
        assert_eq!((outcome.role, outcome.better), (metric.role.name(), metric.better.name()));
        match metric.role {
            Role::Guardrail(margin) => guardrail_agrees(outcome, margin, metric.better),
            _ => assert_eq!((outcome.not_worse, &outcome.margin), (None, &None)),
        }
        assert!(outcome.detectable.is_none_or(|detectable| detectable >= 0.0), "{outcome:?}");
    }
    let computed = plan.metrics.len() - left_out(analysis).count();
    assert_eq!(analysis.results.len(), computed * (plan.arms.len() - 1));
    for segment in &analysis.segments {
        let (Some(raw), Some(adjusted)) = (&segment.estimates, &segment.adjustment) else {
            assert_eq!(segment.call, Call::Unclear);
            continue;
        };
        let metric = plan.metrics.iter().find(|metric| metric.name == segment.metric).expect("a planned metric");
        estimates_agree(raw, alpha);
        adjustment_agrees(raw, adjusted, segment.call, metric.better.name(), alpha);
    }
    for between in &analysis.heterogeneity {
        assert!((0.0..=1.0).contains(&between.pvalue) && (0.0..=1.0).contains(&between.i_squared), "{between:?}");
    }
    let best: f64 = analysis.beliefs.iter().map(|belief| belief.best).sum();
    assert!((best - 1.0).abs() < 1e-6, "{:?}", analysis.beliefs);
    assert!(analysis.beliefs.iter().all(|belief| belief.expected_loss >= -1e-9));
    verdict_agrees(plan, analysis);
    looks_agree(plan, analysis);
    no_gaps(&serde_json::to_value(analysis).expect("JSON"), "");
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() }
}

/// Runs one test; which metrics are refused is seen alone, so that one of them does not hide the others.
fn holds(Test { plan, collected }: &Test) {
    if let Some(analysis) = analysis(plan, collected) {
        agrees(plan, &analysis);
    }
}

proptest! {
    #![proptest_config(config(2500))]

    #[test]
    fn a_test_that_is_looked_at_once_never_contradicts_itself(test in test(Looked::Once, 5, 4)) {
        holds(&test);
    }

    #[test]
    fn a_test_that_is_valid_at_any_time_never_contradicts_itself(test in test(Looked::AtAnyTime, 5, 4)) {
        holds(&test);
    }
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn a_test_with_planned_looks_never_contradicts_itself(test in test(Looked::AsPlanned, 2, 3)) {
        holds(&test);
    }
}
