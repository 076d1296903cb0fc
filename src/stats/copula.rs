//! Two correlated yes-or-no events, such as one customer's consent on two channels.

use std::f64::consts::PI;

use super::{Error, normal, quadrature, require, require_probability};

/// The chance of both of two events with chances `p1` and `p2` whose Gaussian scores correlate by `rho` in [−1, 1].
///
/// Event i happens when Xᵢ ≤ Φ⁻¹(pᵢ), X bivariate normal with correlation ρ. In a one-factor model Xᵢ = √ρ·Z + √(1−ρ)·εᵢ
/// every pair is such a pair, whatever the number of events. Plackett's identity (Biometrika 41, 1954) with s = sin θ, as
/// in Drezner & Wesolowsky (1990), makes it one smooth integral:
///
/// P = p₁p₂ + 1/2π · ∫₀^asin ρ exp(−(h² − 2hk sin θ + k²) / (2 cos² θ)) dθ, h = Φ⁻¹(p₁), k = Φ⁻¹(p₂).
///
/// For ρ ≥ 0 all terms are positive and the relative error stays below 1e-13; for ρ < 0 the absolute error is below 1e-16.
///
/// # Errors
/// [`Error::Range`] for chances outside [0, 1] or a correlation outside [−1, 1].
///
/// ```
/// use channelmix::stats::copula::both;
/// assert!((both(0.5, 0.5, 0.5)? - 1.0 / 3.0).abs() < 1e-15); // Sheppard: 1/4 + asin ρ / 2π
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn both(p1: f64, p2: f64, rho: f64) -> Result<f64, Error> {
    require_probability("p1", p1)?;
    require_probability("p2", p2)?;
    require((-1.0..=1.0).contains(&rho), "the correlation", "lie between -1 and 1", rho)?;
    let (h, k) = (normal::quantile(p1), normal::quantile(p2));
    if h.is_infinite() || k.is_infinite() {
        return Ok(p1 * p2);
    }
    let extra = |theta: f64| {
        let (sin, cos) = (libm::sin(theta), libm::cos(theta));
        // The exponent without the 0/0 that h = k would meet at θ = ±π/2; there 1 + sin θ is cos²θ / (1 − sin θ).
        let apart = if sin < 0.0 { (h + k) / cos } else { (h - k) / cos };
        let level = if sin < 0.0 { -h * k / (1.0 - sin) } else { h * k / (1.0 + sin) };
        libm::exp(-0.5 * apart * apart - level)
    };
    let shift = quadrature::integrate(extra, 0.0, libm::asin(rho), 1e-14) / (2.0 * PI);
    Ok((p1 * p2 + shift).clamp(0.0, p1.min(p2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// p₁, p₂, ρ, P(both): mpmath, 40 digits, from the conditional form ∫ φ(x) Φ((k − ρx)/√(1 − ρ²)) dx.
    const KNOWN: [(f64, f64, f64, f64); 10] = [
        (0.65, 0.25, 0.3, 0.196_603_108_490_609_08),
        (0.65, 0.25, -0.3, 0.125_484_352_396_192_7),
        (0.9, 0.8, 0.95, 0.797_318_553_633_143_4),
        (1e-6, 1e-5, 0.5, 1.997_220_571_053_897_2e-8),
        (1e-6, 1e-5, 0.999, 1e-6),
        (0.3, 0.6, 0.99999, 0.3),
        (0.4, 0.4, 1.0, 0.4),
        (0.3, 0.8, 1.0, 0.3),
        (0.3, 0.8, -1.0, 0.1),
        (0.5, 0.5, 0.999_999_9, 0.499_928_823_745_083_9),
    ];

    #[test]
    fn pairs_of_any_chance_and_correlation() -> Result<(), Error> {
        for (p1, p2, rho, expected) in KNOWN {
            for found in [both(p1, p2, rho)?, both(p2, p1, rho)?] {
                assert!(off(found, expected) < 1e-13, "{p1} {p2} {rho}: {found:e}");
            }
        }
        assert!((both(0.001, 0.3, -0.8)? - 9.691_328_129_604_822e-11).abs() < 1e-16);
        Ok(())
    }

    #[test]
    fn independent_certain_and_impossible() -> Result<(), Error> {
        assert!(off(both(0.3, 0.7, 0.0)?, 0.21) < 1e-15);
        assert!(off(both(1.0, 0.7, 0.9)?, 0.7) < 1e-15);
        assert!(both(0.0, 0.7, -0.9)?.abs() < f64::MIN_POSITIVE);
        assert!(both(0.5, 1.2, 0.0).is_err() && both(0.5, 0.5, 1.1).is_err() && both(f64::NAN, 0.5, 0.1).is_err());
        Ok(())
    }

    #[test]
    fn both_and_one_of_them_add_up() -> Result<(), Error> {
        // P(A and B) + P(A and not B) = P(A), and "not B" has the mirrored score.
        for rho in [-0.99, -0.4, 0.2, 0.7, 0.999] {
            let sum = both(0.35, 0.6, rho)? + both(0.35, 0.4, -rho)?;
            assert!(off(sum, 0.35) < 1e-14, "{rho}: {sum}");
        }
        Ok(())
    }
}
