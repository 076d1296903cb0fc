//! Errors of sign and size: what a significant result of a weak test is worth.

use super::Test;
use crate::stats::{Error, normal, require, sides::Sides};

/// What to expect of a significant estimate (Gelman & Carlin, Perspectives on Psychological Science 9, 2014, 641–651).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// The chance of significance, on either side.
    pub power: f64,
    /// Type S: the chance that a significant estimate has the wrong sign. 0 for a test of one side, which cannot.
    pub type_s: f64,
    /// Type M: by how much a significant estimate exaggerates, on average: E|estimate| / |effect|. ∞ without an effect.
    pub type_m: f64,
}

/// Of a z test of an `effect` (either sign) whose estimate has this `standard_error`.
///
/// With λ = |effect| / se: E[|Z|; |Z| > c] = φ(c − λ) + φ(c + λ) + λ(Φ(λ − c) − Φ(−λ − c)) (Lu, Qiu & Deng, British
/// Journal of Mathematical and Statistical Psychology 72, 2019, 1–17). Relative error some 1e-14.
///
/// ```
/// use channelmix::stats::{power::{Test, errors}, sides::Sides};
/// let errors = errors::errors(Test { alpha: 0.05, sides: Sides::Two }, 0.5, 1.0)?;
/// assert!((errors.type_s - 0.0878).abs() < 1e-4 && (errors.type_m - 4.789).abs() < 1e-3);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
///
/// # Errors
/// [`Error::Range`] for an effect that is not finite, a standard error that is not positive, or an alpha that is not
/// above 0 or not below ½ on each side.
pub fn errors(test: Test, effect: f64, standard_error: f64) -> Result<Errors, Error> {
    test.check_level()?;
    require(effect.is_finite(), "the effect", "be finite", effect)?;
    let holds = standard_error > 0.0 && standard_error.is_finite();
    require(holds, "the standard error", "be positive and finite", standard_error)?;
    let (shift, critical) = ((effect / standard_error).abs(), test.critical());
    let right = normal::sf(critical - shift);
    let (wrong, edge) = match test.sides {
        Sides::One => (0.0, 0.0),
        Sides::Two => (normal::sf(critical + shift), normal::density(critical + shift)),
    };
    let power = right + wrong;
    // Divided term by term, so that a huge shift stays 1 and a tiny one does not overflow before it must.
    let type_m = if shift == 0.0 {
        f64::INFINITY
    } else {
        (normal::density(critical - shift) + edge) / power / shift + (right - wrong) / power
    };
    Ok(Errors { power, type_s: wrong / power, type_m })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// alpha, λ, power, type S, type M: mpmath, 40 digits, by quadrature.
    const KNOWN: [(f64, f64, f64, f64, f64); 5] = [
        (0.05, 0.5, 0.079_097_534_160_596_49, 0.087_835_202_682_935_01, 4.788_593_676_570_789),
        (0.05, 1e-7, 0.050_000_000_000_001_15, 0.499_999_883_109_860_4, 23_378_027.922_014_176),
        (0.01, 2.8, 0.588_687_796_069_240_4, 6.474_653_239_182_652e-8, 1.236_023_261_693_771_9),
        (1e-6, 0.1, 1.126_470_109_912_237_4e-6, 0.265_738_239_293_433_1, 50.833_958_451_721_17),
        (0.05, 6.0, 0.999_973_278_502_994_8, 8.604_698_091_048_652e-16, 1.000_018_989_643_93),
    ];

    #[test]
    fn sign_and_size() -> Result<(), Error> {
        for (alpha, shift, power, type_s, type_m) in KNOWN {
            for scale in [1.0, -1e-9, 1e12] {
                let found = errors(Test { alpha, sides: Sides::Two }, shift * scale, scale.abs())?;
                assert!(off(found.power, power) < 1e-13 && off(found.type_s, type_s) < 1e-12, "{found:?}");
                assert!(off(found.type_m, type_m) < 1e-13, "{found:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn the_ends() -> Result<(), Error> {
        let two = Test { alpha: 0.05, sides: Sides::Two };
        let none = errors(two, 0.0, 1.0)?;
        assert!(off(none.power, 0.05) < 1e-15 && none.type_s == 0.5 && none.type_m == f64::INFINITY);
        assert_eq!(errors(two, 1e300, 1e-3)?, Errors { power: 1.0, type_s: 0.0, type_m: 1.0 });
        assert_eq!(errors(Test { alpha: 0.05, sides: Sides::One }, 1.0, 1.0)?.type_s, 0.0);
        for (effect, error) in [(f64::NAN, 1.0), (1.0, 0.0), (1.0, f64::INFINITY), (f64::INFINITY, 1.0)] {
            assert!(errors(two, effect, error).is_err());
        }
        Ok(())
    }
}
