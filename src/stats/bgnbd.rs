//! The BG/NBD model of orders: a gamma mixture of Poisson orders, ended after any order by a beta-distributed coin.
//!
//! Fader, Hardie & Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
//! Science 24(2), 2005, 275–284. A customer orders at rate λ ~ Gamma(r, rate α) while alive, and is lost after each
//! order with probability p ~ Beta(a, b). Given λ and p, life ends at rate λp, which gives both measures below as one
//! expectation over p; taken by quadrature they hold for every positive r, α, a, b (R33), where the closed formula with
//! the hypergeometric function breaks at a = 1 and for a + b ≤ 1.

use super::{Error, beta, require};

/// A customer base that orders by BG/NBD. Time is in the unit of α (weeks, for the CDNOW fit).
///
/// ```
/// use channelmix::stats::bgnbd::BgNbd;
/// let cdnow = BgNbd::new(0.24259, 4.41353, 0.79289, 2.42575)?; // weeks
/// assert!((cdnow.expected_orders(39.0) - 1.195).abs() < 5e-4);
/// assert!((cdnow.alive(39.0) - 0.7947).abs() < 5e-5);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl BgNbd {
    /// `r` and `alpha`: shape and rate of the gamma law of λ. `a` and `b`: shapes of the beta law of p. All > 0.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, Error> {
        for (what, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            require(value > 0.0 && value.is_finite(), what, "be positive and finite", value)?;
        }
        Ok(Self { r, alpha, a, b })
    }

    /// E\[X(t)\], the expected number of (repeat) orders in (0, t], `t` ≥ 0; relative error below 1e-12.
    ///
    /// E\[X(t)\] = E_p\[(1 − (1 + pt/α)^−r) / p\]: the mean life in time order, ∫₀ᵗ E\[λ e^(−λps)\] ds. For a ≠ 1 and a + b > 1
    /// this is (a+b−1)/(a−1) · \[1 − (α/(α+t))^r · ₂F₁(r, b; a+b−1; t/(α+t))\], formula (9) of the paper.
    pub fn expected_orders(&self, t: f64) -> f64 {
        let scaled = t / self.alpha;
        let orders = |p: f64| {
            let x = p * scaled;
            // (1 − (1 + x)^−r) / x tends to r, and p may be too small to divide by.
            if x * (self.r + 1.0) < 1e-17 { self.r } else { -libm::expm1(-self.r * libm::log1p(x)) / x }
        };
        scaled * beta::mean(self.a, self.b, orders)
    }

    /// The chance to be still alive at time `t` ≥ 0 after joining; relative error below 1e-12.
    ///
    /// E_p\[(1 + pt/α)^−r\] = ₂F₁(r, a; a+b; −t/α), by Euler's integral (Abramowitz & Stegun 15.3.1).
    pub fn alive(&self, t: f64) -> f64 {
        let scaled = t / self.alpha;
        beta::mean(self.a, self.b, |p| libm::exp(-self.r * libm::log1p(p * scaled)))
    }
}
