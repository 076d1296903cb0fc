//! Differences with their intervals, row by row.

use super::canvas::{Anchor, Canvas, LINE, SIZE, SMALL, WIDTH};
use super::palette::Tone;
use super::scale::Scale;
use super::{Better, Caption, Estimate, Form, Part, Picture};
use super::{axis, font};

/// Differences with their intervals, row by row, around 0.
#[derive(Clone, Debug)]
pub struct Forest {
    /// What lies across, such as "change against the baseline".
    pub across_label: String,
    /// The groups, each with its heading and its own scale if its form differs from the first group's.
    pub groups: Vec<ForestGroup>,
}

/// Rows under one heading, on one scale.
#[derive(Clone, Debug)]
pub struct ForestGroup {
    /// The heading; empty for none.
    pub heading: String,
    /// How values are written. Groups of the same form share a scale.
    pub form: Form,
    /// The rows.
    pub rows: Vec<ForestRow>,
}

/// A row: one measure, or one channel, with the points of one or more strategies.
#[derive(Clone, Debug)]
pub struct ForestRow {
    /// The name of the row.
    pub name: String,
    /// Which side of 0 is better.
    pub better: Better,
    /// One point for each strategy.
    pub points: Vec<ForestPoint>,
}

/// A point of one strategy.
#[derive(Clone, Debug)]
pub struct ForestPoint {
    /// The strategy's name; shown when the row has several points.
    pub name: String,
    /// Its colour.
    pub part: Part,
    /// The difference.
    pub difference: Estimate,
    /// A difference that matters, if there is one: a dashed stroke.
    pub limit: Option<Limit>,
}

/// A difference that must not be passed, such as the margin of a guardrail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Where it lies; NaN for nowhere.
    pub at: f64,
    /// Whether it is known not to be passed.
    pub holds: bool,
}

/// Where scales begin, and how narrow they may be.
const PLOT: (f64, f64) = (244.0, 90.0);

/// The room for names, from 12.
const NAME: f64 = 220.0;

/// Where the verdict ends, and its room.
const VERDICT: (f64, f64) = (708.0, 66.0);

/// The height of a line.
const ROW: f64 = 26.0;

impl Forest {
    /// The chart as a picture.
    pub fn draw(&self, caption: &Caption) -> Picture {
        let canvas = Canvas::new(caption, WIDTH);
        let mut top = 6.0;
        // Numbers are never shortened: they take the room that they need, and the scale what is left.
        let points = self
            .groups
            .iter()
            .flat_map(|group| group.rows.iter().flat_map(|row| row.points.iter().map(|point| point.said(&group.form))));
        let widest = points.map(|words| font::width(&words, SMALL)).fold(0.0, f64::max);
        let right = (VERDICT.0 - VERDICT.1 - widest - 16.0).clamp(PLOT.0 + PLOT.1, 440.0);
        let mut groups = self.groups.as_slice();
        while let Some(first) = groups.first() {
            let same = groups.iter().take_while(|group| group.form == first.form).count();
            top = self.block(&canvas, &groups[..same], top, right);
            groups = &groups[same..];
        }
        let all = self.groups.iter().flat_map(|group| group.rows.iter().flat_map(|row| &row.points));
        let limits =
            if all.clone().any(|point| point.limit().is_some()) { " Dashed: the margin that matters." } else { "" };
        let key = format!("Filled: the interval leaves 0 out.{limits}");
        canvas.words((12.0, top + 14.0), &key, SMALL, Tone::Soft, Anchor::Start);
        canvas.finish(top + 26.0)
    }

    /// Groups on one scale that ends at `right`, from `top`; gives where they end.
    fn block(&self, canvas: &Canvas, groups: &[ForestGroup], top: f64, right: f64) -> f64 {
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let values = rows().flat_map(|row| row.points.iter().flat_map(ForestPoint::numbers));
        let scale = Scale::over(values.chain([0.0]), PLOT.0, right).widened(0.05);
        let form = &groups[0].form;
        // The side that is better is said once if it is the same for all, else in each row.
        let better = rows().next().map_or(Better::Neither, |row| row.better);
        let alike = rows().all(|row| row.better == better);
        let head = if alike && better != Better::Neither { LINE + 4.0 } else { 4.0 };
        let bottom = top + head + groups.iter().map(|group| group.height(alike)).sum::<f64>();
        axis::across(canvas, scale, form, &self.across_label, (top + head, bottom));
        if alike {
            match better {
                Better::Higher => canvas.words((right, top + 16.0), "better →", SMALL, Tone::Ink, Anchor::End),
                Better::Lower => canvas.words((PLOT.0, top + 16.0), "← better", SMALL, Tone::Ink, Anchor::Start),
                Better::Neither => {}
            }
        }
        let mut y = top + head;
        for group in groups {
            if !group.heading.is_empty() {
                canvas.name((12.0, y + 22.0), &group.heading, WIDTH - 24.0, SIZE + 1.0, Tone::Ink, Anchor::Start);
                y += 32.0;
            }
            for row in &group.rows {
                row.draw(canvas, scale, form, y, alike);
                y += row.height(alike);
            }
        }
        bottom + axis::HEIGHT
    }
}

impl ForestGroup {
    fn height(&self, alike: bool) -> f64 {
        let heading = if self.heading.is_empty() { 0.0 } else { 32.0 };
        heading + self.rows.iter().map(|row| row.height(alike)).sum::<f64>()
    }
}

impl ForestRow {
    fn height(&self, alike: bool) -> f64 {
        let said = if self.side(alike).is_empty() { 0.0 } else { 18.0 };
        match self.points.len() {
            0 | 1 => ROW + said,
            several => ROW * (several + 1) as f64 + 6.0,
        }
    }

    /// Which side is better, in words, if that is said in the row.
    fn side(&self, alike: bool) -> &'static str {
        match self.better {
            _ if alike => "",
            Better::Higher => "more is better",
            Better::Lower => "less is better",
            Better::Neither => "",
        }
    }

    fn draw(&self, canvas: &Canvas, scale: Scale, form: &Form, top: f64, alike: bool) {
        let side = self.side(alike);
        match self.points.as_slice() {
            [] => canvas.name((12.0, top + 18.0), &self.name, NAME, SIZE, Tone::Ink, Anchor::Start),
            [point] => {
                canvas.name((12.0, top + 18.0), &self.name, NAME, SIZE, Tone::Ink, Anchor::Start);
                canvas.words((12.0, top + 35.0), side, SMALL, Tone::Soft, Anchor::Start);
                point.draw(canvas, scale, form, self.better, top + ROW / 2.0);
            }
            points => {
                let note = if side.is_empty() { String::new() } else { format!(" – {side}") };
                let room = scale.to - 12.0 - font::width(&note, SIZE);
                let name = font::fit(&font::clean(&self.name), SIZE, room);
                canvas.words((12.0, top + 20.0), &format!("{name}{note}"), SIZE, Tone::Ink, Anchor::Start);
                for (number, point) in points.iter().enumerate() {
                    let y = top + ROW * (number as f64 + 1.5);
                    canvas.name((28.0, y + 5.0), &point.name, NAME - 16.0, SIZE, point.part.tone(), Anchor::Start);
                    point.draw(canvas, scale, form, self.better, y);
                }
            }
        }
    }
}

impl ForestPoint {
    /// Every finite number of it, for a scale.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.difference.numbers().chain(self.limit())
    }

    /// Where its limit lies, if it does.
    fn limit(&self) -> Option<f64> {
        self.limit.map(|limit| limit.at).filter(|at| at.is_finite())
    }

    /// The difference and its interval in words.
    fn said(&self, form: &Form) -> String {
        let Some(value) = self.difference.known() else { return "–".to_owned() };
        let bare = |value: f64| form.value(value).trim_end_matches(form.sign()).to_owned();
        match self.difference.interval() {
            Some((low, high)) => format!("{} ({} to {})", form.signed(value), bare(low), bare(high)),
            None => form.signed(value),
        }
    }

    fn draw(&self, canvas: &Canvas, scale: Scale, form: &Form, better: Better, y: f64) {
        let Some(value) = self.difference.known() else {
            canvas.words((scale.to + 16.0, y + 5.0), "–", SIZE, Tone::Soft, Anchor::Start);
            return;
        };
        if let Some(limit) = self.limit() {
            let x = scale.at(limit);
            canvas.line(&[(x, y - 11.0), (x, y + 11.0)], Tone::Ink, 1.6, "4 3");
        }
        let interval = self.difference.interval();
        // Without an interval nothing is known about chance.
        let clear = interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
        let tone = self.part.tone();
        if let Some((low, high)) = interval {
            let ends = [(scale.at(low), y), (scale.at(high), y)];
            canvas.line(&ends, tone, if clear { 3.0 } else { 2.0 }, "");
            for (x, _) in ends {
                canvas.line(&[(x, y - 4.0), (x, y + 4.0)], tone, 1.6, "");
            }
        }
        canvas.mark((scale.at(value), y), self.part.shape(), 6.0, tone, !clear);
        let words = self.said(form);
        let verdict = match (interval.is_some(), clear, better) {
            (false, ..) => "",
            // Nobody does anything else.
            _ if value == 0.0 && interval == Some((0.0, 0.0)) => "same",
            (_, false, _) => match self.limit {
                Some(Limit { holds: true, .. }) => "holds",
                Some(_) => "not shown",
                None => "unclear",
            },
            (_, _, Better::Neither) => "differs",
            (_, _, Better::Higher) => {
                if value > 0.0 {
                    "better"
                } else {
                    "worse"
                }
            }
            (_, _, Better::Lower) => {
                if value < 0.0 {
                    "better"
                } else {
                    "worse"
                }
            }
        };
        let weight = if clear { Tone::Ink } else { Tone::Soft };
        canvas.name(
            (scale.to + 16.0, y + 5.0),
            &words,
            VERDICT.0 - VERDICT.1 - scale.to - 16.0 + 1.0,
            SMALL,
            weight,
            Anchor::Start,
        );
        canvas.words((VERDICT.0, y + 5.0), verdict, SMALL, weight, Anchor::End);
    }
}
