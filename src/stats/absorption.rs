//! Absorbing Markov chains: what a journey through channels comes to, exactly.
//!
//! At each touch on channel i a customer orders with probability rᵢ, hops to channel j with probability Qᵢⱼ, or leaves
//! with what is left of 1 (R14). The fundamental matrix (I − Q)⁻¹ counts the touches a journey has on each channel, and
//! everything else follows (Kemeny & Snell, *Finite Markov Chains*, 1960, chapter 3).

use super::{Error, linear, require, require_length, require_probability};

/// A journey's chances at each channel, with every question answered by one matrix.
///
/// ```
/// use channelmix::stats::absorption::HopChain;
/// // Web: 3 % order, 10 % hop to the store. Store: 25 % order, 5 % hop back.
/// let chain = HopChain::new(&[0.03, 0.25], &[[0.0, 0.1], [0.05, 0.0]])?;
/// let from_web = (0.03 + 0.1 * 0.25) / (1.0 - 0.1 * 0.05);
/// assert!((chain.order_probability(&[1.0, 0.0])? - from_web).abs() < 1e-15);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HopChain {
    order: Vec<f64>,
    /// Row i: expected touches on each channel of a journey that starts on i.
    fundamental: Vec<Vec<f64>>,
}

impl HopChain {
    /// From the chance to order at each channel and the hop matrix (row: from, column: to).
    ///
    /// # Errors
    /// [`Error::Range`] if a row's order chance and hops sum to more than 1 (but for rounding, 1e-12);
    /// [`Error::Singular`] if a journey could hop for ever, that is, among channels where nobody orders or leaves.
    pub fn new(order: &[f64], hops: &[impl AsRef<[f64]>]) -> Result<Self, Error> {
        let n = order.len();
        require_length("the hop matrix", n, hops.len())?;
        let mut transient = Vec::with_capacity(n);
        for (i, row) in hops.iter().map(AsRef::as_ref).enumerate() {
            require_length("each row of the hop matrix", n, row.len())?;
            require_probability("each order probability", order[i])?;
            row.iter().try_for_each(|&hop| require_probability("each hop probability", hop))?;
            let sum = order[i] + row.iter().sum::<f64>();
            require(sum <= 1.0 + 1e-12, "order and hop probabilities of a channel", "sum to at most 1", sum)?;
            transient.push((0..n).map(|j| f64::from(u8::from(i == j)) - row[j]).collect::<Vec<f64>>());
        }
        Ok(Self { order: order.to_vec(), fundamental: linear::inverse(&transient)? })
    }

    /// Expected touches on each channel, for journeys that start on channel i with probability `entry[i]`.
    ///
    /// # Errors
    /// Entry shares that are no probabilities, or not one for each channel: as in all that follow.
    pub fn visits(&self, entry: &[f64]) -> Result<Vec<f64>, Error> {
        require_length("the entry shares", self.order.len(), entry.len())?;
        entry.iter().try_for_each(|&share| require_probability("each entry share", share))?;
        let mut visits = vec![0.0; entry.len()];
        for (share, row) in entry.iter().zip(&self.fundamental) {
            visits.iter_mut().zip(row).for_each(|(visit, touches)| *visit += share * touches);
        }
        Ok(visits)
    }

    /// Expected hops per journey: touches beyond the first.
    ///
    /// # Errors
    /// As [`HopChain::visits`].
    pub fn hops(&self, entry: &[f64]) -> Result<f64, Error> {
        Ok(self.visits(entry)?.iter().sum::<f64>() - entry.iter().sum::<f64>())
    }

    /// The chance that a journey ends in an order on each channel.
    ///
    /// # Errors
    /// As [`HopChain::visits`].
    pub fn orders(&self, entry: &[f64]) -> Result<Vec<f64>, Error> {
        Ok(self.visits(entry)?.iter().zip(&self.order).map(|(visit, order)| visit * order).collect())
    }

    /// The chance that a journey ends in an order: π of R10.
    ///
    /// # Errors
    /// As [`HopChain::visits`].
    pub fn order_probability(&self, entry: &[f64]) -> Result<f64, Error> {
        Ok(self.orders(entry)?.iter().sum())
    }

    /// B = (I − Q)⁻¹R: row i holds, for a journey that starts on channel i, the chance to end in an order on each channel.
    pub fn orders_by_start(&self) -> Vec<Vec<f64>> {
        let by_channel = |row: &Vec<f64>| row.iter().zip(&self.order).map(|(touches, order)| touches * order).collect();
        self.fundamental.iter().map(by_channel).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// Web, app, store: the retail preset at its typical values. References: mpmath, 40 digits.
    fn retail() -> Result<HopChain, Error> {
        HopChain::new(&[0.025, 0.035, 0.25], &[[0.0, 0.05, 0.05], [0.1, 0.0, 0.05], [0.05, 0.0, 0.0]])
    }
    const ENTRY: [f64; 3] = [0.7, 0.1, 0.2];

    #[test]
    fn a_chain_of_three_channels() -> Result<(), Error> {
        let chain = retail()?;
        for (found, expected) in chain.visits(&ENTRY)?.into_iter().zip(VISITS) {
            assert!(off(found, expected) < 1e-15, "{found:.17}");
        }
        assert!(off(chain.order_probability(&ENTRY)?, ORDER) < 1e-15);
        assert!(off(chain.hops(&ENTRY)?, HOPS) < 1e-14);
        let by_start = chain.orders_by_start();
        for (j, order) in chain.orders(&ENTRY)?.into_iter().enumerate() {
            assert!(off((0..3).map(|i| ENTRY[i] * by_start[i][j]).sum(), order) < 1e-15);
        }
        Ok(())
    }
    const VISITS: [f64; 3] = [0.725_784_103_791_409_5, 0.136_289_205_189_570_47, 0.243_103_665_449_049_02];
    const ORDER: f64 = 0.083_690_641_138_682_45;
    const HOPS: f64 = 0.105_176_974_430_028_96;

    #[test]
    fn long_journeys_keep_their_digits() -> Result<(), Error> {
        // Two channels tossing the customer to and fro, order 1e-9 at each touch and no other end: always an order.
        let chain = HopChain::new(&[1e-9, 1e-9], &[[0.0, 1.0 - 1e-9], [1.0 - 1e-9, 0.0]])?;
        assert!(off(chain.order_probability(&[1.0, 0.0])?, 1.0) < 1e-6);
        assert!(off(chain.hops(&[1.0, 0.0])?, 1e9) < 1e-6);
        Ok(())
    }

    #[test]
    fn a_channel_may_touch_itself() -> Result<(), Error> {
        let chain = HopChain::new(&[0.1], &[[0.5]])?;
        assert!(off(chain.order_probability(&[1.0])?, 0.2) < 1e-15 && off(chain.hops(&[1.0])?, 1.0) < 1e-15);
        Ok(())
    }

    #[test]
    fn chains_that_are_none_are_refused() {
        assert_eq!(HopChain::new(&[0.0, 0.1], &[[1.0, 0.0], [0.0, 0.0]]), Err(Error::Singular));
        assert!(HopChain::new(&[0.6, 0.1], &[[0.0, 0.5], [0.0, 0.0]]).is_err());
        assert!(HopChain::new(&[0.6], &[[-0.1]]).is_err());
        assert!(HopChain::new(&[0.6], &[[0.1, 0.1]]).is_err());
        assert!(retail().is_ok_and(|chain| chain.visits(&[1.0]).is_err()));
    }
}
