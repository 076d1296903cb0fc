//! A test that has no plan file: what the command line says of it.

use std::str::FromStr;

use super::super::failure::Failure;
use crate::abtest::collected::Collected;
use crate::abtest::metric::{Cap, Direction, Kind, Metric, Role};
use crate::abtest::plan::{Columns, Decision, Design, Guardrails, Plan, Validity};
use crate::scenario::{Span, nearest};

/// What a plan would say.
#[derive(Debug, clap::Args)]
pub struct AdHoc {
    /// The arm that all others are compared with.
    #[arg(long, value_name = "ARM")]
    pub control: Option<String>,
    /// The share of units that an arm should have, ARM=SHARE; equal shares unless said otherwise. Repeatable, for all arms.
    #[arg(long, value_name = "ARM=SHARE")]
    share: Vec<Pair>,
    /// Column known before exposure that sharpens proportions and means (CUPED, by Lin's regression). Repeatable.
    #[arg(long, value_name = "COLUMN")]
    covariate: Vec<String>,
    /// A metric of which less is better, by its name. Repeatable.
    #[arg(long, value_name = "METRIC")]
    lower: Vec<String>,
    /// Cap the values of a mean, METRIC=500 or METRIC=99.9% (a quantile of all arms together). Repeatable.
    #[arg(long, value_name = "METRIC=CAP")]
    cap: Vec<Pair>,
    /// How long after its exposure a unit can be judged; younger units are left out. For all metrics.
    #[arg(long, value_name = "DURATION")]
    matures: Option<Span>,
    /// Chance to call a difference where there is none, both directions together.
    #[arg(long, value_name = "SHARE", value_parser = alpha)]
    alpha: Option<f64>,
    /// Results that are valid however often one looks, sharpest near this number of units in all arms together.
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u64).range(2..=1_000_000_000_000))]
    any_time: Option<u64>,
}

/// `NAME=VALUE`.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What stands before the sign.
    pub name: String,
    /// What stands behind it.
    pub value: String,
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.rsplit_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("write NAME=VALUE".to_owned()),
        }
    }
}

/// A level between 0 and one half.
pub fn alpha(text: &str) -> Result<f64, String> {
    let level = text.parse().ok().filter(|level: &f64| *level > 0.0 && *level <= 0.5);
    level.ok_or_else(|| "must be a number above 0 and not above 0.5, such as 0.05".to_owned())
}

impl AdHoc {
    /// Each flag that was given, as it was given.
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let mut flags = Vec::new();
        flags.extend(self.control.iter().map(|arm| ("control", arm.clone())));
        let pair = |name: &'static str| move |pair: &Pair| (name, format!("{}={}", pair.name, pair.value));
        flags.extend(self.share.iter().map(pair("share")));
        flags.extend(self.covariate.iter().map(|column| ("covariate", column.clone())));
        flags.extend(self.lower.iter().map(|metric| ("lower", metric.clone())));
        flags.extend(self.cap.iter().map(pair("cap")));
        flags.extend(self.matures.iter().map(|span| ("matures", span.to_string())));
        flags.extend(self.alpha.iter().map(|alpha| ("alpha", alpha.to_string())));
        flags.extend(self.any_time.iter().map(|units| ("any-time", units.to_string())));
        flags
    }

    /// A plan decides these things.
    pub fn refuse_beside_a_plan(&self) -> Result<(), Failure> {
        match self.flags().first() {
            None => Ok(()),
            Some((flag, _)) => Err(Failure::argument(
                format!("--{flag} cannot be given beside --plan"),
                "the plan decides it, and was made before the data; change the plan before a test, never after",
            )),
        }
    }

    /// The plan without its arms, which the data tell.
    pub fn plan(&self, metrics: &[Metric]) -> Result<Plan, Failure> {
        if metrics.is_empty() {
            let help =
                "say what is measured, such as --metric converted:proportion --metric revenue:mean; or give --plan";
            return Err(Failure::argument("there is no metric", help));
        }
        let mut metrics = metrics.to_vec();
        for i in 0..metrics.len() {
            if i > 0 {
                metrics[i].role = Role::Secondary;
            }
            metrics[i].covariates.clone_from(&self.covariate);
            metrics[i].matures = self.matures.map_or(0, |span| span.0);
            if metrics[..i].iter().any(|other| other.name == metrics[i].name) {
                let what = format!("metric {} is given twice", metrics[i].name);
                return Err(Failure::argument(what, "a column may be in several metrics, but each has one name"));
            }
        }
        // What has no moments has no regression either.
        for metric in &mut metrics {
            if !metric.kind.takes_covariates() {
                metric.covariates.clear();
            }
        }
        for name in &self.lower {
            find(&mut metrics, name, "lower")?.better = Direction::Lower;
        }
        set_caps(&mut metrics, &self.cap)?;
        let validity = if self.any_time.is_some() { Validity::AnyTime } else { Validity::Fixed };
        Ok(Plan {
            hypothesis: String::new(),
            unit: "unit".to_owned(),
            control: String::new(),
            arms: Vec::new(),
            columns: Columns::default(),
            metrics,
            design: Design {
                alpha: self.alpha.unwrap_or(0.05),
                power: 0.8,
                units: self.any_time,
                days: None,
                validity,
            },
            decision: Decision { guardrails: Guardrails::NotWorse },
        })
    }
}

/// The shares that the arms should have.
pub fn shares(given: &[Pair], arms: &[String]) -> Result<Vec<(String, f64)>, Failure> {
    if given.is_empty() {
        return Ok(arms.iter().map(|arm| (arm.clone(), 1.0 / arms.len() as f64)).collect());
    }
    let mut shares = Vec::new();
    for Pair { name, value } in given {
        if !arms.contains(name) {
            let near = nearest(name, arms.iter().map(String::as_str));
            let help =
                near.map_or_else(|| format!("there are {}", arms.join(", ")), |near| format!("did you mean {near}?"));
            return Err(Failure::argument(format!("--share {name}: there is no such arm"), help));
        }
        if shares.iter().any(|(other, _)| other == name) {
            return Err(Failure::argument(format!("--share {name} is given twice"), "keep one of the two"));
        }
        let share = value.parse().ok().filter(|share: &f64| *share > 0.0 && *share < 1.0);
        let Some(share) = share else {
            let what = format!("--share {name}={value}: a share lies above 0 and below 1");
            return Err(Failure::argument(what, "20 % is written 0.2"));
        };
        shares.push((name.clone(), share));
    }
    if let Some(arm) = arms.iter().find(|arm| !shares.iter().any(|(name, _)| name == *arm)) {
        return Err(Failure::argument(format!("--share says nothing of arm {arm}"), "give the shares of all arms"));
    }
    let total: f64 = shares.iter().map(|(_, share)| share).sum();
    if (total - 1.0).abs() > 1e-6 {
        let what = format!("the shares sum to {}, not to 1", (total * 1e9).round() / 1e9);
        return Err(Failure::argument(what, "give each arm's part of all units"));
    }
    Ok(shares.into_iter().map(|(name, share)| (name, share / total)).collect())
}

/// Puts the arms of the data into the plan.
pub fn complete(plan: &mut Plan, adhoc: &AdHoc, collected: &Collected) -> Result<(), Failure> {
    plan.arms = shares(&adhoc.share, &collected.arms)?;
    plan.control.clone_from(&collected.arms[0]);
    Ok(())
}

fn find<'a>(metrics: &'a mut [Metric], name: &str, flag: &str) -> Result<&'a mut Metric, Failure> {
    let names: Vec<String> = metrics.iter().map(|metric| metric.name.clone()).collect();
    metrics.iter_mut().find(|metric| metric.name == name).ok_or_else(|| {
        Failure::argument(
            format!("--{flag} {name}: there is no such metric"),
            format!("there are {}", names.join(", ")),
        )
    })
}

/// Caps the means that are named.
pub fn set_caps(metrics: &mut [Metric], caps: &[Pair]) -> Result<(), Failure> {
    for Pair { name, value } in caps {
        let metric = find(metrics, name, "cap")?;
        if !matches!(metric.kind, Kind::Mean { .. }) {
            let what = format!("--cap {name}: only a mean can be capped");
            return Err(Failure::argument(what, "leave it out"));
        }
        metric.cap = Some(cap(name, value)?);
    }
    Ok(())
}

fn cap(name: &str, value: &str) -> Result<Cap, Failure> {
    let wrong = || {
        let what = format!("--cap {name}={value} is no cap");
        Failure::argument(what, "write a value, such as 500, or a percentile, such as 99.9%")
    };
    match value.strip_suffix('%') {
        Some(percent) => {
            let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
            if percent > 0.0 && percent < 100.0 {
                // Without the digits that only binary fractions have.
                Ok(Cap::Quantile { low: None, high: Some((percent * 1e10).round() / 1e12) })
            } else {
                Err(wrong())
            }
        }
        None => match value.parse::<f64>() {
            Ok(high) if high.is_finite() => Ok(Cap::At { low: None, high: Some(high) }),
            _ => Err(wrong()),
        },
    }
}
