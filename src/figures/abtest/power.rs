//! How large an effect these data could have found: the chance to find each of several sizes of the primary metric.

use serde::Serialize;

use super::super::Column;
use super::super::Kind::{Difference, Share, Text};
use super::{CONTROL_ARM, TREATMENT_ARM, UNIT, control, unit};
use crate::abtest::Analysis;
use crate::stats::normal;

/// The power at which an effect counts as detectable.
const POWER: f64 = 0.8;
/// Sizes go up to so many times the detectable effect.
const FAR: f64 = 2.0;
/// As many steps from 0 up.
const STEPS: u32 = 40;

pub(super) const COLUMNS: &[Column] = &[
    Column::new("metric", Text, "name of the primary metric"),
    UNIT,
    CONTROL_ARM,
    TREATMENT_ARM,
    Column::new("effect_size", Difference, "a true difference, in either direction"),
    Column::new(
        "rel_effect_size",
        Share,
        "the same as a share of the control's value; empty where that is not above 0",
    ),
    Column::new(
        "power",
        Share,
        "chance to find it (two-sided) with the standard error of these data, at the level of one look, without correction",
    ),
];

/// A row of `power`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PowerLine {
    /// The primary metric.
    pub metric: String,
    /// Share or number.
    pub unit: &'static str,
    /// The control.
    pub control_arm: String,
    /// The arm that is compared with it.
    pub treatment_arm: String,
    /// A true difference.
    pub effect_size: f64,
    /// The same against the control's value.
    pub rel_effect_size: Option<f64>,
    /// Chance to find it.
    pub power: f64,
}

/// The chance that a two-sided test at level `alpha` refuses "no difference" where the truth is `effect`, if it does so with
/// 80 % chance where the truth is `detectable`.
pub fn chance_to_find(effect: f64, detectable: f64, alpha: f64) -> f64 {
    let critical = -normal::quantile(alpha / 2.0);
    let shift = (effect / detectable).abs() * (critical + normal::quantile(POWER));
    normal::sf(critical - shift) + normal::sf(critical + shift)
}

/// The primary metric of each treatment, from no effect to well beyond the detectable one.
pub(super) fn lines(analysis: &Analysis) -> Vec<PowerLine> {
    let mut lines = Vec::new();
    for outcome in analysis.results.iter().filter(|outcome| outcome.role == "primary") {
        let Some(detectable) = outcome.detectable.filter(|size| *size > 0.0) else { continue };
        for step in 0..=STEPS {
            let effect = FAR * detectable * f64::from(step) / f64::from(STEPS);
            lines.push(PowerLine {
                metric: outcome.metric.clone(),
                unit: unit(outcome.kind),
                control_arm: control(analysis).to_owned(),
                treatment_arm: outcome.treatment.clone(),
                effect_size: effect,
                rel_effect_size: (outcome.main.control > 0.0).then(|| effect / outcome.main.control),
                power: chance_to_find(effect, detectable, analysis.alpha),
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_effect_is_found_at_the_level_and_the_detectable_one_at_the_power() {
        assert!((chance_to_find(0.0, 3.0, 0.05) - 0.05).abs() < 1e-12);
        // The other tail adds what no table counts.
        assert!((chance_to_find(3.0, 3.0, 0.05) - POWER).abs() < 1e-5);
        assert_eq!(chance_to_find(-1.0, 0.7, 0.05), chance_to_find(1.0, 0.7, 0.05));
    }
}
