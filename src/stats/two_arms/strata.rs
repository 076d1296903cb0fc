//! Effects over strata: one common effect, whether it is common, and the average over strata of a mixed sample.
//!
//! - Proportions: Mantel & Haenszel's difference and odds ratio and the test of Cochran, Mantel & Haenszel. They hold with
//!   many strata of few units.
//! - Any effects with standard errors: inverse-variance pooling, and Cochran's Q for their heterogeneity.
//! - Means: the post-stratified difference, which weights each stratum by its share of all units.

use super::proportions::Arm;
use crate::stats::{Error, chi_squared, require};

/// One stratum of two arms' conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// The control's part.
    pub control: Arm,
    /// The treatment's part.
    pub treatment: Arm,
}

/// One stratum of two arms' means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanStratum {
    /// The control's part.
    pub control: ArmMean,
    /// The treatment's part.
    pub treatment: ArmMean,
}

/// The mean of one arm in one stratum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArmMean {
    /// Units.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Variance between units, with divisor n − 1; of one unit any number ≥ 0 that the caller stands for.
    pub variance: f64,
}

/// An effect with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Effect {
    /// Signed normal score of H0 "effect = `null`", 0 for 0/0.
    pub fn z(self, null: f64) -> f64 {
        let off = self.value - null;
        if off == 0.0 { 0.0 } else { off / self.standard_error }
    }

    /// value ± c standard errors.
    ///
    /// # Errors
    /// [`Error::Range`] for a `c` that is negative or NaN.
    pub fn interval(self, c: f64) -> Result<(f64, f64), Error> {
        super::inversion::require_critical(c)?;
        let half = if self.standard_error == 0.0 { 0.0 } else { c * self.standard_error };
        Ok((self.value - half, self.value + half))
    }
}

/// Mantel & Haenszel's risk difference (treatment − control) with the variance of Sato, Greenland & Robins, which holds for
/// few large strata and for many small ones (Sato, Biometrics 45, 1989, 1323–1324; as in R's metafor `rma.mh`).
///
/// # Errors
/// [`Error::EmptyArm`] for a stratum without units in an arm, [`Error::Range`] without strata or with impossible counts.
pub fn mantel_haenszel_difference(strata: &[Stratum]) -> Result<Effect, Error> {
    let tables = tables(strata)?;
    let weights: f64 = tables.iter().map(|t| t.n_c * t.n_t / t.n).sum();
    let value = tables.iter().map(|t| (t.x_t * t.n_c - t.x_c * t.n_t) / t.n).sum::<f64>() / weights;
    let linear = |t: &Table| {
        let (share_c, share_t) = (t.n_c / t.n, t.n_t / t.n);
        t.x_c * share_t * share_t - t.x_t * share_c * share_c + share_c * share_t * (t.n_c - t.n_t) / 2.0
    };
    let constant = |t: &Table| 0.5 * (t.x_t * (t.y_c / t.n) + t.x_c * (t.y_t / t.n));
    let variance = tables.iter().map(|t| value * linear(t) + constant(t)).sum::<f64>() / (weights * weights);
    Ok(Effect { value, standard_error: libm::sqrt(variance.max(0.0)) })
}

/// Logarithm of Mantel & Haenszel's odds ratio (treatment : control) with the variance of Robins, Breslow & Greenland
/// (Biometrics 42, 1986, 311–323).
///
/// # Errors
/// As [`mantel_haenszel_difference`], and [`Error::Singular`] where the odds ratio is 0, ∞ or 0/0.
pub fn mantel_haenszel_ln_odds_ratio(strata: &[Stratum]) -> Result<Effect, Error> {
    let tables = tables(strata)?;
    let total = |f: fn(&Table) -> f64| tables.iter().map(f).sum::<f64>();
    // R and S are the two diagonals' products, P and Q their shares (the paper's names).
    let (r, s) = (total(|t| t.x_t * (t.y_c / t.n)), total(|t| t.x_c * (t.y_t / t.n)));
    if r == 0.0 || s == 0.0 {
        return Err(Error::Singular);
    }
    let pr = total(|t| (t.x_t + t.y_c) / t.n * (t.x_t * (t.y_c / t.n)));
    let qs = total(|t| (t.y_t + t.x_c) / t.n * (t.x_c * (t.y_t / t.n)));
    let mixed =
        total(|t| ((t.x_t + t.y_c) * (t.x_c * (t.y_t / t.n)) + (t.y_t + t.x_c) * (t.x_t * (t.y_c / t.n))) / t.n);
    let variance = pr / (2.0 * r * r) + mixed / (2.0 * r * s) + qs / (2.0 * s * s);
    Ok(Effect { value: libm::log(r / s), standard_error: libm::sqrt(variance) })
}

/// The test of Cochran, Mantel & Haenszel as a signed z (z² is their χ² with 1 degree of freedom, without continuity
/// correction); positive for more conversions in the treatment; 0 where no stratum has both kinds of units.
///
/// With one stratum it is [`super::proportions::TwoProportions::z`] of no effect.
///
/// # Errors
/// As [`mantel_haenszel_difference`].
pub fn cochran_mantel_haenszel(strata: &[Stratum]) -> Result<f64, Error> {
    let tables = tables(strata)?;
    let excess: f64 = tables.iter().map(|t| (t.x_t * t.n_c - t.x_c * t.n_t) / t.n).sum();
    let variance: f64 =
        tables.iter().map(|t| (t.n_c / t.n) * (t.n_t / t.n) * ((t.x_c + t.x_t) / (t.n - 1.0)) * (t.y_c + t.y_t)).sum();
    Ok(if variance == 0.0 { 0.0 } else { excess / libm::sqrt(variance) })
}

/// The mean of independent effects with weights 1 ÷ variance: of one common effect, the most precise one.
///
/// # Errors
/// [`Error::Range`] without effects, or for a value that is not finite or a standard error not positive and finite.
pub fn inverse_variance(effects: &[Effect]) -> Result<Effect, Error> {
    require(!effects.is_empty(), "the number of effects", "be positive", 0.0)?;
    for effect in effects {
        require(effect.value.is_finite(), "an effect", "be finite", effect.value)?;
        let error = effect.standard_error;
        require(error > 0.0 && error.is_finite(), "the standard error of an effect", "be positive and finite", error)?;
    }
    // Relative to the smallest standard error, so that no weight overflows.
    let least = effects.iter().fold(f64::INFINITY, |least, effect| least.min(effect.standard_error));
    let weight = |effect: &Effect| {
        let relative = least / effect.standard_error;
        relative * relative
    };
    let weights: f64 = effects.iter().map(weight).sum();
    let value = effects.iter().map(|effect| weight(effect) / weights * effect.value).sum();
    Ok(Effect { value, standard_error: least / libm::sqrt(weights) })
}

/// How far effects of segments differ beyond their errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heterogeneity {
    /// Cochran's Q, the weighted squares around the pooled effect.
    pub q: f64,
    /// Degrees of freedom of Q as χ²: the effects less one.
    pub df: u32,
    /// Chance of such a Q or a larger one if the effect is the same in all.
    pub p: f64,
    /// log₁₀ of p.
    pub log10_p: f64,
    /// I² = max(0, 1 − df/Q): the share of the variation that errors do not explain (Higgins & Thompson 2002).
    pub i_squared: f64,
}

/// Cochran's Q of independent effects (Biometrics 10, 1954, 101–129), with p and I².
///
/// # Errors
/// As [`inverse_variance`], and for fewer than two effects.
pub fn heterogeneity(effects: &[Effect]) -> Result<Heterogeneity, Error> {
    require(effects.len() >= 2, "the number of effects", "be at least 2", effects.len() as f64)?;
    let pooled = inverse_variance(effects)?;
    let q: f64 = effects
        .iter()
        .map(|effect| {
            let z = (effect.value - pooled.value) / effect.standard_error;
            z * z
        })
        .sum();
    let df = effects.len() as u32 - 1;
    let i_squared = if q > f64::from(df) { 1.0 - f64::from(df) / q } else { 0.0 };
    let p = chi_squared::sf(q, f64::from(df));
    Ok(Heterogeneity { q, df, p, log10_p: chi_squared::ln_sf(q, f64::from(df)) * std::f64::consts::LOG10_E, i_squared })
}

/// The post-stratified difference of means `Σ (N_k/N)(mean_t − mean_c)`, `N_k` the units of both arms in stratum k, and its
/// standard error given the sizes, `Σ (N_k/N)²(v_t/n_t + v_c/n_c)` (Miratrix, Sekhon & Yu, JRSS B 75, 2013, 369–396).
///
/// Unbiased given the sizes, for strata that were fixed before treatment. For proportions the variance is p(1 − p)·n/(n − 1).
///
/// # Errors
/// [`Error::EmptyArm`] for a stratum without units in an arm (merge it with another one), [`Error::Range`] without strata, or
/// for means or variances that are not finite or negative variances.
pub fn post_stratified(strata: &[MeanStratum]) -> Result<Effect, Error> {
    require(!strata.is_empty(), "the number of strata", "be positive", 0.0)?;
    for (index, stratum) in strata.iter().enumerate() {
        require_both_arms(index, stratum.control.n, stratum.treatment.n)?;
        for arm in [stratum.control, stratum.treatment] {
            require(arm.mean.is_finite(), "the mean of a stratum", "be finite", arm.mean)?;
            let fits = arm.variance >= 0.0 && arm.variance.is_finite();
            require(fits, "the variance of a stratum", "be finite and not negative", arm.variance)?;
        }
    }
    let units = |stratum: &MeanStratum| stratum.control.n as f64 + stratum.treatment.n as f64;
    let all: f64 = strata.iter().map(units).sum();
    let share = |stratum: &MeanStratum| units(stratum) / all;
    let value = strata.iter().map(|s| share(s) * (s.treatment.mean - s.control.mean)).sum();
    let variance: f64 = strata
        .iter()
        .map(|s| {
            let squared = |arm: ArmMean| arm.variance / arm.n as f64;
            share(s) * share(s) * (squared(s.treatment) + squared(s.control))
        })
        .sum();
    Ok(Effect { value, standard_error: libm::sqrt(variance) })
}

/// The counts of a stratum, as numbers.
struct Table {
    x_c: f64,
    y_c: f64,
    n_c: f64,
    x_t: f64,
    y_t: f64,
    n_t: f64,
    n: f64,
}

/// Checked strata.
fn tables(strata: &[Stratum]) -> Result<Vec<Table>, Error> {
    require(!strata.is_empty(), "the number of strata", "be positive", 0.0)?;
    let table = |(index, stratum): (usize, &Stratum)| {
        require_both_arms(index, stratum.control.trials, stratum.treatment.trials)?;
        let (c, t) = (stratum.control.checked()?, stratum.treatment.checked()?);
        Ok(Table { x_c: c.x(), y_c: c.rest(), n_c: c.n(), x_t: t.x(), y_t: t.rest(), n_t: t.n(), n: c.n() + t.n() })
    };
    strata.iter().enumerate().map(table).collect()
}

/// Refuses a stratum in which an arm has no units.
fn require_both_arms(stratum: usize, control: u64, treatment: u64) -> Result<(), Error> {
    match (control, treatment) {
        (0, _) => Err(Error::EmptyArm { stratum, arm: "control" }),
        (_, 0) => Err(Error::EmptyArm { stratum, arm: "treatment" }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::proportions::TwoProportions;

    fn stratum((x_c, n_c, x_t, n_t): (u64, u64, u64, u64)) -> Stratum {
        Stratum { control: Arm { successes: x_c, trials: n_c }, treatment: Arm { successes: x_t, trials: n_t } }
    }

    fn strata() -> Vec<Stratum> {
        [(12, 200, 25, 210), (5, 40, 9, 70), (0, 15, 2, 10), (60, 900, 71, 850)].map(stratum).to_vec()
    }

    #[test]
    fn mantel_and_haenszel_as_peers_have_them() -> Result<(), Error> {
        // statsmodels 0.15 StratifiedTable.
        let odds = mantel_haenszel_ln_odds_ratio(&strata())?;
        assert!(off(odds.value, 0.351_762_695_740_383_5) < 1e-13);
        assert!(off(odds.standard_error, 0.155_847_177_119_508_82) < 1e-13);
        assert!(off(cochran_mantel_haenszel(&strata())?, 2.269_027_100_526_272) < 1e-13);
        // The formula of R's metafor; a simulation of 40 000 experiments in strata of 25 to 290 units had an error of 0.01805
        // where it says 0.01798.
        let difference = mantel_haenszel_difference(&strata())?;
        assert!(off(difference.value, 0.025_762_136_100_050_917) < 1e-13);
        assert!(off(difference.standard_error, 0.011_365_004_327_377_956) < 1e-13);
        Ok(())
    }

    #[test]
    fn one_stratum_is_no_stratum() -> Result<(), Error> {
        let one = [stratum((12, 200, 25, 210))];
        let arms = TwoProportions::new(one[0].control, one[0].treatment)?;
        assert!(off(cochran_mantel_haenszel(&one)?, arms.z(0.0)) < 1e-14);
        assert!(off(mantel_haenszel_difference(&one)?.value, arms.difference()) < 1e-13);
        let odds = mantel_haenszel_ln_odds_ratio(&one)?;
        let (low, high) = arms.odds_ratio_logit(1.0)?.expect("no count is 0");
        assert!(off(odds.value - odds.standard_error, libm::log(low)) < 1e-13);
        assert!(off(odds.value + odds.standard_error, libm::log(high)) < 1e-13);
        Ok(())
    }

    #[test]
    fn exchanged_arms_mirror() -> Result<(), Error> {
        let swapped: Vec<_> = strata().iter().map(|s| Stratum { control: s.treatment, treatment: s.control }).collect();
        let (one, other) = (mantel_haenszel_difference(&strata())?, mantel_haenszel_difference(&swapped)?);
        assert!(off(-other.value, one.value) < 1e-13 && off(other.standard_error, one.standard_error) < 1e-13);
        assert!(off(-cochran_mantel_haenszel(&swapped)?, cochran_mantel_haenszel(&strata())?) < 1e-13);
        Ok(())
    }

    #[test]
    fn pooling_and_heterogeneity() -> Result<(), Error> {
        // statsmodels 0.15 combine_effects, scipy chi2.
        let effects = [(0.02, 0.01), (0.05, 0.02), (-0.01, 0.015), (0.03, 0.03), (0.11, 0.025)];
        let effects = effects.map(|(value, standard_error)| Effect { value, standard_error });
        let pooled = inverse_variance(&effects)?;
        assert!(off(pooled.value, 0.024_923_685_698_134_537) < 1e-13);
        assert!(off(pooled.standard_error, 0.007_132_755_515_482_111) < 1e-13);
        let found = heterogeneity(&effects)?;
        assert!(off(found.q, 18.844_607_750_769_427) < 1e-13 && found.df == 4);
        assert!(off(found.p, 0.000_843_158_362_094_423_6) < 1e-12);
        assert!(off(found.log10_p, -3.074_090_848_477_738_3) < 1e-12);
        assert!(off(found.i_squared, 0.787_737_688_525_956_2) < 1e-13);
        let alike = heterogeneity(&[effects[0], effects[0]])?;
        assert_eq!((alike.q, alike.p, alike.i_squared), (0.0, 1.0, 0.0));
        let tiny = inverse_variance(&[Effect { value: 1.0, standard_error: 1e-200 }, effects[0]])?;
        assert_eq!((tiny.value, tiny.standard_error), (1.0, 1e-200));
        Ok(())
    }

    #[test]
    fn post_stratification_weights_by_units() -> Result<(), Error> {
        let arm = |n, mean, variance| ArmMean { n, mean, variance };
        let strata = [
            MeanStratum { control: arm(40, 10.0, 4.0), treatment: arm(60, 11.0, 9.0) },
            MeanStratum { control: arm(80, 20.0, 16.0), treatment: arm(20, 23.0, 25.0) },
        ];
        // ½·1 + ½·3, and ¼(0.1 + 0.15) + ¼(0.2 + 1.25).
        let found = post_stratified(&strata)?;
        assert!(off(found.value, 2.0) < 1e-15 && off(found.standard_error, libm::sqrt(0.425)) < 1e-15);
        let (low, high) = found.interval(2.0)?;
        assert!(low > 0.0 && found.z(0.0) > 2.0 && found.z(high) + 2.0 < 1e-12);
        Ok(())
    }

    #[test]
    fn strata_without_an_arm_are_named() {
        let mut some = strata();
        some[2].control = Arm { successes: 0, trials: 0 };
        let error = mantel_haenszel_difference(&some).expect_err("stratum 3 has no control");
        assert_eq!(error.to_string(), "stratum 3 has no units in the control");
        let arm = |n| ArmMean { n, mean: 1.0, variance: 1.0 };
        let means = [MeanStratum { control: arm(4), treatment: arm(0) }];
        assert_eq!(post_stratified(&means), Err(Error::EmptyArm { stratum: 0, arm: "treatment" }));
        let broken = MeanStratum { control: arm(4), treatment: ArmMean { n: 4, mean: f64::NAN, variance: 1.0 } };
        assert!(post_stratified(&[broken]).is_err() && post_stratified(&[]).is_err());
        assert!(inverse_variance(&[]).is_err() && cochran_mantel_haenszel(&[]).is_err());
        assert!(inverse_variance(&[Effect { value: 1.0, standard_error: 0.0 }]).is_err());
        assert_eq!(mantel_haenszel_ln_odds_ratio(&[stratum((0, 5, 3, 5))]), Err(Error::Singular));
        assert_eq!(cochran_mantel_haenszel(&[stratum((0, 5, 0, 5)), stratum((1, 1, 2, 2))]), Ok(0.0));
    }
}
