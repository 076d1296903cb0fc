//! The tests of one sequence of words.

use super::verdict::Verdict;

/// Adds the p-values of `words` to the verdict. `width` is how many words one address gives before the next address
/// begins: at this distance stand the words of neighbouring addresses that decide the same thing.
pub fn examine(verdict: &mut Verdict, name: &str, words: &[u64], width: usize) {
    bytes(verdict, name, words);
    let mut set = [0; 64];
    for &word in words {
        count_bits(&mut set, word);
    }
    verdict.coins(format!("{name}: bits"), &set, words.len());
    for lag in if width == 1 { vec![1, 2] } else { vec![1, width] } {
        neighbours(verdict, &format!("{name}: lag {lag}"), words, lag);
    }
    mean(verdict, name, words);
    ranks(verdict, name, words);
    // Tests that see mostly the leading bits see the trailing ones in the mirror.
    let mirrored: Vec<_> = words.iter().map(|word| word.reverse_bits()).collect();
    let halves: Vec<_> = words.iter().flat_map(|&word| [word << 32, word & 0xffff_ffff_0000_0000]).collect();
    for (view, words) in [("", words), (" mirrored", &mirrored), (" halves", &halves)] {
        let name = format!("{name}{view}");
        gaps(verdict, &name, words);
        runs(verdict, &name, words);
        orders(verdict, &name, words);
    }
    for (half, shift) in [("high", 32), ("middle", 16), ("low", 0)] {
        let halves: Vec<_> = words.iter().map(|word| (word >> shift) as u32).collect();
        birthdays(verdict, &format!("{name}: {half} half"), &halves);
        collisions(verdict, &format!("{name}: {half} half"), halves);
    }
}

pub fn count_bits(set: &mut [u32; 64], word: u64) {
    for (bit, count) in set.iter_mut().enumerate() {
        *count += (word >> bit & 1) as u32;
    }
}

/// χ² of each of the eight bytes.
fn bytes(verdict: &mut Verdict, name: &str, words: &[u64]) {
    let mut counts = [[0; 256]; 8];
    for word in words {
        for (counts, byte) in counts.iter_mut().zip(word.to_le_bytes()) {
            counts[usize::from(byte)] += 1;
        }
    }
    for (byte, counts) in counts.iter().enumerate() {
        verdict.uniform(format!("{name}: byte {byte}"), counts);
    }
}

/// Words `lag` apart: pairs of nibbles, differing bits one by one and in number, linear correlation.
fn neighbours(verdict: &mut Verdict, name: &str, words: &[u64], lag: usize) {
    let mut nibbles = [[0; 256]; 3];
    let mut differ = [0; 64];
    let mut weights = [0; 65];
    let mut product = 0.0;
    for pair in words.chunks_exact(2 * lag) {
        // Disjoint pairs: every word once, so that counts are independent.
        for (&a, &b) in pair[..lag].iter().zip(&pair[lag..]) {
            for (counts, shift) in nibbles.iter_mut().zip([60, 30, 0]) {
                counts[(a >> shift << 4 & 0xf0 | b >> shift & 0xf) as usize] += 1;
            }
            count_bits(&mut differ, a ^ b);
            weights[(a ^ b).count_ones() as usize] += 1;
            product += centred(a) * centred(b);
        }
    }
    for (counts, place) in nibbles.iter().zip(["top", "middle", "low"]) {
        verdict.uniform(format!("{name}: {place} nibbles"), counts);
    }
    let pairs = weights.iter().sum::<u32>();
    verdict.coins(format!("{name}: differing bits"), &differ, pairs as usize);
    weigh(verdict, format!("{name}: Hamming weight"), &weights);
    // A centred uniform has variance 1/12.
    verdict.normal(format!("{name}: correlation"), product * 12.0 / f64::from(pairs).sqrt());
}

/// χ² of Hamming weights against the binomial law, tails joined.
pub fn weigh(verdict: &mut Verdict, test: String, weights: &[u32; 65]) {
    let mut shares = [0.5_f64.powi(64); 65];
    for k in 1..65 {
        shares[k] = shares[k - 1] * (65 - k) as f64 / k as f64;
    }
    let (low, high) = (20, 44);
    let tail = |range: std::ops::Range<usize>| (weights[range.clone()].iter().sum(), shares[range].iter().sum());
    let mut cells: Vec<(u32, f64)> = vec![tail(0..low), tail(high + 1..65)];
    cells.extend((low..=high).map(|k| (weights[k], shares[k])));
    let (counts, shares): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    verdict.chi_square(test, &counts, shares.into_iter());
}

fn centred(word: u64) -> f64 {
    word as f64 / 18_446_744_073_709_551_616.0 - 0.5
}

fn mean(verdict: &mut Verdict, name: &str, words: &[u64]) {
    let sum: f64 = words.iter().copied().map(centred).sum();
    verdict.normal(format!("{name}: mean"), sum * (12.0 / words.len() as f64).sqrt());
}

/// Rank over GF(2) of 64 words as a 64 × 64 matrix: 64, 63 or less.
fn ranks(verdict: &mut Verdict, name: &str, words: &[u64]) {
    let mut counts = [0; 3];
    for rows in words.chunks_exact(64) {
        counts[(64 - rank(rows)).min(2)] += 1;
    }
    let full: f64 = (1..=64).map(|i| 1.0 - 0.5_f64.powi(i)).product();
    // One less than full is 2 (1 − 2⁻⁶⁴)² / 1 times as likely, in the limit.
    verdict.chi_square(format!("{name}: rank"), &counts, [full, 2.0 * full, 1.0 - 3.0 * full].into_iter());
}

fn rank(rows: &[u64]) -> usize {
    let mut rows = rows.to_vec();
    let mut rank = 0;
    while let Some(pivot) = rows.pop() {
        if pivot != 0 {
            rank += 1;
            let lowest = pivot & pivot.wrapping_neg();
            rows.iter_mut().filter(|row| **row & lowest != 0).for_each(|row| *row ^= pivot);
        }
    }
    rank
}

/// Gaps between words in the lowest sixteenth: geometric.
fn gaps(verdict: &mut Verdict, name: &str, words: &[u64]) {
    const LONGEST: usize = 63;
    let mut counts = [0; LONGEST + 1];
    let mut gap = 0;
    for word in words {
        if word >> 60 == 0 {
            counts[gap.min(LONGEST)] += 1;
            gap = 0;
        } else {
            gap += 1;
        }
    }
    let miss = 15.0_f64 / 16.0;
    let shares = (0..=LONGEST).map(|gap| miss.powi(gap as i32) * if gap == LONGEST { 1.0 } else { 1.0 - miss });
    verdict.chi_square(format!("{name}: gaps"), &counts, shares);
}

/// Lengths of ascending runs. The word that breaks a run is thrown away, which makes runs independent (Knuth 3.3.2 G).
fn runs(verdict: &mut Verdict, name: &str, words: &[u64]) {
    const LONGEST: usize = 7;
    let mut counts = [0; LONGEST];
    let mut length = 0;
    let mut last = 0;
    for &word in words {
        if length > 0 && word < last {
            counts[length.min(LONGEST) - 1] += 1;
            length = 0;
        } else {
            length += 1;
            last = word;
        }
    }
    // P(at least r) = 1 / r!
    let at_least = |r: usize| 1.0 / (1..=r).product::<usize>() as f64;
    let shares = (1..=LONGEST).map(|r| at_least(r) - if r == LONGEST { 0.0 } else { at_least(r + 1) });
    verdict.chi_square(format!("{name}: runs"), &counts, shares);
}

/// The order of five words in a row: 120 equally likely.
fn orders(verdict: &mut Verdict, name: &str, words: &[u64]) {
    let mut counts = [0; 120];
    for five in words.chunks_exact(5) {
        let order = (1..5).fold(0, |code, i| code * (i + 1) + five[..i].iter().filter(|word| **word < five[i]).count());
        counts[order] += 1;
    }
    verdict.uniform(format!("{name}: orders of five"), &counts);
}

/// Birthday spacings: among 4,096 birthdays in a year of 2³² days, spacings that occur twice are Poisson of mean 4.
fn birthdays(verdict: &mut Verdict, name: &str, halves: &[u32]) {
    let mut repeated = 0;
    let mut years = 0;
    for birthdays in halves.chunks_exact(4096) {
        let mut days = birthdays.to_vec();
        days.sort_unstable();
        let mut spacings: Vec<_> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
        spacings.sort_unstable();
        repeated += spacings.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        years += 1;
    }
    verdict.poisson(format!("{name}: birthday spacings"), repeated, 4.0 * f64::from(years));
}

/// Pairs of equal halves.
fn collisions(verdict: &mut Verdict, name: &str, mut halves: Vec<u32>) {
    halves.sort_unstable();
    let equal = halves.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
    let count = halves.len() as f64;
    verdict.poisson(format!("{name}: collisions"), equal, count * count / 2.0_f64.powi(33));
}
