//! The distinct texts of a column by number, in the order in which they were met; and which of the arms is the control.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::error::Error;

/// Texts by number, looked up without an allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    all: Vec<String>,
    places: HashMap<Box<[u8]>, u32, BuildHasherDefault<Fixed>>,
    last: u32,
}

impl Names {
    /// The number of a text, if it is known.
    #[inline]
    pub(super) fn place(&mut self, text: &[u8]) -> Option<u32> {
        if self.all.get(self.last as usize).is_some_and(|name| name.as_bytes() == text) {
            return Some(self.last);
        }
        // Two or three arms are compared faster than hashed.
        let place = if self.all.len() <= 4 {
            self.all.iter().position(|name| name.as_bytes() == text)? as u32
        } else {
            *self.places.get(text)?
        };
        self.last = place;
        Some(place)
    }

    /// Adds a text that is not known.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let place = self.all.len() as u32;
        self.all.push(text.to_owned());
        self.places.insert(text.as_bytes().into(), place);
        place
    }

    /// The texts by number.
    pub(super) fn all(&self) -> &[String] {
        &self.all
    }
}

/// A hash that is the same on each machine and in each run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fixed(u64);

impl Hasher for Fixed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mixed(self.0, hash(bytes));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = mixed(self.0, n);
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = mixed(self.0, n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Odd constants with no pattern: the fractional parts of √2, √3 and √5.
const KEYS: [u64; 3] = [0x6A09_E667_F3BC_C909, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B];

/// A product of 128 bits, folded: each bit of the result hangs on all of both.
#[inline]
fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ KEYS[0]) * u128::from(b ^ KEYS[1]);
    (product as u64) ^ (product >> 64) as u64
}

/// 64 bits of a text.
#[inline]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = KEYS[2] ^ bytes.len() as u64;
    for word in words {
        state = mixed(state, u64::from_le_bytes(*word));
    }
    let mut last = 0;
    for &byte in rest {
        last = last << 8 | u64::from(byte);
    }
    mixed(mixed(state, last), KEYS[2])
}

/// What a control is usually called, in any case.
const CONTROLS: [&str; 7] = ["control", "baseline", "holdout", "none", "a", "0", "off"];

/// The arms in the order in which they are told, by number: the control, then those of the plan, then others by name.
pub(super) fn order(
    file: &str,
    arms: &mut Names,
    control: Option<&str>,
    planned: &[String],
) -> Result<Vec<usize>, Error> {
    // Planned arms without a unit are arms all the same.
    let met = arms.all().len();
    if met == 0 {
        return Err(Error::new(file, "no row belongs to an arm")
            .help("below the header, give a row for each unit, or for each arm"));
    }
    let known: Vec<String> = arms.all().iter().filter(|name| !planned.contains(name)).cloned().collect();
    if met == 1 && planned.is_empty() {
        return Err(Error::new(file, format!("there is only one arm, `{}`", known[0]))
            .help("a test compares two or more; give the file with all arms"));
    }
    for name in planned {
        if arms.place(name.as_bytes()).is_none() {
            arms.add(name);
        }
    }
    let mut told: Vec<&String> = planned.iter().chain(&known).collect();
    told[planned.len()..].sort();
    let mut listed = told.clone();
    listed.sort();
    let list = || listed.iter().map(|name| name.as_str());
    let wanted = match (control, planned.first()) {
        (Some(name), _) => {
            if !told.iter().any(|arm| *arm == name) {
                return Err(Error::new(file, format!("there is no arm `{name}` to be the control")).suggest(
                    name,
                    "arms",
                    list(),
                ));
            }
            name.to_owned()
        }
        (None, Some(first)) => first.clone(),
        (None, None) => {
            let usual = |name: &&&String| CONTROLS.iter().any(|control| name.eq_ignore_ascii_case(control));
            let found: Vec<&&String> = told.iter().filter(usual).collect();
            match found.as_slice() {
                [one] => (**one).clone(),
                [] => {
                    return Err(Error::new(file, "it is not clear which arm is the control")
                        .help(format!("arms: {}", list().collect::<Vec<_>>().join(", ")))
                        .help("say --control NAME"));
                }
                several => {
                    let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                    return Err(Error::new(file, format!("{} could each be the control", names.join(" and ")))
                        .help("say --control NAME"));
                }
            }
        }
    };
    let at = told.iter().position(|name| **name == wanted).unwrap_or(0);
    told[..=at].rotate_right(1);
    Ok(told.into_iter().filter_map(|name| arms.all().iter().position(|known| known == name)).collect())
}
