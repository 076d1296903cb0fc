//! Two arms, one metric: the family of tests from which p-value, intervals and decision all come.
//!
//! A contrast has a signed normal score z(δ) for each null hypothesis "the difference is δ". Its p-value is the one of
//! z(0), its interval at a critical value c holds the δ with |z(δ)| ≤ c, and its lift the ratios that the same statistic
//! does not refuse. So they cannot contradict each other, and each way to decide (once, at planned looks, at any time)
//! is only another c.

mod sequence;

use super::collected::Sample;
use super::metric::{Kind, Margin};
use crate::stats::Error;
use crate::stats::sequential::always_valid::Mixture;
use crate::stats::two_arms::exact::MidP;
use crate::stats::two_arms::proportions::{Arm, RatioInterval, TwoProportions};
use crate::stats::two_arms::survival::{Curve, restricted_mean_difference};
use crate::stats::two_arms::{Difference, LiftInterval, means, quantiles, ratios};
use sequence::Sequence;

/// Below so many expected units with (or without) a 1 in an arm, the score test gives way to the exact one.
const FEW: f64 = 10.0;

/// Two arms and one metric.
#[derive(Clone, Debug)]
pub struct Contrast {
    law: Law,
    /// How it was computed, in the words of results.
    pub method: &'static str,
    /// Units of control and treatment.
    pub units: (u64, u64),
}

#[derive(Clone, Debug)]
enum Law {
    Score(TwoProportions),
    Rare(TwoProportions, Box<MidP>),
    Normal(Difference),
    Sequence(Box<Sequence>, TwoProportions),
}

/// The interval of a lift, as shares of the control's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lift {
    /// From … to; the upper end may be infinite.
    Between(f64, f64),
    /// The control's value is too noisy to divide by.
    Unbounded,
    /// The control's value is not above 0.
    Undefined,
}

impl Lift {
    /// Its ends, where it has them.
    pub fn ends(self) -> (Option<f64>, Option<f64>) {
        match self {
            Self::Between(low, high) => (Some(low), Some(high).filter(|high| high.is_finite())),
            Self::Unbounded | Self::Undefined => (None, None),
        }
    }
}

impl Contrast {
    /// The contrast of a treatment with the control.
    ///
    /// # Errors
    /// Those of statistics: too few units, or nothing varies in either arm.
    pub fn of(kind: &Kind, control: &Sample, treatment: &Sample) -> Result<Self, Error> {
        match (control, treatment) {
            (&Sample::Count { successes: x_c, units: n_c }, &Sample::Count { successes: x_t, units: n_t }) => {
                let arm = |successes, trials| Arm { successes, trials };
                let both = TwoProportions::new(arm(x_c, n_c), arm(x_t, n_t))?;
                let rate = (x_c + x_t) as f64 / (n_c + n_t) as f64;
                let expected = rate.min(1.0 - rate) * n_c.min(n_t) as f64;
                // Where none (or all) converted there is no odds ratio to speak of, and the score says what can be said.
                if expected < FEW && expected > 0.0 {
                    let law = Law::Rare(both, Box::new(MidP::new(&both)));
                    return Ok(Self { law, method: "mid-p exact conditional test", units: (n_c, n_t) });
                }
                Ok(Self { law: Law::Score(both), method: "Miettinen–Nurminen score", units: (n_c, n_t) })
            }
            (Sample::Moments(c), Sample::Moments(t)) => {
                let units = (c.n(), t.n());
                if matches!(kind, Kind::Ratio { .. }) {
                    let difference = means::welch(ratios::ratio(c, 0, 1)?, ratios::ratio(t, 0, 1)?)?;
                    return Ok(Self::normal(difference, "ratio of sums, delta method, Welch t", units));
                }
                Ok(Self::normal(means::welch(c.sample(0)?, t.sample(0)?)?, "Welch t", units))
            }
            (Sample::Values(c), Sample::Values(t)) => {
                let level = if let Kind::Quantile { level, .. } = kind { *level } else { 0.5 };
                let sorted = |values: &[f64]| {
                    let mut sorted = values.to_vec();
                    sorted.sort_unstable_by(f64::total_cmp);
                    sorted
                };
                let difference = quantiles::difference(&sorted(c), &sorted(t), level)?;
                Ok(Self::normal(difference, "quantiles, order statistics", (c.len() as u64, t.len() as u64)))
            }
            (Sample::Lifetimes(c), Sample::Lifetimes(t)) => {
                let asked = if let Kind::Survival { until, .. } = kind { *until } else { None };
                let longest = |all: &[(f64, bool)]| all.iter().map(|(days, _)| *days).fold(0.0, f64::max);
                let until = asked.unwrap_or_else(|| longest(c).min(longest(t)));
                let difference = restricted_mean_difference(&curve(c)?, &curve(t)?, until)?;
                let units = (c.len() as u64, t.len() as u64);
                Ok(Self::normal(difference, "restricted mean time, Kaplan–Meier", units))
            }
            // The collector gives all arms of a metric the same kind of sample.
            _ => Err(Error::Length { what: "the arms", expected: 2, found: 0 }),
        }
    }

    /// A contrast with normal or t errors.
    pub fn normal(difference: Difference, method: &'static str, units: (u64, u64)) -> Self {
        Self { law: Law::Normal(difference), method, units }
    }

    /// The same for looks at any time, when the mixture has come to `time` (see [`super::standing::worth`]): rare conversions
    /// then get a law of their own.
    ///
    /// # Errors
    /// Those of statistics.
    pub fn at_any_time(self, mixture: Mixture, time: f64) -> Result<Self, Error> {
        let Law::Rare(both, _) = self.law else { return Ok(self) };
        let law = Law::Sequence(Box::new(Sequence::new(both, mixture, time)?), both);
        Ok(Self { law, method: "in which arm conversions fall, beta-binomial e-value", units: self.units })
    }

    /// Whether it is made of counts of units, and not of estimates with errors.
    pub fn is_of_counts(&self) -> bool {
        !matches!(self.law, Law::Normal(_))
    }

    /// The control's value.
    pub fn control(&self) -> f64 {
        match &self.law {
            Law::Score(both) | Law::Rare(both, _) | Law::Sequence(_, both) => both.control().rate(),
            Law::Normal(difference) => difference.control().value,
        }
    }

    /// The treatment's value.
    pub fn treatment(&self) -> f64 {
        match &self.law {
            Law::Score(both) | Law::Rare(both, _) | Law::Sequence(_, both) => both.treatment().rate(),
            Law::Normal(difference) => difference.treatment().value,
        }
    }

    /// Treatment − control, in the metric's unit.
    pub fn difference(&self) -> f64 {
        match &self.law {
            Law::Score(both) | Law::Rare(both, _) | Law::Sequence(_, both) => both.difference(),
            Law::Normal(difference) => difference.estimate(),
        }
    }

    /// Treatment ÷ control − 1; none where the control is not above 0.
    pub fn lift(&self) -> Option<f64> {
        match &self.law {
            Law::Score(both) | Law::Rare(both, _) | Law::Sequence(_, both) => both.lift(),
            Law::Normal(difference) => difference.lift(),
        }
    }

    /// Signed normal score of "the difference is `null`".
    pub fn z(&self, null: f64) -> f64 {
        match &self.law {
            Law::Score(both) => both.z(null),
            Law::Rare(both, exact) => rare_z(both, exact, null),
            Law::Sequence(sequence, _) => sequence.difference_z(null),
            Law::Normal(difference) => difference.z(null),
        }
    }

    /// The differences that are not refused at a critical value, in the metric's unit.
    ///
    /// # Errors
    /// Those of statistics, for a critical value that is no number.
    pub fn interval(&self, critical: f64) -> Result<(f64, f64), Error> {
        match &self.law {
            Law::Score(both) => both.interval(critical),
            Law::Rare(both, exact) => rare_interval(both, exact, critical),
            Law::Sequence(sequence, _) => sequence.interval(critical),
            Law::Normal(difference) => Ok(difference.interval(critical)),
        }
    }

    /// The lifts that are not refused at a critical value.
    ///
    /// # Errors
    /// As [`Contrast::interval`].
    pub fn lift_interval(&self, critical: f64) -> Result<Lift, Error> {
        let ends = |ends: RatioInterval| Lift::Between(ends.low(), ends.high().unwrap_or(f64::INFINITY));
        match &self.law {
            Law::Score(both) => both.lift_interval(critical).map(ends),
            Law::Rare(_, exact) => exact.lift_interval(critical).map(ends),
            Law::Sequence(sequence, _) => sequence.lift_interval(critical).map(ends),
            Law::Normal(difference) => Ok(match difference.lift_interval(critical) {
                LiftInterval::Between { low, high } => Lift::Between(low, high),
                LiftInterval::Unbounded => Lift::Unbounded,
                LiftInterval::Undefined => Lift::Undefined,
            }),
        }
    }

    /// Signed normal score of "the treatment is worse by exactly this margin", where more is better: high means not worse.
    pub fn z_above(&self, margin: Margin) -> f64 {
        self.z_margin(margin, -1.0)
    }

    /// The same where less is better: low (negative) means not worse.
    pub fn z_below(&self, margin: Margin) -> f64 {
        self.z_margin(margin, 1.0)
    }

    /// Signed normal score of "the treatment lies by this margin above (or, with −1, below) the control".
    fn z_margin(&self, margin: Margin, side: f64) -> f64 {
        match margin {
            // No two shares differ by more than 1.
            Margin::Absolute(size) if size > 1.0 && !matches!(self.law, Law::Normal(_)) => -side * f64::INFINITY,
            Margin::Absolute(size) => self.z(side * size),
            Margin::Relative(share) => match &self.law {
                Law::Score(both) => both.lift_z(side * share),
                Law::Rare(_, exact) => exact.lift_z(side * share),
                Law::Sequence(sequence, _) => sequence.lift_z(side * share),
                // Above a negative value is nearer to 0.
                Law::Normal(difference) => difference.z_lift(side * share * self.control().signum()),
            },
        }
    }

    /// Standard errors of the control's and the treatment's value.
    pub fn errors(&self) -> [f64; 2] {
        match &self.law {
            Law::Score(both) | Law::Rare(both, _) | Law::Sequence(_, both) => {
                [both.control(), both.treatment()].map(|arm| {
                    let rate = arm.rate();
                    (rate * (1.0 - rate) / arm.trials as f64).sqrt()
                })
            }
            Law::Normal(difference) => [difference.control(), difference.treatment()].map(|arm| arm.variance.sqrt()),
        }
    }

    /// The standard error of the difference as its 95 % interval tells it.
    pub fn standard_error(&self) -> f64 {
        match &self.law {
            Law::Normal(difference) => difference.standard_error(),
            // An interval for ever is no measure of one look.
            Law::Sequence(_, both) => width(both.interval(USUAL)),
            Law::Score(_) | Law::Rare(..) => width(self.interval(USUAL)),
        }
    }

    /// Variances of the control's and the treatment's value as the test of no difference has them, up to a common factor:
    /// for shares those of one common rate.
    pub fn null_variances(&self) -> [f64; 2] {
        if self.is_of_counts() {
            return [1.0 / self.units.0 as f64, 1.0 / self.units.1 as f64];
        }
        self.errors().map(|error| error * error)
    }
}

/// The critical value of a 95 % interval.
const USUAL: f64 = 1.959_963_984_540_054;

/// The standard error of which a 95 % interval tells.
fn width(interval: Result<(f64, f64), Error>) -> f64 {
    interval.map_or(f64::NAN, |(low, high)| (high - low) / (2.0 * USUAL))
}

/// Signed normal score of a difference of rare events.
///
/// Whether there is a difference at all the conditional law decides, and how near to 0 it may be. How large it may be
/// hangs on how many converted in all, which that law takes as known: beyond the estimate, and on the other side of 0, a
/// difference is refused only if the score test refuses it too.
fn rare_z(both: &TwoProportions, exact: &MidP, null: f64) -> f64 {
    let (estimate, conditional) = (both.difference(), exact.difference_z(null));
    let between = null == 0.0 || (null * estimate > 0.0 && null.abs() <= estimate.abs());
    if between {
        return conditional;
    }
    let score = both.z(null);
    let least = if conditional.abs() <= score.abs() { conditional } else { score };
    if null * estimate < 0.0 { least.signum() * least.abs().max(exact.z(1.0).abs()) } else { least }
}

/// The differences that [`rare_z`] does not refuse.
fn rare_interval(both: &TwoProportions, exact: &MidP, critical: f64) -> Result<(f64, f64), Error> {
    let (conditional, score) = (exact.interval(critical)?, both.interval(critical)?);
    let estimate = both.difference();
    let (mut low, mut high) = conditional;
    if estimate <= 0.0 || low < 0.0 {
        low = low.min(score.0);
    }
    if estimate >= 0.0 || high > 0.0 {
        high = high.max(score.1);
    }
    Ok((low, high))
}

/// Kaplan–Meier's curve of an arm.
pub(super) fn curve(lifetimes: &[(f64, bool)]) -> Result<Curve, Error> {
    let (days, events): (Vec<f64>, Vec<bool>) = lifetimes.iter().copied().unzip();
    Curve::from_times(&days, &events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::binomial;

    const PROPORTION: Kind = Kind::Proportion { column: String::new() };

    fn of(x_c: u64, x_t: u64, units: u64) -> Result<Contrast, Error> {
        let sample = |successes| Sample::Count { successes, units };
        Contrast::of(&PROPORTION, &sample(x_c), &sample(x_t))
    }

    #[test]
    fn intervals_of_rare_events_hold_the_difference_as_often_as_they_say() -> Result<(), Error> {
        let units = 1000;
        for (control, treatment) in [(0.0, 0.004), (0.001, 0.005), (0.002, 0.006), (0.005, 0.005), (0.0, 0.001)] {
            let (mut held, mut above) = (0.0, 0.0);
            for x_c in 0..40 {
                for x_t in 0..40 {
                    let chance = binomial::pmf(x_c, units, control) * binomial::pmf(x_t, units, treatment);
                    if chance < 1e-12 {
                        continue;
                    }
                    let (low, high) = of(x_c, x_t, units)?.interval(1.959_963_984_540_054)?;
                    let truth = treatment - control;
                    held += if low <= truth && truth <= high { chance } else { 0.0 };
                    above += if high < truth { chance } else { 0.0 };
                }
            }
            // Exact chances, not samples. A discrete law cannot hold 95 % everywhere.
            assert!(held > 0.94, "{control} {treatment}: {held}");
            assert!(above < 0.045, "{control} {treatment}: {above}");
        }
        Ok(())
    }

    #[test]
    fn where_nothing_converted_little_is_open() -> Result<(), Error> {
        let (low, high) = of(0, 0, 1000)?.interval(1.959_963_984_540_054)?;
        assert!(low > -0.004 && high < 0.004, "{low} {high}");
        assert_eq!(of(50, 50, 50)?.z(0.0), 0.0);
        Ok(())
    }

    #[test]
    fn scores_and_intervals_of_rare_events_agree() -> Result<(), Error> {
        for (x_c, x_t) in [(0, 3), (3, 0), (1, 9), (2, 2), (4, 1), (0, 8), (7, 7)] {
            for critical in [0.5, 1.2, 1.96, 3.1] {
                let contrast = of(x_c, x_t, 400)?;
                let (low, high) = contrast.interval(critical)?;
                for i in -60..=60 {
                    let null = f64::from(i) * 0.0007;
                    let within = contrast.z(null).abs() <= critical;
                    let near = [low, high].iter().any(|end| (end - null).abs() < 1e-9);
                    assert!(near || within == (low <= null && null <= high), "{x_c} {x_t} {critical} {null}");
                }
            }
        }
        Ok(())
    }
}
