//! The axis that lies across, below a chart.

use super::Form;
use super::canvas::{Anchor, Canvas, LINE, SMALL};
use super::font;
use super::palette::Tone;
use super::scale::Scale;

/// How much room the axis needs below the chart.
pub(super) const HEIGHT: f64 = 2.0 * LINE + 12.0;

/// A tick: its place on the scale, its words and where they stand.
struct Tick {
    at: f64,
    words: String,
    middle: f64,
}

/// Ticks that have room beside each other, their words within the paper.
fn ticks(canvas: &Canvas, scale: Scale, form: &Form) -> Vec<Tick> {
    let half = |words: &str| font::width(words, SMALL) / 2.0 + 3.0;
    for most in (1..=7).rev() {
        let values = scale.ticks(most);
        // There is no half day and no half customer.
        if *form == Form::Count && values.iter().any(|value| value.fract() != 0.0) {
            continue;
        }
        let words = form.ticks(&values);
        let tick = |(value, words): (f64, String)| {
            let (at, half) = (scale.at(value), half(&words));
            Tick { at, middle: at.min(canvas.width() - half).max(half), words }
        };
        let ticks: Vec<Tick> = values.into_iter().zip(words).map(tick).collect();
        let apart = ticks
            .windows(2)
            .all(|pair| pair[1].middle - pair[0].middle >= half(&pair[0].words) + half(&pair[1].words) + 6.0);
        if apart {
            return ticks;
        }
    }
    Vec::new()
}

/// Ticks of a scale that goes up, with their words.
pub(super) fn ticks_up(scale: Scale, form: &Form) -> Vec<(f64, String)> {
    let values = scale.ticks(7);
    let words = form.ticks(&values);
    values.into_iter().zip(words).collect()
}

/// Short strokes for ticks, their words and the label, below a chart that has a scale upwards too.
pub(super) fn below(canvas: &Canvas, scale: Scale, form: &Form, label: &str, bottom: f64) {
    for tick in ticks(canvas, scale, form) {
        canvas.line(&[(tick.at, bottom), (tick.at, bottom + 5.0)], Tone::Soft, 1.0, "");
        canvas.words((tick.middle, bottom + 20.0), &tick.words, SMALL, Tone::Soft, Anchor::Middle);
    }
    self::label(canvas, scale, form, label, bottom + 40.0);
}

/// Grid lines from `top` to `bottom`, a stronger one at 0, the ticks and the label below.
pub(super) fn across(canvas: &Canvas, scale: Scale, form: &Form, label: &str, (top, bottom): (f64, f64)) {
    for tick in ticks(canvas, scale, form) {
        canvas.line(&[(tick.at, top), (tick.at, bottom + 4.0)], Tone::Grid, 1.0, "");
        canvas.words((tick.middle, bottom + 18.0), &tick.words, SMALL, Tone::Soft, Anchor::Middle);
    }
    if scale.holds(0.0) {
        canvas.line(&[(scale.at(0.0), top), (scale.at(0.0), bottom + 4.0)], Tone::Soft, 1.6, "");
    }
    self::label(canvas, scale, form, label, bottom + 38.0);
}

/// The label, under the middle of the scale but within the paper.
fn label(canvas: &Canvas, scale: Scale, form: &Form, label: &str, foot: f64) {
    let label = font::clean(&form.label(label));
    let room = canvas.width() - 24.0;
    let half = font::width(&label, SMALL).min(room) / 2.0;
    let x = f64::midpoint(scale.from, scale.to).min(canvas.width() - 12.0 - half).max(12.0 + half);
    canvas.name((x, foot), &label, room, SMALL, Tone::Soft, Anchor::Middle);
}
