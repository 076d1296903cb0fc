//! Time to an event when not everyone had it yet: Kaplan–Meier's curve, restricted mean, and two curves compared.
//!
//! A customer whose event has not come when the observation ends is *censored*: she counts as at risk up to that time and
//! not beyond. Times are in any unit, from 0; censored at the time of an event counts as at risk for it.

use super::{Difference, Estimate};
use crate::stats::{Error, require, require_length};

mod compared;

pub use compared::{LogRank, Weights, fixed_point, fixed_point_of_lifelines, log_rank};

/// Kaplan–Meier's estimate of S(t), the share without the event after time t (JASA 53, 1958, 457–481).
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Distinct times with an event or a censoring, ascending.
    steps: Vec<Step>,
}

/// What happens at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Subjects without event and still observed just before.
    pub at_risk: u64,
    /// Of these, those with the event at this time.
    pub events: u64,
    /// S from this time on, 0 to 1.
    pub survival: f64,
    /// Greenwood's Σ d/(n(n − d)) up to this time: the variance of ln S; ∞ once S is 0.
    pub greenwood: f64,
}

impl Curve {
    /// From each subject's time (finite, ≥ 0, in any order) and whether the event came then (else: censored then).
    ///
    /// # Errors
    /// [`Error::Length`] for unequal lists, [`Error::Range`] without subjects or for a time that is negative or not finite.
    ///
    /// ```
    /// use channelmix::stats::two_arms::survival::Curve;
    /// let curve = Curve::from_times(&[9.0, 13.0, 13.0, 18.0], &[true, true, false, true])?;
    /// assert_eq!((curve.survival(13.0), curve.median()), (Some(0.5), Some(13.0)));
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    pub fn from_times(times: &[f64], events: &[bool]) -> Result<Self, Error> {
        require_length("the events", times.len(), events.len())?;
        for &time in times {
            require(time >= 0.0 && time.is_finite(), "a time", "be finite and not negative", time)?;
        }
        let mut subjects: Vec<(f64, bool)> = times.iter().copied().zip(events.iter().copied()).collect();
        subjects.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        let same_time = subjects.chunk_by(|one, other| one.0 == other.0);
        Self::new(same_time.map(|group| {
            let events = group.iter().filter(|(_, event)| *event).count();
            (group[0].0, events as u64, (group.len() - events) as u64)
        }))
    }

    /// From the numbers of events and of censored at each whole time 0, 1, 2, … (days, say), which add up over segments.
    ///
    /// # Errors
    /// [`Error::Length`] for unequal lists, [`Error::Range`] without subjects or for more than 2⁵³.
    pub fn from_counts(events: &[u64], censored: &[u64]) -> Result<Self, Error> {
        require_length("the censored", events.len(), censored.len())?;
        Self::new(
            events.iter().zip(censored).enumerate().map(|(time, (&events, &censored))| (time as f64, events, censored)),
        )
    }

    /// From ascending (time, events, censored).
    fn new(times: impl Iterator<Item = (f64, u64, u64)>) -> Result<Self, Error> {
        let times: Vec<_> = times.filter(|&(_, events, censored)| events > 0 || censored > 0).collect();
        let all =
            times.iter().try_fold(0_u64, |sum, &(_, events, censored)| sum.checked_add(events)?.checked_add(censored));
        let all = all.unwrap_or(u64::MAX);
        require(all > 0 && all <= 1 << 53, "the number of subjects", "lie between 1 and 2⁵³", all as f64)?;
        let (mut at_risk, mut survival, mut greenwood) = (all, 1.0, 0.0);
        let steps = times.into_iter().map(|(time, events, censored)| {
            let (n, left) = (at_risk as f64, (at_risk - events) as f64);
            if events > 0 {
                survival *= left / n;
                greenwood += events as f64 / (n * left);
            }
            let step = Step { time, at_risk, events, survival, greenwood };
            at_risk -= events + censored;
            step
        });
        Ok(Self { steps: steps.collect() })
    }

    /// The times with events or censored, ascending.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// S(t); None beyond the last observation, unless the event had come to all by then.
    pub fn survival(&self, time: f64) -> Option<f64> {
        self.at(time).map(|(survival, _)| survival)
    }

    /// Variance of S(t) by Greenwood's formula, S²·Σ d/(n(n − d)); None where S is unknown, or 0 after the last subject's
    /// event, where the formula has no value.
    pub fn variance(&self, time: f64) -> Option<f64> {
        let (survival, greenwood) = self.at(time)?;
        greenwood.is_finite().then_some(survival * survival * greenwood)
    }

    /// (low, high) of S(t) at critical value `c`, by the normal law of ln(−ln S), which keeps it within 0 and 1
    /// (Kalbfleisch & Prentice, 2nd ed. 2002, §1.4.2). None where S is unknown, or 1 or 0: there is no such law.
    pub fn interval(&self, time: f64, c: f64) -> Option<(f64, f64)> {
        let (survival, greenwood) = self.at(time)?;
        limits(survival, greenwood, c)
    }

    /// The first time at which S is at or below `share` (in (0, 1)); None where it stays above as long as observed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        self.steps.iter().find(|step| step.survival <= share).map(|step| step.time)
    }

    /// The time by which half have had the event.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// Interval of [`Curve::quantile`] at critical value `c`: from the first time at which the lower limit of S is at or
    /// below the share to the first at which the upper one is (Brookmeyer & Crowley, Biometrics 38, 1982). None where that
    /// does not come.
    pub fn quantile_interval(&self, share: f64, c: f64) -> (Option<f64>, Option<f64>) {
        let first = |below: &dyn Fn(&Step) -> bool| self.steps.iter().find(|step| below(step)).map(|step| step.time);
        // Where S is 0 there is no law: the lower limit is 0 as well, the upper one unknown.
        let low = first(&|step| {
            step.survival == 0.0 || limits(step.survival, step.greenwood, c).is_some_and(|ends| ends.0 <= share)
        });
        let high = first(&|step| limits(step.survival, step.greenwood, c).is_some_and(|ends| ends.1 <= share));
        (low, high)
    }

    /// The mean time without the event up to `until`, ∫₀ S dt, and the square of its standard error,
    /// Σ (∫ S from tᵢ to `until`)² · dᵢ/(nᵢ(nᵢ − dᵢ)) (Klein & Moeschberger, 2nd ed. 2003, formula 4.5.2).
    ///
    /// # Errors
    /// [`Error::Range`] for an end that is not positive, or beyond the last observation while S is above 0: nobody was
    /// observed so long.
    pub fn restricted_mean(&self, until: f64) -> Result<Estimate, Error> {
        require(until > 0.0 && until.is_finite(), "the end of the restricted mean", "be positive and finite", until)?;
        require(self.at(until).is_some(), "the end of the restricted mean", "not exceed the last observation", until)?;
        let (mut area, mut variance, mut end) = (0.0, 0.0, until);
        for step in self.steps.iter().rev().filter(|step| step.time < until) {
            area += step.survival * (end - step.time);
            end = step.time;
            let (n, left) = (step.at_risk as f64, (step.at_risk - step.events) as f64);
            // After the last subject's event no area is left.
            if left > 0.0 {
                variance += area * area * (step.events as f64 / (n * left));
            }
        }
        Ok(Estimate { value: area + end, variance })
    }

    /// S and Greenwood's sum at a time.
    fn at(&self, time: f64) -> Option<(f64, f64)> {
        let last = self.steps.last()?;
        let passed = self.steps.partition_point(|step| step.time <= time);
        let known = (0.0..=last.time).contains(&time) || time > last.time && last.survival == 0.0;
        let now = passed.checked_sub(1).map_or((1.0, 0.0), |i| (self.steps[i].survival, self.steps[i].greenwood));
        known.then_some(now)
    }
}

/// Log-log limits of S.
fn limits(survival: f64, greenwood: f64, c: f64) -> Option<(f64, f64)> {
    let ln = libm::log(survival);
    let error = libm::sqrt(greenwood) / -ln;
    let end = |shift: f64| libm::exp(ln * libm::exp(shift));
    (survival > 0.0 && survival < 1.0 && c >= 0.0).then(|| (end(c * error), end(-c * error)))
}

/// Difference of the restricted means up to `until`, treatment minus control, with the normal law: what there is to say
/// where curves cross. Positive: the treatment's events come later.
///
/// # Errors
/// [`Error::Range`] as [`Curve::restricted_mean`], or where neither arm has an event before `until`.
pub fn restricted_mean_difference(control: &Curve, treatment: &Curve, until: f64) -> Result<Difference, Error> {
    Difference::new(control.restricted_mean(until)?, treatment.restricted_mean(until)?, f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    #[test]
    fn ties_of_events_and_censored() -> Result<(), Error> {
        // lifelines 0.30.3, KaplanMeierFitter: time, S, low, high of 95 %.
        let times =
            [6.0, 6.0, 6.0, 6.0, 7.0, 9.0, 10.0, 10.0, 11.0, 13.0, 16.0, 17.0, 19.0, 20.0, 22.0, 23.0, 25.0, 32.0];
        let events = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0].map(|event| event == 1);
        let curve = Curve::from_times(&times, &events)?;
        let known = [
            (6.0, 0.833_333_333_333_333_5, 0.567_685_518_680_689_8, 0.942_979_741_578_936_6),
            (7.0, 0.773_809_523_809_524_1, 0.503_271_551_244_436_3, 0.908_675_647_374_228_9),
            (10.0, 0.709_325_396_825_397_2, 0.434_230_090_481_915_96, 0.868_143_544_802_096),
            (13.0, 0.630_511_463_844_797_3, 0.347_556_891_143_123_94, 0.817_676_172_545_146_7),
            (16.0, 0.551_697_530_864_197_6, 0.273_466_849_348_645_1, 0.761_228_416_598_715),
            (22.0, 0.413_773_148_148_148_3, 0.132_470_633_024_678_62, 0.680_296_152_282_238_3),
            (23.0, 0.275_848_765_432_098_85, 0.050_366_502_481_745_39, 0.574_050_205_697_212),
            (32.0, 0.275_848_765_432_098_85, 0.050_366_502_481_745_39, 0.574_050_205_697_212),
        ];
        for (time, survival, low, high) in known {
            let ends = curve.interval(time, 1.959_963_984_540_054).unwrap_or((f64::NAN, f64::NAN));
            assert!(off(curve.survival(time).unwrap_or(f64::NAN), survival) < 1e-14, "{time}");
            assert!(off(ends.0, low) < 1e-13 && off(ends.1, high) < 1e-13, "{time}: {ends:?}");
        }
        assert_eq!(
            (curve.median(), curve.quantile_interval(0.5, 1.959_963_984_540_054)),
            (Some(22.0), (Some(10.0), None))
        );
        // R's survRM2 formula in numpy.
        let mean = curve.restricted_mean(21.5)?;
        assert!(off(mean.value, 16.208_608_906_525_573) < 1e-14 && off(mean.variance, 2.519_258_285_005_208_5) < 1e-13);
        Ok(())
    }

    #[test]
    fn nobody_and_everybody_censored() -> Result<(), Error> {
        let none = Curve::from_times(&[3.0, 5.0, 5.0], &[false; 3])?;
        assert_eq!((none.survival(4.0), none.variance(4.0), none.interval(4.0, 2.0)), (Some(1.0), Some(0.0), None));
        assert_eq!((none.median(), none.quantile_interval(0.5, 2.0)), (None, (None, None)));
        assert_eq!(none.restricted_mean(5.0)?, Estimate { value: 5.0, variance: 0.0 });
        assert!(none.restricted_mean(5.1).is_err() && none.survival(5.1).is_none());
        assert!(restricted_mean_difference(&none, &none, 5.0).is_err());

        let all = Curve::from_times(&[0.0, 2.0, 2.0], &[true; 3])?;
        assert_eq!((all.survival(9.0), all.variance(9.0), all.interval(2.0, 2.0)), (Some(0.0), None, None));
        assert!(off(all.restricted_mean(1e9)?.value, 4.0 / 3.0) < 1e-15);
        assert_eq!(all.quantile_interval(0.5, 1.96), (Some(0.0), None));

        let one = Curve::from_times(&[7.0], &[true])?;
        assert_eq!((one.survival(6.9), one.survival(7.0), one.median()), (Some(1.0), Some(0.0), Some(7.0)));
        assert!(one.survival(f64::NAN).is_none() && one.survival(-1.0).is_none());
        Ok(())
    }

    #[test]
    fn what_is_no_observation_is_refused() {
        assert!(Curve::from_times(&[], &[]).is_err() && Curve::from_times(&[1.0], &[]).is_err());
        for time in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Curve::from_times(&[1.0, time], &[true, true]).is_err());
        }
        assert!(Curve::from_counts(&[0, 0], &[0, 0]).is_err() && Curve::from_counts(&[1], &[]).is_err());
        assert!(Curve::from_counts(&[u64::MAX, 1], &[1, 1]).is_err());
    }

    proptest! {
        #[test]
        fn counts_say_what_times_say(subjects in prop::collection::vec((0_u16..20, any::<bool>()), 1..60)) {
            let times: Vec<f64> = subjects.iter().map(|&(time, _)| f64::from(time)).collect();
            let events: Vec<bool> = subjects.iter().map(|&(_, event)| event).collect();
            let mut counts = [[0_u64; 20]; 2];
            subjects.iter().for_each(|&(time, event)| counts[usize::from(!event)][usize::from(time)] += 1);
            prop_assert_eq!(Curve::from_times(&times, &events)?, Curve::from_counts(&counts[0], &counts[1])?);
        }

        #[test]
        fn without_censoring_it_is_the_plain_mean(times in prop::collection::vec(0_u16..50, 2..60), until in 1_u16..60) {
            let times: Vec<f64> = times.into_iter().map(f64::from).collect();
            let (n, until) = (times.len() as f64, f64::from(until));
            let curve = Curve::from_times(&times, &vec![true; times.len()])?;
            let capped: Vec<f64> = times.iter().map(|time| time.min(until)).collect();
            let mean = capped.iter().sum::<f64>() / n;
            let squares: f64 = capped.iter().map(|time| (time - mean) * (time - mean)).sum();
            let found = curve.restricted_mean(until)?;
            prop_assert!((found.value - mean).abs() < 1e-12 * (1.0 + mean));
            prop_assert!((found.variance - squares / n / n).abs() < 1e-11 * (1.0 + found.variance));
            for time in [0.0, 3.0, 17.5] {
                let share = times.iter().filter(|&&t| t > time).count() as f64 / n;
                let known = curve.survival(time).unwrap_or(f64::NAN);
                prop_assert!((known - share).abs() < 1e-14);
            }
        }
    }

    /// Ordinary numbers, and those that break formulas.
    fn number() -> impl Strategy<Value = f64> {
        let odd = [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, 1e160];
        prop_oneof![3 => -3.0..3.0_f64, 1 => prop::sample::select(odd.to_vec())]
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic_or_say_nan(
            control in prop::collection::vec(number(), 0..9), treatment in prop::collection::vec(number(), 0..9), x in number(),
        ) {
            let (one, other): (Vec<bool>, Vec<bool>) =
                (control.iter().map(|v| *v > 0.0).collect(), treatment.iter().map(|v| *v < 1.0).collect());
            let curves = (Curve::from_times(&control, &one), Curve::from_times(&treatment, &other));
            if let (Ok(control), Ok(treatment)) = curves {
                prop_assert!(control.survival(x).is_none_or(|s| (0.0..=1.0).contains(&s)));
                prop_assert!(control.interval(x, 2.0).is_none_or(|(low, high)| low <= high && low >= 0.0 && high <= 1.0));
                if let Ok(difference) = restricted_mean_difference(&control, &treatment, x) {
                    prop_assert!(difference.z(0.0).is_finite());
                }
                if let Ok(test) = log_rank(&control, &treatment, Weights::FlemingHarrington { p: x, q: 0.3 }) {
                    prop_assert!((0.0..=1.0).contains(&test.p()) && test.hazard_ratio() >= 0.0);
                }
                prop_assert!(fixed_point(&control, &treatment, x).is_ok_and(|z| z.is_finite()) || fixed_point(&control, &treatment, x).is_err());
            }
        }
    }
}
