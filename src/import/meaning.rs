//! What the words of a journey mean in a scenario: a journey names segments and channels, and says no more of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::Response;

/// What a person says about the words of a journey.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    /// Segments of Dittofeed, by id.
    pub segments: BTreeMap<String, Meaning>,
    /// Channels of the scenario, by the id of a node or the type of channel.
    pub channels: BTreeMap<String, String>,
    /// All segments of the scenario; none = not known.
    pub scenario_segments: Option<Vec<String>>,
}

/// What a segment of Dittofeed is in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Customers on whom an earlier message of the run had this effect.
    Response(Response),
    /// Customers of these segments of the scenario.
    Segments(BTreeSet<String>),
}

/// Some segments of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their names.
    pub names: BTreeSet<String>,
    /// Whether these are names of segments; else one is a stand-in for names that nobody has said.
    pub known: bool,
}

impl Meanings {
    /// Whether a segment of Dittofeed is about responses, so that customers come into it on the way.
    pub fn response(&self, segment: &str) -> Option<Response> {
        match self.segments.get(segment) {
            Some(Meaning::Response(response)) => Some(*response),
            Some(Meaning::Segments(_)) | None => None,
        }
    }

    /// Whether something is said about a segment.
    pub fn knows(&self, segment: &str) -> bool {
        self.segments.contains_key(segment)
    }

    /// The scenario's segments inside a segment of Dittofeed and outside of it.
    pub fn sides(&self, segment: &str) -> (Group, Group) {
        let stand_in = |name: String| Group { names: BTreeSet::from([name]), known: false };
        let inside = match self.segments.get(segment) {
            Some(Meaning::Segments(names)) => Group { names: names.clone(), known: true },
            Some(Meaning::Response(_)) | None => stand_in(slug(segment)),
        };
        let outside = match &self.scenario_segments {
            Some(all) if inside.known => {
                let names = all.iter().filter(|name| !inside.names.contains(*name)).cloned().collect();
                Group { names, known: true }
            }
            _ => stand_in(format!("not-{}", slug(segment))),
        };
        (inside, outside)
    }

    /// The channel of a message: what is said of the node, else of its type, else the usual name for the type.
    pub fn channel(&self, node: &str, kind: &str) -> String {
        let said = self.channels.get(node).or_else(|| self.channels.get(kind));
        said.cloned().unwrap_or_else(|| match kind {
            "Email" => "email".to_owned(),
            "Sms" => "sms".to_owned(),
            "MobilePush" => "push".to_owned(),
            other => slug(other),
        })
    }
}

impl Group {
    /// Those who are in both; none = nobody can say, as stand-ins are among them.
    pub fn and(&self, other: &Self) -> Option<Self> {
        if self == other {
            return Some(self.clone());
        }
        (self.known && other.known)
            .then(|| Self { names: self.names.intersection(&other.names).cloned().collect(), known: true })
    }
}

/// A word as a name: lower case, with a `-` for everything else; never empty, at most 64 characters.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    // `not-` and the names of random cohorts are put around it.
    out.truncate(48);
    let out = out.trim_matches('-');
    if out.is_empty() { "unnamed".to_owned() } else { out.to_owned() }
}
