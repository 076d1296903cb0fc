//! Numbers in cells, darker where larger.

use super::canvas::{Canvas, WIDTH};
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

impl Matrix {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
