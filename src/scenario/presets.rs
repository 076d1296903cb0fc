//! The preset library: sourced values for channels and customer bases, compiled into the program.

use super::place::{Origin, SourceId, Sources};
use super::problems::Problems;
use super::tree::{self, Table};

/// One preset as it ships.
struct Shipped {
    name: &'static str,
    text: &'static str,
}

const SHIPPED: [Shipped; 7] = [
    Shipped { name: "email", text: include_str!("presets/email.toml") },
    Shipped { name: "sms", text: include_str!("presets/sms.toml") },
    Shipped { name: "mobile-push", text: include_str!("presets/mobile-push.toml") },
    Shipped { name: "web", text: include_str!("presets/web.toml") },
    Shipped { name: "app", text: include_str!("presets/app.toml") },
    Shipped { name: "store", text: include_str!("presets/store.toml") },
    Shipped { name: "retail", text: include_str!("presets/retail.toml") },
];

/// The customer base of a segment that names none.
pub const DEFAULT_SEGMENT: &str = "retail";
/// The touch channels of a scenario that defines none.
pub const DEFAULT_TOUCHES: [&str; 3] = ["web", "app", "store"];

/// A preset, ready to be laid under what the user wrote.
pub struct Preset {
    /// Its text among the sources.
    pub source: SourceId,
    /// `channel` or `segment`.
    pub kind: String,
    /// The currency of its prices, if it has any.
    pub currency: Option<String>,
    /// The keys and values it provides.
    pub values: Table,
}

/// The presets that one scenario uses, each opened once.
#[derive(Default)]
pub struct Shelf(Vec<(String, Preset)>);

impl Shelf {
    /// A preset by name.
    pub fn open(&mut self, name: &str, sources: &mut Sources, problems: &mut Problems) -> Option<&Preset> {
        if !self.0.iter().any(|(opened, _)| opened == name) {
            self.0.push((name.to_owned(), open(name, sources, problems)?));
        }
        self.0.iter().find(|(opened, _)| opened == name).map(|(_, preset)| preset)
    }

    /// The source of each opened preset with prices, and their currency.
    pub fn currencies(self) -> impl Iterator<Item = (SourceId, String)> {
        self.0.into_iter().filter_map(|(_, preset)| Some((preset.source, preset.currency?)))
    }
}

/// The names of all presets of a kind (`channel` or `segment`).
pub fn names(kind: &str) -> Vec<&'static str> {
    let is_kind = |preset: &&Shipped| preset.text.lines().any(|line| line.trim_end() == format!("kind = \"{kind}\""));
    SHIPPED.iter().filter(is_kind).map(|preset| preset.name).collect()
}

/// Opens a preset by name.
pub fn open(name: &str, sources: &mut Sources, problems: &mut Problems) -> Option<Preset> {
    let shipped = SHIPPED.iter().find(|preset| preset.name == name)?;
    let source = sources.add(format!("preset {name}"), shipped.text, Origin::Preset);
    let tree = tree::parse(source, sources, problems);
    let text = |key: &str| tree.as_table()?.get(key)?.value.as_text().map(str::to_owned);
    let values = tree.as_table()?.get("values")?.value.as_table()?.clone();
    Some(Preset { source, kind: text("kind")?, currency: text("currency"), values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_every_preset_has_a_source_and_a_grade() {
        for shipped in &SHIPPED {
            let (mut sources, mut problems) = (Sources::default(), Problems::default());
            let preset = open(shipped.name, &mut sources, &mut problems).expect("opens");
            assert!(!problems.any_error(), "{}", problems.render(&sources, false));
            assert!(names(&preset.kind).contains(&shipped.name));
            let tree = tree::parse(preset.source, &sources, &mut problems);
            let given =
                tree.as_table().and_then(|t| t.get("sources")).and_then(|e| e.value.as_table()).expect("sources");
            for entry in &preset.values.0 {
                let source =
                    given.get(&entry.key).unwrap_or_else(|| panic!("{}: no source for {}", shipped.name, entry.key));
                let grade = source.value.as_table().and_then(|t| t.get("grade")).and_then(|e| e.value.as_text());
                let known = ["A", "B", "C", "D", "definition"];
                assert!(grade.is_some_and(|grade| known.contains(&grade)), "{}: {}", shipped.name, entry.key);
            }
        }
    }
}
