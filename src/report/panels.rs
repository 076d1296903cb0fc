//! The panels of a report: each asks one question, answers it in the title of its charts, and names the rows behind them.

pub mod attribution;
mod costs;
mod curves;
mod frontier;
mod funnels;
mod hinges;
mod hops;
mod inputs;
mod kpis;
mod nps;
mod profiles;
mod segments;
pub mod sweep;
mod years;

use super::charts::{Caption, Estimate, Form, Part, Picture};
use crate::compare::number;
use crate::figures::{Figures, MeasureLine};
use crate::scenario::NONE;

/// A question, its charts, and the rows behind them.
pub struct Panel {
    /// Its name: the fragment in the page.
    pub name: &'static str,
    /// The question.
    pub question: &'static str,
    /// Charts; may be empty.
    pub charts: Vec<Chart>,
    /// How to read it, and what it leaves out.
    pub note: String,
    /// The rows behind it.
    pub view: Option<View>,
}

/// A chart with the answer that it shows.
pub struct Chart {
    /// Its file name without ending.
    pub name: String,
    /// The answer.
    pub title: String,
    /// The drawing.
    pub picture: Picture,
}

/// Rows and columns of a sheet.
pub struct View {
    /// The sheet's name.
    pub sheet: &'static str,
    /// The columns to show.
    pub columns: Vec<&'static str>,
    /// The rows to show.
    pub rows: Vec<usize>,
    /// How many rows were left out for length.
    pub left_out: usize,
}

/// As many rows of a sheet as a page shows; the rest is in the CSV file.
const MOST_ROWS: usize = 60;
/// As many rows as one chart shows.
const MOST_BARS: usize = 40;

impl View {
    /// The first rows that pass a filter.
    fn of<T>(sheet: &'static str, columns: &[&'static str], rows: &[T], keep: impl Fn(&T) -> bool) -> Option<Self> {
        let kept: Vec<usize> = (0..rows.len()).filter(|&row| keep(&rows[row])).collect();
        Self::ranked(sheet, columns, kept)
    }

    /// The first of rows in a given order.
    pub(super) fn ranked(sheet: &'static str, columns: &[&'static str], mut rows: Vec<usize>) -> Option<Self> {
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        rows.truncate(MOST_ROWS);
        (!rows.is_empty()).then(|| Self { sheet, columns: columns.to_vec(), rows, left_out })
    }
}

impl Chart {
    pub(super) fn new(
        name: impl Into<String>,
        title: String,
        draw: impl FnOnce(&Caption<'_>) -> Picture,
        description: &str,
    ) -> Self {
        let picture = draw(&Caption { title: &title, description });
        Self { name: name.into(), title, picture }
    }
}

/// All panels, in the order of the page.
pub fn panels(figures: &Figures) -> Vec<Panel> {
    let reader = Reader { figures };
    let all = [
        kpis::panel(&reader),
        Some(years::panel(&reader)),
        frontier::panel(&reader),
        curves::retention(&reader),
        curves::money(&reader),
        costs::panel(&reader),
        funnels::channels(&reader),
        funnels::entries(&reader),
        funnels::steps(&reader),
        hops::panel(&reader),
        profiles::panel(&reader),
        curves::reach(&reader),
        nps::panel(&reader),
        segments::panel(&reader),
        Some(hinges::panel(&reader)),
        Some(inputs::panel(&reader)),
    ];
    all.into_iter().flatten().collect()
}

/// Figures, and who is who.
struct Reader<'a> {
    figures: &'a Figures,
}

impl Reader<'_> {
    fn baseline(&self) -> &str {
        self.figures.answer.setup.baseline.as_deref().unwrap_or(NONE)
    }

    fn currency(&self) -> &str {
        &self.figures.answer.setup.currency
    }

    fn money(&self) -> Form {
        Form::Money(self.currency().to_owned())
    }

    fn form(&self, unit: &str) -> Form {
        match unit {
            "money" => self.money(),
            "share" => Form::Share,
            _ => Form::Number,
        }
    }

    /// Names of the strategies in the order of the file, `none` last.
    fn strategies(&self) -> impl Iterator<Item = &str> {
        self.figures.strategies.iter().map(|line| line.strategy.as_str())
    }

    fn part(&self, strategy: &str) -> Part {
        if strategy == NONE {
            return Part::Nothing;
        }
        if strategy == self.baseline() {
            return Part::Baseline;
        }
        let others = self.strategies().filter(|&name| name != self.baseline());
        Part::Strategy(others.take_while(|&name| name != strategy).count())
    }

    /// Whether under any strategy a hop lost the context.
    fn loses_context(&self) -> bool {
        self.figures.hops.iter().any(|line| line.contexts_lost > 0.0)
    }

    /// The lines of a measure, one per strategy.
    fn lines(&self, measure: &str) -> impl Iterator<Item = &MeasureLine> {
        self.figures.measures.iter().filter(move |line| line.measure == measure)
    }

    /// How a measure differs from the baseline, in a sentence.
    fn verdict(&self, measure: &str) -> String {
        let compared: Vec<&MeasureLine> =
            self.lines(measure).filter(|line| line.strategy != NONE && line.difference.is_some()).collect();
        let baseline = self.baseline();
        let Some(first) = compared.first() else {
            return self.lines(measure).next().map_or_else(String::new, |line| capital(line.name));
        };
        if let [line] = compared[..] {
            return match standing(line) {
                Standing::Same => format!("No difference in {} between {} and {baseline}", line.name, line.strategy),
                Standing::Open => format!(
                    "No clear difference in {} between {} and {baseline} ({})",
                    line.name,
                    line.strategy,
                    self.range(line)
                ),
                Standing::Better | Standing::Worse | Standing::More | Standing::Less => {
                    let size = self.difference(line, line.difference.unwrap_or_default().abs());
                    let word = if line.difference > Some(0.0) { "higher" } else { "lower" };
                    format!(
                        "{}: {} {size} {word} than under {baseline} ({})",
                        line.strategy,
                        line.name,
                        self.range(line)
                    )
                }
            };
        }
        let group = |wanted: Standing| {
            named(compared.iter().filter(|line| standing(line) == wanted).map(|line| &*line.strategy))
        };
        let parts = [
            ("clearly better under", group(Standing::Better)),
            ("clearly worse under", group(Standing::Worse)),
            ("clearly higher under", group(Standing::More)),
            ("clearly lower under", group(Standing::Less)),
            ("not clearly different under", group(Standing::Open)),
            ("the same under", group(Standing::Same)),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter_map(|(words, names)| Some(format!("{words} {}", names?))).collect();
        format!("{} against {baseline}: {}", capital(first.name), parts.join("; "))
    }

    /// A difference in the unit of a measure; shares differ by percentage points.
    fn difference(&self, line: &MeasureLine, value: f64) -> String {
        match line.unit {
            "share" => format!("{} pp", number(value * 100.0)),
            "money" => format!("{} {}", number(value), self.currency()),
            _ => number(value),
        }
    }

    fn range(&self, line: &MeasureLine) -> String {
        let end = |end: Option<f64>| self.difference(line, end.unwrap_or(f64::NAN));
        format!("{} to {}", end(line.difference_low), end(line.difference_high))
    }
}

/// How sure a difference from the baseline is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Better,
    Worse,
    /// Clearly more of what is better neither way.
    More,
    /// Clearly less of it.
    Less,
    Open,
    Same,
}

fn standing(line: &MeasureLine) -> Standing {
    let (Some(low), Some(high)) = (line.difference_low, line.difference_high) else { return Standing::Open };
    if low == 0.0 && high == 0.0 {
        return Standing::Same;
    }
    if low <= 0.0 && high >= 0.0 {
        return Standing::Open;
    }
    match line.better {
        "lower" if high < 0.0 => Standing::Better,
        "higher" if low > 0.0 => Standing::Better,
        "neither" if low > 0.0 => Standing::More,
        "neither" => Standing::Less,
        _ => Standing::Worse,
    }
}

/// `a`, `a and b`, `a, b and 3 more`; none of none.
pub(super) fn named<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<&str> = names.collect();
    match &names[..] {
        [] => None,
        [one] => Some((*one).to_owned()),
        [one, two] => Some(format!("{one} and {two}")),
        [one, two, three] => Some(format!("{one}, {two} and {three}")),
        [one, two, rest @ ..] => Some(format!("{one}, {two} and {} more", rest.len())),
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn estimate(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Estimate {
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Estimate::within(known(value), known(low), known(high))
}
