//! Many arms against one control: the largest of the statistics (Dunnett, JASA 50, 1955, 1096–1121; Biometrics 20, 1964).
//!
//! Statistics that share a control are correlated: Tᵢ = (λᵢ Z + √(1 − λᵢ²) εᵢ) / S with one Z for the control, one εᵢ for
//! each arm and S² = `χ²_ν` / ν, so the correlation of two of them is λᵢλⱼ. The chance that the largest exceeds c is an
//! integral over Z (and S) of a product, here of its complement, so that small chances keep their digits.

use super::sides::Sides;
use super::{Error, normal, quadrature, require, student};

/// The joint null law of the statistics of several arms against one control.
#[derive(Clone, Debug, PartialEq)]
pub struct Dunnett {
    /// Distinct loadings, ascending.
    loadings: Vec<Loading>,
    /// Arms without the control.
    arms: usize,
    /// Degrees of freedom of the common variance, ≥ 1; ∞ where it is known.
    df: f64,
}

/// What arms of one size share with the control.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Loading {
    /// λ: correlation of the statistic with the control's mean, 0 to 1.
    shared: f64,
    /// √(1 − λ²), above 0.
    own: f64,
    /// Arms with this loading.
    arms: f64,
}

impl Dunnett {
    /// Arms of these sizes (units, > 0) with one common variance on `df` degrees of freedom (1 to ∞):
    /// λᵢ = √(nᵢ / (nᵢ + n₀)).
    ///
    /// # Errors
    /// [`Error::Range`] without arms, for sizes that are not positive and finite, or fewer degrees of freedom than 1.
    ///
    /// ```
    /// use channelmix::stats::{dunnett::Dunnett, sides::Sides};
    /// let three = Dunnett::from_sizes(1000.0, &[1000.0, 1000.0, 1000.0], f64::INFINITY)?;
    /// assert!((three.critical(0.05, Sides::Two)? - 2.348971).abs() < 1e-6);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn from_sizes(control: f64, arms: &[f64], df: f64) -> Result<Self, Error> {
        for &size in [control].iter().chain(arms) {
            require(size > 0.0 && size.is_finite(), "the size of an arm", "be positive and finite", size)?;
        }
        // Halved, so that the sum of two huge ones stays finite.
        Self::new(arms.iter().map(|&size| (0.5 * size, 0.5 * control)), df)
    }

    /// Arms of these squared standard errors of their means (> 0): λᵢ = √(v₀ / (vᵢ + v₀)).
    ///
    /// # Errors
    /// [`Error::Range`] as [`Dunnett::from_sizes`].
    pub fn from_variances(control: f64, arms: &[f64], df: f64) -> Result<Self, Error> {
        for &variance in [control].iter().chain(arms) {
            require(variance > 0.0 && variance.is_finite(), "a variance", "be positive and finite", variance)?;
        }
        Self::new(arms.iter().map(|&variance| (0.5 * control, 0.5 * variance)), df)
    }

    /// From the parts of each statistic's variance that are the control's and the arm's own.
    fn new(parts: impl Iterator<Item = (f64, f64)>, df: f64) -> Result<Self, Error> {
        require(df >= 1.0, "the degrees of freedom", "be at least 1", df)?;
        let mut loadings: Vec<Loading> = Vec::new();
        let mut arms = 0;
        for (control, own) in parts {
            arms += 1;
            let total = control + own;
            let (shared, own) = (libm::sqrt(control / total), libm::sqrt(own / total));
            require(own > 0.0, "the share of an arm in the variance of its difference", "be above 1e-308", own * own)?;
            match loadings.iter_mut().find(|known| known.shared == shared && known.own == own) {
                Some(known) => known.arms += 1.0,
                None => loadings.push(Loading { shared, own, arms: 1.0 }),
            }
        }
        require(arms > 0, "the number of arms beside the control", "be positive", 0.0)?;
        loadings.sort_by(|one, other| one.shared.total_cmp(&other.shared));
        Ok(Self { loadings, arms, df })
    }

    /// The single-step adjusted p-value of one arm's statistic: the chance under the joint null hypothesis that any arm
    /// reaches it. For [`Sides::Two`] of its size, for [`Sides::One`] with its sign.
    ///
    /// Relative error below 1e-10 (1e-12 for a known variance) down to 1e-290.
    ///
    /// # Errors
    /// [`Error::Range`] if the statistic is not a number.
    pub fn adjusted(&self, statistic: f64, sides: Sides) -> Result<f64, Error> {
        require(!statistic.is_nan(), "the statistic", "be a number", statistic)?;
        let least = match sides {
            Sides::Two => statistic.abs(),
            Sides::One => statistic,
        };
        Ok(if least.is_infinite() { f64::from(u8::from(least < 0.0)) } else { self.tail(least, sides).min(1.0) })
    }

    /// What the largest statistic exceeds with chance `alpha` in (0, 1) when no arm differs from the control.
    ///
    /// Relative error below 1e-10 (1e-12 for a known variance).
    ///
    /// # Errors
    /// [`Error::Range`] for a level outside (0, 1).
    pub fn critical(&self, alpha: f64, sides: Sides) -> Result<f64, Error> {
        require(alpha > 0.0 && alpha < 1.0, "the level", "lie between 0 and 1, both excluded", alpha)?;
        let single = match sides {
            Sides::Two => 0.5 * alpha,
            Sides::One => alpha,
        };
        // One arm alone exceeds less often, and Bonferroni's bound is exceeded less often than allowed.
        let (mut low, mut high) =
            (-student::quantile(single, self.df), -student::quantile(single / self.arms as f64, self.df));
        let excess = |c: f64| libm::log(self.tail(c, sides) / alpha);
        let (mut above, mut below) = (excess(low), excess(high));
        // Regula falsi with the Illinois weights: the logarithm of the tail is close to a parabola.
        let mut last = 0;
        for _ in 0..STEPS {
            if above <= 0.0 || below >= 0.0 || (high - low).abs() <= 1e-14 * high.abs() {
                break;
            }
            let c = (low * below - high * above) / (below - above);
            let found = excess(c);
            if found.abs() < 1e-14 {
                return Ok(c);
            }
            let side = if found > 0.0 { 1 } else { -1 };
            if side > 0 {
                (low, above) = (c, found);
                below *= if last == side { 0.5 } else { 1.0 };
            } else {
                (high, below) = (c, found);
                above *= if last == side { 0.5 } else { 1.0 };
            }
            last = side;
        }
        Ok(if above.abs() < below.abs() { low } else { high })
    }

    /// P(max ≥ c); `c` ≥ 0 for two sides.
    fn tail(&self, c: f64, sides: Sides) -> f64 {
        if self.df.is_infinite() {
            return self.tail_of_known_variance(c, sides);
        }
        // Over u = ln S, whose density is proportional to exp(ν(u − (e²ᵘ − 1)/2)). Both it and the integrand are smooth, with
        // one peak (the integrand's lies where S makes c likely) of about the width 1/√(2ν) and tails that fall at least
        // as e^(νu): the trapezoid rule is exact to rounding, and deaf to the rounding of the inner integral.
        let df = self.df;
        let density = |u: f64| libm::exp(df * (u - 0.5 * libm::expm1(2.0 * u)));
        let weighted = |u: f64| match density(u) {
            0.0 => 0.0,
            density => density * self.tail_of_known_variance(c * libm::exp(u), sides),
        };
        let likely = -libm::log(libm::hypot(1.0, c / libm::sqrt(df)));
        let step = (0.35 / libm::sqrt(df)).min(0.1);
        trapezoids(weighted, likely, step) / trapezoids(density, 0.0, step)
    }

    /// The same with S = 1, by the integral over the control's Z.
    fn tail_of_known_variance(&self, c: f64, sides: Sides) -> f64 {
        let exceeded = |z: f64| {
            let ln_none: f64 = self.loadings.iter().map(|arm| arm.arms * libm::log1p(-arm.tail(c, z, sides))).sum();
            -libm::expm1(ln_none) * normal::density(z)
        };
        // The arm with loading λ matters around Z = λc, and its integrand falls faster than the normal density from there.
        let (least, most) = (self.loadings[0].shared, self.loadings[self.loadings.len() - 1].shared);
        let (mut low, high) = ((c * least).min(0.0).max(c * least) - REACH, (c * most).max(0.0) + REACH);
        if sides == Sides::Two {
            low = low.max(0.0);
        }
        // Arms much larger than the control switch sharply where λZ = c.
        let mut ends = vec![low, high];
        ends.extend(self.loadings.iter().filter(|arm| arm.own < 0.3).map(|arm| c / arm.shared));
        let panels = libm::ceil((high - low) / PANEL);
        ends.extend((1..panels as usize).map(|i| low + (high - low) * (i as f64 / panels)));
        ends.retain(|&end| (low..=high).contains(&end));
        ends.sort_by(f64::total_cmp);
        let total: f64 = ends.windows(2).map(|ends| quadrature::integrate(exceeded, ends[0], ends[1], INNER)).sum();
        if sides == Sides::Two { 2.0 * total } else { total }
    }
}

impl Loading {
    /// The chance that one arm's statistic reaches `c` where the control's is at `z`.
    fn tail(&self, c: f64, z: f64, sides: Sides) -> f64 {
        let upper = normal::sf((c - self.shared * z) / self.own);
        match sides {
            Sides::Two => (upper + normal::sf((c + self.shared * z) / self.own)).min(1.0),
            Sides::One => upper,
        }
    }
}

/// Σ f(kh) over all k, from `start` ≤ 0 both ways until nothing comes any more; `f` peaks between `start` and 0.
fn trapezoids(f: impl Fn(f64) -> f64, start: f64, step: f64) -> f64 {
    let first = libm::floor(start / step) as i64;
    let mut sum = 0.0;
    for k in first.. {
        let term = f(k as f64 * step);
        sum += term;
        if k > 0 && (term <= NEGLIGIBLE * sum || term.is_nan()) {
            break;
        }
    }
    for k in 1.. {
        let term = f((first - k) as f64 * step);
        sum += term;
        if term <= NEGLIGIBLE * sum || term.is_nan() {
            break;
        }
    }
    sum
}

/// Share of a sum below which a term and all behind it are rounding.
const NEGLIGIBLE: f64 = 1e-18;
/// Standard deviations of Z beyond which the integrand is below 1e-18 of its largest value.
const REACH: f64 = 9.0;
/// Pieces of this length need hardly any halving, in standard deviations of Z.
const PANEL: f64 = 2.5;
/// Relative tolerance of each piece of the integral over Z.
const INNER: f64 = 1e-12;
/// Steps at most towards a critical value; six to nine are usual.
const STEPS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    const INFINITE: f64 = f64::INFINITY;
    const ONE_EACH: [f64; 20] = [1.0; 20];

    /// Control, arms, df, statistic, sides, adjusted p.
    type Tail = (f64, &'static [f64], f64, f64, Sides, f64);

    /// The integral over Z: mpmath, tanh-sinh, 22 to 60 digits; at 36 the sum of the arms' own tails, which do not overlap.
    const KNOWN_VARIANCE: [Tail; 8] = [
        (1.0, &[1.0; 3], INFINITE, 2.5, Sides::Two, 0.033_582_918_881_940_44),
        (1.0, &ONE_EACH, INFINITE, 3.1, Sides::Two, 0.028_269_971_126_780_82),
        (100.0, &[10.0, 300.0, 1000.0], INFINITE, 2.2, Sides::Two, 0.068_851_900_949_571_44),
        (100.0, &[10.0, 300.0, 1000.0], INFINITE, 2.2, Sides::One, 0.034_457_898_520_886_54),
        (1.0, &[1.0; 5], INFINITE, 12.0, Sides::Two, 1.776_482_112_066_358_2e-32),
        (1.0, &[1.0, 2.0], INFINITE, -0.7, Sides::One, 0.874_647_064_946_758_1),
        (1.0, &[1000.0; 4], INFINITE, 2.0, Sides::Two, 0.049_072_308_845_458_79),
        (3.0, &[1.0, 2.0, 50.0], INFINITE, 36.0, Sides::One, 1.254_787_219_739_185e-283),
    ];

    /// Both integrals: 1,800 × 1,800 Gauss–Legendre points in numpy, good to 1e-12.
    const ESTIMATED_VARIANCE: [Tail; 4] = [
        (10.0, &[10.0; 3], 36.0, 2.5, Sides::Two, 0.044_830_469_538_535_85),
        (10.0, &[10.0; 3], 1.0, 2.5, Sides::Two, 0.374_601_912_612_474_5),
        (20.0, &[10.0, 15.0, 40.0], 81.0, 3.3, Sides::One, 0.002_057_928_893_938_28),
        (1.0, &ONE_EACH, 5.5, 30.0, Sides::Two, 2.346_419_485_212_815e-6),
    ];

    /// Control, arms, df, level, sides, critical value: the same two computations, solved.
    const CRITICAL: [Tail; 8] = [
        (1.0, &[1.0; 3], INFINITE, 0.05, Sides::Two, 2.348_970_590_339_272_5),
        (1.0, &ONE_EACH, INFINITE, 0.05, Sides::Two, 2.905_480_315_256_816),
        (100.0, &[10.0, 300.0, 1000.0], INFINITE, 0.01, Sides::Two, 2.895_890_465_675_097),
        (1.0, &[1.0; 2], INFINITE, 0.05, Sides::One, 1.916_331_944_687_616_4),
        (2.0, &[1.0; 7], INFINITE, 0.025, Sides::One, 2.654_693_719_793_372),
        (10.0, &[10.0; 3], 36.0, 0.05, Sides::Two, 2.452_127_145_289_81),
        (6.0, &[6.0; 2], 15.0, 0.05, Sides::One, 2.066_977_497_889_850_7),
        (50.0, &[10.0, 20.0, 30.0], 106.0, 0.01, Sides::Two, 2.996_566_095_540_349),
    ];

    #[test]
    fn tails_of_the_largest_statistic() -> Result<(), Error> {
        for (control, arms, df, statistic, sides, p) in KNOWN_VARIANCE.into_iter().chain(ESTIMATED_VARIANCE) {
            let found = Dunnett::from_sizes(control, arms, df)?.adjusted(statistic, sides)?;
            let tolerance = if df.is_infinite() { 1e-12 } else { 1e-11 };
            assert!(off(found, p) < tolerance, "{arms:?} {df} {statistic}: {found:e}, not {p:e}");
        }
        Ok(())
    }

    #[test]
    fn critical_values() -> Result<(), Error> {
        for (control, arms, df, alpha, sides, expected) in CRITICAL {
            let found = Dunnett::from_sizes(control, arms, df)?.critical(alpha, sides)?;
            assert!(off(found, expected) < 1e-11, "{arms:?} {df} {alpha}: {found}, not {expected}");
        }
        Ok(())
    }

    #[test]
    fn one_arm_is_an_ordinary_test() -> Result<(), Error> {
        for df in [1.0, 3.3, 200.0, 1e8, INFINITE] {
            let one = Dunnett::from_sizes(7.0, &[30.0], df)?;
            for t in [0.0, 0.3, 2.0, 9.0, 30.0, 1e200] {
                let (two, upper) = (one.adjusted(-t, Sides::Two)?, one.adjusted(t, Sides::One)?);
                let tail = student::sf(t, df);
                assert!((two - 2.0 * tail).abs() <= 1e-11 * tail, "{df} {t}: {two:e}, not 2 · {tail:e}");
                assert!((upper - tail).abs() <= 1e-11 * tail, "{df} {t}: {upper:e}, not {tail:e}");
            }
            assert!(off(one.critical(0.05, Sides::Two)?, student::quantile(0.975, df)) < 1e-11);
            assert!(off(one.critical(0.9, Sides::One)?, student::quantile(0.1, df)) < 1e-11);
        }
        Ok(())
    }

    #[test]
    fn between_one_test_and_bonferroni_for_any_sizes() -> Result<(), Error> {
        for (control, arms) in [(1.0, [1e-9, 1e9, 1.0]), (1e300, [1.0; 3]), (1e-6, [1.0, 2.0, 3e6])] {
            for df in [2.0, INFINITE] {
                let law = Dunnett::from_sizes(control, &arms, df)?;
                for t in [0.5, 2.0, 6.0] {
                    let (p, single) = (law.adjusted(t, Sides::Two)?, 2.0 * student::sf(t, df));
                    assert!(p >= single * (1.0 - 1e-9) && p <= 3.0 * single, "{control} {arms:?} {df} {t}: {p}");
                }
                assert!(off(law.adjusted(law.critical(0.03, Sides::Two)?, Sides::Two)?, 0.03) < 1e-10);
            }
        }
        // Independent statistics, where the control is known: Šidák.
        let sidak = Dunnett::from_sizes(1e15, &[1.0; 4], INFINITE)?.adjusted(2.0, Sides::One)?;
        assert!(off(sidak, -libm::expm1(4.0 * libm::log1p(-normal::sf(2.0)))) < 1e-7);
        Ok(())
    }

    #[test]
    fn variances_say_what_sizes_say() -> Result<(), Error> {
        let sizes = Dunnett::from_sizes(100.0, &[50.0, 80.0], 60.0)?.adjusted(2.1, Sides::Two)?;
        let variances = Dunnett::from_variances(0.01, &[0.02, 0.012_5], 60.0)?.adjusted(2.1, Sides::Two)?;
        assert!(off(sizes, variances) < 1e-11);
        Ok(())
    }

    #[test]
    fn the_ends_and_what_is_refused() -> Result<(), Error> {
        let law = Dunnett::from_sizes(10.0, &[10.0, 20.0], 20.0)?;
        assert_eq!((law.adjusted(INFINITE, Sides::One)?, law.adjusted(-INFINITE, Sides::One)?), (0.0, 1.0));
        assert_eq!(law.adjusted(-INFINITE, Sides::Two)?, 0.0);
        assert!(law.adjusted(f64::NAN, Sides::Two).is_err());
        for alpha in [0.0, 1.0, f64::NAN] {
            assert!(law.critical(alpha, Sides::Two).is_err());
        }
        assert!(Dunnett::from_sizes(10.0, &[], 5.0).is_err() && Dunnett::from_sizes(10.0, &[1.0], 0.5).is_err());
        for size in [0.0, -1.0, f64::NAN, INFINITE] {
            assert!(Dunnett::from_sizes(size, &[1.0], 5.0).is_err());
            assert!(Dunnett::from_variances(1.0, &[size], 5.0).is_err());
        }
        Ok(())
    }
}
