//! What the units of an experiment come to, for every part of the effect at once.
//!
//! A unit of a treatment is known with its treatment and with what the control gets. Units are told apart by how many parts
//! of the effect they are beyond, and both numbers are summed. What an arm has under one part is then a merge: so A/A test,
//! A/B test and all between them cost one pass.

use super::draw::Drawn;
use super::population::Place;
use super::truth::{Limits, numbers};
use crate::abtest::collected::Sample;
use crate::abtest::metric::{Kind, Metric};
use crate::stats::moments::{Moments, Shifted};

/// What is summed of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Count,
    Moments,
}

/// Sums of one metric over the units of one experiment.
#[derive(Clone, Debug)]
pub struct Sums {
    sort: Sort,
    /// Variables of a unit: a ratio's two, or a value and its covariates; of a proportion without covariates none.
    variables: usize,
    /// Parts of the effect that are told apart.
    parts: usize,
    /// By arm, by how many parts a unit is beyond, without and with its treatment.
    cells: Vec<Cell>,
}

#[derive(Clone, Debug)]
struct Cell {
    units: u64,
    successes: u64,
    sums: Shifted,
}

impl Sums {
    /// Of a metric in so many arms, for so many parts of the effect. `near` says about where its variables lie.
    pub fn new(metric: &Metric, place: &Place, arms: usize, parts: usize, near: &[f64]) -> Self {
        let covariates = place.covariates.len();
        let sort = if matches!(metric.kind, Kind::Proportion { .. }) { Sort::Count } else { Sort::Moments };
        let variables = if sort == Sort::Count && covariates == 0 { 0 } else { place.width + covariates };
        let cell = Cell { units: 0, successes: 0, sums: Shifted::new(&near[..variables]) };
        Self { sort, variables, parts, cells: vec![cell; arms * (parts + 1) * 2] }
    }

    /// Forgets all units.
    pub fn clear(&mut self) {
        for cell in &mut self.cells {
            cell.units = 0;
            cell.successes = 0;
            cell.sums.clear();
        }
    }

    /// One more unit, as it is seen at a look.
    #[inline]
    pub fn add(&mut self, drawn: &Drawn<'_>, place: &Place, look: usize, limits: Limits) {
        self.put(drawn, place, look, limits, 0, 0);
        if drawn.arm > 0 {
            self.put(drawn, place, look, limits, drawn.arm, 1);
        }
    }

    #[inline]
    fn put(&mut self, drawn: &Drawn<'_>, place: &Place, look: usize, limits: Limits, outcome: usize, treated: usize) {
        let Some([value, below]) = numbers(drawn.row, place, look, outcome, limits) else { return };
        let cell = &mut self.cells[(drawn.arm * (self.parts + 1) + drawn.beyond) * 2 + treated];
        cell.units += 1;
        if self.sort == Sort::Count {
            cell.successes += u64::from(value != 0.0);
            if self.variables == 0 {
                return;
            }
        }
        let mut row = [0.0; Shifted::MOST];
        row[0] = value;
        row[1] = below;
        for (x, &at) in row[place.width..].iter_mut().zip(&place.covariates) {
            *x = drawn.row[at];
        }
        cell.sums.add(&row[..self.variables]);
    }

    /// What an arm has under one of the parts of the effect.
    fn merged(&self, arm: usize, part: usize) -> Cell {
        let mut all = self.cells[0].clone();
        (all.units, all.successes) = (0, 0);
        all.sums.clear();
        for beyond in 0..=self.parts {
            // Not beyond part p means to be treated under it.
            let treated = usize::from(arm > 0 && beyond <= part);
            let cell = &self.cells[(arm * (self.parts + 1) + beyond) * 2 + treated];
            all.units += cell.units;
            all.successes += cell.successes;
            all.sums.merge(&cell.sums);
        }
        all
    }

    /// The sample of an arm under one of the parts of the effect.
    pub fn sample(&self, arm: usize, part: usize) -> Sample {
        let Cell { units, successes, sums } = self.merged(arm, part);
        match self.sort {
            Sort::Count => Sample::Count { successes, units },
            Sort::Moments => Sample::Moments(sums.moments()),
        }
    }

    /// The moments of value and covariates of an arm under one of the parts.
    pub fn moments(&self, arm: usize, part: usize) -> Moments {
        self.merged(arm, part).sums.moments()
    }
}
