//! Pictures of plain data, drawn by plotters: SVG for screens, PNG for slides.
//!
//! A chart knows numbers and names, nothing of scenarios or answers. Each kind is a struct of one file with a `draw`;
//! the same data always give the same bytes. Names may hold anything: they are cleaned, escaped and shortened.
//!
//! A picture is 720 wide (a [`Matrix`] of many columns is wider) with text of 15; inline in a page it shrinks with
//! its container down to 600, where text is 12.5 CSS pixels high, and below that, as on a phone, it scrolls sideways.

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
mod palette;
mod picture;
mod place;
mod scale;
mod scatter;
mod timeline;
mod tornado;

pub use bars::{Bar, BarRow, Bars};
pub use curves::{Across, Curve, Curves, Mark, MarkKind};
pub use distribution::{Distribution, DistributionRow};
pub use forest::{Forest, ForestGroup, ForestPoint, ForestRow};
pub use form::Form;
pub use funnel::{Funnel, FunnelRow};
pub use matrix::{Matrix, MatrixColumn};
pub use palette::{Part, style};
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
