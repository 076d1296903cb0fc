//! Ordinary least squares with an intercept.

use super::linear::dot;
use super::{Error, require, require_length};

/// A fitted line (plane): outcome = intercept + Σ βⱼ · inputⱼ + error.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The intercept, then one coefficient per input, in their order.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix, σ²(XᵀX)⁻¹ with the column of ones first.
    pub covariance: Vec<Vec<f64>>,
    /// σ² = residual sum of squares ÷ [`Fit::residual_df`].
    pub residual_variance: f64,
    /// Observations − inputs − 1.
    pub residual_df: usize,
    /// 1 − residual ÷ total sum of squares; 0 if the outcome does not vary.
    pub r_squared: f64,
}

impl Fit {
    /// Standard error of coefficient `index` (0: intercept).
    pub fn standard_error(&self, index: usize) -> Option<f64> {
        Some(libm::sqrt(*self.covariance.get(index)?.get(index)?))
    }
}

/// Fits `outcome` to the `inputs` (columns, each as long as the outcome) by least squares.
///
/// Columns are centred and scaled to length 1, then reduced by Householder reflections (Golub & Van Loan, §5.3.2), so
/// that XᵀX with its squared condition number is never formed. Needs at least two observations more than inputs.
/// [`Error::Singular`] if an input is constant or a combination of the others (to 1e-13 of its spread).
///
/// ```
/// use channelmix::stats::regression::fit;
/// let line = fit(&[[1.0, 2.0, 3.0, 4.0]], &[3.1, 4.9, 7.1, 8.9])?;
/// assert!((line.coefficients[0] - 1.1).abs() < 1e-14 && (line.coefficients[1] - 1.96).abs() < 1e-14);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn fit(inputs: &[impl AsRef<[f64]>], outcome: &[f64]) -> Result<Fit, Error> {
    let (n, p) = (outcome.len(), inputs.len());
    require(n >= p + 2, "the number of observations", "exceed the inputs by 2 or more", n as f64)?;
    let (level, mut y) = centred(outcome);
    let mut means = Vec::with_capacity(p);
    let mut lengths = Vec::with_capacity(p);
    let mut columns = Vec::with_capacity(p);
    for input in inputs.iter().map(AsRef::as_ref) {
        require_length("each input", n, input.len())?;
        let (mean, mut column) = centred(input);
        let length = libm::sqrt(dot(&column, &column));
        // Centring a constant leaves rounding, not zero.
        if !(length > DEPENDENT * mean.abs() * libm::sqrt(n as f64)) {
            return Err(Error::Singular);
        }
        column.iter_mut().for_each(|x| *x /= length);
        means.push(mean);
        lengths.push(length);
        columns.push(column);
    }
    let total = dot(&y, &y);
    let diagonal = triangulate(&mut columns, &mut y)?;
    let residual = dot(&y[p..], &y[p..]);
    let residual_df = n - p - 1;
    let residual_variance = residual / residual_df as f64;
    let r_squared = if total > 0.0 { 1.0 - residual / total } else { 0.0 };

    let inverse = inverted(&columns, &diagonal);
    let slopes: Vec<f64> = inverse.iter().zip(&lengths).map(|(row, length)| dot(row, &y[..p]) / length).collect();
    let mut coefficients = vec![level - dot(&slopes, &means)];
    coefficients.extend(&slopes);

    // With the rows w of R⁻¹ ÷ length: cov(βᵢ, βⱼ) = σ² wᵢ·wⱼ, and the intercept adds −Σ mean·β to the mean's own 1/n.
    let weights: Vec<Vec<f64>> =
        inverse.iter().zip(&lengths).map(|(row, length)| row.iter().map(|x| x / length).collect()).collect();
    let through_means: Vec<f64> =
        (0..p).map(|k| -means.iter().zip(&weights).map(|(mean, w)| mean * w[k]).sum::<f64>()).collect();
    let rows: Vec<&[f64]> = std::iter::once(&through_means).chain(&weights).map(Vec::as_slice).collect();
    let mut covariance: Vec<Vec<f64>> =
        rows.iter().map(|v| rows.iter().map(|w| residual_variance * dot(v, w)).collect()).collect();
    covariance[0][0] += residual_variance / n as f64;
    Ok(Fit { coefficients, covariance, residual_variance, residual_df, r_squared })
}

/// Share of a column's length below which what is left of it is rounding.
const DEPENDENT: f64 = 1e-13;

/// The mean of some values and their differences from it; the mean is refined once, for its own rounding.
fn centred(values: &[f64]) -> (f64, Vec<f64>) {
    let n = values.len() as f64;
    let rough = values.iter().sum::<f64>() / n;
    let mean = rough + values.iter().map(|x| x - rough).sum::<f64>() / n;
    (mean, values.iter().map(|x| x - mean).collect())
}

/// Householder reflections that make the columns upper triangular, applied to `y` as well: column k then holds, above its
/// diagonal, R's k-th column. Returns R's diagonal.
fn triangulate(columns: &mut [Vec<f64>], y: &mut [f64]) -> Result<Vec<f64>, Error> {
    let mut diagonal = Vec::with_capacity(columns.len());
    for k in 0..columns.len() {
        let (head, others) = columns.split_at_mut(k + 1);
        let mirror = &mut head[k][k..];
        let length = libm::sqrt(dot(mirror, mirror));
        if !(length > DEPENDENT) {
            return Err(Error::Singular);
        }
        // Reflected to the side away from the column, so that nothing cancels.
        let pivot = -length.copysign(mirror[0]);
        mirror[0] -= pivot;
        let half_square = length * mirror[0].abs();
        let reflect = |x: &mut [f64]| {
            let along = dot(mirror, x) / half_square;
            x.iter_mut().zip(mirror.iter()).for_each(|(x, m)| *x -= along * m);
        };
        others.iter_mut().for_each(|column| reflect(&mut column[k..]));
        reflect(&mut y[k..]);
        diagonal.push(pivot);
    }
    Ok(diagonal)
}

/// Rows of R⁻¹, by back substitution; R's part above the diagonal is in the columns.
fn inverted(columns: &[Vec<f64>], diagonal: &[f64]) -> Vec<Vec<f64>> {
    let p = diagonal.len();
    let mut inverse = vec![vec![0.0; p]; p];
    for j in 0..p {
        inverse[j][j] = 1.0 / diagonal[j];
        for i in (0..j).rev() {
            let sum: f64 = (i + 1..=j).map(|k| columns[k][i] * inverse[k][j]).sum();
            inverse[i][j] = -sum / diagonal[i];
        }
    }
    inverse
}
