//! Audiences: names that do not exist, and stages that nobody is in.

use super::{Keys, carrier, known_segments};
use crate::scenario::Scenario;
use crate::scenario::audience::{Audience, Stage};
use crate::scenario::place::Place;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::segment::{Joined, Segment};

/// Checks the audience of a campaign or plan, which stands at a path and, if it is not written there, at another place.
pub(super) fn check(
    scenario: &Scenario,
    audience: &Audience,
    keys: Keys<'_>,
    path: &[&str],
    or: Place,
    problems: &mut Problems,
) {
    known_segments(scenario, &audience.segments, "an audience asks for segment", problems);
    for channel in &audience.opted_in {
        carrier(scenario, channel, "an audience has opted in to", problems);
    }
    let asked = |segment: &&Segment| {
        audience.segments.is_empty() || audience.segments.iter().any(|own| own.value == segment.name)
    };
    let known = audience.segments.iter().all(|own| scenario.segments.iter().any(|segment| segment.name == own.value));
    let prospects = scenario.segments.iter().filter(asked).any(|segment| matches!(segment.joined, Joined::Prospects));
    if audience.stages == [Stage::Prospect] && known && !prospects {
        let whom = if audience.segments.is_empty() { "" } else { " of its segments" };
        let message = format!("nobody belongs to this audience: no customer{whom} is a prospect");
        let at = keys.at(&[path, &["audience", "stages"]].concat(), or);
        let help = "customers join with their first order, but for those of a segment with `joined = \"prospects\"`";
        problems.push(Problem::warning(message, at).help(help));
    }
}
