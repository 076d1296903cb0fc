//! A translation as a part of a scenario: TOML, with comments that say what came from where.

use super::steps::{Due, Step};
use super::told::What;
use super::translation::{Plan, Translation, Variant};
use crate::scenario::{Otherwise, Span};

/// Widest line of a comment.
const WIDTH: usize = 118;

impl Translation {
    /// The fragment.
    pub fn fragment(&self) -> String {
        let mut text =
            format!("# A journey of Dittofeed, from {}, by `channelmix import dittofeed`.\n", self.names.file);
        for (what, title) in [
            (What::FillIn, "To be filled in:"),
            (What::LeftOut, "Left out, for want of a counterpart:"),
            (What::Differs, "Not quite the same as in Dittofeed:"),
        ] {
            let told: Vec<String> = self
                .told
                .iter()
                .filter(|told| told.what == what)
                .map(|told| format!("- line {}, {}: {}", told.line, told.of, told.why))
                .collect();
            if !told.is_empty() {
                text += &format!("#\n# {title}\n");
                told.iter().for_each(|line| text += &comment(line));
            }
        }
        let (line, entry) = &self.entry;
        text += &format!("\n[campaigns.{}]\n", key(&self.names.campaign));
        text += &format!("trigger = {}  # line {line}: {entry}\n", self.trigger);
        if !self.again {
            text += "reentry = \"never\"\n";
        }
        if self.one_at_a_time {
            text += "concurrency = \"skip\"\n";
        }
        for variant in &self.variants {
            text += &self.strategy(variant);
        }
        text
    }

    fn strategy(&self, variant: &Variant) -> String {
        let mut text = String::from("\n");
        for way in &variant.ways {
            text += &comment(way);
        }
        match &variant.plan {
            Plan::Cascade(steps) if steps.is_empty() => {
                text += &format!("[strategies.{}]\n# Nothing is sent.\n", key(&variant.name));
            }
            Plan::Cascade(steps) => {
                text += &self.heading(variant);
                text += "cascade = [\n";
                for (step, origin) in steps.iter().zip(&variant.origins) {
                    text += &format!("  # {origin}\n  {},\n", written(step));
                }
                text += "]\n";
            }
            Plan::Mix(weights) => {
                let weights: Vec<String> =
                    weights.iter().map(|(channel, weight)| format!("{} = {weight}", key(channel))).collect();
                text += &self.heading(variant);
                let origin = variant.origins.first().map_or("", String::as_str);
                text += &format!("mix = {{ {} }}  # {origin}\n", weights.join(", "));
            }
        }
        text
    }

    fn heading(&self, variant: &Variant) -> String {
        format!("[strategies.{}.campaigns.{}]\n", key(&variant.name), key(&self.names.campaign))
    }
}

fn written(step: &Step) -> String {
    let mut keys = vec![format!("send = {}", quoted(&step.send))];
    let Due { after, at } = step.due;
    if after != 0 {
        keys.push(format!("after = \"{}\"", Span(after)));
    }
    if let Some(at) = at {
        let seconds = if at % 60 == 0 { String::new() } else { format!(":{:02}", at % 60) };
        keys.push(format!("at = \"{:02}:{:02}{seconds}\"", at / 3600, at / 60 % 60));
    }
    let mut unless: Vec<&str> = step.unless.iter().map(|response| response.word()).collect();
    unless.dedup();
    match unless[..] {
        [] => {}
        [word] => keys.push(format!("unless = \"{word}\"")),
        ref words => keys.push(format!("unless = {}", list(words))),
    }
    if let Some(response) = step.only_if {
        keys.push(format!("only_if = \"{}\"", response.word()));
    }
    match step.otherwise {
        Some(Otherwise::End) => keys.push("otherwise = \"end\"".to_owned()),
        Some(Otherwise::Next) => keys.push("otherwise = \"next\"".to_owned()),
        None => {}
    }
    if let Some(group) = &step.segments {
        let names: Vec<&str> = group.names.iter().map(String::as_str).collect();
        keys.push(format!("segments = {}", list(&names)));
    }
    format!("{{ {} }}", keys.join(", "))
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

/// A key as TOML writes it.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A comment of as many lines as it takes.
fn comment(text: &str) -> String {
    let (mut out, mut line) = (String::new(), String::from("#"));
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 3 {
            out += &line;
            out.push('\n');
            line = String::from("#  ");
        }
        line.push(' ');
        line += word;
    }
    out + &line + "\n"
}
