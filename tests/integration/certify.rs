//! Certificates: wrong analyses are caught and sound ones hold, whatever is certified equals what a full analysis and the
//! bank say, and threads do not matter.

use channelmix::abtest::analysis::{self, Call};
use channelmix::abtest::bank::{Bank, MOST_BYTES};
use channelmix::abtest::certify::certificate::{Certificate, Kept, Pitfall, Promise};
use channelmix::abtest::certify::{Asked, Assignment, Certified, Setting, certify, drawn};
use channelmix::abtest::collected::Sample;
use channelmix::abtest::contrast::Contrast;
use channelmix::abtest::metric::{Cap, Direction, Kind, Margin, Metric, Role};
use channelmix::abtest::plan::{self, Columns, Decision, Design, Guardrails, Plan, Validity};
use channelmix::luck::{Label, Luck};
use channelmix::simulation;
use channelmix::stats::moments::Moments;
use channelmix::stats::sequential::spending::Spending;
use channelmix::stats::{binomial, normal};
use channelmix::world::World;
use proptest::prelude::*;

use crate::engine::world;
use crate::program::{Place, SCENARIO};

const SEED: u64 = 20_260_801;

fn metric(name: &str, kind: Kind, role: Role) -> Metric {
    let (covariates, better) = (Vec::new(), Direction::Higher);
    Metric { name: name.into(), kind, role, better, covariates, cap: None, matures: 0, worth: None }
}

fn share(name: &str, role: Role) -> Metric {
    metric(name, Kind::Proportion { column: name.into() }, role)
}

fn mean(name: &str, role: Role) -> Metric {
    metric(name, Kind::Mean { column: name.into() }, role)
}

fn ratio(above: &str, below: &str, role: Role) -> Metric {
    metric(&format!("{above}/{below}"), Kind::Ratio { numerator: above.into(), denominator: below.into() }, role)
}

fn plan(validity: Validity, units: u64, arms: &[(&str, f64)], metrics: Vec<Metric>) -> Plan {
    Plan {
        hypothesis: "the new way is better".into(),
        unit: "customer".into(),
        control: arms[0].0.into(),
        arms: arms.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect(),
        columns: Columns::default(),
        metrics,
        design: Design { alpha: 0.05, power: 0.8, units: Some(units), days: None, validity },
        decision: Decision { guardrails: Guardrails::NotWorse },
    }
}

const HALVES: [(&str, f64); 2] = [("old", 0.5), ("new", 0.5)];

fn asked(experiments: u64, peeks: usize) -> Asked {
    let (bank, calendar, traffic, whole_weeks) = (None, false, 1.0, false);
    Asked { experiments, seed: SEED, bank, calendar, traffic, whole_weeks, peeks }
}

#[track_caller]
fn certified(setting: &Setting, world: Option<&World>, asked: &Asked) -> Certified {
    certify(setting, world, asked, &()).unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn given(plan: &Plan, assignment: Assignment, rows: &[Vec<f64>]) -> Setting {
    let looks = match &plan.design.validity {
        Validity::Fixed => vec![1.0],
        Validity::PlannedLooks { looks, .. } => looks.clone(),
        Validity::AnyTime => vec![0.25, 0.5, 0.75, 1.0],
    };
    let units = plan.design.units.expect("the plan says how many");
    Setting::given(plan, units, &looks, assignment, rows).unwrap_or_else(|error| panic!("{error:?}"))
}

fn pitfall<'a>(certificate: &'a Certificate, name: &str) -> &'a Pitfall {
    certificate.pitfalls.iter().find(|pitfall| pitfall.name == name).unwrap_or_else(|| panic!("no pitfall {name}"))
}

fn promise<'a>(certificate: &'a Certificate, name: &str) -> &'a Promise {
    certificate.promises.iter().find(|promise| promise.name == name).unwrap_or_else(|| panic!("no promise {name}"))
}

/// So many customers of whom so many order, with the treatment as without.
fn orders(customers: usize, ordered: usize) -> Vec<Vec<f64>> {
    (0..customers).map(|customer| vec![f64::from(u8::from(customer < ordered)); 2]).collect()
}

/// Each way to analyse wrongly is seen to break its word, on customers for whom it matters.
#[test]
fn wrong_analyses_fail() {
    let unequal =
        plan(Validity::Fixed, 600, &[("old", 5.0 / 6.0), ("new", 1.0 / 6.0)], vec![share("ordered", Role::Primary)]);
    let one = certified(&given(&unequal, Assignment::InTurn, &orders(20, 1)), None, &asked(2000, 2)).certificate;
    assert_eq!(pitfall(&one, "unpooled z").kept, Kept::Fails, "{:?}", pitfall(&one, "unpooled z"));
    assert_ne!(promise(&one, "false alarms").kept, Kept::Fails);

    let half = plan(Validity::Fixed, 4000, &HALVES, vec![share("ordered", Role::Primary)]);
    let one = certified(&given(&half, Assignment::Coin, &orders(10, 3)), None, &asked(2000, 20)).certificate;
    for name in ["peeking", "chance to win, peeking", "sample ratio ignored"] {
        let found = pitfall(&one, name);
        assert_eq!(found.kept, Kept::Fails, "{found:?}");
        assert!(found.sentence.ends_with("fails"), "{}", found.sentence);
    }
    let gate = &pitfall(&one, "sample ratio ignored").sentence;
    assert!(gate.contains("the sample-ratio gate stops"), "{gate}");
    // The same test looked at once, and with its shares of one common rate, is a sound one.
    for name in ["chance to win, once", "unpooled z"] {
        assert_ne!(pitfall(&one, name).kept, Kept::Fails, "{name}");
    }

    // Half of the customers click every second message, the others none: messages are no units.
    let clicks: Vec<Vec<f64>> = [[10.0, 20.0], [0.0, 20.0]].iter().map(|row| [*row, *row].concat()).collect();
    let ratios = plan(Validity::Fixed, 1000, &HALVES, vec![ratio("clicks", "deliveries", Role::Primary)]);
    let one = certified(&given(&ratios, Assignment::Coin, &clicks), None, &asked(2000, 2)).certificate;
    let rows = pitfall(&one, "rows for units");
    assert!(rows.kept == Kept::Fails && rows.rate.share > 0.3, "{rows:?}");
    assert_ne!(promise(&one, "false alarms").kept, Kept::Fails);
    // Where each message of a customer is like any other of it, as one message each is, they may be counted.
    let alike: Vec<Vec<f64>> = [1.0, 0.0, 0.0, 0.0].iter().map(|click| vec![*click, 1.0, *click, 1.0]).collect();
    let one = certified(&given(&ratios, Assignment::Coin, &alike), None, &asked(2000, 2)).certificate;
    assert_ne!(pitfall(&one, "rows for units").kept, Kept::Fails);
}

/// Normal outcomes, to which the treatment adds something.
fn normals(shift: f64) -> Vec<Vec<f64>> {
    let outcome = |i: u32| normal::quantile((f64::from(i) + 0.5) / 1024.0);
    (0..1024).map(|i| vec![outcome(i), outcome(i) + shift]).collect()
}

#[test]
fn a_sound_plan_holds_and_one_with_too_few_units_does_not() {
    // 80 % power take an effect of 2.8 standard errors; with 100 in each arm that is 0.396.
    let mut sound = plan(Validity::Fixed, 200, &HALVES, vec![mean("spent", Role::Primary)]);
    sound.metrics[0].worth = Some(Margin::Absolute(0.43));
    let rows = normals(0.43);
    let one = certified(&given(&sound, Assignment::Coin, &rows), None, &asked(20_000, 2)).certificate;
    let names: Vec<&str> = one.promises.iter().map(|promise| promise.name).collect();
    assert_eq!(names, ["false alarms", "false wins", "power", "coverage"]);
    assert_eq!(one.kept(), Kept::Holds, "{:#?}", one.promises);
    let mut small = sound.clone();
    small.design.units = Some(100);
    let one = certified(&given(&small, Assignment::Coin, &rows), None, &asked(2000, 2)).certificate;
    assert_eq!((promise(&one, "power").kept, one.kept()), (Kept::Fails, Kept::Fails));
    assert_ne!(promise(&one, "coverage").kept, Kept::Fails);
}

/// One customer in fifty pays a hundred, and a tenth of them are in the treatment: where none of these paid, its variance is
/// taken for 0. Welch's interval then holds the truth far less often than it says, and exactly as often as enumeration says.
#[test]
fn intervals_of_skewed_revenue_are_told_to_fail() {
    let skewed = plan(Validity::Fixed, 400, &[("old", 0.9), ("new", 0.1)], vec![mean("revenue", Role::Primary)]);
    let rows: Vec<Vec<f64>> = orders(50, 1).iter().map(|row| row.iter().map(|order| 100.0 * order).collect()).collect();
    let runs = 4000;
    let one = certified(&given(&skewed, Assignment::InTurn, &rows), None, &asked(runs, 2)).certificate;
    let (mut computed, mut held) = (0.0, 0.0);
    for c in 0..=60 {
        for t in 0..=40 {
            let chance = binomial::pmf(c, 360, 0.02) * binomial::pmf(t, 40, 0.02);
            let sales = |buyers: u64, units: u64| {
                let sum = 100.0 * buyers as f64;
                Sample::Moments(Moments::from_sums(units, &[sum], &[100.0 * sum]).expect("sums"))
            };
            if let Ok(contrast) = Contrast::of(&skewed.metrics[0].kind, &sales(c, 360), &sales(t, 40)) {
                let (low, high) = contrast.interval(1.959_963_984_540_054).expect("an interval");
                computed += chance;
                held += if low <= 0.0 && 0.0 <= high { chance } else { 0.0 };
            }
        }
    }
    let exact = held / computed;
    assert!(exact < 0.8, "{exact}");
    let found = &one.metrics[0];
    let error = (exact * (1.0 - exact) / runs as f64).sqrt();
    assert!((found.coverage.share - exact).abs() < 5.0 * error, "{} is not {exact}", found.coverage.share);
    assert_eq!(promise(&one, "coverage").kept, Kept::Fails);
    assert!(found.skewness.expect("it has one") > 6.0 && (found.nonzero.expect("it has one") - 0.02).abs() < 1e-12);
}

/// Customers who differ in everything: for each metric and arm what they do, the treatments a little more than the control.
fn mixed(arms: usize) -> Vec<Vec<f64>> {
    let one = |customer: u64| {
        let mut luck = Luck::customer(SEED, 0, customer).stream(Label::new(1));
        let mut uniform = || (luck.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let (taste, purse) = (uniform(), uniform());
        let mut row = Vec::new();
        let lift = |arm: usize| 0.08 * arm as f64;
        row.extend((0..arms).map(|arm| f64::from(u8::from(taste < 0.3 + lift(arm)))));
        row.extend((0..arms).map(|arm| -50.0 * (1.0 - purse * 0.99).ln() * (1.0 + lift(arm))));
        row.extend((0..arms).map(|arm| f64::from(u8::from(taste > 0.95 - lift(arm) / 4.0))));
        for arm in 0..arms {
            let messages = (1.0 + 6.0 * purse).floor();
            row.extend([(messages * (taste + lift(arm)).min(1.0)).floor(), messages]);
        }
        row.extend((0..arms).map(|arm| (taste * 8.0).floor() + lift(arm)));
        row.extend((0..arms).map(|arm| 1.0 / (1.02 - purse) + lift(arm)));
        row.extend((0..arms).map(|_| uniform()));
        row
    };
    (0..400).map(one).collect()
}

fn of_every_sort() -> Vec<Metric> {
    let mut all = vec![
        share("ordered", Role::Primary),
        mean("spent", Role::Guardrail(Margin::Relative(0.1))),
        share("left", Role::Guardrail(Margin::Absolute(0.05))),
        ratio("clicks", "messages", Role::Secondary),
        mean("visits", Role::Secondary),
        mean("revenue", Role::Exploratory),
        mean("noise", Role::Exploratory),
    ];
    all[1].cap = Some(Cap::At { low: None, high: Some(120.0) });
    all[2].better = Direction::Lower;
    all[5].cap = Some(Cap::Quantile { low: Some(0.05), high: Some(0.95) });
    all
}

fn validities() -> Vec<Validity> {
    let looks =
        |futility| Validity::PlannedLooks { looks: vec![0.4, 0.7, 1.0], spending: Spending::ObrienFleming, futility };
    vec![Validity::Fixed, looks(false), looks(true), Validity::AnyTime]
}

/// What is played is what a full analysis of the same rows says: calls, estimates, intervals, guardrails.
#[test]
fn the_lean_analysis_is_the_full_one() {
    let three = [("old", 0.5), ("new", 0.3), ("newest", 0.2)];
    let mut agreed = 0;
    for validity in validities() {
        for (arms, guardrails) in [(&three[..], Guardrails::NotWorse), (&HALVES[..], Guardrails::NoHarm)] {
            for role in [Role::Primary, Role::Secondary] {
                let mut metrics = of_every_sort();
                // Once a share decides, once a mean that is capped at quantiles.
                if role == Role::Secondary {
                    (metrics[0].role, metrics[5].role) = (role, Role::Primary);
                }
                let mut plan = plan(validity.clone(), 600, arms, metrics);
                plan.decision.guardrails = guardrails;
                let setting = given(&plan, Assignment::Coin, &mixed(arms.len()));
                let audit = certified(&setting, None, &asked(20, 4)).certificate.audit;
                assert_eq!(
                    (audit.agree, audit.analysed),
                    (audit.analysed, 40),
                    "{validity:?} {} arms {role:?}",
                    arms.len()
                );
                agreed += audit.agree;
            }
        }
    }
    assert_eq!(agreed, 16 * 40);
}

/// The shop of the example, of which fewer customers are simulated.
fn shop() -> World {
    let text = std::fs::read_to_string("examples/abtest/shop.toml").expect("it ships");
    world(&text.replace("simulate = 200_000", "simulate = 20_000"))
}

/// The example's plan, as a file and read, for fewer customers.
fn shop_plan(units: u64, looks: &str) -> (String, Plan) {
    let text = std::fs::read_to_string("examples/abtest/plan.toml").expect("it ships");
    assert!(text.contains("units = 28208\n") && text.contains("looks = [0.8, 1]\n"));
    let text = text.replace("units = 28208\n", &format!("units = {units}\n")).replace("looks = [0.8, 1]", looks);
    let loaded = plan::load("plan.toml", &text);
    let problems = loaded.problems.render(&loaded.sources, false);
    (text, loaded.plan.unwrap_or_else(|| panic!("{problems}")))
}

fn at_the_shop(plan: &Plan, calendar: bool) -> (World, Setting, Asked) {
    let world = shop();
    let asked = Asked { bank: Some(20_000), calendar, ..asked(24, 4) };
    let setting = Setting::new(&world, plan, &asked, &()).unwrap_or_else(|error| panic!("{error:?}"));
    (world, setting, asked)
}

/// Covariates, caps and looks of a scenario's customers, by its calendar and without.
#[test]
fn the_lean_analysis_of_simulated_customers_is_the_full_one() {
    let (_, mut plan) = shop_plan(18_000, "looks = [0.5, 1]");
    plan.metrics[2].covariates = vec!["pre_revenue".into(), "days_since_joining".into()];
    plan.metrics[2].cap = Some(Cap::Quantile { low: None, high: Some(0.99) });
    plan.columns.segments = vec!["segment".into()];
    for validity in [plan.design.validity.clone(), Validity::Fixed, Validity::AnyTime] {
        plan.design.validity = validity;
        for calendar in [true, false] {
            // Without a calendar customers come as they like: fewer will do.
            plan.design.units = Some(if calendar { 18_000 } else { 2000 });
            let (world, setting, asked) = at_the_shop(&plan, calendar);
            assert!(setting.left_out.is_empty(), "{:?}", setting.left_out);
            let one = certified(&setting, Some(&world), &asked).certificate;
            assert_eq!((one.audit.agree, one.audit.analysed), (40, 40), "{:?} {calendar}", plan.design.validity);
            assert_eq!(one.calendar, calendar);
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let bytes = |threads: usize, make: &(dyn Fn() -> Certificate + Sync)| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        serde_json::to_string(&pool.install(make)).expect("JSON")
    };
    let of_rows = || {
        let looks = Validity::PlannedLooks { looks: vec![0.5, 1.0], spending: Spending::Pocock, futility: true };
        let plan = plan(looks, 600, &HALVES, of_every_sort());
        certified(&given(&plan, Assignment::Coin, &mixed(2)), None, &asked(500, 5)).certificate
    };
    let of_shop = || {
        let (_, plan) = shop_plan(18_000, "looks = [0.5, 1]");
        let (world, setting, asked) = at_the_shop(&plan, true);
        certified(&setting, Some(&world), &asked).certificate
    };
    for make in [&of_rows as &(dyn Fn() -> Certificate + Sync), &of_shop] {
        let one = bytes(1, make);
        assert!(one.len() > 1000);
        assert_eq!(bytes(2, make), one);
        assert_eq!(bytes(3, make), one);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// A part of the treated get the treatment: that part of the effect is true, and estimates are right about it on average.
    #[test]
    fn a_part_of_the_effect_is_that_part(
        control in 2..12_usize,
        treatment in 2..12_usize,
        split in 0.2..0.8_f64,
        coin in any::<bool>(),
    ) {
        let row = |i: usize| vec![f64::from(u8::from(i < control)), f64::from(u8::from(i < treatment))];
        let rows: Vec<Vec<f64>> = (0..20).map(row).collect();
        let plan = plan(Validity::Fixed, 300, &[("old", split), ("new", 1.0 - split)], vec![share("ordered", Role::Primary)]);
        let assignment = if coin { Assignment::Coin } else { Assignment::InTurn };
        let one = certified(&given(&plan, assignment, &rows), None, &asked(400, 2)).certificate;
        let own = (treatment as f64 - control as f64) / 20.0;
        prop_assert!((one.metrics[0].effect - own).abs() < 1e-12);
        prop_assert_eq!(one.power.len(), 5);
        prop_assert_eq!((one.power[0].part, one.power[0].effect), (0.0, 0.0));
        for point in &one.power {
            prop_assert!((point.effect - point.part * own).abs() < 1e-12);
            let z = point.bias.value / point.bias.standard_error;
            prop_assert!(z.abs() < 5.0, "part {}: off by {z} errors", point.part);
        }
    }
}

/// All customers are exposed on the same Monday: the truth of the certificate is that of a bank of the same customers.
#[test]
fn the_truth_is_that_of_the_bank() {
    let world = world(SCENARIO);
    let mut metrics = vec![
        share("ordered", Role::Primary),
        mean("revenue", Role::Secondary),
        ratio("clicks", "deliveries", Role::Secondary),
    ];
    metrics.iter_mut().for_each(|metric| metric.matures = 28 * 24 * 3600);
    metrics[1].cap = Some(Cap::At { low: None, high: Some(80.0) });
    let arms = [("blast", 0.5), ("cascade", 0.5)];
    let plan = plan(Validity::Fixed, 1000, &arms, metrics);
    let asked = Asked { bank: Some(20_000), calendar: true, ..asked(100, 2) };
    let setting = Setting::new(&world, &plan, &asked, &()).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(setting.left_out.is_empty() && setting.course.stages.len() == 1, "{:?}", setting.left_out);
    let one = certified(&setting, Some(&world), &asked).certificate;
    let strategies = arms.map(|(name, _)| world.strategy(name).expect("it is one")).to_vec();
    let play = simulation::Plan::new(&world, SEED, 20_000, Some(1), strategies);
    let bank = Bank::simulate(&world, &play, MOST_BYTES, &()).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(one.bank.units, bank.units.len() as u64, "all are exposed on one day");
    for (metric, row) in plan.metrics.iter().zip(&one.metrics) {
        let evaluated = bank.evaluate(metric).unwrap_or_else(|error| panic!("{error:?}"));
        let effect = evaluated.effect(0, 1);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-10 * b.abs();
        assert!(near(row.effect, effect.value), "{}: {} is not {}", row.metric, row.effect, effect.value);
        assert!(near(row.effect_error, effect.standard_error), "{}: {row:?} {effect:?}", row.metric);
        assert!(effect.value != 0.0 && row.metric == metric.name);
    }
}

/// What `--export` writes, `abtest analyze` reads, and comes to what was certified.
#[test]
fn exported_data_are_analysed_as_they_were_certified() {
    let (text, plan) = shop_plan(18_000, "looks = [0.5, 1]");
    let (world, setting, asked) = at_the_shop(&plan, true);
    let certified = certified(&setting, Some(&world), &asked);
    for number in [0, 7] {
        let rows =
            certified.export(&setting, &world, asked.seed, number).unwrap_or_else(|failure| panic!("{failure:?}"));
        let place = Place::new();
        place.write("plan.toml", &text);
        place.write("data.csv", &rows.csv(&plan));
        let until = rows.until().expect("there is a calendar");
        let said = place.run(&[
            "abtest",
            "analyze",
            "data.csv",
            "--plan",
            "plan.toml",
            "--until",
            &until,
            "--format",
            "json",
            "--quiet",
        ]);
        let said = said.json();
        let path = certified.certificate.paths.iter().find(|path| path.experiment == number && path.effect != "none");
        let path = path.expect("the first ones are told");
        let collected = rows.collected().expect("it can be collected");
        let ours = analysis::analyze(&plan, true, &analysis::Asked::default(), &collected).expect("an analysis");
        assert_eq!(said["results"].as_array().map(Vec::len), Some(3));
        for (told, own) in said["results"].as_array().into_iter().flatten().zip(&ours.results) {
            assert_eq!(told["metric"], own.metric.as_str());
            if own.role == "primary" {
                assert_eq!(told["call"], path.call);
                let call = [Call::Better, Call::Worse, Call::Unclear].into_iter().find(|call| call.name() == path.call);
                assert_eq!(Some(own.call), call);
            }
            let main = &own.main;
            for (name, value) in [
                ("effect_size", main.effect_size),
                ("effect_size_ci_lower", main.effect_size_ci_lower),
                ("effect_size_ci_upper", main.effect_size_ci_upper),
                ("pvalue", main.pvalue),
            ] {
                let found = told["main"][name].as_f64().expect("a number");
                assert!(
                    (found - value).abs() <= 1e-9 * value.abs().max(1e-6),
                    "{}, {name}: {found} is not {value}",
                    own.metric
                );
            }
        }
        assert_eq!(said["units"].as_u64(), Some(ours.units));
    }
    let none = certified.export(&setting, &world, asked.seed, 24);
    assert!(none.is_err(), "they are numbered from 0 to 23");
}

/// What one experiment drew is the same each time, and another one's is not.
#[test]
fn experiments_are_addressed() {
    let plan = plan(Validity::Fixed, 500, &HALVES, vec![share("ordered", Role::Primary)]);
    let setting = given(&plan, Assignment::Coin, &orders(10, 3));
    let counts = |experiment: u64| {
        let collected = drawn(&setting, SEED, experiment, true).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(collected.units.iter().sum::<u64>(), 500);
        format!("{:?} {:?}", collected.units, collected.metrics[0].overall)
    };
    assert_eq!(counts(3), counts(3));
    assert_ne!(counts(3), counts(4));
}

/// Where a secondary metric or a guardrail is never old enough nothing is promised of it, and that is told.
#[test]
fn what_is_never_told_promises_nothing() {
    let (_, mut plan) = shop_plan(5000, "looks = [0.5, 1]");
    for metric in &mut plan.metrics {
        metric.matures = if metric.role == Role::Primary { 7 } else { 90 } * 86_400;
        if metric.role == Role::Primary {
            metric.kind = Kind::Proportion { column: "ordered".into() };
        }
    }
    let (world, setting, asked) = at_the_shop(&plan, true);
    let certificate = certified(&setting, Some(&world), &asked).certificate;
    let named: Vec<&str> = certificate.promises.iter().map(|promise| promise.metric.as_str()).collect();
    let primary = &plan.primary().name;
    assert!(named.iter().all(|name| name == primary), "{named:?}");
    assert_eq!(certificate.metrics.len(), 1);
    let told = |words: &str| certificate.notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(told("can be told in none of the tests"), plan.metrics.len() - 1, "{:?}", certificate.notes);
}

/// The effect worth finding is played at just that effect, of a ratio too, which does not grow with the part.
#[test]
fn a_ratio_is_played_at_the_effect_worth_finding() {
    let mut primary = ratio("clicks", "sent", Role::Primary);
    primary.worth = Some(Margin::Relative(0.3));
    primary.better = Direction::Lower;
    let plan = plan(Validity::Fixed, 2000, &HALVES, vec![primary]);
    // Twice as many messages, and as many clicks and a few.
    let rows: Vec<Vec<f64>> =
        (0..50).map(|i| vec![f64::from(i % 3), 4.0, f64::from(i % 3) + f64::from(i % 7 / 6), 8.0]).collect();
    let certificate = certified(&given(&plan, Assignment::Coin, &rows), None, &asked(200, 2)).certificate;
    let found = certificate.power.iter().find(|point| point.worth_finding).expect("it is played");
    let lift = found.relative_effect.expect("there is a lift");
    assert!((lift + 0.3).abs() < 1e-9 && found.part < 0.9, "{found:?}");
}

/// Looks that bring less than a unit for each batch of a bandit, and a look that sees nearly all.
#[test]
fn few_units_and_late_looks_are_no_trouble() {
    let tiny = Validity::PlannedLooks { looks: vec![0.1, 0.985, 1.0], spending: Spending::Pocock, futility: false };
    let plan = plan(tiny, 60, &HALVES, vec![share("ordered", Role::Primary)]);
    let setting =
        Setting::given(&plan, 60, &[0.1, 0.985, 1.0], Assignment::Coin, &orders(10, 3)).expect("it can be played");
    // The second look is the last one: it has spent all.
    assert_eq!(setting.course.stages.iter().map(|stage| stage.units).collect::<Vec<_>>(), [6, 59]);
    let certificate = certified(&setting, None, &asked(200, 2)).certificate;
    assert_eq!((certificate.looks.len(), certificate.audit.agree), (2, certificate.audit.analysed));
    assert!(certificate.notes.iter().any(|note| note.starts_with("Of 3 planned looks 2 are taken")));
}

/// One column read in two ways: each metric has its own numbers, and such data are no file.
#[test]
fn one_column_may_be_read_in_two_ways() {
    let (_, mut plan) = shop_plan(5000, "looks = [0.5, 1]");
    let mut week = plan.primary().clone();
    (week.name, week.role, week.matures) = ("ordered in a week".into(), Role::Exploratory, 7 * 86_400);
    week.kind = Kind::Mean { column: "orders".into() };
    let mut month = week.clone();
    (month.name, month.matures) = ("orders in a month".into(), 30 * 86_400);
    plan.metrics.extend([week, month]);
    let (world, setting, asked) = at_the_shop(&plan, true);
    let certificate = certified(&setting, Some(&world), &asked).certificate;
    assert_eq!(certificate.audit.agree, certificate.audit.analysed);
    assert!(channelmix::abtest::certify::rows::readable(&plan).is_err());
}

/// Who takes part on the last day is only as many as are still wanted: the others all do.
#[test]
fn the_last_day_fills_up() {
    let (_, mut plan) = shop_plan(17_500, "looks = [0.5, 1]");
    plan.design.validity = Validity::Fixed;
    let (_, setting, _) = at_the_shop(&plan, true);
    let stages = &setting.course.stages;
    assert_eq!((stages.len(), setting.course.looks().count(), setting.course.units()), (2, 1, 17_500));
    assert!(stages[0].units > 17_000 && !stages[0].looks && stages[1].looks, "{stages:?}");
}
