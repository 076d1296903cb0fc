//! Hours of the day and days of the week, in local time: when it is quiet, and when the law lets marketing be sent (R38).

use super::format::{Absent, Described, Form, Key, Keys, Kind, Rule};
use super::problems::Problem;
use super::read::{At, Context, Fields, FromValue, mismatch};
use super::tree::{Data, Value};
use super::values::{DAY, Seconds, TimeOfDay, WEEK, Weekday};

/// A stretch of each day in local time, half-open.
#[derive(Clone, Debug)]
pub struct Hours {
    /// From and until; none = the whole day. Where `until` is not later it lies on the next day.
    pub between: Option<(TimeOfDay, TimeOfDay)>,
    /// Days on which it begins, 0 = Monday to 6 = Sunday; empty = all.
    pub weekdays: Vec<i8>,
}

/// Keys of hours, which stand among others.
pub(super) const FROM: Key = Key::of::<At<TimeOfDay>>("from", Absent::Means("the whole day"), "local time of day");
pub(super) const UNTIL: Key = Key::of::<At<TimeOfDay>>(
    "until",
    Absent::Means("the whole day"),
    "local time of day, itself outside; if it is not later than `from`, that of the next day",
);
pub(super) const WEEKDAYS: Key =
    Key::of::<Vec<Weekday>>("weekdays", Absent::Means("all"), "the days on which it begins").within(1, 7);
/// `from` and `until` stand together.
pub(super) const TOGETHER: [Rule; 2] = [Rule::Needs("from", &["until"]), Rule::Needs("until", &["from"])];

/// Reads `from`, `until` and `weekdays` of a table.
pub(super) fn read(fields: &mut Fields<'_>, context: &mut Context<'_>) -> Hours {
    let from = fields.optional::<At<TimeOfDay>>("from", context);
    let until = fields.optional::<At<TimeOfDay>>("until", context);
    let mut weekdays: Vec<i8> = fields.listed::<Weekday>("weekdays", context).iter().map(|day| day.0).collect();
    weekdays.sort_unstable();
    for (key, one, other) in [("from", &from, "until"), ("until", &until, "from")] {
        if let (Some(one), false) = (one, fields.has(other)) {
            let message = format!("`{}` has `{key}`, but no `{other}`", context.path());
            context.error(Problem::error(message, one.at).help("for the whole day leave both away"));
        }
    }
    let between = from.zip(until);
    if let Some((from, until)) = between.as_ref().filter(|(from, until)| from.value == until.value) {
        let message = format!("`{}` begins and ends at the same time", context.path());
        let problem = Problem::error(message, until.at).also(from.at, "it begins here");
        context.error(problem.help("for the whole day leave both away"));
    }
    Hours { between: between.map(|(from, until)| (from.value, until.value)), weekdays }
}

impl Hours {
    /// Whether they hold a second of the week, 0 = Monday 0:00.
    pub(super) fn hold(&self, second: Seconds) -> bool {
        let begins = |day: Seconds| self.weekdays.is_empty() || self.weekdays.contains(&(day.rem_euclid(7) as i8));
        let (day, time) = (second.div_euclid(DAY), second.rem_euclid(DAY));
        match self.between.map(|(from, until)| (from.since_midnight(), until.since_midnight())) {
            None => begins(day),
            Some((from, until)) if from < until => begins(day) && (from..until).contains(&time),
            Some((from, until)) => (begins(day) && time >= from) || (begins(day - 1) && time < until),
        }
    }

    /// Seconds of the week at which they may begin or end.
    pub(super) fn bounds(&self) -> Vec<Seconds> {
        let times =
            self.between.map_or_else(|| vec![0], |(from, until)| [from, until].map(TimeOfDay::since_midnight).to_vec());
        (0..7).flat_map(|day| times.iter().map(move |time| day * DAY + time)).collect()
    }
}

/// Whether some second of the week is within legal hours and not in any of the quiet ones.
pub(super) fn any_is_free(legal: Option<&Hours>, quiet: &[&Hours]) -> bool {
    let bounds = legal.iter().chain(quiet).flat_map(|hours| hours.bounds()).chain([0]);
    // What holds changes at these seconds only.
    bounds
        .map(|second| second % WEEK)
        .any(|second| legal.is_none_or(|legal| legal.hold(second)) && quiet.iter().all(|quiet| !quiet.hold(second)))
}

/// The hours of a channel in which marketing may be sent, once a preset's name is replaced by what it says.
pub(super) struct LegalHours(pub Hours);

const LEGAL_HOURS: Keys = Keys { what: "`legal_hours`", all: &[FROM, UNTIL, WEEKDAYS], rules: &TOGETHER };

impl Described for LegalHours {
    const KIND: Kind = Kind::new(
        "",
        "a preset's name, or { from = \"08:00\", until = \"21:00\", weekdays = [ … ] }",
        Form::OneOf(&[
            Kind::new("name", "a preset's name", Form::Preset("hours")),
            Kind::new("", "", Form::Table(&LEGAL_HOURS)),
        ]),
    );
}

impl FromValue for LegalHours {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Data::Table(table) = &value.data else { return mismatch(value, context) };
        let mut fields = Fields::of(value, &LEGAL_HOURS, context)?;
        let hours = read(&mut fields, context);
        fields.finish(context);
        if table.0.is_empty() {
            let message = format!("`{}` must be {}, found an empty table", context.path(), Self::KIND.expected());
            context.error(Problem::error(message, value.at));
            return None;
        }
        Some(Self(hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(between: Option<(i8, i8)>, weekdays: &[i8]) -> Hours {
        let time = |hour| TimeOfDay(jiff::civil::time(hour, 0, 0, 0));
        Hours { between: between.map(|(from, until)| (time(from), time(until))), weekdays: weekdays.to_vec() }
    }

    #[test]
    fn a_stretch_over_midnight_belongs_to_the_day_on_which_it_begins() {
        let night = hours(Some((21, 8)), &[6]);
        assert!(night.hold(6 * DAY + 21 * 3600) && !night.hold(6 * DAY + 21 * 3600 - 1));
        assert!(night.hold(8 * 3600 - 1) && !night.hold(8 * 3600));
        assert!(!night.hold(6 * DAY) && !night.hold(21 * 3600));
        let noon = hours(Some((12, 13)), &[]);
        assert!(noon.hold(3 * DAY + 12 * 3600) && !noon.hold(3 * DAY + 13 * 3600));
    }

    #[test]
    fn hours_that_leave_nothing_are_known() {
        let (day, night) = (hours(Some((8, 21)), &[]), hours(Some((21, 8)), &[]));
        assert!(any_is_free(None, &[&day]) && any_is_free(None, &[&night]) && any_is_free(None, &[]));
        assert!(!any_is_free(None, &[&day, &night]) && !any_is_free(None, &[&hours(None, &[])]));
        assert!(any_is_free(Some(&day), &[&night]) && !any_is_free(Some(&day), &[&day]));
        let weekend = hours(None, &[5, 6]);
        assert!(any_is_free(Some(&weekend), &[&hours(None, &[5])]));
        assert!(!any_is_free(Some(&weekend), &[&hours(None, &[5, 6])]));
        // One minute is left.
        let time = |hour, minute| TimeOfDay(jiff::civil::time(hour, minute, 0, 0));
        let nearly = Hours { between: Some((time(8, 0), time(7, 59))), weekdays: Vec::new() };
        assert!(any_is_free(None, &[&nearly]));
    }
}
