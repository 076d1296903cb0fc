//! Several tests at once: p-values adjusted so that a family of them, or the share of false finds, keeps its level.
//!
//! An adjusted p-value is the smallest level at which the procedure rejects that hypothesis. The procedures that multiply
//! p by a factor ([`Scaling`]) exist in three forms that agree: on p, on ln p (where p itself underflows), and as the
//! *multiplier* `p_adj` / p, with which an interval tells the same as the adjusted test: at level α / multiplier it excludes
//! the null value exactly when the adjusted p is below α.

use super::{Error, require, require_probability};

/// A procedure of adjustment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// A procedure that multiplies p by a factor.
    Scaling(Scaling),
    /// 1 − (1 − p)^m: for independent tests a little less than Bonferroni (Šidák, JASA 62, 1967).
    Sidak,
    /// Šidák's correction, step by step down from the smallest p (Holland & Copenhaver, Biometrics 43, 1987).
    HolmSidak,
    /// Hommel's closure of Simes' test (Biometrika 75, 1988), by Wright's algorithm (Biometrics 48, 1992). Time m².
    Hommel,
    /// Two stages of Benjamini–Hochberg, the first of which estimates how many hypotheses are true. The adjusted p holds at
    /// this level `alpha`, in (0, 1), only (as in statsmodels' `fdr_tsbh`).
    TwoStageBenjaminiHochberg {
        /// Level of the first stage, and the one to compare with.
        alpha: f64,
    },
    /// The same with the first stage at α/(1 + α), which proves the level (Benjamini, Krieger & Yekutieli, Biometrika 93,
    /// 2006, definition 6; statsmodels' `fdr_tsbky`).
    TwoStageBenjaminiKriegerYekutieli {
        /// The level to compare with, in (0, 1).
        alpha: f64,
    },
}

/// A procedure that multiplies the i-th smallest of m p-values by a factor, then makes the result monotone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// m. Holds the familywise error whatever the dependence.
    Bonferroni,
    /// m − i + 1, from the smallest p up. As safe as Bonferroni and never weaker (Holm, Scand. J. Statist. 6, 1979).
    Holm,
    /// m − i + 1, from the largest p down. For independent or positively dependent tests (Hochberg, Biometrika 75, 1988).
    SimesHochberg,
    /// m / i, from the largest p down: the share of false finds (Benjamini & Hochberg, JRSS B 57, 1995).
    BenjaminiHochberg,
    /// m / i · (1 + 1/2 + … + 1/m): the same under any dependence (Benjamini & Yekutieli, Ann. Statist. 29, 2001).
    BenjaminiYekutieli,
}

/// Adjusted p-values in the order of the input, each in [0, 1]. None for none.
///
/// # Errors
/// [`Error::Range`] for a p outside [0, 1] or not a number, or a level outside (0, 1).
///
/// ```
/// use channelmix::stats::multiple::{Method, Scaling, adjusted};
/// let holm = adjusted(&[0.01, 0.04, 0.03], Method::Scaling(Scaling::Holm))?;
/// assert!((holm[0] - 0.03).abs() < 1e-15 && holm[1] == 0.06 && holm[2] == 0.06);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn adjusted(p: &[f64], method: Method) -> Result<Vec<f64>, Error> {
    p.iter().try_for_each(|&p| require_probability("a p-value", p))?;
    let order = ascending(p);
    let sorted: Vec<f64> = order.iter().map(|&i| p[i]).collect();
    let adjusted = match method {
        Method::Scaling(scaling) => scaled(&sorted, scaling),
        Method::Sidak => sorted.iter().map(|&p| sidak(p, sorted.len())).collect(),
        Method::HolmSidak => {
            let mut highest = 0.0_f64;
            let steps = sorted.iter().enumerate().map(|(i, &p)| {
                highest = highest.max(sidak(p, sorted.len() - i));
                highest
            });
            steps.collect()
        }
        Method::Hommel => hommel(&sorted),
        Method::TwoStageBenjaminiHochberg { alpha } => two_stages(&sorted, alpha, 1.0)?,
        Method::TwoStageBenjaminiKriegerYekutieli { alpha } => two_stages(&sorted, alpha, 1.0 + alpha)?,
    };
    Ok(scattered(&order, adjusted.iter().map(|p| p.min(1.0))))
}

/// ln of the adjusted p-values from ln p, in the order of the input: for p below 1e-300. −∞ (p = 0) stays −∞.
///
/// # Errors
/// [`Error::Range`] for a positive ln p or one that is not a number.
pub fn adjusted_ln(ln_p: &[f64], scaling: Scaling) -> Result<Vec<f64>, Error> {
    ln_p.iter().try_for_each(|&ln_p| require(ln_p <= 0.0, "the logarithm of a p-value", "not exceed 0", ln_p))?;
    let order = ascending(ln_p);
    let sorted: Vec<f64> = order.iter().map(|&i| ln_p[i]).collect();
    let sources = sources(sorted.len(), scaling, |i, factor| sorted[i] + libm::log(factor));
    let adjusted = sources.iter().map(|&(j, factor)| (sorted[j] + libm::log(factor)).min(0.0));
    Ok(scattered(&order, adjusted))
}

/// Adjusted p ÷ p, before it is cut off at 1: between the factor of the largest p and that of the smallest, so between
/// 1 and m (up to m · (1 + … + 1/m) for Benjamini–Yekutieli). In the order of the input; also where p is 0.
///
/// # Errors
/// As [`adjusted`].
pub fn multipliers(p: &[f64], scaling: Scaling) -> Result<Vec<f64>, Error> {
    p.iter().try_for_each(|&p| require_probability("a p-value", p))?;
    let order = ascending(p);
    let sorted: Vec<f64> = order.iter().map(|&i| p[i]).collect();
    let sources = sources(sorted.len(), scaling, |i, factor| sorted[i] * factor);
    let multipliers = sources.iter().enumerate().map(|(i, &(j, factor))| {
        // Equal p (0 among them) share one factor.
        if sorted[j] == sorted[i] { factor } else { factor * (sorted[j] / sorted[i]) }
    });
    Ok(scattered(&order, multipliers))
}

/// [`multipliers`] from ln p.
///
/// # Errors
/// As [`adjusted_ln`].
pub fn multipliers_ln(ln_p: &[f64], scaling: Scaling) -> Result<Vec<f64>, Error> {
    ln_p.iter().try_for_each(|&ln_p| require(ln_p <= 0.0, "the logarithm of a p-value", "not exceed 0", ln_p))?;
    let order = ascending(ln_p);
    let sorted: Vec<f64> = order.iter().map(|&i| ln_p[i]).collect();
    let sources = sources(sorted.len(), scaling, |i, factor| sorted[i] + libm::log(factor));
    let multipliers = sources.iter().enumerate().map(|(i, &(j, factor))| {
        if sorted[j] == sorted[i] { factor } else { factor * libm::exp(sorted[j] - sorted[i]) }
    });
    Ok(scattered(&order, multipliers))
}

/// Positions from the smallest value to the largest; equal values in the order of the input.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    order
}

/// Values of a sorted list back in the order of the input.
fn scattered(order: &[usize], values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut scattered = vec![0.0; order.len()];
    order.iter().zip(values).for_each(|(&i, value)| scattered[i] = value);
    scattered
}

/// Adjusted p-values of sorted ones.
fn scaled(sorted: &[f64], scaling: Scaling) -> Vec<f64> {
    let sources = sources(sorted.len(), scaling, |i, factor| sorted[i] * factor);
    sources.iter().map(|&(j, factor)| sorted[j] * factor).collect()
}

/// For each place of a sorted list, the place and the factor that its adjusted value comes from: the running maximum from
/// the smallest p up, or the running minimum from the largest down.
fn sources(m: usize, scaling: Scaling, value: impl Fn(usize, f64) -> f64) -> Vec<(usize, f64)> {
    let count = m as f64;
    let harmonic: f64 = (1..=m).map(|i| 1.0 / i as f64).sum();
    let factor = |i: usize| match scaling {
        Scaling::Bonferroni => count,
        Scaling::Holm | Scaling::SimesHochberg => (m - i) as f64,
        Scaling::BenjaminiHochberg => count / (i + 1) as f64,
        Scaling::BenjaminiYekutieli => harmonic * count / (i + 1) as f64,
    };
    let mut sources: Vec<(usize, f64)> = (0..m).map(|i| (i, factor(i))).collect();
    let beats = |one: (usize, f64), other: (usize, f64)| value(one.0, one.1) > value(other.0, other.1);
    match scaling {
        Scaling::Bonferroni => {}
        Scaling::Holm => {
            for i in 1..m {
                if !beats(sources[i], sources[i - 1]) {
                    sources[i] = sources[i - 1];
                }
            }
        }
        Scaling::SimesHochberg | Scaling::BenjaminiHochberg | Scaling::BenjaminiYekutieli => {
            for i in (1..m).rev() {
                if !beats(sources[i], sources[i - 1]) {
                    sources[i - 1] = sources[i];
                }
            }
        }
    }
    sources
}

/// 1 − (1 − p)^m without loss for small p.
fn sidak(p: f64, m: usize) -> f64 {
    -libm::expm1(m as f64 * libm::log1p(-p))
}

/// Wright (1992): the largest of Simes' p-values over all subsets that hold the hypothesis.
fn hommel(sorted: &[f64]) -> Vec<f64> {
    let mut adjusted = sorted.to_vec();
    for size in (2..=sorted.len()).rev() {
        let rest = sorted.len() - size;
        let simes = sorted[rest..].iter().enumerate().map(|(i, p)| size as f64 * p / (i + 1) as f64);
        let simes = simes.fold(f64::INFINITY, f64::min);
        for i in 0..sorted.len() {
            let bound = if i < rest { simes.min(size as f64 * sorted[i]) } else { simes };
            adjusted[i] = adjusted[i].max(bound);
        }
    }
    adjusted
}

/// Benjamini–Hochberg at `alpha` / `guard`, then scaled by the share of hypotheses that it leaves.
fn two_stages(sorted: &[f64], alpha: f64, guard: f64) -> Result<Vec<f64>, Error> {
    require(alpha > 0.0 && alpha < 1.0, "the level", "lie between 0 and 1, both excluded", alpha)?;
    let m = sorted.len();
    let level = alpha / guard;
    let found = (0..m).rev().find(|&i| sorted[i] <= (i + 1) as f64 / m as f64 * level).map_or(0, |i| i + 1);
    let true_share = if found == m { 1.0 } else { (m - found) as f64 / m as f64 };
    let single = scaled(sorted, Scaling::BenjaminiHochberg);
    Ok(single.iter().map(|p| p.min(1.0) * true_share * guard).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::{normal, off};

    const ALL: [Scaling; 5] = [
        Scaling::Bonferroni,
        Scaling::Holm,
        Scaling::SimesHochberg,
        Scaling::BenjaminiHochberg,
        Scaling::BenjaminiYekutieli,
    ];

    #[test]
    fn an_unsorted_family_with_a_zero_a_one_and_ties() -> Result<(), Error> {
        // statsmodels 0.15.0, multipletests, alpha 0.1.
        let p = [0.2, 1e-200, 0.03, 1.0, 0.03, 0.0, 0.004, 0.6];
        let known: [(Method, [f64; 8]); 9] = [
            (Method::Scaling(Scaling::Bonferroni), [1.0, 8e-200, 0.24, 1.0, 0.24, 0.0, 0.032, 1.0]),
            (
                Method::Sidak,
                [
                    0.832_227_84,
                    8e-200,
                    0.216_256_640_562_303_9,
                    1.0,
                    0.216_256_640_562_303_9,
                    0.0,
                    0.031_555_566_137_229_44,
                    0.999_344_64,
                ],
            ),
            (
                Method::Scaling(Scaling::Holm),
                [0.600_000_000_000_000_1, 6.999_999_999_999_999e-200, 0.15, 1.0, 0.15, 0.0, 0.024, 1.0],
            ),
            (
                Method::HolmSidak,
                [
                    0.488_000_000_000_000_04,
                    6.999_999_999_999_999e-200,
                    0.141_265_974_299_999_99,
                    1.0,
                    0.141_265_974_299_999_99,
                    0.0,
                    0.023_761_276_166_139_905,
                    0.84,
                ],
            ),
            (
                Method::Scaling(Scaling::SimesHochberg),
                [0.600_000_000_000_000_1, 6.999_999_999_999_999e-200, 0.12, 1.0, 0.12, 0.0, 0.024, 1.0],
            ),
            (Method::Hommel, [0.600_000_000_000_000_1, 6.999_999_999_999_999e-200, 0.12, 1.0, 0.12, 0.0, 0.024, 1.0]),
            (
                Method::Scaling(Scaling::BenjaminiYekutieli),
                [
                    0.724_761_904_761_904_8,
                    1.087_142_857_142_856_9e-199,
                    0.130_457_142_857_142_85,
                    1.0,
                    0.130_457_142_857_142_85,
                    0.0,
                    0.028_990_476_190_476_19,
                    1.0,
                ],
            ),
            (
                Method::TwoStageBenjaminiHochberg { alpha: 0.1 },
                [
                    0.1,
                    1.5e-200,
                    0.018_000_000_000_000_002,
                    0.375,
                    0.018_000_000_000_000_002,
                    0.0,
                    0.004,
                    0.257_142_857_142_857_1,
                ],
            ),
            (
                Method::TwoStageBenjaminiKriegerYekutieli { alpha: 0.1 },
                [
                    0.110_000_000_000_000_01,
                    1.650_000_000_000_000_2e-200,
                    0.019_800_000_000_000_005,
                    0.412_500_000_000_000_03,
                    0.019_800_000_000_000_005,
                    0.0,
                    0.004_4,
                    0.282_857_142_857_142_86,
                ],
            ),
        ];
        for (method, expected) in known {
            for (i, (found, expected)) in adjusted(&p, method)?.into_iter().zip(expected).enumerate() {
                assert!((found - expected).abs() <= 1e-14 * expected, "{method:?}, {i}: {found:e}, not {expected:e}");
            }
        }
        Ok(())
    }

    #[test]
    fn few_are_none_and_one() -> Result<(), Error> {
        assert!(adjusted(&[], Method::Hommel)?.is_empty());
        assert!(adjusted(&[], Method::TwoStageBenjaminiHochberg { alpha: 0.05 })?.is_empty());
        for scaling in ALL {
            assert_eq!(adjusted(&[0.03], Method::Scaling(scaling))?, [0.03]);
            assert_eq!(multipliers(&[0.0], scaling)?, [1.0]);
        }
        assert_eq!(multipliers(&[0.0, 0.5, 0.0], Scaling::Holm)?, [3.0, 1.0, 3.0]);
        assert_eq!(multipliers(&[0.0, 0.5, 0.0], Scaling::BenjaminiHochberg)?, [1.5, 1.0, 1.5]);
        Ok(())
    }

    #[test]
    fn far_tails_keep_their_order() -> Result<(), Error> {
        let ln_p = [-2000.0, -1000.0, -1.0];
        let holm = adjusted_ln(&ln_p, Scaling::Holm)?;
        assert_eq!(holm, [-2000.0 + libm::log(3.0), -1000.0 + libm::log(2.0), -1.0]);
        assert_eq!(adjusted_ln(&[f64::NEG_INFINITY, -0.1], Scaling::Holm)?, [f64::NEG_INFINITY, -0.1]);
        assert_eq!(multipliers_ln(&ln_p, Scaling::BenjaminiHochberg)?, [3.0, 1.5, 1.0]);
        Ok(())
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for p in [f64::NAN, -1e-9, 1.000_1, f64::INFINITY] {
            assert!(adjusted(&[0.1, p], Method::Hommel).is_err() && multipliers(&[p], Scaling::Holm).is_err());
        }
        assert!(adjusted_ln(&[0.1], Scaling::Holm).is_err() && adjusted_ln(&[f64::NAN], Scaling::Holm).is_err());
        assert!(adjusted(&[0.1], Method::TwoStageBenjaminiHochberg { alpha: 1.0 }).is_err());
    }

    proptest! {
        #[test]
        fn the_three_forms_agree(p in prop::collection::vec(prop_oneof![1e-12..1.0_f64, Just(0.02)], 1..30)) {
            let ln_p: Vec<f64> = p.iter().map(|&p| libm::log(p)).collect();
            for scaling in ALL {
                let plain = adjusted(&p, Method::Scaling(scaling))?;
                let (ln, times) = (adjusted_ln(&ln_p, scaling)?, multipliers(&p, scaling)?);
                for i in 0..p.len() {
                    prop_assert!(off(libm::exp(ln[i]), plain[i]) < 1e-13);
                    prop_assert!(off((times[i] * p[i]).min(1.0), plain[i]) < 1e-14);
                    prop_assert!(times[i] >= 1.0 - 1e-14);
                }
                for (one, other) in times.iter().zip(multipliers_ln(&ln_p, scaling)?) {
                    prop_assert!(off(other, *one) < 1e-12);
                }
            }
        }

        #[test]
        fn an_interval_at_the_level_shared_out_tells_what_the_adjusted_test_tells(
            z in prop::collection::vec(-12.0..12.0_f64, 1..20), alpha in 0.001..0.3_f64,
        ) {
            let p: Vec<f64> = z.iter().map(|z| 2.0 * normal::sf(z.abs())).collect();
            for scaling in [Scaling::Holm, Scaling::BenjaminiHochberg] {
                let (adjusted, times) = (adjusted(&p, Method::Scaling(scaling))?, multipliers(&p, scaling)?);
                for i in 0..z.len() {
                    let critical = -normal::quantile(0.5 * alpha / times[i]);
                    prop_assume!((adjusted[i] - alpha).abs() > 1e-9 * alpha);
                    prop_assert_eq!(z[i].abs() > critical, adjusted[i] < alpha);
                }
            }
        }

        #[test]
        fn procedures_stand_in_their_known_order(p in prop::collection::vec(0.0..=1.0_f64, 1..15)) {
            let of = |method| adjusted(&p, method);
            let scaled = |scaling| of(Method::Scaling(scaling));
            let (bonferroni, holm, hochberg) =
                (scaled(Scaling::Bonferroni)?, scaled(Scaling::Holm)?, scaled(Scaling::SimesHochberg)?);
            let (hommel, bh) = (of(Method::Hommel)?, scaled(Scaling::BenjaminiHochberg)?);
            let above = |one: &[f64], other: &[f64]| one.iter().zip(other).all(|(a, b)| *a >= b - 1e-14);
            prop_assert!(above(&bonferroni, &holm) && above(&holm, &hochberg) && above(&hochberg, &hommel));
            prop_assert!(above(&hommel, &bh) && above(&bh, &p));
            prop_assert!(above(&bonferroni, &of(Method::Sidak)?) && above(&holm, &of(Method::HolmSidak)?));
        }
    }
}
