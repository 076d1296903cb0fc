//! What each method computes, where it comes from and when it is valid: only those that an analysis used are told.

use crate::abtest::Analysis;
use crate::abtest::analysis::Outcome;

/// A method in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Method {
    /// As results name it.
    pub name: &'static str,
    /// What is computed.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// When it is valid.
    pub valid: &'static str,
}

/// Ways to compare two arms, by the name that results give them.
const CONTRASTS: [Method; 8] = [
    Method {
        name: "Miettinen–Nurminen score",
        formula: "z of “the difference is δ” is (p_t − p_c − δ) ÷ its standard error, with the error from the rates that fit the data best among all that differ by δ, times √(N/(N−1)). The interval holds every δ with |z| up to the critical value; the lift does the same with ratios.",
        source: "Miettinen and Nurminen, Statistics in Medicine 4 (1985) 213–226",
        valid: "Independent units, each 0 or 1; at least about 10 of either expected in each arm.",
    },
    Method {
        name: "mid-p exact conditional test",
        formula: "The chance of the data or rarer ones given the total number of successes (non-central hypergeometric law), the data themselves counted half; intervals by inverting the test. Beyond the estimate the difference reaches as far as the score test lets it.",
        source: "Lancaster, JASA 56 (1961) 223–234; Berry and Armitage, The Statistician 44 (1995) 417–423",
        valid: "Independent units, each 0 or 1; used where fewer than about 10 are expected in an arm.",
    },
    Method {
        name: "Welch t",
        formula: "t = (mean_t − mean_c) ÷ √(var_t/n_t + var_c/n_c) with Satterthwaite's degrees of freedom; z is the normal quantile of the same tail. The lift's interval is Fieller's from the same statistic.",
        source: "Welch, Biometrika 34 (1947) 28–35; Fieller, JRSS B 16 (1954) 175–185",
        valid: "Independent units; means that are about normal: many units, no single one that dominates.",
    },
    Method {
        name: "ratio of sums, delta method, Welch t",
        formula: "R = Σy ÷ Σs in each arm, with var(R) = (s_yy − 2R·s_ys + R²·s_ss) ÷ (n·mean_s²); then as Welch.",
        source: "Deng, Knoblich and Lu, KDD 2018",
        valid: "The unit is the one that was assigned, not the session or order; many units.",
    },
    Method {
        name: "quantiles, order statistics",
        formula: "The quantile of each arm; its error from the distance of two order statistics around it, in the normal scores of their exact chances; the difference is about normal.",
        source: "Price and Bonett, Journal of Statistical Computation and Simulation 72 (2002) 119–124",
        valid: "Independent units; a continuous number without a heap of equal values at the quantile.",
    },
    Method {
        name: "restricted mean time, Kaplan–Meier",
        formula: "The area below each arm's Kaplan–Meier curve up to the same day: the mean time without the event within it; variance by Greenwood's formula.",
        source: "Royston and Parmar, BMC Medical Research Methodology 13 (2013) 152",
        valid: "Units leave observation for reasons that have nothing to do with the event.",
    },
    Method {
        name: "Lin regression on covariates, HC2",
        formula: "Regression of the metric on arm, covariates around their mean, and their products; the arm's coefficient is the effect, its error robust (HC2). Never worse than no covariates with many units.",
        source: "Lin, Annals of Applied Statistics 7 (2013) 295–318",
        valid: "Covariates known before exposure; many units.",
    },
    Method {
        name: "Lin regression on covariates, residual variance by arm",
        formula: "The same regression from the sums of each arm; the error is the residual variance of each arm divided by its units.",
        source: "Lin, Annals of Applied Statistics 7 (2013) 295–318",
        valid: "Covariates known before exposure; many units.",
    },
];

/// Corrections for several results.
const CORRECTIONS: [Method; 3] = [
    Method {
        name: "Dunnett",
        formula: "The critical value that the largest of several |z| against one control exceeds with chance α, their correlation through the control included.",
        source: "Dunnett, JASA 50 (1955) 1096–1121",
        valid: "Several treatments, one control, one look.",
    },
    Method {
        name: "Holm",
        formula: "The smallest p times the number of results, the next one times one fewer, and so on, never falling; each interval at the level that its p was held to.",
        source: "Holm, Scandinavian Journal of Statistics 6 (1979) 65–70",
        valid: "Any dependence: at most α chance of any false alarm among them.",
    },
    Method {
        name: "Benjamini–Hochberg",
        formula: "p times the number of results ÷ its rank, never falling; intervals at the level that follows.",
        source: "Benjamini and Hochberg, JRSS B 57 (1995) 289–300",
        valid: "At most α of the differences that are claimed are false, on average, for independent or positively dependent results.",
    },
];

/// When results may be believed.
const VALIDITY: [Method; 3] = [
    Method {
        name: "fixed",
        formula: "Critical value of the normal law at α.",
        source: "",
        valid: "If the data are looked at once, at a time that they did not choose.",
    },
    Method {
        name: "planned looks",
        formula: "Group-sequential boundaries: α is spent over the looks by a spending function of the share of units at each; the boundary of a look makes the chance of passing any until then what is spent (recursive quadrature). p is the smallest level at which this look's boundary would be passed.",
        source: "Lan and DeMets, Biometrika 70 (1983) 659–663; Jennison and Turnbull, Group Sequential Methods (2000)",
        valid: "At the looks that were planned; after stopping, the median-unbiased estimate takes the stopping into account.",
    },
    Method {
        name: "any time",
        formula: "Normal-mixture confidence sequence: half-width = standard error × √((N+ρ)/N · ln((N+ρ)/(ρα²))), sharpest near the planned number of units; p = 1 ÷ the mixture's likelihood ratio, at most 1.",
        source: "Robbins, Annals of Mathematical Statistics 41 (1970) 1397–1409; Howard and others, Annals of Statistics 49 (2021) 1055–1080",
        valid: "However often anyone looks, and for stopping at any time; many units.",
    },
];

const SAMPLE_RATIO: Method = Method {
    name: "sample ratio",
    formula: "χ² of the units of each arm against the planned shares; it fails below p = 0.001. Day by day: a Dirichlet–multinomial e-value, valid at every look.",
    source: "Fabijan and others, KDD 2019; Lindon and Malek, NeurIPS 2022",
    valid: "Always; a mismatch means that assignment or logging is broken.",
};
const SEGMENTS: Method = Method {
    name: "differences between segments",
    formula: "Cochran's Q: Σ (effect of a level − weighted mean)² ÷ variance, against χ² with one degree of freedom fewer than levels; I² is the share of Q beyond chance.",
    source: "Cochran, Biometrics 10 (1954) 101–129; Higgins and Thompson, Statistics in Medicine 21 (2002) 1539–1558",
    valid: "Many units in each level; not corrected for several segments.",
};
const BAYES: Method = Method {
    name: "Bayesian chances",
    formula: "Rates: a beta law for each arm from a flat prior, exactly integrated; all else: normal laws of the estimates. Expected loss of an arm: the mean of (the best arm − it). Lift: normal prior around 0 with standard deviation 0.3.",
    source: "Stucchio, Bayesian A/B Testing at VWO (2015)",
    valid: "Given the prior; not corrected for peeking or for several metrics.",
};

/// The methods of an analysis, in the order in which a reader meets them.
pub(super) fn methods(analysis: &Analysis) -> Vec<Method> {
    let mut used: Vec<Method> = Vec::new();
    let mut add = |method: Method| {
        if !used.iter().any(|known| known.name == method.name) {
            used.push(method);
        }
    };
    let names = |outcome: &Outcome| {
        [Some(&outcome.main), outcome.unadjusted.as_ref(), outcome.uncapped.as_ref()]
            .into_iter()
            .flatten()
            .map(|e| e.method)
            .collect::<Vec<_>>()
    };
    for name in analysis.results.iter().flat_map(names) {
        add(of(&CONTRASTS, name));
    }
    let segments = analysis.segments.iter().filter_map(|line| line.estimates.as_ref());
    for estimates in segments {
        add(of(&CONTRASTS, estimates.method));
    }
    let adjusted = analysis.results.iter().map(|outcome| &outcome.adjustment);
    for adjustment in adjusted.chain(analysis.segments.iter().filter_map(|line| line.adjustment.as_ref())) {
        if adjustment.method != "none" {
            add(of(&CORRECTIONS, adjustment.method));
        }
    }
    add(of(&VALIDITY, analysis.valid_under));
    add(SAMPLE_RATIO);
    if !analysis.days.is_empty() {
        add(of(&VALIDITY, "any time"));
    }
    if !analysis.heterogeneity.is_empty() {
        add(SEGMENTS);
    }
    if !analysis.beliefs.is_empty() {
        add(BAYES);
    }
    used
}

/// A method by its name; one that is not described here has its name alone.
fn of(methods: &[Method], name: &'static str) -> Method {
    let known = methods.iter().find(|method| method.name == name).copied();
    known.unwrap_or(Method { name, formula: "", source: "", valid: "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_says_what_it_is() {
        for method in CONTRASTS.iter().chain(&CORRECTIONS).chain(&VALIDITY).chain([&SAMPLE_RATIO, &SEGMENTS, &BAYES]) {
            assert!(!method.formula.is_empty() && !method.valid.is_empty(), "{}", method.name);
        }
    }
}
