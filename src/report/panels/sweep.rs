//! The panels of a sweep: each measure against the swept key, or the objective over two of them.

use serde_json::Value as Json;

use super::{Chart, Panel, View, capital, estimate};
use crate::figures::Sheet;
use crate::report::charts::{Across, Curve, Curves, Form, Mark, MarkKind, Matrix, MatrixColumn, Part};
use crate::scenario::NONE;
use crate::sweep::{Answer, Key, Kind, Line, Standing};

/// What each panel asks, and the measures that answer it.
const QUESTIONS: [(&str, &str, &[&str]); 3] = [
    ("earn", "What does it earn?", &["profit", "incremental_profit", "revenue", "orders"]),
    (
        "cost",
        "What does it cost?",
        &["spend", "cost_per_contact", "cost_per_responding_customer", "cost_per_incremental_order"],
    ),
    ("keep", "Whom do we keep, and whom can we still reach?", &["retention", "alive", "reach_left", "opt_outs"]),
];

const COLUMNS: [&str; 11] = [
    "value_1",
    "value_2",
    "strategy",
    "name",
    "value",
    "low",
    "high",
    "difference_from_own_best",
    "difference_from_own_best_low",
    "difference_from_own_best_high",
    "standing_under_strategy",
];

const NOTE: &str = "A ring marks the best value under each strategy, a filled dot values that are not clearly worse (paired difference, the same customers), a hollow dot those that are. Bands are intervals of each point by itself: they overlap more than the differences allow.";

/// All panels of a sweep, in the order of the page.
pub fn panels(answer: &Answer, sheets: &[Sheet]) -> Vec<Panel> {
    let reader = Reader { answer };
    let best = Panel {
        name: "best",
        question: "Which value is best?",
        charts: reader.charts(answer.objective, "best-"),
        note: if answer.keys.len() == 1 {
            NOTE.to_owned()
        } else {
            "Darker is larger. The title names the best of each strategy; which are not clearly worse is in the table."
                .to_owned()
        },
        view: reader.view(sheets, &[answer.objective]),
    };
    let mut panels = vec![best];
    // Of two keys a picture for each measure and strategy would be more than anybody reads.
    if answer.keys.len() == 1 {
        panels.extend(QUESTIONS.iter().map(|(name, question, measures)| {
            let rest: Vec<&str> = measures.iter().copied().filter(|measure| *measure != answer.objective).collect();
            let charts = rest.iter().flat_map(|measure| reader.charts(measure, "")).collect();
            Panel { name, question, charts, note: NOTE.to_owned(), view: reader.view(sheets, &rest) }
        }));
        panels.retain(|panel| !panel.charts.is_empty());
    }
    panels
}

struct Reader<'a> {
    answer: &'a Answer,
}

impl Reader<'_> {
    fn view(&self, sheets: &[Sheet], measures: &[&str]) -> Option<View> {
        let sheet = sheets.iter().find(|sheet| sheet.name == "sweep")?;
        let place = sheet.columns.iter().position(|column| column.name == "measure")?;
        let shown = |row: &usize| {
            let own = sheet.rows[*row].get(place).and_then(Json::as_str);
            own.is_some_and(|own| measures.contains(&own))
        };
        let two = self.answer.keys.len() > 1;
        let columns: Vec<&str> = COLUMNS.into_iter().filter(|name| two || *name != "value_2").collect();
        View::ranked(sheet.name, &columns, (0..sheet.rows.len()).filter(shown).collect())
    }

    fn form(&self, line: &Line) -> Form {
        match line.unit {
            "money" => Form::Money(self.answer.setup.currency.clone()),
            "share" => Form::Share,
            _ => Form::Number,
        }
    }

    fn part(&self, strategy: &str) -> Part {
        let mut others = self.answer.strategies.iter().filter(|name| *name != NONE);
        match others.position(|name| name == strategy) {
            _ if strategy == NONE => Part::Nothing,
            Some(0) | None => Part::Baseline,
            Some(place) => Part::Strategy(place - 1),
        }
    }

    /// The charts of a measure: curves against one key, a matrix for each strategy over two.
    fn charts(&self, measure: &str, prefix: &str) -> Vec<Chart> {
        let lines: Vec<&Line> = self.answer.of(measure).collect();
        let Some(first) = lines.iter().copied().find(|line| line.value.is_some()) else { return Vec::new() };
        let name = format!("{prefix}{}", measure.replace('_', "-"));
        match &self.answer.keys[..] {
            [key] => {
                let chart = self.curves(key, first, &lines);
                let description = format!("{} against {}, by strategy, with intervals.", capital(first.name), key.key);
                vec![Chart::new(name, self.title(&lines), |caption| chart.draw(caption), &description)]
            }
            [one, other] => {
                let strategies = self.answer.strategies.iter().filter(|strategy| {
                    lines.iter().any(|line| line.strategy == **strategy && line.value.is_some())
                        && (*strategy != NONE || !unswept(&lines, strategy))
                });
                let chart = |(number, strategy): (usize, &String)| {
                    let own: Vec<&Line> = lines.iter().copied().filter(|line| line.strategy == *strategy).collect();
                    let chart = self.matrix([one, other], first, &own);
                    let description =
                        format!("{} under {strategy} over {} and {}.", capital(first.name), one.key, other.key);
                    let title = format!("{strategy}: {}", self.title(&own));
                    Chart::new(format!("{name}-{}", number + 1), title, |caption| chart.draw(caption), &description)
                };
                strategies.enumerate().map(chart).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where the measure is best under each strategy.
    fn title(&self, lines: &[&Line]) -> String {
        let Some(first) = lines.first() else { return String::new() };
        let name = capital(first.name);
        let word = match first.better {
            "higher" => "highest",
            "lower" => "lowest",
            _ => return name,
        };
        let keys = self.answer.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(" and ");
        let strategies = self.answer.strategies.iter().filter(|strategy| *strategy != NONE);
        let strategies = strategies.filter(|strategy| {
            let mut own = lines.iter().filter(|line| line.strategy == **strategy);
            own.any(|line| line.standing_under_strategy.is_some())
        });
        let (mut best, mut unclear, mut level) = (Vec::new(), Vec::new(), Vec::new());
        for strategy in strategies {
            let own: Vec<&Line> = lines.iter().copied().filter(|line| line.strategy == *strategy).collect();
            let at = own.iter().find(|line| line.standing_under_strategy == Some(Standing::Best));
            let clear = own.iter().any(|line| line.standing_under_strategy == Some(Standing::ClearlyWorse));
            match at {
                _ if unswept(lines, strategy) => level.push(strategy.as_str()),
                Some(at) if clear => best.push((strategy.as_str(), self.point(at))),
                _ => unclear.push(strategy.as_str()),
            }
        }
        let one = lines.iter().all(|line| line.strategy == first.strategy);
        let under = |strategies: &[&str]| {
            if one { String::new() } else { format!(" under {}", strategies.join(" and ")) }
        };
        if best.is_empty() && unclear.is_empty() {
            return format!("{name} does not depend on {keys}");
        }
        let mut said = Vec::new();
        if !best.is_empty() {
            let places = best.iter().map(|(strategy, point)| format!("{point}{}", under(&[strategy])));
            said.push(format!("{name} is {word} at {}", places.collect::<Vec<_>>().join("; ")));
        }
        if !unclear.is_empty() {
            let what = if best.is_empty() { format!("{name}: ") } else { String::new() };
            said.push(format!("{what}no clear best value of {keys}{}", under(&unclear)));
        }
        if !level.is_empty() {
            said.push(format!("{keys} makes no difference{}", under(&level)));
        }
        said.join("; ")
    }

    /// A line's point in a sentence: `every = 7d`, or `every = 7d, after = 24h`.
    fn point(&self, line: &Line) -> String {
        let values = [Some(&line.value_1), line.value_2.as_ref()];
        let words =
            self.answer.keys.iter().zip(values).filter_map(|(key, value)| Some(format!("{} = {}", key.name, value?)));
        words.collect::<Vec<_>>().join(", ")
    }

    fn curves(&self, key: &Key, first: &Line, lines: &[&Line]) -> Curves {
        let curve = |strategy: &String| {
            let own: Vec<&&Line> = lines.iter().filter(|line| line.strategy == *strategy).collect();
            if own.iter().all(|line| line.value.is_none()) {
                return None;
            }
            let kind = |line: &Line| match line.standing_under_strategy? {
                Standing::Best => Some(MarkKind::Best),
                Standing::Same | Standing::NotClearlyWorse => Some(MarkKind::Close),
                Standing::ClearlyWorse => Some(MarkKind::Worse),
            };
            let marks = own.iter().enumerate().filter_map(|(at, line)| Some(Mark { at, kind: kind(line)? }));
            Some(Curve {
                name: strategy.clone(),
                part: self.part(strategy),
                points: own.iter().map(|line| estimate(line.value, line.low, line.high)).collect(),
                // A level line has no best point.
                marks: if unswept(lines, strategy) { Vec::new() } else { marks.collect() },
            })
        };
        let (across, unit) = across(key);
        Curves {
            across,
            across_label: format!("{}{unit}", key.key),
            value_label: first.name.to_owned(),
            form: self.form(first),
            curves: self.answer.strategies.iter().filter_map(curve).collect(),
            posts: Vec::new(),
        }
    }

    fn matrix(&self, [one, other]: [&Key; 2], first: &Line, lines: &[&Line]) -> Matrix {
        let cells = lines
            .chunks(other.values.len())
            .map(|row| row.iter().map(|line| line.value.unwrap_or(f64::NAN)).collect::<Vec<_>>());
        let texts = |key: &Key| key.values.iter().map(|value| value.text.clone()).collect::<Vec<_>>();
        Matrix {
            row_label: one.name.clone(),
            column_label: other.name.clone(),
            form: self.form(first),
            columns: texts(other).into_iter().map(|name| MatrixColumn { name, aside: false }).collect(),
            rows: texts(one),
            cells: cells.collect(),
        }
    }
}

/// Whether the sweep changes nothing in a measure under a strategy.
fn unswept(lines: &[&Line], strategy: &str) -> bool {
    let mut own = lines.iter().filter(|line| line.strategy == strategy);
    own.all(|line| matches!(line.standing_under_strategy, None | Some(Standing::Best | Standing::Same)))
        && lines.iter().any(|line| line.strategy == strategy && line.standing_under_strategy.is_some())
}

/// Where the values lie across, and their unit.
fn across(key: &Key) -> (Across, &'static str) {
    let numbers: Option<Vec<f64>> = key.values.iter().map(|value| value.number).collect();
    match (key.kind, numbers) {
        (Kind::Numbers, Some(numbers)) => (Across::Numbers(numbers, Form::Number), ""),
        (Kind::Durations, Some(days)) => {
            let longest = days.iter().copied().fold(0.0, f64::max);
            let (unit, factor) = match longest {
                days if days >= 3.0 => (" (days)", 1.0),
                days if days >= 3.0 / 24.0 => (" (hours)", 24.0),
                _ => (" (minutes)", 24.0 * 60.0),
            };
            (Across::Numbers(days.iter().map(|days| days * factor).collect(), Form::Number), unit)
        }
        _ => (Across::Names(key.values.iter().map(|value| value.text.clone()).collect()), ""),
    }
}
