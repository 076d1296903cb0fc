//! What is said of an A/B test, in sentences that the terminal, Markdown and the page share.

use super::written::{self, Written, confidence};
use crate::abtest::Analysis;
use crate::abtest::analysis::{Gate, LookResult, Outcome, State};
use crate::compare::{count, number, percent};
use crate::report::panels::named;

/// Below this p-value, corrected for their number, segments are told of.
const NOTABLE: f64 = 0.05;

/// The arm that the others are compared with.
pub(super) fn control(analysis: &Analysis) -> &str {
    analysis.arms.iter().find(|arm| arm.is_control).map_or("the control", |arm| &arm.name)
}

/// The arms that are compared with it.
pub(super) fn treatments(analysis: &Analysis) -> impl Iterator<Item = &str> {
    analysis.arms.iter().filter(|arm| !arm.is_control).map(|arm| arm.name.as_str())
}

/// "A/B test: B and C against A".
pub(super) fn title(analysis: &Analysis) -> String {
    let treatments = named(treatments(analysis)).unwrap_or_default();
    format!("A/B test: {treatments} against {}", control(analysis))
}

/// What was analysed, in short facts.
pub(super) fn facts(analysis: &Analysis) -> Vec<String> {
    let units: u64 = analysis.arms.iter().map(|arm| arm.units).sum();
    let unit = &analysis.unit;
    let mut facts = vec![format!("{} {unit}{}", count(units), if units == 1 { "" } else { "s" })];
    facts.push(format!("control: {}", control(analysis)));
    facts.push(match analysis.valid_under {
        "fixed" => "looked at once".to_owned(),
        "planned looks" => match now(analysis) {
            Some((now, all)) => format!("look {now} of {all}"),
            None => "planned looks".to_owned(),
        },
        _ => "valid at any time".to_owned(),
    });
    facts.push(format!("false alarms in {} of tests without a difference", confidence(analysis.alpha)));
    facts
}

/// The look that the data are at, and how many there are.
pub(super) fn now(analysis: &Analysis) -> Option<(usize, usize)> {
    let now = analysis.looks.iter().find(|look| look.now)?;
    Some((now.look, analysis.looks.iter().map(|look| look.look).max()?))
}

/// What a decision tells to do, in a few words.
pub(super) fn decision(decision: &str, treatment: &str) -> String {
    match decision {
        "ship" => format!("Ship {treatment}"),
        "keep control" => "Keep the control".to_owned(),
        "continue" => "Go on".to_owned(),
        "withheld" => "Verdict withheld".to_owned(),
        _ => "Undecided".to_owned(),
    }
}

/// The decision that the headline is about: its word, and its class on the page.
pub(super) fn verdict(analysis: &Analysis) -> (String, &'static str) {
    let verdict = &analysis.verdict;
    if verdict.withheld {
        return (decision("withheld", ""), "failed");
    }
    let lead = verdict.choices.iter().find(|choice| choice.sentence == verdict.headline).or(verdict.choices.first());
    match lead {
        Some(choice) => (decision(choice.decision, &choice.treatment), class(choice.decision)),
        None => (decision("", ""), "warning"),
    }
}

/// The class of a decision on the page.
pub(super) fn class(decision: &str) -> &'static str {
    match decision {
        "ship" => "passed",
        "withheld" => "failed",
        "keep control" => "held",
        _ => "warning",
    }
}

/// A sentence in which numbers and their units stay together at the ends of lines.
pub(in crate::report) fn bound(text: &str) -> String {
    let units = [" %", " pp", "p = ", "p < "];
    units.iter().fold(text.to_owned(), |text, unit| text.replace(unit, &unit.replace(' ', "\u{a0}")))
}

/// What stands behind headings of results while a gate fails.
pub(super) fn unbelieved(analysis: &Analysis) -> &'static str {
    if analysis.verdict.withheld { " (not to be believed: a gate failed)" } else { "" }
}

/// The gates in a state.
pub(super) fn gates(analysis: &Analysis, state: State) -> impl Iterator<Item = &Gate> {
    analysis.gates.iter().filter(move |gate| gate.state == state)
}

/// "7 gates passed; not checked: maturity".
pub(super) fn gates_passed(analysis: &Analysis) -> String {
    let passed = gates(analysis, State::Passed).count();
    let others: Vec<&str> = gates(analysis, State::NotChecked).map(|gate| gate.gate).collect();
    let mut text = format!("{passed} of {} gates passed", analysis.gates.len());
    if !others.is_empty() {
        text += &format!("; not checked: {}", others.join(", "));
    }
    text
}

/// The results of the primary metric.
pub(super) fn primary(analysis: &Analysis) -> impl Iterator<Item = &Outcome> {
    analysis.results.iter().filter(|outcome| outcome.role == "primary")
}

/// How the p-values and intervals are to be read.
pub(super) fn reading(analysis: &Analysis) -> Vec<String> {
    let mut notes = Vec::new();
    let level = confidence(1.0 - analysis.alpha);
    notes.push(format!(
        "Intervals: of many tests analysed like this one, {level} have intervals that hold the true difference. {}",
        match analysis.valid_under {
            "fixed" => "Valid if the data are looked at once.",
            "planned looks" => "Valid at the planned looks.",
            _ => "Valid however often the data are looked at.",
        }
    ));
    let mut told: Vec<(&str, &str)> = Vec::new();
    for outcome in &analysis.results {
        let correction = (outcome.role, outcome.adjustment.method);
        if outcome.adjustment.method == "none" || told.contains(&correction) {
            continue;
        }
        told.push(correction);
        notes.push(format!(
            "{} results: p and intervals are corrected by {} for {} results.",
            capital(outcome.role),
            outcome.adjustment.method,
            outcome.adjustment.among
        ));
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for outcome in &analysis.results {
        let Some(reason) = outcome.main.rel_note else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, metrics)) if metrics.contains(&outcome.metric.as_str()) => {}
            Some((_, metrics)) => metrics.push(&outcome.metric),
            None => reasons.push((reason, vec![&outcome.metric])),
        }
    }
    for (reason, metrics) in reasons {
        let metrics = named(metrics.into_iter()).unwrap_or_default();
        notes.push(format!("The lift of {metrics} is {reason}."));
    }
    notes
}

/// Guardrails: of which treatments it is shown that each holds.
pub(super) fn guardrails(analysis: &Analysis) -> Vec<String> {
    let mut metrics: Vec<&Outcome> = Vec::new();
    for outcome in analysis.results.iter().filter(|outcome| outcome.role == "guardrail") {
        if !metrics.iter().any(|known| known.metric == outcome.metric) {
            metrics.push(outcome);
        }
    }
    let said = metrics.into_iter().filter_map(|metric| {
        let margin = margin(metric)?;
        let of = |holds: bool, worse: bool, words: &str| {
            let own = analysis.results.iter().filter(|outcome| {
                let is = (outcome.not_worse == Some(true), outcome.call.name() == "worse");
                outcome.metric == metric.metric && is == (holds, worse)
            });
            named(own.map(|outcome| outcome.treatment.as_str())).map(|arms| format!("{words} {arms}"))
        };
        let parts = [
            of(true, false, "shown to be not worse by as much under"),
            of(true, true, "worse, but shown to be so by less, under"),
            of(false, false, "not shown to be not worse by as much under"),
            of(false, true, "worse, and not shown to be so by less, under"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Some(format!("Guardrail {}, margin {margin}: {}.", metric.metric, parts.join("; ")))
    });
    said.collect()
}

/// The margin of a guardrail as people say it: "5 %" of the control, "1 pp", or a number.
fn margin(outcome: &Outcome) -> Option<String> {
    let written = outcome.margin.as_ref()?;
    let size = outcome.margin_size.filter(|_| outcome.kind == "proportion" && !written.contains('%'));
    Some(size.map_or_else(|| written.clone(), |size| format!("{} pp", number(100.0 * size))))
}

/// What covariates did, metric by metric.
pub(super) fn covariates(analysis: &Analysis) -> Vec<String> {
    let said = analysis.results.iter().filter_map(|outcome| {
        let raw = outcome.unadjusted.as_ref()?;
        let (size, range) = written::difference(outcome.kind, raw);
        let p = written::p(raw.pvalue, Some(raw.log10_pvalue));
        let (name, arm) = (&outcome.metric, &outcome.treatment);
        Some(match outcome.variance_saved {
            Some(saved) if saved >= 0.0 => {
                format!(
                    "Covariates save {} of the variance of {name} ({arm}); without them {size} ({range}), p {p}.",
                    percent(saved)
                )
            }
            _ => format!(
                "Covariates save nothing of the variance of {name} ({arm}); without them {size} ({range}), p {p}."
            ),
        })
    });
    said.collect()
}

/// What caps did, metric by metric.
pub(super) fn caps(analysis: &Analysis) -> Vec<String> {
    let said = analysis.results.iter().filter_map(|outcome| {
        let raw = outcome.uncapped.as_ref()?;
        let (size, range) = written::difference(outcome.kind, raw);
        let p = written::p(raw.pvalue, Some(raw.log10_pvalue));
        let without = if outcome.unadjusted.is_some() { "without caps and covariates" } else { "without caps" };
        Some(format!("{} is capped ({}); {without} {size} ({range}), p {p}.", outcome.metric, outcome.treatment))
    });
    said.collect()
}

/// Segments in which the effect differs, or that none is known to.
pub(super) fn segments(analysis: &Analysis) -> Vec<String> {
    let tests = analysis.heterogeneity.len() as f64;
    let notable = analysis.heterogeneity.iter().filter(|line| line.pvalue * tests < NOTABLE);
    let mut said: Vec<String> = notable
        .map(|line| {
            let p = written::p((line.pvalue * tests).min(1.0), None);
            format!(
                "The effect on {} ({}) differs by {}: p {p} (Bonferroni over {tests} tests of segments).",
                line.metric, line.treatment, line.segment
            )
        })
        .collect();
    if said.is_empty() && tests > 0.0 {
        let least = analysis.heterogeneity.iter().map(|line| line.pvalue).fold(1.0, f64::min);
        said.push(format!(
            "No sign that an effect differs between segments (least p of {tests} tests {}, uncorrected).",
            written::p(least, None)
        ));
    }
    said
}

/// "Look 3 of 5: |z| 2.31 against a boundary of 2.45".
pub(super) fn looks(analysis: &Analysis) -> Vec<String> {
    let Some((_, all)) = now(analysis) else { return Vec::new() };
    let several = treatments(analysis).count() > 1;
    let said = analysis.looks.iter().filter(|look| look.now).filter_map(|look| {
        let z = look.statistic?.abs();
        let whose = if several { format!(" ({})", look.treatment) } else { String::new() };
        let passed = if z > look.boundary { "beyond the boundary" } else { "against a boundary" };
        let mut text = format!("Look {} of {all}{whose}: |z| {z:.2} {passed} of {:.2}", look.look, look.boundary);
        if let Some(stopped) = stopped(analysis, look) {
            text += &format!("; after stopping {stopped}");
        }
        Some(text + ".")
    });
    said.collect()
}

/// What is valid after stopping: "+2.3 pp (0.4 to 4.2, median-unbiased), p 0.017".
fn stopped(analysis: &Analysis, look: &LookResult) -> Option<String> {
    let share = primary(analysis).next()?.kind == "proportion";
    let (size, low, high) = (look.effect_size?, look.effect_size_ci_lower?, look.effect_size_ci_upper?);
    let written = Written::new(share, size, [low, high]);
    let p = written::p(look.pvalue?, None);
    Some(format!("{} ({}; median-unbiased, stage-wise), p {p}", written.difference(size), written.range(low, high)))
}

/// What a Bayesian would say, and what that is not.
pub(super) fn beliefs(analysis: &Analysis) -> Vec<String> {
    let Some(metric) = primary(analysis).next() else { return Vec::new() };
    let best = analysis.beliefs.iter().max_by(|a, b| a.best.total_cmp(&b.best));
    best.map(|belief| {
        let loss = loss(metric, belief.expected_loss);
        format!(
            "Bayesian, flat prior: {} is best in {} with a chance of {}; choosing it loses {loss} on average. {PEEKING}",
            belief.arm,
            metric.metric,
            chance(belief.best)
        )
    })
    .into_iter()
    .collect()
}

/// What Bayesian numbers are not.
pub(super) const PEEKING: &str =
    "Not corrected for peeking: who stops as soon as such a chance is high is wrong more often than it says.";

/// An expected loss in the unit of a metric.
pub(super) fn loss(metric: &Outcome, loss: f64) -> String {
    // Below this nobody notices, and no digits of it are meant.
    if loss < 1e-6 * metric.main.control.abs() {
        return "next to nothing".to_owned();
    }
    if metric.kind == "proportion" { format!("{} pp", number(100.0 * loss)) } else { number(loss) }
}

/// A chance in percent that claims no certainty, with enough digits near 0 and 1.
pub(super) fn chance(chance: f64) -> String {
    match chance {
        _ if !chance.is_finite() => "–".to_owned(),
        _ if chance > 0.999 => "more than 99.9 %".to_owned(),
        _ if chance < 0.001 => "less than 0.1 %".to_owned(),
        _ => format!("{:.1} %", 100.0 * chance),
    }
}

/// What these data could find.
pub(super) fn detectable(analysis: &Analysis) -> Vec<String> {
    let own: Vec<(&Outcome, f64)> =
        primary(analysis).filter_map(|outcome| Some((outcome, outcome.detectable?))).collect();
    let Some((first, _)) = own.first() else { return Vec::new() };
    let ends = |sizes: &mut dyn Iterator<Item = f64>| {
        sizes.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), size| (least.min(size), most.max(size)))
    };
    let from_to = |(least, most): (f64, f64), say: &dyn Fn(f64) -> String| {
        let (least, most) = (say(least), say(most));
        if least == most { most } else { format!("{least} to {most}") }
    };
    let size =
        |size: f64| if first.kind == "proportion" { format!("{} pp", number(100.0 * size)) } else { number(size) };
    let sizes = from_to(ends(&mut own.iter().map(|(_, size)| *size)), &size);
    let relative = own.iter().all(|(outcome, _)| outcome.main.control > 0.0).then(|| {
        let shares = ends(&mut own.iter().map(|(outcome, size)| size / outcome.main.control));
        format!(" ({} of the control)", from_to(shares, &percent))
    });
    vec![format!(
        "With so many units a true difference of {sizes}{} in {} is found with 80 % chance, at one look.",
        relative.unwrap_or_default(),
        first.metric
    )]
}

/// All that stands below the results, in this order.
pub(super) fn notes(analysis: &Analysis) -> Vec<String> {
    [
        looks(analysis),
        guardrails(analysis),
        covariates(analysis),
        caps(analysis),
        segments(analysis),
        detectable(analysis),
        beliefs(analysis),
        reading(analysis),
    ]
    .concat()
}

pub(super) fn capital(text: &str) -> String {
    crate::report::panels::capital(text)
}
