//! A group-sequential design: planned looks, their boundaries, and what these cost and give.

use super::recursion::{Crossing, Walk};
use super::spending::{Shape, Spending};
use crate::stats::{Error, normal, require, root, sides::Sides};

/// How far below a path of an upward test is followed, in standard deviations.
pub(super) const UPWARD_REACH: f64 = 8.5;
/// The largest drift that is tried.
const LARGEST_DRIFT: f64 = 1e3;

/// How the chance of a false alarm is spread over the looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// By a spending function: looks may move.
    Spending(Spending),
    /// By a shape: looks happen as planned.
    Shape(Shape),
}

/// Stopping because a win has become unlikely: z at or below a boundary that spends the chance of missing an effect.
///
/// The boundary is that of the drift at which the design, with it, has the wanted power (as in gsDesign's test types 3
/// and 4: at the last look it meets the upper boundary).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Futility {
    /// How 1 − power is spent.
    pub spending: Spending,
    /// The power, above the level of one side and below 1.
    pub power: f64,
    /// Whether one is bound to stop. If not, the upper boundaries ignore futility, and the level holds if one goes on;
    /// if so, they are a little lower, and it holds only if one always stops. A binding one needs a test of one side.
    pub binding: bool,
}

/// What is planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Information times of the looks to come, increasing. A last one below 1 (an early end that the data did not
    /// cause) or above 1 (over-run) is still the last, and spends all that is left.
    pub times: Vec<f64>,
    /// The chance of a false alarm: of both sides together where the test has two.
    pub alpha: f64,
    /// One side (upward) or two.
    pub sides: Sides,
    /// How alpha is spread.
    pub rule: Rule,
    /// Stopping for futility, if wanted.
    pub futility: Option<Futility>,
}

/// A look that has happened, with the boundaries that held then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// Its information time.
    pub time: f64,
    /// Its upper boundary; of a test of two sides the lower one is its negative.
    pub upper: f64,
    /// Its futility boundary, if any.
    pub futility: Option<f64>,
}

/// A look of a design. Its boundaries are scores z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its information time.
    pub time: f64,
    /// z at or above it is a win; ∞ where nothing may be spent yet.
    pub upper: f64,
    /// z at or below it is a loss; −∞ in a test of one side.
    pub lower: f64,
    /// z at or below it is too little to go on for.
    pub futility: Option<f64>,
    /// The chance of a false win up to and including this look, of a false loss likewise.
    pub spent: f64,
}

impl Look {
    /// z at or below it ends the test, for whichever reason.
    pub fn stops_below(&self) -> f64 {
        self.lower.max(self.futility.unwrap_or(f64::NEG_INFINITY))
    }
}

/// The chances of ending at a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ending {
    /// With a win: z at or above the upper boundary.
    pub win: f64,
    /// With a loss, or for futility: z at or below [`Look::stops_below`].
    pub below: f64,
}

/// A plan with its boundaries.
///
/// ```
/// use channelmix::stats::sequential::{design::{Design, Plan, Rule}, spending::Spending};
/// use channelmix::stats::sides::Sides;
/// let rule = Rule::Spending(Spending::ObrienFleming);
/// let plan = Plan { times: vec![0.5, 0.75, 1.0], alpha: 0.05, sides: Sides::Two, rule, futility: None };
/// let design = Design::new(&plan)?;
/// assert!((design.looks()[0].upper - 2.962588).abs() < 1e-6);
/// // Three looks cost 1.6 % more units at most, and save a fifth of them where the effect is there.
/// let inflation = design.inflation(0.8)?;
/// let expected = inflation * design.expected_time(design.drift_for_power(0.8)?);
/// assert!(inflation < 1.02 && expected < 0.86);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Design {
    pub(super) plan: Plan,
    pub(super) looks: Vec<Look>,
    /// How many of the looks are past.
    pub(super) past: usize,
    /// Stops where the null hypothesis is decided on, and at binding futility boundaries.
    pub(super) deciding: Walk,
    /// Stops at futility boundaries as well, if there are any.
    stopping: Option<Walk>,
}

impl Design {
    /// The boundaries of a plan whose looks are all to come.
    ///
    /// # Errors
    /// [`Error::Range`] for times as [`Walk::new`] refuses, an alpha that is not above 0 or not below ½ on each side,
    /// parameters of the rule out of range, a power that is not above the level of one side and below 1, and binding
    /// futility in a test of two sides.
    pub fn new(plan: &Plan) -> Result<Self, Error> {
        Self::resumed(plan, &[])
    }

    /// The boundaries of the looks to come, `plan.times`, after some that have happened, maybe at other times than once
    /// planned, or under another maximum of information. What these have spent stays spent.
    ///
    /// # Errors
    /// As [`Design::new`]; past looks count among the times.
    pub fn resumed(plan: &Plan, past: &[Past]) -> Result<Self, Error> {
        check(plan)?;
        for look in past {
            require(!look.upper.is_nan(), "the upper boundary of a past look", "be a number", look.upper)?;
            let futility = look.futility.unwrap_or(0.0);
            require(!futility.is_nan(), "the futility boundary of a past look", "be a number", futility)?;
        }
        let Some(futility) = plan.futility else { return Self::at_drift(plan, past, 0.0) };
        let missed =
            |drift: f64| Self::at_drift(plan, past, drift).map_or(f64::NAN, |design| 1.0 - design.power(drift));
        let first = fixed_drift(plan, futility.power)?;
        Self::at_drift(plan, past, first)?;
        let mut high = 1.5 * first;
        while missed(high) > 1.0 - futility.power && high < LARGEST_DRIFT {
            high *= 2.0;
        }
        let drift = root::between(0.5 * first, high, |drift| missed(drift) - (1.0 - futility.power));
        let drift = drift.ok_or(Error::Range {
            what: "the power for futility",
            must: "be within reach of the looks that are left",
            found: futility.power,
        })?;
        Self::at_drift(plan, past, drift)
    }

    /// The design whose futility boundaries, if any, are made for a drift.
    fn at_drift(plan: &Plan, past: &[Past], drift: f64) -> Result<Self, Error> {
        let times: Vec<f64> = past.iter().map(|look| look.time).chain(plan.times.iter().copied()).collect();
        let mut design = Self {
            plan: plan.clone(),
            looks: Vec::with_capacity(times.len()),
            past: past.len(),
            deciding: match plan.sides {
                Sides::One => Walk::upward(&times, UPWARD_REACH)?,
                Sides::Two => Walk::new(&times)?,
            },
            stopping: if plan.futility.is_some() { Some(Walk::new(&times)?) } else { None },
        };
        for look in past {
            design.push(look.time, look.upper, look.futility);
        }
        match plan.rule {
            Rule::Spending(spending) => {
                let total = plan.sides.per_side(plan.alpha);
                for (k, &time) in times.iter().enumerate().skip(past.len()) {
                    let last = k + 1 == times.len();
                    let target = if last { total } else { spending.spent(total, time) };
                    let upper = design.deciding.upper_for(target - design.spent());
                    design.push_with_futility(time, upper, last, drift);
                }
            }
            Rule::Shape(shape) => {
                let end = times[times.len() - 1];
                let constant = design.constant(shape, &times)?;
                for (k, &time) in times.iter().enumerate().skip(past.len()) {
                    design.push_with_futility(time, constant * shape.factor(time / end), k + 1 == times.len(), drift);
                }
            }
        }
        Ok(design)
    }

    /// The boundary at the last look of a shape which, after the past, spends all that is left.
    fn constant(&self, shape: Shape, times: &[f64]) -> Result<f64, Error> {
        let total = self.plan.sides.per_side(self.plan.alpha);
        let excess = |constant: f64| {
            let mut walk = self.deciding.clone();
            for time in &times[self.past..] {
                let upper = constant * shape.factor(time / times[times.len() - 1]);
                walk.push(lower(self.plan.sides, upper), upper);
            }
            libm::log(walk.crossings(0.0).iter().map(|crossing| crossing.upper).sum::<f64>() / total)
        };
        // One look alone has the chance; all of them with a share of it each have it at most.
        let least =
            times[self.past..].iter().map(|time| shape.factor(time / times[times.len() - 1])).fold(1.0, f64::min);
        let share = (total - self.spent()) / (times.len() - self.past) as f64;
        require(share > 0.0, "alpha", "leave something for the looks to come", self.plan.alpha)?;
        let high = -normal::quantile(share) / least;
        let low = if self.past == 0 { -normal::quantile(total) - 1e-9 } else { 0.0 };
        root::between(low, high + 1e-9, excess).ok_or(Error::Singular)
    }

    /// Adds a look to come, with a futility boundary if it is wanted.
    fn push_with_futility(&mut self, time: f64, upper: f64, last: bool, drift: f64) {
        let futility = self.plan.futility.map(|futility| {
            let walk = self.stopping();
            let missed: f64 = walk.crossings(drift).iter().map(|crossing| crossing.lower).sum();
            let target = futility.spending.spent(1.0 - futility.power, time) - missed;
            if last { upper } else { walk.lower_for(target, drift).min(upper) }
        });
        self.push(time, upper, futility);
    }

    /// Adds a look.
    fn push(&mut self, time: f64, upper: f64, futility: Option<f64>) {
        let lower = lower(self.plan.sides, upper);
        let spent = self.spent() + self.deciding.above(upper, 0.0);
        let look = Look { time, upper, lower, futility, spent };
        let binding = self.plan.futility.is_some_and(|futility| futility.binding);
        self.deciding.push(if binding { look.stops_below() } else { lower }, upper);
        if let Some(stopping) = &mut self.stopping {
            stopping.push(look.stops_below(), upper);
        }
        self.looks.push(look);
    }

    /// The walk that stops wherever the test does.
    fn stopping(&self) -> &Walk {
        self.stopping.as_ref().unwrap_or(&self.deciding)
    }

    /// What is spent so far on one side.
    fn spent(&self) -> f64 {
        self.looks.last().map_or(0.0, |look| look.spent)
    }

    /// The looks, past ones first.
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// The chances of ending at each look under a drift. What is left ends at the last one undecided.
    pub fn endings(&self, drift: f64) -> Vec<Ending> {
        let ending = |Crossing { lower, upper }| Ending { win: upper, below: lower };
        self.stopping().crossings(drift).into_iter().map(ending).collect()
    }

    /// The chance of a win under a drift, if one stops at futility boundaries. (Of a loss: that of a win under −drift,
    /// where there are no futility boundaries.)
    pub fn power(&self, drift: f64) -> f64 {
        self.endings(drift).iter().map(|ending| ending.win).sum()
    }

    /// The information time at which the test is expected to end, under a drift.
    pub fn expected_time(&self, drift: f64) -> f64 {
        let last = self.looks[self.looks.len() - 1].time;
        let saved = |(look, ending): (&Look, Ending)| (last - look.time) * (ending.win + ending.below);
        last - self.looks.iter().zip(self.endings(drift)).map(saved).sum::<f64>()
    }

    /// The drift that is found with the given chance.
    ///
    /// # Errors
    /// [`Error::Range`] for a power that is not above the level of one side and below 1.
    pub fn drift_for_power(&self, power: f64) -> Result<f64, Error> {
        let first = fixed_drift(&self.plan, power)?;
        let mut high = 2.0 * first;
        while self.power(high) < power && high < LARGEST_DRIFT {
            high *= 2.0;
        }
        let must = "be within reach of the looks";
        root::between(0.0, high, |drift| self.power(drift) - power).ok_or(Error::Range {
            what: "the power",
            must,
            found: power,
        })
    }

    /// The maximum information (units at t = 1) over that of a test with one look and the same level and power.
    ///
    /// # Errors
    /// As [`Design::drift_for_power`].
    pub fn inflation(&self, power: f64) -> Result<f64, Error> {
        let ratio = self.drift_for_power(power)? / fixed_drift(&self.plan, power)?;
        Ok(ratio * ratio)
    }
}

/// The lower boundary that goes with an upper one.
fn lower(sides: Sides, upper: f64) -> f64 {
    match sides {
        Sides::One => f64::NEG_INFINITY,
        Sides::Two => -upper,
    }
}

/// The drift that one look finds with the given chance.
fn fixed_drift(plan: &Plan, power: f64) -> Result<f64, Error> {
    let level = plan.sides.per_side(plan.alpha);
    require(power > level && power < 1.0, "the power", "be above the level of one side and below 1", power)?;
    Ok(normal::quantile(power) - normal::quantile(level))
}

/// Refuses what is no plan.
fn check(plan: &Plan) -> Result<(), Error> {
    let holds = plan.alpha > 0.0 && plan.sides.per_side(plan.alpha) < 0.5;
    require(holds, "alpha", "be above 0, and below 1/2 on each side", plan.alpha)?;
    require(!plan.times.is_empty(), "the number of looks to come", "be positive", 0.0)?;
    match plan.rule {
        Rule::Spending(spending) => spending.check()?,
        Rule::Shape(shape) => shape.check()?,
    }
    let Some(futility) = plan.futility else { return Ok(()) };
    futility.spending.check()?;
    fixed_drift(plan, futility.power)?;
    let two = futility.binding && plan.sides == Sides::Two;
    require(!two, "the number of sides of a test with binding futility", "be one", 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use proptest::prelude::*;

    const UNEVEN: [f64; 5] = [0.13, 0.2, 0.55, 0.93, 1.0];

    fn plan(times: &[f64], alpha: f64, sides: Sides, spending: Spending) -> Plan {
        Plan { times: times.to_vec(), alpha, sides, rule: Rule::Spending(spending), futility: None }
    }

    fn equal(count: usize) -> Vec<f64> {
        (1..=count).map(|k| k as f64 / count as f64).collect()
    }

    /// Boundaries by an independent recursion of 600 points a look (numpy) and Brent's rule.
    #[test]
    fn boundaries_at_uneven_looks() -> Result<(), Error> {
        let two = [
            6.106_794_278_459_295_5,
            4.876_957_288_313_935,
            2.805_958_526_275_374_3,
            2.068_203_008_364_656,
            2.067_558_203_478_562,
        ];
        let one = [
            3.087_843_270_530_729_7,
            3.199_872_178_510_363_4,
            2.877_596_334_889_218,
            2.880_879_061_332_417,
            3.017_280_353_897_058_3,
        ];
        let obrien_fleming = Design::new(&plan(&UNEVEN, 0.05, Sides::Two, Spending::ObrienFleming))?;
        let pocock = Design::new(&plan(&UNEVEN, 0.005, Sides::One, Spending::Pocock))?;
        for (design, known) in [(obrien_fleming, two), (pocock, one)] {
            for (look, z) in design.looks().iter().zip(known) {
                assert!(off(look.upper, z) < 1e-11, "{} {z}", look.upper);
            }
        }
        Ok(())
    }

    /// Power with 20 equal looks at the effect that a test with one look finds with 80 %.
    #[test]
    fn power_of_20_looks_at_the_size_of_one() -> Result<(), Error> {
        let drift = normal::quantile(0.975) + normal::quantile(0.8);
        let shape = |shape| Plan { rule: Rule::Shape(shape), ..plan(&equal(20), 0.05, Sides::Two, Spending::Pocock) };
        let lan_demets = plan(&equal(20), 0.05, Sides::Two, Spending::ObrienFleming);
        for (plan, power) in [(lan_demets, 0.78), (shape(Shape::ObrienFleming), 0.78), (shape(Shape::Pocock), 0.66)] {
            assert!(
                (Design::new(&plan)?.power(drift) - power).abs() < 0.005,
                "{plan:?} {}",
                Design::new(&plan)?.power(drift)
            );
        }
        Ok(())
    }

    #[test]
    fn a_look_that_happens_elsewhere() -> Result<(), Error> {
        let all = plan(&[0.25, 0.5, 0.75, 1.0], 0.05, Sides::Two, Spending::ObrienFleming);
        let planned = Design::new(&all)?;
        let past = |look: Look| Past { time: look.time, upper: look.upper, futility: look.futility };
        // As planned: nothing changes.
        let so_far = [past(planned.looks()[0]), past(planned.looks()[1])];
        let same = Design::resumed(&plan(&[0.75, 1.0], 0.05, Sides::Two, Spending::ObrienFleming), &so_far)?;
        for (one, other) in same.looks().iter().zip(planned.looks()) {
            assert!(off(one.upper, other.upper) < 1e-12 && off(one.spent, other.spent) < 1e-12);
        }
        // A late look, then over-run: the level is used up exactly.
        let late = Design::resumed(&plan(&[0.81, 1.13], 0.05, Sides::Two, Spending::ObrienFleming), &so_far)?;
        assert!(off(late.looks()[3].spent, 0.025) < 1e-12);
        assert!((late.power(0.0) - 0.025).abs() < 1e-13);
        // An end before the plan's spends all that is left, too; and where all was spent nothing is left.
        let early = Design::resumed(&plan(&[0.6], 0.05, Sides::Two, Spending::ObrienFleming), &so_far)?;
        assert!(off(early.looks()[2].spent, 0.025) < 1e-12 && early.looks()[2].upper < 1.97);
        let done: Vec<Past> = planned.looks().iter().map(|look| past(*look)).collect();
        let after = Design::resumed(&plan(&[1.2], 0.05, Sides::Two, Spending::ObrienFleming), &done)?;
        assert!(after.looks()[4].upper > 7.0);
        Ok(())
    }

    #[test]
    fn futility_meets_the_boundary_at_the_end() -> Result<(), Error> {
        for (sides, binding) in [(Sides::One, false), (Sides::One, true), (Sides::Two, false)] {
            let futility = Futility { spending: Spending::HwangShihDeCani(-2.0), power: 0.9, binding };
            let plan = Plan { futility: Some(futility), ..plan(&equal(4), 0.05, sides, Spending::ObrienFleming) };
            let design = Design::new(&plan)?;
            let drift = design.drift_for_power(0.9)?;
            let endings = design.endings(drift);
            let mut missed = 0.0;
            for (look, ending) in design.looks().iter().zip(&endings) {
                missed += ending.below;
                assert!(off(missed, Spending::HwangShihDeCani(-2.0).spent(0.1, look.time)) < 1e-9, "{look:?} {missed}");
            }
            assert!((endings.iter().map(|ending| ending.win + ending.below).sum::<f64>() - 1.0).abs() < 1e-13);
            // Not binding: the level holds without it, and less is used with it. Binding: it is used up with it.
            let without = Design::new(&Plan { futility: None, ..plan.clone() })?;
            if binding {
                assert!((design.power(0.0) - 0.05).abs() < 1e-12);
                assert!(design.looks()[3].upper < without.looks()[3].upper);
            } else {
                assert!(design.power(0.0) < sides.per_side(0.05));
                assert_eq!(design.looks()[3].upper, without.looks()[3].upper);
            }
            assert!(design.expected_time(0.0) < without.expected_time(0.0));
            assert!(design.inflation(0.9)? > without.inflation(0.9)?);
        }
        Ok(())
    }

    /// The default design of gsDesign's manual: three looks, Hwang–Shih–DeCani −4 for wins and −2 for futility,
    /// one-sided 2.5 %, power 90 %, to the digits printed there.
    #[test]
    fn a_published_design_with_futility() -> Result<(), Error> {
        let futility = Some(Futility { spending: Spending::HwangShihDeCani(-2.0), power: 0.9, binding: false });
        let plan = Plan { futility, ..plan(&equal(3), 0.025, Sides::One, Spending::HwangShihDeCani(-4.0)) };
        let design = Design::new(&plan)?;
        for (look, (upper, futility)) in design.looks().iter().zip([(3.01, -0.24), (2.55, 0.94), (2.00, 2.00)]) {
            assert!((look.upper - upper).abs() <= 0.005, "{look:?}");
            assert!((look.futility.unwrap_or(f64::NAN) - futility).abs() <= 0.005, "{look:?}");
        }
        assert!((design.inflation(0.9)? - 1.070).abs() < 0.001, "{}", design.inflation(0.9)?);
        Ok(())
    }

    #[test]
    fn one_look_is_a_plain_test() -> Result<(), Error> {
        for rule in [Rule::Spending(Spending::Pocock), Rule::Shape(Shape::ObrienFleming)] {
            let design = Design::new(&Plan { rule, ..plan(&[1.0], 0.05, Sides::Two, Spending::Pocock) })?;
            assert!(off(design.looks()[0].upper, normal::quantile(0.975)) < 1e-12);
            assert!(off(design.inflation(0.8)?, 1.0) < 1e-12 && design.expected_time(1.0) == 1.0);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        let good = plan(&UNEVEN, 0.05, Sides::Two, Spending::Pocock);
        for alpha in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(Design::new(&Plan { alpha, ..good.clone() }).is_err());
        }
        assert!(Design::new(&Plan { times: vec![], ..good.clone() }).is_err());
        assert!(Design::new(&Plan { times: vec![0.5, 0.4], ..good.clone() }).is_err());
        assert!(Design::new(&Plan { rule: Rule::Spending(Spending::Power(-1.0)), ..good.clone() }).is_err());
        let futility = |power, binding| Some(Futility { spending: Spending::Pocock, power, binding });
        assert!(Design::new(&Plan { futility: futility(0.8, true), ..good.clone() }).is_err());
        assert!(Design::new(&Plan { futility: futility(1.0, false), ..good.clone() }).is_err());
        let past = Past { time: 0.1, upper: f64::NAN, futility: None };
        assert!(Design::resumed(&good, &[past]).is_err());
        let design = Design::new(&good).expect("a design");
        assert!(design.inflation(0.01).is_err() && design.drift_for_power(1.0).is_err());
    }

    proptest! {
        #[test]
        fn the_level_is_used_up_at_any_looks(
            steps in prop::collection::vec(1e-3..1.0_f64, 1..9),
            alpha in 1e-6..0.4_f64,
            which in 0..6_usize,
            two in any::<bool>(),
        ) {
            let total: f64 = steps.iter().sum();
            let mut time = 0.0;
            let times: Vec<f64> = steps.iter().map(|step| { time += step / total; time }).collect();
            let rule = [
                Rule::Spending(Spending::ObrienFleming),
                Rule::Spending(Spending::Pocock),
                Rule::Spending(Spending::HwangShihDeCani(-4.0)),
                Rule::Shape(Shape::ObrienFleming),
                Rule::Shape(Shape::Pocock),
                Rule::Shape(Shape::WangTsiatis(0.25)),
            ][which];
            let sides = if two { Sides::Two } else { Sides::One };
            let design = Design::new(&Plan { times, alpha, sides, rule, futility: None })?;
            prop_assert!(off(design.power(0.0), sides.per_side(alpha)) < 1e-9, "{}", design.power(0.0));
            let drift = design.drift_for_power(0.8)?;
            prop_assert!((design.power(drift) - 0.8).abs() < 1e-10);
            prop_assert!(design.inflation(0.8)? >= 1.0 - 1e-9);
        }
    }
}
