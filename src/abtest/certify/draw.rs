//! One experiment: which customers it draws, and to which arm each one is assigned.
//!
//! Customers are drawn with replacement, so that the means over the population are the exact truth of every experiment. Each
//! word of chance belongs to the experiment, the stage and the number of the draw in it, and so every pass over an
//! experiment sees the same.

use std::ops::Range;

use super::course::Course;
use super::population::Population;
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
    /// By arm: the end of its part of 2³², the last one's beyond all.
    ends: Vec<u64>,
    /// The parts of the effect that are told apart, as parts of 2³²: ascending.
    parts: Vec<u64>,
}

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
    /// `shares` of the arms sum to 1; `parts` of the effect lie in [0, 1] and ascend.
    pub fn new(population: &'a Population, course: &'a Course, seed: u64, shares: &[f64], parts: &[f64]) -> Self {
        const WHOLE: f64 = 4_294_967_296.0;
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
        Self { population, course, pools: population.pools.clone(), seed, ends, parts }
    }

    /// The same for other looks, each of which anybody of the population may come with.
    #[must_use]
    pub fn looking(self, course: &'a Course) -> Self {
        Self { pools: vec![0..self.population.len(); course.stages.len()], course, ..self }
    }

    /// Every unit of a stage of an experiment, in the order of drawing.
    #[inline]
    pub fn stage(&self, experiment: u64, stage: usize, mut see: impl FnMut(Drawn<'a>)) {
        let pool = &self.pools[stage];
        let (first, size) = (pool.start, pool.len() as u64);
        let mut words = Luck::experiment(self.seed, experiment).nth_child(STAGE, stage as u64).stream(UNITS);
        for _ in 0..self.course.stages[stage].more {
            let unit = first + ((u128::from(words.next()) * u128::from(size)) >> 64) as usize;
            let word = words.next();
            let (assigned, thinned) = (word >> 32, word & 0xffff_ffff);
            let arm = self.ends.iter().take_while(|end| assigned >= **end).count();
            let beyond = self.parts.iter().take_while(|part| thinned >= **part).count();
            see(Drawn { unit, arm, beyond, row: self.population.row(unit) });
        }
    }
}
