//! Numbers in cells, darker where larger.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::font;
use super::palette::Tone;
use super::{Caption, Form, Picture};

/// Numbers in cells, darker where larger: from row to column.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// What the rows are, such as "from".
    pub row_label: String,
    /// What the columns are, such as "to".
    pub column_label: String,
    /// How numbers are written.
    pub form: Form,
    /// The columns.
    pub columns: Vec<MatrixColumn>,
    /// The names of the rows.
    pub rows: Vec<String>,
    /// A row of cells for each row; NaN for an empty cell.
    pub cells: Vec<Vec<f64>>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct MatrixColumn {
    /// Its name.
    pub name: String,
    /// Set apart from the others and shaded on its own scale, such as "orders" or "leaves".
    pub aside: bool,
}

/// The most room for the names of rows.
const NAME: f64 = 170.0;

/// The height of a row.
const ROW: f64 = 32.0;

/// The gap before the columns that are set apart.
const APART: f64 = 14.0;

/// The most room for the names of columns, when they rise.
const RISE: f64 = 150.0;

/// Half of a right angle's diagonal: how much a rising name takes across and upwards.
const SLOPE: f64 = std::f64::consts::FRAC_1_SQRT_2;

impl Matrix {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let columns = self.columns.len();
        let names = self.rows.iter().map(|name| font::width(&font::clean(name), SIZE)).fold(0.0, f64::max).min(NAME);
        let left = 12.0 + names + 12.0;
        let aparts =
            (1..columns).filter(|&column| self.columns[column].aside != self.columns[column - 1].aside).count();
        let cells = self.cells.iter().flat_map(|row| row.iter().take(columns));
        let widest = cells.map(|&cell| font::width(&self.said(cell), SMALL)).fold(0.0, f64::max) + 8.0;
        let room = (WIDTH - 24.0 - left - APART * aparts as f64) / columns.max(1) as f64;
        let cell = room.clamp(widest.max(46.0), widest.max(96.0));
        let heads: Vec<f64> = self.columns.iter().map(|column| font::width(&font::clean(&column.name), SIZE)).collect();
        let rising = heads.iter().any(|&head| head > cell - 6.0);
        let longest = heads.iter().copied().fold(0.0, f64::max).min(RISE);
        let right = left + cell * columns as f64 + APART * aparts as f64;
        let hang = if rising { (longest * SLOPE + 10.0 - cell / 2.0).max(0.0) } else { 0.0 };
        let canvas = Canvas::new(caption, WIDTH.max(right + hang + 12.0));
        let label = format!("{} ↓, {} →", self.row_label, self.column_label);
        canvas.name((12.0, 18.0), &label, canvas.width() - 24.0, SMALL, Tone::Soft, Anchor::Start);
        let top = 28.0 + if rising { longest * SLOPE + 18.0 } else { 26.0 };
        let mut x = left;
        for (number, column) in self.columns.iter().enumerate() {
            if number > 0 && self.columns[number - 1].aside != column.aside {
                x += APART;
            }
            if rising {
                let foot = (x + cell / 2.0 + 4.0, top - 8.0);
                canvas.turned_name(foot, &column.name, RISE, SIZE, Tone::Ink);
            } else {
                let foot = (x + cell / 2.0, top - 8.0);
                canvas.name(foot, &column.name, cell - 4.0, SIZE, Tone::Ink, Anchor::Middle);
            }
            let most = self.most(column.aside);
            for (row, name) in self.rows.iter().enumerate() {
                let value = self.cells.get(row).and_then(|cells| cells.get(number)).copied().unwrap_or(f64::NAN);
                let corner = (x, top + row as f64 * ROW);
                canvas.told(&format!("{name} → {}: {}", column.name, self.form.value(value)), || {
                    self.cell(&canvas, value, most, corner, cell);
                });
            }
            x += cell;
        }
        for (row, name) in self.rows.iter().enumerate() {
            let y = top + row as f64 * ROW + ROW / 2.0 + 5.0;
            canvas.name((left - 10.0, y), name, names, SIZE, Tone::Ink, Anchor::End);
        }
        canvas.finish(top + self.rows.len() as f64 * ROW + 12.0)
    }

    /// The largest value of the columns that are set apart, or of the others.
    fn most(&self, aside: bool) -> f64 {
        let cells = self.cells.iter().flat_map(|row| row.iter().zip(&self.columns));
        cells
            .filter(|(cell, column)| column.aside == aside && cell.is_finite())
            .fold(0.0, |most, (cell, _)| cell.abs().max(most))
    }

    fn cell(&self, canvas: &Canvas, value: f64, most: f64, (x, y): (f64, f64), width: f64) {
        let share = if value.is_finite() && most > 0.0 { value.abs() / most } else { 0.0 };
        // Up to half: words in ink stay readable on it, on light and dark grounds.
        let tone = if value < 0.0 { Tone::Hue(1) } else { Tone::Hue(0) };
        canvas.filled((x + 1.0, y + 1.0), (x + width - 1.0, y + ROW - 1.0), Tone::Grid, 0.35);
        canvas.filled((x + 1.0, y + 1.0), (x + width - 1.0, y + ROW - 1.0), tone, 0.5 * share);
        let weight = if share == 0.0 { Tone::Soft } else { Tone::Ink };
        let place = (x + width / 2.0, y + ROW / 2.0 + 5.0);
        canvas.words_on(place, &self.said(value), SMALL, weight, Anchor::Middle);
    }

    fn said(&self, value: f64) -> String {
        if value.is_finite() { self.form.value(value) } else { String::new() }
    }
}
