//! The colours, on a light and on a dark ground, and the second cues beside them: dashes and shapes.
//!
//! The hues follow Okabe and Ito's, darkened so that a word in any of them is readable on white; with more than seven
//! strategies hues grow alike, so each also has its shape and its dashes.

/// Whose line, bar or point it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A strategy, by its place in the scenario; hues start again after 12.
    Strategy(usize),
    /// The strategy that the others are compared with.
    Baseline,
    /// No marketing at all: grey and dashed.
    Nothing,
}

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Words, axes.
    Ink,
    /// Words of less weight.
    Soft,
    /// Lines of a grid.
    Grid,
    /// The ground.
    Ground,
    /// Of no strategy, or of none.
    Grey,
    /// A hue by its number.
    Hue(usize),
}

/// Each tone's name in CSS, its colour on a light ground and on a dark one.
pub(super) const TONES: [(&str, &str, &str); 17] = [
    ("ink", "#1b1f24", "#e8edf2"),
    ("soft", "#535b65", "#a9b4c0"),
    ("grid", "#d7dce2", "#343c46"),
    ("ground", "#ffffff", "#14181d"),
    ("grey", "#6b727b", "#98a3ae"),
    ("hue-0", "#0067a5", "#5cb8f0"),
    ("hue-1", "#b84700", "#ff9152"),
    ("hue-2", "#00775a", "#35cf9f"),
    ("hue-3", "#a8407f", "#f29ccb"),
    ("hue-4", "#8a5d00", "#efbf45"),
    ("hue-5", "#5b3fb0", "#b9a1ff"),
    ("hue-6", "#a51c30", "#ff8594"),
    ("hue-7", "#007489", "#52cfe0"),
    ("hue-8", "#5a6e00", "#b8d050"),
    ("hue-9", "#7c4a21", "#d9ab80"),
    ("hue-10", "#35507e", "#9db8ec"),
    ("hue-11", "#86208f", "#e38cec"),
];

/// How many hues there are.
const HUES: usize = 12;

impl Tone {
    /// Its place in [`TONES`].
    fn place(self) -> usize {
        match self {
            Self::Ink => 0,
            Self::Soft => 1,
            Self::Grid => 2,
            Self::Ground => 3,
            Self::Grey => 4,
            Self::Hue(number) => 5 + number % HUES,
        }
    }

    /// The colour on a light ground, as `#rrggbb`.
    pub(super) fn hex(self) -> &'static str {
        TONES[self.place()].1
    }

    /// The same as red, green and blue.
    pub(super) fn rgb(self) -> (u8, u8, u8) {
        let part = |from: usize| u8::from_str_radix(&self.hex()[from..from + 2], 16).unwrap_or_default();
        (part(1), part(3), part(5))
    }
}

impl Part {
    /// Its colour.
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Strategy(number) => Tone::Hue(number),
            Self::Baseline => Tone::Ink,
            Self::Nothing => Tone::Grey,
        }
    }

    /// Its dashes, as SVG writes them; empty for a whole line.
    pub(super) fn dashes(self) -> &'static str {
        match self {
            Self::Baseline => "",
            Self::Nothing => "3 5",
            Self::Strategy(number) => ["", "9 4", "14 4 3 4", "6 3", "2 3", "12 3 3 3 3 3"][number % 6],
        }
    }

    /// How thick its line is.
    pub(super) fn thickness(self) -> f64 {
        if self == Self::Baseline { 3.0 } else { 2.4 }
    }

    /// The shape of its points, from 0 to 5.
    pub(super) fn shape(self) -> super::Shape {
        use super::Shape::{Cross, Diamond, Dot, Down, Square, Up};
        match self {
            Self::Baseline => Square,
            Self::Nothing => Cross,
            Self::Strategy(number) => [Dot, Diamond, Up, Down, Square][number % 5],
        }
    }
}

/// The rules that pictures inside a page need: colours on a light ground, on a dark one and on paper, and sideways
/// scrolling where the page is too narrow. They also suit the page around: `--ink`, `--soft`, `--grid`, `--ground`,
/// `--grey` and `--hue-0` to `--hue-11`.
pub fn style() -> &'static str {
    concat!(
        ":root{color-scheme:light dark;",
        "--ink:#1b1f24;--soft:#535b65;--grid:#d7dce2;--ground:#ffffff;--grey:#6b727b;",
        "--hue-0:#0067a5;--hue-1:#b84700;--hue-2:#00775a;--hue-3:#a8407f;--hue-4:#8a5d00;--hue-5:#5b3fb0;",
        "--hue-6:#a51c30;--hue-7:#007489;--hue-8:#5a6e00;--hue-9:#7c4a21;--hue-10:#35507e;--hue-11:#86208f}\n",
        "@media screen and (prefers-color-scheme:dark){:root{",
        "--ink:#e8edf2;--soft:#a9b4c0;--grid:#343c46;--ground:#14181d;--grey:#98a3ae;",
        "--hue-0:#5cb8f0;--hue-1:#ff9152;--hue-2:#35cf9f;--hue-3:#f29ccb;--hue-4:#efbf45;--hue-5:#b9a1ff;",
        "--hue-6:#ff8594;--hue-7:#52cfe0;--hue-8:#b8d050;--hue-9:#d9ab80;--hue-10:#9db8ec;--hue-11:#e38cec}}\n",
        "@media print{:root{color-scheme:light}}\n",
        ".chart{overflow-x:auto;max-width:100%}\n",
        ".chart svg{display:block;width:100%;height:auto}\n",
        "@media print{.chart{overflow:visible}.chart svg{min-width:0!important}}\n",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours as WCAG 2 defines it, from 1 to 21.
    fn contrast(one: &str, other: &str) -> f64 {
        let light = |hex: &str| {
            let part = |from: usize| {
                let part = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).expect("hex")) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (one, other) = (light(one) + 0.05, light(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn words_in_every_tone_are_readable_on_both_grounds() {
        let [(_, light, dark)] = TONES[3..4] else { unreachable!() };
        for (name, on_light, on_dark) in TONES.iter().filter(|(name, ..)| !["ground", "grid"].contains(name)) {
            assert!(contrast(on_light, light) >= 4.5, "{name}: {}", contrast(on_light, light));
            assert!(contrast(on_dark, dark) >= 4.5, "{name}: {}", contrast(on_dark, dark));
        }
    }

    #[test]
    fn the_style_holds_every_tone() {
        let (light, dark) = style().split_once("@media screen").expect("a dark part");
        for (name, on_light, on_dark) in TONES {
            assert!(light.contains(&format!("--{name}:{on_light}")), "{name}");
            assert!(dark.contains(&format!("--{name}:{on_dark}")), "{name}");
        }
    }

    #[test]
    fn no_two_tones_share_a_colour() {
        let mut hexes: Vec<_> = TONES.iter().map(|tone| tone.1).collect();
        hexes.sort_unstable();
        hexes.dedup();
        assert_eq!(hexes.len(), TONES.len());
    }
}
