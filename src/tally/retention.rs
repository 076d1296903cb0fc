//! Retention week by week (R22): when a customer becomes one who counts, and when it is one who ordered lately.

use crate::scenario::{Seconds, WEEK};

/// Follows the orders of one customer after the other.
#[derive(Clone, Debug)]
pub(super) struct Retention {
    /// Length of the retention window.
    window: Seconds,
    horizon: Seconds,
    joined: Seconds,
    /// The first and the last of orders with no more than the window between any two.
    orders: Option<(Seconds, Seconds)>,
}

impl Retention {
    pub fn new(window: Seconds, horizon: Seconds) -> Self {
        Self { window, horizon, joined: 0, orders: None }
    }

    /// The next customer joins.
    pub fn join(&mut self, at: Seconds) {
        self.joined = at;
        self.orders = None;
    }

    /// The customer orders; gives the weeks of the [time](Self::time) that ended before, if one did.
    pub fn order(&mut self, at: Seconds) -> Option<(usize, usize)> {
        match &mut self.orders {
            Some((_, last)) if at <= *last + self.window => {
                *last = at;
                None
            }
            orders => orders.replace((at, at)).map(|ended| self.time(ended)),
        }
    }

    /// The weeks of the last time.
    pub fn end(&mut self) -> Option<(usize, usize)> {
        self.orders.take().map(|last| self.time(last))
    }

    /// The first week at whose end the customer had joined a window ago.
    pub fn eligible_week(&self) -> usize {
        ((self.joined + self.window - 1) / WEEK) as usize
    }

    /// A time in which the customer counted as retained: the first week at whose end it did, and the first at whose end it
    /// no longer did (beyond any week if it still did at the horizon).
    fn time(&self, (first, last): (Seconds, Seconds)) -> (usize, usize) {
        let lapses = last + self.window;
        let until = if lapses < self.horizon { (lapses / WEEK) as usize } else { usize::MAX };
        (((first / WEEK) as usize).max(self.eligible_week()), until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Seconds = 86_400;

    /// How many weeks' ends see the customer retained, by playing the weeks out.
    fn weeks(orders: &[Seconds], joined: Seconds, window: Seconds, horizon: Seconds) -> Vec<bool> {
        let ends = (1..=(horizon + WEEK - 1) / WEEK).map(|week| (week * WEEK).min(horizon));
        let at = |end: Seconds| joined + window <= end && orders.iter().any(|&at| at < end && at >= end - window);
        ends.map(at).collect()
    }

    #[test]
    fn r22_the_changes_add_up_to_the_definition_at_the_end_of_every_week() {
        for (window, horizon) in [(90 * DAY, 364 * DAY), (14 * DAY, 100 * DAY), (7 * DAY, 70 * DAY), (DAY, 30 * DAY)] {
            for case in 0..500 {
                // Any odd multipliers: the instants need only differ from case to case.
                let word = |n: Seconds| ((case + 1) * (n + 3) * 2_654_435_761) % 1_000_003 * 97;
                let joined = if case % 2 == 0 { 0 } else { word(0) % (horizon - window + 1) };
                let mut orders: Vec<Seconds> =
                    (0..word(1) % 9).map(|n| joined + word(2 + n) % (horizon - joined)).collect();
                orders.sort_unstable();
                let mut retention = Retention::new(window, horizon);
                retention.join(joined);
                let mut times: Vec<(usize, usize)> = orders.iter().filter_map(|&at| retention.order(at)).collect();
                times.extend(retention.end());
                let expected = weeks(&orders, joined, window, horizon);
                let found: Vec<bool> = (0..expected.len())
                    .map(|week| {
                        times
                            .iter()
                            .map(|&(from, until)| i32::from(week >= from) - i32::from(week >= until))
                            .sum::<i32>()
                    })
                    .map(|sum| sum == 1)
                    .collect();
                assert_eq!(found, expected, "{window} {horizon} {joined} {orders:?}");
            }
        }
    }
}
