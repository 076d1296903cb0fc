//! Two arms of an experiment: how much the treatment differs from the control, and how sure that is.
//!
//! Each statistic is a family of tests, one for each null value, on the scale of a normal score z. The p-value is that of
//! z at 0; the interval at critical value c holds the null values with |z| ≤ c; the relative lift's interval holds the
//! lifts that are not refuted at c. So they cannot contradict each other, and any rule of decision (fixed, at planned
//! looks, at any time) is only another c.
//!
//! - [`difference`]: two estimates with their variances, and their test; [`lift`] the same in percent, with margins.
//! - Conversion rates: [`proportions`], [`exact`] for rare events, [`strata`] for segments (of means, too).
//! - What becomes such a difference: [`means`], [`ratios`], [`adjusted`] means, [`trimmed`] means, [`quantiles`].
//! - What asks for no such law: [`ranks`], [`bootstrap`], [`permutation`]. Time to an event: [`survival`].
//! - [`balance`]: whether the arms were alike before.

pub mod adjusted;
pub mod balance;
pub mod bootstrap;
pub mod difference;
pub mod exact;
mod inversion;
pub mod lift;
pub mod means;
pub mod permutation;
pub mod proportions;
pub mod quantiles;
pub mod ranks;
pub mod ratios;
mod spread;
pub mod strata;
pub mod survival;
pub mod trimmed;

pub use difference::{Difference, Estimate};
pub use lift::{Better, Bound, LiftInterval, OneSided};

#[cfg(test)]
mod tests {
    use super::adjusted::{Arm, Design, Fit, Robust, cuped, usable};
    use super::balance::{Balance, balance};
    use super::*;
    use crate::stats::moments::Moments;
    use crate::stats::winsorised::{Capped, Caps};
    use proptest::prelude::*;

    /// Ordinary numbers, and those that break formulas.
    fn number() -> impl Strategy<Value = f64> {
        let odd =
            [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, -f64::INFINITY, f64::MAX, f64::MIN, 5e-324, 1e-160, 1e160, 1e8];
        prop_oneof![3 => -10.0..10.0_f64, 1 => prop::sample::select(odd.to_vec())]
    }

    fn rows() -> impl Strategy<Value = Vec<[f64; 3]>> {
        prop::collection::vec([number(), number(), number()], 0..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn no_numbers_panic_and_no_result_is_nan(
            (control, treatment) in (rows(), rows()),
            (c, null, n) in (number(), number(), any::<u64>()),
        ) {
            let moments = |rows: &[[f64; 3]]| {
                let mut moments = Moments::new(3);
                rows.iter().for_each(|row| moments.add(row));
                moments
            };
            let arms = [moments(&control), moments(&treatment)];
            let mut found = Vec::new();
            for i in 0..4 {
                if let (Ok(c), Ok(t)) = (arms[0].sample(i), arms[1].sample(i)) {
                    found.extend([means::welch(c, t), means::student(c, t)]);
                }
            }
            if let (Ok(c), Ok(t)) = (ratios::ratio(&arms[0], 0, 1), ratios::ratio(&arms[1], 0, 1)) {
                found.push(means::welch(c, t));
            }
            let ratios = [&arms[0], &arms[1]].map(|arm| ratios::Linearised::new(arm, 0, 1));
            if let [Ok(c), Ok(t)] = &ratios
                && let Ok(fit) = Fit::new(&c.moments(), &t.moments(), Design::Interacted)
            {
                found.extend([fit.classical(), fit.by_arm()]);
            }
            if let Ok((c, t, _)) = cuped(&arms[0], &arms[1]) {
                found.push(means::welch(c, t));
            }
            for design in [Design::Ancova, Design::Interacted] {
                prop_assert!(usable(&arms[0], &arms[1], design).len() <= 2);
                if let Ok(fit) = Fit::new(&arms[0], &arms[1], design) {
                    let mut pass = fit.residuals();
                    control.iter().for_each(|row| pass.add(Arm::Control, row[0], &row[1..]));
                    treatment.iter().for_each(|row| pass.add(Arm::Treatment, row[0], &row[1..]));
                    found.extend([fit.classical(), fit.by_arm(), pass.difference(Robust::Hc2), pass.difference(Robust::Hc3)]);
                    found.extend(fit.classical().map(|classical| fit.for_population(&classical)));
                }
            }
            if let Ok(Balance { joint: Some(joint), .. }) = balance(&arms[0], &arms[1]) {
                prop_assert!((0.0..=1.0).contains(&joint.p), "{:?}", joint);
            }
            for difference in found.into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&difference.p()) && difference.log10_p() <= 1e-15, "{:?}", difference);
                let (low, high) = difference.interval(1.96);
                prop_assert!(low <= high && !difference.t().is_nan(), "{:?}", difference);
                prop_assert!(!difference.z(0.0).is_nan() && !difference.z_lift(0.5).is_nan());
                let _ = (difference.z(null), difference.z_lift(null), difference.interval(c), difference.g(c));
                let _ = (difference.lift(), difference.log_ratio_interval(c), difference.linear_lift_interval(c));
                if let Some((low, high)) = difference.lift_interval(c).ends() {
                    prop_assert!(low <= high, "{:?}", difference);
                }
                for bound in [Bound::Difference(null), Bound::Lift(null)] {
                    let _ = (difference.non_inferior(bound, Better::Lower), difference.equivalent(bound));
                }
            }
            let _ = (Moments::from_sums(n, &[c], &[null]), Moments::from_variance(n, c, null));
            let _ = Moments::from_sums(n, &[c, null], &control.concat());
            let values: Vec<f64> = control.concat();
            if let Ok(caps) = Caps::from_quantiles(&values, 0.1, 0.9).or(Caps::new(c, null)) {
                let _ = caps.cap(c, &mut Capped::default());
            }
        }
    }
}
