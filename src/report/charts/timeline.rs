//! What happened when.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::scale::Scale;
use super::{Caption, Part, Picture};
use super::{Form, axis, font, key};

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

/// Where the time runs.
const PLOT: (f64, f64) = (176.0, WIDTH - 24.0);

/// The room for names, from 12.
const NAME: f64 = PLOT.0 - 36.0;

/// The height of a level of labels.
const LABEL: f64 = 18.0;

/// A lane has this many levels of labels at most.
const LEVELS: usize = 3;

/// The most room for a label.
const ROOM: f64 = 150.0;

/// The distance of marks that are piled because they happened at once.
const PILE: f64 = 15.0;

/// More marks than this in a pile lie on each other.
const PILED: usize = 6;

impl Timeline {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let entry = |(shape, words): &(Shape, String)| Entry {
            sample: Sample::Mark(*shape),
            tone: Tone::Ink,
            words: words.clone(),
        };
        let entries: Vec<Entry> = self.key.iter().map(entry).collect();
        let top = key::draw(&canvas, &entries, 0.0) + 8.0;
        let scale = Scale::over([self.across.0, self.across.1], PLOT.0, PLOT.1);
        let lanes: Vec<Laid> = self.lanes.iter().map(|lane| lane.lay(scale)).collect();
        let bottom = top + lanes.iter().map(Laid::height).sum::<f64>();
        axis::across(&canvas, scale, &Form::Number, &self.across_label, (top, bottom));
        let mut y = top;
        for (lane, laid) in self.lanes.iter().zip(&lanes) {
            lane.draw(&canvas, laid, y);
            y += laid.height();
        }
        canvas.finish(bottom + axis::HEIGHT)
    }
}

/// A lane with places for its marks and labels.
struct Laid {
    /// For each event that is on the scale: which, its place across, its place in the pile, the label's level.
    marks: Vec<(usize, f64, usize, Option<usize>)>,
    levels: usize,
    pile: usize,
}

impl Laid {
    fn height(&self) -> f64 {
        self.levels as f64 * LABEL + self.pile.saturating_sub(1) as f64 * PILE + 34.0
    }
}

impl Lane {
    fn lay(&self, scale: Scale) -> Laid {
        let mut order: Vec<usize> =
            (0..self.events.len()).filter(|&event| scale.holds(self.events[event].at)).collect();
        order.sort_by(|&one, &other| self.events[one].at.total_cmp(&self.events[other].at));
        let mut laid = Laid { marks: Vec::new(), levels: 0, pile: 1 };
        let mut ends = [f64::NEG_INFINITY; LEVELS];
        let mut pile = (f64::NEG_INFINITY, 0);
        for event in order {
            let x = scale.at(self.events[event].at);
            pile = if x - pile.0 < 9.0 { (pile.0, pile.1 + 1) } else { (x, 0) };
            laid.pile = laid.pile.max(pile.1.min(PILED - 1) + 1);
            let half = self.label_width(event) / 2.0;
            let middle = label_middle(x, half);
            let level = (half > 0.0).then(|| ends.iter().position(|&end| end + 8.0 <= middle - half)).flatten();
            if let Some(level) = level {
                ends[level] = middle + half;
                laid.levels = laid.levels.max(level + 1);
            }
            laid.marks.push((event, x, pile.1.min(PILED - 1), level));
        }
        laid
    }

    fn label_width(&self, event: usize) -> f64 {
        font::width(&font::clean(&self.events[event].label), SMALL).min(ROOM)
    }

    fn draw(&self, canvas: &Canvas, laid: &Laid, top: f64) {
        let line = top + laid.levels as f64 * LABEL + 16.0;
        let tone = self.part.tone();
        canvas.line(&[(12.0, top + laid.height()), (WIDTH - 12.0, top + laid.height())], Tone::Grid, 1.0, "");
        canvas.name((12.0, line + 5.0), &self.name, NAME, SIZE, tone, Anchor::Start);
        canvas.line(&[(PLOT.0, line), (PLOT.1, line)], tone, 1.4, self.part.dashes());
        for &(_, x, _, level) in &laid.marks {
            // A thin line joins a label that is not right above its mark.
            if let Some(level) = level.filter(|level| *level > 0) {
                canvas.line(&[(x, line - 6.0 - LABEL * level as f64), (x, line)], Tone::Grid, 1.2, "");
            }
        }
        for &(event, x, pile, level) in &laid.marks {
            let event_of = &self.events[event];
            let said = format!("{}: {}", Form::Number.value(event_of.at), event_of.label);
            canvas.told(&said, || canvas.mark((x, line + PILE * pile as f64), event_of.shape, 6.0, tone, false));
            if let Some(level) = level {
                let half = self.label_width(event) / 2.0;
                let place = (label_middle(x, half), line - 11.0 - LABEL * level as f64);
                canvas.name(place, &event_of.label, ROOM, SMALL, Tone::Ink, Anchor::Middle);
            }
        }
    }
}

/// The middle of a label of a mark at `x`: above it, but within the paper.
fn label_middle(x: f64, half: f64) -> f64 {
    x.min(WIDTH - 8.0 - half).max(NAME.max(PLOT.0 - 20.0) + half)
}
