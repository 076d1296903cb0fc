//! Days on which units were exposed.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Error, MOST_DAYS};
use crate::scenario::DAY;

/// Days of exposure in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    places: BTreeMap<i64, usize>,
    last: Option<(i64, usize)>,
}

impl Days {
    /// The place of a day, given as days since 1970.
    pub(super) fn place(&mut self, day: i64) -> Result<usize, Error> {
        if let Some((last, place)) = self.last
            && last == day
        {
            return Ok(place);
        }
        let next = self.places.len();
        let place = *self.places.entry(day).or_insert(next);
        self.last = Some((day, place));
        if place < MOST_DAYS { Ok(place) } else { Err(Error::Days) }
    }

    /// What was counted by place, by date.
    pub(super) fn named<T>(&self, mut counted: Vec<T>) -> impl Iterator<Item = (Date, T)>
    where
        T: Default,
    {
        self.places.iter().filter_map(move |(&day, &place)| {
            let counted = std::mem::take(counted.get_mut(place)?);
            Some((date(day)?, counted))
        })
    }
}

/// The date of a day since 1970; none beyond the years that dates can have.
pub(in crate::abtest) fn date(day: i64) -> Option<Date> {
    let time = jiff::Timestamp::from_second(day.checked_mul(DAY)?).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).date())
}
