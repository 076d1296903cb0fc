//! One experiment: which customers it draws, and to which arm each one is assigned.
//!
//! Customers are drawn with replacement, so that the means over the population are the exact truth of every experiment. Each
//! word of chance belongs to the experiment, the stage and the number of the draw in it, and so every pass over an
//! experiment sees the same.

use std::ops::Range;

use super::course::{Course, Stage};
use super::population::Population;
use super::setting::{Assignment, Setting};
use crate::luck::{Label, Luck};

/// First step below an experiment: its stages.
const STAGE: Label = Label::of("stage");
/// The words of a stage: for each unit one that draws it and one that assigns it.
const UNITS: Label = Label::of("units");

/// Everything that experiments have in common.
#[derive(Clone, Debug)]
pub struct Lottery<'a> {
    /// From whom is drawn.
    pub population: &'a Population,
    /// How many are drawn for each look.
    pub course: &'a Course,
    /// By look: the units of the population that may come with it.
    pub pools: Vec<Range<usize>>,
    /// Addresses all draws.
    pub seed: u64,
    /// How a unit comes to its arm.
    assignment: Assignment,
    /// Shares of the arms, which sum to 1.
    shares: Vec<f64>,
    /// By arm: the end of its part of 2³², the last one's beyond all.
    ends: Vec<u64>,
    /// The parts of the effect that are told apart, as parts of 2³²: ascending.
    parts: Vec<u64>,
}

/// Units whose rows are fetched together.
const AHEAD: usize = 32;
/// What rounding may hide of a whole number.
const ROUNDING: f64 = 1e-9;

/// One drawn unit.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// Which of the population.
    pub unit: usize,
    /// Its arm.
    pub arm: usize,
    /// How many of the parts it is beyond: with part p of the effect a unit of a treatment gets the treatment if it is not
    /// beyond p.
    pub beyond: usize,
    /// Its numbers.
    pub row: &'a [f64],
}

impl<'a> Lottery<'a> {
    /// `parts` of the effect lie in [0, 1] and ascend.
    pub fn new(setting: &'a Setting, seed: u64, parts: &[f64]) -> Self {
        const WHOLE: f64 = 4_294_967_296.0;
        let Setting { plan, population, course, assignment, .. } = setting;
        let shares: Vec<f64> = plan.arms.iter().map(|(_, share)| *share).collect();
        let mut sum = 0.0;
        let mut ends: Vec<u64> = shares
            .iter()
            .map(|share| {
                sum += share;
                (sum * WHOLE).round() as u64
            })
            .collect();
        // Shares that sum to a little less than 1 leave nobody over.
        if let Some(last) = ends.last_mut() {
            *last = u64::MAX;
        }
        let parts = parts.iter().map(|part| (part * WHOLE).round() as u64).collect();
        Self { population, course, pools: population.pools.clone(), seed, assignment: *assignment, shares, ends, parts }
    }

    /// The same for other looks, each of which anybody of the population may come with.
    #[must_use]
    pub fn looking(self, course: &'a Course) -> Self {
        Self { pools: vec![0..self.population.len(); course.stages.len()], course, ..self }
    }

    /// The arm of the unit with this place: the first arm takes its share of all places, the next one its share of the rest.
    fn in_turn(&self, mut place: u64) -> usize {
        let (mut arm, mut rest) = (0, 1.0);
        while arm + 1 < self.shares.len() {
            let share = self.shares[arm] / rest;
            // A share such as 5/6 times 600 is 500, whatever doubles say.
            let taken = |places: u64| (places as f64 * share + ROUNDING).floor() as u64;
            let before = taken(place);
            if taken(place + 1) > before {
                return arm;
            }
            place -= before;
            rest -= self.shares[arm];
            arm += 1;
        }
        arm
    }

    /// Every unit of an experiment that runs to its end.
    pub fn units(&self, experiment: u64, mut see: impl FnMut(Drawn<'a>)) {
        (0..self.course.stages.len()).for_each(|stage| self.stage(experiment, stage, &mut see));
    }

    /// Every unit of a stage of an experiment, in the order of drawing.
    #[inline]
    pub fn stage(&self, experiment: u64, stage: usize, mut see: impl FnMut(Drawn<'a>)) {
        let pool = &self.pools[stage];
        let (first, size) = (pool.start, pool.len() as u64);
        let mut words = Luck::experiment(self.seed, experiment).nth_child(STAGE, stage as u64).stream(UNITS);
        let Stage { units, more, .. } = self.course.stages[stage];
        let mut drawn = [(0, 0); AHEAD];
        for from in (units - more..units).step_by(AHEAD) {
            let block = &mut drawn[..((units - from) as usize).min(AHEAD)];
            let mut touched = 0;
            for (unit, word) in &mut *block {
                *unit = first + ((u128::from(words.next()) * u128::from(size)) >> 64) as usize;
                *word = words.next();
                touched ^= self.population.touch(*unit);
            }
            // Rows lie anywhere in memory: many are on their way at once, and none is waited for by itself.
            std::hint::black_box(touched);
            for (place, &(unit, word)) in (from..).zip(&*block) {
                let (coin, thinned) = (word >> 32, word & 0xffff_ffff);
                let arm = match self.assignment {
                    Assignment::Coin => self.ends.iter().take_while(|end| coin >= **end).count(),
                    Assignment::InTurn => self.in_turn(place),
                };
                let beyond = self.parts.iter().take_while(|part| thinned >= **part).count();
                see(Drawn { unit, arm, beyond, row: self.population.row(unit) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abtest::certify::tests::plan;
    use crate::stats::normal;

    fn setting(shares: &[f64], units: u64, assignment: Assignment) -> Setting {
        let arms: Vec<(&str, f64)> = ["a", "b", "c"].into_iter().zip(shares.iter().copied()).collect();
        let rows = vec![vec![0.0; arms.len()], vec![1.0; arms.len()]];
        Setting::given(&plan(&arms, "fixed", units), units, &[0.5, 1.0], assignment, &rows).expect("a setting")
    }

    #[test]
    fn arms_in_turn_have_their_shares_to_the_unit() {
        for (shares, units, counts) in [
            (vec![0.5, 0.5], 100, vec![50, 50]),
            (vec![5.0 / 6.0, 1.0 / 6.0], 600, vec![500, 100]),
            (vec![0.2, 0.3, 0.5], 1000, vec![200, 300, 500]),
        ] {
            let setting = setting(&shares, units, Assignment::InTurn);
            let lottery = Lottery::new(&setting, 1, &[]);
            let mut found = vec![0; shares.len()];
            (0..2).for_each(|stage| lottery.stage(3, stage, |drawn| found[drawn.arm] += 1));
            assert_eq!(found, counts);
        }
    }

    /// Units, arms and parts are drawn as often as they should be: five scores, of which a right lottery has one beyond 5.2 in
    /// a million runs.
    #[test]
    fn coins_and_parts_are_fair() {
        let setting = setting(&[0.2, 0.3, 0.5], 50_000, Assignment::Coin);
        let lottery = Lottery::new(&setting, 1, &[0.0, 0.25, 1.0]);
        let (mut first, mut arms, mut thinned) = (0, [0; 3], 0);
        for experiment in 0..4 {
            (0..2).for_each(|stage| {
                lottery.stage(experiment, stage, |drawn| {
                    first += u64::from(drawn.unit == 0);
                    arms[drawn.arm] += 1;
                    assert!((1..=2).contains(&drawn.beyond));
                    thinned += u64::from(drawn.beyond == 1);
                });
            });
        }
        let n = 200_000.0;
        for (count, chance) in [(first, 0.5), (arms[0], 0.2), (arms[1], 0.3), (arms[2], 0.5), (thinned, 0.25)] {
            let z = (count as f64 - n * chance) / (n * chance * (1.0_f64 - chance)).sqrt();
            assert!(z.abs() < -normal::quantile(1e-7), "{count} {chance} {z}");
        }
    }

    #[test]
    fn each_pass_sees_the_same_and_each_experiment_another() {
        let setting = setting(&[0.5, 0.5], 1000, Assignment::Coin);
        let lottery = Lottery::new(&setting, 1, &[0.5]);
        let seen = |experiment: u64| {
            let mut seen = Vec::new();
            lottery.stage(experiment, 1, |drawn| seen.push((drawn.unit, drawn.arm, drawn.beyond)));
            seen
        };
        assert_eq!(seen(5), seen(5));
        assert_ne!(seen(5), seen(6));
    }
}
