//! What is measured: one number per unit, or two, or a time, and what part it plays in the decision.

use crate::scenario::Seconds;

/// One metric of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What it is called in every table.
    pub name: String,
    /// What is computed of which columns.
    pub kind: Kind,
    /// Its part in the decision.
    pub role: Role,
    /// Which direction is good.
    pub better: Direction,
    /// Columns known before exposure that explain some of its variance (CUPED).
    pub covariates: Vec<String>,
    /// Largest and smallest value that counts as it is.
    pub cap: Option<Cap>,
    /// How long after its exposure a unit can be judged, in seconds; younger units are counted and left out.
    pub matures: Seconds,
    /// The smallest effect worth finding, if the plan says one.
    pub worth: Option<Margin>,
}

/// What is computed of each arm. Columns are those of the file of units; of events, `column` is the name of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Share of units with 1 in a column of 0 and 1; of events, with at least one.
    Proportion {
        /// 0 or 1.
        column: String,
    },
    /// Mean of a number per unit; of events, of the sum of their values.
    Mean {
        /// The number.
        column: String,
    },
    /// Σ numerator ÷ Σ denominator: revenue per session where units have several sessions.
    Ratio {
        /// Summed above.
        numerator: String,
        /// Summed below.
        denominator: String,
    },
    /// A quantile of a number per unit.
    Quantile {
        /// The number.
        column: String,
        /// Which quantile, in (0, 1).
        level: f64,
    },
    /// Restricted mean time until an event: days until a customer leaves, at most `until`.
    Survival {
        /// Days followed.
        time: String,
        /// 1 if the event ended them, 0 if the unit was still there when watching ended.
        event: String,
        /// Days that are looked at; none = the shorter of the arms' longest follow-ups.
        until: Option<f64>,
    },
}

/// What part a metric plays in the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Decides; there is one, without correction for others.
    Primary,
    /// Must not be worse by this margin or more.
    Guardrail(Margin),
    /// Confirmatory beside the primary, corrected by Holm among its like.
    Secondary,
    /// To learn from, corrected by Benjamini–Hochberg among its like; never decides.
    Exploratory,
}

/// A difference between arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// In the metric's unit; 0.01 of a proportion is one percentage point.
    Absolute(f64),
    /// As share of the control's value: 0.05 is 5 %.
    Relative(f64),
}

/// Which direction is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better: costs, complaints, opt-outs.
    Lower,
}

/// Where values are capped, alike in all arms: heavy tails cost power, and one buyer must not decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cap {
    /// At fixed values, known before the data.
    At {
        /// Smaller values count as this.
        low: Option<f64>,
        /// Larger values count as this.
        high: Option<f64>,
    },
    /// At a quantile of all arms together.
    Quantile {
        /// Lower one, in [0, 1).
        low: Option<f64>,
        /// Upper one, in (0, 1].
        high: Option<f64>,
    },
}

impl Kind {
    /// The columns that are read for it, in the order of [`Sample`](super::Sample)'s variables.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Proportion { column } | Self::Mean { column } | Self::Quantile { column, .. } => vec![column],
            Self::Ratio { numerator, denominator } => vec![numerator, denominator],
            Self::Survival { time, event, .. } => vec![time, event],
        }
    }

    /// Whether a regression on covariates is known for it.
    pub fn takes_covariates(&self) -> bool {
        matches!(self, Self::Proportion { .. } | Self::Mean { .. })
    }

    /// Its name in files and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proportion { .. } => "proportion",
            Self::Mean { .. } => "mean",
            Self::Ratio { .. } => "ratio",
            Self::Quantile { .. } => "quantile",
            Self::Survival { .. } => "survival",
        }
    }
}

impl Margin {
    /// As a file writes it: `0.01` or `"5%"`.
    pub fn written(self) -> String {
        match self {
            Self::Absolute(size) => number(size),
            Self::Relative(share) => format!("\"{}%\"", rounded(100.0 * share)),
        }
    }

    /// Its size in the metric's unit, where the control's value is this.
    pub fn of(self, control: f64) -> f64 {
        match self {
            Self::Absolute(size) => size,
            Self::Relative(share) => share * control.abs(),
        }
    }
}

/// A number as files write it: with an exponent where it would not be read as a whole number any more.
pub(super) fn number(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:e}") }
}

/// Without the digits that only binary fractions have.
fn rounded(number: f64) -> f64 {
    (number * 1e10).round() / 1e10
}

impl std::str::FromStr for Margin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, percent) = match text.trim().strip_suffix('%') {
            Some(digits) => (digits.trim(), true),
            None => (text.trim(), false),
        };
        let number: f64 = digits.parse().map_err(|_| format!("\"{text}\" is no number and no percentage"))?;
        if !number.is_finite() {
            return Err(format!("\"{text}\" is not finite"));
        }
        Ok(if percent { Self::Relative(number / 100.0) } else { Self::Absolute(number) })
    }
}

impl std::fmt::Display for Margin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absolute(size) => write!(f, "{size}"),
            Self::Relative(share) => write!(f, "{} %", rounded(100.0 * share)),
        }
    }
}

impl Metric {
    /// As the command line writes it.
    pub fn written(&self) -> String {
        match &self.kind {
            Kind::Proportion { column } => format!("{column}:proportion"),
            Kind::Mean { column } => format!("{column}:mean"),
            Kind::Ratio { numerator, denominator } => format!("{numerator}/{denominator}:ratio"),
            Kind::Quantile { column, level } => format!("{column}:p{}", rounded(100.0 * level)),
            Kind::Survival { time, event, .. } => format!("{time}/{event}:survival"),
        }
    }
}

impl std::str::FromStr for Metric {
    type Err = String;

    /// A metric as the command line writes it: `conversion:proportion`, `spend:mean`, `revenue/sessions:ratio`,
    /// `spend:p90`, `days/churned:survival`; the first of several is primary, which the caller says.
    fn from_str(text: &str) -> Result<Self, String> {
        let shape =
            "write COLUMN:proportion, COLUMN:mean, ABOVE/BELOW:ratio, COLUMN:p90 (a quantile) or DAYS/EVENT:survival";
        let Some((columns, form)) = text.rsplit_once(':') else {
            return Err(format!("\"{text}\" does not say what is computed; {shape}"));
        };
        let (columns, form) = (columns.trim(), form.trim());
        let pair = || match columns.split_once('/') {
            Some((first, second)) if !first.trim().is_empty() && !second.trim().is_empty() => {
                Ok((first.trim().to_owned(), second.trim().to_owned()))
            }
            _ => Err(format!("\"{text}\" needs two columns; {shape}")),
        };
        if columns.is_empty() {
            return Err(format!("\"{text}\" names no column; {shape}"));
        }
        let column = columns.to_owned();
        let kind = match form {
            "proportion" => Kind::Proportion { column },
            "mean" => Kind::Mean { column },
            "median" => Kind::Quantile { column, level: 0.5 },
            "ratio" => {
                let (numerator, denominator) = pair()?;
                Kind::Ratio { numerator, denominator }
            }
            "survival" => {
                let (time, event) = pair()?;
                Kind::Survival { time, event, until: None }
            }
            _ => match form.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok()) {
                Some(percent) if percent > 0.0 && percent < 100.0 => {
                    Kind::Quantile { column, level: rounded(percent / 100.0) }
                }
                _ => return Err(format!("\"{form}\" is no kind of metric; {shape}")),
            },
        };
        let name = match &kind {
            Kind::Quantile { column, level } if form != "median" => format!("{column} p{}", rounded(100.0 * level)),
            Kind::Quantile { column, .. } => format!("{column} median"),
            Kind::Survival { time, .. } => time.clone(),
            Kind::Ratio { numerator, denominator } => format!("{numerator}/{denominator}"),
            Kind::Proportion { column } | Kind::Mean { column } => column.clone(),
        };
        Ok(Self {
            name,
            kind,
            role: Role::Primary,
            better: Direction::Higher,
            covariates: Vec::new(),
            cap: None,
            matures: 0,
            worth: None,
        })
    }
}
