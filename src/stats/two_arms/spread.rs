//! The spread of covariates, factored once to solve for slopes and leverages.

use crate::stats::Error;

/// Sums of squares and products S of k covariates as D·L·Lᵀ·D: D their root sums of squares, L Cholesky's factor of their
/// correlations, so that units and scales do not matter.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    roots: Vec<f64>,
    /// Rows of L, each to the diagonal.
    lower: Vec<Vec<f64>>,
}

/// Share of a covariate's variance that the ones before it must leave unexplained. Co-moments are right to about 1e-13, so
/// that what is left is right to three digits even at the bound.
const COLLINEAR: f64 = 1e-10;

impl Spread {
    /// # Errors
    /// [`Error::Collinear`] with the first covariate that is constant or explained by those before it.
    pub(super) fn new(k: usize, products: impl Fn(usize, usize) -> f64) -> Result<Self, Error> {
        let mut roots: Vec<f64> = Vec::with_capacity(k);
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(k);
        for i in 0..k {
            let root = libm::sqrt(products(i, i));
            let mut row = Vec::with_capacity(i + 1);
            for (j, other) in lower.iter().enumerate() {
                let explained: f64 = row.iter().zip(other).map(|(x, y): (&f64, &f64)| x * y).sum();
                row.push((products(i, j) / root / roots[j] - explained) / other[j]);
            }
            let left = 1.0 - row.iter().map(|x| x * x).sum::<f64>();
            if !(root > 0.0 && root.is_finite() && left > COLLINEAR) {
                return Err(Error::Collinear { column: i });
            }
            row.push(libm::sqrt(left));
            roots.push(root);
            lower.push(row);
        }
        Ok(Self { roots, lower })
    }

    /// S⁻¹·v.
    pub(super) fn solve(&self, v: &[f64]) -> Vec<f64> {
        let mut x = v.to_vec();
        self.halve(&mut x);
        for i in (0..x.len()).rev() {
            let (head, tail) = x.split_at_mut(i + 1);
            let later: f64 = tail.iter().zip(&self.lower[i + 1..]).map(|(x, row)| x * row[i]).sum();
            head[i] = (head[i] - later) / self.lower[i][i];
        }
        x.iter_mut().zip(&self.roots).for_each(|(x, root)| *x /= root);
        x
    }

    /// vᵀ·S⁻¹·v, using `v` up.
    pub(super) fn distance(&self, v: &mut [f64]) -> f64 {
        self.halve(v);
        v.iter().map(|x| x * x).sum()
    }

    /// v becomes L⁻¹·D⁻¹·v.
    fn halve(&self, v: &mut [f64]) {
        for i in 0..v.len().min(self.lower.len()) {
            let (head, tail) = v.split_at_mut(i);
            let earlier: f64 = head.iter().zip(&self.lower[i]).map(|(x, l)| x * l).sum();
            tail[0] = (tail[0] / self.roots[i] - earlier) / self.lower[i][i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    #[test]
    fn solves_whatever_the_units() -> Result<(), Error> {
        // S = [[4, 2, 1], [2, 10, 3], [1, 3, 6]], v = S·(1, 2, 3) = (11, 31, 25); the second covariate in millionths.
        let s = [[4.0, 2e6, 1.0], [2e6, 1e13, 3e6], [1.0, 3e6, 6.0]];
        let spread = Spread::new(3, |i, j| s[i][j])?;
        for (found, expected) in spread.solve(&[11.0, 31e6, 25.0]).iter().zip([1.0, 2e-6, 3.0]) {
            assert!(off(*found, expected) < 1e-14);
        }
        assert!(off(spread.distance(&mut [11.0, 31e6, 25.0]), 11.0 + 62.0 + 75.0) < 1e-14);
        Ok(())
    }

    #[test]
    fn names_the_covariate_that_adds_nothing() {
        let refused = |s: [[f64; 3]; 3]| Spread::new(3, |i, j| s[i][j]).map(|_| ());
        // The third is the sum of the others; the second is constant; the first is no number.
        let sum = [[1.0, 0.3, 1.3], [0.3, 4.0, 4.3], [1.3, 4.3, 5.6]];
        assert_eq!(refused(sum), Err(Error::Collinear { column: 2 }));
        let constant = [[1.0, 0.0, 0.3], [0.0, 0.0, 0.0], [0.3, 0.0, 5.6]];
        assert_eq!(refused(constant), Err(Error::Collinear { column: 1 }));
        assert_eq!(refused([[f64::NAN; 3]; 3]), Err(Error::Collinear { column: 0 }));
        assert!(Spread::new(0, |_, _| 0.0).is_ok_and(|none| none.solve(&[]).is_empty()));
    }
}
