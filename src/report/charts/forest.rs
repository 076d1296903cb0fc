//! Differences with their intervals, row by row.

use super::canvas::{Canvas, WIDTH};
use super::{Better, Caption, Estimate, Form, Part, Picture};

/// Differences with their intervals, row by row, around 0.
#[derive(Clone, Debug)]
pub struct Forest {
    /// What lies across, such as "change against the baseline".
    pub across_label: String,
    /// The groups, each with its heading and its own scale if its form differs from the first group's.
    pub groups: Vec<ForestGroup>,
}

/// Rows under one heading, on one scale.
#[derive(Clone, Debug)]
pub struct ForestGroup {
    /// The heading; empty for none.
    pub heading: String,
    /// How values are written. Groups of the same form share a scale.
    pub form: Form,
    /// The rows.
    pub rows: Vec<ForestRow>,
}

/// A row: one measure, or one channel, with the points of one or more strategies.
#[derive(Clone, Debug)]
pub struct ForestRow {
    /// The name of the row.
    pub name: String,
    /// Which side of 0 is better.
    pub better: Better,
    /// One point for each strategy.
    pub points: Vec<ForestPoint>,
}

/// A point of one strategy.
#[derive(Clone, Debug)]
pub struct ForestPoint {
    /// The strategy's name; shown when the row has several points.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// The difference.
    pub difference: Estimate,
}

impl Forest {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH, 400.0);
        canvas.finish()
    }
}
