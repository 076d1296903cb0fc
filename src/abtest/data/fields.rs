//! What stands in a field: a number, yes or no, a time.

use std::borrow::Cow;

use jiff::{Timestamp, civil};

use crate::scenario::{DAY, Seconds};

/// Why a field was refused: what was expected, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused {
    pub(super) what: &'static str,
    pub(super) help: Cow<'static, str>,
}

fn refused<T>(what: &'static str, help: impl Into<Cow<'static, str>>) -> Result<T, Refused> {
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

fn is_missing(field: &[u8]) -> bool {
    field.is_empty() || [&b"na"[..], b"n/a", b"nan", b"null", b"none"].iter().any(|w| field.eq_ignore_ascii_case(w))
}

/// What to do about a text that should be a number.
fn remedy(text: &str) -> Cow<'static, str> {
    let commas = text.matches(',').count();
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let bare =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b',' | b' ' | b'\''));
    if digits && text.contains(['€', '$', '£', '¥']) {
        "write the amount without the currency sign: 12.50".into()
    } else if digits && text.ends_with('%') {
        "write a share as a decimal number: 0.12 rather than 12%".into()
    } else if bare && commas == 1 && !text.contains('.') && text.rsplit(',').next().is_some_and(|end| end.len() != 3) {
        format!("write a decimal point: {}", text.replace(',', ".")).into()
    } else if bare && digits && commas == 1 && !text.contains('.') {
        format!(
            "write a decimal point ({}) or leave out the separator of thousands ({})",
            text.replace(',', "."),
            text.replace(',', "")
        )
        .into()
    } else if bare && digits {
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

const FORMS: &str = "write 2026-05-31, 2026-05-31T08:00:00 or 2026-05-31T08:00:00+02:00";

/// A time in seconds since the start of 1970: `2026-05-31`, `2026-05-31T08:00:00`, with `Z` or an offset, a space in place
/// of `T`. Without an offset it counts as UTC; a date alone is its midnight; parts of a second are cut off.
///
/// # Errors
/// What is expected and what to do, in words.
pub fn parse_time(text: &str) -> Result<Seconds, String> {
    time(text.as_bytes()).map_err(|refused| format!("{}; {}", refused.what, refused.help))
}

#[inline]
pub(super) fn time(field: &[u8]) -> Result<Seconds, Refused> {
    match plain_time(field) {
        Some(time) => Ok(time),
        None => other_time(field),
    }
}

/// `2026-05-31` and `2026-05-31T08:00:00`, as most files have them.
fn plain_time(field: &[u8]) -> Option<Seconds> {
    let two = |i: usize| -> Option<i8> {
        let [a, b] = *field.get(i..i + 2)? else { return None };
        (a.is_ascii_digit() && b.is_ascii_digit()).then(|| ((a - b'0') * 10 + (b - b'0')) as i8)
    };
    let bytes = field.len();
    if (bytes != 10 && bytes != 19) || field[4] != b'-' || field[7] != b'-' {
        return None;
    }
    let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
    let date = civil::Date::new(year, two(5)?, two(8)?).ok()?;
    let days = i64::from((date - civil::date(1970, 1, 1)).get_days());
    let seconds = if bytes == 10 {
        0
    } else {
        if !matches!(field[10], b'T' | b' ') || field[13] != b':' || field[16] != b':' {
            return None;
        }
        let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second)
    };
    Some(days * DAY + seconds)
}

#[cold]
fn other_time(field: &[u8]) -> Result<Seconds, Refused> {
    let field = field.trim_ascii();
    if is_missing(field) {
        return refused("the time is missing", "a unit in the test has been exposed at some time");
    }
    let Ok(text) = std::str::from_utf8(field) else { return refused("expected a date or time", FORMS) };
    let bytes = text.as_bytes();
    let dashed = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit);
    if !dashed {
        let number = bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
        if number && let Ok(number) = text.parse::<f64>() {
            let seconds = if number >= 1e11 { number / 1e3 } else { number };
            let meant = (bytes.len() != 8 && (1e8..1e10).contains(&seconds))
                .then(|| Timestamp::from_second(seconds as i64).ok())
                .flatten();
            let meant = meant.map(|time| format!(" (as a count of seconds since 1970 this would be {time})"));
            return refused("expected a date or time, not a number", format!("{FORMS}{}", meant.unwrap_or_default()));
        }
        if text.contains(['/', '.']) {
            return refused(
                "the order of day, month and year is not clear",
                format!("{FORMS}: the year first, then the month"),
            );
        }
        return refused("expected a date or time", FORMS);
    }
    if let Some(utc) = text.strip_suffix(" UTC") {
        return time(utc.trim_end().as_bytes());
    }
    let parsed = match text.parse::<Timestamp>() {
        Ok(time) => Some(time.as_nanosecond().div_euclid(1_000_000_000) as Seconds),
        // jiff would also take a zone in brackets, or an offset that it then ignores.
        Err(_) if text[10..].contains(['+', '-', '[', 'Z', 'z']) => None,
        Err(_) => text
            .parse::<civil::DateTime>()
            .ok()
            .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|time| time.timestamp().as_nanosecond().div_euclid(1_000_000_000) as Seconds),
    };
    match parsed {
        Some(time) => Ok(time),
        None => refused("there is no such date or time", FORMS),
    }
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
            (".", "thousands"),
            ("-", "NA"),
            ("1e400", "1.8e308"),
            ("0x10", "NA"),
            ("1 234", "thousands"),
        ] {
            let refused = number(text.as_bytes());
            assert!(refused.as_ref().is_err_and(|r| r.help.contains(help) || text == "."), "{text}: {refused:?}");
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

    #[test]
    fn times_are_read_in_the_forms_that_are_clear() {
        let day = 20_604 * DAY;
        for (text, expected) in [
            ("2026-05-31", day),
            ("2026-05-31T08:00:00", day + 8 * 3600),
            ("2026-05-31 08:00:00", day + 8 * 3600),
            ("2026-05-31T08:00:00Z", day + 8 * 3600),
            ("2026-05-31T08:00:00+02:00", day + 6 * 3600),
            ("2026-05-31 08:00:00.75 UTC", day + 8 * 3600),
            ("2026-05-31T08:00", day + 8 * 3600),
            ("1969-12-31", -DAY),
        ] {
            assert_eq!(time(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn times_that_could_mean_something_else_are_refused() {
        for (text, help) in [
            ("1717142400", "2024-05-31T08:00:00Z"),
            ("1717142400000", "2024-05-31T08:00:00Z"),
            ("1e9", "2001-09-09"),
            ("31/05/2026", "year first"),
            ("31.05.2026", "year first"),
            ("20260531", "2026-05-31"),
            ("2026-02-30", "2026-05-31"),
            ("2026-05-31T25:00:00", "2026-05-31"),
            ("2026-05-31 8pm", "2026-05-31"),
            ("yesterday", "2026-05-31"),
            ("", "exposed"),
            ("äöüäöü-ä", "2026-05-31"),
        ] {
            let refused = time(text.as_bytes());
            assert!(refused.as_ref().is_err_and(|r| r.help.contains(help)), "{text}: {refused:?}");
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
            let _ = (number(&field), flag(&field), time(&field), count(&field));
        }
    }
}
