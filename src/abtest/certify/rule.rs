//! The rule of a plan at each look: what takes an analysis a root search is computed once for all experiments, since they
//! look at the same numbers of units.

use crate::abtest::analysis::{Call, correct, family::Correction, futility, pair_of_shares, standing_at};
use crate::abtest::collected::Collected;
use crate::abtest::contrast::Contrast;
use crate::abtest::metric::{Direction, Metric, Role};
use crate::abtest::plan::{Plan, Validity};
use crate::abtest::standing::{Standing, worth};
use crate::stats::sequential::design::Design;
use crate::stats::{Error, normal};

/// A plan at one look.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where the test stands.
    pub standing: Standing,
    /// The score in the good direction at or below which success has become unlikely.
    pub futility: Option<f64>,
    /// The design of planned looks, for what is valid after stopping; none with several treatments.
    pub design: Option<Design>,
    /// Critical values at alpha ÷ 1, ÷ 2, …
    divided: Vec<f64>,
    /// By size of the family, at alpha · 1 ÷ size, · 2 ÷ size, …
    stepped: Vec<Vec<f64>>,
}

impl Rule {
    /// The rule where so many units count.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn new(plan: &Plan, units: u64) -> Result<Self, Error> {
        let alpha = plan.design.alpha;
        let treatments = plan.treatments().count();
        let standing = standing_at(plan, units, None)?;
        let most = plan.metrics.len() * treatments;
        let at = |level: f64| standing.critical(level);
        let divided = (1..=most).map(|n| at(alpha / n as f64)).collect::<Result<_, _>>()?;
        let steps = |size: usize| (1..=size).map(|step| at(alpha * step as f64 / size as f64)).collect();
        let stepped = (0..=most).map(steps).collect::<Result<_, _>>()?;
        let (mut unlikely, mut design) = (None, None);
        if let Standing::Look(look) = &standing {
            let now = look.times.len() - 1;
            unlikely = futility(plan, look, treatments).get(now).copied().flatten().filter(|_| !look.is_last());
            if treatments == 1 {
                design = Some(look.design(alpha)?);
            }
        }
        Ok(Self { standing, futility: unlikely, design, divided, stepped })
    }

    /// Whether looks may follow.
    pub fn has_more(&self) -> bool {
        match &self.standing {
            Standing::Look(look) => !look.is_last(),
            Standing::AnyTime(..) => true,
            Standing::Fixed => false,
        }
    }

    /// Where a contrast stands: at any time it counts how many units its two arms have.
    pub fn standing_of(&self, plan: &Plan, collected: &Collected, treatment: &str, contrast: &Contrast) -> Standing {
        match &self.standing {
            Standing::AnyTime(mixture, _) => {
                Standing::AnyTime(*mixture, worth(contrast.units, pair_of_shares(plan, collected, treatment)))
            }
            other => other.clone(),
        }
    }

    /// The critical value of the plain interval of a contrast.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn critical(&self, standing: &Standing, alpha: f64) -> Result<f64, Error> {
        if let Standing::AnyTime(..) = standing { standing.critical(alpha) } else { Ok(self.divided[0]) }
    }

    /// The calls of results that belong together, in their order: those of [`correct`] at the plan's level.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn calls(
        &self,
        members: &[(&Metric, &Contrast, Standing)],
        correction: Correction,
        alpha: f64,
    ) -> Result<Vec<Call>, Error> {
        let scores: Vec<f64> = members.iter().map(|(_, contrast, _)| contrast.z(0.0)).collect();
        let better = |i: usize| members[i].0.better;
        let in_full = || -> Result<Vec<Call>, Error> {
            let contrasts: Vec<&Contrast> = members.iter().map(|(_, contrast, _)| *contrast).collect();
            let standings: Vec<Standing> = members.iter().map(|(.., standing)| standing.clone()).collect();
            let corrected = correct(&contrasts, &standings, correction, alpha)?;
            Ok(corrected.iter().enumerate().map(|(i, c)| Call::of(scores[i], c.critical, better(i))).collect())
        };
        let size = members.len();
        let refused: Vec<bool> = match (&self.standing, correction) {
            (Standing::AnyTime(..), _) => return in_full(),
            (_, Correction::None) => scores.iter().map(|z| z.abs() > self.divided[0]).collect(),
            _ if size < 2 => scores.iter().map(|z| z.abs() > self.divided[0]).collect(),
            (Standing::Fixed, Correction::Dunnett) => {
                // Its critical value lies between that of one result and Bonferroni's.
                let bonferroni = -normal::quantile(alpha / size as f64 / 2.0);
                if scores.iter().any(|z| z.abs() > self.divided[0] && z.abs() <= bonferroni) {
                    return in_full();
                }
                scores.iter().map(|z| z.abs() > bonferroni).collect()
            }
            (_, Correction::Dunnett | Correction::Holm) => {
                let below = |rank: usize, z: f64| z <= self.divided[size - 1 - rank];
                first_ranks(&scores, |ranked| {
                    ranked.iter().enumerate().position(|(rank, z)| below(rank, *z)).unwrap_or(size)
                })
            }
            (_, Correction::BenjaminiHochberg) => first_ranks(&scores, |ranked| {
                ranked
                    .iter()
                    .zip(&self.stepped[size])
                    .rposition(|(z, critical)| z > critical)
                    .map_or(0, |last| last + 1)
            }),
        };
        // What is refused is beyond its critical value, whichever that is.
        let call =
            |(i, refused): (usize, bool)| Call::of(scores[i], if refused { 0.0 } else { f64::INFINITY }, better(i));
        Ok(refused.into_iter().enumerate().map(call).collect())
    }
}

/// Which scores are among the first so many in the order of their size.
fn first_ranks(scores: &[f64], count: impl Fn(&[f64]) -> usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].abs().total_cmp(&scores[a].abs()));
    let ranked: Vec<f64> = order.iter().map(|&i| scores[i].abs()).collect();
    let mut among = vec![false; scores.len()];
    order[..count(&ranked)].iter().for_each(|&i| among[i] = true);
    among
}

/// How results of a role are corrected.
pub fn correction(role: &Role) -> Correction {
    match role {
        Role::Primary => Correction::Dunnett,
        Role::Guardrail(_) => Correction::None,
        Role::Secondary => Correction::Holm,
        Role::Exploratory => Correction::BenjaminiHochberg,
    }
}

/// The sign that makes more better.
pub fn sign(better: Direction) -> f64 {
    if better == Direction::Higher { 1.0 } else { -1.0 }
}

/// Whether a plan stops at looks.
pub fn has_looks(plan: &Plan) -> bool {
    matches!(plan.design.validity, Validity::PlannedLooks { .. })
}
