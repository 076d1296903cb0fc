//! Amounts as bars, side by side or stacked.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Form, Part, Picture};
use super::{axis, font, key};

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
    /// Its colour; in a stack colours go by the order of names instead.
    pub part: Part,
    /// Its amount; NaN when there is none.
    pub value: f64,
}

/// Where the bars begin.
const LEFT: f64 = 206.0;

/// The room for names, from 12.
const NAME: f64 = LEFT - 28.0;

/// The height of a bar and of the gap below it.
const BAR: (f64, f64) = (17.0, 3.0);

/// More pieces than this in a stack can't be told apart: the smaller ones are one.
const PIECES: usize = 10;

/// The gap below a row.
const GAP: f64 = 12.0;

impl Bars {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        if self.stacked { self.stack(canvas) } else { self.side_by_side(canvas) }
    }

    fn side_by_side(&self, canvas: Canvas) -> Picture {
        let mut entries: Vec<Entry> = Vec::new();
        for bar in self.rows.iter().flat_map(|row| &row.bars) {
            if !entries.iter().any(|entry| entry.words == bar.name && entry.tone == bar.part.tone()) {
                entries.push(Entry { sample: Sample::Box, tone: bar.part.tone(), words: bar.name.clone() });
            }
        }
        if entries.len() < 2 {
            entries.clear();
        }
        let top = key::draw(&canvas, &entries, 0.0) + 8.0;
        let values = || self.rows.iter().flat_map(|row| row.bars.iter().map(|bar| bar.value));
        let scale = self.scale(values());
        let bottom = top + self.rows.iter().map(BarRow::height).sum::<f64>();
        axis::across(&canvas, scale, &self.form, &self.value_label, (top, bottom));
        let mut y = top;
        for row in &self.rows {
            let middle = y + (row.height() - GAP) / 2.0 + 5.0;
            canvas.name((12.0, middle), &row.name, NAME, SIZE, Tone::Ink, Anchor::Start);
            for (number, bar) in row.bars.iter().enumerate() {
                let above = y + number as f64 * (BAR.0 + BAR.1);
                let said = self.form.value(bar.value);
                if bar.value.is_finite() {
                    let ends = ((scale.at(0.0), above), (scale.at(bar.value), above + BAR.0));
                    canvas.told(&format!("{}, {}: {said}", row.name, bar.name), || {
                        canvas.filled(ends.0, ends.1, bar.part.tone(), 1.0);
                    });
                }
                let (x, anchor) = if bar.value < 0.0 && bar.value.is_finite() {
                    (scale.at(bar.value) - 6.0, Anchor::End)
                } else {
                    (scale.at(if bar.value.is_finite() { bar.value } else { 0.0 }) + 6.0, Anchor::Start)
                };
                canvas.words((x, above + 13.5), &said, SMALL, Tone::Ink, anchor);
            }
            y += row.height();
        }
        canvas.finish(bottom + axis::HEIGHT)
    }

    /// A scale with 0 and with room for the words at the ends of the bars.
    fn scale(&self, values: impl Iterator<Item = f64>) -> Scale {
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let widest = values.iter().map(|&value| font::width(&self.form.value(value), SMALL)).fold(0.0, f64::max) + 12.0;
        let left = if values.iter().any(|&value| value < 0.0) { LEFT + widest } else { LEFT };
        Scale::over(values.into_iter().chain([0.0]), left, WIDTH - 12.0 - widest)
    }

    fn stack(&self, canvas: Canvas) -> Picture {
        let (kept, others) = self.pieces();
        let mut entries: Vec<Entry> = Vec::new();
        for (number, name) in kept.iter().enumerate() {
            entries.push(Entry { sample: Sample::Box, tone: Tone::Hue(number), words: (*name).to_owned() });
        }
        if others > 0 {
            entries.push(Entry { sample: Sample::Box, tone: Tone::Grey, words: format!("{others} others") });
        }
        let top = key::draw(&canvas, &entries, 0.0) + 8.0;
        let rows: Vec<Vec<(usize, f64)>> = self.rows.iter().map(|row| row.gathered(&kept)).collect();
        let side = |row: &[(usize, f64)], up: bool| -> f64 {
            row.iter().map(|piece| piece.1).filter(|value| (*value > 0.0) == up).sum()
        };
        let totals = |row: &[(usize, f64)]| side(row, true) + side(row, false);
        let widest = rows.iter().map(|row| font::width(&self.form.value(totals(row)), SIZE)).fold(0.0, f64::max);
        let ends = rows.iter().flat_map(|row| [side(row, true), side(row, false), 0.0]);
        let scale = Scale::over(ends, LEFT, WIDTH - 24.0 - widest);
        let bottom = top + rows.len() as f64 * (28.0 + GAP);
        axis::across(&canvas, scale, &self.form, &self.value_label, (top, bottom));
        for (number, (row, pieces)) in self.rows.iter().zip(&rows).enumerate() {
            let y = top + number as f64 * (28.0 + GAP);
            canvas.name((12.0, y + 19.0), &row.name, NAME, SIZE, Tone::Ink, Anchor::Start);
            let (mut up, mut down) = (0.0, 0.0);
            for &(piece, value) in pieces {
                let from = if value > 0.0 { &mut up } else { &mut down };
                let (begin, end) = (scale.at(*from), scale.at(*from + value));
                *from += value;
                let said = self.form.value(value);
                let entry = &entries[piece];
                canvas.told(&format!("{}, {}: {said}", row.name, entry.words), || {
                    canvas.filled((begin, y), (end, y + 28.0), entry.tone, 1.0);
                    canvas.line(&[(end, y), (end, y + 28.0)], Tone::Ground, 1.5, "");
                });
                if font::width(&said, SMALL) + 6.0 < (end - begin).abs() {
                    let middle = f64::midpoint(begin, end);
                    canvas.words_on((middle, y + 19.0), &said, SMALL, Tone::Ground, Anchor::Middle);
                }
            }
            let x = scale.at(up) + 8.0;
            let total = if pieces.is_empty() { "–".to_owned() } else { self.form.value(totals(pieces)) };
            canvas.words((x, y + 19.0), &total, SIZE, Tone::Ink, Anchor::Start);
        }
        canvas.finish(bottom + axis::HEIGHT)
    }

    /// The names of the pieces that are shown by themselves, in the order that they first come, and how many are not.
    fn pieces(&self) -> (Vec<&str>, usize) {
        let mut pieces: Vec<(&str, f64)> = Vec::new();
        for bar in self.rows.iter().flat_map(|row| &row.bars) {
            let size = if bar.value.is_finite() { bar.value.abs() } else { 0.0 };
            match pieces.iter_mut().find(|piece| piece.0 == bar.name) {
                Some(piece) => piece.1 += size,
                None => pieces.push((&bar.name, size)),
            }
        }
        if pieces.len() <= PIECES + 1 {
            return (pieces.into_iter().map(|piece| piece.0).collect(), 0);
        }
        let mut sizes: Vec<(f64, usize)> = pieces.iter().enumerate().map(|(place, piece)| (piece.1, place)).collect();
        sizes.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut kept: Vec<usize> = sizes[..PIECES].iter().map(|size| size.1).collect();
        kept.sort_unstable();
        (kept.into_iter().map(|place| pieces[place].0).collect(), pieces.len() - PIECES)
    }
}

impl BarRow {
    /// Its height side by side, with the gap below.
    fn height(&self) -> f64 {
        self.bars.len().max(1) as f64 * (BAR.0 + BAR.1) + GAP
    }

    /// Its pieces that are not 0: which of `kept` (or behind them, the others together) and how much.
    fn gathered(&self, kept: &[&str]) -> Vec<(usize, f64)> {
        let mut sums = vec![(0.0, 0.0); kept.len() + 1];
        for bar in self.bars.iter().filter(|bar| bar.value.is_finite()) {
            let place = kept.iter().position(|name| *name == bar.name).unwrap_or(kept.len());
            let sum = if bar.value > 0.0 { &mut sums[place].0 } else { &mut sums[place].1 };
            *sum += bar.value.clamp(-1e290, 1e290);
        }
        let signed = sums.into_iter().enumerate().flat_map(|(place, (up, down))| [(place, up), (place, down)]);
        signed.filter(|piece| piece.1 != 0.0).collect()
    }
}
