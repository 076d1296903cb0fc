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
    /// `r` and `alpha`: shape and rate of the gamma law of λ. `a` and `b`: shapes of the beta law of p.
    ///
    /// # Errors
    /// [`Error::Range`] unless all four are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, Error> {
        for (what, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            require(value > 0.0 && value.is_finite(), what, "be positive and finite", value)?;
        }
        Ok(Self { r, alpha, a, b })
    }

    /// E\[X(t)\], the expected number of (repeat) orders in (0, t], `t` ≥ 0; relative error below 1e-12.
    ///
    /// The mean of (1 − (1 + pt/α)^−r) / p over p, which is the mean of ∫₀ᵗ λ e^(−λps) ds over both. For a ≠ 1 and
    /// a + b > 1 it equals (a+b−1)/(a−1) · (1 − (α/(α+t))^r · ₂F₁(r, b; a+b−1; t/(α+t))), formula (9) of the paper.
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
    /// The mean of (1 + pt/α)^−r over p, which is ₂F₁(r, a; a+b; −t/α), by Euler's integral (Abramowitz & Stegun 15.3.1).
    pub fn alive(&self, t: f64) -> f64 {
        let scaled = t / self.alpha;
        beta::mean(self.a, self.b, |p| libm::exp(-self.r * libm::log1p(p * scaled)))
    }

    /// The mean of [`BgNbd::alive`] over times from 0 to `t` > 0: the living share of customers who joined evenly over the
    /// last `t`. One quadrature, since the mean over time has a [closed form](mean_survival) for each p.
    pub fn mean_alive(&self, t: f64) -> f64 {
        beta::mean(self.a, self.b, |p| mean_survival(self.r, p * t / self.alpha))
    }
}

/// The mean of (1 + x)^−r over x from 0 to `end` ≥ 0: ((1 + end)^(1−r) − 1) / ((1 − r)·end), and ln(1 + end) / end for
/// r = 1. With x = λ̄pt/r it is the mean survival over time of customers whose rates are gamma-distributed with shape r.
pub fn mean_survival(r: f64, end: f64) -> f64 {
    if end * (r + 1.0) < 1e-17 {
        return 1.0;
    }
    let logarithm = libm::log1p(end);
    let power = (1.0 - r) * logarithm;
    // (e^y − 1) / y tends to 1.
    let growth = if power == 0.0 { 1.0 } else { libm::expm1(power) / power };
    growth * logarithm / end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    #[test]
    fn the_mean_over_time_is_the_integral() -> Result<(), Error> {
        for ([r, alpha, a, b], t) in
            [(CDNOW, 156.0), ([1.0, 10.0, 0.5, 2.0], 40.0), ([3.0, 2.0, 2.0, 1.0], 500.0), (CDNOW, 1e-3)]
        {
            let model = BgNbd::new(r, alpha, a, b)?;
            let integral = crate::stats::quadrature::integrate(|s| model.alive(s), 0.0, t, 1e-11) / t;
            assert!(off(model.mean_alive(t), integral) < 1e-10, "{r} {t}");
        }
        assert!((mean_survival(1e7, 0.05e-7) - (1.0 - libm::exp(-0.05)) / 0.05).abs() < 1e-8);
        Ok(())
    }

    /// \[r, α, a, b\], t, E\[X(t)\], P(alive at t): mpmath, 40 digits, by ₂F₁ where the closed formula holds (the quadrature
    /// agrees with it to 33 digits or more) and by quadrature elsewhere.
    const KNOWN: [([f64; 4], f64, f64, f64); 15] = [
        (CDNOW, 39.0, 1.195_000_658_576_767_6, 0.794_694_785_592_949_7),
        (CDNOW, 52.0, 1.444_001_609_514_455_4, 0.764_677_396_154_809_1),
        (CDNOW, 78.0, 1.857_946_355_680_982_5, 0.720_330_926_781_785_7),
        (CDNOW, 1e-6, 5.496_507_140_259_568e-8, 0.999_999_986_459_730_1),
        (CDNOW, 1e6, 53.520_104_011_940_41, 0.087_240_190_592_055_8),
        ([0.5, 3.0, 1.0, 2.0], 40.0, 2.325_921_836_590_975_3, 0.498_976_862_898_039_2),
        ([0.5, 3.0, 1.000_000_1, 2.0], 40.0, 2.325_921_685_940_423_7, 0.498_976_843_832_689_2),
        ([2.0, 10.0, 0.3, 0.4], 100.0, 6.734_666_567_935_89, 0.274_081_515_615_895_8),
        ([0.7, 5.0, 0.6, 0.4], 52.0, 1.925_862_656_263_850_3, 0.334_426_759_804_685_2),
        ([0.02, 1.0, 0.01, 0.03], 1000.0, 14.179_046_422_955_31, 0.964_417_910_123_499_6),
        ([5.0, 0.5, 0.001, 0.002], 30.0, 199.265_041_952_738_95, 0.662_566_474_614_412_5),
        ([3.0, 20.0, 40.0, 300.0], 52.0, 4.699_416_413_025_9, 0.452_275_217_290_224_2),
        ([0.8, 4.0, 2000.0, 1000.0], 52.0, 1.255_886_730_970_343_4, 0.162_862_278_583_977_53),
        ([60.0, 100.0, 0.8, 2.5], 52.0, 8.751_632_050_425_071, 0.125_223_527_823_024_9),
        ([1.5, 7.0, 0.2, 900.0], 520.0, 109.352_555_793_420_63, 0.977_798_683_858_344_7),
    ];
    const CDNOW: [f64; 4] = [0.24259, 4.41353, 0.79289, 2.42575];

    #[test]
    fn orders_and_survival_for_every_shape() -> Result<(), Error> {
        for ([r, alpha, a, b], t, orders, alive) in KNOWN {
            let model = BgNbd::new(r, alpha, a, b)?;
            assert!(off(model.expected_orders(t), orders) < 1e-12, "{model:?} {}", model.expected_orders(t));
            assert!(off(model.alive(t), alive) < 1e-12, "{model:?} {}", model.alive(t));
        }
        Ok(())
    }

    #[test]
    fn nothing_happens_in_no_time() -> Result<(), Error> {
        let model = BgNbd::new(0.2, 4.0, 0.8, 2.4)?;
        assert!(model.expected_orders(0.0).abs() < f64::MIN_POSITIVE && off(model.alive(0.0), 1.0) < 1e-15);
        Ok(())
    }

    #[test]
    fn parameters_must_be_positive() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(BgNbd::new(bad, 1.0, 1.0, 1.0).is_err() && BgNbd::new(1.0, 1.0, 1.0, bad).is_err());
        }
    }
}
