//! What the battery concludes: p-values, and one threshold for all of them together.

use statrs::distribution::{ChiSquared, ContinuousCDF, DiscreteCDF, Normal, Poisson};

/// The p-values of a battery. With sound words, the chance that [`Verdict::failures`] finds any is at most `level`.
pub struct Verdict {
    level: f64,
    results: Vec<(String, f64)>,
}

impl Verdict {
    pub const fn at(level: f64) -> Self {
        Self { level, results: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.results.len()
    }

    /// The tests whose p-value is below its share of the level (Bonferroni), the worst first.
    pub fn failures(&self) -> Vec<String> {
        let share = self.level / self.results.len() as f64;
        let mut failures: Vec<_> = self.results.iter().filter(|(_, p)| p.is_nan() || *p < share).collect();
        failures.sort_by(|a, b| a.1.total_cmp(&b.1));
        failures.into_iter().map(|(test, p)| format!("{test}: p = {p:.1e}")).collect()
    }

    /// Counts against their expected shares. Too good a fit is as suspect as too bad a one.
    pub fn chi_square(&mut self, test: String, counts: &[u32], shares: impl Iterator<Item = f64>) {
        let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        let sum: f64 = counts.iter().zip(shares).map(|(&count, share)| square(f64::from(count), total * share)).sum();
        self.chi_square_of(test, sum, counts.len() as f64 - 1.0);
    }

    /// Counts that should all be alike.
    pub fn uniform(&mut self, test: String, counts: &[u32]) {
        self.chi_square(test, counts, std::iter::repeat(1.0 / counts.len() as f64));
    }

    /// For each of the 64 bits, how often it was set in `words` words: a fair coin.
    pub fn coins(&mut self, test: String, set: &[u32; 64], words: usize) {
        let half = words as f64 / 2.0;
        let sum = set.iter().map(|&count| 2.0 * square(f64::from(count), half)).sum();
        self.chi_square_of(test, sum, 64.0);
    }

    pub fn chi_square_of(&mut self, test: String, sum: f64, freedom: f64) {
        let law = ChiSquared::new(freedom).expect("at least two cells");
        self.two_sided(test, law.cdf(sum), law.sf(sum));
    }

    pub fn normal(&mut self, test: String, z: f64) {
        let law = Normal::standard();
        self.two_sided(test, law.cdf(z), law.sf(z));
    }

    pub fn poisson(&mut self, test: String, count: u64, mean: f64) {
        let law = Poisson::new(mean).expect("a positive mean");
        self.two_sided(test, law.cdf(count), if count == 0 { 1.0 } else { law.sf(count - 1) });
    }

    fn two_sided(&mut self, test: String, below: f64, above: f64) {
        self.results.push((test, (2.0 * below.min(above)).min(1.0)));
    }
}

fn square(count: f64, expected: f64) -> f64 {
    (count - expected).powi(2) / expected
}
