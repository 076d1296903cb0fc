//! Seasons: on which weekdays and in which months customers need more, and in which less (R52).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Rule};
use super::problems::Problem;
use super::read::{Context, Fields, FromValue, mismatch};
use super::tree::{Data, Value};
use super::values::{Positive, rounded};

/// How much more often than in the mean customers need something, by day; 1 = as in the mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// By day of the week, Monday first; their mean is 1.
    pub weekdays: [f64; 7],
    /// By month, January first; their mean over the days of four years is 1.
    pub months: [f64; 12],
}

/// Days of each month in four years, one of them a leap year.
const DAYS: [f64; 12] = [124.0, 113.0, 124.0, 120.0, 124.0, 120.0, 124.0, 124.0, 120.0, 124.0, 120.0, 124.0];

/// No factor needs to lie further from 1 than this, either way.
const MOST: f64 = 1000.0;

impl Season {
    /// The factor on the rate of needs on a day of the week (0 = Monday) in a month (1 to 12).
    pub fn factor(&self, weekday: i8, month: i8) -> f64 {
        self.weekdays[usize::from(weekday.unsigned_abs()) % 7] * self.months[usize::from(month.unsigned_abs() - 1) % 12]
    }
}

const WEEKDAYS: Keys = Keys {
    what: "`weekdays`",
    all: &[
        Key::of::<Positive>("mon", Absent::Means("1"), "factor on Mondays"),
        Key::of::<Positive>("tue", Absent::Means("1"), "factor on Tuesdays"),
        Key::of::<Positive>("wed", Absent::Means("1"), "factor on Wednesdays"),
        Key::of::<Positive>("thu", Absent::Means("1"), "factor on Thursdays"),
        Key::of::<Positive>("fri", Absent::Means("1"), "factor on Fridays"),
        Key::of::<Positive>("sat", Absent::Means("1"), "factor on Saturdays"),
        Key::of::<Positive>("sun", Absent::Means("1"), "factor on Sundays"),
    ],
    rules: &[],
};

const MONTHS: Keys = Keys {
    what: "`months`",
    all: &[
        Key::of::<Positive>("jan", Absent::Means("1"), "factor in January"),
        Key::of::<Positive>("feb", Absent::Means("1"), "factor in February"),
        Key::of::<Positive>("mar", Absent::Means("1"), "factor in March"),
        Key::of::<Positive>("apr", Absent::Means("1"), "factor in April"),
        Key::of::<Positive>("may", Absent::Means("1"), "factor in May"),
        Key::of::<Positive>("jun", Absent::Means("1"), "factor in June"),
        Key::of::<Positive>("jul", Absent::Means("1"), "factor in July"),
        Key::of::<Positive>("aug", Absent::Means("1"), "factor in August"),
        Key::of::<Positive>("sep", Absent::Means("1"), "factor in September"),
        Key::of::<Positive>("oct", Absent::Means("1"), "factor in October"),
        Key::of::<Positive>("nov", Absent::Means("1"), "factor in November"),
        Key::of::<Positive>("dec", Absent::Means("1"), "factor in December"),
    ],
    rules: &[],
};

/// `{ sat = 1.4 }`: factors by weekday; what is not named is 1.
struct Weekdays([f64; 7]);

impl Described for Weekdays {
    const KIND: Kind = Kind::new("weekdays", "factors by weekday, such as { sat = 1.4 }", Form::Table(&WEEKDAYS));
}

impl FromValue for Weekdays {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        factors(value, &WEEKDAYS, Self::KIND, context).map(|factors| Self(scaled(factors, [1.0; 7])))
    }
}

/// `{ dec = 1.8 }`: factors by month; what is not named is 1.
struct Months([f64; 12]);

impl Described for Months {
    const KIND: Kind = Kind::new("months", "factors by month, such as { dec = 1.8 }", Form::Table(&MONTHS));
}

impl FromValue for Months {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        factors(value, &MONTHS, Self::KIND, context).map(|factors| Self(scaled(factors, DAYS)))
    }
}

fn factors<const N: usize>(
    value: &Value,
    keys: &'static Keys,
    kind: Kind,
    context: &mut Context<'_>,
) -> Option<[f64; N]> {
    let Data::Table(_) = &value.data else {
        let message = format!("`{}` must be {}, found {}", context.path(), kind.expected(), value.shown());
        context.error(Problem::error(message, value.at));
        return None;
    };
    let mut fields = Fields::of(value, keys, context)?;
    let mut all = [1.0; N];
    for (key, factor) in keys.all.iter().zip(&mut all) {
        let Some(Positive(written)) = fields.optional(key.name, context) else { continue };
        *factor = written;
        if let (false, Some(entry)) = ((1.0 / MOST..=MOST).contains(&written), fields.entry(key.name)) {
            let message = format!(
                "`{}.{}` must lie between {} and {MOST}, found {}",
                context.path(),
                key.name,
                1.0 / MOST,
                rounded(written)
            );
            context.error(
                Problem::error(message, entry.value.at)
                    .help("1 is a day like any other, 2 one with twice as many needs"),
            );
        }
    }
    fields.finish(context);
    Some(all)
}

/// Factors with the mean 1 over so many days each.
fn scaled<const N: usize>(factors: [f64; N], days: [f64; N]) -> [f64; N] {
    let sum: f64 = factors.iter().zip(days).map(|(factor, days)| factor * days).sum();
    let mean = sum / days.iter().sum::<f64>();
    factors.map(|factor| factor / mean)
}

const SEASON: Keys = Keys {
    what: "`season`",
    all: &[
        Key::of::<Weekdays>(
            "weekdays",
            Absent::Means("all alike"),
            "factors on the rate of needs by weekday, local; what is not named is 1, and all are scaled to the mean 1",
        ),
        Key::of::<Months>(
            "months",
            Absent::Means("all alike"),
            "the same by month, to the mean 1 over the days of four years",
        ),
    ],
    rules: &[Rule::AnyOf(&[&["weekdays"], &["months"]])],
};

impl Described for Season {
    const KIND: Kind =
        Kind::new("season", "{ weekdays = { sat = 1.4 }, months = { dec = 1.8 } }", Form::Table(&SEASON));
}

impl FromValue for Season {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(_) = &value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &SEASON, context)?;
        if !fields.has("weekdays") && !fields.has("months") {
            fields.finish(context);
            let message = format!("`{}` names neither `weekdays` nor `months`", context.path());
            let problem = Problem::error(message, value.at);
            context.error(problem.help(format!("for example season = {}", Self::KIND.expected())));
            return None;
        }
        let weekdays = fields.optional("weekdays", context).map_or([1.0; 7], |Weekdays(factors)| factors);
        let months = fields.optional("months", context).map_or([1.0; 12], |Months(factors)| factors);
        fields.finish(context);
        Some(Self { weekdays, months })
    }
}
