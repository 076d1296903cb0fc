//! Sample ratio mismatch: do the arms hold the shares of units that were planned?
//!
//! A mismatch says that the assignment or the counting is broken, and then no comparison of the arms means anything. Two
//! tests: [`fixed`], once, when the experiment is over, and [`sequential`], valid however often one looks.

use super::remainders::{log1p_rest, stirling_rest};
use super::{Error, chi_squared, require, require_length};

/// p below which a mismatch is declared: the experiment is then broken, not merely unlucky.
pub const ALARM: f64 = 0.001;

/// Default concentration of the prior of [`sequential`]: true shares are expected within about half a point of the planned
/// ones (standard deviation √(θ(1 − θ)/10,001), 0.5 points for a share of ½).
pub const CONCENTRATION: f64 = 10_000.0;

/// The chi-squared test of counts against planned shares.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRatio {
    /// Σ (observed − expected)² / expected over the arms with a planned share.
    pub chi2: f64,
    /// Degrees of freedom: arms with a planned share, less one.
    pub df: usize,
    /// P(χ² > chi2); 0 where it is below every double.
    pub p: f64,
    /// Its decimal logarithm, which does not underflow.
    pub log10_p: f64,
    /// Each arm, in the given order.
    pub arms: Vec<Arm>,
    /// Arms (by index) without a planned share that hold units all the same: no test is needed, something is wrong. They are
    /// left out of the test of the others.
    pub unplanned: Vec<usize>,
}

/// One arm of a [`SampleRatio`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    /// Units in it.
    pub observed: u64,
    /// Units it should hold: its planned share of all units in arms with a planned share.
    pub expected: f64,
    /// Its share of all units minus its planned share, in \[−1, 1\]. With millions of units a gap too small to matter can
    /// have a tiny p.
    pub gap: f64,
}

impl SampleRatio {
    /// Whether there is a mismatch: p below `threshold` (usually [`ALARM`]), or units in an arm that should have none.
    pub fn alarm(&self, threshold: f64) -> bool {
        self.p < threshold || !self.unplanned.is_empty()
    }
}

/// Tests the units of each arm against planned `shares`, which sum to 1 (to 1e-6; they are scaled to do so exactly).
///
/// # Errors
/// [`Error::Range`] for a share outside \[0, 1\], shares that do not sum to 1, or no units at all; [`Error::Length`] if
/// there are not as many shares as arms.
///
/// ```
/// use channelmix::stats::sample_ratio;
/// let test = sample_ratio::fixed(&[5000, 5200], &[0.5, 0.5])?;
/// assert!((test.p - 0.0476703806561615).abs() < 1e-14 && !test.alarm(sample_ratio::ALARM));
/// assert!((test.arms[1].gap - 0.00980392156862745).abs() < 1e-15);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn fixed(counts: &[u64], shares: &[f64]) -> Result<SampleRatio, Error> {
    let shares = planned(shares)?;
    require_length("the counts", shares.len(), counts.len())?;
    let all: f64 = counts.iter().map(|n| *n as f64).sum();
    require(all > 0.0, "the number of units", "be positive", all)?;
    let counted = Counted::new(counts, &shares);
    // (n − Nθ)²/(Nθ) = lead · (lead / Nθ); without units in planned arms there is nothing to test.
    let parts = counted.leads.iter().map(|(_, share, lead)| lead * (lead / (counted.total * share)));
    let chi2 = if counted.total > 0.0 { parts.sum() } else { 0.0 };
    let df = counted.leads.len() - 1;
    let ln_p = if df == 0 { 0.0 } else { chi_squared::ln_sf(chi2, df as f64) };
    let arms = counts.iter().zip(&shares).map(|(n, share)| Arm {
        observed: *n,
        expected: counted.total * share,
        gap: (*n as f64 - all * share) / all,
    });
    Ok(SampleRatio {
        chi2,
        df,
        p: libm::exp(ln_p),
        log10_p: ln_p / std::f64::consts::LN_10,
        arms: arms.collect(),
        unplanned: counted.unplanned,
    })
}

/// One segment's test, corrected for the number of segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The test of this segment alone.
    pub test: SampleRatio,
    /// Its p × the number of segments (Bonferroni), at most 1.
    pub p_adjusted: f64,
    /// Decimal logarithm of the adjusted p.
    pub log10_p_adjusted: f64,
}

impl Segment {
    /// Whether there is a mismatch, with at most `threshold` as the chance of a false alarm in any segment.
    pub fn alarm(&self, threshold: f64) -> bool {
        self.p_adjusted < threshold || !self.test.unplanned.is_empty()
    }
}

/// Tests each segment (its units of each arm) against the same planned shares, corrected by Bonferroni.
///
/// # Errors
/// As [`fixed`], for any segment.
pub fn by_segment(segments: &[Vec<u64>], shares: &[f64]) -> Result<Vec<Segment>, Error> {
    let log10_segments = libm::log10(segments.len() as f64);
    let test = |counts: &Vec<u64>| {
        let test = fixed(counts, shares)?;
        let p_adjusted = (test.p * segments.len() as f64).min(1.0);
        let log10_p_adjusted = (test.log10_p + log10_segments).min(0.0);
        Ok(Segment { test, p_adjusted, log10_p_adjusted })
    };
    segments.iter().map(test).collect()
}

/// What is known at one look of [`sequential`].
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// ln of the e-value: how much better a mixture of other shares explains the counts so far than the planned shares do.
    pub ln_e: f64,
    /// The smallest 1/e so far, at most 1. Under the planned shares it ever falls below α with chance α at most, however
    /// many looks there are.
    pub p: f64,
    /// Its decimal logarithm.
    pub log10_p: f64,
    /// Arms (by index) without a planned share that hold units.
    pub unplanned: Vec<usize>,
}

impl Look {
    /// Whether there is a mismatch by now: p below `threshold`, or units in an arm that should have none.
    pub fn alarm(&self, threshold: f64) -> bool {
        self.p < threshold || !self.unplanned.is_empty()
    }
}

/// The test to watch while an experiment runs, from the units so far in each arm at each look (each look at least the one
/// before).
///
/// The e-value of Lindon & Malek (*Anytime-valid inference for multinomial count data*, NeurIPS 2022): the planned shares θ
/// against a Dirichlet mixture with parameters c·θ, e = B(c·θ + n) / B(c·θ) ÷ Π θⱼ^nⱼ. The `concentration` c says how near
/// to the plan a true mismatch is expected: a large one finds small gaps sooner, late; a small one finds large gaps early.
/// Written in deviances, which do not cancel: error of `ln_e` below 1e-12 + 1e-14·|`ln_e`| for counts to 1e9.
///
/// # Errors
/// As [`fixed`] for the shares; [`Error::Range`] for a concentration that is not positive and finite or for counts that
/// fall; [`Error::Length`] if a look has not as many counts as there are shares.
///
/// ```
/// use channelmix::stats::sample_ratio::{CONCENTRATION, sequential};
/// let looks = sequential(&[vec![1000, 1010], vec![2000, 2400]], &[0.5, 0.5], CONCENTRATION)?;
/// assert!(looks[0].p == 1.0 && looks[1].p < 1e-4);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn sequential(cumulative: &[Vec<u64>], shares: &[f64], concentration: f64) -> Result<Vec<Look>, Error> {
    let shares = planned(shares)?;
    let sized = concentration > 0.0 && concentration < f64::INFINITY;
    require(sized, "the concentration", "be positive and finite", concentration)?;
    let mut looks = Vec::with_capacity(cumulative.len());
    let mut before: Option<&Vec<u64>> = None;
    let mut best = 0.0_f64;
    for counts in cumulative {
        require_length("the counts of a look", shares.len(), counts.len())?;
        if let Some(fallen) = before.and_then(|before| counts.iter().zip(before).find(|(now, then)| now < then)) {
            require(false, "the units so far in an arm", "not fall from look to look", *fallen.0 as f64)?;
        }
        before = Some(counts);
        let counted = Counted::new(counts, &shares);
        let ln_e = counted.ln_e(concentration);
        best = best.max(ln_e);
        let (p, log10_p) = (libm::exp(-best), -best / std::f64::consts::LN_10);
        looks.push(Look { ln_e, p, log10_p, unplanned: counted.unplanned });
    }
    Ok(looks)
}

/// Counts beside their planned shares.
struct Counted {
    /// Units in arms with a planned share, N.
    total: f64,
    /// Count n, share θ and n − N·θ, of the arms with a planned share.
    leads: Vec<(f64, f64, f64)>,
    /// The other arms with units.
    unplanned: Vec<usize>,
}

impl Counted {
    fn new(counts: &[u64], shares: &[f64]) -> Self {
        let arms = || counts.iter().map(|n| *n as f64).zip(shares.iter().copied());
        let total: f64 = arms().filter(|(_, share)| *share > 0.0).map(|(n, _)| n).sum();
        // N·θ is rounded; fma is not, and the difference may be small.
        let leads = arms().filter(|(_, share)| *share > 0.0).map(|(n, share)| (n, share, -libm::fma(total, share, -n)));
        let unplanned = arms().enumerate().filter(|(_, (n, share))| *n > 0.0 && *share == 0.0).map(|(i, _)| i);
        Self { total, leads: leads.collect(), unplanned: unplanned.collect() }
    }

    /// ln e of the counts, with Stirling's formula taken out of every Γ: with xⱼ = cθⱼ + nⱼ and X = c + N it is
    /// Σ xⱼ ln(xⱼ/(Xθⱼ)) + ½ (ln(X/c) − Σ ln(xⱼ/cθⱼ)) and the rests of Stirling's formulas.
    fn ln_e(&self, concentration: f64) -> f64 {
        let grown = concentration + self.total;
        let mut sum =
            0.5 * libm::log1p(self.total / concentration) - stirling_rest(grown) + stirling_rest(concentration);
        for (n, share, lead) in &self.leads {
            let prior = concentration * share;
            let x = prior + n;
            // x − Xθ = n − Nθ = lead.
            let t = -lead / x;
            sum += if t > -0.5 { -x * log1p_rest(t) } else { x * libm::log(x / (grown * share)) - lead };
            sum += stirling_rest(x) - stirling_rest(prior) - 0.5 * libm::log1p(n / prior);
        }
        sum
    }
}

/// The shares, scaled to sum to 1.
fn planned(shares: &[f64]) -> Result<Vec<f64>, Error> {
    for share in shares {
        super::require_probability("a planned share", *share)?;
    }
    let sum: f64 = shares.iter().sum();
    require((sum - 1.0).abs() <= 1e-6, "the sum of the planned shares", "be 1", sum)?;
    Ok(shares.iter().map(|share| share / sum).collect())
}
