//! The rule of a plan at each look: what takes an analysis a root search is computed once for all experiments, since they
//! look at the same numbers of units.

use rayon::prelude::*;

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
    /// What is valid after stopping at a planned look; none with several treatments.
    pub stopped: Option<Stopped>,
    /// Critical values at alpha ÷ 1, ÷ 2, …
    divided: Vec<f64>,
    /// By size of the family, at alpha · 1 ÷ size, · 2 ÷ size, …
    stepped: Vec<Vec<f64>>,
}

/// The median-unbiased estimate of a test that ends at a look, as the score against it: a smooth and odd function of z, which
/// takes hundreds of integrals and so is tabulated.
#[derive(Clone, Debug)]
pub struct Stopped {
    design: Design,
    look: usize,
    /// At z = 0, [`STEP`], 2 · [`STEP`] …
    scores: Vec<f64>,
}

/// Width of the table of scores.
const STEP: f64 = 0.1;
/// Steps of the table: beyond z = 7 hardly any test ends.
const STEPS: usize = 70;

impl Stopped {
    /// At a look of a design.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn new(design: Design, look: usize) -> Result<Self, Error> {
        let exact = |step: usize| exact(&design, look, STEP * step as f64);
        let scores = (0..=STEPS).into_par_iter().map(exact).collect::<Result<_, _>>()?;
        Ok(Self { design, look, scores })
    }

    /// The score against the estimate, of a test that ends with this z: to a few millionths.
    ///
    /// # Errors
    /// Those of statistics, for a z that is not finite.
    pub fn score(&self, z: f64) -> Result<f64, Error> {
        let place = z.abs() / STEP;
        if place >= (STEPS - 1) as f64 || place.is_nan() {
            return exact(&self.design, self.look, z);
        }
        // Lagrange's cubic through the four nodes around it; the function is odd.
        let from = place.floor();
        let at = |i: i64| {
            let node = from as i64 + i;
            let score = self.scores[node.unsigned_abs() as usize];
            if node < 0 { -score } else { score }
        };
        let u = place - from;
        let score = -at(-1) * u * (u - 1.0) * (u - 2.0) / 6.0 + at(0) * (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0
            - at(1) * (u + 1.0) * u * (u - 2.0) / 2.0
            + at(2) * (u + 1.0) * u * (u - 1.0) / 6.0;
        Ok(score * z.signum())
    }
}

fn exact(design: &Design, look: usize, z: f64) -> Result<f64, Error> {
    let stopped = design.stopped(look, z)?;
    Ok(stopped.score_against(stopped.estimate))
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
        let (mut unlikely, mut stopped) = (None, None);
        if let Standing::Look(look) = &standing {
            let now = look.times.len() - 1;
            unlikely = futility(plan, look, treatments).get(now).copied().flatten().filter(|_| !look.is_last());
            if treatments == 1 {
                stopped = Some(Stopped::new(look.design(alpha)?, now)?);
            }
        }
        Ok(Self { standing, futility: unlikely, stopped, divided, stepped })
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

    /// The calls of results that belong together, each with its score against no difference, in their order: those of
    /// [`correct`] at the plan's level.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn calls(
        &self,
        members: &[(&Metric, &Contrast, Standing)],
        scores: &[f64],
        correction: Correction,
        alpha: f64,
    ) -> Result<Vec<Call>, Error> {
        let better = |i: usize| members[i].0.better;
        let in_full = || -> Result<Vec<Call>, Error> {
            let contrasts: Vec<&Contrast> = members.iter().map(|(_, contrast, _)| *contrast).collect();
            let standings: Vec<Standing> = members.iter().map(|(.., standing)| standing.clone()).collect();
            let corrected = correct(&contrasts, &standings, correction, alpha)?;
            Ok(corrected.iter().enumerate().map(|(i, c)| Call::of(scores[i], c.critical, better(i))).collect())
        };
        let size = members.len();
        let refused: Vec<bool> = match (&self.standing, correction) {
            (Standing::AnyTime(..), _) if size < 2 || correction == Correction::None => {
                let each = members.iter().zip(scores);
                each.map(|((.., standing), z)| Ok(z.abs() > standing.critical(alpha)?)).collect::<Result<_, Error>>()?
            }
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
                first_ranks(scores, |ranked| {
                    ranked.iter().enumerate().position(|(rank, z)| below(rank, *z)).unwrap_or(size)
                })
            }
            (_, Correction::BenjaminiHochberg) => first_ranks(scores, |ranked| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abtest::certify::tests::plan;
    use crate::abtest::collected::Sample;
    use crate::abtest::metric::Kind;
    use crate::stats::moments::Moments;
    use crate::stats::sequential::design::{Plan as Looks, Rule as Spread};
    use crate::stats::sequential::spending::Spending;
    use crate::stats::sides::Sides;

    #[test]
    fn the_table_of_estimates_is_the_estimate() -> Result<(), Error> {
        for spending in [Spending::ObrienFleming, Spending::Pocock] {
            let (times, rule) = (vec![0.3, 0.7, 1.0], Spread::Spending(spending));
            let design = Design::new(&Looks { times, alpha: 0.05, sides: Sides::Two, rule, futility: None })?;
            for look in 0..3 {
                let table = Stopped::new(design.clone(), look)?;
                for z in [-8.3, -6.94, -3.333, -1.23, -0.04, 0.0, 0.017, 0.1, 1.96, 2.71, 4.4, 6.85, 9.0] {
                    let (found, wanted) = (table.score(z)?, exact(&design, look, z)?);
                    assert!((found - wanted).abs() < 1e-5, "{spending:?}, look {look}, z {z}: {found} is not {wanted}");
                }
            }
            assert!(Stopped::new(design, 1)?.score(f64::NAN).is_err());
        }
        Ok(())
    }

    /// A mean whose score is about this.
    fn contrast(score: f64) -> Result<Contrast, Error> {
        let arm = |mean: f64| Moments::from_variance(1000, mean, 500.0).map(Sample::Moments);
        Contrast::of(&Kind::Mean { column: String::new() }, &arm(0.0)?, &arm(score)?)
    }

    /// What is cached calls what an analysis would, for every correction and number of results.
    #[test]
    fn calls_are_those_of_an_analysis() -> Result<(), Error> {
        let arms = [("a", 0.25), ("b", 0.25), ("c", 0.25), ("d", 0.25)];
        let scores = [2.0, -2.3, 2.6, 0.3, -3.5, 1.97, 2.24, 2.39, 1.5, 6.0, -1.99, 2.12];
        let (mut some, mut none) = (0, 0);
        for valid in ["fixed", "planned-looks", "any-time"] {
            let plan = plan(&arms, valid, 4000);
            let rule = Rule::new(&plan, 3000)?;
            for correction in [Correction::None, Correction::Dunnett, Correction::Holm, Correction::BenjaminiHochberg] {
                for from in 0..scores.len() {
                    for size in 1..=3 {
                        let chosen: Vec<f64> = (0..size).map(|i| scores[(from + i) % scores.len()]).collect();
                        let contrasts = chosen.iter().map(|z| contrast(*z)).collect::<Result<Vec<_>, _>>()?;
                        let metric = &plan.metrics[0];
                        let members: Vec<_> = contrasts.iter().map(|c| (metric, c, rule.standing.clone())).collect();
                        let z: Vec<f64> = contrasts.iter().map(|contrast| contrast.z(0.0)).collect();
                        let standings = vec![rule.standing.clone(); size];
                        let refs: Vec<&Contrast> = contrasts.iter().collect();
                        let corrected = correct(&refs, &standings, correction, plan.design.alpha)?;
                        let expected: Vec<Call> = (contrasts.iter().zip(&corrected))
                            .map(|(contrast, corrected)| Call::of(contrast.z(0.0), corrected.critical, metric.better))
                            .collect();
                        some += expected.iter().filter(|call| **call != Call::Unclear).count();
                        none += expected.iter().filter(|call| **call == Call::Unclear).count();
                        assert_eq!(
                            rule.calls(&members, &z, correction, plan.design.alpha)?,
                            expected,
                            "{valid} {chosen:?}"
                        );
                    }
                }
            }
        }
        assert!(some > 100 && none > 100, "{some} {none}");
        Ok(())
    }
}
