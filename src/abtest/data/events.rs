//! Two files of events: who was exposed when, and what happened when.
//!
//! A unit's first exposure counts. What happened from then on (at the same instant too) counts, within the time that its
//! metric takes to mature where it has one, whose end does not count any more. A unit to which nothing happened counts as 0, it is not missing.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::error::Error;
use super::fields::{self, Sort};
use super::names::{self, Fixed, Names};
use super::table::{self, Table};
use super::times;
use super::units::{Fields, Places, of_layout, segments, variant};
use super::{EXPOSED, Request, Source, TIME, Told, UNIT};
use crate::abtest::collect::{Collector, Layout, Unit};
use crate::abtest::collected::{Collected, Repeated};
use crate::abtest::metric::{Kind, Metric};
use crate::scenario::{DAY, Seconds};

const EVENT: [&str; 4] = ["event", "event_name", "event_type", "metric"];
const VALUE: [&str; 3] = ["value", "amount", "revenue"];

/// The units that were exposed, by number in the order in which they were met.
#[derive(Debug, Default)]
struct Exposed {
    places: HashMap<Box<[u8]>, u32, BuildHasherDefault<Fixed>>,
    arms: Vec<u32>,
    times: Vec<Seconds>,
    /// Levels and numbers, as wide as the file has of them.
    levels: Vec<u32>,
    before: Vec<f64>,
    /// Units with exposures of several arms, and the first of them.
    several: Vec<bool>,
    first_several: Option<(String, u64, u64)>,
}

/// What is counted of the events, for one number of a unit.
#[derive(Clone, Debug, PartialEq)]
struct Counted {
    event: String,
    /// Only so long after the exposure, in seconds.
    window: Seconds,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Any,
    Sum,
    First,
}

/// Reads exposures and outcomes.
pub(super) fn read(
    exposures: &Source,
    outcomes: &Source,
    request: &Request,
    told: &mut Told,
) -> Result<Collected, Error> {
    let table = Table::open(exposures)?;
    let (counted, layout) = layout(exposures, request)?;
    let known: Vec<String> = layout.before.iter().map(|(name, _)| name.clone()).collect();
    let unit = unit_place(&table, request)?;
    let time = time_place(&table, request.columns.exposed.as_deref(), "says when a unit was exposed", "--exposed-at")?;
    let arm = variant(&table, request)?;
    let places = Places {
        unit: Some(unit),
        arm,
        exposed: Some(time),
        segments: segments(&table, request, arm, Some(unit))?,
        numbers: known
            .iter()
            .map(|name| Ok((table.column(name, "is known before exposure")?, Sort::Number)))
            .collect::<Result<_, Error>>()?,
    };
    let mut fields = Fields::new(&places);
    let mut without_arm = 0;
    let (exposed, rows) = exposed(&table, &places, unit, &mut fields, &mut without_arm, told)?;
    let order = names::order(exposures.name(), &mut fields.arms, request.control, request.arms)?;

    let happened = happened(outcomes, request, &counted, &exposed, told)?;
    let end = request.until.unwrap_or_else(|| exposed.times.iter().copied().max().max(happened.latest).unwrap_or(0));
    if let Some(latest) = happened.latest.filter(|&latest| latest > end) {
        return Err(of_layout(outcomes, &crate::abtest::collect::Error::EndsEarly { until: end, latest }));
    }
    let mut collector = Collector::new(Layout { until: Some(end), ..layout });
    let (width, wide, deep) = (counted.len(), known.len(), request.segments.len());
    let mut numbers: Vec<f64> = Vec::new();
    while collector.wants_pass() {
        for (i, (&arm, &time)) in exposed.arms.iter().zip(&exposed.times).enumerate() {
            numbers.clear();
            for (one, &value) in counted.iter().zip(&happened.numbers[i * width..(i + 1) * width]) {
                if one.what != What::First {
                    numbers.push(value);
                    continue;
                }
                // Days until the event, or until watching ended without it.
                let watched = end.saturating_sub(time).min(one.window) as f64 / DAY as f64;
                numbers.extend(if value.is_nan() { [watched, 0.0] } else { [value, 1.0] });
            }
            numbers.extend(&exposed.before[i * wide..(i + 1) * wide]);
            let levels = &exposed.levels[i * deep..(i + 1) * deep];
            let unit = Unit { arm: arm as usize, exposed: Some(time), levels, numbers: &numbers };
            collector.add(&unit).map_err(|error| of_layout(exposures, &error))?;
        }
        collector.end_pass(&order).map_err(|error| of_layout(exposures, &error))?;
    }
    let mut collected = collector.finish(fields.arms.all(), &order, &fields.level_names());
    collected.health.rows = rows;
    collected.health.without_arm = without_arm;
    collected.health.events_outside = happened.outside;
    let several = exposed.several.iter().filter(|&&several| several).count() as u64;
    collected.health.in_two_arms = Some(Repeated { units: several, more: false, first: exposed.first_several });
    Ok(collected)
}

/// What is counted of the events, and where the collector finds it: first what is counted, then what was known before.
fn layout(file: &Source, request: &Request) -> Result<(Vec<Counted>, Layout), Error> {
    // Checks the covariates, too.
    let (mut layout, _) = Layout::by_name(request.metrics, request.before, request.segments, request.until)
        .map_err(|error| of_layout(file, &error))?;
    let mut counted: Vec<Counted> = Vec::new();
    let mut starts: Vec<usize> = Vec::new();
    let mut width = 0;
    let mut number_of = |event: &str, what: What, metric: &Metric| {
        let window = if metric.matures > 0 { metric.matures } else { Seconds::MAX };
        let one = Counted { event: event.to_owned(), window, what };
        if let Some(known) = counted.iter().position(|other| *other == one) {
            return starts[known];
        }
        counted.push(one);
        starts.push(width);
        // The first event gives two numbers: days, and whether it came.
        width += 1 + usize::from(what == What::First);
        width - 1 - usize::from(what == What::First)
    };
    layout.values = request
        .metrics
        .iter()
        .map(|metric| match &metric.kind {
            Kind::Proportion { column } => vec![number_of(column, What::Any, metric)],
            Kind::Mean { column } | Kind::Quantile { column, .. } => vec![number_of(column, What::Sum, metric)],
            Kind::Ratio { numerator, denominator } => {
                vec![number_of(numerator, What::Sum, metric), number_of(denominator, What::Sum, metric)]
            }
            Kind::Survival { event, .. } => {
                let first = number_of(event, What::First, metric);
                vec![first, first + 1]
            }
        })
        .collect();
    for (i, (_, place)) in layout.before.iter_mut().enumerate() {
        *place = width + i;
    }
    let place =
        |name: &String| layout.before.iter().find(|(known, _)| known == name).map_or(width, |(_, place)| *place);
    layout.covariates = request.metrics.iter().map(|metric| metric.covariates.iter().map(place).collect()).collect();
    Ok((counted, layout))
}

fn unit_place(table: &Table, request: &Request) -> Result<usize, Error> {
    table.usual(request.columns.unit.as_deref(), "names the units", &UNIT)?.ok_or_else(|| {
        Error::new(table.source.name(), "no column names the units, which both files need")
            .row(1)
            .help(format!("columns of the file: {}", table.columns.join(", ")))
            .help("say --unit COLUMN")
    })
}

fn time_place(table: &Table, given: Option<&str>, use_of: &str, option: &str) -> Result<usize, Error> {
    let usual = [&EXPOSED[..], &TIME[..]].concat();
    table.usual(given, use_of, &usual)?.ok_or_else(|| {
        Error::new(table.source.name(), format!("no column {use_of}"))
            .row(1)
            .help(format!("columns of the file: {}", table.columns.join(", ")))
            .help(format!("say {option} COLUMN"))
    })
}

/// Reads the exposures: the units, and the number of rows.
fn exposed(
    table: &Table,
    places: &Places,
    unit: usize,
    fields: &mut Fields,
    without_arm: &mut u64,
    told: &mut Told,
) -> Result<(Exposed, u64), Error> {
    let mut exposed = Exposed::default();
    // Where each unit's first row stands, for the message about several arms.
    let mut starts: Vec<u64> = Vec::new();
    let mut several: Option<(u32, u64)> = None;
    let mut n = 0;
    let mut rows = table.rows(told)?;
    while let Some(record) = rows.next()? {
        n += 1;
        let Some(arm) = fields.arm(table, record, places.arm)? else {
            *without_arm += 1;
            continue;
        };
        let name = record[unit].trim_ascii();
        if name.is_empty() {
            return Err(table.wrong(record, unit, "a unit has no name").help("each unit needs one of its own"));
        }
        fields.read(table, record, places)?;
        let time = fields.exposed.unwrap_or_default();
        let Some(&i) = exposed.places.get(name) else {
            exposed.places.insert(name.into(), exposed.arms.len() as u32);
            exposed.arms.push(arm);
            exposed.times.push(time);
            exposed.levels.extend(&fields.row_levels);
            exposed.before.extend(&fields.numbers);
            exposed.several.push(false);
            starts.push(table::start(record));
            continue;
        };
        let at = i as usize;
        if exposed.arms[at] != arm && !exposed.several[at] {
            exposed.several[at] = true;
            several = several.or(Some((i, table::start(record))));
        }
        if time < exposed.times[at] {
            exposed.arms[at] = arm;
            exposed.times[at] = time;
            let (deep, wide) = (fields.row_levels.len(), fields.numbers.len());
            exposed.levels[at * deep..(at + 1) * deep].copy_from_slice(&fields.row_levels);
            exposed.before[at * wide..(at + 1) * wide].copy_from_slice(&fields.numbers);
        }
    }
    if let Some((i, again)) = several {
        let name = exposed.places.iter().find(|(_, place)| **place == i).map(|(name, _)| name.clone());
        let name = String::from_utf8_lossy(&name.unwrap_or_default()).into_owned();
        exposed.first_several = Some((name, table.line(starts[i as usize]), table.line(again)));
    }
    Ok((exposed, n))
}

/// What happened to the units.
#[derive(Debug)]
struct Happened {
    /// For each unit, as many numbers as are counted; for first events days, NaN without one.
    numbers: Vec<f64>,
    outside: u64,
    latest: Option<Seconds>,
}

fn happened(
    outcomes: &Source,
    request: &Request,
    counted: &[Counted],
    exposed: &Exposed,
    told: &mut Told,
) -> Result<Happened, Error> {
    let table = Table::open(outcomes)?;
    let unit = unit_place(&table, request)?;
    let time = time_place(&table, request.columns.time.as_deref(), "says when something happened", "--time")?;
    let event = table.usual(request.columns.event.as_deref(), "says what happened", &EVENT)?;
    let value = table.usual(request.columns.value.as_deref(), "says how much", &VALUE)?;
    let several = counted.iter().any(|one| one.event != counted[0].event);
    if event.is_none() && several {
        return Err(Error::new(outcomes.name(), "no column says what happened, but several events are asked for")
            .row(1)
            .help(format!("columns of the file: {}", table.columns.join(", ")))
            .help("say --event COLUMN"));
    }
    let width = counted.len();
    let empty: Vec<f64> = counted.iter().map(|one| if one.what == What::First { f64::NAN } else { 0.0 }).collect();
    let mut happened = Happened { numbers: empty.repeat(exposed.arms.len()), outside: 0, latest: None };
    let mut events = Names::default();
    let mut many = false;
    let mut rows = table.rows(told)?;
    while let Some(record) = rows.next()? {
        let refused =
            |place: usize, refused: fields::Refused| table.wrong(record, place, refused.what).help(refused.help);
        let at = times::time(&record[time]).map_err(|error| refused(time, error))?;
        happened.latest = happened.latest.max(Some(at));
        let name = event.map(|place| table.text(record, place)).transpose()?;
        // Names of events are remembered for a message only.
        if let Some(name) = name.filter(|name| !many && events.place(name.as_bytes()).is_none()) {
            many = events.all().len() >= 1000;
            events.add(name);
        }
        let place = exposed.places.get(record[unit].trim_ascii()).map(|&place| place as usize);
        let Some(place) = place.filter(|&place| at >= exposed.times[place]) else {
            happened.outside += 1;
            continue;
        };
        let after = at.saturating_sub(exposed.times[place]);
        let numbers = &mut happened.numbers[place * width..(place + 1) * width];
        for (one, number) in counted.iter().zip(numbers) {
            if name.is_some_and(|name| name != one.event) || after >= one.window {
                continue;
            }
            match one.what {
                What::Any => *number = 1.0,
                What::First => *number = number.min(after as f64 / DAY as f64),
                What::Sum => {
                    let amount = value.map_or(Ok(1.0), |place| {
                        fields::number(&record[place]).map_err(|error| refused(place, error))
                    })?;
                    if amount.is_nan() {
                        let place = value.unwrap_or_default();
                        return Err(table
                            .wrong(record, place, format!("the value of `{}` is missing", one.event))
                            .help("write 0 for none, or leave the column out to count events"));
                    }
                    *number += amount;
                }
            }
        }
    }
    if let Some(one) =
        counted.iter().find(|one| event.is_some() && events.place(one.event.as_bytes()).is_none() && !many)
    {
        return Err(Error::new(outcomes.name(), format!("there is no event `{}`", one.event)).suggest(
            &one.event,
            "events of the file",
            events.all().iter().map(String::as_str),
        ));
    }
    Ok(happened)
}
