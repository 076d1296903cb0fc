//! What stands in a field of dates or times.

use jiff::{Timestamp, civil};

use super::fields::{Refused, is_missing, refused};
use crate::scenario::{DAY, Seconds};

const FORMS: &str = "write 2026-05-31, 2026-05-31T08:00:00 or 2026-05-31T08:00:00+02:00";

/// A time in seconds since the start of 1970: `2026-05-31`, `2026-05-31T08:00:00`, with `Z` or an offset, a space in place
/// of `T`. Without an offset it counts as UTC; a date alone is its midnight; parts of a second are cut off.
///
/// # Errors
/// What is expected and what to do, in words.
pub fn parse_time(text: &str) -> Result<Seconds, String> {
    time(text.as_bytes()).map_err(|refused| format!("{}; {}", refused.what, refused.help))
}

/// The time in a field, in seconds since the start of 1970.
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
        fn no_field_makes_it_panic(field in prop::collection::vec(any::<u8>(), 0..30)) {
            let _ = time(&field);
        }

        #[test]
        fn plain_times_are_those_of_jiff(seconds in -20_000_000_000_i64..200_000_000_000) {
            let text = Timestamp::from_second(seconds).expect("in range").to_string();
            prop_assert_eq!(time(text.as_bytes()), Ok(seconds));
            prop_assert_eq!(time(text.trim_end_matches('Z').as_bytes()), Ok(seconds));
        }
    }
}
