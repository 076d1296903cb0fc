//! Two measures against each other.

use super::canvas::{Canvas, WIDTH};
use super::{Better, Caption, Estimate, Form, Part, Picture};

/// Two measures against each other, a point for each strategy, such as cost against retention.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// The measure across.
    pub across_label: String,
    /// How it is written.
    pub across_form: Form,
    /// Which side of it is better.
    pub across_better: Better,
    /// The measure upwards.
    pub up_label: String,
    /// How it is written.
    pub up_form: Form,
    /// Which side of it is better.
    pub up_better: Better,
    /// The points. If both measures have a better side, a line joins the points that no other point beats in both.
    pub points: Vec<ScatterPoint>,
}

/// A point.
#[derive(Clone, Debug)]
pub struct ScatterPoint {
    /// Its name.
    pub name: String,
    /// Its colour and shape.
    pub part: Part,
    /// Its place across.
    pub across: Estimate,
    /// Its place upwards.
    pub up: Estimate,
}

impl Scatter {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
