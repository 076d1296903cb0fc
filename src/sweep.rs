//! How the answer changes with one or two keys of the scenario: the same customers at every value.
//!
//! A [`Sweep`] is what is asked; [`open`] reads the scenario once for each [`Point`]; [`play`] plays them with one plan, so
//! that every point has the same seed, customers, batches and draws; [`answer`] compares them. All differences are paired:
//! customer by customer, batch by batch.

mod answer;
mod finding;
mod key;
mod play;
mod points;

pub use answer::{Answer, Line, Standing, answer};
pub use key::{Key, Kind, Value};
pub use play::{Played, Rounds, play, size};
pub use points::{Opened, Point, Wrong, open};

/// What is wrong with the question, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub what: String,
    /// What is allowed.
    pub help: String,
}

impl Mistake {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

/// One or two keys and their values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The keys, 1 or 2.
    pub keys: Vec<Key>,
}

/// More keys make more points than a person can read.
const MOST_KEYS: usize = 2;
/// At most so many points are played.
const MOST_POINTS: usize = 64;

impl Sweep {
    /// Reads the arguments `KEY=VALUE,VALUE,…`; `set` are the overrides under which all points are played.
    ///
    /// # Errors
    /// If one of them is wrong, two of them touch the same key, or there are too many.
    pub fn read(arguments: &[String], set: &[String]) -> Result<Self, Mistake> {
        let keys = arguments.iter().map(|argument| Key::read(argument)).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() || keys.len() > MOST_KEYS {
            let what = format!("--sweep is given {} times", keys.len());
            return Err(Mistake::new(what, format!("at most {MOST_KEYS} keys can be swept together")));
        }
        if let [one, other] = &keys[..] {
            if one.path == other.path {
                let what = format!("--sweep: `{}` is swept twice", one.key);
                return Err(Mistake::new(what, "write all values of a key behind one --sweep"));
            }
            if one.overlaps(&other.path) {
                let what = format!("--sweep: of `{}` and `{}` one is a part of the other", one.key, other.key);
                return Err(Mistake::new(what, "sweep keys that do not hold each other"));
            }
        }
        for assignment in set {
            let path = assignment.split_once('=').and_then(|(key, _)| crate::scenario::key_path(key));
            let Some(key) = path.and_then(|path| keys.iter().find(|key| key.path == path)) else { continue };
            let what = format!("--sweep: `{}` is also given by --set {assignment}", key.key);
            return Err(Mistake::new(what, "the sweep would replace it: leave one of the two away"));
        }
        let points: usize = keys.iter().map(|key| key.values.len()).product();
        if points > MOST_POINTS {
            let what = format!("--sweep makes {points} points");
            return Err(Mistake::new(what, format!("at most {MOST_POINTS} are played: write fewer values")));
        }
        Ok(Self { keys })
    }

    /// The places of the points: for each key, which of its values. The last key runs fastest.
    fn grid(&self) -> Vec<Vec<usize>> {
        let mut grid = vec![Vec::new()];
        for key in &self.keys {
            let longer = |start: &Vec<usize>| {
                (0..key.values.len()).map(|value| [&start[..], &[value]].concat()).collect::<Vec<_>>()
            };
            grid = grid.iter().flat_map(longer).collect();
        }
        grid
    }

    /// A point as it would be set: `KEY=VALUE` of each key.
    pub fn assignments(&self, values: &[usize]) -> Vec<String> {
        self.keys.iter().zip(values).map(|(key, &value)| format!("{}={}", key.key, key.values[value].text)).collect()
    }

    /// A point in a sentence: `every = 7d`, or `every = 7d, after = 24h`.
    pub fn in_words(&self, values: &[usize]) -> String {
        let same_name = self.keys.len() == 2 && self.keys[0].name == self.keys[1].name;
        let word = |(key, &value): (&Key, &usize)| {
            format!("{} = {}", if same_name { &key.key } else { &key.name }, key.values[value].text)
        };
        self.keys.iter().zip(values).map(word).collect::<Vec<_>>().join(", ")
    }

    /// The values of a point alone: `7d`, or `7d, 24h`.
    pub fn values(&self, values: &[usize]) -> String {
        let texts = self.keys.iter().zip(values).map(|(key, &value)| key.values[value].text.as_str());
        texts.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], set: &[&str]) -> Result<Sweep, Mistake> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Sweep::read(&owned(arguments), &owned(set))
    }

    #[test]
    fn two_keys_make_a_grid() {
        let sweep = read(&["a.x=2,1", "b=p,q,r"], &["c=1"]).expect("it is sound");
        assert_eq!(sweep.grid(), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(sweep.assignments(&[0, 2]), ["a.x=1", "b=r"]);
        assert_eq!((sweep.in_words(&[1, 0]).as_str(), sweep.values(&[1, 0]).as_str()), ("x = 2, b = p", "2, p"));
    }

    #[test]
    fn keys_that_touch_or_are_too_many_are_refused() {
        assert!(read(&["a=1,2", "b=1,2", "c=1,2"], &[]).is_err());
        assert!(read(&["a=1,2", "a=3,4"], &[]).is_err());
        assert!(read(&["a.b=1,2", "a.\"b\"=3,4"], &[]).is_err());
        assert!(read(&["a={ b = 1 },{ b = 2 }", "a.b=3,4"], &[]).is_err());
        assert!(read(&["a=1,2"], &["a = 3"]).is_err());
        let many = |n: u32| (0..n).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
        assert!(read(&[&format!("a={}", many(64))], &[]).is_ok());
        assert!(read(&[&format!("a={}", many(65))], &[]).is_err());
        assert!(read(&[&format!("a={}", many(13)), &format!("b={}", many(5))], &[]).is_err());
    }
}
