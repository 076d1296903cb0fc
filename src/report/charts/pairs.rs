//! Two values of each row on one scale, joined: what is said of it, and what is so.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Estimate, Form, Part, Picture};
use super::{axis, font, key};

/// Two values of each row, with their intervals.
#[derive(Clone, Debug)]
pub struct Pairs {
    /// What lies across, such as "orders per customer".
    pub across_label: String,
    /// How values are written.
    pub form: Form,
    /// What the first values are, and their colour.
    pub first: (String, Part),
    /// What the second values are, and their colour.
    pub second: (String, Part),
    /// The rows.
    pub rows: Vec<PairsRow>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct PairsRow {
    /// Its name.
    pub name: String,
    /// The first value.
    pub first: Estimate,
    /// The second value.
    pub second: Estimate,
    /// Whether it is set apart from the rows below, as a total is.
    pub apart: bool,
}

/// Where the scale begins.
const LEFT: f64 = 206.0;
/// The room for names, from 12.
const NAME: f64 = LEFT - 28.0;
/// The height of a row, and of the gap behind one that is set apart.
const ROW: (f64, f64) = (52.0, 14.0);
/// How far the two values lie above and below the middle of the row.
const APART: f64 = 11.0;

impl Pairs {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let entry = |(words, part): &(String, Part)| Entry {
            sample: Sample::Mark(part.shape()),
            tone: part.tone(),
            words: words.clone(),
        };
        let top = key::draw(&canvas, &[entry(&self.first), entry(&self.second)], 0.0) + 8.0;
        let said = self.rows.iter().flat_map(|row| [self.said(&row.first), self.said(&row.second)]);
        let widest = said.map(|words| font::width(&words, SMALL)).fold(0.0, f64::max);
        let right = (WIDTH - 12.0 - widest - 16.0).max(LEFT + 90.0);
        let values = self.rows.iter().flat_map(|row| row.first.numbers().chain(row.second.numbers()));
        let scale = Scale::over(values.chain([0.0]), LEFT, right).widened(0.05);
        let height = |row: &PairsRow| ROW.0 + if row.apart { ROW.1 } else { 0.0 };
        let bottom = top + self.rows.iter().map(height).sum::<f64>();
        axis::across(&canvas, scale, &self.form, &self.across_label, (top, bottom));
        let mut y = top;
        for row in &self.rows {
            self.row(&canvas, scale, row, y + ROW.0 / 2.0);
            y += height(row);
            if row.apart {
                let line = y - ROW.1 / 2.0;
                canvas.line(&[(12.0, line), (scale.to, line)], Tone::Grid, 1.0, "");
            }
        }
        canvas.finish(bottom + axis::HEIGHT)
    }

    fn row(&self, canvas: &Canvas, scale: Scale, row: &PairsRow, middle: f64) {
        canvas.name((12.0, middle + 5.0), &row.name, NAME, SIZE, Tone::Ink, Anchor::Start);
        let (first, second) = ((middle - APART, &row.first), (middle + APART, &row.second));
        if let (Some(one), Some(other)) = (row.first.known(), row.second.known()) {
            canvas.line(&[(scale.at(one), first.0), (scale.at(other), second.0)], Tone::Grid, 2.0, "");
        }
        for ((y, estimate), (_, part)) in [(first, &self.first), (second, &self.second)] {
            let words = self.said(estimate);
            canvas.name((scale.to + 16.0, y + 5.0), &words, WIDTH - 28.0 - scale.to, SMALL, part.tone(), Anchor::Start);
            let Some(value) = estimate.known() else { continue };
            if let Some((low, high)) = estimate.interval() {
                let ends = [(scale.at(low), y), (scale.at(high), y)];
                canvas.line(&ends, part.tone(), 2.4, "");
                for (x, _) in ends {
                    canvas.line(&[(x, y - 4.0), (x, y + 4.0)], part.tone(), 1.6, "");
                }
            }
            canvas.mark((scale.at(value), y), part.shape(), 6.0, part.tone(), false);
        }
    }

    /// A value and its interval in words.
    fn said(&self, estimate: &Estimate) -> String {
        let Some(value) = estimate.known() else { return "–".to_owned() };
        let bare = |value: f64| self.form.value(value).trim_end_matches(self.form.sign()).to_owned();
        match estimate.interval() {
            Some((low, high)) if low < high => {
                format!("{} ({} to {})", self.form.value(value), bare(low), bare(high))
            }
            _ => self.form.value(value),
        }
    }
}
