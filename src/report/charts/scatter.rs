//! Two measures against each other.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::palette::Tone;
use super::scale::Scale;
use super::{Better, Caption, Estimate, Form, Part, Picture};
use super::{axis, font, place};

/// Two measures against each other, a point for each strategy, such as cost against retention.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// The measure across.
    pub across_label: String,
    /// How it is written.
    pub across_form: Form,
    /// Which side of it is better.
    pub across_better: Better,
    /// The measure upwards.
    pub up_label: String,
    /// How it is written.
    pub up_form: Form,
    /// Which side of it is better.
    pub up_better: Better,
    /// The points. If both measures have a better side, a line joins the points that no other point beats in both.
    pub points: Vec<ScatterPoint>,
}

/// A point.
#[derive(Clone, Debug)]
pub struct ScatterPoint {
    /// Its name.
    pub name: String,
    /// Its colour and shape.
    pub part: Part,
    /// Its place across.
    pub across: Estimate,
    /// Its place upwards.
    pub up: Estimate,
}

/// Where the points lie, from the top.
const UP: (f64, f64) = (40.0, 430.0);

/// The most room for a name.
const NAME: f64 = 170.0;

impl Scatter {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let ups = self.points.iter().flat_map(|point| point.up.numbers());
        let up = Scale::over(ups, UP.1, UP.0).widened(0.1);
        let ticks = axis::ticks_up(up, &self.up_form);
        let left = 20.0 + ticks.iter().map(|(_, words)| font::width(words, SMALL)).fold(0.0, f64::max);
        let right = WIDTH - 16.0;
        let acrosses = self.points.iter().flat_map(|point| point.across.numbers());
        let across = Scale::over(acrosses, left, right).widened(0.1);
        let label = sided(&self.up_form.label(&self.up_label), self.up_better);
        canvas.name((12.0, 18.0), &label, WIDTH - 24.0, SMALL, Tone::Soft, Anchor::Start);
        for (value, words) in &ticks {
            let y = up.at(*value);
            canvas.line(&[(left, y), (right, y)], Tone::Grid, 1.0, "");
            canvas.words((left - 8.0, y + 5.0), words, SMALL, Tone::Soft, Anchor::End);
        }
        let label = sided(&self.across_label, self.across_better);
        axis::across(&canvas, across, &self.across_form, &label, UP);
        if up.holds(0.0) {
            canvas.line(&[(left, up.at(0.0)), (right, up.at(0.0))], Tone::Soft, 1.6, "");
        }
        let known: Vec<(&ScatterPoint, (f64, f64))> = self
            .points
            .iter()
            .filter_map(|point| Some((point, (across.at(point.across.known()?), up.at(point.up.known()?)))))
            .collect();
        let frontier: Vec<(f64, f64)> = self.frontier().iter().map(|&(x, y)| (across.at(x), up.at(y))).collect();
        canvas.line(&frontier, Tone::Grey, 2.0, "7 5");
        for (point, place) in &known {
            point.cross(&canvas, *place, across, up);
        }
        for (point, place) in &known {
            canvas.told(&point.name, || canvas.mark(*place, point.part.shape(), 7.0, point.part.tone(), false));
        }
        let crosses: Vec<place::Area> =
            known.iter().flat_map(|(point, place)| point.arms(*place, across, up)).collect();
        names(&canvas, &known, (left + 4.0, UP.0, right, UP.1), crosses, &frontier);
        canvas.finish(UP.1 + axis::HEIGHT)
    }

    /// The points that no other beats in both measures, from left to right.
    fn frontier(&self) -> Vec<(f64, f64)> {
        let sign = |better: Better| match better {
            Better::Higher => Some(1.0),
            Better::Lower => Some(-1.0),
            Better::Neither => None,
        };
        let (Some(across), Some(up)) = (sign(self.across_better), sign(self.up_better)) else { return Vec::new() };
        let known = self.points.iter().filter_map(|point| Some((point.across.known()?, point.up.known()?)));
        let known: Vec<(f64, f64)> = known.collect();
        let beats = |one: &(f64, f64), other: &(f64, f64)| {
            let (more_across, more_up) = ((one.0 - other.0) * across, (one.1 - other.1) * up);
            more_across >= 0.0 && more_up >= 0.0 && (more_across > 0.0 || more_up > 0.0)
        };
        let unbeaten = known.iter().filter(|point| !known.iter().any(|other| beats(other, point)));
        let mut unbeaten: Vec<(f64, f64)> = unbeaten.copied().collect();
        unbeaten.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
        unbeaten
    }
}

/// Names beside their points, where they hide neither points nor each other.
fn names(
    canvas: &Canvas,
    known: &[(&ScatterPoint, (f64, f64))],
    bounds: place::Area,
    crosses: Vec<place::Area>,
    frontier: &[(f64, f64)],
) {
    let places: Vec<(f64, f64)> = known.iter().map(|known| known.1).collect();
    let whole = known.iter().map(|(point, _)| font::width(&font::clean(&point.name), SIZE));
    let widths: Vec<f64> = whole.map(|width| (width + 1.0).min(NAME)).collect();
    let mut taken: Vec<place::Area> = places.iter().map(|&(x, y)| (x - 8.0, y - 8.0, x + 8.0, y + 8.0)).collect();
    taken.extend(crosses);
    // The line is kept free as well, as a row of small boxes.
    for pair in frontier.windows(2) {
        let steps = 24;
        for step in 1..steps {
            let share = f64::from(step) / f64::from(steps);
            let (x, y) = (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1));
            taken.push((x - 2.0, y - 2.0, x + 2.0, y + 2.0));
        }
    }
    let labels = place::around(&places, &widths, 19.0, bounds, &taken);
    for ((point, (x, y)), label) in known.iter().zip(labels) {
        // Without room the name is told when the point is pointed at.
        let Some((left, top, right, bottom)) = label else { continue };
        let near = (x.clamp(left, right), y.clamp(top, bottom));
        if (near.0 - x).hypot(near.1 - y) > 16.0 {
            canvas.line(&[(*x, *y), near], point.part.tone(), 1.0, "");
        }
        canvas.name((left, bottom - 5.0), &point.name, right - left, SIZE, point.part.tone(), Anchor::Start);
    }
}

/// `label` with the side that is better.
fn sided(label: &str, better: Better) -> String {
    match better {
        Better::Higher => format!("{label} – more is better"),
        Better::Lower => format!("{label} – less is better"),
        Better::Neither => label.to_owned(),
    }
}

impl ScatterPoint {
    /// The intervals in both directions, as thin boxes.
    fn arms(&self, (x, y): (f64, f64), across: Scale, up: Scale) -> Vec<place::Area> {
        let flat = self.across.interval().map(|(low, high)| (across.at(low), y - 1.0, across.at(high), y + 1.0));
        let steep = self.up.interval().map(|(low, high)| (x - 1.0, up.at(high), x + 1.0, up.at(low)));
        flat.into_iter().chain(steep).collect()
    }

    fn cross(&self, canvas: &Canvas, place: (f64, f64), across: Scale, up: Scale) {
        for (left, top, right, bottom) in self.arms(place, across, up) {
            let ends = if right - left > bottom - top || bottom - top <= 2.0 {
                [(left, place.1), (right, place.1)]
            } else {
                [(place.0, top), (place.0, bottom)]
            };
            canvas.line(&ends, self.part.tone(), 1.6, "");
        }
    }
}
