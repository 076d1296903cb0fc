//! Amounts as bars, side by side or stacked.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Form, Part, Picture};

/// Amounts as horizontal bars, side by side or stacked; amounts may be negative.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What the bars show, such as "spend by channel".
    pub value_label: String,
    /// How values are written.
    pub form: Form,
    /// Stacked: the bars of a row end to end with the total behind; else one below the other.
    pub stacked: bool,
    /// The rows.
    pub rows: Vec<BarRow>,
}

/// A row of bars, such as a channel with a bar for each strategy, or stacked a strategy with a bar for each channel.
#[derive(Clone, Debug)]
pub struct BarRow {
    /// The name of the row.
    pub name: String,
    /// Its bars. In a stack, bars of the same name have the same colour in every row.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its name, such as the strategy's.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// Its amount; NaN when there is none.
    pub value: f64,
}

impl Bars {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH, 400.0);
        canvas.finish()
    }
}
