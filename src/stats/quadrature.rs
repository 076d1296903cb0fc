//! Adaptive Gauss–Kronrod quadrature: integrals over intervals and half-lines.
//!
//! Fifteen Kronrod points hold the seven Gauss points, so their difference estimates the error for free; the piece with
//! the largest one is halved until the sum is small enough (Piessens et al., *QUADPACK*, 1983, routine QAG).

use std::sync::LazyLock;

/// Halvings after which the best estimate so far is returned.
const HALVINGS: usize = 1000;
/// An error below this share of ∫|f| is rounding, which no halving can reduce.
const ROUNDING: f64 = 2e-15;

/// ∫ f(x) dx from `a` to `b`, both finite.
///
/// Stops when the estimated error is at most `relative_tolerance` × |integral|, or below rounding (2e-15 × ∫|f|). The
/// ends are never evaluated, so integrable singularities there cost time, not failure; after 1,000 halvings the best
/// estimate is returned. A smooth integrand is exact to rounding after one or two halvings.
///
/// ```
/// use channelmix::stats::quadrature::integrate;
/// let quarter_circle = integrate(|x: f64| (1.0 - x * x).sqrt(), 0.0, 1.0, 1e-13);
/// assert!((quarter_circle - std::f64::consts::FRAC_PI_4).abs() < 1e-13);
/// ```
pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, relative_tolerance: f64) -> f64 {
    let mut pieces = vec![Piece::new(&f, a, b)];
    for _ in 0..HALVINGS {
        let error: f64 = pieces.iter().map(|piece| piece.error).sum();
        let magnitude: f64 = pieces.iter().map(|piece| piece.magnitude).sum();
        if error.is_nan() || error <= (relative_tolerance * total(&pieces).abs()).max(ROUNDING * magnitude) {
            break;
        }
        let worst = (0..pieces.len()).max_by(|&i, &j| pieces[i].error.total_cmp(&pieces[j].error)).unwrap_or(0);
        let Piece { a, b, .. } = pieces.swap_remove(worst);
        let middle = 0.5 * (a + b);
        pieces.push(Piece::new(&f, a, middle));
        pieces.push(Piece::new(&f, middle, b));
    }
    total(&pieces)
}

/// ∫ f(x) dx from `a` to ∞, for an integrand that has mostly decayed some few `scale`s (> 0) beyond `a`.
///
/// By x = a + scale · u / (1 − u), u from 0 to 1. A scale that is wrong by orders of magnitude costs halvings, not
/// accuracy.
///
/// ```
/// use channelmix::stats::quadrature::integrate_tail;
/// assert!((integrate_tail(|x: f64| (-x).exp(), 0.0, 1.0, 1e-14) - 1.0).abs() < 1e-14);
/// ```
pub fn integrate_tail(f: impl Fn(f64) -> f64, a: f64, scale: f64, relative_tolerance: f64) -> f64 {
    let folded = |u: f64| {
        let left = 1.0 - u;
        f(a + scale * u / left) * scale / (left * left)
    };
    integrate(folded, 0.0, 1.0, relative_tolerance)
}

/// ∫ f(a + x) dx over x > 0 to rounding, for a positive integrand that falls all the way, smoothly (it has no singular
/// points near the line) and at least exponentially, from about `scale` (> 0) on.
///
/// The double-exponential rule x = scale · exp(t − e⁻ᵗ) (Takahasi & Mori, *Publ. RIMS* 9, 1974, 721–741): trapezoids in
/// t, whose error squares each time their width is halved. Two widths that agree to 1e-9 are thus right to rounding, after
/// 50 to 100 points; an integrand unlike that is left to [`integrate_tail`].
pub(super) fn integrate_decay(f: impl Fn(f64) -> f64, a: f64, scale: f64) -> f64 {
    let mut sum = 0.0;
    let mut last = f64::NAN;
    for (level, nodes) in DECAY.iter().enumerate() {
        for (x, weight) in nodes {
            let term = weight * f(a + scale * x);
            sum += term;
            if *x > 1.0 && term < 1e-18 * sum {
                break;
            }
        }
        let now = sum * libm::exp2(-(level as f64));
        if (now - last).abs() <= 1e-9 * now {
            return scale * now * DECAY_WIDTH;
        }
        last = now;
    }
    integrate_tail(f, a, scale, 1e-15)
}

/// Width of the first trapezoids.
const DECAY_WIDTH: f64 = 0.25;

/// Points (ascending) and weights of [`integrate_decay`] that each halving adds: from t = −4, where x = 1e-26, to t = 12.
static DECAY: LazyLock<Vec<Vec<(f64, f64)>>> = LazyLock::new(|| {
    let node = |t: f64| {
        let x = libm::exp(t - libm::exp(-t));
        (x, x * (1.0 + libm::exp(-t)))
    };
    let level = |level: u32| {
        let width = DECAY_WIDTH / f64::from(1 << level);
        let all = (0..=(16.0 / width) as u32).filter(|i| level == 0 || i % 2 == 1);
        all.map(|i| node(f64::from(i) * width - 4.0)).collect()
    };
    (0..5).map(level).collect()
});

/// One interval with what the fifteen points say about it.
struct Piece {
    a: f64,
    b: f64,
    /// ∫ f.
    integral: f64,
    /// ∫ |f|, what rounding errors are measured by.
    magnitude: f64,
    /// |Kronrod − Gauss|: an upper bound in practice, for it is the error of the seven points.
    error: f64,
}

impl Piece {
    fn new(f: &impl Fn(f64) -> f64, a: f64, b: f64) -> Self {
        let (centre, half) = (0.5 * (a + b), 0.5 * (b - a));
        let middle = f(centre);
        let mut kronrod = KRONROD[7] * middle;
        let mut gauss = GAUSS[3] * middle;
        let mut magnitude = kronrod.abs();
        for (i, node) in NODES.iter().enumerate() {
            let (left, right) = (f(centre - half * node), f(centre + half * node));
            kronrod += KRONROD[i] * (left + right);
            magnitude += KRONROD[i] * (left.abs() + right.abs());
            if i % 2 == 1 {
                gauss += GAUSS[i / 2] * (left + right);
            }
        }
        let error = ((kronrod - gauss) * half).abs();
        Self { a, b, integral: kronrod * half, magnitude: magnitude * half.abs(), error }
    }
}

fn total(pieces: &[Piece]) -> f64 {
    pieces.iter().map(|piece| piece.integral).sum()
}

/// Positive Kronrod nodes, outermost first; every second one is a Gauss node, and 0 is both.
const NODES: [f64; 7] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_3,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_48,
];
/// Kronrod weights of [`NODES`], then of 0.
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_56,
    0.104_790_010_322_250_19,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_89,
    0.209_482_141_084_727_82,
];
/// Gauss weights of the second, fourth and sixth node, then of 0.
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use std::f64::consts::{E, PI};

    #[test]
    fn polynomials_of_degree_22_are_exact() {
        for degree in 0..=22 {
            let piece = Piece::new(&|x: f64| x.powi(degree), 0.0, 1.0);
            assert!(off(piece.integral, 1.0 / f64::from(degree + 1)) < 3e-15, "x^{degree}: {}", piece.integral);
        }
    }

    #[test]
    fn known_integrals() {
        assert!(off(integrate(f64::exp, 0.0, 1.0, 1e-14), E - 1.0) < 1e-15);
        assert!(off(integrate(f64::exp, 1.0, 0.0, 1e-14), 1.0 - E) < 1e-15);
        // A needle one ten-thousandth wide: atan on both sides.
        let needle = integrate(|x| 1e-4 / ((x - 0.3) * (x - 0.3) + 1e-8), 0.0, 1.0, 1e-13);
        assert!(off(needle, 3e3_f64.atan() + 7e3_f64.atan()) < 1e-13);
        // Singular at the end, oscillating, and with a kink.
        assert!(off(integrate(|x| 1.0 / x.sqrt(), 0.0, 1.0, 1e-12), 2.0) < 1e-11);
        assert!(off(integrate(|x| (50.0 * x).sin().powi(2), 0.0, PI, 1e-14), PI / 2.0) < 1e-14);
        assert!(off(integrate(|x| (x - 0.3).abs(), 0.0, 1.0, 1e-13), 0.29) < 1e-13);
    }

    #[test]
    fn half_lines_at_any_scale() {
        for scale in [1e-3, 1.0, 1e3] {
            let gaussian = integrate_tail(|x| (-0.5 * x * x).exp(), 0.0, scale, 1e-14);
            assert!(off(gaussian, (PI / 2.0).sqrt()) < 1e-14, "scale {scale}");
            assert!(off(integrate_tail(|x| 1.0 / (x * x), 2.0, scale, 1e-14), 0.5) < 1e-14, "scale {scale}");
        }
    }

    #[test]
    fn decay_to_rounding_at_any_scale() {
        for scale in [0.05, 0.3, 1.0, 5.0, 100.0] {
            let gaussian = integrate_decay(|x| libm::exp(-0.5 * x * x), 0.0, scale);
            assert!(off(gaussian, (PI / 2.0).sqrt()) < 1e-15, "scale {scale}");
            assert!(off(integrate_decay(|x| libm::exp(2.0 - x), 2.0, scale), 1.0) < 1e-15, "scale {scale}");
        }
        // Not falling exponentially: left to the other rule.
        assert!(off(integrate_decay(|x| 1.0 / (x * x), 2.0, 1.0), 0.5) < 1e-13);
    }

    #[test]
    fn not_a_number_ends() {
        assert!(integrate(|_| f64::NAN, 0.0, 1.0, 1e-10).is_nan());
        assert!(integrate(|_| 0.0, 0.0, 1.0, 1e-10).abs() < f64::MIN_POSITIVE);
    }
}
