//! The charts of an A/B test: each answers one question, in its title.

use super::words;
use super::written::{self, Written};
use crate::abtest::Analysis;
use crate::abtest::analysis::{DayResult, Estimates, LookResult, Outcome, SegmentResult};
use crate::compare::percent;
use crate::figures::{Sheet, chance_to_find};
use crate::report::charts::{
    Across, Bar, BarRow, Bars, Better, Caption, Curve, Curves, Estimate, Forest, ForestGroup, ForestPoint, ForestRow,
    Form, Limit, Mark, MarkKind, Part, Picture, Post,
};
use crate::report::panels::{Chart, Panel, View, named};

/// Effects that reach further than this many times the primary metric's have a chart of their own, or that would be a line.
const NOISIER: f64 = 8.0;
/// As many treatments have a chart of their days.
const DAYS: usize = 4;
/// As many levels of a segment are drawn.
const LEVELS: usize = 24;
/// Days whose any-time interval is wider than this many times the last one's would flatten the others.
const EARLY: f64 = 6.0;

/// The charts of results: what changed.
pub(super) fn effects(analysis: &Analysis) -> Vec<Chart> {
    let mut metrics: Vec<&str> = Vec::new();
    for outcome in &analysis.results {
        if !metrics.contains(&outcome.metric.as_str()) {
            metrics.push(&outcome.metric);
        }
    }
    let (lifts, own): (Vec<&str>, Vec<&str>) =
        metrics.into_iter().partition(|metric| of_metric(analysis, metric).all(is_bounded));
    // How far the intervals of a metric reach, against those of the primary one.
    let reach = |metric: &str| {
        let ends = of_metric(analysis, metric)
            .flat_map(|o| [o.adjustment.rel_effect_size_ci_lower, o.adjustment.rel_effect_size_ci_upper]);
        ends.flatten().fold(0.0, |far: f64, end| far.max(end.abs()))
    };
    let primary = words::primary(analysis).next().map_or(0.0, |outcome| reach(&outcome.metric));
    let near = |metric: &&str| primary == 0.0 || reach(metric) <= NOISIER * primary;
    let (calm, noisy): (Vec<&str>, Vec<&str>) = lifts.into_iter().partition(near);
    let mut charts = Vec::new();
    if !calm.is_empty() {
        charts.push(forest_chart("effects", &relative(analysis, &calm), &calm, analysis));
    }
    if !noisy.is_empty() {
        charts.push(forest_chart("effects-noisier", &relative(analysis, &noisy), &noisy, analysis));
    }
    // In the metric's own unit: each has its own scale. The primary metric comes first in any case.
    for (number, metric) in own.into_iter().enumerate() {
        let chart = forest_chart(&format!("effect-{}", number + 1), &absolute(analysis, metric), &[metric], analysis);
        let first = words::primary(analysis).any(|outcome| outcome.metric == metric);
        charts.insert(if first { 0 } else { charts.len() }, chart);
    }
    charts
}

fn of_metric<'a>(analysis: &'a Analysis, metric: &'a str) -> impl Iterator<Item = &'a Outcome> {
    analysis.results.iter().filter(move |outcome| outcome.metric == metric)
}

/// Whether all that a chart of lifts needs is known.
fn is_bounded(outcome: &Outcome) -> bool {
    let ends = &outcome.adjustment;
    [outcome.main.rel_effect_size, ends.rel_effect_size_ci_lower, ends.rel_effect_size_ci_upper]
        .iter()
        .all(|end| end.is_some_and(f64::is_finite))
}

fn forest_chart(name: &str, forest: &Forest, metrics: &[&str], analysis: &Analysis) -> Chart {
    let own: Vec<&Outcome> =
        analysis.results.iter().filter(|outcome| metrics.contains(&outcome.metric.as_str())).collect();
    let described = own.iter().map(|outcome| {
        let (size, range) = written::difference(outcome.kind, &written::decisive(outcome));
        format!("{}, {}: {size} ({range}), {}", outcome.metric, outcome.treatment, written::follows(outcome))
    });
    let description = described.collect::<Vec<_>>().join("; ");
    Chart::new(name, found(analysis, &own), |caption: &Caption<'_>| forest.draw(caption), &description)
}

/// "B: better in conversion, no clear difference in revenue"; of several treatments only what is clear is told.
fn found(analysis: &Analysis, outcomes: &[&Outcome]) -> String {
    let several = words::treatments(analysis).count() > 1;
    let of_arm = |arm: &str| {
        let of = |call: &str, words: &str| {
            let names = outcomes.iter().filter(|outcome| outcome.treatment == arm && outcome.call.name() == call);
            named(names.map(|outcome| outcome.metric.as_str())).map(|names| format!("{words} {names}"))
        };
        let unclear = of("unclear", "no clear difference in").filter(|_| !several);
        let parts = [of("better", "better in"), of("worse", "worse in"), unclear];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("{arm}: {}", parts.join(", ")))
    };
    let said: Vec<String> = words::treatments(analysis).filter_map(of_arm).collect();
    if said.is_empty() {
        let mut metrics: Vec<&str> = outcomes.iter().map(|outcome| outcome.metric.as_str()).collect();
        metrics.dedup();
        return format!("No clear difference in {}", named(metrics.into_iter()).unwrap_or_default());
    }
    said.join("; ")
}

fn relative(analysis: &Analysis, metrics: &[&str]) -> Forest {
    let point = |outcome: &Outcome| {
        let main = written::decisive(outcome);
        let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let lift = Estimate::within(
            known(main.rel_effect_size),
            known(main.rel_effect_size_ci_lower),
            known(main.rel_effect_size_ci_upper),
        );
        (lift, outcome.margin_size.map_or(f64::NAN, |size| -good(outcome) * size / main.control))
    };
    forest(analysis, metrics, Form::Share, "lift: change against the control", point)
}

fn absolute(analysis: &Analysis, metric: &str) -> Forest {
    let share = analysis.results.iter().any(|outcome| outcome.metric == metric && outcome.kind == "proportion");
    let form = if share { Form::Points } else { Form::Number };
    let point = |outcome: &Outcome| {
        (difference(&written::decisive(outcome)), outcome.margin_size.map_or(f64::NAN, |size| -good(outcome) * size))
    };
    forest(analysis, &[metric], form, &format!("difference in {metric} from the control"), point)
}

/// 1 where more is better, else −1.
fn good(outcome: &Outcome) -> f64 {
    if outcome.better == "lower" { -1.0 } else { 1.0 }
}

fn difference(estimates: &Estimates) -> Estimate {
    Estimate::within(estimates.effect_size, estimates.effect_size_ci_lower, estimates.effect_size_ci_upper)
}

fn forest(
    analysis: &Analysis,
    metrics: &[&str],
    form: Form,
    across: &str,
    point: impl Fn(&Outcome) -> (Estimate, f64),
) -> Forest {
    let row = |metric: &&str| {
        let own = analysis.results.iter().filter(|outcome| outcome.metric == **metric);
        let points = own.clone().map(|outcome| {
            let (difference, limit) = point(outcome);
            ForestPoint {
                name: outcome.treatment.clone(),
                part: part(analysis, &outcome.treatment),
                difference,
                limit: outcome.not_worse.map(|holds| Limit { at: limit, holds }),
            }
        });
        let better = own.clone().next().map_or(Better::Neither, |outcome| better(outcome.better));
        ForestRow { name: (*metric).to_owned(), better, points: points.collect() }
    };
    Forest {
        across_label: across.to_owned(),
        groups: vec![ForestGroup { heading: String::new(), form, rows: metrics.iter().map(row).collect() }],
    }
}

fn better(word: &str) -> Better {
    if word == "lower" { Better::Lower } else { Better::Higher }
}

/// The colour of an arm.
fn part(analysis: &Analysis, arm: &str) -> Part {
    if arm == words::control(analysis) {
        return Part::Baseline;
    }
    Part::Strategy(words::treatments(analysis).take_while(|name| *name != arm).count())
}

/// The planned looks: may we stop?
pub(super) fn looks(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let first = words::treatments(analysis).next()?;
    let plan: Vec<&LookResult> = analysis.looks.iter().filter(|look| look.treatment == first).collect();
    if plan.is_empty() {
        return None;
    }
    let bounds = |sign: f64, name: &str| Curve {
        name: name.to_owned(),
        part: Part::Nothing,
        points: plan.iter().map(|look| Estimate::exact(sign * look.boundary)).collect(),
        marks: Vec::new(),
    };
    let path = |treatment: &str| {
        let own: Vec<&LookResult> = analysis.looks.iter().filter(|look| look.treatment == treatment).collect();
        let marks = own.iter().enumerate().filter(|(_, look)| look.statistic.is_some());
        Curve {
            name: treatment.to_owned(),
            part: part(analysis, treatment),
            points: own.iter().map(|look| Estimate::exact(look.statistic.unwrap_or(f64::NAN))).collect(),
            marks: marks
                .map(|(at, look)| Mark { at, kind: if look.now { MarkKind::Here } else { MarkKind::Seen } })
                .collect(),
        }
    };
    let (more, less) = match words::primary(analysis).next()?.better {
        "lower" => ("stop: worse", "stop: better"),
        _ => ("stop: better", "stop: worse"),
    };
    let mut curves = vec![bounds(1.0, more), bounds(-1.0, less)];
    curves.extend(words::treatments(analysis).map(path));
    let now = plan.iter().find(|look| look.now);
    let chart = Curves {
        across: Across::Numbers(plan.iter().map(|look| look.share).collect(), Form::Share),
        across_label: "units, as a share of the planned units".to_owned(),
        value_label: "z: the difference in its standard errors".to_owned(),
        form: Form::Number,
        curves,
        posts: now
            .map(|look| Post { at: look.share, words: format!("now: look {} of {}", look.look, plan.len()) })
            .into_iter()
            .collect(),
    };
    let said = words::looks(analysis);
    let beyond: Vec<&str> = analysis
        .looks
        .iter()
        .filter(|look| look.now && look.statistic.is_some_and(|z| z.abs() > look.boundary))
        .map(|look| look.treatment.as_str())
        .collect();
    let is_last = now.is_some_and(|look| look.look == plan.len());
    let title = match named(beyond.into_iter()) {
        Some(names) => format!("{names} passed the boundary: the plan allows to stop"),
        None if is_last => "The last look is taken, and no boundary was passed".to_owned(),
        None => "No boundary is passed yet: the plan says to go on".to_owned(),
    };
    let rows = (0..analysis.looks.len()).collect();
    let view = sheets.iter().find(|sheet| sheet.name == "looks").and_then(|sheet| {
        View::ranked(sheet.name, &sheet.columns.iter().map(|column| column.name).collect::<Vec<_>>(), rows)
    });
    Some(Panel {
        name: "looks",
        question: "May we stop?",
        charts: vec![Chart::new("looks", title, |caption| chart.draw(caption), &said.join(" "))],
        note: format!(
            "{} Boundaries are those of the looks that really happened, so that all looks together raise a false alarm in {} of tests without a difference.",
            said.join(" "),
            written::confidence(analysis.alpha)
        ),
        view,
    })
}

/// The effect as units came in.
pub(super) fn days(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let primary = words::primary(analysis).next()?;
    let charts: Vec<Chart> = words::treatments(analysis)
        .take(DAYS)
        .enumerate()
        .filter_map(|(number, treatment)| {
            let own: Vec<&DayResult> = analysis.days.iter().filter(|day| day.treatment == treatment).collect();
            day_chart(analysis, primary, treatment, number, &own)
        })
        .collect();
    if charts.is_empty() {
        return None;
    }
    let rows = (0..analysis.days.len()).rev().collect();
    let columns = [
        "day",
        "treatment_arm",
        "n_control",
        "n_treatment",
        "effect_size",
        "fixed_ci_lower",
        "fixed_ci_upper",
        "any_time_ci_lower",
        "any_time_ci_upper",
    ];
    Some(Panel {
        name: "days",
        question: "How did it come about?",
        charts,
        note: "All units exposed until a day and old enough to be judged, without covariates. The dark band is the interval of somebody who looks only once, on a day chosen before; the pale one holds however often one looks, and is the one to watch. First days with far wider intervals are left out of the picture.".to_owned(),
        view: sheets.iter().find(|sheet| sheet.name == "days").and_then(|sheet| View::ranked(sheet.name, &columns, rows)),
    })
}

fn day_chart(
    analysis: &Analysis,
    primary: &Outcome,
    treatment: &str,
    number: usize,
    days: &[&DayResult],
) -> Option<Chart> {
    let (first, last) = (days.first()?, days.last()?);
    let width = |day: &DayResult| day.any_time_ci_upper - day.any_time_ci_lower;
    let calm = days.iter().rev().take_while(|day| width(day) <= EARLY * width(last)).count();
    let shown = &days[days.len() - calm..];
    if shown.len() < 2 {
        return None;
    }
    let numbers: Vec<f64> = days.iter().map(|day| days_since(&first.day, &day.day) + 1.0).collect();
    let all = numbers.last().copied().unwrap_or(1.0);
    let curve = |name: &str, part: Part, point: fn(&DayResult) -> Estimate| Curve {
        name: name.to_owned(),
        part,
        points: shown.iter().map(|day| point(day)).collect(),
        marks: Vec::new(),
    };
    let chart = Curves {
        across: Across::Numbers(numbers[days.len() - shown.len()..].to_vec(), Form::Count),
        across_label: format!("day of exposure (1 = {}, {all} = {})", first.day, last.day),
        value_label: format!("{}: difference from the control", primary.metric),
        form: if primary.kind == "proportion" { Form::Points } else { Form::Number },
        curves: vec![
            curve("looking daily", Part::Nothing, |day| {
                Estimate::within(day.effect_size, day.any_time_ci_lower, day.any_time_ci_upper)
            }),
            curve("looking once", part(analysis, treatment), |day| {
                Estimate::within(day.effect_size, day.fixed_ci_lower, day.fixed_ci_upper)
            }),
        ],
        posts: Vec::new(),
    };
    let out = |low: f64, high: f64| low > 0.0 || high < 0.0;
    let written =
        Written::new(primary.kind == "proportion", last.effect_size, [last.fixed_ci_lower, last.fixed_ci_upper]);
    let size = written.difference(last.effect_size);
    let title =
        match (out(last.fixed_ci_lower, last.fixed_ci_upper), out(last.any_time_ci_lower, last.any_time_ci_upper)) {
            (_, true) => {
                format!("{treatment}: {size} of all until day {all}, clear even for somebody who looks every day")
            }
            (true, false) => {
                format!("{treatment}: {size} of all until day {all}, clear only for somebody who looks once")
            }
            _ => format!("{treatment}: {size} of all until day {all}, and no difference may be the truth"),
        };
    let description = format!(
        "On {} the effect is {size}; the interval of one look goes from {}, that of any looks from {}.",
        last.day,
        written.range(last.fixed_ci_lower, last.fixed_ci_upper),
        written.range(last.any_time_ci_lower, last.any_time_ci_upper)
    );
    Some(Chart::new(format!("days-{}", number + 1), title, |caption| chart.draw(caption), &description))
}

/// The primary metric within segments.
pub(super) fn segments(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let primary = words::primary(analysis).next()?;
    let mut columns: Vec<&str> = Vec::new();
    for line in analysis.segments.iter().filter(|line| line.metric == primary.metric) {
        if !columns.contains(&line.segment.as_str()) {
            columns.push(&line.segment);
        }
    }
    if columns.is_empty() {
        return None;
    }
    let charts =
        columns.iter().enumerate().map(|(number, column)| segment_chart(analysis, primary, column, number)).collect();
    let correction = analysis.segments.iter().find_map(|line| line.adjustment.as_ref());
    let corrected = correction.map_or(String::new(), |adjustment| {
        format!(" Intervals and p are corrected by {} for the levels of a segment.", adjustment.method)
    });
    let shown = [
        "metric",
        "treatment_arm",
        "segment",
        "level",
        "n_control",
        "n_treatment",
        "control",
        "treatment",
        "effect_size",
        "adjusted_ci_lower",
        "adjusted_ci_upper",
        "adjusted",
        "call",
    ];
    let rows = (0..analysis.segments.len()).collect();
    Some(Panel {
        name: "segments",
        question: "For whom does it work?",
        charts,
        note: format!(
            "{}{corrected} Segments decide nothing: what shows up in one of many is to be tested again.",
            words::segments(analysis).join(" ")
        ),
        view: sheets
            .iter()
            .find(|sheet| sheet.name == "segments")
            .and_then(|sheet| View::ranked(sheet.name, &shown, rows)),
    })
}

fn segment_chart(analysis: &Analysis, primary: &Outcome, column: &str, number: usize) -> Chart {
    let own: Vec<&SegmentResult> =
        analysis.segments.iter().filter(|line| line.metric == primary.metric && line.segment == column).collect();
    let mut levels: Vec<&str> = Vec::new();
    for line in &own {
        if !levels.contains(&line.level.as_str()) {
            levels.push(&line.level);
        }
    }
    let all = levels.len();
    levels.truncate(LEVELS);
    let row = |level: &&str| {
        let lines = own.iter().filter(|line| line.level == **level);
        let known = || lines.clone().filter_map(|line| line.estimates.as_ref());
        let units = known().next().map(|first| first.n_control + known().map(|each| each.n_treatment).sum::<u64>());
        let points = lines.map(|line| ForestPoint {
            name: line.treatment.clone(),
            part: part(analysis, &line.treatment),
            difference: match (&line.estimates, &line.adjustment) {
                (Some(estimates), Some(adjustment)) => difference(&written::corrected(estimates, adjustment)),
                (Some(estimates), None) => difference(estimates),
                (None, _) => Estimate::absent(),
            },
            limit: None,
        });
        let count = units.map_or(String::new(), |units| format!(" ({})", crate::compare::count(units)));
        ForestRow { name: format!("{level}{count}"), better: better(primary.better), points: points.collect() }
    };
    let forest = Forest {
        across_label: format!("difference in {} from the control", primary.metric),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: if primary.kind == "proportion" { Form::Points } else { Form::Number },
            rows: levels.iter().map(row).collect(),
        }],
    };
    let tests = analysis.heterogeneity.len() as f64;
    let tested = analysis.heterogeneity.iter().filter(|line| line.metric == primary.metric && line.segment == column);
    let title = match tested.map(|line| line.pvalue).reduce(f64::min) {
        Some(least) if least * tests < 0.05 => format!("The effect on {} differs by {column}", primary.metric),
        Some(_) => format!("No sign that the effect on {} differs by {column}", primary.metric),
        None => format!("The effect on {} by {column}", primary.metric),
    };
    let title = if all > LEVELS { format!("{title} (the first {LEVELS} of {all} levels)") } else { title };
    let description = format!("Difference in {} by level of {column}, with corrected intervals.", primary.metric);
    Chart::new(format!("segments-{}", number + 1), title, |caption| forest.draw(caption), &description)
}

/// What covariates do: with and without, side by side.
pub(super) fn covariates(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let with: Vec<&Outcome> = analysis.results.iter().filter(|outcome| outcome.unadjusted.is_some()).collect();
    let mut metrics: Vec<&Outcome> = Vec::new();
    for outcome in &with {
        if !metrics.iter().any(|known| known.metric == outcome.metric) {
            metrics.push(outcome);
        }
    }
    if metrics.is_empty() {
        return None;
    }
    let several = words::treatments(analysis).count() > 1;
    let chart = |(number, metric): (usize, &&Outcome)| {
        let own: Vec<&&Outcome> = with.iter().filter(|outcome| outcome.metric == metric.metric).collect();
        let row = |outcome: &&&Outcome| {
            let point = |name: &str, part: Part, estimates: &Estimates| ForestPoint {
                name: name.to_owned(),
                part,
                difference: difference(estimates),
                limit: None,
            };
            let mut points = vec![point("with covariates", part(analysis, &outcome.treatment), &outcome.main)];
            points.extend(outcome.unadjusted.as_ref().map(|raw| point("without", Part::Nothing, raw)));
            let name = if several { outcome.treatment.clone() } else { outcome.metric.clone() };
            ForestRow { name, better: better(outcome.better), points }
        };
        let forest = Forest {
            across_label: format!("difference in {} from the control", metric.metric),
            groups: vec![ForestGroup {
                heading: String::new(),
                form: if metric.kind == "proportion" { Form::Points } else { Form::Number },
                rows: own.iter().map(row).collect(),
            }],
        };
        let saved: Vec<f64> = own.iter().filter_map(|outcome| outcome.variance_saved).collect();
        let (least, most) = saved.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| (l.min(*s), h.max(*s)));
        let title = if most <= 0.0 || saved.is_empty() {
            format!("Covariates save nothing of the variance of {}", metric.metric)
        } else if percent(least.max(0.0)) == percent(most) {
            format!("Covariates save {} of the variance of {}", percent(most), metric.metric)
        } else {
            format!(
                "Covariates save {} to {} of the variance of {}",
                percent(least.max(0.0)),
                percent(most),
                metric.metric
            )
        };
        let description = words::covariates(analysis).join(" ");
        Chart::new(format!("covariates-{}", number + 1), title, |caption| forest.draw(caption), &description)
    };
    let sheet = sheets.iter().find(|sheet| sheet.name == "results")?;
    let place = |name: &str| sheet.columns.iter().position(|column| column.name == name);
    let (metric, which) = (place("metric")?, place("analysis")?);
    let shown = |row: &usize| {
        let cells = &sheet.rows[*row];
        cells[which].as_str() != Some("uncapped")
            && metrics.iter().any(|own| cells[metric].as_str() == Some(&own.metric))
    };
    let columns = [
        "metric",
        "treatment_arm",
        "analysis",
        "control",
        "treatment",
        "effect_size",
        "effect_size_ci_lower",
        "effect_size_ci_upper",
        "pvalue",
        "variance_saved",
        "method",
    ];
    Some(Panel {
        name: "covariates",
        question: "What do covariates change?",
        charts: metrics.iter().enumerate().map(chart).collect(),
        note: "What was known before exposure explains a part of the differences between units, which no longer blurs the comparison. The result with covariates counts, as planned; both should tell the same story.".to_owned(),
        view: View::ranked(sheet.name, &columns, (0..sheet.rows.len()).filter(shown).collect()),
    })
}

/// How small an effect these data could find.
pub(super) fn power(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let own: Vec<&Outcome> =
        words::primary(analysis).filter(|outcome| outcome.detectable.is_some_and(|size| size > 0.0)).collect();
    let first = own.first()?;
    let relative = own.iter().all(|outcome| outcome.main.control > 0.0);
    let of = |outcome: &Outcome, size: f64| if relative { size / outcome.main.control } else { size };
    let widest = own.iter().filter_map(|outcome| outcome.detectable).fold(0.0, f64::max);
    let lines: Vec<PowerLine> = own
        .iter()
        .map(|outcome| {
            let detectable = outcome.detectable.unwrap_or(f64::NAN);
            PowerLine {
                name: outcome.treatment.clone(),
                points: (0..=60)
                    .map(|step| {
                        let effect = 2.0 * widest * f64::from(step) / 60.0;
                        (of(outcome, effect), chance_to_find(effect, detectable, analysis.alpha))
                    })
                    .collect(),
            }
        })
        .collect();
    let detectable = own.iter().filter_map(|outcome| Some(of(outcome, outcome.detectable?))).fold(0.0, f64::max);
    let form = match (relative, first.kind) {
        (true, _) => Form::Share,
        (false, "proportion") => Form::Points,
        _ => Form::Number,
    };
    let marks = [(detectable, "found with 80 % chance".to_owned())];
    let what = if relative { "lift" } else { "difference" };
    let across = format!("true {what} in {}, in either direction", first.metric);
    let title = words::detectable(analysis).join(" ");
    let chart = Chart { name: "power".to_owned(), picture: power_curve(&title, &across, form, &lines, &marks), title };
    let columns = ["metric", "treatment_arm", "effect_size", "rel_effect_size", "power"];
    let sheet = sheets.iter().find(|sheet| sheet.name == "power")?;
    Some(Panel {
        name: "power",
        question: "How small an effect could this find?",
        charts: vec![chart],
        note: "The chance to find a true effect of each size with the standard errors of these data, looking once, without correction for several results. It says what the test can see, not what is there: read it before the result, not instead of it.".to_owned(),
        view: View::ranked(sheet.name, &columns, (0..sheet.rows.len()).step_by(4).collect()),
    })
}

/// A line of a power curve.
#[derive(Clone, Debug)]
pub struct PowerLine {
    /// Its name.
    pub name: String,
    /// True effects, ascending, and the chance to find each.
    pub points: Vec<(f64, f64)>,
}

/// The chance to find an effect, by its size; lines have the same number of points at the same places. `marks` are effects
/// that mean something, each with a few words.
pub fn power_curve(title: &str, across: &str, form: Form, lines: &[PowerLine], marks: &[(f64, String)]) -> Picture {
    let places = lines.first().map_or(Vec::new(), |line| line.points.iter().map(|(effect, _)| *effect).collect());
    let several = lines.len() > 1;
    let curve = |(number, line): (usize, &PowerLine)| Curve {
        name: if several { line.name.clone() } else { "chance".to_owned() },
        part: Part::Strategy(number),
        points: line.points.iter().map(|(_, power)| Estimate::exact(*power)).collect(),
        marks: Vec::new(),
    };
    let chart = Curves {
        across: Across::Numbers(places, form),
        across_label: across.to_owned(),
        value_label: "chance to find it".to_owned(),
        form: Form::Share,
        curves: lines.iter().enumerate().map(curve).collect(),
        posts: marks.iter().map(|(at, words)| Post { at: *at, words: words.clone() }).collect(),
    };
    chart.draw(&Caption { title, description: "Chance to find a true effect, by its size." })
}

/// Days from one day to another, as `2026-05-31` writes them.
fn days_since(first: &str, day: &str) -> f64 {
    let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let span = date(first).zip(date(day)).and_then(|(first, day)| first.until(day).ok());
    span.map_or(f64::NAN, |span| f64::from(span.get_days()))
}

/// What a Bayesian would say.
pub(super) fn beliefs(analysis: &Analysis, sheets: &[Sheet]) -> Option<Panel> {
    let primary = words::primary(analysis).next()?;
    let best = analysis.beliefs.iter().max_by(|a, b| a.best.total_cmp(&b.best))?;
    let bars = Bars {
        value_label: format!("chance to be the best in {}", primary.metric),
        form: Form::Chance,
        stacked: false,
        rows: analysis
            .beliefs
            .iter()
            .map(|belief| BarRow {
                name: belief.arm.clone(),
                bars: vec![Bar { name: "chance".to_owned(), part: Part::Nothing, value: belief.best }],
            })
            .collect(),
    };
    let title = format!("{} is the best in {} with a chance of {}", best.arm, primary.metric, words::chance(best.best));
    let described = analysis.beliefs.iter().map(|belief| format!("{}: {}", belief.arm, words::chance(belief.best)));
    let description = described.collect::<Vec<_>>().join("; ");
    let sheet = sheets.iter().find(|sheet| sheet.name == "beliefs")?;
    let columns: Vec<&str> = sheet.columns.iter().map(|column| column.name).collect();
    Some(Panel {
        name: "beliefs",
        question: "What would a Bayesian say?",
        charts: vec![Chart::new("beliefs", title, |caption| bars.draw(caption), &description)],
        note: format!(
            "{} Chances and losses are for a flat prior; the lift is for somebody who believed beforehand that lifts lie around 0 with a standard deviation of 30 %. It stands beside the verdict and changes nothing of it.",
            words::PEEKING
        ),
        view: View::ranked(sheet.name, &columns, (0..sheet.rows.len()).collect()),
    })
}
