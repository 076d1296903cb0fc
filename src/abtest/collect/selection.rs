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

/// Some quantiles in the making: observed values, the ⌈share × n⌉-th from below (type 1; Hyndman & Fan, The American
/// Statistician 50, 1996, 361–365), as [`Caps::from_quantiles`](crate::stats::winsorised::Caps::from_quantiles) has them.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    shares: Vec<f64>,
    n: u64,
    least: u64,
    most: u64,
    found: Vec<Option<f64>>,
    groups: Vec<Group>,
}

/// Numbers that agree in their upper bits.
#[derive(Clone, Debug)]
struct Group {
    prefix: u64,
    bits: u32,
    /// What is looked for among them: share, and rank among the group's from 0.
    wanted: Vec<(usize, u64)>,
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
    fn counted(prefix: u64, bits: u32, wanted: Vec<(usize, u64)>) -> Self {
        Self { prefix, bits, wanted, gathered: Gathered::Bins(vec![EMPTY; BINS]) }
    }

    fn holds(&self, key: u64) -> bool {
        self.bits == 0 || key >> (64 - self.bits) == self.prefix
    }
}

impl Selection {
    /// To look for the quantiles of these shares, each in [0, 1].
    pub(super) fn new(shares: Vec<f64>) -> Self {
        let found = vec![None; shares.len()];
        Self { shares, n: 0, least: u64::MAX, most: 0, found, groups: vec![Group::counted(0, 0, Vec::new())] }
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
                self.least = self.least.min(key);
                self.most = self.most.max(key);
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
                    for (share, rank) in group.wanted {
                        self.found[share] = keys.get(rank as usize).map(|&key| value(key));
                    }
                }
                Gathered::Bins(bins) => {
                    for (share, rank) in group.wanted {
                        let Some((place, bin, before)) = bin_of(&bins, rank) else { continue };
                        let bits = group.bits + BITS;
                        if bin.least == bin.most || bits >= 64 {
                            self.found[share] = Some(value(bin.least));
                            continue;
                        }
                        let prefix = group.prefix << BITS | place as u64;
                        let entry = (share, rank - before);
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

    /// The quantiles, in the order of their shares; none without numbers.
    pub(super) fn quantiles(&self) -> &[Option<f64>] {
        &self.found
    }

    /// The least and the largest number.
    pub(super) fn range(&self) -> (f64, f64) {
        (value(self.least), value(self.most))
    }
}

/// The ranks of the shares of n numbers, from 0.
fn wanted(shares: &[f64], n: u64) -> Vec<(usize, u64)> {
    if n == 0 {
        return Vec::new();
    }
    shares.iter().enumerate().map(|(i, &share)| (i, rank(share, n) - 1)).collect()
}

/// The rank of a share of n numbers, from 1. A product that only rounding lifts above a whole number, such as 0.55 × 100,
/// is that number.
fn rank(share: f64, n: u64) -> u64 {
    let exact = share * n as f64;
    ((exact - exact * 1e-12).ceil() as u64).clamp(1, n)
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
        let mut rounds = 0;
        loop {
            rounds += 1;
            values.iter().for_each(|&value| selection.add(value));
            if selection.end_round() {
                return (selection.quantiles().iter().flatten().copied().collect(), rounds);
            }
            assert!(rounds < 4, "four rounds suffice");
        }
    }

    fn sorted(values: &[f64], share: f64) -> f64 {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values[rank(share, values.len() as u64) as usize - 1]
    }

    #[test]
    fn a_few_numbers_give_the_textbook_quantiles() {
        // numpy.quantile([3, 1, 2, 4], …, method="inverted_cdf").
        assert_eq!(quantiles(&[3.0, 1.0, 2.0, 4.0], &[0.0, 0.25, 0.3, 0.5, 1.0]).0, [1.0, 1.0, 2.0, 2.0, 4.0]);
        assert_eq!(quantiles(&[-0.0, 0.0, -1.5], &[0.0, 1.0]).0, [-1.5, 0.0]);
        assert!(quantiles(&[], &[0.5]).0.is_empty());
    }

    #[test]
    fn a_product_that_rounds_up_is_not_one_rank_higher() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantiles(&values, &[0.07, 0.55, 0.5, 0.551, 0.999]).0, [7.0, 55.0, 50.0, 56.0, 100.0]);
        assert_eq!((rank(0.0, 10), rank(1.0, 10), rank(0.3, 1_000_000_000)), (1, 10, 300_000_000));
        // Each whole percent and permille of each size is its own rank.
        for n in 1..=2000_u64 {
            for part in 1..=1000_u64 {
                assert_eq!(rank(part as f64 / 1000.0, n), (part * n).div_ceil(1000), "{part} ‰ of {n}");
            }
        }
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
