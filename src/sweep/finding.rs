//! The answer of a sweep in sentences.

use super::{Answer, Kind, Line, Opened, Standing, Sweep};
use crate::compare::{count, number, percent};
use crate::measures::{Better, Measure, Unit};
use crate::scenario::{NONE, Span};

/// As many values as a sentence lists.
const LISTED: usize = 6;

/// Sentences, the most important one first.
pub(super) fn sentences(sweep: &Sweep, opened: &Opened, answer: &Answer, measure: &Measure) -> Vec<String> {
    let lines: Vec<&Line> = answer.of(measure.key).collect();
    let teller = Teller { sweep, opened, measure, currency: &answer.setup.currency };
    let Some(best) = lines.iter().copied().find(|line| line.standing == Some(Standing::Best)) else {
        return vec![format!("{} is defined at no point.", capital(measure.name))];
    };
    let nothing = |line: &&Line| matches!(line.standing, Some(Standing::Best | Standing::Same));
    if lines.iter().all(nothing) {
        return vec![format!("{} makes no difference to {} under any strategy.", teller.keys(), measure.name)];
    }
    let mut found = vec![teller.best_of_all(best, &lines)];
    for strategy in answer.strategies.iter().filter(|strategy| *strategy != NONE) {
        let own: Vec<&Line> = lines.iter().copied().filter(|line| line.strategy == *strategy).collect();
        found.extend(teller.best_of(strategy, &own, *strategy == best.strategy));
    }
    found
}

struct Teller<'a> {
    sweep: &'a Sweep,
    opened: &'a Opened,
    measure: &'a Measure,
    currency: &'a str,
}

impl Teller<'_> {
    fn keys(&self) -> String {
        self.sweep.keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>().join(" and ")
    }

    /// The values of a line's point.
    fn point(&self, line: &Line) -> &[usize] {
        &self.opened.points[line.point - 1].values
    }

    fn amount(&self, value: Option<f64>) -> String {
        let value = value.unwrap_or(f64::NAN);
        match self.measure.unit {
            Unit::Money => format!("{} {}", number(value), self.currency),
            Unit::Share => percent(value),
            Unit::Number => number(value),
        }
    }

    fn estimate(&self, line: &Line) -> String {
        let per = if self.measure.name.contains("per customer") { " per customer" } else { "" };
        let (low, high) = (self.end(line.low), self.end(line.high));
        if line.low == line.high {
            return format!("{}{per}", self.amount(line.value));
        }
        format!("{}{per} ({low} to {high})", self.amount(line.value))
    }

    fn end(&self, value: Option<f64>) -> String {
        let value = value.unwrap_or(f64::NAN);
        if self.measure.unit == Unit::Share { percent(value) } else { number(value) }
    }

    /// The best of all points and strategies, and what is not clearly worse.
    fn best_of_all(&self, best: &Line, lines: &[&Line]) -> String {
        let unswept = best.strategy == NONE && all_same(&best.strategy, lines);
        let at = self.sweep.in_words(self.point(best));
        let earns = self.measure.key == "profit";
        let place = match (earns, unswept) {
            (true, true) => "Doing nothing earns most".to_owned(),
            (true, false) if best.strategy == NONE => format!("Doing nothing at {at} earns most"),
            (true, false) => format!("{at} earns most under {}", best.strategy),
            (false, true) => format!("{} is {} when nothing is done", capital(self.measure.name), self.extreme()),
            (false, false) => {
                format!("{} is {} at {at} under {}", capital(self.measure.name), self.extreme(), best.strategy)
            }
        };
        let close = |line: &&&Line| matches!(line.standing, Some(Standing::NotClearlyWorse | Standing::Same));
        let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
        for line in lines.iter().filter(close).filter(|line| !(unswept && line.strategy == NONE)) {
            let values = self.sweep.values(self.point(line));
            match groups.iter_mut().find(|(strategy, _)| *strategy == line.strategy) {
                Some((_, own)) => own.push(values),
                None => groups.push((&line.strategy, vec![values])),
            }
        }
        let words = groups.iter().map(|(strategy, values)| {
            if *strategy == NONE && all_same(NONE, lines) {
                return "doing nothing".to_owned();
            }
            if values.len() == self.opened.points.len() {
                return format!("all under {strategy}");
            }
            format!("{} under {strategy}", self.list(values))
        });
        let close = words.collect::<Vec<_>>().join("; ");
        let close = match close.as_str() {
            "" => "everything else tried is clearly worse".to_owned(),
            close => format!("not clearly worse than this best of all: {close}"),
        };
        format!("{place}: {}; {close}.", self.estimate(best))
    }

    /// The best value of one strategy. Of the strategy that holds the best of all only what was not said yet.
    fn best_of(&self, strategy: &str, lines: &[&Line], said: bool) -> Option<String> {
        let best = lines.iter().copied().find(|line| line.standing_under_strategy == Some(Standing::Best))?;
        if all_same(strategy, lines) {
            let keys = self.keys();
            return Some(format!("Under {strategy} {keys} makes no difference: {}.", self.estimate(best)));
        }
        let edges = self.edges(best, lines);
        if said {
            return edges.map(|edges| format!("Under {strategy} {edges}."));
        }
        let close: Vec<String> = lines
            .iter()
            .filter(|line| matches!(line.standing_under_strategy, Some(Standing::NotClearlyWorse | Standing::Same)))
            .map(|line| self.sweep.values(self.point(line)))
            .collect();
        let close = if close.is_empty() {
            "its other values are clearly worse than that".to_owned()
        } else if close.len() + 1 == lines.len() {
            "none of its other values is clearly worse than that".to_owned()
        } else {
            format!("of its other values not clearly worse than that: {}", self.list(&close))
        };
        let edges = edges.map_or_else(String::new, |edges| format!("; {edges}"));
        let at = self.sweep.in_words(self.point(best));
        Some(format!("Of the values under {strategy} the best is {at}: {}; {close}{edges}.", self.estimate(best)))
    }

    /// A best at the end of what was tried may have better ones beyond. That of a price is no news: the lowest cost and the
    /// highest margin are always the best.
    fn edges(&self, best: &Line, lines: &[&Line]) -> Option<String> {
        let at = self.point(best);
        let edge = |(index, key): (usize, &super::Key)| {
            // Only along a key that clearly matters: the other key as at the best.
            let mut beside = lines.iter().filter(|line| {
                self.point(line).iter().zip(at).enumerate().all(|(other, (own, best))| other == index || own == best)
            });
            let value = at[index];
            if !beside.any(|line| line.standing_under_strategy == Some(Standing::ClearlyWorse)) {
                return None;
            }
            let end = match value {
                _ if key.kind == Kind::Words || key.is_price() => return None,
                0 => "lowest",
                last if last + 1 == key.values.len() => "highest",
                _ => return None,
            };
            let beyond = if end == "lowest" { "below" } else { "above" };
            let text = &key.values[value].text;
            let which = if self.sweep.keys.len() > 1 { key.name.as_str() } else { "value" };
            Some(format!("the best {which} tried is the {end}, so the best of all may lie {beyond} {text}"))
        };
        let edges: Vec<String> = self.sweep.keys.iter().enumerate().filter_map(edge).collect();
        (!edges.is_empty()).then(|| edges.join("; "))
    }

    fn extreme(&self) -> &'static str {
        if self.measure.better == Better::Lower { "lowest" } else { "highest" }
    }

    fn list(&self, values: &[String]) -> String {
        // Of two keys a point has a comma in it.
        let joiner = if self.sweep.keys.len() > 1 { " | " } else { ", " };
        let shown: Vec<&str> = values.iter().take(LISTED).map(String::as_str).collect();
        match values.len() {
            0..=LISTED => shown.join(joiner),
            many => format!("{} and {} more", shown.join(joiner), many - LISTED),
        }
    }
}

/// Whether the sweep changes nothing under a strategy.
fn all_same(strategy: &str, lines: &[&Line]) -> bool {
    let mut own = lines.iter().filter(|line| line.strategy == strategy);
    own.all(|line| matches!(line.standing_under_strategy, Some(Standing::Best | Standing::Same)))
}

/// What a reader must know to read the numbers.
pub(super) fn notes(sweep: &Sweep, opened: &Opened, answer: &Answer, measure: &Measure) -> Vec<String> {
    let setup = &answer.setup;
    let (customers, points) = (count(setup.customers), opened.points.len());
    let mut notes = Vec::new();
    if setup.draws == 1 {
        let how = if setup.uncertain_inputs == 0 {
            "every rate is taken as exact"
        } else {
            "one draw: every uncertain input is at its typical value, rates taken as exact"
        };
        notes.push(format!(
            "95 % Monte Carlo intervals of {customers} simulated customers, the same at all {points} points; {how}."
        ));
        notes.push("Differences are from the best value under the same strategy, the same customers in both. “Not clearly worse”: the interval of the difference contains 0. These intervals are widened for the number of values tried (Bonferroni), so that what is best in truth is marked with a chance of 95 % or more.".to_owned());
    } else {
        notes.push(format!(
            "90 % intervals over {} draws of {} uncertain input{}, {customers} simulated customers in all, the same at all {points} points.",
            setup.draws,
            setup.uncertain_inputs,
            if setup.uncertain_inputs == 1 { "" } else { "s" },
        ));
        notes.push("Differences are from the best value under the same strategy, the same customers and draws in both. “Not clearly worse”: the interval of the difference contains 0, so some of what is possible of the inputs makes it as good. These intervals are not corrected for the number of values tried.".to_owned());
    }
    notes.push(format!(
        "The best of many looks a little better than it is: play its value once more with another seed for an unbiased {}.",
        measure.name
    ));
    if let Some(tail) = opened.tail {
        notes.push(format!(
            "The plans of the points differ in length, so all have the tail of the longest one, {}; the same at one point alone: --set tail={}.",
            Span(tail),
            Span(tail)
        ));
    }
    let fixed = |key: &&super::Key| {
        let uncertain = |point: &super::Point| point.world.uncertain.iter().any(|own| own.path == key.path.join("."));
        key.kind != Kind::Words && !opened.points.iter().any(uncertain)
    };
    let replaced = sweep.keys.iter().filter(fixed).map(|key| key.key.as_str()).collect::<Vec<_>>().join(" and ");
    if setup.draws > 1 && !replaced.is_empty() {
        notes.push(format!("At every point {replaced} is taken as known exactly."));
    }
    let tires = opened.points.iter().all(|point| point.world.scenario.has_fatigue());
    if !tires && sweep.keys.iter().any(|key| key.path.iter().any(|part| part == "trigger")) {
        notes.push("Response rates do not fall with frequency without `[fatigue]`: nobody gets tired of messages except by opting out, so more of them look better than they are.".to_owned());
    }
    notes
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
