//! Journeys of other tools, read as strategies.
//!
//! A journey of [Dittofeed](https://www.dittofeed.com) is a graph; a cascade is a line of steps with conditions.
//! [`Journey::read`] reads the graph with the line of each node, [`translate`] walks through it and lays the ways that
//! customers can take one behind the other, and [`Translation::fragment`] writes what comes out as a part of a scenario.
//! What has no counterpart is [told](Told), with its line and why.

mod error;
mod fragment;
mod journey;
mod meaning;
mod steps;
mod told;
mod translation;

pub use error::{Error, Position};
pub use journey::{Arm, By, Does, Entry, Journey, Next, Node, Wait};
pub use meaning::{Group, Meaning, Meanings, slug};
pub use steps::{Due, Step};
pub use told::{Told, What};
pub use translation::{Names, Plan, Translation, Variant, translate};
