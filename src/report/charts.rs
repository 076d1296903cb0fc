//! Pictures of plain data, drawn by plotters: SVG for screens, PNG for slides.
//!
//! A chart knows numbers and names, nothing of scenarios or answers. Each kind is a struct of one file with a `draw`;
//! the same data always give the same bytes. Names may hold anything: they are cleaned, escaped and shortened.
//!
//! A picture is 720 wide (a [`Matrix`] of many columns is wider) with text of 15; inline in a page it shrinks with
//! its container down to 600, where text is 12.5 CSS pixels high, and below that, as on a phone, it scrolls sideways.

mod allowance;
mod axis;
mod bars;
mod canvas;
mod curves;
mod distribution;
mod font;
mod forest;
mod form;
mod funnel;
mod key;
mod matrix;
mod outcomes;
mod pairs;
mod palette;
mod paths;
mod picture;
mod place;
mod scale;
mod scatter;
mod timeline;
mod tornado;

pub use allowance::{Allowance, AllowanceRow, Standing};
pub use bars::{Bar, BarRow, Bars};
pub use curves::{Across, Curve, Curves, Mark, MarkKind, Post};
pub use distribution::{Distribution, DistributionRow};
pub use forest::{Forest, ForestGroup, ForestPoint, ForestRow, Limit};
pub use form::Form;
pub use funnel::{Funnel, FunnelRow};
pub use matrix::{Matrix, MatrixColumn};
pub use outcomes::{Outcome, OutcomeRow, Outcomes};
pub use pairs::{Pairs, PairsRow};
pub use palette::{Part, style};
pub use paths::{OnePath, PathEnd, Paths, PathsPanel};
pub use picture::{Caption, Picture};
pub use scatter::{Scatter, ScatterPoint};
pub use timeline::{Event, Lane, Shape, Timeline};
pub use tornado::{Tornado, TornadoEnd, TornadoRow};

/// A value and the interval around it, in the unit of the chart's [`Form`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value; NaN when there is none, then nothing is drawn.
    pub value: f64,
    /// The interval's lower end; NaN when there is no interval.
    pub low: f64,
    /// The interval's upper end; NaN when there is no interval.
    pub high: f64,
}

impl Estimate {
    /// A value without an interval.
    pub const fn exact(value: f64) -> Self {
        Self { value, low: f64::NAN, high: f64::NAN }
    }

    /// A value within an interval.
    pub const fn within(value: f64, low: f64, high: f64) -> Self {
        Self { value, low, high }
    }

    /// Nothing known.
    pub const fn absent() -> Self {
        Self::exact(f64::NAN)
    }

    /// The interval, if both ends are numbers.
    fn interval(&self) -> Option<(f64, f64)> {
        (self.low.is_finite() && self.high.is_finite()).then(|| (self.low.min(self.high), self.low.max(self.high)))
    }

    /// The value, if it is a number.
    fn known(&self) -> Option<f64> {
        self.value.is_finite().then_some(self.value)
    }

    /// Every finite number of it, for a scale.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        [self.value, self.low, self.high].into_iter().filter(|number| number.is_finite())
    }
}

/// Which side of 0, or of another strategy, is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither by itself.
    Neither,
}

/// The gallery of the example, for the tests.
#[cfg(test)]
#[path = "../../examples/charts/gallery.rs"]
mod gallery;

// The gallery finds the charts beside itself, here as in the example.
#[cfg(test)]
use crate::report::charts;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use resvg::tiny_skia::Pixmap;
    use resvg::usvg::roxmltree::Document;
    use resvg::usvg::{Group, Node, Rect};

    use super::{Picture, gallery, style};

    static PICTURES: LazyLock<Vec<(String, Picture)>> = LazyLock::new(gallery::pictures);

    /// Where words lie, with the words.
    fn words(group: &Group, found: &mut Vec<(Rect, String)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => words(group, found),
                Node::Text(text) => {
                    let said = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    found.push((text.abs_bounding_box(), said));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_picture_is_sound_xml_without_foreign_elements() {
        for (name, picture) in PICTURES.iter() {
            let embedded = picture.embedded(name);
            for svg in [&picture.svg, &embedded] {
                let document = Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
                let known = ["svg", "div", "title", "desc", "g", "text", "rect", "circle", "polyline", "polygon"];
                for element in document.descendants().filter(|node| node.is_element()) {
                    assert!(known.contains(&element.tag_name().name()), "{name}: {:?}", element.tag_name());
                }
            }
        }
    }

    #[test]
    fn words_stay_on_the_paper() {
        for (name, picture) in PICTURES.iter() {
            let mut found = Vec::new();
            words(picture.tree().expect("sound").root(), &mut found);
            assert!(!found.is_empty(), "{name}");
            let (width, height) = (picture.width as f32, picture.height as f32);
            for (area, said) in found {
                let within =
                    area.left() >= 0.0 && area.right() <= width && area.top() >= 0.0 && area.bottom() <= height;
                assert!(within, "{name}: {said:?} lies at {area:?} on {width} × {height}");
            }
        }
    }

    #[test]
    fn words_do_not_lie_on_each_other() {
        // The rising names of a matrix lie beside each other, but the boxes around them don't.
        for (name, picture) in PICTURES.iter().filter(|(name, _)| !name.starts_with("matrix")) {
            let mut found = Vec::new();
            words(picture.tree().expect("sound").root(), &mut found);
            for (number, (one, said)) in found.iter().enumerate() {
                for (other, too) in &found[..number] {
                    // Boxes hold the room above and below letters as well.
                    let across = one.right().min(other.right()) - one.left().max(other.left());
                    let down = one.bottom().min(other.bottom()) - one.top().max(other.top());
                    assert!(across <= 1.0 || down <= 4.0, "{name}: {said:?} and {too:?}");
                }
            }
        }
    }

    #[test]
    fn the_same_data_give_the_same_bytes() {
        for ((name, one), (_, other)) in PICTURES.iter().zip(gallery::pictures()) {
            assert!(*one == other, "{name}");
        }
    }

    #[test]
    fn pixels_show_something_and_are_always_the_same() {
        for (name, picture) in PICTURES.iter().filter(|(name, _)| name.ends_with("-ordinary")) {
            let file = picture.png(0.5);
            assert!(file == picture.png(0.5), "{name}");
            let pixels = Pixmap::decode_png(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((pixels.width(), pixels.height()), (picture.width.div_ceil(2), picture.height.div_ceil(2)));
            let dark = pixels.pixels().iter().filter(|pixel| pixel.green() < 128).count();
            assert!(dark > 200, "{name}: {dark} dark pixels");
        }
    }

    #[test]
    fn odd_scales_still_give_pixels() {
        let (_, picture) = &PICTURES[0];
        for scale in [f32::NAN, -1.0, 0.0, f32::INFINITY] {
            assert!(Pixmap::decode_png(&picture.png(scale)).is_ok(), "{scale}");
        }
    }

    #[test]
    fn a_picture_in_a_page_has_the_colours_of_the_page_and_ids_of_its_own() {
        for (name, picture) in PICTURES.iter() {
            let embedded = picture.embedded(&format!("answer-{name}"));
            let document = Document::parse(&embedded).expect("sound");
            for element in document.descendants() {
                for attribute in element.attributes() {
                    assert!(!attribute.value().starts_with('#'), "{name}: {} is fixed", attribute.value());
                    if let Some(tone) = attribute.value().strip_prefix("var(") {
                        assert!(style().contains(&format!("{}:", tone.trim_end_matches(')'))), "{tone}");
                    }
                    if attribute.name() == "id" {
                        assert!(attribute.value().starts_with(&format!("answer-{name}-")), "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_told_in_full_where_they_are_shortened() {
        let (_, picture) = PICTURES.iter().find(|(name, _)| name == "curves-many").expect("a gallery");
        assert!(picture.svg.contains("<title>everything to everyone, every single week of the year</title>"));
    }
}
