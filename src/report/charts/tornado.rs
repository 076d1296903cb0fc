//! What the result hangs on.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Form, Picture};

/// What the result hangs on: for each uncertain input, the effect at its low and at its high value.
#[derive(Clone, Debug)]
pub struct Tornado {
    /// What lies across, such as "profit against the baseline".
    pub effect_label: String,
    /// How effects are written.
    pub form: Form,
    /// The effect when nothing is changed; NaN for none.
    pub middle: f64,
    /// The rows, in the order that they are shown: usually the widest first.
    pub rows: Vec<TornadoRow>,
}

/// An input.
#[derive(Clone, Debug)]
pub struct TornadoRow {
    /// Its name.
    pub name: String,
    /// At its low value.
    pub low: TornadoEnd,
    /// At its high value.
    pub high: TornadoEnd,
    /// The input's value at which the effect is 0 and the decision switches, in words such as "0.031"; none if there
    /// is no such value. A diamond marks it if the bar crosses 0, else it is said behind the row.
    pub switch: Option<String>,
}

/// The effect at one value of an input.
#[derive(Clone, Debug)]
pub struct TornadoEnd {
    /// The input's value in words, such as "0.02".
    pub input: String,
    /// The effect; NaN when unknown.
    pub effect: f64,
}

impl Tornado {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
