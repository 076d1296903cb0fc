//! The paper that charts draw on: plotters' shapes and our words, as SVG.
//!
//! plotters brings the shapes and calls [`Ink`], a backend of our own: its own SVG backend has whole pixels only, in
//! which smooth curves become steps, no `<title>` and no groups. Words are laid out here, with the bundled font.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::{Color, RGBColor, ShapeStyle};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::font;
use super::palette::Tone;
use super::{Caption, Picture, Shape};

/// How wide a picture is, unless its kind needs more.
pub(super) const WIDTH: f64 = 720.0;

/// The size of words.
pub(super) const SIZE: f64 = 15.0;

/// The size of words of less weight; not smaller, for phones.
pub(super) const SMALL: f64 = 14.0;

/// The distance of two lines of words.
pub(super) const LINE: f64 = 20.0;

/// plotters counts in whole numbers: tenths of a unit.
const FINE: f64 = 10.0;

/// Which end of some words lies at their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Some words and how they are set.
struct Text<'a> {
    words: &'a str,
    /// What is told when they are pointed at.
    told: Option<&'a str>,
    size: f64,
    tone: Tone,
    anchor: Anchor,
    rim: bool,
    turned: bool,
}

/// The paper.
pub(super) struct Canvas {
    area: DrawingArea<Ink, Shift>,
    sheet: Rc<RefCell<String>>,
    title: String,
    description: String,
    width: f64,
}

impl Canvas {
    /// Empty paper of this width; the drawn title comes on top of it.
    pub(super) fn new(caption: &Caption, width: f64) -> Self {
        let sheet = Rc::new(RefCell::new(String::new()));
        // Charts grow downwards as they are drawn; plotters needs a height before.
        let size = ((width * FINE) as u32, u32::MAX / 2);
        let area = Ink { sheet: Rc::clone(&sheet), size }.into_drawing_area();
        let (title, description) = (font::clean(caption.title), font::clean(caption.description));
        Self { area, sheet, title, description, width }
    }

    /// How wide it is.
    pub(super) fn width(&self) -> f64 {
        self.width
    }

    /// What was drawn, down to `height`.
    pub(super) fn finish(self, height: f64) -> Picture {
        let body = self.sheet.take();
        Picture::new(self.title, self.description, body, self.width, height)
    }

    fn draw<E>(&self, element: &E)
    where
        for<'a> &'a E: PointCollection<'a, (i32, i32)>,
        E: Drawable<Ink>,
    {
        // The backend writes to memory and can't fail.
        let drawn = self.area.draw(element);
        debug_assert!(drawn.is_ok(), "drawing to memory");
    }

    /// A line through `points`, with dashes as SVG writes them.
    pub(super) fn line(&self, points: &[(f64, f64)], tone: Tone, thickness: f64, dashes: &str) {
        if points.len() < 2 {
            return;
        }
        self.dashed(dashes, || {
            self.draw(&PathElement::new(points.iter().map(fine).collect::<Vec<_>>(), style(tone, 1.0, thickness)));
        });
    }

    fn dashed(&self, dashes: &str, draw: impl FnOnce()) {
        if dashes.is_empty() {
            return draw();
        }
        self.write(&format!("<g stroke-dasharray=\"{dashes}\">\n"));
        draw();
        self.write("</g>\n");
    }

    /// A filled area.
    pub(super) fn area(&self, points: &[(f64, f64)], tone: Tone, opacity: f64) {
        if points.len() > 2 {
            self.draw(&Polygon::new(points.iter().map(fine).collect::<Vec<_>>(), style(tone, opacity, 0.0).filled()));
        }
    }

    /// A filled box between two corners.
    pub(super) fn filled(&self, corner: (f64, f64), opposite: (f64, f64), tone: Tone, opacity: f64) {
        self.draw(&Rectangle::new([fine(&corner), fine(&opposite)], style(tone, opacity, 0.0).filled()));
    }

    /// A filled circle.
    pub(super) fn dot(&self, centre: (f64, f64), radius: f64, tone: Tone) {
        self.draw(&Circle::new(fine(&centre), (radius * FINE) as u32, style(tone, 1.0, 0.0).filled()));
    }

    /// A ring, its inside empty.
    pub(super) fn ring(&self, centre: (f64, f64), radius: f64, tone: Tone, thickness: f64) {
        self.draw(&Circle::new(fine(&centre), (radius * FINE) as u32, style(Tone::Ground, 1.0, 0.0).filled()));
        self.halo(centre, radius, tone, thickness);
    }

    /// A ring around what is already there.
    pub(super) fn halo(&self, centre: (f64, f64), radius: f64, tone: Tone, thickness: f64) {
        self.draw(&Circle::new(fine(&centre), (radius * FINE) as u32, style(tone, 1.0, thickness)));
    }

    /// A mark of a shape, as high as two `radius`; hollow ones are filled with the ground.
    pub(super) fn mark(&self, (x, y): (f64, f64), shape: Shape, radius: f64, tone: Tone, hollow: bool) {
        let around = |points: &[(f64, f64)]| {
            let points: Vec<_> = points.iter().map(|(across, down)| (x + across * radius, y + down * radius)).collect();
            if hollow {
                self.area(&points, Tone::Ground, 1.0);
                let mut outline = points.clone();
                outline.extend(points.first().copied());
                outline.extend(points.get(1).copied());
                self.line(&outline, tone, 2.0, "");
            } else {
                self.area(&points, tone, 1.0);
            }
        };
        match shape {
            Shape::Dot if !hollow => self.dot((x, y), radius, tone),
            Shape::Dot | Shape::Ring => self.ring((x, y), radius - 1.0, tone, 2.0),
            Shape::Square => around(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Shape::Diamond => around(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
            Shape::Up => around(&[(0.0, -1.15), (1.15, 0.9), (-1.15, 0.9)]),
            Shape::Down => around(&[(0.0, 1.15), (1.15, -0.9), (-1.15, -0.9)]),
            Shape::Cross => {
                let arm = radius * 0.85;
                self.line(&[(x - arm, y - arm), (x + arm, y + arm)], tone, 2.4, "");
                self.line(&[(x - arm, y + arm), (x + arm, y - arm)], tone, 2.4, "");
            }
            Shape::Stroke => self.line(&[(x, y - radius * 1.3), (x, y + radius * 1.3)], tone, 2.4, ""),
        }
    }

    /// Words on one line, their feet at `y`.
    pub(super) fn words(&self, place: (f64, f64), words: &str, size: f64, tone: Tone, anchor: Anchor) {
        let whole = font::clean(words);
        self.text(place, &Text { words: &whole, told: None, size, tone, anchor, rim: true, turned: false });
    }

    /// The same on a filled shape.
    pub(super) fn words_on(&self, place: (f64, f64), words: &str, size: f64, tone: Tone, anchor: Anchor) {
        let whole = font::clean(words);
        self.text(place, &Text { words: &whole, told: None, size, tone, anchor, rim: false, turned: false });
    }

    /// A name, shortened in the middle to `room`; then the whole is told when pointed at.
    pub(super) fn name(&self, place: (f64, f64), words: &str, room: f64, size: f64, tone: Tone, anchor: Anchor) {
        let whole = font::clean(words);
        let short = font::fit(&whole, size, room);
        let told = (short != whole).then_some(whole.as_str());
        self.text(place, &Text { words: &short, told, size, tone, anchor, rim: true, turned: false });
    }

    /// The same, rising to the right by 45 degrees.
    pub(super) fn turned_name(&self, place: (f64, f64), words: &str, room: f64, size: f64, tone: Tone) {
        let whole = font::clean(words);
        let short = font::fit(&whole, size, room);
        let told = (short != whole).then_some(whole.as_str());
        self.text(place, &Text { words: &short, told, size, tone, anchor: Anchor::Start, rim: false, turned: true });
    }

    fn text(&self, (x, y): (f64, f64), text: &Text) {
        if text.words.is_empty() {
            return;
        }
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let turned = if text.turned { format!(" transform=\"rotate(-45 {x:.1} {y:.1})\"") } else { String::new() };
        // Words stand on a rim of the ground's colour, so that lines behind them don't hurt.
        let rim = format!(
            " stroke=\"{}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            Tone::Ground.hex()
        );
        self.write(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{fill}\"{rim}{anchor}{turned}>{told}{words}</text>\n",
            size = text.size,
            fill = text.tone.hex(),
            rim = if text.rim { &rim } else { "" },
            told = text.told.map(|told| format!("<title>{}</title>", escape(told))).unwrap_or_default(),
            words = escape(text.words)
        ));
    }

    /// What is drawn within is told as `words` when pointed at.
    pub(super) fn told(&self, words: &str, draw: impl FnOnce()) {
        self.write(&format!("<g><title>{}</title>\n", escape(&font::clean(words))));
        draw();
        self.write("</g>\n");
    }

    fn write(&self, svg: &str) {
        self.sheet.borrow_mut().push_str(svg);
    }
}

/// Words as XML has them.
pub(super) fn escape(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn fine((x, y): &(f64, f64)) -> BackendCoord {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn style(tone: Tone, opacity: f64, thickness: f64) -> ShapeStyle {
    let (red, green, blue) = tone.rgb();
    ShapeStyle {
        color: RGBColor(red, green, blue).mix(opacity),
        filled: false,
        stroke_width: (thickness * FINE) as u32,
    }
}

/// Writes what plotters draws as SVG, in tenths.
struct Ink {
    sheet: Rc<RefCell<String>>,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Ink {
    #[expect(clippy::unnecessary_wraps, reason = "each drawing of a backend ends with it, and backends may fail")]
    fn write(&self, shape: &str, style: &impl BackendStyle, fill: bool) -> Drawn {
        let BackendColor { alpha, rgb: (red, green, blue) } = style.color();
        let colour = format!("#{red:02x}{green:02x}{blue:02x}");
        let paint = if fill {
            let opacity = if alpha < 1.0 { format!(" fill-opacity=\"{alpha:.2}\"") } else { String::new() };
            format!("fill=\"{colour}\"{opacity}")
        } else {
            let thickness = f64::from(style.stroke_width()) / FINE;
            format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thickness:.1}\"")
        };
        self.sheet.borrow_mut().push_str(&format!("<{shape} {paint}/>\n"));
        Ok(())
    }
}

/// Tenths as SVG writes them.
fn tenths(number: i32) -> String {
    if number % FINE as i32 == 0 {
        (number / FINE as i32).to_string()
    } else {
        format!("{:.1}", f64::from(number) / FINE)
    }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    path.into_iter().map(|(x, y)| format!("{},{}", tenths(x), tenths(y))).collect::<Vec<_>>().join(" ")
}

impl DrawingBackend for Ink {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let [x, y, width, height] = [x, y, width, height].map(tenths);
        self.write(&format!("rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""), style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.write(&format!("polyline points=\"{}\" stroke-linejoin=\"round\"", points(path)), style, false)
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let circle = format!("circle cx=\"{}\" cy=\"{}\" r=\"{}\"", tenths(x), tenths(y), tenths(radius as i32));
        self.write(&circle, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.write(&format!("polygon points=\"{}\"", points(path)), style, true)
    }
}
