//! What a plan keeps of its promises on simulated customers, in rows.

use serde_json::{Value, json};

use super::Kind::{Difference, Measure, Number, Share, Text, Truth};
use super::{Column, Sheet};
use crate::abtest::certify::certificate::{
    Bandit, Duration, Look, MetricRow, Path, Pitfall, PowerPoint, Promise, Weekday,
};
use crate::abtest::certify::{Certificate, Mean, Rate};

/// The sheets of a certificate by name, `promises` first.
pub const CERTIFY_SHEETS: [&str; 9] =
    ["promises", "looks", "metrics", "power", "durations", "pitfalls", "weekdays", "paths", "bandits"];

/// All sheets of a certificate, in the order of [`CERTIFY_SHEETS`].
pub fn certify(certificate: &Certificate) -> Vec<Sheet> {
    let unit = certificate.metrics.first().map_or("number", unit_of);
    let bandits = certificate.bandits.iter();
    vec![
        sheet("promises", PROMISES, certificate.promises.iter().map(promise)),
        sheet("looks", LOOKS, certificate.looks.iter().map(look)),
        sheet("metrics", METRICS, certificate.metrics.iter().map(metric)),
        sheet("power", POWER, certificate.power.iter().map(|point| power(point, unit))),
        sheet("durations", DURATIONS, certificate.durations.iter().map(duration)),
        sheet("pitfalls", PITFALLS, certificate.pitfalls.iter().map(|line| pitfall(line, unit))),
        sheet("weekdays", WEEKDAYS, certificate.weekdays.iter().map(|day| weekday(day, unit))),
        sheet("paths", PATHS, certificate.paths.iter().flat_map(|path| steps(path, &certificate.looks))),
        sheet("bandits", BANDITS, bandits.map(|line| bandit(line, unit))),
    ]
}

/// A sheet of rows whose cells are in the order of the columns. What is no number is null there.
fn sheet(name: &'static str, columns: &'static [Column], rows: impl Iterator<Item = Vec<Value>>) -> Sheet {
    let rows: Vec<Vec<Value>> = rows.collect();
    debug_assert!(rows.iter().all(|row| row.len() == columns.len()), "{name}");
    Sheet { name, columns, rows }
}

fn unit_of(row: &MetricRow) -> &'static str {
    if row.kind == "proportion" { "share" } else { "number" }
}

/// A share of experiments with its Monte Carlo interval.
fn rate(rate: &Rate) -> [Value; 3] {
    [json!(rate.share), json!(rate.low), json!(rate.high)]
}

/// The same where there may be none.
fn some_rate(some: Option<&Rate>) -> [Value; 3] {
    some.map_or([const { Value::Null }; 3], rate)
}

/// A mean over experiments with its Monte Carlo interval.
fn mean(mean: &Mean) -> [Value; 3] {
    [json!(mean.value), json!(mean.low), json!(mean.high)]
}

/// The same where there may be none.
fn some_mean(some: Option<&Mean>) -> [Value; 3] {
    some.map_or([const { Value::Null }; 3], mean)
}

/// What a unit is, for every sheet that has one.
const UNIT: Column = Column::new(
    "unit",
    Text,
    "what values and differences of the row are: share (0 to 1, differences ×100 are percentage points) or number (the metric's own unit)",
);
const EXPERIMENTS: Column = Column::new("experiments", Number, "experiments that the row is over");
const EFFECT: Column =
    Column::new("effect", Text, "under which effect: none, customers' own, or worth finding (the plan's)");
const TREATMENT: Column = Column::new("treatment", Text, "the arm that is compared with the control");
const RATE: Column = Column::new("rate", Share, "what was found, as a share of the experiments");
const COUNT: Column = Column::new("count", Number, "experiments with it");
const LOW: Column = Column::new("low", Share, "lower end of its 95 % Monte Carlo interval (Wilson)");
const HIGH: Column = Column::new("high", Share, "upper end of it");
const KEPT: Column = Column::new(
    "kept",
    Text,
    "holds (the interval of the errors ends at or below what is promised and a tenth), fails (it begins above what is promised) or run-more",
);
const SENTENCE: Column = Column::new("sentence", Text, "that in words");
const BIAS: [Column; 3] = [
    Column::new("bias", Difference, "mean of estimate − truth, over all tests at their end"),
    Column::new("bias_low", Difference, "lower end of its 95 % Monte Carlo interval"),
    Column::new("bias_high", Difference, "upper end of it"),
];

const PROMISES: &[Column] = &[
    Column::new("promise", Text, "its name"),
    Column::new("metric", Text, "the metric that it is of"),
    Column::new("treatment", Text, "the treatment that it is of; empty where it is of all together"),
    EFFECT,
    COUNT,
    EXPERIMENTS,
    RATE,
    LOW,
    HIGH,
    Column::new("promised", Share, "what the plan promises of it"),
    Column::new("at_most", Truth, "whether the rate must stay at or below that, else at or above"),
    KEPT,
    SENTENCE,
];

fn promise(promise: &Promise) -> Vec<Value> {
    let found = &promise.rate;
    vec![
        json!(promise.name),
        json!(promise.metric),
        json!(promise.treatment),
        json!(promise.effect),
        json!(found.count),
        json!(found.of),
        json!(found.share),
        json!(found.low),
        json!(found.high),
        json!(promise.promised),
        json!(promise.at_most),
        json!(promise.kept),
        json!(promise.sentence),
    ]
}

const LOOKS: &[Column] = &[
    Column::new("look", Number, "number of the look, from 1"),
    Column::new("share", Share, "units that count at it, as a share of the planned units"),
    Column::new("units", Number, "units that count in the primary metric"),
    Column::new("day", Number, "the day at whose end it is taken; the first exposure is on day 1"),
    Column::new("date", Text, "its date"),
    Column::new("weekday", Text, "its weekday"),
    Column::new("boundary", Number, "a difference is called if the score is beyond this or its negative"),
    Column::new(
        "futility",
        Number,
        "the score, positive towards better, at or below which success has become unlikely; empty where nothing is given up",
    ),
    EXPERIMENTS,
    Column::new("ends_without_effect", Share, "share of the tests that end at it, without an effect"),
    Column::new("ends_without_effect_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("ends_without_effect_high", Share, "upper end of it"),
    Column::new("ends_with_effect", Share, "share of the tests that end at it, with the customers' own effect"),
    Column::new("ends_with_effect_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("ends_with_effect_high", Share, "upper end of it"),
];

fn look(look: &Look) -> Vec<Value> {
    let mut row = vec![
        json!(look.look),
        json!(look.share),
        json!(look.units),
        json!(look.day),
        json!(look.date),
        json!(look.weekday),
        json!(look.boundary),
        json!(look.futility),
        json!(look.ends_with_effect.of),
    ];
    row.extend(rate(&look.ends_without_effect));
    row.extend(rate(&look.ends_with_effect));
    row
}

const METRICS: &[Column] = &[
    Column::new("metric", Text, "the metric"),
    Column::new("kind", Text, "proportion, mean or ratio"),
    Column::new("role", Text, "primary, guardrail, secondary or exploratory"),
    TREATMENT,
    UNIT,
    Column::new("control", Measure, "the control's true value"),
    Column::new(
        "effect_size",
        Difference,
        "the true effect on those who count at the last look: both their lives were played",
    ),
    Column::new("effect_error", Number, "its standard error: of the bank of customers against the world"),
    Column::new("rel_effect_size", Share, "the true effect as a share of the control's value"),
    Column::new("skewness", Number, "skewness of the control's values per unit; empty for a ratio"),
    Column::new("nonzero", Share, "share of the control's units with a value other than 0"),
    EXPERIMENTS,
    Column::new(
        "coverage",
        Share,
        "tests whose interval holds the truth at the look at which they end, with the customers' own effect",
    ),
    Column::new("coverage_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("coverage_high", Share, "upper end of it"),
    Column::new("coverage_without_effect", Share, "the same without an effect"),
    Column::new("coverage_without_effect_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("coverage_without_effect_high", Share, "upper end of it"),
    Column::new(
        "coverage_at_all_looks",
        Share,
        "tests whose intervals hold the truth at every look until they end, which planned and any-time looks promise",
    ),
    Column::new("coverage_at_all_looks_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("coverage_at_all_looks_high", Share, "upper end of it"),
    Column::new(
        "above",
        Share,
        "tests whose interval lies wholly above the truth: of fair intervals half of those that miss it",
    ),
    Column::new("above_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("above_high", Share, "upper end of it"),
    BIAS[0],
    BIAS[1],
    BIAS[2],
    Column::new("bias_in_errors", Number, "bias ÷ the mean standard error of the estimate"),
    Column::new("better", Share, "tests that call it better, with the customers' own effect"),
    Column::new("better_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("better_high", Share, "upper end of it"),
    Column::new("worse", Share, "tests that call it worse, with the customers' own effect"),
    Column::new("worse_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("worse_high", Share, "upper end of it"),
    Column::new("better_without_effect", Share, "tests that call it better without an effect: false calls"),
    Column::new("better_without_effect_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("better_without_effect_high", Share, "upper end of it"),
    Column::new("worse_without_effect", Share, "tests that call it worse without an effect: false calls"),
    Column::new("worse_without_effect_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("worse_without_effect_high", Share, "upper end of it"),
    Column::new("not_worse", Share, "of a guardrail: tests that show it to be not worse by its margin"),
    Column::new("not_worse_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("not_worse_high", Share, "upper end of it"),
];

fn metric(line: &MetricRow) -> Vec<Value> {
    let mut row = vec![
        json!(line.metric),
        json!(line.kind),
        json!(line.role),
        json!(line.treatment),
        json!(unit_of(line)),
        json!(line.control),
        json!(line.effect),
        json!(line.effect_error),
        json!(line.relative_effect),
        json!(line.skewness),
        json!(line.nonzero),
        json!(line.coverage.of),
    ];
    row.extend(rate(&line.coverage));
    row.extend(rate(&line.coverage_without_effect));
    row.extend(rate(&line.coverage_at_all_looks));
    row.extend(rate(&line.above));
    row.extend(mean(&line.bias));
    row.push(json!(line.bias_in_errors));
    row.extend(rate(&line.better));
    row.extend(rate(&line.worse));
    row.extend(rate(&line.better_without_effect));
    row.extend(rate(&line.worse_without_effect));
    row.extend(some_rate(line.not_worse.as_ref()));
    row
}

const POWER: &[Column] = &[
    TREATMENT,
    UNIT,
    Column::new(
        "part",
        Share,
        "share of the treatment's customers who really get it: the effect is this part of the customers' own",
    ),
    Column::new("effect_size", Difference, "the true effect on the primary metric"),
    Column::new("rel_effect_size", Share, "the same as a share of the control's value"),
    Column::new("worth_finding", Truth, "whether this is the effect that the plan calls worth finding"),
    EXPERIMENTS,
    Column::new("better", Share, "tests that call it better"),
    Column::new("better_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("better_high", Share, "upper end of it"),
    Column::new("worse", Share, "tests that call it worse"),
    Column::new("worse_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("worse_high", Share, "upper end of it"),
    Column::new(
        "theory",
        Share,
        "share that normal theory, by which the plan was sized, gives for better: a theory check",
    ),
    Column::new(
        "exaggeration",
        Number,
        "mean of estimate ÷ truth over the tests that call it better; empty without an effect",
    ),
    Column::new("exaggeration_low", Number, "lower end of its 95 % Monte Carlo interval"),
    Column::new("exaggeration_high", Number, "upper end of it"),
    BIAS[0],
    BIAS[1],
    BIAS[2],
    Column::new("bias_adjusted", Difference, "the same of the median-unbiased estimate, where there are planned looks"),
    Column::new("bias_adjusted_low", Difference, "lower end of its 95 % Monte Carlo interval"),
    Column::new("bias_adjusted_high", Difference, "upper end of it"),
    Column::new("shipped", Share, "tests that decide to ship: better, and no guardrail in the way"),
    Column::new("shipped_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("shipped_high", Share, "upper end of it"),
    Column::new("units", Number, "mean number of units of all arms when tests end"),
    Column::new("units_low", Number, "lower end of its 95 % Monte Carlo interval"),
    Column::new("units_high", Number, "upper end of it"),
];

fn power(point: &PowerPoint, unit: &str) -> Vec<Value> {
    let mut row = vec![
        json!(point.treatment),
        json!(unit),
        json!(point.part),
        json!(point.effect),
        json!(point.relative_effect),
        json!(point.worth_finding),
        json!(point.better.of),
    ];
    row.extend(rate(&point.better));
    row.extend(rate(&point.worse));
    row.push(json!(point.theory));
    row.extend(some_mean(point.exaggeration.as_ref()));
    row.extend(mean(&point.bias));
    row.extend(some_mean(point.bias_adjusted.as_ref()));
    row.extend(rate(&point.shipped));
    row.extend(mean(&point.units));
    row
}

const DURATIONS: &[Column] = &[
    EFFECT,
    EXPERIMENTS,
    Column::new("units", Number, "mean number of units of all arms when tests end"),
    Column::new("units_low", Number, "lower end of its 95 % Monte Carlo interval"),
    Column::new("units_high", Number, "upper end of it"),
    Column::new("days", Number, "mean number of days from the first exposure to the end, both included"),
    Column::new("days_low", Number, "lower end of its 95 % Monte Carlo interval"),
    Column::new("days_high", Number, "upper end of it"),
    Column::new("days_p10", Number, "days within which one test in ten ends"),
    Column::new("days_p50", Number, "days within which half of the tests end"),
    Column::new("days_p90", Number, "days within which nine tests in ten end"),
];

fn duration(line: &Duration) -> Vec<Value> {
    let mut row = vec![json!(line.effect), json!(line.units.of)];
    row.extend(mean(&line.units));
    row.extend(some_mean(line.days.as_ref()));
    row.extend([json!(line.days_p10), json!(line.days_p50), json!(line.days_p90)]);
    row
}

const PITFALLS: &[Column] = &[
    Column::new("pitfall", Text, "its name"),
    Column::new("what", Text, "what is done otherwise than planned"),
    Column::new("of", Text, "what the rate is of"),
    EFFECT,
    UNIT,
    COUNT,
    EXPERIMENTS,
    RATE,
    LOW,
    HIGH,
    Column::new("promised", Share, "what one would expect of a sound analysis"),
    KEPT,
    BIAS[0],
    BIAS[1],
    BIAS[2],
    SENTENCE,
];

fn pitfall(pitfall: &Pitfall, unit: &str) -> Vec<Value> {
    let found = &pitfall.rate;
    let mut row = vec![
        json!(pitfall.name),
        json!(pitfall.what),
        json!(pitfall.of),
        json!(pitfall.effect),
        json!(unit),
        json!(found.count),
        json!(found.of),
        json!(found.share),
        json!(found.low),
        json!(found.high),
        json!(pitfall.promised),
        json!(pitfall.kept),
    ];
    row.extend(some_mean(pitfall.bias.as_ref()));
    row.push(json!(pitfall.sentence));
    row
}

const WEEKDAYS: &[Column] = &[
    Column::new("weekday", Text, "the weekday of the last exposures"),
    Column::new("date", Text, "its date, in the last week of the test"),
    UNIT,
    Column::new("units", Number, "customers of the bank who are exposed by then"),
    Column::new("effect_size", Difference, "the true effect on these in the primary metric"),
    Column::new("off", Difference, "that effect − the effect on those of whole weeks: no number of units mends it"),
    Column::new("off_error", Number, "standard error of off, of the bank"),
];

fn weekday(day: &Weekday, unit: &str) -> Vec<Value> {
    vec![
        json!(day.weekday),
        json!(day.date),
        json!(unit),
        json!(day.units),
        json!(day.effect),
        json!(day.off),
        json!(day.off_error),
    ]
}

const PATHS: &[Column] = &[
    Column::new("experiment", Number, "number of the experiment, from 0"),
    EFFECT,
    Column::new("look", Number, "number of the look, from 1"),
    Column::new("units", Number, "units that count in the primary metric at it"),
    Column::new("day", Number, "the day at whose end it is taken"),
    Column::new("boundary", Number, "a difference is called if the score is beyond this or its negative"),
    Column::new("statistic", Number, "score of the first treatment in the primary metric; positive is more"),
    Column::new(
        "call",
        Text,
        "better, worse or unclear: the first call that is not unclear, in the row of the look at which the test ends; empty before",
    ),
];

fn steps<'a>(path: &'a Path, looks: &'a [Look]) -> impl Iterator<Item = Vec<Value>> + 'a {
    path.z.iter().zip(looks).enumerate().map(|(number, (z, look))| {
        let last = number + 1 == path.z.len();
        vec![
            json!(path.experiment),
            json!(path.effect),
            json!(look.look),
            json!(look.units),
            json!(look.day),
            json!(look.boundary),
            json!(z),
            json!(last.then_some(path.call)),
        ]
    })
}

const BANDITS: &[Column] = &[
    Column::new("policy", Text, "fixed test, Thompson sampling or UCB"),
    Column::new("part", Share, "part of the customers' own effect that they get; 0 where no arm is better"),
    UNIT,
    EXPERIMENTS,
    Column::new(
        "regret",
        Number,
        "what assigning costs against giving everybody the best arm from the start, over all units, in the metric's unit",
    ),
    Column::new("regret_low", Number, "lower end of its 95 % Monte Carlo interval"),
    Column::new("regret_high", Number, "upper end of it"),
    Column::new(
        "wrong_winner",
        Share,
        "experiments at whose end a wrong arm is held for the best; empty where no arm is better",
    ),
    Column::new("wrong_winner_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("wrong_winner_high", Share, "upper end of it"),
    Column::new("to_best", Share, "share of the units that got the best arm; without an effect, the first treatment"),
    Column::new("to_best_low", Share, "lower end of its 95 % Monte Carlo interval"),
    Column::new("to_best_high", Share, "upper end of it"),
    BIAS[0],
    BIAS[1],
    BIAS[2],
];

fn bandit(line: &Bandit, unit: &str) -> Vec<Value> {
    let mut row = vec![json!(line.policy), json!(line.part), json!(unit), json!(line.regret.of)];
    row.extend(mean(&line.regret));
    row.extend(some_rate(line.wrong_winner.as_ref()));
    row.extend(mean(&line.to_best));
    row.extend(mean(&line.bias));
    row
}
