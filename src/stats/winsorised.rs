//! Capped values: what lies beyond a cap is counted as the cap, so that a few extreme units do not decide a mean.
//!
//! One pair of caps holds for all arms, else the caps themselves make a difference.

use super::{Error, require, require_probability};

/// A lower and an upper cap, in the metric's unit; −∞ and ∞ cap nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caps {
    low: f64,
    high: f64,
}

/// How many values were capped.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Capped {
    /// Values below the lower cap, raised to it.
    pub below: u64,
    /// Values above the upper cap, lowered to it.
    pub above: u64,
}

impl Caps {
    /// Values below `low` count as `low`, above `high` as `high`.
    ///
    /// # Errors
    /// [`Error::Range`] unless `low` < `high`.
    ///
    /// ```
    /// use channelmix::stats::winsorised::{Capped, Caps};
    /// let (caps, mut capped) = (Caps::new(0.0, 500.0)?, Capped::default());
    /// assert_eq!([20.0, 9999.0, 500.0].map(|x| caps.cap(x, &mut capped)), [20.0, 500.0, 500.0]);
    /// assert_eq!((capped.below, capped.above), (0, 1));
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn new(low: f64, high: f64) -> Result<Self, Error> {
        require(!high.is_nan(), "the upper cap", "be a number", high)?;
        require(low < high, "the lower cap", "be a number below the upper one", low)?;
        Ok(Self { low, high })
    }

    /// The caps at the shares `low` and `high` of all arms' values together: 0 and 0.99 leave the lowest alone and cap the
    /// highest hundredth. A share of 0 or 1 caps nothing on its side.
    ///
    /// Each cap is an observed value, ⌈share × n⌉-th from below (the inverse of the empirical distribution, type 1 of
    /// Hyndman & Fan, The American Statistician 50, 1996, 361–365), so at most a share of `low` lies below the lower one
    /// and of 1 − `high` above the upper one.
    ///
    /// # Errors
    /// [`Error::Range`] without values, for values that are not finite, for shares that are not 0 ≤ low < high ≤ 1, and
    /// where the caps would make all values equal, as they do when nearly all of them are 0 already.
    pub fn from_quantiles(pooled: &[f64], low: f64, high: f64) -> Result<Self, Error> {
        require_probability("the share of the lower cap", low)?;
        require_probability("the share of the upper cap", high)?;
        require(low < high, "the share of the lower cap", "be below that of the upper one", low)?;
        require(!pooled.is_empty(), "the number of values", "be positive", 0.0)?;
        if let Some(&value) = pooled.iter().find(|value| !value.is_finite()) {
            require(false, "each value", "be finite", value)?;
        }
        let mut values = pooled.to_vec();
        let n = values.len();
        let mut at = |share: f64| {
            let rank = ((share * n as f64).ceil() as usize).clamp(1, n);
            *values.select_nth_unstable_by(rank - 1, f64::total_cmp).1
        };
        let low = if low > 0.0 { at(low) } else { f64::NEG_INFINITY };
        let high = if high < 1.0 { at(high) } else { f64::INFINITY };
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let varied = least < high || least == most;
        require(varied, "the upper cap", "exceed the smallest value, or all become equal", high)?;
        let varied = most > low || least == most;
        require(varied, "the lower cap", "be below the largest value, or all become equal", low)?;
        Self::new(low, high)
    }

    /// The lower cap; −∞ if there is none.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper cap; ∞ if there is none.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The value within the caps, counted if it lay beyond; NaN stays NaN.
    pub fn cap(&self, value: f64, capped: &mut Capped) -> f64 {
        if value < self.low {
            capped.below += 1;
            self.low
        } else if value > self.high {
            capped.above += 1;
            self.high
        } else {
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_observed_values_and_cap_no_more_than_asked() -> Result<(), Error> {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        let caps = Caps::from_quantiles(&values, 0.01, 0.99)?;
        assert_eq!((caps.low(), caps.high()), (2.0, 198.0));
        let mut capped = Capped::default();
        let total: f64 = values.iter().map(|&x| caps.cap(x, &mut capped)).sum();
        assert_eq!((capped.below, capped.above, total), (1, 2, 20_100.0 + 1.0 - 1.0 - 2.0));
        Ok(())
    }

    #[test]
    fn shares_of_nothing_and_all_cap_nothing() -> Result<(), Error> {
        let caps = Caps::from_quantiles(&[3.0, 1.0, 2.0], 0.0, 1.0)?;
        assert_eq!((caps.low(), caps.high()), (f64::NEG_INFINITY, f64::INFINITY));
        let mut capped = Capped::default();
        assert!(caps.cap(f64::NAN, &mut capped).is_nan() && capped == Capped::default());
        Ok(())
    }

    #[test]
    fn what_caps_nothing_sensibly_is_refused() {
        assert!(Caps::new(1.0, 1.0).is_err() && Caps::new(f64::NAN, 1.0).is_err() && Caps::new(0.0, f64::NAN).is_err());
        let refused = |values: &[f64], low, high| Caps::from_quantiles(values, low, high).is_err();
        assert!(refused(&[], 0.0, 0.9) && refused(&[1.0, f64::NAN], 0.0, 0.9) && refused(&[1.0], 0.5, 0.4));
        assert!(refused(&[1.0, 2.0], -0.1, 0.9) && refused(&[1.0, 2.0], 0.1, f64::NAN));
        // Nearly all are 0: both caps are 0, and everything would become it.
        let buyers = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0];
        assert!(refused(&buyers, 0.1, 0.9) && refused(&buyers, 0.0, 0.9) && !refused(&buyers, 0.0, 0.95));
        assert!(refused(&buyers.map(|x| -x), 0.2, 1.0));
    }
}
