//! Which columns hold the sums of a metric, and what sample they are.

use csv::ByteRecord;

use super::super::error::Error;
use super::super::fields;
use super::super::table::Table;
use crate::abtest::collected::Sample;
use crate::abtest::metric::{Kind, Metric};
use crate::stats::moments::Moments;

/// Names of the column with the number of units.
pub(in super::super) const UNITS: [&str; 5] = ["n", "units", "total", "exposures", "users"];
/// Names of the column with the sum of the metric.
pub(in super::super) const SUM: [&str; 6] = ["sum", "successes", "success", "conversions", "numerator_sum", "main_sum"];
const SUM_SQ: [&str; 4] = ["sum_sq", "sum_squares", "numerator_sum_squares", "main_sum_squares"];
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
pub(super) struct Sums {
    n: usize,
    pub(super) sum: usize,
    squares: Option<usize>,
    pub(super) second: Option<[usize; 3]>,
}

impl Sums {
    /// The columns that are read.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        [self.n, self.sum].into_iter().chain(self.squares).chain(self.second.into_iter().flatten())
    }
}

/// The totals of some units: n, and the sums in the order value, square, second variable, its square, product.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Total {
    pub(super) n: u64,
    sums: [f64; 5],
}

impl Total {
    /// What came after `other`; none if units became fewer.
    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        let mut sums = self.sums;
        sums.iter_mut().zip(other.sums).for_each(|(sum, before)| *sum -= before);
        Some(Self { n: self.n.checked_sub(other.n)?, sums })
    }

    /// As a sample, if there can be such totals; else why not.
    pub(super) fn sample(&self, sums: &Sums, kind: &Kind) -> Result<Sample, String> {
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

/// Whether a row of this name is the metric's.
pub(super) fn is_called(metric: &Metric, name: &str) -> bool {
    metric.name == name || metric.kind.columns().first() == Some(&name)
}

/// Where the sums of a metric are.
pub(super) fn sums(table: &Table, metric: &Metric, named: bool, metrics: usize) -> Result<Sums, Error> {
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
pub(super) fn total(table: &Table, record: &ByteRecord, sums: &Sums) -> Result<Total, Error> {
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
