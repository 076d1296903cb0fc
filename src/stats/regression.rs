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
/// that `XᵀX` with its squared condition number is never formed.
///
/// # Errors
/// [`Error::Range`] without at least two observations more than inputs or for numbers that are not finite;
/// [`Error::Length`] if a column differs in length;
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
    let (level, mut y) = centred(outcome)?;
    let mut means = Vec::with_capacity(p);
    let mut lengths = Vec::with_capacity(p);
    let mut columns = Vec::with_capacity(p);
    for input in inputs.iter().map(AsRef::as_ref) {
        require_length("each input", n, input.len())?;
        let (mean, mut column) = centred(input)?;
        let length = libm::sqrt(dot(&column, &column));
        // Centring a constant leaves rounding, not zero.
        if length <= DEPENDENT * mean.abs() * libm::sqrt(n as f64) {
            return Err(Error::Singular);
        }
        for x in &mut column {
            *x /= length;
        }
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
fn centred(values: &[f64]) -> Result<(f64, Vec<f64>), Error> {
    let n = values.len() as f64;
    let rough = values.iter().sum::<f64>() / n;
    let mean = rough + values.iter().map(|x| x - rough).sum::<f64>() / n;
    require(mean.is_finite(), "the mean of each column", "be finite", mean)?;
    Ok((mean, values.iter().map(|x| x - mean).collect()))
}

/// Householder reflections that make the columns upper triangular, applied to `y` as well: column k then holds, above its
/// diagonal, R's k-th column. Returns R's diagonal.
fn triangulate(columns: &mut [Vec<f64>], y: &mut [f64]) -> Result<Vec<f64>, Error> {
    let mut diagonal = Vec::with_capacity(columns.len());
    for k in 0..columns.len() {
        let (head, others) = columns.split_at_mut(k + 1);
        let mirror = &mut head[k][k..];
        let length = libm::sqrt(dot(mirror, mirror));
        if length <= DEPENDENT {
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
        for column in others {
            reflect(&mut column[k..]);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    /// Longley's data (NIST Statistical Reference Datasets): nearly collinear, condition number 5e9 with the intercept.
    const EMPLOYED: [f64; 16] = [
        60323.0, 61122.0, 60171.0, 61187.0, 63221.0, 63639.0, 64989.0, 63761.0, 66019.0, 67857.0, 68169.0, 66513.0,
        68655.0, 69564.0, 69331.0, 70551.0,
    ];
    const INPUTS: [[f64; 16]; 6] = [
        [83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
        [
            234_289.0, 259_426.0, 258_054.0, 284_599.0, 328_975.0, 346_999.0, 365_385.0, 363_112.0, 397_469.0,
            419_180.0, 442_769.0, 444_546.0, 482_704.0, 502_601.0, 518_173.0, 554_894.0,
        ],
        [
            2356.0, 2325.0, 3682.0, 3351.0, 2099.0, 1932.0, 1870.0, 3578.0, 2904.0, 2822.0, 2936.0, 4681.0, 3813.0,
            3931.0, 4806.0, 4007.0,
        ],
        [
            1590.0, 1456.0, 1616.0, 1650.0, 3099.0, 3594.0, 3547.0, 3350.0, 3048.0, 2857.0, 2798.0, 2637.0, 2552.0,
            2514.0, 2572.0, 2827.0,
        ],
        [
            107_608.0, 108_632.0, 109_773.0, 110_929.0, 112_075.0, 113_270.0, 115_094.0, 116_219.0, 117_388.0,
            118_734.0, 120_445.0, 121_950.0, 123_366.0, 125_368.0, 127_852.0, 130_081.0,
        ],
        [
            1947.0, 1948.0, 1949.0, 1950.0, 1951.0, 1952.0, 1953.0, 1954.0, 1955.0, 1956.0, 1957.0, 1958.0, 1959.0,
            1960.0, 1961.0, 1962.0,
        ],
    ];
    /// Coefficient and standard error: mpmath, 40 digits; equal to NIST's certified values.
    const CERTIFIED: [(f64, f64); 7] = [
        (-3_482_258.634_595_818_4, 890_420.383_607_372_5),
        (15.061_872_271_373_295, 84.914_925_774_766_94),
        (-0.035_819_179_292_591_02, 0.033_491_007_772_243_19),
        (-2.020_229_803_816_825, 0.488_399_681_651_699_45),
        (-1.033_226_867_173_592, 0.214_274_163_161_675_25),
        (-0.051_104_105_653_580_714, 0.226_073_200_069_370_37),
        (1_829.151_464_613_551_8, 455.478_499_142_212),
    ];

    #[test]
    fn longleys_data_to_eleven_digits() -> Result<(), Error> {
        let fit = fit(&INPUTS, &EMPLOYED)?;
        for (i, (coefficient, error)) in CERTIFIED.into_iter().enumerate() {
            assert!(off(fit.coefficients[i], coefficient) < 1e-11, "{i}: {}", fit.coefficients[i]);
            assert!(fit.standard_error(i).is_some_and(|found| off(found, error) < 1e-11));
        }
        assert!(off(fit.covariance[0][1], -15_495_015.833_200_265) < 1e-10);
        assert!(off(fit.covariance[2][6], -12.229_187_935_068_591) < 1e-10);
        assert!(off(fit.residual_variance, 92_936.006_167_323_85) < 1e-12);
        assert!(off(fit.r_squared, 0.995_479_004_577_295_5) < 1e-14);
        assert_eq!(fit.residual_df, 9);
        assert!(fit.standard_error(7).is_none());
        Ok(())
    }

    #[test]
    fn an_exact_polynomial_comes_back() -> Result<(), Error> {
        // As NIST's Wampler1: y = 1 + x + … + x⁵ at x = 0 … 20.
        let powers: Vec<Vec<f64>> = (1..=5).map(|k| (0..=20).map(|x| f64::from(x).powi(k)).collect()).collect();
        let outcome: Vec<f64> = (0..21).map(|x| 1.0 + powers.iter().map(|column| column[x]).sum::<f64>()).collect();
        for coefficient in fit(&powers, &outcome)?.coefficients {
            assert!(off(coefficient, 1.0) < 1e-7, "{coefficient}");
        }
        Ok(())
    }

    #[test]
    fn no_inputs_leave_the_mean() -> Result<(), Error> {
        let fit = fit(&[] as &[[f64; 3]], &[1.0, 2.0, 6.0])?;
        assert!(off(fit.coefficients[0], 3.0) < 1e-15 && off(fit.covariance[0][0], 7.0 / 3.0) < 1e-15);
        assert!(fit.r_squared.abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn an_outcome_that_does_not_vary_is_explained_by_nothing() -> Result<(), Error> {
        let fit = fit(&[[1.0, 2.0, 4.0]], &[0.1; 3])?;
        assert_eq!((fit.coefficients[1], fit.r_squared, fit.residual_variance), (0.0, 0.0, 0.0));
        Ok(())
    }

    #[test]
    fn what_has_no_fit_is_refused() {
        let line = [1.0, 2.0, 3.0, 5.0];
        assert_eq!(fit(&[[0.1; 4]], &line), Err(Error::Singular));
        assert_eq!(fit(&[line, line.map(|x| 3.0 * x - 0.7)], &line), Err(Error::Singular));
        assert!(fit(&[line, line, line], &line).is_err());
        assert!(fit(&[[1.0, 2.0]], &line).is_err());
        assert!(fit(&[[1.0, f64::NAN, 2.0, 7.0]], &line).is_err());
    }
}
