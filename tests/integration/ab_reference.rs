//! The reference cases of A/B statistics: inputs and results of statsmodels, scipy, gsDesign, rpact, lifelines and others, each at its
//! own tolerance. Skipped, and said so, where the file is not there.

mod data;
mod means;
mod power;
mod proportions;
mod sequential;
mod special;

use std::path::Path;

use serde_json::Value;

/// A case by its name, and what is held to it.
type Check = (&'static str, fn(&Case));

/// One case of the file.
struct Case(Value);

impl Case {
    /// A number of the inputs or outputs, by its path: `"outputs/p"`, `"outputs/ci/0"`.
    fn number(&self, path: &str) -> f64 {
        self.value(path).as_f64().unwrap_or_else(|| panic!("{}: {path} is no number", self.0["id"]))
    }

    /// A list of numbers.
    fn numbers(&self, path: &str) -> Vec<f64> {
        let list = self.value(path).as_array().unwrap_or_else(|| panic!("{}: {path} is no list", self.0["id"]));
        list.iter().map(|number| number.as_f64().expect("a number")).collect()
    }

    /// Anything.
    fn value(&self, path: &str) -> &Value {
        self.0.pointer(&format!("/{path}")).unwrap_or_else(|| panic!("{} has no {path}", self.0["id"]))
    }

    /// Holds a number to the case's tolerance, relative (absolute where the reference is 0).
    fn holds(&self, path: &str, found: f64) {
        self.holds_within(path, found, self.number("rtol"));
    }

    /// Holds a number to another relative tolerance, which the case's note states.
    fn holds_within(&self, path: &str, found: f64, tolerance: f64) {
        let expected = self.number(path);
        let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
        let off = (found - expected).abs() / scale;
        assert!(off <= tolerance, "{} {path}: {found} is not {expected} ({off:.1e} > {tolerance:.0e})", self.0["id"]);
    }

    /// Holds both ends of an interval.
    fn holds_interval(&self, path: &str, (low, high): (f64, f64)) {
        self.holds(&format!("{path}/0"), low);
        self.holds(&format!("{path}/1"), high);
    }
}

#[test]
fn every_case_of_the_reference_holds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/ab.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no reference cases at {}", path.display());
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
    let checks: Vec<Check> =
        [data::CHECKS, means::CHECKS, power::CHECKS, proportions::CHECKS, sequential::CHECKS, special::CHECKS].concat();
    let mut missing = Vec::new();
    for case in cases {
        let id = case["id"].as_str().expect("a name").to_owned();
        match checks.iter().find(|(name, _)| *name == id) {
            Some((_, check)) => check(&Case(case)),
            None => missing.push(id),
        }
    }
    assert!(missing.is_empty(), "nothing is held to {missing:?}");
}
