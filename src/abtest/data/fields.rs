//! What stands in a field: a number, yes or no.

use std::borrow::Cow;

/// Why a field was refused: what was expected, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused {
    pub(super) what: &'static str,
    pub(super) help: Cow<'static, str>,
}

/// Refuses a field.
pub(super) fn refused<T>(what: &'static str, help: impl Into<Cow<'static, str>>) -> Result<T, Refused> {
    Err(Refused { what, help: help.into() })
}

/// What numbers a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Any number.
    Number,
    /// 0 or 1.
    Flag,
    /// A number of days, 0 or more.
    Duration,
}

impl Sort {
    /// The number in a field; NaN where it is missing.
    #[inline]
    pub(super) fn parse(self, field: &[u8]) -> Result<f64, Refused> {
        match self {
            Self::Number => number(field),
            Self::Flag => flag(field),
            Self::Duration => match number(field)? {
                days if days < 0.0 => refused("a time is negative", "count days from the exposure, 0 or more"),
                days => Ok(days),
            },
        }
    }
}

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A number; NaN where the field is empty or says so.
#[inline]
pub(super) fn number(field: &[u8]) -> Result<f64, Refused> {
    match plain(field) {
        Some(number) => Ok(number),
        None => other(field),
    }
}

/// Digits with at most one point: the nearest double, as a whole number and a power of ten that are both exact have an
/// exactly rounded quotient (Clinger 1990).
#[inline]
fn plain(field: &[u8]) -> Option<f64> {
    let (negative, digits) = match field {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut whole = 0_u64;
    let mut decimals = 0;
    let mut point = false;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                decimals += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    // 16 characters may be 16 digits, beyond 2⁵³; a point alone is no number.
    if whole >= 1 << 53 || digits == b"." {
        return None;
    }
    let number = whole as f64 / TENS[decimals];
    Some(if negative { -number } else { number })
}

/// All other ways to write a number, or to have none.
#[cold]
fn other(field: &[u8]) -> Result<f64, Refused> {
    let field = field.trim_ascii();
    if is_missing(field) {
        return Ok(f64::NAN);
    }
    let Ok(text) = std::str::from_utf8(field) else {
        return refused("expected a number", "save the file as CSV in UTF-8");
    };
    let digits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.bytes().all(digits)
        && let Ok(number) = text.parse::<f64>()
    {
        if number.is_finite() {
            return Ok(number);
        }
        return refused("the number is too large", "numbers go to 1.8e308");
    }
    refused("expected a number", remedy(text))
}

/// Whether a field is empty, or says that there is no value.
pub(super) fn is_missing(field: &[u8]) -> bool {
    field.is_empty() || [&b"na"[..], b"n/a", b"nan", b"null", b"none"].iter().any(|w| field.eq_ignore_ascii_case(w))
}

/// What to do about a text that should be a number.
fn remedy(text: &str) -> Cow<'static, str> {
    let commas = text.matches(',').count();
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let bare = digits
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b',' | b' ' | b'\''));
    if digits && text.contains(['€', '$', '£', '¥']) {
        "write the amount without the currency sign: 12.50".into()
    } else if digits && text.ends_with('%') {
        "write a share as a decimal number: 0.12 rather than 12%".into()
    } else if bare && commas == 1 && !text.contains('.') && text.rsplit(',').next().is_some_and(|end| end.len() != 3) {
        format!("write a decimal point: {}", text.replace(',', ".")).into()
    } else if bare && commas == 1 && !text.contains('.') {
        format!(
            "write a decimal point ({}) or leave out the separator of thousands ({})",
            text.replace(',', "."),
            text.replace(',', "")
        )
        .into()
    } else if bare {
        "leave out separators of thousands and write a decimal point: 1234.56".into()
    } else if text.to_ascii_lowercase().trim_start_matches(['+', '-']).starts_with("inf") {
        "infinity is no value; leave the field empty where there is none".into()
    } else {
        "a missing value is an empty field, NA, NaN or null".into()
    }
}

/// 0 or 1; NaN where the field is empty or says so.
#[inline]
fn flag(field: &[u8]) -> Result<f64, Refused> {
    match field {
        b"0" => Ok(0.0),
        b"1" => Ok(1.0),
        _ => other_flag(field),
    }
}

#[cold]
fn other_flag(field: &[u8]) -> Result<f64, Refused> {
    let text = field.trim_ascii();
    let is = |words: [&[u8]; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is([b"true", b"yes"]) {
        return Ok(1.0);
    }
    if is([b"false", b"no"]) {
        return Ok(0.0);
    }
    match number(text) {
        Ok(number) if number.is_nan() || number == 0.0 || number == 1.0 => Ok(number),
        Ok(_) => refused(
            "a proportion counts 0 and 1",
            "write 0 or 1 (true/false, yes/no); for counts and amounts ask for a mean, not for a proportion",
        ),
        Err(_) => refused("a proportion counts 0 and 1", "write 0 or 1, true or false, yes or no"),
    }
}

/// A whole number, 0 or more, up to 2⁵³.
pub(super) fn count(field: &[u8]) -> Result<u64, Refused> {
    let help = "counts are whole numbers, 0 or more";
    let number = number(field).map_err(|refused| Refused { help: help.into(), ..refused })?;
    if number.is_nan() {
        return refused("the count is missing", help);
    }
    if number < 0.0 {
        return refused("a count is negative", help);
    }
    if number.fract() != 0.0 || number >= 9_007_199_254_740_992.0 {
        return refused("a count is not a whole number", help);
    }
    Ok(number as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_and_missing_ones_known() {
        for (text, expected) in [
            ("12.50", 12.5),
            ("-3", -3.0),
            ("0.1", 0.1),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("+7", 7.0),
            (" 4 ", 4.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("123456789012345678", 123_456_789_012_345_680.0),
        ] {
            assert_eq!(number(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in ["", " ", "NA", "NaN", "nan", "null", "NULL", "None", "n/a"] {
            assert!(number(text.as_bytes()).is_ok_and(f64::is_nan), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_what_to_write() {
        for (text, help) in [
            ("12,5", "12.5"),
            ("1,234", "1.234) or"),
            ("1,234.50", "thousands"),
            ("€12", "currency"),
            ("12%", "0.12"),
            ("inf", "infinity"),
            ("-Infinity", "infinity"),
            ("twelve", "NA"),
            (".", "NA"),
            ("-", "NA"),
            ("1e400", "1.8e308"),
            ("0x10", "NA"),
            ("1 234", "thousands"),
        ] {
            let refused = number(text.as_bytes());
            assert!(refused.as_ref().is_err_and(|r| r.help.contains(help)), "{text}: {refused:?}");
        }
        assert!(number(b"\xff").is_err());
    }

    #[test]
    fn proportions_are_zeros_and_ones() {
        for (text, expected) in [("0", 0.0), ("1", 1.0), ("TRUE", 1.0), ("no", 0.0), ("1.0", 1.0), ("False", 0.0)] {
            assert_eq!(flag(text.as_bytes()), Ok(expected), "{text}");
        }
        assert!(flag(b"").is_ok_and(f64::is_nan));
        assert!(flag(b"2").is_err_and(|refused| refused.help.contains("mean")));
        assert!(flag(b"maybe").is_err());
        assert!(Sort::Duration.parse(b"-1").is_err());
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!(count(b"120"), Ok(120));
        assert_eq!(count(b"1e6"), Ok(1_000_000));
        for text in ["-1", "1.5", "", "1e17", "many"] {
            assert!(count(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_the_nearest_double(text in "-?[0-9]{0,14}[.]?[0-9]{0,9}") {
            if let Ok(expected) = text.parse::<f64>() {
                prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), Ok(expected.to_bits()));
            }
        }

        #[test]
        fn no_field_makes_it_panic(field in prop::collection::vec(any::<u8>(), 0..30)) {
            let _ = (number(&field), flag(&field), count(&field));
        }
    }
}
