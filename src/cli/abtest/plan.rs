//! `channelmix abtest plan`: how large and how long, and the plan file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::super::failure::Failure;
use super::super::files::ScenarioArguments;
use super::super::play::find;
use super::super::progress::Bar;
use super::adhoc::{Pair, alpha};
use super::{command_line, place, write};
use crate::abtest::bank::{self, Bank, MOST_BYTES};
use crate::abtest::metric::{Direction, Kind, Margin, Metric, Role};
use crate::abtest::outlook::{self, Asked, Expected, Round};
use crate::abtest::plan::{Columns, Decision, Design, Guardrails, Plan, Validity};
use crate::abtest::sizing::{self, Baseline, Question, Sizing};
use crate::report::sizing::{self as report, Answer};
use crate::scenario::Span;
use crate::simulation;
use crate::stats::power::variances::Variances;
use crate::stats::sequential::spending::Spending;
use crate::world::World;

/// Arguments of `abtest plan`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Take baseline, variance, true effect and calendar from the simulated customers of this scenario.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Set a value of the scenario. Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "scenario", conflicts_with = "baseline")]
    set: Vec<String>,
    /// The arms, the control first: strategies of the scenario, else any names.
    #[arg(long, value_name = "CONTROL,ARM", value_delimiter = ',', num_args = 1..)]
    arms: Vec<String>,
    /// An arm's share of the units, ARM=SHARE; equal shares unless said otherwise. Repeatable, for all arms.
    #[arg(long, value_name = "ARM=SHARE")]
    share: Vec<Pair>,
    /// The primary metric: COLUMN:proportion, COLUMN:mean or ABOVE/BELOW:ratio. With a scenario the columns are what its
    /// customers do: `ordered`, `orders`, `revenue`, `profit`, `clicked`, `opted_out` and others (an unknown one lists them).
    #[arg(long, value_name = "METRIC", default_value = "converted:proportion")]
    metric: Metric,
    /// The control's value: 0.1, or 10% for a proportion.
    #[arg(long, value_name = "NUMBER", value_parser = baseline, required_unless_present = "scenario", conflicts_with = "scenario")]
    baseline: Option<f64>,
    /// Standard deviation of a unit's value, for means and ratios.
    #[arg(long, value_name = "NUMBER", value_parser = positive, conflicts_with = "scenario")]
    sd: Option<f64>,
    /// The smallest effect worth finding: 0.01 in the metric's unit, or 5% of the control's value. The true effect of the
    /// simulated customers unless said otherwise.
    #[arg(long, value_name = "EFFECT", value_parser = effect)]
    effect: Option<Margin>,
    /// Less of the metric is better.
    #[arg(long)]
    lower: bool,
    /// Units there are, in all arms together; asks what they can find, unless --effect is given too.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(4..=1_000_000_000_000))]
    units: Option<u64>,
    /// Units per day, to say how many days it takes.
    #[arg(long, value_name = "NUMBER", value_parser = positive, conflicts_with = "scenario")]
    per_day: Option<f64>,
    /// Share of the scenario's customers that takes part.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "1", requires = "scenario", conflicts_with = "baseline")]
    traffic: f64,
    /// How long after its exposure a unit can be judged.
    #[arg(long, value_name = "DURATION")]
    matures: Option<Span>,
    /// Looks wait until whole weeks of exposures are in.
    #[arg(long)]
    whole_weeks: bool,
    /// Column known before exposure that will sharpen the result. Repeatable; with a scenario `pre_orders`, `pre_revenue`,
    /// `days_since_joining` or `days_since_order`.
    #[arg(long, value_name = "COLUMN")]
    covariate: Vec<String>,
    /// Share of the variance that covariates save, where it is known.
    #[arg(long, value_name = "SHARE", value_parser = saved, conflicts_with = "scenario")]
    saved: Option<f64>,
    /// A guardrail and how much worse would matter, METRIC=MARGIN, such as `opted_out:proportion:lower=0.002`. Repeatable.
    /// The margin is in the metric's unit, or 5% of the control's value; `:lower` says that less is better.
    #[arg(long, value_name = "METRIC=MARGIN")]
    guardrail: Vec<Pair>,
    /// A further confirmatory metric. Repeatable.
    #[arg(long, value_name = "METRIC")]
    secondary: Vec<Metric>,
    /// A further metric to learn from, which decides nothing. Repeatable.
    #[arg(long, value_name = "METRIC")]
    exploratory: Vec<Metric>,
    /// Cap the values of a mean, METRIC=500 or METRIC=99.9% (a quantile of all arms together). Repeatable.
    #[arg(long, value_name = "METRIC=CAP")]
    cap: Vec<Pair>,
    /// Column of the data whose values are looked at by themselves. Repeatable.
    #[arg(long, value_name = "COLUMN")]
    segment: Vec<String>,
    /// Level of a false alarm, both directions together.
    #[arg(long, value_name = "SHARE", value_parser = alpha, default_value = "0.05")]
    alpha: f64,
    /// Chance to find the effect.
    #[arg(long, value_name = "SHARE", value_parser = power, default_value = "0.8")]
    power: f64,
    /// Planned looks: a number of equal steps, or shares of the units such as 0.5,0.75,1.
    #[arg(long, value_name = "LOOKS", value_parser = looks, conflicts_with = "any_time")]
    looks: Option<Looks>,
    /// How the chance of a false alarm is spent over the looks: obrien-fleming, pocock, or the γ of Hwang, Shih and
    /// De Cani.
    #[arg(long, value_name = "SPENDING", value_parser = spending, requires = "looks", allow_hyphen_values = true)]
    spending: Option<Spending>,
    /// Watch for looks at which success has become unlikely.
    #[arg(long, requires = "looks")]
    futility: bool,
    /// Results that are valid however often one looks.
    #[arg(long)]
    any_time: bool,
    /// What the test is to show.
    #[arg(long, value_name = "TEXT")]
    hypothesis: Option<String>,
    /// What is assigned to an arm.
    #[arg(long, value_name = "NOUN", default_value = "customer")]
    unit: String,
    /// Write the plan to this file; `abtest analyze --plan` holds the data to it.
    #[arg(long, value_name = "FILE.toml")]
    out: Option<PathBuf>,
    /// Also write a page with the power curve, one HTML file.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Replace the plan and the page if they exist.
    #[arg(long)]
    overwrite: bool,
    /// Format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Seed of the simulated customers.
    #[arg(long, value_name = "NUMBER", requires = "scenario", conflicts_with = "baseline")]
    seed: Option<u64>,
    /// Customers to simulate, over all draws.
    #[arg(long, value_name = "NUMBER", requires = "scenario", conflicts_with = "baseline")]
    simulate: Option<u64>,
    /// No progress bar, no warnings.
    #[arg(long)]
    quiet: bool,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Table,
    /// The power curve: chance to find each effect.
    Csv,
    /// Everything.
    Json,
}

/// Looks as shares of the units.
#[derive(Clone, Debug)]
struct Looks(Vec<f64>);

fn number(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

fn baseline(text: &str) -> Result<f64, String> {
    let found = match text.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        None => number(text),
    };
    found.ok_or_else(|| "must be a number such as 0.1, or a percentage such as 10%".to_owned())
}

fn positive(text: &str) -> Result<f64, String> {
    number(text).filter(|number| *number > 0.0).ok_or_else(|| "must be a number above 0".to_owned())
}

fn effect(text: &str) -> Result<Margin, String> {
    match text.parse::<Margin>()? {
        Margin::Absolute(size) | Margin::Relative(size) if size <= 0.0 => {
            Err("must lie above 0; --lower says that less is better".to_owned())
        }
        margin => Ok(margin),
    }
}

/// A share above 0 and up to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let found = number(text).filter(|share| *share > 0.0 && *share <= 1.0);
    found.ok_or_else(|| "must be a share above 0 and not above 1".to_owned())
}

fn saved(text: &str) -> Result<f64, String> {
    let found = number(text).filter(|share| (0.0..1.0).contains(share));
    found.ok_or_else(|| "must be a share from 0 to below 1, such as 0.3".to_owned())
}

fn power(text: &str) -> Result<f64, String> {
    let found = number(text).filter(|power| *power > 0.05 && *power < 0.9999);
    found.ok_or_else(|| "must be a share above 0.05 and below 0.9999, such as 0.8".to_owned())
}

fn looks(text: &str) -> Result<Looks, String> {
    let wrong = || "must be a number from 2 to 100, or shares that rise to 1 such as 0.5,0.75,1".to_owned();
    if !text.contains([',', '.']) {
        let looks: u32 = text.trim().parse().ok().filter(|looks| (2..=100).contains(looks)).ok_or_else(wrong)?;
        return Ok(Looks((1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect()));
    }
    let shares: Option<Vec<f64>> = text.split(',').map(number).collect();
    let shares = shares.ok_or_else(wrong)?;
    let rises = shares[0] > 0.0 && shares.windows(2).all(|pair| pair[0] < pair[1]);
    if rises && shares.last() == Some(&1.0) && shares.len() <= 100 { Ok(Looks(shares)) } else { Err(wrong()) }
}

fn spending(text: &str) -> Result<Spending, String> {
    match text {
        "obrien-fleming" => Ok(Spending::ObrienFleming),
        "pocock" => Ok(Spending::Pocock),
        _ => number(text)
            .filter(|gamma| gamma.abs() <= 40.0)
            .map(Spending::HwangShihDeCani)
            .ok_or_else(|| "must be obrien-fleming, pocock, or a number from -40 to 40".to_owned()),
    }
}

impl From<bank::Error> for Failure {
    fn from(error: bank::Error) -> Self {
        match error {
            bank::Error::World(problem) => Self::argument(problem.message, problem.help.join("; ")),
            bank::Error::Refused { what, help } => Self::argument(what, help),
        }
    }
}

/// Sizes the test, prints, and writes the plan.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.overwrite && arguments.out.is_none() && arguments.report.is_none() {
        return Err(Failure::argument("--overwrite has nothing to replace", "give --out or --report a file"));
    }
    let out = place(arguments.out.as_deref(), "toml", "a plan", arguments.overwrite)?;
    let page = place(arguments.report.as_deref(), "html", "a page", arguments.overwrite)?;
    let (mut plan, answer) = match &arguments.scenario {
        Some(file) => arguments.on_customers(file)?,
        None => arguments.on_numbers()?,
    };
    plan.design.units = Some(answer.sizing.total);
    plan.design.days = answer.days.or(answer.calendar.as_ref().map(|calendar| u64::from(calendar.days)));
    let text = match arguments.format {
        Format::Table => report::table(&plan, &answer),
        Format::Csv => report::csv(&answer),
        Format::Json => report::json(&plan, &answer),
    };
    print!("{text}");
    let file = plan.to_toml(&preamble(&plan, &answer));
    if let Some(place) = page {
        let page = report::page(&plan, &answer, &file, &command_line(), env!("CARGO_PKG_VERSION"));
        write(&place, page)?;
    }
    if let Some(out) = out {
        write(&out, file)?;
        if !arguments.quiet {
            anstream::eprintln!("The plan is {}", out.path().display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands at the head of a plan file.
fn preamble(plan: &Plan, answer: &Answer) -> Vec<String> {
    let mut lines = vec![
        "The plan of an A/B test. It was made before the test and is not changed after its start;".to_owned(),
        "`channelmix abtest analyze DATA --plan THIS` holds the data to it.".to_owned(),
        String::new(),
        report::headline(plan, answer),
    ];
    lines.extend(report::notes(plan, answer));
    lines
}

impl Arguments {
    /// From numbers that the user knows.
    fn on_numbers(&self) -> Result<(Plan, Answer), Failure> {
        let arms =
            if self.arms.is_empty() { vec!["control".to_owned(), "treatment".to_owned()] } else { self.arms.clone() };
        let plan = self.plan(&arms)?;
        let metric = plan.primary();
        let value = self.baseline.unwrap_or(0.0);
        let baseline = match (&metric.kind, self.sd) {
            (Kind::Proportion { .. }, None) if value > 0.0 && value < 1.0 => Baseline::Rate(value),
            (Kind::Proportion { .. }, None) => {
                let what = format!("--baseline {value}: a rate lies above 0 and below 1");
                return Err(Failure::argument(what, "10 % is written 10% or 0.1"));
            }
            (Kind::Proportion { .. }, Some(_)) => {
                let help = "leave --sd out, or plan a mean: --metric revenue:mean";
                return Err(Failure::argument("--sd: a proportion has no standard deviation of its own", help));
            }
            (_, None) => {
                let help = "give the standard deviation of a unit's value, --sd NUMBER";
                return Err(Failure::argument(format!("a {} needs --sd", metric.kind.name()), help));
            }
            (_, Some(sd)) => Baseline::Mean { mean: value, variances: Variances::common(sd) },
        };
        if self.effect.is_none() && self.units.is_none() {
            let help = "give --effect 5% (the smallest worth finding), or --units to ask what they can find";
            return Err(Failure::argument("there is no effect to find", help));
        }
        if let (Some(Margin::Relative(_)), true) = (self.effect, value <= 0.0) {
            let help = "give --effect in the metric's unit";
            return Err(Failure::argument(format!("--effect: there is no percentage of a baseline of {value}"), help));
        }
        let sizing = Self::size(&plan, baseline, self.effect, self.saved.unwrap_or(0.0))?;
        if self.whole_weeks && self.per_day.is_none() {
            let help = "give the units per day, --per-day NUMBER, or leave it out";
            return Err(Failure::argument("--whole-weeks: nothing is known of days", help));
        }
        let days = self.per_day.map(|per_day| {
            let matures = self.matures.map_or(0.0, |span| span.0 as f64 / 86_400.0);
            let exposing = (sizing.total as f64 / per_day).ceil();
            let exposing = if self.whole_weeks { (exposing / 7.0).ceil() * 7.0 } else { exposing };
            (exposing + matures.ceil()) as u64
        });
        Ok((plan, Answer { sizing, expected: None, calendar: None, days }))
    }

    /// From simulated customers.
    fn on_customers(&self, file: &Path) -> Result<(Plan, Answer), Failure> {
        if self.arms.len() < 2 {
            let help = "name the strategies that are compared, the control first: --arms none,offer";
            return Err(Failure::argument("--scenario needs --arms", help));
        }
        let planned = self.plan(&self.arms)?;
        let opened = ScenarioArguments { file: file.to_owned(), set: self.set.clone() }.open(self.quiet)?;
        let bank = self.bank(&opened.world)?;
        outlook::settled(|day| self.over(&opened.world, &bank, planned.clone(), day))
    }

    /// The plan over those who are exposed by the end of a day, or over all.
    fn over(
        &self,
        world: &World,
        bank: &Bank,
        mut plan: Plan,
        day: Option<i32>,
    ) -> Result<Round<(Plan, Answer)>, Failure> {
        let expected = self.expected(world, bank, plan.primary(), day)?;
        let asked = self.effect.or_else(|| self.units.is_none().then(|| true_effect(&expected)));
        if self.effect.is_none() && self.units.is_none() {
            self.refuse_unclear(&expected, plan.primary())?;
            let primary = plan.metrics.iter_mut().find(|metric| metric.role == Role::Primary);
            primary.into_iter().for_each(|metric| metric.worth = asked);
        }
        let sizing = Self::size(&plan, expected.baseline(plan.primary()), asked, expected.saved)?;
        let asked = Asked {
            units: sizing.total,
            traffic: self.traffic,
            validity: &plan.design.validity,
            whole_weeks: self.whole_weeks,
        };
        let calendar = outlook::calendar(world, bank, plan.primary(), 1, &asked)?;
        let (units, exposed_by) = (sizing.total, calendar.exposed_by);
        let answer = Answer { sizing, expected: Some(expected), calendar: Some(calendar), days: None };
        Ok(Round { plan: (plan, answer), units, exposed_by })
    }

    fn bank(&self, world: &World) -> Result<Bank, Failure> {
        let strategies = self.arms.iter().map(|name| find(world, name)).collect::<Result<Vec<_>, _>>()?;
        let scenario = &world.scenario;
        let draws = scenario.draws.as_ref().map(|draws| draws.value);
        let customers = self.simulate.unwrap_or(scenario.simulate.value);
        let plan = simulation::Plan::new(world, self.seed.unwrap_or(scenario.seed), customers, draws, strategies);
        super::super::check::refuse_draws(world, &plan)?;
        let bar = Bar::new(plan.customers(), self.quiet);
        let bank = Bank::simulate(world, &plan, MOST_BYTES, &bar)?;
        bar.done();
        Ok(bank)
    }

    /// Of several treatments the one whose effect is smallest, since the test must find it too.
    fn expected(&self, world: &World, bank: &Bank, metric: &Metric, day: Option<i32>) -> Result<Expected, Failure> {
        let mut all = Vec::new();
        for treatment in 1..self.arms.len() {
            all.push(outlook::expected(world, bank, metric, treatment, day)?);
        }
        let sign = if self.lower { -1.0 } else { 1.0 };
        let smallest = all.into_iter().min_by(|a, b| (sign * a.effect).total_cmp(&(sign * b.effect)));
        smallest
            .ok_or_else(|| Failure::argument("there is no treatment", "name it after the control, --arms none,offer"))
    }

    /// A test cannot be sized for an effect that is not there.
    fn refuse_unclear(&self, expected: &Expected, metric: &Metric) -> Result<(), Failure> {
        let sign = if self.lower { -1.0 } else { 1.0 };
        let (effect, error) = (expected.effect, expected.effect_error);
        let shown = |number| report::signed(&metric.kind, number);
        if sign * effect > 2.0 * error {
            return Ok(());
        }
        if sign * effect < -2.0 * error {
            let what =
                format!("the treatment makes {} worse on simulated customers, by {}", metric.name, shown(effect));
            return Err(Failure::argument(
                what,
                "exchange the arms, or give --effect, or --lower where less is better",
            ));
        }
        let whom = expected.exposed_by.as_ref().map_or(String::new(), |date| format!(" who are exposed until {date}"));
        let what = format!(
            "the simulated customers{whom} show no clear effect on {}: {} ± {}",
            metric.name,
            shown(effect),
            report::error(&metric.kind, error)
        );
        Err(Failure::argument(
            what,
            "give the effect worth finding, --effect 5%, or simulate more customers, --simulate",
        ))
    }

    fn size(plan: &Plan, baseline: Baseline, effect: Option<Margin>, saved: f64) -> Result<Sizing, Failure> {
        let shares: Vec<f64> = plan.arms.iter().map(|(_, share)| *share).collect();
        let metric = plan.primary();
        let question =
            Question { shares: &shares, baseline, better: metric.better, effect, saved, design: &plan.design };
        sizing::size(&question).map_err(|error| {
            let help = "a rate must stay between 0 and 1, and the effect must be within reach of the units";
            Failure::argument(format!("no such test can be sized: {error}"), help)
        })
    }

    /// The plan as far as the command line says it, the control first.
    fn plan(&self, arms: &[String]) -> Result<Plan, Failure> {
        let validity = match (&self.looks, self.any_time) {
            (Some(looks), _) => Validity::PlannedLooks {
                looks: looks.0.clone(),
                spending: self.spending.unwrap_or(Spending::ObrienFleming),
                futility: self.futility,
            },
            (None, true) => Validity::AnyTime,
            (None, false) => Validity::Fixed,
        };
        let matures = self.matures.map_or(0, |span| span.0);
        let better = if self.lower { Direction::Lower } else { Direction::Higher };
        let mut metrics = vec![Metric {
            role: Role::Primary,
            better,
            covariates: self.covariate.clone(),
            matures,
            worth: self.effect,
            ..self.metric.clone()
        }];
        if matches!(self.metric.kind, Kind::Quantile { .. } | Kind::Survival { .. }) {
            let what = format!("a {} cannot be sized as the primary metric", self.metric.kind.name());
            return Err(Failure::argument(what, "take a proportion, a mean or a ratio; others can be --secondary"));
        }
        if !self.metric.kind.takes_covariates() && (!self.covariate.is_empty() || self.saved.is_some()) {
            let what = format!("a {} is not sharpened by covariates", self.metric.kind.name());
            return Err(Failure::argument(what, "leave --covariate and --saved out, or plan a mean"));
        }
        for guardrail in &self.guardrail {
            metrics.push(Metric { matures, ..read_guardrail(guardrail)? });
        }
        for (of_role, role) in [(&self.secondary, Role::Secondary), (&self.exploratory, Role::Exploratory)] {
            metrics.extend(of_role.iter().map(|metric| Metric { role, matures, ..metric.clone() }));
        }
        for i in 1..metrics.len() {
            if metrics[..i].iter().any(|other| other.name == metrics[i].name) {
                let what = format!("metric {} is given twice", metrics[i].name);
                return Err(Failure::argument(what, "each metric has one part in the decision"));
            }
        }
        super::adhoc::set_caps(&mut metrics, &self.cap)?;
        let treatments = arms.get(1..).unwrap_or_default().join(" or ");
        let direction = if self.lower { "lowers" } else { "raises" };
        let hypothesis = format!("{treatments} {direction} {} against {}", self.metric.name, arms[0]);
        Ok(Plan {
            hypothesis: self.hypothesis.clone().unwrap_or(hypothesis),
            unit: self.unit.clone(),
            control: arms[0].clone(),
            arms: self.shares(arms)?,
            columns: Columns { segments: self.segment.clone(), ..Columns::default() },
            metrics,
            design: Design { alpha: self.alpha, power: self.power, units: self.units, days: None, validity },
            decision: Decision { guardrails: Guardrails::NotWorse },
        })
    }

    fn shares(&self, arms: &[String]) -> Result<Vec<(String, f64)>, Failure> {
        if arms.len() < 2 {
            let help = "name a control and at least one treatment, --arms control,treatment";
            return Err(Failure::argument("a test has two arms or more", help));
        }
        for (i, arm) in arms.iter().enumerate() {
            if arm.trim().is_empty() || arms[..i].contains(arm) {
                let what = if arm.trim().is_empty() {
                    "an arm has no name".to_owned()
                } else {
                    format!("arm {arm} is named twice")
                };
                return Err(Failure::argument(what, "name each arm once, --arms control,treatment"));
            }
        }
        super::adhoc::shares(&self.share, arms)
    }
}

/// The true effect, as a share of the control where it has one.
fn true_effect(expected: &Expected) -> Margin {
    let rounded = |number: f64| {
        let scale = 10_f64.powf(3.0 - number.abs().log10().floor());
        (number.abs() * scale).round() / scale
    };
    match expected.relative_effect {
        Some(relative) => Margin::Relative(rounded(relative)),
        None => Margin::Absolute(rounded(expected.effect)),
    }
}

fn read_guardrail(pair: &Pair) -> Result<Metric, Failure> {
    let (text, lower) = match pair.name.strip_suffix(":lower") {
        Some(text) => (text, true),
        None => (pair.name.as_str(), false),
    };
    let wrong = |why: String| {
        Failure::argument(
            format!("--guardrail {}={}: {why}", pair.name, pair.value),
            "write METRIC=MARGIN, such as opted_out:proportion:lower=0.1%",
        )
    };
    let metric: Metric = text.parse().map_err(wrong)?;
    let margin = effect(&pair.value).map_err(wrong)?;
    let better = if lower { Direction::Lower } else { Direction::Higher };
    Ok(Metric { role: Role::Guardrail(margin), better, ..metric })
}
