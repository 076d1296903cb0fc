//! Counts, means and co-moments of a few variables, gathered in one pass: all that means, ratios and regressions need of
//! an arm.
//!
//! Updates follow Welford (Technometrics 4, 1962, 419–420) and merges Chan, Golub & `LeVeque` (The American Statistician
//! 37, 1983, 242–247). Values are taken from the first row, so that a large common offset costs no digits.

use super::two_arms::means::Sample;
use super::{Error, require, require_length};

/// The moments of k variables over n units.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    n: u64,
    /// The first row; means are kept as differences from it.
    origin: Vec<f64>,
    means: Vec<f64>,
    /// Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ) for j ≤ i, by rows of the lower triangle.
    comoments: Vec<f64>,
}

impl Moments {
    /// No units yet, of `k` variables.
    ///
    /// ```
    /// use channelmix::stats::moments::Moments;
    /// let mut spend_and_visits = Moments::new(2);
    /// for row in [[10.0, 1.0], [0.0, 2.0], [50.0, 6.0]] {
    ///     spend_and_visits.add(&row);
    /// }
    /// assert_eq!(spend_and_visits.mean(0), 20.0);
    /// assert!((spend_and_visits.variance(1) - 7.0).abs() < 1e-14);
    /// ```
    pub fn new(k: usize) -> Self {
        Self { n: 0, origin: vec![0.0; k], means: vec![0.0; k], comoments: vec![0.0; k * (k + 1) / 2] }
    }

    /// One more unit: its value of each variable, in their order. Allocates nothing.
    ///
    /// A value that is not finite makes the moments NaN, which whatever is made from them refuses.
    pub fn add(&mut self, row: &[f64]) {
        debug_assert_eq!(row.len(), self.k(), "a row has one value per variable");
        if self.n == 0 {
            self.origin.iter_mut().zip(row).for_each(|(origin, x)| *origin = *x);
        }
        self.n += 1;
        let share = 1.0 / self.n as f64;
        let rest = 1.0 - share;
        let mut entries = self.comoments.iter_mut();
        for (i, x) in row.iter().enumerate().take(self.means.len()) {
            let scaled = (x - self.origin[i] - self.means[i]) * rest;
            for ((y, origin), mean) in row.iter().zip(&self.origin).zip(&self.means).take(i + 1) {
                if let Some(entry) = entries.next() {
                    *entry += scaled * (y - origin - mean);
                }
            }
        }
        for ((mean, origin), x) in self.means.iter_mut().zip(&self.origin).zip(row) {
            *mean += (x - origin - *mean) * share;
        }
    }

    /// Adds the units of `other`, of the same variables. The same parts in the same order give the same bytes.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.k(), other.k(), "both have the same variables");
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            self.clone_from(other);
            return;
        }
        let total = self.n.saturating_add(other.n);
        let share = other.n as f64 / total as f64;
        let weight = self.n as f64 * share;
        let gaps: Vec<f64> = (0..self.k().min(other.k())).map(|i| other.gap(i, self)).collect();
        let products = gaps.iter().enumerate().flat_map(|(i, x)| gaps[..=i].iter().map(move |y| x * y));
        for ((entry, theirs), product) in self.comoments.iter_mut().zip(&other.comoments).zip(products) {
            *entry += theirs + product * weight;
        }
        self.means.iter_mut().zip(&gaps).for_each(|(mean, gap)| *mean += gap * share);
        self.n = total;
    }

    /// From sums, as aggregated tables give them: `n` units, Σxᵢ of each variable, and the sums of products Σxᵢxⱼ as the
    /// lower triangle by rows (Σx₁², Σx₂x₁, Σx₂², Σx₃x₁, …).
    ///
    /// Σx² − (Σx)²/n is formed without rounding (fused multiply–add), but the sums came rounded: where the difference is
    /// below 1e-10 of Σx² and the sums are not whole numbers that a double holds exactly, too few digits of the variance
    /// are left, and it is refused. An exact difference of 0 is a variable that does not vary.
    ///
    /// # Errors
    /// [`Error::Range`] without units, for sums that are not finite or that no values can have (Σx² < (Σx)²/n, a
    /// correlation beyond ±1), and where rounding has eaten the variance; [`Error::Length`] for a triangle of another
    /// size.
    ///
    /// ```
    /// use channelmix::stats::moments::Moments;
    /// let spend = Moments::from_sums(3, &[60.0], &[2600.0])?;
    /// assert_eq!((spend.mean(0), spend.variance(0)), (20.0, 700.0));
    /// assert!(Moments::from_sums(3, &[60.0], &[1100.0]).is_err());
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn from_sums(n: u64, sums: &[f64], products: &[f64]) -> Result<Self, Error> {
        let k = sums.len();
        require(n >= 1 && n as f64 <= WHOLE, "the number of units", "lie between 1 and 2⁵³", n as f64)?;
        require_length("the sums of products", k * (k + 1) / 2, products.len())?;
        for sum in sums.iter().chain(products) {
            require(sum.is_finite(), "each sum", "be finite", *sum)?;
        }
        let count = n as f64;
        let pairs = (0..k).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let mut comoments = Vec::with_capacity(products.len());
        for ((i, j), &product) in pairs.clone().zip(products) {
            let comoment = exact_comoment(count, sums[i], sums[j], product);
            require(comoment.is_finite(), "the sum of squares", "be small enough to be multiplied by n", product)?;
            if i == j {
                let left = if product == 0.0 { comoment } else { comoment / product };
                require(product >= 0.0, "a sum of squares", "not be negative", product)?;
                require(
                    comoment >= -ROUNDED * product,
                    "a sum of squares",
                    "be at least the square of the sum divided by n",
                    product,
                )?;
                let exact = [sums[i], product].iter().all(|sum| sum.fract() == 0.0 && sum.abs() < WHOLE);
                require(
                    comoment == 0.0 || left > ROUNDED || (exact && comoment > 0.0),
                    "the share of a sum of squares that is left after the mean is taken out",
                    "exceed 1e-10, or rounding has eaten the variance (take a constant off all values, or give the rows)",
                    left,
                )?;
            }
            comoments.push(comoment);
        }
        let diagonal: Vec<f64> = (0..k).map(|i| comoments[place(i, i)]).collect();
        for ((i, j), &comoment) in pairs.zip(&comoments) {
            let most = libm::sqrt(diagonal[i]) * libm::sqrt(diagonal[j]);
            // What rounding of the sums themselves may have added.
            let noise = f64::EPSILON * (products[place(i, j)].abs() + (sums[i] / count * sums[j]).abs());
            require(
                comoment.abs() <= most * (1.0 + 1e-8) + noise,
                "a sum of products",
                "agree with the sums of squares (a correlation lies between −1 and 1)",
                products[place(i, j)],
            )?;
        }
        let means = sums.iter().map(|sum| sum / count).collect();
        Ok(Self { n, origin: vec![0.0; k], means, comoments })
    }

    /// One variable from its mean and its variance (with n − 1) over `n` units.
    ///
    /// # Errors
    /// [`Error::Range`] for fewer than two units, a mean that is not finite, or a variance below 0.
    pub fn from_variance(n: u64, mean: f64, variance: f64) -> Result<Self, Error> {
        let Sample { n, mean, variance } = Sample::new(n, mean, variance)?;
        Ok(Self { n, origin: vec![0.0], means: vec![mean], comoments: vec![variance * (n - 1) as f64] })
    }

    /// Units.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Variables.
    pub fn k(&self) -> usize {
        self.means.len()
    }

    /// Mean of variable `i`; NaN without units or without such a variable.
    pub fn mean(&self, i: usize) -> f64 {
        match (self.n, self.origin.get(i), self.means.get(i)) {
            (1.., Some(origin), Some(mean)) => origin + mean,
            _ => f64::NAN,
        }
    }

    /// n × mean of variable `i`; 0 without units.
    pub fn sum(&self, i: usize) -> f64 {
        if self.n == 0 { 0.0 } else { self.n as f64 * self.mean(i) }
    }

    /// Variance of variable `i` between units, with n − 1; NaN for fewer than two units.
    pub fn variance(&self, i: usize) -> f64 {
        self.covariance(i, i)
    }

    /// Covariance of variables `i` and `j` between units, with n − 1; NaN for fewer than two units.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        if self.n < 2 { f64::NAN } else { self.comoment(i, j) / (self.n - 1) as f64 }
    }

    /// Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ); NaN without such variables.
    pub fn comoment(&self, i: usize, j: usize) -> f64 {
        let both = i.max(j) < self.k();
        if both { self.comoments[place(i.max(j), i.min(j))] } else { f64::NAN }
    }

    /// Size, mean and variance of variable `i`, for a comparison of means.
    ///
    /// # Errors
    /// As [`Sample::new`]: fewer than two units, or values that were not finite.
    pub fn sample(&self, i: usize) -> Result<Sample, Error> {
        require(i < self.k(), "the variable", "be one of those gathered", i as f64)?;
        Sample::new(self.n, self.mean(i), self.variance(i))
    }

    /// The moments of some of the variables, in the order given; those that do not exist are left out.
    #[must_use]
    pub fn only(&self, variables: &[usize]) -> Self {
        let variables: Vec<usize> = variables.iter().copied().filter(|&i| i < self.k()).collect();
        let pairs = variables.iter().enumerate().flat_map(|(a, &i)| variables[..=a].iter().map(move |&j| (i, j)));
        Self {
            n: self.n,
            origin: variables.iter().map(|&i| self.origin[i]).collect(),
            means: variables.iter().map(|&i| self.means[i]).collect(),
            comoments: pairs.map(|(i, j)| self.comoment(i, j)).collect(),
        }
    }

    /// The moments of one new variable, Σ weightᵢ·xᵢ moved to the mean `mean`, and after it those `kept`.
    pub(crate) fn combined(&self, weights: &[(usize, f64)], mean: f64, kept: &[usize]) -> Self {
        let with = |i: usize| -> f64 { weights.iter().map(|&(j, weight)| weight * self.comoment(i, j)).sum() };
        let own: f64 = weights.iter().map(|&(i, weight)| weight * with(i)).sum();
        let rest = self.only(kept);
        let mut comoments = vec![own.max(0.0)];
        for (a, &i) in kept.iter().enumerate() {
            comoments.push(with(i));
            comoments.extend((0..=a).map(|b| rest.comoment(a, b)));
        }
        let origin = std::iter::once(mean).chain(rest.origin).collect();
        let means = std::iter::once(0.0).chain(rest.means).collect();
        Self { n: self.n, origin, means, comoments }
    }

    /// Mean of variable `i` minus that of `other`, without the rounding of a large common offset.
    pub(crate) fn gap(&self, i: usize, other: &Self) -> f64 {
        (self.origin[i] - other.origin[i]) + (self.means[i] - other.means[i])
    }

    /// A value of variable `i` minus its mean, likewise.
    pub(crate) fn deviation(&self, i: usize, value: f64) -> f64 {
        value - self.origin[i] - self.means[i]
    }
}

/// Share of a sum of squares below which what is left of it is taken for rounding: sums of 10 million values, added in
/// the order they came, are right to about 1e-13, which leaves three digits of the variance.
const ROUNDED: f64 = 1e-10;

/// Whole numbers below this one are exact in a double: 2⁵³.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Where entry (i, j), j ≤ i, stands in the lower triangle.
fn place(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

/// Σxy − ΣxΣy/n, as (n·Σxy − Σx·Σy) / n with both products exact.
fn exact_comoment(n: f64, sum_x: f64, sum_y: f64, product: f64) -> f64 {
    let (whole, taken) = (n * product, sum_x * sum_y);
    let (whole_rest, taken_rest) = (libm::fma(n, product, -whole), libm::fma(sum_x, sum_y, -taken));
    ((whole - taken) + (whole_rest - taken_rest)) / n
}

/// Sums of a few variables around a fixed origin: what [`Moments`] are, gathered faster where it is known beforehand about where
/// the values lie. With the origin near the means, within thousands of standard deviations, hardly any digit is lost (Chan, Golub &
/// `LeVeque`, 1983).
#[derive(Clone, Debug, PartialEq)]
pub struct Shifted {
    n: u64,
    origin: Vec<f64>,
    /// Σ (xᵢ − oᵢ).
    sums: Vec<f64>,
    /// Σ (xᵢ − oᵢ)(xⱼ − oⱼ) for j ≤ i, by rows of the lower triangle.
    products: Vec<f64>,
}

impl Shifted {
    /// Most variables.
    pub const MOST: usize = 8;

    /// No units yet, of as many variables as the origin has (at most [`Self::MOST`]).
    ///
    /// ```
    /// use channelmix::stats::moments::Shifted;
    /// let mut spend = Shifted::new(&[25.0]);
    /// [10.0, 0.0, 50.0].iter().for_each(|x| spend.add(&[*x]));
    /// assert_eq!((spend.moments().mean(0), spend.moments().variance(0)), (20.0, 700.0));
    /// ```
    pub fn new(origin: &[f64]) -> Self {
        assert!(origin.len() <= Self::MOST, "a few variables are at most {}", Self::MOST);
        let k = origin.len();
        Self { n: 0, origin: origin.to_vec(), sums: vec![0.0; k], products: vec![0.0; k * (k + 1) / 2] }
    }

    /// One more unit. Allocates nothing.
    #[inline]
    pub fn add(&mut self, row: &[f64]) {
        self.n += 1;
        let mut from_origin = [0.0; Self::MOST];
        let mut products = self.products.iter_mut();
        for (i, ((sum, origin), x)) in self.sums.iter_mut().zip(&self.origin).zip(row).enumerate() {
            let x = x - origin;
            from_origin[i] = x;
            *sum += x;
            for (y, product) in from_origin[..=i].iter().zip(&mut products) {
                *product += x * y;
            }
        }
    }

    /// Adds the units of `other`, around the same origin.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.origin, other.origin, "both have the same origin");
        self.n += other.n;
        self.sums.iter_mut().zip(&other.sums).for_each(|(own, more)| *own += more);
        self.products.iter_mut().zip(&other.products).for_each(|(own, more)| *own += more);
    }

    /// How many units.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Forgets all units.
    pub fn clear(&mut self) {
        self.n = 0;
        self.sums.fill(0.0);
        self.products.fill(0.0);
    }

    /// Sum of a variable.
    pub fn sum(&self, i: usize) -> f64 {
        self.origin[i] * self.n as f64 + self.sums[i]
    }

    /// The moments of all units.
    pub fn moments(&self) -> Moments {
        let k = self.origin.len();
        let n = (self.n as f64).max(1.0);
        let pairs = (0..k).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let comoments = pairs.zip(&self.products).map(|((i, j), product)| {
            let rest = product - self.sums[i] * self.sums[j] / n;
            // What does not vary must not be made to by rounding.
            if i == j && rest < 1e-12 * product { 0.0 } else { rest }
        });
        Moments {
            n: self.n,
            origin: self.origin.clone(),
            means: self.sums.iter().map(|sum| sum / n).collect(),
            comoments: comoments.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use proptest::prelude::*;

    /// Rows with a common offset, from whole numbers, so that the exact moments are known.
    fn rows(n: i32, offset: f64) -> Vec<[f64; 3]> {
        let one = |i: i32| {
            let (a, b) = (f64::from(i * i % 17), f64::from(i * 7 % 23));
            [offset + a, offset - b, a * b]
        };
        (0..n).map(one).collect()
    }

    fn gathered(rows: &[[f64; 3]]) -> Moments {
        let mut moments = Moments::new(3);
        rows.iter().for_each(|row| moments.add(row));
        moments
    }

    #[test]
    fn shifted_sums_are_the_same_moments() {
        let rows: Vec<[f64; 3]> = (0..500_u32)
            .map(|i| {
                let x = f64::from(i * 7919 % 101);
                [1e6 + x, x * x, 3.0 - x / 7.0]
            })
            .collect();
        let mut moments = Moments::new(3);
        let (mut first, mut second) = (Shifted::new(&[1e6, 3000.0, 0.0]), Shifted::new(&[1e6, 3000.0, 0.0]));
        for (i, row) in rows.iter().enumerate() {
            moments.add(row);
            if i % 3 == 0 { &mut first } else { &mut second }.add(row);
        }
        first.merge(&second);
        let found = first.moments();
        assert_eq!((found.n(), found.k()), (500, 3));
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} {b}");
        for i in 0..3 {
            near(found.mean(i), moments.mean(i));
            near(found.sum(i), first.sum(i));
            (0..=i).for_each(|j| near(found.comoment(i, j), moments.comoment(i, j)));
        }
        first.clear();
        assert_eq!(first, Shifted::new(&[1e6, 3000.0, 0.0]));
    }

    #[test]
    fn an_offset_costs_nothing() {
        let (plain, far) = (gathered(&rows(10_000, 0.0)), gathered(&rows(10_000, 1e8)));
        for i in 0..3 {
            for j in 0..=i {
                assert!(off(far.covariance(i, j), plain.covariance(i, j)) < 1e-13, "{i} {j}");
            }
        }
        // numpy, in exact whole numbers: var(a), cov(a, b), var(b) with n − 1.
        let exact = exact(&rows(10_000, 0.0));
        for i in 0..3 {
            assert!(off(plain.mean(i), exact.mean(i)) < 1e-14);
            for j in 0..=i {
                assert!(off(plain.covariance(i, j), exact.covariance(i, j)) < 1e-13);
            }
        }
    }

    /// The same by sums of whole numbers, which are exact.
    fn exact(rows: &[[f64; 3]]) -> Moments {
        let sums: Vec<f64> = (0..3).map(|i| rows.iter().map(|row| row[i]).sum()).collect();
        let pairs = (0..3).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let products: Vec<f64> = pairs.map(|(i, j)| rows.iter().map(|row| row[i] * row[j]).sum()).collect();
        Moments::from_sums(rows.len() as u64, &sums, &products).expect("possible sums")
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let rows = rows(1000, 1e8);
        let whole = gathered(&rows);
        let mut merged = Moments::new(3);
        for part in [&rows[..0], &rows[..1], &rows[1..400], &rows[400..]] {
            merged.merge(&gathered(part));
        }
        assert_eq!(merged.n(), whole.n());
        for i in 0..3 {
            assert!(off(merged.mean(i), whole.mean(i)) < 1e-15);
            for j in 0..=i {
                assert!(off(merged.covariance(i, j), whole.covariance(i, j)) < 1e-13);
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_exactly_no_variance() {
        let mut moments = Moments::new(1);
        (0..1000).for_each(|_| moments.add(&[0.1]));
        let copy = moments.clone();
        moments.merge(&copy);
        assert_eq!((moments.mean(0), moments.variance(0)), (0.1, 0.0));
        assert_eq!(Moments::from_sums(7, &[7.0], &[7.0]).map(|m| m.variance(0)), Ok(0.0));
        assert_eq!(Moments::from_sums(7, &[0.0], &[0.0]).map(|m| m.variance(0)), Ok(0.0));
    }

    #[test]
    fn sums_that_cannot_be_or_have_lost_the_variance_are_refused() {
        let refused = |n, sum, square| Moments::from_sums(n, &[sum], &[square]).is_err();
        assert!(refused(0, 0.0, 0.0) && refused(2, 3.0, -1.0) && refused(2, 3.0, 4.4) && refused(2, f64::NAN, 1.0));
        assert!(refused(2, 1e200, f64::MAX));
        // 1,000 values at 1e8 with a variance of 1: Σx² = 1e19, of which a double keeps 2,048 as its last digit.
        assert!(refused(1000, 1e11, 1e19 + 2048.0));
        // Rare events are whole numbers: exact, however small the share of Σx² that is left.
        let rare = Moments::from_sums(1_000_000_000_000, &[999_999_999_999.0], &[999_999_999_999.0]);
        assert!(rare.is_ok_and(|m| off(m.variance(0), 1e-12) < 1e-11));
        // A correlation of 1.1.
        assert!(Moments::from_sums(3, &[0.0, 0.0], &[2.0, 2.2, 2.0]).is_err());
        assert!(Moments::from_sums(3, &[0.0, 0.0], &[2.0, 2.0, 2.0]).is_ok());
        assert!(Moments::from_sums(3, &[0.0, 0.0], &[2.0, 2.0]).is_err());
        assert!(Moments::from_variance(1, 0.0, 1.0).is_err() && Moments::from_variance(5, 0.0, -1.0).is_err());
    }

    #[test]
    fn too_few_units_have_no_variance_and_no_sample() {
        let mut moments = Moments::new(1);
        assert!(moments.mean(0).is_nan() && moments.sum(0) == 0.0);
        moments.add(&[3.0]);
        assert!(moments.mean(0) == 3.0 && moments.variance(0).is_nan() && moments.sample(0).is_err());
        moments.add(&[f64::INFINITY]);
        assert!(moments.sample(0).is_err() && moments.sample(1).is_err());
        assert!(moments.mean(1).is_nan() && moments.covariance(0, 1).is_nan());
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(values in prop::collection::vec(-1e6..1e6_f64, 2..60), at in 0..60_usize) {
            let gathered = |values: &[f64]| {
                let mut moments = Moments::new(2);
                values.iter().for_each(|x| moments.add(&[*x, x.abs()]));
                moments
            };
            let (left, right) = values.split_at(at.min(values.len()));
            let (whole, mut merged) = (gathered(&values), gathered(left));
            merged.merge(&gathered(right));
            for (i, j) in [(0, 0), (1, 0), (1, 1)] {
                let scale = (whole.variance(i) * whole.variance(j)).sqrt() + 1e-9;
                prop_assert!((whole.covariance(i, j) - merged.covariance(j, i)).abs() <= 1e-12 * scale);
            }
            prop_assert_eq!(whole.only(&[1]).sample(0), whole.sample(1));
        }
    }
}
