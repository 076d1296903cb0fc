//! Seasons: needs come more often on some days than on others, and as often in the mean (R52).

use jiff::ToSpan;
use jiff::civil::Time;

use super::calendar::{start_and_zone, utc_seconds};
use crate::scenario::{self, DAY, Joined, Scenario, Seconds, Segment};

/// A segment's season as a clock: one on which needs come evenly. It runs fast where they come often, slowly where they
/// come seldom, and shows 0 at the start as all clocks do.
///
/// A need keeps its number and its time on that clock; the season only says when that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// Where local days begin, in seconds since the start, ascending; the last is where the season is no longer told.
    days: Vec<Seconds>,
    /// What the clock shows there.
    shown: Vec<f64>,
}

impl Season {
    /// The season of a segment; none where every day is like every other.
    pub(super) fn new(scenario: &Scenario, segment: &Segment) -> Option<Self> {
        let season = segment.season.as_ref().filter(|season| season.varies())?;
        let (Some(start), zone) = start_and_zone(scenario, segment) else { return None };
        let age = if let Joined::Base { age } = segment.joined { age } else { 0 };
        let ahead = scenario.campaigns.iter().map(|campaign| campaign.displacement_window).max().unwrap_or(0);
        // A day more on either side: the zone's days do not begin with the start, and joining lies a second before the age.
        let (first, last) = (-(age / DAY) - 3, (scenario.horizon.value + ahead) / DAY + 3);
        let day = |number: i64| {
            let date = scenario.start.0.checked_add(number.days()).ok()?;
            let at = utc_seconds(date.to_datetime(Time::midnight()), &zone)? - start;
            Some((at, season.factor(date.weekday().to_monday_zero_offset(), date.month())))
        };
        let told: Vec<(Seconds, f64)> = (first..=last).map_while(day).collect();
        let mut shown = vec![0.0];
        for pair in told.windows(2) {
            let length = (pair[1].0 - pair[0].0) as f64;
            shown.push(shown[shown.len() - 1] + length * pair[0].1);
        }
        let mut season = Self { days: told.into_iter().map(|(at, _)| at).collect(), shown };
        let at_start = season.clock(0.0);
        season.shown.iter_mut().for_each(|shown| *shown -= at_start);
        Some(season)
    }

    /// What the clock shows at an instant.
    pub fn clock(&self, at: f64) -> f64 {
        let day = self.days.partition_point(|&begins| begins as f64 <= at).clamp(1, self.days.len()) - 1;
        let since = at - self.days[day] as f64;
        self.shown[day] + since * self.pace(day)
    }

    /// The instant at which the clock shows this.
    pub fn instant(&self, shown: f64) -> f64 {
        let day = self.shown.partition_point(|&begins| begins <= shown).clamp(1, self.shown.len()) - 1;
        self.days[day] as f64 + (shown - self.shown[day]) / self.pace(day)
    }

    /// How fast it runs in a stretch; beyond what is told as any clock.
    fn pace(&self, day: usize) -> f64 {
        match (self.days.get(day + 1), self.shown.get(day + 1)) {
            (Some(&ends), Some(shown)) => (shown - self.shown[day]) / (ends - self.days[day]) as f64,
            _ => 1.0,
        }
    }
}

impl scenario::Season {
    /// Whether any day differs from any other.
    fn varies(&self) -> bool {
        let differ = |factors: &[f64]| factors.iter().any(|factor| *factor != factors[0]);
        differ(&self.weekdays) || differ(&self.months)
    }
}
