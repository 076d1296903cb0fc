//! Looks: group-sequential designs, peeking, always-valid inference.

use channelmix::stats::sequential::always_valid::{self, Mixture};
use channelmix::stats::sequential::design::{Design, Plan, Rule};
use channelmix::stats::sequential::recursion;
use channelmix::stats::sequential::spending::{Shape, Spending};
use channelmix::stats::{normal, sides::Sides};

use super::{Case, Check};

pub const CHECKS: &[Check] = &[
    ("gs_OF_3", |case| constant_shape(case, Shape::ObrienFleming)),
    ("gs_P_5", |case| constant_shape(case, Shape::Pocock)),
    ("gs_spend_LDOF_3", spending),
    ("gs_power_asn", power_and_expected_size),
    ("peeking_naive", peeking),
    ("msprt_gaussian", mixture_sprt),
    ("asymp_cs", asymptotic_sequence),
];

fn equal_looks(count: usize) -> Vec<f64> {
    (1..=count).map(|k| k as f64 / count as f64).collect()
}

fn design(times: Vec<f64>, alpha: f64, sides: Sides, rule: Rule) -> Design {
    Design::new(&Plan { times, alpha, sides, rule, futility: None }).expect("a design")
}

fn constant_shape(case: &Case, shape: Shape) {
    let looks = case.number("inputs/K") as usize;
    for (sides, alpha, name) in [(Sides::Two, "alpha_two_sided", "two"), (Sides::One, "alpha_one_sided", "one")] {
        let design = design(equal_looks(looks), case.number(&format!("inputs/{alpha}")), sides, Rule::Shape(shape));
        for (k, look) in design.looks().iter().enumerate() {
            case.holds(&format!("outputs/z_{name}_sided/{k}"), look.upper);
            if sides == Sides::Two {
                case.holds(&format!("outputs/nominal_p_two_sided/{k}"), 2.0 * normal::sf(look.upper));
            }
        }
    }
}

fn spending(case: &Case) {
    let (times, alpha) = (case.numbers("inputs/info"), case.number("inputs/alpha_per_side"));
    let rule = Rule::Spending(Spending::ObrienFleming);
    for (sides, alpha, name) in [(Sides::One, alpha, "z_one_sided"), (Sides::Two, 2.0 * alpha, "z_two_sided_symmetric")]
    {
        for (k, look) in design(times.clone(), alpha, sides, rule).looks().iter().enumerate() {
            case.holds(&format!("outputs/cumulative_alpha/{k}"), look.spent);
            case.holds(&format!("outputs/{name}/{k}"), look.upper);
        }
    }
}

fn power_and_expected_size(case: &Case) {
    let (alpha, power) = (case.number("inputs/alpha"), case.number("inputs/power"));
    let of = |looks, rule| design(equal_looks(looks), alpha, Sides::One, rule);
    for looks in [3, 5] {
        for (name, shape) in [("OF", Shape::ObrienFleming), ("P", Shape::Pocock)] {
            let design = of(looks, Rule::Shape(shape));
            let inflation = design.inflation(power).expect("an inflation");
            let drift = design.drift_for_power(power).expect("a drift");
            case.holds(&format!("outputs/{name}{looks}/inflation"), inflation);
            case.holds(&format!("outputs/{name}{looks}/asn_h0"), inflation * design.expected_time(0.0));
            case.holds(&format!("outputs/{name}{looks}/asn_h1"), inflation * design.expected_time(drift));
        }
        for (name, spending) in [("LDOF", Spending::ObrienFleming), ("LDP", Spending::Pocock)] {
            let inflation = of(looks, Rule::Spending(spending)).inflation(power).expect("an inflation");
            case.holds(&format!("outputs/{name}{looks}_max"), inflation);
        }
    }
}

fn peeking(case: &Case) {
    let critical = -normal::quantile(0.5 * case.number("inputs/alpha"));
    for (looks, _) in case.value("outputs").as_object().expect("chances by number of looks") {
        let times = equal_looks(looks.parse().expect("a number of looks"));
        let endings = recursion::stopping(&times, -critical, critical, 0.0).expect("chances");
        case.holds(&format!("outputs/{looks}"), endings.iter().map(|ending| ending.lower + ending.upper).sum());
    }
}

fn mixture_sprt(case: &Case) {
    let (variance, tau2) = (case.number("inputs/var_pair_diff"), case.number("inputs/tau2"));
    let alpha = case.number("inputs/alpha");
    let mixture = Mixture::with_rho(variance / tau2).expect("a mixture");
    let (pairs, means) = (case.numbers("inputs/n_pairs"), case.numbers("inputs/mean_diff"));
    let mut ln_e = Vec::new();
    for (k, (n, mean)) in pairs.iter().zip(means).enumerate() {
        let error = (variance / n).sqrt();
        ln_e.push(mixture.ln_e(mean / error, *n));
        case.holds(&format!("outputs/log_lambda/{k}"), ln_e[k]);
        case.holds(&format!("outputs/half_width/{k}"), mixture.critical(*n, alpha) * error);
    }
    for (k, p) in always_valid::running_p(ln_e).into_iter().enumerate() {
        case.holds(&format!("outputs/p_always_valid/{k}"), p);
    }
}

fn asymptotic_sequence(case: &Case) {
    let [x_c, n_c, x_t, n_t] = ["x_c", "n_c", "x_t", "n_t"].map(|name| case.number(&format!("inputs/{name}")));
    let (p_c, p_t, n) = (x_c / n_c, x_t / n_t, n_c + n_t);
    let error = (p_c * (1.0 - p_c) / n_c + p_t * (1.0 - p_t) / n_t).sqrt();
    // The tool from which the case is has a level of 5 %, as all its others.
    for tuned in case.numbers("inputs/N_star") {
        let mixture = Mixture::tuned(tuned, 0.05).expect("a mixture");
        let half = mixture.critical(n, 0.05) * error;
        case.holds_interval(&format!("outputs/{tuned}/ci"), (p_t - p_c - half, p_t - p_c + half));
        case.holds(&format!("outputs/{tuned}/p"), mixture.p((p_t - p_c) / error, n));
    }
}
