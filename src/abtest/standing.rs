//! Where a test stands when it is looked at, and so how much evidence it takes: the critical value at any level, and the
//! p-value as the smallest level at which the evidence is enough.

use crate::stats::sequential::always_valid::Mixture;
use crate::stats::sequential::design::{Design, Plan as Looks, Rule};
use crate::stats::sequential::spending::Spending;
use crate::stats::sides::Sides;
use crate::stats::two_arms::proportions::{log10_two_sided_p, two_sided_p};
use crate::stats::{Error, normal};

/// The least p-value at a planned look; smaller ones are not told apart.
const LEAST: f64 = 1e-280;

/// How a result is valid, at this moment of the test.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Looked at once.
    Fixed,
    /// One of several planned looks.
    Look(Look),
    /// One of any number of looks at any times: a normal mixture, and the units now.
    AnyTime(Mixture, f64),
}

/// One look of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Shares of the planned units at the looks until now; the last one is this look.
    pub times: Vec<f64>,
    /// Shares at which it is still to be looked.
    pub to_come: Vec<f64>,
    /// How the error is spent.
    pub spending: Spending,
}

impl Standing {
    /// The |z| beyond which a null hypothesis is refused at a two-sided level.
    ///
    /// # Errors
    /// Those of statistics, for a level outside (0, 1).
    pub fn critical(&self, alpha: f64) -> Result<f64, Error> {
        match self {
            Self::Fixed => Ok(-normal::quantile(alpha / 2.0)),
            Self::Look(look) => look.design(alpha)?.critical(look.times.len() - 1),
            Self::AnyTime(mixture, units) => Ok(mixture.critical(*units, alpha)),
        }
    }

    /// The smallest two-sided level at which z is beyond the critical value, and its log to base 10, which does not underflow.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn p(&self, z: f64) -> Result<(f64, f64), Error> {
        match self {
            Self::Fixed => Ok((two_sided_p(z), log10_two_sided_p(z))),
            Self::Look(look) => {
                let p = look.design(0.05)?.repeated_p(look.times.len() - 1, z)?.max(LEAST);
                Ok((p, p.log10()))
            }
            Self::AnyTime(mixture, units) => {
                let ln = (-mixture.ln_e(z, *units)).min(0.0);
                Ok((libm::exp(ln), ln / std::f64::consts::LN_10))
            }
        }
    }

    /// In the words of results.
    pub fn valid_under(&self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Look(_) => "planned looks",
            Self::AnyTime(..) => "any time",
        }
    }
}

impl Look {
    /// The design at a two-sided level.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn design(&self, alpha: f64) -> Result<Design, Error> {
        let times = self.times.iter().chain(&self.to_come).copied().collect();
        Design::new(&Looks { times, alpha, sides: Sides::Two, rule: Rule::Spending(self.spending), futility: None })
    }

    /// Whether no look is to come.
    pub fn is_last(&self) -> bool {
        self.to_come.is_empty()
    }
}
