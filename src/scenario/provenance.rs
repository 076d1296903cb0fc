//! Where every value of a scenario comes from: the file, `--set`, or a preset, and then how good its source is.
//!
//! The list is made when the scenario is read, from the places that its values remember. A result folder holds the text
//! and the overrides of its scenario and is read by reading them again, so that it has the same list.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::evidence::{Evidence, Grade};
use super::place::{Origin, Place, SourceId, Sources};
use super::presets::Preset;
use super::tree::{Data, Value};

/// A value as it was written, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Written {
    /// Dotted path in the file, such as `channels.sms.delivery_rate`; entries of a list are counted from 0. For a value
    /// from a preset: the path at which it could be written.
    pub path: String,
    /// What is played: a preset's price in the scenario's currency, its `entry` with the scenario's channels. An uncertain
    /// value is one value (`low`, `typical`, `high`), and so is a list of plain values.
    pub value: serde_json::Value,
    /// Who wrote it.
    #[serde(flatten)]
    pub origin: WrittenBy,
}

/// Who wrote a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "origin", rename_all = "kebab-case")]
pub enum WrittenBy {
    /// The user, in the scenario file.
    File {
        /// The line, counted from 1. What a strategy inherits has the line of the strategy that it extends.
        line: usize,
    },
    /// The user, on the command line.
    Set {
        /// The whole argument, `key=value`.
        argument: String,
    },
    /// A preset that ships with the program.
    Preset {
        /// The preset's name.
        name: String,
        /// How it is known; none only if a preset forgot to say so, which a test forbids. Shared, for thousands of segments may
        /// take the same preset.
        #[serde(flatten)]
        evidence: Option<Arc<Evidence>>,
    },
}

impl WrittenBy {
    /// The preset's source, if the value comes from a preset.
    pub fn evidence(&self) -> Option<&Evidence> {
        if let Self::Preset { evidence, .. } = self { evidence.as_deref() } else { None }
    }

    /// For a value of a preset: which preset, and how good its source is, as in `preset sms, grade C: a vendor's claim`.
    pub fn preset_in_words(&self) -> Option<String> {
        let Self::Preset { name, evidence } = self else { return None };
        let grade = match evidence.as_ref().map(|evidence| evidence.grade) {
            None | Some(Grade::Definition) => String::new(),
            Some(grade) => match grade.warning() {
                Some(warning) => format!(", grade {}: {warning}", grade.name()),
                None => format!(", grade {}", grade.name()),
            },
        };
        Some(format!("preset {name}{grade}"))
    }
}

/// The value at a path in a list of [`Written`]; for a path that holds several, the first of them.
pub fn written_at<'w>(all: &'w [Written], path: &str) -> Option<&'w Written> {
    let below = |own: &str| own.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    all.iter().find(|written| written.path == path).or_else(|| all.iter().find(|written| below(&written.path)))
}

/// The keys of presets whose source has a grade, by preset: `[("sms", ["delivery_rate", "open_delay"])]`. A channel's
/// `opt_in` for which every segment writes its own is in force nowhere and left out.
pub fn preset_keys(all: &[Written], grade: Grade) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for written in all.iter().filter(|written| written.origin.evidence().is_some_and(|source| source.grade == grade)) {
        if replaced_by_segments(all, &written.path) {
            continue;
        }
        let (WrittenBy::Preset { name, .. }, Some(key)) = (&written.origin, written.path.split('.').nth(2)) else {
            continue;
        };
        let position = found.iter().position(|(preset, _)| preset == name).unwrap_or_else(|| {
            found.push((name, Vec::new()));
            found.len() - 1
        });
        if !found[position].1.contains(&key) {
            found[position].1.push(key);
        }
    }
    found
}

fn replaced_by_segments(all: &[Written], path: &str) -> bool {
    let channel = path.strip_prefix("channels.").and_then(|path| path.strip_suffix(".opt_in"));
    channel.is_some_and(|channel| {
        let of_segments = |suffix: String| {
            let own = |written: &&Written| written.path.starts_with("segments.") && written.path.ends_with(&suffix);
            all.iter().filter(own).count()
        };
        // Each segment has one share.
        of_segments(format!(".opt_in.{channel}")) == of_segments(".share".to_owned())
    })
}

/// Lists every value of a joined tree, in its order. Names of presets and parents are left out: what they bring is there.
pub(super) fn list(tree: &Value, presets: &[Preset], sources: &Sources) -> Vec<Written> {
    let presets = presets.iter().map(|preset| (preset.source, preset)).collect();
    let mut walk = Walk { presets, sources, newlines: HashMap::new(), path: Vec::new(), found: Vec::new() };
    walk.value(tree);
    walk.found
}

struct Walk<'a> {
    presets: HashMap<SourceId, &'a Preset>,
    sources: &'a Sources,
    /// Where the lines of a text end: counting them anew for every value would take the square of the file's length.
    newlines: HashMap<SourceId, Vec<usize>>,
    path: Vec<String>,
    found: Vec<Written>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match &value.data {
            // An empty table says something too, but names of things are told by what is in them.
            Data::Table(table) if !self.is_one(value) && (self.path.len() < 3 || !table.0.is_empty()) => {
                for entry in &table.0 {
                    if !(self.path.len() == 2 && ["preset", "extends"].contains(&entry.key.as_str())) {
                        self.within(entry.key.clone(), &entry.value);
                    }
                }
            }
            Data::List(items) if items.iter().any(|item| item.as_table().is_some()) => {
                for (i, item) in items.iter().enumerate() {
                    self.within(i.to_string(), item);
                }
            }
            _ => {
                let at = first_place(value);
                let written = Written { path: self.path.join("."), value: value.json(), origin: self.origin(at) };
                self.found.push(written);
            }
        }
    }

    fn within(&mut self, key: String, value: &Value) {
        self.path.push(key);
        self.value(value);
        self.path.pop();
    }

    /// Whether a table is one uncertain value whose parts stand in one text; parts that `--set` changed stand alone.
    fn is_one(&self, value: &Value) -> bool {
        let Some(table) = value.as_table() else { return false };
        let keys = [["low", "typical", "high"], ["min", "mode", "max"]];
        let is_uncertain = keys.iter().any(|keys| keys.iter().all(|key| table.get(key).is_some()));
        let mut texts = table.0.iter().map(|entry| entry.value.at.source());
        let first = texts.next();
        !self.path.is_empty() && table.0.len() == 3 && is_uncertain && texts.all(|text| Some(text) == first)
    }

    fn origin(&mut self, at: Place) -> WrittenBy {
        let source = self.sources.of(at);
        match source.origin {
            Origin::File => WrittenBy::File { line: self.line(at) },
            Origin::Override => WrittenBy::Set { argument: source.text.clone() },
            Origin::Preset => {
                let preset = self.presets.get(&at.source());
                let evidence = preset.zip(self.path.get(2)).and_then(|(preset, key)| preset.evidence(key)).cloned();
                WrittenBy::Preset { name: preset.map_or_else(String::new, |preset| preset.name.clone()), evidence }
            }
        }
    }

    /// The line of a place, counted from 1.
    fn line(&mut self, at: Place) -> usize {
        let text = &self.sources.of(at).text;
        let newlines = self
            .newlines
            .entry(at.source())
            .or_insert_with(|| text.match_indices('\n').map(|(newline, _)| newline).collect());
        1 + newlines.partition_point(|&newline| newline < at.span().start)
    }
}

/// Where a value begins: a table of keys with dots has no place of its own.
fn first_place(value: &Value) -> Place {
    match &value.data {
        Data::Table(table) => table.0.first().map_or(value.at, |entry| first_place(&entry.value)),
        _ => value.at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load;

    const TEXT: &str = "\
name = \"x\"\ncurrency = \"USD\"\nstart = 2026-01-05\n
[channels.sms]\npreset = \"sms\"\ncost_per_message = { low = 0.01, typical = 0.02, high = 0.03 }\n
[segments.all]\nshare = 1.0\n
[campaigns.offer]\ntrigger = { every = \"7d\", at = \"10:00\" }\n
[strategies.one.campaigns.offer]\ncascade = [{ send = \"sms\" }]\n
[strategies.two]\nextends = \"one\"\n";

    fn listed(overrides: &[&str]) -> Vec<Written> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let loaded = load("x.toml", TEXT, &overrides);
        loaded.scenario.unwrap_or_else(|| panic!("{}", loaded.problems.render(&loaded.sources, false))).written
    }

    #[test]
    fn every_value_says_who_wrote_it() {
        let all = listed(&["segments.all.lapse=known"]);
        let origin = |path: &str| &all.iter().find(|written| written.path == path).expect(path).origin;
        assert_eq!(*origin("currency"), WrittenBy::File { line: 2 });
        assert_eq!(*origin("channels.sms.cost_per_message"), WrittenBy::File { line: 7 });
        assert_eq!(*origin("segments.all.lapse"), WrittenBy::Set { argument: "segments.all.lapse=known".to_owned() });
        assert_eq!(*origin("strategies.two.campaigns.offer.cascade.0.send"), WrittenBy::File { line: 16 });
        let words = |path: &str| origin(path).preset_in_words();
        assert_eq!(words("channels.sms.delivery_rate").as_deref(), Some("preset sms, grade C: a vendor's claim"));
        assert_eq!(words("channels.sms.open_delay.p90").as_deref(), Some("preset sms, grade C: a vendor's claim"));
        // Neither the touches nor the customer base are named in the file.
        assert_eq!(words("channels.web.order_rate").as_deref(), Some("preset web, grade A"));
        assert_eq!(words("segments.all.purchases.r").as_deref(), Some("preset retail, grade A"));
        assert_eq!(words("channels.sms.landing").as_deref(), Some("preset sms"));
        assert_eq!(words("currency"), None);
        assert!(all.iter().all(|written| !written.path.ends_with(".preset") && !written.path.ends_with(".extends")));
        assert_eq!(preset_keys(&all, Grade::C), [("sms", vec!["delivery_rate", "open_delay"])]);
        assert_eq!(preset_keys(&all, Grade::B)[0].0, "sms");
        let set = written_at(&all, "segments.all.purchases").expect("a set has values");
        assert_eq!(set.path, "segments.all.purchases.r");
        assert!(written_at(&all, "segments.all.purch").is_none());
    }

    #[test]
    fn an_uncertain_value_is_one_unless_two_hands_wrote_it() {
        let paths = |all: &[Written]| -> Vec<String> {
            all.iter().map(|w| w.path.clone()).filter(|path| path.starts_with("channels.sms.cost")).collect()
        };
        assert_eq!(paths(&listed(&[])), ["channels.sms.cost_per_message"]);
        let mixed = listed(&["channels.sms.cost_per_message.high=0.05"]);
        let parts = ["low", "typical", "high"].map(|part| format!("channels.sms.cost_per_message.{part}"));
        assert_eq!(paths(&mixed), parts);
        assert!(matches!(written_at(&mixed, &parts[2]).expect("is there").origin, WrittenBy::Set { .. }));
        assert!(matches!(written_at(&mixed, &parts[0]).expect("is there").origin, WrittenBy::File { line: 7 }));
    }

    #[test]
    fn the_list_and_the_resolved_scenario_hold_the_same_values() {
        let loaded = load("x.toml", TEXT, &[]);
        let scenario = loaded.scenario.expect("loads");
        for written in &scenario.written {
            let pointer = format!("/{}", written.path.replace('.', "/"));
            assert_eq!(scenario.resolved.pointer(&pointer), Some(&written.value), "{}", written.path);
        }
        let leaves = |value: &serde_json::Value| value.to_string().matches(':').count();
        assert!(scenario.written.len() > 40 && scenario.written.len() < leaves(&scenario.resolved));
    }
}
