//! Made-up tests: plans of all kinds, and what could have been collected of them.

use std::collections::BTreeMap;

use channelmix::abtest::collected::Measured;
use channelmix::abtest::plan::{Columns, Decision, Design, Guardrails, Validity};
use channelmix::abtest::{Cell, Collected, Direction, Health, Kind, Margin, Metric, Plan, Role, Sample};
use channelmix::stats::moments::Moments;
use channelmix::stats::sequential::spending::Spending;
use proptest::prelude::*;

/// A test that is over: what was planned and what was collected.
#[derive(Clone, Debug)]
pub struct Test {
    pub plan: Plan,
    pub collected: Collected,
}

/// How results are valid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Looked {
    Once,
    AsPlanned,
    AtAnyTime,
}

fn name(arm: usize) -> String {
    if arm == 0 { "control".to_owned() } else { format!("new {arm}") }
}

/// A metric of the kind, whose columns are called after it.
pub fn metric(name: &str, kind: Kind) -> Metric {
    Metric {
        name: name.to_owned(),
        kind,
        role: Role::Primary,
        better: Direction::Higher,
        covariates: Vec::new(),
        cap: None,
        matures: 0,
        worth: None,
    }
}

/// Sizes from a few units to hundreds of thousands.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![2 => 2..60_u64, 3 => 60..3000_u64, 1 => 3000..400_000_u64]
}

/// Successes of so many units: none, all, rare, any.
fn count() -> impl Strategy<Value = Sample> {
    let rate = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 2 => 0.0..0.02_f64, 2 => 0.97..1.0_f64, 5 => 0.0..1.0_f64];
    (size(), rate).prop_map(|(units, rate)| Sample::Count { successes: (rate * units as f64).round() as u64, units })
}

fn summed() -> impl Strategy<Value = Sample> {
    let mean = prop_oneof![4 => 0.5..30.0_f64, 1 => -20.0..0.5_f64, 1 => Just(0.0), 1 => 1e7..2e7_f64];
    let variance = prop_oneof![8 => 0.1..400.0_f64, 1 => Just(0.0)];
    (size(), mean, variance)
        .prop_map(|(n, mean, variance)| Sample::Moments(Moments::from_variance(n, mean, variance).expect("moments")))
}

/// Rows of two variables.
fn pairs(first: std::ops::Range<f64>) -> impl Strategy<Value = Sample> {
    let rows = prop::collection::vec((first, 0.5..6.0_f64), 3..60);
    rows.prop_map(|rows| {
        let mut moments = Moments::new(2);
        rows.iter().for_each(|(a, b)| moments.add(&[a + 0.7 * b, *b]));
        Sample::Moments(moments)
    })
}

fn values() -> impl Strategy<Value = Sample> {
    let value = prop_oneof![2 => (0..20_u8).prop_map(f64::from), 3 => -5.0..50.0_f64];
    prop::collection::vec(value, 12..150).prop_map(Sample::Values)
}

fn lifetimes() -> impl Strategy<Value = Sample> {
    let one = (prop_oneof![1 => (1..30_u8).prop_map(f64::from), 3 => 0.1..40.0_f64], prop::bool::weighted(0.7));
    prop::collection::vec(one, 8..150).prop_map(Sample::Lifetimes)
}

/// A kind of metric, and the samples of so many arms in so many cells.
fn measured(number: usize, arms: usize) -> impl Strategy<Value = (Metric, Vec<Cell>)> {
    let column = format!("m{number}");
    let cells = move |sample: BoxedStrategy<Sample>| {
        prop::collection::vec(prop::collection::vec(sample, arms).prop_map(Cell), 3)
    };
    let of = move |kind: Kind, covariates: Vec<String>, sample: BoxedStrategy<Sample>| {
        let metric = Metric { covariates, ..metric(&format!("metric {number}"), kind) };
        cells(sample).prop_map(move |cells| (metric.clone(), cells)).boxed()
    };
    prop_oneof![
        4 => of(Kind::Proportion { column: column.clone() }, vec![], count().boxed()),
        3 => of(Kind::Mean { column: column.clone() }, vec![], summed().boxed()),
        // With a covariate, as totals tell it.
        1 => of(Kind::Mean { column: column.clone() }, vec!["before".to_owned()], pairs(-3.0..20.0).boxed()),
        2 => of(
            Kind::Ratio { numerator: column.clone(), denominator: "sessions".into() },
            vec![],
            pairs(-2.0..9.0).boxed()
        ),
        1 => (0.1..0.9_f64).prop_flat_map({
            let column = column.clone();
            move |level| of(Kind::Quantile { column: column.clone(), level }, vec![], values().boxed())
        }),
        1 => of_survival(number, arms, column),
    ]
}

fn of_survival(number: usize, arms: usize, time: String) -> impl Strategy<Value = (Metric, Vec<Cell>)> {
    let cells = prop::collection::vec(prop::collection::vec(lifetimes(), arms).prop_map(Cell), 3);
    (cells, prop::option::of(3.0..12.0_f64)).prop_map(move |(cells, until)| {
        let kind = Kind::Survival { time: time.clone(), event: "left".into(), until };
        (metric(&format!("metric {number}"), kind), cells)
    })
}

fn role() -> impl Strategy<Value = Role> {
    let margin = prop_oneof![(0.001..3.0_f64).prop_map(Margin::Absolute), (0.005..0.6_f64).prop_map(Margin::Relative)];
    prop_oneof![
        3 => margin.prop_map(Role::Guardrail),
        2 => Just(Role::Secondary),
        2 => Just(Role::Exploratory),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Higher), Just(Direction::Lower)]
}

fn units(sample: &Sample) -> u64 {
    match sample {
        Sample::Count { units, .. } => *units,
        Sample::Moments(moments) => moments.n(),
        Sample::Values(values) => values.len() as u64,
        Sample::Lifetimes(times) => times.len() as u64,
    }
}

/// Where so many units stand in a plan.
fn validity(looked: Looked) -> BoxedStrategy<Validity> {
    let spending = prop_oneof![
        Just(Spending::ObrienFleming),
        Just(Spending::Pocock),
        (-4.0..2.0_f64).prop_map(Spending::HwangShihDeCani),
        (1.0..4.0_f64).prop_map(Spending::Power),
    ];
    match looked {
        Looked::Once => Just(Validity::Fixed).boxed(),
        Looked::AtAnyTime => Just(Validity::AnyTime).boxed(),
        Looked::AsPlanned => (prop::collection::vec(0.1..1.0_f64, 1..4), spending, any::<bool>())
            .prop_map(|(steps, spending, futility)| {
                let total: f64 = steps.iter().sum::<f64>() + 0.3;
                let mut sum = 0.0;
                let mut looks: Vec<f64> = steps
                    .iter()
                    .map(|step| {
                        sum += step / total;
                        sum
                    })
                    .collect();
                looks.push(1.0);
                Validity::PlannedLooks { looks, spending, futility }
            })
            .boxed(),
    }
}

/// A test with up to so many metrics and treatments.
pub fn test(looked: Looked, most_metrics: usize, most_treatments: usize) -> impl Strategy<Value = Test> {
    let size = (1..=most_metrics, 2..=most_treatments + 1);
    size.prop_flat_map(move |(metrics, arms)| {
        let measured: Vec<_> = (0..metrics)
            .map(|number| (measured(number, arms), role(), direction(), prop::option::of(0.01..0.5_f64)))
            .collect();
        let alpha = prop_oneof![3 => Just(0.05), 1 => Just(0.01), 1 => 0.0005..0.5_f64];
        let design = (alpha, validity(looked), 0.2..4.0_f64, prop::bool::weighted(0.7));
        (measured, 0..metrics, design, prop::bool::weighted(0.6), prop::bool::weighted(0.3))
    })
    .prop_map(|(measured, primary, (alpha, validity, planned, fair), strict, segments)| {
        let arms = measured[0].0.1[0].0.len();
        let mut metrics = Vec::new();
        let mut all = Vec::new();
        for (i, ((metric, cells), role, better, worth)) in measured.into_iter().enumerate() {
            let role = if i == primary { Role::Primary } else { role };
            metrics.push(Metric { role, better, worth: worth.map(Margin::Relative), ..metric });
            all.push(cells);
        }
        // Each arm has as many units as its largest sample; the others have values missing.
        let counts: Vec<u64> =
            (0..arms).map(|arm| all.iter().map(|cells| units(&cells[0].0[arm])).max().unwrap_or(0)).collect();
        let total: u64 = counts.iter().sum();
        // Mostly the shares are as planned, so that the gates let the verdict through.
        let share = |arm: usize| if fair { counts[arm] as f64 / total as f64 } else { 1.0 / arms as f64 };
        let counted: u64 = all[primary][0].0.iter().map(units).sum();
        let levels = ["north", "south"].map(str::to_owned);
        let measured = all
            .iter()
            .map(|cells| Measured {
                overall: cells[0].clone(),
                uncapped: None,
                by_day: BTreeMap::new(),
                by_segment: if segments {
                    vec![levels.iter().cloned().zip(cells[1..].iter().cloned()).collect()]
                } else {
                    Vec::new()
                },
                adjusted: Vec::new(),
                capped: None,
                missing: counts.iter().zip(&cells[0].0).map(|(count, sample)| count - units(sample)).collect(),
                immature: vec![0; arms],
                largest_share: vec![0.0; arms],
            })
            .collect();
        let of_level = |level: usize| all[primary][level + 1].0.iter().map(units).collect();
        let of_levels = levels.iter().enumerate().map(|(i, name)| (name.clone(), of_level(i))).collect();
        let health = Health {
            rows: total,
            segments: if segments { vec![("region".to_owned(), of_levels)] } else { Vec::new() },
            ..Health::default()
        };
        let plan = Plan {
            hypothesis: "it is better".to_owned(),
            unit: "customer".to_owned(),
            control: name(0),
            arms: (0..arms).map(|arm| (name(arm), share(arm))).collect(),
            columns: Columns::default(),
            metrics,
            design: Design {
                alpha,
                power: 0.8,
                units: Some(((counted as f64 / planned) as u64).max(4)),
                days: None,
                validity,
            },
            decision: Decision { guardrails: if strict { Guardrails::NotWorse } else { Guardrails::NoHarm } },
        };
        let collected = Collected { arms: (0..arms).map(name).collect(), units: counts, metrics: measured, health };
        Test { plan, collected }
    })
}
