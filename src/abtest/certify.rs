//! Does an analysis keep its promises on customers like ours? A plan, played many times on simulated customers whose true
//! response to every arm is known.
//!
//! A [`Setting`] plays the customers of a scenario once, each under every arm ([`population`]), and lets the looks fall as the
//! scenario's calendar has them ([`course`]). An experiment draws its customers from these, assigns each to an arm ([`draw`])
//! and is analysed at each look as [`analyze`](super::analyze) would ([`player`]), until it ends. So every mean over the
//! population is the exact truth of every experiment, and what a plan promises can be counted ([`certificate`]).

pub mod bandit;
pub mod certificate;
pub mod course;
mod draw;
mod pitfalls;
mod player;
pub mod population;
pub mod rows;
mod rule;
pub mod setting;
mod summary;
mod sums;
mod truth;

use rayon::prelude::*;

use super::analysis::{self, Refusal};
use super::collected::Collected;
use super::metric::{Kind, Margin};
use super::outlook::Expected;
use super::sizing::{Question, size};
use crate::simulation::Progress;
use crate::stats::{Error, root};
use crate::world::World;
use bandit::{Arena, Batch, contest};
use certificate::Audit;
use draw::Lottery;
use pitfalls::Pitfalls;
use player::{Ended, Player};
use rows::Rows;

pub use certificate::{Certificate, Kept, Mean, Rate};
pub use setting::{Asked, Assignment, Setting};

/// Parts of the customers' own effect for which power is told.
const PARTS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
/// Experiments of which each look is told.
const PATHS: usize = 50;
/// Experiments that are analysed in full beside.
const AUDITED: u64 = 20;
/// The effect worth finding is the customers' own if it differs from it by less than this share: plans round it.
const ROUNDED: f64 = 0.01;
/// Experiments of bandits at most, and units that all experiments of a policy may take together.
const BANDITS: (u64, u64) = (1000, 12_000_000);
/// Batches in which customers come to a bandit where nobody says when they do.
const BATCHES: i32 = 20;

/// Why there is no certificate.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Statistics refuse a number.
    Statistics(Error),
    /// The data of an experiment cannot be analysed.
    Refused(Refusal),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Statistics(error)
    }
}

/// All experiments of a plan, played.
pub struct Certified {
    /// What is said of them.
    pub certificate: Certificate,
    parts: Vec<f64>,
    /// By experiment and part of the effect: the look at which it ended.
    ends: Vec<Vec<usize>>,
}

/// Plays the experiments of a plan and says whether it keeps its promises. Of every experiment `progress` is told.
///
/// # Errors
/// [`Failure::Statistics`] for numbers that no statistics can be made of; [`Failure::Refused`] where a collector would refuse
/// the plan.
pub fn certify(
    setting: &Setting,
    world: Option<&World>,
    asked: &Asked,
    progress: &dyn Progress,
) -> Result<Certified, Failure> {
    let shares: Vec<f64> = setting.plan.arms.iter().map(|(_, share)| *share).collect();
    let worth = worth_finding(setting, &shares);
    let parts = parts(&worth);
    let lottery = || Lottery::new(setting, asked.seed, &parts);
    let player = Player::new(setting, lottery(), &parts, &shares)?;
    let experiments: Vec<Vec<Ended>> = (0..asked.experiments)
        .into_par_iter()
        .map(|number| {
            progress.advance(1);
            player.experiment(number)
        })
        .collect::<Result<_, _>>()?;
    let pitfalls = Pitfalls {
        setting,
        shares: &shares,
        peeks: asked.peeks,
        experiments: asked.experiments.min(pitfalls::MOST),
        seed: asked.seed,
    };
    let summary =
        summary::Summary { setting, asked, parts: &parts, worth: &worth, player: &player, experiments: &experiments };
    let mut certificate = summary
        .certificate(&shares, |treatment, control, effect| theory(setting, &shares, treatment, control, effect))?;
    certificate.pitfalls = pitfalls.all(progress)?;
    certificate.bandits = bandits(setting, &shares, asked)?;
    if let Some(bandit) = certificate.bandits.first() {
        certificate.notes.push(format!("Bandits were played in {} experiments.", bandit.regret.of));
    } else {
        certificate.notes.push(
            "No bandits: customers come all at once, or what they bring is not known while the test runs, so there is nothing to shift."
                .to_owned(),
        );
    }
    certificate.audit = audit(setting, world, &player, &lottery(), &parts, &experiments)?;
    let ends = experiments.iter().map(|parts| parts.iter().map(|ended| ended.look).collect()).collect();
    Ok(Certified { certificate, parts, ends })
}

/// What the units of one experiment come to when it has run to its end, with the whole effect or (`own` false) none: what an
/// analysis of one's own can be tried on.
///
/// # Errors
/// [`Failure::Refused`] where a collector would refuse the plan.
pub fn drawn(setting: &Setting, seed: u64, experiment: u64, own: bool) -> Result<Collected, Failure> {
    let lottery = Lottery::new(setting, seed, &[0.0, 1.0]);
    let last = setting.course.stages.len() - 1;
    let rows = Rows::new(None, &setting.plan, &lottery, experiment, last, usize::from(own))
        .map_err(|error| refused(&error))?;
    rows.collected().map_err(|error| refused(&error))
}

/// Experiments that are played in all, of which progress is told.
pub fn steps(setting: &Setting, asked: &Asked) -> u64 {
    let with_effect = u64::from(setting.population.unripe.is_some()) + u64::from(setting.alone.is_some());
    asked.experiments + asked.experiments.min(pitfalls::MOST) * (1 + with_effect)
}

impl Certified {
    /// The data of one experiment at its end, with the customers' own effect.
    ///
    /// # Errors
    /// [`Failure::Refused`] for an experiment that was not played.
    pub fn export(&self, setting: &Setting, world: &World, seed: u64, experiment: u64) -> Result<Rows, Failure> {
        let Some(look) = self.ends.get(experiment as usize).and_then(|ends| ends.last().copied()) else {
            return Err(Failure::Refused(Refusal {
                what: format!("there is no experiment {experiment}"),
                help: format!("they are numbered from 0 to {}", self.ends.len().saturating_sub(1)),
            }));
        };
        let lottery = Lottery::new(setting, seed, &self.parts);
        Rows::new(Some(world), &setting.plan, &lottery, experiment, look, self.parts.len() - 1)
            .map_err(|error| refused(&error))
    }
}

fn refused(error: &super::collect::Error) -> Failure {
    Failure::Refused(Refusal { what: error.to_string(), help: "change the plan".to_owned() })
}

/// The parts of the effect that are played: fixed ones, and for each treatment that which makes the effect worth finding.
fn parts(worth: &[Option<f64>]) -> Vec<f64> {
    let mut parts = PARTS.to_vec();
    parts.extend(worth.iter().copied().flatten().filter(|part| *part < 1.0));
    parts.sort_unstable_by(f64::total_cmp);
    parts.dedup();
    parts
}

/// By treatment: the part of its own effect that is the effect worth finding, above 1 if that is larger than the own one; none
/// where the own effect goes the other way, or the plan names none.
fn worth_finding(setting: &Setting, shares: &[f64]) -> Vec<Option<f64>> {
    let Setting { plan, course, population, .. } = setting;
    let primary = plan.primary();
    let at = plan.metrics.iter().position(|metric| metric.name == primary.name).unwrap_or(0);
    let (place, last) = (&population.places[at], course.stages.len() - 1);
    let limits = truth::limits(population, place, primary, last, shares, 1.0);
    let truth = truth::Truth::new(population, course, place, last, limits);
    let of = |treatment: usize| {
        let sign = rule::sign(primary.better);
        let own = sign * truth.effect(treatment, 1.0);
        let wanted = primary.worth?.of(truth.value(0, 1.0));
        let part = wanted / own;
        if !(part > 0.0 && part.is_finite()) {
            return None;
        }
        if (part - 1.0).abs() < ROUNDED {
            return Some(1.0);
        }
        // The effect on a ratio does not grow in proportion to the part.
        let found = |part: f64| sign * truth.effect(treatment, part) - wanted;
        if part > 1.0 { Some(part) } else { root::between(0.0, 1.0, found) }
    };
    (1..shares.len()).map(of).collect()
}

/// The power that normal theory gives to an effect of a treatment, whose control has this value: by which a plan is sized.
fn theory(setting: &Setting, shares: &[f64], treatment: usize, control: f64, effect: f64) -> Option<f64> {
    let primary = setting.plan.primary();
    // Sizing knows one power, that of the smallest arm; and what it knows of a metric without an end is that of the horizon.
    let smallest = shares[1..].iter().all(|share| *share >= shares[treatment]);
    if !smallest || (setting.matures == 0 && setting.course.first_day.is_some()) {
        return None;
    }
    let expected = Expected { control, ..setting.expected.get(treatment - 1)?.clone() };
    let mut design = setting.plan.design.clone();
    design.units = Some(setting.course.units());
    let question = Question {
        shares,
        baseline: expected.baseline(primary),
        better: primary.better,
        effect: Some(Margin::Absolute(rule::sign(primary.better) * effect)),
        saved: expected.saved,
        design: &design,
    };
    // Without an effect there is no power, but a false alarm.
    if effect == 0.0 { None } else { size(&question).ok().map(|sizing| sizing.power) }
}

/// Bandits on the primary metric, with no effect and the customers' own; none where it is a ratio, of which a unit has no
/// reward of its own, or counts what happens until the look, and where all customers come at once.
fn bandits(setting: &Setting, shares: &[f64], asked: &Asked) -> Result<Vec<certificate::Bandit>, Error> {
    let Setting { plan, course, population, matures, .. } = setting;
    let primary = plan.primary();
    // What has no end is never known as long as the test runs.
    if matches!(primary.kind, Kind::Ratio { .. }) || (course.first_day.is_some() && *matures == 0) {
        return Ok(Vec::new());
    }
    let at = plan.metrics.iter().position(|metric| metric.name == primary.name).unwrap_or(0);
    let (place, last) = (&population.places[at], course.stages.len() - 1);
    let limits = truth::limits(population, place, primary, last, shares, 1.0);
    let reward = |arm: usize| -> Vec<f64> {
        let of = |unit: usize| truth::numbers(population.row(unit), place, last, arm, limits);
        (0..population.len()).map(|unit| of(unit).map_or(0.0, |[value, _]| value)).collect()
    };
    let rewards: Vec<Vec<f64>> = (0..shares.len()).map(reward).collect();
    let rewards: Vec<&[f64]> = rewards.iter().map(Vec::as_slice).collect();
    let batches = batches(setting);
    // Who comes all at once is assigned with the same knowledge: none.
    if batches.len() < 2 {
        return Ok(Vec::new());
    }
    let arena = Arena {
        rewards: &rewards,
        batches: &batches,
        // Days without a calendar are none: what a batch brought is known when the next one comes.
        delay: if course.first_day.is_some() { *matures } else { 0 },
        better: primary.better,
        binary: matches!(primary.kind, Kind::Proportion { .. }),
    };
    let experiments = (BANDITS.1 / course.units().max(1)).clamp(100, BANDITS.0).min(asked.experiments);
    let mut all = contest(&arena, shares, experiments, 0.0, asked.seed)?;
    all.extend(contest(&arena, shares, experiments, 1.0, asked.seed)?);
    Ok(all)
}

/// How customers come to a bandit: day by day as they are exposed, or in equal parts.
fn batches(setting: &Setting) -> Vec<Batch> {
    let Setting { course, population, exposures, .. } = setting;
    let mut batches: Vec<Batch> = Vec::new();
    for (stage, pool) in course.stages.iter().zip(&population.pools) {
        // Days of this stage with the share of its units that come on each.
        let days: Vec<(i32, f64)> = if let Some(days) = stage.days {
            exposures.iter().filter(|(day, _)| days.after < *day && *day <= days.until).copied().collect()
        } else {
            let first = batches.last().map_or(0, |batch| batch.day + 1);
            (first..first + BATCHES).map(|day| (day, 1.0)).collect()
        };
        let all: f64 = days.iter().map(|(_, units)| units).sum();
        let (mut sum, mut before, mut from) = (0.0, 0, pool.start);
        for (day, units) in days {
            sum += units;
            let until = (sum / all * stage.more as f64).round() as u64;
            // Those of the pool who are exposed on this day, or since the last one that had a batch.
            let end = match stage.days {
                Some(_) => pool.start + population.whose[pool.clone()].partition_point(|whose| whose.day() <= day),
                None => pool.end,
            };
            if until > before && end > from {
                batches.push(Batch { pool: from..end, units: until - before, day });
                before = until;
                from = if stage.days.is_some() { end } else { from };
            }
        }
    }
    batches
}

/// Analyses the first experiments in full, row by row, and compares.
fn audit(
    setting: &Setting,
    world: Option<&World>,
    player: &Player<'_>,
    lottery: &Lottery<'_>,
    parts: &[f64],
    experiments: &[Vec<Ended>],
) -> Result<Audit, Failure> {
    let mut audit = Audit { analysed: 0, agree: 0, withheld: 0 };
    let plan = &setting.plan;
    for (number, ended) in (0..AUDITED).zip(experiments) {
        for part in [0, parts.len() - 1] {
            let ended = &ended[part];
            let rows = Rows::new(world, plan, lottery, number, ended.look, part).map_err(|error| refused(&error))?;
            let collected = rows.collected().map_err(|error| refused(&error))?;
            let none = analysis::Asked { metrics: Vec::new(), taken: None };
            audit.analysed += 1;
            match analysis::analyze(plan, true, &none, &collected) {
                Ok(analysis) => {
                    audit.withheld += u64::from(analysis.verdict.withheld);
                    audit.agree += u64::from(summary::agrees(&analysis, plan, ended));
                }
                // What cannot be analysed was not told either.
                Err(_) => audit.agree += u64::from(ended.found[player.primary()].iter().all(Option::is_none)),
            }
        }
    }
    Ok(audit)
}

#[cfg(test)]
pub(in crate::abtest) mod tests {
    use super::super::metric::{Direction, Metric, Role};
    use super::super::plan::{Columns, Decision, Design, Guardrails, Plan, Validity};
    use super::*;
    use crate::stats::sequential::spending::Spending;

    /// A plan for one proportion; `valid` as a plan file writes it.
    pub fn plan(arms: &[(&str, f64)], valid: &str, units: u64) -> Plan {
        let validity = match valid {
            "fixed" => Validity::Fixed,
            "any-time" => Validity::AnyTime,
            _ => Validity::PlannedLooks {
                looks: vec![0.5, 0.75, 1.0],
                spending: Spending::ObrienFleming,
                futility: false,
            },
        };
        Plan {
            hypothesis: String::new(),
            unit: "unit".to_owned(),
            control: arms[0].0.to_owned(),
            arms: arms.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect(),
            columns: Columns::default(),
            metrics: vec![Metric {
                name: "ordered".to_owned(),
                kind: Kind::Proportion { column: "ordered".to_owned() },
                role: Role::Primary,
                better: Direction::Higher,
                covariates: Vec::new(),
                cap: None,
                matures: 0,
                worth: None,
            }],
            design: Design { alpha: 0.05, power: 0.8, units: Some(units), days: None, validity },
            decision: Decision { guardrails: Guardrails::NotWorse },
        }
    }

    #[test]
    fn parts_are_those_that_can_be_played() {
        assert_eq!(parts(&[None]), PARTS);
        assert_eq!(parts(&[Some(0.6), Some(1.0), Some(1.8)]), [0.0, 0.25, 0.5, 0.6, 0.75, 1.0]);
    }
}
