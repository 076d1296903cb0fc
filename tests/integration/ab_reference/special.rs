//! Special functions, Bayesian updates, sample ratio mismatch.

use channelmix::stats::{bayes, beta, sample_ratio};

use super::{Case, Check};

pub const CHECKS: &[Check] = &[
    ("special_beta_large", special_beta_large),
    ("bayes_beta_close", bayes_beta_close),
    ("bayes_best_of_4", bayes_best_of_4),
    ("srm_chi2", srm_chi2),
];

fn special_beta_large(case: &Case) {
    let rows = case.value("inputs/a_b_x").as_array().expect("rows").len();
    for row in 0..rows {
        let input = case.numbers(&format!("inputs/a_b_x/{row}"));
        let (a, b, x) = (input[0], input[1], input[2]);
        let output = |name: &str| format!("outputs/values/{row}/{name}");
        case.holds(&output("cdf_at_mean"), beta::cdf(x, a, b));
        case.holds(&output("ppf_025"), beta::quantile(0.025, a, b));
        case.holds(&output("ppf_975"), beta::quantile(0.975, a, b));
    }
}

fn bayes_beta_close(case: &Case) {
    let prior = case.numbers("inputs/prior");
    let posterior = |arm: &str| {
        let count = |name: &str| case.number(&format!("inputs/{name}_{arm}")) as u64;
        bayes::Beta::new(prior[0], prior[1]).and_then(|law| law.after(count("x"), count("n"))).expect("a posterior")
    };
    let (control, treatment) = (posterior("c"), posterior("t"));
    let choice = bayes::choice_of_rates(&[control, treatment]).expect("a choice");
    case.holds("outputs/p_t_better", choice.best[1]);
    case.holds("outputs/loss_choose_c", choice.loss[0]);
    case.holds("outputs/loss_choose_t", choice.loss[1]);
    case.holds("outputs/mean_c", control.mean());
    case.holds("outputs/mean_t", treatment.mean());
    case.holds_interval("outputs/ci_c", control.interval(0.95).expect("an interval"));
    case.holds_interval("outputs/ci_t", treatment.interval(0.95).expect("an interval"));
}

fn bayes_best_of_4(case: &Case) {
    let uniform = bayes::Beta::new(1.0, 1.0).expect("a prior");
    let counts = case.numbers("inputs/x").into_iter().zip(case.numbers("inputs/n"));
    let arms: Vec<_> = counts.map(|(x, n)| uniform.after(x as u64, n as u64).expect("a posterior")).collect();
    let choice = bayes::choice_of_rates(&arms).expect("a choice");
    for arm in 0..arms.len() {
        case.holds(&format!("outputs/p_best/{arm}"), choice.best[arm]);
        case.holds(&format!("outputs/expected_loss/{arm}"), choice.loss[arm]);
    }
    case.holds("outputs/e_max", choice.expected_max);
}

fn srm_chi2(case: &Case) {
    let rows = case.value("inputs/cases").as_array().expect("rows").len();
    for row in 0..rows {
        let counts = case.numbers(&format!("inputs/cases/{row}/0")).into_iter().map(|n| n as u64);
        let shares = case.numbers(&format!("inputs/cases/{row}/1"));
        let test = sample_ratio::fixed(&counts.collect::<Vec<_>>(), &shares).expect("a test");
        case.holds(&format!("outputs/chi2/{row}"), test.chi2);
        case.holds(&format!("outputs/p/{row}"), test.p);
        if row + 1 == rows {
            case.holds("outputs/log10_p_last", test.log10_p);
        }
    }
}
