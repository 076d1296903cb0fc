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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Luck(u64);

impl Luck {
    /// The root of one customer's luck (R1): neither strategy nor draw is part of it.
    pub const fn customer(seed: u64, replication: u64, customer: u64) -> Self {
        let replication = Self::seed(seed).child(CUSTOMERS).child(Label::new(replication));
        replication.child(Label::new(customer))
    }

    /// The root of one uncertain parameter's values, by the label of its path in the file (R3).
    pub const fn parameter(seed: u64, path: Label, draw: u64) -> Self {
        Self::seed(seed).child(PARAMETERS).child(path).child(Label::new(draw))
    }

    /// The root of one experiment's luck: whom it draws, and to which arm each one is assigned.
    pub const fn experiment(seed: u64, number: u64) -> Self {
        Self::seed(seed).child(EXPERIMENTS).child(Label::new(number))
    }

    /// Seeds are small numbers that people choose (1, 7, 42): mixed twice before anything hangs on them.
    const fn seed(seed: u64) -> Self {
        Self(SEEDS).child(Label::new(seed)).child(Label::new(seed))
    }

    /// The node `label` below this one.
    #[inline(always)]
    #[must_use]
    pub const fn child(self, label: Label) -> Self {
        self.nth_child(label, 0)
    }

    /// The n-th node of a label: for what is numbered 0, 1, 2, … (needs, sends of one channel).
    #[inline(always)]
    #[must_use]
    pub const fn nth_child(self, label: Label, n: u64) -> Self {
        Self(self.stream_at(label, n).word())
    }

    /// The 64 random bits of one decision at this node.
    #[inline(always)]
    pub const fn word(self, purpose: Label) -> u64 {
        self.stream_at(purpose, 0).word()
    }

    /// Does an event of this probability happen?
    #[inline(always)]
    pub const fn happens(self, purpose: Label, chance: Threshold) -> bool {
        chance.holds(self.word(purpose))
    }

    /// The words of a purpose that may need more than one: a variate (exponential, normal, gamma), the touches of a
    /// journey. The first of them is [`Luck::word`], the others follow as in wyrand.
    #[inline(always)]
    pub const fn stream(self, purpose: Label) -> Stream {
        self.stream_at(purpose, 0)
    }

    #[inline(always)]
    const fn stream_at(self, label: Label, position: u64) -> Stream {
        Stream(self.0.wrapping_add(label.0).wrapping_add(position.wrapping_mul(SPREAD)))
    }
}

/// One step of a path: a number, an instant or a name, spread over the 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(u64);

impl Label {
    /// The label of a number. One to one, and any two lie far apart in low bits and high bits alike: multiplication
    /// carries upwards only, so what the first one brought to the top is turned to the bottom for the second.
    #[inline(always)]
    pub const fn new(number: u64) -> Self {
        Self(number.wrapping_mul(SPREAD).swap_bytes().wrapping_mul(SPREAD))
    }

    /// The label of a name: FNV-1a over its bytes, then mixed once more, so that similar names lie far apart. The same
    /// on every platform and for ever: changing it changes every result.
    pub const fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        Self(Luck(hash).word(Self(0)))
    }

    /// The label of a name and an instant together.
    #[must_use]
    pub const fn at(self, instant: u64) -> Self {
        Self(Luck(self.0).word(Self::new(instant)))
    }
}

/// Where all paths begin.
const SEEDS: u64 = 0x2d35_8dcc_aa6c_78a5;
/// First step below a seed: customers' luck. Apart from [`PARAMETERS`], so that a customer never shares luck with a rate.
const CUSTOMERS: Label = Label::of("customers");
/// First step below a seed: experiments on customers who were played.
const EXPERIMENTS: Label = Label::of("experiments");
/// First step below a seed: values of uncertain parameters.
const PARAMETERS: Label = Label::of("parameters");

/// A probability as the engine needs it: a bound below which the upper 63 bits of a random word must fall. 63 bits leave
/// room for certainty, so 0 and 1 are exact; what lies between is exact to 2⁻⁵³.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u64);

impl Threshold {
    /// Never happens.
    pub const NEVER: Self = Self(0);
    /// Always happens.
    pub const CERTAIN: Self = Self(1 << 63);

    /// The threshold of a probability; what lies outside [0, 1] is taken as its nearer end.
    pub fn new(p: f64) -> Self {
        // A cast from float saturates at 0.
        Self(((p * 9_223_372_036_854_775_808.0) as u64).min(1 << 63))
    }

    /// Whether a random word falls below it.
    #[inline(always)]
    pub const fn holds(self, word: u64) -> bool {
        word >> 1 < self.0
    }

    /// Whether a random word falls below it once it is doubled so often.
    #[inline(always)]
    pub const fn holds_doubled(self, times: u32, word: u64) -> bool {
        let times = if times < 64 { times } else { 64 };
        ((word >> 1) as u128) < (self.0 as u128) << times
    }

    /// The threshold of a chance whose odds are so many times as high; what never happens still never does, and what
    /// always does always.
    #[must_use]
    pub fn at_odds(self, odds: f64) -> Self {
        if self == Self::NEVER || self == Self::CERTAIN || odds == 1.0 {
            return self;
        }
        let p = self.probability();
        Self::new(odds * p / (1.0 - p + odds * p))
    }

    /// The probability, 0 to 1.
    pub fn probability(self) -> f64 {
        self.0 as f64 / 9_223_372_036_854_775_808.0
    }
}

/// Consecutive words from one address.
#[derive(Clone, Debug)]
pub struct Stream(u64);

impl Stream {
    /// The word here.
    #[inline(always)]
    const fn word(&self) -> u64 {
        let product = (self.0 as u128).wrapping_mul((self.0 ^ MIX) as u128);
        (product ^ (product >> 64)) as u64
    }

    /// The word here; the next one is another.
    #[inline(always)]
    pub const fn next(&mut self) -> u64 {
        let word = self.word();
        self.0 = self.0.wrapping_add(SPREAD);
        word
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline(always)]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
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
        let mut stream = luck.stream(Label::new(2));
        let words = [
            luck.word(Label::new(0)),
            luck.child(Label::new(1)).word(Label::new(1)),
            luck.nth_child(Label::new(1), 3).word(Label::new(1)),
            luck.child(Label::of("weekly").at(3_976_596_000)).nth_child(Label::of("email"), 1).word(Label::new(6)),
            stream.next(),
            stream.next(),
            Luck::parameter(7, Label::of("segments.all.rate"), 12).word(Label::new(0)),
        ];
        insta::assert_snapshot!(words.map(|word| format!("{word:016x}")).join("\n"), @"
        4378b3244ba219ea
        79d404531d06a4c1
        5afa62380c9873b9
        56245edc706e1c44
        92370e7e5b773f98
        42046c644557cc96
        395c2de81ce2808b
        ");
    }

    #[test]
    fn words_streams_and_children_agree() {
        let (luck, label) = (Luck::customer(7, 0, 12), Label::new(5));
        let mut stream = luck.stream(label);
        for n in 0..100 {
            let word = stream.next();
            assert_eq!(luck.nth_child(label, n), Luck(word));
            assert!(n > 0 || word == luck.word(label));
        }
        assert_eq!(luck.child(label), luck.nth_child(label, 0));
    }

    #[test]
    fn streams_of_one_node_do_not_meet() {
        // How many steps of a stream lie between two labels: their difference divided by the step, modulo 2⁶⁴.
        let inverse = (0..5).fold(SPREAD, |x, _| x.wrapping_mul(2_u64.wrapping_sub(SPREAD.wrapping_mul(x))));
        assert_eq!(SPREAD.wrapping_mul(inverse), 1);
        for a in 0..64 {
            for b in 0..a {
                let steps = Label::new(a).0.wrapping_sub(Label::new(b).0).wrapping_mul(inverse) as i64;
                assert!(steps.unsigned_abs() > 1 << 40, "{a} and {b}: {steps}");
            }
        }
    }

    #[test]
    fn certainty_and_impossibility_are_exact() {
        assert_eq!((Threshold::new(0.0), Threshold::new(1.0)), (Threshold::NEVER, Threshold::CERTAIN));
        assert!(Threshold::CERTAIN.holds(u64::MAX) && !Threshold::NEVER.holds(0));
        let luck = Luck::customer(1, 2, 3);
        for purpose in (0..10_000).map(Label::new) {
            assert!(!luck.happens(purpose, Threshold::NEVER));
            assert!(luck.happens(purpose, Threshold::CERTAIN));
        }
    }
}
