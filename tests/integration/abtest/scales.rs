//! What must not matter does not: which arm is called the control, and the unit in which a metric is counted.

use channelmix::abtest::analysis::{Call, Outcome};
use channelmix::abtest::{Cell, Kind, Margin, Metric, Role, Sample};
use channelmix::stats::moments::Moments;
use proptest::prelude::*;

use super::consistent::analysis;
use super::made::{Looked, Test, test};

fn near(a: f64, b: f64, scale: f64) -> bool {
    a == b || (a - b).abs() <= 1e-7 * (a.abs().max(b.abs()) + scale.abs()) + 1e-12
}

#[track_caller]
fn same(a: f64, b: f64, scale: f64, what: &str, of: &Outcome) {
    assert!(near(a, b, scale), "{what}: {a} is not {b}; {of:?}");
}

/// The two arms exchanged.
fn mirrored(test: &Test) -> Test {
    let mut other = test.clone();
    let swap = |cell: &mut Cell| cell.0.swap(0, 1);
    for measured in &mut other.collected.metrics {
        swap(&mut measured.overall);
        measured.by_segment.iter_mut().flat_map(|levels| levels.values_mut()).for_each(swap);
        measured.missing.swap(0, 1);
    }
    other.collected.units.swap(0, 1);
    other.collected.health.segments.iter_mut().flat_map(|(_, of)| of.values_mut()).for_each(|n| n.swap(0, 1));
    let shares = [other.plan.arms[1].1, other.plan.arms[0].1];
    other.plan.arms.iter_mut().zip(shares).for_each(|(arm, share)| arm.1 = share);
    // Margins speak of one direction only.
    for metric in other.plan.metrics.iter_mut().filter(|metric| matches!(metric.role, Role::Guardrail(_))) {
        metric.role = Role::Guardrail(Margin::Absolute(1.0));
    }
    other
}

fn mirror_holds(test: &Test) {
    let (Some(one), Some(other)) = (analysis(&test.plan, &test.collected), {
        let m = mirrored(test);
        analysis(&m.plan, &m.collected)
    }) else {
        return;
    };
    for (a, b) in one.results.iter().zip(&other.results) {
        let scale = a.main.control.abs().max(a.main.treatment.abs());
        same(a.main.effect_size, -b.main.effect_size, scale, "the effect", a);
        same(a.main.effect_size_ci_lower, -b.main.effect_size_ci_upper, scale, "the lower end", a);
        same(a.main.effect_size_ci_upper, -b.main.effect_size_ci_lower, scale, "the upper end", a);
        same(a.main.statistic, -b.main.statistic, 1.0, "the score", a);
        same(a.main.pvalue, b.main.pvalue, 0.0, "p", a);
        same(a.adjustment.pvalue, b.adjustment.pvalue, 0.0, "adjusted p", a);
        same(a.adjustment.effect_size_ci_lower, -b.adjustment.effect_size_ci_upper, scale, "the adjusted end", a);
        if near(a.adjustment.pvalue, test.plan.design.alpha, 0.0) {
            continue;
        }
        let opposite = match a.call {
            Call::Better => Call::Worse,
            Call::Worse => Call::Better,
            Call::Unclear => Call::Unclear,
        };
        assert_eq!(b.call, opposite, "{a:?}");
    }
}

/// Values in another unit, where the sample has values.
fn scaled(sample: &Sample, factor: f64) -> Sample {
    match sample {
        Sample::Moments(of) if of.k() == 1 => {
            let variance = of.variance(0) * factor * factor;
            Sample::Moments(Moments::from_variance(of.n(), of.mean(0) * factor, variance).expect("moments"))
        }
        Sample::Values(values) => Sample::Values(values.iter().map(|value| value * factor).collect()),
        Sample::Lifetimes(times) => {
            Sample::Lifetimes(times.iter().map(|(days, left)| (days * factor, *left)).collect())
        }
        other => other.clone(),
    }
}

/// The factor by which a metric is scaled: counts, and moments of several variables, are left alone.
fn factor_of(metric: &Metric, factor: f64) -> f64 {
    match metric.kind {
        Kind::Proportion { .. } | Kind::Ratio { .. } => 1.0,
        Kind::Mean { .. } if !metric.covariates.is_empty() => 1.0,
        _ => factor,
    }
}

fn scale_holds(test: &Test, factor: f64) {
    let mut other = test.clone();
    for (metric, measured) in other.plan.metrics.iter_mut().zip(&mut other.collected.metrics) {
        if factor_of(metric, factor) == 1.0 {
            continue;
        }
        let levels = measured.by_segment.iter_mut().flat_map(|levels| levels.values_mut());
        for cell in std::iter::once(&mut measured.overall).chain(levels) {
            cell.0.iter_mut().for_each(|sample| *sample = scaled(sample, factor));
        }
        if let Kind::Survival { until: Some(until), .. } = &mut metric.kind {
            *until *= factor;
        }
        if let Role::Guardrail(Margin::Absolute(size)) = &mut metric.role {
            *size *= factor;
        }
    }
    let found = (analysis(&test.plan, &test.collected), analysis(&other.plan, &other.collected));
    let (one, other) = match found {
        (Some(one), Some(other)) => (one, other),
        (None, None) => return,
        (one, other) => panic!("only one of two units is refused: {one:?} {other:?}"),
    };
    for (a, b) in one.results.iter().zip(&other.results) {
        let metric = test.plan.metrics.iter().find(|metric| metric.name == a.metric).expect("a planned metric");
        let factor = factor_of(metric, factor);
        let scale = a.main.control.abs().max(a.main.treatment.abs());
        let ends = |of: &Outcome| [of.main.effect_size, of.main.effect_size_ci_lower, of.main.effect_size_ci_upper];
        for (x, y) in ends(a).into_iter().zip(ends(b)) {
            same(x * factor, y, scale * factor, "scaled", b);
        }
        same(a.main.pvalue, b.main.pvalue, 0.0, "p", b);
        same(a.adjustment.pvalue, b.adjustment.pvalue, 0.0, "adjusted p", b);
        match (a.main.rel_effect_size_ci_lower, b.main.rel_effect_size_ci_lower) {
            (Some(x), Some(y)) => same(x, y, 1.0, "the lift", b),
            (x, y) => assert_eq!((x, a.main.rel_note), (y, b.main.rel_note)),
        }
        if near(a.adjustment.pvalue, test.plan.design.alpha, 0.0) {
            continue;
        }
        assert_eq!(a.call, b.call);
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn exchanged_arms_mirror_the_result(test in test(Looked::Once, 4, 1)) {
        mirror_holds(&test);
    }

    #[test]
    fn another_unit_scales_the_result(
        test in test(Looked::Once, 4, 3),
        factor in prop_oneof![Just(100.0), Just(0.001), Just(1024.0), 0.01..1e4_f64],
    ) {
        scale_holds(&test, factor);
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn so_they_do_at_planned_looks_and_any_time(
        test in prop_oneof![test(Looked::AsPlanned, 2, 1), test(Looked::AtAnyTime, 3, 1)],
        factor in 0.01..1e4_f64,
    ) {
        mirror_holds(&test);
        scale_holds(&test, factor);
    }
}
