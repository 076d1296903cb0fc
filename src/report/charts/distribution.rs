//! How one year may turn out.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Form, Part, Picture};

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

impl Distribution {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
