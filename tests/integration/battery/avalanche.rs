//! Does one flipped bit of an address flip each bit of the word with probability ½, and independently?

use super::sequence::{count_bits, weigh};
use super::verdict::Verdict;

/// Random base addresses to each flipped bit.
const BASES: usize = 1 << 15;

/// An address, field by field.
pub type Fields<const N: usize> = [u64; N];

/// Flips the lowest `bits` bits of field `field`, one by one, in many addresses, natural ones (small numbers) and wild
/// ones. The field has no higher bits than these.
pub fn examine<const N: usize>(
    verdict: &mut Verdict,
    name: &str,
    field: usize,
    bits: usize,
    word: impl Fn(&Fields<N>) -> u64,
) {
    let mut weights = [0; 65];
    let mut apart = [0_u64; 32];
    let mut random = SplitMix(field as u64);
    for bit in 0..bits {
        let mut flips = [0; 64];
        for _ in 0..BASES {
            // The shift makes all magnitudes alike frequent.
            let mut address: Fields<N> = std::array::from_fn(|_| random.next() >> (random.next() & 63));
            address[field] &= u64::MAX >> (64 - bits);
            let before = word(&address);
            address[field] ^= 1 << bit;
            let difference = before ^ word(&address);
            count_bits(&mut flips, difference);
            weights[difference.count_ones() as usize] += 1;
            for (turn, sum) in apart.iter_mut().enumerate().skip(1) {
                *sum += u64::from((difference ^ difference.rotate_left(turn as u32)).count_ones());
            }
        }
        verdict.coins(format!("{name}, bit {bit}: flips"), &flips, BASES);
    }
    weigh(verdict, format!("{name}: number of flips"), &weights);
    // Pairs of output bits `turn` apart flip alike half of the time. The 64 pairs of a word are pairwise independent.
    let words = (bits * BASES) as f64;
    let sum = apart[1..].iter().map(|&sum| (sum as f64 - 32.0 * words).powi(2) / (16.0 * words)).sum();
    verdict.chi_square_of(format!("{name}: pairs of flips"), sum, 31.0);
}

/// The base addresses must not come from the generator under test.
pub struct SplitMix(pub u64);

impl SplitMix {
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
