//! The clock on a customer's wall as arithmetic, so that the engine can ask it in the middle of a run (R7).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::scenario::{DAY, Seconds};

/// Local time of one segment: what to add to an instant, and from when on.
///
/// Local times are seconds since the midnight with which the scenario's first day began on that wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wall {
    /// From an instant on, so many seconds are added; ascending, the first from ever.
    offsets: Vec<(Seconds, Seconds)>,
    /// Day of the week of the first day, 0 = Monday.
    weekday: i64,
}

impl Wall {
    /// The wall of a zone, from second 0 (`start` in seconds since 1970; local midnight of `first_day` in the scenario's
    /// own zone) up to `end`.
    pub(super) fn new(start: i64, first_day: jiff::civil::Date, zone: &TimeZone, end: Seconds) -> Self {
        let midnight = TimeZone::UTC.to_timestamp(first_day.to_datetime(jiff::civil::Time::midnight()));
        let shift = start - midnight.map_or(0, Timestamp::as_second);
        let begin = Timestamp::from_second(start).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = |seconds: i32| shift + i64::from(seconds);
        let mut offsets = vec![(Seconds::MIN, offset(zone.to_offset(begin).seconds()))];
        for change in zone.following(begin) {
            let at = change.timestamp().as_second() - start;
            if at > end {
                break;
            }
            offsets.push((at, offset(change.offset().seconds())));
        }
        offsets.dedup_by_key(|(_, offset)| *offset);
        Self { offsets, weekday: i64::from(first_day.weekday().to_monday_zero_offset()) }
    }

    /// Local time at an instant.
    #[inline]
    pub fn local(&self, at: Seconds) -> Seconds {
        // Most walls have one clock all year, or two changes: looked through from the end.
        let offset = self.offsets.iter().rev().find(|(from, _)| *from <= at);
        at + offset.map_or(0, |(_, offset)| *offset)
    }

    /// The first instant after this one at which the clocks are put on or back.
    pub fn next_change(&self, at: Seconds) -> Option<Seconds> {
        self.offsets.iter().map(|(from, _)| *from).find(|from| *from > at)
    }

    /// The instant of a local time: what the clocks skip happens as much later as the gap is long, what they show twice
    /// the first time.
    pub fn instant(&self, local: Seconds) -> Seconds {
        for (place, &(from, offset)) in self.offsets.iter().enumerate() {
            let at = local - offset;
            let until = self.offsets.get(place + 1).map_or(Seconds::MAX, |(next, _)| *next);
            // Counted with the offset before a gap, it lies behind the gap.
            let skipped = || self.offsets.get(place + 1).is_some_and(|(next, after)| local - after < *next);
            if from <= at && (at < until || skipped()) {
                return at;
            }
        }
        local - self.offsets.last().map_or(0, |(_, offset)| *offset)
    }

    /// The first instant from `at` on that is a local time of day, in seconds since midnight.
    pub fn next(&self, time_of_day: Seconds, at: Seconds) -> Seconds {
        let mut day = self.local(at).div_euclid(DAY) - 1;
        loop {
            let instant = self.instant(day * DAY + time_of_day);
            if instant >= at {
                return instant;
            }
            day += 1;
        }
    }

    /// The local day of an instant, counted from the first, and the second of that day.
    #[inline]
    pub fn day(&self, at: Seconds) -> (i64, Seconds) {
        let local = self.local(at);
        (local.div_euclid(DAY), local.rem_euclid(DAY))
    }

    /// The day of the week of a local day, 0 = Monday.
    pub fn weekday(&self, day: i64) -> i64 {
        (day + self.weekday).rem_euclid(7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wall(zone: &str, day: jiff::civil::Date) -> Wall {
        let zone = TimeZone::get(zone).expect("it exists");
        let start = zone.to_timestamp(day.at(0, 0, 0, 0)).expect("in range").as_second();
        Wall::new(start, day, &zone, 400 * DAY)
    }

    #[test]
    fn r7_local_time_follows_the_zone() {
        // Clocks go forward on Sunday 29 March 2026 at 02:00, and back on 25 October at 03:00.
        let berlin = wall("Europe/Berlin", date(2026, 3, 23));
        let sunday = 6 * DAY;
        assert_eq!(berlin.local(sunday + 7199), sunday + 7199);
        assert_eq!(berlin.local(sunday + 7200), sunday + 10_800);
        let day = |at| (berlin.day(at).0, berlin.weekday(berlin.day(at).0));
        assert_eq!((day(sunday), day(sunday - 1)), ((6, 6), (5, 5)));
        // 02:30 is skipped: it happens at 03:30 on the wall. 03:30 is the same instant.
        assert_eq!(berlin.instant(sunday + 9000), sunday + 9000);
        assert_eq!(berlin.local(berlin.instant(sunday + 9000)), sunday + 12_600);
        assert_eq!(berlin.instant(sunday + 12_600), sunday + 9000);
        // 02:30 comes twice in October: the first time is in summer time.
        let back = (date(2026, 10, 25) - date(2026, 3, 23)).get_days();
        let back = Seconds::from(back) * DAY;
        assert_eq!(berlin.instant(back + 9000), back + 9000 - 3600);
        assert_eq!(berlin.local(back + 9000), back + 9000);
        assert_eq!(berlin.next_change(0), Some(sunday + 7200));
    }

    #[test]
    fn the_next_time_of_day_is_today_or_tomorrow() {
        let berlin = wall("Europe/Berlin", date(2026, 3, 23));
        assert_eq!(berlin.next(36_000, 36_000), 36_000);
        assert_eq!(berlin.next(36_000, 36_001), DAY + 36_000);
        // Across the spring gap a day is an hour shorter.
        assert_eq!(berlin.next(36_000, 5 * DAY + 36_001), 6 * DAY + 36_000 - 3600);
        let utc = wall("UTC", date(2026, 3, 23));
        assert_eq!(utc.next(0, 0), 0);
        assert_eq!(utc.next(DAY - 1, DAY), 2 * DAY - 1);
    }
}
