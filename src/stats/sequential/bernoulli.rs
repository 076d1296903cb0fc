//! Confidence sequences for rare conversions: exact at any number of them, at any time.
//!
//! Whether a customer converts, and in which arm a conversion falls, are coins. A bet that spreads over the coin's
//! chance as a beta distribution wins B(a + x, b + n − x) / (B(a, b)·qˣ(1 − q)ⁿ⁻ˣ) against the chance q (Ville, 1939;
//! Robbins, Annals of Mathematical Statistics 41, 1970, 1397–1409); the q against which it has won less than 1/α form
//! the sequence.

use crate::stats::{Error, gamma, require, root};

/// A coin that has been thrown, and how the bet on its chance was spread: a beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coin {
    yes: u64,
    no: u64,
    a: f64,
    b: f64,
}

impl Coin {
    /// `successes` of `trials`, the bet spread around the chance `guess`, in (0, 1), as if it came from `weight` trials
    /// (> 0). A guess near the truth makes the interval narrow; a wrong one only makes it wide. It has to be chosen
    /// before the data are seen. A weight of 1 is a safe choice.
    ///
    /// # Errors
    /// [`Error::Range`] for more successes than trials, or a guess or weight out of range.
    pub fn new(successes: u64, trials: u64, guess: f64, weight: f64) -> Result<Self, Error> {
        require(successes <= trials, "the number of successes", "not exceed the trials", successes as f64)?;
        require(guess > 0.0 && guess < 1.0, "the guess of a chance", "lie between 0 and 1, both excluded", guess)?;
        let must = "lie between 1e-6 and 1e12";
        require((1e-6..=1e12).contains(&weight), "the weight of a guess", must, weight)?;
        Ok(Self { yes: successes, no: trials - successes, a: weight * guess, b: weight * (1.0 - guess) })
    }

    /// ln of the e-value against the chance `q`; ∞ where q is impossible, NaN for q outside [0, 1].
    ///
    /// Absolute error below 1e-7 at 10⁸ trials and 1e-12 at 10³.
    pub fn ln_e(&self, q: f64) -> f64 {
        if !(0.0..=1.0).contains(&q) {
            return f64::NAN;
        }
        self.ln_e_of(libm::log(q), libm::log1p(-q))
    }

    /// The same by ln q and ln(1 − q).
    fn ln_e_of(&self, ln_q: f64, ln_rest: f64) -> f64 {
        let (yes, no) = (self.yes as f64, self.no as f64);
        let won = gamma::ln_beta(self.a + yes, self.b + no) - gamma::ln_beta(self.a, self.b);
        let of = |count: f64, ln: f64| if count == 0.0 { 0.0 } else { count * ln };
        won - of(yes, ln_q) - of(no, ln_rest)
    }

    /// The chances against which the e-value is below 1/`alpha`: (low, high), [0, 1] without trials. At all times
    /// together they hold the true chance with 1 − alpha.
    ///
    /// # Errors
    /// [`Error::Range`] for an alpha outside (0, 1).
    pub fn interval(&self, alpha: f64) -> Result<(f64, f64), Error> {
        let (low, high) = self.log_odds(alpha)?;
        let chance = |x: f64| if x < 0.0 { libm::exp(x) / (1.0 + libm::exp(x)) } else { 1.0 / (1.0 + libm::exp(-x)) };
        Ok((chance(low), chance(high)))
    }

    /// The interval of ln(q / (1 − q)); its ends may be infinite.
    fn log_odds(&self, alpha: f64) -> Result<(f64, f64), Error> {
        require(alpha > 0.0 && alpha < 1.0, "alpha", "lie between 0 and 1, both excluded", alpha)?;
        // ln q = −ln(1 + e^−x), ln(1 − q) = −ln(1 + e^x).
        let excess = |x: f64| self.ln_e_of(-softplus(-x), -softplus(x)) + libm::log(alpha);
        // The e-value is least at the observed share, where it is below 1; without a yes or a no it has no least.
        let middle = libm::log(self.yes as f64) - libm::log(self.no as f64);
        let middle = middle.clamp(-FARTHEST, FARTHEST);
        let low = if self.yes == 0 { None } else { root::between(-FARTHEST, middle, excess) };
        let high = if self.no == 0 { None } else { root::between(middle, FARTHEST, excess) };
        Ok((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)))
    }
}

/// Log odds beyond which a chance cannot be told from 0 or 1.
const FARTHEST: f64 = 700.0;

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// Two arms whose conversions are rare: in which arm did each conversion fall?
///
/// Where each unit is given to the treatment with the planned chance s, whatever happened before, each conversion falls
/// in it with the chance sR / (sR + 1 − s), R the ratio of the two conversion rates: a coin, however rare or frequent
/// conversions are, and whoever stops when. So the bet is exact; but it learns nothing from units that do not convert,
/// which is no loss where conversions are rare (below some 5 %), and one of up to a factor 1/(1 − p) in the numbers
/// needed otherwise.
///
/// ```
/// use channelmix::stats::sequential::bernoulli::Split;
/// let split = Split::new(4, 19, 0.5, 10.0)?;
/// assert!(split.ln_e(1.0)? > 3.0 && split.interval(0.05)?.0 > 1.0);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    coin: Coin,
    /// ln(s / (1 − s)).
    ln_odds: f64,
}

impl Split {
    /// The conversions of the arms, the *planned* share of units in the treatment, in (0, 1), and the `weight` of the
    /// bet on R = 1, as if it came from so many conversions: large for small effects; some 10 fit lifts of a half, some
    /// 1,000 lifts of 5 %.
    ///
    /// # Errors
    /// [`Error::Range`] for a share or weight out of range, or more conversions than can be counted together.
    pub fn new(control: u64, treatment: u64, treatment_share: f64, weight: f64) -> Result<Self, Error> {
        let holds = treatment_share > 0.0 && treatment_share < 1.0;
        require(holds, "the share of the treatment", "lie between 0 and 1, both excluded", treatment_share)?;
        let all = control.checked_add(treatment).ok_or(Error::Range {
            what: "the number of conversions",
            must: "be countable together",
            found: control as f64,
        })?;
        let coin = Coin::new(treatment, all, treatment_share, weight)?;
        Ok(Self { coin, ln_odds: libm::log(treatment_share) - libm::log1p(-treatment_share) })
    }

    /// ln of the e-value against the ratio `treatment rate / control rate`, ≥ 0; equal rates are 1.
    ///
    /// # Errors
    /// [`Error::Range`] for a negative ratio.
    pub fn ln_e(&self, ratio: f64) -> Result<f64, Error> {
        require(ratio >= 0.0, "the ratio of rates", "not be negative", ratio)?;
        let x = self.ln_odds + libm::log(ratio);
        Ok(self.coin.ln_e_of(-softplus(-x), -softplus(x)))
    }

    /// The ratios of rates against which the e-value is below 1/`alpha`: from 0, and to ∞, where nothing is known. The
    /// lift is the ratio − 1; it excludes 0 exactly where 1/e(1) < alpha.
    ///
    /// # Errors
    /// [`Error::Range`] for an alpha outside (0, 1).
    pub fn interval(&self, alpha: f64) -> Result<(f64, f64), Error> {
        let (low, high) = self.coin.log_odds(alpha)?;
        Ok((libm::exp(low - self.ln_odds), libm::exp(high - self.ln_odds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use proptest::prelude::*;

    /// Successes, trials, guess, weight, q, ln e: mpmath, 50 digits.
    const KNOWN: [(u64, u64, f64, f64, f64, f64); 6] = [
        (0, 5, 0.5, 1.0, 0.3, 0.381_332_001_605_632),
        (3, 40, 0.1, 2.0, 0.4, 9.286_215_069_021_384),
        (12, 20000, 0.001, 1.0, 0.001, -5.360_395_267_574_116),
        (150, 1_000_000, 0.000_1, 10.0, 1e-5, 257.716_346_807_648),
        (52_000_000, 100_000_000, 0.5, 1.0, 0.5, 80_011.910_866_654_07),
        (999, 1000, 0.9, 5.0, 0.5, 682.811_103_318_541_8),
    ];

    #[test]
    fn e_values_of_few_and_many() -> Result<(), Error> {
        for (successes, trials, guess, weight, q, ln_e) in KNOWN {
            let found = Coin::new(successes, trials, guess, weight)?.ln_e(q);
            assert!((found - ln_e).abs() <= 1e-13 + 4e-16 * trials as f64, "{found} {ln_e}");
        }
        Ok(())
    }

    /// Every path of 40 throws: the chance that the true chance was ever excluded is at most alpha.
    #[test]
    fn the_level_holds_over_all_paths() -> Result<(), Error> {
        for q in [0.03, 0.4] {
            let mut alive = vec![1.0];
            let mut excluded = 0.0;
            for n in 1..=40_u64 {
                let mut next = vec![0.0; n as usize + 1];
                for (x, chance) in alive.iter().enumerate() {
                    next[x] += chance * (1.0 - q);
                    next[x + 1] += chance * q;
                }
                for (x, chance) in next.iter_mut().enumerate() {
                    let (low, high) = Coin::new(x as u64, n, 0.2, 2.0)?.interval(0.1)?;
                    if q < low || q > high {
                        excluded += std::mem::take(chance);
                    }
                }
                alive = next;
            }
            assert!(excluded > 0.001 && excluded < 0.1, "{q}: {excluded}");
        }
        Ok(())
    }

    #[test]
    fn the_ends() -> Result<(), Error> {
        assert_eq!(Coin::new(0, 0, 0.5, 1.0)?.interval(0.05)?, (0.0, 1.0));
        let none = Coin::new(0, 1_000_000, 0.01, 1.0)?;
        let (low, high) = none.interval(0.05)?;
        assert!(low == 0.0 && high > 3e-6 && high < 3e-5);
        assert_eq!((none.ln_e(1.0), Coin::new(1, 1, 0.01, 1.0)?.ln_e(0.0)), (f64::INFINITY, f64::INFINITY));
        assert!(none.ln_e(f64::NAN).is_nan() && none.ln_e(1.5).is_nan() && none.interval(1.0).is_err());
        assert!(
            Coin::new(2, 1, 0.5, 1.0).is_err()
                && Coin::new(1, 2, 0.0, 1.0).is_err()
                && Coin::new(1, 2, 0.5, 0.0).is_err()
        );
        assert_eq!(Split::new(0, 0, 0.5, 10.0)?.interval(0.05)?, (0.0, f64::INFINITY));
        assert_eq!(Split::new(3, 0, 0.5, 10.0)?.interval(0.05)?.0, 0.0);
        assert!(Split::new(u64::MAX, 1, 0.5, 1.0).is_err() && Split::new(1, 1, 1.0, 1.0).is_err());
        assert!(Split::new(1, 1, 0.5, 1.0)?.ln_e(-1.0).is_err() && Split::new(1, 1, 0.5, 1.0)?.ln_e(f64::NAN).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn limits_are_where_the_e_value_is(
            control in 0..3_000_u64,
            treatment in 0..3_000_u64,
            share in 0.01..0.99_f64,
            weight in 0.1..1e4_f64,
        ) {
            let split = Split::new(control, treatment, share, weight)?;
            let (low, high) = split.interval(0.05)?;
            for limit in [low, high] {
                prop_assert!(limit == 0.0 || limit == f64::INFINITY || off(split.ln_e(limit)?, libm::log(20.0)) < 1e-8);
            }
            let excluded = split.ln_e(1.0)? > libm::log(20.0);
            prop_assert_eq!(excluded, low > 1.0 || high < 1.0);
            // Naming the arms the other way round turns the ratio round.
            let turned = Split::new(treatment, control, 1.0 - share, weight)?.interval(0.05)?;
            prop_assert!((turned.1 == f64::INFINITY && low == 0.0) || (turned.1 * low - 1.0).abs() < 1e-9);
        }
    }
}
