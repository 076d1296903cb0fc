//! Order statistics, ranks, resampling, time to event, several tests at once.

use channelmix::stats::multiple::{Method, Scaling, adjusted};
use channelmix::stats::two_arms::survival::{self, Curve, Weights, log_rank};
use channelmix::stats::two_arms::{bootstrap, quantiles, ranks::Ranks, trimmed};
use channelmix::stats::{Error, normal};

use super::{Case, Check};

pub const CHECKS: &[Check] = &[
    ("quantile_ci_ranks", |case| ranks_of_a_quantile(case).expect("a quantile")),
    ("rank_small", |case| ranks(case).expect("ranks")),
    ("bootstrap_diff_means", |case| resampling(case).expect("a bootstrap")),
    ("km_aml", |case| time_to_event(case).expect("curves")),
    ("multiple_pvalues", |case| several_tests(case).expect("p-values")),
];

fn ranks_of_a_quantile(case: &Case) -> Result<(), Error> {
    let n = case.number("inputs/n") as u64;
    let found = quantiles::rank_interval(n, case.number("inputs/q"), case.number("inputs/alpha"))?;
    case.holds("outputs/rank_low", found.low as f64);
    case.holds("outputs/rank_high", found.high as f64);
    case.holds("outputs/coverage", found.coverage);
    Ok(())
}

fn ranks(case: &Case) -> Result<(), Error> {
    let (mut control, mut treatment) = (case.numbers("inputs/y_c"), case.numbers("inputs/y_t"));
    let ranks = Ranks::new(&control, &treatment)?;
    case.holds("outputs/u_t", ranks.u());
    case.holds("outputs/p_cc", ranks.p(true));
    case.holds("outputs/p_nocc", ranks.p(false));
    case.holds("outputs/p_t_beats_c", ranks.treatment_beats_control());
    let test = ranks.brunner_munzel()?;
    case.holds("outputs/brunner_munzel", test.t());
    case.holds("outputs/brunner_munzel_p", test.p());
    control.sort_by(f64::total_cmp);
    treatment.sort_by(f64::total_cmp);
    let yuen = trimmed::difference(&control, &treatment, 0.2)?;
    case.holds("outputs/yuen_t", yuen.t());
    case.holds("outputs/yuen_df", yuen.df());
    case.holds("outputs/yuen_p", yuen.p());
    Ok(())
}

/// The closed form to 1e-6; of the rest, which is Monte Carlo on both sides, the ends to the 0.06 that the case states, and
/// standard errors to its tolerance.
fn resampling(case: &Case) -> Result<(), Error> {
    let (control, treatment) = (case.numbers("inputs/y_c"), case.numbers("inputs/y_t"));
    case.holds_within("outputs/exact_bootstrap_se", bootstrap::ideal_standard_error(&control, &treatment)?, 1e-6);
    let found = bootstrap::of_means(&control, &treatment, 400_000, draws)?;
    for (name, (low, high)) in
        [("percentile", found.percentile(0.05)?), ("basic", found.basic(0.05)?), ("BCa", found.bca(0.05)?)]
    {
        for (end, found) in [(0, low), (1, high)] {
            let expected = case.number(&format!("outputs/{name}/{end}"));
            assert!((found - expected).abs() <= 0.06, "{name}, end {end}: {found} is not {expected}");
        }
        case.holds(&format!("outputs/{name}_se"), found.standard_error());
    }
    Ok(())
}

/// `SplitMix64`, one state for each resample.
fn draws(resample: u64) -> impl FnMut() -> u64 {
    let mut state = resample.wrapping_mul(0xd134_2543_de82_ef95);
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn time_to_event(case: &Case) -> Result<(), Error> {
    let curve = |arm: &str| {
        let events: Vec<bool> = case.numbers(&format!("inputs/e_{arm}")).iter().map(|&event| event == 1.0).collect();
        Curve::from_times(&case.numbers(&format!("inputs/t_{arm}")), &events)
    };
    let (control, treatment) = (curve("ctrl")?, curve("treat")?);
    for (i, time) in case.numbers("outputs/times").into_iter().enumerate() {
        case.holds(&format!("outputs/s_treat/{i}"), treatment.survival(time).unwrap_or(f64::NAN));
        case.holds(&format!("outputs/s_ctrl/{i}"), control.survival(time).unwrap_or(f64::NAN));
    }
    let ends = treatment.interval(23.0, -normal::quantile(0.025));
    case.holds_interval("outputs/ci_treat_at_23", ends.expect("S between 0 and 1"));
    for (arm, curve) in [("treat", &treatment), ("ctrl", &control)] {
        case.holds(&format!("outputs/median_{arm}"), curve.median().expect("half had it"));
        case.holds(&format!("outputs/rmst45_{arm}"), curve.restricted_mean(45.0)?.value);
    }
    let weightings = [
        ("logrank", Weights::LogRank),
        ("gehan", Weights::GehanWilcoxon),
        ("tarone_ware", Weights::TaroneWare),
        ("peto", Weights::Peto),
    ];
    for (name, weights) in weightings {
        let test = log_rank(&control, &treatment, weights)?;
        case.holds(&format!("outputs/{name}_chi2"), test.chi_squared());
        case.holds(&format!("outputs/{name}_p"), test.p());
    }
    // The treatment has no event at 30, where lifelines draws the variance on to its next one: 2.097 is Klein's own.
    let z = survival::fixed_point_of_lifelines(&control, &treatment, 30.0)?;
    case.holds("outputs/fixed_point30_chi2", z * z);
    case.holds("outputs/fixed_point30_p", 2.0 * normal::sf(z.abs()));
    let z = survival::fixed_point(&control, &treatment, 30.0)?;
    assert!((z * z - 2.097_166_018_757_267_4).abs() < 1e-12, "{}", z * z);
    Ok(())
}

fn several_tests(case: &Case) -> Result<(), Error> {
    let p = case.numbers("inputs/p");
    let methods = [
        ("bonferroni", Method::Scaling(Scaling::Bonferroni)),
        ("sidak", Method::Sidak),
        ("holm", Method::Scaling(Scaling::Holm)),
        ("holm-sidak", Method::HolmSidak),
        ("simes-hochberg", Method::Scaling(Scaling::SimesHochberg)),
        ("hommel", Method::Hommel),
        ("fdr_bh", Method::Scaling(Scaling::BenjaminiHochberg)),
        ("fdr_by", Method::Scaling(Scaling::BenjaminiYekutieli)),
        ("fdr_tsbh", Method::TwoStageBenjaminiHochberg { alpha: 0.05 }),
        ("fdr_tsbky", Method::TwoStageBenjaminiKriegerYekutieli { alpha: 0.05 }),
    ];
    for (name, method) in methods {
        let found = adjusted(&p, method)?;
        assert_eq!(found.len(), case.numbers(&format!("outputs/{name}")).len());
        for (i, found) in found.into_iter().enumerate() {
            case.holds(&format!("outputs/{name}/{i}"), found);
        }
    }
    Ok(())
}
