//! Addressed randomness: every random word of a simulation is a function of *what it decides*.
//!
//! A sequential generator hands out its words in the order of the calls, so one message more shifts the luck of
//! everything after it. Here a word belongs to an address (seed, replication, customer, campaign, occurrence, channel,
//! …, purpose) and to nothing else (rules R1 to R3). Two strategies that send the same e-mail to the same customer meet
//! the same luck, whatever else they do.
//!
//! An address is a path: [`Luck::customer`] is its root, [`Luck::child`] goes one label deeper, and [`Luck::word`] reads
//! the 64 random bits that one decision needs. All three are one step: the label is spread over the 64 bits and added to
//! the node, and the two halves of a 64 × 64 → 128 bit product are folded, as in *wyrand* (Wang Yi, public domain).
//! Wyrand spreads a counter by one multiplication. Labels are no counters: one that differs in a high bit only would
//! reach only the high bits of both operands, and half of the product would not hear of it. So the spread label is turned
//! end to end and spread again, which is free where the label is known when compiling, as most are.
//!
//! `tests/integration/battery.rs` and `docs/randomness.md` hold the statistical tests of the words *as the engine uses
//! them*. The same bits come out on every platform: there is nothing but integer arithmetic here.
//!
//! A word, a child and a stream of the same label at the same node hang on the same 64 bits. Whoever reads more than one
//! kind at one node keeps their labels apart.

#![expect(clippy::inline_always, reason = "a few instructions each, several times per event of the hot loop")]

use std::convert::Infallible;

use rand::TryRng;

/// Spreads labels over the 64 bits; wyrand's increment.
const SPREAD: u64 = 0xa076_1d64_78bd_642f;
/// Wyrand's second constant: tells the operands of the product apart.
const MIX: u64 = 0xe703_7ed1_a0b4_28db;

/// A node in the tree of addresses: everything below it is reproducible, everything beside it independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Luck(u64);

impl Luck {
    /// The root of one customer's luck (R1): neither strategy nor draw is part of it.
    pub const fn customer(seed: u64, replication: u64, customer: u64) -> Self {
        Self::seed(seed).child(CUSTOMERS).child(replication).child(customer)
    }

    /// The root of one uncertain parameter's values, by the hash of its path in the file (R3).
    pub const fn parameter(seed: u64, path: u64, draw: u64) -> Self {
        Self::seed(seed).child(PARAMETERS).child(path).child(draw)
    }

    /// Seeds are small numbers that people choose (1, 7, 42): mixed twice before anything hangs on them.
    const fn seed(seed: u64) -> Self {
        Self(SEEDS).child(seed).child(seed)
    }

    /// The node `label` below this one. Labels are small numbers, instants or [hashes of names](label).
    #[inline(always)]
    #[must_use]
    pub const fn child(self, label: u64) -> Self {
        Self(self.at(label))
    }

    /// The 64 random bits of one decision at this node.
    #[inline(always)]
    pub const fn word(self, purpose: u64) -> u64 {
        self.at(purpose)
    }

    /// Does an event of probability `threshold` / 2⁶⁴ happen? See [`threshold`].
    #[inline(always)]
    pub const fn happens(self, purpose: u64, threshold: u64) -> bool {
        // The last threshold is certainty: 2⁶⁴ itself has no room in 64 bits.
        self.at(purpose) < threshold || threshold == u64::MAX
    }

    /// A generator for a variate that may need more than one word (exponential, normal, gamma).
    #[inline(always)]
    pub const fn stream(self, purpose: u64) -> Stream {
        Stream { node: self.at(purpose), position: 0 }
    }

    #[inline(always)]
    const fn at(self, label: u64) -> u64 {
        let state = self.0.wrapping_add(spread(label));
        let product = (state as u128).wrapping_mul((state ^ MIX) as u128);
        (product ^ (product >> 64)) as u64
    }
}

/// One to one, and any two labels lie far apart in low bits and high bits alike: multiplication carries upwards only, so
/// what the first one brought to the top is turned to the bottom for the second.
#[inline(always)]
const fn spread(label: u64) -> u64 {
    label.wrapping_mul(SPREAD).swap_bytes().wrapping_mul(SPREAD)
}

/// Where all paths begin.
const SEEDS: u64 = 0x2d35_8dcc_aa6c_78a5;
/// First step below a seed: customers' luck. Apart from [`PARAMETERS`], so that a customer never shares luck with a rate.
const CUSTOMERS: u64 = 0x6375_7374_6f6d_6572;
/// First step below a seed: values of uncertain parameters.
const PARAMETERS: u64 = 0x7061_7261_6d65_7465;

/// The integer below which a random word must fall for an event of probability `p` in [0, 1].
///
/// `p` is exact to 2⁻⁵³; 1 maps to [`u64::MAX`], which [`Luck::happens`] reads as certainty.
pub fn threshold(p: f64) -> u64 {
    // A cast from float saturates, so p = 1 (and anything above) becomes u64::MAX.
    (p * 18_446_744_073_709_551_616.0) as u64
}

/// The label of a name: FNV-1a over its bytes, then mixed once more, so that similar names lie far apart. The same on every
/// platform and for ever: changing it changes every result.
pub const fn label(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    Luck(hash).at(0)
}

/// A short sequence of words from one node, for the samplers of `rand_distr`.
#[derive(Clone, Debug)]
pub struct Stream {
    node: u64,
    position: u64,
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline(always)]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = Luck(self.node).at(self.position);
        self.position += 1;
        Ok(word)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_for_ever() {
        // Golden values: a change here changes every published number ("value-breaking").
        let luck = Luck::customer(7, 0, 12);
        insta::assert_snapshot!(
            format!("{:x} {:x} {:x} {:x}", luck.word(0), luck.word(1), luck.child(1).word(1), label("email")),
            @"9a97b8e9f797ff78 e6a4153885463950 637307f200a3675c f901453c62f7510b"
        );
    }

    #[test]
    fn certainty_and_impossibility_are_exact() {
        assert_eq!(threshold(0.0), 0);
        assert_eq!(threshold(1.0), u64::MAX);
        let luck = Luck::customer(1, 2, 3);
        for purpose in 0..10_000 {
            assert!(!luck.happens(purpose, threshold(0.0)));
            assert!(luck.happens(purpose, threshold(1.0)));
        }
    }
}
