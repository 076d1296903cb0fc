//! How large a test must be, what it can find, and when it is expected to stop.
//!
//! Everything rests on the *shift*: the mean of z at the planned end, which grows with the effect and with the root of the
//! units. A test that is looked at once has a power for each shift, and so has one with looks; what looks cost is the
//! ratio of the two shifts with the same power, squared.

use serde::Serialize;

use super::metric::{Direction, Margin};
use super::plan::{Design, Validity};
use crate::stats::dunnett::Dunnett;
use crate::stats::power::errors::errors;
use crate::stats::power::means::{self, Method as Means};
use crate::stats::power::proportions::{Method as Rate, Proportions, Rates};
use crate::stats::power::variances::Variances;
use crate::stats::power::{Sizes, Test};
use crate::stats::sequential::always_valid::Mixture;
use crate::stats::sequential::design::{Design as Looks, Futility, Plan as LookPlan, Rule};
use crate::stats::sequential::recursion::Walk;
use crate::stats::sides::Sides;
use crate::stats::{Error, normal, root};

/// Looks at a test that may be looked at any time, for its power: once in each twentieth of it.
const LOOKS_AT_ANY_TIME: usize = 20;
/// Points of the power curve.
const POINTS: usize = 41;
/// No test has more units.
const MOST_UNITS: f64 = 1e12;
/// No shift is larger.
const LARGEST_SHIFT: f64 = 60.0;

/// What is known of the primary metric before the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Baseline {
    /// The control's rate.
    Rate(f64),
    /// The control's mean, and the variance of a unit's value in control and treatment (of a ratio: linearised).
    Mean {
        /// The mean.
        mean: f64,
        /// The variances.
        variances: Variances,
    },
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The arms' shares: the control's, then the treatments'.
    pub shares: &'a [f64],
    /// What is known of the metric.
    pub baseline: Baseline,
    /// Which direction is good.
    pub better: Direction,
    /// The effect to find, above 0; none = ask what can be found.
    pub effect: Option<Margin>,
    /// Share of the variance that covariates save.
    pub saved: f64,
    /// Level, power, looks; and units, if those are given and not asked for.
    pub design: &'a Design,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Sizing {
    /// Units of each arm, the control first.
    pub units: Vec<u64>,
    /// Units of all arms together.
    pub total: u64,
    /// Units of all arms together if one looked only once.
    pub total_fixed: u64,
    /// The control's value.
    pub baseline: f64,
    /// The effect that is found with the wanted power, in the metric's unit; signed.
    pub effect: f64,
    /// The same as a share of the control's value.
    pub relative_effect: Option<f64>,
    /// Chance to find it.
    pub power: f64,
    /// Two-sided level of each treatment's comparison, after correction for several.
    pub alpha_each: f64,
    /// Units that are expected if there is no difference.
    pub expected_without_effect: f64,
    /// Units that are expected if the effect is as large.
    pub expected_with_effect: f64,
    /// If the true effect were half as large: chance to find it.
    pub power_at_half: f64,
    /// Type S error: chance that a difference that is found has the wrong sign, if the effect is as large.
    pub wrong_sign: f64,
    /// Type M error: by how much a difference that is found exaggerates on average, if the effect is as large.
    pub exaggeration: f64,
    /// Type M error if the true effect were half as large.
    pub exaggeration_at_half: f64,
    /// The looks; one where there is only the end, none where any time is good.
    pub looks: Vec<PlannedLook>,
    /// Chance to find each effect, from none to twice the planned one.
    pub curve: Vec<CurvePoint>,
}

/// One planned look.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedLook {
    /// Share of the units.
    pub share: f64,
    /// Units in all arms.
    pub units: u64,
    /// |z| beyond which the test stops for a difference.
    pub boundary: f64,
    /// z below which success has become unlikely, if the plan watches that.
    pub futility: Option<f64>,
    /// Two-sided p-value that belongs to the boundary.
    pub nominal_p: f64,
    /// The difference that crosses it, in the metric's unit.
    pub effect_at_boundary: f64,
    /// Chance to stop here for a difference if there is none.
    pub stops_without_effect: f64,
    /// Chance to stop here for the difference if the effect is as planned.
    pub stops_with_effect: f64,
}

/// One point of the power curve.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CurvePoint {
    /// True effect in the metric's unit; signed.
    pub effect: f64,
    /// As a share of the control's value.
    pub relative_effect: Option<f64>,
    /// Chance to find it.
    pub power: f64,
}

/// How looks make a power of a shift.
enum Sequence {
    Once(Test),
    Looks(Box<Looks>),
    AnyTime(Box<Walk>, Vec<f64>),
}

impl Sequence {
    fn new(design: &Design, test: Test) -> Result<Self, Error> {
        Ok(match &design.validity {
            Validity::Fixed => Self::Once(test),
            Validity::PlannedLooks { looks, spending, futility } => {
                let futility =
                    futility.then_some(Futility { spending: *spending, power: design.power, binding: false });
                Self::Looks(Box::new(Looks::new(&LookPlan {
                    times: looks.clone(),
                    alpha: test.alpha,
                    sides: Sides::Two,
                    rule: Rule::Spending(*spending),
                    futility,
                })?))
            }
            Validity::AnyTime => {
                let times: Vec<f64> = (1..=LOOKS_AT_ANY_TIME).map(|i| i as f64 / LOOKS_AT_ANY_TIME as f64).collect();
                let mixture = Mixture::tuned(1.0, design.alpha)?;
                let mut walk = Walk::new(&times)?;
                for time in &times {
                    let critical = mixture.critical(*time, test.alpha);
                    walk.push(-critical, critical);
                }
                Self::AnyTime(Box::new(walk), times)
            }
        })
    }

    /// Chance to find a difference at a shift ≥ 0, on either side.
    fn power(&self, shift: f64) -> f64 {
        match self {
            Self::Once(test) => test.power_at(shift),
            // Either side, as in a test of one look; where one gives up for futility, nothing is found on the wrong one.
            Self::Looks(looks) if looks.looks().iter().any(|look| look.futility.is_some()) => looks.power(shift),
            Self::Looks(looks) => looks.power(shift) + looks.power(-shift),
            Self::AnyTime(walk, _) => walk.crossings(shift).iter().map(|ending| ending.upper + ending.lower).sum(),
        }
    }

    /// The share of the units that are expected at a shift.
    fn expected(&self, shift: f64) -> f64 {
        match self {
            Self::Once(_) => 1.0,
            Self::Looks(looks) => looks.expected_time(shift),
            Self::AnyTime(walk, times) => {
                let ends: Vec<f64> =
                    walk.crossings(shift).iter().map(|crossing| crossing.upper + crossing.lower).collect();
                let ended: f64 = ends.iter().sum();
                ends.iter().zip(times).map(|(end, time)| end * time).sum::<f64>() + (1.0 - ended)
            }
        }
    }

    /// The shift that has a power.
    fn shift_for(&self, power: f64) -> Result<f64, Error> {
        root::between(0.0, LARGEST_SHIFT, |shift| self.power(shift) - power).ok_or(Error::Range {
            what: "the power",
            must: "lie above the level of a false alarm and below 1",
            found: power,
        })
    }
}

/// Sizes the test.
///
/// # Errors
/// [`Error::Range`] for an effect that no number of units finds (a rate beyond 0 or 1) or is 0, and for levels out of range.
pub fn size(question: &Question<'_>) -> Result<Sizing, Error> {
    let Question { shares, baseline, design, .. } = *question;
    let treatments = shares.len() - 1;
    let test = Test { alpha: alpha_each(question)?, sides: Sides::Two };
    let sequence = Sequence::new(design, test)?;
    let sign = if question.better == Direction::Higher { 1.0 } else { -1.0 };
    let value = baseline.value();
    let asked = question.effect.map(|effect| sign * effect.of(value));
    // The smallest arm finds least.
    let smallest = shares[1..].iter().copied().fold(f64::INFINITY, f64::min);
    let pair = Pair { shares: (shares[0], smallest), baseline, saved: question.saved, test };
    let needed = sequence.shift_for(design.power)?;
    let inflation = (needed / Sequence::Once(test).shift_for(design.power)?).powi(2);
    let (total, total_fixed, effect) = match (design.units, asked) {
        (None, Some(effect)) => {
            let fixed = pair.total(effect, design.power)?;
            (fixed * inflation, fixed, effect)
        }
        (Some(units), asked) => {
            let units = units as f64;
            let effect = match asked {
                Some(effect) => effect,
                None => pair.detectable(&sequence, units, design.power, sign)?,
            };
            (units, units / inflation, effect)
        }
        (None, None) => return Err(Error::Range { what: "the units", must: "be given, or the effect", found: 0.0 }),
    };
    if total > MOST_UNITS {
        let must = "be larger: so small an effect takes more than a million million units";
        return Err(Error::Range { what: "the effect", must, found: effect });
    }
    // Whole units, and none lost to rounding.
    let units: Vec<u64> = match design.units {
        None => shares.iter().map(|share| (total * share * (1.0 - 1e-14)).ceil() as u64).collect(),
        Some(units) => shares.iter().map(|share| (units as f64 * share).round() as u64).collect(),
    };
    let total = units.iter().sum::<u64>();
    let all = total as f64;
    let shift = pair.shift(effect, all)?;
    let half = pair.shift(effect / 2.0, all)?;
    let relative = |effect: f64| (value > 0.0).then(|| effect / value);
    // An effect that the units cannot tell from none has no shift to speak of.
    let error = |shift: f64, effect: f64| errors(test, effect, effect.abs() / shift.max(1e-9));
    let (errors, at_half) = (error(shift, effect)?, error(half, effect / 2.0)?);
    let mut curve = Vec::with_capacity(POINTS);
    for i in 0..POINTS {
        let effect = 2.0 * effect * i as f64 / (POINTS - 1) as f64;
        // A rate has no room for every effect.
        let Ok(shift) = pair.shift(effect, all) else { break };
        curve.push(CurvePoint { effect, relative_effect: relative(effect), power: sequence.power(shift) });
    }
    debug_assert!(treatments >= 1);
    Ok(Sizing {
        looks: looks(&sequence, &pair, all, effect, shift),
        units,
        total,
        total_fixed: total_fixed.ceil() as u64,
        baseline: value,
        effect,
        relative_effect: relative(effect),
        power: sequence.power(shift),
        alpha_each: test.alpha,
        expected_without_effect: all * sequence.expected(0.0),
        expected_with_effect: all * sequence.expected(shift),
        power_at_half: sequence.power(half),
        wrong_sign: errors.type_s,
        exaggeration: errors.type_m,
        exaggeration_at_half: at_half.type_m,
        curve,
    })
}

/// The level of each comparison: Dunnett's where it is looked at once, else Bonferroni's.
fn alpha_each(question: &Question<'_>) -> Result<f64, Error> {
    let (shares, alpha) = (question.shares, question.design.alpha);
    let treatments = shares.len() - 1;
    if treatments == 1 {
        return Ok(alpha);
    }
    if question.design.validity != Validity::Fixed {
        return Ok(alpha / treatments as f64);
    }
    let critical = Dunnett::from_sizes(shares[0], &shares[1..], f64::INFINITY)?.critical(alpha, Sides::Two)?;
    Ok(2.0 * normal::sf(critical))
}

impl Baseline {
    /// The control's value.
    pub fn value(self) -> f64 {
        match self {
            Self::Rate(rate) => rate,
            Self::Mean { mean, .. } => mean,
        }
    }
}

/// A treatment and the control.
struct Pair {
    /// Shares of control and treatment in all units.
    shares: (f64, f64),
    baseline: Baseline,
    saved: f64,
    test: Test,
}

impl Pair {
    /// So many units in all arms, as units without covariates that tell as much.
    fn sizes(&self, total: f64) -> Sizes {
        let worth = total / (1.0 - self.saved);
        Sizes { control: worth * self.shares.0, treatment: worth * self.shares.1 }
    }

    /// Units of all arms that find an effect by one look.
    fn total(&self, effect: f64, power: f64) -> Result<f64, Error> {
        let ratio = self.shares.1 / self.shares.0;
        let sizes = match self.baseline {
            Baseline::Rate(control) => {
                let rates = Rates { control, treatment: control + effect };
                Proportions::equal(self.test, Rate::Pooled).sample_size(rates, ratio, power)?
            }
            Baseline::Mean { variances, .. } => {
                means::sample_size(self.test, Means::Welch, effect, variances, ratio, power)?
            }
        };
        Ok(sizes.control * (1.0 - self.saved) / self.shares.0)
    }

    /// The mean of |z| at the end.
    fn shift(&self, effect: f64, total: f64) -> Result<f64, Error> {
        if effect == 0.0 {
            return Ok(0.0);
        }
        let sizes = self.sizes(total);
        let power = match self.baseline {
            Baseline::Rate(control) => {
                let rates = Rates { control, treatment: control + effect };
                Proportions::equal(self.test, Rate::Pooled).power(rates, sizes)?
            }
            Baseline::Mean { variances, .. } => means::power(self.test, Means::Welch, effect, variances, sizes)?,
        };
        // Where power is 1 to rounding the shift is large, and how large does not matter.
        let found = root::between(0.0, LARGEST_SHIFT, |shift| self.test.power_at(shift) - power);
        Ok(found.unwrap_or(if power > 0.5 { LARGEST_SHIFT } else { 0.0 }))
    }

    /// The effect that so many units find.
    fn detectable(&self, sequence: &Sequence, total: f64, power: f64, sign: f64) -> Result<f64, Error> {
        let most = match self.baseline {
            Baseline::Rate(rate) if sign > 0.0 => 1.0 - rate,
            Baseline::Rate(rate) => rate,
            Baseline::Mean { variances, .. } => {
                100.0 * (variances.control + variances.treatment).sqrt() * (1.0 + 10.0 / total.sqrt())
            }
        };
        let missing = |size: f64| match self.shift(sign * size, total) {
            Ok(shift) => sequence.power(shift) - power,
            Err(_) => f64::NAN,
        };
        let found = root::between(most * 1e-12, most * (1.0 - 1e-12), missing);
        let must = "be larger: with so few no effect is found so often";
        Ok(sign * found.ok_or(Error::Range { what: "the units", must, found: total })?)
    }
}

fn looks(sequence: &Sequence, pair: &Pair, total: f64, effect: f64, shift: f64) -> Vec<PlannedLook> {
    let look = |share: f64, boundary: f64, futility: Option<f64>, without: f64, with: f64| PlannedLook {
        share,
        units: (share * total).round() as u64,
        boundary,
        futility,
        nominal_p: 2.0 * normal::sf(boundary),
        effect_at_boundary: if shift > 0.0 { effect * boundary / (shift * share.sqrt()) } else { f64::NAN },
        stops_without_effect: without,
        stops_with_effect: with,
    };
    match sequence {
        Sequence::Once(test) => {
            vec![look(1.0, pair.test.critical(), None, test.power_at(0.0), test.power_at(shift))]
        }
        Sequence::AnyTime(..) => Vec::new(),
        Sequence::Looks(design) => {
            let (without, with) = (design.endings(0.0), design.endings(shift));
            let ends = without.iter().zip(&with);
            design
                .looks()
                .iter()
                .zip(ends)
                .map(|(bounds, (none, some))| {
                    // What ends below a futility boundary does not end for a difference.
                    let below = if bounds.futility.is_none() { none.below } else { 0.0 };
                    look(bounds.time, bounds.upper, bounds.futility, none.win + below, some.win)
                })
                .collect()
        }
    }
}
