//! Trigger rules as instants: local times of day in a segment's zone, daylight saving as in the zone's rules (R7).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::wall::Wall;
use crate::luck::Label;
use crate::scenario::{Calendar, Campaign, DAY, Days, Scenario, Seconds, Segment, Trigger};

/// One occurrence of a campaign's trigger for one segment.
pub(super) struct Instant {
    /// Seconds since the start.
    pub at: Seconds,
    /// The local instant that the rule names: part of every address below it (R2), the same in every zone.
    pub scheduled: u64,
}

/// All occurrences of a calendar trigger from the start up to `end` (exclusive), in order of time; none of an event's.
pub(super) fn occurrences(scenario: &Scenario, segment: &Segment, campaign: &Campaign, end: Seconds) -> Vec<Instant> {
    let Trigger::Calendar(rule) = &campaign.trigger.value else { return Vec::new() };
    let (Some(start), own) = start_and_zone(scenario, segment) else { return Vec::new() };
    let zone = rule.zone.as_ref().map_or(own, |named| zone(Some(&named.value)));
    let most = rule.times.map_or(usize::MAX, |times| usize::try_from(times).unwrap_or(usize::MAX));
    let mut found = Vec::new();
    for date in dates(scenario, rule).take(most) {
        let local = date.to_datetime(rule.at.0);
        let Some(at) = utc_seconds(local, &zone).map(|utc| utc - start + rule.offset) else { break };
        if at >= end {
            break;
        }
        // East of the start's zone the first local morning may lie before the start.
        if at >= 0 {
            found.push(Instant { at, scheduled: civil_seconds(local) });
        }
    }
    found
}

/// The days that a rule names, in order, until none of them can lie before the horizon.
fn dates(scenario: &Scenario, rule: &Calendar) -> Box<dyn Iterator<Item = Date>> {
    let first = scenario.start.0;
    let last = (scenario.horizon.value + rule.offset.abs()) / DAY + 2;
    let from = move |days: i64, every: i64| {
        let day = move |k: i64| {
            let days = days.saturating_add(every.saturating_mul(k));
            (days <= last).then(|| first.checked_add(days.days()).ok()).flatten()
        };
        (0..).map_while(day)
    };
    let months = rule.months.clone();
    let in_season = move |date: &Date| months.is_empty() || months.contains(&date.month());
    match &rule.days {
        Days::On(date) => Box::new(std::iter::once(date.0)),
        Days::Every { every, first } => Box::new(from(*first, *every).filter(in_season)),
        Days::Week { weekdays, first } => {
            let weekdays = weekdays.clone();
            let on = move |date: &Date| weekdays.contains(&date.weekday().to_monday_zero_offset());
            Box::new(from(*first, 1).filter(on).filter(in_season))
        }
        Days::Month { days, first } => {
            let days = days.clone();
            Box::new(from(*first, 1).filter(move |date| days.contains(&date.day())).filter(in_season))
        }
    }
}

/// The part of a run's address that campaign and occurrence make up (R2).
pub(super) fn run_label(campaign: &Campaign, scheduled: u64) -> Label {
    Label::of(&campaign.name).at(scheduled)
}

/// The same of an occurrence by its written local date and time.
pub(super) fn label_of(campaign: &Campaign, scheduled: DateTime) -> Label {
    run_label(campaign, civil_seconds(scheduled))
}

/// The clock on the wall of a segment's customers, up to a while after the horizon, since what is due there is asked for.
pub(super) fn wall(scenario: &Scenario, segment: &Segment) -> Wall {
    let (start, zone) = start_and_zone(scenario, segment);
    Wall::new(start.unwrap_or(0), scenario.start.0, &zone, scenario.horizon.value + 60 * DAY)
}

/// Local time of one segment.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The instant of second 0, in seconds since 1970.
    start: i64,
    zone: TimeZone,
}

impl Clock {
    pub(super) fn new(scenario: &Scenario, segment: &Segment) -> Self {
        let (start, zone) = start_and_zone(scenario, segment);
        Self { start: start.unwrap_or(0), zone }
    }

    /// What the calendar and the clock on a customer's wall say at a second of the simulation. It may lie before the
    /// start.
    pub fn local(&self, at: Seconds) -> DateTime {
        // Beyond the year 9999 there is no calendar, and no scenario.
        Timestamp::from_second(self.start.saturating_add(at))
            .map_or(DateTime::MAX, |instant| self.zone.to_datetime(instant))
    }
}

/// The instant of second 0 in seconds since 1970, and a segment's zone.
pub(super) fn start_and_zone(scenario: &Scenario, segment: &Segment) -> (Option<i64>, TimeZone) {
    let own = zone(scenario.time_zone.as_ref().map(|zone| zone.value.as_str()));
    let theirs = segment.time_zone.as_ref().map_or_else(|| own.clone(), |zone_name| zone(Some(&zone_name.value)));
    (utc_seconds(scenario.start.0.to_datetime(jiff::civil::Time::midnight()), &own), theirs)
}

fn zone(name: Option<&str>) -> TimeZone {
    // Names were checked; UTC stands in for none.
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// A local time that a spring gap skips happens as much later as the gap is long; one that comes twice, the first time.
pub(super) fn utc_seconds(local: DateTime, zone: &TimeZone) -> Option<Seconds> {
    zone.to_ambiguous_timestamp(local).compatible().ok().map(|timestamp| timestamp.as_second())
}

fn civil_seconds(local: DateTime) -> u64 {
    let since: SignedDuration = local.duration_since(jiff::civil::date(1900, 1, 1).at(0, 0, 0, 0));
    since.as_secs() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load;

    fn instants(zone: &str, start: &str, at: &str) -> Vec<Seconds> {
        let text = format!(
            "name = \"z\"\ncurrency = \"EUR\"\nstart = {start}\nhorizon = \"40d\"\nretention_window = \"15d\"\ntime_zone = \"{zone}\"\n[exchange]\nUSD = 1.0\n\
             [channels.email]\npreset = \"email\"\n[segments.all]\nshare = 1.0\n[campaigns.c]\ntrigger = {{ every = \"7d\", at = \"{at}\" }}\n\
             [strategies.s.campaigns.c]\nblast = [\"email\"]\n"
        );
        let loaded = load("test", &text, &[]);
        let scenario = loaded.scenario.unwrap_or_else(|| panic!("{}", loaded.problems.render(&loaded.sources, false)));
        let found = occurrences(&scenario, &scenario.segments[0], &scenario.campaigns[0], 40 * 86_400);
        found.iter().map(|instant| instant.at).collect()
    }

    #[test]
    fn r7_a_clock_reads_what_the_trigger_says() {
        let text = "name = \"z\"\ncurrency = \"EUR\"\nstart = 2026-03-23\nhorizon = \"40d\"\nretention_window = \"15d\"\n[exchange]\nUSD = 1.0\n\
             [channels.email]\npreset = \"email\"\n[segments.all]\nshare = 1.0\ntime_zone = \"Europe/Berlin\"\n\
             [campaigns.c]\ntrigger = { every = \"7d\", at = \"10:00\" }\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n";
        let scenario = load("test", text, &[]).scenario.expect("it is sound");
        let clock = Clock::new(&scenario, &scenario.segments[0]);
        let found = occurrences(&scenario, &scenario.segments[0], &scenario.campaigns[0], 40 * 86_400);
        assert_eq!(found[1].at - found[0].at, 7 * 86_400 - 3600);
        assert!(found.iter().all(|instant| clock.local(instant.at).time() == jiff::civil::time(10, 0, 0, 0)));
        assert_eq!(clock.local(found[1].at).date(), jiff::civil::date(2026, 3, 30));
    }

    #[test]
    fn r7_local_time_follows_the_zones_daylight_saving() {
        // Clocks went forward in Berlin on 2026-03-29 at 02:00.
        assert_eq!(instants("UTC", "2026-03-23", "10:00")[..2], [36_000, 36_000 + 604_800]);
        assert_eq!(instants("Europe/Berlin", "2026-03-23", "10:00")[..2], [36_000, 36_000 + 604_800 - 3600]);
        // 02:30 does not exist that Sunday: it happens at 03:30 summer time, as long after midnight as ever.
        assert_eq!(instants("Europe/Berlin", "2026-03-22", "02:30")[1], 9000 + 604_800);
    }
}
