//! The text of a message, and how many segments of a short message it takes (R54).
//!
//! A short message holds 140 octets. A text of the GSM alphabet (3GPP TS 23.038) is sent with 7 bits a character, any other
//! one as UCS-2 with 16 bits a unit. What does not fit into one message is split, and each part gives 6 octets (a septet
//! more with 7 bits) to a header that says how the parts belong together. Characters of the extension table take two
//! septets, and those beyond the basic plane two units; neither is split between two parts.

use super::format::{Described, Form, Kind};
use super::problems::{Problem, harmless};
use super::read::{At, Context, FromValue, mismatch};
use super::tree::{Entry, Value};

/// A text that a campaign sends on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// As it is written.
    pub text: String,
    /// How it is sent in short messages.
    pub coding: Coding,
    /// How many of them it takes.
    pub segments: u32,
}

/// How a text is sent in short messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// The GSM alphabet, 7 bits.
    Gsm7,
    /// 16 bits, because of a character that the GSM alphabet does not have ([`Text::others`]).
    Ucs2,
}

/// The GSM alphabet without letters and digits, which it has too.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Its extension table.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets in a short message of its own, and in a part of several.
const SEPTETS: (u32, u32) = (160, 153);
/// The same in units of 16 bits.
const UNITS: (u32, u32) = (70, 67);

/// Characters beyond so many are not named one by one.
const MOST_NAMED: usize = 5;

/// The header that joins parts has one octet for their number.
const MOST_SEGMENTS: u32 = 255;

/// Septets that a character takes; none if the alphabet does not have it.
fn septets(character: char) -> Option<u32> {
    match character {
        _ if character.is_ascii_alphanumeric() || BASIC.contains(character) => Some(1),
        _ if EXTENSION.contains(character) => Some(2),
        _ => None,
    }
}

/// How many parts it takes to send characters of these sizes, none of them split.
fn parts(sizes: impl Iterator<Item = u32> + Clone, (alone, each): (u32, u32)) -> u32 {
    if sizes.clone().sum::<u32>() <= alone {
        return 1;
    }
    let (mut parts, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > each {
            parts += 1;
            filled = 0;
        }
        filled += size;
    }
    parts
}

impl Text {
    /// Counts a text's segments.
    pub fn new(text: &str) -> Self {
        let (coding, segments) = if text.chars().all(|character| septets(character).is_some()) {
            (Coding::Gsm7, parts(text.chars().filter_map(septets), SEPTETS))
        } else {
            (Coding::Ucs2, parts(text.chars().map(|c| c.len_utf16() as u32), UNITS))
        };
        Self { text: text.to_owned(), coding, segments }
    }

    /// The characters that the GSM alphabet does not have, each once, in the order of the text.
    pub fn others(&self) -> Vec<char> {
        let mut others = Vec::new();
        for character in self.text.chars().filter(|&character| septets(character).is_none()) {
            if !others.contains(&character) {
                others.push(character);
            }
        }
        others
    }

    /// Its size in words: `181 characters, GSM-7, 2 segments`; for UCS-2 also why, and what it would take otherwise.
    pub fn size(&self) -> String {
        let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let characters = plural(self.text.chars().count(), "character");
        let segments = plural(self.segments as usize, "segment");
        if self.coding == Coding::Gsm7 {
            return format!("{characters}, GSM-7, {segments}");
        }
        let others = self.others();
        let named: Vec<String> =
            others.iter().take(MOST_NAMED).map(|other| format!("`{}`", harmless(&other.to_string(), 1))).collect();
        let more = match others.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (whose, its) = if others.len() == 1 { ("it", "its") } else { ("them", "their") };
        // A letter of the alphabet in place of each: a dash for a dash. What is left out can only be shorter.
        let plain = parts(self.text.chars().map(|character| septets(character).unwrap_or(1)), SEPTETS);
        format!(
            "{characters}, UCS-2 because of {}{more} ({} in one segment, {} in each of several), {segments}; with characters \
             of GSM-7 ({}, {}) in {its} place, or without {whose}, {}",
            named.join(", "),
            UNITS.0,
            UNITS.1,
            SEPTETS.0,
            SEPTETS.1,
            plural(plain as usize, "segment")
        )
    }
}

impl Described for Text {
    const KIND: Kind = Kind::new("text", "the text of a message", Form::Text);
}

impl FromValue for Text {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Some(written) = value.as_text() else { return mismatch(value, context) };
        // One character more than fits is enough to know that it does not.
        let most = (MOST_SEGMENTS * SEPTETS.1) as usize;
        let text = Self::new(&written.chars().take(most + 1).collect::<String>());
        let (path, characters) = (context.path(), written.chars().count());
        let problem = if written.is_empty() {
            Problem::error(format!("`{path}` is empty"), value.at).help("write the text, or leave the key away")
        } else if text.segments > MOST_SEGMENTS {
            let message = format!(
                "`{path}` has {characters} characters and takes more than the {MOST_SEGMENTS} segments that a message can have"
            );
            Problem::error(message, value.at)
        } else {
            return Some(text);
        };
        context.error(problem);
        None
    }
}

/// `{ sms = "Only today" }`: texts by channel, in the order of writing.
pub(super) struct Texts(pub Vec<(At<String>, Text)>);

impl Described for Texts {
    const KIND: Kind = Kind::new(
        "",
        "a table of texts by channel, such as { sms = \"Only today\" }",
        Form::ByName("channel", &Text::KIND),
    );
}

impl FromValue for Texts {
    fn from_value(value: &Value, context: &mut Context<'_>) -> Option<Self> {
        let Some(table) = value.as_table() else { return mismatch(value, context) };
        let read = |entry: &Entry| {
            let text = context.within(&entry.key, |context| Text::from_value(&entry.value, context))?;
            Some((At { value: entry.key.clone(), at: entry.key_at }, text))
        };
        let all: Vec<_> = table.0.iter().map(read).collect();
        all.into_iter().collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn takes(text: &str, segments: u32) {
        assert_eq!(Text::new(text).segments, segments, "{} characters", text.chars().count());
    }

    #[test]
    fn r54_the_alphabet_has_128_places_one_of_which_leads_to_the_extension_table() {
        let letters_and_digits = 2 * 26 + 10;
        assert_eq!(BASIC.chars().count() + letters_and_digits, 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let mut all: Vec<char> = BASIC.chars().chain(EXTENSION.chars()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len() + letters_and_digits, 137);
        assert!(all.iter().all(|character| !character.is_ascii_alphanumeric()));
    }

    #[test]
    fn r54_a_text_of_the_alphabet_takes_160_characters_or_parts_of_153() {
        takes("a", 1);
        takes(&"a".repeat(160), 1);
        takes(&"a".repeat(161), 2);
        for n in 2..12 {
            takes(&"Ω".repeat(153 * n), n as u32);
            takes(&"Ω".repeat(153 * n + 1), n as u32 + 1);
        }
    }

    #[test]
    fn r54_other_texts_take_70_units_or_parts_of_67() {
        let text = |units: usize| "ж".repeat(units);
        takes(&text(70), 1);
        takes(&text(71), 2);
        for n in 2..12 {
            takes(&text(67 * n), n as u32);
            takes(&text(67 * n + 1), n as u32 + 1);
        }
        // One such character decides for all of them: ç is none of the alphabet's, Ç is.
        takes(&format!("{}Ç", "a".repeat(159)), 1);
        takes(&format!("{}ç", "a".repeat(69)), 1);
        takes(&format!("{}ç", "a".repeat(70)), 2);
    }

    #[test]
    fn r54_characters_of_the_extension_table_take_two_and_are_not_split() {
        for character in EXTENSION.chars() {
            let text = |before: usize| format!("{}{character}", "a".repeat(before));
            takes(&text(158), 1);
            takes(&text(159), 2);
        }
        takes(&"€".repeat(80), 1);
        takes(&"€".repeat(81), 2);
        // 152 of the 153 septets of a part hold 76 of them, one stays free.
        takes(&"€".repeat(152), 2);
        takes(&"€".repeat(153), 3);
        // The last of the first part would lie on both sides of the cut.
        takes(&format!("{}€{}", "a".repeat(151), "a".repeat(153)), 2);
        takes(&format!("{}€{}", "a".repeat(152), "a".repeat(151)), 2);
        takes(&format!("{}€{}", "a".repeat(152), "a".repeat(152)), 3);
    }

    #[test]
    fn r54_pairs_of_units_are_not_split() {
        takes(&"🎁".repeat(35), 1);
        takes(&"🎁".repeat(36), 2);
        // 66 of the 67 units of a part hold 33 of them.
        takes(&"🎁".repeat(66), 2);
        takes(&"🎁".repeat(67), 3);
        takes(&format!("{}🎁{}", "ж".repeat(66), "ж".repeat(65)), 2);
        takes(&format!("{}🎁{}", "ж".repeat(66), "ж".repeat(66)), 3);
    }

    #[test]
    fn a_text_says_its_size() {
        let size = |text: &str| Text::new(text).size();
        assert_eq!(size(&"a".repeat(181)), "181 characters, GSM-7, 2 segments");
        assert_eq!(
            size("ж"),
            "1 character, UCS-2 because of `ж` (70 in one segment, 67 in each of several), 1 segment; with characters of \
             GSM-7 (160, 153) in its place, or without it, 1 segment"
        );
        let curly = format!("“Today” – don’t miss “it”{}", "a".repeat(60));
        assert_eq!(
            size(&curly),
            "85 characters, UCS-2 because of `“`, `”`, `–`, `’` (70 in one segment, 67 in each of several), 2 segments; with \
             characters of GSM-7 (160, 153) in their place, or without them, 1 segment"
        );
        assert!(size("абвгдеж").contains("`а`, `б`, `в`, `г`, `д` and 2 more (70"));
        assert!(size("a\u{200b}").contains("`\\u{200b}`"), "what nobody sees is shown: {}", size("a\u{200b}"));
    }
}
