//! Numbers of a result as people read them: as many digits as its interval deserves, shares in percent, their differences in
//! percentage points, a p-value that is never 0.

use crate::abtest::analysis::{Adjustment, Estimates, Outcome};
use crate::compare::{decimal, number};

/// As many decimals more are written so that an end near 0 shows its side.
const MORE: usize = 3;

/// How the numbers of one contrast are written: the difference, its interval and both values with the same decimals.
#[derive(Clone, Copy)]
pub(in crate::report) struct Written {
    /// What numbers are multiplied by.
    factor: f64,
    /// Behind a value, and behind a difference.
    units: [&'static str; 2],
    /// None where a number needs an exponent.
    decimals: Option<usize>,
}

impl Written {
    /// Values and differences of a metric of a kind.
    pub(super) fn of(kind: &str, estimates: &Estimates) -> Self {
        let ends = [estimates.effect_size_ci_lower, estimates.effect_size_ci_upper];
        Self::new(kind == "proportion", estimates.effect_size, ends)
    }

    /// Values and differences that lie around `value`, between `ends`.
    pub(in crate::report) fn new(share: bool, value: f64, ends: [f64; 2]) -> Self {
        let (factor, units) = if share { (100.0, [" %", " pp"]) } else { (1.0, ["", ""]) };
        Self { factor, units, decimals: decimals(factor * value, ends.map(|end| factor * end)) }
    }

    /// The lift of a contrast.
    pub(super) fn lift(estimates: &Estimates) -> Self {
        let ends = [estimates.rel_effect_size_ci_lower, estimates.rel_effect_size_ci_upper];
        let ends = ends.map(|end| end.map_or(f64::NAN, |end| 100.0 * end));
        let value = 100.0 * estimates.rel_effect_size.unwrap_or(f64::NAN);
        Self { factor: 100.0, units: [" %", " %"], decimals: decimals(value, ends) }
    }

    /// A value: `12.50 %`.
    pub(in crate::report) fn value(self, value: f64) -> String {
        self.with_unit(value, self.units[0])
    }

    /// A difference: `+2.50 pp`.
    pub(in crate::report) fn difference(self, value: f64) -> String {
        let text = self.with_unit(value, self.units[1]);
        let is_something = text.chars().any(|letter| ('1'..='9').contains(&letter));
        if value > 0.0 && is_something { format!("+{text}") } else { text }
    }

    /// Both ends of an interval, without a unit: `0.54 to 4.46`.
    pub(in crate::report) fn range(self, low: f64, high: f64) -> String {
        format!("{} to {}", self.bare(low), self.bare(high))
    }

    /// A number without its unit.
    pub(in crate::report) fn bare(self, value: f64) -> String {
        let value = self.factor * value;
        match self.decimals {
            _ if value == f64::INFINITY => "∞".to_owned(),
            _ if value == f64::NEG_INFINITY => "−∞".to_owned(),
            Some(decimals) if value.abs() < 1e15 => decimal(value, decimals),
            _ => number(value),
        }
    }

    fn with_unit(self, value: f64, unit: &str) -> String {
        let text = self.bare(value);
        if value.is_finite() { text + unit } else { text }
    }
}

/// Two significant digits of half an interval; three of the value where there is none.
fn decimals(value: f64, [low, high]: [f64; 2]) -> Option<usize> {
    let half = (high - low) / 2.0;
    let size = if half.is_finite() && half > 0.0 { half } else { value.abs() / 10.0 };
    if !size.is_finite() || size == 0.0 {
        return Some(2);
    }
    let mut decimals = (1.0 - size.log10().floor()).max(0.0);
    // An end that is near 0 but not 0 keeps its sign: on which side it lies decides.
    let least = [low, high].into_iter().filter(|end| end.is_finite() && *end != 0.0).map(f64::abs).fold(size, f64::min);
    for _ in 0..MORE {
        if least * 10_f64.powf(decimals) < 0.5 {
            decimals += 1.0;
        }
    }
    (decimals <= 8.0).then_some(decimals as usize)
}

/// The numbers that decide: with the intervals that the correction for several results asks.
pub(super) fn corrected(estimates: &Estimates, adjustment: &Adjustment) -> Estimates {
    Estimates {
        effect_size_ci_lower: adjustment.effect_size_ci_lower,
        effect_size_ci_upper: adjustment.effect_size_ci_upper,
        rel_effect_size_ci_lower: adjustment.rel_effect_size_ci_lower,
        rel_effect_size_ci_upper: adjustment.rel_effect_size_ci_upper,
        confidence: adjustment.confidence,
        ..estimates.clone()
    }
}

/// The numbers that decide on a result.
pub(super) fn decisive(outcome: &Outcome) -> Estimates {
    corrected(&outcome.main, &outcome.adjustment)
}

/// The difference of a contrast and its interval.
pub(super) fn difference(kind: &str, estimates: &Estimates) -> (String, String) {
    let written = Written::of(kind, estimates);
    let range = written.range(estimates.effect_size_ci_lower, estimates.effect_size_ci_upper);
    (written.difference(estimates.effect_size), range)
}

/// The lift of a contrast and its interval, or why there is none in a word.
pub(super) fn lift(estimates: &Estimates) -> (String, String) {
    let written = Written::lift(estimates);
    let Some(lift) = estimates.rel_effect_size.filter(|lift| lift.is_finite()) else {
        return ("–".to_owned(), String::new());
    };
    match (estimates.rel_effect_size_ci_lower, estimates.rel_effect_size_ci_upper) {
        (Some(low), Some(high)) => (written.difference(lift), written.range(low, high)),
        (Some(low), None) => (written.difference(lift), format!("{} and more", written.bare(low))),
        // A percentage that may be anything is none.
        _ => ("–".to_owned(), "unbounded".to_owned()),
    }
}

/// A p-value without "p =": two digits, an exponent where it is small; `log10` says it where it underflows.
pub(super) fn p(p: f64, log10: Option<f64>) -> String {
    match p {
        _ if !p.is_finite() => "–".to_owned(),
        _ if p >= 0.1 => format!("{p:.2}"),
        _ if p >= 1e-3 => {
            let decimals = (1.0 - p.log10().floor()) as usize;
            format!("{p:.decimals$}")
        }
        _ if p > 1e-300 => format!("{p:.1e}"),
        _ => match log10.filter(|log10| log10.is_finite()) {
            Some(log10) => {
                let exponent = log10.floor();
                // 9.96 is written 10.0, which is 1.0 of the next power.
                let mantissa = 10_f64.powf(log10 - exponent).min(9.9);
                format!("{mantissa:.1}e{exponent:.0}")
            }
            None => "<1e-300".to_owned(),
        },
    }
}

/// The p-value that decides on a result: after its correction.
pub(super) fn p_of(outcome: &Outcome) -> String {
    let log10 = (outcome.adjustment.method == "none").then_some(outcome.main.log10_pvalue);
    p(outcome.adjustment.pvalue, log10)
}

/// What follows from a result, in a word or two.
pub(super) fn follows(outcome: &Outcome) -> &'static str {
    match (outcome.role, outcome.not_worse, outcome.call.name()) {
        ("guardrail", Some(true), "unclear") => "holds",
        ("guardrail", Some(true), "worse") => "worse, within margin",
        ("guardrail", Some(false), "unclear" | "better") => "not shown",
        (_, _, call) => call,
    }
}

/// A confidence: `95 %`.
pub(in crate::report) fn confidence(confidence: f64) -> String {
    let percent = (1e4 * confidence).round() / 100.0;
    format!("{percent} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_interval() {
        let rate = Written::new(true, 0.025, [0.0054, 0.0446]);
        assert_eq!(
            [rate.value(0.125), rate.difference(0.025), rate.range(0.0054, 0.0446), rate.difference(-0.0001)],
            ["12.5 %", "+2.5 pp", "0.5 to 4.5", "0.0 pp"]
        );
        assert_eq!(Written::new(true, 0.014, [-0.0004, 0.029]).range(-0.0004, 0.029), "−0.04 to 2.90");
        let money = Written::new(false, -120.0, [-2_000.0, 1_760.0]);
        assert_eq!(money.value(123_456.0), "123\u{202f}456");
        assert_eq!(Written::new(false, 1e-12, [0.0, 2e-12]).difference(1e-12), "+1.00e−12");
        assert_eq!(
            Written::new(false, 1.0, [f64::NEG_INFINITY, f64::INFINITY]).range(f64::NEG_INFINITY, 2.0),
            "−∞ to 2.00"
        );
    }

    #[test]
    fn p_is_never_nothing() {
        let known = [(0.5, "0.50"), (0.0123, "0.012"), (0.0012, "0.0012"), (1.25e-13, "1.2e-13")];
        for (value, text) in known {
            assert_eq!(p(value, None), text);
        }
        assert_eq!(p(0.0, Some(-512.4)), "4.0e-513");
        assert_eq!(p(0.0, None), "<1e-300");
        assert_eq!(p(f64::NAN, None), "–");
    }
}
