//! Pure statistics: numbers in, numbers out. A leaf that every module may use; it knows nothing of customers' files,
//! strategies or reports.
//!
//! - Distributions: [`normal`], [`student`], [`noncentral_student`], [`gamma`], [`chi_squared`], [`beta`], [`binomial`],
//!   [`copula`].
//! - Data: [`moments`] in one pass, [`winsorised`] values.
//! - Estimates: [`ratio`] (batches), [`proportion`] (one arm's intervals), [`regression`] (least squares).
//! - Experiments: [`two_arms`] (how much does the treatment differ from the control?), [`multiple`] (several results at once),
//!   [`dunnett`] (many arms against one control), [`sequential`] (looking more than once), [`power`] (how many units are
//!   enough), [`sides`] of a test, [`sample_ratio`] (are the arms as large as planned?), [`bayes`] (which arm is best?).
//! - Oracles, what a simulation must reproduce: [`bgnbd`], [`absorption`], [`cascade`].
//! - Tools for the above: [`quadrature`], [`linear`], [`root`].
//!
//! Special functions return NaN outside their domain, as IEEE 754 does for the square root of −1; everything that is
//! built from several numbers returns a [`Result`]. Nothing panics. All transcendental functions are those of `libm`,
//! so the same numbers come out on every platform (R6).

pub mod absorption;
pub mod bayes;
pub mod beta;
pub mod bgnbd;
pub mod binomial;
pub mod cascade;
pub mod chi_squared;
pub mod copula;
mod deviance;
pub mod dunnett;
pub mod gamma;
pub mod linear;
mod log_concave;
pub mod moments;
pub mod multiple;
pub mod noncentral_student;
pub mod normal;
mod panels;
pub mod power;
pub mod proportion;
pub mod quadrature;
pub mod ratio;
pub mod regression;
mod remainders;
pub mod root;
pub mod sample_ratio;
pub mod sbg;
pub mod sequential;
pub mod sides;
pub mod student;
pub mod two_arms;
pub mod winsorised;

use std::fmt;

/// What a statistical function refuses.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A number lies outside its range; give one inside it.
    Range {
        /// Which number.
        what: &'static str,
        /// Its range, in words that follow "must".
        must: &'static str,
        /// The offending value.
        found: f64,
    },
    /// Two lists that belong together differ in length.
    Length {
        /// Which list.
        what: &'static str,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// A stratum in which one arm has no units, so that nothing can be compared in it.
    EmptyArm {
        /// Which stratum, from 0 in the order given.
        stratum: usize,
        /// Which arm.
        arm: &'static str,
    },
    /// A system of equations without a unique solution: a column that the others explain, or a chain without an end.
    Singular,
    /// A covariate that does not vary, or that those before it explain; leave it out.
    Collinear {
        /// Which one, counted from 0.
        column: usize,
    },
    /// A matrix that is no covariance: it is not symmetric, or some combination would have a negative variance.
    NotSemidefinite,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { what, must, found } => write!(f, "{what} must {must}, found {found}"),
            Self::Length { what, expected, found } => write!(f, "{what} must have {expected} entries, found {found}"),
            Self::EmptyArm { stratum, arm } => write!(f, "stratum {} has no units in the {arm}", stratum + 1),
            Self::Singular => f.write_str("the equations have no unique solution"),
            Self::Collinear { column } => {
                write!(f, "covariate {} is constant or explained by those before it", column + 1)
            }
            Self::NotSemidefinite => {
                f.write_str("the matrix is not a covariance: not symmetric positive semi-definite")
            }
        }
    }
}

impl std::error::Error for Error {}

/// Refuses a number out of range.
fn require(holds: bool, what: &'static str, must: &'static str, found: f64) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Range { what, must, found }) }
}

/// Refuses anything but a probability in [0, 1].
fn require_probability(what: &'static str, p: f64) -> Result<(), Error> {
    require((0.0..=1.0).contains(&p), what, "lie between 0 and 1", p)
}

/// Refuses a list of another length.
fn require_length(what: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}

/// Relative difference, for tests: |a − b| ÷ |b|.
#[cfg(test)]
fn off(found: f64, expected: f64) -> f64 {
    ((found - expected) / expected).abs()
}
