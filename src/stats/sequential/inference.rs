//! What a group-sequential test has found: while it runs, and after it has stopped.
//!
//! While it runs: *repeated* p-values and intervals (Jennison & Turnbull, *Group Sequential Methods*, ch. 9), which hold
//! at all looks together, whether one stops or not. After it has stopped: *stage-wise* ones (Fairbanks & Madsen, Biometrika
//! 69, 1982, 69–74; Tsiatis, Rosner & Mehta, Biometrics 40, 1984, 797–803), exact for the rule by which it stopped, where an
//! earlier win is stronger evidence than a later one. Both agree with the boundaries: a crossing is a p-value of at most
//! what has been spent, is an interval without 0.

use super::design::{Design, Futility, Look, Rule, UPWARD_REACH};
use super::recursion::Walk;
use crate::stats::{Error, require, root, sides::Sides};

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
    /// The score z that the statistic would have against a null hypothesis with this drift. In a family of tests z(δ) of
    /// null values δ, the limit or estimate of the effect is the δ whose z(δ) this is: so that it lies on the same side of 0
    /// as the drift, whatever the statistic.
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
            Rule::Spending(_) => self.spent_p(look, z)?,
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
    fn spent_p(&self, look: usize, z: f64) -> Result<f64, Error> {
        let Rule::Spending(spending) = self.plan.rule else { return Ok(1.0) };
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
        if boundary(0.0) >= z {
            return Ok(1.0);
        }
        Ok(root::between(LEAST_LN_P, 0.0, |ln_alpha| boundary(ln_alpha) - z).map_or(0.0, libm::exp))
    }

    /// What the test found that stopped at a look with this z: the limits and estimate by the stage-wise order.
    ///
    /// A test that ends without a crossing before its last look, for futility or any other reason, is not rejected: its p-value is
    /// then taken to be above alpha and its interval to hold 0, whatever the order says.
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
