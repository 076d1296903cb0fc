//! The axis that lies across, below a chart.

use super::Form;
use super::canvas::{Anchor, Canvas, LINE, SMALL};
use super::font;
use super::palette::Tone;
use super::scale::Scale;

/// How much room the axis needs below the chart.
pub(super) const HEIGHT: f64 = 2.0 * LINE + 12.0;

/// Ticks that have room beside each other, with their words.
pub(super) fn ticks(scale: Scale, form: &Form) -> Vec<(f64, String)> {
    for most in (1..=7).rev() {
        let values = scale.ticks(most);
        let words = form.ticks(&values);
        let ticks: Vec<(f64, String)> = values.into_iter().zip(words).collect();
        let apart = ticks.windows(2).all(|pair| {
            let half = |tick: &(f64, String)| font::width(&tick.1, SMALL) / 2.0;
            scale.at(pair[1].0) - scale.at(pair[0].0) >= half(&pair[0]) + half(&pair[1]) + 12.0
        });
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
    for (value, words) in ticks(scale, form) {
        let x = scale.at(value);
        canvas.line(&[(x, bottom), (x, bottom + 5.0)], Tone::Soft, 1.0, "");
        canvas.words((x, bottom + 20.0), &words, SMALL, Tone::Soft, Anchor::Middle);
    }
    self::label(canvas, scale, form, label, bottom + 40.0);
}

/// Grid lines from `top` to `bottom`, a stronger one at 0, the ticks and the label below.
pub(super) fn across(canvas: &Canvas, scale: Scale, form: &Form, label: &str, (top, bottom): (f64, f64)) {
    for (value, words) in ticks(scale, form) {
        let x = scale.at(value);
        canvas.line(&[(x, top), (x, bottom + 4.0)], Tone::Grid, 1.0, "");
        canvas.words((x, bottom + 18.0), &words, SMALL, Tone::Soft, Anchor::Middle);
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
