//! Finds customers by what they do: every one of a range is played, so that the share of those who do it is known too.

use rayon::prelude::*;
use serde::Serialize;

use super::clauses::{Life, Predicate};
use super::{Customers, Record, Totals};
use crate::engine::Scratch;
use crate::simulation::Progress;

/// Customers that one thread plays in one go.
const CHUNK: u64 = 256;
/// Numbers that are told.
const TOLD: usize = 10;

/// Who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The question, as it was asked.
    pub predicate: String,
    /// Customers who were played, from number 0 on.
    pub searched: u64,
    /// How many of them show it.
    pub matching: u64,
    /// The lowest numbers of these, at most ten.
    pub lowest: Vec<u64>,
}

/// Plays customers 0 to `within` − 1 and finds those who show a predicate; the same for any number of threads.
pub fn search(customers: &Customers, predicate: &Predicate, within: u64, progress: &dyn Progress) -> Found {
    let chunks: Vec<u64> = (0..within).step_by(CHUNK as usize).collect();
    let found: Vec<Vec<u64>> = chunks
        .into_par_iter()
        .map(|first| {
            let end = (first + CHUNK).min(within);
            let found = matching(customers, predicate, first..end);
            progress.advance(end - first);
            found
        })
        .collect();
    let all = found.concat();
    let lowest = all[..all.len().min(TOLD)].to_vec();
    Found { predicate: predicate.text.clone(), searched: within, matching: all.len() as u64, lowest }
}

fn matching(customers: &Customers, predicate: &Predicate, range: std::ops::Range<u64>) -> Vec<u64> {
    let strategies = predicate.strategies();
    let mut scratch = Scratch::default();
    let mut lives: Vec<Life> = strategies
        .iter()
        .map(|&strategy| Life { strategy, record: Record::default(), totals: Totals::default() })
        .collect();
    let shows = |&customer: &u64| {
        let start = customers.start(customer);
        for life in &mut lives {
            customers.record(&start, life.strategy, &mut scratch, &mut life.record);
            life.totals = Totals::of(customers, life.strategy, start.segment, &life.record);
        }
        predicate.holds(customers.world, &lives)
    };
    range.filter(shows).collect()
}
