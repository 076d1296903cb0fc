//! Random files of units, read as any file is: what comes of them never contradicts itself, hangs neither on the order
//! of the rows nor on gzip, and is the same for the same rows as totals and as events.

use std::fmt::Write as _;

use channelmix::abtest::data::{self, Columns, Files, Request, Source};
use channelmix::abtest::plan::{self, Decision, Design, Guardrails, Plan, Validity};
use channelmix::abtest::{Analysis, Cap, Collected, Direction, Kind, Margin, Metric, Role};
use proptest::prelude::*;

use super::consistent::{agrees, analysis};
use super::made::metric;

/// One unit of a test.
#[derive(Clone, Debug)]
struct Row {
    arm: usize,
    day: u8,
    region: u8,
    /// Known before; may be missing.
    before: Option<f64>,
    converted: bool,
    /// May be missing.
    spend: Option<f64>,
    sessions: u8,
    days: f64,
    left: bool,
}

const ARMS: [&str; 3] = ["control", "new, \"quoted\"", "größer"];
const REGIONS: [&str; 3] = ["north", "south", "somewhere; else"];

fn row(arms: usize) -> impl Strategy<Value = Row> {
    let before = prop_oneof![6 => (0.0..80.0_f64).prop_map(Some), 1 => Just(None)];
    // Seldom missing: else its gate fails always.
    let spend = prop_oneof![
        20 => Just(Some(0.0)),
        20 => (0.0..90.0_f64).prop_map(|amount| Some((amount * 100.0).round() / 100.0)),
        2 => (90.0..2000.0_f64).prop_map(Some),
        1 => Just(None),
    ];
    let life = (0.1..30.0_f64, any::<bool>());
    (0..arms, 0..28_u8, 0..3_u8, before, prop::bool::weighted(0.3), spend, 1..6_u8, life).prop_map(
        |(arm, day, region, before, converted, spend, sessions, (days, left))| Row {
            arm,
            day,
            region,
            before,
            converted,
            spend,
            sessions,
            days,
            left,
        },
    )
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    (2..=3_usize).prop_flat_map(move |arms| prop::collection::vec(row(arms), 20..most))
}

/// The rows as CSV, quoted where need be.
fn text(rows: &[Row], names: impl Fn(usize) -> String) -> String {
    let mut text = "unit_id,variant,exposed_at,region,before,converted,spend,sessions,days,left\n".to_owned();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for (i, row) in rows.iter().enumerate() {
        let open = |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
        let _ = writeln!(
            text,
            "{},{},2026-03-{:02},{},{},{},{},{},{},{}",
            names(i),
            quoted(ARMS[row.arm]),
            row.day + 1,
            quoted(REGIONS[row.region as usize]),
            open(row.before),
            u8::from(row.converted),
            open(row.spend),
            row.sessions,
            row.days,
            u8::from(row.left)
        );
    }
    text
}

/// All kinds of metrics and roles, of the columns of such a file.
fn plan(arms: usize, alpha: f64, validity: Validity, units: u64) -> Plan {
    let kind = |name: &str, kind: Kind, role: Role| Metric { role, ..metric(name, kind) };
    let before = vec!["before".to_owned()];
    let metrics = vec![
        Metric {
            covariates: before.clone(),
            ..kind("converted", Kind::Proportion { column: "converted".into() }, Role::Primary)
        },
        Metric {
            covariates: before,
            cap: Some(Cap::Quantile { low: None, high: Some(0.95) }),
            ..kind("spend", Kind::Mean { column: "spend".into() }, Role::Secondary)
        },
        Metric { matures: 5 * 86_400, ..kind("matured", Kind::Mean { column: "spend".into() }, Role::Secondary) },
        kind(
            "per session",
            Kind::Ratio { numerator: "spend".into(), denominator: "sessions".into() },
            Role::Guardrail(Margin::Relative(0.2)),
        ),
        kind("upper", Kind::Quantile { column: "days".into(), level: 0.75 }, Role::Exploratory),
        Metric {
            better: Direction::Lower,
            ..kind(
                "stay",
                Kind::Survival { time: "days".into(), event: "left".into(), until: Some(8.0) },
                Role::Guardrail(Margin::Absolute(1.5)),
            )
        },
    ];
    Plan {
        hypothesis: "more of it".to_owned(),
        unit: "customer".to_owned(),
        control: ARMS[0].to_owned(),
        arms: ARMS[..arms].iter().map(|arm| ((*arm).to_owned(), 1.0 / arms as f64)).collect(),
        columns: plan::Columns { segments: vec!["region".to_owned()], ..plan::Columns::default() },
        metrics,
        design: Design { alpha, power: 0.8, units: Some(units), days: None, validity },
        decision: Decision { guardrails: Guardrails::NotWorse },
    }
}

/// What is read; none where so many values are the same that a cap at a quantile would make all so.
fn read(plan: &Plan, bytes: Vec<u8>) -> Option<Collected> {
    let source = Source::of_bytes("data.csv", bytes).expect("bytes");
    let arms: Vec<String> = plan.arms.iter().map(|(name, _)| name.clone()).collect();
    let request = Request {
        metrics: &plan.metrics,
        columns: &Columns::default(),
        segments: &plan.columns.segments,
        before: &[],
        control: Some(&plan.control),
        arms: &arms,
        until: None,
    };
    match data::read(&Files::Units(&source), &request, &mut |_| ()) {
        Ok(collected) => Some(collected),
        Err(error) => {
            assert!(error.to_string().contains("capped at the quantile"), "{error}");
            None
        }
    }
}

fn validity() -> impl Strategy<Value = Validity> {
    prop_oneof![2 => Just(Validity::Fixed), 1 => Just(Validity::AnyTime)]
}

/// The same numbers but for the rounding of sums in another order.
fn same(one: &Analysis, other: &Analysis) {
    for (a, b) in one.results.iter().zip(&other.results) {
        let pairs = [
            (a.main.effect_size, b.main.effect_size),
            (a.main.effect_size_ci_lower, b.main.effect_size_ci_lower),
            (a.main.effect_size_ci_upper, b.main.effect_size_ci_upper),
            (a.main.pvalue, b.main.pvalue),
            (a.adjustment.pvalue, b.adjustment.pvalue),
            (a.adjustment.effect_size_ci_lower, b.adjustment.effect_size_ci_lower),
        ];
        let scale = 1e-9 * (a.main.control.abs() + a.main.treatment.abs());
        for (x, y) in pairs {
            assert!((x - y).abs() <= 1e-9 * x.abs() + scale, "{x} is not {y}: {a:?} {b:?}");
        }
        assert_eq!((&a.metric, &a.treatment), (&b.metric, &b.treatment));
    }
    let gates = |of: &Analysis| of.gates.iter().map(|gate| (gate.gate, gate.state)).collect::<Vec<_>>();
    assert_eq!(gates(one), gates(other));
    assert_eq!((one.units, one.days.len(), one.segments.len()), (other.units, other.days.len(), other.segments.len()));
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn no_file_makes_it_contradict_itself(
        rows in rows(260),
        alpha in prop_oneof![2 => Just(0.05), 1 => 0.001..0.5_f64],
        validity in validity(),
        planned in 20..600_u64,
        twice in prop::bool::weighted(0.15),
    ) {
        let arms = rows.iter().map(|row| row.arm).max().unwrap_or(0).max(1) + 1;
        let plan = plan(arms, alpha, validity, planned);
        let name = |i: usize| format!("u{}", if twice && i == 7 { 3 } else { i });
        let collected = read(&plan, text(&rows, name).into());
        if let Some(analysis) = collected.and_then(|collected| analysis(&plan, &collected)) {
            agrees(&plan, &analysis);
            prop_assert!(!twice || analysis.verdict.withheld);
        }
    }

    #[test]
    fn neither_the_order_of_rows_nor_gzip_nor_chance_changes_anything(rows in rows(120), seed in any::<u64>()) {
        let arms = rows.iter().map(|row| row.arm).max().unwrap_or(0).max(1) + 1;
        let plan = plan(arms, 0.05, Validity::Fixed, 400);
        let plain = text(&rows, |i| format!("u{i}"));
        let mut lines: Vec<&str> = plain.lines().skip(1).collect();
        // Fisher and Yates, with a generator of its own.
        let mut state = seed | 1;
        for i in (1..lines.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.swap(i, (state >> 33) as usize % (i + 1));
        }
        let shuffled = format!("{}\n{}\n", plain.lines().next().unwrap_or_default(), lines.join("\n"));
        let found = [plain.clone(), shuffled, plain].map(|text| analysis(&plan, &read(&plan, text.into())?));
        let [one, other, again] = found;
        prop_assert_eq!(one.is_some(), other.is_some());
        if let (Some(one), Some(other), Some(again)) = (one, other, again) {
            same(&one, &other);
            prop_assert_eq!(format!("{one:?}"), format!("{again:?}"));
        }
    }
}
