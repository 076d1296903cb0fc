//! Expectations over a beta distribution, for any positive shape.

use super::quadrature::integrate_tail;

/// Relative tolerance of the integrals.
const TOLERANCE: f64 = 1e-14;

/// E[g(P)] for P ~ Beta(a, b), `a`, `b` > 0, to about 1e-13 relative where g has one sign.
///
/// `g` should be smooth on the scale of log-odds, as everything is that depends on p/(1 − p) or on p·t through powers.
///
/// Taken over the log-odds of p, measured from ln(a/b): there the density is log-concave with exponential tails for all
/// shapes, however close to 0 or 1 it piles up, and no power of p or 1 − p is singular. Its constant is not needed: the
/// mean is ∫g·w ÷ ∫w, so nothing is lost to Γ of large arguments.
///
/// ```
/// use channelmix::stats::beta;
/// assert!((beta::mean(0.7, 2.5, |p| p) - 0.7 / 3.2).abs() < 1e-14);
/// ```
pub fn mean(a: f64, b: f64, g: impl Fn(f64) -> f64) -> f64 {
    let (above, below) = (Half { rate: b, other: a }, Half { rate: a, other: b });
    let weighted = above.integrate(|_, rest| g(rest)) + below.integrate(|near, _| g(near));
    weighted / (above.integrate(|_, _| 1.0) + below.integrate(|_, _| 1.0))
}

/// One side of the mode in log-odds. On the upper side the share that dies away is 1 − p, on the lower side p.
struct Half {
    /// Shape of the dying share: the exponential rate of the tail.
    rate: f64,
    /// Shape of the other share.
    other: f64,
}

impl Half {
    /// ∫ g(dying share, other share) · w over this side, with w = 1 at the mode.
    fn integrate(&self, g: impl Fn(f64, f64) -> f64) -> f64 {
        let total = self.rate + self.other;
        let (share, rest) = (self.rate / total, self.other / total);
        let weighted = |u: f64| {
            let dying = share * libm::exp(-u);
            let both = rest + dying;
            // −rate·u − total·ln both, each time in the form whose terms do not cancel.
            let ln_weight = if rest >= 0.5 {
                -self.rate * u - total * libm::log1p(share * libm::expm1(-u))
            } else if dying > rest {
                self.other * u - total * libm::log1p(rest * libm::expm1(u))
            } else {
                -self.rate * u - total * libm::log(both)
            };
            let weight = libm::exp(ln_weight);
            if weight == 0.0 { 0.0 } else { weight * g(dying / both, rest / both) }
        };
        // The curve bends like a normal density near the mode and falls exponentially far from it.
        let scale = 1.0 / self.rate + libm::sqrt(total / (self.rate * self.other));
        integrate_tail(weighted, 0.0, scale, TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    #[test]
    fn moments_of_any_shape() {
        for a in [1e-3, 0.2, 1.0, 7.5, 1e3, 1e6] {
            for b in [1e-3, 0.4, 1.0, 30.0, 1e4] {
                let first = a / (a + b);
                assert!(off(mean(a, b, |p| p), first) < 1e-13, "{a} {b}");
                assert!(off(mean(a, b, |p| p * p), first * (a + 1.0) / (a + b + 1.0)) < 1e-13, "{a} {b}");
                assert!((mean(a, b, |p| 1.0 - p) - b / (a + b)).abs() < 1e-13, "{a} {b}");
            }
        }
    }
}
