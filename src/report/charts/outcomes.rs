//! What a whole came to: each row a bar of 100 %, cut into its outcomes.

use super::canvas::{Anchor, Canvas, SIZE, SMALL, WIDTH};
use super::key::{Entry, Sample};
use super::palette::Tone;
use super::{Caption, Form, Picture};
use super::{font, key};

/// What wholes came to: each row a bar of the same length, cut into its outcomes. An outcome is named on its piece of the
/// bar if there is room, else below it, so that nobody needs to tell colours apart.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// What the kinds of outcome mean, at most four, in the order of a bar.
    pub kinds: Vec<String>,
    /// The rows.
    pub rows: Vec<OutcomeRow>,
}

/// A row: one whole.
#[derive(Clone, Debug)]
pub struct OutcomeRow {
    /// A heading over this row and those below it until the next heading that differs; empty for none.
    pub heading: String,
    /// The name of the row.
    pub name: String,
    /// How much the whole is, in words.
    pub whole: String,
    /// Its outcomes; they add up to the whole.
    pub outcomes: Vec<Outcome>,
}

/// An outcome of a row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Its kind: a place in [`Outcomes::kinds`].
    pub kind: usize,
    /// How much came to it; NaN counts as none.
    pub value: f64,
}

/// The colours of the kinds: apart for every kind of eye, on both grounds.
const TONES: [Tone; 4] = [Tone::Hue(0), Tone::Grey, Tone::Hue(1), Tone::Hue(5)];

/// Where bars begin.
const LEFT: f64 = 190.0;

/// The height of a bar.
const BAR: f64 = 26.0;

/// The distance of two lines below a bar.
const APART: f64 = 18.0;

/// The gap below a row.
const GAP: f64 = 14.0;

/// Smaller shares that have no room on the bar are counted together, for the table names them.
const RARE: f64 = 0.005;

/// The height of a heading.
const HEADING: f64 = 34.0;

impl Outcomes {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let entry =
            |(kind, words): (usize, &String)| Entry { sample: Sample::Box, tone: tone(kind), words: words.clone() };
        let entries: Vec<Entry> =
            self.kinds.iter().enumerate().filter(|(kind, _)| self.has(*kind)).map(entry).collect();
        let mut y = key::draw(&canvas, &entries, 0.0) + 8.0;
        let mut heading = "";
        for row in &self.rows {
            if row.heading != heading {
                heading = &row.heading;
                canvas.name((12.0, y + 22.0), heading, WIDTH - 24.0, SIZE + 1.0, Tone::Ink, Anchor::Start);
                y += HEADING;
            }
            y += row.draw(&canvas, y) + GAP;
        }
        canvas.finish(y + 2.0)
    }

    fn has(&self, kind: usize) -> bool {
        self.rows.iter().flat_map(|row| &row.outcomes).any(|outcome| outcome.kind == kind && outcome.size() > 0.0)
    }
}

impl Outcome {
    fn size(&self) -> f64 {
        if self.value > 0.0 { self.value.min(1e290) } else { 0.0 }
    }
}

impl OutcomeRow {
    /// Draws the row from `y` down; gives its height.
    fn draw(&self, canvas: &Canvas, y: f64) -> f64 {
        canvas.name((12.0, y + 14.0), &self.name, LEFT - 26.0, SIZE, Tone::Ink, Anchor::Start);
        canvas.name((12.0, y + 32.0), &self.whole, LEFT - 26.0, SMALL, Tone::Soft, Anchor::Start);
        let whole: f64 = self.outcomes.iter().map(Outcome::size).sum();
        if whole <= 0.0 {
            canvas.words((LEFT, y + 18.0), "–", SMALL, Tone::Soft, Anchor::Start);
            return BAR + APART;
        }
        let length = WIDTH - 12.0 - LEFT;
        let mut sorted: Vec<&Outcome> = self.outcomes.iter().filter(|outcome| outcome.size() > 0.0).collect();
        sorted.sort_by_key(|outcome| outcome.kind);
        let (mut from, mut below, mut rare) = (LEFT, Vec::new(), Vec::new());
        for outcome in sorted {
            let share = outcome.size() / whole;
            let (to, tone) = (from + length * share, tone(outcome.kind));
            let said = format!("{} {}", font::clean(&outcome.name), Form::Share.value(share));
            canvas.told(&format!("{}: {said}", self.name), || {
                canvas.filled((from, y), (to, y + BAR), tone, 1.0);
                if to < LEFT + length - 0.5 {
                    canvas.line(&[(to, y), (to, y + BAR)], Tone::Ground, 1.5, "");
                }
            });
            if font::width(&said, SMALL) + 10.0 <= to - from {
                let middle = f64::midpoint(from, to);
                canvas.words_on((middle, y + 18.0), &said, SMALL, Tone::Ground, Anchor::Middle);
            } else if share < RARE {
                rare.push((said, tone, share));
            } else {
                below.push((said, tone));
            }
            from = to;
        }
        match &rare[..] {
            [] => {}
            [(said, tone, _)] => below.push((said.clone(), *tone)),
            several => {
                let share: f64 = several.iter().map(|(.., share)| share).sum();
                below.push((format!("{} others {}", several.len(), Form::Share.value(share)), Tone::Soft));
            }
        }
        named_below(canvas, y + BAR + APART - 1.0, &below)
    }
}

/// Names what had no room on the bar, from the line of `y` on; gives the height of the row.
fn named_below(canvas: &Canvas, y: f64, names: &[(String, Tone)]) -> f64 {
    let (mut x, mut line) = (LEFT, 0);
    for (said, tone) in names {
        let wide = 16.0 + font::width(said, SMALL).min(WIDTH - 28.0 - LEFT);
        if x > LEFT && x + wide > WIDTH - 12.0 {
            (x, line) = (LEFT, line + 1);
        }
        let feet = y + f64::from(line) * APART;
        canvas.filled((x, feet - 9.0), (x + 9.0, feet), *tone, 1.0);
        canvas.name((x + 15.0, feet), said, WIDTH - 28.0 - LEFT, SMALL, Tone::Ink, Anchor::Start);
        x += wide + 14.0;
    }
    BAR + f64::from(line + 1) * APART
}

fn tone(kind: usize) -> Tone {
    TONES[kind % TONES.len()]
}
