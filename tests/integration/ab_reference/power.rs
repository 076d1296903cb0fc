//! Sample sizes, power, and errors of sign and size.

use std::path::Path;

use channelmix::stats::power::proportions::{Method, Proportions, Rates};
use channelmix::stats::power::variances::{self, Variances};
use channelmix::stats::power::{Sizes, Test, errors, means};
use channelmix::stats::sides::Sides;

use super::{Case, Check};

pub const CHECKS: &[Check] = &[
    ("plan_prop_n_ratio1", sizes_for_rates),
    ("plan_prop_power_uneq", power_of_unequal_arms),
    ("plan_mean_n_ratio1", sizes_for_means),
    ("plan_type_s_m", sign_and_size),
];

fn two_sided(alpha: f64) -> Test {
    Test { alpha, sides: Sides::Two }
}

fn sizes_for_rates(case: &Case) {
    let [control, treatment, alpha, power, ratio] =
        ["p_c", "p_t", "alpha", "power", "ratio_t_over_c"].map(|name| case.number(&format!("inputs/{name}")));
    let sizes = |method| {
        let test = Proportions::equal(two_sided(alpha), method);
        test.sample_size(Rates { control, treatment }, ratio, power).expect("sizes")
    };
    case.holds("outputs/n_c_pooled", sizes(Method::Pooled).control);
    case.holds("outputs/n_c_unpooled", sizes(Method::Unpooled).control);
    case.holds("outputs/n_c_arcsine", sizes(Method::Arcsine).control);
    case.holds("outputs/n_c_fleiss_cc", sizes(Method::Corrected).control);
    case.holds("outputs/total_pooled_ceil", sizes(Method::Pooled).rounded_up().total(1));
}

fn power_of_unequal_arms(case: &Case) {
    let rates = Rates { control: case.number("inputs/p_c"), treatment: case.number("inputs/p_t") };
    let test = Proportions::equal(two_sided(case.number("inputs/alpha")), Method::Pooled);
    let power = |control, treatment| test.power(rates, Sizes { control, treatment }).expect("a power");
    case.holds("outputs/power_nt154_nc308", power(308.0, 154.0));
    case.holds("outputs/power_nt308_nc154", power(154.0, 308.0));
}

fn sizes_for_means(case: &Case) {
    let [effect, alpha, power, ratio] =
        ["d", "alpha", "power", "ratio_t_over_c"].map(|name| case.number(&format!("inputs/{name}")));
    let (test, unit) = (two_sided(alpha), Variances::common(1.0));
    let by_t = means::sample_size(test, means::Method::Student, effect, unit, ratio, power).expect("sizes");
    let by_z = variances::sample_size(test, effect, unit, ratio, power).expect("sizes");
    case.holds("outputs/n_c_t", by_t.control);
    case.holds("outputs/n_c_z", by_z.control);
}

fn sign_and_size(case: &Case) {
    let test = two_sided(case.number("inputs/alpha"));
    let errors = errors::errors(test, case.number("inputs/effect"), case.number("inputs/se")).expect("errors");
    case.holds("outputs/power", errors.power);
    case.holds("outputs/type_s", errors.type_s);
    case.holds("outputs/type_m", errors.type_m);
}

/// The lines of a table, as numbers; NaN where a cell is empty.
fn table(name: &str) -> Option<Vec<Vec<f64>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/abtest-power").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no table at {}", path.display());
        return None;
    };
    let row = |line: &str| line.split(',').map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
    Some(text.lines().skip(1).map(row).collect())
}

/// In this table the arm of n1 is the treatment, and its ratio is control to treatment.
#[test]
fn thirty_designs_for_rates() {
    let Some(rows) = table("sample_sizes.csv") else { return };
    assert_eq!(rows.len(), 30);
    for row in rows {
        let [control, _, treatment, alpha, power, ratio, arcsine, unpooled, pooled] = row[..] else {
            panic!("{row:?} has not nine columns")
        };
        for (method, expected) in [(Method::Arcsine, arcsine), (Method::Unpooled, unpooled), (Method::Pooled, pooled)] {
            let test = Proportions::equal(two_sided(alpha), method);
            let sizes = test.sample_size(Rates { control, treatment }, 1.0 / ratio, power).expect("sizes");
            let off = (sizes.treatment - expected).abs() / expected;
            assert!(off < 2e-9, "{method:?} {row:?}: {}", sizes.treatment);
        }
    }
}

/// Where the table has no number scipy's noncentral t had none: the power is 1 there.
#[test]
fn thirteen_t_tests() {
    let Some(rows) = table("ttest_power.csv") else { return };
    assert_eq!(rows.len(), 13);
    for row in rows {
        let [effect, n, alpha, by_t, by_z] = row[..] else { panic!("{row:?} has not five columns") };
        let (sizes, unit) = (Sizes::of(n, 1.0), Variances::common(1.0));
        let t = means::power(two_sided(alpha), means::Method::Student, effect, unit, sizes).expect("a power");
        let z = variances::power(two_sided(alpha), effect, unit, sizes).expect("a power");
        let expected = if by_t.is_nan() { 1.0 } else { by_t };
        assert!((t - expected).abs() < 6e-9 && (z - by_z).abs() < 6e-9, "{row:?}: {t} {z}");
    }
}
