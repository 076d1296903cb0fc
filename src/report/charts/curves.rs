//! Lines over time, or over an input that is swept.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Estimate, Form, Part, Picture};
use super::{axis, font, place};

/// Lines over time, or over an input that is swept; each named at its end.
#[derive(Clone, Debug)]
pub struct Curves {
    /// Where the points lie across.
    pub across: Across,
    /// What lies across, such as "week".
    pub across_label: String,
    /// What the lines show, such as "profit a week".
    pub value_label: String,
    /// How values are written.
    pub form: Form,
    /// The lines.
    pub curves: Vec<Curve>,
    /// What is marked across, from the top to the bottom.
    pub posts: Vec<Post>,
}

/// A place across that means something, such as the effect worth finding.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where, in the numbers of [`Across::Numbers`]; elsewhere it is not drawn.
    pub at: f64,
    /// What it is, in a few words.
    pub words: String,
}

/// Where the points lie across.
#[derive(Clone, Debug)]
pub enum Across {
    /// At numbers, ascending.
    Numbers(Vec<f64>, Form),
    /// At names, equally spaced.
    Names(Vec<String>),
}

/// A line.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The name at its end.
    pub name: String,
    /// Its colour and dashes.
    pub part: Part,
    /// A point for each place across, with its band; an absent one is a gap.
    pub points: Vec<Estimate>,
    /// Points that are marked.
    pub marks: Vec<Mark>,
}

/// A mark on a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which point, from 0.
    pub at: usize,
    /// How.
    pub kind: MarkKind,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The best point: a ring and the word "best".
    Best,
    /// Not clearly worse than the best: a filled dot.
    Close,
    /// Clearly worse: a small hollow dot.
    Worse,
    /// Here something was seen: a filled dot.
    Seen,
    /// Here we are: a filled dot in a ring.
    Here,
}

/// The most room for the name of a line.
const NAME: f64 = 170.0;

/// The distance of names at the ends of lines.
const NAME_GAP: f64 = 19.0;

/// Names across have this many lines at most.
const LINES: usize = 3;

/// The height of a line of words of what is marked across.
const POST: f64 = 18.0;

/// The word at the best point.
const BEST: &str = "best";

/// Where the lines begin, from the top.
const TOP: f64 = 38.0;

impl Curves {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let bottom = self.top() + 290.0_f64.max(NAME_GAP * self.curves.len() as f64);
        let up = self.up(bottom);
        let names = self.curves.iter().map(|curve| font::width(&font::clean(&curve.said()), SIZE));
        let room = names.fold(0.0, f64::max).min(NAME);
        let ticks = axis::ticks_up(up, &self.form);
        let left = 12.0 + ticks.iter().map(|(_, words)| font::width(words, SMALL)).fold(0.0, f64::max) + 8.0;
        let right = WIDTH - 12.0 - room - 26.0;
        canvas.name((12.0, 18.0), &self.form.label(&self.value_label), WIDTH - 24.0, SMALL, Tone::Soft, Anchor::Start);
        for (value, words) in &ticks {
            let y = up.at(*value);
            canvas.line(&[(left, y), (right, y)], Tone::Grid, 1.0, "");
            canvas.words((left - 8.0, y + 5.0), words, SMALL, Tone::Soft, Anchor::End);
        }
        if up.holds(0.0) {
            canvas.line(&[(left, up.at(0.0)), (right, up.at(0.0))], Tone::Soft, 1.6, "");
        }
        let places = self.across(&canvas, left, right, bottom);
        let faint = if self.curves.len() > 4 { 0.07 } else { 0.15 };
        for curve in &self.curves {
            curve.band(&canvas, &places, up, faint);
        }
        for curve in &self.curves {
            canvas.told(&curve.name, || curve.line(&canvas, &places, up));
        }
        let mut said = Vec::new();
        for curve in &self.curves {
            curve.marks(&canvas, &places, up, &mut said);
        }
        self.names(&canvas, &places, up, right, room);
        let below = match self.across {
            Across::Numbers(..) => axis::HEIGHT,
            Across::Names(_) => LINES as f64 * 17.0 + 38.0,
        };
        canvas.finish(bottom + below)
    }

    fn up(&self, bottom: f64) -> Scale {
        let values = || self.curves.iter().flat_map(|curve| curve.points.iter().flat_map(Estimate::numbers));
        // 0 belongs on the scale if it is near: a curve far from it would be flat.
        let bare = Scale::over(values(), bottom, self.top());
        let reach = bare.high - bare.low;
        let near = (bare.low > 0.0 && bare.low < reach) || (bare.high < 0.0 && -bare.high < reach);
        Scale::over(values().chain(near.then_some(0.0)), bottom, self.top()).widened(0.04)
    }

    /// Draws what lies across; gives the places of the points.
    fn across(&self, canvas: &Canvas, left: f64, right: f64, bottom: f64) -> Vec<f64> {
        match &self.across {
            Across::Numbers(numbers, form) => {
                let posts = self.posts.iter().map(|post| post.at);
                let scale = Scale::over(numbers.iter().copied().chain(posts), left + 6.0, right - 6.0);
                axis::below(canvas, scale, form, &self.across_label, bottom);
                self.posts(canvas, scale, (left, right), bottom);
                numbers.iter().map(|&number| if number.is_finite() { scale.at(number) } else { f64::NAN }).collect()
            }
            Across::Names(names) => {
                let step = (right - left) / names.len().max(1) as f64;
                let places: Vec<f64> = (0..names.len()).map(|number| left + step * (number as f64 + 0.5)).collect();
                // With many names only every second, third … is said.
                let every = (44.0 / step).ceil().max(1.0) as usize;
                for (number, name) in names.iter().enumerate().step_by(every) {
                    let lines = font::wrap(&font::clean(name), SMALL, step * every as f64 - 6.0, LINES);
                    for (line, words) in lines.iter().enumerate() {
                        let foot = bottom + 18.0 + 17.0 * line as f64;
                        canvas.words((places[number], foot), words, SMALL, Tone::Soft, Anchor::Middle);
                    }
                }
                let middle = f64::midpoint(left, right);
                let label = &self.across_label;
                canvas.name(
                    (middle, bottom + 26.0 + LINES as f64 * 17.0),
                    label,
                    right - left,
                    SMALL,
                    Tone::Soft,
                    Anchor::Middle,
                );
                places
            }
        }
    }

    /// What is marked across: dashed from the top to the bottom, the words beside it.
    fn posts(&self, canvas: &Canvas, scale: Scale, (left, right): (f64, f64), bottom: f64) {
        for (number, post) in self.posts.iter().filter(|post| post.at.is_finite()).enumerate() {
            let x = scale.at(post.at);
            canvas.line(&[(x, self.top() - 4.0), (x, bottom)], Tone::Ink, 1.4, "5 4");
            let words = font::fit(&font::clean(&post.words), SMALL, right - left);
            let half = font::width(&words, SMALL) / 2.0;
            // Each on a line of its own above the lines of the chart, so that none lies on another.
            let middle = x.min(right - half).max(left + half);
            let foot = TOP + POST * number as f64 + 2.0;
            canvas.words((middle, foot), &words, SMALL, Tone::Ink, Anchor::Middle);
        }
    }

    /// Where the lines begin: below the words of what is marked across.
    fn top(&self) -> f64 {
        TOP + POST * self.posts.iter().filter(|post| post.at.is_finite()).count() as f64
    }

    /// The names at the ends of the lines.
    fn names(&self, canvas: &Canvas, places: &[f64], up: Scale, right: f64, room: f64) {
        let ends: Vec<Option<(f64, f64)>> =
            self.curves.iter().map(|curve| curve.runs(places, up).pop()?.pop()).collect();
        let wishes: Vec<f64> = ends.iter().map(|end| end.map_or(up.from, |(_, y)| y)).collect();
        let spread = place::spread(&wishes, NAME_GAP, self.top(), up.from);
        for ((curve, end), y) in self.curves.iter().zip(ends).zip(spread) {
            let x = right + 24.0;
            if let Some(end) = end {
                canvas.line(&[(end.0 + 4.0, end.1), (right + 6.0, end.1), (x - 4.0, y)], curve.part.tone(), 1.0, "2 2");
                canvas.name((x, y + 5.0), &curve.name, room, SIZE, curve.part.tone(), Anchor::Start);
            } else {
                // Named all the same: it was asked for and has no values.
                canvas.name((x, y + 5.0), &curve.said(), room, SIZE, Tone::Soft, Anchor::Start);
            }
        }
    }
}

impl Curve {
    /// Its name as it is said at its end.
    fn said(&self) -> String {
        let known = self.points.iter().any(|point| point.known().is_some());
        if known { self.name.clone() } else { format!("{} (no values)", self.name) }
    }

    /// The known points of the line in runs without gaps.
    fn runs(&self, places: &[f64], up: Scale) -> Vec<Vec<(f64, f64)>> {
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut open = false;
        for (point, &x) in self.points.iter().zip(places) {
            match point.known() {
                Some(value) if x.is_finite() => {
                    if !open {
                        runs.push(Vec::new());
                    }
                    open = true;
                    runs.last_mut().expect("a run is open").push((x, up.at(value)));
                }
                _ => open = false,
            }
        }
        runs
    }

    fn band(&self, canvas: &Canvas, places: &[f64], up: Scale, faint: f64) {
        let points: Vec<_> = self.points.iter().zip(places).map(|(point, &x)| (x, point.interval())).collect();
        for run in points.split(|(x, interval)| interval.is_none() || !x.is_finite()) {
            let edge = |low: bool| {
                let place = move |&(x, interval): &(f64, Option<(f64, f64)>)| {
                    interval.map(|ends| (x, up.at(if low { ends.0 } else { ends.1 })))
                };
                run.iter().filter_map(place).collect::<Vec<_>>()
            };
            if let [only] = edge(true).as_slice() {
                canvas.line(&[*only, edge(false)[0]], self.part.tone(), 1.4, "");
            }
            let mut outline = edge(true);
            outline.extend(edge(false).into_iter().rev());
            canvas.area(&outline, self.part.tone(), faint);
        }
    }

    fn line(&self, canvas: &Canvas, places: &[f64], up: Scale) {
        for run in self.runs(places, up) {
            match run.as_slice() {
                [only] => canvas.mark(*only, self.part.shape(), 5.0, self.part.tone(), false),
                run => canvas.line(run, self.part.tone(), self.part.thickness(), self.part.dashes()),
            }
        }
    }

    /// Draws the marks; the word is left away where it would touch one of those already said, since its ring says the same.
    fn marks(&self, canvas: &Canvas, places: &[f64], up: Scale, said: &mut Vec<(f64, f64)>) {
        for mark in &self.marks {
            let (Some(&x), Some(value)) = (places.get(mark.at), self.points.get(mark.at).and_then(Estimate::known))
            else {
                continue;
            };
            if !x.is_finite() {
                continue;
            }
            let (place, tone) = ((x, up.at(value)), self.part.tone());
            match mark.kind {
                MarkKind::Here => {
                    canvas.dot(place, 5.0, tone);
                    canvas.halo(place, 10.0, tone, 2.4);
                }
                MarkKind::Close | MarkKind::Seen => canvas.dot(place, 5.0, tone),
                MarkKind::Worse => canvas.ring(place, 3.5, tone, 1.6),
                MarkKind::Best => {
                    canvas.dot(place, 5.0, tone);
                    canvas.halo(place, 10.0, tone, 2.4);
                    // Above, or below where there is no room.
                    let y = if place.1 - 34.0 < TOP { place.1 + 28.0 } else { place.1 - 16.0 };
                    // At the first place beside the mark: to its left stand the words of the axis.
                    let first = places.iter().all(|&other| other >= x || !other.is_finite());
                    let (x, anchor) = if first { (x + 14.0, Anchor::Start) } else { (x, Anchor::Middle) };
                    let y = if first { place.1 + 5.0 } else { y };
                    let width = font::width(BEST, SIZE);
                    let start = if first { x } else { x - width / 2.0 };
                    let touches =
                        |other: &(f64, f64)| (other.0 - start).abs() < width + 4.0 && (other.1 - y).abs() < SIZE;
                    if !said.iter().any(touches) {
                        canvas.words((x, y), BEST, SIZE, Tone::Ink, anchor);
                        said.push((start, y));
                    }
                }
            }
        }
    }
}
