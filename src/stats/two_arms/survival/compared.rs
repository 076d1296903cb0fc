//! Two survival curves compared: log-rank and its weighted kin, the hazard ratio, and one point in time.

use std::f64::consts::{LN_2, LN_10};

use super::{Curve, Step};
use crate::stats::{Error, normal, require};

/// How much the times of events count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weights {
    /// All alike: most powerful where the hazard ratio is constant (Mantel 1966; Cox 1972).
    LogRank,
    /// By the subjects at risk, n: early differences count more (Gehan 1965, Breslow 1970).
    GehanWilcoxon,
    /// By √n (Tarone & Ware 1977).
    TaroneWare,
    /// By Π (1 − d/(n + 1)) up to and with the time, the modified survival of all (Peto & Peto 1972; as in lifelines).
    Peto,
    /// By S(t−)ᵖ (1 − S(t−))ᵠ with all subjects' Kaplan–Meier curve just before (Fleming & Harrington 1991); p = 1, q = 0 is
    /// the Peto & Peto test of R's `survdiff`. Both finite and ≥ 0.
    FlemingHarrington {
        /// Weight of early times.
        p: f64,
        /// Weight of late times.
        q: f64,
    },
}

/// Events observed and expected in the treatment arm if both arms had one hazard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// Σ w (observed − expected).
    excess: f64,
    /// Σ w v and Σ w² v, with v the hypergeometric variance at each time.
    information: f64,
    variance: f64,
    /// Events of the control and the treatment, observed and expected, unweighted.
    observed: [f64; 2],
    expected: [f64; 2],
}

/// The (weighted) log-rank test of two arms.
///
/// At each time with d events among n at risk, n₁ of them treated, E = d n₁/n and v = d (n₁/n)(1 − n₁/n)(n − d)/(n − 1).
///
/// # Errors
/// [`Error::Range`] for powers that are negative or not finite, or where no event comes while both arms are at risk: then
/// nothing can be compared.
///
/// ```
/// use channelmix::stats::two_arms::survival::{Curve, Weights, log_rank};
/// let control = Curve::from_times(&[1.0, 2.0, 3.0, 4.0], &[true; 4])?;
/// let treatment = Curve::from_times(&[3.0, 5.0, 6.0, 7.0], &[true, true, true, false])?;
/// let test = log_rank(&control, &treatment, Weights::LogRank)?;
/// assert!(test.z() < 0.0 && test.hazard_ratio() < 1.0);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn log_rank(control: &Curve, treatment: &Curve, weights: Weights) -> Result<LogRank, Error> {
    if let Weights::FlemingHarrington { p, q } = weights {
        for power in [p, q] {
            require(power >= 0.0 && power.is_finite(), "a power of the weights", "be finite and not negative", power)?;
        }
    }
    let mut test = LogRank { excess: 0.0, information: 0.0, variance: 0.0, observed: [0.0; 2], expected: [0.0; 2] };
    let (mut survival, mut modified) = (1.0, 1.0);
    for Both { at_risk, events } in both(control.steps(), treatment.steps()) {
        let (n, d) = (at_risk[0] + at_risk[1], events[0] + events[1]);
        if d == 0.0 {
            continue;
        }
        modified *= 1.0 - d / (n + 1.0);
        let weight = match weights {
            Weights::LogRank => 1.0,
            Weights::GehanWilcoxon => n,
            Weights::TaroneWare => libm::sqrt(n),
            Weights::Peto => modified,
            Weights::FlemingHarrington { p, q } => libm::pow(survival, p) * libm::pow(1.0 - survival, q),
        };
        survival *= (n - d) / n;
        let expected = at_risk.map(|at_risk| d * (at_risk / n));
        let spread = if n > 1.0 { expected[1] * (at_risk[0] / n) * ((n - d) / (n - 1.0)) } else { 0.0 };
        // (d₁n₀ − d₀n₁)/n: exact 0 where only one arm is left.
        test.excess += weight * ((events[1] * at_risk[0] - events[0] * at_risk[1]) / n);
        test.information += weight * spread;
        test.variance += weight * weight * spread;
        for arm in 0..2 {
            test.observed[arm] += events[arm];
            test.expected[arm] += expected[arm];
        }
    }
    let must = "be positive: no event comes while both arms are at risk";
    require(test.variance > 0.0, "the variance of the events", must, test.variance)?;
    Ok(test)
}

impl LogRank {
    /// Normal score of "one hazard": positive where the treatment has more (earlier) events than expected.
    pub fn z(&self) -> f64 {
        self.excess / libm::sqrt(self.variance)
    }

    /// z², on one degree of freedom.
    pub fn chi_squared(&self) -> f64 {
        self.excess * self.excess / self.variance
    }

    /// Two-sided p-value.
    pub fn p(&self) -> f64 {
        2.0 * normal::sf(self.z().abs())
    }

    /// log₁₀ of the p-value, however small it is.
    pub fn log10_p(&self) -> f64 {
        (LN_2 + normal::ln_sf(self.z().abs())) / LN_10
    }

    /// Peto's one-step hazard ratio, treatment ÷ control: exp(Σw(O − E) / Σwv). Near 1 it is Cox's estimate; a ratio
    /// beyond 2 or ½ it draws towards 1 (Berry et al., Statist. Med. 10, 1991).
    pub fn hazard_ratio(&self) -> f64 {
        libm::exp(self.excess / self.information)
    }

    /// (low, high) of [`LogRank::hazard_ratio`] at critical value `c`: excludes 1 exactly when |z| > c.
    pub fn hazard_ratio_interval(&self, c: f64) -> (f64, f64) {
        let root = libm::sqrt(self.variance);
        let end = |score: f64| libm::exp((self.z() + score) * (root / self.information));
        (end(-c), end(c))
    }

    /// Pike's hazard ratio (O₁/E₁)/(O₀/E₀) with its interval at `c`, by the variance 1/E₁ + 1/E₀ of its logarithm (Peto et
    /// al., Br. J. Cancer 35, 1977). Unweighted whatever the weights. None where an arm has no event.
    pub fn pike(&self, c: f64) -> Option<(f64, (f64, f64))> {
        let ([o0, o1], [e0, e1]) = (self.observed, self.expected);
        let ratio = (o1 / e1) / (o0 / e0);
        let spread = libm::exp(c * libm::sqrt(1.0 / e0 + 1.0 / e1));
        (o0 > 0.0 && o1 > 0.0).then_some((ratio, (ratio / spread, ratio * spread)))
    }

    /// Events of (control, treatment) observed, and expected if both had one hazard.
    pub fn observed_and_expected(&self) -> [(f64, f64); 2] {
        [(self.observed[0], self.expected[0]), (self.observed[1], self.expected[1])]
    }
}

/// Normal score of the difference of ln(−ln S) at one time, treatment minus control: positive where the treatment has had
/// more events by then (Klein, Logan, Harhoff & Andersen, Statist. Med. 26, 2007, 4505–4519).
///
/// # Errors
/// [`Error::Range`] where S is 0, 1 or unknown in an arm at that time.
pub fn fixed_point(control: &Curve, treatment: &Curve, time: f64) -> Result<f64, Error> {
    let arm = |curve: &Curve| curve.at(time).unwrap_or((f64::NAN, f64::NAN));
    fixed_point_of(arm(control), arm(treatment))
}

/// [`fixed_point`] as lifelines computes it: its variance is not that of the last event but a line from there to the next
/// time of the arm, event or censoring. The same at times that both arms have; for comparison with that package only.
///
/// # Errors
/// As [`fixed_point`].
pub fn fixed_point_of_lifelines(control: &Curve, treatment: &Curve, time: f64) -> Result<f64, Error> {
    let arm = |curve: &Curve| {
        let (survival, greenwood) = curve.at(time).unwrap_or((f64::NAN, f64::NAN));
        let passed = curve.steps().partition_point(|step| step.time <= time);
        let before = passed.checked_sub(1).map_or(0.0, |i| curve.steps()[i].time);
        let line = curve.steps().get(passed).map_or(0.0, |next| {
            // Lifelines adds nothing for the event of the last subject at risk, where the formula has no value.
            let rise = if next.greenwood.is_finite() { next.greenwood - greenwood } else { 0.0 };
            rise * ((time - before) / (next.time - before))
        });
        (survival, greenwood + line)
    };
    fixed_point_of(arm(control), arm(treatment))
}

/// From (S, Greenwood's sum) of each arm.
fn fixed_point_of(control: (f64, f64), treatment: (f64, f64)) -> Result<f64, Error> {
    let score = |(survival, greenwood): (f64, f64)| {
        let must = "lie between 0 and 1, both excluded";
        require(survival > 0.0 && survival < 1.0, "the share without event in each arm", must, survival)?;
        let ln = libm::log(survival);
        Ok((libm::log(-ln), greenwood / (ln * ln)))
    };
    let (control, treatment) = (score(control)?, score(treatment)?);
    Ok((treatment.0 - control.0) / libm::sqrt(control.1 + treatment.1))
}

/// Both arms at one time: control, treatment.
struct Both {
    at_risk: [f64; 2],
    events: [f64; 2],
}

/// Both arms at each time of either, ascending.
fn both<'a>(control: &'a [Step], treatment: &'a [Step]) -> impl Iterator<Item = Both> + 'a {
    let mut next = [0, 0];
    std::iter::from_fn(move || {
        let heads = [control.get(next[0]), treatment.get(next[1])];
        let time = heads.iter().flatten().map(|step| step.time).min_by(f64::total_cmp)?;
        let mut both = Both { at_risk: [0.0; 2], events: [0.0; 2] };
        for (arm, head) in heads.into_iter().enumerate() {
            let Some(step) = head else { continue };
            // Between two steps nobody leaves: at risk is what the next step finds.
            both.at_risk[arm] = step.at_risk as f64;
            if step.time == time {
                both.events[arm] = step.events as f64;
                next[arm] += 1;
            }
        }
        Some(both)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::off;

    const CONTROL: [(u16, bool); 14] = [
        (1, true),
        (1, true),
        (2, true),
        (2, false),
        (3, true),
        (4, true),
        (4, true),
        (5, true),
        (8, true),
        (8, false),
        (11, true),
        (12, true),
        (15, true),
        (17, false),
    ];
    const TREATMENT: [(u16, bool); 16] = [
        (2, true),
        (3, false),
        (6, true),
        (6, true),
        (6, true),
        (6, false),
        (7, true),
        (9, false),
        (10, true),
        (10, false),
        (13, true),
        (16, true),
        (17, false),
        (19, false),
        (22, true),
        (23, true),
    ];

    fn curve(subjects: &[(u16, bool)]) -> Result<Curve, Error> {
        let times: Vec<f64> = subjects.iter().map(|&(time, _)| f64::from(time)).collect();
        Curve::from_times(&times, &subjects.iter().map(|&(_, event)| event).collect::<Vec<_>>())
    }

    #[test]
    fn every_weighting() -> Result<(), Error> {
        // lifelines 0.30.3, logrank_test: chi squared.
        let known = [
            (Weights::LogRank, 4.380_820_722_617_6),
            (Weights::GehanWilcoxon, 4.472_813_746_511_307),
            (Weights::TaroneWare, 4.523_299_069_076_089_5),
            (Weights::Peto, 4.922_982_641_331_474),
            (Weights::FlemingHarrington { p: 1.0, q: 0.0 }, 4.675_171_076_661_911),
            (Weights::FlemingHarrington { p: 0.5, q: 1.5 }, 1.762_245_226_305_798_4),
        ];
        for (weights, chi_squared) in known {
            let test = log_rank(&curve(&CONTROL)?, &curve(&TREATMENT)?, weights)?;
            assert!(off(test.chi_squared(), chi_squared) < 1e-13, "{weights:?}: {}", test.chi_squared());
            assert!(test.z() < 0.0);
        }
        // survival_difference_at_fixed_point_in_time_test: between the times of an arm, and at one of both.
        let (control, treatment) = (curve(&CONTROL)?, curve(&TREATMENT)?);
        let between = fixed_point_of_lifelines(&control, &treatment, 8.5)?;
        assert!(between < 0.0 && off(between * between, 1.880_531_620_011_102) < 1e-13);
        let at = fixed_point(&control, &treatment, 17.0)?;
        assert!(
            at < 0.0
                && off(at * at, 2.555_656_290_114_498) < 1e-13
                && at == fixed_point_of_lifelines(&control, &treatment, 17.0)?
        );
        Ok(())
    }

    #[test]
    fn hazard_ratios_by_hand() -> Result<(), Error> {
        // Times 1 (control of 2 + 2), 2 (treatment of 1 + 2), 3 (control of 1 + 1), then one treated alone.
        let control = curve(&[(1, true), (3, true)])?;
        let treatment = curve(&[(2, true), (4, true)])?;
        let test = log_rank(&control, &treatment, Weights::LogRank)?;
        let (expected, variance) = (0.5 + 2.0 / 3.0 + 0.5 + 1.0, 0.25 + 2.0 / 9.0 + 0.25);
        let [(_, of_control), (two, of_treatment)] = test.observed_and_expected();
        assert!(two == 2.0 && off(of_treatment, expected) < 1e-15 && off(of_control, 4.0 - expected) < 1e-15);
        assert!(off(test.hazard_ratio(), libm::exp((2.0 - expected) / variance)) < 1e-14);
        let (ratio, (low, high)) = test.pike(1.0).unwrap_or((f64::NAN, (f64::NAN, f64::NAN)));
        assert!(off(ratio, (4.0 - expected) / expected) < 1e-14 && off(low * high, ratio * ratio) < 1e-14);
        Ok(())
    }

    #[test]
    fn nothing_to_compare_is_said() -> Result<(), Error> {
        let none = curve(&[(3, false), (5, false)])?;
        let some = curve(&[(3, true), (5, true)])?;
        assert!(log_rank(&none, &none, Weights::LogRank).is_err());
        assert!(log_rank(&none, &some, Weights::LogRank)?.pike(1.96).is_none());
        // The control was gone before the first event.
        assert!(log_rank(&curve(&[(1, false)])?, &some, Weights::Peto).is_err());
        assert!(log_rank(&some, &some, Weights::FlemingHarrington { p: -1.0, q: 0.0 }).is_err());
        assert_eq!(log_rank(&some, &some, Weights::TaroneWare)?.z(), 0.0);
        for time in [0.0, 5.0, 7.0, f64::NAN] {
            assert!(fixed_point(&some, &some, time).is_err());
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn swapped_arms_mirror_and_the_ratio_agrees_with_z(
            control in prop::collection::vec((0_u16..15, any::<bool>()), 1..40),
            treatment in prop::collection::vec((0_u16..15, any::<bool>()), 1..40), c in 0.01..4.0_f64,
        ) {
            let (control, treatment) = (curve(&control)?, curve(&treatment)?);
            let all = [
                Weights::LogRank, Weights::GehanWilcoxon, Weights::TaroneWare, Weights::Peto,
                Weights::FlemingHarrington { p: 0.5, q: 1.0 },
            ];
            for weights in all {
                let Ok(test) = log_rank(&control, &treatment, weights) else { continue };
                let mirrored = log_rank(&treatment, &control, weights)?;
                prop_assert!((test.z() + mirrored.z()).abs() < 1e-12);
                prop_assert!(off(test.hazard_ratio() * mirrored.hazard_ratio(), 1.0) < 1e-11);
                let (low, high) = test.hazard_ratio_interval(c);
                prop_assert_eq!(low > 1.0 || high < 1.0, test.z().abs() > c);
            }
        }
    }
}
