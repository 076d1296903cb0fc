//! Certificates of several kinds. Tests are played as scores that walk by chance, so that the numbers fit each other.

use channelmix::abtest::certify::certificate::{
    Arm, Audit, Bandit, Customers, Duration, Look, MetricRow, Path, Pitfall, PowerPoint, Promise, Weekday,
};
use channelmix::abtest::certify::{Certificate, Kept, Mean, Rate};

/// The certificates by name.
pub fn samples() -> Vec<(&'static str, Certificate)> {
    vec![("looks", looks()), ("arms", arms()), ("fixed", fixed()), ("hostile", hostile()), ("empty", empty())]
}

/// A random number in [0, 1) that is always the same one for the same place.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal: the sum of twelve, less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A test with looks at shares of its units.
struct Test {
    shares: &'static [f64],
    boundary: &'static [f64],
    /// Score below which it is given up.
    futility: &'static [f64],
    units: u64,
    days: Option<&'static [u32]>,
}

/// A test that is over: its scores until then, and what it calls.
struct Over {
    z: Vec<f64>,
    call: &'static str,
}

impl Test {
    /// Tests with an effect of so many standard errors at the last look.
    fn play(&self, effect: f64, seed: u64) -> Vec<Over> {
        let mut chance = Chance(seed);
        let one = |_| {
            let (mut sum, mut before, mut z, mut call) = (0.0, 0.0, Vec::new(), "unclear");
            for (look, &share) in self.shares.iter().enumerate() {
                sum += effect * (share - before) + (share - before).sqrt() * chance.normal();
                before = share;
                let score = sum / share.sqrt();
                z.push(score);
                if score.abs() > self.boundary[look] {
                    call = if score > 0.0 { "better" } else { "worse" };
                    break;
                }
                if self.futility.get(look).is_some_and(|&bound| score < bound) {
                    break;
                }
            }
            Over { z, call }
        };
        (0..EXPERIMENTS).map(one).collect()
    }

    fn units_at(&self, look: usize) -> u64 {
        (self.shares[look] * self.units as f64).round() as u64
    }

    fn looks(&self, without: &[Over], with: &[Over]) -> Vec<Look> {
        let ends = |tests: &[Over], look: usize| share(tests, |test| test.z.len() == look + 1);
        let date = |day: u32| format!("2026-{:02}-{:02}", 1 + (4 + day - 1) / 31, 1 + (4 + day - 1) % 31);
        let one = |look: usize| Look {
            look: look + 1,
            share: self.shares[look],
            units: self.units_at(look),
            day: self.days.map(|days| days[look]),
            date: self.days.map(|days| date(days[look])),
            weekday: self.days.map(|_| "Sunday"),
            boundary: self.boundary[look],
            futility: self.futility.get(look).copied(),
            ends_without_effect: ends(without, look),
            ends_with_effect: ends(with, look),
        };
        (0..self.shares.len()).map(one).collect()
    }

    fn duration(&self, effect: &'static str, tests: &[Over]) -> Duration {
        let days = self.days.map(|days| {
            let mut all: Vec<u32> = tests.iter().map(|test| days[test.z.len() - 1]).collect();
            all.sort_unstable();
            all
        });
        let at = |share: f64| days.as_ref().map(|days| days[(share * (days.len() - 1) as f64) as usize]);
        Duration {
            effect,
            units: Mean::of(tests.iter().map(|test| self.units_at(test.z.len() - 1) as f64)),
            days: days.as_ref().map(|days| Mean::of(days.iter().map(|&day| f64::from(day)))),
            days_p10: at(0.1),
            days_p50: at(0.5),
            days_p90: at(0.9),
        }
    }

    /// How the test fares at parts of an effect of `size`, which is `score` standard errors at the last look.
    fn power(&self, treatment: &str, size: f64, control: f64, score: f64, worth: f64, lower: bool) -> Vec<PowerPoint> {
        let [good, bad] = if lower { ["worse", "better"] } else { ["better", "worse"] };
        let point = |(number, part): (usize, f64)| {
            let (effect, error) = (part * size, size.abs() / score);
            let tests = self.play(part * score * size.signum(), 17 + number as u64);
            let estimate = |test: &Over| {
                let look = test.z.len() - 1;
                test.z[look] / self.shares[look].sqrt() * error
            };
            let winners = tests.iter().filter(|test| test.call == good).map(|test| estimate(test) / effect);
            PowerPoint {
                treatment: treatment.to_owned(),
                part,
                effect,
                relative_effect: Some(effect / control),
                worth_finding: part == worth,
                better: share(&tests, |test| test.call == good),
                worse: share(&tests, |test| test.call == bad),
                theory: Some(tail(1.99 - part * score)),
                exaggeration: (part > 0.0).then(|| Mean::of(winners)),
                bias: Mean::of(tests.iter().map(|test| estimate(test) - effect)),
                bias_adjusted: (self.shares.len() > 1)
                    .then(|| Mean::of(tests.iter().map(|test| 0.1 * (estimate(test) - effect)))),
                shipped: share(&tests, |test| test.call == good && test.z[0] > -1.5),
                units: Mean::of(tests.iter().map(|test| self.units_at(test.z.len() - 1) as f64)),
            }
        };
        [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate().map(point).collect()
    }
}

const EXPERIMENTS: u64 = 4_000;

/// Beyond a score, of a normal distribution, roughly.
fn tail(z: f64) -> f64 {
    1.0 / (1.0 + (1.5976 * z + 0.070_56 * z.powi(3)).exp())
}

fn share(tests: &[Over], is: impl Fn(&Over) -> bool) -> Rate {
    Rate::new(tests.iter().filter(|test| is(test)).count() as u64, tests.len() as u64).expect("there are tests")
}

fn rate(share: f64) -> Rate {
    rate_of(share, 10_000)
}

fn rate_of(share: f64, of: u64) -> Rate {
    Rate::new((share * of as f64).round() as u64, of).expect("there are experiments")
}

fn mean(value: f64, standard_error: f64) -> Mean {
    let half = 1.96 * standard_error;
    Mean { value, standard_error, low: value - half, high: value + half, of: 10_000 }
}

fn paths(effect: &'static str, tests: &[Over]) -> Vec<Path> {
    let one =
        |(number, test): (usize, &Over)| Path { experiment: number as u64, effect, z: test.z.clone(), call: test.call };
    tests.iter().take(50).enumerate().map(one).collect()
}

fn arm(name: &str, share: f64, value: f64) -> Arm {
    Arm { name: name.to_owned(), share, value }
}

fn promise(
    name: &'static str,
    metric: &str,
    treatment: Option<&str>,
    rate: Rate,
    promised: f64,
    at_most: bool,
) -> Promise {
    let kept = if at_most { rate.at_most(promised) } else { rate.at_least(promised) };
    let (what, effect) = match name {
        "false alarms" => ("this plan wins falsely in", "none"),
        "power" => ("this plan finds the effect worth finding in", "worth finding"),
        _ => ("intervals hold the truth in", "customers' own"),
    };
    let of = if name == "false alarms" { "A/A tests" } else { "tests" };
    let whose = treatment.map_or(String::new(), |treatment| format!(", of {treatment}"));
    let sentence = format!(
        "{what} {:.1} % of {of}{whose} ({:.1}–{:.1}): {}",
        100.0 * rate.share,
        100.0 * rate.low,
        100.0 * rate.high,
        kept.name()
    );
    Promise {
        name,
        metric: metric.to_owned(),
        treatment: treatment.map(str::to_owned),
        effect,
        rate,
        promised,
        at_most,
        kept,
        sentence,
    }
}

fn metric(metric: &str, role: &'static str, treatment: &str, control: f64, effect: f64, coverage: f64) -> MetricRow {
    let proportion = role != "secondary";
    let z = if effect == 0.0 { 0.02 } else { 0.4 };
    MetricRow {
        metric: metric.to_owned(),
        kind: if proportion { "proportion" } else { "mean" },
        role,
        treatment: treatment.to_owned(),
        control,
        effect,
        effect_error: 0.05 * effect.abs().max(0.01 * control),
        relative_effect: (control > 0.0).then_some(effect / control),
        skewness: Some(if proportion { 2.4 } else { 11.7 }),
        nonzero: Some(if proportion { control.min(1.0) } else { 0.12 }),
        coverage: rate(coverage),
        coverage_without_effect: rate(coverage + 0.002),
        coverage_at_all_looks: rate(coverage - 0.006),
        above: rate((1.0 - coverage) * 0.3),
        bias: mean(0.02 * effect, 0.004 * effect.abs().max(1e-4)),
        bias_in_errors: 0.06,
        better: rate(z),
        worse: rate(0.003),
        better_without_effect: rate(0.024),
        worse_without_effect: rate(0.026),
        not_worse: (role == "guardrail").then(|| rate(0.93)),
    }
}

fn pitfall(name: &'static str, what: &str, of: &'static str, share: f64, promised: f64, bias: Option<Mean>) -> Pitfall {
    let rate = rate(share);
    let kept = rate.at_most(promised);
    let verdict = if kept == Kept::Holds { "harmless here" } else { kept.name() };
    let sentence = format!(
        "has {of} in {:.1} % ({:.1}–{:.1}) of tests, not in {:.0} %: {verdict}",
        100.0 * rate.share,
        100.0 * rate.low,
        100.0 * rate.high,
        100.0 * promised
    );
    Pitfall { name, what: what.to_owned(), of, effect: "none", rate, promised, kept, bias, sentence }
}

/// One treatment, five looks, a calendar, skewed revenue, bandits.
fn looks() -> Certificate {
    let test = Test {
        shares: &[0.2, 0.4, 0.6, 0.8, 1.0],
        boundary: &[4.877, 3.357, 2.680, 2.290, 2.031],
        futility: &[-0.9, 0.1, 0.7, 1.3],
        units: 81_400,
        days: Some(&[7, 14, 21, 35, 49]),
    };
    let (without, with) = (test.play(0.0, 1), test.play(3.1, 2));
    let power = test.power("email-first", 0.0061, 0.112, 3.1, 1.0, false);
    let alarms = share(&without, |test| test.call != "unclear");
    Certificate {
        hypothesis: "E-mail first sells more than a text at once".to_owned(),
        unit: "customer".to_owned(),
        arms: vec![arm("text", 0.5, 0.112), arm("email-first", 0.5, 0.1181)],
        experiments: EXPERIMENTS,
        seed: 42,
        alpha: 0.05,
        valid_under: "planned looks",
        bank: Customers { played: 2_000_000, units: 1_871_204, sampled: 81_400, times: 23.0 },
        looks: test.looks(&without, &with),
        calendar: true,
        promises: vec![
            promise("false alarms", "ordered", None, alarms, 0.05, true),
            promise("power", "ordered", Some("email-first"), power[4].better, 0.85, false),
            promise("coverage", "ordered", Some("email-first"), rate_of(0.953, 4_000), 0.95, false),
            promise("coverage", "revenue", Some("email-first"), rate_of(0.909, 4_000), 0.95, false),
        ],
        metrics: vec![
            metric("ordered", "primary", "email-first", 0.112, 0.0061, 0.951),
            metric("opted_out", "guardrail", "email-first", 0.0082, -0.0011, 0.948),
            metric("revenue", "secondary", "email-first", 7.31, 0.42, 0.912),
        ],
        power,
        durations: vec![test.duration("none", &without), test.duration("customers' own", &with)],
        pitfalls: vec![
            pitfall(
                "peeking",
                "look 20 times and stop at p < 0.05",
                "false alarms",
                0.248,
                0.05,
                Some(mean(0.0019, 0.0001)),
            ),
            pitfall(
                "chance to win",
                "stop when the chance to win is above 95 % at any of 20 looks",
                "false wins",
                0.214,
                0.05,
                None,
            ),
            pitfall(
                "sample ratio ignored",
                "2 % of the treatment's customers are lost, those who are lazy",
                "intervals that miss the truth",
                0.61,
                0.05,
                Some(mean(0.0051, 0.0001)),
            ),
            pitfall(
                "metric not mature",
                "judge customers on the day of the look",
                "intervals that miss the truth",
                0.052,
                0.05,
                None,
            ),
            pitfall("another campaign", "a sale runs across both arms", "false alarms", 0.049, 0.05, None),
        ],
        weekdays: weekdays(),
        paths: [paths("none", &without), paths("customers' own", &with)].concat(),
        bandits: bandits(),
        audit: Audit { analysed: 100, agree: 100, withheld: 1 },
        notes: vec![
            "Customers of the bank are drawn with replacement: an experiment may hold one twice.".to_owned(),
            "Results of secondary metrics are corrected by Holm as the plan says.".to_owned(),
        ],
    }
}

fn bandits() -> Vec<Bandit> {
    let bandit = |policy: &'static str, part: f64, regret: f64, wrong: f64, to_best: f64, bias: f64| Bandit {
        policy,
        part,
        regret: mean(regret, 0.01 * regret),
        wrong_winner: (part > 0.0).then(|| rate_of(wrong, 2_000)),
        to_best: mean(to_best, 0.002),
        bias: mean(bias, 1e-5),
    };
    vec![
        bandit("fixed test", 0.0, 0.0, 0.0, 0.5, 0.0),
        bandit("fixed test", 0.5, 124.0, 0.04, 0.5, 0.0),
        bandit("fixed test", 1.0, 248.0, 0.004, 0.5, 0.0),
        bandit("Thompson sampling", 0.0, 0.0, 0.0, 0.5, 0.0001),
        bandit("Thompson sampling", 0.5, 81.0, 0.09, 0.67, -0.0003),
        bandit("Thompson sampling", 1.0, 96.0, 0.021, 0.81, -0.0004),
        bandit("UCB", 0.0, 0.0, 0.0, 0.5, 0.0002),
        bandit("UCB", 0.5, 92.0, 0.11, 0.63, -0.0005),
        bandit("UCB", 1.0, 118.0, 0.03, 0.76, -0.0006),
    ]
}

fn weekdays() -> Vec<Weekday> {
    let weekdays = [
        ("Monday", 0.0021, 0.0004),
        ("Tuesday", 0.0012, 0.0004),
        ("Wednesday", 0.0007, 0.0004),
        ("Thursday", 0.0002, 0.0003),
        ("Friday", -0.0001, 0.0003),
        ("Saturday", -0.0003, 0.0002),
        ("Sunday", 0.0, 0.0),
    ];
    weekdays
        .into_iter()
        .enumerate()
        .map(|(number, (weekday, off, error))| Weekday {
            weekday,
            date: format!("2026-02-{:02}", 16 + number),
            units: 1_700_000 + 25_000 * number as u64,
            effect: Some(0.0061 + off),
            off: Some(off),
            off_error: Some(error),
        })
        .collect()
}

/// Two treatments of which less is better, valid at any time, no calendar.
fn arms() -> Certificate {
    let test =
        Test { shares: &[0.34, 0.67, 1.0], boundary: &[3.41, 3.02, 2.88], futility: &[], units: 120_000, days: None };
    let (without, with) = (test.play(0.0, 5), test.play(-3.9, 6));
    let names = ["push first", "letter and call"];
    let power: Vec<PowerPoint> = [(-0.0031, 3.9, 1.0), (-0.0012, 1.5, 0.5)]
        .into_iter()
        .zip(names)
        .flat_map(|((size, score, worth), name)| test.power(name, size, 0.041, score, worth, true))
        .collect();
    let promises = vec![
        promise("false alarms", "left", None, rate_of(0.0531, 4_000), 0.05, true),
        promise("power", "left", Some(names[0]), power[4].better, 0.8, false),
        promise("power", "left", Some(names[1]), power[7].better, 0.2, false),
    ];
    let metrics = names.iter().flat_map(|name| {
        [
            metric("left", "primary", name, 0.041, -0.0031, 0.957),
            metric("complaints_per_thousand_contacts_within_30_days", "guardrail", name, 0.0004, 0.0, 0.961),
            metric("profit after costs", "secondary", name, -1.7, 0.9, 0.944),
        ]
    });
    Certificate {
        hypothesis: "Fewer customers leave".to_owned(),
        unit: "household".to_owned(),
        arms: vec![arm("today", 0.4, 0.041), arm(names[0], 0.3, 0.0379), arm(names[1], 0.3, 0.0398)],
        experiments: EXPERIMENTS,
        seed: 7,
        alpha: 0.05,
        valid_under: "any time",
        bank: Customers { played: 3_000_000, units: 3_000_000, sampled: 120_000, times: 25.0 },
        looks: test.looks(&without, &with),
        calendar: false,
        promises,
        metrics: metrics.collect(),
        power,
        durations: vec![test.duration("none", &without), test.duration("customers' own", &with)],
        pitfalls: vec![pitfall("peeking", "look 20 times and stop at p < 0.05", "false alarms", 0.25, 0.05, None)],
        weekdays: Vec::new(),
        paths: [paths("none", &without), paths("customers' own", &with)]
            .concat()
            .into_iter()
            .map(|path| Path {
                call: match path.call {
                    "better" => "worse",
                    "worse" => "better",
                    call => call,
                },
                ..path
            })
            .collect(),
        bandits: Vec::new(),
        audit: Audit { analysed: 50, agree: 48, withheld: 0 },
        notes: Vec::new(),
    }
}

/// Looked at once; neither calendar nor bandits nor weekdays; keeps all that it promises.
fn fixed() -> Certificate {
    let test = Test { shares: &[1.0], boundary: &[1.960], futility: &[], units: 20_000, days: None };
    let (without, with) = (test.play(0.0, 8), test.play(2.9, 9));
    let power = test.power("B", 0.02, 0.1, 2.9, 1.0, false);
    let mut certificate = empty();
    certificate.looks = test.looks(&without, &with);
    certificate.promises = vec![
        promise("false alarms", "clicked", None, rate_of(0.0497, 20_000), 0.05, true),
        promise("power", "clicked", Some("B"), power[4].better, 0.8, false),
    ];
    certificate.metrics = vec![metric("clicked", "primary", "B", 0.1, 0.02, 0.951)];
    certificate.durations = vec![test.duration("none", &without), test.duration("customers' own", &with)];
    certificate.paths = [paths("none", &without), paths("customers' own", &with)].concat();
    certificate.power = power;
    certificate
}

/// Names that want to break the page, and numbers that are none.
fn hostile() -> Certificate {
    let mut certificate = looks();
    let nothing = Mean { value: f64::NAN, standard_error: f64::NAN, low: f64::NAN, high: f64::NAN, of: 0 };
    let script = "</title><script>alert(1)</script> & \"'\u{202e}".to_owned();
    certificate.hypothesis = format!("{script}{}", " very long".repeat(60));
    let name = "<img src=x onerror=alert(1)>".to_owned();
    certificate.arms[1].name.clone_from(&name);
    certificate.arms[0].value = f64::NAN;
    for row in &mut certificate.metrics {
        row.treatment.clone_from(&name);
        row.bias = nothing;
        row.bias_in_errors = f64::NAN;
        row.relative_effect = None;
        row.skewness = None;
    }
    certificate.metrics[0].metric = "<b>W</b>".repeat(40);
    for point in &mut certificate.power {
        point.treatment.clone_from(&name);
        point.relative_effect = None;
        point.theory = None;
        point.exaggeration = point.exaggeration.map(|mean| if point.part < 0.6 { nothing } else { mean });
    }
    certificate.looks[0].boundary = f64::INFINITY;
    certificate.looks[1].futility = Some(f64::NEG_INFINITY);
    certificate.weekdays[0].off = None;
    certificate.weekdays[1].off_error = Some(f64::NAN);
    certificate.durations[0].days = Some(nothing);
    certificate.notes.push(script.clone());
    certificate.promises[1].sentence.clone_from(&script);
    certificate.promises[1].kept = Kept::RunMore;
    certificate.pitfalls[0].what = script;
    certificate
}

/// A certificate of nothing.
fn empty() -> Certificate {
    Certificate {
        hypothesis: "B is clicked more often than A".to_owned(),
        unit: "visitor".to_owned(),
        arms: vec![arm("A", 0.5, 0.1), arm("B", 0.5, 0.12)],
        experiments: EXPERIMENTS,
        seed: 0,
        alpha: 0.05,
        valid_under: "fixed",
        bank: Customers { played: 400_000, units: 400_000, sampled: 20_000, times: 20.0 },
        looks: Vec::new(),
        calendar: false,
        promises: Vec::new(),
        metrics: Vec::new(),
        power: Vec::new(),
        durations: Vec::new(),
        pitfalls: Vec::new(),
        weekdays: Vec::new(),
        paths: Vec::new(),
        bandits: Vec::new(),
        audit: Audit { analysed: 0, agree: 0, withheld: 0 },
        notes: Vec::new(),
    }
}
