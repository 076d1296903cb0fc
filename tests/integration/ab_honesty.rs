//! Does the analysis keep what it promises? Played many times through [`analyze`], with known truth: levels, power,
//! coverage, and what peeking costs. Each check compares a count with an exact chance (or a bound), and fails by bad luck
//! once in a million at most; luck is fixed, so it never does.
//!
//! `cargo test --release ab_honesty -- --ignored` plays more of them.

use channelmix::abtest::analysis::{Analysis, Asked, Call, LookResult, State};
use channelmix::abtest::analyze;
use channelmix::abtest::collected::{Cell, Collected, Health, Measured, Sample};
use channelmix::abtest::contrast::Contrast;
use channelmix::abtest::metric::{Direction, Kind, Margin, Metric, Role};
use channelmix::abtest::plan::{Columns, Decision, Design, Guardrails, Plan, Validity};
use channelmix::abtest::sizing::{self, Baseline, Question};
use channelmix::luck::{Label, Luck, Stream};
use channelmix::stats::moments::Moments;
use channelmix::stats::power::variances::Variances;
use channelmix::stats::sequential::always_valid::Mixture;
use channelmix::stats::sequential::recursion::Walk;
use channelmix::stats::sequential::spending::Spending;
use channelmix::stats::two_arms::proportions::{Arm, TwoProportions};
use channelmix::stats::{binomial, normal};
use rand_distr::{Binomial, ChiSquared, Distribution, StandardNormal, StandardUniform};
use rayon::prelude::*;

/// |z| that a right answer exceeds once in a million.
const ALARM: f64 = 4.9;
const SEED: u64 = 20_260_601;

fn luck(check: u64, run: u64) -> Stream {
    Luck::customer(SEED, check, run).stream(Label::new(1))
}

/// How often something happened in so many runs.
fn count(runs: u64, happens: impl Fn(u64) -> bool + Sync) -> f64 {
    (0..runs).into_par_iter().filter(|run| happens(*run)).count() as f64
}

#[track_caller]
fn is_chance(what: &str, happened: f64, runs: u64, chance: f64) {
    let n = runs as f64;
    let z = (happened - n * chance) / (n * chance * (1.0 - chance)).sqrt();
    assert!(z.abs() < ALARM, "{what}: {:.4} is not {chance:.4} (z = {z:.1}, {runs} runs)", happened / n);
}

#[track_caller]
fn is_at_most(what: &str, happened: f64, runs: u64, chance: f64) {
    let n = runs as f64;
    let z = (happened - n * chance) / (n * chance * (1.0 - chance)).sqrt();
    // Of rare things the Poisson law has a heavier tail than the normal one.
    let most = n * chance + ALARM * (n * chance).sqrt() + 8.0;
    assert!(z < ALARM || happened < most && n * chance < 20.0, "{what}: {:.4} is above {chance:.4}", happened / n);
}

fn metric(name: &str, kind: Kind, role: Role) -> Metric {
    let (covariates, better) = (Vec::new(), Direction::Higher);
    Metric { name: name.into(), kind, role, better, covariates, cap: None, matures: 0, worth: None }
}

fn mean(role: Role) -> Metric {
    metric("spend", Kind::Mean { column: "spend".into() }, role)
}

fn share(role: Role) -> Metric {
    metric("ordered", Kind::Proportion { column: "ordered".into() }, role)
}

fn plan(validity: Validity, units: u64, arms: usize, metrics: Vec<Metric>) -> Plan {
    let names = NAMES[..arms].iter().map(|name| ((*name).to_owned(), 1.0 / arms as f64)).collect();
    Plan {
        hypothesis: "offer raises it".into(),
        unit: "customer".into(),
        control: NAMES[0].into(),
        arms: names,
        columns: Columns::default(),
        metrics,
        design: Design { alpha: 0.05, power: 0.8, units: Some(units), days: None, validity },
        decision: Decision { guardrails: Guardrails::NotWorse },
    }
}

const NAMES: [&str; 4] = ["none", "offer", "other", "third"];

fn looks(shares: &[f64], spending: Spending) -> Validity {
    Validity::PlannedLooks { looks: shares.to_vec(), spending, futility: false }
}

fn collected(metrics: Vec<Vec<Sample>>) -> Collected {
    let units: Vec<u64> = metrics[0]
        .iter()
        .map(|sample| match sample {
            Sample::Count { units, .. } => *units,
            Sample::Moments(moments) => moments.n(),
            _ => 0,
        })
        .collect();
    let arms = units.len();
    let measured = |overall: Vec<Sample>| Measured {
        overall: Cell(overall),
        uncapped: None,
        by_day: [].into(),
        by_segment: Vec::new(),
        adjusted: Vec::new(),
        capped: None,
        missing: vec![0; arms],
        immature: vec![0; arms],
        largest_share: vec![0.0; arms],
    };
    Collected {
        arms: NAMES[..arms].iter().map(|name| (*name).to_owned()).collect(),
        units,
        metrics: metrics.into_iter().map(measured).collect(),
        health: Health::default(),
    }
}

fn analysis(plan: &Plan, collected: &Collected) -> Analysis {
    analyze(plan, true, &Asked::default(), collected).expect("an analysis")
}

fn crossed(analysis: &Analysis) -> bool {
    analysis.results.iter().any(|outcome| outcome.role == "primary" && outcome.call != Call::Unclear)
}

/// Moments of n normal values with variance 1: mean and variance are independent.
fn normals(luck: &mut Stream, n: u64, mean: f64) -> Moments {
    let z: f64 = StandardNormal.sample(luck);
    let df = (n - 1) as f64;
    let variance = ChiSquared::new(df).expect("degrees of freedom").sample(luck) / df;
    Moments::from_variance(n, mean + z / (n as f64).sqrt(), variance).expect("moments")
}

fn converted(luck: &mut Stream, units: u64, rate: f64) -> u64 {
    Binomial::new(units, rate).expect("a binomial law").sample(luck)
}

/// A test of means in steps of `step` units an arm until `steps`: the first look at which it ends, with its analysis.
fn watched(plan: &Plan, luck: &mut Stream, step: u64, steps: usize, effect: f64) -> (Option<usize>, Analysis) {
    let mut arms = [Moments::new(1), Moments::new(1)];
    let mut look = 0;
    loop {
        look += 1;
        arms[0].merge(&normals(luck, step, 0.0));
        arms[1].merge(&normals(luck, step, effect));
        let found = analysis(plan, &collected(vec![arms.iter().cloned().map(Sample::Moments).collect()]));
        if crossed(&found) {
            return (Some(look), found);
        }
        if look == steps {
            return (None, found);
        }
    }
}

/// The chance that both arms' counts satisfy something, by going through all that are likely.
fn exactly(n: (u64, u64), rates: (f64, f64), holds: impl Fn(TwoProportions) -> bool) -> f64 {
    let likely = |n: u64, p: f64| {
        let (centre, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
        (centre - 7.0 * sd - 8.0).max(0.0) as u64..=((centre + 7.0 * sd + 8.0) as u64).min(n)
    };
    let mut sum = 0.0;
    for x_c in likely(n.0, rates.0) {
        for x_t in likely(n.1, rates.1) {
            let arm = |successes, trials| Arm { successes, trials };
            let both = TwoProportions::new(arm(x_c, n.0), arm(x_t, n.1)).expect("two arms");
            if holds(both) {
                sum += binomial::pmf(x_c, n.0, rates.0) * binomial::pmf(x_t, n.1, rates.1);
            }
        }
    }
    sum
}

const USUAL: f64 = 1.959_963_984_540_054;

/// The level of one look: shares against the exact chance, means (of normal data) against 5 %.
fn level_of_one_look(runs: u64) {
    let n = (800, 400);
    let chance = exactly(n, (0.1, 0.1), |both| both.z(0.0).abs() > USUAL);
    assert!((chance - 0.05).abs() < 0.003, "{chance}");
    let of_shares = plan(Validity::Fixed, 1200, 2, vec![share(Role::Primary)]);
    let rejected = count(runs, |run| {
        let luck = &mut luck(1, run);
        let count = |units, luck: &mut Stream| Sample::Count { successes: converted(luck, units, 0.1), units };
        crossed(&analysis(&of_shares, &collected(vec![vec![count(n.0, luck), count(n.1, luck)]])))
    });
    is_chance("shares, one look", rejected, runs, chance);
    let of_means = plan(Validity::Fixed, 60, 2, vec![mean(Role::Primary)]);
    let rejected = count(runs, |run| watched(&of_means, &mut luck(2, run), 30, 1, 0.0).0.is_some());
    is_chance("means, one look", rejected, runs, 0.05);
}

/// Five planned looks, stopping at the first crossing.
fn level_of_planned_looks(runs: u64) {
    let shares = [0.2, 0.4, 0.6, 0.8, 1.0];
    for (check, spending) in [(3, Spending::ObrienFleming), (4, Spending::Pocock)] {
        let of_means = plan(looks(&shares, spending), 4000, 2, vec![mean(Role::Primary)]);
        let rejected = count(runs, |run| watched(&of_means, &mut luck(check, run), 400, 5, 0.0).0.is_some());
        is_chance("means, five looks", rejected, runs, 0.05);
        let of_shares = plan(looks(&shares, spending), 20_000, 2, vec![share(Role::Primary)]);
        let rejected = count(runs, |run| {
            let luck = &mut luck(check + 100, run);
            let mut counts = [0, 0];
            (1..=5).any(|look| {
                counts.iter_mut().for_each(|count| *count += converted(luck, 2000, 0.2));
                let sample = |successes: u64| Sample::Count { successes, units: 2000 * look };
                crossed(&analysis(&of_shares, &collected(vec![counts.map(sample).to_vec()])))
            })
        });
        is_chance("shares, five looks", rejected, runs, 0.05);
    }
}

/// Twenty looks at any time: what the recursion says of the same boundaries, and never above 5 % where conversions are rare.
fn level_at_any_time(runs: u64) {
    let mixture = Mixture::tuned(1.0, 0.05).expect("a mixture");
    let times: Vec<f64> = (1..=20).map(|look| f64::from(look) / 20.0).collect();
    let mut walk = Walk::new(&times).expect("a walk");
    times.iter().map(|time| mixture.critical(*time, 0.05)).for_each(|c| walk.push(-c, c));
    let chance: f64 = walk.crossings(0.0).iter().map(|ending| ending.lower + ending.upper).sum();
    let of_means = plan(Validity::AnyTime, 20_000, 2, vec![mean(Role::Primary)]);
    let rejected = count(runs, |run| watched(&of_means, &mut luck(5, run), 500, 20, 0.0).0.is_some());
    is_chance("means, any time", rejected, runs, chance);
    for (check, rate) in [(6, 0.1), (7, 0.002), (8, 0.999)] {
        let of_shares = plan(Validity::AnyTime, 20_000, 2, vec![share(Role::Primary)]);
        let rejected = count(runs, |run| {
            let luck = &mut luck(check, run);
            let mut counts = [0, 0];
            (1..=20).any(|look| {
                counts.iter_mut().for_each(|count| *count += converted(luck, 500, rate));
                let sample = |successes: u64| Sample::Count { successes, units: 500 * look };
                crossed(&analysis(&of_shares, &collected(vec![counts.map(sample).to_vec()])))
            })
        });
        is_at_most("shares, any time", rejected, runs, 0.05);
    }
}

/// Power as planned, in one look, five and at any time; means, and shares exactly.
fn power_as_planned(runs: u64) {
    let shares = [0.5, 0.5];
    let baseline = Baseline::Mean { mean: 10.0, variances: Variances::common(1.0) };
    let validities = [
        (9, Validity::Fixed, 1),
        (10, looks(&[0.2, 0.4, 0.6, 0.8, 1.0], Spending::ObrienFleming), 5),
        (11, Validity::AnyTime, 20),
    ];
    for (check, validity, steps) in validities {
        let design = Design { alpha: 0.05, power: 0.8, units: None, days: None, validity: validity.clone() };
        let effect = Some(Margin::Absolute(0.1));
        let better = Direction::Higher;
        let question = Question { shares: &shares, baseline, better, effect, saved: 0.0, design: &design };
        let sized = sizing::size(&question).expect("a size");
        assert!((sized.power - 0.8).abs() < 0.001, "{}", sized.power);
        let step = sized.units[0].div_ceil(steps as u64);
        let of_means = plan(validity, 2 * step * steps as u64, 2, vec![mean(Role::Primary)]);
        let found = count(runs, |run| watched(&of_means, &mut luck(check, run), step, steps, 0.1).0.is_some());
        is_chance("power", found, runs, sized.power);
    }
    let design = Design { alpha: 0.05, power: 0.8, units: None, days: None, validity: Validity::Fixed };
    for (effect, better) in [(0.03, Direction::Higher), (0.03, Direction::Lower)] {
        for shares in [[0.5, 0.5], [0.8, 0.2]] {
            let baseline = Baseline::Rate(0.1);
            let effect = Some(Margin::Absolute(effect));
            let question = Question { shares: &shares, baseline, better, effect, saved: 0.0, design: &design };
            let sized = sizing::size(&question).expect("a size");
            let rates = (0.1, 0.1 + sized.effect);
            let power = exactly((sized.units[0], sized.units[1]), rates, |both| both.z(0.0).abs() > USUAL);
            assert!((power - 0.8).abs() < 0.01, "{better:?} {shares:?}: {power}");
        }
    }
}

/// What is told after stopping: the interval holds the truth in 95 %, and the estimate is too high as often as too low.
fn truth_after_stopping(runs: u64) {
    for (check, spending, effect) in
        [(12, Spending::ObrienFleming, 0.08), (13, Spending::Pocock, 0.0), (14, Spending::Pocock, 0.1)]
    {
        let of_means = plan(looks(&[0.3, 0.6, 1.0], spending), 4000, 2, vec![mean(Role::Primary)]);
        let steps = [600, 600, 800];
        let played: Vec<(bool, bool)> = (0..runs)
            .into_par_iter()
            .map(|run| {
                let luck = &mut luck(check, run);
                let mut arms = [Moments::new(1), Moments::new(1)];
                let mut told = None;
                for step in steps {
                    arms[0].merge(&normals(luck, step, 0.0));
                    arms[1].merge(&normals(luck, step, effect));
                    let samples = arms.iter().cloned().map(Sample::Moments).collect();
                    let found = analysis(&of_means, &collected(vec![samples]));
                    let now = found.looks.into_iter().find(|look: &LookResult| look.now).expect("a look");
                    if now.effect_size.is_some() {
                        told = Some(now);
                        break;
                    }
                }
                let now = told.expect("it ends");
                let [low, estimate, high] =
                    [now.effect_size_ci_lower, now.effect_size, now.effect_size_ci_upper].map(|end| end.expect("told"));
                (low <= effect && effect <= high, estimate > effect)
            })
            .collect();
        let of = |pick: fn(&(bool, bool)) -> bool| played.iter().filter(|one| pick(one)).count() as f64;
        is_chance("interval after stopping", of(|one| one.0), runs, 0.95);
        is_chance("estimate after stopping", of(|one| one.1), runs, 0.5);
    }
}

/// Several treatments, several metrics: the chance of any false alarm, and the share of false ones among all.
fn families(runs: u64) {
    let three = plan(Validity::Fixed, 4000, 4, vec![mean(Role::Primary)]);
    let any = count(runs, |run| {
        let luck = &mut luck(15, run);
        let arms = (0..4).map(|_| Sample::Moments(normals(luck, 1000, 0.0))).collect();
        crossed(&analysis(&three, &collected(vec![arms])))
    });
    is_chance("Dunnett", any, runs, 0.05);
    let named = |i: usize, role: Role| Metric { name: format!("m{i}"), ..mean(role) };
    let secondaries = plan(
        Validity::Fixed,
        2000,
        2,
        (0..5).map(|i| named(i, if i == 0 { Role::Primary } else { Role::Secondary })).collect(),
    );
    let draw = |luck: &mut Stream, effect: f64| {
        vec![Sample::Moments(normals(luck, 1000, 0.0)), Sample::Moments(normals(luck, 1000, effect))]
    };
    let is_found = |analysis: &Analysis, role: &str| -> Vec<bool> {
        let of_role = analysis.results.iter().filter(|outcome| outcome.role == role);
        of_role.map(|outcome| outcome.call != Call::Unclear).collect()
    };
    let any = count(runs, |run| {
        let luck = &mut luck(16, run);
        let found = analysis(&secondaries, &collected((0..5).map(|_| draw(luck, 0.0)).collect()));
        is_found(&found, "secondary").contains(&true)
    });
    // Independent: the least of four is below a quarter of the level.
    is_chance("Holm", any, runs, 1.0 - (1.0_f64 - 0.05 / 4.0).powi(4));
    let exploratory = plan(
        Validity::Fixed,
        2000,
        2,
        (0..9).map(|i| named(i, if i == 0 { Role::Primary } else { Role::Exploratory })).collect(),
    );
    let shares: Vec<f64> = (0..runs)
        .into_par_iter()
        .map(|run| {
            let luck = &mut luck(17, run);
            let effects = [0.0, 0.0, 0.0, 0.0, 0.0, 0.13, 0.13, 0.13, 0.13];
            let data = effects.iter().map(|effect| draw(luck, *effect)).collect();
            let found = is_found(&analysis(&exploratory, &collected(data)), "exploratory");
            let all = found.iter().filter(|found| **found).count();
            let wrong = found[..4].iter().filter(|found| **found).count();
            wrong as f64 / all.max(1) as f64
        })
        .collect();
    let n = runs as f64;
    let average = shares.iter().sum::<f64>() / n;
    let error = (shares.iter().map(|share| (share - average).powi(2)).sum::<f64>() / n / n).sqrt();
    // Half of the eight are true: exactly half of the level.
    assert!(((average - 0.025) / error).abs() < ALARM, "false finds: {average} ± {error}");
}

/// Who looks twenty times at what is good for one look is wrong in a quarter of the cases.
fn naive_peeking(runs: u64) {
    let kind = Kind::Mean { column: "spend".into() };
    let wrong = count(runs, |run| {
        let luck = &mut luck(18, run);
        let mut arms = [Moments::new(1), Moments::new(1)];
        (0..20).any(|_| {
            arms.iter_mut().for_each(|arm| arm.merge(&normals(luck, 1000, 0.0)));
            let [control, treatment] = arms.clone().map(Sample::Moments);
            Contrast::of(&kind, &control, &treatment).expect("a contrast").z(0.0).abs() > USUAL
        })
    });
    is_chance("peeking", wrong, runs, 0.248);
}

/// Intervals hold the truth as often as they say.
fn coverage(runs: u64) {
    for (check, n, rates) in [(19, 1000, (0.02, 0.03)), (20, 1000, (0.004, 0.007))] {
        let truth = rates.1 - rates.0;
        let kind = Kind::Proportion { column: "ordered".into() };
        let holds = |both: TwoProportions| {
            let count = |arm: Arm| Sample::Count { successes: arm.successes, units: arm.trials };
            let contrast = Contrast::of(&kind, &count(both.control()), &count(both.treatment())).expect("a contrast");
            contrast.z(truth).abs() <= USUAL
        };
        let chance = exactly((n, n), rates, holds);
        assert!(chance > 0.94, "{rates:?}: {chance}");
        let of_shares = plan(Validity::Fixed, 2 * n, 2, vec![share(Role::Primary)]);
        let held = count(runs, |run| {
            let luck = &mut luck(check, run);
            let arms = [rates.0, rates.1].map(|rate| Sample::Count { successes: converted(luck, n, rate), units: n });
            let found = analysis(&of_shares, &collected(vec![arms.to_vec()]));
            let main = &found.results[0].main;
            main.effect_size_ci_lower <= truth && truth <= main.effect_size_ci_upper
        });
        is_chance("interval of shares", held, runs, chance);
    }
    // Lin's regression from totals, slopes and sizes of the arms unequal.
    let mut metric = mean(Role::Primary);
    metric.covariates = vec!["before".into()];
    let mut explained = plan(Validity::Fixed, 600, 2, vec![metric]);
    explained.arms = vec![("none".into(), 2.0 / 3.0), ("offer".into(), 1.0 / 3.0)];
    let held = count(runs, |run| {
        let luck = &mut luck(21, run);
        let mut draw = |n: u64, effect: f64| {
            let mut moments = Moments::new(2);
            for _ in 0..n {
                let [x, e]: [f64; 2] = [StandardNormal.sample(luck), StandardNormal.sample(luck)];
                moments.add(&[effect + 2.0 * x + e, x]);
            }
            Sample::Moments(moments)
        };
        let found = analysis(&explained, &collected(vec![vec![draw(400, 0.0), draw(200, 0.3)]]));
        let outcome = &found.results[0];
        assert!(outcome.variance_saved.is_some_and(|saved| saved > 0.7), "four fifths are explained");
        outcome.main.effect_size_ci_lower <= 0.3 && 0.3 <= outcome.main.effect_size_ci_upper
    });
    is_chance("interval with covariates", held, runs, 0.95);
}

/// Shares of units: alarms of the one test as often as the binomial law says, of that of every day less often than allowed.
fn sample_ratio(runs: u64) {
    let n = 10_000;
    let alarm = |level: f64| {
        let far = |units: u64| (units as f64 - 5000.0).abs() / 50.0;
        let critical = -normal::quantile(level / 2.0);
        (4000..=6000).filter(|units| far(*units) > critical).map(|units| binomial::pmf(units, n, 0.5)).sum::<f64>()
    };
    let of_shares = plan(Validity::Fixed, n, 2, vec![share(Role::Primary)]);
    let states: Vec<[State; 2]> = (0..runs)
        .into_par_iter()
        .map(|run| {
            let luck = &mut luck(22, run);
            let mut all = [0, 0];
            let mut exposed = std::collections::BTreeMap::new();
            for day in 1..=25 {
                let treated = converted(luck, n / 25, 0.5);
                let today = [n / 25 - treated, treated];
                all.iter_mut().zip(today).for_each(|(all, today)| *all += today);
                exposed.insert(jiff::civil::date(2026, 6, day), today.to_vec());
            }
            let samples = all.map(|units| Sample::Count { successes: units / 10, units });
            let mut collected = collected(vec![samples.to_vec()]);
            collected.health.exposed = exposed;
            let found = analysis(&of_shares, &collected);
            ["sample ratio", "sample ratio day by day"].map(|name| {
                let gate = found.gates.iter().find(|gate| gate.gate == name).expect("a gate");
                assert_eq!(found.verdict.withheld, found.gates.iter().any(|gate| gate.state == State::Failed));
                gate.state
            })
        })
        .collect();
    let of = |gate: usize, states_of: &[State]| {
        states.iter().filter(|states| states_of.contains(&states[gate])).count() as f64
    };
    is_chance("shares, warning", of(0, &[State::Warning, State::Failed]), runs, alarm(0.01));
    is_at_most("shares, alarm", of(0, &[State::Failed]), runs, alarm(0.001));
    is_at_most("shares day by day, warning", of(1, &[State::Warning, State::Failed]), runs, 0.01);
    is_at_most("shares day by day, alarm", of(1, &[State::Failed]), runs, 0.001);
}

/// Where rates are drawn from the prior, an arm that is better with chance P is better in P of the cases.
fn chances_are_calibrated(runs: u64) {
    let of_shares = plan(Validity::Fixed, 100, 2, vec![share(Role::Primary)]);
    let played: Vec<(f64, f64)> = (0..runs)
        .into_par_iter()
        .map(|run| {
            let luck = &mut luck(23, run);
            let rates: [f64; 2] = [StandardUniform.sample(luck), StandardUniform.sample(luck)];
            let samples = rates.map(|rate| Sample::Count { successes: converted(luck, 50, rate), units: 50 });
            let found = analysis(&of_shares, &collected(vec![samples.to_vec()]));
            (found.beliefs[1].better_than_control.expect("a chance"), f64::from(u8::from(rates[1] > rates[0])))
        })
        .collect();
    for (low, high) in [(0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0), (0.0, 1.0)] {
        let within = || played.iter().filter(|(chance, _)| (low..=high).contains(chance));
        let (excess, variance) = within().fold((0.0, 0.0), |(excess, variance), (chance, better)| {
            (excess + better - chance, variance + chance * (1.0 - chance))
        });
        assert!(excess.abs() < ALARM * variance.sqrt() + 0.5, "{low} to {high}: {excess} of {variance}");
    }
}

#[test]
fn one_look_keeps_its_level() {
    level_of_one_look(4000);
}

#[test]
fn planned_looks_keep_their_level() {
    level_of_planned_looks(600);
}

#[test]
fn looks_at_any_time_keep_their_level() {
    level_at_any_time(500);
}

#[test]
fn tests_have_the_power_that_was_planned() {
    power_as_planned(600);
}

#[test]
fn what_is_told_after_stopping_is_true() {
    truth_after_stopping(600);
}

#[test]
fn families_keep_their_level() {
    families(1500);
}

#[test]
fn naive_peeking_is_wrong_in_a_quarter_of_the_cases() {
    naive_peeking(20_000);
}

#[test]
fn intervals_hold_the_truth() {
    coverage(2000);
}

#[test]
fn sample_ratio_alarms_are_rare() {
    sample_ratio(3000);
}

#[test]
fn chances_to_be_better_are_calibrated() {
    chances_are_calibrated(3000);
}

#[test]
#[ignore = "minutes"]
fn everything_again_with_many_runs() {
    level_of_one_look(12_000);
    level_of_planned_looks(1500);
    level_at_any_time(1500);
    power_as_planned(1500);
    truth_after_stopping(1500);
    families(4000);
    naive_peeking(60_000);
    coverage(6000);
    sample_ratio(9000);
    chances_are_calibrated(9000);
}

/// Going on beyond the plan is no reason to believe nothing: the last look comes when it comes.
#[test]
fn an_over_run_is_the_last_look() {
    let of_means = plan(looks(&[0.5, 1.0], Spending::ObrienFleming), 2000, 2, vec![mean(Role::Primary)]);
    let at = |n: u64, taken: Option<Vec<f64>>| {
        let arm = |mean| Sample::Moments(Moments::from_variance(n, mean, 1.0).expect("moments"));
        let asked = Asked { taken, ..Asked::default() };
        analyze(&of_means, true, &asked, &collected(vec![vec![arm(0.0), arm(0.2)]])).expect("an analysis")
    };
    let planned = at(1000, None);
    for (n, taken) in [(1100, None), (1300, None), (1300, Some(vec![0.5, 1.0])), (995, Some(vec![0.5, 0.985]))] {
        let found = at(n, taken.clone());
        let main = &found.results[0].main;
        assert!(main.pvalue < 0.001 && main.effect_size_ci_lower > 0.0, "{n} {taken:?}: {}", main.pvalue);
        assert_eq!(found.looks.len(), 2);
        let ended = found.departures.iter().any(|sentence| sentence.contains("a look too many"));
        assert_eq!(ended, taken.is_some(), "{:?}", found.departures);
    }
    assert!(planned.departures.is_empty());
}

/// Where one gives up, and where the plan would have stopped, is said; towards better, whichever way that is.
#[test]
fn futility_and_an_earlier_crossing_are_told() {
    let validity = Validity::PlannedLooks { looks: vec![0.5, 1.0], spending: Spending::ObrienFleming, futility: true };
    for (better, effect) in [(Direction::Higher, -0.05), (Direction::Lower, 0.05)] {
        let metric = Metric { better, ..mean(Role::Primary) };
        let of_means = plan(validity.clone(), 4000, 2, vec![metric]);
        let arm = |mean| Sample::Moments(Moments::from_variance(1000, mean, 1.0).expect("moments"));
        let found = analysis(&of_means, &collected(vec![vec![arm(0.0), arm(effect)]]));
        let now = found.looks.iter().find(|look| look.now).expect("a look");
        assert!(now.good.zip(now.futility).is_some_and(|(z, futility)| z < futility), "{now:?}");
        assert_eq!(found.verdict.choices[0].decision, "keep control");
        assert!(found.verdict.headline.contains("success has become unlikely"), "{}", found.verdict.headline);
    }
    let of_shares = plan(looks(&[0.5, 1.0], Spending::Pocock), 4000, 2, vec![share(Role::Primary)]);
    let cell = |control, treatment| {
        Cell(vec![
            Sample::Count { successes: control, units: 1000 },
            Sample::Count { successes: treatment, units: 1000 },
        ])
    };
    let whole = |control, treatment| {
        vec![Sample::Count { successes: control, units: 2000 }, Sample::Count { successes: treatment, units: 2000 }]
    };
    let mut data = collected(vec![whole(200, 240)]);
    let (first, second) = (jiff::civil::date(2026, 6, 1), jiff::civil::date(2026, 6, 9));
    data.metrics[0].by_day = [(first, cell(80, 130)), (second, cell(120, 110))].into();
    let found = analysis(&of_shares, &data);
    assert!(
        found.departures.iter().any(|told| told.contains("look 1 on 2026-06-01, where offer")),
        "{:?}",
        found.departures
    );
    assert!(found.looks.iter().all(|look| look.effect_size.is_none()), "no law of what is found after a crossing");
    // Arms keep their names.
    assert!(!found.verdict.headline.contains("Offer"), "{}", found.verdict.headline);
}

/// Few conversions, few units, nothing that varies: an analysis all the same.
#[test]
fn little_data_are_analysed() {
    let count = |successes, units| Sample::Count { successes, units };
    let three = plan(Validity::Fixed, 400, 3, vec![share(Role::Primary)]);
    let found = analysis(&three, &collected(vec![vec![count(0, 100), count(0, 100), count(6, 100)]]));
    assert_eq!(found.results.len(), 2);
    let any_time = plan(Validity::AnyTime, 400, 3, vec![share(Role::Primary)]);
    let found = analysis(&any_time, &collected(vec![vec![count(1, 100), count(0, 100), count(30, 100)]]));
    assert!(found.results.iter().all(|outcome| {
        let (main, adjusted) = (&outcome.main, &outcome.adjustment);
        let zero = adjusted.effect_size_ci_lower <= 0.0 && 0.0 <= adjusted.effect_size_ci_upper;
        main.pvalue >= 0.0 && (outcome.call == Call::Unclear) == zero && (adjusted.pvalue > 0.05) == zero
    }));
    let moments = |variance| Sample::Moments(Moments::from_variance(50, 1.0, variance).expect("moments"));
    let of_means = plan(Validity::Fixed, 150, 3, vec![mean(Role::Primary)]);
    let found = analysis(&of_means, &collected(vec![vec![moments(0.0), moments(1.0), moments(2.0)]]));
    assert!(found.beliefs.iter().all(|belief| belief.best.is_finite()));
}

/// The effect in strata, and that of times to an event beside their mean.
#[test]
fn strata_and_hazards_stand_beside_the_result() {
    let count = |successes, units| Sample::Count { successes, units };
    let of_shares = plan(Validity::Fixed, 400, 2, vec![share(Role::Primary)]);
    // Within each level the arms are alike; the treatment has more of the level that orders more.
    let mut data = collected(vec![vec![count(50, 200), count(70, 200)]]);
    let levels =
        [("new", Cell(vec![count(10, 100), count(5, 50)])), ("old", Cell(vec![count(40, 100), count(60, 150)]))];
    data.metrics[0].by_segment = vec![levels.map(|(name, cell)| (name.to_owned(), cell)).into()];
    let of_levels = [("new", vec![100, 50]), ("old", vec![100, 150])].map(|(name, units)| (name.to_owned(), units));
    data.health.segments = vec![("kind".into(), of_levels.into())];
    let found = analysis(&of_shares, &data);
    let stratified = &found.results[0].post_stratified[0];
    assert!(found.results[0].main.effect_size > 0.04 && stratified.estimates.effect_size.abs() < 0.01);
    let days = |shift: f64| Sample::Lifetimes((0..60).map(|i| (f64::from(i) + shift, i % 3 > 0)).collect());
    let kind = Kind::Survival { time: "days".into(), event: "left".into(), until: Some(50.0) };
    let times = plan(Validity::Fixed, 120, 2, vec![metric("days", kind, Role::Primary)]);
    let mut data = collected(vec![vec![days(0.0), days(30.0)]]);
    data.units = vec![60, 60];
    let hazard = analysis(&times, &data).results[0].hazard.clone().expect("a hazard");
    assert!(hazard.hazard_ratio < 1.0 && hazard.hazard_ratio_ci_upper < 1.0 && hazard.log_rank_pvalue < 0.05);
}
