//! Affinity: customers differ in how readily they open and click on a channel, and the stated rate is their mean (R13).

use crate::luck::Threshold;
use crate::stats::normal;

/// Equally likely levels of affinity that a channel with a spread has. The model *is* these levels, not a grid over a
/// continuum: with 32 of them the standard deviation is exactly 1 and the mean rate exactly the stated one.
const LEVELS: usize = 32;

/// Thresholds for opening and for clicking what was opened, by level of affinity; one level where nobody differs.
pub(super) fn thresholds(open: f64, click_to_open: f64, spread: f64) -> (Vec<Threshold>, Vec<Threshold>) {
    if spread == 0.0 {
        return (vec![Threshold::new(open)], vec![Threshold::new(click_to_open)]);
    }
    let shifts: Vec<f64> = levels().iter().map(|z| z * spread).collect();
    let even = vec![1.0; LEVELS];
    let opens = with_mean(open, &shifts, &even);
    // Clicks are a share of opens, and who opens more counts for more of them.
    let clicks = with_mean(click_to_open, &shifts, &opens);
    let thresholds = |shares: &[f64]| shares.iter().map(|&share| Threshold::new(share)).collect();
    (thresholds(&opens), thresholds(&clicks))
}

/// Midpoint quantiles of the standard normal distribution, scaled to standard deviation 1.
fn levels() -> Vec<f64> {
    let raw: Vec<f64> = (0..LEVELS).map(|i| normal::quantile((i as f64 + 0.5) / LEVELS as f64)).collect();
    let sd = (raw.iter().map(|z| z * z).sum::<f64>() / LEVELS as f64).sqrt();
    raw.into_iter().map(|z| z / sd).collect()
}

/// Shares logistic(c + shift) whose weighted mean is `mean`: c by bisection, to the last bit that matters.
fn with_mean(mean: f64, shifts: &[f64], weights: &[f64]) -> Vec<f64> {
    if mean <= 0.0 || mean >= 1.0 {
        return vec![mean.clamp(0.0, 1.0); shifts.len()];
    }
    let total: f64 = weights.iter().sum();
    let shares = |c: f64| shifts.iter().map(move |shift| 1.0 / (1.0 + libm::exp(-(c + shift))));
    let (mut low, mut high) = (-80.0, 80.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        let found = shares(middle).zip(weights).map(|(share, weight)| share * weight).sum::<f64>() / total;
        if found < mean { low = middle } else { high = middle }
    }
    shares(0.5 * (low + high)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_the_stated_rate_is_the_mean_over_customers() {
        for (open, click, spread) in [(0.25, 0.1, 1.0), (0.02, 0.5, 3.0), (0.9, 0.03, 0.5), (1.0, 0.2, 2.0)] {
            let (opens, clicks) = thresholds(open, click, spread);
            let share = Threshold::probability;
            let mean = opens.iter().map(|&t| share(t)).sum::<f64>() / opens.len() as f64;
            let clicked =
                opens.iter().zip(&clicks).map(|(&o, &c)| share(o) * share(c)).sum::<f64>() / opens.len() as f64;
            assert!((mean / open - 1.0).abs() < 1e-12);
            assert!((clicked / (open * click) - 1.0).abs() < 1e-12);
            assert!(opens.is_sorted() && clicks.is_sorted());
        }
    }
}
