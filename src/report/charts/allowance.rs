//! Rates of errors against what is allowed.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Estimate, Form, Picture, Shape};
use super::{axis, font};

/// Rates of errors with their intervals, row by row, against one line that they should not pass.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// What lies across, such as "errors as a share of what is allowed".
    pub across_label: String,
    /// How values are written.
    pub form: Form,
    /// The line.
    pub allowed: f64,
    /// What stands above the line, in a few words.
    pub allowed_words: String,
    /// Up to here an interval may reach; at the line for no slack.
    pub slack: f64,
    /// Values beyond lie on the edge, with an arrow: one of them must not hide the others.
    pub most: f64,
    /// The rows.
    pub rows: Vec<AllowanceRow>,
}

/// A rate.
#[derive(Clone, Debug)]
pub struct AllowanceRow {
    /// Its name.
    pub name: String,
    /// What is said below the name; may be empty.
    pub note: String,
    /// The rate.
    pub rate: Estimate,
    /// How it stands to the line.
    pub standing: Standing,
    /// That in a word.
    pub word: String,
}

/// How a rate stands to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Known not to pass it by more than the slack: a dot.
    Within,
    /// Known to pass it: a cross.
    Beyond,
    /// Not known: a ring.
    Open,
}

/// Where the scale lies.
const PLOT: (f64, f64) = (290.0, 600.0);

/// The room for names, from 12.
const NAME: f64 = PLOT.0 - 28.0;

/// Where the word ends, and its room.
const WORD: (f64, f64) = (708.0, 86.0);

/// The height of a row, with and without a note.
const ROW: (f64, f64) = (46.0, 30.0);

/// Above the rows: the words of the line.
const HEAD: f64 = 26.0;

impl Allowance {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let numbers = self.rows.iter().flat_map(|row| row.rate.numbers());
        let numbers = numbers.map(|number| number.clamp(0.0, self.most));
        // Room beyond the slack in any case, so that it is seen where that ends.
        let end = self.allowed + 1.5 * (self.slack - self.allowed).max(0.1 * self.allowed);
        let scale = Scale::over(numbers.chain([0.0, end]), PLOT.0, PLOT.1).widened(0.04);
        let bottom = HEAD + self.rows.iter().map(AllowanceRow::height).sum::<f64>();
        let (line, slack) = (scale.at(self.allowed), scale.at(self.slack));
        canvas.filled((PLOT.0, HEAD), (line, bottom), Tone::Hue(2), 0.1);
        canvas.filled((line, HEAD), (slack, bottom), Tone::Hue(4), 0.16);
        axis::across(&canvas, scale, &self.form, &self.across_label, (HEAD, bottom));
        canvas.line(&[(line, HEAD - 4.0), (line, bottom + 4.0)], Tone::Ink, 2.0, "");
        let half = font::width(&font::clean(&self.allowed_words), SMALL).min(WIDTH - 24.0) / 2.0;
        let middle = line.min(WIDTH - 12.0 - half).max(12.0 + half);
        canvas.name((middle, 16.0), &self.allowed_words, 2.0 * half + 1.0, SMALL, Tone::Ink, Anchor::Middle);
        let mut y = HEAD;
        for row in &self.rows {
            row.draw(&canvas, scale, self.most, y);
            y += row.height();
        }
        canvas.finish(bottom + axis::HEIGHT)
    }
}

impl Standing {
    fn tone(self) -> Tone {
        match self {
            Self::Within => Tone::Hue(2),
            Self::Beyond => Tone::Hue(6),
            Self::Open => Tone::Hue(4),
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Within => Shape::Dot,
            Self::Beyond => Shape::Cross,
            Self::Open => Shape::Ring,
        }
    }
}

impl AllowanceRow {
    fn height(&self) -> f64 {
        if self.note.is_empty() { ROW.1 } else { ROW.0 }
    }

    fn draw(&self, canvas: &Canvas, scale: Scale, most: f64, top: f64) {
        let (middle, tone) = (top + self.height() / 2.0, self.standing.tone());
        let foot = if self.note.is_empty() { middle + 5.0 } else { top + 20.0 };
        canvas.name((12.0, foot), &self.name, NAME, SIZE, Tone::Ink, Anchor::Start);
        canvas.name((12.0, foot + 18.0), &self.note, NAME, SMALL, Tone::Soft, Anchor::Start);
        let Some(value) = self.rate.known() else {
            canvas.words((PLOT.0 + 8.0, middle + 5.0), "–", SIZE, Tone::Soft, Anchor::Start);
            return;
        };
        if let Some((low, high)) = self.rate.interval() {
            let ends = [(scale.at(low), middle), (scale.at(high), middle)];
            canvas.line(&ends, tone, 3.0, "");
            for (x, _) in ends {
                canvas.line(&[(x, middle - 5.0), (x, middle + 5.0)], tone, 2.0, "");
            }
        }
        canvas.mark((scale.at(value), middle), self.standing.shape(), 6.5, tone, false);
        if value > most {
            let x = scale.at(value) + 10.0;
            canvas.area(&[(x, middle - 6.0), (x + 9.0, middle), (x, middle + 6.0)], tone, 1.0);
        }
        canvas.name((WORD.0, middle + 5.0), &self.word, WORD.1, SIZE, tone, Anchor::End);
    }
}
