//! A p-value by dealing the units anew, where one of them holds much of a total and no normal law can be trusted.

use super::bootstrap::{below, mean, require_arms};
use crate::stats::{Error, require};

/// Two-sided p-value of the difference of means when arms are dealt anew: (b + 1)/(m + 1), where in b of m ≥ 1
/// `permutations` the difference is at least as large (Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010): it holds its
/// level exactly and is never 0. Differences that only rounding tells apart count as equal.
///
/// # Errors
/// [`Error::Range`] for an empty arm, values that are not finite, or no permutations.
pub fn p<W: FnMut() -> u64>(
    control: &[f64],
    treatment: &[f64],
    permutations: u32,
    mut draws: impl FnMut(u64) -> W,
) -> Result<f64, Error> {
    require_arms(control, treatment, 1)?;
    require(permutations > 0, "the number of permutations", "be positive", 0.0)?;
    // With all values centred, the sum of one arm tells the difference of means; the smaller arm is dealt.
    let (small, large) = if control.len() <= treatment.len() { (control, treatment) } else { (treatment, control) };
    let mut all: Vec<f64> = small.iter().chain(large).copied().collect();
    let centre = mean(&all);
    all.iter_mut().for_each(|value| *value -= centre);
    let observed = all[..small.len()].iter().sum::<f64>().abs();
    let total: f64 = all.iter().map(|value| value.abs()).sum();
    require(total.is_finite(), "the sum of the values", "be finite", total)?;
    let rounding = 1e-12 * total;
    let mut swaps = Vec::with_capacity(small.len());
    let mut as_large = 0_u32;
    for r in 0..u64::from(permutations) {
        let mut words = draws(r);
        let mut sum = 0.0;
        for i in 0..small.len() {
            let other = i + below(all.len() - i, words());
            all.swap(i, other);
            sum += all[i];
            swaps.push(other);
        }
        // Back to the order given, so that no permutation depends on those before.
        while let Some(other) = swaps.pop() {
            all.swap(swaps.len(), other);
        }
        as_large += u32::from(sum.abs() >= observed - rounding);
    }
    Ok((f64::from(as_large) + 1.0) / (f64::from(permutations) + 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::two_arms::bootstrap::tests::draws;

    #[test]
    fn permutations_count_what_enumeration_counts() -> Result<(), Error> {
        // 3 of 7: 35 deals, their sums 12 on average and 6 as observed.
        let (small, large) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]);
        let mut extreme = 0;
        for set in 0_u32..128 {
            let sum: u32 = (0..7).filter(|i| set >> i & 1 == 1).map(|i| i + 1).sum();
            extreme += u32::from(set.count_ones() == 3 && sum.abs_diff(12) >= 6);
        }
        let exact = f64::from(extreme) / 35.0;
        let m = 60_000;
        for found in [p(&small, &large, m, draws)?, p(&large, &small, m, draws)?] {
            assert!((found - exact).abs() < 4.5 * libm::sqrt(exact * (1.0 - exact) / f64::from(m)), "{found} {exact}");
        }
        assert_eq!(p(&[2.0; 4], &[2.0; 3], 99, draws)?, 1.0);
        assert!(p(&[0.0; 50], &[1.0; 50], 99, draws)? == 0.01);
        Ok(())
    }

    #[test]
    fn one_unit_that_holds_the_total_proves_nothing() -> Result<(), Error> {
        let mut treatment = vec![0.0; 100];
        treatment[17] = 1e9;
        // It lies in either arm equally often: every deal is as extreme.
        assert_eq!(p(&[0.0; 100], &treatment, 200, draws)?, 1.0);
        Ok(())
    }

    #[test]
    fn what_cannot_be_dealt_is_refused() {
        assert!(p(&[1.0], &[2.0], 0, draws).is_err() && p(&[], &[1.0], 9, draws).is_err());
        assert!(p(&[1.0, f64::NAN], &[2.0], 9, draws).is_err() && p(&[f64::MAX; 2], &[f64::MIN], 9, draws).is_err());
    }

    proptest! {
        #[test]
        fn it_is_a_p_value_of_either_order(
            control in prop::collection::vec(-3.0..3.0_f64, 1..9), treatment in prop::collection::vec(-3.0..3.0_f64, 1..9),
        ) {
            for found in [p(&control, &treatment, 20, draws)?, p(&treatment, &control, 20, draws)?] {
                prop_assert!((1.0 / 21.0..=1.0).contains(&found));
            }
        }
    }
}
