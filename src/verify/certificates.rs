//! What certificates count, against theory: populations of given outcomes, from which experiments draw what is known.
//!
//! Tests of two shares are enumerated, outcome by outcome, with the very test that the plan makes. Tests with looks are
//! those of a Brownian motion: so their outcomes are normal, and their arms hold a hundred units and more at every look.

use rayon::prelude::*;

use super::stage::Stage;
use crate::abtest::certify::certificate::{Certificate, Pitfall, Promise};
use crate::abtest::certify::{Asked, Assignment, Setting, certify, drawn};
use crate::abtest::collected::{Collected, Sample};
use crate::abtest::contrast::Contrast;
use crate::abtest::metric::{Direction, Kind, Metric, Role};
use crate::abtest::plan::{Columns, Decision, Design, Guardrails, Plan, Validity};
use crate::simulation::Progress;
use crate::stats::moments::Moments;
use crate::stats::sequential::always_valid::Mixture;
use crate::stats::sequential::design::{self, Rule};
use crate::stats::sequential::recursion::{Crossing, Walk, stopping};
use crate::stats::sequential::spending::Spending;
use crate::stats::sides::Sides;
use crate::stats::{binomial, normal};

/// The level of all plans here.
const ALPHA: f64 = 0.05;
/// Chances below this count for nothing when they are enumerated.
const NOTHING: f64 = 1e-17;
/// Customers whose outcomes are normal.
const NORMAL: usize = 4096;
/// The parts of the effect for which a certificate tells power.
const PARTS: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// A test of two shares of 50 customers each with a rate of a tenth: what the pooled and the unpooled z refuse.
pub(super) fn two_tests(stage: &mut Stage<'_>) {
    let (units, rate) = ((50, 50), 0.1);
    let plan = plan(Validity::Fixed, units, share());
    let setting = given(&plan, units, &[1.0], &shares_of(10, 1, 1));
    let experiments = stage.experiments(40_000);
    let (seed, progress) = (stage.seed(), Units { progress: stage.progress(), units: 100 });
    let scores = |number: u64| {
        progress.advance(1);
        let collected = drawn(&setting, seed, number, true)
            .unwrap_or_else(|failure| panic!("an oracle cannot be played: {failure:?}"));
        let [control, treatment] = counts(&collected);
        [pooled(control, treatment), unpooled(control, treatment)].map(refused)
    };
    let seen: Vec<[bool; 2]> = (0..experiments).into_par_iter().map(scores).collect();
    for (test, name, score) in [(0, "pooled", pooled as fn(Count, Count) -> f64), (1, "unpooled", unpooled)] {
        let exact = exactly(units, (rate, rate), |control, treatment| refused(score(control, treatment)));
        let count = seen.iter().filter(|seen| seen[test]).count() as u64;
        stage.rate(format!("{name} z, false alarms"), exact, (count, experiments), 100);
    }
}

/// A fixed test of two shares that really differ: its level, its power under every part of the effect, what its interval
/// holds and how much its wins exaggerate.
pub(super) fn fixed_test(stage: &mut Stage<'_>) {
    let (units, control, treatment) = ((50, 50), 0.1, 0.3);
    let plan = plan(Validity::Fixed, units, share());
    let setting = given(&plan, units, &[1.0], &shares_of(10, 1, 3));
    let certificate = certified(stage, &setting, 6000, 2);
    let effect = treatment - control;
    stage.near("true effect", effect, certificate.metrics[0].effect);
    called_by_part(stage, &certificate, units, (control, treatment));
    let exact = exactly(units, (control, treatment), |c, t| score(c, t, effect).abs() <= critical());
    let coverage = certificate.metrics[0].coverage;
    stage.rate("coverage", exact, (coverage.count, coverage.of), 100);
    let bias = certificate.metrics[0].bias;
    stage.value("bias", 0.0, bias.value, bias.standard_error, (bias.of, 100));
    let won = |c, t| score(c, t, 0.0) > critical();
    let wins = exactly(units, (control, treatment), won);
    let estimates = expected(units, (control, treatment), |c, t| if won(c, t) { rate(t) - rate(c) } else { 0.0 });
    let own = certificate.power.last().and_then(|point| point.exaggeration);
    let (value, error, of) = own.map_or((f64::NAN, f64::NAN, 0), |found| (found.value, found.standard_error, found.of));
    stage.value("exaggeration of wins", estimates / wins / effect, value, error, (of, 100));
}

/// Five hundred against a hundred: what the plan's own test refuses, and what the unpooled z does.
pub(super) fn unequal_arms(stage: &mut Stage<'_>) {
    let (units, rate) = ((500, 100), 0.05);
    let plan = plan(Validity::Fixed, units, share());
    let setting = given(&plan, units, &[1.0], &shares_of(20, 1, 1));
    let certificate = certified(stage, &setting, 4000, 2);
    let own = exactly(units, (rate, rate), |c, t| score(c, t, 0.0).abs() > critical());
    stage.promise("plan's test, false alarms", own, promise(&certificate, "false alarms"), 600);
    let wrong = exactly(units, (rate, rate), |c, t| refused(unpooled(c, t)));
    stage.pitfall("unpooled z, false alarms", wrong, pitfall(&certificate, "unpooled z"), 600);
}

/// Few customers buy, all for the same sum: Welch's interval of the mean holds the truth less often than it says, and as
/// often as enumeration says.
pub(super) fn rare_buyers(stage: &mut Stage<'_>) {
    let (units, control, treatment) = ((100, 100), 0.02, 0.06);
    let plan = plan(Validity::Fixed, units, mean());
    let rows: Vec<Vec<f64>> = shares_of(50, 1, 3).iter().map(|row| row.iter().map(|x| PRICE * x).collect()).collect();
    let setting = given(&plan, units, &[1.0], &rows);
    let certificate = certified(stage, &setting, 10_000, 2);
    let truth = PRICE * (treatment - control);
    stage.near("true effect", truth, certificate.metrics[0].effect);
    let z = |control: Count, treatment: Count, null: f64| {
        let contrast = Contrast::of(&mean().kind, &sales(control), &sales(treatment));
        contrast.map_or(f64::NAN, |contrast| contrast.z(null))
    };
    let rates = (control, treatment);
    let computed = exactly(units, rates, |c, t| !z(c, t, truth).is_nan());
    let held = exactly(units, rates, |c, t| z(c, t, truth).abs() <= critical());
    let coverage = certificate.metrics[0].coverage;
    stage.rate("coverage", held / computed, (coverage.count, coverage.of), 200);
    let alarms = exactly(units, (control, control), |c, t| z(c, t, 0.0).abs() > critical());
    stage.promise("false alarms", alarms, promise(&certificate, "false alarms"), 200);
}

/// Five looks with the boundaries of `O'Brien` and Fleming.
pub(super) fn planned_looks(stage: &mut Stage<'_>) {
    let units = (1000, 1000);
    let times = [0.2, 0.4, 0.6, 0.8, 1.0];
    let spending = Spending::ObrienFleming;
    let planned = design::Plan {
        times: times.to_vec(),
        alpha: ALPHA,
        sides: Sides::Two,
        rule: Rule::Spending(spending),
        futility: None,
    };
    let design = design::Design::new(&planned).unwrap_or_else(|error| panic!("an oracle is wrong: {error}"));
    let drift = design.drift_for_power(0.8).unwrap_or_else(|error| panic!("an oracle is wrong: {error}"));
    let validity = Validity::PlannedLooks { looks: times.to_vec(), spending, futility: false };
    let setting = given(&plan(validity, units, mean()), units, &times, &shifted(units, drift));
    let certificate = certified(stage, &setting, 4000, 2);
    // The exact chances of the boundaries, not the level that they were made for.
    let mut walk = Walk::new(&times).unwrap_or_else(|error| panic!("an oracle is wrong: {error}"));
    design.looks().iter().for_each(|look| walk.push(look.lower, look.upper));
    let none = walk.crossings(0.0);
    let crossed = |crossings: &[Crossing]| crossings.iter().map(|each| each.lower + each.upper).sum::<f64>();
    stage.promise("false alarms", crossed(&none), promise(&certificate, "false alarms"), 2000);
    let own = walk.crossings(drift);
    for look in 1..times.len() {
        let at = |rate: fn(&crate::abtest::certify::certificate::Look) -> crate::abtest::certify::Rate| {
            let ended = &certificate.looks[..=look];
            (ended.iter().map(|look| rate(look).count).sum::<u64>(), certificate.experiments)
        };
        let name = format!("by look {}", look + 1);
        // The last look ends all.
        if look + 1 < times.len() {
            stage.rate(
                format!("{name}, no effect"),
                crossed(&none[..=look]),
                at(|look| look.ends_without_effect),
                2000,
            );
            stage.rate(format!("{name}, effect"), crossed(&own[..=look]), at(|look| look.ends_with_effect), 2000);
        }
    }
    power_by_part(stage, &certificate, 2000, |part| walk.crossings(part * drift).iter().map(|each| each.upper).sum());
}

/// Twenty looks at a confidence sequence that is tuned to the planned number; and what becomes of tests that were not made
/// for as many.
pub(super) fn looks_at_any_time(stage: &mut Stage<'_>) {
    const LOOKS: usize = 20;
    let units = (2000, 4000);
    let times: Vec<f64> = (1..=LOOKS).map(|look| look as f64 / LOOKS as f64).collect();
    let drift = critical() - normal::quantile(0.2);
    let plan = plan(Validity::AnyTime, units, mean());
    let setting = given(&plan, units, &times, &shifted(units, drift));
    let certificate = certified(stage, &setting, 2500, LOOKS);
    let mixture = Mixture::tuned(1.0, ALPHA).unwrap_or_else(|error| panic!("an oracle is wrong: {error}"));
    let mut walk = Walk::new(&times).unwrap_or_else(|error| panic!("an oracle is wrong: {error}"));
    times.iter().map(|&time| mixture.critical(time, ALPHA)).for_each(|critical| walk.push(-critical, critical));
    let both = |crossings: &[Crossing]| crossings.iter().map(|each| each.lower + each.upper).sum::<f64>();
    stage.promise(
        "always valid, false alarms",
        both(&walk.crossings(0.0)),
        promise(&certificate, "false alarms"),
        4000,
    );
    power_by_part(stage, &certificate, 4000, |part| walk.crossings(part * drift).iter().map(|each| each.upper).sum());
    let rule = |lower: f64, upper: f64| {
        let crossings = stopping(&times, lower, upper, 0.0);
        both(&crossings.unwrap_or_else(|error| panic!("an oracle is wrong: {error}")))
    };
    let naive = rule(-critical(), critical());
    stage.pitfall("p < 0.05 at any look", naive, pitfall(&certificate, "peeking"), 4000);
    // With a flat prior the chance to be better is that of z.
    let sure = normal::quantile(0.95);
    let wins = rule(f64::NEG_INFINITY, sure);
    stage.pitfall("chance > 95 % at any look", wins, pitfall(&certificate, "chance to win, peeking"), 4000);
    stage.pitfall("chance > 95 % at the end", 0.05, pitfall(&certificate, "chance to win, once"), 4000);
}

/// False alarms, and calls of a better treatment under each part of the effect, of the plan's test of two shares.
fn called_by_part(
    stage: &mut Stage<'_>,
    certificate: &Certificate,
    units: (u64, u64),
    (control, treatment): (f64, f64),
) {
    let all = units.0 + units.1;
    let alarms = exactly(units, (control, control), |c, t| score(c, t, 0.0).abs() > critical());
    stage.promise("false alarms", alarms, promise(certificate, "false alarms"), all);
    // A customer who is not treated does as the control: their rates mix.
    power_by_part(stage, certificate, all, |part| {
        let mixed = (1.0 - part) * control + part * treatment;
        exactly(units, (control, mixed), |c, t| score(c, t, 0.0) > critical())
    });
}

fn power_by_part(stage: &mut Stage<'_>, certificate: &Certificate, units: u64, exact: impl Fn(f64) -> f64) {
    for part in PARTS {
        let point = certificate.power.iter().find(|point| point.part == part);
        let found = point.map_or((0, 0), |point| (point.better.count, point.better.of));
        stage.rate(format!("power, {part} of the effect"), exact(part), found, units);
    }
}

/// Units that are drawn, where experiments are told.
struct Units<'a> {
    progress: &'a dyn Progress,
    units: u64,
}

impl Progress for Units<'_> {
    fn advance(&self, experiments: u64) {
        self.progress.advance(experiments * self.units);
    }
}

fn certified(stage: &mut Stage<'_>, setting: &Setting, experiments: u64, peeks: usize) -> Certificate {
    let experiments = stage.experiments(experiments);
    let asked =
        Asked { experiments, seed: stage.seed(), bank: None, calendar: false, traffic: 1.0, whole_weeks: false, peeks };
    let progress = Units { progress: stage.progress(), units: setting.course.units() };
    match certify(setting, None, &asked, &progress) {
        Ok(certified) => certified.certificate,
        Err(failure) => panic!("an oracle cannot be played: {failure:?}"),
    }
}

fn promise<'a>(certificate: &'a Certificate, name: &str) -> &'a Promise {
    let found = certificate.promises.iter().find(|promise| promise.name == name);
    found.unwrap_or_else(|| panic!("an oracle has no promise {name}"))
}

fn pitfall<'a>(certificate: &'a Certificate, name: &str) -> &'a Pitfall {
    let found = certificate.pitfalls.iter().find(|pitfall| pitfall.name == name);
    found.unwrap_or_else(|| panic!("an oracle has no pitfall {name}"))
}

fn plan(validity: Validity, (control, treatment): (u64, u64), metric: Metric) -> Plan {
    let units = control + treatment;
    let share = |of: u64| of as f64 / units as f64;
    Plan {
        hypothesis: "the offer raises it".to_owned(),
        unit: "customer".to_owned(),
        control: "none".to_owned(),
        arms: vec![("none".to_owned(), share(control)), ("offer".to_owned(), share(treatment))],
        columns: Columns::default(),
        metrics: vec![metric],
        design: Design { alpha: ALPHA, power: 0.8, units: Some(units), days: None, validity },
        decision: Decision { guardrails: Guardrails::NotWorse },
    }
}

fn metric(name: &str, kind: Kind) -> Metric {
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

fn share() -> Metric {
    metric("ordered", Kind::Proportion { column: "ordered".to_owned() })
}

fn mean() -> Metric {
    metric("spent", Kind::Mean { column: "spent".to_owned() })
}

/// Arms that hold just as many as said: so what was drawn is binomial.
fn given(plan: &Plan, (control, treatment): (u64, u64), looks: &[f64], rows: &[Vec<f64>]) -> Setting {
    Setting::given(plan, control + treatment, looks, Assignment::InTurn, rows)
        .unwrap_or_else(|error| panic!("an oracle's population is wrong: {error:?}"))
}

/// So many customers of whom some order without, and some more with the treatment.
fn shares_of(customers: usize, control: usize, treatment: usize) -> Vec<Vec<f64>> {
    let orders = |customer: usize, of: usize| f64::from(u8::from(customer < of));
    (0..customers).map(|customer| vec![orders(customer, control), orders(customer, treatment)]).collect()
}

/// Normal outcomes, to all of which the treatment adds what gives a test at its end this drift.
fn shifted((control, treatment): (u64, u64), drift: f64) -> Vec<Vec<f64>> {
    let outcome = |i: usize| normal::quantile((i as f64 + 0.5) / NORMAL as f64);
    let variance = (0..NORMAL).map(|i| outcome(i) * outcome(i)).sum::<f64>() / NORMAL as f64;
    let error = (variance * (1.0 / control as f64 + 1.0 / treatment as f64)).sqrt();
    (0..NORMAL).map(|i| vec![outcome(i), outcome(i) + drift * error]).collect()
}

/// Customers who ordered, of an arm's.
#[derive(Clone, Copy, Debug)]
struct Count {
    successes: u64,
    units: u64,
}

fn counts(collected: &Collected) -> [Count; 2] {
    [0, 1].map(|arm| match collected.metrics[0].overall.0[arm] {
        Sample::Count { successes, units } => Count { successes, units },
        _ => panic!("an oracle's shares are no counts"),
    })
}

fn rate(count: Count) -> f64 {
    count.successes as f64 / count.units as f64
}

/// The textbook's z with one variance for both arms.
fn pooled(control: Count, treatment: Count) -> f64 {
    let units = control.units as f64 * treatment.units as f64 / (control.units + treatment.units) as f64;
    let common = (control.successes + treatment.successes) as f64 / (control.units + treatment.units) as f64;
    (rate(treatment) - rate(control)) / (common * (1.0 - common) / units).sqrt()
}

/// The one with a variance for each.
fn unpooled(control: Count, treatment: Count) -> f64 {
    let variance = |count: Count| rate(count) * (1.0 - rate(count)) / count.units as f64;
    (rate(treatment) - rate(control)) / (variance(control) + variance(treatment)).sqrt()
}

/// Whether a score is beyond the usual critical value; where nothing varies it is no number, and nothing is refused.
fn refused(score: f64) -> bool {
    score.abs() > critical()
}

fn critical() -> f64 {
    -normal::quantile(ALPHA / 2.0)
}

/// The plan's own score of a difference of two shares.
fn score(control: Count, treatment: Count, null: f64) -> f64 {
    let sample = |count: Count| Sample::Count { successes: count.successes, units: count.units };
    Contrast::of(&share().kind, &sample(control), &sample(treatment)).map_or(f64::NAN, |contrast| contrast.z(null))
}

/// What every buyer pays.
const PRICE: f64 = 100.0;

/// What customers of whom so many buy pay.
fn sales(count: Count) -> Sample {
    let sum = PRICE * count.successes as f64;
    Sample::Moments(
        Moments::from_sums(count.units, &[sum], &[PRICE * sum])
            .unwrap_or_else(|error| panic!("an oracle's sums are wrong: {error}")),
    )
}

/// The chance of all pairs of counts of which something holds.
fn exactly(units: (u64, u64), rates: (f64, f64), holds: impl Fn(Count, Count) -> bool) -> f64 {
    expected(units, rates, |control, treatment| f64::from(u8::from(holds(control, treatment))))
}

/// The mean of a value over all pairs of counts.
fn expected(units: (u64, u64), rates: (f64, f64), value: impl Fn(Count, Count) -> f64) -> f64 {
    let mut sum = 0.0;
    for of_control in 0..=units.0 {
        let chance_c = binomial::pmf(of_control, units.0, rates.0);
        for of_treatment in 0..=units.1 {
            let chance = chance_c * binomial::pmf(of_treatment, units.1, rates.1);
            if chance > NOTHING {
                let count = |successes, units| Count { successes, units };
                sum += chance * value(count(of_control, units.0), count(of_treatment, units.1));
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rejection rates that an independent program enumerated.
    #[test]
    fn enumerated_rates_are_the_known_ones() {
        let of = |units, p, score: fn(Count, Count) -> f64| exactly(units, (p, p), |c, t| refused(score(c, t)));
        assert!((of((50, 50), 0.1, pooled) - 0.050_574_614).abs() < 1e-9);
        assert!((of((50, 50), 0.1, unpooled) - 0.059_411_37).abs() < 1e-8);
        assert!((of((500, 100), 0.05, pooled) - 0.046).abs() < 5e-4, "{}", of((500, 100), 0.05, pooled));
        assert!((of((500, 100), 0.05, unpooled) - 0.076).abs() < 5e-4, "{}", of((500, 100), 0.05, unpooled));
    }

    /// What looking often does, in round numbers: the exact values of the oracles are those that everybody knows.
    #[test]
    fn the_chances_of_looking_often_are_the_known_ones() {
        let times: Vec<f64> = (1..=20).map(f64::from).collect();
        let sum = |crossings: Vec<Crossing>| crossings.iter().map(|each| each.lower + each.upper).sum::<f64>();
        let naive = sum(stopping(&times, -critical(), critical(), 0.0).expect("looks"));
        assert!((naive - 0.248).abs() < 5e-4, "{naive}");
        let sure = sum(stopping(&times, f64::NEG_INFINITY, normal::quantile(0.95), 0.0).expect("looks"));
        assert!((sure - 0.214).abs() < 5e-4, "{sure}");
        let mixture = Mixture::tuned(20.0, ALPHA).expect("a mixture");
        let mut walk = Walk::new(&times).expect("looks");
        times.iter().map(|&time| mixture.critical(time, ALPHA)).for_each(|critical| walk.push(-critical, critical));
        let valid = sum(walk.crossings(0.0));
        assert!((valid - 0.011).abs() < 5e-4, "{valid}");
    }

    #[test]
    fn normal_outcomes_have_the_drift_that_is_asked() {
        let rows = shifted((100, 300), 2.0);
        let mean = rows.iter().map(|row| row[0]).sum::<f64>() / NORMAL as f64;
        let variance = rows.iter().map(|row| row[0] * row[0]).sum::<f64>() / NORMAL as f64;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 0.01, "{mean} {variance}");
        let shift = rows[7][1] - rows[7][0];
        assert!((shift / (variance / 75.0).sqrt() - 2.0).abs() < 1e-12);
    }
}
