//! Barnard's and Boschloo's tests: exact whatever the rate that the arms have in common.

use super::binomial_table::{Region, enumerable};
use super::hypergeometric::Hypergeometric;
use crate::stats::Error;
use crate::stats::two_arms::proportions::{Arm, TwoProportions};

/// Barnard's exact test, two-sided, with the pooled z as its order of tables: the largest chance, over all common rates, of a
/// |z| at least as large as the one seen (scipy's `barnard_exact`, `pooled=True`). Equal |z| are told exactly, in integers.
///
/// To some 1e-12; takes time like n√n (seconds at the limit). 0 below some 1e-290.
///
/// # Errors
/// [`Error::Range`] for an arm of more than 100 000 units.
pub fn barnard(arms: &TwoProportions) -> Result<f64, Error> {
    let (n_c, n_t) = enumerable(arms)?;
    let order = |x_c: u64, x_t: u64| PooledSquare::new(x_c, n_c, x_t, n_t);
    let seen = order(arms.control().successes, arms.treatment().successes);
    if seen.cross == 0 {
        return Ok(1.0);
    }
    let low = |x_c, x_t| order(x_c, x_t).is_below_minus(seen);
    let high = |x_c, x_t| order(x_c, x_t).is_above(seen);
    Ok(Region::new(n_c, n_t, low, high).largest_chance())
}

/// The pooled z of a table as z ∝ cross ÷ √spread.
#[derive(Clone, Copy)]
struct PooledSquare {
    /// `x_t·n_c − x_c·n_t`.
    cross: i128,
    /// X(N − X); 0 only where the cross product is.
    spread: u128,
}

impl PooledSquare {
    fn new(x_c: u64, n_c: u64, x_t: u64, n_t: u64) -> Self {
        let cross = i128::from(x_t) * i128::from(n_c) - i128::from(x_c) * i128::from(n_t);
        let converted = x_c + x_t;
        Self { cross, spread: u128::from(converted) * u128::from(n_c + n_t - converted) }
    }

    /// |z| at least as large as the other's; of n to 100 000, the products stay below 2¹⁰⁰.
    fn is_as_far_as(self, other: Self) -> bool {
        let square = |cross: i128| cross.unsigned_abs() * cross.unsigned_abs();
        square(self.cross) * other.spread >= square(other.cross) * self.spread
    }

    fn is_above(self, seen: Self) -> bool {
        self.cross > 0 && self.is_as_far_as(seen)
    }

    fn is_below_minus(self, seen: Self) -> bool {
        self.cross < 0 && self.is_as_far_as(seen)
    }
}

/// Boschloo's exact test, two-sided: twice the smaller one of the two one-sided tests, which take Fisher's one-sided p as
/// their order of tables (scipy's `boschloo_exact`); at most 1. More power than Fisher's test at the same guarantee.
///
/// To some 1e-12; takes time like n√n (seconds at the limit). 0 below some 1e-290.
///
/// # Errors
/// [`Error::Range`] for an arm of more than 100 000 units.
pub fn boschloo(arms: &TwoProportions) -> Result<f64, Error> {
    let more = one_sided(arms)?;
    let fewer = one_sided(&arms.swapped())?;
    Ok((2.0 * more.min(fewer)).min(1.0))
}

/// Boschloo's test against more conversions in the treatment.
fn one_sided(arms: &TwoProportions) -> Result<f64, Error> {
    let (n_c, n_t) = enumerable(arms)?;
    let limit = ln_more(arms) + TIE;
    if limit >= 0.0 {
        return Ok(1.0);
    }
    let high = |x_c, x_t| {
        let control = Arm { successes: x_c, trials: n_c };
        TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).is_ok_and(|table| ln_more(&table) <= limit)
    };
    Ok(Region::new(n_c, n_t, |_, _| false, high).largest_chance())
}

/// Fisher's p that are equal differ by less than this in rounding.
const TIE: f64 = 1e-11;

/// ln of Fisher's one-sided p: the chance of as many conversions in the treatment, or more, given the total.
fn ln_more(arms: &TwoProportions) -> f64 {
    if arms.converted() == 0.0 || arms.converted() == arms.units() {
        return 0.0;
    }
    let law = Hypergeometric::new(arms, 1.0);
    let k = arms.treatment().x();
    let (least, _) = law.support();
    if k <= least {
        return 0.0;
    }
    let relative = |k: f64| law.ln_weight(k) - law.ln_norm_without_effect();
    if k > law.centre() {
        relative(k) + libm::log(1.0 + law.above(k))
    } else {
        let before = k - 1.0;
        libm::log1p(-libm::exp(relative(before)) * (1.0 + law.below(before)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// Counts (`x_c`, `n_c`, `x_t`, `n_t`), Barnard's p, Boschloo's p: brute force over all tables and 6001 rates, polished, with ties in
    /// rational arithmetic. (scipy 1.18 agrees to its rounding, but misses a peak or a tie in the fourth: 0.002421.)
    const KNOWN: [([u64; 4], f64, f64); 8] = [
        ([2, 12, 7, 12], 0.044_906_613_836_745_37, 0.041_938_569_209_044_9),
        ([7, 12, 2, 12], 0.044_906_613_836_745_37, 0.041_938_569_209_044_825),
        ([0, 8, 3, 11], 0.129_612_935_213_972_52, 0.191_761_110_554_295_7),
        ([5, 30, 14, 25], 0.002_436_821_467_075_135_6, 0.002_918_640_893_634_606),
        ([1, 100, 9, 40], 1.462_590_453_374_464_8e-05, 5.137_149_830_806_403_5e-05),
        ([40, 90, 60, 95], 0.011_759_999_279_909_679, 0.011_752_447_560_850_098),
        ([3, 10, 3, 10], 1.000_000_000_000_003_6, 1.0),
        ([10, 10, 0, 15], 5.960_464_477_539_072e-08, 9.860_493_807_735_302e-08),
    ];

    fn arms([x_c, n_c, x_t, n_t]: [u64; 4]) -> TwoProportions {
        let control = Arm { successes: x_c, trials: n_c };
        TwoProportions::new(control, Arm { successes: x_t, trials: n_t }).expect("arms")
    }

    #[test]
    fn barnard_and_boschloo_by_brute_force() -> Result<(), Error> {
        for (counts, barnard_p, boschloo_p) in KNOWN {
            let (first, second) = (barnard(&arms(counts))?, boschloo(&arms(counts))?);
            assert!(off(first, barnard_p) < 1e-11, "{counts:?}: Barnard {first} is not {barnard_p}");
            assert!(off(second, boschloo_p) < 1e-11, "{counts:?}: Boschloo {second} is not {boschloo_p}");
            let mirrored = arms(counts).swapped();
            assert!(off(barnard(&mirrored)?, first) < 1e-12 && off(boschloo(&mirrored)?, second) < 1e-12);
        }
        Ok(())
    }

    #[test]
    fn thousands_of_units_come_near_the_pooled_z() -> Result<(), Error> {
        let large = arms([300, 3000, 360, 3000]);
        let pooled = large.pearson().p;
        let (first, second) = (barnard(&large)?, boschloo(&large)?);
        assert!(first >= 0.97 * pooled && off(first, pooled) < 0.05, "{first} {pooled}");
        assert!(off(second, pooled) < 0.1, "{second} {pooled}");
        Ok(())
    }

    #[test]
    fn no_effect_and_too_many_units() -> Result<(), Error> {
        assert_eq!((barnard(&arms([0, 5, 0, 9]))?, boschloo(&arms([5, 5, 9, 9]))?), (1.0, 1.0));
        assert_eq!(barnard(&arms([2, 4, 3, 6]))?, 1.0);
        assert!(barnard(&arms([2, 4, 3, 100_001])).is_err() && boschloo(&arms([2, 100_001, 3, 4])).is_err());
        Ok(())
    }
}
