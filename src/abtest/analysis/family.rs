//! Several results at once: the correction that each role asks for, as a critical value and an adjusted p-value that
//! cannot disagree.

use super::super::contrast::Contrast;
use super::super::standing::Standing;
use crate::stats::dunnett::Dunnett;
use crate::stats::multiple::{Scaling, multipliers_ln};
use crate::stats::sides::Sides;
use crate::stats::{Error, normal};

/// What a correction makes of one result.
pub struct Corrected {
    /// |z| beyond which it is refused.
    pub critical: f64,
    /// The two-sided level of its interval, which corresponds to `critical`.
    pub alpha: f64,
    /// The name of the correction, or `none`.
    pub method: &'static str,
    /// How many results were corrected together.
    pub among: usize,
    /// p-value after correction.
    pub pvalue: f64,
}

/// How results of one role are corrected.
#[derive(Clone, Copy, PartialEq)]
pub enum Correction {
    /// Not at all: a single result, or guardrails, which must all hold.
    None,
    /// Several treatments against one control, of one metric.
    Dunnett,
    /// Confirmatory results.
    Holm,
    /// Exploratory results.
    BenjaminiHochberg,
}

/// p-values below this come from the Bonferroni bound, which is exact there.
const FAR: f64 = 1e-12;

/// The least variance of an arm, as a share of the largest.
const NOT_QUITE: f64 = 1e-12;

/// Corrects results that belong together, in their order.
///
/// # Errors
/// Those of statistics.
pub fn correct(
    contrasts: &[&Contrast],
    standings: &[Standing],
    correction: Correction,
    alpha: f64,
) -> Result<Vec<Corrected>, Error> {
    let among = contrasts.len();
    let fixed = standings.iter().all(|standing| matches!(standing, Standing::Fixed));
    let correction = match correction {
        _ if among < 2 => Correction::None,
        // Dunnett's law is that of one look.
        Correction::Dunnett if !fixed => Correction::Holm,
        other => other,
    };
    let mut p = Vec::new();
    for (contrast, standing) in contrasts.iter().zip(standings) {
        p.push(standing.p(contrast.z(0.0))?);
    }
    if correction == Correction::Dunnett {
        return dunnett(contrasts, &p, alpha);
    }
    let ln_p: Vec<f64> = p.iter().map(|(_, log10)| log10 * std::f64::consts::LN_10).collect();
    let (method, multipliers) = match correction {
        Correction::Holm => ("Holm", multipliers_ln(&ln_p, Scaling::Holm)?),
        Correction::BenjaminiHochberg => ("Benjamini–Hochberg", multipliers_ln(&ln_p, Scaling::BenjaminiHochberg)?),
        Correction::None | Correction::Dunnett => ("none", vec![1.0; among]),
    };
    let each = standings.iter().zip(&p).zip(multipliers).map(|((standing, (p, _)), multiplier)| {
        let alpha = alpha / multiplier;
        let among = if method == "none" { 1 } else { among };
        Ok(Corrected { critical: standing.critical(alpha)?, alpha, method, among, pvalue: (p * multiplier).min(1.0) })
    });
    each.collect()
}

fn dunnett(contrasts: &[&Contrast], p: &[(f64, f64)], alpha: f64) -> Result<Vec<Corrected>, Error> {
    let variances: Vec<[f64; 2]> = contrasts.iter().map(|contrast| contrast.null_variances()).collect();
    // An arm in which nothing varies is as good as known, and not quite.
    let least = NOT_QUITE * variances.iter().flatten().copied().fold(0.0, f64::max);
    let arms: Vec<f64> = variances.iter().map(|[_, treatment]| treatment.max(least)).collect();
    let law = Dunnett::from_variances(variances[0][0].max(least), &arms, f64::INFINITY)?;
    let critical = law.critical(alpha, Sides::Two)?;
    let among = contrasts.len();
    let each = contrasts.iter().zip(p).map(|(contrast, (raw, _))| {
        let adjusted = if *raw < FAR { raw * among as f64 } else { law.adjusted(contrast.z(0.0).abs(), Sides::Two)? };
        // The integral may be off in its last digits, and adjusting never sharpens.
        let pvalue = adjusted.clamp(*raw, 1.0);
        Ok(Corrected { critical, alpha: 2.0 * normal::sf(critical), method: "Dunnett", among, pvalue })
    });
    each.collect()
}
