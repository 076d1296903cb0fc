//! What colours and shapes mean, in lines above a chart.

use super::Shape;
use super::canvas::{Anchor, Canvas, SIZE};
use super::font;
use super::palette::Tone;

/// An entry: what is drawn, then what it means.
pub(super) struct Entry {
    pub sample: Sample,
    pub tone: Tone,
    pub words: String,
}

/// What is drawn.
#[derive(Clone, Copy)]
pub(super) enum Sample {
    /// A filled box.
    Box,
    /// A mark.
    Mark(Shape),
}

/// The most room for the words of an entry.
const ROOM: f64 = 200.0;

/// The distance of two lines.
const APART: f64 = 22.0;

/// Draws the entries from `top` down; gives where they end.
pub(super) fn draw(canvas: &Canvas, entries: &[Entry], top: f64) -> f64 {
    let mut place = (12.0, top + 16.0);
    for entry in entries {
        let words = font::clean(&entry.words);
        let wide = font::width(&words, SIZE).min(ROOM);
        if place.0 + 20.0 + wide > canvas.width() - 12.0 {
            place = (12.0, place.1 + APART);
        }
        let (x, y) = place;
        match entry.sample {
            Sample::Box => canvas.filled((x, y - 11.0), (x + 13.0, y + 2.0), entry.tone, 1.0),
            Sample::Mark(shape) => canvas.mark((x + 6.5, y - 5.0), shape, 6.0, entry.tone, false),
        }
        canvas.name((x + 20.0, y), &words, ROOM, SIZE, Tone::Ink, Anchor::Start);
        place.0 += 20.0 + wide + 22.0;
    }
    if entries.is_empty() { top } else { place.1 + 10.0 }
}
