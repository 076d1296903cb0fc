//! The preset library: sourced values for channels, customer bases and legal hours, compiled into the program.

use std::sync::Arc;

use super::evidence::{Evidence, Grade};
use super::place::{Origin, SourceId, Sources};
use super::problems::Problems;
use super::tree::{self, Data, Table, Value};

/// One preset as it ships.
struct Shipped {
    name: &'static str,
    text: &'static str,
}

const SHIPPED: [Shipped; 24] = [
    Shipped { name: "email", text: include_str!("presets/email.toml") },
    Shipped { name: "sms", text: include_str!("presets/sms.toml") },
    Shipped { name: "rcs", text: include_str!("presets/rcs.toml") },
    Shipped { name: "whatsapp", text: include_str!("presets/whatsapp.toml") },
    Shipped { name: "viber", text: include_str!("presets/viber.toml") },
    Shipped { name: "telegram", text: include_str!("presets/telegram.toml") },
    Shipped { name: "line", text: include_str!("presets/line.toml") },
    Shipped { name: "social-dm", text: include_str!("presets/social-dm.toml") },
    Shipped { name: "mobile-push", text: include_str!("presets/mobile-push.toml") },
    Shipped { name: "web-push", text: include_str!("presets/web-push.toml") },
    Shipped { name: "in-app", text: include_str!("presets/in-app.toml") },
    Shipped { name: "retargeting-ad", text: include_str!("presets/retargeting-ad.toml") },
    Shipped { name: "direct-mail", text: include_str!("presets/direct-mail.toml") },
    Shipped { name: "outbound-call", text: include_str!("presets/outbound-call.toml") },
    Shipped { name: "web", text: include_str!("presets/web.toml") },
    Shipped { name: "app", text: include_str!("presets/app.toml") },
    Shipped { name: "store", text: include_str!("presets/store.toml") },
    Shipped { name: "retail", text: include_str!("presets/retail.toml") },
    Shipped { name: "grocery", text: include_str!("presets/grocery.toml") },
    Shipped { name: "apparel", text: include_str!("presets/apparel.toml") },
    Shipped { name: "subscription", text: include_str!("presets/subscription.toml") },
    Shipped { name: "us-texts", text: include_str!("presets/us-texts.toml") },
    Shipped { name: "us-texts-strict", text: include_str!("presets/us-texts-strict.toml") },
    Shipped { name: "france-texts", text: include_str!("presets/france-texts.toml") },
];

/// The customer base of a segment that names none.
pub const DEFAULT_SEGMENT: &str = "retail";
/// The touch channels of a scenario that defines none.
pub const DEFAULT_TOUCHES: [&str; 3] = ["web", "app", "store"];

/// A preset, ready to be laid under what the user wrote.
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Its text among the sources.
    pub source: SourceId,
    /// `channel`, `segment` or `hours`.
    pub kind: String,
    /// Its name in words.
    pub title: String,
    /// The currency of its prices, if it has any.
    pub currency: Option<String>,
    /// The keys and values it provides.
    pub values: Table,
    evidence: Vec<(String, Arc<Evidence>)>,
}

impl Preset {
    /// How the value of a key is known.
    pub fn evidence(&self, key: &str) -> Option<&Arc<Evidence>> {
        self.evidence.iter().find(|(own, _)| own == key).map(|(_, evidence)| evidence)
    }
}

/// The presets that one scenario uses, each opened once.
#[derive(Default)]
pub struct Shelf(pub Vec<Preset>);

impl Shelf {
    /// A preset by name.
    pub fn open(&mut self, name: &str, sources: &mut Sources, problems: &mut Problems) -> Option<&Preset> {
        if !self.0.iter().any(|opened| opened.name == name) {
            self.0.push(open(name, sources, problems)?);
        }
        self.0.iter().find(|opened| opened.name == name)
    }
}

/// The names of all presets of a kind (`channel`, `segment` or `hours`).
pub fn names(kind: &str) -> Vec<&'static str> {
    let is_kind = |preset: &&Shipped| preset.text.lines().any(|line| line.trim_end() == format!("kind = \"{kind}\""));
    SHIPPED.iter().filter(is_kind).map(|preset| preset.name).collect()
}

/// Opens a preset by name.
pub fn open(name: &str, sources: &mut Sources, problems: &mut Problems) -> Option<Preset> {
    let shipped = SHIPPED.iter().find(|preset| preset.name == name)?;
    let source = sources.add(format!("preset {name}"), shipped.text, Origin::Preset);
    let tree = tree::parse(source, sources, problems);
    let tree = tree.as_table()?;
    let text = |key: &str| tree.get(key)?.value.as_text().map(str::to_owned);
    let values = tree.get("values")?.value.as_table()?.clone();
    let given = tree.get("sources")?.value.as_table()?;
    let evidence =
        given.0.iter().filter_map(|entry| Some((entry.key.clone(), Arc::new(evidence(&entry.value)?)))).collect();
    let (name, kind, title, currency) = (name.to_owned(), text("kind")?, text("title")?, text("currency"));
    Some(Preset { name, source, kind, title, currency, values, evidence })
}

fn evidence(of: &Value) -> Option<Evidence> {
    let table = of.as_table()?;
    let text = |key: &str| table.get(key)?.value.as_text().map(str::to_owned);
    let year = table.get("year").and_then(|entry| match entry.value.data {
        Data::Integer(year) => Some(year),
        _ => None,
    });
    Some(Evidence {
        grade: Grade::of(&text("grade")?)?,
        source: text("source")?,
        year,
        url: text("url"),
        note: text("note"),
    })
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
            for entry in &preset.values.0 {
                assert!(preset.evidence(&entry.key).is_some(), "{}: no source for {}", shipped.name, entry.key);
            }
            for (key, _) in &preset.evidence {
                assert!(preset.values.get(key).is_some(), "{}: a source for {key}, which it lacks", shipped.name);
            }
        }
    }
}
