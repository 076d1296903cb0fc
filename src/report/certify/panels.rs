//! The charts of a certificate: each answers one question, in its title.

use super::words;
use crate::abtest::certify::certificate::{
    Bandit, Duration, MetricRow, Path, Pitfall, PowerPoint, Promise, SLACK, Weekday,
};
use crate::abtest::certify::{Certificate, Kept, Mean, Rate};
use crate::compare::{count, percent};
use crate::figures::Sheet;
use crate::report::abtest::written::confidence;
use crate::report::charts::{
    Across, Allowance, AllowanceRow, Bar, BarRow, Bars, Better, Caption, Curve, Curves, Estimate, Forest, ForestGroup,
    ForestPoint, ForestRow, Form, Mark, MarkKind, OnePath, Part, PathEnd, Paths, PathsPanel, Post, Standing,
};
use crate::report::panels::{Chart, Panel, View, capital, named};

/// Rates of errors beyond this many times what is promised lie on the edge.
const MOST: f64 = 3.0;
/// The same for what goes wrong, where far more is to be seen.
const MOST_WRONG: f64 = 8.0;
/// As many treatments have charts of their own.
const TREATMENTS: usize = 4;
/// As many rows of metrics are drawn.
const ROWS: usize = 24;
/// As many experiments are drawn without and with an effect.
const PATHS: usize = 50;

/// All panels that there is something for, in the order of the page.
pub(super) fn panels(certificate: &Certificate, sheets: &[Sheet]) -> Vec<Panel> {
    let all = [
        rates(certificate, sheets),
        durations(certificate, sheets),
        paths(certificate, sheets),
        power(certificate, sheets),
        exaggeration(certificate, sheets),
        coverage(certificate, sheets),
        pitfalls(certificate, sheets),
        weekdays(certificate, sheets),
        bandits(certificate, sheets),
    ];
    all.into_iter().flatten().collect()
}

/// All rows and columns of a sheet but sentences, which stand in the text.
fn view(sheets: &[Sheet], name: &str) -> Option<View> {
    let sheet = sheets.iter().find(|sheet| sheet.name == name)?;
    let columns = sheet.columns.iter().map(|column| column.name).filter(|name| *name != "sentence");
    View::ranked(sheet.name, &columns.collect::<Vec<_>>(), (0..sheet.rows.len()).collect())
}

fn standing(kept: Kept) -> Standing {
    match kept {
        Kept::Holds => Standing::Within,
        Kept::Fails => Standing::Beyond,
        Kept::RunMore => Standing::Open,
    }
}

/// A rate of errors as a share of what is promised. Of a rate that must be reached, errors are what misses.
fn errors(rate: &Rate, promised: f64, at_most: bool) -> Estimate {
    let of = |share: f64| if at_most { share / promised } else { (1.0 - share) / (1.0 - promised) };
    let (one, other) = (of(rate.low), of(rate.high));
    Estimate::within(of(rate.share), one.min(other), one.max(other))
}

/// Each promise against what is promised.
fn rates(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let all = &certificate.promises;
    if all.is_empty() {
        return None;
    }
    let row = |promise: &Promise| AllowanceRow {
        name: words::label(certificate, promise),
        note: format!("{}, {}", words::rate(&promise.rate), words::promised(promise)),
        rate: errors(&promise.rate, promise.promised, promise.at_most),
        standing: standing(promise.kept),
        word: words::word(promise.kept).to_owned(),
    };
    let chart = Allowance {
        across_label: "errors found, as a share of those that the plan allows".to_owned(),
        form: Form::Share,
        allowed: 1.0,
        allowed_words: "as promised".to_owned(),
        slack: 1.0 + SLACK,
        most: MOST,
        rows: all.iter().map(row).collect(),
    };
    let of = |kept: Kept| all.iter().filter(|promise| promise.kept == kept).count();
    let title = match (of(Kept::Holds), of(Kept::Fails), of(Kept::RunMore)) {
        (1, 0, 0) => "The promise holds".to_owned(),
        (2, 0, 0) => "Both promises hold".to_owned(),
        (some, 0, 0) => format!("All {some} promises hold"),
        (holds, fails, open) => {
            let parts = [(holds, "hold", "holds"), (fails, "fail", "fails"), (open, "are open", "is open")];
            let said = parts.into_iter().filter(|part| part.0 > 0);
            let said: Vec<String> =
                said.map(|(many, words, word)| format!("{many} {}", if many == 1 { word } else { words })).collect();
            format!("Of {} promises {}", all.len(), said.join(", "))
        }
    };
    let described: Vec<String> = all
        .iter()
        .map(|promise| {
            format!(
                "{}: {}, {}, {}",
                words::label(certificate, promise),
                words::rate(&promise.rate),
                words::promised(promise),
                words::word(promise.kept)
            )
        })
        .collect();
    Some(Panel {
        name: "rates",
        question: "How far are the promises kept?",
        charts: vec![Chart::new("rates", title, |caption| chart.draw(caption), &described.join("; "))],
        note: "Left of the line there are fewer errors than the plan allows. Errors are false alarms, and, where a rate must be reached, the tests that miss: of 80 % power the 20 % that find nothing. \
               A promise holds if the interval ends within the line and a tenth beyond it (shaded), fails if it begins beyond the line; between them more experiments would tell. The intervals are those of playing so many experiments."
            .to_owned(),
        view: view(sheets, "promises"),
    })
}

/// When tests end.
fn durations(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let name = "durations";
    let mut charts = Vec::new();
    if certificate.looks.len() > 1 {
        let bar = |name: &str, part: Part, rate: &Rate| Bar { name: name.to_owned(), part, value: rate.share };
        let bars = Bars {
            value_label: "tests that end at the look".to_owned(),
            form: Form::Share,
            stacked: false,
            rows: certificate
                .looks
                .iter()
                .map(|look| BarRow {
                    name: match (look.day, look.weekday) {
                        (Some(day), Some(weekday)) => {
                            format!("look {}: day {day}, {}", look.look, words::short(weekday))
                        }
                        _ => format!("look {}: {}", look.look, count(look.units)),
                    },
                    bars: vec![
                        bar("without an effect", Part::Nothing, &look.ends_without_effect),
                        bar("with the effect", Part::Strategy(0), &look.ends_with_effect),
                    ],
                })
                .collect(),
        };
        let lasts: Vec<String> = certificate.durations.iter().map(|line| words::lasts(certificate, line)).collect();
        charts.push(Chart::new("ends", duration_title(certificate), |caption| bars.draw(caption), &lasts.join(" ")));
    }
    if charts.is_empty() && certificate.durations.is_empty() {
        return None;
    }
    let days = if certificate.calendar {
        "Days are counted from the first exposure; the scenario says how customers arrive."
    } else {
        "Without a calendar nothing is said of days."
    };
    Some(Panel { name, question: "When does the test end?", charts, note: days.to_owned(), view: view(sheets, name) })
}

fn duration_title(certificate: &Certificate) -> String {
    let of = |effect: &str| certificate.durations.iter().find(|line| line.effect == effect);
    let (with, without) = (of("customers' own"), of("none"));
    let half = |line: Option<&Duration>| line.and_then(|line| line.days_p50);
    match (half(with), half(without), with.zip(without)) {
        (Some(with), Some(without), _) if with == without => {
            format!("Half of the tests end by day {with}, with the customers' own effect and without one")
        }
        (Some(with), Some(without), _) => {
            format!("With the customers' own effect half of the tests end by day {with}, without one by day {without}")
        }
        (.., Some((with, without))) => format!(
            "With the customers' own effect tests need {} {}s on average, without one {}",
            words::units(&with.units),
            certificate.unit,
            words::units(&without.units)
        ),
        _ => "At which look tests end".to_owned(),
    }
}

/// The first experiments, look by look.
fn paths(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let arm = words::treatments(certificate).next()?;
    let looks = &certificate.looks;
    if certificate.paths.is_empty() || looks.is_empty() {
        return None;
    }
    let days: Option<Vec<f64>> = looks.iter().map(|look| look.day.map(f64::from)).collect();
    let days = days.filter(|days| certificate.calendar && days.windows(2).all(|pair| pair[0] < pair[1]));
    let (across, across_label) = match days {
        Some(days) => (days, "day of the look".to_owned()),
        None => (looks.iter().map(|look| look.units as f64).collect(), format!("{}s at the look", certificate.unit)),
    };
    let panel = |effect: &str, words: &str| {
        let own: Vec<_> = certificate.paths.iter().filter(|path| path.effect == effect).take(PATHS).collect();
        let called = own.iter().filter(|path| end(path.call) != PathEnd::Open).count();
        let heading = format!("{words}: {called} of {} call a difference", own.len());
        let one = |path: &&Path| OnePath {
            told: format!("experiment {}: {} after {} looks", path.experiment, path.call, path.z.len()),
            scores: path.z.clone(),
            end: end(path.call),
        };
        ((called, own.len()), PathsPanel { heading, paths: own.iter().map(one).collect() })
    };
    let (without, one) = panel("none", "without an effect");
    let (with, other) = panel("customers' own", "with the customers' own effect");
    let panels: Vec<PathsPanel> = [one, other].into_iter().filter(|panel| !panel.paths.is_empty()).collect();
    let chart = Paths {
        across,
        across_form: Form::Count,
        across_label,
        value_label: format!("z of {}: the difference in standard errors", words::primary(certificate)),
        boundary: looks.iter().map(|look| look.boundary).collect(),
        futility: looks.iter().map(|look| futility(certificate, look.futility)).collect(),
        panels,
    };
    let title = match (without.1, with.1) {
        (0, _) => format!("{} of {} tests call a difference with the customers' own effect", with.0, with.1),
        (_, 0) => format!("{} of {} tests call a difference where there is none", without.0, without.1),
        _ => format!(
            "{} of {} tests call a difference where there is none, {} of {} find the customers' own effect",
            without.0, without.1, with.0, with.1
        ),
    };
    let description = format!("{title}. Each line is one experiment, until it ends.");
    let futile = chart.futility.iter().any(|score| score.is_finite());
    let several = if words::several(certificate) { format!(" Shown is {arm}.") } else { String::new() };
    let once =
        if looks.len() > 1 { "Each line is one experiment until it ends" } else { "Each mark is one experiment" };
    Some(Panel {
        name: "paths",
        question: "How do single tests go?",
        charts: vec![Chart::new("paths", title, |caption| chart.draw(caption), &description)],
        note: format!(
            "{once}; thick: the boundaries, beyond which a difference is called.{}{several} So much do tests differ by chance alone, in the same world.",
            if futile { " Dashed: below it the test is given up." } else { "" }
        ),
        view: view(sheets, "paths"),
    })
}

fn end(call: &str) -> PathEnd {
    match call {
        "better" => PathEnd::Better,
        "worse" => PathEnd::Worse,
        _ => PathEnd::Open,
    }
}

/// The score at which a test is given up, on the side on which it lies; NaN where that side is not known.
fn futility(certificate: &Certificate, score: Option<f64>) -> f64 {
    // Paths are positive where there is more, futility where it is better: a path that is called better tells the side.
    let side = certificate.paths.iter().filter(|path| path.call != "unclear").find_map(|path| {
        let last = path.z.last().filter(|z| z.is_finite() && **z != 0.0)?;
        Some(if path.call == "better" { last.signum() } else { -last.signum() })
    });
    score.zip(side).map_or(f64::NAN, |(score, side)| score * side)
}

/// Whether all effects of the primary metric can be said as shares of the control's value.
fn relative(certificate: &Certificate) -> bool {
    let known = |point: &PowerPoint| point.relative_effect.is_some_and(f64::is_finite);
    certificate.power.iter().all(known)
}

/// Where a point lies across, and how that is written.
fn place(certificate: &Certificate, point: &PowerPoint) -> f64 {
    if relative(certificate) { point.relative_effect.unwrap_or(f64::NAN) } else { point.effect }
}

fn form(certificate: &Certificate) -> Form {
    match words::kind(certificate) {
        _ if relative(certificate) => Form::Share,
        "proportion" => Form::Points,
        _ => Form::Number,
    }
}

/// An effect as the charts of power have it.
fn said(certificate: &Certificate, point: &PowerPoint) -> String {
    if relative(certificate) {
        words::lift(point.relative_effect)
    } else {
        words::size(words::kind(certificate), point.effect)
    }
}

fn estimate(rate: &Rate) -> Estimate {
    Estimate::within(rate.share, rate.low, rate.high)
}

fn estimate_of(mean: Option<&Mean>) -> Estimate {
    mean.map_or(Estimate::absent(), |mean| Estimate::within(mean.value, mean.low, mean.high))
}

/// The effects that mean something.
fn posts(certificate: &Certificate, points: &[&PowerPoint]) -> Vec<Post> {
    let post = |point: &&PowerPoint, words: &str| Post {
        at: place(certificate, point),
        words: format!("{words}: {}", said(certificate, point)),
    };
    let worth = points.iter().find(|point| point.worth_finding);
    let own = points.iter().find(|point| point.part == 1.0);
    match (worth, own) {
        (Some(worth), Some(own)) if place(certificate, worth) == place(certificate, own) => {
            vec![post(own, "worth finding, and the customers' own")]
        }
        _ => {
            let both =
                [worth.map(|point| post(point, "worth finding")), own.map(|point| post(point, "customers' own"))];
            both.into_iter().flatten().collect()
        }
    }
}

/// The point that a title is about: the effect worth finding, else the customers' own.
fn telling<'a>(points: &[&'a PowerPoint]) -> Option<(&'a PowerPoint, &'static str)> {
    let worth = points.iter().find(|point| point.worth_finding).map(|point| (*point, "worth finding"));
    worth.or_else(|| points.iter().find(|point| point.part == 1.0).map(|point| (*point, "that these customers have")))
}

fn of_arm(certificate: &Certificate, arm: &str) -> String {
    if words::several(certificate) { format!("{arm}: ") } else { String::new() }
}

fn across_label(certificate: &Certificate) -> String {
    let what = if relative(certificate) { "lift" } else { "difference" };
    format!("true {what} in {}", words::primary(certificate))
}

/// Power against effect.
fn power(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let charts = each_treatment(certificate, |number, arm, points| {
        let places: Vec<f64> = points.iter().map(|point| place(certificate, point)).collect();
        let marks = |kind: MarkKind| (0..points.len()).map(|at| Mark { at, kind }).collect();
        let mut curves = vec![Curve {
            name: "called better".to_owned(),
            part: Part::Strategy(0),
            points: points.iter().map(|point| estimate(&point.better)).collect(),
            marks: marks(MarkKind::Seen),
        }];
        if points.iter().any(|point| point.theory.is_some()) {
            let theory = |point: &&PowerPoint| Estimate::exact(point.theory.unwrap_or(f64::NAN));
            curves.push(Curve {
                name: "theory".to_owned(),
                part: Part::Nothing,
                points: points.iter().map(theory).collect(),
                marks: Vec::new(),
            });
        }
        curves.push(Curve {
            name: "called worse".to_owned(),
            part: Part::Strategy(1),
            points: points.iter().map(|point| estimate(&point.worse)).collect(),
            marks: marks(MarkKind::Worse),
        });
        let chart = Curves {
            across: Across::Numbers(places, form(certificate)),
            across_label: across_label(certificate),
            value_label: "share of the tests".to_owned(),
            form: Form::Share,
            curves,
            posts: posts(certificate, points),
        };
        let title = match telling(points) {
            Some((point, which)) => {
                let theory = point.theory.map_or(String::new(), |theory| format!("; theory says {}", percent(theory)));
                format!(
                    "{}The effect {which} ({}) is found in {} of the tests{theory}",
                    of_arm(certificate, arm),
                    said(certificate, point),
                    words::rate(&point.better)
                )
            }
            None => format!("{}What is found, by the size of the effect", of_arm(certificate, arm)),
        };
        let described: Vec<String> = points
            .iter()
            .map(|point| {
                format!(
                    "{}: better {}, worse {}",
                    said(certificate, point),
                    words::rate(&point.better),
                    words::rate(&point.worse)
                )
            })
            .collect();
        Chart::new(
            format!("power-{}", number + 1),
            title,
            |caption: &Caption<'_>| chart.draw(caption),
            &described.join("; "),
        )
    });
    (!charts.is_empty()).then(|| Panel {
        name: "power",
        question: "What does the test find?",
        charts,
        note: "Points are played, with Monte Carlo intervals as bands; a smaller effect is the customers' own with a part of them untouched. Theory is the formula by which the plan was sized: a check, not a promise.".to_owned(),
        view: view(sheets, "power"),
    })
}

/// A chart for each of the first treatments that has points.
fn each_treatment(certificate: &Certificate, chart: impl Fn(usize, &str, &[&PowerPoint]) -> Chart) -> Vec<Chart> {
    let arms = words::treatments(certificate).take(TREATMENTS).enumerate();
    arms.filter_map(|(number, arm)| {
        let points = words::points(certificate, arm);
        (!points.is_empty()).then(|| chart(number, arm, &points))
    })
    .collect()
}

/// How much winners are exaggerated.
fn exaggeration(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let known = |point: &&PowerPoint| point.exaggeration.filter(|mean| mean.value.is_finite());
    let with = |points: &[&PowerPoint]| points.iter().filter(|point| known(point).is_some()).count();
    if !words::treatments(certificate).any(|arm| with(&words::points(certificate, arm)) > 0) {
        return None;
    }
    let charts = each_treatment(certificate, |number, arm, points| {
        let own: Vec<&PowerPoint> = points.iter().copied().filter(|point| known(point).is_some()).collect();
        let curve = |name: &str, part: Part, points: Vec<Estimate>, marks: Vec<Mark>| Curve {
            name: name.to_owned(),
            part,
            points,
            marks,
        };
        let marks = (0..own.len()).map(|at| Mark { at, kind: MarkKind::Seen }).collect();
        let chart = Curves {
            across: Across::Numbers(own.iter().map(|point| place(certificate, point)).collect(), form(certificate)),
            across_label: across_label(certificate),
            value_label: "estimate ÷ truth, of the tests that call it better".to_owned(),
            form: Form::Number,
            curves: vec![
                curve(
                    "winners",
                    Part::Strategy(0),
                    own.iter().map(|point| estimate_of(known(point).as_ref())).collect(),
                    marks,
                ),
                curve("the truth", Part::Baseline, own.iter().map(|_| Estimate::exact(1.0)).collect(), Vec::new()),
            ],
            posts: posts(certificate, &own),
        };
        let least = own.iter().min_by(|a, b| a.part.total_cmp(&b.part));
        let times = |point: &PowerPoint| known(&point).as_ref().map_or("–".to_owned(), words::plain);
        let title = match (least, telling(&own)) {
            (Some(least), Some((point, which))) if !std::ptr::eq(*least, point) => format!(
                "{}Winners look {} times as large as they are if the effect is the one {which}, {} times if it is {}",
                of_arm(certificate, arm),
                times(point),
                times(least),
                said(certificate, least)
            ),
            (Some(least), _) => format!(
                "{}Winners look {} times as large as they are at {}",
                of_arm(certificate, arm),
                times(least),
                said(certificate, least)
            ),
            _ => format!("{}No test calls it better", of_arm(certificate, arm)),
        };
        let described: Vec<String> =
            own.iter().map(|point| format!("{}: {} times", said(certificate, point), times(point))).collect();
        Chart::new(
            format!("exaggeration-{}", number + 1),
            title,
            |caption: &Caption<'_>| chart.draw(caption),
            &described.join("; "),
        )
    });
    let columns = [
        "treatment",
        "part",
        "effect_size",
        "rel_effect_size",
        "better",
        "exaggeration",
        "exaggeration_low",
        "exaggeration_high",
        "bias",
        "bias_adjusted",
    ];
    let rows = (0..certificate.power.len()).collect();
    Some(Panel {
        name: "exaggeration",
        question: "How much do winners exaggerate?",
        charts,
        note: "Only tests that came out well are called better, so what they measure is too much on average: the weaker the test, the more. The median-unbiased estimate, where the plan has looks, takes back what stopping early adds.".to_owned(),
        view: sheets.iter().find(|sheet| sheet.name == "power").and_then(|sheet| View::ranked(sheet.name, &columns, rows)),
    })
}

/// Whether intervals hold the truth.
fn coverage(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let rows = &certificate.metrics;
    if rows.is_empty() {
        return None;
    }
    let promised = 1.0 - certificate.alpha;
    let kept = |row: &MetricRow| words::coverage(certificate, row).at_least(promised);
    let several = words::several(certificate);
    let whose =
        |row: &MetricRow| if several { format!("{}, {}", row.metric, row.treatment) } else { row.metric.clone() };
    let line = |row: &MetricRow| {
        let rate = words::coverage(certificate, row);
        let skewness =
            row.skewness.map_or(String::new(), |skewness| format!(", skewness {}", crate::compare::number(skewness)));
        AllowanceRow {
            name: whose(row),
            note: format!("coverage {}{skewness}", words::share(rate)),
            rate: Estimate::within(1.0 - rate.share, 1.0 - rate.high, 1.0 - rate.low),
            standing: standing(kept(row)),
            word: words::word(kept(row)).to_owned(),
        }
    };
    let once = words::once(certificate);
    let at = if once { "" } else { " at some look" };
    let chart = Allowance {
        across_label: format!("tests with an interval that misses the truth{at}"),
        form: Form::Share,
        allowed: certificate.alpha,
        allowed_words: format!("{} may miss it", confidence(certificate.alpha)),
        slack: certificate.alpha * (1.0 + SLACK),
        most: certificate.alpha * MOST,
        rows: rows.iter().take(ROWS).map(line).collect(),
    };
    let bad: Vec<&MetricRow> = rows.iter().filter(|row| kept(row) == Kept::Fails).collect();
    let worst = bad
        .iter()
        .min_by(|a, b| words::coverage(certificate, a).share.total_cmp(&words::coverage(certificate, b).share));
    let title = match worst {
        Some(worst) => {
            let rate = words::coverage(certificate, worst);
            let others =
                if bad.len() > 1 { format!("; {} of {} fall short", bad.len(), rows.len()) } else { String::new() };
            format!(
                "Intervals of {} hold the truth in {} of the tests rather than {}{others}",
                whose(worst),
                words::share(rate),
                confidence(promised)
            )
        }
        None if rows.iter().all(|row| kept(row) == Kept::Holds) => {
            format!(
                "All intervals hold the truth as often as they say: in {} of the tests or more",
                confidence(promised)
            )
        }
        None => {
            format!("No interval is known to hold the truth less often than the {} that it says", confidence(promised))
        }
    };
    let described: Vec<String> =
        rows.iter().map(|row| format!("{}: {}", whose(row), words::rate(words::coverage(certificate, row)))).collect();
    let cut =
        if rows.len() > ROWS { format!(" The first {ROWS} of {} rows are drawn.", rows.len()) } else { String::new() };
    let when = if once {
        String::new()
    } else {
        " The chart is of all looks until the end, which the plan promises; the table also has the look at which a test ends.".to_owned()
    };
    Some(Panel {
        name: "coverage",
        question: "Do intervals hold the truth?",
        charts: vec![Chart::new("coverage", title, |caption| chart.draw(caption), &described.join("; "))],
        note: format!(
            "The more skewed a metric (a few customers with much), the more units it takes until an interval is as good as it says; the truth is the true effect on these customers.{when}{cut}"
        ),
        view: view(sheets, "metrics"),
    })
}

/// What is found if the same data are analysed otherwise.
fn pitfalls(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let all = &certificate.pitfalls;
    if all.is_empty() {
        return None;
    }
    // On one scale of rates if all are held against the same one.
    let alike = all.iter().all(|pitfall| (pitfall.promised - all[0].promised).abs() < 1e-9);
    let row = |pitfall: &Pitfall| AllowanceRow {
        name: pitfall.name.to_owned(),
        note: format!("{}, sound: {}", words::rate(&pitfall.rate), confidence(pitfall.promised)),
        rate: if alike { estimate(&pitfall.rate) } else { errors(&pitfall.rate, pitfall.promised, true) },
        standing: standing(pitfall.kept),
        word: words::harm(pitfall.kept).to_owned(),
    };
    let allowed = if alike { all[0].promised } else { 1.0 };
    let chart = Allowance {
        across_label: if alike { "tests that go wrong" } else { "errors, as a share of those of a sound analysis" }
            .to_owned(),
        form: Form::Share,
        allowed,
        allowed_words: if alike { format!("sound: {}", confidence(allowed)) } else { "sound".to_owned() },
        slack: allowed * (1.0 + SLACK),
        most: if alike { 1.0 } else { MOST_WRONG },
        rows: all.iter().map(row).collect(),
    };
    let wrong: Vec<&Pitfall> = all.iter().filter(|pitfall| pitfall.kept == Kept::Fails).collect();
    let worst = wrong.iter().max_by(|a, b| (a.rate.share / a.promised).total_cmp(&(b.rate.share / b.promised)));
    let title = match worst {
        Some(worst) => {
            let others = match wrong.len() - 1 {
                0 => String::new(),
                1 => "; another one goes wrong too".to_owned(),
                some => format!("; {some} others go wrong too"),
            };
            format!(
                "{}: {} in {} of the tests rather than {}{others}",
                capital(worst.name),
                worst.of,
                words::rate(&worst.rate),
                confidence(worst.promised)
            )
        }
        None => "Nothing that was tried goes wrong on these customers".to_owned(),
    };
    let described: Vec<String> =
        all.iter().map(|pitfall| format!("{}: {} {}", pitfall.name, words::rate(&pitfall.rate), pitfall.of)).collect();
    Some(Panel {
        name: "pitfalls",
        question: "What would go wrong?",
        charts: vec![Chart::new("pitfalls", title, |caption| chart.draw(caption), &described.join("; "))],
        note: String::new(),
        view: view(sheets, "pitfalls"),
    })
}

/// What the weekday of the last exposures does.
fn weekdays(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let days = &certificate.weekdays;
    if days.is_empty() {
        return None;
    }
    let kind = words::kind(certificate);
    let off = |day: &Weekday| {
        let (off, half) = (day.off?, 1.96 * day.off_error.unwrap_or(f64::NAN));
        Some(Estimate::within(off, off - half, off + half))
    };
    let clear = |day: &&Weekday| off(day).is_some_and(|off| off.low > 0.0 || off.high < 0.0);
    let row = |day: &Weekday| ForestRow {
        name: format!("{} ({})", day.weekday, day.date),
        better: Better::Neither,
        points: vec![ForestPoint {
            name: String::new(),
            part: Part::Strategy(0),
            difference: off(day).unwrap_or(Estimate::absent()),
            limit: None,
        }],
    };
    let forest = Forest {
        across_label: format!("true difference in {}, less that of whole weeks", words::primary(certificate)),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: if kind == "proportion" { Form::Points } else { Form::Number },
            rows: days.iter().map(row).collect(),
        }],
    };
    let size = |day: &&Weekday| day.off.unwrap_or(0.0).abs();
    let worst = days.iter().filter(clear).max_by(|a, b| size(a).total_cmp(&size(b)));
    let title = match worst {
        Some(day) => format!(
            "A test whose last customers come in on a {} is off by {}{}",
            day.weekday,
            words::size(kind, day.off.unwrap_or(f64::NAN)),
            day.effect.zip(day.off).map_or(String::new(), |(effect, off)| format!(
                "; over whole weeks the true effect is {}",
                words::size(kind, effect - off)
            ))
        ),
        None => "It makes no clear difference on which weekday the last customers come in".to_owned(),
    };
    let described: Vec<String> =
        days.iter().filter_map(|day| Some(format!("{}: {}", day.weekday, words::size(kind, day.off?)))).collect();
    Some(Panel {
        name: "weekdays",
        question: "What does the weekday do?",
        charts: vec![Chart::new("weekdays", title, |caption| forest.draw(caption), &described.join("; "))],
        note: "Customers of one weekday may answer otherwise than those of another. A test that lets the last ones in before a week is whole has more of the former: its true effect is another, and no number of customers mends it. Whole weeks do. The intervals are of the simulated customers.".to_owned(),
        view: view(sheets, "weekdays"),
    })
}

/// Policies that shift customers on the way.
fn bandits(certificate: &Certificate, sheets: &[Sheet]) -> Option<Panel> {
    let all = &certificate.bandits;
    let own = |policy: &str| all.iter().find(|line| line.policy == policy && line.part == 1.0);
    let mut policies: Vec<&str> = Vec::new();
    for line in all {
        if !policies.contains(&line.policy) {
            policies.push(line.policy);
        }
    }
    if policies.is_empty() {
        return None;
    }
    let mut parts: Vec<f64> = Vec::new();
    for line in all {
        if !parts.contains(&line.part) {
            parts.push(line.part);
        }
    }
    let part_of = |part: f64| match part {
        0.0 => Part::Nothing,
        1.0 => Part::Strategy(0),
        part => Part::Strategy(1 + parts.iter().take_while(|known| **known != part).count()),
    };
    let bars = |label: &str, form: Form, value: &dyn Fn(&Bandit) -> Option<f64>| Bars {
        value_label: label.to_owned(),
        form,
        stacked: false,
        rows: policies
            .iter()
            .map(|policy| BarRow {
                name: (*policy).to_owned(),
                bars: all
                    .iter()
                    .filter(|line| line.policy == *policy)
                    .filter_map(|line| {
                        Some(Bar { name: words::part(line.part), part: part_of(line.part), value: value(line)? })
                    })
                    .collect(),
            })
            .collect(),
    };
    let told = |say: &dyn Fn(&Bandit) -> Option<String>| {
        let said: Vec<String> =
            policies.iter().filter_map(|policy| Some(format!("{policy} {}", say(own(policy)?)?))).collect();
        named(said.iter().map(String::as_str))
    };
    let metric = words::primary(certificate);
    let costs =
        bars(&format!("{metric} given away while assigning, over all {}s", certificate.unit), Form::Number, &|line| {
            Some(line.regret.value)
        });
    let cost_title = told(&|line| Some(words::plain(&line.regret))).map_or_else(
        || "What learning costs".to_owned(),
        |said| format!("What learning costs (regret), in {metric}: {said}"),
    );
    let mut charts = vec![Chart::new("regret", cost_title.clone(), |caption| costs.draw(caption), &cost_title)];
    if all.iter().any(|line| line.wrong_winner.is_some()) {
        let wrong =
            bars("experiments that end with the wrong arm", Form::Share, &|line| Some(line.wrong_winner?.share));
        let title = told(&|line| Some(words::rate(&line.wrong_winner?))).map_or_else(
            || "How often the wrong arm wins".to_owned(),
            |said| format!("How often the wrong arm wins: {said}"),
        );
        charts.push(Chart::new("wrong-winners", title.clone(), |caption| wrong.draw(caption), &title));
    }
    Some(Panel {
        name: "bandits",
        question: "What if customers were shifted to the better arm on the way?",
        charts,
        note: "A policy that learns while it runs gives fewer customers the worse arm. It also learns less of that arm, and who comes later, when the shares have shifted, may differ from who came first: its plain estimate is biased, and the wrong arm may win more often. Titles are of the customers' own effect; rewards come late and are learnt in batches, as in the scenario.".to_owned(),
        view: view(sheets, "bandits"),
    })
}
