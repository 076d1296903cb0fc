//! A file with one row per unit.

use csv::ByteRecord;

use super::error::Error;
use super::fields::{Refused, Sort};
use super::names::{self, Names};
use super::repeats::Repeats;
use super::table::{self, Table};
use super::times;
use super::{EXPOSED, Request, Source, Told, UNIT, VARIANT};
use crate::abtest::collect::{self, Collector, Layout, MOST_ARMS, MOST_LEVELS, Unit};
use crate::abtest::collected::Collected;
use crate::abtest::metric::{Kind, Metric};
use crate::scenario::{Seconds, harmless};

/// Where in a row the wanted fields are.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) unit: Option<usize>,
    pub(super) arm: usize,
    pub(super) exposed: Option<usize>,
    pub(super) segments: Vec<usize>,
    /// The numbers in the order of [`Unit::numbers`].
    pub(super) numbers: Vec<(usize, Sort)>,
}

/// A row's fields, read into the same memory each time.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) arms: Names,
    pub(super) levels: Vec<Names>,
    pub(super) row_levels: Vec<u32>,
    pub(super) numbers: Vec<f64>,
    pub(super) exposed: Option<Seconds>,
    /// The last text of a time and what it means: neighbours often have the same.
    last_time: (Vec<u8>, Seconds),
}

impl Fields {
    pub(super) fn new(places: &Places) -> Self {
        Self {
            levels: vec![Names::default(); places.segments.len()],
            row_levels: vec![0; places.segments.len()],
            numbers: vec![f64::NAN; places.numbers.len()],
            ..Self::default()
        }
    }

    /// The arm of a row; none where it is empty.
    #[inline]
    pub(super) fn arm(&mut self, table: &Table, record: &ByteRecord, place: usize) -> Result<Option<u32>, Error> {
        let text = record[place].trim_ascii();
        if let Some(arm) = self.arms.place(text) {
            return Ok(Some(arm));
        }
        if text.is_empty() {
            return Ok(None);
        }
        if self.arms.all().len() == MOST_ARMS {
            return Err(table
                .wrong(record, place, format!("there are more than {MOST_ARMS} arms"))
                .help("is this the column of arms? Name it with --variant"));
        }
        Ok(Some(self.arms.add(arm_name(table, record, place)?)))
    }

    /// All other fields of a row.
    #[inline]
    pub(super) fn read(&mut self, table: &Table, record: &ByteRecord, places: &Places) -> Result<(), Error> {
        let refused = |place: usize, refused: Refused| table.wrong(record, place, refused.what).help(refused.help);
        if let Some(place) = places.exposed {
            let text = &record[place];
            if self.last_time.0 != text || text.is_empty() {
                let time = times::time(text).map_err(|error| refused(place, error))?;
                self.last_time.0.clear();
                self.last_time.0.extend_from_slice(text);
                self.last_time.1 = time;
            }
            self.exposed = Some(self.last_time.1);
        }
        for ((&place, names), level) in places.segments.iter().zip(&mut self.levels).zip(&mut self.row_levels) {
            let text = record[place].trim_ascii();
            *level = match names.place(text) {
                Some(level) => level,
                None if names.all().len() == MOST_LEVELS => {
                    return Err(table
                        .wrong(record, place, format!("a column of segments has more than {MOST_LEVELS} levels"))
                        .help("group them into fewer, in a column of its own"));
                }
                None => names.add(table.text(record, place)?),
            };
        }
        for (&(place, sort), number) in places.numbers.iter().zip(&mut self.numbers) {
            *number = sort.parse(&record[place]).map_err(|error| refused(place, error))?;
        }
        Ok(())
    }

    pub(super) fn level_names(&self) -> Vec<Vec<String>> {
        self.levels.iter().map(|names| names.all().iter().map(|name| level_name(name)).collect()).collect()
    }
}

/// The name of an arm: it is shown as it stands in the file, so it must not control a terminal.
pub(super) fn arm_name<'r>(table: &Table, record: &'r ByteRecord, place: usize) -> Result<&'r str, Error> {
    let name = table.text(record, place)?;
    if name.chars().any(char::is_control) {
        return Err(table
            .wrong(record, place, "the name of an arm has control characters")
            .help("write names of arms with letters, digits and signs, on one line"));
    }
    Ok(name)
}

/// The name of a level as it is shown.
pub(super) fn level_name(name: &str) -> String {
    harmless(name, name.len())
}

/// What sort of number a column holds, by the metrics that use it.
pub(super) fn sort_of(column: &str, metrics: &[Metric]) -> Sort {
    let is = |wanted: fn(&Kind, &str) -> bool| metrics.iter().any(|metric| wanted(&metric.kind, column));
    if is(|kind, name| {
        matches!(kind, Kind::Proportion { column } if column == name)
            || matches!(kind, Kind::Survival { event, .. } if event == name)
    }) {
        Sort::Flag
    } else if is(|kind, name| matches!(kind, Kind::Survival { time, .. } if time == name)) {
        Sort::Duration
    } else {
        Sort::Number
    }
}

/// What each number is for, in words.
fn use_of(column: &str, layout: &Layout) -> String {
    for metric in &layout.metrics {
        if metric.kind.columns().contains(&column) {
            return format!("metric `{}` ({}) is made of", metric.name, metric.kind.name());
        }
        if metric.covariates.iter().any(|name| name == column) {
            return format!("metric `{}` has as a covariate", metric.name);
        }
    }
    "was named as known before exposure".to_owned()
}

pub(super) fn variant(table: &Table, request: &Request) -> Result<usize, Error> {
    table.usual(request.columns.variant.as_deref(), "says which arm a unit is in", &VARIANT)?.ok_or_else(|| {
        Error::new(table.source.name(), "no column says which arm a unit is in")
            .row(1)
            .help(format!("columns of the file: {}", table.columns.join(", ")))
            .help(format!("say --variant COLUMN, or call it {}", VARIANT.join(", ")))
    })
}

/// The columns of segments; that of the arms or of the units is none.
pub(super) fn segments(table: &Table, request: &Request, arm: usize, unit: Option<usize>) -> Result<Vec<usize>, Error> {
    let place = |name: &String| {
        let place = table.column(name, "was named as a segment")?;
        let taken = match place {
            _ if place == arm => "says which arm a unit is in",
            _ if Some(place) == unit => "names the units",
            _ => return Ok(place),
        };
        Err(Error::new(table.source.name(), format!("the column `{name}` cannot be a segment: it {taken}"))
            .row(1)
            .help("a segment is something known before exposure that many units share, such as a country"))
    };
    request.segments.iter().map(place).collect()
}

/// Reads a file of units.
pub(super) fn read(file: &Source, request: &Request, told: &mut Told) -> Result<Collected, Error> {
    let table = Table::open(file)?;
    let (layout, numbers) = Layout::by_name(request.metrics, request.before, request.segments, request.until)
        .map_err(|error| of_layout(file, &error))?;
    let exposed = table.usual(request.columns.exposed.as_deref(), "says when a unit was exposed", &EXPOSED)?;
    if exposed.is_none()
        && let Some(metric) = request.metrics.iter().find(|metric| metric.matures > 0)
    {
        return Err(Error::new(
            file.name(),
            format!("metric `{}` has a time to mature, but no column says when units were exposed", metric.name),
        )
        .row(1)
        .help("say --exposed-at COLUMN"));
    }
    let unit = table.usual(request.columns.unit.as_deref(), "names the units", &UNIT)?;
    let arm = variant(&table, request)?;
    let places = Places {
        unit,
        arm,
        exposed,
        segments: segments(&table, request, arm, unit)?,
        numbers: numbers
            .iter()
            .map(|name| Ok((table.column(name, &use_of(name, &layout))?, sort_of(name, request.metrics))))
            .collect::<Result<_, Error>>()?,
    };
    let mut fields = Fields::new(&places);
    let mut collector = Collector::new(layout);
    let mut repeats = places.unit.map(|place| (place, Repeats::new()));
    let mut without_arm = 0;
    let mut order = Vec::new();
    let mut look = Look::First;
    while collector.wants_pass() || look == Look::Again {
        let mut rows = table.rows(told)?;
        while let Some(record) = rows.next()? {
            let Some(arm) = fields.arm(&table, record, places.arm)? else {
                without_arm += u64::from(look == Look::First);
                continue;
            };
            if look != Look::No
                && let Some((place, repeats)) = &mut repeats
            {
                let unit = record[*place].trim_ascii();
                if look == Look::Again {
                    repeats.count(unit, arm, table::start(record));
                } else if unit.is_empty() {
                    return Err(table
                        .wrong(record, *place, "a unit has no name")
                        .help("each unit needs one of its own"));
                } else {
                    repeats.see(unit);
                }
            }
            if collector.wants_pass() {
                fields.read(&table, record, &places)?;
                let unit = Unit {
                    arm: arm as usize,
                    exposed: fields.exposed,
                    levels: &fields.row_levels,
                    numbers: &fields.numbers,
                };
                collector.add(&unit).map_err(|error| table.wrong_row(record, error.to_string()))?;
            }
        }
        if order.is_empty() {
            order = names::order(file.name(), &mut fields.arms, request.control, request.arms)?;
        }
        collector.end_pass(&order).map_err(|error| of_layout(file, &error))?;
        let candidates = look == Look::First && repeats.as_mut().is_some_and(|(_, repeats)| repeats.any_candidate());
        look = if candidates { Look::Again } else { Look::No };
    }
    let mut collected = collector.finish(fields.arms.all(), &order, &fields.level_names());
    collected.health.rows += without_arm;
    collected.health.without_arm = without_arm;
    if let Some((_, repeats)) = repeats {
        let (same, two) = repeats.told(|place| table.line(place));
        collected.health.repeated = Some(same);
        collected.health.in_two_arms = Some(two);
    }
    Ok(collected)
}

/// Whether repeated units are looked for in this pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    First,
    Again,
    No,
}

/// An error that no single row has.
pub(super) fn of_layout(file: &Source, error: &collect::Error) -> Error {
    let told = Error::new(file.name(), error.to_string());
    match error {
        collect::Error::OwnCovariate { .. } => {
            told.help("a covariate must be known before exposure: the same number of the weeks before, for example")
        }
        collect::Error::EndsEarly { .. } => {
            told
                .help("give the time up to which the data reach (a date alone is its first instant), or leave it out: then it is the last time of the data")
        }
        collect::Error::AllCapped { .. } => {
            told.help("most values are the same: cap at a quantile nearer to 0 or 1, or at a fixed value")
        }
        _ => told,
    }
}
