//! What is certified: rates with their Monte Carlo intervals, held against what a plan promises.

use serde::Serialize;

use crate::stats::Error;
use crate::stats::proportion::wilson;

/// Confidence of all Monte Carlo intervals.
pub const CONFIDENCE: f64 = 0.95;
/// How much more than promised a rate of errors may still be, as a share of it: the upper end of its interval must not
/// lie beyond.
pub const SLACK: f64 = 0.1;

/// Everything that is said of a plan on simulated customers. Serialised, it is the JSON of `abtest certify`.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// What the test is to show.
    pub hypothesis: String,
    /// What is assigned to an arm.
    pub unit: String,
    /// The arms, the control first.
    pub arms: Vec<Arm>,
    /// Experiments, each played with and without an effect.
    pub experiments: u64,
    /// Seed of customers, samples and assignments.
    pub seed: u64,
    /// Level of a false alarm, both directions together.
    pub alpha: f64,
    /// `fixed`, `planned looks` or `any time`.
    pub valid_under: &'static str,
    /// The customers from whom every experiment is drawn.
    pub bank: Customers,
    /// The looks as they fall.
    pub looks: Vec<Look>,
    /// Whether looks follow the scenario's calendar; otherwise customers come evenly and nothing is said of days.
    pub calendar: bool,
    /// What the plan promises, and whether it keeps it.
    pub promises: Vec<Promise>,
    /// Each metric of each treatment, the primary first.
    pub metrics: Vec<MetricRow>,
    /// How the primary metric of each treatment fares as the effect grows, from none to the customers' own.
    pub power: Vec<PowerPoint>,
    /// When tests end without and with an effect.
    pub durations: Vec<Duration>,
    /// What is found if the same data are analysed otherwise.
    pub pitfalls: Vec<Pitfall>,
    /// What a test finds that lets nobody in after a certain weekday of its last week.
    pub weekdays: Vec<Weekday>,
    /// The first experiments, look by look.
    pub paths: Vec<Path>,
    /// Policies that shift customers to the better arm while the test runs.
    pub bandits: Vec<Bandit>,
    /// Experiments whose data were also analysed in full, by the code of `abtest analyze`.
    pub audit: Audit,
    /// What a reader must know beside.
    pub notes: Vec<String>,
}

/// One arm.
#[derive(Clone, Debug, Serialize)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Its share of all units.
    pub share: f64,
    /// Its value of the primary metric, of the customers who count at the last look.
    pub value: f64,
}

/// The bank of customers.
#[derive(Clone, Debug, Serialize)]
pub struct Customers {
    /// Customers played.
    pub played: u64,
    /// Those that an experiment can draw.
    pub units: u64,
    /// Units of one experiment that runs to its end.
    pub sampled: u64,
    /// Units of the bank ÷ units of an experiment, of the stage where it is least.
    pub times: f64,
}

/// One look.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// Its number, from 1.
    pub look: usize,
    /// Units that count ÷ planned units.
    pub share: f64,
    /// Units that count in the primary metric.
    pub units: u64,
    /// The day at whose end it is taken, counted from the first exposure, which is day 1.
    pub day: Option<u32>,
    /// Its date.
    pub date: Option<String>,
    /// Its weekday.
    pub weekday: Option<&'static str>,
    /// |z| beyond which a difference is called, for one treatment by itself; of any-time results at planned shares of the arms.
    pub boundary: f64,
    /// The score (in the good direction) at or below which success has become unlikely.
    pub futility: Option<f64>,
    /// Share of tests that end at it, without an effect.
    pub ends_without_effect: Rate,
    /// Share of tests that end at it, with the customers' own effect.
    pub ends_with_effect: Rate,
}

/// A share of experiments.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Experiments with it.
    pub count: u64,
    /// Experiments looked at.
    pub of: u64,
    /// Their share.
    pub share: f64,
    /// Monte Carlo interval (Wilson).
    pub low: f64,
    /// Monte Carlo interval (Wilson).
    pub high: f64,
}

/// A mean over experiments.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// Its value.
    pub value: f64,
    /// Its Monte Carlo error.
    pub standard_error: f64,
    /// Monte Carlo interval (normal).
    pub low: f64,
    /// Monte Carlo interval (normal).
    pub high: f64,
    /// Experiments that it is over.
    pub of: u64,
}

/// Whether a promise is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// The interval of the rate of errors ends at or below what is promised, with a tenth of it as slack.
    Holds,
    /// It begins above what is promised.
    Fails,
    /// Neither: more experiments would tell.
    RunMore,
}

/// One promise of the plan.
#[derive(Clone, Debug, Serialize)]
pub struct Promise {
    /// Its name in tables: `false alarms`, `power` …
    pub name: &'static str,
    /// The metric that it is of.
    pub metric: String,
    /// The treatment, where it is of one.
    pub treatment: Option<String>,
    /// Under which effect: `none`, `customers' own` or `worth finding`.
    pub effect: &'static str,
    /// What was found.
    pub rate: Rate,
    /// What is promised of it.
    pub promised: f64,
    /// Whether the rate must stay at or below what is promised, else at or above.
    pub at_most: bool,
    /// Whether it is kept.
    pub kept: Kept,
    /// In a sentence.
    pub sentence: String,
}

/// One metric of one treatment at the end of the tests (with the customers' own effect, unless said otherwise).
#[derive(Clone, Debug, Serialize)]
pub struct MetricRow {
    /// The metric.
    pub metric: String,
    /// `proportion`, `mean` or `ratio`.
    pub kind: &'static str,
    /// `primary`, `guardrail`, `secondary` or `exploratory`.
    pub role: &'static str,
    /// The treatment.
    pub treatment: String,
    /// The control's true value.
    pub control: f64,
    /// The true effect on those who count at the last look: both their lives were played.
    pub effect: f64,
    /// Its standard error: of the bank against the world.
    pub effect_error: f64,
    /// The true effect as a share of the control's value.
    pub relative_effect: Option<f64>,
    /// Skewness of the control's values per unit; for a ratio none.
    pub skewness: Option<f64>,
    /// Share of the control's units with a value other than 0.
    pub nonzero: Option<f64>,
    /// Tests whose interval holds the truth at the look at which they end.
    pub coverage: Rate,
    /// The same where there is no effect.
    pub coverage_without_effect: Rate,
    /// Tests whose intervals hold the truth at all looks until they end; what planned and any-time looks promise.
    pub coverage_at_all_looks: Rate,
    /// Intervals that lie wholly above the truth; of a fair interval half of those that miss it.
    pub above: Rate,
    /// Estimate − truth, over all tests at their end.
    pub bias: Mean,
    /// The same ÷ mean standard error of the estimate.
    pub bias_in_errors: f64,
    /// Calls for the better.
    pub better: Rate,
    /// Calls for the worse.
    pub worse: Rate,
    /// The same calls where there is no effect: false ones.
    pub better_without_effect: Rate,
    /// The same calls where there is no effect: false ones.
    pub worse_without_effect: Rate,
    /// For a guardrail: shown to be not worse by its margin.
    pub not_worse: Option<Rate>,
}

/// The primary metric of one treatment under a part of the effect.
#[derive(Clone, Debug, Serialize)]
pub struct PowerPoint {
    /// The treatment.
    pub treatment: String,
    /// Share of the treatment's customers who really get it: the effect is this part of the customers' own.
    pub part: f64,
    /// The true effect.
    pub effect: f64,
    /// As a share of the control's value.
    pub relative_effect: Option<f64>,
    /// Whether this is the effect worth finding.
    pub worth_finding: bool,
    /// Tests that call it better.
    pub better: Rate,
    /// Tests that call it worse.
    pub worse: Rate,
    /// What normal theory gives for it, by which the plan was sized: a theory check.
    pub theory: Option<f64>,
    /// Estimate ÷ truth, over tests that call it better; none without an effect.
    pub exaggeration: Option<Mean>,
    /// Estimate − truth over all tests at their end, in the metric's unit.
    pub bias: Mean,
    /// Median-unbiased estimate − truth, where there are planned looks.
    pub bias_adjusted: Option<Mean>,
    /// Decided to ship: better, and no guardrail in the way.
    pub shipped: Rate,
    /// Units of all arms when tests end.
    pub units: Mean,
}

/// When tests end.
#[derive(Clone, Debug, Serialize)]
pub struct Duration {
    /// `none` or `customers' own`.
    pub effect: &'static str,
    /// Units of all arms.
    pub units: Mean,
    /// Days from the first exposure to the end, both included.
    pub days: Option<Mean>,
    /// Days that one test in ten does not need.
    pub days_p10: Option<u32>,
    /// Days that half of the tests do not need.
    pub days_p50: Option<u32>,
    /// Days that nine tests in ten do not need.
    pub days_p90: Option<u32>,
}

/// What goes wrong if …
#[derive(Clone, Debug, Serialize)]
pub struct Pitfall {
    /// Its name in tables: `peeking`, `sample ratio ignored` …
    pub name: &'static str,
    /// What is done, in a phrase: "look 20 times and stop at p < 0.05".
    pub what: String,
    /// What the rate is of: "false alarms", "false wins", "intervals that miss the truth" …
    pub of: &'static str,
    /// Under which effect: `none` or `customers' own`.
    pub effect: &'static str,
    /// The rate of errors.
    pub rate: Rate,
    /// What one would expect of a sound analysis.
    pub promised: f64,
    /// Whether that is kept.
    pub kept: Kept,
    /// Estimate − truth, where it matters.
    pub bias: Option<Mean>,
    /// In a sentence.
    pub sentence: String,
}

/// A test with its last exposures on a certain day of its last week.
#[derive(Clone, Debug, Serialize)]
pub struct Weekday {
    /// The last day with exposures.
    pub weekday: &'static str,
    /// Its date.
    pub date: String,
    /// Units of the bank exposed by then.
    pub units: u64,
    /// The true effect on these.
    pub effect: Option<f64>,
    /// That effect − the effect on those of whole weeks: how far the test is off, however many units it has.
    pub off: Option<f64>,
    /// Standard error of `off`, of the bank.
    pub off_error: Option<f64>,
}

/// One experiment, look by look.
#[derive(Clone, Debug, Serialize)]
pub struct Path {
    /// Its number, from 0.
    pub experiment: u64,
    /// `none` or `customers' own`.
    pub effect: &'static str,
    /// Score of the first treatment's primary metric at each look until it ended; positive is more.
    pub z: Vec<f64>,
    /// `better`, `worse` or `unclear`: its first call that is not unclear, at any look until its end.
    pub call: &'static str,
}

/// A policy that assigns customers by what it has learnt.
#[derive(Clone, Debug, Serialize)]
pub struct Bandit {
    /// `fixed test`, `Thompson sampling` or `UCB`.
    pub policy: &'static str,
    /// Of the customers' own effect, the part that they get: 0 (no arm is better) to 1.
    pub part: f64,
    /// What assigning costs against giving everybody the best arm from the start, over all units, in the metric's unit.
    pub regret: Mean,
    /// Experiments at whose end the policy holds a wrong arm for the best; none where no arm is better.
    pub wrong_winner: Option<Rate>,
    /// Share of the units that got the best arm (without an effect: the first treatment).
    pub to_best: Mean,
    /// Estimate − truth of the effect by the plain means at the end: shifting customers biases it.
    pub bias: Mean,
}

/// Experiments analysed in full beside.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Audit {
    /// How many.
    pub analysed: u64,
    /// Of them, those with the same calls, estimates and decisions to ship, and whose intervals hold the truth alike.
    pub agree: u64,
    /// Of them, those whose verdict a trust gate withheld.
    pub withheld: u64,
}

impl Rate {
    /// `count` of `of` experiments.
    ///
    /// # Errors
    /// Those of [`wilson`]: without experiments.
    pub fn new(count: u64, of: u64) -> Result<Self, Error> {
        let (low, high) = wilson(count, of, CONFIDENCE)?;
        Ok(Self { count, of, share: count as f64 / of as f64, low, high })
    }

    /// Whether errors of this rate stay at or below what is promised.
    pub fn at_most(&self, promised: f64) -> Kept {
        if self.high <= promised * (1.0 + SLACK) {
            Kept::Holds
        } else if self.low > promised {
            Kept::Fails
        } else {
            Kept::RunMore
        }
    }

    /// Whether successes of this rate reach what is promised: their misses stay at or below the rest.
    pub fn at_least(&self, promised: f64) -> Kept {
        let misses = Self { share: 1.0 - self.share, low: 1.0 - self.high, high: 1.0 - self.low, ..*self };
        misses.at_most(1.0 - promised)
    }
}

impl Mean {
    /// Over the values of experiments, in their order; NaN where there are none.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let of = values.clone().count() as u64;
        let n = of as f64;
        let value = values.clone().sum::<f64>() / n;
        let squares: f64 = values.map(|x| (x - value) * (x - value)).sum();
        let standard_error = if of > 1 { (squares / (n - 1.0) / n).sqrt() } else { f64::NAN };
        let half = 1.959_963_984_540_054 * standard_error;
        Self { value, standard_error, low: value - half, high: value + half, of }
    }
}

impl Kept {
    /// As results write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::RunMore => "run more",
        }
    }
}

impl Certificate {
    /// Whether all promises hold, one fails, or more experiments are needed.
    pub fn kept(&self) -> Kept {
        let all = |kept: Kept| self.promises.iter().any(|promise| promise.kept == kept);
        if all(Kept::Fails) {
            Kept::Fails
        } else if all(Kept::RunMore) {
            Kept::RunMore
        } else {
            Kept::Holds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(low: f64, high: f64) -> Rate {
        Rate { count: 1, of: 2, share: 0.5, low, high }
    }

    #[test]
    fn errors_hold_up_to_a_tenth_more_than_promised_and_fail_above_it() {
        let of = |low, high| between(low, high).at_most(0.05);
        let edge = 0.05 * (1.0 + SLACK);
        assert_eq!((of(0.0, 0.04), of(0.051, edge)), (Kept::Holds, Kept::Holds));
        assert_eq!((of(0.04, edge.next_up()), of(0.05, 0.2)), (Kept::RunMore, Kept::RunMore));
        assert_eq!((of(0.05_f64.next_up(), 0.2), of(0.9, 1.0)), (Kept::Fails, Kept::Fails));
        // Wholly within the slack it is above what is promised, and harmless.
        assert_eq!(of(0.0505, 0.0545), Kept::Holds);
    }

    #[test]
    fn successes_are_held_by_their_misses() {
        let of = |low, high| between(low, high).at_least(0.8);
        // Misses of 20 % may be 22 %.
        assert_eq!((of(0.785, 0.83), of(0.95, 1.0)), (Kept::Holds, Kept::Holds));
        assert_eq!((of(0.775, 0.81), of(0.5, 0.801)), (Kept::RunMore, Kept::RunMore));
        assert_eq!((of(0.7, 0.795), of(0.0, 0.1)), (Kept::Fails, Kept::Fails));
        let coverage = |low, high| between(low, high).at_least(0.95);
        assert_eq!((coverage(0.946, 0.95), coverage(0.93, 0.949)), (Kept::Holds, Kept::Fails));
    }

    #[test]
    fn rates_have_wilsons_interval() -> Result<(), Error> {
        let rate = Rate::new(0, 100)?;
        assert_eq!((rate.share, rate.low), (0.0, 0.0));
        // z² / (n + z²)
        assert!((rate.high - 0.036_994).abs() < 1e-6, "{rate:?}");
        let rate = Rate::new(50, 1000)?;
        assert!(rate.low < 0.05 && rate.high > 0.05 && rate.share == 0.05);
        assert_eq!(rate.at_most(0.05), Kept::RunMore);
        assert_eq!(Rate::new(5000, 100_000)?.at_most(0.05), Kept::Holds);
        assert_eq!(Rate::new(6000, 100_000)?.at_most(0.05), Kept::Fails);
        assert!(Rate::new(0, 0).is_err());
        Ok(())
    }

    #[test]
    fn means_have_the_error_of_their_values() {
        let mean = Mean::of([1.0, 2.0, 3.0, 4.0].into_iter());
        assert_eq!((mean.value, mean.of), (2.5, 4));
        assert!((mean.standard_error - (5.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
        assert!((mean.high - mean.low - 2.0 * 1.959_963_984_540_054 * mean.standard_error).abs() < 1e-12);
        assert!(Mean::of([7.0].into_iter()).standard_error.is_nan() && Mean::of([].into_iter()).value.is_nan());
    }
}
