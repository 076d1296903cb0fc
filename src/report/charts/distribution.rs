//! How one year may turn out.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Form, Part, Picture};
use super::{axis, font};

/// How one year may turn out, a row for each strategy.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// What the values are, such as "profit of one year".
    pub value_label: String,
    /// How values are written.
    pub form: Form,
    /// The rows.
    pub rows: Vec<DistributionRow>,
}

/// The outcomes of one strategy.
#[derive(Clone, Debug)]
pub struct DistributionRow {
    /// The strategy's name.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// The outcomes below which 5, 25, 50, 75 and 95 % of the years lie; NaN when unknown.
    pub quantiles: [f64; 5],
    /// Equally likely outcomes, drawn as dots, such as 20 of which each stands for one year in twenty; may be empty.
    pub dots: Vec<f64>,
    /// A note, such as "better than everyone in 73 % of years"; may be empty.
    pub note: String,
}

/// Where the outcomes lie.
const PLOT: (f64, f64) = (236.0, WIDTH - 16.0);

/// The room for names and notes, from 12.
const NAME: f64 = PLOT.0 - 30.0;

/// The radius of a dot.
const DOT: f64 = 4.0;

/// The height of a row's box with the word of its median.
const BOX: f64 = 44.0;

impl Distribution {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let top = 6.0;
        let values = self.rows.iter().flat_map(|row| row.quantiles.iter().chain(&row.dots)).copied();
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        // 0 belongs there if it is not far: whether a year loses money is what is asked.
        let bare = Scale::over(values.iter().copied(), PLOT.0, PLOT.1);
        let reach = bare.high - bare.low;
        let near = -reach < bare.low && bare.high < reach;
        let scale = Scale::over(values.into_iter().chain(near.then_some(0.0)), PLOT.0, PLOT.1).widened(0.03);
        let rows: Vec<(f64, Vec<(f64, f64)>)> = self.rows.iter().map(|row| row.layout(scale)).collect();
        let bottom = top + rows.iter().map(|row| row.0).sum::<f64>();
        axis::across(&canvas, scale, &self.form, &self.value_label, (top, bottom));
        let mut y = top;
        for (row, (height, dots)) in self.rows.iter().zip(rows) {
            row.draw(&canvas, scale, &self.form, (y, y + height), &dots);
            y += height;
        }
        let note = "Thin: 90 % of years. Thick: the middle half. Stroke: the median.";
        canvas.words((12.0, bottom + axis::HEIGHT + 14.0), note, SMALL, Tone::Soft, Anchor::Start);
        canvas.finish(bottom + axis::HEIGHT + 26.0)
    }
}

impl DistributionRow {
    /// Its height and the places of its dots, upwards from 0, so that dots that are close are piled up.
    fn layout(&self, scale: Scale) -> (f64, Vec<(f64, f64)>) {
        let mut values: Vec<f64> = self.dots.iter().copied().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        // Many dots in one place would be a tower: they shrink together.
        let mut piles: Vec<(f64, usize)> = Vec::new();
        let mut dots = Vec::new();
        for value in values {
            let x = scale.at(value);
            match piles.last_mut() {
                Some(pile) if x - pile.0 < 2.0 * DOT => pile.1 += 1,
                _ => piles.push((x, 1)),
            }
            let pile = piles[piles.len() - 1];
            dots.push((pile.0, (pile.1 - 1) as f64));
        }
        let tallest = piles.iter().map(|pile| pile.1).max().unwrap_or(0) as f64;
        let apart = if tallest > 0.0 { (72.0 / tallest).min(2.0 * DOT + 0.6) } else { 0.0 };
        for dot in &mut dots {
            dot.1 *= apart;
        }
        let lines = 1 + self.notes().len();
        (f64::max(BOX + tallest * apart + 8.0, lines as f64 * 19.0 + 18.0), dots)
    }

    fn notes(&self) -> Vec<String> {
        font::wrap(&font::clean(&self.note), SMALL, NAME, 3)
    }

    fn draw(&self, canvas: &Canvas, scale: Scale, form: &Form, (top, bottom): (f64, f64), dots: &[(f64, f64)]) {
        let tone = self.part.tone();
        canvas.line(&[(12.0, bottom), (PLOT.1, bottom)], Tone::Grid, 1.0, "");
        canvas.mark((18.0, top + 19.0), self.part.shape(), 5.5, tone, false);
        canvas.name((32.0, top + 24.0), &self.name, NAME - 20.0, SIZE, Tone::Ink, Anchor::Start);
        for (number, line) in self.notes().iter().enumerate() {
            canvas.words((12.0, top + 44.0 + 19.0 * number as f64), line, SMALL, Tone::Soft, Anchor::Start);
        }
        let y = bottom - 32.0;
        for &(x, up) in dots {
            canvas.dot((x, y - 12.0 - up), DOT - 0.4, tone);
        }
        let [p5, p25, p50, p75, p95] = self.quantiles;
        let box_of = |one: f64, other: f64, half: f64| {
            if one.is_finite() && other.is_finite() {
                canvas.filled((scale.at(one), y - half), (scale.at(other), y + half), tone, 1.0);
            }
        };
        box_of(p5, p95, 1.0);
        box_of(p25, p75, 4.5);
        if p50.is_finite() {
            let x = scale.at(p50);
            canvas.line(&[(x, y - 9.0), (x, y + 9.0)], Tone::Ground, 5.0, "");
            canvas.line(&[(x, y - 9.0), (x, y + 9.0)], tone, 2.6, "");
            let said = form.value(p50);
            let half = font::width(&said, SMALL) / 2.0;
            let x = x.clamp(PLOT.0 + half, PLOT.1 - half);
            canvas.words((x, y + 24.0), &said, SMALL, Tone::Ink, Anchor::Middle);
        } else if dots.is_empty() {
            canvas.words((PLOT.0, y + 5.0), "–", SMALL, Tone::Soft, Anchor::Start);
        }
    }
}
