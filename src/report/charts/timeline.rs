//! What happened when.

use super::canvas::{Canvas, WIDTH};
use super::{Caption, Part, Picture};

/// What happened when, in lanes, such as the weeks of one customer under each strategy.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// What lies across, such as "week".
    pub across_label: String,
    /// The first and the last moment shown.
    pub across: (f64, f64),
    /// What the shapes mean, said above the lanes.
    pub key: Vec<(Shape, String)>,
    /// The lanes.
    pub lanes: Vec<Lane>,
}

/// A lane.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// What happened in it.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: f64,
    /// The mark's shape.
    pub shape: Shape,
    /// A few words; drawn where there is room, always told when pointed at. May be empty.
    pub label: String,
}

/// The shape of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A filled dot.
    Dot,
    /// A ring.
    Ring,
    /// A filled square.
    Square,
    /// A filled diamond.
    Diamond,
    /// A triangle that points up.
    Up,
    /// A triangle that points down.
    Down,
    /// A cross.
    Cross,
    /// A vertical stroke.
    Stroke,
}

impl Timeline {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        canvas.finish(400.0)
    }
}
