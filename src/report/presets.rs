//! The preset library, for reading and for programs.

use serde_json::{Map, Value, json};

use crate::scenario::{Grade, PresetCard, PresetValue};

/// Columns where there is no terminal to ask.
const USUAL_WIDTH: u16 = 100;

/// All presets as a table: what each is for, and how many of its keys have which grade.
pub fn presets_table(presets: &[PresetCard], width: Option<u16>) -> String {
    let width = usize::from(width.unwrap_or(USUAL_WIDTH));
    let head = ["preset", "kind", "grades", "for"].map(str::to_owned);
    let rows: Vec<[String; 4]> = presets
        .iter()
        .map(|preset| {
            let what = format!("{}: {}", preset.title, preset.what);
            [preset.name.to_owned(), preset.kind.clone(), grades(&preset.grades), what]
        })
        .collect();
    let columns: Vec<usize> =
        (0..3).map(|i| rows.iter().chain([&head]).map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    let indent = columns.iter().map(|column| column + 2).sum::<usize>();
    let mut text = String::new();
    for row in std::iter::once(&head).chain(&rows) {
        let mut first = String::new();
        for (cell, &column) in row.iter().zip(&columns) {
            first += &format!("{cell:<0$}", column + 2);
        }
        text += &wrapped(&row[3], &first, indent, width);
    }
    text += "\n";
    text += &wrapped(
        "Grades: A measured or official, B a vendor's benchmark or a small survey, C a vendor's claim, D a guess; a number is \
         how many keys have it. `channelmix presets NAME` shows the values and where they come from.",
        "",
        0,
        width,
    );
    text
}

/// One preset with every value: typical, low and high, what it is, its grade, source and note.
pub fn preset_table(preset: &PresetCard, width: Option<u16>) -> String {
    let width = usize::from(width.unwrap_or(USUAL_WIDTH));
    let currency = preset.currency.as_ref().map_or(String::new(), |currency| format!(", prices in {currency}"));
    let mut text = wrapped(&format!("{}: {} ({}{currency})", preset.name, preset.title, preset.kind), "", 0, width);
    text += "\n";
    text += &wrapped(&preset.about, "  ", 2, width);
    let mut told: Option<&PresetValue> = None;
    for value in &preset.values {
        text += "\n";
        text += &wrapped(&format!("{} = {}", value.key, spread(value)), "", 4, width);
        text += &wrapped(&value.meaning, "    ", 4, width);
        let Some(evidence) = &value.evidence else { continue };
        if let Some(same) = told.filter(|told| first_key(&told.key) == first_key(&value.key)) {
            text += &wrapped(&format!("source: see {}", same.key), "    ", 4, width);
            continue;
        }
        told = Some(value);
        let year = evidence.year.map_or(String::new(), |year| format!(", {year}"));
        let grade = match evidence.grade {
            Grade::Definition => "by definition".to_owned(),
            grade => format!("grade {grade}"),
        };
        text += &wrapped(&format!("{grade}: {}{year}", evidence.source), "    ", 4, width);
        for line in evidence.note.iter().chain(&evidence.url) {
            text += &wrapped(line, "    ", 4, width);
        }
    }
    text
}

/// All presets as JSON, without their values.
pub fn presets_json(presets: &[PresetCard]) -> String {
    pretty(&presets.iter().map(|preset| summary(preset).into()).collect::<Vec<Value>>().into())
}

/// One preset as JSON: the keys of the list, then its values.
pub fn preset_json(preset: &PresetCard) -> String {
    let mut whole = summary(preset);
    whole.insert("about".to_owned(), preset.about.clone().into());
    whole.insert("values".to_owned(), json!(preset.values));
    pretty(&whole.into())
}

fn summary(preset: &PresetCard) -> Map<String, Value> {
    let grades: Map<String, Value> =
        preset.grades.iter().map(|&(grade, count)| (grade.name().to_owned(), count.into())).collect();
    let keys = [
        ("name", preset.name.into()),
        ("kind", preset.kind.clone().into()),
        ("title", preset.title.clone().into()),
        ("what", preset.what.clone().into()),
        ("currency", preset.currency.clone().into()),
        ("grades", grades.into()),
    ];
    keys.into_iter().map(|(key, value): (&str, Value)| (key.to_owned(), value)).collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// `A3 B4 C1 D2`; definitions are not known well or badly.
fn grades(grades: &[(Grade, usize)]) -> String {
    let graded = grades.iter().filter(|(grade, _)| *grade != Grade::Definition);
    graded.map(|(grade, count)| format!("{}{count}", grade.name())).collect::<Vec<_>>().join(" ")
}

fn first_key(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

/// The typical value, and low and high if it is uncertain.
fn spread(value: &PresetValue) -> String {
    let typical = shown(&value.typical);
    match (&value.low, &value.high) {
        (Some(low), Some(high)) => format!("{typical} ({} … {})", shown(low), shown(high)),
        _ => typical,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // Without exponents: 0.000005.
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::Array(items) if items.iter().any(Value::is_array) => {
            let columns = items[0].as_array().map_or(0, Vec::len);
            format!("a matrix of {} × {columns} (see --format json)", items.len())
        }
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A text in lines of at most `width` columns where words allow it; the first begins with `first`, the others are indented.
fn wrapped(text: &str, first: &str, indent: usize, width: usize) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut has_word = false;
    for word in text.split_whitespace() {
        if has_word && line.chars().count() + 1 + word.chars().count() > width {
            lines += &format!("{line}\n");
            line = " ".repeat(indent);
            has_word = false;
        }
        if has_word {
            line.push(' ');
        }
        line += word;
        has_word = true;
    }
    lines + line.trim_end() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::presets;

    #[test]
    fn no_line_is_wider_than_the_terminal_unless_one_word_is() {
        let all = presets();
        for width in [60, 80, 132] {
            let mut texts: Vec<String> = all.iter().map(|preset| preset_table(preset, Some(width))).collect();
            texts.push(presets_table(&all, Some(width)));
            for line in texts.iter().flat_map(|text| text.lines()) {
                let wide = line.chars().count() > usize::from(width);
                assert!(!wide || line.split_whitespace().count() == 1, "{width}: {line}");
                assert_eq!(line, line.trim_end());
            }
        }
    }

    #[test]
    fn claims_and_guesses_are_called_so() {
        let sms = presets().into_iter().find(|preset| preset.name == "sms").expect("is there");
        let text = preset_table(&sms, Some(200));
        assert!(
            text.contains("delivery_rate = 0.95 (0.9 … 0.98)\n    delivered ÷ sent\n    grade C (a vendor's claim): ")
        );
        assert!(text.contains("grade D (a guess): "));
        assert!(grades(&sms.grades).starts_with('B'), "{}", grades(&sms.grades));
    }
}
