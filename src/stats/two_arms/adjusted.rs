//! Means adjusted for what was known of each unit before the experiment: CUPED, analysis of covariance, and Lin's
//! regression with interactions.
//!
//! Moments hold the outcome as variable 0 and the covariates after it. All adjusted means are those at the covariates'
//! mean over both arms. With β the slope in an arm they are ȳ + β·(x̄ of both − x̄ of the arm): one slope for both arms
//! (ANCOVA, Fisher), or each arm its own (Lin, Annals of Applied Statistics 7, 2013, 295–318), which is never less precise
//! in large samples, also for unequal arms.

mod cuped;
mod fit;
mod residuals;

use super::Difference;
use super::spread::Spread;
use crate::stats::linear::dot;
use crate::stats::moments::Moments;
use crate::stats::{Error, require, require_length};
pub use cuped::cuped;
pub use fit::Fit;
pub use residuals::{Residuals, Robust};

/// One of the two arms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arm {
    /// The one without the treatment.
    Control,
    /// The one with it.
    Treatment,
}

/// Which regression adjusts the means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Design {
    /// y ~ 1 + d + x: one slope per covariate for both arms.
    Ancova,
    /// y ~ 1 + d + (x − x̄) + d·(x − x̄): each arm its own slopes.
    Interacted,
}

/// The covariates, counted from 0, that are neither constant nor explained by those before them, in each arm
/// ([`Design::Interacted`]) or within the arms together ([`Design::Ancova`]). The rest can be dropped, and must be.
pub fn usable(control: &Moments, treatment: &Moments, design: Design) -> Vec<usize> {
    let mut kept = Vec::new();
    for candidate in 1..control.k().min(treatment.k()) {
        kept.push(candidate);
        let all: Vec<usize> = std::iter::once(0).chain(kept.iter().copied()).collect();
        if spreads(&[control.only(&all), treatment.only(&all)], design).is_err() {
            kept.pop();
        }
    }
    kept.iter().map(|variable| variable - 1).collect()
}

/// The share of the variance that the adjustment saved, 1 − (adjusted ÷ raw standard error)²: as if there had been
/// 1 / (1 − saved) times the units. Below 0 where it cost more than it gave.
pub fn variance_saved(adjusted: &Difference, raw: &Difference) -> f64 {
    let ratio = adjusted.standard_error() / raw.standard_error();
    1.0 - ratio * ratio
}

/// How many covariates both arms have.
fn covariates(control: &Moments, treatment: &Moments) -> Result<usize, Error> {
    require_length("the variables of the treatment", control.k(), treatment.k())?;
    require(control.k() >= 1, "the number of variables", "be at least 1, the outcome", 0.0)?;
    Ok(control.k() - 1)
}

/// The covariates' spread that the slopes of each arm are divided by.
fn spreads(arms: &[Moments; 2], design: Design) -> Result<[Spread; 2], Error> {
    let k = arms[0].k() - 1;
    Ok(match design {
        Design::Ancova => {
            let within = |i: usize, j: usize| arms[0].comoment(i + 1, j + 1) + arms[1].comoment(i + 1, j + 1);
            let common = Spread::new(k, within)?;
            [common.clone(), common]
        }
        Design::Interacted => {
            let own = |arm: &Moments| Spread::new(k, |i, j| arm.comoment(i + 1, j + 1));
            [own(&arms[0])?, own(&arms[1])?]
        }
    })
}

/// Co-moments of each covariate with the outcome.
fn with_outcome(moments: &Moments) -> Vec<f64> {
    (1..moments.k()).map(|i| moments.comoment(0, i)).collect()
}

/// Σ of squared residuals about the arm's means, `S_yy − 2β·S_xy + β·S_xx·β`; 0 where only rounding is left.
fn residual_squares(arm: &Moments, slopes: &[f64]) -> f64 {
    let total = arm.comoment(0, 0);
    let explained = dot(slopes, &with_outcome(arm));
    let pairs = (0..slopes.len()).flat_map(|i| (0..slopes.len()).map(move |j| (i, j)));
    let fitted: f64 = pairs.map(|(i, j)| slopes[i] * arm.comoment(i + 1, j + 1) * slopes[j]).sum();
    let left = total - 2.0 * explained + fitted;
    if left > 1e-13 * (total + fitted) { left } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use crate::stats::two_arms::means::welch;

    /// Outcome, then a number, an indicator and a number that depends on the first; noise grows with the first.
    fn arm(n: usize, mut state: u64, treated: f64) -> Vec<[f64; 4]> {
        let mut next = || {
            state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
            state as f64 / 2_147_483_648.0
        };
        let mut row = || {
            let (a, b, c, _) = (next(), next(), next(), next());
            let (x1, x2, x3) = (10.0 * a, f64::from(u8::from(b > 0.7)), 100.0 * a * b);
            let noise = (c - 0.5) * (1.0 + x1) * (1.0 + treated);
            [3.0 + 2.0 * x1 - 4.0 * x2 + 0.05 * x3 + (1.5 + 0.3 * x1) * treated + noise, x1, x2, x3]
        };
        (0..n).map(|_| row()).collect()
    }

    fn both() -> [Vec<[f64; 4]>; 2] {
        [arm(40, 7, 0.0), arm(25, 99, 1.0)]
    }

    fn moments(rows: &[[f64; 4]]) -> Moments {
        let mut moments = Moments::new(4);
        rows.iter().for_each(|row| moments.add(row));
        moments
    }

    fn fit(rows: &[Vec<[f64; 4]>; 2], design: Design) -> Fit {
        Fit::new(&moments(&rows[0]), &moments(&rows[1]), design).expect("a fit")
    }

    fn passed<'a>(fit: &'a Fit, rows: &[Vec<[f64; 4]>; 2]) -> Residuals<'a> {
        let mut pass = fit.residuals();
        rows[0].iter().for_each(|row| pass.add(Arm::Control, row[0], &row[1..]));
        rows[1].iter().for_each(|row| pass.add(Arm::Treatment, row[0], &row[1..]));
        pass
    }

    /// Variance of the control's adjusted mean, of the treatment's, and standard error of the effect.
    type Errors = (f64, f64, f64);

    /// statsmodels OLS with centred covariates: effect, control's mean, and errors classical, HC0, HC1, HC2, HC3.
    const ANCOVA: (f64, f64, [Errors; 5]) = (
        2.748_021_078_326_463,
        13.759_843_035_803_012,
        [
            (0.190_633_412_527_140_28, 0.306_379_788_964_775_6, 0.708_214_396_372_845_9),
            (0.133_388_202_177_934_35, 0.409_020_990_473_170_2, 0.746_568_193_415_56),
            (0.144_503_885_692_762_18, 0.443_106_073_012_601_1, 0.777_052_812_258_013_4),
            (0.149_695_234_811_814_9, 0.451_098_183_570_157_2, 0.787_015_839_392_629_3),
            (0.168_991_585_625_726_97, 0.498_684_068_330_993_8, 0.831_245_634_785_052_9),
        ],
    );
    const LIN: (f64, f64, [Errors; 5]) = (
        2.763_610_673_890_777_4,
        13.773_007_720_184_959,
        [
            (0.198_518_266_546_088_28, 0.321_999_714_870_390_1, 0.721_469_321_188_694_7),
            (0.140_076_486_126_088_25, 0.391_474_155_075_958_34, 0.729_075_195_848_853_6),
            (0.159_736_343_827_995_37, 0.446_417_896_139_250_76, 0.778_559_079_304_354_1),
            (0.168_620_569_924_199_55, 0.472_630_226_588_323_65, 0.800_781_366_237_077_5),
            (0.206_640_763_295_704_35, 0.587_523_541_422_371_6, 0.891_158_967_142_267_3),
        ],
    );

    #[test]
    fn every_standard_error_is_that_of_statsmodels() -> Result<(), Error> {
        let rows = both();
        for (design, df, (effect, control, errors)) in [(Design::Ancova, 60.0, ANCOVA), (Design::Interacted, 57.0, LIN)]
        {
            let fit = fit(&rows, design);
            let pass = passed(&fit, &rows);
            let mut found = vec![fit.classical()?];
            for kind in [Robust::Hc0, Robust::Hc1, Robust::Hc2, Robust::Hc3] {
                found.push(pass.difference(kind)?);
            }
            assert!(off(fit.effect(), effect) < 1e-12 && off(fit.mean(Arm::Control), control) < 1e-13);
            for (found, (v_c, v_t, se)) in found.iter().zip(errors) {
                assert!(off(found.estimate(), effect) < 1e-12 && found.df() == df);
                assert!(off(found.control().variance, v_c) < 1e-12 && off(found.treatment().variance, v_t) < 1e-12);
                assert!(off(found.standard_error(), se) < 1e-12);
            }
        }
        Ok(())
    }

    #[test]
    fn an_offset_and_other_units_change_nothing() -> Result<(), Error> {
        let rows = both();
        let far = rows
            .clone()
            .map(|arm| arm.into_iter().map(|[y, x1, x2, x3]| [y, 1e8 + x1, 1e9 * x2, 1e-9 * x3]).collect::<Vec<_>>());
        for (design, (effect, _, errors)) in [(Design::Ancova, ANCOVA), (Design::Interacted, LIN)] {
            let fit = fit(&far, design);
            let found = passed(&fit, &far).difference(Robust::Hc2)?;
            // Covariates at 1e8 are themselves rounded to 1e-8.
            assert!(off(found.estimate(), effect) < 1e-8 && off(found.standard_error(), errors[3].2) < 1e-8);
            assert!(off(fit.classical()?.standard_error(), errors[0].2) < 1e-8);
        }
        Ok(())
    }

    #[test]
    fn the_outcomes_offset_leaves_the_effect() {
        let far = both().map(|arm| arm.into_iter().map(|[y, a, b, c]| [1e8 + y, a, b, c]).collect::<Vec<_>>());
        assert!(off(fit(&far, Design::Interacted).effect(), LIN.0) < 1e-7);
    }

    #[test]
    fn from_moments_alone_each_arm_has_its_noise() -> Result<(), Error> {
        // numpy, from the weights of each unit in each mean: variances, covariance, Satterthwaite's df.
        let ancova = fit(&both(), Design::Ancova).by_arm()?;
        assert!(off(ancova.control().variance, 0.132_585_656_370_734) < 1e-11);
        assert!(off(ancova.treatment().variance, 0.457_778_168_213_160_25) < 1e-11);
        assert!(off(ancova.covariance(), -0.002_387_852_187_954_142) < 1e-11);
        assert!(off(ancova.df(), 36.274_979_481_487_89) < 1e-11);
        let fit = fit(&both(), Design::Interacted);
        let lin = fit.by_arm()?;
        assert!(off(lin.control().variance, 0.135_252_912_380_303_5) < 1e-11 && lin.covariance() == 0.0);
        assert!(off(lin.treatment().variance, 0.497_915_237_322_852_5) < 1e-11);
        assert!(off(lin.df(), 32.557_009_486_242_88) < 1e-11);
        // The same with the covariates' luck.
        let wider = fit.for_population(&lin)?;
        assert!(off(wider.control().variance, 0.869_280_250_580_621_6) < 1e-11);
        assert!(off(wider.treatment().variance, 1.283_564_118_503_573_3) < 1e-11);
        assert!(off(wider.covariance(), 0.755_835_611_300_952_8) < 1e-11);
        Ok(())
    }

    #[test]
    fn merged_passes_are_the_whole() -> Result<(), Error> {
        let rows = both();
        let fit = fit(&rows, Design::Ancova);
        let whole = passed(&fit, &rows);
        let mut merged = passed(&fit, &[rows[0][..13].to_vec(), vec![]]);
        assert!(merged.difference(Robust::Hc2).is_err());
        merged.merge(&passed(&fit, &[rows[0][13..].to_vec(), rows[1].clone()]));
        let (one, other) = (merged.difference(Robust::Hc2)?, whole.difference(Robust::Hc2)?);
        assert!(off(one.standard_error(), other.standard_error()) < 1e-14);
        Ok(())
    }

    #[test]
    fn without_covariates_it_is_the_difference_of_means() -> Result<(), Error> {
        let alone = both().map(|rows| moments(&rows).only(&[0]));
        let fit = Fit::new(&alone[0], &alone[1], Design::Interacted)?;
        let plain = welch(alone[0].sample(0)?, alone[1].sample(0)?)?;
        let by_arm = fit.by_arm()?;
        assert!(off(by_arm.t(), plain.t()) < 1e-14 && off(by_arm.df(), plain.df()) < 1e-14);
        let mut pass = fit.residuals();
        both()[0].iter().for_each(|row| pass.add(Arm::Control, row[0], &[]));
        both()[1].iter().for_each(|row| pass.add(Arm::Treatment, row[0], &[]));
        // HC2 without covariates is Welch's variance.
        assert!(off(pass.difference(Robust::Hc2)?.standard_error(), plain.standard_error()) < 1e-14);
        assert!(variance_saved(&by_arm, &plain).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn cuped_pools_its_theta() -> Result<(), Error> {
        let [control, treatment] = both().map(|rows| moments(&rows));
        let (c, t, theta) = cuped(&control, &treatment)?;
        // numpy: slopes of both arms as one sample; mean and variance of y − θ·(x − x̄) in each.
        for (found, known) in
            theta.iter().zip([2.197_859_838_070_220_6, -3.527_623_678_863_923, 0.037_520_430_224_940_775])
        {
            assert!(off(*found, known) < 1e-12);
        }
        assert!(off(c.mean, 13.780_117_432_242_89) < 1e-13 && off(c.variance, 4.985_451_714_786_811) < 1e-12);
        assert!(off(t.mean, 16.475_425_079_825_676) < 1e-13 && off(t.variance, 10.910_732_513_168_886) < 1e-12);
        let raw = welch(control.sample(0)?, treatment.sample(0)?)?;
        assert!(variance_saved(&welch(c, t)?, &raw) > 0.7);
        Ok(())
    }

    #[test]
    fn covariates_that_add_nothing_are_named_and_can_be_left_out() {
        // The indicator becomes constant, the last a combination: 2·x1 − 3.
        let poor =
            both().map(|arm| arm.into_iter().map(|[y, x1, _, _]| [y, x1, 4.0, 2.0 * x1 - 3.0]).collect::<Vec<_>>());
        let [control, treatment] = [moments(&poor[0]), moments(&poor[1])];
        for design in [Design::Ancova, Design::Interacted] {
            let refusal = Fit::new(&control, &treatment, design).map(|_| ());
            assert_eq!(refusal, Err(Error::Collinear { column: 1 }));
            assert_eq!(usable(&control, &treatment, design), [0]);
        }
        assert_eq!(cuped(&control, &treatment).map(|_| ()), Err(Error::Collinear { column: 1 }));
        assert_eq!(
            Error::Collinear { column: 1 }.to_string(),
            "covariate 2 is constant or explained by those before it"
        );
        // Constant in one arm: its own slope cannot be known, a common one can.
        let mut half = both();
        half[1].iter_mut().for_each(|row| row[2] = 1.0);
        let [control, treatment] = [moments(&half[0]), moments(&half[1])];
        assert_eq!(usable(&control, &treatment, Design::Ancova), [0, 1, 2]);
        assert_eq!(usable(&control, &treatment, Design::Interacted), [0, 2]);
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let [control, treatment] = both().map(|rows| moments(&rows));
        assert!(Fit::new(&control, &treatment.only(&[0, 1]), Design::Ancova).is_err());
        assert!(Fit::new(&Moments::new(0), &Moments::new(0), Design::Ancova).is_err());
        let few = moments(&both()[1][..4]);
        assert!(
            Fit::new(&control, &few, Design::Interacted).is_err() && Fit::new(&control, &few, Design::Ancova).is_ok()
        );
        let mut broken = control.clone();
        broken.add(&[1.0, f64::NAN, 0.0, 0.0]);
        assert!(Fit::new(&broken, &treatment, Design::Ancova).is_err());
        // Two units and two coefficients: nothing is left to see noise by.
        let pair = |rows: &[[f64; 4]]| moments(rows).only(&[0, 1]);
        assert!(Fit::new(&pair(&both()[0][..2]), &pair(&both()[1]), Design::Interacted).is_err());
    }

    #[test]
    fn a_perfect_prediction_is_no_evidence() -> Result<(), Error> {
        // The outcome is the covariate: no noise is left, only rounding.
        let exact = both().map(|arm| arm.into_iter().map(|[_, a, b, c]| [0.3 * a, a, b, c]).collect::<Vec<_>>());
        for design in [Design::Ancova, Design::Interacted] {
            let fit = fit(&exact, design);
            assert!(fit.classical().is_err_and(|e| e.to_string().contains("nothing varies")));
            assert!(fit.by_arm().is_err_and(|e| e.to_string().contains("nothing varies")));
            assert!(passed(&fit, &exact).difference(Robust::Hc2).is_err());
        }
        let (c, t, _) = cuped(&moments(&exact[0]), &moments(&exact[1]))?;
        assert!(welch(c, t).is_err());
        Ok(())
    }

    #[test]
    fn a_unit_that_must_be_hit_is_counted() -> Result<(), Error> {
        let mut rows = both();
        for arm in &mut rows {
            arm.iter_mut().for_each(|row| row[2] = 0.0);
            arm[3][2] = 1.0;
        }
        let fit = fit(&rows, Design::Interacted);
        let pass = passed(&fit, &rows);
        assert_eq!(pass.saturated(), 2);
        let (robust, plain) = (pass.difference(Robust::Hc2)?.standard_error(), fit.classical()?.standard_error());
        assert!(robust.is_finite() && (0.7..1.4).contains(&(robust / plain)));
        Ok(())
    }
}
