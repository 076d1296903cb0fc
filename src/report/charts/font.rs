//! The bundled font: how wide words are, and how they are cleaned and shortened to fit.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Liberation Sans, regular; see `fonts/README.md`.
pub(super) const FILE: &[u8] = include_bytes!("fonts/LiberationSans-Regular.ttf");

/// Its family.
pub(super) const FAMILY: &str = "Liberation Sans";

/// The families that a viewer may use: the bundled one, those of the same widths, then any.
pub(super) const FAMILIES: &str = "'Liberation Sans',Arial,Helvetica,Arimo,sans-serif";

/// Room that is left for a font that is a little wider.
const SLACK: f64 = 1.04;

/// Names longer than this lose their middle before anything else is done with them, in characters.
const LONGEST: usize = 400;

/// The widths of the bundled font.
static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::new(FILE).ok());

/// How wide `words` are at `size`, with room for another font.
pub(super) fn width(words: &str, size: f64) -> f64 {
    words.chars().map(|letter| letter_width(letter, size)).sum::<f64>() * SLACK
}

fn letter_width(letter: char, size: f64) -> f64 {
    let Some(font) = FONT.as_ref() else { return size };
    let metrics = font.glyph_metrics(Size::new(100.0), LocationRef::default());
    let advance = font.charmap().map(letter).and_then(|glyph| metrics.advance_width(glyph));
    // A letter that the font lacks comes from some other font; few are wider than high.
    advance.map_or(size, |advance| f64::from(advance) * size / 100.0)
}

/// `words` on one line without what XML can't hold, without control characters and turned directions.
pub(super) fn clean(words: &str) -> String {
    let mut line = String::new();
    for letter in words.chars() {
        match letter {
            '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => line.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {}
            _ if letter.is_control() => {}
            _ => line.push(letter),
        }
    }
    let letters: Vec<char> = line.chars().collect();
    if letters.len() > LONGEST {
        let half = LONGEST / 2;
        line = letters[..half].iter().chain(&['…']).chain(&letters[letters.len() - half..]).collect();
    }
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    // "12 %" is not torn apart at the end of a line.
    words.join(" ").replace(" %", "\u{a0}%")
}

/// `words` shortened in the middle until they are at most `room` wide, so that both a common beginning and a
/// distinguishing end stay.
pub(super) fn fit(words: &str, size: f64, room: f64) -> String {
    if width(words, size) <= room {
        return words.to_owned();
    }
    let letters: Vec<char> = words.chars().collect();
    let wide: Vec<f64> = letters.iter().map(|&letter| letter_width(letter, size) * SLACK).collect();
    let (mut head, mut tail) = (letters.len().div_ceil(2), letters.len() / 2);
    let mut left = wide.iter().sum::<f64>() + letter_width('…', size) * SLACK;
    while left > room && head + tail > 0 {
        // From the longer side.
        if head > tail {
            head -= 1;
            left -= wide[head];
        } else {
            left -= wide[letters.len() - tail];
            tail -= 1;
        }
    }
    let start: String = letters[..head].iter().collect();
    let end: String = letters[letters.len() - tail..].iter().collect();
    format!("{}…{}", start.trim_end(), end.trim_start())
}

/// `words` in lines of at most `room`, at most `most` of them.
pub(super) fn wrap(words: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&longer, size) <= room || lines.len() + 1 == most {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines.iter().map(|line| fit(line, size, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        let short = fit("email and letter every second week", 15.0, 140.0);
        assert!(width(&short, 15.0) <= 140.0);
        assert!(short.starts_with("email") && short.ends_with("week") && short.contains('…'), "{short}");
        assert_eq!(fit("email", 15.0, 140.0), "email");
        assert_eq!(fit("email", 15.0, 1.0), "…");
    }

    #[test]
    fn names_are_cleaned() {
        assert_eq!(clean("a\u{0}\u{1b}[31m\u{202e}b\n c\u{ffff}"), "a[31mb c");
        assert_eq!(clean(" 12 % of  years"), "12\u{a0}% of years");
        assert!(clean(&"x".repeat(10_000)).chars().count() <= LONGEST + 1);
    }

    #[test]
    fn lines_are_wrapped_and_limited() {
        let lines = wrap("one two three four five six seven", 15.0, 80.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 15.0) <= 80.0), "{lines:?}");
    }

    #[test]
    fn the_font_has_what_charts_write() {
        let font = FONT.as_ref().expect("the bundled font is readable");
        for letter in "−–…%±→←↓≥≤·×Ωжğßé€£".chars() {
            assert!(font.charmap().map(letter).is_some(), "{letter}");
        }
    }
}
