//! What `abtest plan` says of a test: how many units, how long, what it can find.

mod page;

use std::fmt::Write;

use serde::Serialize;
use serde_json::json;

use super::table::drawn;
use super::words::Words;
use crate::abtest::Plan;
use crate::abtest::metric::{Direction, Kind};
use crate::abtest::outlook::{Calendar, Expected};
use crate::abtest::plan::Validity;
use crate::abtest::sizing::Sizing;
use crate::compare::count;

pub use page::page;

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Units, looks, power.
    pub sizing: Sizing,
    /// What simulated customers say of the metric, if a scenario was given.
    pub expected: Option<Expected>,
    /// When the test looks and ends, if a scenario was given.
    pub calendar: Option<Calendar>,
    /// Days, if units per day were given.
    pub days: Option<u64>,
}

/// The answer as text for a terminal.
pub fn table(plan: &Plan, answer: &Answer) -> String {
    let mut text = format!("{}\n\n", headline(plan, answer));
    let rows = rows(plan, answer);
    let width = rows.iter().map(|[name, _]| name.chars().count()).max().unwrap_or(0);
    let most = rows.iter().map(|[_, value]| value.chars().count()).max().unwrap_or(0);
    for [name, value] in &rows {
        let _ = writeln!(text, "  {name:<width$}  {value:>most$}");
    }
    if let Some(looks) = looks(plan, answer) {
        text += &format!("\nLooks\n{}", drawn(&looks));
    }
    text += "\nWhat it can find\n";
    text += &drawn(&power(plan, &answer.sizing));
    text += "\n";
    for note in notes(plan, answer) {
        let _ = writeln!(text, "  {note}");
    }
    text
}

/// The answer as JSON, indented; numbers in full.
pub fn json(plan: &Plan, answer: &Answer) -> String {
    let all = json!({ "format": 1, "headline": headline(plan, answer), "answer": answer, "notes": notes(plan, answer), "plan": plan.to_toml(&[]) });
    serde_json::to_string_pretty(&all).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// The chance to find each effect, as CSV.
pub fn csv(answer: &Answer) -> String {
    let mut text = "effect,relative_effect,power\n".to_owned();
    for point in &answer.sizing.curve {
        let relative = point.relative_effect.map(|effect| effect.to_string()).unwrap_or_default();
        let _ = writeln!(text, "{},{relative},{}", point.effect, point.power);
    }
    text
}

/// One sentence: what it takes and how long.
pub fn headline(plan: &Plan, answer: &Answer) -> String {
    let (sizing, metric) = (&answer.sizing, plan.primary());
    let to = sizing.baseline + sizing.effect;
    let change = sizing.relative_effect.map_or(String::new(), |lift| format!(" ({:+.1} %)", 100.0 * lift));
    let from = |number| value(&metric.kind, number);
    let how_long = match (&answer.calendar, answer.days) {
        (Some(calendar), _) => format!(" and {} days, until {}", calendar.days, calendar.ends),
        (None, Some(days)) => format!(" and {days} days"),
        (None, None) => String::new(),
    };
    let at_most = if matches!(plan.design.validity, Validity::Fixed) { "" } else { "at most " };
    format!(
        "To find {} going from {} to {}{change} with {} % power takes {at_most}{} {}s{how_long}.",
        metric.name,
        from(sizing.baseline),
        from(to),
        digits(100.0 * sizing.power),
        count(sizing.total),
        plan.unit,
    )
}

/// Units of each arm and of all, and what is expected.
fn rows(plan: &Plan, answer: &Answer) -> Vec<[String; 2]> {
    let sizing = &answer.sizing;
    let mut rows: Vec<[String; 2]> = Vec::new();
    let arms = plan.arms.iter().filter(|(name, _)| *name == plan.control);
    let arms = arms.chain(plan.arms.iter().filter(|(name, _)| *name != plan.control));
    for ((name, share), units) in arms.zip(&sizing.units) {
        rows.push([format!("{name} ({} %)", digits(100.0 * share)), format!("{} units", count(*units))]);
    }
    rows.push(["all arms together".to_owned(), format!("{} units", count(sizing.total))]);
    if !matches!(plan.design.validity, Validity::Fixed) {
        rows.push(["looked at only once, it would take".to_owned(), format!("{} units", count(sizing.total_fixed))]);
        rows.push([
            "expected until it stops, with the effect".to_owned(),
            format!("{} units", count(sizing.expected_with_effect.round() as u64)),
        ]);
        rows.push([
            "expected until it stops, with no effect".to_owned(),
            format!("{} units", count(sizing.expected_without_effect.round() as u64)),
        ]);
    }
    rows
}

/// The looks, if there are several.
fn looks(plan: &Plan, answer: &Answer) -> Option<Words> {
    let sizing = &answer.sizing;
    if sizing.looks.len() < 2 {
        return None;
    }
    let kind = &plan.primary().kind;
    let mut heads = ["look", "units", "stops if |z| >", "p <", "difference", "stops, no effect", "stops, effect"]
        .map(String::from)
        .to_vec();
    if answer.calendar.is_some() {
        heads.insert(1, "day".to_owned());
    }
    let futile = sizing.looks.iter().any(|look| look.futility.is_some());
    if futile {
        heads.push("give up if z <".to_owned());
    }
    let mut rows = Vec::new();
    for (i, look) in sizing.looks.iter().enumerate() {
        let mut row = vec![(i + 1).to_string()];
        if let Some(day) = answer.calendar.as_ref().and_then(|calendar| calendar.looks.get(i)) {
            row.push(format!("{} {}", &day.weekday[..3], day.date));
        }
        row.extend([
            count(look.units),
            format!("{:.3}", look.boundary),
            p(look.nominal_p),
            signed(kind, look.effect_at_boundary),
            format!("{:.1} %", 100.0 * look.stops_without_effect),
            format!("{:.1} %", 100.0 * look.stops_with_effect),
        ]);
        if futile {
            row.push(look.futility.map_or("–".to_owned(), |z| format!("{z:.3}")));
        }
        rows.push(row);
    }
    Some(Words { head: heads, rows })
}

/// The power curve in a few rows.
fn power(plan: &Plan, sizing: &Sizing) -> Words {
    let kind = &plan.primary().kind;
    let steps = sizing.curve.iter().step_by(5).skip(1);
    let rows = steps.map(|point| {
        vec![
            signed(kind, point.effect),
            point.relative_effect.map_or("–".to_owned(), |lift| format!("{:+.1} %", 100.0 * lift)),
            format!("{:.0} %", 100.0 * point.power),
        ]
    });
    Words { head: ["true effect", "lift", "chance to find it"].map(String::from).to_vec(), rows: rows.collect() }
}

/// What a reader should know beside the numbers.
pub fn notes(plan: &Plan, answer: &Answer) -> Vec<String> {
    let sizing = &answer.sizing;
    let mut notes = Vec::new();
    if let Some(expected) = &answer.expected {
        let metric = plan.primary();
        let whom = expected.exposed_by.as_ref().map_or(String::new(), |date| format!(", those exposed until {date},"));
        notes.push(format!(
            "On {} simulated customers{whom} the true effect is {} ± {} (standard error of having played so many).",
            count(expected.units),
            signed(&metric.kind, expected.effect),
            error(&metric.kind, expected.effect_error)
        ));
        if expected.saved > 0.0 {
            notes.push(format!(
                "Covariates ({}) save {:.0} % of the variance, and as many units.",
                metric.covariates.join(", "),
                100.0 * expected.saved
            ));
        }
    }
    notes.push(format!(
        "If the true effect is half as large: {:.0} % power, and a difference that is found exaggerates {:.1} times on average.",
        100.0 * sizing.power_at_half,
        sizing.exaggeration_at_half
    ));
    let sign = if sizing.wrong_sign < 1e-4 {
        "under 0.01 %".to_owned()
    } else {
        format!("{:.2} %", 100.0 * sizing.wrong_sign)
    };
    notes.push(format!(
        "If it is as large as planned, a difference that is found exaggerates {:.2} times on average and has the wrong sign in {sign} \
         of cases (looked at once).",
        sizing.exaggeration
    ));
    if (sizing.alpha_each - plan.design.alpha).abs() > 1e-12 {
        let how = if matches!(plan.design.validity, Validity::Fixed) { "Dunnett" } else { "Bonferroni" };
        notes.push(format!(
            "{} treatments share one control: each comparison has the level {:.4} ({how}), {} together.",
            plan.arms.len() - 1,
            sizing.alpha_each,
            plan.design.alpha
        ));
    }
    if let Some(calendar) = &answer.calendar {
        if calendar.looks.iter().any(|look| look.same_day) {
            notes.push("Looks that fall on one day are one: so many customers are exposed on it.".to_owned());
        }
        let waiting = calendar.looks.last().map_or(0.0, |look| look.waiting);
        if waiting >= 1.0 {
            notes.push(format!(
                "At the end {} more customers are exposed and too young to be judged.",
                count(waiting as u64)
            ));
        }
        notes.push(format!(
            "Of the scenario's customers {} would ever be exposed, {} long enough ago to be judged.",
            count(calendar.ever_exposed as u64),
            count(calendar.ever_mature as u64)
        ));
        let off: Vec<String> = calendar
            .weekdays
            .iter()
            .filter(|day| day.share > 0.0)
            .map(|day| format!("{} {:.0} %", &day.weekday[..3], 100.0 * day.share))
            .collect();
        notes.push(format!("Exposures by weekday: {}.", off.join(", ")));
        if !calendar.whole_weeks {
            notes.push("Looks do not wait for whole weeks (--whole-weeks).".to_owned());
        }
    }
    if plan.primary().better == Direction::Lower {
        notes.push(format!("Less {} is better.", plan.primary().name));
    }
    notes
}

/// A value of a metric.
pub fn value(kind: &Kind, number: f64) -> String {
    if matches!(kind, Kind::Proportion { .. }) {
        return format!("{} %", digits(100.0 * number));
    }
    digits(number)
}

/// The error of a difference; of shares in points.
pub fn error(kind: &Kind, number: f64) -> String {
    if matches!(kind, Kind::Proportion { .. }) { format!("{} pp", digits(100.0 * number)) } else { digits(number) }
}

/// A difference of a metric; of shares in points.
pub fn signed(kind: &Kind, number: f64) -> String {
    let sign = if number > 0.0 { "+" } else { "" };
    if matches!(kind, Kind::Proportion { .. }) {
        format!("{sign}{} pp", digits(100.0 * number))
    } else {
        format!("{sign}{}", digits(number))
    }
}

/// Four digits, without zeros at the end.
fn digits(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    let after = (3.0 - libm::log10(number.abs()).floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.after$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn p(p: f64) -> String {
    if p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") }
}
