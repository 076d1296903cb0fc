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
/// The e-value of Lindon & Malek (*Anytime-valid inference for multinomial count data*, 2022): the planned shares θ
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
/// let looks = sequential(&[vec![1000, 1010], vec![2000, 2500]], &[0.5, 0.5], CONCENTRATION)?;
/// assert!(looks[0].p == 1.0 && (looks[1].ln_e - 8.437_204_263_317_549).abs() < 1e-13);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn sequential(cumulative: &[Vec<u64>], shares: &[f64], concentration: f64) -> Result<Vec<Look>, Error> {
    let sized = concentration > 0.0 && concentration < f64::INFINITY;
    require(sized, "the concentration", "be positive and finite", concentration)?;
    let prior: Vec<f64> = planned(shares)?.iter().map(|share| concentration * share).collect();
    sequential_with_prior(cumulative, shares, &prior)
}

/// [`sequential`] with any Dirichlet parameters, one an arm: all 1 expects nothing of the true shares. That of an arm without
/// a planned share does not count.
///
/// # Errors
/// As [`sequential`]; [`Error::Range`] for a parameter that is not positive and finite.
pub fn sequential_with_prior(cumulative: &[Vec<u64>], shares: &[f64], prior: &[f64]) -> Result<Vec<Look>, Error> {
    let shares = planned(shares)?;
    require_length("the prior", shares.len(), prior.len())?;
    for (parameter, _) in prior.iter().zip(&shares).filter(|(_, share)| **share > 0.0) {
        let sized = *parameter > 0.0 && *parameter < f64::INFINITY;
        require(sized, "a parameter of the prior", "be positive and finite", *parameter)?;
    }
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
        let ln_e = counted.ln_e(prior.iter().zip(&shares).filter(|(_, share)| **share > 0.0).map(|(prior, _)| *prior));
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

    /// ln e of the counts, given the prior parameters of the arms in `leads`, with Stirling's formula taken out of every Γ:
    /// with x = α + n, A = Σα and X = A + N it is Σ x ln(x/(Xθ)) − Σ α ln(α/(Aθ)) + ½ (ln(X/A) − Σ ln(x/α)) and the rests.
    fn ln_e(&self, prior: impl Iterator<Item = f64> + Clone) -> f64 {
        let parameters: f64 = prior.clone().sum();
        let grown = parameters + self.total;
        let mut sum = 0.5 * libm::log1p(self.total / parameters) - stirling_rest(grown) + stirling_rest(parameters);
        for ((n, share, lead), prior) in self.leads.iter().zip(prior) {
            let ahead = prior - parameters * share;
            let x = prior + n;
            sum += divergence(x, ahead + lead, grown * share) - divergence(prior, ahead, parameters * share);
            sum += stirling_rest(x) - stirling_rest(prior) - 0.5 * libm::log1p(n / prior);
        }
        sum
    }
}

/// x·ln(x/mean) + mean − x ≥ 0, for lead = x − mean; over all arms the leads sum to 0.
fn divergence(x: f64, lead: f64, mean: f64) -> f64 {
    let t = -lead / x;
    if t > -0.5 { -x * log1p_rest(t) } else { x * libm::log(x / mean) - lead }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{binomial, off};

    /// Counts, shares, concentration, ln e: mpmath, 50 digits.
    type Mixed = (&'static [u64], &'static [f64], f64, f64);
    const MIXED: [Mixed; 8] = [
        (&[1000, 1010], &[0.5, 0.5], 1e4, -0.087_417_911_082_021_31),
        (&[2000, 2500], &[0.5, 0.5], 1e4, 8.437_204_263_317_549),
        (&[0, 0], &[0.5, 0.5], 1e4, 0.0),
        (&[0, 30], &[0.5, 0.5], 1.0, 18.517_285_309_212_9),
        (&[502_000, 498_000], &[0.5, 0.5], 1e4, 5.613_235_616_800_224),
        (&[100_000_000, 300_030_000], &[0.25, 0.75], 1e4, -4.923_409_722_420_705),
        (&[333_000_000, 333_100_000, 333_500_000], &[0.3, 0.3, 0.4], 100.0, 9_376_593.244_977_305),
        (&[10, 0, 3], &[0.125, 0.25, 0.625], 0.01, 8.539_502_542_954_521),
    ];

    #[test]
    fn mixtures_from_nothing_to_a_thousand_million() -> Result<(), Error> {
        for (counts, shares, concentration, ln_e) in MIXED {
            let found = sequential(&[counts.to_vec()], shares, concentration)?[0].ln_e;
            assert!((found - ln_e).abs() < 1e-13 + 1e-15 * ln_e.abs(), "{counts:?}: {found}");
        }
        Ok(())
    }

    #[test]
    fn any_prior() -> Result<(), Error> {
        // Uniform over the shares: e = 1 / ((N + 1) C(N, k) Π θⁿ) for two arms.
        for (k, n, share) in [(3_u64, 12_u64, 0.25), (0, 40, 0.5), (250_100, 1_000_000, 0.25)] {
            let look = &sequential_with_prior(&[vec![k, n - k]], &[share, 1.0 - share], &[1.0, 1.0])?[0];
            let ln_e = -libm::log(n as f64 + 1.0) - binomial::ln_pmf(k, n, share);
            assert!((look.ln_e - ln_e).abs() < 1e-12, "{k} of {n}: {} {ln_e}", look.ln_e);
        }
        for prior in [&[1.0][..], &[1.0, 0.0], &[f64::NAN, 1.0], &[1.0, f64::INFINITY]] {
            assert!(sequential_with_prior(&[vec![1, 2]], &[0.5, 0.5], prior).is_err());
        }
        assert!(sequential_with_prior(&[vec![1, 2]], &[1.0, 0.0], &[3.0, 0.0])?[0].ln_e.abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn the_mixture_is_a_fair_bet_on_the_plan() -> Result<(), Error> {
        // Under the plan E[e] = 1: the sum over all outcomes of 12 units in two arms.
        for (share, concentration) in [(0.5, 1.0), (0.1, 30.0)] {
            let outcome = |k: u64| -> Result<f64, Error> {
                let look = sequential(&[vec![k, 12 - k]], &[share, 1.0 - share], concentration)?;
                Ok(binomial::pmf(k, 12, share) * libm::exp(look[0].ln_e))
            };
            let sum = (0..=12).map(outcome).sum::<Result<f64, Error>>()?;
            assert!((sum - 1.0).abs() < 1e-13, "{sum}");
        }
        Ok(())
    }

    #[test]
    fn p_only_falls() -> Result<(), Error> {
        let days = [vec![100, 100], vec![1000, 1200], vec![3000, 3100], vec![90_000, 90_000]];
        let looks = sequential(&days, &[0.5, 0.5], 100.0)?;
        assert!(looks.windows(2).all(|pair| pair[1].p <= pair[0].p));
        assert_eq!(looks[0].p, 1.0);
        assert!(looks[3].ln_e < 0.0 && off(looks[3].p, libm::exp(-looks[1].ln_e)) < 1e-15 && looks[3].alarm(ALARM));
        assert!(off(looks[3].log10_p, libm::log10(looks[3].p)) < 1e-14);
        Ok(())
    }

    #[test]
    fn an_arm_without_a_share_is_its_own_alarm() -> Result<(), Error> {
        let clean = fixed(&[500, 0, 500], &[0.5, 0.0, 0.5])?;
        assert_eq!((clean.chi2, clean.df, clean.p, clean.alarm(ALARM)), (0.0, 1, 1.0, false));
        let leaking = fixed(&[500, 10, 500], &[0.5, 0.0, 0.5])?;
        assert_eq!((leaking.p, leaking.unplanned.as_slice(), leaking.alarm(ALARM)), (1.0, &[1][..], true));
        assert_eq!((leaking.arms[1].expected, leaking.arms[1].gap), (0.0, 10.0 / 1010.0));
        let look = &sequential(&[vec![500, 10, 500]], &[0.5, 0.0, 0.5], 10.0)?[0];
        assert!(look.unplanned == [1] && look.alarm(ALARM) && look.ln_e.is_finite());
        // All of the units in it, and one arm only.
        assert!(fixed(&[0, 10], &[1.0, 0.0])?.alarm(ALARM) && !fixed(&[10], &[1.0])?.alarm(ALARM));
        Ok(())
    }

    #[test]
    fn segments_share_the_chance_of_a_false_alarm() -> Result<(), Error> {
        let segments = by_segment(&[vec![500, 500], vec![400, 500], vec![550_000, 450_000]], &[0.5, 0.5])?;
        assert_eq!(segments[0].p_adjusted, 1.0);
        assert!(off(segments[1].p_adjusted, 3.0 * segments[1].test.p) < 1e-15 && !segments[1].alarm(ALARM));
        assert!(segments[1].test.alarm(ALARM) && segments[2].alarm(ALARM));
        assert!(off(segments[2].log10_p_adjusted, -2_173.570_512_873_370_3 + libm::log10(3.0)) < 1e-12);
        assert!(by_segment(&[], &[0.5, 0.5])?.is_empty());
        Ok(())
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for shares in [&[0.5, 0.6][..], &[1.5, -0.5], &[f64::NAN, 1.0], &[1.0], &[0.2, 0.3, 0.5], &[]] {
            assert!(fixed(&[1, 2], shares).is_err() && sequential(&[vec![1, 2]], shares, 1.0).is_err(), "{shares:?}");
        }
        assert!(fixed(&[0, 0], &[0.5, 0.5]).is_err());
        assert!(sequential(&[vec![5, 5], vec![6, 4]], &[0.5, 0.5], 1.0).is_err());
        for concentration in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert!(sequential(&[vec![5, 5]], &[0.5, 0.5], concentration).is_err());
        }
    }
}
