//! What is left of log, exp and ln Γ after their first terms.
//!
//! Tail probabilities at counts of 10⁸ are exponentials of small differences of huge numbers. Written in these
//! remainders, which have one sign each, nothing cancels.

use std::f64::consts::PI;

/// ln(1 + t) − t, for t > −1; relative error below 1e-15.
///
/// Near 0 with w = t / (2 + t): ln(1 + t) = 2 artanh w, so the remainder is w·(2Σ w²ʲ/(2j + 1) − t), j ≥ 1.
pub(super) fn log1p_rest(t: f64) -> f64 {
    if !(-0.5..=1.0).contains(&t) {
        return libm::log1p(t) - t;
    }
    let w = t / (2.0 + t);
    w * (2.0 * artanh_rest(w * w) - t)
}

/// artanh(w)/w − 1 = Σ w²ʲ/(2j + 1) from j = 1, given w² ≤ 1/9.
fn artanh_rest(w2: f64) -> f64 {
    let sum = (1..=17).rev().fold(0.0, |sum, j| sum * w2 + 1.0 / f64::from(2 * j + 1));
    sum * w2
}

/// eˢ − 1 − s; relative error below 1e-15.
pub(super) fn expm1_rest(s: f64) -> f64 {
    if s.abs() > 1.0 {
        return libm::expm1(s) - s;
    }
    let series = (3..=19).rev().fold(1.0, |sum, j| 1.0 + sum * s / f64::from(j));
    0.5 * s * s * series
}

/// ln(q + p·eˢ) − p·s for shares p + q = 1: what log-odds moved by s cost; ≥ 0, and p·q·s²/2 near 0.
///
/// Both shares are asked for, since neither follows from the other without loss. Relative error below 3e-15.
pub(super) fn odds_rest(p: f64, q: f64, s: f64) -> f64 {
    // The two shares are alike up to the sign of s; with the smaller one the two parts do not cancel.
    let (p, q, s) = if p <= q { (p, q, s) } else { (q, p, -s) };
    if s > 500.0 {
        return q * s + libm::log(p + q * libm::exp(-s));
    }
    let moved = p * libm::expm1(s);
    if moved.abs() <= 0.5 { log1p_rest(moved) + p * expm1_rest(s) } else { libm::log1p(moved) - p * s }
}

/// ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), the rest of Stirling's formula, for x > 0; absolute error below 1e-15, and
/// relative below 2e-15 from x = 1e-3.
///
/// Stirling's series (Abramowitz & Stegun 6.1.40) from 15 up; smaller x are carried there by
/// δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1, whose last terms are artanh(w)/w − 1 with w = 1/(2x + 1).
pub(super) fn stirling_rest(mut x: f64) -> f64 {
    if x < 1e-3 {
        return libm::lgamma(x) - (x - 0.5) * libm::log(x) + x - 0.5 * libm::log(2.0 * PI);
    }
    let mut carried = 0.0;
    while x < 15.0 {
        let w = 1.0 / (2.0 * x + 1.0);
        carried += if x >= 1.0 { artanh_rest(w * w) } else { (x + 0.5) * libm::log1p(1.0 / x) - 1.0 };
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = STIRLING.iter().rev().fold(0.0, |sum, c| sum * w + c);
    carried + series / x
}

/// B₂ₖ / (2k (2k − 1)) from k = 1.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// t, ln(1 + t) − t: mpmath, 60 digits.
    const LOG1P: [(f64, f64); 10] = [
        (-0.999, -5.908_755_278_982_136),
        (-0.5, -0.193_147_180_559_945_31),
        (-0.3, -0.056_674_943_938_732_375),
        (-0.0001, -5.000_333_358_335_334e-9),
        (1e-12, -4.999_999_999_996_667e-25),
        (0.01, -4.966_914_683_191_715e-5),
        (0.7, -0.169_371_748_937_829_58),
        (1.0, -0.306_852_819_440_054_7),
        (1.5, -0.583_709_268_125_844_9),
        (1_000_000.0, -999_986.184_488_442),
    ];
    /// s, eˢ − 1 − s: mpmath, 60 digits.
    const EXPM1: [(f64, f64); 9] = [
        (-700.0, 699.0),
        (-3.0, 2.049_787_068_367_864),
        (-1.0, 0.367_879_441_171_442_33),
        (-0.2, 0.018_730_753_077_981_86),
        (1e-9, 5.000_000_001_666_667e-19),
        (0.4, 0.091_824_697_641_270_33),
        (1.0, 0.718_281_828_459_045_2),
        (1.1, 0.904_166_023_946_433_3),
        (20.0, 485_165_174.409_790_3),
    ];
    /// p, q, s, ln(q + p·eˢ) − p·s: mpmath, 60 digits.
    const ODDS: [(f64, f64, f64, f64); 9] = [
        (0.25, 0.75, 1e-6, 9.375_001_562_499_902e-14),
        (0.25, 0.75, -3.0, 0.478_777_413_412_462_66),
        (0.875, 0.125, 0.3, 0.004_565_853_600_918_054),
        (0.875, 0.125, 40.0, 4.866_468_607_375_477),
        (0.5, 0.5, -0.01, 1.249_994_791_701_388_7e-5),
        (8.673_617_379_884_035e-19, 1.0, 1.0, 6.230_101_750_977_258e-19),
        (8.673_617_379_884_035e-19, 1.0, -500.0, 4.328_135_072_562_133_7e-16),
        (0.25, 0.75, 600.0, 448.613_705_638_880_1),
        (8.673_617_379_884_035e-19, 1.0, 600.0, 558.411_169_166_403_3),
    ];
    /// x, rest: mpmath, 60 digits.
    const STIRLING_RESTS: [(f64, f64); 11] = [
        (1e-9, 9.442_694_406_414_583),
        (0.001, 2.542_270_467_967_094_7),
        (0.1, 0.512_740_081_331_915),
        (0.5, 0.153_426_409_720_027_36),
        (1.0, 0.081_061_466_795_327_26),
        (1.7, 0.048_499_868_113_656_92),
        (5.0, 0.016_644_691_189_821_193),
        (14.99, 0.005_558_438_081_636_329),
        (15.0, 0.005_554_733_551_962_801),
        (100.0, 0.000_833_330_555_634_914_7),
        (100_000_000.0, 8.333_333_333_333_334e-10),
    ];

    #[test]
    fn rests_to_the_last_digits() {
        for (t, rest) in LOG1P {
            assert!(off(log1p_rest(t), rest) < 1e-15, "log1p {t}: {:e}", log1p_rest(t));
        }
        for (s, rest) in EXPM1 {
            assert!(off(expm1_rest(s), rest) < 1e-15, "expm1 {s}: {:e}", expm1_rest(s));
        }
        for (p, q, s, rest) in ODDS {
            assert!(off(odds_rest(p, q, s), rest) < 3e-15, "odds {p} {s}: {:e}", odds_rest(p, q, s));
        }
        for (x, rest) in STIRLING_RESTS {
            assert!(off(stirling_rest(x), rest) < 2e-15, "Stirling {x}: {:e}", stirling_rest(x));
        }
    }
}
