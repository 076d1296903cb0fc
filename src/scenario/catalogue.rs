//! The preset library as a reader sees it: what each preset is for, and every value with its meaning and its source.

use std::sync::Arc;

use serde::Serialize;

use super::evidence::{Evidence, Grade};
use super::place::{Place, Sources};
use super::presets::{names, open};
use super::problems::Problems;
use super::provenance::{self, WrittenBy};
use super::tree::{Data, Entry, Table, Value};

/// One preset.
#[derive(Clone, Debug, PartialEq)]
pub struct PresetCard {
    /// Its name, as in `preset = "email"` or `legal_hours = "us-texts"`.
    pub name: &'static str,
    /// `channel`, `segment` or `hours`.
    pub kind: String,
    /// Its name in words.
    pub title: String,
    /// What it is for, in one sentence.
    pub what: String,
    /// What it is for and not for, and what it cannot say.
    pub about: String,
    /// The currency of its prices; none if it has no prices.
    pub currency: Option<String>,
    /// How many of its keys have a source of each grade.
    pub grades: Vec<(Grade, usize)>,
    /// Its values, in the order of the preset.
    pub values: Vec<PresetValue>,
}

/// One value of a preset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PresetValue {
    /// Its key below the channel or segment, such as `open_delay.median`.
    pub key: String,
    /// Numerator ÷ denominator, or what it is, in words.
    pub meaning: String,
    /// The value, or the 50th percentile of an uncertain one.
    pub typical: serde_json::Value,
    /// The 10th percentile of an uncertain value.
    pub low: Option<serde_json::Value>,
    /// The 90th percentile of an uncertain value.
    pub high: Option<serde_json::Value>,
    /// How it is known.
    #[serde(flatten)]
    pub evidence: Option<Arc<Evidence>>,
}

/// What keys mean; a key without a line of its own means what the key above it does.
const MEANINGS: [(&str, &str); 36] = [
    ("cost_per_message", "price of one message"),
    ("billed_on", "which messages are billed"),
    ("delivery_rate", "delivered ÷ sent"),
    ("open_rate", "opened ÷ delivered"),
    ("click_rate", "clicked ÷ delivered"),
    ("click_to_open_rate", "clicked ÷ opened"),
    ("opt_out_rate", "opted out ÷ delivered"),
    ("open_delay", "from delivery to opening"),
    ("open_delay.mean", "from delivery to opening, mean"),
    ("open_delay.median", "from delivery to opening, median"),
    ("open_delay.p90", "from delivery to opening, 90th percentile"),
    ("click_delay", "from opening to click"),
    ("click_delay.mean", "from opening to click, mean"),
    ("opt_in", "customers who can be reached ÷ customers"),
    ("landing", "where a click leads, in order of preference"),
    ("order_rate", "orders ÷ touches"),
    ("purchases.r", "shape of the gamma distribution of order rates"),
    ("purchases.alpha", "its scale, in units of time"),
    ("purchases.a", "first shape of the beta distribution of the chance to be lost after an order"),
    ("purchases.b", "its second shape"),
    ("purchases.unit", "unit of time of alpha"),
    ("purchases.log_covariance", "covariance of ln r, ln alpha, ln a, ln b, which are drawn together"),
    ("basket.fixed", "value of every order"),
    ("basket.lognormal.mean", "mean order value"),
    ("basket.lognormal.cv", "standard deviation ÷ mean of order values"),
    ("basket.gamma-gamma.p", "shape of a customer's order values"),
    ("basket.gamma-gamma.q", "shape of their spread between customers"),
    ("basket.gamma-gamma.gamma", "its scale; the mean order value is p · gamma / (q − 1)"),
    ("gross_margin", "gross margin ÷ revenue"),
    ("joined", "how long ago the first customers joined"),
    ("entry", "share of journeys that begin on this channel"),
    ("hops", "chance that a touch on the first channel leads to the second"),
    ("lapse", "whether the firm notices that a customer is lost"),
    ("legal_hours.from", "when marketing may begin to be sent, local time"),
    ("legal_hours.until", "from when on it may no longer be sent, local time"),
    ("legal_hours.weekdays", "the days on which it may be sent"),
];

/// Keys whose values are amounts of money.
const MONEY: [&str; 4] = ["cost_per_message", "basket.fixed", "basket.lognormal.mean", "basket.gamma-gamma.gamma"];

/// All presets: channels, then segments, then legal hours.
pub fn presets() -> Vec<PresetCard> {
    ["channel", "segment", "hours"].into_iter().flat_map(names).filter_map(card).collect()
}

fn card(name: &'static str) -> Option<PresetCard> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let preset = open(name, &mut sources, &mut problems)?;
    let about: Vec<&str> =
        sources.get(preset.source).text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
    let about = about.join(" ");
    let what = about.split_inclusive(". ").next().unwrap_or_default().trim().to_owned();
    let count = |grade: Grade| {
        let of = |entry: &&Entry| preset.evidence(&entry.key).is_some_and(|evidence| evidence.grade == grade);
        (grade, preset.values.0.iter().filter(of).count())
    };
    let grades = Grade::ALL.into_iter().map(count).filter(|&(_, count)| count > 0).collect();
    // The list of values is that of a scenario in which the preset is laid under an empty channel or segment.
    let within = |key: &str, data: Data| Entry {
        key: key.to_owned(),
        key_at: Place::default(),
        value: Value { at: Place::default(), data },
    };
    let owner = within(name, Data::Table(preset.values.clone()));
    let group = within(&preset.kind, Data::Table(Table(vec![owner])));
    let tree = Value { at: Place::default(), data: Data::Table(Table(vec![group])) };
    let (kind, title, currency) = (preset.kind.clone(), preset.title.clone(), preset.currency.clone());
    let values = provenance::list(&tree, &[preset], &sources).into_iter().map(|written| {
        let key = written.path.splitn(3, '.').nth(2).unwrap_or_default().to_owned();
        let evidence = match written.origin {
            WrittenBy::Preset { evidence, .. } => evidence,
            _ => None,
        };
        let part = |part: &str| written.value.get(part).cloned();
        let in_currency = currency.as_ref().filter(|_| MONEY.contains(&key.as_str()));
        PresetValue {
            meaning: in_currency
                .map_or_else(|| meaning(&key).to_owned(), |code| format!("{}, in {code}", meaning(&key))),
            typical: part("typical").unwrap_or_else(|| written.value.clone()),
            low: part("low"),
            high: part("high"),
            key,
            evidence,
        }
    });
    let values = values.collect();
    Some(PresetCard { name, kind, title, what, about, currency, grades, values })
}

fn meaning(key: &str) -> &'static str {
    let own = |key: &str| MEANINGS.iter().find(|(name, _)| *name == key).map(|(_, meaning)| *meaning);
    std::iter::successors(Some(key), |key| key.rsplit_once('.').map(|(above, _)| above)).find_map(own).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_meaning_and_a_source() {
        for card in presets() {
            assert!(!card.title.is_empty() && card.what.ends_with('.') && card.what.len() < 160, "{}", card.what);
            assert!(
                card.values.len() + 1 >= card.grades.iter().map(|(_, count)| count).sum::<usize>(),
                "{}",
                card.name
            );
            for value in &card.values {
                assert!(!value.meaning.is_empty() && value.evidence.is_some(), "{}: {}", card.name, value.key);
                assert_eq!(value.low.is_some(), value.high.is_some());
            }
        }
    }

    #[test]
    fn every_meaning_is_used() {
        let used: Vec<String> = presets().into_iter().flat_map(|card| card.values).map(|value| value.meaning).collect();
        // No preset states clicks per delivered, or an open delay that is not log-normal.
        let unused = ["click_rate", "open_delay.mean"];
        for (key, meaning) in MEANINGS.iter().filter(|(key, _)| !unused.contains(key)) {
            assert!(used.iter().any(|own| own.starts_with(meaning)), "{key}");
        }
    }
}
