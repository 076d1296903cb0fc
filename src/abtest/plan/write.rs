//! The plan as a file that reads back as the same plan.

use std::fmt::Write;

use super::{DIRECTIONS, Decision, Design, GUARDRAILS, Plan, Validity};
use crate::abtest::metric::{Cap, Direction, Kind, Metric, Role, number};
use crate::scenario::{DAY, Span, quoted};
use crate::stats::sequential::spending::Spending;

/// The file; `preamble` are lines of comment that stand first.
pub fn toml(plan: &Plan, preamble: &[String]) -> String {
    let mut file = String::new();
    for line in preamble {
        let _ = writeln!(file, "{}", format!("# {line}").trim_end());
    }
    let _ = writeln!(file, "hypothesis = {}", text(&plan.hypothesis));
    let _ = writeln!(file, "unit = {}", text(&plan.unit));
    let _ = writeln!(file, "control = {}\n\n[arms]", text(&plan.control));
    for (name, share) in &plan.arms {
        let _ = writeln!(file, "{} = {share}", key(name));
    }
    let columns = &plan.columns;
    let named = [("unit", &columns.unit), ("variant", &columns.variant), ("exposed_at", &columns.exposed_at)];
    if named.iter().any(|(_, name)| name.is_some()) || !columns.segments.is_empty() {
        file += "\n[data]\n";
        for (key, name) in named {
            if let Some(name) = name {
                let _ = writeln!(file, "{key} = {}", text(name));
            }
        }
        if !columns.segments.is_empty() {
            let _ = writeln!(file, "segments = {}", texts(&columns.segments));
        }
    }
    plan.metrics.iter().for_each(|each| metric(each, &mut file));
    design(&plan.design, &mut file);
    let Decision { guardrails } = plan.decision;
    let word = GUARDRAILS.iter().find(|(_, other)| *other == guardrails).map_or("", |(word, _)| word);
    let _ = writeln!(file, "\n[decision]\nguardrails = {}", text(word));
    file
}

fn metric(metric: &Metric, file: &mut String) {
    let _ = writeln!(file, "\n[metrics.{}]\nkind = {}", key(&metric.name), text(metric.kind.name()));
    match &metric.kind {
        Kind::Proportion { column } | Kind::Mean { column } => {
            let _ = writeln!(file, "column = {}", text(column));
        }
        Kind::Ratio { numerator, denominator } => {
            let _ = writeln!(file, "column = {}\ndenominator = {}", text(numerator), text(denominator));
        }
        Kind::Quantile { column, level } => {
            let _ = writeln!(file, "column = {}\nquantile = {level}", text(column));
        }
        Kind::Survival { time, event, until } => {
            let _ = writeln!(file, "column = {}\nevent = {}", text(time), text(event));
            if let Some(until) = until {
                let _ = writeln!(file, "until = {}", number(*until));
            }
        }
    }
    let role = match metric.role {
        Role::Primary => "primary",
        Role::Guardrail(_) => "guardrail",
        Role::Secondary => "secondary",
        Role::Exploratory => "exploratory",
    };
    let _ = writeln!(file, "role = {}", text(role));
    if metric.better == Direction::Lower {
        let _ = writeln!(file, "better = {}", text(DIRECTIONS[1].0));
    }
    if let Role::Guardrail(margin) = metric.role {
        let _ = writeln!(file, "margin = {}", margin.written());
    }
    if let Some(effect) = metric.worth {
        let _ = writeln!(file, "effect = {}", effect.written());
    }
    if !metric.covariates.is_empty() {
        let _ = writeln!(file, "covariates = {}", texts(&metric.covariates));
    }
    if let Some(cap) = metric.cap {
        let (names, low, high) = match cap {
            Cap::At { low, high } => (["low", "high"], low, high),
            Cap::Quantile { low, high } => (["low_quantile", "high_quantile"], low, high),
        };
        let ends: Vec<String> = names
            .iter()
            .zip([low, high])
            .filter_map(|(name, end)| Some(format!("{name} = {}", number(end?))))
            .collect();
        let _ = writeln!(file, "cap = {{ {} }}", ends.join(", "));
    }
    if metric.matures > 0 {
        // Whole days are read as days, not as weeks or hours.
        let shown = if metric.matures % DAY == 0 {
            format!("{}d", metric.matures / DAY)
        } else {
            Span(metric.matures).to_string()
        };
        let _ = writeln!(file, "matures = {}", text(&shown));
    }
}

fn design(design: &Design, file: &mut String) {
    let _ = writeln!(file, "\n[design]\nalpha = {}\npower = {}", design.alpha, design.power);
    if let Some(units) = design.units {
        let _ = writeln!(file, "units = {units}");
    }
    if let Some(days) = design.days {
        let _ = writeln!(file, "days = {days}");
    }
    match &design.validity {
        Validity::Fixed => *file += "valid = \"fixed\"\n",
        Validity::AnyTime => *file += "valid = \"any-time\"\n",
        Validity::PlannedLooks { looks, spending, futility } => {
            let looks: Vec<String> = looks.iter().map(f64::to_string).collect();
            let _ = writeln!(file, "valid = \"planned-looks\"\nlooks = [{}]", looks.join(", "));
            let spending = match spending {
                Spending::ObrienFleming => text("obrien-fleming"),
                Spending::Pocock => text("pocock"),
                Spending::HwangShihDeCani(gamma) => format!("{{ hwang-shih-decani = {gamma} }}"),
                Spending::Power(power) => format!("{{ power = {power} }}"),
            };
            let _ = writeln!(file, "spending = {spending}");
            if *futility {
                *file += "futility = true\n";
            }
        }
    }
}

/// A key, in quotes where it is no bare word.
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { text(name) }
}

/// A string in quotes.
fn text(text: &str) -> String {
    quoted(text)
}

fn texts(all: &[String]) -> String {
    let quoted: Vec<String> = all.iter().map(|each| text(each)).collect();
    format!("[{}]", quoted.join(", "))
}
