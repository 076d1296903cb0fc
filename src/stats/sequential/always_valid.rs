//! Inference that is valid at any time: look when you want, stop when you want, go on for ever.
//!
//! All of it rests on one idea: an *e-value*, what a fair bet against the null hypothesis has won so far, exceeds 1/α
//! at any time with a chance of at most α (Ville). The bet is a mixture over effects; the null values that it has not
//! ruled out form a *confidence sequence*. The price is a wider interval at each single look than a planned design has.
//!
//! **Which one when.**
//! - [`Mixture::critical`], [`Mixture::ln_e`]: anything with a z whose standard error is well known: from some hundred
//!   units an arm, and where no single unit holds much of the total. Exact for normal data of known variance, otherwise
//!   a limit (Waudby-Smith et al., Annals of Statistics 52, 2024, 2613–2640, "asymptotic confidence sequences").
//! - [`Mixture::critical_t`], [`Mixture::ln_e_t`]: a t from a linear model with equal variances and few units: exact
//!   there.
//! - [`super::bernoulli`]: conversions so rare that a z is not to be trusted (below some tens an arm): exact at any
//!   size.

use crate::stats::{Error, require};

/// A normal mixture: the bet spreads over effects as a normal distribution.
///
/// ρ sets where it bets most, in the unit in which N is counted: it is the prior precision of the standardised effect
/// (σ²/τ² in Johari et al.'s mixture SPRT; 1/ρ² per unit in Waudby-Smith et al.; φ or g in Lindon et al.).
/// `GrowthBook`'s, Eppo's and confseq's two-sided formulas are this one. N may count units of both arms, pairs or
/// anything that grows in proportion to the information, if only ρ counts the same.
///
/// ```
/// use channelmix::stats::sequential::always_valid::Mixture;
/// let mixture = Mixture::tuned(10_000.0, 0.05)?;
/// let c = mixture.critical(10_000.0, 0.05);
/// assert!((c - 3.0352).abs() < 1e-3);
/// assert!((mixture.p(c, 10_000.0) - 0.05).abs() < 1e-12);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    rho: f64,
}

impl Mixture {
    /// The mixture whose interval at level `alpha` (two-sided) is narrow around N = `n_star`: take the planned number.
    ///
    /// ρ = N* / (2 ln(1/α) + ln(1 + 2 ln(1/α))) (Waudby-Smith et al., appendix B.2): within a percent of the narrowest.
    ///
    /// # Errors
    /// [`Error::Range`] for an `n_star` that is not positive and finite, or an alpha outside (0, 1).
    pub fn tuned(n_star: f64, alpha: f64) -> Result<Self, Error> {
        require(n_star > 0.0 && n_star.is_finite(), "the number that a sequence is tuned to", "be positive", n_star)?;
        require(alpha > 0.0 && alpha < 1.0, "alpha", "lie between 0 and 1, both excluded", alpha)?;
        let twice = -2.0 * libm::log(alpha);
        Self::with_rho(n_star / (twice + libm::log1p(twice)))
    }

    /// The mixture with a given ρ.
    ///
    /// # Errors
    /// [`Error::Range`] for a ρ that is not positive and finite.
    pub fn with_rho(rho: f64) -> Result<Self, Error> {
        require(rho > 0.0 && rho.is_finite(), "rho of a normal mixture", "be positive and finite", rho)?;
        Ok(Self { rho })
    }

    /// ρ, in the unit of N.
    pub fn rho(self) -> f64 {
        self.rho
    }

    /// The critical value c of |z| at `n`, two-sided at level `alpha`: √((n + ρ)/n · ln((n + ρ)/(ρα²))).
    ///
    /// {δ: |z(δ)| ≤ c} at all n together is a confidence sequence. ∞ at n = 0; NaN for a negative n, or an alpha
    /// outside (0, 1].
    pub fn critical(self, n: f64, alpha: f64) -> f64 {
        if !(n >= 0.0 && alpha > 0.0 && alpha <= 1.0) {
            return f64::NAN;
        }
        if n == 0.0 {
            return f64::INFINITY;
        }
        libm::sqrt((1.0 + self.rho / n) * (libm::log1p(n / self.rho) - 2.0 * libm::log(alpha)))
    }

    /// ln of the e-value against "no effect", of a score `z` at `n`: ½ ln(ρ/(n + ρ)) + z²n / (2(n + ρ)).
    ///
    /// NaN for a negative n.
    pub fn ln_e(self, z: f64, n: f64) -> f64 {
        if n >= 0.0 { 0.5 * (z * z * self.weight(n) - libm::log1p(n / self.rho)) } else { f64::NAN }
    }

    /// The p-value of one look, 1/e and at most 1. All looks so far have the least of theirs: [`running_p`].
    pub fn p(self, z: f64, n: f64) -> f64 {
        p_of(self.ln_e(z, n))
    }

    /// The critical value of |t| at `n` with `df` degrees of freedom, two-sided at level `alpha`.
    ///
    /// For a t of a linear model with equal variances (Lindon, Ham, Tingley & Bojinov, *Anytime-valid linear models*,
    /// 2022, arXiv 2210.08589), n and ρ in the same unit (units, or (s/se)²): t² = ν(1 − q)/(q − r) with r = ρ/(ρ + n)
    /// and q = (rα²)^{1/(ν+1)}; ∞ while q ≤ r, when there are too few degrees of freedom to exclude anything. NaN as
    /// for [`Mixture::critical`], and for df that is not positive.
    pub fn critical_t(self, df: f64, n: f64, alpha: f64) -> f64 {
        if df.is_nan() || df <= 0.0 {
            return f64::NAN;
        }
        let normal = self.critical(n, alpha);
        if !normal.is_finite() || df == f64::INFINITY {
            return normal;
        }
        let ln_q = (2.0 * libm::log(alpha) - libm::log1p(n / self.rho)) / (df + 1.0);
        // q − r, as (1 − r) − (1 − q): no digits are lost where both are near 1.
        let room = self.weight(n) + libm::expm1(ln_q);
        if room > 0.0 { libm::sqrt(df * (-libm::expm1(ln_q) / room)) } else { f64::INFINITY }
    }

    /// ln of the e-value of a `t` with `df` degrees of freedom at `n`: ½ ln r + ½(ν + 1) ln((1 + t²/ν)/(1 + r t²/ν)).
    pub fn ln_e_t(self, t: f64, df: f64, n: f64) -> f64 {
        if !(n >= 0.0 && df > 0.0) {
            return f64::NAN;
        }
        if df == f64::INFINITY {
            return self.ln_e(t, n);
        }
        // (1 + u)/(1 + ru) = 1 + (1 − r)u/(1 + ru), u = t²/ν; both forms of the fraction, for the huge u overflows.
        let (u, weight) = (t * t / df, self.weight(n));
        let gain = if u > 1.0 { weight / (1.0 / u + (1.0 - weight)) } else { weight * u / (1.0 + (1.0 - weight) * u) };
        0.5 * ((df + 1.0) * libm::log1p(gain) - libm::log1p(n / self.rho))
    }

    /// 1 − r = n / (n + ρ).
    fn weight(self, n: f64) -> f64 {
        if n > self.rho { 1.0 / (1.0 + self.rho / n) } else { n / (n + self.rho) }
    }
}

/// The p-value of an e-value, at most 1.
pub fn p_of(ln_e: f64) -> f64 {
    libm::exp((-ln_e).min(0.0))
}

/// The p-values at each look, of e-values at all looks so far: the least that 1/e has been, at most 1.
pub fn running_p(ln_e: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let least = |least: &mut f64, ln_e: f64| {
        *least = least.min(p_of(ln_e));
        Some(*least)
    };
    ln_e.into_iter().scan(1.0, least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::sequential::recursion::Walk;
    use proptest::prelude::*;

    /// ρ, n, df, t, ln e, critical t at 5 %: mpmath, 40 digits.
    const KNOWN_T: [(f64, f64, f64, f64, f64, f64); 6] = [
        (1.0, 10.0, 8.0, 2.5, 1.090_208_452_932_909_4, 4.002_312_688_287_359),
        (100.0, 50.0, 48.0, -3.3, 1.356_005_893_745_536, 5.277_185_267_055_374),
        (2.5, 4.0, 2.0, 40.0, 0.952_518_178_880_750_6, f64::INFINITY),
        (10000.0, 1_000_000.0, 999_998.0, 5.0, 10.068_533_509_056_672, 3.273_025_840_213_94),
        (30.0, 3.0, 1.0, 1.0, -0.001_135_074_267_269_573, f64::INFINITY),
        (1.0, 100_000_000.0, 100_000_000.0, 0.1, -9.205_340_376_976_432, 4.940_865_134_854_908),
    ];

    #[test]
    fn t_mixtures() -> Result<(), Error> {
        for (rho, n, df, t, ln_e, critical) in KNOWN_T {
            let mixture = Mixture::with_rho(rho)?;
            assert!(
                (mixture.ln_e_t(t, df, n) - ln_e).abs() < 1e-13 * ln_e.abs().max(1.0),
                "{}",
                mixture.ln_e_t(t, df, n)
            );
            let found = mixture.critical_t(df, n, 0.05);
            assert!(found == critical || off(found, critical) < 1e-12, "{found} {critical}");
        }
        Ok(())
    }

    #[test]
    fn many_degrees_of_freedom_are_a_known_variance() -> Result<(), Error> {
        let mixture = Mixture::tuned(500.0, 0.01)?;
        for n in [1.0, 80.0, 1e6] {
            assert!(off(mixture.critical_t(1e13, n, 0.05), mixture.critical(n, 0.05)) < 1e-10);
            assert!((mixture.ln_e_t(3.0, 1e13, n) - mixture.ln_e(3.0, n)).abs() < 1e-11);
            assert_eq!(mixture.critical_t(f64::INFINITY, n, 0.05), mixture.critical(n, 0.05));
        }
        Ok(())
    }

    /// One looks 300 times from 1 to 1,000 times a tenth of N*: a false alarm stays rarer than alpha. At 20 equal looks
    /// up to N* the power is what an independent recursion gives.
    #[test]
    fn the_level_holds_at_any_time() -> Result<(), Error> {
        let mixture = Mixture::tuned(1.0, 0.05)?;
        let crossings = |times: &[f64], drift: f64| {
            let mut walk = Walk::new(times).expect("a walk");
            times.iter().map(|n| mixture.critical(*n, 0.05)).for_each(|c| walk.push(-c, c));
            walk.crossings(drift)
        };
        let dense: Vec<f64> = (0..300).map(|k| 0.1 * libm::pow(10.0, f64::from(k) / 99.0)).collect();
        let false_alarms: f64 = crossings(&dense, 0.0).iter().map(|ending| ending.lower + ending.upper).sum();
        assert!(false_alarms < 0.05 && false_alarms > 0.02, "{false_alarms}");
        let equal: Vec<f64> = (1..=20).map(|k| f64::from(k) / 20.0).collect();
        let drift = crate::stats::normal::quantile(0.975) + crate::stats::normal::quantile(0.8);
        let power: f64 = crossings(&equal, drift).iter().map(|ending| ending.upper).sum();
        assert!((power - 0.492_816_076_469_121_2).abs() < 1e-11, "{power}");
        Ok(())
    }

    #[test]
    fn running_p_only_falls() {
        assert_eq!(running_p([-1.0, 2.0, 1.0, f64::INFINITY]), [1.0, libm::exp(-2.0), libm::exp(-2.0), 0.0]);
    }

    #[test]
    fn the_ends() {
        assert!(Mixture::tuned(0.0, 0.05).is_err() && Mixture::tuned(1.0, 1.0).is_err());
        assert!(Mixture::with_rho(f64::INFINITY).is_err() && Mixture::with_rho(f64::NAN).is_err());
        let mixture = Mixture { rho: 10.0 };
        assert_eq!((mixture.critical(0.0, 0.05), mixture.ln_e(3.0, 0.0)), (f64::INFINITY, 0.0));
        assert!(mixture.critical(-1.0, 0.05).is_nan() && mixture.critical(1.0, 0.0).is_nan());
        assert!(mixture.ln_e(1.0, -1.0).is_nan() && mixture.ln_e_t(1.0, 0.0, 1.0).is_nan());
        assert!(mixture.critical_t(f64::NAN, 1.0, 0.05).is_nan());
        assert!(mixture.ln_e_t(1e200, 5.0, 100.0).is_finite());
    }

    proptest! {
        #[test]
        fn p_is_alpha_at_the_critical_value(
            rho in 1e-3..1e9_f64,
            n in 1e-3..1e12_f64,
            df in 1.0..1e6_f64,
            alpha in 1e-12..0.9_f64,
        ) {
            let mixture = Mixture::with_rho(rho)?;
            let ln_alpha = libm::log(alpha);
            let slack = 1e-10 * (1.0 + libm::log1p(n / rho).abs() - ln_alpha) * (1.0 + rho / n);
            let c = mixture.critical(n, alpha);
            prop_assert!((mixture.ln_e(c, n) + ln_alpha).abs() < slack);
            let c = mixture.critical_t(df, n, alpha);
            let off = (mixture.ln_e_t(c, df, n) + ln_alpha).abs();
            prop_assert!(c == f64::INFINITY || off < 1e-6 * (1.0 - ln_alpha), "{}", c);
            prop_assert!(c >= mixture.critical(n, alpha) * (1.0 - 1e-9));
        }
    }
}
