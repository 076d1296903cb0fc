//! How the chance of a false alarm is spread over the looks: by spending functions of time, or by the shape of a
//! boundary.

use crate::stats::{Error, normal, require};

/// A spending function: the chance of a false alarm on one side that may be used up to an information time.
///
/// It makes boundaries from the times at which looks happen, so these need not be planned, only not be chosen by what
/// was seen (Lan & `DeMets`, Biometrika 70, 1983, 659–663).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spending {
    /// 2 − 2Φ(z_{a/2} / √t): like O'Brien & Fleming's boundaries, almost nothing early.
    ObrienFleming,
    /// a·ln(1 + (e − 1)t): like Pocock's boundaries.
    Pocock,
    /// a·(1 − e^{−γt}) / (1 − e^{−γ}), γ from −40 to 40; γ = −4 is near O'Brien & Fleming, γ = 1 near Pocock (Hwang,
    /// Shih & `DeCani`, Statistics in Medicine 9, 1990, 1439–1445).
    HwangShihDeCani(f64),
    /// a·t^ρ, ρ from above 0 to 50 (Kim & `DeMets`, Biometrika 74, 1987, 149–154).
    Power(f64),
}

impl Spending {
    /// What is spent on one side up to time `t`, of `alpha` on this side; all of it from t = 1 on. Relative error some
    /// 1e-14, more where O'Brien & Fleming's is below 1e-100.
    pub fn spent(self, alpha: f64, t: f64) -> f64 {
        if t >= 1.0 {
            return alpha;
        }
        if t <= 0.0 {
            return 0.0;
        }
        match self {
            Self::ObrienFleming => 2.0 * normal::cdf(normal::quantile(0.5 * alpha) / libm::sqrt(t)),
            Self::Pocock => alpha * libm::log1p((std::f64::consts::E - 1.0) * t),
            Self::HwangShihDeCani(0.0) => alpha * t,
            Self::HwangShihDeCani(gamma) => alpha * (libm::expm1(-gamma * t) / libm::expm1(-gamma)),
            Self::Power(rho) => alpha * libm::pow(t, rho),
        }
    }

    /// Refuses parameters out of range.
    pub(super) fn check(self) -> Result<(), Error> {
        match self {
            Self::ObrienFleming | Self::Pocock => Ok(()),
            Self::HwangShihDeCani(gamma) => require(
                (-40.0..=40.0).contains(&gamma),
                "gamma of the spending function",
                "lie between -40 and 40",
                gamma,
            ),
            Self::Power(rho) => {
                let holds = rho > 0.0 && rho <= 50.0;
                require(holds, "the power of the spending function", "be above 0 and at most 50", rho)
            }
        }
    }
}

/// A boundary of one shape with one constant: |z| ≥ c·(t / t of the last look)^{Δ − ½}.
///
/// The constant depends on all the times, so these must be planned; an unplanned look needs a [`Spending`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Δ = 0 (O'Brien & Fleming, Biometrics 35, 1979, 549–556).
    ObrienFleming,
    /// Δ = ½, the same z at each look (Pocock, Biometrika 64, 1977, 191–199).
    Pocock,
    /// Any Δ from −2 to 1 (Wang & Tsiatis, Biometrics 43, 1987, 193–199).
    WangTsiatis(f64),
}

impl Shape {
    /// The boundary at the share `t` of the last look's time, in units of the last look's boundary.
    pub fn factor(self, t: f64) -> f64 {
        match self {
            Self::ObrienFleming => 1.0 / libm::sqrt(t),
            Self::Pocock => 1.0,
            Self::WangTsiatis(delta) => libm::pow(t, delta - 0.5),
        }
    }

    /// Refuses parameters out of range.
    pub(super) fn check(self) -> Result<(), Error> {
        let Self::WangTsiatis(delta) = self else { return Ok(()) };
        require((-2.0..=1.0).contains(&delta), "delta of the boundary's shape", "lie between -2 and 1", delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// Of 0.025 at 1/3 and 0.9: mpmath, 30 digits.
    const KNOWN: [(Spending, f64, f64); 6] = [
        (Spending::ObrienFleming, 0.000_103_505_718_147_154_12, 0.018_144_996_379_811_408),
        (Spending::Pocock, 0.011_320_810_631_598_535, 0.023_367_541_600_029_16),
        (Spending::HwangShihDeCani(-4.0), 0.001_303_061_716_195_250_2, 0.016_604_227_208_245_347),
        (Spending::HwangShihDeCani(0.0), 0.008_333_333_333_333_333, 0.022_500_000_000_000_002),
        (Spending::HwangShihDeCani(1e-9), 0.008_333_333_336_111_111, 0.022_500_000_001_125_002),
        (Spending::Power(3.0), 0.000_925_925_925_925_925_9, 0.018_225),
    ];

    #[test]
    fn what_is_spent_when() {
        for (spending, third, late) in KNOWN {
            assert!(off(spending.spent(0.025, 1.0 / 3.0), third) < 1e-13, "{spending:?}");
            assert!(off(spending.spent(0.025, 0.9), late) < 1e-13, "{spending:?} {}", spending.spent(0.025, 0.9));
            assert_eq!((spending.spent(0.025, 0.0), spending.spent(0.025, 1.0)), (0.0, 0.025));
            assert_eq!((spending.spent(0.025, -1.0), spending.spent(0.025, 1.3)), (0.0, 0.025));
        }
        assert!(off(Spending::ObrienFleming.spent(0.025, 0.02), 1.425_843_635_955_158_9e-56) < 1e-12);
    }

    #[test]
    fn shapes() {
        assert_eq!(Shape::WangTsiatis(0.5).factor(0.3), 1.0);
        assert!(off(Shape::WangTsiatis(0.0).factor(0.3), Shape::ObrienFleming.factor(0.3)) < 1e-15);
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        assert!(
            Spending::HwangShihDeCani(41.0).check().is_err() && Spending::HwangShihDeCani(f64::NAN).check().is_err()
        );
        assert!(Spending::Power(0.0).check().is_err() && Shape::WangTsiatis(1.1).check().is_err());
    }
}
