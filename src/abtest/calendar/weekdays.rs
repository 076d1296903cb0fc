//! What the days of the week do to a metric, and to a test that stops in the middle of one.

use jiff::civil::{Date, Weekday};

use super::{WEEK_DAYS, date_of, days_between, local_dates};
use crate::abtest::bank::Evaluated;
use crate::world::World;

/// The units exposed on one day of the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByWeekday {
    /// The day on which they are exposed, on their own clocks.
    pub weekday: Weekday,
    /// Units of the bank that can be judged.
    pub units: u64,
    /// What is true of them; none with fewer than two units, or where a ratio is undefined.
    pub truth: Option<Truth>,
}

/// What is true of some units under a control and a treatment, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// The control's value.
    pub control: f64,
    /// The treatment's value.
    pub treatment: f64,
    /// Treatment − control.
    pub effect: f64,
    /// Error of the effect, of the bank against the world.
    pub standard_error: f64,
}

/// What a test that lets nobody in after this day would estimate, against one that lets the week come to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialWeek {
    /// The last day with exposures, in days since the start.
    pub day: i32,
    /// Its date.
    pub date: Date,
    /// Its weekday.
    pub weekday: Weekday,
    /// Units of the bank exposed by then that can be judged.
    pub units: u64,
    /// What is true of them.
    pub truth: Option<Truth>,
    /// Their effect − that of the whole weeks: how far such a test is off, however many units it has. Exactly 0 on the
    /// last day of the week.
    pub off: Option<f64>,
    /// Error of `off`, of the bank against the world.
    pub off_error: Option<f64>,
}

/// Control and treatment by weekday of exposure, Monday first.
pub fn by_weekday(world: &World, evaluated: &Evaluated<'_>, control: usize, treatment: usize) -> Vec<ByWeekday> {
    let dates = dates(world, evaluated);
    let weekdays = Weekday::Monday.cycle_forward().take(WEEK_DAYS as usize);
    weekdays
        .map(|weekday| {
            let of = |unit: usize| dates[unit].weekday() == weekday;
            let units = (0..dates.len()).filter(|&unit| of(unit)).count() as u64;
            ByWeekday { weekday, units, truth: truth(evaluated, control, treatment, &of).map(|(truth, _)| truth) }
        })
        .collect()
}

/// For each day of the week in which `day` lies (weeks count from the first exposure): what a test with this as its last
/// day of exposures would estimate.
pub fn partial_weeks(
    world: &World,
    evaluated: &Evaluated<'_>,
    control: usize,
    treatment: usize,
    day: i32,
) -> Vec<PartialWeek> {
    let start = world.scenario.start.0;
    let days: Vec<i32> = dates(world, evaluated).into_iter().map(|date| days_between(start, date)).collect();
    let Some(&first) = days.iter().min() else { return Vec::new() };
    let week = first + (day - first).div_euclid(WEEK_DAYS) * WEEK_DAYS;
    let of_whole = |unit: usize| days[unit] < week + WEEK_DAYS;
    let whole = truth(evaluated, control, treatment, &of_whole);
    (week..week + WEEK_DAYS)
        .map(|day| {
            let of = |unit: usize| days[unit] <= day;
            let part = truth(evaluated, control, treatment, &of);
            let off = part.as_ref().zip(whole.as_ref()).map(|((part, own), (whole, all))| {
                let influences = own.iter().zip(all).map(|(own, all)| own - all);
                (part.effect - whole.effect, evaluated.error(influences, &of_whole))
            });
            let date = date_of(start, day);
            PartialWeek {
                day,
                date,
                weekday: date.weekday(),
                units: days.iter().filter(|exposed| **exposed <= day).count() as u64,
                truth: part.map(|(truth, _)| truth),
                off: off.map(|(off, _)| off),
                off_error: off.map(|(_, error)| error),
            }
        })
        .collect()
}

/// What is true of some units, and what each of all units contributes to the error of the effect.
fn truth(
    evaluated: &Evaluated<'_>,
    control: usize,
    treatment: usize,
    of: &dyn Fn(usize) -> bool,
) -> Option<(Truth, Vec<f64>)> {
    let (c, t) = (evaluated.part(control, of)?, evaluated.part(treatment, of)?);
    let influences: Vec<f64> = t.influences.iter().zip(&c.influences).map(|(t, c)| t - c).collect();
    let standard_error = evaluated.error(influences.iter().copied(), of);
    let effect = t.value - c.value;
    Some((Truth { control: c.value, treatment: t.value, effect, standard_error }, influences))
}

/// The date of exposure of every unit that can be judged.
fn dates(world: &World, evaluated: &Evaluated<'_>) -> Vec<Date> {
    let all = local_dates(world, evaluated.bank());
    evaluated.units.iter().map(|&unit| all[unit as usize]).collect()
}
