//! What a group-sequential test has found: while it runs, and after it has stopped.
//!
//! While it runs: *repeated* p-values and intervals (Jennison & Turnbull, *Group Sequential Methods*, ch. 9), which
//! hold at all looks together, whether one stops or not. After it has stopped: *stage-wise* ones (Fairbanks & Madsen,
//! Biometrika 69, 1982, 69–74; Tsiatis, Rosner & Mehta, Biometrics 40, 1984, 797–803), exact for the rule by which it
//! stopped, where an earlier win is stronger evidence than a later one. Both agree with the boundaries: a crossing is a
//! p-value of at most what has been spent, is an interval without 0.

use super::design::{Design, Futility, Look, Rule, UPWARD_REACH};
use super::recursion::Walk;
use super::spending::Spending;
use crate::stats::{Error, normal, require, root, sides::Sides};

/// ln of the least p-value that is told apart from 0.
const LEAST_LN_P: f64 = -650.0;
/// Doublings of a bracket at most.
const DOUBLINGS: usize = 40;

/// What was found by a test that has stopped. Drifts are in units of z at information time 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopped {
    /// The information time of the last look.
    pub time: f64,
    /// The score z at it.
    pub z: f64,
    /// Whether the null hypothesis is rejected: z at or beyond a boundary (not: that of futility).
    pub rejected: bool,
    /// The chance of evidence for a win at least as strong, were there no effect.
    pub p_upper: f64,
    /// The p-value of the test: twice the smaller one of the two sides, or that of the upper side alone.
    pub p: f64,
    /// The median-unbiased estimate of the drift: as likely to be too high as too low.
    pub estimate: f64,
    /// The lower limit of the drift, at the level of one side.
    pub low: f64,
    /// The upper limit of the drift, at the level of one side (also for a test of one side).
    pub high: f64,
}

impl Stopped {
    /// The score z that the statistic would have against a null hypothesis with this drift. In a family of tests z(δ)
    /// of null values δ, the limit or estimate of the effect is the δ whose z(δ) this is: so that it lies on the same
    /// side of 0 as the drift, whatever the statistic.
    pub fn score_against(&self, drift: f64) -> f64 {
        self.z - drift * libm::sqrt(self.time)
    }

    /// The effect that belongs to a drift, given the standard error of the effect at the last look.
    pub fn effect(&self, drift: f64, standard_error: f64) -> f64 {
        drift * libm::sqrt(self.time) * standard_error
    }
}

impl Design {
    /// The critical value c of a look: {δ: |z(δ)| ≤ c} is the repeated confidence interval, at 1 − alpha for all looks
    /// together. ∞ where nothing may be spent yet. A test of one side uses its lower end only.
    ///
    /// # Errors
    /// [`Error::Range`] for a look (from 0) that there is not.
    pub fn critical(&self, look: usize) -> Result<f64, Error> {
        self.check(look, 0.0)?;
        Ok(self.looks[look].upper)
    }

    /// The repeated p-value of one look: the least alpha at which this design would have crossed with this z. It is at
    /// most alpha exactly where z is at or beyond the boundary. All looks so far have the least of their p-values.
    /// Where a level of ½ on a side would not have been enough, it is 1.
    ///
    /// Past looks have the boundaries of an alpha as if they had been at the times at which their own was to be spent.
    ///
    /// # Errors
    /// [`Error::Range`] for a look (from 0) that there is not, or a z that is not a number.
    pub fn repeated_p(&self, look: usize, z: f64) -> Result<f64, Error> {
        self.check(look, z)?;
        let z = if self.plan.sides == Sides::Two { z.abs() } else { z };
        let p = match self.plan.rule {
            Rule::Shape(_) => self.scaled_p(look, z)?,
            Rule::Spending(spending) => self.spent_p(spending, look, z),
        };
        let alpha = self.plan.alpha;
        Ok(if z >= self.looks[look].upper { p.min(alpha) } else { p.max(alpha.next_up()) }.min(1.0))
    }

    /// All boundaries in proportion, such that that of the look is z.
    fn scaled_p(&self, look: usize, z: f64) -> Result<f64, Error> {
        let scale = z / self.looks[look].upper;
        if scale <= 0.0 {
            return Ok(1.0);
        }
        let mut walk = self.fresh_walk(self.looks.len(), UPWARD_REACH)?;
        for each in &self.looks {
            walk.push(self.held_below(each.futility, scale * each.upper), scale * each.upper);
        }
        let one: f64 = walk.crossings(0.0).iter().map(|crossing| crossing.upper).sum();
        Ok(if self.plan.sides == Sides::Two { 2.0 * one } else { one })
    }

    /// The alpha whose boundary at the look is z.
    fn spent_p(&self, spending: Spending, look: usize, z: f64) -> f64 {
        let total = self.plan.sides.per_side(self.plan.alpha);
        // The time at which each look's share was to be spent: its own, but for past looks and the last.
        let mut times: Vec<f64> = self.looks.iter().map(|each| each.time).collect();
        for (time, each) in times.iter_mut().zip(&self.looks).take(self.past) {
            *time = root::between(0.0, 1.0, |t| spending.spent(total, t) - each.spent).unwrap_or(1.0);
        }
        let last = times.len() - 1;
        times[last] = f64::INFINITY;
        let boundary = |ln_alpha: f64| {
            let level = self.plan.sides.per_side(libm::exp(ln_alpha));
            let Ok(mut walk) = self.fresh_walk(look + 1, UPWARD_REACH) else { return f64::NAN };
            let mut spent = 0.0;
            for (time, each) in times[..look].iter().zip(&self.looks) {
                let upper = walk.upper_for(spending.spent(level, *time) - spent);
                spent += walk.above(upper, 0.0);
                walk.push(self.held_below(each.futility, upper), upper);
            }
            walk.upper_for(spending.spent(level, times[look]) - spent).min(f64::MAX)
        };
        // By this look at least the chance of this z has been spent.
        let nominal = normal::ln_sf(z) + if self.plan.sides == Sides::Two { std::f64::consts::LN_2 } else { 0.0 };
        if nominal < LEAST_LN_P {
            return 0.0;
        }
        let largest = if self.plan.sides == Sides::Two { 0.0 } else { -std::f64::consts::LN_2 };
        if nominal >= largest {
            return 1.0;
        }
        root::between(nominal - 1e-9, largest, |ln_alpha| boundary(ln_alpha) - z).map_or(1.0, libm::exp)
    }

    /// What the test found that stopped at a look with this z: the limits and estimate by the stage-wise order.
    ///
    /// A test that ends without a crossing before its last look, for futility or any other reason, is not rejected: its
    /// p-value is then taken to be above alpha and its interval to hold 0, whatever the order says.
    ///
    /// # Errors
    /// [`Error::Range`] for a look (from 0) that there is not, or a z that is not finite.
    pub fn stopped(&self, look: usize, z: f64) -> Result<Stopped, Error> {
        self.check(look, z)?;
        require(z.is_finite(), "z", "be finite", z)?;
        let Look { time, upper, lower, spent, .. } = self.looks[look];
        let (won, lost) = (z >= upper, z <= lower);
        let total = self.plan.sides.per_side(self.plan.alpha);
        let walk = self.walk_down_to(look, z)?;
        let chance = |drift: f64| walk.at_or_beyond(look, z, drift);
        let drift =
            |share: f64| drift_where(z / libm::sqrt(time), 1.0 / libm::sqrt(time), |drift| chance(drift) - share);
        // What the boundaries decide, rounding must not undo.
        let decided = |p: f64, rejected: bool| if rejected { p.min(spent) } else { p.max(total.next_up()) };
        let p_upper = decided(chance(0.0), won);
        let (low, mut high) = (drift(total), drift(1.0 - total));
        let mut p = p_upper;
        if self.plan.sides == Sides::Two {
            // The walk is symmetric: the lower side is the upper one of −z.
            let p_lower = decided(walk.at_or_beyond(look, -z, 0.0), lost);
            high = if lost { high.min(0.0) } else { high.max(0.0) };
            p = (2.0 * p_upper.min(p_lower)).min(1.0);
        }
        let low = if won { low.max(0.0) } else { low.min(0.0) };
        Ok(Stopped { time, z, rejected: won || lost, p_upper, p, estimate: drift(0.5), low, high })
    }

    /// The lower boundary by which the null hypothesis is decided on.
    fn held_below(&self, futility: Option<f64>, upper: f64) -> f64 {
        match (self.plan.sides, self.plan.futility) {
            (Sides::Two, _) => -upper,
            (Sides::One, Some(Futility { binding: true, .. })) => futility.unwrap_or(f64::NEG_INFINITY),
            (Sides::One, _) => f64::NEG_INFINITY,
        }
    }

    /// A walk over the first looks that has no boundaries yet.
    fn fresh_walk(&self, looks: usize, reach: f64) -> Result<Walk, Error> {
        let times: Vec<f64> = self.looks[..looks].iter().map(|look| look.time).collect();
        match self.plan.sides {
            Sides::One => Walk::upward(&times, reach),
            Sides::Two => Walk::new(&times),
        }
    }

    /// The deciding walk up to a look, followed as far down as drifts that explain `z` may go.
    fn walk_down_to(&self, look: usize, z: f64) -> Result<Walk, Error> {
        let mut walk = self.fresh_walk(look + 1, UPWARD_REACH + 8.0 + (-z).max(0.0))?;
        for each in &self.looks[..=look] {
            walk.push(self.held_below(each.futility, each.upper), each.upper);
        }
        Ok(walk)
    }

    /// Refuses a look that there is not.
    fn check(&self, look: usize, z: f64) -> Result<(), Error> {
        require(look < self.looks.len(), "the look", "be one of the design, counted from 0", look as f64)?;
        require(!z.is_nan(), "z", "be a number", z)
    }
}

/// The drift where an increasing function crosses 0, near `first`; infinite where it does not.
fn drift_where(first: f64, unit: f64, excess: impl Fn(f64) -> f64) -> f64 {
    let (mut below, mut above) = (2.0 * unit, 2.0 * unit);
    for _ in 0..DOUBLINGS {
        let (low, high) = (first - below, first + above);
        match (excess(low) <= 0.0, excess(high) >= 0.0) {
            (true, true) => return root::between(low, high, excess).unwrap_or(f64::NAN),
            (enough, _) if !enough => below *= 2.0,
            _ => above *= 2.0,
        }
    }
    if excess(first) < 0.0 { f64::INFINITY } else { f64::NEG_INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::sequential::design::{Past, Plan};
    use crate::stats::sequential::spending::Shape;
    use proptest::prelude::*;

    fn design(times: &[f64], alpha: f64, sides: Sides, rule: Rule) -> Design {
        Design::new(&Plan { times: times.to_vec(), alpha, sides, rule, futility: None }).expect("a design")
    }

    #[test]
    fn one_look_is_a_plain_interval() -> Result<(), Error> {
        let z95 = normal::quantile(0.975);
        for z in [-9.0, -2.0, 0.0, 1.0, 2.5, 30.0] {
            let design = design(&[0.64], 0.05, Sides::Two, Rule::Spending(Spending::Pocock));
            let found = design.stopped(0, z)?;
            for (drift, score) in [(found.low, z95), (found.estimate, 0.0), (found.high, -z95)] {
                assert!((found.score_against(drift) - score).abs() < 1e-12, "{z} {drift}");
            }
            assert!(off(found.p, 2.0 * normal::sf(z.abs())) < 1e-13);
            assert!(off(design.repeated_p(0, z)?, found.p) < 1e-10, "{} {}", design.repeated_p(0, z)?, found.p);
            assert!((found.effect(found.estimate, 2.0) - 2.0 * z).abs() < 1e-12);
        }
        Ok(())
    }

    /// A win at the second of four looks: the chance of one at the first is added, and the estimate shrinks.
    #[test]
    fn an_early_win_is_shrunk() -> Result<(), Error> {
        let design = design(&[0.25, 0.5, 0.75, 1.0], 0.05, Sides::Two, Rule::Shape(Shape::Pocock));
        let first = design.looks()[0];
        let found = design.stopped(1, 2.5)?;
        assert!(found.rejected && found.p_upper > normal::sf(first.upper) && found.p_upper < design.looks()[1].spent);
        assert!(found.estimate < 2.5 / libm::sqrt(0.5) && found.low > 0.0);
        // At the first look nothing was selected yet: the plain interval.
        let found = design.stopped(0, 3.0)?;
        assert!(off(found.p_upper, normal::sf(3.0)) < 1e-12 && off(found.estimate, 6.0) < 1e-12);
        Ok(())
    }

    /// Played with 2,000 evenly spread triples of steps (Halton's points): limits at 5 % on each side and the median.
    #[test]
    fn limits_and_estimate_are_exceeded_as_often_as_they_should_be() -> Result<(), Error> {
        let times = [0.3, 0.6, 1.0];
        let design = design(&times, 0.1, Sides::Two, Rule::Spending(Spending::Pocock));
        for drift in [-1.0, 0.7, 2.5] {
            let mut above = [0.0_f64; 3];
            for i in 1..=2000 {
                let (mut x, mut before) = (0.0, 0.0);
                for (look, (time, base)) in times.iter().zip([2, 3, 5]).enumerate() {
                    let step: f64 = time - before;
                    x += drift * step + step.sqrt() * normal::quantile(halton(i, base));
                    before = *time;
                    let z = x / time.sqrt();
                    if look == 2 || z.abs() >= design.looks()[look].upper {
                        let found = design.stopped(look, z)?;
                        for (above, limit) in above.iter_mut().zip([found.low, found.estimate, found.high]) {
                            *above += if limit > drift { 1.0 / 2000.0 } else { 0.0 };
                        }
                        break;
                    }
                }
            }
            for (above, expected) in above.iter().zip([0.05, 0.5, 0.95]) {
                assert!((above - expected).abs() < 0.01, "{drift}: {above} {expected}");
            }
        }
        Ok(())
    }

    fn halton(mut i: u32, base: u32) -> f64 {
        let (mut sum, mut unit) = (0.0, 1.0);
        while i > 0 {
            unit /= f64::from(base);
            sum += unit * f64::from(i % base);
            i /= base;
        }
        sum
    }

    #[test]
    fn a_resumed_test_agrees_with_its_boundaries() -> Result<(), Error> {
        let rule = Rule::Spending(Spending::ObrienFleming);
        let past = [Past { time: 0.3, upper: 3.5, futility: None }, Past { time: 0.5, upper: 2.9, futility: None }];
        let plan = Plan { times: vec![0.8, 1.1], alpha: 0.05, sides: Sides::Two, rule, futility: None };
        let design = Design::resumed(&plan, &past)?;
        for (look, each) in design.looks().iter().enumerate() {
            assert!(design.repeated_p(look, each.upper + 1e-9)? <= 0.05);
            assert!(design.repeated_p(look, -each.upper + 1e-9)? > 0.05);
            assert!((design.repeated_p(look, each.upper + 1e-9)? - 0.05).abs() < 1e-7);
        }
        Ok(())
    }

    #[test]
    fn futility_rejects_nothing() -> Result<(), Error> {
        for (sides, binding) in [(Sides::One, true), (Sides::One, false), (Sides::Two, false)] {
            let futility = Some(Futility { spending: Spending::Pocock, power: 0.8, binding });
            let rule = Rule::Spending(Spending::ObrienFleming);
            let design = Design::new(&Plan { times: vec![0.4, 0.8, 1.0], alpha: 0.05, sides, rule, futility })?;
            let below = design.looks()[1].futility.unwrap_or(f64::NAN) - 0.1;
            let found = design.stopped(1, below)?;
            assert!(!found.rejected && found.p > 0.05 && found.low <= 0.0 && found.high > 0.0, "{found:?}");
            assert!(design.repeated_p(1, below)? > 0.05);
            assert!((design.repeated_p(2, design.looks()[2].upper + 1e-8)? - 0.05).abs() < 1e-6);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_look_is_refused() {
        let design = design(&[0.5, 1.0], 0.05, Sides::Two, Rule::Shape(Shape::Pocock));
        assert!(design.critical(2).is_err() && design.stopped(2, 1.0).is_err() && design.repeated_p(2, 1.0).is_err());
        for z in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(design.stopped(0, z).is_err());
        }
        assert!(design.repeated_p(0, f64::NAN).is_err());
        assert_eq!(design.repeated_p(0, 0.0), Ok(1.0));
        for z in [-1e300, -50.0, 50.0, 1e300] {
            assert!(design.stopped(1, z).is_ok() && design.repeated_p(1, z).is_ok());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn p_interval_and_boundary_agree(
            steps in prop::collection::vec(0.01..1.0_f64, 1..6),
            alpha in 1e-4..0.3_f64,
            which in 0..4_usize,
            two in any::<bool>(),
            pick in 0.0..1.0_f64,
            z in -6.0..6.0_f64,
        ) {
            let total: f64 = steps.iter().sum();
            let mut time = 0.0;
            let times: Vec<f64> = steps.iter().map(|step| { time += step / total; time }).collect();
            let rule = [
                Rule::Spending(Spending::ObrienFleming),
                Rule::Spending(Spending::HwangShihDeCani(1.0)),
                Rule::Shape(Shape::Pocock),
                Rule::Shape(Shape::WangTsiatis(0.2)),
            ][which];
            let design = design(&times, alpha, if two { Sides::Two } else { Sides::One }, rule);
            let look = (pick * times.len() as f64) as usize;
            let Look { upper, lower, spent, .. } = design.looks()[look];
            let stopped = design.stopped(look, z)?;
            let crossed = z >= upper || z <= lower;
            prop_assert_eq!(stopped.rejected, crossed);
            let p = design.repeated_p(look, z)?;
            let at_p = Plan { alpha: p, ..design.plan.clone() };
            if p < 0.49 && (p - alpha).abs() > 1e-9 {
                let boundary = Design::new(&at_p)?.critical(look)?;
                prop_assert!((boundary - if two { z.abs() } else { z }).abs() < 1e-7, "{} {}", boundary, p);
            } else {
                prop_assert!(p > 0.49 || (z.abs() - upper).abs() < 1e-6, "{}", p);
            }
            prop_assert_eq!(design.repeated_p(look, z)? <= alpha, crossed);
            prop_assert_eq!(stopped.p <= alpha, crossed);
            let spent = if two { 2.0 * spent } else { spent };
            prop_assert!(!crossed || stopped.p <= spent);
            let excluded = if two { stopped.low > 0.0 || stopped.high < 0.0 } else { stopped.low > 0.0 };
            prop_assert_eq!(excluded, crossed);
            prop_assert!(stopped.low < stopped.estimate && stopped.estimate < stopped.high);
            if two {
                let mirrored = design.stopped(look, -z)?;
                prop_assert!((mirrored.low + stopped.high).abs() < 1e-7 * (1.0 + stopped.high.abs()));
                prop_assert!((mirrored.p - stopped.p).abs() <= 1e-12);
            }
        }
    }
}
