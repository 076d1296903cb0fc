//! Units that occur more than once, found in memory that does not grow with the file.
//!
//! The first pass puts a hash of each unit into a Bloom filter of fixed size (blocked: Putze, Sanders & Singler, ACM
//! Journal of Experimental Algorithmics 14, 2009): who is in it already is a candidate. With ten million units about one
//! in a hundred million is a candidate by mistake. Only if there are candidates, a second pass counts these exactly, by
//! their names. Beyond some 45 million units the filter is so full that there are more candidates than are remembered;
//! then the numbers found are least ones, which [`Repeated::more`] says.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::names::{Fixed, hash};
use crate::abtest::collected::Repeated;

/// Blocks of the filter; 64 MiB in all, of which the system provides what is touched.
const BLOCKS: usize = 1 << 20;
/// Candidates that are remembered.
const MOST_CANDIDATES: usize = 1 << 18;
/// Hashes that are looked up together, so that the memory answers several at a time.
const BATCH: usize = 64;
/// One odd multiplier per word of a block.
const SALTS: [u64; 8] = [
    0x9E37_79B9_7F4A_7C15,
    0xBF58_476D_1CE4_E5B9,
    0x94D0_49BB_1331_11EB,
    0xD6E8_FEB8_6659_FD93,
    0xA076_1D64_78BD_642F,
    0xE703_7ED1_A0B4_28DB,
    0x8EBC_6AF0_9C88_C6E3,
    0x5899_65CC_7537_4CC3,
];

type Candidates = HashMap<u64, Vec<Candidate>, BuildHasherDefault<Fixed>>;

/// Looks for units that occur more than once.
#[derive(Debug)]
pub(super) struct Repeats {
    filter: Vec<[u64; 8]>,
    batch: Vec<u64>,
    candidates: Candidates,
    more: bool,
    same_arm: Found,
    two_arms: Found,
}

/// A unit that may occur more than once: its name, and where each of its arms stands first.
#[derive(Debug)]
struct Candidate {
    name: Box<[u8]>,
    arms: Vec<(u32, u64)>,
    again: bool,
}

/// What was found of one sort.
#[derive(Debug, Default)]
struct Found {
    units: u64,
    first: Option<(Box<[u8]>, u64, u64)>,
}

impl Found {
    fn one(&mut self, name: &[u8], first: u64, again: u64) {
        self.units += 1;
        if self.first.is_none() {
            self.first = Some((name.into(), first, again));
        }
    }

    fn told(self, more: bool, line: impl Fn(u64) -> u64) -> Repeated {
        let first = self.first.map(|(name, a, b)| (String::from_utf8_lossy(&name).into_owned(), line(a), line(b)));
        Repeated { units: self.units, more, first }
    }
}

impl Repeats {
    pub(super) fn new() -> Self {
        Self {
            filter: vec![[0; 8]; BLOCKS],
            batch: Vec::with_capacity(BATCH),
            candidates: Candidates::default(),
            more: false,
            same_arm: Found::default(),
            two_arms: Found::default(),
        }
    }

    /// A unit, in the first pass.
    #[inline]
    pub(super) fn see(&mut self, unit: &[u8]) {
        self.batch.push(hash(unit));
        if self.batch.len() == BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for &hash in &self.batch {
            let block = &mut self.filter[(hash >> (64 - BLOCKS.ilog2())) as usize];
            let mut known = true;
            for (word, salt) in block.iter_mut().zip(SALTS) {
                let places = hash.wrapping_mul(salt);
                let bits = 1 << (places >> 58) | 1 << (places >> 52 & 63);
                known &= *word & bits == bits;
                *word |= bits;
            }
            if known {
                let room = self.candidates.len() < MOST_CANDIDATES;
                if room {
                    self.candidates.entry(hash).or_default();
                } else {
                    self.more |= !self.candidates.contains_key(&hash);
                }
            }
        }
        self.batch.clear();
    }

    /// Ends the first pass; true if a second one must tell the candidates apart.
    pub(super) fn any_candidate(&mut self) -> bool {
        self.flush();
        self.filter = Vec::new();
        !self.candidates.is_empty()
    }

    /// A unit, in the second pass: its arm, and where in the file it stands.
    #[inline]
    pub(super) fn count(&mut self, unit: &[u8], arm: u32, place: u64) {
        let Some(candidates) = self.candidates.get_mut(&hash(unit)) else { return };
        let Some(candidate) = candidates.iter_mut().find(|candidate| *candidate.name == *unit) else {
            candidates.push(Candidate { name: unit.into(), arms: vec![(arm, place)], again: false });
            return;
        };
        let first = candidate.arms[0].1;
        if let Some(&(_, first)) = candidate.arms.iter().find(|(known, _)| *known == arm) {
            if !candidate.again {
                self.same_arm.one(unit, first, place);
            }
            candidate.again = true;
            return;
        }
        if candidate.arms.len() == 1 {
            self.two_arms.one(unit, first, place);
        }
        candidate.arms.push((arm, place));
    }

    /// Units with several rows of one arm, and units with rows of several arms; `line` makes a row number of a place.
    pub(super) fn told(self, line: impl Fn(u64) -> u64) -> (Repeated, Repeated) {
        (self.same_arm.told(self.more, &line), self.two_arms.told(self.more, &line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(units: impl Iterator<Item = (u64, u32)> + Clone) -> (Repeated, Repeated) {
        let mut repeats = Repeats::new();
        units.clone().for_each(|(unit, _)| repeats.see(format!("user-{unit}").as_bytes()));
        if repeats.any_candidate() {
            for (place, (unit, arm)) in units.enumerate() {
                repeats.count(format!("user-{unit}").as_bytes(), arm, place as u64);
            }
        }
        repeats.told(|place| place)
    }

    #[test]
    fn nobody_is_found_twice_who_is_there_once() {
        let mut repeats = Repeats::new();
        (0..1_000_000_u64).for_each(|unit| repeats.see(unit.to_string().as_bytes()));
        repeats.flush();
        assert!(repeats.candidates.len() <= 1, "{}", repeats.candidates.len());
    }

    #[test]
    fn who_is_there_twice_is_found_and_the_arms_told_apart() {
        // 40, 41, … again in their arm; 90, 91 also in the other; 7 in both and again.
        let again = (40..45).map(|u| (u, u as u32 % 2));
        let other = (90..92).map(|u| (u, 1 - u as u32 % 2));
        let both = [(7, 0), (7, 1), (7, 0)].into_iter();
        let (same, two) = found((0..100).map(|u| (u, u as u32 % 2)).chain(again).chain(other).chain(both));
        assert_eq!((same.units, same.more, same.first), (6, false, Some(("user-40".into(), 40, 100))));
        assert_eq!((two.units, two.first), (3, Some(("user-90".into(), 90, 105))));
    }

    #[test]
    fn what_is_too_much_to_count_is_said() {
        let units = (0..300_000_u64).map(|u| (u, 0));
        let (same, two) = found(units.clone().chain(units));
        assert_eq!((same.units, same.more), (MOST_CANDIDATES as u64, true));
        assert_eq!((two.units, two.more), (0, true));
    }
}
