//! Quantiles such as the median: their intervals from ranks, and their difference between two arms.

use super::{Difference, Estimate};
use crate::stats::{Error, binomial, normal, require};

/// The order statistics between which a quantile lies, whatever the distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankInterval {
    /// Rank of the lower end among the sorted values, the smallest of which has rank 1; 0 where there is no lower end.
    pub low: u64,
    /// Rank of the upper end; n + 1 where there is no upper end.
    pub high: u64,
    /// The exact chance that the quantile of a continuous metric lies between them: at least 1 − α. Equal values only
    /// raise it.
    pub coverage: f64,
}

/// Ranks of the interval of the `q`-quantile (q in (0, 1)) from `n` values at level `alpha` in (0, 1).
///
/// The number K of values below the quantile is binomial (n, q), and x₍ₗ₎ < quantile < x₍ᵤ₎ where l ≤ K < u: l and u − 1 are
/// its quantiles at α/2 and 1 − α/2 (David & Nagaraja, *Order Statistics*, 3rd ed. 2003, §7.1).
///
/// # Errors
/// [`Error::Range`] without values, for a q or level outside (0, 1).
///
/// ```
/// use channelmix::stats::two_arms::quantiles::rank_interval;
/// let median = rank_interval(100, 0.5, 0.05)?;
/// assert_eq!((median.low, median.high), (40, 61));
/// assert!((median.coverage - 0.9648).abs() < 1e-6);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn rank_interval(n: u64, q: f64, alpha: f64) -> Result<RankInterval, Error> {
    require(n > 0, "the number of values", "be positive", 0.0)?;
    require(q > 0.0 && q < 1.0, "the quantile", "lie between 0 and 1, both excluded", q)?;
    require(alpha > 0.0 && alpha < 1.0, "the level", "lie between 0 and 1, both excluded", alpha)?;
    let rank = |p: f64| {
        binomial::quantile(p, n, q).ok_or(Error::Range { what: "the level", must: "lie between 0 and 1", found: alpha })
    };
    // The upper tail counted from the other side: 1 − α/2 would lose a small α.
    let above = binomial::quantile(0.5 * alpha, n, 1.0 - q);
    let exact = 0.5 * alpha > 1e-9 || above.is_none();
    let low = rank(0.5 * alpha)?;
    let high = if exact { rank(1.0 - 0.5 * alpha)? } else { n - above.unwrap_or(0).min(n) } + 1;
    let (below, above) = tails(n, q, low, high);
    Ok(RankInterval { low, high, coverage: 1.0 - below - above })
}

impl RankInterval {
    /// The ends in the unit of the values, which are sorted; −∞ or ∞ where there is no value so far out.
    ///
    /// # Errors
    /// [`Error::Range`] for values that are unsorted, not finite, or fewer than the rank asks for.
    pub fn ends(&self, sorted: &[f64]) -> Result<(f64, f64), Error> {
        require_sorted(sorted)?;
        let most = sorted.len() as u64 + 1;
        require(self.low < most && self.high <= most, "the rank of an end", "not exceed the values", self.high as f64)?;
        let low = self.low.checked_sub(1).and_then(|i| sorted.get(i as usize));
        let high = self.high.checked_sub(1).and_then(|i| sorted.get(i as usize));
        Ok((low.copied().unwrap_or(f64::NEG_INFINITY), high.copied().unwrap_or(f64::INFINITY)))
    }
}

/// The `q`-quantile (0 to 1) of sorted values, linear between order statistics: x at 1 + (n − 1)q, as in most software
/// (Hyndman & Fan, Am. Statist. 50, 1996, type 7).
///
/// # Errors
/// [`Error::Range`] without values, for unsorted or infinite ones, or a q outside [0, 1].
pub fn quantile(sorted: &[f64], q: f64) -> Result<f64, Error> {
    require_sorted(sorted)?;
    require((0.0..=1.0).contains(&q), "the quantile", "lie between 0 and 1", q)?;
    Ok(interpolated(sorted, q))
}

/// Standard error of the `q`-quantile of sorted values, from the distance of two order statistics around it.
///
/// (x₍ᵤ₎ − x₍ₗ₎) / (`z_l` + `z_u`), where `z_l` and `z_u` are the normal scores of the exact chances that the quantile lies outside
/// on either side. l and u lie two standard deviations of K from (n + 1)q; for the median that is Price & Bonett (J. Stat.
/// Comput. Simul. 68, 2001, 295–305): l = (n + 1)/2 − √n. It needs no density, and equal values are no trouble unless they
/// fill the whole stretch: then it is 0.
///
/// # Errors
/// [`Error::Range`] for unsorted or infinite values, a q outside (0, 1), or too few values for order statistics on both
/// sides of it.
pub fn standard_error(sorted: &[f64], q: f64) -> Result<f64, Error> {
    require_sorted(sorted)?;
    require(q > 0.0 && q < 1.0, "the quantile", "lie between 0 and 1, both excluded", q)?;
    let n = sorted.len() as u64;
    let count = n as f64;
    let (centre, reach) = ((count + 1.0) * q, 2.0 * libm::sqrt(count * q * (1.0 - q)));
    // Half-way cases go outwards, the same way on both sides.
    let low = libm::ceil(centre - reach - 0.5).max(1.0) as u64;
    let high = libm::floor(centre + reach + 0.5).min(count) as u64;
    let (below, above) = tails(n, q, low, high);
    let scores = -normal::quantile(below) - normal::quantile(above);
    let must = "be larger: no values lie on both sides of the quantile";
    require(low < high && scores > 0.0, "the number of values", must, count)?;
    Ok((sorted[high as usize - 1] - sorted[low as usize - 1]) / scores)
}

/// Difference of the `q`-quantiles (q in (0, 1)) of two arms, with the normal law (Price & Bonett, J. Stat. Comput. Simul.
/// 72, 2002, 119–124, for medians). Values are sorted, ascending.
///
/// # Errors
/// [`Error::Range`] as [`quantile`] and [`standard_error`], and where equal values surround the quantile in both arms: it is
/// then a step of a discrete metric, whose error is no number.
///
/// ```
/// use channelmix::stats::two_arms::quantiles;
/// let control: Vec<f64> = (0..100).map(f64::from).collect();
/// let treatment: Vec<f64> = (0..100).map(|i| f64::from(i) + 10.0).collect();
/// let difference = quantiles::difference(&control, &treatment, 0.5)?;
/// assert!(difference.estimate() == 10.0 && (difference.standard_error() - 7.0508).abs() < 1e-4);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn difference(control_sorted: &[f64], treatment_sorted: &[f64], q: f64) -> Result<Difference, Error> {
    let arm = |sorted| {
        let error = standard_error(sorted, q)?;
        Ok(Estimate { value: interpolated(sorted, q), variance: error * error })
    };
    Difference::new(arm(control_sorted)?, arm(treatment_sorted)?, f64::INFINITY)
}

/// Refuses an empty list, and one that is not finite and ascending.
pub(super) fn require_sorted(values: &[f64]) -> Result<(), Error> {
    require(!values.is_empty(), "the number of values", "be positive", 0.0)?;
    values.iter().try_for_each(|&value| require(value.is_finite(), "a value", "be finite", value))?;
    let falls = values.windows(2).find(|pair| pair[0] > pair[1]);
    falls.map_or(Ok(()), |pair| require(false, "a sorted value", "not be below the one before", pair[1]))
}

/// Chances that the quantile lies below rank `low` and above rank `high`: P(K < low), P(K ≥ high).
fn tails(n: u64, q: f64, low: u64, high: u64) -> (f64, f64) {
    let below = low.checked_sub(1).map_or(0.0, |k| binomial::cdf(k, n, q));
    let above = high.checked_sub(1).map_or(1.0, |k| binomial::sf(k, n, q));
    (below, above)
}

/// Type 7; the list is not empty.
fn interpolated(sorted: &[f64], q: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * q;
    let below = (libm::floor(place) as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let share = place - below as f64;
    // Weights, not a difference, which could overflow; equal neighbours stay as they are.
    if sorted[below] == sorted[above] { sorted[below] } else { sorted[below] * (1.0 - share) + sorted[above] * share }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    #[test]
    fn ranks_and_coverage_from_few_to_many() -> Result<(), Error> {
        // scipy 1.17.1: binom.ppf and binom.cdf.
        let known = [
            (1, 0.5, 0.05, 0, 2, 1.0),
            (9, 0.5, 0.05, 2, 8, 0.960_937_5),
            (100, 0.5, 0.05, 40, 61, 0.964_799_799_782_295_2),
            (100, 0.9, 0.05, 84, 96, 0.955_690_107_191_223),
            (250, 0.01, 0.01, 0, 8, 0.995_974_661_288_192_2),
            (1000, 0.75, 1e-06, 681, 816, 0.999_999_224_459_609_4),
            (1_000_000, 0.5, 0.05, 499_020, 500_981, 0.950_121_031_347_631_4),
            (100_000_000, 0.99, 0.001, 98_996_724, 99_003_273, 0.999_001_667_506_826_7),
        ];
        for (n, q, alpha, low, high, coverage) in known {
            let found = rank_interval(n, q, alpha)?;
            assert_eq!((found.low, found.high), (low, high), "{n} {q} {alpha}");
            assert!((found.coverage - coverage).abs() < 1e-11, "{n} {q} {alpha}: {}", found.coverage);
        }
        Ok(())
    }

    #[test]
    fn where_there_is_no_value_there_is_no_end() -> Result<(), Error> {
        let five = rank_interval(5, 0.5, 0.05)?;
        assert_eq!((five.low, five.high), (0, 6));
        assert_eq!(five.ends(&[1.0, 2.0, 3.0, 4.0, 5.0])?, (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(rank_interval(6, 0.5, 0.05)?.ends(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?, (1.0, 6.0));
        assert!(five.ends(&[1.0, 2.0]).is_err());
        Ok(())
    }

    #[test]
    fn the_error_of_a_median_follows_price_and_bonett() -> Result<(), Error> {
        // n = 25: ranks 13 ∓ 5, that is 8 and 18; P(K ≤ 7) = 0.021642625…
        let values: Vec<f64> = (1..=25).map(|i| f64::from(i * i)).collect();
        let score = -normal::quantile(726_206.0 / 33_554_432.0);
        assert!(off(standard_error(&values, 0.5)?, (324.0 - 64.0) / (2.0 * score)) < 1e-13);
        Ok(())
    }

    #[test]
    fn the_error_of_many_is_the_asymptotic_one() -> Result<(), Error> {
        // Quantiles of the exponential law at a fine grid: √(q(1 − q)/n) / density, density 1 − q.
        let n = 1_000_000;
        let values: Vec<f64> = (0..n).map(|i| -libm::log1p(-(f64::from(i) + 0.5) / f64::from(n))).collect();
        for q in [0.05, 0.5, 0.99] {
            let asymptotic = libm::sqrt(q / (1.0 - q) / f64::from(n));
            assert!(off(standard_error(&values, q)?, asymptotic) < 2e-3, "{q}");
        }
        Ok(())
    }

    #[test]
    fn ties_widen_or_are_refused() -> Result<(), Error> {
        let (mut heavy, spread): (Vec<f64>, Vec<f64>) = (vec![0.0; 900], (0..1000).map(f64::from).collect());
        heavy.extend((1..=100).map(f64::from));
        // The median of `heavy` is certain, that of `spread` not.
        let one = difference(&heavy, &spread, 0.5)?;
        assert!(one.control().variance == 0.0 && one.standard_error() > 0.0);
        assert!(difference(&heavy, &heavy, 0.5).is_err());
        assert!(difference(&heavy, &heavy, 0.95).is_ok());
        Ok(())
    }

    #[test]
    fn what_has_no_quantile_is_refused() {
        for q in [0.0, 1.0, f64::NAN] {
            assert!(rank_interval(10, q, 0.05).is_err() && standard_error(&[1.0, 2.0, 3.0], q).is_err());
        }
        assert!(rank_interval(0, 0.5, 0.05).is_err() && rank_interval(10, 0.5, 0.0).is_err());
        assert!(quantile(&[], 0.5).is_err() && quantile(&[2.0, 1.0], 0.5).is_err());
        assert!(quantile(&[f64::NAN], 0.5).is_err() && quantile(&[1.0], 1.5).is_err());
        assert!(standard_error(&[1.0], 0.5).is_err());
        assert!(difference(&[1.0, 2.0, 3.0], &[], 0.5).is_err());
    }

    proptest! {
        #[test]
        fn coverage_is_kept_and_not_wasted(n in 1_u64..5000, q in 0.01..0.99_f64, alpha in 1e-12..0.5_f64) {
            let RankInterval { low, high, coverage } = rank_interval(n, q, alpha)?;
            prop_assert!(coverage >= 1.0 - alpha - 1e-12 && coverage <= 1.0 && low < high && high <= n + 1);
            let (below, above) = tails(n, q, low + 1, high - 1);
            prop_assert!(below >= 0.5 * alpha * (1.0 - 1e-9) && above >= 0.5 * alpha * (1.0 - 1e-9) - 1e-15);
        }

        #[test]
        fn a_quantile_is_where_it_should_be(values in prop::collection::vec(-1e3..1e3_f64, 1..50), q in 0.0..=1.0_f64) {
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let found = quantile(&sorted, q)?;
            prop_assert!(sorted[0] <= found + 1e-9 && found <= sorted[sorted.len() - 1] + 1e-9);
            prop_assert!(quantile(&sorted, 0.0)? == sorted[0] && quantile(&sorted, 1.0)? == sorted[sorted.len() - 1]);
        }
    }

    /// Ordinary numbers, and those that break formulas.
    fn number() -> impl Strategy<Value = f64> {
        let odd = [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, 1e160];
        prop_oneof![3 => -3.0..3.0_f64, 1 => prop::sample::select(odd.to_vec())]
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic_or_say_nan(
            control in prop::collection::vec(number(), 0..9), treatment in prop::collection::vec(number(), 0..9), x in number(),
        ) {
            let sorted = |mut values: Vec<f64>| { values.sort_by(f64::total_cmp); values };
            let (control, treatment) = (sorted(control), sorted(treatment));
            if let Ok(difference) = difference(&control, &treatment, x) {
                prop_assert!(difference.z(0.0).is_finite() && difference.standard_error() > 0.0);
            }
            if let Ok(ranks) = rank_interval(control.len() as u64, x, 0.1) {
                prop_assert!((0.9..=1.0).contains(&ranks.coverage));
            }
            prop_assert!(quantile(&control, x).is_ok_and(f64::is_finite) || quantile(&control, x).is_err());
        }
    }
}
