//! A file of totals: one row per arm, or per arm and day, segment or metric.

use std::collections::BTreeMap;

use csv::ByteRecord;
use jiff::civil::Date;

use super::error::Error;
use super::fields;
use super::names::{self, Names};
use super::table::{self, Table};
use super::units::{segments, variant};
use super::{EXPOSED, Request, Source, Told};
use crate::abtest::collect::{self, MOST_ARMS, MOST_DAYS, MOST_LEVELS};
use crate::abtest::collected::{Cell, Collected, Health, Measured, Sample};
use crate::abtest::metric::{Kind, Metric};
use crate::scenario::DAY;
use crate::stats::moments::Moments;

/// Names of the column with the number of units.
pub(super) const UNITS: [&str; 5] = ["n", "units", "total", "exposures", "users"];
/// Names of the column with the sum of the metric.
pub(super) const SUM: [&str; 6] = ["sum", "successes", "success", "conversions", "numerator_sum", "main_sum"];
const SUM_SQ: [&str; 4] = ["sum_sq", "sum_squares", "numerator_sum_squares", "main_sum_squares"];
const DAYS: [&str; 2] = ["date", "day"];
/// Sums of the denominator of a ratio, of its squares and of its products with the numerator.
const DENOMINATOR: [&[&str]; 3] = [
    &["sum_s", "denominator_sum", "denominator"],
    &["sum_ss", "denominator_sum_squares"],
    &["sum_ys", "numerator_denominator_sum_product", "main_denominator_sum_product"],
];
/// The same of a covariate.
const COVARIATE: [&[&str]; 3] =
    [&["sum_x", "covariate_sum"], &["sum_xx", "covariate_sum_squares"], &["sum_xy", "main_covariate_sum_product"]];

/// Where the sums of a metric are: of its value, its square, and of a second variable, its square and the product.
#[derive(Clone, Debug)]
struct Sums {
    n: usize,
    sum: usize,
    squares: Option<usize>,
    second: Option<[usize; 3]>,
}

/// The totals of some units: n, and the sums in the order value, square, second variable, its square, product.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Total {
    n: u64,
    sums: [f64; 5],
}

impl Total {
    fn minus(&self, other: &Self) -> Option<Self> {
        let mut sums = self.sums;
        sums.iter_mut().zip(other.sums).for_each(|(sum, before)| *sum -= before);
        Some(Self { n: self.n.checked_sub(other.n)?, sums })
    }

    /// As a sample, if there can be such totals; else why not.
    fn sample(&self, sums: &Sums, kind: &Kind) -> Result<Sample, String> {
        let [sum, squares, second, second_squares, product] = self.sums;
        if let Kind::Proportion { .. } = kind {
            return if sum < 0.0 {
                Err(format!("a number of successes is negative ({sum})"))
            } else if sum.fract() != 0.0 {
                Err(format!(
                    "{sum} successes are not a whole number; a mean needs the sum of squares as well (`sum_sq`)"
                ))
            } else if sum > self.n as f64 {
                Err(format!("{sum} of {} units cannot have a success", self.n))
            } else {
                Ok(Sample::Count { successes: sum as u64, units: self.n })
            };
        }
        let variables = 1 + usize::from(sums.second.is_some());
        if self.n == 0 {
            let empty = self.sums.iter().all(|&sum| sum == 0.0);
            return if empty {
                Ok(Sample::Moments(Moments::new(variables)))
            } else {
                Err("0 units have no sums".into())
            };
        }
        let moments = if variables == 1 {
            Moments::from_sums(self.n, &[sum], &[squares])
        } else {
            Moments::from_sums(self.n, &[sum, second], &[squares, product, second_squares])
        };
        moments.map(Sample::Moments).map_err(|error| format!("no values have these sums: {error}"))
    }
}

/// A row belongs to this metric, arm and these levels.
type Key = (usize, u32, Vec<u32>);

/// Samples by arm.
type Arms = BTreeMap<u32, Sample>;

/// What was collected of one metric.
#[derive(Debug, Default)]
struct Gathered {
    overall: Arms,
    by_day: BTreeMap<Date, Arms>,
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

fn units(sample: &Sample) -> u64 {
    match sample {
        Sample::Count { units, .. } => *units,
        Sample::Moments(moments) => moments.n(),
        Sample::Values(_) | Sample::Lifetimes(_) => 0,
    }
}

/// Reads a file of totals.
pub(super) fn read(file: &Source, cumulative: bool, request: &Request, told: &mut Told) -> Result<Collected, Error> {
    let table = Table::open(file)?;
    let arm_place = variant(&table, request)?;
    let segment_places = segments(&table, request)?;
    let day_place =
        table.usual(request.columns.exposed.as_deref(), "says the day", &[&DAYS[..], &EXPOSED[..]].concat())?;
    let metric_place = table.usual(None, "names the metric", &["metric"])?;
    if cumulative && day_place.is_none() {
        return Err(Error::new(file.name(), "running totals need a column `date`").row(1));
    }
    if let Some(column) = request.before.first() {
        return Err(Error::new(file.name(), format!("totals do not tell how `{column}` was spread over units"))
            .help("give the file with one row per unit"));
    }
    let places: Vec<Sums> = request
        .metrics
        .iter()
        .map(|metric| sums(&table, metric, metric_place.is_some(), request.metrics.len()))
        .collect::<Result<_, Error>>()?;

    let mut arms = Names::default();
    let mut levels = vec![Names::default(); segment_places.len()];
    let mut gathered: Vec<Gathered> = request
        .metrics
        .iter()
        .map(|_| Gathered { by_segment: vec![BTreeMap::new(); segment_places.len()], ..Gathered::default() })
        .collect();
    let mut running: BTreeMap<Key, BTreeMap<Date, (Total, u64)>> = BTreeMap::new();
    let mut health = Health::default();
    let mut names_of_metrics: Vec<String> = Vec::new();

    let mut rows = table.rows(told)?;
    while let Some(record) = rows.next()? {
        health.rows += 1;
        let text = table.text(record, arm_place)?;
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
        let day = match day_place {
            None => None,
            Some(place) => {
                let time = fields::time(&record[place])
                    .map_err(|refused| table.wrong(record, place, refused.what).help(refused.help))?;
                if request.until.is_some_and(|until| time > until) {
                    return Err(table.wrong(record, place, "the day is after the end of watching"));
                }
                collect::date(time.div_euclid(DAY))
            }
        };
        let named = metric_place.map(|place| table.text(record, place)).transpose()?;
        if let Some(name) = named.filter(|name| !names_of_metrics.iter().any(|known| known == name)) {
            names_of_metrics.push(name.to_owned());
        }
        for (i, (metric, sums)) in request.metrics.iter().zip(&places).enumerate() {
            if named.is_some_and(|name| !is_called(metric, name)) {
                continue;
            }
            let total = total(&table, record, sums)?;
            let sample = total
                .sample(sums, &metric.kind)
                .map_err(|what| table.wrong_row(record, what).column(&table.columns[sums.sum]))?;
            if let (true, Some(day)) = (cumulative, day) {
                let rows = running.entry((i, arm, row_levels.clone())).or_default();
                if rows.insert(day, (total, table::start(record))).is_some() {
                    return Err(table
                        .wrong_row(record, format!("there are two running totals of `{}` on {day}", metric.name))
                        .help("rows that add up are no running totals: leave --cumulative out"));
                }
            } else {
                gathered[i].add(arm, &row_levels, day, &sample);
            }
        }
        if gathered.iter().any(|metric| metric.by_day.len() > MOST_DAYS) {
            return Err(table.wrong_row(record, format!("there are more than {MOST_DAYS} days")));
        }
    }
    for ((i, arm, row_levels), days) in running {
        let (metric, sums) = (&request.metrics[i], &places[i]);
        let mut before = Total::default();
        for (day, (total, place)) in days {
            let wrong = |what: String| {
                Error::new(file.name(), what)
                    .row(table.line(place))
                    .help("rows with the units of each day alone are no running totals: leave --cumulative out")
            };
            let step = total.minus(&before).ok_or_else(|| {
                wrong(format!("the running total falls from {} to {} units on {day}", before.n, total.n))
            })?;
            let sample = step
                .sample(sums, &metric.kind)
                .map_err(|what| wrong(format!("from the running total before to that of {day}: {what}")))?;
            gathered[i].add(arm, &row_levels, Some(day), &sample);
            before = total;
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
    Ok(collected(request, &places, gathered, &arms, &levels, &order, health))
}

/// The number of a text, which is added if there is room.
fn known(names: &mut Names, text: &str, most: usize) -> Option<u32> {
    match names.place(text.as_bytes()) {
        Some(place) => Some(place),
        None => (names.all().len() < most).then(|| names.add(text)),
    }
}

fn is_called(metric: &Metric, name: &str) -> bool {
    metric.name == name || metric.kind.columns().first() == Some(&name)
}

/// Where the sums of a metric are.
fn sums(table: &Table, metric: &Metric, named: bool, metrics: usize) -> Result<Sums, Error> {
    let wrong = |what: String| Error::new(table.source.name(), what).row(1);
    let need = |names: &[&str], what: &str| {
        table.usual(None, what, names)?.ok_or_else(|| {
            wrong(format!("metric `{}` ({}) needs {what}, a column `{}`", metric.name, metric.kind.name(), names[0]))
                .help(format!("columns of the file: {}", table.columns.join(", ")))
        })
    };
    if metric.cap.is_some() {
        return Err(wrong(format!("metric `{}` is capped, which totals cannot be any more", metric.name))
            .help("give the file with one row per unit, or cap the values before summing and leave the cap out"));
    }
    if matches!(metric.kind, Kind::Quantile { .. } | Kind::Survival { .. }) {
        return Err(wrong(format!("totals do not tell {} metrics like `{}`", metric.kind.name(), metric.name))
            .help("give the file with one row per unit"));
    }
    let n = need(&UNITS, "the number of units")?;
    // A column of the metric's own name holds its sum, so that one row can have several metrics.
    let own = if named { None } else { metric.kind.columns().first().copied() };
    let (sum, own_squares) = match own.map(|name| table.find(name)).transpose()?.flatten() {
        Some(place) => (place, table.find(&format!("{}_sq", table.columns[place]))?),
        None if !named && metrics > 1 => {
            return Err(wrong(format!(
                "there is no column `{}` for metric `{}`",
                own.unwrap_or_default(),
                metric.name
            ))
            .help("several metrics need a column each, or a column `metric` and a row each"));
        }
        None => (need(&SUM, "a sum")?, None),
    };
    if let Kind::Proportion { .. } = metric.kind {
        if let Some(covariate) = metric.covariates.first() {
            return Err(wrong(format!("the totals of a proportion cannot be adjusted for `{covariate}`"))
                .help("ask for a mean of the column of 0 and 1 (`sum_sq` is then `sum`), or give the rows"));
        }
        return Ok(Sums { n, sum, squares: None, second: None });
    }
    let squares = match own_squares {
        Some(place) => place,
        None => need(&SUM_SQ, "the sum of squares")?,
    };
    let second = match (&metric.kind, metric.covariates.as_slice()) {
        (Kind::Ratio { .. }, []) => Some(DENOMINATOR),
        (_, []) => None,
        (Kind::Mean { .. }, [_]) => Some(COVARIATE),
        (_, several) => {
            return Err(wrong(format!(
                "the totals of metric `{}` cannot be adjusted for {}",
                metric.name,
                several.join(", ")
            ))
            .help("totals can have one covariate of a mean (`sum_x`, `sum_xx`, `sum_xy`); give the rows for more"));
        }
    };
    let second = match second {
        None => None,
        Some([sum, squares, product]) => {
            let of = if metric.covariates.is_empty() { "denominator" } else { "covariate" };
            Some([
                need(sum, &format!("the sum of the {of}"))?,
                need(squares, &format!("the sum of squares of the {of}"))?,
                need(product, &format!("the sum of products with the {of}"))?,
            ])
        }
    };
    Ok(Sums { n, sum, squares: Some(squares), second })
}

/// The totals of a row.
fn total(table: &Table, record: &ByteRecord, sums: &Sums) -> Result<Total, Error> {
    let n = fields::count(&record[sums.n])
        .map_err(|refused| table.wrong(record, sums.n, refused.what).help(refused.help))?;
    let number = |place: usize| match fields::number(&record[place]) {
        Ok(number) if number.is_nan() => Err(table.wrong(record, place, "the sum is missing").help("write 0 for none")),
        Ok(number) => Ok(number),
        Err(refused) => Err(table.wrong(record, place, refused.what).help(refused.help)),
    };
    let mut total = Total { n, sums: [number(sums.sum)?, 0.0, 0.0, 0.0, 0.0] };
    if let Some(place) = sums.squares {
        total.sums[1] = number(place)?;
    }
    if let Some(places) = sums.second {
        for (sum, place) in total.sums[2..].iter_mut().zip(places) {
            *sum = number(place)?;
        }
    }
    Ok(total)
}

impl Gathered {
    fn add(&mut self, arm: u32, levels: &[u32], day: Option<Date>, sample: &Sample) {
        merge(&mut self.overall, arm, sample);
        if let Some(day) = day {
            merge(self.by_day.entry(day).or_default(), arm, sample);
        }
        for (cells, &level) in self.by_segment.iter_mut().zip(levels) {
            merge(cells.entry(level).or_default(), arm, sample);
        }
    }
}

fn collected(
    request: &Request,
    places: &[Sums],
    gathered: Vec<Gathered>,
    arms: &Names,
    levels: &[Names],
    order: &[usize],
    mut health: Health,
) -> Collected {
    // Metrics may have missing values; the units are those of the metric that has most.
    let most = |counts: &mut Vec<u64>, arms: &Arms| {
        counts.resize(order.len(), 0);
        for (count, arm) in counts.iter_mut().zip(order) {
            *count = (*count).max(arms.get(&(*arm as u32)).map_or(0, units));
        }
    };
    let mut all = Vec::new();
    health.segments = request.segments.iter().map(|name| (name.clone(), BTreeMap::new())).collect();
    for metric in &gathered {
        most(&mut all, &metric.overall);
        for (day, arms) in &metric.by_day {
            most(health.exposed.entry(*day).or_default(), arms);
        }
        for ((cells, names), (_, told)) in metric.by_segment.iter().zip(levels).zip(&mut health.segments) {
            for (level, arms) in cells {
                most(told.entry(names.all()[*level as usize].clone()).or_default(), arms);
            }
        }
    }
    let mut metrics = Vec::new();
    for ((metric, sums), gathered) in request.metrics.iter().zip(places).zip(gathered) {
        let empty = || match metric.kind {
            Kind::Proportion { .. } => Sample::Count { successes: 0, units: 0 },
            _ => Sample::Moments(Moments::new(1 + usize::from(sums.second.is_some()))),
        };
        let cell =
            |mut arms: Arms| Cell(order.iter().map(|&arm| arms.remove(&(arm as u32)).unwrap_or_else(empty)).collect());
        let overall = cell(gathered.overall);
        if let Some(name) = metric.covariates.first() {
            let of = |sample: &Sample| match sample {
                Sample::Moments(moments) => moments.only(&[1]),
                _ => Moments::new(1),
            };
            health.before.push((name.clone(), overall.0.iter().map(of).collect()));
        }
        metrics.push(Measured {
            missing: all.iter().zip(&overall.0).map(|(all, sample)| all - units(sample)).collect(),
            overall,
            uncapped: None,
            by_day: gathered.by_day.into_iter().map(|(day, arms)| (day, cell(arms))).collect(),
            by_segment: gathered
                .by_segment
                .into_iter()
                .zip(levels)
                .map(|(cells, names)| {
                    let named = |(level, arms): (u32, Arms)| (names.all()[level as usize].clone(), cell(arms));
                    cells.into_iter().map(named).collect()
                })
                .collect(),
            adjusted: Vec::new(),
            capped: None,
            immature: vec![0; order.len()],
            largest_share: vec![0.0; order.len()],
        });
    }
    Collected { arms: order.iter().map(|&arm| arms.all()[arm].clone()).collect(), units: all, metrics, health }
}
