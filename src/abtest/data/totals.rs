//! A file of totals: one row per arm, or per arm and day, segment or metric.

mod sums;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use csv::ByteRecord;
use jiff::civil::Date;

use super::error::Error;
use super::names::{self, Names};
use super::table::{self, Table};
use super::times;
use super::units::{arm_name, segments, variant};
use super::{EXPOSED, Request, Source, Told};
use crate::abtest::collect::{self, MOST_ARMS, MOST_DAYS, MOST_LEVELS};
use crate::abtest::collected::{Collected, Health, Sample};
use crate::abtest::metric::Kind;
use crate::scenario::{DAY, Seconds};
pub(super) use sums::{SUM, UNITS};
use sums::{Sums, Total, is_called};

const DAYS: [&str; 2] = ["date", "day"];
/// A row belongs to this metric, arm and these levels.
type Key = (usize, u32, Vec<u32>);

/// Samples by arm.
type Arms = BTreeMap<u32, Sample>;

/// Running totals by their date, and where their rows start.
type Running = BTreeMap<Key, BTreeMap<Date, (Total, u64)>>;

/// What was collected of one metric.
#[derive(Debug, Default)]
struct Gathered {
    overall: Arms,
    by_day: BTreeMap<Date, Arms>,
    /// Units by day and arm; running totals may tell them where `by_day` cannot be known.
    exposed: BTreeMap<Date, BTreeMap<u32, u64>>,
    by_segment: Vec<BTreeMap<u32, Arms>>,
}

fn merge(arms: &mut Arms, arm: u32, more: &Sample) {
    match (arms.get_mut(&arm), more) {
        (Some(Sample::Count { successes, units }), Sample::Count { successes: s, units: n }) => {
            *successes += s;
            *units += n;
        }
        (Some(Sample::Moments(moments)), Sample::Moments(more)) => moments.merge(more),
        _ => {
            arms.insert(arm, more.clone());
        }
    }
}

/// Refuses what totals cannot say.
fn refuse_unknowable(file: &Source, undated: bool, request: &Request) -> Result<(), Error> {
    if undated {
        return Err(Error::new(file.name(), "running totals need a column `date`").row(1));
    }
    if let Some(column) = request.before.first() {
        return Err(Error::new(file.name(), format!("totals do not tell how `{column}` was spread over units"))
            .help("give the file with one row per unit"));
    }
    Ok(())
}

/// Reads a file of totals.
pub(super) fn read(file: &Source, cumulative: bool, request: &Request, told: &mut Told) -> Result<Collected, Error> {
    let table = Table::open(file)?;
    let arm_place = variant(&table, request)?;
    let segment_places = segments(&table, request, arm_place, None)?;
    let day_place =
        table.usual(request.columns.exposed.as_deref(), "says the day", &[&DAYS[..], &EXPOSED[..]].concat())?;
    let metric_place = table.usual(None, "names the metric", &["metric"])?;
    refuse_unknowable(file, cumulative && day_place.is_none(), request)?;
    let places: Vec<Sums> = request
        .metrics
        .iter()
        .map(|metric| sums::sums(&table, metric, metric_place.is_some(), request.metrics.len()))
        .collect::<Result<_, Error>>()?;

    let mut arms = Names::default();
    let mut levels = vec![Names::default(); segment_places.len()];
    let mut gathered: Vec<Gathered> = request
        .metrics
        .iter()
        .map(|_| Gathered { by_segment: vec![BTreeMap::new(); segment_places.len()], ..Gathered::default() })
        .collect();
    let mut used: BTreeSet<usize> = places.iter().flat_map(Sums::columns).collect();
    used.extend(segment_places.iter().copied().chain([arm_place]).chain(day_place).chain(metric_place));
    let mut seen: BTreeSet<(Key, Option<Date>)> = BTreeSet::new();
    let mut running = Running::new();
    let mut health = Health::default();
    let mut names_of_metrics: Vec<String> = Vec::new();

    let mut rows = table.rows(told)?;
    while let Some(record) = rows.next()? {
        health.rows += 1;
        let text = arm_name(&table, record, arm_place)?;
        if text.is_empty() {
            health.without_arm += 1;
            continue;
        }
        let arm = known(&mut arms, text, MOST_ARMS)
            .ok_or_else(|| table.wrong(record, arm_place, format!("there are more than {MOST_ARMS} arms")))?;
        let mut row_levels = Vec::new();
        for (&place, names) in segment_places.iter().zip(&mut levels) {
            let level = known(names, table.text(record, place)?, MOST_LEVELS).ok_or_else(|| {
                table.wrong(record, place, format!("a column of segments has more than {MOST_LEVELS} levels"))
            })?;
            row_levels.push(level);
        }
        let day = day_place.map(|place| day(&table, record, place, request.until)).transpose()?.flatten();
        let named = metric_place.map(|place| table.text(record, place)).transpose()?;
        if let Some(name) = named.filter(|name| !names_of_metrics.iter().any(|known| known == name)) {
            names_of_metrics.push(name.to_owned());
        }
        for (i, (metric, sums)) in request.metrics.iter().zip(&places).enumerate() {
            if named.is_some_and(|name| !is_called(metric, name)) {
                continue;
            }
            let total = sums::total(&table, record, sums)?;
            let sample = total.sample(sums, &metric.kind).map_err(|what| {
                let error = table.wrong_row(record, what).column(&table.columns[sums.sum]);
                error.help(format!("the sums are those of the {} units of the row", total.n))
            })?;
            if let (true, Some(day)) = (cumulative, day) {
                let rows = running.entry((i, arm, row_levels.clone())).or_default();
                if rows.insert(day, (total, table::start(record))).is_some() {
                    return Err(table
                        .wrong_row(record, format!("there are two running totals of `{}` on {day}", metric.name))
                        .help("rows that add up are no running totals: leave --cumulative out"));
                }
                continue;
            }
            // Parts of a total have a column that tells them apart, even if nobody asked for it. Units have not.
            if used.len() == table.columns.len() && !seen.insert(((i, arm, row_levels.clone()), day)) {
                return Err(table
                    .wrong(record, arm_place, "a second row of totals, which no column tells from the first")
                    .help("if each row is one unit, add a column `unit_id`; if it is part of a total, add a column that says which"));
            }
            gathered[i].add(arm, &row_levels, day, &sample);
        }
        if gathered.iter().any(|metric| metric.by_day.len() > MOST_DAYS) {
            return Err(table.wrong_row(record, format!("there are more than {MOST_DAYS} days")));
        }
    }
    for (i, (metric, sums)) in request.metrics.iter().zip(&places).enumerate() {
        let own = || running.iter().filter(move |((metric, ..), _)| *metric == i);
        same_end(&table, &arms, own())?;
        let mut steps = Some(BTreeMap::new());
        for ((_, arm, levels), days) in own() {
            gathered[i].add_running(&table, sums, &metric.kind, (*arm, levels), days, &mut steps)?;
        }
        if let Some(steps) = steps.filter(|_| cumulative) {
            gathered[i].by_day = steps;
        }
    }

    let missing = request.metrics.iter().zip(&gathered).find(|(_, gathered)| gathered.overall.is_empty());
    if let Some((metric, _)) = missing.filter(|_| !arms.all().is_empty()) {
        return Err(Error::new(file.name(), format!("no row has metric `{}`", metric.name)).suggest(
            &metric.name,
            "metrics of the file",
            names_of_metrics.iter().map(String::as_str),
        ));
    }
    let order = names::order(file.name(), &mut arms, request.control, request.arms)?;
    Ok(told::collected(request, &places, gathered, &arms, &levels, &order, health))
}

/// The day of a row.
fn day(table: &Table, record: &ByteRecord, place: usize, until: Option<Seconds>) -> Result<Option<Date>, Error> {
    let time =
        times::time(&record[place]).map_err(|refused| table.wrong(record, place, refused.what).help(refused.help))?;
    if until.is_some_and(|until| time > until) {
        return Err(table.wrong(record, place, "the day is after the end of watching"));
    }
    Ok(collect::date(time.div_euclid(DAY)))
}

/// Refuses running totals of a metric of which one arm's end before another's.
fn same_end<'r>(
    table: &Table,
    arms: &Names,
    running: impl Iterator<Item = (&'r Key, &'r BTreeMap<Date, (Total, u64)>)>,
) -> Result<(), Error> {
    let mut ends: BTreeMap<u32, (Date, u64)> = BTreeMap::new();
    for ((_, arm, _), days) in running {
        if let Some((&day, &(_, place))) = days.last_key_value() {
            let end = ends.entry(*arm).or_insert((day, place));
            *end = (*end).max((day, place));
        }
    }
    let last = ends.iter().max_by_key(|(_, (day, _))| *day);
    let first = ends.iter().min_by_key(|(_, (day, _))| *day);
    if let (Some((&early, &(end, place))), Some((&late, &(last, _)))) = (first, last)
        && end != last
    {
        let [early, late] = [early, late].map(|arm| &arms.all()[arm as usize]);
        return Err(Error::new(
            table.source.name(),
            format!("the running totals of arm `{early}` end on {end}, those of `{late}` on {last}"),
        )
        .row(table.line(place))
        .help(
            "arms are compared at the same date: add the missing rows, or leave out those after the date that all have",
        ));
    }
    Ok(())
}

/// The number of a text, which is added if there is room.
fn known(names: &mut Names, text: &str, most: usize) -> Option<u32> {
    match names.place(text.as_bytes()) {
        Some(place) => Some(place),
        None => (names.all().len() < most).then(|| names.add(text)),
    }
}

impl Gathered {
    fn add(&mut self, arm: u32, levels: &[u32], day: Option<Date>, sample: &Sample) {
        merge(&mut self.overall, arm, sample);
        if let Some(day) = day {
            merge(self.by_day.entry(day).or_default(), arm, sample);
            *self.exposed.entry(day).or_default().entry(arm).or_default() += told::units(sample);
        }
        for (cells, &level) in self.by_segment.iter_mut().zip(levels) {
            merge(cells.entry(level).or_default(), arm, sample);
        }
    }

    /// Adds running totals: the last one is all that there is. What came to it on each day goes to `steps`, unless there
    /// cannot be such units: conversions may come long after the exposure, on a day with few new units.
    fn add_running(
        &mut self,
        table: &Table,
        sums: &Sums,
        kind: &Kind,
        (arm, levels): (u32, &[u32]),
        days: &BTreeMap<Date, (Total, u64)>,
        steps: &mut Option<BTreeMap<Date, Arms>>,
    ) -> Result<(), Error> {
        let Some((_, &(last, place))) = days.last_key_value() else { return Ok(()) };
        let first = days.values().next().map_or(0, |(total, _)| total.n);
        let mut before = Total::default();
        for (&day, &(total, place)) in days {
            let step = total.minus(&before).ok_or_else(|| {
                let what = format!("the running total falls from {} to {} units on {day}", before.n, total.n);
                Error::new(table.source.name(), what).row(table.line(place)).help(if last.n > first {
                    "a running total of units never falls: correct the row, or leave it out"
                } else {
                    "rows with the units of each day alone are no running totals: leave --cumulative out"
                })
            })?;
            *self.exposed.entry(day).or_default().entry(arm).or_default() += step.n;
            match (step.sample(sums, kind), steps.as_mut()) {
                (Ok(sample), Some(steps)) => merge(steps.entry(day).or_default(), arm, &sample),
                _ => *steps = None,
            }
            before = total;
        }
        let sample =
            last.sample(sums, kind).map_err(|what| Error::new(table.source.name(), what).row(table.line(place)))?;
        self.add(arm, levels, None, &sample);
        Ok(())
    }
}
