//! Files of A/B tests: what comes out of them, and what is said of those that are wrong.

mod errors;
mod events;
mod totals;
mod units;

use channelmix::abtest::collected::{Collected, Sample};
use channelmix::abtest::data::{self, Columns, Error, Files, Request, Source};
use channelmix::abtest::metric::{Direction, Kind, Metric, Role};

/// A metric with nothing special.
fn metric(kind: Kind) -> Metric {
    Metric {
        name: kind.columns()[0].to_owned(),
        kind,
        role: Role::Primary,
        better: Direction::Higher,
        covariates: Vec::new(),
        cap: None,
        matures: 0,
        worth: None,
    }
}

fn proportion(column: &str) -> Metric {
    metric(Kind::Proportion { column: column.to_owned() })
}

fn mean(column: &str) -> Metric {
    metric(Kind::Mean { column: column.to_owned() })
}

/// A request for metrics, with the usual names of columns.
fn request<'a>(metrics: &'a [Metric], columns: &'a Columns) -> Request<'a> {
    Request { metrics, columns, segments: &[], before: &[], control: None, arms: &[], until: None }
}

/// Reads a text as the file `data.csv`, of units or totals.
fn read(text: &str, metrics: &[Metric]) -> Result<Collected, Error> {
    read_as(text, &request(metrics, &Columns::default()))
}

fn read_as(text: &str, request: &Request) -> Result<Collected, Error> {
    let source = Source::of_bytes("data.csv", text.as_bytes().to_vec())?;
    data::read(&Files::guess(&source)?, request, &mut |_| ())
}

fn counts(sample: &Sample) -> (u64, u64) {
    match sample {
        Sample::Count { successes, units } => (*successes, *units),
        other => panic!("a count was expected, not {other:?}"),
    }
}

/// n, mean and variance of the first variable.
fn moments(sample: &Sample) -> (u64, f64, f64) {
    match sample {
        Sample::Moments(moments) => (moments.n(), moments.mean(0), moments.variance(0)),
        other => panic!("moments were expected, not {other:?}"),
    }
}

fn date(text: &str) -> jiff::civil::Date {
    text.parse().expect("a date")
}
