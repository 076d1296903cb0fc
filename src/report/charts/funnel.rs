//! What became of the messages, stage by stage.

use super::canvas::{Anchor, Canvas, LINE, SIZE, SMALL, WIDTH};
use super::font;
use super::palette::Tone;
use super::{Caption, Form, Part, Picture};

/// What became of the messages, stage by stage: each stage is a column with a scale of its own, so that the one click
/// in a hundred messages is as readable as the messages.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// The stages, such as sent, delivered, opened, clicked, ordered.
    pub stages: Vec<String>,
    /// The place of a stage that stands beside the one before it, as replies beside clicks: its shares are of the stage
    /// before both, and no stage is a share of it.
    pub beside: Option<usize>,
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

/// Where the stages begin.
const LEFT: f64 = 190.0;

/// The height of a row: a bar, the count, its share of the stage before.
const ROW: f64 = 58.0;

/// The height of a bar.
const BAR: f64 = 9.0;

/// The height of a heading.
const HEADING: f64 = 34.0;

/// A stage is at least this wide, for its counts.
const STAGE: f64 = 84.0;

impl Funnel {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let count = self.stages.len().max(1) as f64;
        let width = WIDTH.max(LEFT + 12.0 + STAGE * count);
        let canvas = Canvas::new(caption, width);
        let step = (width - 12.0 - LEFT) / count;
        for (number, stage) in self.stages.iter().enumerate() {
            let x = LEFT + number as f64 * step;
            canvas.name((x, 20.0), stage, step - 8.0, SIZE, Tone::Ink, Anchor::Start);
        }
        canvas.line(&[(12.0, 29.0), (width - 12.0, 29.0)], Tone::Grid, 1.4, "");
        let largest: Vec<f64> = (0..self.stages.len())
            .map(|stage| self.rows.iter().map(|row| row.count(stage).unwrap_or(0.0)).fold(0.0, f64::max))
            .collect();
        let mut y = 36.0;
        let mut heading = "";
        for row in &self.rows {
            if row.heading != heading {
                heading = &row.heading;
                canvas.name((12.0, y + 22.0), heading, width - 24.0, SIZE + 1.0, Tone::Ink, Anchor::Start);
                y += HEADING;
            }
            canvas.mark((18.0, y + 16.0), row.part.shape(), 5.5, row.part.tone(), false);
            canvas.name((32.0, y + 21.0), &row.name, LEFT - 46.0, SIZE, Tone::Ink, Anchor::Start);
            for (stage, largest) in largest.iter().enumerate() {
                let x = LEFT + stage as f64 * step;
                row.stage(&canvas, (stage, self.before(stage)), *largest, (x, y), step - 10.0);
            }
            y += ROW;
        }
        let beside =
            self.beside.and_then(|beside| Some((self.stages.get(beside)?, self.stages.get(beside.checked_sub(2)?)?)));
        let beside = beside.map_or(String::new(), |(own, of)| format!(" ({own}: of {of})"));
        let note = format!("Bars: each stage on its own scale. %: of the stage before{beside}.");
        canvas.name((12.0, y + 14.0), &note, width - 24.0, SMALL, Tone::Soft, Anchor::Start);
        canvas.finish(y + LINE + 8.0)
    }

    /// The stages of which a stage may be a share, from the first.
    fn before(&self, stage: usize) -> Vec<usize> {
        let skipped = |other: usize| self.beside == Some(other) || (self.beside == Some(stage) && other + 1 == stage);
        (0..stage).filter(|&other| !skipped(other)).collect()
    }
}

impl FunnelRow {
    fn count(&self, stage: usize) -> Option<f64> {
        self.counts.get(stage).copied().filter(|count| count.is_finite())
    }

    fn stage(
        &self,
        canvas: &Canvas,
        (stage, earlier): (usize, Vec<usize>),
        largest: f64,
        (x, y): (f64, f64),
        room: f64,
    ) {
        let Some(count) = self.count(stage) else {
            canvas.words((x, y + 28.0), "–", SMALL, Tone::Soft, Anchor::Start);
            return;
        };
        canvas.filled((x, y + 4.0), (x + room, y + 4.0 + BAR), Tone::Grid, 0.6);
        let share = if largest > 0.0 { (count / largest).clamp(0.0, 1.0) } else { 0.0 };
        canvas.filled((x, y + 4.0), (x + room * share, y + 4.0 + BAR), self.part.tone(), 1.0);
        let words = font::fit(&Form::Number.value(count), SMALL, room);
        canvas.words((x, y + 4.0 + BAR + 16.0), &words, SMALL, Tone::Ink, Anchor::Start);
        // A stage that does not apply is passed over: the orders from letters are a share of those delivered.
        let before = earlier.into_iter().rev().find_map(|stage| self.count(stage));
        if let Some(before) = before.filter(|before| *before > 0.0) {
            let words = Form::Share.value(count / before);
            canvas.words((x, y + 4.0 + BAR + 33.0), &words, SMALL, Tone::Soft, Anchor::Start);
        }
    }
}
