//! Small dense matrices, as rows.

use super::{Error, require, require_length};

/// The lower triangle L with L·Lᵀ = `matrix`, for a symmetric positive *semi*-definite matrix.
///
/// Zero rows above the diagonal included, so that the rows of L are the standard normal weights of each variable: x = L·z
/// has covariance `matrix`. A variable that others determine (or a fixed one) is no error: its pivot is 0. Pivots are
/// compared with 1e-12 of their own variance, so the scale of the variables does not matter.
///
/// # Errors
/// [`Error::NotSemidefinite`] if it is no covariance; others if it is not square or not finite.
///
/// ```
/// use channelmix::stats::linear::cholesky;
/// assert_eq!(cholesky(&[vec![4.0, 2.0], vec![2.0, 10.0]])?, [[2.0, 0.0], [1.0, 3.0]]);
/// assert!(cholesky(&[vec![1.0, 2.0], vec![2.0, 1.0]]).is_err());
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn cholesky(matrix: &[impl AsRef<[f64]>]) -> Result<Vec<Vec<f64>>, Error> {
    let n = square(matrix)?;
    let entry = |i: usize, j: usize| matrix[i].as_ref()[j];
    let mut lower = vec![vec![0.0; n]; n];
    for j in 0..n {
        let variance = entry(j, j);
        let pivot = variance - dot(&lower[j][..j], &lower[j][..j]);
        if !(variance >= 0.0 && pivot >= -ROUNDING * variance) {
            return Err(Error::NotSemidefinite);
        }
        let determined = pivot <= ROUNDING * variance;
        lower[j][j] = if determined { 0.0 } else { libm::sqrt(pivot) };
        for i in j + 1..n {
            let scale = libm::sqrt(variance * entry(i, i));
            let rest = entry(i, j) - dot(&lower[i][..j], &lower[j][..j]);
            // A variable without variance of its own left cannot covary with anything that follows.
            let possible = !determined || rest.abs() <= ROUNDING.sqrt() * scale;
            if !possible || (entry(i, j) - entry(j, i)).abs() > ROUNDING * scale || rest.is_nan() {
                return Err(Error::NotSemidefinite);
            }
            lower[i][j] = if determined { 0.0 } else { rest / lower[j][j] };
        }
    }
    Ok(lower)
}

/// The inverse of a square matrix, by Gauss–Jordan elimination with partial pivoting (Golub & Van Loan, §3.4).
///
/// # Errors
/// [`Error::Singular`] if a pivot vanishes to rounding against the largest entry; others as [`cholesky`].
///
/// ```
/// use channelmix::stats::linear::inverse;
/// assert_eq!(inverse(&[vec![0.0, 2.0], vec![4.0, 0.0]])?, [[0.0, 0.25], [0.5, 0.0]]);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn inverse(matrix: &[impl AsRef<[f64]>]) -> Result<Vec<Vec<f64>>, Error> {
    let n = square(matrix)?;
    // Each row is extended by one of the identity, which the elimination turns into the inverse.
    let mut rows: Vec<Vec<f64>> = matrix.iter().map(|row| row.as_ref().to_vec()).collect();
    let largest = rows.iter().flatten().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (i, row) in rows.iter_mut().enumerate() {
        row.resize(2 * n, 0.0);
        row[n + i] = 1.0;
    }
    for k in 0..n {
        let best = (k..n).max_by(|&i, &j| rows[i][k].abs().total_cmp(&rows[j][k].abs())).unwrap_or(k);
        rows.swap(k, best);
        let pivot = rows[k][k];
        if pivot.abs() <= f64::EPSILON * largest {
            return Err(Error::Singular);
        }
        let scaled: Vec<f64> = rows[k].iter().map(|x| x / pivot).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != k && row[k] != 0.0 {
                let factor = row[k];
                row.iter_mut().zip(&scaled).for_each(|(x, s)| *x -= factor * s);
            }
        }
        rows[k] = scaled;
    }
    Ok(rows.into_iter().map(|mut row| row.split_off(n)).collect())
}

/// Σ xᵢyᵢ.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Share of a variance that counts as rounding.
const ROUNDING: f64 = 1e-12;

/// The order of a square matrix of finite numbers.
fn square(matrix: &[impl AsRef<[f64]>]) -> Result<usize, Error> {
    for row in matrix {
        require_length("each row of the matrix", matrix.len(), row.as_ref().len())?;
        for &entry in row.as_ref() {
            require(entry.is_finite(), "each entry of the matrix", "be finite", entry)?;
        }
    }
    Ok(matrix.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hilbert's matrix of order 5: condition number 5e5, integer inverse.
    fn hilbert() -> Vec<Vec<f64>> {
        (0..5_i32).map(|i| (0..5).map(|j| 1.0 / f64::from(i + j + 1)).collect()).collect()
    }

    #[test]
    fn cholesky_times_its_transpose_is_the_matrix() -> Result<(), Error> {
        let lower = cholesky(&hilbert())?;
        for (i, row) in hilbert().iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert!((dot(&lower[i], &lower[j]) - entry).abs() < 1e-16);
            }
        }
        Ok(())
    }

    #[test]
    fn determined_and_fixed_variables_are_no_error() -> Result<(), Error> {
        // The third variable is the sum of the first two, the fourth is fixed.
        let covariance = [[1.0, 0.3, 1.3, 0.0], [0.3, 4.0, 4.3, 0.0], [1.3, 4.3, 5.6, 0.0], [0.0, 0.0, 0.0, 0.0]];
        let lower = cholesky(&covariance)?;
        assert!(lower[2][2].abs() < f64::MIN_POSITIVE && lower[3].iter().all(|x| x.abs() < f64::MIN_POSITIVE));
        for (i, row) in covariance.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert!((dot(&lower[i], &lower[j]) - entry).abs() < 1e-15);
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_no_covariance_is_refused() {
        let refused = |matrix: [[f64; 2]; 2]| cholesky(&matrix) == Err(Error::NotSemidefinite);
        assert!(refused([[1.0, 1.001], [1.001, 1.0]]));
        assert!(refused([[1.0, 0.5], [0.4, 1.0]]));
        assert!(refused([[-1.0, 0.0], [0.0, 1.0]]));
        assert!(refused([[0.0, 0.1], [0.1, 1.0]]));
        // The scale of a variable is no excuse: a correlation of 1.001 between a large and a tiny one.
        assert!(refused([[1e8, 1.001e-4], [1.001e-4, 1e-16]]));
        assert!(cholesky(&[[1.0, f64::NAN], [0.0, 1.0]]).is_err());
        assert!(cholesky(&[vec![1.0], vec![1.0, 2.0]]).is_err());
    }

    #[test]
    fn inverse_of_hilberts_matrix() -> Result<(), Error> {
        let inverse = inverse(&hilbert())?;
        let exact = [[25.0, -300.0], [-300.0, 4800.0]];
        for (i, row) in exact.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert!(crate::stats::off(inverse[i][j], *entry) < 1e-10, "{} {entry}", inverse[i][j]);
            }
        }
        Ok(())
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        assert_eq!(inverse(&[[1.0, 2.0], [2.0, 4.0]]), Err(Error::Singular));
    }
}
