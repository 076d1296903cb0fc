//! What many experiments come to.

use super::certificate::{
    Arm, Audit, Certificate, Duration, Kept, Look, Mean, MetricRow, Path, PowerPoint, Promise, Rate,
};
use super::player::{Ended, Found, Player};
use super::rule::{has_looks, sign};
use super::setting::{Asked, GUARDS, Setting, TIMES};
use super::truth::{NO_LIMITS, numbers};
use super::{Error, PATHS};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Call, Ground};
use crate::abtest::metric::{Kind, Role};
use crate::abtest::outlook::weekday;
use crate::abtest::plan::{Plan, Validity};

/// As results write it.
const NONE: &str = "none";
const OWN: &str = "customers' own";
const WORTH: &str = "worth finding";
/// So large a share of tests that find a treatment better and do not ship it is worth a note.
const HELD_BACK: f64 = 0.01;

/// Experiments that were played to their end.
pub struct Summary<'a> {
    pub setting: &'a Setting,
    pub asked: &'a Asked,
    /// Parts of the effect, ascending: the first one is 0, the last one 1.
    pub parts: &'a [f64],
    /// By treatment: the part of its effect that is worth finding.
    pub worth: &'a [Option<f64>],
    pub player: &'a Player<'a>,
    /// By experiment and part.
    pub experiments: &'a [Vec<Ended>],
}

impl Summary<'_> {
    /// The certificate, but for what takes experiments of its own. `theory` gives a treatment's power, by the control's value and the
    /// effect.
    pub fn certificate(
        &self,
        shares: &[f64],
        theory: impl Fn(usize, f64, f64) -> Option<f64>,
    ) -> Result<Certificate, Error> {
        let Setting { plan, course, .. } = self.setting;
        let last = course.stages.len() - 1;
        let primary = self.player.primary();
        let arms = plan.arms.iter().zip(shares).enumerate().map(|(arm, ((name, _), share))| Arm {
            name: name.clone(),
            share: *share,
            value: self.player.truth(primary, last, self.own()).value(arm, 1.0),
        });
        let mut power = Vec::new();
        for treatment in 1..shares.len() {
            for part in 0..self.parts.len() {
                power.push(self.power(treatment, part, &theory)?);
            }
        }
        Ok(Certificate {
            hypothesis: plan.hypothesis.clone(),
            unit: plan.unit.clone(),
            arms: arms.collect(),
            experiments: self.asked.experiments,
            seed: self.asked.seed,
            alpha: plan.design.alpha,
            valid_under: plan.design.validity.name(),
            bank: self.setting.customers(),
            looks: self.looks()?,
            calendar: course.first_day.is_some(),
            promises: self.promises()?,
            metrics: self.metrics()?,
            power,
            durations: vec![self.duration(0, NONE), self.duration(self.own(), OWN)],
            pitfalls: Vec::new(),
            weekdays: self.setting.weekdays.clone(),
            paths: self.paths(),
            bandits: Vec::new(),
            audit: Audit { analysed: 0, agree: 0, withheld: 0 },
            notes: self.notes(),
        })
    }

    /// The number of the whole effect among the parts.
    fn own(&self) -> usize {
        self.parts.len() - 1
    }

    fn treatments(&self) -> impl Iterator<Item = (usize, &String)> {
        self.setting.population.arms[1..].iter().enumerate()
    }

    /// How all experiments ended under a part of the effect.
    fn ends(&self, part: usize) -> impl Iterator<Item = &Ended> + Clone {
        self.experiments.iter().map(move |parts| &parts[part])
    }

    fn rate(&self, part: usize, holds: impl Fn(&Ended) -> bool) -> Result<Rate, Error> {
        Rate::new(self.ends(part).filter(|ended| holds(ended)).count() as u64, self.experiments.len() as u64)
    }

    /// Of the experiments in which a metric can be computed; none if it never can.
    fn found(
        &self,
        part: usize,
        metric: usize,
        treatment: usize,
        holds: impl Fn(&Found) -> bool,
    ) -> Result<Option<Rate>, Error> {
        let all = self.ends(part).filter_map(|ended| ended.found[metric][treatment].as_ref());
        let (mut count, mut of) = (0, 0);
        for found in all {
            of += 1;
            count += u64::from(holds(found));
        }
        if of > 0 { Rate::new(count, of).map(Some) } else { Ok(None) }
    }

    fn looks(&self) -> Result<Vec<Look>, Error> {
        let Setting { plan, course, .. } = self.setting;
        let mut looks = Vec::new();
        for (at, (stage, rule)) in course.stages.iter().zip(&self.player.rules).enumerate() {
            if !stage.looks {
                continue;
            }
            looks.push(Look {
                look: looks.len() + 1,
                share: stage.units as f64 / course.planned as f64,
                units: stage.units,
                day: course.days(at),
                date: stage.days.map(|days| days.date.to_string()),
                weekday: stage.days.map(|days| weekday(days.date.weekday())),
                boundary: rule.standing.critical(plan.design.alpha)?,
                futility: rule.futility,
                ends_without_effect: self.rate(0, |ended| ended.look == at)?,
                ends_with_effect: self.rate(self.own(), |ended| ended.look == at)?,
            });
        }
        Ok(looks)
    }

    /// What the plan promises.
    fn promises(&self) -> Result<Vec<Promise>, Error> {
        let plan = &self.setting.plan;
        let (alpha, name) = (plan.design.alpha, &plan.primary().name);
        let mut all = Vec::new();
        let called = |ended: &Ended| ended.treatments.iter().any(|treated| treated.call != Call::Unclear);
        all.push(Promise::at_most("false alarms", name, NONE, self.rate(0, called)?, alpha, |rate| {
            format!("this plan calls a difference of {name} where there is none in {rate} of A/A tests")
        }));
        let shipped = |ended: &Ended| ended.treatments.iter().any(|treated| treated.ground == Ground::Better);
        all.push(Promise::at_most("false wins", name, NONE, self.rate(0, shipped)?, alpha / 2.0, |rate| {
            format!("it wins falsely, and ships a treatment that changes nothing, in {rate} of A/A tests")
        }));
        for (treatment, arm) in self.treatments() {
            let Some(part) = self.worth[treatment] else { continue };
            let Some(at) = self.parts.iter().position(|known| *known == part) else { continue };
            let better = |ended: &Ended| ended.treatments[treatment].call == Call::Better;
            let effect = if part == 1.0 { OWN } else { WORTH };
            let rate = self.rate(at, better)?;
            all.push(Promise::power(name, arm, effect, rate, plan.design.power));
        }
        for (at, metric) in plan.metrics.iter().enumerate() {
            for (treatment, arm) in self.treatments() {
                let Some(rate) = self.found(self.own(), at, treatment, |found| found.held)? else { continue };
                all.push(Promise::coverage(
                    &metric.name,
                    arm,
                    rate,
                    1.0 - alpha,
                    !matches!(plan.design.validity, Validity::Fixed),
                ));
            }
        }
        let secondary: Vec<usize> = (0..plan.metrics.len())
            .filter(|&at| plan.metrics[at].role == Role::Secondary && self.is_told(at))
            .collect();
        if !secondary.is_empty() {
            let wrong = |ended: &Ended| {
                let calls = secondary.iter().flat_map(|&at| ended.found[at].iter().flatten());
                calls.into_iter().any(|found| found.call != Call::Unclear)
            };
            let names: Vec<&str> = secondary.iter().map(|&at| plan.metrics[at].name.as_str()).collect();
            let names = names.join(", ");
            all.push(Promise::at_most("false secondary calls", &names, NONE, self.rate(0, wrong)?, alpha, |rate| {
                format!("where nothing differs it calls a difference in a secondary metric in {rate} of tests")
            }));
        }
        for (at, metric) in plan.metrics.iter().enumerate() {
            let Role::Guardrail(margin) = metric.role else { continue };
            for (treatment, arm) in self.treatments() {
                // Only where the treatment really is as bad can it be shown falsely that it is not.
                let truth = self.player.truth(at, self.setting.course.stages.len() - 1, self.own());
                let harm = -sign(metric.better) * truth.effect(treatment + 1, 1.0);
                let harms = harm >= margin.of(truth.value(0, 1.0));
                let rate = self.found(self.own(), at, treatment, |found| found.not_worse == Some(true))?;
                let Some(rate) = rate.filter(|_| harms) else { continue };
                let mut found = Promise::at_most("false safety", &metric.name, OWN, rate, alpha / 2.0, |rate| {
                    format!(
                        "although {arm} makes {} worse by more than the margin, it says \"not worse\" in {rate} of tests",
                        metric.name
                    )
                });
                found.treatment = Some(arm.clone());
                all.push(found);
            }
        }
        Ok(all)
    }

    /// Each metric of each treatment, the primary first.
    fn metrics(&self) -> Result<Vec<MetricRow>, Error> {
        let plan = &self.setting.plan;
        let primary = self.player.primary();
        let others = (0..plan.metrics.len()).filter(|at| *at != primary);
        let mut rows = Vec::new();
        for at in std::iter::once(primary).chain(others) {
            for (treatment, _) in self.treatments() {
                rows.extend(self.metric(at, treatment)?);
            }
        }
        Ok(rows)
    }

    fn metric(&self, at: usize, treatment: usize) -> Result<Option<MetricRow>, Error> {
        if self.found(self.own(), at, treatment, |_| true)?.is_none()
            || self.found(0, at, treatment, |_| true)?.is_none()
        {
            return Ok(None);
        }
        let Setting { plan, course, .. } = self.setting;
        let metric = &plan.metrics[at];
        let own = self.own();
        let truth = self.player.truth(at, course.stages.len() - 1, own);
        let (control, effect) = (truth.value(0, 1.0), truth.effect(treatment + 1, 1.0));
        let (skewness, nonzero) = self.shape(at);
        let all = self.ends(own).filter_map(|ended| ended.found[at][treatment]);
        let bias = Mean::of(all.clone().map(|found| found.estimate - found.truth));
        let error = Mean::of(all.map(|found| found.error));
        let of = |part: usize, holds: fn(&Found) -> bool| {
            // It was told in some.
            let found = self.found(part, at, treatment, holds)?;
            found.map_or_else(|| Rate::new(0, 1), Ok)
        };
        Ok(Some(MetricRow {
            metric: metric.name.clone(),
            kind: metric.kind.name(),
            role: metric.role.name(),
            treatment: self.setting.population.arms[treatment + 1].clone(),
            control,
            effect,
            effect_error: truth.error(treatment + 1),
            relative_effect: (control > 0.0).then(|| effect / control),
            skewness,
            nonzero,
            coverage: of(own, |found| found.holds)?,
            coverage_without_effect: of(0, |found| found.holds)?,
            coverage_at_all_looks: of(own, |found| found.held)?,
            above: of(own, |found| found.above)?,
            bias_in_errors: bias.value / error.value,
            bias,
            better: of(own, |found| found.call == Call::Better)?,
            worse: of(own, |found| found.call == Call::Worse)?,
            better_without_effect: of(0, |found| found.call == Call::Better)?,
            worse_without_effect: of(0, |found| found.call == Call::Worse)?,
            not_worse: if matches!(metric.role, Role::Guardrail(_)) {
                Some(of(own, |found| found.not_worse == Some(true))?)
            } else {
                None
            },
        }))
    }

    /// Whether a metric can be computed in any experiment.
    fn is_told(&self, at: usize) -> bool {
        self.ends(self.own()).any(|ended| ended.found[at].iter().any(Option::is_some))
    }

    /// Skewness of the control's values, and the share that is not 0.
    fn shape(&self, at: usize) -> (Option<f64>, Option<f64>) {
        let Setting { plan, course, population, .. } = self.setting;
        if matches!(plan.metrics[at].kind, Kind::Ratio { .. }) {
            return (None, None);
        }
        let (place, last) = (&population.places[at], course.stages.len() - 1);
        let values = (0..population.len())
            .filter_map(|unit| numbers(population.row(unit), place, last, 0, NO_LIMITS).map(|[value, _]| value));
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        let moment = |power: i32| values.clone().map(|value| (value - mean).powi(power)).sum::<f64>() / n;
        let (second, third) = (moment(2), moment(3));
        let skewness = (second > 0.0).then(|| third / second.powf(1.5));
        (skewness, Some(values.clone().filter(|value| *value != 0.0).count() as f64 / n))
    }

    /// The primary metric of a treatment under a part of its effect.
    fn power(
        &self,
        treatment: usize,
        part: usize,
        theory: &impl Fn(usize, f64, f64) -> Option<f64>,
    ) -> Result<PowerPoint, Error> {
        let course = &self.setting.course;
        let primary = self.player.primary();
        let at = treatment - 1;
        let truth = self.player.truth(primary, course.stages.len() - 1, part);
        let effect = truth.effect(treatment, self.parts[part]);
        let control = truth.value(0, 1.0);
        let call = |wanted: Call| move |ended: &Ended| ended.treatments[at].call == wanted;
        let found = self.ends(part).filter_map(|ended| ended.found[primary][at].map(|found| (ended, found)));
        let winners = found.clone().filter(|(_, found)| found.call == Call::Better);
        let adjusted = found
            .clone()
            .filter_map(|(ended, found)| ended.treatments[at].adjusted.map(|estimate| estimate - found.truth));
        Ok(PowerPoint {
            treatment: self.setting.population.arms[treatment].clone(),
            part: self.parts[part],
            effect,
            relative_effect: (control > 0.0).then(|| effect / control),
            worth_finding: self.worth[at] == Some(self.parts[part]),
            better: self.rate(part, call(Call::Better))?,
            worse: self.rate(part, call(Call::Worse))?,
            theory: theory(treatment, control, effect),
            exaggeration: (part > 0 && winners.clone().count() > 1)
                .then(|| Mean::of(winners.map(|(_, found)| found.estimate / found.truth))),
            bias: Mean::of(found.clone().map(|(_, found)| found.estimate - found.truth)),
            bias_adjusted: (has_looks(&self.setting.plan) && adjusted.clone().count() > 1).then(|| Mean::of(adjusted)),
            shipped: self.rate(part, |ended| ended.treatments[at].ground == Ground::Better)?,
            units: Mean::of(self.ends(part).map(|ended| course.stages[ended.look].units as f64)),
        })
    }

    fn duration(&self, part: usize, effect: &'static str) -> Duration {
        let course = &self.setting.course;
        let mut days: Vec<u32> = self.ends(part).filter_map(|ended| course.days(ended.look)).collect();
        days.sort_unstable();
        let at = |share: f64| {
            let rank = ((share * days.len() as f64).ceil() as usize).max(1);
            days.get(rank - 1).copied()
        };
        Duration {
            effect,
            units: Mean::of(self.ends(part).map(|ended| course.stages[ended.look].units as f64)),
            days: (!days.is_empty()).then(|| Mean::of(days.iter().map(|&days| f64::from(days)))),
            days_p10: at(0.1),
            days_p50: at(0.5),
            days_p90: at(0.9),
        }
    }

    fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        for (part, effect) in [(0, NONE), (self.own(), OWN)] {
            for (number, ended) in self.ends(part).take(PATHS).enumerate() {
                let call = ended.treatments[0].call.name();
                paths.push(Path { experiment: number as u64, effect, z: ended.path.clone(), call });
            }
        }
        paths
    }

    /// What a reader must know.
    fn notes(&self) -> Vec<String> {
        let Setting { plan, course, left_out, .. } = self.setting;
        let mut notes: Vec<String> = left_out.iter().map(|why| format!("Not certified: {why}")).collect();
        for (treatment, arm) in self.treatments() {
            match self.worth[treatment] {
                None if plan.primary().worth.is_some() => notes.push(format!(
                    "{arm} does not make {} better on these customers: the power of the plan cannot be tried.",
                    plan.primary().name
                )),
                Some(part) if part > 1.0 => notes.push(format!(
                    "The effect worth finding is {:.0} % larger than the one that {arm} has on these customers, so its power \
                     cannot be tried: power is told up to their own effect.",
                    (100.0 * (part - 1.0)).max(1.0)
                )),
                _ => {}
            }
        }
        for (treatment, arm) in self.treatments() {
            let share = |holds: &dyn Fn(&Ended) -> bool| {
                self.ends(self.own()).filter(|ended| holds(ended)).count() as f64 / self.experiments.len() as f64
            };
            let better = share(&|ended| ended.treatments[treatment].call == Call::Better);
            let shipped = share(&|ended| ended.treatments[treatment].ground == Ground::Better);
            if better - shipped > HELD_BACK {
                notes.push(format!(
                    "With their own effect {arm} is called better in {} % of tests and shipped in {} %: guardrails hold it back.",
                    digits(better),
                    digits(shipped)
                ));
            }
        }
        let planned = match &plan.design.validity {
            Validity::PlannedLooks { looks, .. } => looks.len(),
            Validity::Fixed => 1,
            Validity::AnyTime => self.asked.peeks,
        };
        let looks = course.looks().count();
        if looks < planned {
            notes.push(format!(
                "Of {planned} planned looks {looks} are taken: where a look finds nobody new, since so many {}s are exposed on one day, \
                 or where the one before has seen nearly all, there is none. (--arrivals even takes each look after its share of \
                 the {}s.)",
                plan.unit, plan.unit
            ));
        }
        if matches!(plan.design.validity, Validity::AnyTime) {
            notes.push(format!("Results that are valid at any time were looked at {looks} times."));
        }
        for (at, metric) in plan.metrics.iter().enumerate() {
            let guards = if matches!(metric.role, Role::Guardrail(_)) { GUARDS } else { "" };
            let untold = |ended: &&Ended| ended.found[at].iter().any(Option::is_none);
            let untold = self.ends(self.own()).filter(untold).count();
            if !self.is_told(at) {
                notes.push(format!(
                    "Not certified: `{}` can be told in none of the tests; nothing varies, nobody is old enough when they end, or there \
                     is nothing to divide by.{guards}",
                    metric.name
                ));
            } else if untold > 0 {
                notes.push(format!(
                    "In {} % of tests `{}` could not be told, since nothing varied in an arm: its rates are those of the others.",
                    digits(untold as f64 / self.experiments.len() as f64),
                    metric.name
                ));
            }
        }
        let times = self.setting.customers().times;
        if times < TIMES {
            notes.push(format!(
                "The bank has only {times:.1} times the {}s of an experiment (20 are advised): its own error, beside each \
                 effect, is no longer small.",
                plan.unit
            ));
        }
        notes.push("Uncertain inputs of the scenario have their typical values: a real test lives in one world, whose rates nobody knows.".to_owned());
        notes
    }
}

impl Promise {
    fn at_most(
        name: &'static str,
        metric: &str,
        effect: &'static str,
        rate: Rate,
        promised: f64,
        sentence: impl Fn(&str) -> String,
    ) -> Self {
        let kept = rate.at_most(promised);
        let sentence = verdict(&sentence(&shown(&rate)), kept);
        Self { name, metric: metric.to_owned(), treatment: None, effect, rate, promised, at_most: true, kept, sentence }
    }

    fn power(metric: &str, arm: &str, effect: &'static str, rate: Rate, promised: f64) -> Self {
        let kept = rate.at_least(promised);
        let which = if effect == WORTH { "the effect worth finding" } else { "these customers' own effect" };
        let sentence =
            format!("it finds {which} of {arm} in {} of tests, and promises {}", shown(&rate), percent(promised));
        Self {
            name: "power",
            metric: metric.to_owned(),
            treatment: Some(arm.to_owned()),
            effect,
            rate,
            promised,
            at_most: false,
            kept,
            sentence: verdict(&sentence, kept),
        }
    }

    fn coverage(metric: &str, arm: &str, rate: Rate, promised: f64, at_all_looks: bool) -> Self {
        let kept = rate.at_least(promised);
        let when = if at_all_looks { " at every look until the end" } else { "" };
        let sentence = format!(
            "the {} intervals of {metric} hold the true effect of {arm}{when} in {} of tests",
            percent(promised),
            shown(&rate)
        );
        Self {
            name: "coverage",
            metric: metric.to_owned(),
            treatment: Some(arm.to_owned()),
            effect: OWN,
            rate,
            promised,
            at_most: false,
            kept,
            sentence: verdict(&sentence, kept),
        }
    }
}

fn verdict(sentence: &str, kept: Kept) -> String {
    format!("{sentence}: {}", kept.name())
}

/// "4.8 % (4.4–5.2)".
fn shown(rate: &Rate) -> String {
    format!("{} % ({}–{})", digits(rate.share), digits(rate.low), digits(rate.high))
}

/// A share as percent: with one digit, with two where it is small.
fn digits(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 0.095 { format!("{percent:.2}") } else { format!("{percent:.1}") }
}

/// What is promised, in as many digits as it has.
fn percent(share: f64) -> String {
    format!("{} %", (1e6 * share).round() / 1e4)
}

/// Whether a full analysis says the same of an experiment.
pub fn agrees(analysis: &Analysis, plan: &Plan, ended: &Ended) -> bool {
    let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= 1e-9 * scale || (a.is_nan() && b.is_nan());
    let treatments = ended.treatments.len();
    let decided = analysis.verdict.choices.iter().zip(&ended.treatments).all(|(choice, treated)| {
        analysis.verdict.withheld || (choice.decision == "ship") == (treated.ground == Ground::Better)
    });
    decided
        && plan.metrics.iter().enumerate().all(|(at, metric)| {
            (0..treatments).all(|treatment| {
                let name = &plan.arms[treatment + 1].0;
                let told = analysis.results.iter().find(|told| told.metric == metric.name && told.treatment == *name);
                match (told, ended.found[at][treatment]) {
                    (None, None) => true,
                    (Some(told), Some(found)) => {
                        let inside = told.main.effect_size_ci_lower <= found.truth
                            && found.truth <= told.main.effect_size_ci_upper;
                        near(told.main.effect_size, found.estimate, found.error)
                            && told.call == found.call
                            && told.not_worse == found.not_worse
                            && inside == found.holds
                    }
                    _ => false,
                }
            })
        })
}
