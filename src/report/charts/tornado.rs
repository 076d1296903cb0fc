//! What the result hangs on.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Form, Picture};
use super::{Shape, axis, font, key};

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

/// Where the bars and the words at their ends lie.
const PLOT: (f64, f64) = (216.0, WIDTH - 12.0);

/// The room for names, from 12.
const NAME: f64 = WIDTH - 24.0;

/// The most room for an input's value at an end.
const END: f64 = 88.0;

/// Above a bar: the input's name, which is a path and long.
const HEAD: f64 = 20.0;

/// The height of a bar.
const BAR: f64 = 20.0;

impl Tornado {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let low = Entry { sample: Sample::Box, tone: LOW, words: "at the low value".to_owned() };
        let high = Entry { sample: Sample::Box, tone: HIGH, words: "at the high value".to_owned() };
        let switch = Sample::Mark(Shape::Diamond);
        let switch = Entry { sample: switch, tone: Tone::Ink, words: "the decision switches".to_owned() };
        let switches = self.rows.iter().any(|row| row.switch.is_some() && row.crosses());
        let entries: Vec<Entry> = [low, high].into_iter().chain(switches.then_some(switch)).collect();
        let top = key::draw(&canvas, &entries, 0.0) + if self.middle.is_finite() { 26.0 } else { 6.0 };
        let bottom = top + self.rows.iter().map(TornadoRow::height).sum::<f64>();
        let effects = self.rows.iter().flat_map(|row| [row.low.effect, row.high.effect]);
        let widths = self.rows.iter().flat_map(|row| [&row.low.input, &row.high.input]);
        let end = widths.map(|input| font::width(&font::clean(input), SMALL)).fold(0.0, f64::max).min(END) + 10.0;
        let scale = Scale::over(effects.chain([0.0, self.middle]), PLOT.0 + end, PLOT.1 - end);
        axis::across(&canvas, scale, &self.form, &self.effect_label, (top, bottom));
        if self.middle.is_finite() {
            let x = scale.at(self.middle);
            canvas.line(&[(x, top - 6.0), (x, bottom + 4.0)], Tone::Ink, 1.6, "5 4");
            let said = format!("as it stands: {}", self.form.signed(self.middle));
            let half = font::width(&said, SMALL) / 2.0;
            let place = (x.clamp(12.0 + half, WIDTH - 12.0 - half), top - 10.0);
            canvas.words(place, &said, SMALL, Tone::Ink, Anchor::Middle);
        }
        let mut y = top;
        for row in &self.rows {
            row.draw(&canvas, scale, self.middle, y);
            y += row.height();
        }
        canvas.finish(bottom + axis::HEIGHT)
    }
}

/// The colours of the ends.
const LOW: Tone = Tone::Hue(7);
const HIGH: Tone = Tone::Hue(1);

impl TornadoRow {
    fn height(&self) -> f64 {
        HEAD + if self.switch.is_some() { BAR + 36.0 } else { BAR + 16.0 }
    }

    /// Whether the bar crosses 0.
    fn crosses(&self) -> bool {
        self.low.effect.min(self.high.effect) <= 0.0 && self.low.effect.max(self.high.effect) >= 0.0
    }

    fn draw(&self, canvas: &Canvas, scale: Scale, middle: f64, top: f64) {
        // A long name reaches into the plot; lines of the grid through it would strike it out.
        let end = 16.0 + font::width(&font::clean(&self.name), SIZE).min(NAME);
        canvas.filled((12.0, top + 2.0), (end, top + HEAD + 2.0), Tone::Ground, 1.0);
        canvas.name((12.0, top + 17.0), &self.name, NAME, SIZE, Tone::Ink, Anchor::Start);
        let top = top + HEAD + 4.0;
        let ends = [(&self.low, LOW), (&self.high, HIGH)];
        let known: Vec<f64> = ends.iter().map(|end| end.0.effect).filter(|effect| effect.is_finite()).collect();
        let centre = if middle.is_finite() { middle } else { known.iter().sum::<f64>() / known.len().max(1) as f64 };
        // Both ends on one side of the middle: one bar above the other, else they would hide each other.
        let one_sided = matches!(known.as_slice(), [one, other] if (one - centre) * (other - centre) > 0.0);
        let further =
            known.iter().copied().max_by(|one, other| (one - centre).abs().total_cmp(&(other - centre).abs()));
        for (number, (end, tone)) in ends.into_iter().enumerate() {
            if !end.effect.is_finite() {
                continue;
            }
            let half = BAR / 2.0;
            let (above, below) = match (one_sided, number) {
                (false, _) => (top, top + BAR),
                (true, 0) => (top, top + half),
                (true, _) => (top + half, top + BAR),
            };
            canvas.filled((scale.at(centre), above), (scale.at(end.effect), below), tone, 1.0);
        }
        if known.is_empty() {
            canvas.words((scale.from, top + 15.0), "–", SMALL, Tone::Soft, Anchor::Start);
        } else if one_sided {
            // Both values stand at the further end.
            let far = further.unwrap_or(centre);
            let words = format!("{} / {}", self.low.input, self.high.input);
            let right = far > centre;
            let (x, anchor) =
                if right { (scale.at(far) + 6.0, Anchor::Start) } else { (scale.at(far) - 6.0, Anchor::End) };
            let room = if right { WIDTH - 10.0 - x } else { x - PLOT.0 };
            canvas.name((x, top + 15.0), &words, room, SMALL, Tone::Ink, anchor);
        } else {
            let low_left = if known.len() == 2 {
                self.low.effect <= self.high.effect
            } else {
                self.low.effect <= centre || self.high.effect > centre
            };
            for (end, left) in [(&self.low, low_left), (&self.high, !low_left)] {
                if end.effect.is_finite() {
                    let x = scale.at(end.effect) + if left { -6.0 } else { 6.0 };
                    let anchor = if left { Anchor::End } else { Anchor::Start };
                    canvas.name((x, top + 15.0), &end.input, END, SMALL, Tone::Ink, anchor);
                }
            }
        }
        let Some(switch) = &self.switch else { return };
        let zero = scale.at(0.0);
        if self.crosses() {
            canvas.mark((zero, top + BAR / 2.0), Shape::Diamond, 7.5, Tone::Ground, false);
            canvas.mark((zero, top + BAR / 2.0), Shape::Diamond, 5.5, Tone::Ink, false);
        }
        let words = if self.crosses() { format!("switches at {switch}") } else { format!("switches only at {switch}") };
        let words = font::fit(&font::clean(&words), SMALL, PLOT.1 - PLOT.0);
        let half = font::width(&words, SMALL) / 2.0;
        let weight = if self.crosses() { Tone::Ink } else { Tone::Soft };
        let x = zero.clamp(PLOT.0 + half, (PLOT.1 - half).max(PLOT.0 + half));
        canvas.words((x, top + BAR + 17.0), &words, SMALL, weight, Anchor::Middle);
    }
}
