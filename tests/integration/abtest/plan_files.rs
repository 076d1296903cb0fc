//! A plan that was written reads back as the same plan, whatever its names; and every combination of flags writes one.

use channelmix::abtest::plan::{self, Columns, Decision, Design, Guardrails, Plan, Validity};
use channelmix::abtest::{Cap, Direction, Kind, Margin, Metric, Role};
use channelmix::stats::sequential::spending::Spending;
use proptest::prelude::*;

use crate::program::Place;

/// Names as people and databases have them.
fn name() -> impl Strategy<Value = String> {
    let odd = [
        "a.b",
        "\"quoted\"",
        "it's",
        "größer als 5 €",
        "日本",
        "a b",
        "a\\b",
        "a\tb",
        "two\nlines",
        "#1",
        "=",
        "[x]",
        "0.5",
        "true",
        "1979-05-27",
    ];
    prop_oneof![
        3 => "[a-z][a-z_0-9-]{0,12}",
        2 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        2 => "\\PC{1,12}",
        1 => "[ -~]{1,10}",
    ]
    .prop_filter("a name says something", |name| !name.trim().is_empty())
}

fn names(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(name(), count).prop_map(|names| names.into_iter().collect()).prop_shuffle()
}

/// A size, of any order of magnitude.
fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![(1..1000_u32).prop_map(f64::from), 1e-6..1e4_f64, Just(1e-9), Just(2.5e17), Just(1e22)]
}

fn margin() -> impl Strategy<Value = Margin> {
    let percent = (1..500_000_u32).prop_map(|n| format!("{}%", f64::from(n) / 1000.0).parse().expect("a margin"));
    prop_oneof![amount().prop_map(Margin::Absolute), percent]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        3 => name().prop_map(|column| Kind::Proportion { column }),
        3 => name().prop_map(|column| Kind::Mean { column }),
        1 => (name(), name()).prop_map(|(numerator, denominator)| Kind::Ratio { numerator, denominator }),
        1 => (name(), 0.001..0.999_f64).prop_map(|(column, level)| Kind::Quantile { column, level }),
        1 => (name(), name(), prop::option::of(1e-3..1e6_f64))
            .prop_map(|(time, event, until)| Kind::Survival { time, event, until }),
    ]
}

fn cap() -> impl Strategy<Value = Cap> {
    let low = prop::option::of(-100.0..0.0_f64);
    let low_share = prop::option::of(0.0..0.4_f64);
    prop_oneof![
        (low, amount()).prop_map(|(low, high)| Cap::At { low, high: Some(high) }),
        (-1e3..1e3_f64).prop_map(|low| Cap::At { low: Some(low), high: None }),
        (low_share, 0.5..1.0_f64).prop_map(|(low, high)| Cap::Quantile { low, high: Some(high) }),
    ]
}

fn metrics() -> impl Strategy<Value = Vec<Metric>> {
    names(1..6).prop_flat_map(|names| {
        let count = names.len();
        let role = prop_oneof![margin().prop_map(Role::Guardrail), Just(Role::Secondary), Just(Role::Exploratory)];
        let better = prop_oneof![Just(Direction::Higher), Just(Direction::Lower)];
        let matures = prop_oneof![Just(0), (1..60_i64).prop_map(|days| days * 86_400), 1..10_000_000_i64];
        let parts =
            (kind(), role, better, names_of_columns(), prop::option::of(cap()), matures, prop::option::of(margin()));
        (Just(names), prop::collection::vec(parts, count), 0..count).prop_map(|(names, parts, primary)| {
            let metric = |(i, (name, (kind, role, better, covariates, cap, matures, worth)))| {
                let cap = if matches!(kind, Kind::Mean { .. }) { cap } else { None };
                let role = if i == primary { Role::Primary } else { role };
                // Others have no regression.
                let covariates =
                    if matches!(kind, Kind::Proportion { .. } | Kind::Mean { .. }) { covariates } else { Vec::new() };
                Metric { name, kind, role, better, covariates, cap, matures, worth }
            };
            names.into_iter().zip(parts).enumerate().map(metric).collect()
        })
    })
}

fn names_of_columns() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![3 => Just(Vec::new()), 1 => names(1..4)]
}

fn validity() -> impl Strategy<Value = Validity> {
    let spending = prop_oneof![
        Just(Spending::ObrienFleming),
        Just(Spending::Pocock),
        (-40.0..40.0_f64).prop_map(Spending::HwangShihDeCani),
        prop_oneof![Just(3.0), 0.1..10.0_f64].prop_map(Spending::Power),
    ];
    let looks = prop::collection::btree_set(1..1000_u32, 0..8).prop_map(|looks| {
        let mut looks: Vec<f64> = looks.into_iter().map(|look| f64::from(look) / 1000.0).collect();
        looks.push(1.0);
        looks
    });
    prop_oneof![
        Just(Validity::Fixed),
        Just(Validity::AnyTime),
        (looks, spending, any::<bool>()).prop_map(|(looks, spending, futility)| Validity::PlannedLooks {
            looks,
            spending,
            futility
        }),
    ]
}

fn arms() -> impl Strategy<Value = (Vec<(String, f64)>, usize)> {
    names(2..6).prop_flat_map(|names| {
        let count = names.len();
        (Just(names), prop::collection::vec(1..100_u32, count), 0..count).prop_map(|(names, parts, control)| {
            let total = f64::from(parts.iter().sum::<u32>());
            (names.into_iter().zip(parts).map(|(name, part)| (name, f64::from(part) / total)).collect(), control)
        })
    })
}

prop_compose! {
    fn any_plan()(
        hypothesis in prop_oneof![name(), "\\PC{0,60}"],
        unit in name(),
        (arms, control) in arms(),
        columns in prop::collection::vec(prop::option::of(name()), 3),
        segments in names_of_columns(),
        metrics in metrics(),
        (alpha, power) in (1e-6..0.5_f64, 0.01..0.9999_f64),
        units in 2..1_000_000_000_000_u64,
        days in prop::option::of(1..36_525_u64),
        validity in validity(),
        strict in any::<bool>(),
        planned in any::<bool>(),
    ) -> Plan {
        let units = (planned || validity != Validity::Fixed).then_some(units);
        Plan {
            hypothesis,
            unit,
            control: arms[control].0.clone(),
            arms,
            columns: Columns {
                unit: columns[0].clone(),
                variant: columns[1].clone(),
                exposed_at: columns[2].clone(),
                segments,
            },
            metrics,
            design: Design { alpha, power, units, days, validity },
            decision: Decision { guardrails: if strict { Guardrails::NotWorse } else { Guardrails::NoHarm } },
        }
    }
}

fn load(text: &str) -> Plan {
    let loaded = plan::load("plan.toml", text);
    assert_eq!(loaded.problems.render(&loaded.sources, false), "", "{text}");
    loaded.plan.expect("a plan without a problem")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_written_plan_reads_back_as_the_same(plan in any_plan(), preamble in prop::collection::vec("\\PC{0,40}", 0..4)) {
        let text = plan.to_toml(&preamble);
        let again = load(&text);
        prop_assert_eq!(&again, &plan, "{}", text);
        prop_assert_eq!(again.to_toml(&preamble), text);
    }

    #[test]
    fn it_has_the_keys_of_a_plan_and_no_others(any in any_plan()) {
        let text = any.to_toml(&[]);
        let table: toml::Table = text.parse().expect("TOML");
        let schema = plan::schema();
        for key in table.keys() {
            prop_assert!(schema["properties"].get(key).is_some(), "{}", key);
        }
    }
}

/// Every combination of what a plan can be asked.
#[test]
fn every_combination_of_flags_writes_a_plan_that_reads_back() {
    let metrics: [&[&str]; 3] = [
        &["--metric", "ordered:proportion", "--baseline", "10%"],
        &["--metric", "revenue:mean", "--baseline", "12.5", "--sd", "40"],
        &["--metric", "revenue/visits:ratio", "--baseline", "3", "--sd", "9"],
    ];
    let valid: [&[&str]; 7] = [
        &[],
        &["--looks", "3"],
        &["--looks", "0.3,0.75,1", "--spending", "pocock"],
        &["--looks", "2", "--spending", "-4", "--futility"],
        &["--looks", "100"],
        &["--any-time"],
        &["--alpha", "0.01", "--power", "0.95"],
    ];
    let asked: [&[&str]; 4] =
        [&["--effect", "5%"], &["--effect", "0.01"], &["--units", "40000"], &["--effect", "8%", "--units", "30000"]];
    let arms: [&[&str]; 3] = [
        &[],
        &[
            "--arms",
            "old \"page\",new.page,größer",
            "--share",
            "old \"page\"=0.5",
            "--share",
            "new.page=0.3",
            "--share",
            "größer=0.2",
        ],
        &["--lower", "--per-day", "900", "--whole-weeks", "--matures", "28d"],
    ];
    let more: [&[&str]; 2] = [
        &[],
        &[
            "--guardrail",
            "opted_out:proportion:lower=0.2%",
            "--guardrail",
            "margin:mean=0.5",
            "--secondary",
            "days/left:survival",
            "--secondary",
            "spend:p90",
            "--hypothesis",
            "it \"pays\"",
            "--unit",
            "household",
        ],
    ];
    let place = Place::new();
    let mut tried = 0;
    for (i, metric) in metrics.iter().enumerate() {
        for (j, valid) in valid.iter().enumerate() {
            for (k, asked) in asked.iter().enumerate() {
                // Each pair of the first three meets each of the others, without all of the product.
                let (arms, more) = (arms[(i + j + k) % 3], more[(i + k + j / 2) % 2]);
                let flags = [
                    &["abtest", "plan", "--out", "plan.toml", "--overwrite", "--quiet", "--format", "json"],
                    *metric,
                    *valid,
                    *asked,
                    arms,
                    more,
                ]
                .concat();
                let said = place.run(&flags);
                let answer: serde_json::Value = serde_json::from_str(&said.clone().fine()).expect("JSON");
                let text = std::fs::read_to_string(place.at("plan.toml")).expect("a plan");
                let plan = load(&text);
                let preamble: Vec<String> = text
                    .lines()
                    .take_while(|line| line.starts_with('#'))
                    .map(|line| line[1..].strip_prefix(' ').unwrap_or(&line[1..]).to_owned())
                    .collect();
                assert_eq!(plan.to_toml(&preamble), text, "reading and writing changes it");
                agrees_with_flags(&plan, &flags);
                assert!(plan.design.units.is_some() && answer.is_object());
                // The same once more gives the same bytes.
                assert_eq!(
                    (place.run(&flags), std::fs::read_to_string(place.at("plan.toml")).expect("a plan")),
                    (said, text)
                );
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 84);
}

fn agrees_with_flags(plan: &Plan, flags: &[&str]) {
    let of = |flag: &str| flags.iter().position(|known| *known == flag).map(|at| flags[at + 1]);
    let all = |flag: &str| flags.iter().filter(|known| **known == flag).count();
    assert_eq!(plan.primary().better == Direction::Lower, all("--lower") == 1);
    assert_eq!(plan.metrics.len(), 1 + all("--guardrail") + all("--secondary"));
    assert_eq!(of("--metric"), Some(plan.primary().written().as_str()));
    let worth = of("--effect").map(|effect| effect.parse::<Margin>().expect("an effect"));
    assert_eq!(plan.primary().worth, worth);
    let number = |flag: &str, usual: f64| of(flag).map_or(usual, |number| number.parse().expect("a number"));
    assert_eq!((plan.design.alpha, plan.design.power), (number("--alpha", 0.05), number("--power", 0.8)));
    if let Some(units) = of("--units") {
        assert_eq!(plan.design.units, units.parse().ok());
    }
    match &plan.design.validity {
        Validity::Fixed => assert_eq!((all("--looks"), all("--any-time")), (0, 0)),
        Validity::AnyTime => assert_eq!(all("--any-time"), 1),
        Validity::PlannedLooks { looks, spending, futility } => {
            let asked = of("--looks").expect("looks");
            let count = asked.parse().unwrap_or(asked.split(',').count());
            assert_eq!((looks.len(), *futility), (count, all("--futility") == 1));
            let expected = match of("--spending") {
                Some("pocock") => Spending::Pocock,
                Some(gamma) => Spending::HwangShihDeCani(gamma.parse().expect("γ")),
                None => Spending::ObrienFleming,
            };
            assert_eq!(*spending, expected);
        }
    }
    let arms: Vec<&str> = of("--arms").unwrap_or("control,treatment").split(',').collect();
    assert_eq!(plan.arms.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), arms);
    assert_eq!(plan.control, arms[0]);
    assert_eq!(plan.unit, of("--unit").unwrap_or("customer"));
    assert_eq!(plan.design.days.is_some(), all("--per-day") == 1);
}
