//! What became of the messages, stage by stage.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Form, Part, Picture};

/// What became of the messages, stage by stage: each stage is a column with a scale of its own, so that the one click
/// in a hundred messages is as readable as the messages.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// The stages, such as sent, delivered, opened, clicked, ordered.
    pub stages: Vec<String>,
    /// The rows.
    pub rows: Vec<FunnelRow>,
}

/// A row: a channel, or a step of a campaign, under one strategy.
#[derive(Clone, Debug)]
pub struct FunnelRow {
    /// A heading over this row and those below it until the next heading that differs; empty for none.
    pub heading: String,
    /// The name of the row.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// A count for each stage; NaN when a stage does not apply, such as the opening of a letter.
    pub counts: Vec<f64>,
}

impl Funnel {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
