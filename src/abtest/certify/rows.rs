//! One experiment as the data that a firm would have: a row for each unit, with what it did in its own arm only.

use std::fmt::Write;

use jiff::civil::DateTime;

use super::draw::Lottery;
use crate::abtest::collect::{Collector, Error, Layout, Unit};
use crate::abtest::collected::Collected;
use crate::abtest::metric::{Kind, Metric};
use crate::abtest::plan::Plan;
use crate::scenario::{DAY, Seconds};
use crate::world::World;

/// The columns beside those of the metrics.
const UNIT: &str = "unit_id";
const VARIANT: &str = "variant";
const EXPOSED_AT: &str = "exposed_at";
const SEGMENT: &str = "segment";

/// The data of an experiment at one of its looks.
#[derive(Clone, Debug)]
pub struct Rows {
    arms: Vec<String>,
    /// Names of the columns of numbers.
    columns: Vec<String>,
    layout: Layout,
    units: Vec<Row>,
    /// The midnight with which the scenario starts.
    midnight: DateTime,
    /// Names of segments by their index.
    segments: Vec<String>,
    /// When the look is taken, in seconds since that midnight.
    until: Option<Seconds>,
}

/// One unit.
#[derive(Clone, Debug)]
struct Row {
    arm: usize,
    exposed: Option<Seconds>,
    segment: Option<u32>,
    numbers: Vec<f64>,
}

impl Rows {
    /// The units of an experiment at a look, in the order of their exposure, under one of the parts of the effect (by the
    /// number that the lottery gives it).
    ///
    /// # Errors
    /// [`Error`] where a plan has a metric as its own covariate.
    pub fn new(
        world: Option<&World>,
        plan: &Plan,
        lottery: &Lottery<'_>,
        experiment: u64,
        look: usize,
        part: usize,
    ) -> Result<Self, Error> {
        let population = lottery.population;
        let segmented = plan.columns.segments.iter().any(|column| column == SEGMENT) && !population.whose.is_empty();
        let segments: Vec<String> = if segmented { vec![SEGMENT.to_owned()] } else { Vec::new() };
        let until = lottery.course.stages[look].days.map(|days| (Seconds::from(days.look) + 1) * DAY - 1);
        let start = world.map_or(jiff::civil::date(1970, 1, 1), |world| world.scenario.start.0);
        let midnight = start.to_datetime(jiff::civil::Time::midnight());
        let metrics = with_own_columns(&plan.metrics);
        let until_1970 = until.map(|until| since_1970(midnight) + until);
        let (layout, columns) = Layout::by_name(&metrics, &[], &segments, until_1970)?;
        let mut rows = Vec::new();
        for stage in 0..=look {
            lottery.stage(experiment, stage, |drawn| {
                let outcome = if drawn.beyond <= part { drawn.arm } else { 0 };
                let mut numbers = vec![f64::NAN; columns.len()];
                for (metric, place) in population.places.iter().enumerate() {
                    let at = place.of(look, outcome);
                    layout.values[metric].iter().enumerate().for_each(|(i, &to)| numbers[to] = drawn.row[at + i]);
                    let covariates = layout.covariates[metric].iter().zip(&place.covariates);
                    covariates.for_each(|(&to, &from)| numbers[to] = drawn.row[from]);
                }
                let whose = population.whose.get(drawn.unit);
                rows.push(Row {
                    arm: drawn.arm,
                    // Without a calendar a customer's exposure says nothing of the test's days.
                    exposed: whose.filter(|_| until.is_some()).map(|whose| whose.exposed),
                    segment: whose.map(|whose| whose.segment),
                    numbers,
                });
            });
        }
        rows.sort_by_key(|row| row.exposed);
        let names =
            world.map_or_else(Vec::new, |world| world.segments.iter().map(|segment| segment.name.clone()).collect());
        Ok(Self { arms: population.arms.clone(), columns, layout, units: rows, midnight, segments: names, until })
    }

    /// What a collector makes of them.
    ///
    /// # Errors
    /// Those of the collector.
    pub fn collected(&self) -> Result<Collected, Error> {
        let order: Vec<usize> = (0..self.arms.len()).collect();
        let segmented = !self.layout.segments.is_empty();
        let mut collector = Collector::new(self.layout.clone());
        let from = since_1970(self.midnight);
        while collector.wants_pass() {
            for row in &self.units {
                let level = row.segment.map(|segment| [segment]);
                let levels = level.as_ref().filter(|_| segmented).map_or(&[][..], |level| &level[..]);
                let exposed = row.exposed.map(|exposed| from + exposed);
                collector.add(&Unit { arm: row.arm, exposed, levels, numbers: &row.numbers })?;
            }
            collector.end_pass(&order)?;
        }
        let levels = if segmented { vec![self.segments.clone()] } else { Vec::new() };
        Ok(collector.finish(&self.arms, &order, &levels))
    }

    /// The moment of the look as `abtest analyze --until` wants it; none without a calendar.
    pub fn until(&self) -> Option<String> {
        self.until.map(|until| self.at(until))
    }

    /// As a CSV file, with the columns that the plan names.
    pub fn csv(&self, plan: &Plan) -> String {
        let dated = self.units.iter().any(|row| row.exposed.is_some());
        let segmented = self.units.iter().any(|row| row.segment.is_some());
        let named = |given: &Option<String>, usual: &'static str| given.clone().unwrap_or_else(|| usual.to_owned());
        let unit = named(&plan.columns.unit, UNIT);
        let variant = named(&plan.columns.variant, VARIANT);
        let exposed_at = named(&plan.columns.exposed_at, EXPOSED_AT);
        let mut head = vec![unit.as_str(), variant.as_str()];
        head.extend(dated.then_some(exposed_at.as_str()));
        head.extend(segmented.then_some(SEGMENT));
        head.extend(self.columns.iter().map(String::as_str));
        let mut text = head.iter().map(|name| field(name)).collect::<Vec<_>>().join(",") + "\n";
        for (i, row) in self.units.iter().enumerate() {
            let _ = write!(text, "U{:06},{}", i + 1, field(&self.arms[row.arm]));
            if dated {
                let _ = write!(text, ",{}", row.exposed.map_or_else(String::new, |exposed| self.at(exposed)));
            }
            if segmented {
                let name = row.segment.and_then(|segment| self.segments.get(segment as usize));
                let _ = write!(text, ",{}", name.map_or_else(String::new, |name| field(name)));
            }
            for number in &row.numbers {
                text.push(',');
                if !number.is_nan() {
                    // The shortest text that reads back as the same number.
                    let _ = write!(text, "{number}");
                }
            }
            text.push('\n');
        }
        text
    }

    fn at(&self, seconds: Seconds) -> String {
        let at = self.midnight.saturating_add(jiff::SignedDuration::from_secs(seconds));
        at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }
}

/// The metrics, each of which has a column of its own where another one reads the same column otherwise, as revenue of a week and
/// of a month: in one row per unit they cannot be one.
fn with_own_columns(metrics: &[Metric]) -> Vec<Metric> {
    let mut own: Vec<Metric> = metrics.to_vec();
    for at in 0..own.len() {
        let alike =
            |other: &Metric| (other.matures, other.kind.name()) == (metrics[at].matures, metrics[at].kind.name());
        let shared =
            |column: &str| metrics[..at].iter().any(|other| !alike(other) && other.kind.columns().contains(&column));
        let name = metrics[at].name.clone();
        let rename = |column: &mut String| {
            if shared(column) {
                *column = format!("{column} of {name}");
            }
        };
        match &mut own[at].kind {
            Kind::Proportion { column } | Kind::Mean { column } | Kind::Quantile { column, .. } => rename(column),
            Kind::Ratio { numerator, denominator } => [numerator, denominator].into_iter().for_each(rename),
            Kind::Survival { time, event, .. } => [time, event].into_iter().for_each(rename),
        }
    }
    own
}

/// Whether the data of one experiment are a file that the plan can read: why not, and what to do.
///
/// # Errors
/// What stands in the way, and what to do about it.
pub fn readable(plan: &Plan) -> Result<(), (String, String)> {
    if with_own_columns(&plan.metrics) != plan.metrics {
        let what = "two metrics of the plan read the same column in different ways, which no row per unit can have";
        return Err((what.to_owned(), "give the data as events, or each metric a column of its own".to_owned()));
    }
    if let Some(column) = plan.columns.segments.iter().find(|column| *column != SEGMENT) {
        let what = format!("the plan asks for a column {column}, and simulated customers have only `{SEGMENT}`");
        return Err((what, "take it out of `segments` under [data]".to_owned()));
    }
    Ok(())
}

/// A civil time as if it were UTC, as a file without offsets is read.
fn since_1970(at: DateTime) -> Seconds {
    at.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_secs()
}

/// A field of a CSV file, quoted where it must be.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
