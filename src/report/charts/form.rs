//! How numbers are written on charts.

/// How the numbers of a chart are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Money in this currency; the currency is said once, beside the label of the axis.
    Money(String),
    /// A share: 0.123 is written 12.3 %.
    Share,
    /// A chance: as a share, but all or none of what may happen is more than anyone knows.
    Chance,
    /// A difference of shares: 0.0123 is written 1.23 pp, percentage points.
    Points,
    /// Any other number.
    Number,
    /// How many of something: a whole number.
    Count,
}

impl Form {
    /// `label` with the unit, as an axis needs it.
    pub(super) fn label(&self, label: &str) -> String {
        match self {
            Self::Money(code) => format!("{label} [{code}]").trim_start().to_owned(),
            Self::Share | Self::Chance | Self::Points | Self::Number | Self::Count => label.to_owned(),
        }
    }

    /// What stands behind every number.
    pub(super) fn sign(&self) -> &'static str {
        match self {
            Self::Share | Self::Chance => "\u{a0}%",
            Self::Points => "\u{a0}pp",
            Self::Money(_) | Self::Number | Self::Count => "",
        }
    }

    /// A number in about three digits; a dash for none.
    pub(super) fn value(&self, value: f64) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        match self {
            Self::Chance if value > 0.999 => ">\u{a0}99.9\u{a0}%".to_owned(),
            Self::Chance if value < 0.001 => "<\u{a0}0.1\u{a0}%".to_owned(),
            Self::Share | Self::Chance => format!("{}\u{a0}%", short(value * 100.0, true)),
            Self::Points => format!("{}\u{a0}pp", short(value * 100.0, false)),
            Self::Count if value.abs() < 99_999.5 => grouped(value, 0),
            Self::Money(_) | Self::Number | Self::Count => short(value, false),
        }
    }

    /// The same with its sign.
    pub(super) fn signed(&self, value: f64) -> String {
        let text = self.value(value);
        if value > 0.0 && value.is_finite() && text.chars().any(|letter| letter.is_ascii_digit() && letter != '0') {
            format!("+{text}")
        } else {
            text
        }
    }

    /// The values of evenly spaced ticks, all in the same unit and with the same decimals.
    pub(super) fn ticks(&self, values: &[f64]) -> Vec<String> {
        let factor = if matches!(self, Self::Share | Self::Chance | Self::Points) { 100.0 } else { 1.0 };
        let values: Vec<f64> = values.iter().map(|value| value * factor).collect();
        let most = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let step = if step.is_finite() && step > 0.0 { step } else { most };
        let sign = self.sign();
        let write = |value: &f64| {
            if most >= 1e15 || (most > 0.0 && most < 1e-5) {
                return format!("{}{sign}", scientific(*value));
            }
            let (unit, name) = if most >= 10_000.0 { unit(most) } else { (1.0, "") };
            let decimals = (-(step / unit * 1.000_001).log10().floor()).clamp(0.0, 8.0) as usize;
            // A step of 2.5 needs one decimal more than its size says.
            let exact = |decimals: usize| (step / unit * 10f64.powi(decimals as i32)).fract();
            let decimals = if (0.01..0.99).contains(&exact(decimals)) { decimals + 1 } else { decimals };
            if *value == 0.0 {
                return format!("0{sign}");
            }
            format!("{}{name}{sign}", grouped(value / unit, decimals))
        };
        values.iter().map(write).collect()
    }
}

/// Factor and name of the unit for numbers up to `most`.
fn unit(most: f64) -> (f64, &'static str) {
    match most {
        _ if most >= 1e12 => (1e12, "\u{a0}tn"),
        _ if most >= 1e9 => (1e9, "\u{a0}bn"),
        _ if most >= 1e6 => (1e6, "\u{a0}M"),
        _ if most >= 1e3 => (1e3, "\u{a0}k"),
        _ => (1.0, ""),
    }
}

fn short(value: f64, share: bool) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-5..1e15).contains(&size) {
        return scientific(value);
    }
    if size < 99_999.5 {
        let decimals = match size {
            _ if size >= 99.95 => 0,
            _ if size >= 9.995 || (share && size >= 0.995) => 1,
            _ if size >= 0.9995 => 2,
            _ => (1.0 - size.log10().floor()).clamp(0.0, 8.0) as usize,
        };
        return grouped(value, decimals);
    }
    // 999,999 is 1 M rather than 1 000 k.
    let (factor, name) = unit(size * 1.0005);
    let scaled = value / factor;
    let decimals = match scaled.abs() {
        scaled if scaled >= 99.95 => 0,
        scaled if scaled >= 9.995 => 1,
        _ => 2,
    };
    format!("{}{name}", grouped(scaled, decimals))
}

/// With narrow spaces at the thousands, as everywhere in a report, and a true minus.
fn grouped(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, rest) = digits.split_once('.').map_or((digits.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    if value < 0.0 && text.chars().any(|letter| letter.is_ascii_digit() && letter != '0') {
        text.insert(0, '−');
    }
    text
}

fn scientific(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}").replace('-', "−") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let number = |value| Form::Number.value(value).replace('\u{a0}', " ");
        let known = [
            (0.0, "0"),
            (-0.0, "0"),
            (0.004, "0.0040"),
            (1.5, "1.50"),
            (12.345, "12.3"),
            (-999.9, "−1\u{202f}000"),
            (45_312.0, "45\u{202f}312"),
            (1_234_567.0, "1.23 M"),
            (999_999.0, "1.00 M"),
            (-2.5e9, "−2.50 bn"),
            (1e300, "1.0e300"),
            (3e-9, "3.0e−9"),
            (f64::NAN, "–"),
            (f64::INFINITY, "–"),
        ];
        for (value, text) in known {
            assert_eq!(number(value), text);
        }
        assert_eq!(Form::Share.signed(0.123).replace('\u{a0}', " "), "+12.3 %");
        assert_eq!(Form::Share.signed(-0.01).replace('\u{a0}', " "), "−1.0 %");
        assert_eq!(Form::Points.signed(0.0123).replace('\u{a0}', " "), "+1.23 pp");
        assert_eq!(Form::Number.signed(0.0), "0");
        let chances = [0.0, 0.42, 1.0].map(|chance| Form::Chance.value(chance).replace('\u{a0}', " "));
        assert_eq!(chances, ["< 0.1 %", "42.0 %", "> 99.9 %"]);
    }

    #[test]
    fn ticks_share_unit_and_decimals() {
        let ticks = |form: Form, values: &[f64]| form.ticks(values).join("|").replace('\u{a0}', " ");
        assert_eq!(ticks(Form::Number, &[0.0, 0.25, 0.5]), "0|0.25|0.50");
        assert_eq!(ticks(Form::Number, &[-500_000.0, 0.0, 500_000.0, 1_000_000.0]), "−0.5 M|0|0.5 M|1.0 M");
        assert_eq!(ticks(Form::Share, &[0.0, 0.05, 0.1]), "0 %|5 %|10 %");
        assert_eq!(ticks(Form::Share, &[0.07, 0.08, 0.09]), "7 %|8 %|9 %");
        assert_eq!(ticks(Form::Number, &[0.0, 2.5, 5.0]), "0|2.5|5.0");
        assert_eq!(ticks(Form::Number, &[1e-7, 2e-7]), "1.0e−7|2.0e−7");
    }
}
