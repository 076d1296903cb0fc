//! Scores as they come in, between the boundaries of a test.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Form, Picture, Shape};
use super::{axis, font, key};

/// Scores of many tests look by look, between boundaries beyond which a test ends; panels side by side on one scale.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Where the looks lie across, ascending.
    pub across: Vec<f64>,
    /// How these are written.
    pub across_form: Form,
    /// What lies across, such as "day".
    pub across_label: String,
    /// What the lines show.
    pub value_label: String,
    /// At each look the score beyond which, on either side, a test ends; not finite where it cannot.
    pub boundary: Vec<f64>,
    /// At each look the score at which a test is given up, on its own side; NaN for none.
    pub futility: Vec<f64>,
    /// The panels, from left to right.
    pub panels: Vec<PathsPanel>,
}

/// Tests of one kind.
#[derive(Clone, Debug)]
pub struct PathsPanel {
    /// What stands above, such as "without an effect: 2 of 50 call a difference".
    pub heading: String,
    /// The tests.
    pub paths: Vec<OnePath>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct OnePath {
    /// What is told when it is pointed at.
    pub told: String,
    /// Its score at each look, until it ended.
    pub scores: Vec<f64>,
    /// How it ended.
    pub end: PathEnd,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// For the better: a dot.
    Better,
    /// For the worse: a cross.
    Worse,
    /// With nothing: a thin line.
    Open,
}

/// Scores and boundaries beyond this are drawn here.
const MOST: f64 = 8.0;

/// How high a panel is.
const HEIGHT: f64 = 300.0;

/// The distance of two panels.
const GAP: f64 = 28.0;

/// A heading has this many lines at most, so far apart.
const LINES: (usize, f64) = (2, 19.0);

impl Paths {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let top = self.key(&canvas) + 34.0 + LINES.1 * LINES.0 as f64;
        let bottom = top + HEIGHT;
        let up = self.up(top, bottom);
        let ticks = axis::ticks_up(up, &Form::Number);
        let left = 20.0 + ticks.iter().map(|(_, words)| font::width(words, SMALL)).fold(0.0, f64::max);
        let count = self.panels.len().max(1) as f64;
        let wide = (WIDTH - 16.0 - left - GAP * (count - 1.0)) / count;
        canvas.name(
            (12.0, top - 16.0 - LINES.1 * LINES.0 as f64),
            &self.value_label,
            WIDTH - 24.0,
            SMALL,
            Tone::Soft,
            Anchor::Start,
        );
        for (value, words) in &ticks {
            canvas.words((left - 8.0, up.at(*value) + 5.0), words, SMALL, Tone::Soft, Anchor::End);
        }
        for (number, panel) in self.panels.iter().enumerate() {
            let from = left + number as f64 * (wide + GAP);
            self.panel(&canvas, panel, up, (from, from + wide), &ticks);
        }
        let room = WIDTH - 24.0;
        canvas.name(
            (f64::midpoint(left, WIDTH - 16.0), bottom + 40.0),
            &self.across_label,
            room,
            SMALL,
            Tone::Soft,
            Anchor::Middle,
        );
        canvas.finish(bottom + axis::HEIGHT)
    }

    /// What the marks mean, of those that are there.
    fn key(&self, canvas: &Canvas) -> f64 {
        let ends = |end: PathEnd| self.panels.iter().any(|panel| panel.paths.iter().any(|path| path.end == end));
        let entry = |end: PathEnd, words: &str| {
            let (shape, tone) = end.mark();
            ends(end).then(|| Entry { sample: Sample::Mark(shape), tone, words: words.to_owned() })
        };
        let entries = [
            entry(PathEnd::Better, "called better"),
            entry(PathEnd::Worse, "called worse"),
            entry(PathEnd::Open, "no difference called"),
        ];
        key::draw(canvas, &entries.into_iter().flatten().collect::<Vec<_>>(), 0.0)
    }

    fn up(&self, top: f64, bottom: f64) -> Scale {
        let scores = self.panels.iter().flat_map(|panel| panel.paths.iter().flat_map(|path| path.scores.iter()));
        let bounds = self.boundary.iter().flat_map(|bound| [*bound, -bound]);
        let all = scores.copied().chain(bounds).chain(self.futility.iter().copied());
        let all = all.filter(|score| score.is_finite()).map(|score| score.clamp(-MOST, MOST));
        Scale::over(all.chain([-3.0, 3.0]), bottom, top).widened(0.04)
    }

    /// A panel between two places across.
    fn panel(&self, canvas: &Canvas, panel: &PathsPanel, up: Scale, (from, to): (f64, f64), ticks: &[(f64, String)]) {
        let lines = font::wrap(&font::clean(&panel.heading), SIZE, to - from, LINES.0);
        for (line, words) in lines.iter().enumerate() {
            let foot = up.to - 8.0 - LINES.1 * (lines.len() - 1 - line) as f64;
            canvas.words((from, foot), words, SIZE, Tone::Ink, Anchor::Start);
        }
        for (value, _) in ticks {
            canvas.line(&[(from, up.at(*value)), (to, up.at(*value))], Tone::Grid, 1.0, "");
        }
        // A test that is looked at once has no path: tests stand beside each other.
        let once = self.across.len() < 2;
        let spread = panel.paths.len().max(2) as f64;
        let scale = if once {
            Scale { low: 0.0, high: spread + 1.0, from, to }
        } else {
            Scale::over(self.across.iter().copied(), from + 8.0, to - 10.0)
        };
        if once {
            let words = self.across.first().map_or(String::new(), |at| self.across_form.value(*at));
            canvas.words((f64::midpoint(from, to), up.from + 20.0), &words, SMALL, Tone::Soft, Anchor::Middle);
        } else {
            self.ticks(canvas, scale, up.from, (from, to));
        }
        let edge = |sign: f64| -> Vec<(f64, f64)> {
            let bounds = self.boundary.iter().filter(|bound| bound.is_finite());
            if once {
                return bounds.flat_map(|bound| [(from, up.at(sign * bound)), (to, up.at(sign * bound))]).collect();
            }
            let known = self.across.iter().zip(&self.boundary).filter(|(_, bound)| bound.is_finite());
            known.map(|(at, bound)| (scale.at(*at), up.at(sign * bound))).collect()
        };
        for (sign, end) in [(1.0, up.to), (-1.0, up.from)] {
            let edge = edge(sign);
            let mut beyond = edge.clone();
            if let (Some(first), Some(last)) = (edge.first(), edge.last()) {
                beyond.extend([(last.0, end), (first.0, end)]);
            }
            canvas.area(&beyond, Tone::Grid, 0.45);
        }
        for path in panel.paths.iter().filter(|path| path.end == PathEnd::Open) {
            self.path(canvas, path, scale, up, None);
        }
        for (number, path) in panel.paths.iter().enumerate() {
            if path.end != PathEnd::Open || once {
                self.path(canvas, path, scale, up, once.then_some(number));
            }
        }
        for sign in [1.0, -1.0] {
            canvas.line(&edge(sign), Tone::Ink, 2.4, "");
        }
        let futile = self.across.iter().zip(&self.futility).filter(|(_, score)| score.is_finite());
        let futile: Vec<_> = futile.map(|(at, score)| (scale.at(*at), up.at(*score))).collect();
        canvas.line(&futile, Tone::Soft, 2.0, "6 4");
    }

    /// A tick at each look, its words where there is room.
    fn ticks(&self, canvas: &Canvas, scale: Scale, bottom: f64, (from, to): (f64, f64)) {
        let mut end = f64::NEG_INFINITY;
        let known: Vec<f64> = self.across.iter().copied().filter(|at| at.is_finite()).collect();
        for (at, words) in known.iter().zip(self.across_form.ticks(&known)) {
            let x = scale.at(*at);
            canvas.line(&[(x, bottom), (x, bottom + 5.0)], Tone::Soft, 1.0, "");
            let half = font::width(&words, SMALL) / 2.0 + 3.0;
            let middle = x.min(to + GAP / 2.0 - half).max(from - GAP / 2.0 + half);
            if middle - half >= end {
                canvas.words((middle, bottom + 20.0), &words, SMALL, Tone::Soft, Anchor::Middle);
                end = middle + half;
            }
        }
    }

    /// One test; `place` is its place beside the others where each has one score only.
    fn path(&self, canvas: &Canvas, path: &OnePath, scale: Scale, up: Scale, place: Option<usize>) {
        let known = path.scores.iter().zip(&self.across).filter(|(score, _)| score.is_finite());
        let points: Vec<(f64, f64)> = match place {
            Some(place) => {
                let score = path.scores.first().filter(|score| score.is_finite());
                score.map(|score| (scale.at(place as f64 + 1.0), up.at(*score))).into_iter().collect()
            }
            None => known.map(|(score, at)| (scale.at(*at), up.at(*score))).collect(),
        };
        let (shape, tone) = path.end.mark();
        let open = path.end == PathEnd::Open;
        canvas.told(&path.told, || {
            canvas.line(&points, tone, if open { 0.9 } else { 1.5 }, "");
            let early = path.scores.len() < self.across.len() || place.is_some();
            if let Some(last) = points.last().filter(|_| !open || early) {
                canvas.mark(*last, shape, if open { 3.5 } else { 4.5 }, tone, false);
            }
        });
    }
}

impl PathEnd {
    fn mark(self) -> (Shape, Tone) {
        match self {
            Self::Better => (Shape::Dot, Tone::Hue(2)),
            Self::Worse => (Shape::Cross, Tone::Hue(6)),
            Self::Open => (Shape::Ring, Tone::Grey),
        }
    }
}
