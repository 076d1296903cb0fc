//! What is swept, as it is written: `KEY=VALUE,VALUE,…`.

use serde::Serialize;

use super::Mistake;
use crate::scenario::{DAY, Span, key_path};

/// A key of the scenario and the values that it takes, in ascending order where they are numbers or durations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// The dotted key, as written.
    pub key: String,
    /// What it is called in a sentence: its last part, such as `every`.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// The values, 2 or more.
    pub values: Vec<Value>,
    #[serde(skip)]
    pub(super) path: Vec<String>,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Plain numbers.
    Numbers,
    /// Durations.
    Durations,
    /// Anything else.
    Words,
}

/// One value of a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Value {
    /// As written.
    pub text: String,
    /// Its number, a duration in days; none for words.
    pub number: Option<f64>,
}

/// What is played the same at every point, that no number per customer depends on, or that makes the measures others.
const NOT_OF_THE_WORLD: [(&str, &str); 9] = [
    ("seed", "every point plays the same customers with the same luck: compare seeds with separate runs"),
    ("simulate", "every point plays as many customers: say how many with --simulate"),
    ("draws", "every point plays the same draws: say how many with --draws"),
    ("currency", "money in different currencies cannot be compared"),
    ("population", "a firm of another size has other totals and years: compare sizes with separate runs"),
    ("name", "it would change nothing"),
    ("horizon", "a measure over another time is another measure: compare horizons with separate runs"),
    ("retention_window", "retention of another window is another measure"),
    ("count_first", "the measures would count other orders"),
];

/// What is paid and earned, by the groups that hold it: nothing is decided by it.
pub(super) const PRICES: [(&str, &str); 11] = [
    ("channels", "cost_per_message"),
    ("segments", "gross_margin"),
    ("channels", "billed_by"),
    ("channels", "cost_per_transactional"),
    ("channels", "cost_in_window"),
    ("channels", "cost_per_conversation"),
    ("channels", "cost_per_month"),
    ("channels", "setup_cost"),
    ("campaigns", "texts"),
    ("strategies", "cost_per_month"),
    ("strategies", "setup_cost"),
];

impl Key {
    /// Reads an argument.
    ///
    /// # Errors
    /// If it is not `KEY=VALUE,VALUE,…`, has fewer than two values, one of them twice, or a key that is no part of the
    /// world. Whether the scenario has the key and takes the values is seen when it is read.
    pub fn read(argument: &str) -> Result<Self, Mistake> {
        let wrong = |what: &str, help: &str| Err(Mistake::new(format!("--sweep {argument}: {what}"), help));
        let Some(at) = outside(argument, '=').next() else {
            return wrong("there are no values", EXAMPLE);
        };
        let (key, rest) = (argument[..at].trim(), &argument[at + 1..]);
        let Some(path) = key_path(key).filter(|path| !path.is_empty()) else {
            return wrong(&format!("`{key}` is no key"), EXAMPLE);
        };
        if let ([only], true) = (&path[..], path.len() == 1)
            && let Some((_, why)) = NOT_OF_THE_WORLD.iter().find(|(key, _)| key == only)
        {
            return wrong(&format!("`{only}` cannot be swept"), why);
        }
        if !closed(rest) {
            return wrong("a bracket or quote is not closed", "write lists and tables as in --set, whole");
        }
        let mut texts = Vec::new();
        let mut from = 0;
        for comma in outside(rest, ',').chain([rest.len()]) {
            texts.push(rest[from..comma].trim().to_owned());
            from = comma + 1;
        }
        if texts.iter().any(String::is_empty) {
            return wrong("a value is empty", "write one value between two commas, and none behind the last");
        }
        if texts.len() < 2 {
            return wrong("it has one value", "a sweep needs two or more, separated by commas; --set takes one");
        }
        let (kind, mut values) = measured(texts);
        for (i, value) in values.iter().enumerate() {
            let same = |other: &&Value| match (value.number, other.number) {
                (Some(own), Some(theirs)) => own == theirs,
                _ => plain(&value.text) == plain(&other.text),
            };
            if let Some(first) = values[..i].iter().find(same) {
                let what = format!("`{}` and `{}` are the same value", first.text, value.text);
                return wrong(&what, "write every value once");
            }
        }
        // Numbers in their order, whatever the order of writing; words as written.
        values.sort_by(|a, b| a.number.unwrap_or(0.0).total_cmp(&b.number.unwrap_or(0.0)));
        let name = path.last().cloned().unwrap_or_default();
        Ok(Self { key: key.to_owned(), name, kind, values, path })
    }

    /// Whether it changes what things are worth, and nothing that happens.
    pub(super) fn is_price(&self) -> bool {
        PRICES.iter().any(|(group, price)| {
            self.path.first().is_some_and(|own| own == group) && self.path.get(2).is_some_and(|own| own == price)
        })
    }

    /// Whether one of two keys is the other, or holds it.
    pub(super) fn overlaps(&self, other: &[String]) -> bool {
        self.path.iter().zip(other).all(|(own, theirs)| own == theirs)
    }
}

const EXAMPLE: &str = "write KEY=VALUE,VALUE,…, for example --sweep channels.sms.cost_per_message=0.01,0.02,0.04";

/// The values with their numbers, if all are numbers or all are durations.
fn measured(texts: Vec<String>) -> (Kind, Vec<Value>) {
    let number = |text: &String| {
        let digits = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        text.replace('_', "").parse::<f64>().ok().filter(|number| digits && number.is_finite())
    };
    let days = |text: &String| plain(text).parse::<Span>().ok().map(|span| span.0 as f64 / DAY as f64);
    let all = |of: &dyn Fn(&String) -> Option<f64>| texts.iter().map(of).collect::<Option<Vec<f64>>>();
    let (kind, numbers) = match (all(&number), all(&days)) {
        (Some(numbers), _) => (Kind::Numbers, Some(numbers)),
        (None, Some(days)) => (Kind::Durations, Some(days)),
        (None, None) => (Kind::Words, None),
    };
    let number_of = |i: usize| numbers.as_ref().map(|numbers| numbers[i]);
    let values = texts.into_iter().enumerate().map(|(i, text)| Value { text, number: number_of(i) });
    (kind, values.collect())
}

/// A text without the quotes around it.
pub(super) fn plain(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// Walks over a text; tells of each character whether it stands outside of quotes and brackets, and at the end whether all
/// were closed.
fn walk(text: &str, mut outside: impl FnMut(usize, char)) -> bool {
    let (mut quote, mut escaped, mut depth) = (None, false, 0_i32);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                // Only double quotes know escapes.
                let ends = c == open && !escaped;
                escaped = open == '"' && c == '\\' && !escaped;
                quote = if ends { None } else { quote };
            }
            None => match c {
                '"' | '\'' => quote = Some(c),
                '[' | '{' => depth += 1,
                ']' | '}' => depth -= 1,
                _ if depth == 0 => outside(at, c),
                _ => {}
            },
        }
        if depth < 0 {
            return false;
        }
    }
    quote.is_none() && depth == 0
}

/// Where a character stands outside of quotes and brackets.
fn outside(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut places = Vec::new();
    walk(text, |at, c| places.extend((c == wanted).then_some(at)));
    places.into_iter()
}

fn closed(text: &str) -> bool {
    walk(text, |_, _| {})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(argument: &str) -> Vec<String> {
        Key::read(argument).expect("it is sound").values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn commas_in_brackets_and_quotes_do_not_separate() {
        assert_eq!(texts("a.b=3d,7d, 14d"), ["3d", "7d", "14d"]);
        assert_eq!(texts(r#"a=["sms"],["email","sms"]"#), [r#"["sms"]"#, r#"["email","sms"]"#]);
        assert_eq!(texts("a={ x = 1, y = [2, 3] },{ x = 2 }"), ["{ x = 1, y = [2, 3] }", "{ x = 2 }"]);
        assert_eq!(texts(r#"a="x,y",'z,"'"#), [r#""x,y""#, r#"'z,"'"#]);
        assert_eq!(texts(r#"a."b=c"=1,2"#), ["1", "2"]);
    }

    #[test]
    fn numbers_and_durations_are_put_in_order() {
        assert_eq!(texts("a=0.04,0.01,1e-3"), ["1e-3", "0.01", "0.04"]);
        assert_eq!(texts("a=2w,36h,3d"), ["36h", "3d", "2w"]);
        assert_eq!(texts("a=sent,delivered"), ["sent", "delivered"]);
        let key = Key::read("a=\"36h\",72m").expect("it is sound");
        assert_eq!((key.kind, key.values[0].number, key.values[1].number), (Kind::Durations, Some(0.05), Some(1.5)));
        assert_eq!(Key::read("a=1,7d").expect("it is sound").kind, Kind::Words);
        assert_eq!(Key::read("a=inf,nan").expect("it is sound").kind, Kind::Words);
    }

    #[test]
    fn what_is_no_sweep_is_refused() {
        for argument in [
            "",
            "=",
            "a",
            "a=",
            "a=1",
            "a=1,",
            "a=,1",
            "a=1,,2",
            "=1,2",
            "a b=1,2",
            "a=[1,2",
            "a=]1,2",
            "a='x,2",
            "a=1,1",
            "a=0.10,0.1",
            "a=24h,1d",
            "a=x,\"x\"",
            "seed=1,2",
            "simulate=1,2",
            "population=1,2",
            "horizon=30d,60d",
            "retention_window=5d,10d",
            "a..b=1,2",
        ] {
            assert!(Key::read(argument).is_err(), "{argument}");
        }
    }
}
