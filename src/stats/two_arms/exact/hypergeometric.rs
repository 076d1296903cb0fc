//! Fisher's noncentral hypergeometric law: the treatment's conversions, given those of both arms and an odds ratio.

use crate::stats::deviance::{ln_poisson, ln_poisson_at_mean};
use crate::stats::two_arms::proportions::{Cells, TwoProportions};

/// The law of the treatment's conversions K, for counts of any size.
///
/// Its weights are written as four Poisson probabilities around the counts that fit the odds ratio, so that no large logarithms
/// cancel, and its tails as sums of ratios outwards from the point asked for: some 9 standard deviations of terms.
pub(super) struct Hypergeometric {
    n_c: f64,
    n_t: f64,
    /// Conversions of both arms.
    total: f64,
    odds_ratio: f64,
    cells: Cells,
}

impl Hypergeometric {
    /// For the margins of two arms and an odds ratio treatment : control, in (0, ∞), where something converted but not all.
    pub fn new(arms: &TwoProportions, odds_ratio: f64) -> Self {
        let (n_c, n_t) = (arms.control().n(), arms.treatment().n());
        Self { n_c, n_t, total: arms.converted(), odds_ratio, cells: Cells::at_odds_ratio(arms, odds_ratio) }
    }

    /// Least and greatest K.
    pub fn support(&self) -> (f64, f64) {
        ((self.total - self.n_c).max(0.0), self.total.min(self.n_t))
    }

    /// The whole number next to the mode, inside the support.
    pub fn centre(&self) -> f64 {
        let (least, most) = self.support();
        self.cells.treatment.converted.round().clamp(least, most)
    }

    /// ln P(K = k) but for a constant.
    pub fn ln_weight(&self, k: f64) -> f64 {
        let Cells { control, treatment } = self.cells;
        let rest = self.n_t - k;
        ln_poisson(k, treatment.converted)
            + ln_poisson(rest, treatment.rest)
            + ln_poisson(self.total - k, control.converted)
            + ln_poisson(self.n_c - self.total + k, control.rest)
    }

    /// ln of the sum of all weights.
    pub fn ln_norm(&self) -> f64 {
        let centre = self.centre();
        self.ln_weight(centre) + libm::log(1.0 + self.above(centre) + self.below(centre))
    }

    /// The same at odds ratio 1, in closed form: the chance that independent rows and columns have these margins.
    pub fn ln_norm_without_effect(&self) -> f64 {
        let units = self.n_c + self.n_t;
        let margins = [self.n_c, self.n_t, self.total, units - self.total];
        margins.into_iter().map(ln_poisson_at_mean).sum::<f64>() - ln_poisson_at_mean(units)
    }

    /// P(K > k) ÷ P(K = k).
    pub fn above(&self, k: f64) -> f64 {
        let most = self.support().1;
        sum_of_ratios(most - k, |steps| {
            let k = k + steps;
            self.odds_ratio * ((self.n_t - k) / (k + 1.0)) * ((self.total - k) / (self.n_c - self.total + k + 1.0))
        })
    }

    /// P(K < k) ÷ P(K = k).
    pub fn below(&self, k: f64) -> f64 {
        let least = self.support().0;
        sum_of_ratios(k - least, |steps| {
            let k = k - steps;
            (k / (self.n_t - k + 1.0)) * ((self.n_c - self.total + k) / (self.total - k + 1.0)) / self.odds_ratio
        })
    }
}

/// r(0) + r(0)·r(1) + … over `terms` falling ratios, up to where the rest is lost in rounding.
fn sum_of_ratios(terms: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut product, mut steps) = (0.0, 1.0, 0.0);
    while steps < terms {
        let ratio = ratio(steps);
        product *= ratio;
        sum += product;
        // The rest is less than a geometric series.
        if ratio < 1.0 && product * ratio <= 1e-18 * (1.0 - ratio) * (1.0 + sum) {
            break;
        }
        steps += 1.0;
    }
    sum
}
