//! Which arm is best, by Bayes' rule: conjugate posteriors of rates and means, and what choosing each arm would cost.
//!
//! Exact up to quadrature, without sampling noise: P(best), the expected loss (regret against the best arm) of choosing
//! each, and the expected maximum come from one pass over nodes that all arms share.

use super::panels::Panels;
use super::remainders::odds_rest;
use super::{Error, beta, normal, quadrature, require};

/// Standard deviation of the default prior N(0, τ²) for a relative lift: two lifts in three lie within ±30 %.
pub const LIFT_PRIOR_SD: f64 = 0.3;

/// What is believed of a rate: a beta law of successes `a` and failures `b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// A law of shapes `a` and `b`; (1, 1) is the uniform prior.
    ///
    /// # Errors
    /// [`Error::Range`] for a shape outside \[1e-6, 1e15\].
    pub fn new(a: f64, b: f64) -> Result<Self, Error> {
        for shape in [a, b] {
            require((1e-6..=1e15).contains(&shape), "the shape of a beta law", "lie between 1e-6 and 1e15", shape)?;
        }
        Ok(Self { a, b })
    }

    /// The posterior, with this law as prior.
    ///
    /// # Errors
    /// [`Error::Range`] for more successes than trials, or more than 1e15 of either.
    ///
    /// ```
    /// use channelmix::stats::bayes::Beta;
    /// let posterior = Beta::new(1.0, 1.0)?.after(230, 2000)?;
    /// assert_eq!(posterior.mean(), 231.0 / 2002.0);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn after(self, successes: u64, trials: u64) -> Result<Self, Error> {
        require(successes <= trials, "the number of successes", "not exceed the trials", successes as f64)?;
        Self::new(self.a + successes as f64, self.b + (trials - successes) as f64)
    }

    /// The expected rate.
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The equal-tailed interval (low, high) that holds the rate with chance `confidence`.
    ///
    /// # Errors
    /// [`Error::Range`] for a confidence outside (0, 1).
    pub fn interval(self, confidence: f64) -> Result<(f64, f64), Error> {
        let side = one_side(confidence)?;
        Ok((beta::quantile(side, self.a, self.b), beta::quantile_of_sf(side, self.a, self.b)))
    }
}

/// What is believed of a mean or a lift: a normal law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Normal {
    /// A law of that mean and standard deviation; an infinite `sd` is the flat prior.
    ///
    /// # Errors
    /// [`Error::Range`] for a mean that is not finite or a standard deviation that is not positive.
    pub fn new(mean: f64, sd: f64) -> Result<Self, Error> {
        require(mean.is_finite(), "the mean of a normal law", "be finite", mean)?;
        require(sd > 0.0, "the standard deviation of a normal law", "be positive", sd)?;
        Ok(Self { mean, sd })
    }

    /// The posterior after an `estimate` with a `standard_error`, this law being the prior: means weighted by 1/variance.
    ///
    /// # Errors
    /// [`Error::Range`] as for [`Normal::new`], and if the standard error is infinite.
    ///
    /// ```
    /// use channelmix::stats::bayes::{LIFT_PRIOR_SD, Normal};
    /// let lift = Normal::new(0.0, LIFT_PRIOR_SD)?.after(0.1, 0.05)?;
    /// assert!((lift.mean() - 0.097_297_297_297_297_3).abs() < 1e-15);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn after(self, estimate: f64, standard_error: f64) -> Result<Self, Error> {
        let seen = Self::new(estimate, standard_error)?;
        require(standard_error.is_finite(), "the standard error", "be finite", standard_error)?;
        if self.sd.is_infinite() {
            return Ok(seen);
        }
        // Shares of the weight; with the ratio of the two errors nothing overflows.
        let ratio = seen.sd / self.sd;
        let prior_share = if ratio > 1e150 { 1.0 } else { ratio * ratio / (1.0 + ratio * ratio) };
        let seen_share = 1.0 / (1.0 + ratio * ratio);
        let sd = if ratio > 1.0 { self.sd / libm::hypot(1.0, 1.0 / ratio) } else { seen.sd / libm::hypot(1.0, ratio) };
        Self::new(self.mean * prior_share + seen.mean * seen_share, sd)
    }

    /// The expected value.
    pub fn mean(self) -> f64 {
        self.mean
    }

    /// The standard deviation.
    pub fn sd(self) -> f64 {
        self.sd
    }

    /// The chance that it is above 0.
    pub fn above_zero(self) -> f64 {
        normal::cdf(self.mean / self.sd)
    }

    /// The equal-tailed interval (low, high) that holds it with chance `confidence`.
    ///
    /// # Errors
    /// [`Error::Range`] for a confidence outside (0, 1).
    pub fn interval(self, confidence: f64) -> Result<(f64, f64), Error> {
        let half = -normal::quantile(one_side(confidence)?) * self.sd;
        Ok((self.mean - half, self.mean + half))
    }

    /// E\[max(−x, 0)\]: what shipping loses on average by being wrong, in the unit of x.
    pub fn loss_below_zero(self) -> f64 {
        self.sd * unit_loss(self.mean / self.sd)
    }

    /// E\[max(x, 0)\]: what keeping the control forgoes on average, in the unit of x.
    pub fn loss_above_zero(self) -> f64 {
        self.sd * unit_loss(-self.mean / self.sd)
    }
}

/// E\[max(Z − z, 0)\] = φ(z) − z·(1 − Φ(z)) for a standard normal Z; to 1e-14 relative, far out too, where the two cancel.
fn unit_loss(z: f64) -> f64 {
    if z < 0.5 {
        return normal::density(z) - z * normal::sf(z);
    }
    let density = normal::density(z);
    if density == 0.0 {
        return 0.0;
    }
    density * quadrature::integrate_decay(|s| s * libm::exp(-s * (z + 0.5 * s)), 0.0, 1.0 / z)
}

fn one_side(confidence: f64) -> Result<f64, Error> {
    require(confidence > 0.0 && confidence < 1.0, "the confidence", "lie between 0 and 1, both excluded", confidence)?;
    Ok(0.5 * (1.0 - confidence))
}

/// What is known of the choice between arms.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The chance of each arm to be the best (highest) one; they sum to 1. Thompson sampling allocates by these.
    pub best: Vec<f64>,
    /// The expected loss of choosing each arm: E\[max over all arms − this arm\], in the unit of the rates or means.
    pub loss: Vec<f64>,
    /// E\[max over all arms\].
    pub expected_max: f64,
}

/// The choice between rates. Two arms: `best[1]` is the chance that the second is better.
///
/// Error below 1e-11, and relative error below 1e-10 of chances and losses above 1e-20, for counts to 1e8 and shapes from
/// 1e-3; below 1e-40 they are a 0 with noise. Some 0.2 ms for two arms.
///
/// # Errors
/// [`Error::Range`] without arms.
///
/// ```
/// use channelmix::stats::bayes::{Beta, choice_of_rates};
/// let prior = Beta::new(1.0, 1.0)?;
/// let choice = choice_of_rates(&[prior.after(200, 2000)?, prior.after(230, 2000)?])?;
/// assert!((choice.best[1] - 0.937002313070421888).abs() < 1e-14);
/// assert!((choice.loss[1] - 0.000268272504808767).abs() < 1e-16);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn choice_of_rates(arms: &[Beta]) -> Result<Choice, Error> {
    require(!arms.is_empty(), "the number of arms", "be positive", 0.0)?;
    let mut cuts: Vec<f64> = arms.iter().flat_map(|arm| arm.cuts()).collect();
    let (low, high) = ends(&cuts);
    // ln(1 + eʸ) has its singularities at ±iπ: panels may be as wide as their distance from 0.
    let doublings = std::iter::successors(Some(2.0), |y| Some(2.0 * y)).take(60).flat_map(|y: f64| [-y, y]);
    cuts.extend(std::iter::once(0.0).chain(doublings).filter(|y| *y > low && *y < high));
    let panels = Panels::new(cuts);
    let densities = arms.iter().map(|arm| panels.nodes().iter().map(|y| arm.log_odds_density(*y)).collect()).collect();
    // dx = x(1 − x) dy
    let steps = panels.nodes().iter().map(|y| {
        let small = libm::exp(-y.abs());
        small / ((1.0 + small) * (1.0 + small))
    });
    let means: Vec<f64> = arms.iter().map(|arm| arm.mean()).collect();
    Ok(choose(&panels, densities, &steps.collect::<Vec<_>>(), &means))
}

/// The choice between means, of independent normal laws; accuracy as for [`choice_of_rates`], relative to the largest
/// standard deviation.
///
/// # Errors
/// [`Error::Range`] without arms, or for a standard deviation that is infinite or below 1e-12 of the means.
pub fn choice_of_means(arms: &[Normal]) -> Result<Choice, Error> {
    require(!arms.is_empty(), "the number of arms", "be positive", 0.0)?;
    let centre = arms[0].mean;
    let span = arms.iter().fold(0.0_f64, |span, arm| span.max((arm.mean - centre).abs()));
    for arm in arms {
        let told = arm.sd.is_finite() && arm.sd >= 1e-12 * span;
        require(told, "the standard deviation of an arm", "be finite and not below 1e-12 of the differences", arm.sd)?;
    }
    // From the first mean, so that a common offset costs no digits.
    let offsets: Vec<f64> = arms.iter().map(|arm| arm.mean - centre).collect();
    let cut = |arm: &Normal, at: f64| {
        (-STEPS..=STEPS)
            .map(move |k| (at, f64::from(2 * k)))
            .map({
                let sd = arm.sd;
                move |(at, z)| at + z * sd
            })
            .collect::<Vec<_>>()
    };
    let panels = Panels::new(arms.iter().zip(&offsets).flat_map(|(arm, at)| cut(arm, *at)).collect());
    let density = |arm: &Normal, at: f64| panels.nodes().iter().map(|x| normal::density((x - at) / arm.sd)).collect();
    let densities = arms.iter().zip(&offsets).map(|(arm, at)| density(arm, *at)).collect();
    let steps = vec![1.0; panels.nodes().len()];
    let choice = choose(&panels, densities, &steps, &offsets);
    Ok(Choice { expected_max: centre + choice.expected_max, ..choice })
}

/// Panels on each side of a mode: the k-th ends where ln density has fallen by 2k², two standard deviations on.
const STEPS: i32 = 6;

impl Beta {
    /// Cuts of the log-odds around the mode.
    fn cuts(self) -> Vec<f64> {
        let (mode, total) = (self.mode(), self.a + self.b);
        let (p, q) = (self.a / total, self.b / total);
        let sd = 1.0 / libm::sqrt(self.a * q);
        let mut cuts = vec![mode];
        // Seen from its own side, each side is the upper one.
        for (sign, p, q) in [(1.0, p, q), (-1.0, q, p)] {
            let mut s = 2.0 * sd;
            for k in 1..=STEPS {
                let aim = f64::from(2 * k * k);
                // Newton on a convex function, to a hundredth: where exactly a panel ends is of no matter.
                for _ in 0..60 {
                    let odds = libm::exp(-s);
                    let slope = total * p * q * (1.0 - odds) / (p + q * odds);
                    let step = (total * odds_rest(p, q, s) - aim) / slope;
                    s = (s - step).max(0.25 * s).min(4.0 * s);
                    if step.abs() < 0.01 * s {
                        break;
                    }
                }
                cuts.push(mode + sign * s);
            }
        }
        cuts
    }

    fn mode(self) -> f64 {
        libm::log(self.a / self.b)
    }

    fn log_odds_density(self, y: f64) -> f64 {
        let total = self.a + self.b;
        libm::exp(-total * odds_rest(self.a / total, self.b / total, y - self.mode()))
    }
}

fn ends(cuts: &[f64]) -> (f64, f64) {
    cuts.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(*y), high.max(*y)))
}

/// The choice, from densities at the nodes (up to a constant), the unit of the arms per unit of the line, and their means.
fn choose(panels: &Panels, densities: Vec<Vec<f64>>, steps: &[f64], means: &[f64]) -> Choice {
    let laws: Vec<Law> = densities.into_iter().map(|density| Law::new(panels, density)).collect();
    let nodes = 0..panels.nodes().len();
    // ln Π Fⱼ over the others, each from the smaller of its tails.
    let others = |i: usize, node: usize| -> f64 {
        laws.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, law)| law.ln_below[node]).sum()
    };
    let arms = 0..laws.len();
    let best =
        |i: usize| panels.integrate(nodes.clone().map(|node| laws[i].density[node] * libm::exp(others(i, node))));
    // E[max − Xᵢ] = ∫ P(Xᵢ ≤ x < max) dx = ∫ Fᵢ (1 − Π Fⱼ) dx: of one sign.
    let loss = |i: usize| {
        let missed = |node: usize| libm::exp(laws[i].ln_below[node]) * -libm::expm1(others(i, node)) * steps[node];
        panels.integrate(nodes.clone().map(missed))
    };
    let best = arms.clone().map(best).collect();
    let loss: Vec<f64> = arms.map(loss).collect();
    // From the arm with the least loss, to add as little as possible.
    let expected_max =
        means.iter().zip(&loss).min_by(|x, y| x.1.total_cmp(y.1)).map_or(f64::NAN, |(mean, loss)| mean + loss);
    Choice { best, loss, expected_max }
}

/// One arm at the nodes.
struct Law {
    density: Vec<f64>,
    /// ln F.
    ln_below: Vec<f64>,
}

impl Law {
    fn new(panels: &Panels, mut density: Vec<f64>) -> Self {
        let (mut below, above) = panels.sides(&density);
        let total = panels.integrate(density.iter().copied());
        density.iter_mut().for_each(|f| *f /= total);
        for (below, above) in below.iter_mut().zip(above) {
            *below = if above < 0.5 * total { libm::log1p(-above / total) } else { libm::log(*below / total) };
        }
        Self { density, ln_below: below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// a, b of two arms; P(second better), P(first better), loss of choosing the second, of the first: mpmath, 40 digits, by
    /// E. Miller's finite sum.
    const TWO: [([f64; 4], [f64; 4]); 5] = [
        (
            [201.0, 1801.0, 231.0, 1771.0],
            [0.937_002_313_070_421_9, 0.062_997_686_929_578_1, 0.000_268_272_504_808_767_2, 0.015_253_287_489_823_752],
        ),
        (
            [3.0, 10.0, 9.0, 4.0],
            [0.993_860_931_100_128_8, 0.006_139_068_899_871_161, 0.000_388_291_208_051_606_5, 0.461_926_752_746_513_1],
        ),
        ([1.0, 1.0, 2.0, 1.0], [2.0 / 3.0, 1.0 / 3.0, 1.0 / 12.0, 0.25]),
        (
            [20.0, 100_000.0, 40.0, 99_000.0],
            [
                0.996_138_203_517_539_4,
                0.003_861_796_482_460_577_2,
                9.363_827_199_854_813e-8,
                0.000_204_010_851_598_315_5,
            ],
        ),
        (
            [1001.0, 9001.0, 1301.0, 9101.0],
            [0.999_999_992_014_638_1, 7.985_361_906_970_07e-9, 5.928_730_742_779_114e-12, 0.024_992_117_521_668_036],
        ),
    ];

    #[test]
    fn two_rates() -> Result<(), Error> {
        for ([a, b, c, d], [second, first, loss_second, loss_first]) in TWO {
            let choice = choice_of_rates(&[Beta::new(a, b)?, Beta::new(c, d)?])?;
            assert!(off(choice.best[1], second) < 1e-12 && off(choice.best[0], first) < 1e-12, "{choice:?}");
            assert!(off(choice.loss[1], loss_second) < 1e-12 && off(choice.loss[0], loss_first) < 1e-12, "{choice:?}");
            assert!(off(choice.expected_max, a / (a + b) + loss_first) < 1e-14);
        }
        Ok(())
    }

    #[test]
    fn counts_of_a_hundred_million_and_shapes_below_one() -> Result<(), Error> {
        for [a, b, c, d] in [
            [1e8, 3e8, 1.000_05e8, 2.999_8e8],
            [1e7, 1e9, 0.5, 40.0],
            [0.5, 0.5, 0.5, 0.5],
            [0.05, 0.2, 3.0, 7.0],
            [0.001, 1e3, 2.0, 1e6],
            [5.0, 1e8, 9.0, 1e8],
            [1e8, 4.0, 1e8, 11.0],
        ] {
            let choice = choice_of_rates(&[Beta::new(a, b)?, Beta::new(c, d)?])?;
            // The same chance as the expectation of a distribution function, by another quadrature.
            let second = beta::mean(c, d, |x| beta::cdf(x, a, b));
            assert!((choice.best[1] - second).abs() < 5e-12, "{a} {b} {c} {d}: {} {second}", choice.best[1]);
            assert!((choice.best[0] + choice.best[1] - 1.0).abs() < 1e-12);
            // Regrets differ by the means.
            let gap = c / (c + d) - a / (a + b);
            assert!((choice.loss[0] - choice.loss[1] - gap).abs() < 1e-13, "{a} {b} {c} {d}");
        }
        Ok(())
    }

    #[test]
    fn several_arms() -> Result<(), Error> {
        let same = choice_of_rates(&[Beta::new(7.0, 90.0)?; 5])?;
        assert!(same.best.iter().all(|p| off(*p, 0.2) < 1e-13));
        // E[max] of three standard normal variables is 3 / (2√π).
        let three = choice_of_means(&[Normal::new(1e6, 1.0)?; 3])?;
        let max = 1.5 / libm::sqrt(std::f64::consts::PI);
        assert!(three.loss.iter().all(|loss| off(*loss, max) < 1e-13));
        assert!(three.best.iter().all(|p| off(*p, 1.0 / 3.0) < 1e-13));
        // One arm alone, and one far from the rest.
        let alone = choice_of_rates(&[Beta::new(2.0, 3.0)?])?;
        assert!(off(alone.best[0], 1.0) < 1e-14 && alone.loss == [0.0] && alone.expected_max == 0.4);
        let far = choice_of_rates(&[Beta::new(1e6, 1e9)?, Beta::new(1e9, 1e6)?, Beta::new(1.0, 1e9)?])?;
        assert!(off(far.best[1], 1.0) < 1e-12 && far.best[0] < 1e-100 && far.loss[1] < 1e-100, "{far:?}");
        assert!(off(far.loss[0], (1e9 - 1e6) / (1e9 + 1e6)) < 1e-12);
        Ok(())
    }

    #[test]
    fn two_means_are_one_difference() -> Result<(), Error> {
        let pairs = [(0.0, 0.3, 1.0, 1.0), (5.0, 4.0, 0.1, 2.0), (1e3, 1001.0, 0.2, 0.2), (0.0, 9.0, 1.0, 1e-6)];
        for (first, second, s1, s2) in pairs {
            let choice = choice_of_means(&[Normal::new(first, s1)?, Normal::new(second, s2)?])?;
            let difference = Normal::new(second - first, libm::hypot(s1, s2))?;
            let worse = normal::sf(difference.mean() / difference.sd());
            assert!(off(choice.best[1], difference.above_zero()) < 1e-12 && off(choice.best[0], worse) < 1e-10);
            assert!(off(choice.loss[1], difference.loss_below_zero()) < 1e-10, "{choice:?}");
            assert!(off(choice.loss[0], difference.loss_above_zero()) < 1e-12, "{choice:?}");
        }
        Ok(())
    }

    #[test]
    fn losses_of_a_normal_belief() -> Result<(), Error> {
        // z, E[max(Z − z, 0)]: mpmath, 700 digits.
        for (z, loss) in [
            (-3.0, 3.000_382_154_317_047_7),
            (0.0, 0.398_942_280_401_432_7),
            (0.3, 0.266_761_242_117_209_86),
            (0.6, 0.168_672_732_241_755_5),
            (2.0, 0.008_490_702_616_829_637),
            (10.0, 7.474_560_254_589_328e-25),
            (37.0, 1.545_199_190_512_202_4e-301),
        ] {
            assert!(off(Normal::new(z, 1.0)?.loss_below_zero(), loss) < 3e-14, "{z}");
            assert!(off(Normal::new(-2.0 * z, 2.0)?.loss_above_zero(), 2.0 * loss) < 3e-14, "{z}");
        }
        Ok(())
    }

    #[test]
    fn a_prior_draws_the_lift_towards_it() -> Result<(), Error> {
        let flat = Normal::new(0.0, f64::INFINITY)?.after(0.04, 0.02)?;
        assert_eq!((flat.mean(), flat.sd()), (0.04, 0.02));
        let lift = Normal::new(0.0, LIFT_PRIOR_SD)?.after(0.04, 0.02)?;
        assert!(off(lift.mean(), 0.04 * 0.09 / 0.0904) < 1e-15);
        assert!(off(lift.sd(), 0.3 * 0.02 / libm::sqrt(0.0904)) < 1e-15);
        let (low, high) = lift.interval(0.95)?;
        assert!(off(high - low, 2.0 * 1.959_963_984_540_054 * lift.sd()) < 2e-15);
        assert!(off(low + high, 2.0 * lift.mean()) < 1e-14);
        // A huge or tiny prior neither overflows nor vanishes.
        assert!(off(Normal::new(1.0, 1e-200)?.after(5.0, 1e200)?.mean(), 1.0) < 1e-15);
        assert!(off(Normal::new(1.0, 1e200)?.after(5.0, 1e-200)?.mean(), 5.0) < 1e-15);
        Ok(())
    }

    #[test]
    fn what_is_no_belief_is_refused() -> Result<(), Error> {
        for (a, b) in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(Beta::new(a, b).is_err());
        }
        for (mean, sd) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (0.0, 0.0), (0.0, -1.0), (0.0, f64::NAN)] {
            assert!(Normal::new(mean, sd).is_err());
        }
        assert!(Beta::new(1.0, 1.0)?.after(3, 2).is_err() && Normal::new(0.0, 1.0)?.after(1.0, f64::INFINITY).is_err());
        assert!(Beta::new(1.0, 1.0)?.interval(1.0).is_err() && Normal::new(0.0, 1.0)?.interval(f64::NAN).is_err());
        assert!(choice_of_rates(&[]).is_err() && choice_of_means(&[]).is_err());
        assert!(choice_of_means(&[Normal::new(0.0, f64::INFINITY)?]).is_err());
        assert!(choice_of_means(&[Normal::new(0.0, 1.0)?, Normal::new(1.0, 1e-20)?]).is_err());
        Ok(())
    }
}
