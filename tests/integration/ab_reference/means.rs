//! Means, lift, ratios and covariates.

use std::path::Path;

use channelmix::stats::moments::Moments;
use channelmix::stats::student;
use channelmix::stats::two_arms::Difference;
use channelmix::stats::two_arms::adjusted::{self, Arm, Design, Fit, Robust};
use channelmix::stats::two_arms::means::{self, Sample};
use channelmix::stats::two_arms::ratios::ratio;

use super::{Case, Check};

pub const CHECKS: &[Check] = &[
    ("welch_small", welch_of_values),
    ("welch_summary", welch_of_summaries),
    ("fieller_t_welch_df", fieller),
    ("regadj_small", regressions),
    ("ratio_delta", ratio_of_totals),
    ("cuped_pooled_theta", cuped),
];

/// The normal score of a two-sided 95 %.
const C: f64 = 1.959_963_984_540_054;

/// The moments of an arm's variables, given by the names of their columns.
fn moments(case: &Case, columns: &[&str]) -> Moments {
    let columns: Vec<Vec<f64>> = columns.iter().map(|name| case.numbers(&format!("inputs/{name}"))).collect();
    let mut moments = Moments::new(columns.len());
    for i in 0..columns[0].len() {
        moments.add(&columns.iter().map(|column| column[i]).collect::<Vec<_>>());
    }
    moments
}

fn welch_of_values(case: &Case) {
    let [control, treatment] = ["y_c", "y_t"].map(|y| moments(case, &[y]).sample(0).expect("a sample"));
    case.holds("outputs/mean_c", control.mean);
    case.holds("outputs/mean_t", treatment.mean);
    case.holds("outputs/var_c", control.variance);
    case.holds("outputs/var_t", treatment.variance);
    let found = means::welch(control, treatment).expect("a difference");
    case.holds("outputs/diff", found.estimate());
    holds_test(case, &found);
}

fn welch_of_summaries(case: &Case) {
    let [control, treatment] = ["c", "t"].map(|arm| {
        let [n, mean, sd] = ["n", "mean", "sd"].map(|what| case.number(&format!("inputs/{what}_{arm}")));
        Sample::new(n as u64, mean, sd * sd).expect("a sample")
    });
    holds_test(case, &means::welch(control, treatment).expect("a difference"));
}

/// t, df, p and the interval.
fn holds_test(case: &Case, found: &Difference) {
    case.holds("outputs/t", found.t());
    case.holds("outputs/df", found.df());
    case.holds("outputs/p", found.p());
    case.holds_interval("outputs/ci", found.interval(C));
}

fn fieller(case: &Case) {
    let [control, treatment] = ["y_c", "y_t"].map(|y| moments(case, &[y]).sample(0).expect("a sample"));
    let found = means::welch(control, treatment).expect("a difference");
    case.holds("outputs/rel", found.lift().expect("a positive control"));
    case.holds("outputs/g", found.g(C));
    case.holds_interval("outputs/ci", found.lift_interval(C).ends().expect("a bounded lift"));
}

fn regressions(case: &Case) {
    let arms = [moments(case, &["y_c", "x_c"]), moments(case, &["y_t", "x_t"])];
    for (name, design) in [("ancova", Design::Ancova), ("lin", Design::Interacted)] {
        let fit = Fit::new(&arms[0], &arms[1], design).expect("a fit");
        let mut residuals = fit.residuals();
        for (arm, y, x) in [(Arm::Control, "y_c", "x_c"), (Arm::Treatment, "y_t", "x_t")] {
            let [y, x] = [y, x].map(|column| case.numbers(&format!("inputs/{column}")));
            y.iter().zip(&x).for_each(|(y, x)| residuals.add(arm, *y, &[*x]));
        }
        case.holds(&format!("outputs/{name}_effect"), fit.effect());
        let classical = fit.classical().expect("a difference").standard_error();
        case.holds(&format!("outputs/{name}_se_nonrobust"), classical);
        for (kind, label) in [(Robust::Hc0, "HC0"), (Robust::Hc1, "HC1"), (Robust::Hc2, "HC2"), (Robust::Hc3, "HC3")] {
            let found = residuals.difference(kind).expect("a difference");
            case.holds(&format!("outputs/{name}_se_{label}"), found.standard_error());
            case.holds(&format!("outputs/{name}_effect"), found.estimate());
        }
    }
}

fn ratio_of_totals(case: &Case) {
    let [control, treatment] = [["y_c", "s_c"], ["y_t", "s_t"]].map(|columns| moments(case, &columns));
    let [control, treatment] = [control, treatment].map(|arm| ratio(&arm, 0, 1).expect("a ratio"));
    holds_tea_tasting(case, control, treatment);
}

fn cuped(case: &Case) {
    let [control, treatment] = [["y_c", "x_c"], ["y_t", "x_t"]].map(|columns| moments(case, &columns));
    let (control, treatment, theta) = adjusted::cuped(&control, &treatment).expect("adjusted samples");
    case.holds("outputs/theta", theta[0]);
    holds_tea_tasting(case, control, treatment);
}

/// What tea-tasting prints of two samples.
fn holds_tea_tasting(case: &Case, control: Sample, treatment: Sample) {
    let found = means::welch(control, treatment).expect("a difference");
    case.holds("outputs/control", control.mean);
    case.holds("outputs/treatment", treatment.mean);
    case.holds("outputs/diff", found.estimate());
    case.holds("outputs/t", found.t());
    case.holds("outputs/p", found.p());
    case.holds_interval("outputs/ci", found.interval(C));
    case.holds("outputs/rel", found.lift().expect("a positive control"));
    // Its interval of the lift has degrees of freedom of its own, from the squared relative errors.
    let share = |sample: Sample| sample.variance / sample.n as f64 / sample.mean / sample.mean;
    let [df_c, df_t] = [control, treatment].map(|sample| (sample.n - 1) as f64);
    let df = means::satterthwaite(share(control), df_c, share(treatment), df_t);
    let q = student::quantile(0.975, df);
    case.holds_interval("outputs/rel_ci_log", found.log_ratio_interval(q).expect("positive means"));
}

/// Public experiments, from their summary numbers as scipy printed them (ten digits).
#[test]
fn means_of_public_experiments() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let cases = [
        ("hillstrom", "/Mens E-Mail vs No E-Mail/spend"),
        ("hillstrom", "/Mens E-Mail vs No E-Mail/spend_cuped_history"),
        ("cookie-cats", "/gamerounds gate_40 vs gate_30"),
    ];
    for (folder, place) in cases {
        let path = shared.join(folder).join("reference.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("SKIPPED: no {folder} at {}", path.display());
            continue;
        };
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let known = all.pointer(place).expect("the comparison");
        let number = |name: &str| known[name].as_f64().unwrap_or_else(|| panic!("{place} has no {name}"));
        let sample = |arm: &str| {
            let [n, mean, variance] = ["n", "mean", "var"].map(|what| number(&format!("{what}_{arm}")));
            Sample::new(n as u64, mean, variance).expect("a sample")
        };
        let welch = means::welch(sample("c"), sample("t")).expect("a difference");
        let student = means::student(sample("c"), sample("t")).expect("a difference");
        let close = |name: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() <= 1e-7 * expected.abs(), "{place} {name}: {found} is not {expected}");
        };
        close("diff", welch.estimate(), number("diff"));
        close("rel_lift", welch.lift().expect("a positive control"), number("rel_lift"));
        close("welch_t", welch.t(), number("welch_t"));
        close("welch_df", welch.df(), number("welch_df"));
        close("welch_p", welch.p(), number("welch_p"));
        close("student_t", student.t(), number("student_t"));
        close("student_p", student.p(), number("student_p"));
        let (low, high) = welch.interval(C);
        for (found, end) in [(low, 0), (high, 1)] {
            close("ci95_welch", found, known["ci95_welch"][end].as_f64().expect("an end"));
        }
    }
}
