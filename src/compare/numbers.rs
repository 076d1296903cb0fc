//! Numbers as people read them: significant digits, units, thousands.

use crate::measures::Unit;

/// A number with three significant digits, thousands apart: `1 230 000`, `0.0672`, `1.44`, `3.20e−9`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if magnitude < -6 {
        return format!("{value:.2e}").replace('-', "−");
    }
    if magnitude > 2 {
        let unit = 10_f64.powi(magnitude - 2);
        return grouped(&format!("{:.0}", (value / unit).round() * unit));
    }
    let decimals = (2 - magnitude).clamp(0, 9) as usize;
    grouped(&format!("{value:.decimals$}"))
}

/// A whole number in full, thousands apart: `262 144`.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    let fraction = fraction.map_or(String::new(), |fraction| format!(".{fraction}"));
    format!("{sign}{out}{fraction}")
}

/// A number with so many decimals, thousands apart; one that is 0 in all of them has no sign.
pub fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{value:.decimals$}");
    let nothing = !text.chars().any(|letter| ('1'..='9').contains(&letter));
    grouped(text.trim_start_matches(if nothing { "-" } else { "" }))
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{} %", number(share * 100.0)) } else { number(share) }
}

/// A share of what may happen, in percent: all or none of it is more than anyone knows.
pub fn chance(share: f64) -> String {
    match share {
        share if share > 0.999 => format!("more than {}", percent(0.999)),
        share if share < 0.001 => format!("fewer than {}", percent(0.001)),
        share => percent(share),
    }
}

/// An amount in words: `1.93 million`, `12 300`, `0.067`.
pub fn money(amount: f64) -> String {
    match amount.abs() {
        size if size >= 1e9 => format!("{} billion", number(amount / 1e9)),
        size if size >= 999_500.0 => format!("{} million", number(amount / 1e6)),
        _ => number(amount),
    }
}

/// A measure's number in its unit.
pub fn show(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => percent(value),
        Unit::Money | Unit::Number => number(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_no_negative_nothing() {
        assert_eq!(decimal(-0.004, 2), "0.00");
        assert_eq!(decimal(-1234.5, 1), "−1\u{202f}234.5");
        assert_eq!(decimal(f64::NAN, 1), "–");
    }

    #[test]
    fn three_significant_digits() {
        for (value, text) in [
            (0.067_234, "0.0672"),
            (1.4444, "1.44"),
            (-12.3456, "−12.3"),
            (1_234_567.0, "1\u{202f}230\u{202f}000"),
            (0.0, "0"),
            (999.6, "1\u{202f}000"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((number(-3.2e-9), percent(f64::NAN)), ("−3.20e−9".to_owned(), "–".to_owned()));
        assert_eq!(money(934_567.0), "935\u{202f}000");
        assert_eq!(money(1_934_567.0), "1.93 million");
        assert_eq!(count(262_144), "262\u{202f}144");
    }
}
