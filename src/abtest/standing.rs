//! Where a test stands when it is looked at, and so how much evidence it takes: the critical value at any level, and the
//! p-value as the smallest level at which the evidence is enough.

use super::plan::Plan;
use crate::stats::sequential::always_valid::Mixture;
use crate::stats::sequential::design::{Design, Futility, Plan as Looks, Rule};
use crate::stats::sequential::spending::Spending;
use crate::stats::sides::Sides;
use crate::stats::two_arms::proportions::{log10_two_sided_p, two_sided_p};
use crate::stats::{Error, normal, root};

/// How a result is valid, at this moment of the test.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Looked at once.
    Fixed,
    /// One of several planned looks.
    Look(Look),
    /// One of any number of looks at any times: a normal mixture, and how far it has come, as [`worth`] counts.
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
            Self::Look(look) => look.critical(alpha),
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
            Self::Look(look) => look.p(z),
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

/// Units of all arms together that would tell as much as these of control and treatment, had they their planned shares:
/// the scale on which a sequence is tuned to the planned number, whatever the number of arms and however the shares fell.
pub fn worth(units: (u64, u64), shares: (f64, f64)) -> f64 {
    let (control, treatment) = (units.0 as f64, units.1 as f64);
    let all = control + treatment;
    // Without planned shares the units are what they are.
    if !(shares.0 > 0.0 && shares.1 > 0.0) {
        return all;
    }
    let together = control * treatment / all;
    if together > 0.0 { together * ((shares.0 + shares.1) / (shares.0 * shares.1)) } else { 0.0 }
}

/// The mixture of a plan that may be looked at any time. `units` stand in where none are planned.
///
/// # Errors
/// Those of statistics.
pub fn mixture(plan: &Plan, units: u64) -> Result<Mixture, Error> {
    Mixture::tuned(plan.design.units.unwrap_or(units) as f64, plan.design.alpha)
}

/// |z| beyond which no chance is a double any more, with some room: what lies farther is computed in logarithms.
const FARTHEST: f64 = 35.0;

impl Look {
    /// The design at a two-sided level.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn design(&self, alpha: f64) -> Result<Design, Error> {
        self.with_futility(alpha, None)
    }

    /// The design at a two-sided level that also says where success has become unlikely.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn with_futility(&self, alpha: f64, futility: Option<Futility>) -> Result<Design, Error> {
        let times = self.times.iter().chain(&self.to_come).copied().collect();
        Design::new(&Looks { times, alpha, sides: Sides::Two, rule: Rule::Spending(self.spending), futility })
    }

    /// The design until now, and the end: no look in between changes what holds now.
    fn until_now(&self, alpha: f64) -> Result<Design, Error> {
        let to_come = self.to_come.last().copied().into_iter().collect();
        Self { times: self.times.clone(), to_come, spending: self.spending }.design(alpha)
    }

    fn critical(&self, alpha: f64) -> Result<f64, Error> {
        let critical = self.until_now(alpha)?.critical(self.times.len() - 1)?;
        Ok(if critical.is_finite() { critical } else { self.far_critical(alpha) })
    }

    fn p(&self, z: f64) -> Result<(f64, f64), Error> {
        if z.abs() > FARTHEST {
            let ln = self.far_ln_p(z.abs());
            return Ok((libm::exp(ln), ln / std::f64::consts::LN_10));
        }
        let p = self.until_now(0.05)?.repeated_p(self.times.len() - 1, z)?;
        Ok((p, libm::log10(p)))
    }

    /// The boundary where what is spent now is no double: then looks before have taken nothing that counts.
    fn far_critical(&self, alpha: f64) -> f64 {
        let ln = match self.spending {
            Spending::ObrienFleming => {
                let score = -normal::quantile(alpha / 4.0) / libm::sqrt(self.time());
                std::f64::consts::LN_2 + normal::ln_sf(score)
            }
            _ => libm::log(alpha / 2.0) + self.ln_step(),
        };
        score_of_ln(ln)
    }

    /// ln of the two-sided p of a score beyond [`FARTHEST`]: the level that spends the score's chance now, which is never
    /// too small, and right where looks before now are too early to have crossed as far out.
    fn far_ln_p(&self, z: f64) -> f64 {
        let ln_2 = std::f64::consts::LN_2;
        let ln = normal::ln_sf(z);
        let ln_level = match self.spending {
            // Half of a level is exceeded at the score that, over the root of the time, is exceeded by half the chance.
            Spending::ObrienFleming => ln_2 + normal::ln_sf(score_of_ln(ln - ln_2) * libm::sqrt(self.time())),
            _ => ln - self.ln_step(),
        };
        (ln_2 + ln_level).min(0.0)
    }

    /// The time of this look, for spending: the last one spends all.
    fn time(&self) -> f64 {
        if self.is_last() { 1.0 } else { self.times[self.times.len() - 1].min(1.0) }
    }

    /// ln of the share of a level that this look spends, where spending is in proportion to the level.
    fn ln_step(&self) -> f64 {
        let before = self.times.len().checked_sub(2).map_or(0.0, |look| self.times[look]);
        let step = self.spending.spent(1.0, self.time()) - self.spending.spent(1.0, before);
        libm::log(step).max(LEAST_LN)
    }

    /// Whether no look is to come.
    pub fn is_last(&self) -> bool {
        self.to_come.is_empty()
    }
}

/// ln of less than this is as good as nothing.
const LEAST_LN: f64 = -1e6;

/// The score whose upper tail has this logarithm (< −0.7).
fn score_of_ln(ln: f64) -> f64 {
    root::between(0.0, libm::sqrt(-2.0 * ln) + 1.0, |score| ln - normal::ln_sf(score)).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPENDINGS: [Spending; 4] =
        [Spending::ObrienFleming, Spending::Pocock, Spending::HwangShihDeCani(-4.0), Spending::Power(3.0)];

    /// The bound beyond the doubles joins what is integrated before, and orders on.
    #[test]
    fn p_goes_on_beyond_the_doubles() -> Result<(), Error> {
        for spending in SPENDINGS {
            for (times, to_come) in [(vec![0.5], vec![1.0]), (vec![0.5, 1.0], vec![])] {
                let look = Look { times, to_come, spending };
                let (_, near) = look.p(34.9)?;
                let bound = look.far_ln_p(34.9) / std::f64::consts::LN_10;
                assert!(
                    (near - bound).abs() < 0.01 * bound.abs() && bound >= near - 1e-6,
                    "{spending:?} {near} {bound}"
                );
                let (p, far) = look.p(-60.0)?;
                assert!(p < 1e-100 && far < near && far.is_finite(), "{spending:?} {p} {far}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_look_before_anything_may_be_spent_has_a_boundary_all_the_same() -> Result<(), Error> {
        for spending in SPENDINGS {
            let look = Look { times: vec![0.0005], to_come: vec![1.0], spending };
            let critical = look.critical(0.05)?;
            assert!(critical.is_finite() && critical > 3.0, "{spending:?} {critical}");
            assert!(look.p(critical * 1.0001)?.0 <= 0.05 && look.p(critical * 0.9999)?.0 > 0.05, "{spending:?}");
        }
        Ok(())
    }

    #[test]
    fn units_are_worth_what_is_planned() {
        assert!((worth((1000, 1000), (0.5, 0.5)) - 2000.0).abs() < 1e-9);
        // A tenth in each of two treatments, of 10,000.
        assert!((worth((8000, 1000), (0.8, 0.1)) - 10_000.0).abs() < 1e-9);
        assert_eq!(worth((0, 10), (0.5, 0.5)), 0.0);
    }
}
