//! Numbers in cells, darker where larger (farther from 0).

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
            let shades = self.shades(column.aside);
            for (row, name) in self.rows.iter().enumerate() {
                let value = self.cells.get(row).and_then(|cells| cells.get(number)).copied().unwrap_or(f64::NAN);
                let corner = (x, top + row as f64 * ROW);
                canvas.told(&format!("{name} → {}: {}", column.name, self.form.value(value)), || {
                    self.cell(&canvas, value, shades, corner, cell);
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

    /// From where to where the columns that are set apart are shaded, or the others: from 0, or where all are alike
    /// relative to 0 from the least, so that they can be told apart.
    fn shades(&self, aside: bool) -> (f64, f64) {
        let cells = self.cells.iter().flat_map(|row| row.iter().zip(&self.columns));
        let known = cells.filter(|(cell, column)| column.aside == aside && cell.is_finite()).map(|(cell, _)| *cell);
        let known: Vec<f64> = known.collect();
        let most = known.iter().fold(0.0, |most: f64, cell| most.max(cell.abs()));
        let least = known.iter().fold(most, |least, cell| least.min(cell.abs()));
        let one_side = known.iter().all(|&cell| cell > 0.0) || known.iter().all(|&cell| cell < 0.0);
        let alike = one_side && least > most / 2.0 && least < most && !matches!(self.form, Form::Share);
        (if alike { least } else { 0.0 }, most)
    }

    fn cell(&self, canvas: &Canvas, value: f64, (from, to): (f64, f64), (x, y): (f64, f64), width: f64) {
        let share = if value.is_finite() && to > from { (value.abs() - from) / (to - from) } else { 0.0 };
        // Up to half: words in ink stay readable on it, on light and dark grounds.
        let tone = if value < 0.0 { Tone::Hue(1) } else { Tone::Hue(0) };
        canvas.filled((x + 1.0, y + 1.0), (x + width - 1.0, y + ROW - 1.0), Tone::Grid, 0.35);
        canvas.filled((x + 1.0, y + 1.0), (x + width - 1.0, y + ROW - 1.0), tone, 0.5 * share);
        let weight = if share == 0.0 && from == 0.0 { Tone::Soft } else { Tone::Ink };
        let place = (x + width / 2.0, y + ROW / 2.0 + 5.0);
        canvas.words_on(place, &self.said(value), SMALL, weight, Anchor::Middle);
    }

    fn said(&self, value: f64) -> String {
        if value.is_finite() { self.form.value(value) } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Matrix, MatrixColumn};

    fn shades(form: Form, cells: &[f64]) -> (f64, f64) {
        let columns = (0..cells.len()).map(|number| MatrixColumn { name: number.to_string(), aside: false });
        let matrix = Matrix {
            row_label: String::new(),
            column_label: String::new(),
            form,
            columns: columns.collect(),
            rows: vec!["row".to_owned()],
            cells: vec![cells.to_vec()],
        };
        matrix.shades(false)
    }

    #[test]
    fn what_is_alike_is_shaded_from_the_least() {
        assert_eq!(shades(Form::Number, &[30.0, f64::NAN, 32.1]), (30.0, 32.1));
        assert_eq!(shades(Form::Number, &[-3.0, -2.0]), (2.0, 3.0));
        for (form, cells) in [
            (Form::Number, [10.0, 32.1]),
            (Form::Number, [-30.0, 32.1]),
            (Form::Number, [32.1, 32.1]),
            (Form::Share, [0.30, 0.321]),
        ] {
            assert_eq!(shades(form, &cells).0, 0.0, "{cells:?}");
        }
    }
}
