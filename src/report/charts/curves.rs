//! Lines over time, or over an input that is swept.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Estimate, Form, Part, Picture};

/// Lines over time, or over an input that is swept; each named at its end.
#[derive(Clone, Debug)]
pub struct Curves {
    /// Where the points lie across.
    pub across: Across,
    /// What lies across, such as "week".
    pub across_label: String,
    /// What the lines show, such as "profit a week".
    pub value_label: String,
    /// How values are written.
    pub form: Form,
    /// The lines.
    pub curves: Vec<Curve>,
}

/// Where the points lie across.
#[derive(Clone, Debug)]
pub enum Across {
    /// At numbers, ascending.
    Numbers(Vec<f64>, Form),
    /// At names, equally spaced.
    Names(Vec<String>),
}

/// A line.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The name at its end.
    pub name: String,
    /// Its colour and dashes.
    pub part: Part,
    /// A point for each place across, with its band; an absent one is a gap.
    pub points: Vec<Estimate>,
    /// Points that are marked.
    pub marks: Vec<Mark>,
}

/// A mark on a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which point, from 0.
    pub at: usize,
    /// How.
    pub kind: MarkKind,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The best point: a ring and the word "best".
    Best,
    /// Not clearly worse than the best: a filled dot.
    Close,
    /// Clearly worse: a small hollow dot.
    Worse,
}

impl Curves {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH, 400.0);
        canvas.finish()
    }
}
