//! Local time of one customer, straight from jiff: slow and obvious.

use channelmix::scenario::{Calendar, DAY, Days, Hours, Scenario, Seconds, Segment};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The wall clock of a segment (R7).
pub struct Clock {
    /// Second 0 in seconds since 1970.
    start: i64,
    /// The first day of the scenario.
    first: Date,
    zone: TimeZone,
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("the zone exists")
}

impl Clock {
    pub fn new(scenario: &Scenario, segment: &Segment) -> Self {
        let own = scenario.time_zone.as_ref().map_or("UTC", |name| name.value.as_str());
        let theirs = segment.time_zone.as_ref().map_or(own, |name| name.value.as_str());
        let first = scenario.start.0;
        let start = first.to_datetime(Time::midnight()).to_zoned(zone(own)).expect("a day of this age");
        Self { start: start.timestamp().as_second(), first, zone: zone(theirs) }
    }

    /// What the wall clock says.
    pub fn local(&self, at: Seconds) -> DateTime {
        self.zone.to_datetime(Timestamp::from_second(self.start + at).expect("an instant of this age"))
    }

    /// The instant of a local date and time: later in a gap, the first one of two.
    pub fn instant(&self, local: DateTime) -> Seconds {
        self.instant_in(local, &self.zone)
    }

    fn instant_in(&self, local: DateTime, zone: &TimeZone) -> Seconds {
        let instant = zone.to_ambiguous_timestamp(local).compatible().expect("an instant of this age");
        instant.as_second() - self.start
    }

    /// The first instant of a time of day that is not before another instant.
    pub fn first_from(&self, from: Seconds, time: Time) -> Seconds {
        let day = self.local(from).date();
        let near = (-2..=2).map(|days: i64| self.instant((day + days.days()).to_datetime(time)));
        near.filter(|&at| at >= from).min().expect("every day has this time")
    }

    /// The first second of a day of the calendar.
    pub fn midnight(&self, day: Date) -> Seconds {
        self.instant(day.to_datetime(Time::midnight()))
    }

    /// Whether some hours of the day hold a second: what counts is what the clock on the wall shows.
    pub fn holds(&self, hours: &Hours, at: Seconds) -> bool {
        let now = self.local(at);
        let begins_on = |day: Date| hours.weekdays.is_empty() || hours.weekdays.contains(&weekday(day));
        let (today, yesterday) = (begins_on(now.date()), begins_on(now.date() - 1.day()));
        match hours.between {
            None => today,
            Some((from, until)) if from.0 < until.0 => today && from.0 <= now.time() && now.time() < until.0,
            Some((from, until)) => (today && from.0 <= now.time()) || (yesterday && now.time() < until.0),
        }
    }

    /// All occurrences of a calendar rule from second 0 to the horizon: when, and the date and time that are written.
    pub fn occurrences(&self, rule: &Calendar, horizon: Seconds) -> Vec<(Seconds, DateTime)> {
        let zone = rule.zone.as_ref().map_or_else(|| self.zone.clone(), |name| zone(&name.value));
        // Enough days on either side for every offset and every zone.
        let slack = rule.offset.abs() / DAY + 3;
        let days = (0..horizon / DAY + slack).map(|days: i64| (days, self.first + days.days()));
        let named = days.filter(|(number, day)| match &rule.days {
            Days::Every { every, first } => number >= first && (number - first) % every == 0,
            Days::Week { weekdays, first } => number >= first && weekdays.contains(&weekday(*day)),
            Days::Month { days, first } => number >= first && days.contains(&day.day()),
            Days::On(_) => false,
        });
        let mut dates: Vec<Date> = named.map(|(_, day)| day).collect();
        if let Days::On(date) = &rule.days {
            dates = vec![date.0];
        }
        dates.retain(|day| rule.months.is_empty() || rule.months.contains(&day.month()));
        dates.truncate(rule.times.map_or(usize::MAX, |times| times as usize));
        let occurrence = |day: Date| {
            let written = day.to_datetime(rule.at.0);
            (self.instant_in(written, &zone) + rule.offset, written)
        };
        dates.into_iter().map(occurrence).filter(|(at, _)| (0..horizon).contains(at)).collect()
    }
}

/// 0 = Monday.
fn weekday(day: Date) -> i8 {
    day.weekday().to_monday_zero_offset()
}
