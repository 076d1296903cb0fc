//! One experiment from its first look to its end, for every part of the effect, analysed as the plan says.

use super::draw::Lottery;
use super::population::Place;
use super::rule::{Rule, correction, sign};
use super::setting::Setting;
use super::sums::Sums;
use super::truth::{self, Limits, NO_LIMITS, Truth};
use crate::abtest::analysis::{Call, Facts, Ground, contrasts_of, harms, not_worse, of_score};
use crate::abtest::collected::{Adjusted, Cell, Collected, Health, Measured};
use crate::abtest::contrast::Contrast;
use crate::abtest::metric::{Cap, Kind, Metric, Role};
use crate::abtest::plan::{Guardrails, Plan};
use crate::abtest::standing::Standing;
use crate::stats::Error;
use crate::stats::moments::Moments;
use crate::stats::two_arms::adjusted::{Arm, Design, Fit, Residuals, Robust, usable};

/// What all experiments of a plan have in common.
pub struct Player<'a> {
    plan: &'a Plan,
    lottery: Lottery<'a>,
    /// Parts of the effect, ascending.
    parts: &'a [f64],
    /// By look.
    pub rules: Vec<Rule>,
    /// By metric and look: one for all parts of the effect, or where caps hang on it one for each.
    truths: Vec<Vec<Vec<Truth>>>,
    /// The arms, the control first.
    arms: Vec<String>,
    primary: usize,
    /// By metric: about where its variables lie, its covariates among them.
    near: Vec<Vec<f64>>,
}

/// How an experiment ended under one part of the effect.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The look, from 0.
    pub look: usize,
    /// By treatment.
    pub treatments: Vec<Treated>,
    /// By metric, in each by treatment; none where it cannot be computed.
    pub found: Vec<Vec<Option<Found>>>,
    /// The score of the first treatment's primary metric at each look until the end.
    pub path: Vec<f64>,
}

/// What became of a treatment.
#[derive(Clone, Copy, Debug)]
pub struct Treated {
    /// The first call of the primary metric that was not unclear, at any look until the end.
    pub call: Call,
    /// What was decided.
    pub ground: Ground,
    /// The median-unbiased estimate, where there are planned looks and one treatment.
    pub adjusted: Option<f64>,
}

/// A metric of a treatment at the end.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The estimate, in the metric's unit.
    pub estimate: f64,
    /// Its standard error.
    pub error: f64,
    /// What is true.
    pub truth: f64,
    /// What is called.
    pub call: Call,
    /// Whether the plain interval holds the truth.
    pub holds: bool,
    /// Whether it lies wholly above.
    pub above: bool,
    /// Whether those of all looks until now held the truth.
    pub held: bool,
    /// Of a guardrail: whether it is shown to be not worse.
    pub not_worse: Option<bool>,
}

impl<'a> Player<'a> {
    /// Prepares the rules of all looks and the truth of all parts.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn new(setting: &'a Setting, lottery: Lottery<'a>, parts: &'a [f64], shares: &[f64]) -> Result<Self, Error> {
        let plan = &setting.plan;
        let (population, course) = (lottery.population, lottery.course);
        let rules = course.stages.iter().map(|stage| Rule::new(plan, stage.units)).collect::<Result<_, _>>()?;
        let truths = plan.metrics.iter().zip(&population.places).map(|(metric, place)| {
            let of_look = |look: usize| {
                let of_part = |&part: &f64| {
                    let limits = truth::limits(population, place, metric, look, shares, part);
                    Truth::new(population, course, place, look, limits)
                };
                let hangs = matches!(metric.cap, Some(Cap::Quantile { .. }));
                if hangs { parts.iter().map(of_part).collect() } else { vec![of_part(&1.0)] }
            };
            (0..course.stages.len()).map(of_look).collect()
        });
        let near = plan.metrics.iter().zip(&population.places).map(|(metric, place)| {
            let mut near = population.means(place);
            // Of 0 and 1 the sum is then the number of successes.
            if matches!(metric.kind, Kind::Proportion { .. }) {
                near[0] = 0.0;
            }
            near
        });
        Ok(Self {
            near: near.collect(),
            plan,
            parts,
            rules,
            truths: truths.collect(),
            arms: population.arms.clone(),
            primary: plan.metrics.iter().position(|metric| metric.role == Role::Primary).unwrap_or(0),
            lottery,
        })
    }

    /// What is true of a metric at a look, for a part of the effect by its number.
    pub fn truth(&self, metric: usize, look: usize, part: usize) -> &Truth {
        let all = &self.truths[metric][look];
        all.get(part).unwrap_or(&all[0])
    }

    /// Number of the primary metric.
    pub fn primary(&self) -> usize {
        self.primary
    }

    /// Plays an experiment to its end under every part of the effect, in their order.
    ///
    /// # Errors
    /// Those of statistics that no analysis would tell as a refusal.
    pub fn experiment(&self, number: u64) -> Result<Vec<Ended>, Error> {
        let mut sums: Vec<Vec<Sums>> = Vec::new();
        for ((metric, place), near) in self.plan.metrics.iter().zip(self.places()).zip(&self.near) {
            let sheets = if capped_at_quantile(metric) { self.parts.len() } else { 1 };
            sums.push(vec![Sums::new(metric, place, self.arms.len(), self.parts.len(), near); sheets]);
        }
        let mut going: Vec<Going> = self.parts.iter().map(|_| Going::new(self)).collect();
        for look in 0..self.rules.len() {
            let open: Vec<usize> = (0..going.len()).filter(|&part| going[part].ended.is_none()).collect();
            if open.is_empty() {
                break;
            }
            let limits = self.gather(number, look, &open, &mut sums);
            if !self.lottery.course.stages[look].looks {
                continue;
            }
            let adjusted = self.adjust(number, look, &open, &sums, &limits);
            for (&part, adjusted) in open.iter().zip(adjusted) {
                let collected = self.collected(look, part, &sums, adjusted);
                self.look(look, part, &collected, &mut going[part])?;
            }
        }
        Ok(going.into_iter().filter_map(|going| going.ended).collect())
    }

    fn places(&self) -> &[Place] {
        &self.lottery.population.places
    }

    /// Sums up to a look; and by metric and part the limits of its values.
    fn gather(&self, number: u64, look: usize, open: &[usize], sums: &mut [Vec<Sums>]) -> Vec<Vec<Limits>> {
        let metrics = &self.plan.metrics;
        let limits: Vec<Vec<Limits>> = (metrics.iter().zip(self.places()))
            .map(|(metric, place)| match metric.cap {
                Some(Cap::At { low, high }) => {
                    vec![(low.unwrap_or(NO_LIMITS.0), high.unwrap_or(NO_LIMITS.1)); self.parts.len()]
                }
                Some(Cap::Quantile { low, high }) => self.quantiles(number, look, open, place, (low, high)),
                None => vec![NO_LIMITS; self.parts.len()],
            })
            .collect();
        // What is only added to, and what must be gathered anew at each look.
        let anew: Vec<bool> =
            metrics.iter().zip(self.places()).map(|(m, place)| place.by_look || capped_at_quantile(m)).collect();
        for (sums, _) in sums.iter_mut().zip(&anew).filter(|(_, anew)| **anew) {
            sums.iter_mut().for_each(Sums::clear);
        }
        let first = if anew.contains(&true) { 0 } else { look };
        for stage in first..=look {
            self.lottery.stage(number, stage, |drawn| {
                for (metric, place) in self.places().iter().enumerate() {
                    if stage < look && !anew[metric] {
                        continue;
                    }
                    if let [only] = &mut sums[metric][..] {
                        only.add(&drawn, place, look, limits[metric][0]);
                    } else {
                        open.iter().for_each(|&p| sums[metric][p].add(&drawn, place, look, limits[metric][p]));
                    }
                }
            });
        }
        limits
    }

    /// The quantiles of all arms together, for each open part of the effect.
    fn quantiles(
        &self,
        number: u64,
        look: usize,
        open: &[usize],
        place: &Place,
        caps: (Option<f64>, Option<f64>),
    ) -> Vec<Limits> {
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); self.parts.len()];
        for stage in 0..=look {
            self.lottery.stage(number, stage, |drawn| {
                for &part in open {
                    let arm = if drawn.beyond <= part { drawn.arm } else { 0 };
                    let value = drawn.row[place.of(look, arm)];
                    if !value.is_nan() {
                        values[part].push(value);
                    }
                }
            });
        }
        values
            .into_iter()
            .map(|mut values| {
                let n = values.len();
                if n == 0 {
                    return NO_LIMITS;
                }
                let mut at = |share: f64| {
                    let rank = ((share * n as f64).ceil() as usize).clamp(1, n);
                    *values.select_nth_unstable_by(rank - 1, f64::total_cmp).1
                };
                (caps.0.map_or(NO_LIMITS.0, &mut at), caps.1.map_or(NO_LIMITS.1, &mut at))
            })
            .collect()
    }

    /// The regressions on covariates: by open part, metric and treatment.
    fn adjust(
        &self,
        number: u64,
        look: usize,
        open: &[usize],
        sums: &[Vec<Sums>],
        limits: &[Vec<Limits>],
    ) -> Vec<Vec<Vec<Adjusted>>> {
        let metrics = self.plan.metrics.len();
        let mut all: Vec<Vec<Vec<Regression<'_>>>> = Vec::new();
        for &part in open {
            let of_metric = |metric: usize| {
                let sums = sums[metric].get(part).unwrap_or(&sums[metric][0]);
                let covariates = &self.places()[metric].covariates;
                let treatments = if covariates.is_empty() { 1..1 } else { 1..self.arms.len() };
                treatments
                    .map(|arm| Regression::new(arm, covariates, &sums.moments(0, part), &sums.moments(arm, part)))
                    .collect()
            };
            all.push((0..metrics).map(of_metric).collect());
        }
        if all.iter().flatten().flatten().any(|regression| regression.state.is_ok()) {
            for stage in 0..=look {
                self.lottery.stage(number, stage, |drawn| {
                    for (&part, regressions) in open.iter().zip(&mut all) {
                        let outcome = if drawn.beyond <= part { drawn.arm } else { 0 };
                        for (metric, regressions) in regressions.iter_mut().enumerate() {
                            let Some(first) = regressions.first() else { continue };
                            debug_assert!(first.arm >= 1);
                            let (place, limits) = (&self.places()[metric], limits[metric][part]);
                            if let Some([value, _]) = truth::numbers(drawn.row, place, look, outcome, limits) {
                                regressions.iter_mut().for_each(|each| each.add(drawn.arm, value, drawn.row));
                            }
                        }
                    }
                });
            }
        }
        let names = |metric: usize| &self.plan.metrics[metric].covariates;
        let told = |(metric, regressions): (usize, Vec<Regression<'_>>)| {
            regressions.into_iter().map(|regression| regression.adjusted(names(metric))).collect()
        };
        all.into_iter().map(|of_part| of_part.into_iter().enumerate().map(told).collect()).collect()
    }

    /// What an analysis would be shown.
    fn collected(&self, look: usize, part: usize, sums: &[Vec<Sums>], adjusted: Vec<Vec<Adjusted>>) -> Collected {
        let arms = self.arms.len();
        let measured = |(metric, adjusted): (usize, Vec<Adjusted>)| {
            let sums = sums[metric].get(part).unwrap_or(&sums[metric][0]);
            Measured {
                overall: Cell((0..arms).map(|arm| sums.sample(arm, part)).collect()),
                uncapped: None,
                by_day: std::collections::BTreeMap::new(),
                by_segment: Vec::new(),
                adjusted,
                capped: None,
                missing: vec![0; arms],
                immature: vec![0; arms],
                largest_share: vec![0.0; arms],
            }
        };
        // The law of looks at any time asks how many there are in all; who is in which arm the samples say.
        let mut units = vec![0; arms];
        units[0] = self.lottery.course.stages[look].units;
        Collected {
            arms: self.arms.clone(),
            units,
            metrics: adjusted.into_iter().enumerate().map(measured).collect(),
            health: Health::default(),
        }
    }

    /// Takes a look, and ends the experiment where the rule says so.
    fn look(&self, look: usize, part: usize, collected: &Collected, going: &mut Going) -> Result<(), Error> {
        let (plan, rule) = (self.plan, &self.rules[look]);
        let alpha = plan.design.alpha;
        let contrasts: Vec<Option<Vec<Contrast>>> = plan
            .metrics
            .iter()
            .zip(&collected.metrics)
            .map(|(metric, measured)| contrasts_of(plan, collected, metric, measured).ok().map(|found| found.main))
            .collect();
        // A score by Student's law takes integrals: each one is computed once.
        let scores: Vec<Vec<f64>> =
            contrasts.iter().map(|found| found.iter().flatten().map(|contrast| contrast.z(0.0)).collect()).collect();
        let calls = self.calls(rule, collected, &contrasts, &scores)?;
        let mut found: Vec<Vec<Option<Found>>> = Vec::new();
        for (metric, contrasts) in contrasts.iter().enumerate() {
            let mut of_metric = Vec::new();
            for (treatment, name) in self.arms[1..].iter().enumerate() {
                let Some(contrast) = contrasts.as_ref().map(|all| &all[treatment]) else {
                    of_metric.push(None);
                    continue;
                };
                let standing = rule.standing_of(plan, collected, name, contrast);
                let critical = rule.critical(&standing, alpha)?;
                let truth = self.truth(metric, look, part).effect(treatment + 1, self.parts[part]);
                let score = if truth == 0.0 { scores[metric][treatment] } else { contrast.z(truth) };
                let holds = score.abs() <= critical;
                let held = &mut going.held[metric][treatment];
                *held &= holds;
                let own = &plan.metrics[metric];
                let margin = if let Role::Guardrail(margin) = own.role { Some(margin) } else { None };
                of_metric.push(Some(Found {
                    estimate: contrast.difference(),
                    error: error(contrast),
                    truth,
                    call: calls[metric][treatment],
                    holds,
                    above: score > critical,
                    held: *held,
                    not_worse: margin.map(|margin| not_worse(contrast, own, margin, critical)),
                }));
            }
            found.push(of_metric);
        }
        let primary = contrasts[self.primary].as_ref();
        let of_primary = &scores[self.primary];
        going.path.push(of_primary.first().copied().unwrap_or(f64::NAN));
        let last = look + 1 == self.rules.len();
        let more = rule.has_more() && !last;
        let mut treated = Vec::new();
        for treatment in 0..self.arms.len() - 1 {
            let ground = self.ground(rule, treatment, more, of_primary, &found);
            let call = found[self.primary][treatment].map_or(Call::Unclear, |found| found.call);
            let first = &mut going.calls[treatment];
            if *first == Call::Unclear {
                *first = call;
            }
            treated.push(Treated { call: *first, ground, adjusted: None });
        }
        let decided = |decision: &'static str| move |each: &Treated| each.ground.decision(more) == decision;
        if last || treated.iter().any(decided("ship")) || treated.iter().all(decided("keep control")) {
            if let (Some(stopped), Some(primary)) = (&rule.stopped, primary)
                && of_primary[0].is_finite()
            {
                treated[0].adjusted = of_score(&primary[0], stopped.score(of_primary[0])?);
            }
            let path = std::mem::take(&mut going.path);
            going.ended = Some(Ended { look, treatments: treated, found, path });
        }
        Ok(())
    }

    /// What decides on a treatment.
    fn ground(
        &self,
        rule: &Rule,
        treatment: usize,
        more: bool,
        primary: &[f64],
        found: &[Vec<Option<Found>>],
    ) -> Ground {
        let of = self.plan.decision.guardrails;
        let (mut harmed, mut open) = (false, false);
        for (metric, found) in self.plan.metrics.iter().zip(found) {
            if matches!(metric.role, Role::Guardrail(_)) {
                let shown = found[treatment].and_then(|found| found.not_worse);
                harmed |= found[treatment].is_some_and(|found| harms(of, found.call, shown));
                open |= of == Guardrails::NotWorse && shown != Some(true);
            }
        }
        let good = primary.get(treatment).map(|z| sign(self.plan.primary().better) * z);
        Facts {
            withheld: false,
            call: found[self.primary][treatment].map_or(Call::Unclear, |found| found.call),
            harmed,
            open,
            early: false,
            futile: good.zip(rule.futility).is_some_and(|(good, futility)| good <= futility),
            more,
        }
        .ground()
    }

    /// The calls of all metrics, corrected as their roles ask: by metric and treatment.
    fn calls(
        &self,
        rule: &Rule,
        collected: &Collected,
        contrasts: &[Option<Vec<Contrast>>],
        scores: &[Vec<f64>],
    ) -> Result<Vec<Vec<Call>>, Error> {
        let treatments = &self.arms[1..];
        let mut calls = vec![vec![Call::Unclear; treatments.len()]; contrasts.len()];
        let roles: [fn(&Role) -> bool; 4] = [
            |role| *role == Role::Primary,
            |role| matches!(role, Role::Guardrail(_)),
            |role| *role == Role::Secondary,
            |role| *role == Role::Exploratory,
        ];
        for of_role in roles {
            let mut places = Vec::new();
            let mut members: Vec<(&Metric, &Contrast, Standing)> = Vec::new();
            for (number, metric) in self.plan.metrics.iter().enumerate().filter(|(_, metric)| of_role(&metric.role)) {
                let Some(contrasts) = &contrasts[number] else { continue };
                for (treatment, contrast) in contrasts.iter().enumerate() {
                    places.push((number, treatment));
                    let standing = rule.standing_of(self.plan, collected, &treatments[treatment], contrast);
                    members.push((metric, contrast, standing));
                }
            }
            let Some((metric, ..)) = members.first() else { continue };
            let scores: Vec<f64> = places.iter().map(|&(metric, treatment)| scores[metric][treatment]).collect();
            let found = rule.calls(&members, &scores, correction(&metric.role), self.plan.design.alpha)?;
            for ((number, treatment), call) in places.into_iter().zip(found) {
                calls[number][treatment] = call;
            }
        }
        Ok(calls)
    }
}

fn capped_at_quantile(metric: &Metric) -> bool {
    matches!(metric.cap, Some(Cap::Quantile { .. }))
}

/// The standard error of a difference; of shares by their own rates, since that of their interval takes two root searches.
fn error(contrast: &Contrast) -> f64 {
    if !contrast.is_of_counts() {
        return contrast.standard_error();
    }
    let [control, treatment] = contrast.errors();
    libm::hypot(control, treatment)
}

/// An experiment under one part of the effect, until it ends.
struct Going {
    /// By treatment: the first call that was not unclear.
    calls: Vec<Call>,
    /// By metric and treatment: whether all intervals until now held the truth.
    held: Vec<Vec<bool>>,
    path: Vec<f64>,
    ended: Option<Ended>,
}

impl Going {
    fn new(player: &Player<'_>) -> Self {
        let treatments = player.arms.len() - 1;
        Self {
            calls: vec![Call::Unclear; treatments],
            held: vec![vec![true; treatments]; player.plan.metrics.len()],
            path: Vec::new(),
            ended: None,
        }
    }
}

/// Lin's regression of one treatment and the control, as [`collect`](crate::abtest::collect) makes it of rows.
struct Regression<'p> {
    arm: usize,
    /// Places in a row of the covariates that are used.
    used: Vec<usize>,
    /// Their numbers.
    numbers: Vec<usize>,
    state: Result<Residuals<'p>, Error>,
    x: Vec<f64>,
}

impl Regression<'_> {
    fn new(arm: usize, covariates: &[usize], control: &Moments, treatment: &Moments) -> Self {
        let numbers = usable(control, treatment, Design::Interacted);
        let variables: Vec<usize> = std::iter::once(0).chain(numbers.iter().map(|i| i + 1)).collect();
        let fit = Fit::new(&control.only(&variables), &treatment.only(&variables), Design::Interacted);
        Self {
            arm,
            used: numbers.iter().map(|&i| covariates[i]).collect(),
            x: vec![0.0; numbers.len()],
            numbers,
            state: fit.map(Fit::into_residuals),
        }
    }

    #[inline]
    fn add(&mut self, arm: usize, value: f64, row: &[f64]) {
        let Ok(residuals) = &mut self.state else { return };
        let arm = match arm {
            0 => Arm::Control,
            arm if arm == self.arm => Arm::Treatment,
            _ => return,
        };
        self.x.iter_mut().zip(&self.used).for_each(|(x, &at)| *x = row[at]);
        residuals.add(arm, value, &self.x);
    }

    fn adjusted(self, names: &[String]) -> Adjusted {
        Adjusted {
            difference: self.state.and_then(|residuals| residuals.difference(Robust::Hc2)),
            covariates: self.numbers.iter().map(|&i| names[i].clone()).collect(),
        }
    }
}
