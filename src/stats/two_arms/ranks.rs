//! Which arm's units tend to have the larger values: Mann–Whitney's U and the test of Brunner and Munzel.
//!
//! Both ask for P = P(treatment > control) + ½ P(equal) of two units drawn at random. Mann–Whitney's variance supposes two
//! equal distributions, so it tests "no difference at all"; Brunner–Munzel's supposes nothing, so it tests any value of P
//! and gives an interval of it. All counts are exact integers up to 2³² units; only sums that are done become floating
//! point.

use std::cmp::Ordering;
use std::f64::consts::{LN_2, LN_10};

use super::{Difference, Estimate, means};
use crate::stats::{Error, normal, require};

/// How the units of two arms rank against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// Units of each arm.
    control: u64,
    treatment: u64,
    /// Twice the pairs in which the treatment's unit is the larger, equal pairs counted once: 2U.
    double_u: u128,
    /// Σ(t³ − t) over groups of t equal values.
    ties: u128,
    /// Sums of squares of twice the placements: of each unit, the units of the other arm below it, equal ones half.
    control_squares: u128,
    treatment_squares: u128,
}

impl Ranks {
    /// Ranks the values of two arms, in any order; ±∞ are values like others. Sorts once: n ln n.
    ///
    /// # Errors
    /// [`Error::Range`] for an arm without units or with more than 2³², or a value that is not a number.
    ///
    /// ```
    /// use channelmix::stats::two_arms::ranks::Ranks;
    /// let ranks = Ranks::new(&[1.0, 2.0, 2.0], &[2.0, 3.0])?;
    /// assert_eq!((ranks.u(), ranks.treatment_beats_control()), (5.0, 5.0 / 6.0));
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn new(control: &[f64], treatment: &[f64]) -> Result<Self, Error> {
        let (control, treatment) = (sorted(control)?, sorted(treatment)?);
        let mut ranks = Self {
            control: control.len() as u64,
            treatment: treatment.len() as u64,
            double_u: 0,
            ties: 0,
            control_squares: 0,
            treatment_squares: 0,
        };
        let (mut i, mut j) = (0, 0);
        while i < control.len() || j < treatment.len() {
            let value = match (control.get(i), treatment.get(j)) {
                (Some(c), Some(t)) => c.min(*t),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => break,
            };
            let equal =
                |values: &[f64]| values.iter().take_while(|v| v.partial_cmp(&&value) == Some(Ordering::Equal)).count();
            let (in_control, in_treatment) = (equal(&control[i..]), equal(&treatment[j..]));
            let (c, t) = (in_control as u128, in_treatment as u128);
            let (above_control, above_treatment) = (2 * j as u128 + t, 2 * i as u128 + c);
            ranks.double_u += t * above_treatment;
            ranks.treatment_squares += t * above_treatment * above_treatment;
            ranks.control_squares += c * above_control * above_control;
            ranks.ties += (c + t).pow(3) - (c + t);
            i += in_control;
            j += in_treatment;
        }
        Ok(ranks)
    }

    /// U of the treatment: pairs in which its unit is the larger, equal pairs half.
    pub fn u(&self) -> f64 {
        self.double_u as f64 / 2.0
    }

    /// P̂ = U ÷ pairs, 0 to 1: how often a unit of the treatment beats one of the control, ties half.
    pub fn treatment_beats_control(&self) -> f64 {
        self.u() / self.pairs()
    }

    /// Mann–Whitney's normal score of "no difference", positive where the treatment's values are the larger ones;
    /// None where all values are equal, which says nothing.
    ///
    /// z = (U − nm/2 ∓ ½) / √(nm/12 · (N + 1 − Σ(t³ − t)/(N(N − 1)))) (Lehmann, *Nonparametrics*, 1975, §1.4), with the ½
    /// towards 0 where `continuity` asks for it. Good from about 10 units in each arm.
    pub fn z(&self, continuity: bool) -> Option<f64> {
        let all = u128::from(self.control) + u128::from(self.treatment);
        let untied = all.pow(3) - all - self.ties;
        if untied == 0 {
            return None;
        }
        let variance = self.pairs() / 12.0 * (untied as f64 / (all * (all - 1)) as f64);
        // 2U − nm, exact.
        let pairs = u128::from(self.control) * u128::from(self.treatment);
        let excess = if self.double_u < pairs {
            -((pairs - self.double_u) as f64) / 2.0
        } else {
            (self.double_u - pairs) as f64 / 2.0
        };
        let shift = if continuity { 0.5_f64.min(excess.abs()) } else { 0.0 };
        Some((excess.abs() - shift).copysign(excess) / libm::sqrt(variance))
    }

    /// Two-sided p-value of [`Ranks::z`]; 1 where all values are equal.
    pub fn p(&self, continuity: bool) -> f64 {
        self.z(continuity).map_or(1.0, |z| 2.0 * normal::sf(z.abs()))
    }

    /// log₁₀ of [`Ranks::p`], however small it is.
    pub fn log10_p(&self, continuity: bool) -> f64 {
        self.z(continuity).map_or(0.0, |z| (LN_2 + normal::ln_sf(z.abs())) / LN_10)
    }

    /// The test of Brunner & Munzel (Biometrical Journal 42, 2000, 17–25), with Student's law.
    ///
    /// It is Welch's test on the placements of the units among the other arm.
    ///
    /// # Errors
    /// [`Error::Range`] for fewer than two units in an arm, or where no placement varies: all values equal, or one arm
    /// wholly above the other.
    pub fn brunner_munzel(&self) -> Result<BrunnerMunzel, Error> {
        for units in [self.control, self.treatment] {
            require(units >= 2, "the number of units in an arm", "be at least 2", units as f64)?;
        }
        let (control, treatment) = (u128::from(self.control), u128::from(self.treatment));
        // Twice the placements of the control sum to what U leaves of the pairs.
        let of_control =
            placement_variance(self.control_squares, 2 * control * treatment - self.double_u, control, treatment);
        let of_treatment = placement_variance(self.treatment_squares, self.double_u, treatment, control);
        let df = means::satterthwaite(of_control, self.control as f64 - 1.0, of_treatment, self.treatment as f64 - 1.0);
        let even = Estimate { value: EVEN, variance: of_control };
        let beats = Estimate { value: self.treatment_beats_control(), variance: of_treatment };
        // Without any variance the degrees of freedom are 0 ÷ 0: let it be the variance that is refused.
        let df = if of_control + of_treatment > 0.0 { df } else { 1.0 };
        Ok(BrunnerMunzel(Difference::new(even, beats, df)?))
    }

    fn pairs(&self) -> f64 {
        self.control as f64 * self.treatment as f64
    }
}

/// The test of P(treatment > control) + ½ P(equal) against any value, and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrunnerMunzel(Difference);

impl BrunnerMunzel {
    /// P̂, 0 to 1.
    pub fn estimate(&self) -> f64 {
        self.0.treatment().value
    }

    /// Standard error of P̂.
    pub fn standard_error(&self) -> f64 {
        self.0.standard_error()
    }

    /// Degrees of freedom by Satterthwaite's formula.
    pub fn df(&self) -> f64 {
        self.0.df()
    }

    /// t of H0 "P = ½".
    pub fn t(&self) -> f64 {
        self.0.t()
    }

    /// Normal score of H0 "P = `null`".
    pub fn z(&self, null: f64) -> f64 {
        self.0.z(null - EVEN)
    }

    /// Two-sided p-value of H0 "P = ½".
    pub fn p(&self) -> f64 {
        self.0.p().min(1.0)
    }

    /// log₁₀ of [`BrunnerMunzel::p`], however small it is.
    pub fn log10_p(&self) -> f64 {
        self.0.log10_p().min(0.0)
    }

    /// (low, high): the values of P, from 0 to 1, with |z| ≤ `c`.
    pub fn interval(&self, c: f64) -> (f64, f64) {
        let (low, high) = self.0.interval(c);
        ((EVEN + low).max(0.0), (EVEN + high).min(1.0))
    }
}

/// P where neither arm tends to be the larger.
const EVEN: f64 = 0.5;

/// A sorted copy without NaN.
fn sorted(values: &[f64]) -> Result<Vec<f64>, Error> {
    let count = values.len() as f64;
    require(
        !values.is_empty() && count <= 4_294_967_296.0,
        "the number of units in an arm",
        "lie between 1 and 2³²",
        count,
    )?;
    values.iter().try_for_each(|&value| require(!value.is_nan(), "a value", "be a number", value))?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}

/// Variance of the mean of n placements, each divided by the other arm's size, from sums of twice the placements.
fn placement_variance(squares: u128, sum: u128, units: u128, others: u128) -> f64 {
    // n Σx² − (Σx)², exact up to 2³¹ units in each arm.
    let spread = match (units.checked_mul(squares), sum.checked_mul(sum)) {
        (Some(squares), Some(square)) => (squares - square) as f64,
        _ => units as f64 * squares as f64 - sum as f64 * sum as f64,
    };
    let (n, m) = (units as f64, others as f64);
    spread.max(0.0) / (n * n * (n - 1.0)) / (4.0 * m * m)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    #[test]
    fn ties_and_heavy_tails() -> Result<(), Error> {
        // scipy 1.17.1, mannwhitneyu (asymptotic) and brunnermunzel.
        let control = [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 5.0, 9.0, 0.0, 3.0, f64::NEG_INFINITY];
        let treatment = [1.0, 2.0, 2.0, 0.0, 7.0, 3.0, 11.0, 4.0, f64::INFINITY];
        let ranks = Ranks::new(&control, &treatment)?;
        let test = ranks.brunner_munzel()?;
        let known = [
            73.5,
            0.071_047_885_292_224_25,
            0.065_244_494_168_097_88,
            2.140_107_853_378_663_7,
            0.046_329_390_592_736_094,
            17.953_858_037_303_515,
        ];
        let found = [ranks.u(), ranks.p(true), ranks.p(false), test.t(), test.p(), test.df()];
        for (found, known) in found.into_iter().zip(known) {
            assert!(off(found, known) < 1e-13, "{found} is not {known}");
        }
        Ok(())
    }

    #[test]
    fn millions_of_units_keep_exact_counts() -> Result<(), Error> {
        // Two grids of three million, one shifted by a third of itself, each value ten times: all sums in closed form.
        let n = 3_000_000_u64;
        let grid = |shift: u64| (0..n).map(|i| (i / 10 + shift) as f64).collect::<Vec<_>>();
        let steps = n / 10;
        let shift = steps / 3;
        let ranks = Ranks::new(&grid(0), &grid(shift))?;
        // Of treatment value v + shift: below lie v + shift values, equal is one where v + shift < steps.
        let doubled: u128 =
            (0..steps).map(|v| u128::from(2 * (v + shift).min(steps)) + u128::from(v + shift < steps)).sum();
        assert_eq!(ranks.double_u, doubled * 100);
        assert!(ranks.p(false) == 0.0 && ranks.log10_p(false) < -1e4 && ranks.log10_p(false).is_finite());
        let test = ranks.brunner_munzel()?;
        assert!(test.log10_p().is_finite() && test.log10_p() < ranks.log10_p(false));
        assert!((test.estimate() - ranks.treatment_beats_control()).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn what_says_nothing_is_said() -> Result<(), Error> {
        let same = Ranks::new(&[3.0; 5], &[3.0; 4])?;
        assert_eq!(
            (same.treatment_beats_control(), same.z(true), same.p(true), same.log10_p(false)),
            (0.5, None, 1.0, 0.0)
        );
        assert!(same.brunner_munzel().is_err());
        let apart = Ranks::new(&[1.0, 2.0], &[3.0, 4.0])?;
        assert!(apart.treatment_beats_control() == 1.0 && apart.brunner_munzel().is_err());
        let two = Ranks::new(&[1.0], &[2.0])?;
        assert!(two.z(true) == Some(0.0) && two.p(true) == 1.0 && two.brunner_munzel().is_err());
        assert_eq!(Ranks::new(&[0.0], &[-0.0])?.treatment_beats_control(), 0.5);
        assert!(Ranks::new(&[], &[1.0]).is_err() && Ranks::new(&[1.0], &[f64::NAN]).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn arms_swapped_mirror_everything(
            control in prop::collection::vec(-4_i32..5, 2..40), treatment in prop::collection::vec(-4_i32..5, 2..40), c in 0.1..6.0_f64,
        ) {
            let values = |list: &[i32]| list.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
            let (control, treatment) = (values(&control), values(&treatment));
            let (one, other) = (Ranks::new(&control, &treatment)?, Ranks::new(&treatment, &control)?);
            prop_assert_eq!(one.u() + other.u(), (control.len() * treatment.len()) as f64);
            prop_assert_eq!(one.z(true).map(|z| -z + 0.0), other.z(true).map(|z| z + 0.0));
            if let (Ok(one), Ok(other)) = (one.brunner_munzel(), other.brunner_munzel()) {
                prop_assert!((one.t() + other.t()).abs() <= 1e-12 * one.t().abs().max(1.0));
                let (low, high) = one.interval(c);
                let score = one.z(0.5).abs();
                if (score - c).abs() > 1e-9 * c {
                    prop_assert_eq!(low > 0.5 || high < 0.5, score > c);
                }
            }
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
            if let Ok(ranks) = Ranks::new(&control, &treatment) {
                prop_assert!((0.0..=1.0).contains(&ranks.treatment_beats_control()));
                prop_assert!((0.0..=1.0).contains(&ranks.p(true)) && ranks.log10_p(false) <= 1e-15);
                if let Ok(test) = ranks.brunner_munzel() {
                    prop_assert!((0.0..=1.0).contains(&test.p()) && (!test.z(x).is_nan() || !x.is_finite()));
                }
            }
        }
    }
}
