//! The checked values of a scenario: once one of these exists, it is in range.

use super::format::{Described, Form, Kind, words};
use super::problems::Problem;
use super::read::{Context, FromValue, mismatch, one_of};
use super::tree::{Data, Value};

/// Seconds since the start of the scenario, or a length of time in seconds.
pub type Seconds = i64;

/// One day in seconds.
pub const DAY: Seconds = 86_400;
/// One week in seconds.
pub const WEEK: Seconds = 7 * DAY;

/// A length of time, 0 or more: `"24h"`, `"7d"`, `"90m"`, `"1d12h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Seconds);

/// The longest span that is accepted: a century.
const LONGEST: Seconds = 36_525 * DAY;

/// What a span looks like, for those who cannot ask [`Span::from_str`](std::str::FromStr).
const DURATION: &str =
    "^[ ]*(([0-9]+([.][0-9]*)?|[.][0-9]+)[ ]*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)[ ]*)+$";

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unclear = || format!("\"{text}\" is no duration");
        let mut seconds = 0.0;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(unclear());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(unclear)?;
            let number: f64 = rest[..digits].parse().map_err(|_| unclear())?;
            let tail = &rest[digits..];
            let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let unit = match tail[..unit_end].trim() {
                "s" | "sec" | "second" | "seconds" => 1.0,
                "m" | "min" | "minute" | "minutes" => 60.0,
                "h" | "hour" | "hours" => 3600.0,
                "d" | "day" | "days" => 86_400.0,
                "w" | "week" | "weeks" => 604_800.0,
                "month" | "months" | "y" | "year" | "years" => {
                    return Err(format!(
                        "\"{text}\": months and years differ in length; count in days, \"30d\" or \"365d\""
                    ));
                }
                _ => return Err(unclear()),
            };
            seconds += number * unit;
            rest = &tail[unit_end..];
        }
        if seconds > LONGEST as f64 {
            return Err(format!("\"{text}\" is longer than a century"));
        }
        Ok(Self(seconds.round() as Seconds))
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(seconds) = *self;
        match seconds {
            0 => write!(f, "0s"),
            _ if seconds % DAY == 0 => write!(f, "{}d", seconds / DAY),
            _ if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            _ if seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            _ => write!(f, "{seconds}s"),
        }
    }
}

impl Described for Span {
    const KIND: Kind = Kind::new("duration", "a duration such as \"24h\" or \"7d\"", Form::Pattern(DURATION));
}

impl FromValue for Span {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let shown = match &value.data {
            Data::Text(text) => text.clone(),
            Data::Integer(_) | Data::Float(_) => value.shown(),
            _ => return mismatch(value, context),
        };
        // A number alone is no duration either, and so the help below also answers `after = 24`.
        match shown.parse() {
            Ok(span) => Some(span),
            Err(why) => {
                let help = "write a number and a unit: s (seconds), m (minutes), h (hours), d (days) or w (weeks), \
                     as in \"36h\" or \"1d12h\"";
                context.error(
                    Problem::error(format!("`{}` must be a duration: {why}", context.path()), value.at).help(help),
                );
                None
            }
        }
    }
}

/// A length of time above 0.
#[derive(Clone, Copy, Debug)]
pub struct Stretch(pub Seconds);

impl Described for Stretch {
    const KIND: Kind = Kind::new("duration", "a duration such as \"24h\" or \"7d\"", Form::Pattern(DURATION));
}

impl FromValue for Stretch {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Span(seconds) = Span::from_value(value, context)?;
        if seconds > 0 {
            return Some(Self(seconds));
        }
        let message = format!(
            "`{}` must be longer than 0, for example \"24h\" or \"7d\", found {}",
            context.path(),
            value.shown()
        );
        context.error(Problem::error(message, value.at));
        None
    }
}

/// The largest count, of customers or of occurrences.
const MOST_COUNTED: u64 = 1_000_000_000_000;
/// The largest shape, spread or factor.
const MOST_POSITIVE: f64 = 1e12;
/// The largest amount of money: a billion a message is a typing error, and nano-units of it would not fit an i64.
const MOST_MONEY: f64 = 1e9;

/// A count of customers, from 1 to a million million.
pub(super) struct Count(pub u64);

impl Described for Count {
    const KIND: Kind = Kind::new("count", "a whole number, 1 or more", Form::Whole(1, MOST_COUNTED));
}

impl FromValue for Count {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let (Data::Integer(_) | Data::Float(_)) = value.data else { return mismatch(value, context) };
        let whole = |number: f64| number.fract() == 0.0 && (1.0..=MOST_COUNTED as f64).contains(&number);
        let number = f64::from_value(value, context)?;
        if whole(number) { Some(Self(number as u64)) } else { mismatch(value, context) }
    }
}

/// A probability or share in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(pub f64);

impl Described for Share {
    const KIND: Kind = Kind::new("share", "a share between 0 and 1", Form::Number(0.0, 1.0));
}

impl FromValue for Share {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let percent = value.as_text().and_then(|text| text.trim().strip_suffix('%')?.trim().parse::<f64>().ok());
        if let Some(percent) = percent {
            let message = format!("`{}` must be a number between 0 and 1, found {}", context.path(), value.shown());
            context.error(
                Problem::error(message, value.at).help(format!("{percent} % is written {}", rounded(percent / 100.0))),
            );
            return None;
        }
        let (Data::Integer(_) | Data::Float(_)) = value.data else { return mismatch(value, context) };
        let number = f64::from_value(value, context)?;
        if (0.0..=1.0).contains(&number) {
            return Some(Self(number));
        }
        let path = context.path();
        let message = format!("`{path}` is a share and must lie between 0 and 1, found {}", value.shown());
        let problem = Problem::error(message, value.at);
        context.error(if (1.0..=100.0).contains(&number) {
            problem.help(format!("{number} % is written {}", rounded(number / 100.0)))
        } else {
            problem
        });
        None
    }
}

/// Without the digits that only binary fractions have.
pub(super) fn rounded(number: f64) -> f64 {
    let rounded = (number * 1e9).round() / 1e9;
    if rounded.is_finite() { rounded } else { number }
}

/// A number above 0 (a shape, a spread, a factor on odds).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Positive(pub f64);

impl Described for Positive {
    const KIND: Kind = Kind::new("positive", "a number above 0", Form::Above0(MOST_POSITIVE));
}

impl FromValue for Positive {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if number > 0.0 && number <= MOST_POSITIVE {
            return Some(Self(number));
        }
        let path = context.path();
        context.error(Problem::error(
            format!("`{path}` must lie above 0 and not above 1e12, found {}", value.shown()),
            value.at,
        ));
        None
    }
}

/// An amount of money, 0 or more, in units of the scenario's currency.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Money(pub f64);

impl Described for Money {
    const KIND: Kind = Kind::new("money", "an amount of money, 0 or more", Form::Number(0.0, MOST_MONEY));
}

impl FromValue for Money {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let number = f64::from_value(value, context)?;
        if (0.0..=MOST_MONEY).contains(&number) {
            return Some(Self(number));
        }
        let path = context.path();
        let message = format!("`{path}` must be an amount of money from 0 to a billion, found {}", value.shown());
        context.error(Problem::error(message, value.at));
        None
    }
}

/// An ISO 4217 currency code, and how many decimals its minor unit has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// The three letters.
    pub code: String,
    /// Decimals of the minor unit: 2 for most, 0 for yen, 3 for dinars.
    pub decimals: u32,
}

impl Currency {
    /// Minor units in one unit: 100 for most currencies.
    pub fn minor(&self) -> f64 {
        f64::from(10_u32.pow(self.decimals))
    }
}

impl Described for Currency {
    const KIND: Kind =
        Kind::new("currency", "a currency code of three capital letters such as \"USD\"", Form::Pattern("^[A-Z]{3}$"));
}

impl FromValue for Currency {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Some(code) = value.as_text() else { return mismatch(value, context) };
        if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return mismatch(value, context);
        }
        // ISO 4217 (2024), minor units other than 2.
        let decimals = match code {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
            | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        Some(Self { code: code.to_owned(), decimals })
    }
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub jiff::civil::Date);

impl Described for Date {
    const KIND: Kind = Kind::new(
        "date",
        "a date such as 2026-01-05",
        Form::Pattern("^(19[0-9]{2}|2[01][0-9]{2}|2200)-[0-9]{2}-[0-9]{2}$"),
    );
}

impl FromValue for Date {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let day = match &value.data {
            Data::Date(date) => date.date.filter(|_| date.time.is_none() && date.offset.is_none()),
            // Quotes do no harm, and many write them.
            Data::Text(text) => {
                text.parse::<toml::value::Datetime>().ok().and_then(|date| date.date.filter(|_| date.time.is_none()))
            }
            _ => None,
        };
        let day = day.and_then(|day| jiff::civil::Date::new(day.year as i16, day.month as i8, day.day as i8).ok());
        match day {
            Some(day) if (1900..=2200).contains(&day.year()) => Some(Self(day)),
            _ => mismatch(value, context),
        }
    }
}

/// A time of day: `"10:00"`, seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(pub jiff::civil::Time);

impl TimeOfDay {
    /// Seconds since midnight.
    pub fn since_midnight(self) -> Seconds {
        3600 * Seconds::from(self.0.hour()) + 60 * Seconds::from(self.0.minute()) + Seconds::from(self.0.second())
    }
}

impl Described for TimeOfDay {
    const KIND: Kind = Kind::new(
        "time of day",
        "a time of day such as \"10:00\"",
        Form::Pattern("^[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?$"),
    );
}

impl FromValue for TimeOfDay {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let text = match &value.data {
            Data::Text(text) => text.clone(),
            Data::Date(time) if time.date.is_none() && time.offset.is_none() => time.to_string(),
            _ => return mismatch(value, context),
        };
        let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let parts: Option<Vec<i8>> = text.split(':').map(number).collect();
        let time = match parts.as_deref() {
            Some(&[hour, minute]) => jiff::civil::Time::new(hour, minute, 0, 0).ok(),
            Some(&[hour, minute, second]) => jiff::civil::Time::new(hour, minute, second, 0).ok(),
            _ => None,
        };
        time.map(Self).or_else(|| mismatch(value, context))
    }
}

/// A day of the week: 0 = Monday to 6 = Sunday.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weekday(pub i8);

impl Weekday {
    const WORDS: [(&'static str, i8); 7] =
        [("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6)];
}

impl Described for Weekday {
    const KIND: Kind = Kind::words(&words(&Self::WORDS));
}

impl FromValue for Weekday {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        one_of(value, &Self::WORDS, context).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        for (text, seconds) in
            [("24h", 86_400), ("7d", 604_800), ("1d12h", 129_600), ("0.5h", 1800), ("0s", 0), ("2w", 1_209_600)]
        {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
            assert_eq!(Span(seconds).to_string().parse(), Ok(Span(seconds)));
        }
        for text in ["", "24", "h", "1y", "-3d", "1d 2", "1e9d", "1..2h", "99999999999999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
