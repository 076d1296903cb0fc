//! Quantiles of numbers that are gone through several times: exactly, in an order of memory that does not grow with them.
//!
//! Doubles are mapped to integers of the same order. The first round counts them by their upper 16 bits; then the
//! number wanted lies in a known bin, and the next round keeps that bin's numbers if they are few, else counts them by
//! the next 16 bits. Four rounds always suffice; money usually takes two.

/// Bits that one round looks at.
const BITS: u32 = 16;
/// Bins that one round counts in.
const BINS: usize = 1 << BITS;
/// Numbers of a bin that are kept to be sorted.
const FEW: u64 = 1 << 18;

/// Some quantiles in the making: by linear interpolation between order statistics (type 7; Hyndman & Fan, The American
/// Statistician 50, 1996, 361–365).
#[derive(Clone, Debug)]
pub(super) struct Selection {
    shares: Vec<f64>,
    n: u64,
    /// By share, the numbers below and above its place.
    found: Vec<[Option<f64>; 2]>,
    groups: Vec<Group>,
}

/// Numbers that agree in their upper bits.
#[derive(Clone, Debug)]
struct Group {
    prefix: u64,
    bits: u32,
    /// What is looked for among them: share, below (0) or above (1), rank among the group's from 0.
    wanted: Vec<(usize, usize, u64)>,
    gathered: Gathered,
}

#[derive(Clone, Debug)]
enum Gathered {
    Bins(Vec<Bin>),
    Keys(Vec<u64>),
}

#[derive(Clone, Copy, Debug)]
struct Bin {
    n: u64,
    least: u64,
    most: u64,
}

const EMPTY: Bin = Bin { n: 0, least: u64::MAX, most: 0 };

impl Group {
    fn counted(prefix: u64, bits: u32, wanted: Vec<(usize, usize, u64)>) -> Self {
        Self { prefix, bits, wanted, gathered: Gathered::Bins(vec![EMPTY; BINS]) }
    }

    fn holds(&self, key: u64) -> bool {
        self.bits == 0 || key >> (64 - self.bits) == self.prefix
    }
}

impl Selection {
    /// To look for the quantiles of these shares, each in [0, 1].
    pub(super) fn new(shares: Vec<f64>) -> Self {
        let found = vec![[None; 2]; shares.len()];
        Self { shares, n: 0, found, groups: vec![Group::counted(0, 0, Vec::new())] }
    }

    /// One of the numbers; all come again in each round.
    pub(super) fn add(&mut self, value: f64) {
        let key = key(value);
        for group in &mut self.groups {
            if !group.holds(key) {
                continue;
            }
            if group.bits == 0 {
                self.n += 1;
            }
            match &mut group.gathered {
                Gathered::Bins(bins) => {
                    let bin = &mut bins[(key << group.bits >> (64 - BITS)) as usize];
                    *bin = Bin { n: bin.n + 1, least: bin.least.min(key), most: bin.most.max(key) };
                }
                Gathered::Keys(keys) => keys.push(key),
            }
        }
    }

    /// Ends a round; true when all quantiles are found.
    pub(super) fn end_round(&mut self) -> bool {
        let mut next: Vec<Group> = Vec::new();
        for mut group in std::mem::take(&mut self.groups) {
            if group.bits == 0 {
                group.wanted = wanted(&self.shares, self.n);
            }
            match group.gathered {
                Gathered::Keys(mut keys) => {
                    keys.sort_unstable();
                    for (share, side, rank) in group.wanted {
                        self.found[share][side] = keys.get(rank as usize).map(|&key| value(key));
                    }
                }
                Gathered::Bins(bins) => {
                    for (share, side, rank) in group.wanted {
                        let Some((place, bin, before)) = bin_of(&bins, rank) else { continue };
                        let bits = group.bits + BITS;
                        if bin.least == bin.most || bits >= 64 {
                            self.found[share][side] = Some(value(bin.least));
                            continue;
                        }
                        let prefix = group.prefix << BITS | place as u64;
                        let entry = (share, side, rank - before);
                        if let Some(known) = next.iter_mut().find(|g| g.bits == bits && g.prefix == prefix) {
                            known.wanted.push(entry);
                        } else if bin.n <= FEW {
                            let gathered = Gathered::Keys(Vec::with_capacity(bin.n as usize));
                            next.push(Group { prefix, bits, wanted: vec![entry], gathered });
                        } else {
                            next.push(Group::counted(prefix, bits, vec![entry]));
                        }
                    }
                }
            }
        }
        self.groups = next;
        self.groups.is_empty()
    }

    /// The quantiles, in the order of their shares; without numbers they are NaN.
    pub(super) fn quantiles(&self) -> Vec<f64> {
        let quantile = |(share, found): (&f64, &[Option<f64>; 2])| {
            let [Some(low), Some(high)] = *found else { return f64::NAN };
            let place = (self.n - 1) as f64 * share;
            low + (high - low) * (place - place.floor())
        };
        self.shares.iter().zip(&self.found).map(quantile).collect()
    }
}

/// The ranks that the shares of n numbers lie between.
fn wanted(shares: &[f64], n: u64) -> Vec<(usize, usize, u64)> {
    if n == 0 {
        return Vec::new();
    }
    let ranks = |(i, share): (usize, &f64)| {
        let low = ((n - 1) as f64 * share).floor().clamp(0.0, (n - 1) as f64) as u64;
        [(i, 0, low), (i, 1, (low + 1).min(n - 1))]
    };
    shares.iter().enumerate().flat_map(ranks).collect()
}

/// The bin in which a rank lies, and how many numbers lie before it.
fn bin_of(bins: &[Bin], rank: u64) -> Option<(usize, Bin, u64)> {
    let mut before = 0;
    for (place, bin) in bins.iter().enumerate() {
        if rank < before + bin.n {
            return Some((place, *bin, before));
        }
        before += bin.n;
    }
    None
}

/// An integer that orders as the number does; both zeros are the same.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The number of an integer.
fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantiles(values: &[f64], shares: &[f64]) -> (Vec<f64>, usize) {
        let mut selection = Selection::new(shares.to_vec());
        for round in 1.. {
            values.iter().for_each(|&value| selection.add(value));
            if selection.end_round() {
                return (selection.quantiles(), round);
            }
            assert!(round < 5, "four rounds suffice");
        }
        unreachable!("the rounds end")
    }

    fn sorted(values: &[f64], share: f64) -> f64 {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let place = (values.len() - 1) as f64 * share;
        let low = values[place.floor() as usize];
        low + (values[(place.floor() as usize + 1).min(values.len() - 1)] - low) * place.fract()
    }

    #[test]
    fn a_few_numbers_give_the_textbook_quantiles() {
        // numpy.quantile([3, 1, 2, 4], [0, .25, .5, 1]) = 1, 1.75, 2.5, 4.
        assert_eq!(quantiles(&[3.0, 1.0, 2.0, 4.0], &[0.0, 0.25, 0.5, 1.0]).0, [1.0, 1.75, 2.5, 4.0]);
        assert!(quantiles(&[], &[0.5]).0[0].is_nan());
        assert_eq!(quantiles(&[-0.0, 0.0, -1.5], &[0.0, 1.0]).0, [-1.5, 0.0]);
    }

    #[test]
    fn numbers_that_agree_in_most_bits_are_told_apart_in_four_rounds() {
        let values: Vec<f64> = (0..600_000_u64).map(|i| f64::from_bits(1.0_f64.to_bits() + i * 7 % 600_000)).collect();
        let (found, rounds) = quantiles(&values, &[0.999]);
        assert_eq!(found[0], sorted(&values, 0.999));
        assert!(rounds >= 3, "{rounds}");
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_sorted_numbers(
            values in prop::collection::vec(prop_oneof![-1e6..1e6_f64, Just(0.0), -1e-300..1e300_f64], 1..300),
            shares in prop::collection::vec(0.0..=1.0_f64, 1..3),
        ) {
            let expected: Vec<f64> = shares.iter().map(|&share| sorted(&values, share)).collect();
            prop_assert_eq!(quantiles(&values, &shares).0, expected);
        }
    }
}
